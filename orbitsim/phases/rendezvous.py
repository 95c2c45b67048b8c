"""Rendezvous: the burns that bring a chaser to a station at a stated time on a stated orbit.

The plan is the classical one of a two-day flight.  Two burns early on make the phasing orbit, one
in the middle trims it and its plane, a transfer late in the flight ends at the station, and the
last burn takes over the station's velocity.  Burns are impulsive; the chaser flies under zonal
gravity numerically, the station by SGP4, both in the TEME frame of the insertion.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar

from orbitsim.earth import EQUATORIAL_RADIUS, J2_GRAVITY, ZonalGravity
from orbitsim.errors import ConvergenceError
from orbitsim.kernels.arc import zonal_arc
from orbitsim.maneuvers.relative import rtn_rotation
from orbitsim.orbit import Orbit
from orbitsim.phases.phasing import (
    TWO_DAY,
    TWO_PI,
    Phasing,
    Profile,
    hohmann_delta_v,
    solve_phasing,
)
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

_STEP = 60.0
_MISS_TOLERANCE = 1e-3
"""m; the terminal transfer is shot until it ends this near to the station."""

# A solution is a row: time and transverse delta-v of the two phasing burns; time, transverse
# and normal delta-v of the correction; time and delta-v vector (RTN) of the terminal burn.  Seconds
# after insertion, m/s.  Scaled so that one unit of any moves the arrival by a like amount.
_SCALES = np.array([600.0, 0.1, 600.0, 0.1, 600.0, 0.2, 1.0, 600.0, 1.0, 1.0, 1.0])
_FREEDOM = np.array([1.5, 600.0, 1.5, 600.0, 1.5, 300.0, 60.0, 1.5, 60.0, 60.0, 60.0])
_TERMINAL = slice(8, 11)
_MISS_SCALE = 1e4
_EVENNESS = 1e-3
"""s/m; weight of the squared burns.  A metre per second of raising is worth the same wherever it is
burned, so the sum alone is flat along a valley; this picks the plan of even burns in it and costs
less than 1 m/s."""
_PURPOSES = ("phasing 1", "phasing 2", "correction", "terminal transfer", "docking")


@dataclass(frozen=True, slots=True)
class Burn:
    """One impulsive burn.

    Attributes
    ----------
    time : Time
    orbit_number : int
    delta_v_rtn : tuple of float
        Radial, transverse, normal, m/s.
    purpose : str
    orbit : Orbit
        The orbit that it leaves behind.
    """

    time: Time
    orbit_number: int
    delta_v_rtn: tuple[float, float, float]
    purpose: str
    orbit: Orbit

    @property
    def delta_v(self) -> float:
        """Size, m/s."""
        return sqrt(sum(x * x for x in self.delta_v_rtn))


@dataclass(frozen=True, slots=True, eq=False)
class Rendezvous:
    """A solved rendezvous, as flown.

    Attributes
    ----------
    insertion : Orbit
    phasing : Phasing
    burns : tuple of Burn
        The last one takes over the station's velocity at the docking.
    docking_time : Time
        Instant of closest approach, searched on the flown trajectory.
    docking_orbit : int
        Counted on the flown trajectory.
    miss : float
        Distance to the station then, m.
    hohmann : float
        Delta-v of the coplanar Hohmann transfer between circular orbits of the insertion's and the
        station's mean semi-major axes, m/s.
    t : ndarray, shape (T,)
        Seconds after insertion.
    phase : ndarray, shape (T,)
        Angle by which the station is ahead, rad, continuous, ending at zero.
    altitude, station_altitude : ndarray, shape (T,)
        Radius less 6378.137 km, m.
    r, v : ndarray, shape (3, T)
        The chaser, TEME, m and m/s.
    nodes : ndarray
        Ascending nodes, seconds after insertion.
    """

    insertion: Orbit
    phasing: Phasing
    burns: tuple[Burn, ...]
    docking_time: Time
    docking_orbit: int
    miss: float
    hohmann: float
    t: FloatArray
    phase: FloatArray
    altitude: FloatArray
    station_altitude: FloatArray
    r: FloatArray
    v: FloatArray
    nodes: FloatArray

    @property
    def delta_v(self) -> float:
        """Sum over the burns, m/s."""
        return sum(burn.delta_v for burn in self.burns)

    @property
    def times(self) -> Time:
        """The instants of `t`."""
        return _after(self.insertion, self.t)


def plan_rendezvous(
    insertion: Orbit,
    station: MeanElements,
    docking_time: Any,
    profile: Profile = TWO_DAY,
    *,
    gravity: ZonalGravity = J2_GRAVITY,
) -> Rendezvous:
    """Solve and fly the burns that bring an insertion orbit to a station at a stated time.

    The phasing orbit follows from the phase (secular rates); times and sizes of the burns then
    minimise the total delta-v on the numerically flown trajectory, with the last transfer shot to
    the station's position at `docking_time` in every trial.

    Parameters
    ----------
    insertion : Orbit
        One orbit; its epoch is the insertion.
    station : MeanElements
        One satellite.
    docking_time : Time or str
    profile : Profile

    Raises
    ------
    InputError
        Docking before insertion, or a batch.
    PhaseError
        The phase does not let the chaser arrive on the stated orbit between the two altitudes.
    """
    insertion = insertion if insertion.frame == "TEME" else insertion.to_frame("TEME")
    phasing = solve_phasing(insertion, station, docking_time, profile, gravity=gravity)
    target = station.propagate(docking_time)
    chase = _Chase(
        np.concatenate([insertion.r, insertion.v]),
        np.concatenate([target.r[0], target.v[0]]),
        phasing.duration,
        gravity,
    )
    t1, t2, t3, t4 = phasing.burn_times
    first, second = phasing.raising
    guess = np.array([t1, first, t2, second, t3, 0.0, 0.0, t4, 0.0, 0.5 * second, 0.0])
    best = minimize(
        lambda offset: chase.cost(guess + offset * _SCALES),
        np.zeros(guess.size),
        method="SLSQP",
        bounds=list(zip(-_FREEDOM, _FREEDOM, strict=True)),
        constraints={
            "type": "eq",
            "fun": lambda offset: chase.miss(guess + offset * _SCALES) / _MISS_SCALE,
        },
        options={"eps": 1e-4, "maxiter": 300, "ftol": 1e-2},
    )
    if not best.success:
        raise ConvergenceError(f"the burn plan did not converge: {best.message}")
    return _fly(chase, guess + best.x * _SCALES, insertion, station, phasing)


@dataclass(frozen=True, slots=True)
class _Leg:
    """A burn at `time` (s after insertion), and the states (6,) around it."""

    time: float
    before: FloatArray
    after: FloatArray


@dataclass(frozen=True, slots=True)
class _Chase:
    """Start and target states (6,) with the time between, and the gravity."""

    start: FloatArray
    target: FloatArray
    duration: float
    gravity: ZonalGravity

    def states(self, state: FloatArray, times: FloatArray) -> FloatArray:
        """Coasting states (6, T)."""
        g = self.gravity
        return np.asarray(zonal_arc(state, times, g.mu, g.radius, np.array(g.j), _STEP))

    def coast(self, state: FloatArray, duration: float) -> FloatArray:
        return np.asarray(self.states(state, np.array([duration]))[:, 0])

    def legs(self, row: FloatArray) -> list[_Leg]:
        """The four burns of a solution row, and the arrival at the target's state."""
        t1, first, t2, second, t3, third, normal, t4, *terminal = row
        burns = (
            (t1, (0.0, first, 0.0)),
            (t2, (0.0, second, 0.0)),
            (t3, (0.0, third, normal)),
            (t4, terminal),
        )
        legs: list[_Leg] = []
        now, state = 0.0, self.start
        for time, delta_v in burns:
            before = self.coast(state, time - now)
            state = before.copy()
            state[3:] += np.array(delta_v) @ rtn_rotation(before[:3], before[3:])
            legs.append(_Leg(time, before, state))
            now = time
        return [*legs, _Leg(self.duration, self.coast(state, self.duration - now), self.target)]

    def miss(self, row: FloatArray) -> FloatArray:
        """Position at the docking time less the station's, m."""
        return np.asarray(self.legs(row)[-1].before[:3] - self.target[:3])

    def cost(self, row: FloatArray) -> float:
        """Total delta-v (m/s), burns made even where that costs next to nothing."""
        # The tenth of a millimetre per second rounds off the corner that a vanishing burn makes.
        squares = [
            float(np.sum((leg.after[3:] - leg.before[3:]) ** 2)) + 1e-8 for leg in self.legs(row)
        ]
        return sum(sqrt(x) + _EVENNESS * x for x in squares)

    def polished(self, row: FloatArray) -> FloatArray:
        """The row with its terminal burn shot (Newton) to within the tolerance of the station."""
        row = row.copy()
        for _ in range(10):
            miss = self.miss(row)
            if np.linalg.norm(miss) < _MISS_TOLERANCE:
                return row
            jacobian = np.empty((3, 3))
            for axis in range(3):
                moved = row.copy()
                moved[_TERMINAL.start + axis] += 1e-2
                jacobian[:, axis] = (self.miss(moved) - miss) / 1e-2
            row[_TERMINAL] -= np.linalg.solve(jacobian, miss)
        raise ConvergenceError(
            f"the terminal transfer still misses the station by {np.linalg.norm(miss):.3g} m"
        )


