"""What an approach leaves behind: outcome, events, contact, trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels import docking_layout as layout
from orbitsim.phases.docking_file import DockingLimits, Port
from orbitsim.phases.docking_plan import DockingPlan
from orbitsim.phases.docking_states import DockingMachine, DockingState
from orbitsim.units import FloatArray


class DockingOutcome(IntEnum):
    """How an approach ended."""

    CAPTURED = layout.CAPTURED
    BOUNCED = layout.BOUNCED
    HIT = layout.HIT
    MISSED = layout.MISSED
    ABANDONED = layout.ABANDONED
    OUT_OF_TIME = layout.OUT_OF_TIME
    OUT_OF_PROPELLANT = layout.DRY
    NOT_FINITE = layout.NOT_FINITE
    ENDED = layout.ENDED

    @property
    def explanation(self) -> str:
        """One sentence that says what the code means."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    DockingOutcome.CAPTURED: "the probe went into the cone within all limits",
    DockingOutcome.BOUNCED: "the probe touched the cone outside a limit and was not captured",
    DockingOutcome.HIT: "it struck the station beside the cone, or too fast",
    DockingOutcome.MISSED: "it passed the port's plane beside the station",
    DockingOutcome.ABANDONED: "a leg was broken off and no further try was planned",
    DockingOutcome.OUT_OF_TIME: "a leg took too long and no further try was planned",
    DockingOutcome.OUT_OF_PROPELLANT: "the propellant was spent",
    DockingOutcome.NOT_FINITE: "the state is NaN or infinite",
    DockingOutcome.ENDED: "the plan's last leg was done, without contact",
}


@dataclass(frozen=True, slots=True)
class DockingEvent:
    """Something that happens on the way.

    Attributes
    ----------
    time : float
        s after the start.
    gap : float
        Probe's tip to port, m.
    state : DockingState
        After it.
    what : str
    """

    time: float
    gap: float
    state: DockingState
    what: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The instant at which the probe meets the port; SI, port frame.

    Attributes
    ----------
    time : float
        s after the start.
    closing_speed : float
    offset, lateral_speed : tuple of float
        Of the tip across the axis: in the orbit's plane (or nearest to it), and across it.
    tilt, roll : float
        Angle between the two axes, and about them, rad.
    rates : tuple of float
        Against the station, body axes, rad/s.
    """

    time: float
    closing_speed: float
    offset: tuple[float, float]
    lateral_speed: tuple[float, float]
    tilt: float
    roll: float
    rates: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Docking:
    """An approach as flown.

    Attributes
    ----------
    plan : DockingPlan
    port : Port
    limits : DockingLimits
    outcome : DockingOutcome
    events : tuple of DockingEvent
    contact : Contact or None
    machine : DockingMachine
        As it is left; hand it to the next approach.
    t : ndarray, shape (T,)
        s after the start.
    r, v : ndarray, shape (T, 3)
        Centre of mass from the station's, RTN, m and m/s.
    quaternion : ndarray, shape (T, 4)
        (w, x, y, z) from body axes to RTN.
    rates : ndarray, shape (T, 3)
        Inertial, body axes, rad/s.
    seen_r : ndarray, shape (T, 3)
        Where the sensors believe the centre of mass to be, RTN, m.
    mass : ndarray, shape (T,)
    gap : ndarray, shape (T,)
        Probe's tip to port, m.
    leg : ndarray of int, shape (T,)
        Place in the plan's legs.
    tip : ndarray, shape (T, 3)
        Of the probe, port frame, m.
    plume_impulse : float
        Of braking pulses near the port, N s.
    """

    plan: DockingPlan
    port: Port
    limits: DockingLimits
    outcome: DockingOutcome
    events: tuple[DockingEvent, ...]
    contact: Contact | None
    machine: DockingMachine
    t: FloatArray
    r: FloatArray
    v: FloatArray
    quaternion: FloatArray
    rates: FloatArray
    seen_r: FloatArray
    mass: FloatArray
    gap: FloatArray
    leg: NDArray[np.int64]
    tip: FloatArray
    plume_impulse: float

    @property
    def duration(self) -> float:
        """Start to contact, or to the end without one, s."""
        return self.contact.time if self.contact else float(self.t[-1])

    @property
    def propellant(self) -> float:
        """Spent, kg."""
        return float(self.mass[0] - self.mass[-1])

    @property
    def closing_speed(self) -> FloatArray:
        """Speed towards the port along the line of sight of the centre of mass, shape (T,), m/s."""
        line = self.r - np.array(self.port.place)
        return np.asarray(-np.sum(line * self.v, axis=-1) / np.linalg.norm(line, axis=-1))

    def time_in(self, *states: DockingState) -> float:
        """Seconds spent in these states."""
        ends = [*(event.time for event in self.events[1:]), self.duration]
        pairs = zip(self.events, ends, strict=True)
        return sum(end - event.time for event, end in pairs if event.state in states)


def contact_of(row: FloatArray) -> Contact:
    """The contact in a row of the kernel."""
    c = [float(x) for x in row[layout.CONTACT : layout.CONTACT + 11]]
    return Contact(c[0], c[1], (c[2], c[3]), (c[4], c[5]), c[6], c[7], (c[8], c[9], c[10]))
