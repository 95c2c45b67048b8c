"""Space weather: interpolation, the kernels' table, spans and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from orbitsim.environment.space_weather import SpaceWeather, day_of_year, weather_table
from orbitsim.errors import EpochError, InputError

FIRST = 57_000
DAYS = 12


def ramp() -> SpaceWeather:
    """Indices that tell their own place: the flux counts days, ap counts intervals."""
    f107 = 100.0 + np.arange(DAYS)
    return SpaceWeather.from_days(FIRST, f107, 200.0 + f107, np.arange(8.0 * DAYS).reshape(DAYS, 8))


def test_indices_at_the_centres_are_those_published() -> None:
    indices = ramp().at(Time(FIRST + 5.5, format="mjd"))
    assert indices.f107 == pytest.approx(104.0)  # of the previous day
    assert indices.f107a == pytest.approx(305.0)
    assert indices.ap[0] == pytest.approx(8 * 5 + 3.5)
    middle = ramp().at(Time(FIRST + 5 + 4.5 / 24.0, format="mjd"))
    now = 8 * 5 + 1
    history = [now, now - 1, now - 2, now - 3, now - 7.5, now - 15.5]
    np.testing.assert_allclose(middle.ap[1:], history, rtol=1e-12)


def test_history_means_are_of_eight_intervals() -> None:
    weather = SpaceWeather.measured()
    time = Time("2016-10-25T13:30:00", scale="utc")  # the middle of the fifth interval
    at = (57_686 - weather.first_day) * 8 + 4
    ap = weather.ap.reshape(-1)
    expected = [*ap[at : at - 4 : -1], ap[at - 11 : at - 3].mean(), ap[at - 19 : at - 11].mean()]
    np.testing.assert_allclose(weather.at(time).ap[1:], expected, rtol=1e-9)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2), (0,)])
def test_results_have_the_shape_of_the_times(shape: tuple[int, ...]) -> None:
    time = Time(np.full(shape, FIRST + 5.0), format="mjd")
    indices = ramp().at(time)
    assert indices.f107.shape == indices.f107a.shape == shape
    assert indices.ap.shape == (*shape, 7)
    assert not indices.ap.flags.writeable


def test_batch_equals_singles() -> None:
    times = Time(FIRST + 4.0 + np.linspace(0.0, 3.0, 17), format="mjd")
    batch = ramp().at(times)
    for i, time in enumerate(times):
        single = ramp().at(time)
        assert single.f107 == batch.f107[i]
        np.testing.assert_array_equal(single.ap, batch.ap[i])


def test_scale_of_the_time_does_not_matter() -> None:
    utc = Time("2015-06-30T23:59:00", scale="utc") + TimeDelta(np.arange(3) * 60.0, format="sec")
    weather = SpaceWeather.measured()
    for scale in ("tai", "tt"):
        np.testing.assert_allclose(
            weather.at(getattr(utc, scale)).ap, weather.at(utc).ap, rtol=1e-3
        )


@pytest.mark.parametrize("low", [57_723.3, 57_753.9, 41_316.9])
def test_table_is_the_interpolation(low: float) -> None:
    """Also over a leap second, and over the day from which seconds have one length."""
    weather = SpaceWeather.measured()
    rows, first = weather_table(low, low + 1.4, weather)
    tai = low + np.linspace(0.0, 1.4, 3001)
    number = np.floor(8.0 * tai)
    w, row = 8.0 * tai - number, rows[(number - first).astype(int)]
    indices = weather.at(Time(tai, format="mjd", scale="tai"))
    np.testing.assert_allclose(row[:, 2] + w * row[:, 3], indices.f107a, atol=2e-2)
    np.testing.assert_allclose(row[:, 4] + w * row[:, 5], indices.f107, atol=2e-2)
    after = np.maximum(w - row[:, 6], 0.0)
    for k in range(6):
        value, slope, change = row[:, 7 + 3 * k], row[:, 8 + 3 * k], row[:, 9 + 3 * k]
        np.testing.assert_allclose(
            value + w * slope + after * change, indices.ap[:, k + 1], atol=2e-2
        )


def test_table_counts_days_and_seconds() -> None:
    rows, first = weather_table(57_723.0, 57_724.0, SpaceWeather.measured())
    piece = int(57_723 * 8 + 4 - first)  # 2016-12-01, the 336th day, at noon of atomic time
    assert rows[piece, 0] == pytest.approx(336.0 - 36.0 / 86_400.0, abs=1e-9)
    assert rows[piece, 1] == pytest.approx(43_200.0 - 36.0, abs=1e-4)


def test_day_of_year_runs_on_evenly() -> None:
    utc = 57_723.0 + np.arange(0.0, 60.0, 0.25)  # over a leap year's end
    steps = np.diff(day_of_year(utc))
    assert np.sum(steps != 0.25) == 1
    assert steps.min() == pytest.approx(-365.75)
    np.testing.assert_array_equal(day_of_year(np.array([57_723.5, 57_754.5])), [336.0, 1.0])


def test_constant_weather_holds_always() -> None:
    weather = SpaceWeather.constant(f107=150.0, ap=4.0)
    for time in ("1950-01-01", "2016-12-01", "2100-01-01"):
        indices = weather.at(Time(time, scale="tai"))
        assert (indices.f107, indices.f107a) == (150.0, 150.0)
        np.testing.assert_array_equal(indices.ap, np.full(7, 4.0))
    rows, _ = weather_table(70_000.0, 70_001.0, weather)
    assert (rows[0, 2], rows[0, 3], rows[0, 7], rows[0, 8]) == (150.0, 0.0, 4.0, 0.0)
    assert SpaceWeather.constant(f107=150.0, f107a=120.0, ap=4.0).f107a[0] == 120.0


@pytest.mark.parametrize("mjd", [20_000.0, 36_111.0, 36_113.9])
def test_before_the_measurements(mjd: float) -> None:
    with pytest.raises(EpochError, match=r"known from 1957-10-03 10:30 to .* got 19"):
        SpaceWeather.measured().at(Time(mjd, format="mjd"))


def test_after_the_measurements() -> None:
    weather = SpaceWeather.measured()
    last = weather.span[1]
    weather.at(Time(last, format="mjd"))
    late = Time(last + 0.01, format="mjd")
    with pytest.raises(EpochError, match="SpaceWeather.constant"):
        weather.at(late)
    with pytest.raises(EpochError, match="measured space weather is known"):
        weather_table(last - 1.0, last + 0.01, weather)
    assert np.isfinite(SpaceWeather.with_predictions().at(late).f107)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"f107": -1.0, "ap": 4.0}, "f107 must be positive"),
        ({"f107": 0.0, "ap": 4.0}, "f107 must be positive"),
        ({"f107": np.nan, "ap": 4.0}, "f107 must be finite"),
        ({"f107": 150.0, "f107a": -3.0, "ap": 4.0}, "f107a must be positive"),
        ({"f107": 150.0, "ap": -1.0}, "ap must not be negative"),
        ({"f107": 150.0, "ap": np.inf}, "ap must be finite"),
        ({"f107": "150", "ap": 4.0}, "f107 must be"),
    ],
)
def test_impossible_indices(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SpaceWeather.constant(**arguments)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(InputError, match="must have the shapes"):
        SpaceWeather.from_days(FIRST, np.full(4, 100.0), np.full(4, 100.0), np.ones((4, 7)))
    with pytest.raises(InputError, match="three days"):
        SpaceWeather.from_days(FIRST, [100.0], [100.0], np.ones((1, 8)))


def test_what_is_no_time() -> None:
    with pytest.raises(InputError, match="time must be an astropy Time"):
        SpaceWeather.measured().at(57_723.0)
