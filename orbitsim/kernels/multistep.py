"""Summed Stormer-Cowell predictor-corrector in lanes, for near-circular arcs of a revolution on.

The method integrates the second-order equation r'' = f directly (Stormer's predictor and Cowell's
corrector for the position, Adams' predictor for the velocity that drag needs) in the summed form of
Gauss and Jackson, which keeps rounding from growing with the square of the step count.  Sources:
Berry & Healy, "Implementation of Gauss-Jackson integration for orbit propagation", J. Astronaut.
Sci. 52 (2004) 331-357; Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993),
section III.10.  The coefficients are not theirs but expanded here from the generating functions.

One full evaluation of the forces is made per step, at the predicted position.  The second, at the
corrected one, adds what the gravity gradient of a point mass makes of the correction: the two
positions lie micrometres apart, so that this is exact to rounding, and it gives the method the
stability of two full evaluations.

Every lane has its own step in seconds; the lanes share only the count.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orbitsim.kernels.dynamics import WORK, accelerate
from orbitsim.kernels.lanes import CONSTANTS, LANES, inner, kernel, load
from orbitsim.kernels.mathfun import fma
from orbitsim.kernels.multistep_weights import weights
from orbitsim.kernels.nodes import CLOCK, REST
from orbitsim.kernels.rungekutta import SCRATCH, lane_step

NODES = 15
"""Past accelerations that predictor and corrector use; the method's order."""

_WINDOW = NODES + 17  # rows of history: moved back to the start only every 17 steps
_ROW = 3 * LANES

_PREDICT_R, _PREDICT_V, _CORRECT_R, _CORRECT_V = weights(NODES)
_CORRECT_NEWEST = float(_CORRECT_R[0])

# Corrector less predictor is for position and velocity alike a multiple of the highest difference.
_VELOCITY_GAP = float(1.0 + _CORRECT_V[0]) / _CORRECT_NEWEST


@inner
def _predict(history, s1, s2, ahead_r, ahead_v, ahead_c):
    """Predicted position and h v, and the corrector's position less its newest term.

    `history` is the newest `NODES` rows, newest last.
    """
    for m in range(_ROW):
        r, v, c = s2[m], s1[m], s2[m]
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + m]
            r += _PREDICT_R[k] * f
            v += _PREDICT_V[k] * f
            if k < NODES - 1:
                c += _CORRECT_R[k + 1] * f
        ahead_r[m], ahead_v[m], ahead_c[m] = r, v, c


@inner
def _correct(newest, s1, s2, ahead_r, ahead_v, ahead_c, a, inverse, h, mu, active, gap, deepest):
    """Correct position and h v in place, and enter the acceleration into `newest` and the sums.

    `newest` is a row of history.  `gap` keeps the largest relative distance squared between
    predictor and corrector, `deepest` the largest inverse distance, of active lanes.
    """
    for m in range(LANES):
        i = inverse[m]
        h2 = h[m] * h[m]
        fx, fy, fz = h2 * a[m], h2 * a[LANES + m], h2 * a[2 * LANES + m]
        x, y, z = ahead_r[m], ahead_r[LANES + m], ahead_r[2 * LANES + m]
        dx = ahead_c[m] + _CORRECT_NEWEST * fx - x
        dy = ahead_c[LANES + m] + _CORRECT_NEWEST * fy - y
        dz = ahead_c[2 * LANES + m] + _CORRECT_NEWEST * fz - z
        k = mu * h2 * i * i * i
        along = 3.0 * (x * dx + y * dy + z * dz) * i * i
        fx += k * (along * x - dx)
        fy += k * (along * y - dy)
        fz += k * (along * z - dz)
        newest[m], newest[LANES + m], newest[2 * LANES + m] = fx, fy, fz
        ahead_r[m], ahead_r[LANES + m], ahead_r[2 * LANES + m] = x + dx, y + dy, z + dz
        ahead_v[m] += _VELOCITY_GAP * dx
        ahead_v[LANES + m] += _VELOCITY_GAP * dy
        ahead_v[2 * LANES + m] += _VELOCITY_GAP * dz
        fx += s1[m]
        fy += s1[LANES + m]
        fz += s1[2 * LANES + m]
        s1[m], s1[LANES + m], s1[2 * LANES + m] = fx, fy, fz
        s2[m] += fx
        s2[LANES + m] += fy
        s2[2 * LANES + m] += fz
        live = active[m] > 0.0
        distance = (dx * dx + dy * dy + dz * dz) * i * i
        # So written, a NaN enters a live lane's gap and stays.
        gap[m] = distance if live and not (distance <= gap[m]) else gap[m]
        deepest[m] = i if live and i > deepest[m] else deepest[m]


class Multistep(NamedTuple):
    """A group on its way; arrays over lanes, brought up to date as it goes."""

    lane: Any
    h: Any
    end: Any
    history: Any
    s1: Any
    s2: Any
    gap: Any
    """Square of the largest distance between predictor and corrector so far, over the distance from
    the Earth's centre; NaN if the integration broke down."""
    deepest: Any
    """Inverse of the least distance so far, 1/m."""
    place: Any
    """Number of the newest node, and its row in `history`."""


def multistep_group() -> Multistep:
    """Room for a group."""
    sizes = (CONSTANTS * LANES, LANES, LANES, _WINDOW * _ROW, _ROW, _ROW, LANES, LANES)
    return Multistep(*(np.zeros(size) for size in sizes), np.zeros(2, dtype=np.int64))


