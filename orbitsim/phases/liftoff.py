"""When to lift off so that the ascent ends in the plane in which the station will be met.

A launcher without sideways steering flies the same path over the turning Earth every time: its
azimuth is set on the pad, and with it the inclination of the insertion and the angle from the pad's
meridian to its node.  What is left to choose is the instant, and it is chosen for the docking, not
for the launch: until then the lower orbit's node runs ahead of the station's.  So the condition is
that the two nodes coincide at docking, which for given inclinations is the least angle between the
planes.

Everything after the insertion is secular J2 theory on mean elements (`orbitsim.phases.phasing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import asin, cos, degrees, isfinite, pi, radians, sin, tan
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitsim import frames
from orbitsim.earth import J2_GRAVITY, MU, ROTATION_RATE, Site
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.kernels.brouwer import mean_rates
from orbitsim.orbit import Orbit
from orbitsim.phases.ascent_flight import Launch
from orbitsim.phases.ascent_targeting import InsertionTarget
from orbitsim.phases.launch_window import LaunchWindow, launch_windows
from orbitsim.phases.phasing import TWO_DAY, Profile, mean_elements, solve_phasing
from orbitsim.phases.planar_ascent import solve_planar_steering
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.units import FloatArray, read_only, to_epoch
from orbitsim.vehicles.launcher import Rocket

if TYPE_CHECKING:
    from astropy.time import Time

_SETTLED = radians(1e-4)
_MOST_PASSES = 8
_NOMINAL_RANGE = radians(16.0)
_EPOCH = "2000-01-01"  # of orbits that are only a shape


@dataclass(frozen=True, slots=True, eq=False)
class Insertion:
    """Where an ascent ends, seen from its pad, so that it is the same on every day.

    Attributes
    ----------
    r, v : ndarray, shape (3,)
        Inertial, m and m/s, in axes frozen at lift-off: z the pole, x in the pad's meridian.
    duration : float
        From lift-off, s.
    """

    r: FloatArray
    v: FloatArray
    duration: float

    @property
    def node_lag(self) -> float:
        """Angle by which the ascending node lies west of the pad's meridian at lift-off, rad."""
        h = np.cross(self.r, self.v)
        return float(-np.arctan2(h[0], -h[1]) % (2.0 * pi))

    def turned(self, angle: float) -> Insertion:
        """The same with its node farther east by an angle (rad)."""
        return replace(self, r=_about_pole(self.r, angle), v=_about_pole(self.v, angle))

    def orbit(self, site: Site, liftoff: Time) -> Orbit:
        """The orbit that a lift-off at an instant leads to, TEME."""
        from astropy.time import TimeDelta

        angle = float(frames.teme_sidereal_angle(liftoff)) + site.longitude
        there = self.turned(angle)
        epoch = liftoff + TimeDelta(self.duration, format="sec")
        return Orbit.from_state(there.r, there.v, epoch, "TEME", mu=MU)


@dataclass(frozen=True, slots=True)
class LiftoffPrediction:
    """A predicted lift-off and what it hangs on.

    Attributes
    ----------
    time : Time
        UTC.
    window : LaunchWindow
        Passage of the pad through the station's plane that it goes with.
    after_passage : float
        Lift-off less that passage, s.
    insertion : Orbit
    node_drift : float
        Growth, from insertion to docking, of the station's node less the chaser's, rad: what the
        insertion has to be east of the station's plane.
    inclination_gap : float
        Mean inclination of the chaser less that of the station, rad: the angle between the planes
        that no lift-off time removes.
    phasing_axis : float
        Mean semi-major axis of the phasing orbit, m.
    seconds_per_degree_of_inclination, seconds_per_km_of_phasing, seconds_per_degree_of_node : float
        By how much lift-off moves if the insertion's inclination, the phasing orbit or the
        insertion's node to the east were larger.
    """

    time: Time
    window: LaunchWindow
    after_passage: float
    insertion: Orbit
    node_drift: float
    inclination_gap: float
    phasing_axis: float
    seconds_per_degree_of_inclination: float
    seconds_per_km_of_phasing: float
    seconds_per_degree_of_node: float


