"""Sunlight: how much of the Sun is seen past the Earth and the Moon, and its pressure.

The shadow is a cone: a body of the apparent radius b covers part of the Sun's disc of the apparent
radius a, their centres an angle c apart (Montenbruck & Gill 2000, eq. 3.85 to 3.94).  Positions are
from the Earth's centre (m), in any one frame.
"""

from __future__ import annotations

import numpy as np

from orbitsim.constants import ASTRONOMICAL_UNIT, MOON_RADIUS, SOLAR_PRESSURE, SUN_RADIUS
from orbitsim.kernels.lanes import LANES, inner, kernel
from orbitsim.kernels.mathfun import asin, atan2, inline


@inline
def discs(x, y, z, sx, sy, sz, bx, by, bz, radius):
    """Apparent radii a of the Sun and b of the body, and the angle c between them, from x, y, z."""
    sx, sy, sz = sx - x, sy - y, sz - z
    bx, by, bz = bx - x, by - y, bz - z
    a = asin(SUN_RADIUS / np.sqrt(sx * sx + sy * sy + sz * sz))
    b = asin(min(radius / np.sqrt(bx * bx + by * by + bz * bz), 1.0))
    cx, cy, cz = sy * bz - sz * by, sz * bx - sx * bz, sx * by - sy * bx
    c = atan2(np.sqrt(cx * cx + cy * cy + cz * cz), sx * bx + sy * by + sz * bz)
    return a, b, c


@inline
def illumination(x, y, z, sx, sy, sz, bx, by, bz, radius):
    """Part of the Sun's disc (0 to 1) that a body at b leaves to be seen from x, y, z.

    The two arcs that bound the overlap meet at the height h of the triangle with the sides a, b and
    c.  Where there is no such triangle, because the discs lie apart or one within the other, h is
    zero and the angles below become 0 or pi, which gives 1, 0 or 1 - (b / a)^2 without a branch.
    """
    a, b, c = discs(x, y, z, sx, sy, sz, bx, by, bz, radius)
    c = max(c, 1e-12)
    # Heron's formula, whose factors keep their digits.
    square = (a + b + c) * (b + c - a) * (a + c - b) * (a + b - c)
    h = np.sqrt(max(square, 0.0)) / (2.0 * c)
    p = (c * c + (a - b) * (a + b)) / (2.0 * c)
    covered = a * a * atan2(h, p) + b * b * atan2(h, c - p) - c * h
    share = 1.0 - covered / (3.141592653589793 * a * a)
    # The rounding of a sum that is 0 or 1.
    return min(max(share, 0.0), 1.0)


@inline
def shadow_margin(x, y, z, sx, sy, sz, bx, by, bz, radius, edge):
    """Angle (rad) from the shadow's edge of a body at b: positive in the light, negative inside.

    `edge` is 1 for the penumbra and -1 for the umbra (negative only where it is total).  Smooth
    but on the shadow's axis, and so fit for finding entry and exit.
    """
    a, b, c = discs(x, y, z, sx, sy, sz, bx, by, bz, radius)
    return c - b - edge * a


@inline
def light(x, y, z, sx, sy, sz, mx, my, mz, radius, stretch):
    """Part of the Sun's disc that the Earth and the Moon (at mx, my, mz) leave to be seen.

    `radius` is the Earth's equatorial one and `stretch` that over its polar one, 1 for a sphere: an
    ellipsoid becomes a sphere where z is stretched, and straight rays stay straight.  The Sun's
    disc is then distorted by 0.3 %.  Where both bodies cover some of the Sun, their parts are taken
    not to overlap.
    """
    earth = illumination(x, y, stretch * z, sx, sy, stretch * sz, 0.0, 0.0, 0.0, radius)
    moon = illumination(x, y, z, sx, sy, sz, mx, my, mz, MOON_RADIUS)
    return max(earth + moon - 1.0, 0.0)


@kernel
def lights(r, sun, moon, radius, stretch, out):
    """`light` at many positions: r, sun, moon (3, N), `out` (N)."""
    for i in range(out.size):
        out[i] = light(
            r[0, i], r[1, i], r[2, i], sun[0, i], sun[1, i], sun[2, i],
            moon[0, i], moon[1, i], moon[2, i], radius, stretch,
        )  # fmt: skip


@kernel
def shadow_margins(r, sun, body, radius, edge, out):
    """`shadow_margin` at many positions: r, sun, body (3, N), `out` (N)."""
    for i in range(out.size):
        out[i] = shadow_margin(
            r[0, i], r[1, i], r[2, i], sun[0, i], sun[1, i], sun[2, i],
            body[0, i], body[1, i], body[2, i], radius, edge,
        )  # fmt: skip


@inner
def radiation_pressure(r, sun, coefficient, a):
    """Add the pressure of the whole Sun's light on a sphere to `a`.

    What shadow takes away is dealt with by `orbitsim.kernels.shadows`.

    Parameters
    ----------
    r, sun, a : ndarray, shape (3 * LANES,)
        GCRS; m and m/s2.
    coefficient : ndarray, shape (LANES,)
        Reflectivity coefficient times area over mass, m2/kg; 0 in the dark.

    Notes
    -----
    Pressure falls with the square of the distance from the Sun.
    """
    for m in range(LANES):
        dx = r[m] - sun[m]
        dy = r[LANES + m] - sun[LANES + m]
        dz = r[2 * LANES + m] - sun[2 * LANES + m]
        square = 1.0 / (dx * dx + dy * dy + dz * dz)
        pressure = SOLAR_PRESSURE * ASTRONOMICAL_UNIT * ASTRONOMICAL_UNIT * square
        k = coefficient[m] * pressure * np.sqrt(square)
        a[m] += k * dx
        a[LANES + m] += k * dy
        a[2 * LANES + m] += k * dz
