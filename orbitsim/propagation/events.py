"""Events: instants at which a function of the flight passes zero.

An `Event` says what to look for; ``propagate(..., events=...)`` finds every occurrence, to 1e-6 s,
and returns them as an `orbitsim.event_log.EventLog`.  The functions here make the usual events; any
other function of `States` will do.

What is at zero when the flight begins, or is put there by an impulse, does not occur then.  Nor is
there an occurrence where an impulse leaps over zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames
from orbitsim.constants import MOON_RADIUS
from orbitsim.earth import EQUATORIAL_RADIUS, WGS84, Ellipsoid, Site
from orbitsim.environment import shadow
from orbitsim.environment.bodies import Body, body_table
from orbitsim.errors import InputError
from orbitsim.kernels import radiation
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.frames import PIECE_SECONDS, PIECES_PER_DAY
from orbitsim.propagation.field import pieces_of
from orbitsim.units import FloatArray, to_finite_si

if TYPE_CHECKING:
    from astropy.time import Time

    from orbitsim.trajectory import Trajectory


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """States at which an event's function is evaluated, M of them, at instants in any order.

    Attributes
    ----------
    orbit : ndarray of int, shape (M,)
        Which orbit of the batch, counted flat.
    t : ndarray, shape (M,)
        Seconds after the orbit's epoch.
    r, v : ndarray, shape (M, 3)
        GCRS, m and m/s, whatever the frame of the orbits.
    epoch : Time
        Of the orbits: one, or each its own (flat).
    """

    orbit: NDArray[np.int64]
    t: FloatArray
    r: FloatArray
    v: FloatArray
    epoch: Time
    _known: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What several events may ask for."""

    @property
    def time(self) -> Time:
        """The instants, shape (M,)."""
        from astropy.time import TimeDelta

        start = self.epoch[self.orbit] if self.epoch.shape else self.epoch
        return start + TimeDelta(self.t, format="sec")

    def position(self, frame: str) -> FloatArray:
        """Position in a frame, m, shape (M, 3)."""
        if frame not in self._known:
            rows = np.ascontiguousarray(self.r.T)
            turned = frames.transform_position(rows, "GCRS", frame, *self._instants)
            self._known[frame] = turned.T
        known: FloatArray = self._known[frame]
        return known

    def geodetic(self, ellipsoid: Ellipsoid = WGS84) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Latitude, longitude (rad) and height (m), each (M,)."""
        if ellipsoid not in self._known:
            rows = np.ascontiguousarray(self.r.T)
            place = frames.geodetic_at(rows, "GCRS", *self._instants, ellipsoid)
            self._known[ellipsoid] = place
        known: tuple[FloatArray, FloatArray, FloatArray] = self._known[ellipsoid]
        return known

    def body(self, body: Body) -> FloatArray:
        """Position of the Sun or the Moon (DE421), GCRS, m, shape (M, 3)."""
        if body not in self._known:
            start = pieces_of(self.epoch)
            places = (start[self.orbit] if start.shape else start) + self.t / PIECE_SECONDS
            if not places.size:
                return np.empty((0, 3))
            span = (places.min() / PIECES_PER_DAY, places.max() / PIECES_PER_DAY)
            table, first = body_table(body, *span)
            piece = np.floor(places)
            rows = table[(piece - first).astype(np.int64)].reshape(-1, 4, 3)
            w = (places - piece)[:, np.newaxis]
            self._known[body] = rows[:, 0] + w * (rows[:, 1] + w * (rows[:, 2] + w * rows[:, 3]))
        known: FloatArray = self._known[body]
        return known

    @property
    def _instants(self) -> tuple[Time, FloatArray | None]:
        return (self.time, None) if self.epoch.shape else (self.epoch, self.t)


Function = Callable[[States], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that happens when a function of the flight passes zero.

    Attributes
    ----------
    name : str
    function : callable
        `States` of M instants, in any order, to M numbers; smooth, and of one sign on either side.
        NaN is on neither.  It is looked at every two minutes at least, and on a low orbit some 150
        times in a revolution; a pair of zeros in between is found as long as the function turns
        there but once.
    direction : {-1, 0, 1}
        Only where the function falls (-1) or rises (1), or both.
    terminal : bool
        Whether the flight ends there.

    Raises
    ------
    InputError
        An unknown direction, or a function that cannot be called.

    Examples
    --------
    >>> from orbitsim import ImpulsiveBurn, Orbit, propagate
    >>> orbit = Orbit.from_elements(semi_major_axis=7e6, eccentricity=0.01, inclination=0.9,
    ...                             epoch="2016-12-01")
    >>> low = Event("low", lambda s: np.linalg.norm(s.r, axis=-1) - 6.95e6, direction=-1)
    >>> flight = propagate(orbit, [6000.0], method="numerical", events=[low],
    ...                    burns=[ImpulsiveBurn([0.0, 2.0, 0.0], at=apogee())])
    >>> flight.events.name, flight.events.t.round()
    (('ImpulsiveBurn', 'low'), array([2910., 5198.]))
    """

    name: str
    function: Function
    direction: int = 0
    terminal: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.direction, bool) or self.direction not in (-1, 0, 1):
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


