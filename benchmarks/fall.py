"""Falls of fragments from the edge of orbit to the ground, light and heavy ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.harness import Contender, Row, race
from orbitsim import Orbit
from orbitsim.earth import J2_GRAVITY, ROTATION_RATE, WGS84
from orbitsim.environment.profile import AirProfile
from orbitsim.frames import transform
from orbitsim.phases.fall import fall

UNIT = "m"
_SAMPLE = 6


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; a state is a fragment on the ground."""
    case = _Case(size)
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, size),
        Contender("SciPy loop", case.scipy, case.error, min(size, _SAMPLE)),
    ]
    yield from race("fall", contenders, threads=threads, error_unit=UNIT)


class _Case:
    """Fragments of an upper stage at 190 km and 5 km/s; truth by SciPy at its tightest, of some."""

    def __init__(self, size: int) -> None:
        random = np.random.default_rng(8)
        r = np.array([4_258_971.0, 663_509.0, 4_946_155.0])
        v = np.array([-1_924.6, 4_551.0, 1_159.1]) + random.normal(0.0, 50.0, (size, 3))
        # A/M of fragments above 10 cm of an upper stage, about (Johnson et al. 2001).
        self.ballistic = 10.0 ** random.normal(-0.8, 0.5, size)
        self.orbits = Orbit.from_state(np.broadcast_to(r, v.shape), v, "2016-12-01", "TEME")
        states = transform(self.orbits.r.T, self.orbits.v.T, "TEME", "ITRS", self.orbits.epoch)
        self.states = np.concatenate(states)
        air = AirProfile.standard()
        self.height, self.logarithm = air.height, np.log(air.density)
        self.truth = self._integrated(1e-11)

    def ours(self, threads: int) -> np.ndarray:
        return fall(self.orbits, self.ballistic, threads=threads).r.T

    def scipy(self) -> np.ndarray:
        return self._integrated(1e-8)

    def _integrated(self, tolerance: float) -> np.ndarray:
        count = min(self.ballistic.size, _SAMPLE)
        ends = [self._one(self.states[:, k], self.ballistic[k], tolerance) for k in range(count)]
        return np.array(ends).T

    def _one(self, state: np.ndarray, ballistic: float, tolerance: float) -> np.ndarray:
        def ground(t: float, y: np.ndarray) -> float:
            return _height(y)

        ground.terminal = True  # type: ignore[attr-defined]
        path = solve_ivp(
            lambda t, y: self._slope(y, ballistic), (0.0, 1e5), state, "LSODA", rtol=tolerance,
            atol=1e-4, max_step=50.0, events=ground,
        )  # fmt: skip
        return np.asarray(path.y_events[0][0][:3])

    def _slope(self, y: np.ndarray, ballistic: float) -> np.ndarray:
        """The same forces, written out once more."""
        r, v = y[:3], y[3:]
        distance = np.sqrt(r @ r)
        bulge = 1.5 * J2_GRAVITY.j2 * (J2_GRAVITY.radius / distance) ** 2
        five = 5.0 * (r[2] / distance) ** 2
        shape = 1.0 + bulge * (np.array([1.0, 1.0, 3.0]) - five)
        a = -J2_GRAVITY.mu / distance**3 * r * shape
        a[0] += ROTATION_RATE * (ROTATION_RATE * r[0] + 2.0 * v[1])
        a[1] += ROTATION_RATE * (ROTATION_RATE * r[1] - 2.0 * v[0])
        density = np.exp(np.interp(_height(y), self.height, self.logarithm))
        return np.concatenate([v, a - 0.5 * ballistic * density * np.sqrt(v @ v) * v])

    def error(self, result: Any) -> float:
        count = self.truth.shape[1]
        return float(np.linalg.norm(result[:3, :count] - self.truth, axis=0).max())


def _height(y: np.ndarray) -> float:
    """Above the ellipsoid, by Bowring's first step, which is exact to a micrometre here."""
    a, f = WGS84.equatorial_radius, WGS84.flattening
    e2 = WGS84.eccentricity_squared
    p = np.hypot(y[0], y[1])
    u = np.arctan2(y[2], p * (1.0 - f))
    top = y[2] + e2 / (1.0 - e2) * a * (1.0 - f) * np.sin(u) ** 3
    latitude = np.arctan2(top, p - e2 * a * np.cos(u) ** 3)
    s = np.sin(latitude)
    return float(p * np.cos(latitude) + y[2] * s - a * np.sqrt(1.0 - e2 * s * s))
