"""The compiled loops of `orbitsim.kernels.brouwer`, and the short-period terms themselves."""

from __future__ import annotations

import numpy as np

from orbitsim.errors import Status
from orbitsim.kernels.anomaly import (
    LONGEST,
    TWO_PI,
    compiled_and_cached,
    elliptic_finish,
    elliptic_start,
    within_turn,
    wrap_once,
)
from orbitsim.kernels.mathfun import atan, atan2, inline, sincos, sincos_small
from orbitsim.kernels.prefetch import expect_writes

_STRIP = 64
_MOST_STEPS = 30
_CONVERGED = 4e-16  # of the distance and of the speed
_ACCEPTED = 1e-12
_OK = int(Status.OK)
_NOT_FINITE = int(Status.NOT_FINITE)
_RECTILINEAR = int(Status.RECTILINEAR)
_NOT_ELLIPTIC = int(Status.NOT_ELLIPTIC)
_NOT_CONVERGED = int(Status.NOT_CONVERGED)


@inline
def _corrections(ka, si, eta, s2u, c2u, s, c):
    """Osculating less mean, in units of J2 (R/p)^2: r/p, r' p/G, u, node, and G/G.

    `ka` and `si` are e cos f and e sin f.
    """
    q = 1.0 + ka
    inverse_q = 1.0 / q
    inverse_eta = 1.0 / (1.0 + eta)
    over_q2 = eta * inverse_q * inverse_q
    # Equation of centre f - l, and its derivatives with respect to ka and si.
    centre = 2.0 * atan(si / (1.0 + eta + ka)) + eta * si * inverse_q
    centre_ka = -si * (inverse_eta + over_q2)
    centre_si = ka * inverse_eta + 2.0 * eta * inverse_q
    # Bracket of W, and the average that is taken off it.
    bracket = s2u * (1.0 + 1.3333333333333333 * ka) - 0.6666666666666666 * si * c2u
    bracket_u = 2.0 * c2u * (1.0 + 1.3333333333333333 * ka) + 1.3333333333333333 * si * s2u
    even = ka * ka - si * si
    odd = 2.0 * ka * si
    k = -0.3333333333333333 * (1.0 + 2.0 * eta) * inverse_eta * inverse_eta
    k_change = -0.6666666666666666 * inverse_eta * inverse_eta * inverse_eta
    average = s2u * even - odd * c2u
    net = bracket - k * average
    net_ka = 1.3333333333333333 * s2u - 2.0 * k * (ka * s2u - si * c2u) - k_change * ka * average
    net_si = -0.6666666666666666 * c2u + 2.0 * k * (si * s2u + ka * c2u) - k_change * si * average
    net_u = bracket_u - 2.0 * k * (c2u * even + odd * s2u)
    s2 = s * s
    zonal = 0.75 * s2 - 0.5
    sectoral = -0.375 * s2
    w = zonal * (centre + si) + sectoral * net
    w_ka = zonal * centre_ka + sectoral * net_ka
    w_si = zonal * (centre_si + 1.0) + sectoral * net_si
    w_s2 = 0.75 * (centre + si) - 0.375 * net
    d_u = 2.0 * q * w_ka + si * w_si - 3.0 * w + 2.0 * c * c * w_s2
    return w_si, q * q * w_ka, d_u, -2.0 * c * w_s2, -sectoral * net_u


@inline
def _twice_energy(p, eta, c, j2r2, mu):
    """Twice the energy of the mean orbit, to second order (Brouwer 1959)."""
    g = 0.5 * j2r2 / (p * p)
    c2 = c * c
    second = (
        5.0 * eta * eta * (1.0 - 3.6 * c2 + c2 * c2)
        + 4.0 * eta * (1.0 - 6.0 * c2 + 9.0 * c2 * c2)
        - 5.0 * (1.0 - 2.0 * c2 - 7.0 * c2 * c2)
    )
    return -mu * eta * eta / p * (1.0 + g * eta * (3.0 * c2 - 1.0 + 0.1875 * g * second))


