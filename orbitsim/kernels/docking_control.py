"""What a docking ship sees and decides: measurement, guidance by legs, pulses ordered."""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.docking_layout import (
    AXES,
    BAND_NOISE,
    BIAS,
    BIAS_SHARE,
    BLUR,
    BLUR_HALF_LIFE,
    CLOSE_IN,
    FASTEST_TURN,
    FLY_AROUND,
    FORCE,
    GAIN,
    GOAL,
    HOLD,
    INERTIA,
    KNOTS,
    LEAD,
    MASS,
    MEAN_MOTION,
    MEMORY,
    MODE,
    PERIOD,
    PORT,
    RANGE_LEAST,
    RANGE_MOST,
    RANGE_SHARE,
    RANGES,
    RATE,
    RATE_ERROR,
    REMNANT,
    RETREAT,
    SEEN,
    SHORTEST,
    SIGHT_LEAST,
    SIGHT_MOST,
    SIGHT_SLOPE,
    SPEED_BAND,
    SPEEDS,
    TILT,
    TILT_BAND,
    TILT_LEAST,
    TILT_MEMORY,
    TILT_MOST,
    TILT_SLOPE,
    TIME,
    TIP_AHEAD,
    TORQUE,
    TURN_RATE,
    VALVE_STEP,
    R,
    V,
)
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import acos, inline
from orbitsim.kernels.proximity import next_normal, normal_pair, quantised


@inline
def nominal_speed(legs, leg, gap):
    """Nominal speed of a leg at a gap, linear between its knots."""
    count = int(legs[leg, KNOTS])
    if gap <= legs[leg, RANGES]:
        return legs[leg, SPEEDS]
    for k in range(1, count):
        high = legs[leg, RANGES + k]
        if gap <= high:
            low = legs[leg, RANGES + k - 1]
            part = (gap - low) / (high - low)
            before = legs[leg, SPEEDS + k - 1]
            return before + part * (legs[leg, SPEEDS + k] - before)
    return legs[leg, SPEEDS + count - 1]


@inline
def into_port(site, x, y, z, out):
    """RTN components to those in the port frame."""
    for k in range(3):
        out[k] = site[AXES + 3 * k] * x + site[AXES + 3 * k + 1] * y + site[AXES + 3 * k + 2] * z


@inline
def out_of_port(site, x, y, z, out):
    """Port-frame components to RTN."""
    for k in range(3):
        out[k] = site[AXES + k] * x + site[AXES + 3 + k] * y + site[AXES + 6 + k] * z


@inline
def clipped(value, most):
    return min(max(value, -most), most)


@inline
def camera_blur(s, faults):
    """Factor on the camera's resolution."""
    if faults[BLUR] == 1.0:
        return 1.0
    return 1.0 + (faults[BLUR] - 1.0) * 2.0 ** (-s[TIME] / faults[BLUR_HALF_LIFE])


@inline
def sight_error(sensor, distance, blur):
    error = max(sensor[SIGHT_LEAST], sensor[SIGHT_SLOPE] * distance)
    return min(error, sensor[SIGHT_MOST]) * blur


@inline
def locate(s, site, work):
    """Estimated position (work[0:3]) and velocity (work[3:6]) in the port frame."""
    into_port(
        site,
        s[SEEN] - site[PORT],
        s[SEEN + 1] - site[PORT + 1],
        s[SEEN + 2] - site[PORT + 2],
        work[0:3],
    )
    into_port(site, s[SEEN + 3], s[SEEN + 4], s[SEEN + 5], work[3:6])


