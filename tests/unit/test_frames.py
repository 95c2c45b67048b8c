"""Frames and geodetic coordinates: shapes, times, errors and the promises about memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from orbitsim import frames
from orbitsim.earth import Ellipsoid
from orbitsim.errors import EpochError, FrameError, InputError

EPOCH = Time("2016-12-01T14:51:52.451", scale="utc")
PAIRS = [(a, b) for a in frames.FRAMES for b in frames.FRAMES if a != b]


def states(*shape, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(3, *shape)) * 4e6, rng.normal(size=(3, *shape)) * 4e3


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_there_and_back(source, target):
    r, v = states(500)
    t = np.linspace(-3e8, 3e8, 500)
    there = frames.transform(r, v, source, target, EPOCH, t)
    back = frames.transform(*there, target, source, EPOCH, t)
    np.testing.assert_allclose(back[0], r, rtol=0.0, atol=2e-8)
    np.testing.assert_allclose(back[1], v, rtol=0.0, atol=2e-11)


def test_two_ways_round_are_one():
    r, v = states(100)
    t = np.linspace(0.0, 1e6, 100)
    direct = frames.transform(r, v, "GCRS", "TEME", EPOCH, t)
    fixed = frames.transform(r, v, "GCRS", "ITRS", EPOCH, t)
    for a, b in zip(direct, frames.transform(*fixed, "ITRS", "TEME", EPOCH, t), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=0.0)


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_rotation_matrix_turns_positions(source, target):
    times = EPOCH + TimeDelta(np.arange(6.0).reshape(2, 3), format="jd")
    matrix = frames.rotation_matrix(source, target, times)
    assert matrix.shape == (2, 3, 3, 3)
    np.testing.assert_allclose(
        matrix @ np.swapaxes(matrix, -1, -2), np.broadcast_to(np.eye(3), matrix.shape), atol=1e-15
    )
    r, _ = states(2, 3)
    expected = np.einsum("...ij,j...->i...", matrix, r)
    got = frames.transform_position(r, source, target, times)
    np.testing.assert_allclose(got, expected, rtol=0.0, atol=1e-8)


def test_rotation_matrix_of_one_instant_and_of_no_change():
    assert frames.rotation_matrix("TEME", "ITRS", EPOCH).shape == (3, 3)
    np.testing.assert_array_equal(frames.rotation_matrix("ITRS", "ITRS", EPOCH), np.eye(3))


def test_velocity_is_the_derivative_of_the_position():
    """But for precession and nutation, 1e-11 rad/s, which the velocities leave out."""
    r, v = np.array([7e6, 1e6, 2e6]), np.array([1e3, 7e3, -2e3])
    _, velocity = frames.transform(r, v, "GCRS", "ITRS", EPOCH)
    h = 1.0
    ends = np.array([-h, h])
    before, after = frames.transform_position(
        r[:, None] + v[:, None] * ends, "GCRS", "ITRS", EPOCH, ends
    ).T
    # The third derivative of the position, at most r w^3 + 3 v w^2, is the formula's error.
    np.testing.assert_allclose((after - before) / (2.0 * h), velocity, rtol=0.0, atol=2e-4)


@pytest.mark.parametrize("threads", [1, 2])
def test_every_element_is_that_of_the_single_call(threads):
    r, v = states(40_000)
    t = np.linspace(0.0, 5e6, 40_000)
    got = frames.transform(r, v, "GCRS", "ITRS", EPOCH, t, threads=threads)
    place = frames.geodetic_at(r, "TEME", EPOCH, t, threads=threads)
    for i in (0, 16_383, 16_384, 39_999):
        one = frames.transform(r[:, i], v[:, i], "GCRS", "ITRS", EPOCH, t[i])
        np.testing.assert_array_equal(one[0], got[0][:, i])
        np.testing.assert_array_equal(one[1], got[1][:, i])
        point = frames.geodetic_at(r[:, i], "TEME", EPOCH, t[i])
        np.testing.assert_array_equal(point, [row[i] for row in place])
        assert all(np.shape(x) == () for x in point)


def test_a_time_among_leap_seconds_is_that_of_the_single_call():
    r, _ = states(300)
    times = Time(np.linspace(41_700.3, 60_000.7, 300), format="mjd", scale="utc")
    got = frames.transform_position(r, "TEME", "ITRS", times)
    for i in range(300):
        one = frames.transform_position(r[:, i], "TEME", "ITRS", times[i])
        np.testing.assert_array_equal(got[:, i], one)


def test_threads_do_not_change_a_bit():
    r, v = states(100_000)
    t = np.linspace(0.0, 5e6, 100_000)
    one = frames.transform(r, v, "ITRS", "GCRS", EPOCH, t, threads=1)
    two = frames.transform(r, v, "ITRS", "GCRS", EPOCH, t, threads=2)
    np.testing.assert_array_equal(one, two)


def test_seconds_after_an_epoch_are_times():
    r, v = states(2, 3, 50)
    t = np.linspace(0.0, 2e5, 50)
    times = EPOCH + TimeDelta(t, format="sec")
    for a, b in zip(
        frames.transform(r, v, "GCRS", "ITRS", EPOCH, t),
        frames.transform(r, v, "GCRS", "ITRS", times),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=0.0)


def test_epochs_of_their_own():
    """Orbits of the shape (2, 3), each with its epoch, at the same 5 times after it."""
    epochs = EPOCH + TimeDelta(np.arange(6.0).reshape(2, 3), format="jd")
    r, _ = states(2, 3, 5)
    t = np.linspace(0.0, 1e5, 5)
    got = frames.transform_position(r, "TEME", "ITRS", epochs, t)
    for index in np.ndindex(2, 3):
        one = frames.transform_position(r[:, *index], "TEME", "ITRS", epochs[index], t)
        np.testing.assert_array_equal(got[:, *index], one)


@pytest.mark.parametrize(
    ("state", "epoch", "times", "shape"),
    [
        ((), (), None, ()),
        ((4,), (), None, (4,)),
        ((), (4,), None, (4,)),
        ((2, 4), (4,), None, (2, 4)),
        ((2, 4), (2, 1), None, (2, 4)),
        ((), (), (5,), (5,)),
        ((2, 5), (), (5,), (2, 5)),
        ((2, 5), (2,), (5,), (2, 5)),
        ((2, 1), (2,), (5,), (2, 5)),
        ((3, 2, 5), (2,), (5,), (3, 2, 5)),
        ((2, 3, 5), (2, 1), (5,), (2, 3, 5)),
        ((2, 5), (2,), (1,), (2, 5)),
        ((0,), (), (0,), (0,)),
        ((2, 0), (2,), (0,), (2, 0)),
    ],
)
def test_shapes_broadcast(state, epoch, times, shape):
    r, _ = states(*state)
    days = np.arange(np.prod(epoch, dtype=int), dtype=np.float64).reshape(epoch)
    epochs = EPOCH + TimeDelta(days, format="jd")
    t = None if times is None else np.linspace(0.0, 1e5, times[0])
    got = frames.transform_position(r, "GCRS", "ITRS", epochs, t)
    place = frames.geodetic_at(r, "GCRS", epochs, t)
    assert got.shape == (3, *shape)
    assert all(row.shape == shape for row in place)
    seconds = 86_400.0 * days
    seconds = seconds if t is None else seconds[..., None] + t
    seconds = np.broadcast_to(seconds, shape)
    r = np.broadcast_to(r.reshape(3, *[1] * (len(shape) - len(state)), *state), (3, *shape))
    for index in np.ndindex(shape):
        one = frames.transform_position(r[:, *index], "GCRS", "ITRS", EPOCH, seconds[index])
        np.testing.assert_allclose(got[:, *index], one, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("scale", ["tai", "tt", "tdb", "tcg", "ut1"])
def test_the_scale_of_a_time_does_not_matter(scale):
    instants = Time(["2016-12-31T12:00:00", "2016-12-31T23:59:60.5", "2017-01-01T00:00:00.2"])
    if scale == "ut1":
        instants.delta_ut1_utc = np.array([-0.4081, -0.4087, 0.5913])
    r, _ = states(3)
    got = frames.transform_position(r, "GCRS", "ITRS", getattr(instants, scale))
    expected = frames.transform_position(r, "GCRS", "ITRS", instants)
    # UT1 was made from rounded differences above; 1e-3 s is half a metre on the equator.
    atol = 0.6 if scale == "ut1" else 1e-7
    np.testing.assert_allclose(got, expected, rtol=0.0, atol=atol)


def test_the_earth_turns_evenly_through_a_leap_second():
    start = Time("2016-12-31T23:59:50", scale="utc")
    t = np.linspace(0.0, 20.0, 201)
    r = np.array([7e6, 0.0, 0.0])[:, None]
    _, longitude, _ = frames.geodetic_at(r, "GCRS", start, t)
    np.testing.assert_allclose(np.diff(longitude), -7.292115e-5 * 0.1, rtol=1e-6)
    times = start + TimeDelta(t, format="sec")
    np.testing.assert_allclose(
        frames.geodetic_at(r, "GCRS", times)[1], longitude, rtol=0.0, atol=1e-14
    )


@pytest.mark.parametrize("days", [0.0, 1.0, 0.125, 0.25])
def test_pieces_join(days):
    """Nothing jumps at a piece's end, at midnight or where the fit begins anew, every 32 days."""
    border = Time(57_728.0 + days, format="mjd", scale="tai")
    t = np.array([-3e-3, -1e-3, 1e-3, 3e-3])
    r = np.array([5e6, 1e6, 5e6])[:, None]
    for source in ("GCRS", "TEME"):
        track = frames.transform_position(r, source, "ITRS", border, t)
        # The turning Earth's own second difference is 1e-7 m; 5e-6 m are 7e-13 rad.
        assert abs(np.diff(track, 2)).max() < 5e-6


