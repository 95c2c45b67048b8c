"""Ascents whose last part is steered in a closed loop: dispersions come in, small errors go out.

Up to the guided stage's ignition the flight is that of its programme; from there powered explicit
guidance (`orbitsim.kernels.guidance`) takes a fresh aim in every cycle, turns the thrust no faster
than the rocket can, and orders the cut-off when the velocity to be gained is that which the dying
engine will still give.

A Soyuz-U has no such computer aboard: its instruments regulate apparent velocity and lateral drift
along a stored programme.  So the loop here is the better pilot, and its insertion errors are those
of navigation, attitude and tail-off, not those of that control system.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from math import cos, isfinite, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orbitsim.earth import MU, Site
from orbitsim.errors import InputError
from orbitsim.kernels import ascent as flight_kernel
from orbitsim.kernels import guidance as kernel
from orbitsim.kernels.blocks import run_blocks
from orbitsim.phases.ascent_air import AscentAir, standard_air
from orbitsim.phases.ascent_dispersions import Dispersions, EngineFailure
from orbitsim.phases.ascent_flight import (
    Launch,
    Steering,
    kernel_arguments,
    norm,
    record,
    steering_table,
)
from orbitsim.phases.ascent_result import AscentStatus, below_ground
from orbitsim.phases.ascent_schedule import Schedule, make_schedule
from orbitsim.phases.ascent_targeting import InsertionTarget
from orbitsim.units import FloatArray
from orbitsim.vehicles.launcher import Rocket

_BLOCK = 16
_STEP_FACTOR = 2.0  # longer steps before guidance: 0.4 m and 7 mm/s at the core's cut-off


@dataclass(frozen=True, slots=True)
class Guidance:
    """How the loop works.

    Attributes
    ----------
    cycle : float
        Time between two commands, s.
    freeze : float
        Before the end, s: from there on the turning rate of the thrust stays, and only velocity is
        still corrected, since distance would ask for ever larger angles.
    """

    cycle: float = 1.0
    freeze: float = 8.0

    def __post_init__(self) -> None:
        for name in ("cycle", "freeze"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0.0):
                raise InputError(f"{name} must be positive, got {getattr(self, name)} s")


@dataclass(frozen=True, slots=True, eq=False)
class GuidedBatch:
    """Ascents under closed-loop guidance; all arrays read-only.

    Attributes
    ----------
    launch : Launch
    target : InsertionTarget
    r, v : ndarray, shape (N, 3)
        When the payload separates, inertial, m and m/s.
    mass : ndarray, shape (N,)
        Then, of all that is still together, kg.
    cut_off : ndarray, shape (N,)
        When the engine was ordered to stop, or ran dry, s.
    cut_off_r, cut_off_v : ndarray, shape (N, 3)
        At that moment.
    propellant_left : ndarray, shape (N,)
        In the last stage at cut-off, kg.
    turn_rate : ndarray, shape (N,)
        Fastest turn of the thrust under guidance, rad/s.
    status : ndarray of uint8, shape (N,)
        See `AscentStatus`; PROPELLANT_SPENT if the last stage ran dry before it was ordered to
        stop.
    event_names : tuple of str, length E
    event_times : ndarray, shape (N, E)
        s after lift-off.
    event_r, event_v : ndarray, shape (N, E, 3)
    sample_times : ndarray, shape (T,)
    sample_r, sample_v : ndarray, shape (N, T, 3)
        NaN after the payload's separation.
    sample_mass : ndarray, shape (N, T)
    """

    launch: Launch
    target: InsertionTarget
    r: FloatArray
    v: FloatArray
    mass: FloatArray
    cut_off: FloatArray
    cut_off_r: FloatArray
    cut_off_v: FloatArray
    propellant_left: FloatArray
    turn_rate: FloatArray
    status: NDArray[np.uint8]
    event_names: tuple[str, ...]
    event_times: FloatArray
    event_r: FloatArray
    event_v: FloatArray
    sample_times: FloatArray
    sample_r: FloatArray
    sample_v: FloatArray
    sample_mass: FloatArray

    def __len__(self) -> int:
        return int(self.r.shape[0])

    @property
    def errors(self) -> InsertionErrors:
        """What the insertion misses its target by."""
        return insertion_errors(self.r, self.v, self.target)


@dataclass(frozen=True, slots=True, eq=False)
class InsertionErrors:
    """Reached less wanted, of the osculating orbit; each of shape (N,).

    Attributes
    ----------
    semi_major_axis, perigee_radius, apogee_radius : ndarray
        m.
    inclination : ndarray
        rad.
    raan : ndarray
        rad, from -pi to pi.
    plane : ndarray
        Angle between the planes, rad.
    period : ndarray
        Keplerian, s.
    """

    semi_major_axis: FloatArray
    perigee_radius: FloatArray
    apogee_radius: FloatArray
    inclination: FloatArray
    raan: FloatArray
    plane: FloatArray
    period: FloatArray


def fly_guided_ascents(
    rocket: Rocket,
    payload_mass: float,
    site: Site,
    sidereal_angle: float,
    steering: Steering,
    target: InsertionTarget,
    dispersions: Dispersions,
    *,
    guidance: Guidance | None = None,
    air: AscentAir | None = None,
    failure: EngineFailure | None = None,
    sample_times: ArrayLike = (),
    threads: int | None = None,
) -> GuidedBatch:
    """Fly N dispersed ascents into one target.

    Parameters
    ----------
    rocket, payload_mass, site, sidereal_angle, air
        See `solve_ascent`.
    steering : Steering
        Of the nominal ascent, whose attitude over time is flown up to the start of guidance.
    target : InsertionTarget
        To be reached when the payload separates.
    dispersions : Dispersions
        N cases.
    guidance : Guidance, optional
    failure : EngineFailure, optional
        Befalls every case.
    sample_times : array_like, shape (T,)
        Rising, s after lift-off: when to keep the states.
    threads : int, optional
        See `orbitsim.kernels.blocks`; the result does not depend on it.

    Raises
    ------
    InputError
        If a time is out of order, shapes disagree, or a case runs dry before guidance could start.

    Examples
    --------
    >>> from math import radians
    >>> from orbitsim.phases.ascent import solve_ascent
    >>> from orbitsim.vehicles.rocket import load_rocket
    >>> rocket, pad = load_rocket("soyuz-u"), Site.from_degrees(45.9203, 63.3422, 90.0)
    >>> target = InsertionTarget(6.5582e6, 7810.0, 0.0, radians(51.66), radians(9.0))
    >>> nominal = solve_ascent(rocket, 7285.0, pad, 0.0, target)
    >>> cases = Dispersions.sample(rocket, 50, seed=1)
    >>> flown = fly_guided_ascents(rocket, 7285.0, pad, 0.0, nominal.steering, target, cases)
    >>> bool(np.std(flown.errors.semi_major_axis[flown.status == 0]) < 5e3)
    True
    """
    guidance = Guidance() if guidance is None else guidance
    launch = Launch(
        rocket, payload_mass, site, sidereal_angle, standard_air() if air is None else air
    )
    times = np.array(sample_times, dtype=float)
    if times.ndim != 1 or not np.all(np.diff(times) > 0.0) or np.any(times < 0.0):
        raise InputError(f"sample times must be rising and not negative, got shape {times.shape}")
    n = len(dispersions)
    schedule = _until_dry(launch, dispersions, failure)
    marks = np.empty((len(schedule.modes), 6, n))
    samples = np.empty((7, times.size, n))
    outcome = np.empty((kernel.OUTCOME, n))
    arguments = (
        *kernel_arguments(
            launch,
            schedule,
            steering_table(steering, n),
            np.array(steering.plane_normal),
        ),
        _programme(launch, steering),
        int(np.argmax(schedule.modes == flight_kernel.GUIDED)),
        _goal(launch, target, guidance),
        _errors(dispersions),
        times,
        marks,
        samples,
        outcome,
    )
    run_blocks(partial(kernel.fly_guided, *arguments), n, _BLOCK, threads=threads)
    return _batch(launch, target, schedule, times, marks, samples, outcome)


def insertion_errors(r: FloatArray, v: FloatArray, target: InsertionTarget) -> InsertionErrors:
    """Errors of states (N, 3) in the inertial axes of lift-off against a target."""
    wanted = _orbit(*_target_state(target))
    a, perigee, apogee, normal = _orbit(r, v)
    inclination = np.arccos(np.clip(normal[:, 2], -1.0, 1.0)) - target.inclination
    raan = np.arctan2(normal[:, 0], -normal[:, 1]) - target.raan
    across = norm(np.cross(normal, target.plane_normal))
    period = 2.0 * np.pi * (np.sqrt(a**3 / MU) - np.sqrt(wanted[0] ** 3 / MU))
    return InsertionErrors(
        semi_major_axis=a - wanted[0],
        perigee_radius=perigee - wanted[1],
        apogee_radius=apogee - wanted[2],
        inclination=inclination,
        raan=(raan + np.pi) % (2.0 * np.pi) - np.pi,
        plane=np.arctan2(across, normal @ target.plane_normal),
        period=period,
    )


def _target_state(target: InsertionTarget) -> tuple[FloatArray, FloatArray]:
    """A state on the target, at the node, shape (1, 3)."""
    node = np.array([cos(target.raan), sin(target.raan), 0.0])
    along = np.cross(target.plane_normal, node)
    climb, level = sin(target.flight_path_angle), cos(target.flight_path_angle)
    r = target.radius * node
    return r[None], (target.speed * (climb * node + level * along))[None]


def _orbit(r: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Semi-major axis, radii of perigee and apogee (N,), unit normal (N, 3)."""
    radius, speed2 = norm(r), np.sum(v * v, axis=-1)
    h = np.cross(r, v)
    with np.errstate(invalid="ignore", divide="ignore"):
        a = 1.0 / (2.0 / radius - speed2 / MU)
        p = np.sum(h * h, axis=-1) / MU
        e = np.sqrt(np.maximum(1.0 - p / a, 0.0))
        return a, a * (1.0 - e), a * (1.0 + e), h / norm(h)[:, None]


