"""Lambert's problem for many pairs of positions: the conic that joins them in a given time.

The iteration is that of `orbitsim.kernels.flight_time`.  Here are the geometry and the loops.  The
plane comes from a cross product without cancellation, so that transfers near half a turn keep their
digits.  Two steps end at rounding for nearly all problems; the rest are finished one by one in a
bracket.

The work goes through a tile that stays in the cache: a flat array of rows, `LANES` apart, so that
the compiler sees a constant distance between any two rows and needs no check for overlap.  It is
done in several short loops, because a processor can overlap the passes of a short loop but not
those of one that is a thousand instructions long.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orbitsim.errors import Status
from orbitsim.kernels.arrays import FloatArray, as_outputs
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.flight_time import (
    bend,
    flight_time,
    guess_direct,
    guess_fold,
    guess_turning,
    step,
    sums,
)
from orbitsim.kernels.mathfun import FASTMATH, fma, inline

Result = tuple[FloatArray, FloatArray, NDArray[np.uint8]]

_OK = int(Status.OK)
_NOT_FINITE = int(Status.NOT_FINITE)
_NOT_CONVERGED = int(Status.NOT_CONVERGED)
_NO_SOLUTION = int(Status.NO_SOLUTION)
_SINGULAR = int(Status.SINGULAR_GEOMETRY)

SMALLEST_SINE = 1e-10
"""Below this sine of the transfer angle the positions count as collinear: the plane is uncertain by
the positions' own rounding divided by the sine, here 2e-6 rad."""

LANES = 2048
_GROUP = 64  # counts are rounded up to this, so that no problem falls into a loop's scalar rest
_CONVERGED = 1e-4  # a fourth-order step this small, by the local scale, ends at rounding
_MOST_STEPS = 100
_EPSILON = 2.220446049250313e-16
_ROUNDING = 1.0 - 4.0 * _EPSILON  # the least time of flight carries that much
_SMALLEST_SIZE = 1e-290

(
    _X1, _Y1, _Z1, _X2, _Y2, _Z2, _TOF, _U1, _V1, _W1, _U2, _V2, _W2,
    _HX, _HY, _HZ, _H, _N1, _N2, _C, _S, _SINE, _GAIN,
    _LAM, _Q, _REST, _TARGET, _FOLD, _LEAST, _X,
) = range(0, 30 * LANES, LANES)  # fmt: skip
_ROWS = 30

_kernel = njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)


@inline
def _determinant(a, b, c, d):
    """a * b - c * d to two units of the last place, without cancellation (Kahan)."""
    product = c * d
    return fma(a, b, -product) + fma(-c, d, product)


@inline
def _problem(tile, i):
    """Scaled time of flight, lambda, 1 - lambda**2 and 1 - lambda."""
    return tile[_TARGET + i], tile[_LAM + i], tile[_Q + i], tile[_REST + i]


@_kernel
def _prepare(tile, count, mu, by_pole, reverse):
    """Geometry and the scaled time of flight."""
    for i in range(count):
        x1, y1, z1 = tile[_X1 + i], tile[_Y1 + i], tile[_Z1 + i]
        x2, y2, z2 = tile[_X2 + i], tile[_Y2 + i], tile[_Z2 + i]
        hx = _determinant(y1, z2, z1, y2)
        hy = _determinant(z1, x2, x1, z2)
        hz = _determinant(x1, y2, y1, x2)
        h = np.sqrt(hx * hx + hy * hy + hz * hz)
        n1 = np.sqrt(x1 * x1 + y1 * y1 + z1 * z1)
        n2 = np.sqrt(x2 * x2 + y2 * y2 + z2 * z2)
        dx, dy, dz = x2 - x1, y2 - y1, z2 - z1
        c = np.sqrt(dx * dx + dy * dy + dz * dz)
        s = 0.5 * (n1 + n2 + c)
        # sqrt(r1 r2) times cosine and sine of half the angle: the greater of them from the scalar
        # product, the smaller from the vector product.
        dot = x1 * x2 + y1 * y2 + z1 * z2
        greater = np.sqrt(0.5 * (n1 * n2 + abs(dot)))
        smaller = 0.5 * h / greater
        cosine = greater if dot >= 0.0 else smaller
        sine = smaller if dot >= 0.0 else greater
        upward = -1.0 if by_pole and hz < 0.0 else 1.0
        way = -upward if reverse else upward
        lam = way * cosine / s
        q = c / s
        tile[_HX + i] = hx * way
        tile[_HY + i] = hy * way
        tile[_HZ + i] = hz * way
        tile[_H + i] = h
        tile[_N1 + i] = n1
        tile[_N2 + i] = n2
        tile[_C + i] = c
        tile[_S + i] = s
        tile[_SINE + i] = sine
        # r2 - r1 from the difference of squares, exact for neighbouring positions too.
        tile[_GAIN + i] = (dx * (x1 + x2) + dy * (y1 + y2) + dz * (z1 + z2)) / (n1 + n2)
        tile[_LAM + i] = lam
        tile[_Q + i] = q
        tile[_REST + i] = q / (1.0 + lam) if lam > 0.0 else 1.0 - lam
        tile[_TARGET + i] = tile[_TOF + i] * np.sqrt(2.0 * mu / s) / s


