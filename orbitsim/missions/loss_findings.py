"""What a flown loss says of documented figures.

Middles and half-widths are those of the interval that holds 90 % of the dispersed cases.  What goes
in, and that the figure itself does not, is said in each basis.
"""

from __future__ import annotations

from math import pi

import numpy as np

from orbitsim.kernels.separation import ENERGY
from orbitsim.missions.debris import Debris
from orbitsim.missions.fly import Flight
from orbitsim.missions.loss import Loss, central
from orbitsim.missions.loss_events import contact_delays
from orbitsim.missions.record import Figure
from orbitsim.missions.regions import find_region, locate
from orbitsim.missions.verdict import Derived, Told, printed_tolerance, root_sum
from orbitsim.phases.footprint import Region, offsets
from orbitsim.phases.separation import SeparationBatch
from orbitsim.units import FloatArray

_EVENT_TIME = 5.0
"""s; by how much published nominal times of one launcher differ between sources."""


def telemetry_lost(figure: Figure, flight: Flight) -> Derived | None:
    """The separation that another passage gives, and the simulated delay to the first contact."""
    return _across_contact(figure, flight, "failure.separation", +1.0)


def separation(figure: Figure, flight: Flight) -> Derived | None:
    """The loss of telemetry that another passage gives, less the simulated delay."""
    return _across_contact(figure, flight, "failure.telemetry_lost", -1.0)


def _across_contact(figure: Figure, flight: Flight, key: str, sign: float) -> Derived | None:
    loss = flight.loss
    if loss is None or loss.failure is None or "liftoff" not in flight.record.flight:
        return None
    others = [f for f in flight.record.variants(key) if f.locator != figure.locator]
    delays = contact_delays(loss.failure)
    if not others or delays.size < 2:
        return None
    other = min(others, key=lambda entry: entry.precision_si)
    middle, half = central(delays)
    told = "separation" if sign > 0.0 else "loss of telemetry"
    return Derived(
        other.si + sign * middle,
        root_sum(printed_tolerance(other), half),
        f"from the {told} at {other} ({other.locator}) and the simulated delay of "
        f"{middle:.1f} +- {half:.1f} s to the contact that then cut telemetry off, as is "
        "suspected; it cannot have done so before the separation",
    )


def into_burn(figure: Figure, flight: Flight) -> Derived | None:
    """Time from the last stage's ignition to the loss of telemetry."""
    if flight.loss is None or flight.ascent is None or "loss" not in flight.record.flight:
        return None
    lost = float((flight.record.time("loss") - flight.record.time("liftoff")).to_value("s"))
    ignition = flight.ascent.launch.rocket.stages[-1].ignition
    return Derived(
        lost - ignition,
        _EVENT_TIME,
        "documented loss of telemetry less the last stage's published nominal ignition",
    )


def early_by(figure: Figure, flight: Flight) -> Derived | None:
    """How much later the payload would have separated."""
    if flight.loss is None or flight.ascent is None or "loss" not in flight.record.flight:
        return None
    lost = float((flight.record.time("loss") - flight.record.time("liftoff")).to_value("s"))
    nominal = flight.ascent.event("payload separation").time
    doubt = _EVENT_TIME
    if flight.scatter is not None:
        batch = flight.scatter.batch
        doubt = root_sum(doubt, central(batch.event_times[batch.status == 0, -1])[1])
    return Derived(
        nominal - lost, doubt, "payload separation as simulated, less the documented loss"
    )


def downrange(figure: Figure, flight: Flight) -> Derived | None:
    """Distance of the debris from the pad."""
    loss, site = flight.loss, flight.site
    if loss is None or site is None:
        return None
    if not loss.debris:
        distance = loss.vacuum.distance(site)
        return Derived(
            distance, 0.1 * distance, "vacuum impact point of the state at the loss, from the pad"
        )
    middle, half = central(_distances(loss, site.latitude, site.longitude))
    return Derived(
        middle,
        half,
        "from the pad to the pieces of both bodies, 90 % of them, falling from the simulated "
        "ascent at the documented time of the failure",
    )


def _distances(loss: Loss, latitude: float, longitude: float) -> FloatArray:
    places = [
        np.hypot(*offsets(one.latitude, one.longitude, (latitude, longitude), 0.0))
        for one in loss.debris
    ]
    return np.asarray(np.concatenate(places))


