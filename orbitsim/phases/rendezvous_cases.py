"""Many rendezvous at once: dispersed insertions, each with burns of its own."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Final

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.rendezvous_flight import RendezvousFlight
from orbitsim.phases.rendezvous_shooting import Chase, schedule
from orbitsim.phases.rendezvous_solver import solve_all
from orbitsim.units import FloatArray, read_only

_NEAR_POSITION: Final = 5.0
_NEAR_VELOCITY: Final = 5e-3


@dataclass(frozen=True, slots=True)
class InsertionDispersions:
    """Standard deviations of an insertion.

    Attributes
    ----------
    semi_major_axis : float
        m.
    eccentricity : float
        Of each component of the eccentricity vector.
    inclination, raan : float
        rad.
    along_track : float
        m.
    """

    semi_major_axis: float = 2e3
    eccentricity: float = 2e-4
    inclination: float = radians(0.005)
    raan: float = radians(0.005)
    along_track: float = 5e3

    def sample(self, insertion: Orbit, n: int, seed: int) -> Orbit:
        """Dispersed insertions of the shape (n,), in the insertion's frame.

        Raises
        ------
        InputError
            A batch, or fewer than one.
        """
        if insertion.shape or n < 1:
            raise InputError(
                f"wanted one insertion and at least one case, got {insertion.shape} and {n}"
            )
        draw = np.random.default_rng(seed).normal(size=(6, n))
        elements = insertion.elements()
        e, perigee = float(elements.eccentricity), float(elements.argument_of_perigee)
        cosine = e * np.cos(perigee) + self.eccentricity * draw[0]
        sine = e * np.sin(perigee) + self.eccentricity * draw[1]
        new_e, new_perigee = np.hypot(cosine, sine), np.arctan2(sine, cosine)
        axis = float(elements.semi_major_axis)
        # The place on the orbit stays where it is, but for its own dispersion.
        latitude = float(elements.argument_of_latitude) + self.along_track * draw[2] / axis
        return Orbit.from_elements(
            semi_major_axis=axis + self.semi_major_axis * draw[3],
            eccentricity=new_e,
            inclination=float(elements.inclination) + self.inclination * draw[4],
            raan=float(elements.raan) + self.raan * draw[5],
            argument_of_perigee=new_perigee,
            true_anomaly=latitude - new_perigee,
            epoch=insertion.epoch,
            frame=insertion.frame,
            mu=insertion.mu,
        )


@dataclass(frozen=True, slots=True, eq=False)
class RendezvousCases:
    """Rendezvous of N insertions, K burns each, at the times of the flight they belong to.

    Attributes
    ----------
    delta_v : ndarray, shape (N, K, 3)
        RTN, m/s.
    miss : ndarray, shape (N, 6)
        Arrival less hold point along the station's curved orbit, m and m/s.
    propellant : ndarray, shape (N,)
        Used, kg.
    solved : ndarray of bool, shape (N,)
        Whether the hold point is met, to 10 m and 0.01 m/s.
    enough : ndarray of bool, shape (N,)
        Whether the propellant suffices.
    """

    delta_v: FloatArray
    miss: FloatArray
    propellant: FloatArray
    solved: NDArray[np.bool_]
    enough: NDArray[np.bool_]

    @property
    def total(self) -> FloatArray:
        """Sum of the burns of each case, m/s."""
        return np.asarray(np.linalg.norm(self.delta_v, axis=-1).sum(axis=-1))

    @property
    def success(self) -> NDArray[np.bool_]:
        """Solved, with enough propellant."""
        return np.asarray(self.solved & self.enough)


def solve_rendezvous_cases(flight: RendezvousFlight, insertions: Orbit) -> RendezvousCases:
    """Solve the burns of many insertions near to that of a solved flight.

    Burns stand at the flight's times; each case has the least total delta-v for them.  Their
    derivatives are the flight's own, which makes a round cost one trial of each case.

    Parameters
    ----------
    flight : RendezvousFlight
    insertions : Orbit
        Of the shape (N,), at the flight's insertion epoch; see `InsertionDispersions`.
    """
    if len(insertions.shape) != 1 or insertions.epoch.shape:
        raise InputError(f"wanted a row of insertions at one epoch, got {insertions.shape}")
    seconds = float((insertions.epoch - flight.insertion.epoch).to_value("s"))
    if abs(seconds) > 1e-6:
        raise InputError(f"the insertions are {seconds:.6g} s from the flight's")
    n, own = len(insertions), flight.chase
    chase = Chase(
        insertions.to_frame("GCRS"),
        np.repeat(own.mass, n),
        own.thrust,
        own.specific_impulse,
        own.forces,
        np.repeat(own.goal, n, axis=0),
        own.duration,
    )
    times = np.tile(flight.solution.times, (n, 1))
    delta_v, missing = solve_all(
        chase,
        times,
        np.tile(flight.solution.delta_v, (n, 1, 1)),
        flight.solution.linear.by_speed,
        np.ones(flight.solution.delta_v.shape, dtype=np.bool_),
        position=_NEAR_POSITION,
        velocity=_NEAR_VELOCITY,
    )
    solved = (np.linalg.norm(missing[:, :3], axis=-1) < 10.0) & (
        np.linalg.norm(missing[:, 3:], axis=-1) < 0.01
    )
    mass = schedule(chase, times, delta_v).mass
    used = mass[:, 0] - mass[:, -1]
    tank = flight.propellant_left + flight.propellant
    return RendezvousCases(
        read_only(delta_v),
        read_only(missing),
        read_only(used),
        read_only(solved),
        read_only(used <= tank),
    )
