"""The Lambert kernel against an independent solution in extended precision, and its bookkeeping."""

from __future__ import annotations

import math

import numpy as np
import pytest

from orbitsim.earth import MU
from orbitsim.errors import Status
from orbitsim.kernels.kepler import kepler_grid
from orbitsim.kernels.lambert import LANES, lambert_grid

EXTENDED = np.finfo(np.longdouble).eps < 1e-18
needs_extended = pytest.mark.skipif(not EXTENDED, reason="no long double of 80 bits here")


# --- the independent solution: universal variables (Bate, Mueller & White 1971, section 5.3) ---


def stumpff(z):
    """C(z) and S(z): by their series near zero, by circular or hyperbolic functions elsewhere."""
    root = np.sqrt(np.abs(z))
    root[root == 0.0] = 1.0
    c = 2.0 * np.where(z > 0.0, np.sin(0.5 * root), np.sinh(0.5 * root)) ** 2 / root**2
    s = np.where(z > 0.0, root - np.sin(root), np.sinh(root) - root) / root**3
    term_c, term_s = np.full_like(z, 0.5), np.full_like(z, 1.0) / 6.0
    series_c, series_s = term_c.copy(), term_s.copy()
    for k in range(1, 12):
        term_c = -term_c * z / ((2 * k + 1) * (2 * k + 2))
        term_s = -term_s * z / ((2 * k + 2) * (2 * k + 3))
        series_c, series_s = series_c + term_c, series_s + term_s
    near = np.abs(z) < 1.0
    return np.where(near, series_c, c), np.where(near, series_s, s)


class Universal:
    """A batch of problems in long double; `excess(z)` is the time of flight less the wanted one."""

    def __init__(self, r1, r2, tof, prograde=True):
        self.r1, self.r2, self.tof = (np.asarray(a, np.longdouble) for a in (r1, r2, tof))
        self.n1, self.n2 = (np.sqrt((r * r).sum(axis=0)) for r in (self.r1, self.r2))
        upward = self.r1[0] * self.r2[1] - self.r1[1] * self.r2[0] >= 0.0
        way = np.where(upward == prograde, 1.0, -1.0)
        self.a = way * np.sqrt(self.n1 * self.n2 + (self.r1 * self.r2).sum(axis=0))

    def y(self, z):
        c, s = stumpff(z)
        return self.n1 + self.n2 + self.a * (z * s - 1.0) / np.sqrt(c)

    def time(self, z):
        c, s = stumpff(z)
        y = self.y(z)
        y = np.where(y > 0.0, y, 0.0)
        return ((y / c) ** 1.5 * s + self.a * np.sqrt(y)) / np.sqrt(np.longdouble(MU))

    def fastest(self, revolutions):
        """z and time of the fastest transfer with that many revolutions (golden section)."""
        low = np.full_like(self.n1, (2.0 * math.pi * revolutions) ** 2) * (1.0 + 1e-12)
        high = np.full_like(self.n1, (2.0 * math.pi * (revolutions + 1)) ** 2) * (1.0 - 1e-12)
        golden = (np.sqrt(np.longdouble(5.0)) - 1.0) / 2.0
        for _ in range(110):
            width = golden * (high - low)
            left = self.time(high - width) < self.time(low + width)
            low, high = np.where(left, low, high - width), np.where(left, low + width, high)
        return 0.5 * (low + high), self.time(0.5 * (low + high))

    def solve(self, revolutions=0, low_path=True):
        """Velocities by bisection."""
        if revolutions == 0:
            low = np.full_like(self.n1, -1.0)
            for _ in range(12):
                low = np.where(self.time(low) > self.tof, 4.0 * low, low)
            high, rising = np.full_like(low, 4.0 * math.pi**2 * (1.0 - 1e-15)), True
        else:
            fold, _ = self.fastest(revolutions)
            turn = 2.0 * math.pi * (revolutions + (0 if low_path else 1))
            edge = np.full_like(fold, turn**2) * (1.0 + (1e-15 if low_path else -1e-15))
            low, high = (edge, fold) if low_path else (fold, edge)
            rising = not low_path
        for _ in range(140):
            middle = 0.5 * (low + high)
            below = (self.time(middle) < self.tof) == rising
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        y = self.y(0.5 * (low + high))
        f, g = 1.0 - y / self.n1, self.a * np.sqrt(y / np.longdouble(MU))
        return (self.r2 - f * self.r1) / g, ((1.0 - y / self.n2) * self.r2 - self.r1) / g


