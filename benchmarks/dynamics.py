"""Low orbits for a day: 20x20 gravity, the Sun, the Moon; with and without NRLMSISE-00 drag.

    python -m benchmarks.dynamics

prints what a thousand orbits cost beside one, and the memory that they take.  One orbit races the
peers (`benchmarks.dynamics_peers`), each held against its own tightest run; many race satkit, one
after the other.
"""

from __future__ import annotations

import resource
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks import dynamics_peers as peers
from benchmarks.harness import Contender, Row, absent, race
from orbitsim import Orbit, propagate
from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.forces import Drag, Force, Gravity, ThirdBody

UNIT = peers.UNIT
CASES = (peers.WITHOUT_AIR, peers.WITH_AIR)
DEFAULT, COARSE, TIGHTEST = 1e-13, 1e-11, 1e-15
_SAMPLE = 4

FloatArray = NDArray[np.float64]


def rows(size: int, threads: int) -> Iterator[Row]:
    """A race for each of the two cases; a state is an orbit after its day."""
    for case in CASES:
        workload = f"dynamics, {case.name}"
        entrants = list(contenders(case, size, threads))
        yield from race(workload, entrants, threads=threads, error_unit=UNIT)
        for name in peers.absentees():
            yield absent(workload, name, threads, UNIT)


def contenders(case: peers.Case, size: int, threads: int) -> Iterator[Contender]:
    """Ours at the default and at a coarser tolerance, and the peers."""
    orbits, force = spread(case, size), forces(case)

    def run(tolerance: float, some: Orbit = orbits) -> Callable[[], FloatArray]:
        return lambda: propagate(
            some,
            [case.duration],
            method="numerical",
            forces=force,
            tolerance=tolerance,
            threads=threads,
        ).r[..., 0, :]

    truth = run(TIGHTEST, orbits if size == 1 else orbits[:_SAMPLE])()

    def error(r: FloatArray) -> float:
        compared = r if size == 1 else r[:_SAMPLE]
        return 1e3 * float(np.linalg.norm(compared - truth, axis=-1).max())

    yield Contender("orbitsim", run(DEFAULT), error, size)
    yield Contender(f"orbitsim {COARSE:.0e}", run(COARSE), error, size)
    if size == 1:
        yield from peers.contenders(case)
    elif peers.module("satkit") is not None:
        one = next(iter(peers.satkit(case)))

        def loop() -> FloatArray:
            # All of its orbits are alike: it flies one after the other.
            return np.array([one.run() for _ in range(_SAMPLE)])[0]

        yield Contender(f"{one.tool} loop", loop, one.error, _SAMPLE)


def spread(case: peers.Case, size: int) -> Orbit:
    """The case's orbit, or as many with other nodes, inclinations and places in them."""
    first = Orbit.from_state(case.r, case.v, "{:04d}-{:02d}-{:02d}".format(*case.day))
    if size == 1:
        return first
    random = np.random.default_rng(7)
    radius = np.linalg.norm(case.r)
    return Orbit.from_elements(
        semi_major_axis=radius + random.uniform(-20e3, 100e3, size),
        eccentricity=random.uniform(0.0, 0.002, size),
        inclination=random.uniform(0.1, 3.0, size),
        raan=random.uniform(0.0, 6.28, size),
        argument_of_perigee=random.uniform(0.0, 6.28, size),
        true_anomaly=random.uniform(0.0, 6.28, size),
        epoch=first.epoch,
        frame=first.frame,
    )


def forces(case: peers.Case) -> Force:
    total: Force = Gravity(case.degree) + ThirdBody("sun") + ThirdBody("moon")
    if case.ballistic:
        # One object, so that its tables are made once, as in a program that flies many orbits.
        total += Drag(case.ballistic, atmosphere=Nrlmsise00(SpaceWeather.measured()))
    return total


def main() -> None:
    """Time for each of many orbits, and memory."""
    for case in CASES:
        print(case.name)
        alone = 0.0
        for size in (1, 100, 1_000):
            orbits, force = spread(case, size), forces(case)

            def fly(orbits: Orbit = orbits, force: Force = force, duration: float = case.duration):
                return propagate(
                    orbits, [duration], method="numerical", forces=force, threads=1
                ).r  # fmt: skip

            fly()
            took = min(_seconds(fly) for _ in range(5))
            alone = alone or took
            tracemalloc.start()
            fly()
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            print(
                f"  {size:5d} orbits: {took * 1e3:9.2f} ms, {took * 1e3 / size:7.3f} ms each, "
                f"{took / size / alone:.3f} of one alone; arrays {peak / 1e6:.1f} MB"
            )
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"the whole process: {most:.0f} MB at most")


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
