"""What the commands print: tables of a flight, with rich."""

from __future__ import annotations

from collections.abc import Iterable
from math import degrees
from typing import Any

from rich.console import Console
from rich.table import Table

from orbitsim.cli.layout import new_table
from orbitsim.cli.loss_tables import print_loss, print_prediction, print_scatter
from orbitsim.cli.voyage_tables import print_voyage
from orbitsim.missions.audit import Audit
from orbitsim.missions.fly import Flight
from orbitsim.missions.report import orbit_row, since_liftoff
from orbitsim.missions.verdict import Finding
from orbitsim.phases.launch_window import LaunchWindow

_COLOURS = {"supported": "green", "contradicted": "red", "undecided": "yellow"}


def print_flight(console: Console, flight: Flight, audit: Audit) -> None:
    """Timeline, launch, ascent, loss, orbits, periods, burns and findings."""
    story = ", as planned" if flight.story == "planned" else ""
    console.print(f"\n[bold]{flight.record.name}{story}[/bold]")
    console.print(_timeline(flight))
    if flight.windows:
        console.print(windows_table(flight.windows))
        _print_offset(console, flight)
    print_prediction(console, flight)
    if flight.ascent is not None:
        _print_ascent(console, flight)
        print_scatter(console, flight)
    print_loss(console, flight)
    if flight.orbits:
        console.print(_orbits(flight))
    if flight.periods is not None:
        _print_periods(console, flight)
    if flight.rendezvous is not None and flight.voyage is None:
        _print_rendezvous(console, flight)
    print_voyage(console, flight)
    print_findings(console, audit)


def print_findings(console: Console, audit: Audit) -> None:
    """Decided figures and disagreements one by one, the rest by number."""
    shown = [f for f in audit.findings if f.derived is not None]
    console.print(_findings("Findings: documented figures and derived ones", shown))
    disagreeing = [
        f for f in audit.findings if f.derived is None and f.basis.startswith("the documents also")
    ]
    if disagreeing:
        console.print(_disagreements(disagreeing))
    counts = ", ".join(
        f"{audit.count(verdict)} [{colour}]{verdict}[/{colour}]"
        for verdict, colour in _COLOURS.items()
    )
    rest = len(audit.findings) - len(shown) - len(disagreeing)
    console.print(
        f"{len(audit.findings)} documented figures: {counts}; "
        f"{rest} of the undecided are names, places and the like that no dynamics bears on, or "
        "inputs of the flight."
    )


def windows_table(windows: Iterable[LaunchWindow]) -> Table:
    """Passages of a site through a plane."""
    table = new_table(
        "Passages of the pad through the orbit's plane", "UTC", "Pass", "Azimuth, deg"
    )
    for window in windows:
        table.add_row(
            window.time.utc.iso[:19],
            "descending" if window.descending else "ascending",
            f"{degrees(window.azimuth):.2f}",
        )
    return table


def _timeline(flight: Flight) -> Table:
    table = new_table("Timeline", "UTC", "T+", "Event", "Lat, deg", "Lon, deg", "Alt, km", "Origin")
    for moment in flight.timeline:
        seconds = since_liftoff(moment, flight)
        place = ("", "", "")
        if moment.place is not None:
            latitude, longitude, altitude = moment.place
            place = (
                f"{degrees(latitude):.2f}",
                f"{degrees(longitude):.2f}",
                f"{altitude / 1e3:.1f}",
            )
        table.add_row(
            moment.time.utc.iso[:21],
            "" if seconds is None else _clock(seconds),
            moment.event,
            *place,
            moment.origin,
        )
    return table


def _orbits(flight: Flight) -> Table:
    table = new_table(
        "Orbits (perigee x apogee altitude, km)",
        "Orbit",
        "over the ellipsoid",
        "over 6378.137 km",
        "over 6371.009 km",
        "i, deg",
        "Keplerian, min",
        "nodal, min",
    )
    for named in flight.orbits:
        row = orbit_row(named)
        table.add_row(
            named.name,
            *(
                f"{row[f'perigee_altitude_{datum}_km']:.1f} x "
                f"{row[f'apogee_altitude_{datum}_km']:.1f}"
                for datum in ("ellipsoid", "equatorial", "mean")
            ),
            f"{row['inclination_deg']:.3f}",
            f"{row['period_keplerian_min']:.3f}",
            f"{row['period_nodal_min']:.3f}",
        )
    return table


def _print_offset(console: Console, flight: Flight) -> None:
    liftoff = flight.record.time("liftoff")
    gaps = [
        float((liftoff - window.time).to_value("s"))
        for window in flight.windows
        if not window.descending
    ]
    if not gaps:
        return
    gap = min(gaps, key=abs)
    side = "before" if gap < 0.0 else "after"
    console.print(
        f"Documented liftoff is {abs(gap):.1f} s {side} the ascending passage.  Two effects shift "
        "it: the vehicle drifts\nsideways with the turning Earth during the ascent, which asks for "
        "an earlier liftoff, and its lower orbit's node\nfalls behind the station's until the "
        "docking, which asks for a later one."
    )


