"""The pictures of a flown voyage: dockings, free flight, heights, footprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.missions.voyage import Voyage
from orbitsim.phases.entry import ground_places
from orbitsim.phases.footprint import ground_heading, offsets
from orbitsim.plotting import events, style, world
from orbitsim.plotting.docking import docking_figure
from orbitsim.plotting.rendezvous import relative_motion_figure
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time
    from matplotlib.figure import Figure

_LAST: Final = 2.2 * 5520.0
"""s of relative motion that the picture shows before the hold point."""


_WIDE: Final = 60.0
"""deg to either side of the impacts that the map shows."""


def voyage_figures(voyage: Voyage, name: str) -> dict[str, Figure]:
    """Pictures by name."""
    return {
        "relative_motion": _relative_motion(
            voyage, f"{name}: relative motion before the hold point"
        ),
        "docking": docking_figure(
            voyage.docking, f"{name}: docking, Kurs failing and TORU at the second try"
        ),
        "redocking": docking_figure(voyage.redocking, f"{name}: second docking, by TORU"),
        "free_flight": free_flight_figure(voyage, f"{name}: free flight between the dockings"),
        "altitude": altitude_figure(voyage, f"{name}: height of the orbit, insertion to undocking"),
        "entry_footprint": debris_figure(
            voyage, f"{name}: where and when debris comes down, deorbit burn and air dispersed"
        ),
    }


def free_flight_figure(voyage: Voyage, title: str = "") -> Figure:
    """Draw phase and height against the station over the free flight, leg by leg."""
    figure = style.blank_figure(title)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(1.15, 1.0))
    figure.subplots_adjust(left=0.07, right=0.79, bottom=0.085, top=0.86, hspace=0.08)
    zero = voyage.first_undocking.release
    entries = []
    for leg in voyage.drift:
        path = leg.path
        days = _days(path.times, zero)
        top.plot(days, np.degrees(path.phase), color=style.BLUE, linewidth=1.9)
        first = leg is voyage.drift[0]
        bottom.plot(
            days, path.station_height / 1e3, color=style.ORANGE, linewidth=1.7,
            label="station" if first else None,
        )  # fmt: skip
        bottom.plot(
            days, path.ship_height / 1e3, color=style.BLUE, linewidth=1.3,
            label="ship" if first else None,
        )  # fmt: skip
        spent = f"{leg.delta_v:.1f} m/s" if leg.plan is not None else "no burns"
        entries.append(events.Entry(float(days[0]), leg.name, f"day {days[0]:.2f}, {spent}"))
    top.axhline(0.0, color=style.QUIET_INK, linewidth=0.8)
    style.quiet_axes(top, "Ahead of the station, deg")
    style.quiet_axes(bottom, "Height over 6378 km, km")
    bottom.set_xlabel("Time after the undocking, d", size=style.LABEL_SIZE, color=style.INK)
    bottom.legend(fontsize=style.LABEL_SIZE, labelcolor="linecolor", edgecolor="none")
    bottom.set_xlim(0.0, float(_days(voyage.drift[-1].path.times, zero)[-1]))
    figure.align_ylabels([top, bottom])
    for axes in (top, bottom):
        events.draw_lines(axes, entries)
    events.draw_numbers(top, entries)
    events.draw_key(figure, entries, left=0.8, top=0.86)
    return figure


def altitude_figure(voyage: Voyage, title: str = "") -> Figure:
    """Draw the height of the ship's orbit from the insertion to the last undocking."""
    figure = style.blank_figure(title)
    axes = figure.subplots()
    figure.subplots_adjust(left=0.07, right=0.79, bottom=0.1, top=0.86)
    axes.plot(voyage.days, voyage.height / 1e3, color=style.BLUE, linewidth=1.6)
    style.quiet_axes(axes, "Height of the orbit over 6378 km, km")
    axes.set_xlabel("Time after the insertion, d", size=style.LABEL_SIZE, color=style.INK)
    zero = voyage.rendezvous.insertion.epoch
    moments = [
        ("docking", voyage.rendezvous.docking_time),
        ("undocking", voyage.first_undocking.release),
        ("second docking", voyage.event("second docking").time),
        ("second undocking", voyage.last_undocking.release),
        ("entry", voyage.descent.entry.interfaces[0].epoch),
    ]
    entries = [
        events.Entry(float(day), name, f"day {day:.2f}, {time.utc.iso[5:16]}")
        for name, time in moments
        for day in (float((time - zero).to_value("day")),)
    ]
    days = [entry.at for entry in entries]
    for start, end in ((days[0], days[1]), (days[2], days[3])):
        axes.axvspan(start, end, color=style.ORANGE, alpha=0.1, linewidth=0.0)
        axes.text(
            0.5 * (start + end), 0.04, "docked", transform=axes.get_xaxis_transform(),
            ha="center", size=style.LABEL_SIZE, color=style.ORANGE,
        )  # fmt: skip
    axes.set_xlim(0.0, days[-1] + 0.5)
    events.draw_lines(axes, entries)
    events.draw_numbers(axes, entries)
    events.draw_key(figure, entries, left=0.8, top=0.86)
    return figure


