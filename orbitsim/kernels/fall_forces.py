"""Forces on a falling body in axes that turn with the Earth, and their derivatives.

z is the pole, x goes through the zero meridian.  Forces are central and J2 gravity, the rotation's
two, and drag against air that turns with the Earth and may carry a wind.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.drag import ellipsoid_height
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import exp, inline

# Columns of a table of the air, shape (heights, COLUMNS), uniform in height: logarithm of density,
# its slope per step, speed of sound, wind towards east and north.
LOG_DENSITY, SLOPE, SOUND, EAST, NORTH = range(5)
COLUMNS = 5

# Places in `earth`: gravitational parameter, 3/2 J2 R^2, rotation rate, equatorial radius and
# flattening of the ellipsoid, base and inverse step of the table of the air, 1 if there is
# wind.
MU, BULGE, SPIN, RADIUS, FLATTENING, BASE, PER_STEP, WINDY = range(8)


@inline
def _air(height, earth, table):
    """Density, its logarithm's slope (1/m), and the place in the table: cell and part of it."""
    place = (height - earth[BASE]) * earth[PER_STEP]
    last = table.shape[0] - 2
    # Written so that NaN takes the last cell.
    cell = np.int64(min(max(place, 0.0), float(last))) if place < last else last
    part = place - cell
    low, high = table[cell, LOG_DENSITY], table[cell + 1, LOG_DENSITY]
    m0, m1 = table[cell, SLOPE], table[cell + 1, SLOPE]
    if part > 1.0:  # above the table the last slope goes on
        value, slope = high + m1 * (part - 1.0), m1
    elif part < 0.0:  # and below it the first
        value, slope = low + m0 * part, m0
    else:
        rise = high - low
        curve, twist = 3.0 * rise - 2.0 * m0 - m1, m0 + m1 - 2.0 * rise
        value = low + part * (m0 + part * (curve + part * twist))
        slope = m0 + part * (2.0 * curve + 3.0 * part * twist)
    return exp(value), slope * earth[PER_STEP], cell, min(max(part, 0.0), 1.0)


@inline
def _wind(y, inverse, cell, part, earth, table):
    """Wind in the axes, and its change with height (1/s)."""
    x, y_, z = y[0], y[1], y[2]
    e2 = earth[FLATTENING] * (2.0 - earth[FLATTENING])
    across = np.sqrt(x * x + y_ * y_ + 1e-6)
    # Tangent of the geodetic latitude, within 1e-7; N is the ellipsoid's normal.
    square = z * z * inverse * inverse
    normal = earth[RADIUS] * (1.0 + 0.5 * e2 * square)
    level = across * (1.0 - e2 * normal * inverse / (1.0 + e2 * square * normal * inverse))
    slant = 1.0 / np.sqrt(z * z + level * level)
    sine, cosine = z * slant, level * slant
    cx, sx = x / across, y_ / across
    east, north = table[cell, EAST], table[cell, NORTH]
    more_east, more_north = table[cell + 1, EAST] - east, table[cell + 1, NORTH] - north
    east, north = east + part * more_east, north + part * more_north
    more_east, more_north = more_east * earth[PER_STEP], more_north * earth[PER_STEP]
    return (
        -sx * east - sine * cx * north,
        cx * east - sine * sx * north,
        cosine * north,
        -sx * more_east - sine * cx * more_north,
        cx * more_east - sine * sx * more_north,
        cosine * more_north,
    )


@inline
def _factor(speed, cell, part, table, curve):
    """What the drag curve makes of the ballistic coefficient at this Mach number."""
    if curve.size < 3:
        return 1.0
    low = table[cell, SOUND]
    mach = speed / (low + part * (table[cell + 1, SOUND] - low))
    place, top = mach / curve[0], curve.size - 3.0
    place = place if place < top else top
    i = np.int64(place)
    # Beyond the curve its last value holds.
    share = min(mach / curve[0] - i, 1.0)
    return curve[i + 1] + share * (curve[i + 2] - curve[i + 1])


