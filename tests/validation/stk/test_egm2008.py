"""Two hours of STK's EGM2008 to degree and order 100.

STK lets five coefficients change with time since 2000: C20, C21 and S21 at the rates of EGM96
(Lemoine et al. 1998, NASA/TP-1998-206861), C30 and C40 at those of the IERS Conventions (2010,
table 6.2).  Ours are constant, as the model is published; that is 12.6 cm in these two hours, and
with the rates 0.2 mm are left.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time
from numpy.typing import NDArray

from orbitsim import Orbit, propagate
from orbitsim.forces import Gravity
from orbitsim.forces.gravity import GravityModel, load_gravity_model

EPOCH = "2021-03-20"
RATES = {
    ("c", 2, 0): 1.16275534e-11,
    ("c", 3, 0): 4.9e-12,
    ("c", 4, 0): 4.7e-12,
    ("c", 2, 1): -3.37e-12,
    ("s", 2, 1): 1.606e-11,
}
"""A year."""

Table = NDArray[np.float64]


@pytest.fixture(scope="module")
def run(reference: Path) -> tuple[Orbit, Table, Table]:
    path = reference / "validation" / "propagation" / "stk_egm2008_100x100_2hr.csv"
    table = np.loadtxt(path, delimiter=",", skiprows=1, usecols=range(1, 8))
    r, v = table[:, 1:4] * 1e3, table[:, 4:7] * 1e3
    return Orbit.from_state(r[0], v[0], EPOCH), table[:, 0], r


def difference(run: tuple[Orbit, Table, Table], changes: dict[tuple[str, int, int], float]):
    """Ours less STK's (m), (T, 3)."""
    orbit, t, r = run
    model = load_gravity_model("EGM2008")
    coefficients = {"c": model.c.copy(), "s": model.s.copy()}
    for (kind, n, m), change in changes.items():
        coefficients[kind][n, m] += change
    changed = GravityModel("changed", model.mu, model.radius, **coefficients)
    return propagate(orbit, t, method="numerical", forces=Gravity(100, model=changed)).r - r


def test_with_and_without_rates(run: tuple[Orbit, Table, Table]) -> None:
    """12.6 cm, and 0.2 mm."""
    years = (Time(EPOCH) - Time("2000-01-01")).jd / 365.25
    assert 0.1 < np.linalg.norm(difference(run, {}), axis=1).max() < 0.15
    changed = difference(run, {key: rate * years for key, rate in RATES.items()})
    assert np.linalg.norm(changed, axis=1).max() < 4e-4


def test_the_rates_are_in_the_run(run: tuple[Orbit, Table, Table]) -> None:
    """Drawn from the run by least squares, nothing known of them, they come out the same."""
    years = (Time(EPOCH) - Time("2000-01-01")).jd / 365.25
    before, step = difference(run, {}), 1e-10
    columns = [(difference(run, {key: step}) - before).ravel() / step for key in RATES]
    changes = np.linalg.lstsq(np.stack(columns, axis=1), -before.ravel(), rcond=None)[0]
    np.testing.assert_allclose(changes / years, list(RATES.values()), rtol=0.02)
    left = before.ravel() + np.stack(columns, axis=1) @ changes
    assert np.abs(left).max() < 2e-5
