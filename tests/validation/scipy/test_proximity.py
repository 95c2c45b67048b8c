"""Motion near the port against closed forms, and against SciPy's integrator and rotations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.spatial.transform import Rotation

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.earth import MU
from orbitsim.kernels.proximity import coast, next_normal, next_uniform, quantised
from orbitsim.maneuvers.relative import clohessy_wiltshire, inertial_state, relative_state
from orbitsim.phases.docking import fly_docking
from orbitsim.phases.docking_file import Port
from orbitsim.phases.docking_plan import DockingPlan, Leg, Start
from orbitsim.phases.docking_setting import CYCLE
from orbitsim.phases.docking_states import DockingState
from orbitsim.units import FloatArray
from orbitsim.vehicles.spacecraft import load_spacecraft

RADIUS = 6.768e6
MEAN_MOTION = float(np.sqrt(MU / RADIUS**3))
CRAFT = load_spacecraft("progress-m1")


def drifted(r: list[float], v: list[float], cycles: int) -> FloatArray:
    """Position and velocity after a free drift in the kernel."""
    x = np.array([*r, *v, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    phi = np.ascontiguousarray(clohessy_wiltshire(CYCLE, MEAN_MOTION))
    coast(x, cycles, phi, np.ones(3), 0.0, CYCLE)
    return x[:6]


def turned(q: FloatArray, rates: FloatArray, inertia: FloatArray, cycles: int) -> FloatArray:
    """Quaternion and rates after free rotation against inertial axes."""
    x = np.concatenate([np.zeros(6), q, rates])
    coast(x, cycles, np.eye(6), inertia, 0.0, CYCLE)
    return x[6:]


def rotation(q: FloatArray) -> Rotation:
    return Rotation.from_quat([*q[1:], q[0]])


def test_a_revolution_of_small_cycles_is_one_clohessy_wiltshire_step() -> None:
    cycles = 22_000
    r, v = [-120.0, 350.0, 40.0], [0.1, -0.4, 0.05]
    whole = clohessy_wiltshire(cycles * CYCLE, MEAN_MOTION) @ np.array([*r, *v])
    np.testing.assert_allclose(drifted(r, v, cycles), whole, rtol=0.0, atol=2e-7)


@pytest.mark.parametrize(
    ("r", "v", "minutes"),
    [
        ([-185.0, 0.0, 0.0], [0.3, 0.0, 0.0], 10.0),
        ([0.0, -300.0, 20.0], [0.0, 0.2, 0.0], 92.0),
        ([-1000.0, -3900.0, 0.0], [1.0, 4.0, 0.0], 17.0),
    ],
    ids=["final approach", "revolution", "far approach"],
)
def test_linear_motion_against_two_bodies_in_metres(
    r: list[float], v: list[float], minutes: float
) -> None:
    """A linear model leaves out terms of the size of the distance squared over the radius, at most
    2.4 m here.  Found: 2 mm, 1.1 m and 1.6 m."""
    target = np.array([RADIUS, 0.0, 0.0]), np.array([0.0, np.sqrt(MU / RADIUS), 0.0])
    chaser = inertial_state(*target, r, v)
    duration = 60.0 * minutes

    def pull(_: float, y: FloatArray) -> FloatArray:
        return np.concatenate([y[3:], -MU * y[:3] / np.linalg.norm(y[:3]) ** 3])

    ends = [
        solve_ivp(
            pull, (0.0, duration), np.concatenate(state), method="DOP853", rtol=1e-13, atol=1e-9
        ).y[:, -1]
        for state in (target, chaser)
    ]
    exact, _ = relative_state(ends[0][:3], ends[0][3:], ends[1][:3], ends[1][3:])
    mine = drifted(r, v, round(duration / CYCLE))[:3]
    farthest = max(np.linalg.norm(r), np.linalg.norm(exact))
    assert np.linalg.norm(mine - exact) < 1.5 * farthest**2 / RADIUS


def test_constant_rate_is_scipys_rotation_vector() -> None:
    q = np.array([0.5, 0.5, -0.5, 0.5])
    rates = np.array([3e-3, -2e-3, 5e-3])
    cycles = 4_000
    after = turned(q, rates, np.ones(3), cycles)
    whole = rotation(q) * Rotation.from_rotvec(rates * cycles * CYCLE)
    assert (rotation(after[:4]).inv() * whole).magnitude() < 1e-11


def test_the_turning_frame_is_taken_off() -> None:
    """A body at rest in RTN turns with the orbit: after a quarter revolution it still points so."""
    x = np.array([0.0] * 6 + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, MEAN_MOTION])
    phi = np.ascontiguousarray(clohessy_wiltshire(CYCLE, MEAN_MOTION))
    coast(x, 5_500, phi, np.ones(3), MEAN_MOTION * CYCLE, CYCLE)
    assert abs(x[6]) == pytest.approx(1.0, abs=1e-12)
    # And one at rest among the stars turns the other way.
    x = np.array([0.0] * 6 + [1.0, 0.0, 0.0, 0.0] + [0.0] * 3)
    coast(x, 5_500, phi, np.ones(3), MEAN_MOTION * CYCLE, CYCLE)
    whole = Rotation.from_rotvec([0.0, 0.0, -MEAN_MOTION * 5_500 * CYCLE])
    assert (rotation(x[6:10]).inv() * whole).magnitude() < 1e-11


def test_free_precession_of_a_symmetric_body_is_the_closed_form() -> None:
    """The cross rates turn at (Ia - Ic) / Ic times the spin (Goldstein 2002, section 5.6)."""
    roll, across, _ = CRAFT.inertia(7000.0)
    spin, cross = 0.01, 0.004
    cycles = 2_400
    after = turned(
        np.array([1.0, 0.0, 0.0, 0.0]),
        np.array([spin, cross, 0.0]),
        np.array([roll, across, across]),
        cycles,
    )
    angle = (roll - across) / across * spin * cycles * CYCLE
    exact = [spin, cross * np.cos(angle), cross * np.sin(angle)]
    np.testing.assert_allclose(after[4:], exact, atol=3e-8)


def test_free_rotation_of_any_body_against_an_integrator() -> None:
    inertia = np.array([6.4e3, 39.0e3, 41.0e3])
    start = np.array([1.0, 0.0, 0.0, 0.0, 0.008, -0.006, 0.004])

    def motion(_: float, y: FloatArray) -> FloatArray:
        rate = y[4:]
        w, v = y[0], y[1:4]
        turn = np.concatenate([[-v @ rate], w * rate + np.cross(v, rate)]) / 2.0
        return np.concatenate([turn, -np.cross(rate, inertia * rate) / inertia])

    exact = solve_ivp(motion, (0.0, 600.0), start, method="DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    after = turned(start[:4], start[4:], inertia, round(600.0 / CYCLE))
    apart = (rotation(after[:4]).inv() * rotation(exact[:4])).magnitude()
    assert apart < np.radians(0.001)
    np.testing.assert_allclose(after[4:], exact[4:], atol=1e-7)


def test_propellant_is_the_rocket_equation() -> None:
    leg = Leg("push", DockingState.TORU_HOLD, "stick", "toru", 0.0, ((0.0, 0.1),), duration=400.0)
    port = Port("here", (0.0, -10.0, 0.0), (0.0, -1.0, 0.0))
    docking = fly_docking(
        DockingPlan("push", (leg,), Start(gap=200.0)),
        CRAFT,
        mean_motion=1e-9,
        port=port,
        pilot=lambda view: [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
    )
    gained = np.linalg.norm(docking.v[-1] - docking.v[0])
    speed = CRAFT.thruster_specific_impulse * STANDARD_GRAVITY
    assert docking.propellant == pytest.approx(400.0 * CRAFT.axis_force / speed, rel=5e-3)
    exact = speed * np.log(docking.mass[0] / docking.mass[-1])
    assert gained == pytest.approx(exact, rel=1e-6)


def test_valves_deliver_whole_steps_above_the_shortest_pulse() -> None:
    for request, delivered in (
        (0.0, 0.0),
        (0.0149, 0.0),
        (0.0151, 0.03),
        (0.031, 0.03),
        (0.047, 0.05),
        (-0.1, -0.1),
    ):
        assert quantised.py_func(request, 0.03, 0.01) == pytest.approx(delivered, abs=1e-12)


def test_noise_is_normal_and_uncorrelated() -> None:
    """Against the moments of the normal distribution, at five sigma of what 40,000 numbers give."""
    random = np.array([12345], dtype=np.uint64)
    with np.errstate(over="ignore"):
        flat = np.array([next_uniform.py_func(random) for _ in range(2)])
    assert np.all((flat > 0.0) & (flat < 1.0))
    x = _normals(np.array([1], dtype=np.uint64), 40_000)
    bound = 5.0 / np.sqrt(x.size)
    assert abs(x.mean()) < bound
    assert abs(x.std() - 1.0) < bound
    assert abs(np.mean(x**3)) < 4.0 * bound
    assert abs(np.mean(x**4) - 3.0) < 10.0 * bound
    assert abs(np.mean(x[1:] * x[:-1])) < bound


def _normals(random: np.ndarray, count: int) -> FloatArray:
    from numba import njit

    @njit
    def many(state, out):  # type: ignore[no-untyped-def]
        for i in range(out.size):
            out[i] = next_normal(state)

    out = np.empty(count)
    many(random, out)
    return out