def directions(generator, count):
    d = generator.normal(size=(3, count))
    return d / np.linalg.norm(d, axis=0)


def positions(generator, count):
    """Two positions in any direction, from low orbit to geosynchronous."""
    return tuple(
        directions(generator, count) * generator.uniform(6.6e6, 4.2e7, count) for _ in range(2)
    )


def pairs_at(generator, count, angle, ratio):
    """Positions that many radians apart."""
    u = directions(generator, count)
    p = np.cross(u, directions(generator, count), axis=0)
    p /= np.linalg.norm(p, axis=0)
    r = generator.uniform(6.6e6, 4.2e7, count)
    return u * r, (u * np.cos(angle) + p * np.sin(angle)) * (r * ratio)


def unit_time(r1, r2):
    """sqrt(s**3/(2 mu)): one unit is a fast transfer, ten a slow one."""
    s = 0.5 * sum(np.linalg.norm(r, axis=0) for r in (r1, r2, r2 - r1))
    return np.sqrt(s**3 / (2.0 * MU))


def open_angles(generator, count):
    """Positions 10 to 170 degrees apart, where the solution in extended precision keeps its own."""
    return pairs_at(
        generator, count, generator.uniform(0.17, 2.97, count), generator.uniform(0.2, 5.0, count)
    )


def largest_error(got, expected):
    """Of both velocities, m/s."""
    return max(float(np.max(np.abs(v - w))) for v, w in zip(got, expected, strict=True))


def largest_miss(r1, v1, r2, tof):
    """Distance from r2, m, after two-body propagation by the kernel for Kepler's problem."""
    r, _, status = kepler_grid(r1, v1, tof[:, None], MU)
    assert not status.any()
    return float(np.max(np.linalg.norm(r[:, :, 0] - r2, axis=0)))


# --- accuracy ---


@needs_extended
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize(("fastest", "slowest"), [(0.01, 0.1), (0.1, 10.0), (10.0, 1e3)])
def test_direct_transfers_are_right_to_rounding(fastest, slowest, reverse):
    generator = np.random.default_rng(11)
    r1, r2 = open_angles(generator, 2000)
    tof = unit_time(r1, r2) * np.exp(generator.uniform(np.log(fastest), np.log(slowest), 2000))
    v1, v2, status = lambert_grid(r1, r2, tof, MU, reverse=reverse)
    assert not status.any()
    expected = Universal(r1, r2, tof, prograde=not reverse).solve()
    speed = np.maximum(np.linalg.norm(v1, axis=0), np.linalg.norm(v2, axis=0))
    scaled = [v / speed for v in (v1, v2)], [v / speed for v in expected]
    assert largest_error(*scaled) <= 1e-14
    if fastest >= 0.1:  # up to 100 km/s; the faster ones reach 2000 km/s
        assert largest_error((v1, v2), expected) <= 1e-10


@needs_extended
@pytest.mark.parametrize("low_path", [True, False])
@pytest.mark.parametrize("revolutions", [1, 2, 7])
def test_transfers_with_revolutions_are_right_to_rounding(revolutions, low_path):
    generator = np.random.default_rng(12)
    r1, r2 = open_angles(generator, 300)
    least = Universal(r1, r2, np.ones(300)).fastest(revolutions)[1].astype(float)
    tof = least * (1.0 + 10.0 ** generator.uniform(-2.0, 1.0, 300))
    v1, v2, status = lambert_grid(r1, r2, tof, MU, revolutions=revolutions, low_path=low_path)
    assert not status.any()
    expected = Universal(r1, r2, tof).solve(revolutions, low_path)
    assert largest_error((v1, v2), expected) <= 1e-10


