"""A flight: arcs of numerical propagation between burns, with the events on the way.

Each orbit of a batch has its own arcs.  An arc goes on until the next thing that is planned or, if
that comes first, until an event that ends the flight or calls for something to be done; the state
there starts the next one.  States, events and masses are read off the nodes that the integrators
leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError, Status
from orbitsim.event_log import EventLog
from orbitsim.kernels.arcs import Nodes, integrate
from orbitsim.kernels.dense import states_between
from orbitsim.kernels.dynamics import Field
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import DIRECTION, DRAG, FLOW, ORIGIN, RADIATION, THRUST
from orbitsim.kernels.thrust import NO_THRUST
from orbitsim.propagation.burns import FiniteBurn, ImpulsiveBurn, Manoeuvre, MassChange
from orbitsim.propagation.events import Event, States
from orbitsim.propagation.field import ATTITUDES
from orbitsim.propagation.search import IntArray, find_roots, sample_clocks
from orbitsim.units import FloatArray, elapsed_seconds

if TYPE_CHECKING:
    from astropy.time import Time

BoolArray = NDArray[np.bool_]

_SAME_INSTANT = 1e-5
"""s; an event this close to the last of its kind is that one, met again from its other side."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a flight starts from, and what is to happen.

    For N orbits, in the axes of the integration:

    Attributes
    ----------
    state : ndarray, shape (6, N)
    constants : ndarray, shape (CONSTANTS, N)
        With the instants of the epochs.
    mass : ndarray, shape (N,)
        kg at the epoch; NaN where none was given.
    field : Field
    to_frame : ndarray, shape (N, 3, 3) or None
        From those axes to the frame of the orbits.
    frame : str
        Of the orbits.
    epoch : Time
        Of the orbits, flat: one, or (N,).
    manoeuvres : tuple of Manoeuvre
    events : tuple of Event
    tolerance : float
    threads : int or None
    """

    state: FloatArray
    constants: FloatArray
    mass: FloatArray
    field: Field
    to_frame: FloatArray | None
    frame: str
    epoch: Time
    manoeuvres: tuple[Manoeuvre, ...]
    events: tuple[Event, ...]
    tolerance: float
    threads: int | None

    @property
    def size(self) -> int:
        """Number of orbits."""
        return int(self.state.shape[1])

    def turned(self, vectors: FloatArray, orbit: IntArray) -> FloatArray:
        """Vectors (3, M) of those orbits, in their frame."""
        if self.to_frame is None:
            return vectors
        return np.asarray(np.einsum("mij,jm->im", self.to_frame[orbit], vectors))

    def states(self, orbit: IntArray, clock: FloatArray, y: FloatArray) -> States:
        """What an event's function takes: states (6, M) at seconds after the orbits' epochs."""
        r, v = self.turned(y[:3], orbit), self.turned(y[3:], orbit)
        return States(orbit, clock, r.T, v.T, self.frame, self.epoch)


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """A flight's states at chosen instants.

    Attributes
    ----------
    r, v : ndarray, shape (3, N, T)
        In the frame of the orbits.
    mass : ndarray, shape (N, T)
    status : ndarray of uint8, shape (N, T)
    events : EventLog
        By seconds after each orbit's epoch.
    """

    r: FloatArray
    v: FloatArray
    mass: FloatArray
    status: NDArray[np.uint8]
    events: EventLog


def fly(plan: Plan, instants: FloatArray) -> Flown:
    """Fly a plan and take its states at `instants` (N, T), seconds after the orbits' epochs.

    Raises
    ------
    InputError
        Instants or manoeuvres before the epoch, or manoeuvres that cannot be made.
    """
    return _Flight(plan, instants).run()


class _Flight:
    """The flight under way: where each orbit stands, and what was written down so far."""

    def __init__(self, plan: Plan, instants: FloatArray) -> None:
        self.plan, self.instants = plan, instants
        n, t = instants.shape
        finite = np.where(np.isfinite(instants), instants, 0.0)
        if finite.size and finite.min() < 0.0:
            raise InputError(
                f"a flight with burns or events goes forward from the epoch, "
                f"got an instant {finite.min():.6g} s before it"
            )
        self.horizon = finite.max(axis=1) if t else np.zeros(n)
        self.clock = np.zeros(n)
        self.state = plan.state.copy()
        self.mass = plan.mass.copy()
        self.code = np.zeros(n, dtype=np.uint8)
        self.over = np.zeros(n, dtype=np.bool_)
        # The burn under way: its end, and what it is.
        self.cut_off = np.full(n, np.inf)
        self.burn = np.full(n, -1)
        self.force, self.flow = np.zeros(n), np.zeros(n)
        self.direction = np.zeros((3, n))
        self.attitude = np.full(n, NO_THRUST)
        self.due = np.array([_clocks(m, plan) for m in plan.manoeuvres]).reshape(-1, n)
        self.last = np.full((len(plan.events) + len(plan.manoeuvres), n), -np.inf)
        self.r, self.v = np.full((2, 3, n, t), np.nan)
        self.mass_out = np.full((n, t), np.nan)
        self.status = np.where(np.isfinite(instants), 0, Status.NOT_FINITE).astype(np.uint8)
        self.log: list[tuple[str, int, float, bool, FloatArray]] = []

    def run(self) -> Flown:
        """Arc after arc, until every orbit is where its last instant is."""
        self._act(np.arange(self.plan.size))
        while True:
            flying = np.flatnonzero(~self.over & (self.clock < self.horizon))
            if not flying.size:
                break
            for attitude in np.unique(self.attitude[flying]).tolist():
                self._arc(flying[self.attitude[flying] == attitude], int(attitude))
        for n in range(self.plan.size):
            self._serve_end(n)
        if self.plan.to_frame is not None:
            for n, turn in enumerate(self.plan.to_frame):
                self.r[:, n], self.v[:, n] = turn @ self.r[:, n], turn @ self.v[:, n]
        return Flown(self.r, self.v, self.mass_out, self.status, self._events())

    def _arc(self, orbits: IntArray, attitude: int) -> None:
        """Take orbits whose thrust has the same attitude to their next edge."""
        plan, start = self.plan, self.clock[orbits]
        planned = np.where(self.due > self.clock, self.due, np.inf).min(axis=0, initial=np.inf)
        edge = np.minimum(np.minimum(planned, self.cut_off), self.horizon)[orbits]
        arcs = integrate(
            self.state[:, orbits],
            self._constants(orbits),
            np.empty(0),
            plan.field._replace(attitude=attitude),
            until=edge - start,
            tolerance=plan.tolerance,
            keep=True,
            threads=plan.threads,
        )
        assert arcs.nodes is not None
        stop = np.minimum(edge - start, arcs.landing)
        reached = _last_clocks(arcs.nodes)
        stop = np.where(arcs.code != 0, np.minimum(stop, reached), stop)
        cut = self._find_events(arcs.nodes, orbits, stop)
        stop = np.minimum(stop, cut)
        self._serve(arcs.nodes, orbits, stop)
        end = _between(arcs.nodes, np.arange(orbits.size), stop)
        whole = (stop == edge - start) & np.isfinite(arcs.end[0])
        end[:, whole] = arcs.end[:, whole]
        self.state[:, orbits] = end
        self.mass[orbits] -= self.flow[orbits] * stop
        self.clock[orbits] = np.where(stop == edge - start, edge, start + stop)
        failed = (arcs.code != 0) & ~(cut <= stop)
        self.code[orbits[failed]] = arcs.code[failed]
        self.over[orbits[failed]] = True
        self._act(orbits)

    def _constants(self, orbits: IntArray) -> FloatArray:
        """The kernels' table for arcs that begin now."""
        table = self.plan.constants[:, orbits].copy()
        table[ORIGIN] += self.clock[orbits] / PIECE_SECONDS
        mass, first = self.mass[orbits], self.plan.mass[orbits]
        lighter = np.where(np.isfinite(mass), mass / first, 1.0)
        table[DRAG] /= lighter
        table[RADIATION] /= lighter
        burning = self.burn[orbits] >= 0
        table[THRUST] = np.where(burning, self.force[orbits] / mass, 0.0)
        table[FLOW] = np.where(burning, self.flow[orbits] / mass, 0.0)
        table[DIRECTION : DIRECTION + 3] = self.direction[:, orbits]
        return table

    def _find_events(self, nodes: Nodes, orbits: IntArray, stop: FloatArray) -> FloatArray:
        """Write down the events on arcs up to `stop`; clocks at which they cut the arcs short."""
        plan, start = self.plan, self.clock[orbits]
        watched: list[tuple[Event, int | None]] = [(event, None) for event in plan.events]
        for number, manoeuvre in enumerate(plan.manoeuvres):
            if isinstance(manoeuvre.at, Event):
                watched.append((manoeuvre.at, number))
        cut = np.full(orbits.size, np.inf)
        if not watched:
            return cut
        arc, clock = sample_clocks(nodes, stop)
        sampled = plan.states(orbits[arc], start[arc] + clock, _between(nodes, arc, clock))
        found: list[tuple[int, str, IntArray, FloatArray, BoolArray]] = []
        for number, (event, k) in enumerate(watched):

            def function(at: IntArray, x: FloatArray, event: Event = event) -> FloatArray:
                y = _between(nodes, at, x)
                return event(plan.states(orbits[at], start[at] + x, y))

            roots = find_roots(function, arc, clock, event(sampled), event.direction)
            place = orbits[roots.arc]
            new = start[roots.arc] + roots.clock > self.last[number, place] + _SAME_INSTANT
            if k is not None:
                new &= np.isinf(self.due[k, place])  # once only
            found.append((number, event.name, roots.arc[new], roots.clock[new], roots.rising[new]))
            if event.terminal or k is not None:
                np.minimum.at(cut, roots.arc[new], roots.clock[new])
        for (event, k), (number, name, at, x, rising) in zip(watched, found, strict=True):
            inside = x <= cut[at]
            at, x, rising = at[inside], x[inside], rising[inside]
            np.maximum.at(self.last[number], orbits[at], start[at] + x)
            if k is not None:
                self.due[k, orbits[at]] = start[at] + x
                continue
            y = _between(nodes, at, x)
            for i, a in enumerate(at.tolist()):
                n = int(orbits[a])
                self.log.append((name, n, float(start[a] + x[i]), bool(rising[i]), y[:, i]))
                if event.terminal:
                    self.over[n], self.code[n] = True, Status.FLIGHT_ENDED
        return cut

    def _serve(self, nodes: Nodes, orbits: IntArray, stop: FloatArray) -> None:
        """Write the states at instants from the arcs' starts on and before `stop`."""
        later = self.instants[orbits] - self.clock[orbits, np.newaxis]
        a, i = np.nonzero((later >= 0.0) & (later < stop[:, np.newaxis]))
        y, n = _between(nodes, a, later[a, i]), orbits[a]
        self.r[:, n, i], self.v[:, n, i] = y[:3], y[3:]
        self.mass_out[n, i] = self.mass[n] - self.flow[n] * later[a, i]

    def _serve_end(self, n: int) -> None:
        """Write the state at an orbit's last instants, or why there is none."""
        rest = self.instants[n] >= self.clock[n]
        last = rest & (self.instants[n] == self.clock[n])
        if self.code[n] not in (0, Status.FLIGHT_ENDED):
            last[:] = False
        self.r[:, n, last] = self.state[:3, n, np.newaxis]
        self.v[:, n, last] = self.state[3:, n, np.newaxis]
        self.mass_out[n, last] = self.mass[n]
        self.status[n, rest & ~last] = self.code[n]

    def _act(self, orbits: IntArray) -> None:
        """Do what is due at the orbits' clocks."""
        for n in orbits[~self.over[orbits]].tolist():
            if self.clock[n] >= self.cut_off[n]:
                self._end_burn(n)
            for k, manoeuvre in enumerate(self.plan.manoeuvres):
                if abs(self.due[k, n] - self.clock[n]) <= 1e-9 and not np.isnan(self.due[k, n]):
                    self._make(manoeuvre, n)
                    self.due[k, n] = -np.inf

    def _make(self, manoeuvre: Manoeuvre, n: int) -> None:
        name = type(manoeuvre).__name__
        if isinstance(manoeuvre, ImpulsiveBurn):
            self._note(name, n, True)
            delta_v = _of_orbit(manoeuvre.delta_v, n, self.plan.size)
            self.state[3:, n] += self._axes(manoeuvre.attitude, n) @ delta_v
            if manoeuvre.specific_impulse is not None:
                exhaust = manoeuvre.specific_impulse * STANDARD_GRAVITY
                self.mass[n] *= np.exp(-np.linalg.norm(delta_v) / exhaust)
        elif isinstance(manoeuvre, FiniteBurn):
            if self.burn[n] >= 0:
                raise InputError(
                    f"a burn begins {self.clock[n]:.6g} s after the epoch, while another goes on "
                    f"until {self.cut_off[n]:.6g} s"
                )
            seconds = float(np.broadcast_to(manoeuvre.seconds(self.mass[n]), (self.plan.size,))[n])
            left = self.mass[n] - manoeuvre.flow * seconds
            if not left > 0.0:
                raise InputError(
                    f"a burn of {seconds:.6g} s at {manoeuvre.flow:.6g} kg/s needs more than the "
                    f"whole mass of {self.mass[n]:.6g} kg"
                )
            if seconds == 0.0:
                return
            self._note(name, n, True)
            self.burn[n], self.cut_off[n] = 1, self.clock[n] + seconds
            self.force[n], self.flow[n] = manoeuvre.force, manoeuvre.flow
            self.attitude[n] = ATTITUDES[manoeuvre.attitude]
            direction = _of_orbit(manoeuvre.direction, n, self.plan.size)
            if manoeuvre.attitude == "inertial" and self.plan.to_frame is not None:
                direction = self.plan.to_frame[n].T @ direction
            self.direction[:, n] = direction
        elif isinstance(manoeuvre, MassChange):
            self._note(name, n, True)
            if not self.mass[n] + manoeuvre.change > 0.0:
                raise InputError(
                    f"a change of {manoeuvre.change:.6g} kg leaves nothing of {self.mass[n]:.6g} kg"
                )
            self.mass[n] += manoeuvre.change

    def _end_burn(self, n: int) -> None:
        self._note("FiniteBurn", n, False)
        self.burn[n], self.cut_off[n], self.attitude[n] = -1, np.inf, NO_THRUST
        self.force[n] = self.flow[n] = 0.0

    def _note(self, name: str, n: int, begins: bool) -> None:
        self.log.append((name, n, float(self.clock[n]), begins, self.state[:, n].copy()))

    def _axes(self, attitude: str, n: int) -> FloatArray:
        """Columns are the axes in which an impulse is given."""
        r, v = self.state[:3, n], self.state[3:, n]
        if attitude == "inertial":
            return np.eye(3) if self.plan.to_frame is None else self.plan.to_frame[n].T
        normal = np.cross(r, v)
        normal = normal / np.linalg.norm(normal)
        first = (r if attitude == "RTN" else v) / np.linalg.norm(r if attitude == "RTN" else v)
        if attitude == "RTN":
            return np.array([first, np.cross(normal, first), normal]).T
        return np.array([first, normal, np.cross(first, normal)]).T

    def _events(self) -> EventLog:
        if not self.log:
            return EventLog.empty()
        entries = sorted(self.log, key=lambda entry: (entry[1], entry[2]))
        orbit = np.array([entry[1] for entry in entries], dtype=np.int64)
        y = np.array([entry[4] for entry in entries]).T
        return EventLog(
            tuple(entry[0] for entry in entries),
            orbit,
            np.array([entry[2] for entry in entries]),
            np.array([entry[3] for entry in entries], dtype=np.bool_),
            self.plan.turned(y[:3], orbit).T,
            self.plan.turned(y[3:], orbit).T,
        )


