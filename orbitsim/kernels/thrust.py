"""Thrust in lanes: constant force and flow, in an attitude that all lanes share."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import DIRECTION, FLOW, LANES, THRUST, inner

NO_THRUST, INERTIAL, RTN, VNC = range(4)
"""No thrust; or the attitude: fixed axes; radial, transverse, normal; velocity, normal, V x N."""


@inner
def add_thrust(clock, r, v, lane, attitude, a):
    """Add thrust over mass to `a` (3 * LANES), `clock` (LANES) seconds after the arc's start.

    The mass falls by the flow, so thrust over it grows as 1 / (1 - flow * clock).
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        vx, vy, vz = v[m], v[LANES + m], v[2 * LANES + m]
        size = lane[THRUST * LANES + m] / (1.0 - lane[FLOW * LANES + m] * clock[m])
        d0 = size * lane[DIRECTION * LANES + m]
        d1 = size * lane[(DIRECTION + 1) * LANES + m]
        d2 = size * lane[(DIRECTION + 2) * LANES + m]
        if attitude == INERTIAL:
            a[m] += d0
            a[LANES + m] += d1
            a[2 * LANES + m] += d2
            continue
        nx, ny, nz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
        i = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz)
        nx, ny, nz = i * nx, i * ny, i * nz
        if attitude == RTN:
            i = 1.0 / np.sqrt(x * x + y * y + z * z)
            x, y, z = i * x, i * y, i * z
            a[m] += d0 * x + d1 * (ny * z - nz * y) + d2 * nx
            a[LANES + m] += d0 * y + d1 * (nz * x - nx * z) + d2 * ny
            a[2 * LANES + m] += d0 * z + d1 * (nx * y - ny * x) + d2 * nz
        else:
            i = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = i * vx, i * vy, i * vz
            a[m] += d0 * vx + d1 * nx + d2 * (vy * nz - vz * ny)
            a[LANES + m] += d0 * vy + d1 * ny + d2 * (vz * nx - vx * nz)
            a[2 * LANES + m] += d0 * vz + d1 * nz + d2 * (vx * ny - vy * nx)
