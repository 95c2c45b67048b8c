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

from orbitsim.kernels.density import HEAT_RATIO
from orbitsim.kernels.mathfun import FASTMATH, atan2, exp, inline, sincos

PROGRAMMED = 0
"""Thrust along the pad's vertical, leaning over by the programme's angle."""
GRAVITY_TURN = 1
"""Thrust along the velocity relative to the turning Earth."""
GUIDED = 2
"""Thrust by the linear-tangent law in the axes of the target plane."""
PLANE_TURN = 3
"""As a gravity turn, with the thrust held in the plane of the normal in `plan`."""
COMMANDED = 4
"""Thrust along a direction that turns from one given vector to another."""

# Rows of a schedule, shape (ROWS, segments, cases).
START, END, MASS, FLOW, THRUST, NOZZLE, AREA, AIR, WIND_EAST, WIND_NORTH = range(10)
ROWS = 10

# Columns of a table of air, shape (heights, AIR_COLUMNS).
LOG_DENSITY, LOG_PRESSURE, EAST, NORTH, WIND_SHAPE = range(5)
AIR_COLUMNS = 5

ATTACK, DIRECTION, RECORDED = 16, 17, 20
"""Rows of what `record` keeps: angle of attack, thrust's direction (3), and their number."""

# Rows of a steering table, shape (STEERING_ROWS, cases).
KICK, AZIMUTH, PITCH, PITCH_RATE, YAW, YAW_RATE = range(6)
STEERING_ROWS = 6

LOSSES = 5