def _until_dry(launch: Launch, dispersions: Dispersions, failure: EngineFailure | None) -> Schedule:
    """The flight with the last stage burning until it is dry, and nothing after.

    An engine that stopped for good would burn for ever: its flight ends when it would have run dry.
    """
    rocket, n = launch.rocket, len(dispersions)
    nominal = np.full(n, rocket.stages[-1].cut_off)
    lay_out = partial(
        make_schedule,
        rocket,
        launch.payload_mass,
        step_factor=_STEP_FACTOR,
    )
    dry = lay_out(nominal, dispersions, failure=failure).exhaustion[-1]
    whole = lay_out(nominal, dispersions).exhaustion[-1]
    schedule = lay_out(np.where(np.isfinite(dry), dry, whole), dispersions, failure=failure)
    powered = schedule.boundaries[-2].segment + 1
    return replace(
        schedule,
        table=np.ascontiguousarray(schedule.table[:, :powered]),
        modes=schedule.modes[:powered],
        steps=schedule.steps[:powered],
    )


def _programme(launch: Launch, steering: Steering) -> FloatArray:
    """Thrust directions of the undisturbed flight up to guidance, as a rocket stores them: (P, 3).

    A disturbed flight keeps them, since a gravity turn of its own would let a small disturbance
    grow.
    """
    rocket = launch.rocket
    schedule = make_schedule(
        rocket,
        launch.payload_mass,
        np.array([rocket.stages[-1].cut_off]),
        plane_turn=steering.planar,
    )
    times = np.arange(0.0, rocket.guidance_start, kernel.PROGRAMME_STEP)
    table, normal = steering_table(steering, 1), np.array(steering.plane_normal)
    still = replace(launch, air=launch.air.without_wind())
    columns = record(still, schedule, table, normal, times)
    return np.ascontiguousarray(columns[flight_kernel.DIRECTION :].T)


