"""Mission records: documented figures, each with unit, printed precision and place in its document.

A record is read from a TOML file, one of those in the package or a user's own.  Where documents
disagree, each variant stands as a figure of its own under the same key, and whoever needs one value
has to name which.  Inputs that no document gives are assumptions, with a reason.

A small file of one's own::

    [mission]
    id = "my-flight"
    name = "My flight"

    [[figure]]
    key = "launch.liftoff"
    value = "2016-12-01T14:51:52"
    unit = "UTC"
    precision = 1                  # in seconds; otherwise the step of the last digit, in `unit`
    document = "press release"
    locator = "paragraph 2"

    [flight]
    liftoff = "launch.liftoff"     # role = key, or "key @ locator" where variants disagree

`orbitsim.missions.schema` lists the units and the roles.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from itertools import combinations
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orbitsim.errors import InputError, RecordError
from orbitsim.missions import schema
from orbitsim.missions.failure_record import FailureRecord, read_failure
from orbitsim.missions.figure import (
    Assumption,
    Figure,
    agree,
    entry_place,
    read_assumption,
    read_figure,
)
from orbitsim.missions.schema import ROLES, Place
from orbitsim.missions.station import ElementSet, StationRecord, read_station
from orbitsim.missions.voyage_record import VoyageRecord, read_voyage

if TYPE_CHECKING:
    from astropy.time import Time

__all__ = [
    "Assumption",
    "ElementSet",
    "Event",
    "FailureRecord",
    "Figure",
    "MissionRecord",
    "Roles",
    "StationRecord",
    "VoyageRecord",
    "agree",
    "load_mission",
    "load_reference_flight",
    "mission_names",
]


@dataclass(frozen=True, slots=True)
class Event:
    """A documented moment; `kind` is "flown", "planned" or "ground".

    The figure is a time, or a duration that counts from the liftoff.
    """

    label: str
    kind: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Roles(Mapping[str, str]):
    """Immutable role -> reference to a figure or an assumption.

    Not a `MappingProxyType`, which can be neither pickled nor hashed.
    """

    pairs: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        return dict(self.pairs)[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)


@dataclass(frozen=True, slots=True)
class MissionRecord:
    """A mission as its documents tell it.

    Examples
    --------
    >>> record = load_mission("progress-ms-04")
    >>> record.quantity("perigee_altitude")
    193000.0
    >>> [str(figure) for figure in record.variants("cargo.mass")]
    ['2442 kg', '2442 kg', '2400 kg', 'about 2450 kg']
    """

    id: str
    name: str
    figures: tuple[Figure, ...]
    assumptions: tuple[Assumption, ...]
    station: StationRecord | None
    flight: Roles
    events: tuple[Event, ...]
    source: str
    failure: FailureRecord | None = None
    voyage: VoyageRecord | None = None

    def variants(self, key: str) -> tuple[Figure, ...]:
        """All figures of `key`, in the order of the file; none where there are none."""
        return tuple(figure for figure in self.figures if figure.key == key)

    def figure(self, key: str) -> Figure:
        """The figure of `key`, the most precisely printed one where variants `agree`.

        Raises
        ------
        RecordError
            If there is none, or if variants disagree.
        """
        variants = self.variants(key)
        if not variants:
            near = schema.nearest(key, (figure.key for figure in self.figures))
            raise RecordError(f"{self.source}: no figure '{key}'; nearest is {near or 'none'}")
        if not all(agree(a, b) for a, b in combinations(variants, 2)):
            listed = "; ".join(f"{f} @ {f.locator} ({f.document})" for f in variants)
            raise RecordError(
                f"{self.source}: the variants of '{key}' disagree: {listed}; "
                f"wanted one named as '{key} @ locator'"
            )
        return min(variants, key=lambda figure: figure.precision_si)

    def find(self, reference: str) -> Figure | Assumption:
        """What ``key``, ``key @ locator`` or ``key @ document: locator`` refers to.

        Raises
        ------
        RecordError
            If it refers to nothing, or to figures that disagree.
        """
        key, _, locator = (part.strip() for part in reference.partition("@"))
        for assumption in self.assumptions:
            if assumption.key == key and not locator:
                return assumption
        if not locator:
            return self.figure(key)
        named = [
            f for f in self.variants(key) if locator in (f.locator, f"{f.document}: {f.locator}")
        ]
        if len(named) != 1:
            raise RecordError(
                f"{self.source}: '{reference}' names {len(named)} figures; wanted exactly one"
            )
        return named[0]

    def role(self, name: str) -> Figure | Assumption | None:
        """The figure or assumption that plays a role of the flight, None where nothing does."""
        if name not in ROLES:
            raise InputError(f"unknown role {name!r}; wanted {schema.one_of(name, ROLES)}")
        return self.find(self.flight[name]) if name in self.flight else None

    def quantity(self, role: str) -> float:
        """The number that plays `role`, SI and radians; RecordError where there is none."""
        return self._needed(role).si

    def time(self, role: str) -> Time:
        """The epoch that plays `role`; RecordError where there is none."""
        return self.at(self._needed(role))

    def text(self, role: str) -> str:
        """The text that plays `role`; RecordError where there is none."""
        entry = self._needed(role)
        if entry.kind != "text":
            raise RecordError(f"{self.source}: {entry.key} is in {entry.unit}; wanted a text")
        return str(entry.value)

    def counts(self, role: str) -> tuple[int, ...]:
        """The whole numbers that play `role`; RecordError where there are none."""
        entry = self._needed(role)
        numbers = entry.value if isinstance(entry.value, tuple) else (entry.si,)
        return tuple(int(number) for number in numbers)

    def at(self, entry: Figure | Assumption) -> Time:
        """Epoch of a time, or of a duration that counts from the liftoff."""
        if entry.kind != "duration":
            return entry.time
        from astropy.time import TimeDelta

        return self.time("liftoff") + TimeDelta(entry.si, format="sec")

    def _needed(self, role: str) -> Figure | Assumption:
        entry = self.role(role)
        if entry is None:
            raise RecordError(
                f"{self.source}: the flight needs the role '{role}'; "
                f'wanted {role} = "key of a figure or an assumption" under [flight]'
            )
        return entry


def mission_names() -> tuple[str, ...]:
    """Names of the missions that come with the package."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _shipped() if _is_toml(file)))


