"""A rendezvous with finite burns flown anew by SciPy, from the burns as they are reported.

Chaser and station are integrated by DOP853 under zonal gravity to degree six, from the gradient of
the potential in Legendre's polynomials, and exponential air, all written out here.  The thrust is
the engine's force along the reported direction over the falling mass.  The chaser must come to the
hold point, which no quantity of the package is used for.
"""

from __future__ import annotations

from math import radians

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from numpy.polynomial import legendre
from scipy.integrate import solve_ivp

from orbitsim.earth import Ellipsoid
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.forces import Drag, Zonal
from orbitsim.orbit import Orbit
from orbitsim.phases.rendezvous_flight import (
    RendezvousFlight,
    fly_rendezvous,
    turned_to_station,
)
from orbitsim.phases.rendezvous_profile import load_rendezvous_profile
from orbitsim.phases.rendezvous_station import Station
from orbitsim.vehicles.spacecraft import load_spacecraft

EPOCH = Time("2016-12-01T15:00:00", scale="utc")
BASE, HEIGHT, SCALE = 2.8e-10, 200e3, 40e3
MASS, AREA, CD = 7285.0, 10.0, 2.2
THRUST, IMPULSE = 2950.0, 302.0

# EGM96, fully normalised, degree two to six (Lemoine et al. 1998).
MU, RADIUS = 3.986004415e14, 6_378_136.3
NORMALISED = (-0.484165371736e-3, 0.957254173792e-6, 0.539873863789e-6, 0.685323475630e-7,
              -0.149957994714e-6)  # fmt: skip
ZONALS = np.array([-np.sqrt(2 * n + 1) * c for n, c in enumerate(NORMALISED, start=2)])


def gravity(r: np.ndarray) -> np.ndarray:
    """Gradient of mu/r (1 - sum J_n (R/r)^n P_n(z/r))."""
    distance = np.sqrt(r @ r)
    sine = r[2] / distance
    out = r / distance
    total = -MU / distance**2 * out
    for n, j in enumerate(ZONALS, start=2):
        series = np.zeros(n + 1)
        series[n] = 1.0
        p, slope = legendre.legval(sine, series), legendre.legval(sine, legendre.legder(series))
        strength = MU * j * RADIUS**n / distance ** (n + 2)
        total += strength * ((n + 1) * p * out - slope * (np.array([0.0, 0.0, 1.0]) - sine * out))
    return total


def drag(y: np.ndarray, mass: float) -> np.ndarray:
    wind = y[3:6] - np.cross([0.0, 0.0, 7.292115e-5], y[:3])
    height = np.sqrt(y[:3] @ y[:3]) - 6_378_137.0
    density = BASE * np.exp((HEIGHT - height) / SCALE)
    return -0.5 * density * CD * AREA / mass * np.sqrt(wind @ wind) * wind


def coast(y: np.ndarray, mass: float, t: float, air: bool) -> np.ndarray:
    def rate(_: float, y: np.ndarray) -> np.ndarray:
        push = drag(y, mass) if air else 0.0
        return np.concatenate([y[3:], gravity(y[:3]) + push])

    return solve_ivp(rate, (0.0, t), y, "DOP853", rtol=1e-12, atol=1e-7).y[:, -1]


def burn(y: np.ndarray, mass: float, t: float, direction: np.ndarray) -> np.ndarray:
    flow = THRUST / (IMPULSE * 9.80665)

    def rate(x: float, y: np.ndarray) -> np.ndarray:
        radial = y[:3] / np.linalg.norm(y[:3])
        normal = np.cross(y[:3], y[3:])
        normal /= np.linalg.norm(normal)
        axes = np.stack([radial, np.cross(normal, radial), normal])
        now = mass - flow * x
        push = THRUST / now * direction @ axes
        return np.concatenate([y[3:], gravity(y[:3]) + drag(y, now) + push])

    return solve_ivp(rate, (0.0, t), y, "DOP853", rtol=1e-12, atol=1e-7).y[:, -1]


def flight(profile_name: str, hours: float, phase_deg: float) -> RendezvousFlight:
    air = ExponentialAtmosphere(BASE, HEIGHT, SCALE, datum=Ellipsoid(6_378_137.0, 0.0))
    inclination = radians(51.66)
    start = Orbit.from_apsides(193e3, 245e3, inclination, EPOCH, argument_of_perigee=radians(67.0))
    there = Orbit.from_elements(
        semi_major_axis=6_783e3, eccentricity=0.0005, inclination=inclination,
        argument_of_perigee=0.0, true_anomaly=radians(67.0 + phase_deg), epoch=EPOCH, frame="TEME",
    )  # fmt: skip
    station, profile = Station(there, Zonal()), load_rendezvous_profile(profile_name)
    docking = EPOCH + hours * u.h
    start = turned_to_station(start, station, docking, profile)
    forces = Zonal() + Drag(mass=MASS, area=AREA, cd=CD, atmosphere=air)
    return fly_rendezvous(
        start, station, docking, profile, load_spacecraft("progress-ms"), forces, mass=MASS
    )


@pytest.mark.parametrize(
    ("profile", "hours", "phase_deg", "metres"),
    [("two-orbit", 3.4, 14.0, 0.5), ("four-orbit", 5.7, 24.0, 0.5), ("two-day", 50.0, 290.0, 1.0)],
)
def test_the_burns_lead_to_the_hold_point(
    profile: str, hours: float, phase_deg: float, metres: float
) -> None:
    flown = flight(profile, hours, phase_deg)
    start = flown.insertion.to_frame("TEME")
    station = flown.station.orbit.to_frame("TEME")
    y, mass, now = np.concatenate([start.r, start.v]), MASS, 0.0
    for each in flown.burns:
        if each.duration == 0.0:
            continue
        begin = (each.time - flown.insertion.epoch).to_value("s")
        y = coast(y, mass, begin - now, air=True)
        direction = np.array(each.delta_v_rtn) / np.linalg.norm(each.delta_v_rtn)
        y = burn(y, mass, each.duration, direction)
        mass, now = mass - THRUST / (IMPULSE * 9.80665) * each.duration, begin + each.duration
    end = (flown.arrival_time - flown.insertion.epoch).to_value("s")
    y = coast(y, mass, end - now, air=True) if end > now + 1e-6 else y
    there = coast(np.concatenate([station.r, station.v]), MASS, end, air=False)

    radial = there[:3] / np.linalg.norm(there[:3])
    normal = np.cross(there[:3], there[3:])
    turn = normal / (there[:3] @ there[:3])
    normal /= np.linalg.norm(normal)
    axes = np.stack([radial, np.cross(normal, radial), normal])
    place = axes @ (y[:3] - there[:3])
    speed = axes @ (y[3:] - there[3:] - np.cross(turn, y[:3] - there[:3]))
    assert np.linalg.norm(place - [-1000.0, -3873.0, 0.0]) < metres
    assert np.linalg.norm(speed) < 1e-3
    assert mass == pytest.approx(flown.mass, abs=1e-6)
