"""Falls against the same equations written again, in axes that do not turn, and solved by SciPy.

The twin shares no code with the package but the air above 86 km, a table: it has its own standard
atmosphere below, its own gravity, and heights by erfa's geodesy instead of an expansion.
"""

from __future__ import annotations

from itertools import pairwise

import erfa
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from orbitsim.environment.atmosphere import us_standard_1976
from orbitsim.environment.profile import WindProfile
from orbitsim.frames import transform
from orbitsim.orbit import Orbit
from orbitsim.phases.fall import descend, fall
from orbitsim.units import to_epoch

Vector = NDArray[np.float64]

SPIN = 7.292115e-5
MU, J2, RE = 3.986004415e14, 0.484165371736e-03 * np.sqrt(5.0), 6378136.3
EPOCH = to_epoch("2016-12-01T14:58:14")
LAYERS = [(0.0, -6.5e-3), (11e3, 0.0), (20e3, 1e-3), (32e3, 2.8e-3), (47e3, 0.0), (51e3, -2.8e-3)]
LAYERS += [(71e3, -2e-3), (84_852.1, 0.0)]

# Earth-fixed start: latitude, longitude (deg), height (km), then up, east, north (m/s).
STARTS = {
    "upper stage": ((50.0, 78.0, 190.0), (400.0, 4500.0, 1400.0)),
    "shallow entry": ((-20.0, 170.0, 120.0), (-150.0, 4600.0, -5800.0)),
    "dropped": ((64.0, -30.0, 40.0), (0.0, 0.0, 0.0)),
}


def density(z: float) -> float:
    if z >= 86e3:
        return float(us_standard_1976(z).density)
    h = 6356766.0 * z / (6356766.0 + z)
    t, p, gas, g = 288.15, 101325.0, 8.31432 / 0.0289644, 9.80665
    for (base, lapse), (top, _) in pairwise(LAYERS):
        rise = min(h, top) - base
        after = t + lapse * rise
        p *= np.exp(-g * rise / gas / t) if lapse == 0.0 else (after / t) ** (-g / gas / lapse)
        t = after
        if h <= top:
            break
    return float(p / (gas * t))


def geodetic(t: float, r: Vector) -> tuple[float, float, float]:
    longitude, latitude, height = erfa.gc2gd(1, r)
    return float(latitude), float(longitude) - SPIN * t, float(height)


def slope(t: float, y: Vector, ballistic: float, wind: tuple[Vector, Vector, Vector]) -> Vector:
    r, v = y[:3], y[3:]
    d = np.sqrt(r @ r)
    k = 1.5 * J2 * MU * RE**2 / d**5
    gravity = -MU * r / d**3 + k * r * (5.0 * (r[2] / d) ** 2 - np.array([1.0, 1.0, 3.0]))
    latitude, longitude, height = geodetic(t, r)
    longitude += SPIN * t
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    up = np.array([np.cos(longitude), np.sin(longitude), 0.0])
    north = -np.sin(latitude) * up + np.array([0.0, 0.0, np.cos(latitude)])
    air = SPIN * np.array([-r[1], r[0], 0.0])
    air = (
        air
        + np.interp(height, wind[0], wind[1]) * east
        + np.interp(height, wind[0], wind[2]) * north
    )
    u = v - air
    brake = 0.5 * ballistic * density(max(height, -1e3)) * np.sqrt(u @ u)
    return np.concatenate([v, gravity - brake * u])


def flown(
    state: Vector, ballistic: float, wind: tuple[Vector, Vector, Vector]
) -> tuple[float, ...]:
    """Time, latitude, longitude and height of landing, speed over ground, greatest felt drag."""

    def ground(t: float, y: Vector, *_: object) -> float:
        return geodetic(t, y[:3])[2]

    ground.terminal, ground.direction = True, -1.0  # type: ignore[attr-defined]
    method = "DOP853" if ballistic < 0.05 else "LSODA"  # light bodies are stiff
    path = solve_ivp(
        slope, (0.0, 3e4), state, method, rtol=1e-11, atol=1e-5, max_step=20.0,
        events=ground, args=(ballistic, wind),
    )  # fmt: skip
    t, y = float(path.t_events[0][0]), path.y_events[0][0]
    still = SPIN * np.array([-y[1], y[0], 0.0])
    return (t, *geodetic(t, y[:3]), float(np.linalg.norm(y[3:] - still)))


