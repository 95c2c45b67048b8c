"""A docking that ends when it has to: the approach of a plan, its longest wait trimmed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from orbitsim.errors import ConvergenceError, DockingStateError
from orbitsim.phases.docking import Docking, DockingMachine, DockingOutcome, fly_docking
from orbitsim.phases.docking_file import load_docking_equipment
from orbitsim.phases.docking_plan import DockingPlan
from orbitsim.phases.docking_setting import CYCLE, Faults
from orbitsim.phases.docking_states import DockingState
from orbitsim.units import FloatArray
from orbitsim.vehicles.spacecraft import Spacecraft

ON_TIME: Final = 0.5
"""s; within which a contact comes at the wanted time."""

_TRIES: Final = 120


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """What an approach is flown with.

    Attributes
    ----------
    plan : DockingPlan
    craft : Spacecraft
    port : str
    mean_motion : float
        The station's, rad/s.
    machine : DockingMachine
    faults : Faults
    mass, propellant : float
        At its start, kg.
    """

    plan: DockingPlan
    craft: Spacecraft
    port: str
    mean_motion: float
    machine: DockingMachine
    faults: Faults
    mass: float
    propellant: float

    def fly(self, r: FloatArray, v: FloatArray, plan: DockingPlan | None = None) -> Docking:
        """Fly it from a place and velocity in the station's RTN, m and m/s.

        Raises
        ------
        ConvergenceError
            It does not end in a capture.
        """
        docking = fly_docking(
            self.plan if plan is None else plan,
            self.craft,
            mean_motion=self.mean_motion,
            port=self.port,
            machine=self.machine,
            faults=self.faults,
            start=(r, v),
            mass=self.mass,
            propellant=self.propellant,
        )
        if docking.outcome is not DockingOutcome.CAPTURED:
            raise ConvergenceError(
                f"the approach {self.plan.name!r} ends without a docking: "
                f"{docking.outcome.explanation}"
            )
        return docking

    def fly_in(self, seconds: float, r: FloatArray, v: FloatArray) -> Docking:
        """Fly it so that the contact comes after `seconds`: its longest wait is made to fit.

        Raises
        ------
        ConvergenceError
            No wait does it, or as `fly`.
        """
        plan = self.plan
        docking = self.fly(r, v)
        flown = {int(leg) for leg in np.unique(docking.leg)}
        waits = [k for k in flown if plan.legs[k].flies == "hold"]
        if not waits:
            raise ConvergenceError(f"the approach {plan.name!r} has no wait that could be trimmed")
        longest = max(waits, key=lambda k: plan.legs[k].duration)
        late = docking.duration - seconds
        if abs(late) < ON_TIME:
            return docking
        wait = plan.legs[longest].duration - late
        # A wait shifts the noise, and so what follows lasts some seconds more or less: waits about
        # the one that would do without noise are tried, the nearest first.
        for number in range(_TRIES):
            shift = CYCLE * ((number + 1) // 2) * (1.0 if number % 2 else -1.0)
            legs = list(plan.legs)
            legs[longest] = replace(legs[longest], duration=max(wait + shift, CYCLE))
            docking = self.fly(r, v, replace(plan, legs=tuple(legs)))
            if abs(docking.duration - seconds) < ON_TIME:
                return docking
        raise ConvergenceError(
            f"the approach {plan.name!r} cannot be made to last {seconds:.0f} s; "
            f"as planned it is {late:+.1f} s off"
        )


def free_again(machine: DockingMachine) -> DockingMachine:
    """A docked ship's machine after the undocking, its Kurs fault repaired."""
    left = machine.after("undock")
    return left.after("clear fault") if left.kurs_faulty else left


def kurs_refusal(machine: DockingMachine) -> str:
    """Why Kurs cannot fly the final approach with this equipment; empty if it can."""
    try:
        replace(machine, state=DockingState.STATION_KEEPING).after("approach")
    except DockingStateError as error:
        return str(error)
    return ""


def docked_offset(port: str, craft: Spacecraft) -> FloatArray:
    """Where a docked ship's centre of mass is, from the station's, RTN, m."""
    found = load_docking_equipment().ports[port]
    return np.array(found.place) + craft.probe_tip * np.array(found.axis)
