"""Shadow against sums over the Sun's disc, pressure against a plain formula."""

from __future__ import annotations

import erfa
import numpy as np
import pytest

from orbitsim.constants import ASTRONOMICAL_UNIT, MOON_RADIUS, SOLAR_PRESSURE, SUN_RADIUS
from orbitsim.kernels import radiation
from orbitsim.kernels.lanes import LANES

RADIUS = 6_378_137.0


def counted(a, b, c, plane):
    """Part of a disc of radius a that another of radius b, c apart, leaves: by counting points.

    In the plane, or on the sphere of directions; the points stand for equal areas.
    """
    n = 1200
    share = (np.arange(n) + 0.5) / n
    angle = np.pi * (np.arange(2 * n) + 0.5) / (2 * n)
    if plane:
        rho = a * np.sqrt(share)[:, np.newaxis]
        return np.mean(c * c + rho * rho - 2.0 * c * rho * np.cos(angle) > b * b)
    rho = np.arccos(1.0 - share * (1.0 - np.cos(a)))[:, np.newaxis]
    distance = np.cos(rho) * np.cos(c) + np.sin(rho) * np.sin(c) * np.cos(angle)
    return np.mean(distance < np.cos(b))


def scene(distance, c, radius, b=None):
    """Satellite on the x axis with a body at the origin, and the Sun c away from the body."""
    r = np.array([distance, 0.0, 0.0])
    return r, r + ASTRONOMICAL_UNIT * np.array([-np.cos(c), np.sin(c), 0.0])


@pytest.mark.parametrize("height", [200e3, 2000e3, 36_000e3])
@pytest.mark.parametrize("place", [-0.95, -0.5, 0.0, 0.3, 0.9])
def test_penumbra_of_the_earth(height, place):
    """On the plane to the count's own error (1e-4), on the sphere to 4e-4."""
    a, b = np.arcsin(SUN_RADIUS / ASTRONOMICAL_UNIT), np.arcsin(RADIUS / (RADIUS + height))
    c = b + place * a
    r, sun = scene(RADIUS + height, c, RADIUS)
    got = radiation.illumination(*r, *sun, 0.0, 0.0, 0.0, RADIUS)
    assert got == pytest.approx(counted(a, b, c, plane=True), abs=1e-4)
    assert got == pytest.approx(counted(a, b, c, plane=False), abs=4e-4)


@pytest.mark.parametrize("c", [0.0, 0.1, 0.5, 0.9, 1.2, 1.9, 2.1])
@pytest.mark.parametrize("ratio", [0.6, 1.0, 1.3])
def test_discs_of_like_size(ratio, c):
    """The Moon's shadow: partial, annular, total."""
    a = np.arcsin(SUN_RADIUS / ASTRONOMICAL_UNIT)
    distance = MOON_RADIUS / np.sin(ratio * a)
    r, sun = scene(distance, c * a, MOON_RADIUS)
    got = radiation.illumination(*r, *sun, 0.0, 0.0, 0.0, MOON_RADIUS)
    assert got == pytest.approx(counted(a, ratio * a, c * a, plane=True), abs=2e-4)
    if c == 0.0 and ratio < 1.0:
        assert got == pytest.approx(1.0 - ratio**2, abs=1e-6)
    if c > 1.0 + ratio:
        assert got == 1.0
    if c < ratio - 1.0:
        assert got == 0.0


def test_umbra_of_the_earth_ends_where_the_cone_does():
    """Its length is d R / (S - R) from the Earth's centre for a Sun of radius S at d: 1.384e9 m."""
    d = ASTRONOMICAL_UNIT
    length = d * RADIUS / (SUN_RADIUS - RADIUS)
    for factor, inside in ((0.999, True), (1.001, False)):
        place = (factor * length, 0.0, 0.0)
        margin = radiation.shadow_margin(*place, -d, 0.0, 0.0, 0.0, 0.0, 0.0, RADIUS, -1.0)
        share = radiation.illumination(*place, -d, 0.0, 0.0, 0.0, 0.0, 0.0, RADIUS)
        assert (margin < 0.0) == inside
        assert (share == 0.0) == inside


