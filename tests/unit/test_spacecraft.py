"""Spacecraft files: what is read, derived and refused."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from orbitsim.errors import InputError, RecordError
from orbitsim.vehicles.spacecraft import load_spacecraft, spacecraft_names

TEXT = (
    resources.files("orbitsim.vehicles") / "data" / "spacecraft" / "progress-m1.toml"
).read_text("utf-8")


@pytest.mark.parametrize("name", spacecraft_names())
def test_every_figure_has_a_source_and_assumptions_say_so(name: str) -> None:
    craft = load_spacecraft(name)
    assert len(craft.figures) == 17
    for figure in craft.figures.values():
        assert figure.source
        assert figure.value > 0.0


def test_the_main_engine_gives_the_flown_deorbit_burn() -> None:
    """Progress M-06M: 101.75 m/s in 198 s means 5740 kg at 2.95 kN; a Progress that has delivered
    its cargo weighs between its dry mass and its launch mass."""
    craft = load_spacecraft("progress-m1")
    mass = craft.main_thrust * 198.0 / 101.75
    assert craft.dry_mass < mass < craft.launch_mass


def test_inertia_is_that_of_a_cylinder() -> None:
    craft = load_spacecraft("progress-m1")
    roll, pitch, yaw = craft.inertia(7000.0)
    assert roll == pytest.approx(7000.0 * 1.35**2 / 2.0)
    assert pitch == yaw == pytest.approx(7000.0 * (3.0 * 1.35**2 + 7.9**2) / 12.0)


def test_data_agree_with_the_collected_reference(reference: Path) -> None:
    import json

    collected = json.loads((reference / "vehicles" / "progress.json").read_text("utf-8"))
    m1, ms = load_spacecraft("progress-m1"), load_spacecraft("progress-ms")
    assert m1.main_thrust == 1e3 * collected["main_engine"]["thrust_kN"]
    assert m1.main_specific_impulse == collected["main_engine"]["isp_s"]
    assert m1.approach_thrust == collected["attitude_thrusters"]["thrust_N"]
    assert m1.launch_mass == collected["mass"]["progress_m1-3_launch_kg"]["value"]
    assert ms.dry_mass == collected["mass"]["progress_ms-04"]["dry_kg"]
    assert m1.length == collected["dimensions_m"]["length"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "Progress M1"', "name = 3", "name: wanted a text"),
        ("value = 2.7, ", "", "diameter: value is missing"),
        ("value = 2.7,", "value = -2.7,", "diameter.value: wanted a positive number"),
        ("value = 2.7,", 'value = "wide",', "diameter.value: wanted a finite number"),
        ('unit = "m", source = "gcat" }', 'unit = "ell", source = "gcat" }', "length.unit: wanted"),
        ('source = "gcat" }', 'source = "hearsay" }', "length.source: wanted a key of"),
        ("translation_thrusters = { value = 2,", "translation_thrusters = { value = 2.5,", "whole"),
        (
            "launch_mass = { value = 7290",
            "launch_mass = { value = 5000",
            "no more than launch_mass",
        ),
        ("length =", "size =", "size: wanted one of"),
        ("[sources]", "[origin]", "sources: wanted a table"),
        ("[sources]", "[sources", "not a TOML file"),
    ],
)
def test_unusable_files_say_where_and_what(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TEXT
    file = tmp_path / "own.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        load_spacecraft(file)


def test_an_unknown_spacecraft_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="progress-m1"):
        load_spacecraft("vostok")
