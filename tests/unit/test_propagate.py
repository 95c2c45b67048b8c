"""`propagate`: two-body and J2 against integrations by SciPy, times of every kind, statuses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time, TimeDelta
from independent import fly
from scipy.integrate import solve_ivp

from orbitsim import Orbit, Trajectory, propagate
from orbitsim.earth import J2_GRAVITY, MU
from orbitsim.errors import InputError, PropagationError, Status

EPOCH = "2016-12-01T15:00:41"
DAY = 86400.0


def leo(**change: Any) -> Orbit:
    given: dict[str, Any] = {
        "semi_major_axis": 6.9e6,
        "eccentricity": 0.01,
        "inclination": 0.9,
        "raan": 1.0,
        "epoch": EPOCH,
        "frame": "TEME",
    }
    return Orbit.from_elements(**{**given, **change})


# -- the dynamics ----------------------------------------------------------------------------------


@pytest.mark.parametrize("e", [0.0, 1e-8, 0.01, 0.7, 0.95, 0.999999, 1.0, 1.000001, 1.5, 9.0])
def test_two_body_motion_of_every_conic(e: float) -> None:
    """Newton's law by DOP853, six hours forward and back; measured: below 12 um."""
    orbit = Orbit.from_elements(
        semi_latus_rectum=7e6 * (1 + e), eccentricity=e, inclination=0.9, raan=1.0,
        argument_of_perigee=2.0, true_anomaly=0.7, epoch=EPOCH,
    )  # fmt: skip
    times = np.array([600.0, 3600.0, 6 * 3600.0])
    for sign in (1.0, -1.0):
        reference = solve_ivp(
            lambda _, y: np.concatenate([y[3:], -MU * y[:3] / np.linalg.norm(y[:3]) ** 3]),
            (0.0, sign * times[-1]),
            np.concatenate([orbit.r, orbit.v]),
            method="DOP853",
            rtol=3e-14,
            atol=1e-9,
            t_eval=sign * times,
        ).y.T
        path = propagate(orbit, sign * times)
        assert np.linalg.norm(path.r - reference[:, :3], axis=1).max() < 1e-4
        assert np.linalg.norm(path.v - reference[:, 3:], axis=1).max() < 1e-7


# a (km), e, i, perigee, anomaly (deg), bound in metres after a day.
J2_ORBITS = {
    "insertion": (6580.4, 0.0032, 51.66, 81.9, 0.0, 10.0),
    "circular": (6778.0, 0.0, 51.66, 0.0, 10.0, 12.0),
    "sun-synchronous": (7093.0, 0.0035, 98.2, 90.0, 33.0, 15.0),
    "retrograde": (7028.0, 0.036, 140.0, 20.0, 200.0, 25.0),
    "equatorial": (6900.0, 0.01, 0.0, 20.0, 200.0, 60.0),
    "molniya": (26553.0, 0.741, 63.4, 270.0, 10.0, 20.0),
    "transfer": (24371.0, 0.728, 7.0, 178.0, 100.0, 130.0),
    "geostationary": (42164.2, 1e-4, 0.05, 0.0, 0.0, 0.5),
}


@pytest.mark.parametrize("name", J2_ORBITS)
def test_j2_theory_against_scipy(name: str) -> None:
    """Osculating in, osculating out, a day under J2.  Left out is second order, some J2^2 of an
    orbit's circumference a revolution; measured 7 to 20 m, for low inclinations
    49 (low) and 95 m (transfer), for Molniya 13 m; without J2 500 to 6000 km."""
    a, e, *angles, bound = J2_ORBITS[name]
    inclination, perigee, nu = np.radians(angles)
    orbit = leo(
        semi_major_axis=a * 1e3, eccentricity=e, inclination=inclination,
        argument_of_perigee=perigee, true_anomaly=nu, mu=J2_GRAVITY.mu,
    )  # fmt: skip
    times = np.linspace(0.0, DAY, 50)
    reference = fly(orbit.r, orbit.v, DAY, times).y.T
    path = propagate(orbit, times, method="j2")
    apart = np.linalg.norm(path.r - reference[:, :3], axis=1)
    assert apart[0] < 1e-4
    assert apart.max() < bound
    assert np.linalg.norm(path.v - reference[:, 3:], axis=1).max() < 2e-3 * bound
    if name != "geostationary":
        assert np.linalg.norm(propagate(orbit, times).r[-1] - reference[-1, :3]) > 50 * bound


