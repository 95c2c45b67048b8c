"""Attraction by the Sun or the Moon."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.constants import MOON_MU, SUN_MU
from orbitsim.environment import bodies
from orbitsim.forces.base import Force


@dataclass(frozen=True, slots=True, eq=False)
class ThirdBody(Force):
    """Attraction by another body, less that of the Earth by it.

    Attributes
    ----------
    body : {"sun", "moon"}
    ephemeris : {"DE421", "analytic"}
        See `orbitsim.environment.bodies.position`.

    Raises
    ------
    InputError
        An unknown body or ephemeris.
    """

    body: bodies.Body
    ephemeris: bodies.Ephemeris = "DE421"

    def __post_init__(self) -> None:
        bodies.check(self.body, self.ephemeris)

    @property
    def mu(self) -> float:
        """Gravitational parameter of the body, m3/s2."""
        return SUN_MU if self.body == "sun" else MOON_MU

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
