"""What a flown voyage says of documented figures.

The documented times of docking, undocking and burn are what the flight is given; they are not
derived from themselves.  What bears on them from elsewhere is said in each basis.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import numpy as np

from orbitsim.missions.fly import Flight
from orbitsim.missions.record import Figure
from orbitsim.missions.verdict import Derived, Told, printed_tolerance, root_sum
from orbitsim.missions.voyage import Voyage
from orbitsim.missions.voyage_descent import shares_of_mass
from orbitsim.phases.docking_states import DockingState
from orbitsim.units import FloatArray

_SOME = 300.0
"""s; half a step of the round "40 minutes" between the two tries of the first docking."""

_TORU = (DockingState.TORU_HOLD, DockingState.TORU_APPROACH)

_PLANNED = 30.0
"""s; half the minute in which the planned docking is printed."""


def docking_time(figure: Figure, flight: Flight) -> Derived | None:
    """The docking that was planned, and the delay by the failure of Kurs."""
    voyage, declared = flight.voyage, flight.record.voyage
    if voyage is None or declared is None:
        return None
    planned = declared.entry("planned_docking").time
    lead = float((planned - figure.time).to_value("s")) + voyage.delay
    return Derived(
        lead,
        root_sum(_SOME, _PLANNED),
        f"from the docking planned for {planned.utc.iso[11:16]} and the {voyage.delay / 60.0:.0f} "
        "min by which losing Kurs, breaking off the first try by TORU and waiting lengthen the "
        "simulated approach; the flight itself is timed to end at the documented second, on orbit "
        f"{voyage.rendezvous.docking_orbit}",
    )


def docking_mode(figure: Figure, flight: Flight) -> Told | None:
    """Whether TORU gets the ship docked after Kurs has failed."""
    if flight.voyage is None:
        return None
    campaign = flight.voyage.campaigns[0]
    return Told(
        "manual, by TORU",
        None,
        f"that Kurs fails is declared, not derived; then {100.0 * campaign.probability:.0f} % of "
        f"{len(campaign)} dispersed approaches end docked by TORU",
    )


def docking_count(figure: Figure, flight: Flight) -> Told | None:
    """How many dockings the flown voyage comes to."""
    if flight.voyage is None:
        return None
    shares = [campaign.probability for campaign in flight.voyage.campaigns]
    return Told(
        2.0,
        float(np.prod(shares)) if figure.si == 2.0 else 0.0,
        f"both approaches end in a capture in {100.0 * float(np.prod(shares)):.0f} % of the "
        "dispersed cases, with the propellant that the phases before leave",
    )


def redocking_mode(figure: Figure, flight: Flight) -> Told | None:
    """Kurs cannot fly a final approach without its antenna."""
    if flight.voyage is None:
        return None
    refused = bool(flight.voyage.refusal)
    return Told(
        "manual, by TORU" if refused else "either",
        flight.voyage.campaigns[1].probability if refused else None,
        "follows from the antenna that the first docking retracted for good: the fault cleared, "
        f"the state machine still refuses Kurs ('{flight.voyage.refusal.split(';')[0]}'), and TORU "
        "docks",
    )


def redocking_fault(figure: Figure, flight: Flight) -> Told | None:
    """Fault cleared, Kurs refused all the same."""
    if flight.voyage is None:
        return None
    refused = bool(flight.voyage.refusal)
    return Told(
        "Kurs not usable" if refused else "Kurs usable",
        1.0 if refused else 0.0,
        "after the fault is cleared the final approach by Kurs is still refused, for the antenna",
    )


def redocking_port(figure: Figure, flight: Flight) -> Told | None:
    """Whether the port is free for the second docking."""
    if flight.voyage is None:
        return None
    name = flight.voyage.redocking.port.name
    return Told(name, None, "the approach is given this port, which the undocking had left free")


def redocking_time(figure: Figure, flight: Flight) -> Told | None:
    """Given to the flight; what else is known of that moment."""
    voyage = flight.voyage
    if voyage is None:
        return None
    place = voyage.event("second docking").place
    return Told(
        str(figure.value),
        None,
        "an input of the flight; simulated over "
        f"{np.degrees(place[0]):.1f} N {np.degrees(place[1]):.1f} E, where NASA's report has "
        "northwest Mongolia, just south of the Russian border; TORU takes over "
        f"{voyage.redocking.time_in(*_TORU) / 60.0:.0f} min before, the burns since the undocking "
        f"come to {sum(leg.delta_v for leg in voyage.drift):.0f} m/s",
    )


def deorbit_time(figure: Figure, flight: Flight) -> Derived | None:
    """When the burn had to come for the debris to land when it is said to."""
    voyage = flight.voyage
    debris = flight.record.role("debris")
    if voyage is None or not isinstance(debris, Figure):
        return None
    middle, half = _landing(voyage)
    lead = float((debris.time - figure.time).to_value("s")) - middle
    return Derived(
        lead,
        root_sum(half, printed_tolerance(debris)),
        f"the documented landing of the debris less the simulated {middle / 60.0:.0f} +- "
        f"{half / 60.0:.0f} min from ignition",
    )


def debris_time(figure: Figure, flight: Flight) -> Derived | None:
    """When the debris lands after the documented burn."""
    voyage = flight.voyage
    if voyage is None:
        return None
    middle, half = _landing(voyage)
    lead = float((flight.record.time("deorbit") - figure.time).to_value("s")) + middle
    return Derived(
        lead,
        half,
        f"from the documented burn: 90 % of the debris's mass, in all of "
        f"{voyage.descent.delta_v.size} dispersed entries, lands {(middle - half) / 60.0:.0f} to "
        f"{(middle + half) / 60.0:.0f} min later; burns of {voyage.descent.delta_v.min():.0f} to "
        f"{voyage.descent.delta_v.max():.0f} m/s; {_match(voyage, figure, flight)}",
    )


def ocean(figure: Figure, flight: Flight) -> Told | None:
    """Which share of the debris comes down in the Pacific."""
    voyage = flight.voyage
    if voyage is None:
        return None
    descent = voyage.descent
    name = str(figure.value)
    if name not in _oceans():
        return None
    inside = in_ocean(name, descent.latitude, descent.longitude)
    share = float(np.average(inside, weights=descent.mass))
    south, north = np.degrees([descent.latitude.min(), descent.latitude.max()])
    east = np.degrees(descent.longitude % (2.0 * np.pi))
    broken = descent.entry.breakup.epoch.utc.iso[11:19]
    return Told(
        f"{south:.0f} to {north:.0f} N, {east.min():.0f} to {east.max():.0f} E",
        share,
        f"{100.0 * share:.0f} % of the debris's mass lands inside a coarse outline of it; break-up "
        f"at {broken}",
    )


def disposal(figure: Figure, flight: Flight) -> Told | None:
    """Whether the burn brings the ship down."""
    voyage = flight.voyage
    if voyage is None:
        return None
    perigee = voyage.descent.perigee / 1e3
    return Told(
        "deorbited",
        float(np.mean(perigee < 100.0)) if figure.value == "deorbited" else None,
        f"the burn leaves a perigee of {perigee.min():.0f} to {perigee.max():.0f} km",
    )


def in_ocean(name: str, latitude: FloatArray, longitude: FloatArray) -> FloatArray:
    """Whether places (rad) lie within an ocean's outline, shape as theirs.

    Examples
    --------
    >>> in_ocean("Pacific Ocean", np.radians([-40.0, 50.0]), np.radians([-140.0, 10.0]))
    array([ True, False])
    """
    corners = _oceans()[name]
    y, x = np.degrees(latitude), np.degrees(longitude) % 360.0
    (y0, x0), (y1, x1) = corners.T, np.roll(corners, -1, axis=0).T
    rows = (slice(None),) + (None,) * np.ndim(latitude)
    crosses = (y0[rows] > y) != (y1[rows] > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x0[rows] + (y - y0[rows]) / (y1 - y0)[rows] * (x1 - x0)[rows]
    return np.asarray(np.count_nonzero(crosses & (x < at), axis=0) % 2 == 1)


@cache
def _oceans() -> dict[str, FloatArray]:
    file = resources.files("orbitsim.missions").joinpath("data", "geography", "oceans.toml")
    table = tomllib.loads(file.read_text("utf-8"))
    return {entry["name"]: np.array(entry["corners"], dtype=float) for entry in table["ocean"]}


def _landing(voyage: Voyage) -> tuple[float, float]:
    """Middle and half-width of the time after the minute of ignition in which 90 % of the debris's
    mass lands, s."""
    descent = voyage.descent
    low, high = (shares_of_mass(descent.time, descent.mass, share) for share in (0.05, 0.95))
    return 0.5 * (low + high), 0.5 * (high - low)


def _match(voyage: Voyage, figure: Figure, flight: Flight) -> str:
    """Which burn would put the middle of the debris at the documented time."""
    rows = np.array(voyage.descent.by_delta_v)
    wanted = float((figure.time - flight.record.time("deorbit")).to_value("s"))
    wanted -= 0.5 * voyage.descent.ignition_doubt
    if not rows[:, 2].min() <= wanted <= rows[:, 2].max():
        return (
            f"no burn of {rows[0, 0]:.0f} to {rows[-1, 0]:.0f} m/s puts the middle of it at "
            f"{figure.time.utc.iso[11:16]}"
        )
    order = np.argsort(rows[:, 2])
    size = float(np.interp(wanted, rows[order, 2], rows[order, 0]))
    low = float(np.interp(wanted, rows[order, 2], rows[order, 1]))
    east = float(np.degrees(np.interp(wanted, rows[order, 2], rows[order, 3])))
    return (
        f"{size:.0f} m/s (perigee {low / 1e3:.0f} km) would put the middle of it at "
        f"{figure.time.utc.iso[11:16]}, and at {east:.0f} E"
    )
