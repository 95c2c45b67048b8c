"""Gravity of an axially symmetric Earth."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.earth import J6_GRAVITY, ZonalGravity
from orbitsim.forces.base import Force


@dataclass(frozen=True, slots=True, eq=False)
class Zonal(Force):
    """Central and zonal gravity to any degree.

    Attributes
    ----------
    gravity : ZonalGravity
        EGM96 to degree six unless another is given; `orbitsim.earth.POINT_MASS` has no zonals.
    """

    gravity: ZonalGravity = J6_GRAVITY

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