def test_j2_turns_with_the_frame() -> None:
    """The pole is that of date: the same orbit given in GCRS goes the same way."""
    of_date = leo()
    times = np.array([0.0, 3000.0])
    there = propagate(of_date.to_frame("GCRS"), times, method="j2")
    back = there.at(3000.0)
    again = Orbit.from_state(back.r, back.v, EPOCH).to_frame("TEME")
    np.testing.assert_allclose(again.r, propagate(of_date, times, method="j2").r[1], atol=1e-5)


def test_kepler_uses_the_orbit_s_own_mu() -> None:
    moon = Orbit.from_state([2e6, 0, 0], [0, 1500.0, 0], EPOCH, mu=4.9028e12)
    period = float(moon.period())
    np.testing.assert_allclose(propagate(moon, period).r[0], [2e6, 0, 0], atol=1e-3)


# -- times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "times",
    [
        [0.0, 60.0],
        (0, 60),
        np.array([0.0, 60.0], dtype=np.float32),
        range(0, 120, 60),
        [0.0, 1.0] * u.min,
        TimeDelta([0.0, 60.0], format="sec"),
        Time(["2016-12-01T15:00:41", "2016-12-01T15:01:41"]),
        Time(["2016-12-01T15:00:41", "2016-12-01T15:01:41"]).tdb,
    ],
    ids=lambda x: type(x).__name__,
)
def test_times_of_every_kind(times: Any) -> None:
    np.testing.assert_allclose(
        propagate(leo(), times).r, propagate(leo(), [0.0, 60.0]).r, atol=0.02
    )


@pytest.mark.parametrize(
    "time", [60.0, 1 * u.min, "2016-12-01T15:01:41", datetime(2016, 12, 1, 15, 1, 41)]
)
def test_a_single_time(time: Any) -> None:
    path = propagate(leo(), time)
    assert path.r.shape == (1, 3)
    np.testing.assert_allclose(path.r, propagate(leo(), [60.0]).r, atol=1e-5)


def test_no_times_at_all() -> None:
    assert propagate(leo(), []).r.shape == (0, 3)
    assert propagate(leo(), [], method="j2").r.shape == (0, 3)


def epochs() -> tuple[Orbit, Time]:
    times = Time(["2016-12-01T00:00:00", "2016-12-30T12:00:00", "2017-01-02T06:00:00"])
    orbit = leo(semi_major_axis=[6.9e6, 7.0e6, 7.1e6], epoch=times)
    return orbit, times


@pytest.mark.parametrize("method", ["kepler", "j2", "numerical"])
def test_each_from_its_own_epoch(method: str) -> None:
    """Absolute instants, across the leap second of 2016's end, are the same for all."""
    orbit, times = epochs()
    when = Time(["2017-01-03T00:00:00", "2017-01-03T01:00:00"])
    together = propagate(orbit, when, method=method)
    assert together.epoch.shape == ()
    assert together.times.shape == (2,)
    for index in range(3):
        alone = propagate(orbit[index], when, method=method)
        np.testing.assert_allclose(together.r[index], alone.r, rtol=0, atol=2e-3)
        seconds = (when - times[index]).to_value("s")
        by_seconds = propagate(orbit[index], seconds, method=method)
        np.testing.assert_allclose(together.r[index], by_seconds.r, rtol=0, atol=2e-3)
    np.testing.assert_allclose(together.at(when[1]).r, together.r[:, 1], atol=1e-4)


@pytest.mark.parametrize("when", ["2017-01-03T00:00:00", datetime(2017, 1, 3)])
def test_a_date_as_text_is_one_instant_for_all(when: Any) -> None:
    orbit, _ = epochs()
    path = propagate(orbit, when)
    assert path.r.shape == (3, 1, 3)
    np.testing.assert_array_equal(path.r, propagate(orbit, Time("2017-01-03")).r)


