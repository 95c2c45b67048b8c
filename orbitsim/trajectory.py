"""`Trajectory`: states of one satellite or a batch over time; and its track over the ground."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames
from orbitsim.errors import InputError, PropagationError, Status
from orbitsim.event_log import EventLog
from orbitsim.kernels.arrays import as_outputs
from orbitsim.orbit import Orbit, take
from orbitsim.units import FloatArray, as_time, elapsed_seconds, read_only, to_epoch

if TYPE_CHECKING:
    from astropy.time import Time

StatusArray = NDArray[np.uint8]

Output = tuple[FloatArray, FloatArray]
"""Where to put positions and velocities: a pair of C-contiguous float64 arrays (3, *S, T)."""


class Evaluated(NamedTuple):
    """States of orbits of the shape S at T instants."""

    r: FloatArray
    """m, (3, *S, T)."""
    v: FloatArray
    status: StatusArray
    """(*S, T)."""
    mass: FloatArray | None = None
    """kg, (*S, T), of a flight whose mass is followed."""
    events: EventLog | None = None
    """Of a flight on which events were looked for or burns made."""


class Evaluate(Protocol):
    """Seconds (T,) after the epoch to states."""

    def __call__(
        self, t: FloatArray, out: Output | None = None, threads: int | None = None
    ) -> Evaluated: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trajectory:
    """States at chosen instants, and the means to evaluate any other.

    For orbits of the shape S and T instants:

    Attributes
    ----------
    epoch : Time
        Scalar, or of the shape S where each orbit counts from its own.
    t : ndarray, shape (T,)
        Seconds after `epoch`.
    frame : {"GCRS", "TEME"}
        As the orbit's, on axes that stay those of the epoch; SGP4 states are TEME of date.
    mu : float
        m3/s2, for the orbits taken out.
    status : ndarray of uint8, shape (*S, T)
        `orbitsim.Status` of each state; a failed one is NaN.  It stands per state, not per orbit,
        because a satellite that decays on the third day was well on the first two.
    mass : ndarray, shape (*S, T), or None
        kg, where a mass was given and is followed through burns.
    events : EventLog
        What was met on the way of what was looked for, and the burns made; from the epoch to the
        farthest of the instants.
    """

    epoch: Time
    t: FloatArray
    _r: FloatArray
    _v: FloatArray
    status: StatusArray
    frame: str
    mu: float
    _evaluate: Evaluate
    mass: FloatArray | None = None
    events: EventLog = field(default_factory=EventLog.empty)

    @classmethod
    def evaluate(
        cls,
        evaluate: Evaluate,
        t: FloatArray,
        epoch: Time,
        frame: str,
        mu: float,
        errors: str,
        *,
        out: Output | None = None,
        threads: int | None = None,
    ) -> Self:
        """Run `evaluate` at `t` and wrap the result; the one way that propagators build one.

        Raises
        ------
        PropagationError
            A state failed and `errors` is ``"raise"``.
        """
        if errors not in ("raise", "status"):
            raise InputError(f"errors must be 'raise' or 'status', got {errors!r}")
        if t.ndim != 1:
            raise InputError(f"times must be one row of instants, got the shape {t.shape}")
        t = np.array(t)  # one's own: the caller may go on writing to his
        r, v, status, mass, events = evaluate(t, out, threads)
        whole = cls(
            epoch,
            read_only(t),
            read_only(r),
            read_only(v),
            read_only(status),
            frame,
            mu,
            evaluate,
            None if mass is None else read_only(mass),
            EventLog.empty() if events is None else events,
        )
        # Where an event ended the flight there is no state, but that is what was asked for.
        failed = (status != Status.OK) & (status != Status.FLIGHT_ENDED)
        if errors == "raise" and failed.any():
            codes, counts = np.unique(status[failed], return_counts=True)
            reasons = "; ".join(
                f"{count} x {Status(code).explanation}"
                for code, count in zip(codes.tolist(), counts.tolist(), strict=True)
            )
            raise PropagationError(
                f"{int(failed.sum())} of {failed.size} states failed: {reasons} "
                "(errors='status' returns them as NaN)",
                failed,
                whole,
            )
        return whole

    @property
    def r(self) -> FloatArray:
        """Position, m, shape (*S, T, 3), read-only."""
        return np.moveaxis(self._r, 0, -1)

    @property
    def v(self) -> FloatArray:
        """Velocity, m/s, shape (*S, T, 3), read-only."""
        return np.moveaxis(self._v, 0, -1)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape S of the orbits; ``()`` for one."""
        return self._r.shape[1:-1]

    @property
    def times(self) -> Time:
        """The instants, shape (T,), or (*S, T) where each orbit has its own epoch; masked where
        `t` is not finite."""
        from astropy.time import TimeDelta

        epoch = self.epoch[..., np.newaxis] if self.epoch.shape else self.epoch
        finite = np.isfinite(self.t)
        times = epoch + TimeDelta(np.where(finite, self.t, 0.0), format="sec")
        if not finite.all():
            times[..., ~finite] = np.ma.masked
        return times

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("the Trajectory of a single orbit has no len(); its instants are .t")
        return self.shape[0]

    def __getitem__(self, index: Any) -> Self:
        """The trajectory of some of the orbits (not of some of the instants: see `at`)."""
        if not self.shape:
            raise TypeError("the Trajectory of a single orbit cannot be indexed; see .at(time)")
        whole, axes, shape = self._evaluate, len(self.shape), self.shape

        def chosen(found: Evaluated) -> Evaluated:
            planes = [np.broadcast_to(found.status, (3, *found.status.shape))]
            if found.mass is not None:
                planes.append(np.broadcast_to(found.mass, (3, *found.mass.shape)))
            status, *mass = (take(plane, index, axes)[0] for plane in planes)
            events = None if found.events is None else _events_of(found.events, shape, index)
            r, v = take(found.r, index, axes), take(found.v, index, axes)
            return Evaluated(r, v, status, mass[0] if mass else None, events)

        def part(t: FloatArray, out: Output | None = None, threads: int | None = None) -> Evaluated:
            return chosen(whole(t, None, threads))

        r, v, status, mass, events = chosen(
            Evaluated(self._r, self._v, self.status, self.mass, self.events)
        )
        return type(self)(
            self.epoch[index] if self.epoch.shape else self.epoch,
            self.t,
            read_only(r),
            read_only(v),
            read_only(status),
            self.frame,
            self.mu,
            part,
            None if mass is None else read_only(mass),
            EventLog.empty() if events is None else events,
        )

    def __repr__(self) -> str:
        orbits = f"{self.shape} orbits x " if self.shape else ""
        return f"<Trajectory {orbits}{self.t.size} instants, {self.frame}>"

    def at(self, time: Any) -> Orbit:
        """The osculating orbit, or batch, at one instant: propagated there, not interpolated.

        Parameters
        ----------
        time : Time or Quantity or float
            An instant, or seconds after the epoch.

        Raises
        ------
        PropagationError
            The state there failed.
        InputError
            An event ended the flight before.
        """
        from astropy.time import TimeDelta

        seconds = elapsed_seconds(time, self.epoch, "time")
        if seconds.shape:
            raise InputError(
                "at() takes one instant for orbits of one epoch; "
                f"got times of the shape {seconds.shape}"
            )
        point = Trajectory.evaluate(
            self._evaluate, seconds.reshape(1), self.epoch, self.frame, self.mu, "raise"
        )
        if point.status.any():
            raise InputError(f"at {float(seconds):.6g} s: {Status.FLIGHT_ENDED.explanation}")
        epoch = self.epoch + TimeDelta(float(seconds), format="sec")
        return Orbit.from_state(
            point.r[..., 0, :], point.v[..., 0, :], epoch, self.frame, mu=self.mu
        )

    def stream(
        self,
        times: Any,
        *,
        states: int = 1_000_000,
        errors: str = "raise",
        threads: int | None = None,
    ) -> Iterator[Self]:
        """The same orbits at many further instants, block by block, in bounded memory.

        Parameters
        ----------
        times : Time, Quantity or array_like, shape (T,)
            Instants, or seconds after the epoch.
        states : int
            The most that a block holds (never less than one instant of every orbit), 48 bytes
            each; at most two blocks exist at a time, the one given out and the one being made.
        errors, threads
            See `orbitsim.propagate`.

        Yields
        ------
        Trajectory
            Consecutive runs of the instants.

        Examples
        --------
        >>> orbits = Orbit.from_elements(semi_major_axis=np.full(100, 7e6), eccentricity=0.01,
        ...                              inclination=0.9, epoch="2024-01-01")
        >>> from orbitsim import propagate
        >>> highest = 0.0
        >>> for block in propagate(orbits, 0.0).stream(np.arange(0.0, 86400.0, 10.0)):
        ...     highest = max(highest, float(np.linalg.norm(block.r, axis=-1).max()))
        >>> round(highest / 1e3)
        7070
        """
        if states < 1:
            raise InputError(f"a block must hold at least one state, got {states}")
        t = np.atleast_1d(elapsed_seconds(times, self.epoch))
        if t.ndim != 1:
            raise InputError(f"times must be one row of instants, got the shape {t.shape}")
        length = max(1, states // max(1, int(np.prod(self.shape, dtype=int))))
        for start in range(0, t.size, length):
            yield type(self).evaluate(
                self._evaluate,
                t[start : start + length],
                self.epoch,
                self.frame,
                self.mu,
                errors,
                threads=threads,
            )

    def to_frame(self, frame: str) -> tuple[FloatArray, FloatArray]:
        """Position (m) and velocity (m/s), each (*S, T, 3), in any frame, ITRS included.

        TEME is taken as that of each instant.  An orbit given in TEME is propagated on the axes of
        its epoch, from which those of the instant part by 0.14 arcsec a day (5 m for a low orbit);
        one given in GCRS is free of that.

        Raises
        ------
        FrameError
            Unknown frame.
        EpochError
            An instant outside the tables of Earth orientation.
        """
        t = _or_nan(self.t)
        r, v = frames.transform(self._r, self._v, self.frame, frame, self.epoch, t)
        return np.moveaxis(r, 0, -1), np.moveaxis(v, 0, -1)


@dataclass(frozen=True, slots=True, eq=False)
class GroundTrack:
    """Where a trajectory is above the Earth.

    Attributes
    ----------
    times : Time, shape (T,) or (*S, T)
    latitude, longitude : ndarray, shape (*S, T)
        Geodetic on WGS 84, rad; longitude in [-pi, pi].
    altitude : ndarray, shape (*S, T)
        Geodetic height above WGS 84, m.
    """

    times: Time
    latitude: FloatArray
    longitude: FloatArray
    altitude: FloatArray


def _events_of(events: EventLog, shape: tuple[int, ...], index: Any) -> EventLog:
    """The events of some of the orbits, counted anew."""
    number = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)[index]
    place = np.full(int(np.prod(shape, dtype=int)), -1)
    place[np.ravel(number)] = np.arange(np.size(number))
    kept = events.where(place[events.orbit] >= 0)
    kept = replace(kept, orbit=place[kept.orbit])
    order = np.argsort(kept.orbit, kind="stable")
    return kept.ordered(order)


