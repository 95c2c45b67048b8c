"""The Earth's atmosphere: U.S. Standard Atmosphere 1976, and densities that drag satellites.

`us_standard_1976` gives the whole state of a mean air.  The classes give density alone, each by its
own idea of what the upper atmosphere follows:

=====================  ===========================
class                  density depends on
=====================  ===========================
ExponentialAtmosphere  height
HarrisPriester         height, place of the Sun
Nrlmsise00             all that, and space weather
=====================  ===========================
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.earth import WGS84, Ellipsoid
from orbitsim.environment.space_weather import SpaceWeather, day_of_year, to_times, utc_days
from orbitsim.environment.sun_moon import subsolar_point
from orbitsim.errors import InputError
from orbitsim.kernels import density as kernel
from orbitsim.kernels import harris_priester as bulge
from orbitsim.kernels import nrlmsise
from orbitsim.kernels.arrays import as_input
from orbitsim.units import FloatArray, read_only, to_finite_si

if TYPE_CHECKING:
    from astropy.time import Time

LOWEST = -5_000.0
"""m; the standard's table begins here."""

HIGHEST = 1_000_000.0
"""m; and ends here."""

# Mean molar mass over that at sea level, every 0.5 km from 80 km to 86 km (table 8).
_MOLAR_MASS_RATIO = (
    1.0,
    0.999996,
    0.999989,
    0.999971,
    0.999941,
    0.999909,
    0.999870,
    0.999829,
    0.999786,
    0.999741,
    0.999694,
    0.999641,
    0.999579,
)
_RATIO_HEIGHTS = 80e3 + 500.0 * np.arange(len(_MOLAR_MASS_RATIO))


@dataclass(frozen=True, slots=True)
class Air:
    """The state of the air, arrays of the shape of the heights.

    Attributes
    ----------
    temperature : ndarray
        Kinetic, K.
    pressure : ndarray
        Pa.
    density : ndarray
        kg/m3.
    speed_of_sound : ndarray
        m/s; the standard defines it up to 86 km, above it is what pressure and density would give.
    """

    temperature: FloatArray
    pressure: FloatArray
    density: FloatArray
    speed_of_sound: FloatArray


def us_standard_1976(altitude: ArrayLike) -> Air:
    """The U.S. Standard Atmosphere 1976.

    Up to 86 km by its equations; above through its printed table, which it meets within 0.2 %.
    It is a mean atmosphere of middle latitudes under moderate solar activity: above 200 km the
    real one strays from it by factors.

    Parameters
    ----------
    altitude : array_like, shape (...)
        Geometric, above mean sea level, m, from -5 km to 1000 km.

    Returns
    -------
    Air
        Of the same shape.

    Raises
    ------
    InputError
        If an altitude is not finite or outside the standard.

    References
    ----------
    NOAA, NASA and USAF, U.S. Standard Atmosphere, 1976, NOAA-S/T 76-1562.

    Examples
    --------
    >>> air = us_standard_1976([0.0, 11e3])
    >>> air.temperature.round(2), air.pressure.round(0)
    (array([288.15, 216.77]), array([101325.,  22700.]))
    """
    z = np.asarray(altitude, dtype=float)
    wrong = ~((z >= LOWEST) & (z <= HIGHEST))
    if np.any(wrong):
        raise InputError(
            f"altitude must lie between {LOWEST / 1e3:g} and {HIGHEST / 1e3:g} km, "
            f"got {z[wrong].flat[0] / 1e3:g} km"
        )
    flat = np.ascontiguousarray(z).ravel()
    density, pressure = np.empty_like(flat), np.empty_like(flat)
    kernel.standard_air_at(flat, density, pressure)
    ratio = np.interp(flat, _RATIO_HEIGHTS, _MOLAR_MASS_RATIO)
    temperature = np.where(
        flat < kernel.LAYERS_TOP,
        pressure / (density * kernel.GAS_CONSTANT) * ratio,
        kernel.temperature_above_layers(flat),
    )
    sound = np.sqrt(kernel.HEAT_RATIO * pressure / density)
    columns = np.array([temperature, pressure, density, sound]).reshape(4, *z.shape)
    columns.flags.writeable = False
    return Air(columns[0, ...], columns[1, ...], columns[2, ...], columns[3, ...])


