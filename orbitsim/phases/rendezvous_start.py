"""Where the solution of a rendezvous begins: burns and times by secular theory, for any profile."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, pi
from typing import Final, Self

import numpy as np
from scipy.optimize import brentq

from orbitsim.earth import J2_GRAVITY
from orbitsim.errors import InputError, PhaseError
from orbitsim.orbit import Orbit
from orbitsim.phases.phasing import TWO_PI, SecularRates, mean_elements, raising
from orbitsim.phases.rendezvous_profile import RendezvousProfile
from orbitsim.units import FloatArray

_ABOVE: Final = 20e3
"""m; a phasing orbit may lie this far above the station's."""
_BELOW: Final = 20e3
"""m; or below the insertion's mean radius."""
_SPACING: Final = 200.0
"""s between two burns that are moved towards each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Burns to start the shooting from.

    Attributes
    ----------
    phase : float
        Mean argument of latitude of the station less the chaser's at the insertion, rad in
        [0, 2 pi).
    lowest, highest : float
        Phases that the highest and the lowest phasing orbit would suit, rad; in one count with
        `phase`.
    axis : float
        Mean semi-major axis of the phasing orbit, m.
    turns : tuple of float
        Of the burns, from the node that begins orbit 1.
    times : ndarray, shape (K,)
        s after the insertion.
    bounds : pair of ndarray, shape (K,)
        Earliest and latest times.
    delta_v : ndarray, shape (K, 3)
        m/s, RTN.
    node_gap : float
        The station's node less the chaser's at the arrival, rad in [-pi, pi).
    """

    phase: float
    lowest: float
    highest: float
    axis: float
    turns: tuple[float, ...]
    times: FloatArray
    bounds: tuple[FloatArray, FloatArray]
    delta_v: FloatArray
    node_gap: float


def start_of(
    insertion: Orbit,
    station: Orbit,
    arrival: Orbit,
    duration: float,
    profile: RendezvousProfile,
    arrival_turns: float | None = None,
) -> Start:
    """First burns of a profile.

    Parameters
    ----------
    insertion, station : Orbit
        Chaser and station at the insertion.
    arrival : Orbit
        The station at the arrival.
    duration : float
        From the insertion to the arrival, s.
    arrival_turns : float, optional
        Turns until then, from the node that begins orbit 1; those that the profile's docking orbit
        asks for unless given.

    Raises
    ------
    PhaseError
        No phasing orbit between the insertion's and the station's height arrives on the docking
        orbit in time.
    """
    plan = _Secular.of(insertion, station, arrival, duration, profile, arrival_turns)
    turns, phase, a, b, rates = plan.turns, plan.phase, plan.own, plan.goal, plan.rates
    low, high = plan.ahead(b + _ABOVE), plan.ahead(a - _BELOW)
    if low * high > 0.0:
        raise PhaseError(
            f"phase out of range: the station is {np.degrees(phase):.1f} deg ahead at the "
            f"insertion; to dock on orbit {profile.docking_orbit} after {duration:.0f} s and the "
            f"approach, the profile {profile.name!r} needs "
            f"{np.degrees(phase + low):.1f} to {np.degrees(phase + high):.1f} deg (the lowest "
            f"phasing orbit ends {np.degrees(high):+.1f} deg ahead of the station, the highest "
            f"{np.degrees(low):+.1f} deg)"
        )
    axis = float(brentq(plan.ahead, a - _BELOW, b + _ABOVE, xtol=0.1))
    times = plan.clocks(axis)
    spans = np.diff(times, prepend=0.0)
    drift = sum(
        rates.node(x) * span for x, span in zip(_axes(profile, a, axis, b), spans, strict=False)
    )
    gap = plan.node_gap - drift
    speeds = [rates.latitude(x) / TWO_PI for x in _axes(profile, a, axis, b)[1:]]
    ends = [slot.bounds(place) for slot, place in zip(profile.burns, turns, strict=True)]
    early = times + [(e[0] - p) / s for e, p, s in zip(ends, turns, speeds, strict=True)]
    late = times + [(e[1] - p) / s for e, p, s in zip(ends, turns, speeds, strict=True)]
    times[-1] = early[-1] = late[-1] = duration
    middle = 0.5 * (times[:-1] + times[1:])
    late[:-1] = np.minimum(late[:-1], np.maximum(times[:-1], middle - _SPACING))
    early[1:] = np.maximum(early[1:], np.minimum(times[1:], middle + _SPACING))
    early[0] = max(early[0], min(times[0], _SPACING))
    return Start(
        phase,
        phase + low,
        phase + high,
        axis,
        turns,
        times,
        (early, late),
        _burns(profile, a, axis, b),
        (gap + pi) % TWO_PI - pi,
    )


