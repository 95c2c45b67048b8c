"""Launch windows: when a site passes through the plane of an orbit."""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, cos, pi, sin, sqrt, tan
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.earth import J2_GRAVITY, ROTATION_RATE, WGS84, Site
from orbitsim.errors import InputError
from orbitsim.kernels.brouwer import mean_from_osculating, mean_rates
from orbitsim.orbit import Orbit
from orbitsim.propagation import MeanElements
from orbitsim.units import elapsed_seconds, to_epoch

if TYPE_CHECKING:
    from astropy.time import Time

_TURN = 2.0 * pi


@dataclass(frozen=True, slots=True)
class LaunchWindow:
    """One passage of a site through an orbit's mean plane.

    Attributes
    ----------
    time : Time
        UTC.
    descending : bool
        Whether a satellite passing over the site then would be southbound.
    azimuth : float
        Direction of inertial motion in the plane over the site, rad from north through east.
    argument_of_latitude : float
        Angle along the plane from its ascending node to the site, rad.
    """

    time: Time
    descending: bool
    azimuth: float
    argument_of_latitude: float


def launch_windows(
    station: MeanElements | Orbit, site: Site | tuple[float, float], day: Any
) -> tuple[LaunchWindow, ...]:
    """Times of one UTC day at which a site lies in the mean plane of an orbit.

    The plane is that of the mean elements (of SGP4, or of J2 theory for an `Orbit`), because the
    osculating plane sways by 0.03 deg twice a revolution, which is six seconds of the Earth's turn.
    The steering of an ascent and the drift of the planes until a rendezvous are not in it.

    Parameters
    ----------
    station : MeanElements or Orbit
        One satellite.
    site : Site or (latitude, longitude)
        A pair is read as degrees, on the ellipsoid.
    day : Time or str
        Any instant of the UTC day.

    Returns
    -------
    tuple of LaunchWindow
        In order of time, usually two.  Empty, that is never, where the site's geocentric latitude
        exceeds the inclination (or its supplement).

    Raises
    ------
    InputError
        A batch, an unusable site or day, or an equatorial orbit from an equatorial site (which is
        in the plane all day).
    EpochError
        The day is outside the tables of Earth orientation.

    Notes
    -----
    With geocentric latitude phi, sidereal angle theta of the site and node Omega, the site is in
    the plane where sin(theta - Omega) = tan(phi) / tan(i) (Vallado 2013, section 6.4).
    """
    site = site if isinstance(site, Site) else Site.from_degrees(*site)
    if station.shape:
        raise InputError(f"launch windows are of one orbit, got a batch of shape {station.shape}")
    start = _midnight(day)
    latitude = _geocentric_latitude(site)
    frames.teme_sidereal_angle(start)  # refuses a day without Earth orientation before all else
    inclination, _ = _plane(station, start)
    if abs(sin(latitude)) > sin(inclination):
        return ()
    if sin(inclination) == 0.0:
        raise InputError("a site on the equator is in the plane of an equatorial orbit all day")
    passages = (
        _passage(station, site, start, turn, descending)
        for descending in (False, True)
        for turn in (-1, 0, 1)
    )
    windows = [window for window in passages if window is not None]
    return tuple(sorted(windows, key=lambda window: float(window.time.unix)))


def _passage(
    station: MeanElements | Orbit,
    site: Site,
    start: Time,
    turn: int,
    descending: bool,
) -> LaunchWindow | None:
    """The passage in the given sidereal turn of the day, if it falls into the day."""
    from astropy.time import TimeDelta

    latitude = _geocentric_latitude(site)
    seconds = 0.0
    inclination = 0.0
    for iteration in range(8):
        time = start + TimeDelta(seconds, format="sec")
        inclination, node = _plane(station, time)
        theta = float(frames.teme_sidereal_angle(time)) + site.longitude
        ratio = min(1.0, max(-1.0, tan(latitude) / tan(inclination)))
        wanted = pi - asin(ratio) if descending else asin(ratio)
        short = wanted - (theta - node)
        # Which turn is meant is settled at the start of the day; later steps are small.
        short = short % _TURN + turn * _TURN if iteration == 0 else (short + pi) % _TURN - pi
        step = short / ROTATION_RATE
        seconds += step
        if abs(step) < 1e-6:
            break
    if not 0.0 <= seconds < SECONDS_PER_DAY:
        return None
    sin_azimuth = cos(inclination) / cos(latitude)
    cos_azimuth = sqrt(max(0.0, 1.0 - sin_azimuth**2)) * (-1.0 if descending else 1.0)
    sin_u = min(1.0, max(-1.0, sin(latitude) / sin(inclination)))
    u = pi - asin(sin_u) if descending else asin(sin_u)
    return LaunchWindow(
        start + TimeDelta(seconds, format="sec"),
        descending,
        atan2(sin_azimuth, cos_azimuth) % _TURN,
        u % _TURN,
    )


def _plane(station: MeanElements | Orbit, time: Time) -> tuple[float, float]:
    """Mean inclination and node (rad, true equator of date) at an instant."""
    if isinstance(station, MeanElements):
        plane = station.plane(time)
        return float(plane.inclination[0]), float(plane.raan[0])
    orbit = station if station.frame == "TEME" else station.to_frame("TEME")
    constants = (J2_GRAVITY.mu, J2_GRAVITY.radius, J2_GRAVITY.j2)
    mean, status = mean_from_osculating(
        orbit.r.reshape(3, 1).copy(), orbit.v.reshape(3, 1).copy(), *constants
    )
    if status[0]:
        raise InputError("a launch window needs a closed orbit; this one has no mean elements")
    node_rate = mean_rates(mean[0], mean[1], mean[2], *constants)[0]
    since = float(elapsed_seconds(time, orbit.epoch))
    return float(mean[2, 0]), float(mean[3, 0] + node_rate[0] * since)


def _geocentric_latitude(site: Site) -> float:
    x, y, z = frames.position_on_earth(site.latitude, site.longitude, site.height, WGS84)
    return float(np.arctan2(z, np.hypot(x, y)))


def _midnight(day: Any) -> Time:
    from astropy.time import Time

    return Time(to_epoch(day, "day").utc.isot[:10], scale="utc")
