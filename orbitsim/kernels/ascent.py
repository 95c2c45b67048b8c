"""Powered flight of a point mass over the rotating ellipsoid: one ascent in full, or many at once.

Everything a rocket does to its motion is in a schedule of segments, in each of which mass flow and
vacuum thrust are constant.  The kernel knows no stages and no events, only segments; see
`orbitsim.phases.ascent` for how they are laid out.

Axes are inertial, frozen at lift-off, with z the Earth's pole; time counts from lift-off.
Integration is the classical fourth-order Runge-Kutta formula with whole steps in each segment.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from orbitsim.kernels.density import HEAT_RATIO, standard_air
from orbitsim.kernels.mathfun import FASTMATH, inline, sincos

PROGRAMMED = 0
"""Thrust along the pad's vertical, leaning over by the programme's angle."""
GRAVITY_TURN = 1
"""Thrust along the velocity relative to the air."""
GUIDED = 2
"""Thrust by the linear-tangent law in the axes of the target plane."""

# Rows of a schedule, shape (ROWS, segments, cases).
START, END, MASS, FLOW, THRUST, NOZZLE, AREA, AIR = range(8)
ROWS = 8

# Rows of a steering table, shape (STEERING_ROWS, cases).
KICK, AZIMUTH, PITCH, PITCH_RATE, YAW, YAW_RATE = range(6)
STEERING_ROWS = 6

LOSSES = 5


@inline
def geodetic_height(x, y, z, radius, flattening):
    """Height above the ellipsoid, by Bowring's formula from a first parametric latitude.

    Bowring (1976); one step is exact to a micrometre below 1000 km.
    """
    e2 = flattening * (2.0 - flattening)
    polar = radius * (1.0 - flattening)
    p = np.sqrt(x * x + y * y)
    r = np.sqrt(p * p + z * z)
    # Tangent of the parametric latitude, first from the geocentric one.
    u = z * (1.0 - flattening + e2 * radius / r)
    scale = 1.0 / np.sqrt(p * p + u * u)
    s, c = u * scale, p * scale
    top = z + e2 / (1.0 - e2) * polar * s * s * s
    bottom = p - e2 * radius * c * c * c
    scale = 1.0 / np.sqrt(top * top + bottom * bottom)
    s, c = top * scale, bottom * scale
    return p * c + z * s - radius * np.sqrt(1.0 - e2 * s * s)


@inline
def _programme(t, azimuth, kick, earth, plan):
    """Thrust direction in the programmed part: the vertical, leaned over along the azimuth."""
    part = min(max((t - plan[0]) / (plan[1] - plan[0]), 0.0), 1.0)
    lean, upright = sincos(kick * part)
    east, north = sincos(azimuth)
    east, north = lean * east, lean * north
    a = upright * earth[0] + north * earth[3] + east * earth[6]
    b = upright * earth[1] + north * earth[4] + east * earth[7]
    c = upright * earth[2] + north * earth[5] + east * earth[8]
    turn, along = sincos(earth[9] * t)
    return a * along - b * turn, a * turn + b * along, c


@inline
def _guided(t, x, y, z, pitch, pitch_rate, yaw, yaw_rate, plan):
    """Thrust direction by the linear-tangent law, in the local horizontal of the target plane."""
    nx, ny, nz = plan[3], plan[4], plan[5]
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    rx, ry, rz = x * scale, y * scale, z * scale
    hx, hy, hz = ny * rz - nz * ry, nz * rx - nx * rz, nx * ry - ny * rx
    scale = 1.0 / np.sqrt(hx * hx + hy * hy + hz * hz)
    hx, hy, hz = hx * scale, hy * scale, hz * scale
    wx, wy, wz = ry * hz - rz * hy, rz * hx - rx * hz, rx * hy - ry * hx
    since = t - plan[2]
    up = pitch + pitch_rate * since
    side = yaw + yaw_rate * since
    scale = 1.0 / np.sqrt(1.0 + up * up + side * side)
    return (
        scale * (hx + up * rx + side * wx),
        scale * (hy + up * ry + side * wy),
        scale * (hz + up * rz + side * wz),
    )


@inline
def _forces(mode, t, state, mass, case, earth, plan, drag_table):
    """Acceleration, and what goes into the records.

    `earth` holds the pad's up, north and east directions at lift-off (9), rotation rate, mu,
    3/2 J2 R^2, equatorial radius and flattening; `plan` the start and end of the pitch-over, the
    epoch of the guidance law and the normal of the target plane (3); `case` vacuum thrust, nozzle
    area, reference area, factor on air density and the six steering numbers; `drag_table` a step
    in Mach number and the drag coefficients at its multiples.
    """
    x, y, z, vx, vy, vz = state
    thrust, nozzle, area, air, kick, azimuth, pitch, pitch_rate, yaw, yaw_rate = case
    spin, mu, j2 = earth[9], earth[10], earth[11]

    r2 = x * x + y * y + z * z
    inverse2 = 1.0 / r2
    g = -mu * inverse2 * np.sqrt(inverse2)
    bulge = j2 * inverse2
    five = 5.0 * z * z * inverse2
    gx = g * x * (1.0 + bulge * (1.0 - five))
    gy = g * y * (1.0 + bulge * (1.0 - five))
    gz = g * z * (1.0 + bulge * (3.0 - five))

    # Velocity relative to the air, which turns with the Earth.
    wx, wy, wz = vx + spin * y, vy - spin * x, vz
    speed = np.sqrt(wx * wx + wy * wy + wz * wz)
    height = geodetic_height(x, y, z, earth[12], earth[13])
    density, pressure = standard_air(height)
    mach = speed * np.sqrt(density / (HEAT_RATIO * pressure))
    place, top = mach / drag_table[0], drag_table.size - 3.0
    place = place if place < top else top
    cell = np.int64(place)
    low, high = drag_table[cell + 1], drag_table[cell + 2]
    coefficient = low + (place - cell) * (high - low)
    dynamic_pressure = 0.5 * air * density * speed * speed
    inverse_mass = 1.0 / mass
    drag = dynamic_pressure * area * coefficient * inverse_mass

    # At rest on the pad the vertical stands for the direction of motion.
    moving = speed > 1e-6
    up = np.sqrt(inverse2)
    inverse_speed = 1.0 / (speed if moving else 1.0)
    sx = wx * inverse_speed if moving else x * up
    sy = wy * inverse_speed if moving else y * up
    sz = wz * inverse_speed if moving else z * up

    dx, dy, dz = sx, sy, sz
    if mode == 0:
        dx, dy, dz = _programme(t, azimuth, kick, earth, plan)
    if mode == 2:
        dx, dy, dz = _guided(t, x, y, z, pitch, pitch_rate, yaw, yaw_rate, plan)

    ideal = thrust * inverse_mass
    back = min(pressure * nozzle, thrust) * inverse_mass
    push = ideal - back
    fx = push * dx - drag * sx
    fy = push * dy - drag * sy
    fz = push * dz - drag * sz

    forward = dx * sx + dy * sy + dz * sz
    spin2 = spin * spin
    weight = -(sx * (gx + spin2 * x) + sy * (gy + spin2 * y) + sz * gz)
    losses = (ideal, back, drag, weight, push * (1.0 - forward))
    air_data = (dynamic_pressure, mach, np.sqrt(fx * fx + fy * fy + fz * fz), height)
    return (gx + fx, gy + fy, gz + fz), losses, air_data


@inline
def _moved(state, slope, velocity, h):
    """State after h at the given acceleration and velocity."""
    x, y, z, vx, vy, vz = state
    ax, ay, az = slope
    ux, uy, uz = velocity
    return (x + h * ux, y + h * uy, z + h * uz, vx + h * ax, vy + h * ay, vz + h * az)


@inline
def _step(mode, t, h, state, mass, flow, case, earth, plan, drag_table):
    """One Runge-Kutta step; also the mean of the loss rates over it."""
    half = 0.5 * h
    middle, last = mass - flow * half, mass - flow * h
    _, _, _, vx, vy, vz = state
    a1, l1, _ = _forces(mode, t, state, mass, case, earth, plan, drag_table)
    s2 = _moved(state, a1, (vx, vy, vz), half)
    a2, l2, _ = _forces(mode, t + half, s2, middle, case, earth, plan, drag_table)
    s3 = _moved(state, a2, (s2[3], s2[4], s2[5]), half)
    a3, l3, _ = _forces(mode, t + half, s3, middle, case, earth, plan, drag_table)
    s4 = _moved(state, a3, (s3[3], s3[4], s3[5]), h)
    a4, l4, _ = _forces(mode, t + h, s4, last, case, earth, plan, drag_table)
    sixth = 1.0 / 6.0
    slope = (
        (a1[0] + 2.0 * (a2[0] + a3[0]) + a4[0]) * sixth,
        (a1[1] + 2.0 * (a2[1] + a3[1]) + a4[1]) * sixth,
        (a1[2] + 2.0 * (a2[2] + a3[2]) + a4[2]) * sixth,
    )
    velocity = (
        (vx + 2.0 * (s2[3] + s3[3]) + s4[3]) * sixth,
        (vy + 2.0 * (s2[4] + s3[4]) + s4[4]) * sixth,
        (vz + 2.0 * (s2[5] + s3[5]) + s4[5]) * sixth,
    )
    losses = (
        (l1[0] + 2.0 * (l2[0] + l3[0]) + l4[0]) * sixth,
        (l1[1] + 2.0 * (l2[1] + l3[1]) + l4[1]) * sixth,
        (l1[2] + 2.0 * (l2[2] + l3[2]) + l4[2]) * sixth,
        (l1[3] + 2.0 * (l2[3] + l3[3]) + l4[3]) * sixth,
        (l1[4] + 2.0 * (l2[4] + l3[4]) + l4[4]) * sixth,
    )
    return _moved(state, slope, velocity, h), losses


@inline
def _case(schedule, steering, segment, i):
    """What `_forces` needs of one case in one segment, without the mass."""
    return (
        schedule[THRUST, segment, i],
        schedule[NOZZLE, segment, i],
        schedule[AREA, segment, i],
        schedule[AIR, segment, i],
        steering[KICK, i],
        steering[AZIMUTH, i],
        steering[PITCH, i],
        steering[PITCH_RATE, i],
        steering[YAW, i],
        steering[YAW_RATE, i],
    )


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def fly_many(schedule, modes, steps, steering, earth, plan, drag_table, pad, marks, first, last):
    """Fly cases `first` to `last` - 1 and keep the states at the ends of the segments.

    `schedule` is (ROWS, S, N), `modes` (S,) the steering mode of each segment and `steps` (S,) the
    longest step in it, `steering` (STEERING_ROWS, N), `pad` (6,) the state at lift-off; the rest is
    explained in `_forces`.  `marks` (S, 6, N) receives the states.
    """
    for i in range(first, last):
        state = (pad[0], pad[1], pad[2], pad[3], pad[4], pad[5])
        for s in range(modes.size):
            start = schedule[START, s, i]
            duration = schedule[END, s, i] - start
            if duration > 0.0:
                count = int(np.ceil(duration / steps[s] - 1e-9))
                h = duration / count
                case = _case(schedule, steering, s, i)
                mass, flow, mode = schedule[MASS, s, i], schedule[FLOW, s, i], modes[s]
                for k in range(count):
                    gone = h * k
                    state, _ = _step(
                        mode, start + gone, h, state, mass - flow * gone, flow, case,
                        earth, plan, drag_table,
                    )  # fmt: skip
            for c in range(6):
                marks[s, c, i] = state[c]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def record(schedule, modes, steps, steering, earth, plan, drag_table, pad, times, columns):
    """Fly the first case and keep what happens at `times` (T,), rising.

    `columns` (16, T) receives position, velocity, mass, the five integrals of the loss rates from
    lift-off (ideal, back-pressure, drag, gravity, steering), dynamic pressure, Mach number, felt
    acceleration and height.  An instant at which a segment ends shows the end of that segment.
    The steps do not depend on `times`: a sample is one step from the start of the step it lies in.
    """
    state = (pad[0], pad[1], pad[2], pad[3], pad[4], pad[5])
    sums = np.zeros(LOSSES)
    n = 0
    for s in range(modes.size):
        start = schedule[START, s, 0]
        duration = schedule[END, s, 0] - start
        if duration <= 0.0:
            continue
        count = int(np.ceil(duration / steps[s] - 1e-9))
        h = duration / count
        case = _case(schedule, steering, s, 0)
        mass0, flow, mode = schedule[MASS, s, 0], schedule[FLOW, s, 0], modes[s]
        for k in range(count):
            t = start + h * k
            end = schedule[END, s, 0] if k == count - 1 else t + h
            mass = mass0 - flow * (h * k)
            while n < times.size and times[n] <= end:
                part = times[n] - t
                there, rates = _step(
                    mode, t, part, state, mass, flow, case, earth, plan, drag_table
                )
                now = mass - flow * part
                _, _, air = _forces(mode, times[n], there, now, case, earth, plan, drag_table)
                for c in range(6):
                    columns[c, n] = there[c]
                columns[6, n] = now
                for c in range(LOSSES):
                    columns[7 + c, n] = sums[c] + part * rates[c]
                for c in range(4):
                    columns[12 + c, n] = air[c]
                n += 1
            state, rates = _step(mode, t, h, state, mass, flow, case, earth, plan, drag_table)
            for c in range(LOSSES):
                sums[c] += h * rates[c]
