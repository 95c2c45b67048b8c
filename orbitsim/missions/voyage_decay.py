"""What the free flight hangs on: decay by drag and space weather, and what staying would cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from orbitsim.environment.space_weather import SpaceWeather
from orbitsim.orbit import Orbit
from orbitsim.phases.decay import StayingCost, decay, propellant_to_stay
from orbitsim.phases.lifetime import Lifetime, lifetime
from orbitsim.units import FloatArray

SHARES: Final = (0.5, 1.0, 1.5, 2.0)
"""Of the ship's ballistic coefficient."""

WEATHERS: Final = {"quiet": (120.0, 5.0), "active": (220.0, 20.0)}
"""F10.7 and ap of weathers beside the measured one: what a month was like low and high in the
maximum of that solar cycle."""

_LONGEST: Final = 1000.0
"""d; of the lifetimes."""


@dataclass(frozen=True, slots=True, eq=False)
class DecayStudy:
    """The free flight if nobody had touched the ship.

    Attributes
    ----------
    days : float
        Of the free flight.
    coefficient : float
        The ship's ballistic coefficient, m2/kg.
    loss : ndarray, shape (len(SHARES),)
        Height that it loses in the measured weather at shares of its coefficient, m.
    loss_in : dict
        The same at the whole coefficient, by the weather's name.
    to_hold, to_follow : StayingCost
        Against all of the drag, and to sink as the station does.
    lifetime : Lifetime
        From the undocking on, in weather drawn from what was measured before.
    """

    days: float
    coefficient: float
    loss: FloatArray
    loss_in: dict[str, float]
    to_hold: StayingCost
    to_follow: StayingCost
    lifetime: Lifetime


def study_decay(
    orbit: Orbit,
    coefficient: float,
    station_coefficient: float,
    days: float,
    *,
    mass: float,
    specific_impulse: float,
    samples: int,
    seed: int,
) -> DecayStudy:
    """Let the ship drift from its undocking.

    Parameters
    ----------
    orbit : Orbit
        After the undocking.
    coefficient, station_coefficient : float
        m2/kg.
    days : float
    mass, specific_impulse : float
        kg, s.
    samples, seed : int
        Of the lifetime.
    """
    loss = decay(orbit, coefficient * np.array(SHARES), days).loss
    loss_in = {
        name: float(
            decay(orbit, [coefficient], days, weather=SpaceWeather.constant(f107=f107, ap=ap)).loss[
                0
            ]
        )
        for name, (f107, ap) in WEATHERS.items()
    }
    drift = (orbit, coefficient, days, mass, specific_impulse)
    return DecayStudy(
        days,
        coefficient,
        loss,
        loss_in,
        propellant_to_stay(*drift),
        propellant_to_stay(*drift, station_coefficient=station_coefficient),
        lifetime(orbit, coefficient, samples=samples, longest=_LONGEST, seed=seed),
    )
