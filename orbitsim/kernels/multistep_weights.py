"""Weights of the summed multistep method, expanded from generating functions in exact fractions.

With x the backward difference, -ln(1 - x) stands for the derivative times the step; the integrals
of the force are its reciprocal powers (Henrici, Discrete Variable Methods in Ordinary Differential
Equations, 1962, chapters 5 and 6).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
from numpy.typing import NDArray


def _product(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    """Product of two power series, cut at their common length."""
    return [sum((a[i] * b[k - i] for i in range(k + 1)), Fraction(0)) for k in range(len(a))]


def _reciprocal(a: list[Fraction]) -> list[Fraction]:
    out = [1 / a[0]]
    for k in range(1, len(a)):
        out.append(-sum((a[i] * out[k - i] for i in range(1, k + 1)), Fraction(0)) / a[0])
    return out


def _series(count: int) -> tuple[list[Fraction], list[Fraction]]:
    """Coefficients of x / L and (x / L)^2 in x, where L = -ln(1 - x).

    x stands for the backward difference and L for the derivative times the step, so that these are
    the first and second integral of the force, each with its sums taken out.
    """
    once = _reciprocal([Fraction(1, k + 1) for k in range(count)])
    return once, _product(once, once)


def _ordinates(differences: list[Fraction]) -> list[Fraction]:
    """Weights of f_n, f_(n-1), ... equal to weights of its backward differences."""
    count = len(differences)
    return [
        sum((differences[k] * (-1) ** i * comb(k, i) for k in range(i, count)), Fraction(0))
        for i in range(count)
    ]


def weights(nodes: int) -> tuple[NDArray[np.float64], ...]:
    """Weights of the accelerations, newest first, in predictor and corrector.

    With F = h^2 f, sums S1_n = S1_(n-1) + F_n and S2_n = S2_(n-1) + S1_n, and m = n + 1::

        r_m   = S2_n + sum predict_r[k] F_(n-k)      h v_m = S1_n + sum predict_v[k] F_(n-k)
        r_m   = S2_n + sum correct_r[k] F_(m-k)      h v_m = S1_m + sum correct_v[k] F_(m-k)

    Returns
    -------
    tuple of ndarray, shape (nodes,)
        predict_r, predict_v, correct_r, correct_v.
    """
    once, twice = _series(nodes + 2)
    ahead = [Fraction(1)] * (nodes + 2)  # 1 / (1 - x) evaluates one step ahead
    parts = (
        _product(twice, ahead)[2:],
        _product(once, ahead)[1 : nodes + 1],
        twice[2:],
        once[1 : nodes + 1],
    )
    return tuple(np.array([float(x) for x in _ordinates(part)]) for part in parts)


def slopes(nodes: int) -> NDArray[np.float64]:
    """Weights [i, k] of the values at equal steps, oldest first, in the derivative by steps at i.

    Of the polynomial through all of them (Berrut & Trefethen, SIAM Review 46 (2004), eq. 9.4).
    """
    whole = range(nodes)
    bary = [Fraction((-1) ** k * comb(nodes - 1, k)) for k in whole]
    out = [[bary[k] / bary[i] / (i - k) if i != k else Fraction(0) for k in whole] for i in whole]
    for i in whole:
        out[i][i] = -sum(out[i], Fraction(0))
    return np.array([[float(x) for x in row] for row in out])


NODES = 15
"""Past accelerations that predictor and corrector use; the method's order."""

PREDICT_R, PREDICT_V, CORRECT_R, CORRECT_V = weights(NODES)
SLOPES = slopes(NODES)
