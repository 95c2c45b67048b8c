"""Flights with events and burns: how they end, and what their trajectories can do."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim import Orbit, propagate
from orbitsim.earth import WGS84
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import EpochError, InputError, PropagationError, Status
from orbitsim.forces import Drag, Gravity, Zonal
from orbitsim.propagation import Event, FiniteBurn, ImpulsiveBurn, MassChange, events

EPOCH = "2016-12-01T15:00:41"
AIR = ExponentialAtmosphere(2e-10, base_height=200e3, scale_height=37e3)


def orbits(a, e=0.01, nu=2.0, **given):
    return Orbit.from_elements(
        semi_major_axis=a, eccentricity=e, inclination=0.9, true_anomaly=nu, epoch=EPOCH, **given
    )


def fly(orbit, times, **settings):
    return propagate(orbit, times, method="numerical", **settings)


FALLING = orbits(6.6e6, 0.04)  # its perigee lies 40 km below the ground


@pytest.mark.parametrize("settings", [{}, {"mass": 100.0}, {"events": [events.node()]}])
@pytest.mark.parametrize("forces", [None, Gravity(4)])
def test_coming_down_is_written_down(forces, settings):
    flown = fly(FALLING, [0.0, 5.0, 4000.0], forces=forces, errors="status", **settings)
    assert flown.status.tolist() == [0, 0, Status.CAME_DOWN]
    assert np.isnan(flown.r[2]).all()
    down = flown.events.of("ground")
    assert len(down) == 1
    assert down.rising.tolist() == [False]
    # It is on the ellipsoid there, by x^2 / a^2 + z^2 / b^2 = 1 to first order.
    track = next(flown.stream(down.t - 1e-6))
    x, y, z = track.to_frame("ITRS")[0][0]
    flattened = np.hypot(np.hypot(x, y), z / (1.0 - WGS84.flattening))
    assert abs(flattened - WGS84.equatorial_radius) < 0.1
    with pytest.raises(PropagationError, match="1 x the satellite came down") as caught:
        fly(FALLING, [0.0, 5.0, 4000.0], forces=forces, **settings)
    assert caught.value.partial.events.t[-1] == down.t[0]


def test_coming_down_backward_and_in_a_batch():
    both = fly(orbits([6.6e6, 7e6], [0.04, 0.01]), [-6000.0, 0.0, 6000.0], errors="status")
    assert both.status.tolist() == [[Status.CAME_DOWN, 0, Status.CAME_DOWN], [0, 0, 0]]
    assert both.events.orbit.tolist() == [0, 0]
    assert both.events.t[0] < 0.0 < both.events.t[1]
    assert not len(both[1].events)
    alone = fly(FALLING, [-6000.0, 0.0, 6000.0], errors="status")
    np.testing.assert_allclose(alone.events.t, both.events.t, rtol=0, atol=1e-6)


def test_decay_in_the_air():
    # 193 x 245 km, and heavy drag, so that it comes down within the day.
    low = orbits(6378137.0 + 219e3, 26 / 6597)
    drag = Zonal() + Drag(0.1, atmosphere=AIR)
    ends = [events.altitude(120e3, -1).ending()]
    flown = fly(low, [0.0, 3600.0, 86_400.0], forces=drag, events=ends)
    assert flown.status.tolist() == [0, 0, Status.FLIGHT_ENDED]
    (end,) = flown.events.t
    with pytest.raises(InputError, match="at 80000 s: an event ended the flight"):
        flown.at(80_000.0)
    further = fly(low, [end, 86_400.0], forces=drag, errors="status")
    assert further.status.tolist() == [0, Status.CAME_DOWN]
    assert end < further.events.t[0] < end + 6000.0  # air that thin below 100 km brakes slowly
    np.testing.assert_allclose(further.r[0], flown.events.r[0], rtol=0, atol=1e-3)


def test_an_event_that_ends_it_ends_that_orbit_alone():
    batch = orbits([6.6e6, 7e6, 6.6e6], [0.04, 0.01, 0.04], [2.0, 2.0, 2.5])
    looked = [events.altitude(20e3, -1).ending(), events.node()]
    burn = ImpulsiveBurn([0.0, 1.0, 0.0], 3900.0)
    flown = fly(batch, [0.0, 4000.0], events=looked, burns=[burn])
    assert flown.status.tolist() == [[0, 35], [0, 0], [0, 35]]
    assert flown[0].events.name == ("node", "altitude")
    assert "ImpulsiveBurn" in flown[1].events.name
    ended = flown.events.of("altitude")
    at_end = fly(batch[0], [ended.t[0]], events=looked)
    np.testing.assert_allclose(at_end.r[0], ended.r[0], rtol=0, atol=1e-6)
    with pytest.raises(PropagationError, match="came down"):
        fly(batch, [0.0, 4000.0], events=looked[1:])


def test_any_instant_again():
    orbit = orbits(7e6)
    burns = [
        FiniteBurn(100.0, events.apogee(), duration=400.0, specific_impulse=300.0),
        ImpulsiveBurn([0.0, 3.0, 0.0], 9000.0),
        MassChange(-10.0, 200.0),
    ]
    t = np.array([12_000.0, 0.0, 100.0, 5000.0, 100.0, 9000.0])
    flown = fly(orbit, t, burns=burns, mass=500.0, events=[events.node()])
    for i, instant in enumerate(t):
        there = flown.at(instant)
        np.testing.assert_allclose(there.r, flown.r[i], rtol=0, atol=1e-5)
        np.testing.assert_allclose(there.v, flown.v[i], rtol=0, atol=1e-8)
    assert flown.mass[1] == 500.0
    assert flown.mass[2] == 500.0
    blocks = list(flown.stream(t, states=2))
    np.testing.assert_allclose(np.concatenate([b.r for b in blocks]), flown.r, atol=1e-5)
    np.testing.assert_allclose(np.concatenate([b.mass for b in blocks]), flown.mass, rtol=1e-13)


def test_the_given_arrays_are_filled():
    batch = orbits([[7e6, 7.1e6], [7.2e6, 7.3e6]])
    settings = {"burns": [ImpulsiveBurn([0.0, 3.0, 0.0], 50.0)], "events": [events.node()]}
    out = np.empty((3, 2, 2, 3)), np.empty((3, 2, 2, 3))
    flown = fly(batch, [0.0, 100.0, 3000.0], out=out, **settings)
    assert np.shares_memory(flown.r, out[0])
    assert np.shares_memory(flown.v, out[1])
    again = fly(batch, [0.0, 100.0, 3000.0], **settings)
    np.testing.assert_array_equal(flown.r, again.r)
    with pytest.raises(InputError, match="out must be a pair of arrays"):
        fly(batch, [0.0, 100.0], out=out, **settings)


def test_without_burns_events_change_nothing():
    batch = orbits([6.8e6, 2.66e7], [0.001, 0.7])
    t = [-50_000.0, 3000.0, 200_000.0]
    plain = fly(batch, t, forces=Gravity(4))
    for settings in ({"mass": 5.0}, {"events": [events.node(), events.apsis()]}):
        looked = fly(batch, t, forces=Gravity(4), **settings)
        np.testing.assert_allclose(looked.r, plain.r, rtol=0, atol=2e-4)
    assert (fly(batch, t, mass=5.0).mass == 5.0).all()


def test_nothing_to_fly():
    settings = {
        "mass": 4.0, "burns": [ImpulsiveBurn([0.0, 1.0, 0.0], 5.0)], "events": [events.node()],
    }  # fmt: skip
    none = fly(orbits(np.empty(0)), [0.0, 60.0], **settings)
    assert none.r.shape == (0, 2, 3)
    assert none.mass.shape == (0, 2)
    never = fly(orbits(7e6), np.empty(0), **settings)
    assert never.r.shape == (0, 3)
    assert not len(never.events)


def test_instants_that_are_none():
    flown = fly(
        orbits(7e6), [np.nan, 100.0, np.inf, -np.inf], events=[events.node()], errors="status"
    )
    assert flown.status.tolist() == [16, 0, 16, 16]
    assert np.isnan(flown.r).all(axis=-1).tolist() == [True, False, True, True]


def test_starts_below_the_ground():
    low = orbits([6.3e6, 7e6], 0.0)
    flown = fly(low, [0.0, 60.0], events=[events.node()], errors="status")
    assert flown.status.tolist() == [[32, 32], [0, 0]]
    least = Event("mine", lambda s: s.t - s.t.min())  # which an empty row of states has not
    assert fly(low[:1], [0.0, 60.0], events=[least], errors="status").status.all()
    with pytest.raises(PropagationError, match="2 x the orbit starts below the ground"):
        fly(low, [0.0, 60.0], events=[events.node()])


def test_dates_outside_the_tables():
    drag = Gravity(4) + Drag(0.01)
    settings = {"events": [events.node()]}
    late = Orbit.from_state([7e6, 0.0, 0.0], [0.0, 5e3, 5.5e3], "2026-01-10")
    with pytest.raises(EpochError, match="space weather is known from .* to 2026-01-14"):
        fly(late, [20 * 86_400.0], forces=drag, **settings)
    early = Orbit.from_state([7e6, 0.0, 0.0], [0.0, 5e3, 5.5e3], "1972-01-10")
    with pytest.raises(EpochError, match="Earth orientation, which cover 1973-01-02"):
        fly(early, [600.0], forces=Gravity(4), **settings)


def test_decay_through_the_jumps_of_nrlmsise() -> None:
    # The model's density jumps by 0.3 % at 72.5 km, which no step is short enough for.
    low = Orbit.from_elements(
        semi_major_axis=6.54e6, eccentricity=0.001, inclination=0.9, epoch="2016-10-01"
    )
    flown = propagate(
        low, [0.0, 5 * 86400.0], method="numerical", forces=Gravity(4) + Drag(0.01), errors="status"
    )
    assert flown.status.tolist() == [0, Status.CAME_DOWN]
    assert flown.events.name == ("ground",)
