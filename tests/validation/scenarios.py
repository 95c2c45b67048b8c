"""What the reference tools fly: orbits, spacecraft, forces and instants, each stated once.

The generators beside it (`orekit/`, `brahe/`) import this module, so that two tools and a test fly
the same scenario.  Nothing here needs any package.
"""

from __future__ import annotations

from dataclasses import dataclass, field

MU = 3.986004415e14
"""m3/s2, of EGM2008 and of every central term."""

RADIUS = 6_378_136.3
"""m, of EGM2008 and of the sphere that casts the Earth's shadow."""

ELLIPSOID = (6_378_137.0, 1.0 / 298.257223563)
"""WGS 84, from which heights for air density are counted: equatorial radius (m), flattening."""

GRAVITY_FILE = "gravity/egm2008_degree_120.csv"
"""Below the folder of reference data; fully normalised, tide-free."""

ASTRONOMICAL_UNIT = 149_597_870_700.0
PRESSURE = 4.56e-6
"""N/m2, of sunlight at one astronomical unit."""

SUN_RADIUS = 695_700_000.0
MOON_RADIUS = 1_737_400.0
STANDARD_GRAVITY = 9.80665
"""m/s2; turns specific impulse into mass flow."""

EXPONENTIAL = {"density": 4.0e-12, "base_height": 400e3, "scale_height": 60e3}
"""kg/m3 and m; at all heights."""

HARRIS_PRIESTER_EXPONENT = 6.0
"""Of the cosine of half the angle from the bulge, which trails the Sun by 30 deg."""

HOUR, DAY = 3600.0, 86_400.0
ONE_DAY = (HOUR, 6 * HOUR, 12 * HOUR, DAY)
ONE_WEEK = (*ONE_DAY, 2 * DAY, 4 * DAY, 7 * DAY)


@dataclass(frozen=True, slots=True)
class Spacecraft:
    """Mass (kg), the area that air and light meet (m2), and their coefficients."""

    mass: float
    area: float
    drag_coefficient: float = 2.2
    radiation_coefficient: float = 1.5


@dataclass(frozen=True, slots=True)
class Start:
    """A state in GCRF (m, m/s) at an epoch in UTC.

    `elements` says where it comes from: heights of perigee and apogee above 6378.137 km (km), then
    inclination, node, argument of perigee and true anomaly (deg), osculating in GCRF with `MU`.
    """

    epoch: str
    elements: tuple[float, float, float, float, float, float]
    r: tuple[float, float, float]
    v: tuple[float, float, float]
    spacecraft: Spacecraft


@dataclass(frozen=True, slots=True)
class Thrust:
    """A constant thrust.

    Attributes
    ----------
    axes : str
        "RTN" (radial, transverse, normal) or "VNC" (velocity, normal, their cross product) of the
        flown orbit, or the fixed "GCRF".
    direction : tuple of float
        Unit vector along which the spacecraft is pushed.
    start, duration : float
        s after the epoch.
    force : float
        N.
    specific_impulse : float
        s.
    """

    axes: str
    direction: tuple[float, float, float]
    start: float
    duration: float
    force: float
    specific_impulse: float


@dataclass(frozen=True, slots=True)
class Forces:
    """What acts besides the point mass.

    Attributes
    ----------
    degree, order : int
        Of EGM2008; order 0 keeps the zonal terms only.
    sun, moon : bool
        As point masses.
    atmosphere : str
        "exponential", "exponential_sphere" (heights over the sphere of `RADIUS`),
        "harris_priester", "nrlmsise00_daily" (daily ap), "nrlmsise00_history" (the storm-time ap
        array) or "" for none; it turns with the Earth.
    shadow : tuple of str
        What hides the Sun ("earth", "moon"), as spheres with penumbra.
    radiation, solid_tides, relativity : bool
        Pressure of sunlight; tides of the solid Earth; Schwarzschild's term.
    thrust : Thrust or None
    """

    degree: int = 0
    order: int = 0
    sun: bool = False
    moon: bool = False
    atmosphere: str = ""
    radiation: bool = False
    shadow: tuple[str, ...] = ()
    solid_tides: bool = False
    relativity: bool = False
    thrust: Thrust | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """One flight: a start, forces and the instants (s after the epoch) to compare at."""

    orbit: str
    name: str
    start: Start
    forces: Forces
    times: tuple[float, ...] = field(default=ONE_WEEK)


