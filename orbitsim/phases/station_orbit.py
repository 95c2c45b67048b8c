"""The station's orbit under full forces, from its own element sets.

An element set is what a theory without tesseral harmonics made of a few days of tracking.  Its
state at the epoch alone is off by some hundreds of metres, enough to part from the station by tens
of kilometres in two days.  So the state is fitted to what SGP4 says of the days *before* the
epoch, which the set was made from, and the ballistic coefficient with it, or from how the mean
motion grows from one set to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.environment.atmosphere import Atmosphere
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.forces import Drag, Gravity, ThirdBody
from orbitsim.forces.base import Force
from orbitsim.maneuvers.relative import rtn_rotation
from orbitsim.orbit import Orbit
from orbitsim.propagation import MeanElements, propagate
from orbitsim.trajectory import Trajectory
from orbitsim.units import FloatArray, read_only, to_finite_si

if TYPE_CHECKING:
    from astropy.time import Time

TOLERANCE: Final = 1e-11
"""Of a step, relative: metres in 25 days, where the air is good for kilometres."""

_SAME_INSTANT: Final = 1e-6
_STEP: Final = 600.0
_SHIFTS: Final = np.array([10.0, 10.0, 10.0, 0.01, 0.01, 0.01])
_DRAG_SHIFT: Final = 0.05
_FIRST_GUESS: Final = 0.007
_ROUNDS: Final = 8
_SETTLED: Final = 0.1
_LEAST_INTERVAL: Final = 0.25 * SECONDS_PER_DAY


def vacuum_forces() -> Force:
    """Gravity to degree and order 20, Sun and Moon: all but the air."""
    return Gravity(20) + ThirdBody("sun") + ThirdBody("moon")


def full_forces(ballistic_coefficient: Any, atmosphere: Atmosphere | None = None) -> Force:
    """`vacuum_forces` and drag (m2/kg), in NRLMSISE-00 under measured weather unless given."""
    return vacuum_forces() + Drag(ballistic_coefficient, atmosphere=atmosphere)


@dataclass(frozen=True, slots=True, eq=False)
class FittedStation:
    """A station's orbit as its element set tells it.

    Attributes
    ----------
    orbit : Orbit
        At the set's epoch, GCRS.
    ballistic_coefficient : float
        Drag coefficient times area over mass, m2/kg; what the air model lacks is in it too.
    rms : ndarray, shape (3,)
        Of fitted less SGP4 positions, radial, transverse and normal, m.
    atmosphere : Atmosphere or None
    """

    orbit: Orbit
    ballistic_coefficient: float
    rms: FloatArray
    atmosphere: Atmosphere | None

    @property
    def forces(self) -> Force:
        """Under which it was fitted and goes on."""
        return full_forces(self.ballistic_coefficient, self.atmosphere)

    def propagate(self, times: Any, **settings: Any) -> Trajectory:
        """Its trajectory; `settings` as of `orbitsim.propagate`."""
        settings = {"tolerance": TOLERANCE, **settings}
        return propagate(self.orbit, times, method="numerical", forces=self.forces, **settings)

    def at(self, time: Time) -> Orbit:
        """Its orbit at an instant."""
        if abs((time - self.orbit.epoch).to_value("s")) < _SAME_INSTANT:
            return self.orbit
        return self.propagate(time.reshape(1)).at(time)


@dataclass(frozen=True, slots=True, eq=False)
class BallisticEstimate:
    """Ballistic coefficients that make the mean motion grow as it did from set to set.

    Attributes
    ----------
    epoch : Time, shape (N + 1,)
        Of the sets that were compared.
    each : ndarray, shape (N,)
        m2/kg, for each interval.  One that is far below its neighbours, or negative, tells of a
        reboost in it; far above, of a braking burn or of visitors with a larger area.
    """

    epoch: Time
    each: FloatArray

    @property
    def days(self) -> FloatArray:
        """Length of each interval, shape (N,)."""
        return np.diff(self.epoch.tai.mjd)

    @property
    def value(self) -> float:
        """Mean over time, m2/kg."""
        return float(np.average(self.each, weights=self.days))

    @property
    def spread(self) -> float:
        """Standard deviation from interval to interval, m2/kg; NaN of one."""
        if self.each.size < 2:
            return float("nan")
        off = (self.each - self.value) ** 2
        return float(np.sqrt(np.average(off, weights=self.days) * off.size / (off.size - 1)))

    def suspects(self, factor: float = 2.0) -> NDArray[np.bool_]:
        """Intervals that differ from the median by more than `factor`: burns, not drag."""
        ratio = self.each / np.median(self.each)
        return np.asarray((ratio < 1.0 / factor) | (ratio > factor))


def fit_station(
    elements: MeanElements,
    *,
    ballistic_coefficient: Any = None,
    arc: Any = 2.0 * SECONDS_PER_DAY,
    atmosphere: Atmosphere | None = None,
) -> FittedStation:
    """The orbit under full forces that follows an element set best up to its epoch.

    Parameters
    ----------
    elements : MeanElements
        One set.
    ballistic_coefficient : float or Quantity, optional
        m2/kg; fitted with the state unless given.
    arc : float or Quantity
        How long before the epoch SGP4 is followed, s.
    atmosphere : Atmosphere, optional
        NRLMSISE-00 under measured weather unless given.

    Raises
    ------
    InputError
        Several sets, an arc shorter than a revolution, a negative coefficient.
    ConvergenceError
        The fit does not settle.
    """
    if elements.shape:
        raise InputError(f"one element set at a time, got {elements.shape[0]}")
    length = float(to_finite_si(arc, "s", "arc"))
    if length < 2.0 * np.pi / float(elements.mean_motion):
        raise InputError(f"arc must be a revolution at least, got {length:.6g} s")
    free = ballistic_coefficient is None
    coefficient = _FIRST_GUESS
    if not free:
        coefficient = float(to_finite_si(ballistic_coefficient, "m2/kg", "ballistic_coefficient"))
        if coefficient < 0.0:
            raise InputError(f"ballistic_coefficient must not be negative, got {coefficient} m2/kg")
    t, r, v = _pseudo_observations(elements, length)
    axes = rtn_rotation(r, v)
    start = elements.propagate(0.0).at(0.0).to_frame("GCRS")
    x = np.concatenate([start.r, start.v])
    count = 8 if free else 7
    for _ in range(_ROUNDS):
        turn = rtn_rotation(x[:3], x[3:])
        shifts = np.zeros((count, 6))
        shifts[1:4, :3], shifts[4:7, 3:] = turn, turn
        shifts[1:7] *= _SHIFTS[:, np.newaxis]
        drag = np.full(count, coefficient)
        drag[7:] *= 1.0 + _DRAG_SHIFT
        around = Orbit.from_state((x + shifts)[:, :3], (x + shifts)[:, 3:], elements.epoch)
        path = propagate(
            around, t, method="numerical", forces=full_forces(drag, atmosphere), tolerance=TOLERANCE
        )
        off = np.einsum("tij,ntj->nti", axes, path.r - r)
        slopes = (off[1:] - off[0]).reshape(count - 1, -1).T
        step, *_ = np.linalg.lstsq(slopes, -off[0].reshape(-1), rcond=None)
        if np.linalg.norm(step[:3] * _SHIFTS[:3]) < _SETTLED:
            rms = np.sqrt((off[0] ** 2).mean(axis=0))
            orbit = Orbit.from_state(x[:3], x[3:], elements.epoch)
            return FittedStation(orbit, coefficient, read_only(rms), atmosphere)
        x = x + step[:6] @ shifts[1:7]
        if free:
            coefficient = max(coefficient * (1.0 + _DRAG_SHIFT * float(step[6])), 0.0)
    raise ConvergenceError(
        f"the orbit of {elements!r} does not settle: it still moves by "
        f"{np.linalg.norm(step[:3] * _SHIFTS[:3]):.3g} m after {_ROUNDS} rounds"
    )


def estimate_ballistic_coefficient(
    elements: MeanElements,
    *,
    arc: Any = SECONDS_PER_DAY,
    atmosphere: Atmosphere | None = None,
) -> BallisticEstimate:
    """Ballistic coefficient from consecutive element sets, interval by interval.

    Parameters
    ----------
    elements : MeanElements
        Two sets or more, in the order of time and six hours apart at least.
    arc : float or Quantity
        Before each epoch, over which mean motion is compared, s.
    atmosphere : Atmosphere, optional
        As in `fit_station`.

    Raises
    ------
    InputError
        Fewer than two sets, or sets too close together.
    ConvergenceError
        As `fit_station`, or no coefficient gives the growth seen.

    Notes
    -----
    The state fitted to the earlier set is propagated to the later one.  The coefficient is that
    with which it advances there at the rate of SGP4.  Phase is not used: it also carries what the
    earlier set's mean motion was wrong by.
    """
    if not elements.shape or len(elements) < 2:
        raise InputError("a ballistic coefficient needs two element sets or more")
    epoch = elements.epoch
    apart = np.diff(epoch.tai.mjd) * SECONDS_PER_DAY
    if not (apart >= _LEAST_INTERVAL).all():
        raise InputError(
            f"element sets must follow each other by {_LEAST_INTERVAL:.0f} s at least, "
            f"got {apart.min():.0f} s"
        )
    length = float(to_finite_si(arc, "s", "arc"))
    each = [
        _between(elements[k], elements[k + 1], length, atmosphere) for k in range(len(elements) - 1)
    ]
    return BallisticEstimate(epoch, read_only(np.array(each)))


def position_error(predicted: Trajectory, elements: MeanElements) -> FloatArray:
    """Predicted position less that of SGP4 at the same instants: R, T and N of SGP4's, m.

    Parameters
    ----------
    predicted : Trajectory
        Of one satellite.
    elements : MeanElements
        One set.

    Returns
    -------
    ndarray, shape (T, 3)
        T is measured along the arc, so that it holds for any distance; R and N are differences of
        radius and out of the plane.
    """
    truth = elements.propagate(predicted.times)
    r, v = truth.to_frame("GCRS")
    there, _ = predicted.to_frame("GCRS")
    return _curved(r, v, there)


def _curved(r: FloatArray, v: FloatArray, other: FloatArray) -> FloatArray:
    """Where others stand from places: above, ahead along the arc, and to the orbit's left, m."""
    local = np.einsum("...ij,...j->...i", rtn_rotation(r, v), other)
    radius = np.linalg.norm(r, axis=-1)
    in_plane = np.hypot(local[..., 0], local[..., 1])
    return np.stack(
        [
            np.hypot(in_plane, local[..., 2]) - radius,
            radius * np.arctan2(local[..., 1], local[..., 0]),
            local[..., 2],
        ],
        axis=-1,
    )


