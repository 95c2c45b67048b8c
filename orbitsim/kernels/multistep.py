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

Edges of shadow are dealt with in `orbitsim.kernels.multistep_shadow`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orbitsim.kernels.dynamics import MOON, SUN, WORK, accelerate
from orbitsim.kernels.lanes import CONSTANTS, LANES, ORIGIN, RADIATION, inner, kernel, load, part
from orbitsim.kernels.mathfun import fma
from orbitsim.kernels.multistep_shadow import (
    keep_one,
    note,
    settle,
    settle_start,
    shift_sums,
    touch_up,
    weigh_past,
)
from orbitsim.kernels.multistep_weights import CORRECT_R, CORRECT_V, NODES, PREDICT_R, PREDICT_V
from orbitsim.kernels.nodes import CLOCK, EDGE, KEPT, REST
from orbitsim.kernels.rungekutta import SCRATCH, lane_step
from orbitsim.kernels.shadow_edges import PATH, SEARCH_WORK, SIGHT, look, share_at
from orbitsim.kernels.shadows import MOST_NODES

_WINDOW = NODES + 17  # rows of history: moved back to the start only every 17 steps
_SILENCE = 16.0  # steps; for fewer it does not pay to leave no nodes
_ROW = 3 * LANES

_CORRECT_NEWEST = float(CORRECT_R[0])

# Corrector less predictor is for position and velocity alike a multiple of the highest difference.
_VELOCITY_GAP = float(1.0 + CORRECT_V[0]) / _CORRECT_NEWEST


@part
def _predict(history, s1, s2, ahead_r, ahead_v, ahead_c):
    """Predicted position and h v, and the corrector's position less its newest term.

    `history` is the newest `NODES` rows, newest last.
    """
    for m in range(_ROW):
        r, v, c = s2[m], s1[m], s2[m]
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + m]
            r += PREDICT_R[k] * f
            v += PREDICT_V[k] * f
            if k < NODES - 1:
                c += CORRECT_R[k + 1] * f
        ahead_r[m], ahead_v[m], ahead_c[m] = r, v, c


@part
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
    track: Any
    """Positions, and velocities times the step, that go with the rows of `history`; kept for edges
    of shadow only."""
    coefficient: Any
    """Reflectivity times area over mass, m2/kg."""
    mode: Any
    """Light that the history takes for granted, 1 or 0."""
    last: Any
    """Number of each lane's first node at or past its end."""
    sight: Any
    """See `orbitsim.kernels.shadows.look`."""
    place: Any
    """Number of the newest node, and its row in `history`."""


def multistep_group() -> Multistep:
    """Room for a group."""
    h, end, gap, deepest, coefficient, mode, last = np.zeros((7, LANES))
    s1, s2 = np.zeros((2, _ROW))
    return Multistep(
        np.zeros(CONSTANTS * LANES), h, end, np.zeros(_WINDOW * _ROW), s1, s2, gap, deepest,
        np.zeros(2 * _WINDOW * _ROW), coefficient, mode, last, np.zeros(SIGHT),
        np.zeros(2, dtype=np.int64),
    )  # fmt: skip


@part
def _keep(k, node, h, r, v, per_second, f, active, nodes, filled):
    """Write node k of the active lanes; `v` and `f` count in steps of `1 / per_second`.

    Active lanes have as many nodes each, and no lane has more; what is written of the others is
    not counted.
    """
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
        nodes[k, EDGE, m] = 0.0
        filled[m] += np.int64(active[m])


@kernel
def _set_last(count, group):
    for m in range(LANES):
        h, end = abs(group.h[m]), abs(group.end[m])
        number = np.ceil(end / h) if m < count else 0.0
        while number > 0.0 and (number - 1.0) * h >= end:
            number -= 1.0
        while m < count and number * h < end:
            number += 1.0
        group.last[m] = number


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
        if field.light:
            group.coefficient[m] = lane[RADIATION * LANES + m]
            x, y_, z = y[m], y[LANES + m], y[2 * LANES + m]
            dark = share_at(x, y_, z, lane[ORIGIN * LANES + m], field) == 0.0
            group.mode[m] = 0.0 if dark else 1.0
            lane[RADIATION * LANES + m] = group.mode[m] * group.coefficient[m]
    suspect = np.zeros(NODES * LANES)
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
        if field.light:
            note(group.track, node, y, s1)
            look(
                y, s1, work[SUN:], work[MOON:], group.coefficient, group.mode,
                field.shadow_radius, field.shadow_stretch, group.sight,
                suspect[node * LANES : (node + 1) * LANES],
            )  # fmt: skip
        else:
            _keep(node, node, h, y[:_ROW], s1, per_second, row, everyone, nodes, filled)
        if node < NODES - 1:
            lane_step(count, clock, y, h, lane, field, scratch, y)
    if field.light:
        settle_start(count, group, suspect, field, nodes, filled)
        track = group.track
        last = 2 * (NODES - 1) * _ROW
        for k in range(_ROW):
            y[k], s1[k] = track[last + k], track[last + _ROW + k]
    for m in range(_ROW):
        first, second = s1[m], y[m]
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + m]
            first -= CORRECT_V[k] * f
            second -= CORRECT_R[k] * f
        s1[m], s2[m] = first, second + first
    group.place[0] = group.place[1] = NODES - 1
    _set_last(count, group)


