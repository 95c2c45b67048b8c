"""The multistep method: its coefficients, its order, its nodes."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from fields import MU, constants, field

from orbitsim.kernels.lanes import LANES
from orbitsim.kernels.multistep import multistep_group, multistep_march, multistep_start
from orbitsim.kernels.multistep_weights import NODES, weights
from orbitsim.kernels.nodes import CLOCK, NODE

POINT = field()


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


def run(count, revolutions, *, e=0.0, orbits=1):
    """Nodes (K, NODE) of the first of equal orbits with `count` steps in a revolution."""
    a = 7e6
    state = np.zeros((6, orbits))
    state[0] = a * (1 - e)
    state[4] = np.sqrt(MU / a * (1 + e) / (1 - e))
    period = 2 * np.pi * np.sqrt(a**3 / MU)
    nodes = np.empty((round(count * abs(revolutions)) + NODES, NODE, LANES))
    filled = np.zeros(LANES, dtype=np.int64)
    group = multistep_group()
    multistep_start(
        group,
        state,
        constants(np.zeros(orbits)),
        np.arange(orbits),
        np.full(orbits, period / count),
        np.full(orbits, revolutions * period * (1 - 1e-12)),
        POINT,
        nodes,
        filled,
    )
    everything, served = np.zeros(LANES), np.zeros(LANES, dtype=np.int64)
    assert multistep_march(orbits, group, POINT, everything, nodes, filled, served)
    return nodes[: filled[0], :, 0], np.sqrt(group.gap[:orbits]), 1.0 / group.deepest[:orbits]


def test_order_is_that_of_the_nodes():
    counts = np.array([80, 90, 100, 110])
    runs = [run(count, 10.0, e=0.1) for count in counts]
    errors = [np.hypot(nodes[-1, 0] - 6.3e6, nodes[-1, 1]) for nodes, _, _ in runs]
    gaps = [gap[0] for _, gap, _ in runs[:3]]
    assert -np.polyfit(np.log(counts), np.log(errors), 1)[0] == pytest.approx(NODES, abs=1.0)
    assert -np.polyfit(np.log(counts[:3]), np.log(gaps), 1)[0] == pytest.approx(NODES + 2, abs=1.0)


def test_velocity_and_acceleration_are_as_good_as_the_position():
    nodes = run(100, 2.0)[0]
    speed, rate = np.sqrt(MU / 7e6), np.sqrt(MU / 7e6**3)
    angle = rate * nodes[:, CLOCK]
    circle = np.array([np.cos(angle), np.sin(angle)]).T
    ahead = np.array([-np.sin(angle), np.cos(angle)]).T
    assert np.abs(nodes[:, 0:2] - 7e6 * circle).max() < 2e-6
    assert np.abs(nodes[:, 3:5] - speed * ahead).max() < 2e-9
    assert np.abs(nodes[:, 6:8] + speed * rate * circle).max() < 2e-11


def test_backward_is_the_mirror_of_forward():
    there, back = run(90, 1.5, e=0.05)[0], run(90, -1.5, e=0.05)[0]
    mirror = np.array([1, -1, 1, -1, 1, -1, 1, -1, 1, -1, -1, 1])
    np.testing.assert_allclose(back * mirror, there, rtol=1e-12, atol=1e-6)


def test_gap_and_least_distance():
    _, gap, least = run(60, 1.0, e=0.3, orbits=LANES)
    assert gap.min() == gap.max() > 1e-10
    assert least[0] == pytest.approx(4.9e6, rel=1e-12)
    assert run(60, 1.0)[1] < 1e-11
