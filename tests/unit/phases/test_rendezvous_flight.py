"""Rendezvous under full forces: a synthetic four-orbit flight, its variants and what is refused."""

from __future__ import annotations

from dataclasses import replace
from math import degrees, radians

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time

from orbitsim.earth import Site
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import (
    ConvergenceError,
    InputError,
    PhaseError,
    PropellantError,
    RecordError,
)
from orbitsim.forces import Drag, Gravity
from orbitsim.maneuvers.relative import relative_state
from orbitsim.orbit import Orbit
from orbitsim.phases.rendezvous_cases import InsertionDispersions, solve_rendezvous_cases
from orbitsim.phases.rendezvous_constraints import BurnConstraint
from orbitsim.phases.rendezvous_flight import (
    RendezvousFlight,
    fly_rendezvous,
    turned_to_station,
)
from orbitsim.phases.rendezvous_profile import load_rendezvous_profile
from orbitsim.phases.rendezvous_replan import BurnErrors, fly_replanned
from orbitsim.phases.rendezvous_station import Station
from orbitsim.phases.rendezvous_window import phase_window
from orbitsim.propagation.events import Event, eclipse, elevation
from orbitsim.vehicles.spacecraft import load_spacecraft

EPOCH = Time("2016-12-01T15:00:00", scale="utc")
AIR = ExponentialAtmosphere(2.8e-10, base_height=200e3, scale_height=40e3)
FORCES = Gravity(8) + Drag(mass=7285.0, area=10.0, cd=2.2, atmosphere=AIR)
PROFILE = load_rendezvous_profile("four-orbit")
CRAFT = load_spacecraft("progress-ms")
DOCKING = EPOCH + 5.7 * u.h


def insertion() -> Orbit:
    return Orbit.from_apsides(
        193e3, 245e3, radians(51.66), EPOCH, argument_of_perigee=radians(67.0)
    )


def station(phase_deg: float) -> Station:
    """A station on a circle 405 km up, so many degrees ahead."""
    orbit = Orbit.from_elements(
        semi_major_axis=6_783e3, eccentricity=0.0005, inclination=radians(51.66),
        argument_of_perigee=0.0, true_anomaly=radians(67.0 + phase_deg), epoch=EPOCH, frame="TEME",
    )  # fmt: skip
    return Station(orbit, Gravity(8))


def fly(phase_deg: float = 24.0, **changes: object) -> RendezvousFlight:
    there = station(phase_deg)
    settings = {"docking_time": DOCKING, "profile": PROFILE, **changes}
    docking, profile = settings.pop("docking_time"), settings.pop("profile")
    start = turned_to_station(insertion(), there, docking, profile)  # type: ignore[arg-type]
    return fly_rendezvous(start, there, docking, profile, CRAFT, FORCES, **settings)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def flight() -> RendezvousFlight:
    return fly()


def test_it_arrives(flight: RendezvousFlight) -> None:
    """At the hold point in time, by what the flight itself left and by a look at both states."""
    assert np.linalg.norm(flight.position_error) < 1.0
    assert np.linalg.norm(flight.velocity_error) < 1e-3
    assert abs((flight.docking_time - DOCKING).to_value("s")) < 1e-6
    lead = (flight.docking_time - flight.arrival_time).to_value("s")
    assert lead == pytest.approx(PROFILE.approach)
    there = flight.station_at_arrival
    r, v = relative_state(there.r, there.v, flight.arrival.r, flight.arrival.v)
    assert np.allclose(r, PROFILE.hold, rtol=0.0, atol=1.0)
    assert np.allclose(v, 0.0, atol=1e-3)
    assert flight.docking_orbit == PROFILE.docking_orbit


