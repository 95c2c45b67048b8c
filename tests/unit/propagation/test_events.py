"""Events: their instants in closed form and by other means, and that none is missed."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest
from astropy.time import Time, TimeDelta
from scipy.optimize import brentq

from orbitsim import Orbit, propagate
from orbitsim.constants import SUN_RADIUS
from orbitsim.earth import POINT_MASS, Ellipsoid, Site
from orbitsim.errors import InputError
from orbitsim.forces import Gravity, ThirdBody, Zonal
from orbitsim.propagation import Event, events

EPOCH = "2016-12-01T15:00:41"
SITE = Site(np.radians(45.9), np.radians(63.3), 100.0)
CENTRAL = Zonal(POINT_MASS)
SPHERE = Ellipsoid(POINT_MASS.radius, 0.0)
PROMISED = 1e-6


def kepler(a, e, nu=0.5, **angles):
    return Orbit.from_elements(
        semi_major_axis=a, eccentricity=e, true_anomaly=nu, epoch=EPOCH, mu=POINT_MASS.mu,
        **{"inclination": 0.9, "raan": 1.0, "argument_of_perigee": 0.3} | angles,
    )  # fmt: skip


def seconds_at(orbit, nu, last):
    """Instants up to `last` at which a Kepler orbit has the true anomalies: Kepler's equation."""
    elements = orbit.elements()
    a, e = float(elements.semi_major_axis), float(elements.eccentricity)

    def mean(nu):
        anomaly = 2.0 * np.arctan(np.sqrt((1 - e) / (1 + e)) * np.tan(0.5 * np.asarray(nu)))
        return anomaly - e * np.sin(anomaly)

    n = np.sqrt(POINT_MASS.mu / a**3)
    first = (mean(nu) - mean(float(elements.true_anomaly))) % (2 * np.pi) / n
    turns = np.arange(0.0, last, 2 * np.pi / n)
    instants = np.sort((first + turns[:, np.newaxis]).ravel())
    return instants[instants <= last]


def found(orbit, event, last, forces=CENTRAL, **settings):
    return propagate(
        orbit, [last], method="numerical", forces=forces, events=[event], **settings
    ).events


@pytest.mark.parametrize(("a", "e"), [(7e6, 1e-3), (7.4e6, 0.05), (2.66e7, 0.74)])
def test_apses_by_keplers_equation(a, e):
    orbit, last = kepler(a, e), 3.2 * 2 * np.pi * np.sqrt(a**3 / POINT_MASS.mu)
    # r . v is as flat as e, so rounding of the states shows where e is small.
    limit = max(PROMISED, 1e-9 / e)
    for event, nu in ((events.perigee(), [0.0]), (events.apogee(), [np.pi]),
                      (events.apsis(), [0.0, np.pi])):  # fmt: skip
        got = found(orbit, event, last)
        np.testing.assert_allclose(got.t, seconds_at(orbit, nu, last), rtol=0, atol=limit)
    assert (np.diff(found(orbit, events.apsis(), last).rising.astype(int)) != 0).all()


def test_passages_of_a_plane_and_of_a_height_by_keplers_equation():
    orbit, last = kepler(8e6, 0.1), 30_000.0
    plane = Event("plane", lambda s: s.r[:, 2])
    nodes = found(orbit, plane, last)
    wanted = seconds_at(orbit, [-0.3, np.pi - 0.3], last)
    np.testing.assert_allclose(nodes.t, wanted, rtol=0, atol=PROMISED)
    assert nodes.rising.tolist() == (nodes.v[:, 2] > 0.0).tolist()

    height = 1500e3
    nu = np.arccos((8e6 * (1 - 0.1**2) / (SPHERE.equatorial_radius + height) - 1) / 0.1)
    for direction, at in ((0, [nu, -nu]), (1, [nu]), (-1, [-nu])):
        crossings = found(orbit, events.altitude(height, direction, SPHERE), last)
        np.testing.assert_allclose(crossings.t, seconds_at(orbit, at, last), rtol=0, atol=PROMISED)


