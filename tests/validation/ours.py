"""The forces of a reference flight, in our terms."""

from __future__ import annotations

import numpy as np
from validation import scenarios
from validation.references import Flight

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
    Thrust,
)

SPHERE = Ellipsoid(scenarios.RADIUS, 0.0)


def atmosphere(name: str) -> Atmosphere:
    """By the scenario's name."""
    if name.startswith("exponential"):
        air = scenarios.EXPONENTIAL
        datum = SPHERE if name == "exponential_sphere" else Ellipsoid(*scenarios.ELLIPSOID)
        return ExponentialAtmosphere(
            air["density"], air["base_height"], air["scale_height"], datum
        )
    if name == "harris_priester":
        return HarrisPriester(scenarios.HARRIS_PRIESTER_EXPONENT)
    return Nrlmsise00()


def forces(flight: Flight) -> Force:
    """What the reference tool flew under."""
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
        total += SolidTides(mean_pole="2010")
    if given.relativity:
        total += Relativity()
    if given.thrust is not None:
        engine = given.thrust
        total += Thrust(
            engine.force,
            specific_impulse=engine.specific_impulse,
            mass=craft.mass,
            direction=engine.direction,
            attitude="inertial" if engine.axes == "GCRF" else engine.axes,
        )
    return total


def fly(flight: Flight, **settings: float) -> Trajectory:
    """Our flight at the reference's instants."""
    start = flight.start
    orbit = Orbit.from_state(start.r, start.v, start.epoch)
    return propagate(orbit, flight.t, method="numerical", forces=forces(flight), **settings)


def errors(flight: Flight, **settings: float) -> np.ndarray:
    """Distances (m) from the reference."""
    return np.linalg.norm(fly(flight, **settings).r - flight.r, axis=-1)
