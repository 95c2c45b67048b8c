"""`audit`: which documented figures the flight supports, contradicts, or cannot decide.

Each derivation below makes one figure from others and from the dynamics.  None uses the figure it
is held against; a figure that the flight was built on and nothing else bears on stays undecided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import degrees, radians
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from orbitsim.earth import J2_GRAVITY, J6_GRAVITY
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.missions import loss_findings, voyage_findings
from orbitsim.missions.fly import Flight
from orbitsim.missions.record import Figure, MissionRecord, agree
from orbitsim.missions.verdict import (
    Derived,
    Finding,
    Told,
    judge,
    judge_statement,
    printed_tolerance,
    root_sum,
)
from orbitsim.period import period, state_from_apsides
from orbitsim.phases.phasing import Profile, solve_phasing
from orbitsim.units import FloatArray

_PERIGEE_PLACE: Final = radians(5.0)
"""Half-width of where along the orbit the perigee lies: how far past or short of the insertion
point a small flight-path angle at cut-off (0.02 deg) puts it on an orbit of eccentricity 0.0039."""

_ASCENT_STEERING: Final = 180.0
"""s; drift of the planes until the docking delays a launch by up to this, the ascent's own sideways
drift with the turning Earth advances it by as much."""

_DAY: Final = 86400.0

_MOST_ORBITS: Final = 60

Derivation = Callable[[Figure, Flight], Derived | Told | None]


@dataclass(frozen=True, slots=True)
class Audit:
    """Findings on every documented figure of a record, in the record's order."""

    findings: tuple[Finding, ...]

    def count(self, verdict: str) -> int:
        """Number of findings with that verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)

    def of(self, key: str) -> tuple[Finding, ...]:
        """The findings on one key, one per variant."""
        return tuple(finding for finding in self.findings if finding.figure.key == key)


def audit(record: MissionRecord, flight: Flight) -> Audit:
    """Judge every figure of a record.

    Parameters
    ----------
    record : MissionRecord
    flight : Flight
        The flight of that record.
    """
    return Audit(tuple(_finding(figure, record, flight) for figure in record.figures))


def _finding(figure: Figure, record: MissionRecord, flight: Flight) -> Finding:
    derivation = DERIVATIONS.get(figure.key)
    derived = derivation(figure, flight) if derivation is not None else None
    if isinstance(derived, Told):
        return judge_statement(figure, derived)
    if derived is not None:
        return judge(figure, derived)
    others = [f for f in record.variants(figure.key) if not agree(f, figure)]
    if others:
        texts = ", ".join(sorted({f"{other} ({other.locator})" for other in others}))
        return Finding(figure, None, None, "undecided", f"the documents also say: {texts}")
    if any(reference.split("@")[0].strip() == figure.key for reference in record.flight.values()):
        return Finding(
            figure, None, None, "undecided", "an input of the flight; nothing else bears on it"
        )
    basis = (
        "no dynamics bears on it"
        if figure.kind not in ("mass", "length", "angle", "duration")
        else "not derived by any phase flown"
    )
    return Finding(figure, None, None, "undecided", basis)


# -- orbit ----------------------------------------------------------------------------------------


def _period(figure: Figure, flight: Flight) -> Derived | None:
    if flight.periods is None or flight.parking is None:
        return None
    row = flight.periods.row("ellipsoid", "nodal")
    apsides = _by_apsides(flight)
    place = abs(flight.periods.perigee_sensitivity) * _PERIGEE_PLACE
    uncertainty = root_sum(*(slope * printed for slope, printed in apsides), place, _zonals(flight))
    basis = "nodal period of the stated apsides over the ellipsoid, perigee at the insertion point"
    if flight.rendezvous is not None:
        docked = float(flight.orbits[-1].orbit.period("nodal"))
        basis += f" (the station's own was {docked / 60.0:.2f} min)"
    return Derived(row.period, uncertainty, basis)


def _apsis(figure: Figure, flight: Flight) -> Derived | None:
    """An apsis altitude from the other apsis and the documented period."""
    record = flight.record
    if flight.periods is None or "period" not in record.flight:
        return None
    stated = record.role("period")
    if not isinstance(stated, Figure):
        return None
    slopes = _by_apsides(flight)
    own, other = slopes if figure.key == "orbit.perigee_altitude" else slopes[::-1]
    miss = flight.periods.row("ellipsoid", "nodal").period - stated.si
    place = abs(flight.periods.perigee_sensitivity) * _PERIGEE_PLACE
    spread = root_sum(other[0] * other[1], printed_tolerance(stated), place, _zonals(flight))
    return Derived(
        figure.si - miss / own[0],
        spread / own[0],
        "from the other apsis and the period, read as nodal and over the ellipsoid",
    )


def _inclination(figure: Figure, flight: Flight) -> Derived | None:
    """A coplanar rendezvous needs the station's inclination."""
    if flight.station is None or flight.insertion is None:
        return None
    plane = flight.station.plane(flight.insertion.epoch)
    # Half the difference between osculating inclinations at the node and at the highest latitude.
    ripple = 0.375 * J2_GRAVITY.j2 * abs(np.sin(2.0 * plane.inclination[0]))
    return Derived(
        float(plane.inclination[0]),
        float(ripple),
        "the station's mean inclination at insertion; osculating ones sway by "
        f"{degrees(ripple):.3f} deg about it",
    )


