r"""Mean and osculating orbits under J2.

Osculating is what position and velocity say; mean is what is left when the oscillations within a
revolution are averaged away, and drifts uniformly (`mean_rates`).  The short-period terms are those
of first order in J2, exact in eccentricity, taken out by the generating function of Brouwer (1959)

.. math::
    W = G J_2 (R/p)^2 \{ (3 s^2/4 - 1/2)(f - l + e \sin f)
        - (3 s^2/8) [\sin 2u + e \sin(2u - f) + (e/3) \sin(2u + f) - C] \},

with s the sine of the inclination, u = f + g, and C the average of what stands before it, so that
W has none (as Kozai 1962).  Its derivatives are formed in Hill's variables r, r', u, G, node, as
Izsak (1963) and Aksnes (1970) did, through e cos f and e sin f alone; so neither a circle nor an
equator is singular.  At every mean orbit the osculating speed is such that the energy is that of
the mean orbit to second order (Breakwell & Vagners 1970): without this a first-order semi-major
axis alone costs some hundred metres along track each day.

Left out are the long-period terms and the short-period terms of second order.

Against numerical integration with J2 alone, osculating to osculating over one day: 3 to 8 m for
near-circular low orbits, 19 m for Molniya, 45 m for a low equatorial orbit, 95 m for a transfer
orbit of 7 deg inclination.  With the first-order rates of `secular` instead: 0.4 to 6 km.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels.arrays import (
    FloatArray,
    as_columns,
    as_durations,
    as_outputs,
    as_positive,
)
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.brouwer_loops import average, osculate

StatusArray = NDArray[np.uint8]

_BLOCK = 4096


def mean_rates(
    a: Any, e: Any, i: Any, mu: float, radius: float, j2: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Secular rates of node, perigee and mean anomaly to second order in J2 (Brouwer 1959).

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
    """
    a, e, i = (np.asarray(x, dtype=np.float64) for x in (a, e, i))
    with np.errstate(all="ignore"):
        ellipse = (a > 0.0) & (e >= 0.0) & (e < 1.0)
        a, e = np.where(ellipse, a, np.nan), np.where(ellipse, e, np.nan)
        motion = np.sqrt(mu / a) / a
        eta = np.sqrt((1.0 - e) * (1.0 + e))
        c = np.cos(i)
        c2 = c * c
        g = 0.5 * j2 * (radius / (a * eta * eta)) ** 2
        anomaly = 1.5 * eta * (3.0 * c2 - 1.0) + 0.09375 * g * eta * (
            (25.0 * eta + 16.0) * eta
            - 15.0
            + c2 * (30.0 - (90.0 * eta + 96.0) * eta)
            + c2 * c2 * ((25.0 * eta + 144.0) * eta + 105.0)
        )
        perigee = 1.5 * (5.0 * c2 - 1.0) + 0.09375 * g * (
            (25.0 * eta + 24.0) * eta
            - 35.0
            + c2 * (90.0 - (126.0 * eta + 192.0) * eta)
            + c2 * c2 * ((45.0 * eta + 360.0) * eta + 385.0)
        )
        node = c * (
            0.375 * g * ((9.0 * eta + 12.0) * eta - 5.0 - c2 * ((5.0 * eta + 36.0) * eta + 35.0))
            - 3.0
        )
        return motion * g * node, motion * g * perigee, motion * (1.0 + g * anomaly)


def osculating_from_mean(
    elements: Any,
    mu: float,
    radius: float,
    j2: float,
    *,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, StatusArray]:
    """Position and velocity of mean orbits.

    Parameters
    ----------
    elements : array_like, shape (6, N)
        Mean a (m), e, i, right ascension of the node, argument of perigee, mean anomaly (rad).
    mu, radius, j2 : float
        m3/s2, m, and the unnormalised coefficient.
    out : pair of ndarray, optional
        Where to put positions and velocities, of the shape returned; C-contiguous float64.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    r, v : ndarray, shape (3, N)
        m and m/s, in the frame whose third axis is the pole.
    status : ndarray of uint8, shape (N,)
        NOT_FINITE, NOT_ELLIPTIC, or NOT_CONVERGED where the orbit dips so deep below the surface
        that first-order terms make no state.
    """
    elements = as_columns(elements, 6, "elements")
    n = elements.shape[1]
    r, v = as_outputs(out, (3, n))
    gravity = _checked(mu, radius, j2)
    still = as_durations(np.zeros(1), n)
    return r, v, _osculate_all(elements, np.zeros((3, n)), still, gravity, (r, v), threads)