@_kernel
def _start_direct(tile, count):
    """First guess for less than one revolution, where every positive time has its solution."""
    for i in range(count):
        target, lam, q, rest = _problem(tile, i)
        tile[_X + i] = guess_direct(target, lam, q, rest)
        tile[_FOLD + i] = np.inf
        tile[_LEAST + i] = 0.0


@_kernel
def _start_turning(tile, count, turns, side):
    """The least time of flight (two steps of Halley's method), then a first guess beside it."""
    for i in range(count):
        _, lam, q, _ = _problem(tile, i)
        tile[_FOLD + i] = guess_fold(lam, q, turns)
    for _ in range(2):
        for i in range(count):
            _, lam, q, rest = _problem(tile, i)
            x = tile[_FOLD + i]
            _, f1, f2, f3, _ = flight_time(x, lam, q, rest, turns)
            tile[_FOLD + i] = x - f1 * f2 / (f2 * f2 - 0.5 * f1 * f3)
    for i in range(count):
        target, lam, q, rest = _problem(tile, i)
        fold = tile[_FOLD + i]
        t, f1, f2, f3, _ = flight_time(fold, lam, q, rest, turns)
        # The least time itself is off by the square of this.
        least = t if abs(f1) < 1e-9 * f2 else np.nan
        tile[_LEAST + i] = least * _ROUNDING
        tile[_X + i] = guess_turning(target, least, f2, f3, fold, side)


@_kernel
def _refine(tile, status, count, turns, side):
    """Two steps and the verdict."""
    for i in range(count):
        target, lam, q, rest = _problem(tile, i)
        x, _ = step(tile[_X + i], target, lam, q, rest, turns)
        tile[_X + i] = x
    for i in range(count):
        target, lam, q, rest = _problem(tile, i)
        before, fold, h = tile[_X + i], tile[_FOLD + i], tile[_H + i]
        x, y = step(before, target, lam, q, rest, turns)
        tile[_X + i] = x
        limit = _CONVERGED * bend(before, y, fold, turns)
        settled = abs(x - before) <= limit and side * (x - fold) > 0.0
        code = _OK if settled else _NOT_CONVERGED
        code = _NO_SOLUTION if target <= tile[_LEAST + i] else code
        n12 = tile[_N1 + i] * tile[_N2 + i]
        # This product is divided by later; NaN and infinity of any input arrive here.
        size = n12 * n12 * (tile[_C + i] * h)
        code = code if h > SMALLEST_SINE * n12 and size > _SMALLEST_SIZE else _SINGULAR
        code = code if size < np.inf and abs(target) < np.inf else _NOT_FINITE
        status[i] = code


