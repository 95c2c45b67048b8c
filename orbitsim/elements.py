"""Orbital elements of every conic, their anomalies, and the way to a state and back.

Anomaly conventions, for eccentricity e (Battin 1999, sections 4.3 to 4.5):

- e < 1: eccentric anomaly E, mean anomaly M = E - e sin E, both in [-pi, pi].
- e > 1: hyperbolic anomaly F, mean anomaly M = e sinh F - F.
- e = 1: "eccentric" anomaly D = tan(nu / 2), mean anomaly M = D + D^3 / 3 (Barker).

True anomalies come out in [0, 2 pi).  The others count from perigee in both directions, because on
a nearly parabolic ellipse they are so small there that 2 pi less a little would lose them.

Singular cases: a circular orbit (e < 1e-13) gets argument of perigee 0 and true anomaly = argument
of latitude; an equatorial one (sin i < 1e-13) gets right ascension of the node 0.  Both choices
keep the state; the threshold is that of rounding in double precision.  A rectilinear state has no
plane: p = 0 and NaN angles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.kernels.kepler import kepler_equation
from orbitsim.units import FloatArray

TWO_PI = 2.0 * pi
_SINGULAR = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class KeplerianElements:
    """Osculating Keplerian elements, each an array of the orbits' shape.

    Attributes
    ----------
    semi_latus_rectum : ndarray
        p = h^2 / mu, m; finite for every conic, which is why it stands here instead of a.
    eccentricity : ndarray
        e >= 0.
    inclination, raan, argument_of_perigee, true_anomaly : ndarray
        rad; inclination in [0, pi], the others in [0, 2 pi).
    """

    semi_latus_rectum: FloatArray
    eccentricity: FloatArray
    inclination: FloatArray
    raan: FloatArray
    argument_of_perigee: FloatArray
    true_anomaly: FloatArray

    @property
    def semi_major_axis(self) -> FloatArray:
        """a = p / (1 - e^2), m; negative for a hyperbola, infinite for a parabola, NaN where the
        state is rectilinear."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.semi_latus_rectum / ((1.0 - self.eccentricity) * (1.0 + self.eccentricity))

    @property
    def perigee_radius(self) -> FloatArray:
        """p / (1 + e), m."""
        return self.semi_latus_rectum / (1.0 + self.eccentricity)

    @property
    def apogee_radius(self) -> FloatArray:
        """p / (1 - e), m; infinite where the orbit is open."""
        e = self.eccentricity
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(e < 1.0, self.semi_latus_rectum / (1.0 - e), np.inf)

    @property
    def argument_of_latitude(self) -> FloatArray:
        """omega + nu, rad in [0, 2 pi)."""
        return wrap(self.argument_of_perigee + self.true_anomaly)

    @property
    def eccentric_anomaly(self) -> FloatArray:
        """E, F or D (see the module); in [-pi, pi] for an ellipse."""
        return eccentric_from_true(self.true_anomaly, self.eccentricity)

    @property
    def mean_anomaly(self) -> FloatArray:
        """M, rad in [-pi, pi] for an ellipse; unbounded for open orbits."""
        return mean_from_true(self.true_anomaly, self.eccentricity)


@dataclass(frozen=True, slots=True, eq=False)
class EquinoctialElements:
    """Modified equinoctial elements (Walker, Ireland and Owens 1985), free of the circular and
    equatorial singularities; undefined only at an inclination of exactly 180 deg.

    Attributes
    ----------
    p : ndarray
        Semi-latus rectum, m.
    f, g : ndarray
        e cos(omega + Omega), e sin(omega + Omega).
    h, k : ndarray
        tan(i/2) cos Omega, tan(i/2) sin Omega.
    true_longitude : ndarray
        L = Omega + omega + nu, rad in [0, 2 pi).
    """

    p: FloatArray
    f: FloatArray
    g: FloatArray
    h: FloatArray
    k: FloatArray
    true_longitude: FloatArray


def wrap(angle: Any) -> FloatArray:
    """`angle` in [0, 2 pi)."""
    wrapped = np.mod(angle, TWO_PI)
    # np.mod of a tiny negative number rounds up to 2 pi itself.
    return np.asarray(np.where(wrapped >= TWO_PI, 0.0, wrapped), dtype=np.float64)


