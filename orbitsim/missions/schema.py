"""What a mission file may say: units, roles, tables, and the checks on each.

Every refusal is a `RecordError` of one form, ``file: entry: what was found; wanted ...``, so that a
reader of the message can put the finger on the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from math import pi
from typing import Any, Final, NoReturn

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import RecordError

Value = float | str | tuple[float, ...]
"""A figure: a number, a text (also a UTC epoch), or several numbers."""

UNITS: Final[Mapping[str, tuple[str, float]]] = {
    "text": ("text", 1.0),
    "UTC": ("time", 1.0),
    "count": ("count", 1.0),
    "kg": ("mass", 1.0),
    "t": ("mass", 1e3),
    "m": ("length", 1.0),
    "km": ("length", 1e3),
    "s": ("duration", 1.0),
    "min": ("duration", 60.0),
    "h": ("duration", 3600.0),
    "d": ("duration", SECONDS_PER_DAY),
    # The mean Gregorian month, 146097 d / 4800: "three and a half months" is no sharper than that.
    "month": ("duration", 30.436875 * SECONDS_PER_DAY),
    "rad": ("angle", 1.0),
    "deg": ("angle", pi / 180.0),
    "m/s": ("speed", 1.0),
    "km/s": ("speed", 1e3),
    "N": ("force", 1.0),
    "kN": ("force", 1e3),
    "RUB": ("money", 1.0),
    "ratio": ("ratio", 1.0),
    "deg/s2": ("angular acceleration", pi / 180.0),
    "m2": ("area", 1.0),
}
"""Unit to (kind of quantity, factor to SI).  Nothing else is accepted."""

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "liftoff": ("time",),
    "launcher": ("text",),
    "payload_mass": ("mass",),
    "site_latitude": ("angle",),
    "site_longitude": ("angle",),
    "site_height": ("length",),
    "perigee_altitude": ("length",),
    "apogee_altitude": ("length",),
    "altitude_datum": ("text",),
    "inclination": ("angle",),
    "period": ("duration",),
    "orbit_epoch": ("time",),
    "docking": ("time",),
    "docking_orbit": ("count",),
    "burn_orbits": ("count",),
    "calibration": ("text",),
    "loss": ("time", "duration"),
    "separation": ("time", "duration"),
    "undocking": ("time",),
    "redocking": ("time",),
    "final_undocking": ("time",),
    "deorbit": ("time",),
    "debris": ("time",),
}
"""What the flight needs to know, and the kinds of quantity that each may be.

`payload_mass` is what the launcher lifts, the whole spacecraft.  `loss` and `separation` end a
failed ascent; a duration counts from the liftoff.  `calibration` names a flown launch of the
package (`data/reference`) whose liftoff tells what the ascent's model misses.
"""

FAILURE_KINDS: Final = ("engine shutdown", "explosion", "premature separation", "loss of control")
"""What a ``[failure]`` may declare; `orbitsim.phases.failure` says what each means."""

FAILURE_ROLES: Final[Mapping[str, str]] = {
    "residual_thrust": "ratio",
    "thrust_decay": "duration",
    "turn_acceleration": "angular acceleration",
    "separation_speed": "speed",
    "pusher_stroke": "length",
    "restitution": "ratio",
    "friction": "ratio",
    "thrust_offset": "length",
    "thrust_tilt": "angle",
    "push_offset": "length",
    "payload_length": "length",
    "payload_diameter": "length",
    "stage_length": "length",
    "stage_diameter": "length",
    "drag_coefficient": "ratio",
    "breakup_altitude": "length",
}
"""What the flight after a failure can be told, and the kind of quantity that each is.

A list of two numbers is a range.  Offsets and tilt are one sigma in each direction across the axis;
the residual thrust is a fraction of the full one.  The drag coefficient is that of bodies and
fragments that tumble, on their mean cross-section; below the break-up altitude nothing holds
together.
"""

VOYAGE_ROLES: Final[Mapping[str, str]] = {
    "spacecraft": "text",
    "port": "text",
    "profile": "text",
    "docking_plan": "text",
    "redocking_plan": "text",
    "planned_docking": "time",
    "kurs_lock_lost": "length",
    "camera_blur": "ratio",
    "drag_coefficient": "ratio",
    "mean_area": "area",
    "unloaded_mass": "mass",
    "parking_distance": "length",
    "parking_time": "duration",
    "return_start": "time",
    "trailing_distance": "length",
    "trailing_start": "time",
    "deorbit_delta_v": "speed",
    "breakup_altitude": "length",
    "air_density": "ratio",
}
"""What the flight after the insertion is told, and the kind of quantity that each is.