@inline
def _osculating_state(p, ka, si, eta, cos_u, sin_u, cos_node, sin_node, c, s, j2r2, mu):
    """Position and velocity from a mean orbit's place in Hill's variables."""
    s2u = 2.0 * sin_u * cos_u
    c2u = (cos_u - sin_u) * (cos_u + sin_u)
    d_r, d_rate, d_u, d_node, d_g = _corrections(ka, si, eta, s2u, c2u, s, c)
    small = j2r2 / (p * p)
    r = p * (1.0 / (1.0 + ka) + small * d_r)
    momentum = np.sqrt(mu * p)
    rate = momentum / p * (si + small * d_rate)
    growth = small * d_g
    sine, cosine = sincos_small(small * d_u)
    cos_u, sin_u = cos_u * cosine - sin_u * sine, sin_u * cosine + cos_u * sine
    sine, cosine = sincos_small(small * d_node)
    cos_node, sin_node = cos_node * cosine - sin_node * sine, sin_node * cosine + cos_node * sine
    # The polar component of the momentum is the same; (1 + growth)^2 - c^2 without cancellation.
    shrink = 1.0 / (1.0 + growth)
    c_new = c * shrink
    s_new = np.sqrt(s * s + growth * (2.0 + growth)) * shrink
    ux = cos_u * cos_node - sin_u * c_new * sin_node
    uy = cos_u * sin_node + sin_u * c_new * cos_node
    uz = sin_u * s_new
    wx = -sin_u * cos_node - cos_u * c_new * sin_node
    wy = -sin_u * sin_node + cos_u * c_new * cos_node
    wz = cos_u * s_new
    across = momentum * (1.0 + growth) / r
    inverse_r = 1.0 / r
    potential = mu * inverse_r * (1.0 - j2r2 * inverse_r * inverse_r * (1.5 * uz * uz - 0.5))
    square = _twice_energy(p, eta, c, j2r2, mu) + 2.0 * potential
    scale = np.sqrt(square / (rate * rate + across * across))
    rate *= scale
    across *= scale
    return (
        r * ux, r * uy, r * uz,
        rate * ux + across * wx, rate * uy + across * wy, rate * uz + across * wz,
    )  # fmt: skip


@compiled_and_cached
def osculate(elements, rates, dt, mu, radius, j2, r, v, status, start, stop):
    """Columns `start` to `stop` of the flattened grid of orbits and times."""
    instants = dt.shape[1]
    per_orbit = 1 if dt.shape[0] > 1 else 0
    j2r2 = j2 * radius * radius
    own = np.empty((6, _STRIP))
    work = np.empty((8, _STRIP))
    for low in range(start, stop, _STRIP):
        n = min(_STRIP, stop - low)
        expect_writes(r, v, low, n)
        filled = 0
        while filled < n:
            orbit = (low + filled) // instants
            first = low + filled - orbit * instants
            length = min(n - filled, instants - first)
            a, e, i = elements[0, orbit], elements[1, orbit], elements[2, orbit]
            raan, argp, mean = elements[3, orbit], elements[4, orbit], elements[5, orbit]
            total = abs(a) + abs(e) + abs(i) + abs(raan) + abs(argp) + abs(mean)
            if not (total < 1e100 and a > 0.0 and e >= 0.0 and e < 1.0):
                status[orbit] = _NOT_ELLIPTIC if total < 1e100 else _NOT_FINITE
                a = np.nan
            mean = within_turn(mean)
            raan_rate, argp_rate, mean_rate = rates[0, orbit], rates[1, orbit], rates[2, orbit]
            durations = dt[orbit * per_orbit][first : first + length]
            axes = own[0][filled : filled + length]
            shapes = own[1][filled : filled + length]
            tilts = own[2][filled : filled + length]
            nodes = own[3][filled : filled + length]
            perigees = own[4][filled : filled + length]
            anomalies = own[5][filled : filled + length]
            for k in range(length):
                axes[k] = a
                shapes[k] = e
                tilts[k] = i
            for k in range(length):
                nodes[k] = raan + raan_rate * durations[k]
                perigees[k] = argp + argp_rate * durations[k]
                turned = mean_rate * durations[k]
                turned = within_turn(turned) if abs(turned) < LONGEST else np.nan
                anomalies[k] = wrap_once(mean + turned)
            filled += length
        for k in range(n):
            e = own[1, k]
            work[0, k] = elliptic_start(abs(own[5, k]), e, 1.0 / (1.0 + e))
        for k in range(n):
            work[1, k], work[2, k] = sincos(work[0, k])
        for k in range(n):
            m, e = own[5, k], own[1, k]
            _, sine, cosine = elliptic_finish(work[0, k], work[1, k], work[2, k], e, abs(m))
            # From the eccentric to the true anomaly: e cos f and e sin f, and f's own.
            eta = np.sqrt((1.0 - e) * (1.0 + e))
            inverse = 1.0 / (1.0 - e * cosine)
            work[0, k] = eta
            work[1, k] = (cosine - e) * inverse
            work[2, k] = eta * (-sine if m < 0.0 else sine) * inverse
        for k in range(n):
            sine, cosine = sincos(own[4, k])
            work[3, k] = work[1, k] * cosine - work[2, k] * sine
            work[4, k] = work[2, k] * cosine + work[1, k] * sine
        for k in range(n):
            work[5, k], work[6, k] = sincos(own[3, k])
        for k in range(n):
            own[3, k], own[4, k] = sincos(own[2, k])
        for k in range(n):
            e, eta = own[1, k], work[0, k]
            x, y, z, vx, vy, vz = _osculating_state(
                own[0, k] * eta * eta, e * work[1, k], e * work[2, k], eta,
                work[3, k], work[4, k], work[6, k], work[5, k], own[4, k], own[3, k], j2r2, mu,
            )  # fmt: skip
            own[0, k] = x
            own[1, k] = y
            own[2, k] = z
            own[3, k] = vx
            own[4, k] = vy
            own[5, k] = vz
        for c in range(3):
            position, velocity = r[c][low : low + n], v[c][low : low + n]
            for k in range(n):
                position[k] = own[c, k]
            for k in range(n):
                velocity[k] = own[3 + c, k]
        failed = 0
        for k in range(n):
            failed += 1 if np.isnan(own[0, k] + own[3, k]) else 0
        for k in range(n if failed > 0 else 0):
            orbit = (low + k) // instants
            duration = dt[orbit * per_orbit, (low + k) - orbit * instants]
            reachable = abs(rates[2, orbit] * duration) < LONGEST
            if np.isnan(own[0, k] + own[3, k]) and status[orbit] == _OK and reachable:
                status[orbit] = _NOT_CONVERGED


