"""`MeanElements`: SGP4 behind the public type, against Vallado's results and the sgp4 package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from sgp4.api import SGP4_ERRORS, WGS72, Satrec, SatrecArray

from orbitsim import MeanElements, Orbit
from orbitsim.errors import ElementSetError, InputError, PropagationError, Status

LINE1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"


@pytest.fixture(scope="module")
def sets(reference: Path) -> list[tuple[str, str, str]]:
    """The verification sets that are whole: name, first, second line."""
    lines = (reference / "validation/sgp4/SGP4-VER.TLE").read_text().splitlines()
    first = [line[:69] for line in lines if line.startswith("1 ")]
    second = [line[:69] for line in lines if line.startswith("2 ")]
    falsely_sealed = ("33333", "33334", "33335")
    return [
        (a[2:7], a, b) for a, b in zip(first, second, strict=True) if a[2:7] not in falsely_sealed
    ]


@pytest.fixture(scope="module")
def printed(reference: Path) -> dict[str, np.ndarray]:
    """Minutes, position (km), velocity (km/s) that Vallado's code gave, by satellite."""
    tables: dict[str, list[list[float]]] = {}
    for line in (reference / "validation/sgp4/tcppver.out").read_text().splitlines():
        fields = line.split()
        if fields[1:] == ["xx"]:
            rows = tables.setdefault(fields[0].zfill(5), [])
        else:
            rows.append([float(x) for x in fields[:7]])
    return {name: np.array(rows) for name, rows in tables.items()}


def test_every_whole_verification_set(
    sets: list[tuple[str, str, str]], printed: dict[str, np.ndarray]
) -> None:
    """Thirty satellites, one by one, to 0.2 mm; they are printed to 0.01 mm, and a time in seconds
    rounds otherwise than one in minutes."""
    assert len(sets) == 30
    worst = 0.0
    for name, first, second in sets:
        table = printed[name]
        path = MeanElements.from_tle(first, second).propagate(table[:, 0] * u.min, errors="status")
        fine = path.status == 0
        worst = max(worst, np.abs(path.r[fine] / 1e3 - table[fine, 1:4]).max(initial=0.0))
        assert np.abs(path.v[fine] / 1e3 - table[fine, 4:7]).max(initial=0.0) < 1e-8
        assert fine.sum() >= len(table) - 1
    assert worst < 2e-7


def test_a_row_of_them_is_the_package_s_array(sets: list[tuple[str, str, str]]) -> None:
    """All of 2006 together at absolute instants, codes included.  (From earlier sets the package
    counts calendar days, without the leap second of 2005's end.)  Relative, because a set that has
    decayed goes on to 1e12 km and back before the theory gives up."""
    sets = [entry for entry in sets if entry[1][18:20] == "06"]
    firsts, seconds = ([x[index] for x in sets] for index in (1, 2))
    row = MeanElements.from_tle(firsts, seconds)
    when = Time("2006-06-25T12:00:00") + np.linspace(-20.0, 20.0, 41) * u.day
    path = row.propagate(when, errors="status")
    records = [Satrec.twoline2rv(a, b, WGS72) for a, b in zip(firsts, seconds, strict=True)]
    codes, r, v = SatrecArray(records).sgp4(when.jd1, when.jd2)
    np.testing.assert_array_equal(path.status, codes)
    assert {0, 1} <= set(np.unique(codes).tolist())
    fine = codes == 0
    for ours, theirs in ((path.r, r), (path.v, v)):
        apart = np.linalg.norm(ours[fine] / 1e3 - theirs[fine], axis=1)
        assert (apart / np.linalg.norm(theirs[fine], axis=1)).max() < 1e-8
    assert np.isnan(path.r[~fine]).all()
    assert path.shape == (len(sets),) == (20,)
    assert path.frame == "TEME"


def test_seconds_count_from_each_epoch(sets: list[tuple[str, str, str]]) -> None:
    row = MeanElements.from_tle([x[1] for x in sets[:4]], [x[2] for x in sets[:4]])
    path = row.propagate([0.0, 600.0])
    assert path.epoch.shape == (4,)
    for index in range(4):
        alone = row[index].propagate([0.0, 600.0])
        np.testing.assert_array_equal(path.r[index], alone.r)
        np.testing.assert_array_equal(path[index].r, alone.r)
        _, r, _ = Satrec.twoline2rv(*sets[index][1:], WGS72).sgp4_tsince(10.0)
        np.testing.assert_allclose(alone.r[1] / 1e3, r, atol=1e-8)


