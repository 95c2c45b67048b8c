"""Air for ascents: the standard one, profiles of one's own, wind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orbitsim.environment.atmosphere import us_standard_1976
from orbitsim.environment.profile import AirProfile, WindProfile
from orbitsim.errors import InputError
from orbitsim.phases.ascent_air import AscentAir, standard_air

HEIGHTS = np.array([0.0, 5e3, 12e3, 30e3, 60e3, 90e3])


def at(air: AscentAir, height: float) -> np.ndarray:
    low, per_metre = air.grid
    return air.table[round((height - low) * per_metre)]


def test_standard_air_is_the_standard_at_its_heights() -> None:
    for height in (0.0, 11e3, 47e3, 120e3):
        air = us_standard_1976(height)
        density, pressure, east, north, _ = at(standard_air(), height)
        assert np.exp(density) == pytest.approx(float(air.density), rel=1e-13)
        assert np.exp(pressure) == pytest.approx(float(air.pressure), rel=1e-13)
        assert east == north == 0.0


def test_a_profile_is_met_and_goes_on_beyond_its_ends() -> None:
    """10 % denser and, by the speed of sound, 4.04 % warmer: 14.4 % more pressure."""
    air = us_standard_1976(HEIGHTS)
    own = AscentAir.of(AirProfile(HEIGHTS, 1.1 * air.density, 1.02 * air.speed_of_sound))
    for height in (0.0, 12e3, 30e3, 150e3):
        usual = us_standard_1976(height)
        density, pressure, *_ = np.exp(at(own, height))
        assert density == pytest.approx(1.1 * float(usual.density), rel=1e-12)
        assert pressure == pytest.approx(1.1 * 1.02**2 * float(usual.pressure), rel=1e-9)


def test_nrlmsise_profile_is_flown_as_it_is(reference: Path) -> None:
    """ModelWeb's listing: height km, density g/cm3, temperature K."""
    name = "nrlmsise00_nominal_profile_modelweb.txt"
    text = (reference / "validation" / "atmosphere" / name).read_text().splitlines()
    start = next(i for i, line in enumerate(text) if line.split() == ["1", "2", "3"])
    table = np.loadtxt(text[start + 1 :])
    table = table[table[:, 0] <= 150.0]
    sound = np.sqrt(1.4 * 287.053 * table[:, 2])
    own = AscentAir.of(AirProfile(table[:, 0] * 1e3, table[:, 1] * 1e3, sound))
    for km, density, _ in table[::40]:
        assert np.exp(at(own, km * 1e3)[0]) == pytest.approx(density * 1e3, rel=1e-9)


def test_wind_runs_straight_between_heights() -> None:
    air = AscentAir.of(wind=WindProfile([0.0, 10e3], [0.0, 40.0], [-2.0, 2.0]))
    assert at(air, 5e3)[2:4] == pytest.approx([20.0, 0.0])
    assert at(air, 50e3)[2:4] == pytest.approx([40.0, 2.0])
    np.testing.assert_array_equal(air.without_wind().table, standard_air().table)
    shaped = air.with_wind_dispersion([0.0, 10e3], [0.0, 1.0])
    assert at(shaped, 5e3)[4] == pytest.approx(0.5)
    assert not air.table.flags.writeable


def test_unusable_shapes_are_refused() -> None:
    with pytest.raises(InputError, match="height must rise"):
        standard_air().with_wind_dispersion([1.0, 0.0], [1.0, 1.0])
    with pytest.raises(InputError, match="shape must be finite"):
        standard_air().with_wind_dispersion([0.0, 1.0], [1.0, np.nan])
