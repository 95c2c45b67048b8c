"""Kurs and TORU as a state machine: what may be commanded when, and what cannot be undone.

Kurs is the radio system that flies an approach by itself, TORU the way in which a cosmonaut on the
station flies the spacecraft by its television camera.  ::

    free flight -search-> far approach -fly around-> fly-around -hold-> station-keeping
    station-keeping -approach-> final approach -contact-> contact -capture-> captured
    any Kurs state -abort-> retreat -hold-> station-keeping
    Kurs states, retreat -take over-> TORU hold -approach-> TORU approach -contact-> contact
    TORU approach -break off-> TORU retreat -hold-> TORU hold
    captured -undock-> free flight

Kurs needs an antenna at the nose for the final approach.  It is in the way of the docking
mechanism and is retracted before a docking by TORU; once retracted it cannot be deployed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from orbitsim.errors import DockingStateError


class DockingState(StrEnum):
    """Where a docking stands."""

    FREE_FLIGHT = "free flight"
    FAR_APPROACH = "far approach"
    FLY_AROUND = "fly-around"
    STATION_KEEPING = "station-keeping"
    FINAL_APPROACH = "final approach"
    RETREAT = "retreat"
    TORU_HOLD = "TORU hold"
    TORU_APPROACH = "TORU approach"
    TORU_RETREAT = "TORU retreat"
    CONTACT = "contact"
    CAPTURED = "captured"
    FAILED = "failed"


class Command(StrEnum):
    """What crew, ground or automaton may ask for."""

    SEARCH = "search"
    FLY_AROUND = "fly around"
    HOLD = "hold"
    APPROACH = "approach"
    ABORT = "abort"
    TAKE_OVER = "take over"
    HAND_BACK = "hand back"
    BREAK_OFF = "break off"
    CONTACT = "contact"
    CAPTURE = "capture"
    GIVE_UP = "give up"
    UNDOCK = "undock"
    DEPLOY_ANTENNA = "deploy antenna"
    RETRACT_ANTENNA = "retract antenna"
    CLEAR_FAULT = "clear fault"


class Antenna(StrEnum):
    """The Kurs antenna at the nose."""

    STOWED = "stowed"
    DEPLOYED = "deployed"
    RETRACTED = "retracted"


_S, _C = DockingState, Command

TRANSITIONS: Final[Mapping[tuple[DockingState, Command], DockingState]] = MappingProxyType(
    {
        (_S.FREE_FLIGHT, _C.SEARCH): _S.FAR_APPROACH,
        (_S.FREE_FLIGHT, _C.TAKE_OVER): _S.TORU_HOLD,
        (_S.FAR_APPROACH, _C.FLY_AROUND): _S.FLY_AROUND,
        (_S.FAR_APPROACH, _C.HOLD): _S.STATION_KEEPING,
        (_S.FLY_AROUND, _C.HOLD): _S.STATION_KEEPING,
        (_S.STATION_KEEPING, _C.FLY_AROUND): _S.FLY_AROUND,
        (_S.STATION_KEEPING, _C.APPROACH): _S.FINAL_APPROACH,
        (_S.FINAL_APPROACH, _C.HOLD): _S.STATION_KEEPING,
        (_S.FINAL_APPROACH, _C.CONTACT): _S.CONTACT,
        (_S.FAR_APPROACH, _C.ABORT): _S.RETREAT,
        (_S.FLY_AROUND, _C.ABORT): _S.RETREAT,
        (_S.STATION_KEEPING, _C.ABORT): _S.RETREAT,
        (_S.FINAL_APPROACH, _C.ABORT): _S.RETREAT,
        (_S.RETREAT, _C.HOLD): _S.STATION_KEEPING,
        (_S.RETREAT, _C.TAKE_OVER): _S.TORU_HOLD,
        (_S.STATION_KEEPING, _C.TAKE_OVER): _S.TORU_HOLD,
        (_S.FINAL_APPROACH, _C.TAKE_OVER): _S.TORU_APPROACH,
        (_S.TORU_HOLD, _C.HAND_BACK): _S.STATION_KEEPING,
        (_S.TORU_HOLD, _C.APPROACH): _S.TORU_APPROACH,
        (_S.TORU_APPROACH, _C.HOLD): _S.TORU_HOLD,
        (_S.TORU_APPROACH, _C.BREAK_OFF): _S.TORU_RETREAT,
        (_S.TORU_APPROACH, _C.CONTACT): _S.CONTACT,
        (_S.TORU_HOLD, _C.BREAK_OFF): _S.TORU_RETREAT,
        (_S.TORU_RETREAT, _C.HOLD): _S.TORU_HOLD,
        (_S.CONTACT, _C.CAPTURE): _S.CAPTURED,
        (_S.CONTACT, _C.GIVE_UP): _S.FAILED,
        (_S.CAPTURED, _C.UNDOCK): _S.FREE_FLIGHT,
        **{(state, _C.GIVE_UP): _S.FAILED for state in _S if state not in (_S.CAPTURED, _S.FAILED)},
        (_S.FREE_FLIGHT, _C.DEPLOY_ANTENNA): _S.FREE_FLIGHT,
        **{
            (state, _C.RETRACT_ANTENNA): state
            for state in (_S.STATION_KEEPING, _S.RETREAT, _S.TORU_HOLD, _S.TORU_RETREAT)
        },
        **{
            (state, _C.CLEAR_FAULT): state
            for state in (_S.FREE_FLIGHT, _S.STATION_KEEPING, _S.TORU_HOLD, _S.CAPTURED)
        },
    }
)
"""State and command to the next state; the guards of `DockingMachine` come on top."""

_NEEDS_FREE_PORT: Final = frozenset({_C.SEARCH, _C.FLY_AROUND, _C.APPROACH, _C.CONTACT})
_NEEDS_KURS: Final = frozenset({_C.SEARCH, _C.FLY_AROUND, _C.HAND_BACK})
KURS_STATES: Final = frozenset(
    {_S.FAR_APPROACH, _S.FLY_AROUND, _S.STATION_KEEPING, _S.FINAL_APPROACH}
)
TORU_STATES: Final = frozenset({_S.TORU_HOLD, _S.TORU_APPROACH, _S.TORU_RETREAT})


@dataclass(frozen=True, slots=True)
class DockingMachine:
    """A docking's state and the equipment that its commands hang on; every change is a new one.

    Attributes
    ----------
    state : DockingState
    antenna : Antenna
    kurs_faulty : bool
        A fault is known; it keeps Kurs from being given the control back.
    port_occupied : bool

    Examples
    --------
    >>> machine = DockingMachine().after("search", "hold", "take over", "retract antenna")
    >>> machine.state, machine.antenna
    (<DockingState.TORU_HOLD: 'TORU hold'>, <Antenna.RETRACTED: 'retracted'>)
    >>> machine.after("hand back", "approach")
    Traceback (most recent call last):
        ...
    orbitsim.errors.DockingStateError: cannot 'approach' in the state 'station-keeping': the Kurs \
