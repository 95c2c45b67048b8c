"""The multistep method at edges of shadow.

The method does not start anew at an edge.  It goes on under the light of before, then the deviation
that the truth has gathered over the step (`orbitsim.kernels.shadows`) is added, and the past is
rewritten as if it had led there under the light of now: a deviation from the past orbit that
follows from its linear equation.

A group's `track` holds, beside each row of its history, a row of positions and one of velocities
times the step.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import LANES, ORIGIN, RADIATION, inner, kernel
from orbitsim.kernels.mathfun import fma
from orbitsim.kernels.multistep_weights import CORRECT_R, CORRECT_V, NODES, SLOPES
from orbitsim.kernels.nodes import CLOCK, EDGE, REST
from orbitsim.kernels.shadow_edges import (
    PATH,
    SEARCH_WORK,
    find_contacts,
    lay_smoothly,
    next_mode,
    pressure_at,
)
from orbitsim.kernels.shadows import deviate, gradient

_ROW = 3 * LANES


@inner
def note(track, row, r, v):
    """Enter positions and h v into the track."""
    at = 2 * row * _ROW
    for k in range(_ROW):
        track[at + k] = r[k]
        track[at + _ROW + k] = v[k]


@inner
def keep_one(node, h, r, v, f, nodes, filled, m):
    """Write a node of lane m, which may have more nodes than others."""
    k, back = filled[m], 1.0 / h[m]
    for c in range(3):
        nodes[k, c, m] = r[c * LANES + m]
        nodes[k, 3 + c, m] = v[c * LANES + m] * back
        nodes[k, 6 + c, m] = f[c * LANES + m] * back * back
    nodes[k, CLOCK, m] = node * h[m]
    nodes[k, REST, m] = fma(float(node), h[m], -nodes[k, CLOCK, m])
    nodes[k, EDGE, m] = 0.0
    filled[m] += 1


@inner
def touch_up(nodes, filled, m, extra, edge):
    """Add to the newest node's acceleration; mark it if it is an edge."""
    k = filled[m] - 1
    for c in range(3):
        nodes[k, 6 + c, m] += extra[c]
    nodes[k, EDGE, m] = edge


@inner
def _rewrite(history, track, at, to, node, change, h, coefficient, origin, field, d, m):
    """Carry the deviation `d` from the row `at` on to the row `to`, and enter it into the past.

    `node` is the number of the node at the row `at`; `change` the light that the past is to get.
    Going back the positions stay: they serve for gradients only.
    """
    way = 1 if to > at else -1
    h2 = h * h
    f0, f1, f2 = 0.0, 0.0, 0.0
    d0, d1, d2, e0, e1, e2 = d[0], d[1], d[2], d[3], d[4], d[5]
    row = at
    while True:
        k = 2 * row * _ROW + m
        x, y, z = track[k], track[k + LANES], track[k + 2 * LANES]
        place = origin + (node + row - at) * h * (1.0 / PIECE_SECONDS)
        px, py, pz = pressure_at(x, y, z, place, coefficient, field)
        gx, gy, gz = gradient(x, y, z, d0, d1, d2, field)
        g0, g1, g2 = h2 * (gx + change * px), h2 * (gy + change * py), h2 * (gz + change * pz)
        if row != at:
            # The last stage of Nystrom's formula is the force at the row, to its own order.
            e0 += way * g0 / 6.0
            e1 += way * g1 / 6.0
            e2 += way * g2 / 6.0
        if row != at or way < 0:
            q = row * _ROW + m
            history[q] += g0
            history[q + LANES] += g1
            history[q + 2 * LANES] += g2
        if way > 0 and row != at:
            q = k + _ROW
            track[k], track[k + LANES], track[k + 2 * LANES] = x + d0, y + d1, z + d2
            track[q] += e0
            track[q + LANES] += e1
            track[q + 2 * LANES] += e2
        if row == to:
            return
        f0, f1, f2 = g0, g1, g2
        # Half-way to the next row, by Hermite's cubic.
        n = 2 * (row + way) * _ROW + m
        w = n + _ROW
        own = k + _ROW
        x = 0.5 * (x + track[n]) + 0.125 * way * (track[own] - track[w])
        y = 0.5 * (y + track[n + LANES]) + 0.125 * way * (track[own + LANES] - track[w + LANES])
        z = 0.5 * (z + track[n + 2 * LANES]) + 0.125 * way * (
            track[own + 2 * LANES] - track[w + 2 * LANES]
        )
        place += 0.5 * way * h * (1.0 / PIECE_SECONDS)
        px, py, pz = pressure_at(x, y, z, place, coefficient, field)
        gx, gy, gz = gradient(
            x, y, z,
            d0 + 0.5 * way * e0 + 0.125 * f0,
            d1 + 0.5 * way * e1 + 0.125 * f1,
            d2 + 0.5 * way * e2 + 0.125 * f2,
            field,
        )  # fmt: skip
        g0, g1, g2 = h2 * (gx + change * px), h2 * (gy + change * py), h2 * (gz + change * pz)
        d0 += way * e0 + (f0 + 2.0 * g0) / 6.0
        d1 += way * e1 + (f1 + 2.0 * g1) / 6.0
        d2 += way * e2 + (f2 + 2.0 * g2) / 6.0
        e0 += way * (f0 + 4.0 * g0) / 6.0
        e1 += way * (f1 + 4.0 * g1) / 6.0
        e2 += way * (f2 + 4.0 * g2) / 6.0
        row += way


