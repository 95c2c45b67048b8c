"""A day of NASA's own ephemeris of the station, a prediction of 2025-02-26.

NASA states mass, drag area and drag coefficient, and no pressure of sunlight; not its gravity, its
model of the air, nor the weather that it expected.  So the run shows what two models may differ by
in real work.  One factor on the drag does not take all of it away: even with the start free as well
25 m rms are left, whatever degree of gravity or model of the air is tried.
"""

from __future__ import annotations

import csv
from pathlib import Path

import erfa
import numpy as np
import pytest
from astropy.time import Time
from numpy.typing import NDArray

from orbitsim import Orbit, propagate
from orbitsim.forces import Drag, Force, Gravity, Relativity, SolidTides, ThirdBody

FloatArray = NDArray[np.float64]
MASS, AREA, DRAG_COEFFICIENT = 454_339.0, 1791.9, 1.95
WITHOUT_AIR: Force = (
    Gravity(70) + ThirdBody("sun") + ThirdBody("moon") + SolidTides() + Relativity()
)


@pytest.fixture(scope="module")
def ephemeris(reference: Path) -> tuple[Orbit, FloatArray, FloatArray]:
    """Orbit at the start, instants (s), positions (m), in GCRS."""
    path = reference / "validation" / "oem" / "iss_nasa_oem_2025-02-26_first_24h.csv"
    with path.open() as file:
        rows = list(csv.reader(file))[1:]
    times = Time([row[0] for row in rows], scale="utc")
    states = 1e3 * np.array([row[1:] for row in rows], dtype=float)
    # From the mean equator and equinox of J2000 (EME2000): the frame bias, 0.02 arcsec.
    bias = erfa.bp06(2451545.0, 0.0)[0]
    r, v = states[:, :3] @ bias, states[:, 3:] @ bias
    return Orbit.from_state(r[0], v[0], times[0]), (times - times[0]).sec, r


def difference(ephemeris: tuple[Orbit, FloatArray, FloatArray], factor: float) -> FloatArray:
    """Ours less NASA's (m), the drag multiplied by a factor."""
    orbit, t, r = ephemeris
    drag = Drag(mass=MASS, area=factor * AREA, cd=DRAG_COEFFICIENT)
    return propagate(orbit, t, method="numerical", forces=WITHOUT_AIR + drag).r - r


def test_a_day(ephemeris: tuple[Orbit, FloatArray, FloatArray]) -> None:
    """340 m apart after a day in which drag does 10.8 km; 186 m with a factor of 0.986 on it."""
    as_stated = difference(ephemeris, 1.0)
    by_factor = (difference(ephemeris, 1.1) - as_stated) / 0.1
    displacement = np.linalg.norm(by_factor[-1])
    assert displacement == pytest.approx(10_760.0, rel=0.02)
    assert np.linalg.norm(as_stated[-1]) < 0.05 * displacement

    factor = 1.0 - (by_factor * as_stated).sum() / (by_factor**2).sum()
    scaled = np.linalg.norm(difference(ephemeris, factor), axis=1)
    assert factor == pytest.approx(1.0, abs=0.03)
    assert scaled.max() < 250.0
    assert np.sqrt(np.mean(scaled**2)) < 100.0