@kernel
def _quiet(count, group, ahead):
    """Number of the first node that anyone wants; those before need not be left."""
    first = np.inf
    for m in range(count):
        # None is wanted of a lane that has ended.
        if group.last[m] > group.place[0]:
            first = min(first, np.floor(ahead[m] / abs(group.h[m])) - KEPT)
    return first


@inner
def _most(group, node, filled):
    """Most nodes of a lane that goes on."""
    most = 0
    for m in range(LANES):
        most = max(most, filled[m] if group.last[m] > node else 0)
    return most


@kernel
def multistep_march(count, group, field, ahead, nodes, filled, served):
    """Advance a group by some hundred steps, or until its nodes are full or every lane in use is
    past its end.

    Where nodes are not wanted for long, those that are there are dropped, and none are left.

    Parameters
    ----------
    ahead, nodes, filled, served
        See `orbitsim.kernels.nodes.serve`.

    Returns
    -------
    bool
        Whether all are past their ends.
    """
    h, history, s1, s2 = group.h, group.history, group.s1, group.s2
    ahead_r, ahead_v, ahead_c = np.empty(_ROW), np.empty(_ROW), np.empty(_ROW)
    v, a, inverse, work = np.empty(_ROW), np.empty(_ROW), np.empty(LANES), np.empty(WORK)
    per_second, clock, active = np.empty(LANES), np.empty(LANES), np.zeros(LANES)
    suspect, path, search = np.zeros(LANES), np.empty(PATH), np.empty(SEARCH_WORK)
    d, extra, before, after = np.empty(6), np.zeros(3), np.empty(6), np.empty(6)
    for m in range(LANES):
        per_second[m] = 1.0 / h[m]
    last = group.last
    final = np.max(last)
    node, newest = group.place[0], group.place[1]
    capacity = nodes.shape[0] - (MOST_NODES if field.light else 0)
    quiet = -1.0 if field.light else _quiet(count, group, ahead)
    if quiet > node + _SILENCE:
        filled[:] = 0
        served[:] = 0
    else:
        quiet = -1.0
    pause = node + nodes.shape[0]
    most = _most(group, node, filled)
    while True:
        if node >= final or node == pause or most >= capacity:
            group.place[0], group.place[1] = node, newest
            return node >= final
        for m in range(LANES):
            active[m] = 1.0 if node < last[m] else 0.0
        node += 1
        newest += 1
        if newest == _WINDOW:
            for m in range(NODES * _ROW):
                history[m] = history[(_WINDOW - NODES) * _ROW + m]
            if field.light:
                for m in range(2 * NODES * _ROW):
                    group.track[m] = group.track[2 * (_WINDOW - NODES) * _ROW + m]
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
        if not field.light:
            if node >= quiet:
                _keep(most, node, h, ahead_r, ahead_v, per_second, row, active, nodes, filled)
                most += 1
            continue
        look(
            ahead_r, ahead_v, work[SUN:], work[MOON:], group.coefficient, group.mode,
            field.shadow_radius, field.shadow_stretch, group.sight, suspect,
        )  # fmt: skip
        note(group.track, newest, ahead_r, ahead_v)
        base = newest - NODES + 1
        now = group.track[2 * newest * _ROW :]
        for m in range(count):
            if active[m] == 0.0:
                continue
            if suspect[m] == 0.0:
                keep_one(node, h, ahead_r, ahead_v, row, nodes, filled, m)
                continue
            weigh_past(history[base * _ROW :], m, before)
            moved, edge = settle(
                group, base, NODES - 1, node, m, field, path, search, d, extra, nodes, filled
            )
            keep_one(node, h, now, now[_ROW:], row, nodes, filled, m)
            touch_up(nodes, filled, m, extra, edge)
            if moved:
                weigh_past(history[base * _ROW :], m, after)
                shift_sums(before, after, d, s1, s2, m)
        most = _most(group, node, filled)