NO_AIM = (0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""The aim of modes that need none."""


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
def gravity(x, y, z, mu, j2):
    """Acceleration by mu and by the oblateness `j2` = 3/2 J2 R^2."""
    inverse2 = 1.0 / (x * x + y * y + z * z)
    g = -mu * inverse2 * np.sqrt(inverse2)
    bulge = j2 * inverse2
    five = 5.0 * z * z * inverse2
    level = g * (1.0 + bulge * (1.0 - five))
    return level * x, level * y, g * z * (1.0 + bulge * (3.0 - five))


@inline
def air_at(height, base, per_metre, air):
    """Density, pressure, east and north wind and the shape of its dispersion, from the table.

    The logarithms of density and pressure run straight between the heights of the table, and on
    beyond its ends; wind keeps its value there.
    """
    place = (height - base) * per_metre
    top = air.shape[0] - 2.0
    bounded = min(max(place, 0.0), top)
    # Written so that NaN takes the last cell, and comes out of the interpolation.
    cell = np.int64(bounded if bounded < top else top)
    part = place - cell
    inside = min(max(part, 0.0), 1.0)
    density = exp(air[cell, 0] + part * (air[cell + 1, 0] - air[cell, 0]))
    pressure = exp(air[cell, 1] + part * (air[cell + 1, 1] - air[cell, 1]))
    east = air[cell, 2] + inside * (air[cell + 1, 2] - air[cell, 2])
    north = air[cell, 3] + inside * (air[cell + 1, 3] - air[cell, 3])
    shape = air[cell, 4] + inside * (air[cell + 1, 4] - air[cell, 4])
    return density, pressure, east, north, shape


@inline
def _in_plane(x, y, z, plan):
    """The unit vector along the part of (x, y, z) that lies in the plane of `plan`."""
    nx, ny, nz = plan[3], plan[4], plan[5]
    across = x * nx + y * ny + z * nz
    x, y, z = x - across * nx, y - across * ny, z - across * nz
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@inline
def _commanded(t, aim):
    """A direction that turns evenly, along the chord, from that at `aim[0]` to that at `aim[1]`."""
    start, end, ax, ay, az, bx, by, bz = aim
    part = (t - start) / (end - start)
    x, y, z = ax + part * (bx - ax), ay + part * (by - ay), az + part * (bz - az)
    scale = 1.0 / np.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@inline
def forces(mode, t, state, mass, case, aim, earth, plan, drag_table, air_table):
    """Acceleration, and what goes into the records.

    `earth` holds the pad's up, north and east directions at lift-off (9), rotation rate, mu,
    3/2 J2 R^2, equatorial radius, flattening, and the lowest height and the inverse step of the
    table of air; `plan` the start and end of the pitch-over, the epoch of the guidance law and the
    normal of the plane (3); `case` vacuum thrust, nozzle area, reference area, factor on air
    density, dispersion of the wind to east and north, and the six steering numbers; `aim` is for
    `_commanded`; `drag_table` a step in Mach number and the drag coefficients at its multiples;
    `air_table` (heights, AIR_COLUMNS).
    """
    x, y, z, vx, vy, vz = state
    thrust, nozzle, area, air, to_east, to_north = case[:6]
    kick, azimuth, pitch, pitch_rate, yaw, yaw_rate = case[6:]
    spin = earth[9]
    gx, gy, gz = gravity(x, y, z, earth[10], earth[11])
    inverse2 = 1.0 / (x * x + y * y + z * z)

    # Velocity relative to the turning Earth, and to the air.
    wx, wy, wz = vx + spin * y, vy - spin * x, vz
    height = geodetic_height(x, y, z, earth[12], earth[13])
    density, pressure, east, north, shape = air_at(height, earth[14], earth[15], air_table)
    east += to_east * shape
    north += to_north * shape
    level = 1.0 / np.sqrt(x * x + y * y)
    up = np.sqrt(inverse2)
    poleward = north * z * up * level
    ux = wx + east * y * level + poleward * x
    uy = wy - east * x * level + poleward * y
    uz = wz - north * up / level
    airspeed = np.sqrt(ux * ux + uy * uy + uz * uz)
    mach = airspeed * np.sqrt(density / (HEAT_RATIO * pressure))
    place, top = mach / drag_table[0], drag_table.size - 3.0
    place = place if place < top else top
    cell = np.int64(place)
    low, high = drag_table[cell + 1], drag_table[cell + 2]
    coefficient = low + (place - cell) * (high - low)
    dynamic_pressure = 0.5 * air * density * airspeed * airspeed
    inverse_mass = 1.0 / mass
    drag = dynamic_pressure * area * coefficient * inverse_mass
    speed = np.sqrt(wx * wx + wy * wy + wz * wz)

    # At rest on the pad the vertical stands for the direction of motion.
    moving = speed > 1e-6
    inverse_speed = 1.0 / (speed if moving else 1.0)
    sx = wx * inverse_speed if moving else x * up
    sy = wy * inverse_speed if moving else y * up
    sz = wz * inverse_speed if moving else z * up

    dx, dy, dz = sx, sy, sz
    if mode == 0:
        dx, dy, dz = _programme(t, azimuth, kick, earth, plan)
    if mode == 2:
        dx, dy, dz = _guided(t, x, y, z, pitch, pitch_rate, yaw, yaw_rate, plan)
    if mode == 3:
        dx, dy, dz = _in_plane(sx, sy, sz, plan)
    if mode == 4:
        dx, dy, dz = _commanded(t, aim)

    ideal = thrust * inverse_mass
    back = min(pressure * nozzle, thrust) * inverse_mass
    push = ideal - back
    brake = drag / (airspeed if airspeed > 1e-6 else 1.0)
    fx = push * dx - brake * ux
    fy = push * dy - brake * uy
    fz = push * dz - brake * uz

    forward = dx * sx + dy * sy + dz * sz
    spin2 = spin * spin
    weight = -(sx * (gx + spin2 * x) + sy * (gy + spin2 * y) + sz * gz)
    against = brake * (ux * sx + uy * sy + uz * sz)
    losses = (ideal, back, against, weight, push * (1.0 - forward))
    # Angle of attack by its sine, which keeps its digits when it is small.
    cx, cy, cz = dy * uz - dz * uy, dz * ux - dx * uz, dx * uy - dy * ux
    across = np.sqrt(cx * cx + cy * cy + cz * cz)
    attack = atan2(across, dx * ux + dy * uy + dz * uz) if airspeed > 1e-6 else 0.0
    felt = np.sqrt(fx * fx + fy * fy + fz * fz)
    air_data = (dynamic_pressure, mach, felt, height, attack, dx, dy, dz)
    return (gx + fx, gy + fy, gz + fz), losses, air_data


@inline
def _moved(state, slope, velocity, h):
    """State after h at the given acceleration and velocity."""
    x, y, z, vx, vy, vz = state
    ax, ay, az = slope
    ux, uy, uz = velocity
    return (x + h * ux, y + h * uy, z + h * uz, vx + h * ax, vy + h * ay, vz + h * az)


@inline
def step(mode, t, h, state, mass, flow, case, aim, earth, plan, drag_table, air_table):
    """One Runge-Kutta step; also the mean of the loss rates over it."""
    half = 0.5 * h
    middle, last = mass - flow * half, mass - flow * h
    _, _, _, vx, vy, vz = state
    a1, l1, _ = forces(mode, t, state, mass, case, aim, earth, plan, drag_table, air_table)
    s2 = _moved(state, a1, (vx, vy, vz), half)
    a2, l2, _ = forces(mode, t + half, s2, middle, case, aim, earth, plan, drag_table, air_table)
    s3 = _moved(state, a2, (s2[3], s2[4], s2[5]), half)
    a3, l3, _ = forces(mode, t + half, s3, middle, case, aim, earth, plan, drag_table, air_table)
    s4 = _moved(state, a3, (s3[3], s3[4], s3[5]), h)
    a4, l4, _ = forces(mode, t + h, s4, last, case, aim, earth, plan, drag_table, air_table)
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
def case_of(schedule, steering, segment, i):
    """What `forces` needs of one case in one segment, without the mass."""
    return (
        schedule[THRUST, segment, i],
        schedule[NOZZLE, segment, i],
        schedule[AREA, segment, i],
        schedule[AIR, segment, i],
        schedule[WIND_EAST, segment, i],
        schedule[WIND_NORTH, segment, i],
        steering[KICK, i],
        steering[AZIMUTH, i],
        steering[PITCH, i],
        steering[PITCH_RATE, i],
        steering[YAW, i],
        steering[YAW_RATE, i],
    )


@inline
def fly_segment(
    state, segment, i, schedule, modes, steps, steering, earth, plan, drag_table, air_table
):
    """State of case i after a segment."""
    start = schedule[START, segment, i]
    duration = schedule[END, segment, i] - start
    if duration > 0.0:
        count = int(np.ceil(duration / steps[segment] - 1e-9))
        h = duration / count
        case = case_of(schedule, steering, segment, i)
        mass, flow = schedule[MASS, segment, i], schedule[FLOW, segment, i]
        mode = modes[segment]
        for k in range(count):
            gone = h * k
            state, _ = step(
                mode, start + gone, h, state, mass - flow * gone, flow, case, NO_AIM,
                earth, plan, drag_table, air_table,
            )  # fmt: skip
    return state


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def fly_many(
    schedule, modes, steps, steering, earth, plan, drag_table, air_table, pad, marks, first, last
):
    """Fly cases `first` to `last` - 1 and keep the states at the ends of the segments.

    `schedule` is (ROWS, S, N), `modes` (S,) the steering mode of each segment and `steps` (S,) the
    longest step in it, `steering` (STEERING_ROWS, N), `pad` (6,) the state at lift-off; the rest is
    explained in `forces`.  `marks` (S, 6, N) receives the states.
    """
    for i in range(first, last):
        state = (pad[0], pad[1], pad[2], pad[3], pad[4], pad[5])
        for s in range(modes.size):
            state = fly_segment(
                state, s, i, schedule, modes, steps, steering, earth, plan, drag_table, air_table
            )
            for c in range(6):
                marks[s, c, i] = state[c]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=FASTMATH)
def record(
    schedule, modes, steps, steering, earth, plan, drag_table, air_table, pad, times, columns
):
    """Fly the first case and keep what happens at `times` (T,), rising.

    `columns` (RECORDED, T) receives position, velocity, mass, the five integrals of the loss rates
    from lift-off (ideal, back-pressure, drag, gravity, steering), dynamic pressure, Mach number,
    felt acceleration, height, angle of attack and the direction of thrust.  An instant at which a
    segment ends shows the end of that segment.  The steps do not depend on `times`: a sample is one
    step from the start of the step it lies in.
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
        case = case_of(schedule, steering, s, 0)
        mass0, flow, mode = schedule[MASS, s, 0], schedule[FLOW, s, 0], modes[s]
        for k in range(count):
            t = start + h * k
            end = schedule[END, s, 0] if k == count - 1 else t + h
            mass = mass0 - flow * (h * k)
            while n < times.size and times[n] <= end:
                part = times[n] - t
                there, rates = step(
                    mode, t, part, state, mass, flow, case, NO_AIM,
                    earth, plan, drag_table, air_table,
                )  # fmt: skip
                now = mass - flow * part
                _, _, air = forces(
                    mode, times[n], there, now, case, NO_AIM, earth, plan, drag_table, air_table
                )
                for c in range(6):
                    columns[c, n] = there[c]
                columns[6, n] = now
                for c in range(LOSSES):
                    columns[7 + c, n] = sums[c] + part * rates[c]
                for c in range(8):
                    columns[12 + c, n] = air[c]
                n += 1
            state, rates = step(
                mode, t, h, state, mass, flow, case, NO_AIM, earth, plan, drag_table, air_table
            )
            for c in range(LOSSES):
                sums[c] += h * rates[c]
