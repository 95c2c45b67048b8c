"""Rendezvous profiles: on which orbits the burns stand, and where the flight ends.

Profiles are data (``phases/data/rendezvous.toml``), and a file of one's own is loaded the same way.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import ceil, radians
from pathlib import Path
from typing import Any, Final

from orbitsim.errors import InputError, PhaseError, RecordError

KINDS: Final = ("phasing", "correction", "transfer", "braking")
_BURN: Final = {"makes", "name", "orbit", "place", "before_arrival", "freedom", "errors"}
_PROFILE: Final = {
    "note",
    "source",
    "docking_orbit",
    "hold",
    "approach",
    "least_altitude_km",
    "published_range_deg",
    "burns",
}


@dataclass(frozen=True, slots=True)
class BurnSlot:
    """Where a burn of a profile stands.

    Attributes
    ----------
    name : str
    makes : {"phasing", "correction", "transfer", "braking"}
        The pair that makes the phasing orbit, a trim, what leaves it for the station's, and what
        ends at the hold point.
    orbit : int or None
        Its orbit, where the profile states it.
    place : float or None
        Argument of latitude, turns in [0, 1).
    before_arrival : float or None
        In place of `place`: turns before the arrival, and whole ones more to fall on `orbit`.
    freedom : float
        Turns either way that the solver may move it.
    position_error, velocity_error : float
        Standard deviation of the knowledge of the state when it is planned, each axis, m and m/s.
    """

    name: str
    makes: str
    orbit: int | None
    place: float | None
    before_arrival: float | None
    freedom: float
    position_error: float
    velocity_error: float

    def turns(self, arrival: float) -> float:
        """Turns from the node that begins orbit 1, for an arrival after `arrival` turns.

        Examples
        --------
        >>> BurnSlot("transfer", "transfer", 32, None, 0.5, 0.0, 0.0, 0.0).turns(33.4)
        31.9
        """
        if self.place is not None:
            assert self.orbit is not None
            return self.orbit - 1 + self.place
        assert self.before_arrival is not None
        latest = arrival - self.before_arrival
        return latest if self.orbit is None else latest - ceil(latest - self.orbit)

    def bounds(self, turns: float) -> tuple[float, float]:
        """Earliest and latest turns: within the freedom, and on the stated orbit."""
        low, high = turns - self.freedom, turns + self.freedom
        if self.orbit is None:
            return low, high
        return max(low, self.orbit - 1 + _EDGE), min(high, self.orbit - _EDGE)


_EDGE = 0.01
"""Turns; a burn keeps this clear of the node that ends its orbit."""


@dataclass(frozen=True, slots=True)
class RendezvousProfile:
    """A rendezvous profile.

    Attributes
    ----------
    name : str
    burns : tuple of BurnSlot
        In order of time.
    docking_orbit : int
        Orbit of the contact, at the end of the approach.
    hold : tuple of float
        Hold point, RTN from the station, m; the chaser arrives at rest in that frame.
    approach : float
        From the hold point to contact, s.
    least_altitude : float
        Above the equatorial radius; no coasting arc may go below, m.
    published_range : float or None
        Width of the range of phases that is published for the profile, rad.
    note : str
    sources : tuple of str
    """

    name: str
    burns: tuple[BurnSlot, ...]
    docking_orbit: int
    hold: tuple[float, float, float]
    approach: float
    least_altitude: float
    published_range: float | None = None
    note: str = ""
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kinds = [slot.makes for slot in self.burns]
        if kinds.count("phasing") != 2 or kinds.count("transfer") != 1:
            raise InputError(f"a profile needs two phasing burns and one transfer, got {kinds}")
        if kinds[-1] != "braking" or kinds.count("braking") != 1:
            raise InputError(f"a profile ends with its one braking burn, got {kinds}")
        order = [self.docking_orbit if s.orbit is None else s.orbit for s in self.burns]
        if order != sorted(order) or order[0] < 1 or self.docking_orbit < order[-1]:
            raise InputError(
                f"burn orbits must rise from 1 to the docking orbit {self.docking_orbit}, "
                f"got {order}"
            )

    def turns(self, arrival: float) -> tuple[float, ...]:
        """Where the burns stand for an arrival after that many turns.

        Raises
        ------
        PhaseError
            They are not in order: the arrival is too early for the profile.
        """
        places = tuple(slot.turns(arrival) for slot in self.burns)
        if list(places) != sorted(places):
            order = ", ".join(f"{x:.3f}" for x in places)
            raise PhaseError(
                f"phase out of range: the station's is such that the arrival would be after "
                f"{arrival:.3f} turns, for which the burns of {self.name!r} are not in order: "
                f"{order} turns"
            )
        return places


def rendezvous_profile_names() -> tuple[str, ...]:
    """Names of the profiles that come with the package.

    >>> rendezvous_profile_names()
    ('four-orbit', 'two-day', 'two-orbit')
    """
    return tuple(sorted(_shipped()["profiles"]))


def load_rendezvous_profile(name: str, file: str | Path | None = None) -> RendezvousProfile:
    """Read a profile: one of `rendezvous_profile_names`, or of a TOML file laid out alike.

    Raises
    ------
    InputError
        If there is no such profile or file.
    RecordError
        If the file says something unusable.

    Examples
    --------
    >>> profile = load_rendezvous_profile("two-day")
    >>> profile.docking_orbit, [slot.orbit for slot in profile.burns]
    (34, [3, 4, 17, 32, None, None, None])
    """
    if file is None:
        table, origin = _shipped(), "rendezvous.toml"
    else:
        path = Path(file)
        if not path.is_file():
            raise InputError(f"no file {str(file)!r}")
        origin = str(path)
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise RecordError(f"{origin}: not a TOML file: {error}") from error
    profiles = table.get("profiles", {})
    if name not in profiles:
        raise InputError(f"no profile {name!r}; there are {', '.join(sorted(profiles))}")
    return _read(origin, name, profiles[name], table.get("sources", {}))


@cache
def _shipped() -> Mapping[str, Any]:
    text = resources.files("orbitsim.phases").joinpath("data", "rendezvous.toml").read_text("utf-8")
    return tomllib.loads(text)


def _read(
    file: str, name: str, entry: Mapping[str, Any], sources: Mapping[str, str]
) -> RendezvousProfile:
    where = f"{file}: profiles.{name}"
    unknown = set(entry) - _PROFILE
    if unknown:
        raise RecordError(f"{where}: unknown entries {', '.join(sorted(unknown))}")
    try:
        degrees = entry.get("published_range_deg")
        hold = tuple(float(x) for x in entry["hold"])
        if len(hold) != 3:
            raise RecordError(f"{where}.hold: wanted three numbers, got {entry['hold']!r}")
        return RendezvousProfile(
            name,
            tuple(_slot(where, burn) for burn in entry["burns"]),
            int(entry["docking_orbit"]),
            hold,
            float(entry["approach"]),
            1e3 * float(entry["least_altitude_km"]),
            None if degrees is None else radians(degrees),
            str(entry.get("note", "")),
            tuple(sources[key] for key in entry["source"]),
        )
    except KeyError as error:
        raise RecordError(f"{where}: {error.args[0]} is missing") from None
    except (TypeError, ValueError) as error:
        raise RecordError(f"{where}: {error}") from error


def _slot(where: str, burn: Mapping[str, Any]) -> BurnSlot:
    unknown = set(burn) - _BURN
    if unknown:
        raise RecordError(f"{where}: unknown entries of a burn: {', '.join(sorted(unknown))}")
    if burn["makes"] not in KINDS:
        raise RecordError(f"{where}: makes: wanted one of {', '.join(KINDS)}, got {burn['makes']}")
    if ("place" in burn) == ("before_arrival" in burn) or ("place" in burn and "orbit" not in burn):
        raise RecordError(
            f"{where}: {burn['name']}: wanted an orbit with a place, or before_arrival"
        )
    position, velocity = burn["errors"]
    return BurnSlot(
        burn["name"],
        burn["makes"],
        burn.get("orbit"),
        burn.get("place"),
        burn.get("before_arrival"),
        float(burn["freedom"]),
        float(position),
        float(velocity),
    )
