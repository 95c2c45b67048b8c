"""Lanes: groups of orbits that advance together, so that loops over them become vector code.

A lane is one orbit's place in a group of `LANES`.  Groups are always full (a short one is padded
with copies), so every orbit meets the same instructions wherever it stands, and results do not
depend on the company.  Lane arrays are flat and component-major: x of all lanes, then y, then z.

The group is wide enough that the vector loops run without a remainder, and narrow enough that one
orbit alone under costly forces does not pay for much company.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.mathfun import FASTMATH

LANES = 16

kernel = njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)

inner = njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH, _nrt=False)

part = njit(
    cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH, _nrt=False, forceinline=True
)
"""A piece of one larger kernel.  A call that hands on a `Field`, a hundred numbers, costs as much
as a simple force."""

# Rows of the table of what each orbit has to itself, (CONSTANTS, N) and in lanes (CONSTANTS *
# LANES).  Seconds are counted from where its arc begins.
DRAG = 0
"""Half the ballistic coefficient, m2/kg."""
RADIATION = 1
"""Reflectivity times area over mass, m2/kg."""
THRUST = 2
"""Thrust over mass at the start of the arc, m/s2."""
FLOW = 3
"""Propellant flow over mass at the start of the arc, 1/s."""
DIRECTION = 4
"""Of the thrust: a unit vector in three rows."""
ORIGIN = 7
"""Start of the arc, in pieces of the tables after their first."""
CONSTANTS = 8


@kernel
def load(table, orbits, out):
    """Columns `orbits` of a table (rows, N) into lanes (rows * LANES), the last one repeated."""
    last = orbits.shape[0] - 1
    for m in range(LANES):
        n = orbits[min(m, last)]
        for c in range(table.shape[0]):
            out[c * LANES + m] = table[c, n]


@inner
def pad(values, count):
    """Fill the rows (LANES each) of `values` beyond the lane `count` - 1 with copies of it."""
    for start in range(0, values.shape[0], LANES):
        for m in range(count, LANES):
            values[start + m] = values[start + count - 1]


@inner
def distance(y, m):
    """Distance of lane m from the Earth's centre."""
    return np.sqrt(y[m] ** 2 + y[LANES + m] ** 2 + y[2 * LANES + m] ** 2)
