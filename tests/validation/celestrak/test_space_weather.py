"""The shipped space weather against CelesTrak's own file, and against its definitions."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from orbitsim.environment.space_weather import SpaceWeather


def test_file_of_reference(reference: Path) -> None:
    """Every figure of two stretches of the file, cut out independently."""
    weather = SpaceWeather.measured()
    path = reference / "space_environment" / "space_weather_2000-2001_and_2016.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 300
    for row in rows:
        mjd = int(np.datetime64(row["DATE"]).astype(int)) + 40_587
        day = mjd - weather.first_day
        assert weather.f107[day] == float(row["F10.7_OBS"])
        assert weather.f107a[day] == float(row["F10.7_OBS_CENTER81"])
        assert list(weather.ap[day]) == [float(row[f"AP{k}"]) for k in range(1, 9)]
        assert weather.daily_ap[day] == float(row["AP_AVG"])


def test_means_are_what_they_say() -> None:
    """The mean flux is that of 81 measured days, to its printed digit, and Ap that of eight ap."""
    weather = SpaceWeather.measured()
    mean = np.convolve(weather.f107, np.full(81, 1.0 / 81.0), mode="valid")
    np.testing.assert_allclose(weather.f107a[40:-40], mean, atol=0.0501)
    np.testing.assert_allclose(weather.daily_ap, weather.ap.mean(axis=1), atol=0.501)


def test_measured_mean_flux_holds_no_prediction() -> None:
    """The last centred mean reaches 40 days on, to the last day before the predictions."""
    measured, all_days = SpaceWeather.measured(), SpaceWeather.with_predictions()
    last = measured.f107a.size - 1
    window = all_days.f107[last - 40 : last + 41]
    assert measured.f107a[-1] == pytest.approx(window.mean(), abs=0.0501)
    # 45 days of predictions follow that window.
    assert all_days.f107.size - (last + 41) == 45
