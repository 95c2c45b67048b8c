"""The story of a loss: from the failure that a record declares to the ground.

Nominal ascent to the failure, relative motion and contacts, fall of each body, break-up, fragments,
footprint; every moment with one sigma.  What is dispersed are the ascent (by its guided flights),
the assumptions of the record on the failure, and the fragments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.earth import MU, Site
from orbitsim.missions.debris import (
    AT_ONCE,
    HEAVY,
    Debris,
    Falling,
    FallSettings,
    Survival,
    fall_to_ground,
    footprint_of,
    surviving_mass,
    tumbling_area,
)
from orbitsim.missions.failure import (
    FlownFailure,
    bodies_if_later,
    declared_spread,
    fly_failure,
)
from orbitsim.missions.loss_events import LossEvent, ground_events, near_events
from orbitsim.missions.record import MissionRecord
from orbitsim.missions.regions import RegionFix, locate
from orbitsim.missions.scatter import AscentScatter
from orbitsim.orbit import Orbit
from orbitsim.phases.ascent import Ascent
from orbitsim.phases.ascent_result import AscentEvent
from orbitsim.phases.failure import BodyState, Impact, vacuum_impact
from orbitsim.phases.footprint import Footprint, offsets
from orbitsim.phases.separation import RelativeMotion, relative_motion
from orbitsim.phases.separation_result import SeparationMap, separation_map
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

_DURATION: Final = 20.0
"""s of relative motion; by then both bodies tumble, and what thrust goes on winds up to little
along any line.  The stage's engine counts as silent from there on."""
_MAP_DURATION: Final = 5.0
_MOTION_STEP: Final = 0.02
_BALLISTIC_FACTOR: Final = 2.0
_MELTED_CLOUDS: Final = 3


@dataclass(frozen=True, slots=True)
class LossScale:
    """How much work a loss is given.

    Attributes
    ----------
    cases : int
        Of the separation.
    varied : int
        Of each separation among the sensitivities, and of each cell of the map.
    clouds, varied_clouds : int
        Of fragments, for each body; in the flight and in each sensitivity.  With none of the latter
        there are no sensitivities.
    map_cells : int
        Along either side of the map of separations; fewer than two leave it out.
    seed : int
    """

    cases: int = 100
    varied: int = 12
    clouds: int = 50
    varied_clouds: int = 8
    map_cells: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """The footprint if one thing were different.

    Attributes
    ----------
    name, change : str
    footprint : Footprint
    downrange : float
        Of its centre from the pad, m.
    along, across : float
        By how much the centre moves along and to the right of the track, m.
    place : RegionFix
    """

    name: str
    change: str
    footprint: Footprint
    downrange: float
    along: float
    across: float
    place: RegionFix


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """A loss in powered flight; what the record does not allow to fly is None or empty.

    Attributes
    ----------
    ascent : Ascent
        Up to the failure, which is its last event.
    state : Orbit
        At the failure.
    vacuum : Impact
        Where that state would fall to without air.
    failure : FlownFailure or None
    motion : RelativeMotion or None
        Of the typical case.
    outcomes : SeparationMap or None
        Over residual thrust and separation speed.
    debris : tuple of Debris
    footprint, heavy : Footprint or None
        Of all pieces, and of those above `HEAVY` kg.
    place : RegionFix or None
        Of the footprint's centre.
    survival : tuple of Survival
    events : tuple of LossEvent
        In order of time.
    sensitivities : tuple of Sensitivity
    """

    ascent: Ascent
    state: Orbit
    vacuum: Impact
    failure: FlownFailure | None = None
    motion: RelativeMotion | None = None
    outcomes: SeparationMap | None = None
    debris: tuple[Debris, ...] = ()
    footprint: Footprint | None = None
    heavy: Footprint | None = None
    place: RegionFix | None = None
    survival: tuple[Survival, ...] = ()
    events: tuple[LossEvent, ...] = ()
    sensitivities: tuple[Sensitivity, ...] = ()

    def event(self, name: str) -> LossEvent | None:
        """The first event of that name."""
        return next((event for event in self.events if event.name == name), None)


