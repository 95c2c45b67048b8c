"""Tides of the solid Earth."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.environment import bodies, tides
from orbitsim.forces.base import Force


@dataclass(frozen=True, slots=True, eq=False)
class SolidTides(Force):
    """The field of the tides that Moon, Sun and polar motion raise in an anelastic Earth.

    IERS Conventions 2010, chapter 6; see `orbitsim.environment.tides.tide_table`.

    Attributes
    ----------
    system : {"tide-free", "zero-tide"}
        What the gravity model beside it is, so that the lasting tide is not counted twice: EGM96
        and EGM2008 as shipped are tide-free.
    mean_pole : {"2018", "2010", None}
        From where the pole tide counts polar motion; None leaves it out.
    ephemeris : {"DE421", "analytic"}
        Of the Sun and the Moon.

    Raises
    ------
    InputError
        An unknown system, mean pole or ephemeris.
    """

    system: tides.TideSystem = "tide-free"
    mean_pole: tides.MeanPole | None = "2018"
    ephemeris: bodies.Ephemeris = "DE421"

    def __post_init__(self) -> None:
        tides.check(self.system, self.mean_pole)
        bodies.check("sun", self.ephemeris)

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
