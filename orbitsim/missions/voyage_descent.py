"""The end of a voyage: deorbit burn, entry, and where the debris comes down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from orbitsim.missions.voyage_record import VoyageRecord
from orbitsim.orbit import Orbit
from orbitsim.phases.deorbit import deorbit_burn
from orbitsim.phases.entry import Entry, enter, scaled_air
from orbitsim.phases.station_orbit import TOLERANCE, full_forces
from orbitsim.propagation import propagate
from orbitsim.units import FloatArray, read_only
from orbitsim.vehicles.spacecraft import Spacecraft

if TYPE_CHECKING:
    from astropy.time import Time

CASES: Final = 20

_LEAD: Final = 60.0
"""s before the ignition from which every case starts."""

_VARIED: Final = (0.78, 0.82, 0.87, 0.93, 1.0, 1.1)
"""Deorbit burns whose debris is compared, of the middle of the range."""


@dataclass(frozen=True, slots=True, eq=False)
class Descent:
    """An entry, and as many with what is not known drawn anew.

    Attributes
    ----------
    entry : Entry
        With the middle of every range.
    ignition_doubt : float
        The ignition of the cases comes up to so much later, s: what is printed is a minute.
    delta_v : ndarray, shape (N,)
        m/s, of the cases.
    first, last : ndarray, shape (N,)
        Of the debris that reaches the ground, s after the nominal ignition.
    time, mass, latitude, longitude : ndarray, shape (M,)
        Of every piece of every case that does, s, kg and rad.
    perigee : ndarray, shape (N,)
        After the burn, over the equatorial radius, m.
    by_delta_v : tuple of (float, float, float, float)
        Deorbit burn (m/s), perigee after it (m), when half of the debris's mass is down (s after
        ignition) and at what longitude (rad): what the time of the debris hangs on most.
    """

    entry: Entry
    ignition_doubt: float
    delta_v: FloatArray
    first: FloatArray
    last: FloatArray
    time: FloatArray
    mass: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    perigee: FloatArray
    by_delta_v: tuple[tuple[float, float, float, float], ...]


def descend(
    orbit: Orbit,
    ignition: Time,
    doubt: float,
    craft: Spacecraft,
    mass: float,
    area: float,
    voyage: VoyageRecord,
    *,
    cases: int = CASES,
    seed: int = 0,
) -> Descent:
    """Burn, enter and fall, once as expected and `cases` times dispersed.

    Parameters
    ----------
    orbit : Orbit
        Before the burn.
    ignition : Time
    doubt : float
        s; the ignition may come so much later.
    craft : Spacecraft
        With the propellant that is left.
    mass : float
        kg.
    area : float
        Drag coefficient times area, m2.
    voyage : VoyageRecord
    cases, seed : int
    """
    forces = full_forces(area / mass)
    path = propagate(
        orbit, [float((ignition - orbit.epoch).to_value("s")) - _LEAD], method="numerical",
        forces=forces, tolerance=TOLERANCE,
    )  # fmt: skip
    orbit = Orbit.from_state(path.r[-1], path.v[-1], path.times[-1], path.frame, mu=path.mu)

    def fly(delta_v: float, late: float, height: float, air: float) -> Entry:
        from astropy.time import TimeDelta

        time = ignition + TimeDelta(late, format="sec")
        plan = deorbit_burn(orbit, time, delta_v, craft, mass, forces)
        return enter(plan, forces, area / mass, breakup_height=height, air=scaled_air(air))

    names = ("deorbit_delta_v", "breakup_altitude", "air_density")
    middle = {name: voyage.number(name) for name in names}
    size, height, air = (middle[name] for name in names)
    nominal = fly(size, 0.5 * doubt, height, air)
    random = np.random.default_rng(seed)
    drawn = [
        fly(
            random.uniform(*voyage.range("deorbit_delta_v")),
            random.uniform(0.0, doubt),
            random.uniform(*voyage.range("breakup_altitude")),
            random.uniform(*voyage.range("air_density")),
        )
        for _ in range(cases)
    ]
    seconds = [_after(one, ignition) for one in drawn]
    varied = []
    for burn in (size * np.array(_VARIED)).tolist():
        one = fly(burn, 0.5 * doubt, height, air)
        times = _after(one, one.plan.ignition)
        half = middle_of_mass(times, _masses(one))
        k = int(np.argmin(np.abs(times - half)))
        where = float(one.fall.longitude[one.surviving][k])
        varied.append((burn, one.plan.perigee_height, half, where))
    return Descent(
        nominal,
        doubt,
        read_only(np.array([one.plan.delta_v for one in drawn])),
        read_only(np.array([t.min() for t in seconds])),
        read_only(np.array([t.max() for t in seconds])),
        read_only(np.concatenate(seconds)),
        read_only(np.concatenate([_masses(one) for one in drawn])),
        read_only(np.concatenate([one.fall.latitude[one.surviving] for one in drawn])),
        read_only(np.concatenate([one.fall.longitude[one.surviving] for one in drawn])),
        read_only(np.array([one.plan.perigee_height for one in drawn])),
        tuple(varied),
    )


def with_propellant(craft: Spacecraft, left: float) -> Spacecraft:
    """The same ship with what is left in its tanks, kg."""
    return replace(craft, propellant_mass=left)


def middle_of_mass(values: FloatArray, mass: FloatArray) -> float:
    """The value at which half of the mass lies on either side.

    Examples
    --------
    >>> middle_of_mass(np.array([1.0, 2.0, 9.0]), np.array([1.0, 5.0, 1.0]))
    2.0
    """
    return float(shares_of_mass(values, mass, 0.5))


def shares_of_mass(values: FloatArray, mass: FloatArray, share: float) -> float:
    """The least value up to which a share of the mass lies."""
    order = np.argsort(values)
    sums = np.cumsum(mass[order])
    return float(values[order][np.searchsorted(sums, share * sums[-1])])


def _masses(entry: Entry) -> FloatArray:
    """Of the pieces that reach the ground, as they broke off, kg."""
    whole = np.array([piece.mass for piece in entry.pieces])
    return np.asarray(whole[entry.surviving])


def _after(entry: Entry, ignition: Time) -> FloatArray:
    return np.asarray((entry.impact_times - ignition).to_value("s"), dtype=np.float64)