def start(name: str) -> tuple[Orbit, Vector]:
    """The case as an orbit, and in axes that stand still with the Earth's of the start."""
    (latitude, longitude, km), (up, east, north) = STARTS[name]
    r = erfa.gd2gc(1, np.radians(longitude), np.radians(latitude), 1e3 * km)
    lat, lon = np.radians(latitude), np.radians(longitude)
    axes = np.array(
        [
            [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)],
            [-np.sin(lon), np.cos(lon), 0.0],
            [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)],
        ]
    )
    v = np.array([up, east, north]) @ axes
    orbit = Orbit.from_state(*transform(r, v, "ITRS", "TEME", EPOCH), EPOCH, "TEME")
    return orbit, np.concatenate([r, v + SPIN * np.array([-r[1], r[0], 0.0])])


def metres(latitude: float, longitude: float, latitude2: float, longitude2: float) -> float:
    a, b = (erfa.gd2gc(1, x, y, 0.0) for x, y in ((longitude, latitude), (longitude2, latitude2)))
    return float(np.linalg.norm(a - b))


CASES = [
    ("upper stage", 1e-3, False),
    ("upper stage", 0.02, True),
    ("shallow entry", 5e-3, False),
    ("shallow entry", 0.5, True),
    ("dropped", 1e-4, False),
    ("dropped", 0.2, True),
]


@pytest.mark.parametrize(("name", "ballistic", "windy"), CASES)
def test_landing_agrees_to_a_metre(name: str, ballistic: float, windy: bool) -> None:
    strong = 1.0 if windy else 0.0
    heights = np.array([0.0, 10e3, 30e3, 100e3])
    wind = (
        heights,
        strong * np.array([5.0, 40.0, -20.0, 0.0]),
        strong * np.array([3.0, -10.0, 15.0, 0.0]),
    )
    orbit, state = start(name)
    ours = fall(orbit, ballistic, wind=WindProfile(*wind) if windy else None)
    t, latitude, longitude, height, speed = flown(state, ballistic, wind)
    assert abs(height) < 1e-3
    miss = metres(float(ours.latitude), float(ours.longitude), latitude, longitude)
    assert miss < 1.0
    assert abs(float(ours.duration) - t) < 0.02
    assert abs(float(ours.height)) < 1e-3
    assert float(ours.speed) == pytest.approx(speed, rel=1e-4)


def test_a_height_on_the_way_down_agrees() -> None:
    orbit, state = start("upper stage")
    passed = descend(orbit, 0.01, 100e3)

    def level(t: float, y: Vector, *_: object) -> float:
        return geodetic(t, y[:3])[2] - 100e3

    level.terminal, level.direction = True, -1.0  # type: ignore[attr-defined]
    calm = (np.array([0.0, 1.0]), np.zeros(2), np.zeros(2))
    path = solve_ivp(
        slope, (0.0, 1e3), state, "DOP853", rtol=1e-10, atol=1e-4, max_step=20.0, events=level,
        args=(0.01, calm),
    )  # fmt: skip
    assert float((passed.epoch - EPOCH).to_value("s")) == pytest.approx(
        path.t_events[0][0], abs=1e-3
    )
    t, y = float(path.t_events[0][0]), path.y_events[0][0]
    latitude, longitude, _ = geodetic(t, y[:3])
    r, _ = transform(passed.r, passed.v, "TEME", "ITRS", passed.epoch)
    mine = erfa.gc2gd(1, r)
    assert mine[2] == pytest.approx(100e3, abs=1e-2)
    assert metres(mine[1], mine[0], latitude, longitude) < 1.0
