"""Numerical propagation of a batch: which orbit goes by which integrator, and with what step.

Near-circular arcs of a revolution and more go by the multistep method, whose step is a fixed part
of each orbit's period.  The gap between its predictor and corrector is measured at every step; an
orbit whose gap comes above the tolerance is done again with the step that the measured gap asks
for, and what still fails, comes near the ground, is open, very eccentric or short goes by adaptive
steps. All of this is decided orbit by orbit, so an orbit's result does not depend on its company.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels.adaptive import adaptive_group, adaptive_march, adaptive_start
from orbitsim.kernels.arrays import FloatArray, as_columns, as_input, as_outputs
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.dynamics import Field
from orbitsim.kernels.lanes import CONSTANTS, LANES
from orbitsim.kernels.multistep import multistep_group, multistep_march, multistep_start
from orbitsim.kernels.multistep_weights import NODES
from orbitsim.kernels.nodes import NODE, abandon, serve

StatusArray = NDArray[np.uint8]
IntArray = NDArray[np.int64]

NOT_FINITE = 16
CAME_DOWN = 33

_CAPACITY = 256  # nodes between two servings; they stay in the second-level cache
_TRIES = 4
_MOST_ECCENTRIC = 0.5  # beyond, adaptive steps are as fast
_LEAST_RADIUS = 1.01  # in ground radii: what comes lower goes by adaptive steps
_LEAST_STEPS = 52.0  # per revolution of a circle at the perigee; below 46 the method is not stable
_GAP_POWER = 1.0 / (NODES + 2)  # the gap goes with the step to the power NODES + 2
_LARGEST_REFINEMENT = 4.0
_FELT = 5.9  # degree of gravity times the logarithm of the radius, above which it is not felt


@dataclass(frozen=True, slots=True)
class Nodes:
    """What the integrators left behind of N arcs; see `orbitsim.kernels.nodes`.

    Attributes
    ----------
    table : ndarray, shape (K, NODE, 1)
        Of all arcs, one after the other; each in the order of its march.
    start : ndarray of int, shape (N + 1,)
        Where each arc's begin, and the end of all.
    """

    table: FloatArray
    start: IntArray


@dataclass(frozen=True, slots=True)
class Arcs:
    """States of N arcs.

    Attributes
    ----------
    r, v : ndarray, shape (3, N, T)
    status : ndarray of uint8, shape (N, T)
        `orbitsim.errors.Status` of each state; NaN where it is not 0.
    end : ndarray, shape (6, N)
        State at the end of each arc; NaN if it was not reached.
    landing : ndarray, shape (N,)
        Seconds from the start to the ground, or inf.
    code : ndarray of uint8, shape (N,)
        `orbitsim.errors.Status` of the arc as a whole: 0 if it came to its end.
    nodes : Nodes or None
    """

    r: FloatArray
    v: FloatArray
    status: StatusArray
    end: FloatArray
    landing: FloatArray
    code: StatusArray
    nodes: Nodes | None


@dataclass(frozen=True, slots=True)
class _Task:
    """Arcs in one direction, and where their results go."""

    state: FloatArray
    constants: FloatArray
    field: Field
    tolerance: float
    direction: int
    until: FloatArray
    offset: FloatArray
    t: FloatArray
    column: IntArray
    first: IntArray
    beyond: IntArray
    r: FloatArray
    v: FloatArray
    status: StatusArray
    end: FloatArray
    landing: FloatArray
    code: StatusArray
    threads: int | None
    instant: IntArray
    kept: dict[int, list[FloatArray]] | None = default(default=None)

    def forget(self, orbits: IntArray) -> None:
        """Make ready for a try, whatever another one left behind."""
        self.instant[orbits] = self.first[orbits]
        self.landing[orbits] = np.inf
        if self.kept is not None:
            for n in orbits.tolist():
                self.kept[n] = []

    def serve(self, group: _Group, finished: NDArray[np.bool_]) -> None:
        """Write out what the group's nodes reach."""
        held = (~finished).astype(np.int64)  # the last node may yet turn out to be an edge
        if self.kept is not None:
            for m, n in enumerate(group.orbits.tolist()):
                known, ready = int(group.known[m]), int(group.filled[m] - held[m])
                self.kept[n].append(group.nodes[known:ready, :, m].copy())
        serve(
            group.nodes, group.filled, group.served, finished, group.orbits, self.field,
            self.offset, self.t, self.column, self.direction, self.instant, self.beyond,
            self.until, self.end, self.landing, self.r, self.v, group.ahead,
        )  # fmt: skip
        if self.kept is not None:
            group.ahead[:] = 0.0  # every node is wanted
        group.known[:] = group.filled - held

    def abandon(self, n: int, code: int) -> None:
        """Give up an orbit's instants that are still to come."""
        self.code[n] = code
        abandon(
            n, self.instant, self.beyond, self.direction, code, self.column, self.r, self.v,
            self.status,
        )  # fmt: skip


