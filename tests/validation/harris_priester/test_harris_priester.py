"""Harris-Priester against Orekit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time

from orbitsim.earth import WGS84
from orbitsim.environment.atmosphere import HarrisPriester


@pytest.mark.parametrize("exponent", [2.0, 4.0, 6.0])
def test_orekit(exponent: float) -> None:
    """1e-7 of the density when heights mean the same, 1e-4 as they are.

    Orekit counts height along the radius, from the ellipsoid below; ours is geodetic.  The two
    differ by some metres.
    """
    lines = Path(__file__).with_name("orekit.csv").read_text().splitlines()[2:]
    times = Time([line.split(",")[0] for line in lines], scale="utc")
    rows = np.array([line.split(",")[1:] for line in lines], dtype=float)
    chosen = rows[:, 3] == exponent
    assert chosen.sum() == 50
    latitude, longitude, height, _, expected = rows[chosen].T
    model = HarrisPriester(exponent)
    mine = model.density(times[chosen], latitude, longitude, height)
    np.testing.assert_allclose(mine, expected, rtol=1e-4)

    e2 = WGS84.eccentricity_squared
    normal = WGS84.equatorial_radius / np.sqrt(1.0 - e2 * np.sin(latitude) ** 2)
    across = (normal + height) * np.cos(latitude)
    along = (normal * (1.0 - e2) + height) * np.sin(latitude)
    distance = np.hypot(across, along)
    surface = WGS84.polar_radius / np.sqrt(1.0 - e2 * (across / distance) ** 2)
    # Only the height changes: its density is what a place of that geodetic height would have.
    radial = model.density(times[chosen], latitude, longitude, distance - surface)
    np.testing.assert_allclose(radial, expected, rtol=2e-7)
