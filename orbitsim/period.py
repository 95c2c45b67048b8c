"""What "period" and "altitude" mean.

A documented pair of apsides and a documented period agree only under the conventions they were made
with.  This module keeps the conventions side by side, on bare states, so that everything above can
say which one it uses.

Altitude datums (of perigee and apogee)
    ``equatorial``
        apsidal radius of the osculating ellipse less the equatorial radius, 6378.137 km;
    ``mean``
        the same less the mean radius, 6371.0088 km;
    ``ellipsoid``
        least and greatest geodetic height over one revolution under J2.  Russian launch reports
        count so.

Period kinds
    ``keplerian``
        2 pi sqrt(a^3 / mu) of the osculating ellipse;
    ``nodal``
        (draconic) from one ascending node to the next;
    ``anomalistic``
        from one perigee (least radius) to the next.  On an orbit whose eccentricity is no larger
        than J2's own ripple of the radius, about 2e-4, the perigee is no longer a place and the
        interval is that of the ripple's minima nearest to one revolution apart.

Each of the last two exists numerically exact under a zonal gravity and in first-order theory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isnan, nan, pi
from typing import Any, Final, Literal

import numpy as np

from orbitsim.earth import (
    EQUATORIAL_RADIUS,
    J2_GRAVITY,
    MEAN_RADIUS,
    WGS84,
    ZonalGravity,
)
from orbitsim.elements import (
    KeplerianElements,
    elements_from_state,
    state_from_elements,
)
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.kernels.blocks import run_blocks
from orbitsim.kernels.revolution import revolutions
from orbitsim.units import FloatArray, to_finite_si

AltitudeDatum = Literal["equatorial", "mean", "ellipsoid"]
PeriodKind = Literal["keplerian", "nodal", "anomalistic"]

DATUMS: Final[tuple[AltitudeDatum, ...]] = ("equatorial", "mean", "ellipsoid")
KINDS: Final[tuple[PeriodKind, ...]] = ("keplerian", "nodal", "anomalistic")

_SPHERES = {"equatorial": EQUATORIAL_RADIUS, "mean": MEAN_RADIUS}
_APSIS_TOLERANCE = 1e-4
"""m; a solved apsis altitude is held to this."""
_MOST_ITERATIONS = 25
_BLOCK = 32
"""Orbits that a thread takes at a time; some 10 ms."""


def period(
    r: FloatArray, v: FloatArray, kind: PeriodKind, gravity: ZonalGravity = J2_GRAVITY
) -> FloatArray:
    """Period (s), numerically exact under `gravity`.

    Parameters
    ----------
    r, v : ndarray, shape (3, ...)
        States whose z axis is the Earth's pole.
    kind : {"keplerian", "nodal", "anomalistic"}
        See the module.
    gravity : ZonalGravity
        What is integrated under; a Keplerian period needs its mu alone.

    Returns
    -------
    ndarray
        NaN where the orbit is open; NaN nodal period where it has no node.
    """
    check_kind(kind)
    if kind == "keplerian":
        return keplerian_period(_semi_major_axis(r, v, gravity.mu), gravity.mu)
    return np.asarray(_revolve(r, v, gravity)[0 if kind == "nodal" else 1])


def first_order_period(
    r: FloatArray, v: FloatArray, kind: PeriodKind, gravity: ZonalGravity = J2_GRAVITY
) -> FloatArray:
    """Period (s) in first-order J2 theory, as `period` takes and gives it.

    The osculating semi-major axis is freed of its short-period part (Kozai 1959, eq. 27; Vallado
    2013, eq. 9-32), then the mean anomaly and the argument of perigee advance at their secular
    rates (Kozai 1959; Vallado 2013, eqs. 9-39 and 9-41).  What is left out is of order J2^2, about
    2e-6 of the period for near-circular orbits.  There is more where one order divides: e J2 in the
    nodal period, J2^2 / e in the anomalistic one (1e-4 at e = 0.003, where J2's own ripple moves
    the least radius), and for an eccentric orbit given near its perigee the square of its large
    ripple there (3e-5 for Molniya).
    """
    check_kind(kind)
    elements = elements_from_state(r, v, gravity.mu)
    a_osculating = _semi_major_axis(r, v, gravity.mu)
    if kind == "keplerian":
        return keplerian_period(a_osculating, gravity.mu)
    e = np.where(elements.eccentricity < 1.0, elements.eccentricity, np.nan)
    sin2_i = np.sin(elements.inclination) ** 2
    with np.errstate(invalid="ignore"):
        eta = np.sqrt(1.0 - e * e)
        a_over_r = a_osculating / np.sqrt(np.sum(r * r, axis=0))
        ripple = (a_over_r**3 - eta**-3) * (1.0 - 1.5 * sin2_i)
        ripple += 1.5 * a_over_r**3 * sin2_i * np.cos(2.0 * elements.argument_of_latitude)
        a = a_osculating - gravity.j2 * gravity.radius**2 / a_osculating * ripple
        motion = np.sqrt(gravity.mu / a**3)
        strength = 0.75 * gravity.j2 * (gravity.radius / (a * eta * eta)) ** 2
        anomaly_rate = motion * (1.0 + strength * eta * (2.0 - 3.0 * sin2_i))
        perigee_rate = motion * strength * (4.0 - 5.0 * sin2_i)
    rate = anomaly_rate + perigee_rate if kind == "nodal" else anomaly_rate
    return np.asarray(2.0 * pi / rate)


def keplerian_period(semi_major_axis: Any, mu: float = J2_GRAVITY.mu) -> FloatArray:
    """2 pi sqrt(a^3/mu), s; NaN for a < 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(2.0 * pi * np.sqrt(np.asarray(semi_major_axis) ** 3 / mu))


