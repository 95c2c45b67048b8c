"""The predicted liftoff: what goes in, what is learnt, what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orbitsim.errors import InputError
from orbitsim.missions.fly import Flight
from orbitsim.missions.launch import predict_launch, station_elements
from orbitsim.missions.record import load_mission, load_reference_flight, mission_names
from orbitsim.phases.phasing import TWO_DAY


def test_reference_flight_is_no_mission() -> None:
    flown = load_reference_flight("soyuz-tm-31")
    assert flown.id not in mission_names()
    assert flown.time("liftoff").isot == "2000-10-31T07:52:47.000"
    assert flown.station is not None
    assert flown.station.elements.line1[18:32] == "00306.11876196"
    with pytest.raises(InputError, match="soyuz-tm-31"):
        load_reference_flight("soyuz-tm-13")


def test_the_documented_second_does_not_go_into_its_prediction(ms04: Flight) -> None:
    """Liftoff documented hours off on the same day: the same prediction."""
    record = ms04.record
    figures = tuple(
        replace(f, value="2016-12-01T03:00:00") if str(f.value) == "2016-12-01T14:51:52" else f
        for f in record.figures
    )
    moved = predict_launch(
        replace(record, figures=figures), ms04.site, station_elements(record), TWO_DAY
    )
    assert moved is not None and moved.calibrated is not None
    assert ms04.prediction is not None and ms04.prediction.calibrated is not None
    apart = (moved.calibrated.time - ms04.prediction.calibrated.time).to_value("s")
    assert abs(apart) < 1e-3


def test_without_a_reference_there_is_no_calibrated_one(ms04: Flight) -> None:
    roles = tuple(pair for pair in ms04.record.flight.pairs if pair[0] != "calibration")
    record = replace(ms04.record, flight=type(ms04.record.flight)(roles))
    found = predict_launch(record, ms04.site, ms04.station, TWO_DAY)
    assert found is not None
    assert (found.calibrated, found.reference, found.causes) == (None, "", ())
    assert predict_launch(record, None, ms04.station, TWO_DAY) is None


def test_doubt_is_the_root_sum_of_its_causes(ms04: Flight) -> None:
    found = ms04.prediction
    assert found is not None
    seconds = [cause.seconds for cause in found.causes]
    assert found.doubt == pytest.approx(sum(s * s for s in seconds) ** 0.5)
    assert all(s > 0.0 for s in seconds)


def test_calibration_names_a_flight_in_both_records() -> None:
    for name in mission_names():
        assert load_mission(name).text("calibration") == "soyuz-tm-31"
