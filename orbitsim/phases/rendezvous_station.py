"""The station as the target of a rendezvous: a body under forces of its own."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit


@dataclass(frozen=True, slots=True, eq=False)
class Station:
    """A station's state and the forces that it flies under.

    `orbitsim.phases.station_orbit.fit_station` makes both from an element set: its osculating state
    at one instant would be tens of kilometres off after two days.

    Attributes
    ----------
    orbit : Orbit
    forces : Force
    """

    orbit: Orbit
    forces: Force