antenna is retracted and the final approach needs it; allowed: fly around, abort, take over, \
give up
    """

    state: DockingState = DockingState.FREE_FLIGHT
    antenna: Antenna = Antenna.DEPLOYED
    kurs_faulty: bool = False
    port_occupied: bool = False

    @property
    def allowed(self) -> tuple[Command, ...]:
        """Commands that may be given now."""
        return tuple(command for command in Command if not self._objection(command))

    def after(self, *commands: Command | str) -> DockingMachine:
        """The machine after these commands, one by one.

        Raises
        ------
        DockingStateError
            A command is not allowed where it is given; says which ones are.
        """
        machine = self
        for command in commands:
            machine = machine._after(command)
        return machine

    def with_fault(self) -> DockingMachine:
        """The same, with a Kurs fault that has come to light."""
        return replace(self, kurs_faulty=True)

    def touched(self) -> DockingMachine:
        """The same, in contact: what happens needs no permission, wherever it happens."""
        return replace(self, state=DockingState.CONTACT)

    def _after(self, name: Command | str) -> DockingMachine:
        if name not in list(Command):
            raise self._error(str(name), f"there is no such command among {[*Command]}")
        command = Command(name)
        objection = self._objection(command)
        if objection:
            raise self._error(command, objection)
        state = TRANSITIONS[self.state, command]
        machine = replace(self, state=state)
        if command is Command.RETRACT_ANTENNA:
            return replace(machine, antenna=Antenna.RETRACTED)
        if command is Command.DEPLOY_ANTENNA:
            return replace(machine, antenna=Antenna.DEPLOYED)
        if command is Command.CLEAR_FAULT:
            return replace(machine, kurs_faulty=False)
        return machine

    def _objection(self, command: Command) -> str:
        """Why the command may not be given; empty if it may."""
        if (self.state, command) not in TRANSITIONS:
            return "it does not lead anywhere from there"
        if self.port_occupied and command in _NEEDS_FREE_PORT:
            return "the port is occupied"
        if command is Command.DEPLOY_ANTENNA and self.antenna is not Antenna.STOWED:
            return f"the antenna is {self.antenna}" + (
                " and cannot be deployed again" if self.antenna is Antenna.RETRACTED else ""
            )
        if command is Command.RETRACT_ANTENNA and self.antenna is Antenna.RETRACTED:
            return "the antenna is retracted already"
        if command is Command.CLEAR_FAULT and not self.kurs_faulty:
            return "there is no fault"
        by_kurs = command is Command.APPROACH and self.state is DockingState.STATION_KEEPING
        if self.kurs_faulty and (by_kurs or command in _NEEDS_KURS):
            return "Kurs has a fault"
        if by_kurs and self.antenna is Antenna.RETRACTED:
            return "the Kurs antenna is retracted and the final approach needs it"
        return ""

    def _error(self, command: str, reason: str) -> DockingStateError:
        return DockingStateError(
            str(self.state), str(command), tuple(map(str, self.allowed)), reason
        )


def command_between(before: DockingState, after: DockingState) -> Command:
    """The command that leads from one state of motion to the next.

    Raises
    ------
    DockingStateError
        There is none.
    """
    for (state, command), goal in TRANSITIONS.items():
        if state is before and goal is after and before is not after:
            return command
    allowed = tuple(str(command) for state, command in TRANSITIONS if state is before)
    raise DockingStateError(str(before), f"go to {after}", allowed, "no command leads there")
