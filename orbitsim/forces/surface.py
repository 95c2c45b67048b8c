"""What a force on a surface does to a mass: coefficient times area over mass."""

from __future__ import annotations

from typing import Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.units import FloatArray, read_only, to_si


def per_mass(coefficient: Any, mass: Any, area: Any, factor: Any, name: str) -> FloatArray:
    """A coefficient times area over mass, m2/kg: given as such, or by its three parts.

    Parameters
    ----------
    coefficient : float, Quantity, array_like or None
        m2/kg.
    mass, area, factor : float, Quantity, array_like or None
        kg, m2 and a number without unit, called `name` in messages; shapes broadcast.

    Raises
    ------
    InputError
        Neither or both of the two ways, a negative or non-finite number, or a mass that is not
        positive.
    """
    parts = {"mass": mass, "area": area, name: factor}
    given = [key for key, part in parts.items() if part is not None]
    if (coefficient is None) != (len(given) == 3) or (coefficient is not None and given):
        raise InputError(
            f"give either the coefficient in m2/kg or all of mass, area and {name}, "
            f"got {coefficient!r} and {parts!r}"
        )
    if coefficient is not None:
        return read_only(_not_negative(coefficient, "m2/kg", "the coefficient").copy())
    heavy = to_si(mass, "kg", "mass")
    if not np.all((heavy > 0.0) & np.isfinite(heavy)):
        raise InputError(f"mass must be positive and finite, got {mass!r} kg")
    wide, number = _not_negative(area, "m2", "area"), _not_negative(factor, "", name)
    try:
        return read_only(np.asarray(number * wide / heavy))
    except ValueError:
        raise InputError(
            f"mass, area and {name} must have shapes that broadcast, "
            f"got {heavy.shape}, {wide.shape} and {number.shape}"
        ) from None


def _not_negative(value: Any, unit: str, name: str) -> FloatArray:
    numbers = to_si(value, unit, name)
    if not np.all((numbers >= 0.0) & np.isfinite(numbers)):
        raise InputError(f"{name} must be finite and not negative, got {value!r} {unit}".rstrip())
    return numbers
