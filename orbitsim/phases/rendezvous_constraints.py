"""What burns have to see: light, or a ground station, as a filter on their times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.errors import ConvergenceError, InputError
from orbitsim.phases.rendezvous_profile import RendezvousProfile
from orbitsim.phases.rendezvous_shooting import Chase, fly, schedule
from orbitsim.phases.rendezvous_solver import Solution
from orbitsim.phases.rendezvous_station import Station
from orbitsim.propagation import propagate
from orbitsim.propagation.events import Event, States
from orbitsim.units import FloatArray, elapsed_seconds

if TYPE_CHECKING:
    from astropy.time import Time

ARRIVAL: Final = "arrival"
DOCKING: Final = "docking"
_SAMPLE: Final = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class BurnConstraint:
    """A condition on when burns may be made, and on arrival and docking.

    Attributes
    ----------
    name : str
    events : tuple of Event
        The condition holds where the function of any of them is positive: `eclipse` in the light,
        `elevation` above the horizon of one of several sites.
    burns : tuple of str
        Names of the profile's burns, which have to lie within whole; ``"arrival"`` and
        ``"docking"`` stand for those instants, at the station.

    Raises
    ------
    InputError
        No events or no burns.
    """

    name: str
    events: tuple[Event, ...]
    burns: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.events or not self.burns:
            raise InputError(f"the constraint {self.name!r} needs events and names of burns")

    def holds(self, states: States) -> FloatArray:
        """Positive where it holds, (M,)."""
        return np.asarray(np.max([event(states) for event in self.events], axis=0))

    def check_station(self, station: Station, arrival: Time, docking: Time) -> None:
        """Refuse an arrival or a docking at which the condition does not hold.

        Raises
        ------
        ConvergenceError
            With the nearest instants at which it does.
        """
        for name, time in ((ARRIVAL, arrival), (DOCKING, docking)):
            if name not in self.burns:
                continue
            seconds = float(elapsed_seconds(time, station.orbit.epoch))
            t = seconds + np.arange(-5400.0, 5401.0, _SAMPLE)
            t = t[t > 0.0]
            flown = propagate(station.orbit, t, method="numerical", forces=station.forces)
            which = np.zeros(t.size, dtype=np.int64)
            states = States(which, t, flown.r, flown.v, station.orbit.epoch)
            good = self.holds(states) > 0.0
            if good[np.argmin(np.abs(t - seconds))]:
                continue
            later = t[good] - seconds
            nearest = (
                f"{later[np.argmin(np.abs(later))]:+.0f} s" if later.size else "none in 90 min"
            )
            raise ConvergenceError(
                f"{self.name}: not so at the {name} at {time.utc.iso} UTC; nearest: {nearest}"
            )


def within(
    constraints: Sequence[BurnConstraint],
    chase: Chase,
    solution: Solution,
    bounds: tuple[FloatArray, FloatArray],
    profile: RendezvousProfile,
) -> tuple[FloatArray, FloatArray] | None:
    """Bounds of the burns' times so that they meet the constraints; None where they do already.

    Raises
    ------
    InputError
        A burn that the profile has not.
    ConvergenceError
        No such time within a burn's bounds.
    """
    names = [slot.name for slot in profile.burns]
    for constraint in constraints:
        unknown = set(constraint.burns) - {*names, ARRIVAL, DOCKING}
        if unknown:
            raise InputError(
                f"{constraint.name}: the profile {profile.name!r} has no burn "
                f"{', '.join(sorted(unknown))}; there are {', '.join(names)}"
            )
    low, high = bounds[0].copy(), bounds[1].copy()
    plan = schedule(chase, solution.times[np.newaxis], solution.delta_v[np.newaxis])
    met = True
    for k, name in enumerate(names):
        active = [c for c in constraints if name in c.burns]
        half = 0.5 * float(plan.duration[0, k])
        if not active or half == 0.0:
            continue
        begin, end = low[k] - 2.0 * half, high[k] + half
        t = np.append(np.arange(max(0.0, begin), end, _SAMPLE), end)
        flown = fly(
            chase, solution.times[np.newaxis], solution.delta_v[np.newaxis], np.append(t, end)
        )
        which = np.zeros(t.size, dtype=np.int64)
        states = States(which, t, flown.r[0, :-1], flown.v[0, :-1], chase.start.epoch)
        good = np.all([c.holds(states) > 0.0 for c in active], axis=0)
        last = k == len(names) - 1  # ends at its time, others are centred on it
        ahead, behind = (2.0 * half, 0.0) if last else (half, half)
        spans = [
            (max(low[k], a + ahead), min(high[k], b - behind))
            for a, b in _spans(t, good)
            if max(low[k], a + ahead) <= min(high[k], b - behind)
        ]
        now = float(solution.times[k])
        if not spans:
            raise ConvergenceError(
                f"{' and '.join(c.name for c in active)}: at no time within the freedom of "
                f"{name!r} ({low[k]:.0f} to {high[k]:.0f} s after the insertion)"
            )
        nearest = min(spans, key=lambda s: max(s[0] - now, now - s[1], 0.0))
        met &= nearest[0] - _SAMPLE <= now <= nearest[1] + _SAMPLE
        low[k], high[k] = nearest
    return None if met else (low, high)


def _spans(t: FloatArray, good: np.ndarray) -> list[tuple[float, float]]:
    """First and last sample of each run of good ones."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    return [(float(t[a]), float(t[b - 1])) for a, b in edges.reshape(-1, 2)]