def _relative_motion(voyage: Voyage, title: str) -> Figure:
    flight = voyage.rendezvous
    shown = flight.t > flight.t[-1] - _LAST
    burns = []
    for burn in flight.burns:
        at = float((burn.time - flight.insertion.epoch).to_value("s"))
        if at > flight.t[-1] - _LAST:
            k = int(np.searchsorted(flight.t, at))
            x, y = flight.relative_r[k, 1] / 1e3, flight.relative_r[k, 0] / 1e3
            burns.append((float(x), float(y), f"{burn.name}, {burn.delta_v:.1f} m/s"))
    hold = flight.profile.hold
    return relative_motion_figure(
        flight.relative_r[shown, 1] / 1e3, flight.relative_r[shown, 0] / 1e3,
        (hold[1] / 1e3, hold[0] / 1e3), burns, title,
    )  # fmt: skip


def debris_figure(voyage: Voyage, title: str = "") -> Figure:
    """Draw the impacts of all dispersed entries: on the map, and time against place."""
    from matplotlib.colors import LogNorm

    descent, entry = voyage.descent, voyage.descent.entry
    figure = style.blank_figure(title)
    chart = figure.add_axes((0.06, 0.1, 0.44, 0.78))
    when = figure.add_axes((0.58, 0.1, 0.32, 0.78))
    world.draw_world(chart)
    x, y = np.degrees(descent.longitude), np.degrees(descent.latitude)
    look: dict[str, Any] = {
        "c": descent.mass, "norm": LogNorm(), "cmap": "viridis_r", "s": 14, "linewidths": 0,
    }  # fmt: skip
    chart.scatter(x, y, zorder=3.0, **look)
    middle = float(np.median(x)), float(np.median(y))
    chart.set_xlim(middle[0] - _WIDE, middle[0] + _WIDE)
    chart.set_ylim(max(middle[1] - _WIDE, -85.0), min(middle[1] + _WIDE, 85.0))
    chart.set_aspect("equal")
    style.quiet_axes(chart, "")
    for name in ("deorbit burn over", "entry interface at 120", "break-up"):
        event = voyage.event(name)
        at = float(np.degrees(event.place[1])), float(np.degrees(event.place[0]))
        chart.plot(*at, "o", ms=6, mfc="white", mec=style.INK, mew=1.3, zorder=4)
        if abs(at[0] - middle[0]) < _WIDE and abs(at[1] - middle[1]) < _WIDE:
            chart.annotate(
                f"{name.split(' at')[0]} {event.time.utc.iso[11:19]}", at, xytext=(9, 3),
                textcoords="offset points", size=style.TICK_SIZE, color=style.INK, zorder=4,
            )  # fmt: skip
    heading = float(ground_heading(entry.breakup))
    places = ground_places([entry.breakup])
    origin = float(places[0][0]), float(places[1][0])
    along, _ = offsets(descent.latitude, descent.longitude, origin, heading)
    drawn = when.scatter(along / 1e3, descent.time / 60.0, **look)
    style.quiet_axes(when, "Time after the minute of ignition, min")
    when.set_xlabel(
        "Distance from the nominal break-up, km", size=style.LABEL_SIZE, color=style.INK
    )
    bar = figure.colorbar(drawn, cax=figure.add_axes((0.925, 0.2, 0.011, 0.58)))
    bar.set_label("Mass of the piece, kg", size=style.LABEL_SIZE, color=style.INK)
    return figure


def _days(times: Time, zero: Time) -> FloatArray:
    return np.asarray((times - zero).to_value("day"), dtype=np.float64)