@kernel
def look(s, random, site, sensor, blur, tip, work):
    """Take a measurement and pull the estimate towards it.

    Errors are a bias of the case and white noise.  Across the line of sight the error is an angle
    times the distance; along it a share of the range.  The estimate is an alpha-beta filter
    between looks that the equations of motion carry, with alpha from the filter's memory.
    """
    px, py, pz = s[R] - site[PORT], s[R + 1] - site[PORT + 1], s[R + 2] - site[PORT + 2]
    far = np.sqrt(px * px + py * py + pz * pz)
    ux, uy, uz = px / far, py / far, pz / far
    distance = max(far - tip, 0.0) + 1.0
    share = sensor[BIAS_SHARE]
    noise = np.sqrt(1.0 - share * share)
    across = distance * sight_error(sensor, distance, blur)
    reach = max(sensor[RANGE_LEAST], sensor[RANGE_SHARE] * distance)
    along = min(reach, sensor[RANGE_MOST]) * blur
    na, nb = normal_pair(random)
    nc, nd = normal_pair(random)
    ex = across * (share * s[BIAS] + noise * na)
    ey = across * (share * s[BIAS + 1] + noise * nb)
    ez = across * (share * s[BIAS + 2] + noise * nc)
    inward = ex * ux + ey * uy + ez * uz
    out = along * (share * s[BIAS + 6] + noise * nd) - inward
    work[0], work[1], work[2] = ex + out * ux, ey + out * uy, ez + out * uz
    alpha = min(sensor[PERIOD] / sensor[MEMORY], 1.0)
    beta = alpha * alpha / (2.0 - alpha) / sensor[PERIOD]
    for k in range(3):
        miss = s[R + k] + work[k] - s[SEEN + k]
        s[SEEN + k] += alpha * miss
        s[SEEN + 3 + k] += beta * miss
    na, nb = normal_pair(random)
    nc, nd = normal_pair(random)
    if sensor[RATE_ERROR] > 0.0:
        rate = (s[V] - s[SEEN + 3]) * ux + (s[V + 1] - s[SEEN + 4]) * uy
        rate += (s[V + 2] - s[SEEN + 5]) * uz + sensor[RATE_ERROR] * nd
        # The radial speed is measured by itself; it needs less memory than a derived one.
        gain = min(4.0 * alpha, 1.0)
        s[SEEN + 3] += gain * rate * ux
        s[SEEN + 4] += gain * rate * uy
        s[SEEN + 5] += gain * rate * uz
    tilt = max(sensor[TILT_LEAST], sensor[TILT_SLOPE] * distance) * blur
    tilt = min(tilt, sensor[TILT_MOST])
    pull = min(sensor[PERIOD] / sensor[TILT_MEMORY], 1.0)
    for k, n in ((0, na), (1, nb), (2, nc)):
        error = tilt * (share * s[BIAS + 3 + k] + noise * n)
        s[TILT + k] += pull * (error - s[TILT + k])


@kernel
def _wanted_velocity(s, site, legs, leg, gain, tip, work, wanted):
    """Velocity in the port frame that the leg asks for where the estimate believes to be."""
    mode = int(legs[leg, MODE])
    x, y, z = work[0], work[1], work[2]
    far = np.sqrt(x * x + y * y + z * z)
    goal = legs[leg, GOAL]
    if mode == CLOSE_IN:
        speed = nominal_speed(legs, leg, far - tip)
        for k in range(3):
            wanted[k] = -speed * work[k] / far
    elif mode == FLY_AROUND:
        ux, uy, uz = x / far, y / far, z / far
        sine = np.sqrt(uy * uy + uz * uz)
        angle = acos(clipped(ux, 1.0))
        # Tangent towards the axis; slower over the last degrees so as to stop on it.
        turn = min(legs[leg, TURN_RATE], 0.02 * angle) * far
        scale = turn / sine if sine > 1e-6 else 0.0
        inward = clipped(gain * (goal + tip - far), nominal_speed(legs, leg, far - tip))
        wanted[0] = scale * (1.0 - ux * ux) + inward * ux
        wanted[1] = -scale * ux * uy + inward * uy
        wanted[2] = -scale * ux * uz + inward * uz
    else:
        pace = nominal_speed(legs, leg, x - tip)
        if mode == HOLD:
            wanted[0] = clipped(gain * (goal + tip - x), pace)
        else:
            wanted[0] = pace if mode == RETREAT else -pace
        sideways = max(0.5 * pace, 0.03)
        wanted[1] = clipped(-gain * y, sideways)
        wanted[2] = clipped(-gain * z, sideways)


