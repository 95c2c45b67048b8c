"""The one door through which numbers with units come in.

Inside the package everything is a plain SI float.  Public constructors take an astropy Quantity or
an SI float, and an epoch as astropy Time (or an ISO 8601 text, read as UTC); this module turns both
into what the inside uses, and refuses what it cannot, saying what came and what was wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError

if TYPE_CHECKING:
    from astropy.time import Time

FloatArray = NDArray[np.float64]

_SI_NAMES = {"m": "metres", "m/s": "metres per second", "rad": "radians", "s": "seconds"}


def to_si(value: Any, unit: str, name: str) -> FloatArray:
    """Return `value` as a float64 array in the SI unit `unit`.

    Parameters
    ----------
    value : Quantity or float or array_like
        A Quantity of the right dimension, or numbers that are SI already.
    unit : {"m", "m/s", "rad", "s", "m3/s2"}
        Unit wanted.
    name : str
        The argument's name, for the error.

    Raises
    ------
    InputError
        Wrong dimension, or not numbers.
    """
    if hasattr(value, "unit") and hasattr(value, "to_value"):
        from astropy.units import UnitConversionError, dimensionless_angles

        try:
            with_angles = dimensionless_angles() if unit == "rad" else []
            return np.asarray(value.to_value(unit, equivalencies=with_angles), dtype=np.float64)
        except UnitConversionError:
            raise InputError(
                f"{name} has the unit {value.unit}; wanted a quantity convertible to {unit}"
            ) from None
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        wanted = _SI_NAMES.get(unit, unit)
        raise InputError(
            f"{name} must be a Quantity or numbers in {wanted}, got {value!r}"
        ) from None


def to_epoch(value: Any, name: str = "epoch") -> Time:
    """Return `value` as an astropy Time; a text is read as ISO 8601 UTC.

    Raises
    ------
    InputError
        Neither a Time, a datetime nor a text that is a date.
    """
    from datetime import datetime

    from astropy.time import Time

    if isinstance(value, Time):
        return value
    if isinstance(value, str | datetime):
        try:
            text = value[:-1] if isinstance(value, str) and value.endswith("Z") else value
            return Time(text, scale="utc")
        except ValueError:
            pass
    raise InputError(
        f"{name} must be an astropy Time or an ISO 8601 text such as '2016-12-01T14:51:52', "
        f"got {value!r}"
    )


def elapsed_seconds(times: Any, epoch: Time, name: str = "times") -> FloatArray:
    """Seconds from `epoch` to each of `times` (Time, ISO text, TimeDelta, Quantity or SI floats).

    Time and epoch are subtracted on the atomic scale, so leap seconds count as the seconds they
    are.
    """
    from astropy.time import Time, TimeDelta

    if isinstance(times, str):
        times = to_epoch(times, name)
    if isinstance(times, Time):
        return np.asarray((times - epoch).to_value("s"), dtype=np.float64)
    if isinstance(times, TimeDelta):
        return np.asarray(times.to_value("s"), dtype=np.float64)
    return to_si(times, "s", name)


def read_only(array: FloatArray) -> FloatArray:
    """A view of `array` that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
