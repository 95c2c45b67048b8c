"""The profiles of NRLMSISE-00: temperature and number densities at a height.

Above 123 km the temperature T approaches the exospheric one exponentially in geopotential height
(Bates 1959); below, 1/T is a cubic spline in geopotential height through temperatures that the
expansions give.  With the barometric integral

    eta(z) = -1/R integral from 120 km to z of g/T dz

the diffusive density of a species of molar mass m and thermal diffusion alpha is

    ln n(z) = ln n(120 km) + (1 + alpha) ln(T(120 km) / T(z)) + m eta(z),

and the mixed one follows the mean mass of 28.95, starting from the diffusive density at the
species' turbopause.  Both go over into one another by a root mean, and factors r / (1 + exp((z - h)
/ width)) in the logarithm account for chemistry and flow (Hedin 1987, JGR 92(A5), 4649, appendix;
Hedin 1991, JGR 96(A2), 1159).  Everything is kept in logarithms until the end, one column a
species, and the species are done together.

Height in km here, as in the model's coefficients; the gas constant goes with it and with gravity
in cm/s2.
"""

from __future__ import annotations

from orbitsim.kernels.arrays import as_input
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import exp, inline, log
from orbitsim.kernels.nrlmsise_expansion import EXPANSION_WORK, PHASE, RESULT, SINE
from orbitsim.kernels.nrlmsise_species import (
    ALPHA,
    CHEMISTRY,
    CHEMISTRY_FIRST,
    CHEMISTRY_FLUX,
    CHEMISTRY_HEIGHT,
    CHEMISTRY_RATE,
    CHEMISTRY_SECOND,
    CHEMISTRY_WITHIN,
    HOT_HEIGHT,
    HOT_SCALE,
    HOT_TEMPERATURE,
    INVERSE_MEAN_POWER,
    LOG_BASE,
    MASS,
    MEAN_POWER,
    MIXED_MASS,
    MIXING,
    MIXING_FIRST,
    MIXING_FLUX,
    MIXING_HEIGHT,
    MIXING_RATE,
    MIXING_SECOND,
    RATIO_AR,
    RATIO_HE,
    RATIO_O2,
    SECOND_HEIGHT,
    SECOND_RATE,
    TO_NITROGEN,
    TURBOPAUSE_N2,
    TURBOPAUSE_SEASON,
    WITHIN,
)
from orbitsim.kernels.nrlmsise_tables import (
    BASE_TEMPERATURE,
    EXOSPHERIC,
    GRADIENT,
    NODES_ABOVE,
    NODES_BELOW,
    NODES_GROUND,
    SET,
)

_GAS_CONSTANT = 831.4
_BASE = 120.0
_JOINT = SET["PDL2"][15]
"""km; the Bates profile stands above, the spline below."""
_TURBOPAUSE_LAST = 450.0
"""km; above, no species is mixed any more."""
_HIGH = 300.0
"""km; from here on the lower thermosphere's temperatures are their means."""
_LOWEST_NODE = 72.5
_FULLY_MIXED = 62.5
_STRATOSPHERE = 32.5
"""km; a second spline stands below."""

_T_EXOSPHERIC = SET["PTM"][0] * SET["PT"][0]
_T_GRADIENT = SET["PTM"][3] * SET["PS"][0]
_T_BASE = SET["PTM"][1] * SET["PD4"][0]

# Mean temperatures at 110, 100, 90, 72.5 km; 55, 45, 32.5 km; 20, 15, 10, 0 km; and the gradients
# of temperature at the last of each, over the square of the temperature there.
_T110, _T100, _T90, _T72 = (
    SET["PTM"][at] * SET[f"PTL{k}"][0] for k, at in enumerate((6, 2, 7, 4), start=1)
)
_T55, _T45, _T32, _T20, _T15, _T10, _T0 = (
    SET[f"PMA{k}"][0] * SET["PAVGM"][k - 1] for k in range(1, 8)
)
_G72 = SET["PTM"][8] * SET["PMA9"][0] / _T72**2
_G32 = SET["PAVGM"][8] * SET["PMA10"][0] / _T32**2
_G0 = SET["PAVGM"][7] * SET["PMA8"][0] / _T0**2

