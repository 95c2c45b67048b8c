"""Two-body kernels against a plain NumPy twin, Vallado's examples and numerical integration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from orbitsim.errors import Status
from orbitsim.kernels import kepler, twobody
from orbitsim.kernels.kepler import elements_to_state, kepler_equation, kepler_grid

MU = 3.986004418e14
RNG = np.random.default_rng(20161201)
extended = pytest.mark.skipif(
    bool(np.finfo(np.longdouble).eps > 1e-18),
    reason="this machine has no wider floating-point type",
)


def ellipses(n: int, largest_e: float = 0.8) -> tuple[Any, Any]:
    """Random states on ellipses whose pericentres lie 200 to 1600 km high."""
    e = RNG.uniform(0.0, largest_e, n)
    p = RNG.uniform(6.6e6, 8.0e6, n) * (1.0 + e)
    angles = RNG.uniform(0.0, 2.0 * np.pi, (3, n))
    return elements_to_state([p, e, RNG.uniform(0.0, np.pi, n), *angles], MU)


def twin(r: Any, v: Any, dt: Any) -> tuple[Any, Any]:
    """Elliptic motion by f and g in extended precision, written independently of the kernel."""
    wide = np.longdouble
    r, v, dt, mu = r.astype(wide), v.astype(wide), np.asarray(dt, dtype=wide), wide(MU)
    r0 = np.sqrt((r * r).sum(axis=0))
    a = 1 / (2 / r0 - (v * v).sum(axis=0) / mu)
    e_cos = 1 - r0 / a
    e_sin = (r * v).sum(axis=0) / np.sqrt(mu * a)
    e, start = np.hypot(e_cos, e_sin), np.arctan2(e_sin, e_cos)
    mean = start - e_sin + np.sqrt(mu / a**3) * dt
    anomaly = mean + wide(0.85) * e * np.sign(np.sin(mean))
    for _ in range(60):
        anomaly -= (anomaly - e * np.sin(anomaly) - mean) / (1 - e * np.cos(anomaly))
    turned = anomaly - start
    r1 = a * (1 - e * np.cos(anomaly))
    f = 1 - a / r0 * (1 - np.cos(turned))
    g = np.sqrt(a / mu) * (r0 * np.sin(turned) + e_sin * a * (1 - np.cos(turned)))
    f_rate = -np.sqrt(mu * a) / (r0 * r1) * np.sin(turned)
    g_rate = 1 - a / r1 * (1 - np.cos(turned))
    return f * r + g * v, f_rate * r + g_rate * v


def distance(difference: Any) -> Any:
    return np.sqrt((difference * difference).sum(axis=0))


def test_vallado_example_2_4() -> None:
    r = np.array([[1131.340], [-2282.343], [6672.423]]) * 1e3
    v = np.array([[-5.64305], [4.30333], [2.42879]]) * 1e3
    for dt in ([2400.0], np.full(100, 2400.0)):  # both loops
        r1, v1, status = kepler_grid(r, v, dt, 398600.4418e9)
        assert status[0] == Status.OK
        np.testing.assert_allclose(
            r1[:, 0, -1] / 1e3, [-4219.7527, 4363.0292, -3958.7666], rtol=0.0, atol=6e-5
        )
        np.testing.assert_allclose(
            v1[:, 0, -1] / 1e3, [3.689866, -1.916735, -6.112511], rtol=0.0, atol=6e-7
        )


@extended
def test_two_micrometres_after_a_day() -> None:
    r, v = ellipses(50_000)
    dt = RNG.uniform(-86400.0, 86400.0, r.shape[1])
    r1, v1, status = kepler_grid(r, v, dt[:, np.newaxis], MU)
    r2, v2 = twin(r, v, dt)
    assert not status.any()
    assert np.max(distance(r1[:, :, 0] - r2)) < 1e-6
    assert np.max(distance(v1[:, :, 0] - v2)) < 1e-9


@extended
@pytest.mark.parametrize("instants", [5, 31, 32, 33, 129, 4099])
def test_grid_against_the_twin(instants: int) -> None:
    r, v = ellipses(7)
    dt = np.linspace(-86400.0, 86400.0, instants)
    r1, v1, _ = kepler_grid(r, v, dt, MU)
    r2, v2 = twin(np.repeat(r, instants, axis=1), np.repeat(v, instants, axis=1), np.tile(dt, 7))
    assert np.max(distance(r1.reshape(3, -1) - r2)) < 1e-6
    assert np.max(distance(v1.reshape(3, -1) - v2)) < 1e-9


@pytest.mark.parametrize("instants", [3, 40])
def test_every_conic_against_numerical_integration(instants: int) -> None:
    """DOP853 at 1e-13; from a circle through the parabola to a fast hyperbola, and near the
    line."""
    e = np.array([0.0, 1e-9, 0.5, 0.89, 0.91, 0.9999, 1.0 - 1e-9, 1.0, 1.0 + 1e-9, 1.01, 3.0, 40.0])
    nu = np.array([0.3, 1.0, -2.0, 2.5, -2.5, 1.0, 2.0, -2.0, 1.5, -1.0, 1.0, -1.0])
    p = np.full(e.size, 7.0e6) * (1.0 + e)
    r, v = elements_to_state([p, e, 1.0 + 0 * e, 2.0 + 0 * e, 0.5 + 0 * e, nu], MU)
    dt = np.linspace(0.0, 20_000.0, instants)
    r1, v1, status = kepler_grid(r, v, dt, MU)
    assert not status.any()
    for k in range(e.size):
        run = solve_ivp(
            lambda t, y: np.concatenate([y[3:], -MU * y[:3] / np.dot(y[:3], y[:3]) ** 1.5]),
            (0.0, dt[-1]),
            np.concatenate([r[:, k], v[:, k]]),
            method="DOP853",
            rtol=1e-13,
            atol=1e-6,
            t_eval=dt,
        )
        size = np.max(distance(run.y[:3]))
        assert np.max(distance(r1[:, k] - run.y[:3])) < 3e-10 * size, e[k]
        assert np.max(distance(v1[:, k] - run.y[3:])) < 1e-5, e[k]


@pytest.mark.parametrize("instants", [20, 60])
def test_the_two_ways_meet_where_one_takes_over(instants: int) -> None:
    limit = twobody.FAST_LIMIT
    for nu in (-3.0, -1.0, 0.5, 2.5):
        sides = [
            kepler_grid(
                *elements_to_state([[7e6 * (1.0 + e)], [e], [1.0], [2.0], [3.0], [nu]], MU),
                np.linspace(0.0, 1e5, instants),
                MU,
            )[0]
            for e in (limit - 1e-13, limit + 1e-13)
        ]
        # The 2e-13 of eccentricity alone moves the satellite by a millimetre near perigee.
        np.testing.assert_allclose(*sides, rtol=0.0, atol=3e-3)


def test_near_parabolic_orbits_return_to_where_they_came_from() -> None:
    n = 2000
    e = 1.0 + RNG.choice([-1.0, 1.0], n) * 10.0 ** RNG.uniform(-15.0, -1.0, n)
    nu = RNG.uniform(-2.5, 2.5, n)
    r, v = elements_to_state([7e6 * (1.0 + e), e, *RNG.uniform(0.0, 3.0, (3, n)), nu], MU)
    dt = RNG.uniform(-1e5, 1e5, (n, 1))
    there = kepler_grid(r, v, dt, MU)
    back = kepler_grid(there[0][:, :, 0], there[1][:, :, 0], -dt, MU)
    assert not np.any([there[2], back[2]])
    # Far out a metre of rounding a million kilometres away comes back magnified.
    growth = distance(there[0][:, :, 0]) / distance(r)
    assert np.max(distance(back[0][:, :, 0] - r) / (1.0 + growth**2)) < 1e-6


def test_nearly_rectilinear_orbits_keep_energy_and_momentum() -> None:
    r = np.array([[7e6, 7e6], [0.0, 0.0], [0.0, 0.0]])
    v = np.array([[3000.0, -12000.0], [1e-3, 1e-2], [0.0, 0.0]])
    r1, v1, status = kepler_grid(r, v, [600.0, 4000.0], MU)
    assert not status.any()
    before, after = np.cross(r, v, axis=0)[2], np.cross(r1, v1, axis=0)[2]
    np.testing.assert_allclose(after, before[:, np.newaxis] * np.ones(2), rtol=1e-4)
    energy = 0.5 * (v1 * v1).sum(axis=0) - MU / distance(r1)
    expected = 0.5 * (v * v).sum(axis=0) - MU / distance(r)
    np.testing.assert_allclose(energy, expected[:, np.newaxis] * np.ones(2), rtol=1e-9)


@pytest.mark.parametrize("instants", [1, 50])
def test_what_cannot_be_propagated_has_a_status_and_is_nan(instants: int) -> None:
    r = np.array([[7e6, 0.0, 0.0]] * 7).T.copy()
    v = np.array([[0.0, 7500.0, 0.0]] * 7).T.copy()
    r[1, 0] = np.nan
    v[2, 1] = np.inf
    v[:, 2] = [1000.0, 0.0, 0.0]  # radial
    v[:, 3] = 0.0  # at rest
    r[:, 4] = 0.0  # at the centre
    r[0, 5] = 1e200  # its square overflows
    r1, v1, status = kepler_grid(r, v, np.full(instants, 100.0), MU)
    assert status.tolist() == [16, 16, 17, 17, 17, 16, 0]
    assert np.isnan(r1[:, :6]).all()
    assert np.isnan(v1[:, :6]).all()
    assert np.isfinite(r1[:, 6]).all()


@pytest.mark.parametrize("padding", [0, 40])
def test_a_bad_instant_spoils_itself_alone(padding: int) -> None:
    bad = [np.nan, np.inf, -np.inf, 1e20]
    dt = np.array([10.0, *bad, 20.0, *[30.0] * padding])
    r, v = ellipses(3)
    r = np.concatenate([r, [[7e6], [0.0], [0.0]]], axis=1)
    v = np.concatenate([v, [[0.0], [15000.0], [0.0]]], axis=1)  # a hyperbola too
    r1, _, status = kepler_grid(r, v, dt, MU)
    assert not status[:3].any()
    assert np.isnan(r1[:, :3, 1:5]).all()
    assert np.isnan(r1[:, 3, 1:4]).all()
    assert np.isfinite(r1[:, :, [0, 5]]).all()


def test_any_memory_layout_gives_the_same_answer() -> None:
    r, v = ellipses(300)
    dt = np.linspace(0.0, 9000.0, 4)
    r1, v1, _ = kepler_grid(r, v, dt, MU)
    frozen = r.copy()
    frozen.flags.writeable = False
    wide = np.zeros((3, 600))
    wide[:, ::2] = v
    r2, v2, _ = kepler_grid(frozen, wide[:, ::2], dt[::-1][::-1], MU)
    np.testing.assert_array_equal(r1, r2)
    np.testing.assert_array_equal(v1, v2)
    single = kepler_grid(r.astype(np.float32), v.astype(np.float32), dt, MU)
    double = kepler_grid(
        r.astype(np.float32).astype(float), v.astype(np.float32).astype(float), dt, MU
    )
    np.testing.assert_array_equal(single[0], double[0])


@pytest.mark.parametrize(("orbits", "instants"), [(0, 5), (4, 0), (0, 0)])
def test_empty_batches(orbits: int, instants: int) -> None:
    r, v, status = kepler_grid(np.ones((3, orbits)), np.ones((3, orbits)), np.ones(instants), MU)
    assert r.shape == v.shape == (3, orbits, instants)
    assert status.shape == (orbits,)


@pytest.mark.parametrize(("orbits", "instants"), [(20_001, 1), (3_001, 7), (101, 333), (1, 50_001)])
def test_threads_change_nothing(orbits: int, instants: int) -> None:
    r, v = ellipses(orbits, 1.0)
    dt = np.linspace(0.0, 86400.0, instants)
    one = kepler_grid(r, v, dt, MU, threads=1)
    two = kepler_grid(r, v, dt, MU, threads=2)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("instants", [1, 6, 77])
def test_a_batch_is_its_members(instants: int) -> None:
    r, v = ellipses(200, 1.0)
    dt = RNG.uniform(-1e5, 1e5, (200, instants))
    whole = kepler_grid(r, v, dt, MU)
    for k in range(0, 200, 9):
        alone = kepler_grid(r[:, [k]], v[:, [k]], dt[[k]], MU)
        np.testing.assert_allclose(alone[0][:, 0], whole[0][:, k], rtol=0.0, atol=1e-6)
        np.testing.assert_allclose(alone[1][:, 0], whole[1][:, k], rtol=0.0, atol=1e-9)


def test_out_is_filled_and_returned() -> None:
    r, v = ellipses(10)
    out = (np.empty((3, 10, 2)), np.empty((3, 10, 2)))
    result = kepler_grid(r, v, [0.0, 60.0], MU, out=out)
    assert result[0] is out[0]
    assert result[1] is out[1]
    np.testing.assert_allclose(out[0][:, :, 0], r, rtol=1e-14)


def test_bad_arguments_show_what_came() -> None:
    r, v = ellipses(4)
    with pytest.raises(ValueError, match=r"r must have the shape \(3, N\), got \(4, 3\)"):
        kepler_grid(r.T, v, [0.0], MU)
    with pytest.raises(ValueError, match="as many orbits, got 4 and 3"):
        kepler_grid(r, v[:, :3], [0.0], MU)
    with pytest.raises(ValueError, match=r"\(T,\) or \(4, T\), got \(3, 2\)"):
        kepler_grid(r, v, np.zeros((3, 2)), MU)
    with pytest.raises(ValueError, match="mu must be positive and finite, got -1"):
        kepler_grid(r, v, [0.0], -1.0)
    with pytest.raises(ValueError, match="C-contiguous float64"):
        kepler_grid(r, v, [0.0], MU, out=(np.empty((3, 4, 1), np.float32), np.empty((3, 4, 1))))


def test_input_is_left_alone() -> None:
    r, v = ellipses(50)
    dt = np.linspace(0.0, 1e4, 50)
    copies = r.copy(), v.copy(), dt.copy()
    kepler_grid(r, v, dt, MU)
    for given, copy in zip((r, v, dt), copies, strict=True):
        np.testing.assert_array_equal(given, copy)


def test_status_codes_are_those_of_the_table() -> None:
    assert (twobody.OK, twobody.NOT_FINITE) == (Status.OK, Status.NOT_FINITE)
    assert (twobody.RECTILINEAR, twobody.NOT_CONVERGED) == (
        Status.RECTILINEAR,
        Status.NOT_CONVERGED,
    )


# --- Kepler's equation ----------------------------------------------------------------------------


def test_vallado_examples_of_keplers_equation() -> None:
    """Vallado (2013), examples 2-1, 2-2 and 2-3, to the digits printed."""
    ellipse = np.degrees(kepler_equation(np.radians(235.4), 0.4))
    parabola = kepler_equation(1.5 * 0.5457, 1.0)  # his B, of B + B^3/3 = sqrt(mu/p^3) dt
    hyperbola = kepler_equation(np.radians(235.4), 2.4)
    assert abs(ellipse - 220.512074) < 1e-6
    assert abs(parabola + parabola**3 / 3.0 - 1.5 * 0.5457) < 1e-15
    assert abs(hyperbola - 1.601376144) < 5e-9


def mean_less(anomaly: Any, e: float, mean: Any) -> Any:
    """E - e sin E - M in extended precision, without cancellation for small E and e near 1."""
    wide = anomaly.astype(np.longdouble)
    term = wide**3 / 6
    cubic = term.copy()
    for k in range(4, 40, 2):
        term *= -wide * wide / (k * (k + 1))
        cubic += term
    return (1 - np.longdouble(e)) * wide + np.longdouble(e) * cubic - mean


@extended
@pytest.mark.parametrize("e", [0.0, 1e-8, 0.3, 0.9, 0.900001, 0.99, 1.0 - 1e-6, 1.0 - 1e-15])
def test_ellipse_to_rounding(e: float) -> None:
    anomaly = RNG.uniform(-np.pi, np.pi, 5000) * 10.0 ** RNG.uniform(-4.0, 0.0, 5000)
    mean = np.asarray(mean_less(anomaly, e, 0.0), dtype=np.float64)
    found = kepler_equation(mean, e)
    slope = (1.0 - e) + 2.0 * e * np.sin(0.5 * found) ** 2
    error = mean_less(found, e, mean) / slope / found
    assert np.max(np.abs(error)) < (2.5e-15 if e <= 0.9 else 6e-16)


def test_parabola_and_hyperbola_invert_their_equations() -> None:
    d = RNG.standard_normal(1000) * 10.0 ** RNG.uniform(-6.0, 3.0, 1000)
    np.testing.assert_allclose(kepler_equation(d + d**3 / 3.0, 1.0), d, rtol=1e-15)
    f = RNG.uniform(-20.0, 20.0, 1000)
    e = 1.0 + 10.0 ** RNG.uniform(-3.0, 2.0, 1000)
    np.testing.assert_allclose(kepler_equation(e * np.sinh(f) - f, e), f, rtol=1e-12)


def test_keplers_equation_keeps_turn_shape_and_type() -> None:
    mean = np.array([[0.0, 10.0], [-10.0, 1000.0]])
    found = kepler_equation(mean, 0.2)
    assert found.shape == (2, 2)
    np.testing.assert_allclose(found - 0.2 * np.sin(found), mean, rtol=1e-15)
    assert kepler_equation(1.0, 0.5).shape == ()
    assert kepler_equation(np.ones((3, 1)), np.full(4, 0.5)).shape == (3, 4)
    assert kepler_equation(np.ones((0,)), 0.5).shape == (0,)


def test_keplers_equation_without_a_root_is_nan() -> None:
    mean = [np.nan, 1.0, np.inf, 1.0, np.inf, np.inf, 1e13]
    e = [0.5, np.nan, 0.5, -0.1, 1.0, 2.0, 0.5]
    assert np.isnan(kepler_equation(mean, e)).all()
    np.testing.assert_array_equal(kepler_equation([0.0, 0.0, 0.0], [0.5, 1.0, 2.0]), 0.0)


# --- elements to state ----------------------------------------------------------------------------


def test_vallado_example_2_6() -> None:
    elements = [11067.790e3, 0.83285, *np.radians([87.87, 227.89, 53.38, 92.335])]
    r, v = elements_to_state(np.reshape(elements, (6, 1)), 398600.4418e9)
    np.testing.assert_allclose(r[:, 0] / 1e3, [6525.344, 6861.535, 6449.125], rtol=0.0, atol=0.05)
    np.testing.assert_allclose(v[:, 0] / 1e3, [4.902276, 5.533124, -1.975709], rtol=0, atol=5e-5)


def test_elements_to_state_against_rotation_matrices() -> None:
    n = 1000
    p, e = RNG.uniform(7e6, 9e7, n), RNG.uniform(0.0, 3.0, n)
    i, raan, argp = RNG.uniform(-np.pi, np.pi, (3, n))
    nu = RNG.uniform(-1.5, 1.5, n)
    r, v = elements_to_state([p, e, i, raan, argp, nu], MU)

    def turn(axis: int, angle: Any) -> Any:
        matrix = np.zeros((n, 3, 3))
        j, k = (axis + 1) % 3, (axis + 2) % 3
        matrix[:, axis, axis] = 1.0
        matrix[:, j, j] = matrix[:, k, k] = np.cos(angle)
        matrix[:, k, j], matrix[:, j, k] = np.sin(angle), -np.sin(angle)
        return matrix

    to_inertial = turn(2, raan) @ turn(0, i) @ turn(2, argp)
    radius = p / (1.0 + e * np.cos(nu))
    flat = np.stack([radius * np.cos(nu), radius * np.sin(nu), 0 * nu])
    speed = np.sqrt(MU / p) * np.stack([-np.sin(nu), e + np.cos(nu), 0 * nu])
    np.testing.assert_allclose(r, np.einsum("nij,jn->in", to_inertial, flat), atol=1e-6)
    np.testing.assert_allclose(v, np.einsum("nij,jn->in", to_inertial, speed), atol=1e-10)


def test_impossible_elements_are_nan() -> None:
    good = np.array([7e6, 0.1, 1.0, 1.0, 1.0, 1.0])
    bad = np.tile(good[:, np.newaxis], 9)
    for column, (row, value) in enumerate(
        [(0, -7e6), (0, np.inf), (1, -0.1), (1, np.nan), (2, np.inf), (3, np.nan), (4, -np.inf)]
    ):
        bad[row, column] = value
    bad[[1, 5], 7] = [2.0, 2.5]  # beyond the asymptote
    r, v = elements_to_state(bad, MU)
    assert np.isnan(r[:, :8]).any(axis=0).all()
    assert np.isnan(v[:, :8]).any(axis=0).all()
    assert np.isfinite(r[:, 8]).all()
    assert elements_to_state(np.ones((6, 0)), MU)[0].shape == (3, 0)


def test_public_names_come_with_documentation() -> None:
    for name in ("kepler_grid", "kepler_equation", "elements_to_state"):
        assert "Returns" in getattr(kepler, name).__doc__
