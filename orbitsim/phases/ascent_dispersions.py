"""What may differ from one ascent to the next: dispersions, and an engine that fails."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite, radians
from typing import Self

import numpy as np

from orbitsim.errors import InputError
from orbitsim.units import FloatArray
from orbitsim.vehicles.launcher import Rocket

# Columns of the dispersions that do not have one for each stage; 0 where a case has one number.
_COLUMNS = {
    "drag": 0,
    "air_density": 0,
    "wind": 2,
    "pitch_over": 0,
    "azimuth": 0,
    "tail_off": 0,
    "navigation_position": 3,
    "navigation_velocity": 3,
    "misalignment": 2,
}
_ADDED = frozenset(_COLUMNS) - {"drag", "air_density", "tail_off"}


@dataclass(frozen=True, slots=True)
class Dispersions:
    """What differs from flight to flight, one of each a case (and a stage where so said).

    All but the errors and the wind are factors on the rocket's figures.

    Attributes
    ----------
    thrust, specific_impulse, propellant_mass, dry_mass : ndarray, shape (N, stages)
        A thrust above nominal burns the propellant faster.  All units of a stage share one factor.
    drag, air_density : ndarray, shape (N,)
        On the drag coefficient, and on the density of the air.
    wind : ndarray, shape (N, 2)
        Added to the wind at the jet stream's level, towards east and north, m/s; at other heights
        in proportion (see `AscentAir`).
    pitch_over, azimuth : ndarray, shape (N,)
        Errors of the programme: added to the lean at the end of the pitch-over and to its azimuth,
        rad.
    tail_off : ndarray, shape (N,)
        On the impulse that the last stage still gives after its cut-off.
    navigation_position, navigation_velocity : ndarray, shape (N, 3)
        What a closed loop takes its state to be, less what it is: up, along and across the target
        plane (to the side of its normal), m and m/s.
    misalignment : ndarray, shape (N, 2)
        Of the thrust from the attitude that guidance commands, up and across, rad.
    """

    thrust: FloatArray
    specific_impulse: FloatArray
    propellant_mass: FloatArray
    dry_mass: FloatArray
    drag: FloatArray
    air_density: FloatArray
    wind: FloatArray
    pitch_over: FloatArray
    azimuth: FloatArray
    tail_off: FloatArray
    navigation_position: FloatArray
    navigation_velocity: FloatArray
    misalignment: FloatArray

    def __post_init__(self) -> None:
        n, stages = np.shape(self.thrust) if np.ndim(self.thrust) == 2 else (0, 1)
        for field in fields(self):
            array = np.array(getattr(self, field.name), dtype=float)
            columns = _COLUMNS.get(field.name, stages)
            wanted = (n, columns) if columns else (n,)
            if n == 0 or array.shape != wanted:
                raise InputError(
                    f"{field.name} must have shape {wanted if n else '(N, stages)'}, "
                    f"got {array.shape}"
                )
            if not np.all(np.isfinite(array)):
                raise InputError(f"{field.name} must be finite")
            if field.name not in _ADDED and np.any(array < 0.0):
                raise InputError(f"{field.name} must not be negative")
            if field.name == "specific_impulse" and not np.all(array > 0.0):
                raise InputError("specific_impulse must be positive")
            array.flags.writeable = False
            object.__setattr__(self, field.name, array)

    def __len__(self) -> int:
        return int(self.thrust.shape[0])

    @classmethod
    def nominal(cls, rocket: Rocket, n: int) -> Self:
        """N times no dispersion at all."""
        ones, none = np.ones((n, len(rocket.stages))), np.zeros((n, 3))
        return cls(
            thrust=ones,
            specific_impulse=ones,
            propellant_mass=ones,
            dry_mass=ones,
            drag=ones[:, 0],
            air_density=ones[:, 0],
            wind=none[:, :2],
            pitch_over=none[:, 0],
            azimuth=none[:, 0],
            tail_off=ones[:, 0],
            navigation_position=none,
            navigation_velocity=none,
            misalignment=none[:, :2],
        )

    @classmethod
    def sample(
        cls,
        rocket: Rocket,
        n: int,
        seed: int,
        *,
        thrust: float = 0.005,
        specific_impulse: float = 0.003,
        propellant_mass: float = 0.003,
        dry_mass: float = 0.01,
        drag: float = 0.10,
        air_density: float = 0.05,
        wind: float = 12.0,
        pitch_over: float = radians(0.05),
        azimuth: float = radians(0.1),
        tail_off: float = 0.1,
        navigation_position: float = 500.0,
        navigation_velocity: float = 1.0,
        misalignment: float = radians(0.1),
    ) -> Self:
        """Normally distributed, independent of each other, by a seed.

        The keyword arguments are one-sigma: fractions for the factors, for the others in their own
        unit and per component.  Their defaults are assumptions of the size usual for liquid stages
        and inertial navigation; nothing is published for the rockets of this package.
        """
        rng = np.random.default_rng(seed)

        def factors(sigma: float, *shape: int) -> FloatArray:
            return np.maximum(1.0 + sigma * rng.standard_normal(shape), 0.0)

        stages = len(rocket.stages)
        return cls(
            thrust=factors(thrust, n, stages),
            specific_impulse=factors(specific_impulse, n, stages),
            propellant_mass=factors(propellant_mass, n, stages),
            dry_mass=factors(dry_mass, n, stages),
            drag=factors(drag, n),
            air_density=factors(air_density, n),
            wind=wind * rng.standard_normal((n, 2)),
            pitch_over=pitch_over * rng.standard_normal(n),
            azimuth=azimuth * rng.standard_normal(n),
            tail_off=factors(tail_off, n),
            navigation_position=navigation_position * rng.standard_normal((n, 3)),
            navigation_velocity=navigation_velocity * rng.standard_normal((n, 3)),
            misalignment=misalignment * rng.standard_normal((n, 2)),
        )


@dataclass(frozen=True, slots=True)
class EngineFailure:
    """A stage's engine that gives less from an instant on.

    Attributes
    ----------
    stage : str
        Name of the stage.
    time : float
        s after lift-off.
    thrust : float
        What is left of thrust and flow, 0 (an early shutdown) to 1.  One engine of a ring of four
        leaves 0.75; nothing is said of the moment that the others then have to balance.
    """

    stage: str
    time: float
    thrust: float = 0.0

    def __post_init__(self) -> None:
        if not isfinite(self.time) or self.time < 0.0:
            raise InputError(f"an engine fails at a time of s >= 0, got {self.time}")
        if not 0.0 <= self.thrust <= 1.0:
            raise InputError(f"the thrust left must lie between 0 and 1, got {self.thrust}")
