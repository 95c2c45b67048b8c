"""A whole ascent against the same equations written again and integrated by scipy.

Nothing of the flight code is used in the twin: masses, thrust, air up to 86 km, heights, gravity
and steering are worked out from the rocket's figures.  Only the air above 86 km, a table, is
shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import asin, atan2, radians, tan

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import EarthLocation
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from orbitsim.earth import Site
from orbitsim.environment.atmosphere import us_standard_1976
from orbitsim.phases.ascent import Ascent, InsertionTarget, Steering, solve_ascent
from orbitsim.vehicles.rocket import Rocket, load_rocket

BAIKONUR = Site.from_degrees(45.9203, 63.3422, 90.0)
PAYLOAD = 7285.0
SIDEREAL_ANGLE = 2.0

A, F = 6378137.0, 1.0 / 298.257223563
E2 = F * (2.0 - F)
OMEGA = np.array([0.0, 0.0, 7.292115e-5])
MU, J2, RE = 3.986004415e14, 0.484165371736e-03 * np.sqrt(5.0), 6378136.3
G0 = 9.80665

# U.S. Standard Atmosphere 1976, table 4: base height and lapse rate.
LAYERS = [(0.0, -6.5e-3), (11e3, 0.0), (20e3, 1e-3), (32e3, 2.8e-3), (47e3, 0.0), (51e3, -2.8e-3)]
LAYERS += [(71e3, -2e-3), (84_852.1, 0.0)]

Vector = NDArray[np.float64]


def air(z: float) -> tuple[float, float]:
    """Density and pressure."""
    if z >= 86e3:
        upper = us_standard_1976(z)
        return float(upper.density), float(upper.pressure)
    h = 6356766.0 * z / (6356766.0 + z)
    t, p = 288.15, 101325.0
    gas = 8.31432 / 0.0289644
    for (base, lapse), (top, _) in pairwise(LAYERS):
        rise = min(h, top) - base
        t_next = t + lapse * rise
        p *= np.exp(-G0 * rise / gas / t) if lapse == 0.0 else (t_next / t) ** (-G0 / gas / lapse)
        t = t_next
        if h <= top:
            break
    return p / (gas * t), p


def height(r: Vector) -> float:
    """Geodetic height by root finding on the ellipsoid's normal."""
    p, z = float(np.hypot(r[0], r[1])), float(r[2])

    def miss(latitude: float) -> float:
        n = A / np.sqrt(1.0 - E2 * np.sin(latitude) ** 2)
        return float(p * np.sin(latitude) - (z + E2 * n * np.sin(latitude)) * np.cos(latitude))

    # Fixed point from the geocentric latitude; a bracket keeps brentq short.
    guess = np.arctan2(z, p * (1.0 - E2))
    lat = brentq(miss, guess - 1e-3, guess + 1e-3, xtol=1e-15, rtol=1e-14)
    n = A / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
    return float(p * np.cos(lat) + z * np.sin(lat) - A * A / n)


def gravity(r: Vector) -> Vector:
    """Gradient of mu/r (1 - J2 (R/r)^2 (3 s^2 - 1)/2), s = z/r."""
    d = np.linalg.norm(r)
    k = 1.5 * J2 * MU * RE**2 / d**5
    s2 = (r[2] / d) ** 2
    return np.asarray(
        -MU * r / d**3 + k * (r * (5.0 * s2 - 1.0) - np.array([0.0, 0.0, 2.0 * r[2]]))
    )


