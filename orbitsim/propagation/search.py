"""The search for zeros along arcs: every sign change, and every pair of them between two samples.

A function is sampled some hundred times in a revolution (see `orbitsim.propagation.path`).  Where
it changes sign, the root is found by a bracketing method; where it comes close to zero and turns
back between its neighbours, the turning point is found first, and if it lies beyond zero there are
two roots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from orbitsim.propagation.path import IntArray
from orbitsim.units import FloatArray

BoolArray = NDArray[np.bool_]
Function = Callable[[IntArray, FloatArray], FloatArray]
"""Arcs (M,) and seconds gone (M,) to values (M,)."""

_TOLERANCE = 1e-8
"""s; well within the 1e-6 s that is promised."""


@dataclass(frozen=True, slots=True, eq=False)
class Roots:
    """Zeros of one function, K of them: on which arc, how far along it, and which way it goes."""

    arc: IntArray
    gone: FloatArray
    rising: BoolArray

    def where(self, chosen: BoolArray) -> Roots:
        """Those for which `chosen` (K,) is true."""
        return Roots(self.arc[chosen], self.gone[chosen], self.rising[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class _Brackets:
    """Stretches of arcs at whose ends a function has different signs."""

    arc: IntArray
    low: FloatArray
    high: FloatArray
    rising: BoolArray


def find_roots(
    function: Function, arc: IntArray, gone: FloatArray, values: FloatArray, direction: int
) -> Roots:
    """Zeros of a function sampled at `arc`, `gone` (M,) with `values` (M,), in order.

    `direction` chooses those where it rises (1), falls (-1), or both (0).
    """
    crossings = _sign_changes(arc, gone, values)
    turns = _turns_beyond(function, arc, gone, values)
    brackets = _Brackets(
        np.concatenate([crossings.arc, turns.arc]),
        np.concatenate([crossings.low, turns.low]),
        np.concatenate([crossings.high, turns.high]),
        np.concatenate([crossings.rising, turns.rising]),
    )
    wanted = np.flatnonzero((direction == 0) | (brackets.rising == (direction > 0)))
    owner, rising = brackets.arc[wanted], brackets.rising[wanted]
    if not wanted.size:
        return Roots(owner, np.empty(0), rising)
    found = elementwise.find_root(
        lambda x, n: function(n, x),
        (brackets.low[wanted], brackets.high[wanted]),
        args=(owner,),
        tolerances={"xatol": _TOLERANCE, "xrtol": 1e-15, "fatol": 0.0, "frtol": 0.0},
    )
    x = np.asarray(found.x)
    order = np.lexsort((x, owner))
    # A function that is NaN between the ends of a bracket has no root there.
    order = order[np.isfinite(x[order])]
    return Roots(owner[order], x[order], rising[order])


def _sign_changes(arc: IntArray, gone: FloatArray, values: FloatArray) -> _Brackets:
    """Between one sample and the next."""
    before, after = values[:-1], values[1:]
    changes = ((before < 0.0) & (after >= 0.0)) | ((before > 0.0) & (after <= 0.0))
    at = np.flatnonzero(changes & (arc[1:] == arc[:-1]))
    return _Brackets(arc[at], gone[at], gone[at + 1], before[at] < 0.0)


def _turns_beyond(
    function: Function, arc: IntArray, gone: FloatArray, values: FloatArray
) -> _Brackets:
    """Two brackets for each turning point beyond zero among samples of one sign."""
    size, sign = np.abs(values), np.sign(values)
    before, here, after = slice(None, -2), slice(1, -1), slice(2, None)
    turns = (arc[before] == arc[after]) & (sign[before] == sign[here]) & (sign[after] == sign[here])
    turns &= (size[here] <= size[before]) & (size[here] < size[after])
    at = np.flatnonzero(turns) + 1
    if not at.size:
        none = np.empty(0)
        return _Brackets(at, none, none, none.astype(np.bool_))
    turning = elementwise.find_minimum(
        lambda x, n, s: s * function(n, x),
        (gone[at - 1], gone[at], gone[at + 1]),
        args=(arc[at], sign[at]),
        tolerances={"xatol": _TOLERANCE, "fatol": 0.0},
    )
    beyond = turning.f_x < 0.0
    at, middle = at[beyond], turning.x[beyond]
    falls = values[at] > 0.0
    return _Brackets(
        np.concatenate([arc[at], arc[at]]),
        np.concatenate([gone[at - 1], middle]),
        np.concatenate([middle, gone[at + 1]]),
        np.concatenate([~falls, falls]),
    )
