"""Air of the U.S. Standard Atmosphere 1976: density and pressure from geometric height.

Up to 86 km these are the closed forms of the standard (NOAA-S/T 76-1562, eqs. 18, 23, 33a and 33b,
table 4).  Above, the standard is a set of integrals over the species, and its printed pressures and
molar masses stand for them: the logarithms of pressure and density follow a cubic through forty of
its heights, are kept for every kilometre, and run straight between those.  So both are continuous,
and within 0.2 % of the heights that were left out.  Above 1000 km the last scale height goes on.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from orbitsim.constants import MOLAR_GAS_CONSTANT_US1976, STANDARD_GRAVITY
from orbitsim.kernels.mathfun import FASTMATH, exp, inline, log

FloatArray = NDArray[np.float64]

GEOPOTENTIAL_RADIUS = 6_356_766.0
"""m; turns geometric into geopotential height (eq. 18)."""

MOLAR_MASS = 0.0289644
"""kg/mol, of air at sea level (p. 9)."""

GAS_CONSTANT = MOLAR_GAS_CONSTANT_US1976 / MOLAR_MASS
"""J/(kg K), of air at sea level."""

HEAT_RATIO = 1.4
"""Ratio of specific heats (table 2)."""

SEA_LEVEL_PRESSURE = 101_325.0
"""Pa (table 2)."""

LAYERS_TOP = 86_000.0
"""m, geometric; the printed table stands above."""

_G_OVER_R = STANDARD_GRAVITY / GAS_CONSTANT

# Table 4: geopotential height of each layer's base, m, and its lapse rate, K/m.
LAYER_HEIGHT = np.array([0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
LAYER_LAPSE = np.array([-6.5e-3, 0.0, 1.0e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3])
_SEA_LEVEL_TEMPERATURE = 288.15

# Table I: geometric height, km; pressure, Pa; mean molar mass, g/mol.
_PRINTED = np.array(
    [
        (88.0, 2.6173e-1, 28.94),
        (90.0, 1.8359e-1, 28.91),
        (93.0, 1.0801e-1, 28.82),
        (95.0, 7.5966e-2, 28.73),
        (97.0, 5.3571e-2, 28.62),
        (99.0, 3.7948e-2, 28.48),
        (101.0, 2.7192e-2, 28.30),
        (103.0, 1.9742e-2, 28.10),
        (105.0, 1.4477e-2, 27.88),
        (107.0, 1.0751e-2, 27.64),
        (109.0, 8.1142e-3, 27.39),
        (110.0, 7.1042e-3, 27.27),
        (111.0, 6.2614e-3, 27.14),
        (112.0, 5.5547e-3, 27.02),
        (115.0, 4.0096e-3, 26.68),
        (118.0, 3.0144e-3, 26.38),
        (120.0, 2.5382e-3, 26.20),
        (125.0, 1.7354e-3, 25.80),
        (130.0, 1.2505e-3, 25.44),
        (140.0, 7.2028e-4, 24.75),
        (150.0, 4.5422e-4, 24.10),
        (160.0, 3.0395e-4, 23.49),
        (180.0, 1.5271e-4, 22.34),
        (200.0, 8.4736e-5, 21.30),
        (220.0, 5.0149e-5, 20.37),
        (250.0, 2.4767e-5, 19.19),
        (300.0, 8.7704e-6, 17.73),
        (350.0, 3.4498e-6, 16.74),
        (400.0, 1.4518e-6, 15.98),
        (450.0, 6.4468e-7, 15.25),
        (500.0, 3.0236e-7, 14.33),
        (550.0, 1.5137e-7, 13.09),
        (600.0, 8.2130e-8, 11.51),
        (650.0, 4.8865e-8, 9.72),
        (700.0, 3.1908e-8, 8.00),
        (750.0, 2.2599e-8, 6.58),
        (800.0, 1.7036e-8, 5.54),
        (850.0, 1.3415e-8, 4.85),
        (900.0, 1.0873e-8, 4.40),
        (950.0, 8.9816e-9, 4.12),
        (1000.0, 7.5138e-9, 3.94),
    ]
)


def temperature_above_layers(height: FloatArray) -> FloatArray:
    """Kinetic temperature (K) at geometric heights (m) from 86 km up (eqs. 25, 27, 29, 31)."""
    km = height / 1e3
    arc = 263.1905 - 76.3232 * np.sqrt(np.maximum(0.0, 1.0 - ((km - 91.0) / 19.9429) ** 2))
    radius = GEOPOTENTIAL_RADIUS / 1e3
    above_120 = (km - 120.0) * (radius + 120.0) / (radius + km)
    return np.select(
        [km <= 91.0, km <= 110.0, km <= 120.0],
        [186.8673, arc, 240.0 + 12.0 * (km - 110.0)],
        1000.0 - 640.0 * np.exp(-0.01875 * above_120),
    )


def _layer_bases() -> tuple[FloatArray, FloatArray]:
    """Temperature (K) and logarithm of pressure at each layer's base."""
    temperature = [_SEA_LEVEL_TEMPERATURE]
    log_pressure = [np.log(SEA_LEVEL_PRESSURE)]
    for rise, lapse in zip(np.diff(LAYER_HEIGHT), LAYER_LAPSE[:-1], strict=True):
        warm = temperature[-1] + lapse * rise
        thickness = np.log(warm / temperature[-1]) / lapse if lapse else rise / temperature[-1]
        log_pressure.append(log_pressure[-1] - _G_OVER_R * thickness)
        temperature.append(warm)
    return np.array(temperature), np.array(log_pressure)


