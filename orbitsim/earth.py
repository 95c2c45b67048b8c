"""The Earth as figures: ellipsoid, rotation, zonal gravity.  Each with its source.

Everything is SI.  The models are small frozen objects, so that a caller who wants another ellipsoid
or another gravity passes one instead of setting something global.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import degrees, isfinite, pi, radians, sqrt
from typing import Final, Self

from orbitsim.errors import InputError


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An oblate reference ellipsoid.

    Attributes
    ----------
    equatorial_radius : float
        Semi-major axis, m.
    flattening : float
        (a - b) / a.
    """

    equatorial_radius: float
    flattening: float

    @property
    def polar_radius(self) -> float:
        """Semi-minor axis, m."""
        return self.equatorial_radius * (1.0 - self.flattening)

    @property
    def eccentricity_squared(self) -> float:
        """First eccentricity squared."""
        return self.flattening * (2.0 - self.flattening)


@dataclass(frozen=True, slots=True)
class ZonalGravity:
    """Gravity of an axially symmetric Earth.

    Attributes
    ----------
    mu : float
        Gravitational parameter, m3/s2.
    radius : float
        Reference radius of the coefficients, m.
    j : tuple of float
        Unnormalised zonal coefficients J2, J3, ... (J_n = -C_n0).  An empty tuple is a point mass.
    """

    mu: float
    radius: float
    j: tuple[float, ...] = ()

    @property
    def j2(self) -> float:
        """J2, zero for a point mass."""
        return self.j[0] if self.j else 0.0


WGS84: Final = Ellipsoid(6_378_137.0, 1.0 / 298.257223563)
"""World Geodetic System 1984 (NGA.STND.0036 table 3.1)."""

EQUATORIAL_RADIUS: Final = WGS84.equatorial_radius
"""m; the sphere of the `equatorial` altitude datum."""

MEAN_RADIUS: Final = 6_371_008.8
"""m; mean radius R1 = (2a + b)/3 of the ellipsoid (Moritz 2000, Geodetic Reference System 1980);
the sphere of the `mean` altitude datum."""

ROTATION_RATE: Final = 7.292115e-5
"""rad/s; nominal mean angular velocity (NGA.STND.0036 table 3.1)."""

MU: Final = 3.986004418e14
"""m3/s2; geocentric gravitational constant with atmosphere (IERS Conventions 2010 table 1.1)."""

_EGM96_MU = 3.986004415e14
_EGM96_RADIUS = 6_378_136.3
_EGM96_NORMALISED = (  # C20 .. C60, tide-free (Lemoine et al. 1998, NASA/TP-1998-206861)
    -0.484165371736e-03,
    0.957254173792e-06,
    0.539873863789e-06,
    0.685323475630e-07,
    -0.149957994714e-06,
)
_EGM96_ZONALS = tuple(-sqrt(2 * n + 1) * c for n, c in enumerate(_EGM96_NORMALISED, start=2))

POINT_MASS: Final = ZonalGravity(MU, EQUATORIAL_RADIUS)
"""No oblateness at all."""

J2_GRAVITY: Final = ZonalGravity(_EGM96_MU, _EGM96_RADIUS, _EGM96_ZONALS[:1])
"""EGM96 oblateness alone, the gravity of first-order satellite theory."""

J6_GRAVITY: Final = ZonalGravity(_EGM96_MU, _EGM96_RADIUS, _EGM96_ZONALS)
"""EGM96 zonals to degree six."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the ground, geodetic on WGS 84.

    Attributes
    ----------
    latitude, longitude : float
        Geodetic, rad; north and east positive.
    height : float
        Above the ellipsoid, m.
    """

    latitude: float
    longitude: float
    height: float = 0.0

    def __post_init__(self) -> None:
        if not all(isfinite(x) for x in (self.latitude, self.longitude, self.height)):
            raise InputError(f"a site needs three finite numbers, got {self!r}")
        if abs(self.latitude) > pi / 2:
            raise InputError(
                f"latitude must lie within +-90 deg, got {degrees(self.latitude):.6g} deg"
            )

    @classmethod
    def from_degrees(cls, latitude: float, longitude: float, height: float = 0.0) -> Self:
        """Site from degrees and metres."""
        return cls(radians(latitude), radians(longitude), height)
