"""A day of GMAT's runs (General Mission Analysis Tool, NASA): 60x60 gravity, Sun and Moon, thrust.

GMAT adds up its time step by step in days.  Its state runs up to 3 us ahead of or behind the time
that it writes beside it, already in its point-mass run: 2 cm along the track.  So what is left is
divided into a lag in time and the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from validation.earth_orientation import flown_with, turned

from orbitsim import Orbit, propagate
from orbitsim.forces import Force, Gravity, ThirdBody, Thrust

FloatArray = NDArray[np.float64]
POINT_MASS = Gravity(0, model="EGM96")
TIMING = 3e-6
"""s."""


@dataclass(frozen=True)
class Run:
    orbit: Orbit
    t: FloatArray
    r: FloatArray
    v: FloatArray
    mass: FloatArray

    def difference(self, forces: Force) -> FloatArray:
        """Ours less GMAT's (m), (T, 3)."""
        return propagate(self.orbit, self.t, method="numerical", forces=forces).r - self.r

    def divided(self, difference: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lag (s) of our place, and the rest (m) across the track."""
        lag = (difference * self.v).sum(axis=1) / (self.v**2).sum(axis=1)
        rest = difference - lag[:, np.newaxis] * self.v
        return lag, np.linalg.norm(rest, axis=1)


@pytest.fixture
def run(reference: Path):
    def read(name: str, epoch: str) -> Run:
        path = reference / "validation" / "propagation" / f"{name}.gmat.csv"
        table = np.loadtxt(path, delimiter=",", skiprows=1)
        t, r, v = table[:, 0], table[:, 1:4] * 1e3, table[:, 4:7] * 1e3
        mass = table[:, 10] if table.shape[1] > 10 else np.empty(0)
        return Run(Orbit.from_state(r[0], v[0], epoch), t, r, v, mass)

    return read


def test_point_mass(run) -> None:
    """15 mm along the track at worst, 1.7 mm across: GMAT's clock, and its integrator."""
    case = run("001-force-model-spherical-c", "2023-01-01")
    lag, across = case.divided(case.difference(POINT_MASS))
    assert 1e-6 < np.abs(lag).max() < TIMING
    assert across.max() < 2e-3


def test_sun_and_moon(run) -> None:
    """22 mm along the track at worst, 5 mm across."""
    case = run("004-force-model-sun-moon", "2021-03-20")
    forces = POINT_MASS + ThirdBody("sun") + ThirdBody("moon")
    difference = case.difference(forces)
    lag, across = case.divided(difference)
    assert np.linalg.norm(difference, axis=1).max() < 2.5e-2
    assert np.abs(lag).max() < TIMING
    assert across.max() < 6e-3


def test_thrust(run) -> None:
    """0.16 m of 2230 km with 9.80665 m/s2 of standard gravity, 2 cm with GMAT's 9.81."""
    case = run("006-force-model-constant-thrust", "2023-01-01")
    flow = (case.mass[0] - case.mass[-1]) / (case.t[-1] - case.t[0])
    assert 0.02 / (3000.0 * flow) == pytest.approx(9.81, rel=1e-9)
    for impulse, limit in ((3000.0, 0.2), (3000.0 * 9.81 / 9.80665, 2.5e-2)):
        engine = Thrust(
            0.02, specific_impulse=impulse, mass=100.0, direction=[1, 0, 0], attitude="VNC"
        )
        difference = np.linalg.norm(case.difference(POINT_MASS + engine), axis=1)
        assert 0.5 * limit < difference.max() < limit


def test_gravity_60x60(run) -> None:
    """96 mm as it is, 0.6 mm radially and across and 1 cm of timing in a field that lies otherwise.

    GMAT states no table of the Earth's orientation.  Three constants are drawn from its run: its
    pole lies 2.5 and 8.5 mas from the measured one, and its Earth is some 5 ms behind, as far as
    predictions go astray.  Precession and nutation are not at fault: the celestial pole comes out
    within 0.3 mas of ours, where the theory of 1980 without its corrections would stand 28 mas off.
    """
    case = run("002-force-model-non-spherical-60x60", "2023-01-01")
    field = Gravity(60, model="EGM96")
    before = case.difference(field)
    assert 5e-2 < np.linalg.norm(before, axis=1).max() < 0.12

    names, step = ("x", "y", "angle", "dx", "dy"), 1e-6
    columns = []
    for name in names:
        with flown_with(turned(**{name: step})):
            columns.append((case.difference(field) - before) / step)
    # Along the track the clock is in the way.
    weights = np.array([1.0, 0.1, 1.0])
    axes = radial_transverse_normal(case.r, case.v)
    seen = [weights * np.einsum("tij,tj->ti", axes, column) for column in (*columns, before)]
    matrix = np.stack([column.ravel() for column in seen[:-1]], axis=1)
    angles = np.linalg.lstsq(matrix, -seen[-1].ravel(), rcond=None)[0]
    mas = dict(zip(names, angles / np.radians(1.0 / 3.6e6), strict=True))
    assert mas["x"] == pytest.approx(2.5, abs=0.5)
    assert mas["y"] == pytest.approx(8.5, abs=0.5)
    assert -100.0 < mas["angle"] < -40.0
    assert np.hypot(mas["dx"], mas["dy"]) < 0.3

    with flown_with(turned(**dict(zip(names, angles, strict=True)))):
        after = np.abs(np.einsum("tij,tj->ti", axes, case.difference(field)))
    assert after[:, [0, 2]].max() < 1e-3
    assert after[:, 1].max() < 1.2e-2


def radial_transverse_normal(r: FloatArray, v: FloatArray) -> FloatArray:
    radial = r / np.linalg.norm(r, axis=1, keepdims=True)
    normal = np.cross(r, v)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return np.stack([radial, np.cross(normal, radial), normal], axis=1)
