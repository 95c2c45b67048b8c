"""Impulses, burns and changes of mass, against hand calculation and SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time, TimeDelta
from scipy.integrate import solve_ivp

from orbitsim import Orbit, frames, propagate
from orbitsim.earth import POINT_MASS
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import InputError
from orbitsim.forces import Drag, Gravity, Thrust, Zonal
from orbitsim.propagation import FiniteBurn, ImpulsiveBurn, MassChange, events

EPOCH = "2016-12-01T15:00:41"
CENTRAL = Zonal(POINT_MASS)
STANDARD = 9.80665


def leo(**given):
    wanted = {"semi_major_axis": 6.9e6, "eccentricity": 0.02, "inclination": 0.9, "raan": 0.4,
              "argument_of_perigee": 0.7, "true_anomaly": 1.1} | given  # fmt: skip
    return Orbit.from_elements(**wanted, epoch=EPOCH, mu=POINT_MASS.mu)


def fly(orbit, times, *burns, forces=CENTRAL, **settings):
    return propagate(orbit, times, method="numerical", forces=forces, burns=burns, **settings)


@pytest.mark.parametrize("attitude", ["RTN", "VNC", "inertial"])
def test_an_impulse_by_hand(attitude):
    orbit, push = leo(), np.array([3.0, -2.0, 5.0])
    flown = fly(orbit, [999.0, 1000.0, 3000.0], ImpulsiveBurn(push, 1000.0, attitude=attitude))
    coasted = propagate(orbit, [999.0, 1000.0])
    np.testing.assert_allclose(flown.r[:2], coasted.r, rtol=0, atol=1e-5)
    np.testing.assert_allclose(flown.v[0], coasted.v[0], rtol=0, atol=1e-8)
    r, v = coasted.r[1], coasted.v[1]
    x, z = r / np.linalg.norm(r), np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    along = v / np.linalg.norm(v)
    axes = {
        "RTN": [x, np.cross(z, x), z],
        "VNC": [along, z, np.cross(along, z)],
        "inertial": np.eye(3),
    }[attitude]
    after = v + push @ np.array(axes)
    np.testing.assert_allclose(flown.v[1], after, rtol=0, atol=1e-8)
    later = propagate(Orbit.from_state(r, after, EPOCH, mu=POINT_MASS.mu), 2000.0)
    np.testing.assert_allclose(flown.r[2], later.r[0], rtol=0, atol=1e-4)
    assert flown.events.name == ("ImpulsiveBurn",)
    np.testing.assert_allclose(flown.events.v[0], v, rtol=0, atol=1e-8)
    assert flown.mass is None


def scipy_burn(orbit, burn, mass, last):
    """A burn by an integrator and equations of motion that share nothing with ours."""
    begin, flow = float(burn.at), burn.force / (burn.specific_impulse * STANDARD)
    end = begin + float(burn.seconds(mass))

    def rate(t, y, burning):
        r, v, m = y[:3], y[3:6], y[6]
        a = -POINT_MASS.mu * r / np.linalg.norm(r) ** 3
        if not burning:
            return np.concatenate([v, a, [0.0]])
        h = np.cross(r, v)
        normal = h / np.linalg.norm(h)
        if burn.attitude == "RTN":
            x = r / np.linalg.norm(r)
            axes = np.array([x, np.cross(normal, x), normal])
        elif burn.attitude == "VNC":
            x = v / np.linalg.norm(v)
            axes = np.array([x, normal, np.cross(x, normal)])
        else:
            axes = np.eye(3)
        return np.concatenate([v, a + burn.force / m * (burn.direction @ axes), [-flow]])

    y = np.concatenate([orbit.r, orbit.v, [mass]])
    for first, until, burning in ((0.0, begin, 0), (begin, end, 1), (end, last, 0)):
        if until > first:
            y = solve_ivp(
                rate, (first, until), y, "DOP853", args=(burning,), rtol=1e-13, atol=1e-9
            ).y[:, -1]
    return y


@pytest.mark.parametrize("attitude", ["RTN", "VNC", "inertial"])
@pytest.mark.parametrize("direction", [[0.0, 1.0, 0.0], [0.6, -0.3, 0.5]])
def test_a_burn_against_scipy(attitude, direction):
    orbit, last = leo(), 9000.0
    burn = FiniteBurn(
        2950.0, 1500.0, delta_v=120.0, specific_impulse=302.0, direction=direction,
        attitude=attitude,
    )  # fmt: skip
    flown = fly(orbit, [last], burn, mass=7000.0)
    wanted = scipy_burn(orbit, burn, 7000.0, last)
    assert np.linalg.norm(flown.r[0] - wanted[:3]) < 1e-3
    assert np.linalg.norm(flown.v[0] - wanted[3:6]) < 1e-6
    assert abs(flown.mass[0] - wanted[6]) < 1e-9
    # The rocket equation, Tsiolkovsky.
    assert abs(flown.mass[0] - 7000.0 * np.exp(-120.0 / (302.0 * STANDARD))) < 1e-9


def test_hours_of_a_weak_engine_against_scipy():
    orbit = leo()
    burn = FiniteBurn(0.3, 0.0, duration=30_000.0, specific_impulse=1500.0, attitude="VNC",
                      direction=[1.0, 0.0, 0.2])  # fmt: skip
    flown = fly(orbit, [40_000.0], burn, mass=300.0)
    wanted = scipy_burn(orbit, burn, 300.0, 40_000.0)
    assert np.linalg.norm(flown.r[0] - wanted[:3]) < 5e-3
    # The same engine as a force that never ends.
    always = Thrust(0.3, specific_impulse=1500.0, mass=300.0, attitude="VNC",
                    direction=[1.0, 0.0, 0.2])  # fmt: skip
    pushed = propagate(orbit, [30_000.0], method="numerical", forces=CENTRAL + always)
    np.testing.assert_allclose(fly(orbit, [30_000.0], burn, mass=300.0).r, pushed.r, atol=1e-3)
    looked = propagate(
        orbit, [200_000.0], method="numerical", forces=CENTRAL + always, events=[events.apsis()]
    )
    pushed = propagate(orbit, [200_000.0], method="numerical", forces=CENTRAL + always)
    np.testing.assert_allclose(looked.r, pushed.r, atol=1e-2)


def test_a_short_burn_comes_close_to_an_impulse():
    orbit = leo()
    speeds = 20.0
    impulse = ImpulsiveBurn([0.0, speeds, 0.0], 1000.0, specific_impulse=300.0)
    at_once = fly(orbit, [4000.0], impulse, mass=100.0)
    gaps = []
    for force in (2e3, 2e4, 2e5):
        burn = FiniteBurn(force, 1000.0, delta_v=speeds, specific_impulse=300.0)
        slowly = fly(orbit, [4000.0], burn, mass=100.0)
        np.testing.assert_allclose(slowly.mass, at_once.mass, rtol=1e-13)
        gaps.append(np.linalg.norm(slowly.r - at_once.r))
    # Half the duration late, so in proportion to it.
    np.testing.assert_allclose(np.array(gaps[:-1]) / gaps[1:], 10.0, rtol=0.01)


def test_when_an_event_occurs():
    orbit = leo(true_anomaly=0.0)
    period = 2 * np.pi * np.sqrt(6.9e6**3 / POINT_MASS.mu)
    raised = fly(orbit, [1.2 * period], ImpulsiveBurn([0.0, 10.0, 0.0], events.apogee()))
    assert raised.events.name == ("ImpulsiveBurn",)
    np.testing.assert_allclose(raised.events.t, [0.5 * period], rtol=0, atol=1e-5)
    after = raised.at(period)
    r, speed = 6.9e6 * 1.02, np.sqrt(POINT_MASS.mu / 6.9e6 * 0.98 / 1.02) + 10.0
    a = 1.0 / (2.0 / r - speed**2 / POINT_MASS.mu)
    np.testing.assert_allclose(after.elements().semi_major_axis, a, rtol=1e-12)
    never = fly(orbit, [period], ImpulsiveBurn([0.0, 10.0, 0.0], events.altitude(5e6)))
    assert not len(never.events)
    np.testing.assert_allclose(never.r, propagate(orbit, [period]).r, rtol=0, atol=1e-4)


def test_two_burns_at_one_event_and_an_event_there():
    orbit = leo(true_anomaly=0.0)
    flown = fly(
        orbit, [5000.0], ImpulsiveBurn([0, 4.0, 0], events.apogee()),
        MassChange(-1.0, events.apogee()), mass=10.0, events=[events.apogee(), events.node()],
    )  # fmt: skip
    assert flown.events.of("apogee").t.size == 1
    assert [name for name in flown.events.name if name != "node"] == [
        "apogee", "ImpulsiveBurn", "MassChange",
    ]  # fmt: skip
    assert flown.mass.tolist() == [9.0]


def test_one_after_the_other_without_a_gap():
    orbit = leo()
    halves = [FiniteBurn(50.0, at, duration=300.0, specific_impulse=250.0) for at in (100.0, 400.0)]
    whole = FiniteBurn(50.0, 100.0, duration=600.0, specific_impulse=250.0)
    two, one = fly(orbit, [3000.0], *halves, mass=500.0), fly(orbit, [3000.0], whole, mass=500.0)
    np.testing.assert_allclose(two.r, one.r, rtol=0, atol=1e-6)
    np.testing.assert_allclose(two.events.t, [100.0, 400.0, 400.0, 700.0])
    assert two.events.rising.tolist() == [True, False, True, False]


@pytest.mark.parametrize("gap", [0.0, 1e-13, 1e-9, 1e-6, 1e-4, 1e-3, 0.1])
@pytest.mark.parametrize("a", [6.9e6, 4.2e7, 1e9])
def test_however_close_two_edges_lie(a, gap):
    orbit = leo(semi_major_axis=a)
    burns = [
        FiniteBurn(10.0, 500.0, duration=gap, specific_impulse=250.0),
        ImpulsiveBurn([0.0, 1.0, 0.0], 600.0),
        ImpulsiveBurn([0.0, -1.0, 0.0], 600.0 + gap),
    ]
    flown = fly(orbit, [700.0, 900.0], *burns, mass=100.0)
    assert len(flown.events) == 4
    # The engine's push, and the metre a second that lasts for the gap.
    moved = np.linalg.norm(flown.r[1] - propagate(orbit, [900.0]).r[0])
    np.testing.assert_allclose(moved, abs(gap * 0.1 * 400.0 + gap), rtol=0.05, atol=2e-5)


@pytest.mark.parametrize("at", [0.0, 600.0])
def test_at_the_first_and_the_last_instant(at):
    orbit = leo()
    flown = fly(orbit, [0.0, 600.0], ImpulsiveBurn([0.0, 5.0, 0.0], at))
    v = propagate(orbit, [at]).v[0]
    index = [0.0, 600.0].index(at)
    np.testing.assert_allclose(np.linalg.norm(flown.v[index] - v), 5.0, rtol=1e-9)
    assert flown.events.t.tolist() == [at]


def test_what_comes_later_is_not_done():
    orbit = leo()
    flown = fly(orbit, [600.0], ImpulsiveBurn([0.0, 5.0, 0.0], 600.1))
    np.testing.assert_allclose(flown.r, propagate(orbit, [600.0]).r, rtol=0, atol=1e-5)
    assert not len(flown.events)
    assert len(next(flown.stream([700.0])).events) == 1


def test_times_quantities_and_texts():
    orbit, push = leo(), [0.0, 5.0, 0.0]
    whens = (
        300.0, 5 * u.min, Time(EPOCH) + TimeDelta(300.0, format="sec"), "2016-12-01T15:05:41",
        TimeDelta(300.0, format="sec"),
    )  # fmt: skip
    for when in whens:
        np.testing.assert_allclose(
            fly(orbit, [600.0], ImpulsiveBurn(push * u.m / u.s, when)).events.t, [300.0]
        )


def test_each_orbit_its_own():
    rows = np.arange(6.0).reshape(2, 3)
    orbits = leo(semi_major_axis=6.9e6 + 1e4 * rows)
    epochs = Time(EPOCH) + TimeDelta(100.0 * rows, format="sec")
    orbits = Orbit.from_state(orbits.r, orbits.v, epochs, mu=POINT_MASS.mu)
    times = Time(EPOCH) + TimeDelta([2000.0, 5000.0], format="sec")
    pushes = np.stack([rows, rows + 1.0, -rows], axis=-1)

    def burns(index):
        return [
            ImpulsiveBurn(pushes[index], 700.0 + rows[index], specific_impulse=300.0),
            FiniteBurn(100.0, times[0] + TimeDelta(1.0, format="sec"), delta_v=rows[index],
                       specific_impulse=200.0, direction=pushes[index], attitude="VNC"),
            MassChange(-5.0, events.apogee()),
        ]  # fmt: skip

    mass = 1000.0 + rows
    together = fly(orbits, times, *burns(...), mass=mass)
    assert together.mass.shape == (2, 3, 2)
    for index in np.ndindex(2, 3):
        alone = fly(orbits[index], times, *burns(index), mass=mass[index])
        np.testing.assert_allclose(together.r[index], alone.r, rtol=0, atol=1e-4)
        np.testing.assert_allclose(together.mass[index], alone.mass, rtol=1e-12)
        assert together[index].events.name == alone.events.name
        np.testing.assert_array_equal(together[index].mass, together.mass[index])


def test_the_frame_does_not_matter():
    orbit = leo()
    turn = frames.rotation_matrix("GCRS", "TEME", orbit.epoch)
    push, direction = np.array([1.0, 2.0, 3.0]), np.array([0.6, 0.0, 0.8])

    def burns(turn):
        return [
            ImpulsiveBurn(turn @ push, 1000.0, attitude="inertial"),
            FiniteBurn(100.0, events.apogee(), duration=300.0, specific_impulse=300.0,
                       direction=turn @ direction, attitude="inertial"),
        ]  # fmt: skip

    for forces in (Zonal(), Gravity(4)):
        one = fly(orbit, [9000.0], *burns(np.eye(3)), mass=1000.0, forces=forces)
        other = fly(orbit.to_frame("TEME"), [9000.0], *burns(turn), mass=1000.0, forces=forces)
        np.testing.assert_allclose(one.r @ turn.T, other.r, rtol=0, atol=1e-5)
        np.testing.assert_allclose(one.events.r @ turn.T, other.events.r, rtol=0, atol=1e-4)


def test_drag_grows_as_the_mass_falls():
    orbit = leo(eccentricity=0.001, semi_major_axis=6.7e6)
    air = ExponentialAtmosphere(4e-12, base_height=400e3, scale_height=60e3)

    def days_later(coefficient, *burns):
        forces = CENTRAL + Drag(coefficient, atmosphere=air)
        return fly(orbit, [80_000.0], *burns, forces=forces, mass=400.0).r

    halved = days_later(0.01, MassChange(-200.0, 0.0))
    np.testing.assert_allclose(halved, days_later(0.02), rtol=0, atol=1e-6)
    assert np.linalg.norm(halved - days_later(0.01)) > 1e4


def test_burns_that_cannot_be():
    orbit = leo()
    burn = FiniteBurn(100.0, 50.0, duration=100.0, specific_impulse=300.0)
    later = FiniteBurn(100.0, 149.0, duration=100.0, specific_impulse=300.0)
    refused = [
        ([burn, later], {"mass": 500.0}, "another goes on until 150 s"),
        ([burn], {}, "FiniteBurn changes the mass; give mass="),
        ([MassChange(-1.0, 0.0)], {}, "MassChange changes the mass"),
        ([burn], {"mass": 3.0}, "leaves nothing of the spacecraft: -0.399"),
        ([burn, MassChange(-498.0, 60.0)], {"mass": 500.0}, "MassChange 60 s .* leaves nothing"),
        ([burn], {"mass": -500.0}, "mass must be positive and finite, got -500.0 kg"),
        ([burn], {"mass": [500.0, 600.0]}, "mass must be one number or have the orbits' shape"),
        ([ImpulsiveBurn([0, 1, 0], -5.0)], {}, "must come at or after the epoch, got -5 s"),
        ([ImpulsiveBurn([0, 1, 0], [1.0, 2.0])], {}, r"at must be one number .* shape \(2,\)"),
        ([ImpulsiveBurn(np.zeros((4, 3)), 1.0)], {}, r"delta_v must be .* shape \(4,\)"),
        (["burn"], {}, "must hold ImpulsiveBurn, FiniteBurn or MassChange, got 'burn'"),
    ]
    for burns, settings, message in refused:
        with pytest.raises(InputError, match=message):
            fly(orbit, [600.0], *burns, **settings)
    with pytest.raises(InputError, match="goes forward from the epoch, got an instant -10 s"):
        fly(orbit, [-10.0, 100.0], ImpulsiveBurn([0, 1, 0], 5.0))
    engine = Thrust(1.0, specific_impulse=300.0, mass=100.0)
    with pytest.raises(InputError, match="put a FiniteBurn in its place"):
        fly(orbit, [100.0], ImpulsiveBurn([0, 1, 0], 5.0), forces=CENTRAL + engine)
    with pytest.raises(InputError, match="'j2' takes no burns"):
        propagate(orbit, [100.0], method="j2", burns=[ImpulsiveBurn([0, 1, 0], 5.0)])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ImpulsiveBurn([0, 1], 0.0), r"shape \(..., 3\), got \(2,\)"),
        (lambda: ImpulsiveBurn([0, np.nan, 0], 0.0), "delta_v must be finite"),
        (lambda: ImpulsiveBurn([0, 1, 0], None), "at must be .* got None"),
        (lambda: ImpulsiveBurn([0, 1, 0], np.nan), "at must be finite"),
        (lambda: ImpulsiveBurn([0, 1, 0], 1 * u.m), "at has the unit m"),
        (lambda: ImpulsiveBurn([0, 1, 0], 0.0, attitude="LVLH"), "attitude must be one of"),
        (lambda: ImpulsiveBurn([0, 1, 0], 0.0, specific_impulse=0.0), "one positive number"),
        (lambda: FiniteBurn(1.0, 0.0, specific_impulse=300.0), "one of duration and delta_v"),
        (lambda: FiniteBurn(1.0, 0.0, specific_impulse=300.0, duration=1.0, delta_v=1.0), "one of"),
        (lambda: FiniteBurn(1.0, 0.0, specific_impulse=300.0, duration=-1.0), "not be negative"),
        (lambda: FiniteBurn(0.0, 0.0, specific_impulse=300.0, duration=1.0), "force must be one"),
        (lambda: FiniteBurn(1.0, 0.0, specific_impulse=300.0, duration=1.0, direction=[0, 0, 0]),
         "direction must have a length"),
        (lambda: MassChange(np.inf, 0.0), "change must be finite"),
    ],
)  # fmt: skip
def test_what_is_no_burn(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_a_masked_instant():
    when = Time(EPOCH) + TimeDelta([1.0, 2.0], format="sec")
    when[0] = np.ma.masked
    with pytest.raises(InputError, match="at must not be masked"):
        ImpulsiveBurn([0, 1, 0], when)