@inner
def _keep(node, h, r, v, per_second, f, active, nodes, filled):
    """Write a node of the active lanes; `v` and `f` count in steps of `1 / per_second`.

    Active lanes have as many nodes each, and no lane has more; what is written of the others is
    not counted.
    """
    k = 0
    for m in range(LANES):
        k = max(k, filled[m])
    for c in range(3):
        for m in range(LANES):
            back = per_second[m]
            nodes[k, c, m] = r[c * LANES + m]
            nodes[k, 3 + c, m] = v[c * LANES + m] * back
            nodes[k, 6 + c, m] = f[c * LANES + m] * back * back
    for m in range(LANES):
        clock = node * h[m]
        nodes[k, CLOCK, m] = clock
        nodes[k, REST, m] = fma(float(node), h[m], -clock)
        filled[m] += np.int64(active[m])


@kernel
def multistep_start(group, state, constants, orbits, steps, end, field, nodes, filled):
    """Put orbits at the start of their arcs and make the nodes that the method starts from.

    Parameters
    ----------
    group : Multistep
    state : ndarray, shape (6, N)
        m and m/s; must be above the ground and closed.
    constants : ndarray, shape (CONSTANTS, N)
        See `orbitsim.kernels.lanes`.
    orbits : ndarray of int, shape (M,), 1 <= M <= LANES
        Which of the N.
    steps : ndarray, shape (N,)
        s, positive.
    end : ndarray, shape (N,)
        Seconds from the start to the end; negative for going back.
    field : Field
    nodes, filled
        See `orbitsim.kernels.nodes.serve`; room for `NODES`.
    """
    count = orbits.shape[0]
    h, lane, history, s1, s2 = group.h, group.lane, group.history, group.s1, group.s2
    y, clock, per_second = np.empty(2 * _ROW), np.empty(LANES), np.empty(LANES)
    a, inverse, work, scratch = np.empty(_ROW), np.empty(LANES), np.empty(WORK), np.empty(SCRATCH)
    everyone = np.zeros(LANES)
    everyone[:count] = 1.0
    load(state, orbits, y)
    load(constants, orbits, lane)
    for m in range(LANES):
        n = orbits[min(m, count - 1)]
        group.end[m] = end[n]
        h[m] = steps[n] if end[n] >= 0.0 else -steps[n]
        per_second[m] = 1.0 / h[m]
        group.gap[m], group.deepest[m] = 0.0, 0.0
    for node in range(NODES):
        for m in range(LANES):
            clock[m] = node * h[m]
        accelerate(count, clock, y[:_ROW], y[_ROW:], lane, field, a, inverse, work)
        row = history[node * _ROW : (node + 1) * _ROW]
        for m in range(LANES):
            group.deepest[m] = max(group.deepest[m], inverse[m])
            for c in range(0, _ROW, LANES):
                row[c + m] = h[m] * h[m] * a[c + m]
                # From here on velocities count in steps.
                s1[c + m] = y[_ROW + c + m] * h[m]
        _keep(node, h, y[:_ROW], s1, per_second, row, everyone, nodes, filled)
        if node < NODES - 1:
            lane_step(count, clock, y, h, lane, field, scratch, y)
    for m in range(_ROW):
        first, second = s1[m], y[m]
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + m]
            first -= _CORRECT_V[k] * f
            second -= _CORRECT_R[k] * f
        s1[m], s2[m] = first, second + first
    group.place[0] = group.place[1] = NODES - 1


@kernel
def multistep_march(count, group, field, nodes, filled):
    """Advance a group until its nodes are full or every lane in use is past its end.

    Returns
    -------
    bool
        Whether all are past their ends.
    """
    h, history, s1, s2 = group.h, group.history, group.s1, group.s2
    ahead_r, ahead_v, ahead_c = np.empty(_ROW), np.empty(_ROW), np.empty(_ROW)
    v, a, inverse, work = np.empty(_ROW), np.empty(_ROW), np.empty(LANES), np.empty(WORK)
    per_second, clock, active = np.empty(LANES), np.empty(LANES), np.zeros(LANES)
    for m in range(LANES):
        per_second[m] = 1.0 / h[m]
    node, newest = group.place[0], group.place[1]
    capacity = nodes.shape[0]
    while True:
        ahead = False
        for m in range(count):
            active[m] = 1.0 if abs(node * h[m]) < abs(group.end[m]) else 0.0
            ahead |= active[m] > 0.0
        if not ahead or np.max(filled) == capacity:
            group.place[0], group.place[1] = node, newest
            return not ahead
        node += 1
        newest += 1
        if newest == _WINDOW:
            for m in range(NODES * _ROW):
                history[m] = history[(_WINDOW - NODES) * _ROW + m]
            newest = NODES
        _predict(
            history[(newest - NODES) * _ROW : newest * _ROW], s1, s2, ahead_r, ahead_v, ahead_c
        )
        for m in range(LANES):
            clock[m] = node * h[m]
            for c in range(0, _ROW, LANES):
                v[c + m] = ahead_v[c + m] * per_second[m]
        accelerate(count, clock, ahead_r, v, group.lane, field, a, inverse, work)
        row = history[newest * _ROW : (newest + 1) * _ROW]
        _correct(
            row, s1, s2, ahead_r, ahead_v, ahead_c, a, inverse, h, field.mu, active, group.gap,
            group.deepest,
        )  # fmt: skip
        _keep(node, h, ahead_r, ahead_v, per_second, row, active, nodes, filled)
