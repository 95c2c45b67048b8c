"""What an ascent leaves behind: its history, events and velocity budget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orbitsim.earth import ROTATION_RATE, WGS84
from orbitsim.errors import InputError
from orbitsim.kernels import ascent as kernel
from orbitsim.phases.ascent_flight import (
    Launch,
    Steering,
    downrange,
    elevation,
    geodetic_latitude,
    norm,
    record,
    relative_velocity,
    steering_table,
)
from orbitsim.phases.ascent_schedule import Schedule, make_schedule
from orbitsim.phases.ascent_targeting import InsertionTarget

FloatArray = NDArray[np.float64]


class AscentStatus(IntEnum):
    """Outcome of one ascent of a batch."""

    OK = 0
    PROPELLANT_SPENT = 1
    GROUND = 2
    NOT_FINITE = 16

    @property
    def explanation(self) -> str:
        """One sentence that says what the code means."""
        return {
            AscentStatus.OK: "every stage burned to its cut-off",
            AscentStatus.PROPELLANT_SPENT: "a stage ran dry before its cut-off",
            AscentStatus.GROUND: "the vehicle was below the ground when an event came",
            AscentStatus.NOT_FINITE: "the state at cut-off is NaN or infinite",
        }[self]


@dataclass(frozen=True, slots=True)
class AscentEvent:
    """Something that happens on the way.

    Attributes
    ----------
    name : str
        "lift-off", "fairing jettison", "core cut-off", "core separation", ...
    time : float
        s after lift-off.
    r, v : ndarray, shape (3,)
    mass_before, mass_after : float
        Of the vehicle, kg; after the payload's separation that of the payload.
    altitude, downrange : float
        m, see `Ascent`.
    speed_inertial, speed_relative : float
        m/s.
    """

    name: str
    time: float
    r: FloatArray
    v: FloatArray
    mass_before: float
    mass_after: float
    altitude: float
    downrange: float
    speed_inertial: float
    speed_relative: float


@dataclass(frozen=True, slots=True)
class DeltaVBudget:
    """Where the velocity went from lift-off to cut-off, m/s.

    The balance is struck relative to the turning Earth, where the vehicle starts from rest:
    ``ideal = gained + gravity + drag + steering + back_pressure``.

    Attributes
    ----------
    ideal : float
        Integral of vacuum thrust over mass.
    back_pressure : float
        Thrust lost to ambient pressure.
    drag : float
    gravity : float
        Weight, less the centrifugal force, along the path.
    steering : float
        Thrust not along the relative velocity.
    gained : float
        Relative speed at cut-off.
    rotation : float
        What the Earth's rotation adds: inertial less relative speed at cut-off.
    """

    ideal: float
    back_pressure: float
    drag: float
    gravity: float
    steering: float
    gained: float
    rotation: float

    @property
    def losses(self) -> float:
        """All four together."""
        return self.back_pressure + self.drag + self.gravity + self.steering

    @property
    def closure(self) -> float:
        """What the balance is out by; integration error."""
        return self.ideal - self.losses - self.gained


@dataclass(frozen=True, slots=True)
class Ascent:
    """One ascent and its history.

    An instant at which something is shed or cut off shows the moment before it.

    Attributes
    ----------
    launch : Launch
    steering : Steering
    t : ndarray, shape (T,)
        s after lift-off.
    r, v : ndarray, shape (T, 3)
        Inertial, m and m/s.
    mass : ndarray, shape (T,)
        kg.
    altitude : ndarray, shape (T,)
        Above the ellipsoid, m.
    dynamic_pressure : ndarray, shape (T,)
        Pa.
    mach : ndarray, shape (T,)
        Above 86 km with the speed of sound that pressure and density would give.
    acceleration : ndarray, shape (T,)
        Felt aboard: thrust and drag, m/s2.
    angle_of_attack : ndarray, shape (T,)
        Between thrust and the velocity relative to the air, rad; 0 at rest.
    thrust_direction : ndarray, shape (T, 3)
        Inertial; in a coast where it would point.
    events : tuple of AscentEvent
    budget : DeltaVBudget
    insertion : InsertionTarget
        What was reached at cut-off, to be held against what was aimed at.
    propellant_left : dict of str to float
        Of each stage (all its units) after its cut-off, kg.
    """

    launch: Launch
    steering: Steering
    t: FloatArray
    r: FloatArray
    v: FloatArray
    mass: FloatArray
    altitude: FloatArray
    dynamic_pressure: FloatArray
    mach: FloatArray
    acceleration: FloatArray
    angle_of_attack: FloatArray
    thrust_direction: FloatArray
    events: tuple[AscentEvent, ...]
    budget: DeltaVBudget
    insertion: InsertionTarget
    propellant_left: dict[str, float]

    def event(self, name: str) -> AscentEvent:
        """The event of that name."""
        for event in self.events:
            if event.name == name:
                return event
        raise InputError(f"no event {name!r}; there are {[event.name for event in self.events]}")

    def state_at(self, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Position and velocity at any instants between lift-off and the payload's separation.

        The flight is integrated again with the same steps, so there is no interpolation error.

        Parameters
        ----------
        t : array_like, shape (...)
            s after lift-off, in any order.

        Returns
        -------
        r, v : ndarray, shape (..., 3)

        Raises
        ------
        InputError
            If an instant lies outside the ascent.
        """
        times = np.asarray(t, dtype=float)
        again = self.resampled(np.unique(times))
        place = np.searchsorted(again.t, times)
        return again.r[place], again.v[place]

    def resampled(self, t: ArrayLike) -> Ascent:
        """The same ascent with its history at rising times `t` (T,)."""
        times = np.array(t, dtype=float)
        end = self.events[-1].time
        if times.ndim != 1 or times.size == 0 or not np.all(np.diff(times) > 0.0):
            raise InputError(f"times must be rising and of shape (T,), got shape {times.shape}")
        if not (times[0] >= 0.0 and times[-1] <= end):
            raise InputError(
                f"times must lie between 0 and {end:.3f} s, got {times[0]:g} to {times[-1]:g} s"
            )
        return flown(self.launch, self.steering, times)

    @property
    def azimuth(self) -> float:
        """Of the pitch-over, rad from north through east."""
        return self.steering.azimuth

    @property
    def cut_off(self) -> AscentEvent:
        """End of the powered flight."""
        return self.events[-2]

    @property
    def q_alpha(self) -> FloatArray:
        """Dynamic pressure times angle of attack, which bends the vehicle, Pa rad, shape (T,)."""
        return self.dynamic_pressure * self.angle_of_attack

    @property
    def turn_rate(self) -> FloatArray:
        """Rate at which the thrust's direction turns between neighbouring instants, rad/s, shape
        (T - 1,).  A jump of attitude shows as an angle over one interval."""
        a, b = self.thrust_direction[:-1], self.thrust_direction[1:]
        angle = np.arctan2(norm(np.cross(a, b)), np.sum(a * b, axis=-1))
        return np.asarray(angle / np.diff(self.t))

    @property
    def speed_inertial(self) -> FloatArray:
        """m/s, shape (T,)."""
        return norm(self.v)

    @property
    def velocity_relative(self) -> FloatArray:
        """Relative to the turning Earth, inertial axes, m/s, shape (T, 3)."""
        return relative_velocity(self.r, self.v)

    @property
    def speed_relative(self) -> FloatArray:
        """m/s, shape (T,)."""
        return norm(self.velocity_relative)

    @property
    def flight_path_angle(self) -> FloatArray:
        """Of the inertial velocity above the local horizontal, rad, shape (T,)."""
        return elevation(self.r, self.v)

    @property
    def flight_path_angle_relative(self) -> FloatArray:
        """Of the relative velocity; a right angle at rest on the pad, rad, shape (T,)."""
        return elevation(self.r, self.velocity_relative)

    @property
    def latitude(self) -> FloatArray:
        """Geodetic, rad, shape (T,)."""
        return geodetic_latitude(self.r)

    @property
    def longitude(self) -> FloatArray:
        """Rad from -pi to pi, shape (T,)."""
        fixed = self.launch.sidereal_angle + ROTATION_RATE * self.t
        return _wrapped(np.arctan2(self.r[:, 1], self.r[:, 0]) - fixed)

    @property
    def downrange(self) -> FloatArray:
        """Great-circle distance from the pad on the mean sphere, m, shape (T,)."""
        return downrange(self.launch, self.t, self.r)