@pytest.mark.parametrize("instant", ["1972-12-31", "2100-01-01"])
@pytest.mark.filterwarnings("ignore:.*dubious year")
def test_outside_the_tables(instant):
    for source, target in PAIRS:
        with pytest.raises(EpochError, match=f"{instant}.*1973-01-02 to 20"):
            frames.rotation_matrix(source, target, Time(instant))
    with pytest.raises(EpochError, match=instant):
        frames.teme_sidereal_angle(Time(instant))


@pytest.mark.parametrize("seconds", [-2e9, 1e10, np.inf, -np.inf])
def test_times_that_lead_out_of_the_tables(seconds):
    with pytest.raises(EpochError, match="outside the tables"):
        frames.geodetic_at(np.ones((3, 2)), "GCRS", EPOCH, np.array([0.0, seconds]))


def test_the_ends_of_the_tables_are_inside():
    for end in frames.earth_orientation_range():
        assert np.isfinite(frames.rotation_matrix("GCRS", "ITRS", end)).all()


@pytest.mark.parametrize("call", [
    lambda: frames.transform(np.ones(3), np.ones(3), "J2000", "ITRS", EPOCH),
    lambda: frames.transform_position(np.ones(3), "GCRS", "ECEF", EPOCH),
    lambda: frames.rotation_matrix("gcrs", "ITRS", EPOCH),
    lambda: frames.geodetic_at(np.ones(3), "EME2000", EPOCH),
])  # fmt: skip
def test_unknown_frames(call):
    with pytest.raises(FrameError, match="wanted one of GCRS, TEME, ITRS"):
        call()


