"""Air drag in lanes: height, density by the model at hand, and the pull of air that turns along."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import DRAG, FLOW, LANES, inner
from orbitsim.kernels.mathfun import exp, inline


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


@inline
def ground_height(x, y, z, field):
    """Height over the ground that a `orbitsim.kernels.dynamics.Field` has."""
    px, py = field.pole_x, field.pole_y
    r = np.sqrt(x * x + y * y + z * z)
    along = px * x + py * y + np.sqrt(1.0 - px * px - py * py) * z
    return ellipsoid_height(r, along / r, field.ground_radius, field.ground_flattening)


@inner
def exponential_density(z, inverse, radius, flattening, base_density, base_height, decay, density):
    """Density (LANES) at the distance over the equator z (LANES) and the `inverse` distance."""
    for m in range(LANES):
        i = inverse[m]
        height = ellipsoid_height(1.0 / i, z[m] * i, radius, flattening)
        density[m] = base_density * exp(decay * (base_height - height))


@inner
def add_drag(clock, r, v, lane, density, pole, rotation, a):
    """Add -(coefficient / 2) density * speed * velocity relative to the air to `a` (3 * LANES).

    The air turns about the `pole` (3 * LANES, of unit length); where propellant flows, the
    coefficient grows as the mass falls.
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        px, py, pz = pole[m], pole[LANES + m], pole[2 * LANES + m]
        ux = v[m] - rotation * (py * z - pz * y)
        uy = v[LANES + m] - rotation * (pz * x - px * z)
        uz = v[2 * LANES + m] - rotation * (px * y - py * x)
        speed = np.sqrt(ux * ux + uy * uy + uz * uz)
        lighter = 1.0 - lane[FLOW * LANES + m] * clock[m]
        k = lane[DRAG * LANES + m] * density[m] * speed / lighter
        a[m] -= k * ux
        a[LANES + m] -= k * uy
        a[2 * LANES + m] -= k * uz
