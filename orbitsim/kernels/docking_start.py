"""How a docking case and each of its legs begin."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.docking_control import into_port, out_of_port
from orbitsim.kernels.docking_layout import (
    BIAS,
    CAUSE,
    CONTACT,
    GAP,
    LEAST_GAP,
    LEFT,
    LEG,
    LEG_TIME,
    LOST,
    MASS,
    MEAN_MOTION,
    NEXT_LOOK,
    ORDER,
    ORDER_TIME,
    OUTSIDE,
    PORT,
    RATE,
    SEEN,
    SENSOR,
    SETTLED,
    STATE,
    TILT,
    TILT_LEAST,
    TIME,
    TIP,
    TIP_AHEAD,
    Q,
    R,
    V,
)
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import inline
from orbitsim.kernels.proximity import body_axes, next_normal, rotate


@kernel
def enter(s, leg, cause):
    """Begin a leg."""
    s[LEG] = leg
    s[LEG_TIME] = 0.0
    s[LOST] = s[SETTLED] = s[OUTSIDE] = 0.0
    s[CAUSE] = cause
    s[NEXT_LOOK] = s[TIME]
    s[ORDER_TIME] = np.inf
    for k in range(6):
        s[ORDER + k] = 0.0
        s[LEFT + k] = 0.0


@kernel
def begin(s, random, start, spread, craft, site, sensors, legs):
    """Put a case at its dispersed start: `start` and one-sigma `spread` of position, velocity (port
    frame), tilt and rates (body axes) are arrays of 12 numbers; draws its biases and first look."""
    work = np.empty(12)
    for k in range(STATE):
        s[k] = 0.0
    for k in range(12):
        work[k] = start[k] + spread[k] * next_normal(random)
    out_of_port(site, work[0], work[1], work[2], s[R : R + 3])
    out_of_port(site, work[3], work[4], work[5], s[V : V + 3])
    for k in range(3):
        s[R + k] += site[PORT + k]
    s[MASS] = start[12]
    for k in range(7):
        s[BIAS + k] = next_normal(random)
    x, y, z = work[0], work[1], work[2]
    far = np.sqrt(x * x + y * y + z * z)
    # From the wanted attitude, by way of a matrix, and then turned by the tilt.
    ax, ay, az = -x / far, -y / far, -z / far
    bx, by, bz = az * ax, az * ay, az * az - 1.0
    if bz > -1e-12:  # the line of sight is along z: then the port frame's x instead
        bx, by, bz = 1.0, 0.0, 0.0
    size = np.sqrt(bx * bx + by * by + bz * bz)
    bx, by, bz = bx / size, by / size, bz / size
    cx, cy, cz = by * az - bz * ay, bz * ax - bx * az, bx * ay - by * ax
    m = np.empty((3, 3))
    column = np.empty(3)
    for k in range(3):
        if k == 0:
            out_of_port(site, ax, ay, az, column)
        elif k == 1:
            out_of_port(site, cx, cy, cz, column)
        else:
            out_of_port(site, bx, by, bz, column)
        for i in range(3):
            m[i, k] = column[i]
    _quaternion(m, s[Q : Q + 4])
    rotate(s, Q, work[6:9], 0.0)
    body_axes(s, Q, m)
    for k in range(3):
        s[RATE + k] = work[9 + k] + m[2, k] * site[MEAN_MOTION]
    ahead = craft[TIP_AHEAD]
    into_port(
        site,
        s[R] - site[PORT] + ahead * m[0, 0],
        s[R + 1] - site[PORT + 1] + ahead * m[1, 0],
        s[R + 2] - site[PORT + 2] + ahead * m[2, 0],
        s[TIP : TIP + 3],
    )
    s[GAP] = np.sqrt(s[TIP] ** 2 + s[TIP + 1] ** 2 + s[TIP + 2] ** 2)
    s[LEAST_GAP] = s[GAP]
    sensor = sensors[int(legs[0, SENSOR])]
    for k in range(3):
        s[SEEN + k] = s[R + k] + 0.01 * s[GAP] * next_normal(random)
        s[SEEN + 3 + k] = s[V + k] + 0.02 * next_normal(random)
        s[TILT + k] = sensor[TILT_LEAST] * s[BIAS + 3 + k]
    for k in range(11):
        s[CONTACT + k] = np.nan
    enter(s, 0.0, 0.0)


@inline
def _quaternion(m, q):
    """Quaternion of a rotation matrix by its largest component (Shepperd 1978)."""
    trace = m[0, 0] + m[1, 1] + m[2, 2]
    largest = 3
    most = trace
    for k in range(3):
        if m[k, k] > most:
            largest, most = k, m[k, k]
    if largest == 3:
        w = np.sqrt(1.0 + trace)
        q[0] = 0.5 * w
        q[1] = 0.5 * (m[2, 1] - m[1, 2]) / w
        q[2] = 0.5 * (m[0, 2] - m[2, 0]) / w
        q[3] = 0.5 * (m[1, 0] - m[0, 1]) / w
    else:
        i = largest
        j = (i + 1) % 3
        k = (i + 2) % 3
        w = np.sqrt(1.0 + m[i, i] - m[j, j] - m[k, k])
        q[1 + i] = 0.5 * w
        q[0] = 0.5 * (m[k, j] - m[j, k]) / w
        q[1 + j] = 0.5 * (m[j, i] + m[i, j]) / w
        q[1 + k] = 0.5 * (m[k, i] + m[i, k]) / w
