"""Physical constants and figures of the Sun and the Moon, SI, each with its source."""

from __future__ import annotations

from typing import Final

STANDARD_GRAVITY: Final = 9.80665
"""m/s2, exact (3rd CGPM 1901); turns specific impulse in seconds into exhaust speed."""

MOLAR_GAS_CONSTANT_US1976: Final = 8.31432
"""J/(mol K), the value that U.S. Standard Atmosphere 1976 (p. 3) fixes; not today's CODATA one."""

SECONDS_PER_DAY: Final = 86_400.0
"""s, exact."""

SPEED_OF_LIGHT: Final = 299_792_458.0
"""m/s, exact (BIPM, SI brochure)."""

ASTRONOMICAL_UNIT: Final = 149_597_870_700.0
"""m, exact (IAU 2012 resolution B2)."""

SUN_MU: Final = 1.32712440040944e20
"""m3/s2, the Sun's gravitational parameter in DE421 (Folkner et al. 2009, IPN Progress Report
42-178, table 1)."""

MOON_MU: Final = 4.902800076e12
"""m3/s2, the Moon's, from the same table."""

SUN_RADIUS: Final = 6.957e8
"""m, nominal (IAU 2015 resolution B3)."""

MOON_RADIUS: Final = 1.7374e6
"""m, mean (IAU working group on cartographic coordinates 2015, Archinal et al. 2018, table 5)."""

SOLAR_PRESSURE: Final = 4.56e-6
"""N/m2 of sunlight on a black surface at one astronomical unit (Montenbruck & Gill 2000, section
3.4); 1367 W/m2 over the speed of light."""
