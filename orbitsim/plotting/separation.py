"""Payload and stage after a separation: film strip, distance and attitude; a map of outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitsim.errors import InputError
from orbitsim.kernels import separation as kernel
from orbitsim.phases.separation import RelativeMotion
from orbitsim.phases.separation_result import SeparationMap
from orbitsim.plotting import style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FRAMES = 7
_LABEL_ROOM = 0.05  # of the time axis, for a contact's speed
_MARGIN = 1.5  # m, around the bodies in a picture of the strip


def separation_figure(motion: RelativeMotion, title: str = "") -> Figure:
    """Draw one separation: side views at instants spread over it, gap and attitudes against time.

    The strip looks across the plane in which the bodies turn most, each picture centred between the
    bodies and turned so that the stack's axis at separation points up.

    Parameters
    ----------
    motion : RelativeMotion
    title : str
        Heading.

    Raises
    ------
    InputError
        matplotlib is absent.
    """
    figure = style.blank_figure(title)
    grid = figure.add_gridspec(
        3, _FRAMES, height_ratios=(1.35, 1.0, 1.0), left=0.065, right=0.975, bottom=0.085, top=0.88,
        hspace=0.16, wspace=0.06,
    )  # fmt: skip
    _strip(motion, [figure.add_subplot(grid[0, k]) for k in range(_FRAMES)])
    top, bottom = figure.add_subplot(grid[1, :]), figure.add_subplot(grid[2, :])
    apart = motion.distance - motion.distance[0]
    top.plot(motion.t, apart, color=style.BLUE, linewidth=1.8)
    style.quiet_axes(top, "Distance gained, m")
    bottom.plot(
        motion.t, np.degrees(motion.tilt[:, 0]), color=style.BLUE, label=motion.payload.name
    )
    bottom.plot(
        motion.t, np.degrees(motion.tilt[:, 1]), color=style.ORANGE, label=motion.stage.name
    )
    style.quiet_axes(bottom, "Axis turned by, deg")
    bottom.legend(
        loc="upper left", ncols=2, fontsize=style.LABEL_SIZE, labelcolor="linecolor", frameon=False
    )
    bottom.set_xlabel("Time after separation, s", size=style.LABEL_SIZE, color=style.INK)
    top.tick_params(labelbottom=False)
    for axes in (top, bottom):
        axes.set_xlim(motion.t[0], motion.t[-1])
        axes.margins(y=0.12)
    _mark_contacts(motion, top, bottom)
    figure.align_ylabels([top, bottom])
    return figure


def separation_map_figure(outcomes: SeparationMap, title: str = "") -> Figure:
    """Draw how outcomes depend on residual thrust and separation speed, a panel for each question.

    Raises
    ------
    InputError
        Less than two thrusts or speeds, or matplotlib is absent.
    """
    if outcomes.residual_thrust.size < 2 or outcomes.speed.size < 2:
        raise InputError(
            "a map needs two residual thrusts and two speeds at least, got "
            f"{outcomes.residual_thrust.size} and {outcomes.speed.size}"
        )
    figure = style.blank_figure(title)
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    figure.subplots_adjust(left=0.075, right=0.985, bottom=0.09, top=0.86, hspace=0.2, wspace=0.08)
    drawn = (
        ("Share that opens within 1 s, per cent", 100.0 * outcomes.opened, "{:.0f}"),
        ("Share with two blows or more, per cent", 100.0 * outcomes.struck_again, "{:.0f}"),
        ("First contact, s after separation (median)", outcomes.first_contact, "{:.2g}"),
        ("Payload's rate at the end, deg/s (median)", np.degrees(outcomes.tumbling), "{:.2g}"),
    )
    for axes, (heading, values, form) in zip(panels.flat, drawn, strict=True):
        _cells(axes, outcomes, heading, values, form)
    for axes in panels[1]:
        axes.set_xlabel("Separation speed, m/s", size=style.LABEL_SIZE, color=style.INK)
    for axes in panels[:, 0]:
        axes.set_ylabel("Residual thrust, per cent", size=style.LABEL_SIZE, color=style.INK)
    return figure


def _cells(
    axes: Axes, outcomes: SeparationMap, heading: str, values: FloatArray, form: str
) -> None:
    """A table that is coloured: the axes' steps are even whatever the values are."""
    logarithmic = np.nanmax(values, initial=1.0) > 30.0 * np.nanmin(
        values[values > 0.0], initial=np.inf
    )
    shade = np.log10(np.where(values > 0.0, values, np.nan)) if logarithmic else values
    axes.imshow(shade, origin="lower", aspect="auto", cmap="Blues", interpolation="nearest")
    span = np.nanmin(shade), np.nanmax(shade)
    for row, column in np.ndindex(values.shape):
        number = values[row, column]
        if np.isfinite(number):
            dark = shade[row, column] > span[0] + 0.55 * (span[1] - span[0])
            axes.text(
                column, row, form.format(number), ha="center", va="center",
                size=style.TICK_SIZE - 1.5, color="white" if dark else style.INK,
            )  # fmt: skip
    axes.set_title(heading, size=style.LABEL_SIZE, color=style.INK, loc="left")
    axes.set_xticks(range(outcomes.speed.size), [f"{speed:g}" for speed in outcomes.speed])
    axes.set_yticks(
        range(outcomes.residual_thrust.size),
        [f"{100.0 * share:g}" for share in outcomes.residual_thrust],
    )
    axes.tick_params(labelsize=style.TICK_SIZE, colors=style.QUIET_INK, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _mark_contacts(motion: RelativeMotion, top: Axes, bottom: Axes) -> None:
    """Contacts as spans from first to last touch, the first three named where there is room."""
    records = motion.outcome.records[0]
    room, named = _LABEL_ROOM * float(motion.t[-1]), -np.inf
    for k, row in enumerate(records[np.isfinite(records[:, kernel.BEGIN])]):
        for axes in (top, bottom):
            axes.axvline(row[kernel.BEGIN], color=style.RED, linewidth=0.8, zorder=1)
            axes.axvspan(row[kernel.BEGIN], row[kernel.END], color=style.RED, alpha=0.08, lw=0)
        if k < 3 and row[kernel.BEGIN] - named > room:
            named = float(row[kernel.BEGIN])
            top.annotate(
                f"{row[kernel.SPEED]:.2f} m/s",
                (row[kernel.BEGIN], 0.97),
                (3.0, 0.0),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                size=style.TICK_SIZE - 1.0,
                color=style.RED,
                va="top",
            )


def _strip(motion: RelativeMotion, frames: list[Axes]) -> None:
    side = _side(motion)
    # Even in the square root of time: more pictures early, when the first contacts come.
    wanted = motion.t[0] + (motion.t[-1] - motion.t[0]) * np.linspace(0.0, 1.0, len(frames)) ** 1.5
    chosen = np.searchsorted(motion.t, wanted).clip(0, motion.t.size - 1)
    corners = [_outlines(motion, int(index), side) for index in chosen]
    reach = max(float(np.ptp(np.concatenate(pair), axis=0).max()) for pair in corners)
    half = 0.5 * reach + _MARGIN
    for axes, index, pair in zip(frames, chosen, corners, strict=True):
        both = np.concatenate(pair)
        middle = 0.5 * (both.min(axis=0) + both.max(axis=0))
        for outline, colour in zip(pair, (style.BLUE, style.ORANGE), strict=True):
            axes.fill(*(outline - middle).T, facecolor=colour, alpha=0.35, edgecolor=colour, lw=1.2)
        axes.set_xlim(-half, half)
        axes.set_ylim(-half, half)
        axes.set_aspect("equal")
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_title(f"{motion.t[index]:.2f} s", size=style.TICK_SIZE, color=style.QUIET_INK)
        for spine in axes.spines.values():
            spine.set_color(style.RULE)
    frames[0].set_ylabel(f"Side, {2.0 * half:.0f} m across", size=style.LABEL_SIZE, color=style.INK)


def _side(motion: RelativeMotion) -> FloatArray:
    """Unit vector to the right of the picture: across the axis, where most of the motion is."""
    paths = np.concatenate(
        [motion.axes[..., :2].reshape(-1, 2), (motion.r[:, 0] - motion.r[:, 1])[:, :2]]
    )
    _, vectors = np.linalg.eigh(paths.T @ paths)
    return np.array([*vectors[:, -1], 0.0])


def _outlines(motion: RelativeMotion, index: int, side: FloatArray) -> list[FloatArray]:
    """Shadows (M, 2) of both cylinders: the convex hulls of their rims."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.transform import Rotation

    angle = np.linspace(0.0, 2.0 * np.pi, 40, endpoint=False)
    shadows = []
    for b, body in enumerate((motion.payload, motion.stage)):
        ring = 0.5 * body.diameter * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
        ends = [ring + np.array([0.0, 0.0, z]) for z in (-0.5 * body.length, 0.5 * body.length)]
        local = np.concatenate(ends) + np.array(body.centre)
        turn = Rotation.from_quat(np.roll(motion.q[index, b], -1))
        points = motion.r[index, b] + turn.apply(local)
        flat = np.stack([points @ side, points[:, 2]], axis=1)
        shadows.append(flat[ConvexHull(flat).vertices])
    return shadows
