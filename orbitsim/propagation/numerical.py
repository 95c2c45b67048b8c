"""Numerical propagation under summed forces, for one orbit or a batch."""

from __future__ import annotations

import numpy as np

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.forces.zonal import Zonal
from orbitsim.kernels.arcs import integrate
from orbitsim.orbit import Orbit
from orbitsim.propagation import field as dynamics
from orbitsim.trajectory import Evaluate, Output, StatusArray, rows_of
from orbitsim.units import FloatArray

LONGEST_SPAN = 100.0 * 365.25 * SECONDS_PER_DAY
"""s; how far from an orbit's epoch an instant may lie."""


def numerical(
    orbit: Orbit, offset: FloatArray, forces: Force | None = None, tolerance: float = 1e-13
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

    Raises
    ------
    InputError
        Forces that cannot be used, or a tolerance or an instant out of range.
    EpochError
        An instant that the tables do not cover from which the forces are taken.
    """
    if not 1e-15 <= tolerance <= 1e-6:
        raise InputError(f"tolerance must lie between 1e-15 and 1e-6, got {tolerance!r}")
    forces = Zonal() if forces is None else forces
    dynamics.check(forces)
    inner = "TEME" if dynamics.is_still(forces) else "GCRS"
    to_frame = None
    if orbit.frame != inner:
        turns = frames.rotation_matrix(inner, orbit.frame, orbit.epoch)
        to_frame = np.broadcast_to(turns, (*orbit.shape, 3, 3)).reshape(-1, 3, 3)
        orbit = orbit.to_frame(inner)
    constants = dynamics.constants_of(forces, orbit.shape, to_frame)
    shape, size, epoch = orbit.shape, orbit.size, orbit.epoch
    state = np.concatenate([np.moveaxis(x, -1, 0).reshape(3, size) for x in (orbit.r, orbit.v)])
    since_epoch = np.broadcast_to(offset, shape).reshape(size)
    pieces = np.broadcast_to(dynamics.pieces_of(epoch), shape).reshape(size)

    def evaluate(
        t: FloatArray, out: Output | None = None, threads: int | None = None
    ) -> tuple[FloatArray, FloatArray, StatusArray]:
        low, high = _reach(since_epoch, t)
        field, first = dynamics.field_of(forces, epoch, low, high)
        arcs = integrate(
            state,
            dynamics.with_origin(constants, pieces, first),
            t,
            field,
            offset=since_epoch,
            tolerance=tolerance,
            out=rows_of(out, shape, t.size),
            threads=threads,
        )
        if to_frame is not None:
            for n, turn in enumerate(to_frame):  # one by one: no second copy of the grid
                arcs.r[:, n] = turn @ arcs.r[:, n]
                arcs.v[:, n] = turn @ arcs.v[:, n]
        grid = (*shape, t.size)
        return arcs.r.reshape(3, *grid), arcs.v.reshape(3, *grid), arcs.status.reshape(grid)

    return evaluate


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
