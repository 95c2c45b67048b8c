"""Batches: whatever the company, the threads, the order of instants, or the fate of an orbit."""

from __future__ import annotations

import numpy as np
import pytest
from fields import MU, RADIUS, field, grid

from orbitsim.kernels.adaptive import BELOW_GROUND, NOT_FINITE, STEP_TOO_SMALL
from orbitsim.kernels.arcs import CAME_DOWN
from orbitsim.kernels.lanes import LANES

J = np.array([1.08262668e-3, -2.5327e-6, -1.6196e-6, -2.273e-7, 5.407e-7])
FIELD = field(
    J,
    rotation=7.292115e-5,
    air_flattening=1 / 298.257,
    base_height=400e3,
    decay=1 / 60e3,
    ground_flattening=1 / 298.257,
)
DAY = 86400.0


def state(perigee, e, inclination=0.9, anomaly=0.0):
    """Position and velocity (3,) with the node and the perigee on the x axis."""
    p = perigee * (1 + e)
    r = p / (1 + e * np.cos(anomaly))
    x, y = r * np.cos(anomaly), r * np.sin(anomaly)
    vx, vy = -np.sqrt(MU / p) * np.sin(anomaly), np.sqrt(MU / p) * (e + np.cos(anomaly))
    c, s = np.cos(inclination), np.sin(inclination)
    return np.array([x, y * c, y * s]), np.array([vx, vy * c, vy * s])


def mixed(n, seed=0):
    """Low, eccentric and open orbits."""
    rng = np.random.default_rng(seed)
    pairs = [
        state(
            rng.uniform(6.65e6, 7.2e6),
            rng.choice([rng.uniform(0, 0.02), rng.uniform(0, 0.8), rng.uniform(1.0, 1.5)]),
            rng.uniform(0, np.pi),
            rng.uniform(-0.5, 0.5),
        )
        for _ in range(n)
    ]
    r, v = (np.array(x).T.copy() for x in zip(*pairs, strict=True))
    return r, v, rng.uniform(0, 2e-13, n)


T = np.array([0.0, 100.0, 5000.0, 20_000.0, 40_000.0, -30_000.0])


def test_an_orbit_does_not_depend_on_its_company():
    n = LANES + 9
    r, v, drag = mixed(n)
    offset = np.linspace(-2000.0, 8000.0, n)
    every = grid(r, v, drag, T, FIELD, offset=offset)
    assert not every[2].any()
    for i in (0, 1, LANES - 1, LANES, n - 1):
        one = slice(i, i + 1)
        alone = grid(r[:, one], v[:, one], drag[one], T, FIELD, offset=offset[one])
        for a, b in zip(every[:2], alone[:2], strict=True):
            np.testing.assert_array_equal(a[:, one], b)


