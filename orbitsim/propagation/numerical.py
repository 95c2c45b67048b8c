"""Numerical propagation under zonal gravity and drag, for one orbit or a batch."""

from __future__ import annotations

import numpy as np

from orbitsim import frames
from orbitsim.constants import SECONDS_PER_DAY
from orbitsim.earth import WGS84
from orbitsim.errors import InputError
from orbitsim.forces.base import Force, the_one
from orbitsim.forces.drag import ExponentialDrag
from orbitsim.forces.zonal import Zonal
from orbitsim.kernels.arcs import numerical_grid
from orbitsim.kernels.lanes import ZONALS_PER_PASS, Field
from orbitsim.orbit import Orbit
from orbitsim.trajectory import Evaluate, Output, StatusArray, rows_of
from orbitsim.units import FloatArray

LONGEST_SPAN = 100.0 * 365.25 * SECONDS_PER_DAY
"""s; how far from an orbit's epoch an instant may lie."""


def numerical(
    orbit: Orbit, offset: FloatArray, forces: Force | None = None, tolerance: float = 1e-13
) -> Evaluate:
    """Numerical integration: multistep for near-circular arcs, adaptive steps for all others.

    The pole is the true one of the orbit's epoch, and stays.

    Parameters
    ----------
    orbit : Orbit
        One or a batch.
    offset : ndarray, shape () or orbit.shape
        Seconds from each orbit's epoch to the trajectory's.
    forces : Force, optional
        Must hold a gravity; EGM96 zonals to degree six unless given.
    tolerance : float
        Largest error of a step, relative; see `orbitsim.kernels.arcs.numerical_grid`.

    Raises
    ------
    InputError
        Forces that cannot be used, or a tolerance or an instant out of range.
    """
    if not 1e-15 <= tolerance <= 1e-6:
        raise InputError(f"tolerance must lie between 1e-15 and 1e-6, got {tolerance!r}")
    forces = Zonal() if forces is None else forces
    field = _field(forces)
    drag = _drag_factor(forces, orbit.shape)
    to_frame = None
    if orbit.frame != "TEME":
        turns = frames.rotation_matrix("TEME", orbit.frame, orbit.epoch)
        to_frame = np.broadcast_to(turns, (*orbit.shape, 3, 3)).reshape(-1, 3, 3)
        orbit = orbit.to_frame("TEME")
    shape, size = orbit.shape, orbit.size
    r, v = (np.moveaxis(x, -1, 0).reshape(3, size) for x in (orbit.r, orbit.v))
    since_epoch = np.broadcast_to(offset, shape).reshape(size)

    def evaluate(
        t: FloatArray, out: Output | None = None, threads: int | None = None
    ) -> tuple[FloatArray, FloatArray, StatusArray]:
        finite = t[np.isfinite(t)]
        if finite.size and size:
            furthest = float(np.abs(since_epoch).max() + np.abs(finite).max())
            if furthest > LONGEST_SPAN:
                raise InputError(
                    f"an instant lies {furthest:.6g} s from an epoch; "
                    f"numerical propagation spans at most {LONGEST_SPAN:.6g} s"
                )
        r_out, v_out, status = numerical_grid(
            r,
            v,
            drag,
            t,
            field,
            offset=since_epoch,
            tolerance=tolerance,
            out=rows_of(out, shape, t.size),
            threads=threads,
        )
        if to_frame is not None:
            for n, turn in enumerate(to_frame):  # one by one: no second copy of the grid
                r_out[:, n] = turn @ r_out[:, n]
                v_out[:, n] = turn @ v_out[:, n]
        grid = (*shape, t.size)
        return r_out.reshape(3, *grid), v_out.reshape(3, *grid), status.reshape(grid)

    return evaluate


def _field(forces: Force) -> Field:
    """The kernels' constants of the forces."""
    known = (Zonal, ExponentialDrag)
    for term in forces.terms:
        if not isinstance(term, known):
            raise InputError(f"numerical propagation does not know the force {term!r}")
    zonal = the_one(forces, Zonal)
    if zonal is None:
        raise InputError("forces hold no gravity; add orbitsim.forces.Zonal()")
    drag = the_one(forces, ExponentialDrag)
    datum = WGS84 if drag is None else drag.datum
    gravity = zonal.gravity
    j = np.zeros(-(-len(gravity.j) // ZONALS_PER_PASS) * ZONALS_PER_PASS)
    j[: len(gravity.j)] = gravity.j
    return Field(
        mu=gravity.mu,
        radius=gravity.radius,
        j=j,
        rotation=0.0 if drag is None else drag.rotation_rate,
        air_radius=datum.equatorial_radius,
        air_flattening=datum.flattening,
        base_height=0.0 if drag is None else drag.base_height,
        decay=0.0 if drag is None else 1.0 / drag.scale_height,
        ground_radius=WGS84.equatorial_radius,
        ground_flattening=WGS84.flattening,
    )


def _drag_factor(forces: Force, shape: tuple[int, ...]) -> FloatArray:
    """Half the ballistic coefficient times the base density, (N,), 1/m."""
    drag = the_one(forces, ExponentialDrag)
    size = int(np.prod(shape, dtype=int))
    if drag is None:
        return np.zeros(size)
    coefficient = drag.ballistic_coefficient
    try:
        every = np.broadcast_to(coefficient, shape)
    except ValueError:
        raise InputError(
            f"ballistic_coefficient must be one number or have the orbits' shape {shape}, "
            f"got the shape {coefficient.shape}"
        ) from None
    return (0.5 * drag.density * every).reshape(size)
