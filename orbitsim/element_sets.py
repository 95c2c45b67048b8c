"""Two-line element sets and orbit mean-elements messages, checked before they are believed.

The SGP4 theory itself, its constants (WGS 72) and its initialisation are those of the `sgp4`
package; this module refuses what that package would read as garbage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import degrees, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sgp4 import omm as _omm
from sgp4.api import WGS72, Satrec

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import ElementSetError, InputError

if TYPE_CHECKING:
    from astropy.time import Time

_LINE_LENGTH = 69

# Columns, counted from one, of the fields that the theory reads, and what each must look like.  The
# reader underneath takes as much of a field as is a number and goes on.
_EXPONENT = r"[ +-][ \d]{4}\d[ +-]\d"
_FIELDS = {
    1: (
        ("satellite number", 3, 7, r" *[A-HJ-NP-Z\d] *\d*"),
        ("epoch year", 19, 20, r"[ \d]\d"),
        ("epoch day", 21, 32, r" *\d+\.\d+ *"),
        ("first derivative of mean motion", 34, 43, r" *[+-]?\d?\.\d+ *"),
        ("second derivative of mean motion", 45, 52, _EXPONENT),
        ("drag term", 54, 61, _EXPONENT),
    ),
    2: (
        ("inclination", 9, 16, r" *\d+\.\d+ *"),
        ("right ascension of the node", 18, 25, r" *\d+\.\d+ *"),
        ("eccentricity", 27, 33, r" *\d+"),
        ("argument of perigee", 35, 42, r" *\d+\.\d+ *"),
        ("mean anomaly", 44, 51, r" *\d+\.\d+ *"),
        ("mean motion", 53, 63, r" *\d+\.\d+ *"),
    ),
}

_OMM_NUMBERS = (
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
)
# What CCSDS 502.0-B leaves optional but the theory's initialisation wants to read.
_OMM_DEFAULTS = {
    "OBJECT_ID": "",
    "CLASSIFICATION_TYPE": "U",
    "EPHEMERIS_TYPE": "0",
    "NORAD_CAT_ID": "0",
    "ELEMENT_SET_NO": "0",
    "REV_AT_EPOCH": "0",
    "BSTAR": "0.0",
    "MEAN_MOTION_DOT": "0.0",
    "MEAN_MOTION_DDOT": "0.0",
}


def read_tle(line1: str, line2: str) -> Satrec:
    """The SGP4 record of one two-line element set.

    Raises
    ------
    ElementSetError
        A line is missing, short, misnumbered, has a wrong checksum, belongs to another satellite,
        or holds a field that is no number or out of range.
    """
    lines = []
    for number, line in ((1, line1), (2, line2)):
        if not isinstance(line, str) or not line.strip():
            raise ElementSetError(
                f"line {number} of the two-line element set is missing (got {line!r}); "
                "a set needs both lines"
            )
        line = line.rstrip()
        if not line.startswith(f"{number} "):
            raise ElementSetError(
                f"line {number} of a two-line element set starts with '{number} ', "
                f"got {line[:20]!r}"
            )
        if len(line) != _LINE_LENGTH:
            raise ElementSetError(
                f"line {number} has {len(line)} characters, wanted {_LINE_LENGTH}: {line!r}"
            )
        wanted = _checksum(line)
        if line[-1] != str(wanted):
            raise ElementSetError(
                f"line {number} has the checksum {line[-1]!r}, its digits give {wanted}: {line!r}"
            )
        for name, first, last, pattern in _FIELDS[number]:
            field = line[first - 1 : last]
            if not re.fullmatch(pattern, field, re.ASCII):
                raise ElementSetError(
                    f"{name} in columns {first} to {last} of line {number} is {field!r}, "
                    f"which is no number of that kind: {line!r}"
                )
        lines.append(line)
    if lines[0][2:7] != lines[1][2:7]:
        raise ElementSetError(
            f"the two lines are of different satellites, {lines[0][2:7]} and {lines[1][2:7]}"
        )
    try:
        record = Satrec.twoline2rv(lines[0], lines[1], WGS72)
    except ValueError as error:
        raise ElementSetError(f"not a two-line element set: {error}") from None
    return _possible(record, " / ".join(lines))


def read_omm(fields: Mapping[str, Any]) -> Satrec:
    """The SGP4 record of one orbit mean-elements message, given as its keyword-value fields.

    Parameters
    ----------
    fields : mapping
        CCSDS 502.0-B keywords; units as there (rev/day, deg).  Values may be texts or numbers.

    Raises
    ------
    ElementSetError
        A keyword is missing, a value is no number or out of range, the theory is not SGP4, the
        frame not TEME or the centre not the Earth.
    """
    if not isinstance(fields, Mapping):
        raise ElementSetError(
            f"a mean-elements message is a mapping from keywords to values, got {fields!r:.60}"
        )
    missing = [key for key in ("EPOCH", *_OMM_NUMBERS) if key not in fields]
    if missing:
        raise ElementSetError(f"the mean-elements message lacks {', '.join(missing)}")
    for key, wanted in (
        ("MEAN_ELEMENT_THEORY", ("SGP4", "SGP/SGP4")),
        ("CENTER_NAME", ("EARTH",)),
        ("REF_FRAME", ("TEME",)),
        ("TIME_SYSTEM", ("UTC",)),
    ):
        if key in fields and str(fields[key]).strip().upper() not in wanted:
            raise ElementSetError(f"{key} is {fields[key]!r}, wanted {' or '.join(wanted)}")
    given = {key: str(value).strip() for key, value in fields.items()}
    for key in _OMM_NUMBERS:
        try:
            float(given[key])
        except ValueError:
            raise ElementSetError(f"{key} is {fields[key]!r}, wanted a number") from None
    record = Satrec()
    try:
        _omm.initialize(record, {**_OMM_DEFAULTS, **given, "EPOCH": _epoch(given["EPOCH"])})
    except (ValueError, KeyError) as error:
        raise ElementSetError(f"not a mean-elements message: {error}") from None
    return _possible(record, f"message of {given.get('OBJECT_NAME', given['EPOCH'])}")


def read_tle_file(path: str | Path) -> tuple[Satrec, ...]:
    """Every element set of a text file; names, blank lines and '#' comments are passed over.

    Raises
    ------
    ElementSetError
        A set is broken (with its line number), or the file has none.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    records = []
    pending: tuple[int, str] | None = None
    for number, line in enumerate(lines, start=1):
        try:
            if line.startswith("1 ") and pending is None:
                pending = (number, line)
            elif line.startswith("2 "):
                records.append(read_tle(pending[1] if pending else "", line))
                pending = None
            elif pending is not None and line.strip() and not line.startswith("#"):
                read_tle(pending[1], "")
        except ElementSetError as error:
            raise ElementSetError(f"{path}, line {number}: {error}") from None
    if pending is not None:
        raise ElementSetError(f"{path}, line {pending[0]}: the second line of the set is missing")
    if not records:
        raise ElementSetError(f"{path} has no two-line element set in it")
    return tuple(records)