def _pseudo_observations(
    elements: MeanElements, length: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Instants before a set's epoch and SGP4's states there, GCRS."""
    count = max(12, round(length / _STEP))
    t = -length * (np.arange(count, 0, -1) - 0.5) / count
    r, v = elements.propagate(t).to_frame("GCRS")
    return t, r, v


def _between(
    first: MeanElements, second: MeanElements, length: float, atmosphere: Atmosphere | None
) -> float:
    """The coefficient of one interval, m2/kg."""
    start = fit_station(first, atmosphere=atmosphere)
    t, r, v = _pseudo_observations(second, length)
    since = (second.epoch - first.epoch).to_value("s") + t
    # Right after a reboost the fit may find no drag at all.
    guesses = max(start.ballistic_coefficient, 0.3 * _FIRST_GUESS) * np.array([0.9, 1.1])
    for _ in range(_ROUNDS):
        both = Orbit.from_state(
            np.tile(start.orbit.r, (2, 1)), np.tile(start.orbit.v, (2, 1)), start.orbit.epoch
        )
        path = propagate(
            both, since, method="numerical", forces=full_forces(guesses, atmosphere),
            tolerance=TOLERANCE,
        )  # fmt: skip
        ahead = np.unwrap(_curved(r, v, path.r)[..., 1] / np.linalg.norm(r, axis=-1), axis=-1)
        rate = np.polyfit(t, ahead.T, 1)[0]
        slope = (rate[1] - rate[0]) / (guesses[1] - guesses[0])
        if not slope > 0.0:
            break
        best = float(guesses[0] - rate[0] / slope)
        if abs(best - guesses.mean()) < 1e-3 * abs(best):
            return best
        # A coefficient of a reboosted interval may come out negative, which no drag has.
        if best <= 0.0:
            return best
        guesses = best * np.array([0.998, 1.002])
    raise ConvergenceError(
        f"no ballistic coefficient leads from {first.epoch.isot} to {second.epoch.isot}"
    )
