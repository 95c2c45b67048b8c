"""Thrust of an engine that burns all the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.units import FloatArray, read_only, to_si

ATTITUDES = ("inertial", "RTN", "VNC")
"""Axes of a direction: those of the orbit's frame; radial, transverse, normal; velocity, normal,
conormal (V x N)."""


@dataclass(frozen=True, slots=True, eq=False)
class Thrust(Force):
    """Constant thrust in a direction that is fixed in some axes, with the propellant's mass flowing
    off.

    Parameters
    ----------
    force : float, Quantity or array_like
        N, not negative; one, or one for each orbit of a batch.
    specific_impulse : float, Quantity or array_like
        s.
    mass : float, Quantity or array_like
        Of the whole spacecraft when it begins, kg.
    direction : array_like, shape (3,) or (*S, 3)
        Need not be of unit length.
    attitude : {"RTN", "VNC", "inertial"}
        Axes of the direction; see `ATTITUDES`.

    Raises
    ------
    InputError
        A negative force, a mass or specific impulse that is not positive, a direction of no
        length, or an unknown attitude.

    Examples
    --------
    >>> engine = Thrust(2950.0, specific_impulse=302.0, mass=7000.0, direction=[0.0, 1.0, 0.0])
    >>> round(float(engine.flow), 3)
    0.996
    """

    force: FloatArray
    specific_impulse: FloatArray
    mass: FloatArray
    direction: FloatArray
    attitude: str

    def __init__(
        self,
        force: Any,
        *,
        specific_impulse: Any,
        mass: Any,
        direction: Any = (0.0, 1.0, 0.0),
        attitude: str = "RTN",
    ) -> None:
        size = to_si(force, "N", "force")
        if not np.all((size >= 0.0) & np.isfinite(size)):
            raise InputError(f"force must be finite and not negative, got {force!r} N")
        axes = np.asarray(direction, dtype=np.float64)
        if axes.shape[-1:] != (3,):
            raise InputError(f"direction must have the shape (..., 3), got {axes.shape}")
        length = np.linalg.norm(axes, axis=-1, keepdims=True)
        if not np.all((length > 0.0) & np.isfinite(length)):
            raise InputError(f"direction must be finite and have a length, got {direction!r}")
        if attitude not in ATTITUDES:
            raise InputError(f"attitude must be one of {', '.join(ATTITUDES)}, got {attitude!r}")
        object.__setattr__(self, "force", read_only(size.copy()))
        object.__setattr__(
            self, "specific_impulse", _positive(specific_impulse, "s", "specific_impulse")
        )
        object.__setattr__(self, "mass", _positive(mass, "kg", "mass"))
        object.__setattr__(self, "direction", read_only(axes / length))
        object.__setattr__(self, "attitude", attitude)

    @property
    def flow(self) -> FloatArray:
        """Propellant used in a second, kg/s."""
        return np.asarray(self.force / (self.specific_impulse * STANDARD_GRAVITY))

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)


def _positive(value: Any, unit: str, name: str) -> FloatArray:
    numbers = to_si(value, unit, name)
    if not np.all((numbers > 0.0) & np.isfinite(numbers)):
        raise InputError(f"{name} must be positive and finite, got {value!r} {unit}")
    return read_only(numbers.copy())
