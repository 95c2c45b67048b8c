"""Shooting at a hold point under full forces with finite burns, many chasers at once.

An arrival is measured along the station's curved orbit: how much higher, how far ahead along the
arc, how far across, and the same of the velocity in each one's own directions.  In these the
arrival stays nearly linear in the burns over thousands of kilometres, and they are zero where the
states agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.propagation import propagate
from orbitsim.propagation.burns import FiniteBurn, Manoeuvre
from orbitsim.propagation.events import Event
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray

TOLERANCE: Final = 1e-11
"""Of the integration while shooting: it leaves centimetres over two days."""

_NO_BURN: Final = 1e-7
"""m/s; what is smaller is not burned."""
_GAP: Final = 1.0
"""s between the end of a burn and the start of the next."""


IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Chase:
    """Chasers, N of them, and the states that they are to reach.

    Attributes
    ----------
    start : Orbit
        Of the shape (N,), one epoch, GCRS.
    mass : ndarray, shape (N,)
        kg at the start.
    thrust, specific_impulse : float
        N and s.
    forces : Force
        Without thrust.
    goal : ndarray, shape (N, 6)
        Position and velocity at the arrival, m and m/s.
    duration : float
        From the start to the arrival, s.
    """

    start: Orbit
    mass: FloatArray
    thrust: float
    specific_impulse: float
    forces: Force
    goal: FloatArray
    duration: float

    def taken(self, index: IntArray) -> Chase:
        """Some of the chasers, or one of them several times."""
        return Chase(
            self.start[index],
            self.mass[index],
            self.thrust,
            self.specific_impulse,
            self.forces,
            self.goal[index],
            self.duration,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """When engines run, for N chasers and K burns.

    Attributes
    ----------
    start, duration : ndarray, shape (N, K)
        s after the chasers' start; the duration in s.
    mass : ndarray, shape (N, K + 1)
        Before each burn and after the last, kg.
    """

    start: FloatArray
    duration: FloatArray
    mass: FloatArray


def schedule(chase: Chase, times: FloatArray, delta_v: FloatArray) -> Schedule:
    """Engine times: every burn is centred on its time, the last one ends there.

    Parameters
    ----------
    times : ndarray, shape (N, K)
        s after the start.
    delta_v : ndarray, shape (N, K, 3)
        m/s.
    """
    exhaust = chase.specific_impulse * STANDARD_GRAVITY
    flow = chase.thrust / exhaust
    size = np.linalg.norm(delta_v, axis=-1)
    size = np.where(size > _NO_BURN, size, 0.0)
    mass = np.concatenate([np.zeros_like(size[:, :1]), np.cumsum(size, axis=1)], axis=1)
    mass = chase.mass[:, np.newaxis] * np.exp(-mass / exhaust)
    duration = (mass[:, :-1] - mass[:, 1:]) / flow
    start = times - 0.5 * duration
    start[:, -1] -= 0.5 * duration[:, -1]
    free = np.zeros(len(start))
    for k in range(start.shape[1]):
        start[:, k] = np.maximum(start[:, k], free)
        free = start[:, k] + duration[:, k] + _GAP
    return Schedule(start, duration, mass)


def fly(
    chase: Chase,
    times: FloatArray,
    delta_v: FloatArray,
    instants: FloatArray | None = None,
    *,
    tolerance: float = TOLERANCE,
    events: tuple[Event, ...] = (),
) -> Trajectory:
    """Fly burns (N, K, 3) made at times (N, K); the states at `instants`, or at the arrival."""
    plan = schedule(chase, times, delta_v)
    return flown_by(
        chase,
        engine_burns(chase, plan.start, plan.duration, delta_v),
        np.array([chase.duration]) if instants is None else instants,
        tolerance=tolerance,
        events=events,
    )


def engine_burns(
    chase: Chase, start: FloatArray, duration: FloatArray, delta_v: FloatArray
) -> list[Manoeuvre]:
    """Burns of the chasers' engine from starts and durations (N, K), along `delta_v` (N, K, 3)."""
    some = np.linalg.norm(delta_v, axis=-1, keepdims=True) > _NO_BURN
    direction = np.where(some, delta_v, (0.0, 1.0, 0.0))
    return [
        FiniteBurn(
            chase.thrust,
            start[:, k],
            specific_impulse=chase.specific_impulse,
            duration=duration[:, k],
            direction=direction[:, k],
        )
        for k in range(start.shape[1])
    ]


def flown_by(
    chase: Chase,
    burns: list[Manoeuvre],
    instants: FloatArray,
    *,
    tolerance: float = TOLERANCE,
    events: tuple[Event, ...] = (),
) -> Trajectory:
    """The chasers' flight with burns that are given; what fails is NaN."""
    return propagate(
        chase.start,
        instants,
        method="numerical",
        forces=chase.forces,
        mass=chase.mass,
        burns=burns,
        events=events,
        tolerance=tolerance,
        errors="status",
    )


def arrival(
    chase: Chase, times: FloatArray, delta_v: FloatArray, *, tolerance: float = TOLERANCE
) -> FloatArray:
    """What is missing at the arrival, (N, 6); NaN where a chaser did not get there."""
    flown = fly(chase, times, delta_v, tolerance=tolerance)
    state = np.concatenate([flown.r[:, -1], flown.v[:, -1]], axis=-1)
    return miss(state, chase.goal)


def miss(state: FloatArray, goal: FloatArray) -> FloatArray:
    """Arrivals (..., 6) less their goals along the goals' curved orbits, m and m/s.

    Height, arc ahead, arc across; radial, transverse and normal speed.
    """
    r, v = state[..., :3], state[..., 3:]
    r0, v0 = goal[..., :3], goal[..., 3:]
    pole = np.cross(r0, v0)
    pole = pole / np.linalg.norm(pole, axis=-1, keepdims=True)
    size0 = np.linalg.norm(r0, axis=-1)
    out0 = r0 / size0[..., np.newaxis]
    size = np.linalg.norm(r, axis=-1)
    out = r / size[..., np.newaxis]
    along = np.cross(pole, out)
    along = along / np.linalg.norm(along, axis=-1, keepdims=True)
    angle = np.arctan2(_dot(np.cross(out0, out), pole), _dot(out0, out))
    across = np.arcsin(_dot(out, pole))
    along0 = np.cross(pole, out0)
    return np.stack(
        [
            size - size0,
            size0 * angle,
            size0 * across,
            _dot(v, out) - _dot(v0, out0),
            _dot(v, along) - _dot(v0, along0),
            _dot(v, np.cross(out, along)),
        ],
        axis=-1,
    )


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("...i,...i->...", a, b))
