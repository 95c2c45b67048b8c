"""GCRS positions to geodetic coordinates, each at an instant of its own in a day."""

from __future__ import annotations

from collections.abc import Iterator

import astropy_iers_data
import erfa
import numpy as np
from astropy import units as u
from astropy.coordinates import GCRS, ITRS, CartesianRepresentation
from astropy.time import Time, TimeDelta
from astropy.utils import iers

from benchmarks import peers
from benchmarks.harness import Contender, Row, absent, race
from benchmarks.twins import geodetic_in_numpy
from orbitsim import frames

UNIT = "m"
_SHARE = 20_000  # what a slow tool does of a large race


def rows(size: int, threads: int) -> Iterator[Row]:
    """One race at a size and a number of threads."""
    case = _Case(size)
    part = min(size, _SHARE)
    contenders = [
        Contender("orbitsim", lambda: case.ours(threads), case.error, size),
        Contender("NumPy with erfa", lambda: case.numpy(part), case.error, part),
        Contender("astropy", lambda: case.astropy(part), case.error, part),
    ]
    heyoka = peers.heyoka()
    if heyoka is not None:
        run = peers.heyoka_geodetic(heyoka, case.r[:, :part], case.centuries()[:part], threads)
        contenders.append(Contender("heyoka cfunc", run, case.error, part))
    yield from race("frames", contenders, threads=threads, error_unit=UNIT)
    if heyoka is None:
        yield absent("frames", "heyoka cfunc", threads, UNIT)


class _Case:
    def __init__(self, size: int) -> None:
        random = np.random.default_rng(4)
        r = random.normal(size=(3, size))
        self.r = 7e6 * r / np.linalg.norm(r, axis=0)
        self.epoch = Time("2016-12-01T00:00:00", scale="utc")
        self.t = np.linspace(0.0, 86400.0, size)  # in order, as a ground track has them
        self.out = np.empty((3, size))
        self.table = iers.IERS_A.open(astropy_iers_data.IERS_A_FILE)
        self.truth = self.astropy(min(size, _SHARE))

    def ours(self, threads: int) -> np.ndarray:
        frames.geodetic_at(self.r, "GCRS", self.epoch, self.t, out=self.out, threads=threads)
        return self.out

    def astropy(self, count: int) -> np.ndarray:
        time = self.epoch + TimeDelta(self.t[:count], format="sec")
        with (
            iers.conf.set_temp("auto_download", False),
            iers.earth_orientation_table.set(self.table),
        ):
            position = GCRS(CartesianRepresentation(*self.r[:, :count] * u.m), obstime=time)
            place = position.transform_to(ITRS(obstime=time)).earth_location.to_geodetic()
        return np.stack([place.lat.rad, place.lon.rad, place.height.to_value("m")])

    def numpy(self, count: int) -> np.ndarray:
        time = self.epoch + TimeDelta(self.t[:count], format="sec")
        offset = self.table.ut1_utc(time).to_value("s")
        ut1 = np.stack(erfa.utcut1(time.jd1, time.jd2, offset))
        pole = np.stack([x.to_value("rad") for x in self.table.pm_xy(time)])
        tt = np.stack([time.tt.jd1, time.tt.jd2])
        return geodetic_in_numpy(self.r[:, :count], ut1, tt, pole)

    def centuries(self) -> np.ndarray:
        """TT since J2000 in Julian centuries."""
        tt = self.epoch.tt
        return ((tt.jd1 - 2451545.0) + tt.jd2 + self.t / 86400.0) / 36525.0

    def error(self, result: np.ndarray) -> float:
        """Greatest distance from astropy's place, m."""
        count = min(result.shape[1], self.truth.shape[1])
        (lat, lon, height), truth = result[:, :count], self.truth[:, :count]
        east = np.angle(np.exp(1j * (lon - truth[1]))) * np.cos(lat) * 7e6
        north = (lat - truth[0]) * 7e6
        return float(np.sqrt(east**2 + north**2 + (height - truth[2]) ** 2).max())
