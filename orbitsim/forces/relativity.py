"""What general relativity adds to Newton's gravity, term by term."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.environment import bodies
from orbitsim.forces.base import Force


@dataclass(frozen=True, slots=True, eq=False)
class Relativity(Force):
    """The field of the Earth's mass, Schwarzschild's term (IERS Conventions 2010, eq. 10.12).

    Some 1e-9 of gravity near the Earth, and by far the largest of the three.
    """

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)


@dataclass(frozen=True, slots=True, eq=False)
class LenseThirring(Force):
    """The dragging of frames by the Earth's spin (IERS Conventions 2010, eq. 10.12, line 2)."""

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)


@dataclass(frozen=True, slots=True, eq=False)
class DeSitter(Force):
    """Geodesic precession, 19 mas a year (IERS Conventions 2010, eq. 10.12, line 3).

    Attributes
    ----------
    ephemeris : {"DE421", "analytic"}
        Of the Sun.

    Raises
    ------
    InputError
        An unknown ephemeris.
    """

    ephemeris: bodies.Ephemeris = "DE421"

    def __post_init__(self) -> None:
        bodies.check("sun", self.ephemeris)

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