@inline
def _hill_from_state(x, y, z, vx, vy, vz, mu):
    """p, e cos f, e sin f, eta, and the angles' sines and cosines of a Keplerian state."""
    hx, hy, hz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    flat = hx * hx + hy * hy
    level = np.sqrt(flat)
    inverse_h = 1.0 / np.sqrt(flat + hz * hz)
    equatorial = not level > 0.0
    inverse_level = 1.0 / (1.0 if equatorial else level)
    cos_node = 1.0 if equatorial else -hy * inverse_level
    sin_node = 0.0 if equatorial else hx * inverse_level
    c, s = hz * inverse_h, level * inverse_h
    r = np.sqrt(x * x + y * y + z * z)
    inverse_r = 1.0 / r
    cos_u = (x * cos_node + y * sin_node) * inverse_r
    sin_u = (c * (y * cos_node - x * sin_node) + s * z) * inverse_r
    p = (flat + hz * hz) / mu
    ka = p * inverse_r - 1.0
    si = (x * vx + y * vy + z * vz) * inverse_r / (inverse_h * mu)
    eta = np.sqrt(p * (2.0 * inverse_r - (vx * vx + vy * vy + vz * vz) / mu))
    return p, ka, si, eta, cos_u, sin_u, cos_node, sin_node, c, s


