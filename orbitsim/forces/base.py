"""What every force has in common: it can be added to others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TypeVar

from orbitsim.errors import InputError

Kind = TypeVar("Kind", bound="Force")


class Force(ABC):
    """One force, or a sum of them."""

    __slots__ = ()

    @property
    @abstractmethod
    def terms(self) -> tuple[Force, ...]:
        """The single forces."""

    def __add__(self, other: Force) -> Sum:
        if not isinstance(other, Force):
            return NotImplemented
        return Sum((*self.terms, *other.terms))


@dataclass(frozen=True, slots=True, eq=False)
class Sum(Force):
    """Several forces at once; write ``a + b``."""

    parts: tuple[Force, ...]

    @property
    def terms(self) -> tuple[Force, ...]:
        """The single forces, in the order in which they were added."""
        return self.parts


def the_one(forces: Force, kind: type[Kind]) -> Kind | None:
    """The term of that kind, if there is one.

    Raises
    ------
    InputError
        There are several.
    """
    found = [term for term in forces.terms if isinstance(term, kind)]
    if len(found) > 1:
        raise InputError(f"forces hold {len(found)} terms of the kind {kind.__name__}; give one")
    return found[0] if found else None