@inner
def weigh_past(history, m, out):
    """What the past of lane m adds to velocity and position over the sums, (6,)."""
    for c in range(3):
        first, second = 0.0, 0.0
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + c * LANES + m]
            first += CORRECT_V[k] * f
            second += CORRECT_R[k] * f
        out[c], out[3 + c] = first, second


@inner
def shift_sums(before, after, d, s1, s2, m):
    """Let the sums follow a deviation and a new past.

    They are not set anew from position and velocity: these are rounded, and the velocity goes with
    the prediction's force, which is a bias.
    """
    for c in range(3):
        first = d[3 + c] - (after[c] - before[c])
        second = d[c] - (after[3 + c] - before[3 + c])
        s1[c * LANES + m] += first
        s2[c * LANES + m] += second + first


@inner
def settle(group, base, row, node, m, field, path, work, d, extra, nodes, filled):
    """Search lane m's step that ended at `row` of the window from row `base`, and put it right.

    Nodes are left at contacts; `extra` (3,) becomes what the light at the end adds to the
    acceleration there.  Returns whether the orbit was changed, and 1 if an edge lies at the end.
    """
    history = group.history[base * _ROW : (base + NODES) * _ROW]
    track = group.track[2 * base * _ROW : 2 * (base + NODES) * _ROW]
    h, coefficient, mode = group.h[m], group.coefficient[m], group.mode[m]
    for c in range(3):
        low, high = (row - 1) * _ROW + c * LANES + m, row * _ROW + c * LANES + m
        j0, j1 = 0.0, 0.0
        for k in range(NODES):
            f = history[k * _ROW + c * LANES + m]
            j0 += SLOPES[row - 1, k] * f
            j1 += SLOPES[row, k] * f
        t0, t1 = 2 * (row - 1) * _ROW + c * LANES + m, 2 * row * _ROW + c * LANES + m
        lay_smoothly(
            path, c, track[t0], track[t0 + _ROW], history[low], j0,
            track[t1], track[t1 + _ROW], history[high], j1,
        )  # fmt: skip
    origin, span = group.lane[ORIGIN * LANES + m], h * (1.0 / PIECE_SECONDS)
    clock = (node - 1) * h
    rest = fma(float(node - 1), h, -clock)
    place = origin + clock * (1.0 / PIECE_SECONDS)
    count = find_contacts(path, place, span, field, work)
    share, edge = deviate(
        path, work, count, h, clock, rest, place, span, coefficient, mode, field, d, nodes,
        filled, m,
    )  # fmt: skip
    after = next_mode(path, share, mode, place, span, field)
    at = 2 * row * _ROW + m
    x, y, z = track[at], track[at + LANES], track[at + 2 * LANES]
    px, py, pz = pressure_at(x, y, z, place + span, coefficient, field)
    extra[0], extra[1], extra[2] = (share - after) * px, (share - after) * py, (share - after) * pz
    moved = after != mode
    for c in range(6):
        moved |= d[c] != 0.0
    if moved:
        for c in range(3):
            track[at + c * LANES] += d[c]
            track[at + _ROW + c * LANES] += d[3 + c]
        change = after - mode
        _rewrite(history, track, row, 0, node, change, h, coefficient, origin, field, d, m)
        if row < NODES - 1:
            _rewrite(
                history, track, row, NODES - 1, node, change, h, coefficient, origin, field, d, m
            )
        group.mode[m] = after
        group.lane[RADIATION * LANES + m] = after * coefficient
    return moved, edge


@kernel
def settle_start(count, group, suspect, field, nodes, filled):
    """Put the nodes right that the method starts from, and leave them.

    Parameters
    ----------
    suspect : ndarray, shape (NODES * LANES,)
        From `orbitsim.kernels.shadow_edges.look`, for the step that ends at each node.
    """
    path, search, d, extra = np.empty(PATH), np.empty(SEARCH_WORK), np.empty(6), np.zeros(3)
    track, history, h = group.track, group.history, group.h
    for m in range(count):
        for node in range(NODES):
            edge = 0.0
            for c in range(3):
                extra[c] = 0.0
            if node > 0 and suspect[node * LANES + m] > 0.0:
                _, edge = settle(
                    group, 0, node, node, m, field, path, search, d, extra, nodes, filled
                )
            at = 2 * node * _ROW
            keep_one(
                node,
                h,
                track[at:],
                track[at + _ROW :],
                history[node * _ROW :],
                nodes,
                filled,
                m,
            )
            touch_up(nodes, filled, m, extra, edge)
