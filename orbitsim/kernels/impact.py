"""Unpowered falls to the ellipsoid, with and without air, many at once."""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.ascent import air_at, geodetic_height, gravity
from orbitsim.kernels.mathfun import FASTMATH, inline

# Rows of a landing: seconds after the start, position at impact, speed relative to the Earth.
FALL_TIME, PLACE, GROUND_SPEED = 0, 1, 4
LANDING = 5

_FREE_STEP, _AIR_STEP = 10.0, 0.25
_AIR_TOP = 120e3
_MOST_STEPS = 200_000


@inline
def _acceleration(x, y, z, vx, vy, vz, lift, earth, air):
    """Gravity with J2, and drag by `lift`, half the inverse ballistic coefficient (m2/kg)."""
    ax, ay, az = gravity(x, y, z, earth[10], earth[11])
    if lift > 0.0:
        spin = earth[9]
        height = geodetic_height(x, y, z, earth[12], earth[13])
        density, _, east, north, _ = air_at(height, earth[14], earth[15], air)
        level = 1.0 / np.sqrt(x * x + y * y)
        up = 1.0 / np.sqrt(x * x + y * y + z * z)
        poleward = north * z * up * level
        ux = vx + spin * y + east * y * level + poleward * x
        uy = vy - spin * x - east * x * level + poleward * y
        uz = vz - north * up / level
        k = lift * density * np.sqrt(ux * ux + uy * uy + uz * uz)
        ax -= k * ux
        ay -= k * uy
        az -= k * uz
    return ax, ay, az


@inline
def _step(state, h, lift, earth, air):
    x, y, z, vx, vy, vz = state
    half = 0.5 * h
    ax, ay, az = _acceleration(x, y, z, vx, vy, vz, lift, earth, air)
    ux, uy, uz = vx + half * ax, vy + half * ay, vz + half * az
    bx, by, bz = _acceleration(
        x + half * vx, y + half * vy, z + half * vz, ux, uy, uz, lift, earth, air
    )
    px, py, pz = vx + half * bx, vy + half * by, vz + half * bz
    cx, cy, cz = _acceleration(
        x + half * ux, y + half * uy, z + half * uz, px, py, pz, lift, earth, air
    )
    qx, qy, qz = vx + h * cx, vy + h * cy, vz + h * cz
    dx, dy, dz = _acceleration(x + h * px, y + h * py, z + h * pz, qx, qy, qz, lift, earth, air)
    w = h / 6.0
    return (
        x + w * (vx + 2.0 * (ux + px) + qx),
        y + w * (vy + 2.0 * (uy + py) + qy),
        z + w * (vz + 2.0 * (uz + pz) + qz),
        vx + w * (ax + 2.0 * (bx + cx) + dx),
        vy + w * (ay + 2.0 * (by + cy) + dy),
        vz + w * (az + 2.0 * (bz + cz) + dz),
    )


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def fall_many(states, lift, earth, air, longest, landings, first, last):
    """Let states `first` to `last` - 1 of (6, N) fall to the ellipsoid.

    `lift` (N,) is half the inverse ballistic coefficient, 0 for a fall without air; `earth` and
    `air` are those of `ascent.forces`; `longest` the longest fall, s.  `landings` (LANDING, N) is
    NaN where a state does not come down in time.
    """
    for i in range(first, last):
        for c in range(LANDING):
            landings[c, i] = np.nan
        state = (
            states[0, i], states[1, i], states[2, i], states[3, i], states[4, i], states[5, i],
        )  # fmt: skip
        t = 0.0
        height = geodetic_height(state[0], state[1], state[2], earth[12], earth[13])
        for _ in range(_MOST_STEPS):
            if not t < longest:
                break
            h = _AIR_STEP if lift[i] > 0.0 and height < _AIR_TOP else _FREE_STEP
            after = _step(state, h, lift[i], earth, air)
            below = geodetic_height(after[0], after[1], after[2], earth[12], earth[13])
            if below < 0.0:
                # The height is nearly straight over a step; a few chords find its zero.
                low, high, part = 0.0, 1.0, 0.0
                a, b = height, below
                for _ in range(60):
                    part = low + (high - low) * min(max(a / (a - b), 0.02), 0.98)
                    after = _step(state, part * h, lift[i], earth, air)
                    level = geodetic_height(after[0], after[1], after[2], earth[12], earth[13])
                    if abs(level) < 1e-4:
                        break
                    if level > 0.0:
                        low, a = part, level
                    else:
                        high, b = part, level
                x, y, z, vx, vy, vz = after
                wx, wy = vx + earth[9] * y, vy - earth[9] * x
                landings[FALL_TIME, i] = t + part * h
                landings[PLACE, i] = x
                landings[PLACE + 1, i] = y
                landings[PLACE + 2, i] = z
                landings[GROUND_SPEED, i] = np.sqrt(wx * wx + wy * wy + vz * vz)
                break
            state, height = after, below
            t += h