@dataclass(frozen=True, slots=True)
class AscentBatch:
    """Many ascents, without their histories.

    Attributes
    ----------
    r, v : ndarray, shape (N, 3)
        At cut-off, inertial, m and m/s.
    mass : ndarray, shape (N,)
        At cut-off, kg.
    propellant_left : ndarray, shape (N,)
        In the last stage, kg.
    status : ndarray of uint8, shape (N,)
        See `AscentStatus`; a case that is not finite is NaN.
    event_names : tuple of str, length E
    event_times : ndarray, shape (E,)
        s after lift-off.
    event_r, event_v : ndarray, shape (N, E, 3)
    """

    r: FloatArray
    v: FloatArray
    mass: FloatArray
    propellant_left: FloatArray
    status: NDArray[np.uint8]
    event_names: tuple[str, ...]
    event_times: FloatArray
    event_r: FloatArray
    event_v: FloatArray

    def __len__(self) -> int:
        return int(self.r.shape[0])


def below_ground(states: FloatArray) -> NDArray[np.bool_]:
    """Whether any state of a case, (6, E, N), is 500 m below the ellipsoid; shape (N,)."""
    radius = np.sqrt(np.sum(states[:3] ** 2, axis=0))
    sine = states[2] / radius
    surface = WGS84.polar_radius / np.sqrt(1.0 - WGS84.eccentricity_squared * (1.0 - sine**2))
    return np.asarray(np.any(radius < surface - 500.0, axis=0))


