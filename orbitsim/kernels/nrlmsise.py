"""NRLMSISE-00: the density, composition and temperature of the air from the ground upward.

The model of Picone, Hedin, Drob & Aikin (2002, JGR 107(A12), 1468) evaluated for one place and time
in less than a microsecond.  `density` takes the history of ap, `daily_density` the day's Ap alone.

========================  ==========================================================
argument                  meaning
========================  ==========================================================
day                       of the year, UTC, 1 on 1 January; the model was fitted to whole days,
                          a fraction is allowed
seconds                   of the day, UTC; may run on beyond the day
height                    above the ellipsoid, m; from the ground to infinity
latitude, longitude       geodetic, rad
f107a, f107               10.7 cm solar flux, 1e-22 W/(m2 Hz): mean of 81 days about the day, and of
                          the previous day
ap                        planetary index: of the day; now; 3, 6, 9 h before; mean of 12 to 33 h and
                          of 36 to 57 h before
========================  ==========================================================

The model itself is not quite continuous, and this is the model to rounding: where it leaves out
variations that hardly matter below (123.4 km, 72.5 km) density jumps by 1e-3 and 3e-3 in the rms,
at 160, 300 and 450 km, where corrections end, by 3e-4, 1e-4 and 2e-5.  It also rounds 2 pi, so
that midnight and the meridian of 180 deg leave some 1e-5.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels import nrlmsise_tables as tables
from orbitsim.kernels.frames import PIECE_SECONDS, PIECES_PER_DAY
from orbitsim.kernels.lanes import LANES, kernel
from orbitsim.kernels.mathfun import inline
from orbitsim.kernels.nrlmsise_expansion import (
    ACTIVITY,
    COSINE,
    SINE,
    angles,
    daily_activity,
    expand,
    remembered_activity,
)
from orbitsim.kernels.nrlmsise_profile import (
    NUMBER,
    PROFILE_WORK,
    gravity_and_radius,
    lower_atmosphere,
    thermosphere,
)
from orbitsim.kernels.nrlmsise_species import MASS
from orbitsim.kernels.nrlmsise_tables import ATOMIC_NITROGEN, SETS
from orbitsim.kernels.orientation import piece_index

_UPPER, _UPPER_HISTORY, _UPPER_DAILY = tables.UPPER, tables.UPPER_HISTORY, tables.UPPER_DAILY
_LOWER, _LOWER_HISTORY, _LOWER_DAILY = tables.LOWER, tables.LOWER_HISTORY, tables.LOWER_DAILY

_LAST_ACTIVITY = ACTIVITY + ATOMIC_NITROGEN
_LOWEST = 72.5
"""km; the thermosphere's formulas reach down to here."""

_AP = PROFILE_WORK
WORK = _AP + 8
"""Length of the scratch array."""

_UNIT = 1.66e-27
"""kg; the model's unit of molecular mass."""


@kernel
def numbers(height, f107a, f107, upper, lower, work):
    """Number densities into `work`, which has angles and activity already.

    `upper` and `lower` are the magnetic tables.  Returns temperature and exospheric temperature.
    """
    z = height * 1e-3
    gravity, radius = gravity_and_radius(work[SINE], work[COSINE])
    expand(_UPPER, upper, f107a, f107, work)
    if not z < _LOWEST:
        temperature, exospheric, _ = thermosphere(z, f107a, gravity, radius, work)
        return temperature, exospheric
    _, exospheric, mixed = thermosphere(_LOWEST, f107a, gravity, radius, work)
    # The lower sets know one activity only: the one that the model evaluated last.
    for j in range(SETS):
        work[ACTIVITY + j] = work[_LAST_ACTIVITY]
    expand(_LOWER, lower, f107a, f107, work)
    return lower_atmosphere(z, mixed, gravity, radius, work), exospheric


@inline
def _mass(work):
    """Mass density (kg/m3) of all species."""
    n = NUMBER
    light = (
        MASS[0] * work[n] + MASS[5] * work[n + 5] + (MASS[6] * work[n + 6] + MASS[7] * work[n + 7])
    )
    heavy = (
        MASS[1] * work[n + 1]
        + MASS[2] * work[n + 2]
        + (MASS[3] * work[n + 3] + MASS[4] * work[n + 4])
    )
    return _UNIT * (light + heavy)