def apsis_altitudes(
    r: FloatArray, v: FloatArray, datum: AltitudeDatum, gravity: ZonalGravity = J2_GRAVITY
) -> tuple[FloatArray, FloatArray]:
    """Perigee and apogee altitude (m) over `datum`.

    Over the ellipsoid they are the least and greatest geodetic height in the Keplerian period that
    follows the state, under `gravity`; over a sphere, those of the osculating ellipse.
    """
    check_datum(datum)
    if datum == "ellipsoid":
        least, greatest = _revolve(r, v, gravity)[2:]
        return least, greatest
    elements = elements_from_state(r, v, gravity.mu)
    sphere = _SPHERES[datum]
    return elements.perigee_radius - sphere, elements.apogee_radius - sphere


def state_from_apsides(
    perigee_altitude: Any,
    apogee_altitude: Any,
    inclination: Any,
    *,
    datum: AltitudeDatum,
    argument_of_perigee: Any = 0.0,
    raan: Any = 0.0,
    true_anomaly: Any = 0.0,
    gravity: ZonalGravity = J2_GRAVITY,
) -> tuple[FloatArray, FloatArray]:
    """State (3, ...) whose apsis altitudes over `datum` are those given.

    Over the ellipsoid the two osculating apsidal radii at the state are solved (Newton with
    differences, all orbits at once) until the least and greatest geodetic height of the revolution
    that follows match to 0.1 mm.

    Parameters
    ----------
    perigee_altitude, apogee_altitude : float or ndarray
        m.
    inclination, argument_of_perigee, raan, true_anomaly : float or ndarray
        rad, osculating, z axis along the Earth's pole.
    datum : {"equatorial", "mean", "ellipsoid"}
        See the module.
    gravity : ZonalGravity
        What a revolution is integrated under for heights over the ellipsoid.

    Raises
    ------
    InputError
        Perigee above apogee, or an altitude that is not finite or below the Earth's centre.
    ConvergenceError
        No orbit has these heights over the ellipsoid (a circular one does not exist: height varies
        by up to 21 km along an inclined orbit of constant radius).
    """
    check_datum(datum)
    low, high, inclination, perigee, raan, nu = np.broadcast_arrays(
        *(
            np.asarray(x, dtype=np.float64)
            for x in (
                perigee_altitude,
                apogee_altitude,
                inclination,
                argument_of_perigee,
                raan,
                true_anomaly,
            )
        )
    )
    _check_altitudes(low, high)

    def state(radii: FloatArray) -> tuple[FloatArray, FloatArray]:
        near, far = radii
        p = 2.0 * near * far / (near + far)
        e = (far - near) / (far + near)
        # A step of the solution may pass through far < near, where e counts from the other apsis.
        turn = np.where(e < 0.0, pi, 0.0)
        elements = KeplerianElements(p, np.abs(e), inclination, raan, perigee + turn, nu - turn)
        return state_from_elements(elements, gravity.mu)

    if datum != "ellipsoid":
        return state(np.stack([low, high]) + _SPHERES[datum])
    wanted = np.stack([low, high])
    radii = _solve_radii(lambda x: _revolve(*state(x), gravity)[2:], wanted)
    return state(radii)


