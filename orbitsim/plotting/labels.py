"""Names beside points, where they cover neither each other nor, as far as can be, the lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.plotting import style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DIRECTIONS: Final = 16
_REACHES: Final = (9.0, 20.0, 34.0, 52.0, 74.0)
"""Points from the named point towards its label."""

_CLOSE: Final = 14.0
"""Points; a label farther off than that gets a leader."""

_LEADER: Final = {
    "arrowstyle": "-",
    "color": style.QUIET_INK,
    "linewidth": 0.7,
    "shrinkA": 0.0,
    "shrinkB": 3.0,
}

_OVERLAP, _CROSSING, _OUTSIDE, _LINE, _REACH = 1000.0, 300.0, 1000.0, 4.0, 0.4
"""What a label pays: for each label or point that it covers, for each leader across a label, for
leaving the picture, for each vertex of a line beneath it, for each point of reach."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre and its half-widths."""

    x: float
    y: float
    half_width: float
    half_height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two have some area in common."""
        return (
            abs(self.x - other.x) < self.half_width + other.half_width
            and abs(self.y - other.y) < self.half_height + other.half_height
        )

    def inside(self, other: Box) -> bool:
        """Whether no part of it is outside `other`."""
        return (
            abs(self.x - other.x) <= other.half_width - self.half_width
            and abs(self.y - other.y) <= other.half_height - self.half_height
        )

    def gap(self, x: float, y: float) -> float:
        """Distance of a point from its nearest edge, zero inside."""
        return hypot(
            max(abs(self.x - x) - self.half_width, 0.0),
            max(abs(self.y - y) - self.half_height, 0.0),
        )

    def count(self, points: FloatArray) -> int:
        """How many of the points (N, 2) it covers."""
        apart = np.abs(points - (self.x, self.y))
        return int(np.count_nonzero((apart <= (self.half_width, self.half_height)).all(axis=1)))


def place(
    points: FloatArray,
    sizes: Sequence[tuple[float, float]],
    frame: Box,
    lines: FloatArray,
) -> list[Box]:
    """A box for each label, by a greedy choice among places around its point.

    Parameters
    ----------
    points : ndarray, shape (N, 2)
        What is named.
    sizes : sequence of N (width, height)
        Of the labels.
    frame : Box
        Where they should stay inside.
    lines : ndarray, shape (M, 2)
        Vertices that are better not covered.
    """
    dots = [Box(float(x), float(y), 4.0, 4.0) for x, y in points]
    placed: list[Box] = []
    leaders: list[FloatArray] = []
    for point, (width, height) in zip(points, sizes, strict=True):

        def cost(candidate: tuple[float, Box], point: FloatArray = point) -> float:
            reach, box = candidate
            leader = _leader(point, box)
            covered = sum(box.overlaps(other) for other in (*placed, *dots))
            crossed = sum(other.count(leader) > 0 for other in placed)
            crossed += sum(box.count(other) > 0 for other in leaders)
            return (
                _OVERLAP * covered
                + _CROSSING * crossed
                + _OUTSIDE * (not box.inside(frame))
                + _LINE * box.count(lines)
                + _REACH * reach
            )

        x, y = map(float, point)
        choice = min(_around(x, y, width / 2.0, height / 2.0), key=cost)[1]
        placed.append(choice)
        leaders.append(_leader(point, choice))
    return placed


def _leader(point: FloatArray, box: Box) -> FloatArray:
    """Points along the way from a point to the middle of its label."""
    share = np.linspace(0.0, 1.0, 12)[:, np.newaxis]
    return np.asarray(point + share * (np.array([box.x, box.y]) - point))


def annotate(
    axes: Axes, named: Sequence[tuple[float, float, str]], lines: FloatArray, above: float
) -> None:
    """Write the names of points (x, y, name) on `axes`, away from each other and from `lines`.

    Parameters
    ----------
    axes : Axes
        Their limits must be set before.
    named : sequence of (x, y, name)
        In data coordinates.
    lines : ndarray, shape (M, 2)
        Vertices, like the points in data coordinates.
    above : float
        The zorder of what is written.
    """
    from matplotlib.patheffects import withStroke
    from matplotlib.text import Text

    if not named:
        return
    figure = style.sheet(axes)
    axes.apply_aspect()
    scale = 72.0 / figure.dpi  # pixels to points
    sizes = []
    for _, _, name in named:
        text = Text(text=name, size=style.TICK_SIZE, figure=figure)
        extent = text.get_window_extent()
        sizes.append((extent.width * scale + 3.0, extent.height * scale))
    points = axes.transData.transform([(x, y) for x, y, _ in named]) * scale
    beneath = axes.transData.transform(lines.reshape(-1, 2)) * scale
    x, y, width, height = (scale * value for value in axes.bbox.bounds)
    frame = Box(x + width / 2.0, y + height / 2.0, width / 2.0, height / 2.0)
    boxes = place(points, sizes, frame, beneath)
    for (at_x, at_y, name), point, box in zip(named, points, boxes, strict=True):
        axes.annotate(
            name,
            (at_x, at_y),
            (box.x - point[0], box.y - point[1]),
            textcoords="offset points",
            ha="center",
            va="center",
            size=style.TICK_SIZE,
            color=style.INK,
            path_effects=[withStroke(linewidth=2.5, foreground="white", alpha=0.85)],
            zorder=above,
            annotation_clip=False,
            arrowprops=_LEADER if box.gap(*point) > _CLOSE else None,
        )


def _around(
    x: float, y: float, half_width: float, half_height: float
) -> Iterable[tuple[float, Box]]:
    """Boxes about (x, y) at every reach, the level ones to the right and left first."""
    for reach in _REACHES:
        for step in sorted(range(_DIRECTIONS), key=lambda k: min(k % 8, 8 - k % 8)):
            angle = 2.0 * pi * step / _DIRECTIONS
            right, up = cos(angle), sin(angle)
            yield (
                reach,
                Box(
                    x + right * (half_width + reach),
                    y + up * (half_height + reach),
                    half_width,
                    half_height,
                ),
            )
