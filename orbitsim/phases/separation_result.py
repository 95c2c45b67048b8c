"""What a separation means for the flight: events, the states that go on, a map of outcomes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.earth import J2_GRAVITY
from orbitsim.errors import InputError
from orbitsim.kernels import separation as kernel
from orbitsim.kernels.arc import zonal_arc
from orbitsim.phases.failure import BodyState, FailedFlight
from orbitsim.phases.separation import (
    Cylinder,
    SeparationBatch,
    SeparationCases,
    Spread,
    body_axes,
    separate,
)
from orbitsim.units import FloatArray

_LONGEST_STEP = 20.0


@dataclass(frozen=True, slots=True)
class DamageLimits:
    """From when on a contact has consequences; assumptions, for nothing is published.

    Attributes
    ----------
    telemetry_speed : float
        Closing speed that costs the stage its antennas, m/s.
    hull_energy : float
        Energy lost in one contact that opens a hull, J.  The default is half the kinetic energy of
        a Progress at 4 m/s against a body as heavy.
    """

    telemetry_speed: float = 0.1
    hull_energy: float = 30e3


@dataclass(frozen=True, slots=True)
class SeparationEvent:
    """Something that happens after a separation.

    Attributes
    ----------
    name : str
        "separation", "telemetry_lost", "recontact" or "breakup".
    time : float
        s after lift-off, or after the separation where the failure's time is not given.
    relative_speed : float
        Opening speed of the separation, closing speed of a contact, m/s.
    impulse, energy : float
        Of a contact: normal impulse, N s, and energy lost, J; zero otherwise.
    """

    name: str
    time: float
    relative_speed: float
    impulse: float = 0.0
    energy: float = 0.0


def separation_events(
    outcome: SeparationBatch,
    index: int = 0,
    *,
    start: float = 0.0,
    limits: DamageLimits | None = None,
) -> tuple[SeparationEvent, ...]:
    """The log of one case, in order of time.

    Parameters
    ----------
    outcome : SeparationBatch
    index : int
        Which case.
    start : float
        The separation command, s after lift-off.
    limits : DamageLimits, optional

    Notes
    -----
    The separation is logged when the joint has opened by the clearance, which is when a switch in
    it can tell.  A stage that pushes on from the start has no separation.
    """
    limits = limits or DamageLimits()
    events = []
    if np.isfinite(outcome.opened[index]):
        opened, speed = float(outcome.opened[index]), float(outcome.opening_speed[index])
        events.append(SeparationEvent("separation", start + opened, speed))
    lost = broken = False
    for row in outcome.records[index]:
        if np.isnan(row[kernel.BEGIN]):
            break
        contact = SeparationEvent(
            "recontact",
            start + float(row[kernel.BEGIN]),
            float(row[kernel.SPEED]),
            float(row[kernel.IMPULSE]),
            float(row[kernel.ENERGY]),
        )
        events.append(contact)
        if not lost and row[kernel.HARDEST] >= limits.telemetry_speed:
            lost = True
            events.append(replace(contact, name="telemetry_lost"))
        if not broken and contact.energy >= limits.hull_energy:
            broken = True
            end = start + float(row[kernel.END])
            events.append(replace(contact, name="breakup", time=end))
    return tuple(sorted(events, key=lambda event: event.time))


def hand_over(
    flight: FailedFlight, cases: SeparationCases, outcome: SeparationBatch
) -> tuple[BodyState, BodyState]:
    """Payload and stage at the end of the relative motion, in the ascent's inertial axes.

    The common centre of mass falls under J2 from the failure; mean and covariance of the bodies
    about it are those of the cases that `parted`, to which the covariance at the failure is added,
    carried along a straight line.

    Raises
    ------
    InputError
        The flight has no payload and stage, or no case is good.
    """
    payload, stage = flight.body("payload"), flight.body("stage")
    good = outcome.parted
    if not np.any(good):
        raise InputError(f"none of the {len(outcome)} cases is good; there is nothing to hand over")
    seconds = outcome.duration
    gravity = J2_GRAVITY
    fallen = zonal_arc(
        np.concatenate([payload.r, payload.v]),
        np.array([seconds]),
        gravity.mu,
        gravity.radius,
        np.array(gravity.j),
        _LONGEST_STEP,
    )[:, 0]
    turn = stack_axes(payload)
    carry = np.eye(6)
    carry[:3, 3:] = seconds * np.eye(3)
    thrust, mass = _left(cases, stage.mass, seconds)
    axes = body_axes(outcome.q)
    bodies = []
    for b, body in enumerate((payload, stage)):
        relative = np.concatenate(
            [outcome.r[good, b] @ turn.T, outcome.v[good, b] @ turn.T], axis=1
        )
        mean = relative.mean(axis=0)
        apart = relative - mean
        scatter = apart.T @ apart / max(1, relative.shape[0] - 1)
        axis = turn @ axes[good, b].mean(axis=0)
        bodies.append(
            BodyState(
                name=body.name,
                time=body.time + seconds,
                r=fallen[:3] + mean[:3],
                v=fallen[3:] + mean[3:],
                mass=body.mass if b == 0 else float(mass[good].mean()),
                covariance=carry @ body.covariance @ carry.T + scatter,
                thrust=0.0 if b == 0 else float(thrust[good].mean()),
                axis=axis / np.linalg.norm(axis),
                rate=float(outcome.tumbling[good, b].mean()),
            )
        )
    return bodies[0], bodies[1]


def stack_axes(body: BodyState) -> FloatArray:
    """Rotation (3, 3) from stack to inertial axes: z along the body, y as near as may be to the
    orbit's normal."""
    normal = np.cross(body.r, body.v)
    y = normal - (normal @ body.axis) * body.axis
    y /= np.linalg.norm(y)
    return np.column_stack([np.cross(y, body.axis), y, body.axis])


