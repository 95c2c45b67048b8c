"""What a separation starts from: two cylinders, the thrust, the pushers, and the scatter of all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from orbitsim.errors import InputError
from orbitsim.kernels import cylinders
from orbitsim.units import FloatArray


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A rigid body of cylindrical shape.

    Attributes
    ----------
    name : str
    mass : float
        kg.
    length, diameter : float
        m.
    inertia : tuple of float
        Principal moments about the centre of mass: two across the axis, one along it, kg m2.
    centre : tuple of float
        Middle of the cylinder from the centre of mass, in body axes, m.
    """

    name: str
    mass: float
    length: float
    diameter: float
    inertia: tuple[float, float, float]
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        for what, number in (
            ("mass", self.mass),
            ("length", self.length),
            ("diameter", self.diameter),
            *(("inertia", moment) for moment in self.inertia),
        ):
            if not 0.0 < number < np.inf:
                raise InputError(
                    f"{self.name}: the {what} must be positive and finite, got {number!r}"
                )
        a, b, c = self.inertia
        if 2.0 * max(a, b, c) > (a + b + c) * (1.0 + 1e-9):
            raise InputError(f"{self.name}: no body has the moments of inertia {self.inertia!r}")
        if min(self.length, self.diameter) <= 4.0 * cylinders.EDGE:
            raise InputError(
                f"{self.name}: {self.length:g} m by {self.diameter:g} m is too small for edges "
                f"rounded by {cylinders.EDGE:g} m"
            )

    @classmethod
    def uniform(cls, name: str, mass: float, length: float, diameter: float) -> Self:
        """Mass spread evenly over the volume.

        Examples
        --------
        >>> Cylinder.uniform("drum", 12.0, 2.0, 2.0).inertia
        (7.0, 7.0, 6.0)
        """
        across = mass * (0.75 * diameter**2 + length**2) / 12.0
        return cls(name, mass, length, diameter, (across, across, mass * diameter**2 / 8.0))

    def row(self) -> FloatArray:
        """As the kernels want it."""
        return np.array(
            [self.mass, *self.inertia, *self.centre, 0.5 * self.diameter, 0.5 * self.length]
        )


