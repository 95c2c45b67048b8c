"""Solar flux and geomagnetic activity: what the upper atmosphere's density follows.

Indices run straight, as functions of time, between the centres of the intervals that they stand
for: noon (UTC) of a day, or the middle of three hours.  So a model that takes them has no jumps.
Against the steps in which indices are published, NRLMSISE-00 at 250 to 400 km changes its daily
mean by 0.2 to 0.8 % rms in the autumns of 2016 and 2000, and its density of the moment by 0.7 to
1.5 %; where a storm sets in by tens of per cent for hours (1 to 4 % in the mean of the twenty days
about the storms of October 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Self

import erfa
import numpy as np

from orbitsim.errors import EpochError, InputError
from orbitsim.frames.instants import atomic_or_civil
from orbitsim.frames.orientation import MJD, TT_TAI, leap_seconds
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.frames import PIECES_PER_DAY
from orbitsim.units import FloatArray, as_time, read_only, to_finite_si

if TYPE_CHECKING:
    from astropy.time import Time

_AP_PER_DAY: Final = 8
_CHUNK_DAYS: Final = 32
"""As in the Earth's orientation, so that a piece has the same row in both tables."""

_HALF_WINDOW: Final = 40
"""Days before and after one over which the centred mean of the flux goes."""

# What is asked of the days around an instant: flux of the day before, ap of 57 hours before.
_DAYS_BEFORE: Final = 58.5 / 24.0
_UNIX_EPOCH_MJD: Final = 40_587


