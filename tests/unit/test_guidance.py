"""Closed-loop guidance: what it corrects, what it cannot, and how failures end."""

from __future__ import annotations

from dataclasses import replace
from math import asin, degrees, radians, tan

import numpy as np
import pytest

from orbitsim.earth import MU, Site
from orbitsim.environment.atmosphere import us_standard_1976
from orbitsim.environment.profile import WindProfile
from orbitsim.errors import InputError
from orbitsim.phases.ascent import (
    Ascent,
    AscentStatus,
    Dispersions,
    EngineFailure,
    InsertionTarget,
    fly_ascent,
    fly_ascents,
    solve_ascent,
)
from orbitsim.phases.ascent_air import AscentAir
from orbitsim.phases.guidance import (
    Guidance,
    GuidedBatch,
    fly_guided_ascents,
    insertion_errors,
)
from orbitsim.vehicles.launcher import Rocket
from orbitsim.vehicles.rocket import load_rocket

SITE = Site.from_degrees(45.9203, 63.3422, 90.0)
PAYLOAD = 6900.0
INCLINATION = radians(51.66)
TARGET = InsertionTarget(
    6_558_200.0,
    7810.7,
    0.0,
    INCLINATION,
    SITE.longitude - asin(tan(radians(45.728)) / tan(INCLINATION)),
)
VEHICLE = ("thrust", "specific_impulse", "propellant_mass", "dry_mass", "drag", "air_density")


@pytest.fixture(scope="module")
def rocket() -> Rocket:
    return load_rocket("soyuz-u")


@pytest.fixture(scope="module")
def nominal(rocket: Rocket) -> Ascent:
    return solve_ascent(rocket, PAYLOAD, SITE, 0.0, TARGET)


def flown(nominal: Ascent, cases: Dispersions, **more: object) -> GuidedBatch:
    return fly_guided_ascents(
        nominal.launch.rocket, PAYLOAD, SITE, 0.0, nominal.steering, TARGET, cases, **more
    )  # type: ignore[arg-type]


def only(rocket: Rocket, n: int, *names: str) -> Dispersions:
    """Cases dispersed in the fields named, and in nothing else."""
    sample = Dispersions.sample(rocket, n, seed=11)
    return replace(
        Dispersions.nominal(rocket, n), **{name: getattr(sample, name) for name in names}
    )


def test_undisturbed_flight_hits_the_target(rocket: Rocket, nominal: Ascent) -> None:
    one = flown(nominal, Dispersions.nominal(rocket, 1))
    assert one.status[0] == AscentStatus.OK
    assert np.linalg.norm(one.cut_off_r[0]) == pytest.approx(TARGET.radius, abs=1.0)
    # After the engine has died away:
    assert np.linalg.norm(one.v[0]) == pytest.approx(TARGET.speed, abs=0.05)
    assert abs(one.r[0] @ one.v[0]) / TARGET.radius < 0.2
    assert one.errors.plane[0] < 1e-5
    # What it leaves in the tanks is what the tail-off saves, 45 kN s at 3187 m/s, but for 2 kg.
    spared = one.propellant_left[0] - nominal.propellant_left["third"]
    assert spared == pytest.approx(45e3 / 3187.0, abs=2.0)


def test_dispersed_vehicles_all_end_in_one_orbit(rocket: Rocket, nominal: Ascent) -> None:
    """Open loop they miss by tens of kilometres, closed loop by metres."""
    cases = only(rocket, 60, *VEHICLE, "wind", "pitch_over", "azimuth")
    closed = flown(nominal, cases)
    ok = closed.status == AscentStatus.OK
    assert ok.sum() >= 55
    open_loop = fly_ascents(rocket, PAYLOAD, SITE, 0.0, nominal.steering, cases)
    missed = insertion_errors(open_loop.r, open_loop.v, TARGET)
    assert np.std(missed.perigee_radius[ok]) > 20e3
    assert np.ptp(closed.errors.perigee_radius[ok]) < 5.0
    assert np.ptp(closed.errors.apogee_radius[ok]) < 20.0
    assert np.max(closed.errors.plane[ok]) < 1e-5
    # The cut-off pays for it.
    assert np.std(closed.cut_off[ok]) > 1.0
    assert np.std(closed.propellant_left[ok]) > 50.0


