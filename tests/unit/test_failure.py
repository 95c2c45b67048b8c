"""Failures as data: what may be declared, and the states that follow from an ascent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad

from orbitsim.errors import InputError, RecordError
from orbitsim.missions.failure import (
    declared_bodies,
    declared_failure,
    declared_spread,
    fly_failure,
)
from orbitsim.missions.fly import Flight
from orbitsim.missions.record import load_mission
from orbitsim.missions.schema import FAILURE_KINDS
from orbitsim.phases.failure import KINDS, Failure, fail, thrust_direction, tumbling_gain

SMALL = """
[mission]
id = "mine"
name = "Mine"
[[figure]]
key = "launch.liftoff"
value = "2020-02-29T12:00:00"
unit = "UTC"
precision = 1
document = "letter"
locator = "line 1"
[[figure]]
key = "failure.time"
value = 4
unit = "min"
precision = 1
document = "letter"
locator = "line 2"
[[assumption]]
key = "model.thrust"
value = [0.0, 0.5]
unit = "ratio"
source = "none"
reason = "a guess"
[flight]
liftoff = "launch.liftoff"
[failure]
time = "failure.time"
stage = "third"
kind = "premature separation"
residual_thrust = "model.thrust"
"""


def test_record_and_phase_know_the_same_kinds() -> None:
    assert KINDS == FAILURE_KINDS


def test_declared_failure_of_the_flight() -> None:
    record = load_mission("progress-ms-04")
    failure = declared_failure(record)
    assert (failure.time, failure.stage, failure.kind) == (382.3, "third", "premature separation")
    spread = declared_spread(record)
    assert spread.residual_thrust == (0.0, 1.0)
    assert spread.thrust_tilt == pytest.approx(np.radians(0.3))
    with pytest.raises(RecordError, match=r"no failure is declared; wanted a table \[failure\]"):
        declared_failure(load_mission("progress-m1-4"))


def test_own_record_declares_one_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL)
    failure = declared_failure(load_mission(path))
    assert (failure.time, failure.residual_thrust) == (240.0, 0.25)
    path.write_text(SMALL.replace('"failure.time"\nstage', '"launch.liftoff"\nstage'))
    assert declared_failure(load_mission(path)).time == 0.0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("premature separation", "explosio", r"kind = 'explosio'; wanted .*nearest: 'explosion'"),
        ('kind = "premature separation"\n', "", r"failure: 'kind' is missing"),
        ("residual_thrust", "residual", r"unknown entry 'residual'; .*nearest: 'residual_thrust'"),
        (
            'thrust = "model.thrust"',
            'thrust = "failure.time"',
            r"'failure\.time' is in min; wanted .*ratio",
        ),
        (
            'time = "failure.time"',
            'time = "model.thrust"',
            r"'model\.thrust' is in ratio; wanted one time",
        ),
        ("[0.0, 0.5]", "[0.5, 0.0]", r"\(0\.5, 0\.0\); wanted .*range \[lowest, highest\]"),
        ("[0.0, 0.5]", "[0.1, 0.2, 0.5]", r"wanted a number >= 0, or a range"),
        ('time = "failure.time"', 'time = "failure.tim"', r"no figure .*in failure\.time"),
        ('liftoff = "launch.liftoff"', "", r"wanted the role liftoff under \[flight\]"),
    ],
)
def test_broken_declaration_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    assert old in SMALL
    path.write_text(SMALL.replace(old, new))
    with pytest.raises(RecordError, match=message):
        load_mission(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.0, "third", "sabotage"), r"unknown failure 'sabotage'; wanted one of engine shutdown"),
        ((-1.0, "third", "explosion"), r"time >= 0 s after lift-off, got -1"),
        ((1.0, "third", "premature separation", 2.0), r"fraction from 0 to 1\.1, got 2"),
        ((1.0, "third", "loss of control"), r"needs a turn_acceleration > 0"),
        ((1.0, "third", "loss of control", 1.0, -1.0), r"finite and >= 0, got -1"),
    ],
)
def test_failure_refuses_nonsense(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Failure(*arguments)  # type: ignore[arg-type]


def test_bodies_of_each_kind(ms04: Flight) -> None:
    ascent = ms04.ascent
    assert ascent is not None
    r, v = ascent.state_at(382.3)
    mass = ascent.resampled([382.3]).mass[0]
    for kind in KINDS:
        flight = fail(ascent, Failure(382.3, "third", kind, 0.4, 0.1))
        for body in flight.bodies:
            np.testing.assert_allclose(body.r, r)
            np.testing.assert_allclose(body.v, v)
        assert sum(body.mass for body in flight.bodies) == pytest.approx(mass)
        apart = kind in ("explosion", "premature separation")
        assert [body.name for body in flight.bodies] == (
            ["payload", "stage"] if apart else ["vehicle"]
        )
        running = kind in ("premature separation", "loss of control")
        assert flight.bodies[-1].thrust == pytest.approx(0.4 * flight.thrust if running else 0.0)
    assert flight.thrust == pytest.approx(297.9e3)
    with pytest.raises(InputError, match=r"no body 'payload'; there are \['vehicle'\]"):
        flight.body("payload")


def test_thrust_direction_carries_the_felt_acceleration(ms04: Flight) -> None:
    """In vacuum thrust is F/m, and the velocity's change less gravity has that size."""
    ascent = ms04.ascent
    assert ascent is not None
    axis = thrust_direction(ascent, 382.3)
    r, v = ascent.state_at([382.05, 382.3, 382.55])
    felt = (v[2] - v[0]) / 0.5 + 3.986004415e14 * r[1] / np.linalg.norm(r[1]) ** 3
    assert np.linalg.norm(axis) == pytest.approx(1.0)
    # J2 is left out here: 0.02 m/s2 of 12.7.
    np.testing.assert_allclose(felt, 297.9e3 / ascent.resampled([382.3]).mass[0] * axis, atol=0.03)


