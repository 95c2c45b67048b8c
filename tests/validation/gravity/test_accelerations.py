"""Full gravity fields against brahe and satkit, with each tool's own coefficients.

brahe (EGM2008 to 120 x 120, Clenshaw's recurrence) agrees within 8e-16 of the acceleration, satkit
(EGM96 to 70 x 70, Cunningham's harmonics) within 3e-15, from the ground to geostationary height and
within metres of the poles: rounding.  `build_references.py` made the file.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orbitsim.forces import Gravity
from orbitsim.kernels.harmonics import harmonic_acceleration
from orbitsim.kernels.lanes import LANES


def read(name, degree):
    lines = (Path(__file__).parent / "accelerations.csv").read_text().splitlines()[2:]
    rows = [line.split(",") for line in lines]
    wanted = [row[2:] for row in rows if (row[0], int(row[1])) == (name, degree)]
    figures = np.array(wanted, dtype=float).T
    return figures[:3], figures[3:]


@pytest.mark.parametrize(
    ("name", "degree", "bound"),
    [
        ("EGM2008", 2, 2e-15),
        ("EGM2008", 20, 2e-15),
        ("EGM2008", 100, 2e-15),
        ("EGM2008", 120, 2e-15),
        ("EGM96", 2, 4e-15),
        ("EGM96", 20, 4e-15),
        ("EGM96", 70, 4e-15),
    ],
)
def test_full_field(name, degree, bound):
    places, wanted = read(name, degree)
    count = places.shape[1]
    assert count == 12
    gravity = Gravity(degree, model=name)
    a = np.empty((count, 3))
    for lane in range(count):
        r, out = np.repeat(places[:, lane], LANES), np.empty(3 * LANES)
        harmonic_acceleration(r, gravity.mu, gravity.radius, degree, degree, gravity.table, out)
        a[lane] = out.reshape(3, LANES)[:, 0]
    difference = np.linalg.norm(a.T - wanted, axis=0) / np.linalg.norm(wanted, axis=0)
    assert difference.max() < bound
