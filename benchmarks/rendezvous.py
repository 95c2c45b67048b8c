"""Rendezvous under full forces: both missions, dispersed insertions, errors, windows of the phase.

    python -m benchmarks.rendezvous [CASES] [--pictures FOLDER]

Gravity 20x20, Sun, Moon and drag in NRLMSISE-00 for chaser and station.  Errors stand beside the
times: what the flight leaves at its hold point when it is flown again at a tight tolerance.
"""

from __future__ import annotations

import argparse
import time
from math import degrees
from pathlib import Path

import numpy as np
from astropy import units as u

from orbitsim.missions.fly import Scale, fly
from orbitsim.missions.record import load_mission
from orbitsim.phases.rendezvous_cases import InsertionDispersions, solve_rendezvous_cases
from orbitsim.phases.rendezvous_flight import (
    RendezvousFlight,
    fly_rendezvous,
)
from orbitsim.phases.rendezvous_profile import load_rendezvous_profile
from orbitsim.phases.rendezvous_replan import fly_replanned
from orbitsim.phases.rendezvous_station import Station
from orbitsim.phases.rendezvous_window import PhaseWindow, phase_window
from orbitsim.phases.station_orbit import fit_station, full_forces
from orbitsim.plotting.rendezvous import (
    phase_window_figure,
    relative_motion_figure,
    rendezvous_figure,
)
from orbitsim.plotting.save import save_picture
from orbitsim.vehicles.spacecraft import load_spacecraft

