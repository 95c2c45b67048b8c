"""The forces of a reference flight, in our terms."""

from __future__ import annotations

from typing import Any

import numpy as np
from validation import scenarios
from validation.references import Flight, FloatArray

from orbitsim import Orbit, Trajectory, propagate
from orbitsim.earth import Ellipsoid
from orbitsim.environment.atmosphere import (
    Atmosphere,
    ExponentialAtmosphere,
    HarrisPriester,
    Nrlmsise00,
)
from orbitsim.forces import (
    Drag,
    Force,
    Gravity,
    RadiationPressure,
    Relativity,
    SolidTides,
    ThirdBody,
)
from orbitsim.propagation.burns import FiniteBurn

SPHERE = Ellipsoid(scenarios.RADIUS, 0.0)


def atmosphere(name: str) -> Atmosphere:
    """By the scenario's name."""
    if name.startswith("exponential"):
        air = scenarios.EXPONENTIAL
        datum = SPHERE if name == "exponential_sphere" else Ellipsoid(*scenarios.ELLIPSOID)
        return ExponentialAtmosphere(air["density"], air["base_height"], air["scale_height"], datum)
    if name == "harris_priester":
        return HarrisPriester(scenarios.HARRIS_PRIESTER_EXPONENT)
    return Nrlmsise00()


def forces(flight: Flight) -> Force:
    """What the reference tool flew under, but for thrust."""
    given, craft = flight.forces, flight.start.spacecraft
    total: Force = Gravity(given.degree, given.order)
    if given.sun:
        total += ThirdBody("sun")
    if given.moon:
        total += ThirdBody("moon")
    if given.atmosphere:
        total += Drag(
            mass=craft.mass,
            area=craft.area,
            cd=craft.drag_coefficient,
            atmosphere=atmosphere(given.atmosphere),
        )
    if given.radiation:
        total += RadiationPressure(
            mass=craft.mass, area=craft.area, cr=craft.radiation_coefficient, earth=SPHERE
        )
    if given.solid_tides:
        # Orekit adds the pole tide of the conventions' first edition, brahe has none.
        total += SolidTides(mean_pole="2010" if flight.tool == "orekit" else None)
    if given.relativity:
        total += Relativity()
    return total


def burns(flight: Flight) -> dict[str, Any]:
    """The burn of a flight and the mass that it needs, as arguments of `propagate`."""
    engine = flight.forces.thrust
    if engine is None:
        return {}
    burn = FiniteBurn(
        engine.force,
        engine.start,
        duration=engine.duration,
        specific_impulse=engine.specific_impulse,
        direction=engine.direction,
        attitude="inertial" if engine.axes == "GCRF" else engine.axes,
    )
    return {"burns": [burn], "mass": flight.start.spacecraft.mass}


def fly(flight: Flight, t: FloatArray | None = None, force: Force | None = None) -> Trajectory:
    """Our flight, at the reference's instants and under its forces unless others are given."""
    start = flight.start
    return propagate(
        Orbit.from_state(start.r, start.v, start.epoch),
        flight.t if t is None else t,
        method="numerical",
        forces=forces(flight) if force is None else force,
        **burns(flight),
    )


def errors(flight: Flight, days: float = np.inf) -> FloatArray:
    """Distances (m) from the reference at its instants up to so many days."""
    t = flight.t[flight.t <= 86_400.0 * days]
    return np.linalg.norm(fly(flight, t).r - flight.r[: t.size], axis=-1)
