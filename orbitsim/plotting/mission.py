"""The pictures of a flown mission."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitsim import frames
from orbitsim.missions.fly import Flight
from orbitsim.plotting.ascent import ascent_figure
from orbitsim.plotting.ground_track import ground_track_figure
from orbitsim.plotting.impact_map import impact_map_figure
from orbitsim.plotting.loss import loss_figures
from orbitsim.plotting.rendezvous import rendezvous_figure
from orbitsim.plotting.voyage import voyage_figures
from orbitsim.trajectory import GroundTrack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TRACK_HOURS = 6.0
"""h; of the flight's first hours that the map shows: four revolutions, which still can be told
apart."""


def mission_figures(flight: Flight) -> dict[str, Figure]:
    """Pictures by name: ascent, impact points, ground track and rendezvous or the loss, as far as
    the mission was flown."""
    figures = {}
    if flight.ascent is not None:
        flown = flight.ascent if flight.loss is None else flight.loss.ascent
        ending = "" if flight.loss is None else " to the failure"
        figures["ascent"] = ascent_figure(flown, f"{flight.record.name}: ascent{ending}")
    figures |= _impact_points(flight)
    if flight.loss is not None:
        return figures | loss_figures(flight.loss, flight.record.name)
    track = mission_track(flight)
    if track is not None:
        marks = [(place[0], place[1], label) for label, place in _marks(flight)]
        figures["ground_track"] = ground_track_figure(
            track,
            site=flight.site,
            site_name="Launch pad",
            title=f"{flight.record.name}: ground track of the first {_TRACK_HOURS:.0f} hours",
            marks=marks,
            night_at=track.times[0],
        )
    rendezvous = flight.rendezvous
    if rendezvous is not None:
        zero = flight.record.time("liftoff") if "liftoff" in flight.record.flight else None
        start = 0.0
        if zero is not None:
            start = float((rendezvous.insertion.epoch - zero).to_value("h"))
        # A burn is a minute sampled twice, before and after; the line needs it once.
        rising = np.concatenate([[True], np.diff(rendezvous.t) > 0.0])
        figures["rendezvous"] = rendezvous_figure(
            start + rendezvous.t[rising] / 3600.0,
            np.degrees(rendezvous.phase[rising]),
            rendezvous.altitude[rising] / 1e3,
            rendezvous.station_altitude[rising] / 1e3,
            [
                (
                    start + float((burn.time - rendezvous.insertion.epoch).to_value("h")),
                    f"{burn.purpose}, orbit {burn.orbit_number}",
                    burn.delta_v,
                )
                for burn in rendezvous.burns
            ],
            f"{flight.record.name}: rendezvous",
        )
    if flight.voyage is not None:
        figures |= voyage_figures(flight.voyage, flight.record.name)
    return figures


def _impact_points(flight: Flight) -> dict[str, Figure]:
    """Where the vehicle would fall at each moment, with zones of what it did shed."""
    scatter, ascent, site = flight.scatter, flight.ascent, flight.site
    if scatter is None or ascent is None or site is None:
        return {}
    end = ascent.t[-1] if flight.loss is None else flight.loss.ascent.t[-1]
    flown = ascent.t <= end
    zones = [z for z in scatter.zones if ascent.event(z.shed.event).time <= end]
    marks = []
    if flight.loss is not None:
        impact = flight.loss.vacuum
        marks.append((impact.latitude, impact.longitude, f"at the failure, {end:.1f} s"))
    figure = impact_map_figure(
        ascent.t[flown],
        scatter.trace[flown],
        site=site,
        spread=scatter.spread[scatter.spread.t <= end],
        zones=zones,
        marks=marks,
        site_name="Launch pad",
        title=f"{flight.record.name}: where it would fall if its engine stopped, three sigma",
    )
    return {"impact_points": figure}


def mission_track(flight: Flight) -> GroundTrack | None:
    """Ground track from the pad through the ascent and the first hours in orbit."""
    if flight.insertion is None:
        return None
    from astropy.time import TimeDelta

    pieces, seconds = [], []
    begin = flight.insertion.epoch
    if flight.ascent is not None:
        begin = flight.record.time("liftoff")
        before = flight.ascent.t <= flight.ascent.cut_off.time
        pieces.append(flight.ascent.r[before].T)
        seconds.append(flight.ascent.t[before])
    lead = float((flight.insertion.epoch - begin).to_value("s"))
    if flight.rendezvous is not None:
        early = flight.rendezvous.t < 3600.0 * _TRACK_HOURS - lead
        pieces.append(flight.rendezvous.r[:, early])
        seconds.append(lead + flight.rendezvous.t[early])
    else:
        from orbitsim.propagation import propagate

        t = np.arange(0.0, 3600.0 * _TRACK_HOURS - lead, 30.0)
        pieces.append(np.moveaxis(propagate(flight.insertion, t, method="j2").r, -1, 0))
        seconds.append(lead + t)
    r = np.concatenate(pieces, axis=1)
    times = begin + TimeDelta(np.concatenate(seconds), format="sec")
    fixed, _ = frames.transform(r, np.zeros_like(r), flight.insertion.frame, "ITRS", times)
    return GroundTrack(times, *frames.geodetic(fixed))


def _marks(flight: Flight) -> list[tuple[str, tuple[float, float, float]]]:
    """Burns and other simulated moments in orbit within the hours drawn, and a loss's impact."""
    marks = []
    for moment in flight.timeline:
        if moment.place is None or moment.origin != "simulated":
            continue
        if moment.event.startswith(("burn", "vacuum impact", "third cut-off")):
            first = flight.timeline[0].time
            begin = flight.record.time("liftoff") if "liftoff" in flight.record.flight else first
            if float((moment.time - begin).to_value("h")) <= _TRACK_HOURS:
                marks.append((moment.event.split(",")[0], moment.place))
    return marks
