"""SGP4 mean elements of one trajectory by least squares: parameters, first guess, longer arcs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import atan, atan2, cos, hypot, pi, sin, tan
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sgp4.api import Satrec

from orbitsim.earth import ZonalGravity
from orbitsim.errors import ConvergenceError, InputError, Status
from orbitsim.kernels.brouwer import mean_from_osculating, mean_rates
from orbitsim.kernels.lambert import lambert_grid
from orbitsim.kernels.sgp4 import pack, sgp4_grid
from orbitsim.propagation.least_squares import Minimum, Model, minimise
from orbitsim.units import FloatArray

WGS72_J2: Final = ZonalGravity(3.986008e14, 6_378_135.0, (1.082616e-3,))
"""The gravity of SGP4 (Hoots and Roehrich 1980, Spacetrack Report No. 3), as far as J2."""

_MOTION, _BSTAR, SIZE = 0, 6, 7
"""Places of the parameters that have a name; the others are e cos, e sin of the longitude of
perigee, tan(i/2) cos, sin of the node, and mean longitude."""

_STEP: Final = 1e-6
_BSTAR_STEP: Final = 1e-5
"""Of the differences, rad and per Earth radius: metres at the satellite, against the 0.01 mm to
which SGP4 solves Kepler's equation."""

_LEAST_DRAG: Final = 10.0
"""m of position, rms, for 1 of B*; what is less drowns in that 0.01 mm."""

_UNIT: Final = 10.0
"""m; of a residual below this the iteration looks at the micrometres."""

_FIRST_ARC: Final = 0.5
_WIDENING: Final = 4.0
"""Revolutions either side of the start in the first arc, and how much longer each next one is, so
that what is still wrong with the mean motion never amounts to much of a revolution."""

_DRAG_ARC: Final = 4.0
"""Revolutions either side that B* needs, unless there are no more."""

_VAGUE_BSTAR: Final = 0.01
"""Standard deviation from which on B*, mostly 1e-5 to 1e-3, counts as not determined."""

_HOPELESS: Final = 0.005
"""Residual over distance from which on the minimum is not that of the orbit."""

NewRecord = Callable[[float, float, float, float, float, float, float], Satrec]
"""Mean motion (rad/min), e, i, node, argument of perigee, mean anomaly (rad), B* to a record."""


@dataclass(frozen=True, slots=True)
class Given:
    """One trajectory, TEME of date: minutes (T,) after the epoch, r and v (3, T)."""

    minutes: FloatArray
    r: FloatArray
    v: FloatArray | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class Fit:
    """What came out for one trajectory."""

    record: Satrec
    residuals: FloatArray
    iterations: int
    bstar_fitted: bool
    covariance: FloatArray


def fit_arc(given: Given, new_record: NewRecord, held: float | None) -> Fit:
    """Elements of one trajectory, with B* held or fitted where it shows.

    Raises
    ------
    InputError
        No closed orbit at the instant nearest to the epoch.
    ConvergenceError
        No elements follow the trajectory.
    """
    start = int(np.argmin(np.abs(given.minutes)))
    x, sense = _first_guess(given, start)
    x[_BSTAR] = 0.0 if held is None else held
    weight = 60.0 / x[_MOTION] if given.weight is None else given.weight
    turns = np.abs(given.minutes - given.minutes[start]) * x[_MOTION] / (2.0 * pi)
    iterations, reach = 0, _FIRST_ARC
    while True:
        # Enough points for the elements, however far they lie apart.
        reach = max(reach, float(np.sort(turns)[min(SIZE, turns.size) - 1]))
        near = turns <= reach
        model, observed, steps = _problem(given, near, new_record, sense, weight)
        found = minimise(model, observed, x, steps, _BSTAR, _UNIT)
        iterations += found.iterations
        free = _BSTAR
        whole = bool(near.all())
        if held is None and (whole or reach >= _DRAG_ARC) and _shows_drag(found):
            free = SIZE
            found = minimise(model, observed, found.x, steps, free, _UNIT)
            iterations += found.iterations
        x = found.x
        if whole:
            break
        reach *= _WIDENING
    record = new_record(*_classical(x, sense))
    residuals = _residuals(record, given)
    rms = float(np.sqrt((residuals**2).sum(axis=1).mean()))
    if rms > _HOPELESS * float(np.linalg.norm(given.r, axis=0).mean()):
        raise ConvergenceError(
            f"the best elements found leave a residual of {rms / 1e3:.6g} km; "
            "this is no trajectory that SGP4 can follow"
        )
    return Fit(record, residuals, iterations, free == SIZE, _covariance(found, free))