# Places in the scratch array, after those of the expansions.
NUMBER = EXPANSION_WORK
"""Number densities per m3, one a species."""
_BASE_LOG, _THETA, _ETA = NUMBER + 8, NUMBER + 16, NUMBER + 24
_FIRST, _SECOND, _THIRD = NUMBER + 32, NUMBER + 40, NUMBER + 48
_DEPTH, _INVERSE, _VALUE, _SLOPE, _INTEGRAL = (NUMBER + 56 + 8 * k for k in range(5))
PROFILE_WORK = _INTEGRAL + 8


@inline
def gravity_and_radius(sine, cosine):
    """Gravity (cm/s2) at the ground and the effective radius (km) of its decrease with height."""
    c2 = (cosine - sine) * (cosine + sine)
    gravity = 980.616 * (1.0 - 0.0026373 * c2)
    return gravity, 2.0e-5 * gravity / (3.085462e-6 + 2.27e-9 * c2)


@kernel
def _spline(top, heights, radius, upper, lower, work):
    """Prepare the spline of 1/T through ``work[_VALUE:]`` at 4 or 5 `heights` (km) from `top` down.

    Its variable is the depth in geopotential height below `top`; `upper` and `lower` are the slopes
    at the ends.
    """
    last = heights.shape[0]
    scale = radius + top
    work[_DEPTH] = 0.0
    for k in range(last):
        work[_DEPTH + k + 1] = (top - heights[k]) * scale / (radius + heights[k])
    above = top
    for k in range(last):
        product = (radius + above) * (radius + heights[k])
        work[_INVERSE + k] = product / (scale * scale * (above - heights[k]))
        above = heights[k]
    i0, i1, i2 = work[_INVERSE], work[_INVERSE + 1], work[_INVERSE + 2]
    y0, y1, y2, y3 = work[_VALUE], work[_VALUE + 1], work[_VALUE + 2], work[_VALUE + 3]
    r1 = 3.0 * ((y1 - y0) * i0 * i0 + (y2 - y1) * i1 * i1) - i0 * upper
    r2 = 3.0 * ((y2 - y1) * i1 * i1 + (y3 - y2) * i2 * i2)
    q1 = 0.5 / (i0 + i1)
    if last == 4:
        i3, y4 = work[_INVERSE + 3], work[_VALUE + 4]
        r3 = 3.0 * ((y3 - y2) * i2 * i2 + (y4 - y3) * i3 * i3) - i3 * lower
        q3 = 0.5 / (i2 + i3)
        middle = 2.0 * (i1 + i2) - i1 * i1 * q1 - i2 * i2 * q3
        s2 = (r2 - i1 * q1 * r1 - i2 * q3 * r3) / middle
        work[_SLOPE + 3] = (r3 - i2 * s2) * q3
        work[_SLOPE + 4] = lower
    else:
        s2 = (r2 - i2 * lower - i1 * q1 * r1) / (2.0 * (i1 + i2) - i1 * i1 * q1)
        work[_SLOPE + 3] = lower
    work[_SLOPE] = upper
    work[_SLOPE + 1] = (r1 - i1 * s2) * q1
    work[_SLOPE + 2] = s2
    total = 0.0
    for k in range(last):
        work[_INTEGRAL + k] = total
        h = work[_DEPTH + k + 1] - work[_DEPTH + k]
        total += 0.5 * h * (work[_VALUE + k] + work[_VALUE + k + 1])
        total += h * h * (work[_SLOPE + k] - work[_SLOPE + k + 1]) * (1.0 / 12.0)


