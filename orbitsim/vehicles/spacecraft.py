"""Spacecraft that manoeuvre and dock: masses, engines, thrusters, outer shape.

A spacecraft is a TOML file.  The package brings some (`spacecraft_names`), and a file of one's own
is loaded the same way.  Every number in it names its source or is flagged as an assumption.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import InputError, RecordError
from orbitsim.vehicles.figure_file import read_figures, read_sources
from orbitsim.vehicles.launcher import Figure

_COUNTS: Final = ("translation_thrusters", "rotation_thrusters")
_TEXTS: Final = ("name", "designation")


@dataclass(frozen=True, slots=True)
class Spacecraft:
    """A spacecraft; SI.

    Attributes
    ----------
    name, designation : str
    launch_mass : float
        With propellant and cargo, kg.
    dry_mass : float
        Without propellant of its own and without cargo, kg.
    propellant_mass : float
        For its own engine and thrusters, kg.
    length, diameter : float
        Of the hull, m.
    probe_tip : float
        Distance of the docking probe's tip ahead of the centre of mass, m.
    main_thrust, main_specific_impulse : float
        N and s.
    approach_thrust, turning_thrust : float
        One thruster for translation, and one for rotation, N.
    translation_thrusters, rotation_thrusters : int
        How many fire together along one axis, and as the couple about one.
    thruster_specific_impulse : float
        Of both kinds, in pulses, s.
    turning_arm : float
        Of the pitch and yaw thrusters, from the centre of mass, m.
    shortest_pulse, valve_step : float
        Least on-time, and by what on-times differ, s.
    fastest_turn : float
        Attitude rate that the control allows itself, rad/s.
    figures : mapping of str to Figure
        Every number above with its source.
    """

    name: str
    designation: str
    launch_mass: float
    dry_mass: float
    propellant_mass: float
    length: float
    diameter: float
    probe_tip: float
    main_thrust: float
    main_specific_impulse: float
    approach_thrust: float
    turning_thrust: float
    translation_thrusters: int
    rotation_thrusters: int
    thruster_specific_impulse: float
    turning_arm: float
    shortest_pulse: float
    valve_step: float
    fastest_turn: float
    figures: Mapping[str, Figure]

    def inertia(self, mass: float) -> tuple[float, float, float]:
        """Principal moments of inertia (kg m2), roll first, as of a uniform cylinder.

        No published figures were found.  The solar panels are left out.

        Examples
        --------
        >>> [round(x) for x in load_spacecraft("progress-m1").inertia(7000.0)]
        [6379, 39595, 39595]
        """
        radius2 = 0.25 * self.diameter**2
        across = mass * (3.0 * radius2 + self.length**2) / 12.0
        return 0.5 * mass * radius2, across, across

    @property
    def axis_force(self) -> float:
        """Thrust along one axis, N."""
        return self.translation_thrusters * self.approach_thrust

    @property
    def axis_torques(self) -> tuple[float, float, float]:
        """Torque about roll, pitch and yaw, N m; the roll thrusters stand on the hull."""
        force = self.rotation_thrusters * self.turning_thrust
        return 0.5 * self.diameter * force, self.turning_arm * force, self.turning_arm * force

    @property
    def exhaust_speed(self) -> float:
        """Of the thrusters, m/s."""
        return self.thruster_specific_impulse * STANDARD_GRAVITY


_NUMBERS: Final = tuple(f.name for f in fields(Spacecraft) if f.name not in (*_TEXTS, "figures"))


def spacecraft_names() -> tuple[str, ...]:
    """Names of the spacecraft that come with the package.

    >>> spacecraft_names()
    ('progress-m1', 'progress-ms')
    """
    folder = resources.files("orbitsim.vehicles") / "data" / "spacecraft"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".toml")))


def load_spacecraft(name_or_path: str | Path) -> Spacecraft:
    """Read a spacecraft.

    Parameters
    ----------
    name_or_path : str or Path
        One of `spacecraft_names` (case and spaces do not matter), or a TOML file laid out alike.

    Raises
    ------
    InputError
        If there is no such spacecraft or file.
    RecordError
        If the file says something unusable; the message names file, key and what was wanted.

    Examples
    --------
    >>> craft = load_spacecraft("progress-m1")
    >>> craft.main_thrust, craft.figures["main_thrust"].unit
    (2950.0, 'kN')
    """
    name = str(name_or_path).strip().lower().replace(" ", "-")
    if name in spacecraft_names():
        file = f"{name}.toml"
        folder = resources.files("orbitsim.vehicles") / "data" / "spacecraft"
        text = (folder / file).read_text("utf-8")
    else:
        path = Path(name_or_path)
        if not path.is_file():
            raise InputError(
                f"no spacecraft {str(name_or_path)!r}: neither a file nor one of "
                f"{spacecraft_names()}"
            )
        file, text = str(path), path.read_text("utf-8")
    return _read(file, text)


def _read(file: str, text: str) -> Spacecraft:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecordError(f"{file}: not a TOML file: {error}") from error
    sources = read_sources(file, table)
    for key in _TEXTS:
        if not isinstance(table.get(key), str) or not table[key]:
            raise RecordError(f"{file}: {key}: wanted a text, got {table.get(key)!r}")
    numbers = {k: v for k, v in table.items() if k not in (*_TEXTS, "sources")}
    figures = read_figures(file, "spacecraft", numbers, _NUMBERS, sources)
    for key, figure in figures.items():
        if not figure.value > 0.0:
            raise RecordError(f"{file}: {key}.value: wanted a positive number, got {figure.value}")
    value = {key: figure.value for key, figure in figures.items()}
    if value["dry_mass"] + value["propellant_mass"] > value["launch_mass"]:
        raise RecordError(f"{file}: dry_mass and propellant_mass: wanted no more than launch_mass")
    for key in _COUNTS:
        if value[key] != round(value[key]):
            raise RecordError(f"{file}: {key}.value: wanted a whole number, got {value[key]}")
    counts = {key: round(value.pop(key)) for key in _COUNTS}
    return Spacecraft(
        name=table["name"],
        designation=table["designation"],
        translation_thrusters=counts["translation_thrusters"],
        rotation_thrusters=counts["rotation_thrusters"],
        figures=MappingProxyType(dict(figures)),
        **value,
    )
