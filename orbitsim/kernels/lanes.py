"""Lane-wise forces: the accelerations of a group of orbits that advance together.

A lane is one orbit's place in a group of `LANES`.  Groups are always full (a short one is padded
with copies), so every orbit meets the same instructions wherever it stands, and results do not
depend on the company.  Lane arrays are flat and component-major: x of all lanes, then y, then z.

The group is wide enough that the compiler's vector loops run without a remainder, and narrow enough
that an integrator's history of it stays in the first-level cache.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from orbitsim.kernels.mathfun import FASTMATH, exp, inline

LANES = 32

ZONALS_PER_PASS = 5
"""Zonal coefficients that one pass over the lanes takes up; `Field.j` is padded to a multiple."""

WORK = 7 * LANES
"""Length of the scratch that `accelerate` needs."""

kernel = njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)


class Field(NamedTuple):
    """Gravity, atmosphere and ground that all lanes share; SI, z along the pole.

    ``j`` is J2, J3, ... padded with zeros.  Density falls by exp(-`decay` * (height -
    `base_height`)), with the height above the ellipsoid `air_radius`, `air_flattening` (0 for a
    sphere); its value at the base is in each lane's drag factor.  `ground_radius` and
    `ground_flattening` are the surface below which there is no orbit.
    """

    mu: float
    radius: float
    j: Any
    rotation: float
    air_radius: float
    air_flattening: float
    base_height: float
    decay: float
    ground_radius: float
    ground_flattening: float


@inline
def ellipsoid_height(r, s, radius, flattening):
    """Geodetic height at the distance r and the sine s of the geocentric latitude.

    The expansion in the flattening f to third order, obtained by solving the two equations of the
    ellipsoid's normal term by term.  For the Earth it is within 2 mm from the ground upward.  A
    sphere (f = 0) is exact.
    """
    f = flattening
    square = s * s
    u = radius / r
    w = 4.0 * u - 1.0
    third = square * w * w - 4.0 * u * (2.0 * u - 1.0)
    second = 0.5 * square * (1.0 - square) * (w - f * third)
    return r - radius + radius * f * (square + f * second)


@kernel
def accelerate(r, v, drag, field, a, inverse, work):
    """Acceleration `a` (3 * LANES) and inverse distance `inverse` (LANES) at r, v (3 * LANES).

    With p_n = q^n P_n(s), d_n = q^n P'_n(s), q = radius / r and s = z / r, the zonal potential
    -mu/r sum J_n p_n has the gradient

        mu/r^2 [up (s sum J_n d_n + sum J_n (n + 1) p_n) - pole sum J_n d_n],

    and both follow by Bonnet's recursion and P'_n = s P'_(n-1) + n P_(n-1), which has no
    singularity at the poles.  Drag is -drag * density ratio * speed * velocity relative to air that
    turns with the Earth; `drag` (LANES) is half the ballistic coefficient times the base density.
    """
    mu, radius = field.mu, field.radius
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        i = 1.0 / np.sqrt(x * x + y * y + z * z)
        q = radius * i
        t = q * z * i
        inverse[m] = i
        work[m] = q
        work[LANES + m] = t
        work[2 * LANES + m] = 1.0  # p of two degrees below
        work[3 * LANES + m] = t  # p of the degree below
        work[4 * LANES + m] = q  # d of the degree below
        work[5 * LANES + m] = 0.0  # sum of J d
        work[6 * LANES + m] = 0.0  # sum of J (n + 1) p
    j = field.j
    for first in range(0, j.shape[0], ZONALS_PER_PASS):
        # Scalars, not array elements: a load inside the lane loop would stop vectorisation.
        ja, jb, jc, jd, je = j[first], j[first + 1], j[first + 2], j[first + 3], j[first + 4]
        n = first + 2.0
        a1, b1 = (2.0 * n - 1.0) / n, (n - 1.0) / n
        a2, b2 = (2.0 * n + 1.0) / (n + 1.0), n / (n + 1.0)
        a3, b3 = (2.0 * n + 3.0) / (n + 2.0), (n + 1.0) / (n + 2.0)
        a4, b4 = (2.0 * n + 5.0) / (n + 3.0), (n + 2.0) / (n + 3.0)
        a5, b5 = (2.0 * n + 7.0) / (n + 4.0), (n + 3.0) / (n + 4.0)
        for m in range(LANES):
            q, t = work[m], work[LANES + m]
            square = q * q
            p0, p1, d = work[2 * LANES + m], work[3 * LANES + m], work[4 * LANES + m]
            polar, radial = work[5 * LANES + m], work[6 * LANES + m]
            d = t * d + n * q * p1
            p2 = a1 * t * p1 - b1 * square * p0
            polar += ja * d
            radial += (n + 1.0) * ja * p2
            d = t * d + (n + 1.0) * q * p2
            p3 = a2 * t * p2 - b2 * square * p1
            polar += jb * d
            radial += (n + 2.0) * jb * p3
            d = t * d + (n + 2.0) * q * p3
            p4 = a3 * t * p3 - b3 * square * p2
            polar += jc * d
            radial += (n + 3.0) * jc * p4
            d = t * d + (n + 3.0) * q * p4
            p5 = a4 * t * p4 - b4 * square * p3
            polar += jd * d
            radial += (n + 4.0) * jd * p5
            d = t * d + (n + 4.0) * q * p5
            p6 = a5 * t * p5 - b5 * square * p4
            polar += je * d
            radial += (n + 5.0) * je * p6
            work[2 * LANES + m], work[3 * LANES + m], work[4 * LANES + m] = p5, p6, d
            work[5 * LANES + m], work[6 * LANES + m] = polar, radial
    for m in range(LANES):
        i, polar = inverse[m], work[5 * LANES + m]
        z = r[2 * LANES + m]
        pull = mu * i * i
        along = pull * i * (work[6 * LANES + m] + z * i * polar - 1.0)
        a[m] = along * r[m]
        a[LANES + m] = along * r[LANES + m]
        a[2 * LANES + m] = along * z - pull * polar
    braked = False
    for m in range(LANES):
        braked |= drag[m] != 0.0
    if braked:
        rotation, decay, base = field.rotation, field.decay, field.base_height
        air_radius, air_flattening = field.air_radius, field.air_flattening
        for m in range(LANES):
            i = inverse[m]
            ux = v[m] + rotation * r[LANES + m]
            uy = v[LANES + m] - rotation * r[m]
            uz = v[2 * LANES + m]
            height = ellipsoid_height(1.0 / i, r[2 * LANES + m] * i, air_radius, air_flattening)
            speed = np.sqrt(ux * ux + uy * uy + uz * uz)
            k = drag[m] * exp(decay * (base - height)) * speed
            a[m] -= k * ux
            a[LANES + m] -= k * uy
            a[2 * LANES + m] -= k * uz


@kernel
def first_instant(offset, t, direction):
    """Index of the instant nearest to the epoch on the side that `direction` (+1, -1) goes.

    Instants lie `offset` + `t` after the epoch, t ascending.  Forward takes those at or after the
    epoch, backward those before; without any the index lies outside.
    """
    low, high = 0, t.shape[0]
    while low < high:
        middle = (low + high) // 2
        if offset + t[middle] < 0.0:
            low = middle + 1
        else:
            high = middle
    return low if direction > 0 else low - 1
