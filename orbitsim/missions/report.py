"""A flight and its audit as plain data, for ``flight.json`` and for the tables of the commands."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from math import degrees
from pathlib import Path
from typing import Any

from orbitsim.errors import InputError
from orbitsim.missions.ascent_report import launch_rows, scatter_rows
from orbitsim.missions.audit import Audit
from orbitsim.missions.fly import Flight, Moment, NamedOrbit
from orbitsim.missions.loss_report import event_rows, loss_rows
from orbitsim.missions.verdict import Finding
from orbitsim.missions.voyage_report import voyage_rows
from orbitsim.period import DATUMS, KINDS
from orbitsim.phases.ascent import Ascent
from orbitsim.phases.rendezvous import Burn, Rendezvous


def flight_report(flight: Flight, audit: Audit) -> dict[str, Any]:
    """Everything a flight came to; units stand in the names, angles are degrees, times UTC."""
    record = flight.record
    return {
        "mission": {
            "id": record.id,
            "name": record.name,
            "record": record.source,
            "story": flight.story,
        },
        "assumptions": [
            {
                "key": assumption.key,
                "value": assumption.value,
                "unit": assumption.unit,
                "source": assumption.source,
                "reason": assumption.reason,
            }
            for assumption in record.assumptions
        ],
        "timeline": [_moment(moment, flight) for moment in flight.timeline],
        "windows": [
            {
                "time": window.time.utc.isot,
                "pass": "descending" if window.descending else "ascending",
                "azimuth_deg": degrees(window.azimuth),
            }
            for window in flight.windows
        ],
        "liftoff": None if flight.prediction is None else launch_rows(flight),
        "ascent": None if flight.ascent is None else _ascent(flight.ascent),
        "dispersions": None if flight.scatter is None else scatter_rows(flight.scatter),
        "events": event_rows(flight),
        "loss": None if flight.loss is None else loss_rows(flight.loss, flight.site),
        "orbits": [orbit_row(named) for named in flight.orbits],
        "periods": None if flight.periods is None else _periods(flight),
        "burns": [] if flight.rendezvous is None else [_burn(b) for b in flight.rendezvous.burns],
        "rendezvous": None if flight.rendezvous is None else _rendezvous(flight.rendezvous),
        "voyage": None if flight.voyage is None else voyage_rows(flight.voyage),
        "findings": [finding_row(finding) for finding in audit.findings],
    }


def write_json(report: Mapping[str, Any], path: str | Path) -> Path:
    """Write a report, whole or not at all.

    Raises
    ------
    InputError
        The folder cannot be written to.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_text(
            json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8"
        )
        draft.replace(target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
    return target


def finding_row(finding: Finding) -> dict[str, Any]:
    """One finding as plain data."""
    figure = finding.figure
    return {
        "key": figure.key,
        "documented": figure.value,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "derived": finding.derived,
        "tolerance": finding.tolerance,
        "verdict": finding.verdict,
        "basis": finding.basis,
        "source": f"{figure.document}: {figure.locator}",
    }


def orbit_row(named: NamedOrbit) -> dict[str, Any]:
    """One orbit: apsides over every datum, osculating elements, period of every kind."""
    orbit = named.orbit
    elements = orbit.elements()
    row: dict[str, Any] = {"name": named.name, "epoch": orbit.epoch.utc.isot}
    for datum in DATUMS:
        perigee, apogee = orbit.apsis_altitudes(datum)
        row[f"perigee_altitude_{datum}_km"] = float(perigee) / 1e3
        row[f"apogee_altitude_{datum}_km"] = float(apogee) / 1e3
    row["inclination_deg"] = degrees(float(elements.inclination))
    row["raan_deg"] = degrees(float(elements.raan))
    row["argument_of_perigee_deg"] = degrees(float(elements.argument_of_perigee))
    row["eccentricity"] = float(elements.eccentricity)
    for kind in KINDS:
        row[f"period_{kind}_min"] = float(orbit.period(kind)) / 60.0
    return row


def since_liftoff(moment: Moment, flight: Flight) -> float | None:
    """Seconds after liftoff, None where the record has no liftoff."""
    if "liftoff" not in flight.record.flight:
        return None
    return float((moment.time - flight.record.time("liftoff")).to_value("s"))


def _moment(moment: Moment, flight: Flight) -> dict[str, Any]:
    row: dict[str, Any] = {
        "utc": moment.time.utc.isot,
        "t_plus_s": since_liftoff(moment, flight),
        "event": moment.event,
        "origin": moment.origin,
    }
    if moment.place is not None:
        latitude, longitude, altitude = moment.place
        row["latitude_deg"] = degrees(latitude)
        row["longitude_deg"] = degrees(longitude)
        row["altitude_km"] = altitude / 1e3
    return row


def _periods(flight: Flight) -> dict[str, Any]:
    table = flight.periods
    assert table is not None
    documented = table.documented / 60.0
    given = documented == documented
    return {
        "documented_min": documented if given else None,
        "rows": [
            {
                "datum": row.datum,
                "kind": row.kind,
                "period_min": row.period / 60.0,
                "first_order_min": row.first_order / 60.0,
                "difference_min": row.difference / 60.0 if given else None,
            }
            for row in table.rows
        ],
        "perigee_sensitivity_min_per_deg": table.perigee_sensitivity / degrees(1.0) / 60.0,
        "perigee_range_min": [value / 60.0 for value in table.perigee_range],
    }


def _ascent(ascent: Ascent) -> dict[str, Any]:
    budget = ascent.budget
    reached = ascent.insertion
    return {
        "azimuth_deg": degrees(ascent.azimuth),
        "delta_v_m_s": {
            name: getattr(budget, name)
            for name in (
                "ideal",
                "gravity",
                "drag",
                "back_pressure",
                "steering",
                "gained",
                "rotation",
            )
        },
        "insertion": {
            "radius_km": reached.radius / 1e3,
            "speed_m_s": reached.speed,
            "flight_path_angle_deg": degrees(reached.flight_path_angle),
            "inclination_deg": degrees(reached.inclination),
            "raan_deg": degrees(reached.raan),
        },
        "propellant_left_kg": dict(ascent.propellant_left),
        "greatest_dynamic_pressure_kpa": float(ascent.dynamic_pressure.max()) / 1e3,
        "greatest_acceleration_m_s2": float(ascent.acceleration.max()),
    }


def _burn(burn: Burn) -> dict[str, Any]:
    radial, transverse, normal = burn.delta_v_rtn
    return {
        "utc": burn.time.utc.isot,
        "orbit": burn.orbit_number,
        "purpose": burn.purpose,
        "delta_v_m_s": burn.delta_v,
        "radial_m_s": radial,
        "transverse_m_s": transverse,
        "normal_m_s": normal,
    }


def _rendezvous(rendezvous: Rendezvous) -> dict[str, Any]:
    return {
        "initial_phase_deg": degrees(rendezvous.phasing.initial_phase),
        "delta_v_m_s": rendezvous.delta_v,
        "hohmann_m_s": rendezvous.hohmann,
        "closest_approach_utc": rendezvous.docking_time.utc.isot,
        "miss_m": rendezvous.miss,
        "docking_orbit": rendezvous.docking_orbit,
    }
