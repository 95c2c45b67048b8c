"""Lambert's problem: the two-body orbits that join two positions in a given time.

Without complete revolutions there is exactly one for each direction.  With N revolutions there are
two if the time is longer than a least one, else none.  See `orbitsim.kernels.lambert` for the
method.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from orbitsim.earth import MU
from orbitsim.errors import InputError, PropagationError, Status
from orbitsim.kernels.lambert import lambert_grid
from orbitsim.units import FloatArray, read_only, to_si

StatusArray = NDArray[np.uint8]

_WAYS = {
    "prograde": (True, False),
    "retrograde": (True, True),
    "short": (False, False),
    "long": (False, True),
}
_BRANCHES = ("low", "high")


@dataclass(frozen=True, slots=True, eq=False)
class LambertSolution:
    """Velocities at both ends of the transfers, one for each problem of shape S.

    Attributes
    ----------
    v1, v2 : ndarray, shape (*S, 3)
        Velocity at departure and at arrival, m/s, in the positions' inertial frame; NaN where there
        is no solution.
    status : ndarray of uint8, shape S
        `orbitsim.errors.Status` of each problem.
    revolutions : int
        Complete revolutions before arrival.
    branch : str or None
        "low" or "high"; None without revolutions, where there is one solution only.
    """

    v1: FloatArray
    v2: FloatArray
    status: StatusArray
    revolutions: int
    branch: str | None


def lambert(
    r1: Any,
    r2: Any,
    time_of_flight: Any,
    *,
    mu: Any = MU,
    revolutions: int = 0,
    branch: str = "low",
    direction: str = "prograde",
    errors: str = "raise",
) -> LambertSolution:
    """Solve Lambert's problem for one pair of positions or for a batch.

    Parameters
    ----------
    r1, r2 : Quantity or array_like, shape (..., 3)
        Positions at departure and arrival, m, in one inertial frame.
    time_of_flight : Quantity or array_like, shape (...)
        s.  The three broadcast against each other: departures (A, 1, 3), arrivals (B, 3) and times
        (A, B) give the whole grid.
    mu : Quantity or float
        Gravitational parameter, m3/s2.
    revolutions : int
        Complete revolutions before arrival.
    branch : {"low", "high"}
        With revolutions, which of the two orbits.  "low": the low path, whose last, incomplete
        revolution takes the shorter time (Izzo 2015: the right branch); it is the larger orbit of
        the two.  "high": the other.  Without revolutions there is only one.
    direction : {"prograde", "retrograde", "short", "long"}
        Prograde: angular momentum with z >= 0; retrograde: the opposite way around.  Short: less
        than half a turn; long: more.  Where the transfer's plane contains the z axis, prograde is
        the short way.
    errors : {"raise", "status"}
        Whether problems without solution raise, or are NaN with a code in the status.

    Returns
    -------
    LambertSolution

    Raises
    ------
    InputError
        Wrong units, shapes, names or signs.
    PropagationError
        With ``errors="raise"``, if any problem has no solution; carries mask and result.

    Notes
    -----
    The error is a few units of rounding of the speed, about 1e-11 m/s in Earth orbit, and stays so
    for short arcs and near half a turn, as far as the positions are meant to the last digit.  Two
    cases are sensitive by nature: the plane turns by the positions' own error over the sine of the
    transfer angle (below a sine of 1e-10 the status is SINGULAR_GEOMETRY), and where the two
    branches meet, at the least time for a number of revolutions, the velocities change as the
    square root of the time.

    Examples
    --------
    Vallado (2013), example 7-5:

    >>> solution = lambert([15945340.0, 0.0, 0.0], [12214838.99, 10249467.31, 0.0], 76 * 60.0)
    >>> solution.v1.round(1)
    array([2058.9, 2916. ,    0. ])
    """
    if direction not in _WAYS:
        raise InputError(f"unknown direction {direction!r}; wanted one of {', '.join(_WAYS)}")
    if branch not in _BRANCHES:
        raise InputError(f"unknown branch {branch!r}; wanted 'low' or 'high'")
    if errors not in ("raise", "status"):
        raise InputError(f"errors must be 'raise' or 'status', got {errors!r}")
    turns = _whole_number(revolutions)
    departure, arrival = _positions(r1, "r1"), _positions(r2, "r2")
    tof = to_si(time_of_flight, "s", "time_of_flight")
    _check_broadcast(departure, arrival, tof)
    by_pole, reverse = _WAYS[direction]
    v1, v2, status = lambert_grid(
        departure,
        arrival,
        tof,
        _gravity(mu),
        revolutions=turns,
        low_path=branch == "low",
        by_pole=by_pole,
        reverse=reverse,
    )
    status.flags.writeable = False
    solution = LambertSolution(
        read_only(np.moveaxis(v1, 0, -1)),
        read_only(np.moveaxis(v2, 0, -1)),
        status,
        turns,
        branch if turns else None,
    )
    if errors == "raise" and np.any(status):
        raise _failure(solution)
    return solution


def lambert_all(
    r1: Any,
    r2: Any,
    time_of_flight: Any,
    *,
    mu: Any = MU,
    direction: str = "prograde",
    most_revolutions: int | None = None,
    errors: str = "raise",
) -> tuple[LambertSolution, ...]:
    """Every solution of one problem or a batch: the direct one, then both branches of each turn.

    Parameters
    ----------
    r1, r2, time_of_flight, mu, direction
        As for `lambert`.
    most_revolutions : int, optional
        Stop there.  Else the last revolution counted is the last that any of the problems allows.
    errors : {"raise", "status"}
        Whether a problem without a direct solution raises.

    Returns
    -------
    tuple of LambertSolution
        In the order 0, 1 low, 1 high, 2 low, ...; each covers the batch, with NO_SOLUTION for the
        problems whose time is too short for it.

    Examples
    --------
    >>> every = lambert_all([7e6, 0.0, 0.0], [0.0, 8e6, 0.0], 15000.0)
    >>> [(each.revolutions, each.branch) for each in every]
    [(0, None), (1, 'low'), (1, 'high'), (2, 'low'), (2, 'high')]
    """
    problem = {"mu": mu, "direction": direction}
    found = [lambert(r1, r2, time_of_flight, errors=errors, **problem)]
    solvable = found[0].status == Status.OK
    most = None if most_revolutions is None else _whole_number(most_revolutions)
    turns = 1
    while np.any(solvable) and (most is None or turns <= most):
        both = [
            lambert(
                r1,
                r2,
                time_of_flight,
                revolutions=turns,
                branch=branch,
                errors="status",
                **problem,
            )
            for branch in _BRANCHES
        ]
        solvable = (both[0].status != Status.NO_SOLUTION) & solvable
        if np.any(solvable):
            found.extend(both)
        turns += 1
    return tuple(found)


def _positions(value: Any, name: str) -> FloatArray:
    """Component-first view of positions."""
    r = to_si(value, "m", name)
    if r.ndim == 0 or r.shape[-1] != 3:
        raise InputError(f"{name} must have the shape (..., 3), got {r.shape}")
    return np.moveaxis(r, -1, 0)


def _check_broadcast(r1: FloatArray, r2: FloatArray, tof: FloatArray) -> None:
    try:
        np.broadcast_shapes(r1.shape[1:], r2.shape[1:], tof.shape)
    except ValueError:
        raise InputError(
            f"r1, r2 and time_of_flight must broadcast, got the batch shapes {r1.shape[1:]}, "
            f"{r2.shape[1:]} and {tof.shape}"
        ) from None


def _gravity(value: Any) -> float:
    mu = to_si(value, "m3/s2", "mu")
    if mu.shape != () or not 0.0 < float(mu) < np.inf:
        raise InputError(f"mu must be one positive number, got {value!r}")
    return float(mu)


def _whole_number(value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise InputError(f"revolutions must be a whole number from 0, got {value!r}")
    return number


def _failure(solution: LambertSolution) -> PropagationError:
    mask = solution.status != Status.OK
    first = tuple(int(i) for i in np.argwhere(mask)[0])
    where = f" the first at index {first}," if first else ""
    reason = Status(int(solution.status[first])).explanation
    return PropagationError(
        f"{int(mask.sum())} of {mask.size} Lambert problems have no solution,{where} because "
        f"{reason}",
        mask,
        solution,
    )
