"""How far two rigid cylinders are apart, and where they touch.

A body is a right circular cylinder about its z axis with edges rounded by `EDGE`: a thinner and
shorter core, swept by a ball.  Its state is 13 numbers: centre of mass r, velocity v (common axes),
quaternion q (scalar first, body to common axes), angular velocity w (body axes).  A pair is the two
states in a row, body 0 first.

The distance is that of the rims (`RIM` points on each end, and the nearest of all) from the other
cylinder, and of two sides that cross.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import kernel

RIM = 24
"""Points on each rim."""
EDGE = 0.005
"""Radius to which edges are rounded, m."""
CULL = 0.3
"""A rim farther off than this is not looked at point by point, m."""

MASS, INERTIA, CENTRE, RADIUS, HALF_LENGTH, BODY = 0, 1, 4, 7, 8, 9
"""Rows of a body: mass, three principal moments, centre of the cylinder from the centre of mass,
radius, half-length; and their number."""
STATE = 13

POINT, NORMAL, GAP, IDENTITY, CONTACT = 0, 3, 6, 7, 8
"""Rows of a contact: point, normal from body 1 to body 0 (both in common axes, the point from the
origin), gap, number of the pair of features; and their number."""
FEATURES = 4 * (RIM + 1) + 1
MOST = FEATURES + 1
"""Pairs of features; and rows of a table of contacts, the last one for trial."""

_PARALLEL = 1e-6
_GOLDEN = 0.5 * (5.0**0.5 - 1.0)
_SECTIONS = 12
_FLAT = 1e-5  # m; a rim that lies flat has no nearest point


@kernel
def rotation(q, matrix):
    """Rotation matrix (3, 3) from body to common axes of a unit quaternion, scalar first."""
    a, b, c, d = q[0], q[1], q[2], q[3]
    matrix[0, 0] = 1.0 - 2.0 * (c * c + d * d)
    matrix[0, 1] = 2.0 * (b * c - a * d)
    matrix[0, 2] = 2.0 * (b * d + a * c)
    matrix[1, 0] = 2.0 * (b * c + a * d)
    matrix[1, 1] = 1.0 - 2.0 * (b * b + d * d)
    matrix[1, 2] = 2.0 * (c * d - a * b)
    matrix[2, 0] = 2.0 * (b * d - a * c)
    matrix[2, 1] = 2.0 * (c * d + a * b)
    matrix[2, 2] = 1.0 - 2.0 * (b * b + c * c)


@kernel
def _rim_point(rims, cores, radius, z, angle, wide, long, flip, row):
    """One point of a rim against the other cylinder: a contact into `row`; returns its gap."""
    turn, place = rims
    axes, origin = cores
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    p0 = place[0] + turn[0, 0] * x + turn[0, 1] * y + turn[0, 2] * z
    p1 = place[1] + turn[1, 0] * x + turn[1, 1] * y + turn[1, 2] * z
    p2 = place[2] + turn[2, 0] * x + turn[2, 1] * y + turn[2, 2] * z
    q0, q1, q2 = p0 - origin[0], p1 - origin[1], p2 - origin[2]
    a = axes[0, 0] * q0 + axes[1, 0] * q1 + axes[2, 0] * q2
    b = axes[0, 1] * q0 + axes[1, 1] * q1 + axes[2, 1] * q2
    c = axes[0, 2] * q0 + axes[1, 2] * q1 + axes[2, 2] * q2
    rho = np.sqrt(a * a + b * b)
    dr, dz = rho - wide, abs(c) - long
    outside = np.hypot(max(dr, 0.0), max(dz, 0.0))
    if outside > 0.0:
        radial, axial = max(dr, 0.0) / outside, max(dz, 0.0) / outside
    else:
        radial, axial = (1.0, 0.0) if dr > dz else (0.0, 1.0)
    radial = radial / rho if rho > 0.0 else 0.0
    axial = axial if c > 0.0 else -axial
    for i in range(3):
        n = (axes[i, 0] * a + axes[i, 1] * b) * radial + axes[i, 2] * axial
        row[NORMAL + i] = flip * n
        row[i] = (p0 if i == 0 else p1 if i == 1 else p2) - EDGE * n
    row[GAP] = outside + min(max(dr, dz), 0.0) - 2.0 * EDGE
    return row[GAP]


@kernel
def _rim_contacts(rim, core, rims, cores, flip, first, skin, contacts, count):
    """Rims of one cylinder against the other; (contacts, smallest gap).

    `rims` and `cores` are (rotation, centre of the cylinder).  `flip` is -1 where the rim is body
    1's, whose partner's outward normal points the other way.  Between the neighbours of the nearest
    point the nearest of all is sought.
    """
    turn, place = rims
    axes, origin = cores
    radius, half = rim[RADIUS] - EDGE, rim[HALF_LENGTH] - EDGE
    wide, long = core[RADIUS] - EDGE, core[HALF_LENGTH] - EDGE
    smallest = np.inf
    local = np.empty(3)
    gaps = np.empty(RIM)
    step = 2.0 * np.pi / RIM
    for end in range(2):
        z = half if end == 1 else -half
        for i in range(3):
            local[i] = 0.0
            for j in range(3):
                local[i] += axes[j, i] * (place[j] + turn[j, 2] * z - origin[j])
        dr, dz = np.hypot(local[0], local[1]) - wide, abs(local[2]) - long
        bound = np.hypot(max(dr, 0.0), max(dz, 0.0)) - radius - 2.0 * EDGE
        if bound > CULL:
            smallest = min(smallest, bound)
            continue
        nearest = 0
        for k in range(RIM):
            row = contacts[count]
            gaps[k] = _rim_point(rims, cores, radius, z, k * step, wide, long, flip, row)
            if gaps[k] < gaps[nearest]:
                nearest = k
            if gaps[k] < skin:
                row[IDENTITY] = first + end * (RIM + 1) + k
                count += 1
        if gaps[nearest] > CULL:
            smallest = min(smallest, gaps[nearest] - 0.5 * step * radius)
            continue
        smallest = min(smallest, gaps[nearest])
        if gaps[nearest - 1] + gaps[(nearest + 1) % RIM] - 2.0 * gaps[nearest] < _FLAT:
            continue
        # Golden section between the neighbours.
        row = contacts[count]
        low, high = (nearest - 1) * step, (nearest + 1) * step
        one, two = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        gap_one = _rim_point(rims, cores, radius, z, one, wide, long, flip, row)
        gap_two = _rim_point(rims, cores, radius, z, two, wide, long, flip, row)
        for _ in range(_SECTIONS):
            if gap_one < gap_two:
                high, two, gap_two = two, one, gap_one
                one = high - _GOLDEN * (high - low)
                gap_one = _rim_point(rims, cores, radius, z, one, wide, long, flip, row)
            else:
                low, one, gap_one = one, two, gap_two
                two = low + _GOLDEN * (high - low)
                gap_two = _rim_point(rims, cores, radius, z, two, wide, long, flip, row)
        angle = 0.5 * (low + high)
        gap = _rim_point(rims, cores, radius, z, angle, wide, long, flip, row)
        smallest = min(smallest, gap)
        if gap < skin:
            row[IDENTITY] = first + end * (RIM + 1) + RIM
            count += 1
    return count, smallest


@kernel
def _side_contact(bodies, axes0, axes1, centre0, centre1, skin, contacts, count):
    """Two sides that cross, as crossing lines; rims see all the rest."""
    along = 0.0
    d0 = 0.0
    d1 = 0.0
    for i in range(3):
        w = centre0[i] - centre1[i]
        along += axes0[i, 2] * axes1[i, 2]
        d0 += axes0[i, 2] * w
        d1 += axes1[i, 2] * w
    apart = 1.0 - along * along
    if apart < _PARALLEL:
        return count, np.inf
    s = (along * d1 - d0) / apart
    t = (d1 - along * d0) / apart
    if abs(s) > bodies[0, HALF_LENGTH] - EDGE or abs(t) > bodies[1, HALF_LENGTH] - EDGE:
        return count, np.inf
    row = contacts[count]
    length = 0.0
    for i in range(3):
        near = centre1[i] + t * axes1[i, 2]
        apart_i = centre0[i] + s * axes0[i, 2] - near
        row[NORMAL + i] = apart_i
        row[i] = near
        length += apart_i * apart_i
    length = np.sqrt(length)
    gap = length - bodies[0, RADIUS] - bodies[1, RADIUS]
    if gap > skin or length == 0.0:
        return count, gap
    for i in range(3):
        row[NORMAL + i] /= length
        row[i] += bodies[1, RADIUS] * row[NORMAL + i]
    row[GAP] = gap
    row[IDENTITY] = FEATURES - 1
    return count + 1, gap


@kernel
def find_contacts(pair, bodies, skin, contacts):
    """Contacts with a gap below `skin`, and the smallest gap (a lower bound where it is large).

    Parameters
    ----------
    pair : (26,)
        Two states.
    bodies : (2, BODY)
    skin : float
    contacts : (MOST, CONTACT)
        Filled from the front.

    Returns
    -------
    count, smallest gap
    """
    axes0, axes1 = np.empty((3, 3)), np.empty((3, 3))
    rotation(pair[6:10], axes0)
    rotation(pair[STATE + 6 : STATE + 10], axes1)
    centre0, centre1 = np.empty(3), np.empty(3)
    for i in range(3):
        centre0[i], centre1[i] = pair[i], pair[STATE + i]
        for j in range(3):
            centre0[i] += axes0[i, j] * bodies[0, CENTRE + j]
            centre1[i] += axes1[i, j] * bodies[1, CENTRE + j]
    far, reach = 0.0, 0.0
    for i in range(3):
        far += (centre0[i] - centre1[i]) ** 2
    for b in range(2):
        reach += np.hypot(bodies[b, RADIUS], bodies[b, HALF_LENGTH])
    far = np.sqrt(far) - reach
    if not far <= CULL:  # far off, or NaN
        return 0, far
    one, two = (axes0, centre0), (axes1, centre1)
    count, a = _rim_contacts(bodies[0], bodies[1], one, two, 1.0, 0, skin, contacts, 0)
    count, b = _rim_contacts(
        bodies[1], bodies[0], two, one, -1.0, 2 * RIM + 2, skin, contacts, count
    )
    count, c = _side_contact(bodies, axes0, axes1, centre0, centre1, skin, contacts, count)
    return count, min(a, min(b, c))
