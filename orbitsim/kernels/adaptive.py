"""Groups of orbits in lanes with adaptive steps: eccentric orbits, short arcs, and the way down.

Each lane has its own step, its own error and its own end; a rejected step or a landing in one does
not touch the others.

A step ends at an edge of shadow.  Between edges sunlight is all or nothing, and the steps are short
while part of the Sun is seen: what this part differs by is added after each (see
`orbitsim.kernels.shadows`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orbitsim.kernels.drag import ground_height
from orbitsim.kernels.dynamics import WORK, accelerate
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import (
    CONSTANTS,
    LANES,
    ORIGIN,
    RADIATION,
    distance,
    inner,
    kernel,
    load,
)
from orbitsim.kernels.nodes import CLOCK, EDGE, REST
from orbitsim.kernels.rungekutta import SCRATCH, lane_step, relative_errors
from orbitsim.kernels.shadow_edges import (
    PATH,
    SEARCH_WORK,
    find_contacts,
    lay,
    point,
    pressure_at,
    share_at,
)
from orbitsim.kernels.shadows import FINE, deviate

NOT_FINITE = 16
BELOW_GROUND = 32
STEP_TOO_SMALL = 34

_ROW = 3 * LANES
_SAFETY, _LEAST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 6.0
_FIRST_STEP = 0.02  # of the time sqrt(r^3 / mu); the controller finds its own from there
_SMALLEST_STEP = 1e-6  # of that time: below, the tolerance cannot be met
_SMALLEST_PART = 1e-3  # of the arc
_ROUGH_AIR = 130e3  # m; below, a step as short as _SHORT times the smallest stands
_SHORT = 1.0 / _LEAST_FACTOR
_ROUGH_ERROR = 1e-7  # if its error is at most this
_LONGEST_LEVER = 10.0
_AT_EDGE = 1e-4  # s; so close to an edge of shadow a step may end
_BETWEEN = 3.0  # steps from one edge to the next that are not short, as polynomials stop at edges
_LEAST_STEPS = 3.0  # in an arc, so that its ends do not hang on one polynomial of low degree


class Adaptive(NamedTuple):
    """A group on its way; arrays over lanes, brought up to date as it goes."""

    lane: Any
    y: Any
    clock: Any
    rest: Any
    """What the clock lost in rounding."""
    h: Any
    smallest: Any
    end: Any
    active: Any
    fresh: Any
    code: Any
    steps: Any
    coefficient: Any
    """Reflectivity times area over mass, m2/kg."""
    mode: Any
    """Light that the steps take for granted, 1 or 0."""
    share: Any
    """Light at the clock."""
    edge: Any
    """1 where the clock stands at an edge, or else 0."""
    cut: Any
    """Longest step to the next edge, s."""
    since: Any
    """Steps since the last edge or the start, at most `_BETWEEN`."""


def adaptive_group() -> Adaptive:
    """Room for a group."""
    active, fresh = np.zeros((2, LANES), dtype=np.bool_)
    code, steps = np.zeros((2, LANES), dtype=np.int64)
    clock, rest, h, smallest, end = np.zeros((5, LANES))
    coefficient, mode, share, edge, cut, since = np.zeros((6, LANES))
    return Adaptive(
        np.empty(CONSTANTS * LANES), np.empty(2 * _ROW), clock, rest, h, smallest, end, active,
        fresh, code, steps, coefficient, mode, share, edge, cut,
        since,
    )  # fmt: skip


@kernel
def _ground_height(y, m, field):
    return ground_height(y[m], y[LANES + m], y[2 * LANES + m], field)


@inner
def _lever(y, m, mu):
    """How a relative error acts on the semi-major axis, and so on the time to come, beside what it
    does on a circle.

    da / a = 2 (a / r) dr / r + 2 (a v^2 / mu) dv / v, from the energy.
    """
    vx, vy, vz = y[_ROW + m], y[_ROW + LANES + m], y[_ROW + 2 * LANES + m]
    share = (vx * vx + vy * vy + vz * vz) * distance(y, m) / mu
    top = max(share, 1.0)
    return top / max(2.0 - share, top / _LONGEST_LEVER)


@inner
def _set_light(group, m, field):
    """Light at the start."""
    group.coefficient[m] = group.lane[RADIATION * LANES + m]
    place = group.lane[ORIGIN * LANES + m]
    share = share_at(group.y[m], group.y[LANES + m], group.y[2 * LANES + m], place, field)
    group.share[m] = share
    group.mode[m] = 0.0 if share == 0.0 else 1.0
    group.lane[RADIATION * LANES + m] = group.mode[m] * group.coefficient[m]


@kernel
def adaptive_start(group, state, constants, orbits, end, field):
    """Put orbits at the start of their arcs.

    Parameters
    ----------
    group : Adaptive
    state : ndarray, shape (6, N)
        m and m/s; any conic.
    constants : ndarray, shape (CONSTANTS, N)
        See `orbitsim.kernels.lanes`.
    orbits : ndarray of int, shape (M,), 1 <= M <= LANES
        Which of the N.
    end : ndarray, shape (N,)
        Seconds from the start to the end; negative for going back.
    field : Field

    `group.code` is `BELOW_GROUND` or `NOT_FINITE` where an orbit cannot start.
    """
    load(state, orbits, group.y)
    load(constants, orbits, group.lane)
    for m in range(LANES):
        n = orbits[min(m, orbits.shape[0] - 1)]
        r = distance(group.y, m)
        unit = r * np.sqrt(r / field.mu)
        direction = 1.0 if end[n] >= 0.0 else -1.0
        group.end[m] = end[n]
        group.clock[m], group.rest[m] = 0.0, 0.0
        group.h[m] = direction * min(_FIRST_STEP * unit, abs(end[n]) / _LEAST_STEPS)
        # An arc may be shorter than the least step of a longer one.
        group.smallest[m] = min(_SMALLEST_STEP * unit, _SMALLEST_PART * abs(end[n]))
        total = 0.0
        for c in range(6):
            total += group.y[c * LANES + m]
        for c in range(CONSTANTS):
            total += group.lane[c * LANES + m]
        group.code[m], group.steps[m] = 0, 0
        group.edge[m], group.cut[m], group.since[m] = 0.0, np.inf, 0.0
        group.share[m] = group.mode[m] = 1.0
        if field.light:
            _set_light(group, m, field)
        if not np.isfinite(total):
            group.code[m] = NOT_FINITE
        elif not _ground_height(group.y, m, field) >= 0.0:
            group.code[m] = BELOW_GROUND
        group.active[m] = group.fresh[m] = m < orbits.shape[0] and group.code[m] == 0


@kernel
def _keep(group, m, a, field, nodes, filled):
    """Write lane m's node."""
    k = filled[m]
    for c in range(6):
        nodes[k, c, m] = group.y[c * LANES + m]
    for c in range(3):
        nodes[k, 6 + c, m] = a[c * LANES + m]
    nodes[k, CLOCK, m], nodes[k, REST, m] = group.clock[m], group.rest[m]
    nodes[k, EDGE, m] = group.edge[m]
    if group.share[m] != group.mode[m]:
        place = group.lane[ORIGIN * LANES + m] + group.clock[m] * (1.0 / PIECE_SECONDS)
        px, py, pz = pressure_at(
            nodes[k, 0, m], nodes[k, 1, m], nodes[k, 2, m], place, group.coefficient[m], field
        )
        more = group.share[m] - group.mode[m]
        nodes[k, 6, m] += more * px
        nodes[k, 7, m] += more * py
        nodes[k, 8, m] += more * pz
    group.edge[m] = 0.0
    filled[m] += 1
    group.fresh[m] = False