def _solve_radii(heights: Callable[[FloatArray], FloatArray], wanted: FloatArray) -> FloatArray:
    """Apsidal radii (2, ...) at which `heights` gives `wanted` (2, ...)."""
    # The ellipsoid lies up to 21 km inside its equator; halfway is near enough to start from.
    radii = wanted + EQUATORIAL_RADIUS - 7e3
    step = 10.0
    miss = np.full_like(wanted, np.inf)
    for _ in range(_MOST_ITERATIONS):
        here = heights(radii)
        miss = here - wanted
        if np.all(np.abs(miss) < _APSIS_TOLERANCE):
            return radii
        by_near = (heights(radii + _shift(step, 0, radii)) - here) / step
        by_far = (heights(radii + _shift(step, 1, radii)) - here) / step
        determinant = by_near[0] * by_far[1] - by_far[0] * by_near[1]
        # Where both extremes hang on one radius alone there is no Newton step; move both together.
        regular = np.abs(determinant) > 1e-3
        safe = np.where(regular, determinant, 1.0)
        near_step = (miss[0] * by_far[1] - miss[1] * by_far[0]) / safe
        far_step = (miss[1] * by_near[0] - miss[0] * by_near[1]) / safe
        newton = np.stack([near_step, far_step])
        change = np.clip(np.where(regular, newton, miss), -5e4, 5e4)
        # One that has arrived stays, so that its result does not depend on its company.
        radii = radii - np.where(np.all(np.abs(miss) < _APSIS_TOLERANCE, axis=0), 0.0, change)
    worst = float(np.nanmax(np.abs(miss))) if np.isfinite(miss).any() else float("nan")
    raise ConvergenceError(
        "no orbit has these least and greatest heights over the ellipsoid: after "
        f"{_MOST_ITERATIONS} iterations they are missed by {worst:.3g} m; an inclined orbit of "
        "constant radius already varies by up to 21 km in height"
    )


