"""What a flown voyage leaves behind: phases, events, accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orbitsim.missions.voyage_decay import DecayStudy
from orbitsim.missions.voyage_descent import Descent
from orbitsim.missions.voyage_drift import DriftLeg
from orbitsim.phases.docking import Docking
from orbitsim.phases.docking_campaign import DockingCampaign
from orbitsim.phases.rendezvous_flight import RendezvousFlight
from orbitsim.phases.undocking import Undocking
from orbitsim.units import FloatArray
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time


@dataclass(frozen=True, slots=True)
class VoyageScale:
    """How much work a voyage is given.

    Attributes
    ----------
    dockings : int
        Dispersed ones, of either docking.
    entries : int
        Dispersed.
    lifetimes : int
        Samples of when the ship would have come down by itself.
    seed : int
    """

    dockings: int = 100
    entries: int = 20
    lifetimes: int = 40
    seed: int = 0


@dataclass(frozen=True, slots=True)
class VoyageEvent:
    """One moment of the voyage.

    Attributes
    ----------
    time : Time
    name : str
    place : tuple of float
        Geodetic latitude, longitude (rad) and altitude (m).
    """

    time: Time
    name: str
    place: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Handover:
    """From one element set of the station to the next.

    Attributes
    ----------
    time : Time
        Epoch of the later set.
    days : float
        Since the earlier one.
    radial, along, across : float
        Predicted less stated position, m; along the arc, within half a turn.
    height : float
        Predicted less stated height of the orbit, m.
    """

    time: Time
    days: float
    radial: float
    along: float
    across: float
    height: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Mass and propellant after a phase, kg."""

    after: str
    mass: float
    propellant: float


@dataclass(frozen=True, slots=True, eq=False)
class Voyage:
    """A flown voyage.

    Attributes
    ----------
    craft : Spacecraft
    rendezvous : RendezvousFlight
    docking, redocking : Docking
    campaigns : tuple of DockingCampaign
        The same two approaches, dispersed.
    first_undocking, last_undocking : Undocking
    drift : tuple of DriftLeg
        The free flight between them.
    study : DecayStudy
        What that hangs on.
    delay : float
        By how much the failure of Kurs lengthens the first approach as planned, s.
    refusal : str
        What the state machine says to an approach by Kurs at the redocking.
    descent : Descent
    handovers : tuple of Handover
    balance : tuple of Balance
    days, height : ndarray, shape (T,)
        After the insertion, and height of the ship's orbit, m (see `smooth_height`); NaN breaks
        the line where the station's next set begins.
    events : tuple of VoyageEvent
        In order of time.
    """

    craft: Spacecraft
    rendezvous: RendezvousFlight
    docking: Docking
    redocking: Docking
    campaigns: tuple[DockingCampaign, DockingCampaign]
    first_undocking: Undocking
    last_undocking: Undocking
    drift: tuple[DriftLeg, ...]
    study: DecayStudy
    delay: float
    refusal: str
    descent: Descent
    handovers: tuple[Handover, ...]
    balance: tuple[Balance, ...]
    days: FloatArray
    height: FloatArray
    events: tuple[VoyageEvent, ...]

    def event(self, name: str) -> VoyageEvent:
        """The first event whose name begins so."""
        return next(event for event in self.events if event.name.startswith(name))
