"""Air drag in an atmosphere that turns with the Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.earth import ROTATION_RATE
from orbitsim.environment.atmosphere import Atmosphere, Nrlmsise00
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.forces.surface import per_mass
from orbitsim.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Drag(Force):
    """Drag, -1/2 density * coefficient * speed * velocity relative to the air.

    Give `ballistic_coefficient`, or `mass`, `area` and `cd` in its place.

    Parameters
    ----------
    ballistic_coefficient : float, Quantity or array_like
        Drag coefficient times area over mass, m2/kg; one, or one for each orbit of a batch.
    mass, area, cd : float, Quantity or array_like
        kg, m2 across the stream, and the drag coefficient.  Shapes broadcast.
    atmosphere : Atmosphere
        NRLMSISE-00 under measured space weather unless given.
    rotation_rate : float
        Of the air about the pole, rad/s.

    Attributes
    ----------
    ballistic_coefficient : ndarray
        m2/kg.
    atmosphere : Atmosphere
    rotation_rate : float

    Raises
    ------
    InputError
        Neither or both of the two ways, a negative or non-finite number, or a mass that is not
        positive.

    Examples
    --------
    >>> from orbitsim.environment.atmosphere import ExponentialAtmosphere
    >>> air = ExponentialAtmosphere(3.7e-12, base_height=400e3, scale_height=58e3)
    >>> drag = Drag(mass=7000.0, area=10.0, cd=2.2, atmosphere=air)
    >>> round(float(drag.ballistic_coefficient), 5)
    0.00314
    """

    ballistic_coefficient: FloatArray
    atmosphere: Atmosphere
    rotation_rate: float

    def __init__(
        self,
        ballistic_coefficient: Any = None,
        *,
        mass: Any = None,
        area: Any = None,
        cd: Any = None,
        atmosphere: Atmosphere | None = None,
        rotation_rate: float = ROTATION_RATE,
    ) -> None:
        air = Nrlmsise00() if atmosphere is None else atmosphere
        if not isinstance(air, Atmosphere):
            raise InputError(f"atmosphere must be an Atmosphere, got {air!r}")
        if not np.isfinite(rotation_rate):
            raise InputError(f"rotation_rate must be finite, got {rotation_rate!r} rad/s")
        value = per_mass(ballistic_coefficient, mass, area, cd, "cd")
        object.__setattr__(self, "ballistic_coefficient", value)
        object.__setattr__(self, "atmosphere", air)
        object.__setattr__(self, "rotation_rate", float(rotation_rate))

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
