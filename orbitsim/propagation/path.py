"""Arcs that were flown: the states on them, and where to look at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels.arcs import Nodes
from orbitsim.kernels.dense import states_between
from orbitsim.kernels.nodes import CLOCK
from orbitsim.units import FloatArray

IntArray = NDArray[np.int64]

LONGEST_GAP = 120.0
"""s between samples: the Earth turns by half a degree, a low satellite flies a fiftieth of a
revolution, while a high one may make steps of an hour."""

_EDGE = 1e-4
"""s; a sample so near an end shows which way a function goes there, so that a pair of zeros in the
first or the last gap is seen unless it is shorter than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """What the integrators left of N arcs, by the seconds gone since each one's start.

    Attributes
    ----------
    nodes : Nodes
    way : int
        1 for arcs that go forward in time, -1 backward.
    """

    nodes: Nodes
    way: int

    @property
    def reach(self) -> FloatArray:
        """Seconds to the last node of each arc, (N,); 0 where nothing can be read off."""
        reach = np.zeros(self.nodes.start.size - 1)
        some = self._whole
        reach[some] = self.way * self.nodes.table[self.nodes.start[1:][some] - 1, CLOCK, 0]
        return reach

    def states(self, arc: IntArray, gone: FloatArray) -> FloatArray:
        """States (6, M) on arcs `arc` (M,), `gone` (M,) seconds from their starts."""
        out = np.empty((6, arc.size))
        states_between(
            self.nodes.table,
            self.nodes.start,
            np.ascontiguousarray(arc, dtype=np.int64),
            np.ascontiguousarray(self.way * gone),
            out,
        )
        return out

    def samples(self, stop: FloatArray) -> tuple[IntArray, FloatArray]:
        """Arcs and seconds gone, in order, at which to look at each arc up to its `stop` (N,).

        These are the nodes, points that halve the gaps or cut them finer, and one close to each
        end.
        """
        alive = self._whole
        arc = np.repeat(np.arange(alive.size), np.diff(self.nodes.start))
        gone = self.way * self.nodes.table[:, CLOCK, 0]
        inside = (gone < stop[arc]) & alive[arc]
        arc, gone = _ordered(
            np.concatenate([arc[inside], np.flatnonzero(alive)]),
            np.concatenate([gone[inside], stop[alive]]),
        )
        gaps = np.flatnonzero(arc[1:] == arc[:-1])
        of, begin, gap = arc[gaps], gone[gaps], gone[gaps + 1] - gone[gaps]
        parts = np.maximum(2, np.ceil(gap / LONGEST_GAP).astype(np.int64))
        which = np.repeat(np.arange(gaps.size), parts - 1)
        part = np.arange(which.size) - np.repeat(np.cumsum(parts - 1) - (parts - 1), parts - 1) + 1
        first = np.flatnonzero(np.diff(of, prepend=-1))
        last = np.flatnonzero(np.diff(of, append=-1))
        return _ordered(
            np.concatenate([arc, of[which], of[first], of[last]]),
            np.concatenate(
                [
                    gone,
                    begin[which] + gap[which] * part / parts[which],
                    begin[first] + np.minimum(_EDGE, 0.25 * gap[first]),
                    begin[last] + np.maximum(gap[last] - _EDGE, 0.75 * gap[last]),
                ]
            ),
        )

    @property
    def _whole(self) -> NDArray[np.bool_]:
        """Arcs with two nodes or more."""
        return np.asarray(np.diff(self.nodes.start) > 1)


def _ordered(arc: IntArray, gone: FloatArray) -> tuple[IntArray, FloatArray]:
    order = np.lexsort((gone, arc))
    return arc[order], gone[order]
