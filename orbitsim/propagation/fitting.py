"""Mean elements of the SGP4 theory fitted to a trajectory by least squares."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import ConvergenceError, FrameError, InputError
from orbitsim.propagation.fitted_arc import SIZE, Given, NewRecord, fit_arc
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.units import FloatArray, elapsed_seconds, read_only, to_epoch, to_finite_si, to_si

if TYPE_CHECKING:
    from astropy.time import Time

_SGP4_ZERO_MJD: Final = 33_281.0
"""1949-12-31, from which the initialisation of SGP4 counts days (its Julian date 2433281.5)."""

_EPOCH_DIGITS: Final = 8
"""Decimals of a day that a two-line element set has for its epoch."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FittedElements:
    """Mean elements of one trajectory or a row of them, and how well they follow it.

    For trajectories of the shape S, () or (N,), and T instants:

    Attributes
    ----------
    elements : MeanElements
        Of the shape S.
    residuals : ndarray, shape (*S, T, 3)
        Position given less position of SGP4: radial, transverse (along the motion) and normal, m.
    iterations : ndarray of int, shape S
    bstar_fitted : ndarray of bool, shape S
        Whether B* was adjusted, or held: as asked, or at zero because the trajectory does not
        determine it.
    covariance : ndarray, shape (*S, 7, 7)
        Formal, scaled by the variance of the residuals, of: mean motion (rad/s), e cos w, e sin w,
        tan(j/2) cos(node), tan(j/2) sin(node), mean longitude (rad), B*.  With j = i,
        w = perigee + node up to 90 deg of inclination, and beyond j = 180 deg - i, w = perigee -
        node; mean longitude is w + mean anomaly.  Zero for a B* that was held.  What SGP4 leaves
        out is no noise, so true errors are several times as large.
    """

    elements: MeanElements
    residuals: FloatArray
    iterations: NDArray[np.int64]
    bstar_fitted: NDArray[np.bool_]
    covariance: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape S of the trajectories."""
        return self.elements.shape

    @property
    def rms(self) -> FloatArray:
        """Root mean square of the distance between given and fitted position, m, shape S."""
        return np.asarray(np.sqrt((self.residuals**2).sum(axis=-1).mean(axis=-1)))

    @property
    def rms_rtn(self) -> FloatArray:
        """The same of each component, radial, transverse and normal, m, shape (*S, 3)."""
        return np.asarray(np.sqrt((self.residuals**2).mean(axis=-2)))

    def __repr__(self) -> str:
        if self.shape:
            return f"<FittedElements of {len(self.elements)} trajectories>"
        return f"<FittedElements at {self.elements.epoch.isot} UTC, rms {float(self.rms):.3f} m>"


def fit_mean_elements(
    times: Any,
    r: Any,
    v: Any = None,
    *,
    frame: str = "GCRS",
    epoch: Any = None,
    bstar: Any = None,
    velocity_weight: Any = None,
    satellite_number: int = 0,
) -> FittedElements:
    """SGP4 mean elements whose positions come nearest to those given, by least squares.

    Parameters
    ----------
    times : Time or array_like, shape (T,)
        Instants in any order, or seconds after `epoch`.
    r : Quantity or array_like, shape (T, 3) or (N, T, 3)
        Positions, m, of one trajectory or a row of them.
    v : Quantity or array_like, optional
        Velocities, m/s, shaped as `r`.  Without them neighbouring instants should lie less than
        half a revolution apart: the first guess is the short way between two of them.
    frame : {"GCRS", "TEME"}
        Of what is given; TEME is that of each instant.
    epoch : Time or str, optional
        Of the elements, taken to 1e-8 day, which a two-line set can hold; the first instant
        unless given.
    bstar : float, optional
        Hold B* at this (per Earth radius).  Otherwise it is fitted where the trajectory
        determines it to 0.01, and zero where not.
    velocity_weight : Quantity or float, optional
        Seconds: 1 m/s of velocity counts as much as this many metres.  The time in which the mean
        anomaly grows by 1 rad unless given; 0 ignores the velocities but for the first guess.
    satellite_number : int
        Catalogue number that the elements are to bear.

    Raises
    ------
    InputError
        Shapes that do not fit, a NaN, fewer points than the elements need, all at one instant, or
        an open orbit.
    EpochError
        GCRS at an instant outside the tables of Earth orientation.
    ConvergenceError
        No elements were found that follow the trajectory; the message has the residual.

    Notes
    -----
    Levenberg-Marquardt in equinoctial elements, which stay regular for circles and equators (of
    either sense), on differences of SGP4 itself; first over the revolution about the epoch, from
    the Brouwer mean of the osculating state there, then over longer and longer arcs.

    A residual of some hundreds of metres over a day is that of the theory: it knows neither the
    tesseral harmonics of a low orbit nor radiation pressure.  It grows with the span.  Deep-space
    SGP4 jumps by kilometres where the inclination passes zero; within 0.002 deg of the equator the
    minimum found may be none but a local one.

    Examples
    --------
    >>> import numpy as np
    >>> from orbitsim import Orbit, propagate
    >>> orbit = Orbit.from_elements(semi_major_axis=7.2e6, eccentricity=0.001, inclination=1.2,
    ...                             epoch="2024-01-01")
    >>> path = propagate(orbit, np.arange(0.0, 43200.0, 300.0), method="j2")
    >>> fit = fit_mean_elements(path.times, path.r, path.v, frame=path.frame)
    >>> bool(fit.rms < 1000.0)
    True
    >>> fit.elements.to_omm()["MEAN_ELEMENT_THEORY"]
    'SGP4'
    """
    when, seconds = _instants(times, epoch)
    r_given, v_given = _states(r, v, frame, when, seconds)
    held = None if bstar is None else _number(bstar, "", "bstar")
    weight = None if velocity_weight is None else _number(velocity_weight, "s", "velocity_weight")
    if weight is not None and weight < 0.0:
        raise InputError(f"velocity_weight must not be negative, got {weight} s")
    weighed = v_given is not None and weight != 0.0
    count = 3 * seconds.size * (2 if weighed else 1)
    if count < SIZE:
        raise InputError(
            f"{seconds.size} instants give {count} figures for {SIZE} elements; wanted at least "
            f"{2 if weighed else 3} instants"
        )
    row = r_given.reshape(3, -1, seconds.size)
    speeds = None if v_given is None else v_given.reshape(row.shape)
    new_record = _records(when, satellite_number)
    fits = []
    for n in range(row.shape[1]):
        given = Given(seconds / 60.0, row[:, n], None if speeds is None else speeds[:, n], weight)
        try:
            fits.append(fit_arc(given, new_record, held))
        except (InputError, ConvergenceError) as error:
            if r_given.ndim == 2:
                raise
            raise type(error)(f"trajectory {n} of {row.shape[1]}: {error}") from None
    shape = r_given.shape[1:-1]
    return FittedElements(
        MeanElements(tuple(fit.record for fit in fits), shape),
        _stacked([fit.residuals for fit in fits], shape, (seconds.size, 3)),
        read_only(np.array([fit.iterations for fit in fits], dtype=np.int64).reshape(shape)),
        read_only(np.array([fit.bstar_fitted for fit in fits], dtype=np.bool_).reshape(shape)),
        _stacked([fit.covariance for fit in fits], shape, (SIZE, SIZE)),
    )


def _records(epoch: Time, satellite_number: int) -> NewRecord:
    """What makes records of that epoch and number."""
    day = floor(epoch.utc.mjd)
    since_1949 = day - _SGP4_ZERO_MJD + _day_fraction(epoch, day)

    def new_record(
        motion: float, e: float, i: float, node: float, perigee: float, anomaly: float, bstar: float
    ) -> Satrec:
        record = Satrec()
        elements = (e, perigee, i, anomaly, motion, node)
        record.sgp4init(WGS72, "i", satellite_number, since_1949, bstar, 0.0, 0.0, *elements)
        return record

    return new_record


def _instants(times: Any, epoch: Any) -> tuple[Time, FloatArray]:
    """Epoch of the elements, and seconds of each instant after it."""
    from astropy.time import Time

    if epoch is None:
        if not (isinstance(times, Time) and times.ndim == 1 and times.size):
            raise InputError(
                "times must be a Time of the shape (T,), or seconds with an `epoch` to count from; "
                f"got {times!r:.60}"
            )
        epoch = times[0]
    asked = to_epoch(epoch)
    if asked.shape:
        raise InputError(f"epoch must be a single one, got the shape {asked.shape}")
    when = _rounded(asked)
    seconds = elapsed_seconds(times, asked) + elapsed_seconds(asked, when)
    if seconds.ndim != 1:
        raise InputError(f"times must be one row of instants, got the shape {seconds.shape}")
    bad = int((~np.isfinite(seconds)).sum())
    if bad:
        raise InputError(f"{bad} of {seconds.size} times are NaN, infinite or masked")
    if seconds.size and np.ptp(seconds) == 0.0:
        raise InputError(f"all {seconds.size} instants are the same; wanted a span of time")
    return when, seconds


def _states(
    r: Any, v: Any, frame: str, when: Time, seconds: FloatArray
) -> tuple[FloatArray, FloatArray | None]:
    """Positions and velocities, component first, in TEME of date."""
    if frame not in ("GCRS", "TEME"):
        raise FrameError(f"frame must be 'GCRS' or 'TEME', got {frame!r}")
    given = [("r", to_si(r, "m", "r"))]
    if v is not None:
        given.append(("v", to_si(v, "m/s", "v")))
    shape = given[0][1].shape
    if len(shape) not in (2, 3) or shape[-2:] != (seconds.size, 3):
        raise InputError(
            f"r must have the shape ({seconds.size}, 3) or (N, {seconds.size}, 3) for as many "
            f"times, got {shape}"
        )
    for name, values in given:
        if values.shape != shape:
            raise InputError(f"{name} must have the shape of r, {shape}, got {values.shape}")
        bad = int((~np.isfinite(values).all(axis=-1)).sum())
        if bad:
            raise InputError(
                f"{bad} of {values[..., 0].size} rows of {name} are not finite; leave out states "
                "that failed"
            )
    parts = [np.moveaxis(values, -1, 0) for _, values in given]
    if v is None:
        return frames.transform_position(parts[0], frame, "TEME", when, seconds), None
    return frames.transform(parts[0], parts[1], frame, "TEME", when, seconds)


def _rounded(epoch: Time) -> Time:
    """The epoch to the decimals that a two-line set has."""
    from astropy.time import Time, TimeDelta

    day = floor(epoch.utc.mjd)
    seconds = SECONDS_PER_DAY * _day_fraction(epoch, day)
    return Time(day, format="mjd", scale="utc") + TimeDelta(seconds, format="sec")


def _day_fraction(epoch: Time, day: int) -> float:
    """1/86400 for each second since midnight, also on a day with a leap second."""
    from astropy.time import Time

    seconds = float(elapsed_seconds(epoch, Time(day, format="mjd", scale="utc")))
    return round(seconds / SECONDS_PER_DAY, _EPOCH_DIGITS)


def _number(value: Any, unit: str, name: str) -> float:
    number = to_finite_si(value, unit, name)
    if number.shape:
        raise InputError(f"{name} must be one number, got the shape {number.shape}")
    return float(number)


def _stacked(arrays: list[FloatArray], shape: tuple[int, ...], of: tuple[int, ...]) -> FloatArray:
    return read_only(np.array(arrays, dtype=np.float64).reshape(*shape, *of))
