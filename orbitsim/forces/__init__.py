"""Forces on a satellite: small frozen objects that are added up.

Examples
--------
>>> from orbitsim.forces import ExponentialDrag, Zonal
>>> forces = Zonal() + ExponentialDrag(0.01, density=3.7e-12, base_height=400e3, scale_height=58e3)
>>> len(forces.terms)
2
"""

from __future__ import annotations

from orbitsim.forces.base import Force, Sum
from orbitsim.forces.drag import ExponentialDrag
from orbitsim.forces.zonal import Zonal

__all__ = ["ExponentialDrag", "Force", "Sum", "Zonal"]
