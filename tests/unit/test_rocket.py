"""Rockets as files: what they hold, and how a broken one is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from orbitsim.errors import InputError, RecordError
from orbitsim.vehicles.rocket import Figure, load_rocket, rocket_names

SOYUZ = (resources.files("orbitsim.vehicles") / "data" / "soyuz-u.toml").read_text("utf-8")


def numbers(figure: Figure) -> set[float]:
    return {figure.value} | {other.value for other in figure.alternatives}


def test_shipped_rockets_load() -> None:
    assert "soyuz-u" in rocket_names()
    for name in rocket_names():
        assert load_rocket(name).stages


def test_every_number_names_its_source() -> None:
    rocket = load_rocket("soyuz-u")
    assert len(rocket.figures) > 35
    for key, figure in rocket.figures.items():
        for one in (figure, *figure.alternatives):
            assert one.source, key
            if one.source.startswith("assumption"):
                assert one.note, key


def test_stages_are_made_of_the_figures() -> None:
    core = load_rocket("soyuz-u").stage("core")
    assert core.propellant_mass == 99_500.0 - 6_550.0
    assert core.mass_flow == pytest.approx(316.5, abs=0.05)  # as the vacuum figures give by hand
    assert core.nozzle_area * 101_325.0 == pytest.approx(990.2e3 - 792.5e3)
    assert not core.parallel


def test_parts_come_to_the_published_lift_off_mass() -> None:
    rocket = load_rocket("soyuz-u")
    published = rocket.figures["published.lift_off_mass"].value
    assert rocket.lift_off_mass + 7285.0 == pytest.approx(published, abs=500.0)


def test_no_published_figure_was_lost(reference: Path) -> None:
    """Every number of the reference file is in the rocket, chosen or as an alternative."""
    record: dict[str, Any] = json.loads((reference / "vehicles" / "soyuz_u.json").read_text())
    rocket = load_rocket("soyuz-u")
    names = {"blok_BVGD_each_of_4": "strap-ons", "blok_A_core": "core", "blok_I_third": "third"}
    keys = {
        "empty_mass": ("dry_mass", 1.0),
        "gross_mass": ("gross_mass", 1.0),
        "thrust_sl": ("thrust_sea_level", 1e3),
        "thrust_vac": ("thrust_vacuum", 1e3),
        "isp_sl": ("specific_impulse_sea_level", 1.0),
        "isp_vac": ("specific_impulse_vacuum", 1.0),
        "diameter_m": ("diameter", 1.0),
    }
    checked = 0
    for theirs, ours in names.items():
        for key, (figure, unit) in keys.items():
            value = record["stages"][theirs].get(key)
            if value is not None:
                found = numbers(rocket.figures[f"stages.{ours}.{figure}"])
                assert any(abs(value * unit - x) < 1e-6 * x for x in found), (ours, key)
                checked += 1
    assert checked == 19
    third = numbers(rocket.figures["stages.third.thrust_vacuum"])
    assert {298_000.0, 298_030.0} < third
    assert 2350.0 in numbers(rocket.figures["stages.third.dry_mass"])
    cut_offs = numbers(rocket.figures["stages.third.cut_off"])
    assert {525.0, 526.0} <= cut_offs
    assert {528.0, 530.0} <= numbers(rocket.figures["stages.third.separation"])
    assert {157.0, 163.0, 183.0, 228.0} <= numbers(rocket.figures["parts.fairing.jettison"])


def test_a_file_of_ones_own_works_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SOYUZ.replace('name = "Soyuz-U"', 'name = "Mine"'), "utf-8")
    assert load_rocket(path).name == "Mine"
    assert load_rocket(str(path)).stages == load_rocket("soyuz-u").stages


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match=r"no rocket 'soyuz-x'.*soyuz-u"):
        load_rocket("soyuz-x")
    with pytest.raises(InputError, match=r"no stage 'fourth'.*strap-ons, core, third"):
        load_rocket("soyuz-u").stage("fourth")


def broken() -> Iterator[tuple[str, str, str]]:
    """What to replace, by what, and what the message must hold."""
    dry = "[stages.core.dry_mass]\nvalue = 6550\n"
    yield (
        dry,
        "[stages.core.dry_mass]\nvalue = -1\n",
        r"stages\.core\.dry_mass\.value: wanted a pos",
    )
    yield dry, "[stages.core.dry_mass]\nvalue = nan\n", r"dry_mass\.value: wanted a finite number"
    yield dry, "[stages.core.dry_mass]\nvalue = true\n", r"dry_mass\.value: wanted a finite number"
    yield dry, '[stages.core.dry_mass]\nvalue = "6"\n', r"dry_mass\.value: wanted a finite number"
    yield dry, "[stages.core.dry_mass]\n", r"stages\.core\.dry_mass\.value: wanted to be there"
    yield dry, dry + "colour = 1\n", r"stages\.core\.dry_mass\.colour: wanted one of"
    yield dry, "[stages.core.dry_mass]\nvalue = 200000\n", r"core\.gross_mass: wanted more than"
    yield 'unit = "kN"', 'unit = "lbf"', r"unit: wanted one of N, kN, got 'lbf'"
    yield 'source = "gcat"', 'source = "hearsay"', r"\.source: wanted a key of \[sources\]"
    yield 'mounting = "inline"', 'mounting = "beside"', r"mounting: wanted 'parallel' or 'inline'"
    yield "count = 4", "count = 0", r"strap-ons\.count: wanted a positive whole number, got 0"
    yield 'guided_stage = "third"', 'guided_stage = "x"', r"programme\.guided_stage: wanted one of"
    yield 'inside = "third"', 'inside = "x"', r"aft-section\.inside: wanted the name of a stage"
    yield "mach = [0.0, 0.2,", "mach = [0.0, 0.0,", r"drag: wanted as many coefficients"
    yield 'name = "Soyuz-U"', "name = 1", r"name: wanted a text, got 1"
    yield 'name = "Soyuz-U"', "", r"the file\.name: wanted to be there"
    yield 'name = "Soyuz-U"', "name = ", r"not a TOML file"
    yield (
        "[stages.core.cut_off]\nvalue = 287",
        "[stages.core.cut_off]\nvalue = 290",
        r"stages\.core",
    )
    yield (
        "[programme.pitch_over_end]\nvalue = 20",
        "[programme.pitch_over_end]\nvalue = 7",
        "programme",
    )


@pytest.mark.parametrize(("old", "new", "message"), list(broken()))
def test_a_broken_file_is_refused_with_file_key_and_wish(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in SOYUZ
    path = tmp_path / "broken.toml"
    path.write_text(SOYUZ.replace(old, new, 1), "utf-8")
    with pytest.raises(RecordError, match=rf"broken\.toml: .*{message}|broken\.toml: {message}"):
        load_rocket(path)
