"""The multistep method: its coefficients, its order, its dense output."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from orbitsim.kernels.lanes import LANES, Field
from orbitsim.kernels.multistep import DENSE_NODES, NODES, multistep_arcs
from orbitsim.kernels.multistep_weights import dense_weights, weights

MU = 3.986004415e14
POINT = Field(MU, 6378136.3, np.zeros(0), 0.0, 6378137.0, 0.0, 0.0, 0.0, 6378137.0, 0.0)


def ordinates(differences):
    return [
        float(sum(c * (-1) ** i * comb(k, i) for k, c in enumerate(differences) if k >= i))
        for i in range(len(differences))
    ]


def test_coefficients_are_the_printed_ones():
    # Hairer, Norsett & Wanner (1993), sections III.1 (Adams) and III.10 (Stormer and Cowell); the
    # leading coefficients of each stand in the sums.
    f = Fraction
    predict_r, predict_v, correct_r, correct_v = weights(4)
    np.testing.assert_allclose(
        predict_v, ordinates([f(1, 2), f(5, 12), f(3, 8), f(251, 720)]), rtol=1e-14
    )
    np.testing.assert_allclose(
        correct_v, ordinates([f(-1, 2), f(-1, 12), f(-1, 24), f(-19, 720)]), rtol=1e-14
    )
    np.testing.assert_allclose(
        predict_r, ordinates([f(1, 12), f(1, 12), f(19, 240), f(3, 40)]), rtol=1e-14
    )
    np.testing.assert_allclose(
        correct_r, ordinates([f(1, 12), 0, f(-1, 240), f(-1, 240)]), rtol=1e-14
    )


def test_dense_output_is_exact_for_polynomials():
    # r'' = f with f = x^7 at nodes x = 0, -1, ...; r = x^9/72 fixes the sums through the corrector.
    nodes = DENSE_NODES
    table = dense_weights(nodes)
    correct_r, correct_v = weights(nodes)[2:]
    f = np.array([float(-k) ** (nodes - 1) for k in range(nodes)])
    power = nodes + 1
    s1 = -correct_v @ f
    s2 = -correct_r @ f + s1
    for q in range(1, nodes):
        for u in (-0.5, -0.1, 0.5):
            x = u - q + 0.5
            poly = table[q] @ f
            poly[0] += s2 + (0.5 - q - 1.0) * s1
            poly[1] += s1
            exact = x**power / (power * (power - 1))
            got = np.polynomial.polynomial.polyval(u, poly)
            slope = np.polynomial.polynomial.polyval(u, np.polynomial.polynomial.polyder(poly))
            assert got == pytest.approx(exact, rel=1e-11, abs=1e-4)
            assert slope == pytest.approx(x ** (power - 1) / (power - 1), rel=1e-11, abs=1e-3)


def run(count, t, *, e=0.0, orbits=1):
    a = 7e6
    state = np.zeros((6, orbits))
    state[0] = a * (1 - e)
    state[4] = np.sqrt(MU / a * (1 + e) / (1 - e))
    period = 2 * np.pi * np.sqrt(a**3 / MU)
    t = np.asarray(t, dtype=float) * period
    r, v = np.full((3, orbits, t.size), np.nan), np.full((3, orbits, t.size), np.nan)
    gap, deepest = np.empty(orbits), np.empty(orbits)
    zero = np.zeros(orbits)
    multistep_arcs(
        state, np.arange(orbits), np.full(orbits, period / count), zero, zero, t,
        np.arange(t.size), 1 if t[0] >= 0 else -1, POINT, r, v, gap, deepest,
    )  # fmt: skip
    return r, v, np.sqrt(gap), 1.0 / deepest


def test_order_is_that_of_the_nodes():
    counts = np.array([80, 90, 100, 110])
    runs = [run(count, [10.0], e=0.1) for count in counts]
    errors = [np.hypot(r[0, 0, 0] - 6.3e6, r[1, 0, 0]) for r, _, _, _ in runs]
    gaps = [gap[0] for _, _, gap, _ in runs[:3]]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(NODES, abs=1.0)
    assert -np.polyfit(np.log(counts[:3]), np.log(gaps), 1)[0] == pytest.approx(NODES + 2, abs=1.0)


def test_dense_output_is_as_good_as_the_steps():
    t = np.sort(np.concatenate([np.linspace(0.0, 2.0, 777), np.arange(200) / 100]))
    r, v, _, _ = run(100, t)
    angle = 2 * np.pi * t
    speed = np.sqrt(MU / 7e6)
    assert np.abs(r[0, 0] - 7e6 * np.cos(angle)).max() < 2e-6
    assert np.abs(r[1, 0] - 7e6 * np.sin(angle)).max() < 2e-6
    assert np.abs(v[0, 0] + speed * np.sin(angle)).max() < 1e-7
    assert np.abs(v[1, 0] - speed * np.cos(angle)).max() < 1e-7


def test_backward_is_the_mirror_of_forward():
    t = np.linspace(0.0, 1.5, 40)
    r, v, _, _ = run(90, t, e=0.05)
    back_r, back_v, _, _ = run(90, -t[:0:-1], e=0.05)
    np.testing.assert_allclose(back_r[0, 0, ::-1], r[0, 0, 1:], atol=1e-6)
    np.testing.assert_allclose(back_r[1, 0, ::-1], -r[1, 0, 1:], atol=1e-6)
    np.testing.assert_allclose(back_v[1, 0, ::-1], v[1, 0, 1:], atol=1e-9)


def test_gap_and_least_distance():
    _, _, gap, least = run(60, [1.0], e=0.3, orbits=LANES)
    assert gap.min() == gap.max() > 1e-10
    assert least[0] == pytest.approx(4.9e6, rel=1e-12)
    assert run(60, [1.0], e=0.0)[2] < 1e-11
