"""Decay, what it costs to stay, and lifetimes: against full dynamics and King-Hele."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.errors import EpochError, InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.decay import decay, propellant_to_stay
from orbitsim.phases.lifetime import bootstrap_weather, circular_lifetime, lifetime
from orbitsim.phases.station_orbit import full_forces
from orbitsim.propagation import propagate
from orbitsim.propagation.events import altitude
from orbitsim.units import to_epoch

ORBIT = Orbit.from_elements(
    semi_major_axis=6.755e6, eccentricity=0.0005, inclination=0.9004, raan=0.15,
    epoch="2000-12-01T17:00:00",
)  # fmt: skip
LOW = Orbit.from_elements(
    semi_major_axis=6.6e6, eccentricity=0.0003, inclination=0.9004, epoch="2000-12-01T17:00:00"
)


def test_loss_is_in_proportion_to_the_coefficient() -> None:
    sunk = decay(ORBIT, [0.001, 0.002, 0.004], 5.0)
    assert sunk.height.shape == (3, sunk.days.size)
    assert sunk.loss[1] / sunk.loss[0] == pytest.approx(2.0, rel=0.02)
    assert sunk.loss[2] / sunk.loss[0] == pytest.approx(4.0, rel=0.04)


def test_the_averaged_life_is_that_of_full_dynamics() -> None:
    """A low orbit flown down under full forces: the averaged equation ends within 4 %."""
    coefficient = 0.01
    short = lifetime(
        LOW, coefficient, coefficient_error=0.0, weathers=1, samples=1, longest=40.0,
        weather=SpaceWeather.measured(),
    )  # fmt: skip
    end = propagate(
        LOW, [6.0 * SECONDS_PER_DAY], method="numerical", forces=full_forces(coefficient),
        events=[altitude(120e3, -1).ending()], errors="status", tolerance=1e-11,
    )  # fmt: skip
    assert short.days[0] == pytest.approx(end.events.t[-1] / SECONDS_PER_DAY, rel=0.04)


def test_king_hele_agrees_within_a_quarter() -> None:
    """His formula for an exponential atmosphere, density and scale height taken from the model.

    The air is not exponential: its scale height falls on the way down, and the formula overrates
    the life by up to a quarter.
    """
    sky = SpaceWeather.constant(f107=180.0, ap=12.0)
    air = Nrlmsise00(sky)
    longitude, latitude = np.meshgrid(np.linspace(0.0, 6.0, 24), np.linspace(-0.9, 0.9, 13))
    # A circular orbit of 51.6 deg stays longest near its highest latitudes.
    weight = np.cos(latitude) / np.sqrt(
        np.maximum(np.sin(0.9004) ** 2 - np.sin(latitude) ** 2, 0.02)
    )
    at = 6.755e6 - 6378.137e3 + 21.4e3 * np.sin(latitude) ** 2
    rho = [
        np.average(air.density(ORBIT.epoch, latitude, longitude, at + dz), weights=weight)
        for dz in (0.0, -20e3)
    ]
    scale = 20e3 / np.log(rho[1] / rho[0])
    coefficient = 0.003
    closed = circular_lifetime(ORBIT, coefficient, float(rho[0]), float(scale))
    flown = lifetime(
        ORBIT, coefficient, coefficient_error=0.0, weathers=1, samples=1, longest=900.0, weather=sky
    )
    assert 0.95 < closed / float(flown.days[0]) < 1.3


def test_samples_are_seeded_and_spread() -> None:
    few = lifetime(ORBIT, 0.01, longest=400.0, weathers=2, samples=6, seed=3)
    again = lifetime(ORBIT, 0.01, longest=400.0, weathers=2, samples=6, seed=3)
    other = lifetime(ORBIT, 0.01, longest=400.0, weathers=2, samples=6, seed=4)
    assert np.array_equal(few.days, again.days)
    assert not np.array_equal(few.days, other.days)
    assert few.ended.all()
    low, middle, high = few.quantile([0.05, 0.5, 0.95])
    assert low < middle < high
    days = (few.date() - ORBIT.epoch).to_value("jd")
    assert days == pytest.approx(middle, abs=1e-9)
    # What is more draggy comes down sooner in the same weather.
    order = np.argsort(few.coefficient[:6])
    assert np.all(np.diff(few.days[:6][order]) < 0.0)


def test_a_life_beyond_the_span_is_said_to_be() -> None:
    short = lifetime(ORBIT, 0.001, longest=20.0, weathers=1, samples=3)
    assert not short.ended.any()
    assert np.isinf(short.quantile(0.5))
    with pytest.raises(InputError, match="within 20 days"):
        short.date()


def test_to_stay_costs_what_drag_takes() -> None:
    """Against the drag's own work: half the coefficient, density and speed squared, over time."""
    cost = propellant_to_stay(ORBIT, 0.003, 5.0, 6500.0, 302.0)
    sunk = decay(ORBIT, [0.003], 5.0).loss[0]
    motion = 2.0 * np.pi / float(ORBIT.period())
    assert cost.delta_v == pytest.approx(0.5 * motion * sunk, rel=0.03)
    with_station = propellant_to_stay(ORBIT, 0.003, 5.0, 6500.0, 302.0, station_coefficient=0.003)
    assert with_station.delta_v == pytest.approx(0.0, abs=1e-6)
    assert cost.propellant == pytest.approx(6500.0 * cost.delta_v / (302.0 * 9.80665), rel=1e-3)


def test_drawn_weather_is_like_what_was() -> None:
    drawn = bootstrap_weather(ORBIT.epoch, 300.0, seed=1)
    known = SpaceWeather.measured()
    first = int(ORBIT.epoch.utc.mjd) - known.first_day
    past = known.f107[first - 270 : first]
    future = drawn.f107[120:]
    assert set(future) <= set(past)
    assert future.mean() == pytest.approx(past.mean(), rel=0.1)
    assert drawn.span[1] - ORBIT.epoch.utc.mjd > 300.0
    # The mean of 81 days is one.
    middle = 200
    assert drawn.f107a[middle] == pytest.approx(drawn.f107[middle - 40 : middle + 41].mean())


def test_refusals() -> None:
    with pytest.raises(InputError, match="days"):
        decay(ORBIT, [0.003], 0.0)
    with pytest.raises(InputError, match="one orbit"):
        decay(ORBIT, [[0.003]], 1.0)
    with pytest.raises(InputError, match="ballistic_coefficient"):
        lifetime(ORBIT, -1.0)
    with pytest.raises(InputError, match="weathers"):
        lifetime(ORBIT, 0.003, weathers=0)
    with pytest.raises(EpochError, match="no measured weather"):
        bootstrap_weather(to_epoch("1965-11-01"), 10.0, past_days=10_000)
    with pytest.raises(InputError, match="past_days"):
        bootstrap_weather(ORBIT.epoch, 10.0, past_days=5)
