"""A rendezvous under full forces with finite burns, from the insertion to the hold point.

`fly_rendezvous` starts from secular theory, shoots at the hold point, moves the burns within the
freedom of the profile until the total delta-v falls no more, and flies the result once more at a
tight tolerance.  `plan_rendezvous` of `orbitsim.phases.rendezvous` is the quick look: impulses
under J2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.earth import EQUATORIAL_RADIUS
from orbitsim.errors import ConvergenceError, InputError, PhaseError, PropellantError
from orbitsim.event_log import EventLog
from orbitsim.forces.base import Force
from orbitsim.maneuvers.relative import inertial_state, relative_state
from orbitsim.orbit import Orbit
from orbitsim.phases.phasing import TWO_PI, turned_about_pole
from orbitsim.phases.rendezvous import phase_angle
from orbitsim.phases.rendezvous_constraints import BurnConstraint, within
from orbitsim.phases.rendezvous_profile import RendezvousProfile
from orbitsim.phases.rendezvous_shooting import Chase, fly, schedule
from orbitsim.phases.rendezvous_solver import Solution, solve
from orbitsim.phases.rendezvous_start import Start, start_of
from orbitsim.phases.rendezvous_station import Station
from orbitsim.propagation import propagate
from orbitsim.propagation.events import node
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, elapsed_seconds, read_only, to_epoch, to_finite_si
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

POSITION_TOLERANCE: Final = 10.0
VELOCITY_TOLERANCE: Final = 0.01
"""m and m/s; a rendezvous that ends farther from its hold point is none."""

_FINAL_TOLERANCE: Final = 1e-13
_SPACING: Final = 60.0
_CLOSE_SPACING: Final = 5.0
_CLOSE: Final = 7200.0
"""s before the arrival from which the track is sampled more densely."""
_CONSTRAINED_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class RendezvousBurn:
    """One burn of the main engine.

    Attributes
    ----------
    name, makes : str
        See `BurnSlot`.
    orbit_number : int
        On which it begins; counted on the flown trajectory.
    time : Time
        When the engine starts.
    duration : float
        s; 0 where the profile's burn was not needed.
    delta_v_rtn : tuple of float
        By the rocket equation, radial, transverse, normal, m/s; the thrust turns with these axes.
    propellant : float
        kg.
    mass : float
        Of the spacecraft afterwards, kg.
    primer : float
        Length of the primer vector there; 1 where a burn stands at its best place and direction.
    """

    name: str
    makes: str
    orbit_number: int
    time: Time
    duration: float
    delta_v_rtn: tuple[float, float, float]
    propellant: float
    mass: float
    primer: float

    @property
    def delta_v(self) -> float:
        """Size, m/s."""
        return float(np.linalg.norm(self.delta_v_rtn))


@dataclass(frozen=True, slots=True, eq=False)
class RendezvousFlight:
    """A rendezvous as flown.

    Attributes
    ----------
    insertion : Orbit
        GCRS.
    station : Station
        At the insertion.
    profile : RendezvousProfile
    spacecraft : Spacecraft
    initial_phase : float
        By which the station is ahead at the insertion, rad in [0, 2 pi).
    burns : tuple of RendezvousBurn
    arrival_time, docking_time : Time
        At the hold point, and of the contact that the profile's approach leads to.
    arrival_orbit, docking_orbit : int
        Counted on the flown trajectory; the second by the station's nodes after the arrival.
    arrival : Orbit
        The chaser at the hold point, GCRS.
    station_at_arrival : Orbit
        GCRS.
    position_error, velocity_error : ndarray, shape (3,)
        Arrival less hold point in the station's rotating RTN frame, m and m/s.
    closest_approach : float
        Least distance to the station's centre of mass on the way, m.
    mass, propellant_left : float
        At the arrival, kg.
    least_delta_v : float
        Lower bound for burns at these times, by duality, m/s.
    t : ndarray, shape (T,)
        Seconds after the insertion.
    phase : ndarray, shape (T,)
        By which the station is ahead, rad, continuous, ending near zero.
    altitude, station_altitude : ndarray, shape (T,)
        Radius less 6378.137 km, m.
    relative_r, relative_v : ndarray, shape (T, 3)
        The chaser in the station's rotating RTN frame, m and m/s.
    events : EventLog
        Nodes, starts and ends of the burns, by seconds after the insertion.
    trajectory : Trajectory
        The chaser's, with its mass.
    chase : Chase
        What was solved, for replanning.
    solution : Solution
    """

    insertion: Orbit
    station: Station
    profile: RendezvousProfile
    spacecraft: Spacecraft
    initial_phase: float
    burns: tuple[RendezvousBurn, ...]
    arrival_time: Time
    docking_time: Time
    arrival_orbit: int
    docking_orbit: int
    arrival: Orbit
    station_at_arrival: Orbit
    position_error: FloatArray
    velocity_error: FloatArray
    closest_approach: float
    mass: float
    propellant_left: float
    least_delta_v: float
    t: FloatArray
    phase: FloatArray
    altitude: FloatArray
    station_altitude: FloatArray
    relative_r: FloatArray
    relative_v: FloatArray
    events: EventLog
    trajectory: Trajectory
    chase: Chase
    solution: Solution

    @property
    def delta_v(self) -> float:
        """Sum over the burns, m/s."""
        return sum(burn.delta_v for burn in self.burns)

    @property
    def propellant(self) -> float:
        """Used, kg."""
        return sum(burn.propellant for burn in self.burns)

    @property
    def times(self) -> Time:
        """The instants of `t`."""
        return _after(self.insertion, self.t)


def fly_rendezvous(
    insertion: Orbit,
    station: Station,
    docking_time: Any,
    profile: RendezvousProfile,
    spacecraft: Spacecraft,
    forces: Force,
    *,
    mass: Any = None,
    propellant: Any = None,
    constraints: Sequence[BurnConstraint] = (),
) -> RendezvousFlight:
    """Solve and fly the burns that bring a spacecraft from its insertion to a hold point in time.

    Parameters
    ----------
    insertion : Orbit
        One orbit; its epoch is the insertion, on orbit 1.
    station : Station
        At any epoch before the docking; see `orbitsim.phases.station_orbit.fit_station`.
    docking_time : Time or str
        The profile's approach goes off: the hold point is reached so much earlier.
    profile : RendezvousProfile
    spacecraft : Spacecraft
        Its main engine burns.
    forces : Force
        On the chaser; a drag's coefficient is that at `mass`.
    mass, propellant : float or Quantity
        At the insertion, kg; those of the spacecraft at launch unless given.
    constraints : sequence of BurnConstraint
        What burns, arrival and docking have to see.

    Raises
    ------
    InputError
        A batch, a docking before the insertion, more propellant than mass, or a constraint on a
        burn that the profile has not.
    PhaseError
        The profile cannot meet the station in time, or only on orbits below its least altitude.
    PropellantError
        The burns need more than `propellant`.
    ConvergenceError
        The shooting ended without a solution, or a constraint cannot be met.
    """
    insertion = _one(insertion, "insertion").to_frame("GCRS")
    docking = to_epoch(docking_time, "docking_time")
    weight = spacecraft.launch_mass if mass is None else float(to_finite_si(mass, "kg", "mass"))
    tank = spacecraft.propellant_mass
    if propellant is not None:
        tank = float(to_finite_si(propellant, "kg", "propellant"))
    if not 0.0 <= tank < weight:
        raise InputError(
            f"propellant must lie between 0 and the mass of {weight:.6g} kg, got {tank:.6g} kg"
        )
    station, start, there, duration = _start(insertion, station, docking, profile)
    chase = chase_of(insertion, there, weight, spacecraft, forces, duration, profile)
    allowed = np.ones((len(profile.burns), 3), dtype=np.bool_)
    solution = solve(chase, start.times, start.delta_v, start.bounds, allowed)
    for _ in range(_CONSTRAINED_ROUNDS):
        bounds = within(constraints, chase, solution, start.bounds, profile)
        if bounds is None:
            break
        solution = solve(chase, solution.times, solution.delta_v, bounds, allowed)
    else:
        raise ConvergenceError("the burns found no times that all constraints allow")
    flight = _flown(chase, solution, start, station, profile, spacecraft, tank, docking)
    _check(flight, tank, constraints)
    return flight


def turned_to_station(
    insertion: Orbit, station: Station, docking_time: Any, profile: RendezvousProfile
) -> Orbit:
    """The insertion, GCRS, turned about the pole until its plane is the station's at the arrival.

    A launch at the right minute does that.  See `orbitsim.phases.phasing.coplanar_insertion`, which
    does it for the quick look.

    Raises
    ------
    InputError, PhaseError
        As in `fly_rendezvous`.
    """
    start = _start(insertion, station, docking_time, profile)[1]
    return turned_about_pole(insertion, start.node_gap).to_frame("GCRS")


def _start(
    insertion: Orbit, station: Station, docking_time: Any, profile: RendezvousProfile
) -> tuple[Station, Start, FloatArray, float]:
    """Station at the insertion, first burns, the station's state at the arrival, seconds until
    then."""
    insertion = _one(insertion, "insertion")
    docking = to_epoch(docking_time, "docking_time")
    duration = float(elapsed_seconds(docking, insertion.epoch)) - profile.approach
    if not duration > 0.0:
        raise InputError(
            f"docking at {docking.utc.iso} UTC leaves no time: the insertion is at "
            f"{insertion.epoch.utc.iso} UTC and the approach takes {profile.approach:.0f} s"
        )
    station = station_at(station, insertion.epoch)
    there = _station_states(station, np.array([duration]))[0]
    arrival = _orbit(there, insertion, duration)
    return station, start_of(insertion, station.orbit, arrival, duration, profile), there, duration


def chase_of(
    insertion: Orbit,
    there: FloatArray,
    mass: float,
    spacecraft: Spacecraft,
    forces: Force,
    duration: float,
    profile: RendezvousProfile,
) -> Chase:
    """One chaser that is to come to rest at a profile's hold point; `there` (6,) is the station's
    state then."""
    hold = inertial_state(there[:3], there[3:], profile.hold, np.zeros(3))
    return Chase(
        Orbit.from_state(insertion.r[None], insertion.v[None], insertion.epoch, "GCRS"),
        np.array([mass]),
        spacecraft.main_thrust,
        spacecraft.main_specific_impulse,
        forces,
        np.concatenate(hold)[np.newaxis],
        duration,
    )


def station_at(station: Station, epoch: Time) -> Station:
    """The station at another epoch, flown there under its forces."""
    own = _one(station.orbit, "station").to_frame("GCRS")
    seconds = float(elapsed_seconds(epoch, own.epoch))
    if seconds == 0.0:
        return replace(station, orbit=own)
    flown = propagate(own, [seconds], method="numerical", forces=station.forces)
    return replace(station, orbit=Orbit.from_state(flown.r[0], flown.v[0], epoch, "GCRS"))


def _station_states(station: Station, t: FloatArray) -> FloatArray:
    """States (T, 6) at seconds after the station's epoch."""
    flown = propagate(station.orbit, t, method="numerical", forces=station.forces)
    return np.concatenate([flown.r, flown.v], axis=-1)


