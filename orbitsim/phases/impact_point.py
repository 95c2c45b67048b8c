"""Where things come down: the instantaneous impact point along an ascent, and its spread.

The instantaneous impact point is where the vehicle would hit the ellipsoid if its thrust stopped
now and there were no air: a fall under gravity with J2 over the turning Earth.  With a ballistic
coefficient the same fall runs through the air of the launch.

Axes are those of the ascent: inertial, frozen at lift-off.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.earth import MEAN_RADIUS, ROTATION_RATE
from orbitsim.errors import InputError
from orbitsim.kernels import impact as kernel
from orbitsim.kernels.blocks import run_blocks
from orbitsim.phases.ascent_flight import Launch, earth_numbers, geodetic_latitude
from orbitsim.phases.ascent_result import Ascent
from orbitsim.phases.guidance import GuidedBatch
from orbitsim.units import FloatArray, read_only

_BLOCK = 64
_LONGEST_FALL = 7200.0


@dataclass(frozen=True, slots=True, eq=False)
class ImpactPoints:
    """Ends of falls, arrays of the shape of the states; NaN where a state stays up.

    Attributes
    ----------
    fall_time : ndarray
        From the state to the ground, s.
    latitude, longitude : ndarray
        Geodetic, rad; longitude from -pi to pi.
    downrange : ndarray
        Great-circle distance from the pad on the mean sphere, m.
    speed : ndarray
        Relative to the ground, m/s.
    """

    fall_time: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    downrange: FloatArray
    speed: FloatArray

    def __getitem__(self, rows: Any) -> ImpactPoints:
        return ImpactPoints(
            *(read_only(np.asarray(getattr(self, f.name)[rows])) for f in fields(self))
        )


@dataclass(frozen=True, slots=True, eq=False)
class ImpactTrace:
    """Instantaneous impact points of dispersed ascents, by time.

    Attributes
    ----------
    t : ndarray, shape (T,)
        s after lift-off.
    latitude, longitude : ndarray, shape (T,)
        Of the mean point, rad.
    along, across : ndarray, shape (T,)
        One sigma along the great circle from the pad and across it, m.
    share : ndarray, shape (T,)
        Of the flights, how many come down at all; the rest are in orbit.
    """

    t: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    along: FloatArray
    across: FloatArray
    share: FloatArray

    def __getitem__(self, rows: Any) -> ImpactTrace:
        return ImpactTrace(*(read_only(getattr(self, f.name)[rows]) for f in fields(self)))


def impact_points(
    launch: Launch,
    t: ArrayLike,
    r: ArrayLike,
    v: ArrayLike,
    *,
    ballistic_coefficient: ArrayLike | None = None,
    threads: int | None = None,
) -> ImpactPoints:
    """Where states of an ascent fall to.

    Parameters
    ----------
    launch : Launch
        Whose axes and air they are.
    t : array_like
        s after lift-off, broadcast against the states.
    r, v : array_like, shape (..., 3)
        m and m/s.
    ballistic_coefficient : array_like, optional
        Mass over drag coefficient times area, kg/m2, broadcast; without it there is no air.
    threads : int, optional
        See `orbitsim.kernels.blocks`.

    Raises
    ------
    InputError
        If shapes disagree, or a ballistic coefficient is not positive.
    """
    r, v = np.asarray(r, dtype=float), np.asarray(v, dtype=float)
    if r.shape != v.shape or r.ndim == 0 or r.shape[-1] != 3:
        raise InputError(f"r and v must have one shape (..., 3), got {r.shape} and {v.shape}")
    shape = r.shape[:-1]
    lift = np.zeros(shape)
    if ballistic_coefficient is not None:
        ballistic = np.asarray(ballistic_coefficient, dtype=float)
        if not np.all(ballistic > 0.0):
            raise InputError("a ballistic coefficient must be a positive number of kg/m2")
        lift = np.array(np.broadcast_to(0.5 / ballistic, shape))
    states = np.concatenate((r, v), axis=-1).reshape(-1, 6).T.copy()
    landings = np.empty((kernel.LANDING, states.shape[1]))
    earth, air = earth_numbers(launch), launch.air.table
    run_blocks(
        lambda first, last: kernel.fall_many(
            states, lift.ravel(), earth, air, _LONGEST_FALL, landings, first, last
        ),
        states.shape[1],
        _BLOCK,
        threads=threads,
    )
    place = landings[kernel.PLACE : kernel.PLACE + 3].T.reshape(*shape, 3)
    fall_time = landings[kernel.FALL_TIME].reshape(shape)
    turned = launch.sidereal_angle + ROTATION_RATE * (np.asarray(t, dtype=float) + fall_time)
    longitude = np.arctan2(place[..., 1], place[..., 0]) - turned
    longitude = (longitude + np.pi) % (2.0 * np.pi) - np.pi
    latitude = geodetic_latitude(place)
    along, _ = _from_pad(launch, latitude, longitude)
    return ImpactPoints(
        fall_time=read_only(fall_time),
        latitude=read_only(np.asarray(latitude)),
        longitude=read_only(np.asarray(longitude)),
        downrange=read_only(np.asarray(along)),
        speed=read_only(landings[kernel.GROUND_SPEED].reshape(shape)),
    )


def impact_trace(ascent: Ascent) -> ImpactPoints:
    """The instantaneous impact point at each instant of an ascent's history, shape (T,)."""
    return impact_points(ascent.launch, ascent.t, ascent.r, ascent.v)