def test_burns_and_masses_agree(flight: RendezvousFlight) -> None:
    """The engine's time, the rocket equation and the log tell the same."""
    exhaust = CRAFT.main_specific_impulse * 9.80665
    mass = CRAFT.launch_mass
    for burn in flight.burns:
        after = mass * np.exp(-burn.delta_v / exhaust)
        assert burn.mass == pytest.approx(after, rel=1e-12)
        assert burn.duration * CRAFT.main_thrust / exhaust == pytest.approx(mass - after, abs=1e-6)
        mass = burn.mass
    assert flight.mass == pytest.approx(mass)
    assert flight.propellant + flight.propellant_left == pytest.approx(CRAFT.propellant_mass)
    log = flight.events.of("FiniteBurn")
    engine = [burn for burn in flight.burns if burn.duration > 0.0]
    begins = log.t[log.rising]
    assert begins.size == len(engine)
    seconds = [(b.time - flight.insertion.epoch).to_value("s") for b in engine]
    assert np.allclose(begins, seconds, rtol=0.0, atol=1e-5)
    assert [b.orbit_number for b in flight.burns][:3] == [1, 1, 2]


def test_the_total_is_near_its_bound_and_the_hohmann_transfer(flight: RendezvousFlight) -> None:
    """Duality bounds burns at these times from below; the vis-viva equation bounds any flight
    between the circles, less what the eccentricity and the hold point below are worth."""
    assert flight.least_delta_v <= flight.delta_v < flight.least_delta_v + 1.0
    assert all(burn.primer < 1.02 for burn in flight.burns)
    mu, a, b = 3.986004418e14, 6_585e3, 6_783e3
    speed = np.sqrt(mu / a) - np.sqrt(mu / b)
    assert 0.9 * speed < flight.delta_v < 1.1 * speed


def test_the_phase_closes(flight: RendezvousFlight) -> None:
    assert degrees(flight.initial_phase) == pytest.approx(24.0, abs=0.3)
    assert abs(flight.phase[-1]) < 1e-3
    assert flight.phase[0] == pytest.approx(radians(24.0), abs=radians(0.5))
    distance = np.linalg.norm(flight.relative_r, axis=-1)
    assert flight.closest_approach == distance.min()


def test_dispersed_insertions_are_solved(flight: RendezvousFlight) -> None:
    starts = InsertionDispersions().sample(flight.insertion, 24, seed=3)
    axes = starts.elements().semi_major_axis
    assert 1e3 < axes.std() < 3e3
    cases = solve_rendezvous_cases(flight, starts)
    assert cases.success.all()
    again = fly_rendezvous(
        starts[5], flight.station, DOCKING, PROFILE, CRAFT, FORCES
    )  # by itself, with its times moved
    assert np.abs(cases.total[5] - again.delta_v) < 3.0
    assert np.array_equal(
        InsertionDispersions().sample(flight.insertion, 4, seed=3).r,
        InsertionDispersions().sample(flight.insertion, 4, seed=3).r,
    )


def test_too_little_propellant_for_some(flight: RendezvousFlight) -> None:
    starts = InsertionDispersions().sample(flight.insertion, 16, seed=3)
    used = solve_rendezvous_cases(flight, starts).propellant
    poor = replace(flight, propellant_left=float(np.median(used)) - flight.propellant)
    cases = solve_rendezvous_cases(poor, starts)
    assert cases.solved.all()
    assert cases.enough.sum() == 8


def test_replanning(flight: RendezvousFlight) -> None:
    """Errors of the knowledge and of the burns; without any the flight is the planned one."""
    exact = replace(
        PROFILE,
        burns=tuple(replace(s, position_error=0.0, velocity_error=0.0) for s in PROFILE.burns),
    )
    still = fly_replanned(replace(flight, profile=exact), 2, 1, errors=BurnErrors(0.0, 0.0))
    assert np.abs(still.position_error).max() < 5.0
    assert np.abs(still.velocity_error).max() < 5e-3
    assert np.allclose(still.delta_v.sum(axis=1), flight.delta_v, atol=0.2)

    noisy = fly_replanned(flight, 24, 7)
    error = np.linalg.norm(noisy.position_error, axis=-1)
    assert 1.0 < np.median(error) < 200.0
    assert np.median(np.linalg.norm(noisy.velocity_error, axis=-1)) < 0.5
    assert np.array_equal(fly_replanned(flight, 24, 7).position_error, noisy.position_error)
    assert not np.array_equal(fly_replanned(flight, 24, 8).position_error, noisy.position_error)


