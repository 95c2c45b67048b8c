"""Summed Stormer-Cowell predictor-corrector in lanes, for near-circular arcs of a revolution on.

The method integrates the second-order equation r'' = f directly (Stormer's predictor and Cowell's
corrector for the position, Adams' predictor for the velocity that drag needs) in the summed form of
Gauss and Jackson, which keeps rounding from growing with the square of the step count.  Sources:
Berry & Healy, "Implementation of Gauss-Jackson integration for orbit propagation", J. Astronaut.
Sci. 52 (2004) 331-357; Hairer, Norsett & Wanner, Solving Ordinary Differential Equations I (1993),
section III.10.  The coefficients are not theirs but expanded here from the generating functions.

One full evaluation of the forces is made per step, at the predicted position.  The second, at the
corrected one, adds what the gravity gradient of a point mass makes of the correction: the two
positions lie micrometres apart, so that this is exact to rounding, and it gives the method the
stability of two full evaluations.

Every lane has its own step in seconds; the lanes share only the count.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.lanes import LANES, WORK, accelerate, first_instant, kernel
from orbitsim.kernels.multistep_weights import dense_weights, weights
from orbitsim.kernels.rungekutta import SCRATCH, lane_step

NODES = 15
"""Past accelerations that predictor and corrector use; the method's order."""

DENSE_NODES = 10
"""Accelerations around an interval that its dense output uses."""

LAG = DENSE_NODES // 2
"""Steps by which dense output follows, so that the interval has nodes on both sides."""

_WINDOW = NODES + 17  # rows of history: moved back to the start only every 17 steps
_ROW = 3 * LANES

_PREDICT_R, _PREDICT_V, _CORRECT_R, _CORRECT_V = weights(NODES)
_CORRECT_NEWEST = float(_CORRECT_R[0])
_DENSE = dense_weights(DENSE_NODES)


@kernel
def _predict(history, s1, s2, ahead_r, ahead_v, ahead_c):
    """Predicted position and h v, and the corrector's position less its newest term.

    `history` is the newest `NODES` rows, newest last.
    """
    for m in range(_ROW):
        r, v, c = s2[m], s1[m], s2[m]
        for k in range(NODES):
            f = history[(NODES - 1 - k) * _ROW + m]
            r += _PREDICT_R[k] * f
            v += _PREDICT_V[k] * f
            if k < NODES - 1:
                c += _CORRECT_R[k + 1] * f
        ahead_r[m], ahead_v[m], ahead_c[m] = r, v, c


@kernel
def _correct(newest, s1, s2, ahead_r, ahead_c, a, inverse, h, mu, active, gap, deepest):
    """Enter the corrected acceleration into `newest` (a row of history) and into the sums.

    `gap` keeps the largest relative distance squared between predictor and corrector, `deepest` the
    largest inverse distance, of lanes that still have an instant ahead.
    """
    for m in range(LANES):
        i = inverse[m]
        h2 = h[m] * h[m]
        fx, fy, fz = h2 * a[m], h2 * a[LANES + m], h2 * a[2 * LANES + m]
        x, y, z = ahead_r[m], ahead_r[LANES + m], ahead_r[2 * LANES + m]
        dx = ahead_c[m] + _CORRECT_NEWEST * fx - x
        dy = ahead_c[LANES + m] + _CORRECT_NEWEST * fy - y
        dz = ahead_c[2 * LANES + m] + _CORRECT_NEWEST * fz - z
        k = mu * h2 * i * i * i
        along = 3.0 * (x * dx + y * dy + z * dz) * i * i
        fx += k * (along * x - dx)
        fy += k * (along * y - dy)
        fz += k * (along * z - dz)
        newest[m], newest[LANES + m], newest[2 * LANES + m] = fx, fy, fz
        fx += s1[m]
        fy += s1[LANES + m]
        fz += s1[2 * LANES + m]
        s1[m], s1[LANES + m], s1[2 * LANES + m] = fx, fy, fz
        s2[m] += fx
        s2[LANES + m] += fy
        s2[2 * LANES + m] += fz
        live = active[m] > 0.0
        distance = (dx * dx + dy * dy + dz * dz) * i * i
        # So written, a NaN enters a live lane's gap and stays.
        gap[m] = distance if live and not (distance <= gap[m]) else gap[m]
        deepest[m] = i if live and i > deepest[m] else deepest[m]


