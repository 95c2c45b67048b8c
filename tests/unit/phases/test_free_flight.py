"""Phase behind the station and the burns that bring a ship back."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.earth import J2_GRAVITY
from orbitsim.errors import InputError, PropellantError
from orbitsim.forces import Zonal
from orbitsim.maneuvers.relative import relative_state, rtn_rotation
from orbitsim.orbit import Orbit
from orbitsim.phases.free_flight import (
    ReturnPlan,
    burn_times,
    plan_return,
    relative_path,
    smooth_height,
)
from orbitsim.phases.return_shooting import REACH
from orbitsim.propagation import propagate
from orbitsim.trajectory import Trajectory
from tests.independent import acceleration

FORCES = Zonal(J2_GRAVITY)
Vector = NDArray[np.float64]
HOLD = np.array([0.0, -300.0, 0.0])
HOURS = 9.0
THRUST, IMPULSE, MASS = 2950.0, 302.0, 6500.0


def _orbit(axis: float, anomaly: float) -> Orbit:
    return Orbit.from_elements(
        semi_major_axis=axis, eccentricity=0.0005, inclination=0.9, argument_of_perigee=1.0,
        true_anomaly=anomaly, epoch="2000-12-19T12:00:00", frame="TEME", mu=J2_GRAVITY.mu,
    )  # fmt: skip


STATION = _orbit(6.750e6, 0.1)
SHIP = _orbit(6.752e6, 0.1 - np.radians(8.0))


@pytest.fixture(scope="module")
def station() -> Trajectory:
    return propagate(STATION, [0.0], method="numerical", forces=FORCES)


@pytest.fixture(scope="module")
def plan(station: Trajectory) -> ReturnPlan:
    end = HOURS * 3600.0
    return plan_return(
        SHIP, station, burn_times(600.0, end, SHIP, pairs=2), end, mass=MASS, thrust=THRUST,
        specific_impulse=IMPULSE, forces=FORCES, hold=HOLD,
    )  # fmt: skip


def test_the_plan_says_that_it_arrives(plan: ReturnPlan) -> None:
    assert np.linalg.norm(plan.miss_r) < REACH[0]
    assert np.linalg.norm(plan.miss_v) < REACH[1]
    exhaust = IMPULSE * STANDARD_GRAVITY
    assert plan.mass == pytest.approx(MASS * np.exp(-plan.delta_v / exhaust), rel=1e-12)
    assert plan.propellant == pytest.approx(MASS - plan.mass, rel=1e-9)


def test_scipy_arrives_with_the_same_burns(plan: ReturnPlan) -> None:
    """SciPy under J2 and thrust, with no part of the package, ends at the hold point.

    Within what the two frames part by in nine hours (0.14 arcsec a day, 2 m) and its tolerance.
    """
    there = _scipy_flight(np.concatenate([STATION.r, STATION.v]), None)
    ship = _scipy_flight(np.concatenate([SHIP.r, SHIP.v]), plan)
    r, v = relative_state(there[:3], there[3:6], ship[:3], ship[3:6])
    assert np.linalg.norm(r - HOLD) < 5.0
    assert np.linalg.norm(v) < 6e-3


def test_it_costs_about_what_two_hohmann_transfers_do(plan: ReturnPlan) -> None:
    """Closed form: catch up 8 deg in nine hours from a drift orbit, there and back.

    The drift orbit lies lower by da with ``1.5 n da / a t = phase``; down to it and up to the
    station cost ``n da / 2`` each.  The burns take their share of the time, so this is a bound
    within a third.
    """
    motion = 2.0 * np.pi / float(STATION.period())
    lower = np.radians(8.0) / (1.5 * motion * HOURS * 3600.0) * 6.75e6
    closed = 0.5 * motion * (lower + 2e3) + 0.5 * motion * lower
    assert 0.9 * closed < plan.delta_v < 1.35 * closed


def test_no_other_spread_of_burns_is_cheaper(plan: ReturnPlan, station: Trajectory) -> None:
    """More opportunities cannot cost more."""
    end = HOURS * 3600.0
    more = plan_return(
        SHIP, station, burn_times(600.0, end, SHIP, pairs=3), end, mass=MASS, thrust=THRUST,
        specific_impulse=IMPULSE, forces=FORCES, hold=HOLD,
    )  # fmt: skip
    assert more.delta_v < plan.delta_v + 0.05


def test_phase_is_followed_over_whole_turns() -> None:
    """A ship 300 km lower gains more than a turn in two days, at Kepler's rate."""
    t = np.arange(0.0, 2 * 86400.0, 1800.0)
    low = _orbit(6.45e6, 0.1)
    path = relative_path(propagate(low, t), propagate(STATION, t))
    rates = [2.0 * np.pi / float(orbit.period()) for orbit in (low, STATION)]
    assert path.phase[-1] > 2.0 * np.pi
    assert path.phase[-1] == pytest.approx((rates[0] - rates[1]) * t[-1], abs=0.01)
    assert path.drift_rate.mean() == pytest.approx(rates[0] - rates[1], rel=0.01)


def test_smooth_height_has_no_ripple() -> None:
    """Under J2 alone the height of the energy is constant; the osculating axis is not."""
    path = propagate(STATION, np.arange(0.0, 6000.0, 60.0), method="numerical", forces=FORCES)
    height = smooth_height(path.r, path.v, path.mu)
    assert np.ptp(height) < 0.01
    axes = Orbit.from_state(path.r, path.v, STATION.epoch, "TEME").elements().semi_major_axis
    assert np.ptp(axes) > 5e3


def test_too_little_propellant_and_bad_times(station: Trajectory) -> None:
    end = HOURS * 3600.0
    given = {"mass": MASS, "thrust": THRUST, "specific_impulse": IMPULSE, "forces": FORCES}
    times = burn_times(600.0, end, SHIP, pairs=2)
    with pytest.raises(PropellantError, match="kg available"):
        plan_return(SHIP, station, times, end, hold=HOLD, propellant=1.0, **given)  # type: ignore[arg-type]
    for wrong in ([600.0], [600.0, 500.0], [600.0, end + 1.0], [-1.0, 600.0]):
        with pytest.raises(InputError, match="burns_at"):
            plan_return(SHIP, station, wrong, end, **given)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="pairs"):
        burn_times(0.0, 3000.0, SHIP, pairs=2)


def _scipy_flight(state: Vector, plan: ReturnPlan | None) -> Vector:
    """State (7,) after HOURS, arc by arc between the burns' edges."""
    y, now = np.append(state, MASS), 0.0
    arcs: list[tuple[float, float, Vector | None]] = []
    for burn in plan.burns if plan is not None else ():
        start = (burn.time - SHIP.epoch).to_value("s")
        arcs += [(now, start, None), (start, start + burn.duration, burn.delta_v / burn.size)]
        now = start + burn.duration
    arcs.append((now, HOURS * 3600.0, None))
    flow = THRUST / (IMPULSE * STANDARD_GRAVITY)
    for start, end, push in arcs:

        def rates(_: float, y: Vector, push: Vector | None = push) -> Vector:
            pull = acceleration(y[:3])
            if push is None:
                return np.concatenate([y[3:6], pull, [0.0]])
            along = rtn_rotation(y[:3], y[3:6]).T @ push
            return np.concatenate([y[3:6], pull + THRUST / y[6] * along, [-flow]])

        y = solve_ivp(rates, (start, end), y, method="DOP853", rtol=1e-12, atol=1e-6).y[:, -1]
    return np.asarray(y)
