"""Earth-fixed and geodetic coordinates of many states, each at its own instant.

The orientation of the Earth comes as a table of short polynomials on a uniform grid of atomic time
(`orbitsim.frames.orientation` makes it): for each piece of `PIECE_SECONDS`, in which w runs from 0
to 1, the celestial pole's coordinates X and Y and the rotation angle to second degree, the polar
motion to first.  The rotation from the inertial to the Earth-fixed frame is then

    R1(-y_p) R2(-x_p) R3(angle) M(X, Y)

(IERS Conventions 2010, eq. 5.1 to 5.10) where `angle` already contains the CIO and TIO locators.  A
frame whose pole is the intermediate one (TEME) has X = Y = 0.

States pass through a small scratch array in blocks of a fixed length, the last one filled up.  So
the compiler sees loops of known length over one piece of memory, makes vector code of them without
any check for overlap, and a state's result does not depend on the states beside it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.mathfun import FASTMATH, sincos
from orbitsim.kernels.orientation import (
    celestial,
    celestial_back,
    geodetic_of,
    piece_index,
    polar,
    polar_back,
    polynomials,
)

PIECE_SECONDS = 10_800.0
"""Length of a polynomial piece, s."""
PIECES_PER_DAY = 8

COEFFICIENTS = 13
"""Columns of the table: X, Y and angle (3 each), x_p and y_p (2 each), rising powers of w, rad."""

_N = 128
# Places of the quantities in the scratch array.
_PIECE, _W = 0, _N
_POLE_X, _POLE_Y, _ANGLE, _MOTION_X, _MOTION_Y = 2 * _N, 3 * _N, 4 * _N, 5 * _N, 6 * _N
_RX, _RY, _RZ, _VX, _VY, _VZ = 7 * _N, 8 * _N, 9 * _N, 10 * _N, 11 * _N, 12 * _N
_SCRATCH = 13 * _N

_MJD_ZERO = 2_400_000.5

_compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)


@_compiled
def _extent(a, b):
    """Least and greatest of ``a + b``, NaN left out; (inf, -inf) if there is nothing else."""
    low = np.full(_N, np.inf)
    high = np.full(_N, -np.inf)
    # A column each, because a minimum over a row is not made vector code when there may be a NaN.
    for start in range(0, a.size, _N):
        part_a, part_b = a[start : start + _N], b[start : start + _N]
        for k in range(part_a.size):
            total = part_a[k] + part_b[k]
            low[k] = total if total < low[k] else low[k]
            high[k] = total if total > high[k] else high[k]
    return low.min(), high.max()


@_compiled
def extent(jd1, jd2, t):
    """Least and greatest of the epochs ``jd1 + jd2`` and of the times `t`, NaN left out."""
    first, last = _extent(jd1, jd2)
    low, high = _extent(t, t)
    return first, last, 0.5 * low, 0.5 * high


@_compiled
def _epochs(jd1, jd2, offset, leap_days, day, second):
    """Day and second of atomic time of epochs, into `day` and `second`.

    `offset` is atomic time less the epochs' scale (s) before the first of `leap_days` (MJD), from
    the start of each of which it is a second more; the day before has 86 401 seconds.
    """
    for k in range(day.size):
        day[k] = np.floor((jd1[k] - _MJD_ZERO) + jd2[k])
        second[k] = offset
    # Whole seconds add up without rounding, so that it does not matter how many come from here.
    for leap in leap_days:
        for k in range(day.size):
            part = ((jd1[k] - _MJD_ZERO) - day[k]) + jd2[k]
            before = part if day[k] == leap - 1.0 else 0.0
            second[k] += 1.0 if day[k] >= leap else before
    for k in range(day.size):
        second[k] += (((jd1[k] - _MJD_ZERO) - day[k]) + jd2[k]) * 86_400.0


@_compiled
def _split(seconds, more, piece, w):
    """Add to `piece` the whole pieces in ``seconds + more``, and put the rest into `w`."""
    for k in range(piece.size):
        total = seconds[k] + more
        number = np.floor(total * (1.0 / PIECE_SECONDS))
        w[k] = (total - number * PIECE_SECONDS) * (1.0 / PIECE_SECONDS)
        piece[k] += number


@_compiled
def _instants(clock, first_piece, start, count, work):
    """Piece of the table and place in it of instants start .. start + count - 1.

    The instants are all sums of an epoch and one of the times `t`, times running fastest, over and
    over as long as there are states.
    """
    jd1, jd2, offset, leap_days, t = clock
    i = 0
    while i < count:
        first = (start + i) % t.size
        epoch = (start + i) // t.size % jd1.size
        run = min(count - i, t.size - first if t.size > 1 else jd1.size - epoch)
        epochs = run if t.size == 1 else 1
        piece, w = work[_PIECE + i : _PIECE + i + run], work[_W + i : _W + i + run]
        _epochs(
            jd1[epoch : epoch + epochs],
            jd2[epoch : epoch + epochs],
            offset,
            leap_days,
            piece[:epochs],
            w[:epochs],
        )
        if t.size == 1:
            for k in range(run):
                piece[k] = piece[k] * PIECES_PER_DAY - first_piece
            _split(w, t[0], piece, w)
            if jd1.size == 1:
                # One instant for all.
                work[_PIECE : _PIECE + count] = piece[0]
                work[_W : _W + count] = w[0]
                return
        else:
            second = w[0]
            piece[:] = piece[0] * PIECES_PER_DAY - first_piece
            _split(t[first : first + run], second, piece, w)
        i += run


@_compiled
def _scattered(table, count, work):
    """`_orientation` for instants that hop from piece to piece."""
    for k in range(count):
        row = table[piece_index(table, work[_PIECE + k])]
        px, py, angle, mx, my = polynomials(row, work[_W + k])
        work[_POLE_X + k] = px
        work[_POLE_Y + k] = py
        work[_ANGLE + k] = angle
        work[_MOTION_X + k] = mx
        work[_MOTION_Y + k] = my


@_compiled
def _orientation(table, count, work):
    """Evaluate the table: pole, angle and polar motion of each instant."""
    changes = 0
    for k in range(count - 1):
        changes += work[_PIECE + k] != work[_PIECE + k + 1]
    if changes > count // 16:
        _scattered(table, count, work)
        return
    i = 0
    while i < count:
        j = i + 1
        while j < count and work[_PIECE + j] == work[_PIECE + i]:
            j += 1
        row = table[piece_index(table, work[_PIECE + i])]
        coefficients = (
            row[0], row[1], row[2], row[3], row[4], row[5], row[6],
            row[7], row[8], row[9], row[10], row[11], row[12],
        )  # fmt: skip
        w = work[_W + i : _W + j]
        poles_x, poles_y = work[_POLE_X + i : _POLE_X + j], work[_POLE_Y + i : _POLE_Y + j]
        angles = work[_ANGLE + i : _ANGLE + j]
        motions_x = work[_MOTION_X + i : _MOTION_X + j]
        motions_y = work[_MOTION_Y + i : _MOTION_Y + j]
        for k in range(w.size):
            px, py, angle, mx, my = polynomials(coefficients, w[k])
            poles_x[k] = px
            poles_y[k] = py
            angles[k] = angle
            motions_x[k] = mx
            motions_y[k] = my
        i = j


@_compiled
def _load(source, start, count, work, place):
    for c in range(3):
        row = place + c * _N
        work[row : row + count] = source[c, start : start + count]


@_compiled
def _store(target, start, count, work, place):
    for c in range(3):
        row = place + c * _N
        target[c, start : start + count] = work[row : row + count]


@_compiled
def _geodetic_block(work, radius, flattening):
    for k in range(_N):
        latitude, longitude, height = geodetic_of(
            work[_RX + k], work[_RY + k], work[_RZ + k], radius, flattening
        )
        work[_RX + k] = latitude
        work[_RY + k] = longitude
        work[_RZ + k] = height


@_compiled
def _fix_block(work):
    for k in range(_N):
        s, c = sincos(work[_ANGLE + k])
        x, y, z = celestial(
            work[_POLE_X + k], work[_POLE_Y + k], s, c, work[_RX + k], work[_RY + k], work[_RZ + k]
        )
        x, y, z = polar(work[_MOTION_X + k], work[_MOTION_Y + k], x, y, z)
        work[_RX + k] = x
        work[_RY + k] = y
        work[_RZ + k] = z


@_compiled
def _fix_states_block(work, spin):
    for k in range(_N):
        s, c = sincos(work[_ANGLE + k])
        px, py, mx, my = (
            work[_POLE_X + k],
            work[_POLE_Y + k],
            work[_MOTION_X + k],
            work[_MOTION_Y + k],
        )
        x, y, z = celestial(px, py, s, c, work[_RX + k], work[_RY + k], work[_RZ + k])
        u, v, w = celestial(px, py, s, c, work[_VX + k], work[_VY + k], work[_VZ + k])
        u, v = u + spin * y, v - spin * x
        x, y, z = polar(mx, my, x, y, z)
        u, v, w = polar(mx, my, u, v, w)
        work[_RX + k] = x
        work[_RY + k] = y
        work[_RZ + k] = z
        work[_VX + k] = u
        work[_VY + k] = v
        work[_VZ + k] = w


@_compiled
def _free_block(work):
    for k in range(_N):
        s, c = sincos(work[_ANGLE + k])
        x, y, z = polar_back(
            work[_MOTION_X + k], work[_MOTION_Y + k], work[_RX + k], work[_RY + k], work[_RZ + k]
        )
        x, y, z = celestial_back(work[_POLE_X + k], work[_POLE_Y + k], s, c, x, y, z)
        work[_RX + k] = x
        work[_RY + k] = y
        work[_RZ + k] = z


@_compiled
def _free_states_block(work, spin):
    for k in range(_N):
        s, c = sincos(work[_ANGLE + k])
        px, py, mx, my = (
            work[_POLE_X + k],
            work[_POLE_Y + k],
            work[_MOTION_X + k],
            work[_MOTION_Y + k],
        )
        x, y, z = polar_back(mx, my, work[_RX + k], work[_RY + k], work[_RZ + k])
        u, v, w = polar_back(mx, my, work[_VX + k], work[_VY + k], work[_VZ + k])
        u, v = u - spin * y, v + spin * x
        x, y, z = celestial_back(px, py, s, c, x, y, z)
        u, v, w = celestial_back(px, py, s, c, u, v, w)
        work[_RX + k] = x
        work[_RY + k] = y
        work[_RZ + k] = z
        work[_VX + k] = u
        work[_VY + k] = v
        work[_VZ + k] = w


@_compiled
def to_earth_fixed(clock, table, first_piece, r, v, spin, out_v, out_r, start, stop):
    """States from the table's inertial frame to its Earth-fixed one.

    Parameters
    ----------
    clock : tuple
        jd1, jd2 (E,), offset (s), leap_days (MJD), t (T,) (s); instant i of the states is that of
        epoch ``i // T % E`` and time ``i % T``; see `_epochs`.
    table : ndarray, shape (pieces, COEFFICIENTS)
        Orientation of the Earth, see above.
    first_piece : float
        Number of the table's first piece, counted from MJD 0 of atomic time.
    r, v, out_v, out_r : ndarray, shape (3, N)
        v of the shape (3, 0) if positions alone are wanted.
    spin : float
        Rate (rad/s) at which the target frame turns about the intermediate pole.
    start, stop : int
        The states to do.
    """
    work = np.zeros(_SCRATCH)
    for first in range(start, stop, _N):
        count = min(_N, stop - first)
        _instants(clock, first_piece, first, count, work)
        _orientation(table, count, work)
        _load(r, first, count, work, _RX)
        if v.shape[1] == 0:
            _fix_block(work)
        else:
            _load(v, first, count, work, _VX)
            _fix_states_block(work, spin)
            _store(out_v, first, count, work, _VX)
        _store(out_r, first, count, work, _RX)


@_compiled
def from_earth_fixed(clock, table, first_piece, r, v, spin, out_v, out_r, start, stop):
    """The inverse of `to_earth_fixed`."""
    work = np.zeros(_SCRATCH)
    for first in range(start, stop, _N):
        count = min(_N, stop - first)
        _instants(clock, first_piece, first, count, work)
        _orientation(table, count, work)
        _load(r, first, count, work, _RX)
        if v.shape[1] == 0:
            _free_block(work)
        else:
            _load(v, first, count, work, _VX)
            _free_states_block(work, spin)
            _store(out_v, first, count, work, _VX)
        _store(out_r, first, count, work, _RX)


@_compiled
def inertial_to_geodetic(clock, table, first_piece, r, radius, flattening, out, start, stop):
    """Latitude, longitude (rad), height (m) in the rows of `out` (3, N); see `to_earth_fixed`."""
    work = np.zeros(_SCRATCH)
    for first in range(start, stop, _N):
        count = min(_N, stop - first)
        _instants(clock, first_piece, first, count, work)
        _orientation(table, count, work)
        _load(r, first, count, work, _RX)
        _fix_block(work)
        _geodetic_block(work, radius, flattening)
        _store(out, first, count, work, _RX)


@_compiled
def geodetic(r, radius, flattening, out, start, stop):
    """Latitude, longitude (rad) and height (m) of Earth-fixed positions (3, N)."""
    work = np.zeros(_SCRATCH)
    for first in range(start, stop, _N):
        count = min(_N, stop - first)
        _load(r, first, count, work, _RX)
        _geodetic_block(work, radius, flattening)
        _store(out, first, count, work, _RX)


@_compiled
def cartesian(latitude, longitude, height, radius, flattening, out, start, stop):
    """Earth-fixed positions (3, N) of geodetic coordinates (N,)."""
    e2 = flattening * (2.0 - flattening)
    work = np.zeros(_SCRATCH)
    for first in range(start, stop, _N):
        count = min(_N, stop - first)
        for k in range(count):
            work[_RX + k] = latitude[first + k]
            work[_RY + k] = longitude[first + k]
            work[_RZ + k] = height[first + k]
        for k in range(_N):
            s, c = sincos(work[_RX + k])
            east, towards = sincos(work[_RY + k])
            h = work[_RZ + k]
            normal = radius / np.sqrt(1.0 - e2 * s * s)
            p = (normal + h) * c
            work[_RX + k] = p * towards
            work[_RY + k] = p * east
            work[_RZ + k] = (normal * (1.0 - e2) + h) * s
        _store(out, first, count, work, _RX)