@dataclass
class Twin:
    """One ascent."""

    rocket: Rocket
    payload: float
    up: Vector
    north: Vector
    east: Vector
    steering: Steering

    def __post_init__(self) -> None:
        last = self.rocket.stages[-1]
        ends = [s.cut_off for s in self.rocket.stages[:-1]] + [self.steering.cut_off]
        self.ends = dict(zip(self.rocket.stages, ends, strict=True))
        self.coast = last.separation - last.cut_off

    def joints(self) -> list[float]:
        """Every instant at which something jumps."""
        r, s = self.rocket, self.steering
        times = {0.0, r.pitch_over_start, r.pitch_over_end, s.cut_off, s.cut_off + self.coast}
        for stage in r.stages:
            times |= {stage.ignition, self.ends[stage]}
            if stage is not r.stages[-1]:
                times.add(stage.separation)
        times |= {part.jettison for part in r.parts if part.jettison is not None}
        return sorted(times)

    def mass(self, t: float, joint: float) -> float:
        """At t, in the interval that begins at `joint`."""
        m = self.payload
        for stage in self.rocket.stages:
            if stage is self.rocket.stages[-1] or joint < stage.separation:
                run = min(max(t, stage.ignition), self.ends[stage]) - stage.ignition
                whole = self.ends[stage] - stage.ignition
                one = stage.dry_mass + stage.pressurant_mass + stage.propellant_mass
                one -= stage.thrust_vacuum / stage.specific_impulse / G0 * run
                one += stage.turbine_fluid_mass * (1.0 - run / whole)
                m += stage.count * one
        for part in self.rocket.parts:
            gone = part.jettison is not None and joint >= part.jettison
            m += part.mass * ((0 if gone else 1) - (1 if part.inside else 0))
        return m

    def slope(self, t: float, y: Vector, joint: float) -> Vector:
        r, v = y[:3], y[3:]
        w = v - np.cross(OMEGA, r)
        speed = np.linalg.norm(w)
        density, pressure = air(height(r))
        thrust = area = beside = 0.0
        for stage in self.rocket.stages:
            front = np.pi / 4.0 * stage.diameter**2
            if stage is self.rocket.stages[-1] or joint < stage.separation:
                if stage.parallel:
                    beside += stage.count * front
                else:
                    area = max(area, front)
            if stage.ignition <= joint < self.ends[stage]:
                lost = (stage.thrust_vacuum - stage.thrust_sea_level) * pressure / 101325.0
                thrust += stage.count * (stage.thrust_vacuum - lost)
        mach = speed / np.sqrt(1.4 * pressure / density)
        cd = np.interp(mach, self.rocket.drag_mach, self.rocket.drag_coefficient)
        force = -0.5 * density * speed * w * cd * (area + beside)
        if thrust > 0.0:
            force = force + thrust * self.direction(t, r, w, joint)
        return np.concatenate((v, gravity(r) + force / self.mass(t, joint)))

    def direction(self, t: float, r: Vector, w: Vector, joint: float) -> Vector:
        rocket, s = self.rocket, self.steering
        if joint < rocket.pitch_over_end:
            span = rocket.pitch_over_end - rocket.pitch_over_start
            lean = s.kick * min(max((t - rocket.pitch_over_start) / span, 0.0), 1.0)
            level = np.cos(s.azimuth) * self.north + np.sin(s.azimuth) * self.east
            d = np.cos(lean) * self.up + np.sin(lean) * level
            c, n = np.cos(OMEGA[2] * t), np.sin(OMEGA[2] * t)
            return np.array([c * d[0] - n * d[1], n * d[0] + c * d[1], d[2]])
        if joint < rocket.guidance_start:
            return w / np.linalg.norm(w)
        up = r / np.linalg.norm(r)
        along = np.cross(s.plane_normal, up)
        along /= np.linalg.norm(along)
        since = t - rocket.guidance_start
        d = along + (s.pitch + s.pitch_rate * since) * up
        d = d + (s.yaw + s.yaw_rate * since) * np.cross(up, along)
        return np.asarray(d / np.linalg.norm(d))

    def fly(self, y: Vector) -> dict[float, Vector]:
        """State at every joint."""
        joints = self.joints()
        states = {joints[0]: y}
        for a, b in pairwise(joints):
            solution = solve_ivp(
                self.slope, (a, b), y, "DOP853", args=(a,), rtol=1e-11, atol=1e-6, max_step=10.0
            )
            assert solution.success
            y = solution.y[:, -1]
            states[b] = y
        return states


