"""Bodies that fall, break up and scatter: small cases with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from astropy.time import Time

from orbitsim.missions.debris import (
    AT_ONCE,
    Falling,
    FallSettings,
    fall_to_ground,
    footprint_of,
    surviving_mass,
    tumbling_area,
)
from orbitsim.phases.failure import BodyState

LIFTOFF = Time("2016-12-01T14:51:52", scale="utc")
FEW = FallSettings(clouds=3, least_size=0.3)


def falling(sigma: float = 0.0) -> Falling:
    """Near the end of an ascent: 195 km up, 5 km/s, level."""
    covariance = np.diag([0.0, 0.0, 0.0, sigma**2, sigma**2, sigma**2])
    r, v = np.array([6.566e6, 0.0, 0.0]), np.array([0.0, 3.5e3, 3.6e3])
    return Falling(BodyState("stage", 382.3, r, v, 15e3, covariance), 16.8, 2410.0)


def test_cross_section_of_a_tumbling_cylinder_is_the_mean_over_all_attitudes() -> None:
    """Cauchy's theorem against the average of the projected area."""
    cosine = (np.arange(100_000) + 0.5) / 100_000
    length, diameter = 7.2, 2.72
    seen = length * diameter * np.sqrt(1.0 - cosine**2) + 0.25 * np.pi * diameter**2 * cosine
    assert tumbling_area(length, diameter) == pytest.approx(seen.mean(), rel=1e-5)


def test_draws_have_the_moments_of_the_body() -> None:
    settings = replace(FEW, clouds=40)
    sharp = fall_to_ground(falling(), LIFTOFF, settings)
    wide = fall_to_ground(falling(10.0), LIFTOFF, settings)
    assert sharp.whole.along < 1.0 < 5e3 < wide.whole.along
    # The mean of the draws is the body's: what is left is the fall's curvature.
    assert wide.whole.time == pytest.approx(sharp.whole.time, abs=0.5)
    assert 6.371e6 * abs(wide.whole.latitude - sharp.whole.latitude) < 500.0


def test_breakup_is_where_it_is_told() -> None:
    body = falling()
    high, low = (
        fall_to_ground(body, LIFTOFF, replace(FEW, breakup_altitude=height)).breakup
        for height in (84e3, 72e3)
    )
    assert high.altitude == pytest.approx(84e3, abs=5.0)
    assert high.time < low.time
    at_once = fall_to_ground(body, LIFTOFF, replace(FEW, breakup_altitude=AT_ONCE)).breakup
    assert at_once.time == pytest.approx(382.3, abs=1e-6)


def test_mass_is_kept_and_seeds_tell() -> None:
    debris = fall_to_ground(falling(), LIFTOFF, FEW)
    assert debris.mass.sum() == pytest.approx(3 * 2410.0)
    assert debris.time.min() > debris.breakup.time - debris.breakup.time_sigma
    again = fall_to_ground(falling(), LIFTOFF, FEW)
    np.testing.assert_array_equal(again.latitude, debris.latitude)
    other = fall_to_ground(falling(), LIFTOFF, replace(FEW, seed=1))
    assert other.mass.size != debris.mass.size or np.any(other.latitude != debris.latitude)


def test_footprint_of_all_bodies_counts_all_pieces() -> None:
    debris = fall_to_ground(falling(), LIFTOFF, FEW)
    both = footprint_of((debris, debris))
    assert both.count == 2 * debris.mass.size
    assert footprint_of((debris,), least=10.0).count == np.count_nonzero(debris.mass >= 10.0)


def test_survival_is_a_share_of_each_metal() -> None:
    found = surviving_mass(falling(), LIFTOFF, FEW)
    assert [one.material.split()[0] for one in found] == ["aluminium", "titanium", "austenitic"]
    assert all(0.0 <= one.share <= 1.0 for one in found)
