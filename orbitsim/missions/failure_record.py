"""The failure of a flight, declared in its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orbitsim.missions import schema
from orbitsim.missions.figure import Assumption, Figure
from orbitsim.missions.schema import FAILURE_KINDS, FAILURE_ROLES, UNITS, Place

Finder = Callable[[str, str], Figure | Assumption]
"""From the name of an entry and what it refers to, to the figure or assumption."""


@dataclass(frozen=True, slots=True)
class FailureRecord:
    """When, which stage, what; and what is assumed of the moments after it.

    Attributes
    ----------
    time : Figure or Assumption
        A time, or a duration that counts from the liftoff.
    stage : str
        Name of the rocket's stage.
    kind : str
        One of `schema.FAILURE_KINDS`.
    quantities : tuple of (str, Figure or Assumption)
        By roles of `schema.FAILURE_ROLES`.
    """

    time: Figure | Assumption
    stage: str
    kind: str
    quantities: tuple[tuple[str, Figure | Assumption], ...] = ()

    def range(self, role: str, default: tuple[float, float]) -> tuple[float, float]:
        """Lowest and highest value of a role, SI and radians; `default` where it is not given."""
        entry = dict(self.quantities).get(role)
        if entry is None:
            return default
        if isinstance(entry.value, tuple):
            factor = UNITS[entry.unit][1]
            return float(entry.value[0] * factor), float(entry.value[1] * factor)
        return entry.si, entry.si


def read_failure(raw: Any, find: Finder, place: Place) -> FailureRecord:
    """Check the ``[failure]`` of a file."""
    table = schema.table(
        raw, place, texts=("time", "stage", "kind"), optional_texts=tuple(FAILURE_ROLES)
    )
    if table["kind"] not in FAILURE_KINDS:
        place.refuse(f"kind = {table['kind']!r}", schema.one_of(table["kind"], FAILURE_KINDS))
    time = find("time", table["time"])
    if time.kind not in ("time", "duration") or isinstance(time.value, tuple):
        place.at("failure.time").refuse(
            f"'{table['time']}' is in {time.unit}", "one time, or one duration after the liftoff"
        )
    quantities = tuple(
        (role, _quantity(role, find(role, table[role]), place.at(f"failure.{role}")))
        for role in FAILURE_ROLES
        if role in table
    )
    return FailureRecord(time, table["stage"], table["kind"], quantities)


def _quantity(role: str, entry: Figure | Assumption, place: Place) -> Figure | Assumption:
    if entry.kind != FAILURE_ROLES[role]:
        place.refuse(f"'{entry.key}' is in {entry.unit}", f"a figure of {FAILURE_ROLES[role]}")
    numbers = entry.value if isinstance(entry.value, tuple) else (entry.si, entry.si)
    if len(numbers) != 2 or not 0.0 <= numbers[0] <= numbers[1]:
        place.refuse(
            f"'{entry.key}' is {entry.value!r}", "a number >= 0, or a range [lowest, highest]"
        )
    return entry