def _fly(
    chase: _Chase, row: FloatArray, insertion: Orbit, station: MeanElements, phasing: Phasing
) -> Rendezvous:
    """The whole flight of a solution, measured anew on its trajectory."""
    legs = chase.legs(chase.polished(row))
    starts = [_Leg(0.0, chase.start, chase.start), *legs[:-1]]
    samples, states, nodes = [], [], []
    for leg, end in zip(starts, (leg.time for leg in legs), strict=True):
        t = np.append(np.arange(leg.time, end, _STEP), end)
        samples.append(t)
        states.append(chase.states(leg.after, t - leg.time))
        nodes.extend(_nodes(chase, leg, t, states[-1][2]))
    t, state = np.concatenate(samples), np.concatenate(states, axis=1)
    orbit_number = 1 + np.searchsorted(nodes, [leg.time for leg in legs])
    burns = []
    for leg, number, purpose in zip(legs, orbit_number.tolist(), _PURPOSES, strict=True):
        axes = rtn_rotation(leg.before[:3], leg.before[3:])
        radial, transverse, normal = axes @ (leg.after[3:] - leg.before[3:])
        time = _after(insertion, leg.time)
        orbit = Orbit.from_state(leg.after[:3], leg.after[3:], time, "TEME", mu=insertion.mu)
        burns.append(
            Burn(time, number, (float(radial), float(transverse), float(normal)), purpose, orbit)
        )
    there = np.moveaxis(station.propagate(_after(insertion, t)).r, -1, 0)
    phase = np.unwrap(phase_angle(state, there))
    docking, miss = _closest_approach(chase, legs[-2], insertion, station)
    return Rendezvous(
        insertion,
        phasing,
        tuple(burns),
        _after(insertion, docking),
        1 + int(np.searchsorted(nodes, docking)),
        miss,
        hohmann_delta_v(phasing.insertion_axis, phasing.station_axis, chase.gravity.mu),
        t,
        phase - TWO_PI * np.round(phase[-1] / TWO_PI),
        np.linalg.norm(state[:3], axis=0) - EQUATORIAL_RADIUS,
        np.linalg.norm(there, axis=0) - EQUATORIAL_RADIUS,
        state[:3],
        state[3:],
        np.array(nodes),
    )


