"""Pictures of a docking: the track, speed and range against corridor and time, the contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from orbitsim.errors import InputError
from orbitsim.phases.docking_campaign import DockingCampaign
from orbitsim.phases.docking_result import Docking
from orbitsim.plotting import events, style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

_CLOSE: Final = 250.0
"""m; what the inset of the track shows around the port."""

_LEAST_GAP: Final = 0.5
_FLIERS: Final = {"kurs": (style.BLUE, "Kurs"), "toru": (style.ORANGE, "TORU")}
_COLOURS: Final = (style.BLUE, style.ORANGE, style.RED, "#3d7a4e", "#6b4fa0", style.INK)


def docking_figure(docking: Docking, title: str = "") -> Figure:
    """Draw one approach: where it went on V-bar and R-bar, and how fast it closed in at what range.

    Blue is flown by Kurs, orange by TORU; the grey band is the corridor that a final leg is broken
    off above, the line in it the nominal speed.

    Raises
    ------
    InputError
        Nothing was recorded, or matplotlib is absent.
    """
    if docking.t.size < 3:
        raise InputError(f"a picture needs three instants at least, got {docking.t.size}")
    figure = style.blank_figure(title)
    grid = figure.add_gridspec(
        2, 2, left=0.075, right=0.79, bottom=0.09, top=0.86, hspace=0.52, wspace=0.24
    )
    track = figure.add_subplot(grid[0, 0])
    near = figure.add_subplot(grid[1, 0])
    speed = figure.add_subplot(grid[0, 1])
    gap = figure.add_subplot(grid[1, 1])
    _track(track, docking, "R-bar, m (up)")
    _track(near, docking, "R-bar, m (up)")
    _zoom(near, docking)
    _speed(speed, docking)
    minutes = docking.t / 60.0
    _coloured(gap, docking, minutes, np.maximum(docking.gap, _LEAST_GAP))
    style.quiet_axes(gap, "Range, m")
    _plain_log(gap, "y")
    gap.set_xlabel("Time, min", size=style.LABEL_SIZE, color=style.INK)
    gap.set_xlim(minutes[0], minutes[-1])
    # The contact and what came of it are one instant.
    shown = [event for event in docking.events[:-1] if event.state != "contact"]
    entries = [
        events.Entry(event.time / 60.0, event.what, _detail(event.time, event.gap))
        for event in shown
    ]
    last = docking.events[-1]
    name = docking.outcome.name.lower().replace("_", " ")
    entries.append(events.Entry(last.time / 60.0, name, _detail(last.time, last.gap)))
    events.draw_lines(gap, entries)
    events.draw_numbers(gap, entries)
    events.draw_key(figure, entries, left=0.8, top=0.86)
    return figure


def contact_figure(campaigns: Mapping[str, DockingCampaign], title: str = "") -> Figure:
    """Draw the contacts of some campaigns against the limits of the docking mechanism.

    Parameters
    ----------
    campaigns : mapping of str to DockingCampaign
        One to six, flown against the same limits.
    title : str
        Heading.

    Raises
    ------
    InputError
        None, too many, different limits, or matplotlib is absent.
    """
    if not 1 <= len(campaigns) <= len(_COLOURS):
        raise InputError(f"wanted 1 to {len(_COLOURS)} campaigns, got {len(campaigns)}")
    limits = [campaign.limits for campaign in campaigns.values()]
    if any(other != limits[0] for other in limits):
        raise InputError("wanted campaigns against the same limits, got different ones")
    from matplotlib.patches import Circle, Rectangle

    bounds = limits[0]
    figure = style.blank_figure(title)
    where, how, tilt = figure.subplots(1, 3)
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.27, top=0.87, wspace=0.3)
    handles = []
    for (name, campaign), colour in zip(campaigns.items(), _COLOURS, strict=False):
        low, high = campaign.interval
        label = (
            f"{name}: {campaign.probability:.2%} captured "
            f"({low:.2%} to {high:.2%} of {len(campaign):,})"
        )
        look = {"s": 5.0, "alpha": 0.35, "linewidths": 0.0, "color": colour, "rasterized": True}
        handles.append(where.scatter(*campaign.offset.T, label=label, **look))
        how.scatter(campaign.miss, campaign.closing_speed, **look)
        tilt.scatter(np.degrees(campaign.tilt), campaign.slide, **look)
    where.add_patch(_edge(Circle((0.0, 0.0), bounds.offset)))
    height = bounds.closing_most - bounds.closing_least
    how.add_patch(_edge(Rectangle((0.0, bounds.closing_least), bounds.offset, height)))
    widest = float(np.degrees(bounds.tilt))
    tilt.add_patch(_edge(Rectangle((0.0, 0.0), widest, bounds.lateral_speed)))
    reach = 1.25 * bounds.offset
    where.set(xlim=(-reach, reach), ylim=(-reach, reach))
    where.set_aspect("equal")
    how.set(xlim=(0.0, reach), ylim=(0.0, 1.15 * bounds.closing_most))
    tilt.set(xlim=(0.0, 1.15 * widest), ylim=(0.0, 1.15 * bounds.lateral_speed))
    for axes, abscissa, ordinate in (
        (where, "Offset in the orbit's plane, m", "Offset across it, m"),
        (how, "Distance from the axis, m", "Closing speed, m/s"),
        (tilt, "Angle between the axes, deg", "Lateral speed, m/s"),
    ):
        style.quiet_axes(axes, ordinate)
        axes.set_xlabel(abscissa, size=style.LABEL_SIZE, color=style.INK)
    legend = figure.legend(
        handles=handles,
        loc="lower center",
        fontsize=style.LABEL_SIZE,
        frameon=False,
        ncols=1 if len(handles) < 4 else 2,
        markerscale=3.0,
    )
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    return figure


def _edge(patch: Patch) -> Patch:
    """The outline of a limit."""
    patch.set(fill=False, edgecolor=style.INK, linewidth=1.2, linestyle="--")
    return patch


def _detail(time: float, gap: float) -> str:
    distance = (
        f"{gap / 1e3:.1f} km" if gap >= 1e3 else f"{gap:.0f} m" if gap >= 20 else f"{gap:.1f} m"
    )
    return f"{int(time // 60)} min {time % 60:02.0f} s, {distance}"


def _coloured(axes: Axes, docking: Docking, x: FloatArray, y: FloatArray) -> None:
    """A line in the colours of who flies."""
    for sensor, (colour, label) in _FLIERS.items():
        legs = [index for index, leg in enumerate(docking.plan.legs) if leg.sensor == sensor]
        flown = np.isin(docking.leg, legs)
        if not flown.any():
            continue
        # Up to the first instant of the next colour, so that the line has no gaps.
        flown[1:] |= flown[:-1]
        shown = np.where(flown, x, np.nan), np.where(flown, y, np.nan)
        axes.plot(*shown, color=colour, linewidth=1.5, label=label)


def _plain_log(axes: Axes, name: Literal["x", "y"]) -> None:
    """A logarithmic axis with plain numbers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter

    axis = axes.xaxis if name == "x" else axes.yaxis
    if name == "x":
        axes.set_xscale("log")
    else:
        axes.set_yscale("log")
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=2, colors=style.RULE)


