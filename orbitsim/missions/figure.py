"""Figures and assumptions: one value each, with its unit and where it is from."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Any

from orbitsim.errors import RecordError
from orbitsim.missions import schema
from orbitsim.missions.schema import UNITS, Place, Value

if TYPE_CHECKING:
    from astropy.time import Time

_EARLIEST = "0000-01-01T00:00:00"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What figures and assumptions have in common."""

    key: str
    value: Value
    unit: str

    @property
    def kind(self) -> str:
        """Kind of quantity: "text", "time", "mass", "length", "duration", ..."""
        return UNITS[self.unit][0]

    @property
    def is_number(self) -> bool:
        """Whether the value is one number, neither text nor time nor list."""
        return not isinstance(self.value, (str, tuple))

    @property
    def si(self) -> float:
        """The number in SI units and radians (money and counts as they are).

        Raises
        ------
        RecordError
            If the value is a text, a time or a list.
        """
        if isinstance(self.value, (str, tuple)):
            raise RecordError(f"{self.key} is {self.value!r} ({self.unit}); wanted one number")
        return self.value * UNITS[self.unit][1]

    @property
    def time(self) -> Time:
        """The UTC epoch; of one printed only as a day, month or year, its start.

        Raises
        ------
        RecordError
            If the value is not a time.
        """
        if self.kind != "time":
            raise RecordError(f"{self.key} is {self.value!r} ({self.unit}); wanted a UTC time")
        from astropy.time import Time  # only here: the import costs half a second

        text = str(self.value)
        return Time(text + _EARLIEST[len(text) :], format="isot", scale="utc")


@dataclass(frozen=True, slots=True)
class Figure(_Entry):
    """One documented fact.

    Attributes
    ----------
    key : str
        Dotted name of what is stated; figures that share it are variants of one fact.
    value : float, str or tuple of float
        The figure in `unit`; a text, or an ISO 8601 time where the unit is UTC.
    unit : str
        A unit of `schema.UNITS`.
    precision : float or None
        Step of the last printed digit in `unit` (of a time, in seconds); None for a text.
    qualifier : str
        The hedge printed with it ("about", "at least"), or empty.
    document, locator : str
        Where it stands.
    note : str
        A remark of the record's author, or empty.
    printed : str
        The wording of the value, where it is printed in words or in another unit; or empty.
    """

    precision: float | None
    qualifier: str
    document: str
    locator: str
    note: str = ""
    printed: str = ""

    @property
    def precision_si(self) -> float:
        """Step of the last printed digit in SI units and radians; zero for a text."""
        return (self.precision or 0.0) * UNITS[self.unit][1]

    def __str__(self) -> str:
        text = ", ".join(map(str, self.value)) if isinstance(self.value, tuple) else str(self.value)
        if not isinstance(self.value, (str, tuple)):
            text = f"{self.value:.{max(0, -floor(log10(self.precision or 1.0)))}f}"
        words = (self.qualifier, text, "" if self.unit in ("text", "count") else self.unit)
        return " ".join(word for word in words if word)


@dataclass(frozen=True, slots=True)
class Assumption(_Entry):
    """An input that no document gives: where it is from, and why it is taken."""

    source: str
    reason: str


def agree(a: Figure, b: Figure) -> bool:
    """Whether two figures say the same, as far as the coarser of them is printed.

    Numbers agree when the finer one rounds to the coarser, times when the finer one lies in the
    coarser's minute, day or year; texts and lists only when equal.
    """
    fine, coarse = sorted((a, b), key=lambda figure: figure.precision_si)
    if a.kind == b.kind == "time":
        place = Place(coarse.document)
        lead = schema.epoch(str(fine.value), place)[0] - schema.epoch(str(coarse.value), place)[0]
        return a.value == b.value or 0.0 <= lead.total_seconds() < coarse.precision_si
    if a.kind == b.kind and a.is_number and b.is_number:
        return abs(a.si - b.si) <= (0.5 + 1e-9) * coarse.precision_si
    return (a.value, a.unit) == (b.value, b.unit)


def read_figure(item: Any, number: int, place: Place) -> Figure:
    """Check the `number`-th ``[[figure]]`` of a file."""
    place = entry_place(item, "figure", number, place)
    raw = schema.table(
        item,
        place,
        texts=("key", "unit", "document", "locator"),
        optional_texts=("qualifier", "note", "printed"),
        others=("value",),
        optional_others=("precision",),
    )
    value = schema.value(raw["value"], raw["unit"], place)
    return Figure(
        key=schema.key(raw["key"], place),
        value=value,
        unit=raw["unit"],
        precision=schema.precision(raw.get("precision"), value, raw["unit"], place),
        qualifier=raw.get("qualifier", ""),
        document=raw["document"],
        locator=raw["locator"],
        note=raw.get("note", ""),
        printed=raw.get("printed", ""),
    )


def read_assumption(item: Any, number: int, place: Place) -> Assumption:
    """Check the `number`-th ``[[assumption]]`` of a file."""
    place = entry_place(item, "assumption", number, place)
    raw = schema.table(item, place, texts=("key", "unit", "source", "reason"), others=("value",))
    return Assumption(
        key=schema.key(raw["key"], place),
        value=schema.value(raw["value"], raw["unit"], place),
        unit=raw["unit"],
        source=raw["source"],
        reason=raw["reason"],
    )


def entry_place(item: Any, heading: str, number: int, place: Place) -> Place:
    """Name an entry by its number and its key, as far as it has one."""
    name = item.get("key", "") if isinstance(item, dict) else ""
    return place.at(f"{heading} {number} ({name or 'no key'})")
