"""Ballistic fall of bodies through the air: where, when and how fast they come down.

A body is a point with a drag coefficient; it has no lift.  Gravity is central and J2, the air turns
with the Earth, and may carry a wind.  What warms, melts (see `orbitsim.kernels.heating`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames
from orbitsim.earth import J2_GRAVITY, ZonalGravity
from orbitsim.environment.profile import AirProfile, WindProfile
from orbitsim.errors import InputError
from orbitsim.kernels import fall as kernel
from orbitsim.kernels.blocks import run_blocks
from orbitsim.orbit import Orbit
from orbitsim.phases.fall_inputs import (
    Thermal,
    bodies_table,
    checked,
    drag_table,
    earth_fixed,
    flat,
    surroundings,
)
from orbitsim.units import FloatArray, read_only

if TYPE_CHECKING:
    from astropy.time import Time

ENTRY_HEIGHTS: Final = (100e3, 120e3)
"""m; the two heights that are commonly called entry interface."""

_BLOCK: Final = 32
_LONGEST: Final = 86_400.0


class Outcome(IntEnum):
    """What becomes of a body."""

    LANDED = kernel.LANDED
    DEMISED = kernel.DEMISED
    ALOFT = kernel.ALOFT
    BELOW_GROUND = kernel.BELOW_GROUND
    NOT_FINITE = kernel.NOT_FINITE
    STEP_TOO_SMALL = kernel.STEP_TOO_SMALL

    @property
    def explanation(self) -> str:
        """One sentence that says what the code means."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    Outcome.LANDED: "came down",
    Outcome.DEMISED: "melted to less than a thousandth of its mass",
    Outcome.ALOFT: "was still up when the time was over",
    Outcome.BELOW_GROUND: "started at or below the height at which the fall ends",
    Outcome.NOT_FINITE: "a figure that went in was NaN or infinite",
    Outcome.STEP_TOO_SMALL: "the tolerance cannot be met: the step became too small",
}


