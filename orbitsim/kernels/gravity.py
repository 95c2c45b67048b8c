"""Acceleration of an axially symmetric Earth."""

from __future__ import annotations

from numba import njit


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
