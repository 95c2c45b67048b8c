"""Secular J2 drift on a grid: orbits x times, mean elements to position and velocity."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from benchmarks.kepler import _eccentric, _states
from orbitsim.earth import J2_GRAVITY
from orbitsim.kernels.secular import j2_secular_rates
from orbitsim.propagation.brouwer import BrouwerElements

UNIT = "m"
_TIMES = 1000
_PYTHON = 1000


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; `size` states, a thousand times of each orbit (fewer for small sizes)."""
    times = min(size, _TIMES)
    case = _Case(max(1, size // times), times)
    states = case.orbits * case.times
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, states),
        Contender("plain NumPy", case.numpy, case.error, states),
        Contender("pure Python", case.python, case.error, min(states, _PYTHON)),
        Contender("memory write", lambda: case.write(threads), lambda _: 0.0, states),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        contenders.append(
            Contender("heyoka cfunc", case.heyoka(heyoka, threads), case.error, states)
        )
    yield from race("j2", contenders, threads=threads, error_unit=UNIT)
    if heyoka is None:
        yield absent("j2", "heyoka cfunc", threads, UNIT)


class _Case:
    def __init__(self, orbits: int, times: int) -> None:
        random = np.random.default_rng(2)
        self.orbits, self.times = orbits, times
        self.a = random.uniform(6.7e6, 9e6, orbits)
        self.e = random.uniform(0.0, 0.1, orbits)
        self.i, self.node, self.perigee, self.mean = random.uniform(0.1, 3.0, (4, orbits))
        self.t = np.linspace(0.0, 86400.0, times)
        gravity = J2_GRAVITY
        self.rates = j2_secular_rates(
            self.a, self.e, self.i, gravity.mu, gravity.radius, gravity.j2
        )
        self.elements = BrouwerElements.of(
            semi_major_axis=self.a,
            eccentricity=self.e,
            inclination=self.i,
            raan=self.node,
            argument_of_perigee=self.perigee,
            mean_anomaly=self.mean,
            epoch="2024-01-01",
        )
        self.out = (np.empty((3, orbits, times)), np.empty((3, orbits, times)))

    def ours(self, threads: int) -> np.ndarray:
        trajectory = self.elements.propagate(self.t, out=self.out, threads=threads)
        return np.moveaxis(trajectory.r, -1, 0)

    def write(self, threads: int) -> None:
        """What writing the output alone costs."""
        peers.fill(self.out, threads)

    def numpy(self) -> np.ndarray:
        node, perigee, mean = self._drifted(self.t)
        column = (self.a[:, np.newaxis], self.e[:, np.newaxis], self.i[:, np.newaxis])
        anomaly = _eccentric(np, np.remainder(mean, 2.0 * np.pi), column[1])
        columns = np.broadcast_arrays(*column, node, perigee, anomaly)
        return _in_chunks(columns)

    def python(self) -> np.ndarray:
        out = np.empty((3, 1, min(self.orbits * self.times, _PYTHON, self.times)))
        a, e, i = float(self.a[0]), float(self.e[0]), float(self.i[0])
        start = (self.node, self.perigee, self.mean)
        node0, perigee0, mean0 = (float(angle[0]) for angle in start)
        node1, perigee1, mean1 = (float(rate[0]) for rate in self.rates)
        for index, t in enumerate(self.t[: out.shape[2]].tolist()):
            node, perigee, mean = node0 + node1 * t, perigee0 + perigee1 * t, mean0 + mean1 * t
            anomaly = _eccentric(math, mean % (2.0 * math.pi), e)
            out[:, 0, index] = _states(math, a, e, i, node, perigee, anomaly)[:3]
        return out

    def heyoka(self, hy: object, threads: int) -> object:
        return peers.heyoka_j2(hy, self, J2_GRAVITY.mu, threads)

    def _drifted(self, t: np.ndarray) -> list[np.ndarray]:
        start = (self.node, self.perigee, self.mean)
        return [
            angle[:, np.newaxis] + rate[:, np.newaxis] * t
            for angle, rate in zip(start, self.rates, strict=True)
        ]

    def error(self, result: np.ndarray) -> float:
        """Against the theory in extended precision, for one orbit in a hundred."""
        result = result[:3]
        if result.ndim == 2:
            result = result.reshape(3, self.orbits, self.times)
        which = np.arange(0, result.shape[1], max(1, result.shape[1] // 100))
        long = np.longdouble
        a, e, i, node, perigee, mean = (
            x[which, np.newaxis].astype(long)
            for x in (self.a, self.e, self.i, self.node, self.perigee, self.mean)
        )
        t = self.t[: result.shape[2]].astype(long)
        g = J2_GRAVITY
        motion = np.sqrt(long(g.mu) / a**3)
        turn = long(1.5) * long(g.j2) * (long(g.radius) / (a * (1 - e * e))) ** 2 * motion
        node = node - turn * np.cos(i) * t
        perigee = perigee + turn * (2 - long(2.5) * np.sin(i) ** 2) * t
        mean = mean + (motion + turn * np.sqrt(1 - e * e) * (1 - long(1.5) * np.sin(i) ** 2)) * t
        anomaly = _eccentric(np, mean, e)
        truth = np.stack(_states_long(*np.broadcast_arrays(a, e, i, node, perigee, anomaly)))
        return float(np.abs(result[:, which] - truth).max())


def _states_long(a, e, i, node, perigee, eccentric):  # type: ignore[no-untyped-def]
    x, y = a * (np.cos(eccentric) - e), a * np.sqrt(1 - e * e) * np.sin(eccentric)
    cw, sw, co, so = np.cos(perigee), np.sin(perigee), np.cos(node), np.sin(node)
    ci, si = np.cos(i), np.sin(i)
    return (
        x * (co * cw - so * sw * ci) + y * (-co * sw - so * cw * ci),
        x * (so * cw + co * sw * ci) + y * (-so * sw + co * cw * ci),
        x * sw * si + y * cw * si,
    )


def _in_chunks(columns: list[np.ndarray]) -> np.ndarray:
    """NumPy's best: a few orbits at a time, so that temporaries stay in cache."""
    out = np.empty((6, *columns[0].shape))
    for first in range(0, columns[0].shape[0], 16):
        part = slice(first, first + 16)
        out[:, part] = _states(np, *(column[part] for column in columns))
    return out
