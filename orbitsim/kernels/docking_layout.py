"""Where the numbers of a docking stand in the kernels' rows."""

from __future__ import annotations

# Places in a case's row of state.
R, V, Q, RATE, MASS = 0, 3, 6, 10, 13
SEEN = 14  # estimated position and velocity
TILT = 20  # error of the attitude that the controller believes in
BIAS = 23  # unit biases: across the line of sight (3), attitude (3), range
TIME, LEG, LEG_TIME = 30, 31, 32
LOST, SETTLED, OUTSIDE = 33, 34, 35  # seconds without lock, at rest, out of the corridor
NEXT_LOOK, ORDER_TIME = 36, 37
ORDER = 38  # on-times ordered and not yet begun: translation (3), rotation (3)
LEFT = 44  # on-times still to burn
TIP = 50  # the tip in the port frame
STATUS, CAUSE = 53, 54
PLUME, IMPULSE, BREAKS = 55, 56, 57
CONTACT = 58  # time, closing speed, offset (2), lateral speed (2), tilt, roll, rates (3)
GAP, LEAST_GAP = 69, 70
KURS_DEAD = 71  # 1 once it has found no lock
STATE = 72

# Status of a case.
FLYING, CAPTURED, BOUNCED, HIT, MISSED, ABANDONED, OUT_OF_TIME, DRY, NOT_FINITE, ENDED = range(10)

# Why a leg ended.
DONE, NO_LOCK, OUT_OF_CORRIDOR, TOO_LONG, TOUCH = range(1, 6)

# What a leg flies.
CLOSE_IN, FLY_AROUND, HOLD, FINAL, RETREAT, STICK = range(6)

# Columns of a leg.
MODE, SENSOR, GOAL, DURATION, NEXT, ON_ABORT, LONGEST = range(7)
FAST_FACTOR, FAST_MARGIN, CONE_SLOPE, CONE_MARGIN, TURN_RATE, KNOTS = range(7, 13)
RANGES, SPEEDS, MOST_KNOTS = 13, 21, 8
LEG_COLUMNS = 29

# Columns of a sensor: errors, then the habits of whoever flies by it.
RANGE_LEAST, RANGE_SHARE, RANGE_MOST, RATE_ERROR = range(4)
SIGHT_LEAST, SIGHT_SLOPE, SIGHT_MOST = range(4, 7)
TILT_LEAST, TILT_SLOPE, TILT_MOST, BIAS_SHARE = range(7, 11)
PERIOD, DELAY, MEMORY, TILT_MEMORY = range(11, 15)
SPEED_BAND, BAND_NOISE, TILT_BAND, LEAD, GAIN, REMNANT = range(15, 21)
SENSOR_COLUMNS = 21

# Craft: force by axis (3), torque by axis (3), propellant per impulse, per angular impulse (3),
# inertia (3), shortest pulse, valve step, tip, dry mass, fastest turn.
FORCE, TORQUE, FLOW, TURN_FLOW, INERTIA = 0, 3, 6, 7, 10
SHORTEST, VALVE_STEP, TIP_AHEAD, DRY_MASS, FASTEST_TURN = range(13, 18)
CRAFT = 18

# Site: cycle, mean motion, port (3), axes of the port frame in RTN (9, its rows), plume range.
CYCLE, MEAN_MOTION, PORT, AXES, PLUME_RANGE = 0, 1, 2, 5, 14
SITE = 15

# Faults: no Kurs below this gap, patience without lock, blur, its half-life, most breaks.
LOCK_GAP, PATIENCE, BLUR, BLUR_HALF_LIFE, MOST_BREAKS = range(5)

# Limits: closing speed least and most, offset, lateral speed, tilt, roll, rate, wall, crash speed.
LIMITS = 9
