"""Free flight near a station: how far it drifts off, and the burns that bring it back.

Where a ship stands is told in cylindrical coordinates about the station's orbit: how far above it,
by what angle ahead (negative: behind), how far out of its plane.  They hold at any distance, where
a straight line to the station would cut through the Earth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.errors import InputError, PropellantError
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.period import keplerian_period
from orbitsim.phases.return_shooting import Shooting, cylindrical
from orbitsim.propagation.burns import FiniteBurn
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, elapsed_seconds, read_only

if TYPE_CHECKING:
    from astropy.time import Time

LEAST_BURN: Final = 0.05
"""m/s; what would be less is not made."""


@dataclass(frozen=True, slots=True, eq=False)
class RelativePath:
    """A ship as seen from the station, at T instants.

    Attributes
    ----------
    epoch : Time
    t : ndarray, shape (T,)
        s after it.
    above : ndarray, shape (T,)
        Distance from the Earth's axis of the orbit, less the station's, m.
    phase : ndarray, shape (T,)
        Angle ahead of the station, followed over whole turns, rad; negative is behind.
    across : ndarray, shape (T,)
        Out of the station's plane, along its angular momentum, m.
    ship_height, station_height : ndarray, shape (T,)
        Semi-major axis of the orbit's energy, J2 included, less the Earth's equatorial radius, m:
        heights free of the ripple that the oblate Earth makes.
    """

    epoch: Time
    t: FloatArray
    above: FloatArray
    phase: FloatArray
    across: FloatArray
    ship_height: FloatArray
    station_height: FloatArray

    @property
    def times(self) -> Time:
        """The instants."""
        from astropy.time import TimeDelta

        return self.epoch + TimeDelta(self.t, format="sec")

    @property
    def drift_rate(self) -> FloatArray:
        """rad/s ahead, of the phase smoothed over the instants about each, shape (T,)."""
        return np.asarray(np.gradient(self.phase, self.t))


@dataclass(frozen=True, slots=True, eq=False)
class PlannedBurn:
    """One burn of a plan.

    Attributes
    ----------
    time : Time
        Of its ignition.
    delta_v : ndarray, shape (3,)
        By the rocket equation, in the ship's RTN, m/s.
    duration : float
        s.
    propellant : float
        kg.
    """

    time: Time
    delta_v: FloatArray
    duration: float
    propellant: float

    @property
    def size(self) -> float:
        """m/s."""
        return float(np.linalg.norm(self.delta_v))


@dataclass(frozen=True, slots=True, eq=False)
class ReturnPlan:
    """Burns that bring a ship to a hold point.

    Attributes
    ----------
    burns : tuple of PlannedBurn
    orbit : Orbit
        Of the ship at the arrival.
    mass : float
        kg, then.
    miss_r, miss_v : ndarray, shape (3,)
        Arrived less wanted, above, ahead and across, m and m/s.
    manoeuvres : tuple of FiniteBurn
        The same burns, for `orbitsim.propagate`.
    """

    burns: tuple[PlannedBurn, ...]
    orbit: Orbit
    mass: float
    miss_r: FloatArray
    miss_v: FloatArray
    manoeuvres: tuple[FiniteBurn, ...]

    @property
    def delta_v(self) -> float:
        """Sum of all, m/s."""
        return sum(burn.size for burn in self.burns)

    @property
    def propellant(self) -> float:
        """kg."""
        return sum(burn.propellant for burn in self.burns)


def relative_path(ship: Trajectory, station: Trajectory) -> RelativePath:
    """Where a ship stands about a station, instant by instant.

    Parameters
    ----------
    ship, station : Trajectory
        Of one each, in one frame, at the same instants, in the order of time.  Neighbouring ones
        must lie so close that the phase changes by less than half a turn.

    Raises
    ------
    InputError
        Batches, frames or instants that differ.
    """
    if ship.shape or station.shape:
        raise InputError("a relative path is of one ship and one station, got a batch")
    if ship.frame != station.frame:
        raise InputError(f"frames differ: {ship.frame} and {station.frame}")
    apart = (station.times - ship.times).to_value("s") if ship.t.size == station.t.size else [1.0]
    if np.abs(apart).max() > 1e-3:
        raise InputError("ship and station must stand at the same instants")
    place = cylindrical(station.r, station.v, ship.r, ship.v)
    return RelativePath(
        ship.epoch,
        ship.t,
        read_only(place[:, 0]),
        read_only(np.unwrap(place[:, 1] / np.linalg.norm(station.r, axis=-1))),
        read_only(place[:, 2]),
        *(read_only(smooth_height(path.r, path.v, path.mu)) for path in (ship, station)),
    )


def plan_return(
    ship: Orbit,
    station: Trajectory,
    burns_at: Sequence[Any],
    arrival: Any,
    *,
    mass: float,
    thrust: float,
    specific_impulse: float,
    forces: Force,
    hold: Any = (0.0, -200.0, 0.0),
    hold_velocity: Any = (0.0, 0.0, 0.0),
    propellant: float = np.inf,
    laps: int | None = None,
) -> ReturnPlan:
    """The burns, at given times, that bring a ship to a hold point with least delta-v.

    Parameters
    ----------
    ship : Orbit
        Where it starts.
    station : Trajectory
        Of the station, of which any instant up to `arrival` can be asked.
    burns_at : sequence of Time or float
        When burns may begin, in order, before `arrival`: instants, or seconds after the ship's
        epoch.  Two at least; those of no use are left out of the plan.  Pairs half a revolution
        apart make the cheapest phasing.
    arrival : Time or float
    mass : float
        kg, at the epoch.
    thrust, specific_impulse : float
        N and s.
    forces : Force
        On the ship, drag at `mass`.
    hold, hold_velocity : array_like, shape (3,)
        Wanted at `arrival`, in the station's rotating RTN frame, m and m/s.
    propellant : float
        kg that may be used.
    laps : int, optional
        Turns by which the ship may end ahead of where it left; those nearest to where it drifts to
        of itself unless given.

    Raises
    ------
    InputError
        Fewer than two burns, or instants out of order.
    PropellantError
        The plan needs more than there is.
    ConvergenceError
        The aim is not met within `REACH`.

    Notes
    -----
    Shooting under full forces with finite burns.  Each round takes the derivatives of the arrival
    by the burns from neighbouring flights, and solves the linear problem for the least sum of sizes
    by reweighting squares, which leaves no more burns than are needed.
    """
    at = np.array([_seconds(time, ship) for time in burns_at])
    end = _seconds(arrival, ship)
    ordered = at.size >= 2 and np.all(np.diff(np.append(at, end)) > 0.0) and at[0] >= 0.0
    if not ordered:
        raise InputError(
            "burns_at must be two instants or more, in order, after the ship's epoch and before "
            f"the arrival at {end:.6g} s, got {at.tolist()} s"
        )
    problem = Shooting(ship, station, at, end, mass, thrust, specific_impulse, forces)
    goal = problem.goal(np.asarray(hold, dtype=float), np.asarray(hold_velocity, dtype=float))
    plan = np.zeros((at.size, 3))
    first = problem.fly(plan)
    turn = 2.0 * np.pi * problem.radius
    goal[1] += turn * (round((first[1] - goal[1]) / turn) if laps is None else laps)
    for polishing in range(2):
        plan = problem.solve(plan, goal)
        small = np.linalg.norm(plan, axis=1) < LEAST_BURN
        # What hardly matters is dropped, and the others make up for it.
        if polishing or not small.any() or np.count_nonzero(~small) < 2:
            break
        problem = problem.without(small)
        plan = plan[~small]
    result = _result(problem, plan, goal)
    if result.propellant > propellant:
        raise PropellantError("the way back to the station", result.propellant, propellant)
    return result


def smooth_height(r: FloatArray, v: FloatArray, mu: float) -> FloatArray:
    """Height of the orbit's energy, J2 included, over the equatorial radius, m.

    The short-period ripple of the osculating axis, some 10 km in low orbits, is the exchange
    between motion and the oblate Earth's potential; it is gone from their sum but for what finer
    harmonics leave, a hundred metres.

    Parameters
    ----------
    r, v : ndarray, shape (..., 3)
        About the Earth's axis as third, m and m/s.
    """
    from orbitsim.earth import J2_GRAVITY

    distance = np.linalg.norm(r, axis=-1)
    sine = r[..., 2] / distance
    ratio = J2_GRAVITY.radius / distance
    oblate = 0.5 * mu / distance * J2_GRAVITY.j2 * ratio**2 * (3.0 * sine**2 - 1.0)
    energy = 0.5 * np.einsum("...i,...i->...", v, v) - mu / distance + oblate
    return np.asarray(-0.5 * mu / energy - J2_GRAVITY.radius)


def burn_times(start: Any, arrival: Any, orbit: Orbit, pairs: int = 3) -> list[float]:
    """Times for `plan_return`: pairs half a revolution apart, spread from start to arrival.

    Parameters
    ----------
    start, arrival : Time or float
        Instants, or seconds after the orbit's epoch.
    orbit : Orbit
        Of the ship.
    pairs : int
        The last ends 60 s before the arrival.

    Returns
    -------
    list of float
        s after the orbit's epoch.
    """
    first, last = _seconds(start, orbit), _seconds(arrival, orbit) - 60.0
    half = 0.5 * float(keplerian_period(orbit.elements().semi_major_axis, orbit.mu))
    if pairs < 1 or last - first < pairs * 2.0 * half:
        raise InputError(
            f"{pairs} pairs of burns need {pairs * 2.0 * half:.0f} s, got {last - first:.0f} s"
        )
    heads = np.linspace(first, last - half, pairs) if pairs > 1 else np.array([last - half])
    return [float(t) for head in heads for t in (head, head + half)]


def _result(problem: Shooting, plan: FloatArray, goal: FloatArray) -> ReturnPlan:
    path, burns = problem.path(plan), problem.burns(plan)
    place = cylindrical(problem.r[-1], problem.v[-1], path.r[-1], path.v[-1])
    turn = 2.0 * np.pi * problem.radius
    off = place - goal
    off[1] -= turn * np.round(off[1] / turn)
    made, mass = [], problem.mass
    from astropy.time import TimeDelta

    for delta_v, burn in zip(plan, burns, strict=True):
        seconds = float(burn.seconds(mass))
        used = burn.flow * seconds
        time = problem.ship.epoch + TimeDelta(float(burn.at), format="sec")
        made.append(PlannedBurn(time, read_only(delta_v.copy()), seconds, used))
        mass -= used
    orbit = Orbit.from_state(path.r[-1], path.v[-1], path.times[-1], path.frame)
    return ReturnPlan(
        tuple(made), orbit, mass, read_only(off[:3]), read_only(off[3:]), tuple(burns)
    )


def _seconds(time: Any, orbit: Orbit) -> float:
    return float(elapsed_seconds(time, orbit.epoch, "time"))
