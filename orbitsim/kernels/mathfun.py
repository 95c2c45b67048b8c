"""Elementary functions that the compiler can put into vector registers.

A call into the C library stops vectorisation and costs some ten times more per element.  These
functions are straight lines of arithmetic without branch, table or loop, so that a loop around them
becomes vector code.  They are meant to be called from other kernels.

The polynomials are minimax fits by the Remez exchange in 60-digit arithmetic, each to the part of
the function that is left after its leading terms, over the reduced range that stands beside it.

====================  =============================  =====================================
function              range                          largest error
====================  =============================  =====================================
sincos                |x| <= 1e6                     2e-16; beyond, that of x's own rounding
sincos_small          |x| <= pi/4                    2e-16
exp                   every x                        2e-16 of the value; 0 below -708
log                   every x                        2e-16 of the value
atan, asin            every x; -1 <= x <= 1          3e-16
atan2, acos           every x, y; -1 <= x <= 1       6e-16
cbrt                  |x| < 1e308                    2e-16 of the value
fma                   every x                        half a unit in the last place
====================  =============================  =====================================

NaN gives NaN.  An argument outside the domain (an angle that is infinite or above 1e15, a negative
number's logarithm) gives NaN.  A zero loses its sign in `atan2`'s second argument.
"""

# The compiler decides about fused multiply-add ("contract"); nothing else is relaxed, because the
# argument reductions below depend on the order of the operations, and NaN must pass through.

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

FASTMATH = {"contract", "nsz", "arcp"}
"""What kernels may relax: fused operations, signs of zeros, division by a product of reciprocals.
Never "nnan" or "ninf"."""

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer, in the lowest bits
_HUGE_ANGLE = 1.0e15

inline = njit(forceinline=True, error_model="numpy", fastmath={"contract"})


