"""`EventLog`: what happened along a trajectory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from orbitsim.units import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class EventLog:
    """What happened, orbit by orbit in the order of time; K occurrences.

    Attributes
    ----------
    name : tuple of str
        Of the event; or ``ImpulsiveBurn``, ``FiniteBurn``, ``MassChange`` for what was done, and
        ``ground`` for coming down.
    orbit : ndarray of int, shape (K,)
        Which orbit of the batch, counted flat.
    t : ndarray, shape (K,)
        Seconds after the trajectory's epoch.
    rising : ndarray of bool, shape (K,)
        Whether the event's function rose through zero; true for a burn and false for its end.
    r, v : ndarray, shape (K, 3)
        m and m/s in the trajectory's frame; before an impulse that is given there.
    """

    name: tuple[str, ...]
    orbit: NDArray[np.int64]
    t: FloatArray
    rising: NDArray[np.bool_]
    r: FloatArray
    v: FloatArray

    @classmethod
    def empty(cls) -> Self:
        """No occurrences."""
        none, vectors = np.empty(0), np.empty((0, 3))
        return cls((), none.astype(np.int64), none, none.astype(np.bool_), vectors, vectors)

    @classmethod
    def joined(cls, logs: Sequence[EventLog]) -> EventLog:
        """Several logs in one; what falls together stays in the order given."""
        if not logs:
            return cls.empty()
        whole = cls(
            tuple(name for log in logs for name in log.name),
            np.concatenate([log.orbit for log in logs]),
            np.concatenate([log.t for log in logs]),
            np.concatenate([log.rising for log in logs]),
            np.concatenate([log.r for log in logs]),
            np.concatenate([log.v for log in logs]),
        )
        return whole.ordered(np.lexsort((whole.t, whole.orbit)))

    def __len__(self) -> int:
        return self.t.size

    def of(self, name: str) -> EventLog:
        """The occurrences of one event."""
        return self.where(np.array([each == name for each in self.name], dtype=np.bool_))

    def where(self, chosen: NDArray[np.bool_]) -> EventLog:
        """Those for which `chosen` (K,) is true."""
        return self.ordered(np.flatnonzero(chosen))

    def ordered(self, places: NDArray[np.intp]) -> EventLog:
        """Those at `places`, in that order."""
        name = tuple(self.name[i] for i in places.tolist())
        i = places
        return EventLog(name, self.orbit[i], self.t[i], self.rising[i], self.r[i], self.v[i])
