"""Least squares for a handful of parameters, on differences of the model itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from orbitsim.errors import ConvergenceError
from orbitsim.units import FloatArray

Model = Callable[[FloatArray], FloatArray]
"""Parameter sets (K, P) to what each predicts (K, M), NaN where a set is not possible."""

_ITERATIONS: Final = 200
_SMALL: Final = 1e-6
_LEAST_GAIN: Final = 1e-4
_SLOW_STEPS: Final = 5
_SHORTER: Final = 1e-2
_DEPENDENT: Final = 1e-11
_FIRST_DAMPING: Final = 1e-3
_MOST_DAMPING: Final = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Where the sum of squares is least.

    Attributes
    ----------
    x : ndarray, shape (P,)
    residual : ndarray, shape (M,)
        Observed less predicted.
    jacobian : ndarray, shape (M, P)
        Derivatives of the prediction, also by parameters that were held.
    iterations : int
    """

    x: FloatArray
    residual: FloatArray
    jacobian: FloatArray
    iterations: int


def minimise(
    model: Model, observed: FloatArray, x: FloatArray, steps: FloatArray, free: int, unit: float
) -> Minimum:
    """Minimise the sum of squares of ``observed - model(x)`` by Levenberg's and Marquardt's method.

    Parameters
    ----------
    model : Model
    observed : ndarray, shape (M,)
    x : ndarray, shape (P,)
        First guess.
    steps : ndarray, shape (P,)
        Of the central differences.
    free : int
        That many parameters are adjusted, the rest held.
    unit : float
        Residuals below it are as good as none.

    Raises
    ------
    ConvergenceError
        The first guess or its neighbourhood is not possible, or the steps do not become small.

    Notes
    -----
    It ends where a step would change the prediction by a millionth of the residual or of `unit`,
    rms; where no step however short descends, so that rounding is what is left; or, for a model
    with kinks, where five steps on end have each taken less than 1e-4 off the residual.  Columns
    are scaled to one length, and a combination of parameters on which the prediction does not
    depend stays as it is.
    """
    residual = observed - model(x[np.newaxis])[0]
    if not np.isfinite(residual).all():
        raise ConvergenceError("the theory refuses the elements that the fit starts from")
    damping, slow, least = 0.0, 0, _SMALL * unit * np.sqrt(residual.size)
    for iteration in range(1, _ITERATIONS + 1):
        jacobian = differences(model, x, steps)
        if not np.isfinite(jacobian).all():
            jacobian = differences(model, x, _SHORTER * steps)
        if not np.isfinite(jacobian).all():
            raise ConvergenceError(
                f"the fit ran to the edge of what the theory accepts, residual {_rms(residual):.6g}"
            )
        scale = np.linalg.norm(jacobian[:, :free], axis=0)
        scale[scale == 0.0] = 1.0
        u, s, vt = np.linalg.svd(jacobian[:, :free] / scale, full_matrices=False)
        along = np.where(s > _DEPENDENT * s[0], u.T @ residual, 0.0)
        size = np.linalg.norm(residual)
        if np.linalg.norm(along) <= _SMALL * size + least:
            return Minimum(x, residual, jacobian, iteration)
        while damping < _MOST_DAMPING:
            step = vt.T @ (along * s / np.maximum(s * s + damping, 1e-300)) / scale
            trial = x + np.pad(step, (0, x.size - free))
            after = observed - model(trial[np.newaxis])[0]
            if np.linalg.norm(after) < size:  # false for NaN
                break
            damping = max(10.0 * damping, _FIRST_DAMPING)
        else:
            return Minimum(x, residual, jacobian, iteration)
        x, residual = trial, after
        gain = size - np.linalg.norm(residual)
        slow = slow + 1 if gain <= _LEAST_GAIN * size + least else 0
        if slow == _SLOW_STEPS:
            return Minimum(x, residual, jacobian, iteration)
        damping = 0.1 * damping if damping > _FIRST_DAMPING else 0.0
    if _rms(residual) <= unit:
        return Minimum(x, residual, jacobian, _ITERATIONS)
    raise ConvergenceError(
        f"the fit did not settle in {_ITERATIONS} iterations, residual {_rms(residual):.6g}"
    )


def differences(model: Model, x: FloatArray, steps: FloatArray) -> FloatArray:
    """Derivatives of the prediction by each parameter, shape (M, P)."""
    shifts = np.diag(steps)
    pairs = model(np.concatenate([x + shifts, x - shifts])).reshape(2, x.size, -1)
    rows: FloatArray = (pairs[0] - pairs[1]) / (2.0 * steps[:, np.newaxis])
    return rows.T


def _rms(residual: FloatArray) -> float:
    return float(np.sqrt(np.mean(residual * residual)))
