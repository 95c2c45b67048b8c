"""Reference frames and geodetic coordinates.

Three frames, named by the strings that an orbit or trajectory carries:

GCRS
    Geocentric celestial reference system, IAU 2006/2000A precession-nutation, CIO based.
TEME
    True equator, mean equinox *of date*: the frame of SGP4 and of two-line element sets.
ITRS
    International terrestrial reference system; rotates with the Earth.

Polar motion and UT1 come from the IERS tables that the `astropy-iers-data` package ships; nothing
is downloaded, and an epoch outside those tables is refused.  The celestial pole's measured offsets
from the theory are left out, as in astropy; they reach 1.4 mas (5 cm on a low orbit) since 2000,
and as first measured in the 1970s 20 mas.

Frames agree with erfa, evaluated for every instant, to 2e-11 rad since 1995, 0.15 mm on a low
orbit, and to 9e-11 since 1973; see `orbitsim.frames.orientation`.  Everything runs on compiled
kernels, one state or a million.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import erfa
import numpy as np

from orbitsim.earth import WGS84, Ellipsoid
from orbitsim.errors import FrameError, InputError
from orbitsim.frames.instants import Instants, atomic_or_civil, instants_of
from orbitsim.frames.orientation import MJD, EarthOrientation, measured, table
from orbitsim.kernels import frames as kernel
from orbitsim.kernels.arrays import as_input, as_output
from orbitsim.kernels.blocks import run_blocks
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

__all__ = [
    "FRAMES",
    "check_frame",
    "earth_orientation_range",
    "geodetic",
    "geodetic_at",
    "position_on_earth",
    "rotation_matrix",
    "teme_sidereal_angle",
    "transform",
    "transform_position",
]

FRAMES: Final = ("GCRS", "TEME", "ITRS")

_EARTH_ROTATION_RATE: Final = 7.292115146706979e-5
"""rad/s, IAU 2000 Earth rotation angle's rate (IERS Conventions 2010, eq. 5.15), as a derivative of
UT1; the excess length of day, at most 5 ms, changes it by 6e-8 of itself."""

_BLOCK: Final = 16_384
"""States that a thread takes at a time; some 0.15 ms."""

_NO_VELOCITIES: Final = as_input(np.empty((3, 0)))


def transform(
    r: FloatArray,
    v: FloatArray,
    source: str,
    target: str,
    time: Time,
    t: FloatArray | None = None,
    *,
    out: tuple[FloatArray, FloatArray] | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Take states from one frame to another.

    Parameters
    ----------
    r, v : ndarray, shape (3, ...)
        Position (m), velocity (m/s), component first.
    source, target : {"GCRS", "TEME", "ITRS"}
        From which frame to which.
    time : Time
        Instants, broadcastable to the states' shape; or epochs, if there are times `t`.
    t : ndarray, shape (T,), optional
        Seconds after the epochs; instants then have the epochs' shape and a last axis of T.  For
        many instants this is by far the faster way: a Time of a million takes half a second to
        build, which is fifty times what is done here.
    out : pair of ndarray, shape (3, ...), optional
        Where to put the results; may be `r` and `v`.
    threads : int, optional
        At most this many; see `orbitsim.kernels.blocks`.

    Returns
    -------
    r, v : ndarray, shape (3, ...)
        Velocity relative to the target frame (in ITRS the rotating Earth's is taken away).  NaN
        where a state or its instant is.

    Raises
    ------
    FrameError
        Unknown frame.
    EpochError
        An instant is outside the tables of Earth orientation.
    InputError
        Shapes that do not fit.
    """
    check_frame(source)
    check_frame(target)
    if source == target and out is None:
        return r, v
    shape = _component_first(r, "vectors")
    if np.shape(v) != (3, *shape):
        raise InputError(f"r and v must have the same shape, got {(3, *shape)} and {np.shape(v)}")
    instants = instants_of(shape, time, t)
    positions, velocities = (None, None) if out is None else out
    positions = _output(positions, (3, *instants.shape))
    velocities = _output(velocities, (3, *instants.shape))
    carry(r, v, source, target, instants, measured(), positions, velocities, threads)
    return positions, velocities


