"""How a flight answers to changes of its start and of its forces: the state transition matrix.

Neighbours of the orbit are flown beside it, displaced by a metre or a millimetre a second either
way, and differences taken.  They share the vector registers with it, so that fifteen of them cost
little more than one, and whatever force acts is differentiated without a formula of its own.
Central differences leave an error of third order in the displacement, some 1e-9 of the result;
rounding of the flights leaves as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from orbitsim.errors import InputError
from orbitsim.forces.base import Force, Sum, the_one
from orbitsim.forces.drag import Drag
from orbitsim.forces.radiation import RadiationPressure
from orbitsim.forces.thrust import Thrust
from orbitsim.forces.zonal import Zonal
from orbitsim.orbit import Orbit
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, read_only

_DISPLACEMENT = np.array([1.0, 1.0, 1.0, 1e-3, 1e-3, 1e-3])
"""m and m/s."""

_SHARE = 1e-2
"""Relative change of a coefficient or a thrust."""


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivities:
    """Derivatives of the states of a flight.

    For orbits of the shape S and T instants:

    Attributes
    ----------
    trajectory : Trajectory
        The flight itself.
    transition : ndarray, shape (*S, T, 6, 6)
        Derivative of position and velocity (rows; m, m/s) by those at the epoch (columns).
    ballistic_coefficient : ndarray, shape (*S, T, 6), or None
        By that of the drag, per m2/kg; None without drag.
    thrust : ndarray, shape (*S, T, 6), or None
        By the force, the flow in proportion, per N; None without `orbitsim.forces.Thrust`.
    """

    trajectory: Trajectory
    transition: FloatArray
    ballistic_coefficient: FloatArray | None
    thrust: FloatArray | None


def state_transition(
    orbit: Orbit, times: Any, *, forces: Force | None = None, **settings: Any
) -> Sensitivities:
    """Fly an orbit, or a batch, numerically with its derivatives.

    Parameters
    ----------
    orbit : Orbit
    times : Time, Quantity or array_like, shape (T,) or ()
    forces : Force, optional
    **settings
        See `orbitsim.propagate`.

    Raises
    ------
    InputError
        As in `orbitsim.propagate`; or a coefficient of drag or a thrust is zero.

    Examples
    --------
    >>> from orbitsim.forces import Gravity
    >>> orbit = Orbit.from_elements(semi_major_axis=7e6, eccentricity=0.001, inclination=0.9,
    ...                             epoch="2016-12-01")
    >>> matrix = state_transition(orbit, [0.0, 600.0], forces=Gravity(8)).transition
    >>> matrix.shape, round(float(np.linalg.det(matrix[1])), 6)
    ((2, 6, 6), 1.0)
    """
    from orbitsim.propagation import propagate

    forces = Zonal() if forces is None else forces
    drag, thrust = the_one(forces, Drag), the_one(forces, Thrust)
    parameters = [term for term in (drag, thrust) if term is not None]
    for term in parameters:
        if not (_parameter(term) > 0.0).all():
            raise InputError(
                f"a derivative by the parameter of {type(term).__name__} needs one above zero"
            )
    count = 13 + 2 * len(parameters)
    shift = np.zeros((count, 6))
    for axis in range(6):
        shift[1 + 2 * axis, axis] = _DISPLACEMENT[axis]
        shift[2 + 2 * axis, axis] = -_DISPLACEMENT[axis]
    epoch = orbit.epoch[..., np.newaxis] if orbit.epoch.shape else orbit.epoch
    neighbours = Orbit.from_state(
        orbit.r[..., np.newaxis, :] + shift[:, :3],
        orbit.v[..., np.newaxis, :] + shift[:, 3:],
        epoch if not epoch.shape else np.broadcast_to(epoch, (*orbit.shape, count), subok=True),
        orbit.frame,
        mu=orbit.mu,
    )
    flown = propagate(
        neighbours,
        times,
        method="numerical",
        forces=_beside(forces, count, parameters),
        **settings,
    )
    y = np.concatenate([flown.r, flown.v], axis=-1)
    # (*S, K, T, 6) to differences of pairs, (*S, T, 6, pairs)
    pairs = np.moveaxis(y[..., 1::2, :, :] - y[..., 2::2, :, :], -3, -1)
    transition = pairs[..., :6] / (2.0 * _DISPLACEMENT)
    by_parameter: dict[int, FloatArray] = {}
    for number, term in enumerate(parameters):
        value = np.broadcast_to(_parameter(term), orbit.shape)
        step = 2.0 * _SHARE * value[..., np.newaxis, np.newaxis]
        by_parameter[id(term)] = read_only(pairs[..., 6 + number] / step)
    return Sensitivities(
        flown[..., 0] if orbit.shape else flown[0],
        read_only(transition),
        None if drag is None else by_parameter[id(drag)],
        None if thrust is None else by_parameter[id(thrust)],
    )


def _parameter(term: Drag | Thrust) -> FloatArray:
    return term.ballistic_coefficient if isinstance(term, Drag) else term.force


def _beside(forces: Force, count: int, parameters: list[Drag | Thrust]) -> Force:
    """The forces on an orbit and its neighbours, of which the last pairs have other parameters."""

    def spread(values: FloatArray, term: Force) -> FloatArray:
        factor = np.ones(count)
        if term in parameters:
            place = 13 + 2 * parameters.index(term)
            factor[place], factor[place + 1] = 1.0 + _SHARE, 1.0 - _SHARE
        return np.asarray(values[..., np.newaxis] * factor)

    terms: list[Force] = []
    for term in forces.terms:
        if isinstance(term, Drag):
            value = spread(term.ballistic_coefficient, term)
            terms.append(Drag(value, atmosphere=term.atmosphere, rotation_rate=term.rotation_rate))
        elif isinstance(term, RadiationPressure):
            value = spread(term.coefficient, term)
            terms.append(RadiationPressure(value, earth=term.earth, ephemeris=term.ephemeris))
        elif isinstance(term, Thrust):
            direction = term.direction
            terms.append(
                Thrust(
                    spread(term.force, term),
                    specific_impulse=term.specific_impulse[..., np.newaxis],
                    mass=term.mass[..., np.newaxis],
                    direction=direction[..., np.newaxis, :] if direction.ndim > 1 else direction,
                    attitude=term.attitude,
                )
            )
        else:
            terms.append(term)
    return Sum(tuple(terms))
