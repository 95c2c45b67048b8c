"""Third bodies and relativity against 50-digit arithmetic and published precession."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from orbitsim.constants import MOON_MU, SUN_MU
from orbitsim.kernels import perturbations
from orbitsim.kernels.frames import PIECE_SECONDS
from orbitsim.kernels.lanes import LANES

MU = 3.986004418e14
ARCSECOND = np.pi / 648_000.0
YEAR = 365.25 * 86_400.0


def lanes(vectors):
    """(3,) or (3, LANES) as lanes."""
    vectors = np.asarray(vectors, dtype=float)
    wide = np.broadcast_to(vectors.reshape(3, -1), (3, LANES))
    return np.ascontiguousarray(wide).reshape(-1)


def random_states(seed, low=6.6e6, high=4.2e7):
    rng = np.random.default_rng(seed)
    r = rng.normal(size=(3, LANES))
    r *= rng.uniform(low, high, LANES) / np.linalg.norm(r, axis=0)
    return r, rng.normal(scale=4e3, size=(3, LANES))


@pytest.mark.parametrize(
    ("mu", "distance"), [(SUN_MU, 1.5e11), (MOON_MU, 3.6e8), (MOON_MU, 5e7), (SUN_MU, 1e14)]
)
def test_third_body_against_many_digits(mu, distance):
    r, _ = random_states(1)
    rng = np.random.default_rng(2)
    body = rng.normal(size=(3, LANES))
    body *= distance / np.linalg.norm(body, axis=0)
    a = np.zeros(3 * LANES)
    perturbations.third_body(lanes(r), lanes(body), mu, a)
    with localcontext(prec=50):
        for m in range(LANES):
            place = [Decimal(float(x)) for x in body[:, m]]
            toward = [p - Decimal(float(x)) for p, x in zip(place, r[:, m], strict=True)]
            near = sum(x * x for x in toward).sqrt() ** 3
            far = sum(x * x for x in place).sqrt() ** 3
            wanted = np.array(
                [
                    float(Decimal(mu) * (d / near - p / far))
                    for d, p in zip(toward, place, strict=True)
                ]
            )
            got = a.reshape(3, LANES)[:, m]
            assert np.linalg.norm(got - wanted) < 2e-15 * np.linalg.norm(wanted)


def advance(added, r, v, revolutions):
    """Longitude of pericentre after whole revolutions less that before, and the time taken."""
    energy = 0.5 * v @ v - MU / np.linalg.norm(r)
    span = revolutions * 2 * np.pi * np.sqrt((-MU / 2 / energy) ** 3 / MU)

    def slope(_, y):
        a = np.zeros(3 * LANES)
        added(lanes(y[:3]), lanes(y[3:]), a)
        newton = -MU * y[:3] / np.linalg.norm(y[:3]) ** 3
        return np.concatenate([y[3:], newton + a[::LANES]])

    end = solve_ivp(slope, (0.0, span), np.concatenate([r, v]), "DOP853", rtol=3e-14, atol=1e-7)
    return end.y[:3, -1], end.y[3:, -1], span


def eccentricity_vector(r, v):
    return np.cross(v, np.cross(r, v)) / MU - r / np.linalg.norm(r)


def lageos_2():
    """Ciufolini and Pavlis 2004: a = 12163 km, e = 0.014, i = 52.64 deg."""
    a, e, i = 12_163e3, 0.014, np.radians(52.64)
    r = a * (1 - e) * np.array([1.0, 0.0, 0.0])
    v = np.sqrt(MU / a * (1 + e) / (1 - e)) * np.array([0.0, np.cos(i), np.sin(i)])
    return r, v


def test_perigee_advance_of_lageos_2():
    """3351.95 mas a year by Schwarzschild's term (Lucchesi & Peron 2010, PRL 105, 231103)."""
    r, v = lageos_2()
    end_r, end_v, span = advance(
        lambda r, v, a: perturbations.relativity(r, v, MU, a), r, v, revolutions=40
    )
    before, after = eccentricity_vector(r, v), eccentricity_vector(end_r, end_v)
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    turned = np.arctan2(np.cross(before, after) @ normal, before @ after)
    per_year = turned / ARCSECOND * 1e3 * YEAR / span
    # The elements above are rounded: 0.5 km of the axis are 1e-4 of the rate.
    assert per_year == pytest.approx(3351.95, rel=2e-3)


def test_node_of_lageos_2_is_dragged():
    """Frame dragging turns the node by 31.5 mas a year (Ciufolini & Pavlis 2004, Nature 431)."""
    r, v = lageos_2()
    pole = lanes([0.0, 0.0, 1.0])
    end_r, end_v, span = advance(
        lambda r, v, a: perturbations.lense_thirring(r, v, pole, MU, a), r, v, revolutions=20
    )
    before, after = np.cross(r, v), np.cross(end_r, end_v)
    turned = np.arctan2(after[0], -after[1]) - np.arctan2(before[0], -before[1])
    assert turned / ARCSECOND * 1e3 * YEAR / span == pytest.approx(31.5, rel=0.01)


def test_geodesic_precession():
    """19.2 mas a year about the ecliptic's pole (IERS Conventions 2010, section 10.1)."""
    sun, rate = [1.495978707e11, 0.0, 0.0], [0.0, 29_784.7, 0.0]
    _, v = random_states(3)
    a = np.zeros(3 * LANES)
    perturbations.de_sitter(lanes(v), lanes(sun), lanes(rate), a)
    # Axes that turn at the rate w see the acceleration 2 w x v.
    spin = 19.2e-3 * ARCSECOND / YEAR
    wanted = 2.0 * np.cross([0.0, 0.0, spin], v, axis=0)
    np.testing.assert_allclose(a.reshape(3, LANES), wanted, rtol=3e-3, atol=1e-25)


@pytest.mark.parametrize("together", [True, False])
def test_table_values_and_rates(together):
    rng = np.random.default_rng(4)
    table = rng.normal(size=(50, 20))
    piece = np.full(LANES, 7.0) if together else rng.integers(0, 50, LANES).astype(float)
    w = rng.uniform(size=LANES)
    values, rates = np.empty(5 * LANES), np.empty(5 * LANES)
    perturbations.table_values(table, piece, w, values)
    perturbations.table_rates(table, piece, w, rates)
    for m in range(LANES):
        powers = np.polynomial.Polynomial
        for k in range(5):
            cubic = powers(table[int(piece[m])].reshape(4, 5)[:, k])
            assert values[k * LANES + m] == pytest.approx(cubic(w[m]), rel=1e-14, abs=1e-14)
            slope = cubic.deriv()(w[m]) / PIECE_SECONDS
            assert rates[k * LANES + m] == pytest.approx(slope, rel=1e-13, abs=1e-18)


def test_nan_passes_through():
    r, v = random_states(5)
    r[0, 3] = np.nan
    a = np.zeros(3 * LANES)
    perturbations.third_body(lanes(r), lanes([3e8, 1e8, 0.0]), MOON_MU, a)
    perturbations.relativity(lanes(r), lanes(v), MU, a)
    bad = np.isnan(a.reshape(3, LANES)).any(axis=0)
    np.testing.assert_array_equal(np.flatnonzero(bad), [3])
