"""How a rocket's TOML file is read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite, pi
from types import MappingProxyType
from typing import Any, Final

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import RecordError
from orbitsim.vehicles.launcher import Figure, Part, Rocket, Stage

_TOP: Final = (
    "name",
    "designation",
    "sources",
    "stages",
    "parts",
    "drag",
    "programme",
    "published",
)

_UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "mass": {"kg": 1.0, "t": 1e3},
    "force": {"N": 1.0, "kN": 1e3},
    "time": {"s": 1.0},
    "length": {"m": 1.0, "km": 1e3},
    "specific impulse": {"s": 1.0, "m/s": 1.0 / STANDARD_GRAVITY},
    "impulse": {"N s": 1.0, "kN s": 1e3},
    "area": {"m2": 1.0},
    "angular rate": {"rad/s": 1.0, "deg/s": pi / 180.0},
}

_STAGE_FIGURES: Final = {
    "dry_mass": "mass",
    "gross_mass": "mass",
    "turbine_fluid_mass": "mass",
    "pressurant_mass": "mass",
    "thrust_vacuum": "force",
    "thrust_sea_level": "force",
    "specific_impulse_vacuum": "specific impulse",
    "specific_impulse_sea_level": "specific impulse",
    "diameter": "length",
    "ignition": "time",
    "cut_off": "time",
    "separation": "time",
    "tail_off_impulse": "impulse",
    "tail_off_time": "time",
    "fall_drag_area": "area",
}
_OPTIONAL: Final = frozenset(
    {
        "turbine_fluid_mass",
        "pressurant_mass",
        "thrust_sea_level",
        "specific_impulse_sea_level",
        "jettison",
        "tail_off_impulse",
        "tail_off_time",
        "fall_drag_area",
        "turn_rate",
    }
)
_PART_FIGURES: Final = {"mass": "mass", "jettison": "time", "fall_drag_area": "area"}
_PROGRAMME_FIGURES: Final = {
    "pitch_over_start": "time",
    "pitch_over_end": "time",
    "turn_rate": "angular rate",
}


def read_rocket(file: str, text: str) -> Rocket:
    """The rocket that a file's text describes.

    Raises
    ------
    RecordError
        With the file, the key and what was wanted there.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecordError(f"{file}: not a TOML file: {error}") from error
    return _Reader(file, table).rocket()


