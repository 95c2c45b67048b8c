"""What can go wrong, as a tree of exceptions and a table of status codes.

::

    OrbitsimError
    ├── InputError            what the caller gave cannot be used (also a ValueError)
    │   ├── ElementSetError   a TLE or OMM that is not one
    │   ├── EpochError        an epoch outside the tables that the request needs
    │   ├── RecordError       a mission or vehicle file that says something wrong
    │   ├── FrameError        a frame that is unknown, or the wrong one here
    │   └── DockingStateError a command that the docking's state does not allow
    ├── ConvergenceError      a solver ended without a solution
    │   ├── PhaseError        the station stands where the profile cannot meet it
    │   └── PropellantError   the burns need more than the tanks hold
    └── PropagationError      some states of a batch failed; carries them and the rest

A caller's mistake raises at once.  A numerical failure inside a batch is data: each state has a
`Status`, and `PropagationError` is raised only where the caller asked for ``errors="raise"``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class OrbitsimError(Exception):
    """Base of every exception that this package raises on purpose."""


class InputError(OrbitsimError, ValueError):
    """What came cannot be used; the message shows it and says what was wanted."""


class ElementSetError(InputError):
    """A two-line element set or orbit mean-elements message that is not one."""


class EpochError(InputError):
    """An epoch outside the range of the tables that the request needs."""


class RecordError(InputError):
    """A mission or vehicle file with a missing, unknown or unusable entry."""


class FrameError(InputError):
    """A reference frame that is unknown, or not the one that is needed here."""


class DockingStateError(InputError):
    """A command that the state of a docking does not allow.

    Attributes
    ----------
    state, command : str
        Where the docking stood, and what was asked of it.
    allowed : tuple of str
        What may be asked there.
    """

    def __init__(self, state: str, command: str, allowed: tuple[str, ...], reason: str) -> None:
        super().__init__(
            f"cannot {command!r} in the state {state!r}: {reason}; "
            f"allowed: {', '.join(allowed) or 'nothing'}"
        )
        self.state = state
        self.command = command
        self.allowed = allowed


class ConvergenceError(OrbitsimError):
    """A solver ended without a solution; the message gives the residual it was left with."""


class PhaseError(ConvergenceError):
    """The station stands where a rendezvous profile cannot meet it in time; the message says which
    phasing orbits there are and where they end."""


class PropellantError(ConvergenceError):
    """The burns need more propellant than there is.

    Attributes
    ----------
    needed, available : float
        kg.
    """

    def __init__(self, message: str, needed: float, available: float) -> None:
        super().__init__(f"{message}: {needed:.1f} kg needed, {available:.1f} kg available")
        self.needed = needed
        self.available = available


class Status(IntEnum):
    """Outcome of one state of a propagation.  Codes 1 to 6 are those of the SGP4 theory."""

    OK = 0
    SGP4_ECCENTRICITY = 1
    SGP4_MEAN_MOTION = 2
    SGP4_PERTURBED_ECCENTRICITY = 3
    SGP4_SEMI_LATUS_RECTUM = 4
    SGP4_SUBORBITAL_EPOCH = 5
    SGP4_DECAYED = 6
    NOT_FINITE = 16
    RECTILINEAR = 17
    NOT_ELLIPTIC = 18
    NOT_CONVERGED = 19
    NO_SOLUTION = 20
    SINGULAR_GEOMETRY = 21
    BELOW_GROUND = 32
    CAME_DOWN = 33
    STEP_TOO_SMALL = 34
    FLIGHT_ENDED = 35

    @property
    def explanation(self) -> str:
        """One sentence that says what the code means."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Status.OK: "propagated",
    Status.SGP4_ECCENTRICITY: "SGP4: mean eccentricity outside 0 <= e < 1",
    Status.SGP4_MEAN_MOTION: "SGP4: mean motion not positive",
    Status.SGP4_PERTURBED_ECCENTRICITY: "SGP4: perturbed eccentricity outside 0 <= e <= 1",
    Status.SGP4_SEMI_LATUS_RECTUM: "SGP4: semi-latus rectum negative",
    Status.SGP4_SUBORBITAL_EPOCH: "SGP4: elements at epoch are sub-orbital",
    Status.SGP4_DECAYED: "SGP4: the satellite has decayed",
    Status.NOT_FINITE: "the state or the time is NaN or infinite",
    Status.RECTILINEAR: "position and velocity are parallel, the orbit has no plane",
    Status.NOT_ELLIPTIC: "the method needs an elliptic orbit and this one is open",
    Status.NOT_CONVERGED: "the iteration ended without a solution",
    Status.NO_SOLUTION: "no orbit joins the positions in that time with that many revolutions",
    Status.SINGULAR_GEOMETRY: "the positions are collinear, the transfer has no plane",
    Status.BELOW_GROUND: "the orbit starts below the ground",
    Status.CAME_DOWN: "the satellite came down to the ground before this instant",
    Status.STEP_TOO_SMALL: "the tolerance cannot be met: the step became too small",
    Status.FLIGHT_ENDED: "an event ended the flight before this instant",
}


class PropagationError(OrbitsimError):
    """Some elements of a batch failed: states of a propagation, or problems of a solver.

    Attributes
    ----------
    mask : ndarray of bool
        True where one failed, shaped as the result's status.
    partial : Trajectory or LambertSolution
        The whole result; what failed is NaN.
    """

    def __init__(self, message: str, mask: NDArray[np.bool_], partial: Any) -> None:
        super().__init__(message)
        self.mask = mask
        self.partial = partial
