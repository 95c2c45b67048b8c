"""Tides of the solid Earth as changes of its gravity field (IERS Conventions 2010, chapter 6)."""

from __future__ import annotations

import csv
from functools import cache, lru_cache
from importlib import resources
from math import factorial, sqrt
from typing import Final, Literal

import erfa
import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import MOON_MU, SECONDS_PER_DAY, SUN_MU
from orbitsim.environment import bodies
from orbitsim.errors import EpochError, InputError
from orbitsim.frames import orientation
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.frames import PIECES_PER_DAY
from orbitsim.kernels.tides import HIGHEST_ORDER, TERMS, TIDAL_MU, TIDAL_RADIUS
from orbitsim.units import FloatArray

ComplexArray = NDArray[np.complex128]
TideSystem = Literal["tide-free", "zero-tide"]
MeanPole = Literal["2018", "2010"]

_LOVE: Final = {
    (2, 0): 0.30190 + 0.0j,
    (2, 1): 0.29830 - 0.00144j,
    (2, 2): 0.30102 - 0.00130j,
    (3, 0): 0.093 + 0.0j,
    (3, 1): 0.093 + 0.0j,
    (3, 2): 0.093 + 0.0j,
    (3, 3): 0.094 + 0.0j,
}
"""Nominal Love numbers of an anelastic Earth (table 6.3)."""

_LOVE_DEGREE_4: Final = (-0.00089, -0.00080, -0.00057)
"""k(+) of the orders 0, 1, 2 (table 6.3): what tides of degree 2 do to degree 4."""

_PERMANENT: Final = 4.4228e-8 * -0.31460 * 0.30190
"""The lasting part of the change of C20 (eq. 6.14), which a zero-tide field contains already."""

_POLE_TIDE: Final = -1.333e-9
_POLE_TIDE_LAG: Final = 0.0115
"""Section 6.4; per arcsecond."""

_ARCSECOND: Final = np.pi / 648_000.0
_DELAUNAY: Final = (erfa.fal03, erfa.falp03, erfa.faf03, erfa.fad03, erfa.faom03)
_MU: Final[dict[bodies.Body, float]] = {"moon": MOON_MU, "sun": SUN_MU}
_TERMS: Final = tuple((n, m) for n in (2, 3, 4) for m in range(HIGHEST_ORDER[n - 2] + 1))


