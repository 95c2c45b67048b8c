"""Zonals and exponential drag in lanes against plain formulas; heights against erfa."""

from __future__ import annotations

import erfa
import numpy as np
import pytest
from fields import EQUATOR, constants, field
from scipy.special import eval_legendre

from orbitsim.kernels.drag import ellipsoid_height
from orbitsim.kernels.dynamics import WORK, accelerate
from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.kernels.lanes import LANES

MU, RADIUS = 3.986004415e14, 6378136.3
J = (1.08262668e-3, -2.5327e-6, -1.6196e-6, -2.273e-7, 5.407e-7)
AIR = {"rotation": 7.292115e-5, "base_height": 400e3, "decay": 1 / 60e3}


def states(seed=0):
    rng = np.random.default_rng(seed)
    r = rng.normal(size=(3, LANES))
    r *= rng.uniform(6.6e6, 4.2e7, LANES) / np.linalg.norm(r, axis=0)
    return r, rng.normal(scale=4e3, size=(3, LANES))


def acceleration(r, v, drag, forces):
    a, inverse = np.empty(3 * LANES), np.empty(LANES)
    table = constants(drag).reshape(-1)
    accelerate(
        LANES,
        np.zeros(LANES),
        r.reshape(-1),
        v.reshape(-1),
        table,
        forces,
        a,
        inverse,
        np.empty(WORK),
    )
    np.testing.assert_allclose(inverse, 1 / np.linalg.norm(r, axis=0), rtol=1e-15)
    return a.reshape(3, LANES)


@pytest.mark.parametrize("degree", [0, 2, 6, 7, 11, 30])
def test_zonals_of_any_degree_against_the_scalar_kernel(degree):
    r, v = states()
    j = np.random.default_rng(1).normal(scale=1e-6, size=max(degree - 1, 0))
    lanes = acceleration(r, v, np.zeros(LANES), field(tuple(j)))
    scalar = np.array([zonal_acceleration(*r[:, m], MU, RADIUS, j) for m in range(LANES)]).T
    np.testing.assert_allclose(lanes, scalar, rtol=0, atol=3e-15 * np.abs(scalar).max())


def test_zonals_are_the_gradient_of_the_potential():
    def potential(r):
        distance = np.linalg.norm(r, axis=0)
        sine = r[2] / distance
        series = sum(
            j * (RADIUS / distance) ** n * eval_legendre(n, sine) for n, j in enumerate(J, start=2)
        )
        return MU / distance * (1.0 - series)

    r, v = states()
    step = 2000.0
    gradient = np.empty((3, LANES))
    for axis in range(3):
        shift = np.zeros((3, 1))
        shift[axis] = step
        near = potential(r + shift) - potential(r - shift)
        far = potential(r + 2 * shift) - potential(r - 2 * shift)
        gradient[axis] = (8 * near - far) / (12 * step)
    lanes = acceleration(r, v, np.zeros(LANES), field(J))
    error = np.linalg.norm(lanes - gradient, axis=0) / np.linalg.norm(gradient, axis=0)
    assert error.max() < 1e-11


@pytest.mark.parametrize("flattening", [0.0, 1 / 298.257223563])
def test_drag_against_a_plain_formula(flattening):
    r, v = states(2)
    r *= 6.8e6 / np.linalg.norm(r, axis=0)
    drag = np.random.default_rng(3).uniform(1e-14, 1e-12, LANES)
    forces = field(**AIR, air_flattening=flattening)
    got = acceleration(r, v, drag, forces) - acceleration(r, v, np.zeros(LANES), forces)
    relative = v - np.cross([0, 0, 7.292115e-5], r, axis=0)
    if flattening:
        height = erfa.gc2gde(6378137.0, flattening, r.T)[2]
    else:
        height = np.linalg.norm(r, axis=0) - 6378137.0
    density = np.exp(-(height - 400e3) / 60e3)
    wanted = -drag * density * np.linalg.norm(relative, axis=0) * relative
    # Drag is the small difference of two accelerations near 10 m/s2.
    np.testing.assert_allclose(got, wanted, rtol=1e-7, atol=1e-14)


def test_ellipsoid_height_against_erfa():
    latitude = np.linspace(-np.pi / 2, np.pi / 2, 181)
    for height in (0.0, 100e3, 400e3, 2000e3, 36_000e3):
        r = np.array([erfa.gd2gc(1, 0.3, x, height) for x in latitude])
        distance = np.linalg.norm(r, axis=1)
        got = [
            ellipsoid_height(d, z / d, EQUATOR, 1 / 298.257223563)
            for d, z in zip(distance, r[:, 2], strict=True)
        ]
        assert np.abs(np.array(got) - height).max() < 2e-3