def _goal(launch: Launch, target: InsertionTarget, guidance: Guidance) -> FloatArray:
    last = launch.rocket.stages[-1]
    goal = np.empty(kernel.GOAL)
    goal[kernel.RADIUS] = target.radius
    goal[kernel.RADIAL_SPEED] = target.speed * sin(target.flight_path_angle)
    goal[kernel.LEVEL_SPEED] = target.speed * cos(target.flight_path_angle)
    goal[kernel.NORMAL : kernel.NORMAL + 3] = target.plane_normal
    goal[kernel.CYCLE] = guidance.cycle
    goal[kernel.TURN_RATE] = launch.rocket.turn_rate
    goal[kernel.FREEZE] = guidance.freeze
    goal[kernel.COAST] = last.separation - last.cut_off
    # What a stage that lets go at once still gives, it gives to itself alone.
    share = 1.0 - np.exp(-goal[kernel.COAST] / last.tail_off_time)
    goal[kernel.TAIL_IMPULSE] = last.count * last.tail_off_impulse * share
    goal[kernel.TAIL_TIME] = last.tail_off_time
    return goal


def _errors(dispersions: Dispersions) -> FloatArray:
    rows = np.empty((kernel.ERRORS, len(dispersions)))
    rows[kernel.NAVIGATION_POSITION : kernel.NAVIGATION_VELOCITY] = (
        dispersions.navigation_position.T
    )
    rows[kernel.NAVIGATION_VELOCITY : kernel.MISALIGNMENT] = dispersions.navigation_velocity.T
    rows[kernel.MISALIGNMENT : kernel.TAIL_FACTOR] = dispersions.misalignment.T
    rows[kernel.TAIL_FACTOR] = dispersions.tail_off
    rows[kernel.LEAN] = dispersions.pitch_over
    rows[kernel.AZIMUTH] = dispersions.azimuth
    return rows