@inline
def rate_of_change(y, half, earth, table, curve):
    """Rate of change of a state, a tuple of six; then height, density, air speed and felt
    acceleration.  `half` is half the ballistic coefficient, m2/kg."""
    x, y_, z, vx, vy, vz = y
    inverse = 1.0 / np.sqrt(x * x + y_ * y_ + z * z)
    inverse2 = inverse * inverse
    spin = earth[SPIN]
    pull = -earth[MU] * inverse * inverse2
    bulge = earth[BULGE] * inverse2
    five = 5.0 * z * z * inverse2
    level = pull * (1.0 + bulge * (1.0 - five)) + spin * spin
    height = ellipsoid_height(1.0 / inverse, z * inverse, earth[RADIUS], earth[FLATTENING])
    density, _, cell, part = _air(height, earth, table)
    ux, uy, uz = vx, vy, vz
    if earth[WINDY] != 0.0:
        wx, wy, wz, _, _, _ = _wind(y, inverse, cell, part, earth, table)
        ux, uy, uz = ux - wx, uy - wy, uz - wz
    speed = np.sqrt(ux * ux + uy * uy + uz * uz)
    brake = half * density * speed * _factor(speed, cell, part, table, curve)
    rate = (
        vx, vy, vz,
        level * x + 2.0 * spin * vy - brake * ux,
        level * y_ - 2.0 * spin * vx - brake * uy,
        pull * (1.0 + bulge * (3.0 - five)) * z - brake * uz,
    )  # fmt: skip
    return rate, (height, density, speed, brake * speed)


@kernel
def slope(y, half, earth, table, curve, out):
    """As `rate_of_change`, of the state y (6,) into `out` (6,)."""
    rate, there = rate_of_change((y[0], y[1], y[2], y[3], y[4], y[5]), half, earth, table, curve)
    for c in range(6):
        out[c] = rate[c]
    return there


@inline
def jacobian(y, half, earth, table, curve):
    """Derivatives of the acceleration: by position as gravity's isotropic and radial part with a
    rank-one part along the vertical, by velocity as drag's isotropic and rank-one part.

    Returned are the two 3 x 3 matrices, row by row.
    """
    x, y_, z = y[0], y[1], y[2]
    inverse = 1.0 / np.sqrt(x * x + y_ * y_ + z * z)
    nx, ny, nz = x * inverse, y_ * inverse, z * inverse
    height = ellipsoid_height(1.0 / inverse, nz, earth[RADIUS], earth[FLATTENING])
    density, decay, cell, part = _air(height, earth, table)
    ux, uy, uz = y[3], y[4], y[5]
    gx, gy, gz = 0.0, 0.0, 0.0
    if earth[WINDY] != 0.0:
        wx, wy, wz, gx, gy, gz = _wind(y, inverse, cell, part, earth, table)
        ux, uy, uz = ux - wx, uy - wy, uz - wz
    speed = np.sqrt(ux * ux + uy * uy + uz * uz) + 1e-12
    k = half * density * _factor(speed, cell, part, table, curve)
    spin = earth[SPIN]
    ex, ey, ez = ux / speed, uy / speed, uz / speed
    iso, one = -k * speed, -k * speed
    v = (
        iso + one * ex * ex, one * ex * ey + 2.0 * spin, one * ex * ez,
        one * ey * ex - 2.0 * spin, iso + one * ey * ey, one * ey * ez,
        one * ez * ex, one * ez * ey, iso + one * ez * ez,
    )  # fmt: skip
    # Down the vertical the air grows denser and the wind changes.
    along = ex * gx + ey * gy + ez * gz
    fx = -k * speed * decay * ux - (iso * gx + one * ex * along)
    fy = -k * speed * decay * uy - (iso * gy + one * ey * along)
    fz = -k * speed * decay * uz - (iso * gz + one * ez * along)
    pull = earth[MU] * inverse * inverse * inverse
    flat, three = spin * spin - pull, 3.0 * pull
    r = (
        flat + three * nx * nx + fx * nx, three * nx * ny + fx * ny, three * nx * nz + fx * nz,
        three * ny * nx + fy * nx, flat + three * ny * ny + fy * ny, three * ny * nz + fy * nz,
        three * nz * nx + fz * nx, three * nz * ny + fz * ny, three * nz * nz - pull + fz * nz,
    )  # fmt: skip
    return r, v
