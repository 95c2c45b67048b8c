"""Where the Sun and the Moon are, for callers and as tables for the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import erfa
import numpy as np
from numpy.polynomial import chebyshev

from orbitsim.constants import ASTRONOMICAL_UNIT, SECONDS_PER_DAY
from orbitsim.errors import EpochError, InputError
from orbitsim.frames.orientation import MJD, TT_TAI
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.frames import PIECES_PER_DAY
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

Body = Literal["sun", "moon"]
Ephemeris = Literal["DE421", "analytic"]

BODIES: Final[tuple[Body, ...]] = ("sun", "moon")

CHUNK_DAYS: Final = 32
"""Days whose table is made and kept at a time."""
_NODES: Final = 0.5 + 0.5 * chebyshev.chebpts1(4)
"""Places in a piece at which its polynomial meets the ephemeris."""
_TO_POWERS: Final = np.linalg.inv(np.vander(_NODES, increasing=True))

_SERIES: Final = chebyshev.chebpts1(48)
"""Instants in a chunk, -1 to 1, at which the slow analytic series are evaluated."""

_CHAINS: Final = {
    "sun": ((0, 10, 1.0), (0, 3, -1.0), (3, 399, -1.0)),
    "moon": ((3, 301, 1.0), (3, 399, -1.0)),
}
"""What to add up in JPL's file: numbers of centre and target, and the sign."""


@dataclass(frozen=True, slots=True)
class _Span:
    """What an ephemeris covers: Julian dates, and how to call them in a message."""

    first: float
    last: float
    text: str


_SPANS: Final = {
    "DE421": _Span(2414864.5, 2471184.5, "1899-07-29 to 2053-10-09"),
    "analytic": _Span(2415020.5, 2488069.5, "the years 1900 to 2100"),
}


def position(body: Body, time: Time, ephemeris: Ephemeris = "DE421") -> FloatArray:
    """Position of the Sun's or the Moon's centre from the Earth's (m), GCRS, (3, *time.shape).

    Parameters
    ----------
    body : {"sun", "moon"}
    time : Time
    ephemeris : {"DE421", "analytic"}
        JPL's DE421 (Folkner et al. 2009), or the analytic series of SOFA: `epv00` for the Sun, a
        shortened VSOP2000, and `moon98` for the Moon (Meeus 1998, chapter 47).  From 1950 to 2050
        the series are off from DE421 by at most 11 km (0.015 arcsec) for the Sun and 31 km
        (18 arcsec; root mean square 6 km) for the Moon.

    Raises
    ------
    InputError
        An unknown body or ephemeris.
    EpochError
        Outside 1899-07-29 to 2053-10-09 (DE421), or the years 1900 to 2100 (analytic).

    Notes
    -----
    Geometric, without light time and aberration.  DE421 counts in barycentric dynamical time, which
    is taken from terrestrial time by seven terms good to 10 us (1 cm of the Moon, 0.3 m of the
    Sun).  Its metres are those of the barycentric frame too, 1.5e-8 longer than the geocentric
    frame's (6 m at the Moon); nothing is done about that.

    Examples
    --------
    >>> from astropy.time import Time
    >>> (position("moon", Time("2016-12-01T14:51:52")) / 1e6).round(1)  # 1000 km
    array([  19.5, -379.8, -130.2])
    """
    check(body, ephemeris)
    span = _SPANS[ephemeris]
    tt = time.tt
    days = np.asarray(tt.jd1 + tt.jd2, dtype=np.float64)
    outside = ~((days >= span.first) & (days <= span.last))
    if outside.any():
        raise _outside(body, ephemeris, str(np.atleast_1d(time.utc.iso)[np.atleast_1d(outside)][0]))
    day, part = np.ravel(tt.jd1), np.ravel(tt.jd2)
    return np.asarray(_at(body, ephemeris, day, part).reshape(3, *time.shape))


