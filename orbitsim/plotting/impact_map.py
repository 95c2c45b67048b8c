"""The instantaneous impact point of an ascent on the map, with what is shed on the way."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, degrees, radians
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.earth import MEAN_RADIUS, Site
from orbitsim.errors import InputError
from orbitsim.plotting import labels, style, world
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from orbitsim.phases.drop_zones import DropZone
    from orbitsim.phases.impact_point import ImpactPoints, ImpactTrace

_SIGMAS: Final = 3.0
_ROOM: Final = 0.06
_TICK_STEPS: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0)


def impact_map_figure(
    t: FloatArray,
    points: ImpactPoints,
    *,
    site: Site,
    spread: ImpactTrace | None = None,
    zones: Sequence[DropZone] = (),
    marks: Sequence[tuple[float, float, str]] = (),
    tick: float = 60.0,
    until: float = 140.0,
    site_name: str = "Launch site",
    title: str = "",
) -> Figure:
    """Draw the trace of the instantaneous impact point, with times along it.

    Parameters
    ----------
    t : ndarray, shape (T,)
        s after lift-off.
    points : ImpactPoints
        Of one ascent, shape (T,).
    site : Site
        The pad.
    spread : ImpactTrace, optional
        Of dispersed ascents; its three-sigma corridor is shaded.
    zones : sequence of DropZone, optional
    marks : sequence of (latitude, longitude, label), optional
        Other places, rad.
    tick : float, optional
        Between two times written along the trace, s.
    until : float, optional
        Easternmost longitude that is drawn, deg.
    site_name, title : str, optional

    Raises
    ------
    InputError
        Several ascents, a trace with nothing to draw, or matplotlib is absent.
    """
    t = np.asarray(t, dtype=float)
    if t.ndim != 1 or points.latitude.shape != t.shape:
        raise InputError(
            f"a map shows one trace, shape (T,); got times {t.shape} and {points.latitude.shape}"
        )
    x, y = np.degrees(points.longitude), np.degrees(points.latitude)
    shown = np.isfinite(x) & (x <= until) & (x >= degrees(site.longitude) - 5.0)
    if not shown.any():
        raise InputError("no impact point of the trace lies on the map")
    figure = style.blank_figure(title)
    axes = figure.add_axes((0.06, 0.09, 0.9, 0.79))
    world.draw_world(axes)
    others = np.array([(degrees(b), degrees(a)) for a, b, _ in marks]).reshape(-1, 2)
    _frame(axes, np.append(x[shown], others[:, 0]), np.append(y[shown], others[:, 1]))
    if spread is not None:
        _corridor(axes, spread, until)
    line = np.column_stack((x[shown], y[shown]))
    axes.plot(*line.T, color=style.BLUE, linewidth=2.0, zorder=3)
    named = [_site(axes, site, site_name)]
    for moment in np.arange(tick, t[-1], tick):
        row = int(np.argmin(np.abs(t - moment)))
        if shown[row]:
            axes.plot(x[row], y[row], "o", ms=4.5, mfc="white", mec=style.BLUE, mew=1.2, zorder=4)
            named.append((float(x[row]), float(y[row]), f"{moment:.0f} s"))
    for zone in zones:
        place = degrees(zone.longitude), degrees(zone.latitude)
        axes.plot(*place, "X", ms=8, mfc=style.ORANGE, mec="white", mew=0.8, zorder=4.5)
        named.append((*place, f"{zone.shed.name}, {zone.downrange / 1e3:.0f} km"))
    for latitude, longitude, name in marks:
        place = degrees(longitude), degrees(latitude)
        axes.plot(*place, "s", ms=6, mfc=style.RED, mec="white", mew=0.8, zorder=4.5)
        named.append((*place, name))
    labels.annotate(axes, named, line, above=5.0)
    return figure


def _frame(axes: Axes, x: FloatArray, y: FloatArray) -> None:
    """Limits around the trace, with degrees of longitude as short as they are on the ground."""
    middle = 0.5 * float(y.min() + y.max())
    stretch = 1.0 / cos(radians(middle))
    width = axes.bbox.width / axes.bbox.height
    across, high = float(np.ptp(x)) * (1.0 + 2.0 * _ROOM), float(np.ptp(y)) * 1.5
    high = max(high, across / stretch / width, 4.0)
    across = high * stretch * width
    centre = 0.5 * float(x.min() + x.max())
    axes.set_aspect(stretch)
    axes.set_xlim(centre - 0.5 * across, centre + 0.5 * across)
    axes.set_ylim(middle - 0.5 * high, middle + 0.5 * high)
    for axis, span, signs in ((axes.xaxis, across, "EW"), (axes.yaxis, high, "NS")):
        step = next((s for s in _TICK_STEPS if span / s <= 9.0), _TICK_STEPS[-1])
        low, top = axis.get_view_interval()
        ticks = np.arange(np.ceil(low / step) * step, top, step)
        axis.set_ticks(ticks, [f"{abs(v):g}° {signs[0] if v >= 0 else signs[1]}" for v in ticks])


def _corridor(axes: Axes, spread: ImpactTrace, until: float) -> None:
    """Shade the mean trace widened by three sigma to both sides."""
    keep = (spread.share > 0.99) & (np.degrees(spread.longitude) <= until)
    latitude, longitude = spread.latitude[keep], spread.longitude[keep]
    if latitude.size < 2:
        return
    north, east = np.gradient(latitude), np.gradient(longitude) * np.cos(latitude)
    length = np.hypot(north, east)
    length = np.where(length > 0.0, length, 1.0)
    wide = _SIGMAS * spread.across[keep] / MEAN_RADIUS / length
    dy, dx = wide * east, -wide * north / np.cos(latitude)
    edge_x = np.concatenate((longitude + dx, (longitude - dx)[::-1]))
    edge_y = np.concatenate((latitude + dy, (latitude - dy)[::-1]))
    axes.fill(
        np.degrees(edge_x),
        np.degrees(edge_y),
        facecolor=style.BLUE,
        edgecolor="none",
        alpha=0.22,
        zorder=2.5,
    )


def _site(axes: Axes, site: Site, name: str) -> tuple[float, float, str]:
    place = degrees(site.longitude), degrees(site.latitude)
    axes.plot(*place, "^", ms=9, mfc=style.RED, mec="white", mew=1.0, zorder=4.5)
    return (*place, name)
