"""Powered explicit guidance, and ascents that it steers.

The law is that of the Space Shuttle (Jaggers 1977, AIAA 77-1051; McHenry et al. 1979, Space Shuttle
Ascent Guidance, Navigation, and Control, J. Astronautical Sciences 27, 1): thrust along
lambda + lambda-dot (t - K), the linear-tangent law in vector form, whose integrals over a burn of
constant thrust and flow are closed.  Velocity to be gained, gravity over the burn and the second
order of the turning thrust are corrected in each cycle by one more pass of prediction.

Gravity over the burn is integrated along the path that the prediction gives, with J2.  What the
engine still gives after its cut-off enters as an impulse at the end of the burn.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.ascent import (
    END,
    FLOW,
    MASS,
    START,
    THRUST,
    case_of,
    gravity,
    step,
)
from orbitsim.kernels.mathfun import FASTMATH, asin, exp, inline, sincos

# Places in the guidance's memory.
VGO, RGRAV, RD, RBIAS, VELOCITY, TURN, K_TIME, TGO = 0, 3, 6, 9, 12, 15, 18, 19
MEMORY = 20

# Places in `goal`.
RADIUS, RADIAL_SPEED, LEVEL_SPEED, NORMAL = 0, 1, 2, 3
CYCLE, TURN_RATE, FREEZE, TAIL_IMPULSE, TAIL_TIME, COAST = 6, 7, 8, 9, 10, 11
GOAL = 12

# Rows of the errors of a case.
NAVIGATION_POSITION, NAVIGATION_VELOCITY, MISALIGNMENT, TAIL_FACTOR, LEAN, AZIMUTH = (
    0, 3, 6, 8, 9, 10,
)  # fmt: skip
ERRORS = 11

PROGRAMME_STEP = 0.25
"""s; between the directions of a stored programme."""

# Rows of the outcome of a case.
CUT_OFF_TIME, CUT_OFF_STATE, CUT_OFF_MASS, END_STATE, END_MASS, TURNED, COMMANDED_CUT_OFF = (
    0, 1, 7, 8, 14, 15, 16,
)  # fmt: skip
OUTCOME = 17

_FIRST_PASSES = 12
_TAIL_STEP = 0.1
_COMMANDED = 4


@inline
def _unit(x, y, z):
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@inline
def _fall(x, y, z, vx, vy, vz, time, mu, j2):
    """State after a time in free fall, by two Runge-Kutta steps; metres over a few minutes."""
    h = 0.5 * time
    for _ in range(2):
        ax, ay, az = gravity(x, y, z, mu, j2)
        ux, uy, uz = vx + 0.5 * h * ax, vy + 0.5 * h * ay, vz + 0.5 * h * az
        bx, by, bz = gravity(x + 0.5 * h * vx, y + 0.5 * h * vy, z + 0.5 * h * vz, mu, j2)
        px, py, pz = vx + 0.5 * h * bx, vy + 0.5 * h * by, vz + 0.5 * h * bz
        cx, cy, cz = gravity(x + 0.5 * h * ux, y + 0.5 * h * uy, z + 0.5 * h * uz, mu, j2)
        qx, qy, qz = vx + h * cx, vy + h * cy, vz + h * cz
        dx, dy, dz = gravity(x + h * px, y + h * py, z + h * pz, mu, j2)
        w = h / 6.0
        x, y, z = (
            x + w * (vx + 2.0 * (ux + px) + qx),
            y + w * (vy + 2.0 * (uy + py) + qy),
            z + w * (vz + 2.0 * (uz + pz) + qz),
        )
        vx += w * (ax + 2.0 * (bx + cx) + dx)
        vy += w * (ay + 2.0 * (by + cy) + dy)
        vz += w * (az + 2.0 * (bz + cz) + dz)
    return x, y, z, vx, vy, vz


@inline
def begin(state, goal, memory):
    """First guess: the whole target speed along the horizontal of the target plane."""
    x, y, z, vx, vy, vz = state
    nx, ny, nz = goal[NORMAL], goal[NORMAL + 1], goal[NORMAL + 2]
    hx, hy, hz = _unit(ny * z - nz * y, nz * x - nx * z, nx * y - ny * x)
    for k in range(MEMORY):
        memory[k] = 0.0
    memory[VGO] = goal[LEVEL_SPEED] * hx - vx
    memory[VGO + 1] = goal[LEVEL_SPEED] * hy - vy
    memory[VGO + 2] = goal[LEVEL_SPEED] * hz - vz
    r = np.sqrt(x * x + y * y + z * z)
    memory[RD], memory[RD + 1], memory[RD + 2] = (
        x * goal[RADIUS] / r,
        y * goal[RADIUS] / r,
        z * goal[RADIUS] / r,
    )


@inline
def burn_time(speed, exhaust, mass, flow, impulse):
    """Time of a burn that, with the impulse after it, gives a speed; also what the impulse gives.

    The impulse acts on the mass that the burn leaves, which its size hardly changes.
    """
    left = mass * exp(-speed / exhaust)
    after = impulse / left
    after = after if after < speed else speed
    return mass / flow * (1.0 - exp(-(speed - after) / exhaust)), after


@inline
def sense(state, h, earth, memory):
    """Take from the velocity to be gained what the thrust gave in the last cycle, of length h."""
    x, y, z, vx, vy, vz = state
    gx, gy, gz = gravity(x, y, z, earth[10], earth[11])
    memory[VGO] -= vx - memory[VELOCITY] - gx * h
    memory[VGO + 1] -= vy - memory[VELOCITY + 1] - gy * h
    memory[VGO + 2] -= vz - memory[VELOCITY + 2] - gz * h


@inline
def predict(state, mass, thrust, flow, goal, earth, memory):
    """One pass of prediction and correction from a state, in place in `memory`."""
    x, y, z, vx, vy, vz = state
    mu, j2 = earth[10], earth[11]
    exhaust = thrust / flow
    tau = mass / flow
    gx, gy, gz = memory[VGO], memory[VGO + 1], memory[VGO + 2]
    speed = np.sqrt(gx * gx + gy * gy + gz * gz)
    lx, ly, lz = gx / speed, gy / speed, gz / speed
    t, after = burn_time(speed, exhaust, mass, flow, goal[TAIL_IMPULSE])

    # Integrals of the thrust's acceleration, once (by powers of time) and twice.
    a0 = speed - after
    a1 = tau * a0 - exhaust * t
    a2 = tau * a1 - 0.5 * exhaust * t * t
    a3 = tau * a2 - exhaust * t * t * t / 3.0
    a0, a1, a2, a3 = a0 + after, a1 + after * t, a2 + after * t * t, a3 + after * t * t * t
    s0, s1, s2 = a0 * t - a1, a1 * t - a2, a2 * t - a3
    middle = a1 / a0

    ex, ey, ez = memory[TURN], memory[TURN + 1], memory[TURN + 2]
    free = t > goal[FREEZE]
    if free:
        # Distance that the thrust is to cover; along the path it is free, and set so that the
        # turning rate stays across lambda.
        scale = t / memory[TGO] if memory[TGO] > 0.0 else 0.0
        scale *= scale  # the fall of the last pass was over another time
        dx = memory[RD] - (x + vx * t + scale * memory[RGRAV])
        dy = memory[RD + 1] - (y + vy * t + scale * memory[RGRAV + 1])
        dz = memory[RD + 2] - (z + vz * t + scale * memory[RGRAV + 2])
        nx, ny, nz = goal[NORMAL], goal[NORMAL + 1], goal[NORMAL + 2]
        rx, ry, rz = memory[RD], memory[RD + 1], memory[RD + 2]
        hx, hy, hz = _unit(ny * rz - nz * ry, nz * rx - nx * rz, nx * ry - ny * rx)
        along = dx * hx + dy * hy + dz * hz
        dx, dy, dz = dx - along * hx, dy - along * hy, dz - along * hz
        along = (s0 - (lx * dx + ly * dy + lz * dz)) / (lx * hx + ly * hy + lz * hz)
        dx += along * hx + memory[RBIAS]
        dy += along * hy + memory[RBIAS + 1]
        dz += along * hz + memory[RBIAS + 2]
        weight = 1.0 / (s1 - s0 * middle)
        ex, ey, ez = (dx - s0 * lx) * weight, (dy - s0 * ly) * weight, (dz - s0 * lz) * weight
    memory[TURN], memory[TURN + 1], memory[TURN + 2] = ex, ey, ez
    memory[K_TIME], memory[TGO] = middle, t

    # What this thrust really gives, to second order in its angle from lambda.
    fx, fy, fz = _unit(lx - middle * ex, ly - middle * ey, lz - middle * ez)
    cx, cy, cz = fy * lz - fz * ly, fz * lx - fx * lz, fx * ly - fy * lx
    angle = asin(min(np.sqrt(cx * cx + cy * cy + cz * cz), 1.0))
    rate = -angle * a0 / a1
    give = a0 - 0.5 * angle * angle * a0 - angle * rate * a1 - 0.5 * rate * rate * a2
    cover = s0 - 0.5 * angle * angle * s0 - angle * rate * s1 - 0.5 * rate * rate * s2
    size = np.sqrt(ex * ex + ey * ey + ez * ez)
    aside = -(s0 * angle + rate * s1) / (size if size > 0.0 else 1.0)
    tx, ty, tz = cover * lx + aside * ex, cover * ly + aside * ey, cover * lz + aside * ez
    if free:
        memory[RBIAS], memory[RBIAS + 1], memory[RBIAS + 2] = dx - tx, dy - ty, dz - tz

    # Gravity, along a free path that runs through the middle of the powered one.
    px = x - 0.1 * tx - t / 30.0 * give * lx
    py = y - 0.1 * ty - t / 30.0 * give * ly
    pz = z - 0.1 * tz - t / 30.0 * give * lz
    ux = vx + 1.2 * tx / t - 0.1 * give * lx
    uy = vy + 1.2 * ty / t - 0.1 * give * ly
    uz = vz + 1.2 * tz / t - 0.1 * give * lz
    qx, qy, qz, wx, wy, wz = _fall(px, py, pz, ux, uy, uz, t, mu, j2)
    bx, by, bz = qx - px - ux * t, qy - py - uy * t, qz - pz - uz * t
    memory[RGRAV], memory[RGRAV + 1], memory[RGRAV + 2] = bx, by, bz

    # Where the burn ends, brought onto the target, and the velocity wanted there.
    rx, ry, rz = x + vx * t + bx + tx, y + vy * t + by + ty, z + vz * t + bz + tz
    nx, ny, nz = goal[NORMAL], goal[NORMAL + 1], goal[NORMAL + 2]
    off = rx * nx + ry * ny + rz * nz
    rx, ry, rz = _unit(rx - off * nx, ry - off * ny, rz - off * nz)
    hx, hy, hz = ny * rz - nz * ry, nz * rx - nx * rz, nx * ry - ny * rx
    radius, radial, level = goal[RADIUS], goal[RADIAL_SPEED], goal[LEVEL_SPEED]
    memory[RD], memory[RD + 1], memory[RD + 2] = rx * radius, ry * radius, rz * radius
    bias = speed - give
    memory[VGO] = radial * rx + level * hx - vx - (wx - ux) + bias * lx
    memory[VGO + 1] = radial * ry + level * hy - vy - (wy - uy) + bias * ly
    memory[VGO + 2] = radial * rz + level * hz - vz - (wz - uz) + bias * lz
    memory[VELOCITY], memory[VELOCITY + 1], memory[VELOCITY + 2] = vx, vy, vz


@inline
def _seen(state, goal, errors, i):
    """The state as navigation has it: shifted up, along and across the target plane."""
    x, y, z, vx, vy, vz = state
    ux, uy, uz = _unit(x, y, z)
    nx, ny, nz = goal[NORMAL], goal[NORMAL + 1], goal[NORMAL + 2]
    hx, hy, hz = ny * uz - nz * uy, nz * ux - nx * uz, nx * uy - ny * ux
    a, b, c = errors[0, i], errors[1, i], errors[2, i]
    d, e, f = errors[3, i], errors[4, i], errors[5, i]
    return (
        x + a * ux + b * hx + c * nx,
        y + a * uy + b * hy + c * ny,
        z + a * uz + b * hz + c * nz,
        vx + d * ux + e * hx + f * nx,
        vy + d * uy + e * hy + f * ny,
        vz + d * uz + e * hz + f * nz,
    )


@inline
def _turned(ax, ay, az, bx, by, bz, most):
    """The direction b, or as far towards it from a as the angle `most` lets it; and the angle."""
    cosine = ax * bx + ay * by + az * bz
    cx, cy, cz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    sine = np.sqrt(cx * cx + cy * cy + cz * cz)
    angle = np.arctan2(sine, cosine)
    if angle <= most:
        return bx, by, bz, angle
    px, py, pz = bx - cosine * ax, by - cosine * ay, bz - cosine * az
    scale = 1.0 / sine
    s, c = sincos(most)
    s *= scale
    return c * ax + s * px, c * ay + s * py, c * az + s * pz, most


@inline
def _tilted(dx, dy, dz, x, y, z, up, across):
    """A direction turned by two small angles, upwards and to the left."""
    ux, uy, uz = _unit(x, y, z)
    along = dx * ux + dy * uy + dz * uz
    cx, cy, cz = uy * dz - uz * dy, uz * dx - ux * dz, ux * dy - uy * dx
    return _unit(
        dx + up * (ux - along * dx) + across * cx,
        dy + up * (uy - along * dy) + across * cy,
        dz + up * (uz - along * dz) + across * cz,
    )


@inline
def _stored(t, x, y, z, programme, earth, lean, azimuth):
    """The programme's thrust direction at a time, leaned over and turned about the pad's vertical
    by two small angles."""
    place = t / PROGRAMME_STEP
    top = programme.shape[0] - 2.0
    cell = np.int64(place if place < top else top)
    part = place - cell
    dx = programme[cell, 0] + part * (programme[cell + 1, 0] - programme[cell, 0])
    dy = programme[cell, 1] + part * (programme[cell + 1, 1] - programme[cell, 1])
    dz = programme[cell, 2] + part * (programme[cell + 1, 2] - programme[cell, 2])
    ux, uy, uz = azimuth * earth[0], azimuth * earth[1], azimuth * earth[2]
    dx, dy, dz = dx - (uy * dz - uz * dy), dy - (uz * dx - ux * dz), dz - (ux * dy - uy * dx)
    return _tilted(dx, dy, dz, x, y, z, -lean, 0.0)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def fly_guided(
    schedule, modes, steps, steering, earth, plan, drag_table, air_table, pad,
    programme, guided, goal, errors, times, marks, samples, outcome, first, last,
):  # fmt: skip
    """Fly cases `first` to `last` - 1 under closed-loop guidance from segment `guided` on.

    The first nine arguments are those of `ascent.fly_many`; the schedule ends with the burn of the
    last stage to exhaustion.  Up to the segment `guided` the thrust stands as in `programme`
    (P, 3), inertial directions from lift-off on.  `goal` is (GOAL,), `errors` (ERRORS, N).  At the
    rising `times` (T,) position, velocity and mass go into `samples` (7, T, N); an instant after
    the end leaves NaN.
    `marks` (S, 6, N) receives the states at the ends of the segments up to cut-off, `outcome`
    (OUTCOME, N) the rest.
    """
    memory = np.empty(MEMORY)
    cycle = goal[CYCLE]
    for i in range(first, last):
        state = (pad[0], pad[1], pad[2], pad[3], pad[4], pad[5])
        n = 0
        ax, ay, az = 0.0, 0.0, 0.0
        guiding, cut = False, False
        lean, azimuth = errors[LEAN, i], errors[AZIMUTH, i]
        last_pass = 0.0
        fastest = 0.0
        t = 0.0
        now = schedule[MASS, 0, i]
        for s in range(modes.size):
            start, end = schedule[START, s, i], schedule[END, s, i]
            mass, flow = schedule[MASS, s, i], schedule[FLOW, s, i]
            case = case_of(schedule, steering, s, i)
            t = start
            now = mass
            if s < guided and end > start:
                count = int(np.ceil((end - start) / steps[s] - 1e-9))
                h = (end - start) / count
                for k in range(count):
                    t = start + h * k
                    until = end if k == count - 1 else t + h
                    x, y, z, _, _, _ = state
                    cx, cy, cz = _stored(t, x, y, z, programme, earth, lean, azimuth)
                    ax, ay, az = _stored(t + h, x, y, z, programme, earth, lean, azimuth)
                    aim = (t, t + h, cx, cy, cz, ax, ay, az)
                    while n < times.size and times[n] <= until:
                        there, _ = step(
                            _COMMANDED, t, times[n] - t, state, mass - flow * (t - start), flow,
                            case, aim, earth, plan, drag_table, air_table,
                        )  # fmt: skip
                        for c in range(6):
                            samples[c, n, i] = there[c]
                        samples[6, n, i] = mass - flow * (times[n] - start)
                        n += 1
                    state, _ = step(
                        _COMMANDED, t, h, state, mass - flow * (t - start), flow, case,
                        aim, earth, plan, drag_table, air_table,
                    )  # fmt: skip
                t = end
                now = mass - flow * (end - start)
            while s >= guided and t < end - 1e-9 and not cut:
                h = min(cycle, end - t)
                now = mass - flow * (t - start)
                thrust = schedule[THRUST, s, i]
                bx, by, bz = ax, ay, az
                if thrust > 0.0:
                    seen = _seen(state, goal, errors, i)
                    if guiding:
                        sense(seen, t - last_pass, earth, memory)
                    else:
                        begin(seen, goal, memory)
                        for _ in range(_FIRST_PASSES):
                            predict(seen, now, thrust, flow, goal, earth, memory)
                        guiding = True
                    last_pass = t
                    predict(seen, now, thrust, flow, goal, earth, memory)
                    if memory[TGO] <= h:
                        h, cut = memory[TGO], True
                    gx, gy, gz = memory[VGO], memory[VGO + 1], memory[VGO + 2]
                    size = 1.0 / np.sqrt(gx * gx + gy * gy + gz * gz)
                    ahead = h - memory[K_TIME]
                    bx, by, bz = _unit(
                        gx * size + ahead * memory[TURN],
                        gy * size + ahead * memory[TURN + 1],
                        gz * size + ahead * memory[TURN + 2],
                    )
                    bx, by, bz, angle = _turned(ax, ay, az, bx, by, bz, goal[TURN_RATE] * h)
                    if h > 0.0:
                        fastest = max(fastest, angle / h)
                x, y, z, _, _, _ = state
                up, across = errors[MISALIGNMENT, i], errors[MISALIGNMENT + 1, i]
                cx, cy, cz = _tilted(ax, ay, az, x, y, z, up, across)
                dx, dy, dz = _tilted(bx, by, bz, x, y, z, up, across)
                if h > 0.0:
                    aim = (t, t + h, cx, cy, cz, dx, dy, dz)
                    while n < times.size and times[n] <= t + h:
                        there, _ = step(
                            _COMMANDED, t, times[n] - t, state, now, flow, case, aim,
                            earth, plan, drag_table, air_table,
                        )  # fmt: skip
                        for c in range(6):
                            samples[c, n, i] = there[c]
                        samples[6, n, i] = now - flow * (times[n] - t)
                        n += 1
                    state, _ = step(
                        _COMMANDED, t, h, state, now, flow, case, aim,
                        earth, plan, drag_table, air_table,
                    )  # fmt: skip
                ax, ay, az = bx, by, bz
                t += h
                now -= flow * h
            for c in range(6):
                marks[s, c, i] = state[c]
            if cut:
                for later in range(s + 1, modes.size):
                    for c in range(6):
                        marks[later, c, i] = state[c]
                break
        outcome[CUT_OFF_TIME, i] = t
        outcome[CUT_OFF_MASS, i] = now
        for c in range(6):
            outcome[CUT_OFF_STATE + c, i] = state[c]

        # The engine dies away, exponentially; each step gets its own share of the impulse.
        final = modes.size - 1
        case = case_of(schedule, steering, final, i)
        impulse = goal[TAIL_IMPULSE] * errors[TAIL_FACTOR, i] if cut else 0.0
        count = int(np.ceil(goal[COAST] / _TAIL_STEP - 1e-9))
        h = goal[COAST] / max(count, 1)
        scale = h / goal[TAIL_TIME]
        exhaust = outcome[CUT_OFF_MASS, i]
        if cut:
            exhaust = schedule[THRUST, s, i] / schedule[FLOW, s, i]
        cx, cy, cz = _tilted(
            ax, ay, az, state[0], state[1], state[2],
            errors[MISALIGNMENT, i], errors[MISALIGNMENT + 1, i],
        )  # fmt: skip
        for k in range(count):
            share = impulse * (exp(-k * scale) - exp(-(k + 1) * scale))
            tail = (share / h, 0.0) + case[2:]  # noqa: RUF005 (the compiler takes no star here)
            aim = (t, t + h, cx, cy, cz, cx, cy, cz)
            flow = share / h / exhaust
            while n < times.size and times[n] <= t + h:
                there, _ = step(
                    _COMMANDED, t, times[n] - t, state, now, flow, tail, aim,
                    earth, plan, drag_table, air_table,
                )  # fmt: skip
                for c in range(6):
                    samples[c, n, i] = there[c]
                samples[6, n, i] = now - flow * (times[n] - t)
                n += 1
            state, _ = step(
                _COMMANDED, t, h, state, now, flow, tail, aim, earth, plan, drag_table, air_table
            )
            t += h
            now -= flow * h
        while n < times.size:
            for c in range(7):
                samples[c, n, i] = np.nan
            n += 1
        for c in range(6):
            outcome[END_STATE + c, i] = state[c]
        outcome[END_MASS, i] = now
        outcome[TURNED, i] = fastest
        outcome[COMMANDED_CUT_OFF, i] = 1.0 if cut else 0.0
