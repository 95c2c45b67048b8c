"""One step of a falling body, by an explicit formula or by one that is not afraid of stiffness.

Dormand and Prince's fifth-order formula (1980, J. Comput. Appl. Math. 6, p. 19) serves where the
motion is what it looks like.  Where weight and drag balance, any disturbance dies out so fast that
explicit steps would be tiny; there a Rosenbrock formula of fourth order follows the solution alone
(Shampine's coefficients; Hairer and Wanner, Solving Ordinary Differential Equations II, 2nd ed.
1996, section IV.7).  Its Jacobian leaves out J2 and the drag curve's slope, which are without
weight there.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.fall_forces import jacobian, rate_of_change, slope
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import inline

WORK = 42
"""Length of the scratch of one body: seven slopes."""


@inline
def _ahead(y, h, w1, k1, w2, k2, w3, k3, w4, k4, w5, k5):
    """y + h (w1 k1 + ... + w5 k5), tuples of six."""
    return (
        y[0] + h * (w1 * k1[0] + w2 * k2[0] + w3 * k3[0] + w4 * k4[0] + w5 * k5[0]),
        y[1] + h * (w1 * k1[1] + w2 * k2[1] + w3 * k3[1] + w4 * k4[1] + w5 * k5[1]),
        y[2] + h * (w1 * k1[2] + w2 * k2[2] + w3 * k3[2] + w4 * k4[2] + w5 * k5[2]),
        y[3] + h * (w1 * k1[3] + w2 * k2[3] + w3 * k3[3] + w4 * k4[3] + w5 * k5[3]),
        y[4] + h * (w1 * k1[4] + w2 * k2[4] + w3 * k3[4] + w4 * k4[4] + w5 * k5[4]),
        y[5] + h * (w1 * k1[5] + w2 * k2[5] + w3 * k3[5] + w4 * k4[5] + w5 * k5[5]),
    )


@kernel
def explicit_step(y, h, memory, half, earth, table, curve, work, out):
    """State `out` (6,) after a step of h seconds, and its error as a distance, m.

    An error in velocity counts for as long as it lasts, `memory` (s).  The slope at y stands in the
    first six places of `work`; that at `out` is left in the last six.  Returned are error, height,
    density, air speed and felt acceleration at the end.
    """
    s = (y[0], y[1], y[2], y[3], y[4], y[5])
    k1 = (work[0], work[1], work[2], work[3], work[4], work[5])
    y2 = _ahead(s, h, 1 / 5, k1, 0.0, k1, 0.0, k1, 0.0, k1, 0.0, k1)
    k2, _ = rate_of_change(y2, half, earth, table, curve)
    y3 = _ahead(s, h, 3 / 40, k1, 9 / 40, k2, 0.0, k1, 0.0, k1, 0.0, k1)
    k3, _ = rate_of_change(y3, half, earth, table, curve)
    y4 = _ahead(s, h, 44 / 45, k1, -56 / 15, k2, 32 / 9, k3, 0.0, k1, 0.0, k1)
    k4, _ = rate_of_change(y4, half, earth, table, curve)
    y5 = _ahead(
        s, h, 19372 / 6561, k1, -25360 / 2187, k2, 64448 / 6561, k3, -212 / 729, k4, 0.0, k1
    )
    k5, _ = rate_of_change(y5, half, earth, table, curve)
    y6 = _ahead(
        s, h, 9017 / 3168, k1, -355 / 33, k2, 46732 / 5247, k3, 49 / 176, k4, -5103 / 18656, k5
    )
    k6, _ = rate_of_change(y6, half, earth, table, curve)
    end = _ahead(s, h, 35 / 384, k1, 500 / 1113, k3, 125 / 192, k4, -2187 / 6784, k5, 11 / 84, k6)
    k7, there = rate_of_change(end, half, earth, table, curve)
    zero = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    e = _ahead(
        zero, h, 71 / 57600, k1, -71 / 16695, k3, 71 / 1920, k4, -17253 / 339200, k5, 22 / 525, k6
    )
    position, velocity = 0.0, 0.0
    for c in range(3):
        miss = e[c] - h / 40.0 * k7[c]
        position += miss * miss
        miss = e[3 + c] - h / 40.0 * k7[3 + c]
        velocity += miss * miss
    for c in range(6):
        out[c] = end[c]
        work[36 + c] = k7[c]
    error = max(np.sqrt(position), memory * np.sqrt(velocity))
    return error, there[0], there[1], there[2], there[3]


@inline
def _inverse(m):
    """Inverse of a 3 x 3 matrix, row by row."""
    a, b, c, d, e, f, g, h, i = m
    p, q, r = e * i - f * h, f * g - d * i, d * h - e * g
    s = 1.0 / (a * p + b * q + c * r)
    return (
        p * s, (c * h - b * i) * s, (b * f - c * e) * s,
        q * s, (a * i - c * g) * s, (c * d - a * f) * s,
        r * s, (b * g - a * h) * s, (a * e - b * d) * s,
    )  # fmt: skip


@inline
def _solve(right, r, inverse, c, out):
    """Solve (c - J) out = right for the state's two halves, by elimination of the position."""
    a0, a1, a2 = right[0] / c, right[1] / c, right[2] / c
    q0 = right[3] + r[0] * a0 + r[1] * a1 + r[2] * a2
    q1 = right[4] + r[3] * a0 + r[4] * a1 + r[5] * a2
    q2 = right[5] + r[6] * a0 + r[7] * a1 + r[8] * a2
    out[3] = inverse[0] * q0 + inverse[1] * q1 + inverse[2] * q2
    out[4] = inverse[3] * q0 + inverse[4] * q1 + inverse[5] * q2
    out[5] = inverse[6] * q0 + inverse[7] * q1 + inverse[8] * q2
    for i in range(3):
        out[i] = (right[i] + out[3 + i]) / c


