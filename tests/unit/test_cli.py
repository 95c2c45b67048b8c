"""The commands, as a newcomer would call and miscall them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orbitsim.cli import commands, main
from orbitsim.missions.fly import Flight

LINE1 = "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996"
LINE2 = "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592"


@pytest.fixture
def tle(tmp_path: Path) -> Path:
    path = tmp_path / "station.tle"
    path.write_text(f"# the station\n{LINE1}\n{LINE2}\n")
    return path


def test_fly_writes_report_and_pictures_of_the_flown_story(
    tmp_path: Path,
    ms04: Flight,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(commands, "fly", lambda record, story, progress: ms04)
    assert main(["fly", "progress-ms-04", "--out", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    for heading in ("Timeline", "Predicted liftoff", "Loss", "Drop zones", "hangs on", "Findings"):
        assert heading in printed
    assert "Burn plan" not in printed
    report = json.loads((tmp_path / "flight.json").read_text())
    assert report["mission"]["story"] == "flown"
    assert {"mission", "timeline", "orbits", "burns", "findings"} <= set(report)
    wanted = {"key", "documented", "unit", "derived", "tolerance", "verdict", "basis", "source"}
    assert all(wanted <= set(finding) for finding in report["findings"])
    events = report["events"]
    names = {event["name"] for event in events}
    assert {"telemetry_lost", "recontact", "breakup", "impact"} <= names
    keys = {"utc", "t_plus_s", "sigma_t_s", "latitude_deg", "longitude_deg", "altitude_km"}
    assert all(keys | {"sigma_along_km", "sigma_across_km"} <= set(event) for event in events)
    assert report["loss"]["footprint"]["region"] in ("Tuva", "Khakassia")
    assert len(report["loss"]["sensitivities"]) >= 10
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {
        "flight.json",
        "ascent.png",
        "impact_points.png",
        "separation.png",
        "separation_map.png",
        "footprint.png",
        "hazard.png",
    }


def test_fly_planned(
    tmp_path: Path,
    ms04_planned: Flight,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []

    def fly(record: object, story: str, progress: object) -> Flight:
        asked.append(story)
        return ms04_planned

    monkeypatch.setattr(commands, "fly", fly)
    assert main(["fly", "progress-ms-04", "--planned", "--out", str(tmp_path)]) == 0

    assert asked == ["planned"]
    printed = capsys.readouterr().out
    for heading in ("as planned", "Orbits", "Period", "Burn plan", "Findings", "Ascent"):
        assert heading in printed
    report = json.loads((tmp_path / "flight.json").read_text())
    assert report["loss"] is None
    assert [event["name"] for event in report["events"]] == ["insertion"]
    liftoff = report["liftoff"]
    assert abs(liftoff["calibrated"]["less_documented_s"]) < 30.0
    assert {row["what"] for row in report["dispersions"]["drop_zones"]} >= {"strap-ons", "core"}
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {
        "flight.json",
        "ascent.png",
        "impact_points.png",
        "ground_track.png",
        "rendezvous.png",
    }


def test_interrupted_flight_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "fly", interrupted)
    assert main(["fly", "progress-ms-04", "--out", str(tmp_path)]) == 130
    assert list(tmp_path.iterdir()) == []
    assert "interrupted" in capsys.readouterr().err


def test_missions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["missions"]) == 0
    printed = capsys.readouterr().out
    assert "progress-ms-04" in printed
    assert "progress-m1-4" in printed


def test_window_of_a_mission_and_of_a_file(tle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["window", "progress-ms-04"]) == 0
    of_mission = capsys.readouterr().out
    assert main(["window", str(tle), "--site", "45.9203", "63.3422", "--day", "2016-12-01"]) == 0
    assert "2016-12-01 14:52:37" in of_mission
    assert "2016-12-01 14:52:37" in capsys.readouterr().out


def test_window_that_never_opens(tle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["window", str(tle), "--site", "62.9", "40.6", "--day", "2016-12-01"]) == 0
    assert "Never" in capsys.readouterr().out


def test_track(tle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "track.png"
    assert main(["track", str(tle), "--hours", "1.5", "--out", str(picture)]) == 0
    assert picture.stat().st_size > 10_000
    assert "Ground track" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["fly", "progress-ms-4"], "progress-ms-04"),
        (["audit", "voyager"], "no mission"),
        (["fly", "absent.toml"], "No such file"),
        (["track", "absent.tle"], "No such file"),
        (["track", "{tle}", "--hours", "nan"], "--hours"),
        (["track", "{tle}", "--start", "yesterday"], "--start"),
        (["track", "{tle}", "--start", "1900-01-01"], "1900"),
        (["track", "{half}"], "second line"),
        (["window", "{tle}"], "--site"),
        (["window", "{tle}", "--site", "95", "0", "--day", "2016-12-01"], "latitude"),
        (["window", "{tle}", "--site", "45", "63", "--day", "1900-01-01"], "1900"),
        (["fly", "progress-ms-04", "--out", "{tle}/sub"], "folder"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*dubious year")
def test_errors_are_one_line_and_no_traceback(
    arguments: list[str], said: str, tle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half = tmp_path / "half.tle"
    half.write_text(LINE1 + "\n")
    status = main([a.format(tle=tle, half=half) for a in arguments])
    error = capsys.readouterr().err.strip()

    assert status == 1
    assert said in error
    assert error.startswith("orbitsim: ")
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["--help"], ["fly", "--help"], ["sing"]])
def test_help_and_wrong_calls(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    captured = capsys.readouterr()
    assert "orbitsim" in captured.out + captured.err