@kernel
def _advance_known(row, s1, s2):
    """Carry the sums over a node whose acceleration is already in history."""
    for m in range(_ROW):
        f = s1[m] + row[m]
        s1[m] = f
        s2[m] += f


@kernel
def _polynomial(history, q, s1, s2, poly):
    """Coefficients (DENSE_NODES + 2 rows) of the position over the interval that `dense_weights`
    numbers q; `history` is the newest `DENSE_NODES` rows, newest last."""
    middle = 0.5 - q
    for p in range(DENSE_NODES + 2):
        row = poly[p * _ROW : (p + 1) * _ROW]
        with_s2 = 1.0 if p == 0 else 0.0
        with_s1 = (middle - 1.0) if p == 0 else (1.0 if p == 1 else 0.0)
        for m in range(_ROW):
            row[m] = with_s2 * s2[m] + with_s1 * s1[m]
        # Half the terms at a time: their weights and rows fit the registers.
        for first in range(0, DENSE_NODES, 5):
            w = _DENSE[q, p]
            w0, w1, w2, w3, w4 = w[first], w[first + 1], w[first + 2], w[first + 3], w[first + 4]
            f = history[(DENSE_NODES - 5 - first) * _ROW : (DENSE_NODES - first) * _ROW]
            for m in range(_ROW):
                total = w0 * f[4 * _ROW + m] + w1 * f[3 * _ROW + m] + w2 * f[2 * _ROW + m]
                row[m] += total + w3 * f[_ROW + m] + w4 * f[m]


@kernel
def _evaluate(poly, u, r, v):
    """Position and h v of every lane at its own u."""
    for c in range(3):
        for m in range(LANES):
            x = u[m]
            at = c * LANES + m
            total = poly[(DENSE_NODES + 1) * _ROW + at]
            slope = 0.0
            for p in range(DENSE_NODES + 1):
                slope = slope * x + total
                total = total * x + poly[(DENSE_NODES - p) * _ROW + at]
            r[at], v[at] = total, slope


