"""The compiled loops of `orbitsim.kernels.kepler`.

Each goes over its states in strips, and over each strip in short loops, so that what lies between
two loops stays in the first-level cache and each loop is vector code with several turns under way.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.anomaly import (
    LONGEST,
    compiled_and_cached,
    elliptic_finish,
    elliptic_start,
    within_turn,
    wrap_once,
)
from orbitsim.kernels.mathfun import atan2, sincos
from orbitsim.kernels.prefetch import expect_writes
from orbitsim.kernels.twobody import (
    FAST_LIMIT,
    OK,
    any_conic,
    conserved,
    inverse_of,
    lagrange,
    write_state,
)

_STRIP = 64


@compiled_and_cached
def one_by_one(r, v, dt, mu, r_out, v_out, status, start, stop):
    """States `start` to `stop` of the flattened grid, orbits in lanes."""
    root_mu = np.sqrt(mu)
    inverse_root_mu = 1.0 / root_mu
    inverse_mu, inverse_mu_error = inverse_of(mu)
    instants = dt.shape[1]
    per_orbit = 1 if dt.shape[0] > 1 else 0
    durations = dt.ravel()
    own = np.empty((7, _STRIP))  # position, velocity, duration of each state
    work = np.empty((11, _STRIP))
    regular = np.empty(_STRIP, dtype=np.uint8)
    for low in range(start, stop, _STRIP):
        n = min(_STRIP, stop - low)
        expect_writes(r_out, v_out, low, n)
        if instants == 1:
            for c in range(3):
                position = r[c][low : low + n]
                velocity = v[c][low : low + n]
                for k in range(n):
                    own[c, k] = position[k]
                    own[3 + c, k] = velocity[k]
            if per_orbit == 1:
                times = durations[low : low + n]
                for k in range(n):
                    own[6, k] = times[k]
            else:
                own[6][:n] = durations[0]
        else:
            orbit = low // instants
            instant = low - orbit * instants
            for k in range(n):
                for c in range(3):
                    own[c, k] = r[c, orbit]
                    own[3 + c, k] = v[c, orbit]
                own[6, k] = dt[orbit * per_orbit, instant]
                instant += 1
                if instant == instants:
                    instant = 0
                    orbit += 1
        for k in range(n):
            inverse_r, alpha, root_alpha, sigma, e, cosine, sine = conserved(
                own[0, k], own[1, k], own[2, k], own[3, k], own[4, k], own[5, k],
                inverse_mu, inverse_mu_error, inverse_root_mu,
            )  # fmt: skip
            work[0, k] = inverse_r
            work[1, k] = alpha
            work[2, k] = root_alpha
            work[3, k] = sigma
            work[4, k] = e
            work[5, k] = cosine
            work[6, k] = sine
        irregular = 0
        for k in range(n):
            turned = root_mu * work[1, k] * work[2, k] * own[6, k]
            fast = (work[4, k] <= FAST_LIMIT) & (work[1, k] > 0.0) & (abs(turned) < LONGEST)
            regular[k] = 1 if fast else 0
            irregular += 0 if fast else 1
        for k in range(n):
            e, sine = work[4, k], work[6, k]
            turned = within_turn(root_mu * work[1, k] * work[2, k] * own[6, k])
            work[7, k] = wrap_once(atan2(sine, work[5, k]) - e * sine + turned)
        for k in range(n):
            e = work[4, k]
            work[8, k] = elliptic_start(abs(work[7, k]), e, 1.0 / (1.0 + e))
        for k in range(n):
            work[9, k], work[10, k] = sincos(work[8, k])
        for k in range(n):
            m = work[7, k]
            _, sine, cosine = elliptic_finish(
                work[8, k], work[9, k], work[10, k], work[4, k], abs(m)
            )
            work[7, k] = -sine if m < 0.0 else sine
            work[8, k] = cosine
        for k in range(n):
            f, g, f_rate, g_rate = lagrange(
                work[7, k], work[8, k], work[6, k], work[5, k], work[4, k],
                work[1, k], work[2, k], work[0, k], work[3, k], root_mu,
            )  # fmt: skip
            work[0, k] = f
            work[1, k] = g
            work[2, k] = f_rate
            work[3, k] = g_rate
        for c in range(3):
            position = r_out[c][low : low + n]
            for k in range(n):
                position[k] = work[0, k] * own[c, k] + work[1, k] * own[3 + c, k]
            velocity = v_out[c][low : low + n]
            for k in range(n):
                velocity[k] = work[2, k] * own[c, k] + work[3, k] * own[3 + c, k]
        for k in range(n if irregular > 0 else 0):
            if regular[k] == 0:
                conic = any_conic(
                    own[0, k], own[1, k], own[2, k], own[3, k], own[4, k], own[5, k], mu
                )
                code = write_state(conic, own[6, k], root_mu, r_out, v_out, low + k)
                if code != OK:
                    status[(low + k) // instants] = code


@compiled_and_cached
def row_by_row(r, v, dt, mu, r_out, v_out, status, parts, start, stop):
    """Parts `start` to `stop` of the orbits' rows, each cut into `parts`; times in lanes."""
    root_mu = np.sqrt(mu)
    inverse_root_mu = 1.0 / root_mu
    inverse_mu, inverse_mu_error = inverse_of(mu)
    instants = dt.shape[1]
    length = -(-instants // parts)
    per_orbit = 1 if dt.shape[0] > 1 else 0
    work = np.empty((4, _STRIP))
    state = np.empty(6)
    for piece in range(start, stop):
        orbit = piece // parts
        first = (piece - orbit * parts) * length
        last = min(first + length, instants)
        for c in range(3):
            state[c] = r[c, orbit]
            state[3 + c] = v[c, orbit]
        inverse_r, alpha, root_alpha, sigma, e, cosine0, sine0 = conserved(
            state[0], state[1], state[2], state[3], state[4], state[5],
            inverse_mu, inverse_mu_error, inverse_root_mu,
        )  # fmt: skip
        durations = dt[orbit * per_orbit]
        base = orbit * instants
        if not (e <= FAST_LIMIT and alpha > 0.0):
            conic = any_conic(state[0], state[1], state[2], state[3], state[4], state[5], mu)
            for k in range(first, last):
                code = write_state(conic, durations[k], root_mu, r_out, v_out, base + k)
                if code != OK:
                    status[orbit] = code
            continue
        inverse_sum = 1.0 / (1.0 + e)
        mean0 = atan2(sine0, cosine0) - e * sine0
        motion = root_mu * alpha * root_alpha
        for low in range(first, last, _STRIP):
            n = min(_STRIP, last - low)
            expect_writes(r_out, v_out, base + low, n)
            padded = (n + 7) // 8 * 8  # whole lanes: a loop's left-over items are slow
            turned = durations[low : low + n]
            for k in range(n):
                work[0, k] = motion * turned[k]
            work[0][n:padded] = 0.0
            for k in range(padded):
                m = work[0, k]
                m = within_turn(m) if abs(m) < LONGEST else np.nan
                work[0, k] = wrap_once(mean0 + m)
            for k in range(padded):
                work[1, k] = elliptic_start(abs(work[0, k]), e, inverse_sum)
            for k in range(padded):
                work[2, k], work[3, k] = sincos(work[1, k])
            for k in range(padded):
                m = work[0, k]
                _, sine, cosine = elliptic_finish(work[1, k], work[2, k], work[3, k], e, abs(m))
                work[0, k] = -sine if m < 0.0 else sine
                work[1, k] = cosine
            for k in range(padded):
                f, g, f_rate, g_rate = lagrange(
                    work[0, k], work[1, k], sine0, cosine0, e,
                    alpha, root_alpha, inverse_r, sigma, root_mu,
                )  # fmt: skip
                work[0, k] = f
                work[1, k] = g
                work[2, k] = f_rate
                work[3, k] = g_rate
            for c in range(3):
                position = r_out[c][base + low : base + low + n]
                for k in range(n):
                    position[k] = work[0, k] * state[c] + work[1, k] * state[3 + c]
                velocity = v_out[c][base + low : base + low + n]
                for k in range(n):
                    velocity[k] = work[2, k] * state[c] + work[3, k] * state[3 + c]


@compiled_and_cached
def states_of_elements(elements, mu, r, v, start, stop):
    root_mu = np.sqrt(mu)
    work = np.empty((8, _STRIP))
    for low in range(start, stop, _STRIP):
        n = min(_STRIP, stop - low)
        for c in range(6):
            column = elements[c][low : low + n]
            for k in range(n):
                work[c, k] = column[k]
        for k in range(n):
            p, e = work[0, k], work[1, k]
            sin_nu, cos_nu = sincos(work[5, k])
            sin_w, cos_w = sincos(work[4, k])
            q = 1.0 + e * cos_nu
            p = p if (p > 0.0) & (p < np.inf) & (e >= 0.0) & (q > 0.0) else np.nan
            # Components along the ascending node and a quarter turn ahead of it in the plane.
            radius = p / q
            speed = root_mu / np.sqrt(p)
            cos_u = cos_nu * cos_w - sin_nu * sin_w
            sin_u = sin_nu * cos_w + cos_nu * sin_w
            work[0, k] = radius * cos_u
            work[1, k] = radius * sin_u
            work[4, k] = -speed * (sin_u + e * sin_w)
            work[5, k] = speed * (cos_u + e * cos_w)
        for k in range(n):
            work[6, k], work[7, k] = sincos(work[3, k])
        for k in range(n):
            work[2, k], work[3, k] = sincos(work[2, k])
        for c in range(2):
            out = v if c == 1 else r
            x, y, z = out[0][low : low + n], out[1][low : low + n], out[2][low : low + n]
            for k in range(n):
                x[k] = work[4 * c, k] * work[7, k] - work[4 * c + 1, k] * work[3, k] * work[6, k]
            for k in range(n):
                y[k] = work[4 * c, k] * work[6, k] + work[4 * c + 1, k] * work[3, k] * work[7, k]
            for k in range(n):
                z[k] = work[4 * c + 1, k] * work[2, k]
