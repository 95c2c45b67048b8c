"""Convective heating of a falling body, and a lumped mass that warms, radiates and melts.

Heat flux at the stagnation point of a blunt nose in equilibrium air: Detra, Kemp and Riddell
(1957, Jet Propulsion 27, p. 1256), 17 600 Btu/(ft2 s) at 26 000 ft/s, sea-level density and a
radius of one foot, towards a cold wall.  Where the air is so thin that this exceeds the flow's
whole energy, the free-molecular limit rho v^3 / 2 takes its place.  A warm wall takes less, by the
ratio of the enthalpies.

A tumbling body takes in `MEAN_SHARE` of the stagnation flux over all its surface.  Its temperature
is one number; at the melting point what comes in melts, what has melted is gone, and the rest keeps
its shape.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.mathfun import cbrt, exp, inline, log

STEFAN_BOLTZMANN = 5.670374419e-8
"""W/(m2 K4), exact (CODATA 2018)."""

SEA_LEVEL_DENSITY = 1.225
"""kg/m3 (U.S. Standard Atmosphere 1976), which the correlation refers to."""

_FOOT = 0.3048
_DETRA_KEMP_RIDDELL = 17_600.0 * 11_356.527 * np.sqrt(_FOOT)  # W/m2 at a radius of 1 m
_REFERENCE_SPEED = 26_000.0 * _FOOT
_AIR_HEAT = 1004.5  # J/(kg K), of air near a wall

MEAN_SHARE = np.pi / 16.0
"""Mean flux over a sphere that turns every side to the flow, over that at the stagnation point:
Lees' (1956, Jet Propulsion 26, p. 259) laminar distribution at high Mach number over the front, and
nothing on the back."""

# Rows of a table of bodies, shape (ROWS, cases).
MASS, NOSE, SURFACE, HEAT_CAPACITY, MELTING, FUSION, EMISSIVITY, START = range(8)
ROWS = 8

_LONGEST = 0.25  # s, of a step of the temperature


@inline
def stagnation_flux(density, speed, nose_radius, wall_temperature):
    """W/m2 towards the stagnation point."""
    energy = 0.5 * speed * speed
    continuum = 0.0
    if speed > 1.0:
        ratio = exp(3.15 * log(speed / _REFERENCE_SPEED))
        thickness = np.sqrt(density / (SEA_LEVEL_DENSITY * nose_radius))
        continuum = _DETRA_KEMP_RIDDELL * thickness * ratio
    flux = min(continuum, density * speed * energy)
    cooler = 1.0 - _AIR_HEAT * (wall_temperature - 300.0) / (energy + 1.0)
    return flux * min(max(cooler, 0.0), 1.0)


@inline
def warm(before, after, duration, temperature, left, body):
    """Temperature (K) and fraction of mass left, `duration` seconds later.

    The mean flux runs straight from `before` to `after` (W/m2); `body` holds the rows of the table
    for one case.  Steps are implicit in the radiation, which is stiff for a foil.
    """
    mass, _, surface, capacity, melting, fusion, emissivity, _ = body
    count = int(np.ceil(duration / _LONGEST))
    step = duration / count
    for i in range(count):
        if left <= 0.0:
            break
        flux = before + (after - before) * (i + 0.5) / count
        # The shape stays: surface goes with the mass to the power 2/3, and so surface over mass.
        cube = cbrt(left)
        rate = surface / (mass * capacity * cube)
        glow = emissivity * STEFAN_BOLTZMANN * temperature * temperature * temperature
        net = flux - glow * temperature
        temperature += step * rate * net / (1.0 + 4.0 * step * rate * glow)
        if temperature > melting:
            left -= (temperature - melting) * capacity * left / fusion
            temperature = melting
    return temperature, max(left, 0.0)
