"""One satellite along an arc under zonal gravity, at chosen instants."""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.rungekutta import STAGES, zonal_step


@njit(cache=True, nogil=True, error_model="numpy")
def zonal_arc(state, times, mu, radius, j, longest_step):
    """States (6, T) at `times` (T,) seconds after `state` (6,), in the order given.

    Every gap between instants is cut into equal steps no longer than `longest_step` (s); the
    formula is of eighth order, and 60 s keeps a low orbit to a millimetre over two days.
    """
    out = np.empty((6, times.size))
    k = np.empty((STAGES, 6))
    y = state.copy()
    now = 0.0
    for index in range(times.size):
        gap = times[index] - now
        steps = int(np.ceil(abs(gap) / longest_step))
        for _ in range(steps):
            y = zonal_step(y, gap / steps, mu, radius, j, k)
        now = times[index]
        out[:, index] = y
    return out
