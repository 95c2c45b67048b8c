"""The station's element sets, as a mission record carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from orbitsim.missions import schema
from orbitsim.missions.schema import Place


@dataclass(frozen=True, slots=True)
class ElementSet:
    """A two-line element set with its source and what it is for."""

    line1: str
    line2: str
    source: str
    purpose: str


@dataclass(frozen=True, slots=True)
class StationRecord:
    """The station: the last elements known before launch, and later ones for later phases."""

    name: str
    elements: ElementSet
    later: tuple[ElementSet, ...] = ()


def read_station(raw: Any, place: Place) -> StationRecord:
    """Check the ``[station]`` of a file."""
    station = schema.table(
        raw,
        place.at("station"),
        texts=("name", "line1", "line2", "source"),
        optional_others=("later",),
    )
    later = []
    for number, item in enumerate(schema.tables(station, "later", place), start=1):
        where = place.at(f"station.later {number}")
        table = schema.table(item, where, texts=("line1", "line2", "source", "purpose"))
        later.append(_element_set(table, table["purpose"], where))
    first = _element_set(station, "the last before launch", place.at("station"))
    return StationRecord(station["name"], first, tuple(later))


def _element_set(table: dict[str, Any], purpose: str, place: Place) -> ElementSet:
    line1 = schema.element_line(table["line1"], 1, place)
    line2 = schema.element_line(table["line2"], 2, place)
    if line1[2:7] != line2[2:7]:
        place.refuse(f"lines of {line1[2:7]} and {line2[2:7]}", "two lines of one satellite")
    return ElementSet(line1, line2, table["source"], purpose)
