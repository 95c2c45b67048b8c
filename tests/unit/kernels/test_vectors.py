"""Lane vectors against NumPy."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import LANES, kernel
from orbitsim.kernels.vectors import load, root, splat, spread, store


@kernel
def combine(x, y, k, out):
    """Every operation once."""
    a, b = load(x, 0), load(y, 1)
    store(out, 0, a + b)
    store(out, LANES, a - b)
    store(out, 2 * LANES, a * b)
    store(out, 3 * LANES, a / b)
    store(out, 4 * LANES, k + a)
    store(out, 5 * LANES, a - k)
    store(out, 6 * LANES, k / a)
    store(out, 7 * LANES, root(a))
    store(out, 8 * LANES, spread(y, 2))
    total = splat(k)
    for _ in range(3):
        total *= a
        total += b
        total -= 0.5
        total /= 1.5
    store(out, 9 * LANES, total)


def test_operations_are_those_of_numpy():
    rng = np.random.default_rng(0)
    x, y, k = rng.uniform(1.0, 2.0, LANES), rng.uniform(1.0, 2.0, LANES + 1), 0.7
    out = np.empty(10 * LANES)
    combine(x, y, k, out)
    b = y[1:]
    total = np.full(LANES, k)
    for _ in range(3):
        total = (total * x + b - 0.5) / 1.5
    wanted = [x + b, x - b, x * b, x / b, k + x, x - k, k / x, np.sqrt(x), np.full(LANES, y[2])]
    np.testing.assert_array_equal(out.reshape(10, LANES)[:9], wanted)
    np.testing.assert_allclose(out[9 * LANES :], total, rtol=1e-15)  # fused or not


def test_nothing_is_written_outside():
    guarded = np.full(12 * LANES, 7.0)
    combine(np.ones(LANES), np.ones(LANES + 1), 0.5, guarded[LANES : 11 * LANES])
    assert np.all(guarded[:LANES] == 7.0)
    assert np.all(guarded[11 * LANES :] == 7.0)
