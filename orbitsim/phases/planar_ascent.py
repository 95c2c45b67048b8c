"""Ascents that never steer sideways: the thrust stays in one inertial plane."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import asin, cos, degrees, pi, sin

import numpy as np

from orbitsim.errors import ConvergenceError, InputError
from orbitsim.phases.ascent_flight import Launch, Steering, fly, steering_table
from orbitsim.phases.ascent_schedule import make_schedule
from orbitsim.phases.ascent_targeting import InsertionTarget, check_propellant, least_steering
from orbitsim.units import FloatArray

_DIFFERENCE = 1e-6
_LONGEST_STEP = 0.3
_TOLERANCE = 1e-11
_MOST_STEPS, _PARABOLAS = 40, 25


@dataclass(frozen=True, slots=True)
class PlanarAscent:
    """An ascent that never steers sideways.

    Attributes
    ----------
    steering : Steering
        Its plane is that of the thrust: through the pad's vertical and the azimuth at lift-off.
    target : InsertionTarget
        What it reaches; the node is a result.
    r, v : ndarray, shape (3,)
        At cut-off, in the inertial axes of lift-off.
    """

    steering: Steering
    target: InsertionTarget
    r: FloatArray
    v: FloatArray


def solve_planar_steering(
    launch: Launch, target: InsertionTarget, *, descending: bool = False
) -> PlanarAscent:
    """Steering that reaches radius, speed, flight-path angle and inclination of a target without
    ever turning the thrust out of one inertial plane, whatever node that leads to.

    So flies a rocket whose gyroscopes are set on the pad and whose programme knows only pitch: the
    plane is fixed by the launch azimuth, sideways motion is that with which the turning Earth sends
    it off, and the azimuth is chosen for the inclination.

    Parameters
    ----------
    launch : Launch
    target : InsertionTarget
        Its node is not used.
    descending : bool, optional
        To fly south-east instead of north-east.

    Raises
    ------
    InputError
        If the inclination never reaches the pad's latitude.
    ConvergenceError
        If no such ascent is found, or the propellant does not last.
    """
    node = _node_over_pad(launch, target.inclination, descending)
    first = replace(target, raan=node)
    start = least_steering(launch, first)
    planar = _Planar(launch, first)
    kick, y = start.kick, planar.unknowns(start)
    width = 0.05 * kick
    for _ in range(_PARABOLAS):
        kicks = kick + width * np.array([-1.0, 0.0, 1.0])
        found = [planar.solve(float(k), y) for k in kicks]
        y = found[1]
        time = [float(each[-1]) for each in found]
        curvature = time[0] - 2.0 * time[1] + time[2]
        move = width * float(np.argmin(time) - 1)
        if curvature > 0.0:
            move = float(np.clip(0.5 * width * (time[0] - time[2]) / curvature, -width, width))
        kick += move
        if abs(move) < 1e-3 * kick:
            break
    y = planar.solve(kick, y)
    state, steering = planar.state(kick, y)
    check_propellant(launch, steering)
    reached = InsertionTarget.of_state(state[:3], state[3:])
    return PlanarAscent(steering, reached, state[:3], state[3:])


class _Planar:
    """The conditions of a planar ascent; unknowns azimuth, pitch, pitch rate and cut-off."""

    def __init__(self, launch: Launch, target: InsertionTarget) -> None:
        self.launch = launch
        self.target = target
        last, rocket = launch.rocket.stages[-1], launch.rocket
        self.duration = last.cut_off - rocket.guidance_start

    def unknowns(self, steering: Steering) -> FloatArray:
        """Azimuth, pitch, pitch rate and cut-off, each scaled to order one, shape (4,)."""
        return np.array(
            [
                steering.azimuth,
                steering.pitch,
                steering.pitch_rate * self.duration,
                steering.cut_off / self.duration,
            ]
        )

    def steering(self, kick: float, y: FloatArray) -> Steering:
        up, north, east = self.launch.vertical()
        along = cos(y[0]) * north + sin(y[0]) * east
        normal = np.cross(up, along)
        return Steering(
            kick=kick,
            azimuth=float(y[0]),
            pitch=float(y[1]),
            pitch_rate=float(y[2]) / self.duration,
            yaw=0.0,
            yaw_rate=0.0,
            plane_normal=(float(normal[0]), float(normal[1]), float(normal[2])),
            cut_off=float(y[3]) * self.duration,
            planar=True,
        )

    def state(self, kick: float, y: FloatArray) -> tuple[FloatArray, Steering]:
        """Position and velocity (6,) at cut-off."""
        steering = self.steering(kick, y)
        schedule = make_schedule(
            self.launch.rocket,
            self.launch.payload_mass,
            np.array([steering.cut_off]),
            plane_turn=True,
            last_stage_runs_dry=False,
        )
        marks = fly(
            self.launch, schedule, steering_table(steering, 1), np.array(steering.plane_normal)
        )
        return marks[schedule.boundaries[-2].segment, :, 0], steering

    def misses(self, kick: float, y: FloatArray) -> FloatArray:
        """In radius, speed, flight-path angle and inclination, relative, shape (4,)."""
        state, _ = self.state(kick, y)
        r, v = state[:3], state[3:]
        h = np.cross(r, v)
        radius, speed = np.sqrt(r @ r), np.sqrt(v @ v)
        return np.array(
            [
                radius / self.target.radius - 1.0,
                speed / self.target.speed - 1.0,
                r @ v / (radius * speed) - sin(self.target.flight_path_angle),
                h[2] / np.sqrt(h @ h) - cos(self.target.inclination),
            ]
        )

    def solve(self, kick: float, y: FloatArray) -> FloatArray:
        """Newton's method on the four unknowns."""
        worst = np.inf
        for _ in range(_MOST_STEPS):
            f = self.misses(kick, y)
            worst = float(np.abs(f).max())
            if worst < _TOLERANCE:
                return y
            jacobian = np.column_stack(
                [(self.misses(kick, y + _DIFFERENCE * e) - f) / _DIFFERENCE for e in np.eye(4)]
            )
            step = np.linalg.solve(jacobian, -f)
            y = y + step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
        raise ConvergenceError(
            f"no ascent in one plane was found at a pitch-over of {degrees(kick):.3f} deg: "
            f"relative miss {worst:.1e}"
        )


def _node_over_pad(launch: Launch, inclination: float, descending: bool) -> float:
    """Node of the plane of an inclination through the pad at lift-off."""
    x, y, z = launch.pad_state()[:3]
    ratio = z / np.hypot(x, y) / np.tan(inclination)
    if not abs(ratio) <= 1.0:
        raise InputError(
            f"inclination {degrees(inclination):.4f} deg never reaches the pad's latitude"
        )
    east = asin(ratio)
    return float(np.arctan2(y, x)) - (pi - east if descending else east)
