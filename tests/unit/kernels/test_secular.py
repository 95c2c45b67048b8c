"""Secular J2 drift against a plain NumPy twin, published rates and the two-body kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from orbitsim.errors import Status
from orbitsim.kernels.kepler import elements_to_state, kepler_grid
from orbitsim.kernels.secular import j2_secular_grid, j2_secular_rates

MU, RADIUS, J2 = 3.986004418e14, 6378137.0, 1.0826267e-3
RNG = np.random.default_rng(20001126)


def mean_orbits(n: int, largest_e: float = 0.8) -> Any:
    e = RNG.uniform(0.0, largest_e, n)
    a = RNG.uniform(6.6e6, 8.0e6, n) / (1.0 - e)
    return np.array([a, e, RNG.uniform(0.0, np.pi, n), *RNG.uniform(-7.0, 7.0, (3, n))])


def twin(elements: Any, dt: Any) -> tuple[Any, Any]:
    """The same drift with NumPy and rotation matrices (Vallado 2013, eq. 9-37 to 9-41)."""
    a, e, i, raan, argp, mean = (row[:, np.newaxis] for row in elements)
    n = np.sqrt(MU / a**3)
    factor = 1.5 * n * J2 * (RADIUS / (a * (1.0 - e**2))) ** 2
    raan = raan - factor * np.cos(i) * dt
    argp = argp + factor * (2.0 - 2.5 * np.sin(i) ** 2) * dt
    mean = mean + (n + factor * np.sqrt(1.0 - e**2) * (1.0 - 1.5 * np.sin(i) ** 2)) * dt
    mean = np.mod(mean, 2.0 * np.pi)
    anomaly = mean + 0.85 * e * np.sign(np.sin(mean))
    for _ in range(40):
        anomaly = anomaly - (anomaly - e * np.sin(anomaly) - mean) / (1.0 - e * np.cos(anomaly))
    nu = np.arctan2(np.sqrt(1.0 - e**2) * np.sin(anomaly), np.cos(anomaly) - e)
    p = a * (1.0 - e**2)
    r, u = p / (1.0 + e * np.cos(nu)), argp + nu
    along, across = -(np.sin(u) + e * np.sin(argp)), np.cos(u) + e * np.cos(argp)

    def rotated(x: Any, y: Any) -> Any:
        return np.array(
            [
                x * np.cos(raan) - y * np.cos(i) * np.sin(raan),
                x * np.sin(raan) + y * np.cos(i) * np.cos(raan),
                y * np.sin(i),
            ]
        )

    speed = np.sqrt(MU / p)
    return rotated(r * np.cos(u), r * np.sin(u)), rotated(speed * along, speed * across)


@pytest.mark.parametrize("instants", [1, 7, 64, 129, 1000, 4100])
def test_a_micrometre_to_the_twin(instants: int) -> None:
    elements = mean_orbits(25)
    dt = np.linspace(-86400.0, 86400.0, instants)
    r, v, status = j2_secular_grid(elements, dt, MU, RADIUS, J2)
    r_twin, v_twin = twin(elements, dt)
    assert not status.any()
    assert np.max(np.abs(r - r_twin)) < 1e-6
    assert np.max(np.abs(v - v_twin)) < 1e-9


def test_own_durations_for_each_orbit() -> None:
    elements = mean_orbits(30)
    dt = RNG.uniform(-1e5, 1e5, (30, 11))
    r, _, _ = j2_secular_grid(elements, dt, MU, RADIUS, J2)
    assert np.max(np.abs(r - twin(elements, dt)[0])) < 1e-6


def test_without_oblateness_it_is_two_body_motion() -> None:
    elements = mean_orbits(200)
    dt = np.linspace(0.0, 86400.0, 9)
    a, e, i, raan, argp, mean = elements
    anomaly = np.mod(mean, 2.0 * np.pi)
    start = anomaly.copy()
    anomaly += 0.85 * e * np.sign(np.sin(start))
    for _ in range(40):
        anomaly -= (anomaly - e * np.sin(anomaly) - start) / (1.0 - e * np.cos(anomaly))
    nu = 2.0 * np.arctan2(
        np.sqrt(1.0 + e) * np.sin(anomaly / 2.0), np.sqrt(1.0 - e) * np.cos(anomaly / 2.0)
    )
    r0, v0 = elements_to_state([a * (1.0 - e * e), e, i, raan, argp, nu], MU)
    expected = kepler_grid(r0, v0, dt, MU)
    found = j2_secular_grid(elements, dt, MU, RADIUS, 0.0)
    # The start state's own rounding, magnified by a day's revolutions.
    np.testing.assert_allclose(found[0], expected[0], rtol=0.0, atol=2e-5)
    np.testing.assert_allclose(found[1], expected[1], rtol=0.0, atol=2e-8)


def test_rates_of_well_known_orbits() -> None:
    """Sun-synchronism, the critical inclination, the space station's node (some -5 deg a day)."""
    degrees_a_day = np.degrees(1.0) * 86400.0
    sun = j2_secular_rates(7178.137e3, 0.0, np.radians(98.603), MU, RADIUS, J2)[0] * degrees_a_day
    assert abs(sun - 360.0 / 365.2422) < 1e-3
    critical = np.arcsin(np.sqrt(0.8))
    assert abs(j2_secular_rates(26_600e3, 0.74, critical, MU, RADIUS, J2)[1]) < 1e-20
    station = j2_secular_rates(6791e3, 0.0005, np.radians(51.64), MU, RADIUS, J2)
    assert abs(station[0] * degrees_a_day + 4.97) < 0.02
    assert abs(station[1] * degrees_a_day - 3.71) < 0.02
    polar = j2_secular_rates(7000e3, 0.01, 0.5 * np.pi, MU, RADIUS, J2)
    assert abs(polar[0]) < 1e-20


