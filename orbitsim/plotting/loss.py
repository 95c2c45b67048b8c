"""The pictures of a flown loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitsim.missions.regions import load_regions
from orbitsim.phases.footprint import Region, hazard_map
from orbitsim.plotting import style
from orbitsim.plotting.footprint import footprint_figure, hazard_figure
from orbitsim.plotting.separation import separation_figure, separation_map_figure
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from orbitsim.missions.loss import Loss


_GRID = 41
_FINE = 20  # points to each side of an outline
_WIDE = np.array([0.4, 1.0])  # names are wide: room to the sides counts less
_LEAST_ROOM = 0.03


def loss_figures(loss: Loss, name: str) -> dict[str, Figure]:
    """Pictures by name: relative motion, map of separations, footprint and hazard."""
    figures = {}
    if loss.motion is not None:
        figures["separation"] = separation_figure(
            loss.motion, f"{name}: payload and stage after the separation, typical case"
        )
    if loss.outcomes is not None:
        figures["separation_map"] = separation_map_figure(
            loss.outcomes, f"{name}: what follows the separation"
        )
    if loss.footprint is None:
        return figures
    latitude = np.concatenate([one.latitude for one in loss.debris])
    longitude = np.concatenate([one.longitude for one in loss.debris])
    mass = np.concatenate([one.mass for one in loss.debris])
    broken = loss.debris[0].breakup
    marks = [
        (broken.latitude, broken.longitude, f"break-up, {broken.altitude / 1e3:.0f} km"),
        (loss.vacuum.latitude, loss.vacuum.longitude, "if there were no air"),
    ]
    figures["footprint"] = footprint_figure(
        latitude,
        longitude,
        loss.footprint,
        values=mass,
        values_name="Mass of the piece, kg",
        marks=marks,
        title=f"{name}: where the pieces come down, one and three sigma",
    )
    clouds = np.concatenate([np.full(one.mass.size, 1.0 / one.clouds) for one in loss.debris])
    figures["hazard"] = hazard_figure(
        hazard_map(latitude, longitude, weight=clouds),
        unit="pieces per km²",
        marks=marks,
        title=f"{name}: pieces to be expected on the ground",
    )
    for figure in (figures["footprint"], figures["hazard"]):
        _draw_regions(figure, np.degrees(longitude), np.degrees(latitude))
    return figures


def _draw_regions(figure: Figure, x: FloatArray, y: FloatArray) -> None:
    """Borders of the regions, and their names where there is most room; limits stay."""
    from matplotlib.path import Path

    axes = figure.axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    size = np.array([right - left, high - low])
    share = np.linspace(0.0, 1.0, _GRID)
    grid = np.stack(np.meshgrid(share, share), axis=-1).reshape(-1, 2)
    few = slice(None, None, max(1, x.size // 500))
    borders = [_border(mapped.region) for mapped in load_regions()]
    taken = (np.vstack([np.column_stack([x[few], y[few]]), *borders]) - [left, low]) / size
    for mapped, border in zip(load_regions(), borders, strict=True):
        axes.plot(*border.T, color=style.QUIET_INK, linewidth=0.8, alpha=0.7, zorder=1.8)
        inside = grid[Path((border - [left, low]) / size).contains_points(grid)]
        if inside.size == 0:
            continue
        away = np.linalg.norm(_WIDE * (inside[:, None] - taken), axis=-1).min(axis=1)
        edges = (_WIDE * np.minimum(inside, 1.0 - inside)).min(axis=1)
        room = np.minimum(edges, away)
        if room.max() < _LEAST_ROOM:
            continue
        east, north = (inside[np.argmax(room)] * size + [left, low]).tolist()
        axes.text(
            east, north, mapped.region.name, ha="center", va="center", size=style.TICK_SIZE,
            color=style.QUIET_INK, zorder=1.9,
        )  # fmt: skip
    axes.set_xlim(left, right)
    axes.set_ylim(low, high)


def _border(region: Region) -> FloatArray:
    """Points along the outline, closed, degrees."""
    corners = np.degrees(np.column_stack([region.longitude, region.latitude]))
    closed = np.concatenate([corners, corners[:1]])
    steps = np.arange(len(closed))
    fine = np.linspace(0.0, len(closed) - 1.0, _FINE * (len(closed) - 1) + 1)
    return np.column_stack([np.interp(fine, steps, column) for column in closed.T])