@pytest.mark.parametrize(
    ("stage", "time", "message"),
    [
        ("fourth", 382.3, r"no stage 'fourth' to fail; there are strap-ons, core, third"),
        ("core", 382.3, r"'core' burns from 0 to 287\.0 s, so it cannot fail at 382\.3 s"),
        ("third", 530.0, r"'third' burns from 287 to .* cannot fail at 530 s"),
    ],
)
def test_stage_must_burn(ms04: Flight, stage: str, time: float, message: str) -> None:
    assert ms04.ascent is not None
    with pytest.raises(InputError, match=message):
        fail(ms04.ascent, Failure(time, stage, "explosion"))


def test_tumbling_gain_is_the_integral() -> None:
    along, across = tumbling_gain(12.0, 0.05, 9.0)
    assert along == pytest.approx(quad(lambda t: 12.0 * np.cos(0.025 * t * t), 0.0, 9.0)[0])
    assert across == pytest.approx(quad(lambda t: 12.0 * np.sin(0.025 * t * t), 0.0, 9.0)[0])
    with pytest.raises(InputError, match="must be > 0"):
        tumbling_gain(1.0, 0.0, 1.0)


def test_flown_failure_of_the_flight(ms04: Flight) -> None:
    assert ms04.ascent is not None
    flown = fly_failure(ms04.record, ms04.ascent, cases=40, duration=4.0)
    payload, stage = declared_bodies(ms04.record, flown.flight)
    assert (payload.length, payload.diameter, stage.length) == (7.2, 2.72, 6.7)
    assert payload.mass == 7285.0
    assert [body.name for body in flown.bodies] == ["payload", "stage"]
    assert flown.bodies[0].time == pytest.approx(386.3)
    assert all(event.time >= 382.3 for event in flown.events)
    assert [event.name for event in flown.events][:2] == ["separation", "recontact"]
    assert flown.outcome is not None and np.all(flown.outcome.status == 0)
