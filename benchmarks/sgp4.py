"""SGP4: a catalogue of near-Earth element sets x the minutes of a day."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sgp4 import model
from sgp4.api import WGS72, Satrec, SatrecArray
from sgp4.exporter import export_tle

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from benchmarks.twins import sgp4_in_numpy
from orbitsim.kernels.sgp4 import pack, sgp4_grid

UNIT = "m"
_MINUTES = 1440
_EPOCH = 27000.0  # days since 1949-12-31
_SHARE = 100  # satellites that a loop does of a large catalogue


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race; `size` states, the minutes of a day of each satellite (fewer for small sizes)."""
    minutes = min(size, _MINUTES)
    case = _Case(max(1, size // minutes), minutes)
    states = case.satellites * minutes
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, states),
        Contender("SatrecArray", case.satrec_array, case.error, states),
        Contender("plain NumPy", case.numpy, case.error, min(case.satellites, _SHARE) * minutes),
        Contender("pure Python", case.python, case.error, min(minutes, 100)),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        run = peers.heyoka_sgp4(heyoka, case.records, case.t, threads)
        contenders.append(Contender("heyoka sgp4_propagator", run, case.error_km, states))
    satkit = peers.module("satkit")
    if satkit is not None:
        part = min(case.satellites, _SHARE)
        run = peers.satkit_sgp4(satkit, case.lines[:part], case.t)
        contenders.append(Contender("satkit loop", run, case.error, part * minutes))
    yield from race("sgp4", contenders, threads=threads, error_unit=UNIT)
    for tool, peer in (("heyoka sgp4_propagator", heyoka), ("satkit loop", satkit)):
        if peer is None:
            yield absent("sgp4", tool, threads, UNIT)


class _Case:
    def __init__(self, satellites: int, minutes: int) -> None:
        self.satellites = satellites
        self.t = np.arange(float(minutes))
        # Through two lines each, rounded as printed, so that every tool reads the same elements.
        self.lines = [export_tle(_record(Satrec(), row)) for row in _elements(satellites)]
        self.records = [Satrec.twoline2rv(*lines, WGS72) for lines in self.lines]
        self.array = SatrecArray(self.records)
        self.slow = [model.Satrec.twoline2rv(*x, WGS72) for x in self.lines[:_SHARE]]
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

    def numpy(self) -> np.ndarray:
        return np.stack([sgp4_in_numpy(record, self.t)[0] for record in self.slow], axis=1)

    def python(self) -> np.ndarray:
        count = min(self.t.size, 100)
        out = [self.slow[0].sgp4_tsince(minute)[1] for minute in self.t[:count].tolist()]
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
    record.classification, record.intldesg = "U", ""  # type: ignore[attr-defined]
    record.elnum, record.revnum, record.ephtype = 1, 1, 0  # type: ignore[attr-defined]
    return record
