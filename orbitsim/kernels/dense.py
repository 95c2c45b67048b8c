"""States between the nodes that the integrators left, of many arcs at many instants."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.nodes import AROUND, CLOCK, REST, TABLE, evaluate, fit, stencil


@kernel
def states_between(table, start, arc, clock, out):
    """States `out` (6, M) of arcs `arc` (M,) at the clocks `clock` (M,) from their starts.

    `table` and `start` are those of `orbitsim.kernels.arcs.Nodes`.  An arc goes either way; NaN
    where it has no two nodes, or where the clock is NaN.  Beyond its ends the last polynomial goes
    on.
    """
    work, state = np.empty(TABLE), np.empty(6)
    chosen = np.empty(AROUND, np.int64)
    fitted_arc, fitted, count = -1, -1, 0
    for i in range(arc.shape[0]):
        a = arc[i]
        total = start[a + 1] - start[a]
        if total < 2 or np.isnan(clock[i]):
            out[:, i] = np.nan
            continue
        nodes = table[start[a] : start[a + 1]]
        direction = 1.0 if nodes[total - 1, CLOCK, 0] >= nodes[0, CLOCK, 0] else -1.0
        low, high = 0, total - 1
        while high - low > 1:
            middle = (low + high) // 2
            if direction * nodes[middle, CLOCK, 0] <= direction * clock[i]:
                low = middle
            else:
                high = middle
        if a != fitted_arc or low != fitted:
            count = stencil(nodes, low, total, 0, chosen)
            fit(nodes, chosen, count, 0, work)
            fitted_arc, fitted = a, low
        dt = (clock[i] - nodes[low, CLOCK, 0]) - nodes[low, REST, 0]
        evaluate(work, count, dt, state)
        out[:, i] = state
