"""The whole voyage of a cargo ship after its insertion, each phase from where the one before ends.

Rendezvous, docking, docked coast, undocking, free flight, redocking, docked coast, undocking,
deorbit, entry.  What is documented of times is given to the flight: the approaches begin so much
before the docking times as they last, the undockings and the deorbit burn come at theirs.  The
station flies under full forces from its last element set before each phase; by how much the next
set then moves it is kept (`Handover`), and a docked ship moves with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import PropellantError, RecordError
from orbitsim.missions.record import Figure, MissionRecord
from orbitsim.missions.voyage_decay import study_decay
from orbitsim.missions.voyage_descent import Descent, descend, with_propellant
from orbitsim.missions.voyage_docking import Approach, docked_offset, free_again, kurs_refusal
from orbitsim.missions.voyage_drift import Drifter, DriftLeg, along_the_orbit
from orbitsim.missions.voyage_record import VoyageRecord
from orbitsim.missions.voyage_result import (
    Balance,
    Handover,
    Voyage,
    VoyageEvent,
    VoyageScale,
)
from orbitsim.orbit import Orbit
from orbitsim.phases.docking import Docking, DockingMachine
from orbitsim.phases.docking_campaign import DockingCampaign, fly_dockings
from orbitsim.phases.docking_file import load_docking_plan
from orbitsim.phases.docking_plan import DockingPlan
from orbitsim.phases.docking_setting import Faults
from orbitsim.phases.free_flight import smooth_height
from orbitsim.phases.rendezvous_flight import RendezvousFlight, fly_rendezvous
from orbitsim.phases.rendezvous_profile import load_rendezvous_profile
from orbitsim.phases.rendezvous_station import Station
from orbitsim.phases.station_orbit import (
    FittedStation,
    estimate_ballistic_coefficient,
    fit_station,
    full_forces,
    position_error,
)
from orbitsim.phases.undocking import Undocking, undock
from orbitsim.propagation import propagate
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.units import FloatArray, read_only
from orbitsim.vehicles.spacecraft import load_spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

__all__ = ["NEEDED", "Voyage", "VoyageEvent", "VoyageScale", "fly_voyage"]

NEEDED: Final = (
    "docking", "undocking", "redocking", "final_undocking", "deorbit", "payload_mass",
)  # fmt: skip
"""Roles without which there is no voyage."""

_APPROACH_BEGINS: Final = 20e3
"""m; so far behind the station the ship waits for the station's last element set."""

_LATEST: Final = 1800.0
"""s after that set until the last burns begin."""

_DOCKED_SAMPLE: Final = 6 * 3600.0


