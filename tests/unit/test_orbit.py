"""`Orbit` as a caller meets it: construction in any shape, indexing, immutability, refusals."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from sgp4.api import WGS72, Satrec

from orbitsim import EquinoctialElements, Orbit
from orbitsim.earth import J2_GRAVITY, MU
from orbitsim.errors import ConvergenceError, ElementSetError, FrameError, InputError

EPOCH = "2016-12-01T15:00:41"
LINE1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"

SHAPES: list[tuple[int, ...]] = [(), (3,), (2, 3), (0,), (2, 0), (1, 1, 2)]


def of_shape(shape: tuple[int, ...], **change: Any) -> Orbit:
    """Distinct orbits in a batch of that shape."""
    count = int(np.prod(shape, dtype=int))
    given: dict[str, Any] = {
        "semi_major_axis": 7e6 + 1e4 * np.arange(count, dtype=float).reshape(shape),
        "eccentricity": 0.01,
        "inclination": 0.9,
        "epoch": EPOCH,
        "raan": 1.0,
    }
    return Orbit.from_elements(**{**given, **change})


# -- shapes
# -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
def test_every_result_keeps_the_shape(shape: tuple[int, ...]) -> None:
    orbit = of_shape(shape)
    assert orbit.shape == shape
    assert orbit.size == int(np.prod(shape, dtype=int))
    assert orbit.r.shape == orbit.v.shape == (*shape, 3)
    for value in (
        orbit.elements().eccentricity,
        orbit.equinoctial().true_longitude,
        orbit.period(),
        orbit.period("nodal"),
        orbit.first_order_period("anomalistic"),
        *orbit.apsis_altitudes(),
        *orbit.apsis_altitudes("mean"),
    ):
        assert value.shape == shape
    assert orbit.to_frame("TEME").shape == shape


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_component_major_and_read_only(shape: tuple[int, ...]) -> None:
    orbit = of_shape(shape)
    for array in (orbit.r, orbit.v):
        assert np.moveaxis(array, -1, 0).flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[..., 0] = 0.0


@pytest.mark.parametrize("datum", ["equatorial", "mean", "ellipsoid"])
@pytest.mark.parametrize("shape", [(), (2,), (2, 2), (0,)])
def test_apsides_in_any_shape(shape: tuple[int, ...], datum: Any) -> None:
    apogee = np.linspace(245e3, 400e3, int(np.prod(shape, dtype=int))).reshape(shape)
    orbit = Orbit.from_apsides(193e3, apogee, 0.9016, EPOCH, altitude_datum=datum)
    assert orbit.shape == shape
    low, high = orbit.apsis_altitudes(datum)
    np.testing.assert_allclose(low, np.full(shape, 193e3), atol=2e-4)
    np.testing.assert_allclose(high, apogee, atol=2e-4)


def test_arguments_broadcast() -> None:
    orbit = Orbit.from_elements(
        semi_major_axis=[[7e6], [8e6]],
        eccentricity=[0.0, 0.1, 0.2],
        inclination=50.0 * u.deg,
        epoch=EPOCH,
    )
    assert orbit.shape == (2, 3)
    assert orbit[1, 2].elements().semi_major_axis == pytest.approx(8e6)
    assert orbit[1, 2].elements().eccentricity == pytest.approx(0.2)
    state = Orbit.from_state([7e6, 0, 0], [[0, 7500, 0], [0, 0, 7500]], EPOCH)
    assert state.shape == (2,)


def test_one_epoch_or_one_each() -> None:
    single = of_shape((2, 3))
    assert single.epoch.shape == ()
    each = of_shape((2,), epoch=Time(["2016-12-01", "2017-01-01"]))
    assert each.epoch.shape == (2,)
    assert each[1].epoch.isot.startswith("2017")
    assert each[1].epoch.shape == ()
    assert each.to_frame("TEME").epoch.shape == (2,)


# -- single and batch, as an array would -----------------------------------------------------------


def test_a_single_orbit_is_no_sequence() -> None:
    orbit = of_shape(())
    with pytest.raises(TypeError, match="single Orbit has no len"):
        len(orbit)
    with pytest.raises(TypeError, match="single Orbit cannot be indexed"):
        orbit[0]
    with pytest.raises(TypeError, match="single Orbit has no len"):
        list(orbit)


def test_length_and_iteration() -> None:
    orbit = of_shape((3, 2))
    assert len(orbit) == 3
    members = list(orbit)
    assert [member.shape for member in members] == [(2,)] * 3
    np.testing.assert_array_equal(members[2].r, orbit.r[2])
    assert list(of_shape((0,))) == []


@pytest.mark.parametrize(
    "index",
    [
        1,
        -1,
        slice(None, None, -1),
        (0, 1),
        (slice(None), 2),
        (..., 0),
        [1, 0, 1],
        np.array([True, False]),
        None,
        (0, slice(None), [0, 1]),
        ([0, 1], slice(None), [0, 1]),
        (..., None),
    ],
    ids=str,
)
def test_indexing_follows_numpy(index: Any) -> None:
    shape = (2, 3, 4)
    epochs = Time("2016-12-01") + np.arange(24.0).reshape(shape) * u.s
    orbit = of_shape(shape, epoch=epochs)
    positions = np.arange(24).reshape(shape)[index]
    part = orbit[index]
    assert part.shape == positions.shape
    np.testing.assert_array_equal(part.r, orbit.r.reshape(-1, 3)[positions])
    np.testing.assert_array_equal(part.v, orbit.v.reshape(-1, 3)[positions])
    assert part.epoch.shape == positions.shape
    np.testing.assert_allclose((part.epoch - epochs[0, 0, 0]).sec, positions, atol=1e-9)
    with pytest.raises(ValueError, match="read-only"):
        part.r[..., 0] = 0.0


@pytest.mark.parametrize("index", [2, -3, (0, 0, 0), (0, 5), 0.5, "a", [7]])
def test_a_wrong_index_is_an_index_error(index: Any) -> None:
    with pytest.raises(IndexError):
        of_shape((2, 3))[index]


def test_frozen() -> None:
    orbit = of_shape((2,), epoch=Time(["2016-12-01", "2017-01-01"]))
    with pytest.raises(AttributeError):
        orbit.mu = 1.0  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        orbit.name = "x"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="read-only"):
        orbit.epoch[0] = orbit.epoch[1]


def test_the_callers_arrays_are_neither_changed_nor_kept() -> None:
    r, v = np.array([[7e6, 0.0, 0.0]]), np.array([[0.0, 7e3, 3e3]])
    epoch = Time(["2016-12-01"])
    before = r.copy(), v.copy()
    orbit = Orbit.from_state(r, v, epoch)
    orbit.elements(), orbit.period("nodal"), orbit.to_frame("TEME")
    np.testing.assert_array_equal(r, before[0])
    np.testing.assert_array_equal(v, before[1])
    r[:], v[:], epoch[0] = 1.0, 1.0, Time("1999-01-01")
    np.testing.assert_array_equal(orbit.r, before[0])
    np.testing.assert_array_equal(orbit.v, before[1])
    assert orbit.epoch[0].isot.startswith("2016")


def test_awkward_inputs_are_taken_as_they_are_meant() -> None:
    plain = Orbit.from_state([7e6, 0, 0], [0, 7e3, 3e3], EPOCH)
    for r, v in (
        (np.array([7e6, 0, 0], dtype=np.float32), np.array([0, 7000, 3000])),
        (np.array([0.0, 0.0, 7e6])[::-1], np.array([3e3, 7e3, 0.0])[::-1]),
        ([7000, 0, 0] * u.km, [0, 7, 3] * u.km / u.s),
        ((7e6, 0, 0), (0, 7e3, 3e3)),
    ):
        np.testing.assert_array_equal(Orbit.from_state(r, v, EPOCH).r, plain.r)
        np.testing.assert_allclose(Orbit.from_state(r, v, EPOCH).v, plain.v, rtol=1e-15)
    fortran = np.asfortranarray(np.tile([7e6, 0.0, 0.0], (4, 5, 1)))
    assert Orbit.from_state(fortran, [0, 7e3, 3e3], EPOCH).shape == (4, 5)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies(duplicate: Callable[[Orbit], Orbit]) -> None:
    orbit = of_shape((2,))
    again = duplicate(orbit)
    np.testing.assert_array_equal(again.r, orbit.r)
    assert (again.frame, again.mu, again.epoch.isot) == (orbit.frame, orbit.mu, orbit.epoch.isot)


def test_what_it_looks_like() -> None:
    assert repr(of_shape(())) == (
        "<Orbit a=7000.000 km e=0.010000 i=51.5662 deg, GCRS at 2016-12-01T15:00:41.000 UTC>"
    )
    assert repr(of_shape((2, 3))) == "<Orbit batch of shape (2, 3), GCRS>"
    assert "a=nan km e=1.000000" in repr(Orbit.from_state([7e6, 0, 0], [1e3, 0, 0], EPOCH))


# -- refusals --------------------------------------------------------------------------------------

GOOD: dict[str, Any] = {
    "semi_major_axis": 7e6,
    "eccentricity": 0.01,
    "inclination": 0.9,
    "epoch": EPOCH,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"semi_major_axis": 7000 * u.kg}, "semi_major_axis has the unit kg"),
        ({"semi_major_axis": "7000 km"}, "semi_major_axis must be a Quantity or numbers in metres"),
        ({"semi_major_axis": np.nan}, "semi_major_axis must be finite, got nan"),
        ({"semi_major_axis": np.inf}, "semi_major_axis must be finite, got inf"),
        ({"semi_major_axis": None}, "exactly one of semi_major_axis and semi_latus_rectum"),
        ({"semi_latus_rectum": 7e6}, "exactly one of semi_major_axis and semi_latus_rectum"),
        ({"semi_major_axis": -7e6}, "positive for e < 1 and negative for e > 1"),
        ({"eccentricity": 1.5}, "positive for e < 1 and negative for e > 1"),
        ({"eccentricity": 1.0}, "a parabola .e = 1. needs semi_latus_rectum"),
        ({"eccentricity": -0.1}, "eccentricity must not be negative, got -0.1"),
        ({"eccentricity": np.nan}, "eccentricity must be finite"),
        ({"eccentricity": "round"}, "eccentricity must be pure numbers"),
        ({"eccentricity": 1.0 * u.km}, "eccentricity has the unit km; wanted a pure number"),
        ({"inclination": 51.66}, r"inclination must lie in \[0, pi\] rad, got 51.66 .give degrees"),
        ({"inclination": [0.1, -0.1]}, "inclination must lie in"),
        ({"inclination": np.nan}, "inclination must be finite"),
        ({"raan": np.nan}, "raan must be finite"),
        ({"raan": 5 * u.km}, "raan has the unit km; wanted a quantity convertible to rad"),
        ({"true_anomaly": 0.0, "mean_anomaly": 0.0}, "at most one of true_anomaly and mean"),
        (
            {"semi_major_axis": [7e6, 8e6], "raan": [1.0, 2.0, 3.0]},
            r"broadcast: .*axis \(2,\).*raan",
        ),
        ({"epoch": "tomorrow"}, "epoch must be an astropy Time or an ISO 8601 text"),
        (
            {"epoch": Time(["2016-12-01", "2017-01-01"])},
            r"orbits' shape \(\), got the shape \(2,\)",
        ),
        ({"frame": "J2000"}, "unknown frame 'J2000'; wanted one of GCRS, TEME, ITRS"),
        ({"frame": "ITRS"}, "an orbit lives in an inertial frame .GCRS or TEME., got 'ITRS'"),
        ({"mu": -1.0}, "mu must be one positive number"),
        ({"mu": np.nan}, "mu must be finite"),
        ({"mu": [1.0, 2.0]}, "mu must be one positive number"),
        ({"mu": 5 * u.kg}, "mu has the unit kg"),
        (
            {"semi_major_axis": -7e6, "eccentricity": 2.0, "true_anomaly": 2.5},
            "true anomaly 2.5 rad lies beyond the asymptote of an orbit of eccentricity 2",
        ),
    ],
)
def test_refused_elements(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Orbit.from_elements(**{**GOOD, **change})


def test_mu_may_carry_its_unit() -> None:
    orbit = Orbit.from_elements(**GOOD, mu=398600.4418 * u.km**3 / u.s**2)
    assert orbit.mu == pytest.approx(MU, rel=1e-15)


@pytest.mark.parametrize(
    ("r", "v", "message"),
    [
        (7e6, [0, 7e3, 0], r"r must have the shape \(..., 3\), got \(\)"),
        ([7e6, 0], [0, 7e3, 0], r"r must have the shape \(..., 3\), got \(2,\)"),
        ([7e6, 0, 0], [[0, 7e3]], r"v must have the shape \(..., 3\), got \(1, 2\)"),
        (np.ones((2, 3)), np.ones((4, 3)), r"shapes do not broadcast: r \(2, 3\), v \(4, 3\)"),
        ([7e6, 0, np.nan], [0, 7e3, 0], "r must be finite, got nan"),
        ([7e6, 0, 0], [0, np.inf, 0], "v must be finite, got inf"),
        ([0, 0, 0], [0, 7e3, 0], "a position lies at the Earth's centre"),
        ([7, 0, 0] * u.s, [0, 7e3, 0], "r has the unit s"),
        ([7e6, 0, 0], [0, 7, 0] * u.km, "v has the unit km; wanted a quantity convertible to m/s"),
        ("abc", [0, 7e3, 0], "r must be a Quantity or numbers in metres"),
    ],
)
def test_refused_states(r: Any, v: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        Orbit.from_state(r, v, EPOCH)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"perigee_altitude": 300e3}, "perigee altitude 300 km is above apogee altitude 245 km"),
        ({"apogee_altitude": np.nan}, "apogee_altitude must be finite"),
        ({"perigee_altitude": -6.4e6}, "perigee altitude -6400 km lies below the Earth's centre"),
        ({"perigee_altitude": 193 * u.deg}, "perigee_altitude has the unit deg"),
        ({"inclination": 51.66}, "give degrees as an astropy Quantity"),
        ({"altitude_datum": "geoid"}, "unknown altitude datum 'geoid'; wanted one of equatorial"),
        ({"apogee_altitude": [245e3, 250e3], "raan": [0.0, 0.1, 0.2]}, "do not broadcast"),
    ],
)
def test_refused_apsides(change: dict[str, Any], message: str) -> None:
    good = {
        "perigee_altitude": 193e3,
        "apogee_altitude": 245e3,
        "inclination": 0.9,
        "epoch": EPOCH,
    }
    with pytest.raises(InputError, match=message):
        Orbit.from_apsides(**{**good, **change})


def test_which_of_many_is_wrong() -> None:
    with pytest.raises(InputError, match="altitude 250 km is above apogee altitude 245 km"):
        Orbit.from_apsides([193e3, 250e3], 245e3, 0.9, EPOCH)


def test_no_orbit_is_round_over_the_ellipsoid() -> None:
    with pytest.raises(ConvergenceError, match="no orbit has these .* up to 21 km in height"):
        Orbit.from_apsides(200e3, 200e3, 0.9, EPOCH)


def test_heights_over_a_sphere_are_those_of_the_orbit_s_own_ellipse() -> None:
    orbit = of_shape(())
    elements = orbit.elements()
    low, high = orbit.apsis_altitudes("equatorial")
    assert low == pytest.approx(float(elements.perigee_radius) - 6378137.0, abs=1e-8)
    assert high == pytest.approx(float(elements.apogee_radius) - 6378137.0, abs=1e-8)
    assert orbit.first_order_period("keplerian") == orbit.period()


def test_unknown_kinds_and_datums() -> None:
    orbit = of_shape(())
    with pytest.raises(InputError, match="unknown kind of period 'sidereal'; wanted one of kepl"):
        orbit.period("sidereal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown kind of period"):
        orbit.first_order_period("x")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown altitude datum 'sea'"):
        orbit.apsis_altitudes("sea")  # type: ignore[arg-type]
    with pytest.raises(FrameError, match="inertial frame"):
        orbit.to_frame("ITRS")
    with pytest.raises(FrameError, match="unknown frame 'ECI'"):
        orbit.to_frame("ECI")


# -- the other doors -------------------------------------------------------------------------------


def test_mean_anomaly_and_open_orbits() -> None:
    nu = np.array([2.0, -2.0])
    hyperbola = Orbit.from_elements(
        semi_major_axis=-9e6, eccentricity=1.4, inclination=0.5, true_anomaly=nu, epoch=EPOCH
    )
    same = Orbit.from_elements(
        semi_major_axis=-9e6,
        eccentricity=1.4,
        inclination=0.5,
        mean_anomaly=hyperbola.elements().mean_anomaly,
        epoch=EPOCH,
    )
    np.testing.assert_allclose(same.r, hyperbola.r, rtol=1e-13, atol=1e-6)
    assert np.isnan(hyperbola.period()).all()
    assert np.isnan(hyperbola.period("nodal")).all()
    assert np.isnan(hyperbola.first_order_period("nodal")).all()
    assert np.isinf(hyperbola.apsis_altitudes("mean")[1]).all()


def test_equinoctial_door() -> None:
    orbit = of_shape((2, 3))
    again = Orbit.from_equinoctial(orbit.equinoctial(), EPOCH)
    np.testing.assert_allclose(again.r, orbit.r, rtol=1e-14, atol=1e-7)
    with pytest.raises(InputError, match="semi-latus rectum must be positive, got -1 m"):
        Orbit.from_equinoctial(EquinoctialElements(*map(np.float64, (-1, 0, 0, 0, 0, 0))), EPOCH)
    with pytest.raises(InputError, match="f must be finite"):
        Orbit.from_equinoctial(
            EquinoctialElements(*map(np.float64, (7e6, np.nan, 0, 0, 0, 0))), EPOCH
        )
    with pytest.raises(InputError, match="do not broadcast: p .2,., f .3,."):
        Orbit.from_equinoctial(
            EquinoctialElements(*(np.ones(n) * 0.1 for n in (2, 3, 1, 1, 1, 1))), EPOCH
        )


def test_frames_there_and_back() -> None:
    orbit = of_shape((3,))
    again = orbit.to_frame("TEME").to_frame("GCRS")
    np.testing.assert_allclose(again.r, orbit.r, rtol=0, atol=1e-6)
    assert orbit.to_frame("TEME").frame == "TEME"
    # Seventeen years of precession: 0.1 deg at the pole.
    apart = np.linalg.norm(orbit.to_frame("TEME").r - orbit.r, axis=-1)
    assert (apart > 5e3).all()
    assert (apart < 4e4).all()


def test_apsides_are_of_the_true_equator() -> None:
    orbit = Orbit.from_apsides(193e3, 245e3, 0.9016, EPOCH, argument_of_perigee=1.43)
    assert orbit.frame == "TEME"
    assert orbit.mu == J2_GRAVITY.mu
    assert orbit.elements().inclination == pytest.approx(0.9016, abs=1e-14)
    # The same orbit seen from another frame has the same heights and periods.
    for one, other in zip(
        orbit.apsis_altitudes(), orbit.to_frame("GCRS").apsis_altitudes(), strict=True
    ):
        assert one == pytest.approx(other, abs=1e-6)
    assert orbit.period("nodal") == pytest.approx(orbit.to_frame("GCRS").period("nodal"), abs=1e-8)


def test_a_set_gives_the_state_of_the_sgp4_package() -> None:
    orbit = Orbit.from_tle(LINE1, LINE2)
    assert (orbit.shape, orbit.frame) == ((), "TEME")
    _, r, v = Satrec.twoline2rv(LINE1, LINE2, WGS72).sgp4_tsince(0.0)
    np.testing.assert_allclose(orbit.r, np.array(r) * 1e3, rtol=1e-15)
    np.testing.assert_allclose(orbit.v, np.array(v) * 1e3, rtol=1e-15)
    assert orbit.epoch.utc.isot == "2008-09-20T12:25:40.104"
    # Osculating and mean are not the same: the ripple of J2 is some kilometres.
    mean_axis = (398600.8e9 / (15.72125391 * 2 * np.pi / 86400.0) ** 2) ** (1 / 3)
    assert 1e3 < abs(orbit.elements().semi_major_axis - mean_axis) < 2e4


def test_sets_in_a_row() -> None:
    batch = Orbit.from_tle([LINE1, LINE1], [LINE2, LINE2])
    assert (batch.shape, batch.epoch.shape) == ((2,), (2,))
    assert Orbit.from_tle([], []).shape == (0,)
    assert Orbit.from_tle((x for x in [LINE1]), (x for x in [LINE2])).shape == (1,)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((LINE1, ""), "line 2 of the two-line element set is missing"),
        ((LINE1, None), "must be a text, or a sequence of texts, got None"),
        ((LINE1, LINE2[:-1] + "9"), "line 2 has the checksum '9', its digits give 7"),
        (([LINE1, LINE1], [LINE2]), "2 first lines came with 1 second lines"),
    ],
)
def test_half_and_broken_sets(lines: tuple[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Orbit.from_tle(*lines)


def test_a_set_that_has_decayed_already() -> None:
    fast = LINE2.replace("15.72125391", "17.90000000").replace("0006703", "0200000")
    fast = fast[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in fast[:68]) % 10)
    with pytest.raises(ElementSetError, match="SGP4: .*satellite 25544"):
        Orbit.from_tle(LINE1, fast)