def _left(cases: SeparationCases, mass: float, t: float) -> tuple[FloatArray, FloatArray]:
    """Thrust (N,) and mass (N,) of the stage after `t` s."""
    late = np.maximum(t - cases.hold, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        fade = np.where(
            late > 0.0, np.where(cases.decay > 0.0, np.exp(-late / cases.decay), 0.0), 1.0
        )
    burnt = np.minimum(t, cases.hold) + np.where(late > 0.0, cases.decay * (1.0 - fade), 0.0)
    return cases.thrust * fade, mass - cases.thrust * burnt / cases.exhaust_speed


@dataclass(frozen=True, slots=True, eq=False)
class SeparationMap:
    """Outcomes over residual thrust (F,) and separation speed (S,).

    Attributes
    ----------
    residual_thrust : ndarray, shape (F,)
        As a fraction.
    speed : ndarray, shape (S,)
        m/s.
    cases : int
        In each cell.
    opened : ndarray, shape (F, S)
        Share in which the joint opens by the clearance within the first second.
    contacts, blows : ndarray, shape (F, S)
        Mean numbers, as in `SeparationBatch`.
    repeated, struck_again : ndarray, shape (F, S)
        Share with two contacts or more, and with two blows or more.
    first_contact, closing_speed : ndarray, shape (F, S)
        Medians over the cases that meet again, s and m/s; NaN where none does.
    tumbling : ndarray, shape (F, S)
        Median angular speed of the payload at the end, rad/s.
    """

    residual_thrust: FloatArray
    speed: FloatArray
    cases: int
    opened: FloatArray
    contacts: FloatArray
    blows: FloatArray
    repeated: FloatArray
    struck_again: FloatArray
    first_contact: FloatArray
    closing_speed: FloatArray
    tumbling: FloatArray

    def rows(self) -> tuple[tuple[float, ...], ...]:
        """The map as a table: residual thrust, speed, then the other attributes in their order."""
        columns = (
            self.opened,
            self.contacts,
            self.blows,
            self.repeated,
            self.struck_again,
            self.first_contact,
            self.closing_speed,
            self.tumbling,
        )
        return tuple(
            (float(thrust), float(speed), *(float(column[i, j]) for column in columns))
            for i, thrust in enumerate(self.residual_thrust)
            for j, speed in enumerate(self.speed)
        )


def separation_map(
    payload: Cylinder,
    stage: Cylinder,
    residual_thrust: FloatArray,
    speed: FloatArray,
    *,
    thrust: float,
    exhaust_speed: float,
    spread: Spread | None = None,
    cases: int = 20,
    seed: int = 0,
    duration: float = 20.0,
    threads: int | None = None,
) -> SeparationMap:
    """Fly every pair of residual thrust (F,) and separation speed (S,), `cases` times each.

    All cells share the same draws of the rest of `spread`, so that cells differ by what the map is
    about.
    """
    fractions, speeds = np.asarray(residual_thrust, float), np.asarray(speed, float)
    if fractions.ndim != 1 or speeds.ndim != 1 or not (fractions.size and speeds.size):
        raise InputError(
            f"wanted rows of residual thrusts and speeds, got shapes {fractions.shape} and "
            f"{speeds.shape}"
        )
    drawn = (spread or Spread()).sample(cases, seed, thrust, exhaust_speed)
    cells = fractions.size * speeds.size
    index = np.tile(np.arange(cases), cells)
    many = replace(
        drawn[index],
        thrust=thrust * np.repeat(fractions, speeds.size * cases),
        speed=np.tile(np.repeat(speeds, cases), fractions.size),
    )
    flown = separate(payload, stage, many, duration=duration, threads=threads)
    shape = (fractions.size, speeds.size, cases)

    def cell(values: ArrayLike) -> FloatArray:
        return np.asarray(values, dtype=float).reshape(shape)

    return SeparationMap(
        residual_thrust=fractions,
        speed=speeds,
        cases=cases,
        opened=(cell(flown.opened) < 1.0).mean(axis=-1),
        contacts=cell(flown.count).mean(axis=-1),
        blows=cell(flown.blows).mean(axis=-1),
        repeated=(cell(flown.count) >= 2).mean(axis=-1),
        struck_again=(cell(flown.blows) >= 2).mean(axis=-1),
        first_contact=_median(cell(flown.first_contact)),
        closing_speed=_median(cell(flown.closing_speed)),
        tumbling=np.median(cell(flown.tumbling[:, 0]), axis=-1),
    )


def _median(values: FloatArray) -> FloatArray:
    """Over the last axis, of what is finite; NaN where nothing is."""
    out = np.full(values.shape[:-1], np.nan)
    for place in np.ndindex(out.shape):
        finite = values[place][np.isfinite(values[place])]
        if finite.size:
            out[place] = np.median(finite)
    return out
