"""Drops against RocketPy 1.13.0 (see build_drops.py).

RocketPy's point mass knows standard air and normal gravity, not the sideways pull of the Earth's
rotation; so the time of the fall and the speed at the ground are compared.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orbitsim.frames import position_on_earth, transform
from orbitsim.orbit import Orbit
from orbitsim.phases.fall import fall
from orbitsim.units import to_epoch

EPOCH = to_epoch("2020-01-01")
DROPS = np.loadtxt(Path(__file__).parent / "drops.csv", delimiter=",", skiprows=3)


@pytest.mark.parametrize("row", DROPS, ids=lambda row: f"{row[0]:g} m, {row[1]:g} m2/kg")
def test_time_and_speed(row: np.ndarray) -> None:
    height, ballistic, time, speed = row[:4]
    r = position_on_earth(np.radians(50.0), np.radians(80.0), height)
    start = Orbit.from_state(*transform(r, np.zeros(3), "ITRS", "TEME", EPOCH), EPOCH, "TEME")
    down = fall(start, ballistic)
    assert float(down.duration) == pytest.approx(time, rel=5e-5)
    assert float(down.speed) == pytest.approx(speed, rel=2e-4)
