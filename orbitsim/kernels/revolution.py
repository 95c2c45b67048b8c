"""Events of one revolution under zonal gravity: nodes, perigees, least and greatest height.

Each orbit is integrated with the eighth-order Runge-Kutta formula in steps that are a fixed part of
the time that a circular orbit through the place would take (dt proportional to r^1.5), which keeps
the error of a step the same all along an eccentric orbit.  An event is refined by stepping anew
from the start of the step it lies in, so that it carries the integrator's accuracy and no
interpolation's.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.rungekutta import STAGES, zonal_step

STEPS_PER_REVOLUTION = 96
_MOST_EVENTS = 16
_NODE, _PERIGEE, _HEIGHT = 0, 1, 2


@njit(cache=True, nogil=True, error_model="numpy")
def geodetic_height(x, y, z, equatorial_radius, flattening):
    """Height (m) above the ellipsoid and the outward normal's (equatorial, polar) components.

    Bowring's parametric latitude (1976), iterated; converges to rounding within four passes for
    heights from the ground to geosynchronous.
    """
    rho = (x * x + y * y) ** 0.5
    b = equatorial_radius * (1.0 - flattening)
    e2 = flattening * (2.0 - flattening)
    second_e2 = e2 / (1.0 - e2)
    t, u = z * equatorial_radius, rho * b
    norm = (t * t + u * u) ** 0.5
    sin_b, cos_b = t / norm, u / norm
    sin_lat, cos_lat = sin_b, cos_b
    for _ in range(4):
        t = z + second_e2 * b * sin_b**3
        u = rho - e2 * equatorial_radius * cos_b**3
        norm = (t * t + u * u) ** 0.5
        sin_lat, cos_lat = t / norm, u / norm
        t = (1.0 - flattening) * sin_lat
        norm = (t * t + cos_lat * cos_lat) ** 0.5
        sin_b, cos_b = t / norm, cos_lat / norm
    height = (rho - equatorial_radius * cos_b) * cos_lat + (z - b * sin_b) * sin_lat
    return height, cos_lat, sin_lat


@njit(cache=True, nogil=True, error_model="numpy")
def _event(kind, y, equatorial_radius, flattening):
    """The function whose upward zero is a node, a perigee, or a least height."""
    if kind == _NODE:
        return y[2]
    if kind == _PERIGEE:
        return y[0] * y[3] + y[1] * y[4] + y[2] * y[5]
    # The gradient of geodetic height is the ellipsoid's outward normal.
    _, cos_lat, sin_lat = geodetic_height(y[0], y[1], y[2], equatorial_radius, flattening)
    rho = (y[0] * y[0] + y[1] * y[1]) ** 0.5
    return cos_lat * (y[0] * y[3] + y[1] * y[4]) / rho + sin_lat * y[5]


@njit(cache=True, nogil=True, error_model="numpy")
def _refine(kind, y, h, mu, radius, j, equatorial_radius, flattening, k):
    """Time after `y` of the sign change within the step `h` (Illinois method), and the state."""
    low, f_low = 0.0, _event(kind, y, equatorial_radius, flattening)
    state = zonal_step(y, h, mu, radius, j, k)
    high, f_high = h, _event(kind, state, equatorial_radius, flattening)
    root = high
    for _ in range(60):
        before = root
        root = high - f_high * (high - low) / (f_high - f_low)
        state = zonal_step(y, root, mu, radius, j, k)
        f = _event(kind, state, equatorial_radius, flattening)
        if f == 0.0 or abs(root - before) < 1e-9:
            break
        if (f > 0.0) != (f_high > 0.0):
            low, f_low = high, f_high
        else:
            f_low *= 0.5
        high, f_high = root, f
    return root, state


@njit(cache=True, nogil=True, error_model="numpy")
def _one_revolution_apart(times, count, period):
    """Among the event times, the interval from the first that is nearest to `period`."""
    best = np.nan
    for index in range(1, count):
        interval = times[index] - times[0]
        if not abs(interval - period) >= abs(best - period):
            best = interval
    return best


@njit(cache=True, nogil=True, error_model="numpy")
def revolutions(r, v, mu, radius, j, equatorial_radius, flattening):
    """Intervals and heights of closed orbits; columns of NaN for open or NaN ones.

    Parameters
    ----------
    r, v : ndarray, shape (3, N)
        States, z along the pole, m and m/s.
    mu, radius : float
        Of the gravity, m3/s2 and m.
    j : ndarray
        J2, J3, ...; see `zonal_acceleration`.
    equatorial_radius, flattening : float
        Of the ellipsoid that heights are counted from, m and 1.

    Returns
    -------
    ndarray, shape (4, N)
        Nodal interval (s), from the first ascending node later than a fiftieth of a revolution
        after the start to the next; perigee interval (s), the same between minima of the radius;
        least and greatest geodetic height (m) over one Keplerian period from the start, ends
        included.
    """
    count = r.shape[1]
    out = np.full((4, count), np.nan)
    k = np.empty((STAGES, 6))
    times = np.empty((2, _MOST_EVENTS))
    found = np.zeros(2, np.int64)
    y = np.empty(6)
    for n in range(count):
        for axis in range(3):
            y[axis] = r[axis, n]
            y[axis + 3] = v[axis, n]
        distance = (y[0] ** 2 + y[1] ** 2 + y[2] ** 2) ** 0.5
        energy = 0.5 * (y[3] ** 2 + y[4] ** 2 + y[5] ** 2) - mu / distance
        if not (energy < 0.0 and distance > 0.0):
            continue
        a = -0.5 * mu / energy
        motion = (mu / a**3) ** 0.5
        period = 2.0 * np.pi / motion
        # An orbit given at its node or perigee sits on the event by rounding only; the count starts
        # past it, so that the same revolution is measured whichever way the last bit fell.
        skipped = 0.02 * period
        found[:] = 0
        height, _, _ = geodetic_height(y[0], y[1], y[2], equatorial_radius, flattening)
        least, greatest = height, height
        t = 0.0
        state = y.copy()
        # Two events of a kind lie within two revolutions and the little that J2 shifts them.
        while t < 2.2 * period:
            distance = (state[0] ** 2 + state[1] ** 2 + state[2] ** 2) ** 0.5
            h = 2.0 * np.pi / STEPS_PER_REVOLUTION * distance * (distance / mu) ** 0.5
            within = t < period
            if within:
                h = min(h, period - t)
            after = zonal_step(state, h, mu, radius, j, k)
            if not np.isfinite(after[0]):
                break
            for kind in range(2):
                rises = _event(kind, state, equatorial_radius, flattening) < 0.0
                rises = rises and _event(kind, after, equatorial_radius, flattening) >= 0.0
                if rises and t > skipped and found[kind] < _MOST_EVENTS:
                    root, _ = _refine(
                        kind, state, h, mu, radius, j, equatorial_radius, flattening, k
                    )
                    times[kind, found[kind]] = t + root
                    found[kind] += 1
            if within:
                height, _, _ = geodetic_height(
                    after[0], after[1], after[2], equatorial_radius, flattening
                )
                least, greatest = min(least, height), max(greatest, height)
                before_rate = _event(_HEIGHT, state, equatorial_radius, flattening)
                after_rate = _event(_HEIGHT, after, equatorial_radius, flattening)
                if (before_rate < 0.0) != (after_rate < 0.0):
                    _, extreme = _refine(
                        _HEIGHT, state, h, mu, radius, j, equatorial_radius, flattening, k
                    )
                    height, _, _ = geodetic_height(
                        extreme[0], extreme[1], extreme[2], equatorial_radius, flattening
                    )
                    least, greatest = min(least, height), max(greatest, height)
            t += h
            state = after
        out[0, n] = _one_revolution_apart(times[0], found[0], period)
        out[1, n] = _one_revolution_apart(times[1], found[1], period)
        out[2, n] = least
        out[3, n] = greatest
    return out