@pytest.mark.parametrize("edge", [1.0, -1.0])
def test_margins_vanish_on_the_cones(edge):
    """Edges of the cones by plane trigonometry: tangents to both spheres."""
    d = ASTRONOMICAL_UNIT
    half_angle = np.arcsin((SUN_RADIUS + edge * RADIUS) / d)  # of the cone's opening
    apex = -edge * RADIUS / np.sin(half_angle)  # along x, away from the Sun
    for x in (1e6, 5e6, 4e7):
        width = (x - apex) * np.tan(half_angle) if edge > 0 else (apex - x) * np.tan(half_angle)
        values = [
            radiation.shadow_margin(x, y, 0.0, -d, 0.0, 0.0, 0.0, 0.0, 0.0, RADIUS, edge)
            for y in (width - 1.0, width, width + 1.0)
        ]
        assert values[0] < 0.0 < values[2]
        assert abs(values[1]) < 1e-3 * values[2]


@pytest.mark.parametrize("latitude", [0.0, 30.0, 60.0, 89.0])
def test_rays_that_graze_the_ellipsoid(latitude):
    """Along the ray that touches the ellipsoid (erfa's) at a latitude, half of the Sun is seen."""
    flattening = 1.0 / 298.257223563
    phi = np.radians(latitude)
    ground = erfa.gd2gc(1, 0.3, phi, 0.0)
    north = np.array([-np.sin(phi) * np.cos(0.3), -np.sin(phi) * np.sin(0.3), np.cos(phi)])
    east = np.array([-np.sin(0.3), np.cos(0.3), 0.0])
    toward = 0.6 * north + 0.8 * east
    r, sun = ground - 2.5e6 * toward, ground + ASTRONOMICAL_UNIT * toward
    moon = (4e8, 0.0, 0.0)
    half = radiation.light(*r, *sun, *moon, RADIUS, 1.0 / (1.0 - flattening))
    # 0.002 of the Sun's breadth, 50 m at the limb; a sphere errs by up to 21 km.
    assert half == pytest.approx(0.5, abs=0.003)
    sphere = radiation.light(*r, *sun, *moon, RADIUS, 1.0)
    assert sphere < 0.45 or latitude == 0.0


def test_a_full_turn_is_lit_or_dark_without_gaps():
    """Far from the Earth and behind it, in front of the Sun's disc, and on its axis."""
    d = ASTRONOMICAL_UNIT
    for x, lit in ((-7e6, 1.0), (7e6, 0.0)):
        assert radiation.illumination(x, 0.0, 0.0, -d, 0.0, 0.0, 0.0, 0.0, 0.0, RADIUS) == lit


def test_pressure_falls_with_the_square():
    rng = np.random.default_rng(1)
    r = rng.normal(size=(3, LANES))
    r *= rng.uniform(6.6e6, 4.2e7, LANES) / np.linalg.norm(r, axis=0)
    sun = np.array([0.0, 0.9, 0.4]) * 1.48e11
    coefficient = rng.uniform(0.01, 0.05, LANES)
    a = np.zeros(3 * LANES)
    radiation.radiation_pressure(
        np.ascontiguousarray(r).reshape(-1), np.repeat(sun, LANES), coefficient, a
    )
    away = r - sun[:, np.newaxis]
    distance = np.linalg.norm(away, axis=0)
    free = coefficient * SOLAR_PRESSURE * (ASTRONOMICAL_UNIT / distance) ** 2 * away / distance
    np.testing.assert_allclose(a.reshape(3, LANES), free, rtol=1e-12)


def test_nan_passes_through():
    assert np.isnan(radiation.illumination(np.nan, 0, 0, 1.5e11, 0, 0, 0, 0, 0, RADIUS))
