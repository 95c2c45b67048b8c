"""The loss of Progress MS-04, from the failure to the ground, and what it says of the documents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from orbitsim.missions.audit import audit
from orbitsim.missions.fly import Flight
from orbitsim.missions.loss import Loss, LossScale, fly_loss, loss_time
from orbitsim.missions.record import load_mission
from orbitsim.missions.regions import find_region, load_regions, locate


@pytest.fixture(scope="module")
def loss(ms04: Flight) -> Loss:
    assert ms04.loss is not None
    return ms04.loss


def test_the_story_in_order(loss: Loss) -> None:
    times = [event.spot.time for event in loss.events]
    first = {event.name: event.spot for event in reversed(loss.events)}

    assert times == sorted(times)
    assert {"separation", "recontact", "telemetry_lost", "breakup", "impact"} <= set(first)
    assert 382.3 <= first["separation"].time <= first["telemetry_lost"].time < 390.0
    # Half an orbit's time would be 45 minutes; a fall from 195 km and 5 km/s takes four.
    assert 550.0 < first["breakup"].time < 700.0
    assert first["breakup"].altitude == pytest.approx(78e3, abs=100.0)
    assert first["impact"].altitude == 0.0


def test_each_event_has_its_sigma(loss: Loss) -> None:
    for event in loss.events:
        assert event.spot.time_sigma > 0.0, event.name
        assert event.spot.along > event.spot.across > 0.0, event.name


def test_nothing_is_flown_after_the_failure(ms04: Flight, loss: Loss) -> None:
    assert ms04.rendezvous is None
    assert loss.ascent.events[-1].name == "failure"
    assert loss.ascent.t[-1] == 382.3
    simulated = [m.event for m in ms04.timeline if m.origin == "simulated"]
    assert not any(name.startswith(("third cut-off", "burn")) for name in simulated)


def test_state_at_the_failure_is_that_of_the_ascent(ms04: Flight, loss: Loss) -> None:
    assert ms04.ascent is not None
    r, v = ms04.ascent.state_at(382.3)
    np.testing.assert_array_equal(loss.state.r, r.reshape(3))
    np.testing.assert_array_equal(loss.state.v, v.reshape(3))


def test_debris_comes_down_in_tuva(loss: Loss) -> None:
    assert loss.footprint is not None
    assert loss.heavy is not None
    assert locate(loss.heavy.latitude, loss.heavy.longitude).name == "Tuva"
    # Without air everything would go on; heavy pieces nearly do.
    east = [loss.footprint.longitude, loss.heavy.longitude, loss.vacuum.longitude]
    assert east == sorted(east)
    assert loss.footprint.along > 3.0 * loss.footprint.across


def test_sensitivities_have_the_sign_of_physics(loss: Loss) -> None:
    rows = {(row.name, row.change): row for row in loss.sensitivities}
    earlier, later = rows["time of the failure", "-1 s"], rows["time of the failure", "+1 s"]
    # A second of thrust is 12.7 m/s, and the impact point of a fall of 2000 km moves by some 0.6 km
    # for each m/s.
    assert later.along == pytest.approx(8e3, abs=2e3)
    assert earlier.along == pytest.approx(-later.along, rel=0.1)
    assert rows["ballistic coefficient", "x 2"].along > 0.0
    assert rows["ballistic coefficient", "x 0.5"].along < 0.0
    assert rows["residual thrust", "0 %"].along < 0.0
    assert rows["none", "as flown"].along == 0.0


def test_whole_bodies_fall_between_their_pieces_and_vacuum(loss: Loss) -> None:
    """A body that holds together is as heavy for its size as its heaviest pieces."""
    for one in loss.debris:
        light = one.spot()
        assert light.longitude < one.whole.longitude < loss.vacuum.longitude + 0.01
        assert one.mass.sum() / one.clouds == pytest.approx(
            {"payload": 7285.0, "stage": 2410.0}[one.name], rel=1e-6
        )


def test_contacts_hang_on_the_thrust(loss: Loss) -> None:
    assert loss.failure is not None
    outcome = loss.failure.outcome
    assert outcome is not None
    good = outcome.parted
    assert 0.2 < good.mean() < 0.8
    # Where the stage thrusts on and the joint opens, it comes back within seconds.
    assert np.mean(outcome.count[good] >= 1) > 0.8
    assert loss.outcomes is not None
    silent, thrusting = loss.outcomes.blows[0], loss.outcomes.blows[-1]
    assert np.all(silent == 0.0)
    assert thrusting.max() > 0.0


def test_findings_on_the_loss(ms04: Flight) -> None:
    found = audit(ms04.record, ms04)
    by = {(f.figure.key, str(f.figure)): f for f in found.findings}

    downrange = by["impact.downrange", "approximately 3500 km"]
    assert downrange.verdict == "contradicted"
    assert isinstance(downrange.derived, float)
    assert 1900.0 < downrange.derived < 2200.0
    # The two passages differ by a second: a contact cannot cut telemetry before the separation.
    assert by["failure.separation", "383 s"].verdict == "contradicted"
    assert by["failure.telemetry_lost", "6 min"].verdict == "supported"
    assert by["failure.collisions", "at least 2"].verdict == "undecided"
    assert str(by["breakup.region", "Tuva"].derived).endswith(("Tuva", "Altai Republic"))
    assert by["breakup.region", "southern Russia"].verdict == "undecided"


def test_no_figure_is_an_input_of_its_own_check(ms04: Flight) -> None:
    """Changed in the record, a documented figure leaves its own derivation as it was."""
    for key in ("impact.downrange", "failure.collisions", "failure.separation_early_by"):
        figures = tuple(
            replace(figure, value=9 * figure.si / 8 if figure.unit != "count" else 3)
            if figure.key == key
            else figure
            for figure in ms04.record.figures
        )
        changed = replace(ms04.record, figures=figures)
        before = audit(ms04.record, ms04).of(key)[0].derived
        after = audit(changed, replace(ms04, record=changed)).of(key)[0].derived
        assert after == before, key


def test_a_loss_is_the_same_every_time_and_another_with_another_seed(ms04: Flight) -> None:
    assert ms04.ascent is not None
    assert ms04.site is not None
    small = LossScale(cases=12, varied=4, clouds=3, varied_clouds=0, map_cells=0)

    def centre(scale: LossScale) -> tuple[float, float]:
        assert ms04.ascent is not None and ms04.site is not None
        flown = fly_loss(ms04.record, ms04.ascent, ms04.scatter, ms04.site, scale=scale)
        assert flown is not None and flown.footprint is not None
        return flown.footprint.latitude, flown.footprint.longitude

    assert centre(small) == centre(small)
    assert centre(small) != centre(replace(small, seed=1))


def test_a_record_with_the_loss_alone_falls_in_vacuum(ms04: Flight) -> None:
    bare = replace(ms04.record, failure=None)
    assert loss_time(bare) == 382.3
    assert ms04.ascent is not None
    assert ms04.site is not None
    flown = fly_loss(bare, ms04.ascent, None, ms04.site)
    assert flown is not None
    assert flown.footprint is None
    assert flown.events == ()
    assert flown.vacuum.distance(ms04.site) == pytest.approx(2185e3, abs=5e3)


def test_no_loss_in_a_record_without_one(m1_4: Flight) -> None:
    assert m1_4.loss is None
    assert loss_time(load_mission("progress-m1-4")) is None


def test_regions_hold_places_that_are_known_to_lie_in_them() -> None:
    """Towns and their regions, from any gazetteer; none is a corner of an outline."""
    for name, latitude, longitude in (
        ("Tuva", 51.72, 94.45),  # Kyzyl
        ("Tuva", 51.18, 90.60),  # Ak-Dovurak
        ("Khakassia", 53.72, 91.43),  # Abakan
        ("Altai Republic", 51.96, 85.96),  # Gorno-Altaysk
        ("Western Mongolia", 49.98, 92.07),  # Ulaangom
        ("East Kazakhstan", 49.95, 82.61),  # Ust-Kamenogorsk
    ):
        place = locate(np.radians(latitude), np.radians(longitude))
        assert (place.name, place.distance) == (name, 0.0)
    assert find_region("southern Russia") is None
    away = locate(np.radians(56.0), np.radians(92.9))  # Krasnoyarsk
    assert away.distance > 30e3


def test_outlines_name_their_source_and_accuracy() -> None:
    for mapped in load_regions():
        assert mapped.region.source
        assert mapped.accuracy >= 10e3
