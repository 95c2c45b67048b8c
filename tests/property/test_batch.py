"""f(batch)[i] == f(batch[i]), for every public function of the orbit core.

Bit for bit where our kernels do the work.  Where NumPy's loops do, within a few roundings, since
they may take the last items of an array, or a single one, another way than a full vector.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitsim import MeanElements, Orbit, ground_track, propagate
from orbitsim.elements import (
    eccentric_from_mean,
    eccentric_from_true,
    keplerian_from_equinoctial,
    mean_from_eccentric,
    mean_from_true,
    true_from_eccentric,
    true_from_mean,
)
from orbitsim.period import apsis_altitudes, first_order_period, period

EPOCH = "2016-12-01T15:00:41"
TIMES = np.linspace(-3e3, 9e4, 5)
MANY_TIMES = np.linspace(-3e3, 9e4, 70)

LINE1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"
# A deep-space set, for the other half of the theory (from the public verification sets).
DEEP1 = "1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813"
DEEP2 = "2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656"

Function = Callable[[Orbit], Any]


def closed() -> Orbit:
    """Six closed orbits: circular, equatorial, retrograde, polar, eccentric, low."""
    nodes = Time(EPOCH) + np.arange(6.0).reshape(2, 3) * u.hour
    return Orbit.from_elements(
        semi_major_axis=np.array([[7.0e6, 7.1e6, 7.2e6], [7.3e6, 2.66e7, 6.6e6]]),
        eccentricity=[[0.0, 0.01, 0.02], [0.001, 0.74, 0.003]],
        inclination=[[0.9, 1e-3, 2.5], [np.pi / 2, 1.1, 0.9]],
        raan=[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]],
        argument_of_perigee=1.4,
        true_anomaly=[[0.0, 2.0, 4.0], [1.0, 3.0, 0.0]],
        epoch=nodes,
    )


def with_open() -> Orbit:
    """A row with every conic, and one that has no plane."""
    e = np.array([0.0, 0.5, 0.95, 1.0, 1.3, 8.0])
    row = Orbit.from_elements(
        semi_latus_rectum=7e6 * (1 + e), eccentricity=e, inclination=0.4, true_anomaly=0.9,
        epoch=EPOCH,
    )  # fmt: skip
    return Orbit.from_state(
        np.vstack([row.r, [7e6, 0.0, 0.0]]), np.vstack([row.v, [1e3, 0.0, 0.0]]), EPOCH
    )


def bare(function: Callable[..., Any], *args: Any) -> Function:
    """A function of component-first states, as one of orbits."""
    return lambda orbit: function(np.moveaxis(orbit.r, -1, 0), np.moveaxis(orbit.v, -1, 0), *args)


def path(method: str, times: Any) -> Function:
    return lambda orbit: propagate(orbit, times, method=method, errors="status")


FUNCTIONS: dict[str, Function] = {
    "r": lambda orbit: orbit.r,
    "elements": lambda orbit: orbit.elements(),
    "equinoctial": lambda orbit: orbit.equinoctial(),
    "keplerian from equinoctial": lambda orbit: keplerian_from_equinoctial(orbit.equinoctial()),
    "sizes": lambda orbit: (
        orbit.elements().semi_major_axis,
        orbit.elements().perigee_radius,
        orbit.elements().apogee_radius,
        orbit.elements().argument_of_latitude,
        orbit.elements().eccentric_anomaly,
        orbit.elements().mean_anomaly,
    ),
    "to_frame": lambda orbit: orbit.to_frame("TEME"),
    "period keplerian": lambda orbit: orbit.period(),
    "period nodal": lambda orbit: orbit.period("nodal"),
    "period anomalistic": lambda orbit: orbit.period("anomalistic"),
    "first order nodal": lambda orbit: orbit.first_order_period("nodal"),
    "first order anomalistic": lambda orbit: orbit.first_order_period("anomalistic"),
    "apsides ellipsoid": lambda orbit: orbit.apsis_altitudes(),
    "apsides mean": lambda orbit: orbit.apsis_altitudes("mean"),
    "bare period": bare(period, "nodal"),
    "bare first order": bare(first_order_period, "anomalistic"),
    "bare apsides": bare(apsis_altitudes, "ellipsoid"),
    "kepler": path("kepler", TIMES),
    "kepler, many times": path("kepler", MANY_TIMES),
    "j2": path("j2", TIMES),
    "j2, many times": path("j2", MANY_TIMES),
    "numerical": path("numerical", TIMES),
    "at": lambda orbit: propagate(orbit, TIMES, errors="status").at(40.0),
    "itrs": lambda orbit: propagate(orbit, TIMES, errors="status").to_frame("ITRS"),
    "ground track": lambda orbit: ground_track(propagate(orbit, TIMES, errors="status")),
}

# What NumPy's loops do.
ROUNDED = {
    "elements",
    "equinoctial",
    "keplerian from equinoctial",
    "sizes",
    "period keplerian",
    "first order nodal",
    "first order anomalistic",
    "apsides mean",
    "bare first order",
}


def parts(result: Any) -> list[np.ndarray]:
    """Every array in a result."""
    if isinstance(result, Orbit):
        return [result.r, result.v]
    if hasattr(result, "status"):
        return [result.r, result.v, result.status]
    if is_dataclass(result):
        values = [getattr(result, field.name) for field in fields(result)]
        return [x for value in values for x in parts(value)]
    if isinstance(result, tuple):
        return [x for value in result for x in parts(value)]
    return [] if isinstance(result, Time) else [np.asarray(result)]


def same(whole: Any, alone: Any, index: Any, apart: float = 0.0, rounded: float = 0.0) -> None:
    for one, other in zip(parts(whole), parts(alone), strict=True):
        assert one[index].shape == other.shape
        np.testing.assert_allclose(one[index], other, rtol=rounded, atol=max(apart, rounded))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_closed_orbits(name: str) -> None:
    orbit, function = closed(), FUNCTIONS[name]
    rounded = 1e-13 if name in ROUNDED else 0.0
    whole = function(orbit)
    for index in np.ndindex(orbit.shape):
        same(whole, function(orbit[index]), index, rounded=rounded)
    same(whole, function(orbit[1]), 1, rounded=rounded)
    same(whole, function(orbit[:, ::2]), np.s_[:, ::2], rounded=rounded)


@pytest.mark.parametrize("name", [x for x in FUNCTIONS if x not in ("at", "sizes")])
def test_every_conic_and_a_line(name: str) -> None:
    orbit, function = with_open(), FUNCTIONS[name]
    whole = function(orbit)
    for index in range(len(orbit)):
        same(whole, function(orbit[index]), index, rounded=1e-13 if name in ROUNDED else 0.0)


@pytest.mark.parametrize("datum", ["equatorial", "mean", "ellipsoid"])
def test_from_apsides(datum: Any) -> None:
    low = np.array([[193e3, 400e3], [250e3, 500e3]])
    high = np.array([[245e3, 900e3], [35786e3, 39850e3]])
    inclination = np.radians([[51.66, 98.0], [7.0, 63.4]])
    whole = Orbit.from_apsides(
        low, high, inclination, EPOCH, altitude_datum=datum, argument_of_perigee=1.4
    )
    for index in np.ndindex(2, 2):
        alone = Orbit.from_apsides(
            low[index], high[index], inclination[index], EPOCH, altitude_datum=datum,
            argument_of_perigee=1.4,
        )  # fmt: skip
        same(whole, alone, index, rounded=1e-15, apart=1e-8)


def test_other_constructors() -> None:
    e, mean = np.array([0.0, 0.3, 0.99, 1.0, 2.0]), np.array([0.1, 3.0, -0.01, 0.7, 4.0])
    whole = Orbit.from_elements(
        semi_latus_rectum=8e6, eccentricity=e, inclination=0.5, mean_anomaly=mean, epoch=EPOCH
    )
    back = Orbit.from_equinoctial(whole.equinoctial(), EPOCH)
    for index in range(e.size):
        alone = Orbit.from_elements(
            semi_latus_rectum=8e6, eccentricity=e[index], inclination=0.5,
            mean_anomaly=mean[index], epoch=EPOCH,
        )  # fmt: skip
        same(whole, alone, index, rounded=1e-14, apart=1e-7)
        single = Orbit.from_equinoctial(alone.equinoctial(), EPOCH)
        same(back, single, index, rounded=1e-13, apart=1e-6)
    sets = Orbit.from_tle([LINE1, DEEP1], [LINE2, DEEP2])
    same(sets, Orbit.from_tle(DEEP1, DEEP2), 1)


@pytest.mark.parametrize("times", [TIMES, MANY_TIMES, Time("2008-09-21") + TIMES * u.s])
def test_element_sets(times: Any) -> None:
    row = MeanElements.from_tle([LINE1, DEEP1, LINE1], [LINE2, DEEP2, LINE2])
    whole = row.propagate(times, errors="status")
    # Absolute times are counted from the first of them in a row, from its own epoch in a single.
    apart = 0.02 if isinstance(times, Time) else 0.0
    for index in range(3):
        same(whole, row[index].propagate(times, errors="status"), index, apart=apart)
        for name in ("mean_motion", "eccentricity", "inclination", "raan", "bstar"):
            assert getattr(row, name)[index] == getattr(row[index], name)
        assert row.epoch[index] == row[index].epoch


anomalies = st.lists(st.floats(-30.0, 30.0), min_size=1, max_size=9)
shapes = st.floats(0.0, 5.0) | st.sampled_from([0.0, 1.0, 1.0 - 1e-12, 1.0 + 1e-12])


@pytest.mark.parametrize(
    "convert",
    [
        eccentric_from_true,
        true_from_eccentric,
        mean_from_eccentric,
        eccentric_from_mean,
        mean_from_true,
        true_from_mean,
    ],
)
def test_anomalies(convert: Callable[[Any, Any], Any]) -> None:
    @settings(max_examples=60, deadline=None)
    @given(anomalies, st.data())
    def holds(values: list[float], data: st.DataObject) -> None:
        e = data.draw(st.lists(shapes, min_size=len(values), max_size=len(values)))
        whole = convert(values, e)
        for index in range(len(values)):
            np.testing.assert_allclose(whole[index], convert(values[index], e[index]), rtol=1e-14)

    holds()
