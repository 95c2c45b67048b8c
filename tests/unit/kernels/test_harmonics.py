"""Spherical harmonics in lanes against the textbook's sum in fifty digits."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import factorial

import numpy as np
import pytest

from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.kernels.harmonics import harmonic_acceleration, pack
from orbitsim.kernels.lanes import LANES

MU, RADIUS = 3.986004415e14, 6378136.3


def synthetic_field(degree, seed=0):
    """Coefficients that fall off slowly, so that every degree is felt."""
    rng = np.random.default_rng(seed)
    size = 0.1 / (1.0 + np.arange(degree + 1.0)[:, None]) ** 2
    c, s = np.tril(rng.normal(size=(2, degree + 1, degree + 1)) * size)
    c[0, 0] = 1.0
    s[:, 0] = 0.0
    return c, s


def positions(seed=0):
    rng = np.random.default_rng(seed)
    r = rng.normal(size=(3, LANES))
    return r * rng.uniform(6.4e6, 9e6, LANES) / np.linalg.norm(r, axis=0)


def acceleration(r, c, s, degree, order, mu=MU):
    a = np.empty(3 * LANES)
    table = pack(c, s, degree, order)
    harmonic_acceleration(r.reshape(-1), mu, RADIUS, degree, order, table, a)
    return a.reshape(3, LANES)


def textbook(r, c, s, degree, order):
    """Acceleration by Vallado 2013, eqs. 8-25 to 8-27 and 8-57, in 50 digits.

    Gradient in distance, latitude and longitude of the sum over unnormalised Legendre functions;
    normalisation by factorials (eq. 8-22).  Not defined on the axis.
    """
    with localcontext() as context:
        context.prec = 50
        x, y, z = (Decimal(float(component)) for component in r)
        equatorial = x * x + y * y
        rho, distance = equatorial.sqrt(), (equatorial + z * z).sqrt()
        sine, cosine = z / distance, rho / distance
        cos1, sin1 = x / rho, y / rho
        by_distance = by_latitude = by_longitude = Decimal(0)
        cos_m, sin_m = Decimal(1), Decimal(0)
        sectoral = Decimal(1)
        for m in range(order + 1):
            # P_nm and P_n,m+1 along the column; the derivative in latitude needs both.
            p, before = sectoral, Decimal(0)
            q, q_before = Decimal(0), Decimal(0)
            for n in range(m, degree + 1):
                if n > m:
                    p, before = ((2 * n - 1) * sine * p - (n + m - 1) * before) / (n - m), p
                if n == m + 1:
                    q = sectoral * (2 * m + 1) * cosine
                elif n > m + 1:
                    q, q_before = (
                        ((2 * n - 1) * sine * q - (n + m) * q_before) / (n - m - 1),
                        q,
                    )
                norm = Decimal((2 * n + 1) * (1 if m == 0 else 2) * factorial(n - m))
                norm = (norm / factorial(n + m)).sqrt() * (Decimal(RADIUS) / distance) ** n
                cnm, snm = Decimal(float(c[n, m])) * norm, Decimal(float(s[n, m])) * norm
                by_distance += (n + 1) * p * (cnm * cos_m + snm * sin_m)
                by_latitude += (q - m * sine / cosine * p) * (cnm * cos_m + snm * sin_m)
                by_longitude += m * p * (snm * cos_m - cnm * sin_m)
            sectoral *= (2 * m + 1) * cosine
            cos_m, sin_m = cos_m * cos1 - sin_m * sin1, sin_m * cos1 + cos_m * sin1
        g = Decimal(MU) / distance**2
        east = g * by_longitude / cosine
        north, up = g * by_latitude, -g * by_distance
        out = up * cosine - north * sine
        return np.array(
            [
                float(out * cos1 - east * sin1),
                float(out * sin1 + east * cos1),
                float(up * sine + north * cosine),
            ]
        )


@pytest.mark.parametrize(
    ("degree", "order", "lanes"),
    [
        *((n, m, 3) for n in range(4) for m in range(n + 1)),
        (5, 5, 3),
        (8, 3, 3),
        (20, 20, 3),
        (21, 0, 3),
        (60, 59, 2),
        (120, 120, 2),
    ],
)
def test_against_the_textbook(degree, order, lanes):
    c, s = synthetic_field(degree)
    r = positions()
    came = acceleration(r, c, s, degree, order)
    for lane in range(lanes):
        wanted = textbook(r[:, lane], c, s, degree, order)
        np.testing.assert_allclose(
            came[:, lane], wanted, rtol=0.0, atol=3e-15 * np.linalg.norm(wanted)
        )


@pytest.mark.parametrize("distance", [6.4e6, 4.2e7, 4e8])
def test_high_degrees_at_all_heights(distance):
    c, s = synthetic_field(120)
    r = positions()
    r *= distance / np.linalg.norm(r, axis=0)
    wanted = textbook(r[:, 0], c, s, 120, 120)
    came = acceleration(r, c, s, 120, 120)[:, 0]
    np.testing.assert_allclose(came, wanted, rtol=0.0, atol=3e-15 * np.linalg.norm(wanted))


@pytest.mark.parametrize("z", [6.5e6, -6.5e6])
def test_the_poles_are_ordinary_places(z):
    c, s = synthetic_field(60)
    r = np.zeros((3, LANES))
    r[2] = z
    r[0, 1:4] = 1e-12, 1e-3, -1.0
    came = acceleration(r, c, s, 60, 60)
    for lane, place in enumerate([(1e-9, 0.0, z), (1e-12, 0.0, z), (1e-3, 0.0, z), (-1.0, 0.0, z)]):
        wanted = textbook(np.array(place), c, s, 60, 60)
        np.testing.assert_allclose(
            came[:, lane], wanted, rtol=0.0, atol=3e-15 * np.linalg.norm(wanted)
        )


def test_without_divergence_and_without_curl():
    c, s = synthetic_field(20)
    r, step = positions(), 20.0
    gradient = np.empty((3, 3, LANES))  # [derivative by, component]
    for axis in range(3):
        there, back = r.copy(), r.copy()
        there[axis] += step
        back[axis] -= step
        change = acceleration(there, c, s, 20, 20) - acceleration(back, c, s, 20, 20)
        gradient[axis] = change / (2.0 * step)
    size = MU / np.linalg.norm(r, axis=0) ** 3
    curl = gradient - gradient.transpose(1, 0, 2)
    assert np.abs(np.trace(gradient) / size).max() < 2e-8  # truncation of the difference
    assert np.abs(curl / size).max() < 2e-8
    # The perturbation itself is far above that, so that a wrong sum could not hide.
    central = np.einsum("ij,k->ijk", -np.eye(3), size) + 3.0 * size * r[:, None] * r[None] / np.sum(
        r * r, axis=0
    )
    assert np.abs((gradient - central) / size).min(axis=-1).max() > 1e-2


def test_order_zero_is_the_zonal_kernel():
    c, s = synthetic_field(12)
    c[1, 0] = 0.0
    r = positions()
    j = -np.sqrt(2.0 * np.arange(2, 13) + 1.0) * c[2:, 0]
    wanted = np.array([zonal_acceleration(*r[:, m], MU, RADIUS, j) for m in range(LANES)]).T
    came = acceleration(r, c, s, 12, 0)
    np.testing.assert_allclose(came, wanted, rtol=0.0, atol=4e-15 * np.abs(wanted).max())


def test_degree_zero_is_a_point_mass():
    r = positions()
    came = acceleration(r, np.ones((1, 1)), np.zeros((1, 1)), 0, 0)
    distance = np.linalg.norm(r, axis=0)
    np.testing.assert_allclose(came, -MU * r / distance**3, rtol=1e-15, atol=0.0)


def test_a_lane_does_not_know_the_others():
    c, s = synthetic_field(20)
    r = positions()
    came = acceleration(r, c, s, 20, 20)
    order = np.random.default_rng(3).permutation(LANES)
    np.testing.assert_array_equal(acceleration(r[:, order], c, s, 20, 20), came[:, order])
    alone = np.repeat(r[:, 5:6], LANES, axis=1)
    np.testing.assert_array_equal(acceleration(alone, c, s, 20, 20)[:, 2], came[:, 5])


@pytest.mark.parametrize("component", [0, 1, 2])
def test_nan_stays_in_its_lane(component):
    c, s = synthetic_field(8)
    r = positions()
    whole = acceleration(r, c, s, 8, 8)
    r[component, 3] = np.nan
    came = acceleration(r, c, s, 8, 8)
    assert np.isnan(came[:, 3]).all()
    others = np.arange(LANES) != 3
    np.testing.assert_array_equal(came[:, others], whole[:, others])


def test_cut_coefficients_do_not_act():
    c, s = synthetic_field(30)
    r = positions()
    cut_c, cut_s = c.copy(), s.copy()
    for cut in (cut_c, cut_s):
        cut[11:] = 0.0
        cut[:, 8:] = 0.0
    np.testing.assert_allclose(
        acceleration(r, c, s, 10, 7), acceleration(r, cut_c, cut_s, 30, 30), rtol=1e-14, atol=0.0
    )
