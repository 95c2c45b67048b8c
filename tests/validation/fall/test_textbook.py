"""Falls against closed forms of textbooks and against flown entries."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from numpy.typing import NDArray

from orbitsim.earth import ZonalGravity
from orbitsim.environment.profile import AirProfile
from orbitsim.frames import position_on_earth, transform
from orbitsim.orbit import Orbit
from orbitsim.phases.fall import Thermal, descend, fall
from orbitsim.phases.footprint import offsets
from orbitsim.units import to_epoch
from orbitsim.vehicles.materials import STEEL

EPOCH = to_epoch("2016-12-01T12:00:00")
WEIGHTLESS = ZonalGravity(1e-3, 6_378_137.0)
Vector = NDArray[np.float64]


def above(
    latitude_deg: float, longitude_deg: float, height: float, up_east_north: tuple[float, ...]
) -> Orbit:
    """A body over a place, with an Earth-fixed velocity."""
    lat, lon = np.radians(latitude_deg), np.radians(longitude_deg)
    r = position_on_earth(lat, lon, height)
    up, east, north = up_east_north
    radial = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    eastward = np.array([-np.sin(lon), np.cos(lon), 0.0])
    v = up * radial + east * eastward + north * np.cross(radial, eastward)
    return Orbit.from_state(*transform(r, v, "ITRS", "TEME", EPOCH), EPOCH, "TEME")


@pytest.mark.parametrize("ballistic", [1e-3, 1e-2, 0.3, 5.0])
def test_terminal_speed(ballistic: float) -> None:
    """sqrt(2 g / (density * coefficient)), in air of one density."""
    air = AirProfile([-1e3, 20e3], [1.2, 1.2], [340.0, 340.0])
    down = fall(above(45.0, 10.0, 10e3, (0.0, 0.0, 0.0)), ballistic, air=air)
    # Gravity at 45 degrees (WGS 84, normal gravity formula).
    gravity = 9.806199
    # A heavy body lags behind by the change of gravity over its last kilometre, 1.3e-4.
    assert float(down.speed) == pytest.approx(np.sqrt(2.0 * gravity / (1.2 * ballistic)), rel=2e-4)


@pytest.mark.parametrize("height", [1e3, 30e3])
def test_deflection_of_a_falling_stone(height: float) -> None:
    """To the east by (1/3) spin g t^3 cos(latitude); Landau and Lifshitz, Mechanics, section 39."""
    latitude = np.radians(50.0)
    thin = AirProfile([0.0, 100e3], [1e-30, 1e-30], [300.0, 300.0])
    down = fall(above(50.0, 80.0, height, (0.0, 0.0, 0.0)), 0.0, air=thin)
    east = offsets(down.latitude, down.longitude, (latitude, np.radians(80.0)), np.pi / 2)[0]
    t = float(down.duration)
    gravity = 2.0 * height / t**2
    wanted = 7.292115e-5 * gravity * t**3 * np.cos(latitude) / 3.0
    assert float(east) == pytest.approx(wanted, rel=5e-3)


@pytest.mark.parametrize(("speed", "ballistic"), [(3e3, 1e-3), (7e3, 3e-3), (11e3, 1e-2)])
def test_steep_entry_without_weight(speed: float, ballistic: float) -> None:
    """Allen and Eggers (1958, NACA Report 1381): along a straight path through exponential air the
    greatest deceleration is v^2 sin(angle) / (2 e H), where density times coefficient is
    sin(angle) / H; the angle is 90 degrees here, over the pole, where nothing turns."""
    scale, sea_level = 7000.0, 1.5
    air = AirProfile.exponential(sea_level, scale, top=400e3)
    start = above(90.0, 0.0, 250e3, (-speed, 0.0, 0.0))
    down = fall(start, ballistic, air=air, gravity=WEIGHTLESS)
    greatest = speed**2 / (2.0 * np.e * scale)
    at = scale * np.log(ballistic * sea_level * scale)
    assert float(down.peak_deceleration) == pytest.approx(greatest, rel=1e-3)
    assert float(down.peak_deceleration_height) == pytest.approx(at, abs=60.0)
    # Its whole course: v = V exp(-density * coefficient * H / 2).
    assert float(down.speed) == pytest.approx(
        speed * np.exp(-0.5 * ballistic * sea_level * scale), rel=1e-4, abs=0.01
    )


def test_steep_entry_with_weight_is_near_the_closed_form() -> None:
    """At 30 degrees and 7 km/s weight and the round Earth change Allen and Eggers' by per cents."""
    air = AirProfile.exponential(1.5, 7000.0, top=400e3)
    angle, speed = np.radians(30.0), 7e3
    velocity = (-speed * np.sin(angle), 0.0, speed * np.cos(angle))
    down = fall(above(10.0, 0.0, 120e3, velocity), 3e-3, air=air)
    greatest = speed**2 * np.sin(angle) / (2.0 * np.e * 7000.0)
    assert float(down.peak_deceleration) == pytest.approx(greatest, rel=0.06)