def phase_range(
    insertion: Orbit,
    station: Orbit,
    arrival: Orbit,
    duration: float,
    profile: RendezvousProfile,
    arrival_turns: float | None = None,
) -> tuple[float, float]:
    """Phases that the highest and the lowest phasing orbit suit, rad; arguments of `start_of`."""
    plan = _Secular.of(insertion, station, arrival, duration, profile, arrival_turns)
    return plan.phase + plan.ahead(plan.goal + _ABOVE), plan.phase + plan.ahead(plan.own - _BELOW)


def turns_until(insertion: Orbit, arrival: Orbit, profile: RendezvousProfile) -> float:
    """Turns until the arrival, as `start_of` reckons them from the docking orbit."""
    rates = SecularRates(float(mean_elements(insertion, J2_GRAVITY)[2]), J2_GRAVITY)
    return _arrival_turns(mean_elements(arrival, J2_GRAVITY), rates, profile)


@dataclass(frozen=True, slots=True)
class _Secular:
    """A rendezvous in secular theory: where it begins and ends, in turns.

    Mean semi-major axes of the insertion (`own`) and of the station at the arrival (`goal`), m;
    the station's node at the arrival less the chaser's at the insertion, rad.
    """

    own: float
    goal: float
    first: float
    turns: tuple[float, ...]
    phase: float
    node_gap: float
    duration: float
    profile: RendezvousProfile
    rates: SecularRates

    @classmethod
    def of(
        cls,
        insertion: Orbit,
        station: Orbit,
        arrival: Orbit,
        duration: float,
        profile: RendezvousProfile,
        arrival_turns: float | None,
    ) -> Self:
        """From the orbits at the insertion and the station's at the arrival."""
        own, there, goal = (mean_elements(x, J2_GRAVITY) for x in (insertion, station, arrival))
        rates = SecularRates(float(own[2]), J2_GRAVITY)
        first = float(np.mod(own[4] + own[5], TWO_PI)) / TWO_PI
        last = _arrival_turns(goal, rates, profile) if arrival_turns is None else arrival_turns
        turns = profile.turns(last)
        if turns[0] < first:
            raise InputError(
                f"{profile.burns[0].name!r} stands at {turns[0]:.3f} turns, before the insertion "
                f"at {first:.3f}"
            )
        phase = float(np.mod(there[4] + there[5] - own[4] - own[5], TWO_PI))
        gap = float(goal[3] - own[3])
        return cls(
            float(own[0]), float(goal[0]), first, turns, phase, gap, duration, profile, rates
        )

    def clocks(self, axis: float) -> FloatArray:
        """When the burns are passed with a phasing orbit of that mean axis, s."""
        speeds = [self.rates.latitude(x) for x in _axes(self.profile, self.own, axis, self.goal)]
        return np.cumsum(np.diff([self.first, *self.turns]) * TWO_PI / speeds[:-1])

    def ahead(self, axis: float) -> float:
        """Angle by which the chaser is ahead of the station at the arrival, rad."""
        return float(self.duration - self.clocks(axis)[-1]) * self.rates.latitude(self.goal)


def _arrival_turns(goal: FloatArray, rates: SecularRates, profile: RendezvousProfile) -> float:
    """Turns of the arrival, from the node that begins orbit 1 until the docking's orbit is
    `docking_orbit` at the end of the approach."""
    place = float(np.mod(goal[4] + goal[5], TWO_PI)) / TWO_PI
    approach = profile.approach * rates.latitude(float(goal[0])) / TWO_PI
    return place + profile.docking_orbit - 1 - floor(place + approach)


def _axes(profile: RendezvousProfile, own: float, axis: float, goal: float) -> list[float]:
    """Mean semi-major axis of each arc: before the first burn, ..., after the last."""
    axes = [own]
    steps = iter((0.5 * (own + axis), axis))
    for slot in profile.burns:
        if slot.makes == "phasing":
            axes.append(next(steps))
        elif slot.makes == "transfer":
            axes.append(0.5 * (axis + goal))
        elif slot.makes == "braking":
            axes.append(goal)
        else:
            axes.append(axes[-1])
    return axes


def _burns(profile: RendezvousProfile, own: float, axis: float, goal: float) -> FloatArray:
    mu = J2_GRAVITY.mu
    steps = iter((*raising(own, axis, mu), *raising(axis, goal, mu)))
    delta_v = np.zeros((len(profile.burns), 3))
    for k, slot in enumerate(profile.burns):
        if slot.makes != "correction":
            delta_v[k, 1] = next(steps)
    return delta_v
