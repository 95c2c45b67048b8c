"""The break-up model: its published laws, what is conserved, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.breakup import (
    LARGE_PIECES,
    ROCKET_BODY,
    SPACECRAFT,
    area_to_mass_laws,
    collide,
    collision_count,
    collision_mass,
    explode,
    explosion_count,
    mean_area,
    small_area_to_mass_law,
)


def test_counts_of_the_paper() -> None:
    """Johnson et al. (2001): N = 6 S L^-1.6 and N = 0.1 M^0.75 L^-1.71."""
    assert explosion_count(0.1) == pytest.approx(238.86, abs=0.01)
    assert explosion_count(1.0, 0.5) == pytest.approx(3.0)
    assert collision_count(0.1, 1000.0) == pytest.approx(912.0, abs=0.1)


def test_cosmos_2251_and_iridium_33() -> None:
    """10 February 2009, 900 and 560 kg at 11.7 km/s: the model gives 1210 pieces above 10 cm
    (arithmetic of eq. 4); some 2300 have been catalogued, in which those below 10 cm are some."""
    assert collision_mass(900.0, 560.0, 11.7e3) == 1460.0
    cloud = collide(900.0, 560.0, 11.7e3, 25.0, least_size=0.1, seed=3)
    assert len(cloud) == pytest.approx(collision_count(0.1, 1460.0), abs=4 * np.sqrt(1211) + 24)


def test_a_light_blow_breaks_little() -> None:
    """Below 40 J/g: the projectile's mass times the square of the speed in km/s."""
    assert collision_mass(1000.0, 1.0, 8e3) == pytest.approx(64.0)
    assert collision_mass(1000.0, 10.0, 3e3) == 1010.0
    cloud = collide(1000.0, 1.0, 8e3, 10.0, least_size=0.1, seed=1)
    assert cloud.mass.sum() == pytest.approx(1001.0)
    assert cloud.mass.max() > 50.0


@pytest.mark.parametrize("seed", range(5))
def test_mass_and_momentum_are_kept(seed: int) -> None:
    cloud = explode(2410.0, 16.8, seed=seed)
    assert cloud.mass.sum() == pytest.approx(2410.0, rel=1e-12)
    assert np.linalg.norm(cloud.mass @ cloud.delta_v) < 1e-6
    assert np.all(cloud.mass > 0.0)
    assert np.all(np.diff(cloud.size) <= 0.0)


def test_a_small_body_runs_out_of_mass() -> None:
    cloud = explode(20.0, 1.0, least_size=0.02, seed=4)
    assert cloud.mass.sum() == pytest.approx(20.0, rel=1e-12)


def test_sizes_follow_the_power_law() -> None:
    cloud = explode(1e6, 900.0, least_size=0.03, scale=20.0, seed=2)
    size = cloud.size[cloud.mass < 1e3]
    low, high = 0.03**-1.6, 1.0
    result = stats.kstest(size[size < 1.0], lambda x: (low - x**-1.6) / (low - high))
    assert result.pvalue > 1e-3


@pytest.mark.parametrize("kind", [ROCKET_BODY, SPACECRAFT])
def test_area_to_mass_of_big_fragments(kind: str) -> None:
    """Mean and spread of a mixture of two normal laws, by the paper's coefficients at 20 cm."""
    cloud = explode(1e6, 900.0, kind=kind, least_size=0.19, scale=400.0, seed=5)
    chosen = (cloud.size < 0.21) & (cloud.mass < 1e3)
    chi = np.log10(cloud.area_to_mass[chosen])
    x = np.log10(0.2)
    if kind == ROCKET_BODY:
        share, m1, s1 = 1.0 - 0.3571 * (x + 1.4), -0.45 - 0.9 * (x + 0.5), 0.55
        m2, s2 = -0.9, 0.28 - 0.1636 * (x + 1.0)
        if x <= -0.5:
            m1 = -0.45
    else:
        share, m1, s1 = 0.3 + 0.4 * (x + 1.2), -0.6 - 0.318 * (x + 1.1), 0.1 + 0.2 * (x + 1.3)
        m2, s2 = -1.2 - 1.333 * (x + 0.7), 0.5
        if x <= -0.7:
            m2 = -1.2
    mean = share * m1 + (1.0 - share) * m2
    variance = share * (s1**2 + m1**2) + (1.0 - share) * (s2**2 + m2**2) - mean**2
    error = np.sqrt(variance / chi.size)
    assert chi.size > 500
    assert chi.mean() == pytest.approx(mean, abs=5 * error + 0.02)
    assert chi.std() == pytest.approx(np.sqrt(variance), rel=0.1)


