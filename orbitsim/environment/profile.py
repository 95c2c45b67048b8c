"""Air and wind as tables over height: the standard atmosphere, or a model's for a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from orbitsim.environment.atmosphere import us_standard_1976
from orbitsim.errors import InputError
from orbitsim.units import FloatArray, read_only, to_finite_si

STANDARD_HEIGHTS: Final = read_only(
    np.concatenate([np.arange(-2e3, 150e3, 125.0), np.arange(150e3, 1000.1e3, 1e3)])
)
"""m; where `AirProfile.standard` takes up the U.S. Standard Atmosphere 1976."""


@dataclass(frozen=True, slots=True, eq=False)
class AirProfile:
    """Density and speed of sound over height.

    Between the heights the logarithm of density follows a monotone cubic, the speed of sound
    straight lines; above and below them the logarithm goes on in a straight line and the speed of
    sound keeps its last value.

    Attributes
    ----------
    height : ndarray, shape (M,)
        Above the ellipsoid, m, rising.
    density : ndarray, shape (M,)
        kg/m3.
    speed_of_sound : ndarray, shape (M,)
        m/s.

    Examples
    --------
    >>> air = AirProfile([0.0, 50e3, 100e3], [1.2, 1.2e-3, 1.2e-6], [340.0, 330.0, 280.0])
    >>> air.height.size
    3
    """

    height: FloatArray
    density: FloatArray
    speed_of_sound: FloatArray

    def __init__(self, height: Any, density: Any, speed_of_sound: Any) -> None:
        columns = _columns(
            (height, "m", "height"),
            (density, "kg/m3", "density"),
            (speed_of_sound, "m/s", "speed_of_sound"),
        )
        for name, column in zip(("density", "speed_of_sound"), columns[1:], strict=True):
            if not np.all(column > 0.0):
                raise InputError(f"{name} must be positive, got {column.min():g}")
        for name, column in zip(AirProfile.__slots__, columns, strict=True):
            object.__setattr__(self, name, column)

    @classmethod
    def standard(cls) -> Self:
        """The U.S. Standard Atmosphere 1976, from -2 km to 1000 km.

        Geometric height stands for the height above the ellipsoid.
        """
        air = us_standard_1976(STANDARD_HEIGHTS)
        return cls(STANDARD_HEIGHTS, air.density, air.speed_of_sound)

    @classmethod
    def exponential(
        cls,
        density: float,
        scale_height: float,
        *,
        base_height: float = 0.0,
        top: float = 1000e3,
        speed_of_sound: float = 300.0,
    ) -> Self:
        """Density ``density * exp(-(height - base_height) / scale_height)``."""
        height = np.array([base_height, top])
        return cls(
            height,
            density * np.exp((base_height - height) / scale_height),
            np.full(2, speed_of_sound),
        )


@dataclass(frozen=True, slots=True, eq=False)
class WindProfile:
    """Wind over height, relative to the turning Earth.

    Between the heights it is interpolated, above and below them it keeps its last value.

    Attributes
    ----------
    height : ndarray, shape (M,)
        Above the ellipsoid, m, rising.
    east, north : ndarray, shape (M,)
        Towards where the air moves, m/s.
    """

    height: FloatArray
    east: FloatArray
    north: FloatArray

    def __init__(self, height: Any, east: Any, north: Any) -> None:
        columns = _columns((height, "m", "height"), (east, "m/s", "east"), (north, "m/s", "north"))
        for name, column in zip(WindProfile.__slots__, columns, strict=True):
            object.__setattr__(self, name, column)


def _columns(*given: tuple[Any, str, str]) -> list[FloatArray]:
    """Columns of one length, the first rising; copies that cannot be written to."""
    columns = [read_only(to_finite_si(*one).copy()) for one in given]
    shape = columns[0].shape
    if len(shape) != 1 or shape[0] < 2:
        raise InputError(f"a profile needs at least two heights in a row, got the shape {shape}")
    for column, (_, _, name) in zip(columns, given, strict=True):
        if column.shape != shape:
            raise InputError(f"{name} has the shape {column.shape}; the heights have {shape}")
    if not np.all(np.diff(columns[0]) > 0.0):
        raise InputError("the heights of a profile must rise")
    return columns