STARTS = {
    "iss": Start(
        "2016-12-01T00:00:00", (402, 408, 51.64, 200, 50, 20),
        (-826769.21, -4508788.032, 4995997.616), (7328.419938, 934.351046, 2057.560031),
        Spacecraft(415_000.0, 1500.0),
    ),
    "progress": Start(
        "2016-12-01T15:00:59", (193, 245, 51.66, 210, 60, 0),
        (-1080316.847, -4699973.334, 4463519.648), (7063.021422, 1282.960754, 3060.406011),
        Spacecraft(7_000.0, 10.0),
    ),
    "sun_synchronous": Start(
        "2016-12-01T00:00:00", (775, 785, 98.5, 120, 90, 30),
        (2581501.389, -2639821.298, 6127326.855), (2756.241127, -5876.938406, -3690.134981),
        Spacecraft(1_000.0, 6.0),
    ),
    "gps": Start(
        "2016-12-01T00:00:00", (20_000, 20_364, 55.0, 80, 40, 100),
        (-13191797.3, -18357690.758, 14000998.527), (1229.468546, -2762.71441, -2414.327734),
        Spacecraft(1_100.0, 15.0),
    ),
    "molniya": Start(
        "2016-12-01T00:00:00", (500, 39_850, 63.4, 250, 270, 0),
        (-2894016.798, 1053335.972, -6150115.34), (-3435.424742, -9438.751905, 0.0),
        Spacecraft(1_600.0, 12.0),
    ),
    "geo": Start(
        "2016-12-01T00:00:00", (35_780, 35_792, 0.1, 90, 10, 0),
        (-7320672.514, 41517660.17, 12776.997), (-3028.376573, -533.985311, 5.28552),
        Spacecraft(3_000.0, 60.0),
    ),
    "geo_moon_transit": Start(
        "2017-08-21T12:00:00", (35_780, 35_792, 0.1, 240, 95, 10),
        (40721667.626, -10911321.336, 71072.775), (795.966863, 2970.290704, -1.388966),
        Spacecraft(3_000.0, 60.0),
    ),
}  # fmt: skip
"""Osculating elements rounded to 1 mm and 1 um/s; a transit of the Moon is seen from the last one
within its first hours."""

_PROGRESS_BURN = {"duration": 100.0, "force": 2950.0, "specific_impulse": 302.0}
_ELECTRIC = {"duration": DAY - 1200.0, "force": 0.2, "specific_impulse": 1600.0}

FORCES = {
    "point_mass": Forces(),
    "zonal_6": Forces(degree=6),
    "egm_20": Forces(degree=20, order=20),
    "egm_70": Forces(degree=70, order=70),
    "egm_100": Forces(degree=100, order=100),
    "egm_120": Forces(degree=120, order=120),
    "sun": Forces(sun=True),
    "moon": Forces(moon=True),
    "radiation": Forces(radiation=True, shadow=("earth",)),
    "solid_tides": Forces(solid_tides=True),
    "relativity": Forces(relativity=True),
    "egm_20_sun_moon": Forces(degree=20, order=20, sun=True, moon=True),
    "all": Forces(
        degree=70, order=70, sun=True, moon=True, atmosphere="nrlmsise00_history",
        radiation=True, shadow=("earth", "moon"), solid_tides=True, relativity=True,
    ),
    "exponential": Forces(atmosphere="exponential"),
    "exponential_sphere": Forces(atmosphere="exponential_sphere"),
    "harris_priester": Forces(atmosphere="harris_priester"),
    "nrlmsise00_daily": Forces(atmosphere="nrlmsise00_daily"),
    "nrlmsise00_history": Forces(atmosphere="nrlmsise00_history"),
    "all_without_air": Forces(
        degree=70, order=70, sun=True, moon=True,
        radiation=True, shadow=("earth", "moon"), solid_tides=True, relativity=True,
    ),
    "radiation_earth_moon": Forces(radiation=True, shadow=("earth", "moon")),
    "burn_rtn": Forces(thrust=Thrust("RTN", (0.0, 1.0, 0.0), 600.0, **_PROGRESS_BURN)),
    "burn_retrograde_vnc": Forces(thrust=Thrust("VNC", (-1.0, 0.0, 0.0), 600.0, **_PROGRESS_BURN)),
    "burn_fixed": Forces(thrust=Thrust("GCRF", (0.6, 0.0, 0.8), 600.0, **_PROGRESS_BURN)),
    "burn_egm_20": Forces(
        degree=20, order=20, thrust=Thrust("RTN", (0.0, 1.0, 0.0), 600.0, **_PROGRESS_BURN)
    ),
    "low_thrust": Forces(thrust=Thrust("RTN", (0.0, 1.0, 0.0), 600.0, **_ELECTRIC)),
}  # fmt: skip

_EVERYWHERE = (
    "point_mass", "zonal_6", "egm_20", "egm_70", "egm_100", "egm_120", "sun", "moon",
    "radiation", "solid_tides", "relativity", "egm_20_sun_moon", "all_without_air",
)  # fmt: skip
_IN_AIR = (
    "exponential", "exponential_sphere", "harris_priester",
    "nrlmsise00_daily", "nrlmsise00_history", "all",
)  # fmt: skip
_BURNS = ("burn_rtn", "burn_retrograde_vnc", "burn_fixed", "burn_egm_20")
_AROUND_BURN = (600.0, 700.0, *ONE_DAY)


def scenarios() -> tuple[Scenario, ...]:
    """All flights, orbit by orbit."""
    flights = []
    for orbit in ("iss", "progress", "sun_synchronous", "gps", "molniya", "geo"):
        flights += [_flight(orbit, name) for name in _EVERYWHERE]
    for orbit in ("iss", "sun_synchronous"):
        flights += [_flight(orbit, name) for name in _IN_AIR]
    flights += [_flight("progress", name, ONE_DAY) for name in _IN_AIR]
    flights += [_flight("molniya", name) for name in ("exponential", "nrlmsise00_history", "all")]
    flights += [_flight("progress", name, _AROUND_BURN) for name in _BURNS]
    flights += [_flight(orbit, "low_thrust", ONE_DAY) for orbit in ("gps", "sun_synchronous")]
    flights += [
        _flight("geo_moon_transit", name, ONE_DAY)
        for name in ("radiation", "radiation_earth_moon")
    ]  # fmt: skip
    return tuple(flights)


def _flight(orbit: str, name: str, times: tuple[float, ...] = ONE_WEEK) -> Scenario:
    return Scenario(orbit, name, STARTS[orbit], FORCES[name], times)