@inner
def _shade(group, m, step, a, after, field, path, work, d, nodes, filled):
    """Let lane m's step meet the edges of shadow; whether it may stand.

    It may not if an edge lies within, if it took the wrong light for granted, or if it is long and
    part of the Sun is seen; the group then knows better for the next trial.  If it may, `after` is
    put right.
    """
    for c in range(3):
        at = c * LANES + m
        lay(
            path, c, group.y[at], step * group.y[_ROW + at], step * step * a[at],
            after[at], step * after[_ROW + at],
        )  # fmt: skip
    clock, span = group.clock[m], step * (1.0 / PIECE_SECONDS)
    place = group.lane[ORIGIN * LANES + m] + clock * (1.0 / PIECE_SECONDS)
    count = find_contacts(path, place, span, field, work)
    near = min(_AT_EDGE / abs(step), 0.25)
    first = 0
    while first < count and work[first] < near:
        first += 1
    if first > 0:
        # The step before ended just short of it.
        nodes[filled[m] - 1, EDGE, m] = 1.0
        group.since[m] = 0.0
    contact = work[first] if first < count else 1.0
    r = distance(group.y, m)
    longest = 0.99 * FINE * r * np.sqrt(r / field.mu)
    if contact < 1.0 - near:
        group.cut[m] = contact * abs(step)
        if group.cut[m] > longest and group.since[m] < _BETWEEN - 1.0:
            group.cut[m] /= _BETWEEN - group.since[m]
        return False
    group.edge[m] = 1.0 if first < count else 0.0
    x, y, z = point(path, 0.5)
    share = share_at(x, y, z, place + 0.5 * span, field)
    if share == group.mode[m]:
        group.share[m] = share
        return True
    if share == 0.0 or share == 1.0:
        group.mode[m] = share
        group.lane[RADIATION * LANES + m] = share * group.coefficient[m]
        return False
    if abs(step) > longest:
        group.cut[m] = longest
        return False
    group.share[m], _ = deviate(
        path, work, 0, step, clock, group.rest[m], place, span, group.coefficient[m],
        group.mode[m], field, d, nodes, filled, m,
    )  # fmt: skip
    for c in range(3):
        after[c * LANES + m] += d[c]
        after[_ROW + c * LANES + m] += d[3 + c] / step
    return True