def elements_from_state(r: FloatArray, v: FloatArray, mu: float) -> KeplerianElements:
    """Osculating elements of states.

    Parameters
    ----------
    r, v : ndarray, shape (3, ...)
        Position (m) and velocity (m/s) in one inertial frame, component first.
    mu : float
        m3/s2.

    Notes
    -----
    The eccentricity vector is resolved along and across the radius (e cos nu = p/r - 1,
    e sin nu = sqrt(p/mu) r.v/r; Battin 1999, eq. 3.29), which keeps the true anomaly consistent
    with the position when e is near zero.
    """
    x, y, z = r
    hx, hy, hz = _cross(r, v)
    node_norm = np.hypot(hx, hy)
    h = np.hypot(node_norm, hz)
    radius = np.sqrt(x * x + y * y + z * z)
    p = h * h / mu
    e_cos_nu = p / radius - 1.0
    e_sin_nu = h / mu * (x * v[0] + y * v[1] + z * v[2]) / radius
    e = np.hypot(e_cos_nu, e_sin_nu)
    inclination = np.arctan2(node_norm, hz)
    equatorial = node_norm < _SINGULAR * h
    raan = np.where(equatorial, 0.0, np.arctan2(hx, -hy))
    cos_raan, sin_raan = np.cos(raan), np.sin(raan)
    # In-plane axes: one to the node, one a quarter turn ahead of it (h x node).
    along = x * cos_raan + y * sin_raan
    with np.errstate(invalid="ignore"):
        ahead = ((y * cos_raan - x * sin_raan) * hz + z * node_norm) / h
    latitude_argument = np.arctan2(ahead, along)
    circular = e < _SINGULAR
    nu = np.where(circular, latitude_argument, np.arctan2(e_sin_nu, e_cos_nu))
    perigee = np.where(circular, 0.0, latitude_argument - nu)
    return KeplerianElements(p, e, inclination, wrap(raan), wrap(perigee), wrap(nu))


def state_from_elements(elements: KeplerianElements, mu: float) -> tuple[FloatArray, FloatArray]:
    """Position (m) and velocity (m/s), each (3, ...), of Keplerian elements (Vallado 2013,
    algorithm 10); every conic."""
    p, e = elements.semi_latus_rectum, elements.eccentricity
    cos_nu, sin_nu = np.cos(elements.true_anomaly), np.sin(elements.true_anomaly)
    cos_w, sin_w = np.cos(elements.argument_of_perigee), np.sin(elements.argument_of_perigee)
    cos_o, sin_o = np.cos(elements.raan), np.sin(elements.raan)
    cos_i, sin_i = np.cos(elements.inclination), np.sin(elements.inclination)
    radius = p / (1.0 + e * cos_nu)
    speed = np.sqrt(mu / p)
    px, qx = cos_o * cos_w - sin_o * sin_w * cos_i, -cos_o * sin_w - sin_o * cos_w * cos_i
    py, qy = sin_o * cos_w + cos_o * sin_w * cos_i, -sin_o * sin_w + cos_o * cos_w * cos_i
    pz, qz = sin_w * sin_i, cos_w * sin_i
    along, ahead = radius * cos_nu, radius * sin_nu
    dot_along, dot_ahead = -speed * sin_nu, speed * (e + cos_nu)
    r = np.stack([along * a + ahead * b for a, b in ((px, qx), (py, qy), (pz, qz))])
    v = np.stack([dot_along * a + dot_ahead * b for a, b in ((px, qx), (py, qy), (pz, qz))])
    return r, v


def equinoctial_from_keplerian(elements: KeplerianElements) -> EquinoctialElements:
    """Modified equinoctial elements of Keplerian ones."""
    longitude = elements.argument_of_perigee + elements.raan
    half = np.tan(0.5 * elements.inclination)
    e = elements.eccentricity
    return EquinoctialElements(
        elements.semi_latus_rectum,
        e * np.cos(longitude),
        e * np.sin(longitude),
        half * np.cos(elements.raan),
        half * np.sin(elements.raan),
        wrap(longitude + elements.true_anomaly),
    )


def keplerian_from_equinoctial(elements: EquinoctialElements) -> KeplerianElements:
    """Keplerian elements of modified equinoctial ones."""
    e = np.hypot(elements.f, elements.g)
    tan_half = np.hypot(elements.h, elements.k)
    raan = np.where(tan_half < 0.5 * _SINGULAR, 0.0, np.arctan2(elements.k, elements.h))
    longitude = np.where(e < _SINGULAR, raan, np.arctan2(elements.g, elements.f))
    return KeplerianElements(
        elements.p,
        e,
        2.0 * np.arctan(tan_half),
        wrap(raan),
        wrap(longitude - raan),
        wrap(elements.true_longitude - longitude),
    )


