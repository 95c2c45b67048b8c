"""Motion relative to another spacecraft, the target, in its rotating frame.

The frame is RTN (also RSW or local vertical, local horizontal): R along the target's position, N
along its angular momentum, T = N x R, along the velocity where the orbit is circular.  It turns
with h/r**2 about N, exactly so in two-body motion; a relative velocity is the rate of change of the
components in that frame.

The linear models leave out terms of second order: their error is about rho**2/r, with rho the
greatest distance on the way and r the target's least distance from the centre.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orbitsim.earth import MU
from orbitsim.elements import mean_from_true, true_from_mean
from orbitsim.errors import InputError
from orbitsim.units import FloatArray, read_only, to_si

_SMALLEST_DETERMINANT = 1e-12


def rtn_rotation(r: Any, v: Any) -> FloatArray:
    """Rotation matrices from the inertial frame of a state to its RTN frame.

    Parameters
    ----------
    r, v : Quantity or array_like, shape (..., 3)
        Position (m) and velocity (m/s).

    Returns
    -------
    ndarray, shape (..., 3, 3)
        Its rows are the unit vectors R, T and N.

    Examples
    --------
    >>> rtn_rotation([7e6, 0.0, 0.0], [0.0, 7.5e3, 0.0])
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    axes, _ = _axes(_vector(r, "m", "r"), _vector(v, "m/s", "v"))
    return read_only(axes)


def relative_state(
    target_r: Any, target_v: Any, chaser_r: Any, chaser_v: Any
) -> tuple[FloatArray, FloatArray]:
    """The chaser's position and velocity in the target's rotating RTN frame, without linearisation.

    Parameters
    ----------
    target_r, target_v, chaser_r, chaser_v : Quantity or array_like, shape (..., 3)
        Inertial states, m and m/s.

    Returns
    -------
    r, v : ndarray, shape (..., 3)
        m and m/s.

    Examples
    --------
    Half a kilometre behind on the same circular orbit is at rest, but for the curvature:

    >>> r, v = relative_state([7e6, 0, 0], [0, 7546.0, 0], [7e6, -500.0, 0], [0.539, 7546.0, 0])
    >>> r
    array([   0., -500.,    0.])
    >>> v.round(6)
    array([0., 0., 0.])
    """
    r, v = _vector(target_r, "m", "target_r"), _vector(target_v, "m/s", "target_v")
    axes, rate = _axes(r, v)
    position = _apply(axes, _vector(chaser_r, "m", "chaser_r") - r)
    velocity = _apply(axes, _vector(chaser_v, "m/s", "chaser_v") - v)
    return read_only(position), read_only(velocity - _about_normal(rate, position))


def inertial_state(
    target_r: Any, target_v: Any, relative_r: Any, relative_v: Any
) -> tuple[FloatArray, FloatArray]:
    """The inverse of `relative_state`: the chaser's inertial position and velocity.

    Parameters
    ----------
    target_r, target_v : Quantity or array_like, shape (..., 3)
        The target's inertial state, m and m/s.
    relative_r, relative_v : Quantity or array_like, shape (..., 3)
        In the target's rotating RTN frame, m and m/s.

    Returns
    -------
    r, v : ndarray, shape (..., 3)
        m and m/s.
    """
    r, v = _vector(target_r, "m", "target_r"), _vector(target_v, "m/s", "target_v")
    axes, rate = _axes(r, v)
    back = np.swapaxes(axes, -1, -2)
    position = _vector(relative_r, "m", "relative_r")
    velocity = _vector(relative_v, "m/s", "relative_v") + _about_normal(rate, position)
    return read_only(r + _apply(back, position)), read_only(v + _apply(back, velocity))