def load_mission(name_or_path: str | PathLike[str]) -> MissionRecord:
    """Read a mission of the package by its name, or a TOML file by its path.

    Parameters
    ----------
    name_or_path : str or path
        A name of `mission_names` (case and spaces do not matter), or a file.

    Raises
    ------
    InputError
        If there is no mission of that name.
    RecordError
        If the file cannot be read or says something that a record cannot say.

    Examples
    --------
    >>> load_mission("Progress MS-04").figure("docking.orbit").value
    34
    """
    text = str(name_or_path)
    name = text.strip().lower().replace(" ", "-")
    for file in _shipped():
        if file.name == f"{name}.toml":
            return _read(file.read_bytes(), file.name)
    path = Path(text)
    if path.suffix != ".toml" and not path.is_file():
        names = mission_names()
        raise InputError(f"no mission {text!r}; wanted a TOML file or {schema.one_of(name, names)}")
    try:
        return _read(path.read_bytes(), text)
    except OSError as error:
        raise RecordError(f"{text}: {error.strerror}; wanted a mission file") from error


def load_reference_flight(name: str) -> MissionRecord:
    """Read a flown launch of the package that serves to calibrate others, such as "soyuz-tm-31".

    Raises
    ------
    InputError
        If there is none of that name.
    """
    files = {file.name.removesuffix(".toml"): file for file in _shipped("reference")}
    if name not in files:
        raise InputError(f"no reference flight {name!r}; wanted {schema.one_of(name, files)}")
    return _read(files[name].read_bytes(), files[name].name)


def _shipped(*folder: str) -> tuple[Any, ...]:
    return tuple(resources.files("orbitsim.missions").joinpath("data", *folder).iterdir())


def _is_toml(file: Any) -> bool:
    return str(file.name).endswith(".toml")


