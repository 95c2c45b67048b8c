"""`MeanElements`: two-line element sets and what the SGP4 theory makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sgp4.api import Satrec

from orbitsim.earth import MU
from orbitsim.element_sets import as_texts, epochs_of, read_omm, read_tle, read_tle_file
from orbitsim.errors import InputError, PropagationError, Status
from orbitsim.kernels.sgp4 import pack, sgp4_grid
from orbitsim.trajectory import Output, StatusArray, Trajectory, counted, rows_of
from orbitsim.units import FloatArray, elapsed_seconds

if TYPE_CHECKING:
    from astropy.time import Time


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

    They are *not* osculating elements and must not be used as such; `Orbit.from_tle` gives those.
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
        ) -> tuple[FloatArray, FloatArray, StatusArray]:
            rows = rows_of(out, shape, t.size)
            r, v, status = sgp4_grid(
                packed, t / 60.0, offset=offset / 60.0, out=rows, threads=threads
            )
            grid = (*shape, t.size)
            return r.reshape(3, *grid), v.reshape(3, *grid), status.reshape(grid)

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
