"""SGP4 for satellites x times: near-Earth ones in vector code, deep-space ones by the package.

Theory, constants and error codes are those of the `sgp4` package.  How the kernel is laid out:

- Lanes are the times of one satellite, whose constants are then scalars; with a few times only,
  lanes are satellites at one time.
- A block of lanes goes through six short loops, and the values between them stay in a scratch array
  that fits the first-level cache.  One long loop would be bound by the latency of its chain of
  sines, because the processor sees too few of its turns at once.
- Kepler's equation is iterated as the package does it, down to the sine and cosine from before the
  last correction, so that even what is left of its error is the same.  Sine and cosine are turned
  by each correction, not computed anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from orbitsim.errors import Status
from orbitsim.kernels.arrays import FloatArray, as_input, as_outputs
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.mathfun import FASTMATH, sincos
from orbitsim.kernels.sgp4_constants import TILE, Constants, PackedRecords, pack
from orbitsim.kernels.sgp4_lane import (
    angles,
    equinoctial,
    inline_step,
    kepler,
    short_period,
    state,
)

if TYPE_CHECKING:
    from sgp4.api import Satrec

__all__ = ["PackedRecords", "pack", "sgp4_grid"]

StatusArray = NDArray[np.uint8]

_LANES = 256
"""Lanes in a block; ten slots of them are 21 kB."""

_WHOLE = 16
"""Blocks are filled up to a multiple of this, lest left-over lanes go through the scalar code
behind a vector loop, which is slow and may round differently."""

_FEW_TIMES = 16
"""With fewer times than this, lanes are satellites."""

_TASK_STATES = 16384
"""States in a task for the thread pool: some 0.2 ms."""

_PACKAGE_TIMES = 8192
"""Times in one call of the package, which bounds what that allocates."""

_KEPLER_CORRECTIONS = 9
"""The package makes ten and keeps the sine and cosine from before the last."""

# Slots of the scratch array, each for one quantity after another.  They lie apart by no power of
# two, lest they compete for the same cache lines.
_SLOT = _LANES + 8
_SLOTS = 10
_TIME, _CODE, _COS_ANOMALY = 0, _SLOT, 2 * _SLOT
_LATITUDE, _SIN_ANOMALY, _SIN_PERIGEE, _COS_PERIGEE = (slot * _SLOT for slot in range(2, 6))
_ROOT, _INVERSE_ROOT, _AX, _AY, _SIN_E, _COS_E, _SHIFT = (slot * _SLOT for slot in range(2, 9))
_RADIUS, _RADIAL, _TRANSVERSE, _NODE = (slot * _SLOT for slot in range(2, 6))
_SIN_U, _COS_U, _TURN, _TILT = (slot * _SLOT for slot in range(6, 10))
_X, _Y, _Z, _VX, _VY, _VZ = (slot * _SLOT for slot in range(2, 8))


@inline_step
def _constants(tile, place):
    """Constants of the satellite at a place of a flat tile."""
    a, i, n = tile, place, TILE
    return Constants(
        a[i], a[i + n], a[i + 2 * n], a[i + 3 * n], a[i + 4 * n],
        a[i + 5 * n], a[i + 6 * n], a[i + 7 * n], a[i + 8 * n], a[i + 9 * n],
        a[i + 10 * n], a[i + 11 * n], a[i + 12 * n], a[i + 13 * n], a[i + 14 * n],
        a[i + 15 * n], a[i + 16 * n], a[i + 17 * n], a[i + 18 * n], a[i + 19 * n],
        a[i + 20 * n], a[i + 21 * n], a[i + 22 * n], a[i + 23 * n], a[i + 24 * n],
        a[i + 25 * n], a[i + 26 * n], a[i + 27 * n], a[i + 28 * n], a[i + 29 * n],
        a[i + 30 * n], a[i + 31 * n], a[i + 32 * n], a[i + 33 * n], a[i + 34 * n],
        a[i + 35 * n], a[i + 36 * n], a[i + 37 * n], a[i + 38 * n], a[i + 39 * n],
    )  # fmt: skip


@inline_step
def _same(satellite, lane):
    """Constants of a lane where all lanes are of one satellite."""
    return satellite


@inline_step
def _block(w, lanes, constants_of, source):
    """Evaluate lanes whose times stand in the scratch array `w`; return how many failed.

    ``constants_of(source, lane)`` gives a lane's constants: `_same` or `_constants`.
    """
    for i in range(lanes):
        k = constants_of(source, i)
        _, w[_COS_ANOMALY + i] = sincos(k.mean_anomaly + k.mean_anomaly_rate * w[_TIME + i])
    for i in range(lanes):
        (
            w[_LATITUDE + i], w[_SIN_ANOMALY + i], w[_SIN_PERIGEE + i], w[_COS_PERIGEE + i],
        ) = angles(constants_of(source, i), w[_TIME + i], w[_COS_ANOMALY + i])  # fmt: skip
    for i in range(lanes):
        (
            w[_ROOT + i], w[_INVERSE_ROOT + i], w[_AX + i], w[_AY + i],
            w[_SIN_E + i], w[_COS_E + i], w[_CODE + i],
        ) = equinoctial(
            constants_of(source, i), w[_TIME + i], w[_LATITUDE + i],
            w[_SIN_ANOMALY + i], w[_SIN_PERIGEE + i], w[_COS_PERIGEE + i],
        )  # fmt: skip
        w[_SHIFT + i] = 0.0
    for _ in range(_KEPLER_CORRECTIONS):
        moving = 0
        for i in range(lanes):
            ax = w[_AX + i]
            ay = w[_AY + i]
            s, c, shift, step = kepler(ax, ay, w[_SIN_E + i], w[_COS_E + i], w[_SHIFT + i])
            w[_SIN_E + i] = s
            w[_COS_E + i] = c
            w[_SHIFT + i] = shift
            # The next step is at most e / (2 - 2 e) of the square of this one.  If that is below
            # the tolerance, it would be left out; so a block may end without effect on any lane.
            moving += 1 if abs(step) > (1.0e-6 if ax * ax + ay * ay < 0.4 else 0.0) else 0
        if moving == 0:
            break
    failed = 0
    for i in range(lanes):
        (
            w[_RADIUS + i], w[_RADIAL + i], w[_TRANSVERSE + i], w[_NODE + i],
            w[_SIN_U + i], w[_COS_U + i], w[_TURN + i], w[_TILT + i], code,
        ) = short_period(
            constants_of(source, i), w[_TIME + i], w[_ROOT + i], w[_INVERSE_ROOT + i],
            w[_AX + i], w[_AY + i], w[_SIN_E + i], w[_COS_E + i], w[_CODE + i],
        )  # fmt: skip
        w[_CODE + i] = code
        failed += 1 if code != 0.0 else 0
    for i in range(lanes):
        (
            w[_X + i], w[_Y + i], w[_Z + i], w[_VX + i], w[_VY + i], w[_VZ + i],
        ) = state(
            constants_of(source, i), w[_RADIUS + i], w[_RADIAL + i], w[_TRANSVERSE + i],
            w[_NODE + i], w[_SIN_U + i], w[_COS_U + i], w[_TURN + i], w[_TILT + i],
        )  # fmt: skip
    return failed


@inline_step
def _copy(w, slot, target):
    for i in range(target.size):
        target[i] = w[slot + i]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def _along_times(constants, rows, minutes, offset, r, v, status, start, stop):
    """Blocks `start` to `stop` of the grid, cut along the times of each satellite."""
    times = r.shape[2]
    blocks = (times + _LANES - 1) // _LANES
    w = np.zeros(_SLOTS * _SLOT)
    for item in range(start, stop):
        j = item // blocks
        row = rows[j]
        first = item % blocks * _LANES
        last = min(first + _LANES, times)
        t = minutes[row if minutes.shape[0] > 1 else 0, first:last]
        for i in range(t.size):
            w[_TIME + i] = t[i] + offset[row]
        lanes = (t.size + _WHOLE - 1) // _WHOLE * _WHOLE
        for i in range(t.size, lanes):
            w[_TIME + i] = 0.0
        satellite = _constants(constants[j // TILE].reshape(-1), j % TILE)
        failed = _block(w, lanes, _same, satellite)
        _copy(w, _X, r[0, row, first:last])
        _copy(w, _Y, r[1, row, first:last])
        _copy(w, _Z, r[2, row, first:last])
        _copy(w, _VX, v[0, row, first:last])
        _copy(w, _VY, v[1, row, first:last])
        _copy(w, _VZ, v[2, row, first:last])
        codes = status[row, first:last]
        if failed == 0:
            codes[:] = 0
        else:
            for i in range(codes.size):
                codes[i] = np.uint8(w[_CODE + i])


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def _along_satellites(constants, rows, minutes, offset, r, v, status, start, stop):
    """Tiles `start` to `stop` of satellites at all times, cut along the satellites."""
    w = np.zeros(_SLOTS * _SLOT)
    for tile in range(start, stop):
        here = rows[tile * TILE : (tile + 1) * TILE]
        lanes = (here.size + _WHOLE - 1) // _WHOLE * _WHOLE
        source = constants[tile].reshape(-1)
        for time in range(r.shape[2]):
            for i in range(here.size):
                row = here[i]
                w[_TIME + i] = minutes[row if minutes.shape[0] > 1 else 0, time] + offset[row]
            for i in range(here.size, lanes):
                w[_TIME + i] = 0.0
            _block(w, lanes, _constants, source)
            for i in range(here.size):
                row = here[i]
                r[0, row, time] = w[_X + i]
                r[1, row, time] = w[_Y + i]
                r[2, row, time] = w[_Z + i]
                v[0, row, time] = w[_VX + i]
                v[1, row, time] = w[_VY + i]
                v[2, row, time] = w[_VZ + i]
                status[row, time] = np.uint8(w[_CODE + i])


def sgp4_grid(
    packed: PackedRecords,
    minutes: ArrayLike,
    *,
    offset: ArrayLike | None = None,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, StatusArray]:
    """States of N satellites at T times by SGP4 and SDP4.

    Parameters
    ----------
    packed : PackedRecords
        From `pack`.
    minutes : array_like, shape (T,) or (N, T)
        Minutes after each satellite's epoch, the same for all or each its own.
    offset : array_like, shape (N,), optional
        Minutes that are added to those of each satellite: for times that are shared although the
        epochs differ.
    out : (r, v), optional
        Arrays to be filled and returned: float64, C-contiguous, (3, N, T).  Beside them and
        `status` only a few hundred kilobytes are allocated.
    threads : int, optional
        At most this many; `blocks.run_blocks` says what holds otherwise.

    Returns
    -------
    r, v : ndarray, shape (3, N, T)
        m and m/s, TEME of date.
    status : ndarray of uint8, shape (N, T)
        `orbitsim.Status`; codes 1 to 6 are the package's.  A failed state is NaN.

    Raises
    ------
    ValueError
        Shapes that do not fit, or an `out` that cannot be filled.

    Notes
    -----
    The angles lose digits as the time grows: 1e-13 rad after a week, here as in the package.  Where
    they exceed 1e15 rad no digit is left and the state is NOT_FINITE; the package returns a number.
    The package ends Kepler's iteration at a correction of 1e-12 rad; where rounding decides
    otherwise here, states differ by that, 0.007 mm in low orbits and 0.012 mm at the highest.
    """
    n = packed.size
    minutes = as_input(minutes)
    if minutes.ndim not in (1, 2) or (minutes.ndim == 2 and minutes.shape[0] != n):
        raise ValueError(f"minutes must have the shape (T,) or ({n}, T), got {minutes.shape}")
    minutes = minutes if minutes.ndim == 2 else minutes[np.newaxis]
    offset = as_input(np.zeros(n) if offset is None else offset)
    if offset.shape != (n,):
        raise ValueError(f"offset must have the shape ({n},), got {offset.shape}")
    times, near = minutes.shape[1], packed.rows.size
    r, v = as_outputs(out, (3, n, times))
    status = np.empty((n, times), dtype=np.uint8)
    arguments = (packed.constants, packed.rows, minutes, offset, r, v, status)

    def along_times(start: int, stop: int) -> None:
        _along_times(*arguments, start, stop)

    def along_satellites(start: int, stop: int) -> None:
        _along_satellites(*arguments, start, stop)

    if 0 < times < _FEW_TIMES < near:
        tiles = len(packed.constants)
        run_blocks(along_satellites, tiles, _TASK_STATES // (times * TILE), threads=threads)
    else:
        blocks = -(-times // _LANES)
        run_blocks(along_times, near * blocks, _TASK_STATES // _LANES, threads=threads)
    for row, record in packed.others:
        own = minutes[row if len(minutes) > 1 else 0]
        for first in range(0, times, _PACKAGE_TIMES):
            part = slice(first, first + _PACKAGE_TIMES)
            r[:, row, part], v[:, row, part], status[row, part] = _by_package(
                record, own[part] + offset[row]
            )
    return r, v, status


def _by_package(record: Satrec, minutes: FloatArray) -> tuple[FloatArray, FloatArray, StatusArray]:
    """States of one satellite at the times (T,), as `sgp4_grid` returns them."""
    finite = np.isfinite(minutes)
    days, rest = np.divmod(np.where(finite, minutes, 0.0), 1440.0)
    codes, r_km, v_km = record.sgp4_array(
        record.jdsatepoch + days, record.jdsatepochF + rest / 1440.0
    )
    whole = finite & np.isfinite(r_km).all(axis=1)
    unknown = ~finite | (~whole & (codes == 0))
    status = np.where(unknown, Status.NOT_FINITE, codes).astype(np.uint8)
    r, v = 1.0e3 * r_km.T, 1.0e3 * v_km.T
    r[:, status != 0] = np.nan
    v[:, status != 0] = np.nan
    return r, v, status
