"""Atmospheres that drag satellites: shapes, limits, continuity, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time

from orbitsim.environment.atmosphere import (
    SPECIES,
    Atmosphere,
    ExponentialAtmosphere,
    HarrisPriester,
    Nrlmsise00,
)
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.errors import EpochError, InputError
from orbitsim.kernels.harris_priester import TABLE

NOON = "2016-12-01T12:00:00"
MODELS: list[Atmosphere] = [
    ExponentialAtmosphere(4e-12, 400e3, 60e3),
    HarrisPriester(),
    Nrlmsise00(),
]
EACH = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)


@EACH
@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (0,)])
def test_density_has_the_shape_of_the_places(model: Atmosphere, shape: tuple[int, ...]) -> None:
    rho = model.density(NOON, 0.2, 0.3, np.full(shape, 400e3))
    assert rho.shape == shape
    assert not rho.flags.writeable


@EACH
def test_times_and_places_broadcast(model: Atmosphere) -> None:
    times = Time(57_723.0 + np.arange(3), format="mjd")
    heights = np.array([[200e3], [400e3]])
    batch = model.density(times, 0.5, -1.0, heights)
    assert batch.shape == (2, 3)
    for i in range(2):
        for k in range(3):
            assert model.density(times[k], 0.5, -1.0, heights[i, 0]) == batch[i, k]


@EACH
@pytest.mark.parametrize(
    ("place", "message"),
    [
        ((0.0, 0.0, np.nan), "height must be finite"),
        ((0.0, np.inf, 4e5), "longitude must be finite"),
        ((1.6, 0.0, 4e5), "latitude must lie within"),
        ((0.0, 0.0, -501.0), "below the ground"),
        ((np.zeros(2), np.zeros(3), 4e5), "broadcast"),
    ],
)
def test_impossible_places(
    model: Atmosphere, place: tuple[float, float, float], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        model.density(NOON, *place)


def test_exponential_law() -> None:
    model = ExponentialAtmosphere(4e-12, 400e3, 60e3)
    rho = model.density(NOON, 0.0, 0.0, [400e3, 460e3, 340e3])
    np.testing.assert_allclose(rho, 4e-12 * np.exp([0.0, -1.0, 1.0]), rtol=1e-14)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0, 4e5, 6e4), "base_density"),
        ((np.nan, 4e5, 6e4), "base_density"),
        ((1e-12, np.nan, 6e4), "base_height"),
        ((1e-12, 4e5, 0.0), "scale_height"),
    ],
)
def test_impossible_exponential(arguments: tuple[float, float, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ExponentialAtmosphere(*arguments)


@pytest.mark.parametrize("exponent", [1.9, 6.1, np.nan])
def test_impossible_bulge(exponent: float) -> None:
    with pytest.raises(InputError, match="exponent must lie between"):
        HarrisPriester(exponent)


def test_harris_priester_lies_between_night_and_day() -> None:
    height, night, day = TABLE.T
    turn = np.linspace(-np.pi, np.pi, 721)
    rho = HarrisPriester().density(NOON, np.radians(-21.8), turn, 1e3 * height[:, np.newaxis])
    # The Sun's declination is -21.8 deg, so the circle of latitude meets the apex.
    np.testing.assert_allclose(rho.max(axis=1), 1e-12 * day, rtol=1e-3)
    assert np.all(rho >= 1e-12 * night[:, np.newaxis] * (1.0 - 1e-12))
    # The apex stands two hours east of the subsolar point, near the meridian of 30 deg at noon.
    assert np.degrees(turn[np.argmax(rho[30])]) == pytest.approx(30.0 - 2.8, abs=0.5)


def test_nrlmsise_covers_every_height() -> None:
    height = np.arange(0.0, 1500e3, 500.0)
    rho = Nrlmsise00().density(NOON, 0.8, 0.9, height)
    assert rho[0] == pytest.approx(1.25, rel=0.1)
    assert np.all(np.diff(rho) < 0.0)


def test_nrlmsise_is_continuous_in_time() -> None:
    """Over midnight, the turn of a common year, three-hour boundaries and noons."""
    centre = np.array([57_386.0, 57_386.125, 57_385.5, 57_388.0625, 57_022.0])
    step = 1e-7
    before, after = (Time(centre + sign * step, format="mjd") for sign in (-1.0, 1.0))
    model = Nrlmsise00()
    change = model.density(after, 0.8, 0.9, 400e3) / model.density(before, 0.8, 0.9, 400e3) - 1.0
    # Where a day ends, the model's rounded hour angles leave 1e-5.
    assert np.abs(change).max() < 3e-5


def test_nrlmsise_composition_adds_up() -> None:
    model = Nrlmsise00()
    height = np.array([50e3, 110e3, 200e3, 400e3, 900e3])
    air = model.composition(NOON, 0.8, 0.9, height)
    assert air.number.shape == (len(SPECIES), 5)
    mass = 1.66e-27 * np.array([4.0, 16.0, 28.0, 32.0, 40.0, 1.0, 14.0, 16.0]) @ air.number
    np.testing.assert_allclose(air.density, mass, rtol=1e-14)
    np.testing.assert_array_equal(air.density, model.density(NOON, 0.8, 0.9, height))
    assert [SPECIES[k] for k in np.argmax(air.number[:, [0, 3, 4]], axis=0)] == ["N2", "O", "He"]
    assert np.all(air.temperature > 150.0)


def test_nrlmsise_follows_the_weather() -> None:
    quiet, active = (
        Nrlmsise00(SpaceWeather.constant(f107=f, ap=ap)) for f, ap in ((70.0, 4.0), (220.0, 40.0))
    )
    ratio = active.density(NOON, 0.0, 0.0, 400e3) / quiet.density(NOON, 0.0, 0.0, 400e3)
    assert ratio > 5.0


def test_nrlmsise_needs_its_weather() -> None:
    with pytest.raises(EpochError, match="space weather is known"):
        Nrlmsise00().density(Time(36_000.0, format="mjd"), 0.0, 0.0, 400e3)
    with pytest.raises(EpochError, match="SpaceWeather.constant"):
        Nrlmsise00().density(Time(61_192.0, format="mjd"), 0.0, 0.0, 400e3)