def fly_voyage(
    record: MissionRecord,
    insertion: Orbit,
    *,
    scale: VoyageScale | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Voyage | None:
    """Fly a voyage; None where the record has none.

    Parameters
    ----------
    record : MissionRecord
        With a table [voyage], the station, and the roles of `NEEDED`.
    insertion : Orbit
    scale : VoyageScale, optional
    progress : callable

    Raises
    ------
    RecordError
        A role is missing, or an element set of the station for a phase.
    PropellantError
        A phase needs more than the one before has left.
    ConvergenceError
        A phase has no solution.
    """
    if record.voyage is None or record.station is None:
        return None
    missing = [role for role in NEEDED if role not in record.flight]
    if missing:
        raise RecordError(
            f"{record.source}: [voyage] needs the roles {', '.join(missing)} under [flight]"
        )
    return _Flight(record, record.voyage, insertion, scale or VoyageScale(), progress).fly()


class _Flight:
    """A voyage under way."""

    def __init__(
        self,
        record: MissionRecord,
        voyage: VoyageRecord,
        insertion: Orbit,
        scale: VoyageScale,
        progress: Callable[[str], None],
    ) -> None:
        self.record, self.voyage, self.scale, self.progress = record, voyage, scale, progress
        self.insertion = insertion.to_frame("GCRS")
        self.craft = load_spacecraft(voyage.text("spacecraft"))
        self.area = voyage.number("drag_coefficient") * voyage.number("mean_area")
        self.mass = record.quantity("payload_mass")
        self.left = self.craft.propellant_mass
        self.balance: list[Balance] = []
        self.events: list[VoyageEvent] = []
        self.track: list[tuple[FloatArray, FloatArray]] = []

    def fly(self) -> Voyage:
        record, voyage = self.record, self.voyage
        docking_time, redocking_time = record.time("docking"), record.time("redocking")
        undocking_time, last_time = record.time("undocking"), record.time("final_undocking")
        self.progress("station's orbit from its element sets")
        self.sets, self.stations = self._stations()
        first, out, back, near, last = (
            self._station_before(time)
            for time in (
                self.insertion.epoch, undocking_time, voyage.entry("return_start").time,
                redocking_time, last_time,
            )
        )  # fmt: skip
        self.progress("rendezvous under full forces")
        faults = Faults(
            no_lock_below=voyage.number("kurs_lock_lost"),
            camera_blur=voyage.number("camera_blur"),
        )
        plan = load_docking_plan(voyage.text("docking_plan"))
        approach = self._approach(plan, first, DockingMachine(), faults)
        place = np.array(plan.start.place)
        seconds = approach.fly(place, np.zeros(3)).duration
        healthy = replace(approach, faults=Faults()).fly(place, np.zeros(3))
        delay = seconds - healthy.duration
        profile = replace(load_rendezvous_profile(voyage.text("profile")), approach=seconds)
        profile = replace(profile, hold=plan.start.place)
        rendezvous = fly_rendezvous(
            self.insertion, Station(first.orbit, first.forces), docking_time, profile, self.craft,
            full_forces(self.area / self.mass), mass=self.mass, propellant=self.left,
        )  # fmt: skip
        self._after_rendezvous(rendezvous)
        self.progress("docking")
        approach = replace(approach, mass=self.mass, propellant=self.left)
        docking = approach.fly_in(
            seconds, rendezvous.relative_r[-1], np.array(rendezvous.relative_v[-1])
        )
        campaign = self._campaign(approach)
        self._after_docking("docking", docking, first, docking_time)
        self._docked(first, docking_time, undocking_time)
        self.mass -= voyage.number("unloaded_mass")
        self._note("unloading")
        self.progress("free flight")
        undocking = self._undock("undocking", out, undocking_time)
        released = self.mass
        machine = free_again(docking.machine)
        replan = load_docking_plan(voyage.text("redocking_plan"))
        reapproach = self._approach(replan, near, machine, Faults())
        again = np.array(replan.start.place)
        seconds = reapproach.fly(again, np.zeros(3)).duration
        drift = self._drift(undocking, out, back, near, _later(redocking_time, -seconds), again)
        self.progress("what the free flight hangs on")
        study = study_decay(
            undocking.orbit, self.area / released, out.ballistic_coefficient,
            float((redocking_time - undocking_time).to_value("jd")), mass=released,
            specific_impulse=self.craft.main_specific_impulse, samples=self.scale.lifetimes,
            seed=self.scale.seed,
        )  # fmt: skip
        self.progress("second docking")
        reapproach = replace(reapproach, mass=self.mass, propellant=self.left)
        there = near.at(drift[-1].orbit.epoch)
        redocking = reapproach.fly_in(seconds, *_relative(there, drift[-1].orbit))
        recampaign = self._campaign(reapproach)
        self._after_docking("second docking", redocking, near, redocking_time)
        self._docked(near, redocking_time, last_time)
        self.progress("deorbit, entry and debris")
        leaving = self._undock("second undocking", last, last_time)
        descent = self._descend(leaving)
        days, height = self._heights()
        return Voyage(
            self.craft,
            rendezvous,
            docking,
            redocking,
            (campaign, recampaign),
            undocking,
            leaving,
            drift,
            study,
            delay,
            kurs_refusal(machine),
            descent,
            self._handovers(),
            tuple(self.balance),
            days,
            height,
            tuple(sorted(self.events, key=lambda event: float(event.time.unix))),
        )

    # -- the station ------------------------------------------------------------------------------

    def _stations(self) -> tuple[list[MeanElements], list[FittedStation]]:
        station = self.record.station
        assert station is not None
        sets = [
            MeanElements.from_tle(one.line1, one.line2)
            for one in (station.elements, *station.later)
        ]
        sets.sort(key=lambda one: float(one.epoch.unix))
        return sets, [fit_station(one) for one in sets]

    def _station_before(self, time: Time) -> FittedStation:
        """From the last set before a moment."""
        known = [one for one in self.stations if one.orbit.epoch <= time]
        if not known:
            raise RecordError(
                f"{self.record.source}: no element set of the station before {time.utc.isot}; "
                "wanted one under [station] or [[station.later]]"
            )
        return known[-1]

    def _sinking(self, station: FittedStation) -> FittedStation:
        """The station as it sank, visitors and all, until its next set."""
        k = next(k for k, one in enumerate(self.stations) if one is station)
        if k + 1 == len(self.sets):
            return station
        first, second = zip(*(one.to_tle() for one in self.sets[k : k + 2]), strict=True)
        found = estimate_ballistic_coefficient(MeanElements.from_tle(first, second))
        return fit_station(self.sets[k], ballistic_coefficient=found.value)

    def _handovers(self) -> tuple[Handover, ...]:
        found = []
        for k in range(1, len(self.sets)):
            epoch = self.sets[k].epoch
            before, after = self.stations[k - 1], self.stations[k]
            predicted = before.propagate(epoch.reshape(1))
            radial, along, across = position_error(predicted, self.sets[k])[0].tolist()
            sunk = smooth_height(predicted.r[0], predicted.v[0], predicted.mu)
            stated = smooth_height(after.orbit.r, after.orbit.v, after.orbit.mu)
            days = float((epoch - self.sets[k - 1].epoch).to_value("day"))
            found.append(Handover(epoch, days, radial, along, across, float(sunk - stated)))
        return tuple(found)

    # -- phases -----------------------------------------------------------------------------------

    def _approach(
        self, plan: DockingPlan, station: FittedStation, machine: DockingMachine, faults: Faults
    ) -> Approach:
        motion = 2.0 * np.pi / float(station.orbit.period())
        port = self.voyage.text("port")
        return Approach(plan, self.craft, port, motion, machine, faults, self.mass, self.left)

    def _campaign(self, approach: Approach) -> DockingCampaign:
        return fly_dockings(
            approach.plan, approach.craft, self.scale.dockings,
            mean_motion=approach.mean_motion, port=approach.port, machine=approach.machine,
            faults=approach.faults, mass=approach.mass, propellant=approach.propellant,
            seed=self.scale.seed,
        )  # fmt: skip

    def _undock(self, name: str, station: FittedStation, time: Time) -> Undocking:
        offset = docked_offset(self.voyage.text("port"), self.craft)
        left = undock(
            station.at(time), self.craft, self.mass, forces=full_forces(self.area / self.mass),
            station_forces=station.forces, offset=offset, direction=offset / np.linalg.norm(offset),
        )  # fmt: skip
        self._event(time, f"{name}: springs, then a burn of {left.delta_v:.2f} m/s", left.orbit)
        self._use(name, self.mass - left.mass)
        return left

    def _drift(
        self,
        undocking: Undocking,
        out: FittedStation,
        back: FittedStation,
        near: FittedStation,
        arrival: Time,
        hold: FloatArray,
    ) -> tuple[DriftLeg, ...]:
        voyage, ship = self.voyage, Drifter(self.craft, self.area)
        radius = float(np.linalg.norm(undocking.station.r))
        start, turn = voyage.entry("return_start").time, voyage.entry("trailing_start").time
        parked = _later(undocking.release, voyage.number("parking_time"))
        ahead, trailing = (
            along_the_orbit(voyage.number(role), radius)
            for role in ("parking_distance", "trailing_distance")
        )
        behind = along_the_orbit(-_APPROACH_BEGINS, radius)
        # The last set is used from its epoch on, so that nothing is known before its time.
        renewed = _later(near.orbit.epoch, _LATEST)
        legs: list[DriftLeg] = []

        def go(leg: DriftLeg) -> DriftLeg:
            legs.append(leg)
            self._after_leg(leg)
            return leg

        def to(name: str, at: Orbit, station: FittedStation, time: Time, goal: FloatArray) -> Orbit:
            return go(ship.to(name, at, self.mass, self.left, station, time, goal)).orbit

        def coast(name: str, at: Orbit, station: FittedStation, time: Time) -> Orbit:
            return go(ship.coast(name, at, self.mass, station, time)).orbit

        sinking = self._sinking(out)
        orbit = to("to the parking orbit", undocking.orbit, sinking, parked, ahead)
        orbit = coast("parked", orbit, sinking, back.orbit.epoch)
        orbit = coast("parked, station's next set", orbit, back, start)
        orbit = to("to the trailing point", orbit, back, turn, trailing)
        orbit = to("catching up", orbit, back, renewed, behind)
        to("final rendezvous", orbit, near, arrival, hold)
        return tuple(legs)

    def _descend(self, leaving: Undocking) -> Descent:
        figure = self.record.role("deorbit")
        printed = figure.precision_si if isinstance(figure, Figure) else 0.0
        time = self.record.time("deorbit")
        # A coarsely printed time says when the minute begins.
        doubt = printed if printed > 1.0 else 0.0
        descent = descend(
            leaving.orbit, time, doubt, with_propellant(self.craft, self.left), self.mass,
            self.area, self.voyage, cases=self.scale.entries, seed=self.scale.seed,
        )  # fmt: skip
        entry = descent.entry
        burn = entry.plan
        start = float((burn.ignition - burn.before.epoch).to_value("s"))
        lit = propagate(
            burn.before, [start], method="numerical", forces=full_forces(self.area / self.mass)
        )
        self._event_at(burn.ignition, f"deorbit burn, {burn.delta_v:.0f} m/s", lit.r[-1])
        self._event(burn.cut_off, "deorbit burn over", burn.orbit)
        for height, state in zip(entry.heights, entry.interfaces, strict=True):
            self._event(state.epoch, f"entry interface at {height / 1e3:.0f} km", state)
        self._event(entry.breakup.epoch, "break-up", entry.breakup)
        times = entry.fall.time
        landed = np.flatnonzero(entry.surviving)
        order = landed[np.argsort((times[landed] - entry.plan.ignition).to_value("s"))]
        for name, k in (("first", order[0]), ("last", order[-1])):
            ground = float(entry.fall.latitude[k]), float(entry.fall.longitude[k]), 0.0
            what = f"{name} debris comes down: {entry.pieces[k].name}"
            self.events.append(VoyageEvent(times[k], what, ground))
        self._use("deorbit", burn.mass_before - burn.mass)
        return descent

    # -- accounts ---------------------------------------------------------------------------------

    def _after_rendezvous(self, flown: RendezvousFlight) -> None:
        path = flown.trajectory
        times = [float((burn.time - flown.insertion.epoch).to_value("s")) for burn in flown.burns]
        for burn, t in zip(flown.burns, times, strict=True):
            k = int(np.searchsorted(flown.t, t))
            self._event_at(
                burn.time,
                f"burn: {burn.name}, {burn.delta_v:.2f} m/s, orbit {burn.orbit_number}",
                path.r[min(k, len(flown.t) - 1)],
            )
        self._event(flown.arrival_time, "hold point", flown.arrival)
        self._heights_of(flown.insertion.epoch, flown.t, path.r, path.v)
        self._use("rendezvous", flown.propellant)

    def _after_docking(
        self, name: str, docking: Docking, station: FittedStation, contact: Time
    ) -> None:
        start = _later(contact, -docking.duration)
        moments = [event for event in docking.events if event.state.value != "captured"]
        times = [_later(start, event.time) for event in moments]
        seconds = np.array([float((t - station.orbit.epoch).to_value("s")) for t in times])
        path = station.propagate(seconds)
        for event, time, r in zip(moments, times, path.r, strict=True):
            what = name if event.what == "contact" else event.what
            distance = "" if event.what == "contact" else f", {event.gap:.0f} m"
            self._event_at(time, f"{what}{distance}", r)
        self._use(name, docking.propellant)

    def _after_leg(self, leg: DriftLeg) -> None:
        if leg.plan is not None:
            for number, burn in enumerate(leg.plan.burns, start=1):
                at = float((burn.time - leg.ship.epoch).to_value("s"))
                k = int(np.argmin(np.abs(leg.ship.t - at)))
                self._event_at(
                    burn.time, f"burn: {leg.name} {number}, {burn.size:.2f} m/s", leg.ship.r[k]
                )
        self._event(leg.orbit.epoch, f"end of leg: {leg.name}", leg.orbit)
        self._heights_of(leg.ship.epoch, leg.ship.t, leg.ship.r, leg.ship.v)
        self._use(leg.name, self.mass - leg.mass)

    def _docked(self, station: FittedStation, start: Time, end: Time) -> None:
        first = float((start - station.orbit.epoch).to_value("s"))
        last = float((end - station.orbit.epoch).to_value("s"))
        count = int((last - first) / _DOCKED_SAMPLE) + 2
        path = station.propagate(np.linspace(first, last, count))
        self._heights_of(station.orbit.epoch, path.t, path.r, path.v)

    def _heights_of(self, epoch: Time, t: FloatArray, r: FloatArray, v: FloatArray) -> None:
        days = float((epoch - self.insertion.epoch).to_value("day")) + t / SECONDS_PER_DAY
        self.track.append((days, smooth_height(r, v, self.insertion.mu)))

    def _heights(self) -> tuple[FloatArray, FloatArray]:
        gap = np.array([np.nan])
        days = np.concatenate([part for d, _ in self.track for part in (d, gap)])
        height = np.concatenate([part for _, h in self.track for part in (h, gap)])
        return read_only(days[:-1]), read_only(height[:-1])

    def _use(self, name: str, used: float) -> None:
        if used > self.left:
            raise PropellantError(name, used, self.left)
        self.mass -= used
        self.left -= used
        self._note(name)

    def _note(self, name: str) -> None:
        self.balance.append(Balance(name, self.mass, self.left))

    def _event(self, time: Time, name: str, orbit: Orbit) -> None:
        self._event_at(time, name, orbit.r)

    def _event_at(self, time: Time, name: str, r: FloatArray) -> None:
        fixed = frames.transform_position(r, "GCRS", "ITRS", time)
        latitude, longitude, altitude = (float(x) for x in frames.geodetic(fixed))
        self.events.append(VoyageEvent(time, name, (latitude, longitude, altitude)))


def _relative(station: Orbit, ship: Orbit) -> tuple[FloatArray, FloatArray]:
    from orbitsim.maneuvers.relative import relative_state

    r, v = relative_state(station.r, station.v, ship.r, ship.v)
    return r, v


def _later(time: Time, seconds: float) -> Time:
    from astropy.time import TimeDelta

    return time + TimeDelta(seconds, format="sec")
