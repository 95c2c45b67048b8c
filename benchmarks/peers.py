"""The peers, each brought to its best configuration; None where one is not installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np


def module(name: str) -> Any | None:
    """A peer's module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def heyoka() -> Any | None:
    """heyoka, which compiles expressions with LLVM and vectorises over a batch."""
    return module("heyoka")


def heyoka_kepler(
    hy: Any, columns: tuple[np.ndarray, ...], mu: float, threads: int
) -> Callable[[], np.ndarray]:
    """Elements to state as one compiled function over all orbits."""
    a, e, i, node, perigee, mean = hy.make_vars("a", "e", "i", "node", "perigee", "mean")
    return heyoka_function(
        hy, [a, e, i, node, perigee, mean], heyoka_state(hy, a, e, i, node, perigee, mean, mu),
        np.stack(columns), threads,
    )  # fmt: skip


def heyoka_state(
    hy: Any, a: Any, e: Any, i: Any, node: Any, perigee: Any, mean: Any, mu: float
) -> list[Any]:
    """Position and velocity as expressions of elements."""
    eccentric = hy.kepE(e, mean)
    cos_e, sin_e = hy.cos(eccentric), hy.sin(eccentric)
    root = hy.sqrt(1.0 - e * e)
    x, y = a * (cos_e - e), a * root * sin_e
    rate = hy.sqrt(mu / a) / (1.0 - e * cos_e)
    vx, vy = -rate * sin_e, rate * root * cos_e
    cw, sw, co, so = hy.cos(perigee), hy.sin(perigee), hy.cos(node), hy.sin(node)
    ci, si = hy.cos(i), hy.sin(i)
    px, py, pz = co * cw - so * sw * ci, so * cw + co * sw * ci, sw * si
    qx, qy, qz = -co * sw - so * cw * ci, -so * sw + co * cw * ci, cw * si
    return [
        x * px + y * qx, x * py + y * qy, x * pz + y * qz,
        vx * px + vy * qx, vx * py + vy * qy, vx * pz + vy * qz,
    ]  # fmt: skip


def heyoka_function(
    hy: Any, variables: list[Any], outputs: list[Any], inputs: np.ndarray, threads: int
) -> Callable[[], np.ndarray]:
    """A compiled function over columns of `inputs`, cut over `threads` Python threads.

    heyoka releases the interpreter lock inside a call, so that is its best use of two processors
    with outputs in place.
    """
    function = hy.cfunc(outputs, variables, compact_mode=False, parallel_mode=False)
    count = inputs.shape[1]
    out = np.empty((len(outputs), count))
    pieces = np.array_split(np.arange(count), threads)
    cut = [slice(int(p[0]), int(p[-1]) + 1) for p in pieces if p.size]
    if threads == 1 or count < 2:
        return lambda: function(inputs, outputs=out)
    pool = ThreadPoolExecutor(threads)
    parts = [
        (np.ascontiguousarray(inputs[:, c]), np.empty((len(outputs), c.stop - c.start)), c)
        for c in cut
    ]

    def run() -> np.ndarray:
        for _ in pool.map(lambda part: function(part[0], outputs=part[1]), parts):
            pass
        return Parts(tuple(part[1] for part in parts))

    return run


class Parts:
    """Column blocks of a result; indexed as the whole, joined only then."""

    def __init__(self, blocks: tuple[np.ndarray, ...]) -> None:
        self._blocks = blocks
        self.shape = (blocks[0].shape[0], sum(block.shape[1] for block in blocks))

    def __getitem__(self, index: Any) -> np.ndarray:
        return np.concatenate(self._blocks, axis=1)[index]


