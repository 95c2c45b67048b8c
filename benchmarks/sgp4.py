"""SGP4: a catalogue of near-Earth element sets x the minutes of a day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sgp4 import model
from sgp4.api import WGS72, Satrec, SatrecArray

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from orbitsim.kernels.sgp4 import pack, sgp4_grid

UNIT = "m"
_MINUTES = 1440
_EPOCH = 27000.0  # days since 1949-12-31


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; `size` states, the minutes of a day of each satellite (fewer for small sizes)."""
    minutes = min(size, _MINUTES)
    case = _Case(max(1, size // minutes), minutes)
    states = case.satellites * minutes
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, states),
        Contender("SatrecArray", case.satrec_array, case.error, states),
        Contender("pure Python", case.python, case.error, min(minutes, 100)),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        run = peers.heyoka_sgp4(heyoka, case.records, case.t, threads)
        contenders.append(Contender("heyoka sgp4_propagator", run, case.error_km, states))
    yield from race("sgp4", contenders, threads=threads, error_unit=UNIT)
    if heyoka is None:
        yield absent("sgp4", "heyoka sgp4_propagator", threads, UNIT)


class _Case:
    def __init__(self, satellites: int, minutes: int) -> None:
        self.satellites = satellites
        self.t = np.arange(float(minutes))
        elements = _elements(satellites)
        self.records = [_record(Satrec(), row) for row in elements]
        self.array = SatrecArray(self.records)
        self.slow = _record(model.Satrec(), elements[0])
        self.packed = pack(self.records)
        grid = (3, satellites, minutes)
        self.out = (np.empty(grid), np.empty(grid))
        self.jd = np.full(minutes, 2433281.5 + _EPOCH)
        self.fraction = self.t / 1440.0
        self.truth = 1e3 * np.moveaxis(self.satrec_array()[1], -1, 0)

    def ours(self, threads: int) -> np.ndarray:
        return sgp4_grid(self.packed, self.t, out=self.out, threads=threads)[0]

    def satrec_array(self) -> tuple[np.ndarray, ...]:
        return self.array.sgp4(self.jd, self.fraction)

    def python(self) -> np.ndarray:
        count = min(self.t.size, 100)
        out = [self.slow.sgp4_tsince(minute)[1] for minute in self.t[:count].tolist()]
        return 1e3 * np.array(out).T[:, np.newaxis, :]

    def error(self, result: object) -> float:
        if isinstance(result, tuple):
            result = 1e3 * np.moveaxis(result[1], -1, 0)
        assert isinstance(result, np.ndarray)
        _, satellites, minutes = result.shape
        return float(np.abs(result - self.truth[:, :satellites, :minutes]).max())

    def error_km(self, result: np.ndarray) -> float:
        return self.error(1e3 * np.moveaxis(result, (0, 1, 2), (2, 0, 1))[:3])


def _elements(count: int) -> np.ndarray:
    """A catalogue like the real one's low part: rad, rad/min."""
    random = np.random.default_rng(3)
    return np.stack(
        [
            random.uniform(1e-6, 5e-4, count),
            random.uniform(1e-4, 0.05, count),
            random.uniform(0.0, 6.28, count),
            random.uniform(0.1, 2.0, count),
            random.uniform(0.0, 6.28, count),
            2.0 * np.pi / random.uniform(93.0, 115.0, count),
            random.uniform(0.0, 6.28, count),
        ],
        axis=1,
    )


def _record(record: object, row: np.ndarray) -> object:
    bstar, e, perigee, inclination, mean, motion, node = row.tolist()
    record.sgp4init(  # type: ignore[attr-defined]
        WGS72, "i", 5, _EPOCH, bstar, 0.0, 0.0, e, perigee, inclination, mean, motion, node
    )
    return record
