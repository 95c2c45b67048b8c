"""Impact points and drop zones: closed forms, batches, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from math import asin, radians, tan

import numpy as np
import pytest

from orbitsim.earth import MU, ROTATION_RATE, Site
from orbitsim.errors import InputError
from orbitsim.phases.ascent import Ascent, Dispersions, InsertionTarget, Launch, solve_ascent
from orbitsim.phases.drop_zones import drop_zones, scattered_drops, shed_by
from orbitsim.phases.guidance import fly_guided_ascents
from orbitsim.phases.impact_point import impact_points, impact_spread, impact_trace
from orbitsim.vehicles.rocket import load_rocket

SITE = Site.from_degrees(45.9203, 63.3422, 90.0)
INCLINATION = radians(51.66)
TARGET = InsertionTarget(
    6_558_200.0,
    7810.7,
    0.0,
    INCLINATION,
    SITE.longitude - asin(tan(radians(45.728)) / tan(INCLINATION)),
)


@pytest.fixture(scope="module")
def ascent() -> Ascent:
    return solve_ascent(load_rocket("soyuz-u"), 7285.0, SITE, 0.0, TARGET, sample_step=5.0)


def test_a_drop_from_a_tower_takes_the_square_root_of_its_height(ascent: Ascent) -> None:
    """From 500 m above the equator at rest: sqrt(2 h / g'), with weight less centrifugal force."""
    launch = replace(ascent.launch, site=Site(0.0, 0.0))
    radius = 6_378_137.0 + 500.0
    r, v = np.array([radius, 0.0, 0.0]), np.array([0.0, ROTATION_RATE * radius, 0.0])
    point = impact_points(launch, 0.0, r, v)
    weight = MU / radius**2 * (1.0 + 1.5 * 1.0826e-3) - ROTATION_RATE**2 * radius
    assert float(point.fall_time) == pytest.approx(np.sqrt(1000.0 / weight), rel=2e-4)
    assert float(point.speed) == pytest.approx(np.sqrt(1000.0 * weight), rel=2e-4)
    # It lands to the east by Omega t^3 g / 3 (Coriolis).
    east = ROTATION_RATE * weight * float(point.fall_time) ** 3 / 3.0
    assert float(point.longitude) * 6_378_137.0 == pytest.approx(east, rel=0.01)


def test_a_light_body_ends_at_its_terminal_speed(ascent: Ascent) -> None:
    r = ascent.event("strap-ons separation").r
    v = ascent.event("strap-ons separation").v
    point = impact_points(ascent.launch, 118.0, r, v, ballistic_coefficient=80.0)
    # At the ground 1.225 v^2 / 2 = B g.
    assert float(point.speed) == pytest.approx(np.sqrt(2.0 * 80.0 * 9.81 / 1.225), rel=0.01)


def test_trace_starts_at_the_pad_and_ends_in_orbit(ascent: Ascent) -> None:
    points = impact_trace(ascent)
    assert points.latitude[0] == pytest.approx(SITE.latitude, abs=1e-8)
    assert points.longitude[0] == pytest.approx(SITE.longitude, abs=1e-8)
    assert np.all(np.diff(points.downrange[np.isfinite(points.downrange)]) >= 0.0)
    assert np.isnan(points.latitude[-1])
    assert np.isfinite(points.latitude[:-5]).all()
    assert not points.latitude.flags.writeable


def test_a_batch_is_its_states(ascent: Ascent) -> None:
    rows = np.array([[10, 40], [60, 80]])
    t, r, v = ascent.t[rows], ascent.r[rows], ascent.v[rows]
    ballistic = np.array([50.0, 500.0])
    many = impact_points(ascent.launch, t, r, v, ballistic_coefficient=ballistic, threads=2)
    assert many.latitude.shape == (2, 2)
    one = impact_points(
        ascent.launch, t[1, 0], r[1, 0], v[1, 0], ballistic_coefficient=50.0, threads=1
    )
    assert one.latitude.shape == ()
    assert many.latitude[1, 0] == float(one.latitude)
    assert many.fall_time[1, 0] == float(one.fall_time)


def test_drop_zones_follow_each_other(ascent: Ascent) -> None:
    zones = drop_zones(ascent)
    assert [zone.shed.name for zone in zones] == ["strap-ons", "fairing", "core", "aft-section"]
    assert [zone.shed.pieces for zone in zones] == [4, 2, 1, 3]
    assert sorted(zone.downrange for zone in zones) == [zone.downrange for zone in zones]
    for zone, light in zip(zones, drop_zones(ascent, drag_factor=2.0), strict=True):
        # More drag falls shorter, later and slower.
        assert light.downrange < zone.downrange
        assert light.time > zone.time
        assert light.speed < zone.speed


def test_spread_is_that_of_its_points(ascent: Ascent) -> None:
    rocket = ascent.launch.rocket
    cases = Dispersions.sample(rocket, 40, seed=2)
    times = [120.0, 300.0, 526.0]
    batch = fly_guided_ascents(
        rocket, 7285.0, SITE, 0.0, ascent.steering, TARGET, cases, sample_times=times
    )
    spread = impact_spread(batch)
    points = impact_points(batch.launch, batch.sample_times, batch.sample_r, batch.sample_v)
    # Along the way from the pad the distances tell the same.
    assert spread.along[0] == pytest.approx(np.std(points.downrange[:, 0], ddof=1), rel=0.02)
    assert spread.along[1] == pytest.approx(np.std(points.downrange[:, 1], ddof=1), rel=0.02)
    assert spread.across[0] < spread.along[0]
    assert spread.latitude[1] == pytest.approx(np.mean(points.latitude[:, 1]), abs=1e-4)
    assert spread.share[1] == 1.0
    assert spread.share[2] < 1.0
    core = shed_by(rocket)[2]
    drops = scattered_drops(batch, core, seed=1)
    assert drops.latitude.shape == (40,)
    np.testing.assert_array_equal(drops.latitude, scattered_drops(batch, core, seed=1).latitude)


def test_bad_input(ascent: Ascent) -> None:
    launch: Launch = ascent.launch
    with pytest.raises(InputError, match="one shape"):
        impact_points(launch, 0.0, np.zeros(3), np.zeros((2, 3)))
    with pytest.raises(InputError, match="ballistic coefficient must be a positive"):
        impact_points(launch, 0.0, ascent.r[0], ascent.v[0], ballistic_coefficient=0.0)
    with pytest.raises(InputError, match="factor on drag areas"):
        drop_zones(ascent, drag_factor=0.0)
    rocket = launch.rocket
    batch = fly_guided_ascents(
        rocket, 7285.0, SITE, 0.0, ascent.steering, TARGET, Dispersions.nominal(rocket, 1)
    )
    with pytest.raises(InputError, match="needs a batch flown with sample times"):
        impact_spread(batch)
    with pytest.raises(InputError, match="no event 'nose jettison'"):
        scattered_drops(batch, replace(shed_by(rocket)[0], event="nose jettison"))


def test_map_shows_trace_zones_and_marks(ascent: Ascent) -> None:
    from orbitsim.plotting.impact_map import impact_map_figure

    points = impact_trace(ascent)
    rocket = ascent.launch.rocket
    cases = Dispersions.sample(rocket, 10, seed=2)
    batch = fly_guided_ascents(
        rocket, 7285.0, SITE, 0.0, ascent.steering, TARGET, cases,
        sample_times=[100.0, 200.0, 300.0, 400.0],
    )  # fmt: skip
    figure = impact_map_figure(
        ascent.t,
        points,
        site=SITE,
        spread=impact_spread(batch),
        zones=drop_zones(ascent),
        marks=[(radians(52.01), radians(86.56), "Choya")],
        site_name="Baikonur",
        until=105.0,
    )
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"Baikonur", "Choya", "300 s"} <= words
    assert any(word.startswith("strap-ons, 3") for word in words)
    west, east = figure.axes[0].get_xlim()
    assert west < 63.0
    assert 105.0 < east < 125.0
    with pytest.raises(InputError, match="shows one trace"):
        impact_map_figure(ascent.t[1:], points, site=SITE)
    with pytest.raises(InputError, match="no impact point"):
        impact_map_figure(ascent.t, points, site=Site(0.0, radians(170.0)))
