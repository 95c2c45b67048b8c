"""The Harris-Priester atmosphere: density by height, with a bulge where the Sun heated it.

Density lies between that of the night and that of the day, as the bulge's apex is far or near:

    rho = night + (day - night) cos^n(psi / 2),

psi being the angle to the apex (Harris & Priester 1962; Montenbruck & Gill 2000, section 3.5.2,
eqs. 3.98 to 3.104, with the figures of table 3.8 for mean solar activity).  Between the table's
heights both fall exponentially.  Below 100 km and above 1000 km the end's scale height goes on.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.arrays import FloatArray, as_input
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import exp, inline, log

# Table 3.8: height, km; density of night and of day, g/km3.
TABLE = np.array(
    [
        (100, 497400.0, 497400.0),
        (120, 24900.0, 24900.0),
        (130, 8377.0, 8710.0),
        (140, 3899.0, 4059.0),
        (150, 2122.0, 2215.0),
        (160, 1263.0, 1344.0),
        (170, 800.8, 875.8),
        (180, 528.3, 601.0),
        (190, 361.7, 429.7),
        (200, 255.7, 316.2),
        (210, 183.9, 239.6),
        (220, 134.1, 185.3),
        (230, 99.49, 145.5),
        (240, 74.88, 115.7),
        (250, 57.09, 93.08),
        (260, 44.03, 75.55),
        (270, 34.30, 61.82),
        (280, 26.97, 50.95),
        (290, 21.39, 42.26),
        (300, 17.08, 35.26),
        (320, 10.99, 25.11),
        (340, 7.214, 18.19),
        (360, 4.824, 13.37),
        (380, 3.274, 9.955),
        (400, 2.249, 7.492),
        (420, 1.558, 5.684),
        (440, 1.091, 4.355),
        (460, 0.7701, 3.362),
        (480, 0.5474, 2.612),
        (500, 0.3916, 2.042),
        (520, 0.2819, 1.605),
        (540, 0.2042, 1.267),
        (560, 0.1488, 1.005),
        (580, 0.1092, 0.7997),
        (600, 0.08070, 0.6390),
        (620, 0.06012, 0.5123),
        (640, 0.04519, 0.4121),
        (660, 0.03430, 0.3325),
        (680, 0.02632, 0.2691),
        (700, 0.02043, 0.2185),
        (720, 0.01607, 0.1779),
        (740, 0.01281, 0.1452),
        (760, 0.01036, 0.1190),
        (780, 0.008496, 0.09776),
        (800, 0.007069, 0.08059),
        (840, 0.004680, 0.05741),
        (880, 0.003200, 0.04210),
        (920, 0.002210, 0.03130),
        (960, 0.001560, 0.02360),
        (1000, 0.001150, 0.01810),
    ]
)

LAG = np.pi / 6.0
"""rad; right ascension of the bulge's apex ahead of the Sun's (two hours)."""

_STEP = 10_000.0
_LOWEST = 100_000.0


def _every_step(column: int) -> FloatArray:
    """Logarithm of a density (kg/m3) every 10 km, which the table's heights are among."""
    height = TABLE[:, 0]
    at = np.arange(height[0], height[-1] + 1.0, _STEP * 1e-3)
    return as_input(np.interp(at, height, np.log(TABLE[:, column] * 1e-12)))


_NIGHT, _DAY = _every_step(1), _every_step(2)
_LAST = len(_NIGHT) - 2


@inline
def harris_priester(height, cosine, exponent):
    """Density (kg/m3) at a height (m) and the cosine of the angle to the bulge's apex.

    `exponent` is n above, from 2 for orbits of low inclination to 6 for polar ones.
    """
    place = (height - _LOWEST) * (1.0 / _STEP)
    k = np.int64(min(max(place, 0.0), _LAST + 0.5))
    t = place - k
    night = exp(_NIGHT[k] + t * (_NIGHT[k + 1] - _NIGHT[k]))
    day = exp(_DAY[k] + t * (_DAY[k + 1] - _DAY[k]))
    # The square of cos(psi / 2); rounding may bring the cosine below -1.
    half = max(0.5 + 0.5 * cosine, 1e-300)
    return night + (day - night) * exp(0.5 * exponent * log(half))


@kernel
def density_at(height, cosine, exponent, out):
    """`harris_priester` of many points, all (N,)."""
    for i in range(out.size):
        out[i] = harris_priester(height[i], cosine[i], exponent)