@_kernel
def _rescue(tile, status, count, turns, side):
    """The problems that two steps left open, one by one."""
    for i in range(count):
        if status[i] == _NOT_CONVERGED:
            target, lam, q, rest = _problem(tile, i)
            low, high, x, fold = -1.0, np.inf, tile[_X + i], np.inf
            if turns > 0.0:
                fold, least = _find_fold(lam, q, rest, turns)
                low, high = (fold, 1.0) if side > 0.0 else (-1.0, fold)
                if target <= least * _ROUNDING:
                    status[i] = _NO_SOLUTION
                    continue
            x, found = _bracketed(x, low, high, fold, target, lam, q, rest, turns, side)
            tile[_X + i] = x
            if found:
                status[i] = _OK


@_kernel
def _find_fold(lam, q, rest, turns):
    """x and T at the least time of flight; it lies between 0 and 1."""
    low, high, x = 0.0, 1.0, guess_fold(lam, q, turns)
    t = np.nan
    for _ in range(_MOST_STEPS):
        t, f1, f2, f3, _ = flight_time(x, lam, q, rest, turns)
        if f1 < 0.0:
            low = x
        else:
            high = x
        after = x - f1 * f2 / (f2 * f2 - 0.5 * f1 * f3)
        if not low < after < high:
            after = 0.5 * (low + high)
        if abs(after - x) <= 1e-9 * x:
            break
        x = after
    return x, t


@_kernel
def _bracketed(x, low, high, fold, target, lam, q, rest, turns, side):
    """x between `low` and `high`, where side * (T - target) rises from negative to positive."""
    for k in range(_MOST_STEPS):
        if not low < x < high:
            x = 0.5 * (low + high) if high < np.inf else 2.0 * low + 3.0
        t, _, _, _, _ = flight_time(x, lam, q, rest, turns)
        if side * (t - target) < 0.0:
            low = x
        else:
            high = x
        after, y = step(x, target, lam, q, rest, turns)
        narrow = high - low <= 4.0 * _EPSILON * max(abs(low), abs(high))
        if narrow or abs(after - x) <= _CONVERGED * bend(x, y, fold, turns):
            return (after if low < after < high else x), True
        # Steps that wander inside the bracket give way to halving.
        x = after if k < 20 else np.nan
    return x, False


@_kernel
def _finish(tile, status, count, mu):
    """Both velocities: radial and transverse components (Izzo 2015, algorithm 1) on their axes."""
    for i in range(count):
        x1, y1, z1 = tile[_X1 + i], tile[_Y1 + i], tile[_Z1 + i]
        x2, y2, z2 = tile[_X2 + i], tile[_Y2 + i], tile[_Z2 + i]
        hx, hy, hz, h = tile[_HX + i], tile[_HY + i], tile[_HZ + i], tile[_H + i]
        n1, n2, c = tile[_N1 + i], tile[_N2 + i], tile[_C + i]
        _, _, plus, _, a, b = sums(tile[_X + i], tile[_LAM + i], tile[_Q + i])
        n11, n22, ch = n1 * n1, n2 * n2, c * h
        speed = np.sqrt(0.5 * mu * tile[_S + i]) / (n11 * n22 * ch)
        speed = speed if status[i] == _OK else np.nan
        transverse = 2.0 * speed * tile[_SINE + i] * plus
        radial, tilt = speed * ch * b, speed * h * tile[_GAIN + i] * a
        along, across = (radial + tilt) * n22, transverse * n22
        tile[_U1 + i] = along * x1 + across * (hy * z1 - hz * y1)
        tile[_V1 + i] = along * y1 + across * (hz * x1 - hx * z1)
        tile[_W1 + i] = along * z1 + across * (hx * y1 - hy * x1)
        along, across = (tilt - radial) * n11, transverse * n11
        tile[_U2 + i] = along * x2 + across * (hy * z2 - hz * y2)
        tile[_V2 + i] = along * y2 + across * (hz * x2 - hx * z2)
        tile[_W2 + i] = along * z2 + across * (hx * y2 - hy * x2)


@_kernel
def _solve_tile(tile, status, count, mu, turns, side, by_pole, reverse):
    """Solve the first `count` problems of a tile."""
    _prepare(tile, count, mu, by_pole, reverse)
    if turns > 0.0:
        _start_turning(tile, count, turns, side)
    else:
        _start_direct(tile, count)
    _refine(tile, status, count, turns, side)
    _rescue(tile, status, count, turns, side)
    _finish(tile, status, count, mu)


