"""Progress M1-4 whole: from the insertion to the last debris, each phase from the one before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from orbitsim.earth import MU
from orbitsim.errors import DockingStateError, RecordError
from orbitsim.missions.audit import audit
from orbitsim.missions.fly import Flight
from orbitsim.missions.report import flight_report
from orbitsim.missions.verdict import Derived, judge
from orbitsim.missions.voyage import Voyage, fly_voyage
from orbitsim.missions.voyage_decay import SHARES
from orbitsim.missions.voyage_findings import in_ocean
from orbitsim.phases.docking import Antenna, DockingOutcome, load_docking_plan
from orbitsim.phases.docking_states import DockingMachine, DockingState


@pytest.fixture(scope="module")
def voyage(m1_4: Flight) -> Voyage:
    assert m1_4.voyage is not None
    return m1_4.voyage


def seconds(later: object, earlier: object) -> float:
    return float((later - earlier).to_value("s"))  # type: ignore[operator]


def test_the_story_in_order(voyage: Voyage) -> None:
    names = [
        "burn: phasing 1", "burn: braking", "hold point", "far approach", "abort",
        "first TORU approach", "backing off", "second TORU approach", "docking", "undocking",
        "burn: to the parking orbit 1", "end of leg: parked", "burn: catching up 1",
        "second docking", "second undocking", "deorbit burn", "entry interface at 120 km",
        "break-up", "first debris", "last debris",
    ]  # fmt: skip
    times = [seconds(voyage.event(name).time, voyage.events[0].time) for name in names]
    # An approach is trimmed to end on the documented second, and so begins up to a second from
    # where the rendezvous ends.
    assert min(np.diff(times)) > -1.0


def test_documented_times_are_met(m1_4: Flight, voyage: Voyage) -> None:
    """They are given to the flight; that each phase can meet its own is what is tested."""
    record = m1_4.record
    for role, name in (
        ("docking", "docking"),
        ("undocking", "undocking"),
        ("redocking", "second docking"),
        ("final_undocking", "second undocking"),
    ):
        assert abs(seconds(voyage.event(name).time, record.time(role))) < 1.0, role
    # The approaches begin where rendezvous and free flight end.
    arrival = voyage.rendezvous.arrival_time
    contact = seconds(record.time("docking"), arrival)
    assert voyage.docking.duration == pytest.approx(contact, abs=1.0)
    there = voyage.drift[-1].orbit.epoch
    contact = seconds(record.time("redocking"), there)
    assert voyage.redocking.duration == pytest.approx(contact, abs=1.0)
    # 12:59 is a minute.
    assert 0.0 <= seconds(voyage.descent.entry.plan.ignition, record.time("deorbit")) < 60.0


def test_rendezvous_ends_at_the_hold_point_on_orbit_34(voyage: Voyage) -> None:
    flown = voyage.rendezvous
    assert np.linalg.norm(flown.position_error) < 10.0
    assert np.linalg.norm(flown.velocity_error) < 0.01
    assert flown.docking_orbit == 34
    start = voyage.docking.r[0]
    # The plan's own dispersion, 20 m on each axis, comes on top.
    assert np.linalg.norm(start - flown.relative_r[-1]) < 100.0


def test_each_phase_starts_with_what_the_one_before_left(m1_4: Flight, voyage: Voyage) -> None:
    masses = [one.mass for one in voyage.balance]
    assert masses == sorted(masses, reverse=True)
    by = {one.after: one for one in voyage.balance}
    assert voyage.docking.mass[0] == pytest.approx(by["rendezvous"].mass)
    assert voyage.redocking.mass[0] == pytest.approx(by["final rendezvous"].mass)
    assert voyage.descent.entry.plan.mass_before == pytest.approx(by["second undocking"].mass)
    assert voyage.balance[-1].propellant > 0.0
    unloaded = m1_4.record.voyage.number("unloaded_mass")  # type: ignore[union-attr]
    lost = m1_4.record.quantity("payload_mass") - masses[-1] - unloaded
    assert lost == pytest.approx(880.0 - voyage.balance[-1].propellant)


def test_legs_of_the_free_flight_join(voyage: Voyage) -> None:
    before = voyage.first_undocking.orbit
    for leg in voyage.drift:
        assert abs(seconds(leg.ship.epoch, before.epoch)) < 1e-3
        assert np.linalg.norm(leg.ship.r[0] - before.r) < 1e-3
        before = leg.orbit
    assert seconds(before.epoch, voyage.first_undocking.release) > 24.7 * 86400.0


def test_free_flight_parks_drifts_and_comes_back(m1_4: Flight, voyage: Voyage) -> None:
    legs = {leg.name: leg for leg in voyage.drift}
    declared = m1_4.record.voyage
    assert declared is not None
    radius = 6.75e6
    parked = legs["to the parking orbit"].path.phase[-1] * radius
    assert parked == pytest.approx(declared.number("parking_distance"), rel=0.01)
    trailing = legs["to the trailing point"].path.phase[-1] * radius
    assert trailing == pytest.approx(declared.number("trailing_distance"), rel=0.01)
    end = legs["final rendezvous"]
    assert end.plan is not None
    assert np.linalg.norm(end.plan.miss_r) < 1.0
    assert np.linalg.norm(end.plan.miss_v) < 1e-3
    # Passive, both sink; the station sinks some kilometres in 17 days.
    sunk = legs["parked"].path.ship_height
    assert 1e3 < sunk[0] - sunk[-1] < 10e3


def test_kurs_fails_toru_docks_at_the_second_try(voyage: Voyage) -> None:
    states = [event.state for event in voyage.docking.events]
    assert states.count(DockingState.TORU_APPROACH) == 2
    assert states.index(DockingState.FINAL_APPROACH) < states.index(DockingState.TORU_APPROACH)
    first = next(e for e in voyage.docking.events if e.state is DockingState.TORU_RETREAT)
    assert 2.0 < first.gap < 10.0
    assert voyage.docking.outcome is DockingOutcome.CAPTURED
    assert voyage.docking.machine.antenna is Antenna.RETRACTED


def test_second_docking_cannot_be_flown_by_kurs(voyage: Voyage) -> None:
    assert "antenna is retracted" in voyage.refusal
    assert voyage.redocking.outcome is DockingOutcome.CAPTURED
    assert not voyage.redocking.machine.kurs_faulty
    machine = DockingMachine(antenna=Antenna.RETRACTED)
    with pytest.raises(DockingStateError, match="antenna is retracted"):
        load_docking_plan("kurs").check(machine)
    # Had the antenna stayed out, Kurs could have.
    load_docking_plan("kurs").check(DockingMachine())


def test_second_docking_happens_where_nasa_saw_it(voyage: Voyage) -> None:
    """ISS Status Report 00-63: over northwest Mongolia, just south of the Russian border.  The
    place follows from the station's elements alone."""
    latitude, longitude, _ = np.degrees(voyage.event("second docking").place)
    assert 46.0 < latitude < 50.5
    assert 88.0 < longitude < 105.0


