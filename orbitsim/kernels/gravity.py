"""Acceleration of an axially symmetric Earth: of one satellite, and of a group in lanes."""

from __future__ import annotations

from numba import njit

from orbitsim.kernels.lanes import LANES, inner

ZONALS_PER_PASS = 5
"""Zonal coefficients that one pass over the lanes takes up; they are padded to a multiple."""

ZONAL_WORK = 7 * LANES
"""Length of the scratch that `zonal_accelerations` needs."""


@njit(cache=True, nogil=True, error_model="numpy")
def zonal_acceleration(x, y, z, mu, radius, j):
    """Acceleration (m/s2) at a position (m) whose z axis is the Earth's pole.

    ``j`` holds J2, J3, ...; an empty array is a point mass.  The potential is
    mu/r (1 - sum J_n (R/r)^n P_n(z/r)) (Vallado 2013, eq. 8-19 with m = 0); its gradient is taken
    along the radius and along the pole, with Legendre polynomials by Bonnet's recursion and their
    derivatives by P'_n = s P'_(n-1) + n P_(n-1), which has no pole singularity.
    """
    r = (x * x + y * y + z * z) ** 0.5
    s = z / r
    ratio = radius / r
    p_before, p = 1.0, s
    slope = 1.0
    power = ratio
    radial, polar = 1.0, 0.0
    for index in range(j.shape[0]):
        n = index + 2
        power *= ratio
        p_next = ((2 * n - 1) * s * p - (n - 1) * p_before) / n
        slope = s * slope + n * p
        p_before, p = p, p_next
        radial -= (n + 1) * j[index] * power * p
        polar -= j[index] * power * slope
    scale = mu / (r * r)
    # grad(s) = (pole - s * up) / r: the part along the radius joins the radial sum.
    along_radius = -scale * (radial + s * polar) / r
    return x * along_radius, y * along_radius, z * along_radius + scale * polar


@inner
def zonal_accelerations(r, mu, radius, j, a, inverse, work):
    """Acceleration `a` (3 * LANES) at r (3 * LANES), z along the pole; `inverse` distance is given.

    `j` is J2, J3, ... padded with zeros.  With p_n = q^n P_n(s), d_n = q^n P'_n(s), q = radius / r
    and s = z / r, the zonal potential -mu/r sum J_n p_n has the gradient

        mu/r^2 [up (s sum J_n d_n + sum J_n (n + 1) p_n) - pole sum J_n d_n],

    and both follow by Bonnet's recursion and P'_n = s P'_(n-1) + n P_(n-1), which has no
    singularity at the poles.
    """
    for m in range(LANES):
        i = inverse[m]
        q = radius * i
        t = q * r[2 * LANES + m] * i
        work[m] = q
        work[LANES + m] = t
        work[2 * LANES + m] = 1.0  # p of two degrees below
        work[3 * LANES + m] = t  # p of the degree below
        work[4 * LANES + m] = q  # d of the degree below
        work[5 * LANES + m] = 0.0  # sum of J d
        work[6 * LANES + m] = 0.0  # sum of J (n + 1) p
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