def test_seconds_count_from_each_epoch() -> None:
    orbit, times = epochs()
    path = propagate(orbit, [0.0, 60.0])
    np.testing.assert_allclose(path.r[:, 0], orbit.r, atol=1e-6)
    assert path.epoch.shape == (3,)
    np.testing.assert_allclose((path.times[:, 1] - times).sec, 60.0, atol=1e-9)
    assert path[2].epoch.isot.startswith("2017-01-02")
    assert path.at(60.0).epoch.shape == (3,)


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (Time([["2017-01-01"], ["2017-01-02"]]), r"one row of instants, got the shape \(2, 1\)"),
        (Time([], format="jd"), r"one row of instants, got the shape \(0,\)"),
        (np.zeros((2, 2)), r"one row of instants, got the shape \(2, 2\)"),
        ([1.0] * u.km, "times has the unit km"),
        ("noon", "times must be an astropy Time or an ISO 8601 text"),
        (None, "times must be a Quantity or numbers in seconds, got None"),
    ],
)
def test_refused_times(times: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        propagate(epochs()[0], times)


def test_refused_settings() -> None:
    with pytest.raises(InputError, match="unknown method 'cowell'; wanted one of kepler, j2"):
        propagate(leo(), [0.0], method="cowell")
    with pytest.raises(InputError, match="errors must be 'raise' or 'status', got 'ignore'"):
        propagate(leo(), [0.0], errors="ignore")
    with pytest.raises(InputError, match="method 'j2' takes no tolerance"):
        propagate(leo(), [0.0], method="j2", tolerance=1e-9)


# -- statuses --------------------------------------------------------------------------------------


def bad_batch() -> Orbit:
    """Good, hyperbolic, rectilinear, good."""
    return Orbit.from_state(
        [[7e6, 0, 0]] * 4,
        [[0, 7.6e3, 1e3], [0, 1.3e4, 1e3], [3e3, 0, 0], [0, 7.6e3, 1e3]],
        EPOCH,
        "TEME",
    )


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("kepler", [Status.OK, Status.OK, Status.RECTILINEAR, Status.OK]),
        ("j2", [Status.OK, Status.NOT_ELLIPTIC, Status.RECTILINEAR, Status.OK]),
    ],
)
def test_a_bad_orbit_harms_no_other(method: str, expected: list[Status], count: int) -> None:
    times = np.linspace(0.0, 3000.0, count)
    path = propagate(bad_batch(), times, method=method, errors="status")
    for index, status in enumerate(expected):
        np.testing.assert_array_equal(path.status[index], status)
        assert np.isnan(path.r[index]).all() == (status != Status.OK)
    np.testing.assert_array_equal(path.r[0], path.r[3])
    np.testing.assert_array_equal(path.r[0], propagate(bad_batch()[0], times, method=method).r)
    with pytest.raises(PropagationError, match="states failed"):
        propagate(bad_batch(), times, method=method)


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("method", ["kepler", "j2", "numerical"])
@pytest.mark.parametrize("e", [0.01, 0.95, 1.3])
def test_a_bad_instant_spoils_its_state_alone(method: str, e: float, count: int) -> None:
    if method == "j2" and e > 1.0:
        return
    orbit = leo(semi_major_axis=None, semi_latus_rectum=7e6 * (1 + e), eccentricity=e)
    times = np.linspace(0.0, 3000.0, count)
    times[1], times[2] = np.nan, np.inf
    path = propagate(orbit, times, method=method, errors="status")
    bad = ~np.isfinite(times)
    np.testing.assert_array_equal(path.status, np.where(bad, Status.NOT_FINITE, Status.OK))
    np.testing.assert_array_equal(np.isnan(path.r).all(axis=-1), bad)
    np.testing.assert_array_equal(np.isnan(path.v).any(axis=-1), bad)


def test_a_masked_instant_is_a_bad_one() -> None:
    times = Time(EPOCH) + np.array([0.0, 60.0]) * u.s
    times[1] = np.ma.masked
    path = propagate(leo(), times, errors="status")
    np.testing.assert_array_equal(path.status, [Status.OK, Status.NOT_FINITE])


def test_the_result_is_of_one_type_and_frame() -> None:
    for method in ("kepler", "j2", "numerical"):
        for frame in ("GCRS", "TEME"):
            path = propagate(leo(frame=frame), [0.0], method=method)
            assert isinstance(path, Trajectory)
            assert path.frame == frame
            np.testing.assert_allclose(path.r[0], leo(frame=frame).r, atol=1e-5)


def test_inputs_are_not_changed() -> None:
    orbit, times = leo(), np.array([100.0, 0.0, -50.0])
    before = orbit.r.copy(), times.copy()
    for method in ("kepler", "j2", "numerical"):
        path = propagate(orbit, times, method=method)
        np.testing.assert_array_equal(path.t, before[1])
        np.testing.assert_array_equal(times, before[1])
        np.testing.assert_array_equal(orbit.r, before[0])


@pytest.mark.parametrize("method", ["kepler", "j2"])
def test_threads_do_not_matter(method: str) -> None:
    orbit = leo(semi_major_axis=np.linspace(6.8e6, 4e7, 300))
    times = np.linspace(0.0, DAY, 100)
    one = propagate(orbit, times, method=method, threads=1)
    two = propagate(orbit, times, method=method, threads=2)
    np.testing.assert_array_equal(one.r, two.r)
    np.testing.assert_array_equal(one.v, two.v)