@needs_extended
def test_near_the_least_time_the_error_grows_as_rounding_over_the_distance():
    generator = np.random.default_rng(13)
    r1, r2 = open_angles(generator, 100)
    least = Universal(r1, r2, np.ones(100)).fastest(1)[1].astype(float)
    for excess in (1e-5, 1e-7, 1e-9):
        tof = least * (1.0 + excess)
        for low_path in (True, False):
            *v, status = lambert_grid(r1, r2, tof, MU, revolutions=1, low_path=low_path)
            assert not status.any()
            expected = Universal(r1, r2, tof).solve(1, low_path)
            assert largest_error(v, expected) <= 1e-11 / math.sqrt(excess)
        *_, status = lambert_grid(r1, r2, least * (1.0 - excess), MU, revolutions=1)
        assert np.all(status == Status.NO_SOLUTION)


@pytest.mark.parametrize("exponent", [-1, -3, -5, -7])
@pytest.mark.parametrize("revolutions", [0, 1])
def test_short_arcs_keep_their_digits(exponent, revolutions):
    generator = np.random.default_rng(14)
    angle = 10.0**exponent
    r1, r2 = pairs_at(generator, 500, angle, 1.0 + angle * generator.normal(size=500))
    distance = np.linalg.norm(r1, axis=0)
    speed = np.sqrt(MU / distance)
    tof = np.linalg.norm(r2 - r1, axis=0) / speed * generator.uniform(0.7, 3.0, 500)
    tof = tof + revolutions * 1.1 * 2.0 * np.pi * distance / speed
    v1, _, status = lambert_grid(
        r1, r2, tof, MU, revolutions=revolutions, by_pole=False, low_path=False
    )
    assert not status.any()
    # A velocity off by 1e-10 m/s; the propagator's own rounding is that of the positions.
    assert largest_miss(r1, v1, r2, tof) <= 1e-10 * np.max(tof) + 1e-7


def test_near_half_a_turn_the_plane_is_that_of_the_positions():
    generator = np.random.default_rng(15)
    for gap in (1e-3, 1e-6, 1e-9):
        r1, r2 = pairs_at(generator, 300, np.pi - gap, generator.uniform(0.3, 3.0, 300))
        v1, v2, status = lambert_grid(r1, r2, unit_time(r1, r2) * 2.0, MU)
        assert not status.any()
        exact = [
            [int(a[j]) * int(b[k]) - int(a[k]) * int(b[j]) for j, k in ((1, 2), (2, 0), (0, 1))]
            for a, b in zip((r1 * 2**40).T, (r2 * 2**40).T, strict=True)
        ]
        normal = np.array([[component / 2**80 for component in n] for n in exact])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True)
        for v in (v1, v2):
            assert np.max(np.abs(np.sum(normal * v.T, axis=1))) < 1e-11


@pytest.mark.parametrize("low_path", [True, False])
@pytest.mark.parametrize("revolutions", [0, 1, 5])
def test_nearly_coincident_positions_that_two_steps_do_not_solve(revolutions, low_path):
    """Both velocities belong to one orbit; the file of hard cases compares some of them."""
    generator = np.random.default_rng(16)
    angle = 10.0 ** generator.uniform(-8.0, -1.0, 4000)
    r1, r2 = pairs_at(generator, 4000, angle, np.ones(4000))
    units = np.pi * (revolutions + 1.0) + 10.0 ** generator.uniform(-3.0, 2.0, 4000)
    tof = unit_time(r1, r2) * units
    for reverse in (False, True):
        v1, v2, status = lambert_grid(
            r1, r2, tof, MU, revolutions=revolutions, low_path=low_path, reverse=reverse
        )
        assert not status.any()
        energies = [
            0.5 * np.sum(v * v, axis=0) - MU / np.linalg.norm(r, axis=0)
            for r, v in ((r1, v1), (r2, v2))
        ]
        scale = MU / np.linalg.norm(r1, axis=0)
        assert np.max(np.abs(energies[0] - energies[1]) / scale) < 1e-14
        momenta = [np.cross(r, v, axis=0) for r, v in ((r1, v1), (r2, v2))]
        size = np.linalg.norm(r1, axis=0) * np.linalg.norm(v1, axis=0)
        assert np.max(np.linalg.norm(momenta[0] - momenta[1], axis=0) / size) < 1e-14


