"""The eighth-order Runge-Kutta formula of Dormand and Prince, for one orbit and for lanes of them.

Coefficients: Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I (2nd ed., 1993),
section II.5 and the authors' code DOP853; decimal digits as there.

In lanes (see `orbitsim.kernels.lanes`) every orbit has its own step.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.dynamics import WORK, accelerate
from orbitsim.kernels.gravity import zonal_acceleration
from orbitsim.kernels.lanes import LANES, inner

STAGES = 12

# Row i: weights of the earlier stages in stage i.
_ROWS: tuple[dict[int, float], ...] = (
    {},
    {
        0: 0.05260015195876773,
    },
    {
        0: 0.0197250569845379,
        1: 0.0591751709536137,
    },
    {
        0: 0.02958758547680685,
        2: 0.08876275643042054,
    },
    {
        0: 0.2413651341592667,
        2: -0.8845494793282861,
        3: 0.924834003261792,
    },
    {
        0: 0.037037037037037035,
        3: 0.17082860872947386,
        4: 0.12546768756682242,
    },
    {
        0: 0.037109375,
        3: 0.17025221101954405,
        4: 0.06021653898045596,
        5: -0.017578125,
    },
    {
        0: 0.03709200011850479,
        3: 0.17038392571223998,
        4: 0.10726203044637328,
        5: -0.015319437748624402,
        6: 0.008273789163814023,
    },
    {
        0: 0.6241109587160757,
        3: -3.3608926294469414,
        4: -0.868219346841726,
        5: 27.59209969944671,
        6: 20.154067550477894,
        7: -43.48988418106996,
    },
    {
        0: 0.47766253643826434,
        3: -2.4881146199716677,
        4: -0.590290826836843,
        5: 21.230051448181193,
        6: 15.279233632882423,
        7: -33.28821096898486,
        8: -0.020331201708508627,
    },
    {
        0: -0.9371424300859873,
        3: 5.186372428844064,
        4: 1.0914373489967295,
        5: -8.149787010746927,
        6: -18.52006565999696,
        7: 22.739487099350505,
        8: 2.4936055526796523,
        9: -3.0467644718982196,
    },
    {
        0: 2.273310147516538,
        3: -10.53449546673725,
        4: -2.0008720582248625,
        5: -17.9589318631188,
        6: 27.94888452941996,
        7: -2.8589982771350235,
        8: -8.87285693353063,
        9: 12.360567175794303,
        10: 0.6433927460157636,
    },
)
_WEIGHTS = {
    0: 0.054293734116568765,
    5: 4.450312892752409,
    6: 1.8915178993145003,
    7: -5.801203960010585,
    8: 0.3111643669578199,
    9: -0.1521609496625161,
    10: 0.20136540080403034,
    11: 0.04471061572777259,
}
# What `_WEIGHTS` are compared with for the error: formulas of the fifth and the third order.
_FIFTH_ORDER_ERROR = {
    0: 0.01312004499419488,
    5: -1.2251564463762044,
    6: -0.4957589496572502,
    7: 1.6643771824549864,
    8: -0.35032884874997366,
    9: 0.3341791187130175,
    10: 0.08192320648511571,
    11: -0.022355307863886294,
}
_THIRD_ORDER_WEIGHTS = {
    0: 0.24409448818897638,
    8: 0.7338466882816118,
    11: 0.022058823529411766,
}


def _dense(rows: tuple[dict[int, float], ...]) -> np.ndarray:
    matrix = np.zeros((len(rows), STAGES))
    for i, row in enumerate(rows):
        for j, weight in row.items():
            matrix[i, j] = weight
    matrix.flags.writeable = False
    return matrix


A = _dense(_ROWS)
B = _dense((_WEIGHTS,))[0]
ERROR_5 = _dense((_FIFTH_ORDER_ERROR,))[0]
ERROR_3 = _dense((_WEIGHTS,))[0] - _dense((_THIRD_ORDER_WEIGHTS,))[0]

NODES = A.sum(axis=1)
_AA = A @ A
_BA = B @ A
_ERROR_5A = ERROR_5 @ A
_ERROR_3A = ERROR_3 @ A

_ROW = 3 * LANES
SCRATCH = (STAGES + 4) * _ROW + 2 * LANES + WORK
"""Length of the scratch that `lane_step` needs."""


@njit(cache=True, nogil=True, error_model="numpy")
def zonal_step(y, h, mu, radius, j, k):
    """State (6,) after a step of `h` seconds from `y` (6,); `k` (12, 6) is scratch."""
    out = np.empty(6)
    for stage in range(STAGES):
        for axis in range(6):
            total = 0.0
            for earlier in range(stage):
                total += A[stage, earlier] * k[earlier, axis]
            out[axis] = y[axis] + h * total
        ax, ay, az = zonal_acceleration(out[0], out[1], out[2], mu, radius, j)
        k[stage, 0] = out[3]
        k[stage, 1] = out[4]
        k[stage, 2] = out[5]
        k[stage, 3] = ax
        k[stage, 4] = ay
        k[stage, 5] = az
    for axis in range(6):
        total = 0.0
        for stage in range(STAGES):
            total += B[stage] * k[stage, axis]
        out[axis] = y[axis] + h * total
    return out


@inner
def _weigh(k, velocity_weights, position_weights, count, velocity, position):
    """Two weighted sums of the first `count` accelerations in k, four at a time."""
    whole = count - count % 4
    for m in range(_ROW):
        velocity[m] = 0.0
        position[m] = 0.0
    for i in range(0, whole, 4):
        v0, v1, v2, v3 = (
            velocity_weights[i],
            velocity_weights[i + 1],
            velocity_weights[i + 2],
            velocity_weights[i + 3],
        )
        r0, r1, r2, r3 = (
            position_weights[i],
            position_weights[i + 1],
            position_weights[i + 2],
            position_weights[i + 3],
        )
        rows = k[i * _ROW : (i + 4) * _ROW]
        for m in range(_ROW):
            k0, k1, k2, k3 = rows[m], rows[_ROW + m], rows[2 * _ROW + m], rows[3 * _ROW + m]
            velocity[m] += (v0 * k0 + v1 * k1) + (v2 * k2 + v3 * k3)
            position[m] += (r0 * k0 + r1 * k1) + (r2 * k2 + r3 * k3)
    for i in range(whole, count):
        v0, r0 = velocity_weights[i], position_weights[i]
        row = k[i * _ROW : (i + 1) * _ROW]
        for m in range(_ROW):
            velocity[m] += v0 * row[m]
            position[m] += r0 * row[m]


@inner
def _move(y, h, node, velocity, position, out):
    """State (6 * LANES) at the fraction `node` of the step; `out` may be `y`."""
    for c in range(3):
        at, rate = c * LANES, _ROW + c * LANES
        for m in range(LANES):
            v = y[rate + m]
            out[at + m] = y[at + m] + h[m] * (node * v + h[m] * position[at + m])
            out[rate + m] = v + h[m] * velocity[at + m]


@inner
def lane_step(count, clock, y, h, lane, field, scratch, out):
    """States `out` (6 * LANES) after a step of each lane's `h` (s) from `y`; `out` may be `y`.

    Since r' = v, a stage's position follows from the accelerations alone, with the weights A A; so
    only these are kept, in the first 12 rows (3 * LANES each) of `scratch`; the first of them is
    the acceleration at `y`.  `count`, `clock` and `lane` are those of
    `orbitsim.kernels.dynamics.accelerate`.
    """
    k = scratch[: STAGES * _ROW]
    velocity = scratch[STAGES * _ROW : (STAGES + 1) * _ROW]
    position = scratch[(STAGES + 1) * _ROW : (STAGES + 2) * _ROW]
    stage_y = scratch[(STAGES + 2) * _ROW : (STAGES + 4) * _ROW]
    rest = scratch[(STAGES + 4) * _ROW :]
    inverse, stage_clock, work = rest[:LANES], rest[LANES : 2 * LANES], rest[2 * LANES :]
    for stage in range(STAGES):
        _weigh(k, A[stage], _AA[stage], stage, velocity, position)
        _move(y, h, NODES[stage], velocity, position, stage_y)
        for m in range(LANES):
            stage_clock[m] = clock[m] + NODES[stage] * h[m]
        a = k[stage * _ROW : (stage + 1) * _ROW]
        accelerate(
            count, stage_clock, stage_y[:_ROW], stage_y[_ROW:], lane, field, a, inverse, work
        )
    _weigh(k, B, _BA, STAGES, velocity, position)
    _move(y, h, 1.0, velocity, position, out)


@inner
def relative_errors(y, h, scratch, error):
    """Error of each lane's last step: the larger of position's over distance and velocity's over
    speed, by the formula of DOP853; NaN stays NaN."""
    k = scratch[: STAGES * _ROW]
    fifth_v = scratch[STAGES * _ROW : (STAGES + 1) * _ROW]
    fifth_r = scratch[(STAGES + 1) * _ROW : (STAGES + 2) * _ROW]
    third_v = scratch[(STAGES + 2) * _ROW : (STAGES + 3) * _ROW]
    third_r = scratch[(STAGES + 3) * _ROW : (STAGES + 4) * _ROW]
    _weigh(k, ERROR_5, _ERROR_5A, STAGES, fifth_v, fifth_r)
    _weigh(k, ERROR_3, _ERROR_3A, STAGES, third_v, third_r)
    for m in range(LANES):
        x, y_, z = m, LANES + m, 2 * LANES + m
        size = y[x] * y[x] + y[y_] * y[y_] + y[z] * y[z]
        five = fifth_r[x] * fifth_r[x] + fifth_r[y_] * fifth_r[y_] + fifth_r[z] * fifth_r[z]
        three = third_r[x] * third_r[x] + third_r[y_] * third_r[y_] + third_r[z] * third_r[z]
        scale = (five + 0.01 * three) * size
        of_position = h[m] * h[m] * five / np.sqrt(scale) if scale != 0.0 else 0.0
        five = fifth_v[x] * fifth_v[x] + fifth_v[y_] * fifth_v[y_] + fifth_v[z] * fifth_v[z]
        three = third_v[x] * third_v[x] + third_v[y_] * third_v[y_] + third_v[z] * third_v[z]
        vx, vy, vz = y[_ROW + x], y[_ROW + y_], y[_ROW + z]
        scale = (five + 0.01 * three) * (vx * vx + vy * vy + vz * vz)
        of_velocity = abs(h[m]) * five / np.sqrt(scale) if scale != 0.0 else 0.0
        error[m] = of_velocity if of_position <= of_velocity else of_position
