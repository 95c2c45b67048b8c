"""Riding on a station and leaving it."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.earth import POINT_MASS
from orbitsim.errors import InputError
from orbitsim.forces import Zonal
from orbitsim.maneuvers.relative import clohessy_wiltshire, relative_state
from orbitsim.orbit import Orbit
from orbitsim.phases.undocking import COAST, SEPARATION_BURN, docked, ride, undock
from orbitsim.propagation import propagate
from orbitsim.vehicles.spacecraft import load_spacecraft

STATION = Orbit.from_elements(
    semi_major_axis=6.755e6, eccentricity=0.0, inclination=0.9, epoch="2000-12-01T16:22:52",
    frame="TEME", mu=POINT_MASS.mu,
)  # fmt: skip
CRAFT = load_spacecraft("progress-m1")
FREE = Zonal(POINT_MASS)


def test_what_is_docked_stays_where_it_is() -> None:
    offset = np.array([-10.0, 3.0, 1.0])
    path = propagate(STATION, np.arange(0.0, 6000.0, 600.0))
    r, v = ride(path, offset)
    rel_r, rel_v = relative_state(path.r, path.v, r, v)
    assert rel_r == pytest.approx(np.broadcast_to(offset, rel_r.shape), abs=1e-6)
    assert np.abs(rel_v).max() < 1e-8
    one = docked(STATION, offset)
    assert one.r == pytest.approx(r[0], abs=1e-6)


def test_springs_alone_follow_clohessy_and_wiltshire() -> None:
    """Without a burn the ship drifts as the linear model says, to its second order."""
    left = undock(STATION, CRAFT, 6500.0, forces=FREE, station_forces=FREE, burn=0.0, coast=900.0)
    motion = 2.0 * np.pi / float(STATION.period())
    start = np.array([-10.0, 0.0, 0.0, -0.11, 0.0, 0.0])
    expected = clohessy_wiltshire(900.0, motion) @ start
    assert left.relative_r == pytest.approx(expected[:3], abs=0.01)
    assert left.relative_v == pytest.approx(expected[3:], abs=1e-5)
    assert (left.delta_v, left.mass) == (0.0, 6500.0)


def test_the_burn_is_that_of_the_rocket_equation() -> None:
    left = undock(STATION, CRAFT, 6500.0, forces=FREE, station_forces=FREE)
    assert left.delta_v == pytest.approx(CRAFT.axis_force * SEPARATION_BURN / 6500.0, rel=2e-4)
    used = CRAFT.axis_force * SEPARATION_BURN / CRAFT.exhaust_speed
    assert 6500.0 - left.mass == pytest.approx(used, rel=1e-9)
    assert left.relative_r[0] < -10.0 - 0.11 * COAST
    seconds = (left.orbit.epoch - left.release).to_value("s")
    assert seconds == pytest.approx(COAST + SEPARATION_BURN, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"direction": (0.0, 0.0, 0.0)}, "length"),
        ({"spring_speed": -0.1}, "spring_speed"),
        ({"coast": float("nan")}, "coast"),
        ({"offset": [1.0, 2.0]}, "shape"),
    ],
)
def test_refusals(settings: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        undock(STATION, CRAFT, 6500.0, forces=FREE, station_forces=FREE, **settings)  # type: ignore[arg-type]
