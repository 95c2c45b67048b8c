"""The search for events along arcs: every sign change, and every pair of them between two samples.

A function is sampled at the integrator's nodes and midway between them, some hundred times in a
revolution.  Where it changes sign, the root is found by a bracketing method; where it comes close
to zero and turns back between its neighbours, the turning point is found first, and if it lies
beyond zero there are two roots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import elementwise

from orbitsim.kernels.arcs import Nodes
from orbitsim.kernels.nodes import CLOCK
from orbitsim.units import FloatArray

IntArray = NDArray[np.int64]
Function = Callable[[IntArray, FloatArray], FloatArray]
"""Arcs (M,) and clocks (M,) to the event's values (M,)."""

_CLOCK_TOLERANCE = 1e-8
"""s; well within the 1e-6 s that is promised."""


@dataclass(frozen=True, slots=True, eq=False)
class Roots:
    """Zeros of one function, by arc and clock."""

    arc: IntArray
    clock: FloatArray
    rising: NDArray[np.bool_]


def sample_clocks(nodes: Nodes, stop: FloatArray) -> tuple[IntArray, FloatArray]:
    """Arcs and clocks at which functions are sampled, arc by arc, from each start to its `stop`."""
    counts = np.diff(nodes.start)
    arc = np.repeat(np.arange(counts.size), counts)
    clock = nodes.table[:, CLOCK, 0]
    inside = clock < stop[arc]
    arc = np.concatenate([arc[inside], np.flatnonzero(counts)])
    clock = np.concatenate([clock[inside], stop[counts > 0]])
    order = np.lexsort((clock, arc))
    arc, clock = arc[order], clock[order]
    together = (arc[1:] == arc[:-1]) & (clock[1:] > clock[:-1])
    arc = np.concatenate([arc, arc[1:][together]])
    clock = np.concatenate([clock, 0.5 * (clock[1:] + clock[:-1])[together]])
    order = np.lexsort((clock, arc))
    return arc[order], clock[order]


def find_roots(
    function: Function, arc: IntArray, clock: FloatArray, values: FloatArray, direction: int
) -> Roots:
    """Zeros of a function sampled at `arc`, `clock` (M,) with `values` (M,), in order.

    `direction` chooses those where it rises (1), falls (-1), or both (0).
    """
    together = arc[1:] == arc[:-1]
    before, after = values[:-1], values[1:]
    crosses = together & (((before < 0.0) & (after >= 0.0)) | ((before > 0.0) & (after <= 0.0)))
    at = np.flatnonzero(crosses)
    low, high, owner, rising = clock[at], clock[at + 1], arc[at], before[at] < 0.0

    # Three samples of one sign of which the middle one is nearest to zero.
    size = np.abs(values)
    same = together[1:] & together[:-1]
    same &= np.sign(values[:-2]) == np.sign(values[1:-1])
    same &= np.sign(values[2:]) == np.sign(values[1:-1])
    turns = np.flatnonzero(same & (size[1:-1] <= size[:-2]) & (size[1:-1] < size[2:])) + 1
    if turns.size:
        sign = np.sign(values[turns])
        turning = elementwise.find_minimum(
            lambda x, n, s: s * function(n, x),
            (clock[turns - 1], clock[turns], clock[turns + 1]),
            args=(arc[turns], sign),
            tolerances={"xatol": _CLOCK_TOLERANCE, "fatol": 0.0},
        )
        beyond = turning.f_x < 0.0
        twice, middle = turns[beyond], turning.x[beyond]
        low = np.concatenate([low, clock[twice - 1], middle])
        high = np.concatenate([high, middle, clock[twice + 1]])
        owner = np.concatenate([owner, arc[twice], arc[twice]])
        falls = values[twice] > 0.0
        rising = np.concatenate([rising, ~falls, falls])

    wanted = np.full(rising.shape, True) if direction == 0 else rising == (direction > 0)
    low, high, owner, rising = low[wanted], high[wanted], owner[wanted], rising[wanted]
    if not low.size:
        return Roots(owner, low, rising)
    found = elementwise.find_root(
        lambda x, n: function(n, x),
        (low, high),
        args=(owner,),
        tolerances={"xatol": _CLOCK_TOLERANCE, "xrtol": 1e-15, "fatol": 0.0, "frtol": 0.0},
    )
    order = np.lexsort((found.x, owner))
    return Roots(owner[order], np.asarray(found.x)[order], rising[order])