def test_a_pair_of_crossings_between_two_steps():
    # A metre below the apogee the satellite is for seven seconds only.
    orbit, last, e = kepler(8e6, 0.1), 20_000.0, 0.1
    apogee = 8e6 * (1 + e) - SPHERE.equatorial_radius
    for below in (1.0, 0.01):
        height = apogee - below
        radius = SPHERE.equatorial_radius + height
        nu = np.arccos((8e6 * (1 - e * e) / radius - 1) / e)
        crossings = found(orbit, events.altitude(height, 0, SPHERE), last)
        wanted = seconds_at(orbit, [nu, -nu], last)
        assert len(crossings) == wanted.size == 6
        # So flat is the top that the arc cosine above loses digits.
        np.testing.assert_allclose(crossings.t, wanted, rtol=0, atol=1e-5)
    assert not len(found(orbit, events.altitude(apogee + 0.01, 0, SPHERE), last))


def test_a_pair_at_the_very_start_and_end():
    apogee = 8.8e6 - SPHERE.equatorial_radius
    top = np.pi * np.sqrt(8e6**3 / POINT_MASS.mu)
    event = events.altitude(apogee - 0.01, 0, SPHERE)
    half = 0.5 * np.diff(found(kepler(8e6, 0.1, 0.0), event, 6000.0).t)[0]
    for before in (half + 1e-3, half + 1.0, half + 10.0):
        ends = found(kepler(8e6, 0.1, 0.0), event, top + before)
        assert len(ends) == 2
        start = propagate(kepler(8e6, 0.1, 0.0), 0.0).at(top - before)
        begins = found(start, event, 3000.0)
        assert len(begins) == 2
        np.testing.assert_allclose(begins.t, [before - half, before + half], atol=1e-4)


def test_what_is_at_zero_at_the_start_does_not_occur_then():
    for nu, event in ((0.0, events.perigee()), (np.pi, events.apogee())):
        orbit = kepler(7e6, 0.02, nu)
        period = 2 * np.pi * np.sqrt(7e6**3 / POINT_MASS.mu)
        np.testing.assert_allclose(found(orbit, event, 1.5 * period).t, [period], atol=1e-6)


def test_backward_is_forward_seen_from_the_other_side():
    orbit = kepler(7.2e6, 0.03)
    chosen = [events.node(), events.apsis(), events.eclipse(), events.elevation(SITE, 0.05)]
    settings = {"method": "numerical", "forces": Gravity(4), "events": chosen}
    there = propagate(orbit, [0.0, 20_000.0], **settings)
    back = propagate(there.at(20_000.0), [-20_000.0], **settings)
    assert there.events.name == back.events.name
    np.testing.assert_allclose(back.events.t + 20_000.0, there.events.t, rtol=0, atol=PROMISED)
    np.testing.assert_array_equal(back.events.rising, there.events.rising)
    both = propagate(there.at(8000.0), [-8000.0, 12_000.0], **settings)
    np.testing.assert_allclose(both.events.t + 8000.0, there.events.t, rtol=0, atol=PROMISED)


def test_nodes_and_latitudes_where_they_should_be():
    orbit = kepler(7.2e6, 0.03)
    flown = propagate(
        orbit, [86_400.0], method="numerical", forces=Gravity(4),
        events=[events.node(), events.latitude(0.7, 1)],
    )  # fmt: skip
    nodes, parallels = flown.events.of("node"), flown.events.of("latitude")
    assert len(nodes) == 28
    assert len(parallels) in (14, 15)  # the start is no node
    for log, value in ((nodes, 0.0), (parallels, 0.7)):
        track = next(flown.stream(log.t))
        np.testing.assert_allclose(track.r, log.r, rtol=0, atol=1e-5)
        frame = "TEME" if log is nodes else "ITRS"
        x, y, z = np.moveaxis(track.to_frame(frame)[0], -1, 0)
        # Geodetic latitude by Bowring's formula, good to 1e-9 rad so low.
        semi, flat = 6378137.0, 1 / 298.257223563
        minor, squared = semi * (1 - flat), flat * (2 - flat)
        p = np.hypot(x, y)
        u = np.arctan2(z * semi, p * minor)
        bowring = np.arctan2(
            z + squared / (1 - squared) * minor * np.sin(u) ** 3,
            p - squared * semi * np.cos(u) ** 3,
        )
        # 1e-6 s is 1e-9 rad of the way around, and z / p has no ellipsoid on the equator.
        got = np.arctan2(z, p) if log is nodes else bowring
        np.testing.assert_allclose(got, value, rtol=0, atol=5e-9)


