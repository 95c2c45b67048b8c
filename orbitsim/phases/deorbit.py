"""The deorbit burn: sized for a perigee, or for a place or a time at which the air is met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.optimize import brentq

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.earth import WGS84
from orbitsim.errors import ConvergenceError, InputError, PropellantError
from orbitsim.event_log import EventLog
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.phases.fall import ENTRY_HEIGHTS
from orbitsim.phases.station_orbit import TOLERANCE
from orbitsim.propagation import events, propagate
from orbitsim.propagation.burns import FiniteBurn
from orbitsim.units import FloatArray, elapsed_seconds
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

RETROGRADE: Final = (0.0, -1.0, 0.0)
"""Of the push, in the ship's RTN."""

_LONGEST: Final = 3.0 * 3600.0
_MOST: Final = 400.0
_LEAST: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class DeorbitPlan:
    """A burn and where it leads.

    Attributes
    ----------
    burn : FiniteBurn
    ignition : Time
    delta_v : float
        By the rocket equation, m/s.
    duration : float
        s.
    propellant : float
        kg.
    before : Orbit
        What it was planned from, GCRS.
    mass_before, mass : float
        Before and after the burn, kg.
    orbit : Orbit
        At cut-off, GCRS.
    perigee_height : float
        Of the osculating orbit at cut-off, over the equatorial radius, m.
    """

    burn: FiniteBurn
    ignition: Time
    delta_v: float
    duration: float
    propellant: float
    before: Orbit
    mass_before: float
    mass: float
    orbit: Orbit
    perigee_height: float

    @property
    def cut_off(self) -> Time:
        """End of the burn."""
        return self.orbit.epoch


def deorbit_burn(
    orbit: Orbit,
    ignition: Any,
    delta_v: float,
    craft: Spacecraft,
    mass: float,
    forces: Force,
    *,
    direction: Any = RETROGRADE,
) -> DeorbitPlan:
    """Fly a burn of the main engine of a given size.

    Parameters
    ----------
    orbit : Orbit
        Before it.
    ignition : Time or float
        An instant, or seconds after the orbit's epoch.
    delta_v : float
        m/s.
    craft : Spacecraft
        Its main engine, and the propellant that it has.
    mass : float
        kg, before the burn.
    forces : Force
        With drag at `mass`.
    direction : array_like, shape (3,)
        Of the push, in the ship's RTN.

    Raises
    ------
    InputError
        A delta-v that is not positive, or an ignition before the epoch.
    PropellantError
        The burn needs more propellant than the ship can hold.
    """
    if not 0.0 < delta_v < np.inf:
        raise InputError(f"delta_v must be positive and finite, got {delta_v!r} m/s")
    start = float(elapsed_seconds(ignition, orbit.epoch, "ignition"))
    burn = FiniteBurn(
        craft.main_thrust, start, delta_v=delta_v, direction=direction,
        specific_impulse=craft.main_specific_impulse,
    )  # fmt: skip
    duration = float(burn.seconds(mass))
    used = burn.flow * duration
    if used > craft.propellant_mass:
        raise PropellantError(f"the deorbit burn of {delta_v:.1f} m/s", used, craft.propellant_mass)
    before = orbit.to_frame("GCRS")
    path = propagate(
        before, np.array([start, start + duration]), method="numerical", forces=forces,
        mass=mass, burns=[burn], tolerance=TOLERANCE,
    )  # fmt: skip
    after = Orbit.from_state(path.r[-1], path.v[-1], path.times[-1], "GCRS", mu=orbit.mu)
    return DeorbitPlan(
        burn, path.times[0], delta_v, duration, used, before, mass, mass - used, after,
        float(after.apsis_altitudes("equatorial")[0]),
    )  # fmt: skip


def plan_deorbit(
    orbit: Orbit,
    ignition: Any,
    craft: Spacecraft,
    mass: float,
    forces: Force,
    *,
    perigee: Any = None,
    interface: Any = None,
    height: float = ENTRY_HEIGHTS[0],
    direction: Any = RETROGRADE,
) -> DeorbitPlan:
    """Size the burn, from its ignition on, for a perigee or for when the air is met.

    Parameters
    ----------
    orbit, ignition, craft, mass, forces, direction
        As in `deorbit_burn`.
    perigee : float, optional
        Wanted height of the osculating perigee at cut-off over the equatorial radius, m; it may lie
        below the ground.
    interface : Time or float, optional
        When the ship is to pass `height`, an instant, or seconds after the orbit's epoch.
    height : float
        Of the entry interface over the ellipsoid, m.

    Raises
    ------
    InputError
        Not one of `perigee` and `interface`.
    PropellantError
        As `deorbit_burn`.
    ConvergenceError
        No burn up to 400 m/s does it.

    Examples
    --------
    >>> from orbitsim.forces import Gravity
    >>> from orbitsim.vehicles.spacecraft import load_spacecraft
    >>> orbit = Orbit.from_elements(semi_major_axis=6_738e3, eccentricity=0.001, inclination=0.9,
    ...                             epoch="2001-02-08T12:30:00")
    >>> plan = plan_deorbit(orbit, "2001-02-08T12:59:00", load_spacecraft("progress-m1"), 6500.0,
    ...                     Gravity(4), perigee=50e3)
    >>> 80.0 < plan.delta_v < 110.0, round(plan.perigee_height)
    (True, 50000)
    """
    if (perigee is None) == (interface is None):
        raise InputError(f"give one of perigee and interface, got {perigee!r} and {interface!r}")

    def flown(delta_v: float) -> DeorbitPlan:
        return deorbit_burn(orbit, ignition, delta_v, craft, mass, forces, direction=direction)

    if perigee is not None:
        low = float(perigee)

        def miss(delta_v: float) -> float:
            return flown(delta_v).perigee_height - low

        size = _root(miss, _burns(craft, mass), f"a perigee of {low / 1e3:.1f} km")
    else:
        wanted = float(elapsed_seconds(interface, orbit.epoch, "interface"))

        def late(delta_v: float) -> float:
            try:
                met = come_down(flown(delta_v), forces, heights=(height,))
            except ConvergenceError:
                return _LONGEST  # it passes above the air, this time round
            return float(met.t[0]) - wanted

        size = _root(late, _burns(craft, mass), f"{height / 1e3:.0f} km at {interface}")
    return flown(size)


