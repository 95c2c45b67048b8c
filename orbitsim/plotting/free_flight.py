"""A ship's height over the days of its flight, and its place about the station."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.plotting import style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HeightPiece = tuple[str, FloatArray, FloatArray, str]
"""Name, days, heights (m), and what flies: "ship", "docked" (both together) or "station"."""

_COLOURS = {"ship": style.ORANGE, "docked": style.INK, "station": style.BLUE}
_AREA = (0.075, 0.1, 0.895, 0.77)


def altitude_figure(
    pieces: Sequence[HeightPiece],
    *,
    marks: Sequence[tuple[float, str]] = (),
    title: str = "",
) -> Figure:
    """Draw heights over days, piece by piece.

    Parameters
    ----------
    pieces : sequence of (name, days, heights, who)
        Days after launch and heights in m, shape (T,) each; who is "ship", "docked" or "station",
        which gives the colour.  Pieces of one name and colour share an entry of the legend.
    marks : sequence of (day, label)
        Events.
    title : str

    Raises
    ------
    InputError
        No pieces, shapes that differ, an unknown flyer, or matplotlib is absent.
    """
    if not pieces:
        raise InputError("a picture of heights needs one piece at least, got none")
    figure = style.blank_figure(title)
    axes = figure.add_axes(_AREA)
    style.quiet_axes(axes, "Mean height over the equatorial radius, km")
    named: set[str] = set()
    for name, days, heights, who in pieces:
        x, y = np.asarray(days, dtype=float), np.asarray(heights, dtype=float)
        if x.shape != y.shape or x.ndim != 1:
            raise InputError(f"piece {name!r} has days {x.shape} and heights {y.shape}")
        if who not in _COLOURS:
            raise InputError(f"piece {name!r} must be of {', '.join(_COLOURS)}, got {who!r}")
        label = None if name in named else name
        named.add(name)
        axes.plot(
            x, y / 1e3, color=_COLOURS[who], linewidth=1.3 if who == "station" else 2.0,
            label=label, zorder=2.5 if who == "station" else 3.0,
        )  # fmt: skip
    axes.set_xlabel("Days after launch", size=style.LABEL_SIZE, color=style.INK)
    axes.margins(x=0.03, y=0.08)
    _mark(axes, marks)
    axes.legend(loc="lower left", frameon=False, fontsize=style.TICK_SIZE, labelcolor=style.INK)
    return figure


def phase_figure(
    days: Any,
    phase: Any,
    above: Any,
    *,
    marks: Sequence[tuple[float, str]] = (),
    title: str = "",
) -> Figure:
    """Draw the angle ahead of the station and the height above it, over days.

    Parameters
    ----------
    days, phase, above : array_like, shape (T,)
        Days after undocking; rad, negative is behind; m.
    marks : sequence of (day, label)
    title : str

    Raises
    ------
    InputError
        Shapes that differ, or matplotlib is absent.
    """
    x, angle, height = (np.asarray(a, dtype=float) for a in (days, phase, above))
    if not x.shape == angle.shape == height.shape or x.ndim != 1:
        raise InputError(
            f"days, phase and above must be rows of one length, got {x.shape}, {angle.shape} and "
            f"{height.shape}"
        )
    figure = style.blank_figure(title)
    upper = figure.add_axes((0.075, 0.42, 0.895, 0.45))
    lower = figure.add_axes((0.075, 0.1, 0.895, 0.25), sharex=upper)
    style.quiet_axes(upper, "Ahead of the station, deg")
    style.quiet_axes(lower, "Higher than it, km")
    for axes, values in ((upper, np.degrees(angle)), (lower, height / 1e3)):
        axes.axhline(0.0, color=style.BLUE, linewidth=1.0)
        axes.plot(x, values, color=style.ORANGE, linewidth=2.0, zorder=3.0)
        axes.margins(x=0.01, y=0.1)
    upper.tick_params(labelbottom=False)
    lower.set_xlabel("Days after undocking", size=style.LABEL_SIZE, color=style.INK)
    _mark(upper, marks)
    for day, _ in marks:
        lower.axvline(day, color=style.RULE, linewidth=1.0, zorder=1.0)
    return figure


def _mark(axes: Axes, marks: Sequence[tuple[float, str]]) -> None:
    """Events as upright lines with their names along the top, none over another."""
    from matplotlib.patheffects import withStroke

    low, high = axes.get_xlim()
    places = style.spread([day for day, _ in marks], 0.024 * (high - low), low, high)
    for (day, label), place in zip(marks, places, strict=True):
        axes.axvline(day, color=style.RULE, linewidth=1.0, zorder=1.0)
        axes.text(
            place, 0.985, label, transform=axes.get_xaxis_transform(), rotation=90, va="top",
            ha="right", size=style.TICK_SIZE, color=style.QUIET_INK, zorder=4.0,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )  # fmt: skip
