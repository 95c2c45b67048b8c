"""An approach to a docking port, leg by leg, from sensors over guidance to thruster pulses.

A case is a row of numbers (`STATE`), a plan a table of legs.  Each leg says what to fly, by which
sensor, where it ends and which leg follows when it is done or broken off.  The kernel knows no
names of legs and no rules about what may follow what; see `orbitsim.phases.docking`.

The port frame has x along the port's axis away from the station, z fixed to the orbit's normal
where it can, and its origin in the port.  The gap is the distance of the docking probe's tip from
the port, as the crow flies on legs that are off the axis and along the axis on those on it.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.docking_control import (
    camera_blur,
    clipped,
    decide,
    into_port,
    locate,
    look,
    nominal_speed,
    sight_error,
)
from orbitsim.kernels.docking_layout import (
    ABANDONED,
    BOUNCED,
    BREAKS,
    CAPTURED,
    CAUSE,
    CLOSE_IN,
    CONE_MARGIN,
    CONE_SLOPE,
    CONTACT,
    CYCLE,
    DELAY,
    DONE,
    DRY,
    DRY_MASS,
    DURATION,
    ENDED,
    FAST_FACTOR,
    FAST_MARGIN,
    FINAL,
    FLOW,
    FLY_AROUND,
    FLYING,
    FORCE,
    GAIN,
    GAP,
    GOAL,
    HIT,
    HOLD,
    IMPULSE,
    INERTIA,
    KURS_DEAD,
    LEAST_GAP,
    LEFT,
    LEG,
    LEG_TIME,
    LOCK_GAP,
    LONGEST,
    LOST,
    MASS,
    MEAN_MOTION,
    MISSED,
    MODE,
    MOST_BREAKS,
    NEXT,
    NEXT_LOOK,
    NO_LOCK,
    NOT_FINITE,
    ON_ABORT,
    ORDER,
    ORDER_TIME,
    OUT_OF_CORRIDOR,
    OUT_OF_TIME,
    OUTSIDE,
    PATIENCE,
    PERIOD,
    PLUME,
    PLUME_RANGE,
    PORT,
    RATE,
    RETREAT,
    SEEN,
    SENSOR,
    SETTLED,
    SHORTEST,
    STATUS,
    STICK,
    TIME,
    TIP,
    TIP_AHEAD,
    TOO_LONG,
    TORQUE,
    TOUCH,
    TURN_FLOW,
    VALVE_STEP,
    Q,
    R,
    V,
)
from orbitsim.kernels.docking_start import begin, enter
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.mathfun import atan2, inline
from orbitsim.kernels.proximity import body_axes, drift, free_rates, quantised, rotate

_AT_REST = 10.0
"""s that a hold must stand still before it counts as reached."""

_AT_REST_SPEED, _AT_REST_PLACE = 0.1, 2.0
"""m/s and m within which it stands still, and more by what the sensor cannot tell."""

_OUTSIDE = 5.0
"""s out of the corridor before a leg is broken off."""


@kernel
def _burn(s, craft, site, phi, axes, turn):
    """One cycle of motion with what is left of the pulses, and what is ordered to begin in it."""
    dt = site[CYCLE]
    start = 0.0
    if s[ORDER_TIME] < s[TIME] + dt:
        start = max(s[ORDER_TIME] - s[TIME], 0.0)
        s[ORDER_TIME] = np.inf
        for k in range(6):
            s[LEFT + k] = s[ORDER + k]
            s[ORDER + k] = 0.0
    near = s[GAP] < site[PLUME_RANGE]
    moved = (0.0, 0.0, 0.0)
    kicked = (0.0, 0.0, 0.0)
    spent = 0.0
    for k in range(3):
        on = clipped(s[LEFT + k], dt - start)
        if on != 0.0:
            s[LEFT + k] -= on
            impulse = craft[FORCE + k] * on
            size = abs(impulse)
            used = size * craft[FLOW]
            push = impulse / (s[MASS] - 0.5 * used)
            reach = push * (dt - start - 0.5 * abs(on))
            spent += used
            s[IMPULSE] += size
            if k == 0 and on < 0.0 and near:
                s[PLUME] += size
            ax, ay, az = axes[0, k], axes[1, k], axes[2, k]
            moved = (moved[0] + reach * ax, moved[1] + reach * ay, moved[2] + reach * az)
            kicked = (kicked[0] + push * ax, kicked[1] + push * ay, kicked[2] + push * az)
    drift(s, R, phi)
    drift(s, SEEN, phi)
    for k in range(3):
        s[R + k] += moved[k]
        s[V + k] += kicked[k]
        s[SEEN + k] += moved[k]
        s[SEEN + 3 + k] += kicked[k]
    before = (s[RATE], s[RATE + 1], s[RATE + 2])
    free_rates(s, RATE, craft[INERTIA : INERTIA + 3], dt)
    for k in range(3):
        turn[k] = 0.5 * dt * (before[k] + s[RATE + k])
        on = clipped(s[LEFT + 3 + k], dt - start)
        if on != 0.0:
            s[LEFT + 3 + k] -= on
            gain = craft[TORQUE + k] * on / craft[INERTIA + k]
            turn[k] += gain * (dt - start - 0.5 * abs(on))
            s[RATE + k] += gain
            spent += craft[TORQUE + k] * abs(on) * craft[TURN_FLOW + k]
    rotate(s, Q, turn, dt * site[MEAN_MOTION])
    s[MASS] -= spent
    s[TIME] += dt
    s[LEG_TIME] += dt


@kernel
def _touch(s, craft, site, limits, along, tip, axes, work):
    """Whether the tip has passed the port's plane, and what the contact is like.

    On a leg that is not `along` the axis only the station itself is in the way.
    """
    if not (tip[0] <= 0.0 < s[TIP]):
        return False
    part = s[TIP] / (s[TIP] - tip[0])
    if not along and np.sqrt(tip[1] * tip[1] + tip[2] * tip[2]) > limits[7]:
        return False
    s[CONTACT] = s[TIME] - (1.0 - part) * site[CYCLE]
    across = (
        s[TIP + 1] + part * (tip[1] - s[TIP + 1]),
        s[TIP + 2] + part * (tip[2] - s[TIP + 2]),
    )
    # Rates against the port frame, in body axes; the tip lies on the body's x.
    rates = work[0:3]
    for k in range(3):
        rates[k] = s[RATE + k] - axes[2, k] * site[MEAN_MOTION]
    ahead = craft[TIP_AHEAD]
    sway, heave = ahead * rates[2], -ahead * rates[1]
    speed = work[3:6]
    into_port(
        site,
        s[V] + axes[0, 1] * sway + axes[0, 2] * heave,
        s[V + 1] + axes[1, 1] * sway + axes[1, 2] * heave,
        s[V + 2] + axes[2, 1] * sway + axes[2, 2] * heave,
        speed,
    )
    probe = work[6:9]
    into_port(site, axes[0, 0], axes[1, 0], axes[2, 0], probe)
    side = work[9:12]
    into_port(site, axes[0, 1], axes[1, 1], axes[2, 1], side)
    tilt = atan2(np.sqrt(probe[1] * probe[1] + probe[2] * probe[2]), -probe[0])
    roll = atan2(side[2], side[1])
    s[CONTACT + 1] = -speed[0]
    s[CONTACT + 2], s[CONTACT + 3] = across
    s[CONTACT + 4], s[CONTACT + 5] = speed[1], speed[2]
    s[CONTACT + 6], s[CONTACT + 7] = tilt, roll
    for k in range(3):
        s[CONTACT + 8 + k] = rates[k]
    offset = np.sqrt(across[0] * across[0] + across[1] * across[1])
    slide = np.sqrt(speed[1] * speed[1] + speed[2] * speed[2])
    spin = np.sqrt(rates[0] * rates[0] + rates[1] * rates[1] + rates[2] * rates[2])
    closing = -speed[0]
    if offset > limits[7]:
        s[STATUS] = MISSED
    elif offset > limits[2] or closing > limits[8]:
        s[STATUS] = HIT
    elif (
        closing < limits[0]
        or closing > limits[1]
        or slide > limits[3]
        or tilt > limits[4]
        or abs(roll) > limits[5]
        or spin > limits[6]
    ):
        s[STATUS] = BOUNCED
    else:
        s[STATUS] = CAPTURED
    return True


@inline
def _finished(s, site, legs, leg, sensor, blur, tip_ahead, work):
    """Whether the leg has come to its end, by the estimate.

    A hold is reached when it stands as still as the sensor can tell.
    """
    dt = site[CYCLE]
    mode = int(legs[leg, MODE])
    x, y, z = work[0], work[1], work[2]
    goal = legs[leg, GOAL]
    far = np.sqrt(x * x + y * y + z * z)
    if mode == CLOSE_IN:
        return far - tip_ahead <= goal
    if mode == FLY_AROUND:
        return x > 0.9994 * far
    if mode == RETREAT:
        return x - tip_ahead >= goal
    if mode == FINAL:
        return x - tip_ahead <= goal and goal > 0.0
    if mode == HOLD:
        across = (goal + 1.0) * sight_error(sensor, goal + 1.0, blur)
        pace = _AT_REST_SPEED + sensor[GAIN] * across
        slow = work[3] * work[3] + work[4] * work[4] + work[5] * work[5] < pace * pace
        off = x - tip_ahead - goal
        place = _AT_REST_PLACE + 2.0 * across
        near = off * off + y * y + z * z < place * place
        s[SETTLED] = s[SETTLED] + dt if slow and near else 0.0
        return s[SETTLED] >= _AT_REST and s[LEG_TIME] >= legs[leg, DURATION]
    return s[LEG_TIME] >= legs[leg, DURATION]


@inline
def _strays(s, site, legs, leg, tip_ahead, work):
    """Whether the estimate has left the corridor of speed or direction for too long."""
    mode = int(legs[leg, MODE])
    if mode != FINAL:
        return False
    gap = work[0] - tip_ahead
    pace = nominal_speed(legs, leg, gap)
    fast = -work[3] > pace * legs[leg, FAST_FACTOR] + legs[leg, FAST_MARGIN]
    aside = np.sqrt(work[1] * work[1] + work[2] * work[2])
    wide = aside > legs[leg, CONE_SLOPE] * max(gap, 0.0) + legs[leg, CONE_MARGIN]
    s[OUTSIDE] = s[OUTSIDE] + site[CYCLE] if fast or wide else 0.0
    return s[OUTSIDE] >= _OUTSIDE


@kernel
def fly(s, random, craft, site, phi, sensors, legs, faults, limits, stick, cycles, pause):
    """Advance a case by up to `cycles` cycles; stops when it is over.

    Parameters
    ----------
    s : array, shape (STATE,)
    random : uint64 array, shape (1,)
    craft, site, faults, limits : arrays
        As laid out above.
    phi : array, shape (6, 6)
        Clohessy-Wiltshire transition over one cycle.
    sensors, legs : arrays, shape (n, SENSOR_COLUMNS), (n, LEG_COLUMNS)
    stick : array, shape (6,)
        Thrust wanted on a leg of mode `STICK`: -1 to 1 by body axis, three translations and three
        rotations, as the part of the cycle that the thrusters burn.
    cycles : int
    pause : bool
        Whether to return as well when a leg begins.
    """
    axes = np.empty((3, 3))
    work = np.empty(12)
    order = np.empty(6)
    tip = np.empty(3)
    turn = np.empty(3)
    ahead = craft[TIP_AHEAD]
    dt = site[CYCLE]
    body_axes(s, Q, axes)
    for _ in range(cycles):
        if s[STATUS] != FLYING:
            return
        leg = int(s[LEG])
        mode = int(legs[leg, MODE])
        by = int(legs[leg, SENSOR])
        sensor = sensors[by]
        blur = camera_blur(s, faults) if by == 1 else 1.0
        locked = by == 1 or s[GAP] >= faults[LOCK_GAP]
        s[LOST] = 0.0 if locked else s[LOST] + dt
        if mode == STICK:
            if s[TIME] >= s[NEXT_LOOK] - 1e-9:
                s[NEXT_LOOK] += sensor[PERIOD]
                look(s, random, site, sensor, blur, ahead, work)
            for k in range(6):
                s[LEFT + k] = quantised(
                    dt * clipped(stick[k], 1.0), craft[SHORTEST], craft[VALVE_STEP]
                )
        elif s[TIME] >= s[NEXT_LOOK] - 1e-9:
            s[NEXT_LOOK] += sensor[PERIOD]
            if locked:
                look(s, random, site, sensor, blur, ahead, work)
            decide(s, random, craft, site, sensor, legs, leg, blur, work, axes, order)
            for k in range(6):
                s[ORDER + k] = order[k]
            s[ORDER_TIME] = s[TIME] + sensor[DELAY]
        _burn(s, craft, site, phi, axes, turn)

        body_axes(s, Q, axes)
        into_port(
            site,
            s[R] - site[PORT] + ahead * axes[0, 0],
            s[R + 1] - site[PORT + 1] + ahead * axes[1, 0],
            s[R + 2] - site[PORT + 2] + ahead * axes[2, 0],
            tip,
        )
        locate(s, site, work)
        if _touch(s, craft, site, limits, mode not in (CLOSE_IN, FLY_AROUND), tip, axes, work):
            s[GAP] = 0.0
            s[LEAST_GAP] = 0.0
            s[CAUSE] = TOUCH
            return
        for k in range(3):
            s[TIP + k] = tip[k]
        gap = np.sqrt(tip[0] * tip[0] + tip[1] * tip[1] + tip[2] * tip[2])
        s[GAP] = gap
        s[LEAST_GAP] = min(s[LEAST_GAP], gap)
        if not gap < np.inf:
            s[STATUS] = NOT_FINITE
            return
        if s[MASS] <= craft[DRY_MASS]:
            s[STATUS] = DRY
            return

        cause = 0
        if s[LOST] > faults[PATIENCE]:
            cause = NO_LOCK
        elif _finished(s, site, legs, leg, sensor, blur, ahead, work):
            cause = DONE
        elif _strays(s, site, legs, leg, ahead, work):
            cause = OUT_OF_CORRIDOR
        elif s[LEG_TIME] > legs[leg, LONGEST]:
            cause = TOO_LONG
        if cause == 0:
            continue
        following = int(legs[leg, NEXT if cause == DONE else ON_ABORT])
        s[CAUSE] = cause
        if cause != DONE:
            s[BREAKS] += 1.0
        if cause == NO_LOCK:
            s[KURS_DEAD] = 1.0
        by_kurs = legs[following, SENSOR] == 0.0 and legs[following, MODE] != HOLD
        if following >= 0 and by_kurs and s[KURS_DEAD] == 1.0:
            # It is not trusted to move the ship again.
            following = -1
            s[CAUSE] = cause = NO_LOCK
        if following < 0 or s[BREAKS] > faults[MOST_BREAKS]:
            if cause == DONE:
                s[STATUS] = ENDED
            else:
                s[STATUS] = OUT_OF_TIME if cause == TOO_LONG else ABANDONED
            return
        enter(s, following, cause)
        if pause:
            return


@kernel
def fly_block(
    states, randoms, start, spread, craft, site, phi, sensors, legs, faults, limits, cycles
):
    """Fly the cases of a block from start to end: `states` (n, STATE), `randoms` (n, 1)."""
    stick = np.zeros(6)
    for case in range(states.shape[0]):
        begin(states[case], randoms[case], start, spread, craft, site, sensors, legs)
        fly(
            states[case],
            randoms[case],
            craft,
            site,
            phi,
            sensors,
            legs,
            faults,
            limits,
            stick,
            cycles,
            False,
        )
