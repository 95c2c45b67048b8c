"""What follows when powered flight ends too soon: the vacuum impact point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from orbitsim import frames
from orbitsim.earth import J2_GRAVITY, MEAN_RADIUS, Site
from orbitsim.errors import InputError
from orbitsim.kernels.arc import zonal_arc
from orbitsim.orbit import Orbit
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

_LONGEST_FALL = 7200.0
_STEP = 20.0


@dataclass(frozen=True, slots=True)
class Impact:
    """Where and when something meets the ellipsoid.

    Attributes
    ----------
    time : Time
    latitude, longitude : float
        Geodetic on WGS 84, rad.
    """

    time: Time
    latitude: float
    longitude: float

    def distance(self, site: Site) -> float:
        """Length of the great circle from `site` on the mean sphere, m (within 0.6 % of that on the
        ellipsoid)."""
        there = _direction(self.latitude, self.longitude)
        here = _direction(site.latitude, site.longitude)
        angle = np.arctan2(np.linalg.norm(np.cross(here, there)), here @ there)
        return float(MEAN_RADIUS * angle)


def vacuum_impact(orbit: Orbit) -> Impact:
    """Instantaneous impact point: the fall from a state under J2 without air.

    Air shortens a fall from the edge of orbit by some per cent; nothing is said of it here.

    Raises
    ------
    InputError
        A batch, or an orbit that does not come down within two hours.
    """
    from astropy.time import TimeDelta

    if orbit.shape:
        raise InputError(f"an impact is of one orbit, got a batch of shape {orbit.shape}")
    teme = orbit if orbit.frame == "TEME" else orbit.to_frame("TEME")
    state = np.concatenate([teme.r, teme.v])
    gravity = J2_GRAVITY

    def position(t: FloatArray) -> FloatArray:
        states = zonal_arc(state, t, gravity.mu, gravity.radius, np.array(gravity.j), _STEP)
        return np.asarray(states[:3])

    def fixed(t: FloatArray) -> FloatArray:
        r = position(t)
        times = teme.epoch + TimeDelta(t, format="sec")
        return frames.transform(r, np.zeros_like(r), "TEME", "ITRS", times)[0]

    def height(t: float) -> float:
        return float(frames.geodetic(position(np.array([t])))[2][0])

    t = np.arange(0.0, _LONGEST_FALL, _STEP)
    heights = frames.geodetic(position(t))[2]
    below = np.flatnonzero(heights < 0.0)
    if below.size == 0 or below[0] == 0:
        raise InputError("the orbit does not come down to the ellipsoid within two hours")
    last = int(below[0])
    fall = float(brentq(height, t[last - 1], t[last], xtol=1e-6))
    latitude, longitude, _ = frames.geodetic(fixed(np.array([fall])))
    return Impact(
        teme.epoch + TimeDelta(fall, format="sec"), float(latitude[0]), float(longitude[0])
    )


def _direction(latitude: float, longitude: float) -> FloatArray:
    return np.array(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
