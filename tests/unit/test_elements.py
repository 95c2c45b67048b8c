"""Elements and anomalies against textbook examples and in the cases where they are singular."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad

from orbitsim.elements import (
    KeplerianElements,
    eccentric_from_mean,
    eccentric_from_true,
    elements_from_state,
    equinoctial_from_keplerian,
    keplerian_from_equinoctial,
    mean_from_eccentric,
    mean_from_true,
    state_from_elements,
    true_from_eccentric,
    true_from_mean,
    wrap,
)
from orbitsim.errors import InputError

MU = 3.986004418e14
PI = np.pi


def elements(p: Any, e: Any, i: Any, raan: Any, w: Any, nu: Any) -> KeplerianElements:
    return KeplerianElements(*np.broadcast_arrays(*map(np.float64, (p, e, i, raan, w, nu))))


def test_vallado_2_5() -> None:
    """State to elements (Vallado 2013, example 2-5), to the digits printed there."""
    r = np.array([6524.834, 6862.875, 6448.296]) * 1e3
    v = np.array([4.901327, 5.533756, -1.976341]) * 1e3
    got = elements_from_state(r, v, MU)
    assert got.semi_latus_rectum == pytest.approx(11067.790e3, abs=10.0)
    assert got.semi_major_axis == pytest.approx(36127.343e3, abs=10.0)
    assert got.eccentricity == pytest.approx(0.832853, abs=1e-6)
    degrees = np.degrees([got.inclination, got.raan, got.argument_of_perigee, got.true_anomaly])
    np.testing.assert_allclose(degrees, [87.870, 227.898, 53.385, 92.335], atol=1e-3)
    assert np.degrees(got.argument_of_latitude) == pytest.approx(145.720, abs=6e-4)


def test_vallado_2_6() -> None:
    """Elements to state (Vallado 2013, example 2-6), whose angles are rounded to 0.01 deg."""
    given = elements(11067.790e3, 0.83285, *np.radians([87.87, 227.89, 53.38, 92.335]))
    r, v = state_from_elements(given, MU)
    np.testing.assert_allclose(r / 1e3, [6525.344, 6861.535, 6449.125], atol=3e-2)
    np.testing.assert_allclose(v / 1e3, [4.902276, 5.533124, -1.975709], atol=3e-5)


@pytest.mark.parametrize(
    ("e", "mean", "expected"),
    [
        (0.4, np.radians(235.4), np.radians(220.512074767522)),  # Vallado 2013, example 2-1
        (2.4, np.radians(235.4), 1.601376144),  # example 2-3
        (1.0, 1.0, 0.8177316738868),  # example 2-2: D + D^3/3 = 1
    ],
)
def test_kepler_equations(e: float, mean: float, expected: float) -> None:
    got = eccentric_from_mean(mean, e)
    assert wrap(got) == pytest.approx(expected, abs=2e-9)
    assert mean_from_eccentric(got, e) == pytest.approx(
        mean - 2 * PI if e == 0.4 and got < 0 else mean, abs=1e-14
    )


@pytest.mark.parametrize("e", [0.0, 1e-9, 0.3, 0.99, 1 - 1e-9, 1.0, 1 + 1e-9, 1.5, 8.0])
def test_mean_anomaly_is_the_area_swept(e: float) -> None:
    """Kepler's second law by quadrature: time since perigee = integral of r^2 / h over nu."""
    limit = PI if e < 1.0 else np.arccos(-1.0 / e)
    for nu in np.array([-0.9, -0.4, 1e-3, 0.5, 0.95]) * limit:
        area, _ = quad(lambda x: (1.0 + e * np.cos(x)) ** -2, 0.0, nu, epsabs=0, epsrel=1e-12)
        # p = 1 and mu = 1: M is the area times the mean motion, 2 for Barker's form.
        scale = 2.0 if e == 1.0 else abs((1.0 - e) * (1.0 + e)) ** 1.5
        assert mean_from_true(nu, e) == pytest.approx(scale * area, rel=1e-11)


