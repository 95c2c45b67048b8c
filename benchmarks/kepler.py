"""Two-body states: a million different orbits, each at a time of its own (e 0 to 0.8, a day)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from orbitsim.kernels.kepler import elements_to_state, kepler_grid

MU = 3.986004418e14
UNIT = "m"
_SAMPLE = 500


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race at a size and a number of threads."""
    case = _Case(size)
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, size),
        Contender("plain NumPy", case.numpy, case.error, size),
        Contender("pure Python", case.python, case.error, min(size, 1000)),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        contenders.append(Contender("heyoka cfunc", case.heyoka(heyoka, threads), case.error, size))
    yield from race("kepler", contenders, threads=threads, error_unit=UNIT)
    if heyoka is None:
        yield absent("kepler", "heyoka cfunc", threads, UNIT)


class _Case:
    """Elements and durations of `size` orbits, and the true positions of some of them."""

    def __init__(self, size: int) -> None:
        random = np.random.default_rng(1)
        self.a = random.uniform(7e6, 4.2e7, size)
        self.e = random.uniform(0.0, 0.8, size)
        self.i, self.node, self.perigee, self.mean = random.uniform(0.0, 3.1, (4, size))
        self.dt = random.uniform(0.0, 86400.0, size)
        self.anomaly = self.mean + np.sqrt(MU / self.a**3) * self.dt
        nu = _true_anomaly(self.mean, self.e)
        p = self.a * (1.0 - self.e**2)
        self.r, self.v = elements_to_state(
            np.stack([p, self.e, self.i, self.node, self.perigee, nu]), MU
        )[:2]
        self.out = (np.empty((3, size, 1)), np.empty((3, size, 1)))
        self.sample = np.unique(np.linspace(0, size - 1, min(size, _SAMPLE)).astype(int))
        self.truth = _extended(self)

    def ours(self, threads: int) -> np.ndarray:
        return kepler_grid(
            self.r, self.v, self.dt[:, np.newaxis], MU, out=self.out, threads=threads
        )[0][:, :, 0]

    def numpy(self) -> np.ndarray:
        return _states(
            np, self.a, self.e, self.i, self.node, self.perigee,
            _eccentric(np, np.remainder(self.anomaly, 2.0 * np.pi), self.e),
        )  # fmt: skip

    def python(self) -> np.ndarray:
        count = min(self.a.size, 1000)
        columns = zip(
            self.a[:count].tolist(), self.e[:count].tolist(), self.i[:count].tolist(),
            self.node[:count].tolist(), self.perigee[:count].tolist(),
            self.anomaly[:count].tolist(), strict=True,
        )  # fmt: skip
        out = np.empty((3, count))
        for index, (a, e, i, node, perigee, anomaly) in enumerate(columns):
            eccentric = _eccentric(math, anomaly % (2.0 * math.pi), e)
            out[:, index] = _states(math, a, e, i, node, perigee, eccentric)[:3]
        return out

    def heyoka(self, hy: object, threads: int) -> object:
        return peers.heyoka_kepler(
            hy, (self.a, self.e, self.i, self.node, self.perigee, self.anomaly), MU, threads
        )

    def error(self, result: np.ndarray) -> float:
        known = self.sample[self.sample < result.shape[1]]
        return float(np.abs(result[:3, known] - self.truth[:, : known.size]).max())


def _eccentric(lib: object, mean: object, e: object) -> object:
    """Newton from Vallado's starter; a fixed number of steps, as a plain program would."""
    anomaly = mean + e * lib.sin(mean)
    for _ in range(10):
        anomaly = anomaly - (anomaly - e * lib.sin(anomaly) - mean) / (1.0 - e * lib.cos(anomaly))
    return anomaly


def _states(lib, a, e, i, node, perigee, eccentric):  # type: ignore[no-untyped-def]
    cos_e, sin_e = lib.cos(eccentric), lib.sin(eccentric)
    root = lib.sqrt(1.0 - e * e)
    x, y = a * (cos_e - e), a * root * sin_e
    rate = lib.sqrt(MU / a) / (1.0 - e * cos_e)
    vx, vy = -rate * sin_e, rate * root * cos_e
    cw, sw, co, so = lib.cos(perigee), lib.sin(perigee), lib.cos(node), lib.sin(node)
    ci, si = lib.cos(i), lib.sin(i)
    px, py, pz = co * cw - so * sw * ci, so * cw + co * sw * ci, sw * si
    qx, qy, qz = -co * sw - so * cw * ci, -so * sw + co * cw * ci, cw * si
    state = (
        x * px + y * qx, x * py + y * qy, x * pz + y * qz,
        vx * px + vy * qx, vx * py + vy * qy, vx * pz + vy * qz,
    )  # fmt: skip
    return np.stack(state) if lib is np else state


def _true_anomaly(mean: np.ndarray, e: np.ndarray) -> np.ndarray:
    eccentric = _eccentric(np, mean, e)
    return 2.0 * np.arctan(np.sqrt((1.0 + e) / (1.0 - e)) * np.tan(0.5 * eccentric))


def _extended(case: _Case) -> np.ndarray:
    """Positions of the sample in extended precision, from the states that the tools are given.

    From the very states: a mean anomaly rounded to double would be off by a micrometre already.
    """
    r = case.r[:, case.sample].astype(np.longdouble)
    v = case.v[:, case.sample].astype(np.longdouble)
    dt = case.dt[case.sample].astype(np.longdouble)
    mu = np.longdouble(MU)
    radius = np.sqrt((r * r).sum(0))
    a = 1.0 / (2.0 / radius - (v * v).sum(0) / mu)
    e_sin, e_cos = (r * v).sum(0) / np.sqrt(mu * a), 1.0 - radius / a
    turn = np.sqrt(mu / a**3) * dt
    full = 2.0 * np.arccos(np.longdouble(-1.0))
    turn -= full * np.floor(turn / full)
    x = turn.copy()
    for _ in range(60):
        f = x - e_cos * np.sin(x) + e_sin * (1.0 - np.cos(x)) - turn
        x -= f / (1.0 - e_cos * np.cos(x) + e_sin * np.sin(x))
    f = 1.0 - a / radius * (1.0 - np.cos(x))
    g = (a * (e_sin * (1.0 - np.cos(x)) + radius / a * np.sin(x))) * np.sqrt(a / mu)
    return np.asarray(f * r + g * v, dtype=np.float64)
