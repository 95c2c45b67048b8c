"""Targeting: the cheapest burns that change an arrival by a stated amount, to first order.

Where burns ``x_j`` (three components each) move an arrival state by ``sum_j J_j x_j``, the total
delta-v ``sum_j |x_j|`` is convex, and so is the problem of the cheapest burns for a wanted change:
it has one least cost, and the Lagrange multipliers prove it.  The multipliers make Lawden's primer
vector at each burn, ``p_j = J_j^T m``: nowhere longer than one, and along the burn with length one
where there is a burn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.units import FloatArray, read_only

_LEAST_BURN = 1e-4
"""m/s; a burn this small counts as none, and rounds off the corner of its length."""
_PASSES = 60


@dataclass(frozen=True, slots=True, eq=False)
class Correction:
    """Burns of least total delta-v for a wanted change.

    For problems of the shape S with K burns and M components of the arrival:

    Attributes
    ----------
    delta_v : ndarray, shape (*S, K, 3)
        m/s.
    primer : ndarray, shape (*S, K, 3)
        The primer vector at each burn, 1.
    least : ndarray, shape (*S)
        Lower bound of the total by duality, m/s.
    """

    delta_v: FloatArray
    primer: FloatArray
    least: FloatArray

    @property
    def total(self) -> FloatArray:
        """Sum of the burns' lengths, m/s."""
        return np.asarray(np.linalg.norm(self.delta_v, axis=-1).sum(axis=-1))


def least_delta_v(
    jacobian: Any, change: Any, *, allowed: Any = True, evenness: float = 0.0
) -> Correction:
    """Burns of least total delta-v that bring about a change of the arrival.

    Parameters
    ----------
    jacobian : array_like, shape (*S, M, K, 3)
        Derivative of the arrival's components by the burns', of any units.
    change : array_like, shape (*S, M)
        The wanted change.
    allowed : array_like of bool, shape (K, 3) or broadcast to it
        Components that a burn may have.
    evenness : float
        s/m; weight of the squared burns beside their lengths.  Where the least total is the same
        for a whole range of burns, a small weight picks the even ones.

    Raises
    ------
    InputError
        Shapes that do not fit, or burns that cannot bring the change about.

    Notes
    -----
    Iteratively reweighted least squares (Daubechies, DeVore, Fornasier & Gunturk 2010), the
    weights those of whole burns, in a fixed number of passes: the total comes within some tenths of
    a percent of the least, and `Correction.least` tells how near.  The primer: Lawden (1963);
    Prussing & Conway (1993), chapter 8.

    Examples
    --------
    Two burns along one axis; the first moves the arrival twice as far:

    >>> found = least_delta_v([[[2.0, 0.0, 0.0], [1.0, 0.0, 0.0]]], [4.0])
    >>> found.delta_v.round(3)
    array([[2., 0., 0.],
           [0., 0., 0.]])
    >>> found.least.round(3), np.abs(found.primer[:, 0]).round(3)
    (np.float64(2.0), array([1. , 0.5]))
    """
    j = np.asarray(jacobian, dtype=np.float64)
    b = np.asarray(change, dtype=np.float64)
    if j.ndim < 3 or j.shape[-1] != 3 or b.shape[-1:] != j.shape[-3:-2]:
        raise InputError(
            f"wanted a jacobian (..., M, K, 3) and a change (..., M), got {j.shape} and {b.shape}"
        )
    open_ = np.broadcast_to(np.asarray(allowed, dtype=np.float64), j.shape[-2:])
    # Rows to one size: the multipliers are of the scaled arrival, the primer does not feel it.
    scale = np.abs(j * open_).max(axis=(-2, -1))
    if not (scale > 0.0).all():
        raise InputError("a component of the arrival is moved by none of the burns")
    j = j * open_ / scale[..., np.newaxis, np.newaxis]
    b = b / scale
    weight = np.ones((*np.broadcast_shapes(j.shape[:-3], b.shape[:-1]), j.shape[-2]))
    for _ in range(_PASSES):
        delta_v, multiplier = _weighted(j, b, weight)
        length = np.sqrt(np.sum(delta_v**2, axis=-1) + _LEAST_BURN**2)
        weight = length / (1.0 + 2.0 * evenness * length)
    primer = np.einsum("...mkc,...m->...kc", j, multiplier)
    longest = np.maximum(1.0, np.linalg.norm(primer, axis=-1).max(axis=-1))
    least = np.einsum("...m,...m->...", multiplier, b) / longest
    return Correction(read_only(delta_v), read_only(primer), read_only(np.asarray(least)))


def weighted_correction(jacobian: Any, change: Any, weight: Any) -> FloatArray:
    """Burns of least ``sum |x_j|^2 / weight_j`` for a change; arrays as in `least_delta_v`.

    Parameters
    ----------
    weight : array_like, shape (*S, K) or (*S, K, 3)
        Where it is larger, more is burned; 0 for none.

    Returns
    -------
    ndarray, shape (*S, K, 3)
        m/s.
    """
    j = np.asarray(jacobian, dtype=np.float64)
    scale = np.abs(j).max(axis=(-2, -1))
    b = np.asarray(change, dtype=np.float64) / scale
    found, _ = _weighted(
        j / scale[..., np.newaxis, np.newaxis], b, np.asarray(weight, dtype=np.float64)
    )
    return found


def _weighted(j: FloatArray, b: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weighted least burns, and the multipliers of the change."""
    w = weight if weight.ndim and weight.shape[-2:] == j.shape[-2:] else weight[..., np.newaxis]
    heavy = j * w[..., np.newaxis, :, :]
    normal = np.einsum("...mkc,...nkc->...mn", heavy, j)
    try:
        multiplier = np.linalg.solve(normal, b[..., np.newaxis])[..., 0]
    except np.linalg.LinAlgError:
        raise InputError("the burns cannot bring the change about: too few, or too alike") from None
    return np.einsum("...mkc,...m->...kc", heavy, multiplier), multiplier