def _print_ascent(console: Console, flight: Flight) -> None:
    ascent = flight.ascent
    assert ascent is not None
    title = "Ascent" if flight.loss is None else "Ascent, as it would have gone on"
    table = new_table(
        title, "Event", "T+, s", "Alt, km", "Range, km", "Speed, m/s", "rel., m/s", "Mass, kg"
    )
    for event in ascent.events:
        table.add_row(
            event.name,
            f"{event.time:.1f}",
            f"{event.altitude / 1e3:.1f}",
            f"{event.downrange / 1e3:.0f}",
            f"{event.speed_inertial:.0f}",
            f"{event.speed_relative:.0f}",
            f"{event.mass_after:.0f}",
        )
    console.print(table)
    budget = ascent.budget
    console.print(
        f"Delta-v {budget.ideal:.0f} m/s = {budget.gained:.0f} gained + {budget.gravity:.0f} "
        f"gravity + {budget.back_pressure:.0f} back pressure + {budget.drag:.0f} drag + "
        f"{budget.steering:.0f} steering; the Earth's rotation gives {budget.rotation:.0f} more."
    )
    last = ascent.launch.rocket.stages[-1]
    console.print(
        f"Cut-off {ascent.cut_off.time - last.cut_off:+.1f} s from the published nominal "
        f"{last.cut_off:.0f} s, {ascent.propellant_left[last.name]:.0f} kg of propellant left."
    )


def _print_periods(console: Console, flight: Flight) -> None:
    table = flight.periods
    assert table is not None
    documented = table.documented
    given = documented == documented
    title = "Period of the stated apsides under every convention, min"
    if given:
        title += f" (documented: {documented / 60.0:.6g})"
    printed = new_table(title, "Altitudes over", "Period", "exact", "first order", "difference")
    for row in table.rows:
        printed.add_row(
            row.datum,
            row.kind,
            f"{row.period / 60.0:.4f}",
            f"{row.first_order / 60.0:.4f}",
            f"{row.difference / 60.0:+.4f}" if given else "",
            style="bold" if given and row is table.nearest else "",
        )
    console.print(printed)
    low, high = table.perigee_range
    parking = flight.parking
    assert parking is not None
    perigee = degrees(float(parking.elements().argument_of_perigee))
    console.print(
        f"Perigee at the insertion point, argument {perigee:.1f} deg; a degree changes the nodal "
        f"period by {table.perigee_sensitivity / degrees(1.0) / 60.0:+.4f} min, the whole circle "
        f"spans {low / 60.0:.3f} to {high / 60.0:.3f} min."
    )


def _print_rendezvous(console: Console, flight: Flight) -> None:
    rendezvous = flight.rendezvous
    assert rendezvous is not None
    table = new_table(
        "Burn plan", "UTC", "Orbit", "Burn", "delta-v, m/s", "radial", "transverse", "normal",
        "leaves, km",
    )  # fmt: skip
    for burn in rendezvous.burns:
        low, high = burn.orbit.apsis_altitudes()
        table.add_row(
            burn.time.utc.iso[:19],
            str(burn.orbit_number),
            burn.purpose,
            f"{burn.delta_v:.2f}",
            *(f"{part:+.2f}" for part in burn.delta_v_rtn),
            f"{float(low) / 1e3:.1f} x {float(high) / 1e3:.1f}",
        )
    console.print(table)
    excess = rendezvous.delta_v / rendezvous.hohmann - 1.0
    console.print(
        f"Station {degrees(rendezvous.phasing.initial_phase):.1f} deg ahead at insertion.  Total "
        f"{rendezvous.delta_v:.1f} m/s, Hohmann between the mean orbits {rendezvous.hohmann:.1f} "
        f"m/s ({100.0 * excess:+.1f} %).\nClosest approach {rendezvous.miss:.3f} m at "
        f"{rendezvous.docking_time.utc.iso[:23]} on orbit {rendezvous.docking_orbit}."
    )


def _findings(title: str, findings: Iterable[Finding]) -> Table:
    table = new_table(title, "Figure", "documented", "derived", "tolerance", "verdict", "basis")
    for finding in findings:
        colour = _COLOURS[finding.verdict]
        unit = "s" if finding.figure.kind == "time" else ""
        table.add_row(
            finding.figure.key,
            str(finding.figure),
            _number(finding.derived),
            f"{_number(finding.tolerance)} {unit}".strip(),
            f"[{colour}]{finding.verdict}[/{colour}]",
            finding.basis,
        )
    return table


def _disagreements(findings: Iterable[Finding]) -> Table:
    """One row for each key whose documents disagree and that nothing decides."""
    table = new_table("Figures on which the documents disagree and nothing here decides",
                   "Figure", "variants")  # fmt: skip
    variants: dict[str, dict[str, None]] = {}
    for finding in findings:
        variants.setdefault(finding.figure.key, {})[str(finding.figure)] = None
    for key, texts in variants.items():
        table.add_row(key, " | ".join(texts))
    return table


def _number(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:19]
    return f"{value:.6g}"


def _clock(seconds: float) -> str:
    """T+ as days, hours, minutes, seconds."""
    sign = "-" if seconds < -0.05 else "+"
    tenths = round(abs(seconds) * 10.0)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    lead = f"{days}d " if days else ""
    return f"{sign}{lead}{hours:02d}:{minutes:02d}:{tenths / 10.0:04.1f}"