@kernel
def implicit_step(y, h, memory, half, earth, table, curve, work, out):
    """As `explicit_step`, by the Rosenbrock formula; all of `work` is scratch."""
    f0, f = work[0:6], work[36:42]
    g1, g2, g3, g4, right = work[6:12], work[12:18], work[18:24], work[24:30], work[30:36]
    c = 2.0 / h
    r, v = jacobian(y, half, earth, table, curve)
    matrix = (
        c - v[0] - r[0] / c, -v[1] - r[1] / c, -v[2] - r[2] / c,
        -v[3] - r[3] / c, c - v[4] - r[4] / c, -v[5] - r[5] / c,
        -v[6] - r[6] / c, -v[7] - r[7] / c, c - v[8] - r[8] / c,
    )  # fmt: skip
    inverse = _inverse(matrix)
    _solve(f0, r, inverse, c, g1)
    for i in range(6):
        out[i] = y[i] + 2.0 * g1[i]
    slope(out, half, earth, table, curve, f)
    for i in range(6):
        right[i] = f[i] - 8.0 * g1[i] / h
    _solve(right, r, inverse, c, g2)
    for i in range(6):
        out[i] = y[i] + 1.92 * g1[i] + 0.24 * g2[i]
    slope(out, half, earth, table, curve, f)
    for i in range(6):
        right[i] = f[i] + (14.88 * g1[i] + 2.4 * g2[i]) / h
    _solve(right, r, inverse, c, g3)
    for i in range(6):
        right[i] = f[i] + (-0.896 * g1[i] - 0.432 * g2[i] - 0.4 * g3[i]) / h
    _solve(right, r, inverse, c, g4)
    position, velocity = 0.0, 0.0
    for i in range(6):
        out[i] = (
            y[i]
            + 2.111111111111111 * g1[i]
            + 0.5 * g2[i]
            + 0.23148148148148148 * g3[i]
            + 1.1574074074074074 * g4[i]
        )
        e = 0.31481481481481483 * g1[i] + 0.19444444444444445 * g2[i] + 1.1574074074074074 * g4[i]
        if i < 3:
            position += e * e
        else:
            velocity += e * e
    height, density, speed, felt = slope(out, half, earth, table, curve, f)
    error = max(np.sqrt(position), memory * np.sqrt(velocity))
    return error, height, density, speed, felt