@kernel
def decide(s, random, craft, site, sensor, legs, leg, blur, work, axes, order):
    """Decide on pulses: on-times of the three translations and three rotations, signed, s."""
    tip = craft[TIP_AHEAD]
    wanted = work[6:9]
    error = work[9:12]
    locate(s, site, work)
    x, y, z = work[0], work[1], work[2]
    far = np.sqrt(x * x + y * y + z * z)
    _wanted_velocity(s, site, legs, leg, sensor[GAIN], tip, work, wanted)
    for k in range(3):
        wanted[k] -= work[3 + k]
    out_of_port(site, wanted[0], wanted[1], wanted[2], error)
    distance = max(far - tip, 0.0) + 1.0
    across = distance * sight_error(sensor, distance, blur)
    band = sensor[SPEED_BAND] + sensor[BAND_NOISE] * sensor[GAIN] * across
    # What the controller holds for body axes is turned away from them by the tilt error.
    a = axes[0, 0] * error[0] + axes[1, 0] * error[1] + axes[2, 0] * error[2]
    b = axes[0, 1] * error[0] + axes[1, 1] * error[1] + axes[2, 1] * error[2]
    c = axes[0, 2] * error[0] + axes[1, 2] * error[1] + axes[2, 2] * error[2]
    ta, tb, tc = s[TILT], s[TILT + 1], s[TILT + 2]
    work[0], work[1], work[2] = a - tb * c + tc * b, b - tc * a + ta * c, c - ta * b + tb * a
    for k in range(3):
        lack = work[k]
        order[k] = 0.0
        if abs(lack) > band:
            # Half a band beyond, so that a steady drift does not sit on one edge of the band.
            push = lack + (0.5 * band if lack > 0.0 else -0.5 * band)
            order[k] = s[MASS] * push / craft[FORCE + k]
    _aim(s, site, legs, leg, x, y, z, far, axes, work)
    for k in range(3):
        off = work[9 + k] + s[TILT + k]
        rate = work[6 + k]
        order[3 + k] = 0.0
        if abs(off - sensor[LEAD] * rate) > sensor[TILT_BAND]:
            goal = clipped(off / sensor[LEAD], craft[FASTEST_TURN])
            order[3 + k] = craft[INERTIA + k] * (goal - rate) / craft[TORQUE + k]
    for k in range(6):
        if order[k] != 0.0:
            order[k] *= 1.0 + sensor[REMNANT] * next_normal(random)
            order[k] = clipped(order[k], sensor[PERIOD])
            order[k] = quantised(order[k], craft[SHORTEST], craft[VALVE_STEP])


@kernel
def _aim(s, site, legs, leg, x, y, z, far, axes, work):
    """Rotation from the attitude to the wanted one (work[9:12]) and rates against the port frame
    (work[6:9]), both in body axes.

    Wanted is the probe along the line of sight to the port on legs off the axis, else against the
    port's axis; the body's z against the port frame's.
    """
    mode = int(legs[leg, MODE])
    ax, ay, az = -1.0, 0.0, 0.0
    if mode in (CLOSE_IN, FLY_AROUND):
        ax, ay, az = -x / far, -y / far, -z / far
    # The body's z: the port frame's -z without its part along the probe.
    bx, by, bz = az * ax, az * ay, az * az - 1.0
    if bz > -1e-12:  # the line of sight is along z: then the port frame's x instead
        bx, by, bz = 1.0, 0.0, 0.0
    size = np.sqrt(bx * bx + by * by + bz * bz)
    bx, by, bz = bx / size, by / size, bz / size
    cx, cy, cz = by * az - bz * ay, bz * ax - bx * az, bx * ay - by * ax
    goal = work[0:3]
    turn = work[3:6]
    turn[0], turn[1], turn[2] = 0.0, 0.0, 0.0
    for k in range(3):
        if k == 0:
            out_of_port(site, ax, ay, az, goal)
        elif k == 1:
            out_of_port(site, cx, cy, cz, goal)
        else:
            out_of_port(site, bx, by, bz, goal)
        turn[0] += 0.5 * (axes[1, k] * goal[2] - axes[2, k] * goal[1])
        turn[1] += 0.5 * (axes[2, k] * goal[0] - axes[0, k] * goal[2])
        turn[2] += 0.5 * (axes[0, k] * goal[1] - axes[1, k] * goal[0])
    for k in range(3):
        work[9 + k] = axes[0, k] * turn[0] + axes[1, k] * turn[1] + axes[2, k] * turn[2]
        work[6 + k] = s[RATE + k] - axes[2, k] * site[MEAN_MOTION]
