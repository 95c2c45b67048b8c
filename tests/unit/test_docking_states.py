"""Kurs and TORU as a state machine: what may follow what, and what cannot be undone."""

from __future__ import annotations

import pytest

from orbitsim.errors import DockingStateError, InputError
from orbitsim.phases.docking_states import (
    TRANSITIONS,
    Antenna,
    Command,
    DockingMachine,
    DockingState,
    command_between,
)

ALL = [(state, command) for state in DockingState for command in Command]


def test_a_docking_by_kurs_from_search_to_undocking() -> None:
    machine = DockingMachine().after(
        "search", "fly around", "hold", "approach", "contact", "capture", "undock"
    )
    assert machine == DockingMachine()


@pytest.mark.parametrize(("state", "command"), ALL, ids=lambda x: str(x).replace(" ", "-"))
def test_every_command_either_leads_on_or_is_refused_with_what_is_allowed(
    state: DockingState, command: Command
) -> None:
    machine = DockingMachine(state=state)
    if command in machine.allowed:
        assert machine.after(command).state is TRANSITIONS[state, command]
        return
    with pytest.raises(DockingStateError) as caught:
        machine.after(command)
    assert caught.value.state == state
    assert caught.value.command == command
    assert caught.value.allowed == tuple(machine.allowed)
    assert all(str(other) in str(caught.value) for other in machine.allowed)
    assert isinstance(caught.value, InputError)


def test_every_state_but_failure_can_be_left() -> None:
    for state in DockingState:
        leaves = {goal for (before, _), goal in TRANSITIONS.items() if before is state} - {state}
        assert bool(leaves) is (state is not DockingState.FAILED)


def test_a_retracted_antenna_stays_so_and_ends_final_approaches_by_kurs() -> None:
    machine = DockingMachine().after("search", "hold", "approach", "abort").with_fault()
    docked = machine.after(
        "hold", "retract antenna", "take over", "approach", "break off", "hold", "approach"
    ).after("contact", "capture")
    again = docked.after("undock", "clear fault")
    assert not again.kurs_faulty
    with pytest.raises(DockingStateError, match="cannot be deployed again"):
        again.after("deploy antenna")
    hold = again.after("search", "hold")
    with pytest.raises(DockingStateError, match="antenna is retracted"):
        hold.after("approach")
    assert hold.after("take over", "approach", "contact", "capture").state == "captured"


def test_kurs_with_a_known_fault_is_not_given_the_ship() -> None:
    hold = DockingMachine(state=DockingState.TORU_HOLD, kurs_faulty=True)
    with pytest.raises(DockingStateError, match="Kurs has a fault"):
        hold.after("hand back")
    assert hold.after("clear fault", "hand back").state is DockingState.STATION_KEEPING


def test_a_stowed_antenna_can_be_deployed_once() -> None:
    machine = DockingMachine(antenna=Antenna.STOWED).after("deploy antenna")
    assert machine.antenna is Antenna.DEPLOYED
    with pytest.raises(DockingStateError, match="deployed"):
        machine.after("deploy antenna")


def test_an_occupied_port_refuses_the_approach() -> None:
    machine = DockingMachine(port_occupied=True)
    with pytest.raises(DockingStateError, match="port is occupied"):
        machine.after("search")
    with pytest.raises(DockingStateError, match="port is occupied"):
        machine.after("take over", "approach")


def test_unknown_commands_and_impossible_ways_are_refused() -> None:
    with pytest.raises(DockingStateError, match="no such command"):
        DockingMachine().after("jump")
    with pytest.raises(DockingStateError, match="no command leads there"):
        command_between(DockingState.FREE_FLIGHT, DockingState.CAPTURED)
