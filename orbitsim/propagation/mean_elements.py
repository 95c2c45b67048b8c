"""`MeanElements`: two-line element sets and what the SGP4 theory makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import degrees, pi
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sgp4.api import Satrec
from sgp4.exporter import export_tle
from sgp4.io import compute_checksum

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.earth import MU
from orbitsim.element_sets import as_texts, epochs_of, read_omm, read_tle, read_tle_file
from orbitsim.errors import ElementSetError, InputError, PropagationError, Status
from orbitsim.kernels.sgp4 import pack, sgp4_grid
from orbitsim.trajectory import Evaluated, Output, Trajectory, counted, rows_of
from orbitsim.units import FloatArray, elapsed_seconds

if TYPE_CHECKING:
    from astropy.time import Time

_LEAST_BSTAR = 1e-10
"""Below it a two-line set has no exponent; it is written as zero."""

_FIRST_YEAR = 57
"""Of launches: two digits from here on are of the twentieth century."""


@dataclass(frozen=True, slots=True)
class MeanPlane:
    """Mean elements of the SGP4 theory at some instants, free of short-period ripple.

    Attributes
    ----------
    inclination, raan, argument_of_latitude : ndarray, shape (T,)
        rad, TEME of date; the last is mean argument of perigee plus mean anomaly, not reduced.
    """

    inclination: FloatArray
    raan: FloatArray
    argument_of_latitude: FloatArray

    @property
    def normal(self) -> FloatArray:
        """Unit normal of the mean plane, shape (3, T)."""
        sin_i = np.sin(self.inclination)
        return np.stack(
            [
                sin_i * np.sin(self.raan),
                -sin_i * np.cos(self.raan),
                np.cos(self.inclination),
            ]
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MeanElements:
    """Mean elements of the SGP4 theory (WGS 72, TEME of date): one satellite or a row of N.

    They are *not* osculating elements, and none of the numbers below belongs into
    `Orbit.from_elements`: at 400 km the axis alone would be wrong by up to 10 km.  What is
    osculating comes out of the theory: `propagate` and then `Trajectory.at`, or `Orbit.from_tle`.
    Nor are they those of `BrouwerElements`, which is another theory.  `fit_mean_elements` makes
    them from a trajectory.

    Examples
    --------
    >>> mean = MeanElements.from_tle(
    ...     "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927",
    ...     "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537")
    >>> osculating = mean.propagate(0.0).at(0.0)
    >>> float(mean.eccentricity), round(float(osculating.elements().eccentricity), 7)
    (0.0006703, 0.000833)
    >>> mean.to_tle()[1]
    '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537'
    """

    _records: tuple[Satrec, ...]
    shape: tuple[int, ...]

    @classmethod
    def from_tle(cls, line1: str | Iterable[str], line2: str | Iterable[str]) -> Self:
        """From two texts (one satellite) or two sequences of texts (a row of them).

        Raises
        ------
        ElementSetError
            A set is broken.
        """
        firsts, seconds = as_texts(line1), as_texts(line2)
        if len(firsts) != len(seconds):
            raise InputError(f"{len(firsts)} first lines came with {len(seconds)} second lines")
        records = tuple(read_tle(a, b) for a, b in zip(firsts, seconds, strict=True))
        return cls(records, () if isinstance(line1, str) else (len(records),))

    @classmethod
    def from_omm(cls, message: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> Self:
        """From the fields of an orbit mean-elements message, or of a sequence of them."""
        if isinstance(message, Mapping):
            return cls((read_omm(message),), ())
        records = tuple(read_omm(fields) for fields in message)
        return cls(records, (len(records),))

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """Every two-line element set of a text file, as a row."""
        records = read_tle_file(path)
        return cls(records, (len(records),))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("single MeanElements have no len()")
        return len(self._records)

    def __getitem__(self, index: int | slice) -> Self:
        if not self.shape:
            raise TypeError("single MeanElements cannot be indexed")
        if isinstance(index, slice):
            records = self._records[index]
            return type(self)(records, (len(records),))
        return type(self)((self._records[index],), ())

    def __repr__(self) -> str:
        if self.shape:
            return f"<MeanElements of {len(self._records)} satellites>"
        return f"<MeanElements of {self._records[0].satnum_str} at {self.epoch.isot} UTC>"

    @property
    def epoch(self) -> Time:
        """Epoch of each set, UTC, of the elements' shape."""
        epochs = epochs_of(self._records)
        return epochs if self.shape else epochs[0]

    @property
    def satellite_number(self) -> tuple[str, ...]:
        """Catalogue numbers as printed (five places, alpha-5 included)."""
        return tuple(record.satnum_str for record in self._records)

    @property
    def mean_motion(self) -> FloatArray:
        """Kozai mean motion as in the set, rad/s."""
        return self._field("no_kozai") / 60.0

    @property
    def eccentricity(self) -> FloatArray:
        """Mean eccentricity."""
        return self._field("ecco")

    @property
    def inclination(self) -> FloatArray:
        """Mean inclination, rad."""
        return self._field("inclo")

    @property
    def raan(self) -> FloatArray:
        """Mean right ascension of the ascending node, rad."""
        return self._field("nodeo")

    @property
    def argument_of_perigee(self) -> FloatArray:
        """Mean argument of perigee, rad."""
        return self._field("argpo")

    @property
    def mean_anomaly(self) -> FloatArray:
        """Mean anomaly, rad."""
        return self._field("mo")

    @property
    def bstar(self) -> FloatArray:
        """SGP4 drag term, per Earth radius."""
        return self._field("bstar")

    def to_tle(self) -> tuple[str, str] | tuple[tuple[str, ...], tuple[str, ...]]:
        """First and second lines, as `from_tle` takes them: two texts, or two rows of texts.

        The format rounds: angles to 1e-4 deg, mean motion to 1e-8 rev/day; some 10 m in low
        orbits, 50 m in geostationary ones.  `to_omm` keeps all digits.

        Raises
        ------
        ElementSetError
            A number that the format has no room for, such as a B* of 1 or more.
        """
        lines = [_lines(record) for record in self._records]
        if not self.shape:
            return lines[0]
        return tuple(first for first, _ in lines), tuple(second for _, second in lines)

    def to_omm(self) -> dict[str, Any] | list[dict[str, Any]]:
        """Fields of an orbit mean-elements message (CCSDS 502.0-B; rev/day, deg), or a row of them.

        All digits, but the epoch to a microsecond.
        """
        epochs = epochs_of(self._records)
        epochs.precision = 6
        pairs = zip(self._records, epochs.isot.tolist(), strict=True)
        messages = [_message(record, epoch) for record, epoch in pairs]
        return messages if self.shape else messages[0]

    def propagate(
        self,
        times: Any,
        *,
        errors: str = "raise",
        out: Output | None = None,
        threads: int | None = None,
    ) -> Trajectory:
        """States by SGP4/SDP4 at every instant, in TEME of date.

        Parameters
        ----------
        times : Time, Quantity or array_like, shape (T,)
            Instants, or seconds after each set's own epoch.
        errors : {"raise", "status"}
            Whether a state that the theory refuses raises, or is NaN with its code in `status`.
        out, threads
            See `orbitsim.propagate`.

        Notes
        -----
        Time since epoch is elapsed (atomic) time: a leap second in between counts.
        """
        t, epoch, offset = counted(times, self.epoch)
        offset = np.broadcast_to(offset, len(self._records))
        packed, shape = pack(self._records), self.shape

        def evaluate(
            t: FloatArray, out: Output | None = None, threads: int | None = None
        ) -> Evaluated:
            rows = rows_of(out, shape, t.size)
            r, v, status = sgp4_grid(
                packed, t / 60.0, offset=offset / 60.0, out=rows, threads=threads
            )
            grid = (*shape, t.size)
            return Evaluated(r.reshape(3, *grid), v.reshape(3, *grid), status.reshape(grid))

        return Trajectory.evaluate(evaluate, t, epoch, "TEME", MU, errors, out=out, threads=threads)

    def plane(self, times: Any) -> MeanPlane:
        """Mean inclination, node and argument of latitude of one satellite at instants (T,)."""
        if self.shape:
            raise TypeError("plane() is of one satellite; index the elements first")
        record = self._records[0]
        rows = []
        for seconds in np.atleast_1d(elapsed_seconds(times, self.epoch)):
            code, _, _ = record.sgp4_tsince(seconds / 60.0)
            if code:
                raise PropagationError(Status(code).explanation, np.array([True]), None)
            rows.append((record.im, record.Om, record.om + record.mm))
        inclination, raan, latitude = np.array(rows).T
        return MeanPlane(inclination, raan, latitude)

    def _field(self, name: str) -> FloatArray:
        values = np.array([getattr(record, name) for record in self._records], dtype=np.float64)
        return values.reshape(self.shape)


