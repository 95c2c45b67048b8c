"""A track over the ground, cut into the pieces that a flat map can show."""

from __future__ import annotations

from math import pi, radians
from typing import Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.units import FloatArray

_NEAR_POLE: Final = radians(75.0)


def split_at_antimeridian(
    longitude: FloatArray, latitude: FloatArray, *along: FloatArray
) -> list[FloatArray]:
    """Cut a track where it leaves one edge of the map and comes in at the other.

    Between two instants the shorter way round is taken; the latitude of the crossing, and whatever
    comes `along`, is interpolated linearly there.  A step over a pole (both ends beyond 75 degrees
    of the same hemisphere, more than 90 degrees apart in longitude) is carried up to the map's edge
    instead of across it.  A NaN ends a piece, too.

    Parameters
    ----------
    longitude, latitude : ndarray, shape (T,)
        rad, longitude in [-pi, pi].
    *along : ndarray, shape (T,)
        Further quantities, such as the time.

    Returns
    -------
    list of ndarray, shape (2 + len(along), N)
        Rows are longitude, latitude and what came along.  Pieces of a single instant are kept.

    Examples
    --------
    >>> west, east = split_at_antimeridian(np.array([3.0, -3.0]), np.array([0.0, 0.2]))
    >>> west.round(3)
    array([[3.   , 3.142],
           [0.   , 0.1  ]])
    """
    rows = np.array([longitude, latitude, *along], dtype=np.float64)
    outside = np.abs(rows[0]) > pi + 1e-9
    if outside.any():
        raise InputError(
            f"longitudes must lie within [-pi, pi] rad, got {rows[0, outside][0]:.6g} rad"
        )
    finite = np.asarray(np.isfinite(rows).all(axis=0))
    pieces: list[FloatArray] = []
    for run in np.split(np.arange(rows.shape[1]), np.flatnonzero(np.diff(finite)) + 1):
        if run.size and finite[run[0]]:
            pieces.extend(_split_run(rows[:, run]))
    return pieces


def _split_run(rows: FloatArray) -> list[FloatArray]:
    step = np.diff(rows[0])
    shorter = np.remainder(step + pi, 2.0 * pi) - pi
    high = np.abs(rows[1]) > _NEAR_POLE
    over_pole = (
        (np.abs(shorter) > pi / 2.0) & high[1:] & high[:-1] & (rows[1, 1:] * rows[1, :-1] > 0.0)
    )
    cuts = np.flatnonzero((np.abs(step) > pi) | over_pole)
    pieces: list[FloatArray] = []
    begin: list[FloatArray] = []
    start = 0
    for cut in cuts.tolist():
        before, after = rows[:, cut], rows[:, cut + 1]
        if over_pole[cut]:
            leaving, entering = _at_pole(before, after)
        else:
            leaving, entering = _at_edges(before, after, shorter[cut])
        pieces.append(np.column_stack([*begin, rows[:, start : cut + 1], leaving]))
        begin, start = [entering], cut + 1
    pieces.append(np.column_stack([*begin, rows[:, start:]]))
    return pieces


def _at_edges(
    before: FloatArray, after: FloatArray, shorter: float
) -> tuple[FloatArray, FloatArray]:
    """The same crossing at the edge that is left and at the one that is entered."""
    edge = float(np.copysign(pi, before[0]))
    share = (edge - before[0]) / shorter if shorter else 0.0
    leaving = before + share * (after - before)
    entering = leaving.copy()
    leaving[0], entering[0] = edge, -edge
    return leaving, entering


def _at_pole(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The pole above either end of the step; what comes along is taken at its middle."""
    leaving = (before + after) / 2.0
    leaving[1] = pi / 2.0 if before[1] > 0.0 else -pi / 2.0
    entering = leaving.copy()
    leaving[0], entering[0] = before[0], after[0]
    return leaving, entering