def planar_insertion(
    rocket: Rocket,
    payload_mass: float,
    site: Site,
    perigee_altitude: float,
    apogee_altitude: float,
    inclination: float,
    *,
    altitude_datum: Any = "ellipsoid",
    descending: bool = False,
) -> Insertion:
    """Insertion at the perigee of an orbit by an ascent that never steers sideways.

    Parameters
    ----------
    rocket, payload_mass, site
        See `solve_ascent`.
    perigee_altitude, apogee_altitude : float
        m.
    inclination : float
        Osculating at the insertion, rad.
    altitude_datum : str, optional
        See `Orbit.from_apsides`.
    descending : bool, optional
        To fly south-east instead of north-east.

    Raises
    ------
    InputError, ConvergenceError
        See `solve_planar_steering`.
    """
    # The pad's meridian is the x axis.
    launch = Launch(rocket, payload_mass, site, -site.longitude)
    if sin(inclination) < abs(sin(site.latitude)) * 0.99:
        raise InputError(
            f"inclination {degrees(inclination):.4f} deg never reaches the pad's latitude "
            f"of {degrees(site.latitude):.4f} deg"
        )
    over_pad = asin(min(1.0, max(-1.0, sin(site.latitude) / sin(inclination))))
    perigee = (pi - over_pad if descending else over_pad) + _NOMINAL_RANGE
    for _ in range(_MOST_PASSES):
        orbit = Orbit.from_apsides(
            perigee_altitude,
            apogee_altitude,
            inclination,
            _EPOCH,
            altitude_datum=altitude_datum,
            argument_of_perigee=perigee,
        )
        ascent = solve_planar_steering(
            launch, InsertionTarget.of_state(orbit.r, orbit.v), descending=descending
        )
        reached = Orbit.from_state(ascent.r, ascent.v, _EPOCH, "TEME", mu=orbit.mu)
        before, perigee = perigee, float(reached.elements().argument_of_latitude)
        if abs(perigee - before) < _SETTLED:
            break
    return Insertion(read_only(ascent.r), read_only(ascent.v), ascent.steering.cut_off)


def predict_liftoff(
    insertion: Insertion,
    site: Site,
    station: MeanElements,
    day: Any,
    *,
    docking_time: Any = None,
    profile: Profile = TWO_DAY,
    descending: bool = False,
) -> LiftoffPrediction:
    """The instant of a UTC day at which to lift off for a docking in one plane.

    Parameters
    ----------
    insertion : Insertion
        Of `planar_insertion`, or of an ascent of one's own.
    site : Site
    station : MeanElements
        Elements known before the launch.
    day : Time or str
        Any instant of the UTC day on which the pad passes the station's plane.
    docking_time : Time or str, optional
        As planned.  Without it the phasing orbit is taken halfway up and the docking comes in the
        middle of the docking orbit.
    profile : Profile, optional
    descending : bool, optional
        Which of the day's two passages; it must be that of the insertion.

    Raises
    ------
    InputError
        If the pad does not pass the plane on that day.
    ConvergenceError
        If no phasing orbit arrives at the docking time.
    """
    from astropy.time import TimeDelta

    windows = [w for w in launch_windows(station, site, day) if w.descending == descending]
    if not windows:
        raise InputError(f"the pad does not pass the station's plane on {to_epoch(day, 'day').iso}")
    window = windows[0]
    time = window.time
    for _ in range(20):
        orbit = insertion.orbit(site, time)
        gap, axis, start_gap = _node_gap(orbit, station, docking_time, profile)
        step = gap / ROTATION_RATE
        time = time + TimeDelta(step, format="sec")
        if abs(step) < 1e-3:
            break
    else:
        raise ConvergenceError(f"the lift-off time did not settle: it still moves by {step:.3f} s")
    orbit = insertion.orbit(site, time)
    own = mean_elements(orbit, J2_GRAVITY)
    plane = station.plane(time)
    per_degree = radians(1.0) / ROTATION_RATE
    return LiftoffPrediction(
        time=time,
        window=window,
        after_passage=float((time - window.time).to_value("s")),
        insertion=orbit,
        node_drift=gap - start_gap,
        inclination_gap=float(own[2] - plane.inclination[0]),
        phasing_axis=axis,
        seconds_per_degree_of_inclination=per_degree * _lag_per_inclination(site, float(own[2])),
        seconds_per_km_of_phasing=_per_km(axis, float(own[2]), profile),
        seconds_per_degree_of_node=-per_degree,
    )


