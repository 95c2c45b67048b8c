"""Two flights whose insertion orbit has two published heights, under two conventions.

The builder's press releases give least and greatest height over the oblate Earth.  NASA and GCAT
count from a sphere of 6378 km and from mean elements.  The first taken as our `ellipsoid` datum
must come out as the second.

Measured, perigee at 81.9 deg (the insertion point of launches from Baikonur to 51.6 deg; neither
source prints it), Brouwer mean elements, over 6378.137 km:

================  ==============  ================  ===============  ==============
flight            builder         ours              NASA or GCAT     mean of the two
================  ==============  ================  ===============  ==============
Progress M1-3     193.5 x 244.0   183.3 x 232.8     182 x 233        +0.6 km
Progress M-43     192.8 x 244.2   182.6 x 233.0     186 x 228        +0.8 km
================  ==============  ================  ===============  ==============

M1-3 agrees within the rounding of the figures once the perigee is taken at 90 deg (182.1 x 232.6).
M-43 agrees in its mean height, but GCAT's orbit is rounder by 3 to 5 km in each apsis.  GCAT reads
element sets of the SGP4 theory, whose eccentricity leaves out the forced part that J3 makes (9e-4,
6 km in each apsis, at this perigee); with it left out here too we get 188.3 x 227.2.  GCAT's
figures lie between, so part of the difference is unexplained.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orbitsim import Orbit
from orbitsim.earth import EQUATORIAL_RADIUS, J2_GRAVITY, J6_GRAVITY
from orbitsim.kernels.brouwer import mean_from_osculating

PERIGEE = np.radians(81.9)
INCLINATION = np.radians(51.66)


@pytest.fixture(scope="module")
def flights(reference: Path) -> dict[str, dict[str, Any]]:
    table = json.loads((reference / "missions/altitude_conventions.json").read_text())
    return {entry["mission"].split(" (")[0]: entry for entry in table["examples"]}


def insertion(heights: list[float], perigee: float = PERIGEE) -> Orbit:
    low, high = (1e3 * x for x in heights)
    return Orbit.from_apsides(
        low, high, INCLINATION, "2000-10-16T21:36:00", argument_of_perigee=perigee
    )


def mean_heights(orbit: Orbit, forced_eccentricity: float = 0.0) -> np.ndarray:
    """Perigee and apogee (km) of the mean ellipse over the equatorial sphere."""
    columns = (np.asarray(x).reshape(3, 1) for x in (orbit.r, orbit.v))
    gravity = J2_GRAVITY
    mean, status = mean_from_osculating(*columns, gravity.mu, gravity.radius, gravity.j2)
    assert status[0] == 0
    a, e, perigee = mean[0, 0], mean[1, 0], mean[4, 0]
    along, across = e * np.cos(perigee), e * np.sin(perigee) - forced_eccentricity
    e = np.hypot(along, across)
    return (a * np.array([1.0 - e, 1.0 + e]) - EQUATORIAL_RADIUS) / 1e3


def test_progress_m1_3_in_nasa_s_count(flights: dict[str, dict[str, Any]]) -> None:
    flight = flights["Progress M1-3"]
    ours = mean_heights(insertion(flight["energia_km"]))
    np.testing.assert_allclose(ours, flight["nasa_km"], atol=1.5)
    # With the perigee 8 deg on, both agree to the whole kilometres that are printed.
    np.testing.assert_allclose(
        mean_heights(insertion(flight["energia_km"], np.radians(90.0))), flight["nasa_km"], atol=0.5
    )


def test_progress_m_43_in_gcat_s_count(flights: dict[str, dict[str, Any]]) -> None:
    flight = flights["Progress M-43"]
    ours = mean_heights(insertion(flight["energia_km"]))
    assert ours.mean() == pytest.approx(np.mean(flight["gcat_km"]), abs=1.0)
    np.testing.assert_allclose(ours, flight["gcat_km"], atol=5.1)
    j2, j3 = J6_GRAVITY.j[:2]
    a = EQUATORIAL_RADIUS + 208e3
    forced = -0.5 * j3 / j2 * J6_GRAVITY.radius / a * np.sin(INCLINATION)
    rounder = mean_heights(insertion(flight["energia_km"]), forced)
    assert ours[0] < flight["gcat_km"][0] < rounder[0]
    assert ours[1] > flight["gcat_km"][1] > rounder[1]


def test_the_two_counts_differ_by_the_oblateness(flights: dict[str, dict[str, Any]]) -> None:
    """Mean height over the ellipsoid less that over the sphere: 11.3 and 11.5 km in print,
    10.7 ours."""
    for name, other in (("Progress M1-3", "nasa_km"), ("Progress M-43", "gcat_km")):
        flight = flights[name]
        printed = np.mean(flight["energia_km"]) - np.mean(flight[other])
        ours = np.mean(flight["energia_km"]) - mean_heights(insertion(flight["energia_km"])).mean()
        assert printed == pytest.approx(ours, abs=1.0)
        assert 10.0 < ours < 12.0


def test_osculating_at_perigee_is_not_the_mean_ellipse(flights: dict[str, dict[str, Any]]) -> None:
    """Osculating apsides at the insertion are up to 10 km lower still: J2's ripple."""
    orbit = insertion(flights["Progress M1-3"]["energia_km"])
    osculating = np.array(orbit.apsis_altitudes("equatorial")) / 1e3
    np.testing.assert_allclose(osculating, [181.6, 222.6], atol=0.1)


def test_documented_period_of_progress_m_43(flights: dict[str, dict[str, Any]]) -> None:
    """88.6 min, to one decimal: nodal over the ellipsoid.  Keplerian over the sphere is 88.87."""
    flight = flights["Progress M-43"]
    orbit = insertion(flight["energia_km"])
    assert abs(float(orbit.period("nodal")) / 60.0 - flight["energia_period_min"]) < 0.05
    low, high = (1e3 * x for x in flight["energia_km"])
    sphere = Orbit.from_apsides(
        low, high, INCLINATION, "2000-10-16T21:36:00", altitude_datum="equatorial"
    )
    assert abs(float(sphere.period()) / 60.0 - flight["energia_period_min"]) > 0.25
