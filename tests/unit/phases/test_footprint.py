"""Footprints, hazard maps and regions."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.earth import MEAN_RADIUS, Site
from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.footprint import (
    Region,
    casualty_area,
    footprint,
    ground_heading,
    hazard_map,
    nearest_region,
    offsets,
)

SQUARE = Region(
    "square", tuple(np.radians([50, 50, 52, 52])), tuple(np.radians([90, 94, 94, 90])), ""
)


def cloud(seed: int, centre: tuple[float, float], heading: float) -> tuple[np.ndarray, np.ndarray]:
    """Places spread 80 km along and 15 km across a heading, by a tangent plane."""
    along, right = np.random.default_rng(seed).normal(0.0, [[80e3], [15e3]], (2, 20_000))
    north = along * np.cos(heading) - right * np.sin(heading)
    east = along * np.sin(heading) + right * np.cos(heading)
    lat, lon = centre
    p = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    e = np.array([-np.sin(lon), np.cos(lon), 0.0])
    n = np.cross(p, e)
    far = np.hypot(north, east)
    toward = (north * n[:, None] + east * e[:, None]) / far
    x, y, z = np.cos(far / MEAN_RADIUS) * p[:, None] + np.sin(far / MEAN_RADIUS) * toward
    return np.arcsin(z), np.arctan2(y, x)


@pytest.mark.parametrize("centre", [(0.9, 1.6), (-0.7, np.pi - 0.001), (1.5, 0.3)])
def test_what_went_in_comes_out(centre: tuple[float, float]) -> None:
    heading = np.radians(70.0)
    mark = footprint(*cloud(1, centre, heading), heading=heading)
    assert offsets(mark.latitude, mark.longitude, centre, heading) == pytest.approx([0, 0], abs=3e3)
    assert mark.along == pytest.approx(80e3, rel=0.02)
    assert mark.across == pytest.approx(15e3, rel=0.02)
    assert mark.semi_axes == pytest.approx([80e3, 15e3], rel=0.02)
    turn = np.remainder(mark.azimuth - heading + np.pi, 2 * np.pi) - np.pi
    assert abs(turn) < np.radians(1.0)


def test_the_longer_axis_is_the_heading_where_none_is_given() -> None:
    mark = footprint(*cloud(2, (0.8, 1.5), np.radians(60.0)))
    assert np.degrees(mark.heading) == pytest.approx(60.0, abs=1.0)


def test_an_ellipse_holds_the_share_of_a_normal_law() -> None:
    """1 - exp(-s^2 / 2) of the places."""
    places = cloud(3, (0.9, 1.6), 1.0)
    mark = footprint(*places, heading=1.0)
    x, y = offsets(*places, (mark.latitude, mark.longitude), mark.azimuth)
    for sigmas in (1.0, 3.0):
        large, small = (sigmas * axis for axis in mark.semi_axes)
        inside = ((x / large) ** 2 + (y / small) ** 2 < 1.0).mean()
        assert inside == pytest.approx(1.0 - np.exp(-(sigmas**2) / 2.0), abs=0.01)
        edge = offsets(*mark.ellipse(sigmas), (mark.latitude, mark.longitude), mark.azimuth)
        assert (edge[0] / large) ** 2 + (edge[1] / small) ** 2 == pytest.approx(np.ones(181))


def test_distance_from_a_site() -> None:
    mark = footprint([0.0, 0.0], [0.01, -0.01])
    assert mark.distance(Site(0.0, np.pi / 2)) == pytest.approx(np.pi / 2 * MEAN_RADIUS)


def test_unknown_places_are_left_out() -> None:
    mark = footprint([0.1, np.nan, 0.1], [0.1, 0.1, 0.2])
    assert mark.count == 2
    with pytest.raises(InputError, match="at least two"):
        footprint([0.1, np.nan], [0.1, 0.2])
    with pytest.raises(InputError, match="shape"):
        footprint([0.1, 0.2], [0.1])


def test_heading_over_ground() -> None:
    """Over the equator a satellite in a plane of 90 degrees drifts west as the Earth turns on."""
    polar = Orbit.from_elements(
        semi_major_axis=7e6, eccentricity=0.0, inclination=np.pi / 2, raan=0.0,
        argument_of_perigee=0.0, true_anomaly=0.0, epoch="2020-01-01", frame="TEME",
    )  # fmt: skip
    speed = np.sqrt(polar.mu / 7e6)
    wanted = np.degrees(np.arctan2(-7.2921e-5 * 7e6, speed)) % 360.0
    assert np.degrees(ground_heading(polar)) == pytest.approx(wanted, abs=0.01)


@pytest.mark.parametrize("centre", [(0.9, 1.6), (-0.3, np.pi)])
def test_a_hazard_map_keeps_the_weights(centre: tuple[float, float]) -> None:
    places = cloud(4, centre, 1.2)
    chart = hazard_map(*places, weight=0.5, cell=20e3)
    assert chart.total == pytest.approx(0.5 * 20_000, rel=1e-12)
    assert chart.density.shape == (chart.latitude.size - 1, chart.longitude.size - 1)
    assert np.all(np.diff(chart.longitude) > 0.0)
    # Peak density of the normal law, 1 / (2 pi s1 s2), smeared by the cells.
    peak = 0.5 * 20_000 / (2 * np.pi * 80.0 * 15.0)
    assert chart.density.max() == pytest.approx(peak, rel=0.25)
    side = np.sqrt(chart.cell_areas.mean())
    assert side == pytest.approx(20.0, rel=0.05)


def test_casualty_area_of_a_square_metre() -> None:
    """(0.6 + 1)^2 m2."""
    assert casualty_area(1.0) == pytest.approx(2.56)


def test_inside_and_beside_a_region() -> None:
    inside = SQUARE.distance(np.radians(51.0), np.radians(92.0))
    north = SQUARE.distance(np.radians(53.0), np.radians(92.0))
    assert inside == 0.0
    # The flat side runs along a great circle here, which bulges north of the parallel.
    assert north == pytest.approx(np.radians(1.0) * MEAN_RADIUS, rel=0.03)


def test_the_nearest_region() -> None:
    town = Region("town", (np.radians(51.5),), (np.radians(95.0),), "")
    region, distance = nearest_region(np.radians(51.0), np.radians(92.0), [town, SQUARE])
    assert (region.name, distance) == ("square", 0.0)
    region, distance = nearest_region(np.radians(51.5), np.radians(94.9), [SQUARE, town])
    assert region.name == "town"
    assert distance == pytest.approx(6.92e3, rel=0.01)
    with pytest.raises(InputError, match="no regions"):
        nearest_region(0.0, 0.0, [])
    with pytest.raises(InputError, match="as many"):
        Region("broken", (0.0, 0.1), (0.0,), "")
