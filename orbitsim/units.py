"""The one door through which numbers with units come in.

Inside the package everything is a plain SI float.  Public constructors take an astropy Quantity or
an SI float, and an epoch as astropy Time (or an ISO 8601 text, read as UTC); this module turns both
into what the inside uses, and refuses what it cannot, saying what came and what was wanted.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError

if TYPE_CHECKING:
    from astropy.time import Time

FloatArray = NDArray[np.float64]
_Scalar = TypeVar("_Scalar", bound=np.generic)

_SI_NAMES = {"m": "metres", "m/s": "metres per second", "rad": "radians", "s": "seconds"}


def to_si(value: Any, unit: str, name: str) -> FloatArray:
    """Return `value` as a float64 array in the SI unit `unit`.

    Parameters
    ----------
    value : Quantity or float or array_like
        A Quantity of the right dimension, or numbers that are SI already.
    unit : {"m", "m/s", "rad", "s", "m3/s2", ""}
        Unit wanted; an empty text is a pure number.
    name : str
        The argument's name, for the error.

    Raises
    ------
    InputError
        Wrong dimension, or not real numbers.
    """
    if hasattr(value, "unit") and hasattr(value, "to_value"):
        from astropy.units import UnitConversionError, dimensionless_angles

        try:
            with_angles = dimensionless_angles() if unit == "rad" else []
            return np.asarray(value.to_value(unit, equivalencies=with_angles), dtype=np.float64)
        except UnitConversionError:
            wanted = f"a quantity convertible to {unit}" if unit else "a pure number"
            raise InputError(f"{name} has the unit {value.unit}; wanted {wanted}") from None
    try:
        numbers = np.asarray(value)
        # NumPy would read the text "7e6" as a number, and None as NaN.
        if value is not None and numbers.dtype.kind not in "USc":
            return np.asarray(numbers, dtype=np.float64)
    except (TypeError, ValueError):
        pass
    wanted = f"a Quantity or numbers in {_SI_NAMES.get(unit, unit)}" if unit else "pure numbers"
    raise InputError(f"{name} must be {wanted}, got {value!r}")


def to_finite_si(value: Any, unit: str, name: str) -> FloatArray:
    """As `to_si`, and refuses NaN and infinity."""
    numbers = to_si(value, unit, name)
    if not np.isfinite(numbers).all():
        raise InputError(f"{name} must be finite, got {numbers[~np.isfinite(numbers)][0]}")
    return numbers


def to_epoch(value: Any, name: str = "epoch") -> Time:
    """Return `value` as an astropy Time of one's own; a text or datetime is read as UTC.

    Raises
    ------
    InputError
        Neither a Time, a datetime nor a text that is a date; or a time in a scale that seconds
        cannot be counted on.
    """
    from astropy.time import Time

    if isinstance(value, Time):
        if value.masked:
            raise InputError(f"{name} must not be masked, got {value!r}")
        # A Time can be written to; its owner's later changes must not reach what is frozen.
        epoch = _uniform(value, name).copy()
        epoch.writeable = False
        return epoch
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


def _uniform(time: Time, name: str) -> Time:
    """The time, if its seconds are all of one length and tied to UTC without measured tables."""
    if time.scale in ("ut1", "local"):
        raise InputError(
            f"{name} is on the scale {time.scale}; wanted UTC, TAI, TT, TDB, TCB or TCG"
        )
    return time


def as_time(times: Any, name: str = "times") -> Any:
    """A text or datetime as a Time; anything else as it is."""
    return to_epoch(times, name) if isinstance(times, str | datetime) else times


def elapsed_seconds(times: Any, epoch: Time, name: str = "times") -> FloatArray:
    """Seconds from `epoch` to each of `times` (Time, ISO text, TimeDelta, Quantity or SI floats).

    Time and epoch are subtracted on the atomic scale, so leap seconds count as the seconds they
    are.  A masked instant is NaN.
    """
    from astropy.time import Time, TimeDelta

    times = as_time(times, name)
    if isinstance(times, Time):
        times = _uniform(times, name) - epoch
    if isinstance(times, TimeDelta):
        mask = times.mask
        return np.where(mask, np.nan, np.asarray(times.to_value("s"), dtype=np.float64))
    return to_si(times, "s", name)


def read_only(array: NDArray[_Scalar]) -> NDArray[_Scalar]:
    """A view of `array` that cannot be written through."""
    view = array.view()
    view.flags.writeable = False
    return view
