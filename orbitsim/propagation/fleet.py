"""The orbits of a batch on their way: states, masses and engines, and what changes them at once."""

from __future__ import annotations

import numpy as np

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError
from orbitsim.event_log import EventLog
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import DIRECTION, DRAG, FLOW, ORIGIN, RADIATION, THRUST
from orbitsim.kernels.thrust import NO_THRUST
from orbitsim.propagation.burns import FiniteBurn, ImpulsiveBurn, Manoeuvre, MassChange
from orbitsim.propagation.field import ATTITUDES, each
from orbitsim.propagation.path import IntArray
from orbitsim.propagation.plan import Plan, vectors
from orbitsim.units import FloatArray


class Fleet:
    """Where N orbits stand.

    Attributes
    ----------
    way : int
        1 if they fly forward in time, -1 backward.
    clock : ndarray, shape (N,)
        Seconds gone since the epoch, either way.
    state : ndarray, shape (6, N)
        In the axes of the integration.
    mass : ndarray, shape (N,)
        kg; NaN where none is followed.
    cut_off : ndarray, shape (N,)
        When the burn under way ends; inf without one.
    flow : ndarray, shape (N,)
        kg/s.
    attitude : ndarray of int, shape (N,)
        Of the thrust, as the kernels number it.
    log : list of EventLog
        What was done, in the axes of the integration.
    """

    def __init__(self, plan: Plan, way: int) -> None:
        self.plan, self.way = plan, way
        size = plan.size
        self.clock = np.zeros(size)
        self.state, self.mass = plan.state.copy(), plan.mass.copy()
        self.cut_off, self.attitude = np.full(size, np.inf), np.full(size, plan.field.attitude)
        self.force, self.flow, self.direction = np.zeros(size), np.zeros(size), np.zeros((3, size))
        self.log: list[EventLog] = []

    def constants(self, orbits: IntArray) -> FloatArray:
        """The kernels' table for arcs that begin now."""
        table = self.plan.constants[:, orbits].copy()
        t = self.way * self.clock[orbits]
        table[ORIGIN] += t / PIECE_SECONDS
        # A thrust that is one of the forces has made the satellite lighter since the epoch.
        lighter = 1.0 - table[FLOW] * t
        table[THRUST] /= lighter
        table[FLOW] /= lighter
        mass, first = self.mass[orbits], self.plan.mass[orbits]
        lighter = np.where(np.isfinite(mass), mass / first, 1.0)
        table[DRAG] /= lighter
        table[RADIATION] /= lighter
        burning = np.isfinite(self.cut_off[orbits])
        table[THRUST, burning] = (self.force[orbits] / mass)[burning]
        table[FLOW, burning] = (self.flow[orbits] / mass)[burning]
        table[DIRECTION : DIRECTION + 3, burning] = self.direction[:, orbits[burning]]
        return table

    def make(self, manoeuvre: Manoeuvre, orbits: IntArray) -> None:
        """Do it now.

        Raises
        ------
        InputError
            Another burn is under way, or the mass does not last.
        """
        self.note(type(manoeuvre).__name__, orbits, rising=True)
        if isinstance(manoeuvre, ImpulsiveBurn):
            self._push(manoeuvre, orbits)
        elif isinstance(manoeuvre, FiniteBurn):
            self._ignite(manoeuvre, orbits)
        elif isinstance(manoeuvre, MassChange):
            self.mass[orbits] += manoeuvre.change
        # What is left once the burn under way, if any, is over.
        left = self.mass[orbits]
        burning = np.isfinite(self.cut_off[orbits])
        b = orbits[burning]
        left[burning] -= self.flow[b] * (self.cut_off[b] - self.clock[b])
        if not (np.isnan(left) | (left > 0.0)).all():
            raise InputError(
                f"{type(manoeuvre).__name__} {self.clock[orbits[0]]:.6g} s after the epoch leaves "
                f"nothing of the spacecraft: {np.nanmin(left):.6g} kg"
            )
        self.end_burns(orbits[self.cut_off[orbits] <= self.clock[orbits]])  # of no duration

    def end_burns(self, orbits: IntArray) -> None:
        """Stop the engines."""
        self.note(FiniteBurn.__name__, orbits, rising=False)
        self.cut_off[orbits], self.attitude[orbits] = np.inf, NO_THRUST
        self.flow[orbits] = 0.0

    def note(self, name: str, orbits: IntArray, *, rising: bool) -> None:
        """Write down that something happens now."""
        if orbits.size:
            r, v = self.state[:3, orbits].T, self.state[3:, orbits].T
            ways = np.full(orbits.size, rising)
            t = self.way * self.clock[orbits]
            self.log.append(EventLog((name,) * orbits.size, orbits, t, ways, r, v))

    def _push(self, burn: ImpulsiveBurn, orbits: IntArray) -> None:
        delta_v = vectors(burn.delta_v, self.plan.shape, "delta_v")[:, orbits]
        if burn.attitude == "inertial":
            self.state[3:, orbits] += self._from_frame(delta_v, orbits)
        else:
            axes = _axes(burn.attitude, self.state[:, orbits])
            self.state[3:, orbits] += np.einsum("aim,am->im", axes, delta_v)
        if burn.specific_impulse is not None:
            exhaust = burn.specific_impulse * STANDARD_GRAVITY
            self.mass[orbits] *= np.exp(-np.linalg.norm(delta_v, axis=0) / exhaust)

    def _ignite(self, burn: FiniteBurn, orbits: IntArray) -> None:
        burning = orbits[np.isfinite(self.cut_off[orbits])]
        if burning.size:
            raise InputError(
                f"a burn begins {self.clock[burning[0]]:.6g} s after the epoch, while another goes "
                f"on until {self.cut_off[burning[0]]:.6g} s"
            )
        shape = self.plan.shape
        lasts = each(burn.seconds(self.mass.reshape(shape)), shape, "duration")
        self.cut_off[orbits] = self.clock[orbits] + lasts[orbits]
        self.force[orbits], self.flow[orbits] = burn.force, burn.flow
        self.attitude[orbits] = ATTITUDES[burn.attitude]
        direction = vectors(burn.direction, shape, "direction")[:, orbits]
        if burn.attitude == "inertial":
            direction = self._from_frame(direction, orbits)
        self.direction[:, orbits] = direction

    def _from_frame(self, rows: FloatArray, orbits: IntArray) -> FloatArray:
        """Vectors (3, M) from the frame of the orbits to the axes of the integration."""
        if self.plan.to_frame is None:
            return rows
        return np.asarray(np.einsum("mji,jm->im", self.plan.to_frame[orbits], rows))


def _axes(attitude: str, state: FloatArray) -> FloatArray:
    """Unit vectors of RTN or VNC at states (6, M), one after the other: (3, 3, M)."""
    r, v = state[:3], state[3:]
    normal = np.cross(r, v, axis=0)
    normal /= np.linalg.norm(normal, axis=0)
    if attitude == "RTN":
        radial = r / np.linalg.norm(r, axis=0)
        return np.array([radial, np.cross(normal, radial, axis=0), normal])
    along = v / np.linalg.norm(v, axis=0)
    return np.array([along, normal, np.cross(along, normal, axis=0)])
