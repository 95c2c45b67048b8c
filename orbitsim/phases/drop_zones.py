"""Drop zones: where strap-ons, core, fairing and other shed parts reach the ground.

Each falls from its state at separation, whole and tumbling, with the drag area that the rocket's
file gives it and the mass of its dry structure; what is left in the tanks is taken to be vented.
Push at separation, break-up and lift are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orbitsim.errors import InputError
from orbitsim.phases.ascent_result import Ascent
from orbitsim.phases.guidance import GuidedBatch
from orbitsim.phases.impact_point import ImpactPoints, impact_points
from orbitsim.units import FloatArray
from orbitsim.vehicles.launcher import Rocket


@dataclass(frozen=True, slots=True)
class Shed:
    """Something shed on the way.

    Attributes
    ----------
    name : str
    event : str
        At which it is shed.
    pieces : int
    mass : float
        Of one piece, kg.
    ballistic_coefficient : float
        Mass over drag coefficient times area, kg/m2.
    """

    name: str
    event: str
    pieces: int
    mass: float
    ballistic_coefficient: float


@dataclass(frozen=True, slots=True)
class DropZone:
    """Where the pieces of one thing come down.

    Attributes
    ----------
    shed : Shed
    time : float
        Of impact, s after lift-off.
    latitude, longitude : float
        Geodetic, rad.
    downrange : float
        From the pad on the mean sphere, m.
    speed : float
        At the ground, m/s.
    """

    shed: Shed
    time: float
    latitude: float
    longitude: float
    downrange: float
    speed: float


def shed_by(rocket: Rocket) -> tuple[Shed, ...]:
    """What a rocket sheds before its last cut-off and has a drag area for, in order of time."""
    found = [
        (
            stage.separation,
            Shed(
                stage.name,
                f"{stage.name} separation",
                stage.count,
                stage.dry_mass + stage.pressurant_mass,
                (stage.dry_mass + stage.pressurant_mass) / stage.fall_drag_area,
            ),
        )
        for stage in rocket.stages[:-1]
        if stage.fall_drag_area > 0.0
    ]
    for part in rocket.parts:
        if part.jettison is not None and part.fall_drag_area > 0.0:
            mass = part.mass / part.pieces
            shed = Shed(
                part.name,
                f"{part.name} jettison",
                part.pieces,
                mass,
                mass / part.fall_drag_area,
            )
            found.append((part.jettison, shed))
    return tuple(shed for _, shed in sorted(found, key=lambda pair: pair[0]))


def drop_zones(ascent: Ascent, *, drag_factor: float = 1.0) -> tuple[DropZone, ...]:
    """Drop zones of one ascent.

    Parameters
    ----------
    ascent : Ascent
    drag_factor : float, optional
        On every drag area, to see what it matters.

    Raises
    ------
    InputError
        If the factor is not positive.
    """
    if not drag_factor > 0.0:
        raise InputError(f"the factor on drag areas must be positive, got {drag_factor}")
    zones = []
    for shed in shed_by(ascent.launch.rocket):
        event = ascent.event(shed.event)
        point = impact_points(
            ascent.launch,
            event.time,
            event.r,
            event.v,
            ballistic_coefficient=shed.ballistic_coefficient / drag_factor,
        )
        zones.append(
            DropZone(
                shed=shed,
                time=event.time + float(point.fall_time),
                latitude=float(point.latitude),
                longitude=float(point.longitude),
                downrange=float(point.downrange),
                speed=float(point.speed),
            )
        )
    return tuple(zones)


def scattered_drops(
    batch: GuidedBatch, shed: Shed, *, drag_spread: float = 0.2, seed: int = 0
) -> ImpactPoints:
    """Impacts of one shed thing over dispersed ascents, shape (N,).

    Drag areas are dispersed log-normally by the one-sigma fraction `drag_spread` (an assumption:
    how a spent stage tumbles is not known better), by a seed.
    """
    if shed.event not in batch.event_names:
        raise InputError(f"no event {shed.event!r}; there are {list(batch.event_names)}")
    at = batch.event_names.index(shed.event)
    rng = np.random.default_rng(seed)
    factor: FloatArray = np.exp(drag_spread * rng.standard_normal(len(batch)))
    return impact_points(
        batch.launch,
        batch.event_times[:, at],
        batch.event_r[:, at],
        batch.event_v[:, at],
        ballistic_coefficient=shed.ballistic_coefficient / factor,
    )