@dataclass(frozen=True, slots=True)
class SeparationCases:
    """N separations; every array has the shape (N,), or (N, 2) where it says so.

    Attributes
    ----------
    thrust : ndarray
        Of the stage from the separation on, N.
    hold, decay : ndarray
        How long it stays at that, and the time constant with which it falls thereafter, s; a hold
        longer than the flight keeps it.
    exhaust_speed : ndarray
        m/s; the stage loses mass accordingly.
    thrust_offset : ndarray, shape (N, 2)
        Where the thrust's line crosses the stage's aft face, from the axis, m.
    thrust_tilt : ndarray, shape (N, 2)
        Of the thrust's line against the axis, towards x and y, rad.
    speed : ndarray
        At which the pushers would part the bodies with the engine silent, m/s.
    stroke : ndarray
        Of the pushers, m: springs whose force falls linearly to nothing.  With 0 they act at once.
    push_offset : ndarray, shape (N, 2)
        Of the pushers' resultant from the stage's axis, m.
    restitution : ndarray
        Coefficient, 0 to 1.
    friction : ndarray
        Coulomb's coefficient.
    """

    thrust: FloatArray
    hold: FloatArray
    decay: FloatArray
    exhaust_speed: FloatArray
    thrust_offset: FloatArray
    thrust_tilt: FloatArray
    speed: FloatArray
    stroke: FloatArray
    push_offset: FloatArray
    restitution: FloatArray
    friction: FloatArray

    def __post_init__(self) -> None:
        n = np.size(self.thrust)
        for field in fields(self):
            pairs = field.name in ("thrust_offset", "thrust_tilt", "push_offset")
            array = np.array(getattr(self, field.name), dtype=float)
            wanted = (n, 2) if pairs else (n,)
            if n == 0 or array.shape != wanted:
                raise InputError(f"{field.name} must have shape {wanted}, got {array.shape}")
            if not np.all(np.isfinite(array)):
                raise InputError(
                    f"{field.name} must be finite, got {array[~np.isfinite(array)][0]}"
                )
            if not pairs and np.any(array < 0.0):
                raise InputError(f"{field.name} must not be negative, got {array.min():g}")
            array.flags.writeable = False
            object.__setattr__(self, field.name, array)
        if np.any(self.restitution > 1.0):
            raise InputError(f"restitution is from 0 to 1, got {self.restitution.max():g}")
        if not np.all(self.exhaust_speed > 0.0):
            raise InputError("exhaust_speed must be positive")

    def __len__(self) -> int:
        return int(self.thrust.size)

    def __getitem__(self, index: Any) -> SeparationCases:
        chosen = np.atleast_1d(np.arange(len(self))[index])
        return SeparationCases(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @classmethod
    def of(cls, n: int = 1, **values: Any) -> SeparationCases:
        """N cases from numbers and arrays by name; what is not named is the quiet case.

        Silent engine, no misalignment, pushers that act at once, restitution 0.3, friction 0.3.

        Examples
        --------
        >>> cases = SeparationCases.of(3, thrust=[0.0, 1e4, 3e4], speed=0.5)
        >>> len(cases), cases.speed
        (3, array([0.5, 0.5, 0.5]))
        """
        quiet = {field.name: 0.0 for field in fields(cls)}
        quiet |= {"hold": 1e6, "exhaust_speed": 3000.0, "restitution": 0.3, "friction": 0.3}
        for name in values:
            if name not in quiet:
                raise InputError(f"unknown entry {name!r}; wanted one of {', '.join(quiet)}")
        pairs = ("thrust_offset", "thrust_tilt", "push_offset")
        return cls(
            **{
                name: np.broadcast_to(
                    np.asarray(values.get(name, quiet[name]), dtype=float),
                    (n, 2) if name in pairs else (n,),
                )
                for name in quiet
            }
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """Ranges and scatter from which cases are drawn.

    The published record gives none of these for Blok I and Progress; the defaults are assumptions.

    Attributes
    ----------
    residual_thrust : tuple of float
        Fraction of full thrust, evenly between the two.
    decay : tuple of float
        Time constant of the thrust's fall, s, evenly between the two; it begins at once.  None
        keeps the thrust.
    speed, stroke, restitution, friction : tuple of float
        Evenly between the two, m/s and m.
    thrust_offset, thrust_tilt, push_offset : float
        One sigma in each of x and y, m, rad, m.
    """

    residual_thrust: tuple[float, float] = (0.0, 1.0)
    decay: tuple[float, float] | None = None
    speed: tuple[float, float] = (0.1, 1.5)
    stroke: tuple[float, float] = (0.0, 0.0)
    restitution: tuple[float, float] = (0.1, 0.5)
    friction: tuple[float, float] = (0.1, 0.5)
    thrust_offset: float = 0.02
    thrust_tilt: float = 0.005
    push_offset: float = 0.02

    def sample(self, n: int, seed: int, thrust: float, exhaust_speed: float) -> SeparationCases:
        """Draw N cases for a stage of that full thrust (N) and exhaust speed (m/s)."""
        rng = np.random.default_rng(seed)

        def even(limits: tuple[float, float]) -> FloatArray:
            return rng.uniform(*limits, size=n)

        return SeparationCases.of(
            n,
            thrust=thrust * even(self.residual_thrust),
            hold=1e6 if self.decay is None else 0.0,
            decay=0.0 if self.decay is None else even(self.decay),
            exhaust_speed=exhaust_speed,
            thrust_offset=self.thrust_offset * rng.standard_normal((n, 2)),
            thrust_tilt=self.thrust_tilt * rng.standard_normal((n, 2)),
            speed=even(self.speed),
            stroke=even(self.stroke),
            push_offset=self.push_offset * rng.standard_normal((n, 2)),
            restitution=even(self.restitution),
            friction=even(self.friction),
        )