def clohessy_wiltshire(time: Any, mean_motion: Any) -> FloatArray:
    """State transition matrix of relative motion about a circular orbit.

    Parameters
    ----------
    time : Quantity or array_like, shape (...)
        s.
    mean_motion : Quantity or array_like, shape (...)
        The target's, rad/s.

    Returns
    -------
    ndarray, shape (..., 6, 6)
        Acts on (R, T, N, their rates), m and m/s.

    Notes
    -----
    Clohessy & Wiltshire (1960); Vallado (2013), algorithm 48.
    """
    t, n = np.broadcast_arrays(to_si(time, "s", "time"), to_si(mean_motion, "rad/s", "mean_motion"))
    if not np.all(n > 0.0):
        raise InputError(f"mean_motion must be positive, got {np.min(n):.6g} rad/s")
    angle = n * t
    s, c = np.sin(angle), np.cos(angle)
    versine = 2.0 * np.sin(0.5 * angle) ** 2
    m = np.zeros((*angle.shape, 6, 6))
    m[..., 0, 0] = 1.0 + 3.0 * versine
    m[..., 1, 0] = 6.0 * (s - angle)
    m[..., 1, 1] = 1.0
    m[..., 3, 0] = 3.0 * n * s
    m[..., 4, 0] = -6.0 * n * versine
    m[..., 0, 3] = s / n
    m[..., 0, 4] = 2.0 * versine / n
    m[..., 1, 3] = -2.0 * versine / n
    m[..., 1, 4] = (4.0 * s - 3.0 * angle) / n
    m[..., 3, 3] = c
    m[..., 3, 4] = 2.0 * s
    m[..., 4, 3] = -2.0 * s
    m[..., 4, 4] = 1.0 - 4.0 * versine
    m[..., 2, 2] = m[..., 5, 5] = c
    m[..., 2, 5] = s / n
    m[..., 5, 2] = -n * s
    return read_only(m)


def yamanaka_ankersen(
    time: Any, semi_major_axis: Any, eccentricity: Any, true_anomaly: Any, *, mu: Any = MU
) -> FloatArray:
    """State transition matrix of relative motion about an elliptic orbit.

    Parameters
    ----------
    time : Quantity or array_like, shape (...)
        s.
    semi_major_axis : Quantity or array_like, shape (...)
        The target's, m.
    eccentricity : array_like, shape (...)
        0 <= e < 1.
    true_anomaly : Quantity or array_like, shape (...)
        The target's at the start, rad.
    mu : Quantity or float
        m3/s2.

    Returns
    -------
    ndarray, shape (..., 6, 6)
        Acts on (R, T, N, their rates), m and m/s.

    Raises
    ------
    InputError
        The orbit is not an ellipse.

    Notes
    -----
    Yamanaka & Ankersen (2002), equations 79 to 88; theirs are T, -N and -R.  With positions scaled
    by rho = 1 + e cos(theta) and the true anomaly theta as the independent variable, N is a
    harmonic oscillator and the motion in the plane has four closed integrals.
    """
    t, a, e, theta0, mu = np.broadcast_arrays(
        to_si(time, "s", "time"),
        to_si(semi_major_axis, "m", "semi_major_axis"),
        to_si(eccentricity, "", "eccentricity"),
        to_si(true_anomaly, "rad", "true_anomaly"),
        to_si(mu, "m3/s2", "mu"),
    )
    if not np.all((e >= 0.0) & (e < 1.0) & (a > 0.0)):
        raise InputError("the target's orbit must be an ellipse: a > 0 and 0 <= e < 1")
    theta1 = true_from_mean(mean_from_true(theta0, e) + np.sqrt(mu / a**3) * t, e)
    k2 = np.sqrt(mu / (a * (1.0 - e * e)) ** 3)
    plane = _plane_solutions(theta1, e, k2 * t) @ _plane_constants(theta0, e)
    scaled = np.zeros((*t.shape, 6, 6))
    for row, i in enumerate((0, 1, 3, 4)):
        for column, j in enumerate((0, 1, 3, 4)):
            scaled[..., i, j] = plane[..., row, column]
    turn = theta1 - theta0
    scaled[..., 2, 2] = scaled[..., 5, 5] = np.cos(turn)
    scaled[..., 2, 5] = np.sin(turn)
    scaled[..., 5, 2] = -np.sin(turn)
    return read_only(_unscale(theta1, e, k2) @ scaled @ _scale(theta0, e, k2))


