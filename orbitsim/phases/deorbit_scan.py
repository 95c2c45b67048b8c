"""How a deorbit answers to its burn and to the air, and which burns agree with what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import brentq

from orbitsim import frames
from orbitsim.earth import MEAN_RADIUS
from orbitsim.environment.profile import AirProfile
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.deorbit import deorbit_burn
from orbitsim.phases.entry import TYPICAL_PIECES, Entry, Piece, enter, scaled_air
from orbitsim.phases.footprint import ground_heading, offsets
from orbitsim.phases.station_orbit import full_forces
from orbitsim.units import to_epoch
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

_DAY_DENSITY: Final = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class DeorbitCase:
    """What a deorbit is flown from.

    Attributes
    ----------
    orbit : Orbit
        Before the burn.
    craft : Spacecraft
    mass : float
        kg, before the burn.
    ballistic_coefficient : float
        Of the ship then, m2/kg.
    ignition : Time
    delta_v : float
        m/s.
    density : float
        Factor on the air, at all heights.
    pieces : tuple of Piece
    """

    orbit: Orbit
    craft: Spacecraft
    mass: float
    ballistic_coefficient: float
    ignition: Time
    delta_v: float
    density: float = 1.0
    pieces: tuple[Piece, ...] = TYPICAL_PIECES

    def fly(self) -> Entry:
        """Burn, entry and debris; errors as `deorbit_burn` and `enter`."""
        # A denser air is the same as a larger coefficient.
        coefficient = self.density * self.ballistic_coefficient
        forces = full_forces(coefficient)
        plan = deorbit_burn(self.orbit, self.ignition, self.delta_v, self.craft, self.mass, forces)
        air: AirProfile | None = None if self.density == 1.0 else scaled_air(self.density)
        return enter(plan, forces, self.ballistic_coefficient, pieces=self.pieces, air=air)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one change does to the first impact.

    Attributes
    ----------
    change : str
    time : float
        Later by, s.
    distance : float
        Over the ground from where it was, m; positive downrange.
    """

    change: str
    time: float
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Burns with which debris comes down when it was said to.

    Attributes
    ----------
    entries : tuple of Entry
        All that came down, in the order of their delta-v.
    agrees : tuple of bool
        Whether the first impact lies within the time said.
    """

    entries: tuple[Entry, ...]
    agrees: tuple[bool, ...]

    @property
    def delta_v(self) -> tuple[float, float] | None:
        """Least and greatest delta-v that agree, m/s, or None."""
        some = [e.plan.delta_v for e, ok in zip(self.entries, self.agrees, strict=True) if ok]
        return (min(some), max(some)) if some else None


def scan_delta_v(case: DeorbitCase, delta_vs: Iterable[float]) -> tuple[Entry, ...]:
    """The same deorbit with burns of other sizes; those that do not come down are left out."""
    entries = []
    for delta_v in delta_vs:
        try:
            entries.append(replace(case, delta_v=float(delta_v)).fly())
        except ConvergenceError:
            continue
    return tuple(entries)


def aim_at(
    case: DeorbitCase, latitude: float, longitude: float, *, within: float = 600.0
) -> tuple[DeorbitCase, float]:
    """The ignition with which the first debris comes down abreast of a place.

    Parameters
    ----------
    case : DeorbitCase
        Whose ignition is the first guess.
    latitude, longitude : float
        Geodetic, rad.
    within : float
        s by which the ignition may move, either way, but not before the epoch of the orbit.

    Returns
    -------
    case : DeorbitCase
    across : float
        How far to the right of the place the track passes, m: no ignition changes that.

    Raises
    ------
    ConvergenceError
        The track does not pass the place within that time.
    """
    from astropy.time import TimeDelta

    heading = float(ground_heading(case.fly().breakup))

    def moved(seconds: float) -> DeorbitCase:
        return replace(case, ignition=case.ignition + TimeDelta(seconds, format="sec"))

    def miss(seconds: float) -> tuple[float, float]:
        fall = moved(seconds).fly()
        first = int(np.argmin(_durations(fall)))
        place = fall.fall.latitude[first], fall.fall.longitude[first]
        along, across = offsets(*place, (latitude, longitude), heading)
        return float(along), float(across)

    def along(seconds: float) -> float:
        return miss(seconds)[0]

    if along(-within) * along(within) > 0.0:
        raise ConvergenceError(
            f"no ignition within {within:.0f} s of {case.ignition.utc.isot} leads to "
            f"{np.degrees(latitude):.2f} deg, {np.degrees(longitude):.2f} deg"
        )
    shift = float(brentq(along, -within, within, xtol=1e-3))
    return moved(shift), miss(shift)[1]


def agreement(entries: Sequence[Entry], time: Any, within: float) -> Agreement:
    """Which entries bring their first debris down at a time, give or take `within` seconds.

    Raises
    ------
    InputError
        `within` is not positive.
    """
    if not within > 0.0:
        raise InputError(f"within must be positive, got {within!r} s")
    said = to_epoch(time)
    agrees = tuple(
        bool(abs((entry.first_impact - said).to_value("s")) <= within) for entry in entries
    )
    return Agreement(tuple(entries), agrees)


def sensitivity(
    case: DeorbitCase,
    *,
    delta_v: float = 1.0,
    ignition: float = 60.0,
    density: float = _DAY_DENSITY,
) -> tuple[Sensitivity, ...]:
    """What more delta-v (m/s), a later ignition (s) and denser air (share) do to the first impact.

    Returns
    -------
    tuple of Sensitivity
        Each change up and down.
    """
    from astropy.time import TimeDelta

    nominal = case.fly()
    found = []
    for sign in (1.0, -1.0):
        shift = TimeDelta(sign * ignition, format="sec")
        changed = {
            f"delta-v {sign * delta_v:+g} m/s": replace(
                case, delta_v=case.delta_v + sign * delta_v
            ),
            f"ignition {sign * ignition:+g} s": replace(case, ignition=case.ignition + shift),
            f"density {100.0 * sign * density:+g} %": replace(
                case, density=case.density * (1.0 + sign * density)
            ),
        }
        for name, other in changed.items():
            found.append(_compared(name, nominal, other.fly()))
    return tuple(found)


def _compared(name: str, nominal: Entry, other: Entry) -> Sensitivity:
    later = float((other.first_impact - nominal.first_impact).to_value("s"))
    here, there = (e.fall.r[np.argmin(_durations(e))] for e in (nominal, other))
    angle = np.arctan2(np.linalg.norm(np.cross(here, there)), here @ there)
    # Downrange is away from where the ship broke up.
    start = frames.transform_position(
        nominal.breakup.r, nominal.breakup.frame, "ITRS", nominal.breakup.epoch
    )
    forward = (here - start) @ (there - here)
    return Sensitivity(name, later, float(np.copysign(MEAN_RADIUS * angle, forward)))


def _durations(entry: Entry) -> Any:
    return np.where(entry.surviving, entry.fall.duration, np.inf)