@pytest.mark.parametrize("gap", [0.5, 1e-2, 1e-4, 1e-6, 1e-9, 1e-12, 1e-15])
@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_anomalies_keep_their_digits_near_the_parabola(gap: float, side: float) -> None:
    e = 1.0 + side * gap
    limit = PI if e < 1.0 else np.arccos(-1.0 / e)
    nu = np.linspace(-0.98, 0.98, 999) * limit
    for there, back in (
        (eccentric_from_true, true_from_eccentric),
        (mean_from_true, true_from_mean),
    ):
        apart = back(there(nu, e), e) - wrap(nu)
        # Three roundings of 2 pi, stretched where a far part of the orbit hangs on a late digit.
        assert np.abs((apart + PI) % (2 * PI) - PI).max() < 4e-15


def test_the_parabola_is_the_limit_of_its_neighbours() -> None:
    nu = np.linspace(-2.8, 2.8, 57)
    gap = 2.0**-40
    shrunk = 0.5 * (2.0 * gap) ** 1.5 * mean_from_true(nu, 1.0)
    for e in (1.0 - gap, 1.0 + gap):
        np.testing.assert_allclose(mean_from_true(nu, e), shrunk, rtol=1e-10)


def test_anomalies_count_from_perigee_in_both_directions() -> None:
    assert mean_from_true(6.0, 0.3) == pytest.approx(mean_from_true(6.0 - 2 * PI, 0.3), rel=1e-14)
    assert -PI <= mean_from_true(4.0, 0.3) < 0.0
    assert 0.0 <= true_from_mean(-0.1, 0.3) < 2 * PI
    assert true_from_mean(-1e-30, 0.3) == 0.0
    assert mean_from_true(PI, 0.5) == pytest.approx(PI, abs=1e-15)
    # The solution of Kepler's equation stays in the turn of its argument.
    assert eccentric_from_mean(20.0, 0.3) == pytest.approx(20.0, abs=0.31)


def test_beyond_the_asymptote_there_is_no_anomaly() -> None:
    assert np.isnan(eccentric_from_true(3.0, 2.0))
    assert np.isnan(mean_from_true([3.0], [2.0])).all()


def test_not_a_number_stays_one() -> None:
    for convert in (
        eccentric_from_true,
        true_from_eccentric,
        mean_from_eccentric,
        eccentric_from_mean,
        mean_from_true,
        true_from_mean,
    ):
        for e in (0.3, 1.0, 1.7):
            np.testing.assert_array_equal(
                np.isnan(convert([np.nan, 0.1], [e, e])), [True, False], err_msg=convert.__name__
            )
            assert np.isnan(convert(0.1, np.nan))
        with pytest.raises(InputError, match="eccentricity must not be negative, got -0.1"):
            convert(0.1, -0.1)


def test_anomalies_broadcast() -> None:
    nu, e = np.linspace(0, 1, 4), np.array([[0.1], [1.0], [2.0]])
    both = mean_from_true(nu, e)
    assert both.shape == (3, 4)
    assert both[2, 3] == mean_from_true(nu[3], 2.0)
    assert mean_from_true([], 0.3).shape == (0,)


SINGULAR = {
    "circular": (7e6, 0.0, 0.9, 1.0, 0.0, 2.0),
    "equatorial": (7e6, 0.1, 0.0, 0.0, 1.0, 2.0),
    "circular equatorial": (7e6, 0.0, 0.0, 0.0, 0.0, 2.0),
    "retrograde equatorial": (7e6, 0.1, PI, 0.0, 1.0, 2.0),
    "polar": (7e6, 0.1, PI / 2, 1.0, 1.0, 2.0),
    "parabola": (7e6, 1.0, 0.9, 1.0, 1.0, 2.0),
    "hyperbola": (7e6, 3.0, 0.9, 1.0, 1.0, -1.2),
}


