"""Events: instants at which a function of the flight passes zero.

An `Event` says what to look for; ``propagate(..., events=...)`` finds every occurrence, to 1e-6 s,
and returns them as an `orbitsim.event_log.EventLog`.  The functions here make the usual events; any
other function of `States` will do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames
from orbitsim.earth import WGS84, Ellipsoid, Site
from orbitsim.environment import shadow
from orbitsim.errors import InputError
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

    from orbitsim.trajectory import Trajectory


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """States at which an event's function is evaluated, M of them.

    Attributes
    ----------
    orbit : ndarray of int, shape (M,)
        Which orbit of the batch, counted flat.
    t : ndarray, shape (M,)
        Seconds after the orbit's epoch.
    r, v : ndarray, shape (M, 3)
        m and m/s, in `frame`.
    frame : str
    epoch : Time
        Of the orbits: one, or each its own (flat).
    """

    orbit: NDArray[np.int64]
    t: FloatArray
    r: FloatArray
    v: FloatArray
    frame: str
    epoch: Time

    @property
    def time(self) -> Time:
        """The instants, shape (M,)."""
        from astropy.time import TimeDelta

        start = self.epoch[self.orbit] if self.epoch.shape else self.epoch
        return start + TimeDelta(self.t, format="sec")

    def position(self, frame: str) -> FloatArray:
        """Position in a frame, m, shape (M, 3)."""
        time, t = (self.time, None) if self.epoch.shape else (self.epoch, self.t)
        rows = np.ascontiguousarray(self.r.T)
        return frames.transform_position(rows, self.frame, frame, time, t).T

    def geodetic(self, ellipsoid: Ellipsoid = WGS84) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Latitude, longitude (rad) and height (m), each (M,)."""
        time, t = (self.time, None) if self.epoch.shape else (self.epoch, self.t)
        return frames.geodetic_at(np.ascontiguousarray(self.r.T), self.frame, time, t, ellipsoid)


Function = Callable[[States], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happens when a function of the flight passes zero.

    Attributes
    ----------
    name : str
    function : callable
        `States` of M instants to M numbers; smooth, and of one sign on either side.  NaN is on
        neither.
    direction : {-1, 0, 1}
        Only where the function falls (-1) or rises (1), or both.
    terminal : bool
        Whether the flight ends there.

    Raises
    ------
    InputError
        An unknown direction, or a function that cannot be called.
    """

    name: str
    function: Function
    direction: int = 0
    terminal: bool = False

    def __post_init__(self) -> None:
        if self.direction not in (-1, 0, 1):
            raise InputError(f"direction must be -1, 0 or 1, got {self.direction!r}")
        if not callable(self.function):
            raise InputError(f"an event needs a function of States, got {self.function!r}")

    def __call__(self, states: States) -> FloatArray:
        """The function's values.

        Raises
        ------
        InputError
            They are not M numbers.
        """
        values = np.asarray(self.function(states), dtype=np.float64)
        if values.shape != states.t.shape:
            raise InputError(
                f"the function of event {self.name!r} must give the shape {states.t.shape}, "
                f"got {values.shape}"
            )
        return values

    def ending(self) -> Self:
        """The same event, at which the flight ends."""
        return type(self)(self.name, self.function, self.direction, True)


def node(direction: int = 0) -> Event:
    """Passage through the plane of the equator of date: ascending 1, descending -1."""
    return Event("node", lambda s: s.position("TEME")[:, 2], direction)


def apsis(direction: int = 0) -> Event:
    """Perigee (1) or apogee (-1), where r . v passes zero."""
    return Event("apsis", lambda s: np.einsum("ij,ij->i", s.r, s.v), direction)


def perigee() -> Event:
    """Least distance from the Earth's centre."""
    return Event("perigee", apsis().function, 1)


def apogee() -> Event:
    """Greatest distance from the Earth's centre."""
    return Event("apogee", apsis().function, -1)


def altitude(height: float, direction: int = 0, ellipsoid: Ellipsoid = WGS84) -> Event:
    """Passage of a geodetic height, m."""
    return Event("altitude", lambda s: s.geodetic(ellipsoid)[2] - height, direction)


def latitude(angle: float, direction: int = 0) -> Event:
    """Passage of a geodetic latitude, rad."""
    return Event("latitude", lambda s: s.geodetic()[0] - angle, direction)


def eclipse(
    edge: shadow.Edge = "umbra", direction: int = 0, body: shadow.Occulter = "earth"
) -> Event:
    """Entry into (-1) or exit from (1) the shadow of a body; see `orbitsim.environment.shadow`."""
    return Event(
        f"{body} {edge}",
        lambda s: shadow.shadow_margin(s.position("GCRS"), s.time, edge, body=body),
        direction,
    )


def elevation(site: Site, least: float = 0.0, direction: int = 0) -> Event:
    """Rise (1) over or set (-1) below an elevation (rad) above a site's geodetic horizon.

    Geometric: neither light time nor refraction is reckoned.
    """
    place = frames.position_on_earth(site.latitude, site.longitude, site.height)
    up = np.array(
        [
            np.cos(site.latitude) * np.cos(site.longitude),
            np.cos(site.latitude) * np.sin(site.longitude),
            np.sin(site.latitude),
        ]
    )

    def above(s: States) -> FloatArray:
        to = s.position("ITRS") - place
        return np.asarray(np.arcsin(to @ up / np.linalg.norm(to, axis=-1)) - least)

    return Event("elevation", above, direction)


def separation(other: Trajectory, distance: float, direction: int = 0) -> Event:
    """Distance (m) from another satellite: closer (-1) or farther (1).

    Parameters
    ----------
    other : Trajectory
        Of one satellite.
    """
    if other.shape:
        raise InputError(f"separation is from one satellite, got a batch of shape {other.shape}")

    def beyond(s: States) -> FloatArray:
        # Instants come in any order; a trajectory is evaluated in one go.
        seconds = np.asarray((s.time - other.epoch).to_value("s"))
        track = next(iter(other.stream(seconds, states=max(1, seconds.size))))
        there, _ = track.to_frame("GCRS")
        return np.asarray(np.linalg.norm(s.position("GCRS") - there, axis=-1) - distance)

    return Event("separation", beyond, direction)
