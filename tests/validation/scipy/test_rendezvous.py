"""The rendezvous flown anew with an integrator and gravity of our own making in this file.

SciPy's DOP853 integrates a J2 acceleration written out here; the burns of the plan are applied; the
station comes from the `sgp4` package directly.  The chaser must meet it.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from sgp4.api import Satrec

from orbitsim.earth import J2_GRAVITY
from orbitsim.missions.fly import Flight

MU, RADIUS, J2 = J2_GRAVITY.mu, J2_GRAVITY.radius, J2_GRAVITY.j2


def acceleration(t: float, y: np.ndarray) -> np.ndarray:
    x, z = y[:3], y[2]
    r2 = x @ x
    factor = 1.5 * J2 * RADIUS**2 / r2
    shape = np.array([1.0, 1.0, 3.0]) - 5.0 * z * z / r2
    return np.concatenate([y[3:], -MU / r2**1.5 * x * (1.0 + factor * shape)])


def coast(y: np.ndarray, duration: float) -> np.ndarray:
    return solve_ivp(acceleration, (0.0, duration), y, "DOP853", rtol=1e-12, atol=1e-6).y[:, -1]


def burned(y: np.ndarray, delta_v_rtn: tuple[float, float, float]) -> np.ndarray:
    radial = y[:3] / np.linalg.norm(y[:3])
    normal = np.cross(y[:3], y[3:])
    normal /= np.linalg.norm(normal)
    axes = np.stack([radial, np.cross(normal, radial), normal])
    return np.concatenate([y[:3], y[3:] + np.array(delta_v_rtn) @ axes])


@pytest.mark.parametrize("name", ["ms04_planned", "m1_4"])
def test_plan_meets_the_station(name: str, request: pytest.FixtureRequest) -> None:
    flight: Flight = request.getfixturevalue(name)
    plan, station = flight.rendezvous, flight.record.station
    assert plan is not None
    assert station is not None
    y = np.concatenate([plan.insertion.r, plan.insertion.v])
    now = plan.insertion.epoch
    for burn in plan.burns:
        last = coast(y, (burn.time - now).to_value("s"))
        y, now = burned(last, burn.delta_v_rtn), burn.time
    when = plan.burns[-1].time.utc
    record = Satrec.twoline2rv(station.elements.line1, station.elements.line2)
    error, r, v = record.sgp4(when.jd1, when.jd2)
    assert error == 0

    # The two integrations differ by less than a metre after 33 revolutions.
    assert np.linalg.norm(last[:3] - 1e3 * np.array(r)) < 1.0
    assert np.linalg.norm(y[3:] - 1e3 * np.array(v)) < 1e-2


@pytest.mark.parametrize("name", ["ms04_planned", "m1_4"])
def test_ascending_nodes_are_counted_right(name: str, request: pytest.FixtureRequest) -> None:
    plan = request.getfixturevalue(name).rendezvous
    y = np.concatenate([plan.insertion.r, plan.insertion.v])
    now, nodes = plan.insertion.epoch, 0

    def node(t: float, y: np.ndarray) -> float:
        return y[2]

    node.direction = 1.0  # type: ignore[attr-defined]
    for burn in plan.burns:
        span = (0.0, (burn.time - now).to_value("s"))
        arc = solve_ivp(acceleration, span, y, "DOP853", rtol=1e-10, atol=1e-4, events=node)
        nodes += arc.t_events[0].size
        assert 1 + nodes == burn.orbit_number
        y, now = burned(arc.y[:, -1], burn.delta_v_rtn), burn.time
