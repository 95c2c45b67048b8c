"""The field of the tides that the Moon and the Sun raise in the solid Earth, in lanes."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import LANES, inner
from orbitsim.kernels.mathfun import inline

TIDAL_MU = 3.986004418e14
TIDAL_RADIUS = 6_378_136.6
"""m3/s2 and m, to which the coefficients refer (IERS Conventions 2010, table 1.1)."""

HIGHEST_ORDER = (2, 3, 2)
"""Of the degrees 2, 3 and 4."""

TERMS = 10
"""Pairs of coefficients C, S: degree by degree, order by order."""

TIDE_WORK = 6 * LANES
"""Length of the scratch that `solid_tides` needs."""


@inline
def _degree_2(x, y, z, c0, c1, s1, c2, s2):
    """Gradient of r^2 sum P_2m (C_m cos + S_m sin), a polynomial in x, y, z."""
    return (
        3.0 * c1 * z - c0 * x + 6.0 * (c2 * x + s2 * y),
        3.0 * s1 * z - c0 * y + 6.0 * (s2 * x - c2 * y),
        2.0 * c0 * z + 3.0 * (c1 * x + s1 * y),
    )


@inline
def _degree_3(x, y, z, c0, c1, s1, c2, s2, c3, s3):
    square, across, twice = x * x + y * y, x * x - y * y, 2.0 * x * y
    first = c1 * x + s1 * y
    belt = 1.5 * (4.0 * z * z - square)
    radial = -3.0 * (c0 * z + first)
    return (
        radial * x + belt * c1 + 30.0 * z * (c2 * x + s2 * y) + 45.0 * (c3 * across + s3 * twice),
        radial * y + belt * s1 + 30.0 * z * (s2 * x - c2 * y) + 45.0 * (s3 * across - c3 * twice),
        c0 * (3.0 * z * z - 1.5 * square) + 12.0 * z * first + 15.0 * (c2 * across + s2 * twice),
    )


@inline
def _degree_4(x, y, z, c0, c1, s1, c2, s2):
    square, polar = x * x + y * y, z * z
    first = c1 * x + s1 * y
    second = c2 * (x * x - y * y) + 2.0 * s2 * x * y
    belt = 2.5 * z * (4.0 * polar - 3.0 * square)
    sector = 15.0 * (6.0 * polar - square)
    radial = c0 * (1.5 * square - 6.0 * polar) - 15.0 * (z * first + second)
    return (
        radial * x + belt * c1 + sector * (c2 * x + s2 * y),
        radial * y + belt * s1 + sector * (s2 * x - c2 * y),
        c0 * z * (4.0 * polar - 6.0 * square)
        + 7.5 * first * (4.0 * polar - square)
        + 90.0 * z * second,
    )


@inner
def solid_tides(r, sine, cosine, coefficients, a, work):
    """Add the acceleration of a tidal field to `a` (3 * LANES), all in Earth-fixed axes.

    Parameters
    ----------
    r, a : ndarray, shape (3 * LANES,)
        Earth-fixed position (m) and acceleration (m/s2).
    sine, cosine : ndarray, shape (LANES,)
        Of the angle by which the Earth has turned from the celestial intermediate frame, in which
        the coefficients are given because they vary slowly there.
    coefficients : ndarray, shape (2 * TERMS * LANES,)
        C and S of each term, not normalised, `orbitsim.environment.tides.tide_table` by
        `orbitsim.kernels.perturbations.table_values`.
    work : ndarray, shape (TIDE_WORK,)

    Notes
    -----
    Degree n of the potential is H / r^(2 n + 1), H a homogeneous polynomial with the gradient G.
    By Euler n H = r.G, so that G gives the acceleration alone: (G - (2 n + 1) / n (r.G) r / r^2) /
    r^(2 n + 1).  Lengths are in units of the radius.
    """
    turned, pull = work[: 3 * LANES], work[3 * LANES : TIDE_WORK]
    for m in range(LANES):
        s, c = sine[m], cosine[m]
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        turned[m] = (c * x - s * y) * (1.0 / TIDAL_RADIUS)
        turned[LANES + m] = (s * x + c * y) * (1.0 / TIDAL_RADIUS)
        turned[2 * LANES + m] = z * (1.0 / TIDAL_RADIUS)
    k = coefficients
    for m in range(LANES):
        x, y, z = turned[m], turned[LANES + m], turned[2 * LANES + m]
        gx, gy, gz = _degree_2(
            x, y, z, k[m], k[2 * LANES + m], k[3 * LANES + m], k[4 * LANES + m], k[5 * LANES + m]
        )
        square = 1.0 / (x * x + y * y + z * z)
        scale = square * square * np.sqrt(square)
        along = 2.5 * square * (x * gx + y * gy + z * gz)
        pull[m] = scale * (gx - along * x)
        pull[LANES + m] = scale * (gy - along * y)
        pull[2 * LANES + m] = scale * (gz - along * z)
    k = coefficients[6 * LANES :]
    for m in range(LANES):
        x, y, z = turned[m], turned[LANES + m], turned[2 * LANES + m]
        gx, gy, gz = _degree_3(
            x, y, z, k[m], k[2 * LANES + m], k[3 * LANES + m], k[4 * LANES + m], k[5 * LANES + m],
            k[6 * LANES + m], k[7 * LANES + m],
        )  # fmt: skip
        square = 1.0 / (x * x + y * y + z * z)
        scale = square * square * square * np.sqrt(square)
        along = (7.0 / 3.0) * square * (x * gx + y * gy + z * gz)
        pull[m] += scale * (gx - along * x)
        pull[LANES + m] += scale * (gy - along * y)
        pull[2 * LANES + m] += scale * (gz - along * z)
    k = coefficients[14 * LANES :]
    for m in range(LANES):
        x, y, z = turned[m], turned[LANES + m], turned[2 * LANES + m]
        gx, gy, gz = _degree_4(
            x, y, z, k[m], k[2 * LANES + m], k[3 * LANES + m], k[4 * LANES + m], k[5 * LANES + m]
        )
        square = 1.0 / (x * x + y * y + z * z)
        scale = square * square * square * square * np.sqrt(square)
        along = 2.25 * square * (x * gx + y * gy + z * gz)
        pull[m] += scale * (gx - along * x)
        pull[LANES + m] += scale * (gy - along * y)
        pull[2 * LANES + m] += scale * (gz - along * z)
    strength = TIDAL_MU / (TIDAL_RADIUS * TIDAL_RADIUS)
    for m in range(LANES):
        s, c = sine[m], cosine[m]
        a[m] += strength * (c * pull[m] + s * pull[LANES + m])
        a[LANES + m] += strength * (c * pull[LANES + m] - s * pull[m])
        a[2 * LANES + m] += strength * pull[2 * LANES + m]
