"""What follows when powered flight ends too soon: the declared failure, the bodies that it leaves,
and the vacuum impact point."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import brentq
from scipy.special import fresnel

from orbitsim import frames
from orbitsim.earth import J2_GRAVITY, MEAN_RADIUS, Site
from orbitsim.errors import InputError
from orbitsim.kernels.arc import zonal_arc
from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.orbit import Orbit
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

    from orbitsim.phases.ascent_result import Ascent

_LONGEST_FALL = 7200.0
_STEP = 20.0
_DIRECTION_SPAN = 0.5  # s; of the difference of velocities that tells the thrust's direction

KINDS: Final = ("engine shutdown", "explosion", "premature separation", "loss of control")
"""What may be declared: the engine stops; the stage bursts; the payload lets go while the stage
still thrusts; the stage thrusts on without being steered."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure during powered flight, as data.

    Attributes
    ----------
    time : float
        s after lift-off.
    stage : str
        Name of the rocket's stage that fails.
    kind : str
        One of `KINDS`.
    residual_thrust : float
        What is left of the stage's thrust, as a fraction; nothing after a shutdown or an explosion.
    turn_acceleration : float
        Of a stage that has lost control, rad/s2.

    Raises
    ------
    InputError
        An unknown kind, or a number out of range.
    """

    time: float
    stage: str
    kind: str
    residual_thrust: float = 1.0
    turn_acceleration: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"unknown failure {self.kind!r}; wanted one of {', '.join(KINDS)}")
        if not 0.0 <= self.time < np.inf:
            raise InputError(f"a failure is at a time >= 0 s after lift-off, got {self.time!r}")
        if not 0.0 <= self.residual_thrust <= 1.1:
            raise InputError(
                f"the residual thrust is a fraction from 0 to 1.1, got {self.residual_thrust!r}"
            )
        if not 0.0 <= self.turn_acceleration < np.inf:
            raise InputError(
                f"the turn's acceleration is finite and >= 0, got {self.turn_acceleration!r}"
            )
        if self.kind == "loss of control" and self.turn_acceleration == 0.0:
            raise InputError("a loss of control needs a turn_acceleration > 0 rad/s2")

    @property
    def thrusting(self) -> float:
        """Fraction of the thrust that acts on afterwards."""
        return 0.0 if self.kind in ("engine shutdown", "explosion") else self.residual_thrust


@dataclass(frozen=True, slots=True, eq=False)
class BodyState:
    """A body in free or powered flight, with what is known of it.

    Attributes
    ----------
    name : str
        "vehicle", "payload" or "stage".
    time : float
        s after lift-off.
    r, v : ndarray, shape (3,)
        In the ascent's inertial axes, m and m/s.
    mass : float
        kg.
    covariance : ndarray, shape (6, 6)
        Of r and v, m and m/s.
    thrust : float
        N, still acting.
    axis : ndarray, shape (3,)
        Unit vector along the body towards its front.
    rate : float
        Angular speed, rad/s.
    """

    name: str
    time: float
    r: FloatArray
    v: FloatArray
    mass: float
    covariance: FloatArray = field(default_factory=lambda: np.zeros((6, 6)))
    thrust: float = 0.0
    axis: FloatArray = field(default_factory=lambda: np.array([0.0, 0.0, 1.0]))
    rate: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class FailedFlight:
    """The moment of a failure.

    Attributes
    ----------
    failure : Failure
    bodies : tuple of BodyState
        One "vehicle", or "payload" and "stage".
    thrust : float
        Of the stage before the failure, N, in vacuum.
    exhaust_speed : float
        m/s.
    """

    failure: Failure
    bodies: tuple[BodyState, ...]
    thrust: float
    exhaust_speed: float

    def body(self, name: str) -> BodyState:
        """The body of that name."""
        for body in self.bodies:
            if body.name == name:
                return body
        raise InputError(f"no body {name!r}; there are {[body.name for body in self.bodies]}")


def fail(ascent: Ascent, failure: Failure) -> FailedFlight:
    """The bodies that a failure leaves of an ascent, at its moment.

    A shutdown and a loss of control leave the whole vehicle.  An explosion and a premature
    separation leave the payload and the rest, at one place and velocity: what parts them comes next
    (a break-up model, `orbitsim.phases.separation`).

    Raises
    ------
    InputError
        The rocket has no such stage, or the stage does not burn then.
    """
    stages = {stage.name: stage for stage in ascent.launch.rocket.stages}
    if failure.stage not in stages:
        raise InputError(f"no stage {failure.stage!r} to fail; there are {', '.join(stages)}")
    stage = stages[failure.stage]
    end = ascent.cut_off.time if stage is ascent.launch.rocket.stages[-1] else stage.cut_off
    if not stage.ignition < failure.time < end:
        raise InputError(
            f"stage {failure.stage!r} burns from {stage.ignition:g} to {end:.1f} s, "
            f"so it cannot fail at {failure.time:g} s"
        )
    r, v = (np.reshape(x, 3) for x in ascent.state_at(failure.time))
    mass = float(ascent.resampled([failure.time]).mass[0])
    payload = ascent.launch.payload_mass
    full = stage.count * stage.thrust_vacuum
    thrust, axis = full * failure.thrusting, thrust_direction(ascent, failure.time)
    if failure.kind in ("explosion", "premature separation"):
        bodies: tuple[BodyState, ...] = (
            BodyState("payload", failure.time, r, v, payload, axis=axis),
            BodyState("stage", failure.time, r, v, mass - payload, thrust=thrust, axis=axis),
        )
    else:
        bodies = (BodyState("vehicle", failure.time, r, v, mass, thrust=thrust, axis=axis),)
    return FailedFlight(failure, bodies, full, stage.thrust_vacuum / stage.mass_flow)


def thrust_direction(ascent: Ascent, time: float) -> FloatArray:
    """Unit vector of the acceleration that is not gravity's, (3,), from the flown velocities.

    In vacuum that is the thrust; in air, thrust and drag together.
    """
    end = ascent.events[-1].time
    t = np.clip([time - 0.5 * _DIRECTION_SPAN, time, time + 0.5 * _DIRECTION_SPAN], 0.0, end)
    r, v = ascent.state_at(t)
    gravity = J2_GRAVITY
    pull = zonal_acceleration(*r[1], gravity.mu, gravity.radius, np.array(gravity.j))
    felt = (v[2] - v[0]) / (t[2] - t[0]) - np.array(pull)
    return np.asarray(felt / np.linalg.norm(felt))


def tumbling_gain(
    acceleration: float, turn_acceleration: float, duration: float
) -> tuple[float, float]:
    """Velocity gained by a body whose thrust turns away from rest at a steady angular acceleration.

    The turn has the angle alpha t^2 / 2, and the gain is a Fresnel integral; it winds up to
    a sqrt(pi / alpha) / 2 along either direction, however long the engine burns.

    Parameters
    ----------
    acceleration : float
        Thrust over mass, held, m/s2.
    turn_acceleration : float
        alpha, rad/s2, > 0.
    duration : float
        s.

    Returns
    -------
    along, across : float
        m/s, along the first direction of the thrust and to the side to which it turns.

    Examples
    --------
    >>> along, across = tumbling_gain(12.0, 0.1, 1e6)
    >>> round(along, 2), round(across, 2)
    (33.63, 33.63)
    """
    if not turn_acceleration > 0.0:
        raise InputError(f"the turn's acceleration must be > 0 rad/s2, got {turn_acceleration!r}")
    scale = np.sqrt(np.pi / turn_acceleration)
    sine, cosine = fresnel(duration / scale)
    return float(acceleration * scale * cosine), float(acceleration * scale * sine)


@dataclass(frozen=True, slots=True)
class Impact:
    """Where and when something meets the ellipsoid.

    Attributes
    ----------
    time : Time
    latitude, longitude : float
        Geodetic on WGS 84, rad.
    """

    time: Time
    latitude: float
    longitude: float

    def distance(self, site: Site) -> float:
        """Length of the great circle from `site` on the mean sphere, m (within 0.6 % of that on the
        ellipsoid)."""
        there = _direction(self.latitude, self.longitude)
        here = _direction(site.latitude, site.longitude)
        angle = np.arctan2(np.linalg.norm(np.cross(here, there)), here @ there)
        return float(MEAN_RADIUS * angle)


def vacuum_impact(orbit: Orbit) -> Impact:
    """Instantaneous impact point: the fall from a state under J2 without air.

    Air shortens a fall from the edge of orbit by some per cent; nothing is said of it here.

    Raises
    ------
    InputError
        A batch, or an orbit that does not come down within two hours.
    """
    from astropy.time import TimeDelta

    if orbit.shape:
        raise InputError(f"an impact is of one orbit, got a batch of shape {orbit.shape}")
    teme = orbit if orbit.frame == "TEME" else orbit.to_frame("TEME")
    state = np.concatenate([teme.r, teme.v])
    gravity = J2_GRAVITY

    def position(t: FloatArray) -> FloatArray:
        states = zonal_arc(state, t, gravity.mu, gravity.radius, np.array(gravity.j), _STEP)
        return np.asarray(states[:3])

    def fixed(t: FloatArray) -> FloatArray:
        r = position(t)
        times = teme.epoch + TimeDelta(t, format="sec")
        return frames.transform(r, np.zeros_like(r), "TEME", "ITRS", times)[0]

    def height(t: float) -> float:
        return float(frames.geodetic(position(np.array([t])))[2][0])

    t = np.arange(0.0, _LONGEST_FALL, _STEP)
    heights = frames.geodetic(position(t))[2]
    below = np.flatnonzero(heights < 0.0)
    if below.size == 0 or below[0] == 0:
        raise InputError("the orbit does not come down to the ellipsoid within two hours")
    last = int(below[0])
    fall = float(brentq(height, t[last - 1], t[last], xtol=1e-6))
    latitude, longitude, _ = frames.geodetic(fixed(np.array([fall])))
    return Impact(
        teme.epoch + TimeDelta(fall, format="sec"), float(latitude[0]), float(longitude[0])
    )


def _direction(latitude: float, longitude: float) -> FloatArray:
    return np.array(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
