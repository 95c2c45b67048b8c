"""Groups of orbits in lanes with adaptive steps: eccentric orbits, short arcs, and the way down.

Each lane has its own step, its own error and its own end; a rejected step or a landing in one does
not touch the others.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orbitsim.kernels.drag import ellipsoid_height
from orbitsim.kernels.dynamics import WORK, accelerate
from orbitsim.kernels.lanes import CONSTANTS, LANES, distance, kernel, load
from orbitsim.kernels.nodes import CLOCK, REST
from orbitsim.kernels.rungekutta import SCRATCH, lane_step, relative_errors

NOT_FINITE = 16
BELOW_GROUND = 32
STEP_TOO_SMALL = 34

_ROW = 3 * LANES
_SAFETY, _LEAST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 6.0
_FIRST_STEP = 0.02  # of the time sqrt(r^3 / mu); the controller finds its own from there
_SMALLEST_STEP = 1e-6  # of that time: below, the tolerance cannot be met
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


def adaptive_group() -> Adaptive:
    """Room for a group."""
    real = [np.empty(size * LANES) for size in (CONSTANTS, 6, 1, 1, 1, 1, 1)]
    active, fresh = np.zeros((2, LANES), dtype=np.bool_)
    code, steps = np.zeros((2, LANES), dtype=np.int64)
    return Adaptive(*real, active, fresh, code, steps)


@kernel
def _ground_height(y, m, field):
    r = distance(y, m)
    return ellipsoid_height(r, y[2 * LANES + m] / r, field.ground_radius, field.ground_flattening)


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
        group.smallest[m] = _SMALLEST_STEP * unit
        total = 0.0
        for c in range(6):
            total += group.y[c * LANES + m]
        for c in range(CONSTANTS):
            total += group.lane[c * LANES + m]
        group.code[m], group.steps[m] = 0, 0
        if not np.isfinite(total):
            group.code[m] = NOT_FINITE
        elif not _ground_height(group.y, m, field) >= 0.0:
            group.code[m] = BELOW_GROUND
        group.active[m] = group.fresh[m] = m < orbits.shape[0] and group.code[m] == 0


@kernel
def _keep(group, m, a, nodes, filled):
    """Write lane m's node."""
    k = filled[m]
    for c in range(6):
        nodes[k, c, m] = group.y[c * LANES + m]
    for c in range(3):
        nodes[k, 6 + c, m] = a[c * LANES + m]
    nodes[k, CLOCK, m], nodes[k, REST, m] = group.clock[m], group.rest[m]
    filled[m] += 1
    group.fresh[m] = False


@kernel
def _next_step(group, step):
    """Steps to try: two equal ones to the end when it is near, so that none becomes tiny."""
    for m in range(LANES):
        left = group.end[m] - group.clock[m]
        step[m] = group.h[m]
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
    where the tolerance cannot be met.

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
    y, h = group.y, group.h
    capacity = nodes.shape[0]
    while np.any(group.active) and np.max(filled) < capacity - 1:
        _next_step(group, step)
        lane_step(count, group.clock, y, step, group.lane, field, scratch, after)
        relative_errors(y, step, scratch, error)
        for m in range(count):
            if group.fresh[m]:
                _keep(group, m, scratch, nodes, filled)
            if not group.active[m]:
                continue
            group.steps[m] += 1
            eighth_root = np.sqrt(np.sqrt(np.sqrt(error[m] / tolerance)))
            factor = _LEAST_FACTOR
            if eighth_root * _LARGEST_FACTOR <= _SAFETY:
                factor = _LARGEST_FACTOR
            elif eighth_root * _LEAST_FACTOR < _SAFETY:
                factor = _SAFETY / eighth_root
            if error[m] <= tolerance:
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
            _keep(group, m, a, nodes, filled)
