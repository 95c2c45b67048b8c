"""Payload and stage after a separation, the stage perhaps thrusting: relative motion, contact.

Two rigid cylinders with flat ends move in six degrees of freedom each, in a frame that falls freely
with their common centre of mass as it was at separation.  Both fall alike: the gravity gradient of
a low orbit moves bodies 10 m apart by a centimetre in half a minute.  Air is left out; so are gases
that strike the payload, sloshing, and any steering after the separation.

Axes are those of the stack: z forward along the stage's axis, x and y across.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError
from orbitsim.kernels import cylinders
from orbitsim.kernels import separation as kernel
from orbitsim.kernels import two_bodies as drive_rows
from orbitsim.kernels.blocks import run_blocks
from orbitsim.phases.separation_cases import Cylinder, SeparationCases, Spread
from orbitsim.units import FloatArray

__all__ = [
    "CLEARANCE",
    "Cylinder",
    "RelativeMotion",
    "SeparationBatch",
    "SeparationCases",
    "Spread",
    "body_axes",
    "relative_motion",
    "separate",
]

CLEARANCE = 0.01
"""m; bodies this far apart are separated, and what follows is a new contact."""

_BLOCK = 2


@dataclass(frozen=True, slots=True, eq=False)
class SeparationBatch:
    """What became of N separations.

    Attributes
    ----------
    duration : float
        s flown.
    opened : ndarray, shape (N,)
        When the joint had opened by `CLEARANCE`, s; NaN where it never did.
    opening_speed : ndarray, shape (N,)
        Of the centres of mass relative to each other then, m/s.
    count : ndarray of int, shape (N,)
        Contacts after that.  Rebounds within `CLEARANCE` are one contact.
    blows : ndarray of int, shape (N,)
        Impacts after that at `kernel.BLOW` or faster, each rebound by itself.
    records : ndarray, shape (N, kernel.RECORDS, kernel.RECORD)
        The first contacts one by one, see `kernels.separation`; NaN where there was none.
    pushing_force : ndarray, shape (N,)
        Largest of steady contact, N.
    closest : ndarray, shape (N,)
        Smallest gap after the opening, m.
    r, v : ndarray, shape (N, 2, 3)
        Of the centres of mass of payload and stage at the end, stack axes, m and m/s.
    q : ndarray, shape (N, 2, 4)
        Attitudes, body to stack, scalar first.
    rates : ndarray, shape (N, 2, 3)
        Angular velocities in body axes, rad/s.
    status : ndarray of uint8, shape (N,)
        0 is good, 1 an overlap of the bodies, 16 not finite.
    """

    duration: float
    opened: FloatArray
    opening_speed: FloatArray
    count: NDArray[np.int64]
    blows: NDArray[np.int64]
    records: FloatArray
    pushing_force: FloatArray
    closest: FloatArray
    r: FloatArray
    v: FloatArray
    q: FloatArray
    rates: FloatArray
    status: NDArray[np.uint8]

    def __len__(self) -> int:
        return int(self.count.size)

    @property
    def first_contact(self) -> FloatArray:
        """s after separation, shape (N,); NaN where there was none."""
        return self.records[:, 0, kernel.BEGIN]

    @property
    def closing_speed(self) -> FloatArray:
        """At the first contact, m/s, shape (N,)."""
        return self.records[:, 0, kernel.SPEED]

    @property
    def parted(self) -> NDArray[np.bool_]:
        """Cases in which the joint did open, as a separation says; if none did, all good ones."""
        good = self.status == 0
        opened = good & np.isfinite(self.opened)
        return np.asarray(opened if np.any(opened) else good)

    @property
    def tumbling(self) -> FloatArray:
        """Angular speed of payload and stage at the end, rad/s, shape (N, 2)."""
        return np.asarray(np.linalg.norm(self.rates, axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class RelativeMotion:
    """One separation with its history.

    Attributes
    ----------
    payload, stage : Cylinder
    t : ndarray, shape (T,)
        s after separation.
    r, v, q, rates : ndarray, shapes (T, 2, 3), (T, 2, 3), (T, 2, 4), (T, 2, 3)
        As in `SeparationBatch`.
    gap : ndarray, shape (T,)
        Between the surfaces, m.  Beyond a third of a metre a lower bound.
    outcome : SeparationBatch
        Of one case.
    """

    payload: Cylinder
    stage: Cylinder
    t: FloatArray
    r: FloatArray
    v: FloatArray
    q: FloatArray
    rates: FloatArray
    gap: FloatArray
    outcome: SeparationBatch

    @property
    def axes(self) -> FloatArray:
        """Unit vectors along the bodies, stack axes, shape (T, 2, 3)."""
        return body_axes(self.q)

    @property
    def tilt(self) -> FloatArray:
        """Angle of each body's axis from where it pointed at separation, rad, shape (T, 2)."""
        return np.asarray(np.arccos(np.clip(self.axes[..., 2], -1.0, 1.0)))

    @property
    def distance(self) -> FloatArray:
        """Between the centres of mass, m, shape (T,)."""
        return np.asarray(np.linalg.norm(self.r[:, 0] - self.r[:, 1], axis=-1))