def test_what_navigation_does_not_know_goes_into_the_orbit(rocket: Rocket, nominal: Ascent) -> None:
    """A radius taken 700 m too high ends 700 m too low, a speed 2 m/s too fast 2 m/s too slow."""
    base = Dispersions.nominal(rocket, 1)
    right = flown(nominal, base)
    high = flown(nominal, replace(base, navigation_position=np.array([[700.0, 0.0, 0.0]])))
    radius = [np.linalg.norm(batch.r[0]) for batch in (right, high)]
    assert radius[1] - radius[0] == pytest.approx(-700.0, abs=1.0)
    fast = flown(nominal, replace(base, navigation_velocity=np.array([[0.0, 2.0, 0.0]])))
    speed = [np.linalg.norm(batch.v[0]) for batch in (right, fast)]
    assert speed[1] - speed[0] == pytest.approx(-2.0, abs=0.02)
    # The orbit follows from the vis-viva equation: 2 a^2 v dv / mu.
    a = 1.0 / (2.0 / TARGET.radius - TARGET.speed**2 / MU)
    change = fast.errors.semi_major_axis[0] - right.errors.semi_major_axis[0]
    assert change == pytest.approx(-2.0 * 2.0 * a**2 * TARGET.speed / MU, rel=0.01)
    aside = flown(nominal, replace(base, navigation_velocity=np.array([[0.0, 0.0, 3.0]])))
    assert aside.errors.plane[0] == pytest.approx(3.0 / TARGET.speed, rel=0.02)


def test_a_longer_tail_off_overshoots_by_its_impulse(rocket: Rocket, nominal: Ascent) -> None:
    base = Dispersions.nominal(rocket, 1)
    right, more = (
        flown(nominal, replace(base, tail_off=np.array([factor]))) for factor in (1.0, 1.5)
    )
    gained = np.linalg.norm(more.v[0]) - np.linalg.norm(right.v[0])
    assert gained == pytest.approx(0.5 * 45e3 / right.mass[0], rel=0.01)
    assert more.cut_off[0] == right.cut_off[0]


def test_attitude_turns_no_faster_than_it_can(rocket: Rocket, nominal: Ascent) -> None:
    cases = only(rocket, 20, *VEHICLE, "wind", "pitch_over", "azimuth")
    batch = flown(nominal, cases)
    assert degrees(np.max(batch.turn_rate)) <= 2.0 + 1e-9
    slow = replace(rocket, turn_rate=radians(0.5))
    late = fly_guided_ascents(slow, PAYLOAD, SITE, 0.0, nominal.steering, TARGET, cases)
    assert degrees(np.max(late.turn_rate)) <= 0.5 + 1e-9
    # It still gets there.
    ok = (late.status == AscentStatus.OK) & (batch.status == AscentStatus.OK)
    assert ok.sum() > 15
    assert np.std(late.errors.perigee_radius[ok] - batch.errors.perigee_radius[ok]) < 5.0


def test_each_case_is_alone_and_threads_do_not_matter(rocket: Rocket, nominal: Ascent) -> None:
    cases = Dispersions.sample(rocket, 40, seed=5)
    times = [0.0, 100.0, 287.0, 400.0, 600.0]
    batch = flown(nominal, cases, threads=2, sample_times=times)
    for i in (0, 17, 39):
        alone = Dispersions(
            *(getattr(cases, name)[i : i + 1] for name in Dispersions.__dataclass_fields__)
        )
        single = flown(nominal, alone, threads=1, sample_times=times)
        np.testing.assert_array_equal(single.v[0], batch.v[i])
        np.testing.assert_array_equal(single.sample_r[0], batch.sample_r[i])
        assert single.cut_off[0] == batch.cut_off[i]
    with pytest.raises(ValueError, match="read-only"):
        batch.r[0, 0] = 0.0


def test_samples_and_events_tell_one_story(rocket: Rocket, nominal: Ascent) -> None:
    cases = Dispersions.nominal(rocket, 1)
    first = flown(nominal, cases)
    names = list(first.event_names)
    times = np.unique(np.append(first.event_times[0], [50.0, 600.0]))
    batch = flown(nominal, cases, sample_times=times)
    for name in ("strap-ons separation", "core cut-off", "third cut-off", "payload separation"):
        row = int(np.searchsorted(times, first.event_times[0, names.index(name)]))
        there = batch.event_r[0, names.index(name)]
        np.testing.assert_allclose(batch.sample_r[0, row], there, atol=1e-3)
    assert np.isnan(batch.sample_r[0, -1]).all()
    # Before guidance the flight is the nominal one.
    np.testing.assert_allclose(batch.sample_r[0, 0 + (times < 50.0).sum()],
                               nominal.state_at(50.0)[0], atol=1.0)  # fmt: skip
    # Once cut off, the mass is what is left: dry stage, adapter, payload and the spare propellant.
    dry = 2410.0 - 441.0 + 220.0 + PAYLOAD
    assert batch.mass[0] == pytest.approx(dry + batch.propellant_left[0] - 45e3 / 3187.0, abs=0.1)


def test_running_dry_is_told(rocket: Rocket, nominal: Ascent) -> None:
    base = Dispersions.nominal(rocket, 2)
    propellant = np.ones((2, 3))
    propellant[1, 2] = 0.7
    batch = flown(nominal, replace(base, propellant_mass=propellant))
    assert list(batch.status) == [AscentStatus.OK, AscentStatus.PROPELLANT_SPENT]
    assert batch.propellant_left[1] < 1e-6
    third = rocket.stage("third")
    dry = third.ignition + 0.7 * third.propellant_mass / third.mass_flow
    assert batch.cut_off[1] == pytest.approx(dry, abs=1e-6)
    assert batch.event_times[1, -1] == pytest.approx(dry + 2.0, abs=1e-6)
    assert batch.errors.semi_major_axis[1] < -100e3


