"""From the failure that a record declares to the flown one: bodies, contacts, events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from orbitsim.errors import RecordError
from orbitsim.missions.failure_record import FailureRecord
from orbitsim.missions.record import MissionRecord
from orbitsim.phases.ascent import Ascent
from orbitsim.phases.failure import BodyState, FailedFlight, Failure, fail
from orbitsim.phases.separation import (
    Cylinder,
    SeparationBatch,
    SeparationCases,
    Spread,
    separate,
)
from orbitsim.phases.separation_result import SeparationEvent, hand_over, separation_events
from orbitsim.units import FloatArray

_QUIET = Spread()


@dataclass(frozen=True, slots=True, eq=False)
class FlownFailure:
    """What the declared failure leads to.

    Attributes
    ----------
    flight : FailedFlight
    bodies : tuple of BodyState
        What falls: after a premature separation at the end of the relative motion, otherwise as
        the failure leaves them.
    events : tuple of SeparationEvent
        Of the `typical` case.
    payload, stage : Cylinder or None
    cases : SeparationCases or None
    outcome : SeparationBatch or None
    typical : int or None
        Of the cases that parted, and in which the bodies met again at least as often as in most of
        them, the one in the middle by its first contact.
    """

    flight: FailedFlight
    bodies: tuple[BodyState, ...]
    events: tuple[SeparationEvent, ...]
    payload: Cylinder | None = None
    stage: Cylinder | None = None
    cases: SeparationCases | None = None
    outcome: SeparationBatch | None = None
    typical: int | None = None


def declared_failure(record: MissionRecord) -> Failure:
    """The record's failure, SI, seconds after the liftoff.

    Raises
    ------
    RecordError
        The record declares none.
    """
    declared = _declared(record)
    if declared.time.kind == "duration":
        seconds = declared.time.si
    else:
        seconds = float((declared.time.time - record.time("liftoff")).to_value("s"))
    low, high = declared.range("residual_thrust", (1.0, 1.0))
    turn = declared.range("turn_acceleration", (0.0, 0.0))
    return Failure(
        seconds, declared.stage, declared.kind, 0.5 * (low + high), 0.5 * (turn[0] + turn[1])
    )


def declared_spread(record: MissionRecord) -> Spread:
    """What the record assumes of a separation, for `Spread.sample`."""
    declared = _declared(record)

    def sigma(role: str, default: float) -> float:
        return declared.range(role, (default, default))[1]

    decay = declared.range("thrust_decay", (-1.0, -1.0))
    return Spread(
        residual_thrust=declared.range("residual_thrust", _QUIET.residual_thrust),
        decay=None if decay[0] < 0.0 else decay,
        speed=declared.range("separation_speed", _QUIET.speed),
        stroke=declared.range("pusher_stroke", _QUIET.stroke),
        restitution=declared.range("restitution", _QUIET.restitution),
        friction=declared.range("friction", _QUIET.friction),
        thrust_offset=sigma("thrust_offset", _QUIET.thrust_offset),
        thrust_tilt=sigma("thrust_tilt", _QUIET.thrust_tilt),
        push_offset=sigma("push_offset", _QUIET.push_offset),
    )


def declared_bodies(record: MissionRecord, flight: FailedFlight) -> tuple[Cylinder, Cylinder]:
    """Payload and stage as uniform cylinders of the declared size and the flown mass.

    Raises
    ------
    RecordError
        A size is missing.
    """
    declared = _declared(record)
    bodies = []
    for name in ("payload", "stage"):
        size = []
        for role in (f"{name}_length", f"{name}_diameter"):
            low, high = declared.range(role, (-1.0, -1.0))
            if low <= 0.0:
                raise RecordError(
                    f"{record.source}: failure: '{role}' is missing or 0; wanted a length for the "
                    "relative motion after the separation"
                )
            size.append(0.5 * (low + high))
        bodies.append(Cylinder.uniform(name, flight.body(name).mass, *size))
    return bodies[0], bodies[1]


def fly_failure(
    record: MissionRecord,
    ascent: Ascent,
    *,
    spread: Spread | None = None,
    covariance: FloatArray | None = None,
    cases: int = 200,
    seed: int = 0,
    duration: float = 20.0,
    threads: int | None = None,
) -> FlownFailure:
    """Fly the declared failure; a premature separation as `cases` draws from its assumptions.

    Parameters
    ----------
    record : MissionRecord
    ascent : Ascent
    spread : Spread, optional
        Instead of what the record assumes.
    covariance : ndarray, shape (6, 6), optional
        Of the state at the failure, m and m/s.
    cases, seed, duration, threads
        See `Spread.sample` and `separate`.

    Raises
    ------
    RecordError
        The record declares no failure, or lacks what its kind needs.
    InputError
        The stage does not burn at the declared time.
    """
    failure = declared_failure(record)
    flight = _uncertain(fail(ascent, failure), covariance)
    if failure.kind != "premature separation":
        return FlownFailure(flight, flight.bodies, ())
    payload, stage = declared_bodies(record, flight)
    drawn = (spread or declared_spread(record)).sample(
        cases, seed, flight.thrust, flight.exhaust_speed
    )
    outcome = separate(payload, stage, drawn, duration=duration, threads=threads)
    typical = _typical(outcome)
    return FlownFailure(
        flight=flight,
        bodies=hand_over(flight, drawn, outcome),
        events=separation_events(outcome, typical, start=failure.time),
        payload=payload,
        stage=stage,
        cases=drawn,
        outcome=outcome,
        typical=typical,
    )


def bodies_if_later(flown: FlownFailure, ascent: Ascent, seconds: float) -> tuple[BodyState, ...]:
    """What would fall if the same failure had come `seconds` later, with the same relative motion.

    The stage's mass changes by less than a per cent a second, which the relative motion leaves out.
    """
    failure = replace(flown.flight.failure, time=flown.flight.failure.time + seconds)
    flight = _uncertain(fail(ascent, failure), flown.flight.bodies[0].covariance)
    if flown.cases is None or flown.outcome is None:
        return flight.bodies
    return hand_over(flight, flown.cases, flown.outcome)


def _uncertain(flight: FailedFlight, covariance: FloatArray | None) -> FailedFlight:
    if covariance is None:
        return flight
    bodies = tuple(replace(body, covariance=covariance) for body in flight.bodies)
    return replace(flight, bodies=bodies)


def _typical(outcome: SeparationBatch) -> int:
    parted = outcome.parted
    often = outcome.count >= np.median(outcome.count[parted])
    met = np.flatnonzero(parted & often)
    order = met[np.argsort(outcome.first_contact[met])]  # NaN, no contact at all, comes last
    return int(order[order.size // 2])


def _declared(record: MissionRecord) -> FailureRecord:
    if record.failure is None:
        raise RecordError(f"{record.source}: no failure is declared; wanted a table [failure]")
    return record.failure
