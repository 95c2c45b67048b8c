"""The frame kernels against plain NumPy twins, and their conduct at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.kernels import frames as kernel
from orbitsim.kernels.arrays import as_input

RADIUS, FLATTENING = 6_378_137.0, 1.0 / 298.257223563
SPIN = 7.292115e-5
DAYS = 40
FIRST_DAY = 57_000
FIRST_PIECE = float(FIRST_DAY * kernel.PIECES_PER_DAY)
NONE = as_input(np.empty((3, 0)))


@pytest.fixture(scope="module")
def table():
    """A smooth table with everything in it, larger than the Earth's own where that is small."""
    rng = np.random.default_rng(1)
    pieces = DAYS * kernel.PIECES_PER_DAY
    scale = [2e-3, 1e-6, 1e-8, 2e-3, 1e-6, 1e-8, 6.0, 0.8, 1e-8, 3e-6, 1e-7, 3e-6, 1e-7]
    return as_input(rng.uniform(-1.0, 1.0, (pieces, kernel.COEFFICIENTS)) * scale)


def clock_of(jd2, t, *, offset=37.0, leap_days=()):
    jd2 = np.atleast_1d(jd2)
    jd1 = np.full(jd2.size, 2_400_000.5 + FIRST_DAY)
    return (as_input(jd1), as_input(jd2), offset, as_input(leap_days), as_input(np.atleast_1d(t)))


def states(count, seed=0):
    rng = np.random.default_rng(seed)
    return as_input(rng.normal(size=(3, count)) * 5e6), as_input(rng.normal(size=(3, count)) * 4e3)


def turn(axis, angle):
    """Rotation of the axes about one of them, shape (N, 3, 3)."""
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.zeros((angle.size, 3, 3))
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix[:, axis, axis] = 1.0
    matrix[:, i, i] = matrix[:, j, j] = c
    matrix[:, i, j], matrix[:, j, i] = s, -s
    return matrix


def twin_rotations(table, seconds):
    """Inertial to intermediate, and from there to Earth-fixed, by matrices."""
    piece = np.floor(seconds / kernel.PIECE_SECONDS)
    w = (seconds - piece * kernel.PIECE_SECONDS) / kernel.PIECE_SECONDS
    row = table[piece.astype(int)].T
    x, y, angle = (row[i] + row[i + 1] * w + row[i + 2] * w**2 for i in (0, 3, 6))
    pole_x, pole_y = row[9] + row[10] * w, row[11] + row[12] * w
    z = np.sqrt(1.0 - x * x - y * y)
    a = 1.0 / (1.0 + z)
    tilt = np.moveaxis(
        np.array([[1 - a * x * x, -a * x * y, -x], [-a * x * y, 1 - a * y * y, -y], [x, y, z]]),
        -1,
        0,
    )
    return turn(2, angle) @ tilt, turn(0, -pole_y) @ turn(1, -pole_x)


def rotate(matrix, vector):
    return np.einsum("nij,jn->in", matrix, vector)


def fixed(clock, table, r, v=NONE, body=kernel.to_earth_fixed, start=0, stop=None):
    out_r, out_v = np.empty(r.shape), np.empty(v.shape)
    stop = r.shape[1] if stop is None else stop
    body(clock, table, FIRST_PIECE, as_input(r), as_input(v), SPIN, out_v, out_r, start, stop)
    return out_r, out_v


def test_states_are_those_of_the_matrices(table):
    r, v = states(1000)
    t = np.sort(np.random.default_rng(3).uniform(0.0, 30.0 * 86_400.0, 1000))
    got_r, got_v = fixed(clock_of(0.25, t), table, r, v)
    celestial, polar = twin_rotations(table, 0.25 * 86_400.0 + 37.0 + t)
    r1, v1 = rotate(celestial, r), rotate(celestial, v)
    v1 += SPIN * np.stack([r1[1], -r1[0], 0.0 * r1[0]])
    np.testing.assert_allclose(got_r, rotate(polar, r1), rtol=0.0, atol=2e-8)
    np.testing.assert_allclose(got_v, rotate(polar, v1), rtol=0.0, atol=3e-11)


def test_there_and_back(table):
    r, v = states(300)
    clock = clock_of(0.5, np.linspace(0.0, 1e6, 300))
    back_r, back_v = fixed(clock, table, *fixed(clock, table, r, v), kernel.from_earth_fixed)
    np.testing.assert_allclose(back_r, r, rtol=0.0, atol=1e-8)
    np.testing.assert_allclose(back_v, v, rtol=0.0, atol=1e-11)