def cw_transfer(
    relative_r0: Any, relative_r1: Any, time: Any, mean_motion: Any
) -> tuple[FloatArray, FloatArray]:
    """Relative velocities of a two-impulse transfer about a circular orbit.

    Parameters
    ----------
    relative_r0, relative_r1 : Quantity or array_like, shape (..., 3)
        Positions in RTN at the start and the end, m.
    time : Quantity or array_like, shape (...)
        Between them, s.
    mean_motion : Quantity or array_like, shape (...)
        The target's, rad/s.

    Returns
    -------
    v0, v1 : ndarray, shape (..., 3)
        Just after the first impulse and just before the second, m/s; see `transfer_velocities`.

    Examples
    --------
    From 1 km behind to the target in half a revolution:

    >>> v0, v1 = cw_transfer([0.0, -1000.0, 0.0], [0.0, 0.0, 0.0], np.pi / 1e-3, 1e-3)
    >>> v0.round(4), v1.round(4)
    (array([-0.25,  0.  ,  0.  ]), array([0.25, 0.  , 0.  ]))
    """
    return transfer_velocities(clohessy_wiltshire(time, mean_motion), relative_r0, relative_r1)


def transfer_velocities(
    transition: Any, relative_r0: Any, relative_r1: Any
) -> tuple[FloatArray, FloatArray]:
    """Relative velocities that join two positions under a linear model of relative motion.

    Parameters
    ----------
    transition : array_like, shape (..., 6, 6)
        From `clohessy_wiltshire` or `yamanaka_ankersen`.
    relative_r0, relative_r1 : Quantity or array_like, shape (..., 3)
        Positions in RTN at the start and the end, m.

    Returns
    -------
    v0, v1 : ndarray, shape (..., 3)
        Just after the first impulse and just before the second, m/s.  NaN where the model has none,
        as after a whole revolution, and for N after half a turn unless the transfer is in the
        plane; the rate of N is then 0.
    """
    m = np.asarray(transition, dtype=np.float64)
    r0 = _vector(relative_r0, "m", "relative_r0")
    r1 = _vector(relative_r1, "m", "relative_r1")
    missing = r1 - _apply(m[..., :3, :3], r0)
    a, b, c, d = m[..., 0, 3], m[..., 0, 4], m[..., 1, 3], m[..., 1, 4]
    largest = np.maximum.reduce([abs(a), abs(b), abs(c), abs(d)])
    determinant = a * d - b * c
    solvable = abs(determinant) > _SMALLEST_DETERMINANT * largest**2
    inverse = 1.0 / np.where(solvable, determinant, np.nan)
    radial = (d * missing[..., 0] - b * missing[..., 1]) * inverse
    along = (a * missing[..., 1] - c * missing[..., 0]) * inverse
    # N goes through its node half a turn later, whatever its rate; sin**2 of the angle between:
    crossing = abs(m[..., 2, 5] * m[..., 5, 2]) < _SMALLEST_DETERMINANT**2
    reach = np.where(crossing, np.nan, m[..., 2, 5])
    in_plane = crossing & (r0[..., 2] == 0.0) & (r1[..., 2] == 0.0)
    across = np.where(in_plane, 0.0, missing[..., 2] / reach)
    v0 = np.stack(np.broadcast_arrays(radial, along, across), axis=-1)
    v1 = _apply(m[..., 3:, :3], r0) + _apply(m[..., 3:, 3:], v0)
    return read_only(v0), read_only(v1)


def _vector(value: Any, unit: str, name: str) -> FloatArray:
    vector = to_si(value, unit, name)
    if vector.ndim == 0 or vector.shape[-1] != 3:
        raise InputError(f"{name} must have the shape (..., 3), got {vector.shape}")
    return vector


