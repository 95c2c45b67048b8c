"""States between nodes."""

from __future__ import annotations

import numpy as np
import pytest
from fields import MU, field, grid

from orbitsim.kernels.nodes import AROUND, CLOCK, NODE, TABLE, evaluate, fit, stencil

A = 7e6
RATE = np.sqrt(MU / A**3)


def circle(t):
    """Nodes (K, NODE, 1) of a circular orbit."""
    angle = RATE * t
    nodes = np.zeros((t.size, NODE, 1))
    nodes[:, CLOCK, 0] = t
    for order in range(3):
        turned = angle + order * np.pi / 2
        nodes[:, 3 * order, 0] = A * RATE**order * np.cos(turned)
        nodes[:, 1 + 3 * order, 0] = A * RATE**order * np.sin(turned)
    return nodes


@pytest.mark.parametrize(
    ("t", "limit"),
    [
        (np.arange(6) * 60.0, 3e-9),
        (np.arange(6) * -60.0, 3e-9),
        (np.arange(6) * 240.0, 1e-8),  # 24 in a revolution
        (np.cumsum([0.0, 15.0, 60.0, 240.0, 200.0, 40.0]), 4e-8),
        (np.array([0.0, 240.0, 480.0, 488.0, 720.0]), 2e-8),
        (np.arange(2) * 60.0, 1e-4),
    ],
)
def test_between_nodes_of_a_circle(t, limit):
    nodes, table, state = circle(t), np.empty(TABLE), np.empty(6)
    chosen = np.empty(AROUND, dtype=np.int64)
    for k in range(t.size - 1):
        count = stencil(nodes, k, t.size, 0, chosen)
        assert chosen[0] == k
        fit(nodes, chosen, count, 0, table)
        for part in np.linspace(0.0, 1.0, 7):
            at = t[k] + part * (t[k + 1] - t[k])
            evaluate(table, count, at - t[k], state)
            exact = circle(np.array([at]))[0, :6, 0]
            assert np.abs(state[:3] - exact[:3]).max() < limit
            assert np.abs(state[3:] - exact[3:]).max() < limit


@pytest.mark.parametrize(("e", "days"), [(0.0, 0.2), (0.3, 0.2), (0.0, 0.02), (0.75, 0.2)])
def test_dense_output_is_as_good_as_the_steps(e, days):
    # A state in between, propagated on to the end, must meet what was propagated in one go.
    r = np.array([[7e6 * (1 - e)], [0.0], [0.0]])
    v = np.array([[0.0], [np.sqrt(MU / 7e6 * (1 + e) / (1 - e))], [0.0]])
    low = field()._replace(ground_radius=1e6)
    t = np.linspace(0.0, 86400.0 * days, 800)
    r_out, v_out, status = grid(r, v, [0.0], t, low)
    assert not status.any()
    energy = 0.5 * np.sum(v_out[:, 0] ** 2, axis=0) - MU / np.linalg.norm(r_out[:, 0], axis=0)
    assert np.abs(energy / energy[0] - 1.0).max() < 2e-12
    for i in range(5, 800, 97):
        on, _, _ = grid(r_out[..., i], v_out[..., i], [0.0], [t[-1] - t[i]], low)
        assert np.linalg.norm(on[..., 0] - r_out[..., -1]) < 1e-4
