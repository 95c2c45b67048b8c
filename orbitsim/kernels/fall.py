"""Ballistic fall of many bodies through the air, down to a height above the ellipsoid.

Each body has its own steps (`orbitsim.kernels.fall_steps`).  It begins with the explicit formula,
and when that has for some steps in a row been as long as it stays stable, the other one carries on:
a body that sinks at its terminal speed does so to the end.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.fall_forces import slope
from orbitsim.kernels.fall_steps import WORK, explicit_step, implicit_step
from orbitsim.kernels.heating import MASS, MEAN_SHARE, NOSE, START, stagnation_flux, warm
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import FASTMATH, cbrt, exp, inline, log

# What becomes of a body.
LANDED, DEMISED, ALOFT, BELOW_GROUND, NOT_FINITE, STEP_TOO_SMALL = range(6)

# Rows of the results: time, state (6), felt acceleration at its peak and height there, stagnation
# flux at its peak and height there, hottest temperature, fraction of mass left, steps.
TIME, STATE, PEAK_FELT, FELT_HEIGHT, PEAK_FLUX, FLUX_HEIGHT, HOTTEST, LEFT, STEPS = (
    0, 1, 7, 8, 9, 10, 11, 12, 13,
)  # fmt: skip
RESULTS = 14

GONE = 1e-3
"""Fraction of the mass at which a body counts as burned up."""

_LONGEST_STEP = 60.0
_SHORTEST_STEP = 1e-7
_MEMORY = 1000.0  # s, the longest that an error in velocity is thought to last
_STIFF = 2.0  # step times the fastest rate; Dormand and Prince's formula is stable to 3.3
_PATIENCE = 4


@inline
def _top(t0, f0, t1, f1, t2, f2):
    """Time and value of the top of the parabola through three points, f1 the greatest."""
    a, b = (f1 - f0) / (t1 - t0), (f2 - f1) / (t2 - t1)
    bend = (b - a) / (t2 - t0)
    if not bend < 0.0:
        return t1, f1
    middle = 0.5 * (t0 + t1)
    t = min(max(middle - 0.5 * a / bend, t0), t2)
    return t, f0 + (t - t0) * (a + bend * (t - t1))


@inline
def _advance(stiff, y, h, memory, half, earth, table, curve, work, out):
    if stiff:
        return implicit_step(y, h, memory, half, earth, table, curve, work, out)
    return explicit_step(y, h, memory, half, earth, table, curve, work, out)


@kernel
def _land(stiff, y, h, top, bottom, ground, half, earth, table, curve, work, out):
    """Step from y, at the height `top`, that ends at the height `ground`; `bottom` is the height
    after h.  By the secant of a bracket (the Illinois rule), each trial a step of its own."""
    low, above = 0.0, top - ground
    high, below = h, bottom - ground
    trial, side = h, 0
    for _ in range(60):
        trial = low + (high - low) * above / (above - below)
        _, height, _, _, _ = _advance(stiff, y, trial, 0.0, half, earth, table, curve, work, out)
        miss = height - ground
        if abs(miss) < 1e-5:
            break
        if miss > 0.0:
            low, above = trial, miss
            below = 0.5 * below if side > 0 else below
            side = 1
        else:
            high, below = trial, miss
            above = 0.5 * above if side < 0 else above
            side = -1
    return trial


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def fall_many(
    states, ballistic, ground, earth, table, curve, bodies, tolerance, longest, out, status,
    first, last,
):  # fmt: skip
    """Let cases `first` to `last` - 1 fall.

    Parameters
    ----------
    states : ndarray, shape (6, N)
        Earth-fixed, m and m/s.
    ballistic, ground : ndarray, shape (N,)
        Drag coefficient times area over mass, m2/kg; height at which the fall ends, m.
    earth : ndarray, shape (8,)
        See `fall_forces`.
    table : ndarray, shape (M, COLUMNS)
        Of the air; see `fall_forces`.
    curve : ndarray, shape (K,)
        Step in Mach number, then factors on the ballistic coefficient at its multiples; less than
        three numbers are no curve.
    bodies : ndarray, shape (heating.ROWS, N) or (heating.ROWS, 0)
        What warms; of no columns if nothing does.
    tolerance : float
        Error in position that a step may make, m.
    longest : float
        s after which a body that is still up is given up.
    out : ndarray, shape (RESULTS, N)
    status : ndarray of uint8, shape (N,)
    """
    y, new = np.empty(6), np.empty(6)
    work = np.empty(WORK)
    heated = bodies.shape[1] > 0
    for n in range(first, last):
        total = 0.0
        for c in range(6):
            y[c] = states[c, n]
            total += y[c]
        body = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 300.0)
        if heated:
            body = (
                bodies[0, n], bodies[1, n], bodies[2, n], bodies[3, n],
                bodies[4, n], bodies[5, n], bodies[6, n], bodies[7, n],
            )  # fmt: skip
        for c in range(RESULTS):
            out[c, n] = np.nan
        whole = 0.5 * ballistic[n]
        half, left, temperature = whole, 1.0, body[START]
        hottest = temperature
        total += half + ground[n] + body[MASS]
        if not np.isfinite(total):
            status[n] = NOT_FINITE
            continue
        height, density, speed, felt = slope(y, half, earth, table, curve, work[0:6])
        if height <= ground[n]:
            status[n] = BELOW_GROUND
            continue
        flux = stagnation_flux(density, speed, body[NOSE], temperature) if heated else 0.0
        # Two instants back, for the tops of felt acceleration and flux.
        t0, felt0, flux0, height0 = -1.0, felt, flux, height
        peak_felt, felt_height, peak_flux, flux_height = felt, height, flux, height
        t, h, code, steps, stiff, patience = 0.0, 1.0, np.uint8(ALOFT), 0, False, 0
        while t < longest:
            h = min(h, _LONGEST_STEP)
            # Drag wears off an error in velocity.
            memory = min(_MEMORY, 3.0 * (speed + 1e-9) / (felt + 1e-12))
            error, low, thick, fast, push = _advance(
                stiff, y, h, memory, half, earth, table, curve, work, new
            )
            ratio = error / tolerance
            if not np.isfinite(ratio) or ratio > 1.0:
                h *= max(0.2, 0.9 * exp(-0.2 * log(ratio))) if np.isfinite(ratio) else 0.2
                if h < _SHORTEST_STEP:
                    code = np.uint8(STEP_TOO_SMALL)
                    break
                continue
            steps += 1
            done = h
            landed = low <= ground[n]
            if landed:
                done = _land(
                    stiff, y, h, height, low, ground[n], half, earth, table, curve, work, new
                )
                low, thick, fast, push = slope(new, half, earth, table, curve, work[36:42])
            t1, felt1, flux1, height1 = t, felt, flux, height
            t += done
            for c in range(6):
                y[c] = new[c]
                work[c] = work[36 + c]
            height, felt, speed = low, push, fast
            if heated:
                flux = stagnation_flux(thick, fast, body[NOSE], temperature)
                before = left
                temperature, left = warm(
                    MEAN_SHARE * flux1, MEAN_SHARE * flux, done, temperature, left, body
                )
                hottest = max(hottest, temperature)
                if left < before and left > GONE:
                    half = whole / cbrt(left)
                    slope(y, half, earth, table, curve, work[0:6])
            if felt1 >= felt0 and felt1 >= felt:
                when, value = _top(t0, felt0, t1, felt1, t, felt)
                if value > peak_felt:
                    share = (when - t1) / (t - t1 if when > t1 else t1 - t0)
                    beside = height if when > t1 else height0
                    peak_felt, felt_height = value, height1 + abs(share) * (beside - height1)
            if flux1 >= flux0 and flux1 >= flux:
                when, value = _top(t0, flux0, t1, flux1, t, flux)
                if value > peak_flux:
                    share = (when - t1) / (t - t1 if when > t1 else t1 - t0)
                    beside = height if when > t1 else height0
                    peak_flux, flux_height = value, height1 + abs(share) * (beside - height1)
            if felt > peak_felt and landed:
                peak_felt, felt_height = felt, height
            if flux > peak_flux and landed:
                peak_flux, flux_height = flux, height
            t0, felt0, flux0, height0 = t1, felt1, flux1, height1
            if left <= GONE:
                code = np.uint8(DEMISED)
                break
            if landed:
                code = np.uint8(LANDED)
                break
            # The fastest rate of decay is that of a change of speed.
            if not stiff:
                patience = patience + 1 if 2.0 * half * thick * fast * h > _STIFF else 0
                stiff = patience >= _PATIENCE
            ratio = max(ratio, 1e-6)
            growth = 0.9 * exp((-0.25 if stiff else -0.2) * log(ratio))
            h *= min(5.0, max(0.2, growth))
        status[n] = code
        out[TIME, n] = t
        for c in range(6):
            out[STATE + c, n] = y[c]
        out[PEAK_FELT, n], out[FELT_HEIGHT, n] = peak_felt, felt_height
        out[PEAK_FLUX, n], out[FLUX_HEIGHT, n] = peak_flux, flux_height
        out[HOTTEST, n], out[LEFT, n], out[STEPS, n] = hottest, left, steps
