"""Ascent to orbit: a rocket flown from its pad into a given orbit and plane, or a batch of them.

Three degrees of freedom over the rotating WGS 84 ellipsoid: gravity with J2, thrust linear in
ambient pressure, drag by a curve over Mach number, in the U.S. Standard Atmosphere 1976 at rest
relative to the Earth or in air of one's own with wind (`AscentAir`).  Thrust is constant in vacuum
from ignition to cut-off, without build-up or tail-off, and attitude changes at once; tail-off and
limited turning are in `orbitsim.phases.guidance`.

The climb is a vertical rise, a pitch-over, a gravity turn (no angle of attack), and from the
ignition of the guided stage a linear-tangent law in elevation and yaw.  What is free in it is
solved by `orbitsim.phases.ascent_targeting`.

Axes are inertial, those of TEME frozen at lift-off, which the sidereal angle ties to the Earth;
times are seconds after lift-off.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from orbitsim.earth import Site
from orbitsim.errors import InputError
from orbitsim.phases.ascent_air import AscentAir, standard_air
from orbitsim.phases.ascent_dispersions import Dispersions, EngineFailure
from orbitsim.phases.ascent_flight import Launch, Steering, fly, steering_table
from orbitsim.phases.ascent_result import (
    Ascent,
    AscentBatch,
    AscentEvent,
    AscentStatus,
    DeltaVBudget,
    below_ground,
    flown,
)
from orbitsim.phases.ascent_schedule import Schedule, make_schedule
from orbitsim.phases.ascent_targeting import InsertionTarget, solve_steering
from orbitsim.vehicles.launcher import Rocket

FloatArray = NDArray[np.float64]

__all__ = [
    "Ascent",
    "AscentAir",
    "AscentBatch",
    "AscentEvent",
    "AscentStatus",
    "DeltaVBudget",
    "Dispersions",
    "EngineFailure",
    "InsertionTarget",
    "Launch",
    "Steering",
    "fly_ascent",
    "fly_ascents",
    "solve_ascent",
]


def solve_ascent(
    rocket: Rocket,
    payload_mass: float,
    site: Site,
    sidereal_angle: float,
    target: InsertionTarget,
    *,
    air: AscentAir | None = None,
    sample_step: float = 1.0,
) -> Ascent:
    """Steer a rocket into an orbit with the least propellant, and fly it.

    Cut-off comes when the target is reached; compare `Ascent.cut_off` with the nominal time in the
    rocket's file, and `Ascent.propellant_left` for what is in hand.

    Parameters
    ----------
    rocket : Rocket
        See `orbitsim.vehicles.rocket.load_rocket`.
    payload_mass : float
        kg.
    site : Site
        The pad.
    sidereal_angle : float
        From the x axis of the target's axes to that of Earth-fixed ones at lift-off, rad.
    target : InsertionTarget
        Met to 1e-3 m, 1e-6 m/s and 1e-9 rad.
    air : AscentAir, optional
        Without it the standard atmosphere.
    sample_step : float, optional
        Spacing of the history, s; the events are in it besides.

    Raises
    ------
    InputError
        If something is not finite, the payload negative, or the pad off the plane.
    ConvergenceError
        If the rocket cannot do it; the message says what was missing.

    Examples
    --------
    >>> from math import radians
    >>> from orbitsim.vehicles.rocket import load_rocket
    >>> baikonur = Site.from_degrees(45.9203, 63.3422, 90.0)
    >>> target = InsertionTarget(6.5582e6, 7810.0, 0.0, radians(51.66), radians(9.0))
    >>> ascent = solve_ascent(load_rocket("soyuz-u"), 7285.0, baikonur, 0.0, target)
    >>> round(ascent.event("core separation").altitude / 1e3)
    173
    """
    launch = Launch(rocket, payload_mass, site, sidereal_angle, air or standard_air())
    steering = solve_steering(launch, target)
    return fly_ascent(
        rocket, payload_mass, site, sidereal_angle, steering, air=air, sample_step=sample_step
    )


def fly_ascent(
    rocket: Rocket,
    payload_mass: float,
    site: Site,
    sidereal_angle: float,
    steering: Steering,
    *,
    air: AscentAir | None = None,
    sample_step: float = 1.0,
) -> Ascent:
    """Fly one ascent with given steering and keep its history.

    Parameters
    ----------
    rocket, payload_mass, site, sidereal_angle, air, sample_step
        See `solve_ascent`.
    steering : Steering
        Of a solved ascent, or of one's own.

    Raises
    ------
    InputError
        If the cut-off precedes another event, or the sample step is not positive.
    """
    launch = Launch(rocket, payload_mass, site, sidereal_angle, air or standard_air())
    if not (np.isfinite(sample_step) and sample_step > 0.0):
        raise InputError(f"sample step must be positive, got {sample_step}")
    schedule = make_schedule(
        rocket, payload_mass, np.array([steering.cut_off]), plane_turn=steering.planar
    )
    events = [float(boundary.time[0]) for boundary in schedule.boundaries]
    even = np.arange(0.0, events[-1], sample_step)
    return flown(launch, steering, np.unique(np.concatenate((even, events))))


def fly_ascents(
    rocket: Rocket,
    payload_mass: float,
    site: Site,
    sidereal_angle: float,
    steering: Steering,
    dispersions: Dispersions,
    *,
    air: AscentAir | None = None,
    failure: EngineFailure | None = None,
    threads: int | None = None,
) -> AscentBatch:
    """Fly N ascents with the same steering and times and dispersed vehicles.

    There is no feedback: the steering is that of the nominal flight, cut-off comes by the clock;
    the errors of navigation, alignment and tail-off play no part.  A gravity turn follows the
    disturbed velocity, which lets a disturbance grow.  For the feedback, and a programme kept by
    attitude, see `orbitsim.phases.guidance.fly_guided_ascents`.

    Parameters
    ----------
    rocket, payload_mass, site, sidereal_angle, air
        See `solve_ascent`.
    steering : Steering
        Common to all.
    dispersions : Dispersions
        N cases.
    failure : EngineFailure, optional
        Befalls every case.
    threads : int, optional
        See `orbitsim.kernels.blocks`; the result does not depend on it.
    """
    launch = Launch(rocket, payload_mass, site, sidereal_angle, air or standard_air())
    n = len(dispersions)
    schedule = make_schedule(
        rocket,
        payload_mass,
        np.full(n, steering.cut_off),
        dispersions,
        failure=failure,
        plane_turn=steering.planar,
    )
    marks = fly(
        launch,
        schedule,
        steering_table(steering, n, dispersions),
        np.array(steering.plane_normal),
        threads=threads,
    )
    boundaries = schedule.boundaries
    names = tuple(name for boundary in boundaries for name in boundary.names)
    at = np.array([boundary.segment for boundary in boundaries for _ in boundary.names])
    states = np.ascontiguousarray(np.moveaxis(marks[at], 0, 1))  # (6, E, N)
    last = states[:, names.index(boundaries[-2].names[0])]
    batch = AscentBatch(
        r=last[:3].T,
        v=last[3:].T,
        mass=boundaries[-2].mass_before,
        propellant_left=schedule.propellant_left[-1],
        status=_status(rocket, schedule, states),
        event_names=names,
        event_times=np.array([boundary.time[0] for boundary in boundaries for _ in boundary.names]),
        event_r=states[:3].T,
        event_v=states[3:].T,
    )
    for array in (batch.r, batch.v, batch.mass, batch.event_r, batch.event_v):
        array.flags.writeable = False
    return batch


def _status(rocket: Rocket, schedule: Schedule, states: FloatArray) -> NDArray[np.uint8]:
    n = states.shape[2]
    cut_offs = np.array([np.full(n, stage.cut_off) for stage in rocket.stages[:-1]])
    cut_offs = np.vstack((cut_offs.reshape(-1, n), schedule.boundaries[-2].time))
    dry = np.any(schedule.exhaustion < cut_offs, axis=0)
    low = below_ground(states)
    finite = np.all(np.isfinite(states), axis=(0, 1))
    status = np.where(dry, AscentStatus.PROPELLANT_SPENT, AscentStatus.OK)
    status = np.where(low, AscentStatus.GROUND, status)
    return np.where(finite, status, AscentStatus.NOT_FINITE).astype(np.uint8)
