"""Shooting with finite burns at fixed times under full forces, for the least sum of their sizes."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Final

import numpy as np
from astropy.time import TimeDelta

from orbitsim.errors import ConvergenceError
from orbitsim.forces.base import Force
from orbitsim.maneuvers.relative import inertial_state, rtn_rotation
from orbitsim.orbit import Orbit
from orbitsim.phases.station_orbit import TOLERANCE
from orbitsim.propagation import propagate
from orbitsim.propagation.burns import FiniteBurn, Manoeuvre
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray

_SAMPLE: Final = 1800.0
"""s between the states on which a phase is followed; it changes by far less than half a turn."""

_SHIFT: Final = 0.01
_NO_BURN: Final = 1e-3
_ROUNDS: Final = 14
_REWEIGHTINGS: Final = 40
_LEAST_WEIGHT: Final = 1e-3
_SCALES: Final = np.array([100.0, 100.0, 100.0, 0.1, 0.1, 0.1])
_STEP_LIMIT: Final = 8.0
REACH: Final = (1.0, 1e-3)
"""m and m/s; what a solved plan misses its aim by, at most."""


class Shooting:
    """Flights of one ship with burns at fixed times, and what they lead to."""

    def __init__(
        self,
        ship: Orbit,
        station: Trajectory,
        at: FloatArray,
        end: float,
        mass: float,
        thrust: float,
        specific_impulse: float,
        forces: Force,
    ) -> None:
        self.ship, self.at, self.end, self.mass = ship.to_frame("GCRS"), at, end, mass
        self.thrust, self.specific_impulse, self.forces = thrust, specific_impulse, forces
        count = max(2, int(np.ceil(end / _SAMPLE)) + 1)
        self.t = np.linspace(0.0, end, count)
        offset = (ship.epoch - station.epoch).to_value("s")
        self.times = ship.epoch + TimeDelta(self.t, format="sec")
        path = next(iter(station.stream(offset + self.t)))
        self.r, self.v = path.to_frame("GCRS")
        self.radius = float(np.linalg.norm(self.r[-1]))

    def without(self, dropped: Any) -> Shooting:
        """The same with fewer burns."""
        other = copy(self)
        other.at = self.at[~dropped]
        return other

    def goal(self, r: FloatArray, v: FloatArray) -> FloatArray:
        """Cylindrical coordinates (6,) of a relative state at the end."""
        there = inertial_state(self.r[-1], self.v[-1], r, v)
        return cylindrical(self.r[-1], self.v[-1], *there)

    def burns(self, plans: FloatArray) -> list[FiniteBurn]:
        """Manoeuvres of plans (N, K, 3), or of one (K, 3)."""
        burns = []
        for k, at in enumerate(self.at.tolist()):
            delta_v = plans[..., k, :]
            size = np.linalg.norm(delta_v, axis=-1)
            size = np.where(size < _NO_BURN, 0.0, size)
            # A burn of no size still needs a direction.
            direction = np.where(size[..., np.newaxis] > 0.0, delta_v, [0.0, 1.0, 0.0])
            burns.append(
                FiniteBurn(
                    self.thrust, at, delta_v=size, direction=direction,
                    specific_impulse=self.specific_impulse,
                )
            )  # fmt: skip
        return burns

    def path(self, plan: FloatArray) -> Trajectory:
        """The flight of one plan."""
        return self._propagate(self.ship, self.t, self.burns(plan))

    def fly(self, plan: FloatArray) -> FloatArray:
        """Where one plan ends (6,), its phase followed over whole turns."""
        path = self.path(plan)
        place = cylindrical(self.r, self.v, path.r, path.v)
        place[:, 1] = np.unwrap(place[:, 1] / np.linalg.norm(self.r, axis=-1)) * self.radius
        return np.array(place[-1])

    def slopes(self, plan: FloatArray) -> FloatArray:
        """Derivatives (6, 3 K) of the end by the burns."""
        count = plan.size
        shifts = np.concatenate([np.zeros((1, count)), _SHIFT * np.eye(count)])
        plans = plan + shifts.reshape(-1, *plan.shape)
        many = Orbit.from_state(
            np.tile(self.ship.r, (count + 1, 1)), np.tile(self.ship.v, (count + 1, 1)),
            self.ship.epoch,
        )  # fmt: skip
        path = self._propagate(many, self.t[-1:], self.burns(plans))
        ends = cylindrical(self.r[-1], self.v[-1], path.r[:, 0], path.v[:, 0])
        change = ends[1:] - ends[0]
        turn = 2.0 * np.pi * self.radius
        change[:, 1] -= turn * np.round(change[:, 1] / turn)
        return np.asarray(change.T / _SHIFT)

    def solve(self, plan: FloatArray, goal: FloatArray) -> FloatArray:
        """The plan with least sum of sizes that ends at the goal."""
        weights = np.ones(plan.shape[0])
        for number in range(_ROUNDS):
            off = goal - self.fly(plan)
            if number and _met(off):
                return plan
            slopes = self.slopes(plan)
            aim = off + slopes @ plan.reshape(-1)
            # Once close, whose part is what stays settled.
            if number < _ROUNDS // 2:
                weights = _least_sizes(slopes, aim, weights)
            wanted = _weighted(slopes, aim, weights)
            step = wanted - plan
            largest = np.linalg.norm(step, axis=1).max()
            plan = plan + step * min(1.0, _STEP_LIMIT / largest)
        raise ConvergenceError(
            f"the way back does not converge: it misses by {np.linalg.norm(off[:3]):.3g} m and "
            f"{np.linalg.norm(off[3:]):.3g} m/s after {_ROUNDS} rounds"
        )

    def _propagate(self, orbit: Orbit, t: FloatArray, burns: Sequence[Manoeuvre]) -> Trajectory:
        return propagate(
            orbit, t, method="numerical", forces=self.forces, mass=self.mass, burns=burns,
            tolerance=TOLERANCE,
        )  # fmt: skip


def cylindrical(
    station_r: FloatArray, station_v: FloatArray, r: FloatArray, v: FloatArray
) -> FloatArray:
    """Above, ahead along the arc and across, m, and their rates, m/s, shape (..., 6)."""
    axes = rtn_rotation(station_r, station_v)
    x, y, z = np.moveaxis(np.einsum("...ij,...j->...i", axes, r), -1, 0)
    vx, vy, vz = np.moveaxis(np.einsum("...ij,...j->...i", axes, v), -1, 0)
    radius = np.linalg.norm(station_r, axis=-1)
    rise = np.einsum("...i,...i->...", station_r, station_v) / radius
    turning = np.linalg.norm(np.cross(station_r, station_v), axis=-1) / radius**2
    out = np.hypot(x, y)
    return np.stack(
        [
            out - radius,
            radius * np.arctan2(y, x),
            z,
            (x * vx + y * vy) / out - rise,
            radius * ((x * vy - y * vx) / out**2 - turning),
            vz,
        ],
        axis=-1,
    )


def _met(off: FloatArray) -> bool:
    return bool(np.linalg.norm(off[:3]) < REACH[0] and np.linalg.norm(off[3:]) < REACH[1])


def _weighted(slopes: FloatArray, aim: FloatArray, weights: FloatArray) -> FloatArray:
    """Burns (K, 3) that reach the aim with the least sum of squares over weights."""
    root = np.sqrt(np.repeat(weights, 3))
    scaled = (slopes / _SCALES[:, np.newaxis]) * root
    solution, *_ = np.linalg.lstsq(scaled, aim / _SCALES, rcond=1e-10)
    return np.asarray((root * solution).reshape(-1, 3))


def _least_sizes(slopes: FloatArray, aim: FloatArray, weights: FloatArray) -> FloatArray:
    """Weights with which least squares give the least sum of sizes (reweighted squares)."""
    for _ in range(_REWEIGHTINGS):
        sizes = np.linalg.norm(_weighted(slopes, aim, weights), axis=1)
        weights = np.maximum(sizes, _LEAST_WEIGHT)
    return weights