@pytest.mark.parametrize("body", [kernel.to_earth_fixed, kernel.from_earth_fixed])
def test_positions_alone_are_those_of_the_states(table, body):
    r, v = states(300)
    clock = clock_of(0.5, np.linspace(0.0, 1e6, 300))
    alone = fixed(clock, table, r, NONE, body)[0]
    np.testing.assert_array_equal(alone, fixed(clock, table, r, v, body)[0])


@pytest.mark.parametrize(("epochs", "times", "repeats"), [(1, 700, 1), (1, 100, 7), (700, 1, 1),
                                                          (100, 1, 7), (7, 100, 1), (7, 50, 2),
                                                          (1, 1, 700), (350, 2, 1)])  # fmt: skip
def test_instants_are_all_sums_of_epochs_and_times(table, epochs, times, repeats):
    rng = np.random.default_rng(5)
    jd2, t = rng.uniform(0.0, 3.0, epochs), rng.uniform(0.0, 2e6, times)
    r, _ = states(epochs * times * repeats)
    got, _ = fixed(clock_of(jd2, t), table, r)
    seconds = np.tile((jd2[:, None] * 86_400.0 + 37.0 + t).ravel(), repeats)
    celestial, polar = twin_rotations(table, seconds)
    np.testing.assert_allclose(got, rotate(polar @ celestial, r), rtol=0.0, atol=5e-7)


