"""The coefficients of NRLMSISE-00, laid out for vector code.

Every quantity that varies over the globe is an expansion with a set of coefficients of its own.
The expansions share their basis: harmonics of latitude, local time, longitude, season and universal
time.  So sixteen sets are evaluated together, side by side in the columns of a table whose rows
belong to one term of the basis each.  A phase is turned into a cosine's and a sine's amplitude.

The upper table holds all sets that air above 72.5 km needs, the lower those below.  The sets of
the lower atmosphere have a shorter expansion with other numbers; both fit into one list of rows, in
which the terms that a set lacks are zero.  Terms that no set has are left out.

Editing the data file needs the compiled kernels' cache to be deleted.
"""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np

from orbitsim.kernels.arrays import as_input

SETS = 16

SPECIES = ("PD1", "PD2", "PD3", "PD5", "PD6", "PD7", "PD8", "PD9")
"""Densities at 120 km of He, O, N2, O2, Ar, H, N and anomalous oxygen: the first columns."""

HELIUM, OXYGEN = 0, 1
ATOMIC_NITROGEN = 6
EXOSPHERIC, GRADIENT, BASE_TEMPERATURE = 8, 9, 10
NODES_ABOVE = 11
"""Columns of the temperatures at 110, 100, 90, 72.5 km, and of the gradient at the last."""

NODES_BELOW, NODES_GROUND = 0, 4
"""Columns of the lower table: 55, 45, 32.5 km and the gradient there; 20, 15, 10, 0 km and that."""

_UPPER = (*SPECIES, "PT", "PS", "PD4", "PTL1", "PTL2", "PTL3", "PTL4", "PMA9")
_LOWER = ("PMA1", "PMA2", "PMA3", "PMA10", "PMA4", "PMA5", "PMA6", "PMA7", "PMA8")

# The model's own roundings of 2 pi over a year, an hour, a day's seconds, and of a degree.
DAY_ANGLE = 1.72142e-2
HOUR_ANGLE = 0.2618
SECOND_ANGLE = 7.2722e-5
DEGREE = 1.74533e-2

MAGNETIC_ROWS = 25


def _read() -> dict[str, Any]:
    """The file's sets, padded with zeros."""
    path = resources.files("orbitsim.kernels") / "data" / "nrlmsise00.csv"
    sets = {}
    for line in path.read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            name, *figures = line.split(",")
            sets[name] = np.zeros(150)
            sets[name][: len(figures)] = [float(figure) for figure in figures]
    return sets


SET = _read()


def _turn(phase: float, rate: float) -> list[float]:
    """What cosine and sine of ``rate * x`` are multiplied by to give cos(rate * (x - phase))."""
    return [float(np.cos(rate * phase)), float(np.sin(rate * phase))]


def _seasons(p: Any) -> list[float]:
    """Rows 0 to 13 without the amplitudes: annual, symmetric annual, and both semiannual turns."""
    return [*_turn(p[13], DAY_ANGLE), *_turn(p[31], DAY_ANGLE), *_turn(p[17], 2.0 * DAY_ANGLE)]


def _long(p: Any) -> list[float]:
    """Steady terms of a set of the thermosphere's expansion."""
    annual, symmetric, semiannual = np.array(_seasons(p)).reshape(3, 2)
    return [
        *annual,
        *symmetric, p[18], 0.0, 0.0,
        *semiannual, p[15], p[16], 0.0,
        *(p[37] * np.array(_turn(p[38], 2.0 * DAY_ANGLE))),
        # Solar flux: alone, and in what it multiplies.
        p[19], p[20], p[19] * p[59], p[21], p[29], p[47], p[49],
        # Latitude alone, and times flux; the asymmetric annual variation.
        p[26], p[1], 0.0, p[2], 0.0, p[22], p[14],
        p[9], p[10], 0.0,
        # Once, twice and three times a day.
        p[3], p[4], p[27], p[11], p[6], p[7], p[28], p[12],
        p[5], p[41], p[23], p[35], p[8], p[42], p[33], p[36],
        p[39], p[93], p[46], p[40], p[94], p[48],
        # Longitude, and what it is multiplied by.
        p[103], p[64], p[104], p[65], p[105], p[66], p[109], p[110],
        p[106], p[90], p[107], p[91], p[108], p[92], p[112], p[113],
        p[80], *np.zeros(8),
        # Universal time, and with longitude.
        p[95], p[119], p[68], p[69], p[70], *_turn(p[71], SECOND_ANGLE),
        p[76], p[77], *_turn(p[79], SECOND_ANGLE),
    ]  # fmt: skip


