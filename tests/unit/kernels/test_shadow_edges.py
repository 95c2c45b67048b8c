"""Edges of shadow: both integrators against SciPy's, back again, cut into arcs, in company."""

from __future__ import annotations

import numpy as np
import pytest
from fields import EQUATOR, MU, constants, field
from scipy.integrate import solve_ivp

from orbitsim.constants import ASTRONOMICAL_UNIT, MOON_RADIUS, SOLAR_PRESSURE
from orbitsim.kernels.arcs import integrate
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.lanes import LANES, RADIATION
from orbitsim.kernels.multistep_weights import slopes
from orbitsim.kernels.radiation import light, shadow_margin
from orbitsim.kernels.shadows import gradient

J = np.array([1.08262668e-3, -2.5327e-6])
SUN = np.array([ASTRONOMICAL_UNIT, 0.0, 0.0])
ASIDE, AHEAD = np.array([-3.0e8, 2.5e8, 0.0]), np.array([3.5e8, 0.0, 2e5])
AREA = 1.0
"""m2/kg of a balloon: an edge missed by a millisecond shows as 0.05 mm after 10,000 s."""


def still(position):
    """Table of a body that does not move."""
    table = np.zeros((1, 12))
    table[0, :3] = position
    return as_input(table)


def lit(moon=ASIDE, **settings):
    return field(J)._replace(
        light=True, pieces=1, sun=still(SUN), moon=still(moon), air=0, **settings
    )


def start(perigee, e, tilt, anomaly):
    """State (6,) in a plane tilted about y, so that the Sun is `tilt` above it."""
    p = perigee * (1 + e)
    r = p / (1 + e * np.cos(anomaly))
    speed = np.sqrt(MU / p)
    x, y = r * np.cos(anomaly), r * np.sin(anomaly)
    u, v = -speed * np.sin(anomaly), speed * (e + np.cos(anomaly))
    c, s = np.cos(tilt), np.sin(tilt)
    return np.array([c * x, y, s * x, c * u, v, s * u])


def rate(_, y, moon):
    r = y[:3]
    d = np.sqrt(r @ r)
    s, q = r[2] / d, EQUATOR / d
    ratio = 6378136.3 / d
    radial = 1.0 - 3.0 * J[0] * ratio**2 * (1.5 * s * s - 0.5)
    radial -= 4.0 * J[1] * ratio**3 * (2.5 * s**3 - 1.5 * s)
    polar = -J[0] * ratio**2 * 3.0 * s - J[1] * ratio**3 * (7.5 * s * s - 1.5)
    a = -MU / d**3 * (radial + s * polar) * r
    a[2] += MU / d**2 * polar
    away = r - SUN
    far = np.sqrt(away @ away)
    share = light(*r, *SUN, *moon, q * d, 1.0)
    a += AREA * SOLAR_PRESSURE * (ASTRONOMICAL_UNIT / far) ** 2 * share * away / far
    return np.concatenate([y[3:], a])


def flown(state, moon, span, t):
    """SciPy's states (6, T): a first run finds the contacts, a second goes from one to the next."""

    def event(body, radius, edge):
        return lambda _, y, moon: shadow_margin(*y[:3], *SUN, *body, radius, edge)

    events = [event(np.zeros(3), EQUATOR, edge) for edge in (1.0, -1.0)]
    events += [event(moon, MOON_RADIUS, edge) for edge in (1.0, -1.0)]
    settings = {"method": "DOP853", "rtol": 3e-14, "atol": 1e-9, "args": (moon,)}
    first = solve_ivp(rate, (0.0, span), state, events=events, max_step=100.0, **settings)
    stops = np.sort(np.abs(np.concatenate([*first.t_events, [span]]))) * np.sign(span)
    out, at = np.empty((6, t.size)), 0.0
    for stop in stops:
        here = (np.abs(t) > abs(at)) & (np.abs(t) <= abs(stop))
        part = solve_ivp(rate, (at, stop), state, dense_output=True, max_step=100.0, **settings)
        for k in np.flatnonzero(here):
            out[:, k] = part.sol(t[k])
        state, at = part.y[:, -1], stop
    return out


def table_of(count=1):
    table = constants(np.zeros(count))
    table[RADIATION] = AREA
    return table


LOW = start(6.9e6, 0.001, 0.2, 2.0)
GRAZING = start(7.0e6, 0.0, 1.13, 2.0)
FROM_PENUMBRA = start(6.9e6, 0.0, 0.0, np.pi - np.arcsin(EQUATOR / 6.9e6))
FROM_UMBRA = start(7.2e6, 0.05, 0.3, np.pi)
ECCENTRIC = start(6.8e6, 0.65, 0.1, 1.0)
HIGH = start(4.2e7, 0.0, 0.05, 2.5)
BEFORE_MOON = start(4.2e7, 0.0, 0.0, -0.2)