def _flown(
    chase: Chase,
    solution: Solution,
    start: Start,
    station: Station,
    profile: RendezvousProfile,
    spacecraft: Spacecraft,
    tank: float,
    docking: Time,
) -> RendezvousFlight:
    """The whole flight of a solution, at a tight tolerance, measured on its own trajectory."""
    duration, insertion = chase.duration, chase.start[0]
    knee = max(0.0, duration - _CLOSE)
    t = np.append(np.arange(0.0, knee, _SPACING), np.arange(knee, duration, _CLOSE_SPACING))
    t = np.append(t, duration)
    times, delta_v = solution.times[np.newaxis], solution.delta_v[np.newaxis]
    flown = fly(chase, times, delta_v, t, tolerance=_FINAL_TOLERANCE, events=(node(1),))[0]
    if flown.status.any():
        raise ConvergenceError("the solved flight came down or could not be integrated")
    there = _station_states(station, t)
    relative_r, relative_v = relative_state(there[:, :3], there[:, 3:], flown.r, flown.v)
    state = np.concatenate([flown.r, flown.v], axis=-1)
    phase = np.unwrap(phase_angle(state.T, there[:, :3].T))
    plan = schedule(chase, times, delta_v)
    nodes = flown.events.of("node").t
    burns = []
    for k, slot in enumerate(profile.burns):
        begin = float(plan.start[0, k])
        x, y, z = solution.delta_v[k].tolist()
        burns.append(
            RendezvousBurn(
                slot.name,
                slot.makes,
                1 + int(np.searchsorted(nodes, begin)),
                _after(insertion, begin),
                float(plan.duration[0, k]),
                (x, y, z),
                float(plan.mass[0, k] - plan.mass[0, k + 1]),
                float(plan.mass[0, k + 1]),
                float(np.linalg.norm(solution.primer[k])),
            )
        )
    arrival_orbit = 1 + int(np.searchsorted(nodes, duration))
    end = _orbit(there[-1], insertion, duration)
    approach = propagate(
        end, [profile.approach], method="numerical", forces=station.forces, events=[node(1)]
    )
    return RendezvousFlight(
        insertion,
        station,
        profile,
        spacecraft,
        start.phase,
        tuple(burns),
        end.epoch,
        docking,
        arrival_orbit,
        arrival_orbit + len(approach.events),
        _orbit(state[-1], insertion, duration),
        end,
        read_only(relative_r[-1] - np.array(profile.hold)),
        read_only(np.array(relative_v[-1])),
        float(np.linalg.norm(relative_r, axis=-1).min()),
        burns[-1].mass,
        tank - sum(burn.propellant for burn in burns),
        solution.least,
        read_only(t),
        read_only(phase - TWO_PI * np.round(phase[-1] / TWO_PI)),
        read_only(np.linalg.norm(flown.r, axis=-1) - EQUATORIAL_RADIUS),
        read_only(np.linalg.norm(there[:, :3], axis=-1) - EQUATORIAL_RADIUS),
        relative_r,
        relative_v,
        flown.events,
        flown,
        chase,
        solution,
    )


