"""Docking: one approach flown from its hold point to contact, by Kurs, by TORU, or by hand.

Translation is Clohessy-Wiltshire motion about the station's circular orbit, with the station at
rest in its RTN frame.  Rotation is that of a rigid body.  Left out: the difference in drag, the
gravity gradient's torque, the station's own motion, sloshing, the force of the plume on the
station (its impulse is counted) and what a couple of thrusters pushes beside its torque.  Velocity
increments and angular rates are known on board without error; what is measured from outside is not.

Which leg follows which is in the plan; whether it may is for `DockingMachine` to say, which goes
along and raises `DockingStateError` where a plan or a command asks for what cannot be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.errors import InputError
from orbitsim.kernels import docking as kernel
from orbitsim.kernels import docking_layout as layout
from orbitsim.kernels.docking_start import begin, enter
from orbitsim.phases.docking_file import (
    DockingLimits,
    Port,
    load_docking_equipment,
    load_docking_plan,
)
from orbitsim.phases.docking_pilot import Pilot, PilotView, scripted_pilot
from orbitsim.phases.docking_plan import DockingPlan, Leg
from orbitsim.phases.docking_result import (
    Contact,
    Docking,
    DockingEvent,
    DockingOutcome,
    contact_of,
)
from orbitsim.phases.docking_setting import (
    CYCLE,
    Faults,
    Setting,
    find_limits,
    find_port,
    make_setting,
    random_states,
)
from orbitsim.phases.docking_states import Antenna, Command, DockingMachine, DockingState
from orbitsim.units import FloatArray, read_only
from orbitsim.vehicles.spacecraft import Spacecraft

__all__ = [
    "Antenna",
    "Command",
    "Contact",
    "Docking",
    "DockingEvent",
    "DockingLimits",
    "DockingMachine",
    "DockingOutcome",
    "DockingPlan",
    "DockingState",
    "Faults",
    "Leg",
    "Pilot",
    "PilotView",
    "Port",
    "fly_docking",
    "load_docking_equipment",
    "load_docking_plan",
    "scripted_pilot",
]

_CAUSES: Final = {
    layout.DONE: "done",
    layout.NO_LOCK: "Kurs found no lock",
    layout.OUT_OF_CORRIDOR: "out of the corridor",
    layout.TOO_LONG: "took too long",
}


def fly_docking(
    plan: DockingPlan,
    spacecraft: Spacecraft,
    *,
    mean_motion: Any,
    port: Port | str = "zarya-nadir",
    limits: DockingLimits | str = "probe-cone",
    machine: DockingMachine | None = None,
    faults: Faults | None = None,
    start: tuple[ArrayLike, ArrayLike] | None = None,
    mass: float | None = None,
    propellant: float | None = None,
    orders: Sequence[tuple[float, Command]] = (),
    pilot: Pilot | None = None,
    seed: int = 0,
    case: int = 0,
    record_every: float = 1.0,
) -> Docking:
    """Fly one approach.

    Parameters
    ----------
    plan : DockingPlan
    spacecraft : Spacecraft
    mean_motion : Quantity or float
        The station's, rad/s.
    port : Port or str
        One's own, or the name of one that the package brings.
    limits : DockingLimits or str
    machine : DockingMachine, optional
        State and equipment at the start: free flight, antenna deployed.
    faults : Faults, optional
    start : tuple of array_like, shape (3,), optional
        Position and velocity of the centre of mass in the station's RTN frame, m and m/s; else as
        the plan says.  The plan's dispersions come on top.
    mass, propellant : float, optional
        At the start, kg; else at launch, and the whole load.
    orders : sequence of (time, Command)
        Commands given by hand at these times: each leads to the leg, of the two that may follow,
        that it belongs to.
    pilot : Pilot, optional
        Who flies the "stick" legs.
    seed, case : int
        Of the noise; case i is the i-th of `fly_dockings` with that seed.
    record_every : float
        s between the instants kept, a multiple of `CYCLE`.

    Raises
    ------
    DockingStateError
        The plan, or an order, gives a command where it is not allowed: port occupied, antenna
        retracted, wrong state.
    InputError
        Anything else that cannot be used.

    Examples
    --------
    >>> from orbitsim.phases.docking_file import load_docking_plan
    >>> from orbitsim.vehicles.spacecraft import load_spacecraft
    >>> docking = fly_docking(
    ...     load_docking_plan("toru"), load_spacecraft("progress-m1"), mean_motion=1.14e-3
    ... )
    >>> docking.outcome.name, docking.machine.state.value
    ('CAPTURED', 'captured')
    """
    here = DockingMachine() if machine is None else machine
    plan.check(here)
    if any(leg.flies == "stick" for leg in plan.legs) and pilot is None:
        raise InputError(f"plan {plan.name!r} has a stick leg and no pilot was given")
    every = round(record_every / CYCLE)
    if every < 1 or abs(every * CYCLE - record_every) > 1e-9:
        raise InputError(f"record_every must be a multiple of {CYCLE} s, got {record_every}")
    port = find_port(port)
    bounds = find_limits(limits)
    setting = make_setting(
        plan, spacecraft, mean_motion, port, bounds, here, faults, start, mass, propellant
    )
    flight = _Flight(plan, port, setting, here, tuple(orders), pilot, seed, case)
    flight.fly(every)
    return flight.docking(bounds)


class _Flight:
    """A flight under way: the kernel's row, the machine beside it, and what is kept."""

    def __init__(
        self,
        plan: DockingPlan,
        port: Port,
        setting: Setting,
        machine: DockingMachine,
        orders: tuple[tuple[float, Command], ...],
        pilot: Pilot | None,
        seed: int,
        case: int,
    ) -> None:
        self.plan, self.port, self.setting, self.pilot = plan, port, setting, pilot
        self.orders = sorted(orders, key=lambda order: order[0])
        self.row = np.zeros(layout.STATE)
        self.random = random_states(seed, np.array([case]))[0]
        self.stick = np.zeros(6)
        begin(
            self.row,
            self.random,
            setting.start,
            setting.spread,
            setting.craft,
            setting.site,
            setting.sensors,
            setting.legs,
        )
        self.machine = plan.enter(machine, None, 0)
        self.events = [self._event(plan.legs[0].name)]
        self.kept = [self.row.copy()]

    def fly(self, every: int) -> None:
        """Fly to the end."""
        while self.row[layout.STATUS] == layout.FLYING:
            before = int(self.row[layout.LEG])
            started = self.row[layout.TIME]
            leg = self.plan.legs[before]
            by_hand = leg.flies == "stick"
            if by_hand and self.pilot is not None:
                self.stick[:] = np.asarray(self.pilot(self._view()), dtype=np.float64)
            cycles = 1 if by_hand else self._cycles_until_order(every)
            x = self.setting
            kernel.fly(
                self.row,
                self.random,
                x.craft,
                x.site,
                x.phi,
                x.sensors,
                x.legs,
                x.faults,
                x.limits,
                self.stick,
                cycles,
                True,
            )
            self.kept.append(self.row.copy())
            if self.row[layout.STATUS] != layout.FLYING:
                self._end()
            elif self.row[layout.LEG_TIME] == 0.0 and self.row[layout.TIME] > started:
                self._follow(leg)
            self._obey()

    def _cycles_until_order(self, every: int) -> int:
        if not self.orders:
            return every
        left = (self.orders[0][0] - float(self.row[layout.TIME])) / CYCLE
        return max(1, min(every, int(np.ceil(left - 1e-9))))

    def _follow(self, before: Leg) -> None:
        """Take the machine along to the leg that has begun."""
        cause = int(self.row[layout.CAUSE])
        if cause == layout.NO_LOCK:
            self.machine = self.machine.with_fault()
        index = int(self.row[layout.LEG])
        self.machine = self.plan.enter(self.machine, before, index)
        name = self.plan.legs[index].name
        what = name if cause == layout.DONE else f"{name}: {_CAUSES[cause]}"
        self.events.append(self._event(what))

    def _obey(self) -> None:
        """Give the commands that are due by hand."""
        while (
            self.orders
            and self.row[layout.STATUS] == layout.FLYING
            and self.orders[0][0] <= self.row[layout.TIME] + 1e-9
        ):
            command = Command(self.orders.pop(0)[1])
            goal = self.machine.after(command)
            before = self.plan.legs[int(self.row[layout.LEG])]
            if goal.state is self.machine.state:
                self.machine = goal
                self.events.append(self._event(f"{command} by hand"))
                continue
            for name in (before.abort, before.next):
                if name and self.plan.legs[self.plan.index(name)].state is goal.state:
                    index = self.plan.index(name)
                    enter(self.row, float(index), 0.0)
                    self.machine = self.plan.enter(goal, before, index)
                    self.events.append(self._event(f"{name}: {command} by hand"))
                    break
            else:
                raise InputError(
                    f"plan {self.plan.name!r} has no leg in the state {goal.state!s} after "
                    f"{before.name!r}, where {command!s} leads"
                )

    def _end(self) -> None:
        outcome = DockingOutcome(int(self.row[layout.STATUS]))
        cause = _CAUSES.get(int(self.row[layout.CAUSE]), "")
        if self.row[layout.KURS_DEAD] == 1.0 and not self.machine.kurs_faulty:
            self.machine = self.machine.with_fault()
        if outcome in (DockingOutcome.CAPTURED, DockingOutcome.BOUNCED, DockingOutcome.HIT):
            self.machine = self.machine.touched()
            self.events.append(self._event("contact", float(self.row[layout.CONTACT])))
        time = float(self.row[layout.TIME])
        if isfinite(self.row[layout.CONTACT]):
            time = float(self.row[layout.CONTACT])
        if outcome is DockingOutcome.CAPTURED:
            self.machine = replace(self.machine.after(Command.CAPTURE), port_occupied=False)
        elif outcome is not DockingOutcome.ENDED:
            self.machine = self.machine.after(Command.GIVE_UP)
        what = outcome.explanation
        if outcome is DockingOutcome.ABANDONED:
            what = f"{what}: {cause}"
        self.events.append(self._event(what, time))

    def _event(self, what: str, time: float | None = None) -> DockingEvent:
        when = float(self.row[layout.TIME]) if time is None else time
        return DockingEvent(when, float(self.row[layout.GAP]), self.machine.state, what)

    def _view(self) -> PilotView:
        axes, seen = self.port.axes, self.row[layout.SEEN : layout.SEEN + 6]
        position = axes @ (seen[:3] - np.array(self.port.place))
        position[0] -= self.setting.craft[layout.TIP_AHEAD]
        turned = _orbit_rate(self.row, self.setting.site[layout.MEAN_MOTION])
        rates = self.row[layout.RATE : layout.RATE + 3] - turned
        return PilotView(float(self.row[layout.TIME]), position, axes @ seen[3:], rates)

    def docking(self, limits: DockingLimits) -> Docking:
        """The result."""
        rows = np.array(self.kept)
        rows[-1, layout.TIME] = self.events[-1].time
        at = {
            name: read_only(np.ascontiguousarray(rows[:, first : first + count]))
            for name, first, count in (
                ("r", layout.R, 3),
                ("v", layout.V, 3),
                ("quaternion", layout.Q, 4),
                ("rates", layout.RATE, 3),
                ("seen_r", layout.SEEN, 3),
                ("tip", layout.TIP, 3),
            )
        }
        return Docking(
            plan=self.plan,
            port=self.port,
            limits=limits,
            outcome=DockingOutcome(int(self.row[layout.STATUS])),
            events=tuple(self.events),
            contact=contact_of(self.row) if isfinite(self.row[layout.CONTACT]) else None,
            machine=self.machine,
            t=read_only(rows[:, layout.TIME].copy()),
            mass=read_only(rows[:, layout.MASS].copy()),
            gap=read_only(rows[:, layout.GAP].copy()),
            leg=read_only(rows[:, layout.LEG].astype(np.int64)),
            plume_impulse=float(self.row[layout.PLUME]),
            **at,
        )


def _orbit_rate(row: FloatArray, mean_motion: float) -> FloatArray:
    """Angular rate of the RTN frame in body axes."""
    w, x, y, z = row[layout.Q : layout.Q + 4]
    pole = np.array([2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)])
    return mean_motion * pole