@pytest.mark.parametrize(
    ("state", "moon", "span", "limit"),
    [
        (LOW, ASIDE, 12_000.0, 2e-4),
        (LOW, ASIDE, -12_000.0, 2e-4),
        (GRAZING, ASIDE, 12_000.0, 2e-4),
        (FROM_PENUMBRA, ASIDE, 8_000.0, 2e-4),
        (FROM_UMBRA, ASIDE, 8_000.0, 2e-4),
        (ECCENTRIC, ASIDE, 30_000.0, 2e-4),
        (HIGH, ASIDE, 90_000.0, 2e-4),
        (BEFORE_MOON, AHEAD, 90_000.0, 1e-3),
        (BEFORE_MOON, AHEAD, 8_000.0, 2e-4),  # too short for the multistep method
    ],
)
def test_against_scipy(state, moon, span, limit):
    t = np.linspace(0.0, span, 25)[1:]
    truth = flown(state, moon, span, t)
    got = integrate(state[:, np.newaxis], table_of(), t, lit(moon))
    without = integrate(state[:, np.newaxis], table_of(), t, lit(moon)._replace(light=False))
    assert np.linalg.norm(without.r[:, 0, -1] - truth[:3, -1]) > 10.0
    assert np.linalg.norm(got.r[:, 0] - truth[:3], axis=0).max() < limit
    assert np.linalg.norm(got.v[:, 0] - truth[3:], axis=0).max() < 2e-7


@pytest.mark.parametrize("state", [LOW, GRAZING, FROM_UMBRA, ECCENTRIC])
def test_there_and_back(state):
    there = integrate(state[:, np.newaxis], table_of(), [86_400.0], lit())
    end = np.concatenate([there.r[..., 0], there.v[..., 0]])
    back = integrate(end, table_of(), [-86_400.0], lit())
    assert np.linalg.norm(back.r[:, 0, 0] - state[:3]) < 1e-3
    assert np.linalg.norm(back.v[:, 0, 0] - state[3:]) < 1e-6


@pytest.mark.parametrize(("state", "limit"), [(LOW, 2e-4), (FROM_UMBRA, 2e-4), (ECCENTRIC, 5e-3)])
def test_states_in_between_lead_to_the_same_end(state, limit):
    # Near the edges too: dense output must not reach across them.
    t = np.linspace(0.0, 40_000.0, 2001)
    grid = integrate(state[:, np.newaxis], table_of(), t, lit())
    share = np.array([light(*r, *SUN, *ASIDE, EQUATOR, 1.0) for r in grid.r[:, 0].T])
    edges = np.flatnonzero(np.diff(share) != 0.0)
    assert edges.size >= 4
    for i in edges[:6]:
        middle = np.concatenate([grid.r[..., i + 1], grid.v[..., i + 1]])
        on = integrate(middle, table_of(), [t[-1] - t[i + 1]], lit())
        assert np.linalg.norm(on.r[:, 0, 0] - grid.r[:, 0, -1]) < limit


def test_company_and_threads_do_not_matter():
    rng = np.random.default_rng(8)
    count = 2 * LANES + 5
    states = np.array(
        [
            start(rng.uniform(6.8e6, 8e6), rng.choice([0.01, 0.7]), rng.uniform(0, 1.3), x)
            for x in rng.uniform(-3, 3, count)
        ]
    ).T.copy()
    table = table_of(count)
    table[RADIATION] *= rng.uniform(0.0, 1.0, count)
    table[RADIATION, 3] = 0.0
    t = np.array([300.0, 20_000.0, 30_000.0, -9000.0])
    every = integrate(states, table, t, lit(), threads=1)
    again = integrate(states, table, t, lit(), threads=2)
    np.testing.assert_array_equal(every.r, again.r)
    for i in (0, 3, LANES, count - 1):
        alone = integrate(states[:, i : i + 1], table[:, i : i + 1], t, lit())
        np.testing.assert_array_equal(every.r[:, i], alone.r[:, 0])


def test_slopes_of_a_polynomial():
    steps = np.arange(9.0)
    for power in (1, 4, 8):
        wanted = power * steps ** (power - 1)
        np.testing.assert_allclose(slopes(9) @ steps**power, wanted, rtol=1e-9, atol=1e-6)


def test_gradient_is_that_of_the_attraction():
    place, shift = np.array([4.1e6, -3.3e6, 4.4e6]), np.array([0.6, 0.5, -0.62])
    plain = field(J[:1])
    moon = np.array(ASIDE)

    def attraction(r):
        y = np.concatenate([r, np.zeros(3)])
        away = r - SUN
        far = np.sqrt(away @ away)
        share = light(*r, *SUN, *moon, EQUATOR, 1.0)
        pressure = AREA * SOLAR_PRESSURE * (ASTRONOMICAL_UNIT / far) ** 2 * share * away / far
        return rate(0.0, y, moon)[3:] - pressure

    step = 100.0
    wanted = (attraction(place + step * shift) - attraction(place - step * shift)) / (2 * step)
    got = np.array(gradient(*place, *shift, plain))
    assert np.linalg.norm(got - wanted) < 1e-4 * np.linalg.norm(wanted)