def test_absolute_and_relative_times_agree() -> None:
    one = MeanElements.from_tle(LINE1, LINE2)
    when = one.epoch + np.array([0.0, 5400.0]) * u.s
    np.testing.assert_allclose(one.propagate(when).r, one.propagate([0.0, 5400.0]).r, atol=1e-3)
    iso = "2008-09-21T00:00:00"
    np.testing.assert_allclose(one.propagate(iso).r, one.propagate(Time(iso)).r, atol=1e-6)
    row = MeanElements.from_tle([LINE1] * 3, [LINE2] * 3)
    assert row.propagate(iso).r.shape == (3, 1, 3)


def test_a_leap_second_counts() -> None:
    """A set of the day of the leap second of 2016, propagated past it: SGP4's argument is elapsed
    time, so a difference of calendar dates would put the satellite 7 km behind."""
    first = LINE1.replace("08264.51782528", "16366.50000000")
    first = first[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in first[:68]) % 10)
    one = MeanElements.from_tle(first, LINE2)
    assert one.epoch.isot == Orbit.from_tle(first, LINE2).epoch.isot == "2016-12-31T12:00:00.000"
    elapsed = (Time("2017-01-01T12:00:00") - one.epoch).to_value("s")
    assert elapsed == pytest.approx(86401.0, abs=1e-3)
    path = one.propagate(Time("2017-01-01T12:00:00"))
    _, r, _ = Satrec.twoline2rv(first, LINE2, WGS72).sgp4_tsince(86401.0 / 60.0)
    np.testing.assert_allclose(path.r[0] / 1e3, r, atol=1e-5)


def test_fields_are_those_of_the_set() -> None:
    one = MeanElements.from_tle(LINE1, LINE2)
    assert one.shape == ()
    assert one.satellite_number == ("25544",)
    assert one.mean_motion == pytest.approx(15.72125391 * 2 * np.pi / 86400.0)
    assert one.eccentricity == pytest.approx(0.0006703)
    angles = [one.inclination, one.raan, one.argument_of_perigee, one.mean_anomaly]
    np.testing.assert_allclose(np.degrees(angles), [51.6416, 247.4627, 130.5360, 325.0288])
    assert one.bstar == pytest.approx(-0.11606e-4)
    assert one.epoch.utc.isot == "2008-09-20T12:25:40.104"
    assert repr(one) == "<MeanElements of 25544 at 2008-09-20T12:25:40.104 UTC>"


def test_rows_behave_as_sequences() -> None:
    row = MeanElements.from_tle([LINE1] * 3, [LINE2] * 3)
    assert (len(row), row.shape, row.epoch.shape, row.eccentricity.shape) == (3, (3,), (3,), (3,))
    assert row[0].shape == row[-1].shape == ()
    assert row[1:].shape == (2,)
    assert len(list(row)) == 3
    assert repr(row) == "<MeanElements of 3 satellites>"
    with pytest.raises(IndexError):
        row[3]
    one = row[0]
    with pytest.raises(TypeError, match="single MeanElements have no len"):
        len(one)
    with pytest.raises(TypeError, match="single MeanElements cannot be indexed"):
        one[0]
    with pytest.raises(AttributeError):
        one.shape = (1,)  # type: ignore[misc]


def test_an_empty_row() -> None:
    none = MeanElements.from_tle([], [])
    assert (len(none), none.epoch.shape) == (0, (0,))
    assert none.propagate([0.0, 1.0]).r.shape == (0, 2, 3)


