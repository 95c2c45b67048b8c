"""NRLMSISE-00's kernels in lanes: agreement with single points, padding, NaN."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time

from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather, weather_table
from orbitsim.kernels import nrlmsise
from orbitsim.kernels.lanes import LANES

AP = np.full(7, 12.0)


@pytest.mark.parametrize("count", [1, 3, LANES])
def test_lanes_equal_points(count: int) -> None:
    """The table's weather is that of single instants but for corners cut at noon."""
    rng = np.random.default_rng(4)
    tai = 57_723.0 + rng.uniform(0.0, 3.0, LANES)
    height = rng.uniform(50e3, 900e3, LANES)
    latitude = np.arcsin(rng.uniform(-1.0, 1.0, LANES))
    longitude = rng.uniform(-3.0, 3.0, LANES)
    weather = SpaceWeather.measured()
    table, first = weather_table(57_723.0, 57_726.0, weather)
    piece = np.floor(8.0 * tai)
    out, work = np.full(LANES, np.nan), np.zeros(nrlmsise.WORK)
    nrlmsise.lane_density(
        count, table, piece - first, 8.0 * tai - piece, height, latitude, longitude, out, work
    )
    times = Time(tai, format="mjd", scale="tai")
    points = Nrlmsise00(weather).density(times, latitude, longitude, height)
    # Seconds that run on beyond midnight meet the model's rounded hour angle.
    np.testing.assert_allclose(out[:count], points[:count], rtol=5e-5)
    np.testing.assert_array_equal(out[count:], out[count - 1])


def test_lanes_do_not_see_each_other() -> None:
    table, first = weather_table(57_723.0, 57_724.0, SpaceWeather.measured())
    height = np.linspace(10e3, 900e3, LANES)
    fixed = [np.full(LANES, value) for value in (57_723 * 8.0 - first, 0.3)]
    place = [np.full(LANES, value) for value in (0.7, 1.0)]
    out, work = np.empty(LANES), np.zeros(nrlmsise.WORK)
    nrlmsise.lane_density(LANES, table, *fixed, height, *place, out, work)
    for m in range(LANES):
        alone = np.empty(LANES)
        here = np.full(LANES, height[m])
        nrlmsise.lane_density(1, table, *fixed, here, *place, alone, np.zeros(nrlmsise.WORK))
        assert alone[0] == out[m]


@pytest.mark.parametrize("which", range(8))
def test_a_nan_is_seen(which: int) -> None:
    arguments = [172.0, 29_000.0, 400e3, 1.0, -1.2, 150.0, 140.0, AP.copy()]
    if which < 7:
        arguments[which] = np.nan
    else:
        arguments[7][3] = np.nan
    assert np.isnan(nrlmsise.density(*arguments))


def test_density_goes_on_above_the_model() -> None:
    density = [
        nrlmsise.density(172.0, 29_000.0, height, 1.0, -1.2, 150.0, 140.0, AP)
        for height in (1e6, 2e6, 5e6, 1e8, 1e12)
    ]
    assert np.all(np.diff(density) < 0.0)
    assert density[-1] > 0.0
