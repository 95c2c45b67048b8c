"""The Earth's atmosphere as a function of height: U.S. Standard Atmosphere 1976."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orbitsim.errors import InputError
from orbitsim.kernels import density as kernel

FloatArray = NDArray[np.float64]

LOWEST = -5_000.0
"""m; the standard's table begins here."""

HIGHEST = 1_000_000.0
"""m; and ends here."""

# Mean molar mass over that at sea level, every 0.5 km from 80 km to 86 km (table 8).
_MOLAR_MASS_RATIO = (
    1.0,
    0.999996,
    0.999989,
    0.999971,
    0.999941,
    0.999909,
    0.999870,
    0.999829,
    0.999786,
    0.999741,
    0.999694,
    0.999641,
    0.999579,
)
_RATIO_HEIGHTS = 80e3 + 500.0 * np.arange(len(_MOLAR_MASS_RATIO))


@dataclass(frozen=True, slots=True)
class Air:
    """The state of the air, arrays of the shape of the heights.

    Attributes
    ----------
    temperature : ndarray
        Kinetic, K.
    pressure : ndarray
        Pa.
    density : ndarray
        kg/m3.
    speed_of_sound : ndarray
        m/s; the standard defines it up to 86 km, above it is what pressure and density would give.
    """

    temperature: FloatArray
    pressure: FloatArray
    density: FloatArray
    speed_of_sound: FloatArray


def us_standard_1976(altitude: ArrayLike) -> Air:
    """The U.S. Standard Atmosphere 1976.

    Up to 86 km by its equations; above through its printed table, which it meets within 0.2 %.
    It is a mean atmosphere of middle latitudes under moderate solar activity: above 200 km the
    real one strays from it by factors.

    Parameters
    ----------
    altitude : array_like, shape (...)
        Geometric, above mean sea level, m, from -5 km to 1000 km.

    Returns
    -------
    Air
        Of the same shape.

    Raises
    ------
    InputError
        If an altitude is not finite or outside the standard.

    References
    ----------
    NOAA, NASA and USAF, U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562.

    Examples
    --------
    >>> air = us_standard_1976([0.0, 11e3])
    >>> air.temperature.round(2), air.pressure.round(0)
    (array([288.15, 216.77]), array([101325.,  22700.]))
    """
    z = np.asarray(altitude, dtype=float)
    wrong = ~((z >= LOWEST) & (z <= HIGHEST))
    if np.any(wrong):
        raise InputError(
            f"altitude must lie between {LOWEST / 1e3:g} and {HIGHEST / 1e3:g} km, "
            f"got {z[wrong].flat[0] / 1e3:g} km"
        )
    flat = np.ascontiguousarray(z).ravel()
    density, pressure = np.empty_like(flat), np.empty_like(flat)
    kernel.standard_air_at(flat, density, pressure)
    ratio = np.interp(flat, _RATIO_HEIGHTS, _MOLAR_MASS_RATIO)
    temperature = np.where(
        flat < kernel.LAYERS_TOP,
        pressure / (density * kernel.GAS_CONSTANT) * ratio,
        kernel.temperature_above_layers(flat),
    )
    sound = np.sqrt(kernel.HEAT_RATIO * pressure / density)
    columns = np.array([temperature, pressure, density, sound]).reshape(4, *z.shape)
    columns.flags.writeable = False
    return Air(columns[0, ...], columns[1, ...], columns[2, ...], columns[3, ...])
