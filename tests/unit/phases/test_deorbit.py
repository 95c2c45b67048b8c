"""The deorbit burn against closed forms, and entry after it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from orbitsim.earth import POINT_MASS
from orbitsim.errors import ConvergenceError, InputError, PropellantError
from orbitsim.forces import Zonal
from orbitsim.orbit import Orbit
from orbitsim.phases.deorbit import (
    DeorbitPlan,
    deorbit_burn,
    entry_numbers,
    impulsive_perigee,
    meet_height,
    plan_deorbit,
)
from orbitsim.phases.deorbit_scan import (
    DeorbitCase,
    agreement,
    aim_at,
    scan_delta_v,
    sensitivity,
)
from orbitsim.phases.entry import enter, scaled_air
from orbitsim.phases.station_orbit import full_forces
from orbitsim.propagation import propagate
from orbitsim.vehicles.spacecraft import load_spacecraft

ORBIT = Orbit.from_elements(
    semi_major_axis=6.738e6, eccentricity=0.001, inclination=0.9, raan=1.0, argument_of_perigee=2.0,
    epoch="2001-02-08T12:50:00",
)  # fmt: skip
CRAFT = load_spacecraft("progress-m1")
MASS, COEFFICIENT = 6500.0, 0.0027
VACUUM = Zonal(POINT_MASS)


@pytest.fixture(scope="module")
def case() -> DeorbitCase:
    ignition = ORBIT.epoch + np.timedelta64(540, "s")
    return DeorbitCase(ORBIT, CRAFT, MASS, COEFFICIENT, ignition, 95.0)


def test_a_strong_engine_gives_the_impulse_and_a_weak_one_loses() -> None:
    """A burn of a second meets the impulse's perigee; one of 215 s of a real engine loses a little.

    The angle that the burn goes through is 0.25 rad: against an impulse at its middle the perigee
    stays higher by far less than the burn lowers it (8 parts in 1000).
    """
    strong = replace(CRAFT, main_thrust=1e7)
    here = deorbit_burn(ORBIT, 0.0, 100.0, strong, MASS, VACUUM)
    assert here.perigee_height == pytest.approx(impulsive_perigee(ORBIT, 100.0), abs=20.0)
    real = deorbit_burn(ORBIT, 0.0, 100.0, CRAFT, MASS, VACUUM)
    middle = propagate(ORBIT, [0.0]).at(0.5 * real.duration)
    loss = real.perigee_height - impulsive_perigee(middle, 100.0)
    drop = float(ORBIT.apsis_altitudes("equatorial")[0]) - real.perigee_height
    assert 0.0 < loss < 0.008 * drop


def test_the_coast_is_keplers() -> None:
    """From cut-off to 120 km in vacuum, against the closed form: 1 m at the event's own time."""
    plan = deorbit_burn(ORBIT, 0.0, 100.0, CRAFT, MASS, VACUUM)
    (met,) = meet_height(plan, VACUUM, (120e3,))
    kepler = propagate(plan.orbit, [0.0]).at(met.epoch)
    assert met.r == pytest.approx(kepler.r, abs=1.0)
    # Vis-viva: the same energy on the way down as at cut-off.
    energy = [0.5 * o.v @ o.v - POINT_MASS.mu / np.linalg.norm(o.r) for o in (met, plan.orbit)]
    assert energy[0] == pytest.approx(energy[1], rel=1e-9)


def test_a_perigee_and_a_time_are_met() -> None:
    forces = full_forces(COEFFICIENT)
    low = plan_deorbit(ORBIT, 540.0, CRAFT, MASS, forces, perigee=40e3)
    assert low.perigee_height == pytest.approx(40e3, abs=1.0)
    timed = plan_deorbit(ORBIT, 540.0, CRAFT, MASS, forces, interface=540.0 + 2040.0)
    (met,) = meet_height(timed, forces, (100e3,))
    assert (met.epoch - ORBIT.epoch).to_value("s") == pytest.approx(2580.0, abs=0.01)


def test_an_entry_is_in_order(case: DeorbitCase) -> None:
    entry = case.fly()
    times = [case.ignition, entry.plan.cut_off, *(o.epoch for o in entry.interfaces)]
    times += [entry.breakup.epoch, entry.first_impact, entry.last_impact]
    assert all(b > a for a, b in pairwise(times))
    assert entry.heights == (120e3, 100e3)
    assert np.degrees(entry.angles).min() > 0.5
    assert entry.speeds.max() < 7.75e3
    assert entry.breakup.epoch.shape == ()
    assert 500e3 < entry.length < 2500e3
    assert entry.footprint.across < entry.footprint.along


