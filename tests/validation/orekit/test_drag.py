"""Drag in models of the real air against Orekit's flights, relative to what drag does.

The displacement by drag is the distance between Orekit's own flights with and without air.  The
air's density is that of the same equations; what differs is what they are fed:

- Orekit steps from one published index to the next and keeps one day's flux until midnight, ours
  run straight between the centres of the intervals;
- Orekit takes the apparent Sun for the local time, ours is the mean one (11 minutes on that day);
- its day of the year is a whole number.

Fed with Orekit's arguments, our kernel gives its densities, and the mean of the density ratio along
a flight predicts by how much the two part.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time
from numba import njit
from validation import ours, scenarios
from validation.references import Flight, FloatArray, flights

from orbitsim import frames
from orbitsim.earth import WGS84
from orbitsim.environment import bodies
from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.environment.sun_moon import subsolar_point
from orbitsim.kernels import harris_priester, nrlmsise, nrlmsise_expansion
from orbitsim.kernels.nrlmsise_expansion import _LOCAL as LOCAL
from orbitsim.kernels.nrlmsise_expansion import COSINE, SINE

DAY = 86_400.0
FLIGHTS = {(f.scenario.orbit, f.scenario.name): f for f in flights("orekit")}
IN_AIR = ("iss", "progress", "sun_synchronous")


def after_a_day(flight: Flight) -> FloatArray:
    return flight.r[flight.t == DAY][0]


def displacement(orbit: str, name: str) -> FloatArray:
    """What the air does in a day (m), of Orekit's own flights."""
    without = "all_without_air" if name == "all" else "point_mass"
    return after_a_day(FLIGHTS[orbit, name]) - after_a_day(FLIGHTS[orbit, without])


def lead(orbit: str, name: str) -> float:
    """Our displacement over Orekit's, less one, along the track."""
    flight = FLIGHTS[orbit, name]
    error = ours.fly(flight, np.array([DAY])).r[0] - after_a_day(flight)
    along = displacement(orbit, name)
    return float(error @ along / (along @ along))


@pytest.mark.parametrize("name", ["nrlmsise00_history", "all"])
@pytest.mark.parametrize("orbit", IN_AIR)
def test_one_per_cent_of_the_displacement(orbit: str, name: str) -> None:
    error = ours.errors(FLIGHTS[orbit, name], days=1)[-1]
    assert error < 1e-2 * np.linalg.norm(displacement(orbit, name))


@pytest.mark.parametrize("orbit", [*IN_AIR, "molniya"])
def test_why_nrlmsise_differs(orbit: str) -> None:
    """0.43, 0.27, 0.75 and -2.3 %; the last is of two perigees at one local time."""
    path, place = along_the_way(FLIGHTS[orbit, "nrlmsise00_history"])
    own = Nrlmsise00().density(path.times, *place)
    weight = work_done(path)
    predicted = (weight @ own) / (weight @ orekits_density(path.times, *place)) - 1.0
    measured = lead(orbit, "nrlmsise00_history")
    assert abs(measured - predicted) < 1e-3
    assert abs(measured) > 2e-3


@pytest.mark.parametrize("orbit", IN_AIR)
def test_daily_ap(orbit: str) -> None:
    """Ours always follows the history of ap: the daily one is as far away as in Orekit itself."""
    daily, history = FLIGHTS[orbit, "nrlmsise00_daily"], FLIGHTS[orbit, "nrlmsise00_history"]
    between = np.linalg.norm(after_a_day(daily) - after_a_day(history))
    error = ours.errors(daily, days=1)[-1]
    allowed = 1e-2 * np.linalg.norm(displacement(orbit, "nrlmsise00_daily"))
    assert abs(error - between) < allowed < between


@pytest.mark.parametrize("orbit", IN_AIR)
def test_why_harris_priester_differs(orbit: str) -> None:
    """2e-4 at most: heights along the radius in Orekit, geodetic in ours."""
    path, (latitude, _, height) = along_the_way(FLIGHTS[orbit, "harris_priester"])
    sun, here = bodies.position("sun", path.times), path.r.T
    turn = frames.rotation_matrix("GCRS", "ITRS", path.times)
    fixed = [np.einsum("nij,jn->in", turn, x) for x in (sun, here)]
    own = bulging_density(height, *fixed)
    theirs = bulging_density(height_along_the_radius(latitude, height), *fixed)
    weight = work_done(path)
    predicted = (weight @ own) / (weight @ theirs) - 1.0
    measured = lead(orbit, "harris_priester")
    assert abs(measured) < 3e-4
    assert abs(measured - predicted) < 2e-5


