"""Where the Sun is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import erfa
import numpy as np

from orbitsim import frames
from orbitsim.errors import EpochError
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

_JULIAN_1900: Final = 2415020.5
_JULIAN_2100: Final = 2488069.5


def sun_direction(time: Time) -> FloatArray:
    """Unit vector from the Earth's centre to the Sun, GCRS, shape (3, *time.shape).

    Parameters
    ----------
    time : Time
        Between the years 1900 and 2100.

    Raises
    ------
    EpochError
        Outside those years.

    Notes
    -----
    The geometric direction, from the analytic ephemeris of the Earth that SOFA calls ``epv00``
    (a shortened VSOP2000); against JPL's DE421 it is within 0.015 arcsec over 1950 to 2048.  Light
    time hardly matters, since the Sun all but stands still in the barycentric frame (0.01 arcsec);
    the aberration that is left out moves the *apparent* Sun by 20.9 arcsec at most (1e-4 rad).

    Examples
    --------
    >>> from astropy.time import Time
    >>> sun_direction(Time("2016-12-21T10:44:00")).round(2) + 0.0  # the December solstice
    array([ 0.  , -0.92, -0.4 ])
    """
    tt = time.tt
    days = np.asarray(tt.jd1 + tt.jd2, dtype=np.float64)
    outside = ~((days >= _JULIAN_1900) & (days <= _JULIAN_2100))
    if outside.any():
        came = np.atleast_1d(time.utc.iso)[np.atleast_1d(outside)][0]
        raise EpochError(f"the ephemeris of the Sun covers the years 1900 to 2100, got {came}")
    heliocentric, _ = erfa.epv00(tt.jd1, tt.jd2)
    r = -np.moveaxis(np.asarray(heliocentric["p"]), -1, 0)
    return np.asarray(r / np.linalg.norm(r, axis=0))


def subsolar_point(time: Time) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude (rad), each of `time`'s shape, where the Sun stands in the zenith.

    The latitude is geodetic: at a Sun so far away the normal of the ellipsoid points along its
    direction, so that the latitude equals its declination.  Longitude in (-pi, pi].

    Raises
    ------
    EpochError
        Outside the ephemeris, or outside the tables of Earth orientation.
    """
    direction = sun_direction(time)
    x, y, z = np.einsum("...ij,j...->i...", frames.rotation_matrix("GCRS", "ITRS", time), direction)
    return np.arcsin(z), np.arctan2(y, x)


def solar_elevation(
    latitude: FloatArray, longitude: FloatArray, subsolar: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Elevation of the Sun's centre (rad) above the geodetic horizon, without refraction.

    Parameters
    ----------
    latitude, longitude : ndarray
        rad, of shapes that broadcast.
    subsolar : tuple of two ndarrays
        As `subsolar_point` gives it (rad).
    """
    declination, meridian = subsolar
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(
        longitude - meridian
    )
    return np.asarray(np.arcsin(np.clip(sine, -1.0, 1.0)))