# -- times ----------------------------------------------------------------------------------------


def _liftoff(figure: Figure, flight: Flight) -> Derived | None:
    if figure.precision_si >= _DAY:
        return None  # the day itself goes into the prediction
    found = flight.prediction
    calibrated = None if found is None else found.calibrated
    if found is not None and calibrated is not None:
        late = float((calibrated.time - figure.time).to_value("s"))
        alone = float((found.uncalibrated.time - figure.time).to_value("s"))
        return Derived(
            late,
            found.doubt,
            f"predicted {late:+.1f} s from the day, the docking, the station's elements and what "
            f"the liftoff of {found.reference} teaches of the ascent's sideways motion "
            f"({alone:+.1f} s without it)",
        )
    passes = [window for window in flight.windows if not window.descending]
    if not passes:
        return None
    gaps = [float((window.time - figure.time).to_value("s")) for window in passes]
    return Derived(
        min(gaps, key=abs),
        _ASCENT_STEERING,
        "northbound passage of the pad through the station's mean plane",
    )


def _between(first: str, last: str, basis: str) -> Callable[[Figure, Flight], Derived | None]:
    """The time between two documented moments."""

    def derive(figure: Figure, flight: Flight) -> Derived | None:
        record = flight.record
        ends = [record.role(role) for role in (first, last)]
        if not all(isinstance(end, Figure) for end in ends):
            return None
        duration = float((record.time(last) - record.time(first)).to_value("s"))
        steps = [printed_tolerance(end) for end in ends if isinstance(end, Figure)]
        return Derived(duration, root_sum(*steps), basis)

    return derive


def _docking_orbit(figure: Figure, flight: Flight) -> Derived | None:
    """The one orbit on which a phasing orbit can arrive at the documented time."""
    if flight.insertion is None or flight.station is None or "docking" not in flight.record.flight:
        return None
    docking = flight.record.time("docking")
    possible = []
    for orbit in range(7, _MOST_ORBITS):
        profile = Profile(orbit, (3, 4), 5, orbit - 1)
        try:
            solve_phasing(flight.insertion, flight.station, docking, profile)
        except ConvergenceError:
            continue
        possible.append(orbit)
    if len(possible) != 1:
        return None
    return Derived(
        float(possible[0]),
        0.0,
        "the only orbit on which a phasing orbit between insertion and station arrives then",
    )


# -- masses ---------------------------------------------------------------------------------------

_CARGO = ("pressurised_mass", "propellant_mass", "gas_mass", "water_mass")


def _cargo_total(figure: Figure, flight: Flight) -> Derived | None:
    parts = [_first(flight.record, f"cargo.{part}") for part in _CARGO]
    if not all(parts):
        return None
    given = [part for part in parts if part is not None]
    return Derived(
        sum(part.si for part in given),
        root_sum(*(printed_tolerance(part) for part in given)),
        "sum of the listed parts",
    )


def _cargo_part(figure: Figure, flight: Flight) -> Derived | None:
    rest = [
        _first(flight.record, f"cargo.{part}") for part in _CARGO if f"cargo.{part}" != figure.key
    ]
    total = _first(flight.record, "cargo.mass")
    if total is None or not all(rest):
        return None
    given = [part for part in rest if part is not None]
    return Derived(
        total.si - sum(part.si for part in given),
        root_sum(*(printed_tolerance(part) for part in (total, *given))),
        "cargo mass less the other listed parts",
    )


