"""Pressure of sunlight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from orbitsim.earth import EQUATORIAL_RADIUS, Ellipsoid
from orbitsim.environment import bodies
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.forces.surface import per_mass
from orbitsim.units import FloatArray

_SPHERE: Final = Ellipsoid(EQUATORIAL_RADIUS, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class RadiationPressure(Force):
    """Pressure of sunlight on a sphere, in the conical shadows of the Earth and the Moon.

    Give `coefficient`, or `mass`, `area` and `cr` in its place.  See
    `orbitsim.kernels.radiation.radiation_pressure` for the model.

    Parameters
    ----------
    coefficient : float, Quantity or array_like
        Reflectivity coefficient times area over mass, m2/kg; one, or one for each orbit of a batch.
    mass, area, cr : float, Quantity or array_like
        kg, m2 (as seen from the Sun), and the reflectivity coefficient, 1 for black, 2 for a mirror
        that faces the Sun.  Shapes broadcast.
    earth : Ellipsoid
        What casts the Earth's shadow: a sphere of the equatorial radius unless given.  With
        `orbitsim.earth.WGS84` a low orbit enters some seconds later.
    ephemeris : {"DE421", "analytic"}
        Of the Sun and the Moon.

    Attributes
    ----------
    coefficient : ndarray
        m2/kg.
    earth : Ellipsoid
    ephemeris : str

    Raises
    ------
    InputError
        Neither or both of the two ways, a negative or non-finite number, a mass that is not
        positive, or an unknown ephemeris.
    """

    coefficient: FloatArray
    earth: Ellipsoid
    ephemeris: bodies.Ephemeris

    def __init__(
        self,
        coefficient: Any = None,
        *,
        mass: Any = None,
        area: Any = None,
        cr: Any = None,
        earth: Ellipsoid = _SPHERE,
        ephemeris: bodies.Ephemeris = "DE421",
    ) -> None:
        bodies.check("sun", ephemeris)
        if not (0.0 < earth.equatorial_radius < np.inf and 0.0 <= earth.flattening < 1.0):
            raise InputError(f"earth must be an ellipsoid with a positive radius, got {earth!r}")
        value = per_mass(coefficient, mass, area, cr, "cr")
        object.__setattr__(self, "coefficient", value)
        object.__setattr__(self, "earth", earth)
        object.__setattr__(self, "ephemeris", ephemeris)

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
