"""The cheapest burns for a wanted change, against a linear program's and a textbook's answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from orbitsim.errors import InputError
from orbitsim.maneuvers.relative import clohessy_wiltshire
from orbitsim.maneuvers.targeting import least_delta_v, weighted_correction

N = 1.13e-3


def test_burns_along_one_axis_are_a_linear_program() -> None:
    """With one component each, it is what SciPy (HiGHS) solves exactly."""
    random = np.random.default_rng(4)
    for _ in range(20):
        matrix, wanted = random.normal(size=(3, 7)), random.normal(size=3)
        both = np.hstack([matrix, -matrix])
        best = linprog(np.ones(14), A_eq=both, b_eq=wanted)
        jacobian = np.zeros((3, 7, 3))
        jacobian[..., 1] = matrix
        found = least_delta_v(jacobian, wanted)
        assert found.total == pytest.approx(best.fun, rel=5e-3)
        assert found.least == pytest.approx(best.fun, rel=1e-2)
        assert found.least <= best.fun * (1.0 + 1e-9)
        assert np.allclose(np.einsum("mkc,kc->m", jacobian, found.delta_v), wanted, atol=1e-9)


def test_vector_burns_against_a_general_solver() -> None:
    random = np.random.default_rng(5)
    jacobian, wanted = random.normal(size=(6, 4, 3)), random.normal(size=6)
    matrix = jacobian.reshape(6, 12)

    def total(x: np.ndarray) -> float:
        return float(np.sqrt(np.sum(x.reshape(4, 3) ** 2, axis=1) + 1e-12).sum())

    start = np.linalg.pinv(matrix) @ wanted
    best = minimize(
        total, start, method="SLSQP", options={"maxiter": 500, "ftol": 1e-12},
        constraints={"type": "eq", "fun": lambda x: matrix @ x - wanted},
    )  # fmt: skip
    found = least_delta_v(jacobian, wanted)
    assert found.total == pytest.approx(best.fun, rel=1e-3)
    lengths = np.linalg.norm(found.primer, axis=-1)
    burning = np.linalg.norm(found.delta_v, axis=-1) > 0.05
    assert lengths.max() < 1.01
    assert np.allclose(lengths[burning], 1.0, atol=0.01)
    ahead = found.delta_v[burning] / np.linalg.norm(found.delta_v[burning], axis=-1, keepdims=True)
    assert np.allclose(found.primer[burning], ahead, atol=0.02)


def test_a_change_of_height_costs_the_hohmann_transfer() -> None:
    """Clohessy-Wiltshire: to a circle h higher, from where the transfer ends in the right place,
    two burns of n h/4 each half a turn apart."""
    half = np.pi / N
    height = 1000.0
    times = np.linspace(0.0, half, 9)
    by_burn = np.stack([clohessy_wiltshire(half - t, N)[:, 3:] for t in times], axis=1)
    # From rest on the lower circle: (R, T) = (-h, y), T rate 3/2 n h.
    start = np.array([-height, -0.75 * np.pi * height, 0.0, 0.0, 1.5 * N * height, 0.0])
    wanted = -clohessy_wiltshire(half, N) @ start
    found = least_delta_v(by_burn, wanted)
    assert found.total == pytest.approx(0.5 * N * height, rel=1e-3)
    size = np.linalg.norm(found.delta_v, axis=-1)
    assert size[[0, -1]] == pytest.approx(0.25 * N * height, rel=0.04)
    assert size[1:-1].max() < 1e-2


def test_components_that_are_not_allowed_stay_zero() -> None:
    random = np.random.default_rng(6)
    allowed = np.ones((5, 3), dtype=bool)
    allowed[:, 2], allowed[1] = False, False
    found = least_delta_v(random.normal(size=(3, 5, 3)), [1.0, 2.0, 3.0], allowed=allowed)
    assert np.all(found.delta_v[~np.broadcast_to(allowed, (5, 3))] == 0.0)


def test_a_batch_is_its_elements() -> None:
    random = np.random.default_rng(7)
    jacobian, wanted = random.normal(size=(3, 6, 4, 3)), random.normal(size=(3, 6))
    whole = least_delta_v(jacobian, wanted)
    for i in range(3):
        one = least_delta_v(jacobian[i], wanted[i])
        assert np.allclose(whole.delta_v[i], one.delta_v, rtol=0.0, atol=1e-12)
        assert whole.least[i] == pytest.approx(float(one.least), rel=1e-12)


def test_weighted_correction_is_least_squares() -> None:
    random = np.random.default_rng(8)
    jacobian, wanted = random.normal(size=(6, 4, 3)), random.normal(size=6)
    weight = np.array([1.0, 2.0, 0.5, 0.0])
    found = weighted_correction(jacobian, wanted, weight)
    assert np.all(found[3] == 0.0)
    root = np.sqrt(np.repeat(weight, 3))
    expected = root * (np.linalg.pinv(jacobian.reshape(6, 12) * root) @ wanted)
    assert np.allclose(found.ravel(), expected, atol=1e-10)


def test_refusals() -> None:
    with pytest.raises(InputError, match="jacobian"):
        least_delta_v(np.ones((6, 4, 2)), np.ones(6))
    with pytest.raises(InputError, match="none of the burns"):
        least_delta_v(np.zeros((1, 4, 3)), np.ones(1))
    with pytest.raises(InputError, match="too few"):
        least_delta_v(np.ones((2, 1, 3)), np.ones(2))
