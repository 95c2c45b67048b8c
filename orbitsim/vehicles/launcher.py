"""The nouns of a launch vehicle: figures, stages, parts, the whole rocket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, pi

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError

_SEA_LEVEL_PRESSURE = 101_325.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One published number.

    Attributes
    ----------
    value : float
        SI; a specific impulse in seconds.
    unit : str
        As printed.
    source : str
        Who says so.
    note : str
        Why it was chosen, or what it leaves open.
    alternatives : tuple of Figure
        What other sources say.
    """

    value: float
    unit: str
    source: str
    note: str = ""
    alternatives: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, or a ring of equal strap-ons.  Masses and thrusts are of one unit of `count`.

    Attributes
    ----------
    name, label, engine : str
        Key in the file, and what to call it.
    parallel : bool
        Beside the others, not in line with them.
    count : int
        Number of equal units.
    dry_mass, propellant_mass : float
        Empty, and what the engine can burn, kg.
    turbine_fluid_mass : float
        Spent evenly over the nominal burn without giving thrust, kg.
    pressurant_mass : float
        Stays aboard, kg.
    thrust_vacuum, thrust_sea_level : float
        N; without a sea-level figure thrust does not depend on pressure.
    specific_impulse : float
        In vacuum, s.
    diameter : float
        m.
    ignition, cut_off, separation : float
        Nominal, s after lift-off.  The last stage's separation is that of the payload.
    tail_off_impulse, tail_off_time : float
        What one unit still gives after its cut-off, N s, and the time constant with which it dies
        away, s.
    fall_drag_area : float
        Drag coefficient times area of one spent unit on its way down, m2; 0 if unknown.
    """

    name: str
    label: str
    engine: str
    parallel: bool
    count: int
    dry_mass: float
    propellant_mass: float
    turbine_fluid_mass: float
    pressurant_mass: float
    thrust_vacuum: float
    thrust_sea_level: float
    specific_impulse: float
    diameter: float
    ignition: float
    cut_off: float
    separation: float
    tail_off_impulse: float = 0.0
    tail_off_time: float = 1.0
    fall_drag_area: float = 0.0

    @property
    def mass_flow(self) -> float:
        """Propellant flow of one unit, kg/s, from the vacuum figures."""
        return self.thrust_vacuum / (self.specific_impulse * STANDARD_GRAVITY)

    @property
    def nozzle_area(self) -> float:
        """Loss of thrust of one unit per pressure, m2."""
        return (self.thrust_vacuum - self.thrust_sea_level) / _SEA_LEVEL_PRESSURE

    @property
    def frontal_area(self) -> float:
        """Of one unit, m2."""
        return pi / 4.0 * self.diameter**2

    @property
    def lift_off_mass(self) -> float:
        """Of all units, kg."""
        return self.count * (
            self.dry_mass + self.propellant_mass + self.turbine_fluid_mass + self.pressurant_mass
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part beside the stages: shed at `jettison` (s after lift-off) or, when None, never.

    `inside` names the stage whose dry mass contains it already; empty when it comes on top.
    `pieces` is the number of equal pieces in which it falls, `fall_drag_area` the drag coefficient
    times area of one of them, m2; 0 if unknown.
    """

    name: str
    label: str
    mass: float
    jettison: float | None
    inside: str
    pieces: int = 1
    fall_drag_area: float = 0.0


@dataclass(frozen=True, slots=True)
class Rocket:
    """A launch vehicle.

    Attributes
    ----------
    name, designation : str
    stages : tuple of Stage
        In the order of ignition; the last one carries the payload.
    parts : tuple of Part
        Fairing, adapter and the like.
    pitch_over_start, pitch_over_end : float
        When the vertical rise ends and when the gravity turn begins, s.
    guided_stage : str
        The stage with whose ignition the gravity turn ends and guided steering begins.
    drag_mach, drag_coefficient : tuple of float
        Points of the drag curve.
    turn_rate : float
        Fastest change of attitude under guidance, rad/s.
    figures : mapping of str to Figure
        Every number of the file by its dotted key, with source and alternatives.
    """

    name: str
    designation: str
    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    pitch_over_start: float
    pitch_over_end: float
    guided_stage: str
    drag_mach: tuple[float, ...]
    drag_coefficient: tuple[float, ...]
    figures: Mapping[str, Figure]
    turn_rate: float = inf

    def stage(self, name: str) -> Stage:
        """The stage of that name."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        known = ", ".join(stage.name for stage in self.stages)
        raise InputError(f"{self.name} has no stage {name!r}; it has {known}")

    @property
    def guidance_start(self) -> float:
        """When guided steering begins, s after lift-off."""
        return self.stage(self.guided_stage).ignition

    @property
    def lift_off_mass(self) -> float:
        """Without payload, kg."""
        loose = sum(part.mass for part in self.parts if not part.inside)
        return sum(stage.lift_off_mass for stage in self.stages) + loose
