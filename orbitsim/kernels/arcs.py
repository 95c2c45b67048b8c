"""Numerical propagation of a batch: which orbit goes by which integrator, and with what step.

Near-circular arcs of a revolution and more go by the multistep method, whose step is a fixed part
of each orbit's period.  The gap between its predictor and corrector is measured at every step; an
orbit whose gap ends above the tolerance is done again with the step that the measured gap asks for,
and what still fails, comes near the ground, is open, very eccentric or short goes by adaptive
steps. All of this is decided orbit by orbit, so an orbit's result does not depend on its company.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels.adaptive import NOT_FINITE, adaptive_arcs
from orbitsim.kernels.arrays import FloatArray, as_columns, as_input, as_outputs
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.lanes import LANES, Field
from orbitsim.kernels.multistep import NODES, multistep_arcs

StatusArray = NDArray[np.uint8]

_TRIES = 3
_MOST_ECCENTRIC = 0.5  # beyond, adaptive steps are as fast
_LEAST_RADIUS = 1.01  # in ground radii: what comes lower goes by adaptive steps
_LEAST_STEPS = 52.0  # per revolution of a circle at the perigee; below 46 the method is not stable
_GAP_POWER = 1.0 / (NODES + 2)  # the gap goes with the step to the power NODES + 2
_LARGEST_REFINEMENT = 4.0


def numerical_grid(
    r: Any,
    v: Any,
    drag: Any,
    t: Any,
    field: Field,
    *,
    offset: Any = None,
    tolerance: float = 1e-13,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, StatusArray]:
    """States of N orbits at T instants under the forces of `field`.

    Parameters
    ----------
    r, v : array_like, shape (3, N)
        Position and velocity, m and m/s, z along the pole; any conic.
    drag : array_like, shape (N,)
        Half the ballistic coefficient times the density at the base height, 1/m; 0 for none.
    t : array_like, shape (T,)
        Seconds, of either sign and in any order.
    field : Field
        Constants of the forces.
    offset : array_like, shape (N,), optional
        Seconds from each orbit's epoch to the origin of `t`.
    tolerance : float
        Largest error of a step relative to the distance (adaptive steps: to the speed as well), or
        what stands for it, the gap between predictor and corrector.
    out : pair of ndarray, shape (3, N, T), optional
        Where to put positions and velocities; C-contiguous float64.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    r, v : ndarray, shape (3, N, T)
    status : ndarray of uint8, shape (N, T)
        `orbitsim.errors.Status` of each state; NaN where it is not 0.

    Notes
    -----
    With the default tolerance a low orbit of any eccentricity below 0.5 is within 0.5 mm after a
    day, and most are within 0.02 mm.
    """
    r, v, t = as_columns(r, 3, "r"), as_columns(v, 3, "v"), as_input(t)
    n = r.shape[1]
    drag = as_input(drag)
    offset = as_input(np.zeros(n) if offset is None else offset)
    if not v.shape[1] == n == drag.size == offset.size:
        raise ValueError(
            f"r, v, drag and offset must hold as many orbits, "
            f"got {n}, {v.shape[1]}, {drag.size} and {offset.size}"
        )
    if not 1e-15 <= tolerance <= 1e-6:
        raise ValueError(f"tolerance must lie between 1e-15 and 1e-6, got {tolerance!r}")
    grid = (n, t.size)
    r_out, v_out = as_outputs(out, (3, *grid))
    status = np.zeros(grid, dtype=np.uint8)
    finite = np.isfinite(t)
    if not finite.all():
        r_out[..., ~finite], v_out[..., ~finite] = np.nan, np.nan
        status[:, ~finite] = NOT_FINITE
    column = np.flatnonzero(finite)
    column = column[np.argsort(t[column], kind="stable")]
    if n == 0 or column.size == 0:
        return r_out, v_out, status
    ascending = as_input(t[column])
    state = as_input(np.concatenate([r, v]))
    common = (drag, offset, ascending, column)
    outputs = (r_out, v_out)
    for direction, reach in ((1, offset + ascending[-1]), (-1, -(offset + ascending[0]))):
        wanted = reach >= 0.0 if direction > 0 else reach > 0.0
        steps = _first_steps(state, reach, tolerance, field)
        smooth = wanted & (steps > 0.0)
        left = wanted & ~smooth
        left[smooth] = _multistep(
            state, np.flatnonzero(smooth), steps, reach, tolerance, direction, field, common,
            outputs, threads,
        )  # fmt: skip
        _adaptive(
            state,
            np.flatnonzero(left),
            tolerance,
            direction,
            field,
            common,
            outputs,
            status,
            threads,
        )
    return r_out, v_out, status


def _first_steps(
    state: FloatArray, reach: FloatArray, tolerance: float, field: Field
) -> FloatArray:
    """Steps (s) with which the multistep method should meet the tolerance; NaN for other orbits.

    The number of steps in a revolution is a fit to the gaps of orbits with perigees from 250 km to
    20,000 km without drag.
    """
    with np.errstate(all="ignore"):
        x, y, z, vx, vy, vz = state
        distance = np.sqrt(x * x + y * y + z * z)
        speed_squared = vx * vx + vy * vy + vz * vz
        climb = x * vx + y * vy + z * vz
        a = 1.0 / (2.0 / distance - speed_squared / field.mu)
        e = np.sqrt((1.0 - distance / a) ** 2 + climb * climb / (field.mu * a))
        period = 2.0 * np.pi * np.sqrt(a**3 / field.mu)
        count = 78.0 * (1.0 + (2.3 - 1.1 * e) * e) * (1e-13 / tolerance) ** _GAP_POWER
        count = np.maximum(count, _LEAST_STEPS) / (1.0 - e) ** 1.5
        lowest = a * (1.0 - e)
        suited = (e <= _MOST_ECCENTRIC) & (lowest > _LEAST_RADIUS * field.ground_radius)
        return np.where(suited & (reach >= period), period / count, np.nan)


def _multistep(
    state: FloatArray,
    orbits: NDArray[np.intp],
    steps: FloatArray,
    reach: FloatArray,
    tolerance: float,
    direction: int,
    field: Field,
    common: tuple[Any, ...],
    outputs: tuple[FloatArray, FloatArray],
    threads: int | None,
) -> NDArray[np.bool_]:
    """Propagate `orbits`; True for those of them that this method could not bring there."""
    size = state.shape[1]
    gap, deepest = np.zeros(size), np.zeros(size)
    finest = steps / _LARGEST_REFINEMENT
    failed = np.ones(size, dtype=np.bool_)
    pending = orbits
    for _ in range(_TRIES):
        if pending.size == 0:
            break
        # Orbits of a group march equally many steps; sorted, few of them march in vain.
        order = pending[np.argsort(reach[pending] / steps[pending], kind="stable")]

        def task(start: int, stop: int, order: NDArray[np.intp] = order) -> None:
            group = order[start:stop]
            multistep_arcs(state, group, steps, *common, direction, field, *outputs, gap, deepest)

        run_blocks(task, order.size, LANES, threads=threads)
        relative = np.sqrt(gap[pending])
        clear = deepest[pending] * field.ground_radius * _LEAST_RADIUS < 1.0
        failed[pending[clear & (relative <= tolerance)]] = False
        pending = pending[clear & (relative > tolerance)]
        steps[pending] /= 1.05 * (np.sqrt(gap[pending]) / tolerance) ** _GAP_POWER
        pending = pending[steps[pending] >= finest[pending]]
    return failed[orbits]


def _adaptive(
    state: FloatArray,
    orbits: NDArray[np.intp],
    tolerance: float,
    direction: int,
    field: Field,
    common: tuple[Any, ...],
    outputs: tuple[FloatArray, FloatArray],
    status: StatusArray,
    threads: int | None,
) -> None:
    """Propagate `orbits` by adaptive steps."""
    tried = np.zeros(state.shape[1], dtype=np.int64)

    def task(start: int, stop: int) -> None:
        adaptive_arcs(
            state, orbits[start:stop], tolerance, *common, direction, field, *outputs, status, tried
        )

    run_blocks(task, orbits.size, LANES, threads=threads)
