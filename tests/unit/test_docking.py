"""Approaches: plans as data, the story of a failed Kurs, faults, orders, batches."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orbitsim.errors import DockingStateError, InputError, RecordError
from orbitsim.phases.docking import fly_docking
from orbitsim.phases.docking_campaign import fly_dockings
from orbitsim.phases.docking_file import (
    Port,
    docking_plan_names,
    load_docking_equipment,
    load_docking_plan,
)
from orbitsim.phases.docking_pilot import PilotView, scripted_pilot
from orbitsim.phases.docking_plan import DockingPlan, Leg, Start
from orbitsim.phases.docking_result import Docking, DockingOutcome
from orbitsim.phases.docking_setting import Faults
from orbitsim.phases.docking_states import Antenna, Command, DockingMachine, DockingState
from orbitsim.units import FloatArray
from orbitsim.vehicles.spacecraft import load_spacecraft

CRAFT = load_spacecraft("progress-m1")
MEAN_MOTION = 1.1375e-3  # of a circular orbit 390 km high
STORY = Faults(no_lock_below=90.0, camera_blur=8.0, blur_half_life=1800.0)


def fly(plan: str | DockingPlan, **more: Any) -> Docking:
    wanted = load_docking_plan(plan) if isinstance(plan, str) else plan
    return fly_docking(wanted, CRAFT, mean_motion=MEAN_MOTION, **more)


@pytest.fixture(scope="module")
def story() -> Docking:
    """Kurs fails, TORU docks at the second try."""
    return fly("kurs-then-toru", faults=STORY)


def by_hand(duration: float, start: Start | None = None) -> DockingPlan:
    leg = Leg(
        "by hand", DockingState.TORU_HOLD, "stick", "toru", 0.0, ((0.0, 0.1),), duration=duration
    )
    return DockingPlan("by hand", (leg,), start or Start(gap=50.0))


# The story of a failed Kurs


def test_kurs_fails_and_toru_docks_at_the_second_try(story: Docking) -> None:
    states = [event.state for event in story.events]
    assert states == [
        DockingState.FAR_APPROACH,
        DockingState.FLY_AROUND,
        DockingState.STATION_KEEPING,
        DockingState.FINAL_APPROACH,
        DockingState.RETREAT,
        DockingState.STATION_KEEPING,
        DockingState.TORU_HOLD,
        DockingState.TORU_APPROACH,
        DockingState.TORU_RETREAT,
        DockingState.TORU_HOLD,
        DockingState.TORU_APPROACH,
        DockingState.CONTACT,
        DockingState.CAPTURED,
    ]
    abort, broken = story.events[4], story.events[8]
    assert "no lock" in abort.what
    assert 70.0 < abort.gap < 90.0  # it searched for twenty seconds below 90 m
    assert broken.gap == pytest.approx(4.6, abs=1.0)
    assert story.outcome is DockingOutcome.CAPTURED
    assert story.machine.kurs_faulty
    assert story.machine.antenna is Antenna.RETRACTED


def test_the_second_docking_has_no_kurs_although_its_fault_is_cleared(story: Docking) -> None:
    machine = story.machine.after("undock", "clear fault")
    with pytest.raises(DockingStateError, match="antenna is retracted"):
        fly("kurs", machine=machine)
    again = fly("kurs-to-hold-then-toru", machine=machine, mass=6500.0, propellant=300.0)
    assert again.outcome is DockingOutcome.CAPTURED
    assert again.machine.after("undock").antenna is Antenna.RETRACTED
    flown = {event.state for event in again.events}
    assert DockingState.FINAL_APPROACH not in flown
    assert DockingState.TORU_APPROACH in flown


def test_events_and_trajectory_hang_together(story: Docking) -> None:
    times = [event.time for event in story.events]
    assert times == sorted(times)
    assert story.duration == times[-1] == story.t[-1]
    assert np.all(np.diff(story.t) > 0.0)
    total = sum(story.time_in(state) for state in DockingState)
    assert total == pytest.approx(story.duration)
    np.testing.assert_allclose(np.linalg.norm(story.quaternion, axis=-1), 1.0, atol=1e-12)
    assert np.all(np.diff(story.mass) <= 0.0)
    # The gap is the tip's distance; the tip follows from position and attitude.
    w, x, y, z = story.quaternion[:-1].T
    ahead = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=-1)
    tip = story.r[:-1] + CRAFT.probe_tip * ahead - np.array(story.port.place)
    np.testing.assert_allclose(np.linalg.norm(tip, axis=-1), story.gap[:-1], rtol=1e-9)
    np.testing.assert_allclose(tip @ story.port.axes.T, story.tip[:-1], atol=1e-9)
    with pytest.raises(ValueError, match="read-only"):
        story.r[0] = 0.0


# Faults


def test_a_dead_kurs_gives_up_after_its_patience() -> None:
    docking = fly("kurs", faults=Faults(no_lock_below=inf, patience=30.0))
    assert docking.outcome is DockingOutcome.ABANDONED
    assert docking.duration == pytest.approx(30.25)
    assert docking.machine.state is DockingState.FAILED
    assert docking.machine.kurs_faulty
    assert "no lock" in docking.events[-1].what


def test_an_undeployed_antenna_ends_the_final_approach() -> None:
    docking = fly("kurs", machine=DockingMachine(antenna=Antenna.STOWED))
    assert docking.outcome is DockingOutcome.ABANDONED
    (retreat,) = (event for event in docking.events if event.state is DockingState.RETREAT)
    assert 100.0 < retreat.gap < 150.0


def test_an_iced_camera_makes_contacts_worse() -> None:
    plan = load_docking_plan("toru")
    clear, iced = (
        fly_dockings(plan, CRAFT, 64, mean_motion=MEAN_MOTION, faults=Faults(camera_blur=blur))
        for blur in (1.0, 12.0)
    )
    assert clear.probability == 1.0
    assert iced.probability < 0.5
    assert clear.breaks.sum() == 0 < iced.breaks.sum()


def test_without_propellant_it_fails() -> None:
    docking = fly("kurs", mass=7000.0, propellant=20.0)
    assert docking.outcome is DockingOutcome.OUT_OF_PROPELLANT
    assert docking.propellant == pytest.approx(20.0, abs=0.1)


# Orders and hands


def test_an_order_breaks_off_and_the_plan_goes_on() -> None:
    docking = fly("toru", orders=[(300.0, Command.BREAK_OFF)])
    hit = next(event for event in docking.events if "by hand" in event.what)
    assert hit.time == 300.0
    assert hit.state is DockingState.TORU_RETREAT
    assert docking.outcome is DockingOutcome.CAPTURED


def test_an_order_in_the_wrong_state_is_refused() -> None:
    with pytest.raises(DockingStateError, match="cannot 'fly around' in the state 'TORU hold'"):
        fly("toru", orders=[(10.0, Command.FLY_AROUND)])
    with pytest.raises(InputError, match="has no leg"):
        fly("toru", orders=[(10.0, Command.BREAK_OFF)])


def test_a_pilot_sees_and_flies() -> None:
    seen: list[PilotView] = []

    def pilot(view: PilotView) -> FloatArray:
        seen.append(view)
        stick = np.zeros(6)
        stick[0] = 1.0 if view.time < 10.0 else 0.0
        return stick

    docking = fly(by_hand(60.0), pilot=pilot)
    assert docking.outcome is DockingOutcome.ENDED
    assert seen[0].position[0] == pytest.approx(50.0, abs=3.0)
    # Ten seconds of 260 N on 7.3 t.
    assert docking.closing_speed[-1] == pytest.approx(10.0 * 260.0 / 7290.0, rel=0.05)


def test_a_scripted_pilot_rams_the_station() -> None:
    script = [(0.0, (1.0, 0, 0, 0, 0, 0)), (20.0, (0.0, 0, 0, 0, 0, 0))]
    docking = fly(by_hand(200.0, Start(gap=12.0)), pilot=scripted_pilot(script))
    assert docking.outcome is DockingOutcome.HIT
    assert docking.contact is not None
    assert docking.contact.closing_speed > 0.5
    assert docking.machine.state is DockingState.FAILED


def test_a_scripted_pilot_flies_past() -> None:
    script = [(0.0, (1.0, 0.5, 0, 0, 0, 0)), (20.0, (0.0, 0, 0, 0, 0, 0))]
    docking = fly(by_hand(400.0), pilot=scripted_pilot(script))
    assert docking.outcome is DockingOutcome.MISSED


@pytest.mark.parametrize(
    ("speed", "outcome"),
    [
        (0.03, DockingOutcome.BOUNCED),
        (0.1, DockingOutcome.CAPTURED),
        (0.45, DockingOutcome.BOUNCED),
    ],
)
def test_a_straight_drift_is_judged_by_its_closing_speed(
    speed: float, outcome: DockingOutcome
) -> None:
    """On the V-bar, from 5 m, with no hand on the stick and hardly any orbital motion."""
    port = Port("here", (0.0, -10.0, 0.0), (0.0, -1.0, 0.0))
    start = ([0.0, -10.0 - CRAFT.probe_tip - 5.0, 0.0], [0.0, speed, 0.0])
    docking = fly_docking(
        by_hand(400.0),
        CRAFT,
        mean_motion=1e-6,
        port=port,
        start=start,
        pilot=lambda view: np.zeros(6),
    )
    assert docking.outcome is outcome
    assert docking.contact is not None
    assert docking.contact.time == pytest.approx(5.0 / speed, rel=1e-3)
    assert docking.contact.closing_speed == pytest.approx(speed, rel=1e-3)


def test_a_stick_leg_without_a_pilot_is_refused() -> None:
    with pytest.raises(InputError, match="no pilot"):
        fly(by_hand(10.0))
    with pytest.raises(InputError, match="stick leg"):
        fly_dockings(by_hand(10.0), CRAFT, 2, mean_motion=MEAN_MOTION)


# Batches


def test_a_case_is_the_same_alone_and_in_any_company() -> None:
    plan = load_docking_plan("toru")
    iced = Faults(camera_blur=6.0)
    more = {"mean_motion": MEAN_MOTION, "faults": iced, "seed": 7}
    many = fly_dockings(plan, CRAFT, 20, threads=1, **more)
    two = fly_dockings(plan, CRAFT, 20, threads=2, **more)
    part = fly_dockings(plan, CRAFT, 5, first_case=9, **more)
    for name in ("outcome", "time", "closing_speed", "offset", "rates", "propellant"):
        np.testing.assert_array_equal(getattr(many, name), getattr(two, name))
        np.testing.assert_array_equal(getattr(many, name)[9:14], getattr(part, name))
    one = fly_docking(plan, CRAFT, case=11, **more)
    assert one.contact is not None
    assert one.contact.time == many.time[11]
    assert one.contact.offset == tuple(many.offset[11])
    assert one.propellant == many.propellant[11]


def test_seeds_matter() -> None:
    plan = load_docking_plan("toru")
    first, second = (
        fly_dockings(plan, CRAFT, 4, mean_motion=MEAN_MOTION, seed=seed) for seed in (1, 2)
    )
    assert not np.any(first.time == second.time)
    with pytest.raises(InputError, match="seed"):
        fly_docking(plan, CRAFT, mean_motion=MEAN_MOTION, seed=-1)


def test_a_single_and_a_batch_agree_on_a_failed_kurs() -> None:
    faults = Faults(no_lock_below=90.0)
    one = fly("kurs", faults=faults)
    many = fly_dockings(load_docking_plan("kurs"), CRAFT, 2, mean_motion=MEAN_MOTION, faults=faults)
    assert many.outcome[0] == one.outcome == DockingOutcome.ABANDONED
    assert many.time[0] == one.t[-1]


def test_the_confidence_interval_holds_the_probability() -> None:
    campaign = fly_dockings(
        load_docking_plan("toru"), CRAFT, 40, mean_motion=MEAN_MOTION, faults=Faults(camera_blur=10)
    )
    low, high = campaign.interval
    assert 0.0 < low < campaign.probability < high < 1.0
    assert len(campaign) == 40


@pytest.mark.parametrize("port", ["zarya-nadir", "zvezda-aft"])
@pytest.mark.parametrize(
    "place",
    [[3000.0, 0, 0], [0, 3000.0, 0], [-3000.0, 0, 0], [0, -3000.0, 0], [0, 0, 3000.0]],
    ids=["above", "ahead", "below", "behind", "aside"],
)
def test_kurs_docks_from_every_side(place: list[float], port: str) -> None:
    campaign = fly_dockings(
        load_docking_plan("kurs"),
        CRAFT,
        3,
        mean_motion=MEAN_MOTION,
        start=(place, [0.0, 0.0, 0.0]),
        port=port,
    )
    assert campaign.probability == 1.0


# Data and bad input


@pytest.mark.parametrize("name", docking_plan_names())
def test_every_plan_is_legal_and_sourced(name: str) -> None:
    plan = load_docking_plan(name)
    plan.check(DockingMachine())
    assert all(leg.source for leg in plan.legs)


@pytest.mark.parametrize("name", docking_plan_names())
def test_every_plan_refuses_an_occupied_port(name: str) -> None:
    with pytest.raises(DockingStateError, match="port is occupied"):
        fly(name, machine=DockingMachine(port_occupied=True))


def test_every_figure_of_the_equipment_has_a_source() -> None:
    equipment = load_docking_equipment()
    groups = [*equipment.sensors.values(), *(x.figures for x in equipment.limits.values())]
    assert all(figure.source for group in groups for figure in group.values())
    for port in equipment.ports.values():
        np.testing.assert_allclose(port.axes @ port.axes.T, np.eye(3), atol=1e-15)
        assert np.linalg.det(port.axes) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"mean_motion": 0.0}, "mean_motion must be positive"),
        ({"mean_motion": float("nan")}, "mean_motion must be finite"),
        ({"port": "pirs"}, "no port 'pirs'"),
        ({"limits": "soft"}, "no limits 'soft'"),
        ({"mass": 100.0, "propellant": 200.0}, "mass and propellant"),
        ({"record_every": 0.3}, "multiple of 0.25"),
        ({"start": ([50.0, 0.0, 0.0], [0.0, 0.0, 0.0])}, "behind the port's plane"),
        ({"start": ([-6.0, 0.0, 0.0], [0.0, 0.0, 0.0])}, "too near"),
        ({"start": ([1.0, 2.0], [0.0, 0.0])}, "two vectors of 3"),
    ],
)
def test_unusable_input_says_what_came(more: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        fly_docking(load_docking_plan("toru"), CRAFT, **({"mean_motion": MEAN_MOTION} | more))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"no_lock_below": -1.0}, "no_lock_below"),
        ({"camera_blur": 0.5}, "camera_blur"),
        ({"patience": 0.0}, "patience"),
    ],
)
def test_unusable_faults_are_refused(more: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Faults(**more)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"flies": "glide"}, "flies: wanted one of"),
        ({"sensor": "kurs"}, "sensor: wanted toru"),
        ({"speeds": ((5.0, 0.1), (0.0, 0.2))}, "by rising gap"),
        ({"speeds": ((0.0, 0.0),)}, "positive finite speeds"),
        ({"goal": -1.0}, "goal"),
    ],
)
def test_unusable_legs_are_refused(more: dict[str, Any], message: str) -> None:
    leg = load_docking_plan("toru").legs[1]
    with pytest.raises(InputError, match=message):
        replace(leg, **more)


TABLE = '[sources]\nme = "test"\n[[legs]]\nname = "a"\nstate = "TORU hold"\nflies = "hold"\n' + (
    'sensor = "toru"\ngoal = 50.0\nspeeds = [[0.0, 0.2]]\nsource = "me"\n'
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[legs]]", "[[legs]", "not a TOML file"),
        ("goal = 50.0\n", "", "goal: is missing"),
        ("goal = 50.0", 'goal = "far"', "could not convert"),
        ("goal = 50.0", "goal = 50.0\nmood = 1", "mood: wanted one of"),
        ('state = "TORU hold"', 'state = "asleep"', "asleep"),
        ('source = "me"', 'source = "you"', "wanted a key of"),
        ('source = "me"', 'source = "me"\nnext = "b"', "leads to 'b'"),
    ],
)
def test_unusable_plan_files_say_where(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TABLE
    file = tmp_path / "plan.toml"
    file.write_text(TABLE.replace(old, new), encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        load_docking_plan(file)


def test_a_plan_of_ones_own_is_read(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("start = { gap = 60.0 }\n" + TABLE, encoding="utf-8")
    docking = fly(load_docking_plan(file))
    assert docking.outcome is DockingOutcome.ENDED
    assert docking.gap[-1] == pytest.approx(50.0, abs=4.0)


def test_an_illegal_plan_is_refused_before_it_flies() -> None:
    hold, approach, *rest = load_docking_plan("toru").legs
    free = replace(hold, next="TORU retreat")
    plan = DockingPlan("odd", (approach, free, *rest))
    with pytest.raises(DockingStateError):
        plan.check(DockingMachine(state=DockingState.CAPTURED))
    with pytest.raises(InputError, match="different names"):
        DockingPlan("twice", (hold, hold))


def test_no_plan_of_that_name() -> None:
    with pytest.raises(InputError, match="kurs-then-toru"):
        load_docking_plan("by wire")


def test_the_data_ship_with_the_package() -> None:
    assert (resources.files("orbitsim.phases") / "data" / "docking.toml").is_file()
