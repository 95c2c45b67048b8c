"""Predicted lift-offs: geometry, batches of days, and what is refused."""

from __future__ import annotations

from math import asin, degrees, pi, radians, tan

import numpy as np
import pytest

from orbitsim.earth import MU, Site
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.phases.ascent import InsertionTarget, Launch, solve_ascent
from orbitsim.phases.ascent_flight import Steering
from orbitsim.phases.liftoff import Insertion, flown_turn, planar_insertion, predict_liftoff
from orbitsim.phases.payload import maximum_payload
from orbitsim.phases.planar_ascent import solve_planar_steering
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.vehicles.rocket import load_rocket

PAD = Site.from_degrees(45.9203, 63.3422, 90.0)
INCLINATION = radians(51.66)
STATION = MeanElements.from_tle(
    "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996",
    "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592",
)
TARGET = InsertionTarget(
    6_558_200.0, 7810.7, 0.0, INCLINATION, PAD.longitude - asin(tan(radians(45.728)) / tan(0.9016))
)


def circular(inclination: float, lag: float, u: float = 1.4) -> Insertion:
    """A circular insertion 200 km up, with its node so far west of the pad's meridian."""
    radius = 6.578e6
    node = np.array([np.cos(lag), -np.sin(lag), 0.0])
    side = np.array([np.sin(lag), np.cos(lag), 0.0]) * np.cos(inclination)
    side[2] = np.sin(inclination)
    r = radius * (np.cos(u) * node + np.sin(u) * side)
    v = np.sqrt(MU / radius) * (np.cos(u) * side - np.sin(u) * node)
    return Insertion(r, v, 527.0)


def test_node_lag_is_what_it_says() -> None:
    for lag in (0.3, 0.93, 2.0):
        insertion = circular(INCLINATION, lag)
        assert insertion.node_lag == pytest.approx(lag)
        assert insertion.turned(0.1).node_lag == pytest.approx(lag - 0.1)


def test_orbit_lies_west_of_the_pad_by_the_lag() -> None:
    from astropy.time import Time

    from orbitsim import frames

    liftoff = Time("2016-12-01T14:51:52", scale="utc")
    orbit = circular(INCLINATION, 0.93).orbit(PAD, liftoff)
    pad = float(frames.teme_sidereal_angle(liftoff)) + PAD.longitude
    assert float(orbit.elements().raan) == pytest.approx((pad - 0.93) % (2 * pi), abs=1e-9)
    assert (orbit.epoch - liftoff).to_value("s") == pytest.approx(527.0)


def test_nodes_coincide_at_docking() -> None:
    """What the node is east of the station's at the insertion, the drift takes back."""
    insertion = circular(INCLINATION, 0.93)
    found = predict_liftoff(insertion, PAD, STATION, "2016-12-01", docking_time="2016-12-03T16:43")
    left = flown_turn(insertion, PAD, STATION, found.time, docking_time="2016-12-03T16:43")
    assert abs(left) < 1e-7
    # The station's node minus the chaser's at the insertion is what the drift then takes back.
    plane = STATION.plane(found.insertion.epoch)
    osculating = float(found.insertion.elements().raan)
    gap = (float(plane.raan[0]) - osculating + pi) % (2 * pi) - pi
    assert -gap == pytest.approx(found.node_drift, abs=radians(0.03))
    assert 0.3 < degrees(found.node_drift) < 0.8
    later = predict_liftoff(
        insertion.turned(radians(-0.1)), PAD, STATION, "2016-12-01", docking_time="2016-12-03T16:43"
    )
    assert (later.time - found.time).to_value("s") == pytest.approx(
        0.1 * -found.seconds_per_degree_of_node, rel=0.02
    )


@pytest.mark.parametrize("day", ["2016-12-02", "2016-12-10", "2016-12-25"])
def test_any_day_has_its_lift_off(day: str) -> None:
    found = predict_liftoff(circular(INCLINATION, 0.93), PAD, STATION, day)
    assert found.window.time.isot[:10] == day
    assert abs(found.after_passage) < 400.0
    assert not found.window.descending
    # The station's plane comes 24 min earlier every day, and with it the lift-off.
    before = predict_liftoff(circular(INCLINATION, 0.93), PAD, STATION, "2016-12-01")
    days = round((found.time - before.time).to_value("day"))
    hours = (found.time - before.time).to_value("h")
    assert hours == pytest.approx(23.607 * days, abs=0.03 * days)


def test_a_descending_launch_takes_the_other_passage() -> None:
    insertion = circular(INCLINATION, pi - 0.93, u=1.9)
    found = predict_liftoff(insertion, PAD, STATION, "2016-12-02", descending=True)
    assert found.window.descending


def test_planar_ascent_keeps_its_thrust_in_one_plane() -> None:
    """And reaches radius, speed, flight-path angle and inclination as asked."""
    launch = Launch(load_rocket("soyuz-u"), 7285.0, PAD, 0.0)
    planar = solve_planar_steering(launch, TARGET)
    assert planar.target.radius == pytest.approx(TARGET.radius, abs=1e-3)
    assert planar.target.speed == pytest.approx(TARGET.speed, abs=1e-6)
    assert planar.target.inclination == pytest.approx(INCLINATION, abs=1e-9)
    assert planar.steering.planar
    ascent = fly(launch, planar.steering)
    across = ascent.thrust_direction @ np.array(planar.steering.plane_normal)
    # The first 20 s stand on the turning pad; under guidance the local vertical leans out a little.
    assert np.max(np.abs(across[ascent.t < 286.0])) < 2e-3
    assert np.max(np.abs(across)) < 5e-3
    # It costs no more than an ascent that steers into the plane of the pad at lift-off.
    steered = solve_ascent(launch.rocket, 7285.0, PAD, 0.0, TARGET)
    assert planar.steering.cut_off < steered.cut_off.time + 0.2


def fly(launch: Launch, steering: Steering):
    from orbitsim.phases.ascent import fly_ascent

    return fly_ascent(
        launch.rocket, launch.payload_mass, launch.site, launch.sidereal_angle, steering
    )


@pytest.mark.parametrize("reserve", [0.0, 400.0])
def test_heaviest_payload_leaves_just_the_reserve(reserve: float) -> None:
    launch = Launch(load_rocket("soyuz-u"), 7285.0, PAD, 0.0)
    heaviest = maximum_payload(launch, TARGET, reserve)
    light = heaviest if reserve else heaviest - 1.0
    left = solve_ascent(launch.rocket, light, PAD, 0.0, TARGET).propellant_left["third"]
    assert left == pytest.approx(reserve if reserve else 1.0, abs=0.3)
    if not reserve:
        with pytest.raises(ConvergenceError, match="propellant are missing"):
            solve_ascent(launch.rocket, heaviest + 1.0, PAD, 0.0, TARGET)


def test_bad_input() -> None:
    rocket = load_rocket("soyuz-u")
    with pytest.raises(InputError, match="never reaches the pad's latitude"):
        planar_insertion(rocket, 7285.0, PAD, 193e3, 245e3, radians(40.0))
    with pytest.raises(InputError, match="does not pass the station's plane"):
        predict_liftoff(
            circular(INCLINATION, 0.93), Site.from_degrees(62.9, 40.6), STATION, "2016-12-02"
        )
    with pytest.raises(InputError, match="reserve must be"):
        maximum_payload(Launch(rocket, 7285.0, PAD, 0.0), TARGET, -1.0)
    with pytest.raises(InputError, match="angle must be finite"):
        circular(INCLINATION, 0.93).turned(float("nan"))