def test_densities() -> None:
    """Orekit's density at 72 places, quiet and in storms, with the arguments that it drew."""
    with Path(__file__).with_name("densities.csv").open() as file:
        rows = list(csv.DictReader(line for line in file if line[0] != "#"))
    column = {key: np.array([float(row[key]) for row in rows]) for key in list(rows[0])[1:]}
    time = Time([row["day"] for row in rows], scale="utc").mjd + column["s"] / DAY
    time = Time(time, format="mjd", scale="utc")
    ap = np.stack([column[f"ap{i}"] for i in range(7)], axis=-1)
    place = np.radians(column["latitude"]), np.radians(column["longitude"]), column["height"]
    got = density(time, *place, column["f107"], column["f107a"], ap)
    np.testing.assert_allclose(got, column["nrlmsise00_history"], rtol=3e-5)


def along_the_way(flight: Flight):
    """Our flight every ten seconds for a day, and where it is (rad, m)."""
    path = ours.fly(flight, np.arange(5.0, DAY, 10.0))
    latitude, longitude, height = frames.geodetic(path.to_frame("ITRS")[0].T)
    return path, (latitude, longitude, height)


def work_done(path) -> FloatArray:
    """What a unit of density anywhere on the way adds to the place at the end, but for a factor.

    The work done there changes the semi-major axis, and that the place in the time that is left.
    """
    through_air = np.linalg.norm(path.to_frame("ITRS")[1], axis=-1)
    return through_air**2 * np.linalg.norm(path.v, axis=-1) * (DAY - path.t)


def orekits_density(
    time: Time, latitude: FloatArray, longitude: FloatArray, height: FloatArray
) -> FloatArray:
    """Of the measured indices in steps."""
    weather = SpaceWeather.measured()
    day = time.mjd - weather.first_day
    row, now = day.astype(int), np.floor(8.0 * day).astype(int)
    ap = weather.ap.reshape(-1)
    means = [np.mean([ap[now - k] for k in range(first, first + 8)], axis=0) for first in (4, 12)]
    history = np.stack([weather.daily_ap[row], *(ap[now - k] for k in range(4)), *means], axis=-1)
    return density(
        time, latitude, longitude, height, weather.f107[row - 1], weather.f107a[row], history
    )


def density(
    time: Time,
    latitude: FloatArray,
    longitude: FloatArray,
    height: FloatArray,
    f107: FloatArray,
    f107a: FloatArray,
    ap: FloatArray,
) -> FloatArray:
    """The model's, on whole days of the year and by the apparent Sun."""
    mjd = time.mjd
    seconds = DAY * (mjd - np.floor(mjd))
    first = Time(np.array([f"{t.datetime.year}-01-01" for t in time]), scale="utc").mjd
    mean_sun = np.pi - 2.0 * np.pi * seconds / DAY
    equation = (mean_sun - subsolar_point(time)[1] + np.pi) % (2.0 * np.pi) - np.pi
    columns = (np.floor(mjd) - first + 1.0, seconds, height, latitude, longitude, f107a, f107)
    return np.array(
        [
            one_density(*row)
            for row in zip(*columns, np.ascontiguousarray(ap), equation, strict=True)
        ]
    )


@njit
def one_density(day, seconds, height, latitude, longitude, f107a, f107, ap, equation):
    """As `nrlmsise.density`, the local time later by an angle (rad)."""
    work = np.empty(nrlmsise.WORK)
    nrlmsise_expansion.angles(day, seconds, latitude, longitude + equation, work)
    sine, cosine = work[SINE + LOCAL], work[COSINE + LOCAL]
    nrlmsise_expansion.angles(day, seconds, latitude, longitude, work)
    work[SINE + LOCAL], work[COSINE + LOCAL] = sine, cosine
    nrlmsise_expansion.remembered_activity(latitude, ap, 0, work)
    nrlmsise.numbers(height, f107a, f107, nrlmsise._UPPER_HISTORY, nrlmsise._LOWER_HISTORY, work)
    return nrlmsise._mass(work)


def bulging_density(height: FloatArray, sun: FloatArray, here: FloatArray) -> FloatArray:
    """Harris and Priester's, with the bulge turned from the Sun about the third axis."""
    c, s = np.cos(harris_priester.LAG), np.sin(harris_priester.LAG)
    apex = np.stack([c * sun[0] - s * sun[1], s * sun[0] + c * sun[1], sun[2]])
    cosine = (apex * here).sum(axis=0)
    cosine /= np.linalg.norm(apex, axis=0) * np.linalg.norm(here, axis=0)
    out = np.empty(height.size)
    exponent = scenarios.HARRIS_PRIESTER_EXPONENT
    harris_priester.density_at(np.ascontiguousarray(height), cosine, exponent, out)
    return out


def height_along_the_radius(latitude: FloatArray, height: FloatArray) -> FloatArray:
    """From the ellipsoid straight below towards the centre (m)."""
    e2 = WGS84.eccentricity_squared
    normal = WGS84.equatorial_radius / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2)
    across = (normal + height) * np.cos(latitude)
    along = (normal * (1.0 - e2) + height) * np.sin(latitude)
    distance = np.hypot(across, along)
    return distance - WGS84.polar_radius / np.sqrt(1.0 - e2 * (across / distance) ** 2)