GROUND = -500.0
"""m above the ellipsoid; no land is lower."""

SPECIES = ("He", "O", "N2", "O2", "Ar", "H", "N", "anomalous O")
"""Rows of `Composition.number`.  Hot oxygen atoms and ions count as anomalous above 500 km."""


class Atmosphere(ABC):
    """A model of the air's density that a drag force can hold."""

    __slots__ = ()

    @abstractmethod
    def density(
        self, time: Any, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> FloatArray:
        """Mass density (kg/m3), of the arguments' common shape.

        Parameters
        ----------
        time : Time or str
        latitude, longitude : array_like
            Geodetic, rad.
        height : array_like
            Above the ellipsoid, m.

        Raises
        ------
        InputError
            A place that is not finite, beyond a pole or below the ground.
        EpochError
            The model needs tables that do not reach to the time.
        """


@dataclass(frozen=True, slots=True)
class ExponentialAtmosphere(Atmosphere):
    """Density ``base_density * exp(-(height - base_height) / scale_height)``, at all heights.

    Attributes
    ----------
    base_density : float
        kg/m3 at `base_height`.
    base_height, scale_height : float
        m.
    datum : Ellipsoid
        What heights are counted from, geodetically; a flattening of zero makes it a sphere.

    Raises
    ------
    InputError
        A negative or non-finite density, or a scale height that is not positive.
    """

    base_density: float
    base_height: float
    scale_height: float
    datum: Ellipsoid = WGS84

    def __post_init__(self) -> None:
        if not 0.0 <= self.base_density < np.inf:
            raise InputError(
                f"base_density must be finite and not negative, got {self.base_density!r} kg/m3"
            )
        if not 0.0 < self.scale_height < np.inf:
            raise InputError(
                f"scale_height must be positive and finite, got {self.scale_height!r} m"
            )
        if not np.isfinite(self.base_height):
            raise InputError(f"base_height must be finite, got {self.base_height!r} m")

    def density(
        self, time: Any, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> FloatArray:
        """As in `Atmosphere`; only the height matters, which is that above `datum`."""
        _, _, z, shape = _places(to_times(time), latitude, longitude, height)
        rho = self.base_density * np.exp((self.base_height - z) / self.scale_height)
        return read_only(rho.reshape(shape))


@dataclass(frozen=True, slots=True)
class HarrisPriester(Atmosphere):
    """The Harris-Priester atmosphere: mean solar activity, with a bulge two hours behind the Sun.

    Made for 100 to 1000 km; beyond, the scale heights at the ends of its table go on.

    Attributes
    ----------
    exponent : float
        How narrow the bulge is: 2 for orbits of low inclination to 6 for polar ones.

    References
    ----------
    Montenbruck & Gill 2000, Satellite Orbits, section 3.5.2 with table 3.8; Harris & Priester 1962,
    NASA TN D-1444.

    Examples
    --------
    >>> rho = HarrisPriester().density("2016-12-01T12:00:00", 0.0, 0.5, 400e3)
    >>> print(f"{rho:.2e}")
    7.12e-12
    """

    exponent: float = 4.0

    def __post_init__(self) -> None:
        if not 2.0 <= self.exponent <= 6.0:
            raise InputError(f"exponent must lie between 2 and 6, got {self.exponent!r}")

    def density(
        self, time: Any, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> FloatArray:
        """As in `Atmosphere`."""
        time = to_times(time)
        phi, east, z, shape = _places(time, latitude, longitude, height)
        declination, meridian = (
            np.broadcast_to(angle, shape).ravel() for angle in subsolar_point(time)
        )
        e2 = WGS84.eccentricity_squared
        normal = WGS84.equatorial_radius / np.sqrt(1.0 - e2 * np.sin(phi) ** 2)
        across = (normal + z) * np.cos(phi)
        along = (normal * (1.0 - e2) + z) * np.sin(phi)
        away = east - (meridian + bulge.LAG)
        cosine = across * np.cos(declination) * np.cos(away) + along * np.sin(declination)
        rho = np.empty(z.size)
        bulge.density_at(z, cosine / np.hypot(across, along), float(self.exponent), rho)
        return read_only(rho.reshape(shape))


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """What the air of NRLMSISE-00 consists of, for points of the shape (...).

    Attributes
    ----------
    temperature, exospheric_temperature : ndarray, shape (...)
        K; below 123 km the latter is a constant.
    density : ndarray, shape (...)
        kg/m3, anomalous oxygen included.
    number : ndarray, shape (8, ...)
        Number densities, per m3, of what `SPECIES` names.
    """

    temperature: FloatArray
    exospheric_temperature: FloatArray
    density: FloatArray
    number: FloatArray


@dataclass(frozen=True, slots=True)
class Nrlmsise00(Atmosphere):
    """The NRLMSISE-00 atmosphere on given space weather, from the ground up.

    The day of the year runs evenly through the day, with the model's whole number at noon, so that
    density is a continuous function of time; against whole days this is 0.15 % rms, and nothing in
    the mean.  Local time is that of the mean Sun.

    Attributes
    ----------
    weather : SpaceWeather
        What was measured, if nothing else is given.

    References
    ----------
    Picone, Hedin, Drob & Aikin 2002, NRLMSISE-00 empirical model of the atmosphere, JGR 107(A12),
    1468, doi:10.1029/2002JA009430.

    Examples
    --------
    >>> rho = Nrlmsise00().density("2016-12-01T12:00:00", 0.0, 0.5, 400e3)
    >>> print(f"{rho:.2e}")
    1.85e-12
    """

    weather: SpaceWeather = field(default_factory=SpaceWeather.measured)

    def density(
        self, time: Any, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> FloatArray:
        """As in `Atmosphere`."""
        arguments, shape = self._arguments(to_times(time), latitude, longitude, height)
        rho = np.empty(arguments[0].size)
        nrlmsise.density_at(*arguments, rho)
        return read_only(rho.reshape(shape))

    def composition(
        self, time: Any, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> Composition:
        """Number densities and temperature; arguments and errors as in `density`."""
        arguments, shape = self._arguments(to_times(time), latitude, longitude, height)
        rows = np.empty((3 + len(SPECIES), arguments[0].size))
        nrlmsise.composition_at(*arguments, rows)
        rows = read_only(rows.reshape(-1, *shape))
        return Composition(rows[0, ...], rows[1, ...], rows[2, ...], rows[3:])

    def _arguments(
        self, time: Time, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
    ) -> tuple[tuple[FloatArray, ...], tuple[int, ...]]:
        """What the kernel takes, flat, and the shape."""
        phi, east, z, shape = _places(time, latitude, longitude, height)
        indices = self.weather.at(time)
        utc = utc_days(time)
        at_times = (day_of_year(utc), 86_400.0 * (utc - np.floor(utc)))
        day, seconds, f107a, f107 = (
            as_input(np.broadcast_to(values, shape)).reshape(-1)
            for values in (*at_times, indices.f107a, indices.f107)
        )
        # Times may have fewer axes than places; their own last axis is the history.
        ap = indices.ap.reshape(*(1,) * (len(shape) - time.ndim), *indices.ap.shape)
        ap = as_input(np.broadcast_to(ap, (*shape, 7))).reshape(-1, 7)
        return (day, seconds, z, phi, east, f107a, f107, ap), shape


def _places(
    time: Time, latitude: ArrayLike, longitude: ArrayLike, height: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, tuple[int, ...]]:
    """Places, flat, and their common shape with the times."""
    phi = to_finite_si(latitude, "rad", "latitude")
    east = to_finite_si(longitude, "rad", "longitude")
    z = to_finite_si(height, "m", "height")
    if np.any(np.abs(phi) > 0.5 * np.pi):
        came = np.degrees(phi[np.abs(phi) > 0.5 * np.pi].flat[0])
        raise InputError(f"latitude must lie within +-90 deg, got {came:.6g} deg")
    if np.any(z < GROUND):
        raise InputError(
            f"height must not lie below the ground, {GROUND:g} m, got {z[z < GROUND].flat[0]:g} m"
        )
    try:
        shape = np.broadcast_shapes(time.shape, phi.shape, east.shape, z.shape)
    except ValueError:
        raise InputError(
            "time, latitude, longitude and height must have shapes that broadcast, "
            f"got {time.shape}, {phi.shape}, {east.shape} and {z.shape}"
        ) from None
    phi, east, z = (as_input(np.broadcast_to(a, shape)).reshape(-1) for a in (phi, east, z))
    return phi, east, z, shape
