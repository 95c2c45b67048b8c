"""`Trajectory` and `ground_track`: evaluation anywhere, indexing, frames, immutability."""

from __future__ import annotations

from typing import Any

import erfa
import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import GCRS, ITRS, CartesianRepresentation
from astropy.time import Time

from orbitsim import MeanElements, Orbit, frames, ground_track, propagate
from orbitsim.errors import EpochError, FrameError, InputError, PropagationError, Status
from orbitsim.trajectory import rows_of

EPOCH = "2016-12-01T15:00:41"
T = np.linspace(0.0, 6000.0, 7)
LINE1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"


def orbits(shape: tuple[int, ...] = (), **change: Any) -> Orbit:
    count = int(np.prod(shape, dtype=int))
    given: dict[str, Any] = {
        "semi_major_axis": 7e6 + 1e5 * np.arange(count, dtype=float).reshape(shape),
        "eccentricity": 0.01,
        "inclination": 0.9,
        "raan": 1.0,
        "epoch": EPOCH,
    }
    return Orbit.from_elements(**{**given, **change})


@pytest.mark.parametrize("method", ["kepler", "j2"])
@pytest.mark.parametrize("shape", [(), (2, 3), (0,)])
def test_shapes(method: str, shape: tuple[int, ...]) -> None:
    path = propagate(orbits(shape), T, method=method)
    assert path.shape == shape
    assert path.r.shape == path.v.shape == (*shape, 7, 3)
    assert path.status.shape == (*shape, 7)
    assert path.times.shape == (7,)
    assert path.at(3.0).shape == shape
    assert path.to_frame("ITRS")[0].shape == (*shape, 7, 3)
    track = ground_track(path)
    assert track.latitude.shape == track.longitude.shape == track.altitude.shape == (*shape, 7)


def test_at_is_the_propagation_itself() -> None:
    path = propagate(orbits((2,)), T, method="j2")
    where = path.at(T[3])
    np.testing.assert_allclose(where.r, path.r[:, 3], atol=1e-6)
    np.testing.assert_allclose(where.v, path.v[:, 3], atol=1e-9)
    # Between the instants and outside of them too, whatever the way of saying when.
    start = Time(EPOCH)
    for when in (1234.5, 1234.5 * u.s, start + 1234.5 * u.s, (start + 1234.5 * u.s).isot):
        point = path.at(when)
        expected = propagate(orbits((2,)), 1234.5, method="j2")
        np.testing.assert_allclose(point.r, expected.r[:, 0], atol=1e-4)
        assert abs((point.epoch - start).sec - 1234.5) < 1e-6
    assert (path.at(-1e5).frame, path.at(-1e5).mu) == (path.frame, path.mu)


def test_at_refuses() -> None:
    path = propagate(orbits(), T)
    with pytest.raises(
        InputError, match=r"at.. takes one instant .* got times of the shape \(2,\)"
    ):
        path.at([1.0, 2.0])
    with pytest.raises(
        PropagationError, match="1 of 1 states failed: 1 x the state or the time is"
    ):
        path.at(np.nan)
    with pytest.raises(InputError, match="time must be a Quantity or numbers in seconds"):
        path.at(None)


@pytest.mark.parametrize(
    "index",
    [1, -1, slice(1, None), (0, 2), (..., 0), (slice(None), 1), [1, 0], None, ([1, 0], slice(2))],
    ids=str,
)
def test_indexing_picks_orbits_not_instants(index: Any) -> None:
    whole = propagate(orbits((2, 3)), T, method="j2")
    part = whole[index]
    positions = np.arange(6).reshape(2, 3)[index]
    assert part.shape == positions.shape
    np.testing.assert_array_equal(part.r, whole.r.reshape(6, 7, 3)[positions])
    np.testing.assert_array_equal(part.status, whole.status.reshape(6, 7)[positions])
    # What was taken out can still be evaluated.
    np.testing.assert_array_equal(part.at(50.0).r, whole.at(50.0).r.reshape(6, 3)[positions])
    with pytest.raises(ValueError, match="read-only"):
        part.r[..., 0] = 0.0


