"""Interface of the Sun's and Moon's ephemeris and of the shadow."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from orbitsim.environment import bodies, shadow
from orbitsim.environment.sun_moon import sun_direction
from orbitsim.errors import EpochError, InputError

NOON = Time("2016-12-21T12:00:00")


def test_shapes_and_scales():
    times = NOON + TimeDelta(np.linspace(0.0, 1.0, 6).reshape(2, 3), format="jd")
    grid = bodies.position("moon", times)
    assert grid.shape == (3, 2, 3)
    np.testing.assert_array_equal(grid[:, 1, 2], bodies.position("moon", times[1, 2]))
    np.testing.assert_allclose(grid, bodies.position("moon", times.tdb), rtol=1e-12)
    assert bodies.position("sun", NOON).shape == (3,)


def test_the_older_direction_agrees():
    sun = bodies.position("sun", NOON)
    assert np.linalg.norm(sun / np.linalg.norm(sun) - sun_direction(NOON)) < 1e-7


def test_barycentric_time_against_the_full_series():
    days = np.linspace(-18000.0, 18000.0, 500)
    wanted = erfa.dtdb(2451545.0, days, 0.0, 0.0, 0.0, 0.0)
    got = bodies._tdb_tt(np.full(500, 2451545.0), days)
    assert np.abs(got - wanted).max() < 10e-6


@pytest.mark.parametrize("body", ["mars", "Sun", ""])
def test_unknown_bodies(body):
    with pytest.raises(InputError, match="body must be 'sun' or 'moon'"):
        bodies.position(body, NOON)


def test_unknown_ephemeris():
    with pytest.raises(InputError, match="ephemeris must be 'DE421' or 'analytic', got 'DE440'"):
        bodies.body_table("sun", 57000.0, 57001.0, "DE440")


@pytest.mark.parametrize("ephemeris", ["DE421", "analytic"])
@pytest.mark.parametrize("day", ["1899-01-01", "2101-01-01"])
@pytest.mark.filterwarnings("ignore:ERFA function:erfa.ErfaWarning")
def test_outside_the_ephemeris(day, ephemeris):
    time = Time([f"{day}T12:00:00", "2000-01-01T12:00:00"])
    with pytest.raises(EpochError, match=f"covers .* got {day}"):
        bodies.position("moon", time, ephemeris)
    with pytest.raises(EpochError, match="covers"):
        bodies.body_table("moon", time[0].tai.mjd, 51544.0, ephemeris)


def test_tables_reach_the_ends_of_the_file():
    for day in (14864.2, 71183.8):
        rows, first = bodies.body_table("moon", day, day)
        piece = np.floor(day * 8)
        w = day * 8 - piece
        powers = rows[int(piece - first)].reshape(4, 3)
        got = powers[0] + w * (powers[1] + w * (powers[2] + w * powers[3]))
        wanted = bodies.position("moon", Time(day, format="mjd", scale="tai"))
        assert np.linalg.norm(got - wanted) < 0.2
    with pytest.raises(EpochError):
        bodies.body_table("moon", 14864.0, 14864.2)
    with pytest.raises(EpochError):
        bodies.body_table("moon", 71183.8, 71184.0)


def test_tables_do_not_depend_on_the_span():
    rows, first = bodies.body_table("moon", 57000.0, 57100.0)
    part, later = bodies.body_table("moon", 57050.0, 57051.0)
    start = int(later - first)
    np.testing.assert_array_equal(rows[start : start + len(part)], part)


def test_illumination_shapes_and_errors():
    away = -bodies.position("sun", NOON)
    away /= np.linalg.norm(away)
    r = np.stack([7e6 * away, -7e6 * away])
    np.testing.assert_array_equal(shadow.illumination(r, NOON), [0.0, 1.0])
    times = NOON + TimeDelta(np.arange(3.0)[:, np.newaxis], format="sec")
    assert shadow.illumination(r, times).shape == (3, 2)
    assert shadow.shadow_margin(r, NOON)[0] < 0.0 < shadow.shadow_margin(r, NOON)[1]
    with pytest.raises(InputError, match="shape"):
        shadow.illumination(r[:, :2], NOON)
    with pytest.raises(InputError, match="does not go with"):
        shadow.illumination(r, NOON + TimeDelta(np.arange(3.0), format="sec"))
    with pytest.raises(InputError, match="edge must be"):
        shadow.shadow_margin(r, NOON, "dark")
    with pytest.raises(InputError, match="body must be"):
        shadow.shadow_margin(r, NOON, body="sun")


def test_a_flattened_earth_darkens_less_over_the_poles():
    from orbitsim.earth import WGS84

    sun = bodies.position("sun", NOON)
    sun /= np.linalg.norm(sun)
    north = np.array([0.0, 0.0, 1.0]) - sun[2] * sun
    north /= np.linalg.norm(north)
    r = 6.370e6 * north - 3e6 * sun
    assert shadow.illumination(r, NOON) < 0.5 < shadow.illumination(r, NOON, earth=WGS84)