def body_axes(q: FloatArray) -> FloatArray:
    """Third body axis (..., 3) of attitudes (..., 4)."""
    a, b, c, d = np.moveaxis(q, -1, 0)
    z = 1.0 - 2.0 * (b * b + c * c)
    return np.stack([2.0 * (b * d + a * c), 2.0 * (c * d - a * b), z], axis=-1)


def separate(
    payload: Cylinder,
    stage: Cylinder,
    cases: SeparationCases,
    *,
    duration: float = 30.0,
    threads: int | None = None,
) -> SeparationBatch:
    """Fly N separations.

    Parameters
    ----------
    payload, stage : Cylinder
        The payload's aft face on the stage's front face, axes in line.
    cases : SeparationCases
    duration : float
        s.
    threads : int, optional
        Results do not depend on it.

    Examples
    --------
    >>> payload = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
    >>> stage = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)
    >>> cases = SeparationCases.of(2, thrust=[0.0, 3e4], speed=0.5)
    >>> separate(payload, stage, cases, duration=5.0).count >= 1
    array([False,  True])
    """
    _check_duration(duration)
    start, bodies, drive, impact = _problem(payload, stage, cases)
    n = len(cases)
    pair, summary = np.empty((n, 2 * cylinders.STATE)), np.empty((n, kernel.SUMMARY))
    records = np.empty((n, kernel.RECORDS, kernel.RECORD))

    def block(first: int, last: int) -> None:
        kernel.fly_block(
            first, last, start, bodies, drive, impact, CLEARANCE, duration, pair, records, summary
        )

    run_blocks(block, n, _BLOCK, threads=threads)
    return _batch(duration, pair, records, summary)


def relative_motion(
    payload: Cylinder, stage: Cylinder, case: SeparationCases, t: FloatArray
) -> RelativeMotion:
    """Fly one separation, and keep its history at the instants `t` (T,), s, rising from 0.

    While the bodies touch, an instant may be shown up to 0.1 ms late.

    Raises
    ------
    InputError
        More than one case, or times that do not rise from 0.
    """
    times = np.array(t, dtype=float)
    if len(case) != 1:
        raise InputError(f"a history is of one case, got {len(case)}")
    if times.ndim != 1 or times.size < 2 or times[0] < 0.0 or not np.all(np.diff(times) > 0.0):
        raise InputError(f"times must be >= 0, rising and of shape (T,), got shape {times.shape}")
    duration = float(times[-1])
    _check_duration(duration)
    start, bodies, drive, impact = _problem(payload, stage, case)
    pair, summary = np.empty((1, 2 * cylinders.STATE)), np.empty((1, kernel.SUMMARY))
    records = np.empty((1, kernel.RECORDS, kernel.RECORD))
    history = np.full((times.size, 2 * cylinders.STATE + 1), np.nan)
    kernel.fly(
        start[0], bodies[0], drive[0], impact[0, 0], impact[0, 1], CLEARANCE, duration, times,
        pair[0], records[0], summary[0], history,
    )  # fmt: skip
    r, v, q, rates = _states(history[:, :-1])
    outcome = _batch(duration, pair, records, summary)
    return RelativeMotion(payload, stage, times, r, v, q, rates, history[:, -1], outcome)


