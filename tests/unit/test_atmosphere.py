"""The standard atmosphere's behaviour: shapes, joints, bad input."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim import constants
from orbitsim.environment.atmosphere import HIGHEST, LOWEST, us_standard_1976
from orbitsim.errors import InputError
from orbitsim.kernels import density as kernel


def test_sea_level_is_the_defining_state() -> None:
    air = us_standard_1976(0.0)
    assert air.temperature == pytest.approx(288.15, rel=1e-12)
    assert air.pressure == pytest.approx(101_325.0, rel=1e-12)
    assert air.density == pytest.approx(1.2250, abs=5e-5)
    assert air.speed_of_sound == pytest.approx(340.294, abs=5e-4)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (0,)])
def test_results_have_the_shape_of_the_heights(shape: tuple[int, ...]) -> None:
    air = us_standard_1976(np.full(shape, 30e3))
    for array in (air.temperature, air.pressure, air.density, air.speed_of_sound):
        assert array.shape == shape
        assert not array.flags.writeable


def test_batch_equals_singles() -> None:
    heights = np.linspace(LOWEST, HIGHEST, 301)
    batch = us_standard_1976(heights)
    singles = [us_standard_1976(float(height)) for height in heights]
    np.testing.assert_array_equal(batch.density, [float(air.density) for air in singles])
    np.testing.assert_array_equal(batch.pressure, [float(air.pressure) for air in singles])


def test_everything_is_continuous() -> None:
    geopotential = np.append(kernel.LAYER_HEIGHT[1:], 84_852.0)
    r = kernel.GEOPOTENTIAL_RADIUS
    joints = np.concatenate((r * geopotential / (r - geopotential), np.arange(86e3, 400e3, 1e3)))
    below, above = us_standard_1976(joints - 1e-3), us_standard_1976(joints + 1e-3)
    np.testing.assert_allclose(below.density, above.density, rtol=1e-6)
    np.testing.assert_allclose(below.pressure, above.pressure, rtol=1e-6)
    np.testing.assert_allclose(below.temperature, above.temperature, rtol=1e-5)


def test_density_and_pressure_fall_all_the_way() -> None:
    air = us_standard_1976(np.arange(LOWEST, HIGHEST, 100.0))
    assert np.all(np.diff(air.density) < 0.0)
    assert np.all(np.diff(air.pressure) < 0.0)


def test_pressure_is_the_weight_of_the_air_above() -> None:
    height = np.arange(0.0, 80e3, 10.0)
    air = us_standard_1976(height)
    r = kernel.GEOPOTENTIAL_RADIUS
    gravity = constants.STANDARD_GRAVITY * (r / (r + height)) ** 2
    slope = np.gradient(np.log(air.pressure), height)[1:-1]
    np.testing.assert_allclose(slope, -(gravity * air.density / air.pressure)[1:-1], rtol=1e-4)


@pytest.mark.parametrize("height", [np.nan, np.inf, -5001.0, 1_000_001.0])
def test_heights_outside_the_standard_are_refused(height: float) -> None:
    with pytest.raises(InputError, match="altitude must lie between"):
        us_standard_1976([0.0, height])


def test_kernel_shows_a_nan_that_went_in() -> None:
    density, pressure = np.zeros(2), np.zeros(2)
    kernel.standard_air_at(np.array([np.nan, 0.0]), density, pressure)
    assert np.isnan(density[0])
    assert np.isnan(pressure[0])
    assert density[1] > 1.2
