"""Two rigid bodies in six degrees of freedom each, one of them thrusting, springs between them.

Body 0 is the payload, body 1 the stage.  The frame falls freely: gravity is the same for both.  The
stage loses mass and, in proportion, inertia, and the leaving gas takes its share of the spin along.
States and bodies are those of `kernels.cylinders`.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.cylinders import CENTRE, HALF_LENGTH, INERTIA, MASS, STATE, rotation
from orbitsim.kernels.lanes import kernel

THRUST, HOLD, DECAY, EXHAUST, AT, ALONG, PUSH, STROKE, ASIDE, DRIVE = (
    0,
    1,
    2,
    3,
    4,
    7,
    10,
    11,
    12,
    14,
)
"""Rows of the drive: thrust (N), how long it holds, time constant of its fall thereafter (s),
exhaust speed (m/s), point and direction of the thrust in the stage's axes, force of the pushers at
rest (N), their stroke (m), their resultant's offset from the axis (2); and their number."""


@kernel
def thrust_at(t, drive):
    """Thrust, N, and the propellant spent since the start, kg."""
    thrust, hold, decay = drive[THRUST], drive[HOLD], drive[DECAY]
    if t <= hold:
        return thrust, thrust * t / drive[EXHAUST]
    fade = np.exp(-(t - hold) / decay) if decay > 0.0 else 0.0
    return thrust * fade, thrust * (hold + decay * (1.0 - fade)) / drive[EXHAUST]


@kernel
def _turn(state, inertia, torque, out):
    """Derivatives of position, quaternion and angular velocity (Euler's equations)."""
    a, b, c, d = state[6], state[7], state[8], state[9]
    x, y, z = state[10], state[11], state[12]
    for i in range(3):
        out[i] = state[3 + i]
    out[6] = 0.5 * (-b * x - c * y - d * z)
    out[7] = 0.5 * (a * x + c * z - d * y)
    out[8] = 0.5 * (a * y + d * x - b * z)
    out[9] = 0.5 * (a * z + b * y - c * x)
    out[10] = (torque[0] + (inertia[1] - inertia[2]) * y * z) / inertia[0]
    out[11] = (torque[1] + (inertia[2] - inertia[0]) * z * x) / inertia[1]
    out[12] = (torque[2] + (inertia[0] - inertia[1]) * x * y) / inertia[2]


@kernel
def opening(pair, bodies):
    """How far the payload's aft face is ahead of the stage's front face along the stage's axis."""
    axes0, axes1 = np.empty((3, 3)), np.empty((3, 3))
    rotation(pair[6:10], axes0)
    rotation(pair[STATE + 6 : STATE + 10], axes1)
    total = 0.0
    for i in range(3):
        aft, front = pair[i], pair[STATE + i]
        for j in range(3):
            aft += axes0[i, j] * bodies[0, CENTRE + j]
            front += axes1[i, j] * bodies[1, CENTRE + j]
        aft -= axes0[i, 2] * bodies[0, HALF_LENGTH]
        front += axes1[i, 2] * bodies[1, HALF_LENGTH]
        total += (aft - front) * axes1[i, 2]
    return total


@kernel
def derivatives(t, pair, bodies, drive, pushing, out):
    """Time derivative (26,) of a pair; the stage loses mass and, in proportion, inertia."""
    thrust, spent = thrust_at(t, drive)
    mass = bodies[1, MASS] - spent
    inertia = np.empty(3)
    torque0, torque1 = np.zeros(3), np.zeros(3)
    axes0, axes1 = np.empty((3, 3)), np.empty((3, 3))
    rotation(pair[6:10], axes0)
    rotation(pair[STATE + 6 : STATE + 10], axes1)
    push = 0.0
    if pushing:
        push = drive[PUSH] * min(1.0, max(0.0, 1.0 - opening(pair, bodies) / drive[STROKE]))
    p, d = drive[AT : AT + 3], drive[ALONG : ALONG + 3]
    torque1[0] = thrust * (p[1] * d[2] - p[2] * d[1])
    torque1[1] = thrust * (p[2] * d[0] - p[0] * d[2])
    torque1[2] = thrust * (p[0] * d[1] - p[1] * d[0])
    for i in range(3):
        force = axes1[i, 0] * d[0] + axes1[i, 1] * d[1] + axes1[i, 2] * d[2]
        out[STATE + 3 + i] = (thrust * force - push * axes1[i, 2]) / mass
        out[3 + i] = push * axes1[i, 2] / bodies[0, MASS]
        inertia[i] = bodies[1, INERTIA + i] * mass / bodies[1, MASS]
    if push > 0.0:
        x = bodies[1, CENTRE] + drive[ASIDE]
        y = bodies[1, CENTRE + 1] + drive[ASIDE + 1]
        z = bodies[1, CENTRE + 2] + bodies[1, HALF_LENGTH]
        torque1[0] -= push * y
        torque1[1] += push * x
        arm = np.empty(3)
        for i in range(3):
            arm[i] = pair[STATE + i] - pair[i]
            arm[i] += axes1[i, 0] * x + axes1[i, 1] * y + axes1[i, 2] * z
        n = axes1[:, 2]
        c0 = push * (arm[1] * n[2] - arm[2] * n[1])
        c1 = push * (arm[2] * n[0] - arm[0] * n[2])
        c2 = push * (arm[0] * n[1] - arm[1] * n[0])
        for i in range(3):
            torque0[i] = axes0[0, i] * c0 + axes0[1, i] * c1 + axes0[2, i] * c2
    _turn(pair[:STATE], bodies[0, INERTIA : INERTIA + 3], torque0, out[:STATE])
    _turn(pair[STATE:], inertia, torque1, out[STATE:])


@kernel
def advance(t, h, pair, bodies, drive, pushing, out, work):
    """One Runge-Kutta step into `out` (26,); `work` is (5, 26)."""
    n = 2 * STATE
    k1, k2, k3, k4, y = work[0], work[1], work[2], work[3], work[4]
    derivatives(t, pair, bodies, drive, pushing, k1)
    for i in range(n):
        y[i] = pair[i] + 0.5 * h * k1[i]
    derivatives(t + 0.5 * h, y, bodies, drive, pushing, k2)
    for i in range(n):
        y[i] = pair[i] + 0.5 * h * k2[i]
    derivatives(t + 0.5 * h, y, bodies, drive, pushing, k3)
    for i in range(n):
        y[i] = pair[i] + h * k3[i]
    derivatives(t + h, y, bodies, drive, pushing, k4)
    for i in range(n):
        out[i] = pair[i] + h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i])
    for b in range(2):
        at = b * STATE + 6
        length = 0.0
        for i in range(4):
            length += out[at + i] ** 2
        length = 1.0 / np.sqrt(length)
        for i in range(4):
            out[at + i] *= length
