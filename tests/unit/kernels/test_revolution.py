"""The revolution kernel: heights against erfa, events where they are known, what cannot be done."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from numpy.typing import NDArray

from orbitsim.kernels.arc import zonal_arc
from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.kernels.revolution import geodetic_height, revolutions

FloatArray = NDArray[np.float64]

MU, RADIUS = 3.986004415e14, 6_378_136.3
WGS84 = (6_378_137.0, 1.0 / 298.257223563)
J2 = np.array([1.0826e-3])
POINT = np.empty(0)


def column(r: list[float], v: list[float]) -> tuple[FloatArray, FloatArray]:
    return np.array(r, dtype=float).reshape(3, 1), np.array(v, dtype=float).reshape(3, 1)


def kepler_state(a: float, e: float, inclination: float, w: float) -> tuple[FloatArray, FloatArray]:
    """At perigee, node on the x axis."""
    near, speed = a * (1 - e), np.sqrt(MU / a * (1 + e) / (1 - e))
    c, s = np.cos(inclination), np.sin(inclination)
    return column(
        [near * np.cos(w), near * np.sin(w) * c, near * np.sin(w) * s],
        [-speed * np.sin(w), speed * np.cos(w) * c, speed * np.cos(w) * s],
    )


def test_height_against_erfa() -> None:
    rng = np.random.default_rng(7)
    worst = 0.0
    for _ in range(4000):
        latitude = rng.choice([rng.uniform(-np.pi / 2, np.pi / 2), 0.0, np.pi / 2, -np.pi / 2])
        height = 10.0 ** rng.uniform(0.0, 8.0)
        x, y, z = erfa.gd2gc(1, rng.uniform(-np.pi, np.pi), latitude, height)
        ours, cos_lat, sin_lat = geodetic_height(x, y, z, *WGS84)
        worst = max(worst, abs(ours - height) / (WGS84[0] + height))
        assert np.arctan2(sin_lat, cos_lat) == pytest.approx(latitude, abs=2e-15)
    assert worst < 5e-16  # 3 nm near the ground


@pytest.mark.parametrize("axis", [[0.0, 0.0, 6.6e6], [0.0, 0.0, -6.6e6], [6.6e6, 0.0, 0.0]])
def test_height_on_the_axes(axis: list[float]) -> None:
    polar = WGS84[0] * (1 - WGS84[1])
    expected = 6.6e6 - (WGS84[0] if axis[0] else polar)
    assert geodetic_height(*axis, *WGS84)[0] == pytest.approx(expected, abs=1e-8)


def test_point_mass_intervals_are_the_keplerian_period() -> None:
    for e, tolerance in ((0.01, 1e-13), (0.3, 1e-13), (0.8, 1e-12), (0.97, 1e-10), (0.99, 1e-9)):
        a = 6.7e6 / (1 - e)
        out = revolutions(*kepler_state(a, e, 0.9, 0.4), MU, RADIUS, POINT, *WGS84)[:, 0]
        expected = 2 * np.pi * np.sqrt(a**3 / MU)
        np.testing.assert_allclose(out[:2], expected, rtol=tolerance)


def test_heights_of_an_equatorial_orbit_are_its_apsides() -> None:
    out = revolutions(*kepler_state(7.5e6, 0.1, 0.0, 0.4), MU, RADIUS, POINT, *WGS84)[:, 0]
    assert np.isnan(out[0])  # it has no node
    np.testing.assert_allclose(out[2:], [6.75e6 - WGS84[0], 8.25e6 - WGS84[0]], atol=1e-6)


def test_heights_of_a_round_polar_orbit_are_those_of_equator_and_pole() -> None:
    out = revolutions(*kepler_state(7e6, 0.0, np.pi / 2, 0.3), MU, RADIUS, POINT, *WGS84)[:, 0]
    polar = WGS84[0] * (1 - WGS84[1])
    np.testing.assert_allclose(out[2:], [7e6 - WGS84[0], 7e6 - polar], atol=1e-6)


@pytest.mark.parametrize("turned", [-1e-9, 0.0, 1e-9])
def test_a_start_on_the_event_is_not_counted(turned: float) -> None:
    """A state given at its node or perigee lies on either side of it by rounding."""
    at_node = revolutions(*kepler_state(7e6, 0.1, 0.9, turned), MU, RADIUS, J2, *WGS84)[:, 0]
    elsewhere = revolutions(*kepler_state(7e6, 0.1, 0.9, 0.02), MU, RADIUS, J2, *WGS84)[:, 0]
    np.testing.assert_allclose(at_node[:2], elsewhere[:2], rtol=3e-3)
    assert np.isfinite(at_node).all()


def test_open_and_unusable_orbits_are_nan() -> None:
    r = np.array([[7e6, 7e6, np.nan, 7e6, 0.0, 7e6], [0.0] * 6, [0.0] * 6])
    v = np.array([[0.0] * 6, [11e3, 5e3, 7e3, np.nan, 7e3, 5e3], [0.0, 5e3, 1e3, 1e3, 1e3, 5e3]])
    out = revolutions(r, v, MU, RADIUS, J2, *WGS84)
    np.testing.assert_array_equal(np.isnan(out).all(axis=0), [True, False, True, True, True, False])
    # Neighbours in the batch do not matter.
    np.testing.assert_array_equal(out[:, 1], out[:, 5])
    assert revolutions(r[:, :0], v[:, :0], MU, RADIUS, J2, *WGS84).shape == (4, 0)


def test_acceleration_is_the_gradient_of_the_potential() -> None:
    """Central differences of the zonal potential, written with SciPy's Legendre polynomials."""
    from scipy.special import eval_legendre

    j = np.array([1.08e-3, -2.5e-6, -1.6e-6, -2e-7, 5e-7])

    def potential(r: FloatArray) -> float:
        d = np.linalg.norm(r)
        n = np.arange(2, 2 + j.size)
        series = np.sum(j * (RADIUS / d) ** n * eval_legendre(n, r[2] / d))
        return float(MU / d * (1.0 - series))

    rng = np.random.default_rng(3)
    for direction in (*rng.normal(size=(20, 3)), np.array([0.0, 0.0, 1.0])):
        r = direction / np.linalg.norm(direction) * rng.uniform(6.5e6, 9e6)
        steps = np.eye(3) * 100.0
        expected = [(potential(r + s) - potential(r - s)) / 200.0 for s in steps]
        np.testing.assert_allclose(zonal_acceleration(*r, MU, RADIUS, j), expected, atol=5e-9)


def test_an_arc_there_and_back() -> None:
    r, v = kepler_state(6.6e6, 0.003, 0.9, 1.0)
    state = np.concatenate([r[:, 0], v[:, 0]])
    there = zonal_arc(state, np.array([0.0, 5400.0, 86400.0]), MU, RADIUS, J2, 60.0)
    np.testing.assert_array_equal(there[:, 0], state)
    back = zonal_arc(there[:, 2].copy(), np.array([-86400.0]), MU, RADIUS, J2, 60.0)
    assert np.linalg.norm(back[:3, 0] - state[:3]) < 2e-3
    finer = zonal_arc(state, np.array([86400.0]), MU, RADIUS, J2, 20.0)
    assert np.linalg.norm(finer[:3, 0] - there[:3, 2]) < 1e-3
