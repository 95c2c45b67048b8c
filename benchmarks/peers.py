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
    """A compiled function over columns of `inputs`, outputs in place.

    A large batch is cut over heyoka's own threads, whose number is set before every run.
    """
    function = hy.cfunc(outputs, variables, compact_mode=False)
    out = np.empty((len(outputs), inputs.shape[1]))

    def run() -> np.ndarray:
        hy.set_nthreads(threads)
        return function(inputs, outputs=out)

    return run


def heyoka_j2(hy: Any, case: Any, mu: float, threads: int) -> Callable[[], np.ndarray]:
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

    def run() -> np.ndarray:
        hy.set_nthreads(threads)
        return propagator(grid, out=out)

    return run


def heyoka_geodetic(
    hy: Any, r: np.ndarray, centuries: np.ndarray, threads: int
) -> Callable[[], np.ndarray]:
    """Its IAU 2006 rotation and geodetic coordinates as one compiled function; default
    threshold."""
    x, y, z, t = hy.make_vars("x", "y", "z", "t")
    fixed = hy.model.rot_icrs_itrs([x, y, z], time_expr=t)
    function = hy.cfunc(hy.model.cart2geo(fixed), [x, y, z, t], compact_mode=True)
    inputs = np.ascontiguousarray(np.vstack([r, centuries]))
    out = np.empty((3, inputs.shape[1]))

    def run() -> np.ndarray:
        hy.set_nthreads(threads)
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


def heyoka_batch(hy: Any, case: Any, threads: int) -> Callable[[], np.ndarray]:
    """Its Taylor integrator, eight orbits abreast, the batches shared out over threads.

    Tolerance 1e-13, where its error comes nearest to ours; lengths are in units of 1000 km.
    """
    import copy

    from benchmarks import numerical

    unit, width = 1e6, 8
    integrator = hy.taylor_adaptive_batch(
        _heyoka_forces(hy, numerical, unit),
        np.zeros((6, width)),
        pars=np.zeros((1, width)),
        tol=1e-13,
        high_accuracy=False,
    )
    integrators = [integrator, *(copy.deepcopy(integrator) for _ in range(threads - 1))]
    count = case.ballistic.size
    padded = -(-count // width) * width
    which = np.arange(padded) % count
    states, ballistic = case.states[:, which] / unit, case.ballistic[which]
    out = np.empty((6, padded))

    def work(worker: int) -> None:
        own = integrators[worker]
        for first in range(worker * width, padded, width * threads):
            batch = slice(first, first + width)
            own.set_time(0.0)
            own.state[:] = states[:, batch]
            own.pars[:] = ballistic[batch]
            own.propagate_until(numerical.DAY)
            out[:, batch] = own.state

    pool = ThreadPoolExecutor(threads)

    def run() -> np.ndarray:
        if threads == 1:
            work(0)
        else:
            list(pool.map(work, range(threads)))
        return out[:3, :count] * unit

    return run


def _heyoka_forces(hy: Any, model: Any, unit: float) -> list[Any]:
    """J2 to J6 and exponential drag as expressions."""
    from orbitsim.earth import J6_GRAVITY as GRAVITY

    x, y, z, vx, vy, vz = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
    squared = hy.sum([x * x, y * y, z * z])
    inverse = squared**-0.5
    s, ratio = z * inverse, GRAVITY.radius / unit * inverse
    legendre, slope = [1.0, s], [0.0, 1.0]
    for n in range(2, 8):
        legendre.append(((2 * n - 1) * s * legendre[-1] - (n - 1) * legendre[-2]) / n)
        slope.append(s * slope[-1] + n * legendre[n - 1])
    power, radial, polar = ratio, [], []
    for n, j in enumerate(GRAVITY.j, start=2):
        power = power * ratio
        radial.append(j * power * slope[n + 1])
        polar.append(j * (n + 1) * power * legendre[n + 1])
    mu = GRAVITY.mu / unit**3
    along = mu * inverse * inverse * inverse * (-1.0 + hy.sum(radial))
    up = mu * inverse * inverse * (-s + hy.sum(polar))
    ax, ay = vx + model.ROTATION * y, vy - model.ROTATION * x
    density = hy.exp((model.SPHERE + model.BASE - hy.sqrt(squared) * unit) / model.SCALE)
    brake = hy.par[0] * (0.5 * model.DENSITY * unit) * density
    brake = brake * hy.sqrt(hy.sum([ax * ax, ay * ay, vz * vz]))
    return [
        (x, vx),
        (y, vy),
        (z, vz),
        (vx, along * x - brake * ax),
        (vy, along * y - brake * ay),
        (vz, up - brake * vz),
    ]


def satkit_sgp4(
    satkit: Any, lines: list[tuple[str, str]], minutes: np.ndarray
) -> Callable[[], np.ndarray]:
    """Its SGP4, one satellite and all instants a call, WGS 72."""
    sets = [satkit.TLE.from_lines(list(pair))[0] for pair in lines]
    instants = [
        [own.epoch + satkit.duration(minutes=minute) for minute in minutes.tolist()] for own in sets
    ]
    model = satkit.sgp4_gravconst.wgs72

    def run() -> np.ndarray:
        found = [
            satkit.sgp4(own, times, gravconst=model)[0]
            for own, times in zip(sets, instants, strict=True)
        ]
        return np.array(found).reshape(len(sets), minutes.size, 3).transpose(2, 0, 1)

    return run