def altitude(height: Any, direction: int = 0, ellipsoid: Ellipsoid = WGS84) -> Event:
    """Passage of a geodetic height, m."""
    level = _number(height, "m", "height")
    return Event("altitude", lambda s: s.geodetic(ellipsoid)[2] - level, direction)


def latitude(angle: Any, direction: int = 0) -> Event:
    """Passage of a geodetic latitude, rad."""
    parallel = _number(angle, "rad", "angle")
    return Event("latitude", lambda s: s.geodetic()[0] - parallel, direction)


def eclipse(
    edge: shadow.Edge = "umbra", direction: int = 0, body: shadow.Occulter = "earth"
) -> Event:
    """Entry into (-1) or exit from (1) the shadow of a body.

    The function is that of `orbitsim.environment.shadow.shadow_margin`.

    Raises
    ------
    InputError
        An edge that is not ``"umbra"`` or ``"penumbra"``, or a body not ``"earth"`` or ``"moon"``.
    """
    if edge not in ("umbra", "penumbra"):
        raise InputError(f"edge must be 'umbra' or 'penumbra', got {edge!r}")
    if body not in ("earth", "moon"):
        raise InputError(f"body must be 'earth' or 'moon', got {body!r}")
    radius = EQUATORIAL_RADIUS if body == "earth" else MOON_RADIUS

    def margin(s: States) -> FloatArray:
        place = np.zeros_like(s.r) if body == "earth" else s.body("moon")
        rows = (as_input(x.T) for x in (s.r, s.body("sun"), place))
        out = np.empty(s.t.size)
        radiation.shadow_margins(*rows, radius, 1.0 if edge == "penumbra" else -1.0, out)
        return out

    return Event(f"{body} {edge}", margin, direction)


def elevation(site: Site, least: Any = 0.0, direction: int = 0) -> Event:
    """Rise (1) over or set (-1) below an elevation (rad) above a site's geodetic horizon.

    Geometric: neither light time nor refraction is reckoned.
    """
    least = _number(least, "rad", "least")
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


def separation(other: Trajectory, distance: Any, direction: int = 0) -> Event:
    """Distance (m) from another satellite: closer (-1) or farther (1).

    Parameters
    ----------
    other : Trajectory
        Of one satellite.  It is propagated to each instant that is looked at; where it fails, as
        after coming down, nothing occurs.
    """
    if other.shape:
        raise InputError(f"separation is from one satellite, got a batch of shape {other.shape}")
    apart = _number(distance, "m", "distance")

    def beyond(s: States) -> FloatArray:
        seconds = np.asarray((s.time - other.epoch).to_value("s"))
        if not seconds.size:
            return seconds
        track = next(other.stream(seconds, states=seconds.size, errors="status"))
        there, _ = track.to_frame("GCRS")
        return np.asarray(np.linalg.norm(s.r - there, axis=-1) - apart)

    return Event("separation", beyond, direction)


def _number(value: Any, unit: str, name: str) -> float:
    number = to_finite_si(value, unit, name)
    if number.shape:
        raise InputError(f"{name} must be one number, got the shape {number.shape}")
    return float(number)