@pytest.mark.parametrize(("call", "message"), [
    (lambda: frames.geodetic(np.ones((2, 5))), r"three components.*\(2, 5\)"),
    (lambda: frames.geodetic(np.float64(1.0)), r"three components.*\(\)"),
    (lambda: frames.transform(np.ones((3, 4)), np.ones((3, 5)), "GCRS", "ITRS", EPOCH),
     r"\(3, 4\) and \(3, 5\)"),
    (lambda: frames.geodetic_at(np.ones((3, 4)), "GCRS", EPOCH, np.ones(5)), r"\(4,\).*\(5,\)"),
    (lambda: frames.geodetic_at(np.ones((3, 4)), "GCRS", EPOCH, np.ones((4, 4))), "one row"),
    (lambda: frames.geodetic_at(np.ones(3), "GCRS", Time("2020-01-01", scale="local")), "local"),
    (lambda: frames.geodetic(np.ones((3, 4)), out=np.empty((4, 3))), r"\(3, 4\)"),
    (lambda: frames.geodetic(np.ones((3, 4)), out=np.empty((3, 4), np.float32)), "float64"),
    (lambda: frames.transform_position(np.ones((3, 4)), "GCRS", "ITRS", EPOCH,
                                       out=np.empty((3, 8))[:, ::2]), "contiguous"),
])  # fmt: skip
def test_bad_shapes(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_results_go_where_they_are_wanted():
    r, v = states(100)
    t = np.linspace(0.0, 1e5, 100)
    expected = frames.transform(r, v, "GCRS", "ITRS", EPOCH, t)
    place = np.array(frames.geodetic(expected[0]))
    out = np.empty_like(r), np.empty_like(v)
    got = frames.transform(r, v, "GCRS", "ITRS", EPOCH, t, out=out)
    assert got[0] is out[0]
    assert got[1] is out[1]
    np.testing.assert_array_equal(out, expected)
    latitude, _, _ = frames.geodetic_at(r, "GCRS", EPOCH, t, out=out[0])
    assert latitude.base is out[0]
    np.testing.assert_array_equal(out[0], place)
    # Onto the input itself.
    frames.transform(r, v, "GCRS", "ITRS", EPOCH, t, out=(r, v))
    np.testing.assert_array_equal((r, v), expected)
    frames.geodetic(r, out=r)
    np.testing.assert_array_equal(r, place)
    # Without any change of frame.
    same = frames.transform_position(place, "ITRS", "ITRS", EPOCH, out=out[1])
    assert same is out[1]
    np.testing.assert_array_equal(same, place)


def test_inputs_of_any_layout():
    r, _ = states(60)
    t = np.linspace(0.0, 1e5, 60)
    expected = frames.transform_position(r, "GCRS", "ITRS", EPOCH, t)
    frozen = r.copy()
    frozen.flags.writeable = False
    strided = np.repeat(r, 2, axis=1)[:, ::2]
    state_first = np.moveaxis(np.ascontiguousarray(r.T), -1, 0)
    for values in (frozen, strided, state_first):
        got = frames.transform_position(values, "GCRS", "ITRS", EPOCH, np.repeat(t, 2)[::2])
        np.testing.assert_array_equal(got, expected)
    single = r.astype(np.float32)
    np.testing.assert_array_equal(
        frames.transform_position(single, "GCRS", "ITRS", EPOCH, t),
        frames.transform_position(single.astype(np.float64), "GCRS", "ITRS", EPOCH, t),
    )


def test_nan_in_nan_out():
    r, _ = states(5)
    r[2, 1] = np.nan
    t = np.array([0.0, 1.0, np.nan, 3.0, 4.0])
    times = EPOCH + TimeDelta(np.arange(5.0), format="jd")
    times[4] = np.ma.masked
    np.testing.assert_array_equal(
        np.isnan(frames.geodetic_at(r, "GCRS", EPOCH, t)), [[0, 1, 1, 0, 0]] * 3
    )
    np.testing.assert_array_equal(
        np.isnan(frames.transform_position(r, "GCRS", "ITRS", times)),
        [[0, 1, 0, 0, 1]] * 3,
    )
    assert np.isnan(frames.geodetic_at(r, "GCRS", EPOCH, np.full(5, np.nan))).all()


def test_nothing_of_the_size_of_the_output_beside_it():
    count = 500_000
    r, v = states(count)
    t = np.linspace(0.0, 1e5, count)
    out = np.empty_like(r), np.empty_like(v)

    def work():
        frames.transform(r, v, "GCRS", "ITRS", EPOCH, t, out=out)
        frames.geodetic_at(r, "GCRS", EPOCH, t, out=out[0])
        frames.geodetic(r, out=out[1])

    work()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The tables of two months take 30 kB each.
    assert peak < 200_000


def test_position_on_earth_undoes_geodetic():
    rng = np.random.default_rng(4)
    latitude = np.append(
        rng.uniform(-np.pi / 2, np.pi / 2, (2, 50)), [[np.pi / 2], [-np.pi / 2]], 1
    )
    longitude = rng.uniform(-np.pi, np.pi, 51)
    height = rng.uniform(-1e4, 5e7, (2, 51))
    for ellipsoid in (Ellipsoid(6_378_137.0, 1 / 298.257), Ellipsoid(3_396_190.0, 1 / 169.9)):
        r = frames.position_on_earth(latitude, longitude, height, ellipsoid)
        assert r.shape == (3, 2, 51)
        back = frames.geodetic(r, ellipsoid)
        np.testing.assert_allclose(back[0], latitude, rtol=0.0, atol=1e-15)
        np.testing.assert_allclose(back[2], height, rtol=0.0, atol=4e-8)
        again = frames.position_on_earth(*back, ellipsoid)
        np.testing.assert_allclose(again, r, rtol=0.0, atol=4e-8)
    out = np.empty((3, 2, 51))
    assert frames.position_on_earth(latitude, longitude, height, out=out) is out


def test_one_place_on_earth():
    x, y, z = frames.position_on_earth(0.0, np.pi / 2, 0.0)
    assert (float(x), float(y), float(z)) == (pytest.approx(0.0, abs=1e-9), 6_378_137.0, 0.0)


def test_sidereal_angle_is_that_between_teme_and_itrs():
    times = EPOCH + TimeDelta(np.linspace(0.0, 300.0, 7), format="jd")
    angle = frames.teme_sidereal_angle(times)
    assert angle.shape == (7,)
    matrix = frames.rotation_matrix("TEME", "ITRS", times)
    # Polar motion, below 3e-6 rad, tilts the axis but does not turn about it.
    np.testing.assert_allclose(
        np.exp(1j * angle), matrix[:, 0, 0] + 1j * matrix[:, 0, 1], rtol=0.0, atol=1e-11
    )
