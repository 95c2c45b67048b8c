"""What NRLMSISE-00 says of each species: masses, densities at 120 km, corrections.

Every array has one place a species: He, O, N2, O2, Ar, H, N, anomalous O.  Two corrections add
terms r / (1 + exp((z - height) * rate)) to the logarithm of a density.  *Mixing* leads to the ratio
at the ground (for atomic oxygen, whose ratio there is none, down by dissociation), *chemistry*
accounts for flow and reactions.  Mixing of O and chemistry of O2 have the mean of two exponentials,
the second of another width.  A correction that a species lacks has r = 0.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.arrays import FloatArray, as_input
from orbitsim.kernels.nrlmsise_tables import SET, SPECIES

_PDM = [SET[f"PDM{k}"] for k in range(1, 9)]
_PDL1, _PDL2 = SET["PDL1"], SET["PDL2"]
_HE, _O, _N2, _O2, _AR, _H, _N, _HOT_O = range(8)

MASS = as_input([4.0, 16.0, 28.0, 32.0, 40.0, 1.0, 14.0, 16.0])
"""In the model's units, in which the mixed air has `MIXED_MASS`."""
MIXED_MASS = _PDM[_N2][4]

ALPHA = as_input([-0.38, 0.0, 0.0, 0.0, 0.17, -0.38, 0.0, 0.0])
"""Thermal diffusion coefficient."""

_CM3_IN_M3 = 1e6
LOG_BASE = as_input(
    [np.log(pdm[0] * SET[name][0] * _CM3_IN_M3) for pdm, name in zip(_PDM, SPECIES, strict=True)]
)
"""ln of the mean number density per m3 at 120 km."""

WITHIN = as_input([np.nextafter(200.0, 0.0), 300.0, 160.0, 250.0, 240.0, 320.0, 450.0, -np.inf])
"""km; up to here a species is corrected for turbulent mixing."""
CHEMISTRY_WITHIN = as_input([np.inf if k == _O2 else limit for k, limit in enumerate(WITHIN)])

_TRANSITION = _PDM[_N2][3] * _PDL2[5]
MEAN_POWER = as_input(_TRANSITION / (MIXED_MASS - MASS))
"""Exponent of the root mean of diffusive and mixed density."""
INVERSE_MEAN_POWER = as_input((MIXED_MASS - MASS) / _TRANSITION)


def _row(values: dict[int, float], rest: float = 0.0) -> FloatArray:
    return as_input([values.get(k, rest) for k in range(8)])


MIXING_HEIGHT = _row(
    {
        _HE: _PDM[_HE][4] * _PDL2[0],
        _O: _PDM[_O][4] * _PDL2[2],
        _O2: _PDM[_O2][4] * _PDL2[6],
        _AR: _PDM[_AR][4] * _PDL2[8],
        _H: _PDM[_H][4] * _PDL2[10],
        _N: _PDM[_N][4] * _PDL1[0],
    }
)
MIXING_RATE = _row(
    {
        _HE: 1.0 / (_PDM[_HE][5] * _PDL2[1]),
        _O: 1.0 / (_PDM[_O][5] * _PDL2[3]),
        _O2: 1.0 / (_PDM[_O2][5] * _PDL2[7]),
        _AR: 1.0 / (_PDM[_AR][5] * _PDL2[9]),
        _H: 1.0 / (_PDM[_H][5] * _PDL2[11]),
        _N: 1.0 / (_PDM[_N][5] * _PDL1[1]),
    }
)
TO_NITROGEN = _row(dict.fromkeys((_HE, _O2, _AR, _H, _N), 1.0))
"""1 where the mixing's r is the logarithm of nitrogen's density times a ratio over the species'."""
MIXING = _row(
    {
        _HE: np.log(_PDM[_HE][1]),
        _O: _PDM[_O][1] * _PDL2[16],
        _O2: np.log(_PDM[_O2][1]),
        _AR: np.log(_PDM[_AR][1]),
        _H: np.log(_PDM[_H][1] * abs(_PDL2[17])),
        _N: np.log(_PDM[_N][1] * abs(_PDL1[2])),
    }
)
MIXING_FLUX = _row({_O: _PDM[_O][1] * _PDL2[16] * _PDL1[23]})
"""Growth of r with the mean flux."""

CHEMISTRY_HEIGHT = _row(
    {
        _O: _PDM[_O][6] * _PDL2[12],
        _O2: _PDM[_O2][6] * _PDL2[21],
        _H: _PDM[_H][6] * _PDL2[18],
        _N: _PDM[_N][6] * _PDL1[3],
    }
)
CHEMISTRY_RATE = _row(
    {
        _O: 1.0 / (_PDM[_O][7] * _PDL2[13]),
        _O2: 1.0 / (_PDM[_O2][7] * _PDL2[22]),
        _H: 1.0 / (_PDM[_H][7] * _PDL2[19]),
        _N: 1.0 / (_PDM[_N][7] * _PDL1[4]),
    }
)
CHEMISTRY = _row(
    {
        _O: _PDM[_O][3] * _PDL2[14],
        _O2: _PDM[_O2][3] * _PDL2[23],
        _H: _PDM[_H][3] * _PDL2[20],
        _N: _PDM[_N][3] * _PDL1[5],
    }
)
CHEMISTRY_FLUX = _row({_O2: _PDM[_O2][3] * _PDL2[23] * _PDL1[23]})

SECOND_HEIGHT = _row({_O: MIXING_HEIGHT[_O], _O2: CHEMISTRY_HEIGHT[_O2]})
SECOND_RATE = _row({_O: 1.0 / (_PDM[_O][5] * _PDL2[4]), _O2: 1.0 / (_PDM[_O2][7] * _PDL1[22])})
MIXING_FIRST, MIXING_SECOND = _row({_O: 0.5}, 1.0), _row({_O: 0.5})
CHEMISTRY_FIRST, CHEMISTRY_SECOND = _row({_O2: 0.5}, 1.0), _row({_O2: 0.5})

# Anomalous oxygen: its temperature, K, and the height and scale height of its flow, km.
HOT_TEMPERATURE = _PDM[_HOT_O][9] * _PDL1[6]
HOT_HEIGHT, HOT_SCALE = _PDM[_HOT_O][4], _PDM[_HOT_O][5]

# Turbopauses, km: of helium 100, of hydrogen 95, of the rest 105 but nitrogen's, which swings.
TURBOPAUSE_N2 = _PDM[_N2][2] * _PDL2[24]
TURBOPAUSE_SEASON = _PDL1[24]

RATIO_HE, RATIO_O2, RATIO_AR = _PDM[_HE][1], _PDM[_O2][1], _PDM[_AR][1]
"""To nitrogen, where all is mixed."""