class _Group:
    """A group's nodes on their way from integrator to output."""

    __slots__ = ("ahead", "filled", "known", "nodes", "orbits", "served")

    def __init__(self, orbits: IntArray) -> None:
        self.orbits = orbits
        self.nodes = np.empty((_CAPACITY, NODE, LANES))
        self.filled, self.served, self.known = np.zeros((3, LANES), dtype=np.int64)
        self.ahead = np.zeros(LANES)


def integrate(
    state: Any,
    constants: Any,
    t: Any,
    field: Field,
    *,
    offset: Any = None,
    until: Any = None,
    tolerance: float = 1e-13,
    out: tuple[FloatArray, FloatArray] | None = None,
    keep: bool = False,
    threads: int | None = None,
) -> Arcs:
    """States of N orbits at T instants under the forces of `field`.

    Parameters
    ----------
    state : array_like, shape (6, N)
        Position and velocity at the start, m and m/s; any conic.
    constants : array_like, shape (CONSTANTS, N)
        What each orbit has to itself; see `orbitsim.kernels.lanes`.
    t : array_like, shape (T,)
        Seconds, of either sign and in any order.
    field : Field
        The forces.
    offset : array_like, shape (N,), optional
        Seconds from each orbit's start to the origin of `t`.
    until : array_like, shape (N,), optional
        Seconds from the start to the end of each arc, not negative: then only instants from the
        start on and before the end are served, and the state at the end.  Without it all instants
        are, before the start too.
    tolerance : float
        Largest error of a step relative to the distance (adaptive steps: to the speed as well), or
        what stands for it, the gap between predictor and corrector.
    out : pair of ndarray, shape (3, N, T), optional
        Where to put positions and velocities; C-contiguous float64.  What is not served is left.
    keep : bool
        Return the nodes of the arcs; only with `until`.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Notes
    -----
    With the default tolerance a low orbit of any eccentricity below 0.5 is within 0.5 mm after a
    day under zonals, and most are within 0.03 mm.
    """
    state, t = as_columns(state, 6, "state"), as_input(t)
    constants = as_columns(constants, CONSTANTS, "constants")
    n = state.shape[1]
    offset = as_input(np.zeros(n) if offset is None else offset)
    if not constants.shape[1] == n == offset.size:
        raise ValueError(
            f"state, constants and offset must hold as many orbits, "
            f"got {n}, {constants.shape[1]} and {offset.size}"
        )
    if not 1e-15 <= tolerance <= 1e-6:
        raise ValueError(f"tolerance must lie between 1e-15 and 1e-6, got {tolerance!r}")
    r, v = as_outputs(out, (3, n, t.size))
    status = np.zeros((n, t.size), dtype=np.uint8)
    finite = np.isfinite(t)
    if not finite.all():
        r[..., ~finite], v[..., ~finite] = np.nan, np.nan
        status[:, ~finite] = NOT_FINITE
    column = np.flatnonzero(finite)
    column = column[np.argsort(t[column], kind="stable")]
    ascending = as_input(t[column])
    end, landing = np.full((6, n), np.nan), np.full(n, np.inf)
    code = np.zeros(n, dtype=np.uint8)
    kept: dict[int, list[FloatArray]] | None = {} if keep else None

    # Instants before `before` lie behind the start, those from `after` on beyond the end.
    before = _count(ascending, offset, np.zeros(n))
    if until is None:
        after = np.full(n, ascending.size)
        reach = offset + ascending[-1] if ascending.size else np.zeros(n)
        back = offset + ascending[0] if ascending.size else np.zeros(n)
    else:
        reach = as_input(until)
        after = _count(ascending, offset, reach)
        back = np.zeros(n)
    for direction, wanted, goal, first, beyond in (
        (1, before < after if until is None else reach >= 0.0, reach, before, after),
        (-1, (before > 0) & (back < 0.0), back, before - 1, np.full(n, -1)),
    ):
        task = _Task(
            state, constants, field, tolerance, direction, as_input(goal), offset, ascending,
            column, first.astype(np.int64), beyond.astype(np.int64), r, v, status, end, landing,
            code, threads, first.astype(np.int64), kept,
        )  # fmt: skip
        if wanted.any() and (until is None or direction > 0):
            _propagate(task, np.flatnonzero(wanted))
    return Arcs(r, v, status, end, landing, code, None if kept is None else _joined(kept, n))


def _count(t: FloatArray, offset: FloatArray, limit: FloatArray) -> IntArray:
    """How many of the ascending instants `t` (T,) come before the clock `limit` (N,), for each."""
    number = np.searchsorted(t, limit - offset, side="left")
    if t.size:
        # The kernels compare `offset` + t, which rounds otherwise than `limit` - `offset`.
        number -= (number > 0) & (offset + t[np.maximum(number - 1, 0)] >= limit)
        number += (number < t.size) & (offset + t[np.minimum(number, t.size - 1)] < limit)
    return np.asarray(number, dtype=np.int64)


def _joined(kept: dict[int, list[FloatArray]], n: int) -> Nodes:
    parts = [np.concatenate(kept.get(i) or [np.empty((0, NODE))]) for i in range(n)]
    start = np.cumsum([0, *(part.shape[0] for part in parts)])
    return Nodes(
        np.concatenate(parts)[:, :, np.newaxis] if parts else np.empty((0, NODE, 1)), start
    )