def test_rates_broadcast_and_refuse_open_orbits() -> None:
    rates = j2_secular_rates(np.full((3, 1), 7e6), np.zeros(4), 1.0, MU, RADIUS, J2)
    assert all(rate.shape == (3, 4) for rate in rates)
    e = [1.0, 1.5, -0.1, np.nan]
    assert np.isnan(np.array(j2_secular_rates(7e6, e, 1.0, MU, RADIUS, J2))).all()
    assert np.isnan(np.array(j2_secular_rates(-7e6, 0.1, 1.0, MU, RADIUS, J2))).all()
    assert np.isnan(np.array(j2_secular_rates(7e6, 0.1, np.inf, MU, RADIUS, J2))[:1]).all()


def test_what_cannot_drift_has_a_status_and_is_nan() -> None:
    elements = mean_orbits(8)
    elements[1, 0] = 1.0
    elements[1, 1] = 2.0
    elements[1, 2] = -0.1
    elements[0, 3] = -7e6
    elements[0, 4] = 0.0
    elements[2, 5] = np.inf
    elements[5, 6] = np.nan
    for instants in (1, 20):
        r, v, status = j2_secular_grid(elements, np.full(instants, 60.0), MU, RADIUS, J2)
        assert status.tolist() == [*[Status.NOT_ELLIPTIC] * 5, *[Status.NOT_FINITE] * 2, 0]
        assert np.isnan(r[:, :7]).all()
        assert np.isnan(v[:, :7]).all()
        assert np.isfinite(r[:, 7]).all()


def test_a_bad_instant_spoils_itself_alone() -> None:
    dt = np.array([0.0, np.nan, 10.0, np.inf, -np.inf, 1e20, 20.0])
    r, v, status = j2_secular_grid(mean_orbits(5), dt, MU, RADIUS, J2)
    assert not status.any()
    bad = np.array([False, True, False, True, True, True, False])
    np.testing.assert_array_equal(np.isnan(r), np.broadcast_to(bad, r.shape))
    np.testing.assert_array_equal(np.isnan(v), np.broadcast_to(bad, v.shape))


@pytest.mark.parametrize(("orbits", "instants"), [(1, 20_001), (301, 100), (20_000, 1)])
def test_threads_change_nothing(orbits: int, instants: int) -> None:
    elements, dt = mean_orbits(orbits, 1.0), np.linspace(0.0, 1e5, instants)
    one = j2_secular_grid(elements, dt, MU, RADIUS, J2, threads=1)
    two = j2_secular_grid(elements, dt, MU, RADIUS, J2, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_batch_is_its_members() -> None:
    elements, dt = mean_orbits(40), np.linspace(0.0, 1e5, 50)
    whole = j2_secular_grid(elements, dt, MU, RADIUS, J2)
    for k in range(40):
        alone = j2_secular_grid(elements[:, [k]], dt, MU, RADIUS, J2)
        np.testing.assert_array_equal(alone[0][:, 0], whole[0][:, k])
        np.testing.assert_array_equal(alone[1][:, 0], whole[1][:, k])


def test_any_memory_layout_gives_the_same_answer() -> None:
    elements, dt = mean_orbits(40), np.linspace(0.0, 1e5, 50)
    frozen = np.asfortranarray(elements)
    frozen.flags.writeable = False
    out = (np.empty((3, 40, 50)), np.empty((3, 40, 50)))
    first = j2_secular_grid(elements, dt, MU, RADIUS, J2)
    second = j2_secular_grid(frozen, list(dt), MU, RADIUS, J2, out=out)
    assert second[0] is out[0]
    np.testing.assert_array_equal(first[0], out[0])
    np.testing.assert_array_equal(first[1], out[1])


@pytest.mark.parametrize(("orbits", "instants"), [(0, 5), (4, 0)])
def test_empty_batches(orbits: int, instants: int) -> None:
    r, v, status = j2_secular_grid(np.ones((6, orbits)), np.ones(instants), MU, RADIUS, J2)
    assert r.shape == v.shape == (3, orbits, instants)
    assert status.shape == (orbits,)


def test_bad_arguments_show_what_came() -> None:
    with pytest.raises(ValueError, match=r"elements must have the shape \(6, N\), got \(5, 2\)"):
        j2_secular_grid(np.ones((5, 2)), [0.0], MU, RADIUS, J2)
    with pytest.raises(ValueError, match="radius must be positive and finite, got 0"):
        j2_secular_grid(np.ones((6, 2)), [0.0], MU, 0.0, J2)
