"""`fly`: from a mission record to a flown mission.

A record tells, by roles, which figures the flight is made from; each phase is flown if the record
has what it needs, and starts from the phase before.  Nothing here knows a particular mission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import radians
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitsim import frames
from orbitsim.earth import MU, Site
from orbitsim.errors import RecordError
from orbitsim.missions.record import MissionRecord
from orbitsim.orbit import Orbit
from orbitsim.period import PeriodTable, period_table
from orbitsim.phases.ascent import Ascent, InsertionTarget, solve_ascent
from orbitsim.phases.failure import Impact, vacuum_impact
from orbitsim.phases.launch_window import LaunchWindow, launch_windows
from orbitsim.phases.phasing import Profile, coplanar_insertion, turned_about_pole
from orbitsim.phases.rendezvous import Rendezvous, plan_rendezvous
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.vehicles.rocket import load_rocket

if TYPE_CHECKING:
    from astropy.time import Time

_SETTLED = radians(1e-4)
"""rad; the argument of perigee is iterated with the ascent until it moves less."""
_MOST_PASSES = 8
_NOMINAL_RANGE = radians(16.0)
"""rad; where the iteration starts: arc from a pad to an insertion, of the order of any ascent's."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline.

    Attributes
    ----------
    time : Time
    event : str
    origin : {"documented", "planned", "simulated"}
        Of a documented moment, whether it was flown or planned.
    place : tuple of float or None
        Geodetic latitude, longitude (rad) and altitude (m), where a state is known.
    """

    time: Time
    event: str
    origin: str
    place: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class NamedOrbit:
    """An orbit of the flight, and what it is."""

    name: str
    orbit: Orbit


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """A flown mission; what its record did not allow to fly is None or empty.

    Attributes
    ----------
    record : MissionRecord
    parking : Orbit or None
        The documented parking orbit at insertion, its perigee at the insertion point.
    periods : PeriodTable or None
        Every reading of the documented apsides.
    site : Site or None
    station : MeanElements or None
    windows : tuple of LaunchWindow
        Passages of the pad through the station's plane on the day of launch.
    ascent : Ascent or None
    insertion : Orbit or None
        At cut-off, as the ascent reached it.
    loss : tuple (Orbit, Impact) or None
        State at the documented loss, and where its vacuum fall ends.
    rendezvous : Rendezvous or None
    orbits : tuple of NamedOrbit
    timeline : tuple of Moment
        In order of time.
    """

    record: MissionRecord
    parking: Orbit | None
    periods: PeriodTable | None
    site: Site | None
    station: MeanElements | None
    windows: tuple[LaunchWindow, ...]
    ascent: Ascent | None
    insertion: Orbit | None
    loss: tuple[Orbit, Impact] | None
    rendezvous: Rendezvous | None
    orbits: tuple[NamedOrbit, ...]
    timeline: tuple[Moment, ...]


def fly(record: MissionRecord, *, progress: Progress = lambda text: None) -> Flight:
    """Fly a mission from its record.

    Parameters
    ----------
    record : MissionRecord
    progress : callable
        Called with a few words before each phase.

    Raises
    ------
    RecordError
        The record lacks a role that the phases it asks for need.
    ConvergenceError
        A phase has no solution; the message says which and why.

    Notes
    -----
    The argument of perigee is not a figure of any document.  It follows from the launch: the
    perigee lies where powered flight ends, and that point depends on the ascent, which in turn is
    steered into the orbit; the two are iterated until they agree.
    """
    site = _site(record)
    station = _station(record)
    profile = _profile(record)
    windows: tuple[LaunchWindow, ...] = ()
    if site is not None and station is not None:
        progress("launch window")
        windows = launch_windows(station, site, record.time("liftoff"))
    progress("ascent to the documented orbit" if _has_ascent(record) else "documented orbit")
    parking, ascent = _insertion(record, site, station, profile)
    insertion = _flown_insertion(record, ascent, parking)
    periods = None
    if parking is not None:
        progress("period conventions")
        periods = _periods(record, parking)
    rendezvous = None
    if insertion is not None and station is not None and "docking" in record.flight:
        progress("rendezvous")
        rendezvous = plan_rendezvous(insertion, station, record.time("docking"), profile)
    loss = _loss(record, ascent)
    return Flight(
        record,
        parking,
        periods,
        site,
        station,
        windows,
        ascent,
        insertion,
        loss,
        rendezvous,
        _orbits(record, parking, insertion, station, rendezvous),
        _timeline(record, ascent, loss, rendezvous),
    )


def _site(record: MissionRecord) -> Site | None:
    if "site_latitude" not in record.flight:
        return None
    height = record.quantity("site_height") if "site_height" in record.flight else 0.0
    return Site(record.quantity("site_latitude"), record.quantity("site_longitude"), height)


def _station(record: MissionRecord) -> MeanElements | None:
    if record.station is None:
        return None
    elements = record.station.elements
    return MeanElements.from_tle(elements.line1, elements.line2)


def _profile(record: MissionRecord) -> Profile:
    orbit = record.counts("docking_orbit")[0] if "docking_orbit" in record.flight else 34
    if "burn_orbits" not in record.flight:
        return Profile(orbit)
    burns = record.counts("burn_orbits")
    if len(burns) < 4:
        raise RecordError(
            f"{record.source}: burn_orbits lists {len(burns)} orbits; wanted two of phasing burns, "
            "one of the correction and that of the terminal transfer"
        )
    return Profile(orbit, (burns[0], burns[1]), burns[2], burns[3])


def _has_ascent(record: MissionRecord) -> bool:
    return {"launcher", "payload_mass", "liftoff", "site_latitude"} <= set(record.flight)


def _insertion(
    record: MissionRecord, site: Site | None, station: MeanElements | None, profile: Profile
) -> tuple[Orbit | None, Ascent | None]:
    """The documented orbit with its perigee at the end of the ascent, and the ascent."""
    if "perigee_altitude" not in record.flight:
        return None, None
    inclination = record.quantity("inclination")
    start = 0.0
    if site is not None:
        sine = np.sin(site.latitude) / np.sin(inclination)
        start = float(np.arcsin(np.clip(sine, -1.0, 1.0))) + _NOMINAL_RANGE
    if site is None or not _has_ascent(record):
        time = record.time("orbit_epoch" if "orbit_epoch" in record.flight else "liftoff")
        return _parking(record, start, time, station, profile), None
    liftoff = record.time("liftoff")
    rocket = load_rocket(record.text("launcher"))
    angle = float(frames.teme_sidereal_angle(liftoff))
    mass = record.quantity("payload_mass")
    perigee, seconds = start, rocket.stages[-1].cut_off
    for _ in range(_MOST_PASSES):
        orbit = _parking(record, perigee, _later(liftoff, seconds), station, profile)
        if station is None:
            orbit = turned_about_pole(orbit, _node_over_pad(site, angle, inclination))
        target = InsertionTarget.of_state(orbit.r, orbit.v)
        ascent = solve_ascent(rocket, mass, site, angle, target)
        reached = _state_at(ascent, ascent.cut_off.time, liftoff, orbit.mu)
        before, perigee = perigee, float(reached.elements().argument_of_latitude)
        seconds = ascent.cut_off.time
        if abs(perigee - before) < _SETTLED:
            break
    return orbit, ascent


def _parking(
    record: MissionRecord,
    perigee: float,
    time: Time,
    station: MeanElements | None,
    profile: Profile,
) -> Orbit:
    """The documented apsides and inclination; turned to meet the station's plane at docking."""
    datum: Any = record.text("altitude_datum") if "altitude_datum" in record.flight else "ellipsoid"
    orbit = Orbit.from_apsides(
        record.quantity("perigee_altitude"),
        record.quantity("apogee_altitude"),
        record.quantity("inclination"),
        time,
        altitude_datum=datum,
        argument_of_perigee=perigee,
    )
    if station is None or "docking" not in record.flight:
        return orbit
    return coplanar_insertion(orbit, station, record.time("docking"), profile)