def _batch(
    launch: Launch,
    target: InsertionTarget,
    schedule: Schedule,
    times: FloatArray,
    marks: FloatArray,
    samples: FloatArray,
    outcome: FloatArray,
) -> GuidedBatch:
    n = outcome.shape[1]
    fixed = schedule.boundaries[:-2]
    names = tuple(name for boundary in fixed for name in boundary.names)
    at = np.array([boundary.segment for boundary in fixed for _ in boundary.names])
    cut_off = outcome[kernel.CUT_OFF_TIME]
    cut = outcome[kernel.CUT_OFF_STATE : kernel.CUT_OFF_STATE + 6]
    end = outcome[kernel.END_STATE : kernel.END_STATE + 6]
    last = launch.rocket.stages[-1]
    moments = [boundary.time for boundary in fixed for _ in boundary.names]
    moments += [cut_off, cut_off + (last.separation - last.cut_off)]
    states = np.concatenate((np.moveaxis(marks[at], 0, 1), cut[:, None], end[:, None]), axis=1)
    dry_mass = schedule.boundaries[-2].mass_before
    ordered = outcome[kernel.COMMANDED_CUT_OFF] > 0.0
    # The mass at exhaustion is that of the empty vehicle; what is above it is propellant.
    left = np.maximum(outcome[kernel.CUT_OFF_MASS] - dry_mass, 0.0)
    left = np.where(ordered, left + schedule.propellant_left[-1], schedule.propellant_left[-1])
    lower = np.array([stage.cut_off for stage in launch.rocket.stages[:-1]])
    dry = np.any(schedule.exhaustion[:-1] < lower[:, None], axis=0) | ~ordered
    status = np.where(dry, AscentStatus.PROPELLANT_SPENT, AscentStatus.OK)
    status = np.where(below_ground(states), AscentStatus.GROUND, status)
    finite = np.all(np.isfinite(states), axis=(0, 1))
    status = np.where(finite, status, AscentStatus.NOT_FINITE).astype(np.uint8)
    batch = GuidedBatch(
        launch=launch,
        target=target,
        r=np.ascontiguousarray(end[:3]).T,
        v=np.ascontiguousarray(end[3:]).T,
        mass=outcome[kernel.END_MASS],
        cut_off=cut_off,
        cut_off_r=cut[:3].T,
        cut_off_v=cut[3:].T,
        propellant_left=left,
        turn_rate=outcome[kernel.TURNED],
        status=status,
        event_names=(*names, f"{last.name} cut-off", "payload separation"),
        event_times=np.array(moments).reshape(-1, n).T,
        event_r=states[:3].T,
        event_v=states[3:].T,
        sample_times=times,
        sample_r=samples[:3].T,
        sample_v=samples[3:6].T,
        sample_mass=samples[6].T,
    )
    for name in batch.__dataclass_fields__:
        value = getattr(batch, name)
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return batch