@pytest.mark.parametrize("offset", [0.0, 1e-15, 1e-12, -1e-9, 1e-6, -1e-4, 1e-3])
def test_the_parabola_and_its_neighbours(offset):
    """Euler's equation gives the parabolic time in closed form; its energy is zero."""
    generator = np.random.default_rng(17)
    r1, r2 = positions(generator, 2000)
    n1, n2, c = (np.linalg.norm(r, axis=0) for r in (r1, r2, r2 - r1))
    short = np.cross(r1, r2, axis=0)[2] >= 0.0
    sign = np.where(short, 1.0, -1.0)
    euler = ((n1 + n2 + c) ** 1.5 - sign * (n1 + n2 - c) ** 1.5) / (6.0 * math.sqrt(MU))
    v1, v2, status = lambert_grid(r1, r2, euler * (1.0 + offset), MU)
    assert not status.any()
    energy = 0.5 * np.sum(v1 * v1, axis=0) - MU / n1
    scaled = energy * 0.5 * (n1 + n2 + c) / MU
    if offset in (0.0, 1e-15):
        assert np.max(np.abs(scaled)) < 3e-14
    else:
        assert np.all(scaled * offset < 0.0)
        assert np.max(np.abs(scaled)) < 20.0 * abs(offset)
    arrival = 0.5 * np.sum(v2 * v2, axis=0) - MU / n2
    assert np.allclose(energy, arrival, rtol=0.0, atol=1e-14 * MU / 6.6e6)


# --- failures are data ---


def test_every_status():
    problems = {
        "fine": ((7e6, 0, 0), (0, 8e6, 0), 2000.0, Status.OK),
        "no time": ((7e6, 0, 0), (0, 8e6, 0), 0.0, Status.NO_SOLUTION),
        "backwards": ((7e6, 0, 0), (0, 8e6, 0), -5.0, Status.NO_SOLUTION),
        "half a turn": ((7e6, 0, 0), (-8e6, 0, 0), 2000.0, Status.SINGULAR_GEOMETRY),
        "same direction": ((7e6, 0, 0), (8e6, 0, 0), 2000.0, Status.SINGULAR_GEOMETRY),
        "same place": ((7e6, 0, 0), (7e6, 0, 0), 2000.0, Status.SINGULAR_GEOMETRY),
        "centre": ((0, 0, 0), (0, 8e6, 0), 2000.0, Status.SINGULAR_GEOMETRY),
        "NaN": ((math.nan, 0, 0), (0, 8e6, 0), 2000.0, Status.NOT_FINITE),
        "infinite": ((7e6, 0, 0), (0, math.inf, 0), 2000.0, Status.NOT_FINITE),
        "NaN time": ((7e6, 0, 0), (0, 8e6, 0), math.nan, Status.NOT_FINITE),
        "endless": ((7e6, 0, 0), (0, 8e6, 0), math.inf, Status.NOT_FINITE),
        "too large": ((1e200, 0, 0), (0, 1e200, 0), 2000.0, Status.NOT_FINITE),
    }
    r1 = np.array([p[0] for p in problems.values()], float).T
    r2 = np.array([p[1] for p in problems.values()], float).T
    tof = np.array([p[2] for p in problems.values()])
    for turns in (0, 1):
        v1, v2, status = lambert_grid(r1, r2, tof, MU, revolutions=turns)
        wanted = [p[3] for p in problems.values()]
        wanted[0] = Status.OK if turns == 0 else Status.NO_SOLUTION
        assert status.tolist() == wanted
        for v in (v1, v2):
            assert np.array_equal(np.isfinite(v).all(axis=0), status == Status.OK)
            assert np.array_equal(np.isnan(v).all(axis=0), status != Status.OK)


def test_nothing_to_do():
    v1, v2, status = lambert_grid(np.empty((3, 0)), np.empty((3, 0)), np.empty(0), MU)
    assert v1.shape == v2.shape == (3, 0)
    assert status.shape == (0,)


# --- bookkeeping ---


