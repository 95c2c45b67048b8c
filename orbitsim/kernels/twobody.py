"""The two-body orbit through a state, and the state on it at another time.

Two ways.  `conserved` and `lagrange` serve ellipses up to `FAST_LIMIT`, branch-free, for loops that
are to be vector code.  `any_conic` and `write_state` serve everything else, one orbit at a time,
by the universal anomaly counted from the pericentre.
"""

from __future__ import annotations

import numpy as np

from orbitsim.errors import Status
from orbitsim.kernels.anomaly import (
    LONGEST,
    TWO_PI,
    compiled,
    since_pericentre,
    stumpff,
    universal_anomaly,
    whole_turns,
)
from orbitsim.kernels.mathfun import atan2, fma, inline

OK = int(Status.OK)
NOT_FINITE = int(Status.NOT_FINITE)
RECTILINEAR = int(Status.RECTILINEAR)
NOT_CONVERGED = int(Status.NOT_CONVERGED)

FAST_LIMIT = 0.9
"""Eccentricity up to which Kepler's equation in the eccentric anomaly keeps its digits."""

_NO_PLANE = 1e-28  # squared sine of the angle between position and velocity: two roundings
_NOTHING = (np.nan,) * 10


@inline
def _square_sum(x, y, z):
    """x^2 + y^2 + z^2 and its rounding error."""
    xx = x * x
    yy = y * y
    zz = z * z
    error = fma(x, x, -xx) + fma(y, y, -yy) + fma(z, z, -zz)
    xy = xx + yy
    part = xy - xx
    error += (xx - (xy - part)) + (yy - part)
    total = xy + zz
    part = total - xy
    error += (xy - (total - part)) + (zz - part)
    return total, error


@inline
def _inverse_axis(r2, r2_error, inverse_r, r, v2, v2_error, inverse_mu, inverse_mu_error):
    """alpha = 2/r - v^2/mu, rounded once.

    Near the pericentre of an eccentric orbit the two terms nearly cancel, and the rounding of
    each, times the revolutions flown, would be the largest error of all.
    """
    r_error = 0.5 * inverse_r * (fma(-r, r, r2) + r2_error)
    potential = 2.0 * inverse_r
    potential_error = inverse_r * (fma(-potential, r, 2.0) - potential * r_error)
    kinetic = v2 * inverse_mu
    kinetic_error = fma(v2, inverse_mu, -kinetic) + v2 * inverse_mu_error + v2_error * inverse_mu
    alpha = potential - kinetic
    part = alpha - potential
    rounding = (potential - (alpha - part)) - (kinetic + part)
    return alpha + (rounding + (potential_error - kinetic_error))


@inline
def inverse_of(mu):
    """1/mu and its rounding error."""
    inverse = 1.0 / mu
    return inverse, fma(-inverse, mu, 1.0) * inverse


@inline
def conserved(x, y, z, vx, vy, vz, inverse_mu, inverse_mu_error, inverse_root_mu):
    """1/r, alpha, its root, r.v/sqrt(mu), e, and cosine and sine of the eccentric anomaly."""
    r2, r2_error = _square_sum(x, y, z)
    v2, v2_error = _square_sum(vx, vy, vz)
    r = np.sqrt(r2)
    inverse_r = 1.0 / r
    alpha = _inverse_axis(r2, r2_error, inverse_r, r, v2, v2_error, inverse_mu, inverse_mu_error)
    root_alpha = np.sqrt(alpha)
    sigma = (x * vx + y * vy + z * vz) * inverse_root_mu
    e_cosine = 1.0 - r * alpha
    e_sine = sigma * root_alpha
    e = np.sqrt(e_cosine * e_cosine + e_sine * e_sine)
    # On a circle any point will do as the pericentre, if it is the same one throughout.
    circle = e < 1e-30
    inverse_e = 1.0 / (1.0 if circle else e)
    cosine = 1.0 if circle else e_cosine * inverse_e
    sine = 0.0 if circle else e_sine * inverse_e
    return inverse_r, alpha, root_alpha, sigma, e, cosine, sine


@inline
def lagrange(sine, cosine, sine0, cosine0, e, alpha, root_alpha, inverse_r, sigma, root_mu):
    """Lagrange's f, g, their rates, from the eccentric anomalies (Battin 1999, chapter 4)."""
    turned_sine = sine * cosine0 - cosine * sine0
    turned_cosine = cosine * cosine0 + sine * sine0
    a = 1.0 / alpha
    u1 = turned_sine * root_alpha * a
    u2 = (1.0 - turned_cosine) * a
    inverse_r_new = alpha / (1.0 - e * cosine)
    f = 1.0 - u2 * inverse_r
    g = ((1.0 - e * cosine0) * a * u1 + sigma * u2) / root_mu
    f_rate = -root_mu * inverse_r * inverse_r_new * u1
    g_rate = 1.0 - u2 * inverse_r_new
    return f, g, f_rate, g_rate