def heyoka_j2(hy: Any, case: Any, mu: float, threads: int) -> Callable[[], Parts]:
    """Secular drift as one compiled function of the grid's elements, rates and times.

    Angles and rates go in as they are for each orbit; a compiled function has no notion of a grid,
    so the columns are spread over it beforehand, outside the timing.
    """
    names = ["a", "e", "i", "node", "perigee", "mean", "dn", "dp", "dm", "t"]
    a, e, i, node, perigee, mean, dn, dp, dm, t = hy.make_vars(*names)
    state = heyoka_state(hy, a, e, i, node + dn * t, perigee + dp * t, mean + dm * t, mu)
    per_orbit = [case.a, case.e, case.i, case.node, case.perigee, case.mean, *case.rates]
    columns = [np.repeat(column, case.times) for column in per_orbit]
    columns.append(np.tile(case.t, case.orbits))
    return heyoka_function(
        hy, [a, e, i, node, perigee, mean, dn, dp, dm, t], state, np.stack(columns), threads
    )


def fill(arrays: tuple[np.ndarray, ...], threads: int) -> None:
    """Write every element once, with as many threads: the least that any tool must do."""
    from orbitsim.kernels.blocks import run_blocks

    flat = [array.reshape(-1) for array in arrays]

    def task(start: int, stop: int) -> None:
        for array in flat:
            array[start:stop] = 1.0

    run_blocks(task, flat[0].size, 1 << 16, threads=threads)


def heyoka_sgp4(
    hy: Any, records: list[Any], minutes: np.ndarray, threads: int
) -> Callable[[], np.ndarray]:
    """Its SGP4 propagator, (times, 7, satellites) in km, outputs in place."""
    propagator = hy.model.sgp4_propagator(records)
    grid = np.ascontiguousarray(np.repeat(minutes[:, np.newaxis], len(records), axis=1))
    out = np.empty((minutes.size, 7, len(records)))
    return lambda: propagator(grid, out=out)


def heyoka_geodetic(
    hy: Any, r: np.ndarray, centuries: np.ndarray, threads: int
) -> Callable[[], np.ndarray]:
    """Its IAU 2006 rotation and geodetic coordinates as one compiled function; default threshold."""
    x, y, z, t = hy.make_vars("x", "y", "z", "t")
    fixed = hy.model.rot_icrs_itrs([x, y, z], time_expr=t)
    function = hy.cfunc(hy.model.cart2geo(fixed), [x, y, z, t], compact_mode=True)
    inputs = np.ascontiguousarray(np.vstack([r, centuries]))
    out = np.empty((3, inputs.shape[1]))
    hy.set_nthreads(threads)

    def run() -> np.ndarray:
        height, latitude, longitude = function(inputs, outputs=out)
        return np.stack([latitude, longitude, height])

    return run


def lambert_solvers(
    r1: np.ndarray, r2: np.ndarray, time: np.ndarray, mu: float, threads: int, part: int
) -> dict[str, tuple[Callable[[], Any], int]]:
    """Installed solvers by name: a run that gives solutions, and how many."""
    starts, goals = np.ascontiguousarray(r1.T), np.ascontiguousarray(r2.T)
    solvers: dict[str, tuple[Callable[[], Any], int]] = {}
    rust = module("pykep_rust")
    if rust is not None:
        solvers["pykep_rust batch"] = (
            lambda: rust.lambert_problem_batch(starts, goals, time, mu, False, 0, threads),
            time.size,
        )
    satkit = module("satkit")
    if satkit is not None:

        def satkit_loop() -> np.ndarray:
            found = [satkit.lambert(starts[k], goals[k], time[k], mu)[0][0] for k in range(part)]
            return np.asarray(found).T

        solvers["satkit loop"] = (satkit_loop, part)
    hub = module("lamberthub")
    if hub is not None:

        def hub_loop() -> np.ndarray:
            some = min(part, 500)
            found = [hub.izzo2015(mu, starts[k], goals[k], time[k])[0] for k in range(some)]
            return np.asarray(found).T

        solvers["lamberthub izzo2015 loop"] = (hub_loop, min(part, 500))
    return solvers


def departure(solutions: Any) -> np.ndarray:
    """Departure velocities (3, n) of whatever a solver gave."""
    if isinstance(solutions, np.ndarray):
        return solutions
    return np.array([problem.solutions[0].departure_velocity for problem in solutions]).T
