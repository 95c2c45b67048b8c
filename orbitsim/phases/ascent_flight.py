"""A rocket on its pad, and its schedule flown: what every ascent stands on.

Axes are inertial: true equator and equinox, frozen at lift-off (TEME), reached from Earth-fixed
axes by the sidereal angle.  Times count from lift-off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import cos, isfinite, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from orbitsim.earth import J2_GRAVITY, MEAN_RADIUS, ROTATION_RATE, WGS84, Site
from orbitsim.errors import InputError
from orbitsim.kernels import ascent as kernel
from orbitsim.kernels.blocks import run_blocks
from orbitsim.phases.ascent_air import AscentAir, standard_air
from orbitsim.phases.ascent_dispersions import Dispersions
from orbitsim.phases.ascent_schedule import Schedule
from orbitsim.vehicles.launcher import Rocket

FloatArray = NDArray[np.float64]

_BLOCK = 32
_MACH_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Steering:
    """How an ascent is steered, and when the last stage is cut off.

    Attributes
    ----------
    kick : float
        Lean of the thrust from the vertical at the end of the pitch-over, rad.
    azimuth : float
        Direction of the pitch-over, rad from north through east.
    pitch, pitch_rate : float
        Tangent of the thrust's elevation above the local horizontal when guidance starts, and its
        growth per second.
    yaw, yaw_rate : float
        Tangent of the thrust's angle out of the plane, to the side of its normal, and its growth.
    plane_normal : tuple of float
        Unit normal of the target plane, inertial.
    cut_off : float
        Of the last stage, s.
    planar : bool
        Whether the gravity turn holds the thrust in the plane of the normal, too.
    """

    kick: float
    azimuth: float
    pitch: float
    pitch_rate: float
    yaw: float
    yaw_rate: float
    plane_normal: tuple[float, float, float]
    cut_off: float
    planar: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """A rocket with its payload on a pad, at a sidereal angle.

    Attributes
    ----------
    rocket : Rocket
    payload_mass : float
        kg.
    site : Site
    sidereal_angle : float
        From the inertial x axis to the Earth-fixed one at lift-off, rad.
    air : AscentAir
    """

    rocket: Rocket
    payload_mass: float
    site: Site
    sidereal_angle: float
    air: AscentAir = field(default_factory=standard_air)

    def __post_init__(self) -> None:
        if not isfinite(self.payload_mass) or self.payload_mass < 0.0:
            raise InputError(f"payload mass must be a number of kg >= 0, got {self.payload_mass}")
        if not isfinite(self.sidereal_angle):
            raise InputError(f"sidereal angle must be finite, got {self.sidereal_angle}")

    def vertical(self) -> FloatArray:
        """Up, north and east at the pad at lift-off, inertial, shape (3, 3)."""
        lat, lon = self.site.latitude, self.site.longitude + self.sidereal_angle
        up = [cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)]
        north = [-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)]
        return np.array([up, north, [-sin(lon), cos(lon), 0.0]])

    def pad_state(self) -> FloatArray:
        """Position and velocity at lift-off, shape (6,)."""
        e2 = WGS84.eccentricity_squared
        normal = WGS84.equatorial_radius / sqrt(1.0 - e2 * sin(self.site.latitude) ** 2)
        x, y, z = self.vertical()[0] * (normal + self.site.height)
        z -= e2 * normal * sin(self.site.latitude)
        return np.array([x, y, z, -ROTATION_RATE * y, ROTATION_RATE * x, 0.0])


def fly(
    launch: Launch,
    schedule: Schedule,
    steering: FloatArray,
    plane_normal: FloatArray,
    *,
    threads: int | None = None,
) -> FloatArray:
    """States at the ends of the segments, shape (S, 6, N), for a steering table (6, N)."""
    arguments = kernel_arguments(launch, schedule, steering, plane_normal)
    n = schedule.table.shape[2]
    marks = np.empty((len(schedule.modes), 6, n))
    run_blocks(
        lambda first, last: kernel.fly_many(*arguments, marks, first, last),
        n,
        _BLOCK,
        threads=threads,
    )
    return marks


def record(
    launch: Launch,
    schedule: Schedule,
    steering: FloatArray,
    plane_normal: FloatArray,
    times: FloatArray,
) -> FloatArray:
    """What `kernel.record` keeps of the first case at rising times, shape (RECORDED, T)."""
    columns = np.full((kernel.RECORDED, len(times)), np.nan)
    kernel.record(*kernel_arguments(launch, schedule, steering, plane_normal), times, columns)
    return columns


def steering_table(
    steering: Steering, n: int, dispersions: Dispersions | None = None
) -> FloatArray:
    """The same steering for n cases, but for the programme's errors, as the kernel takes it."""
    column = [
        steering.kick,
        steering.azimuth,
        steering.pitch,
        steering.pitch_rate,
        steering.yaw,
        steering.yaw_rate,
    ]
    table = np.tile(np.array(column)[:, None], (1, n))
    if dispersions is not None:
        table[kernel.KICK] += dispersions.pitch_over
        table[kernel.AZIMUTH] += dispersions.azimuth
    return table