def test_peak_heating_without_weight() -> None:
    """With flux as density^0.5 v^3.15 the peak of a straight exponential entry lies where density
    times coefficient times H is 1 / 3.15, by differentiation of Allen and Eggers' speed."""
    scale, sea_level, ballistic, speed = 7000.0, 1.5, 3e-3, 6e3
    air = AirProfile.exponential(sea_level, scale, top=400e3)
    start = above(90.0, 0.0, 250e3, (-speed, 0.0, 0.0))
    cool = Thermal(1.0, 1e-3, STEEL)
    down = fall(start, ballistic, air=air, gravity=WEIGHTLESS, mass=1e3, thermal=cool)
    exact = scale * np.log(3.15 * ballistic * sea_level * scale)
    assert float(down.peak_heating_height) == pytest.approx(exact, abs=80.0)
    density = 1.0 / (3.15 * ballistic * scale)
    slowed = speed * np.exp(-0.5 / 3.15)
    # Detra, Kemp and Riddell in their units: 17 600 Btu/(ft2 s), one foot, 26 000 ft/s.
    flux = 17600.0 * 11356.527 * np.sqrt(0.3048 * density / 1.225) * (slowed / 7924.8) ** 3.15
    assert float(down.peak_heating) == pytest.approx(flux, rel=2e-3)


def test_a_fall_without_air_is_a_kepler_arc() -> None:
    """Against erfa's geodesy and the equation of Kepler, around a point mass."""
    mu = 3.986004418e14
    start = above(46.0, 63.0, 200e3, (500.0, 4000.0, 1000.0))
    nothing = AirProfile([0.0, 300e3], [1e-30, 1e-30], [300.0, 300.0])
    down = fall(start, 0.0, air=nothing, gravity=ZonalGravity(mu, 6_378_137.0))
    r, v = start.r, start.v
    distance = np.linalg.norm(r)
    a = 1.0 / (2.0 / distance - v @ v / mu)
    motion, sigma = np.sqrt(mu / a**3), r @ v / np.sqrt(mu * a)
    mean, e = motion * float(down.duration), 1.0 - distance / a
    x = mean
    for _ in range(50):  # Newton on Kepler's equation in differences of the eccentric anomaly
        miss = x - e * np.sin(x) + sigma * (1.0 - np.cos(x)) - mean
        x -= miss / (1.0 - e * np.cos(x) + sigma * np.sin(x))
    f = 1.0 - a / distance * (1.0 - np.cos(x))
    g = float(down.duration) - (x - np.sin(x)) / motion
    fixed, _ = transform(f * r + g * v, np.zeros(3), "TEME", "ITRS", down.time)
    assert np.linalg.norm(fixed - down.r) < 1.0
    assert abs(erfa.gc2gd(1, fixed)[2]) < 0.5


@pytest.mark.parametrize("broken_at", [70e3, 78e3])
def test_georgetown_1997(broken_at: float) -> None:
    """Second stage of a Delta II that decayed over Texas on 22 January 1997 (N. Johnson in Air &
    Space Magazine, The Things That Fell to Earth): tanks came down at 260 ft/s; the nozzle, at
    33 ft/s, is put about half an hour later and 500 to 600 km uprange.  Where the stage broke up is
    not known, and a piece keeps one drag coefficient all the way here: 20 minutes, 610 or 920 km.
    """
    decaying = Orbit.from_elements(
        semi_major_axis=6_503e3, eccentricity=1e-4, inclination=np.radians(96.6), raan=0.0,
        argument_of_perigee=0.0, true_anomaly=0.3, epoch=EPOCH, frame="TEME",
    )  # fmt: skip
    stage = descend(decaying, 5e-3, broken_at)
    ends = np.array([260.0, 33.0]) * 0.3048
    down = fall(stage, 2.0 * 9.81 / (1.225 * ends**2))
    assert down.speed == pytest.approx(ends, rel=0.03)
    tank, nozzle = (float(x) / 60.0 for x in down.duration)
    assert 15.0 < nozzle - tank < 35.0
    ahead, aside = offsets(
        down.latitude[0],
        down.longitude[0],
        (float(down.latitude[1]), float(down.longitude[1])),
        0.0,
    )
    assert 450e3 < np.hypot(ahead, aside) < 1000e3


def test_stardust_peak_heating() -> None:
    """Sample return capsule, 15 January 2006: it passed entry interface, 125 km above the equator's
    radius, at 12.8 km/s and 8.21 degrees below the horizon, inertially (Desai et al. 2008,
    AIAA 2008-1198, abstract; mission timeline); peak heating was 52 s later.  46 kg, 0.81 m across,
    drag coefficient of a blunt 60-degree cone 1.5."""
    lat, lon, speed, angle = np.radians(41.0), np.radians(-122.0), 12.8e3, np.radians(8.21)
    r = position_on_earth(lat, lon, 125e3)
    rr, _ = transform(r, np.zeros(3), "ITRS", "TEME", EPOCH)
    up = rr / np.linalg.norm(rr)
    rr = (6_378_137.0 + 125e3) * up
    east = np.cross([0.0, 0.0, 1.0], up)
    v = speed * (np.cos(angle) * east / np.linalg.norm(east) - np.sin(angle) * up)
    start = Orbit.from_state(rr, v, EPOCH, "TEME")
    ballistic = 1.5 * np.pi * 0.405**2 / 46.0
    down = fall(start, ballistic, mass=46.0, thermal=Thermal(0.23, 1e-3, STEEL))
    peak = descend(start, ballistic, float(down.peak_heating_height))
    assert float((peak.epoch - EPOCH).to_value("s")) == pytest.approx(52.0, abs=3.0)