@pytest.mark.parametrize("count", [1, 127, 128, 129, 1000])
def test_a_state_does_not_depend_on_its_neighbours(table, count):
    """Bit for bit: alone or in a batch, in a run of one piece or hopping about."""
    r, v = states(count)
    t = np.linspace(0.0, 4e5, count)
    order = np.random.default_rng(7).permutation(count)
    batch = fixed(clock_of(0.0, t), table, r, v)
    hopping = fixed(clock_of(0.0, t[order]), table, r[:, order], v[:, order])
    for got, mixed in zip(batch, hopping, strict=True):
        np.testing.assert_array_equal(got[:, order], mixed)
    for i in {0, count // 2, count - 1}:
        one = slice(i, i + 1)
        alone = fixed(clock_of(0.0, t[one]), table, r[:, one], v[:, one])
        np.testing.assert_array_equal(alone[0], batch[0][:, one])
        np.testing.assert_array_equal(alone[1], batch[1][:, one])


def test_parts_make_the_whole(table):
    r, _ = states(1000)
    clock = clock_of([0.1, 0.7], np.linspace(0.0, 4e5, 500))
    whole, _ = fixed(clock, table, r)
    out = np.full((3, 1000), np.nan)
    for start, stop in ((0, 333), (333, 334), (334, 1000)):
        kernel.to_earth_fixed(
            clock, table, FIRST_PIECE, r, NONE, SPIN, np.empty((3, 0)), out, start, stop
        )
    np.testing.assert_array_equal(out, whole)


def test_a_day_with_a_leap_second_is_longer(table):
    """Epochs count fractions of 86 401 s on it, and a second more ever after."""
    jd2 = np.array([0.5, 1.0, 1.25, 1.999999, 2.0, 3.5])
    r, _ = states(jd2.size)
    got, _ = fixed(clock_of(jd2, 0.0, offset=36.0, leap_days=[FIRST_DAY + 2.0]), table, r)
    day, part = np.divmod(jd2, 1.0)
    length = np.where(day == 1.0, 86_401.0, 86_400.0)
    seconds = day * 86_400.0 + (day >= 2.0) + part * length + 36.0
    celestial, polar = twin_rotations(table, seconds)
    np.testing.assert_allclose(got, rotate(polar @ celestial, r), rtol=0.0, atol=1e-6)


def test_nan_goes_out_where_it_came_in(table):
    r, v = (np.array(a) for a in states(300))
    t = np.linspace(0.0, 4e5, 300)
    clean, _ = fixed(clock_of(0.0, t), table, r, v)
    r[1, 17], t[200] = np.nan, np.nan
    got, speed = fixed(clock_of(0.0, t), table, r, v)
    bad = np.zeros(300, dtype=bool)
    bad[[17, 200]] = True
    assert np.isnan(got[:, bad]).all()
    assert np.isnan(speed[:, 200]).all()
    np.testing.assert_array_equal(got[:, ~bad], clean[:, ~bad])


def test_extent_leaves_nan_out():
    rng = np.random.default_rng(2)
    jd1, jd2, t = rng.normal(size=(3, 1000))
    jd2[[3, 500]], t[999] = np.nan, np.nan
    got = kernel.extent(as_input(jd1), as_input(jd2), as_input(t))
    total = jd1 + jd2
    assert got == (np.nanmin(total), np.nanmax(total), np.nanmin(t), np.nanmax(t))
    nothing = as_input([np.nan])
    assert kernel.extent(nothing, nothing, nothing) == (np.inf, -np.inf, np.inf, -np.inf)


def precise_cartesian(latitude, height):
    """Distance from the axis and from the equator, in long double."""
    f = np.longdouble(1) / np.longdouble("298.257223563")
    e2 = f * (2 - f)
    s, c = np.sin(np.longdouble(latitude)), np.cos(np.longdouble(latitude))
    normal = RADIUS / np.sqrt(1 - e2 * s * s)
    return (normal + height) * c, (normal * (1 - e2) + height) * s


def geodetic(r):
    out = np.empty(np.shape(r))
    kernel.geodetic(as_input(r), RADIUS, FLATTENING, out, 0, out.shape[1])
    return out


@pytest.mark.parametrize("height", [-3e6, -1e4, 0.0, 8_848.0, 4e5, 2e6, 3.6e7, 4e8, 1e12])
def test_geodetic_is_exact_to_rounding(height):
    rng = np.random.default_rng(11)
    latitude = np.concatenate([rng.uniform(-np.pi / 2, np.pi / 2, 5000), [0.0, 1e-12, -1e-7],
                               np.pi / 2 - np.array([1e-12, 1e-8])])  # fmt: skip
    longitude = rng.uniform(-np.pi, np.pi, latitude.size)
    p, z = precise_cartesian(latitude, height)
    r = np.array([p * np.cos(longitude), p * np.sin(longitude), z], dtype=np.float64)
    got = geodetic(r)
    # A coordinate's own rounding moves the point by this much.
    ulp = np.spacing(RADIUS + abs(height))
    # Across the ground below: an angle's error by the radius.
    np.testing.assert_allclose(got[0], latitude, rtol=0.0, atol=3.0 * np.spacing(1.0))
    np.testing.assert_allclose(got[2], height, rtol=0.0, atol=4.0 * ulp)
    np.testing.assert_allclose(got[1], longitude, rtol=0.0, atol=2e-15)


def test_geodetic_on_the_axis_the_equator_and_at_the_centre():
    polar = RADIUS * (1.0 - FLATTENING)
    z = np.array([7e6, -7e6, polar, 1e4, -1e4, 0.0])
    latitude, longitude, height = geodetic([0.0 * z, 0.0 * z, z])
    np.testing.assert_array_equal(latitude, np.pi / 2 * np.array([1, -1, 1, 1, -1, 1]))
    np.testing.assert_array_equal(longitude, 0.0)
    np.testing.assert_allclose(height, abs(z) - polar, rtol=0.0, atol=2e-9)
    x = np.array([RADIUS, -7e6, 1e5, 2e4])
    latitude, longitude, height = geodetic([x, 0.0 * x, 0.0 * x])
    np.testing.assert_array_equal(latitude, 0.0)
    np.testing.assert_array_equal(longitude, [0.0, np.pi, 0.0, 0.0])
    np.testing.assert_allclose(height, abs(x) - RADIUS, rtol=0.0, atol=2e-9)


def test_geodetic_within_the_evolute_is_finite_and_nan_stays():
    rng = np.random.default_rng(13)
    r = rng.uniform(-5e4, 5e4, (3, 1000))
    r[:, 5] = np.nan
    latitude, longitude, height = geodetic(r)
    assert np.isnan([latitude[5], longitude[5], height[5]]).all()
    rest = np.arange(1000) != 5
    assert np.isfinite([latitude[rest], longitude[rest], height[rest]]).all()
    assert abs(latitude[rest]).max() <= np.pi / 2


def test_cartesian_is_that_of_long_double():
    rng = np.random.default_rng(17)
    latitude, longitude = rng.uniform(-np.pi / 2, np.pi / 2, 500), rng.uniform(-7.0, 7.0, 500)
    height = rng.uniform(-1e4, 4e7, 500)
    out = np.empty((3, 500))
    args = (as_input(a) for a in (latitude, longitude, height))
    kernel.cartesian(*args, RADIUS, FLATTENING, out, 0, 500)
    p, z = precise_cartesian(latitude, height)
    exact = np.array(
        [p * np.cos(np.longdouble(longitude)), p * np.sin(np.longdouble(longitude)), z]
    )
    np.testing.assert_allclose(out, exact.astype(np.float64), rtol=0.0, atol=5e-8)


def test_inertial_to_geodetic_is_the_two_steps(table):
    r, _ = states(500)
    clock = clock_of(0.3, np.linspace(0.0, 1e6, 500))
    out = np.empty((3, 500))
    kernel.inertial_to_geodetic(clock, table, FIRST_PIECE, r, RADIUS, FLATTENING, out, 0, 500)
    np.testing.assert_array_equal(out, geodetic(fixed(clock, table, r)[0]))