@pytest.fixture(scope="module")
def batch():
    """Enough for three tiles and a rest, with failures among them."""
    generator = np.random.default_rng(18)
    count = 3 * LANES + 77
    r1, r2 = positions(generator, count)
    tof = unit_time(r1, r2) * np.exp(generator.uniform(np.log(0.05), np.log(50.0), count))
    tof[::97] = np.nan
    r2[:, ::101] = -1.5 * r1[:, ::101]
    return r1, r2, tof


@pytest.mark.parametrize("revolutions", [0, 1])
def test_threads_and_neighbours_do_not_change_a_bit(batch, revolutions):
    r1, r2, tof = batch
    whole = lambert_grid(r1, r2, tof, MU, revolutions=revolutions, threads=1)
    again = lambert_grid(r1, r2, tof, MU, revolutions=revolutions, threads=2)
    for one, two in zip(whole, again, strict=True):
        assert one.tobytes() == two.tobytes()
    for i in (0, 1, 97, 1000, LANES - 1, LANES, tof.size - 1):
        alone = lambert_grid(r1[:, i], r2[:, i], tof[i], MU, revolutions=revolutions)
        for one, two in zip(whole, alone, strict=True):
            assert one[..., i].tobytes() == two.tobytes()


def test_any_layout_and_type_of_input(batch):
    r1, r2, tof = (np.ascontiguousarray(a[..., :500]) for a in batch)
    expected = lambert_grid(r1, r2, tof, MU)
    scattered = np.zeros((1000, 6))
    scattered[::2, :3], scattered[::2, 3:] = r1.T, r2.T
    view = scattered[::2].T
    view.flags.writeable = False
    got = lambert_grid(view[:3], view[3:], tof.copy()[::-1][::-1], MU)
    for one, two in zip(expected, got, strict=True):
        assert np.array_equal(one, two, equal_nan=one.dtype == float)
    single = [a.astype(np.float32) for a in (r1, r2, tof)]
    expected = lambert_grid(*(a.astype(float) for a in single), MU)
    for one, two in zip(expected, lambert_grid(*single, MU), strict=True):
        assert np.array_equal(one, two, equal_nan=one.dtype == float)


def test_a_grid_equals_its_elements():
    generator = np.random.default_rng(19)
    r1, r2 = positions(generator, 70)
    tof = generator.uniform(1000.0, 9000.0, (40, 70))
    departure, arrival = r1[:, :40, None], r2[:, None, :]
    v1, v2, status = lambert_grid(departure, arrival, tof, MU)
    assert v1.shape == v2.shape == (3, 40, 70)
    full = [np.ascontiguousarray(np.broadcast_to(a, (3, 40, 70))) for a in (departure, arrival)]
    expected = lambert_grid(*(a.reshape(3, -1) for a in full), tof.ravel(), MU)
    for one, two in zip((v1, v2, status), expected, strict=True):
        assert np.array_equal(one, two.reshape(one.shape))


def test_out_is_used():
    generator = np.random.default_rng(20)
    r1, r2 = positions(generator, 100)
    out = np.empty((3, 100)), np.empty((3, 100))
    v1, v2, _ = lambert_grid(r1, r2, np.full(100, 3000.0), MU, out=out)
    assert v1 is out[0]
    assert v2 is out[1]
    with pytest.raises(ValueError, match=r"float64 array of shape \(3, 100\)"):
        lambert_grid(r1, r2, np.full(100, 3000.0), MU, out=(np.empty((3, 99)), out[1]))


def test_short_and_long_way():
    generator = np.random.default_rng(21)
    r1, r2 = positions(generator, 200)
    tof = unit_time(r1, r2) * 2.0
    normal = np.cross(r1, r2, axis=0)
    for reverse, sign in ((False, 1.0), (True, -1.0)):
        v1, _, _ = lambert_grid(r1, r2, tof, MU, by_pole=False, reverse=reverse)
        assert np.all(sign * np.sum(np.cross(r1, v1, axis=0) * normal, axis=0) > 0.0)
        v1, _, _ = lambert_grid(r1, r2, tof, MU, by_pole=True, reverse=reverse)
        assert np.all(sign * np.cross(r1, v1, axis=0)[2] > 0.0)
