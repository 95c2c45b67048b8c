"""Relative motion against two-body motion itself, a textbook's figures and another library's."""

from __future__ import annotations

import math

import numpy as np
import pytest
from astropy import units as u
from numpy.typing import NDArray
from scipy.linalg import expm

from orbitsim.earth import MU
from orbitsim.errors import InputError
from orbitsim.kernels.kepler import kepler_grid
from orbitsim.maneuvers.relative import (
    clohessy_wiltshire,
    cw_transfer,
    inertial_state,
    relative_state,
    rtn_rotation,
    transfer_velocities,
    yamanaka_ankersen,
)

FloatArray = NDArray[np.float64]

A = 7.0e6
N = math.sqrt(MU / A**3)


def state_at(a: float, e: float, true_anomaly: float) -> tuple[FloatArray, FloatArray]:
    """State in an inclined plane, m and m/s."""
    p = a * (1.0 - e * e)
    c, s = math.cos(true_anomaly), math.sin(true_anomaly)
    along, across = np.array([0.6, 0.0, 0.8]), np.array([0.0, 1.0, 0.0])
    r = p / (1.0 + e * c) * (c * along + s * across)
    v = math.sqrt(MU / p) * (-s * along + (e + c) * across)
    return r, v


def propagated(r: FloatArray, v: FloatArray, time: float) -> tuple[FloatArray, FloatArray]:
    r1, v1, _ = kepler_grid(r[:, None], v[:, None], np.array([time]), MU)
    return r1[:, 0, 0], v1[:, 0, 0]


def nonlinear(a: float, e: float, true_anomaly: float, x: FloatArray, time: float) -> FloatArray:
    """The relative state after `time`, by two-body motion of both."""
    r, v = state_at(a, e, true_anomaly)
    chaser = propagated(*inertial_state(r, v, x[:3], x[3:]), time)
    return np.concatenate(relative_state(*propagated(r, v, time), *chaser))


# --- frames ---


def test_rotation_is_the_triad_of_the_orbit() -> None:
    r, v = state_at(A, 0.2, 1.0)
    matrix = rtn_rotation(r, v)
    assert np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(matrix) == pytest.approx(1.0, abs=1e-15)
    assert np.allclose(matrix @ r, np.array([np.linalg.norm(r), 0.0, 0.0]), atol=1e-8)
    assert (matrix @ v)[1] > 0.0
    assert (matrix @ v)[2] == pytest.approx(0.0, abs=1e-12)


def test_relative_velocity_is_the_rate_of_the_components() -> None:
    """Against a central difference of positions that were propagated and turned one by one."""
    r, v = state_at(A, 0.3, 0.5)
    chaser_r, chaser_v = r + np.array([300.0, -500.0, 200.0]), v + np.array([0.4, 0.1, -0.2])
    _, rate = relative_state(r, v, chaser_r, chaser_v)
    step = 0.5
    ends = []
    for time in (-step, step):
        target = propagated(r, v, time)
        ends.append(rtn_rotation(*target) @ (propagated(chaser_r, chaser_v, time)[0] - target[0]))
    assert np.allclose((ends[1] - ends[0]) / (2.0 * step), rate, rtol=0.0, atol=1e-6)


def test_to_the_frame_and_back() -> None:
    generator = np.random.default_rng(2)
    states = [generator.normal(size=(4, 5, 3)) * scale for scale in (1e7, 7e3, 1e4, 10.0)]
    r, v, dr, dv = states
    back = inertial_state(r, v, *relative_state(r, v, r + dr, v + dv))
    assert np.allclose(back[0], r + dr, rtol=0.0, atol=1e-8)
    assert np.allclose(back[1], v + dv, rtol=0.0, atol=1e-11)


# --- Clohessy-Wiltshire ---


def test_cw_is_the_exponential_of_its_equations() -> None:
    dynamics = np.zeros((6, 6))
    dynamics[:3, 3:] = np.eye(3)
    dynamics[3, 0], dynamics[3, 4], dynamics[4, 3], dynamics[5, 2] = (
        3 * N * N,
        2 * N,
        -2 * N,
        -N * N,
    )
    units = np.diag([1.0, 1.0, 1.0, 1.0 / N, 1.0 / N, 1.0 / N])
    for time in (-2000.0, 1.0, 1500.0, 9000.0):
        expected = units @ expm(dynamics * time) @ np.linalg.inv(units)
        got = units @ clohessy_wiltshire(time, N) @ np.linalg.inv(units)
        assert np.allclose(got, expected, rtol=0.0, atol=1e-12)