def fly_loss(
    record: MissionRecord,
    ascent: Ascent,
    scatter: AscentScatter | None,
    site: Site,
    *,
    scale: LossScale | None = None,
) -> Loss | None:
    """Fly a loss; None where the record has none during the ascent.

    Parameters
    ----------
    record : MissionRecord
        With a table [failure]; with the role `loss` alone only the vacuum impact is flown.
    ascent : Ascent
    scatter : AscentScatter or None
        Gives the covariance at the failure.
    site : Site
    scale : LossScale, optional
    """
    scale = LossScale() if scale is None else scale
    liftoff = record.time("liftoff")
    time = loss_time(record)
    if time is None or not 0.0 < time < ascent.cut_off.time:
        return None
    state = _state_at(ascent, time, liftoff)
    bare = Loss(_until(ascent, time), state, vacuum_impact(state))
    if record.failure is None:
        return bare
    covariance = None if scatter is None else scatter.covariance_at(time)
    flown = fly_failure(
        record,
        ascent,
        covariance=covariance,
        cases=scale.cases,
        seed=scale.seed,
        duration=_DURATION,
    )
    part = replace(bare, failure=flown, motion=_motion(flown), outcomes=_map(record, flown, scale))
    falling = _falling(record, ascent, flown.bodies)
    settings = _settings(record, scale)
    if not falling or settings is None:
        return replace(part, events=near_events(state, flown))
    debris = tuple(fall_to_ground(body, liftoff, settings) for body in falling)
    whole = footprint_of(debris)
    few = replace(settings, clouds=min(_MELTED_CLOUDS, settings.clouds))
    return replace(
        part,
        debris=debris,
        footprint=whole,
        heavy=footprint_of(debris, least=HEAVY),
        place=locate(whole.latitude, whole.longitude),
        survival=tuple(one for body in falling for one in surviving_mass(body, liftoff, few)),
        events=tuple(
            sorted(
                (*near_events(state, flown), *ground_events(debris)),
                key=lambda event: event.spot.time,
            )
        ),
        sensitivities=_sensitivities(record, ascent, flown, settings, scale, site),
    )


def loss_time(record: MissionRecord) -> float | None:
    """s after liftoff: of the declared failure, else of the role `loss`; None where neither is."""
    entry = record.role("loss") if record.failure is None else record.failure.time
    if entry is None or "liftoff" not in record.flight:
        return None
    if entry.kind == "duration":
        return entry.si
    return float((entry.time - record.time("liftoff")).to_value("s"))


def central(values: FloatArray) -> tuple[float, float]:
    """Middle and half-width of the interval that holds all but 5 % on either side."""
    low, high = np.percentile(values, [5.0, 95.0])
    return float(0.5 * (low + high)), float(0.5 * (high - low))


def _state_at(ascent: Ascent, seconds: float, liftoff: Time) -> Orbit:
    from astropy.time import TimeDelta

    r, v = (x.reshape(3) for x in ascent.state_at(seconds))
    return Orbit.from_state(r, v, liftoff + TimeDelta(seconds, format="sec"), "TEME", mu=MU)


def _until(ascent: Ascent, time: float) -> Ascent:
    """The ascent up to a moment, which becomes its last event."""
    cut = ascent.resampled(np.append(ascent.t[ascent.t < time], time))
    last = AscentEvent(
        name="failure",
        time=time,
        r=cut.r[-1],
        v=cut.v[-1],
        mass_before=float(cut.mass[-1]),
        mass_after=float(cut.mass[-1]),
        altitude=float(cut.altitude[-1]),
        downrange=float(cut.downrange[-1]),
        speed_inertial=float(cut.speed_inertial[-1]),
        speed_relative=float(cut.speed_relative[-1]),
    )
    return replace(cut, events=(*(e for e in ascent.events if e.time < time), last))


def _motion(flown: FlownFailure) -> RelativeMotion | None:
    if flown.cases is None or flown.typical is None or not flown.payload or not flown.stage:
        return None
    t = np.arange(0.0, _DURATION + 0.5 * _MOTION_STEP, _MOTION_STEP)
    return relative_motion(flown.payload, flown.stage, flown.cases[flown.typical], t)