LAYER_TEMPERATURE, _LAYER_LOG_PRESSURE = _layer_bases()


def _at_layers_top() -> tuple[float, float]:
    """Logarithms of pressure and density where the table takes over."""
    h = GEOPOTENTIAL_RADIUS * LAYERS_TOP / (GEOPOTENTIAL_RADIUS + LAYERS_TOP)
    temperature = LAYER_TEMPERATURE[-1] + LAYER_LAPSE[-1] * (h - LAYER_HEIGHT[-1])
    thickness = np.log(temperature / LAYER_TEMPERATURE[-1]) / LAYER_LAPSE[-1]
    log_pressure = _LAYER_LOG_PRESSURE[-1] - _G_OVER_R * thickness
    return float(log_pressure), float(log_pressure - np.log(GAS_CONSTANT * temperature))


def _every_kilometre() -> FloatArray:
    """Logarithms of pressure and density at 86, 87, ... 1000 km."""
    km, pressure, molar_mass = _PRINTED.T
    warmth = MOLAR_GAS_CONSTANT_US1976 * temperature_above_layers(km * 1e3)
    printed = np.log([pressure, pressure * molar_mass * 1e-3 / warmth])
    x = np.concatenate(([LAYERS_TOP / 1e3], km))
    y = np.column_stack((_at_layers_top(), printed))
    slope = np.gradient(y, x, axis=1)
    at = np.arange(x[0], x[-1] + 0.5)
    i = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    width = x[i + 1] - x[i]
    s = (at - x[i]) / width
    hermite = y[:, i] * (1 + 2 * s) * (1 - s) ** 2 + y[:, i + 1] * s**2 * (3 - 2 * s)
    hermite += width * (slope[:, i] * s * (1 - s) ** 2 - slope[:, i + 1] * s**2 * (1 - s))
    return np.asarray(hermite)


# Contiguous, or the compiled code could not be kept on disk.
_LOG_PRESSURE_ABOVE, _LOG_DENSITY_ABOVE = map(np.ascontiguousarray, _every_kilometre())
_LAST_KILOMETRE = float(len(_LOG_PRESSURE_ABOVE) - 2)


@inline
def standard_air(height):
    """Density (kg/m3) and pressure (Pa) at a geometric height (m) of any sign."""
    if height < LAYERS_TOP:
        h = GEOPOTENTIAL_RADIUS * height / (GEOPOTENTIAL_RADIUS + height)
        layer = np.int64(h >= 11e3) + np.int64(h >= 20e3) + np.int64(h >= 32e3)
        layer += np.int64(h >= 47e3) + np.int64(h >= 51e3) + np.int64(h >= 71e3)
        base = LAYER_TEMPERATURE[layer]
        lapse = LAYER_LAPSE[layer]
        rise = h - LAYER_HEIGHT[layer]
        temperature = base + lapse * rise
        thickness = rise / base if lapse == 0.0 else log(temperature / base) / lapse
        pressure = exp(_LAYER_LOG_PRESSURE[layer] - _G_OVER_R * thickness)
        density = pressure / (GAS_CONSTANT * temperature)
    else:
        km = (height - LAYERS_TOP) * 1e-3
        # Written so that NaN takes the last cell, and comes out of the interpolation.
        cell = np.int64(km if km < _LAST_KILOMETRE else _LAST_KILOMETRE)
        part = km - cell
        p, q = _LOG_PRESSURE_ABOVE[cell], _LOG_DENSITY_ABOVE[cell]
        pressure = exp(p + part * (_LOG_PRESSURE_ABOVE[cell + 1] - p))
        density = exp(q + part * (_LOG_DENSITY_ABOVE[cell + 1] - q))
    return density, pressure


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def standard_air_at(heights, density, pressure):
    """`standard_air` at every height (N,), into `density` and `pressure` (N,)."""
    for i in range(heights.size):
        density[i], pressure[i] = standard_air(heights[i])