def test_laws_at_their_corners() -> None:
    """Corner values that the paper prints (eqs. 5, 6, 7)."""
    size = 10.0 ** np.array([-1.4, 0.0, 0.1])
    share, mean1, _, _, deviation2 = area_to_mass_laws(ROCKET_BODY, size)
    assert share == pytest.approx([1.0, 0.5, 0.5])
    assert mean1 == pytest.approx([-0.45, -0.9, -0.9])
    assert deviation2 == pytest.approx([0.28, 0.28 - 0.1636, 0.1], abs=1e-3)
    share, mean1, _, mean2, _ = area_to_mass_laws(SPACECRAFT, size)
    assert share == pytest.approx([0.22, 0.78, 0.82])
    assert mean1 == pytest.approx([-0.6, -0.95, -0.95])
    assert mean2 == pytest.approx([-1.2, -2.0, -2.0])
    mean, deviation = small_area_to_mass_law(10.0 ** np.array([-4.0, -1.75, -1.25, -1.1]))
    assert mean == pytest.approx([-0.3, -0.3, -1.0, -1.0])
    assert deviation == pytest.approx([0.2, 0.4333, 0.5, 0.52], abs=1e-3)


def test_area_of_a_size() -> None:
    assert mean_area(np.array([1e-3, 0.1, 1.0])) == pytest.approx(
        [0.540424e-6, 0.556945 * 10**-2.0047077, 0.556945]
    )


@pytest.mark.parametrize(("explosion", "slope", "offset"), [(True, 0.2, 1.85), (False, 0.9, 2.9)])
def test_speeds_of_separation(explosion: bool, slope: float, offset: float) -> None:
    """Logarithms are normal about slope chi + offset with a deviation of 0.4 (eqs. 11, 12)."""
    if explosion:
        cloud = explode(1e5, 200.0, least_size=0.02, scale=2.0, seed=7)
    else:
        cloud = collide(1e3, 100.0, 10e3, 20.0, least_size=0.02, seed=7)
    small = cloud.size < 0.5
    chi = np.log10(cloud.area_to_mass[small])
    speed = np.log10(np.linalg.norm(cloud.delta_v[small], axis=1))
    rest = (speed - slope * chi - offset) / 0.4
    assert rest.mean() == pytest.approx(0.0, abs=5 / np.sqrt(rest.size))
    assert rest.std() == pytest.approx(1.0, abs=5 / np.sqrt(rest.size))
    direction = cloud.delta_v[small] / np.linalg.norm(cloud.delta_v[small], axis=1)[:, None]
    assert np.abs(direction.mean(axis=0)).max() < 5 / np.sqrt(rest.size)


def test_the_same_seed_gives_the_same_cloud() -> None:
    one, two, other = (explode(2000.0, 15.0, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.delta_v, two.delta_v)
    assert len(one) != len(other) or not np.array_equal(one.size, other.size)


def test_few_large_pieces() -> None:
    cloud = explode(2410.0, 16.8, seed=0)
    large = cloud.mass > 50.0
    assert 1 <= large.sum() <= LARGE_PIECES
    # Heavier than the parent's area to mass would be thicker than the parent.
    assert np.all(cloud.area_to_mass[large] >= 16.8 / 2410.0)


def test_scatter_adds_the_velocities() -> None:
    parent = Orbit.from_state([7e6, 0, 0], [0, 7e3, 0], "2020-01-01", "TEME")
    cloud = explode(1000.0, 8.0, least_size=0.2)
    orbits = cloud.scatter(parent)
    assert orbits.shape == (len(cloud),)
    assert np.allclose(orbits.v - parent.v, cloud.delta_v)
    with pytest.raises(InputError, match="one parent"):
        cloud.scatter(orbits)


@pytest.mark.parametrize(
    ("mass", "area", "settings", "words"),
    [
        (0.0, 1.0, {}, "mass must be positive"),
        (1e3, np.nan, {}, "area must be positive"),
        (1e3, 1.0, {"least_size": 1e-4}, "least_size"),
        (1e3, 1.0, {"kind": "balloon"}, "unknown kind 'balloon'"),
        (1e3, 1.0, {"scale": -1.0}, "scale"),
    ],
)
def test_refusals(mass: float, area: float, settings: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        explode(mass, area, **settings)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="speed must be positive"):
        collide(1e3, 1.0, 0.0, 5.0)