def test_phase_window() -> None:
    window = phase_window(
        turned_to_station(insertion(), station(24.0), DOCKING, PROFILE),
        station(24.0), DOCKING, PROFILE, CRAFT, FORCES, samples=4,
    )  # fmt: skip
    assert window.low < radians(24.0) < window.high
    assert radians(15.0) < window.width < radians(50.0)
    assert window.below.refusal
    assert window.above.refusal
    # The window's ends hold for flights of their own.
    fly(degrees(window.high) - 1.0)
    with pytest.raises(PhaseError):
        fly(degrees(window.high) + 3.0)


def test_constraints_move_burns(flight: RendezvousFlight) -> None:
    light = BurnConstraint("light", (eclipse(),), ("phasing 1", "phasing 2", "correction"))
    lit = fly(constraints=[light])
    event = eclipse()
    for burn in lit.burns[:3]:
        if burn.duration == 0.0:
            continue
        for seconds in (0.0, burn.duration):
            at = lit.trajectory.at(burn.time + seconds * u.s)
            margin = event.function(_states(at))
            assert margin[0] > -1e-3
    assert lit.delta_v > flight.delta_v - 0.1
    never = Event("never", lambda s: -np.ones(s.t.size))
    with pytest.raises(ConvergenceError, match="never"):
        fly(constraints=[BurnConstraint("never", (never,), ("correction",))])
    with pytest.raises(InputError, match="no burn"):
        fly(constraints=[BurnConstraint("x", (never,), ("apogee kick",))])
    site = Site(radians(-89.0), 0.0, 0.0)
    with pytest.raises(ConvergenceError, match="docking"):
        fly(constraints=[BurnConstraint("pole", (elevation(site),), ("docking",))])


def _states(orbit: Orbit) -> object:
    from orbitsim.propagation.events import States

    one = np.zeros(1, dtype=np.int64)
    return States(one, np.zeros(1), orbit.r[None], orbit.v[None], orbit.epoch)


def test_refusals() -> None:
    with pytest.raises(InputError, match="leaves no time"):
        fly_rendezvous(insertion(), station(24.0), EPOCH - 60.0 * u.s, PROFILE, CRAFT, FORCES)
    with pytest.raises(PhaseError, match="phase out of range"):
        fly_rendezvous(insertion(), station(180.0), DOCKING, PROFILE, CRAFT, FORCES)
    with pytest.raises(PropellantError) as caught:
        fly(propellant=100.0)
    assert caught.value.available == 100.0
    assert caught.value.needed > 200.0
    with pytest.raises(InputError, match="propellant must lie"):
        fly(propellant=8000.0)
    pair = Orbit.from_state(np.ones((2, 3)) * 7e6, np.eye(3)[:2] * 7e3, EPOCH)
    with pytest.raises(InputError, match="one orbit"):
        fly_rendezvous(pair, station(24.0), DOCKING, PROFILE, CRAFT, FORCES)


def test_profiles() -> None:
    with pytest.raises(InputError, match="no profile"):
        load_rendezvous_profile("three-day")
    with pytest.raises(InputError, match="braking"):
        replace(PROFILE, burns=PROFILE.burns[:-1])
    with pytest.raises(InputError, match="rise"):
        replace(PROFILE, docking_orbit=1)


def test_profile_files(tmp_path: object) -> None:
    file = tmp_path / "own.toml"  # type: ignore[operator]
    file.write_text("[profiles.a]\ndocking_orbit = 3\nhold = [0, 0]\n")
    with pytest.raises(RecordError, match="hold"):
        load_rendezvous_profile("a", file)
    file.write_text("[profiles.a]\nspeed = 3\n")
    with pytest.raises(RecordError, match="speed"):
        load_rendezvous_profile("a", file)