@inline
def _on_spline(z, top, radius, k, work):
    """1/T at the height z, in the k-th interval, and its integral over depth from the top."""
    depth = (top - z) * (radius + top) / (radius + z)
    h = work[_DEPTH + k + 1] - work[_DEPTH + k]
    t = (depth - work[_DEPTH + k]) * work[_INVERSE + k]
    y0, rise = work[_VALUE + k], work[_VALUE + k + 1] - work[_VALUE + k]
    s0, s1 = h * work[_SLOPE + k], h * work[_SLOPE + k + 1]
    quadratic, cubic = 3.0 * rise - 2.0 * s0 - s1, s0 + s1 - 2.0 * rise
    y = y0 + t * (s0 + t * (quadratic + t * cubic))
    integral = t * (y0 + t * (s0 / 2.0 + t * (quadratic / 3.0 + t * (cubic / 4.0))))
    return y, work[_INTEGRAL + k] + h * integral


_HEIGHTS_ABOVE = as_input([110.0, 100.0, 90.0, 72.5])
_HEIGHTS_BELOW = as_input([55.0, 45.0, 32.5])
_HEIGHTS_GROUND = as_input([20.0, 15.0, 10.0, 0.0])


@inline
def _interval(z):
    """Interval of the upper spline."""
    return (1 if z < 110.0 else 0) + (1 if z < 100.0 else 0) + (1 if z < 90.0 else 0)


