"""Solving a rendezvous: one with its burns moved to where they cost least, or many near to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import ConvergenceError
from orbitsim.maneuvers.targeting import least_delta_v, weighted_correction
from orbitsim.phases.rendezvous_shooting import Chase, arrival
from orbitsim.units import FloatArray

BoolArray = NDArray[np.bool_]

_SPEED_STEP: Final = 0.05
_TIME_STEP: Final = 5.0
_EVENNESS: Final = 2e-4
"""s/m; picks even burns where the total is flat."""
_CORNER: Final = 1e-2
"""m/s; rounds off the corner that a vanishing burn makes in the total."""
_ROUNDS: Final = 14
_FIRST_REACH: Final = 200.0
_LEAST_REACH: Final = 20.0
"""s/(m/s)**0.5; how far burns are moved in time: so far for half a metre per second."""
_REWEIGHTINGS: Final = 40
_LEAST_GAIN: Final = 0.01
_LARGEST: Final = 300.0
"""m/s; no trial burns more than this at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """An arrival and its derivatives, K burns.

    Attributes
    ----------
    miss : ndarray, shape (6,)
    by_speed : ndarray, shape (6, K, 3)
    by_time : ndarray, shape (6, K)
        0 for burns that do not move.
    """

    miss: FloatArray
    by_speed: FloatArray
    by_time: FloatArray