@dataclass(frozen=True, slots=True, eq=False)
class Fall:
    """How bodies fell; arrays of the shape of the batch, ``()`` for one.

    Of a body that burned up, place and time are those of its end in the air; of one that came to no
    end they are those at which it was given up.  NaN where nothing could be flown.

    Attributes
    ----------
    epoch : Time
        Of the start.
    duration : ndarray
        s.
    r, v : ndarray, shape (..., 3)
        Last state, ITRS, m and m/s.
    latitude, longitude : ndarray
        Of that, geodetic on WGS 84, rad.
    height : ndarray
        m.
    speed : ndarray
        Relative to the ground, m/s.
    peak_deceleration, peak_deceleration_height : ndarray
        Greatest acceleration felt, m/s2, and where.
    peak_heating, peak_heating_height : ndarray
        Greatest flux towards the stagnation point, W/m2, and where; NaN without `Thermal`.
    hottest : ndarray
        Highest temperature, K; NaN without `Thermal`.
    mass : ndarray
        What is left, kg; NaN if no mass was given.
    status : ndarray of uint8
        `Outcome`.
    """

    epoch: Time
    duration: FloatArray
    r: FloatArray
    v: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    height: FloatArray
    speed: FloatArray
    peak_deceleration: FloatArray
    peak_deceleration_height: FloatArray
    peak_heating: FloatArray
    peak_heating_height: FloatArray
    hottest: FloatArray
    mass: FloatArray
    status: NDArray[np.uint8]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch."""
        return self.duration.shape

    @property
    def time(self) -> Time:
        """When it ended."""
        from astropy.time import TimeDelta

        return self.epoch + TimeDelta(self.duration, format="sec")

    @property
    def landed(self) -> NDArray[np.bool_]:
        """Who came down."""
        return np.asarray(self.status == Outcome.LANDED)

    @property
    def demised(self) -> NDArray[np.bool_]:
        """Who burned up."""
        return np.asarray(self.status == Outcome.DEMISED)

    @property
    def kinetic_energy(self) -> FloatArray:
        """At the end, J, relative to the ground."""
        return np.asarray(0.5 * self.mass * self.speed**2)

    @property
    def demise_height(self) -> FloatArray:
        """m; NaN for those that did not burn up."""
        return np.where(self.demised, self.height, np.nan)


def fall(
    orbit: Orbit,
    ballistic_coefficient: Any,
    *,
    air: AirProfile | None = None,
    wind: WindProfile | None = None,
    drag_curve: tuple[Any, Any] | None = None,
    mass: Any = None,
    thermal: Thermal | None = None,
    ground_height: Any = 0.0,
    gravity: ZonalGravity = J2_GRAVITY,
    tolerance: float = 0.01,
    longest: float = _LONGEST,
    threads: int | None = None,
) -> Fall:
    """Let bodies fall until they reach the ground, burn up or run out of time.

    Parameters
    ----------
    orbit : Orbit
        Where they start.
    ballistic_coefficient : array_like
        Drag coefficient times area over mass, m2/kg; broadcasts with the orbits' shape.
    air : AirProfile, optional
        Else the U.S. Standard Atmosphere 1976.
    wind : WindProfile, optional
        Else the air only turns with the Earth.
    drag_curve : (Mach numbers, factors), optional
        Factor on the ballistic coefficient over the Mach number, straight between the numbers and
        constant outside them.
    mass : array_like, optional
        kg; for kinetic energy and for `thermal`, which needs it.
    thermal : Thermal, optional
        Bodies then warm and melt, and their ballistic coefficient grows as they shrink in shape.
    ground_height : array_like
        Above the ellipsoid, m.
    gravity : ZonalGravity
        Its central part and J2 are used.
    tolerance : float
        Error in position that one step may make, m.
    longest : float
        s after which a body is given up.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    Fall

    Raises
    ------
    InputError
        Negative, non-finite or ill-shaped figures; `thermal` without a mass.

    Notes
    -----
    With the default tolerance a fall ends within 0.1 m, and a long shallow entry within 0.5 m, of
    the equations' solution.  The Earth turns uniformly about the ITRS pole; polar motion and the
    length of day are left out, which a fall of half an hour does not show (below 1 m).  Peaks of
    deceleration and heating are tops of parabolas through three steps, within 0.1 %.

    Examples
    --------
    >>> import numpy as np
    >>> from orbitsim import Orbit
    >>> start = Orbit.from_state([6_558e3, 0, 0], [0, 5e3, 3e3], "2016-12-01")
    >>> result = fall(start, [1e-3, 1e-2])
    >>> result.shape, bool(result.landed.all())
    ((2,), True)
    """
    coefficient = checked(ballistic_coefficient, "m2/kg", "ballistic_coefficient", least=0.0)
    ground = checked(ground_height, "m", "ground_height")
    masses = np.asarray(np.nan) if mass is None else checked(mass, "kg", "mass", above=0.0)
    if not 0.0 < tolerance < np.inf:
        raise InputError(f"tolerance must be positive and finite, got {tolerance!r} m")
    if not 0.0 < longest < np.inf:
        raise InputError(f"longest must be positive and finite, got {longest!r} s")
    try:
        shape = np.broadcast_shapes(orbit.shape, coefficient.shape, ground.shape, masses.shape)
    except ValueError:
        raise InputError(
            f"orbits {orbit.shape}, ballistic coefficients {coefficient.shape}, ground heights "
            f"{ground.shape} and masses {masses.shape} do not fit together"
        ) from None
    count = int(np.prod(shape))
    states = earth_fixed(orbit, shape)
    bodies = bodies_table(thermal, masses, shape, mass is None)
    earth, table = surroundings(air, wind, gravity)
    curve = drag_table(drag_curve)
    out = np.empty((kernel.RESULTS, count))
    status = np.empty(count, dtype=np.uint8)
    coefficients = flat(coefficient, shape)
    grounds = flat(ground, shape)

    def block(start: int, stop: int) -> None:
        kernel.fall_many(
            states, coefficients, grounds, earth, table, curve, bodies,
            tolerance, longest, out, status, start, stop,
        )  # fmt: skip

    run_blocks(block, count, _BLOCK, threads=threads)
    return _result(orbit, out, status, masses, shape, thermal is not None)


def descend(orbit: Orbit, ballistic_coefficient: Any, height: Any, **settings: Any) -> Orbit:
    """State at which bodies pass a height on their way down: entry interface, break-up.

    Parameters
    ----------
    orbit, ballistic_coefficient
        As in `fall`.
    height : array_like
        Above the ellipsoid, m.
    **settings
        `air`, `wind`, `drag_curve`, `gravity`, `tolerance`, `longest` and `threads` of `fall`.

    Returns
    -------
    Orbit
        In the frame of `orbit`, with an epoch for each body.

    Raises
    ------
    InputError
        A body does not come down to that height, or begins below it.

    Examples
    --------
    >>> start = Orbit.from_state([6_558e3, 0, 0], [0, 5e3, 3e3], "2016-12-01")
    >>> entry = descend(start, 1e-3, 100e3)
    >>> bool(entry.epoch > start.epoch)
    True
    """
    end = fall(orbit, ballistic_coefficient, ground_height=height, **settings)
    failed = ~end.landed
    if failed.any():
        why = Outcome(int(end.status[failed].flat[0])).explanation
        raise InputError(
            f"{int(failed.sum())} of {failed.size} bodies do not pass the height "
            f"{np.asarray(height).flat[0]:g} m on the way down; the first {why}"
        )
    time = end.time
    r, v = frames.transform(
        np.moveaxis(end.r, -1, 0), np.moveaxis(end.v, -1, 0), "ITRS", orbit.frame, time
    )
    return Orbit.from_state(
        np.moveaxis(r, 0, -1), np.moveaxis(v, 0, -1), time, orbit.frame, mu=orbit.mu
    )


def _result(
    orbit: Orbit,
    out: FloatArray,
    status: NDArray[np.uint8],
    mass: FloatArray,
    shape: tuple[int, ...],
    heated: bool,
) -> Fall:
    end = out.reshape(kernel.RESULTS, *shape)
    r, v = end[kernel.STATE : kernel.STATE + 3], end[kernel.STATE + 3 : kernel.STATE + 6]
    latitude, longitude, height = frames.geodetic(r)
    nowhere = np.isnan(end[kernel.TIME])
    latitude, longitude, height = (
        np.where(nowhere, np.nan, x) for x in (latitude, longitude, height)
    )
    unknown = np.full(shape, np.nan)
    return Fall(
        epoch=orbit.epoch,
        duration=_frozen(end[kernel.TIME]),
        r=_frozen(np.moveaxis(r, 0, -1)),
        v=_frozen(np.moveaxis(v, 0, -1)),
        latitude=_frozen(latitude),
        longitude=_frozen(longitude),
        height=_frozen(height),
        speed=_frozen(np.linalg.norm(v, axis=0)),
        peak_deceleration=_frozen(end[kernel.PEAK_FELT]),
        peak_deceleration_height=_frozen(end[kernel.FELT_HEIGHT]),
        peak_heating=_frozen(end[kernel.PEAK_FLUX] if heated else unknown),
        peak_heating_height=_frozen(end[kernel.FLUX_HEIGHT] if heated else unknown),
        hottest=_frozen(end[kernel.HOTTEST] if heated else unknown),
        mass=_frozen(mass * end[kernel.LEFT]),
        status=read_only(status.reshape(shape)),
    )


def _frozen(values: Any) -> FloatArray:
    """An array that cannot be written to, of what NumPy may have made a scalar."""
    return read_only(np.asarray(values, dtype=np.float64))
