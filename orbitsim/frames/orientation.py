"""How the Earth is oriented, as tables for the kernels: measured part and theory.

Precession-nutation is evaluated by erfa at 36 Chebyshev nodes every 32 days, which costs 1.5 ms a
time, and kept.  From there on it is a table of short polynomials, good to 2e-12 rad.

UT1 and polar motion are linear between the days of the IERS table, as in astropy.  A piece that a
midnight divides, where they change their slope, cuts the corner: by 2e-11 rad at most since 1995
(0.15 mm at 7000 km), and 9e-11 on one day before (1976-05-19, whose UT1 in the table is 3 ms off).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import erfa
import numpy as np
from numpy.polynomial import chebyshev

from orbitsim.errors import EpochError
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.frames import PIECES_PER_DAY
from orbitsim.units import FloatArray

MJD: Final = 2_400_000.5
TT_TAI: Final = 32.184
"""s, exact (IAU 1991 resolution A4)."""

_CHUNK_DAYS: Final = 32
_CHUNK_NODES: Final = 36
"""Enough to follow nutation's shorter terms to 1e-13 rad."""


@dataclass(frozen=True, slots=True, eq=False)
class EarthOrientation:
    """The measured part of the Earth's orientation, linear between instants.

    Attributes
    ----------
    days : tuple of float
        First and last instant, MJD in UTC, for messages.
    tai : ndarray, shape (N,)
        Instants, MJD in atomic time.
    ut1_tai : ndarray, shape (N,)
        s; unlike UT1-UTC it has no jumps.
    pole_x, pole_y : ndarray, shape (N,)
        Polar motion, rad.
    offset_x, offset_y : float
        Of the celestial pole from IAU 2006/2000A, rad.
    """

    days: tuple[float, float]
    tai: FloatArray
    ut1_tai: FloatArray
    pole_x: FloatArray
    pole_y: FloatArray
    offset_x: float = 0.0
    offset_y: float = 0.0

    def check(self, low: float, high: float) -> None:
        """Refuse instants (MJD in atomic time) that the table does not cover.

        Raises
        ------
        EpochError
        """
        for instant in (low, high):
            # A Julian date and its seconds, added up in one number, are good to 1e-9 d.
            if not self.tai[0] - 1e-9 <= instant <= self.tai[-1] + 1e-9:
                first, last = (_calendar(day) for day in self.days)
                raise EpochError(
                    f"epoch {_calendar(instant)} is outside the tables of Earth orientation, "
                    f"which cover {first} to {last}"
                )


@lru_cache(maxsize=1)
def measured() -> EarthOrientation:
    """The shipped table, the celestial pole's offsets left out."""
    table = iers_table()
    mjd = np.asarray(table["MJD"].value, dtype=np.float64)
    leap_days, tai_utc = leap_seconds()
    ahead = tai_utc[np.searchsorted(leap_days, mjd, side="right") - 1]
    return EarthOrientation(
        (float(mjd[0]), float(mjd[-1])),
        mjd + ahead / 86_400.0,
        table["UT1_UTC"].to_value("s") - ahead,
        table["PM_x"].to_value("rad"),
        table["PM_y"].to_value("rad"),
    )


@lru_cache(maxsize=1)
def iers_table() -> Any:
    """IERS Bulletin A with its predictions, as shipped; 1973 to about a year from its release."""
    from astropy.utils.iers import IERS_A
    from astropy_iers_data import IERS_A_FILE

    return IERS_A.open(IERS_A_FILE)


def leap_seconds() -> tuple[FloatArray, FloatArray]:
    """Days (MJD) from which TAI-UTC has a new value, and the value (s)."""
    table = erfa.leap_seconds.get()
    _, mjd = erfa.cal2jd(table["year"], table["month"], 1)
    return np.asarray(mjd), np.asarray(table["tai_utc"])