def test_more_push_comes_down_sooner_and_shorter(case: DeorbitCase) -> None:
    entries = scan_delta_v(case, [20.0, 90.0, 100.0, 110.0])
    assert [e.plan.delta_v for e in entries] == [90.0, 100.0, 110.0]
    first = [float(e.minutes_after_ignition(e.first_impact)) for e in entries]
    assert first[0] > first[1] > first[2]
    found = agreement(entries, entries[1].first_impact, 60.0)
    assert found.agrees == (False, True, False)
    assert found.delta_v == (100.0, 100.0)


def test_sensitivity_has_the_right_signs(case: DeorbitCase) -> None:
    found = {s.change: s for s in sensitivity(case)}
    assert len(found) == 6
    assert found["delta-v +1 m/s"].distance < 0.0 < found["delta-v -1 m/s"].distance
    # A minute later is a minute further along the orbit: 7.2 km/s over the ground.
    assert found["ignition +60 s"].distance == pytest.approx(60.0 * 7.2e3, rel=0.35)
    assert found["density +15 %"].distance < 0.0


def test_a_place_is_met_by_moving_the_ignition(case: DeorbitCase) -> None:
    """What another ignition hits is found again from this one, with no miss across."""
    other = replace(case, ignition=case.ignition + np.timedelta64(200, "s"))
    entry = other.fly()
    first = int(np.argmin(entry.fall.duration))
    place = float(entry.fall.latitude[first]), float(entry.fall.longitude[first])
    found, across = aim_at(case, *place, within=500.0)
    assert abs((found.ignition - other.ignition).to_value("s")) < 0.05
    assert abs(across) < 100.0
    with pytest.raises(ConvergenceError, match="no ignition"):
        aim_at(case, *place, within=60.0)


def test_drag_grows_as_the_ship_gets_lighter(case: DeorbitCase) -> None:
    """Below 100 km the coefficient is that of the mass after the burn."""
    forces = full_forces(COEFFICIENT)
    plan = deorbit_burn(ORBIT, 540.0, 95.0, CRAFT, MASS, forces)
    entry = enter(plan, forces, COEFFICIENT, air=scaled_air(1.0))
    heavier: DeorbitPlan = replace(plan, mass=plan.mass_before)
    late = enter(heavier, forces, COEFFICIENT, air=scaled_air(1.0))
    assert (late.breakup.epoch - entry.breakup.epoch).to_value("s") > 0.0
    same = case.fly()
    assert abs((same.breakup.epoch - entry.breakup.epoch).to_value("s")) < 1e-3


def test_refusals(case: DeorbitCase) -> None:
    forces = full_forces(COEFFICIENT)
    with pytest.raises(InputError, match="one of perigee and interface"):
        plan_deorbit(ORBIT, 0.0, CRAFT, MASS, forces)
    with pytest.raises(InputError, match="delta_v"):
        deorbit_burn(ORBIT, 0.0, -1.0, CRAFT, MASS, forces)
    with pytest.raises(PropellantError, match="880.0 kg available"):
        deorbit_burn(ORBIT, 0.0, 450.0, CRAFT, MASS, forces)
    with pytest.raises(ConvergenceError, match="does not come down"):
        replace(case, delta_v=10.0).fly()
    with pytest.raises(ConvergenceError, match="no deorbit burn"):
        plan_deorbit(ORBIT, 0.0, CRAFT, MASS, forces, perigee=900e3)
    plan = deorbit_burn(ORBIT, 540.0, 95.0, CRAFT, MASS, forces)
    with pytest.raises(InputError, match="one piece"):
        enter(plan, forces, COEFFICIENT, pieces=())
    with pytest.raises(InputError, match="breakup_height"):
        enter(plan, forces, COEFFICIENT, breakup_height=110e3)
    with pytest.raises(InputError, match="factor"):
        scaled_air(0.0)
    with pytest.raises(InputError, match="within"):
        agreement((), ORBIT.epoch, 0.0)


def test_entry_numbers_of_a_level_flight() -> None:
    speed, angle = entry_numbers(
        Orbit.from_state([6.5e6, 0.0, 0.0], [0.0, 0.0, 7.8e3], "2001-02-08", "TEME")
    )
    assert speed == pytest.approx(np.hypot(7.8e3, 7.2921e-5 * 6.5e6), rel=1e-4)
    assert abs(angle) < 1e-4