@intrinsic
def fma(typing_context, a, b, c):
    """a * b + c with one rounding, always; for sums that carry their own rounding error."""

    def generate(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


@inline
def sincos_small(x):
    """Sine and cosine of an angle already within +-pi/4."""
    z = x * x
    s = 1.5897020866856678e-10
    s = s * z - 2.5050762365289405e-08
    s = s * z + 2.755731372221917e-06
    s = s * z - 1.9841269829908213e-04
    s = s * z + 8.333333333322564e-03
    s = s * z - 1.6666666666666632e-01
    c = -1.136132670888063e-11
    c = c * z + 2.0875758496945626e-09
    c = c * z - 2.7557314637399665e-07
    c = c * z + 2.480158729058607e-05
    c = c * z - 1.3888888888876148e-03
    c = c * z + 4.1666666666666616e-02
    return x + (x * z) * s, 1.0 - z * (0.5 - z * c)


@inline
def sincos(x):
    """Sine and cosine.

    The angle is reduced to +-pi/4 by pi/2 in three parts (Cody & Waite 1980), of which the first
    two have 33 bits, so that their multiples are exact up to 2**20 quarter turns.
    """
    shifted = x * 0.6366197723675814 + _ROUND
    n = shifted - _ROUND
    r = x - n * 1.5707963267341256
    r = r - n * 6.077100506303966e-11
    r = r - n * 2.0222662487959506e-21
    r = r if abs(x) <= _HUGE_ANGLE else np.nan
    s, c = sincos_small(r)
    quadrant = np.float64(shifted).view(np.int64)
    odd = (quadrant & 1) != 0
    sine = c if odd else s
    cosine = s if odd else c
    sine = -sine if (quadrant & 2) != 0 else sine
    cosine = -cosine if ((quadrant + 1) & 2) != 0 else cosine
    return sine, cosine


@inline
def exp(x):
    """Exponential; zero below -708, infinite above 709.78."""
    bounded = min(max(x, -708.0), 710.0)
    shifted = bounded * 1.4426950408889634 + _ROUND
    n = shifted - _ROUND
    r = bounded - n * 0.6931471806019545
    r = r + n * 4.2009150726810846e-11
    p = 2.0926708945241783e-09
    p = p * r + 2.5112029334916228e-08
    p = p * r + 2.75572342571678e-07
    p = p * r + 2.7557234918147215e-06
    p = p * r + 2.4801587372441628e-05
    p = p * r + 1.9841269896271645e-04
    p = p * r + 1.3888888888859317e-03
    p = p * r + 8.333333333317119e-03
    p = p * r + 4.166666666666672e-02
    p = p * r + 1.6666666666666682e-01
    p = p * r + 0.5
    value = 1.0 + (r + (r * r) * p)
    # 2**(n - 1) by its bits, and a factor 2 that may overflow.
    power = np.int64((np.float64(shifted).view(np.int64) + 1022) << 52).view(np.float64)
    value = value * power * 2.0
    value = value if not x < -708.0 else 0.0
    return value


@inline
def log(x):
    """Natural logarithm."""
    tiny = x < 2.2250738585072014e-308
    scaled = x * 1.8014398509481984e16 if tiny else x
    bits = np.float64(scaled).view(np.int64)
    # The significand in [1/sqrt 2, sqrt 2) and the exponent that goes with it.
    offset = bits - 0x3FE6A09E667F3BCD
    exponent = np.int64((offset >> 52) + 0x4338000000000000).view(np.float64) - _ROUND
    exponent = exponent - 54.0 if tiny else exponent
    m = np.int64((offset & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD).view(np.float64)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.3211651085535614e-01
    p = p * z + 1.3254912137064198e-01
    p = p * z + 1.5386854530625124e-01
    p = p * z + 1.8181781754005255e-01
    p = p * z + 2.2222222559450178e-01
    p = p * z + 2.8571428569768564e-01
    p = p * z + 4.0000000000003644e-01
    p = p * z + 6.666666666666666e-01
    # log m = f - f^2/2 + s (f^2/2 + rest), which keeps f's own digits.
    half = 0.5 * f * f
    small = f - (half - s * (half + z * p))
    value = exponent * 0.6931471806019545 + (small - exponent * 4.2009150726810846e-11)
    inside = value if x < np.inf else x
    outside = -np.inf if x == 0.0 else np.nan
    return inside if x > 0.0 else outside


@inline
def _atan_ratio(small, large):
    """atan(small / large) for 0 <= small <= large, with one division."""
    upper = small > 0.41421356237309503 * large
    t = (small - large if upper else small) / (small + large if upper else large)
    z = t * t
    p = 1.5284056534585188e-02
    p = p * z - 3.356738748008252e-02
    p = p * z + 4.507812312510247e-02
    p = p * z - 5.219531840892241e-02
    p = p * z + 5.877211738536305e-02
    p = p * z - 6.666248007642425e-02
    p = p * z + 7.692284355253795e-02
    p = p * z - 9.090908224145709e-02
    p = p * z + 1.1111111090719818e-01
    p = p * z - 1.4285714285436418e-01
    p = p * z + 1.9999999999998147e-01
    p = p * z - 3.333333333333333e-01
    angle = t + (t * z) * p
    return 0.7853981633974483 + (angle + 3.061616997868383e-17) if upper else angle


@inline
def atan2(y, x):
    """Angle of the point (x, y), from -pi to pi; 0 at the origin."""
    ay = abs(y)
    ax = abs(x)
    steep = ay > ax
    large = ay if steep else ax
    small = ax if steep else ay
    # Two infinities are as good as two ones, and the origin as (1, 0).
    both = small == np.inf
    small = 1.0 if both else small
    large = 1.0 if both or large == 0.0 else large
    angle = _atan_ratio(small, large)
    angle = 1.5707963267948966 - (angle - 6.123233995736766e-17) if steep else angle
    angle = 3.141592653589793 - (angle - 1.2246467991473532e-16) if x < 0.0 else angle
    angle = -angle if y < 0.0 else angle
    return angle if x == x and y == y else np.nan


@inline
def atan(x):
    """Arctangent."""
    return atan2(x, 1.0)


@inline
def asin(x):
    """Arcsine; NaN outside -1 to 1."""
    return atan2(x, np.sqrt((1.0 - x) * (1.0 + x)))


@inline
def acos(x):
    """Arccosine, precise near 1 as well; NaN outside -1 to 1."""
    return atan2(np.sqrt((1.0 - x) * (1.0 + x)), x)


@inline
def cbrt(x):
    """Cube root."""
    a = abs(x)
    tiny = a < 2.2250738585072014e-308
    scaled = a * 1.8014398509481984e16 if tiny else a
    # A third of the exponent and of the significand, taken as one integer, is within 5 %.
    high = (np.float64(scaled).view(np.int64) >> 32) & 0x7FFFFFFF
    third = (high * 0x55555556) >> 32
    y = np.int64((third + 0x2A9F7893) << 32).view(np.float64)
    # Halley's iteration, cubic: 5e-2, 8e-5, 4e-13; then Newton's, with the small term apart.
    c = y * y * y
    y = y * ((0.25 * c + 0.5 * scaled) / (0.5 * c + 0.25 * scaled))
    c = y * y * y
    y = y * ((0.25 * c + 0.5 * scaled) / (0.5 * c + 0.25 * scaled))
    y = y - (y - scaled / (y * y)) * 0.3333333333333333
    y = y * 3.814697265625e-06 if tiny else y
    y = y if a < np.inf and a > 0.0 else a
    return -y if x < 0.0 else y
