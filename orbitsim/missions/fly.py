"""`fly`: from a mission record to a flown mission.

A record tells, by roles, which figures the flight is made from; each part is flown if the record
has what it needs, and starts from the part before.  A record that declares a failure has two
stories: what was flown, to the ground, and what was planned.  Nothing here knows a particular
mission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import radians
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from orbitsim import frames
from orbitsim.earth import Site
from orbitsim.errors import InputError, RecordError
from orbitsim.missions.launch import (
    LaunchPrediction,
    fly_windows,
    predict_launch,
    station_elements,
)
from orbitsim.missions.loss import Loss, LossScale, fly_loss, loss_time
from orbitsim.missions.record import MissionRecord
from orbitsim.missions.scatter import CASES, AscentScatter, fly_scatter
from orbitsim.missions.voyage import Voyage, VoyageScale, fly_voyage
from orbitsim.orbit import Orbit
from orbitsim.period import PeriodTable, period_table
from orbitsim.phases.ascent import Ascent, InsertionTarget, solve_ascent
from orbitsim.phases.launch_window import LaunchWindow
from orbitsim.phases.phasing import Profile, coplanar_insertion, turned_about_pole
from orbitsim.phases.rendezvous import Rendezvous, plan_rendezvous
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.vehicles.rocket import load_rocket

if TYPE_CHECKING:
    from astropy.time import Time

_SETTLED = radians(1e-4)
"""rad; the argument of perigee is iterated with the ascent until it moves less."""
_MOST_PASSES = 8
_SAME_MOMENT = 1e-3  # s; epochs are sums of two parts
_NOMINAL_RANGE = radians(16.0)
"""rad; where the iteration starts: arc from a pad to an insertion, of the order of any ascent's."""

Progress = Callable[[str], None]
Story = Literal["flown", "planned"]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much work a flight is given.

    Attributes
    ----------
    ascents : int
        Dispersed ascents; none leaves dispersions out.
    loss : LossScale
    voyage : VoyageScale or None
        None leaves the flight after the insertion to the planned rendezvous.
    """

    ascents: int = CASES
    loss: LossScale = field(default_factory=LossScale)
    voyage: VoyageScale | None = field(default_factory=VoyageScale)


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
    story : {"flown", "planned"}
        They differ only where the record has a loss in powered flight.
    parking : Orbit or None
        The documented parking orbit at insertion, its perigee at the insertion point.
    periods : PeriodTable or None
        Every reading of the documented apsides.
    site : Site or None
    station : MeanElements or None
    windows : tuple of LaunchWindow
        Passages of the pad through the station's plane on the day of launch.
    prediction : LaunchPrediction or None
        Of the liftoff.
    ascent : Ascent or None
        Undisturbed, to its end.
    scatter : AscentScatter or None
        Dispersed ascents under closed-loop guidance.
    insertion : Orbit or None
        At cut-off, as the undisturbed ascent reaches it.
    loss : Loss or None
        Of the flown story.
    rendezvous : Rendezvous or None
        As planned with impulses, unless the flight was lost before.
    voyage : Voyage or None
        From the insertion to the last debris, where the record has one.
    orbits : tuple of NamedOrbit
    timeline : tuple of Moment
        In order of time.
    """

    record: MissionRecord
    story: Story
    parking: Orbit | None
    periods: PeriodTable | None
    site: Site | None
    station: MeanElements | None
    windows: tuple[LaunchWindow, ...]
    prediction: LaunchPrediction | None
    ascent: Ascent | None
    scatter: AscentScatter | None
    insertion: Orbit | None
    loss: Loss | None
    rendezvous: Rendezvous | None
    voyage: Voyage | None
    orbits: tuple[NamedOrbit, ...]
    timeline: tuple[Moment, ...]