@kernel
def _density(day, seconds, height, latitude, longitude, f107a, f107, ap, first, work):
    """`density` with the ap in ``ap[first : first + 7]``."""
    angles(day, seconds, latitude, longitude, work)
    remembered_activity(latitude, ap, first, work)
    numbers(height, f107a, f107, _UPPER_HISTORY, _LOWER_HISTORY, work)
    return _mass(work)


@kernel
def density(day, seconds, height, latitude, longitude, f107a, f107, ap):
    """Mass density (kg/m3) that drags, anomalous oxygen included, with the history of ap (7,)."""
    work = np.empty(WORK)
    return _density(day, seconds, height, latitude, longitude, f107a, f107, ap, 0, work)


@kernel
def daily_density(day, seconds, height, latitude, longitude, f107a, f107, ap):
    """Mass density (kg/m3) that drags, anomalous oxygen included, with the daily Ap."""
    work = np.empty(WORK)
    angles(day, seconds, latitude, longitude, work)
    daily_activity(ap, work)
    numbers(height, f107a, f107, _UPPER_DAILY, _LOWER_DAILY, work)
    return _mass(work)


@kernel
def lane_density(count, weather, piece, w, height, latitude, longitude, out, work):
    """`density` of lanes (LANES) into `out`; those from `count` on have that of the last before.

    Parameters
    ----------
    count : int
        Lanes to evaluate, at least one.
    weather : ndarray, shape (pieces, 25)
        As `orbitsim.environment.space_weather.weather_table` makes it.
    piece, w : ndarray, shape (LANES,)
        Row of each lane's instant, as a whole float, and the place in it from 0 to 1.
    height, latitude, longitude : ndarray, shape (LANES,)
        m, geodetic rad.
    out : ndarray, shape (LANES,)
        kg/m3.
    work : ndarray, shape (WORK,)
    """
    for m in range(count):
        row, x = weather[piece_index(weather, piece[m])], w[m]
        later = x - row[6] if x > row[6] else 0.0
        for k in range(6):
            work[_AP + 1 + k] = row[7 + 3 * k] + x * row[8 + 3 * k] + later * row[9 + 3 * k]
        out[m] = _density(
            row[0] + x * (1.0 / PIECES_PER_DAY),
            row[1] + x * PIECE_SECONDS,
            height[m],
            latitude[m],
            longitude[m],
            row[2] + x * row[3],
            row[4] + x * row[5],
            work,
            _AP,
            work,
        )
    for m in range(count, LANES):
        out[m] = out[count - 1]


@kernel
def density_at(day, seconds, height, latitude, longitude, f107a, f107, ap, out):
    """`density` of many points, all (N,) but ap (N, 7), into `out`."""
    work = np.empty(WORK)
    for i in range(out.size):
        work[_AP : _AP + 7] = ap[i]
        out[i] = _density(
            day[i],
            seconds[i],
            height[i],
            latitude[i],
            longitude[i],
            f107a[i],
            f107[i],
            work,
            _AP,
            work,
        )


@kernel
def composition_at(day, seconds, height, latitude, longitude, f107a, f107, ap, out):
    """Composition of many points, all (N,) but ap (N, 7), into `out` (11, N).

    Temperature and exospheric temperature (K), mass density (kg/m3) as in `density`, and the number
    densities (per m3) of He, O, N2, O2, Ar, H, N and anomalous O.
    """
    work = np.empty(WORK)
    for i in range(day.size):
        work[_AP : _AP + 7] = ap[i]
        angles(day[i], seconds[i], latitude[i], longitude[i], work)
        remembered_activity(latitude[i], work, _AP, work)
        temperature, exospheric = numbers(
            height[i], f107a[i], f107[i], _UPPER_HISTORY, _LOWER_HISTORY, work
        )
        out[0, i] = temperature
        out[1, i] = exospheric
        out[2, i] = _mass(work)
        out[3:, i] = work[NUMBER : NUMBER + 8]