MISSIONS = {"progress-ms-04": "progress-ms", "progress-m1-4": "progress-m1"}
AREA, CD = 10.0, 2.2
"""m2 across the stream and drag coefficient of the chaser: assumptions, none is published."""
WINDOWS = {"four-orbit": 5.8, "two-orbit": 3.5}
"""Hours from lift-off to docking."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendezvous", description=__doc__)
    parser.add_argument("cases", nargs="?", type=int, default=1000)
    parser.add_argument("--pictures", type=Path)
    options = parser.parse_args()
    for name, craft in MISSIONS.items():
        mission(name, craft, options.cases, options.pictures)


def mission(name: str, craft_name: str, count: int, folder: Path | None) -> None:
    """Everything about one mission."""
    record = load_mission(name)
    quick = fly(record, story="planned", scale=Scale(ascents=0, voyage=None))
    assert quick.insertion is not None and quick.station is not None
    craft, docking = load_spacecraft(craft_name), record.time("docking")
    mass = record.quantity("payload_mass")
    forces = full_forces(CD * AREA / mass)
    fitted = fit_station(quick.station)
    station = Station(fitted.orbit, fitted.forces)
    radial, transverse, normal = fitted.rms
    print(f"\n{name}: station fitted, rms {radial:.0f}, {transverse:.0f}, {normal:.0f} m (R, T, N)")
    profile = load_rendezvous_profile("two-day")
    for _ in range(2):  # the first one also compiles
        seconds = time.perf_counter()
        flight = fly_rendezvous(
            quick.insertion, station, docking, profile, craft, forces, mass=mass
        )
        seconds = time.perf_counter() - seconds
    assert quick.rendezvous is not None
    print(f"one flight solved in {seconds:.2f} s; impulses under J2: "
          f"{quick.rendezvous.delta_v:.1f} m/s")  # fmt: skip
    report(flight)
    dispersed(flight, count)
    windows = {}
    for profile_name, hours in WINDOWS.items():
        other = load_rendezvous_profile(profile_name)
        seconds = time.perf_counter()
        window = phase_window(
            quick.insertion, station, record.time("liftoff") + hours * u.h, other, craft, forces,
            mass=mass, samples=8,
        )  # fmt: skip
        seconds = time.perf_counter() - seconds
        windows[profile_name] = window
        print(
            f"{profile_name}, docking {hours} h after lift-off: {degrees(window.low):.1f} to "
            f"{degrees(window.high):.1f} deg, {degrees(window.width):.1f} deg wide (published "
            f"{degrees(other.published_range or 0.0):.0f}); below: {window.below.refusal}; above: "
            f"{window.above.refusal}; {seconds:.1f} s for {len(window.cases)} flights"
        )
    if folder is not None:
        aloft = float((quick.insertion.epoch - record.time("liftoff")).to_value("s"))
        pictures(name, flight, windows, aloft, folder)


def report(flight: RendezvousFlight) -> None:
    """A flight in a few lines."""
    print(
        f"{flight.delta_v:.2f} m/s (at least {flight.least_delta_v:.2f} for these times), "
        f"{flight.propellant:.1f} kg used, {flight.propellant_left:.1f} kg left; hold point at "
        f"{flight.arrival_time.utc.isot[:23]} on orbit {flight.arrival_orbit}, docking "
        f"{flight.docking_time.utc.isot[:23]} on orbit {flight.docking_orbit}; misses it by "
        f"{np.linalg.norm(flight.position_error):.3f} m, "
        f"{np.linalg.norm(flight.velocity_error) * 1e3:.3f} mm/s; station "
        f"{degrees(flight.initial_phase):.1f} deg ahead; nearest "
        f"before {flight.closest_approach:.0f} m"
    )
    for burn in flight.burns:
        r, t, n = burn.delta_v_rtn
        print(
            f"  {burn.name:<18} orbit {burn.orbit_number:>2}  {burn.time.utc.isot[:19]}  "
            f"{burn.duration:6.2f} s  RTN {r:+7.3f} {t:+8.3f} {n:+7.3f} m/s  "
            f"{burn.propellant:5.1f} kg  primer {burn.primer:.3f}"
        )


def dispersed(flight: RendezvousFlight, count: int) -> None:
    """Dispersed insertions, and flights with errors."""
    starts = InsertionDispersions().sample(flight.insertion, count, seed=1)
    seconds = time.perf_counter()
    cases = solve_rendezvous_cases(flight, starts)
    seconds = time.perf_counter() - seconds
    total = cases.total[cases.solved]
    print(
        f"{count} dispersed: {100.0 * cases.success.mean():.1f} % succeed, "
        f"{1e3 * seconds / count:.1f} ms each; {total.mean():.1f} +- {total.std():.1f} m/s, most "
        f"{total.max():.1f}; farthest miss "
        f"{np.linalg.norm(cases.miss[cases.solved, :3], axis=1).max():.1f} m"
    )
    few = min(count, 200)
    seconds = time.perf_counter()
    flown = fly_replanned(flight, few, 2, insertions=starts[:few])
    seconds = time.perf_counter() - seconds
    place = np.sqrt(np.mean(flown.position_error**2, axis=0))
    speed = np.sqrt(np.mean(flown.velocity_error**2, axis=0))
    total = flown.delta_v.sum(axis=1)
    print(
        f"{few} with errors, replanned before each burn: arrival rms "
        f"{place[0]:.1f}, {place[1]:.1f}, {place[2]:.1f} m and {speed[0]:.3f}, {speed[1]:.3f}, "
        f"{speed[2]:.3f} m/s (R, T, N); {total.mean():.1f} +- {total.std():.1f} m/s; "
        f"{1e3 * seconds / few:.1f} ms each"
    )


def pictures(
    name: str,
    flight: RendezvousFlight,
    windows: dict[str, PhaseWindow],
    aloft: float,
    folder: Path,
) -> None:
    """Phase and altitudes, relative motion, windows; insertion `aloft` seconds after lift-off."""
    folder.mkdir(parents=True, exist_ok=True)
    hours = (flight.t + aloft) / 3600.0
    seconds = [float((b.time - flight.insertion.epoch).to_value("s")) for b in flight.burns]
    save_picture(
        rendezvous_figure(
            hours,
            np.degrees(flight.phase),
            flight.altitude / 1e3,
            flight.station_altitude / 1e3,
            [
                ((s + aloft) / 3600.0, f"{b.name}, orbit {b.orbit_number}", b.delta_v)
                for s, b in zip(seconds, flight.burns, strict=True)
            ],
            f"{name}: rendezvous under full forces",
        ),
        folder / f"{name}-phase.png",
    )
    last = flight.t > flight.t[-1] - 3.2 * 5520.0
    curved = curvilinear(flight)
    at = [
        (float(np.interp(s, flight.t, curved[0])), float(np.interp(s, flight.t, curved[1])), b.name)
        for s, b in zip(seconds, flight.burns, strict=True)
        if s > flight.t[last][0]
    ]
    hold = flight.profile.hold
    save_picture(
        relative_motion_figure(
            curved[0][last],
            curved[1][last],
            (hold[1] / 1e3, hold[0] / 1e3),
            at,
            f"{name}: relative motion, the last revolutions",
        ),
        folder / f"{name}-relative.png",
    )
    save_picture(
        phase_window_figure(
            [
                (key, np.degrees(w.phases), w.delta_v, (degrees(w.low), degrees(w.high)))
                for key, w in windows.items()
            ],
            f"{name}: delta-v against the phase",
        ),
        folder / f"{name}-windows.png",
    )


def curvilinear(flight: RendezvousFlight) -> tuple[np.ndarray, np.ndarray]:
    """Arc ahead along the station's orbit, and height above it, km."""
    radius = flight.station_altitude + 6_378_137.0
    height = flight.altitude - flight.station_altitude
    return -flight.phase * radius / 1e3, height / 1e3


if __name__ == "__main__":
    main()