def lambert_grid(
    r1: Any,
    r2: Any,
    tof: Any,
    mu: float,
    *,
    revolutions: int = 0,
    low_path: bool = True,
    by_pole: bool = True,
    reverse: bool = False,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> Result:
    """Solve Lambert's problem for every element of arrays that broadcast against each other.

    Beside the result it needs one tile, half a megabyte, for each thread: inputs of any layout are
    copied tile by tile, and a grid of departures times arrivals is never written out.  Results do
    not depend on the threads nor on the neighbours in the array, to the last bit.

    Parameters
    ----------
    r1, r2 : array_like, shape (3, ...)
        Positions (m), component first.
    tof : array_like, shape (...)
        Time of flight (s).
    mu : float
        Gravitational parameter, m3/s2.
    revolutions : int
        Complete revolutions before arrival.
    low_path : bool
        Which of the two solutions with revolutions: that of the greater x, or the other.
    by_pole, reverse : bool
        Neither: the short way.  `by_pole`: the way whose angular momentum has z >= 0.  `reverse`:
        the opposite way.
    out : pair of ndarray, optional
        v1 and v2 to write into; C-contiguous float64, shaped as returned.
    threads : int, optional
        At most this many threads.

    Returns
    -------
    v1, v2 : ndarray, shape (3, ...)
        Velocities (m/s), NaN where the status is not 0.
    status : ndarray of uint8, shape (...)
        Codes of `orbitsim.errors.Status`.
    """
    r1, r2, tof = np.asarray(r1), np.asarray(r2), np.asarray(tof)
    shape = np.broadcast_shapes(r1.shape[1:], r2.shape[1:], tof.shape)
    r1, r2 = _aligned(r1, shape), _aligned(r2, shape)
    tof = np.broadcast_to(tof, shape)
    v1, v2 = as_outputs(out, (3, *shape))
    status = np.empty(shape, np.uint8)
    turns = math.pi * revolutions
    side = 1.0 if revolutions > 0 and low_path else -1.0
    pieces = list(_pieces(shape, LANES))
    spare: list[FloatArray] = []

    def task(start: int, stop: int) -> None:
        tile = spare.pop() if spare else np.empty((_ROWS, LANES))
        for piece in pieces[start:stop]:
            part = status[piece]
            padded = -(-part.size // _GROUP) * _GROUP
            inside = tile[:, : part.size].reshape(_ROWS, *part.shape)
            vector = (slice(None), *piece)
            inside[0:3] = r1[vector]
            inside[3:6] = r2[vector]
            inside[6] = tof[piece]
            tile[0:7, part.size : padded] = 1.0
            codes = np.empty(padded, np.uint8)
            _solve_tile(tile.reshape(-1), codes, padded, mu, turns, side, by_pole, reverse)
            v1[vector] = inside[7:10]
            v2[vector] = inside[10:13]
            status[piece] = codes[: part.size].reshape(part.shape)
        spare.append(tile)

    run_blocks(task, len(pieces), 1, threads=threads)
    return v1, v2, status


def _aligned(r: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """`r`, component first, broadcast to (3, *shape)."""
    missing = (1,) * (len(shape) - r.ndim + 1)
    return np.broadcast_to(r.reshape(3, *missing, *r.shape[1:]), (3, *shape))


def _pieces(shape: tuple[int, ...], most: int) -> Iterator[tuple[int | slice, ...]]:
    """Indices that cut an array of `shape` into pieces of at most `most` elements."""
    size, axis = 1, len(shape)
    while axis > 0 and size * shape[axis - 1] <= most:
        axis -= 1
        size *= shape[axis]
    if size == 0:
        return
    if axis == 0:
        yield tuple(slice(None) for _ in shape)
        return
    length = most // size
    for outer in np.ndindex(*shape[: axis - 1]):
        for start in range(0, shape[axis - 1], length):
            yield *outer, slice(start, start + length)