def tide_table(
    low: float,
    high: float,
    system: TideSystem = "tide-free",
    mean_pole: MeanPole | None = "2018",
    ephemeris: bodies.Ephemeris = "DE421",
) -> tuple[FloatArray, float]:
    """The kernels' table of the tidal field, and the number of its first piece.

    The coefficients C, S of each term (degree 2 to order 2, degree 3 to order 3, degree 4 to order
    2, not normalised) refer to the celestial intermediate frame, where they vary slowly.  Pieces
    are those of `orbitsim.frames.orientation.table`, each a cubic in w, laid out as in
    `orbitsim.environment.bodies.body_table`.

    Parameters
    ----------
    low, high : float
        MJD in atomic time.
    system : {"tide-free", "zero-tide"}
        What the gravity field beside it is.  The tides are reckoned with their lasting part, which
        a tide-free field lacks; with a zero-tide field it is left out of C20.
    mean_pole : {"2018", "2010", None}
        From where polar motion is counted for the pole tide: the secular pole of 2018, as the
        conventions have been since, or the curve of their first edition; None is no pole tide.
    ephemeris : {"DE421", "analytic"}

    Returns
    -------
    rows : ndarray, shape (pieces, 80)
    first : float

    Raises
    ------
    InputError
        An unknown system, mean pole or ephemeris.
    EpochError
        Outside the ephemeris, or outside the tables of Earth orientation.

    Notes
    -----
    Step 1 (eq. 6.6, 6.7) with the Moon and the Sun, step 2 (eq. 6.8) with all lines of tables 6.5a
    to c, and the pole tide of the solid Earth (section 6.4).  Polar motion is left out of the
    directions to the Moon and the Sun, which changes the tides by 2e-6.  Ocean tides are not
    included.
    """
    check(system, mean_pole)
    for body in _MU:
        bodies.body_table(body, low, high, ephemeris)
    earth = orientation.measured()
    for instant in (low, high):
        if not earth.tai[0] <= instant <= earth.tai[-1]:
            raise EpochError(
                f"MJD {instant:.6f} is outside the tables of Earth orientation, which cover "
                f"MJD {earth.days[0]:.0f} to {earth.days[1]:.0f}"
            )
    days = bodies.CHUNK_DAYS
    numbers = range(int(low // days), int(high // days) + 1)
    chunks = [_chunk(number, system, mean_pole, ephemeris) for number in numbers]
    whole = chunks[0] if len(chunks) == 1 else as_input(np.concatenate(chunks))
    return whole, float(numbers[0] * days * PIECES_PER_DAY)


def check(system: str, mean_pole: str | None) -> None:
    """Refuse names that are not known.

    Raises
    ------
    InputError
    """
    if system not in ("tide-free", "zero-tide"):
        raise InputError(f"system must be 'tide-free' or 'zero-tide', got {system!r}")
    if mean_pole not in ("2018", "2010", None):
        raise InputError(f"mean_pole must be '2018', '2010' or None, got {mean_pole!r}")


@lru_cache(maxsize=512)
def _chunk(
    number: int, system: TideSystem, mean_pole: MeanPole | None, ephemeris: bodies.Ephemeris
) -> FloatArray:
    """Table of a chunk of days, from ``number * CHUNK_DAYS`` on."""
    start, later = float(number * bodies.CHUNK_DAYS), bodies.chunk_nodes()
    place = later * PIECES_PER_DAY
    piece = np.floor(place).astype(np.intp)
    w = place - piece
    turns, _ = orientation.table("GCRS", "ITRS", start, start, orientation.measured())
    row = turns[piece].T
    pole_x, pole_y, angle = (row[i] + w * (row[i + 1] + w * row[i + 2]) for i in (0, 3, 6))
    motion_x, motion_y = (row[i] + w * row[i + 1] for i in (9, 11))
    # Every term as C - iS.
    sums = np.zeros((TERMS, later.size), dtype=np.complex128)
    for body, mu in _MU.items():
        rows, _ = bodies.body_table(body, start, start, ephemeris)
        powers = rows[piece].reshape(-1, 4, 3).T
        inertial = powers[:, 0] + w * (powers[:, 1] + w * (powers[:, 2] + w * powers[:, 3]))
        sums += _raised(_intermediate(inertial, pole_x, pole_y), mu)
    if system == "zero-tide":
        sums[0] -= _PERMANENT
    sums[:3] += _frequency_dependent(start + later)
    if mean_pole is not None:
        pole_tide = _pole_tide(start + later, motion_x, motion_y, mean_pole)
        sums[1] += pole_tide * np.exp(-1j * angle)
    sums *= np.array([_norm(n, m) for n, m in _TERMS])[:, np.newaxis]
    values = np.stack([sums.real, -sums.imag], axis=1).reshape(2 * TERMS, -1)
    return as_input(bodies.pieces_through(values))


def _norm(n: int, m: int) -> float:
    """Of the full normalisation: P_nm's factor, and what turns C_nm into one not normalised."""
    return sqrt((2 - (m == 0)) * (2 * n + 1) * factorial(n - m) / factorial(n + m))


def _intermediate(r: FloatArray, pole_x: FloatArray, pole_y: FloatArray) -> FloatArray:
    """Positions (3, N) in the celestial intermediate frame, whose pole has these coordinates."""
    pole_z = np.sqrt(1.0 - pole_x**2 - pole_y**2)
    toward = pole_x * r[0] + pole_y * r[1]
    tilt = toward / (1.0 + pole_z) + r[2]
    return np.stack([r[0] - pole_x * tilt, r[1] - pole_y * tilt, toward + pole_z * r[2]])


def _raised(r: FloatArray, mu: float) -> ComplexArray:
    """Step 1: what a body at r (3, N) does to the terms (TERMS, N), normalised."""
    distance = np.sqrt((r**2).sum(axis=0))
    x, y, s = r / distance
    e = x - 1j * y
    legendre = np.stack(
        [
            0.5 * (3.0 * s * s - 1.0) + 0j,
            3.0 * s * e,
            3.0 * e * e,
            0.5 * s * (5.0 * s * s - 3.0) + 0j,
            1.5 * (5.0 * s * s - 1.0) * e,
            15.0 * s * e * e,
            15.0 * e**3,
        ]
    )
    legendre *= np.array([_norm(n, m) for n, m in _LOVE])[:, np.newaxis]
    ratio = TIDAL_RADIUS / distance
    degree_2, degree_3 = mu / TIDAL_MU / 5.0 * ratio**3, mu / TIDAL_MU / 7.0 * ratio**4
    love = np.array(list(_LOVE.values()))[:, np.newaxis]
    return np.concatenate(
        [
            love[:3] * legendre[:3] * degree_2,
            love[3:] * legendre[3:] * degree_3,
            np.array(_LOVE_DEGREE_4)[:, np.newaxis] * legendre[:3] * degree_2,
        ]
    )


@cache
def _corrections() -> tuple[tuple[FloatArray, ComplexArray], ...]:
    """For each order the multipliers (L, 5) of Delaunay's arguments, and the amplitudes (L,)."""
    text = (resources.files("orbitsim.environment") / "data/tide_corrections.csv").read_text(
        "utf-8"
    )
    lines = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    found = []
    for order in ("0", "1", "2"):
        rows = [line for line in lines if line["order"] == order]
        multipliers: FloatArray = np.array(
            [[float(row[name]) for name in ("l", "l'", "F", "D", "Omega")] for row in rows]
        )
        amplitudes: ComplexArray = np.array(
            [1e-12 * complex(float(row["in_phase"]), float(row["out_of_phase"])) for row in rows]
        )
        found.append((multipliers, amplitudes))
    return tuple(found)


def _frequency_dependent(mjd: FloatArray) -> ComplexArray:
    """Step 2: changes (3, N) of the terms of degree 2, normalised, in the intermediate frame.

    The argument of a line is m (sidereal time + pi) - N.F.  Turned into the intermediate frame, it
    keeps of sidereal time only what precession adds to the angle of rotation.
    """
    tt = mjd + orientation.TT_TAI / SECONDS_PER_DAY
    t = (tt - 51544.5) / 36525.0
    arguments = np.stack([f(t) for f in _DELAUNAY])
    zero = np.zeros_like(tt)
    noon = orientation.MJD + zero
    precession = erfa.gmst06(noon, zero, noon, tt) - erfa.era00(noon, zero)
    changes = np.empty((3, mjd.size), dtype=np.complex128)
    for order, (multipliers, amplitudes) in enumerate(_corrections()):
        phases = order * (precession + np.pi) - multipliers @ arguments
        changes[order] = amplitudes @ np.exp(1j * phases)
    changes[0] = changes[0].real
    changes[1] *= -1j
    return changes


def _pole_tide(
    mjd: FloatArray, motion_x: FloatArray, motion_y: FloatArray, mean_pole: MeanPole
) -> ComplexArray:
    """C21 - iS21 that polar motion (rad) causes, normalised, in Earth-fixed axes."""
    years = (mjd - 51544.5) / 365.25
    mean_x, mean_y = _mean_pole(years, mean_pole)
    m1 = motion_x / _ARCSECOND - mean_x
    m2 = mean_y - motion_y / _ARCSECOND
    c = _POLE_TIDE * (m1 + _POLE_TIDE_LAG * m2)
    s = _POLE_TIDE * (m2 - _POLE_TIDE_LAG * m1)
    return np.asarray(c - 1j * s)


def _mean_pole(years: FloatArray, mean_pole: MeanPole) -> tuple[FloatArray, FloatArray]:
    """Mean pole (arcsec), years after 2000 (IERS Conventions 2010, section 7.1.4)."""
    if mean_pole == "2018":
        return 1e-3 * (55.0 + 1.677 * years), 1e-3 * (320.5 + 3.460 * years)
    # Table 7.7, lowest power first; a cubic to 2010, then a line.
    x = np.where(
        years < 10.0,
        np.polynomial.Polynomial((55.974, 1.8243, 0.18413, 0.007024))(years),
        23.513 + 7.6141 * years,
    )
    y = np.where(
        years < 10.0,
        np.polynomial.Polynomial((346.346, 1.7896, -0.10729, -0.000908))(years),
        358.891 - 0.6287 * years,
    )
    return 1e-3 * x, 1e-3 * y
