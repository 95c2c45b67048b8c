"""The Earth's orientation for one state: a table's polynomials, the turns they stand for, geodesy.

Small functions that the lane and batch kernels take into their loops; `orbitsim.kernels.frames`
says how the table is made up.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.mathfun import atan2, inline


@inline
def polynomials(row, w):
    """Pole's X and Y, angle, polar motion x and y from a row of the table."""
    return (
        row[0] + w * (row[1] + w * row[2]),
        row[3] + w * (row[4] + w * row[5]),
        row[6] + w * (row[7] + w * row[8]),
        row[9] + w * row[10],
        row[11] + w * row[12],
    )


@inline
def piece_index(table, piece):
    """The piece's row; a NaN goes to the first, and on from there as a NaN by its w."""
    last = table.shape[0] - 1.0
    return np.int64(min(piece, last) if piece > 0.0 else 0.0)


@inline
def _pole(x, y):
    """The factors of M(X, Y): a = 1 / (1 + Z), and Z, of the unit vector (X, Y, Z).

    Series in X^2 + Y^2, exact to rounding within 150 years of 2000.
    """
    q = x * x + y * y
    z = 1.0 - q * (0.5 + q * (0.125 + q * 0.0625))
    return 0.5 + q * (0.125 + q * (0.0625 + q * 0.0390625)), z


@inline
def celestial(px, py, s, c, x, y, z):
    """R3(angle) M(X, Y) on a vector."""
    a, pz = _pole(px, py)
    p = px * x + py * y
    tilt = a * p + z
    x, y, z = x - px * tilt, y - py * tilt, p + pz * z
    return c * x + s * y, c * y - s * x, z


@inline
def celestial_back(px, py, s, c, x, y, z):
    x, y = c * x - s * y, s * x + c * y
    a, pz = _pole(px, py)
    p = px * x + py * y
    tilt = a * p - z
    return x - px * tilt, y - py * tilt, pz * z - p


@inline
def polar(mx, my, x, y, z):
    """R1(-y_p) R2(-x_p) on a vector; a sine is its angle, of some 1e-6 rad, to 1e-18."""
    cx, cy = 1.0 - 0.5 * mx * mx, 1.0 - 0.5 * my * my
    x, z = cx * x + mx * z, cx * z - mx * x
    return x, cy * y - my * z, cy * z + my * y


@inline
def polar_back(mx, my, x, y, z):
    cx, cy = 1.0 - 0.5 * mx * mx, 1.0 - 0.5 * my * my
    y, z = cy * y + my * z, cy * z - my * y
    return cx * x - mx * z, y, cx * z + mx * x


@inline
def geodetic_of(x, y, z, radius, flattening):
    """Latitude, longitude, height.

    Two passes of Bowring's formula (1976) for the tangent of the latitude from that of the
    parametric one.  Its error is some 0.01 of the square of the one before, so that a parametric
    latitude as if the point were on the ground, at most 7e-3 rad off, suffices to begin with.
    Tangents are kept as two sides of a triangle of any size, which saves the divisions, and lengths
    in units of the radius.
    """
    e2 = flattening * (2.0 - flattening)
    shrink = 1.0 - flattening
    second = e2 / (1.0 - e2) * shrink
    scale = 1.0 / radius
    p2 = (x * x + y * y) * (scale * scale)
    p = np.sqrt(p2)
    z = z * scale
    # The centre counts as a point of the northern axis.
    axial = 1e-10 if p2 + z * z < 1e-20 else z
    u, v = axial, p * shrink
    for _ in range(2):
        n2 = u * u + v * v
        n3 = n2 * np.sqrt(n2)
        top = axial * n3 + second * u * u * u
        bottom = p * n3 - e2 * v * v * v
        u, v = shrink * top, bottom
    # Near the centre the formula may point through it to the other side.
    bottom = abs(bottom)
    # From the foot of the normal, h = p cos + z sin - a sqrt(1 - e^2 sin^2).
    foot = np.sqrt(bottom * bottom + (1.0 - e2) * top * top)
    height = radius * (p * bottom + z * top - foot) / np.sqrt(bottom * bottom + top * top)
    return atan2(top, bottom), atan2(y, x), height