@kernel
def _next_step(group, step):
    """Steps to try: two equal ones to the end when it is near, so that none becomes tiny."""
    for m in range(LANES):
        left = group.end[m] - group.clock[m]
        step[m] = group.h[m]
        if abs(step[m]) > group.cut[m]:
            step[m] = np.copysign(group.cut[m], step[m])
        if abs(left) <= abs(step[m]):
            step[m] = left
        elif abs(left) < 2.0 * abs(step[m]):
            step[m] = 0.5 * left
        if not group.active[m]:
            step[m] = 0.0


@kernel
def adaptive_march(count, group, tolerance, field, nodes, filled):
    """Advance a group until a lane's nodes are full, or all have ended.

    A lane ends at its end, below the ground, or with a code: `NOT_FINITE`, or `STEP_TOO_SMALL`
    where the tolerance cannot be met.  In dense air, below 130 km, a step of some milliseconds over
    a jump of the air's model stands all the same.

    Parameters
    ----------
    count : int
        Lanes in use.
    tolerance : float
        Largest error of a step, relative to the distance and to the speed.
    nodes, filled
        See `orbitsim.kernels.nodes.serve`.
    """
    scratch, after = np.empty(SCRATCH), np.empty(6 * LANES)
    step, error = np.empty(LANES), np.empty(LANES)
    path, search, d = np.empty(PATH), np.empty(SEARCH_WORK), np.empty(6)
    y, h = group.y, group.h
    capacity = nodes.shape[0]
    while np.any(group.active) and np.max(filled) < capacity - 1:
        _next_step(group, step)
        lane_step(count, group.clock, y, step, group.lane, field, scratch, after)
        relative_errors(y, step, scratch, error)
        for m in range(count):
            if group.fresh[m]:
                _keep(group, m, scratch, field, nodes, filled)
            if not group.active[m]:
                continue
            group.steps[m] += 1
            error[m] *= _lever(y, m, field.mu)
            eighth_root = np.sqrt(np.sqrt(np.sqrt(error[m] / tolerance)))
            factor = _LEAST_FACTOR
            if eighth_root * _LARGEST_FACTOR <= _SAFETY:
                factor = _LARGEST_FACTOR
            elif eighth_root * _LEAST_FACTOR < _SAFETY:
                factor = _SAFETY / eighth_root
            stands = error[m] <= tolerance
            # The models of dense air have jumps, over which no step is short enough.
            short = abs(step[m]) <= _SHORT * group.smallest[m] and error[m] <= _ROUGH_ERROR
            if not stands and short and _ground_height(y, m, field) < _ROUGH_AIR:
                stands, factor = True, 1.0
            if stands and group.coefficient[m] > 0.0:
                stands = _shade(
                    group, m, step[m], scratch, after, field, path, search, d, nodes, filled
                )
            if stands:
                group.cut[m] = np.inf
                group.since[m] = 0.0 if group.edge[m] > 0.0 else min(group.since[m] + 1.0, _BETWEEN)
                last = step[m] == group.end[m] - group.clock[m]
                before = group.clock[m]
                group.clock[m] = group.end[m] if last else before + step[m]
                group.rest[m] += step[m] - (group.clock[m] - before)
                for c in range(6):
                    y[c * LANES + m] = after[c * LANES + m]
                group.fresh[m] = True
                group.active[m] = not last and _ground_height(y, m, field) >= 0.0
            # A step cut short by the end says nothing against the one before.
            if error[m] > tolerance or factor * abs(step[m]) > abs(h[m]) or step[m] == h[m]:
                h[m] = factor * step[m]
            if group.active[m] and not abs(h[m]) >= group.smallest[m]:
                group.active[m] = False
                group.code[m] = STEP_TOO_SMALL
            if np.isnan(error[m]):
                group.active[m] = False
                group.code[m] = STEP_TOO_SMALL
    if np.any(group.active):
        return
    a, inverse, work = np.empty(_ROW), np.empty(LANES), np.empty(WORK)
    accelerate(count, group.clock, y[:_ROW], y[_ROW:], group.lane, field, a, inverse, work)
    for m in range(count):
        if group.fresh[m]:
            _keep(group, m, a, field, nodes, filled)