def _node_over_pad(site: Site, sidereal_angle: float, inclination: float) -> float:
    """Node of the plane that a northbound satellite over the pad at lift-off would have."""
    x, y, z = frames.position_on_earth(site.latitude, site.longitude, site.height)
    tan_latitude = float(z / np.hypot(x, y))
    ratio = float(np.clip(tan_latitude / np.tan(inclination), -1.0, 1.0))
    return sidereal_angle + site.longitude - float(np.arcsin(ratio))


def _flown_insertion(
    record: MissionRecord, ascent: Ascent | None, parking: Orbit | None
) -> Orbit | None:
    if ascent is None or parking is None:
        return parking
    return _state_at(ascent, ascent.cut_off.time, record.time("liftoff"), parking.mu)


def _periods(record: MissionRecord, parking: Orbit) -> PeriodTable:
    return period_table(
        record.quantity("perigee_altitude"),
        record.quantity("apogee_altitude"),
        record.quantity("inclination"),
        argument_of_perigee=float(parking.elements().argument_of_perigee),
        documented=record.quantity("period") if "period" in record.flight else None,
    )


def _loss(record: MissionRecord, ascent: Ascent | None) -> tuple[Orbit, Impact] | None:
    """The state at a documented loss during the ascent, and its vacuum impact."""
    if ascent is None or "loss" not in record.flight:
        return None
    liftoff = record.time("liftoff")
    seconds = float((record.time("loss") - liftoff).to_value("s"))
    if not 0.0 < seconds < ascent.cut_off.time:
        return None
    state = _state_at(ascent, seconds, liftoff, MU)
    return state, vacuum_impact(state)