def test_station_predicted_from_its_own_sets(m1_4: Flight, voyage: Voyage) -> None:
    """A week ahead within a hundred kilometres along the track; a shuttle's visit in between, from
    the 2nd to the 9th of December, costs thousands."""
    assert len(voyage.handovers) == 4
    week = min(voyage.handovers, key=lambda one: one.days)
    assert week.days == pytest.approx(7.0, abs=0.1)
    assert abs(week.along) < 150e3
    assert abs(week.across) < 2e3
    visited = voyage.handovers[1]
    assert abs(visited.along) > 10.0 * abs(week.along)


def test_station_under_full_forces_stays_near_its_set_until_the_first_docking(
    m1_4: Flight, voyage: Voyage
) -> None:
    """Numerical flight of 2.2 days from the fitted state, against SGP4 of the same set: 5 km apart,
    of some kilometres a day by which such sets err themselves."""
    assert m1_4.station is not None
    time = voyage.rendezvous.arrival_time
    there = m1_4.station.propagate(time).at(time).to_frame("GCRS")
    assert np.linalg.norm(there.r - voyage.rendezvous.station_at_arrival.r) < 10e3


def test_debris_falls_into_the_pacific_within_the_hour(m1_4: Flight, voyage: Voyage) -> None:
    descent = voyage.descent
    assert in_ocean("Pacific Ocean", descent.latitude, descent.longitude).mean() > 0.95
    entry = descent.entry
    minutes = seconds(entry.first_impact, entry.plan.ignition) / 60.0
    assert 30.0 < minutes < 50.0
    # A shallow entry goes farther and lands later: fewer metres per second, later debris.
    half = [row[2] for row in descent.by_delta_v]
    assert half == sorted(half, reverse=True)