@pytest.fixture(scope="module")
def sky():
    from skyfield.api import load, load_file

    planets = load_file(str(files("skyfield_data") / "data" / "de421.bsp"))
    yield planets, load.timescale(builtin=True)
    planets.close()


@pytest.mark.parametrize("edge", ["umbra", "penumbra"])
def test_eclipses_by_the_discs_of_sun_and_earth(sky, edge):
    planets, scale = sky
    orbit = kepler(7.2e6, 0.03)
    flown = propagate(
        orbit, [30_000.0], method="numerical", forces=Gravity(4), events=[events.eclipse(edge)]
    )

    def clear(t):
        """Angle between the limbs as the satellite sees them."""
        place = flown.at(t)
        later = Time(place.epoch).tt
        sun = (planets["sun"] - planets["earth"]).at(scale.tt_jd(later.jd1, later.jd2)).position.m
        to_sun = sun - place.r
        distance, r = np.linalg.norm(to_sun), np.linalg.norm(place.r)
        apart = np.arctan2(np.linalg.norm(np.cross(to_sun, -place.r)), to_sun @ -place.r)
        sign = 1.0 if edge == "penumbra" else -1.0
        return apart - np.arcsin(6378137.0 / r) - sign * np.arcsin(SUN_RADIUS / distance)

    assert len(flown.events) == 10
    for t, rising in zip(flown.events.t, flown.events.rising, strict=True):
        assert clear(t + 1.0) * (1 if rising else -1) > 0.0
        exact = brentq(lambda x, t=t: clear(t + x), -5.0, 5.0, xtol=1e-8)
        assert abs(exact) < PROMISED


def test_passes_as_skyfield_sees_them(sky):
    from skyfield.api import wgs84
    from skyfield.searchlib import find_discrete
    from skyfield.vectorlib import VectorFunction

    _, scale = sky
    last = 43_200.0
    orbit = kepler(7.2e6, 0.03)
    settings = {"method": "numerical", "forces": Gravity(4)}
    rises = events.elevation(SITE, np.radians(5.0))
    log = propagate(orbit, [last], events=[rises], **settings).events
    flown = propagate(orbit, 0.0, **settings)

    class Craft(VectorFunction):
        center, target = 399, -1

        def _at(self, t):
            when = Time(np.atleast_1d(t.whole), np.atleast_1d(t.tt_fraction), format="jd",
                        scale="tt")  # fmt: skip
            track = next(flown.stream(when))
            shape = (3,) if np.ndim(t.tt) == 0 else (3, -1)
            au, day = 1.495978707e11, 86_400.0
            return (track.r.T.reshape(shape) / au, track.v.T.reshape(shape) / au * day, None, None)

    topos = wgs84.latlon(np.degrees(SITE.latitude), np.degrees(SITE.longitude), SITE.height)
    sight = Craft() - topos

    def above(t):
        return sight.at(t).altaz()[0].degrees > 5.0

    above.step_days = 60.0 / 86_400.0
    begin = Time(EPOCH).tt
    first, end = (
        scale.tt_jd(begin.jd1, begin.jd2 + x / 86_400.0) for x in (1.0, last)
    )  # fmt: skip
    when, up = find_discrete(first, end, above, epsilon=1e-4 / 86_400.0)
    wanted = ((when.whole - begin.jd1) + (when.tt_fraction - begin.jd2)) * 86_400.0
    assert log.rising.tolist() == (up == 1).tolist()
    # Skyfield leaves out polar motion and rounds UT1: some 10 m.
    np.testing.assert_allclose(log.t, wanted, rtol=0, atol=5e-3)


