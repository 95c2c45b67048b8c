"""The sum of all forces on a group of orbits in lanes.

Axes are those of the GCRS; but where the gravity is that of `Field.j` alone, which stands for an
Earth whose pole stands still, they have their z along it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from orbitsim.constants import MOON_MU, SUN_MU
from orbitsim.kernels.drag import add_drag, exponential_density
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.gravity import ZONAL_WORK, zonal_accelerations
from orbitsim.kernels.harmonics import harmonic_acceleration
from orbitsim.kernels.harris_priester import LAG, harris_priester
from orbitsim.kernels.lanes import LANES, ORIGIN, RADIATION, inner, pad, part
from orbitsim.kernels.mathfun import sincos
from orbitsim.kernels.nrlmsise import WORK as DENSITY_WORK
from orbitsim.kernels.nrlmsise import lane_density
from orbitsim.kernels.orientation import (
    celestial,
    celestial_back,
    geodetic_of,
    polar,
    polar_back,
    polynomials,
)
from orbitsim.kernels.perturbations import (
    de_sitter,
    lense_thirring,
    relativity,
    table_rates,
    table_values,
    third_body,
)
from orbitsim.kernels.radiation import radiation_pressure
from orbitsim.kernels.thrust import NO_THRUST, add_thrust
from orbitsim.kernels.tides import TERMS, TIDE_WORK, solid_tides

NO_AIR, EXPONENTIAL, HARRIS_PRIESTER, NRLMSISE = range(4)

_ROW = 3 * LANES
# Places in the scratch array.
_PIECE, _W = 0, LANES
_POLE = 2 * LANES  # X and Y, later with Z
_SINE, _COSINE = 5 * LANES, 6 * LANES
_MOTION = 7 * LANES
_FIXED = 9 * LANES  # Earth-fixed position
_DENSITY = 12 * LANES
_PLACE = 13 * LANES  # latitude, longitude, height
SUN, MOON = 16 * LANES, 19 * LANES
_TIDES = 22 * LANES
_REST = (22 + 2 * TERMS) * LANES
_SINE_LAG, _COSINE_LAG = float(np.sin(LAG)), float(np.cos(LAG))
WORK = _REST + max(ZONAL_WORK, TIDE_WORK, DENSITY_WORK)
"""Length of the scratch that `accelerate` needs."""


class Field(NamedTuple):
    """What acts on all lanes alike; SI.

    Tables have a row for each of the same pieces of time (see `orbitsim.kernels.frames`); an empty
    one stands for what is left out.
    """

    mu: float
    radius: float
    """Of the gravity model, m."""
    j: Any
    """J2, J3, ... padded to a multiple of `ZONALS_PER_PASS`, about the z axis; for want of an
    `orientation`."""
    degree: int
    order: int
    harmonics: Any
    """Of gravity that turns with the Earth; packed by `orbitsim.kernels.harmonics`."""
    pieces: int
    """Rows of the tables; 0 if there are none."""
    orientation: Any
    """Rows of `orbitsim.kernels.frames`' table, GCRS to ITRS."""
    sun: Any
    moon: Any
    sun_pulls: bool
    moon_pulls: bool
    tides: Any
    relativity: bool
    frame_dragging: bool
    geodesic: bool
    light: bool
    """Whether sunlight presses; see `orbitsim.kernels.shadows` for shadow."""
    shadow_radius: float
    shadow_stretch: float
    """Of the Earth as it casts shadow; see `orbitsim.kernels.radiation.light`."""
    air: int
    """`NO_AIR`, `EXPONENTIAL`, `HARRIS_PRIESTER` or `NRLMSISE`."""
    rotation: float
    """Of the air, rad/s."""
    air_radius: float
    air_flattening: float
    """Ellipsoid over which heights are counted for the density."""
    base_density: float
    base_height: float
    decay: float
    """Of exponential air: density at a height, and the inverse scale height."""
    bulge: float
    """Exponent of Harris and Priester's diurnal bulge."""
    weather: Any
    attitude: int
    """`NO_THRUST`, or in which the thrust's direction is given; see `orbitsim.kernels.thrust`."""
    ground_radius: float
    ground_flattening: float
    pole_x: float
    pole_y: float
    """Of the ground's ellipsoid, in the axes of the integration; it hardly moves in a flight."""
    """Surface below which there is no orbit."""