def epochs_of(records: Sequence[Satrec]) -> Time:
    """Epochs of records, UTC, shape (N,).

    A set's fraction of a day counts in 1/86400 d on a day with a leap second too, which a Julian
    date of astropy does not.
    """
    from astropy.time import Time, TimeDelta

    days = np.array([[record.jdsatepoch, record.jdsatepochF] for record in records]).reshape(-1, 2)
    midnight = Time(days[:, 0], format="jd", scale="utc")
    epochs = midnight + TimeDelta(days[:, 1] * SECONDS_PER_DAY, format="sec")
    epochs.format = "isot"
    return epochs


def as_texts(lines: str | Iterable[str]) -> tuple[str, ...]:
    """One text or several, as a tuple."""
    if isinstance(lines, str):
        return (lines,)
    try:
        return tuple(lines)
    except TypeError:
        raise ElementSetError(
            f"a line of an element set must be a text, or a sequence of texts, got {lines!r}"
        ) from None


def _checksum(line: str) -> int:
    digits = "0123456789"
    return sum(int(c) if c in digits else c == "-" for c in line[: _LINE_LENGTH - 1]) % 10


def _epoch(text: str) -> str:
    """ISO calendar form with microseconds, which is the one form that the reader takes."""
    from astropy.time import Time

    try:
        time = Time(text.removesuffix("Z"), scale="utc")
    except ValueError:
        raise ElementSetError(f"EPOCH is {text!r}, wanted an ISO 8601 date and time") from None
    time.format = "isot"
    time.precision = 6
    return str(time.value)


def _possible(record: Satrec, what: str) -> Satrec:
    """The record, if its elements are those of an orbit that goes round."""
    numbers = (record.no_kozai, record.ecco, record.inclo, record.nodeo, record.argpo, record.mo)
    if not all(isfinite(x) for x in (*numbers, record.bstar, record.jdsatepoch)):
        raise ElementSetError(f"a field of the element set is not a finite number: {what}")
    e, inclination = record.ecco, degrees(record.inclo)
    for fits, problem in (
        (record.no_kozai > 0.0, f"mean motion {record.no_kozai:.6g} rad/min is not positive"),
        (0.0 <= e < 1.0, f"eccentricity {e:.6g} does not lie in [0, 1)"),
        (0.0 <= inclination <= 180.0, f"inclination {inclination:.6g} deg is not in [0, 180]"),
    ):
        if not fits:
            raise ElementSetError(f"{problem}: {what}")
    return record
