"""What the commands print of a voyage."""

from __future__ import annotations

from math import degrees

import numpy as np
from rich.console import Console

from orbitsim.cli.layout import new_table
from orbitsim.missions.fly import Flight
from orbitsim.missions.voyage import Voyage
from orbitsim.missions.voyage_decay import SHARES


def print_voyage(console: Console, flight: Flight) -> None:
    """Burns, dockings, free flight, the station's sets, descent."""
    voyage = flight.voyage
    if voyage is None:
        return
    _rendezvous(console, voyage)
    _dockings(console, voyage)
    _drift(console, voyage)
    _study(console, voyage)
    _descent(console, voyage)
    parts = "; ".join(f"{one.after} {one.propellant:.0f}" for one in voyage.balance)
    console.print(f"Propellant left, kg, after: {parts}.")


def _rendezvous(console: Console, voyage: Voyage) -> None:
    flown = voyage.rendezvous
    table = new_table("Rendezvous under full forces", "UTC", "Orbit", "Burn", "dv, m/s", "s", "kg")
    for burn in flown.burns:
        table.add_row(
            burn.time.utc.iso[:19], str(burn.orbit_number), burn.name, f"{burn.delta_v:.2f}",
            f"{burn.duration:.1f}", f"{burn.propellant:.1f}",
        )  # fmt: skip
    console.print(table)
    miss = float(np.linalg.norm(flown.position_error))
    speed = float(np.linalg.norm(flown.velocity_error))
    console.print(
        f"At the hold point {flown.arrival_time.utc.iso[:19]}, {miss:.2f} m and {speed:.4f} m/s "
        f"off; {flown.delta_v:.1f} m/s, least possible at these times {flown.least_delta_v:.1f}; "
        f"docking on orbit {flown.docking_orbit}."
    )


def _dockings(console: Console, voyage: Voyage) -> None:
    table = new_table(
        "Dockings", "Approach", "lasts, min", "kg", "contact, m/s", "off the axis, m", "dispersed"
    )
    for docking, campaign in zip((voyage.docking, voyage.redocking), voyage.campaigns, strict=True):
        contact = docking.contact
        assert contact is not None
        table.add_row(
            docking.plan.name, f"{docking.duration / 60.0:.1f}", f"{docking.propellant:.0f}",
            f"{contact.closing_speed:.3f}", f"{np.hypot(*contact.offset):.3f}",
            f"{100.0 * campaign.probability:.1f} % of {len(campaign)} captured",
        )  # fmt: skip
    console.print(table)
    console.print(f"Kurs at the second docking: {voyage.refusal}.")


def _drift(console: Console, voyage: Voyage) -> None:
    table = new_table(
        "Free flight", "Leg", "until", "ahead, deg", "height, km", "station, km", "dv, m/s"
    )
    for leg in voyage.drift:
        path = leg.path
        table.add_row(
            leg.name, path.times[-1].utc.iso[:16], f"{degrees(float(path.phase[-1])):.2f}",
            f"{path.ship_height[-1] / 1e3:.1f}", f"{path.station_height[-1] / 1e3:.1f}",
            f"{leg.delta_v:.2f}" if leg.plan is not None else "",
        )  # fmt: skip
    console.print(table)
    sets = "; ".join(
        f"{one.time.utc.iso[:10]} after {one.days:.1f} d {one.along / 1e3:+.0f} km along, "
        f"{one.height / 1e3:+.2f} km in height"
        for one in voyage.handovers
    )
    console.print(f"The station predicted from each set, less its next set: {sets}.")


def _study(console: Console, voyage: Voyage) -> None:
    study = voyage.study
    losses = ", ".join(
        f"{loss / 1e3:.2f} km at {share:g} times its coefficient"
        for share, loss in zip(SHARES, study.loss, strict=True)
    )
    weathers = ", ".join(f"{loss / 1e3:.2f} km if {name}" for name, loss in study.loss_in.items())
    early, middle, late = study.lifetime.quantile([0.05, 0.5, 0.95])
    console.print(
        f"Left alone for the {study.days:.1f} d the ship would lose {losses}; {weathers}.  Holding "
        f"its height takes {study.to_hold.delta_v:.2f} m/s ({study.to_hold.propellant:.1f} kg), "
        f"sinking with the station {study.to_follow.delta_v:.2f} m/s "
        f"({study.to_follow.propellant:.1f} kg).  It would come down by itself after "
        f"{middle:.0f} d ({early:.0f} to {late:.0f})."
    )


def _descent(console: Console, voyage: Voyage) -> None:
    descent = voyage.descent
    entry = descent.entry
    console.print(
        f"Deorbit burn of {entry.plan.delta_v:.0f} m/s, {entry.plan.duration:.0f} s, perigee "
        f"{entry.plan.perigee_height / 1e3:.0f} km; break-up {entry.breakup.epoch.utc.iso[11:19]}, "
        f"debris from {entry.first_impact.utc.iso[11:19]} to {entry.last_impact.utc.iso[11:19]}."
    )
    table = new_table(
        "Debris against the burn",
        "dv, m/s",
        "perigee, km",
        "half of its mass down, min",
        "lon, deg",
    )
    for size, low, half, where in descent.by_delta_v:
        table.add_row(
            f"{size:.0f}", f"{low / 1e3:.0f}", f"{half / 60.0:.1f}", f"{degrees(where):.1f}"
        )
    console.print(table)
