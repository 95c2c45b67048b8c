"""Air drag in an exponential atmosphere that turns with the Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.earth import ROTATION_RATE, WGS84, Ellipsoid
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.units import FloatArray, read_only, to_si


@dataclass(frozen=True, slots=True, eq=False)
class ExponentialDrag(Force):
    """Drag, -1/2 density * coefficient * speed * velocity relative to the air.

    Density is ``density * exp(-(height - base_height) / scale_height)``, at all heights.

    Attributes
    ----------
    ballistic_coefficient : float or array_like
        Drag coefficient times area over mass, m2/kg; one, or one for each orbit of a batch.
    density : float
        kg/m3 at `base_height`.
    base_height, scale_height : float
        m.
    datum : Ellipsoid
        What heights are counted from, geodetically; a flattening of zero makes it a sphere.
    rotation_rate : float
        Of the air about the pole, rad/s.

    Raises
    ------
    InputError
        A negative or non-finite coefficient or density, or a scale height that is not positive.
    """

    ballistic_coefficient: FloatArray
    density: float
    base_height: float
    scale_height: float
    datum: Ellipsoid
    rotation_rate: float

    def __init__(
        self,
        ballistic_coefficient: Any,
        *,
        density: float,
        base_height: float,
        scale_height: float,
        datum: Ellipsoid = WGS84,
        rotation_rate: float = ROTATION_RATE,
    ) -> None:
        coefficient = to_si(ballistic_coefficient, "m2/kg", "ballistic_coefficient")
        if not np.all((coefficient >= 0.0) & np.isfinite(coefficient)):
            raise InputError(
                f"ballistic_coefficient must be finite and not negative, got {coefficient!r} m2/kg"
            )
        if not 0.0 <= density < np.inf:
            raise InputError(f"density must be finite and not negative, got {density!r} kg/m3")
        if not 0.0 < scale_height < np.inf:
            raise InputError(f"scale_height must be positive and finite, got {scale_height!r} m")
        if not (np.isfinite(base_height) and np.isfinite(rotation_rate)):
            raise InputError(
                f"base_height and rotation_rate must be finite, "
                f"got {base_height!r} m and {rotation_rate!r} rad/s"
            )
        object.__setattr__(self, "ballistic_coefficient", read_only(coefficient.copy()))
        object.__setattr__(self, "density", float(density))
        object.__setattr__(self, "base_height", float(base_height))
        object.__setattr__(self, "scale_height", float(scale_height))
        object.__setattr__(self, "datum", datum)
        object.__setattr__(self, "rotation_rate", float(rotation_rate))

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)
