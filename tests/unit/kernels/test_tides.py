"""The tidal field in lanes against the gradient of its potential by scipy's Legendre functions."""

from __future__ import annotations

import numpy as np
from scipy.special import lpmv

from orbitsim.kernels.lanes import LANES
from orbitsim.kernels.tides import (
    HIGHEST_ORDER,
    TERMS,
    TIDAL_MU,
    TIDAL_RADIUS,
    TIDE_WORK,
    solid_tides,
)


def potential(r, coefficients):
    """Of the field with coefficients (TERMS, 2, LANES) at r (3, LANES)."""
    distance = np.linalg.norm(r, axis=0)
    sine, longitude = r[2] / distance, np.arctan2(r[1], r[0])
    total, term = 0.0, 0
    for degree, highest in zip((2, 3, 4), HIGHEST_ORDER, strict=True):
        for order in range(highest + 1):
            c, s = coefficients[term]
            # Without the sign that lpmv follows Condon and Shortley in.
            legendre = (-1) ** order * lpmv(order, degree, sine)
            wave = c * np.cos(order * longitude) + s * np.sin(order * longitude)
            total += (TIDAL_RADIUS / distance) ** degree * legendre * wave
            term += 1
    return TIDAL_MU / distance * total


def test_gradient_of_the_potential():
    rng = np.random.default_rng(1)
    r = rng.normal(size=(3, LANES))
    r *= rng.uniform(6.6e6, 4.2e7, LANES) / np.linalg.norm(r, axis=0)
    angle = rng.uniform(0.0, 2 * np.pi, LANES)
    coefficients = rng.normal(scale=1e-9, size=(TERMS, 2, LANES))
    coefficients[[0, 3, 7], 1] = 0.0  # no sine goes with order 0
    a, work = np.zeros(3 * LANES), np.full(TIDE_WORK, np.nan)
    solid_tides(r.reshape(-1), np.sin(angle), np.cos(angle), coefficients.reshape(-1), a, work)

    def turned(r):
        """From Earth-fixed axes to those of the coefficients."""
        c, s = np.cos(angle), np.sin(angle)
        return potential(np.stack([c * r[0] - s * r[1], s * r[0] + c * r[1], r[2]]), coefficients)

    step = 5000.0
    gradient = np.empty((3, LANES))
    for axis in range(3):
        shift = np.zeros((3, 1))
        shift[axis] = step
        near = turned(r + shift) - turned(r - shift)
        far = turned(r + 2 * shift) - turned(r - 2 * shift)
        gradient[axis] = (8 * near - far) / (12 * step)
    error = np.linalg.norm(a.reshape(3, LANES) - gradient, axis=0)
    assert (error / np.linalg.norm(gradient, axis=0)).max() < 2e-10


def test_over_the_pole():
    r = np.zeros((3, LANES))
    r[2] = 7e6
    coefficients = np.zeros((TERMS, 2, LANES))
    coefficients[0, 0] = 1e-9
    a, work = np.zeros(3 * LANES), np.zeros(TIDE_WORK)
    solid_tides(r.reshape(-1), np.zeros(LANES), np.ones(LANES), coefficients.reshape(-1), a, work)
    # On the axis the zonal term of degree 2 is mu R^2 C / r^3.
    wanted = -3.0 * TIDAL_MU * TIDAL_RADIUS**2 * 1e-9 / 7e6**4
    np.testing.assert_allclose(a.reshape(3, LANES)[2], wanted, rtol=1e-14)
    np.testing.assert_allclose(a.reshape(3, LANES)[:2], 0.0, atol=1e-25)
