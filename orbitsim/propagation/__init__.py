"""One verb, `propagate`, over methods that share one result type; and SGP4's `MeanElements`.

What is looked for on the way is in `orbitsim.propagation.events`, what is done on the way in
`orbitsim.propagation.burns`, and `state_transition` gives the derivatives of a flight.

The room is named for the activity because a package called as its own verb would hide the function
``orbitsim.propagate`` behind itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.orbit import Orbit
from orbitsim.propagation import analytic, numerical
from orbitsim.propagation.burns import FiniteBurn, ImpulsiveBurn, Manoeuvre, MassChange
from orbitsim.propagation.events import Event
from orbitsim.propagation.mean_elements import MeanElements
from orbitsim.propagation.sensitivity import Sensitivities, state_transition
from orbitsim.trajectory import Evaluate, Output, Trajectory, counted

__all__ = [
    "Event",
    "FiniteBurn",
    "ImpulsiveBurn",
    "MassChange",
    "MeanElements",
    "Sensitivities",
    "propagate",
    "state_transition",
]

_METHODS: dict[str, Callable[..., Evaluate]] = {
    "kepler": analytic.kepler,
    "j2": analytic.j2,
    "numerical": numerical.numerical,
}


def propagate(
    orbit: Orbit,
    times: Any,
    *,
    method: str = "kepler",
    forces: Force | None = None,
    tolerance: float | None = None,
    mass: Any = None,
    burns: Sequence[Manoeuvre] = (),
    events: Sequence[Event] = (),
    errors: str = "raise",
    out: Output | None = None,
    threads: int | None = None,
) -> Trajectory:
    """Propagate one orbit, or a batch of any shape S, to T instants.

    Parameters
    ----------
    orbit : Orbit
    times : Time, Quantity or array_like, shape (T,) or ()
        Instants, or seconds after the epoch (each orbit's own).
    method : {"kepler", "j2", "numerical"}
        ``kepler``: two-body, every conic.  ``j2``: secular drift and short-period terms of J2 to
        first order, closed orbits.  ``numerical``: integrated under `forces`, every conic.
    forces : Force, optional
        For ``numerical``; see `orbitsim.forces`.  EGM96 zonals to degree six unless given.
    tolerance : float, optional
        For ``numerical``: largest relative error of a step, 1e-13 unless given.
    mass : float, Quantity or array_like, optional
        For ``numerical``: of the spacecraft at the epoch, kg; finite burns need it.
    burns : sequence of ImpulsiveBurn, FiniteBurn or MassChange
        For ``numerical``: what is done on the way; see `orbitsim.propagation.burns`.
    events : sequence of Event
        For ``numerical``: what is looked for on the way; see `orbitsim.propagation.events`.
        Occurrences stand in `Trajectory.events`, and so does coming down, as ``ground``.  With
        burns a flight goes forward only.
    errors : {"raise", "status"}
        Whether failed states raise `PropagationError`, or are NaN with a code in
        `Trajectory.status`.  After an event that ends the flight states are NaN with the code
        ``FLIGHT_ENDED``, which is no failure.
    out : pair of ndarray, shape (3, *S, T), optional
        Where to put positions and velocities: C-contiguous float64, component first.
    threads : int, optional
        At most this many; the environment variable ``ORBITSIM_THREADS`` otherwise, or all
        processors.  The result does not depend on it.

    Returns
    -------
    Trajectory
        In the orbit's frame, shape (*S, T).

    Examples
    --------
    >>> orbit = Orbit.from_elements(semi_major_axis=7e6, eccentricity=0.01, inclination=0.9,
    ...                             epoch="2016-12-01")
    >>> propagate(orbit, [0.0, 60.0, 120.0]).r.shape
    (3, 3)
    """
    if method not in _METHODS:
        raise InputError(f"unknown method {method!r}; wanted one of {', '.join(_METHODS)}")
    t, epoch, offset = counted(times, orbit.epoch)
    settings = {
        "forces": forces,
        "tolerance": tolerance,
        "mass": mass,
        "burns": tuple(burns) or None,
        "events": tuple(events) or None,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    if given and method != "numerical":
        raise InputError(f"method {method!r} takes no {' and no '.join(given)}")
    evaluate = _METHODS[method](orbit, offset, **given)
    return Trajectory.evaluate(
        evaluate, t, epoch, orbit.frame, orbit.mu, errors, out=out, threads=threads
    )
