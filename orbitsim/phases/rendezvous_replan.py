"""A rendezvous as it is flown: the state is known with errors, burns are made with errors, and
what remains is planned anew before every burn.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError
from orbitsim.maneuvers.relative import relative_state, rtn_rotation
from orbitsim.orbit import Orbit
from orbitsim.phases.rendezvous_flight import RendezvousFlight
from orbitsim.phases.rendezvous_shooting import (
    Chase,
    arrival,
    engine_burns,
    flown_by,
    schedule,
)
from orbitsim.phases.rendezvous_solver import solve_all
from orbitsim.propagation import propagate
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, read_only

if TYPE_CHECKING:
    from astropy.time import Time

_ROUNDS: Final = 6


@dataclass(frozen=True, slots=True)
class BurnErrors:
    """Standard deviations of how burns are made, and how early they are planned.

    Attributes
    ----------
    size : float
        Relative.
    pointing : float
        Across, each axis, rad.
    lead : float
        From the plan to the burn's time, s.
    """

    size: float = 0.002
    pointing: float = radians(0.3)
    lead: float = 240.0


@dataclass(frozen=True, slots=True, eq=False)
class ReplannedRendezvous:
    """N flights with errors, K burns each.

    Attributes
    ----------
    planned : ndarray, shape (N, K, 3)
        Burns as planned last, RTN, m/s.
    delta_v : ndarray, shape (N, K)
        As made, m/s.
    position_error, velocity_error : ndarray, shape (N, 3)
        Arrival less hold point in the station's rotating RTN frame, m and m/s.
    propellant : ndarray, shape (N,)
        Used, kg.
    """

    planned: FloatArray
    delta_v: FloatArray
    position_error: FloatArray
    velocity_error: FloatArray
    propellant: FloatArray


def fly_replanned(
    flight: RendezvousFlight,
    n: int,
    seed: int,
    *,
    insertions: Orbit | None = None,
    errors: BurnErrors | None = None,
) -> ReplannedRendezvous:
    """Fly a solved rendezvous `n` times with errors, replanning before each burn.

    Before each burn the state is known with the errors of the profile, in RTN and independent; the
    burns that remain are solved from it, at the flight's times, and the first is made.  Before the
    braking burn only the velocity is left to be met.

    Parameters
    ----------
    flight : RendezvousFlight
    n : int
        Cases.
    seed : int
    insertions : Orbit, optional
        Of the shape (n,); all as the flight's unless given.
    errors : BurnErrors, optional

    Raises
    ------
    InputError
        Fewer than one case, or insertions of another shape.
    """
    if n < 1 or (insertions is not None and insertions.shape != (n,)):
        raise InputError(f"wanted at least one case and as many insertions, got {n}")
    errors = BurnErrors() if errors is None else errors
    random = np.random.default_rng(seed)
    own, slots = flight.chase, flight.profile.burns
    if insertions is None:
        start = own.start[np.zeros(n, dtype=np.int64)]
    else:
        start = insertions.to_frame("GCRS")
    state = np.concatenate([start.r, start.v], axis=-1)
    mass = np.repeat(own.mass, n)
    goal = np.repeat(own.goal, n, axis=0)
    times = np.tile(flight.solution.times, (n, 1))
    plan = np.tile(flight.solution.delta_v, (n, 1, 1))
    made = np.zeros((n, len(slots)))
    flow = own.thrust / (own.specific_impulse * STANDARD_GRAVITY)
    now = 0.0

    def chase(y: FloatArray, duration: float) -> Chase:
        orbit = Orbit.from_state(y[:, :3], y[:, 3:], _after(flight, now), "GCRS")
        return Chase(orbit, mass, own.thrust, own.specific_impulse, own.forces, goal, duration)

    for k, slot in enumerate(slots):
        # Truth comes to where the next burns are planned: early enough for the longest of them.
        longest = float(schedule(chase(state, 1.0), times, plan).duration[:, k].max())
        share = 1.0 if k == len(slots) - 1 else 0.5
        instant = max(now, float(times[0, k]) - errors.lead - share * longest)
        if instant > now:
            state = _end(flown_by(chase(state, 1.0), [], np.array([instant - now])))
            now = instant
        known = state + _noise(random, state, slot.position_error, slot.velocity_error)
        rest = chase(known, own.duration - now)
        j = flight.solution.linear.by_speed[:, k:]
        plan[:, k:] = _replanned(rest, times[:, k:] - now, plan[:, k:], j)
        engine = schedule(rest, times[:, k:] - now, plan[:, k:])
        factor = 1.0 + errors.size * random.normal(size=n)
        burn = _turned(random, plan[:, k], errors.pointing) * factor[:, np.newaxis]
        begin, duration = engine.start[:, 0], engine.duration[:, 0] * factor
        ends = begin + duration
        until = float(ends.max()) if k < len(slots) - 1 else own.duration - now
        truth = chase(state, until)
        burns = engine_burns(
            truth, begin[:, np.newaxis], duration[:, np.newaxis], burn[:, np.newaxis]
        )
        # A last burn that lasts longer than planned goes on past the instant of the arrival.
        after = max(until, float(ends.max()))
        state = _end(flown_by(truth, burns, np.array([after])))
        mass = mass - flow * duration
        made[:, k] = np.linalg.norm(burn, axis=-1)
        now += after
    there = _station(flight, now)
    r, v = relative_state(there[:3], there[3:], state[:, :3], state[:, 3:])
    return ReplannedRendezvous(
        read_only(plan),
        read_only(made),
        read_only(r - np.array(flight.profile.hold)),
        v,
        read_only(own.mass - mass),
    )


def _replanned(
    rest: Chase, times: FloatArray, delta_v: FloatArray, by_speed: FloatArray
) -> FloatArray:
    """The burns that remain, from what is known; the last alone can only meet the velocity."""
    if delta_v.shape[1] > 1:
        allowed = np.ones(delta_v.shape[1:], dtype=np.bool_)
        found, _ = solve_all(
            rest, times, delta_v, by_speed, allowed, position=1.0, velocity=1e-3, rounds=_ROUNDS
        )
        # A chaser whose plan is lost keeps the one it had.
        return np.where(np.isfinite(found), found, delta_v)
    inverse = np.linalg.inv(by_speed[3:, 0])
    found = np.array(delta_v)
    for _ in range(3):
        found[:, 0] -= arrival(rest, times, found)[:, 3:] @ inverse.T
    return found


def _noise(
    random: np.random.Generator, state: FloatArray, position: float, velocity: float
) -> FloatArray:
    """Errors of knowledge (N, 6), drawn in RTN."""
    axes = rtn_rotation(state[:, :3], state[:, 3:])
    size = np.repeat([position, velocity], 3)
    drawn = random.normal(size=state.shape) * size
    turned = np.einsum("nij,nki->nkj", axes, drawn.reshape(-1, 2, 3))
    return np.asarray(turned.reshape(-1, 6))


def _turned(random: np.random.Generator, burns: FloatArray, sigma: float) -> FloatArray:
    """Burns (N, 3) turned by small angles across, their size kept."""
    size = np.linalg.norm(burns, axis=-1, keepdims=True)
    ahead = burns / np.maximum(size, 1e-12)
    across = random.normal(size=burns.shape) * sigma
    across -= np.sum(across * ahead, axis=-1, keepdims=True) * ahead
    turned = ahead + across
    return np.asarray(size * turned / np.linalg.norm(turned, axis=-1, keepdims=True))


def _end(flown: Trajectory) -> FloatArray:
    return np.concatenate([flown.r[:, -1], flown.v[:, -1]], axis=-1)


def _station(flight: RendezvousFlight, seconds: float) -> FloatArray:
    own = flight.station
    at = propagate(own.orbit, [seconds], method="numerical", forces=own.forces)
    return np.concatenate([at.r[0], at.v[0]])


def _after(flight: RendezvousFlight, seconds: float) -> Time:
    from astropy.time import TimeDelta

    return flight.insertion.epoch + TimeDelta(seconds, format="sec")
