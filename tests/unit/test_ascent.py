"""Ascents: closed forms, batches, histories, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import asin, degrees, log, pi, radians, tan

import numpy as np
import pytest

from orbitsim.earth import J2_GRAVITY, WGS84, Site
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.kernels import ascent as kernel
from orbitsim.phases.ascent import (
    Ascent,
    AscentStatus,
    Dispersions,
    InsertionTarget,
    fly_ascent,
    fly_ascents,
    solve_ascent,
)
from orbitsim.phases.ascent_air import standard_air
from orbitsim.vehicles.rocket import Rocket, load_rocket

SITE = Site.from_degrees(45.9203, 63.3422, 90.0)
PAYLOAD = 7285.0
G0 = 9.80665
AIR, GRID = standard_air().table, standard_air().grid


def target(inclination_deg: float = 51.66, *, descending: bool = False) -> InsertionTarget:
    inclination = radians(inclination_deg)
    east_of_node = asin(min(1.0, tan(radians(45.728)) / tan(inclination)))
    if descending:
        east_of_node = pi - east_of_node
    return InsertionTarget(6_558_200.0, 7810.7, 0.0, inclination, SITE.longitude - east_of_node)


@pytest.fixture(scope="module")
def rocket() -> Rocket:
    return load_rocket("soyuz-u")


@pytest.fixture(scope="module")
def ascent(rocket: Rocket) -> Ascent:
    return solve_ascent(rocket, PAYLOAD, SITE, 0.0, target())


def one_segment(mass: float, flow: float, thrust: float, end: float) -> np.ndarray:
    table = np.zeros((kernel.ROWS, 1, 1))
    table[[kernel.END, kernel.MASS, kernel.FLOW, kernel.THRUST], 0, 0] = end, mass, flow, thrust
    return table


def test_rise_in_empty_space_is_tsiolkovskys() -> None:
    """No gravity, no air, no rotation: speed and distance have closed forms."""
    mass, flow, thrust, end = 1000.0, 4.0, 12_000.0, 200.0
    earth = np.array([1.0, 0, 0, 0, 0, 1.0, 0, 1.0, 0, 0, 0, 0, WGS84.equatorial_radius, 0, *GRID])
    pad = np.array([WGS84.equatorial_radius, 0, 0, 0, 0, 0])
    times = np.array([0.0, 50.0, 123.4, end])
    columns = np.empty((kernel.RECORDED, times.size))
    kernel.record(
        one_segment(mass, flow, thrust, end), np.array([kernel.PROGRAMMED]), np.array([1.0]),
        np.zeros((kernel.STEERING_ROWS, 1)), earth, np.array([500.0, 501.0, 0, 0, 0, 1.0]),
        np.array([0.1, 0, 0, 0]), AIR, pad, times, columns,
    )  # fmt: skip
    left = mass - flow * times
    exhaust = thrust / flow
    speed = exhaust * np.log(mass / left)
    distance = exhaust * (times - left / flow * np.log(mass / left))
    np.testing.assert_allclose(columns[3], speed, rtol=1e-9)
    np.testing.assert_allclose(columns[0] - pad[0], distance, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(columns[7], speed, rtol=1e-9)
    np.testing.assert_allclose(columns[6], left, rtol=1e-14)


def test_coasting_keeps_energy_and_polar_momentum() -> None:
    gravity = J2_GRAVITY
    j2 = 1.5 * gravity.j2 * gravity.radius**2
    earth = np.array(
        [0.0] * 10 + [gravity.mu, j2, WGS84.equatorial_radius, WGS84.flattening, *GRID]
    )
    pad = np.array([4.4e6, 0.0, 5.2e6, -2000.0, 7000.0, 3000.0])
    times = np.linspace(0.0, 4000.0, 9)
    columns = np.empty((kernel.RECORDED, times.size))
    kernel.record(
        one_segment(1000.0, 0.0, 0.0, 4000.0), np.array([kernel.GRAVITY_TURN]), np.array([4.0]),
        np.zeros((kernel.STEERING_ROWS, 1)), earth, np.zeros(6),
        np.array([0.1, 0, 0, 0]), AIR, pad, times, columns,
    )  # fmt: skip
    x, y, z, vx, vy, vz = columns[:6]
    r = np.sqrt(x * x + y * y + z * z)
    potential = gravity.mu / r * (1.0 - j2 / 3.0 / r**2 * (3.0 * (z / r) ** 2 - 1.0))
    energy = 0.5 * (vx * vx + vy * vy + vz * vz) - potential
    momentum = x * vy - y * vx
    np.testing.assert_allclose(energy, energy[0], rtol=1e-11)
    np.testing.assert_allclose(momentum, momentum[0], rtol=1e-11)


def test_velocity_budget_closes_and_its_ideal_part_is_tsiolkovskys(
    rocket: Rocket, ascent: Ascent
) -> None:
    assert abs(ascent.budget.closure) < 1e-4
    assert ascent.budget.rotation + ascent.budget.gained == pytest.approx(
        ascent.cut_off.speed_inertial, abs=1e-9
    )
    ideal = 0.0
    events = [event for event in ascent.events if event.time <= ascent.cut_off.time]
    for before, after in pairwise(events):
        if after.time == before.time:
            continue
        thrust = sum(
            stage.count * stage.thrust_vacuum
            for stage in rocket.stages
            if stage.ignition <= before.time
            and (before.time < stage.cut_off or stage is rocket.stages[-1])
        )
        flow = (before.mass_after - after.mass_before) / (after.time - before.time)
        ideal += thrust / flow * log(before.mass_after / after.mass_before)
    assert ascent.budget.ideal == pytest.approx(ideal, abs=1e-4)


def test_history_and_events_tell_the_same_story(ascent: Ascent) -> None:
    assert np.all(np.diff(ascent.t) > 0.0)
    assert [e.time for e in ascent.events] == sorted(e.time for e in ascent.events)
    assert ascent.r.shape == ascent.v.shape == (ascent.t.size, 3)
    assert not ascent.r.flags.writeable
    for event in ascent.events:
        row = int(np.searchsorted(ascent.t, event.time))
        np.testing.assert_array_equal(ascent.r[row], event.r)
        assert ascent.mass[row] == pytest.approx(event.mass_before, rel=1e-13)
        assert ascent.speed_relative[row] == pytest.approx(event.speed_relative, abs=1e-9)
        assert ascent.downrange[row] == pytest.approx(event.downrange, abs=1e-6)
    assert ascent.event("core separation").mass_after < ascent.event("core separation").mass_before
    assert ascent.events[-1].mass_after == PAYLOAD
    assert ascent.altitude[0] == pytest.approx(90.0, abs=1e-6)
    assert ascent.speed_relative[0] < 1e-9
    assert degrees(ascent.flight_path_angle_relative[0]) == pytest.approx(90.0)
    # On the pad the thrust is felt as thrust over weight.
    assert ascent.acceleration[0] == pytest.approx(4146.5e3 / ascent.mass[0], rel=4e-3)
    with pytest.raises(InputError, match="no event 'docking'"):
        ascent.event("docking")


def test_any_instant_can_be_asked_for(ascent: Ascent) -> None:
    r, v = ascent.state_at(382.3)
    assert r.shape == v.shape == (3,)
    many_r, many_v = ascent.state_at([[500.0, 382.3], [0.0, 118.0]])
    assert many_r.shape == (2, 2, 3)
    np.testing.assert_array_equal(many_r[0, 1], r)
    np.testing.assert_array_equal(many_v[0, 1], v)
    # The steps of the flight do not depend on the instants asked for.
    np.testing.assert_array_equal(ascent.state_at(ascent.t)[0], ascent.r)
    # Velocity is the derivative of position.
    step = 1e-2
    around, _ = ascent.state_at([382.3 - step, 382.3 + step])
    np.testing.assert_allclose((around[1] - around[0]) / (2.0 * step), v, atol=1e-2)


@pytest.mark.parametrize("t", [-0.1, 600.0, np.nan, [1.0, np.inf]])
def test_instants_outside_the_ascent_are_refused(ascent: Ascent, t: object) -> None:
    with pytest.raises(InputError, match="times must"):
        ascent.state_at(t)  # type: ignore[arg-type]


def test_undispersed_batch_is_the_single_ascent(rocket: Rocket, ascent: Ascent) -> None:
    batch = fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, Dispersions.nominal(rocket, 3))
    assert len(batch) == 3
    assert batch.r.shape == (3, 3)
    assert batch.event_r.shape == (3, len(batch.event_names), 3)
    assert np.all(batch.status == AscentStatus.OK)
    for i in range(3):
        np.testing.assert_allclose(batch.r[i], ascent.cut_off.r, atol=1e-6)
        np.testing.assert_allclose(batch.v[i], ascent.cut_off.v, atol=1e-9)
    for k, name in enumerate(batch.event_names):
        np.testing.assert_allclose(batch.event_r[0, k], ascent.event(name).r, atol=1e-6)
        assert batch.event_times[k] == ascent.event(name).time
    assert batch.propellant_left[0] == pytest.approx(ascent.propellant_left["third"])


def test_each_case_of_a_batch_is_alone(rocket: Rocket, ascent: Ascent) -> None:
    cases = Dispersions.sample(rocket, 70, seed=5)
    batch = fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, cases, threads=2)
    for i in (0, 33, 69):
        alone = Dispersions(
            *(getattr(cases, name)[i : i + 1] for name in Dispersions.__dataclass_fields__)
        )
        single = fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, alone, threads=1)
        np.testing.assert_array_equal(single.r[0], batch.r[i])
        np.testing.assert_array_equal(single.event_v[0], batch.event_v[i])
        assert single.mass[0] == batch.mass[i]


def test_dispersions_come_by_seed_and_size(rocket: Rocket) -> None:
    first, again = (Dispersions.sample(rocket, 4000, seed=3) for _ in range(2))
    other = Dispersions.sample(rocket, 4000, seed=4)
    np.testing.assert_array_equal(first.thrust, again.thrust)
    assert not np.array_equal(first.thrust, other.thrust)
    assert np.std(first.thrust, axis=0) == pytest.approx([0.005] * 3, rel=0.05)
    assert np.mean(first.drag) == pytest.approx(1.0, abs=0.01)
    with pytest.raises(ValueError, match="read-only"):
        first.thrust[0, 0] = 2.0


def test_every_factor_acts_linearly_and_the_right_way(rocket: Rocket, ascent: Ascent) -> None:
    """On the height at core cut-off, for changes of one and two per mille."""

    def height(cases: Dispersions) -> float:
        one = fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, cases)
        return float(np.linalg.norm(one.event_r[0, one.event_names.index("core cut-off")]))

    nominal = Dispersions.nominal(rocket, 1)
    base = height(nominal)
    # At the same thrust a higher specific impulse burns less, so the vehicle stays heavier.
    signs = {"thrust": 1, "specific_impulse": -1, "propellant_mass": -1, "dry_mass": -1}
    signs |= {"drag": -1, "air_density": -1}
    for name, sign in signs.items():
        one, two = (
            height(replace(nominal, **{name: getattr(nominal, name) * factor})) - base
            for factor in (1.001, 1.002)
        )
        assert sign * one > 0.0, name
        assert two / one == pytest.approx(2.0, rel=0.05), name


def test_a_stage_that_runs_dry_stops_thrusting(rocket: Rocket, ascent: Ascent) -> None:
    nominal = Dispersions.nominal(rocket, 2)
    propellant = np.ones((2, 3))
    propellant[1, 2] = 0.9
    batch = fly_ascents(
        rocket, PAYLOAD, SITE, 0.0, ascent.steering, replace(nominal, propellant_mass=propellant)
    )
    assert list(batch.status) == [AscentStatus.OK, AscentStatus.PROPELLANT_SPENT]
    assert batch.propellant_left[1] == 0.0
    # The dry vehicle: third stage less its aft section, adapter and payload.
    assert batch.mass[1] == pytest.approx(2410.0 - 441.0 + 220.0 + PAYLOAD, abs=1e-6)
    assert np.linalg.norm(batch.v[1]) < np.linalg.norm(batch.v[0]) - 200.0
    assert "ran dry" in AscentStatus.PROPELLANT_SPENT.explanation


def test_a_vehicle_that_falls_back_is_marked(rocket: Rocket, ascent: Ascent) -> None:
    nominal = Dispersions.nominal(rocket, 1)
    batch = fly_ascents(
        rocket, PAYLOAD, SITE, 0.0, ascent.steering, replace(nominal, thrust=nominal.thrust * 0.6)
    )
    assert batch.status[0] == AscentStatus.GROUND


def test_a_vehicle_that_is_not_finite_is_marked(rocket: Rocket, ascent: Ascent) -> None:
    nominal = Dispersions.nominal(rocket, 2)
    drag = np.array([1e300, 1.0])
    batch = fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, replace(nominal, drag=drag))
    assert list(batch.status) == [AscentStatus.NOT_FINITE, AscentStatus.OK]


def test_descending_pass_flies_south_east(rocket: Rocket) -> None:
    aim = target(descending=True)
    southbound = solve_ascent(rocket, PAYLOAD, SITE, 0.0, aim)
    assert 100.0 < degrees(southbound.azimuth) < 130.0
    assert southbound.latitude[-1] < SITE.latitude
    assert southbound.insertion.radius == pytest.approx(aim.radius, abs=1e-2)


def test_lighter_payload_cuts_off_sooner_with_more_in_hand(rocket: Rocket, ascent: Ascent) -> None:
    light = solve_ascent(rocket, 5000.0, SITE, 0.0, target())
    assert light.cut_off.time < ascent.cut_off.time - 15.0
    assert light.propellant_left["third"] > ascent.propellant_left["third"] + 1500.0
    assert light.insertion.speed == pytest.approx(target().speed, abs=1e-5)


def test_a_rocket_of_another_make_flies_too(rocket: Rocket) -> None:
    """Two stages in line and nothing else; made up, the size of a medium launcher."""
    core, third = rocket.stage("core"), rocket.stage("third")
    first = replace(
        core, name="first", count=5, thrust_vacuum=1.6e6, thrust_sea_level=1.4e6,
        specific_impulse=310.0, dry_mass=5_000.0, propellant_mass=80_000.0, cut_off=148.0,
        separation=150.0,
    )  # fmt: skip
    second = replace(
        third, name="second", thrust_vacuum=9e5, thrust_sea_level=9e5, specific_impulse=345.0,
        dry_mass=4_000.0, propellant_mass=105_000.0, ignition=153.0, cut_off=500.0,
        separation=510.0,
    )  # fmt: skip
    other = replace(rocket, stages=(first, second), parts=(), guided_stage="second")
    ascent = solve_ascent(other, 12_000.0, SITE, 0.0, target())
    assert ascent.insertion.radius == pytest.approx(target().radius, abs=1e-2)
    assert ascent.propellant_left["second"] > 0.0
    names = [event.name for event in ascent.events]
    assert names[3:6] == ["first cut-off", "first separation", "second ignition"]
    # Between cut-off and ignition nothing but air is felt.
    coasting = (ascent.t > 148.0) & (ascent.t < 153.0)
    assert np.all(ascent.acceleration[coasting] < 0.5)


@pytest.mark.parametrize("payload", [np.nan, -1.0, np.inf])
def test_impossible_payload_masses_are_refused(rocket: Rocket, payload: float) -> None:
    with pytest.raises(InputError, match="payload mass must be"):
        solve_ascent(rocket, payload, SITE, 0.0, target())


def test_too_heavy_a_payload_says_what_was_missing(rocket: Rocket) -> None:
    with pytest.raises(ConvergenceError, match=r"third runs dry at 530\.8 s: \d+ kg .* \d+ m/s"):
        solve_ascent(rocket, 8500.0, SITE, 0.0, target())
    with pytest.raises(ConvergenceError, match=r"misses it by .* km in radius and .* m/s"):
        solve_ascent(rocket, 60_000.0, SITE, 0.0, target())


def test_planes_that_the_pad_is_not_in_are_refused(rocket: Rocket) -> None:
    with pytest.raises(InputError, match=r"inclination 40\.0000 deg never reaches"):
        solve_ascent(rocket, PAYLOAD, SITE, 0.0, target(40.0))
    with pytest.raises(InputError, match=r"deg off the target plane"):
        solve_ascent(rocket, PAYLOAD, SITE, 0.5, target())


def test_bad_targets_are_refused() -> None:
    good = target()
    for name, value, message in (
        ("radius", np.nan, "five finite numbers"),
        ("radius", 6.0e6, "above the ground"),
        ("speed", -1.0, "speed positive"),
        ("inclination", 4.0, "inclination within"),
        ("flight_path_angle", 1.6, "flight-path angle must lie"),
    ):
        with pytest.raises(InputError, match=message):
            replace(good, **{name: value})


def test_bad_flights_are_refused(rocket: Rocket, ascent: Ascent) -> None:
    with pytest.raises(InputError, match=r"cut-off must come after 300\.4 s"):
        fly_ascent(rocket, PAYLOAD, SITE, 0.0, replace(ascent.steering, cut_off=200.0))
    with pytest.raises(InputError, match="sample step must be positive"):
        fly_ascent(rocket, PAYLOAD, SITE, 0.0, ascent.steering, sample_step=0.0)
    with pytest.raises(InputError, match="sidereal angle must be finite"):
        fly_ascent(rocket, PAYLOAD, SITE, np.nan, ascent.steering)
    with pytest.raises(InputError, match="finite"):
        fly_ascent(rocket, PAYLOAD, SITE, 0.0, replace(ascent.steering, kick=np.nan))
    nominal = Dispersions.nominal(rocket, 2)
    with pytest.raises(InputError, match=r"drag must have shape \(2,\), got \(3,\)"):
        replace(nominal, drag=np.ones(3))
    with pytest.raises(InputError, match="thrust must not be negative"):
        replace(nominal, thrust=-nominal.thrust)
    with pytest.raises(InputError, match="wind must be finite"):
        replace(nominal, wind=np.full((2, 2), np.nan))
    two = np.ones((2, 2))
    cases = replace(nominal, thrust=two, specific_impulse=two, propellant_mass=two, dry_mass=two)
    with pytest.raises(InputError, match=r"dispersions must have shape \(2, 3\)"):
        fly_ascents(rocket, PAYLOAD, SITE, 0.0, ascent.steering, cases)