# Vallado (2013) examples 6-14 and 6-15, target at 590 km; the digits are those of the tests of the
# book's own software (CelesTrak/fundamentals-of-astrodynamics, test_hills.py), whose constants are
# 6378.1363 km and 398600.4415 km3/s2.
VALLADO_N = math.sqrt(398600.4415e9 / (6378136.3 + 590e3) ** 3)


def test_vallado_6_14() -> None:
    x = clohessy_wiltshire(300.0, VALLADO_N) @ [0.0, 0.0, 0.0, -0.1, -0.04, -0.02]
    position = [-33.345724432187964, -1.473560307487475, -5.894530311607677]
    velocity = [-0.120337093866688, 0.032387584447866, -0.018949031717993]
    assert np.allclose(x[:3], position, rtol=0.0, atol=1e-12)
    assert np.allclose(x[3:], velocity, rtol=0.0, atol=1e-14)


def test_vallado_6_15() -> None:
    v0, _ = cw_transfer([-70.933, 20.357, -11.17], np.zeros(3), 300.0, VALLADO_N)
    expected = [0.274190838333, 0.013466718841345, 0.035907981315]
    assert np.allclose(v0, expected, rtol=0.0, atol=1e-12)


def test_transfer_arrives() -> None:
    generator = np.random.default_rng(3)
    r0, r1 = generator.normal(size=(2, 6, 3)) * 1e3
    time = np.linspace(200.0, 5000.0, 6)
    v0, v1 = cw_transfer(r0, r1, time, N)
    end = np.einsum("nij,nj->ni", clohessy_wiltshire(time, N), np.hstack([r0, v0]))
    assert np.allclose(end[:, :3], r1, rtol=0.0, atol=1e-8)
    assert np.allclose(end[:, 3:], v1, rtol=0.0, atol=1e-11)


def test_transfers_that_do_not_exist() -> None:
    half, whole = math.pi / N, 2.0 * math.pi / N
    behind, above = [0.0, -1000.0, 0.0], [0.0, -1000.0, 50.0]
    v0, v1 = cw_transfer(behind, np.zeros(3), half, N)
    # Half a turn along the orbit takes n y/4 at either end (Clohessy & Wiltshire's own case).
    assert np.allclose(v0, [-250.0 * N, 0.0, 0.0], rtol=0.0, atol=1e-12)
    assert np.allclose(v1, [250.0 * N, 0.0, 0.0], rtol=0.0, atol=1e-12)
    assert np.isnan(cw_transfer(above, np.zeros(3), half, N)[0][2])
    assert np.isnan(cw_transfer(behind, np.zeros(3), whole, N)[0][:2]).all()


# --- Yamanaka-Ankersen ---


def test_ya_about_a_circle_is_cw() -> None:
    time = np.linspace(-5000.0, 20000.0, 11)
    units = np.diag([1.0, 1.0, 1.0, 1.0 / N, 1.0 / N, 1.0 / N])
    difference = yamanaka_ankersen(time, A, 0.0, 0.8) - clohessy_wiltshire(time, N)
    assert np.max(np.abs(units @ difference @ np.linalg.inv(units))) < 1e-12


# The case of Yamanaka & Ankersen (2002), section V: perigee at 500 km, true anomaly 45 deg, 100 m
# ahead, 10 m below and to the side, 0.1 m/s each; two periods.  Positions along the orbit, against
# its normal, and down, from the tests of the library beyond 0.8 (galactics/beyond, test_rpo.py),
# with its constants.
@pytest.mark.parametrize(
    ("e", "time", "expected"),
    [
        (0.1, 13260.0, (-2908.182250516494, 6.202752618784139, 195.5364351224569)),
        (0.7, 69060.0, (-10326.759184987815, 6.20243448860358, 3260.6919703051335)),
    ],
)
def test_the_authors_case(e: float, time: float, expected: tuple[float, ...]) -> None:
    mu = 5.97237e24 * 6.6740831e-11
    a = (6378136.3 + 500e3) / (1.0 - e)
    radial, along, normal = -10.0, 100.0, -10.0
    x = yamanaka_ankersen(time, a, e, math.pi / 4.0, mu=mu) @ [
        radial,
        along,
        normal,
        -0.1,
        0.1,
        -0.1,
    ]
    assert np.allclose([x[1], -x[2], -x[0]], expected, rtol=0.0, atol=1e-8)