@pytest.mark.parametrize(
    ("failure", "reached"),
    [
        (EngineFailure("third", 382.3), False),  # shut down for good
        (EngineFailure("core", 200.0), False),
        (EngineFailure("third", 505.0, 0.5), True),  # half thrust in the last seconds
    ],
)
def test_engine_failures(
    rocket: Rocket, nominal: Ascent, failure: EngineFailure, reached: bool
) -> None:
    batch = flown(nominal, Dispersions.nominal(rocket, 1), failure=failure)
    assert bool(batch.status[0] == AscentStatus.OK) is reached
    right = flown(nominal, Dispersions.nominal(rocket, 1))
    if reached:
        assert batch.cut_off[0] > right.cut_off[0] + 10.0
        assert abs(batch.errors.semi_major_axis[0] - right.errors.semi_major_axis[0]) < 1e3
    else:
        assert np.linalg.norm(batch.v[0]) < TARGET.speed - 1000.0
    # Up to the failure nothing differs.
    early = [
        flown(nominal, Dispersions.nominal(rocket, 1), sample_times=[failure.time - 0.5], failure=f)
        for f in (failure, None)
    ]
    np.testing.assert_allclose(early[0].sample_r, early[1].sample_r, atol=1e-3)


def test_a_failed_engine_keeps_its_propellant(rocket: Rocket, nominal: Ascent) -> None:
    """Open loop: mass and propellant are those of the closed forms."""
    failure = EngineFailure("third", 387.0, 0.25)
    batch = fly_ascents(
        rocket, PAYLOAD, SITE, 0.0, nominal.steering, Dispersions.nominal(rocket, 1),
        failure=failure,
    )  # fmt: skip
    third = rocket.stage("third")
    burnt = third.mass_flow * (100.0 + 0.25 * (nominal.steering.cut_off - 387.0))
    assert batch.propellant_left[0] == pytest.approx(third.propellant_mass - burnt, abs=1e-6)
    with pytest.raises(InputError, match="has no stage 'fourth'"):
        fly_ascents(
            rocket, PAYLOAD, SITE, 0.0, nominal.steering, Dispersions.nominal(rocket, 1),
            failure=EngineFailure("fourth", 10.0),
        )  # fmt: skip


def test_wind_blows_on_the_vehicle(rocket: Rocket, nominal: Ascent) -> None:
    """Dynamic pressure is that of the wind's triangle of velocities, and a side wind gives its
    angle of attack."""
    calm = fly_ascent(rocket, PAYLOAD, SITE, 0.0, nominal.steering)
    assert degrees(np.max(calm.angle_of_attack[(calm.t > 25.0) & (calm.t < 287.0)])) < 1e-5
    head = AscentAir.of(wind=WindProfile([0.0, 50e3], [-30.0, -30.0], [0.0, 0.0]))
    braked = fly_ascent(rocket, PAYLOAD, SITE, 0.0, nominal.steering, air=head)
    assert abs(braked.budget.closure) < 1e-3
    low = braked.altitude < 80e3
    x, y, _ = braked.r[low].T
    east = np.stack((-y, x, 0.0 * x), axis=-1) / np.hypot(x, y)[:, None]
    airspeed = np.linalg.norm(braked.velocity_relative[low] + 30.0 * east, axis=-1)
    density = us_standard_1976(braked.altitude[low]).density
    np.testing.assert_allclose(braked.dynamic_pressure[low], 0.5 * density * airspeed**2, rtol=1e-5)
    row = int(np.searchsorted(calm.t, 60.0))
    azimuth = nominal.azimuth
    across = AscentAir.of(
        wind=WindProfile([0.0, 50e3], [30.0 * np.cos(azimuth)] * 2, [-30.0 * np.sin(azimuth)] * 2)
    )
    pushed = fly_ascent(rocket, PAYLOAD, SITE, 0.0, nominal.steering, air=across)
    expected = np.arctan2(30.0, calm.speed_relative[row])
    assert pushed.angle_of_attack[row] == pytest.approx(expected, rel=0.01)
    assert pushed.q_alpha[row] == pytest.approx(
        pushed.dynamic_pressure[row] * pushed.angle_of_attack[row]
    )


def test_bad_input(rocket: Rocket, nominal: Ascent) -> None:
    one = Dispersions.nominal(rocket, 1)
    with pytest.raises(InputError, match="cycle must be positive, got 0.0 s"):
        Guidance(cycle=0.0)
    with pytest.raises(InputError, match="sample times must be rising"):
        flown(nominal, one, sample_times=[2.0, 1.0])
    with pytest.raises(InputError, match="thrust left must lie between 0 and 1"):
        EngineFailure("third", 1.0, 2.0)
    with pytest.raises(InputError, match="an engine fails at a time"):
        EngineFailure("third", -1.0)