@pytest.mark.parametrize("index", [2, (0, 0, 0), (0, 0, slice(None)), "a"])
def test_wrong_indices(index: Any) -> None:
    with pytest.raises(IndexError):
        propagate(orbits((2, 3)), T)[index]


def test_one_orbit_is_no_sequence() -> None:
    path = propagate(orbits(), T)
    with pytest.raises(TypeError, match="single orbit has no len"):
        len(path)
    with pytest.raises(TypeError, match="single orbit cannot be indexed; see .at"):
        path[0]
    assert len(propagate(orbits((2, 3)), T)) == 2


def test_nothing_can_be_written_to() -> None:
    times = T.copy()
    path = propagate(orbits((2,)), times)
    times[:] = 0.0
    np.testing.assert_array_equal(path.t, T)
    track = ground_track(path)
    for array in (path.r, path.v, path.t, path.status, track.latitude, track.altitude):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(AttributeError):
        path.mu = 0.0  # type: ignore[misc]


def test_times_are_the_instants() -> None:
    start = Time(EPOCH)
    path = propagate(orbits(), start + T * u.s)
    np.testing.assert_allclose((path.times - start).sec, T, atol=1e-9)
    each = propagate(orbits((2,), epoch=Time(["2016-12-01", "2017-01-01"])), T)
    assert each.times.shape == (2, 7)
    assert each.times[1, 0].isot.startswith("2017-01-01")


def test_an_instant_that_is_none_is_masked_and_nan() -> None:
    path = propagate(orbits(), [0.0, np.nan, np.inf, 60.0], errors="status")
    np.testing.assert_array_equal(path.times.mask, [False, True, True, False])
    for r in (path.r, *path.to_frame("ITRS"), path.to_frame("TEME")[0]):
        np.testing.assert_array_equal(np.isnan(r[:, 0]), [False, True, True, False])
    np.testing.assert_array_equal(np.isnan(ground_track(path).altitude), path.times.mask)


def test_frames_against_astropy() -> None:
    """The Earth-fixed path to 0.2 mm, as near as the table of rotation is said to be."""
    path = propagate(orbits((2,)), T)
    ours, _ = path.to_frame("ITRS")
    for index in range(2):
        celestial = GCRS(
            CartesianRepresentation(path.r[index].T * u.m), obstime=path.times
        ).transform_to(ITRS(obstime=path.times))
        np.testing.assert_allclose(ours[index], celestial.cartesian.xyz.to_value("m").T, atol=2e-3)
    same, _ = path.to_frame("GCRS")
    np.testing.assert_array_equal(same, path.r)
    with pytest.raises(FrameError, match="unknown frame 'J2000'"):
        path.to_frame("J2000")


def test_ground_track_against_erfa() -> None:
    path = propagate(orbits((2,)), T, method="j2")
    track = ground_track(path)
    fixed, _ = path.to_frame("ITRS")
    longitude, latitude, height = erfa.gc2gd(1, fixed)
    np.testing.assert_allclose(track.latitude, latitude, atol=1e-12)
    np.testing.assert_allclose(track.longitude, longitude, atol=1e-12)
    np.testing.assert_allclose(track.altitude, height, atol=1e-5)
    np.testing.assert_array_equal(track.times.isot, path.times.isot)


def test_ground_track_needs_the_tables_of_rotation() -> None:
    with pytest.raises(EpochError, match="outside the tables of Earth orientation"):
        ground_track(propagate(orbits(epoch="1961-04-12T06:07:00"), T))


def test_axes_of_a_teme_orbit_stay_those_of_its_epoch() -> None:
    """TEME moves, by some 0.14 arcsec a day; a propagated orbit's axes do not.  `to_frame` takes
    them for those of the instant, which is 5 m a day for a low orbit.  GCRS has no such limit."""
    inertial = orbits()
    days = np.array([0.0, 86400.0, 2 * 86400.0])
    exact = propagate(inertial, days).r
    of_date, _ = propagate(inertial.to_frame("TEME"), days).to_frame("GCRS")
    apart = np.linalg.norm(of_date - exact, axis=-1)
    assert apart[0] < 1e-5
    assert (apart[1:] < 6.0 * days[1:] / 86400.0).all()