def linearised(chase: Chase, times: FloatArray, delta_v: FloatArray, free: BoolArray) -> Linear:
    """The arrival of one chaser, and its derivatives by differences, all flown at once.

    Parameters
    ----------
    times, delta_v : ndarray, shape (K,) and (K, 3)
    free : ndarray of bool, shape (K,)
        Which burns may be moved in time.
    """
    k = len(times)
    moved = np.flatnonzero(free)
    count = 1 + 3 * k + moved.size
    at = np.tile(times, (count, 1))
    dv = np.tile(delta_v, (count, 1, 1))
    for i in range(3 * k):
        dv[1 + i, i // 3, i % 3] += _SPEED_STEP
    for i, j in enumerate(moved):
        at[1 + 3 * k + i, j] += _TIME_STEP
    found = arrival(chase.taken(np.zeros(count, dtype=np.int64)), at, dv)
    if not np.isfinite(found).all():
        raise ConvergenceError("a trial flight came down or could not be integrated")
    change = (found[1:] - found[0]).T
    by_time = np.zeros((6, k))
    by_time[:, moved] = change[:, 3 * k :] / _TIME_STEP
    return Linear(found[0], change[:, : 3 * k].reshape(6, k, 3) / _SPEED_STEP, by_time)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Burns of one chaser that reach the goal.

    Attributes
    ----------
    times, delta_v : ndarray, shape (K,) and (K, 3)
    linear : Linear
        There, with what is still missing.
    least : float
        Lower bound of the total delta-v for burns at these times, to first order, m/s.
    primer : ndarray, shape (K, 3)
        The primer vector at each burn; see `orbitsim.maneuvers.targeting`.
    """

    times: FloatArray
    delta_v: FloatArray
    linear: Linear
    least: float
    primer: FloatArray


def solve(
    chase: Chase,
    times: FloatArray,
    delta_v: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    allowed: BoolArray,
    *,
    position: float = 1.0,
    velocity: float = 1e-3,
) -> Solution:
    """Burns of least total delta-v that reach the goal, their times moved within bounds.

    Parameters
    ----------
    times, delta_v : ndarray, shape (K,) and (K, 3)
        Where to start from.
    bounds : pair of ndarray, shape (K,)
        Earliest and latest times.
    allowed : ndarray of bool, shape (K, 3)
        Components that the burns may have.
    position, velocity : float
        How near is near enough, m and m/s.

    Raises
    ------
    ConvergenceError
        The shooting does not come that near.

    Notes
    -----
    Sequential convex programming: each round flies the burns with all their neighbours, then
    minimises the total under the linearised arrival with a price on shifts of the times, which
    rises when a round brings nothing.  Rounds with fixed times go before, to come near, and after.
    """
    low, high = bounds
    free = high > low
    times, delta_v = np.clip(times, low, high), np.array(delta_v)
    for _ in range(3):
        linear = linearised(chase, times, delta_v, free)
        delta_v = _at_fixed_times(linear, delta_v, allowed)
    reach, best, origin = _FIRST_REACH, (np.inf, times, delta_v), linear
    for _ in range(_ROUNDS if free.any() else 0):
        linear = linearised(chase, times, delta_v, free)
        # To first order, what it would still cost to reach the goal from here.
        cost = _total(_at_fixed_times(linear, delta_v, allowed))
        if cost < best[0] - _LEAST_GAIN:
            best, origin, reach = (cost, times, delta_v), linear, 2.0 * reach
        else:
            reach *= 0.3
            if reach < _LEAST_REACH:
                break
        _, times, delta_v = best
        times, delta_v = _moved(origin, times, delta_v, (low, high), reach, allowed)
    _, times, delta_v = best if free.any() else (0.0, times, delta_v)
    weight: FloatArray | None = None
    for _ in range(8):
        linear = linearised(chase, times, delta_v, np.zeros_like(free))
        if _near(linear.miss, position, velocity):
            change = _change(linear, delta_v)
            bound = least_delta_v(linear.by_speed, change, allowed=allowed)
            return Solution(times, delta_v, linear, float(bound.least), bound.primer)
        if weight is None:
            delta_v = _at_fixed_times(linear, delta_v, allowed)
            weight = allowed * (np.linalg.norm(delta_v, axis=-1, keepdims=True) + 0.01)
        else:
            delta_v = delta_v - weighted_correction(linear.by_speed, linear.miss, weight)
    raise ConvergenceError(
        f"the arrival still misses the hold point by {np.linalg.norm(linear.miss[:3]):.3g} m and "
        f"{np.linalg.norm(linear.miss[3:]):.3g} m/s"
    )


def solve_all(
    chase: Chase,
    times: FloatArray,
    delta_v: FloatArray,
    by_speed: FloatArray,
    allowed: BoolArray,
    *,
    position: float = 5.0,
    velocity: float = 5e-3,
    rounds: int = 10,
) -> tuple[FloatArray, FloatArray]:
    """Burns of N chasers near to one that is solved, with its derivatives and at fixed times.

    Parameters
    ----------
    times : ndarray, shape (N, K)
    delta_v : ndarray, shape (N, K, 3)
    by_speed : ndarray, shape (6, K, 3) or (N, 6, K, 3)
        Derivatives of the arrival.
    allowed : ndarray of bool, shape (K, 3)

    Returns
    -------
    delta_v : ndarray, shape (N, K, 3)
        NaN where a chaser did not get there.
    miss : ndarray, shape (N, 6)
        What is still missing.
    """
    delta_v = np.array(delta_v)
    found = np.full((len(delta_v), 6), np.nan)
    open_ = np.arange(len(delta_v))
    weight = np.zeros((*delta_v.shape[:2], 3))
    for number in range(rounds):
        found[open_] = arrival(chase.taken(open_), times[open_], delta_v[open_])
        missing = found[open_]
        near = (np.linalg.norm(missing[:, :3], axis=-1) < position) & (
            np.linalg.norm(missing[:, 3:], axis=-1) < velocity
        )
        open_ = open_[~near & np.isfinite(missing).all(axis=-1)]
        if not open_.size:
            break
        j = by_speed if by_speed.ndim == 3 else by_speed[open_]
        missing = found[open_]
        if number < 2:
            change = np.einsum("...mkc,...kc->...m", j, delta_v[open_]) - missing
            wide = np.broadcast_to(j, (open_.size, *j.shape[-3:]))
            better = least_delta_v(wide, change, allowed=allowed, evenness=_EVENNESS).delta_v
            size = np.linalg.norm(better, axis=-1, keepdims=True)
            weight[open_] = allowed * (size + 0.01)
        else:
            better = delta_v[open_] - weighted_correction(j, missing, weight[open_])
            size = np.linalg.norm(better, axis=-1, keepdims=True)
        delta_v[open_] = better * np.minimum(1.0, _LARGEST / np.maximum(size, 1e-9))
    lost = ~np.isfinite(found).all(axis=-1)
    delta_v[lost] = np.nan
    return delta_v, found


def _at_fixed_times(linear: Linear, delta_v: FloatArray, allowed: BoolArray) -> FloatArray:
    change = _change(linear, delta_v)
    found = least_delta_v(linear.by_speed, change, allowed=allowed, evenness=_EVENNESS)
    return np.array(found.delta_v)


def _change(linear: Linear, delta_v: FloatArray) -> FloatArray:
    """What all burns together have to bring about."""
    return np.asarray(np.einsum("mkc,kc->m", linear.by_speed, delta_v) - linear.miss)


def _moved(
    linear: Linear,
    times: FloatArray,
    delta_v: FloatArray,
    bounds: tuple[FloatArray, FloatArray],
    reach: float,
    allowed: BoolArray,
) -> tuple[FloatArray, FloatArray]:
    """Burns and times of least total under the linearised arrival, with a price on shifts.

    The total with ``shift**2 / (2 reach**2)`` added, by reweighted least squares; a shift that goes
    past its bound is held there and the rest solved again.
    """
    k = len(times)
    scale = np.abs(linear.by_speed).max(axis=(-2, -1))
    by_speed = (linear.by_speed / scale[:, np.newaxis, np.newaxis]).reshape(6, 3 * k)
    by_time = linear.by_time / scale[:, np.newaxis]
    wanted = by_speed @ delta_v.ravel() - linear.miss / scale
    open_ = np.repeat(1.0, 3) * allowed
    low, high = bounds[0] - times, bounds[1] - times
    free, shift = high > low, np.zeros(k)
    size = np.linalg.norm(delta_v, axis=-1)
    for _ in range(k + 1):
        by_all = np.hstack([by_speed, by_time])
        rest = wanted - by_time @ np.where(free, 0.0, shift)
        for _ in range(_REWEIGHTINGS):
            weight = np.sqrt(size**2 + _CORNER**2)
            weight = weight / (1.0 + 2.0 * _EVENNESS * weight)
            heavy = np.append((open_ * weight[:, np.newaxis]).ravel(), free * reach**2)
            multiplier = np.linalg.solve((by_all * heavy) @ by_all.T, rest)
            found = heavy * (by_all.T @ multiplier)
            size = np.linalg.norm(found[: 3 * k].reshape(k, 3), axis=-1)
        shift = np.where(free, found[3 * k :], shift)
        beyond = free & ((shift < low) | (shift > high))
        if not beyond.any():
            break
        shift = np.where(beyond, np.clip(shift, low, high), shift)
        free &= ~beyond
    return times + shift, found[: 3 * k].reshape(k, 3)


def _near(missing: FloatArray, position: float, velocity: float) -> bool:
    return bool(np.linalg.norm(missing[:3]) < position and np.linalg.norm(missing[3:]) < velocity)


def _total(delta_v: FloatArray) -> float:
    return float(np.linalg.norm(delta_v, axis=-1).sum())
