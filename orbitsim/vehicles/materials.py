"""Metals that spacecraft are made of, as far as heating and melting ask.

Figures are rounded handbook values near room temperature for heat capacity and emissivity of an
oxidised surface, and at melting for the rest.  Between handbooks melting points differ by some tens
of kelvins (alloys melt over a range, of which the upper end stands here), heats of fusion by a
tenth, and emissivities by what the surface has been through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Material:
    """One material.

    Attributes
    ----------
    name : str
    density : float
        kg/m3.
    specific_heat : float
        J/(kg K).
    melting_temperature : float
        K.
    heat_of_fusion : float
        J/kg.
    emissivity : float
    source : str
    """

    name: str
    density: float
    specific_heat: float
    melting_temperature: float
    heat_of_fusion: float
    emissivity: float
    source: str


_MILLS = (
    "K. C. Mills, Recommended Values of Thermophysical Properties for Selected Commercial Alloys"
)
_ASM = "ASM Metals Handbook, vol. 2 (1990)"

ALUMINIUM: Final = Material("aluminium alloy", 2780.0, 900.0, 911.0, 390e3, 0.3, _ASM)
"""Like 2024 or AMg6; liquidus."""

TITANIUM: Final = Material("titanium alloy Ti-6Al-4V", 4430.0, 560.0, 1923.0, 290e3, 0.5, _MILLS)

STEEL: Final = Material("austenitic stainless steel", 7900.0, 500.0, 1727.0, 260e3, 0.6, _MILLS)
