"""Mean orbits that drift under J2: secular rates, and states on a grid of orbits and times.

First order in J2 (Brouwer 1959; Vallado 2013, eq. 9-37 to 9-41): node, perigee and mean anomaly
turn uniformly, the other elements stay.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import Status
from orbitsim.kernels.anomaly import (
    LONGEST,
    compiled_and_cached,
    elliptic_finish,
    elliptic_start,
    within_turn,
    wrap_once,
)
from orbitsim.kernels.arrays import (
    FloatArray,
    as_columns,
    as_durations,
    as_outputs,
    as_positive,
)
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.mathfun import inline, sincos
from orbitsim.kernels.prefetch import expect_writes

StatusArray = NDArray[np.uint8]

_STRIP = 64  # times that a loop takes at once; what lies between loops stays in the cache
_SHORT_TURN = 0.02  # rad, for which the series in `_slow_turn` end at rounding
_BLOCK = 8192
_LONGEST_ROW = 4096
_OK = int(Status.OK)
_NOT_FINITE = int(Status.NOT_FINITE)
_NOT_ELLIPTIC = int(Status.NOT_ELLIPTIC)


def j2_secular_rates(
    a: Any, e: Any, i: Any, mu: float, radius: float, j2: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rates of node, perigee and mean anomaly, first order in J2 (Vallado 2013, eq. 9-37 to 9-41).

    Parameters
    ----------
    a, e, i : array_like
        Mean semi-major axis (m), eccentricity, inclination (rad); broadcast against each other.
    mu, radius, j2 : float
        m3/s2, m, and the unnormalised coefficient.

    Returns
    -------
    raan_rate, argp_rate, mean_anomaly_rate : ndarray
        rad/s; the last one includes the mean motion.  NaN where the orbit is not an ellipse.

    Examples
    --------
    A sun-synchronous orbit follows the Sun by 0.9856 deg a day:

    >>> rate, _, _ = j2_secular_rates(7178e3, 0.0, np.radians(98.6), 3.986e14, 6378e3, 1.0826e-3)
    >>> round(float(np.degrees(rate) * 86400.0), 2)
    0.99
    """
    a, e, i = (np.asarray(x, dtype=np.float64) for x in (a, e, i))
    with np.errstate(all="ignore"):
        ellipse = (a > 0.0) & (e >= 0.0) & (e < 1.0)
        a, e = np.where(ellipse, a, np.nan), np.where(ellipse, e, np.nan)
        beta2 = (1.0 - e) * (1.0 + e)
        motion = np.sqrt(mu / a) / a
        turn = 1.5 * j2 * (radius / (a * beta2)) ** 2 * motion
        sine2, cosine = np.sin(i) ** 2, np.cos(i)
        raan_rate = -turn * cosine
        argp_rate = turn * (2.0 - 2.5 * sine2)
        anomaly_rate = motion + turn * np.sqrt(beta2) * (1.0 - 1.5 * sine2)
    return raan_rate, argp_rate, anomaly_rate


