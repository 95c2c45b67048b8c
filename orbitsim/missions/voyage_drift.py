"""Free flight of a voyage: parked, brought behind the station, and back to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.orbit import Orbit
from orbitsim.phases.free_flight import (
    RelativePath,
    ReturnPlan,
    burn_times,
    plan_return,
    relative_path,
)
from orbitsim.phases.station_orbit import TOLERANCE, FittedStation, full_forces
from orbitsim.propagation import propagate
from orbitsim.propagation.burns import FiniteBurn
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

_SAMPLE: Final = 900.0
_CLOSE_SAMPLE: Final = 60.0
_CLOSE: Final = 12 * 3600.0
"""s; a leg that is shorter is sampled more densely."""

_SETTLE: Final = 600.0
"""s from the start of a leg to its first burn."""


@dataclass(frozen=True, slots=True, eq=False)
class DriftLeg:
    """One leg of free flight.

    Attributes
    ----------
    name : str
    path : RelativePath
        Against the station as its last element set tells it.
    ship : Trajectory
    plan : ReturnPlan or None
        None where no burn is made.
    orbit : Orbit
        Of the ship at its end.
    mass : float
        kg, then.
    """

    name: str
    path: RelativePath
    ship: Trajectory
    plan: ReturnPlan | None
    orbit: Orbit
    mass: float

    @property
    def delta_v(self) -> float:
        """m/s."""
        return 0.0 if self.plan is None else self.plan.delta_v

    @property
    def propellant(self) -> float:
        """kg."""
        return 0.0 if self.plan is None else self.plan.propellant


@dataclass(frozen=True, slots=True, eq=False)
class Drifter:
    """A ship in free flight near a station.

    Attributes
    ----------
    craft : Spacecraft
    area : float
        Drag coefficient times area, m2.
    """

    craft: Spacecraft
    area: float

    def to(
        self,
        name: str,
        orbit: Orbit,
        mass: float,
        propellant: float,
        station: FittedStation,
        arrival: Time,
        hold: Sequence[float] | FloatArray,
        pairs: int = 2,
    ) -> DriftLeg:
        """Fly to a point in the station's RTN (m), at rest there, by burns in pairs."""
        forces = full_forces(self.area / mass)
        times = _grid(orbit, arrival)
        there = station.propagate(_instants(orbit, times))
        burns = burn_times(_SETTLE, arrival, orbit, pairs)
        plan = plan_return(
            orbit, there, burns, arrival, mass=mass, thrust=self.craft.main_thrust,
            specific_impulse=self.craft.main_specific_impulse, forces=forces,
            hold=hold, propellant=propellant,
        )  # fmt: skip
        return self._leg(name, orbit, mass, there, times, plan)

    def coast(
        self, name: str, orbit: Orbit, mass: float, station: FittedStation, until: Time
    ) -> DriftLeg:
        """Fly without burns."""
        times = _grid(orbit, until)
        there = station.propagate(_instants(orbit, times))
        return self._leg(name, orbit, mass, there, times, None)

    def _leg(
        self,
        name: str,
        orbit: Orbit,
        mass: float,
        there: Trajectory,
        times: FloatArray,
        plan: ReturnPlan | None,
    ) -> DriftLeg:
        burns: tuple[FiniteBurn, ...] = () if plan is None else plan.manoeuvres
        ship = propagate(
            orbit.to_frame("GCRS"), times, method="numerical",
            forces=full_forces(self.area / mass), mass=mass, burns=burns, tolerance=TOLERANCE,
        )  # fmt: skip
        end = Orbit.from_state(ship.r[-1], ship.v[-1], ship.times[-1], "GCRS", mu=orbit.mu)
        left = mass if plan is None else plan.mass
        return DriftLeg(name, relative_path(ship, there), ship, plan, end, left)


def along_the_orbit(distance: float, radius: float) -> FloatArray:
    """The point of a circular orbit that lies `distance` ahead along the arc, RTN, m.

    Examples
    --------
    >>> along_the_orbit(0.0, 6.7e6)
    array([0., 0., 0.])
    """
    angle = distance / radius
    return np.array([radius * (np.cos(angle) - 1.0), radius * np.sin(angle), 0.0])


def _grid(orbit: Orbit, end: Time) -> FloatArray:
    """Seconds after an orbit's epoch, to an instant."""
    length = float((end - orbit.epoch).to_value("s"))
    step = _SAMPLE if length > _CLOSE else _CLOSE_SAMPLE
    return np.linspace(0.0, length, max(2, int(np.ceil(length / step)) + 1))


def _instants(orbit: Orbit, seconds: FloatArray) -> Time:
    from astropy.time import TimeDelta

    return orbit.epoch + TimeDelta(seconds, format="sec")
