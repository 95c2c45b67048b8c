"""An approach as data: its legs, where it starts, and what may follow what."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, isfinite
from typing import Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.kernels import docking_layout as layout
from orbitsim.phases.docking_states import (
    KURS_STATES,
    TORU_STATES,
    Command,
    DockingMachine,
    DockingState,
    command_between,
)
from orbitsim.units import FloatArray, read_only

_FLIES: Final = ("close in", "fly around", "hold", "final", "retreat", "stick")
SENSORS: Final = ("kurs", "toru")


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of an approach.

    Attributes
    ----------
    name : str
    state : DockingState
        In which it is flown.
    flies : str
        "close in" along the line of sight, "fly around" to the port's axis, "hold" on it, "final"
        along it, "retreat" along it, or "stick": as the pilot's hand says.
    sensor : str
        "kurs" or "toru".
    goal : float
        Gap at which it ends, or is held, m; a final leg of goal 0 ends by contact.
    speeds : tuple of (gap, speed)
        m and m/s, by rising gap.
    duration : float
        A hold lasts at least, and a stick leg exactly, so long, s.
    longest : float
        Broken off after, s.
    turn_rate : float
        Of a fly-around, rad/s.
    fast_factor, fast_margin : float
        A final leg is broken off above speed * factor + margin (m/s) for five seconds,
    cone_slope, cone_margin : float
        or farther off the axis than gap * slope + margin (m).
    entry : tuple of Command
        Given when the leg begins.
    next, abort : str
        Legs that follow when it is done and when it is broken off; empty ends the flight.
    source, note : str
    """

    name: str
    state: DockingState
    flies: str
    sensor: str
    goal: float
    speeds: tuple[tuple[float, float], ...]
    duration: float = 0.0
    longest: float = 7200.0
    turn_rate: float = 0.0
    fast_factor: float = 2.0
    fast_margin: float = 0.2
    cone_slope: float = 0.2
    cone_margin: float = 1.0
    entry: tuple[Command, ...] = ()
    next: str = ""
    abort: str = ""
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        def refuse(what: str, wanted: str, got: object) -> InputError:
            return InputError(f"leg {self.name!r}: {what}: wanted {wanted}, got {got!r}")

        if self.flies not in _FLIES:
            raise refuse("flies", f"one of {_FLIES}", self.flies)
        if self.sensor not in SENSORS:
            raise refuse("sensor", f"one of {SENSORS}", self.sensor)
        if self.state in (KURS_STATES - {DockingState.STATION_KEEPING}) and self.sensor != "kurs":
            raise refuse("sensor", f"kurs in the state {self.state}", self.sensor)
        if self.state in TORU_STATES and self.sensor != "toru":
            raise refuse("sensor", f"toru in the state {self.state}", self.sensor)
        gaps = [gap for gap, _ in self.speeds]
        if not 1 <= len(gaps) <= layout.MOST_KNOTS or gaps != sorted(set(gaps)):
            raise refuse("speeds", f"1 to {layout.MOST_KNOTS} pairs by rising gap", self.speeds)
        if not all(isfinite(gap) and 0.0 < speed < inf for gap, speed in self.speeds):
            raise refuse("speeds", "positive finite speeds", self.speeds)
        if not 0.0 <= self.goal < inf:
            raise refuse("goal", "a gap of at least 0 m", self.goal)
        if self.flies == "fly around" and not self.turn_rate > 0.0:
            raise refuse("turn rate", "a positive one to fly around", self.turn_rate)

    def speed(self, gap: float) -> float:
        """Nominal speed at a gap, m/s."""
        gaps, speeds = zip(*self.speeds, strict=True)
        return float(np.interp(gap, np.array(gaps), np.array(speeds)))


@dataclass(frozen=True, slots=True)
class Start:
    """Where an approach begins, and how far it may be from there.

    Attributes
    ----------
    place : tuple of float
        RTN from the station's centre of mass, m; unused where `gap` is given.
    gap : float or None
        On the port's axis instead, at rest, m.
    sigma_place, sigma_speed, sigma_tilt, sigma_rate : float
        Standard deviations of each component, m, m/s, rad, rad/s.
    """

    place: tuple[float, float, float] = (0.0, 0.0, 0.0)
    gap: float | None = None
    sigma_place: float = 0.0
    sigma_speed: float = 0.0
    sigma_tilt: float = 0.0
    sigma_rate: float = 0.0


