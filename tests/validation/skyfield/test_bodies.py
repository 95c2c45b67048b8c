"""Sun and Moon against skyfield's own reading of DE421, and the analytic series against DE421."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from astropy.time import Time

from orbitsim.environment import bodies


@pytest.fixture(scope="module")
def days():
    return np.random.default_rng(4).uniform(33282.5, 69807.5, 4000)  # 1950 to 2050, TT


@pytest.mark.parametrize("body", bodies.BODIES)
def test_positions(body, days):
    """Skyfield has the same terms for TDB - TT."""
    from skyfield.api import load, load_file

    planets = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
    t = load.timescale(builtin=True).tt_jd(2400000.5 + days)
    wanted = (planets[body] - planets["earth"]).at(t).position.m
    planets.close()
    got = bodies.position(body, Time(2400000.5, days, format="jd", scale="tt"))
    # Skyfield keeps its Julian date in one number for part of the way: 20 us are 2 cm of the Moon.
    limit = {"moon": 0.05, "sun": 1.5}[body]
    assert np.linalg.norm(got - wanted, axis=0).max() < limit


@pytest.mark.parametrize(("body", "limit"), [("sun", 11e3), ("moon", 31e3)])
def test_the_analytic_series(body, limit, days):
    time = Time(days, format="mjd", scale="tt")
    difference = bodies.position(body, time) - bodies.position(body, time, "analytic")
    worst = np.linalg.norm(difference, axis=0).max()
    assert 0.5 * limit < worst < limit


@pytest.mark.parametrize("ephemeris", ["DE421", "analytic"])
@pytest.mark.parametrize("body", bodies.BODIES)
def test_tables_follow_the_ephemeris(body, ephemeris):
    """Between their nodes as well, in years far apart; figures as in the docstring."""
    limit = {
        ("moon", "DE421"): 0.16,
        ("sun", "DE421"): 0.005,
        ("moon", "analytic"): 0.2,
        ("sun", "analytic"): 0.02,
    }[body, ephemeris]
    w = np.linspace(0.0, 1.0, 9)
    for start in np.arange(36000.0, 68000.0, 1471.3):
        rows, first = bodies.body_table(body, start, start, ephemeris)
        powers = rows.reshape(-1, 4, 3).transpose(1, 2, 0)[..., np.newaxis]
        got = powers[0] + w * (powers[1] + w * (powers[2] + w * powers[3]))
        mjd = (first + np.arange(len(rows))[:, np.newaxis] + w) / 8
        whole = np.floor(mjd)
        time = Time(2400000.5 + whole, mjd - whole, format="jd", scale="tai")
        error = np.linalg.norm(got - bodies.position(body, time, ephemeris), axis=0)
        assert error.max() < limit