def kernel_arguments(
    launch: Launch, schedule: Schedule, steering: FloatArray, plane_normal: FloatArray
) -> tuple[object, ...]:
    """What the kernels take first, from the schedule's table to the state on the pad."""
    rocket = launch.rocket
    plan = np.array(
        [rocket.pitch_over_start, rocket.pitch_over_end, rocket.guidance_start, *plane_normal]
    )
    mach = np.arange(0.0, rocket.drag_mach[-1] + 1.5 * _MACH_STEP, _MACH_STEP)
    drag = np.interp(mach, rocket.drag_mach, rocket.drag_coefficient)
    return (
        schedule.table,
        schedule.modes,
        schedule.steps,
        np.ascontiguousarray(steering),
        earth_numbers(launch),
        plan,
        np.concatenate(([_MACH_STEP], drag)),
        launch.air.table,
        launch.pad_state(),
    )


def earth_numbers(launch: Launch) -> FloatArray:
    """What the kernels call `earth`."""
    gravity = J2_GRAVITY
    return np.concatenate(
        (
            launch.vertical().ravel(),
            [
                ROTATION_RATE,
                gravity.mu,
                1.5 * gravity.j2 * gravity.radius**2,
                WGS84.equatorial_radius,
                WGS84.flattening,
                *launch.air.grid,
            ],
        )
    )


def norm(x: FloatArray) -> FloatArray:
    """Length along the last axis."""
    return np.asarray(np.sqrt(np.sum(x * x, axis=-1)))


def relative_velocity(r: FloatArray, v: FloatArray) -> FloatArray:
    """Velocity relative to the turning Earth, in inertial axes, shape (..., 3)."""
    turning = np.stack((-r[..., 1], r[..., 0], np.zeros_like(r[..., 0])), axis=-1)
    return v - ROTATION_RATE * turning


def elevation(r: FloatArray, v: FloatArray) -> FloatArray:
    """Angle of a velocity above the local horizontal; a right angle at rest, rad."""
    up = np.sum(r * v, axis=-1) / norm(r)
    level = np.sqrt(np.maximum(np.sum(v * v, axis=-1) - up * up, 0.0))
    return np.where(norm(v) > 1e-6, np.arctan2(up, level), np.pi / 2)


def geodetic_latitude(r: FloatArray) -> FloatArray:
    """Geodetic latitude, rad, by Bowring's formula as in the kernel, shape (...)."""
    e2, a, b = WGS84.eccentricity_squared, WGS84.equatorial_radius, WGS84.polar_radius
    p, z = np.hypot(r[..., 0], r[..., 1]), r[..., 2]
    u = np.arctan2(z * (b / a + e2 * a / norm(r)), p)
    top = z + e2 / (1.0 - e2) * b * np.sin(u) ** 3
    return np.asarray(np.arctan2(top, p - e2 * a * np.cos(u) ** 3))


def downrange(launch: Launch, t: FloatArray, r: FloatArray) -> FloatArray:
    """Great-circle distance from the pad, on the mean sphere, m, shape (T,)."""
    pad = launch.pad_state()[:3]
    turn = ROTATION_RATE * t
    c, s = np.cos(turn), np.sin(turn)
    there = np.stack(
        (pad[0] * c - pad[1] * s, pad[0] * s + pad[1] * c, np.full_like(t, pad[2])), axis=-1
    )
    across = norm(np.cross(there, r))
    return np.asarray(MEAN_RADIUS * np.arctan2(across, np.sum(there * r, axis=-1)))