@dataclass(frozen=True, slots=True)
class DockingPlan:
    """An approach: its legs, the first one first.

    Attributes
    ----------
    name : str
    legs : tuple of Leg
    start : Start
    breaks : int
        How many broken-off legs are followed by another try.
    note : str
    """

    name: str
    legs: tuple[Leg, ...]
    start: Start = field(default_factory=Start)
    breaks: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        names = [leg.name for leg in self.legs]
        if not names or len(set(names)) != len(names):
            raise InputError(f"plan {self.name!r}: wanted legs of different names, got {names}")
        for leg in self.legs:
            for following in (leg.next, leg.abort):
                if following and following not in names:
                    raise InputError(
                        f"plan {self.name!r}: leg {leg.name!r} leads to {following!r}; "
                        f"wanted one of {names}"
                    )

    def index(self, name: str) -> int:
        """Place of a leg; -1 for the empty name."""
        return [leg.name for leg in self.legs].index(name) if name else -1

    def check(self, machine: DockingMachine) -> None:
        """Make sure that no way through the plan gives a command where it is not allowed.

        Raises
        ------
        DockingStateError
            A way leads to such a command.
        """
        reached: set[tuple[int, DockingMachine]] = set()
        waiting = [(0, self.enter(machine, None, 0))]
        while waiting:
            index, here = waiting.pop()
            if (index, here) in reached:
                continue
            reached.add((index, here))
            leg = self.legs[index]
            if leg.flies == "final" and leg.goal == 0.0:
                here.after(Command.CONTACT)
            for following in (leg.next, leg.abort):
                if following:
                    to = self.index(following)
                    waiting.append((to, self.enter(here, leg, to)))

    def enter(self, machine: DockingMachine, before: Leg | None, index: int) -> DockingMachine:
        """The machine after the commands that begin a leg; `before` is the one that ended."""
        leg = self.legs[index]
        if machine.state is not leg.state:
            machine = machine.after(*_commands(machine.state, leg.state))
        for command in leg.entry:
            # A leg may be flown twice; what it does once is not asked for again.
            if command is Command.RETRACT_ANTENNA and machine.antenna == "retracted":
                continue
            machine = machine.after(command)
        return machine

    def table(self) -> FloatArray:
        """The legs as the kernel takes them, shape (legs, columns)."""
        rows = np.zeros((len(self.legs), layout.LEG_COLUMNS))
        for row, leg in zip(rows, self.legs, strict=True):
            row[layout.MODE] = _FLIES.index(leg.flies)
            row[layout.SENSOR] = SENSORS.index(leg.sensor)
            row[layout.GOAL] = leg.goal
            row[layout.DURATION] = leg.duration
            row[layout.NEXT] = self.index(leg.next)
            row[layout.ON_ABORT] = self.index(leg.abort)
            row[layout.LONGEST] = leg.longest
            row[layout.FAST_FACTOR] = leg.fast_factor
            row[layout.FAST_MARGIN] = leg.fast_margin
            row[layout.CONE_SLOPE] = leg.cone_slope
            row[layout.CONE_MARGIN] = leg.cone_margin
            row[layout.TURN_RATE] = leg.turn_rate
            row[layout.KNOTS] = len(leg.speeds)
            for k, (gap, speed) in enumerate(leg.speeds):
                row[layout.RANGES + k] = gap
                row[layout.SPEEDS + k] = speed
        return read_only(rows)


def _commands(before: DockingState, after: DockingState) -> tuple[Command, ...]:
    """From one state of motion to another; a flight may also begin in the middle."""
    if before is DockingState.FREE_FLIGHT and after in KURS_STATES:
        steps = [before, DockingState.FAR_APPROACH]
        if after is DockingState.FINAL_APPROACH:
            steps.append(DockingState.STATION_KEEPING)
        if after is not DockingState.FAR_APPROACH:
            steps.append(after)
        return tuple(command_between(a, b) for a, b in pairwise(steps))
    if before is DockingState.FREE_FLIGHT and after is DockingState.TORU_APPROACH:
        return Command.TAKE_OVER, Command.APPROACH
    return (command_between(before, after),)
