"""What a flight starts from and what is to happen on it, checked before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.kernels.dynamics import Field
from orbitsim.propagation.burns import FiniteBurn, ImpulsiveBurn, Manoeuvre, MassChange
from orbitsim.propagation.events import Event, States
from orbitsim.propagation.field import each
from orbitsim.propagation.path import IntArray
from orbitsim.units import FloatArray, elapsed_seconds

if TYPE_CHECKING:
    from astropy.time import Time


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a flight starts from, and what is to happen.

    For N orbits of the shape S, in the axes of the integration:

    Attributes
    ----------
    shape : tuple of int
        S.
    state : ndarray, shape (6, N)
    constants : ndarray, shape (CONSTANTS, N)
        With the instants of the epochs.
    mass : ndarray, shape (N,)
        kg at the epoch; NaN where none was given.
    field : Field
    to_frame, to_gcrs : ndarray, shape (N, 3, 3), or None
        From those axes to the frame of the orbits, and to the GCRS; None where they are the same.
    epoch : Time
        Of the orbits: one, or of the shape S.
    manoeuvres : tuple of Manoeuvre
    events : tuple of Event
    tolerance : float
    threads : int or None
    """

    shape: tuple[int, ...]
    state: FloatArray
    constants: FloatArray
    mass: FloatArray
    field: Field
    to_frame: FloatArray | None
    to_gcrs: FloatArray | None
    epoch: Time
    manoeuvres: tuple[Manoeuvre, ...]
    events: tuple[Event, ...]
    tolerance: float
    threads: int | None

    @property
    def size(self) -> int:
        """Number of orbits."""
        return int(self.state.shape[1])

    def of(self, orbits: IntArray) -> Plan:
        """The plan of some of the orbits, in a row and without manoeuvres."""
        to_frame, to_gcrs = (
            turns if turns is None else turns[orbits] for turns in (self.to_frame, self.to_gcrs)
        )
        return replace(
            self,
            shape=(orbits.size,),
            state=self.state[:, orbits],
            constants=self.constants[:, orbits],
            mass=self.mass[orbits],
            to_frame=to_frame,
            to_gcrs=to_gcrs,
            epoch=self.epoch.reshape(-1)[orbits] if self.epoch.shape else self.epoch,
            manoeuvres=(),
        )

    def states(self, orbit: IntArray, t: FloatArray, y: FloatArray) -> States:
        """What an event's function takes, of states (6, M) at seconds after the orbits' epochs."""
        epoch = self.epoch.reshape(-1) if self.epoch.shape else self.epoch
        r, v = turned(self.to_gcrs, y[:3], orbit), turned(self.to_gcrs, y[3:], orbit)
        return States(orbit, t, r.T, v.T, epoch)


def turned(turns: FloatArray | None, vectors: FloatArray, orbit: IntArray) -> FloatArray:
    """Vectors (3, M) of those orbits, turned by the orbits' matrices (N, 3, 3) if there are any."""
    if turns is None:
        return vectors
    return np.asarray(np.einsum("mij,jm->im", turns[orbit], vectors))


def check(
    manoeuvres: Sequence[Any], events: Sequence[Any], mass: FloatArray | None,
    shape: tuple[int, ...], epoch: Time,
) -> None:  # fmt: skip
    """Refuse what is no manoeuvre or event, does not fit the orbits, or lacks a mass.

    Raises
    ------
    InputError
    """
    for manoeuvre in manoeuvres:
        if not isinstance(manoeuvre, Manoeuvre):
            raise InputError(
                f"burns must hold ImpulsiveBurn, FiniteBurn or MassChange, got {manoeuvre!r}"
            )
        weighs = isinstance(manoeuvre, FiniteBurn | MassChange) or (
            isinstance(manoeuvre, ImpulsiveBurn) and manoeuvre.specific_impulse is not None
        )
        if weighs and mass is None:
            raise InputError(f"{type(manoeuvre).__name__} changes the mass; give mass=")
        clocks(manoeuvre, shape, epoch)
        if isinstance(manoeuvre, ImpulsiveBurn):
            vectors(manoeuvre.delta_v, shape, "delta_v")
        if isinstance(manoeuvre, FiniteBurn):
            vectors(manoeuvre.direction, shape, "direction")
            for name in ("duration", "delta_v"):
                if getattr(manoeuvre, name) is not None:
                    each(getattr(manoeuvre, name), shape, name)
    for event in events:
        if not isinstance(event, Event):
            raise InputError(f"events must hold Event, got {event!r}")


def clocks(manoeuvre: Manoeuvre, shape: tuple[int, ...], epoch: Time) -> FloatArray:
    """When a manoeuvre is due, (N,) seconds after the epochs; inf where that is not known yet.

    Raises
    ------
    InputError
        Before the epoch, or instants that do not fit the orbits.
    """
    if isinstance(manoeuvre.at, Event):
        return np.full(int(np.prod(shape, dtype=int)), np.inf)
    try:
        seconds = elapsed_seconds(manoeuvre.at, epoch, "at")
    except ValueError as error:
        raise InputError(f"at does not go with orbits of the shape {shape}: {error}") from None
    due = each(seconds, shape, "at").copy()
    if not (due >= 0.0).all():
        raise InputError(
            f"{type(manoeuvre).__name__} must come at or after the epoch, "
            f"got {np.nanmin(due):.6g} s after it"
        )
    return due


def vectors(values: FloatArray, shape: tuple[int, ...], name: str) -> FloatArray:
    """One vector for each orbit, (3, N), of one or of the shape (*S, 3)."""
    return np.array([each(values[..., axis], shape, name) for axis in range(3)]).reshape(3, -1)
