"""From summed forces to what the kernels take: a `Field`, and constants of each orbit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import erfa
import numpy as np

from orbitsim.earth import WGS84, Ellipsoid
from orbitsim.environment.atmosphere import ExponentialAtmosphere, HarrisPriester, Nrlmsise00
from orbitsim.environment.bodies import body_table
from orbitsim.environment.space_weather import weather_table
from orbitsim.environment.tides import tide_table
from orbitsim.errors import InputError
from orbitsim.forces.base import Force, the_one
from orbitsim.forces.drag import Drag
from orbitsim.forces.gravity import Gravity
from orbitsim.forces.radiation import RadiationPressure
from orbitsim.forces.relativity import DeSitter, LenseThirring, Relativity
from orbitsim.forces.third_body import ThirdBody
from orbitsim.forces.thrust import Thrust
from orbitsim.forces.tides import SolidTides
from orbitsim.forces.zonal import Zonal
from orbitsim.frames import orientation
from orbitsim.frames.instants import atomic_or_civil
from orbitsim.kernels import dynamics
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.dynamics import Field
from orbitsim.kernels.frames import PIECES_PER_DAY
from orbitsim.kernels.gravity import ZONALS_PER_PASS
from orbitsim.kernels.lanes import CONSTANTS, DIRECTION, DRAG, FLOW, ORIGIN, RADIATION, THRUST
from orbitsim.kernels.thrust import INERTIAL, NO_THRUST, RTN, VNC
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from astropy.time import Time

_KNOWN = (
    Zonal,
    Gravity,
    ThirdBody,
    Drag,
    RadiationPressure,
    SolidTides,
    Relativity,
    LenseThirring,
    DeSitter,
    Thrust,
)
ATTITUDES = {"inertial": INERTIAL, "RTN": RTN, "VNC": VNC}
_SYMMETRIC = (Zonal, Drag, Thrust)


def check(forces: Force) -> None:
    """Refuse forces that cannot go together.

    Raises
    ------
    InputError
    """
    for term in forces.terms:
        if not isinstance(term, _KNOWN):
            raise InputError(f"numerical propagation does not know the force {term!r}")
    for kind in _KNOWN:
        if kind is ThirdBody:
            continue
        the_one(forces, kind)
    zonal, gravity = the_one(forces, Zonal), the_one(forces, Gravity)
    if (zonal is None) == (gravity is None):
        raise InputError(
            "forces must hold one gravity, orbitsim.forces.Gravity or orbitsim.forces.Zonal, got "
            + ("neither" if zonal is None else "both")
        )
    bodies = [term.body for term in forces.terms if isinstance(term, ThirdBody)]
    if len(set(bodies)) < len(bodies):
        raise InputError(f"forces hold a third body twice: {', '.join(bodies)}")
    if zonal is not None:
        drag = the_one(forces, Drag)
        for term in forces.terms:
            real_air = term is drag and not isinstance(drag.atmosphere, ExponentialAtmosphere)
            if not isinstance(term, _SYMMETRIC) or real_air:
                raise InputError(
                    f"Zonal stands for an Earth whose pole stands still, and goes with thrust and "
                    f"drag in an ExponentialAtmosphere only, not with {type(term).__name__}; "
                    f"Gravity(6, 0) is its like for the real Earth"
                )


def is_still(forces: Force) -> bool:
    """Whether the axes are those of a pole that stands still, and no instant is looked up."""
    return the_one(forces, Zonal) is not None


def field_of(forces: Force, epoch: Time, low: float, high: float) -> tuple[Field, float]:
    """The kernels' forces from `low` to `high`, s after the epoch (the first and last of several).

    Returns
    -------
    field : Field
    first : float
        Number of the tables' first piece, in pieces since MJD 0 of atomic time.

    Raises
    ------
    EpochError
        The tables of Earth orientation, of space weather or an ephemeris do not reach so far.
    """
    zonal, gravity = the_one(forces, Zonal), the_one(forces, Gravity)
    drag, light = the_one(forces, Drag), the_one(forces, RadiationPressure)
    tides, dragging = the_one(forces, SolidTides), the_one(forces, LenseThirring)
    geodesic, thrust = the_one(forces, DeSitter), the_one(forces, Thrust)
    bodies = {term.body: term for term in forces.terms if isinstance(term, ThirdBody)}
    air = None if drag is None else drag.atmosphere
    datum = air.datum if isinstance(air, ExponentialAtmosphere) else WGS84
    shadow = Ellipsoid(1.0, 0.0) if light is None else light.earth

    mjd = pieces_of(epoch) / PIECES_PER_DAY
    span = (float(mjd.min()) + low / 86_400.0, float(mjd.max()) + high / 86_400.0)
    tables: dict[str, FloatArray] = {}
    first = 0.0
    if gravity is not None and (
        gravity.degree > 0 or any(term is not None for term in (drag, tides, dragging))
    ):
        earth = orientation.measured()
        earth.check(*span)
        tables["orientation"], first = orientation.table("GCRS", "ITRS", *span, earth)
    for body in ("sun", "moon"):
        source: ThirdBody | RadiationPressure | DeSitter | None = bodies.get(body) or light
        if body == "sun":
            source = source or geodesic
        if source is None and not (body == "sun" and isinstance(air, HarrisPriester)):
            continue
        ephemeris = "DE421" if source is None else source.ephemeris
        tables[body], first = body_table(body, *span, ephemeris)
    if isinstance(air, Nrlmsise00):
        tables["weather"], first = weather_table(*span, air.weather)
    if tides is not None:
        tables["tides"], first = tide_table(*span, tides.system, tides.mean_pole, tides.ephemeris)

    pole_x, pole_y = 0.0, 0.0
    if zonal is None:
        middle = 0.5 * (span[0] + span[1])
        pole_x, pole_y, _ = (float(x) for x in erfa.xys06a(orientation.MJD, middle))
    exponential = air if isinstance(air, ExponentialAtmosphere) else None
    return Field(
        **_gravity(zonal, gravity),
        pieces=max((table.shape[0] for table in tables.values()), default=0),
        orientation=tables.get("orientation", _NONE),
        sun=tables.get("sun", _NONE),
        moon=tables.get("moon", _NONE),
        sun_pulls="sun" in bodies,
        moon_pulls="moon" in bodies,
        tides=tables.get("tides", _NONE),
        relativity=the_one(forces, Relativity) is not None,
        frame_dragging=dragging is not None,
        geodesic=geodesic is not None,
        light=light is not None,
        shadow_radius=shadow.equatorial_radius,
        shadow_stretch=1.0 / (1.0 - shadow.flattening),
        air=_air(air),
        rotation=0.0 if drag is None else drag.rotation_rate,
        air_radius=datum.equatorial_radius,
        air_flattening=datum.flattening,
        base_density=0.0 if exponential is None else exponential.base_density,
        base_height=0.0 if exponential is None else exponential.base_height,
        decay=0.0 if exponential is None else 1.0 / exponential.scale_height,
        bulge=air.exponent if isinstance(air, HarrisPriester) else 0.0,
        weather=tables.get("weather", _NONE),
        attitude=NO_THRUST if thrust is None else ATTITUDES[thrust.attitude],
        ground_radius=WGS84.equatorial_radius,
        ground_flattening=WGS84.flattening,
        pole_x=pole_x,
        pole_y=pole_y,
    ), first


_NONE = as_input(np.empty((0, 0)))


def _gravity(zonal: Zonal | None, gravity: Gravity | None) -> dict[str, Any]:
    if gravity is not None:
        return {
            "mu": gravity.mu,
            "radius": gravity.radius,
            "j": as_input(np.empty(0)),
            "degree": gravity.degree,
            "order": gravity.order,
            "harmonics": as_input(gravity.table),
        }
    assert zonal is not None
    j = np.zeros(-(-len(zonal.gravity.j) // ZONALS_PER_PASS) * ZONALS_PER_PASS)
    j[: len(zonal.gravity.j)] = zonal.gravity.j
    return {
        "mu": zonal.gravity.mu,
        "radius": zonal.gravity.radius,
        "j": as_input(j),
        "degree": 0,
        "order": 0,
        "harmonics": as_input(np.empty(0)),
    }


def _air(air: Any) -> int:
    if isinstance(air, ExponentialAtmosphere):
        return dynamics.EXPONENTIAL
    if isinstance(air, HarrisPriester):
        return dynamics.HARRIS_PRIESTER
    return dynamics.NO_AIR if air is None else dynamics.NRLMSISE


def constants_of(forces: Force, shape: tuple[int, ...], to_frame: FloatArray | None) -> FloatArray:
    """The kernels' table of what each orbit has to itself, (CONSTANTS, N), without its instant.

    `to_frame`, shape (N, 3, 3), turns from the axes of the integration to those of the orbits.

    Raises
    ------
    InputError
        Coefficients that do not fit the orbits.
    """
    table = np.zeros((CONSTANTS, int(np.prod(shape, dtype=int))))
    drag, light = the_one(forces, Drag), the_one(forces, RadiationPressure)
    thrust = the_one(forces, Thrust)
    if drag is not None:
        table[DRAG] = 0.5 * each(drag.ballistic_coefficient, shape, "ballistic_coefficient")
    if light is not None:
        table[RADIATION] = each(light.coefficient, shape, "the coefficient of radiation pressure")
    if thrust is not None:
        table[THRUST] = each(thrust.force / thrust.mass, shape, "force over mass")
        table[FLOW] = each(thrust.flow / thrust.mass, shape, "flow over mass")
        direction = np.moveaxis(thrust.direction, -1, 0)
        rows = np.array([each(row, shape, "direction") for row in direction])
        if thrust.attitude == "inertial" and to_frame is not None:
            rows = np.einsum("nji,jn->in", to_frame, rows)
        table[DIRECTION : DIRECTION + 3] = rows
    return table


def each(value: FloatArray, shape: tuple[int, ...], name: str) -> FloatArray:
    """One number for each orbit, (N,).

    Raises
    ------
    InputError
        Neither one number nor of the orbits' shape.
    """
    try:
        return np.broadcast_to(value, shape).reshape(-1)
    except ValueError:
        raise InputError(
            f"{name} must be one number or have the orbits' shape {shape}, "
            f"got the shape {np.shape(value)}"
        ) from None


def pieces_of(epoch: Time) -> FloatArray:
    """Instants in pieces since MJD 0 of atomic time, of the epoch's shape."""
    atomic = atomic_or_civil(epoch).tai
    return np.asarray((atomic.jd1 - orientation.MJD) * PIECES_PER_DAY + atomic.jd2 * PIECES_PER_DAY)


def with_origin(constants: FloatArray, pieces: FloatArray, first: float) -> FloatArray:
    """The table with the instants at which the arcs begin."""
    table = constants.copy()
    table[ORIGIN] = pieces - first
    return table
