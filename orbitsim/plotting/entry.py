"""The end of a deorbited ship on the map: coast, break-up, and where its debris comes down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.plotting import labels, style, world
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from orbitsim.phases.entry import Entry

_SIGMAS: Final = 3.0
_ROOM: Final = 8.0


def entry_figure(
    entry: Entry,
    *,
    track: tuple[FloatArray, FloatArray] | None = None,
    title: str = "",
) -> Figure:
    """Draw interface, break-up and debris of an entry, with minutes after ignition.

    Parameters
    ----------
    entry : Entry
    track : pair of ndarray, optional
        Latitude and longitude (rad) below the ship from ignition on.
    title : str

    Raises
    ------
    InputError
        Nothing reaches the ground, or matplotlib is absent.
    """
    from orbitsim.phases.entry import ground_places

    if not entry.surviving.any():
        raise InputError("no piece reaches the ground")
    figure = style.blank_figure(title)
    axes = figure.add_axes((0.06, 0.08, 0.9, 0.8))
    world.draw_world(axes)
    states = (*entry.interfaces, entry.breakup)
    lat, lon = ground_places(states)
    landed = entry.surviving
    down = np.degrees(entry.fall.latitude[landed]), np.degrees(entry.fall.longitude[landed])
    middle = float(down[1][0])
    if track is not None:
        x, y = np.degrees(np.unwrap(track[1])), np.degrees(track[0])
        x = x + 360.0 * np.round((middle - x[-1]) / 360.0)
        axes.plot(x, y, color=style.QUIET_INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2.0)
    minutes = [float(entry.minutes_after_ignition(state.epoch)) for state in states]
    names = [f"{h / 1e3:.0f} km" for h in entry.heights] + ["break-up"]
    px, py = _near(np.degrees(lon), middle), np.degrees(lat)
    axes.plot(px, py, "o", ms=5.5, mfc="white", mec=style.BLUE, mew=1.4, zorder=4.0)
    named = [
        (float(x), float(y), f"{name}, {m:.1f} min")
        for x, y, name, m in zip(px, py, names, minutes, strict=True)
    ]
    dx = _near(down[1], middle)
    axes.plot(dx, down[0], "X", ms=7, mfc=style.ORANGE, mec="white", mew=0.8, zorder=4.5)
    after = entry.minutes_after_ignition(entry.impact_times)
    for place in (int(np.argmin(after)), int(np.argmax(after))):
        piece = [p for p, ok in zip(entry.pieces, landed, strict=True) if ok][place]
        named.append(
            (float(dx[place]), float(down[0][place]), f"{piece.name}, {after[place]:.1f} min")
        )
    if landed.sum() > 2:
        ring = entry.footprint.ellipse(_SIGMAS)
        axes.plot(
            _near(np.degrees(ring[1]), middle), np.degrees(ring[0]),
            color=style.RED, linewidth=1.3, zorder=3.0,
        )  # fmt: skip
    _frame(axes, np.concatenate([px, dx]), np.concatenate([py, down[0]]))
    labels.annotate(axes, named, np.column_stack((px, py)), above=5.0)
    return figure


def _near(longitude: FloatArray, middle: float) -> FloatArray:
    """Longitudes within half a turn of one, deg."""
    return np.asarray(middle + np.remainder(longitude - middle + 180.0, 360.0) - 180.0)


def _frame(axes: Axes, x: FloatArray, y: FloatArray) -> None:
    """Limits about points (deg), with degrees of longitude as short as they are on the ground."""
    low, high = float(y.min()) - _ROOM, float(y.max()) + _ROOM
    middle_x, middle_y = 0.5 * float(x.min() + x.max()), 0.5 * (low + high)
    stretch = 1.0 / float(np.cos(np.radians(middle_y)))
    shape = axes.bbox.width / axes.bbox.height
    wide = max(float(np.ptp(x)) + 4.0 * _ROOM, (high - low) * shape * stretch)
    tall = wide / (shape * stretch)
    axes.set_aspect(stretch)
    axes.set_xlim(middle_x - 0.5 * wide, middle_x + 0.5 * wide)
    axes.set_ylim(max(middle_y - 0.5 * tall, -90.0), min(middle_y + 0.5 * tall, 90.0))
