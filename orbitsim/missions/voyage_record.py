"""What a record says of the flight after the insertion: docking, free flight, return to Earth."""

from __future__ import annotations

from dataclasses import dataclass

from orbitsim.missions import schema
from orbitsim.missions.failure_record import Finder
from orbitsim.missions.figure import Assumption, Figure
from orbitsim.missions.schema import UNITS, VOYAGE_ROLES, Place


@dataclass(frozen=True, slots=True)
class VoyageRecord:
    """The ``[voyage]`` of a record.

    Attributes
    ----------
    entries : tuple of (str, Figure or Assumption)
        By roles of `schema.VOYAGE_ROLES`; every role is there.
    """

    entries: tuple[tuple[str, Figure | Assumption], ...]

    def text(self, role: str) -> str:
        """A text."""
        return str(dict(self.entries)[role].value)

    def entry(self, role: str) -> Figure | Assumption:
        """The figure or assumption itself."""
        return dict(self.entries)[role]

    def number(self, role: str) -> float:
        """A number, SI; of a range, its middle."""
        low, high = self.range(role)
        return 0.5 * (low + high)

    def range(self, role: str) -> tuple[float, float]:
        """Lowest and highest value, SI; equal where one number is given."""
        entry = dict(self.entries)[role]
        if isinstance(entry.value, tuple):
            factor = UNITS[entry.unit][1]
            return float(entry.value[0] * factor), float(entry.value[1] * factor)
        return entry.si, entry.si


def read_voyage(raw: object, find: Finder, place: Place) -> VoyageRecord:
    """Check the ``[voyage]`` of a file.

    Raises
    ------
    RecordError
        A role is missing, unknown, or of another kind than it has to be.
    """
    table = schema.table(raw, place, texts=tuple(VOYAGE_ROLES))
    entries = tuple((role, find(role, table[role])) for role in VOYAGE_ROLES)
    for role, entry in entries:
        where = place.at(f"voyage.{role}")
        if entry.kind != VOYAGE_ROLES[role]:
            where.refuse(f"'{entry.key}' is in {entry.unit}", f"a figure of {VOYAGE_ROLES[role]}")
        if isinstance(entry.value, tuple) and not (
            len(entry.value) == 2 and entry.value[0] <= entry.value[1]
        ):
            where.refuse(f"'{entry.key}' is {entry.value!r}", "one number, or a range of two")
    return VoyageRecord(entries)
