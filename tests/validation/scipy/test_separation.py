"""A separation flown anew by SciPy with equations written out here: other variables, other method.

Attitudes are rotation matrices, the stage's mass is integrated, and the first touch is the event at
which the lowest of 720 points of one rim reaches the other body's face.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from orbitsim.phases.separation import Cylinder, SeparationCases, relative_motion

PAYLOAD = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
STAGE = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)
THRUST, HOLD, DECAY, EXHAUST = 24e3, 0.3, 1.5, 3187.0
OFFSET, TILT = np.array([0.04, -0.06]), np.array([0.01, 0.004])
SPEED, PUSH = 0.7, np.array([0.05, 0.03])


def cross(w: np.ndarray) -> np.ndarray:
    return np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])


def derivative(t: float, y: np.ndarray) -> np.ndarray:
    """Per body r, v, rotation matrix, angular momentum in common axes; then the stage's mass."""
    out = np.empty_like(y)
    mass = y[-1]
    force = THRUST * (1.0 if t < HOLD else np.exp(-(t - HOLD) / DECAY))
    for b, body in enumerate((PAYLOAD, STAGE)):
        at = 18 * b
        turn, momentum = y[at + 6 : at + 15].reshape(3, 3), y[at + 15 : at + 18]
        share = 1.0 if b == 0 else mass / STAGE.mass
        w = turn @ ((turn.T @ momentum) / (np.array(body.inertia) * share))
        push, torque = np.zeros(3), np.zeros(3)
        if b == 1:
            line = np.array([*np.tan(TILT), 1.0])
            push = force * turn @ (line / np.linalg.norm(line))
            torque = np.cross(turn @ np.array([*OFFSET, -0.5 * STAGE.length]), push)
            # The leaving gas takes its share of the spin along, as inertia falls with mass.
            torque = torque - force / EXHAUST / mass * momentum
        out[at : at + 3] = y[at + 3 : at + 6]
        out[at + 3 : at + 6] = push / (body.mass * share)
        out[at + 6 : at + 15] = (cross(w) @ turn).ravel()
        out[at + 15 : at + 18] = torque
    out[-1] = -force / EXHAUST
    return out


def touch(_: float, y: np.ndarray) -> float:
    """Least height of either rim over the other face, for bodies nearly in line."""
    angles = np.arange(720) * 2.0 * np.pi / 720
    ring = np.stack([np.cos(angles), np.sin(angles), np.zeros(720)], axis=1)
    p, s = y[:3], y[18:21]
    up, us = y[6:15].reshape(3, 3), y[24:33].reshape(3, 3)
    aft, front = p - 0.5 * PAYLOAD.length * up[:, 2], s + 0.5 * STAGE.length * us[:, 2]
    lower = front + 0.5 * STAGE.diameter * ring @ us.T
    upper = aft + 0.5 * PAYLOAD.diameter * ring @ up.T
    inside = np.linalg.norm((upper - front) @ us[:, :2], axis=1) < 0.5 * STAGE.diameter
    over_face = (aft - lower) @ up[:, 2]
    over_stage = (upper - front)[inside] @ us[:, 2] if inside.any() else np.array([np.inf])
    return float(min(over_face.min(), over_stage.min()))


def test_free_flight_and_first_touch() -> None:
    y = np.zeros(37)
    y[6:15] = y[24:33] = np.eye(3).ravel()
    total = PAYLOAD.mass + STAGE.mass
    apart = 0.5 * (PAYLOAD.length + STAGE.length)
    impulse = SPEED * PAYLOAD.mass * STAGE.mass / total
    y[2], y[20] = apart * STAGE.mass / total, -apart * PAYLOAD.mass / total
    y[5], y[23] = impulse / PAYLOAD.mass, -impulse / STAGE.mass
    for b, sign in ((0, 1.0), (1, -1.0)):
        y[18 * b + 15 : 18 * b + 18] = sign * np.cross([*PUSH, 0.0], [0.0, 0.0, impulse])
    y[-1] = STAGE.mass
    y[2] += 1e-9  # off the face, so that the event is a crossing
    touch.direction, touch.terminal = -1.0, True  # type: ignore[attr-defined]
    # Two legs: the thrust has a kink where its fall begins.
    first = solve_ivp(derivative, (0.0, HOLD), y, "DOP853", rtol=1e-12, atol=1e-12)
    reference = solve_ivp(
        derivative,
        (HOLD, 20.0),
        first.y[:, -1],
        "DOP853",
        rtol=1e-12,
        atol=1e-12,
        events=touch,
        dense_output=True,
        max_step=0.02,
    )
    contact = float(reference.t_events[0][0])

    case = SeparationCases.of(
        thrust=THRUST,
        hold=HOLD,
        decay=DECAY,
        exhaust_speed=EXHAUST,
        thrust_offset=OFFSET,
        thrust_tilt=TILT,
        speed=SPEED,
        push_offset=PUSH,
    )
    t = np.linspace(HOLD, contact - 1e-3, 15)
    motion = relative_motion(PAYLOAD, STAGE, case, np.append(t, contact + 0.05))
    # The 24 points of a rim and the golden section against 720 points: 0.2 mm, at 0.6 m/s.
    assert motion.outcome.first_contact[0] == pytest.approx(contact, abs=1e-3)
    expected = reference.sol(t)
    for b in (0, 1):
        np.testing.assert_allclose(motion.r[:-1, b].T, expected[18 * b : 18 * b + 3], atol=2e-7)
        np.testing.assert_allclose(motion.v[:-1, b].T, expected[18 * b + 3 : 18 * b + 6], atol=2e-7)
        axis = expected[18 * b + 6 : 18 * b + 15].reshape(3, 3, -1)[:, 2]
        np.testing.assert_allclose(motion.axes[:-1, b].T, axis, atol=2e-7)
    assert motion.tilt[-2, 1] > 0.01
