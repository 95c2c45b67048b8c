"""Entry after a deorbit burn: interface, break-up, what melts, what falls, where and when.

The ship flies as one body to the height at which the air takes it apart.  There it becomes pieces,
each falling by itself.  No inventory of a Progress is public, so `TYPICAL_PIECES` is a row of
things that any such ship has, of round figures: its first and last impact bound the time and the
length of a footprint, its count says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames
from orbitsim.environment.profile import AirProfile
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.phases.breakup import AERODYNAMIC_BREAKUP
from orbitsim.phases.deorbit import DeorbitPlan, entry_numbers, meet_height
from orbitsim.phases.fall import ENTRY_HEIGHTS, Fall, descend, fall
from orbitsim.phases.fall_inputs import Thermal
from orbitsim.phases.footprint import Footprint, footprint, ground_heading, offsets
from orbitsim.units import FloatArray
from orbitsim.vehicles.materials import ALUMINIUM, STEEL, TITANIUM, Material

if TYPE_CHECKING:
    from astropy.time import Time


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that a ship breaks into.

    Attributes
    ----------
    name : str
    mass : float
        kg.
    area : float
        Mean cross-section, m2.
    drag_coefficient : float
    nose_radius : float
        m.
    surface : float
        m2, heated.
    material : Material
    """

    name: str
    mass: float
    area: float
    drag_coefficient: float
    nose_radius: float
    surface: float
    material: Material

    @property
    def ballistic_coefficient(self) -> float:
        """m2/kg."""
        return self.drag_coefficient * self.area / self.mass


