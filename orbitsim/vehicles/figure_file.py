"""Figures in a TOML file: value, unit and source, read into SI."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, radians
from types import MappingProxyType
from typing import Any, Final

from orbitsim.errors import RecordError
from orbitsim.vehicles.launcher import Figure

UNITS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "kg": 1.0,
        "N": 1.0,
        "kN": 1e3,
        "s": 1.0,
        "min": 60.0,
        "m": 1.0,
        "km": 1e3,
        "m/s": 1.0,
        "cm/s": 0.01,
        "rad": 1.0,
        "deg": radians(1.0),
        "arcmin": radians(1.0 / 60.0),
        "deg/s": radians(1.0),
        "1/s": 1.0,
        "1": 1.0,
    }
)


def read_figure(file: str, key: str, entry: object, sources: Mapping[str, str]) -> Figure:
    """A figure from its table ``{value, unit, source, note, alternatives}``.

    Raises
    ------
    RecordError
        With the file, the key and what was wanted there.
    """
    if not isinstance(entry, dict):
        raise RecordError(f"{file}: {key}: wanted a table with value, unit, source, got {entry!r}")
    for name in ("value", "unit", "source"):
        if name not in entry:
            raise RecordError(f"{file}: {key}: {name} is missing")
    for name in entry:
        if name not in ("value", "unit", "source", "note", "alternatives"):
            raise RecordError(f"{file}: {key}: unknown entry {name!r}")
    unit, value = entry["unit"], entry["value"]
    if unit not in UNITS:
        raise RecordError(f"{file}: {key}.unit: wanted one of {', '.join(UNITS)}, got {unit!r}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise RecordError(f"{file}: {key}.value: wanted a finite number, got {value!r}")
    if entry["source"] not in sources:
        raise RecordError(
            f"{file}: {key}.source: wanted a key of [sources], got {entry['source']!r}"
        )
    others = entry.get("alternatives", [])
    return Figure(
        value=float(value) * UNITS[unit],
        unit=unit,
        source=sources[entry["source"]],
        note=str(entry.get("note", "")),
        alternatives=tuple(
            read_figure(file, f"{key}.alternatives[{i}]", other, sources)
            for i, other in enumerate(others)
        ),
    )


def read_figures(
    file: str, key: str, table: object, names: tuple[str, ...], sources: Mapping[str, str]
) -> Mapping[str, Figure]:
    """All figures of a table, which must have exactly the entries `names`."""
    if not isinstance(table, dict):
        raise RecordError(f"{file}: {key}: wanted a table, got {table!r}")
    for name in table:
        if name not in names:
            raise RecordError(f"{file}: {key}.{name}: wanted one of {', '.join(names)}")
    for name in names:
        if name not in table:
            raise RecordError(f"{file}: {key}.{name}: is missing")
    return MappingProxyType(
        {name: read_figure(file, f"{key}.{name}", table[name], sources) for name in names}
    )


def read_sources(file: str, table: Mapping[str, Any]) -> Mapping[str, str]:
    """The table ``[sources]``: key to text."""
    sources = table.get("sources")
    if not isinstance(sources, dict) or not all(isinstance(s, str) for s in sources.values()):
        raise RecordError(f"{file}: sources: wanted a table of texts, got {sources!r}")
    return MappingProxyType(sources)
