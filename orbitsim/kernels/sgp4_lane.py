"""The near-Earth SGP4 theory for one satellite at one time, in steps for `sgp4` to string together.

`k` is the satellite's `sgp4_constants.Constants`, `t` the time in minutes.  Each step is a straight
line of arithmetic, for a loop over lanes to become vector code.  Nothing branches; errors are codes
that are chosen by selection.  Units are the theory's, Earth radii, minutes and radians, until the
last two steps turn to metres.

Source: Vallado, Crawford, Hujsak & Kelso, Revisiting Spacetrack Report #3, AIAA 2006-6753.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.errors import Status
from orbitsim.kernels.mathfun import FASTMATH, sincos, sincos_small

_FAILED_ECCENTRICITY = float(Status.SGP4_ECCENTRICITY)
_FAILED_LATUS_RECTUM = float(Status.SGP4_SEMI_LATUS_RECTUM)
_FAILED_DECAYED = float(Status.SGP4_DECAYED)
_FAILED_NOT_FINITE = float(Status.NOT_FINITE)

inline_step = njit(forceinline=True, error_model="numpy", fastmath=FASTMATH)


@inline_step
def angles(k, t, cos_anomaly):
    """Mean anomaly and argument of perigee under drag; sines and cosines of them."""
    pull = 1.0 + k.eta * cos_anomaly
    shift = k.perigee_drag * t + k.anomaly_drag * (pull * pull * pull - k.anomaly_drag_at_epoch)
    anomaly = k.mean_anomaly + k.mean_anomaly_rate * t + shift
    perigee = k.perigee + k.perigee_rate * t - shift
    sin_anomaly, _ = sincos(anomaly)
    sin_perigee, cos_perigee = sincos(perigee)
    return anomaly + perigee, sin_anomaly, sin_perigee, cos_perigee


@inline_step
def equinoctial(k, t, latitude, sin_anomaly, sin_perigee, cos_perigee):
    """Size and shape after drag and long-period terms, and the argument of Kepler's equation.

    Returns the root of the axis' ratio to that at epoch and its reciprocal, e cos w and e sin w,
    sine and cosine of the mean argument of latitude, and the error code so far.
    """
    root = abs(1.0 + t * (k.axis_1 + t * (k.axis_2 + t * (k.axis_3 + t * k.axis_4))))
    e = k.eccentricity - (
        k.eccentricity_drag * t + k.eccentricity_drag_periodic * (sin_anomaly - k.sin_mean_anomaly)
    )
    code = _FAILED_ECCENTRICITY if e >= 1.0 or e < -0.001 else 0.0
    e = 1.0e-6 if e < 1.0e-6 else e
    # One division gives both 1 / root and 1 / (axis' ratio (1 - e^2)).
    beta2 = 1.0 - e * e
    shared = 1.0 / (root * beta2)
    inverse_root = shared * beta2
    latus = inverse_root * shared
    ax = e * cos_perigee
    ay = e * sin_perigee + latus * k.long_period_y
    drag = k.longitude_3 + t * (k.longitude_4 + t * k.longitude_5)
    drag = (t * t) * (k.longitude_2 + t * drag)
    s, c = sincos(latitude + drag + latus * k.long_period_longitude * ax)
    return root, inverse_root, ax, ay, s, c, code


@inline_step
def kepler(ax, ay, s, c, shift):
    """One Newton correction of the eccentric longitude, whose sine and cosine are `s` and `c`.

    `shift` is what the corrections have added so far.  A correction below the package's tolerance
    is left out, as there.  Returns the new `s`, `c`, `shift`, and the correction.
    """
    step = (ax * s - ay * c - shift) / (1.0 - ax * c - ay * s)
    step = max(min(step, 0.95), -0.95)
    step = step if abs(step) >= 1.0e-12 else 0.0
    sin_step, cos_step = sincos_small(step)
    return s * cos_step + c * sin_step, c * cos_step - s * sin_step, shift + step, step


@inline_step
def short_period(k, t, root, inverse_root, ax, ay, s, c, code):
    """Radius, its rate and the transverse speed (SI), and the angles of the orbital plane.

    Returns these three, the node, sine and cosine of the argument of latitude, the angle by which
    that still has to be turned, that by which the inclination has, and the final error code.
    """
    e_cos = ax * c + ay * s
    e_sin = ax * s - ay * c
    beta2 = 1.0 - (ax * ax + ay * ay)
    beta = np.sqrt(beta2)
    # One division gives the reciprocals of r / a, beta^2 and 1 + beta.
    r_a = 1.0 - e_cos
    r_a_beta2 = r_a * beta2
    plus = 1.0 + beta
    shared = 1.0 / (r_a_beta2 * plus)
    a_r = shared * (beta2 * plus)
    inverse_beta2 = shared * (r_a * plus)
    part = e_sin * (shared * r_a_beta2)
    sin_u = a_r * (s - ay - ax * part)
    cos_u = a_r * (c - ax + ay * part)
    sin_2u = 2.0 * cos_u * sin_u
    cos_2u = 1.0 - 2.0 * sin_u * sin_u
    inverse_p = k.axis_inverse * inverse_root * inverse_root * inverse_beta2
    j2_p = k.half_j2 * inverse_p
    j2_p2 = j2_p * inverse_p
    radius = k.axis * root * root * r_a * (1.0 - j2_p2 * beta * k.radius_secular)
    radius = radius + j2_p * k.radius_periodic * cos_2u
    speed = k.axis_inverse_root * inverse_root * a_r
    ripple = k.mean_motion * inverse_root * inverse_root * inverse_root * j2_p
    radial = speed * e_sin - ripple * k.rate_periodic * sin_2u
    transverse = speed * beta + ripple * (k.rate_periodic * cos_2u + k.radius_secular)
    node = k.node + t * (k.node_rate + t * k.node_drag) + j2_p2 * k.node_periodic * sin_2u

    late = _FAILED_DECAYED if radius < 1.0 else 0.0
    late = _FAILED_LATUS_RECTUM if beta2 < 0.0 else late
    total = radius + radial + transverse + node
    late = _FAILED_NOT_FINITE if late == 0.0 and total - total != 0.0 else late
    code = late if code == 0.0 else code
    fine = code == 0.0
    return (
        radius * k.metres if fine else np.nan,
        radial * k.metres_per_second if fine else np.nan,
        transverse * k.metres_per_second if fine else np.nan,
        node,
        sin_u,
        cos_u,
        j2_p2 * k.latitude_periodic * sin_2u,
        j2_p2 * k.inclination_periodic * cos_2u,
        code,
    )


@inline_step
def state(k, radius, radial, transverse, node, sin_u, cos_u, turn, tilt):
    """Position and velocity, six components."""
    sin_turn, cos_turn = sincos(turn)
    sin_tilt, cos_tilt = sincos(tilt)
    sin_node, cos_node = sincos(node)
    su = sin_u * cos_turn + cos_u * sin_turn
    cu = cos_u * cos_turn - sin_u * sin_turn
    sin_i = k.sin_inclination * cos_tilt + k.cos_inclination * sin_tilt
    cos_i = k.cos_inclination * cos_tilt - k.sin_inclination * sin_tilt
    mx = -sin_node * cos_i
    my = cos_node * cos_i
    ux = mx * su + cos_node * cu
    uy = my * su + sin_node * cu
    uz = sin_i * su
    wx = mx * cu - cos_node * su
    wy = my * cu - sin_node * su
    wz = sin_i * cu
    return (
        radius * ux,
        radius * uy,
        radius * uz,
        radial * ux + transverse * wx,
        radial * uy + transverse * wy,
        radial * uz + transverse * wz,
    )