def test_bit_identical_on_one_and_two_threads():
    r, v, drag = mixed(4 * LANES + 1, seed=1)
    one = grid(r, v, drag, T, FIELD, threads=1)
    two = grid(r, v, drag, T, FIELD, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def test_order_of_instants_and_output_arrays():
    r, v, drag = mixed(5, seed=2)
    there = grid(r, v, drag, T, FIELD)
    shuffle = np.array([3, 0, 5, 1, 4, 2])
    out = (np.empty((3, 5, T.size)), np.empty((3, 5, T.size)))
    again = grid(r, v, drag, T[shuffle], FIELD, out=out)
    assert again[0] is out[0]
    for a, b in zip(there, again, strict=True):
        np.testing.assert_array_equal(a[..., shuffle], b)
    np.testing.assert_array_equal(there[0][:, :, 0], r)
    np.testing.assert_array_equal(there[1][:, :, 0], v)


def test_inputs_of_any_layout():
    r, v, drag = mixed(4, seed=3)
    wanted = grid(r, v, drag, T, FIELD)
    strided = np.repeat(r, 2, axis=1)[:, ::2]
    frozen = v.copy(order="F")
    frozen.flags.writeable = False
    got = grid(strided, frozen, drag, list(T), FIELD)
    np.testing.assert_array_equal(got[0], wanted[0])
    coarse = grid(r.astype(np.float32), v.astype(np.float32), drag, T[:2], FIELD)
    exact = grid(
        r.astype(np.float32).astype(float), v.astype(np.float32).astype(float), drag, T[:2], FIELD
    )
    np.testing.assert_array_equal(coarse[0], exact[0])


@pytest.mark.parametrize(("orbits", "instants"), [(0, 3), (2, 0), (0, 0)])
def test_empty(orbits, instants):
    r, v, drag = np.ones((3, orbits)) * 7e6, np.ones((3, orbits)), np.zeros(orbits)
    got = grid(r, v, drag, np.zeros(instants), FIELD)
    assert got[0].shape == got[1].shape == (3, orbits, instants)
    assert got[2].shape == (orbits, instants)


def test_instants_that_are_not_finite_spoil_themselves_alone():
    r, v, drag = mixed(3, seed=4)
    t = np.array([0.0, np.nan, 9000.0, np.inf, -np.inf])
    r_out, v_out, status = grid(r, v, drag, t, FIELD)
    np.testing.assert_array_equal(status, [[0, NOT_FINITE, 0, NOT_FINITE, NOT_FINITE]] * 3)
    np.testing.assert_array_equal(np.isnan(r_out).any(axis=0), status != 0)
    np.testing.assert_array_equal(np.isnan(v_out).any(axis=0), status != 0)
    np.testing.assert_array_equal(r_out[..., [0, 2]], grid(r, v, drag, t[[0, 2]], FIELD)[0])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("where", range(7))
def test_states_that_are_not_finite(bad, where):
    r, v, drag = mixed(3, seed=5)
    good = grid(r, v, drag, T, FIELD)
    array, row = ((r, v, drag[np.newaxis])[where // 3], where % 3)
    array[row, 1] = bad
    r_out, _, status = grid(r, v, drag, T, FIELD)
    assert (status[1, 1:] != 0).all()
    assert np.isnan(r_out[:, 1, 1:]).all()
    np.testing.assert_array_equal(r_out[:, ::2], good[0][:, ::2])


def test_below_the_ground():
    pairs = [state(6.3e6, 0.0), state(7e6, 0.0), state(6.360e6, 0.0, 0.0), state(1e5, 0.5)]
    r, v = (np.array(x).T.copy() for x in zip(*pairs, strict=True))
    r_out, _, status = grid(r, v, np.zeros(4), T, FIELD)
    for i in (0, 2, 3):
        assert (status[i] == BELOW_GROUND).all()
        assert np.isnan(r_out[:, i]).all()
    assert not status[1].any()


def test_the_ground_is_met_between_two_steps():
    # The perigee lies 20 km under the ground; a step there is some 500 km long.
    r, v = (x[:, np.newaxis] for x in state(6.358e6, 0.7, 0.0, np.pi))
    a = 6.358e6 / 0.3
    half = np.pi * np.sqrt(a**3 / MU)
    for direction in (1, -1):
        t = direction * np.array([0.5 * half, half - 100.0, half, half + 100.0, 2 * half])
        r_out, _, status = grid(r, v * direction, np.zeros(1), t, FIELD)
        np.testing.assert_array_equal(status[0], [0, 0, CAME_DOWN, CAME_DOWN, CAME_DOWN])
        np.testing.assert_array_equal(np.isnan(r_out[0, 0]), status[0] != 0)


def test_decay():
    # 180 km up with a light and large satellite; its neighbours stay.
    r, v = (np.repeat(x[:, np.newaxis], 3, axis=1) for x in state(6.558e6, 0.0))
    drag = np.array([0.0, 2e-12, 1e-13])
    t = np.linspace(0.0, DAY, 200)
    r_out, _, status = grid(r, v, drag, t, FIELD)
    assert not status[0].any()
    assert not status[2].any()
    first = int(np.argmax(status[1] != 0))
    assert 10 < first < 190
    assert (status[1, first:] == CAME_DOWN).all()
    assert np.isnan(r_out[:, 1, first:]).all()
    height = np.linalg.norm(r_out[:, 1, :first], axis=0) - 6.357e6
    assert height.min() > 0
    assert height[-1] < 60e3


def test_tolerance_that_cannot_be_met():
    # Air so dense that the satellite is stopped within a micrometre.
    r, v = (x[:, np.newaxis] for x in state(6.6e6, 0.0))
    _, _, status = grid(r, v, np.array([1e6]), T, FIELD)
    np.testing.assert_array_equal(status[0], [0] + [STEP_TOO_SMALL] * 5)


@pytest.mark.parametrize("e", [0.0, 0.01, 0.3, 0.75, 1.2])
def test_forward_and_back(e):
    r, v = (x[:, np.newaxis] for x in state(6.9e6, e))
    drag = np.array([2e-14])
    r_out, v_out, _ = grid(r, v, drag, [DAY], FIELD)
    back, back_v, _ = grid(r_out[..., 0], v_out[..., 0], drag, [-DAY], FIELD)
    assert np.linalg.norm(back[..., 0] - r) < 1e-3
    assert np.linalg.norm(back_v[..., 0] - v) < 1e-6


@pytest.mark.parametrize("e", [0.0, 0.01, 0.3, 0.75])
def test_energy_and_polar_momentum_without_drag(e):
    r, v = (x[:, np.newaxis] for x in state(6.9e6, e))
    r_out, v_out, _ = grid(r, v, np.zeros(1), np.linspace(0, 7 * DAY, 300), FIELD)
    distance = np.linalg.norm(r_out[:, 0], axis=0)
    sine = r_out[2, 0] / distance
    legendre = [np.polynomial.legendre.Legendre.basis(n)(sine) for n in range(2, 7)]
    zonals = sum(
        j * (RADIUS / distance) ** n * p
        for n, (j, p) in enumerate(zip(J, legendre, strict=True), start=2)
    )
    energy = 0.5 * np.sum(v_out[:, 0] ** 2, axis=0) - MU / distance * (1 - zonals)
    momentum = r_out[0, 0] * v_out[1, 0] - r_out[1, 0] * v_out[0, 0]
    limit = 1e-12 if e < 0.5 else 3e-12
    assert np.abs(energy / energy[0] - 1).max() < limit
    assert np.abs(momentum / momentum[0] - 1).max() < limit


def test_bad_arguments():
    r, v, drag = mixed(2)
    with pytest.raises(ValueError, match="tolerance must lie between"):
        grid(r, v, drag, T, FIELD, tolerance=0.0)
    with pytest.raises(ValueError, match="as many orbits"):
        grid(r, v, drag[:1], T, FIELD)
    with pytest.raises(ValueError, match="shape"):
        grid(r, v[:2], drag, T, FIELD)
