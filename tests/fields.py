"""Forces for tests of the kernels: fields and tables of constants by name."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.arcs import integrate
from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.dynamics import EXPONENTIAL, Field
from orbitsim.kernels.gravity import ZONALS_PER_PASS
from orbitsim.kernels.lanes import CONSTANTS, DRAG
from orbitsim.kernels.thrust import NO_THRUST

MU, RADIUS = 3.986004415e14, 6378136.3
EQUATOR = 6378137.0


def field(
    j=(), *, rotation=0.0, air_flattening=0.0, base_height=0.0, decay=0.0, ground_flattening=0.0
):
    """Zonals, and exponential air whose density at the base is 1 kg/m3."""
    padded = np.zeros(-(-len(j) // ZONALS_PER_PASS) * ZONALS_PER_PASS)
    padded[: len(j)] = j
    empty = as_input(np.empty((0, 0)))
    return Field(
        mu=MU,
        radius=RADIUS,
        j=as_input(padded),
        degree=0,
        order=0,
        harmonics=as_input(np.empty(0)),
        pieces=0,
        orientation=empty,
        sun=empty,
        moon=empty,
        sun_pulls=False,
        moon_pulls=False,
        tides=empty,
        relativity=False,
        frame_dragging=False,
        geodesic=False,
        light=False,
        shadow_radius=EQUATOR,
        shadow_stretch=1.0,
        air=EXPONENTIAL,
        rotation=rotation,
        air_radius=EQUATOR,
        air_flattening=air_flattening,
        base_density=1.0,
        base_height=base_height,
        decay=decay,
        bulge=0.0,
        weather=empty,
        attitude=NO_THRUST,
        ground_radius=EQUATOR,
        ground_flattening=ground_flattening,
        pole_x=0.0,
        pole_y=0.0,
    )


def constants(drag):
    """Of orbits with these drag factors alone, (CONSTANTS, N)."""
    table = np.zeros((CONSTANTS, np.size(drag)))
    table[DRAG] = drag
    return table


def grid(r, v, drag, t, forces, **settings):
    """Position, velocity and status of orbits at instants."""
    state = np.concatenate([np.asarray(r), np.asarray(v)])
    arcs = integrate(state, constants(drag), t, forces, **settings)
    return arcs.r, arcs.v, arcs.status