@dataclass(frozen=True, slots=True)
class Indices:
    """Space weather as NRLMSISE-00 takes it, for instants of the shape (...).

    Attributes
    ----------
    f107 : ndarray, shape (...)
        Solar radio flux at 10.7 cm of the previous day, as observed, 1e-22 W/(m2 Hz).
    f107a : ndarray, shape (...)
        Its mean over 81 days centred on the day.
    ap : ndarray, shape (..., 7)
        Planetary index: of the day; of three hours now, 3, 6 and 9 hours before; mean of the eight
        intervals from 12 to 33 hours before, and from 36 to 57 hours before.
    """

    f107: FloatArray
    f107a: FloatArray
    ap: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class SpaceWeather:
    """Solar flux and geomagnetic activity of consecutive days.

    Made by `measured`, `with_predictions`, `constant` or `from_days`.

    Attributes
    ----------
    first_day : int
        MJD (UTC) of the first row.
    f107, f107a : ndarray, shape (days,)
        Solar radio flux at 10.7 cm as observed, 1e-22 W/(m2 Hz), and its mean over 81 days centred
        on each.
    ap : ndarray, shape (days, 8)
        Planetary index of the eight intervals of three hours.
    daily_ap : ndarray, shape (days,)
        Its mean over each day.
    span : tuple of float
        From and to when it holds, MJD (UTC): where all indices of `at` are known.
    source : str
        Whose figures these are, for messages.

    Notes
    -----
    The observed flux stands as published.  On six days a solar flare fell into the measurement and
    made it more than 500 (2001-04-06, 2001-12-28, 2003-11-04, 2005-09-09, 2006-12-06, 2011-03-07);
    it is in the mean of the 81 days around as well.  `from_days` takes a corrected series.
    """

    first_day: int
    f107: FloatArray
    f107a: FloatArray
    ap: FloatArray
    daily_ap: FloatArray
    span: tuple[float, float]
    source: str

    @classmethod
    def measured(cls) -> Self:
        """What was measured since 1957-10-01, as shipped.

        It ends where the mean of the 81 days around begins to contain predictions.
        """
        days = _shipped()
        last = int(np.flatnonzero(days.kind > 0)[-1]) - _HALF_WINDOW
        return cls._of(days, last + 1, "measured space weather")

    @classmethod
    def with_predictions(cls) -> Self:
        """As `measured`, and after it CelesTrak's predictions for the following 45 days."""
        days = _shipped()
        return cls._of(days, days.kind.size, "space weather with predictions")

    @classmethod
    def constant(cls, *, f107: float, f107a: float | None = None, ap: float) -> Self:
        """The same weather at all times.

        Parameters
        ----------
        f107 : float
            Solar radio flux at 10.7 cm, 1e-22 W/(m2 Hz).
        f107a : float, optional
            Its mean over 81 days; the same if not given.
        ap : float
            Planetary index.
        """
        flux = _fluxes([f107], "f107")
        mean = flux if f107a is None else _fluxes([f107a], "f107a")
        index = _planetary(np.full((1, _AP_PER_DAY), ap))
        always = (-np.inf, np.inf)
        return cls(0, flux, mean, index, index[:, 0], always, "constant space weather")

    @classmethod
    def from_days(cls, first_day: int, f107: Any, f107a: Any, ap: Any) -> Self:
        """Weather of one's own.

        Parameters
        ----------
        first_day : int
            MJD (UTC) of the first day.
        f107, f107a : array_like, shape (days,)
            Observed flux and its mean over 81 days, 1e-22 W/(m2 Hz), of three days at least.
        ap : array_like, shape (days, 8)
            Planetary index every three hours.

        Raises
        ------
        InputError
            Shapes that do not go together, a flux that is not positive, a negative ap.
        """
        flux, mean, index = _fluxes(f107, "f107"), _fluxes(f107a, "f107a"), _planetary(ap)
        fits = mean.shape == flux.shape and index.shape == (flux.size, _AP_PER_DAY)
        if flux.ndim != 1 or flux.size < 3 or not fits:
            raise InputError(
                "f107, f107a and ap must have the shapes (days,), (days,) and (days, 8) with three "
                f"days at least, got {flux.shape}, {mean.shape} and {index.shape}"
            )
        rows = _Days(int(first_day), np.ones(flux.size), flux, mean, index, index.mean(axis=1))
        return cls._of(rows, flux.size, "space weather")

    @classmethod
    def _of(cls, days: _Days, count: int, source: str) -> Self:
        """Weather of the first `count` days; the mean flux ends at the last one's noon."""
        f107, f107a, ap, daily = (
            read_only(column[:count]) for column in (days.f107, days.f107a, days.ap, days.daily_ap)
        )
        span = (days.first_day + _DAYS_BEFORE, days.first_day + count - 0.5)
        return cls(days.first_day, f107, f107a, ap, daily, span, source)

    def at(self, time: Any) -> Indices:
        """Indices at an instant, or many.

        Parameters
        ----------
        time : Time or str
            Of any shape.

        Raises
        ------
        EpochError
            Before or after what is known.

        Examples
        --------
        >>> weather = SpaceWeather.measured().at("2016-12-01T14:51:52")
        >>> print(f"{weather.f107:.1f} {weather.f107a:.1f}", weather.ap.round(1))
        83.7 76.4 [2.2 1.1 2.  3.1 5.1 2.9 4.1]
        """
        utc = utc_days(to_times(time))
        self.check(utc)
        day = utc - self.first_day
        f107 = _along(self.f107, day - 1.5)
        f107a, daily = _along(self.f107a, day - 0.5), _along(self.daily_ap, day - 0.5)
        recent = _recent(self.ap.reshape(-1), day * _AP_PER_DAY - 0.5)
        ap = np.moveaxis(np.stack([daily, *recent]), 0, -1)
        return Indices(read_only(f107), read_only(f107a), read_only(ap))

    def check(self, utc: FloatArray) -> None:
        """Refuse instants (MJD in UTC) at which the weather is not known; NaN passes.

        Raises
        ------
        EpochError
            As said.
        """
        first, last = self.span
        outside = (utc < first) | (utc > last)
        if np.any(outside):
            came = _calendar(float(np.asarray(utc)[outside].flat[0]))
            raise EpochError(
                f"{self.source} is known from {_calendar(first)} to {_calendar(last)} UTC, got "
                f"{came}; SpaceWeather.constant(f107=..., ap=...) holds at any time"
            )


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Rows of the shipped file."""

    first_day: int
    kind: FloatArray
    f107: FloatArray
    f107a: FloatArray
    ap: FloatArray
    daily_ap: FloatArray


@lru_cache(maxsize=1)
def _shipped() -> _Days:
    path = resources.files("orbitsim.environment") / "data" / "space_weather.csv"
    with path.open(encoding="ascii") as file:
        lines = [line for line in file if not line.startswith("#")]
    first = np.datetime64(lines[0][:10])
    rows = np.loadtxt(lines, delimiter=",", usecols=range(1, 13))
    kind, f107, f107a, *ap, daily = rows.T
    return _Days(
        int(first.astype(np.int64)) + _UNIX_EPOCH_MJD,
        kind,
        as_input(f107),
        as_input(f107a),
        as_input(np.stack(ap, axis=-1)),
        as_input(daily),
    )


def weather_table(low: float, high: float, weather: SpaceWeather) -> tuple[FloatArray, float]:
    """The kernels' table of weather from `low` to `high` (MJD in TAI), and its first piece.

    The pieces are those of the Earth's orientation, numbered alike, in which w runs from 0 to 1.
    Columns: day of the year and UTC seconds of the day at the piece's start; value and slope (per
    w) of f107a and of f107; the w of the middle of three hours; value, slope and change of slope
    there of the ap of now, 3, 6, 9 hours before, and of the means of 12 to 33 and of 36 to 57 hours
    before.

    The day of the year runs evenly and has the model's whole number at noon, so that a day's mean
    is right.  Within a piece seconds run on beyond midnight.

    Raises
    ------
    EpochError
        The weather is not known at `low` or `high`.
    """
    weather.check(_civil(np.array([low, high])))
    first, last = int(low // _CHUNK_DAYS), int(high // _CHUNK_DAYS)
    chunks = [_chunk(number, weather) for number in range(first, last + 1)]
    whole = chunks[0] if len(chunks) == 1 else as_input(np.concatenate(chunks))
    return whole, float(first * _CHUNK_DAYS * PIECES_PER_DAY)


@lru_cache(maxsize=256)
def _chunk(number: int, weather: SpaceWeather) -> FloatArray:
    """Table of a chunk of days; beyond what is known the last figures go on."""
    edges = _CHUNK_DAYS * number + np.arange(_CHUNK_DAYS * PIECES_PER_DAY + 1) / PIECES_PER_DAY
    utc = _civil(edges)
    start = utc[:-1]
    # Civil time is behind by seconds: a piece begins in the last ones of three hours.
    middle = (np.ceil(start * _AP_PER_DAY - 1e-9) + 0.5) / _AP_PER_DAY
    bend = (middle - start) * PIECES_PER_DAY
    day = utc - weather.first_day
    columns = [day_of_year(start), 86_400.0 * (start - np.floor(start))]
    for series, behind in ((weather.f107a, 0.5), (weather.f107, 1.5)):
        values = _along(series, day - behind)
        columns += [values[:-1], np.diff(values)]
    columns.append(bend)
    ap = weather.ap.reshape(-1)
    at_edges = _recent(ap, day * _AP_PER_DAY - 0.5)
    at_middles = _recent(ap, (middle - weather.first_day) * _AP_PER_DAY - 0.5)
    for edge, centre in zip(at_edges, at_middles, strict=True):
        slope = (centre - edge[:-1]) / bend
        columns += [edge[:-1], slope, (edge[1:] - centre) / (1.0 - bend) - slope]
    return as_input(np.stack(columns, axis=-1))


def day_of_year(utc: FloatArray) -> FloatArray:
    """Day of the year as it runs on evenly, with the whole number at noon, of MJD in UTC.

    A year of 366 days ends a day later, so that the next begins a day back.
    """
    day = np.floor(utc)
    finite = np.where(np.isfinite(day), day, 0.0).astype(np.int64) - _UNIX_EPOCH_MJD
    dates = finite.astype("datetime64[D]")
    ordinal = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
    return np.asarray(ordinal + (utc - day) - 0.5)


def _recent(ap: FloatArray, at: FloatArray) -> tuple[FloatArray, ...]:
    """The six ap of a history at places in the row of three-hour values."""
    now = [_along(ap, at - k) for k in range(4)]
    day_before = np.mean([_along(ap, at - k) for k in range(4, 12)], axis=0)
    two_before = np.mean([_along(ap, at - k) for k in range(12, 20)], axis=0)
    return (*now, day_before, two_before)


def _along(series: FloatArray, at: FloatArray) -> FloatArray:
    """Straight lines through a series; before its first and after its last value, that value."""
    place = np.clip(at, 0.0, series.size - 1.0)
    below = np.minimum(np.nan_to_num(place).astype(np.int64), max(series.size - 2, 0))
    above = np.minimum(below + 1, series.size - 1)
    return np.asarray(series[below] + (place - below) * (series[above] - series[below]))


def to_times(time: Any) -> Time:
    """An instant or many as a Time; a text is read as UTC.

    Raises
    ------
    InputError
        Neither.
    """
    time = as_time(time)
    if not hasattr(time, "jd1"):
        raise InputError(f"time must be an astropy Time or an ISO 8601 text, got {time!r}")
    return time


def utc_days(time: Time) -> FloatArray:
    """MJD in UTC; to a second or two before 1972, when its seconds had another length."""
    time = atomic_or_civil(time)
    jd1, jd2 = time.jd1, time.jd2
    if time.masked:
        jd1, jd2 = time.unmasked.jd1, np.where(time.mask, np.nan, time.unmasked.jd2)
    mjd = np.asarray((jd1 - MJD) + jd2, dtype=np.float64)
    if time.scale == "utc":
        return mjd
    return _civil(mjd - (TT_TAI / 86_400.0 if time.scale == "tt" else 0.0))


def _civil(tai: FloatArray) -> FloatArray:
    """MJD in UTC of MJD in TAI."""
    days, ahead = leap_seconds()
    ahead = ahead / 86_400.0
    step = np.searchsorted(days + ahead, tai, side="right") - 1
    return np.asarray(tai - ahead[np.maximum(step, 0)])


def _fluxes(values: Any, name: str) -> FloatArray:
    """Positive finite numbers in an array of one's own."""
    numbers = to_finite_si(values, "", name)
    if not np.all(numbers > 0.0):
        raise InputError(f"{name} must be positive, got {numbers[~(numbers > 0.0)].flat[0]}")
    return as_input(numbers.copy())


def _planetary(values: Any) -> FloatArray:
    """Indices ap, not negative, in an array of one's own."""
    numbers = to_finite_si(values, "", "ap")
    if not np.all(numbers >= 0.0):
        raise InputError(f"ap must not be negative, got {numbers[~(numbers >= 0.0)].flat[0]}")
    return as_input(numbers.copy())


def _calendar(mjd: float) -> str:
    if not np.isfinite(mjd):
        return str(mjd)
    year, month, day, fraction = erfa.jd2cal(MJD, mjd)
    hour, minute = divmod(round(fraction * 1440.0), 60)
    return f"{year:04d}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}"