def _check_duration(duration: float) -> None:
    if not 0.0 < duration < np.inf:
        raise InputError(f"the duration must be positive and finite, got {duration!r} s")


def _problem(
    payload: Cylinder, stage: Cylinder, cases: SeparationCases
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Start (N, 26), bodies (N, 2, 9), drive (N, 14), impact (N, 2)."""
    n = len(cases)
    burnt = cases.thrust * np.minimum(cases.hold + cases.decay, 3600.0) / cases.exhaust_speed
    if np.any((cases.hold < 3600.0) & (burnt >= stage.mass)):
        raise InputError(f"the thrust would burn more than the stage's {stage.mass:g} kg")
    total = payload.mass + stage.mass
    start = np.zeros((n, 2 * cylinders.STATE))
    start[:, 6] = start[:, cylinders.STATE + 6] = 1.0
    front = 0.5 * stage.length + stage.centre[2]
    apart = front + 0.5 * payload.length - payload.centre[2]
    start[:, 2] = apart * stage.mass / total
    start[:, cylinders.STATE + 2] = -apart * payload.mass / total
    drive = np.zeros((n, drive_rows.DRIVE))
    drive[:, drive_rows.THRUST], drive[:, drive_rows.HOLD] = cases.thrust, cases.hold
    drive[:, drive_rows.DECAY], drive[:, drive_rows.EXHAUST] = cases.decay, cases.exhaust_speed
    drive[:, drive_rows.AT : drive_rows.AT + 2] = cases.thrust_offset + np.array(stage.centre[:2])
    drive[:, drive_rows.AT + 2] = stage.centre[2] - 0.5 * stage.length
    slope = np.tan(cases.thrust_tilt)
    along = np.column_stack([slope, np.ones(n)])
    drive[:, drive_rows.ALONG : drive_rows.ALONG + 3] = (
        along / np.linalg.norm(along, axis=1)[:, None]
    )
    drive[:, drive_rows.STROKE] = cases.stroke
    drive[:, drive_rows.ASIDE : drive_rows.ASIDE + 2] = cases.push_offset
    impulse = cases.speed * payload.mass * stage.mass / total
    spring = cases.stroke > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        drive[:, drive_rows.PUSH] = np.where(spring, impulse * cases.speed / cases.stroke, 0.0)
    struck = np.where(spring, 0.0, impulse)
    for b, body, sign in ((0, payload, 1.0), (1, stage, -1.0)):
        state = start[:, b * cylinders.STATE : (b + 1) * cylinders.STATE]
        place = cases.push_offset + np.array(stage.centre[:2])
        state[:, 5] = sign * struck / body.mass
        state[:, 10] = sign * struck * place[:, 1] / body.inertia[0]
        state[:, 11] = -sign * struck * place[:, 0] / body.inertia[1]
    bodies = np.tile(np.stack([payload.row(), stage.row()]), (n, 1, 1))
    return start, bodies, drive, np.column_stack([cases.restitution, cases.friction])


def _states(pairs: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    each = pairs.reshape(*pairs.shape[:-1], 2, cylinders.STATE)
    return each[..., :3], each[..., 3:6], each[..., 6:10], each[..., 10:]


def _batch(
    duration: float, pair: FloatArray, records: FloatArray, summary: FloatArray
) -> SeparationBatch:
    for array in (pair, records, summary):
        array.flags.writeable = False
    r, v, q, rates = _states(pair)
    return SeparationBatch(
        duration=duration,
        opened=summary[:, kernel.OPENED],
        opening_speed=summary[:, kernel.OPENING_SPEED],
        count=summary[:, kernel.COUNT].astype(np.int64),
        blows=summary[:, kernel.BLOWS].astype(np.int64),
        records=records,
        pushing_force=summary[:, kernel.FORCE],
        closest=summary[:, kernel.CLOSEST],
        r=r,
        v=v,
        q=q,
        rates=rates,
        status=summary[:, kernel.STATUS].astype(np.uint8),
    )
