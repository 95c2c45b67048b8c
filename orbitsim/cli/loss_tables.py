"""What the commands print of launch, dispersions and loss."""

from __future__ import annotations

from math import degrees

import numpy as np
from rich.console import Console
from rich.table import Table

from orbitsim.cli.layout import new_table
from orbitsim.missions.debris import HEAVY
from orbitsim.missions.fly import Flight
from orbitsim.missions.loss import Loss
from orbitsim.missions.regions import locate
from orbitsim.phases.footprint import Footprint


def print_prediction(console: Console, flight: Flight) -> None:
    """The predicted liftoff and its account."""
    found = flight.prediction
    if found is None:
        return
    documented = flight.record.time("liftoff")
    table = new_table(
        "Predicted liftoff (the documented one gives the day and nothing else)",
        "Prediction", "UTC", "less documented, s",
    )  # fmt: skip
    rows = [("ascent's model alone, uncalibrated", found.uncalibrated)]
    if found.calibrated is not None:
        turn = degrees(found.turn)
        rows.append(
            (f"node turned by {turn:+.3f} deg, learnt from {found.reference}", found.calibrated)
        )
    for name, prediction in rows:
        late = float((prediction.time - documented).to_value("s"))
        table.add_row(name, prediction.time.utc.iso[:21], f"{late:+.1f}")
    console.print(table)
    if found.causes:
        parts = "; ".join(f"{cause.name} {cause.seconds:.1f} s" for cause in found.causes)
        console.print(f"What remains, {found.doubt:.0f} s together: {parts}.")


def print_scatter(console: Console, flight: Flight) -> None:
    """Insertion errors over dispersed ascents."""
    scatter = flight.scatter
    if scatter is None:
        return
    good = scatter.batch.status == 0
    errors = scatter.batch.errors
    console.print(
        f"{len(scatter.batch)} dispersed ascents under closed-loop guidance: "
        f"{scatter.reached} cut off by command, one sigma of perigee "
        f"{np.std(errors.perigee_radius[good]) / 1e3:.2f} km, apogee "
        f"{np.std(errors.apogee_radius[good]) / 1e3:.2f} km, inclination "
        f"{degrees(float(np.std(errors.inclination[good]))):.4f} deg, node "
        f"{degrees(scatter.node_scatter):.4f} deg, period {np.std(errors.period[good]):.2f} s."
    )
    table = new_table(
        "Drop zones", "What", "Lat, deg", "Lon, deg", "Range, km", "sigma along, km",
        "across, km",
    )  # fmt: skip
    end = np.inf if flight.loss is None else flight.loss.ascent.t[-1]
    for zone, (along, across) in zip(scatter.zones, scatter.zone_spreads, strict=True):
        if _shed_at(flight, zone.shed.event) <= end:
            table.add_row(
                f"{zone.shed.name} ({zone.shed.pieces})",
                f"{degrees(zone.latitude):.2f}",
                f"{degrees(zone.longitude):.2f}",
                f"{zone.downrange / 1e3:.0f}",
                f"{along / 1e3:.1f}",
                f"{across / 1e3:.1f}",
            )
    console.print(table)


def print_loss(console: Console, flight: Flight) -> None:
    """Events with one sigma, contacts, footprint, sensitivities."""
    loss, site = flight.loss, flight.site
    if loss is None or site is None:
        return
    if loss.events:
        console.print(_events(loss))
    _print_contacts(console, loss)
    if loss.footprint is None or loss.heavy is None:
        return
    for name, shape in (("All pieces", loss.footprint), (f"Above {HEAVY:.0f} kg", loss.heavy)):
        console.print(
            f"{name}: {_centre(shape)}, {shape.distance(site) / 1e3:.0f} km from the pad."
        )
    vacuum = loss.vacuum.distance(site) / 1e3
    console.print(f"Without air the state at the failure would fall {vacuum:.0f} km from the pad.")
    table = new_table(
        "What the footprint hangs on", "Changed", "to", "Lat, deg", "Lon, deg", "from pad, km",
        "moved along, km", "across, km", "sigma along, km", "across, km", "Region",
    )  # fmt: skip
    for row in loss.sensitivities:
        shape = row.footprint
        table.add_row(
            row.name,
            row.change,
            f"{degrees(shape.latitude):.2f}",
            f"{degrees(shape.longitude):.2f}",
            f"{row.downrange / 1e3:.0f}",
            f"{row.along / 1e3:+.1f}",
            f"{row.across / 1e3:+.1f}",
            f"{shape.along / 1e3:.1f}",
            f"{shape.across / 1e3:.1f}",
            str(row.place),
        )
    console.print(table)


def _shed_at(flight: Flight, event: str) -> float:
    assert flight.ascent is not None
    return flight.ascent.event(event).time


def _events(loss: Loss) -> Table:
    table = new_table(
        "Loss, one sigma behind each figure", "Event", "Body", "T+, s", "Lat, deg", "Lon, deg",
        "Alt, km", "along, km", "across, km", "",
    )  # fmt: skip
    for event in loss.events:
        spot = event.spot
        table.add_row(
            event.name,
            event.body,
            f"{spot.time:.1f} +- {spot.time_sigma:.1f}",
            f"{degrees(spot.latitude):.2f}",
            f"{degrees(spot.longitude):.2f}",
            f"{spot.altitude / 1e3:.1f}",
            f"+- {spot.along / 1e3:.1f}",
            f"+- {spot.across / 1e3:.1f}",
            event.note,
        )
    return table


def _print_contacts(console: Console, loss: Loss) -> None:
    if loss.failure is None or loss.failure.outcome is None:
        return
    outcome = loss.failure.outcome
    good = outcome.parted
    rate = np.degrees(np.median(outcome.tumbling[good, 0]))
    parted, once, twice = (
        100.0 * float(share)
        for share in (good.mean(), *(np.mean(outcome.count[good] >= n) for n in (1, 2)))
    )
    console.print(
        f"{len(outcome)} separations with the stage's thrust and the joint as assumed: the bodies "
        f"part in {parted:.0f} %; of these {once:.0f} % meet again, {twice:.0f} % twice or more; "
        f"the payload then turns at {rate:.1f} deg/s (median)."
    )


def _centre(shape: Footprint) -> str:
    place = locate(shape.latitude, shape.longitude)
    return (
        f"centre {degrees(shape.latitude):.2f} N {degrees(shape.longitude):.2f} E ({place}), one "
        f"sigma {shape.along / 1e3:.0f} km along and {shape.across / 1e3:.1f} km across the track"
    )