def test_a_failure_carries_what_did_not_fail() -> None:
    mixed = Orbit.from_elements(
        semi_latus_rectum=9e6, eccentricity=[0.1, 1.2], inclination=0.5, epoch=EPOCH
    )
    with pytest.raises(PropagationError) as caught:
        propagate(mixed, T, method="j2")
    assert str(caught.value) == (
        "7 of 14 states failed: 7 x the method needs an elliptic orbit and this one is open "
        "(errors='status' returns them as NaN)"
    )
    np.testing.assert_array_equal(caught.value.mask, [[False] * 7, [True] * 7])
    partial = caught.value.partial
    assert np.isnan(partial.r[1]).all()
    np.testing.assert_array_equal(partial.r[0], propagate(mixed[0], T, method="j2").r)
    np.testing.assert_array_equal(partial.status[1], Status.NOT_ELLIPTIC)


def test_every_status_is_explained() -> None:
    for status in Status:
        assert len(status.explanation) > 5
        assert not status.explanation.endswith(".")


def test_what_it_looks_like() -> None:
    assert repr(propagate(orbits(), T)) == "<Trajectory 7 instants, GCRS>"
    assert repr(propagate(orbits((2, 3)), T)) == "<Trajectory (2, 3) orbits x 7 instants, GCRS>"


@pytest.mark.parametrize("shape", [(), (2, 3), (0,)])
@pytest.mark.parametrize("method", ["kepler", "j2", "numerical"])
def test_results_go_where_the_caller_says(shape: tuple[int, ...], method: str) -> None:
    out = np.full((3, *shape, 7), 7.0), np.full((3, *shape, 7), 7.0)
    path = propagate(orbits(shape), T, method=method, out=out)
    expected = propagate(orbits(shape), T, method=method)
    np.testing.assert_array_equal(np.moveaxis(out[0], 0, -1), expected.r)
    np.testing.assert_array_equal(np.moveaxis(out[1], 0, -1), expected.v)
    assert out[0].size == 0 or np.shares_memory(path.r, out[0])


def test_element_sets_write_there_too() -> None:
    elements = MeanElements.from_tle([LINE1] * 2, [LINE2] * 2)
    out = np.empty((3, 2, 7)), np.empty((3, 2, 7))
    path = elements.propagate(T, out=out)
    np.testing.assert_array_equal(np.moveaxis(out[0], 0, -1), elements.propagate(T).r)
    assert np.shares_memory(path.v, out[1])


@pytest.mark.parametrize(
    "out",
    [
        (np.empty((3, 7)), np.empty((3, 8))),
        (np.empty((7, 3)).T, np.empty((3, 7))),
        (np.empty((3, 7), dtype=np.float32), np.empty((3, 7))),
        (np.empty((3, 7)),),
        (None, None, None),
        np.empty((3, 7)),
    ],
)
def test_arrays_that_could_not_be_written_to_are_refused(out: Any) -> None:
    with pytest.raises(InputError, match="out must be a pair of arrays for position and velocity"):
        propagate(orbits(), T, out=out)


def test_rows_are_views() -> None:
    out = np.zeros((3, 2, 2, 5)), np.zeros((3, 2, 2, 5))
    rows = rows_of(out, (2, 2), 5)
    assert rows is not None
    assert rows[0].shape == (3, 4, 5)
    assert np.shares_memory(rows[0], out[0])
    assert rows_of(None, (2,), 5) is None


def test_frames_module_agrees() -> None:
    path = propagate(orbits(), T)
    r, v = frames.transform(
        np.moveaxis(path.r, -1, 0), np.moveaxis(path.v, -1, 0), "GCRS", "ITRS", path.times
    )
    ours = path.to_frame("ITRS")
    np.testing.assert_allclose(ours[0], np.moveaxis(r, 0, -1), atol=1e-5)
    np.testing.assert_allclose(ours[1], np.moveaxis(v, 0, -1), atol=1e-8)