def _nodes(chase: _Chase, leg: _Leg, t: FloatArray, z: FloatArray) -> list[float]:
    """Times of the ascending nodes on the arc that follows a burn, sampled as `z` at `t`."""

    def height(x: float) -> float:
        return float(chase.coast(leg.after, x - leg.time)[2])

    rising = np.flatnonzero((z[:-1] < 0.0) & (z[1:] >= 0.0))
    return [float(brentq(height, t[index], t[index + 1], xtol=1e-6)) for index in rising]


def _closest_approach(
    chase: _Chase, leg: _Leg, insertion: Orbit, station: MeanElements
) -> tuple[float, float]:
    """Time (s after insertion) and distance (m) of closest approach on the last transfer.

    Searched within a minute of the docking time, past which the transfer would coast on by.
    """

    def distance(time: float) -> float:
        there = station.propagate(_after(insertion, time)).r[0]
        return float(np.linalg.norm(chase.coast(leg.after, time - leg.time)[:3] - there))

    around = (chase.duration - 60.0, chase.duration + 60.0)
    best = minimize_scalar(distance, bounds=around, method="bounded", options={"xatol": 1e-4})
    return float(best.x), float(best.fun)


def phase_angle(chaser: FloatArray, station: FloatArray) -> FloatArray:
    """Angle by which the station is ahead in the chaser's plane, rad in (-pi, pi].

    Parameters
    ----------
    chaser : ndarray, shape (6, T)
        States, m and m/s.
    station : ndarray, shape (3, T)
        Positions, m.
    """
    r, v = chaser[:3], chaser[3:]
    pole = np.cross(r, v, axis=0)
    pole = pole / np.linalg.norm(pole, axis=0)
    along = np.sum(r * station, axis=0)
    ahead = np.sum(np.cross(pole, r, axis=0) * station, axis=0)
    return np.asarray(np.arctan2(ahead, along))


def _after(insertion: Orbit, seconds: Any) -> Time:
    from astropy.time import TimeDelta

    return insertion.epoch + TimeDelta(seconds, format="sec")
