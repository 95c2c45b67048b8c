"""Forces on a satellite: small frozen objects that are added up.

Examples
--------
>>> from orbitsim.forces import Drag, Gravity, ThirdBody
>>> forces = Gravity(20) + ThirdBody("sun") + ThirdBody("moon") + Drag(0.003)
>>> len(forces.terms)
4
"""

from __future__ import annotations

from orbitsim.forces.base import Force, Sum
from orbitsim.forces.drag import Drag
from orbitsim.forces.gravity import Gravity, GravityModel
from orbitsim.forces.radiation import RadiationPressure
from orbitsim.forces.relativity import DeSitter, LenseThirring, Relativity
from orbitsim.forces.third_body import ThirdBody
from orbitsim.forces.thrust import Thrust
from orbitsim.forces.tides import SolidTides
from orbitsim.forces.zonal import Zonal

__all__ = [
    "DeSitter",
    "Drag",
    "Force",
    "Gravity",
    "GravityModel",
    "LenseThirring",
    "RadiationPressure",
    "Relativity",
    "SolidTides",
    "Sum",
    "ThirdBody",
    "Thrust",
    "Zonal",
]
