"""A quiet map of the world, plate carrée."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.plotting import style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SEA: Final = "#eef3f7"
_LAND = "#dfdcd3"
_COAST = "#a8a498"
_BORDER = "#f7f6f2"
_GRATICULE = "#c3cdd6"


@dataclass(frozen=True, slots=True)
class World:
    """Outlines at 1:110 million, deg; every line an array (N, 2) of longitude and latitude.

    Attributes
    ----------
    land : tuple of ndarray
        Closed rings.  An inner sea runs the other way round than the land about it.
    coast : tuple of ndarray
        The rings without the edges along the antimeridian and the South Pole, which close a ring on
        the map but are no coast.
    borders : tuple of ndarray
        Between countries.
    """

    land: tuple[FloatArray, ...]
    coast: tuple[FloatArray, ...]
    borders: tuple[FloatArray, ...]


@lru_cache(maxsize=1)
def load_world() -> World:
    """The outlines that the package carries; the file states their source."""
    text = files("orbitsim.plotting").joinpath("data/world_110m.csv").read_text("utf-8")
    rows = [row for row in text.splitlines() if not row.startswith("#")]
    figures = np.loadtxt(rows, delimiter=",", skiprows=1)
    points = figures[:, 1:] / 100.0
    points.flags.writeable = False
    starts = np.flatnonzero(np.diff(figures[:, 0])) + 1
    lines = np.split(points, starts)
    is_land = figures[np.concatenate([[0], starts]), 0] > 0
    land = tuple(line for line, ring in zip(lines, is_land, strict=True) if ring)
    borders = tuple(line for line, ring in zip(lines, is_land, strict=True) if not ring)
    return World(land, tuple(piece for ring in land for piece in _shores(ring)), borders)


def draw_world(axes: Axes) -> None:
    """Land, coasts, borders and a graticule each 30 degrees, in degrees, on all of `axes`."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    world = load_world()
    land = Path.make_compound_path(*(Path(ring, closed=True) for ring in world.land))
    axes.set_facecolor(SEA)
    axes.add_patch(PathPatch(land, facecolor=_LAND, edgecolor="none", zorder=1.0))
    axes.add_collection(
        LineCollection(list(world.borders), colors=_BORDER, linewidths=0.5, zorder=1.1),
        autolim=False,
    )
    axes.add_collection(
        LineCollection(list(world.coast), colors=_COAST, linewidths=0.5, zorder=1.2),
        autolim=False,
    )
    axes.set(xlim=(-180.0, 180.0), ylim=(-90.0, 90.0), aspect="equal")
    meridians, parallels = range(-180, 181, 30), range(-90, 91, 30)
    axes.set_xticks(meridians, [_name(x, "E", "W") for x in meridians])
    axes.set_yticks(parallels, [_name(y, "N", "S") for y in parallels])
    axes.grid(color=_GRATICULE, linewidth=0.5)
    axes.set_axisbelow("line")
    axes.tick_params(labelsize=style.TICK_SIZE, colors=style.QUIET_INK, length=0)
    axes.tick_params(axis="x", pad=9)  # clear of the southernmost name of the other axis
    axes.tick_params(axis="y", pad=6)
    for spine in axes.spines.values():
        spine.set(color=_COAST, linewidth=0.8)


def _shores(ring: FloatArray) -> Iterator[FloatArray]:
    longitude, latitude = ring.T
    antimeridian = (np.abs(longitude[:-1]) == 180.0) & (longitude[1:] == longitude[:-1])
    pole = (latitude[:-1] == -90.0) & (latitude[1:] == -90.0)
    for piece in np.split(ring, np.flatnonzero(antimeridian | pole) + 1):
        if len(piece) > 1:
            yield piece


def _name(degrees: int, positive: str, negative: str) -> str:
    if degrees == 0 or abs(degrees) == 180:
        return f"{abs(degrees)}°"
    return f"{abs(degrees)}° {positive if degrees > 0 else negative}"
