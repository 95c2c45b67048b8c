"""How much of the Sun a satellite sees past the Earth and the Moon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from orbitsim.constants import MOON_RADIUS
from orbitsim.earth import EQUATORIAL_RADIUS, Ellipsoid
from orbitsim.environment import bodies
from orbitsim.errors import InputError
from orbitsim.kernels import radiation
from orbitsim.kernels.arrays import as_input
from orbitsim.units import FloatArray, to_si

if TYPE_CHECKING:
    from astropy.time import Time

Edge = Literal["penumbra", "umbra"]
Occulter = Literal["earth", "moon"]

_EDGES: Final = {"penumbra": 1.0, "umbra": -1.0}
_SPHERE: Final = Ellipsoid(EQUATORIAL_RADIUS, 0.0)


def illumination(
    r: FloatArray,
    time: Time,
    *,
    earth: Ellipsoid = _SPHERE,
    ephemeris: bodies.Ephemeris = "DE421",
) -> FloatArray:
    """Part of the Sun's disc that is seen: 1 in the light, 0 in the umbra.

    The Earth and the Moon cast conical shadows (Montenbruck & Gill 2000, eq. 3.85 to 3.94), in
    which the discs are taken as plane ones; that is within 4e-4 of the share on the sphere of
    directions, for any height above 200 km.  The atmosphere casts none.

    Parameters
    ----------
    r : ndarray, shape (..., 3)
        GCRS, m.
    time : Time
        Of a shape that broadcasts with the leading axes of `r`.
    earth : Ellipsoid
        What casts the Earth's shadow; a sphere of the equatorial radius unless given.
    ephemeris : {"DE421", "analytic"}

    Returns
    -------
    ndarray
        0 to 1.

    Raises
    ------
    InputError
        Shapes that do not go together, or an unknown ephemeris.
    EpochError
        Outside the ephemeris.

    Examples
    --------
    >>> from astropy.time import Time
    >>> noon = Time("2016-12-01T14:51:52")
    >>> away_from_sun = -bodies.position("sun", noon) / 1.475e11
    >>> illumination(7.0e6 * away_from_sun, noon)
    array(0.)
    """
    shape, states, sun, moon = _geometry(r, time, ephemeris)
    out = np.empty(states.shape[1])
    stretch = 1.0 / (1.0 - earth.flattening)
    radiation.lights(states, sun, moon, earth.equatorial_radius, stretch, out)
    return out.reshape(shape)


def shadow_margin(
    r: FloatArray,
    time: Time,
    edge: Edge = "umbra",
    *,
    body: Occulter = "earth",
    ephemeris: bodies.Ephemeris = "DE421",
) -> FloatArray:
    """Angle (rad) between the Sun's limb and a body's: positive in the light, negative in shadow.

    It crosses zero where the penumbra or the umbra begins and ends, and is smooth there.  The body
    is a sphere, the Earth of its equatorial radius.

    Parameters
    ----------
    r, time, ephemeris
        As for `illumination`.
    edge : {"umbra", "penumbra"}
    body : {"earth", "moon"}

    Raises
    ------
    InputError
        An unknown edge or body, or as `illumination`.
    EpochError
        Outside the ephemeris.
    """
    if edge not in _EDGES:
        raise InputError(f"edge must be 'penumbra' or 'umbra', got {edge!r}")
    if body not in ("earth", "moon"):
        raise InputError(f"body must be 'earth' or 'moon', got {body!r}")
    shape, states, sun, moon = _geometry(r, time, ephemeris)
    out = np.empty(states.shape[1])
    if body == "earth":
        radiation.shadow_margins(
            states, sun, np.zeros_like(moon), EQUATORIAL_RADIUS, _EDGES[edge], out
        )
    else:
        radiation.shadow_margins(states, sun, moon, MOON_RADIUS, _EDGES[edge], out)
    return out.reshape(shape)


def _geometry(
    r: FloatArray, time: Time, ephemeris: bodies.Ephemeris
) -> tuple[tuple[int, ...], FloatArray, FloatArray, FloatArray]:
    """The result's shape, and positions of satellite, Sun and Moon, each (3, N)."""
    states = to_si(r, "m", "r")
    if states.shape[-1:] != (3,):
        raise InputError(f"r must have the shape (..., 3), got {states.shape}")
    try:
        shape = np.broadcast_shapes(states.shape[:-1], time.shape)
    except ValueError:
        raise InputError(
            f"r of the shape {states.shape} does not go with instants of the shape {time.shape}"
        ) from None
    columns = np.moveaxis(np.broadcast_to(states, (*shape, 3)), -1, 0)
    sun, moon = (
        np.broadcast_to(
            position.reshape(3, *(1,) * (len(shape) - time.ndim), *time.shape), (3, *shape)
        )
        for position in (bodies.position(b, time, ephemeris) for b in bodies.BODIES)
    )
    first, second, third = (as_input(a.reshape(3, -1)) for a in (columns, sun, moon))
    return shape, first, second, third