@part
def _locate(count, clock, lane, field, work):
    """Find each lane's instant in the tables."""
    for m in range(count):
        place = lane[ORIGIN * LANES + m] + clock[m] * (1.0 / PIECE_SECONDS)
        # A NaN goes to the first piece, and on from there as a NaN by its w.
        piece = min(np.floor(place), field.pieces - 1.0) if place > 0.0 else 0.0
        work[_PIECE + m], work[_W + m] = piece, place - piece
    pad(work[:_POLE], count)


@part
def _orient(count, field, work):
    """Look up the Earth's orientation at each lane's instant."""
    for m in range(count):
        row = field.orientation[np.int64(work[_PIECE + m])]
        x, y, angle, motion_x, motion_y = polynomials(row, work[_W + m])
        work[_POLE + m], work[_POLE + LANES + m] = x, y
        work[_POLE + 2 * LANES + m] = np.sqrt(1.0 - x * x - y * y)
        work[_SINE + m] = angle
        work[_COSINE + m] = 0.0
        work[_MOTION + m], work[_MOTION + LANES + m] = motion_x, motion_y
    pad(work[_POLE:_FIXED], count)
    for m in range(LANES):
        work[_SINE + m], work[_COSINE + m] = sincos(work[_SINE + m])


@inner
def _to_fixed(work, r, out):
    """Earth-fixed components (3 * LANES) of vectors."""
    for m in range(LANES):
        x, y, z = celestial(
            work[_POLE + m],
            work[_POLE + LANES + m],
            work[_SINE + m],
            work[_COSINE + m],
            r[m],
            r[LANES + m],
            r[2 * LANES + m],
        )
        x, y, z = polar(work[_MOTION + m], work[_MOTION + LANES + m], x, y, z)
        out[m], out[LANES + m], out[2 * LANES + m] = x, y, z


@inner
def _from_fixed(work, r, out):
    """Inertial components of Earth-fixed vectors; `out` may be `r`."""
    for m in range(LANES):
        x, y, z = polar_back(
            work[_MOTION + m],
            work[_MOTION + LANES + m],
            r[m],
            r[LANES + m],
            r[2 * LANES + m],
        )
        x, y, z = celestial_back(
            work[_POLE + m],
            work[_POLE + LANES + m],
            work[_SINE + m],
            work[_COSINE + m],
            x,
            y,
            z,
        )
        out[m], out[LANES + m], out[2 * LANES + m] = x, y, z


@inner
def _harris_priester(r, sun, height, exponent, density):
    """Density of air whose bulge follows the Sun; Earth-fixed positions."""
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        sx, sy, sz = sun[m], sun[LANES + m], sun[2 * LANES + m]
        ax, ay = _COSINE_LAG * sx - _SINE_LAG * sy, _SINE_LAG * sx + _COSINE_LAG * sy
        square = (x * x + y * y + z * z) * (sx * sx + sy * sy + sz * sz)
        cosine = (x * ax + y * ay + z * sz) / np.sqrt(square)
        density[m] = harris_priester(height[m], cosine, exponent)


@part
def _find_density(count, r, field, inverse, work):
    """Density of the air at each lane."""
    density = work[_DENSITY : _DENSITY + LANES]
    fixed = work[_FIXED : _FIXED + _ROW]
    if field.air == EXPONENTIAL:
        still = field.orientation.shape[0] == 0
        exponential_density(
            r[2 * LANES :] if still else fixed[2 * LANES :],
            inverse,
            field.air_radius,
            field.air_flattening,
            field.base_density,
            field.base_height,
            field.decay,
            density,
        )
        return
    latitude = work[_PLACE : _PLACE + LANES]
    longitude = work[_PLACE + LANES : _PLACE + 2 * LANES]
    height = work[_PLACE + 2 * LANES : _PLACE + _ROW]
    for m in range(LANES):
        latitude[m], longitude[m], height[m] = geodetic_of(
            fixed[m],
            fixed[LANES + m],
            fixed[2 * LANES + m],
            field.air_radius,
            field.air_flattening,
        )
    if field.air == HARRIS_PRIESTER:
        # The bulge goes before the Sun about the pole of date.
        sun = work[_TIDES : _TIDES + _ROW]
        _to_fixed(work, work[SUN : SUN + _ROW], sun)
        _harris_priester(fixed, sun, height, field.bulge, density)
        return
    piece, w = work[_PIECE : _PIECE + LANES], work[_W : _W + LANES]
    lane_density(count, field.weather, piece, w, height, latitude, longitude, density, work[_REST:])