def osculating_grid(
    elements: Any,
    dt: Any,
    mu: float,
    radius: float,
    j2: float,
    *,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, StatusArray]:
    """Osculating states of N mean orbits, T durations after the elements' epoch.

    The mean orbits drift by `mean_rates`; nothing of the size of the grid is held besides it.

    Parameters
    ----------
    elements : array_like, shape (6, N)
        As for `osculating_from_mean`.
    dt : array_like, shape (T,) or (N, T)
        Durations, s, of either sign; one row for all orbits or one row for each.
    mu, radius, j2 : float
        m3/s2, m, and the unnormalised coefficient.
    out : pair of ndarray, optional
        Where to put positions and velocities, of the shape returned; C-contiguous float64.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    r, v : ndarray, shape (3, N, T)
    status : ndarray of uint8, shape (N,)
        As for `osculating_from_mean`.  A duration that is not finite, or longer than 1e12 rad of
        mean motion, gives a NaN state in its place and no status.
    """
    elements = as_columns(elements, 6, "elements")
    n = elements.shape[1]
    rows = as_durations(dt, n)
    r, v = as_outputs(out, (3, n, rows.shape[1]))
    gravity = _checked(mu, radius, j2)
    rates = np.stack(mean_rates(elements[0], elements[1], elements[2], *gravity))
    if r.size == 0:
        return r, v, np.zeros(n, dtype=np.uint8)
    flat = (r.reshape(3, -1), v.reshape(3, -1))
    return r, v, _osculate_all(elements, rates, rows, gravity, flat, threads)


def mean_from_osculating(
    r: Any, v: Any, mu: float, radius: float, j2: float, *, threads: int | None = None
) -> tuple[FloatArray, StatusArray]:
    """Mean elements of osculating states, the exact inverse of `osculating_from_mean`.

    Fixed-point iteration on the state that the mean elements would have without J2, lane by lane to
    rounding; there and back again differ by less than 1e-13 of distance and speed.

    Parameters
    ----------
    r, v : array_like, shape (3, N)
        m and m/s, in the frame whose third axis is the pole.
    mu, radius, j2 : float
        m3/s2, m, and the unnormalised coefficient.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    elements : ndarray, shape (6, N)
        Mean a (m), e, i, node, argument of perigee, mean anomaly (rad; the last three in
        [0, 2 pi)).  Where an angle is not defined its sum with the next one is.
    status : ndarray of uint8, shape (N,)
        NOT_FINITE, RECTILINEAR, NOT_ELLIPTIC, or NOT_CONVERGED; their elements are NaN.
    """
    r, v = as_columns(r, 3, "r"), as_columns(v, 3, "v")
    n = r.shape[1]
    if v.shape[1] != n:
        raise ValueError(f"r and v must hold as many orbits, got {n} and {v.shape[1]}")
    gravity = _checked(mu, radius, j2)
    elements = np.empty((6, n))
    status = np.zeros(n, dtype=np.uint8)
    run_blocks(
        lambda start, stop: average(r, v, *gravity, elements, status, start, stop),
        n,
        _BLOCK,
        threads=threads,
    )
    return elements, status


def _checked(mu: float, radius: float, j2: float) -> tuple[float, float, float]:
    return as_positive(mu, "mu"), as_positive(radius, "radius"), float(j2)


def _osculate_all(
    elements: FloatArray,
    rates: FloatArray,
    dt: FloatArray,
    gravity: tuple[float, float, float],
    out: tuple[FloatArray, FloatArray],
    threads: int | None,
) -> StatusArray:
    status = np.zeros(elements.shape[1], dtype=np.uint8)
    run_blocks(
        lambda start, stop: osculate(elements, rates, dt, *gravity, *out, status, start, stop),
        out[0].shape[1],
        _BLOCK,
        threads=threads,
    )
    return status
