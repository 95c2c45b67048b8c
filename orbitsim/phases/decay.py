"""Decay by the air: how fast an orbit sinks, and what it costs to stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from orbitsim.constants import SECONDS_PER_DAY, STANDARD_GRAVITY
from orbitsim.earth import MU, WGS84
from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.free_flight import smooth_height
from orbitsim.phases.station_orbit import TOLERANCE, full_forces
from orbitsim.propagation import propagate
from orbitsim.units import FloatArray, read_only, to_finite_si

_REVOLUTION: Final = 5_500.0 / SECONDS_PER_DAY
"""Days; about one in a low orbit."""


@dataclass(frozen=True, slots=True, eq=False)
class Decay:
    """How orbits sank.

    Attributes
    ----------
    coefficient : ndarray, shape (N,)
        Ballistic, m2/kg.
    days : ndarray, shape (T,)
        After the start.
    height : ndarray, shape (N, T)
        Of the orbit's energy over the equatorial radius, m; see
        `orbitsim.phases.free_flight.smooth_height`.
    airless : ndarray, shape (T,)
        What it would be without air, m: it ripples by some hundred metres with what J2 leaves out.
    """

    coefficient: FloatArray
    days: FloatArray
    height: FloatArray
    airless: FloatArray

    @property
    def loss(self) -> FloatArray:
        """What the air took, up to the last revolution, m, shape (N,)."""
        last = self.days > self.days[-1] - _REVOLUTION
        return np.asarray((self.airless - self.height)[:, last].mean(axis=1))


@dataclass(frozen=True, slots=True)
class StayingCost:
    """What it takes to hold an orbit against drag.

    Attributes
    ----------
    delta_v : float
        m/s, over the span.
    propellant : float
        kg.
    days : float
        The span.
    """

    delta_v: float
    propellant: float
    days: float


def decay(
    orbit: Orbit,
    ballistic_coefficients: Any,
    days: float,
    *,
    weather: SpaceWeather | None = None,
    step: float = 6.0 * 3600.0,
) -> Decay:
    """Let one orbit sink under full forces, with several ballistic coefficients.

    Parameters
    ----------
    orbit : Orbit
        One.
    ballistic_coefficients : array_like, shape (N,)
        m2/kg.
    days : float
    weather : SpaceWeather, optional
        As measured unless given.
    step : float
        Between the instants kept, s.

    Examples
    --------
    >>> orbit = Orbit.from_elements(semi_major_axis=6.755e6, eccentricity=0.0005, inclination=0.9,
    ...                             epoch="2000-12-01T17:00:00")
    >>> thin, thick = decay(orbit, [0.002, 0.004], 1.0).loss
    >>> bool(1.8 < thick / thin < 2.2)
    True
    """
    coefficient = np.atleast_1d(
        to_finite_si(ballistic_coefficients, "m2/kg", "ballistic_coefficients")
    )
    if orbit.shape or coefficient.ndim != 1:
        raise InputError(
            f"decay takes one orbit and a row of coefficients, got {orbit.shape} and "
            f"{coefficient.shape}"
        )
    if not 0.0 < days < np.inf:
        raise InputError(f"days must be positive and finite, got {days!r}")
    end = days * SECONDS_PER_DAY
    # The last revolution is sampled closely: the loss is a mean over it.
    close = end - _REVOLUTION * SECONDS_PER_DAY * np.linspace(1.0, 0.0, 13)[:-1]
    t = np.unique(np.concatenate([np.arange(0.0, end, step), close[close > 0.0], [end]]))
    path = propagate(
        _copies(orbit.to_frame("GCRS"), coefficient.size + 1), t, method="numerical",
        forces=full_forces(np.append(coefficient, 0.0), _air(weather)), tolerance=TOLERANCE,
    )  # fmt: skip
    height = read_only(smooth_height(path.r, path.v, path.mu))
    return Decay(
        read_only(coefficient.copy()), read_only(t / SECONDS_PER_DAY), height[:-1], height[-1]
    )


def propellant_to_stay(
    orbit: Orbit,
    ballistic_coefficient: float,
    days: float,
    mass: float,
    specific_impulse: float,
    *,
    station_coefficient: float = 0.0,
    weather: SpaceWeather | None = None,
) -> StayingCost:
    """What it takes to hold an orbit's height, or to sink as the station does.

    Parameters
    ----------
    orbit : Orbit
    ballistic_coefficient : float
        Of the ship, m2/kg.
    days : float
    mass, specific_impulse : float
        kg and s.
    station_coefficient : float
        m2/kg; 0 holds the height, the station's own follows it down.
    weather : SpaceWeather, optional

    Notes
    -----
    The rate at which the height of the energy falls, turned into delta-v by Gauss's equation for a
    nearly circular orbit, ``da = 2 dv / n``.  A ship that sinks slower than the station has to
    brake as much as one that sinks faster has to push: the difference counts without its sign.
    """
    sunk = decay(orbit, [ballistic_coefficient, station_coefficient], days, weather=weather)
    axis = WGS84.equatorial_radius + float(sunk.height.mean())
    motion = float(np.sqrt(MU / axis**3))
    delta_v = 0.5 * motion * abs(float(sunk.loss[0] - sunk.loss[1]))
    used = mass * -np.expm1(-delta_v / (specific_impulse * STANDARD_GRAVITY))
    return StayingCost(delta_v, float(used), days)


def _air(weather: SpaceWeather | None) -> Nrlmsise00:
    return Nrlmsise00() if weather is None else Nrlmsise00(weather)


def _copies(orbit: Orbit, count: int) -> Orbit:
    return Orbit.from_state(
        np.tile(orbit.r, (count, 1)), np.tile(orbit.v, (count, 1)), orbit.epoch, orbit.frame,
        mu=orbit.mu,
    )  # fmt: skip