@pytest.mark.parametrize("case", SINGULAR)
def test_singular_cases_keep_the_documented_elements(case: str) -> None:
    given = elements(*SINGULAR[case])
    got = elements_from_state(*state_from_elements(given, MU), MU)
    assert got.semi_latus_rectum == pytest.approx(given.semi_latus_rectum, rel=1e-14)
    assert got.eccentricity == pytest.approx(given.eccentricity, abs=1e-15)
    assert got.inclination == pytest.approx(given.inclination, abs=1e-15)
    for name in ("raan", "argument_of_perigee", "true_anomaly"):
        ours, theirs = getattr(got, name), wrap(getattr(given, name))
        assert abs((ours - theirs + PI) % (2 * PI) - PI) < 1e-14, name
        assert 0.0 <= ours < 2 * PI


def test_sizes_of_every_conic() -> None:
    got = elements(8e6, np.array([0.0, 0.5, 1.0, 2.0]), 0.1, 0, 0, 0)
    np.testing.assert_allclose(got.semi_major_axis, [8e6, 8e6 / 0.75, np.inf, -8e6 / 3])
    np.testing.assert_allclose(got.perigee_radius, [8e6, 8e6 / 1.5, 4e6, 8e6 / 3])
    np.testing.assert_allclose(got.apogee_radius, [8e6, 16e6, np.inf, np.inf])


def test_a_rectilinear_state_has_no_angles() -> None:
    got = elements_from_state(np.array([7e6, 0.0, 0.0]), np.array([1e3, 0.0, 0.0]), MU)
    assert got.semi_latus_rectum == 0.0
    assert np.isnan(got.argument_of_perigee)


def test_equinoctial_definitions() -> None:
    """Walker, Ireland and Owens (1985), eq. 1 to 6."""
    given = elements(9e6, 0.2, 0.7, 0.5, 1.1, 2.3)
    got = equinoctial_from_keplerian(given)
    assert got.p == 9e6
    np.testing.assert_allclose(
        [got.f, got.g, got.h, got.k, got.true_longitude],
        [
            0.2 * np.cos(1.6),
            0.2 * np.sin(1.6),
            np.tan(0.35) * np.cos(0.5),
            np.tan(0.35) * np.sin(0.5),
            3.9,
        ],
        rtol=1e-14,
    )


def test_circular_orbits_have_their_perigee_at_the_node_from_either_side() -> None:
    for case in ("circular", "circular equatorial"):
        given = elements(*SINGULAR[case])
        back = keplerian_from_equinoctial(equinoctial_from_keplerian(given))
        assert back.argument_of_perigee == 0.0
        assert back.true_anomaly == pytest.approx(2.0, abs=1e-15)
        assert back.raan == pytest.approx(given.raan, abs=1e-15)


def test_equinoctial_state_directly() -> None:
    """The state by the equinoctial formulas (same source), which have no singular angles."""
    for case in ("circular", "equatorial", "circular equatorial", "polar", "hyperbola"):
        q = equinoctial_from_keplerian(elements(*SINGULAR[case]))
        f, g, h, k, longitude = q.f, q.g, q.h, q.k, q.true_longitude
        alpha2, s2 = h * h - k * k, 1 + h * h + k * k
        c, s = np.cos(longitude), np.sin(longitude)
        radius = q.p / (1 + f * c + g * s)
        r = (
            radius
            / s2
            * np.array(
                [
                    c + alpha2 * c + 2 * h * k * s,
                    s - alpha2 * s + 2 * h * k * c,
                    2 * (h * s - k * c),
                ]
            )
        )
        v = (
            -np.sqrt(MU / q.p)
            / s2
            * np.array(
                [
                    s + alpha2 * s - 2 * h * k * c + g - 2 * f * h * k + alpha2 * g,
                    -c + alpha2 * c + 2 * h * k * s - f + 2 * g * h * k + alpha2 * f,
                    -2 * (h * c + k * s + f * h + g * k),
                ]
            )
        )
        ours = state_from_elements(keplerian_from_equinoctial(q), MU)
        np.testing.assert_allclose(ours[0], r, rtol=1e-13, atol=1e-7, err_msg=case)
        np.testing.assert_allclose(ours[1], v, rtol=1e-13, atol=1e-10, err_msg=case)


def test_wrap_stays_below_a_full_turn() -> None:
    assert wrap(-1e-20) == 0.0
    assert wrap(2 * PI) == 0.0
    assert wrap(-0.5) == pytest.approx(2 * PI - 0.5)
