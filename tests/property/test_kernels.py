"""What must hold for any orbit, any time and any cut into blocks."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.brouwer import mean_from_osculating, osculating_from_mean
from orbitsim.kernels.kepler import elements_to_state, kepler_equation, kepler_grid
from orbitsim.kernels.secular import j2_secular_grid

MU, RADIUS, J2 = 3.986004418e14, 6378137.0, 1.0826267e-3

angles = st.floats(-10.0, 10.0)
perigees = st.floats(6.5e6, 5e7)
any_eccentricity = st.one_of(
    st.floats(0.0, 3.0),
    st.floats(-15.0, -1.0).map(lambda x: 1.0 - 10.0**x),
    st.floats(-15.0, -1.0).map(lambda x: 1.0 + 10.0**x),
    st.sampled_from([0.0, 1.0, 1e-16, 0.9]),
)
closed_eccentricity = st.one_of(st.floats(0.0, 0.95), st.sampled_from([0.0, 1e-16, 1e-8]))
durations = st.floats(-1e5, 1e5)
quick = settings(max_examples=150, deadline=None)


def size(vectors: Any) -> Any:
    return np.sqrt((vectors * vectors).sum(axis=0))


def start(q: float, e: float, i: float, raan: float, argp: float, nu: float) -> tuple[Any, Any]:
    return elements_to_state(np.reshape([q * (1.0 + e), e, i, raan, argp, nu], (6, 1)), MU)


@quick
@given(perigees, any_eccentricity, angles, angles, angles, st.floats(-1.8, 1.8), durations)
def test_two_body_motion_keeps_energy_and_angular_momentum(
    q: float, e: float, i: float, raan: float, argp: float, nu: float, dt: float
) -> None:
    r, v = start(q, e, i, raan, argp, nu)
    r1, v1, status = kepler_grid(r, v, [dt], MU)
    r1, v1 = r1[:, :, 0], v1[:, :, 0]
    assert status[0] == 0
    momentum, momentum1 = np.cross(r, v, axis=0), np.cross(r1, v1, axis=0)
    rounding = 1e-15 * (size(r1) * size(v1) + size(r) * size(v)) + 1e-14 * size(momentum)
    assert np.all(np.abs(momentum - momentum1) <= rounding)
    energy, energy1 = 0.5 * size(v) ** 2 - MU / size(r), 0.5 * size(v1) ** 2 - MU / size(r1)
    assert np.all(np.abs(energy1 - energy) <= 2e-14 * MU / q)


@quick
@given(perigees, any_eccentricity, angles, angles, angles, st.floats(-1.8, 1.8), durations)
def test_one_leap_is_two(
    q: float, e: float, i: float, raan: float, argp: float, nu: float, dt: float
) -> None:
    r, v = start(q, e, i, raan, argp, nu)
    half = kepler_grid(r, v, [0.5 * dt], MU)
    whole = kepler_grid(half[0][:, :, 0], half[1][:, :, 0], [0.5 * dt], MU)[0][:, :, 0]
    direct = kepler_grid(r, v, [dt], MU)[0][:, :, 0]
    # The state between is rounded; what that does grows with the distances and the turns made.
    far = max(float(np.max(size(x))) for x in (r, half[0][:, :, 0], direct))
    turns = abs(dt) * np.sqrt(MU / q**3)
    assert float(size(whole - direct)[0]) <= 1e-14 * far * (far / q) * (1.0 + turns)


@quick
@given(perigees, any_eccentricity, angles, angles, angles, st.floats(-1.8, 1.8))
def test_no_time_is_no_motion(
    q: float, e: float, i: float, raan: float, argp: float, nu: float
) -> None:
    r, v = start(q, e, i, raan, argp, nu)
    for dt in (np.zeros(1), np.zeros(40)):
        r1, v1, _ = kepler_grid(r, v, dt, MU)
        assert np.all(size(r1 - r[:, :, np.newaxis]) <= 1e-14 * size(r))
        assert np.all(size(v1 - v[:, :, np.newaxis]) <= 1e-14 * np.sqrt(MU * (1.0 + e) / q))


@quick
@given(st.floats(-1e3, 1e3), any_eccentricity)
def test_keplers_equation_is_odd_and_solved(mean: float, e: float) -> None:
    found = float(kepler_equation(mean, e))
    assert float(kepler_equation(-mean, e)) == -found
    if e < 1.0:
        residual = found - e * np.sin(found) - mean
    elif e > 1.0:
        residual = e * np.sinh(found) - found - mean
    else:
        residual = found + found**3 / 3.0 - mean
    assert abs(residual) <= 1e-15 * (1.0 + abs(found)) * (1.0 + e) + 4e-15 * abs(mean)


@quick
@given(perigees, closed_eccentricity, angles, angles, angles, angles)
def test_mean_and_osculating_are_inverse(
    q: float, e: float, i: float, raan: float, argp: float, mean: float
) -> None:
    elements = np.reshape([q / (1.0 - e), e, i % np.pi, raan, argp, mean], (6, 1))
    r, v, status = osculating_from_mean(elements, MU, RADIUS, J2)
    found, status_back = mean_from_osculating(r, v, MU, RADIUS, J2)
    again = osculating_from_mean(found, MU, RADIUS, J2)
    assert status[0] == status_back[0] == again[2][0] == 0
    assert float(size(again[0] - r)[0]) <= 1e-11 * float(size(r)[0])
    assert float(size(again[1] - v)[0]) <= 1e-11 * float(size(v)[0])


@quick
@given(perigees, closed_eccentricity, angles, angles, angles, angles, durations)
def test_drift_keeps_the_shape(
    q: float, e: float, i: float, raan: float, argp: float, mean: float, dt: float
) -> None:
    a = q / (1.0 - e)
    elements = np.reshape([a, e, i, raan, argp, mean], (6, 1))
    r, v, _ = j2_secular_grid(elements, [dt], MU, RADIUS, J2)
    r, v = r[:, :, 0], v[:, :, 0]
    momentum = np.cross(r, v, axis=0)
    np.testing.assert_allclose(size(momentum), np.sqrt(MU * a * (1.0 - e * e)), rtol=1e-12)
    np.testing.assert_allclose(momentum[2] / size(momentum), np.cos(i), rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(0.5 * size(v) ** 2 - MU / size(r), -0.5 * MU / a, rtol=1e-11)


@quick
@given(st.integers(0, 300), st.integers(1, 50), st.integers(1, 5))
def test_blocks_cover_the_range_once(n: int, block: int, threads: int) -> None:
    hits = np.zeros(n, dtype=np.int64)

    def task(first: int, last: int) -> None:
        hits[first:last] += 1

    run_blocks(task, n, block, threads=threads)
    assert np.all(hits == 1)
