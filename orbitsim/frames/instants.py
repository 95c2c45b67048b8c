"""From astropy's times to what the kernels count in, without a step per element in Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from orbitsim.errors import InputError
from orbitsim.frames.orientation import MJD, TT_TAI, EarthOrientation, iers_table, leap_seconds
from orbitsim.kernels import frames as kernel
from orbitsim.kernels.arrays import as_input
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time


Clock = tuple[FloatArray, FloatArray, float, FloatArray, FloatArray]
"""Instants as the kernels take them: jd1, jd2 (E,), offset, leap_days, t (T,).

They are all sums of an epoch and a time, times running fastest.  `offset` is TAI less the scale of
the Julian dates (s) before the first of `leap_days` (MJD), each of which begins with a second more.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Instants:
    """The instants of a batch of states.

    Attributes
    ----------
    clock : Clock
    shape : tuple of int
        Of the states.
    low, high : float
        Outermost instants, MJD in atomic time; inf and -inf if all are NaN.
    """

    clock: Clock
    shape: tuple[int, ...]
    low: float
    high: float

    def span(self, earth: EarthOrientation) -> tuple[float, float]:
        """First and last instant.

        Raises
        ------
        EpochError
            They are not within the tables.
        """
        if not self.low <= self.high:
            # Nothing but NaN: any day will do.
            return earth.tai[0], earth.tai[0]
        earth.check(self.low, self.high)
        return self.low, self.high


def instants_of(states: tuple[int, ...], time: Time, t: FloatArray | None) -> Instants:
    """Instants of states of a shape: `time`, or seconds `t` after each of `time`.

    Raises
    ------
    InputError
        Shapes that do not go together.
    """
    later = np.zeros(()) if t is None else np.asarray(t)
    if later.ndim > 1:
        raise InputError(f"times must be one row of seconds, got the shape {later.shape}")
    try:
        shape = np.broadcast_shapes(states, (*time.shape, *later.shape))
    except ValueError:
        raise InputError(
            f"states of the shape {states} do not go with instants of the shape "
            f"{(*time.shape, *later.shape)}"
        ) from None
    if later.ndim == 1:
        later = np.broadcast_to(later, shape[-1:])
    time = atomic_or_civil(time)
    jd1, jd2 = time.jd1, time.jd2
    if time.masked:
        jd1, jd2 = time.unmasked.jd1, np.where(time.mask, np.nan, time.unmasked.jd2)
    epochs = shape[: len(shape) - later.ndim]
    if time.size != 1 and time.shape != epochs[len(epochs) - time.ndim :]:
        # Only a plain repetition over leading axes is left to the kernel.
        jd1, jd2 = np.broadcast_to(jd1, epochs), np.broadcast_to(jd2, epochs)
    jd1, jd2, later = (as_input(a).reshape(-1) for a in (jd1, jd2, later))
    first, last, least, most = kernel.extent(jd1, jd2, later)
    first, last = first - MJD, last - MJD
    offset, leap_days = _steps(time.scale, first, last)
    low = first + (offset + least) / 86_400.0
    high = last + (offset + leap_days.size + most) / 86_400.0
    return Instants((jd1, jd2, offset, leap_days, later), shape, low, high)


def atomic_or_civil(time: Time) -> Time:
    """The time in a scale that differs from TAI by a known number of seconds."""
    if time.scale == "local":
        raise InputError("a Time in the scale 'local' is nowhere in particular; wanted e.g. UTC")
    if time.scale == "ut1":
        # Left to itself, astropy would look for a newer table on the network.
        time = time.replicate()
        time.delta_ut1_utc = time.get_delta_ut1_utc(iers_table())
        return time.utc
    return time if time.scale in ("utc", "tai", "tt") else time.tt


def _steps(scale: str, first: float, last: float) -> tuple[float, FloatArray]:
    """TAI less the scale (s) on the day `first`, and the days until `last` that add a second."""
    if scale != "utc":
        return (-TT_TAI if scale == "tt" else 0.0), as_input(np.empty(0))
    days, tai_utc = leap_seconds()
    # The day before a leap second is a longer one.
    inside = days[(days > first) & (days <= last + 1.0)]
    return float(tai_utc[np.searchsorted(days, first, side="right") - 1]), as_input(inside)
