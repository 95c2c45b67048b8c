"""Rigid bodies in free flight against Euler's solution; thrust and contact times in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.spatial.transform import Rotation

from orbitsim.kernels import separation as kernel
from orbitsim.kernels import two_bodies
from orbitsim.phases.separation import Cylinder, SeparationCases, relative_motion, separate

PAYLOAD = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
STAGE = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)
REDUCED = PAYLOAD.mass * STAGE.mass / (PAYLOAD.mass + STAGE.mass)
HEAVY = 1e12
"""m/s; with such an exhaust speed the stage keeps its mass."""


def tumbled(inertia: tuple[float, float, float], w: tuple[float, ...], t: float) -> np.ndarray:
    """Attitude and rates (7,) of a torque-free body after t s in steps of 10 ms."""
    bodies = np.array([[5.0, *inertia, 0, 0, 0, 1, 1]] * 2, dtype=float)
    pair = np.zeros(26)
    pair[6] = pair[19] = 1.0
    pair[10:13] = pair[23:26] = w
    drive = np.zeros(two_bodies.DRIVE)
    drive[[two_bodies.HOLD, two_bodies.EXHAUST, two_bodies.ALONG + 2]] = 1e6, 1.0, 1.0
    out, work = np.zeros(26), np.zeros((5, 26))
    for k in range(round(t / 0.01)):
        two_bodies.advance(0.01 * k, 0.01, pair, bodies, drive, False, out, work)
        pair[:] = out
    np.testing.assert_array_equal(pair[6:13], pair[19:26])
    return pair[6:13]


def test_axisymmetric_tumbling_is_eulers() -> None:
    """Body rates turn at (I3 - I1)/I1 w3; the axis circles the angular momentum at L/I1, with the
    spin on top (Wertz 1978, sec. 16.2; Landau and Lifshitz, Mechanics, par. 33)."""
    i1, i3, t = 7.0, 3.0, 20.0
    w = np.array([0.4, -0.2, 0.9])
    got = tumbled((i1, i1, i3), tuple(w), t)
    nutation = (i3 - i1) / i1 * w[2]
    c, s = np.cos(nutation * t), np.sin(nutation * t)
    np.testing.assert_allclose(
        got[4:], [c * w[0] - s * w[1], s * w[0] + c * w[1], w[2]], rtol=0, atol=1e-9
    )
    momentum = np.array([i1, i1, i3]) * w
    expected = Rotation.from_rotvec(momentum / i1 * t) * Rotation.from_rotvec([0, 0, -nutation * t])
    turn = Rotation.from_quat(got[:4], scalar_first=True)
    assert (turn * expected.inv()).magnitude() < 1e-8


def test_tumbling_about_the_middle_axis_keeps_energy_and_momentum() -> None:
    inertia, w = (3.0, 5.0, 7.0), (0.001, 0.8, 0.002)
    got = tumbled(inertia, w, 60.0)
    before, after = np.array(w), got[4:]
    moments = np.array(inertia)
    assert after[1] < 0.7  # it has turned over
    assert after @ (moments * after) == pytest.approx(before @ (moments * before), rel=1e-9)
    turn = Rotation.from_quat(got[:4], scalar_first=True)
    np.testing.assert_allclose(turn.apply(moments * after), moments * before, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("thrust", "speed"), [(3e3, 0.5), (3e4, 0.5), (2979e2, 1.5)])
def test_steady_thrust_closes_the_gap_after_2_v_over_a(thrust: float, speed: float) -> None:
    """Gap v t - a t^2 / 2 with a = F / stage mass: zero again at 2 v / a, closing with v."""
    case = SeparationCases.of(thrust=thrust, speed=speed, exhaust_speed=HEAVY)
    flown = separate(PAYLOAD, STAGE, case, duration=20.0)
    a = thrust / STAGE.mass
    assert flown.first_contact[0] == pytest.approx(2.0 * speed / a, abs=2e-6)
    assert flown.closing_speed[0] == pytest.approx(speed, rel=1e-5)
    assert flown.opened[0] == pytest.approx(0.01 / speed, rel=0.05)


def test_fading_thrust_closes_the_gap_when_its_integral_says() -> None:
    """F = F0 exp(-t/T): gap v t - F0/m T (t - T (1 - exp(-t/T)))."""
    case = SeparationCases.of(thrust=5e4, hold=0.0, decay=0.4, speed=0.3, exhaust_speed=HEAVY)
    flown = separate(PAYLOAD, STAGE, case, duration=5.0)
    a, T = 5e4 / STAGE.mass, 0.4
    expected = brentq(
        lambda t: 0.3 * t - a * T * (t - T * (1.0 - np.exp(-t / T))), 0.05, 5.0, xtol=1e-12
    )
    assert flown.first_contact[0] == pytest.approx(expected, abs=2e-6)
    assert flown.closing_speed[0] == pytest.approx(a * T * (1 - np.exp(-expected / T)) - 0.3, 1e-5)


def test_a_stage_that_burns_mass_pushes_by_the_rocket_equation() -> None:
    """The stage with the payload before it: Delta-v = u ln(m0 / m1) of both together."""
    case = SeparationCases.of(thrust=1e5, exhaust_speed=3000.0)
    flown = separate(PAYLOAD, STAGE, case, duration=8.0)
    total, burnt = PAYLOAD.mass + STAGE.mass, 1e5 * 8.0 / 3000.0
    np.testing.assert_allclose(
        flown.v[0, :, 2], 3000.0 * np.log(total / (total - burnt)), rtol=1e-5
    )


def test_rebounds_shrink_by_the_restitution() -> None:
    """Bounces on a steady push: each flight lasts e times the one before, each blow is e times."""
    case = SeparationCases.of(thrust=1e3, speed=0.5, exhaust_speed=HEAVY, restitution=0.5)
    flown = separate(PAYLOAD, STAGE, case, duration=60.0)
    a = 1e3 / STAGE.mass
    times = flown.records[0, :3, kernel.BEGIN]
    assert flown.count[0] >= 3
    np.testing.assert_allclose(times, 2.0 * 0.5 / a * np.array([1.0, 1.5, 1.75]), rtol=0, atol=1e-4)
    np.testing.assert_allclose(flown.records[0, :3, kernel.SPEED], [0.5, 0.25, 0.125], rtol=1e-4)
    np.testing.assert_allclose(
        flown.records[0, 0, kernel.ENERGY], 0.5 * REDUCED * 0.25 * 0.75, rtol=1e-4
    )
    np.testing.assert_allclose(flown.records[0, 0, kernel.IMPULSE], 1.5 * REDUCED * 0.5, rtol=1e-4)


def test_steady_push_carries_the_payloads_share_of_the_thrust() -> None:
    """A joint that stays shut transmits F m_payload / (m_payload + m_stage)."""
    case = SeparationCases.of(thrust=1e5, exhaust_speed=HEAVY)
    flown = separate(PAYLOAD, STAGE, case, duration=2.0)
    total = PAYLOAD.mass + STAGE.mass
    assert flown.pushing_force[0] == pytest.approx(1e5 * PAYLOAD.mass / total, rel=1e-3)
    np.testing.assert_allclose(flown.v[0, :, 2], 1e5 * 2.0 / total, rtol=1e-4)
    assert np.isnan(flown.opened[0])
    assert flown.count[0] == 0


def test_springs_part_the_bodies_in_a_quarter_of_a_swing() -> None:
    """Force falling linearly over the stroke s: a harmonic swing, spent after pi/2 s/v."""
    case = SeparationCases.of(speed=0.5, stroke=0.1)
    t = np.linspace(0.0, 1.0, 101)
    motion = relative_motion(PAYLOAD, STAGE, case, t)
    quarter = 0.5 * np.pi * 0.1 / 0.5
    opening = motion.r[:, 0, 2] - motion.r[:, 1, 2] - 6.95
    swing = np.where(t < quarter, 0.1 * (1.0 - np.cos(0.5 / 0.1 * t)), 0.1 + 0.5 * (t - quarter))
    # The last spring step overshoots the stroke by less than one step's force.
    np.testing.assert_allclose(opening, swing, rtol=0, atol=2e-5)


def test_springs_weaker_than_the_push_stay_shut() -> None:
    """They open the joint only when their force exceeds the payload's share of the thrust."""
    force = REDUCED * 0.5**2 / 0.1
    limit = force * (PAYLOAD.mass + STAGE.mass) / PAYLOAD.mass
    cases = SeparationCases.of(
        2, thrust=[0.9 * limit, 1.1 * limit], speed=0.5, stroke=0.1, exhaust_speed=HEAVY
    )
    flown = separate(PAYLOAD, STAGE, cases, duration=1.0)
    assert np.isfinite(flown.opened[0]) and np.isnan(flown.opened[1])


def test_thrust_off_the_axis_turns_the_stage_alone() -> None:
    """Before any contact: angle = F x t^2 / (2 I)."""
    case = SeparationCases.of(
        thrust=2e3, speed=1.0, thrust_offset=[[0.05, 0.0]], exhaust_speed=HEAVY
    )
    motion = relative_motion(PAYLOAD, STAGE, case, np.array([0.0, 4.0]))
    angle = 2e3 * 0.05 * 16.0 / (2.0 * STAGE.inertia[0])
    np.testing.assert_allclose(motion.tilt[1], [0.0, angle], atol=1e-9)
    assert motion.axes[1, 1, 0] < 0.0  # thrust at +x pushes the nose towards -x
