"""Interface of the tidal table, and its transcription of the conventions' tables."""

from __future__ import annotations

import csv
from importlib import resources

import numpy as np
import pytest

from orbitsim.environment import tides
from orbitsim.errors import EpochError, InputError


def test_pieces_join():
    """To the error of the cubics; the pole tide, which turns daily, leaves the greatest gaps."""
    rows, _ = tides.tide_table(57000.0, 57000.0)
    powers = rows.reshape(-1, 4, 2 * tides.TERMS)
    gaps = np.abs(powers.sum(axis=1)[:-1] - powers[1:, 0]).max(axis=0)
    assert gaps.max() < 2e-14
    assert np.abs(powers[:, 0]).max() > 1e-9


def test_systems_differ_by_the_lasting_tide():
    free, _ = tides.tide_table(57000.0, 57000.0)
    zero, _ = tides.tide_table(57000.0, 57000.0, system="zero-tide")
    difference = free - zero
    # Of the normalised C20, -3.1108e-8 k / sqrt 5 (Lemoine et al. 1998, NASA/TP-1998-206861, for
    # EGM96, whose k is 0.3); here k is that of an anelastic Earth.
    np.testing.assert_allclose(difference[:, 0], -3.1108e-8 * 0.30190, rtol=3e-4)
    np.testing.assert_allclose(difference[:, 1:], 0.0, atol=1e-20)


def test_lines_are_those_of_their_doodson_numbers():
    """Doodson's and Delaunay's multipliers say the same: two columns of the tables agree."""
    text = (resources.files("orbitsim.environment") / "data/tide_corrections.csv").read_text()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    assert len(rows) == 21 + 48 + 2
    for row in rows:
        digits = row["doodson"].replace(".", "").rjust(6, "0")
        tau, s, h, p, n, ps = (int(digits[0]), *(int(digit) - 5 for digit in digits[1:]))
        assert tau == int(row["order"])
        # tau = angle + pi - s, s = F + Omega, h = s - D, p = s - l, N' = -Omega, ps = h - l'.
        f = tau - s - h - p - ps
        wanted = {"l": p, "l'": ps, "F": f, "D": h + ps, "Omega": f + n}
        assert {name: int(row[name]) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"system": "mean-tide"}, "system must be"),
        ({"mean_pole": "2003"}, "mean_pole must be"),
        ({"ephemeris": "DE405"}, "ephemeris must be"),
    ],
)
def test_unknown_names(options, message):
    with pytest.raises(InputError, match=message):
        tides.tide_table(57000.0, 57001.0, **options)


def test_outside_the_tables_of_earth_orientation():
    with pytest.raises(EpochError, match="Earth orientation"):
        tides.tide_table(41000.0, 57001.0)
