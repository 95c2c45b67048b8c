"""What a change of light inside a step does to the orbit.

The integrators see sunlight in one of two smooth modes, full or none, whatever the truth.  What the
truth differs by acts here: over a step in which it differs, the deviation d from the smooth path
obeys d'' = G d + (share - mode) p, with the gravity gradient G, the share of the Sun that is seen
and the full pressure p.  It is integrated from contact to contact, so that no integrator ever meets
the kink of an edge.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import inner
from orbitsim.kernels.nodes import CLOCK, EDGE, REST
from orbitsim.kernels.shadow_edges import TERMS, point, pressure_at, share_at

MOST_NODES = 48
"""That a step may leave at its contacts and between them."""

FINE = 0.03  # rad of the orbit; two nodes so far apart need no others
_NEAR = 1e-4  # of a step; a contact so close to its end counts as there
_PENUMBRA_STEPS = 8


@inner
def _along(path, c, u):
    """Component c of the path and its two derivatives."""
    row = path[c * TERMS : (c + 1) * TERMS]
    value, first, second = row[TERMS - 1], 0.0, 0.0
    for k in range(TERMS - 2, -1, -1):
        second = second * u + 2.0 * first
        first = first * u + value
        value = value * u + row[k]
    return value, first, second


@inner
def gradient(x, y, z, dx, dy, dz, field):
    """What a shift d changes in the attraction of the Earth and its flattening."""
    square = 1.0 / (x * x + y * y + z * z)
    k = field.mu * square * np.sqrt(square)
    along = (x * dx + y * dy + z * dz) * square
    j2 = 0.0
    if field.j.shape[0] > 0:
        j2 = field.j[0]
    elif field.degree > 1:
        j2 = -field.harmonics[2] / 4.5
    b = 1.5 * j2 * k * field.radius * field.radius * square
    q = z * z * square
    dq = 2.0 * (z * dz * square - q * along)
    e = 5.0 * q - 1.0
    belt = k * 3.0 * along + b * (5.0 * dq - 5.0 * e * along)
    across = b * e - k
    return (
        across * dx + belt * x,
        across * dy + belt * y,
        (across - 2.0 * b) * dz + (belt + 10.0 * b * along) * z,
    )


@inner
def _force(path, u, place, span, h2, d0, d1, d2, constant, share, mode, coefficient, field):
    """Second derivative of the deviation."""
    x, y, z = point(path, u)
    at = place + u * span
    if not constant:
        share = share_at(x, y, z, at, field)
    px, py, pz = pressure_at(x, y, z, at, coefficient, field)
    gx, gy, gz = gradient(x, y, z, d0, d1, d2, field)
    k = share - mode
    return h2 * (gx + k * px), h2 * (gy + k * py), h2 * (gz + k * pz)


@inner
def _leave(path, u, h, d, f0, f1, f2, edge, clock, rest, nodes, filled, m):
    """Write a node at the part u of the step, or mark the one that is there."""
    k = filled[m]
    if u < _NEAR:
        nodes[k - 1, EDGE, m] = max(nodes[k - 1, EDGE, m], edge)
        return
    for c in range(3):
        value, first, second = _along(path, c, u)
        nodes[k, c, m] = value + d[c]
        nodes[k, 3 + c, m] = (first + d[3 + c]) / h
        nodes[k, 6 + c, m] = second
    nodes[k, 6, m] = (nodes[k, 6, m] + f0) / (h * h)
    nodes[k, 7, m] = (nodes[k, 7, m] + f1) / (h * h)
    nodes[k, 8, m] = (nodes[k, 8, m] + f2) / (h * h)
    passed = u * h
    nodes[k, CLOCK, m] = clock + passed
    nodes[k, REST, m] = rest + (passed - (nodes[k, CLOCK, m] - clock))
    nodes[k, EDGE, m] = edge
    filled[m] += 1


@inner
def deviate(
    path, work, count, h, clock, rest, place, span, coefficient, mode, field, d, nodes, filled, m
):
    """Integrate the deviation over a step, and leave nodes at its contacts and between them.

    Parameters
    ----------
    path, work, count
        From `orbitsim.kernels.shadow_edges.find_contacts`.
    h, clock, rest : float
        The step (s), and the clock at its start; see `orbitsim.kernels.nodes`.
    coefficient, mode : float
        Reflectivity times area over mass; light that the path took for granted.
    d : ndarray, shape (6,)
        Set to the deviation and its derivative at the end.

    Returns
    -------
    share : float
        Light at the end.
    edge : float
        1 where a contact lies at the end.
    """
    h2 = h * h
    for c in range(6):
        d[c] = 0.0
    x, y, z = path[0], path[TERMS], path[2 * TERMS]
    radius2 = x * x + y * y + z * z
    angle = abs(h) * np.sqrt(field.mu / (radius2 * np.sqrt(radius2)))
    low, edge, share = 0.0, 0.0, mode
    for piece in range(count + 1):
        high = work[piece] if piece < count else 1.0
        width = high - low
        # The share is constant where the middle is.
        x, y, z = point(path, low + 0.5 * width)
        share = share_at(x, y, z, place + (low + 0.5 * width) * span, field)
        constant = share == 0.0 or share == 1.0
        idle = constant and share == mode
        for c in range(6):
            idle = idle and d[c] == 0.0
        parts = np.int64(max(np.ceil(angle * width / FINE), 1.0))
        stride = 1 if constant else _PENUMBRA_STEPS
        # The first and the last piece go on beyond the step, unless they are the penumbra's.
        apart = not constant or 0 < piece < count
        steps = parts * stride
        du = width / steps
        a0, a1, a2 = 0.0, 0.0, 0.0
        if not idle:
            a0, a1, a2 = _force(
                path, low, place, span, h2, d[0], d[1], d[2], constant, share, mode, coefficient,
                field,
            )  # fmt: skip
        for i in range(steps):
            u = low + i * du
            if not idle:
                # Nystrom's formula of the fourth order.
                half = 0.5 * du
                b0, b1, b2 = _force(
                    path, u + half, place, span, h2,
                    d[0] + half * (d[3] + 0.5 * half * a0),
                    d[1] + half * (d[4] + 0.5 * half * a1),
                    d[2] + half * (d[5] + 0.5 * half * a2),
                    constant, share, mode, coefficient, field,
                )  # fmt: skip
                c0, c1, c2 = _force(
                    path, u + du, place, span, h2,
                    d[0] + du * (d[3] + half * b0),
                    d[1] + du * (d[4] + half * b1),
                    d[2] + du * (d[5] + half * b2),
                    constant, share, mode, coefficient, field,
                )  # fmt: skip
                k = du * du / 6.0
                d[0] += du * d[3] + k * (a0 + 2.0 * b0)
                d[1] += du * d[4] + k * (a1 + 2.0 * b1)
                d[2] += du * d[5] + k * (a2 + 2.0 * b2)
                k = du / 6.0
                d[3] += k * (a0 + 4.0 * b0 + c0)
                d[4] += k * (a1 + 4.0 * b1 + c1)
                d[5] += k * (a2 + 4.0 * b2 + c2)
                a0, a1, a2 = c0, c1, c2
            u = low + (i + 1) * du
            last = i == steps - 1
            if last:
                u = high
            if u > 1.0 - _NEAR:
                edge = 1.0 if piece < count and last else edge
            elif last or (apart and (i + 1) % stride == 0):
                _leave(
                    path, u, h, d, a0, a1, a2, 1.0 if last else 0.0, clock, rest, nodes, filled, m
                )
        low = high
    x, y, z = point(path, 1.0)
    return share_at(x, y, z, place + span, field), edge
