"""Gravity: the models that the package carries, and what it refuses."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from astropy import units as u

from orbitsim.earth import J6_GRAVITY
from orbitsim.errors import InputError
from orbitsim.forces import Gravity
from orbitsim.forces.gravity import MODELS, GravityModel, load_gravity_model
from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.kernels.harmonics import harmonic_acceleration
from orbitsim.kernels.lanes import LANES

SHEETS = {"EGM2008": "egm2008_degree_120.csv", "EGM96": "egm96_degree_70.csv"}


def unnormalised(model, n, m):
    from math import factorial

    factor = (2 * n + 1) * (1 if m == 0 else 2) * factorial(n - m) / factorial(n + m)
    return model.c[n, m] * factor**0.5, model.s[n, m] * factor**0.5


def small_field():
    c = np.zeros((4, 4))
    c[0, 0], c[2, 0], c[3, 2] = 1.0, -5e-4, 1e-6
    s = np.zeros((4, 4))
    s[2, 1] = 2e-6
    return c, s


def accelerations(gravity, r):
    a = np.empty(3 * LANES)
    harmonic_acceleration(
        r.reshape(-1), gravity.mu, gravity.radius, gravity.degree, gravity.order, gravity.table, a
    )
    return a.reshape(3, LANES)


@pytest.mark.parametrize(("name", "degree"), [("EGM2008", 120), ("EGM96", 70)])
def test_the_models_that_are_carried(name, degree, reference):
    model = load_gravity_model(name)
    assert model.degree == degree
    assert (model.mu, model.radius) == (3.986004415e14, 6378136.3)
    with (reference / "gravity" / SHEETS[name]).open() as file:
        rows = list(csv.DictReader(row for row in file if not row.startswith("#")))
    assert len(rows) == (degree + 1) * (degree + 2) // 2 - 2  # no degree one
    for row in rows:
        n, m = int(row["n"]), int(row["m"])
        assert (model.c[n, m], model.s[n, m]) == (float(row["C"]), float(row["S"]))
    assert not model.c[1].any()


def test_egm96_as_vallado_prints_it():
    """Vallado 2013, table D-1: unnormalised coefficients."""
    model = load_gravity_model("EGM96")
    assert unnormalised(model, 2, 0)[0] == pytest.approx(-1.08262668355e-3, rel=1e-11)
    assert unnormalised(model, 3, 0)[0] == pytest.approx(2.53265648533e-6, rel=1e-11)
    assert unnormalised(model, 4, 0)[0] == pytest.approx(1.61962159137e-6, rel=1e-11)


def test_the_zonals_of_the_earth_are_those_of_egm96():
    model = load_gravity_model("EGM96")
    assert (J6_GRAVITY.mu, J6_GRAVITY.radius) == (model.mu, model.radius)
    zonals = [-unnormalised(model, n, 0)[0] for n in range(2, 7)]
    np.testing.assert_allclose(J6_GRAVITY.j, zonals, rtol=1e-15)


def test_order_zero_accelerates_as_zonals_do():
    rng = np.random.default_rng(5)
    r = rng.normal(size=(3, LANES))
    r *= 6.9e6 / np.linalg.norm(r, axis=0)
    j = np.array(J6_GRAVITY.j)
    mu, radius = J6_GRAVITY.mu, J6_GRAVITY.radius
    wanted = np.array([zonal_acceleration(*r[:, m], mu, radius, j) for m in range(LANES)]).T
    came = accelerations(Gravity(6, 0, model="EGM96"), r)
    np.testing.assert_allclose(came, wanted, rtol=0.0, atol=2e-15 * np.abs(wanted).max())


def test_degree_order_and_model():
    gravity = Gravity(20)
    assert (gravity.degree, gravity.order, gravity.model.name) == (20, 20, "EGM2008")
    assert gravity.terms == (gravity,)
    assert gravity.c.shape == (21, 21)
    cut = Gravity(np.int64(8), 3, "EGM96")
    assert (cut.degree, cut.order, cut.model) == (8, 3, load_gravity_model("EGM96"))
    assert cut.c.shape == cut.s.shape == (9, 4)
    np.testing.assert_array_equal(cut.s, cut.model.s[:9, :4])
    point = Gravity(0)
    r = np.repeat([[7e6], [0.0], [0.0]], LANES, axis=1)
    assert accelerations(point, r)[0, 0] == pytest.approx(-point.mu / 49e12, rel=1e-15)
    assert "c=" not in repr(gravity) and "table" not in repr(gravity)


def test_a_model_of_ones_own():
    c, s = small_field()
    model = GravityModel("mine", 398600.4415 * u.km**3 / u.s**2, 6378.1363 * u.km, c, s)
    c[2, 0] = 7.0
    assert model.c[2, 0] == -5e-4
    assert model.mu == pytest.approx(3.986004415e14)
    gravity = Gravity(3, model=model)
    assert gravity.model is model
    assert gravity.radius == pytest.approx(6378136.3)
    with pytest.raises(InputError, match="degree must lie within 0 and 3, the degree of mine"):
        Gravity(4, model=model)


def test_what_is_above_the_diagonal_is_not_read():
    c, s = small_field()
    r = np.random.default_rng(1).normal(scale=5e6, size=(3, LANES))
    clean = accelerations(Gravity(3, model=GravityModel("a", 4e14, 6.4e6, c, s)), r)
    c[1, 3] = s[0, 2] = 9.0
    np.testing.assert_array_equal(
        accelerations(Gravity(3, model=GravityModel("b", 4e14, 6.4e6, c, s)), r), clean
    )


def test_everything_is_frozen():
    gravity = Gravity(4)
    for array in (gravity.table, gravity.c, gravity.s, gravity.model.c, gravity.model.s):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    with pytest.raises(AttributeError):
        gravity.degree = 5
    assert all(load_gravity_model(name) is load_gravity_model(name) for name in MODELS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((121,), "degree must lie within 0 and 120, the degree of EGM2008; got 121"),
        ((71, 71, "EGM96"), "degree must lie within 0 and 70, the degree of EGM96; got 71"),
        ((-1,), "degree must lie within 0 and 120"),
        ((8, 9), "order must lie within 0 and 8, the degree; got 9"),
        ((8, -1), "order must lie within 0 and 8"),
        ((8.0,), "degree must be an integer, got 8.0"),
        ((8, 2.5), "order must be an integer, got 2.5"),
        (("8",), "degree must be an integer, got '8'"),
        ((8, 8, "GRS80"), "unknown gravity model 'GRS80'; wanted EGM2008, EGM96 or a GravityModel"),
        ((8, 8, ["EGM96"]), "unknown gravity model"),
    ],
)
def test_bad_gravity(arguments, message):
    with pytest.raises(InputError, match=message):
        Gravity(*arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mu": 0.0}, "mu must be one positive number"),
        ({"mu": np.nan}, "mu must be finite"),
        ({"mu": [1.0, 2.0]}, "mu must be one positive number"),
        ({"mu": 1.0 * u.m}, "mu has the unit m"),
        ({"radius": -1.0}, "radius must be one positive number"),
        ({"c": np.zeros((4, 4))}, "must be 1, the central term"),
        ({"c": np.ones((4, 3))}, "c must be a square"),
        ({"c": np.ones(4)}, "c must be a square"),
        ({"c": np.ones((0, 0))}, "c must be a square"),
        ({"s": np.zeros((3, 3))}, "s must have the shape of c"),
        ({"s": np.full((4, 4), np.inf)}, "s must be finite"),
    ],
)
def test_bad_model(change, message):
    c, s = small_field()
    figures = {"mu": 4e14, "radius": 6.4e6, "c": c, "s": s} | change
    with pytest.raises(InputError, match=message):
        GravityModel("bad", **figures)