def j2_secular_grid(
    elements: Any,
    dt: Any,
    mu: float,
    radius: float,
    j2: float,
    *,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, StatusArray]:
    """States of N mean orbits drifting under J2, T durations after the elements' epoch.

    The state is that of the drifted mean elements, without short-period terms; the velocity is the
    one that goes with the ellipse, not with the ellipse's own drift.

    Parameters
    ----------
    elements : array_like, shape (6, N)
        Mean a (m), e, i, right ascension of the node, argument of perigee, mean anomaly (rad).
    dt : array_like, shape (T,) or (N, T)
        Durations, s, of either sign; one row for all orbits or one row for each.
    mu, radius, j2 : float
        m3/s2, m, and the unnormalised coefficient.
    out : pair of ndarray, shape (3, N, T), optional
        Where to put positions and velocities; C-contiguous float64.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    r, v : ndarray, shape (3, N, T)
        m and m/s, in the frame whose third axis is the pole.
    status : ndarray of uint8, shape (N,)
        NOT_FINITE or NOT_ELLIPTIC where an orbit's states are NaN.  A duration that is not finite,
        or longer than 1e12 rad of mean motion, gives a NaN state in its place and no status.
    """
    mu, radius, j2 = as_positive(mu, "mu"), as_positive(radius, "radius"), float(j2)
    elements = as_columns(elements, 6, "elements")
    n = elements.shape[1]
    rows = as_durations(dt, n)
    instants = rows.shape[1]
    r_out, v_out = as_outputs(out, (3, n, instants))
    status = np.zeros(n, dtype=np.uint8)
    if n * instants == 0:
        return r_out, v_out, status
    r, v = r_out.reshape(3, -1), v_out.reshape(3, -1)
    rates = np.stack(j2_secular_rates(elements[0], elements[1], elements[2], mu, radius, j2))
    parts = -(-instants // _LONGEST_ROW)
    run_blocks(
        lambda start, stop: _drift(elements, rates, rows, mu, r, v, status, parts, start, stop),
        n * parts,
        max(1, _BLOCK // min(instants, _LONGEST_ROW)),
        threads=threads,
    )
    return r_out, v_out, status


@inline
def _slow_turn(angle, rate, times, middle, near, sines, cosines, n):
    """Sine and cosine of angle + rate * times, by a short series if all times are `near`."""
    if near:
        sine, cosine = sincos(angle + rate * middle)
        for k in range(n):
            d = rate * (times[k] - middle)
            z = d * d
            s = d * (1.0 - z * (0.16666666666666666 - z * 0.008333333333333333))
            c = z * (0.5 - z * (0.041666666666666664 - z * 0.001388888888888889))
            sines[k] = sine + (cosine * s - sine * c)
            cosines[k] = cosine - (sine * s + cosine * c)
    else:
        for k in range(n):
            sines[k], cosines[k] = sincos(angle + rate * times[k])


@compiled_and_cached
def _drift(elements, rates, dt, mu, r, v, status, parts, start, stop):
    """Parts `start` to `stop` of the orbits' rows, each cut into `parts`; times in lanes."""
    instants = dt.shape[1]
    length = -(-instants // parts)
    per_orbit = 1 if dt.shape[0] > 1 else 0
    work = np.empty((9, _STRIP))
    for piece in range(start, stop):
        orbit = piece // parts
        first = (piece - orbit * parts) * length
        last = min(first + length, instants)
        base = orbit * instants
        a, e, i = elements[0, orbit], elements[1, orbit], elements[2, orbit]
        raan0, argp0, mean0 = elements[3, orbit], elements[4, orbit], elements[5, orbit]
        total = abs(a) + abs(e) + abs(i) + abs(raan0) + abs(argp0) + abs(mean0)
        if not (total < 1e100 and a > 0.0 and e >= 0.0 and e < 1.0):
            status[orbit] = _NOT_ELLIPTIC if total < 1e100 else _NOT_FINITE
            for c in range(3):
                r[c][base + first : base + last] = np.nan
                v[c][base + first : base + last] = np.nan
            continue
        sin_i, cos_i = sincos(i)
        raan_rate, argp_rate, mean_rate = rates[0, orbit], rates[1, orbit], rates[2, orbit]
        fastest = max(abs(raan_rate), abs(argp_rate))
        inverse_sum = 1.0 / (1.0 + e)
        mean0 = within_turn(mean0)
        flattening = np.sqrt((1.0 - e) * (1.0 + e))
        b = a * flattening
        circular = np.sqrt(mu / a)
        durations = dt[orbit * per_orbit]
        for low in range(first, last, _STRIP):
            n = min(_STRIP, last - low)
            expect_writes(r, v, base + low, n)
            padded = (n + 7) // 8 * 8  # whole lanes: a loop's left-over items are slow
            given = durations[low : low + n]
            times = work[6]
            for k in range(n):
                times[k] = given[k]
            middle = given[n // 2]
            times[n:padded] = middle
            far = 0
            for k in range(padded):
                far += 0 if fastest * abs(times[k] - middle) < _SHORT_TURN else 1
            for k in range(padded):
                m = mean_rate * times[k]
                m = within_turn(m) if abs(m) < LONGEST else np.nan
                work[0, k] = wrap_once(mean0 + m)
            for k in range(padded):
                work[1, k] = elliptic_start(abs(work[0, k]), e, inverse_sum)
            for k in range(padded):
                work[2, k], work[3, k] = sincos(work[1, k])
            for k in range(padded):
                m = work[0, k]
                _, sine, cosine = elliptic_finish(work[1, k], work[2, k], work[3, k], e, abs(m))
                work[0, k] = -sine if m < 0.0 else sine
                work[1, k] = cosine
            _slow_turn(argp0, argp_rate, times, middle, far == 0, work[7], work[8], padded)
            _slow_turn(raan0, raan_rate, times, middle, far == 0, work[5], work[4], padded)
            for k in range(padded):
                x, y = a * (work[1, k] - e), b * work[0, k]
                speed = circular / (1.0 - e * work[1, k])
                vx, vy = -speed * work[0, k], speed * work[1, k] * flattening
                sine, cosine = work[7, k], work[8, k]
                work[0, k] = x * cosine - y * sine
                work[1, k] = x * sine + y * cosine
                work[2, k] = vx * cosine - vy * sine
                work[3, k] = vx * sine + vy * cosine
            column = base + low
            for c in range(2):
                out = v if c == 1 else r
                x_out = out[0][column : column + n]
                y_out = out[1][column : column + n]
                z_out = out[2][column : column + n]
                x, y = work[2 * c], work[2 * c + 1]
                for k in range(n):
                    x_out[k] = x[k] * work[4, k] - y[k] * cos_i * work[5, k]
                for k in range(n):
                    y_out[k] = x[k] * work[5, k] + y[k] * cos_i * work[4, k]
                for k in range(n):
                    z_out[k] = y[k] * sin_i