def table(
    source: str, target: str, low: float, high: float, earth: EarthOrientation
) -> tuple[FloatArray, float]:
    """The kernels' table from `low` to `high` (MJD in TAI), and the number of its first piece.

    `source` to `target` is GCRS or TEME to ITRS, or GCRS to TEME; the kernels have the inverses.
    The pieces are the same for whatever span is asked, so that results do not depend on it.
    """
    first, last = int(low // _CHUNK_DAYS), int(high // _CHUNK_DAYS)
    chunks = [_chunk(source, target, number, earth) for number in range(first, last + 1)]
    whole = chunks[0] if len(chunks) == 1 else as_input(np.concatenate(chunks))
    return whole, float(first * _CHUNK_DAYS * PIECES_PER_DAY)


@lru_cache(maxsize=1024)
def _chunk(source: str, target: str, number: int, earth: EarthOrientation) -> FloatArray:
    """Table of a chunk of days, from ``number * _CHUNK_DAYS`` on."""
    # Every piece has three nodes, of which it shares two.
    later = np.arange(2 * PIECES_PER_DAY * _CHUNK_DAYS + 1) / (2 * PIECES_PER_DAY)
    day = float(_CHUNK_DAYS * number)
    tai = day + later
    ut1 = erfa.taiut1(MJD + day, later, np.interp(tai, earth.tai, earth.ut1_tai))
    pole_x, pole_y, motion_x, motion_y = np.zeros((4, tai.size))
    if target == "ITRS":
        motion_x = np.interp(tai, earth.tai, earth.pole_x)
        motion_y = np.interp(tai, earth.tai, earth.pole_y)
    if source == "TEME":
        angle = erfa.gmst82(*ut1)
    else:
        series = _precession_nutation(number)
        pole_x, pole_y, s = chebyshev.chebval(2.0 * later / _CHUNK_DAYS - 1.0, series)
        pole_x, pole_y = pole_x + earth.offset_x, pole_y + earth.offset_y
        # The locators s and s' turn about the same axis as the angle between them.
        angle = erfa.era00(*ut1) - s + erfa.sp00(MJD + day, later)
        if target == "TEME":
            angle = angle - erfa.gmst82(*ut1)
    columns = (
        *_parabolas(pole_x),
        *_parabolas(pole_y),
        *_parabolas(angle),
        *_lines(motion_x),
        *_lines(motion_y),
    )
    return as_input(np.stack(columns, axis=-1))


@lru_cache(maxsize=1024)
def _precession_nutation(number: int) -> FloatArray:
    """Chebyshev series of X, Y, s (IAU 2006/2000A) over a chunk of days, shape (nodes, 3)."""
    x = chebyshev.chebpts1(_CHUNK_NODES)
    days = 0.5 * _CHUNK_DAYS * (x + 1.0) + TT_TAI / 86_400.0
    values = np.stack(erfa.xys06a(MJD + _CHUNK_DAYS * number, days), axis=-1)
    # The polynomials are orthogonal over these nodes.
    series = 2.0 / _CHUNK_NODES * (chebyshev.chebvander(x, _CHUNK_NODES - 1).T @ values)
    series[0] *= 0.5
    return np.asarray(series, dtype=np.float64)


def _parabolas(values: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Coefficients of pieces through ends and middles (rad), whole turns left out."""
    start = values[:-1:2]
    middle = _within_half_a_turn(values[1::2] - start)
    end = middle + _within_half_a_turn(values[2::2] - values[1::2])
    return start, 4.0 * middle - end, 2.0 * end - 4.0 * middle


def _lines(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    return values[:-1:2], np.diff(values[::2])


def _within_half_a_turn(angle: FloatArray) -> FloatArray:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def _calendar(mjd: float) -> str:
    if not np.isfinite(mjd):
        return str(mjd)
    year, month, day, _ = erfa.jd2cal(MJD, mjd)
    return f"{year:04d}-{month:02d}-{day:02d}"
