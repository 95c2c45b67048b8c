"""NRLMSISE-00 against its distribution's test cases, its C and Fortran editions, and ModelWeb."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.kernels import nrlmsise as kernel
from orbitsim.kernels.nrlmsise_expansion import COSINE, SINE, daily_activity, remembered_activity
from orbitsim.kernels.nrlmsise_tables import (
    HOUR_ANGLE,
    LOWER_DAILY,
    LOWER_HISTORY,
    UPPER_DAILY,
    UPPER_HISTORY,
)

HERE = Path(__file__).parent
LOCAL_TIME = 2
SPECIES = [0, 1, 2, 3, 4, 6, 7, 8]
"""Columns of the number densities in the references' order."""


def evaluate(
    place: NDArray[np.float64], history: bool, ap: NDArray[np.float64], local: float | None = None
) -> tuple[NDArray[np.float64], float, float]:
    """Number densities per cm3, exospheric temperature, temperature, by the kernel's steps."""
    day, second, height, latitude, longitude, f107a, f107 = place
    work = np.zeros(kernel.WORK)
    kernel.angles(day, second, np.radians(latitude), np.radians(longitude), work)
    if local is not None:
        work[SINE + LOCAL_TIME] = np.sin(HOUR_ANGLE * local)
        work[COSINE + LOCAL_TIME] = np.cos(HOUR_ANGLE * local)
    if history:
        remembered_activity(np.radians(latitude), ap, 0, work)
        tables = UPPER_HISTORY, LOWER_HISTORY
    else:
        daily_activity(ap[0], work)
        tables = UPPER_DAILY, LOWER_DAILY
    temperature, exospheric = kernel.numbers(height * 1e3, f107a, f107, *tables, work)
    return work[kernel.NUMBER : kernel.NUMBER + 8] * 1e-6, exospheric, temperature


def test_distribution_cases() -> None:
    """All seventeen, to the seven digits that are printed."""
    for row in np.loadtxt(HERE / "distribution_cases.csv", delimiter=","):
        history, local, ap = row[0] == 1.0, row[6], np.full(7, row[9])
        number, exospheric, temperature = evaluate(row[[1, 2, 3, 4, 5, 7, 8]], history, ap, local)
        printed = row[10:]
        # Anomalous oxygen at 100 km is 1e-42 in the one and nothing to speak of in the other.
        there = number[:7] if row[3] < 200.0 else number
        np.testing.assert_allclose(there, printed[SPECIES][: len(there)], rtol=6e-7)
        mass = 1.66e-24 * float(number[:7] @ kernel.MASS[:7])
        assert mass == pytest.approx(printed[5], rel=6e-7)
        assert exospheric == pytest.approx(printed[9], rel=6e-7)
        assert temperature == pytest.approx(printed[10], rel=6e-7)


def test_c_edition() -> None:
    """Double precision on both sides: 1e-12 at 300 random points from 0 to 1000 km."""
    for row in np.loadtxt(HERE / "reference.csv", delimiter=","):
        history, place, ap, expected = row[0] == 1.0, row[1:8], row[8:15], row[15:]
        number, exospheric, temperature = evaluate(place, history, ap)
        there = number[:7] if place[2] < 200.0 else number
        np.testing.assert_allclose(there, expected[SPECIES][: len(there)], rtol=1e-12)
        assert temperature == pytest.approx(expected[10], rel=1e-12)
        assert exospheric == pytest.approx(expected[9], rel=1e-12)
        day, second, height, latitude, longitude, f107a, f107 = place
        density = (kernel.density if history else kernel.daily_density)(
            day,
            second,
            height * 1e3,
            np.radians(latitude),
            np.radians(longitude),
            f107a,
            f107,
            ap if history else ap[0],
        )
        assert density == pytest.approx(expected[5] * 1e3, rel=1e-12)


@pytest.mark.parametrize("history", [True, False])
def test_fortran_edition(history: bool) -> None:
    """Single precision there: 1.9e-5 of the density at most from 0 to 1000 km, 4e-6 in the rms."""
    pymsis = pytest.importorskip("pymsis")
    rng = np.random.default_rng(7)
    n = 400
    height, latitude = rng.uniform(0.0, 1000.0, n), rng.uniform(-90.0, 90.0, n)
    longitude = rng.uniform(-180.0, 180.0, n)
    f107a, f107 = (rng.uniform(70.0, 250.0, n) for _ in range(2))
    aps = rng.uniform(0.0, 80.0, (n, 7))
    dates = np.datetime64("2003-01-01") + (np.arange(n) % 365).astype("timedelta64[D]")
    dates = dates + rng.integers(0, 86_400, n).astype("timedelta64[s]")
    result = pymsis.calculate(
        dates,
        longitude,
        latitude,
        height,
        f107,
        f107a,
        aps,
        version=0,
        geomagnetic_activity=-1 if history else 1,
    )
    start = dates.astype("datetime64[D]")
    day = (start - start.astype("datetime64[Y]").astype("datetime64[D]")).astype(float) + 1.0
    second = (dates - start).astype("timedelta64[s]").astype(float)
    error = np.empty(n)
    for i in range(n):
        place = np.array(
            [day[i], second[i], height[i], latitude[i], longitude[i], f107a[i], f107[i]]
        )
        number, _, temperature = evaluate(place, history, aps[i])
        assert temperature == pytest.approx(float(result[i, 10]), rel=2e-5)
        error[i] = 1.66e-21 * float(number @ kernel.MASS) / float(result[i, 0]) - 1.0
    assert np.abs(error).max() < 3e-5
    assert np.sqrt(np.mean(error**2)) < 6e-6


def test_modelweb_profile(reference: Path) -> None:
    """A service's profile, on our indices: 0.3 % of density and 0.3 K from 0 to 500 km.

    It does not say which indices it used.  With those that were measured for the day, densities
    agree to 6e-4 below 60 km, where four printed digits leave 5e-4, and to 2.7e-3 above.
    """
    path = reference / "validation" / "atmosphere" / "nrlmsise00_nominal_profile_modelweb.txt"
    parts = [line.split() for line in path.read_text().splitlines()]
    rows = np.array([row for row in parts if len(row) == 3 and "E" in row[1]], dtype=float)
    assert len(rows) == 1000
    weather = SpaceWeather.measured()
    day = 59_305 - weather.first_day  # 2021-04-01
    flux, ap = (weather.f107a[day], weather.f107[day - 1]), np.full(7, weather.daily_ap[day])
    mine = np.empty((len(rows), 2))
    for i, height in enumerate(rows[:, 0]):
        place = np.array([91.0, 75_600.0, height, 40.0, 40.0, *flux])
        number, _, temperature = evaluate(place, False, ap)
        mine[i] = 1.66e-24 * float(number[:7] @ kernel.MASS[:7]), temperature
    low = rows[:, 0] < 60.0
    np.testing.assert_allclose(mine[low, 0], rows[low, 1], rtol=6e-4)
    np.testing.assert_allclose(mine[:, 0], rows[:, 1], rtol=3e-3)
    np.testing.assert_allclose(mine[:, 1], rows[:, 2], atol=0.3)