def test_files_and_messages(reference: Path) -> None:
    row = MeanElements.from_file(reference / "tle/iss_25544_before_progress_m1-4_launch.tle")
    assert len(row) == 64
    assert set(row.satellite_number) == {"25544"}
    message = {
        "EPOCH": "2008-09-20T12:25:40.104192",
        "MEAN_MOTION": 15.72125391,
        "ECCENTRICITY": 0.0006703,
        "INCLINATION": 51.6416,
        "RA_OF_ASC_NODE": 247.4627,
        "ARG_OF_PERICENTER": 130.5360,
        "MEAN_ANOMALY": 325.0288,
        "NORAD_CAT_ID": 25544,
        "BSTAR": -0.11606e-4,
    }
    tle = MeanElements.from_tle(LINE1, LINE2).propagate([0.0, 86400.0]).r
    np.testing.assert_allclose(
        MeanElements.from_omm(message).propagate([0, 86400]).r, tle, atol=0.1
    )
    assert MeanElements.from_omm([message, message]).shape == (2,)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((LINE1, ""), "line 2 .* is missing"),
        ((LINE1, None), "must be a text, or a sequence of texts"),
        (([LINE1], [LINE2, LINE2]), "1 first lines came with 2 second lines"),
        ((LINE1[:-1] + "3", LINE2), "line 1 has the checksum '3', its digits give 7"),
    ],
)
def test_refused(lines: tuple[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        MeanElements.from_tle(*lines)
    with pytest.raises(ElementSetError, match="lacks EPOCH, MEAN_MOTION"):
        MeanElements.from_omm({})


def decaying() -> MeanElements:
    """Drag a thousand times too great."""
    first = LINE1.replace("-11606-4", " 11606-0")
    first = first[:68] + str(sum(int(c) if c.isdigit() else c == "-" for c in first[:68]) % 10)
    return MeanElements.from_tle([first, LINE1], [LINE2, LINE2])


def test_decay_is_a_status_or_an_error() -> None:
    days = np.array([0.0, 1.0, 60.0]) * 86400.0
    path = decaying().propagate(days, errors="status")
    assert path.status[0, 0] == Status.OK
    assert path.status[0, 2] in (1, 4, 6)
    assert int(path.status[0, 2]) in SGP4_ERRORS
    np.testing.assert_array_equal(path.status[1], Status.OK)
    assert np.isnan(path.r[0, 2]).all()
    with pytest.raises(PropagationError, match="SGP4: ") as caught:
        decaying().propagate(days)
    np.testing.assert_array_equal(caught.value.mask, path.status != 0)
    with pytest.raises(PropagationError):
        path.at(days[2])


def test_an_instant_that_is_none_spoils_its_state_alone() -> None:
    one = MeanElements.from_tle(LINE1, LINE2)
    path = one.propagate([0.0, np.nan, np.inf, 60.0], errors="status")
    np.testing.assert_array_equal(path.status, [0, Status.NOT_FINITE, Status.NOT_FINITE, 0])
    np.testing.assert_array_equal(np.isnan(path.r).all(axis=1), [False, True, True, False])


def test_osculating_orbit_starts_where_the_set_does() -> None:
    state = MeanElements.from_tle(LINE1, LINE2).propagate(0.0)
    orbit = Orbit.from_tle(LINE1, LINE2)
    np.testing.assert_allclose(orbit.r, state.r[0], atol=1e-6)
    np.testing.assert_allclose(orbit.v, state.v[0], atol=1e-9)


def test_mean_plane_is_the_osculating_one_smoothed() -> None:
    """The ripple about it is J2's, 0.05 deg; the mean over a revolution is a tenth of that."""
    one = MeanElements.from_tle(LINE1, LINE2)
    times = np.arange(0.0, 5496.0, 60.0)
    plane = one.plane(times)
    path = one.propagate(times)
    normal = np.cross(path.r, path.v)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    apart = np.linalg.norm(normal - plane.normal.T, axis=1)
    assert apart.max() < np.radians(0.06)
    assert np.linalg.norm(np.mean(normal - plane.normal.T, axis=0)) < np.radians(0.006)
    elements = Orbit.from_state(path.r, path.v, one.epoch, "TEME").elements()
    latitude = elements.argument_of_latitude - plane.argument_of_latitude
    latitude = (latitude + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(latitude).max() < np.radians(0.2)
    with pytest.raises(TypeError, match="index the elements first"):
        MeanElements.from_tle([LINE1], [LINE2]).plane(0.0)
