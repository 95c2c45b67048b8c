"""Time history of an ascent in six panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from orbitsim.errors import InputError
from orbitsim.plotting import events, style
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class AscentEvent(Protocol):
    """Something that happens at an instant."""

    @property
    def time(self) -> float:
        """Seconds after liftoff."""
        ...

    @property
    def name(self) -> str:
        """What happens."""
        ...


class AscentHistory(Protocol):
    """What the picture needs of an ascent: one flight, every array of the shape (T,), SI."""

    @property
    def t(self) -> FloatArray:
        """Seconds after liftoff."""
        ...

    @property
    def altitude(self) -> FloatArray:
        """m."""
        ...

    @property
    def downrange(self) -> FloatArray:
        """m."""
        ...

    @property
    def speed_inertial(self) -> FloatArray:
        """m/s."""
        ...

    @property
    def speed_relative(self) -> FloatArray:
        """m/s, to the rotating Earth."""
        ...

    @property
    def flight_path_angle(self) -> FloatArray:
        """rad, of the inertial velocity above the horizontal."""
        ...

    @property
    def dynamic_pressure(self) -> FloatArray:
        """Pa."""
        ...

    @property
    def acceleration(self) -> FloatArray:
        """m/s2, as felt on board."""
        ...

    @property
    def mass(self) -> FloatArray:
        """kg."""
        ...

    @property
    def events(self) -> Sequence[AscentEvent]:
        """In the order of time."""
        ...


def ascent_figure(ascent: AscentHistory, title: str = "") -> Figure:
    """Draw altitude, downrange, speeds, flight-path angle, dynamic pressure, felt acceleration and
    mass over time, with the events numbered and listed.

    Parameters
    ----------
    ascent : AscentHistory
        Of one flight, such as an `orbitsim.phases.ascent_result.Ascent`.
    title : str
        Heading.

    Raises
    ------
    InputError
        A batch of flights, or matplotlib is absent.
    """
    if ascent.t.ndim != 1 or ascent.altitude.shape != ascent.t.shape:
        raise InputError(
            "a picture shows one ascent, shape (T,); "
            f"got the times {ascent.t.shape} and the altitudes {ascent.altitude.shape}"
        )
    figure = style.blank_figure(title)
    grid = figure.add_gridspec(
        3, 2, left=0.08, right=0.79, bottom=0.085, top=0.86, hspace=0.14, wspace=0.43
    )
    panels = [figure.add_subplot(grid[row, column]) for row in range(3) for column in range(2)]
    heights, speeds, pressure, angle, load, mass = panels
    t = ascent.t

    _line(heights, t, ascent.altitude / 1e3, "Altitude, km", style.BLUE)
    downrange = heights.twinx()
    _line(downrange, t, ascent.downrange / 1e3, "Downrange, km", style.ORANGE)
    downrange.grid(visible=False)
    for axes, colour in ((heights, style.BLUE), (downrange, style.ORANGE)):
        axes.yaxis.label.set_color(colour)

    _line(speeds, t, ascent.speed_inertial / 1e3, "Speed, km/s", style.BLUE, "inertial")
    _line(speeds, t, ascent.speed_relative / 1e3, "Speed, km/s", style.ORANGE, "relative to Earth")
    speeds.legend(
        loc="upper left",
        fontsize=style.TICK_SIZE,
        labelcolor="linecolor",
        edgecolor="none",
        framealpha=0.85,
        borderaxespad=0.2,
    )
    degrees = np.degrees(ascent.flight_path_angle)
    _line(angle, t, degrees, "Flight-path angle, deg", style.BLUE)
    _line(pressure, t, ascent.dynamic_pressure / 1e3, "Dynamic pressure,\nkPa", style.BLUE)
    _peak(pressure, t, ascent.dynamic_pressure / 1e3, "kPa")
    _line(load, t, ascent.acceleration, "Felt acceleration,\nm/s²", style.BLUE)
    _peak(load, t, ascent.acceleration, "m/s²")
    _line(mass, t, ascent.mass / 1e3, "Mass, t", style.BLUE)

    entries = [
        events.Entry(event.time, event.name, f"{event.time:.1f} s") for event in ascent.events
    ]
    for axes in panels:
        axes.set_xlim(t[0], t[-1])
        events.draw_lines(axes, entries)
    for axes in panels[:-2]:
        axes.tick_params(labelbottom=False)
    for axes in panels[-2:]:
        axes.set_xlabel("Time after liftoff, s", size=style.LABEL_SIZE, color=style.INK)
    for axes in panels[:2]:
        events.draw_numbers(axes, entries)
    events.draw_key(figure, entries, left=0.8, top=0.86)
    figure.align_ylabels(panels[::2])
    figure.align_ylabels(panels[1::2])
    return figure


def _line(
    axes: Axes, t: FloatArray, values: FloatArray, name: str, colour: str, label: str = ""
) -> None:
    axes.plot(t, values, color=colour, linewidth=1.7, label=label)
    axes.margins(y=0.08)
    style.quiet_axes(axes, name)


def _peak(axes: Axes, t: FloatArray, values: FloatArray, unit: str) -> None:
    """Mark the greatest value and write it beside."""
    if np.isnan(values).all():
        return
    top = int(np.nanargmax(values))
    late = t[top] > (t[0] + t[-1]) / 2.0
    axes.plot(t[top], values[top], "o", ms=4.5, color=style.RED, zorder=3)
    axes.annotate(
        f"{values[top]:.1f} {unit} at {t[top]:.0f} s",
        (t[top], values[top]),
        (-7 if late else 7, 2),
        textcoords="offset points",
        ha="right" if late else "left",
        va="center",
        size=style.TICK_SIZE,
        color=style.RED,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8},
    )
