"""Mean and osculating orbits under J2 against numerical integration, and against each other."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from orbitsim.errors import Status
from orbitsim.kernels import brouwer
from orbitsim.kernels.brouwer import (
    mean_from_osculating,
    mean_rates,
    osculating_from_mean,
    osculating_grid,
)
from orbitsim.kernels.kepler import elements_to_state
from orbitsim.kernels.secular import j2_secular_rates

MU, RADIUS, J2 = 3.986004415e14, 6378136.3, 1.0826266835e-3
EARTH = (MU, RADIUS, J2)
DAY = 86400.0
RNG = np.random.default_rng(19590101)

# Osculating a (m), e, i, node, perigee, true anomaly (deg), and the greatest error in a day (m).
ORBITS = {
    "space station": (6788.1e3, 0.0005, 51.64, 30.0, 60.0, 10.0, 10.0),
    "193 x 245 km": (6597.1e3, 0.00394, 51.66, 100.0, 80.0, 20.0, 8.0),
    "sun-synchronous": (7178.0e3, 0.001, 98.6, 10.0, 90.0, 0.0, 5.0),
    "Molniya": (26554.0e3, 0.74, 63.4, 50.0, 270.0, 170.0, 25.0),
    "geostationary": (42164.0e3, 1e-4, 0.05, 0.0, 0.0, 0.0, 0.2),
    "nearly circular": (7000.0e3, 1e-6, 97.0, 0.0, 0.0, 0.0, 7.0),
    "low equatorial": (7000.0e3, 0.01, 0.0, 0.0, 0.0, 0.0, 60.0),
    "transfer": (24400.0e3, 0.73, 7.0, 50.0, 180.0, 120.0, 120.0),
}


def state(name: str) -> tuple[Any, Any]:
    a, e, *angles, _ = ORBITS[name]
    elements = [a * (1.0 - e * e), e, *np.radians(angles)]
    return elements_to_state(np.reshape(elements, (6, 1)), MU)


def acceleration(r: Any) -> Any:
    """Point mass and J2, written out from the potential."""
    distance = np.sqrt(np.dot(r, r))
    squared = 5.0 * (r[2] / distance) ** 2
    factor = 1.5 * J2 * MU * RADIUS**2 / distance**5
    return -MU / distance**3 * r - factor * r * np.array([1 - squared, 1 - squared, 3 - squared])


@cache
def integrated(name: str) -> tuple[Any, Any]:
    """A day of numerical integration, DOP853 at 1e-12."""
    r, v = state(name)
    times = np.linspace(0.0, DAY, 150)
    run = solve_ivp(
        lambda t, y: np.concatenate([y[3:], acceleration(y[:3])]),
        (0.0, DAY),
        np.concatenate([r[:, 0], v[:, 0]]),
        method="DOP853",
        rtol=1e-12,
        atol=1e-6,
        t_eval=times,
    )
    return times, run.y


def greatest(difference: Any) -> float:
    return float(np.max(np.sqrt((difference * difference).sum(axis=0))))


@pytest.mark.parametrize("name", ORBITS)
def test_a_day_against_numerical_integration(name: str) -> None:
    times, truth = integrated(name)
    mean, status = mean_from_osculating(*state(name), *EARTH)
    assert not status.any()
    r, v, _ = osculating_grid(mean, times, *EARTH)
    bound = ORBITS[name][-1]
    assert greatest(r[:, 0] - truth[:3]) < bound
    assert greatest(v[:, 0] - truth[3:]) < 2e-3 * bound


@pytest.mark.parametrize("name", ["space station", "193 x 245 km", "sun-synchronous"])
def test_mean_elements_hardly_oscillate(name: str) -> None:
    """The osculating axis swings by kilometres within a revolution, the mean one by centimetres."""
    _, truth = integrated(name)
    mean, status = mean_from_osculating(truth[:3], truth[3:], *EARTH)
    assert not status.any()
    energy = 0.5 * (truth[3:] ** 2).sum(axis=0) - MU / np.sqrt((truth[:3] ** 2).sum(axis=0))
    assert np.ptp(-0.5 * MU / energy) > 3e3
    assert np.ptp(mean[0]) < 0.5
    assert np.ptp(mean[2]) < 2e-6


def test_second_order_rates_are_those_of_the_motion() -> None:
    """Node and argument of latitude of mean elements found along the integrated orbit."""
    times, truth = integrated("space station")
    mean, _ = mean_from_osculating(truth[:3], truth[3:], *EARTH)
    node_rate, perigee_rate, anomaly_rate = (
        float(x[0]) for x in mean_rates(mean[0], mean[1], mean[2], *EARTH)
    )
    node = np.polyfit(times, np.unwrap(mean[3]), 1)[0]
    latitude = np.polyfit(times, np.unwrap(mean[4] + mean[5]), 1)[0]
    assert abs(node - node_rate) < 1e-5 * abs(node_rate)
    assert abs(latitude - perigee_rate - anomaly_rate) < 2e-9 * latitude
    first = j2_secular_rates(mean[0, 0], mean[1, 0], mean[2, 0], *EARTH)
    assert abs(float(first[0]) - node_rate) > 1e-4 * abs(node_rate)


def random_orbits(n: int) -> Any:
    e = RNG.uniform(0.0, 0.95, n)
    a = RNG.uniform(6.5e6, 4e7, n) / (1.0 - e)
    elements = np.array([a, e, RNG.uniform(0.0, np.pi, n), *RNG.uniform(0.0, 6.28, (3, n))])
    part = n // 8
    elements[1, :part] = 0.0
    elements[2, part : 2 * part] = 0.0
    elements[2, 2 * part : 3 * part] = np.pi
    elements[1, 3 * part : 4 * part] = 10.0 ** RNG.uniform(-16.0, -3.0, part)
    elements[2, 4 * part : 5 * part] = 10.0 ** RNG.uniform(-16.0, -3.0, part)
    elements[0] = np.maximum(elements[0], 6.5e6 / (1.0 - elements[1]))
    return elements


def test_there_and_back() -> None:
    elements = random_orbits(8000)
    r, v, status = osculating_from_mean(elements, *EARTH)
    mean, status_back = mean_from_osculating(r, v, *EARTH)
    again = osculating_from_mean(mean, *EARTH)
    assert not np.any([status, status_back, again[2]])
    size = np.sqrt((r * r).sum(axis=0)), np.sqrt((v * v).sum(axis=0))
    assert greatest((again[0] - r) / size[0]) < 1e-12
    assert greatest((again[1] - v) / size[1]) < 1e-12
    np.testing.assert_allclose(mean[0], elements[0], rtol=1e-12)
    np.testing.assert_allclose(mean[1], elements[1], rtol=0.0, atol=1e-13)
    np.testing.assert_allclose(mean[2], elements[2], rtol=0.0, atol=1e-13)
    assert np.all((mean[3:] >= 0.0) & (mean[3:] < 2.0 * np.pi))


def test_without_oblateness_mean_is_osculating() -> None:
    elements = random_orbits(400)
    r, v, _ = osculating_from_mean(elements, MU, RADIUS, 0.0)
    mean, _ = mean_from_osculating(r, v, MU, RADIUS, 0.0)
    np.testing.assert_allclose(mean[0], elements[0], rtol=1e-12)
    np.testing.assert_allclose(mean[1], elements[1], rtol=0.0, atol=1e-13)
    energy = 0.5 * (v * v).sum(axis=0) - MU / np.sqrt((r * r).sum(axis=0))
    np.testing.assert_allclose(-0.5 * MU / energy, elements[0], rtol=1e-12)


@pytest.mark.parametrize("inclination", [0.0, np.pi])
def test_the_equator_is_no_exception(inclination: float) -> None:
    away = 1e-9 if inclination == 0.0 else -1e-9
    on = np.array([[7e6], [0.01], [inclination], [0.4], [0.5], [0.6]])
    near = on + np.array([[0.0], [0.0], [away], [0.0], [0.0], [0.0]])
    here, there = osculating_from_mean(on, *EARTH), osculating_from_mean(near, *EARTH)
    assert not np.any([here[2], there[2]])
    np.testing.assert_allclose(here[0], there[0], rtol=0.0, atol=0.01)
    np.testing.assert_allclose(here[1], there[1], rtol=0.0, atol=1e-3 * 0.01)


def test_the_circle_is_no_exception() -> None:
    on = np.array([[7e6], [0.0], [1.0], [0.4], [0.5], [0.6]])
    near = on + np.array([[0.0], [1e-9], [0.0], [0.0], [0.0], [0.0]])
    here, there = osculating_from_mean(on, *EARTH), osculating_from_mean(near, *EARTH)
    assert not np.any([here[2], there[2]])
    np.testing.assert_allclose(here[0], there[0], rtol=0.0, atol=0.05)
    np.testing.assert_allclose(here[1], there[1], rtol=0.0, atol=1e-3 * 0.05)


def osculating_elements(r: Any, v: Any) -> Any:
    """Classical elements of states, in NumPy."""
    momentum = np.cross(r, v, axis=0)
    distance, size = np.sqrt((r * r).sum(axis=0)), np.sqrt((momentum * momentum).sum(axis=0))
    a = 1.0 / (2.0 / distance - (v * v).sum(axis=0) / MU)
    e_cos, e_sin = 1.0 - distance / a, (r * v).sum(axis=0) / np.sqrt(MU * a)
    e, anomaly = np.hypot(e_cos, e_sin), np.arctan2(e_sin, e_cos)
    node = np.stack([-momentum[1], momentum[0], 0.0 * size]) / np.hypot(momentum[0], momentum[1])
    ahead = np.cross(momentum / size, node, axis=0)
    latitude = np.arctan2((r * ahead).sum(axis=0), (r * node).sum(axis=0))
    nu = np.arctan2(np.sqrt(1.0 - e * e) * np.sin(anomaly), np.cos(anomaly) - e)
    i = np.arccos(momentum[2] / size)
    return np.array([a, e, i, np.arctan2(node[1], node[0]), latitude - nu, anomaly - e_sin])


@pytest.mark.parametrize("e", [0.05, 0.3, 0.6])
def test_osculating_less_mean_averages_to_nothing(e: float) -> None:
    """With a J2 so small that its square is nothing, over all mean anomalies of a revolution."""
    tiny = 1e-6
    mean = np.tile([[8e6 / (1.0 - e)], [e], [1.0], [0.5], [0.7], [0.0]], 1024)
    mean[5] = np.linspace(0.0, 2.0 * np.pi, 1024, endpoint=False)
    r, v, _ = osculating_from_mean(mean, MU, RADIUS, tiny)
    excess = osculating_elements(r, v) - mean
    excess[3:] = (excess[3:] + np.pi) % (2.0 * np.pi) - np.pi
    excess[0] /= mean[0]
    assert np.all(np.ptp(excess, axis=1) > 1e-7)
    assert np.all(np.abs(excess.mean(axis=1)) < 1e-11)


def test_grid_is_drift_and_conversion() -> None:
    elements = random_orbits(64)
    dt = RNG.uniform(-DAY, DAY, (64, 9))
    r, v, status = osculating_grid(elements, dt, *EARTH)
    drifted = np.repeat(elements, 9, axis=1)
    rates = mean_rates(elements[0], elements[1], elements[2], *EARTH)
    drifted[3:] += np.repeat(rates, 9, axis=1) * dt.reshape(-1)
    expected = osculating_from_mean(drifted, *EARTH)
    assert not status.any()
    np.testing.assert_allclose(r.reshape(3, -1), expected[0], rtol=0.0, atol=1e-5)
    np.testing.assert_allclose(v.reshape(3, -1), expected[1], rtol=0.0, atol=1e-8)


def test_failures_have_a_status_and_are_nan() -> None:
    elements = random_orbits(8)
    elements[1, 0] = 1.0
    elements[0, 1] = -7e6
    elements[1, 2] = -0.1
    elements[3, 3] = np.nan
    elements[2, 4] = np.inf
    r, v, status = osculating_from_mean(elements, *EARTH)
    elliptic, finite = Status.NOT_ELLIPTIC, Status.NOT_FINITE
    assert status.tolist() == [elliptic, elliptic, elliptic, finite, finite, 0, 0, 0]
    assert np.isnan(r[:, :5]).all()
    assert np.isnan(v[:, :5]).all()
    assert np.isfinite(r[:, 5:]).all()


def test_states_without_mean_elements_say_why() -> None:
    r = np.array([[7e6, 0.0, 0.0]] * 6).T.copy()
    v = np.array([[0.0, 7546.0, 100.0]] * 6).T.copy()
    r[1, 0] = np.nan
    v[2, 1] = -np.inf
    v[:, 2] = [500.0, 0.0, 0.0]
    v[:, 3] = [0.0, 11000.0, 0.0]
    v[:, 4] = [10.0, 300.0, 0.0]  # falls almost straight down: no first-order theory
    mean, status = mean_from_osculating(r, v, *EARTH)
    assert status.tolist() == [16, 16, 17, 18, 19, 0]
    assert np.isnan(mean[:, :5]).all()
    assert np.isfinite(mean[:, 5]).all()


def test_a_bad_instant_spoils_itself_alone() -> None:
    dt = np.array([0.0, np.nan, 10.0, np.inf, 1e20, 20.0])
    r, v, status = osculating_grid(random_orbits(8), dt, *EARTH)
    assert not status.any()
    bad = np.broadcast_to([False, True, False, True, True, False], r.shape)
    np.testing.assert_array_equal(np.isnan(r), bad)
    np.testing.assert_array_equal(np.isnan(v), bad)


def test_threads_change_nothing() -> None:
    elements = random_orbits(9001)
    one = osculating_from_mean(elements, *EARTH, threads=1)
    two = osculating_from_mean(elements, *EARTH, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    back = [mean_from_osculating(*one[:2], *EARTH, threads=n) for n in (1, 2)]
    np.testing.assert_array_equal(back[0][0], back[1][0])


def test_a_batch_is_its_members() -> None:
    elements = random_orbits(80)
    r, v, _ = osculating_from_mean(elements, *EARTH)
    mean, _ = mean_from_osculating(r, v, *EARTH)
    for k in range(80):
        alone = osculating_from_mean(elements[:, [k]], *EARTH)
        np.testing.assert_allclose(alone[0][:, 0], r[:, k], rtol=0.0, atol=1e-6)
        single, _ = mean_from_osculating(r[:, [k]], v[:, [k]], *EARTH)
        np.testing.assert_allclose(single[:3, 0], mean[:3, k], rtol=1e-13, atol=1e-15)


def test_layouts_and_empty_batches() -> None:
    elements = random_orbits(40)
    frozen = np.asfortranarray(elements)
    frozen.flags.writeable = False
    r, v, _ = osculating_from_mean(elements, *EARTH)
    np.testing.assert_array_equal(osculating_from_mean(frozen, *EARTH)[0], r)
    assert osculating_from_mean(np.ones((6, 0)), *EARTH)[0].shape == (3, 0)
    assert mean_from_osculating(np.ones((3, 0)), np.ones((3, 0)), *EARTH)[0].shape == (6, 0)
    assert osculating_grid(elements, np.ones(0), *EARTH)[0].shape == (3, 40, 0)
    mean = mean_from_osculating(r[:, ::2], v[:, ::2].astype(np.float32), *EARTH)[0]
    np.testing.assert_allclose(mean[0], elements[0, ::2], rtol=1e-4)


def test_bad_arguments_show_what_came() -> None:
    with pytest.raises(ValueError, match=r"v must have the shape \(3, N\), got \(3,\)"):
        mean_from_osculating(np.ones((3, 1)), np.ones(3), *EARTH)
    with pytest.raises(ValueError, match="mu must be positive and finite, got nan"):
        osculating_from_mean(np.ones((6, 1)), np.nan, RADIUS, J2)
    assert brouwer.mean_rates(7e6, 1.2, 1.0, *EARTH)[0].shape == ()
