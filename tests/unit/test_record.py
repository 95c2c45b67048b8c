"""Mission records: loading, variants, roles, and refusal of files that say something wrong."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from astropy.time import Time

from orbitsim.errors import InputError, RecordError
from orbitsim.missions.record import (
    Figure,
    MissionRecord,
    agree,
    load_mission,
    mission_names,
)
from orbitsim.missions.schema import Value

Writer = Callable[..., Path]

LINE1 = "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996"
LINE2 = "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592"

MISSION = '[mission]\nid = "mine"\nname = "Mine"\n'
LIFTOFF = """
[[figure]]
key = "launch.liftoff"
value = "2020-02-29T12:00:00"
unit = "UTC"
precision = 1
document = "letter"
locator = "line 1"
"""
MASS = """
[[figure]]
key = "spacecraft.launch_mass"
value = 7.2
unit = "t"
precision = 0.1
qualifier = "about"
document = "letter"
locator = "line 2"
"""
OTHER_MASS = MASS.replace("7.2", "7285").replace('"t"', '"kg"').replace("line 2", "line 3")
FLIGHT = '[flight]\nliftoff = "launch.liftoff"\n'
ASSUMED = """
[[assumption]]
key = "launch.site_latitude"
value = 45.0
unit = "deg"
source = "atlas"
reason = "not in the letter"
"""
STATION = f'[station]\nname = "ISS"\nsource = "catalogue"\nline1 = "{LINE1}"\nline2 = "{LINE2}"\n'
EVENT = '[[event]]\nkey = "launch.liftoff"\nlabel = "liftoff"\nkind = "flown"\n'


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """Return a function that writes a mission file and gives its path."""

    def write_toml(*parts: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text("\n".join(parts), encoding="utf-8")
        return path

    return write_toml


def figure(value: Value, unit: str, precision: float | None, qualifier: str = "") -> Figure:
    return Figure("some.key", value, unit, precision, qualifier, "letter", "line 1")


# ---- the missions of the package


def test_names_are_sorted_and_load() -> None:
    assert mission_names() == ("progress-m1-4", "progress-ms-04")
    assert [load_mission(name).id for name in mission_names()] == list(mission_names())


@pytest.mark.parametrize("name", ["progress-ms-04", "Progress MS-04", " PROGRESS-MS-04 "])
def test_name_is_found_whatever_its_case_and_spaces(name: str) -> None:
    assert load_mission(name).name == "Progress MS-04"


@pytest.mark.parametrize("name", mission_names())
def test_both_missions_give_the_flight_what_it_needs(name: str) -> None:
    record = load_mission(name)
    assert 190e3 < record.quantity("perigee_altitude") < record.quantity("apogee_altitude") < 250e3
    assert record.quantity("inclination") == pytest.approx(0.9007, abs=2e-3)
    assert 7000.0 < record.quantity("payload_mass") < 7500.0
    assert record.text("altitude_datum") == "ellipsoid"
    assert record.text("launcher") == "Soyuz-U"
    assert record.counts("docking_orbit") == (34,)
    assert record.counts("burn_orbits")[:3] == (3, 4, 17)
    # The two-day profile: two days and some two hours.
    assert 49.0 < (record.time("docking") - record.time("liftoff")).to_value("h") < 51.0


def test_station_elements_are_the_last_before_launch_and_before_each_later_phase() -> None:
    ms_04, m1_4 = load_mission("progress-ms-04").station, load_mission("progress-m1-4").station
    assert ms_04 is not None
    assert m1_4 is not None
    assert ms_04.elements.line1[18:32] == "16333.80487076"
    assert ms_04.later == ()
    assert m1_4.elements.line1[18:32] == "00320.96134259"
    epochs = [elements.line1[18:32] for elements in m1_4.later]
    assert epochs == ["00336.66672366", "00354.19453704", "00361.15030337", "01039.35970525"]
    assert [elements.purpose for elements in m1_4.later] == [
        "undocking",
        "return from free flight",
        "redocking",
        "final undocking",
    ]


def test_element_sets_are_those_of_the_reference_data(reference: Path) -> None:
    lines = {
        line for path in (reference / "tle").glob("iss_*") for line in path.read_text().splitlines()
    }
    for name in mission_names():
        station = load_mission(name).station
        assert station is not None
        for elements in (station.elements, *station.later):
            assert {elements.line1, elements.line2} <= lines


def test_events_in_both_missions_are_in_order_of_time() -> None:
    for name in mission_names():
        record = load_mission(name)
        flown = [record.at(event.figure) for event in record.events if event.kind == "flown"]
        assert flown == sorted(flown)
        assert flown[0] == record.time("liftoff")


def test_time_after_liftoff_becomes_an_epoch() -> None:
    record = load_mission("progress-ms-04")
    loss = Time("2016-12-01T14:58:14.300", scale="utc")
    assert abs((record.time("loss") - loss).to_value("s")) < 1e-6


def test_documented_durations_of_m1_4_fit_its_documented_times() -> None:
    record = load_mission("progress-m1-4")
    for key, start, end in [
        ("docked.first.duration", "docking", "undocking"),
        ("free_flight.duration", "undocking", "redocking"),
        ("docked.second.duration", "redocking", "final_undocking"),
    ]:
        stated = record.figure(key)
        between = (record.time(end) - record.time(start)).to_value("s")
        assert abs(between - stated.si) <= 0.5 * stated.precision_si, key


def test_cargo_of_the_infobox_adds_up() -> None:
    record = load_mission("progress-ms-04")
    parts = ["pressurised_mass", "propellant_mass", "gas_mass", "water_mass"]
    assert sum(record.variants(f"cargo.{part}")[0].si for part in parts) == 2442.0


# ---- variants


def test_disagreeing_variants_all_stand_and_none_is_chosen() -> None:
    record = load_mission("progress-ms-04")
    assert [f.value for f in record.variants("cargo.propellant_mass")] == [710, 705]
    with pytest.raises(RecordError, match=r"710 kg @ infobox.*705 kg @ section Cargo"):
        record.figure("cargo.propellant_mass")
    with pytest.raises(RecordError, match="disagree"):
        record.find("failure.separation")
    named = record.find("failure.separation @ section Investigation, paragraph 2")
    assert named.si == 383.0
    named = record.find("identity.wikidata @ 001_6c01e00be424804d.txt: lead, line 2")
    assert named.value == "Q26691771"


def test_agreeing_variants_give_the_finest_print() -> None:
    record = load_mission("progress-ms-04")
    assert {f.precision for f in record.variants("launch.liftoff")} == {1, 86400, 366 * 86400}
    assert record.figure("launch.liftoff").value == "2016-12-01T14:51:52"


def test_absent_figure_and_reference_are_refused() -> None:
    record = load_mission("progress-ms-04")
    with pytest.raises(RecordError, match=r"orbit\.perigee_altitude"):
        record.figure("orbit.perigee_altitud")
    with pytest.raises(RecordError, match="names 0 figures"):
        record.find("cargo.mass @ nowhere")
    assert record.variants("no.such") == ()


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (figure(382.3, "s", 0.1), figure(6, "min", 1), True),
        (figure(382.3, "s", 0.1), figure(383, "s", 1), False),
        (figure(382.6, "s", 0.1), figure(383, "s", 1), True),
        (figure(2450, "kg", 10), figure(2442, "kg", 1), False),
        (figure(2.45, "t", 0.01), figure(2446, "kg", 1), True),
        (figure(34, "count", 0), figure(34, "count", 0), True),
        (figure(34, "count", 0), figure(33, "count", 0), False),
        (figure(6, "kg", 1), figure(6, "s", 1), False),
        (figure("2016-12-01T23:59:59", "UTC", 1), figure("2016-12-01", "UTC", 86400), True),
        (figure("2016-12-02T00:00:00", "UTC", 1), figure("2016-12-01", "UTC", 86400), False),
        (figure("2016-12-31", "UTC", 86400), figure("2016", "UTC", 366 * 86400), True),
        (figure("2016-12-01T14:51:52", "UTC", 1), figure("2016-12-01T14:51:53", "UTC", 1), False),
        (figure("Tuva", "text", None), figure("Tuva", "text", None), True),
        (figure("Tuva", "text", None), figure("southern Russia", "text", None), False),
        (figure("6", "text", None), figure(6, "count", 0), False),
        (figure((3, 4), "count", 0), figure((3, 4), "count", 0), True),
        (figure((3, 4), "count", 0), figure(3, "count", 0), False),
    ],
)
def test_agreement_is_that_of_the_coarser_print(a: Figure, b: Figure, same: bool) -> None:
    assert agree(a, b) is same
    assert agree(b, a) is same


# ---- figures


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (figure(193.0, "km", 0.1), "193.0 km"),
        (figure(2450, "kg", 10, qualifier="about"), "about 2450 kg"),
        (figure(34, "count", 0), "34"),
        (figure(51.66, "deg", 0.01), "51.66 deg"),
        (figure((3, 4), "count", 0), "3, 4"),
        (figure("Tuva", "text", None), "Tuva"),
        (figure("2016-12-01", "UTC", 86400), "2016-12-01 UTC"),
    ],
)
def test_figure_prints_as_documented(entry: Figure, text: str) -> None:
    assert str(entry) == text


@pytest.mark.parametrize(
    ("value", "unit", "si"),
    [
        (88.59, "min", 5315.4),
        (180.0, "deg", 3.141592653589793),
        (2.95, "kN", 2950.0),
        (7.5, "km/s", 7500.0),
        (14, "d", 1209600.0),
        (34, "count", 34.0),
    ],
)
def test_si(value: float, unit: str, si: float) -> None:
    assert figure(value, unit, 1).si == pytest.approx(si, rel=1e-15)
    assert figure(value, unit, 1).precision_si == pytest.approx(si / value, rel=1e-15)


@pytest.mark.parametrize("text", ["2016", "2016-01", "2016-01-01", "2016-01-01T00:00"])
def test_time_cut_short_is_its_start(text: str) -> None:
    assert figure(text, "UTC", 4e7).time == Time("2016-01-01T00:00:00", scale="utc")


def test_leap_second_is_a_time(write: Writer) -> None:
    path = write(MISSION, LIFTOFF.replace("2020-02-29T12:00:00", "2016-12-31T23:59:60"), FLIGHT)
    after = Time("2017-01-01T00:00:00", scale="utc")
    assert (after - load_mission(path).time("liftoff")).to_value("s") == pytest.approx(1.0)


def test_wrong_kind_asked_for() -> None:
    record = load_mission("progress-ms-04")
    with pytest.raises(RecordError, match="wanted one number"):
        record.quantity("liftoff")
    with pytest.raises(RecordError, match="wanted a UTC time"):
        record.time("payload_mass")
    with pytest.raises(RecordError, match="wanted a text"):
        record.text("payload_mass")
    with pytest.raises(RecordError, match="role 'undocking'"):
        record.time("undocking")
    with pytest.raises(InputError, match=r"'lift_off'.*nearest: 'liftoff'"):
        record.role("lift_off")
    assert record.role("undocking") is None


# ---- immutability


def test_record_is_frozen_hashable_and_copies() -> None:
    record = load_mission("progress-ms-04")
    with pytest.raises(FrozenInstanceError):
        record.name = "other"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        record.figures[0].value = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        record.flight["liftoff"] = "x"  # type: ignore[index]
    with pytest.raises((AttributeError, TypeError)):
        record.extra = 1  # type: ignore[attr-defined]
    assert pickle.loads(pickle.dumps(record)) == record == copy.deepcopy(record)
    assert hash(record) == hash(load_mission("progress-ms-04"))
    assert replace(record, name="other") != record


def test_loading_does_not_import_astropy() -> None:
    code = (
        "import sys; from orbitsim.missions.record import load_mission; "
        "load_mission('progress-ms-04'); print('astropy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


# ---- a user's own file


def test_own_file_works_as_the_packages_do(write: Writer) -> None:
    path = write(MISSION, LIFTOFF, MASS, ASSUMED, EVENT, STATION, FLIGHT, 'payload_mass = "x"')
    path.write_text(path.read_text().replace('"x"', '"spacecraft.launch_mass"'))
    for given in (path, str(path)):
        record = load_mission(given)
        assert isinstance(record, MissionRecord)
        assert record.time("liftoff") == Time("2020-02-29T12:00:00", scale="utc")
        assert record.quantity("payload_mass") == pytest.approx(7200.0)
        assert str(record.role("payload_mass")) == "about 7.2 t"
        assert record.assumptions[0].reason == "not in the letter"
        assert record.events[0].figure is record.figures[0]
        assert record.source == str(path)


def test_smallest_file(write: Writer) -> None:
    record = load_mission(write(MISSION, LIFTOFF))
    assert len(record.figures) == 1
    assert record.station is None
    assert dict(record.flight) == {}


def test_file_without_the_suffix_is_read_too(write: Writer) -> None:
    path = write(MISSION, LIFTOFF)
    assert load_mission(path.rename(path.with_suffix(""))).id == "mine"


@pytest.mark.parametrize("name", ["progress-ms-4", "soyuz", "", "mine.yaml", "."])
def test_unknown_name_shows_the_known_ones(name: str) -> None:
    with pytest.raises(InputError, match=r"progress-m1-4, progress-ms-04 \(nearest: 'progress-m"):
        load_mission(name)


def test_missing_or_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"gone\.toml: No such file"):
        load_mission(tmp_path / "gone.toml")
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(RecordError, match=r"folder\.toml: Is a directory"):
        load_mission(tmp_path / "folder.toml")
    (tmp_path / "latin.toml").write_bytes(b'[mission]\nid = "\xe9"\n')
    with pytest.raises(RecordError, match="UTF-8"):
        load_mission(tmp_path / "latin.toml")


def without(text: str, name: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(f"{name} ="))


BROKEN = {
    "not TOML": ([MISSION + "= 1"], r"cannot be read .*line 4"),
    "deeply nested": (["a = " + "[" * 100_000], r"cannot be read"),
    "no mission": ([LIFTOFF], r"'mission' is missing"),
    "mission without id": ([without(MISSION, "id")], r"mission: 'id' is missing"),
    "id is a path": ([MISSION.replace('"mine"', '"../mine"')], r"id = '\.\./mine'; wanted lower"),
    "mission is a list": (["mission = [1]"], r"mission: found \[1\]; wanted a table"),
    "unknown table": ([MISSION, LIFTOFF.replace("figure", "figures")], r"nearest: 'figure'"),
    "figure is one table": (
        [MISSION, LIFTOFF.replace("[[figure]]", "[figure]")],
        r"figure: found dict; wanted tables headed \[\[figure\]\]",
    ),
    "unknown entry": (
        [MISSION, LIFTOFF.replace("value", "valeu")],
        r"figure 1 \(launch\.liftoff\): unknown entry 'valeu'; wanted .*nearest: 'value'",
    ),
    "no locator": ([MISSION, without(LIFTOFF, "locator")], r"liftoff\): 'locator' is missing"),
    "empty locator": ([MISSION, LIFTOFF.replace("line 1", " ")], r"locator = ' '; wanted a text"),
    "document is a number": ([MISSION, LIFTOFF.replace('"letter"', "7")], r"document = 7; wanted"),
    "no document": ([MISSION, without(LIFTOFF, "document")], r"'document' is missing"),
    "no value": ([MISSION, without(LIFTOFF, "value")], r"'value' is missing"),
    "no unit": ([MISSION, without(MASS, "unit")], r"'unit' is missing"),
    "no key": ([MISSION, without(MASS, "key")], r"figure 1 \(no key\): 'key' is missing"),
    "key with spaces": (
        [MISSION, MASS.replace("spacecraft.launch_mass", "launch mass")],
        r"key = 'launch mass'; wanted a dotted key",
    ),
    "no precision": ([MISSION, without(MASS, "precision")], r"launch_mass\): 'precision' is miss"),
    "negative precision": ([MISSION, MASS.replace("0.1", "-0.1")], r"precision = -0\.1; wanted"),
    "precision is a text": ([MISSION, MASS.replace("0.1", '"0.1"')], r"precision = '0\.1'; wanted"),
    "precision finer than the time": (
        [MISSION, LIFTOFF.replace("T12:00:00", "")],
        r"precision = 1 s of '2020-02-29'; wanted at least 86400 s",
    ),
    "unknown unit": ([MISSION, MASS.replace('"t"', '"kgs"')], r"unit 'kgs'; wanted .*'kg'"),
    "NaN": ([MISSION, MASS.replace("7.2", "nan")], r"value = nan; wanted a finite number"),
    "infinity": ([MISSION, MASS.replace("7.2", "inf")], r"value = inf; wanted a finite number"),
    "huge integer": ([MISSION, MASS.replace("7.2", "9" * 400)], r"value = 9+; wanted a finite"),
    "truth": ([MISSION, MASS.replace("7.2", "true")], r"value = True; wanted a finite number"),
    "number as text": ([MISSION, MASS.replace("7.2", '"7.2"')], r"value = '7\.2'; wanted a fin"),
    "empty list": ([MISSION, MASS.replace("7.2", "[]")], r"value = \[\]; wanted a finite"),
    "text is a number": (
        [MISSION, without(MASS, "precision").replace('"t"', '"text"')],
        r"value = 7\.2 with the unit text",
    ),
    "precision of a text": (
        [MISSION, MASS.replace('"t"', '"text"').replace("7.2", '"a"')],
        r"precision = 0\.1 of a text",
    ),
    "half a count": ([MISSION, MASS.replace('"t"', '"count"')], r"7\.2 of a count; wanted a whole"),
    "unparsable time": (
        [MISSION, LIFTOFF.replace("2020-02-29T12", "29 Feb 2020 12")],
        r"cannot read the time '29 Feb 2020 12:00:00'; wanted a text YYYY-MM-DD",
    ),
    "time zone": ([MISSION, LIFTOFF.replace("00:00", "00:00Z")], r"cannot read the time .*Z'"),
    "no such day": ([MISSION, LIFTOFF.replace("2020", "2021")], r"no time '2021-02-29T.*day"),
    "no such second": ([MISSION, LIFTOFF.replace("00:00", "00:60")], r"no time .*:60' \(seconds"),
    "time not in quotes": (
        [MISSION, LIFTOFF.replace('"2020-02-29T12:00:00"', "2020-02-29T12:00:00Z")],
        r"value = datetime.* with the unit UTC; wanted .*in quotes",
    ),
    "the same figure twice": ([MISSION, MASS, MASS], r"figure 2 \(spacecraft.*second time"),
    "assumption of a figure": (
        [MISSION, MASS, ASSUMED.replace("launch.site_latitude", "spacecraft.launch_mass")],
        r"assumption 1 \(spacecraft\.launch_mass\): the key is a figure's",
    ),
    "assumption twice": ([MISSION, ASSUMED, ASSUMED], r"assumption 2 \(launch.*another assumption"),
    "assumption without reason": ([MISSION, without(ASSUMED, "reason")], r"'reason' is missing"),
    "unknown role": (
        [MISSION, LIFTOFF, '[flight]\nlift_off = "launch.liftoff"'],
        r"flight: unknown entry 'lift_off'; wanted .*nearest: 'liftoff'",
    ),
    "role of nothing": (
        [MISSION, MASS, FLIGHT],
        r"no figure 'launch\.liftoff'; nearest is 'spacecraft\.launch_mass' \(in flight\.liftoff\)",
    ),
    "role of another kind": (
        [MISSION, LIFTOFF, '[flight]\npayload_mass = "launch.liftoff"'],
        r"flight\.payload_mass: 'launch\.liftoff' is in UTC; wanted a figure of mass",
    ),
    "role of a list": (
        [
            MISSION,
            MASS.replace("7.2", "[7, 8]"),
            '[flight]\npayload_mass = "spacecraft.launch_mass"',
        ],
        r"flight\.payload_mass: .* is a list; wanted one value",
    ),
    "role of variants that disagree": (
        [
            MISSION,
            MASS.replace("7.2", "7.4"),
            OTHER_MASS,
            '[flight]\npayload_mass = "spacecraft.launch_mass"',
        ],
        r"disagree: about 7\.4 t @ line 2 \(letter\); about 7285\.0 kg @ line 3 .*@ locator'",
    ),
    "short element line": ([MISSION, STATION.replace("9996", "996")], r"station: line1 = .*69"),
    "wrong checksum": ([MISSION, STATION.replace("9996", "9995")], r"station: line1 = .*checksum"),
    "two satellites": (
        [MISSION, STATION.replace("2 25544", "2 25545").replace("30592", "30593")],
        r"station: lines of 25544 and 25545; wanted two lines of one satellite",
    ),
    "station without source": ([MISSION, without(STATION, "source")], r"'source' is missing"),
    "later set without purpose": (
        [MISSION, STATION, f'[[station.later]]\nline1="{LINE1}"\nline2="{LINE2}"\nsource="s"'],
        r"station\.later 1: 'purpose' is missing",
    ),
    "event of nothing": ([MISSION, EVENT], r"no figure 'launch\.liftoff'.*in event 1"),
    "event of a mass": (
        [MISSION, MASS, EVENT.replace("launch.liftoff", "spacecraft.launch_mass")],
        r"event 1 .* is in t; wanted a documented time",
    ),
    "elapsed event without liftoff": (
        [
            MISSION,
            MASS.replace('"t"', '"s"'),
            EVENT.replace("launch.liftoff", "spacecraft.launch_mass"),
        ],
        r"counts from the liftoff; wanted the role liftoff",
    ),
    "unknown kind of event": (
        [MISSION, LIFTOFF, EVENT.replace('"flown"', '"flow"')],
        r"kind = 'flow'; wanted .*nearest: 'flown'",
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_broken_file_is_refused_with_file_entry_and_want(write: Writer, fault: str) -> None:
    parts, message = BROKEN[fault]
    path = write(*parts)
    with pytest.raises(RecordError, match=message) as caught:
        load_mission(path)
    assert str(path) in str(caught.value)
    assert "wanted" in str(caught.value) or "nearest" in str(caught.value)