def body_table(
    body: Body, low: float, high: float, ephemeris: Ephemeris = "DE421"
) -> tuple[FloatArray, float]:
    """The kernels' table of a body's position, and the number of its first piece.

    Pieces are those of `orbitsim.frames.orientation.table`; in each the position is a cubic in w,
    0 to 1: x, y, z of its constant term, then of the linear one and so on (m, GCRS).  It stays
    within 0.16 m of DE421's Moon and 0.005 m of its Sun (0.2 m and 0.02 m of the analytic ones).

    Parameters
    ----------
    body, ephemeris
        As for `position`.
    low, high : float
        MJD in atomic time.

    Returns
    -------
    rows : ndarray, shape (pieces, 12)
    first : float

    Raises
    ------
    InputError, EpochError
        As `position`.
    """
    check(body, ephemeris)
    span = _SPANS[ephemeris]
    margin = 1.0 / PIECES_PER_DAY  # a whole piece, so that none reaches across the end
    for instant in (low, high):
        if not span.first + margin <= MJD + instant <= span.last - margin:
            raise _outside(body, ephemeris, f"MJD {instant:.6f}")
    numbers = range(int(low // CHUNK_DAYS), int(high // CHUNK_DAYS) + 1)
    chunks = [_chunk(body, ephemeris, number) for number in numbers]
    whole = chunks[0] if len(chunks) == 1 else as_input(np.concatenate(chunks))
    return whole, float(numbers[0] * CHUNK_DAYS * PIECES_PER_DAY)


@lru_cache(maxsize=2048)
def _chunk(body: Body, ephemeris: Ephemeris, number: int) -> FloatArray:
    """Table of a chunk of days, from ``number * CHUNK_DAYS`` on."""
    day, later = MJD + number * CHUNK_DAYS, chunk_nodes()
    if ephemeris == "analytic":
        sparse = 0.5 * CHUNK_DAYS * (_SERIES + 1.0) + TT_TAI / SECONDS_PER_DAY
        values = _at(body, ephemeris, np.full(sparse.size, day), sparse)
        series = chebyshev.chebfit(_SERIES, values.T, _SERIES.size - 1)
        values = np.asarray(chebyshev.chebval(2.0 * later / CHUNK_DAYS - 1.0, series))
        return as_input(pieces_through(values))
    part = later + TT_TAI / SECONDS_PER_DAY
    return as_input(pieces_through(_at(body, ephemeris, np.full(part.size, day), part)))


def chunk_nodes() -> FloatArray:
    """Days from the start of a chunk of the nodes of all its pieces."""
    pieces = np.arange(CHUNK_DAYS * PIECES_PER_DAY)
    return np.asarray((pieces[:, np.newaxis] + _NODES).reshape(-1) / PIECES_PER_DAY)


def pieces_through(values: FloatArray) -> FloatArray:
    """Rows of cubics through values at the nodes: (K, 4 * P) gives (P, 4 * K), by rising power."""
    k = values.shape[0]
    at_nodes = values.reshape(k, -1, _NODES.size)
    rows = np.einsum("ij,kpj->pik", _TO_POWERS, at_nodes)
    return np.asarray(rows, dtype=np.float64).reshape(-1, _NODES.size * k)


def check(body: str, ephemeris: str) -> None:
    """Refuse names that are not known.

    Raises
    ------
    InputError
    """
    if body not in _CHAINS:
        raise InputError(f"body must be 'sun' or 'moon', got {body!r}")
    if ephemeris not in _SPANS:
        raise InputError(f"ephemeris must be 'DE421' or 'analytic', got {ephemeris!r}")


def _outside(body: Body, ephemeris: Ephemeris, came: str) -> EpochError:
    return EpochError(
        f"the ephemeris {ephemeris} of the {body.title()} covers "
        f"{_SPANS[ephemeris].text}, got {came}"
    )


def _at(body: Body, ephemeris: Ephemeris, day: FloatArray, part: FloatArray) -> FloatArray:
    """Position (m), shape (3, N), at Julian dates ``day + part`` in terrestrial time, each (N,)."""
    if ephemeris == "DE421":
        part = part + _tdb_tt(day, part) / SECONDS_PER_DAY
        # A chunk may reach beyond the file's ends; nobody asks for those pieces.
        span = _SPANS[ephemeris]
        part = np.clip(part, span.first - day, span.last - day)
        kernel = _de421()
        total = np.zeros((3, day.size))
        for centre, target, sign in _CHAINS[body]:
            total += sign * kernel[centre, target].compute(day, part)
        return 1e3 * total
    if body == "sun":
        return -ASTRONOMICAL_UNIT * np.asarray(erfa.epv00(day, part)[0]["p"]).T
    return ASTRONOMICAL_UNIT * np.asarray(erfa.moon98(day, part)["p"]).T


@lru_cache(maxsize=1)
def _de421() -> Any:
    """JPL's file, with the parts that are needed in memory."""
    from importlib.resources import as_file, files

    from jplephem.spk import SPK

    # Not by the package's own function, which warns when its table of Earth orientation is old.
    with as_file(files("skyfield_data") / "data" / "de421.bsp") as path:
        kernel = SPK.open(str(path))
        for chain in _CHAINS.values():
            for centre, target, _ in chain:
                kernel[centre, target].compute(_SPANS["DE421"].first)
        # What was touched is mapped into memory, and outlives the file's handle.
        kernel.daf.file.close()
    return kernel


def _tdb_tt(day: FloatArray, part: FloatArray) -> FloatArray:
    """Barycentric dynamical time less terrestrial time (s); Kaplan 2005, USNO circular 179, 2.6."""
    t = ((day - 2451545.0) + part) / 36525.0
    return np.asarray(
        1657e-6 * np.sin(628.3076 * t + 6.2401)
        + 22e-6 * np.sin(575.3385 * t + 4.2970)
        + 14e-6 * np.sin(1256.6152 * t + 6.1969)
        + 5e-6 * np.sin(606.9777 * t + 4.0212)
        + 5e-6 * np.sin(52.9691 * t + 0.4444)
        + 2e-6 * np.sin(21.3299 * t + 5.5431)
        + 10e-6 * t * np.sin(628.3076 * t + 4.2490)
    )