@kernel
def thermosphere(z, f107a, gravity, radius, work):
    """Number densities (per m3) at z >= 72.5 km into `work`, from the upper table's expansions.

    Returns temperature, exospheric temperature, and the logarithm of the mixed density of N2.
    """
    g = RESULT
    warm = 1.0 + work[g + EXOSPHERIC] if z > _JOINT else 1.0
    exospheric = _T_EXOSPHERIC * warm
    gradient = _T_GRADIENT * (1.0 + work[g + GRADIENT] if z > _LOWEST_NODE else 1.0)
    base = _T_BASE * (1.0 + work[g + BASE_TEMPERATURE])
    sigma = gradient / (exospheric - base)
    ratio = radius / (radius + _BASE)
    gravity_base = gravity * ratio * ratio
    per_height = gravity_base / _GAS_CONSTANT
    gamma = per_height / (sigma * exospheric)
    zeta = (z - _BASE) * (radius + _BASE) / (radius + z)
    zeta_joint = (_JOINT - _BASE) * (radius + _BASE) / (radius + _JOINT)
    bates = exospheric - (exospheric - base) * exp(-sigma * zeta)
    temperature = bates
    log_theta = log(base / bates)
    eta = gamma * (log_theta - sigma * zeta)
    above = f107a - 150.0
    mixed = 0.0
    for i in range(8):
        work[_BASE_LOG + i] = LOG_BASE[i] + work[g + i]
    if z <= _TURBOPAUSE_LAST:
        # The spline below the joint, which every turbopause needs.
        damped = (exospheric - base) * exp(-sigma * zeta_joint)
        joint = exospheric - damped
        low = 1.0 if z < _HIGH else 0.0
        y0 = 1.0 / joint
        work[_VALUE] = y0
        work[_VALUE + 1] = (1.0 - low * work[g + NODES_ABOVE]) * (1.0 / _T110)
        work[_VALUE + 2] = (1.0 - low * work[g + NODES_ABOVE + 1]) * (1.0 / _T100)
        work[_VALUE + 3] = (1.0 - low * work[g + NODES_ABOVE + 2]) * (1.0 / _T90)
        work[_VALUE + 4] = (1.0 - low * work[g + NODES_ABOVE + 3]) * (1.0 / _T72)
        ratio = (radius + _BASE) / (radius + _JOINT)
        upper = damped * sigma * (ratio * ratio) * y0 * y0
        ratio = (radius + _LOWEST_NODE) / (radius + _JOINT)
        lower = _G72 * (1.0 + low * work[g + NODES_ABOVE + 4]) * (ratio * ratio)
        _spline(_JOINT, _HEIGHTS_ABOVE, radius, upper, lower, work)
        ratio = radius / (radius + _JOINT)
        per_depth = gravity * (ratio * ratio) * (1.0 / _GAS_CONSTANT)
        log_joint = log(base * y0)
        eta_joint = gamma * (log_joint - sigma * zeta_joint)
        turbopause = TURBOPAUSE_N2 * (
            1.0 + TURBOPAUSE_SEASON * work[SINE] * work[PHASE + EXOSPHERIC]
        )
        y95, i95 = _on_spline(95.0, _JOINT, radius, 2, work)
        y100, i100 = work[_VALUE + 2], work[_INTEGRAL + 2]
        y105, i105 = _on_spline(105.0, _JOINT, radius, 1, work)
        _, i_n2 = _on_spline(turbopause, _JOINT, radius, _interval(turbopause), work)
        log_100, log_105, log_95 = log(base * y100), log(base * y105), log(base * y95)
        eta_105 = eta_joint + per_depth * i105
        if z < _JOINT:
            y, integral = _on_spline(z, _JOINT, radius, _interval(z), work)
            temperature = 1.0 / y
            log_theta = log(base * y)
            eta = eta_joint + per_depth * integral
        for i in range(8):
            work[_THETA + i] = log_105
            work[_ETA + i] = eta_105
        work[_THETA] = log_100
        work[_ETA] = eta_joint + per_depth * i100
        work[_ETA + 2] = eta_joint + per_depth * i_n2
        work[_THETA + 5] = log_95
        work[_ETA + 5] = eta_joint + per_depth * i95
        nitrogen = work[_BASE_LOG + 2] + (28.0 - MIXED_MASS) * work[_ETA + 2]
        mixed = nitrogen + log_theta + MIXED_MASS * eta
        for i in range(8):
            part = exp(min((z - MIXING_HEIGHT[i]) * MIXING_RATE[i], 300.0))
            work[_FIRST + i] = part
        for i in range(8):
            part = exp(min((z - SECOND_HEIGHT[i]) * SECOND_RATE[i], 300.0))
            work[_THIRD + i] = part
        for i in range(8):
            # The mixed density at the turbopause is the diffusive one there.
            log_ratio = ALPHA[i] * (work[_THETA + i] - log_theta)
            log_ratio += (MASS[i] - MIXED_MASS) * (work[_ETA + i] - eta)
            at_base = work[_BASE_LOG + i] + ALPHA[i] * work[_THETA + i]
            at_base += (MASS[i] - MIXED_MASS) * work[_ETA + i]
            power = MEAN_POWER[i] * log_ratio
            mean = log(1.0 + exp(power)) * INVERSE_MEAN_POWER[i]
            mean = 0.0 if power < -10.0 else mean
            mean = log_ratio if power > 10.0 else mean
            target = TO_NITROGEN[i] * (nitrogen - at_base) + MIXING[i]
            target += MIXING_FLUX[i] * above
            part = MIXING_FIRST[i] * work[_FIRST + i] + MIXING_SECOND[i] * work[_THIRD + i]
            mean += target / (1.0 + part)
            work[_SECOND + i] = mean if z <= WITHIN[i] else 0.0
    else:
        for i in range(8):
            work[_SECOND + i] = 0.0
            part = exp(min((z - SECOND_HEIGHT[i]) * SECOND_RATE[i], 300.0))
            work[_THIRD + i] = part
    for i in range(8):
        part = CHEMISTRY_FIRST[i] * exp(min((z - CHEMISTRY_HEIGHT[i]) * CHEMISTRY_RATE[i], 300.0))
        part += CHEMISTRY_SECOND[i] * work[_THIRD + i]
        target = CHEMISTRY[i] + CHEMISTRY_FLUX[i] * above
        chemistry = target / (1.0 + part) if z <= CHEMISTRY_WITHIN[i] else 0.0
        diffusive = work[_BASE_LOG + i] + (1.0 + ALPHA[i]) * log_theta + MASS[i] * eta
        work[_FIRST + i] = diffusive + work[_SECOND + i] + chemistry
    ratio = radius / (radius + HOT_HEIGHT)
    hot = 16.0 * per_height / HOT_TEMPERATURE
    flow = 16.0 * gravity * (ratio * ratio) * (HOT_SCALE / (_GAS_CONSTANT * HOT_TEMPERATURE))
    rise = exp(min(max((HOT_HEIGHT - z) * (1.0 / HOT_SCALE), -700.0), 700.0)) - 1.0
    work[_FIRST + 7] = work[_BASE_LOG + 7] - hot * zeta - flow * rise
    for i in range(8):
        work[NUMBER + i] = exp(work[_FIRST + i])
    return temperature, exospheric, mixed