def flown(launch: Launch, steering: Steering, times: FloatArray) -> Ascent:
    """Fly, and keep the history at rising times (T,)."""
    schedule = make_schedule(
        launch.rocket,
        launch.payload_mass,
        np.array([steering.cut_off]),
        plane_turn=steering.planar,
    )
    table, normal = steering_table(steering, 1), np.array(steering.plane_normal)
    boundaries = schedule.boundaries
    event_times = np.array([0.0, *(float(boundary.time[0]) for boundary in boundaries)])
    at_events = record(launch, schedule, table, normal, event_times)
    columns = record(launch, schedule, table, normal, times)
    columns.flags.writeable = False
    state = at_events[:6, -2]
    if not np.all(np.isfinite(state)):
        raise InputError(f"the ascent does not stay finite with {steering!r}")
    return Ascent(
        launch=launch,
        steering=steering,
        t=times,
        r=columns[:3].T,
        v=columns[3:6].T,
        mass=columns[6],
        altitude=columns[15],
        dynamic_pressure=columns[12],
        mach=columns[13],
        acceleration=columns[14],
        angle_of_attack=columns[kernel.ATTACK],
        thrust_direction=columns[kernel.DIRECTION :].T,
        events=_events(launch, schedule, event_times, at_events),
        budget=_budget(at_events[:, -2]),
        insertion=InsertionTarget.of_state(state[:3], state[3:]),
        propellant_left={
            stage.name: float(left[0])
            for stage, left in zip(launch.rocket.stages, schedule.propellant_left, strict=True)
        },
    )


def _events(
    launch: Launch, schedule: Schedule, times: FloatArray, columns: FloatArray
) -> tuple[AscentEvent, ...]:
    r, v = columns[:3].T, columns[3:6].T
    distance = downrange(launch, times, r)
    relative = norm(relative_velocity(r, v))
    start = float(columns[6, 0])
    named: list[tuple[tuple[str, ...], float, float]] = [(("lift-off",), start, start)]
    named += [
        (b.names, float(b.mass_before[0]), float(b.mass_after[0])) for b in schedule.boundaries
    ]
    return tuple(
        AscentEvent(
            name=name,
            time=float(times[i]),
            r=r[i],
            v=v[i],
            mass_before=before,
            mass_after=after,
            altitude=float(columns[15, i]),
            downrange=float(distance[i]),
            speed_inertial=float(np.linalg.norm(v[i])),
            speed_relative=float(relative[i]),
        )
        for i, (names, before, after) in enumerate(named)
        for name in names
    )


def _budget(column: FloatArray) -> DeltaVBudget:
    r, v = column[:3], column[3:6]
    gained = float(norm(relative_velocity(r, v)))
    ideal, back_pressure, drag, gravity, steering = (float(x) for x in column[7:12])
    return DeltaVBudget(
        ideal=ideal,
        back_pressure=back_pressure,
        drag=drag,
        gravity=gravity,
        steering=steering,
        gained=gained,
        rotation=float(np.linalg.norm(v)) - gained,
    )


def _wrapped(angle: FloatArray) -> FloatArray:
    return np.asarray((angle + np.pi) % (2.0 * np.pi) - np.pi)
