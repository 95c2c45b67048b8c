"""Steering that ends an ascent in a given orbit and plane with the least propellant.

Three conditions in the plane (radius, speed, flight-path angle) and two on the plane are met by
elevation law, yaw law, azimuth and cut-off time.  That leaves two freedoms: the yaw law takes the
smallest mean square, and the pitch-over takes the angle for which cut-off comes first, which is
the least propellant, since the last stage burns at a constant rate.  So cut-off time and the shape
of the climb are results; nothing is fitted to published times.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import acos, asin, atan2, cos, degrees, isfinite, log, pi, sin

import numpy as np
from numpy.typing import NDArray

from orbitsim.constants import STANDARD_GRAVITY
from orbitsim.errors import ConvergenceError, InputError
from orbitsim.phases.ascent_flight import Launch, Steering, fly
from orbitsim.phases.ascent_schedule import make_schedule

FloatArray = NDArray[np.float64]

_FARTHEST_FROM_PLANE = np.radians(3.0)
_KICKS = np.radians(np.geomspace(0.4, 25.0, 28))
_DIFFERENCE = 1e-6
_LONGEST_STEP = 0.3
_TOLERANCE, _GOOD_ENOUGH = 1e-11, 1e-9
_NEWTON_STEPS = 40
_SCAN_STEPS = 12
_COARSE = 5.0  # longer steps are good enough to find the kick; 40 m off
_PARABOLAS = 25

# Places in the vector of unknowns, each scaled to order one.
_AZIMUTH, _PITCH, _PITCH_RATE, _YAW, _YAW_RATE, _CUT_OFF = _ALL = tuple(range(6))
_CONDITIONS = tuple(range(5))


@dataclass(frozen=True, slots=True)
class InsertionTarget:
    """Where an ascent ends, in the inertial axes of lift-off.

    Attributes
    ----------
    radius : float
        Distance from the Earth's centre, m.
    speed : float
        Inertial, m/s.
    flight_path_angle : float
        Of the inertial velocity above the local horizontal, rad.
    inclination, raan : float
        Of the osculating plane, rad.
    """

    radius: float
    speed: float
    flight_path_angle: float
    inclination: float
    raan: float

    def __post_init__(self) -> None:
        numbers = (
            self.radius,
            self.speed,
            self.flight_path_angle,
            self.inclination,
            self.raan,
        )
        if not all(isfinite(x) for x in numbers):
            raise InputError(f"an insertion target needs five finite numbers, got {self!r}")
        if self.radius <= 6.3e6 or self.speed <= 0.0:
            raise InputError(
                f"radius must be above the ground and speed positive, got {self.radius:g} m, "
                f"{self.speed:g} m/s"
            )
        if abs(self.flight_path_angle) >= pi / 2 or not 0.0 <= self.inclination <= pi:
            raise InputError(
                "flight-path angle must lie within +-90 deg and inclination within 0 to 180 deg, "
                f"got {degrees(self.flight_path_angle):g} and {degrees(self.inclination):g} deg"
            )

    @property
    def plane_normal(self) -> FloatArray:
        """Unit normal of the plane, shape (3,)."""
        return np.array(
            [
                sin(self.inclination) * sin(self.raan),
                -sin(self.inclination) * cos(self.raan),
                cos(self.inclination),
            ]
        )

    @classmethod
    def of_state(cls, r: FloatArray, v: FloatArray) -> InsertionTarget:
        """What a state (m, m/s; shape (3,)) amounts to."""
        radius, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
        h = np.cross(r, v)
        return cls(
            radius=radius,
            speed=speed,
            flight_path_angle=asin(float(r @ v) / (radius * speed)),
            inclination=acos(float(h[2]) / float(np.linalg.norm(h))),
            raan=atan2(float(h[0]), -float(h[1])) % (2.0 * pi),
        )


def solve_steering(launch: Launch, target: InsertionTarget) -> Steering:
    """Steering that reaches the target with the least propellant.

    Raises
    ------
    InputError
        If the pad lies off the target plane by more than 3 deg, or at a latitude that the
        inclination never reaches.
    ConvergenceError
        If no steering of this family reaches the target, or none with the propellant aboard; the
        message says what was missing.
    """
    steering = least_steering(launch, target)
    check_propellant(launch, steering)
    return steering


def least_steering(launch: Launch, target: InsertionTarget) -> Steering:
    """As `solve_steering`, but the last stage may burn more than it holds.

    See `spare_propellant` for how much that is.
    """
    problem = _Problem(launch, target)
    return problem.steering(*_least_propellant(problem, *_scan(problem)))


def spare_propellant(launch: Launch, steering: Steering) -> float:
    """Propellant that is left in the last stage at cut-off, or, negative, that is missing, kg."""
    last = launch.rocket.stages[-1]
    return last.count * last.mass_flow * (_exhaustion(launch) - steering.cut_off)


class _Problem:
    """The conditions at cut-off as functions of kick and scaled unknowns."""

    def __init__(self, launch: Launch, target: InsertionTarget) -> None:
        self.launch = launch
        self.target = target
        self.normal = target.plane_normal
        rocket = launch.rocket
        self.duration = rocket.stages[-1].cut_off - rocket.guidance_start
        self.azimuth = _azimuth(launch, target)
        schedule = make_schedule(rocket, launch.payload_mass, np.array([rocket.stages[-1].cut_off]))
        self.exhaustion = _exhaustion(launch)
        self.earliest = float(schedule.boundaries[-3].time[0]) + 1.0
        # Beyond exhaustion the search may burn into half of what is not propellant.
        last = rocket.stages[-1]
        spare = 0.5 * (last.dry_mass + launch.payload_mass)
        self.latest = self.exhaustion + spare / (last.count * last.mass_flow)

    def start(self, n: int) -> FloatArray:
        """A first guess for n cases, shape (6, n): level at the end of a nominal burn."""
        x = np.zeros((6, n))
        x[_AZIMUTH] = self.azimuth
        x[_PITCH] = 0.3
        x[_PITCH_RATE] = -0.3
        x[_CUT_OFF] = self.launch.rocket.stages[-1].cut_off / self.duration
        return x

    def bounded(self, x: FloatArray) -> FloatArray:
        x = x.copy()
        bounds = self.earliest / self.duration, self.latest / self.duration
        x[_CUT_OFF] = np.clip(x[_CUT_OFF], *bounds)
        return x

    def residuals(self, kick: FloatArray, x: FloatArray, step_factor: float) -> FloatArray:
        """Misses in radius, speed, flight-path angle and plane (2), relative, shape (5, n)."""
        table = x.copy()
        table[_PITCH_RATE] /= self.duration
        table[_YAW_RATE] /= self.duration
        steering = np.vstack((kick, table[:_CUT_OFF]))
        schedule = make_schedule(
            self.launch.rocket,
            self.launch.payload_mass,
            x[_CUT_OFF] * self.duration,
            last_stage_runs_dry=False,
            step_factor=step_factor,
        )
        marks = fly(self.launch, schedule, steering, self.normal)
        state = marks[schedule.boundaries[-2].segment]
        r, v = state[:3], state[3:]
        radius, speed = np.sqrt(np.sum(r * r, axis=0)), np.sqrt(np.sum(v * v, axis=0))
        return np.array(
            [
                radius / self.target.radius - 1.0,
                speed / self.target.speed - 1.0,
                np.sum(r * v, axis=0) / (radius * speed) - sin(self.target.flight_path_angle),
                self.normal @ r / self.target.radius,
                self.normal @ v / self.target.speed,
            ]
        )

    def steering(self, kick: float, x: FloatArray) -> Steering:
        return Steering(
            kick=kick,
            azimuth=float(x[_AZIMUTH]),
            pitch=float(x[_PITCH]),
            pitch_rate=float(x[_PITCH_RATE]) / self.duration,
            yaw=float(x[_YAW]),
            yaw_rate=float(x[_YAW_RATE]) / self.duration,
            plane_normal=(float(self.normal[0]), float(self.normal[1]), float(self.normal[2])),
            cut_off=float(x[_CUT_OFF]) * self.duration,
        )


def _azimuth(launch: Launch, target: InsertionTarget) -> float:
    """Direction in which the velocity to be gained lies, seen from the pad."""
    up, north, east = launch.vertical()
    pad = launch.pad_state()
    normal = target.plane_normal
    radius = float(np.linalg.norm(pad[:3]))
    latitude = asin(pad[2] / radius)
    if not abs(latitude) <= target.inclination <= pi - abs(latitude):
        raise InputError(
            f"inclination {degrees(target.inclination):.4f} deg never reaches the pad's "
            f"geocentric latitude of {degrees(latitude):.4f} deg"
        )
    off = asin(float(normal @ pad[:3]) / radius)
    if abs(off) > _FARTHEST_FROM_PLANE:
        raise InputError(
            f"the pad lies {degrees(off):.2f} deg off the target plane at lift-off, wanted at "
            f"most {degrees(_FARTHEST_FROM_PLANE):.0f} deg: wait for the plane or change the node"
        )
    along = np.cross(normal, up)
    gained = target.speed * along / np.linalg.norm(along) - pad[3:]
    return atan2(float(gained @ east), float(gained @ north))


def _solve(
    problem: _Problem,
    kick: FloatArray,
    x: FloatArray,
    unknowns: tuple[int, ...],
    conditions: tuple[int, ...],
    *,
    newton_steps: int = _NEWTON_STEPS,
    step_factor: float = _COARSE,
) -> tuple[FloatArray, FloatArray]:
    """Newton's method for n kicks at once; with more unknowns than conditions, least yaw.

    Returns the unknowns (6, n) and the largest residual of each (n,), infinite where it failed.
    """
    n, count, rows = kick.size, len(unknowns), list(conditions)
    free = list(unknowns)
    hessian = _yaw_cost()[np.ix_(free, free)]
    system = np.zeros((n, count + len(rows), count + len(rows)))
    system[:, :count, :count] = hessian
    worst = np.full(n, np.inf)
    for _ in range(newton_steps):
        trial = np.repeat(x[:, :, None], count + 1, axis=2)
        for j, unknown in enumerate(free):
            trial[unknown, :, j + 1] += _DIFFERENCE
        f = problem.residuals(np.repeat(kick, count + 1), trial.reshape(6, -1), step_factor)
        f = f.reshape(5, n, count + 1)[rows]
        jacobian = np.moveaxis((f[:, :, 1:] - f[:, :, :1]) / _DIFFERENCE, 0, 1)
        value = f[:, :, 0].T
        lost = ~np.isfinite(value).all(axis=1) | ~np.isfinite(jacobian).all(axis=(1, 2))
        jacobian[lost], value[lost] = 0.0, 0.0
        system[:, :count, count:] = np.swapaxes(jacobian, 1, 2)
        system[:, count:, :count] = jacobian
        right = np.concatenate((-(hessian @ x[free]).T, -value), axis=1)
        # The pseudo-inverse, so that a case without a solution does not stop the others.
        step = (np.linalg.pinv(system, hermitian=True) @ right[:, :, None])[:, :count, 0]
        size = np.abs(step).max(axis=1)
        worst = np.where(lost, np.inf, np.abs(value).max(axis=1))
        if np.all(lost | ((worst < _TOLERANCE) & (size < 1e-7))):
            break
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(size, 1e-300))[:, None]
        step[lost] = 0.0
        x = x.copy()
        x[free] += step.T
        x = problem.bounded(x)
    return x, worst


def _yaw_cost() -> FloatArray:
    """Hessian of half the mean square of a linear yaw law over the guided burn."""
    cost = np.zeros((6, 6))
    cost[_YAW, _YAW] = 1.0
    cost[_YAW, _YAW_RATE] = cost[_YAW_RATE, _YAW] = 0.5
    cost[_YAW_RATE, _YAW_RATE] = 1.0 / 3.0
    return cost


def _scan(problem: _Problem) -> tuple[float, FloatArray]:
    """The kick of a coarse grid that reaches the in-plane target first, and its unknowns."""
    x, worst = _solve(
        problem,
        _KICKS,
        problem.start(_KICKS.size),
        (_PITCH, _PITCH_RATE, _CUT_OFF),
        (0, 1, 2),
        newton_steps=_SCAN_STEPS,
    )
    reached = worst < 1e-6
    if not reached.any():
        radius, speed = _nearest_miss(problem)
        raise ConvergenceError(
            f"no pitch-over from {degrees(_KICKS[0]):.1f} to {degrees(_KICKS[-1]):.0f} deg lets "
            f"{problem.launch.rocket.name} with {problem.launch.payload_mass:.0f} kg reach the "
            f"target, even with propellant to spare; the best misses it by {radius / 1e3:.1f} km "
            f"in radius and {speed:.0f} m/s in speed"
        )
    best = int(np.argmin(np.where(reached, x[_CUT_OFF], np.inf)))
    return float(_KICKS[best]), x[:, best]


def _nearest_miss(problem: _Problem) -> tuple[float, float]:
    """Misses in radius (m) and speed (m/s) of the best flight that burns all propellant."""
    kick, pitch = (g.ravel() for g in np.meshgrid(_KICKS, np.linspace(-0.5, 1.5, 9)))
    x = problem.start(kick.size)
    x[_PITCH] = pitch
    x[_PITCH_RATE] = -pitch
    x[_CUT_OFF] = problem.exhaustion / problem.duration
    f = problem.residuals(kick, x, _COARSE)
    best = int(np.nanargmin(np.sum(f[:3] ** 2, axis=0)))
    return float(f[0, best]) * problem.target.radius, float(f[1, best]) * problem.target.speed


def _least_propellant(problem: _Problem, kick: float, x: FloatArray) -> tuple[float, FloatArray]:
    """Walk down the parabola through three neighbouring kicks until it stands still."""
    width = 0.05 * kick
    x = x[:, None]
    for _ in range(_PARABOLAS):
        kicks = kick + width * np.array([-1.0, 0.0, 1.0])
        found, worst = _solve(problem, kicks, np.repeat(x, 3, axis=1), _ALL, _CONDITIONS)
        _check_convergence(kick, worst[1])
        x = found[:, 1:2]
        time = np.where(worst < _GOOD_ENOUGH, found[_CUT_OFF], np.inf)
        curvature = time[0] - 2.0 * time[1] + time[2]
        if np.isfinite(curvature) and curvature > 0.0:
            vertex = 0.5 * width * (time[0] - time[2]) / curvature
            move = float(np.clip(vertex, -2.0 * width, 2.0 * width))
            if abs(move) < 1e-4 * kick:
                last = np.array([kick + move])
                found, worst = _solve(problem, last, x, _ALL, _CONDITIONS, step_factor=1.0)
                _check_convergence(kick, worst[0])
                return kick + move, found[:, 0]
        else:
            move = width * float(np.argmin(time) - 1)
            width *= 1.0 if move else 0.5
        kick += move
    raise ConvergenceError(
        f"no pitch-over of least propellant was found near {degrees(kick):.3f} deg"
    )


def _check_convergence(kick: float, miss: float) -> None:
    if not miss < _GOOD_ENOUGH:
        raise ConvergenceError(
            f"the steering did not converge at a pitch-over of {degrees(kick):.3f} deg: "
            f"relative miss {miss:.1e}"
        )


def check_propellant(launch: Launch, steering: Steering) -> None:
    """Raise ConvergenceError, which says what is missing, if the last stage runs dry too soon."""
    missing = -spare_propellant(launch, steering)
    if missing <= 0.0:
        return
    last = launch.rocket.stages[-1]
    schedule = make_schedule(launch.rocket, launch.payload_mass, np.array([steering.cut_off]))
    dry = float(schedule.boundaries[-2].mass_before[0])
    speed = last.specific_impulse * STANDARD_GRAVITY * log(dry / (dry - missing))
    raise ConvergenceError(
        f"{launch.rocket.name} with {launch.payload_mass:.0f} kg reaches the target only at "
        f"{steering.cut_off:.1f} s, but {last.name} runs dry at {_exhaustion(launch):.1f} s: "
        f"{missing:.0f} kg of propellant are missing, {speed:.0f} m/s"
    )


def _exhaustion(launch: Launch) -> float:
    """When the last stage runs dry if nothing stops it, s."""
    rocket = launch.rocket
    nominal = np.array([rocket.stages[-1].cut_off])
    return float(make_schedule(rocket, launch.payload_mass, nominal).exhaustion[-1, 0])