@dataclass(slots=True)
class _Reader:
    """Turns a parsed file into a `Rocket`, and remembers where it is for the error text."""

    file: str
    table: dict[str, Any]

    def fail(self, key: str, wanted: str, got: object = None) -> RecordError:
        came = "" if got is None else f", got {got!r}"
        return RecordError(f"{self.file}: {key}: wanted {wanted}{came}")

    def rocket(self) -> Rocket:
        self.keys("the file", self.table, set(_TOP), set(_TOP))
        figures: dict[str, Figure] = {}
        stages = tuple(self.stage(n, t, figures) for n, t in self.tables("stages"))
        parts = tuple(self.part(n, t, figures, stages) for n, t in self.tables("parts"))
        programme = self.subtable("programme")
        self.keys("programme", programme, {*_PROGRAMME_FIGURES, "guided_stage"})
        times = self.figures("programme", programme, _PROGRAMME_FIGURES, figures)
        guided = self.text("programme.guided_stage", programme["guided_stage"])
        for key, entry in self.tables("published"):
            kind = next((k for k, units in _UNITS.items() if entry.get("unit") in units), "")
            figures[f"published.{key}"] = self.figure(f"published.{key}", entry, kind)
        self.check_order(stages, times, guided)
        mach, coefficient = self.drag()
        return Rocket(
            name=self.text("name", self.table["name"]),
            designation=self.text("designation", self.table["designation"]),
            stages=stages,
            parts=parts,
            pitch_over_start=times["pitch_over_start"],
            pitch_over_end=times["pitch_over_end"],
            guided_stage=guided,
            drag_mach=mach,
            drag_coefficient=coefficient,
            turn_rate=times.get("turn_rate", inf),
            figures=MappingProxyType(figures),
        )

    def stage(self, name: str, table: dict[str, Any], figures: dict[str, Figure]) -> Stage:
        key = f"stages.{name}"
        words = {"label", "engine", "mounting", "count"}
        self.keys(key, table, {*_STAGE_FIGURES, *words})
        mounting = table["mounting"]
        if mounting not in ("parallel", "inline"):
            raise self.fail(f"{key}.mounting", "'parallel' or 'inline'", mounting)
        count = self.whole(f"{key}.count", table["count"])
        value = self.figures(key, table, _STAGE_FIGURES, figures)
        vacuum = value["thrust_vacuum"]
        if value["gross_mass"] <= value["dry_mass"]:
            raise self.fail(f"{key}.gross_mass", "more than the dry mass", value["gross_mass"])
        if value.get("thrust_sea_level", 0.0) > vacuum:
            raise self.fail(
                f"{key}.thrust_sea_level", "no more than in vacuum", value["thrust_sea_level"]
            )
        if not value["ignition"] < value["cut_off"] <= value["separation"]:
            raise self.fail(key, "ignition < cut_off <= separation")
        return Stage(
            name=name,
            label=self.text(f"{key}.label", table["label"]),
            engine=self.text(f"{key}.engine", table["engine"]),
            parallel=mounting == "parallel",
            count=count,
            dry_mass=value["dry_mass"],
            propellant_mass=value["gross_mass"] - value["dry_mass"],
            turbine_fluid_mass=value.get("turbine_fluid_mass", 0.0),
            pressurant_mass=value.get("pressurant_mass", 0.0),
            thrust_vacuum=vacuum,
            thrust_sea_level=value.get("thrust_sea_level", vacuum),
            specific_impulse=value["specific_impulse_vacuum"],
            diameter=value["diameter"],
            ignition=value["ignition"],
            cut_off=value["cut_off"],
            separation=value["separation"],
            tail_off_impulse=value.get("tail_off_impulse", 0.0),
            tail_off_time=value.get("tail_off_time", 1.0),
            fall_drag_area=value.get("fall_drag_area", 0.0),
        )

    def part(
        self,
        name: str,
        table: dict[str, Any],
        figures: dict[str, Figure],
        stages: tuple[Stage, ...],
    ) -> Part:
        key = f"parts.{name}"
        self.keys(key, table, {*_PART_FIGURES, "label", "inside", "pieces"}, {"mass", "label"})
        pieces = self.whole(f"{key}.pieces", table.get("pieces", 1))
        value = self.figures(key, table, _PART_FIGURES, figures)
        inside = self.text(f"{key}.inside", table.get("inside", "-"))
        if inside != "-" and inside not in {stage.name for stage in stages}:
            raise self.fail(f"{key}.inside", "the name of a stage", inside)
        return Part(
            name=name,
            label=self.text(f"{key}.label", table["label"]),
            mass=value["mass"],
            jettison=value.get("jettison"),
            inside="" if inside == "-" else inside,
            pieces=pieces,
            fall_drag_area=value.get("fall_drag_area", 0.0),
        )

    def drag(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        table = self.subtable("drag")
        self.keys("drag", table, {"mach", "coefficient", "source", "note"}, {"mach", "coefficient"})
        self.text("drag.source", table.get("source"))
        mach, coefficient = (
            tuple(self.number(f"drag.{key}", x) for x in table[key])
            for key in ("mach", "coefficient")
        )
        rising = all(a < b for a, b in pairwise(mach))
        if len(mach) < 2 or len(mach) != len(coefficient) or mach[0] != 0.0 or not rising:
            raise self.fail("drag", "as many coefficients as rising Mach numbers from 0", mach)
        if min(coefficient) < 0.0:
            raise self.fail("drag.coefficient", "no negative number", coefficient)
        return mach, coefficient

    def check_order(self, stages: tuple[Stage, ...], times: dict[str, float], guided: str) -> None:
        names = [stage.name for stage in stages]
        if not names or stages[-1].parallel:
            raise self.fail("stages", "at least one, the last one in line")
        if guided not in names:
            raise self.fail("programme.guided_stage", f"one of {names}", guided)
        if sorted(s.ignition for s in stages) != [s.ignition for s in stages]:
            raise self.fail("stages", "the order of ignition", names)
        if stages[0].ignition != 0.0:
            raise self.fail(f"stages.{names[0]}.ignition", "0 for the first stage")
        first_end = min(stage.cut_off for stage in stages)
        if not 0.0 <= times["pitch_over_start"] < times["pitch_over_end"] < first_end:
            raise self.fail("programme", "0 <= pitch_over_start < pitch_over_end < first cut-off")

    def figures(
        self,
        key: str,
        table: dict[str, Any],
        kinds: Mapping[str, str],
        into: dict[str, Figure],
    ) -> dict[str, float]:
        """Values by name of those figures that the table has; all of them join `into`."""
        values = {}
        for name, kind in kinds.items():
            if name in table:
                figure = self.figure(f"{key}.{name}", table[name], kind)
                if figure.value < 0.0 or (figure.value == 0.0 and kind != "time"):
                    raise self.fail(f"{key}.{name}.value", "a positive number", figure.value)
                into[f"{key}.{name}"] = figure
                values[name] = figure.value
            elif name not in _OPTIONAL:
                raise self.fail(f"{key}.{name}", "a table with value, unit and source")
        return values

    def figure(self, key: str, entry: object, kind: str, *, alone: bool = True) -> Figure:
        if not isinstance(entry, dict):
            raise self.fail(key, "a table with value, unit and source", entry)
        allowed = {"value", "unit", "source", "note", *(["alternatives"] if alone else [])}
        self.keys(key, entry, allowed, {"value", "unit", "source"})
        units = _UNITS.get(kind, {})
        unit = entry["unit"]
        if unit not in units:
            known = ", ".join(units) or ", ".join(u for group in _UNITS.values() for u in group)
            raise self.fail(f"{key}.unit", f"one of {known}", unit)
        source = self.table["sources"].get(entry["source"])
        if not isinstance(source, str):
            raise self.fail(f"{key}.source", "a key of [sources]", entry["source"])
        others = entry.get("alternatives", [])
        if not isinstance(others, list):
            raise self.fail(f"{key}.alternatives", "a list of tables", others)
        return Figure(
            value=self.number(f"{key}.value", entry["value"]) * units[unit],
            unit=unit,
            source=source,
            note=self.text(f"{key}.note", entry.get("note", "-")).removeprefix("-"),
            alternatives=tuple(
                self.figure(f"{key}.alternatives[{i}]", other, kind, alone=False)
                for i, other in enumerate(others)
            ),
        )

    def number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.fail(key, "a finite number", value)
        return float(value)

    def whole(self, key: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fail(key, "a positive whole number", value)
        return value

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            raise self.fail(key, "a text", value)
        return value

    def subtable(self, key: str) -> dict[str, Any]:
        table = self.table[key]
        if not isinstance(table, dict):
            raise self.fail(key, "a table", table)
        return table

    def tables(self, key: str) -> list[tuple[str, dict[str, Any]]]:
        table = self.subtable(key)
        for name, entry in table.items():
            if not isinstance(entry, dict):
                raise self.fail(f"{key}.{name}", "a table", entry)
        return list(table.items())

    def keys(
        self, key: str, table: dict[str, Any], allowed: set[str], needed: set[str] | None = None
    ) -> None:
        for name in table:
            if name not in allowed:
                raise self.fail(f"{key}.{name}", f"one of {sorted(allowed)}")
        for name in sorted((allowed - _OPTIONAL) if needed is None else needed):
            if name not in table:
                raise self.fail(f"{key}.{name}", "to be there")
