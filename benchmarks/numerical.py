"""Numerical propagation: low orbits for a day under J2 to J6 and exponential drag."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from orbitsim import Orbit, propagate
from orbitsim.earth import J6_GRAVITY, Ellipsoid
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.forces.drag import Drag
from orbitsim.forces.zonal import Zonal

UNIT = "mm"
DAY = 86400.0
ROTATION = 7.292115e-5
DENSITY, BASE, SCALE, SPHERE = 4e-12, 400e3, 60e3, 6378137.0
_SAMPLE = 4


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; a state is an orbit after its day."""
    case = _Case(size)
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, size),
        Contender("SciPy DOP853 loop", case.scipy, case.error, min(size, _SAMPLE)),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        run = peers.heyoka_batch(heyoka, case, threads)
        contenders.append(Contender("heyoka taylor_adaptive_batch", run, case.error, size))
    yield from race("numerical", contenders, threads=threads, error_unit=UNIT)
    if heyoka is None:
        yield absent("numerical", "heyoka taylor_adaptive_batch", threads, UNIT)


class _Case:
    """Orbits with perigees of 250 to 900 km; truth by SciPy at its tightest, of some of them."""

    def __init__(self, size: int) -> None:
        random = np.random.default_rng(6)
        e = random.uniform(0.0, 0.02, size)
        inclination = random.uniform(0.1, 3.0, size)
        node, perigee, nu = random.uniform(0.0, 6.28, (3, size))
        self.ballistic = random.uniform(0.002, 0.02, size)
        self.orbits = Orbit.from_elements(
            semi_major_axis=(SPHERE + random.uniform(250e3, 900e3, size)) / (1.0 - e),
            eccentricity=e,
            inclination=inclination,
            raan=node,
            argument_of_perigee=perigee,
            true_anomaly=nu,
            epoch="2024-01-01",
            frame="TEME",
            mu=J6_GRAVITY.mu,
        )
        self.states = np.concatenate([self.orbits.r.T, self.orbits.v.T])
        air = ExponentialAtmosphere(DENSITY, BASE, SCALE, Ellipsoid(SPHERE, 0.0))
        self.forces = Zonal() + Drag(self.ballistic, atmosphere=air, rotation_rate=ROTATION)
        self.truth = self._integrated(1e-13)

    def ours(self, threads: int) -> np.ndarray:
        day = propagate(self.orbits, [DAY], method="numerical", forces=self.forces, threads=threads)
        return day.r[:, 0].T

    def scipy(self) -> np.ndarray:
        return self._integrated(1e-11)

    def _integrated(self, tolerance: float) -> np.ndarray:
        count = min(self.ballistic.size, _SAMPLE)
        ends = [
            solve_ivp(
                acceleration,
                (0.0, DAY),
                self.states[:, k],
                "DOP853",
                rtol=tolerance,
                atol=1e-8,
                args=(self.ballistic[k],),
            ).y[:3, -1]
            for k in range(count)
        ]
        return np.array(ends).T

    def error(self, result: np.ndarray) -> float:
        count = self.truth.shape[1]
        return 1e3 * float(np.linalg.norm(result[:3, :count] - self.truth, axis=0).max())


def acceleration(t: float, y: np.ndarray, ballistic: float) -> np.ndarray:
    """The same forces, written out once more."""
    r = y[:3]
    distance = np.sqrt(r @ r)
    s, ratio = r[2] / distance, J6_GRAVITY.radius / distance
    legendre, slope = [1.0, s], [0.0, 1.0]
    for n in range(2, 8):
        legendre.append(((2 * n - 1) * s * legendre[-1] - (n - 1) * legendre[-2]) / n)
        slope.append(s * slope[-1] + n * legendre[n - 1])
    radial, polar = -1.0, 0.0
    for n, j in enumerate(J6_GRAVITY.j, start=2):
        radial += j * ratio**n * slope[n + 1]
        polar += j * ratio**n * slope[n]
    gravity = J6_GRAVITY.mu / distance**2 * (radial * r / distance)
    gravity[2] -= J6_GRAVITY.mu / distance**2 * polar
    air = y[3:] - ROTATION * np.array([-r[1], r[0], 0.0])
    density = DENSITY * np.exp((SPHERE + BASE - distance) / SCALE)
    drag = 0.5 * density * ballistic * np.sqrt(air @ air)
    return np.concatenate([y[3:], gravity - drag * air])