Names of a spacecraft, a docking port, a rendezvous profile and approaches of the package; when the
docking was planned for; the gap below which Kurs has no lock, and the factor by which ice blurs the
camera, both at the first docking; mean cross-section; what is taken out of the ship while it is
docked first; where it is parked ahead of the station (behind, if negative) and how long the way
there takes; when the burns of the return begin, how far ahead the ship is brought first, and when;
size of the deorbit burn, height of break-up and density of the air against the standard one, of
which a list of two numbers is a range.
"""

KINDS_OF_EVENT: Final = ("flown", "planned", "ground")
"""Happened in flight, was to happen in flight, or happened on the ground before or after it."""

_EPOCH = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?)?)?")
_EPOCH_FORMS = "a text YYYY-MM-DDThh:mm:ss, or one cut short after minutes, day, month or year"
_LARGEST = 1e100  # above any figure, and far below what floats can hold
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file, for the messages."""

    file: str
    entry: str = "the file"

    def at(self, entry: str) -> Place:
        """Another entry of the same file."""
        return Place(self.file, entry)

    def refuse(self, found: str, wanted: str) -> NoReturn:
        """Raise the `RecordError` for this place."""
        raise RecordError(f"{self.file}: {self.entry}: {found}; wanted {wanted}")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, in quotes for a message; empty where there is none."""
    match = get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f"'{match[0]}'" if match else ""


def one_of(name: str, known: Iterable[str]) -> str:
    """Wording of "one of these, most likely that"."""
    known = tuple(known)
    return f"one of {', '.join(known)} (nearest: {nearest(name, known)})"


def table(
    raw: object,
    place: Place,
    *,
    texts: tuple[str, ...] = (),
    optional_texts: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
    optional_others: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Check the names in a table and the type of its texts; return a copy of it.

    `others` are entries whose content the caller checks.
    """
    if not isinstance(raw, dict):
        place.refuse(f"found {raw!r}", "a table")
    known = (*texts, *others, *optional_texts, *optional_others)
    for name in raw:
        if name not in known:
            place.refuse(f"unknown entry '{name}'", one_of(name, known))
    for name in (*texts, *others):
        if name not in raw:
            place.refuse(f"'{name}' is missing", f"the entries {', '.join((*texts, *others))}")
    for name in (*texts, *optional_texts):
        if name in raw and not (isinstance(raw[name], str) and raw[name].strip()):
            place.refuse(f"{name} = {raw[name]!r}", "a text that is not empty")
    return dict(raw)


def tables(raw: dict[str, Any], name: str, place: Place) -> list[Any]:
    """Look up an entry that is written as ``[[name]]``, any number of times or never."""
    found = raw.get(name, [])
    if not isinstance(found, list):
        place.at(name).refuse(f"found {type(found).__name__}", f"tables headed [[{name}]]")
    return found


def identifier(name: str, place: Place) -> str:
    """Check a mission's id, which also names folders and files."""
    if not _IDENTIFIER.fullmatch(name):
        place.refuse(f"id = {name!r}", "lower-case letters, digits, '-', '_' or '.'")
    return name


def key(name: object, place: Place) -> str:
    """Check the form of a figure's key."""
    if not (isinstance(name, str) and _KEY.fullmatch(name)):
        place.refuse(f"key = {name!r}", "a dotted key such as 'orbit.perigee_altitude'")
    return name


def value(raw: object, unit: str, place: Place) -> Value:
    """Check a value against its unit; a list of numbers becomes a tuple."""
    if unit not in UNITS:
        place.refuse(f"unknown unit {unit!r}", one_of(unit, UNITS))
    if unit == "text":
        if not (isinstance(raw, str) and raw.strip()):
            place.refuse(f"value = {raw!r} with the unit text", "a text that is not empty")
        return raw
    if unit == "UTC":
        if not isinstance(raw, str):
            place.refuse(f"value = {raw!r} with the unit UTC", f"{_EPOCH_FORMS}, in quotes")
        epoch(raw, place)
        return raw
    number = _whole if unit == "count" else _number
    if isinstance(raw, list) and raw:
        return tuple(number(item, "value", place) for item in raw)
    return number(raw, "value", place)


def precision(raw: object, text: Value, unit: str, place: Place) -> float | None:
    """Check the step of the last printed digit; a text has none."""
    if unit == "text":
        if raw is not None:
            place.refuse(f"precision = {raw!r} of a text", "no precision")
        return None
    if raw is None:
        place.refuse("'precision' is missing", "the step of the last printed digit")
    step = _number(raw, "precision", place)
    if step < 0.0:
        place.refuse(f"precision = {raw!r}", "a number that is not negative")
    if unit == "UTC" and step < (finest := epoch(str(text), place)[1]):
        place.refuse(
            f"precision = {raw!r} s of {text!r}",
            f"at least {finest:g} s, which is how it is written",
        )
    return step


def epoch(text: str, place: Place) -> tuple[datetime, float]:
    """Start of a written UTC time, and the step of its last written part in seconds.

    A leap second is written ``23:59:60``; among `datetime` objects it falls on the next midnight.
    """
    parts = _EPOCH.fullmatch(text)
    if parts is None:
        place.refuse(f"cannot read the time {text!r}", _EPOCH_FORMS)
    year, month, day, hour, minute, second = parts.groups()
    seconds = float(second or 0.0)
    try:
        start = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0)
        ) + timedelta(seconds=seconds)
    except ValueError as error:
        place.refuse(f"there is no time {text!r} ({error})", _EPOCH_FORMS)
    if seconds >= (61.0 if (hour, minute) == ("23", "59") else 60.0):
        place.refuse(f"there is no time {text!r} (seconds)", _EPOCH_FORMS)
    if second is not None:
        return start, 10.0 ** -len(second[3:])
    if hour is not None:
        return start, 60.0
    days = 1 if day is not None else 28 if month is not None else 365
    return start, days * SECONDS_PER_DAY


def element_line(line: str, number: int, place: Place) -> str:
    """Check form and checksum of one line of an element set."""
    sound = (
        len(line) == 69
        and line.startswith(f"{number} ")
        and line[68].isdigit()
        and sum(int(c) if c.isdigit() else c == "-" for c in line[:68]) % 10 == int(line[68])
    )
    if not sound:
        place.refuse(
            f"line{number} = {line!r}",
            f"line {number} of an element set: 69 characters, the last its checksum",
        )
    return line


def _number(raw: object, name: str, place: Place) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not abs(raw) < _LARGEST:
        place.refuse(f"{name} = {raw!r}", "a finite number")
    return raw


def _whole(raw: object, name: str, place: Place) -> int:
    number = _number(raw, name, place)
    if number != int(number) or number < 0:
        place.refuse(f"{name} = {raw!r} of a count", "a whole number that is not negative")
    return int(number)
