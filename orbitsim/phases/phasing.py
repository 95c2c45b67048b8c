"""Phasing: which orbit lets a chaser arrive at a station at a stated time on a stated orbit.

Everything here is secular J2 theory on near-circular mean orbits; it decides the shape of a plan,
and `orbitsim.phases.rendezvous` flies it.

Orbits are counted as flight control counts them: the launch falls on orbit 1, and every ascending
node begins the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, pi, sqrt
from typing import Any

import numpy as np
from scipy.optimize import brentq

from orbitsim.earth import J2_GRAVITY, ZonalGravity
from orbitsim.errors import InputError, PhaseError
from orbitsim.kernels.brouwer import mean_from_osculating, mean_rates
from orbitsim.orbit import Orbit
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.units import elapsed_seconds, to_epoch

TWO_PI = 2.0 * pi

_MARGIN = 20e3
"""m; a phasing orbit may lie this far below the insertion's mean radius or above the station's."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A rendezvous profile as flight plans state it.

    Attributes
    ----------
    docking_orbit : int
        Orbit on which the chaser arrives.
    phasing_orbits : tuple of int
        Orbits of the two burns that make the phasing orbit.
    correction_orbit : int
        Orbit of the trim in the middle.
    terminal_orbit : int
        Orbit on which the last transfer begins.
    """

    docking_orbit: int = 34
    phasing_orbits: tuple[int, int] = (3, 4)
    correction_orbit: int = 17
    terminal_orbit: int = 32

    def __post_init__(self) -> None:
        order = (*self.phasing_orbits, self.correction_orbit, self.terminal_orbit)
        if order[0] < 1 or list(order) != sorted(set(order)) or order[-1] >= self.docking_orbit:
            raise InputError(
                "burn orbits must rise from 1 and end before the docking orbit "
                f"{self.docking_orbit}, got {order}"
            )


TWO_DAY = Profile()
"""The two-day flight of 34 orbits."""


@dataclass(frozen=True, slots=True)
class Phasing:
    """A phasing orbit and what follows from it.

    Attributes
    ----------
    initial_phase : float
        Mean argument of latitude of the station less the chaser's at insertion, rad in [0, 2 pi).
    semi_major_axis : float
        Mean, of the phasing orbit, m.
    insertion_axis, station_axis : float
        Mean semi-major axes of the orbits it lies between, m.
    burn_times : tuple of float
        The two phasing burns, the correction, the terminal burn; seconds after insertion.
    raising : tuple of float
        Transverse delta-v of the two phasing burns, m/s.
    duration : float
        Insertion to docking, s.
    node_gap : float
        The station's node less the chaser's at docking, rad in [-pi, pi).
    """

    initial_phase: float
    semi_major_axis: float
    insertion_axis: float
    station_axis: float
    burn_times: tuple[float, float, float, float]
    raising: tuple[float, float]
    duration: float
    node_gap: float


def solve_phasing(
    insertion: Orbit,
    station: MeanElements,
    docking_time: Any,
    profile: Profile = TWO_DAY,
    *,
    gravity: ZonalGravity = J2_GRAVITY,
) -> Phasing:
    """Find the circular phasing orbit that arrives on the docking orbit at the docking time.

    Raises
    ------
    InputError
        A batch, an open orbit, or a docking before the insertion.
    PhaseError
        No phasing orbit between the insertion's and the station's altitude does.
    """
    duration = flight_time(insertion, station, docking_time)
    own = mean_elements(insertion, gravity)
    docking = to_epoch(docking_time, "docking_time")
    goal = mean_elements(station.propagate(docking).at(docking), gravity)
    plane = station.plane(docking)
    rates = SecularRates(float(own[2]), gravity)
    first = float(np.mod(own[4] + own[5], TWO_PI))
    last = float(np.mod(plane.argument_of_latitude[0], TWO_PI))
    wanted = last + TWO_PI * (profile.docking_orbit - 1) - first
    plan = _Plan(float(own[0]), float(goal[0]), duration, last / TWO_PI, profile, rates)

    def arcs(axis: float) -> tuple[tuple[float, float], ...]:
        """Mean semi-major axis and duration of each arc of the flight."""
        t1, t2, t4 = plan.burn_times(axis)
        return (
            (float(own[0]), t1),
            (0.5 * (float(own[0]) + axis), t2 - t1),
            (axis, t4 - t2),
            (0.5 * (axis + float(goal[0])), duration - t4),
        )

    def ahead(axis: float) -> float:
        return sum(rates.latitude(a) * time for a, time in arcs(axis)) - wanted

    lowest, highest = float(own[0]) - _MARGIN, float(goal[0]) + _MARGIN
    ends = ahead(lowest), ahead(highest)
    if ends[0] * ends[1] > 0.0:
        raise PhaseError(
            f"phase out of range: no phasing orbit of "
            f"{(lowest - gravity.radius) / 1e3:.0f} to {(highest - gravity.radius) / 1e3:.0f} km "
            f"mean altitude arrives on orbit {profile.docking_orbit} at {docking.utc.iso} UTC; the "
            f"lowest ends {np.degrees(ends[0]):+.1f} deg ahead of the station, the highest "
            f"{np.degrees(ends[1]):+.1f} deg"
        )
    axis = float(brentq(ahead, lowest, highest, xtol=0.1))
    t1, t2, t4 = plan.burn_times(axis)
    between = profile.correction_orbit - profile.phasing_orbits[1]
    # At the descending node of its orbit, where it can turn the plane's inclination.
    t3 = t2 + (between + 0.5 - first / TWO_PI) * TWO_PI / rates.latitude(axis)
    drift = sum(rates.node(a) * time for a, time in arcs(axis))
    gap = float(plane.raan[0] - own[3] - drift)
    start = station.plane(insertion.epoch)
    return Phasing(
        float(np.mod(start.argument_of_latitude[0] - first, TWO_PI)),
        axis,
        float(own[0]),
        float(goal[0]),
        (t1, t2, t3, t4),
        raising(float(own[0]), axis, gravity.mu),
        duration,
        (gap + pi) % TWO_PI - pi,
    )


def coplanar_insertion(
    insertion: Orbit,
    station: MeanElements,
    docking_time: Any,
    profile: Profile = TWO_DAY,
    *,
    gravity: ZonalGravity = J2_GRAVITY,
) -> Orbit:
    """The insertion orbit turned about the pole until its node meets the station's at docking.

    The lower orbit's node regresses faster, so an insertion into the station's own plane would be
    left some tenths of a degree behind by the docking.
    """
    turn = solve_phasing(insertion, station, docking_time, profile, gravity=gravity).node_gap
    return turned_about_pole(insertion, turn)


def turned_about_pole(orbit: Orbit, angle: float) -> Orbit:
    """The orbit, in TEME, with its node moved east by `angle` (rad)."""
    orbit = orbit if orbit.frame == "TEME" else orbit.to_frame("TEME")
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return Orbit.from_state(turn @ orbit.r, turn @ orbit.v, orbit.epoch, "TEME", mu=orbit.mu)


def flight_time(insertion: Orbit, station: MeanElements, docking_time: Any) -> float:
    """Seconds from insertion to docking, checked with the two orbits."""
    if insertion.shape or station.shape:
        raise InputError(
            "a rendezvous is of one insertion orbit and one station, got the shapes "
            f"{insertion.shape} and {station.shape}"
        )
    docking = to_epoch(docking_time, "docking_time")
    duration = float(elapsed_seconds(docking, insertion.epoch))
    if not duration > 0.0:
        raise InputError(
            f"docking at {docking.utc.iso} UTC is not after the insertion at "
            f"{insertion.epoch.utc.iso} UTC"
        )
    return duration


def hohmann_delta_v(radius: float, goal: float, mu: float = J2_GRAVITY.mu) -> float:
    """Delta-v (m/s) of the Hohmann transfer between coplanar circular orbits (Vallado 2013,
    algorithm 36)."""
    return sum(abs(x) for x in raising(radius, goal, mu))


def mean_elements(orbit: Orbit, gravity: ZonalGravity) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Mean a, e, i, node, perigee, anomaly (6,) of J2 theory, true equator of date."""
    orbit = orbit if orbit.frame == "TEME" else orbit.to_frame("TEME")
    mean, status = mean_from_osculating(
        orbit.r.reshape(3, 1), orbit.v.reshape(3, 1), gravity.mu, gravity.radius, gravity.j2
    )
    if status[0]:
        raise InputError("an open orbit has no mean elements")
    return np.asarray(mean[:, 0])