TYPICAL_PIECES: Final = (
    Piece("docking probe and ring", 200.0, 0.8, 1.0, 0.40, 4.0, STEEL),
    Piece("main engine", 70.0, 0.30, 1.0, 0.25, 1.5, STEEL),
    Piece("thruster block", 8.0, 0.04, 1.0, 0.10, 0.2, TITANIUM),
    Piece("pressurant sphere", 12.0, 0.10, 0.9, 0.18, 0.41, TITANIUM),
    Piece("propellant tank", 25.0, 0.64, 0.9, 0.45, 2.5, ALUMINIUM),
    Piece("battery", 40.0, 0.12, 1.1, 0.15, 0.7, STEEL),
    Piece("hull plate", 20.0, 1.0, 1.2, 0.5, 2.1, ALUMINIUM),
    Piece("hatch", 45.0, 0.50, 1.2, 0.4, 1.1, ALUMINIUM),
    Piece("insulated panel", 5.0, 1.0, 1.2, 0.5, 2.1, TITANIUM),
    Piece("light sheet", 1.0, 1.0, 1.3, 0.5, 2.0, TITANIUM),
)
"""Assumed: none of these figures is published for a Progress."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """An entry from cut-off to the last debris.

    Attributes
    ----------
    plan : DeorbitPlan
    heights : tuple of float
        Of the entry interfaces that are usual, m, falling.
    interfaces : tuple of Orbit
        States there.
    breakup : Orbit
        State where the air takes the ship apart.
    pieces : tuple of Piece
    fall : Fall
        Of the pieces, from break-up.
    """

    plan: DeorbitPlan
    heights: tuple[float, ...]
    interfaces: tuple[Orbit, ...]
    breakup: Orbit
    pieces: tuple[Piece, ...]
    fall: Fall

    @property
    def surviving(self) -> NDArray[np.bool_]:
        """Which pieces reach the ground."""
        return self.fall.landed

    @property
    def speeds(self) -> FloatArray:
        """Relative to the air at the interfaces, m/s."""
        return np.array([entry_numbers(state)[0] for state in self.interfaces])

    @property
    def angles(self) -> FloatArray:
        """Flight-path angles below the horizon there, rad."""
        return np.array([entry_numbers(state)[1] for state in self.interfaces])

    @property
    def impact_times(self) -> Time:
        """Of the pieces that reach the ground, in their order."""
        return self.fall.time[self.surviving]

    @property
    def first_impact(self) -> Time:
        """When the first debris comes down.

        Raises
        ------
        InputError
            Nothing survives.
        """
        return self._landed().min()

    @property
    def last_impact(self) -> Time:
        """When the last debris comes down; raises as `first_impact`."""
        return self._landed().max()

    @property
    def footprint(self) -> Footprint:
        """Of what comes down, along the track."""
        heading = float(ground_heading(self.breakup))
        return footprint(
            self.fall.latitude[self.surviving], self.fall.longitude[self.surviving],
            heading=heading,
        )  # fmt: skip

    @property
    def length(self) -> float:
        """From the first to the last place of impact along the track, m."""
        lat, lon = self.fall.latitude[self.surviving], self.fall.longitude[self.surviving]
        heading = float(ground_heading(self.breakup))
        along, _ = offsets(lat, lon, (float(lat[0]), float(lon[0])), heading)
        return float(np.ptp(along))

    def minutes_after_ignition(self, time: Time) -> FloatArray:
        """Time since ignition, min."""
        return np.asarray((time - self.plan.ignition).to_value("s") / 60.0)

    def _landed(self) -> Time:
        if not self.surviving.any():
            raise InputError("no piece reaches the ground")
        return self.impact_times


def enter(
    plan: DeorbitPlan,
    forces: Force,
    ballistic_coefficient: float,
    *,
    pieces: Sequence[Piece] = TYPICAL_PIECES,
    breakup_height: float = AERODYNAMIC_BREAKUP,
    air: AirProfile | None = None,
) -> Entry:
    """Follow a ship from cut-off to the last of its debris.

    Parameters
    ----------
    plan : DeorbitPlan
    forces : Force
        Down to the lowest interface.
    ballistic_coefficient : float
        Of the whole ship before the burn, m2/kg, for the way below it.
    pieces : sequence of Piece
    breakup_height : float
        m.
    air : AirProfile, optional
        Below the lowest interface; the U.S. Standard Atmosphere 1976 unless given.

    Raises
    ------
    ConvergenceError
        The ship does not come down.
    InputError
        No pieces, or a break-up above the interface.
    """
    if not pieces:
        raise InputError("an entry needs one piece at least, got none")
    heights = tuple(sorted(ENTRY_HEIGHTS, reverse=True))
    if not 0.0 < breakup_height < heights[-1]:
        raise InputError(
            f"breakup_height must lie between the ground and {heights[-1] / 1e3:.0f} km, "
            f"got {breakup_height / 1e3:.6g} km"
        )
    interfaces = meet_height(plan, forces, heights)
    lighter = ballistic_coefficient * plan.mass_before / plan.mass
    apart = descend(interfaces[-1], lighter, breakup_height, air=air)
    falling = fall(
        apart,
        [piece.ballistic_coefficient for piece in pieces],
        mass=[piece.mass for piece in pieces],
        thermal=Thermal(
            nose_radius=[piece.nose_radius for piece in pieces],
            surface=[piece.surface for piece in pieces],
            material=[piece.material for piece in pieces],
        ),
        air=air,
    )
    return Entry(plan, heights, interfaces, apart, tuple(pieces), falling)


def ground_places(orbits: Sequence[Orbit]) -> tuple[FloatArray, FloatArray]:
    """Geodetic latitude and longitude (rad) below single orbits."""
    found = [
        frames.geodetic(frames.transform_position(o.r, o.frame, "ITRS", o.epoch)) for o in orbits
    ]
    return np.array([f[0] for f in found]), np.array([f[1] for f in found])


def scaled_air(factor: Any) -> AirProfile:
    """The standard atmosphere with its density times a factor: the same air, thicker or thinner."""
    air = AirProfile.standard()
    number = float(factor)
    if not 0.0 < number < np.inf:
        raise InputError(f"factor must be positive and finite, got {factor!r}")
    return AirProfile(air.height, number * air.density, air.speed_of_sound)
