"""Dynamics that the package has no part in: a satellite under J2 by SciPy's integrator."""

from __future__ import annotations

from typing import Any

import erfa
import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

FloatArray = NDArray[np.float64]

MU = 3.986004415e14
RADIUS = 6_378_136.3
J2 = 0.484165371736e-03 * np.sqrt(5.0)
"""EGM96, as `orbitsim.earth.J2_GRAVITY` says it is."""


def acceleration(r: FloatArray) -> FloatArray:
    """Point mass and J2 in Cartesian components (Vallado 2013, eq. 8-30), r (3,)."""
    distance = np.sqrt(r @ r)
    strength = 1.5 * J2 * MU * RADIUS**2 / distance**5
    five = 5.0 * r[2] ** 2 / distance**2
    return np.asarray(-MU * r / distance**3 + strength * r * (five - np.array([1.0, 1.0, 3.0])))


def fly(r: FloatArray, v: FloatArray, duration: float, times: Any = None) -> Any:
    """DOP853 at a relative tolerance of 1e-13, with nodes and perigees as events."""

    def node(_: float, y: FloatArray) -> float:
        return float(y[2])

    def perigee(_: float, y: FloatArray) -> float:
        return float(y[:3] @ y[3:])

    node.direction = perigee.direction = 1.0  # type: ignore[attr-defined]
    return solve_ivp(
        lambda _, y: np.concatenate([y[3:], acceleration(y[:3])]),
        (0.0, duration),
        np.concatenate([r, v]),
        method="DOP853",
        rtol=1e-13,
        atol=1e-7,
        max_step=300.0,
        events=[node, perigee],
        t_eval=times,
        dense_output=times is None,
    )


def intervals(r: FloatArray, v: FloatArray, about: float) -> tuple[float, float]:
    """Nodal and anomalistic period (s), from the first node and perigee that are not the start."""
    found = []
    for times in fly(r, v, 2.2 * about).t_events:
        later = times[times > 0.02 * about]
        found.append(float(later[1] - later[0]) if later.size > 1 else np.nan)
    return found[0], found[1]


def extreme_heights(r: FloatArray, v: FloatArray, duration: float) -> tuple[float, float]:
    """Least and greatest height over WGS 84 (m), geodesy by erfa."""
    path = fly(r, v, duration).sol

    def height(t: Any) -> Any:
        return erfa.gc2gd(1, np.moveaxis(path(t)[:3], 0, -1))[2]

    times = np.linspace(0.0, duration, 4001)
    heights = height(times)
    extremes = []
    for sign, nearest in ((1.0, int(heights.argmin())), (-1.0, int(heights.argmax()))):
        around = times[max(nearest - 1, 0)], times[min(nearest + 1, times.size - 1)]
        best = minimize_scalar(
            lambda t, sign=sign: sign * height(t),
            bounds=around,
            method="bounded",
            options={"xatol": 1e-6},
        )
        extremes.append(sign * min(best.fun, sign * heights[nearest]))
    return float(extremes[0]), float(extremes[1])
