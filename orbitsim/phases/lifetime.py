"""When a passive orbit ends: by averaged decay, sampled weather and coefficient.

Weather is the greater unknown.  For a forecast from a day on, it is drawn from what was measured
before that day, in pieces of a solar rotation (27 days) that keep flux and activity together: a
bootstrap.  It knows how lively the Sun has been of late, not where the solar cycle is going.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import erfa
import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.earth import J2_GRAVITY, ROTATION_RATE, WGS84
from orbitsim.environment.atmosphere import Nrlmsise00
from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.errors import EpochError, InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.free_flight import smooth_height
from orbitsim.units import FloatArray, read_only

if TYPE_CHECKING:
    from astropy.time import Time

ROTATION_DAYS: Final = 27
"""Of the Sun, as seen from the Earth."""

LAST_HEIGHT: Final = 120e3
"""m; from here an orbit does not come round again."""

_SMOOTHED: Final = 40
"""Days on either side of one over which its mean flux goes."""

_LIFE_STEP: Final = 1.0
"""Days; of the table of densities and of the integration."""

_AROUND: Final = 12
"""Places on a revolution over which density is averaged."""

_LADDER: Final = np.concatenate([np.arange(110e3, 200e3, 10e3), np.arange(200e3, 520e3, 25e3)])
"""m; heights of the table of densities."""


@dataclass(frozen=True, slots=True, eq=False)
class Lifetime:
    """When a passive orbit ends, by sampled weather and coefficient.

    Attributes
    ----------
    start : Time
    days : ndarray, shape (N,)
        Until the height of 120 km; NaN where the longest span was not enough.
    coefficient : ndarray, shape (N,)
        m2/kg, of each sample.
    longest : float
        Days that were flown.
    """

    start: Time
    days: FloatArray
    coefficient: FloatArray
    longest: float

    @property
    def ended(self) -> NDArray[np.bool_]:
        """Which came down within the span."""
        return np.isfinite(self.days)

    def quantile(self, share: Any) -> FloatArray:
        """Days by which a share of the samples is down; infinite beyond the span."""
        return np.asarray(
            np.quantile(np.where(self.ended, self.days, np.inf), share, method="nearest")
        )

    def date(self, share: float = 0.5) -> Time:
        """The date by which a share is down.

        Raises
        ------
        InputError
            It lies beyond the span.
        """
        from astropy.time import TimeDelta

        days = float(self.quantile(share))
        if not np.isfinite(days):
            raise InputError(f"less than {share:.0%} came down within {self.longest:.0f} days")
        return self.start + TimeDelta(days, format="jd")


def bootstrap_weather(
    start: Time, days: float, *, past_days: int = 10 * ROTATION_DAYS, seed: int = 0
) -> SpaceWeather:
    """Weather from a day on, drawn from the days measured before it.

    Parameters
    ----------
    start : Time
    days : float
        How far it is to reach.
    past_days : int
        How many measured days before `start` it is drawn from.
    seed : int

    Raises
    ------
    EpochError
        The days before `start` were not measured.
    InputError
        Fewer past days than one rotation of the Sun.
    """
    known = SpaceWeather.measured()
    first = int(np.floor(start.utc.mjd)) - known.first_day
    if past_days < ROTATION_DAYS:
        raise InputError(f"past_days must be {ROTATION_DAYS} at least, got {past_days}")
    if not past_days <= first < known.f107.size:
        raise EpochError(f"no measured weather of the {past_days} days before {start.utc.iso}")
    random = np.random.default_rng(seed)
    rotations = int(np.ceil((days + 3 * _SMOOTHED) / ROTATION_DAYS)) + 1
    heads = random.integers(first - past_days, first - ROTATION_DAYS + 1, rotations)
    drawn = (heads[:, np.newaxis] + np.arange(ROTATION_DAYS)).reshape(-1)
    # What is known goes before what is drawn, so that the means over days past are right.
    rows = np.concatenate([np.arange(first - 3 * _SMOOTHED, first), drawn])
    f107 = known.f107[rows]
    window = 2 * _SMOOTHED + 1
    padded = np.pad(f107, _SMOOTHED, mode="reflect")
    mean = np.convolve(padded, np.full(window, 1.0 / window), mode="valid")
    return SpaceWeather.from_days(
        known.first_day + first - 3 * _SMOOTHED, f107, mean, known.ap[rows]
    )


def lifetime(
    orbit: Orbit,
    ballistic_coefficient: float,
    *,
    coefficient_error: float = 0.15,
    weathers: int = 4,
    samples: int = 16,
    longest: float = 500.0,
    seed: int = 0,
    weather: SpaceWeather | None = None,
) -> Lifetime:
    """When an orbit comes down if nobody touches it.

    Parameters
    ----------
    orbit : Orbit
        One.
    ballistic_coefficient : float
        m2/kg, the middle.
    coefficient_error : float
        Its relative standard deviation; the error of the air model belongs into it, some 15 %
        (Picone et al. 2002).
    weathers : int
        How many weathers are drawn; `samples` coefficients are flown in each.
    samples : int
    longest : float
        Days after which is given up.
    seed : int
    weather : SpaceWeather, optional
        Fly in this one, as when the weather is known afterwards, in place of those drawn.

    Notes
    -----
    Averaged: a nearly circular orbit loses ``B rho a v`` of its axis in a second, with the density
    averaged over a revolution whose node turns with J2, less what the air turns along.  Against
    full dynamics it loses a few per cent more or less; the weather is worth ten times that.
    """
    if orbit.shape:
        raise InputError(f"one orbit at a time, got a batch of shape {orbit.shape}")
    for name, value in (("ballistic_coefficient", ballistic_coefficient), ("longest", longest)):
        if not 0.0 < value < np.inf:
            raise InputError(f"{name} must be positive and finite, got {value!r}")
    if weathers < 1 or samples < 1:
        raise InputError(f"weathers and samples must be positive, got {weathers} and {samples}")
    random = np.random.default_rng(seed)
    start = orbit.to_frame("GCRS")
    days, drawn = [], []
    for number in range(weathers):
        sky = weather
        if sky is None:
            sky = bootstrap_weather(orbit.epoch, longest + 2.0, seed=seed + 1000 * (number + 1))
        coefficient = ballistic_coefficient * np.exp(
            coefficient_error * random.standard_normal(samples)
        )
        days.append(_last_days(start, coefficient, longest, sky))
        drawn.append(coefficient)
    return Lifetime(
        orbit.epoch, read_only(np.concatenate(days)), read_only(np.concatenate(drawn)), longest
    )


def circular_lifetime(
    orbit: Orbit, ballistic_coefficient: float, density: float, scale_height: float
) -> float:
    """Days that a near-circular orbit lasts in an exponential atmosphere.

    King-Hele (1987), Satellite Orbits in an Atmosphere: what is lost in a revolution,
    ``2 pi B rho a**2``, grows by e for each scale height sunk, so that the life is the time in
    which the first loss would take the orbit down by one scale height.

    Parameters
    ----------
    orbit : Orbit
    ballistic_coefficient : float
        m2/kg.
    density : float
        Mean over a revolution at its height, kg/m3.
    scale_height : float
        Of the density there, m.
    """
    axis = float(orbit.elements().semi_major_axis)
    period = float(orbit.period())
    loss = 2.0 * np.pi * ballistic_coefficient * density * axis**2
    return scale_height / loss * period / SECONDS_PER_DAY


def _last_days(
    orbit: Orbit, coefficient: FloatArray, longest: float, weather: SpaceWeather
) -> FloatArray:
    """Days until each comes down; NaN for those that do not."""
    start = float(smooth_height(orbit.r, orbit.v, orbit.mu))
    if not LAST_HEIGHT < start < _LADDER[-1]:
        raise InputError(
            f"lifetimes are reckoned from {LAST_HEIGHT / 1e3:.0f} to {_LADDER[-1] / 1e3:.0f} km, "
            f"got {start / 1e3:.6g} km"
        )
    logs, slower = _mean_density(orbit, longest, weather)
    step = _LIFE_STEP * SECONDS_PER_DAY

    def rate(row: FloatArray, at: FloatArray) -> FloatArray:
        speed_times_axis = np.sqrt(orbit.mu * (WGS84.equatorial_radius + at))
        return np.asarray(
            coefficient * slower * np.exp(np.interp(at, _LADDER, row)) * speed_times_axis
        )

    height = np.full(coefficient.shape, start)
    days = np.full(coefficient.shape, np.nan)
    for number, (now, then) in enumerate(pairwise(logs)):
        up = np.isnan(days)
        if not up.any():
            break
        halfway = np.maximum(height - 0.5 * step * rate(now, height), _LADDER[0])
        lower = height - step * rate(0.5 * (now + then), halfway)
        down = up & (lower <= LAST_HEIGHT)
        share = (height[down] - LAST_HEIGHT) / (height[down] - lower[down])
        days[down] = (number + share) * _LIFE_STEP
        height = np.maximum(lower, _LADDER[0])
    return days


def _mean_density(orbit: Orbit, longest: float, weather: SpaceWeather) -> tuple[FloatArray, float]:
    """Logarithm of the density averaged over a revolution, at times and heights; and the square of
    the speed relative to the air over that in space."""
    from astropy.time import TimeDelta

    elements = orbit.to_frame("TEME").elements()
    axis, inclination = float(elements.semi_major_axis), float(elements.inclination)
    motion = float(np.sqrt(orbit.mu / axis**3))
    j2 = 1.5 * J2_GRAVITY.j2 * (J2_GRAVITY.radius / axis) ** 2
    day = _LIFE_STEP * np.arange(round(longest / _LIFE_STEP) + 1)
    time = orbit.epoch + TimeDelta(day, format="jd")
    node = float(elements.raan) - j2 * motion * np.cos(inclination) * day * SECONDS_PER_DAY
    latitude = 2.0 * np.pi * np.arange(_AROUND) / _AROUND
    sine = np.sin(inclination) * np.sin(latitude)
    eastward = np.arctan2(np.cos(inclination) * np.sin(latitude), np.cos(latitude))
    turned = erfa.gmst82(erfa.DJM0, time.utc.mjd)
    east = node[:, np.newaxis] + eastward - turned[:, np.newaxis]
    # A circle about the Earth's centre is higher over the ellipsoid where that is flat.
    flat = WGS84.equatorial_radius * WGS84.flattening * sine**2
    rho = Nrlmsise00(weather).density(
        time[:, np.newaxis, np.newaxis],
        np.arcsin(sine)[:, np.newaxis],
        np.remainder(east, 2.0 * np.pi)[:, :, np.newaxis],
        _LADDER + flat[:, np.newaxis],
    )
    slower = 1.0 - ROTATION_RATE / motion * np.cos(inclination)
    return np.log(rho.mean(axis=1)), float(slower**2)
