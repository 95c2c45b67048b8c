"""Where fragments come down, seen together: ellipse along and across the track, hazard map, region.

Distances are great circles on the mean sphere between geodetic latitudes (within 0.6 % of those on
the ellipsoid).  Around a centre, places are told by distance and azimuth, laid flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from orbitsim import frames
from orbitsim.earth import MEAN_RADIUS, Site
from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.units import FloatArray, read_only

PERSON: Final = 0.36
"""m2; projected area of a person, NASA-STD-8719.14 (requirement 4.7-1)."""

_CENTRINGS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """The places of a cloud, to second order.

    Attributes
    ----------
    latitude, longitude : float
        Of the centre, from which the mean offset is zero, rad.
    heading : float
        Azimuth of the track, which "along" and "across" refer to, rad from north over east.
    covariance : ndarray, shape (2, 2)
        Of the offsets along and to the right of the track, m2.
    count : int
    """

    latitude: float
    longitude: float
    heading: float
    covariance: FloatArray
    count: int

    @property
    def along(self) -> float:
        """One sigma along the track, m."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def across(self) -> float:
        """One sigma across the track, m."""
        return float(np.sqrt(self.covariance[1, 1]))

    @property
    def semi_axes(self) -> tuple[float, float]:
        """One-sigma semi-axes of the ellipse, the longer first, m."""
        small, large = np.sqrt(np.maximum(np.linalg.eigvalsh(self.covariance), 0.0))
        return float(large), float(small)

    @property
    def azimuth(self) -> float:
        """Azimuth of the longer axis, rad, within a quarter turn of the heading."""
        _, axes = np.linalg.eigh(self.covariance)
        along, right = axes[:, 1] * np.copysign(1.0, axes[0, 1])
        return float((self.heading + np.arctan2(right, along)) % (2.0 * np.pi))

    def ellipse(self, sigmas: float = 1.0, points: int = 181) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude (rad) of points around the ellipse, the last one the first."""
        angle = np.linspace(0.0, 2.0 * np.pi, points)
        large, small = self.semi_axes
        x, y = sigmas * large * np.cos(angle), sigmas * small * np.sin(angle)
        return _place(
            self.latitude, self.longitude, np.hypot(x, y), self.azimuth + np.arctan2(y, x)
        )

    def distance(self, site: Site) -> float:
        """From the centre to a site, m."""
        return float(_polar(self.latitude, self.longitude, site.latitude, site.longitude)[0])


@dataclass(frozen=True, slots=True, eq=False)
class HazardMap:
    """What comes down per area, on a grid.

    Attributes
    ----------
    latitude, longitude : ndarray, shape (M + 1,), (N + 1,)
        Edges of the cells, rad; longitudes run on over the antimeridian.
    density : ndarray, shape (M, N)
        Weight per km2.
    """

    latitude: FloatArray
    longitude: FloatArray
    density: FloatArray

    @property
    def cell_areas(self) -> FloatArray:
        """km2, shape (M, 1): cells of a row are alike."""
        heights = np.diff(np.sin(self.latitude)) * (MEAN_RADIUS / 1e3) ** 2
        return np.asarray(heights * (self.longitude[1] - self.longitude[0]))[:, np.newaxis]

    @property
    def total(self) -> float:
        """Sum of the weights on the map."""
        return float((self.density * self.cell_areas).sum())


@dataclass(frozen=True, slots=True)
class Region:
    """A named place: an outline, or one point of it.

    Attributes
    ----------
    name : str
    latitude, longitude : tuple of float
        Corners in order, rad; a single one is a point.
    source : str
    """

    name: str
    latitude: tuple[float, ...]
    longitude: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        if len(self.latitude) != len(self.longitude) or not self.latitude:
            raise InputError(
                f"region {self.name!r} needs as many latitudes as longitudes, at least one, "
                f"got {len(self.latitude)} and {len(self.longitude)}"
            )

    def distance(self, latitude: float, longitude: float) -> float:
        """From a place to the region, m; zero inside."""
        d, azimuth = _polar(latitude, longitude, np.array(self.latitude), np.array(self.longitude))
        x, y = d * np.sin(azimuth), d * np.cos(azimuth)
        dx, dy = np.roll(x, -1) - x, np.roll(y, -1) - y
        # Inside, if a ray to the east crosses the outline an odd number of times.
        crosses = (y > 0.0) != (np.roll(y, -1) > 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ahead = x - y * dx / dy > 0.0
        if np.count_nonzero(crosses & ahead) % 2:
            return 0.0
        length = dx * dx + dy * dy
        share = np.divide(-(x * dx + y * dy), length, out=np.zeros_like(x), where=length > 0.0)
        share = np.clip(share, 0.0, 1.0)
        return float(np.hypot(x + share * dx, y + share * dy).min())


def footprint(latitude: Any, longitude: Any, *, heading: float | None = None) -> Footprint:
    """Centre and spread of places.

    Parameters
    ----------
    latitude, longitude : array_like
        rad; places that are NaN are left out.
    heading : float, optional
        Azimuth of the track, rad; else that of the longer axis, pointing east.

    Raises
    ------
    InputError
        Fewer than two places, or shapes that differ.

    Examples
    --------
    >>> cloud = footprint([0.9, 0.9, 0.9], [1.60, 1.61, 1.62])
    >>> round(cloud.longitude, 6), round(cloud.along / 1e3), round(cloud.across / 1e3)
    (1.61, 40, 0)
    """
    lat, lon = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    if lat.shape != lon.shape:
        raise InputError(f"latitudes have the shape {lat.shape}, longitudes {lon.shape}")
    known = np.isfinite(lat) & np.isfinite(lon)
    lat, lon = lat[known], lon[known]
    if lat.size < 2:
        raise InputError(f"a footprint needs at least two places, got {lat.size}")
    mean = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]).mean(
        axis=1
    )
    centre_lat = float(np.arctan2(mean[2], np.hypot(mean[0], mean[1])))
    centre_lon = float(np.arctan2(mean[1], mean[0]))
    east = north = np.zeros(0)
    for _ in range(_CENTRINGS):
        d, azimuth = _polar(centre_lat, centre_lon, lat, lon)
        east, north = d * np.sin(azimuth), d * np.cos(azimuth)
        x, y = float(east.mean()), float(north.mean())
        moved = _place(centre_lat, centre_lon, np.hypot(x, y), np.arctan2(x, y))
        centre_lat, centre_lon = float(moved[0]), float(moved[1])
    if heading is None:
        _, axes = np.linalg.eigh(np.cov(east, north))
        heading = float(np.arctan2(axes[0, 1], axes[1, 1]) % np.pi)
    s, c = np.sin(heading), np.cos(heading)
    offsets = np.array([east * s + north * c, east * c - north * s])
    return Footprint(centre_lat, centre_lon, heading, read_only(np.cov(offsets)), int(lat.size))


def offsets(
    latitude: Any, longitude: Any, origin: tuple[float, float], heading: float
) -> tuple[FloatArray, FloatArray]:
    """Distances of places along a heading and to its right, m, from an origin (rad)."""
    d, azimuth = _polar(*origin, np.asarray(latitude), np.asarray(longitude))
    return np.asarray(d * np.cos(azimuth - heading)), np.asarray(d * np.sin(azimuth - heading))


def ground_heading(orbit: Orbit) -> FloatArray:
    """Azimuth of the motion over the turning Earth, rad from north over east."""
    r, v = frames.transform(
        np.moveaxis(orbit.r, -1, 0), np.moveaxis(orbit.v, -1, 0), orbit.frame, "ITRS", orbit.epoch
    )
    latitude, longitude, _ = frames.geodetic(r)
    east = -np.sin(longitude) * v[0] + np.cos(longitude) * v[1]
    inward = np.cos(longitude) * v[0] + np.sin(longitude) * v[1]
    north = -np.sin(latitude) * inward + np.cos(latitude) * v[2]
    return np.asarray(np.arctan2(east, north) % (2.0 * np.pi))


def hazard_map(
    latitude: Any, longitude: Any, *, weight: Any = 1.0, cell: float = 10e3, margin: float = 50e3
) -> HazardMap:
    """Weight per km2 on cells of about `cell` metres.

    Parameters
    ----------
    latitude, longitude : array_like, shape (N,)
        rad; places that are NaN are left out.
    weight : array_like
        Of each place: 1 counts fragments, `casualty_area` gives m2 per km2, over the number of
        simulated clouds it gives expectations.
    cell, margin : float
        Side of a cell, and what is added around the outermost places, m.
    """
    lat, lon = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
    weights = np.broadcast_to(np.asarray(weight, dtype=np.float64), lat.shape)
    known = np.isfinite(lat) & np.isfinite(lon)
    lat, lon, weights = lat[known], lon[known], weights[known]
    if lat.size == 0:
        raise InputError("a hazard map needs at least one place, got none")
    if not (0.0 < cell < np.inf and 0.0 <= margin < np.inf):
        raise InputError(f"cell and margin must be positive, got {cell!r} m and {margin!r} m")
    middle = float(np.arctan2(np.sin(lon).mean(), np.cos(lon).mean()))
    lon = middle + np.remainder(lon - middle + np.pi, 2.0 * np.pi) - np.pi
    step = cell / MEAN_RADIUS
    wide = step / max(float(np.cos(lat.mean())), 0.05)
    high = margin / MEAN_RADIUS
    rows = _edges(lat, step, high)
    rows = rows[(rows > -np.pi / 2 - step) & (rows < np.pi / 2 + step)].clip(-np.pi / 2, np.pi / 2)
    columns = _edges(lon, wide, high * wide / step)
    sums, _, _ = np.histogram2d(lat, lon, bins=[rows, columns], weights=weights)
    empty = HazardMap(read_only(rows), read_only(columns), sums)
    return HazardMap(empty.latitude, empty.longitude, read_only(sums / empty.cell_areas))


def casualty_area(area: Any) -> FloatArray:
    """m2 within which a fragment of a cross-section (m2) would strike a person
    (NASA-STD-8719.14, eq. 4.7-1)."""
    return np.asarray((np.sqrt(PERSON) + np.sqrt(np.asarray(area, dtype=np.float64))) ** 2)


def nearest_region(
    latitude: float, longitude: float, regions: Sequence[Region]
) -> tuple[Region, float]:
    """The region that a place lies in or next to, and the distance to it, m.

    Raises
    ------
    InputError
        There are none.
    """
    if not regions:
        raise InputError("there are no regions to choose from")
    distances = [region.distance(latitude, longitude) for region in regions]
    nearest = int(np.argmin(distances))
    return regions[nearest], distances[nearest]


def _edges(values: FloatArray, step: float, margin: float) -> FloatArray:
    first = np.floor((values.min() - margin) / step)
    last = np.ceil((values.max() + margin) / step)
    return np.asarray(step * np.arange(first, last + 1.5))


def _polar(latitude: float, longitude: float, lat: Any, lon: Any) -> tuple[FloatArray, FloatArray]:
    """Distance (m) and azimuth of places seen from one place."""
    s, c = np.sin(latitude), np.cos(latitude)
    turn = np.asarray(lon) - longitude
    x = np.cos(lat) * np.sin(turn)
    y = c * np.sin(lat) - s * np.cos(lat) * np.cos(turn)
    z = s * np.sin(lat) + c * np.cos(lat) * np.cos(turn)
    return np.asarray(MEAN_RADIUS * np.arctan2(np.hypot(x, y), z)), np.asarray(np.arctan2(x, y))


def _place(
    latitude: float, longitude: float, distance: Any, azimuth: Any
) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude at a distance (m) and azimuth from one place."""
    s, c = np.sin(latitude), np.cos(latitude)
    arc = np.asarray(distance) / MEAN_RADIUS
    sine = s * np.cos(arc) + c * np.sin(arc) * np.cos(azimuth)
    lat = np.arcsin(np.clip(sine, -1.0, 1.0))
    east = np.sin(azimuth) * np.sin(arc) * c
    lon = longitude + np.arctan2(east, np.cos(arc) - s * sine)
    return np.asarray(lat), np.asarray(np.remainder(lon + np.pi, 2.0 * np.pi) - np.pi)