def _read(content: bytes, source: str) -> MissionRecord:
    place = Place(source)
    try:
        raw = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        place.refuse(f"cannot be read ({error})", "TOML in UTF-8")
    raw = schema.table(
        raw,
        place,
        others=("mission",),
        optional_others=(
            "figure",
            "assumption",
            "station",
            "flight",
            "failure",
            "voyage",
            "event",
        ),
    )
    mission = schema.table(raw["mission"], place.at("mission"), texts=("id", "name"))
    figures = tuple(
        read_figure(item, number, place)
        for number, item in enumerate(schema.tables(raw, "figure", place), start=1)
    )
    assumptions = tuple(
        read_assumption(item, number, place)
        for number, item in enumerate(schema.tables(raw, "assumption", place), start=1)
    )
    _refuse_doubles(figures, assumptions, place)
    record = MissionRecord(
        id=schema.identifier(mission["id"], place.at("mission")),
        name=mission["name"],
        figures=figures,
        assumptions=assumptions,
        station=read_station(raw["station"], place) if "station" in raw else None,
        flight=_roles(raw.get("flight", {}), place.at("flight")),
        events=(),
        source=source,
    )
    _check_roles(record, place.at("flight"))
    events = tuple(
        _event(item, number, record, place)
        for number, item in enumerate(schema.tables(raw, "event", place), start=1)
    )
    failure = _failure(raw["failure"], record, place.at("failure")) if "failure" in raw else None
    voyage = _voyage(raw["voyage"], record, place.at("voyage")) if "voyage" in raw else None
    return replace(record, events=events, failure=failure, voyage=voyage)


def _refuse_doubles(
    figures: tuple[Figure, ...], assumptions: tuple[Assumption, ...], place: Place
) -> None:
    stated: set[tuple[str, str, str, str]] = set()
    for number, figure in enumerate(figures, start=1):
        identity = (figure.key, figure.document, figure.locator, f"{figure.value} {figure.unit}")
        if identity in stated:
            place.at(f"figure {number} ({figure.key})").refuse(
                "the same figure at the same place a second time", "each variant once"
            )
        stated.add(identity)
    taken = {figure.key for figure in figures}
    for number, assumption in enumerate(assumptions, start=1):
        if assumption.key in taken:
            place.at(f"assumption {number} ({assumption.key})").refuse(
                "the key is a figure's or another assumption's", "a key of its own"
            )
        taken.add(assumption.key)


def _roles(raw: Any, place: Place) -> Roles:
    return Roles(tuple(schema.table(raw, place, optional_texts=tuple(ROLES)).items()))


def _check_roles(record: MissionRecord, place: Place) -> None:
    for role, reference in record.flight.items():
        entry = _found(record, reference, place.at(f"flight.{role}"))
        if entry.kind not in ROLES[role]:
            place.at(f"flight.{role}").refuse(
                f"'{reference}' is in {entry.unit}", f"a figure of {' or '.join(ROLES[role])}"
            )
        if isinstance(entry.value, tuple) and role != "burn_orbits":
            place.at(f"flight.{role}").refuse(f"'{reference}' is a list", "one value")


def _event(item: Any, number: int, record: MissionRecord, place: Place) -> Event:
    place = entry_place(item, "event", number, place)
    raw = schema.table(item, place, texts=("key", "label", "kind"))
    if raw["kind"] not in schema.KINDS_OF_EVENT:
        place.refuse(f"kind = {raw['kind']!r}", schema.one_of(raw["kind"], schema.KINDS_OF_EVENT))
    figure = _found(record, raw["key"], place)
    if not isinstance(figure, Figure) or figure.kind not in ("time", "duration"):
        place.refuse(f"'{raw['key']}' is in {figure.unit}", "a documented time or duration")
    if figure.kind == "duration" and "liftoff" not in record.flight:
        place.refuse("a duration counts from the liftoff", "the role liftoff under [flight]")
    return Event(raw["label"], raw["kind"], figure)


def _failure(raw: Any, record: MissionRecord, place: Place) -> FailureRecord:
    def find(name: str, reference: str) -> Figure | Assumption:
        return _found(record, reference, place.at(f"failure.{name}"))

    failure = read_failure(raw, find, place)
    if "liftoff" not in record.flight:
        place.refuse("its time counts from the liftoff", "the role liftoff under [flight]")
    return failure


def _voyage(raw: Any, record: MissionRecord, place: Place) -> VoyageRecord:
    def find(name: str, reference: str) -> Figure | Assumption:
        return _found(record, reference, place.at(f"voyage.{name}"))

    return read_voyage(raw, find, place)


def _found(record: MissionRecord, reference: str, place: Place) -> Figure | Assumption:
    try:
        return record.find(reference)
    except RecordError as error:
        raise RecordError(f"{error} (in {place.entry})") from error