def eccentric_from_true(true_anomaly: Any, eccentricity: Any) -> FloatArray:
    """E in [-pi, pi] (ellipse), F (hyperbola) or D = tan(nu/2) (parabola) of the true anomaly.

    NaN beyond a hyperbola's asymptote.
    """
    nu, e = _checked(true_anomaly, eccentricity)
    half = np.tan(0.5 * _within_half_turn(nu))
    with np.errstate(invalid="ignore", divide="ignore"):
        ellipse = 2.0 * np.arctan(half * np.sqrt((1.0 - e) / (1.0 + e)))
        hyperbola = 2.0 * np.arctanh(half * np.sqrt((e - 1.0) / (e + 1.0)))
    return _by_conic(e, ellipse, half, hyperbola)


def true_from_eccentric(eccentric_anomaly: Any, eccentricity: Any) -> FloatArray:
    """True anomaly, rad in [0, 2 pi), of E, F or D."""
    anomaly, e = _checked(eccentric_anomaly, eccentricity)
    with np.errstate(invalid="ignore", divide="ignore"):
        stretch = np.sqrt((1.0 + e) / np.abs(1.0 - e))
        ellipse = stretch * np.tan(0.5 * _within_half_turn(anomaly))
        hyperbola = stretch * np.tanh(0.5 * anomaly)
    return wrap(2.0 * np.arctan(_by_conic(e, ellipse, anomaly, hyperbola)))


def mean_from_eccentric(eccentric_anomaly: Any, eccentricity: Any) -> FloatArray:
    """Mean anomaly of E, F or D, in the same turn.

    E - e sin E is summed as (1 - e) E + e (E - sin E), which keeps its digits near the parabola.
    """
    anomaly, e = _checked(eccentric_anomaly, eccentricity)
    with np.errstate(invalid="ignore", over="ignore"):
        ellipse = (1.0 - e) * anomaly + e * _beyond_linear(anomaly, np.sin, -1.0)
        hyperbola = (e - 1.0) * anomaly + e * _beyond_linear(anomaly, np.sinh, 1.0)
        return _by_conic(e, ellipse, anomaly + anomaly * anomaly * anomaly / 3.0, hyperbola)


def eccentric_from_mean(mean_anomaly: Any, eccentricity: Any) -> FloatArray:
    """E, F or D of the mean anomaly: Kepler's equation, its hyperbolic form, or Barker's."""
    mean, e = _checked(mean_anomaly, eccentricity)
    return np.asarray(kepler_equation(mean, e), dtype=np.float64)


def mean_from_true(true_anomaly: Any, eccentricity: Any) -> FloatArray:
    """Mean anomaly of the true anomaly."""
    return mean_from_eccentric(eccentric_from_true(true_anomaly, eccentricity), eccentricity)


def true_from_mean(mean_anomaly: Any, eccentricity: Any) -> FloatArray:
    """True anomaly, rad in [0, 2 pi), of the mean anomaly."""
    return true_from_eccentric(eccentric_from_mean(mean_anomaly, eccentricity), eccentricity)


def _checked(anomaly: Any, eccentricity: Any) -> tuple[FloatArray, FloatArray]:
    anomaly, e = np.broadcast_arrays(
        np.asarray(anomaly, dtype=np.float64), np.asarray(eccentricity, dtype=np.float64)
    )
    if np.any(e < 0.0):
        raise InputError(f"eccentricity must not be negative, got {np.min(e):.6g}")
    return anomaly, e


def _within_half_turn(angle: FloatArray) -> FloatArray:
    """`angle` less whole turns, in [-pi, pi]; a small one keeps every digit."""
    with np.errstate(invalid="ignore"):
        return np.asarray(angle - TWO_PI * np.rint(angle / TWO_PI))


def _beyond_linear(
    x: FloatArray, sine: Callable[[FloatArray], FloatArray], sign: float
) -> FloatArray:
    """x - sin x (sign -1) or sinh x - x (sign 1), by its series where the difference cancels."""
    small = np.clip(x, -1.0, 1.0)
    square = sign * small * small
    series = np.ones_like(small)
    for n in range(18, 2, -2):
        series = 1.0 + series * square / (n * (n + 1.0))
    return np.where(np.abs(x) < 1.0, series * small * small * small / 6.0, sign * (sine(x) - x))


def _by_conic(
    e: FloatArray, ellipse: FloatArray, parabola: FloatArray, hyperbola: FloatArray
) -> FloatArray:
    return np.asarray(np.where(e < 1.0, ellipse, np.where(e == 1.0, parabola, hyperbola)))


def _cross(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
