"""The Sun against a printed almanac, the seasons' printed instants, astropy and Skyfield."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import get_sun
from astropy.time import Time

from orbitsim.environment.sun_moon import solar_elevation, subsolar_point, sun_direction
from orbitsim.errors import EpochError

ARCSEC = np.radians(1.0 / 3600.0)

# The constant of aberration: the apparent Sun is that far behind the geometric one.
ABERRATION = 20.49552 * ARCSEC


def test_almanac_example() -> None:
    """Meeus, Astronomical Algorithms (2nd ed.), example 25.b: apparent place, 1992 October 13."""
    time = Time("1992-10-13T00:00:00", scale="tt")
    true_of_date = erfa.pnm06a(time.jd1, time.jd2) @ sun_direction(time)
    right_ascension, declination = erfa.c2s(true_of_date)
    obliquity = erfa.obl06(time.jd1, time.jd2) + erfa.nut06a(time.jd1, time.jd2)[1]
    tilt = erfa.rx(obliquity, np.eye(3))
    longitude, latitude = erfa.c2s(tilt @ true_of_date)
    longitude -= 20.539 * ARCSEC  # the aberration that the example applies
    right_ascension, declination = erfa.c2s(tilt.T @ erfa.s2c(longitude, latitude))
    printed_right_ascension = np.radians(15.0 * (13 + 13 / 60 + 30.749 / 3600))
    printed_declination = -np.radians(7 + 47 / 60 + 1.74 / 3600)
    assert right_ascension % (2 * np.pi) == pytest.approx(printed_right_ascension, abs=0.2 * ARCSEC)
    assert declination == pytest.approx(printed_declination, abs=0.2 * ARCSEC)


@pytest.mark.parametrize(
    ("instant", "sign"),
    [
        ("2000-03-20T07:35", +1.0),
        ("2000-09-22T17:28", -1.0),
        ("2016-03-20T04:30", +1.0),
        ("2016-09-22T14:21", -1.0),
    ],
)
def test_equinoxes(instant: str, sign: float) -> None:
    """US Naval Observatory, Earth's Seasons, to the minute (0.5 arcsec in declination).  The
    *apparent* Sun is on the equator then; ours is ahead of it by the aberration."""
    latitude, _ = subsolar_point(Time(instant))
    ahead = sign * ABERRATION * np.sin(np.radians(23.4365))
    assert latitude == pytest.approx(ahead, abs=0.8 * ARCSEC)


@pytest.mark.parametrize(
    ("instant", "tropic_deg"), [("2016-06-20T22:34", 23.4346), ("2016-12-21T10:44", -23.4346)]
)
def test_solstices(instant: str, tropic_deg: float) -> None:
    """Same source; the obliquity of the ecliptic in 2016 stands for the greatest declination."""
    latitude, _ = subsolar_point(Time(instant))
    assert np.degrees(latitude) == pytest.approx(tropic_deg, abs=0.0005)


def test_against_astropy() -> None:
    """astropy's Sun is the apparent one: the two differ by the aberration and nothing else."""
    time = Time("1995-01-01") + np.arange(0.0, 10950.0, 36.7) * u.day
    apparent = get_sun(time).cartesian.xyz.value
    apparent = apparent / np.linalg.norm(apparent, axis=0)
    apart = np.linalg.norm(sun_direction(time) - apparent, axis=0)
    assert apart.max() < 20.9 * ARCSEC
    assert apart.min() > 20.0 * ARCSEC


def test_subsolar_point_against_skyfield() -> None:
    """Skyfield's precession, nutation, rotation and geodesy of the same direction; it leaves out
    polar motion (up to 0.6 arcsec, nearly all of it in latitude)."""
    from skyfield.api import load, wgs84
    from skyfield.positionlib import Geocentric

    time = Time("2001-01-01") + np.arange(0.0, 7000.0, 97.13) * u.day
    at = load.timescale(builtin=True).from_astropy(time)
    point = wgs84.geographic_position_of(Geocentric(sun_direction(time), t=at))
    latitude, longitude = subsolar_point(time)
    around = np.remainder(longitude - point.longitude.radians + np.pi, 2.0 * np.pi) - np.pi
    assert np.abs(latitude - point.latitude.radians).max() < 0.7 * ARCSEC
    assert np.abs(around).max() < 0.5 * ARCSEC


def test_unit_vectors_of_every_shape() -> None:
    time = Time("2016-12-01T14:51:52") + np.arange(6).reshape(2, 3) * u.day
    batch = sun_direction(time)
    assert batch.shape == (3, 2, 3)
    np.testing.assert_allclose(np.linalg.norm(batch, axis=0), 1.0, rtol=1e-15)
    np.testing.assert_array_equal(batch[:, 1, 2], sun_direction(time[1, 2]))
    latitude, longitude = subsolar_point(time)
    one = subsolar_point(time[0, 1])
    assert latitude.shape == longitude.shape == (2, 3)
    assert (latitude[0, 1], longitude[0, 1]) == pytest.approx(one, abs=1e-15)


@pytest.mark.filterwarnings("ignore:.*dubious year")
@pytest.mark.parametrize("year", ["1850-01-01", "2150-01-01"])
def test_years_outside_the_ephemeris_are_refused(year: str) -> None:
    with pytest.raises(EpochError, match=f"1900 to 2100, got {year}"):
        sun_direction(Time([year, "2000-01-01"]))


def test_elevation_of_the_sun() -> None:
    sun = (np.radians(20.0), np.radians(170.0))
    latitude = np.radians([20.0, -20.0, 90.0, -90.0, 0.0, -70.0])
    longitude = np.radians([170.0, -10.0, 33.0, 33.0, -100.0, -10.0])
    expected = [90.0, -90.0, 20.0, -20.0, 0.0, -40.0]
    # Near the zenith a sine is a blunt measure of an angle: 1e-16 of it is 1e-8 rad.
    np.testing.assert_allclose(
        np.degrees(solar_elevation(latitude, longitude, sun)), expected, atol=2e-6
    )
