"""Forces that follow from where other bodies are, and relativity, in lanes.

Each kernel adds to the acceleration `a` (3 * LANES, m/s2).  Positions and velocities are from the
Earth's centre, in GCRS axes; see `orbitsim.kernels.lanes` for the layout.
"""

from __future__ import annotations

import numpy as np

from orbitsim.constants import SPEED_OF_LIGHT, SUN_MU
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import LANES, inner
from orbitsim.kernels.orientation import piece_index

EARTH_SPIN = 9.8e8
"""m2/s, the Earth's angular momentum per unit of mass (IERS Conventions 2010, section 10.3)."""

_PER_C2 = 1.0 / (SPEED_OF_LIGHT * SPEED_OF_LIGHT)


@inner
def table_values(table, piece, w, out):
    """Values of a table of cubics at each lane's instant, `out` (K * LANES).

    A row of the table (pieces, 4 * K) holds the K constant terms, then the linear ones, and so on.
    `piece` (LANES) are whole numbers, counted from the first row; `w` (LANES) runs from 0 to 1.
    """
    count = table.shape[1] // 4
    together = True
    for m in range(LANES):
        together &= piece[m] == piece[0]
    if together:
        row = table[piece_index(table, piece[0])]
        for k in range(count):
            c0, c1, c2, c3 = row[k], row[count + k], row[2 * count + k], row[3 * count + k]
            values = out[k * LANES : (k + 1) * LANES]
            for m in range(LANES):
                values[m] = c0 + w[m] * (c1 + w[m] * (c2 + w[m] * c3))
        return
    for m in range(LANES):
        row = table[piece_index(table, piece[m])]
        u = w[m]
        for k in range(count):
            c0, c1, c2, c3 = row[k], row[count + k], row[2 * count + k], row[3 * count + k]
            out[k * LANES + m] = c0 + u * (c1 + u * (c2 + u * c3))


@inner
def table_rates(table, piece, w, out):
    """Time derivatives (per second) of what `table_values` gives."""
    count = table.shape[1] // 4
    for m in range(LANES):
        row = table[piece_index(table, piece[m])]
        u = w[m]
        for k in range(count):
            c1, c2, c3 = row[count + k], row[2 * count + k], row[3 * count + k]
            out[k * LANES + m] = (c1 + u * (2.0 * c2 + u * 3.0 * c3)) * (1.0 / PIECE_SECONDS)


@inner
def third_body(r, body, mu, a):
    """Attraction by a body at `body` (3 * LANES) less that of the Earth by it.

    With d = r - body and q = r.(r - 2 body) / body^2, so that (d / body)^2 = 1 + q,

        a = -mu / d^3 (r + f body),
        f = (1 + q)^(3/2) - 1 = q (3 + 3 q + q^2) / (1 + (1 + q)^(3/2)),

    in which nothing cancels however far the body is (Battin 1999, section 8.4).
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        bx, by, bz = body[m], body[LANES + m], body[2 * LANES + m]
        inverse = 1.0 / (bx * bx + by * by + bz * bz)
        q = (x * (x - 2.0 * bx) + y * (y - 2.0 * by) + z * (z - 2.0 * bz)) * inverse
        power = (1.0 + q) * np.sqrt(1.0 + q)
        f = q * (3.0 + q * (3.0 + q)) / (1.0 + power)
        k = mu * inverse * np.sqrt(inverse) / power
        a[m] -= k * (x + f * bx)
        a[LANES + m] -= k * (y + f * by)
        a[2 * LANES + m] -= k * (z + f * bz)


@inner
def relativity(r, v, mu, a):
    """The field of the Earth's mass beyond Newton (IERS Conventions 2010, eq. 10.12, line 1).

    mu / (c^2 r^3) ((4 mu / r - v^2) r + 4 (r.v) v).
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        u, s, t = v[m], v[LANES + m], v[2 * LANES + m]
        inverse = 1.0 / np.sqrt(x * x + y * y + z * z)
        k = mu * _PER_C2 * inverse * inverse * inverse
        radial = k * (4.0 * mu * inverse - (u * u + s * s + t * t))
        along = 4.0 * k * (x * u + y * s + z * t)
        a[m] += radial * x + along * u
        a[LANES + m] += radial * y + along * s
        a[2 * LANES + m] += radial * z + along * t


@inner
def lense_thirring(r, v, pole, mu, a):
    """Frame dragging by the Earth's spin about `pole` (3 * LANES), a unit vector.

    2 mu / (c^2 r^3) (3 / r^2 (r x v)(r.J) + v x J) (IERS Conventions 2010, eq. 10.12, line 2).
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        u, s, t = v[m], v[LANES + m], v[2 * LANES + m]
        px, py, pz = pole[m], pole[LANES + m], pole[2 * LANES + m]
        square = 1.0 / (x * x + y * y + z * z)
        k = 2.0 * mu * _PER_C2 * EARTH_SPIN * square * np.sqrt(square)
        p = 3.0 * k * square * (x * px + y * py + z * pz)
        a[m] += p * (y * t - z * s) + k * (s * pz - t * py)
        a[LANES + m] += p * (z * u - x * t) + k * (t * px - u * pz)
        a[2 * LANES + m] += p * (x * s - y * u) + k * (u * py - s * px)


@inner
def de_sitter(v, sun, sun_rate, a):
    """Geodesic precession (IERS Conventions 2010, eq. 10.12, line 3): 3 (R' x -mu R/(c^2 R^3)) x v.

    R is the Earth's place from the Sun, so that both signs of `sun` and its rate `sun_rate` (m/s),
    each (3 * LANES), cancel.
    """
    for m in range(LANES):
        x, y, z = sun[m], sun[LANES + m], sun[2 * LANES + m]
        u, s, t = sun_rate[m], sun_rate[LANES + m], sun_rate[2 * LANES + m]
        inverse = 1.0 / np.sqrt(x * x + y * y + z * z)
        k = -3.0 * SUN_MU * _PER_C2 * inverse * inverse * inverse
        ox, oy, oz = k * (s * z - t * y), k * (t * x - u * z), k * (u * y - s * x)
        vx, vy, vz = v[m], v[LANES + m], v[2 * LANES + m]
        a[m] += oy * vz - oz * vy
        a[LANES + m] += oz * vx - ox * vz
        a[2 * LANES + m] += ox * vy - oy * vx