def _state_at(ascent: Ascent, seconds: float, liftoff: Time, mu: float) -> Orbit:
    r, v = ascent.state_at(seconds)
    return Orbit.from_state(r.reshape(3), v.reshape(3), _later(liftoff, seconds), "TEME", mu=mu)


def _orbits(
    record: MissionRecord,
    parking: Orbit | None,
    insertion: Orbit | None,
    station: MeanElements | None,
    rendezvous: Rendezvous | None,
) -> tuple[NamedOrbit, ...]:
    orbits = []
    if parking is not None:
        orbits.append(NamedOrbit("documented parking orbit", parking))
    if insertion is not None and insertion is not parking:
        orbits.append(NamedOrbit("insertion, as flown", insertion))
    if rendezvous is not None and station is not None:
        orbits.extend(
            NamedOrbit(f"after {burn.purpose}", burn.orbit) for burn in rendezvous.burns[:-1]
        )
        docking = record.time("docking")
        orbits.append(NamedOrbit("station at docking", station.propagate(docking).at(docking)))
    return tuple(orbits)


def _timeline(
    record: MissionRecord,
    ascent: Ascent | None,
    loss: tuple[Orbit, Impact] | None,
    rendezvous: Rendezvous | None,
) -> tuple[Moment, ...]:
    moments = []
    for event in record.events:
        if event.kind != "ground":
            origin = "documented" if event.kind == "flown" else "planned"
            moments.append(Moment(record.at(event.figure), event.label, origin))
    if ascent is not None:
        liftoff = record.time("liftoff")
        for step in ascent.events:
            time = _later(liftoff, step.time)
            moments.append(Moment(time, step.name, "simulated", _place(step.r, time)))
    if loss is not None:
        state, impact = loss
        moments.append(
            Moment(state.epoch, "state at the loss", "simulated", _place(state.r, state.epoch))
        )
        ground = (impact.latitude, impact.longitude, 0.0)
        moments.append(Moment(impact.time, "vacuum impact after the loss", "simulated", ground))
    if rendezvous is not None:
        for burn in rendezvous.burns[:-1]:
            name = f"burn: {burn.purpose}, {burn.delta_v:.1f} m/s, orbit {burn.orbit_number}"
            place = _place(burn.orbit.r, burn.time)
            moments.append(Moment(burn.time, name, "simulated", place))
        last = rendezvous.burns[-1]
        name = f"closest approach, {rendezvous.miss:.3f} m, orbit {rendezvous.docking_orbit}"
        place = _place(last.orbit.r, last.time)
        moments.append(Moment(rendezvous.docking_time, name, "simulated", place))
    return tuple(sorted(moments, key=lambda moment: float(moment.time.unix)))


def _place(r: Any, time: Time) -> tuple[float, float, float]:
    r = np.asarray(r, dtype=np.float64).reshape(3)
    fixed, _ = frames.transform(r, np.zeros(3), "TEME", "ITRS", time)
    latitude, longitude, altitude = frames.geodetic(fixed)
    return float(latitude), float(longitude), float(altitude)


def _later(time: Time, seconds: float) -> Time:
    from astropy.time import TimeDelta

    return time + TimeDelta(seconds, format="sec")
