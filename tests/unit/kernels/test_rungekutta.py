"""The eighth-order formula: its tables against scipy's, its order, its error estimate."""

from __future__ import annotations

import numpy as np
import pytest
from fields import MU, constants, field
from scipy.integrate import DOP853

from orbitsim.kernels import rungekutta
from orbitsim.kernels.lanes import LANES
from orbitsim.kernels.rungekutta import SCRATCH, STAGES, lane_step, relative_errors, zonal_step

J = np.array([1.08262668e-3, -2.5327e-6, -1.6196e-6, -2.273e-7, 5.407e-7])
POINT, ZONAL = field(), field(J)
NO_CLOCK, NOTHING = np.zeros(LANES), constants(np.zeros(LANES)).reshape(-1)


def test_tables_are_those_of_scipy():
    np.testing.assert_allclose(rungekutta.A, DOP853.A[:STAGES, :STAGES], rtol=1e-15)
    np.testing.assert_allclose(rungekutta.B, DOP853.B, rtol=1e-15)
    np.testing.assert_allclose(rungekutta.ERROR_5, DOP853.E5[:STAGES], rtol=1e-14)
    np.testing.assert_allclose(rungekutta.ERROR_3, DOP853.E3[:STAGES], rtol=1e-14)


def lanes_of(state):
    return np.repeat(np.asarray(state, dtype=float), LANES)


def test_lane_step_is_the_scalar_step():
    rng = np.random.default_rng(0)
    y = np.empty((6, LANES))
    y[:3] = rng.normal(size=(3, LANES)) * 1e6 + 6e6
    y[3:] = rng.normal(size=(3, LANES)) * 4e3
    h = rng.uniform(-200, 200, LANES)
    out = np.empty(6 * LANES)
    lane_step(LANES, NO_CLOCK, y.reshape(-1), h, NOTHING, ZONAL, np.empty(SCRATCH), out)
    k = np.empty((STAGES, 6))
    for m in range(LANES):
        one = zonal_step(y[:, m].copy(), h[m], MU, ZONAL.radius, J, k)
        np.testing.assert_allclose(out.reshape(6, LANES)[:, m], one, rtol=1e-13, atol=1e-9)


def test_order_is_eight():
    # A circular orbit, whose solution is known, over one revolution.
    r, period = 7e6, 2 * np.pi * np.sqrt(7e6**3 / MU)
    start = lanes_of([r, 0, 0, 0, np.sqrt(MU / r), 0])
    counts = np.array([12, 16, 24, 32])
    errors = []
    for count in counts:
        y = start.copy()
        h = np.full(LANES, period / count)
        for _ in range(count):
            lane_step(LANES, NO_CLOCK, y, h, NOTHING, POINT, np.empty(SCRATCH), y)
        errors.append(np.linalg.norm((y - start).reshape(6, LANES)[:3, 0]))
    order = -np.polyfit(np.log(counts), np.log(errors), 1)[0]
    assert 7.5 < order < 9.5


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_error_estimate_is_that_of_scipy(scale):
    state = np.array([7e6, 1e5, -3e5, 100.0, 5e3, 5.5e3])
    h = np.full(LANES, 250.0 * scale)
    scratch, out, error = np.empty(SCRATCH), np.empty(6 * LANES), np.empty(LANES)
    y = lanes_of(state)
    lane_step(LANES, NO_CLOCK, y, h, NOTHING, POINT, scratch, out)
    relative_errors(y, h, scratch, error)

    def rate(_, x):
        return np.concatenate([x[3:], -MU * x[:3] / np.linalg.norm(x[:3]) ** 3])

    solver = DOP853(rate, 0.0, state, 1e4, first_step=h[0], rtol=1.0, atol=1e3)
    solver.step()
    k, step = solver.K, solver.step_size
    assert step == h[0]
    parts = []
    for rows in (slice(0, 3), slice(3, 6)):
        fifth = np.linalg.norm(DOP853.E5[:STAGES] @ k[:STAGES, rows])
        third = np.linalg.norm(DOP853.E3[:STAGES] @ k[:STAGES, rows])
        size = np.linalg.norm(state[rows])
        parts.append(step * fifth**2 / np.hypot(fifth, 0.1 * third) / size)
    np.testing.assert_allclose(error, max(parts), rtol=1e-6)