def test_transitions_chain() -> None:
    a, e, nu = 1.2e7, 0.4, 1.1
    r, v = state_at(a, e, nu)
    middle_r, middle_v = propagated(r, v, 3000.0)
    p = a * (1.0 - e * e)
    later = math.atan2(
        float(middle_r @ middle_v) * math.sqrt(p / MU), p - float(np.linalg.norm(middle_r))
    )
    first = yamanaka_ankersen(3000.0, a, e, nu)
    second = yamanaka_ankersen(5000.0, a, e, later)
    both = yamanaka_ankersen(8000.0, a, e, nu)
    scale = np.diag([1.0] * 3 + [1e3] * 3)
    assert np.allclose(
        scale @ second @ first @ np.linalg.inv(scale),
        scale @ both @ np.linalg.inv(scale),
        rtol=0.0,
        atol=1e-10,
    )


@pytest.mark.parametrize("e", [0.0, 0.01, 0.3, 0.75])
@pytest.mark.parametrize("true_anomaly", [0.0, 2.0, 4.5])
def test_error_of_the_linear_model_falls_as_the_square_of_the_distance(
    e: float, true_anomaly: float
) -> None:
    direction = np.array([0.6, 0.5, -0.4, 0.3e-3, -0.2e-3, 0.5e-3])
    a = A / (1.0 - e)
    time = 0.8 * 2.0 * math.pi * math.sqrt(a**3 / MU)
    transition = yamanaka_ankersen(time, a, e, true_anomaly)
    scaled = []
    for separation in (10.0, 100.0, 1000.0):
        expected = nonlinear(a, e, true_anomaly, separation * direction, time)
        error = expected - transition @ (separation * direction)
        scaled.append(float(np.linalg.norm(error[:3])) / separation**2)
    assert scaled[1] == pytest.approx(scaled[0], rel=0.02)
    assert scaled[2] == pytest.approx(scaled[0], rel=0.02)
    distance = np.linalg.norm((transition @ direction)[:3])
    assert scaled[0] < 2.0 * distance**2 / A


def test_rendezvous_with_an_eccentric_target() -> None:
    """Two impulses by the linear model, flown by two-body motion: the miss is second order."""
    a, e, nu, time = 1.5e7, 0.5, 2.5, 4000.0
    start = np.array([-30.0, -400.0, 20.0])
    v0, v1 = transfer_velocities(yamanaka_ankersen(time, a, e, nu), start, np.zeros(3))
    arrived = nonlinear(a, e, nu, np.concatenate([start, v0]), time)
    assert np.linalg.norm(arrived[:3]) < 400.0**2 / 1.5e7
    assert np.allclose(arrived[3:], v1, rtol=0.0, atol=1e-4)


# --- shapes and refusals ---


def test_a_batch_is_its_elements() -> None:
    generator = np.random.default_rng(4)
    time, nu = generator.uniform(100.0, 9000.0, (2, 3)), generator.uniform(0.0, 6.0, (2, 3))
    a, e = A * np.array([1.0, 1.5, 2.0]), np.array([0.0, 0.2, 0.6])
    matrices = yamanaka_ankersen(time, a, e, nu)
    circular = clohessy_wiltshire(time, N)
    assert matrices.shape == circular.shape == (2, 3, 6, 6)
    r0 = generator.normal(size=(2, 3, 3)) * 100.0
    v0, _ = transfer_velocities(matrices, r0, np.zeros(3))
    for index in np.ndindex(2, 3):
        one = yamanaka_ankersen(time[index], a[index[1]], e[index[1]], nu[index])
        assert np.allclose(matrices[index], one, rtol=1e-12, atol=1e-15)
        assert np.allclose(circular[index], clohessy_wiltshire(time[index], N), rtol=1e-15, atol=0)
        alone, _ = transfer_velocities(one, r0[index], np.zeros(3))
        assert np.allclose(v0[index], alone, rtol=1e-9, atol=1e-12)


def test_quantities() -> None:
    expected = yamanaka_ankersen(600.0, A, 0.1, math.pi / 6.0)
    got = yamanaka_ankersen(10.0 * u.min, 7000.0 * u.km, 0.1, 30.0 * u.deg)
    assert np.allclose(got, expected, rtol=1e-12)
    degrees = math.degrees(N) * u.deg / u.s
    assert np.allclose(clohessy_wiltshire(600.0, degrees), clohessy_wiltshire(600.0, N), rtol=1e-12)


def test_refusals() -> None:
    with pytest.raises(InputError, match="must be an ellipse"):
        yamanaka_ankersen(100.0, A, 1.0, 0.0)
    with pytest.raises(InputError, match="mean_motion must be positive, got 0 rad/s"):
        clohessy_wiltshire(100.0, 0.0)
    with pytest.raises(InputError, match=r"r must have the shape \(..., 3\), got \(2,\)"):
        rtn_rotation([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(InputError, match="no RTN frame"):
        rtn_rotation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0])