def impact_spread(batch: GuidedBatch) -> ImpactTrace:
    """The instantaneous impact point at each sample time of dispersed ascents, with its spread.

    Raises
    ------
    InputError
        If the batch was flown without sample times.
    """
    if batch.sample_times.size == 0:
        raise InputError("the spread of impact points needs a batch flown with sample times")
    points = impact_points(batch.launch, batch.sample_times, batch.sample_r, batch.sample_v)
    landed = np.isfinite(points.fall_time)
    share = landed.mean(axis=0)
    directions = np.where(landed[..., None], _direction(points.latitude, points.longitude), 0.0)
    mean = directions.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = mean / np.sqrt(np.sum(mean * mean, axis=-1))[:, None]
        apart = MEAN_RADIUS * (directions - mean)
        side = np.cross(_direction(batch.launch.site.latitude, batch.launch.site.longitude), mean)
        side = side / np.sqrt(np.sum(side * side, axis=-1))[:, None]
        forward = np.cross(side, mean)
        count = landed.sum(axis=0)
        along, across = (
            np.sqrt(np.sum(np.where(landed, np.sum(apart * axis, axis=-1), 0.0) ** 2, axis=0))
            / np.sqrt(np.maximum(count - 1, 0))
            for axis in (forward, side)
        )
    return ImpactTrace(
        t=batch.sample_times,
        latitude=read_only(np.arcsin(np.clip(mean[:, 2], -1.0, 1.0))),
        longitude=read_only(np.arctan2(mean[:, 1], mean[:, 0])),
        along=read_only(along),
        across=read_only(across),
        share=read_only(share),
    )


def _from_pad(
    launch: Launch, latitude: FloatArray, longitude: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Great-circle distance from the pad, m, and azimuth there, rad from north."""
    here = launch.site
    east = longitude - here.longitude
    x = np.cos(here.latitude) * np.sin(latitude) - np.sin(here.latitude) * np.cos(
        latitude
    ) * np.cos(east)
    y = np.cos(latitude) * np.sin(east)
    z = np.sin(here.latitude) * np.sin(latitude) + np.cos(here.latitude) * np.cos(
        latitude
    ) * np.cos(east)
    return np.asarray(MEAN_RADIUS * np.arctan2(np.hypot(x, y), z)), np.arctan2(y, x)


def _direction(latitude: ArrayLike, longitude: ArrayLike) -> FloatArray:
    latitude, longitude = np.asarray(latitude), np.asarray(longitude)
    level = np.cos(latitude)
    return np.stack(
        (level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)), axis=-1
    )
