"""Periods and apsis altitudes against an integration by SciPy that the package has no part in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy import units as u
from independent import MU, extreme_heights, intervals

from orbitsim import Orbit, period_table
from orbitsim.earth import EQUATORIAL_RADIUS, J2_GRAVITY, J6_GRAVITY, MEAN_RADIUS, POINT_MASS
from orbitsim.errors import InputError
from orbitsim.period import (
    KINDS,
    first_order_period,
    keplerian_period,
    period,
    state_from_apsides,
)

# Perigee and apogee altitude over the ellipsoid (km); inclination, perigee, true anomaly (deg).
ORBITS = {
    "progress": (193.0, 245.0, 51.66, 81.9, 0.0),
    "sun-synchronous": (690.0, 740.0, 98.2, 90.0, 33.0),
    "retrograde": (400.0, 900.0, 140.0, 20.0, 200.0),
    "molniya": (500.0, 39850.0, 63.4, 270.0, 180.0),
    "transfer": (250.0, 35786.0, 7.0, 178.0, 100.0),
}


def state(name: str) -> Any:
    low, high, *angles = ORBITS[name]
    inclination, perigee, nu = np.radians(angles)
    return state_from_apsides(
        low * 1e3,
        high * 1e3,
        inclination,
        datum="ellipsoid",
        argument_of_perigee=perigee,
        raan=1.0,
        true_anomaly=nu,
    )


@pytest.mark.parametrize("name", ORBITS)
def test_exact_periods_against_scipy(name: str) -> None:
    """Measured: below 2e-6 s for all, 5e-9 s for low orbits."""
    r, v = state(name)
    about = float(period(r, v, "keplerian"))
    nodal, anomalistic = intervals(r, v, about)
    assert period(r, v, "nodal") == pytest.approx(nodal, abs=1e-5)
    assert period(r, v, "anomalistic") == pytest.approx(anomalistic, abs=1e-5)


@pytest.mark.parametrize("name", ORBITS)
def test_solved_heights_against_scipy(name: str) -> None:
    """Least and greatest height of the orbit that was solved for: 0.1 mm is asked of the solver."""
    low, high, *_ = ORBITS[name]
    r, v = state(name)
    least, greatest = extreme_heights(r, v, float(period(r, v, "keplerian")))
    assert least == pytest.approx(low * 1e3, abs=1e-3)
    assert greatest == pytest.approx(high * 1e3, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "nodal", "anomalistic"),
    [
        # J2^2 is 1.2e-6, e J2 as many times 1e-3; the perigee of a nearly round orbit is blurred
        # by J2^2 / e; near the perigee of an eccentric one J2's ripple is large, and so its square.
        ("progress", 4e-6, 4e-4),
        ("sun-synchronous", 4e-6, 4e-4),
        ("retrograde", 1.2e-4, 4e-5),
        ("molniya", 2e-3, 4e-6),
        ("transfer", 5e-3, 4e-6),
    ],
)
def test_first_order_theory_is_what_it_says(name: str, nodal: float, anomalistic: float) -> None:
    r, v = state(name)
    for kind, bound in (("nodal", nodal), ("anomalistic", anomalistic)):
        exact = period(r, v, kind)  # type: ignore[arg-type]
        theory = first_order_period(r, v, kind)  # type: ignore[arg-type]
        assert abs(theory / exact - 1.0) < bound, kind
        assert abs(theory - exact) > 0.0


def test_documented_period_of_progress_ms_04() -> None:
    """88.59 min of 193 x 245 km: nodal, heights over the ellipsoid, perigee at 81.9 deg, as the
    launch geometry puts it; the plain Keplerian reading over 6378 km misses by 0.29 min."""
    table = period_table(
        193.0 * u.km,
        245.0 * u.km,
        51.66 * u.deg,
        argument_of_perigee=81.9 * u.deg,
        documented=88.59 * u.min,
    )
    assert abs(table.row("ellipsoid", "nodal").difference) / 60.0 < 0.02
    assert table.row("equatorial", "keplerian").difference / 60.0 == pytest.approx(0.29, abs=0.005)
    assert (table.nearest.datum, table.nearest.kind) == ("ellipsoid", "nodal")
    # The arithmetic of the reference file: 88.88 min over 6378.137 km, 88.73 min over 6371 km.
    assert table.row("equatorial", "keplerian").period / 60.0 == pytest.approx(88.88, abs=0.005)
    assert table.row("mean", "keplerian").period / 60.0 == pytest.approx(88.73, abs=0.005)
    # No other reading is within the printed figure's last place.
    within = [row for row in table.rows if abs(row.difference) < 0.005 * 60.0]
    assert within == [table.row("ellipsoid", "nodal")]


def test_sensitivity_to_the_perigee() -> None:
    """The slope by hand, and the range over all perigees: 13 s, but 81.9 deg is on the flat."""

    def nodal(perigee: float) -> float:
        r, v = state_from_apsides(
            193e3, 245e3, np.radians(51.66), datum="ellipsoid", argument_of_perigee=perigee
        )
        return float(period(r, v, "nodal"))

    perigee = np.radians(81.9)
    table = period_table(193e3, 245e3, np.radians(51.66), argument_of_perigee=perigee)
    slope = (nodal(perigee + 0.01) - nodal(perigee - 0.01)) / 0.02
    assert table.perigee_sensitivity == pytest.approx(slope, rel=2e-2)
    assert abs(np.radians(table.perigee_sensitivity)) < 0.2  # seconds a degree
    low, high = table.perigee_range
    assert low <= nodal(perigee) <= high
    assert high - low == pytest.approx(13.4, abs=0.3)
    assert np.isnan(table.documented)
    with pytest.raises(InputError, match="no documented period was given"):
        _ = table.nearest


def test_table_has_every_reading_once() -> None:
    table = period_table(193e3, 245e3, 0.9, argument_of_perigee=1.4)
    readings = [(row.datum, row.kind) for row in table.rows]
    assert len(set(readings)) == len(readings) == 9
    with pytest.raises(InputError, match="unknown altitude datum"):
        table.row("sea", "nodal")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown kind of period"):
        table.row("mean", "sidereal")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"perigee_altitude": 193 * u.deg}, "perigee_altitude has the unit deg"),
        ({"perigee_altitude": [193e3, 200e3]}, r"must be one number, got the shape \(2,\)"),
        ({"perigee_altitude": 250e3}, "is above apogee altitude"),
        ({"argument_of_perigee": np.nan}, "argument_of_perigee must be finite"),
        ({"documented": 5 * u.km}, "documented has the unit km"),
    ],
)
def test_table_refuses(change: dict[str, Any], message: str) -> None:
    good = {
        "perigee_altitude": 193e3,
        "apogee_altitude": 245e3,
        "inclination": 0.9,
        "argument_of_perigee": 1.4,
    }
    with pytest.raises(InputError, match=message):
        period_table(**{**good, **change})


def test_sun_synchronous_plane_follows_the_sun() -> None:
    """Nodal period and node drift of a printed case (Vallado 2013, section 11.4.1): 800 km and
    98.6 deg keep pace with the Sun, 14.27 revolutions a day."""
    orbit = Orbit.from_elements(
        semi_major_axis=7178.1363e3, eccentricity=0.0, inclination=98.6 * u.deg, epoch="2020-01-01"
    )
    assert 86400.0 / orbit.period("nodal") == pytest.approx(14.27, abs=0.02)


def test_geostationary() -> None:
    """A sidereal day; J2 hastens it by 1.5 s or so, and the equator has no node."""
    teme = Orbit.from_elements(
        semi_major_axis=42164.17e3, eccentricity=0.0, inclination=0.0, epoch="2020-01-01",
        frame="TEME",
    )  # fmt: skip
    assert teme.period() == pytest.approx(86164.09, abs=0.1)
    assert np.isnan(teme.period("nodal"))
    tilted = Orbit.from_elements(
        semi_major_axis=42164.17e3, eccentricity=0.0, inclination=1e-6, epoch="2020-01-01",
        frame="TEME",
    )  # fmt: skip
    assert tilted.period("nodal") == pytest.approx(86164.09, abs=15.0)
    # In GCRS the same words mean a plane 0.11 deg off the true equator, which has nodes.
    gcrs = Orbit.from_elements(
        semi_major_axis=42164.17e3, eccentricity=0.0, inclination=0.0, epoch="2020-01-01"
    )
    assert np.isfinite(gcrs.period("nodal"))


def test_molniya_is_half_a_day_node_to_node() -> None:
    """Two nodal revolutions are one turn of the Earth against the node: the ground track repeats
    (Vallado 2013, section 2.6.1 calls a = 26,600 km and e = 0.74 the Molniya orbit)."""
    orbit = Orbit.from_elements(
        semi_major_axis=26600e3, eccentricity=0.74, inclination=63.4 * u.deg,
        argument_of_perigee=270 * u.deg, mean_anomaly=180 * u.deg, epoch="2020-01-01",
    )  # fmt: skip
    assert orbit.period("nodal") == pytest.approx(43082.0, rel=5e-3)
    # At the critical inclination the perigee stands still, and the two periods are one.
    assert orbit.period("nodal") == pytest.approx(orbit.period("anomalistic"), rel=1e-5)


@pytest.mark.parametrize("nu", [0.0, 1.0, 3.0])
def test_circular_orbits_have_every_period(nu: float) -> None:
    orbit = Orbit.from_elements(
        semi_major_axis=7e6, eccentricity=0.0, inclination=0.9, true_anomaly=nu, epoch="2020-01-01",
        frame="TEME",
    )  # fmt: skip
    for kind in KINDS:
        assert orbit.period(kind) == pytest.approx(float(orbit.period()), rel=4e-3)
    assert np.isfinite(orbit.apsis_altitudes()).all()


def test_open_orbits_have_none() -> None:
    for e, size in ((1.0, None), (1.5, -9e6)):
        orbit = Orbit.from_elements(
            semi_major_axis=size, semi_latus_rectum=None if size else 9e6, eccentricity=e,
            inclination=0.9, epoch="2020-01-01",
        )  # fmt: skip
        for kind in ("nodal", "anomalistic"):
            assert np.isnan(orbit.period(kind))  # type: ignore[arg-type]
        # A parabola's state is one only to the last digit of its speed.
        assert not orbit.period() < 1e20
        assert np.isnan(orbit.apsis_altitudes()).all()


def test_a_point_mass_has_one_period() -> None:
    r, v = state("progress")
    periods = [float(period(r, v, kind, POINT_MASS)) for kind in KINDS]
    np.testing.assert_allclose(periods, periods[0], rtol=1e-12)
    assert periods[0] == pytest.approx(float(keplerian_period(6580.4e3, POINT_MASS.mu)), rel=1e-5)


def test_higher_zonals_change_little() -> None:
    r, v = state("progress")
    change = float(period(r, v, "nodal", J6_GRAVITY) - period(r, v, "nodal", J2_GRAVITY))
    assert 1e-4 < abs(change) < 0.2


def test_keplerian_period_by_the_third_law() -> None:
    assert keplerian_period(42164.17e3, MU) == pytest.approx(86164.1, abs=0.1)
    assert np.isnan(keplerian_period(-7e6))


@pytest.mark.parametrize(
    ("datum", "sphere"), [("equatorial", EQUATORIAL_RADIUS), ("mean", MEAN_RADIUS)]
)
def test_spheres(datum: Any, sphere: float) -> None:
    orbit = Orbit.from_apsides(300e3, 500e3, 0.5, "2020-01-01", altitude_datum=datum)
    elements = orbit.elements()
    assert elements.perigee_radius == pytest.approx(sphere + 300e3, rel=1e-14)
    assert elements.apogee_radius == pytest.approx(sphere + 500e3, rel=1e-14)


def test_nearly_equatorial_round_orbits_over_the_ellipsoid() -> None:
    """What a newcomer tries first: geostationary heights."""
    orbit = Orbit.from_apsides(35786e3, 35800e3, 0.0, "2020-01-01")
    low, high = orbit.apsis_altitudes()
    assert low == pytest.approx(35786e3, abs=1e-3)
    assert high == pytest.approx(35800e3, abs=1e-3)
