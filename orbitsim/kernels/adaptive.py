"""Groups of orbits in lanes with adaptive steps: eccentric orbits, short arcs, and the way down.

Each lane has its own step, its own error and its own end; a rejected step or a landing in one does
not touch the others.  A state between two steps is a step of its own from the one before, so that
it carries the accuracy of the eighth-order formula and no interpolation's.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import LANES, ellipsoid_height, first_instant, kernel
from orbitsim.kernels.rungekutta import SCRATCH, lane_step, relative_errors

NOT_FINITE = 16
BELOW_GROUND = 32
CAME_DOWN = 33
STEP_TOO_SMALL = 34

_STATE = 6 * LANES
_SAFETY, _LEAST_FACTOR, _LARGEST_FACTOR = 0.9, 0.2, 6.0
_FIRST_STEP = 0.02  # of the time sqrt(r^3 / mu); the controller finds its own from there
_SMALLEST_STEP = 1e-6  # of that time: below, the tolerance cannot be met
_NEAR_GROUND = 1.1  # in ground radii: how low a step must come for the ground to be looked for


@kernel
def _distance(y, m):
    return np.sqrt(y[m] ** 2 + y[LANES + m] ** 2 + y[2 * LANES + m] ** 2)


@kernel
def _climb(y, m):
    """r . v of lane m."""
    total = 0.0
    for c in range(3):
        total += y[c * LANES + m] * y[(c + 3) * LANES + m]
    return total


@kernel
def _height(y, m, field):
    """Height of lane m over the ground."""
    r = _distance(y, m)
    return ellipsoid_height(r, y[2 * LANES + m] / r, field.ground_radius, field.ground_flattening)


@kernel
def _find_landings(y, after, h, accepted, drag, field, scratch, probe, probe_h, landing):
    """Set `landing`: seconds into the step at which a lane was found below the ground, else inf.

    Looked at are the end of the step and, where it passes a perigee, the point at which r . v
    vanishes by linear interpolation.
    """
    near = False
    for m in range(LANES):
        landing[m] = np.inf
        if accepted[m]:
            near |= min(_distance(y, m), _distance(after, m)) < _NEAR_GROUND * field.ground_radius
    if not near:
        return
    passes = False
    for m in range(LANES):
        probe_h[m] = 0.0
        if not accepted[m]:
            continue
        if _height(after, m, field) < 0.0:
            landing[m] = h[m]
        before, behind = _climb(y, m), _climb(after, m)
        if before * h[m] < 0.0 < behind * h[m]:
            probe_h[m] = h[m] * before / (before - behind)
            passes = True
    if passes:
        lane_step(y, probe_h, drag, field, scratch, probe)
        for m in range(LANES):
            if probe_h[m] != 0.0 and _height(probe, m, field) < 0.0:
                landing[m] = probe_h[m]


@kernel
def _serve(
    y, h, accepted, clock, orbits, target, instant, offset, t, column, direction, drag, field,
    scratch, probe, probe_h, landing, r_out, v_out,
):  # fmt: skip
    """Write the states at the instants that lie within the accepted steps, before any landing."""
    while True:
        waiting = False
        for m in range(LANES):
            ahead = target[m] - clock[m]
            wanted = accepted[m] and abs(ahead) <= abs(h[m]) and abs(ahead) < abs(landing[m])
            probe_h[m] = ahead if wanted else 0.0
            accepted[m] = wanted
            waiting |= wanted
        if not waiting:
            return
        lane_step(y, probe_h, drag, field, scratch, probe)
        for m in range(orbits.shape[0]):
            if not accepted[m]:
                continue
            if _height(probe, m, field) < 0.0:
                landing[m] = probe_h[m]
                continue
            n, i = orbits[m], instant[m]
            for c in range(3):
                r_out[c, n, column[i]] = probe[c * LANES + m]
                v_out[c, n, column[i]] = probe[(c + 3) * LANES + m]
            i += direction
            instant[m] = i
            target[m] = offset[n] + t[i] if 0 <= i < t.shape[0] else np.inf


@kernel
def _abandon(n, i, direction, code, column, r_out, v_out, status):
    """Fill the instants from i on with NaN and the code."""
    while 0 <= i < column.shape[0]:
        for c in range(3):
            r_out[c, n, column[i]] = np.nan
            v_out[c, n, column[i]] = np.nan
        status[n, column[i]] = code
        i += direction


@kernel
def adaptive_arcs(
    state, orbits, tolerance, drag, offset, t, column, direction, field, r_out, v_out, status, steps
):
    """Propagate one group of up to LANES orbits and write their states at all instants.

    Parameters
    ----------
    state : ndarray, shape (6, N)
        m and m/s at each orbit's epoch, z along the pole; any conic.
    orbits : ndarray of int, shape (M,), 1 <= M <= LANES
        Which of the N.
    tolerance : float
        Largest error of a step, relative to the distance and to the speed.
    drag : ndarray, shape (N,)
        Half the ballistic coefficient times the base density, 1/m.
    offset : ndarray, shape (N,)
        Seconds from each orbit's epoch to the origin of `t`.
    t, column : ndarray, shape (T,)
        Finite instants (s), ascending, and the output column of each.
    direction : int
        +1 serves the instants at or after each epoch, -1 those before.
    field : Field
        Constants of the forces.
    r_out, v_out : ndarray, shape (3, N, >= T)
        Written where `direction` reaches; NaN where `status` is not 0.
    status : ndarray of uint8, shape (N, >= T)
        Set to `BELOW_GROUND` where the epoch's state is, `CAME_DOWN` from a landing on,
        `STEP_TOO_SMALL` where the tolerance cannot be met, `NOT_FINITE`.
    steps : ndarray of int, shape (N,)
        Increased by the number of steps tried; each evaluates the forces 12 times.
    """
    count = orbits.shape[0]
    y, after, probe = np.empty(_STATE), np.empty(_STATE), np.empty(_STATE)
    h, probe_h, smallest = np.empty(LANES), np.zeros(LANES), np.empty(LANES)
    lane_drag, clock, error = np.empty(LANES), np.zeros(LANES), np.empty(LANES)
    landing = np.full(LANES, np.inf)
    target = np.full(LANES, np.inf)  # next instant, seconds from the epoch
    instant = np.zeros(LANES, np.int64)
    alive, accepted = np.zeros(LANES, np.bool_), np.zeros(LANES, np.bool_)
    scratch = np.empty(SCRATCH)
    for m in range(LANES):
        n = orbits[min(m, count - 1)]
        lane_drag[m] = drag[n]
        for c in range(6):
            y[c * LANES + m] = state[c, n]
        distance = _distance(y, m)
        unit = distance * np.sqrt(distance / field.mu)
        h[m] = direction * _FIRST_STEP * unit
        smallest[m] = _SMALLEST_STEP * unit
        if m >= count:
            continue
        i = first_instant(offset[n], t, direction)
        if not 0 <= i < t.shape[0]:
            continue
        instant[m], target[m] = i, offset[n] + t[i]
        height = _height(y, m, field)
        finite = np.isfinite(height) and np.isfinite(_climb(y, m)) and np.isfinite(drag[n])
        alive[m] = finite and height >= 0.0
        if not alive[m]:
            code = BELOW_GROUND if finite else NOT_FINITE
            _abandon(n, i, direction, code, column, r_out, v_out, status)

    while np.any(alive):
        lane_step(y, h, lane_drag, field, scratch, after)
        relative_errors(y, h, scratch, error)
        for m in range(LANES):
            accepted[m] = alive[m] and error[m] <= tolerance
        _find_landings(y, after, h, accepted, lane_drag, field, scratch, probe, probe_h, landing)
        _serve(
            y, h, accepted, clock, orbits, target, instant, offset, t, column, direction, lane_drag,
            field, scratch, probe, probe_h, landing, r_out, v_out,
        )  # fmt: skip
        for m in range(count):
            if not alive[m]:
                continue
            n = orbits[m]
            steps[n] += 1
            code = 0
            if landing[m] != np.inf and target[m] != np.inf:
                code = CAME_DOWN
            if error[m] <= tolerance:
                clock[m] += h[m]
                for c in range(6):
                    y[c * LANES + m] = after[c * LANES + m]
            eighth_root = np.sqrt(np.sqrt(np.sqrt(error[m] / tolerance)))
            factor = _LEAST_FACTOR
            if eighth_root * _LARGEST_FACTOR <= _SAFETY:
                factor = _LARGEST_FACTOR
            elif eighth_root * _LEAST_FACTOR < _SAFETY:
                factor = _SAFETY / eighth_root
            h[m] *= factor
            if code == 0 and not abs(h[m]) >= smallest[m]:
                code = STEP_TOO_SMALL
            if code != 0:
                _abandon(n, instant[m], direction, code, column, r_out, v_out, status)
            alive[m] = code == 0 and target[m] != np.inf
