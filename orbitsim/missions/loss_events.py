"""The moments of a loss, each with one sigma."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from orbitsim import frames
from orbitsim.kernels.separation import BEGIN, HARDEST
from orbitsim.missions.debris import HEAVY, Debris, Spot
from orbitsim.missions.failure import FlownFailure
from orbitsim.orbit import Orbit
from orbitsim.phases.separation_result import DamageLimits
from orbitsim.propagation import propagate
from orbitsim.units import FloatArray


@dataclass(frozen=True, slots=True)
class LossEvent:
    """One moment of the loss.

    Attributes
    ----------
    name : str
        "separation", "recontact", "telemetry_lost", "breakup" or "impact".
    body : str
        Whose: "vehicle", "payload" or "stage"; of an impact, its pieces.
    spot : Spot
    note : str
    """

    name: str
    body: str
    spot: Spot
    note: str = ""


def near_events(state: Orbit, flown: FlownFailure) -> tuple[LossEvent, ...]:
    """What happens in the first seconds; where, is where the failed vehicle has come to."""
    start = flown.flight.failure.time
    events = flown.events
    if not events:
        spot = _spot_at(state, flown, start, 0.0, start)
        return (LossEvent("failure", "vehicle", spot, flown.flight.failure.kind),)
    sigmas = _time_sigmas(flown)
    found = []
    count = 0
    for event in events:
        sigma = sigmas.get(event.name, 0.0)
        note = f"{event.relative_speed:.2f} m/s"
        if event.name == "recontact":
            sigma = sigmas.get(f"recontact {count}", sigma)
            count += 1
        spot = _spot_at(state, flown, event.time, sigma, start)
        body = "stage" if event.name == "telemetry_lost" else "vehicle"
        found.append(LossEvent(event.name, body, spot, note))
    return tuple(found)


def _time_sigmas(flown: FlownFailure) -> dict[str, float]:
    """One sigma over the cases that parted, by event."""
    outcome = flown.outcome
    assert outcome is not None
    good = outcome.parted
    found = {"separation": _sigma(outcome.opened[good])}
    for number in range(outcome.records.shape[1]):
        found[f"recontact {number}"] = _sigma(outcome.records[good, number, BEGIN])
    found["telemetry_lost"] = _sigma(contact_delays(flown))
    return found


def contact_delays(flown: FlownFailure) -> FloatArray:
    """Of the cases that parted, from the separation command to the first contact hard enough to
    cost the stage its antennas, s; cases without one are left out."""
    outcome = flown.outcome
    if outcome is None:
        return np.empty(0)
    records = outcome.records[outcome.parted]
    with np.errstate(invalid="ignore"):
        hard = records[..., HARDEST] >= DamageLimits().telemetry_speed
    first = np.where(hard, records[..., BEGIN], np.inf).min(axis=1)
    return np.asarray(first[np.isfinite(first)])


def _sigma(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.std()) if known.size > 1 else 0.0


def _spot_at(state: Orbit, flown: FlownFailure, time: float, sigma: float, start: float) -> Spot:
    moved = propagate(state, [max(time - start, 0.0)], method="kepler")
    r = moved.r.reshape(3)
    fixed, _ = frames.transform(r, np.zeros(3), state.frame, "ITRS", moved.times[0])
    latitude, longitude, altitude = (float(x) for x in frames.geodetic(fixed))
    up = state.r / np.linalg.norm(state.r)
    level = state.v - (state.v @ up) * up
    level = level / np.linalg.norm(level)
    covariance = flown.flight.bodies[0].covariance[:3, :3]
    along, across = (
        sqrt(max(float(axis @ covariance @ axis), 0.0)) for axis in (level, np.cross(up, level))
    )
    return Spot(time, sigma, latitude, longitude, altitude, along, across)


def ground_events(debris: tuple[Debris, ...]) -> list[LossEvent]:
    """Break-up and impacts of each body."""
    found = []
    for one in debris:
        found.append(LossEvent("breakup", one.name, one.breakup, "taken apart by the air"))
        found.append(LossEvent("impact", one.name, one.spot(), "centre of all its pieces"))
        if np.count_nonzero(one.mass >= HEAVY) > 1:
            note = f"centre of its pieces above {HEAVY:.0f} kg"
            found.append(LossEvent("impact", one.name, one.spot(least=HEAVY), note))
    return found