def _or_nan(t: FloatArray) -> FloatArray:
    """Times of which an infinite one is no time either."""
    return np.where(np.isfinite(t), t, np.nan)


def rows_of(out: Output | None, shape: tuple[int, ...], instants: int) -> Output | None:
    """The caller's arrays for orbits of a shape as rows (3, N, T), if they fit.

    Raises
    ------
    InputError
        They could not be written to as they are.
    """
    if out is None:
        return None
    size = int(np.prod(shape, dtype=int))
    try:
        r, v = as_outputs(out, (3, *shape, instants))
    except (ValueError, AttributeError) as error:
        raise InputError(
            f"out must be a pair of arrays for position and velocity: {error}"
        ) from None
    return r.reshape(3, size, instants), v.reshape(3, size, instants)


def counted(times: Any, epoch: Time) -> tuple[FloatArray, Time, FloatArray]:
    """Instants as a trajectory of orbits with that epoch, or those epochs, counts them.

    Returns
    -------
    t : ndarray, shape (T,)
        Seconds after the trajectory's epoch.
    epoch : Time
        The trajectory's: the orbits' own, or the first instant where absolute instants come to
        orbits that each have an epoch of their own.
    offset : ndarray, shape () or epoch.shape
        Seconds from each orbit's epoch to the trajectory's.

    Raises
    ------
    InputError
        No times, or not one row of them.
    """
    from astropy.time import Time

    times = as_time(times)
    if not (isinstance(times, Time) and epoch.shape):
        return np.atleast_1d(elapsed_seconds(times, epoch)), epoch, np.zeros(())
    times = times.reshape(1) if times.isscalar else times
    if times.ndim != 1 or times.size == 0:
        raise InputError(f"times must be one row of instants, got the shape {times.shape}")
    first = to_epoch(times[0], "the first of the times")
    return elapsed_seconds(times, first), first, elapsed_seconds(first, epoch)


def ground_track(trajectory: Trajectory) -> GroundTrack:
    """Geodetic latitude, longitude and altitude of every state of a trajectory.

    Raises
    ------
    EpochError
        An instant outside the tables of Earth orientation.
    """
    place = frames.geodetic_at(
        np.moveaxis(trajectory.r, -1, 0), trajectory.frame, trajectory.epoch, _or_nan(trajectory.t)
    )
    return GroundTrack(trajectory.times, *(read_only(x) for x in place))