@kernel
def lower_atmosphere(z, mixed, gravity, radius, work):
    """Number densities (per m3) below 72.5 km into `work`, from the lower table's expansions.

    `mixed` and `work` are what `thermosphere` gave at 72.5 km.  Returns the temperature.
    """
    g = RESULT
    ratio = (radius + _JOINT) / (radius + _LOWEST_NODE)
    upper = work[_SLOPE + 4] * (ratio * ratio)
    top = work[_VALUE + 4]
    work[_VALUE] = top
    work[_VALUE + 1] = (1.0 - work[g + NODES_BELOW]) * (1.0 / _T55)
    work[_VALUE + 2] = (1.0 - work[g + NODES_BELOW + 1]) * (1.0 / _T45)
    work[_VALUE + 3] = (1.0 - work[g + NODES_BELOW + 2]) * (1.0 / _T32)
    gradient = _G32 * (1.0 + work[g + NODES_BELOW + 3])
    ratio = (radius + _STRATOSPHERE) / (radius + _LOWEST_NODE)
    _spline(_LOWEST_NODE, _HEIGHTS_BELOW, radius, upper, gradient * (ratio * ratio), work)
    k = (1 if z < 55.0 else 0) + (1 if z < 45.0 else 0)
    y, integral = _on_spline(max(z, _STRATOSPHERE), _LOWEST_NODE, radius, k, work)
    ratio = radius / (radius + _LOWEST_NODE)
    eta = gravity * (ratio * ratio) * (1.0 / _GAS_CONSTANT) * integral
    if z < _STRATOSPHERE:
        work[_VALUE] = y
        work[_VALUE + 1] = (1.0 - work[g + NODES_GROUND]) * (1.0 / _T20)
        work[_VALUE + 2] = (1.0 - work[g + NODES_GROUND + 1]) * (1.0 / _T15)
        work[_VALUE + 3] = (1.0 - work[g + NODES_GROUND + 2]) * (1.0 / _T10)
        work[_VALUE + 4] = (1.0 - work[g + NODES_GROUND + 3]) * (1.0 / _T0)
        ratio = radius / (radius + _STRATOSPHERE)
        lower = _G0 * (1.0 + work[g + NODES_GROUND + 4]) * (ratio * ratio)
        _spline(_STRATOSPHERE, _HEIGHTS_GROUND, radius, gradient, lower, work)
        k = (1 if z < 20.0 else 0) + (1 if z < 15.0 else 0) + (1 if z < 10.0 else 0)
        y, integral = _on_spline(z, _STRATOSPHERE, radius, k, work)
        eta += gravity * (ratio * ratio) * (1.0 / _GAS_CONSTANT) * integral
    # Full mixing sets in linearly.
    share = 1.0 - (_LOWEST_NODE - z) / (_LOWEST_NODE - _FULLY_MIXED) if z > _FULLY_MIXED else 0.0
    nitrogen = work[NUMBER + 2]
    number = exp(mixed + log(y / top) + MIXED_MASS * eta)
    number *= 1.0 + (nitrogen * exp(-mixed) - 1.0) * share
    work[NUMBER + 2] = number
    for i, ratio in ((0, RATIO_HE), (3, RATIO_O2), (4, RATIO_AR)):
        departure = work[NUMBER + i] / (nitrogen * ratio) - 1.0
        work[NUMBER + i] = number * ratio * (1.0 + departure * share)
    work[NUMBER + 1], work[NUMBER + 5] = 0.0, 0.0
    work[NUMBER + 6], work[NUMBER + 7] = 0.0, 0.0
    return 1.0 / y
