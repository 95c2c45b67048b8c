"""Named regions of the package, for telling where things fall."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import radians

from orbitsim.phases.footprint import Region, nearest_region


@dataclass(frozen=True, slots=True)
class MappedRegion:
    """A region and how far its true border may lie from the outline, m."""

    region: Region
    accuracy: float


@dataclass(frozen=True, slots=True)
class RegionFix:
    """Where a place lies among the regions.

    Attributes
    ----------
    name : str
        Of the region that the place is in or nearest to.
    distance : float
        To it, m; zero inside.
    accuracy : float
        Of its outline, m.
    """

    name: str
    distance: float
    accuracy: float

    def __str__(self) -> str:
        return (
            f"in {self.name}"
            if self.distance == 0.0
            else (f"{self.distance / 1e3:.0f} km from {self.name}")
        )


@cache
def load_regions() -> tuple[MappedRegion, ...]:
    """The regions of the package, in the order of their file.

    Examples
    --------
    >>> load_regions()[0].region.name
    'Tuva'
    """
    file = resources.files("orbitsim.missions").joinpath("data", "geography", "regions.toml")
    found = []
    for entry in tomllib.loads(file.read_text("utf-8"))["region"]:
        latitude, longitude = zip(*entry["corners"], strict=True)
        region = Region(
            entry["name"],
            tuple(map(radians, latitude)),
            tuple(map(radians, longitude)),
            entry["source"],
        )
        found.append(MappedRegion(region, 1e3 * float(entry["accuracy_km"])))
    return tuple(found)


def find_region(name: str) -> MappedRegion | None:
    """The region of that name, None where there is no outline of it."""
    return next((entry for entry in load_regions() if entry.region.name == name), None)


def locate(latitude: float, longitude: float) -> RegionFix:
    """The region that a place (rad) lies in or next to."""
    entries = load_regions()
    region, distance = nearest_region(latitude, longitude, [entry.region for entry in entries])
    accuracy = next(entry.accuracy for entry in entries if entry.region is region)
    return RegionFix(region.name, distance, accuracy)
