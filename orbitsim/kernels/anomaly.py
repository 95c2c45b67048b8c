"""Kepler's equation, for the kernels that solve it millions of times.

Ellipse, branch-free: Markley's (1995) cubic starter, within 5e-4 of the root for every e, then one
step of fifth order, which leaves rounding alone.  Sine and cosine of the corrected anomaly follow
from those of the starter by a short series, so that one evaluation of them is all it takes.

Near the parabola and beyond: the distance q of the pericentre, the eccentricity e and the inverse
semi-major axis alpha (negative for a hyperbola) give the time w since pericentre, in units that
make mu one, by

    w = q x + e U3(x; alpha),        U3 = x^3 c3(alpha x^2),

with the universal anomaly x and Stumpff's c3 (Battin 1999, chapter 4; the usual four-term form
taken at the pericentre).  Both terms are positive, so nothing cancels, whatever the conic.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.mathfun import FASTMATH, cbrt, exp, inline, log, sincos

PI = 3.141592653589793
TWO_PI = 6.283185307179586
_ROUND = 6755399441055744.0  # 1.5 * 2**52
_MOST_STEPS = 60

LONGEST = 1e12
"""rad; a phase that has turned further has too few digits left to be one."""

compiled = njit(error_model="numpy", fastmath=FASTMATH, nogil=True)
compiled_and_cached = njit(error_model="numpy", fastmath=FASTMATH, nogil=True, cache=True)


@inline
def whole_turns(angle):
    """Nearest whole number of turns."""
    return (angle * 0.15915494309189535 + _ROUND) - _ROUND


@inline
def within_turn(angle):
    """The angle less whole turns, within +-pi; 2 pi in three parts as in `mathfun.sincos`."""
    n = whole_turns(angle)
    r = angle - n * 6.2831853069365025
    r = r - n * 2.430840202521586e-10
    return r - n * 8.089064995183982e-21


@inline
def wrap_once(angle):
    """The angle within +-pi, if it is within +-3 pi."""
    angle = angle - TWO_PI if angle > PI else angle
    return angle + TWO_PI if angle < -PI else angle


@inline
def elliptic_start(m, e, inverse_sum):
    """Eccentric anomaly to 5e-4, for a mean anomaly from 0 to pi (Markley 1995).

    `inverse_sum` is 1/(1 + e), which a loop over times need not form each time.
    """
    b = 1.0 - e
    a = 7.651396068369887 + 1.2989610126998 * (PI - m) * inverse_sum
    d = 3.0 * b + a * e
    q = 2.0 * a * d * b - m * m
    r = (3.0 * a * d * (d - b) + m * m) * m
    c = _rough_cbrt(r + np.sqrt(q * q * q + r * r))
    w = c * c
    denominator = w * w + w * q + q * q + 1e-300  # 0 only for m = 0 and e = 1
    return (2.0 * r * w + m * denominator) / (d * denominator)


@inline
def _rough_cbrt(x):
    """Cube root of a positive number to 1e-4: a third of its bits, and one step of Halley's."""
    third = ((np.float64(x).view(np.int64) >> 32) * 0x55555556) >> 32
    y = np.int64((third + 0x2A9F7893) << 32).view(np.float64)
    c = y * y * y
    return y * ((0.25 * c + 0.5 * x) / (0.5 * c + 0.25 * x))


@inline
def elliptic_finish(start, s, c, e, m):
    """Eccentric anomaly, its sine and its cosine from the starter, its sine and its cosine.

    A loop that evaluates `sincos` of the starters beforehand keeps both loops short enough for
    several turns of them to be under way in the processor at once.  The step is the series of the
    inverse function to the fifth power of the residual, which needs one division where the nested
    quotients of Markley (1995) need three.
    """
    inverse_slope = 1.0 / (1.0 - e * c)
    u = (e * s + m - start) * inverse_slope
    a = 0.5 * e * s * inverse_slope
    b = 0.16666666666666666 * e * c * inverse_slope
    a2 = a * a
    c3 = 2.0 * a2 - b
    c4 = a * (5.0 * (b - a2) + 0.08333333333333333)
    c5 = a2 * (14.0 * a2 - 21.0 * b - 0.5) + b * (3.0 * b + 0.05)
    d = u * (1.0 + u * (u * (c3 + u * (c4 + u * c5)) - a))
    z = d * d
    sine = d * (1.0 - z * (0.16666666666666666 - z * 0.008333333333333333))
    versine = z * (0.5 - z * 0.041666666666666664)
    return start + d, s - (s * versine - c * sine), c - (c * versine + s * sine)