def come_down(
    plan: DeorbitPlan, forces: Force, *, heights: tuple[float, ...] = ENTRY_HEIGHTS
) -> EventLog:
    """Last passages of `heights` on the way down, the highest first, burn included.

    Parameters
    ----------
    plan : DeorbitPlan
    forces : Force
        With drag at the mass before the burn; it grows as the propellant goes.
    heights : tuple of float
        Over the ellipsoid, m.

    Returns
    -------
    EventLog
        By seconds after the epoch of ``plan.before``.

    Raises
    ------
    ConvergenceError
        The ship does not come down to the lowest within three hours.
    """
    levels = sorted(heights, reverse=True)
    watched = [
        replace(events.altitude(h, -1, WGS84), name=f"{h:.0f}", terminal=h == levels[-1])
        for h in levels
    ]
    start = float((plan.ignition - plan.before.epoch).to_value("s"))
    path = propagate(
        plan.before, np.array([start, start + _LONGEST]), method="numerical", forces=forces,
        mass=plan.mass_before, burns=[plan.burn], events=watched, tolerance=TOLERANCE,
        errors="status",
    )  # fmt: skip
    log = path.events
    last = [np.flatnonzero([name == event.name for name in log.name]) for event in watched]
    if not all(found.size for found in last):
        raise ConvergenceError(
            f"the ship does not come down to {levels[-1] / 1e3:.0f} km within "
            f"{_LONGEST / 3600.0:.0f} h of a burn of {plan.delta_v:.2f} m/s"
        )
    # A shallow pass may dip below a height and come out again; the last passage counts.
    return log.ordered(np.array([found[-1] for found in last]))


def meet_height(
    plan: DeorbitPlan, forces: Force, heights: tuple[float, ...] = ENTRY_HEIGHTS
) -> tuple[Orbit, ...]:
    """The states at which the ship passes heights, the highest first; the rest as `come_down`."""
    from astropy.time import TimeDelta

    log = come_down(plan, forces, heights=heights)
    start = plan.before
    return tuple(
        Orbit.from_state(r, v, start.epoch + TimeDelta(t, format="sec"), start.frame, mu=start.mu)
        for r, v, t in zip(log.r, log.v, log.t.tolist(), strict=True)
    )


def impulsive_perigee(orbit: Orbit, delta_v: float) -> float:
    """Height of the perigee over the equatorial radius after an impulse against the motion, m.

    Closed form (vis-viva and angular momentum), to hold a finite burn against.
    """
    r, v = orbit.r, orbit.v
    transverse = np.cross(np.cross(r, v), r)
    along = transverse / np.linalg.norm(transverse)
    after = Orbit.from_state(r, v - delta_v * along, orbit.epoch, orbit.frame, mu=orbit.mu)
    return float(after.apsis_altitudes("equatorial")[0])


def _burns(craft: Spacecraft, mass: float) -> tuple[float, float]:
    """Least and greatest delta-v that is tried: what the propellant gives."""
    exhaust = craft.main_specific_impulse * STANDARD_GRAVITY
    most = -exhaust * float(np.log1p(-min(craft.propellant_mass / mass, 0.9)))
    return _LEAST, min(_MOST, most * (1.0 - 1e-9))


def _root(function: Callable[[float], float], ends: tuple[float, float], aim: str) -> float:
    low, high = ends
    at_low, at_high = function(low), function(high)
    if at_low * at_high > 0.0:
        raise ConvergenceError(
            f"no deorbit burn between {low:.3g} and {high:.4g} m/s leads to {aim}"
        )
    return float(brentq(function, low, high, xtol=1e-6, rtol=1e-12))


def entry_numbers(orbit: Orbit) -> FloatArray:
    """Speed relative to the turning air (m/s) and flight-path angle below the horizon (rad)."""
    from orbitsim import frames

    r, v = frames.transform(
        np.moveaxis(orbit.r, -1, 0), np.moveaxis(orbit.v, -1, 0), orbit.frame, "ITRS", orbit.epoch
    )
    speed = np.linalg.norm(v, axis=0)
    latitude, longitude, _ = frames.geodetic(r)
    up = np.array(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
    return np.asarray([speed, -np.arcsin((up * v).sum(axis=0) / speed)])