def _propagate(task: _Task, orbits: IntArray) -> None:
    """Propagate `orbits` in the task's direction."""
    steps = _first_steps(task)
    smooth = orbits[steps[orbits] > 0.0]
    done = _multistep(task, smooth, steps)
    left = np.setdiff1d(orbits, done, assume_unique=True)
    task.forget(left)
    run_blocks(lambda start, stop: _adaptive(task, left[start:stop]), left.size, LANES,
               threads=task.threads)  # fmt: skip


def _first_steps(task: _Task) -> FloatArray:
    """Steps (s) with which the multistep method should meet the tolerance; NaN for other orbits.

    The number of steps in a revolution is a fit to the gaps of orbits with perigees from 200 km to
    20,000 km without drag: 78 for a circle under the first zonals, and more by the power 0.8 of
    the highest degree of gravity that is still felt at the perigee's height.
    """
    field = task.field
    with np.errstate(all="ignore"):
        x, y, z, vx, vy, vz = task.state
        distance = np.sqrt(x * x + y * y + z * z)
        speed_squared = vx * vx + vy * vy + vz * vz
        climb = x * vx + y * vy + z * vz
        a = 1.0 / (2.0 / distance - speed_squared / field.mu)
        e = np.sqrt((1.0 - distance / a) ** 2 + climb * climb / (field.mu * a))
        period = 2.0 * np.pi * np.sqrt(a**3 / field.mu)
        lowest = a * (1.0 - e)
        felt = np.minimum(field.degree, _FELT / np.log(lowest / field.ground_radius))
        finer = 1.06 * (felt / 5.8) ** 0.8
        count = 78.0 * (1.0 + (2.3 - 1.1 * e) * e) * (1e-13 / task.tolerance) ** _GAP_POWER
        count *= np.where(finer > 1.06, finer, 1.0)
        count = np.maximum(count, _LEAST_STEPS) / (1.0 - e) ** 1.5
        suited = (e <= _MOST_ECCENTRIC) & (lowest > _LEAST_RADIUS * field.ground_radius)
        return np.where(suited & (np.abs(task.until) >= period), period / count, np.nan)


def _multistep(task: _Task, orbits: IntArray, steps: FloatArray) -> IntArray:
    """Propagate `orbits`; those of them that the method brought there."""
    size = task.state.shape[1]
    gap, deepest = np.zeros(size), np.zeros(size)
    finest = steps / _LARGEST_REFINEMENT
    done = [np.empty(0, dtype=np.int64)]
    pending = orbits
    for _ in range(_TRIES):
        if pending.size == 0:
            break
        # Orbits of a group march equally many steps; sorted, few of them march in vain.
        order = pending[np.argsort(np.abs(task.until[pending]) / steps[pending], kind="stable")]
        task.forget(order)

        def work(start: int, stop: int, order: IntArray = order) -> None:
            _multistep_group(task, order[start:stop], steps, gap, deepest)

        run_blocks(work, order.size, LANES, threads=task.threads)
        relative = np.sqrt(gap[pending])
        clear = deepest[pending] * task.field.ground_radius * _LEAST_RADIUS < 1.0
        done.append(pending[clear & (relative <= task.tolerance)])
        pending = pending[clear & (relative > task.tolerance)]
        steps[pending] /= 1.05 * (np.sqrt(gap[pending]) / task.tolerance) ** _GAP_POWER
        pending = pending[steps[pending] >= finest[pending]]
    return np.concatenate(done)


def _multistep_group(
    task: _Task, orbits: IntArray, steps: FloatArray, gap: FloatArray, deepest: FloatArray
) -> None:
    group, march = _Group(orbits), multistep_group()
    count = orbits.size
    multistep_start(
        march, task.state, task.constants, orbits, steps, task.until, task.field, group.nodes,
        group.filled,
    )  # fmt: skip
    finished = False
    task.serve(group, np.zeros(LANES, dtype=np.bool_))
    while not finished:
        finished = multistep_march(
            count, march, task.field, group.ahead, group.nodes, group.filled, group.served
        )
        # A NaN is no success either.
        if not np.any(march.gap[:count] <= task.tolerance**2):
            break
        task.serve(group, march.last <= march.place[0])
    gap[orbits], deepest[orbits] = march.gap[:count], march.deepest[:count]


def _adaptive(task: _Task, orbits: IntArray) -> None:
    group, march = _Group(orbits), adaptive_group()
    count = orbits.size
    adaptive_start(march, task.state, task.constants, orbits, task.until, task.field)
    while True:
        adaptive_march(count, march, task.tolerance, task.field, group.nodes, group.filled)
        task.serve(group, ~march.active & ~march.fresh)
        landed = np.isfinite(task.landing[orbits])
        march.active[:count] &= ~landed
        if not march.active.any():
            break
    for m, n in enumerate(orbits.tolist()):
        code = CAME_DOWN if landed[m] else int(march.code[m])
        if code:
            task.abandon(n, code)
