"""Motion of one spacecraft near another: relative translation, attitude, thruster pulses, noise.

Positions are in the station's rotating RTN frame (`orbitsim.maneuvers.relative`), attitude is the
quaternion (w, x, y, z) that turns body axes into RTN, angular rate is inertial in body axes.
Everything advances by cycles of one fixed length.  A free cycle is exact: translation by the
Clohessy-Wiltshire transition matrix, rotation by the exponential of a constant rate.  A pulse acts
as its impulse, with the displacement of a constant thrust over its own duration; what
Clohessy-Wiltshire motion does to the pulse inside one cycle is left out.

The loops follow one case from start to end.  Cases decide differently at every step, so they are
spread over threads, not over lanes.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import inline, log, sincos

_SMALL_ANGLE = 1e-12


@inline
def drift(x, first, phi):
    """Advance position and velocity x[first : first + 6] by the transition matrix `phi` (6, 6)."""
    r, t, n = x[first], x[first + 1], x[first + 2]
    u, v, w = x[first + 3], x[first + 4], x[first + 5]
    x[first] = phi[0, 0] * r + phi[0, 3] * u + phi[0, 4] * v
    x[first + 1] = phi[1, 0] * r + t + phi[1, 3] * u + phi[1, 4] * v
    x[first + 2] = phi[2, 2] * n + phi[2, 5] * w
    x[first + 3] = phi[3, 0] * r + phi[3, 3] * u + phi[3, 4] * v
    x[first + 4] = phi[4, 0] * r + phi[4, 3] * u + phi[4, 4] * v
    x[first + 5] = phi[5, 2] * n + phi[5, 5] * w


@inline
def quaternion_product(a, b):
    """Product of two quaternions (w, x, y, z), given and returned as four numbers each."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


@inline
def rotation_quaternion(x, y, z):
    """Quaternion of the rotation about the vector (x, y, z) by its length, rad."""
    angle = np.sqrt(x * x + y * y + z * z)
    s, c = sincos(0.5 * angle)
    scale = s / angle if angle > _SMALL_ANGLE else 0.5
    return c, scale * x, scale * y, scale * z


@inline
def rotate(x, first, turn, frame_turn):
    """Advance the quaternion x[first : first + 4].

    `turn` is the body's inertial rotation over the cycle in body axes, `frame_turn` that of the
    RTN frame about N, rad.
    """
    q = (x[first], x[first + 1], x[first + 2], x[first + 3])
    q = quaternion_product(q, rotation_quaternion(turn[0], turn[1], turn[2]))
    w, a, b, c = quaternion_product(rotation_quaternion(0.0, 0.0, -frame_turn), q)
    scale = 1.0 / np.sqrt(w * w + a * a + b * b + c * c)
    x[first], x[first + 1], x[first + 2], x[first + 3] = scale * w, scale * a, scale * b, scale * c


@inline
def body_axes(x, first, axes):
    """Body axes in RTN, the columns of `axes` (3, 3), from the quaternion x[first : first + 4]."""
    w, a, b, c = x[first], x[first + 1], x[first + 2], x[first + 3]
    axes[0, 0] = 1.0 - 2.0 * (b * b + c * c)
    axes[1, 0] = 2.0 * (a * b + w * c)
    axes[2, 0] = 2.0 * (a * c - w * b)
    axes[0, 1] = 2.0 * (a * b - w * c)
    axes[1, 1] = 1.0 - 2.0 * (a * a + c * c)
    axes[2, 1] = 2.0 * (b * c + w * a)
    axes[0, 2] = 2.0 * (a * c + w * b)
    axes[1, 2] = 2.0 * (b * c - w * a)
    axes[2, 2] = 1.0 - 2.0 * (a * a + b * b)


@inline
def _gyration(p, q, r, inertia):
    """Angular acceleration of a free rigid body at the rates p, q, r about its principal axes."""
    a, b, c = inertia[0], inertia[1], inertia[2]
    return (b - c) / a * q * r, (c - a) / b * r * p, (a - b) / c * p * q


@inline
def free_rates(x, first, inertia, dt):
    """Advance the rates x[first : first + 3] by Euler's equations; midpoint rule."""
    p, q, r = x[first], x[first + 1], x[first + 2]
    a, b, c = _gyration(p, q, r, inertia)
    h = 0.5 * dt
    a, b, c = _gyration(p + h * a, q + h * b, r + h * c, inertia)
    x[first], x[first + 1], x[first + 2] = p + dt * a, q + dt * b, r + dt * c


@inline
def quantised(request, shortest, step):
    """On-time that a valve delivers for a requested one: whole steps, none below the shortest.

    A request under half the shortest pulse gives none.  The sign is the direction.
    """
    size = abs(request)
    steps = np.floor(size / step + 0.5) * step
    size = max(steps, shortest) if size >= 0.5 * shortest else 0.0
    return size if request > 0.0 else -size


@inline
def next_uniform(random):
    """Uniform number in (0, 1) of the generator SplitMix64 with the state random[0] (uint64).

    Steele, Lea & Flood (2014).
    """
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    z = random[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return (np.float64(z >> np.uint64(11)) + 0.5) * 1.1102230246251565e-16


@inline
def normal_pair(random):
    """Two independent standard normal numbers (Box & Muller 1958)."""
    size = np.sqrt(-2.0 * log(next_uniform(random)))
    s, c = sincos(6.283185307179586 * next_uniform(random))
    return size * s, size * c


@inline
def next_normal(random):
    """One standard normal number."""
    return normal_pair(random)[0]


@kernel
def coast(x, cycles, phi, inertia, frame_turn, dt):
    """Free motion over many cycles of state x (13): position, velocity, quaternion, rates."""
    turn = np.empty(3)
    for _ in range(cycles):
        drift(x, 0, phi)
        before = x[10], x[11], x[12]
        free_rates(x, 10, inertia, dt)
        for k in range(3):
            turn[k] = 0.5 * dt * (before[k] + x[10 + k])
        rotate(x, 6, turn, frame_turn)