@compiled_and_cached
def average(r, v, mu, radius, j2, elements, status, start, stop):
    """Mean elements of the states `start` to `stop`."""
    j2r2 = j2 * radius * radius
    wanted = np.empty((6, _STRIP))
    mean = np.empty((6, _STRIP))
    work = np.empty((10, _STRIP))
    error = np.empty(_STRIP)
    for low in range(start, stop, _STRIP):
        n = min(_STRIP, stop - low)
        for c in range(3):
            position, velocity = r[c][low : low + n], v[c][low : low + n]
            for k in range(n):
                wanted[c, k] = position[k]
                wanted[3 + c, k] = velocity[k]
                mean[c, k] = position[k]
                mean[3 + c, k] = velocity[k]
        error[:n] = np.inf
        for _ in range(_MOST_STEPS):
            _into_hill(mean, mu, work, n)
            for k in range(n):
                x, y, z, vx, vy, vz = _osculating_state(
                    work[0, k], work[1, k], work[2, k], work[3, k], work[4, k],
                    work[5, k], work[6, k], work[7, k], work[8, k], work[9, k], j2r2, mu,
                )  # fmt: skip
                work[0, k] = wanted[0, k] - x
                work[1, k] = wanted[1, k] - y
                work[2, k] = wanted[2, k] - z
                work[3, k] = wanted[3, k] - vx
                work[4, k] = wanted[4, k] - vy
                work[5, k] = wanted[5, k] - vz
            for k in range(n):
                distance = abs(wanted[0, k]) + abs(wanted[1, k]) + abs(wanted[2, k])
                speed = abs(wanted[3, k]) + abs(wanted[4, k]) + abs(wanted[5, k])
                missed = (abs(work[0, k]) + abs(work[1, k]) + abs(work[2, k])) / distance
                missed += (abs(work[3, k]) + abs(work[4, k]) + abs(work[5, k])) / speed
                # A lane goes on only while it gains, whatever its neighbours do.
                gained = missed < 0.5 * error[k]
                work[6, k] = 1.0 if gained else 0.0
                error[k] = missed if gained else error[k]
            moving = 0
            for k in range(n):
                moving += 1 if (work[6, k] > 0.0) & (error[k] > _CONVERGED) else 0
            for c in range(6):
                for k in range(n):
                    mean[c, k] = mean[c, k] + work[c, k] if work[6, k] > 0.0 else mean[c, k]
            if moving == 0:
                break
        _into_hill(mean, mu, work, n)
        for k in range(n):
            ka, si, eta = work[1, k], work[2, k], work[3, k]
            e = np.sqrt(ka * ka + si * si)
            f = atan2(si, ka)
            centre = 2.0 * atan(si / (1.0 + eta + ka)) + eta * si / (1.0 + ka)
            latitude = atan2(work[5, k], work[4, k])
            found = (error[k] < _ACCEPTED) & (e < 1.0) & (eta > 0.0)
            work[0, k] = work[0, k] / (eta * eta) if found else np.nan
            work[1, k] = e
            work[2, k] = atan2(work[9, k], work[8, k])
            work[3, k] = _positive(atan2(work[7, k], work[6, k]))
            work[4, k] = _positive(latitude - f)
            work[5, k] = _positive(f - centre)
        for c in range(6):
            column = elements[c][low : low + n]
            for k in range(n):
                column[k] = work[c, k] if work[0, k] > 0.0 else np.nan
        for k in range(n):
            if not work[0, k] > 0.0:
                status[low + k] = _why_no_mean(wanted[:, k], mu)


@inline
def _positive(angle):
    angle = angle + TWO_PI if angle < 0.0 else angle
    angle = angle + TWO_PI if angle < 0.0 else angle
    return angle if angle < TWO_PI else 0.0


@inline
def _into_hill(state, mu, hill, n):
    for k in range(n):
        p, ka, si, eta, cos_u, sin_u, cos_node, sin_node, c, s = _hill_from_state(
            state[0, k], state[1, k], state[2, k], state[3, k], state[4, k], state[5, k], mu
        )
        hill[0, k] = p
        hill[1, k] = ka
        hill[2, k] = si
        hill[3, k] = eta
        hill[4, k] = cos_u
        hill[5, k] = sin_u
        hill[6, k] = cos_node
        hill[7, k] = sin_node
        hill[8, k] = c
        hill[9, k] = s


@inline
def _why_no_mean(state, mu):
    """Status of a state that has no mean elements."""
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    r2, v2 = x * x + y * y + z * z, vx * vx + vy * vy + vz * vz
    hx, hy, hz = y * vz - z * vy, z * vx - x * vz, x * vy - y * vx
    if not (r2 < np.inf and v2 < np.inf):
        return _NOT_FINITE
    if not hx * hx + hy * hy + hz * hz > 1e-28 * r2 * v2:
        return _RECTILINEAR
    return _NOT_ELLIPTIC if v2 * np.sqrt(r2) >= 2.0 * mu else _NOT_CONVERGED
