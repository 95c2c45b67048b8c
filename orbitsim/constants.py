"""Physical constants, SI, each with its source.  Nothing here depends on a body's model."""

from __future__ import annotations

from typing import Final

STANDARD_GRAVITY: Final = 9.80665
"""m/s2, exact (3rd CGPM 1901); turns specific impulse in seconds into exhaust speed."""

MOLAR_GAS_CONSTANT_US1976: Final = 8.31432
"""J/(mol K), the value that U.S. Standard Atmosphere 1976 (p. 3) fixes; not today's CODATA one."""

SECONDS_PER_DAY: Final = 86_400.0
"""s, exact."""
