"""Launch windows: against a plane fitted to flown positions, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import TEME, EarthLocation
from astropy.time import Time, TimeDelta
from astropy.utils import iers
from astropy_iers_data import IERS_A_FILE
from sgp4.api import Satrec

from orbitsim.earth import Site
from orbitsim.errors import ElementSetError, EpochError, InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.launch_window import launch_windows
from orbitsim.propagation.mean_elements import MeanElements

LINE1 = "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996"
LINE2 = "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592"
DAY = "2016-12-01"
BAIKONUR = Site.from_degrees(45.9203, 63.3422, 90.0)


@pytest.fixture
def station() -> MeanElements:
    return MeanElements.from_tle(LINE1, LINE2)


def test_pad_lies_in_the_mean_of_the_flown_planes(station: MeanElements) -> None:
    """The plane is the average of the osculating ones of the two revolutions around the window,
    from the `sgp4` package; the pad comes from astropy.  (A plane fitted to the positions would be
    another one: J2 sways them 0.03 deg out of the mean plane in step with the revolution.)"""
    record = Satrec.twoline2rv(LINE1, LINE2)
    for window in launch_windows(station, BAIKONUR, DAY):
        around = window.time + TimeDelta(np.linspace(-92.6, 92.6, 2000) * 60.0, format="sec")
        _, r, v = record.sgp4_array(around.jd1, around.jd2)
        # The node regresses 0.0035 deg a minute; symmetric about the window, that averages out.
        normal = np.cross(r, v).mean(axis=0)
        normal /= np.linalg.norm(normal)
        with (
            iers.earth_orientation_table.set(iers.IERS_A.open(IERS_A_FILE)),
            iers.conf.set_temp("auto_download", False),
        ):
            pad = EarthLocation.from_geodetic(63.3422, 45.9203, 90.0).get_itrs(window.time)
            x = pad.transform_to(TEME(obstime=window.time)).cartesian.xyz.value
        angle = np.degrees(np.arcsin(normal @ x / np.linalg.norm(x)))

        assert abs(angle) < 0.005  # a second and a half of the Earth's turn


def test_two_passes_a_day_in_order(station: MeanElements) -> None:
    first, second = launch_windows(station, BAIKONUR, DAY)
    assert (first.descending, second.descending) == (False, True)
    assert first.time < second.time
    # cos(i) = sin(azimuth) cos(latitude) (Vallado 2013, eq. 6-14), geocentric latitude 45.73 deg.
    assert np.degrees(first.azimuth) == pytest.approx(62.74, abs=0.02)
    assert np.degrees(first.azimuth + second.azimuth) == pytest.approx(180.0)


@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_any_instant_of_the_day_means_the_day(station: MeanElements, hour: int) -> None:
    again = launch_windows(station, BAIKONUR, f"2016-12-01T{hour:02d}:30:00")
    assert [w.time.isot for w in again] == [
        w.time.isot for w in launch_windows(station, BAIKONUR, DAY)
    ]


def test_every_passage_falls_into_exactly_one_day(station: MeanElements) -> None:
    """Over 30 days the ascending passages follow each other by a sidereal day less the regression
    of the node, 23 h 36 min, with no day's edge losing or doubling one."""
    start = Time("2016-11-29")
    times = [
        window.time.unix
        for day in range(30)
        for window in launch_windows(station, BAIKONUR, start + day * TimeDelta(1, format="jd"))
        if not window.descending
    ]
    gaps = np.diff(times) / 3600.0
    np.testing.assert_allclose(gaps, 23.607, atol=0.01)


def test_never_where_the_latitude_is_too_high(station: MeanElements) -> None:
    assert launch_windows(station, (62.9, 40.6), DAY) == ()
    assert launch_windows(station, (-62.9, 40.6), DAY) == ()


def test_southern_site_is_crossed_northbound_too(station: MeanElements) -> None:
    windows = launch_windows(station, (-34.0, 151.0), DAY)
    assert sorted(w.descending for w in windows) == [False, True]


def test_retrograde_orbit() -> None:
    orbit = Orbit.from_elements(
        semi_major_axis=7e6, eccentricity=0.001, inclination=np.radians(98.0), epoch=DAY
    )
    ascending = next(w for w in launch_windows(orbit, (34.7, -120.6), DAY) if not w.descending)
    assert 270.0 < np.degrees(ascending.azimuth) < 360.0


def test_orbit_and_element_set_agree(station: MeanElements) -> None:
    """An osculating orbit is freed of its ripple; the windows differ by that theory's remainder."""
    orbit = station.propagate(DAY).at(DAY)
    for of_set, of_orbit in zip(
        launch_windows(station, BAIKONUR, DAY), launch_windows(orbit, BAIKONUR, DAY), strict=True
    ):
        assert abs((of_set.time - of_orbit.time).to_value("s")) < 1.0


def test_bad_input(station: MeanElements) -> None:
    with pytest.raises(InputError, match="latitude"):
        launch_windows(station, (95.0, 0.0), DAY)
    with pytest.raises(InputError, match="finite"):
        launch_windows(station, (float("nan"), 0.0), DAY)
    with pytest.raises(InputError, match="day"):
        launch_windows(station, BAIKONUR, "next week")
    with pytest.raises(EpochError, match="1973"):
        launch_windows(MeanElements.from_tle(LINE1, LINE2), BAIKONUR, "1970-01-01")
    with pytest.raises(ElementSetError):
        MeanElements.from_tle(LINE1, "")
