"""Lambert's problem: random pairs of positions from low orbit to geosynchronous, no revolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from orbitsim.kernels.kepler import kepler_grid
from orbitsim.kernels.lambert import lambert_grid

MU = 3.986004418e14
UNIT = "m"  # by which the departure velocity misses the goal when it is propagated
_SHARE = 5_000
_PEERS = ("pykep_rust batch", "satkit loop", "lamberthub izzo2015 loop")


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race at a size and a number of threads."""
    case = _Case(size)
    part = min(size, _SHARE)
    contenders = [Contender("orbitsim", lambda: case.ours(threads), case.error, size)]
    installed = peers.lambert_solvers(case.r1, case.r2, case.time, MU, threads, part)
    for name, (run, states) in installed.items():
        contenders.append(Contender(name, run, case.error, states))
    yield from race("lambert", contenders, threads=threads, error_unit=UNIT)
    for name in _PEERS:
        if name not in installed:
            yield absent("lambert", name, threads, UNIT)


class _Case:
    def __init__(self, size: int) -> None:
        random = np.random.default_rng(5)
        self.r1, self.r2 = (_positions(random, size) for _ in range(2))
        lengths = [np.linalg.norm(x, axis=0) for x in (self.r1, self.r2, self.r2 - self.r1)]
        semi_perimeter = 0.5 * sum(lengths)
        scale = np.sqrt(semi_perimeter**3 / (2.0 * MU))
        self.time = scale * np.exp(random.uniform(np.log(0.1), np.log(10.0), size))
        self.out = (np.empty((3, size)), np.empty((3, size)))

    def ours(self, threads: int) -> np.ndarray:
        return lambert_grid(self.r1, self.r2, self.time, MU, out=self.out, threads=threads)[0]

    def error(self, result: object) -> float:
        """Median miss of the goal, m: a few problems are so sensitive that rounding misses by more
        in every tool."""
        v1 = peers.departure(result)
        count = v1.shape[1]
        reached, _, _ = kepler_grid(self.r1[:, :count], v1, self.time[:count, np.newaxis], MU)
        return float(np.median(np.linalg.norm(reached[:, :, 0] - self.r2[:, :count], axis=0)))


def _positions(random: np.random.Generator, size: int) -> np.ndarray:
    direction = random.normal(size=(3, size))
    return direction / np.linalg.norm(direction, axis=0) * random.uniform(6.6e6, 4.2e7, size)