@inline
def _determinant(a, b, c, d):
    """a d - b c without cancellation (Kahan)."""
    product = b * c
    return fma(a, d, -product) - fma(b, c, -product)


@compiled
def any_conic(x, y, z, vx, vy, vz, mu):
    """Shape, time since pericentre and axes of the conic through a state.

    Returns
    -------
    code, q, e, alpha, w, px, py, pz, qx, qy, qz
        Status; pericentre distance; eccentricity; inverse semi-major axis; sqrt(mu) times the time
        since pericentre; unit vectors to the pericentre and a quarter turn ahead.
    """
    r2, r2_error = _square_sum(x, y, z)
    v2, v2_error = _square_sum(vx, vy, vz)
    if not (r2 < np.inf and v2 < np.inf):
        return (NOT_FINITE, *_NOTHING)
    hx = _determinant(y, z, vy, vz)
    hy = _determinant(z, x, vz, vx)
    hz = _determinant(x, y, vx, vy)
    h2 = hx * hx + hy * hy + hz * hz
    if not h2 > _NO_PLANE * r2 * v2:
        return (RECTILINEAR, *_NOTHING)
    inverse_mu, inverse_mu_error = inverse_of(mu)
    r = np.sqrt(r2)
    inverse_r = 1.0 / r
    alpha = _inverse_axis(r2, r2_error, inverse_r, r, v2, v2_error, inverse_mu, inverse_mu_error)
    sigma = (x * vx + y * vy + z * vz) / np.sqrt(mu)
    p = h2 / mu
    e = np.sqrt(1.0 - alpha * p)
    q = p / (1.0 + e)
    if alpha > 0.0:
        root = np.sqrt(alpha)
        anomaly = atan2(sigma * root, 1.0 - r * alpha) / root
    elif alpha < 0.0:
        root = np.sqrt(-alpha)
        anomaly = np.arcsinh(sigma * root / e) / root
    else:
        anomaly = sigma / e
    w = since_pericentre(anomaly, q, e, alpha)
    _, c1, c2, _ = stumpff(alpha * anomaly * anomaly)
    radial = (q - anomaly * anomaly * c2) * inverse_r
    ahead = anomaly * c1 * np.sqrt(p) * inverse_r
    h = np.sqrt(h2)
    ux, uy, uz = x * inverse_r, y * inverse_r, z * inverse_r
    tx = (hy * uz - hz * uy) / h
    ty = (hz * ux - hx * uz) / h
    tz = (hx * uy - hy * ux) / h
    return (
        OK, q, e, alpha, w,
        radial * ux - ahead * tx, radial * uy - ahead * ty, radial * uz - ahead * tz,
        ahead * ux + radial * tx, ahead * uy + radial * ty, ahead * uz + radial * tz,
    )  # fmt: skip


@compiled
def write_state(conic, duration, root_mu, r_out, v_out, column):
    """State on the conic after `duration`, put in `column`; returns the status.

    Battin (1999), chapter 4, with the pericentre as the initial point.
    """
    code, q, e, alpha, w, px, py, pz, qx, qy, qz = conic
    w = w + root_mu * duration
    lost = not abs(w) < 1e100
    if alpha > 0.0:
        period = TWO_PI / (alpha * np.sqrt(alpha))
        turns = whole_turns(TWO_PI * (w / period))
        lost = lost or not abs(turns) * TWO_PI < LONGEST
        w = w - turns * period if turns != 0.0 else w
    u = np.nan if lost else universal_anomaly(w, q, e, alpha)
    c0, c1, c2, _ = stumpff(alpha * u * u)
    u1 = u * c1
    u2 = u * u * c2
    root_p = np.sqrt(q * (1.0 + e))
    speed = root_mu / (q + e * u2)
    x, y = q - u2, u1 * root_p
    vx, vy = -speed * u1, speed * root_p * c0
    r_out[0, column] = x * px + y * qx
    r_out[1, column] = x * py + y * qy
    r_out[2, column] = x * pz + y * qz
    v_out[0, column] = vx * px + vy * qx
    v_out[1, column] = vx * py + vy * qy
    v_out[2, column] = vx * pz + vy * qz
    return NOT_CONVERGED if code == OK and not lost and np.isnan(u) else code
