"""The air an ascent flies through: a profile over height, with wind."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.environment.atmosphere import HIGHEST, LOWEST, us_standard_1976
from orbitsim.environment.profile import AirProfile, WindProfile
from orbitsim.errors import InputError
from orbitsim.kernels import ascent as kernel
from orbitsim.kernels.density import HEAT_RATIO
from orbitsim.units import FloatArray

_STEP = 10.0
_LOWEST, _HIGHEST = -1_000.0, 200_000.0
_HEIGHTS = np.arange(_LOWEST, _HIGHEST + 0.5 * _STEP, _STEP)

# Where the wind is uncertain, relative to the level of the jet stream: an assumption of this
# package, after the common shape of wind statistics in middle latitudes (a first peak near 12 km,
# a lull near 22 km, a second peak near 60 km).
_SHAPE_HEIGHTS = np.array([0.0, 6e3, 12e3, 22e3, 60e3, 80e3, 110e3])
_SHAPE = np.array([0.2, 0.6, 1.0, 0.4, 1.3, 1.0, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class AscentAir:
    """Density, pressure and wind over height, the same all along the flight.

    Attributes
    ----------
    table : ndarray, shape (heights, 5)
        Logarithms of density (kg/m3) and pressure (Pa), wind towards east and north (m/s), and the
        shape of the wind's dispersion (1 at the jet stream), every 10 m from -1 to 200 km.
        Beyond, the logarithms run on straight.
    """

    table: FloatArray

    @classmethod
    def of(cls, air: AirProfile | None = None, wind: WindProfile | None = None) -> Self:
        """Air and wind of profiles; without one, the standard atmosphere, or none.

        Between the heights of a profile its ratio to the standard atmosphere is interpolated, and
        beyond them it stays.  The pressure is that which goes with density and speed of sound.
        """
        table = standard_air().table.copy()
        if air is not None:
            standard = us_standard_1976(np.clip(air.height, LOWEST, HIGHEST))
            pressure = air.density * air.speed_of_sound**2 / HEAT_RATIO
            for column, given, usual in (
                (kernel.LOG_DENSITY, air.density, standard.density),
                (kernel.LOG_PRESSURE, pressure, standard.pressure),
            ):
                table[:, column] += np.interp(_HEIGHTS, air.height, np.log(given / usual))
        if wind is not None:
            table[:, kernel.EAST] = np.interp(_HEIGHTS, wind.height, wind.east)
            table[:, kernel.NORTH] = np.interp(_HEIGHTS, wind.height, wind.north)
        return cls(_frozen(table))

    def without_wind(self) -> AscentAir:
        """The same air at rest."""
        table = self.table.copy()
        table[:, kernel.EAST : kernel.NORTH + 1] = 0.0
        return replace(self, table=_frozen(table))

    def with_wind_dispersion(self, height: ArrayLike, shape: ArrayLike) -> AscentAir:
        """The same air with another shape (H,) over rising heights (m) of what `Dispersions.wind`
        adds."""
        z, values = np.asarray(height, dtype=float), np.asarray(shape, dtype=float)
        if z.ndim != 1 or z.shape != values.shape or not np.all(np.diff(z) > 0.0):
            raise InputError(
                f"height must rise and shape have its length, got {z.shape} and {values.shape}"
            )
        if not np.all(np.isfinite(values)):
            raise InputError("shape must be finite")
        table = self.table.copy()
        table[:, kernel.WIND_SHAPE] = np.interp(_HEIGHTS, z, values)
        return replace(self, table=_frozen(table))

    @property
    def grid(self) -> tuple[float, float]:
        """Lowest height, m, and the inverse of the step, 1/m: what the kernels ask for."""
        return _LOWEST, 1.0 / _STEP


@cache
def standard_air() -> AscentAir:
    """The U.S. Standard Atmosphere 1976 at rest, within 1e-6 of its density.

    >>> round(float(np.exp(standard_air().table[100, 0])), 3)  # 100 steps up from -1 km: sea level
    1.225
    """
    air = us_standard_1976(_HEIGHTS)
    table = np.zeros((_HEIGHTS.size, kernel.AIR_COLUMNS))
    table[:, kernel.LOG_DENSITY] = np.log(air.density)
    table[:, kernel.LOG_PRESSURE] = np.log(air.pressure)
    table[:, kernel.WIND_SHAPE] = np.interp(_HEIGHTS, _SHAPE_HEIGHTS, _SHAPE)
    return AscentAir(_frozen(table))


def _frozen(table: FloatArray) -> FloatArray:
    table.flags.writeable = False
    return table
