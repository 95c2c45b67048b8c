"""What a caller says about falling bodies and their air, as the arrays that the kernel takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from scipy.interpolate import PchipInterpolator

from orbitsim import frames
from orbitsim.earth import ROTATION_RATE, WGS84, ZonalGravity
from orbitsim.environment.profile import STANDARD_HEIGHTS, AirProfile, WindProfile
from orbitsim.errors import InputError
from orbitsim.kernels import fall_forces as kernel
from orbitsim.kernels import heating
from orbitsim.orbit import Orbit
from orbitsim.units import FloatArray, read_only, to_si
from orbitsim.vehicles.materials import Material

TABLE_STEP: Final = 125.0
"""m, of the table that the air and the wind are put into."""

_MACH_STEP: Final = 0.02
_ROOM_TEMPERATURE: Final = 300.0
_STANDARD_BASE: Final = float(STANDARD_HEIGHTS[0])


@dataclass(frozen=True, slots=True, eq=False)
class Thermal:
    """How bodies take up heat; each array broadcasts to the bodies.

    Attributes
    ----------
    nose_radius : array_like
        Effective, at the stagnation point, m.
    surface : array_like
        All that is heated and radiates, m2.
    material : Material or iterable of Material
        One, or one for each body of a flat batch.
    temperature : array_like
        At the start, K.
    """

    nose_radius: Any
    surface: Any
    material: Material | Iterable[Material]
    temperature: Any = _ROOM_TEMPERATURE


def checked(
    value: Any, unit: str, name: str, *, least: float = -np.inf, above: float = -np.inf
) -> FloatArray:
    """`to_si`, and refuses what is not finite, less than `least` or not above `above`."""
    numbers = to_si(value, unit, name)
    wrong = ~(np.isfinite(numbers) & (numbers >= least) & (numbers > above))
    if wrong.any():
        wanted = "positive and finite" if above == 0.0 else "finite"
        wanted = "finite and not negative" if least == 0.0 else wanted
        raise InputError(f"{name} must be {wanted}, got {numbers[wrong].flat[0]:g} {unit}")
    return numbers


def flat(values: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Values broadcast to a shape, in one row."""
    return np.ascontiguousarray(np.broadcast_to(values, shape)).reshape(-1)


def earth_fixed(orbit: Orbit, shape: tuple[int, ...]) -> FloatArray:
    """States (6, N) in ITRS."""
    r, v = np.moveaxis(orbit.r, -1, 0), np.moveaxis(orbit.v, -1, 0)
    r, v = frames.transform(r, v, orbit.frame, "ITRS", orbit.epoch)
    states = np.concatenate([r, v])
    missing = len(shape) - (states.ndim - 1)
    states = states.reshape(6, *(1,) * missing, *states.shape[1:])
    return np.ascontiguousarray(np.broadcast_to(states, (6, *shape))).reshape(6, -1)


def bodies_table(
    thermal: Thermal | None, mass: FloatArray, shape: tuple[int, ...], no_mass: bool
) -> FloatArray:
    """What warms, as `orbitsim.kernels.heating` takes it; of no columns without `thermal`."""
    if thermal is None:
        return np.empty((heating.ROWS, 0))
    if no_mass:
        raise InputError("thermal needs the bodies' mass; got none")
    if isinstance(thermal.material, Material):
        materials: Any = np.array(thermal.material, dtype=object)
    else:
        materials = np.array(list(thermal.material), dtype=object)
    rows = {
        heating.MASS: mass,
        heating.NOSE: checked(thermal.nose_radius, "m", "nose_radius", above=0.0),
        heating.SURFACE: checked(thermal.surface, "m2", "surface", above=0.0),
        heating.HEAT_CAPACITY: _each(materials, "specific_heat"),
        heating.MELTING: _each(materials, "melting_temperature"),
        heating.FUSION: _each(materials, "heat_of_fusion"),
        heating.EMISSIVITY: _each(materials, "emissivity"),
        heating.START: checked(thermal.temperature, "K", "temperature", above=0.0),
    }
    table = np.empty((heating.ROWS, int(np.prod(shape))))
    for row, values in rows.items():
        try:
            table[row] = flat(values, shape)
        except ValueError:
            raise InputError(
                f"a thermal figure of the shape {values.shape} does not fit bodies {shape}"
            ) from None
    return table


def _each(materials: Any, figure: str) -> FloatArray:
    return np.array([getattr(m, figure) for m in materials.reshape(-1)]).reshape(materials.shape)


def surroundings(
    air: AirProfile | None, wind: WindProfile | None, gravity: ZonalGravity
) -> tuple[FloatArray, FloatArray]:
    """The Earth's figures and the table of the air; see `orbitsim.kernels.fall_forces`."""
    table = _standard_table() if air is None else _table(air)
    base = _STANDARD_BASE if air is None else float(air.height[0])
    if wind is not None:
        table = table.copy()
        height = base + TABLE_STEP * np.arange(len(table))
        table[:, kernel.EAST] = np.interp(height, wind.height, wind.east)
        table[:, kernel.NORTH] = np.interp(height, wind.height, wind.north)
    bulge = 1.5 * gravity.j2 * gravity.radius**2
    earth = np.empty(8)
    earth[kernel.MU], earth[kernel.BULGE], earth[kernel.SPIN] = gravity.mu, bulge, ROTATION_RATE
    earth[kernel.RADIUS], earth[kernel.FLATTENING] = WGS84.equatorial_radius, WGS84.flattening
    earth[kernel.BASE], earth[kernel.PER_STEP] = base, 1.0 / TABLE_STEP
    earth[kernel.WINDY] = float(wind is not None)
    return earth, table


def _table(air: AirProfile) -> FloatArray:
    """The air on a uniform grid, the logarithm of density by a monotone cubic."""
    count = int(np.ceil((air.height[-1] - air.height[0]) / TABLE_STEP)) + 1
    height = air.height[0] + TABLE_STEP * np.arange(count)
    inside = np.minimum(height, air.height[-1])
    logarithm = PchipInterpolator(air.height, np.log(air.density))
    slope = logarithm.derivative()(inside)
    table = np.zeros((count, kernel.COLUMNS))
    table[:, kernel.LOG_DENSITY] = logarithm(inside) + slope * (height - inside)
    table[:, kernel.SLOPE] = slope * TABLE_STEP
    table[:, kernel.SOUND] = np.interp(height, air.height, air.speed_of_sound)
    return table


@cache
def _standard_table() -> FloatArray:
    return read_only(_table(AirProfile.standard()))


def drag_table(drag_curve: tuple[Any, Any] | None) -> FloatArray:
    """Step in Mach number and factors at its multiples; empty without a curve."""
    if drag_curve is None:
        return np.empty(0)
    mach, factor = (checked(x, "", "drag_curve", least=0.0) for x in drag_curve)
    if mach.ndim != 1 or mach.shape != factor.shape or mach.size < 2 or np.any(np.diff(mach) <= 0):
        raise InputError(
            "drag_curve must be rising Mach numbers and as many factors, got the shapes "
            f"{mach.shape} and {factor.shape}"
        )
    grid = np.arange(0.0, mach[-1] + _MACH_STEP, _MACH_STEP)
    return np.concatenate([[_MACH_STEP], np.interp(grid, mach, factor)])
