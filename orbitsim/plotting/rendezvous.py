"""Pictures of a rendezvous: phase angle and altitudes, relative motion, windows of the phase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.errors import InputError
from orbitsim.plotting import events, style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def rendezvous_figure(
    hours: ArrayLike,
    phase_deg: ArrayLike,
    chaser_altitude_km: ArrayLike,
    station_altitude_km: ArrayLike,
    burns: Sequence[tuple[float, str, float]] = (),
    title: str = "",
) -> Figure:
    """Draw how a chaser closes in on its station.

    Parameters
    ----------
    hours : array_like, shape (T,)
        After liftoff, rising.
    phase_deg : array_like, shape (T,)
        By how much the station is ahead, deg; a jump of more than half a turn is not drawn.
    chaser_altitude_km, station_altitude_km : array_like, shape (T,)
        km, both above the same datum.
    burns : sequence of (hours, label, delta-v)
        h after liftoff, name, m/s; in any order.  Numbered in the panels and listed beside.
    title : str
        Heading.

    Raises
    ------
    InputError
        Arrays of different lengths, or matplotlib is absent.
    """
    t = np.asarray(hours, dtype=np.float64)
    phase, chaser, station = (
        np.asarray(x, dtype=np.float64)
        for x in (phase_deg, chaser_altitude_km, station_altitude_km)
    )
    shapes = [x.shape for x in (t, phase, chaser, station)]
    if t.ndim != 1 or t.size < 2 or len(set(shapes)) != 1:
        raise InputError(
            "hours, phase and both altitudes must be rows of one length of at least two, "
            f"got the shapes {', '.join(map(str, shapes))}"
        )
    figure = style.blank_figure(title)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.15, 1.0))
    figure.subplots_adjust(left=0.07, right=0.79, bottom=0.085, top=0.86, hspace=0.08)
    top.plot(*_without_wraps(t, phase), color=style.BLUE, linewidth=1.9)
    top.locator_params(axis="y", nbins=8, steps=[1, 1.5, 3, 4.5, 6, 9, 10])
    style.quiet_axes(top, "Phase angle to the station, deg")
    bottom.plot(t, station, color=style.ORANGE, linewidth=1.7, label="station")
    bottom.plot(t, chaser, color=style.BLUE, linewidth=1.3, label="chaser")
    style.quiet_axes(bottom, "Altitude above 6378 km, km")
    bottom.margins(y=0.1)
    bottom.legend(
        loc="lower center",
        ncols=2,
        fontsize=style.LABEL_SIZE,
        labelcolor="linecolor",
        framealpha=0.9,
        edgecolor="none",
    )
    bottom.set_xlabel("Time after liftoff, h", size=style.LABEL_SIZE, color=style.INK)
    bottom.locator_params(axis="x", nbins=12, steps=[1, 2, 3, 4, 6, 10])
    bottom.set_xlim(min(t[0], 0.0), t[-1])
    figure.align_ylabels([top, bottom])
    entries = [
        events.Entry(time, name, f"{time:.2f} h, {delta_v:.2f} m/s")
        for time, name, delta_v in sorted(burns)
    ]
    for axes in (top, bottom):
        events.draw_lines(axes, entries)
    events.draw_numbers(top, entries)
    events.draw_key(figure, entries, left=0.8, top=0.86)
    return figure


def relative_motion_figure(
    transverse_km: ArrayLike,
    radial_km: ArrayLike,
    hold_km: tuple[float, float],
    burns: Sequence[tuple[float, float, str]] = (),
    title: str = "",
) -> Figure:
    """Draw the last revolutions before a hold point in the station's plane, and their end closer.

    Parameters
    ----------
    transverse_km, radial_km : array_like, shape (T,)
        Along V-bar, positive ahead of the station, and along R-bar, positive above it, km.
    hold_km : tuple of float
        Transverse and radial of the hold point, km.
    burns : sequence of (transverse, radial, name)
        km; where burns begin.
    title : str
        Heading.

    Raises
    ------
    InputError
        Arrays of different lengths, or matplotlib is absent.
    """
    x = np.asarray(transverse_km, dtype=np.float64)
    y = np.asarray(radial_km, dtype=np.float64)
    if x.ndim != 1 or x.size < 2 or x.shape != y.shape:
        raise InputError(
            "transverse and radial must be rows of one length of at least two, "
            f"got the shapes {x.shape} and {y.shape}"
        )
    figure = style.blank_figure(title)
    wide, near = figure.subplots(1, 2, width_ratios=(1.25, 1.0))
    figure.subplots_adjust(left=0.07, right=0.97, bottom=0.1, top=0.87, wspace=0.2)
    reach = 6.0 * max(abs(hold_km[0]), abs(hold_km[1]))
    for axes in (wide, near):
        axes.plot(x, y, color=style.BLUE, linewidth=1.5)
        axes.plot([0.0], [0.0], marker="s", color=style.ORANGE, markersize=7, linestyle="none")
        axes.plot(*hold_km, marker="o", color=style.RED, markersize=6, linestyle="none")
        axes.axhline(0.0, color=style.RULE, linewidth=0.8, zorder=0)
        axes.axvline(0.0, color=style.RULE, linewidth=0.8, zorder=0)
        axes.set_xlabel("V-bar, ahead of the station, km", size=style.LABEL_SIZE, color=style.INK)
    style.quiet_axes(wide, "R-bar, above the station, km")
    style.quiet_axes(near, "R-bar, km")
    near.set_xlim(-reach, reach)
    near.set_ylim(-0.75 * reach, 0.4 * reach)
    for axes in (wide, near):
        low, high = axes.get_xlim()
        bottom, top = axes.get_ylim()
        for along, above, name in burns:
            if not (low <= along <= high and bottom <= above <= top):
                continue
            axes.plot([along], [above], marker="^", color=style.INK, markersize=6)
            # Where the wide panel crowds them, the near one names them.
            if axes is near or max(abs(along), abs(above)) > reach:
                axes.annotate(
                    name,
                    (along, above),
                    xytext=(7, -4),
                    textcoords="offset points",
                    fontsize=style.TICK_SIZE,
                    color=style.INK,
                    va="top",
                )
    for text, place, colour, shift, side in (
        ("station", (0.0, 0.0), style.ORANGE, (7, 6), "left"),
        ("hold point", hold_km, style.RED, (-8, -4), "right"),
    ):
        near.annotate(
            text,
            place,
            xytext=shift,
            textcoords="offset points",
            fontsize=style.LABEL_SIZE,
            color=colour,
            ha=side,
        )
    return figure


def phase_window_figure(
    windows: Sequence[tuple[str, ArrayLike, ArrayLike, tuple[float, float]]], title: str = ""
) -> Figure:
    """Draw the total delta-v against the phase, and the windows.

    Parameters
    ----------
    windows : sequence of (name, phases, delta-v, (low, high))
        deg and m/s; NaN where there is no flight; at most three.
    title : str
        Heading.

    Raises
    ------
    InputError
        None or too many, or matplotlib is absent.
    """
    if not 1 <= len(windows) <= 3:
        raise InputError(f"wanted one to three windows, got {len(windows)}")
    figure = style.blank_figure(title)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.07, right=0.97, bottom=0.1, top=0.87)
    for (name, phases, delta_v, (low, high)), colour in zip(
        windows, (style.BLUE, style.ORANGE, style.RED), strict=False
    ):
        axes.plot(phases, delta_v, color=colour, linewidth=1.7, marker=".", label=name)
        axes.axvspan(low, high, color=colour, alpha=0.08, linewidth=0.0)
    style.quiet_axes(axes, "Total delta-v, m/s")
    axes.set_xlabel("Station ahead at the insertion, deg", size=style.LABEL_SIZE, color=style.INK)
    axes.legend(fontsize=style.LABEL_SIZE, labelcolor="linecolor", edgecolor="none")
    return figure


def _without_wraps(t: FloatArray, phase: FloatArray) -> tuple[FloatArray, FloatArray]:
    jumps = np.flatnonzero(np.abs(np.diff(phase)) > 180.0) + 1
    return np.insert(t, jumps, np.nan), np.insert(phase, jumps, np.nan)
