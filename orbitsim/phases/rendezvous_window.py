"""Which phases a rendezvous profile can fly from, and why not from others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from orbitsim.earth import EQUATORIAL_RADIUS, J2_GRAVITY
from orbitsim.errors import ConvergenceError, InputError, PhaseError
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.phases.phasing import TWO_PI, SecularRates, mean_elements, turned_about_pole
from orbitsim.phases.rendezvous_flight import chase_of, station_at
from orbitsim.phases.rendezvous_profile import RendezvousProfile
from orbitsim.phases.rendezvous_shooting import fly, schedule
from orbitsim.phases.rendezvous_solver import solve
from orbitsim.phases.rendezvous_start import Start, phase_range, start_of, turns_until
from orbitsim.phases.rendezvous_station import Station
from orbitsim.propagation import propagate
from orbitsim.units import FloatArray, elapsed_seconds, read_only, to_epoch, to_finite_si
from orbitsim.vehicles.spacecraft import Spacecraft

_EDGE: Final = np.radians(0.1)
_SPACING: Final = 120.0
_WIDENING: Final = np.radians(3.0)
_MOST_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class PhaseCase:
    """A profile flown from one phase.

    Attributes
    ----------
    phase : float
        By which the station is ahead at the insertion, rad.
    delta_v, propellant : float
        m/s and kg; NaN where there is no solution.
    lowest : float
        Least height above the equatorial radius, m.
    refusal : str
        Why it cannot be flown; empty where it can.
    """

    phase: float
    delta_v: float
    propellant: float
    lowest: float
    refusal: str


@dataclass(frozen=True, slots=True, eq=False)
class PhaseWindow:
    """The phases from which a profile can be flown to a docking at a stated time.

    Attributes
    ----------
    low, high : float
        rad; `low` in [0, 2 pi), `high` above it.
    below, above : PhaseCase
        The nearest case outside on either side, with why.
    cases : tuple of PhaseCase
        All that were flown, in order of phase.
    """

    low: float
    high: float
    below: PhaseCase
    above: PhaseCase
    cases: tuple[PhaseCase, ...]

    @property
    def width(self) -> float:
        """rad."""
        return self.high - self.low

    @property
    def phases(self) -> FloatArray:
        """Of the cases, rad."""
        return read_only(np.array([case.phase for case in self.cases]))

    @property
    def delta_v(self) -> FloatArray:
        """Of the cases, m/s."""
        return read_only(np.array([case.delta_v for case in self.cases]))


def phase_window(
    insertion: Orbit,
    station: Station,
    docking_time: Any,
    profile: RendezvousProfile,
    spacecraft: Spacecraft,
    forces: Force,
    *,
    mass: Any = None,
    propellant: Any = None,
    samples: int = 12,
) -> PhaseWindow:
    """Fly a profile from phase after phase and find where it can no more be flown.

    The station is put farther ahead or back on its own orbit; its plane turns with that as if it
    had been there all the time.  The chaser's plane is turned to meet it at the arrival, as a
    launch at the right minute does.  Time of insertion and docking stay.

    Parameters
    ----------
    insertion, station, docking_time, profile, spacecraft, forces, mass
        As in `fly_rendezvous`; the docking orbit of the profile is not held, only its time.
    propellant : float or Quantity
        What the rendezvous may use, kg; all of the spacecraft's unless given.
    samples : int
        Phases flown over the range of secular theory, before the edges are searched to 0.1 deg.

    Raises
    ------
    InputError
        As in `fly_rendezvous`; or fewer than three samples.
    PhaseError
        No phase can be flown; the message says why for each reason.
    """
    if samples < 3:
        raise InputError(f"a window needs at least 3 samples, got {samples}")
    insertion = insertion.to_frame("GCRS")
    duration = (
        float(elapsed_seconds(to_epoch(docking_time, "docking_time"), insertion.epoch))
        - profile.approach
    )
    if not duration > 0.0:
        raise InputError(f"docking at {docking_time!r} leaves no time after the insertion")
    tank = spacecraft.propellant_mass
    if propellant is not None:
        tank = float(to_finite_si(propellant, "kg", "propellant"))
    weight = spacecraft.launch_mass if mass is None else float(to_finite_si(mass, "kg", "mass"))
    sweep = _Sweep(
        insertion, station_at(station, insertion.epoch), duration, profile, spacecraft, forces,
        weight, tank,
    )  # fmt: skip
    low, high = sweep.range
    cases = [sweep.case(x) for x in np.linspace(low - 2.0 * _EDGE, high + 2.0 * _EDGE, samples)]
    good = [not case.refusal for case in cases]
    if not any(good):
        reasons = sorted({case.refusal for case in cases})
        raise PhaseError(f"{profile.name!r} can be flown from no phase: {'; '.join(reasons)}")
    first, last = good.index(True), len(good) - 1 - good[::-1].index(True)
    below = cases[first - 1] if first else sweep.first_refused(cases[0].phase, -_WIDENING)
    above = (
        cases[last + 1]
        if last < len(cases) - 1
        else sweep.first_refused(cases[-1].phase, _WIDENING)
    )
    edges, outside = [], []
    for inner, outer in ((cases[first], below), (cases[last], above)):
        while abs(inner.phase - outer.phase) > _EDGE:
            middle = sweep.case(0.5 * (inner.phase + outer.phase))
            cases.append(middle)
            inner, outer = (inner, middle) if middle.refusal else (middle, outer)
        edges.append(inner.phase)
        outside.append(outer)
    base = TWO_PI * np.floor(edges[0] / TWO_PI)
    moved = [replace(case, phase=case.phase - base) for case in (*outside, *cases)]
    return PhaseWindow(
        edges[0] - base,
        edges[1] - base,
        moved[0],
        moved[1],
        tuple(sorted(moved[2:], key=lambda case: case.phase)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Sweep:
    """What all cases share."""

    insertion: Orbit
    station: Station
    duration: float
    profile: RendezvousProfile
    spacecraft: Spacecraft
    forces: Force
    mass: float
    tank: float

    @property
    def range(self) -> tuple[float, float]:
        """Phases that secular theory allows, rad."""
        here, there, turns = self._moved(0.0)
        return phase_range(self.insertion, here, there, self.duration, self.profile, turns)

    def first_refused(self, phase: float, step: float) -> PhaseCase:
        """The first case that cannot be flown, step by step from a phase."""
        for _ in range(_MOST_STEPS):
            phase += step
            case = self.case(phase)
            if case.refusal:
                return case
        raise ConvergenceError(f"no end of the window up to {np.degrees(phase):.1f} deg")

    def case(self, phase: float) -> PhaseCase:
        """The profile flown from a phase."""
        nan = float("nan")
        own = mean_elements(self.insertion, J2_GRAVITY)
        there = mean_elements(self.station.orbit, J2_GRAVITY)
        now = float(np.mod(there[4] + there[5] - own[4] - own[5], TWO_PI))
        at_insertion, at_arrival, turns = self._moved(phase - now)
        try:
            start = self._start(self.insertion, at_insertion, at_arrival, turns)
            insertion = turned_about_pole(self.insertion, start.node_gap).to_frame("GCRS")
            start = self._start(insertion, at_insertion, at_arrival, turns)
            goal = np.concatenate([at_arrival.r, at_arrival.v])
            chase = chase_of(
                insertion, goal, self.mass, self.spacecraft, self.forces, self.duration,
                self.profile,
            )  # fmt: skip
            allowed = np.ones((len(start.times), 3), dtype=np.bool_)
            found = solve(chase, start.times, start.delta_v, start.bounds, allowed)
        except (ConvergenceError, InputError) as error:
            short = "no phasing orbit" if isinstance(error, PhaseError) else str(error)
            return PhaseCase(phase, nan, nan, nan, short)
        times, delta_v = found.times[np.newaxis], found.delta_v[np.newaxis]
        t = np.arange(0.0, self.duration, _SPACING)
        height = np.linalg.norm(fly(chase, times, delta_v, t).r[0], axis=-1) - EQUATORIAL_RADIUS
        mass = schedule(chase, times, delta_v).mass[0]
        used, lowest = float(mass[0] - mass[-1]), float(height.min())
        total = float(np.linalg.norm(found.delta_v, axis=-1).sum())
        refusal = ""
        if lowest < self.profile.least_altitude:
            refusal = f"an orbit below {self.profile.least_altitude / 1e3:.0f} km"
        elif used > self.tank:
            refusal = f"more than {self.tank:.0f} kg of propellant"
        return PhaseCase(phase, total, used, lowest, refusal)

    def _start(self, insertion: Orbit, here: Orbit, there: Orbit, turns: float) -> Start:
        return start_of(insertion, here, there, self.duration, self.profile, turns)

    def _moved(self, angle: float) -> tuple[Orbit, Orbit, float]:
        """The station farther on by an angle, at insertion and arrival, and the turns until then.

        It is where it will be some time later, with its node put back by the drift in that time.
        """
        mean = mean_elements(self.station.orbit, J2_GRAVITY)
        rates = SecularRates(float(mean[2]), J2_GRAVITY)
        axis = float(mean[0])
        whole = TWO_PI * np.round(angle / TWO_PI)
        shift = (angle - whole) / rates.latitude(axis)
        instants = np.array([shift, self.duration, self.duration + shift])
        flown = propagate(
            self.station.orbit, instants, method="numerical", forces=self.station.forces
        )
        orbits = []
        for i, seconds in ((0, 0.0), (2, self.duration)):
            orbit = Orbit.from_state(
                flown.r[i], flown.v[i], _after(self.station.orbit, seconds), "GCRS"
            )
            back = -rates.node(axis) * shift
            orbits.append(turned_about_pole(orbit, back).to_frame("GCRS"))
        own = Orbit.from_state(
            flown.r[1], flown.v[1], _after(self.station.orbit, self.duration), "GCRS"
        )
        turns = turns_until(self.insertion, own, self.profile) + angle / TWO_PI
        return orbits[0], orbits[1], turns


def _after(orbit: Orbit, seconds: float) -> Any:
    from astropy.time import TimeDelta

    return orbit.epoch + TimeDelta(seconds, format="sec")
