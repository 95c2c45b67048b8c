"""The expansions of NRLMSISE-00: what its profiles are made of, as functions of place and time.

An expansion is the sum, over the harmonics of latitude P(n, m), of terms in the solar flux, the
season, local and universal time, longitude and magnetic activity (Hedin 1987, JGR 92(A5), 4649,
appendix; Picone et al. 2002 for the present sets).  It gives the relative or logarithmic departure
of one quantity from its mean.  `orbitsim.kernels.nrlmsise_tables` says which quantity stands in
which of the `SETS` columns, and the order of the rows.

The loops run over the columns, with the basis in scalars, so that each becomes straight vector
code.  A sum of many terms is taken in several loops for the registers' sake.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels import nrlmsise_tables as tables
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import exp, inline, sincos
from orbitsim.kernels.nrlmsise_tables import HELIUM, OXYGEN, SETS

# The compiler needs module constants of plain type.
_DECAY, _DECAY_LATITUDE = tables.DECAY, tables.DECAY_LATITUDE
_RATE, _SHARE = tables.RATE, tables.SHARE
_DAILY_RATE, _DAILY_SHARE = tables.DAILY_RATE, tables.DAILY_SHARE
_DAY_ANGLE, _HOUR_ANGLE = tables.DAY_ANGLE, tables.HOUR_ANGLE
_SECOND_ANGLE, _DEGREE = tables.SECOND_ANGLE, tables.DEGREE
_DEGREES = 180.0 / np.pi

# Places in the scratch array.
SINE, COSINE = 0, 8
"""Of `ANGLES` angles: latitude, longitude, local time, day of the year, universal time."""
ACTIVITY = 16
PHASE = ACTIVITY + SETS
"""The annual variation, from set to set of another phase, -1 to 1."""
_FLUX = PHASE + SETS
_RESPONSE = _FLUX + SETS
RESULT = _RESPONSE + 24
EXPANSION_WORK = RESULT + SETS

_LATITUDE, _LONGITUDE, _LOCAL, _DAY, _UT = 0, 1, 2, 3, 4


@kernel
def angles(day, seconds, latitude, longitude, work):
    """Sines and cosines of the angles that the basis is made of, into `work`.

    Day of the year, UTC seconds of the day, rad.  Local time is that of the mean Sun, UT +
    longitude / 15 deg, and is not brought back into one day.
    """
    east = longitude * _DEGREES
    work[_LATITUDE] = _DEGREE * _DEGREES * latitude
    work[_LONGITUDE] = _DEGREE * east
    work[_LOCAL] = _HOUR_ANGLE * (seconds / 3600.0 + east / 15.0)
    work[_DAY] = _DAY_ANGLE * day
    work[_UT] = _SECOND_ANGLE * seconds
    work[5], work[6], work[7] = 0.0, 0.0, 0.0
    for k in range(8):
        s, c = sincos(work[k])
        work[SINE + k] = s
        work[COSINE + k] = c


@inline
def _response(a, rate, share):
    """Effect of a planetary index that is `a` above quiet, saturating towards large ones."""
    return a + share * (a + (exp(-rate * a) - 1.0) / rate)


@inline
def _remembered(x, now, ago_3, ago_6, ago_9, ago_12, ago_36):
    """Mean of responses, those of k intervals of three hours ago weighted by x^k.

    The last two stand for eight intervals each.
    """
    x2 = x * x
    x4 = x2 * x2
    x8 = x4 * x4
    eight = (1.0 - x8) / (1.0 - x)
    total = 1.0 + (1.0 - x8 * x8 * x2 * x) / (1.0 - x) * np.sqrt(x)
    recent = now + x * ago_3 + x2 * ago_6 + x2 * x * ago_9
    return (recent + (x4 * ago_12 + x8 * x4 * ago_36) * eight) / total


@kernel
def remembered_activity(latitude, ap, first, work):
    """Effect of the history ``ap[first + 1]`` to ``ap[first + 6]`` of ap, for each set."""
    for kind in range(3):
        at = _RESPONSE + 8 * kind
        for k in range(6):
            work[at + k] = ap[first + 1 + k] - 4.0
        work[at + 6], work[at + 7] = 0.0, 0.0
    for m in range(24):
        work[_RESPONSE + m] = _response(work[_RESPONSE + m], _RATE[m], _SHARE[m])
    g1, g2, g3 = work[_RESPONSE], work[_RESPONSE + 1], work[_RESPONSE + 2]
    g4, g5, g6 = work[_RESPONSE + 3], work[_RESPONSE + 4], work[_RESPONSE + 5]
    equatorward = 45.0 - abs(latitude) * _DEGREES
    for j in range(SETS):
        x = exp(-_DECAY[j] / (1.0 + _DECAY_LATITUDE[j] * equatorward))
        x = x if not x > 0.99999 else 0.99999
        work[_FLUX + j] = x
        work[ACTIVITY + j] = _remembered(x, g1, g2, g3, g4, g5, g6)
    for species in range(2):
        at = _RESPONSE + 8 * (species + 1)
        work[ACTIVITY + species] = _remembered(
            work[_FLUX + species],
            work[at],
            work[at + 1],
            work[at + 2],
            work[at + 3],
            work[at + 4],
            work[at + 5],
        )


@kernel
def daily_activity(ap, work):
    """Effect of the daily Ap, for each set."""
    usual = _response(ap - 4.0, _DAILY_RATE[0], _DAILY_SHARE[0])
    for j in range(SETS):
        work[ACTIVITY + j] = usual
    work[ACTIVITY + HELIUM] = _response(ap - 4.0, _DAILY_RATE[1], _DAILY_SHARE[1])
    work[ACTIVITY + OXYGEN] = _response(ap - 4.0, _DAILY_RATE[2], _DAILY_SHARE[2])


@kernel
def expand(t, magnetic, f107a, f107, work):
    """Evaluate all sets of a table into ``work[RESULT:]``; its angles and activity stand before.

    `t` and `magnetic` are a table's steady and magnetic rows.
    """
    c, s = work[SINE + _LATITUDE], work[COSINE + _LATITUDE]
    east_s, east_c = work[SINE + _LONGITUDE], work[COSINE + _LONGITUDE]
    s1, c1 = work[SINE + _LOCAL], work[COSINE + _LOCAL]
    day_s, day_c = work[SINE + _DAY], work[COSINE + _DAY]
    ut_s, ut_c = work[SINE + _UT], work[COSINE + _UT]
    s2, c2 = 2.0 * s1 * c1, (c1 - s1) * (c1 + s1)
    s3, c3 = s2 * c1 + c2 * s1, c2 * c1 - s2 * s1
    year_s, year_c = 2.0 * day_s * day_c, (day_c - day_s) * (day_c + day_s)
    # Associated Legendre functions of the sine of latitude, without the phase (-1)^m.
    q, r = c * c, s * s
    p10 = c
    p20 = 1.5 * q - 0.5
    p30 = (2.5 * q - 1.5) * c
    p40 = (35.0 * q * q - 30.0 * q + 3.0) / 8.0
    p50 = ((63.0 * q - 70.0) * q + 15.0) * c / 8.0
    p60 = (11.0 * c * p50 - 5.0 * p40) / 6.0
    p11 = s
    p21 = 3.0 * c * s
    p31 = (7.5 * q - 1.5) * s
    p41 = (17.5 * q - 7.5) * c * s
    p51 = 1.875 * ((21.0 * q - 14.0) * q + 1.0) * s
    p61 = (11.0 * c * p51 - 6.0 * p41) / 5.0
    p22 = 3.0 * r
    p32 = 15.0 * r * c
    p42 = (52.5 * q - 7.5) * r
    p52 = 3.0 * c * p42 - 2.0 * p32
    p33 = 15.0 * r * s
    p43 = 105.0 * r * s * c
    p63 = (11.0 * c * (4.5 * c * p43 - 3.5 * p33) - 8.0 * p43) / 3.0
    more, above = f107 - f107a, f107a - 150.0
    more2, both, above2 = more * more, more * above, above * above
    above_p20 = above * p20

    n = SETS
    for j in range(n):
        phase = t[j] * day_c + t[n + j] * day_s
        flux = t[14 * n + j] * more + t[15 * n + j] * more2
        work[PHASE + j] = phase
        work[_FLUX + j] = 1.0 + (t[20 * n + j] * above + flux)
        symmetric = t[2 * n + j] * day_c + t[3 * n + j] * day_s
        semiannual = t[7 * n + j] * year_c + t[8 * n + j] * year_s
        g = flux + t[16 * n + j] * both + t[17 * n + j] * above + t[18 * n + j] * above2
        g += (t[4 * n + j] + t[5 * n + j] * p20 + t[6 * n + j] * p40) * symmetric
        g += (t[9 * n + j] + t[10 * n + j] * p20 + t[11 * n + j] * p40) * semiannual
        g += (t[12 * n + j] * year_c + t[13 * n + j] * year_s) * p10
        annual = t[28 * n + j] * p10 + t[29 * n + j] * p30 + t[30 * n + j] * p50
        g += (1.0 + (t[19 * n + j] * above + flux)) * phase * annual
        work[RESULT + j] = g
    for j in range(n):
        g = t[21 * n + j] * p10 + t[22 * n + j] * p20 + t[23 * n + j] * p30
        g += t[24 * n + j] * p40 + t[25 * n + j] * p50 + t[26 * n + j] * p60
        g += t[27 * n + j] * above_p20
        work[RESULT + j] += g
    for j in range(n):
        phase = work[PHASE + j]
        once_c = t[31 * n + j] * p11 + t[32 * n + j] * p31 + t[33 * n + j] * p51
        once_s = t[35 * n + j] * p11 + t[36 * n + j] * p31 + t[37 * n + j] * p51
        g = (once_c + t[34 * n + j] * p21 * phase) * c1
        g += (once_s + t[38 * n + j] * p21 * phase) * s1
        twice_c = (t[41 * n + j] * p32 + t[42 * n + j] * p52) * phase
        twice_s = (t[45 * n + j] * p32 + t[46 * n + j] * p52) * phase
        g += (t[39 * n + j] * p22 + t[40 * n + j] * p42 + twice_c) * c2
        g += (t[43 * n + j] * p22 + t[44 * n + j] * p42 + twice_s) * s2
        thrice_s = (t[48 * n + j] * p43 + t[49 * n + j] * p63) * phase
        thrice_c = (t[51 * n + j] * p43 + t[52 * n + j] * p63) * phase
        g += (t[47 * n + j] * p33 + thrice_s) * s3 + (t[50 * n + j] * p33 + thrice_c) * c3
        work[RESULT + j] += work[_FLUX + j] * g
    for j in range(n):
        phase = work[PHASE + j]
        g = t[53 * n + j] * p11 + t[54 * n + j] * p21 + t[55 * n + j] * p31
        g += t[56 * n + j] * p41 + t[57 * n + j] * p51 + t[58 * n + j] * p61
        g += (t[59 * n + j] * p11 + t[60 * n + j] * p31) * phase
        h = t[61 * n + j] * p11 + t[62 * n + j] * p21 + t[63 * n + j] * p31
        h += t[64 * n + j] * p41 + t[65 * n + j] * p51 + t[66 * n + j] * p61
        h += (t[67 * n + j] * p11 + t[68 * n + j] * p31) * phase
        season = t[70 * n + j] * day_c + t[71 * n + j] * day_s
        season += t[72 * n + j] * year_c + t[73 * n + j] * year_s
        factor = 1.0 + t[69 * n + j] * above + season * p10
        factor += t[74 * n + j] * day_c + t[75 * n + j] * day_s
        factor += t[76 * n + j] * year_c + t[77 * n + j] * year_s
        work[RESULT + j] += factor * (g * east_c + h * east_s)
    mixed_c = ut_c * (east_c - east_s) * (east_c + east_s) - 2.0 * ut_s * east_s * east_c
    mixed_s = ut_s * (east_c - east_s) * (east_c + east_s) + 2.0 * ut_c * east_s * east_c
    for j in range(n):
        factor = (1.0 + t[78 * n + j] * p10) * (1.0 + t[79 * n + j] * p10 * work[PHASE + j])
        g = t[80 * n + j] * p10 + t[81 * n + j] * p30 + t[82 * n + j] * p50
        g *= factor * (t[83 * n + j] * ut_c + t[84 * n + j] * ut_s)
        h = t[85 * n + j] * p32 + t[86 * n + j] * p52
        work[RESULT + j] += g + h * (t[87 * n + j] * mixed_c + t[88 * n + j] * mixed_s)
    for j in range(n):
        phase = work[PHASE + j]
        odd = magnetic[3 * n + j] * p10 + magnetic[4 * n + j] * p30 + magnetic[5 * n + j] * p50
        day = magnetic[6 * n + j] * p11 + magnetic[7 * n + j] * p31 + magnetic[8 * n + j] * p51
        g = magnetic[j] + magnetic[n + j] * p20 + magnetic[2 * n + j] * p40 + odd * phase
        g += day * (magnetic[9 * n + j] * c1 + magnetic[10 * n + j] * s1)
        east = magnetic[12 * n + j] * p21 + magnetic[13 * n + j] * p41 + magnetic[14 * n + j] * p61
        east *= magnetic[15 * n + j] * east_c + magnetic[16 * n + j] * east_s
        g += (1.0 + magnetic[11 * n + j] * p10) * east
        turned = magnetic[18 * n + j] * east_c + magnetic[19 * n + j] * east_s
        g += magnetic[17 * n + j] * p11 * phase * turned
        ut = magnetic[20 * n + j] * p10 + magnetic[21 * n + j] * p30 + magnetic[22 * n + j] * p50
        g += ut * (magnetic[23 * n + j] * ut_c + magnetic[24 * n + j] * ut_s)
        work[RESULT + j] += work[ACTIVITY + j] * g