def breakup_region(figure: Figure, flight: Flight) -> Told | None:
    """Where the falling bodies meet the air that takes them apart."""
    loss = flight.loss
    if loss is None or not loss.debris:
        return None
    first = loss.debris[0]
    spot = first.breakup
    where = str(locate(spot.latitude, spot.longitude))
    what = f"{np.degrees(spot.latitude):.2f} N {np.degrees(spot.longitude):.2f} E, {where}"
    mapped = find_region(str(figure.value))
    if mapped is None:
        return Told(what, None, f"break-up at {spot.altitude / 1e3:.0f} km by the air; the words "
                    "name no region with an outline here")  # fmt: skip
    region = mapped.region
    away = np.concatenate(
        [_away(region, one.breakup_latitude, one.breakup_longitude) for one in loss.debris]
    )
    down = np.concatenate(
        [
            _away(region, one.latitude[:: _every(one)], one.longitude[:: _every(one)])
            for one in loss.debris
        ]
    )
    share = float(np.mean(away == 0.0))
    near = float(np.mean(away <= mapped.accuracy))
    return Told(
        what,
        # What the outline's accuracy leaves open decides nothing.
        near if near <= 0.5 else share,
        f"bodies that fall whole from the failure meet {spot.altitude / 1e3:.0f} km, where the air "
        f"takes them apart, over {figure.value} in {100.0 * share:.0f} % of the cases "
        f"({100.0 * near:.0f} % within its outline's {mapped.accuracy / 1e3:.0f} km); of the "
        f"pieces {100.0 * np.mean(down == 0.0):.0f} % land there",
        len(first.breakup_latitude),
    )


def _away(region: Region, latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    pairs = zip(latitude, longitude, strict=True)
    return np.array([region.distance(float(north), float(east)) for north, east in pairs])


def _every(debris: Debris) -> int:
    """Step through the pieces that leaves a few hundred of them."""
    return max(1, debris.mass.size // 300)


def collisions(figure: Figure, flight: Flight) -> Told | None:
    """How often the bodies meet again."""
    outcome = _outcome(flight)
    if outcome is None:
        return None
    good = outcome.parted
    least = int(figure.si)
    share = float(np.mean(outcome.count[good] >= least))
    blows = float(np.mean(outcome.blows[good] >= least))
    return Told(
        float(np.median(outcome.count[good])),
        share,
        f"of the cases in which the bodies part, {100.0 * share:.0f} % meet again {least} times or "
        f"more (median shown; rebounds within 1 cm are one), {100.0 * blows:.0f} % if each blow "
        "counts; thrust, springs and friction are assumed over wide ranges",
        int(np.count_nonzero(good)),
    )


def tailspin(figure: Figure, flight: Flight) -> Told | None:
    """Whether the payload turns over before it meets the air."""
    outcome, loss = _outcome(flight), flight.loss
    if outcome is None or loss is None or loss.failure is None or not loss.debris:
        return None
    rate = outcome.tumbling[outcome.parted, 0]
    seconds = loss.debris[0].breakup.time - loss.failure.flight.failure.time
    share = float(np.mean(rate * seconds > pi))
    low, middle, high = np.degrees(np.percentile(rate, [5.0, 50.0, 95.0]))
    return Told(
        f"{middle:.1f} deg/s",
        share,
        f"after the contacts the payload turns at {low:.1f} to {high:.0f} deg/s (90 %), enough for "
        f"half a turn before it meets the air in {100.0 * share:.0f} % of {rate.size} cases",
        rate.size,
    )


def damage(figure: Figure, flight: Flight) -> Told | None:
    """How hard the contacts are; what a hull stands is not known."""
    outcome = _outcome(flight)
    if outcome is None:
        return None
    energy = np.nan_to_num(outcome.records[outcome.parted][..., ENERGY]).max(axis=1)
    low, middle, high = np.percentile(energy, [5.0, 50.0, 95.0]) / 1e3
    return Told(
        f"{middle:.1f} kJ",
        None,
        f"the hardest contact of a case takes {low:.1f} to {high:.1f} kJ (90 %); what opens a hull "
        "is documented nowhere",
    )


def orbit_reached(figure: Figure, flight: Flight) -> Told | None:
    """Whether the state at the loss stays up."""
    if flight.loss is None:
        return None
    low, _ = flight.loss.state.apsis_altitudes("ellipsoid")
    return Told(
        "no",
        1.0 if figure.value == "no" else 0.0,
        f"the orbit at the failure has its perigee {-float(low) / 1e3:.0f} km below the ground",
    )


def _outcome(flight: Flight) -> SeparationBatch | None:
    if flight.loss is None or flight.loss.failure is None:
        return None
    return flight.loss.failure.outcome