def _axes(r: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rotation to RTN, and the rate of the frame about N (rad/s)."""
    h = np.cross(r, v)
    distance = np.linalg.norm(r, axis=-1, keepdims=True)
    momentum = np.linalg.norm(h, axis=-1, keepdims=True)
    if np.any(momentum == 0.0):
        raise InputError("position and velocity are parallel or zero: there is no RTN frame")
    radial, normal = r / distance, h / momentum
    axes = np.stack([radial, np.cross(normal, radial), normal], axis=-2)
    return axes, (momentum / distance**2)[..., 0]


def _apply(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("...ij,...j->...i", matrix, vector))


def _about_normal(rate: FloatArray, r: FloatArray) -> FloatArray:
    """(0, 0, rate) x r."""
    return np.stack([-rate * r[..., 1], rate * r[..., 0], np.zeros_like(rate * r[..., 2])], axis=-1)


def _rows(*rows: tuple[Any, ...]) -> FloatArray:
    """Matrices (..., n, m) from their elements, arrays of the batch's shape."""
    return np.stack([np.stack(np.broadcast_arrays(*row), axis=-1) for row in rows], axis=-2)


def _plane_solutions(theta: FloatArray, e: FloatArray, j: FloatArray) -> FloatArray:
    """The four solutions in the plane, for scaled R, T and their derivatives by theta.

    `j` is the time since the start times sqrt(mu/p**3): it carries the drift.
    """
    rho = 1.0 + e * np.cos(theta)
    s, c = rho * np.sin(theta), rho * np.cos(theta)
    s1 = np.cos(theta) + e * np.cos(2.0 * theta)
    c1 = -(np.sin(theta) + e * np.sin(2.0 * theta))
    more = 1.0 + 1.0 / rho
    zero, one = np.zeros_like(rho), np.ones_like(rho)
    return _rows(
        (zero, -s, -c, 3.0 * e * s * j - 2.0),
        (one, -c * more, s * more, 3.0 * rho**2 * j),
        (zero, -s1, -c1, 3.0 * e * (s1 * j + s / rho**2)),
        (zero, 2.0 * s, 2.0 * c - e, 3.0 * (1.0 - 2.0 * e * s * j)),
    )


def _plane_constants(theta: FloatArray, e: FloatArray) -> FloatArray:
    """The solutions' factors from scaled R, T and derivatives; inverse of the above at j = 0."""
    rho = 1.0 + e * np.cos(theta)
    s, c = rho * np.sin(theta), rho * np.cos(theta)
    more = 1.0 + 1.0 / rho
    w = 1.0 / ((1.0 - e) * (1.0 + e))
    zero, one = np.zeros_like(rho), np.ones_like(rho)
    return _rows(
        (-3.0 * e * s * (rho + 1.0) / rho**2 * w, one, (e * c - 2.0) * w, -e * s * more * w),
        (3.0 * s * (rho + e * e) / rho**2 * w, zero, (2.0 * e - c) * w, s * more * w),
        (3.0 * (c / rho + e) * w, zero, s * w, (c * more + e) * w),
        ((1.0 - e * e - 3.0 * rho) * w, zero, -e * s * w, -(rho**2) * w),
    )


def _scale(theta: FloatArray, e: FloatArray, k2: FloatArray) -> FloatArray:
    """From position and velocity to rho times the position and its derivative by theta."""
    rho = 1.0 + e * np.cos(theta)
    return _blocks(rho, np.zeros_like(rho), -e * np.sin(theta), 1.0 / (k2 * rho))


def _unscale(theta: FloatArray, e: FloatArray, k2: FloatArray) -> FloatArray:
    """The inverse of `_scale`."""
    rho = 1.0 + e * np.cos(theta)
    return _blocks(1.0 / rho, np.zeros_like(rho), k2 * e * np.sin(theta), k2 * rho)


def _blocks(a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray) -> FloatArray:
    """Matrices of four blocks, each a number times the unit matrix of 3 x 3."""
    return np.asarray(np.kron(_rows((a, b), (c, d)), np.eye(3)))