def _first_guess(given: Given, start: int) -> tuple[FloatArray, int]:
    """Parameters from the state at one instant, and the sense of the orbit (-1 if retrograde)."""
    r, v = given.r[:, [start]], _velocity(given, start)
    gravity = WGS72_J2
    mean, status = mean_from_osculating(r, v, gravity.mu, gravity.radius, gravity.j2)
    if status[0]:
        raise InputError(
            f"the state at the instant nearest to the epoch has no mean elements: "
            f"{Status(int(status[0])).explanation}"
        )
    a, e, i, *angles = mean[:, 0]
    rates = mean_rates(a, e, i, gravity.mu, gravity.radius, gravity.j2)
    back = -60.0 * given.minutes[start]
    node, perigee, anomaly = (
        angle + float(rate) * back for angle, rate in zip(angles, rates, strict=True)
    )
    # SGP4's mean motion is Kozai's, which has a J2 term in its relation to the axis.
    p_squared = (a / gravity.radius) ** 2 * (1.0 - e * e) ** 1.5
    kozai = 1.0 + 0.75 * gravity.j2 * (3.0 * cos(i) ** 2 - 1.0) / p_squared
    motion = 60.0 * np.sqrt(gravity.mu / a) / a * kozai
    sense = 1 if i <= 0.5 * pi else -1
    tilt = tan(0.5 * (i if sense > 0 else pi - i))
    longitude = perigee + sense * node
    return np.array(
        [
            motion,
            e * cos(longitude),
            e * sin(longitude),
            tilt * cos(node),
            tilt * sin(node),
            longitude + anomaly,
            0.0,
        ]
    ), sense


def _velocity(given: Given, start: int) -> FloatArray:
    """Velocity at one instant, (3, 1): as given, or on the short way to the nearest neighbour."""
    if given.v is not None:
        return given.v[:, [start]]
    apart = given.minutes - given.minutes[start]
    other = int(np.argmin(np.where(apart == 0.0, np.inf, np.abs(apart))))
    first, second = (start, other) if apart[other] > 0.0 else (other, start)
    r1, r2 = given.r[:, [first]], given.r[:, [second]]
    ways = lambert_grid(r1, r2, 60.0 * np.abs(apart[[other]]), WGS72_J2.mu, by_pole=False)
    if ways[2][0]:
        raise InputError(
            "no orbit joins the two positions nearest to the epoch, "
            f"{60.0 * abs(apart[other]):.6g} s apart; give velocities"
        )
    return ways[0] if first == start else ways[1]


def _classical(x: FloatArray, sense: int) -> tuple[float, ...]:
    """Mean motion, e, i, node, argument of perigee, mean anomaly, B* of the parameters."""
    motion, f, g, p, q, mean_longitude, bstar = x.tolist()
    longitude, node = atan2(g, f), atan2(q, p)
    tilt = 2.0 * atan(hypot(p, q))
    return (
        motion,
        hypot(f, g),
        tilt if sense > 0 else pi - tilt,
        node % (2.0 * pi),
        (longitude - sense * node) % (2.0 * pi),
        (mean_longitude - longitude) % (2.0 * pi),
        bstar,
    )


def _problem(
    given: Given, near: NDArray[np.bool_], new_record: NewRecord, sense: int, weight: float
) -> tuple[Model, FloatArray, FloatArray]:
    """Model, observations and steps of the instants that are `near`."""
    minutes = given.minutes[near]
    weighed = given.v is not None and weight > 0.0

    def vector(r: FloatArray, v: FloatArray) -> FloatArray:
        """(3, K, T) to (K, M)."""
        parts = [r, weight * v] if weighed else [r]
        return np.concatenate(parts).swapaxes(0, 1).reshape(r.shape[1], -1)

    def model(sets: FloatArray) -> FloatArray:
        records = [new_record(*_classical(x, sense)) for x in sets]
        r, v, _ = sgp4_grid(pack(records), minutes)
        return vector(r, v)

    r = given.r[:, np.newaxis, near]
    v = r if given.v is None else given.v[:, np.newaxis, near]
    steps = np.full(SIZE, _STEP)
    steps[_BSTAR] = _BSTAR_STEP
    steps[_MOTION] = _STEP / max(1.0, float(np.abs(minutes).max()))
    return model, vector(r, v)[0], steps


def _shows_drag(found: Minimum) -> bool:
    """Whether B* would come out better than vaguely, if it were adjusted too."""
    scale = np.linalg.norm(found.jacobian, axis=0)
    if scale[_BSTAR] < _LEAST_DRAG * np.sqrt(found.residual.size):
        return False
    triangle = np.asarray(np.linalg.qr(found.jacobian / scale, mode="r"))
    own = abs(triangle[-1, -1]) * scale[_BSTAR]
    spread = np.linalg.norm(found.residual) / np.sqrt(max(1, found.residual.size - SIZE))
    return bool(spread < _VAGUE_BSTAR * own)


def _covariance(found: Minimum, free: int) -> FloatArray:
    """Formal covariance of the parameters, mean motion in rad/s."""
    jacobian = found.jacobian[:, :free]
    scale = np.linalg.norm(jacobian, axis=0)
    inverse = np.linalg.pinv(jacobian / scale) / scale[:, np.newaxis]
    variance = (found.residual**2).sum() / max(1, found.residual.size - free)
    result = np.zeros((SIZE, SIZE))
    result[:free, :free] = variance * inverse @ inverse.T
    result[_MOTION] /= 60.0
    result[:, _MOTION] /= 60.0
    return result


def _residuals(record: Satrec, given: Given) -> FloatArray:
    """Given less fitted position in radial, transverse and normal components, (T, 3)."""
    r, v, _ = sgp4_grid(pack([record]), given.minutes)
    r, v = r[:, 0], v[:, 0]
    radial = r / np.linalg.norm(r, axis=0)
    normal = np.cross(r, v, axis=0)
    normal /= np.linalg.norm(normal, axis=0)
    axes = np.stack([radial, np.cross(normal, radial, axis=0), normal])
    return np.asarray(np.einsum("ikt,kt->ti", axes, given.r - r))