def _short(p: Any) -> list[float]:
    """Steady terms of a set of the lower atmosphere's expansion, in the same rows."""
    annual, symmetric, semiannual = np.array(_seasons(p)).reshape(3, 2)
    return [
        *annual,
        *symmetric, p[18], p[47], p[29],
        *semiannual, p[15], p[16], p[30],
        *(p[37] * np.array(_turn(p[38], 2.0 * DAY_ANGLE))),
        0.0, 0.0, 0.0, p[21], 0.0, 0.0, 0.0,
        p[26], p[1], p[14], p[2], p[59], p[22], 0.0,
        p[9], p[10], p[20],
        p[3], p[4], 0.0, p[11], p[6], p[7], 0.0, p[12],
        p[5], p[41], p[23], p[35], p[8], p[42], p[33], p[36],
        p[39], 0.0, 0.0, p[40], 0.0, 0.0,
        p[74], p[64], p[75], p[65], p[76], p[66], 0.0, 0.0,
        p[77], p[90], p[78], p[91], p[79], p[92], 0.0, 0.0,
        0.0,
        *(p[80] * np.array(_turn(p[81], DAY_ANGLE))),
        *(p[85] * np.array(_turn(p[86], 2.0 * DAY_ANGLE))),
        *(p[83] * np.array(_turn(p[84], DAY_ANGLE))),
        *(p[87] * np.array(_turn(p[88], 2.0 * DAY_ANGLE))),
        *np.zeros(11),
    ]  # fmt: skip


def _long_magnetic(p: Any, history: bool) -> list[float]:
    """Terms of magnetic activity: with the history of ap, or with the daily Ap."""
    if history and p[51] == 0.0:
        return [0.0] * MAGNETIC_ROWS
    a, b, c = (
        ([50, 96, 54, 125, 126, 127, 128, 129, 130], 131, [52, 98, 67])
        if history
        else ([32, 45, 34, 100, 101, 102, 121, 122, 123], 124, [60, 61, 62])
    )
    place, first, second, ut, last = (
        (132, 97, [133, 136], [55, 56, 57], 58)
        if history
        else (120, 63, [115, 118], [83, 84, 85], 75)
    )
    return [
        *p[a], *_turn(p[b], HOUR_ANGLE),
        p[place], *p[c], *_turn(p[first], DEGREE),
        p[second[0]], *_turn(p[second[1]], DEGREE),
        *p[ut], *_turn(p[last], SECOND_ANGLE),
    ]  # fmt: skip


def _short_magnetic(p: Any, history: bool) -> list[float]:
    pair = [p[50], p[96]] if history else [p[32], p[45]]
    return [*pair, *np.zeros(MAGNETIC_ROWS - 2)]


def _columns(sets: list[list[float]]) -> Any:
    """The sets as columns of a flat table of `SETS` columns."""
    table = np.zeros((len(sets[0]), SETS))
    table[:, : len(sets)] = np.array(sets).T
    return as_input(table.ravel())


def _table(names: tuple[str, ...], long: Any, short: Any) -> Any:
    return _columns(
        [(short if name.startswith(("PTL", "PMA")) else long)(SET[name]) for name in names]
    )


UPPER = _table(_UPPER, _long, _short)
LOWER = _table(_LOWER, _long, _short)


def _magnetic(names: tuple[str, ...], history: bool) -> Any:
    return _table(
        names, lambda p: _long_magnetic(p, history), lambda p: _short_magnetic(p, history)
    )


UPPER_HISTORY, UPPER_DAILY = _magnetic(_UPPER, True), _magnetic(_UPPER, False)
LOWER_HISTORY, LOWER_DAILY = _magnetic(_LOWER, True), _magnetic(_LOWER, False)

# How fast the effect of activity decays: the lower thermosphere's sets follow the temperature at
# 120 km, as the model's sequence of evaluation has it.
_FOLLOWED = (*_UPPER[:NODES_ABOVE], *["PD4"] * (SETS - NODES_ABOVE))
DECAY = as_input([10_800.0 * abs(SET[name][51]) for name in _FOLLOWED])
DECAY_LATITUDE = as_input([SET[name][138] for name in _FOLLOWED])

# The response to ap saturates; only helium and atomic oxygen have figures of their own.
_KINDS = [SET[name] for name in ("PT", "PD1", "PD2")]
RATE = as_input([max(p[24], 1e-4) for p in _KINDS for _ in range(8)])
SHARE = as_input([p[25] - 1.0 for p in _KINDS for _ in range(8)])
DAILY_RATE = as_input([p[43] for p in _KINDS])
DAILY_SHARE = as_input([p[44] - 1.0 for p in _KINDS])