@dataclass(frozen=True, slots=True)
class SecularRates:
    """Secular rates of near-circular orbits of one inclination.

    Attributes
    ----------
    inclination : float
        rad.
    gravity : ZonalGravity
    """

    inclination: float
    gravity: ZonalGravity

    def node(self, axis: float) -> float:
        """Rate of the node, rad/s."""
        return self._all(axis)[0]

    def latitude(self, axis: float) -> float:
        """Rate of the mean argument of latitude, rad/s."""
        return sum(self._all(axis)[1:])

    def _all(self, axis: float) -> tuple[float, float, float]:
        rates = mean_rates(
            axis, 0.0, self.inclination, self.gravity.mu, self.gravity.radius, self.gravity.j2
        )
        node, perigee, anomaly = (float(np.asarray(x).reshape(())) for x in rates)
        return node, perigee, anomaly


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the burn times hang on: mean radii, flight time, and the turns flown on the last
    orbit."""

    own: float
    goal: float
    duration: float
    last_turns: float
    profile: Profile
    rates: SecularRates

    def burn_times(self, axis: float) -> tuple[float, float, float]:
        """First burn at the apogee opposite to the insertion, the second half a revolution later
        (or whole ones more), the terminal one on its orbit so that an odd number of half
        revolutions ends in time."""
        first_orbit, second_orbit = self.profile.phasing_orbits
        t1 = (first_orbit - 0.5) * TWO_PI / self.rates.latitude(self.own)
        between = (second_orbit - first_orbit - 0.5) * TWO_PI
        t2 = t1 + between / self.rates.latitude(0.5 * (self.own + axis))
        whole = floor(self.profile.docking_orbit + self.last_turns - 0.5)
        transfer = (whole - self.profile.terminal_orbit + 0.5) * TWO_PI
        return t1, t2, self.duration - transfer / self.rates.latitude(0.5 * (axis + self.goal))


def raising(radius: float, goal: float, mu: float) -> tuple[float, float]:
    """Signed transverse delta-v (m/s) of the two burns of a Hohmann transfer."""
    axis = 0.5 * (radius + goal)
    departure = sqrt(mu * (2.0 / radius - 1.0 / axis)) - sqrt(mu / radius)
    arrival = sqrt(mu / goal) - sqrt(mu * (2.0 / goal - 1.0 / axis))
    return departure, arrival