def _lines(record: Satrec) -> tuple[str, str]:
    """Both lines, as the `sgp4` package writes them, once they are found to be readable."""
    try:
        first, second = export_tle(record)
    except ValueError as error:
        raise ElementSetError(f"not to be written as two lines: {error}") from None
    if abs(record.bstar) < _LEAST_BSTAR:
        # The package writes an exponent of two digits into a field for one.
        first = f"{first[:53]} 00000+0 {first[-7:-1]}"
        first += str(compute_checksum(first))
    read_tle(first, second)
    return first, second


def _message(record: Satrec, epoch: str) -> dict[str, Any]:
    """Keywords of CCSDS 502.0-B and their values."""
    launch, piece = record.intldesg[:2], record.intldesg[2:].strip()
    century = 1900 if launch.strip() and int(launch) >= _FIRST_YEAR else 2000
    per_day = SECONDS_PER_DAY / 60.0 / (2.0 * pi)
    return {
        "OBJECT_NAME": record.satnum_str,
        "OBJECT_ID": f"{century + int(launch)}-{piece}" if launch.strip() else "",
        "CENTER_NAME": "EARTH",
        "REF_FRAME": "TEME",
        "TIME_SYSTEM": "UTC",
        "MEAN_ELEMENT_THEORY": "SGP4",
        "EPOCH": epoch,
        "MEAN_MOTION": record.no_kozai * per_day,
        "ECCENTRICITY": record.ecco,
        "INCLINATION": degrees(record.inclo),
        "RA_OF_ASC_NODE": degrees(record.nodeo),
        "ARG_OF_PERICENTER": degrees(record.argpo),
        "MEAN_ANOMALY": degrees(record.mo),
        "EPHEMERIS_TYPE": record.ephtype,
        "CLASSIFICATION_TYPE": record.classification,
        "NORAD_CAT_ID": record.satnum,
        "ELEMENT_SET_NO": record.elnum,
        "REV_AT_EPOCH": record.revnum,
        "BSTAR": record.bstar,
        "MEAN_MOTION_DOT": record.ndot * per_day * 1440.0,
        "MEAN_MOTION_DDOT": record.nddot * per_day * 1440.0**2,
    }
