"""Analytic propagation of osculating orbits: two-body, and first-order J2."""

from __future__ import annotations

import numpy as np

from orbitsim import frames
from orbitsim.earth import J2_GRAVITY, ZonalGravity
from orbitsim.errors import Status
from orbitsim.kernels.brouwer import mean_from_osculating, osculating_grid
from orbitsim.kernels.kepler import kepler_grid
from orbitsim.orbit import Orbit
from orbitsim.trajectory import Evaluate, Evaluated, Output, StatusArray, rows_of
from orbitsim.units import FloatArray


def kepler(orbit: Orbit, offset: FloatArray) -> Evaluate:
    """Two-body motion, every conic.

    Parameters
    ----------
    orbit : Orbit
        Any conic but a rectilinear one.
    offset : ndarray, shape () or orbit.shape
        Seconds from each orbit's epoch to the trajectory's.
    """
    shape = orbit.shape
    r, v = _flat(orbit)

    def evaluate(t: FloatArray, out: Output | None = None, threads: int | None = None) -> Evaluated:
        durations = _durations(offset, t)
        rows = rows_of(out, shape, t.size)
        states = kepler_grid(r, v, durations, orbit.mu, out=rows, threads=threads)
        return shaped(*states, shape)

    return evaluate


def j2(orbit: Orbit, offset: FloatArray, gravity: ZonalGravity = J2_GRAVITY) -> Evaluate:
    """Secular drift under J2 with the short-period terms put back, so that osculating goes in and
    osculating comes out (see `orbitsim.kernels.brouwer`); closed orbits.

    The pole is the true one of the orbit's epoch.

    Parameters
    ----------
    orbit : Orbit
        Osculating.
    offset : ndarray, shape () or orbit.shape
        Seconds from each orbit's epoch to the trajectory's.
    gravity : ZonalGravity
        Of which J2 alone is taken.
    """
    to_frame = None
    if orbit.frame != "TEME":
        to_frame = frames.rotation_matrix("TEME", orbit.frame, orbit.epoch)
        orbit = orbit.to_frame("TEME")
    shape = orbit.shape
    constants = (gravity.mu, gravity.radius, gravity.j2)
    mean, epoch_status = mean_from_osculating(*_flat(orbit), *constants)

    def evaluate(t: FloatArray, out: Output | None = None, threads: int | None = None) -> Evaluated:
        durations = _durations(offset, t)
        rows = rows_of(out, shape, t.size)
        r, v, status = osculating_grid(mean, durations, *constants, out=rows, threads=threads)
        found = shaped(r, v, np.maximum(status, epoch_status), shape)
        if to_frame is not None:
            turn = np.broadcast_to(to_frame, (*shape, 3, 3))[..., np.newaxis, :, :]
            found.r[...] = np.einsum("...ij,j...->i...", turn, found.r)
            found.v[...] = np.einsum("...ij,j...->i...", turn, found.v)
        return found

    return evaluate


def _flat(orbit: Orbit) -> tuple[FloatArray, FloatArray]:
    r, v = np.moveaxis(orbit.r, -1, 0), np.moveaxis(orbit.v, -1, 0)
    return np.ascontiguousarray(r.reshape(3, -1)), np.ascontiguousarray(v.reshape(3, -1))


def _durations(offset: FloatArray, t: FloatArray) -> FloatArray:
    """Seconds since each orbit's epoch: (T,) where all share it, else (N, T)."""
    if not offset.shape:
        return t + offset
    return np.ascontiguousarray(offset.reshape(-1, 1) + t)


def shaped(r: FloatArray, v: FloatArray, status: StatusArray, shape: tuple[int, ...]) -> Evaluated:
    """From the kernels' (3, N, T) to (3, *S, T); a status per orbit is spread over its instants."""
    instants = r.shape[-1]
    if status.ndim == 1:
        status = np.broadcast_to(status[:, np.newaxis], (status.size, instants))
    # An instant that is NaN or infinite spoils that state alone.
    if np.isnan(np.sum(r[0])):
        lost = np.isnan(r[0]) & (status == 0)
        status = np.where(lost, np.uint8(Status.NOT_FINITE), status)
    grid = (*shape, instants)
    return Evaluated(r.reshape(3, *grid), v.reshape(3, *grid), status.reshape(grid))
