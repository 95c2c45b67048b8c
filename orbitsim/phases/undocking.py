"""Riding on a station and leaving it: docked coast, springs, separation burn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.maneuvers.relative import inertial_state, relative_state
from orbitsim.orbit import Orbit
from orbitsim.propagation import propagate
from orbitsim.propagation.burns import FiniteBurn
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, read_only, to_finite_si
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

NADIR: Final = (-1.0, 0.0, 0.0)
"""The way out of a port that faces the Earth, in the station's RTN."""

SPRING_SPEED: Final = 0.11
"""m/s; Progress MS-02, released 2016-10-14 09:37 UTC, was 20 m off at 09:40 (spaceflights.news)."""

COAST: Final = 180.0
"""s from release to the separation burn, as there."""

SEPARATION_BURN: Final = 15.0
"""s; an assumption: thrusters fire for some seconds to some tens of seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Undocking:
    """A ship that has left.

    Attributes
    ----------
    release : Time
    orbit : Orbit
        Of the ship when the separation burn is over, GCRS.
    mass : float
        kg, then.
    delta_v : float
        Of the burn, m/s.
    relative_r, relative_v : ndarray, shape (3,)
        Then, in the station's rotating RTN frame, m and m/s.
    station : Orbit
        Then.
    """

    release: Time
    orbit: Orbit
    mass: float
    delta_v: float
    relative_r: FloatArray
    relative_v: FloatArray
    station: Orbit


def ride(station: Trajectory, offset: Any) -> tuple[FloatArray, FloatArray]:
    """Position and velocity of what is docked, at the instants of the station's trajectory.

    Parameters
    ----------
    station : Trajectory
        Of one station.
    offset : array_like, shape (3,)
        Of the ship's centre of mass from the station's, in RTN, m: the station keeps its attitude
        to the Earth, and the ship with it.

    Returns
    -------
    r, v : ndarray, shape (T, 3)
        In the trajectory's frame.
    """
    where = np.broadcast_to(_vector(offset, "offset"), station.r.shape)
    return inertial_state(station.r, station.v, where, np.zeros_like(where))


def docked(station: Orbit, offset: Any = (0.0, 0.0, 0.0)) -> Orbit:
    """The state of what is docked to a station, at one instant; see `ride`.

    Examples
    --------
    >>> station = Orbit.from_state([6.75e6, 0, 0], [0, 7684.0, 0], "2000-12-01")
    >>> docked(station, [-10.0, 0.0, 0.0]).r
    array([6749990.,       0.,       0.])
    """
    r, v = inertial_state(station.r, station.v, _vector(offset, "offset"), np.zeros(3))
    return Orbit.from_state(r, v, station.epoch, station.frame, mu=station.mu)


def undock(
    station: Orbit,
    craft: Spacecraft,
    mass: float,
    *,
    forces: Force,
    station_forces: Force,
    offset: Any = (-10.0, 0.0, 0.0),
    direction: Any = NADIR,
    spring_speed: float = SPRING_SPEED,
    coast: float = COAST,
    burn: float = SEPARATION_BURN,
) -> Undocking:
    """Leave a port: springs, a coast, and a burn of the approach thrusters.

    Parameters
    ----------
    station : Orbit
        At the instant of release.
    craft : Spacecraft
        Its thrusters.
    mass : float
        Of the ship, kg.
    forces, station_forces : Force
        On the ship (drag at `mass`) and on the station.
    offset : array_like, shape (3,)
        Of the ship's centre of mass from the station's, in the station's RTN, m.
    direction : array_like, shape (3,)
        Away from the port, in RTN.
    spring_speed : float
        m/s.  The station's own recoil, by the ratio of the masses, is left out.
    coast, burn : float
        s; without a burn (0) the ship only drifts.

    Raises
    ------
    InputError
        A direction without length, or a negative figure.

    Examples
    --------
    >>> from orbitsim.forces import Gravity
    >>> from orbitsim.vehicles.spacecraft import load_spacecraft
    >>> station = Orbit.from_state([6.75e6, 0, 0], [0, 4776.0, 6020.0], "2000-12-01T16:22:52")
    >>> left = undock(station, load_spacecraft("progress-m1"), 6500.0,
    ...               forces=Gravity(4), station_forces=Gravity(4))
    >>> round(left.delta_v, 2), bool(left.relative_r[0] < -30.0)
    (0.6, True)
    """
    away = _vector(direction, "direction")
    length = np.linalg.norm(away)
    if not length > 0.0:
        raise InputError(f"direction must have a length, got {direction!r}")
    for name, value in (("spring_speed", spring_speed), ("coast", coast), ("burn", burn)):
        if not 0.0 <= value < np.inf:
            raise InputError(f"{name} must be finite and not negative, got {value!r}")
    away = away / length
    r, v = inertial_state(station.r, station.v, _vector(offset, "offset"), spring_speed * away)
    free = Orbit.from_state(r, v, station.epoch, station.frame, mu=station.mu)
    end = np.array([coast + burn])
    push = FiniteBurn(
        craft.axis_force, coast, duration=burn,
        specific_impulse=craft.thruster_specific_impulse, direction=away,
    )  # fmt: skip
    ship = propagate(free, end, method="numerical", forces=forces, mass=mass, burns=[push])
    there = propagate(station, end, method="numerical", forces=station_forces).at(end[0])
    orbit = _last(ship)
    assert ship.mass is not None
    left = float(ship.mass[-1])
    rel_r, rel_v = relative_state(there.r, there.v, orbit.r, orbit.v)
    exhaust = craft.exhaust_speed
    return Undocking(
        station.epoch, orbit, left, float(exhaust * np.log(mass / left)), rel_r, rel_v, there
    )


def _last(path: Trajectory) -> Orbit:
    """The orbit at the last instant of a trajectory, without flying it again."""
    return Orbit.from_state(path.r[-1], path.v[-1], path.times[-1], path.frame, mu=path.mu)


def _vector(value: Any, name: str) -> FloatArray:
    vector = to_finite_si(value, "m" if name == "offset" else "", name)
    if vector.shape != (3,):
        raise InputError(f"{name} must have the shape (3,), got {vector.shape}")
    return read_only(np.array(vector))
