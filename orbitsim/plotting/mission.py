"""The pictures of a flown mission."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from orbitsim import frames
from orbitsim.missions.fly import Flight
from orbitsim.plotting.ascent import ascent_figure
from orbitsim.plotting.ground_track import ground_track_figure
from orbitsim.plotting.rendezvous import rendezvous_figure
from orbitsim.trajectory import GroundTrack

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TRACK_HOURS = 6.0
"""h; of the flight's first hours that the map shows: four revolutions, which still can be told
apart."""


def mission_figures(flight: Flight) -> dict[str, Figure]:
    """Pictures by name: ground track, ascent and rendezvous, as far as the mission was flown."""
    figures = {}
    if flight.ascent is not None:
        figures["ascent"] = ascent_figure(flight.ascent, f"{flight.record.name}: ascent")
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
    return figures


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