def check(manoeuvres: Sequence[Any], events: Sequence[Any], mass: FloatArray | None) -> None:
    """Refuse what is no manoeuvre or event, and burns without a mass.

    Raises
    ------
    InputError
    """
    for manoeuvre in manoeuvres:
        if not isinstance(manoeuvre, Manoeuvre):
            raise InputError(
                f"burns must hold ImpulsiveBurn, FiniteBurn or MassChange, got {manoeuvre!r}"
            )
        weighs = isinstance(manoeuvre, FiniteBurn | MassChange) or (
            isinstance(manoeuvre, ImpulsiveBurn) and manoeuvre.specific_impulse is not None
        )
        if weighs and mass is None:
            raise InputError(f"{type(manoeuvre).__name__} changes the mass; give mass=")
    for event in events:
        if not isinstance(event, Event):
            raise InputError(f"events must hold Event, got {event!r}")


def _clocks(manoeuvre: Manoeuvre, plan: Plan) -> FloatArray:
    """When a manoeuvre is due, (N,) seconds after the epochs; inf where that is not known yet."""
    if isinstance(manoeuvre.at, Event):
        return np.full(plan.size, np.inf)
    seconds = elapsed_seconds(manoeuvre.at, plan.epoch, "at")
    try:
        clocks = np.broadcast_to(seconds.reshape(-1) if seconds.ndim else seconds, (plan.size,))
    except ValueError:
        raise InputError(
            f"at must be one instant or one for each of {plan.size} orbits, "
            f"got the shape {seconds.shape}"
        ) from None
    if not (clocks >= 0.0).all():
        raise InputError(
            f"{type(manoeuvre).__name__} must come at or after the epoch, "
            f"got {clocks.min():.6g} s after it"
        )
    return np.array(clocks, dtype=np.float64)


def _of_orbit(vectors: FloatArray, n: int, size: int) -> FloatArray:
    """The vector of one orbit, of one for all or one for each."""
    flat = vectors.reshape(-1, 3)
    if flat.shape[0] not in (1, size):
        raise InputError(f"a burn needs one vector or {size}, got {flat.shape[0]}")
    return np.asarray(flat[n if flat.shape[0] > 1 else 0])


def _between(nodes: Nodes, arc: IntArray, clock: FloatArray) -> FloatArray:
    out = np.empty((6, np.size(arc)))
    states_between(
        nodes.table, nodes.start, np.ascontiguousarray(arc, dtype=np.int64),
        np.ascontiguousarray(clock, dtype=np.float64), out,
    )  # fmt: skip
    return out


def _last_clocks(nodes: Nodes) -> FloatArray:
    """Clock of each arc's last node; 0 where it has none."""
    last = np.zeros(nodes.start.size - 1)
    some = np.diff(nodes.start) > 0
    last[some] = nodes.table[nodes.start[1:][some] - 1, -2, 0]
    return last