def flown_turn(
    insertion: Insertion,
    site: Site,
    station: MeanElements,
    liftoff: Any,
    *,
    docking_time: Any = None,
    profile: Profile = TWO_DAY,
) -> float:
    """By how much (rad, to the east) an insertion's node has to be turned to agree with a launch
    that was flown: what an ascent's model says wrongly about sideways motion.

    Measured on one flight it serves to predict others: ``insertion.turned(flown_turn(...))``.
    """
    orbit = insertion.orbit(site, to_epoch(liftoff, "liftoff"))
    return _node_gap(orbit, station, docking_time, profile)[0]


def _node_gap(
    orbit: Orbit, station: MeanElements, docking_time: Any, profile: Profile
) -> tuple[float, float, float]:
    """The station's node less the chaser's at docking, the phasing orbit's axis, and that gap at
    the insertion."""
    own = mean_elements(orbit, J2_GRAVITY)
    start = _wrapped(float(station.plane(orbit.epoch).raan[0] - own[3]))
    if docking_time is not None:
        phasing = solve_phasing(orbit, station, docking_time, profile)
        return phasing.node_gap, phasing.semi_major_axis, start
    constants = (J2_GRAVITY.mu, J2_GRAVITY.radius, J2_GRAVITY.j2)
    goal = mean_elements(station.propagate(orbit.epoch).at(orbit.epoch), J2_GRAVITY)
    axis = 0.5 * float(own[0] + goal[0])
    rates = [
        [float(np.asarray(x).reshape(())) for x in mean_rates(a, 0.0, i, *constants)]
        for a, i in ((axis, float(own[2])), (float(goal[0]), float(goal[2])))
    ]
    duration = (profile.docking_orbit - 0.5) * 2.0 * pi / (rates[0][1] + rates[0][2])
    return start + (rates[1][0] - rates[0][0]) * duration, axis, start


def _per_km(axis: float, inclination: float, profile: Profile) -> float:
    """Seconds of lift-off per kilometre of the phasing orbit's height."""
    constants = (J2_GRAVITY.mu, J2_GRAVITY.radius, J2_GRAVITY.j2)

    def rates(a: float) -> list[float]:
        return [
            float(np.asarray(x).reshape(())) for x in mean_rates(a, 0.0, inclination, *constants)
        ]

    low, high = rates(axis - 500.0), rates(axis + 500.0)
    turns = profile.terminal_orbit - profile.phasing_orbits[1]
    duration = turns * 2.0 * pi / (low[1] + low[2])
    return -(high[0] - low[0]) * duration / ROTATION_RATE


def _lag_per_inclination(site: Site, inclination: float) -> float:
    """Derivative of the angle from the node to the pad, along the equator, by inclination."""
    x, y, z = frames.position_on_earth(site.latitude, site.longitude, site.height)
    slope = float(z / np.hypot(x, y))
    sine = slope / tan(inclination)
    if not abs(sine) < 1.0:
        return float("nan")
    return -slope / sin(inclination) ** 2 / cos(asin(sine))


def _about_pole(x: FloatArray, angle: float) -> FloatArray:
    if not isfinite(angle):
        raise InputError(f"the angle must be finite, got {angle}")
    c, s = cos(angle), sin(angle)
    return read_only(np.array([c * x[0] - s * x[1], s * x[0] + c * x[1], x[2]]))


def _wrapped(angle: float) -> float:
    return (angle + pi) % (2.0 * pi) - pi