def fly(
    record: MissionRecord,
    *,
    story: Story = "flown",
    scale: Scale | None = None,
    progress: Progress = lambda text: None,
) -> Flight:
    """Fly a mission from its record.

    Parameters
    ----------
    record : MissionRecord
    story : {"flown", "planned"}
        Of a mission lost in powered flight, "flown" ends on the ground and "planned" goes on to the
        docking as if nothing had failed.  For any other mission the two are the same.
    scale : Scale, optional
        Numbers of dispersed cases.
    progress : callable
        Called with a few words before each phase.

    Raises
    ------
    InputError
        An unknown story.
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
    if story not in ("flown", "planned"):
        raise InputError(f"unknown story {story!r}; wanted 'flown' or 'planned'")
    scale = Scale() if scale is None else scale
    site = _site(record)
    station = station_elements(record)
    profile = _profile(record)
    if site is not None and station is not None:
        progress("launch window")
    windows = fly_windows(record, site, station)
    progress("ascent to the documented orbit" if _has_ascent(record) else "documented orbit")
    parking, ascent = _insertion(record, site, station, profile)
    insertion = _flown_insertion(record, ascent, parking)
    scatter = None
    if ascent is not None and scale.ascents > 1:
        progress("dispersed ascents")
        moment = loss_time(record)
        moments = () if moment is None else (moment,)
        scatter = fly_scatter(ascent, moments=moments, cases=scale.ascents)
    progress("liftoff time")
    node_scatter = 0.0 if scatter is None else scatter.node_scatter
    prediction = predict_launch(record, site, station, profile, node_scatter)
    periods = None
    if parking is not None:
        progress("period conventions")
        periods = _periods(record, parking)
    loss = None
    if story == "flown" and ascent is not None and site is not None:
        progress("loss" if record.failure is not None else "flight after the ascent")
        loss = fly_loss(record, ascent, scatter, site, scale=scale.loss)
    rendezvous = None
    if loss is None:
        progress("rendezvous")
        rendezvous = _rendezvous(record, insertion, station, profile)
    voyage = None
    if loss is None and insertion is not None and scale.voyage is not None:
        voyage = fly_voyage(record, insertion, scale=scale.voyage, progress=progress)
    return Flight(
        record=record,
        story=story,
        parking=parking,
        periods=periods,
        site=site,
        station=station,
        windows=windows,
        prediction=prediction,
        ascent=ascent,
        scatter=scatter,
        insertion=insertion,
        loss=loss,
        rendezvous=rendezvous,
        voyage=voyage,
        orbits=_orbits(record, parking, insertion, station, loss, rendezvous),
        timeline=_timeline(record, story, ascent, loss, voyage or rendezvous),
    )


def _site(record: MissionRecord) -> Site | None:
    if "site_latitude" not in record.flight:
        return None
    height = record.quantity("site_height") if "site_height" in record.flight else 0.0
    return Site(record.quantity("site_latitude"), record.quantity("site_longitude"), height)


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


def _rendezvous(
    record: MissionRecord, insertion: Orbit | None, station: MeanElements | None, profile: Profile
) -> Rendezvous | None:
    if insertion is None or station is None or "docking" not in record.flight:
        return None
    return plan_rendezvous(insertion, station, record.time("docking"), profile)


def _periods(record: MissionRecord, parking: Orbit) -> PeriodTable:
    return period_table(
        record.quantity("perigee_altitude"),
        record.quantity("apogee_altitude"),
        record.quantity("inclination"),
        argument_of_perigee=float(parking.elements().argument_of_perigee),
        documented=record.quantity("period") if "period" in record.flight else None,
    )


def _state_at(ascent: Ascent, seconds: float, liftoff: Time, mu: float) -> Orbit:
    r, v = ascent.state_at(seconds)
    return Orbit.from_state(r.reshape(3), v.reshape(3), _later(liftoff, seconds), "TEME", mu=mu)


def _orbits(
    record: MissionRecord,
    parking: Orbit | None,
    insertion: Orbit | None,
    station: MeanElements | None,
    loss: Loss | None,
    rendezvous: Rendezvous | None,
) -> tuple[NamedOrbit, ...]:
    orbits = []
    if parking is not None:
        orbits.append(NamedOrbit("documented parking orbit", parking))
    if insertion is not None and insertion is not parking and loss is None:
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
    story: Story,
    ascent: Ascent | None,
    loss: Loss | None,
    after: Voyage | Rendezvous | None,
) -> tuple[Moment, ...]:
    moments = _documented(record, story)
    flown = ascent if loss is None else loss.ascent
    if flown is not None:
        liftoff = record.time("liftoff")
        for step in flown.events:
            time = _later(liftoff, step.time)
            moments.append(Moment(time, step.name, "simulated", _place(step.r, time)))
    if loss is not None:
        liftoff = record.time("liftoff")
        for event in loss.events:
            name = f"{event.name}, {event.body}" + (f": {event.note}" if event.note else "")
            spot = event.spot
            place = (spot.latitude, spot.longitude, spot.altitude)
            moments.append(Moment(_later(liftoff, spot.time), name, "simulated", place))
        impact = loss.vacuum
        ground = (impact.latitude, impact.longitude, 0.0)
        moments.append(Moment(impact.time, "impact if there were no air", "simulated", ground))
    if isinstance(after, Voyage):
        moments += [Moment(one.time, one.name, "simulated", one.place) for one in after.events]
    elif after is not None:
        for burn in after.burns[:-1]:
            name = f"burn: {burn.purpose}, {burn.delta_v:.1f} m/s, orbit {burn.orbit_number}"
            place = _place(burn.orbit.r, burn.time)
            moments.append(Moment(burn.time, name, "simulated", place))
        last = after.burns[-1]
        name = f"closest approach, {after.miss:.3f} m, orbit {after.docking_orbit}"
        place = _place(last.orbit.r, last.time)
        moments.append(Moment(after.docking_time, name, "simulated", place))
    return tuple(sorted(moments, key=lambda moment: float(moment.time.unix)))


def _documented(record: MissionRecord, story: Story) -> list[Moment]:
    """Documented moments of the flight; the planned story has none that were flown after a loss."""
    end = loss_time(record) if story == "planned" else None
    moments = []
    for event in record.events:
        if event.kind == "ground":
            continue
        time = record.at(event.figure)
        if event.kind == "flown" and end is not None:
            after = float((time - record.time("liftoff")).to_value("s"))
            if after > end - _SAME_MOMENT:
                continue
        origin = "documented" if event.kind == "flown" else "planned"
        moments.append(Moment(time, event.label, origin))
    return moments


def _place(r: Any, time: Time) -> tuple[float, float, float]:
    r = np.asarray(r, dtype=np.float64).reshape(3)
    fixed, _ = frames.transform(r, np.zeros(3), "TEME", "ITRS", time)
    latitude, longitude, altitude = frames.geodetic(fixed)
    return float(latitude), float(longitude), float(altitude)


def _later(time: Time, seconds: float) -> Time:
    from astropy.time import TimeDelta

    return time + TimeDelta(seconds, format="sec")