def _shift(step: float, axis: int, like: FloatArray) -> FloatArray:
    shift = np.zeros_like(like)
    shift[axis] = step
    return shift


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One reading of a documented orbit: a datum, a kind of period, what follows.

    Attributes
    ----------
    datum, kind : str
    period, first_order : float
        s; numerically exact, and first-order theory.
    difference : float
        `period` less the documented one, s; NaN where none was given.
    """

    datum: AltitudeDatum
    kind: PeriodKind
    period: float
    first_order: float
    difference: float


@dataclass(frozen=True, slots=True)
class PeriodTable:
    """Every datum x kind of one documented orbit.

    Attributes
    ----------
    rows : tuple of PeriodRow
    documented : float
        s, or NaN.
    perigee_sensitivity : float
        Change of the ellipsoid-datum nodal period with the argument of perigee, s/rad.
    perigee_range : tuple of float
        Least and greatest of that period over all arguments of perigee, s.
    """

    rows: tuple[PeriodRow, ...]
    documented: float
    perigee_sensitivity: float
    perigee_range: tuple[float, float]

    def row(self, datum: AltitudeDatum, kind: PeriodKind) -> PeriodRow:
        """The row of one reading."""
        check_datum(datum)
        check_kind(kind)
        return next(row for row in self.rows if (row.datum, row.kind) == (datum, kind))

    @property
    def nearest(self) -> PeriodRow:
        """The reading that comes nearest to the documented period.

        Raises
        ------
        InputError
            No documented period was given.
        """
        if isnan(self.documented):
            raise InputError("no documented period was given, so no reading is nearest to it")
        return min(self.rows, key=lambda row: abs(row.difference))


def period_table(
    perigee_altitude: Any,
    apogee_altitude: Any,
    inclination: Any,
    *,
    argument_of_perigee: Any,
    documented: Any = None,
    gravity: ZonalGravity = J2_GRAVITY,
) -> PeriodTable:
    """Period of one orbit of stated apsides under every altitude datum and kind of period.

    Parameters
    ----------
    perigee_altitude, apogee_altitude : Quantity or float
        m.
    inclination, argument_of_perigee : Quantity or float
        rad.
    documented : Quantity or float, optional
        Documented period, s.
    gravity : ZonalGravity
        What the exact periods and the heights over the ellipsoid are integrated under.

    Raises
    ------
    InputError, ConvergenceError
        As `state_from_apsides`; or more than one orbit.

    Examples
    --------
    >>> import math
    >>> table = period_table(193.0e3, 245.0e3, math.radians(51.66),
    ...                      argument_of_perigee=math.radians(85.0), documented=88.59 * 60.0)
    >>> table.nearest.datum, table.nearest.kind
    ('ellipsoid', 'nodal')
    """

    low = _number(perigee_altitude, "m", "perigee_altitude")
    high = _number(apogee_altitude, "m", "apogee_altitude")
    tilt = _number(inclination, "rad", "inclination")
    perigee = _number(argument_of_perigee, "rad", "argument_of_perigee")
    reference = nan if documented is None else _number(documented, "s", "documented")

    def state(datum: AltitudeDatum, angle: Any) -> tuple[FloatArray, FloatArray]:
        return state_from_apsides(
            low, high, tilt, datum=datum, argument_of_perigee=angle, gravity=gravity
        )

    rows = []
    for datum in DATUMS:
        r, v = state(datum, perigee)
        for kind in KINDS:
            exact = float(period(r, v, kind, gravity))
            theory = float(first_order_period(r, v, kind, gravity))
            rows.append(PeriodRow(datum, kind, exact, theory, exact - reference))
    around = perigee + np.radians(np.arange(0.0, 360.0, 10.0))
    swept = period(*state("ellipsoid", around), "nodal", gravity)
    step = np.radians(1.0)
    beside = period(*state("ellipsoid", perigee + np.array([-step, step])), "nodal", gravity)
    return PeriodTable(
        tuple(rows),
        reference,
        float((beside[1] - beside[0]) / (2.0 * step)),
        (float(swept.min()), float(swept.max())),
    )


def _number(value: Any, unit: str, name: str) -> float:
    """One finite SI number."""
    number = to_finite_si(value, unit, name)
    if number.shape:
        raise InputError(f"{name} must be one number, got the shape {number.shape}")
    return float(number)


def check_datum(datum: str) -> None:
    """Refuse an unknown altitude datum."""
    if datum not in DATUMS:
        raise InputError(f"unknown altitude datum {datum!r}; wanted one of {', '.join(DATUMS)}")


def check_kind(kind: str) -> None:
    """Refuse an unknown kind of period."""
    if kind not in KINDS:
        raise InputError(f"unknown kind of period {kind!r}; wanted one of {', '.join(KINDS)}")


def _semi_major_axis(r: FloatArray, v: FloatArray, mu: float) -> FloatArray:
    distance = np.sqrt(np.sum(r * r, axis=0))
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / (2.0 / distance - np.sum(v * v, axis=0) / mu))


def _revolve(r: FloatArray, v: FloatArray, gravity: ZonalGravity) -> FloatArray:
    """The revolution kernel on any batch shape; (4, ...)."""
    shape = r.shape[1:]
    r, v = r.reshape(3, -1), v.reshape(3, -1)
    j = np.array(gravity.j, dtype=np.float64)
    out = np.empty((4, r.shape[1]))

    def some(start: int, stop: int) -> None:
        out[:, start:stop] = revolutions(
            np.ascontiguousarray(r[:, start:stop]),
            np.ascontiguousarray(v[:, start:stop]),
            gravity.mu,
            gravity.radius,
            j,
            WGS84.equatorial_radius,
            WGS84.flattening,
        )

    run_blocks(some, r.shape[1], _BLOCK)
    return out.reshape(4, *shape)


def _check_altitudes(low: FloatArray, high: FloatArray) -> None:
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InputError("apsis altitudes must be finite numbers of metres")
    if np.any(low > high):
        worst = int(np.argmax(low - high))
        raise InputError(
            f"perigee altitude {low.flat[worst] / 1e3:.6g} km is above apogee altitude "
            f"{high.flat[worst] / 1e3:.6g} km"
        )
    if np.any(low <= -MEAN_RADIUS):
        raise InputError(f"perigee altitude {low.min() / 1e3:.6g} km lies below the Earth's centre")