def _first(record: MissionRecord, key: str) -> Figure | None:
    """The variant of the record's first table, where a breakdown stands whole."""
    variants = record.variants(key) if any(f.key == key for f in record.figures) else ()
    return next((f for f in variants if f.locator.startswith("infobox")), None)


# -- sensitivities --------------------------------------------------------------------------------


def _by_apsides(flight: Flight) -> tuple[tuple[float, float], tuple[float, float]]:
    """Change of the nodal period with perigee and apogee altitude (s/m), each with the printed
    tolerance of that altitude (m)."""
    record = flight.record
    low, high = record.quantity("perigee_altitude"), record.quantity("apogee_altitude")
    step = 100.0
    slopes = []
    for role, ends in (
        ("perigee_altitude", (low + np.array([-step, step]), high)),
        ("apogee_altitude", (low, high + np.array([-step, step]))),
    ):
        r, v = _state(flight, *ends)
        before, after = period(r, v, "nodal")
        figure = record.role(role)
        printed = printed_tolerance(figure) if isinstance(figure, Figure) else 0.0
        slopes.append((float(after - before) / (2.0 * step), printed))
    return slopes[0], slopes[1]


def _zonals(flight: Flight) -> float:
    """What J3 to J6 change in the nodal period, s."""
    record = flight.record
    r, v = _state(flight, record.quantity("perigee_altitude"), record.quantity("apogee_altitude"))
    return abs(float(period(r, v, "nodal", J6_GRAVITY) - period(r, v, "nodal", J2_GRAVITY)))


def _state(flight: Flight, low: Any, high: Any) -> tuple[FloatArray, FloatArray]:
    if flight.parking is None:
        raise InputError("the flight has no parking orbit")
    perigee = float(flight.parking.elements().argument_of_perigee)
    return state_from_apsides(
        low,
        high,
        flight.record.quantity("inclination"),
        datum="ellipsoid",
        argument_of_perigee=perigee,
    )


DERIVATIONS: Final[Mapping[str, Derivation]] = MappingProxyType(
    {
        "orbit.period": _period,
        "orbit.perigee_altitude": _apsis,
        "orbit.apogee_altitude": _apsis,
        "orbit.inclination": _inclination,
        "launch.liftoff": _liftoff,
        "docking.orbit": _docking_orbit,
        "rendezvous.orbits": _docking_orbit,
        "rendezvous.duration": _between("liftoff", "docking", "docking time less liftoff"),
        "docked.first.duration": _between(
            "docking", "undocking", "undocking time less docking time"
        ),
        "free_flight.duration": _between(
            "undocking", "redocking", "second docking time less undocking time"
        ),
        "docked.second.duration": _between(
            "redocking", "final_undocking", "second undocking time less second docking time"
        ),
        "mission.orbit_reached": loss_findings.orbit_reached,
        "failure.telemetry_lost": loss_findings.telemetry_lost,
        "failure.separation": loss_findings.separation,
        "failure.time_into_stage_burn": loss_findings.into_burn,
        "failure.separation_early_by": loss_findings.early_by,
        "failure.collisions": loss_findings.collisions,
        "failure.attitude_after": loss_findings.tailspin,
        "failure.damage": loss_findings.damage,
        "breakup.region": loss_findings.breakup_region,
        "impact.downrange": loss_findings.downrange,
        "docking.time": voyage_findings.docking_time,
        "docking.mode": voyage_findings.docking_mode,
        "docking.count": voyage_findings.docking_count,
        "redocking.time": voyage_findings.redocking_time,
        "redocking.mode": voyage_findings.redocking_mode,
        "redocking.kurs_fault": voyage_findings.redocking_fault,
        "redocking.port": voyage_findings.redocking_port,
        "deorbit.time": voyage_findings.deorbit_time,
        "decay.disposal": voyage_findings.disposal,
        "decay.region": voyage_findings.ocean,
        "debris.region": voyage_findings.ocean,
        "debris.time": voyage_findings.debris_time,
        "cargo.mass": _cargo_total,
        "cargo.pressurised_mass": _cargo_part,
        "cargo.propellant_mass": _cargo_part,
        "cargo.gas_mass": _cargo_part,
        "cargo.water_mass": _cargo_part,
    }
)
"""Derivation of each key that some phase or arithmetic bears on."""
