"""Numbered instants: lines through the panels of a picture, numbers above them, a key beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TYPE_CHECKING, Final

from orbitsim.plotting import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NUMBER_GAP: Final = 17.0
"""Points between the middles of two numbers."""

_LETTERS: Final = 25
"""Letters in a line of the key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One instant.

    Attributes
    ----------
    at : float
        Where on the abscissa.
    name : str
        What happens.
    detail : str
        The quieter line below the name in the key.
    """

    at: float
    name: str
    detail: str


def draw_lines(axes: Axes, entries: Sequence[Entry]) -> None:
    """A thin upright line through a panel for each entry."""
    for entry in entries:
        axes.axvline(entry.at, color=style.QUIET_INK, linewidth=0.7, alpha=0.55, zorder=1.5)


def draw_numbers(axes: Axes, entries: Sequence[Entry]) -> None:
    """Number the lines above a panel; those close to each other stand apart, each with a leader.

    The limits of the abscissa must be set before.
    """
    low, high = axes.get_xlim()
    point = 72.0 / style.sheet(axes).dpi
    width, height = axes.bbox.width * point, axes.bbox.height * point
    gap = _NUMBER_GAP / width * (high - low)
    across = axes.get_xaxis_transform()
    places = style.spread([entry.at for entry in entries], gap, low, high)
    for number, (entry, place) in enumerate(zip(entries, places.tolist(), strict=True), start=1):
        axes.plot(
            [entry.at, entry.at, place],
            [1.0, 1.0 + 3.0 / height, 1.0 + 9.0 / height],
            color=style.QUIET_INK,
            linewidth=0.7,
            alpha=0.55,
            transform=across,
            clip_on=False,
        )
        axes.text(
            place,
            1.0 + 15.0 / height,
            str(number),
            transform=across,
            ha="center",
            va="center",
            size=style.TICK_SIZE,
            weight="bold",
            color=style.INK,
        )


def draw_key(figure: Figure, entries: Sequence[Entry], left: float, top: float) -> None:
    """The key to the numbers, downwards from (left, top) in fractions of the figure; the letters
    shrink where it would not fit."""
    names = [fill(entry.name, _LETTERS) for entry in entries]
    lines = sum(name.count("\n") + 2.6 for name in names)
    height = style.TICK_SIZE * 1.35 / 72.0 / figure.get_figheight()
    scale = min(1.0, (top - 0.03) / (lines * height)) if lines else 1.0
    step, size = scale * height, scale * style.TICK_SIZE
    y = top
    for number, (entry, name) in enumerate(zip(entries, names, strict=True), start=1):
        below = y - step * (name.count("\n") + 1)
        for x, height_here, text, colour, weight, side in (
            (left + 0.015, y, str(number), style.INK, "bold", "right"),
            (left + 0.025, y, name, style.INK, "normal", "left"),
            (left + 0.025, below, entry.detail, style.QUIET_INK, "normal", "left"),
        ):
            figure.text(
                x, height_here, text, color=colour, weight=weight, ha=side, va="top", size=size
            )
        y = below - 1.6 * step