@kernel
def multistep_arcs(
    state, orbits, steps, drag, offset, t, column, direction, field, r_out, v_out, gap, deepest
):
    """Propagate one group of up to LANES orbits and write their states at all instants.

    Parameters
    ----------
    state : ndarray, shape (6, N)
        m and m/s at each orbit's epoch, z along the pole; must be above the ground and closed.
    orbits : ndarray of int, shape (M,), 1 <= M <= LANES
        Which of the N.
    steps : ndarray, shape (N,)
        Step, s, positive.
    drag : ndarray, shape (N,)
        Half the ballistic coefficient times the base density, 1/m.
    offset : ndarray, shape (N,)
        Seconds from each orbit's epoch to the origin of `t`.
    t, column : ndarray, shape (T,)
        Finite instants (s), ascending, and the output column of each.
    direction : int
        +1 serves the instants at or after each epoch, -1 those before.
    field : Field
        Constants of the forces.
    r_out, v_out : ndarray, shape (3, N, >= T)
        Written where `direction` reaches.
    gap : ndarray, shape (N,)
        Set to the square of the largest distance between predictor and corrector over the distance
        from the Earth's centre; NaN if the integration broke down.
    deepest : ndarray, shape (N,)
        Set to the inverse of the least distance at a step, 1/m.
    """
    count = orbits.shape[0]
    instants = t.shape[0]
    h, per_second, lane_drag = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    y = np.empty(2 * _ROW)
    tau = np.full(LANES, np.inf)  # next instant, in steps from the epoch
    instant = np.zeros(LANES, np.int64)
    active = np.zeros(LANES)
    lane_gap, lane_deepest = np.zeros(LANES), np.zeros(LANES)
    for m in range(LANES):
        n = orbits[min(m, count - 1)]
        h[m] = direction * steps[n]
        per_second[m] = 1.0 / h[m]
        lane_drag[m] = drag[n]
        for c in range(6):
            y[c * LANES + m] = state[c, n]
        if m < count:
            i = first_instant(offset[n], t, direction)
            while 0 <= i < instants and offset[n] + t[i] == 0.0:
                for c in range(3):
                    r_out[c, n, column[i]] = state[c, n]
                    v_out[c, n, column[i]] = state[c + 3, n]
                i += direction
            instant[m] = i
            if 0 <= i < instants:
                tau[m] = (offset[n] + t[i]) / h[m]
                active[m] = 1.0

    history = np.empty(_WINDOW * _ROW)
    a, inverse, work = np.empty(_ROW), np.empty(LANES), np.empty(WORK)
    scratch = np.empty(SCRATCH)
    for node in range(NODES):
        accelerate(y[:_ROW], y[_ROW:], lane_drag, field, a, inverse, work)
        for m in range(LANES):
            lane_deepest[m] = max(lane_deepest[m], inverse[m])
        for c in range(3):
            for m in range(LANES):
                history[node * _ROW + c * LANES + m] = h[m] * h[m] * a[c * LANES + m]
        if node < NODES - 1:
            lane_step(y, h, lane_drag, field, scratch, y)
    # The sums at the last node of the start, then back to the first that dense output can use.
    s1, s2 = np.empty(_ROW), np.empty(_ROW)
    for c in range(3):
        for m in range(LANES):
            at = c * LANES + m
            first, second = y[_ROW + at] * h[m], y[at]
            for k in range(NODES):
                f = history[(NODES - 1 - k) * _ROW + at]
                first -= _CORRECT_V[k] * f
                second -= _CORRECT_R[k] * f
            s1[at], s2[at] = first, second + first
    for k in range(NODES - 1, DENSE_NODES - 1, -1):
        for m in range(_ROW):
            s2[m] -= s1[m]
            s1[m] -= history[k * _ROW + m]

    poly = np.empty((DENSE_NODES + 2) * _ROW)
    ahead_r, ahead_v, ahead_c = np.empty(_ROW), np.empty(_ROW), np.empty(_ROW)
    u, r, v = np.empty(LANES), np.empty(_ROW), np.empty(_ROW)
    node = DENSE_NODES - 1  # newest in the sums
    newest = DENSE_NODES - 1  # its row
    q = DENSE_NODES - 1  # the interval to serve begins so many steps before it
    next_tau = np.min(tau)
    while next_tau < np.inf:
        edge = node - q + 1
        if next_tau <= edge:
            _polynomial(history[(newest + 1 - DENSE_NODES) * _ROW :], q, s1, s2, poly)
        while next_tau <= edge:
            for m in range(LANES):
                u[m] = min(tau[m] - edge, 0.0) + 0.5
            _evaluate(poly, u, r, v)
            for m in range(count):
                if tau[m] <= edge:
                    n, i = orbits[m], instant[m]
                    for c in range(3):
                        r_out[c, n, column[i]] = r[c * LANES + m]
                        v_out[c, n, column[i]] = v[c * LANES + m] * per_second[m]
                    i += direction
                    instant[m] = i
                    if 0 <= i < instants:
                        tau[m] = (offset[n] + t[i]) / h[m]
                    else:
                        tau[m] = np.inf
                        active[m] = 0.0
            next_tau = np.min(tau)
        if q > LAG:
            q -= 1
            continue
        node += 1
        newest += 1
        if node < NODES:
            _advance_known(history[newest * _ROW : (newest + 1) * _ROW], s1, s2)
            continue
        if newest == _WINDOW:
            for m in range(NODES * _ROW):
                history[m] = history[(_WINDOW - NODES) * _ROW + m]
            newest = NODES
        _predict(
            history[(newest - NODES) * _ROW : newest * _ROW], s1, s2, ahead_r, ahead_v, ahead_c
        )
        for c in range(3):
            for m in range(LANES):
                v[c * LANES + m] = ahead_v[c * LANES + m] * per_second[m]
        accelerate(ahead_r, v, lane_drag, field, a, inverse, work)
        row = history[newest * _ROW : (newest + 1) * _ROW]
        _correct(
            row, s1, s2, ahead_r, ahead_c, a, inverse, h, field.mu, active, lane_gap, lane_deepest
        )
    for m in range(count):
        gap[orbits[m]] = lane_gap[m]
        deepest[orbits[m]] = lane_deepest[m]
