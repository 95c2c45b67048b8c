"""Dispersed ascents under closed-loop guidance, and one of them in plain SciPy.

SciPy's side is the tests' own program (`tests/validation/ascent`), at its tight tolerance.  The
error of ours is how far the two end apart in the ascent without dispersions.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from math import asin, radians, tan
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, race
from orbitsim.phases.ascent import Dispersions, InsertionTarget, solve_ascent
from orbitsim.phases.guidance import GuidedBatch, fly_guided_ascents
from orbitsim.vehicles.rocket import load_rocket

UNIT = "m"


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; a state is an ascent from the pad to the cut-off."""
    case = _Case(size)
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, size),
        Contender("SciPy", case.scipy, lambda r: float(np.linalg.norm(r - case.truth)), 1),
    ]
    yield from race("ascents", contenders, threads=threads, error_unit=UNIT)


class _Case:
    """A Soyuz-U from Baikonur into a low orbit of 51.66 deg."""

    def __init__(self, size: int) -> None:
        self.twins = _twins()
        self.rocket, self.site = load_rocket("soyuz-u"), self.twins.BAIKONUR
        inclination = radians(51.66)
        raan = self.site.longitude - asin(tan(radians(45.728)) / tan(inclination))
        self.target = InsertionTarget(6_558_200.0, 7810.7, 0.0, inclination, raan)
        self.nominal = solve_ascent(self.rocket, self.twins.PAYLOAD, self.site, 0.0, self.target)
        self.undispersed = Dispersions.nominal(self.rocket, 1)
        self.cases = (
            self.undispersed if size == 1 else Dispersions.sample(self.rocket, size, seed=1)
        )
        self.truth = self.scipy()

    def ours(self, threads: int) -> GuidedBatch:
        return self._fly(self.cases, threads)

    def scipy(self) -> np.ndarray:
        """Place at the cut-off."""
        up, north, east = self.nominal.launch.vertical()
        start = self.nominal.events[0]
        twin = self.twins.Twin(
            self.rocket, self.twins.PAYLOAD, up, north, east,
            replace(self.nominal.steering, cut_off=300.5),
        )  # fmt: skip
        twin.fly(np.concatenate((start.r, start.v)))
        _, state = self.twins.guided_flight(self.rocket, self.nominal, self.target)
        return np.asarray(state[:3])

    def error(self, _: object) -> float:
        return float(np.linalg.norm(self._fly(self.undispersed, 1).r[0] - self.truth))

    def _fly(self, cases: Dispersions, threads: int) -> GuidedBatch:
        return fly_guided_ascents(
            self.rocket,
            self.twins.PAYLOAD,
            self.site,
            0.0,
            self.nominal.steering,
            self.target,
            cases,
            threads=threads,
        )


def _twins() -> Any:
    """SciPy's program, which stands among the tests."""
    folder = str(Path(__file__).parent.parent / "tests")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return import_module("validation.ascent.test_guided_twin")