@part
def _add_gravity(r, field, a, inverse, work):
    """Gravity of the Earth and its tides; and the Earth-fixed position for what follows."""
    fixed = work[_FIXED : _FIXED + _ROW]
    if field.orientation.shape[0] == 0:
        for m in range(LANES):
            work[_POLE + m] = 0.0
            work[_POLE + LANES + m] = 0.0
            work[_POLE + 2 * LANES + m] = 1.0
        zonal_accelerations(r, field.mu, field.radius, field.j, a, inverse, work[_REST:])
        return
    _to_fixed(work, r, fixed)
    harmonic_acceleration(
        fixed, field.mu, field.radius, field.degree, field.order, field.harmonics, a
    )
    if field.tides.shape[0] > 0:
        coefficients = work[_TIDES:_REST]
        table_values(
            field.tides, work[_PIECE : _PIECE + LANES], work[_W : _W + LANES], coefficients
        )
        solid_tides(
            fixed,
            work[_SINE : _SINE + LANES],
            work[_COSINE : _COSINE + LANES],
            coefficients,
            a,
            work[_REST:],
        )
    _from_fixed(work, a, a)


@part
def _add_bodies(r, lane, field, a, work):
    """What the Sun and the Moon do."""
    sun, moon = work[SUN : SUN + _ROW], work[MOON : MOON + _ROW]
    if field.sun.shape[0] > 0:
        table_values(field.sun, work[_PIECE : _PIECE + LANES], work[_W : _W + LANES], sun)
    if field.moon.shape[0] > 0:
        table_values(field.moon, work[_PIECE : _PIECE + LANES], work[_W : _W + LANES], moon)
    if field.sun_pulls:
        third_body(r, sun, SUN_MU, a)
    if field.moon_pulls:
        third_body(r, moon, MOON_MU, a)
    if field.light:
        coefficient = lane[RADIATION * LANES : (RADIATION + 1) * LANES]
        radiation_pressure(r, sun, coefficient, a)


@part
def accelerate(count, clock, r, v, lane, field, a, inverse, work):
    """Acceleration `a` (3 * LANES) and inverse distance `inverse` (LANES) at r, v (3 * LANES).

    Parameters
    ----------
    count : int
        Lanes in use; the others hold copies of the last of them.
    clock : ndarray, shape (LANES,)
        Seconds since each lane's arc began.
    lane : ndarray, shape (CONSTANTS * LANES,)
        What each orbit has to itself; see `orbitsim.kernels.lanes`.
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], r[2 * LANES + m]
        inverse[m] = 1.0 / np.sqrt(x * x + y * y + z * z)
    if field.pieces > 0:
        _locate(count, clock, lane, field, work)
        if field.orientation.shape[0] > 0:
            _orient(count, field, work)
    _add_gravity(r, field, a, inverse, work)
    if field.pieces > 0:
        _add_bodies(r, lane, field, a, work)
    if field.relativity:
        relativity(r, v, field.mu, a)
    if field.frame_dragging:
        lense_thirring(r, v, work[_POLE : _POLE + _ROW], field.mu, a)
    if field.geodesic:
        sun, rate = work[SUN : SUN + _ROW], work[_REST : _REST + _ROW]
        table_rates(field.sun, work[_PIECE : _PIECE + LANES], work[_W : _W + LANES], rate)
        de_sitter(v, sun, rate, a)
    if field.air != NO_AIR:
        _find_density(count, r, field, inverse, work)
        density, pole = work[_DENSITY : _DENSITY + LANES], work[_POLE : _POLE + _ROW]
        add_drag(clock, r, v, lane, density, pole, field.rotation, a)
    if field.attitude != NO_THRUST:
        add_thrust(clock, r, v, lane, field.attitude, a)
