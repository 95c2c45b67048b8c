"""Numerical propagation under summed forces, for one orbit or a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import InputError, Status
from orbitsim.forces.base import Force, the_one
from orbitsim.forces.thrust import Thrust
from orbitsim.forces.zonal import Zonal
from orbitsim.kernels.arcs import integrate
from orbitsim.orbit import Orbit
from orbitsim.propagation import field as dynamics
from orbitsim.propagation import flight
from orbitsim.propagation.burns import Manoeuvre
from orbitsim.propagation.events import Event
from orbitsim.propagation.plan import Plan, check
from orbitsim.trajectory import Evaluate, Evaluated, Output, rows_of
from orbitsim.units import FloatArray, to_si

LONGEST_SPAN = 100.0 * 365.25 * SECONDS_PER_DAY
"""s; how far from an orbit's epoch an instant may lie."""


def numerical(
    orbit: Orbit,
    offset: FloatArray,
    forces: Force | None = None,
    tolerance: float = 1e-13,
    mass: Any = None,
    burns: Sequence[Manoeuvre] = (),
    events: Sequence[Event] = (),
) -> Evaluate:
    """Numerical integration: multistep for near-circular arcs, adaptive steps for all others.

    In the GCRS; under the gravity of `Zonal`, about the true pole of the orbit's epoch, which
    stays.

    Parameters
    ----------
    orbit : Orbit
        One or a batch.
    offset : ndarray, shape () or orbit.shape
        Seconds from each orbit's epoch to the trajectory's.
    forces : Force, optional
        Must hold a gravity; EGM96 zonals to degree six unless given.
    tolerance : float
        Largest error of a step, relative; see `orbitsim.kernels.arcs.integrate`.
    mass : float, Quantity or array_like, optional
        At the epoch, kg; one, or one for each orbit.  Drag and radiation pressure are those at this
        mass, and grow as it falls.
    burns : sequence of Manoeuvre
        See `orbitsim.propagation.burns`.
    events : sequence of Event
        See `orbitsim.propagation.events`.

    Raises
    ------
    InputError
        Forces that cannot be used, a tolerance, an instant or a mass out of range, or burns that
        cannot be made.
    EpochError
        An instant that the tables do not cover from which the forces are taken.
    """
    if not 1e-15 <= tolerance <= 1e-6:
        raise InputError(f"tolerance must lie between 1e-15 and 1e-6, got {tolerance!r}")
    forces = Zonal() if forces is None else forces
    dynamics.check(forces)
    inner = "TEME" if dynamics.is_still(forces) else "GCRS"
    to_frame, to_gcrs = None, None
    if orbit.frame != inner:
        turns = frames.rotation_matrix(inner, orbit.frame, orbit.epoch)
        to_frame = np.broadcast_to(turns, (*orbit.shape, 3, 3)).reshape(-1, 3, 3)
        orbit = orbit.to_frame(inner)
    constants = dynamics.constants_of(forces, orbit.shape, to_frame)
    shape, size, epoch = orbit.shape, orbit.size, orbit.epoch
    state = np.concatenate([np.moveaxis(x, -1, 0).reshape(3, size) for x in (orbit.r, orbit.v)])
    since_epoch = np.broadcast_to(offset, shape).reshape(size)
    pieces = np.broadcast_to(dynamics.pieces_of(epoch), shape).reshape(size)

    heavy = _mass(mass, shape)
    check(burns, events, heavy, shape, epoch)
    if (heavy is not None or burns) and the_one(forces, Thrust) is not None:
        raise InputError("Thrust burns all the time and has a mass of its own; give no mass= and "
                         "no burns= with it, or put a FiniteBurn in its place")  # fmt: skip
    if inner != "GCRS":
        turns = frames.rotation_matrix(inner, "GCRS", epoch)
        to_gcrs = np.broadcast_to(turns, (*shape, 3, 3)).reshape(-1, 3, 3)

    def plan(t: FloatArray, threads: int | None) -> Plan:
        low, high = _reach(since_epoch, t)
        field, first = dynamics.field_of(forces, epoch, low, high)
        return Plan(
            shape,
            state,
            dynamics.with_origin(constants, pieces, first),
            np.full(size, np.nan) if heavy is None else heavy,
            field,
            to_frame,
            to_gcrs,
            epoch,
            tuple(burns),
            tuple(events),
            tolerance,
            threads,
        )

    def eventful(t: FloatArray, out: Output | None = None, threads: int | None = None) -> Evaluated:
        instants = since_epoch[:, np.newaxis] + t
        flown = flight.fly(plan(t, threads), instants, rows_of(out, shape, t.size))
        grid = (*shape, t.size)
        return Evaluated(
            flown.r.reshape(3, *grid),
            flown.v.reshape(3, *grid),
            flown.status.reshape(grid),
            None if heavy is None else flown.mass.reshape(grid),
            replace(flown.events, t=flown.events.t - since_epoch[flown.events.orbit]),
        )

    def plain(t: FloatArray, out: Output | None = None, threads: int | None = None) -> Evaluated:
        planned = plan(t, threads)
        arcs = integrate(
            state,
            planned.constants,
            t,
            planned.field,
            offset=since_epoch,
            tolerance=tolerance,
            out=rows_of(out, shape, t.size),
            threads=threads,
        )
        if to_frame is not None:
            for n, turn in enumerate(to_frame):  # one by one: no second copy of the grid
                arcs.r[:, n] = turn @ arcs.r[:, n]
                arcs.v[:, n] = turn @ arcs.v[:, n]
        log = None
        down = np.flatnonzero((arcs.status == Status.CAME_DOWN).any(axis=-1))
        if down.size:
            # Flown again for the instant and the place at which they came down.
            log = flight.fly(planned.of(down), since_epoch[down, np.newaxis] + t, None).events
            log = replace(log, orbit=down[log.orbit], t=log.t - since_epoch[down[log.orbit]])
        grid = (*shape, t.size)
        return Evaluated(
            arcs.r.reshape(3, *grid),
            arcs.v.reshape(3, *grid),
            arcs.status.reshape(grid),
            events=log,
        )

    return eventful if burns or events or heavy is not None else plain


def _reach(since_epoch: FloatArray, t: FloatArray) -> tuple[float, float]:
    """First and last instant that are asked for or started from, s from the orbits' epochs.

    Raises
    ------
    InputError
        Too far.
    """
    finite = t[np.isfinite(t)]
    if not (finite.size and since_epoch.size):
        return 0.0, 0.0
    low = min(0.0, float(since_epoch.min() + finite.min()))
    high = max(0.0, float(since_epoch.max() + finite.max()))
    if max(-low, high) > LONGEST_SPAN:
        raise InputError(
            f"an instant lies {max(-low, high):.6g} s from an epoch; "
            f"numerical propagation spans at most {LONGEST_SPAN:.6g} s"
        )
    return low, high


def _mass(mass: Any, shape: tuple[int, ...]) -> FloatArray | None:
    """One mass for each orbit, (N,), if there is one at all."""
    if mass is None:
        return None
    heavy = to_si(mass, "kg", "mass")
    if not np.all((heavy > 0.0) & np.isfinite(heavy)):
        raise InputError(f"mass must be positive and finite, got {mass!r} kg")
    return dynamics.each(heavy, shape, "mass")
