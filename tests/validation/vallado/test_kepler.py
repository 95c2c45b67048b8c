"""Two-body propagation against printed examples (Vallado 2013)."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from orbitsim import Orbit, propagate

EPOCH = "2016-01-01"


def test_example_2_4() -> None:
    """Forty minutes of a nearly circular orbit, to the last digits printed (0.1 m, 1 mm/s)."""
    orbit = Orbit.from_state(
        [1131.340, -2282.343, 6672.423] * u.km, [-5.64305, 4.30333, 2.42879] * u.km / u.s, EPOCH
    )
    path = propagate(orbit, 40.0 * u.min)
    printed_r = np.array([-4219.7527, 4363.0292, -3958.7666]) * 1e3
    printed_v = np.array([3.689866, -1.916735, -6.112511]) * 1e3
    np.testing.assert_allclose(path.r[0], printed_r, atol=0.1)
    np.testing.assert_allclose(path.v[0], printed_v, atol=1e-3)
    # The other way round as well: back to what the example began with.
    start = propagate(Orbit.from_state(printed_r, printed_v, EPOCH), -2400.0)
    np.testing.assert_allclose(start.r[0], orbit.r, atol=0.5)


@pytest.mark.parametrize("method", ["kepler"])
def test_example_2_4_in_a_batch(method: str) -> None:
    """The same state a thousand times at a hundred instants goes through the vectorised loops."""
    r = np.tile([1131.340e3, -2282.343e3, 6672.423e3], (1000, 1))
    v = np.tile([-5643.05, 4303.33, 2428.79], (1000, 1))
    path = propagate(Orbit.from_state(r, v, EPOCH), np.linspace(0.0, 2400.0, 100), method=method)
    last = path.r[:, -1]
    np.testing.assert_allclose(
        last, np.tile([-4219752.7, 4363029.2, -3958766.6], (1000, 1)), atol=0.1
    )