@compiled
def stumpff(z):
    """Stumpff's functions c0 to c3."""
    if abs(z) < 1.0:
        c3 = 1.9572941063391263e-20
        c3 = 8.22063524662433e-18 - z * c3
        c3 = 2.8114572543455206e-15 - z * c3
        c3 = 7.647163731819816e-13 - z * c3
        c3 = 1.6059043836821613e-10 - z * c3
        c3 = 2.505210838544172e-08 - z * c3
        c3 = 2.7557319223985893e-06 - z * c3
        c3 = 1.984126984126984e-04 - z * c3
        c3 = 8.333333333333333e-03 - z * c3
        c3 = 1.6666666666666666e-01 - z * c3
        c2 = 4.110317623312165e-19
        c2 = 1.5619206968586225e-16 - z * c2
        c2 = 4.779477332387385e-14 - z * c2
        c2 = 1.1470745597729725e-11 - z * c2
        c2 = 2.08767569878681e-09 - z * c2
        c2 = 2.755731922398589e-07 - z * c2
        c2 = 2.48015873015873e-05 - z * c2
        c2 = 1.388888888888889e-03 - z * c2
        c2 = 4.1666666666666664e-02 - z * c2
        c2 = 0.5 - z * c2
        return 1.0 - z * c2, 1.0 - z * c3, c2, c3
    if z > 0.0:
        root = np.sqrt(z)
        s, c0 = sincos(root)
        c1 = s / root
    else:
        root = np.sqrt(-z)
        grown = exp(root)
        c0 = 0.5 * (grown + 1.0 / grown)
        c1 = 0.5 * (grown - 1.0 / grown) / root
    return c0, c1, (1.0 - c0) / z, (1.0 - c1) / z


@compiled
def since_pericentre(x, q, e, alpha):
    """Time w since pericentre of the universal anomaly x."""
    _, _, _, c3 = stumpff(alpha * x * x)
    return q * x + e * x * x * x * c3


@compiled
def universal_anomaly(w, q, e, alpha):
    """Universal anomaly x of the time w since pericentre; NaN if it is not found.

    For an ellipse w must lie within half a period of the pericentre.  The starter is the root of
    the cubic for alpha = 0, for a far hyperbola that of its logarithm; then steps of Laguerre's
    method with n = 5 (Conway 1986) inside a bracket.
    """
    target = abs(w)
    if not target > 0.0:
        return w
    a = 2.0 * q / e
    b = 3.0 * target / e
    c = cbrt(b + np.sqrt(b * b + a * a * a))
    square = c * c
    x = 2.0 * b / (square + a + a * a / square)
    if alpha < 0.0:
        root = np.sqrt(-alpha)
        turned = x * root
        if turned > 1.0:  # e sinh F = M + F, with F from the cubic too great
            ratio = (target * root * root * root + turned) / e
            x = min(x, log(ratio + np.sqrt(ratio * ratio + 1.0)) / root)
    low = 0.0
    high = np.inf
    for _ in range(_MOST_STEPS):
        _, c1, c2, c3 = stumpff(alpha * x * x)
        excess = q * x + e * x * x * x * c3 - target
        slope = q + e * x * x * c2
        bend = e * x * c1
        step = 5.0 * excess / (slope + np.sqrt(abs(16.0 * slope * slope - 20.0 * excess * bend)))
        if excess > 0.0:
            high = x
        else:
            low = x
        following = x - step
        if abs(step) <= 1e-6 * x:
            return following if w > 0.0 else -following
        if not low <= following <= high:
            following = 0.5 * (low + high) if high < np.inf else 2.0 * x
        x = following
    return np.nan


@compiled_and_cached
def solve_kepler(mean, e, out):
    """Eccentric anomaly E (e < 1), F (e > 1) or D = tan(nu/2) (e = 1) of each mean anomaly."""
    for i in range(out.size):
        m = within_turn(mean[i])
        within = abs(m)
        start = elliptic_start(within, e[i], 1.0 / (1.0 + e[i]))
        sine, cosine = sincos(start)
        anomaly, _, _ = elliptic_finish(start, sine, cosine, e[i], within)
        out[i] = (mean[i] - m) + (-anomaly if m < 0.0 else anomaly)
    for i in range(out.size):
        if e[i] >= 0.0 and e[i] <= 0.9 and abs(mean[i]) < LONGEST:
            continue
        out[i] = _anomaly_of_any_conic(mean[i], e[i])


@compiled
def _anomaly_of_any_conic(mean, e):
    if not (e >= 0.0 and abs(mean) < np.inf):
        return np.nan
    if e == 1.0:
        c = cbrt(1.5 * abs(mean) + np.sqrt(2.25 * mean * mean + 1.0))
        return 3.0 * mean / (c * c + 1.0 + 1.0 / (c * c))
    if e > 1.0:
        return universal_anomaly(mean, e - 1.0, e, -1.0)
    # The fifth-order step loses digits where E - e sin E cancels; this does not.
    m = within_turn(mean) if abs(mean) < LONGEST else np.nan
    return (mean - m) + universal_anomaly(m, 1.0 - e, e, 1.0)