def _check(flight: RendezvousFlight, tank: float, constraints: Sequence[BurnConstraint]) -> None:
    """Refuse a flight that its profile or its tanks do not allow."""
    profile = flight.profile
    lowest = float(flight.altitude.min())
    if lowest < profile.least_altitude:
        raise PhaseError(
            f"phase out of range: with the station {np.degrees(flight.initial_phase):.1f} deg "
            f"ahead at the insertion, the flight would go down to {lowest / 1e3:.1f} km, below the "
            f"{profile.least_altitude / 1e3:.1f} km that {profile.name!r} allows"
        )
    if flight.propellant > tank:
        raise PropellantError(
            f"the rendezvous of {flight.delta_v:.1f} m/s is beyond the tanks",
            flight.propellant,
            tank,
        )
    position = float(np.linalg.norm(flight.position_error))
    velocity = float(np.linalg.norm(flight.velocity_error))
    if position > POSITION_TOLERANCE or velocity > VELOCITY_TOLERANCE:
        raise ConvergenceError(
            f"the flight ends {position:.3g} m and {velocity:.3g} m/s from the hold point"
        )
    for constraint in constraints:
        constraint.check_station(flight.station, flight.arrival_time, flight.docking_time)


def _one(orbit: Orbit, name: str) -> Orbit:
    if orbit.shape:
        raise InputError(f"{name} must be one orbit, got a batch of shape {orbit.shape}")
    return orbit


def _orbit(state: FloatArray, insertion: Orbit, seconds: float) -> Orbit:
    return Orbit.from_state(state[:3], state[3:], _after(insertion, seconds), "GCRS")


def _after(insertion: Orbit, seconds: Any) -> Time:
    from astropy.time import TimeDelta

    return insertion.epoch + TimeDelta(seconds, format="sec")
