"""A day under zonals and drag against integrations that share nothing with ours.

One is scipy's DOP853 with a right-hand side written from the potential's Legendre series; the
other, where it is installed, heyoka's Taylor integrator on its own symbolic expressions.
"""

from __future__ import annotations

import numpy as np
import pytest
from fields import field, grid
from scipy.integrate import solve_ivp
from scipy.special import eval_legendre

from orbitsim.earth import J6_GRAVITY

MU, RADIUS, J = J6_GRAVITY.mu, J6_GRAVITY.radius, np.array(J6_GRAVITY.j)
TURN = 7.292115e-5
AIR_RADIUS, BASE, SCALE, DENSITY = 6378137.0, 400e3, 60e3, 4e-12
FIELD = field(J, rotation=TURN, base_height=BASE, decay=1 / SCALE, ground_flattening=1 / 298.257)
DAY = 86400.0


def states(n, perigee, e, seed):
    """Random orientations; perigee radius (m) and eccentricity within the given bounds."""
    rng = np.random.default_rng(seed)
    radius, e = rng.uniform(*perigee, n), rng.uniform(*e, n)
    nu = rng.uniform(-np.pi, np.pi, n)
    p = radius * (1 + e)
    r = p / (1 + e * np.cos(nu)) * np.array([np.cos(nu), np.sin(nu)])
    v = np.sqrt(MU / p) * np.array([-np.sin(nu), e + np.cos(nu)])
    axes = np.array([np.linalg.qr(rng.normal(size=(3, 3)))[0][:, :2] for _ in range(n)])
    return np.einsum("nij,jn->in", axes, r), np.einsum("nij,jn->in", axes, v)


def rate(_, y, ballistic):
    r, v = y[:3], y[3:]
    distance = np.sqrt(r @ r)
    s = r[2] / distance
    a = -MU * r / distance**3
    pole = np.array([0.0, 0.0, 1.0])
    for n, j in enumerate(J, start=2):
        p, before = eval_legendre(n, s), eval_legendre(n - 1, s)
        slope = n * (before - s * p) / (1 - s * s)
        scale = MU * j * RADIUS**n / distance ** (n + 2)
        a += scale * ((n + 1) * p * r / distance - slope * (pole - s * r / distance))
    relative = v - np.cross([0.0, 0.0, TURN], r)
    density = DENSITY * np.exp(-(distance - AIR_RADIUS - BASE) / SCALE)
    a -= 0.5 * density * ballistic * np.sqrt(relative @ relative) * relative
    return np.concatenate([v, a])


@pytest.mark.parametrize(
    ("perigee", "e", "limit"),
    [
        ((6.63e6, 7.2e6), (0.0, 0.02), 1e-3),  # low
        ((6.8e6, 7.2e6), (0.1, 0.45), 1e-3),
        ((6.7e6, 7.2e6), (0.6, 0.75), 1e-3),  # transfer, Molniya
        ((2.0e7, 4.2e7), (0.0, 0.1), 1e-3),
        ((6.9e6, 8e6), (1.01, 1.3), 1e-2),  # open, a million kilometres away after the day
    ],
)
def test_a_day_against_scipy(perigee, e, limit):
    n = 2
    r, v = states(n, perigee, e, seed=7)
    ballistic = np.array([0.003, 0.02])
    t = np.array([3000.0, DAY / 2, DAY])
    got_r, got_v, status = grid(r, v, 0.5 * DENSITY * ballistic, t, FIELD)
    assert not status.any()
    for i in range(n):
        solution = solve_ivp(
            rate, (0.0, DAY), np.concatenate([r[:, i], v[:, i]]), "DOP853", t,
            rtol=1e-13, atol=1e-9, args=(ballistic[i],),
        )  # fmt: skip
        assert np.linalg.norm(got_r[:, i] - solution.y[:3], axis=0)[-1] < limit
        # scipy's dense output in between is a little coarser than its steps.
        assert np.linalg.norm(got_r[:, i] - solution.y[:3], axis=0).max() < 2 * limit
        assert np.linalg.norm(got_v[:, i] - solution.y[3:], axis=0).max() < 2e-6


def heyoka_day(r, v, ballistic, t):
    """States (6, N, T) by Taylor series at a tolerance of 1e-18, in units of 1000 km."""
    hy = pytest.importorskip("heyoka")
    unit = 1e6
    x, y, z, vx, vy, vz = hy.make_vars("x", "y", "z", "vx", "vy", "vz")
    distance = hy.sqrt(hy.sum([x * x, y * y, z * z]))
    s, q = z / distance, RADIUS / unit / distance
    p = [1.0, s]
    for n in range(2, 7):
        p.append(((2 * n - 1) * s * p[-1] - (n - 1) * p[-2]) / n)
    zonals = hy.sum([j * q**n * p[n] for n, j in enumerate(J, start=2)])
    potential = MU / unit**3 / distance * (1.0 - zonals)
    gradient = [hy.diff(potential, axis) for axis in (x, y, z)]
    ux, uy = vx + TURN * y, vy - TURN * x
    speed = hy.sqrt(hy.sum([ux * ux, uy * uy, vz * vz]))
    fall = hy.exp(((AIR_RADIUS + BASE) / unit - distance) * (unit / SCALE))
    k = 0.5 * DENSITY * unit * hy.par[0] * fall * speed
    accelerations = [g - k * w for g, w in zip(gradient, (ux, uy, vz), strict=True)]
    system = [(x, vx), (y, vy), (z, vz)]
    system += list(zip((vx, vy, vz), accelerations, strict=True))
    integrator = hy.taylor_adaptive(system, np.zeros(6), pars=[0.0], tol=1e-18)
    out = np.empty((6, r.shape[1], t.size))
    for i in range(r.shape[1]):
        integrator.time = 0.0
        integrator.state[:] = np.concatenate([r[:, i], v[:, i]]) / unit
        integrator.pars[:] = ballistic[i]
        out[:, i] = integrator.propagate_grid(np.concatenate([[0.0], t]))[-1][1:].T * unit
    return out


@pytest.mark.parametrize(
    ("n", "perigee", "e", "limit"),
    [(100, (6.63e6, 7.3e6), (0.0, 0.02), 2.5e-4), (40, (6.7e6, 7.3e6), (0.05, 0.75), 1e-3)],
)
def test_each_of_many_orbits_against_heyoka(n, perigee, e, limit):
    r, v = states(n, perigee, e, seed=11)
    ballistic = np.random.default_rng(3).uniform(0.002, 0.02, n)
    t = np.linspace(0.0, DAY, 1441)[1:]
    reference = heyoka_day(r, v, ballistic, t)
    got_r, got_v, status = grid(r, v, 0.5 * DENSITY * ballistic, t, FIELD)
    assert not status.any()
    assert np.linalg.norm(got_r - reference[:3], axis=0).max() < limit
    assert np.linalg.norm(got_v - reference[3:], axis=0).max() < 2e-3 * limit