def test_none_is_missed():
    """Random orbits, low to high, against a look at every other second."""
    rng = np.random.default_rng(5)
    n, last = 16, 86_400.0
    perigee, e = 6.7e6 * rng.uniform(1.0, 1.2, n), rng.choice([0.0, 0.01, 0.1, 0.6], n)
    orbits = Orbit.from_elements(
        semi_major_axis=perigee / (1 - e), eccentricity=e, inclination=rng.uniform(0.1, 3.0, n),
        raan=rng.uniform(0, 6, n), argument_of_perigee=rng.uniform(0, 6, n),
        true_anomaly=rng.uniform(0, 6, n), epoch=EPOCH,
    )  # fmt: skip
    other = propagate(orbits[3], 0.0, method="numerical")
    chosen = [
        events.node(), events.apsis(), events.altitude(620e3), events.latitude(0.6),
        events.eclipse("penumbra"), events.elevation(SITE, 0.02), events.elevation(SITE, 1.2),
        events.separation(other, 1.5e6),
        Event("mine", lambda s: s.r[:, 0] * s.v[:, 2] + 2.0 * s.r[:, 1] * s.v[:, 1]),
    ]  # fmt: skip
    chosen = [Event(f"{i}", event.function) for i, event in enumerate(chosen)]
    flown = propagate(
        orbits, [last], method="numerical", forces=Gravity(4) + ThirdBody("moon"), events=chosen
    )
    step = 2.0
    t = np.arange(0.0, last, step)
    track = next(flown.stream(t, states=n * t.size))
    total = 0
    for event in chosen:
        for i in range(n):
            states = events.States(
                np.zeros(t.size, dtype=np.int64), t, track.r[i], track.v[i], orbits.epoch
            )
            above = event(states) > 0.0
            log = flown.events.of(event.name)
            mine = log.where(log.orbit == i).t
            seen = t[1:][above[1:] != above[:-1]]
            mine = mine[mine < t[-1]]
            # Two crossings within one of its steps the look has not seen.
            close = np.flatnonzero(np.diff(mine) < step)
            mine = np.delete(mine, np.concatenate([close, close + 1]))
            if event.name == "1" and e[i] == 0.0:
                continue  # a circle has no apses but those of rounding
            assert mine.size == seen.size, (event.name, i)
            assert (np.abs(mine - seen) <= step).all()
            total += seen.size
    assert total > 1500


def test_a_slow_orbit_and_a_fast_function():
    """Steps of a geostationary orbit are ten minutes and more; ranges change faster."""
    geo = kepler(42_164e3, 1e-3)
    low = propagate(kepler(6.9e6, 1e-3), 0.0)
    event = events.separation(low, 42_164e3)
    log = found(geo, event, 86_400.0)
    t = np.arange(0.0, 86_400.0, 5.0)
    apart = np.linalg.norm(
        next(propagate(geo, 0.0).stream(t)).r - next(low.stream(t)).r, axis=-1
    )  # fmt: skip
    assert len(log) == np.count_nonzero(np.diff(apart > 42_164e3)) > 20


