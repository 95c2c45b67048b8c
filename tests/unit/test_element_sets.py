"""Two-line element sets and mean-elements messages: what is read, and what is refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from orbitsim.element_sets import as_texts, read_omm, read_tle, read_tle_file
from orbitsim.errors import ElementSetError, InputError, OrbitsimError

# ISS, 2008-264: the example that the format's public descriptions print.
LINE1 = "1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927"
LINE2 = "2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537"

OMM = {
    "OBJECT_NAME": "ISS (ZARYA)",
    "OBJECT_ID": "1998-067A",
    "CENTER_NAME": "EARTH",
    "REF_FRAME": "TEME",
    "TIME_SYSTEM": "UTC",
    "MEAN_ELEMENT_THEORY": "SGP4",
    "EPOCH": "2008-09-20T12:25:40.104192",
    "MEAN_MOTION": "15.72125391",
    "ECCENTRICITY": ".0006703",
    "INCLINATION": "51.6416",
    "RA_OF_ASC_NODE": "247.4627",
    "ARG_OF_PERICENTER": "130.5360",
    "MEAN_ANOMALY": "325.0288",
    "NORAD_CAT_ID": "25544",
    "BSTAR": "-.11606E-4",
}


def sealed(line: str) -> str:
    """The line with its checksum made right."""
    digits = sum(int(c) if c in "0123456789" else c == "-" for c in line[:68])
    return line[:68] + str(digits % 10)


def test_fields_of_a_set() -> None:
    record = read_tle(LINE1, LINE2)
    assert record.satnum_str == "25544"
    assert record.epochyr == 8
    assert record.epochdays == pytest.approx(264.51782528)
    assert record.no_kozai == pytest.approx(15.72125391 * 2 * np.pi / 1440.0)
    assert np.degrees(record.inclo) == pytest.approx(51.6416)
    assert record.bstar == pytest.approx(-0.11606e-4)


@pytest.mark.parametrize(
    ("line1", "line2", "message"),
    [
        (LINE1, "", "line 2 of the two-line element set is missing"),
        ("", LINE2, "line 1 of the two-line element set is missing"),
        (LINE1, None, "line 2 .* is missing .got None"),
        (LINE2, LINE1, "line 1 of a two-line element set starts with '1 ', got '2 25544"),
        (LINE1, LINE2[:60], "line 2 has 60 characters, wanted 69"),
        (LINE1 + "00", LINE2, "line 1 has 71 characters, wanted 69"),
        (LINE1[:-1] + "0", LINE2, "line 1 has the checksum '0', its digits give 7"),
        (LINE1, LINE2.replace("51.6416", "51.6417"), "line 2 has the checksum '7'"),
        (LINE1, sealed(LINE2.replace("25544", "25545")), "different satellites, 25544 and 25545"),
        (
            LINE1,
            sealed(LINE2.replace("51.6416", "5x.6416")),
            "inclination in columns 9 to 16 of line 2 is ' 5x.6416'",
        ),
        (LINE1, sealed(LINE2.replace("247.4627", "247 4627")), "right ascension of the node"),
        (LINE1, sealed(LINE2.replace("0006703", "000 703")), "eccentricity in columns 27 to 33"),
        (LINE1, sealed(LINE2.replace("15.7212539", "15.72125x9")), "mean motion in columns 53"),
        (LINE1, sealed(LINE2.replace("325.0288", "      ..")), "mean anomaly"),
        (LINE1, sealed(LINE2.replace(" 51.6416", "-51.6416")), "inclination"),
        (LINE1, sealed(LINE2.replace(" 51.6416", "191.6416")), "191.642 deg is not in .0, 180."),
        (LINE1, sealed(LINE2.replace("15.72125391", " 0.00000000")), "mean motion 0 .* positive"),
        (sealed(LINE1.replace("08264", "xx264")), LINE2, "epoch year in columns 19 to 20"),
        (sealed(LINE1.replace("264.5178", "264x5178")), LINE2, "epoch day"),
        (sealed(LINE1.replace("-11606-4", "-1x606-4")), LINE2, "drag term"),
        (sealed(LINE1.replace("00000-0 ", "0000²-0 ")), LINE2, "second derivative"),
        (sealed(LINE1.replace("-.00002182", "-.0000z182")), LINE2, "first derivative"),
    ],
)
def test_broken_sets_are_refused(line1: Any, line2: Any, message: str) -> None:
    with pytest.raises(ElementSetError, match=message):
        read_tle(line1, line2)


def test_the_error_is_an_input_error_too() -> None:
    assert issubclass(ElementSetError, InputError)
    assert issubclass(ElementSetError, ValueError)
    assert issubclass(ElementSetError, OrbitsimError)


def test_five_figure_and_lettered_satellite_numbers() -> None:
    for number in ("A0001", "Z9999", "    5", "00005"):
        lines = (sealed(x.replace("25544", number)) for x in (LINE1, LINE2))
        assert read_tle(*lines).satnum_str.lstrip("0 ") == number.lstrip("0 ")


def test_every_line_of_the_verification_sets(reference: Path) -> None:
    """Oddities of fifty years of real sets must pass; three of these have a false checksum."""
    lines = (reference / "validation/sgp4/SGP4-VER.TLE").read_text().splitlines()
    pairs = zip(
        (line[:69] for line in lines if line.startswith("1 ")),
        (line[:69] for line in lines if line.startswith("2 ")),
        strict=True,
    )
    refused = []
    for first, second in pairs:
        try:
            read_tle(first, second)
        except ElementSetError as error:
            assert "checksum" in str(error)
            refused.append(first[2:7])
    assert refused == ["33333", "33334", "33335"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("before_progress_m1-4_launch", 64),
        ("during_progress_m1-4_flight", 4),
        ("before_progress_ms-04_launch", 3),
    ],
)
def test_files_of_sets(reference: Path, name: str, count: int) -> None:
    assert len(read_tle_file(reference / "tle" / f"iss_25544_{name}.tle")) == count


def test_names_comments_and_blank_lines(tmp_path: Path) -> None:
    path = tmp_path / "sets.tle"
    path.write_text(f"# two\n\nISS (ZARYA)\n{LINE1}\n{LINE2}\n\n0 ISS\n{LINE1} \n{LINE2}\r\n")
    assert len(read_tle_file(path)) == 2
    assert len(read_tle_file(str(path))) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ISS\n", "sets.tle has no two-line element set in it"),
        ("", "no two-line element set"),
        (f"{LINE1}\n", "line 1: the second line of the set is missing"),
        (f"{LINE1}\n{LINE1}\n{LINE2}\n", "line 2: line 2 of the two-line element set is missing"),
        (f"\n{LINE2}\n", "line 2: line 1 of the two-line element set is missing"),
        (f"{LINE1}\n{LINE2[:-1]}0\n", "line 2: line 2 has the checksum '0'"),
        ("\x00\x01\xff\n", "no two-line element set"),
    ],
)
def test_broken_files_say_where(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sets.tle"
    path.write_text(text)
    with pytest.raises(ElementSetError, match=message):
        read_tle_file(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read .*nothing\.tle: No such file"):
        read_tle_file(tmp_path / "nothing.tle")


def test_a_message_is_the_set_of_the_same_figures() -> None:
    tle, omm = read_tle(LINE1, LINE2), read_omm(OMM)
    for name in ("no_kozai", "ecco", "inclo", "nodeo", "argpo", "mo", "bstar"):
        assert getattr(omm, name) == pytest.approx(getattr(tle, name), rel=1e-14), name
    # The set's epoch is printed to 1e-8 d, the message's to a microsecond.
    gap = omm.jdsatepoch - tle.jdsatepoch + omm.jdsatepochF - tle.jdsatepochF
    assert abs(gap) * 86400.0 < 1e-3


def test_messages_of_numbers_as_json_has_them() -> None:
    numbers = {**OMM, "MEAN_MOTION": 15.72125391, "NORAD_CAT_ID": 25544, "BSTAR": -1.1606e-5}
    assert read_omm(numbers).no_kozai == read_omm(OMM).no_kozai
    assert read_omm({**OMM, "EPOCH": OMM["EPOCH"] + "Z"}).epochdays == read_omm(OMM).epochdays


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"MEAN_ELEMENT_THEORY": "DSST"}, "MEAN_ELEMENT_THEORY is 'DSST', wanted SGP4"),
        ({"MEAN_ELEMENT_THEORY": "SGP4-XP"}, "wanted SGP4"),
        ({"REF_FRAME": "EME2000"}, "REF_FRAME is 'EME2000', wanted TEME"),
        ({"TIME_SYSTEM": "TAI"}, "TIME_SYSTEM is 'TAI', wanted UTC"),
        ({"CENTER_NAME": "MARS"}, "CENTER_NAME is 'MARS', wanted EARTH"),
        ({"INCLINATION": "steep"}, "INCLINATION is 'steep', wanted a number"),
        ({"INCLINATION": None}, "INCLINATION is None, wanted a number"),
        ({"ECCENTRICITY": "nan"}, "not a finite number"),
        ({"ECCENTRICITY": "1.5"}, r"eccentricity 1.5 does not lie in \[0, 1\)"),
        ({"ECCENTRICITY": "-0.1"}, "eccentricity -0.1"),
        ({"MEAN_MOTION": "0"}, "mean motion 0"),
        ({"MEAN_MOTION": "-15"}, "mean motion -"),
        ({"INCLINATION": "200"}, "inclination 200 deg"),
        ({"BSTAR": "much"}, "not a mean-elements message"),
        ({"EPOCH": "last week"}, "EPOCH is 'last week', wanted an ISO 8601 date"),
    ],
)
def test_wrong_messages_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ElementSetError, match=message):
        read_omm({**OMM, **change})


def test_missing_keywords_are_named() -> None:
    partial = {k: v for k, v in OMM.items() if k not in ("EPOCH", "MEAN_MOTION", "BSTAR")}
    with pytest.raises(ElementSetError, match="lacks EPOCH, MEAN_MOTION$"):
        read_omm(partial)
    with pytest.raises(ElementSetError, match="a mapping from keywords to values, got 'EPOCH'"):
        read_omm("EPOCH")  # type: ignore[arg-type]


def test_optional_keywords_may_be_absent() -> None:
    needed = ("EPOCH", "MEAN_MOTION", "ECCENTRICITY", "INCLINATION", "RA_OF_ASC_NODE")
    few = {k: OMM[k] for k in (*needed, "ARG_OF_PERICENTER", "MEAN_ANOMALY")}
    assert read_omm(few).bstar == 0.0


def test_one_text_or_several() -> None:
    assert as_texts("a") == ("a",)
    assert as_texts(iter("ab")) == ("a", "b")
    with pytest.raises(ElementSetError, match="a text, or a sequence of texts, got None"):
        as_texts(None)  # type: ignore[arg-type]