def test_places_inside_and_outside_the_pacific() -> None:
    latitude = np.radians([-45.0, 0.0, -35.0, 40.0, 55.0, -20.0])
    longitude = np.radians([-140.0, 180.0, -65.0, -100.0, 90.0, 135.0])
    found = in_ocean("Pacific Ocean", latitude, longitude)
    np.testing.assert_array_equal(found, [True, True, False, False, False, False])


def test_findings_on_the_voyage(m1_4: Flight) -> None:
    by = {f.figure.key: f for f in audit(m1_4.record, m1_4).findings}

    assert by["docking.count"].verdict == "supported"
    assert by["redocking.mode"].verdict == "supported"
    assert by["redocking.kurs_fault"].verdict == "supported"
    assert by["decay.region"].verdict == "supported"
    assert by["docked.first.duration"].verdict == "supported"
    assert by["docked.second.duration"].verdict == "supported"
    assert by["free_flight.duration"].verdict == "supported"
    assert by["orbit.inclination"].verdict == "supported"
    assert by["orbit.period"].verdict == "contradicted"
    # Inputs of the flight are no findings of it.
    for key in ("redocking.time", "undocking.time", "final_undocking.time", "docking.mode"):
        assert by[key].verdict == "undecided", key


def test_debris_time_is_not_an_input_of_its_own_check(m1_4: Flight) -> None:
    figures = tuple(
        replace(figure, value="2001-02-08T14:50") if figure.key == "debris.time" else figure
        for figure in m1_4.record.figures
    )
    changed = replace(m1_4.record, figures=figures)
    before = audit(m1_4.record, m1_4).of("debris.time")[0]
    after = audit(changed, replace(m1_4, record=changed)).of("debris.time")[0]
    assert str(after.derived)[:19] == str(before.derived)[:19]
    assert after.verdict == "contradicted"


def test_around_a_time_is_a_step_to_either_side(m1_4: Flight) -> None:
    figure = m1_4.record.figure("debris.time")
    assert figure.qualifier == "around"
    for lead, verdict in ((-599.0, "supported"), (599.0, "supported"), (-601.0, "contradicted")):
        assert judge(figure, Derived(lead, 0.0, "")).verdict == verdict


def test_report_holds_events_with_times_and_places(m1_4: Flight, voyage: Voyage) -> None:
    report = flight_report(m1_4, audit(m1_4.record, m1_4))["voyage"]
    assert len(report["events"]) == len(voyage.events)
    keys = {"utc", "name", "latitude_deg", "longitude_deg", "altitude_km"}
    assert all(keys == set(event) for event in report["events"])
    assert len(report["free_flight"]) == 6


def test_what_a_voyage_lacks_is_said(m1_4: Flight) -> None:
    assert m1_4.insertion is not None
    roles = replace(
        m1_4.record.flight,
        pairs=tuple(pair for pair in m1_4.record.flight.pairs if pair[0] != "deorbit"),
    )
    with pytest.raises(RecordError, match="needs the roles deorbit"):
        fly_voyage(replace(m1_4.record, flight=roles), m1_4.insertion)
    assert fly_voyage(replace(m1_4.record, voyage=None), m1_4.insertion) is None


def test_bad_voyage_is_refused(tmp_path: Path) -> None:
    from importlib import resources

    from orbitsim.missions.record import load_mission

    text = resources.files("orbitsim.missions").joinpath("data", "progress-m1-4.toml").read_text()
    for old, new, match in (
        ('port = "voyage.port"\n', "", "'port' is missing"),
        ('mean_area = "voyage.mean_area"', 'mean_area = "voyage.port"', "a figure of area"),
        ("value = [100, 120]", "value = [120, 100]", "a range of two"),
    ):
        assert text.count(old) == 1
        file = tmp_path / "voyage.toml"
        file.write_text(text.replace(old, new))
        with pytest.raises(RecordError, match=match):
            load_mission(file)


def test_what_the_free_flight_hangs_on(voyage: Voyage) -> None:
    study = voyage.study
    # More drag for its mass takes it down faster than in proportion, since the air thickens.
    shares = np.array(SHARES)
    assert (np.diff(study.loss / shares) > 0.0).all()
    assert study.loss_in["quiet"] < study.loss[1] < study.loss_in["active"]
    # Speed that a circle gains in sinking: half its mean motion times the height (vis-viva).
    leg = voyage.drift[0].path
    motion = np.sqrt(MU / (6_378_137.0 + float(leg.ship_height[0])) ** 3)
    assert study.to_hold.delta_v == pytest.approx(0.5 * motion * study.loss[1], rel=0.05)
    early, late = study.lifetime.quantile([0.05, 0.95])
    assert study.days < early < late