def test_one_of_a_batch_is_as_alone():
    orbits = kepler(np.array([[7e6, 7.3e6], [8e6, 2.6e7]]), 0.02)
    epochs = Time(EPOCH) + TimeDelta([[0.0, 100.0], [-5000.0, 3e5]], format="sec")
    orbits = Orbit.from_state(orbits.r, orbits.v, epochs)
    chosen = [events.node(), events.eclipse(), events.elevation(SITE)]
    for times in ([30_000.0], epochs[0, 0] + TimeDelta([400_000.0], format="sec")):
        settings = {"method": "numerical", "forces": Gravity(4), "events": chosen}
        together = propagate(orbits, times, **settings)
        for index in np.ndindex(2, 2):
            alone = propagate(orbits[index], times, **settings)
            one = together[index].events
            assert one.name == alone.events.name
            epoch = together.epoch[index] if together.epoch.shape else together.epoch
            shift = (epoch - alone.epoch).to_value("s")
            np.testing.assert_allclose(one.t + shift, alone.events.t, rtol=0, atol=PROMISED)
            np.testing.assert_allclose(one.r, alone.events.r, rtol=0, atol=0.02)


def test_the_frame_of_the_orbits_does_not_matter():
    orbit = kepler(7.2e6, 0.03)
    chosen = [events.node(), events.eclipse(), events.elevation(SITE)]
    for forces in (Gravity(4), Zonal()):
        settings = {"method": "numerical", "forces": forces, "events": chosen}
        one = propagate(orbit, [86_400.0], **settings).events
        other = propagate(orbit.to_frame("TEME"), [86_400.0], **settings).events
        assert one.name == other.name
        np.testing.assert_allclose(one.t, other.t, rtol=0, atol=PROMISED)


def test_the_number_of_threads_does_not_matter():
    orbits = kepler(np.linspace(6.9e6, 7.5e6, 40), 0.01)
    one, two = (
        propagate(orbits, [20_000.0], method="numerical", events=[events.node()], threads=threads)
        for threads in (1, 2)
    )
    np.testing.assert_array_equal(one.events.t, two.events.t)
    np.testing.assert_array_equal(one.r, two.r)


@pytest.mark.parametrize(
    ("function", "instants"),
    [
        (lambda s: np.full(s.t.shape, np.nan), []),
        (lambda s: np.where(s.t < 1000.0, np.nan, s.t - 3000.0), [3000.0]),
        (lambda s: np.where(abs(s.t - 3000.0) < 5.0, np.nan, s.t - 3000.0), []),
        (lambda s: np.where(s.t < 2999.0, -np.inf, s.t - 3000.0), [3000.0]),
        (lambda s: np.zeros(s.t.shape), []),
        (lambda s: np.ones(s.t.shape), []),
    ],
)
def test_functions_that_are_not_everywhere_numbers(function, instants):
    got = found(kepler(7e6, 0.01), Event("mine", function), 6000.0)
    np.testing.assert_allclose(got.t, instants, rtol=0, atol=PROMISED)


def test_events_that_cannot_be():
    orbit = kepler(7e6, 0.01)
    with pytest.raises(InputError, match=r"event 'mine' must give the shape \(\d+,\), got \(\)"):
        found(orbit, Event("mine", lambda s: 1.0), 60.0)
    with pytest.raises(InputError, match=r"got \(\d+, 3\)"):
        found(orbit, Event("mine", lambda s: s.r), 60.0)
    with pytest.raises(InputError, match="direction must be -1, 0 or 1, got 2"):
        Event("mine", lambda s: s.t, 2)
    with pytest.raises(InputError, match="needs a function of States"):
        Event("mine", 3.0)
    with pytest.raises(InputError, match="events must hold Event, got 'node'"):
        found(orbit, "node", 60.0)
    with pytest.raises(InputError, match="edge must be"):
        events.eclipse("shadow")
    with pytest.raises(InputError, match="body must be"):
        events.eclipse(body="mars")
    with pytest.raises(InputError, match="height must be one number"):
        events.altitude([1e5, 2e5])
    batch = propagate(kepler(np.array([7e6, 8e6]), 0.01), 0.0)
    with pytest.raises(InputError, match="separation is from one satellite"):
        events.separation(batch, 1e3)
    with pytest.raises(InputError, match="'kepler' takes no events"):
        propagate(orbit, [60.0], events=[events.node()])
