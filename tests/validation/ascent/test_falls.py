"""Impact points against an integration by SciPy, and against places where things came down."""

from __future__ import annotations

from math import asin, radians, tan

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from validation.ascent.test_independent_integration import E2, OMEGA, A, air, gravity, height

from orbitsim.earth import MEAN_RADIUS, Site
from orbitsim.phases.ascent import Ascent, InsertionTarget, solve_ascent
from orbitsim.phases.drop_zones import drop_zones
from orbitsim.phases.impact_point import impact_points, impact_trace
from orbitsim.vehicles.rocket import load_rocket

SITE = Site.from_degrees(45.9203, 63.3422, 90.0)


@pytest.fixture(scope="module")
def ascent() -> Ascent:
    inclination = radians(51.66)
    raan = SITE.longitude - asin(tan(radians(45.728)) / tan(inclination))
    target = InsertionTarget(6_558_200.0, 7810.7, 0.0, inclination, raan)
    return solve_ascent(load_rocket("soyuz-u"), 7285.0, SITE, 0.0, target)


def place(latitude: float, longitude: float) -> NDArray[np.float64]:
    n = A / np.sqrt(1.0 - E2 * np.sin(latitude) ** 2)
    level = n * np.cos(latitude)
    return np.array(
        [level * np.cos(longitude), level * np.sin(longitude), n * (1 - E2) * np.sin(latitude)]
    )


def apart_km(latitude: float, longitude: float, there: tuple[float, float]) -> float:
    a, b = (
        np.array([np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)])
        for p, q in ((latitude, longitude), (radians(there[0]), radians(there[1])))
    )
    return float(MEAN_RADIUS * np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)) / 1e3


FALLS = [(118.0, None), (382.3, None), (500.0, None), (118.0, 141.0), (163.0, 29.4), (289.0, 97.8)]


@pytest.mark.parametrize(("time", "ballistic"), FALLS)
def test_falls_agree_with_scipy(ascent: Ascent, time: float, ballistic: float | None) -> None:
    r, v = ascent.state_at(time)
    ours = impact_points(ascent.launch, time, r, v, ballistic_coefficient=ballistic)

    def slope(_: float, y: NDArray[np.float64]) -> NDArray[np.float64]:
        a = gravity(y[:3])
        if ballistic is not None:
            w = y[3:] - np.cross(OMEGA, y[:3])
            a = a - 0.5 * air(height(y[:3]))[0] / ballistic * np.linalg.norm(w) * w
        return np.concatenate((y[3:], a))

    def ground(_: float, y: NDArray[np.float64]) -> float:
        return height(y[:3])

    ground.terminal = True  # type: ignore[attr-defined]
    theirs = solve_ivp(
        slope, (0.0, 4000.0), np.concatenate((r, v)), "DOP853", events=ground,
        rtol=1e-10, atol=1e-6, max_step=20.0,
    )  # fmt: skip
    fall, state = float(theirs.t_events[0][0]), theirs.y_events[0][0]
    turn = 7.292115e-5 * (time + fall)
    c, s = np.cos(turn), np.sin(turn)
    fixed = np.array([c * state[0] + s * state[1], c * state[1] - s * state[0], state[2]])
    # Measured: below 0.02 m without air, 0.5 m with it.
    assert np.linalg.norm(place(float(ours.latitude), float(ours.longitude)) - fixed) < 1.0
    assert float(ours.fall_time) == pytest.approx(fall, abs=0.02)


def test_progress_m_12m_came_down_where_it_did(ascent: Ascent) -> None:
    """24 August 2011: a Soyuz-U's third stage stopped at 325 s of flight (Roscosmos, by vg-news.ru
    and shum.bg), and the spacecraft fell into the Choya district of the Altai Republic, near the
    village of Bizhelbik; the search later moved on to the south of Lake Teletskoye
    (interfax-russia.ru).  Choya lies at 52.01 N, 86.56 E, the lake's south end at 51.36 N, 87.8 E.
    """
    point = impact_trace(ascent.resampled([325.0]))
    latitude, longitude = float(point.latitude[0]), float(point.longitude[0])
    # Measured: 78 km from Choya and 136 km from the lake, 1755 km downrange; the point moves 6.5 km
    # a second there.
    assert apart_km(latitude, longitude, (52.01, 86.56)) < 100.0
    assert apart_km(latitude, longitude, (51.36, 87.8)) < 150.0


def test_stages_come_down_where_they_are_collected(ascent: Ascent) -> None:
    """The strap-ons by Zhezkazgan (47.80 N, 67.71 E), where the recovery unit for launches to 51.6
    deg is based (russianspaceweb.com) and those of Soyuz MS-10 were found (Karaganda region,
    Ulytau district, by sivtimes.com); the core in the foothills of the Altai, short of the Ust-Kan
    district (50.93 N, 84.76 E) for which warnings are given when the stronger Soyuz-2.1a flies
    (biwork.ru on Progress MS-24, tolknews.ru on Soyuz MS-22)."""
    zones = {zone.shed.name: zone for zone in drop_zones(ascent)}
    strap_ons, core = zones["strap-ons"], zones["core"]
    # Measured: 45 km from Zhezkazgan, 355 km downrange.
    assert apart_km(strap_ons.latitude, strap_ons.longitude, (47.80, 67.71)) < 80.0
    # Measured: 206 km short of Ust-Kan, 1469 km downrange.
    assert 0.0 < radians(84.76) - core.longitude < radians(4.0)
    assert abs(np.degrees(core.latitude) - 50.93) < 0.3
