"""Phase angle and altitudes of a rendezvous, with its burns."""

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


def _without_wraps(t: FloatArray, phase: FloatArray) -> tuple[FloatArray, FloatArray]:
    jumps = np.flatnonzero(np.abs(np.diff(phase)) > 180.0) + 1
    return np.insert(t, jumps, np.nan), np.insert(phase, jumps, np.nan)
