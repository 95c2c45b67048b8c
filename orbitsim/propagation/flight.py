"""A flight: arcs of numerical propagation between burns, with the events on the way.

Each orbit of a batch has its own arcs.  An arc goes on until the next thing that is planned or, if
that comes first, until an event that ends the flight or calls for something to be done; the state
there starts the next one.  States, events and masses are read off the nodes that the integrators
leave.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError, Status
from orbitsim.event_log import EventLog
from orbitsim.kernels.arcs import Arcs, integrate
from orbitsim.propagation.burns import ImpulsiveBurn
from orbitsim.propagation.events import Event, States
from orbitsim.propagation.fleet import Fleet
from orbitsim.propagation.path import IntArray, Path
from orbitsim.propagation.plan import Plan, clocks, turned
from orbitsim.propagation.search import Roots, find_roots
from orbitsim.units import FloatArray

GROUND = "ground"
"""Name under which coming down is written down."""

_SAME_INSTANT = 1e-5
"""s; an event this close to the last of its kind is that one, met again from its other side."""

_SHORTEST_ARC = 60.0
"""s; integrators need room for a few steps, so what lies closer is flown past and read off."""

_LONGEST_ARC = 86_400.0
"""s; bounds the memory for nodes, and what is flown in vain beyond an event that cuts an arc."""

_TOGETHER = 256
"""Orbits whose arcs are flown and searched at a time; bounds the memory as well."""


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


def fly(plan: Plan, instants: FloatArray, out: tuple[FloatArray, FloatArray] | None) -> Flown:
    """Fly a plan and take its states at `instants` (N, T), seconds after the orbits' epochs.

    `out` is where to put positions and velocities, (3, N, T) each.

    Raises
    ------
    InputError
        Instants before the epoch of a flight with burns, or burns that cannot be made.
    """
    finite = np.isfinite(instants)
    back = finite & (instants < 0.0)
    if plan.manoeuvres and back.any():
        raise InputError(
            f"a flight with burns goes forward from the epoch, "
            f"got an instant {instants[back].min():.6g} s before it"
        )
    r, v = (np.empty((3, *instants.shape)), np.empty((3, *instants.shape))) if out is None else out
    r[...], v[...] = np.nan, np.nan
    flown = Flown(
        r,
        v,
        np.full(instants.shape, np.nan),
        np.where(finite, Status.OK, Status.NOT_FINITE).astype(np.uint8),
        EventLog.empty(),
    )
    log: list[EventLog] = []
    for way, wanted in ((1, finite & ~back), (-1, back)):
        if wanted.any():
            gone = np.where(wanted, way * instants, np.nan)
            log += _Flight(plan, gone, way, flown).run()
    if plan.to_frame is not None:
        for n, turn in enumerate(plan.to_frame):  # one by one: no second copy of the grid
            r[:, n], v[:, n] = turn @ r[:, n], turn @ v[:, n]
    events = EventLog.joined(log)
    r_there = turned(plan.to_frame, events.r.T, events.orbit).T
    v_there = turned(plan.to_frame, events.v.T, events.orbit).T
    return replace(flown, events=replace(events, r=r_there, v=v_there))


class _Flight:
    """The flight under way, forward or backward."""

    def __init__(self, plan: Plan, gone: FloatArray, way: int, flown: Flown) -> None:
        self.plan, self.gone, self.way, self.flown = plan, gone, way, flown
        self.fleet = Fleet(plan, way)
        self.horizon = np.where(np.isnan(gone), 0.0, gone).max(axis=1)
        self.over = np.zeros(plan.size, dtype=np.bool_)
        self.code = np.zeros(plan.size, dtype=np.uint8)
        due = [clocks(m, plan.shape, plan.epoch) for m in plan.manoeuvres]
        self.due = np.array(due).reshape(len(due), plan.size)
        # What is looked for: events, each with the number of the manoeuvre that waits for it.
        self.watched: list[tuple[Event, int | None]] = [(event, None) for event in plan.events]
        self.waiting = np.zeros(self.due.shape, dtype=np.bool_)
        for k, manoeuvre in enumerate(plan.manoeuvres):
            if isinstance(manoeuvre.at, Event):
                self.watched.append((manoeuvre.at, k))
                self.waiting[k] = True
        self.last = np.zeros((len(self.watched), plan.size))

    def run(self) -> list[EventLog]:
        """Arc after arc, until every orbit is where its last instant is."""
        fleet = self.fleet
        self._act(np.arange(self.plan.size))
        while (flying := np.flatnonzero(~self.over & (fleet.clock < self.horizon))).size:
            attitudes = fleet.attitude[flying]  # as they are now: an arc's end may change them
            for attitude in np.unique(attitudes).tolist():
                alike = flying[attitudes == attitude]
                for first in range(0, alike.size, _TOGETHER):
                    self._arc(alike[first : first + _TOGETHER], attitude)
        self._serve_end()
        return fleet.log

    def _arc(self, orbits: IntArray, attitude: int) -> None:
        """Take orbits whose thrust has the same attitude to their next edge."""
        fleet, start = self.fleet, self.fleet.clock[orbits]
        edge = self.due[:, orbits].min(axis=0, initial=np.inf)
        edge = np.minimum(np.minimum(edge, fleet.cut_off[orbits]), self.horizon[orbits])
        edge = np.minimum(edge, start + _LONGEST_ARC)
        arcs = self._integrate(orbits, attitude, np.maximum(edge - start, _SHORTEST_ARC))
        assert arcs.nodes is not None
        path = Path(arcs.nodes, self.way)
        fails = np.where(arcs.code != 0, np.minimum(path.reach, np.abs(arcs.landing)), np.inf)
        stop = np.minimum(edge - start, fails)
        cut = self._look(path, orbits, stop)
        stop = np.minimum(stop, cut)
        failed = (fails <= stop) & ~(cut <= stop)
        self._serve(path, orbits, stop)
        fleet.state[:, orbits] = path.states(np.arange(orbits.size), stop)
        fleet.mass[orbits] -= self.way * fleet.flow[orbits] * stop
        fleet.clock[orbits] = np.where(stop == edge - start, edge, start + stop)
        self.code[orbits[failed]], self.over[orbits[failed]] = arcs.code[failed], True
        fleet.note(GROUND, orbits[failed & (arcs.code == Status.CAME_DOWN)], rising=False)
        self._act(orbits)

    def _integrate(self, orbits: IntArray, attitude: int, length: FloatArray) -> Arcs:
        fleet, plan = self.fleet, self.plan
        state, constants = fleet.state[:, orbits], fleet.constants(orbits)
        field = plan.field._replace(attitude=attitude)
        if self.way > 0:
            return integrate(
                state, constants, np.empty(0), field,
                until=length, tolerance=plan.tolerance, keep=True, threads=plan.threads,
            )  # fmt: skip
        # The kernels' way backward is to one instant, which each arc has at its own distance.
        return integrate(
            state, constants, np.zeros(1), field,
            offset=-length, tolerance=plan.tolerance, keep=True, threads=plan.threads,
        )  # fmt: skip

    def _look(self, path: Path, orbits: IntArray, stop: FloatArray) -> FloatArray:
        """Find the events up to `stop`; seconds gone at which they cut the arcs short, or inf."""
        cut = np.full(orbits.size, np.inf)
        cutting = self._roots(path, orbits, stop, cutting=True)
        for roots in cutting.values():
            np.minimum.at(cut, roots.arc, roots.gone)
        # What comes together with a cut comes before it, however the roots are rounded.
        until = np.minimum(stop, cut + _SAME_INSTANT)
        others = self._roots(path, orbits, until, cutting=False)
        start = self.fleet.clock[orbits]
        for number, roots in (cutting | others).items():
            event, k = self.watched[number]
            roots = roots.where(roots.gone <= until[roots.arc])
            gone, n = np.minimum(roots.gone, cut[roots.arc]), orbits[roots.arc]
            np.maximum.at(self.last[number], n, start[roots.arc] + gone)
            if k is not None:
                self.due[k, n] = start[roots.arc] + gone
                continue
            t = self.way * (start[roots.arc] + gone)
            y = path.states(roots.arc, gone)
            rising = roots.rising if self.way > 0 else ~roots.rising
            self.fleet.log.append(EventLog((event.name,) * n.size, n, t, rising, y[:3].T, y[3:].T))
            if event.terminal:
                self.over[n], self.code[n] = True, Status.FLIGHT_ENDED
        return cut

    def _roots(
        self, path: Path, orbits: IntArray, stop: FloatArray, *, cutting: bool
    ) -> dict[int, Roots]:
        """Zeros not yet known on the arcs, of what cuts them short or of all else, by number."""
        active = [
            (number, event, k)
            for number, (event, k) in enumerate(self.watched)
            if cutting == (event.terminal or k is not None)
            and (k is None or self.waiting[k, orbits].any())
        ]
        if not active:
            return {}
        start = self.fleet.clock[orbits]

        def states(arc: IntArray, gone: FloatArray) -> States:
            t = self.way * (start[arc] + gone)
            return self.plan.states(orbits[arc], t, path.states(arc, gone))

        arc, gone = path.samples(stop)
        if not arc.size:
            return {}
        sampled = states(arc, gone)
        found: dict[int, Roots] = {}
        for number, event, k in active:

            def function(arc: IntArray, gone: FloatArray, event: Event = event) -> FloatArray:
                return event(states(arc, gone))

            roots = find_roots(function, arc, gone, event(sampled), self.way * event.direction)
            n = orbits[roots.arc]
            new = start[roots.arc] + roots.gone > self.last[number, n] + _SAME_INSTANT
            if k is not None:
                new &= self.waiting[k, n]
            found[number] = roots.where(new)
        return found

    def _serve(self, path: Path, orbits: IntArray, stop: FloatArray) -> None:
        """Write the states at instants from the arcs' starts on and before `stop`."""
        later = self.gone[orbits] - self.fleet.clock[orbits, np.newaxis]
        arc, i = np.nonzero((later >= 0.0) & (later < stop[:, np.newaxis]))
        y, n = path.states(arc, later[arc, i]), orbits[arc]
        flown = self.flown
        flown.r[:, n, i], flown.v[:, n, i] = y[:3], y[3:]
        flown.mass[n, i] = self.fleet.mass[n] - self.way * self.fleet.flow[n] * later[arc, i]

    def _serve_end(self) -> None:
        """Write the states at the orbits' last instants, or why there are none."""
        fleet, flown = self.fleet, self.flown
        rest = self.gone >= fleet.clock[:, np.newaxis]
        whole = (self.code == 0) | (self.code == Status.FLIGHT_ENDED)
        last = rest & (self.gone == fleet.clock[:, np.newaxis]) & whole[:, np.newaxis]
        n, i = np.nonzero(last)
        flown.r[:, n, i], flown.v[:, n, i] = fleet.state[:3, n], fleet.state[3:, n]
        flown.mass[n, i] = fleet.mass[n]
        n, i = np.nonzero(rest & ~last)
        flown.status[n, i] = self.code[n]

    def _act(self, orbits: IntArray) -> None:
        """Do what is due at the orbits' clocks."""
        fleet = self.fleet
        orbits = orbits[~self.over[orbits]]
        fleet.end_burns(orbits[fleet.clock[orbits] >= fleet.cut_off[orbits]])
        for k, manoeuvre in enumerate(self.plan.manoeuvres):
            now = orbits[self.due[k, orbits] <= fleet.clock[orbits]]
            if not now.size:
                continue
            fleet.make(manoeuvre, now)
            self.due[k, now], self.waiting[k, now] = np.inf, False
            if isinstance(manoeuvre, ImpulsiveBurn):
                # A leap over zero is no passage, and at zero the sign is but rounding.
                self.last[:, now] = fleet.clock[now]
