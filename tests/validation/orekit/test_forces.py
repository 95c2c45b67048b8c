"""Small forces on single states against Orekit; `build_forces.py` made forces.csv."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from orbitsim import frames
from orbitsim.constants import MOON_MU, SUN_MU
from orbitsim.environment import bodies, shadow, tides
from orbitsim.frames import orientation
from orbitsim.kernels import perturbations, radiation
from orbitsim.kernels import tides as tide_kernel
from orbitsim.kernels.lanes import LANES

MU, RADIUS = 3.986004418e14, 6_378_137.0


class Table:
    """The file's columns, and the lanes' results beside them."""

    def __init__(self) -> None:
        with Path(__file__).with_name("forces.csv").open() as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        self.time = Time([row["epoch"] for row in rows], scale="utc")
        self.columns = {k: np.array([float(row[k]) for row in rows]) for k in list(rows[0])[1:]}
        self.r, self.v = self.vectors("{}"), self.vectors("v{}")
        self.sun = bodies.position("sun", self.time)
        self.moon = bodies.position("moon", self.time)

    def vectors(self, name):
        return np.stack([self.columns[name.format(axis)] for axis in "xyz"])

    def run(self, kernel, *arguments):
        """The kernel's acceleration, (3, N); arrays are cut into lanes."""
        count = self.time.size
        out = np.empty((3, count))
        for start in range(0, count, LANES):
            lanes = np.minimum(np.arange(start, start + LANES), count - 1)
            cut = [
                np.ascontiguousarray(x[..., lanes]).reshape(-1) if isinstance(x, np.ndarray) else x
                for x in arguments
            ]
            a = np.zeros(3 * LANES)
            kernel(*cut, a)
            out[:, lanes] = a.reshape(3, LANES)
        return out

    def error(self, name, got):
        """Largest difference from Orekit's acceleration, relative to the largest acceleration."""
        wanted = self.vectors(f"{name}_{{}}")
        return np.linalg.norm(got - wanted, axis=0).max() / np.linalg.norm(wanted, axis=0).max()


@pytest.fixture(scope="module")
def table():
    return Table()


@pytest.mark.parametrize(("body", "mu", "limit"), [("sun", SUN_MU, 5e-9), ("moon", MOON_MU, 2e-8)])
def test_third_body(table, body, mu, limit):
    """Orekit has DE440: the Moon's gravitational parameter is 9e-9 greater there."""
    got = table.run(perturbations.third_body, table.r, getattr(table, body), mu)
    assert table.error(body, got) < limit


def test_illumination(table):
    lit = table.columns["lit"]
    partly = (lit > 0.0) & (lit < 1.0)
    assert partly.sum() >= 15 and (lit == 0.0).sum() >= 10 and (lit == 1.0).sum() >= 10
    got = shadow.illumination(table.r.T, table.time)
    # Its Sun is 7e-9 rad elsewhere (DE440).
    assert np.abs(got - lit).max() < 1e-6
    penumbra = shadow.shadow_margin(table.r.T, table.time, "penumbra") < 0.0
    umbra = shadow.shadow_margin(table.r.T, table.time, "umbra") < 0.0
    np.testing.assert_array_equal(penumbra, lit < 1.0)
    np.testing.assert_array_equal(umbra, lit == 0.0)


def test_radiation_pressure(table):
    coefficient = np.full(table.time.size, 0.02)
    coefficient *= shadow.illumination(table.r.T, table.time)
    got = table.run(radiation.radiation_pressure, table.r, table.sun, coefficient)
    assert table.error("radiation", got) < 1e-6


def test_relativity(table):
    assert table.error("relativity", table.run(perturbations.relativity, table.r, table.v, MU)) < (
        1e-14
    )


def test_lense_thirring(table):
    pole = np.moveaxis(frames.rotation_matrix("GCRS", "ITRS", table.time)[:, 2], -1, 0)
    got = table.run(perturbations.lense_thirring, table.r, table.v, pole, MU)
    assert table.error("lense_thirring", got) < 1e-7


def test_de_sitter(table):
    """Orekit 13.1 takes the Earth's motion in the axes of the Sun's own equator, unturned.

    With the same slip (the Sun's pole at 286.13, 63.87 deg, IAU 2009) both agree.
    """
    step = TimeDelta(10.0, format="sec")
    rate = (
        bodies.position("sun", table.time + step) - bodies.position("sun", table.time - step)
    ) / 20.0
    node, tilt = np.radians(286.13 + 90.0), np.radians(90.0 - 63.87)
    about_z = np.array(
        [[np.cos(node), np.sin(node), 0], [-np.sin(node), np.cos(node), 0], [0, 0, 1]]
    )
    about_x = np.array(
        [[1, 0, 0], [0, np.cos(tilt), np.sin(tilt)], [0, -np.sin(tilt), np.cos(tilt)]]
    )
    turn = about_x @ about_z
    got = table.run(perturbations.de_sitter, table.v, turn @ table.sun, turn @ rate)
    assert table.error("de_sitter", got) < 1e-6


def tidal_acceleration(table, **options):
    atomic = table.time.tai
    mjd = (atomic.jd1 - 2400000.5) + atomic.jd2
    coefficients, angle = np.empty((2 * tide_kernel.TERMS, mjd.size)), np.empty(mjd.size)
    for n, day in enumerate(mjd):
        rows, first = tides.tide_table(day, day, **options)
        turns, _ = orientation.table("GCRS", "ITRS", day, day, orientation.measured())
        piece = int(np.floor(day * 8) - first)
        w = day * 8 - np.floor(day * 8)
        coefficients[:, n] = w ** np.arange(4) @ rows[piece].reshape(4, -1)
        angle[n] = w ** np.arange(3) @ turns[piece, 6:9]
    matrix = frames.rotation_matrix("GCRS", "ITRS", table.time)
    fixed = np.einsum("nij,jn->in", matrix, table.r)
    work = np.empty(tide_kernel.TIDE_WORK)

    def kernel(r, sine, cosine, coefficients, a):
        tide_kernel.solid_tides(r, sine, cosine, coefficients, a, work)

    a = table.run(kernel, fixed, np.sin(angle), np.cos(angle), coefficients)
    return np.einsum("nij,in->jn", matrix, a)


def test_solid_tides(table):
    """With step 2 and the pole tide of the conventions' first edition, which Orekit has."""
    got = tidal_acceleration(table, mean_pole="2010")
    assert table.error("tides", got) < 1.5e-5


def test_what_the_parts_of_the_tides_are_worth(table, monkeypatch):
    """Each part is seen: without it the difference from Orekit is a hundred times greater."""
    assert 5e-3 < table.error("tides", tidal_acceleration(table, mean_pole="2018")) < 3e-2
    assert 1e-2 < table.error("tides", tidal_acceleration(table, mean_pole=None)) < 5e-2
    zero_tide = tidal_acceleration(table, mean_pole="2010", system="zero-tide")
    assert table.error("tides", zero_tide) > 1e-1
