"""The door for units: what comes in, what is refused, and how the refusal reads."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time, TimeDelta

from orbitsim.errors import InputError
from orbitsim.units import elapsed_seconds, read_only, to_epoch, to_finite_si, to_si


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [
        (7000.0 * u.km, "m", 7e6),
        (7, "m", 7.0),
        (np.float32(0.5), "m", 0.5),
        ([1, 2], "m", [1.0, 2.0]),
        ([[1.0], [2.0]] * u.km / u.s, "m/s", [[1e3], [2e3]]),
        (180.0 * u.deg, "rad", np.pi),
        (0.3 * u.dimensionless_unscaled, "rad", 0.3),
        (2.0 * u.min, "s", 120.0),
        (398600.4418 * u.km**3 / u.s**2, "m3/s2", 3.986004418e14),
        (5.0 * u.percent, "", 0.05),
        ([], "m", []),
    ],
)
def test_numbers_and_quantities_become_si(value: Any, unit: str, si: Any) -> None:
    got = to_si(value, unit, "x")
    assert got.dtype == np.float64
    np.testing.assert_allclose(got, si, rtol=1e-15)


@pytest.mark.parametrize(
    ("value", "unit", "message"),
    [
        (5.0 * u.kg, "m", "x has the unit kg; wanted a quantity convertible to m"),
        (5.0 * u.km, "rad", "x has the unit km; wanted a quantity convertible to rad"),
        (5.0 * u.km, "", "x has the unit km; wanted a pure number"),
        ("7e6", "m", "x must be a Quantity or numbers in metres, got '7e6'"),
        (["1", "2"], "s", "numbers in seconds"),
        (None, "rad", "numbers in radians, got None"),
        (1j, "", "x must be pure numbers"),
        (object(), "m3/s2", "numbers in m3/s2"),
        ([[1.0], [1.0, 2.0]], "m", "numbers in metres"),
    ],
)
def test_what_is_no_such_number_is_refused(value: Any, unit: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        to_si(value, unit, "x")


@pytest.mark.parametrize("bad", [np.nan, [1.0, np.inf], [1.0, np.nan] * u.km])
def test_finite_numbers_are_asked_for(bad: Any) -> None:
    with pytest.raises(InputError, match="x must be finite, got (nan|inf)"):
        to_finite_si(bad, "m", "x")


def test_epochs_of_every_kind() -> None:
    expected = Time("2016-12-01T14:51:52", scale="utc")
    east = timezone(timedelta(hours=3))
    for given in (
        "2016-12-01T14:51:52",
        "2016-12-01T14:51:52Z",
        "2016-12-01 14:51:52",
        datetime(2016, 12, 1, 14, 51, 52),
        datetime(2016, 12, 1, 17, 51, 52, tzinfo=east),
        expected,
        expected.tai,
    ):
        assert abs((to_epoch(given) - expected).sec) < 1e-9


def test_an_epoch_is_kept_from_its_owner() -> None:
    given = Time(["2016-12-01", "2017-01-01"])
    kept = to_epoch(given)
    given[0] = Time("1999-01-01")
    assert kept[0].isot.startswith("2016")
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = given[0]


@pytest.mark.parametrize(
    "bad", ["yesterday", "2016-13-01", 2016.0, None, ["2016-12-01"], "", 2457724.1 * u.day]
)
def test_what_is_no_epoch_is_refused(bad: Any) -> None:
    with pytest.raises(InputError, match="start must be an astropy Time or an ISO 8601 text"):
        to_epoch(bad, "start")


@pytest.mark.parametrize("scale", ["ut1", "local"])
def test_scales_without_even_seconds_are_refused(scale: str) -> None:
    with pytest.raises(InputError, match=f"epoch is on the scale {scale}; wanted UTC"):
        to_epoch(Time("2016-12-01", scale=scale))
    with pytest.raises(InputError, match=f"times is on the scale {scale}"):
        elapsed_seconds(Time(["2016-12-01"], scale=scale), Time("2016-12-01"))


def test_masked_instants() -> None:
    times = Time(["2016-12-01", "2016-12-02"])
    times[1] = np.ma.masked
    np.testing.assert_array_equal(elapsed_seconds(times, Time("2016-12-01")), [0.0, np.nan])
    with pytest.raises(InputError, match="epoch must not be masked"):
        to_epoch(times)


def test_a_leap_second_is_a_second() -> None:
    epoch = Time("2016-12-31T23:59:59")
    assert elapsed_seconds("2017-01-01T00:00:00", epoch) == pytest.approx(2.0, abs=1e-9)
    assert elapsed_seconds(Time("2016-12-31T23:59:60"), epoch) == pytest.approx(1.0, abs=1e-9)


def test_seconds_of_every_kind() -> None:
    epoch = Time("2016-12-01")
    for given in (
        90.0,
        1.5 * u.min,
        TimeDelta(90.0, format="sec"),
        epoch + 90.0 * u.s,
        "2016-12-01T00:01:30",
        datetime(2016, 12, 1, 0, 1, 30),
    ):
        assert elapsed_seconds(given, epoch) == pytest.approx(90.0, abs=1e-9)
    with pytest.raises(InputError, match="times has the unit km"):
        elapsed_seconds(1.0 * u.km, epoch)


def test_precision_over_decades() -> None:
    """A Julian date in one double has a grain of 40 us; two of them, of 1e-11 s."""
    epoch = Time("1976-01-01T00:00:00", scale="tai")
    late = Time("2026-01-01T00:00:00", scale="tai") + TimeDelta(1e-9, format="sec")
    assert elapsed_seconds(late, epoch) == pytest.approx(18263 * 86400.0 + 1e-9, abs=3e-7)
    earlier = late - TimeDelta(0.1, format="sec")
    assert elapsed_seconds(late, earlier) == pytest.approx(0.1, abs=2e-11)


def test_read_only_views() -> None:
    array = np.zeros(3)
    view = read_only(array)
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0
    array[0] = 1.0
    assert view[0] == 1.0