def _track(axes: Axes, docking: Docking, ordinate: str) -> None:
    _coloured(axes, docking, docking.r[:, 1], docking.r[:, 0])
    place = docking.port.place
    axes.plot(0.0, 0.0, "s", ms=5, color=style.INK)
    axes.plot(place[1], place[0], "+", ms=9, color=style.RED)
    style.quiet_axes(axes, ordinate)
    axes.set_xlabel("V-bar, m (along the flight)", size=style.LABEL_SIZE, color=style.INK)
    axes.set_aspect("equal", adjustable="datalim")
    axes.locator_params(nbins=6)


def _zoom(axes: Axes, docking: Docking) -> None:
    """Show the neighbourhood of the port, half as high as wide."""
    middle = np.array(docking.port.place) + 0.35 * _CLOSE * np.array(docking.port.axis)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xlim(middle[1] - 0.9 * _CLOSE, middle[1] + 0.9 * _CLOSE)
    axes.set_ylim(middle[0] - 0.6 * _CLOSE, middle[0] + 0.6 * _CLOSE)


def _speed(axes: Axes, docking: Docking) -> None:
    gap = np.maximum(docking.gap, _LEAST_GAP)
    for leg in {leg.speeds: leg for leg in docking.plan.legs if leg.flies == "final"}.values():
        flown = np.equal(docking.leg, docking.plan.index(leg.name))
        if not flown.any():
            continue
        low = max(float(docking.gap[flown].min()), _LEAST_GAP)
        x = np.geomspace(low, float(docking.gap[flown].max()), 100)
        nominal = np.array([leg.speed(at) for at in x])
        top = leg.fast_factor * nominal + leg.fast_margin
        axes.fill_between(x, 0.0, top, color=style.RULE, alpha=0.5, lw=0.0)
        axes.plot(x, nominal, color=style.QUIET_INK, lw=0.9, ls="--")
    speed = docking.closing_speed.copy()
    if docking.contact is not None:
        speed[-1] = docking.contact.closing_speed
    _coloured(axes, docking, gap, speed)
    final = docking.gap < 1.3 * _CLOSE
    if final.any():
        axes.set_xlim(1.3 * _CLOSE, _LEAST_GAP)
        inside = speed[final]
        axes.set_ylim(min(1.1 * float(inside.min()), -0.1), max(1.25 * float(inside.max()), 0.3))
    style.quiet_axes(axes, "Closing speed, m/s")
    _plain_log(axes, "x")
    axes.legend(
        loc="upper right", fontsize=style.LABEL_SIZE, labelcolor="linecolor", edgecolor="none"
    )
    axes.set_xlabel("Range, m", size=style.LABEL_SIZE, color=style.INK)