def _map(record: MissionRecord, flown: FlownFailure, scale: LossScale) -> SeparationMap | None:
    if flown.payload is None or flown.stage is None or scale.map_cells < 2:
        return None
    spread = declared_spread(record)
    return separation_map(
        flown.payload,
        flown.stage,
        np.linspace(*spread.residual_thrust, scale.map_cells),
        np.linspace(*spread.speed, scale.map_cells),
        thrust=flown.flight.thrust,
        exhaust_speed=flown.flight.exhaust_speed,
        spread=spread,
        cases=max(2, scale.varied // 3),
        seed=scale.seed,
        duration=_MAP_DURATION,
    )


def _falling(
    record: MissionRecord, ascent: Ascent, bodies: tuple[BodyState, ...]
) -> tuple[Falling, ...]:
    """Bodies with their cross-sections; none where the record has no sizes."""
    declared = record.failure
    assert declared is not None
    sizes = {}
    for name in ("payload", "stage"):
        length, diameter = (
            sum(declared.range(f"{name}_{side}", (0.0, 0.0))) / 2.0
            for side in ("length", "diameter")
        )
        if length <= 0.0 or diameter <= 0.0:
            return ()
        sizes[name] = length, diameter
    sizes["vehicle"] = (
        sizes["payload"][0] + sizes["stage"][0],
        max(sizes["payload"][1], sizes["stage"][1]),
    )
    launch = ascent.launch
    dry = next(s.dry_mass for s in launch.rocket.stages if s.name == declared.stage)
    solid = {
        "payload": launch.payload_mass,
        "stage": dry,
        "vehicle": launch.payload_mass + dry,
    }
    return tuple(
        Falling(body, tumbling_area(*sizes[body.name]), solid[body.name]) for body in bodies
    )


def _settings(record: MissionRecord, scale: LossScale) -> FallSettings | None:
    declared = record.failure
    assert declared is not None
    drag = declared.range("drag_coefficient", (0.0, 0.0))
    height = declared.range("breakup_altitude", (0.0, 0.0))
    if drag[1] <= 0.0 or height[1] <= 0.0:
        return None
    at_once = declared.kind == "explosion"
    return FallSettings(
        sum(drag) / 2.0,
        AT_ONCE if at_once else sum(height) / 2.0,
        clouds=scale.clouds,
        seed=scale.seed,
    )


def _sensitivities(
    record: MissionRecord,
    ascent: Ascent,
    flown: FlownFailure,
    settings: FallSettings,
    scale: LossScale,
    site: Site,
) -> tuple[Sensitivity, ...]:
    """The footprint with one thing changed at a time, all with the same draws."""
    if scale.varied_clouds < 1:
        return ()
    settings = replace(settings, clouds=scale.varied_clouds)
    liftoff = record.time("liftoff")
    declared = record.failure
    assert declared is not None

    def ground(bodies: tuple[BodyState, ...], how: FallSettings) -> Footprint:
        falling = _falling(record, ascent, bodies)
        return footprint_of(tuple(fall_to_ground(body, liftoff, how) for body in falling))

    nominal = ground(flown.bodies, settings)
    rows: list[tuple[str, str, Footprint]] = [("none", "as flown", nominal)]
    for seconds in (-1.0, 1.0):
        bodies = bodies_if_later(flown, ascent, seconds)
        rows.append(("time of the failure", f"{seconds:+.0f} s", ground(bodies, settings)))
    if flown.outcome is not None:
        spread = declared_spread(record)
        for share in (0.0, 0.5, 1.0):
            other = fly_failure(
                record,
                ascent,
                spread=replace(spread, residual_thrust=(share, share)),
                covariance=flown.flight.bodies[0].covariance,
                cases=scale.varied,
                seed=scale.seed,
                duration=_DURATION,
            )
            rows.append(
                ("residual thrust", f"{100.0 * share:.0f} %", ground(other.bodies, settings))
            )
    for factor in (_BALLISTIC_FACTOR, 1.0 / _BALLISTIC_FACTOR):
        how = replace(settings, drag_coefficient=settings.drag_coefficient / factor)
        rows.append(("ballistic coefficient", f"x {factor:g}", ground(flown.bodies, how)))
    low, high = declared.range("breakup_altitude", (0.0, 0.0))
    for height, change in (
        (low, f"{low / 1e3:.0f} km"),
        (high, f"{high / 1e3:.0f} km"),
        (AT_ONCE, "at the failure"),
    ):
        found = ground(flown.bodies, replace(settings, breakup_altitude=height))
        rows.append(("break-up", change, found))
    return tuple(_row(name, change, found, nominal, site) for name, change, found in rows)


def _row(name: str, change: str, found: Footprint, nominal: Footprint, site: Site) -> Sensitivity:
    along, across = offsets(
        found.latitude,
        found.longitude,
        (nominal.latitude, nominal.longitude),
        nominal.heading,
    )
    return Sensitivity(
        name,
        change,
        found,
        found.distance(site),
        float(along),
        float(across),
        locate(found.latitude, found.longitude),
    )
