"""What a crew or a computer does to a flight: impulses, burns, and masses let go.

The state at the instant of an impulse is the one after it.  What is due after the last instant that
is asked for, or waits for an event that does not occur, is not done: `Trajectory.events` holds all
that was.  Of several manoeuvres at one instant the first in the list comes first.
"""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError
from orbitsim.forces.thrust import ATTITUDES
from orbitsim.propagation.events import Event
from orbitsim.units import FloatArray, as_time, read_only, to_finite_si, to_si


class Manoeuvre(ABC):
    """Anything that is done at an instant, or when an event occurs.

    Attributes
    ----------
    at : Time, float, Quantity, array_like or Event
        When: an instant, seconds after each orbit's epoch, or the first occurrence of an event.
    """

    __slots__ = ()

    at: Any


@dataclass(frozen=True, slots=True, eq=False)
class ImpulsiveBurn(Manoeuvre):
    """A change of velocity in no time.

    Attributes
    ----------
    delta_v : ndarray, shape (3,) or (*S, 3)
        m/s, in the axes of `attitude`.
    at : Time, float, Quantity, array_like or Event
    attitude : {"RTN", "VNC", "inertial"}
        Radial, transverse, normal; velocity, normal, conormal; or the axes of the orbit's frame.
    specific_impulse : float or None
        s, by which the mass falls; without it the mass stays.

    Raises
    ------
    InputError
        A burn that is not finite, an unknown attitude, or a specific impulse that is not positive.
    """

    delta_v: FloatArray
    at: Any
    attitude: str
    specific_impulse: float | None

    def __init__(
        self,
        delta_v: Any,
        at: Any,
        *,
        attitude: str = "RTN",
        specific_impulse: Any = None,
    ) -> None:
        vector = to_finite_si(delta_v, "m/s", "delta_v")
        if vector.shape[-1:] != (3,):
            raise InputError(f"delta_v must have the shape (..., 3), got {vector.shape}")
        object.__setattr__(self, "delta_v", read_only(vector.copy()))
        object.__setattr__(self, "at", _when(at))
        object.__setattr__(self, "attitude", _attitude(attitude))
        isp = (
            None
            if specific_impulse is None
            else _positive(specific_impulse, "s", "specific_impulse")
        )
        object.__setattr__(self, "specific_impulse", isp)


@dataclass(frozen=True, slots=True, eq=False)
class FiniteBurn(Manoeuvre):
    """Constant thrust for a while, with the propellant's mass flowing off.

    Attributes
    ----------
    force : float
        N.
    specific_impulse : float
        s.
    at : Time, float, Quantity, array_like or Event
        When it begins.
    duration : ndarray or None
        s; one, or one for each orbit of a batch.
    delta_v : ndarray or None
        Speed by the rocket equation, m/s, in place of a duration.
    direction : ndarray, shape (3,) or (*S, 3)
        Of the push, in the axes of `attitude`, which turn with the satellite.
    attitude : {"RTN", "VNC", "inertial"}

    Raises
    ------
    InputError
        Not one of duration and delta_v, a number that is not positive, a direction without length,
        or an unknown attitude.

    Examples
    --------
    >>> burn = FiniteBurn(2950.0, at=3600.0, delta_v=100.0, specific_impulse=302.0,
    ...                   direction=[0.0, -1.0, 0.0])
    >>> round(float(burn.seconds(7000.0)), 1)
    233.3
    """

    force: float
    specific_impulse: float
    at: Any
    duration: FloatArray | None
    delta_v: FloatArray | None
    direction: FloatArray
    attitude: str

    def __init__(
        self,
        force: Any,
        at: Any,
        *,
        specific_impulse: Any,
        duration: Any = None,
        delta_v: Any = None,
        direction: Any = (0.0, 1.0, 0.0),
        attitude: str = "RTN",
    ) -> None:
        if (duration is None) == (delta_v is None):
            raise InputError(f"give one of duration and delta_v, got {duration!r} and {delta_v!r}")
        axes = to_finite_si(direction, "", "direction")
        if axes.shape[-1:] != (3,):
            raise InputError(f"direction must have the shape (..., 3), got {axes.shape}")
        length = np.linalg.norm(axes, axis=-1, keepdims=True)
        if not (length > 0.0).all():
            raise InputError(f"direction must have a length, got {direction!r}")
        object.__setattr__(self, "force", _positive(force, "N", "force"))
        object.__setattr__(
            self, "specific_impulse", _positive(specific_impulse, "s", "specific_impulse")
        )
        object.__setattr__(self, "at", _when(at))
        for name, value, unit in (("duration", duration, "s"), ("delta_v", delta_v, "m/s")):
            number = None
            if value is not None:
                number = to_finite_si(value, unit, name)
                if not (number >= 0.0).all():
                    raise InputError(f"{name} must not be negative, got {value!r} {unit}")
                number = read_only(number.copy())
            object.__setattr__(self, name, number)
        object.__setattr__(self, "direction", read_only(axes / length))
        object.__setattr__(self, "attitude", _attitude(attitude))

    @property
    def flow(self) -> float:
        """Propellant used in a second, kg/s."""
        return self.force / (self.specific_impulse * STANDARD_GRAVITY)

    def seconds(self, mass: Any) -> FloatArray:
        """How long it lasts for a spacecraft of `mass` (kg) at its start."""
        if self.duration is not None:
            return np.asarray(self.duration)
        assert self.delta_v is not None
        exhaust = self.specific_impulse * STANDARD_GRAVITY
        return np.asarray(mass * -np.expm1(-self.delta_v / exhaust) / self.flow)


@dataclass(frozen=True, slots=True, eq=False)
class MassChange(Manoeuvre):
    """Mass let go or taken on, such as a stage dropped or a cargo delivered.

    Attributes
    ----------
    change : float
        kg, negative for a loss.
    at : Time, float, Quantity, array_like or Event
    """

    change: float
    at: Any

    def __init__(self, change: Any, at: Any) -> None:
        object.__setattr__(self, "change", float(to_finite_si(change, "kg", "change")))
        object.__setattr__(self, "at", _when(at))


def _when(at: Any) -> Any:
    """An event, a Time, or seconds.

    Raises
    ------
    InputError
        None of them, or an instant that is none.
    """
    if isinstance(at, Event):
        return at
    at = as_time(at, "at")
    if hasattr(at, "jd1"):  # Time and TimeDelta
        if np.any(at.mask):
            raise InputError(f"at must not be masked, got {at!r}")
        return at
    return read_only(to_finite_si(at, "s", "at").copy())


def _attitude(name: str) -> str:
    if name not in ATTITUDES:
        raise InputError(f"attitude must be one of {', '.join(ATTITUDES)}, got {name!r}")
    return name


def _positive(value: Any, unit: str, name: str) -> float:
    number = to_si(value, unit, name)
    if number.shape or not 0.0 < float(number) < np.inf:
        raise InputError(f"{name} must be one positive number, got {value!r} {unit}")
    return float(number)