def transform_position(
    r: FloatArray,
    source: str,
    target: str,
    time: Time,
    t: FloatArray | None = None,
    *,
    out: FloatArray | None = None,
    threads: int | None = None,
) -> FloatArray:
    """Take positions from one frame to another; as `transform`, without the velocities."""
    check_frame(source)
    check_frame(target)
    if source == target and out is None:
        return r
    instants = instants_of(_component_first(r, "vectors"), time, t)
    result = _output(out, (3, *instants.shape))
    carry(r, None, source, target, instants, measured(), result, None, threads)
    return result


def rotation_matrix(source: str, target: str, time: Time) -> FloatArray:
    """Matrix, shape (*time.shape, 3, 3), that takes components in `source` to `target`."""
    axes = np.broadcast_to(np.eye(3).reshape(3, 3, *(1 for _ in time.shape)), (3, 3, *time.shape))
    return np.moveaxis(transform_position(axes, source, target, time), (0, 1), (-2, -1))


def geodetic(
    r_itrs: FloatArray,
    ellipsoid: Ellipsoid = WGS84,
    *,
    out: FloatArray | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Geodetic latitude (rad), longitude (rad, in [-pi, pi]) and height (m) of ITRS positions.

    Exact to rounding (2e-9 m near the ground) wherever the distance from the Earth's centre is
    above 3000 km; 2e-6 m above 1300 km; finite anywhere.  On the axis the longitude is 0, and the
    latitude that of the pole on the same side; the centre lies on the northern axis.

    Parameters
    ----------
    r_itrs : ndarray, shape (3, ...)
        m.
    ellipsoid : Ellipsoid
        What latitude and height refer to.
    out : ndarray, shape (3, ...), optional
        Where to put the three results, of which views are returned; may be `r_itrs`.
    threads : int, optional
        As in `transform`.

    Examples
    --------
    >>> latitude, longitude, height = geodetic(np.array([0.0, 6_778_137.0, 0.0]))
    >>> float(np.degrees(longitude)), round(float(height), 6)
    (90.0, 400000.0)
    """
    result = _output(out, (3, *_component_first(r_itrs, "r_itrs")))
    args = (as_input(r_itrs).reshape(3, -1), ellipsoid.equatorial_radius, ellipsoid.flattening)
    _run(kernel.geodetic, (*args, result.reshape(3, -1)), threads)
    return result[0, ...], result[1, ...], result[2, ...]


def geodetic_at(
    r: FloatArray,
    source: str,
    time: Time,
    t: FloatArray | None = None,
    ellipsoid: Ellipsoid = WGS84,
    *,
    out: FloatArray | None = None,
    threads: int | None = None,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Geodetic latitude, longitude and height of positions in any frame, in one pass.

    Parameters
    ----------
    r : ndarray, shape (3, ...)
        Position in `source`, m.
    source, time, t
        As in `transform`.
    ellipsoid, out, threads
        As in `geodetic`.

    Raises
    ------
    FrameError, EpochError, InputError
        As in `transform`.
    """
    if check_frame(source) == "ITRS":
        return geodetic(r, ellipsoid, out=out, threads=threads)
    instants = instants_of(_component_first(r, "vectors"), time, t)
    result = _output(out, (3, *instants.shape))
    if result.size:
        earth = measured()
        pieces, first = table(source, "ITRS", *instants.span(earth), earth)
        args = (instants.clock, pieces, first, _rows(r, instants.shape))
        shape = (ellipsoid.equatorial_radius, ellipsoid.flattening)
        _run(kernel.inertial_to_geodetic, (*args, *shape, result.reshape(3, -1)), threads)
    return result[0, ...], result[1, ...], result[2, ...]


def position_on_earth(
    latitude: Any,
    longitude: Any,
    height: Any,
    ellipsoid: Ellipsoid = WGS84,
    *,
    out: FloatArray | None = None,
    threads: int | None = None,
) -> FloatArray:
    """ITRS position (m), shape (3, ...), of geodetic coordinates (rad, rad, m)."""
    rows = np.broadcast_arrays(latitude, longitude, height)
    result = _output(out, (3, *rows[0].shape))
    flat = (as_input(row).reshape(-1) for row in rows)
    shape = (ellipsoid.equatorial_radius, ellipsoid.flattening)
    _run(kernel.cartesian, (*flat, *shape, result.reshape(3, -1)), threads)
    return result


def teme_sidereal_angle(time: Time) -> FloatArray:
    """Greenwich mean sidereal time 1982 (rad): the angle from TEME to the Earth-fixed meridian
    (Vallado et al. 2006, AIAA 2006-6753, appendix C)."""
    earth = measured()
    instants_of(time.shape, time, None).span(earth)
    tai = atomic_or_civil(time).tai
    ut1_tai = np.interp(tai.jd1 - MJD + tai.jd2, earth.tai, earth.ut1_tai)
    return np.asarray(erfa.gmst82(*erfa.taiut1(tai.jd1, tai.jd2, ut1_tai)), dtype=np.float64)


def check_frame(name: str) -> str:
    """`name` if it is a known frame.

    Raises
    ------
    FrameError
    """
    if name not in FRAMES:
        raise FrameError(f"unknown frame {name!r}; wanted one of {', '.join(FRAMES)}")
    return name


def earth_orientation_range() -> tuple[Time, Time]:
    """First and last instant of the tables of Earth orientation."""
    from astropy.time import Time

    first, last = measured().days
    return Time(first, format="mjd"), Time(last, format="mjd")


def carry(
    r: FloatArray,
    v: FloatArray | None,
    source: str,
    target: str,
    instants: Instants,
    earth: EarthOrientation,
    out_r: FloatArray,
    out_v: FloatArray | None,
    threads: int | None,
) -> None:
    """`transform` under a given Earth orientation, into arrays that fit; v may be left out."""
    if source == target:
        for vectors, out in ((r, out_r), (v, out_v)):
            if vectors is not None and out is not None:
                out.reshape(3, -1)[:] = _rows(vectors, instants.shape)
    if source == target or not out_r.size:
        return
    # The tables lead towards the Earth: GCRS to TEME to ITRS.
    inward = target == "ITRS" or source == "GCRS"
    pair = (source, target) if inward else (target, source)
    pieces, first = table(*pair, *instants.span(earth), earth)
    # Between the inertial frames velocities only rotate.
    spin = _EARTH_ROTATION_RATE if "ITRS" in pair else 0.0
    args = (
        instants.clock,
        pieces,
        first,
        _rows(r, instants.shape),
        _NO_VELOCITIES if v is None else _rows(v, instants.shape),
        spin,
        np.empty((3, 0)) if out_v is None else out_v.reshape(3, -1),
        out_r.reshape(3, -1),
    )
    _run(kernel.to_earth_fixed if inward else kernel.from_earth_fixed, args, threads)


def _component_first(r: Any, name: str) -> tuple[int, ...]:
    shape: tuple[int, ...] = np.shape(r)
    if not shape or shape[0] != 3:
        raise InputError(f"{name} need three components first, got the shape {shape}")
    return shape[1:]


def _rows(r: FloatArray, shape: tuple[int, ...]) -> FloatArray:
    """Rows (3, N) of vectors (3, ...) broadcast to a shape; a view where that can be."""
    r = np.asarray(r)
    if r.shape[1:] != shape:
        r = r.reshape(3, *([1] * (len(shape) - r.ndim + 1)), *r.shape[1:])
    return as_input(np.broadcast_to(r, (3, *shape))).reshape(3, -1)


def _output(out: FloatArray | None, shape: tuple[int, ...]) -> FloatArray:
    try:
        return as_output(out, shape, "out")
    except ValueError as error:
        raise InputError(str(error)) from None


def _run(body: Any, args: tuple[Any, ...], threads: int | None) -> None:
    """Run a kernel over all states; the last argument is rows of results."""
    count = args[-1].shape[-1]
    run_blocks(lambda start, stop: body(*args, start, stop), count, _BLOCK, threads=threads)
