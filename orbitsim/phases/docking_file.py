"""What a docking is flown by, read from TOML: approaches, sensors, ports and limits.

Everything here is data with its source.  `load_docking_plan` reads one approach,
`load_docking_equipment` what is common to all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import radians, tan
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from orbitsim.errors import InputError, RecordError
from orbitsim.phases.docking_plan import SENSORS, DockingPlan, Leg, Start
from orbitsim.phases.docking_states import Command, DockingState
from orbitsim.units import FloatArray, read_only
from orbitsim.vehicles.figure_file import read_figures, read_sources
from orbitsim.vehicles.launcher import Figure

_SENSOR_FIGURES: Final = (
    "range_least", "range_share", "range_most", "rate_error", "sight_least", "sight_slope",
    "sight_most", "tilt_least", "tilt_slope", "tilt_most", "bias_share", "period", "delay",
    "memory", "tilt_memory", "speed_band", "band_noise", "tilt_band", "lead", "gain", "remnant",
)  # fmt: skip
_LIMIT_FIGURES: Final = (
    "closing_least", "closing_most", "offset", "lateral_speed", "tilt", "roll", "rate", "wall",
    "crash_speed",
)  # fmt: skip
_LEG_KEYS: Final = (
    "name", "state", "flies", "sensor", "goal", "duration", "longest", "turn_rate_deg_s",
    "speeds", "corridor", "entry", "next", "abort", "source", "note",
)  # fmt: skip
_ERRORS: Final = 10
"""The first columns of a sensor are errors, published as limits: three sigma."""

_FILE: Final = "docking.toml"


@dataclass(frozen=True, slots=True)
class Port:
    """A docking port.

    Attributes
    ----------
    name : str
    place : tuple of float
        From the station's centre of mass, RTN, m.
    axis : tuple of float
        Unit vector out of the station, RTN.
    """

    name: str
    place: tuple[float, float, float]
    axis: tuple[float, float, float]

    def __post_init__(self) -> None:
        size = float(np.linalg.norm(self.axis))
        if not abs(size - 1.0) < 1e-9:
            raise InputError(f"port {self.name!r}: the axis must have the length 1, got {size}")

    @property
    def axes(self) -> FloatArray:
        """Rotation from RTN to the port frame; rows are its x, y and z.  z is as near to N as can
        be, or to R where the port's axis is along N."""
        x = np.array(self.axis)
        up = np.array([0.0, 0.0, 1.0]) if abs(x[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
        z = up - (up @ x) * x
        z /= np.linalg.norm(z)
        return np.stack([x, np.cross(z, x), z])


@dataclass(frozen=True, slots=True)
class DockingLimits:
    """What the docking mechanism bears at contact; SI, with the source of each in `figures`.

    Attributes
    ----------
    closing_least, closing_most : float
    offset : float
        Of the probe's tip from the axis.
    lateral_speed : float
    tilt, roll : float
        Angle between the axes, and about them.
    rate : float
        Angular rate against the station.
    wall : float
        Half the width of what the port stands on.
    crash_speed : float
        Above it a contact does damage.
    """

    closing_least: float
    closing_most: float
    offset: float
    lateral_speed: float
    tilt: float
    roll: float
    rate: float
    wall: float
    crash_speed: float
    figures: Mapping[str, Figure]

    def row(self) -> FloatArray:
        """As the kernel takes them."""
        return np.array([float(getattr(self, name)) for name in _LIMIT_FIGURES])


@dataclass(frozen=True, slots=True)
class DockingEquipment:
    """Sensors, limits and ports by name.

    Attributes
    ----------
    sensors : mapping of str to mapping of str to Figure
        "kurs" and "toru".
    limits : mapping of str to DockingLimits
    ports : mapping of str to Port
    """

    sensors: Mapping[str, Mapping[str, Figure]]
    limits: Mapping[str, DockingLimits]
    ports: Mapping[str, Port]

    def sensor_table(self) -> FloatArray:
        """The sensors as the kernel takes them, errors as standard deviations."""
        rows = np.array(
            [[self.sensors[name][key].value for key in _SENSOR_FIGURES] for name in SENSORS]
        )
        rows[:, :_ERRORS] /= 3.0
        return read_only(rows)


@cache
def _shipped() -> Mapping[str, Any]:
    text = (resources.files("orbitsim.phases") / "data" / _FILE).read_text("utf-8")
    return tomllib.loads(text)


@cache
def load_docking_equipment() -> DockingEquipment:
    """Sensors, limits and ports that come with the package.

    Examples
    --------
    >>> equipment = load_docking_equipment()
    >>> sorted(equipment.ports), sorted(equipment.limits)
    (['zarya-nadir', 'zvezda-aft'], ['idss', 'probe-cone'])
    >>> equipment.sensors["kurs"]["rate_error"].value
    0.015
    """
    table = _shipped()
    sources = read_sources(_FILE, table)
    sensors = {
        name: read_figures(
            _FILE, f"sensors.{name}", table["sensors"][name], _SENSOR_FIGURES, sources
        )
        for name in SENSORS
    }
    limits = {}
    for name, entry in table["limits"].items():
        figures = read_figures(_FILE, f"limits.{name}", entry, _LIMIT_FIGURES, sources)
        limits[name] = DockingLimits(**{k: f.value for k, f in figures.items()}, figures=figures)
    ports = {
        name: Port(name, _vector(entry["place"]), _vector(entry["axis"]))
        for name, entry in table["ports"].items()
    }
    return DockingEquipment(
        MappingProxyType(sensors), MappingProxyType(limits), MappingProxyType(ports)
    )


def docking_plan_names() -> tuple[str, ...]:
    """Names of the approaches that come with the package.

    >>> docking_plan_names()
    ('kurs', 'kurs-then-toru', 'kurs-to-hold-then-toru', 'toru')
    """
    return tuple(sorted(_shipped()["plans"]))


def load_docking_plan(name_or_path: str | Path) -> DockingPlan:
    """Read an approach.

    Parameters
    ----------
    name_or_path : str or Path
        One of `docking_plan_names`, or a TOML file with ``[sources]``, ``start``, ``breaks`` and
        ``[[legs]]`` laid out alike.

    Raises
    ------
    InputError
        If there is no such plan or file.
    RecordError
        If the file says something unusable.

    Examples
    --------
    >>> [leg.name for leg in load_docking_plan("toru").legs]
    ['TORU hold', 'TORU approach', 'TORU retreat', 'TORU hold again']
    """
    name = str(name_or_path)
    if name in docking_plan_names():
        shipped = _shipped()
        return read_docking_plan(
            f"{_FILE}: plans.{name}", name, shipped["plans"][name], read_sources(_FILE, shipped)
        )
    path = Path(name_or_path)
    if not path.is_file():
        raise InputError(
            f"no docking plan {name!r}: neither a file nor one of {docking_plan_names()}"
        )
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RecordError(f"{path}: not a TOML file: {error}") from error
    return read_docking_plan(str(path), path.stem, table, read_sources(str(path), table))


def read_docking_plan(
    file: str, name: str, table: Mapping[str, Any], sources: Mapping[str, str]
) -> DockingPlan:
    """The approach that a parsed table describes; `file` is for the error text."""
    try:
        start = dict(table.get("start", {}))
        legs = tuple(_leg(file, entry, sources) for entry in table["legs"])
        return DockingPlan(
            name=name,
            legs=legs,
            start=Start(
                place=_vector(start.get("place", (0.0, 0.0, 0.0))),
                gap=None if "gap" not in start else float(start["gap"]),
                sigma_place=float(start.get("sigma_place", 0.0)),
                sigma_speed=float(start.get("sigma_speed", 0.0)),
                sigma_tilt=radians(start.get("sigma_tilt_deg", 0.0)),
                sigma_rate=radians(start.get("sigma_rate_deg_s", 0.0)),
            ),
            breaks=int(table.get("breaks", 0)),
            note=str(table.get("note", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"{file}: {error}") from error


def _leg(file: str, entry: Mapping[str, Any], sources: Mapping[str, str]) -> Leg:
    where = f"{file}: leg {entry.get('name')!r}"
    for key in entry:
        if key not in _LEG_KEYS:
            raise RecordError(f"{where}: {key}: wanted one of {', '.join(sorted(_LEG_KEYS))}")
    for key in ("name", "state", "flies", "sensor", "goal", "speeds", "source"):
        if key not in entry:
            raise RecordError(f"{where}: {key}: is missing")
    if entry["source"] not in sources:
        raise RecordError(f"{where}: source: wanted a key of [sources], got {entry['source']!r}")
    corridor = entry.get("corridor", {})
    return Leg(
        name=str(entry["name"]),
        state=DockingState(entry["state"]),
        flies=str(entry["flies"]),
        sensor=str(entry["sensor"]),
        goal=float(entry["goal"]),
        speeds=tuple((float(gap), float(speed)) for gap, speed in entry["speeds"]),
        duration=float(entry.get("duration", 0.0)),
        longest=float(entry.get("longest", 7200.0)),
        turn_rate=radians(entry.get("turn_rate_deg_s", 0.0)),
        fast_factor=float(corridor.get("factor", 2.0)),
        fast_margin=float(corridor.get("margin", 0.2)),
        cone_slope=tan(radians(corridor.get("cone_deg", 11.3))),
        cone_margin=float(corridor.get("cone_margin", 1.0)),
        entry=tuple(Command(command) for command in entry.get("entry", ())),
        next=str(entry.get("next", "")),
        abort=str(entry.get("abort", "")),
        source=sources[entry["source"]],
        note=str(entry.get("note", "")),
    )


def _vector(value: Any) -> tuple[float, float, float]:
    x, y, z = (float(component) for component in value)
    return x, y, z