@pytest.fixture(scope="module")
def ascent() -> Ascent:
    inclination = radians(51.66)
    # Node for which the pad is 0.4 deg of node off the plane, on the ascending side.
    latitude, longitude = radians(45.73), BAIKONUR.longitude + SIDEREAL_ANGLE
    raan = longitude - asin(tan(latitude) / tan(inclination)) + radians(0.4)
    target = InsertionTarget(6_558_190.0, 7810.77, 0.0, inclination, raan)
    return solve_ascent(load_rocket("soyuz-u"), PAYLOAD, BAIKONUR, SIDEREAL_ANGLE, target)


def test_every_event_agrees_with_the_twin(ascent: Ascent) -> None:
    up, north, east = ascent.launch.vertical()
    twin = Twin(ascent.launch.rocket, PAYLOAD, up, north, east, ascent.steering)
    start = ascent.events[0]
    states = twin.fly(np.concatenate((start.r, start.v)))
    assert len(states) == 10
    for event in ascent.events[1:]:
        theirs = states[event.time]
        # Measured: 0.14 m and 0.4 mm/s at cut-off.
        assert np.linalg.norm(event.r - theirs[:3]) < 0.5, event.name
        assert np.linalg.norm(event.v - theirs[3:]) < 1e-3, event.name
        before = max(t for t in states if t < event.time)
        assert event.mass_before == pytest.approx(twin.mass(event.time, before), rel=1e-12)


def test_pad_and_places_agree_with_astropy(ascent: Ascent) -> None:
    place = EarthLocation.from_geodetic(63.3422 * u.deg, 45.9203 * u.deg, 90.0 * u.m)
    fixed = np.array([place.x.value, place.y.value, place.z.value])
    c, s = np.cos(SIDEREAL_ANGLE), np.sin(SIDEREAL_ANGLE)
    inertial = [c * fixed[0] - s * fixed[1], s * fixed[0] + c * fixed[1], fixed[2]]
    np.testing.assert_allclose(ascent.events[0].r, inertial, atol=1e-6)
    # Latitude, longitude and height back through astropy, at every sample.
    angle = SIDEREAL_ANGLE + 7.292115e-5 * ascent.t
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = ascent.r.T
    there = EarthLocation.from_geocentric(c * x + s * y, c * y - s * x, z, unit=u.m)
    np.testing.assert_allclose(there.lat.rad, ascent.latitude, atol=1e-11)
    np.testing.assert_allclose(there.lon.rad, ascent.longitude, atol=1e-11)
    np.testing.assert_allclose(there.height.value, ascent.altitude, atol=1e-4)


def test_downrange_agrees_with_the_geodesic(ascent: Ascent) -> None:
    """Within 0.3 % of the ellipsoidal distance (Andoyer's first-order formula)."""
    cut_off = int(np.searchsorted(ascent.t, ascent.cut_off.time))
    lat1, lon1 = BAIKONUR.latitude, BAIKONUR.longitude
    lat2, lon2 = ascent.latitude[cut_off], ascent.longitude[cut_off]
    a, f = 6378137.0, 1 / 298.257223563
    u1, u2 = (np.arctan((1 - f) * np.tan(x)) for x in (lat1, lat2))
    p, q = 0.5 * (u1 + u2), 0.5 * (u2 - u1)
    half = 0.5 * (lon2 - lon1)
    h = np.sin(q) ** 2 * np.cos(half) ** 2 + np.cos(p) ** 2 * np.sin(half) ** 2
    sigma = 2.0 * atan2(np.sqrt(h), np.sqrt(1.0 - h))
    x = (sigma - np.sin(sigma)) * (np.sin(p) * np.cos(q) / np.cos(sigma / 2)) ** 2
    y = (sigma + np.sin(sigma)) * (np.cos(p) * np.sin(q) / np.sin(sigma / 2)) ** 2
    distance = a * (sigma - f / 2.0 * (x + y))
    assert ascent.downrange[cut_off] == pytest.approx(distance, rel=3e-3)
