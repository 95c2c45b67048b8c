"""Nodes: what an integrator leaves behind, and the states between them.

A node is an instant with position, velocity and acceleration.  The integrators write them for each
lane in the order in which they march; everything else (states at chosen instants, the search for
events, the ground) is taken from them.  Between two nodes the position is the polynomial that meets
all three at up to four nodes around, of the eleventh degree (Hermite).  With some 25 steps in a
revolution or more its error is below 1e-9 m on a low orbit, so it adds nothing to the integrator's.

Of a group in lanes the nodes are an array (capacity, NODE, LANES), of one satellite (NODE, K).
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.drag import ground_height
from orbitsim.kernels.lanes import LANES, kernel

NODE = 12
"""Position, velocity, acceleration, clock, what the clock lost in rounding, and 1 at an edge, where
a force has a kink, or else 0."""

CLOCK, REST, EDGE = 9, 10, 11

AROUND = 4
"""Nodes that the polynomial of an interval meets."""

_REACH = AROUND - 1
"""Nodes beyond either end of an interval that its polynomial may meet."""

KEPT = 2 * AROUND
"""Nodes that the intervals to come may still need."""

_LEAST_GAP = 0.1  # of the interval: a node nearer to its neighbour adds nothing but rounding
_BISECTIONS = 60

_CONDITIONS = 3 * AROUND
TABLE = 4 * _CONDITIONS
"""Length of the table of a polynomial: abscissae and three rows of divided differences."""


@kernel
def _apart(nodes, i, j, lane):
    """Seconds from node i to node j.  A clock of days is itself good to 1e-10 s only, in which a
    satellite flies a micrometre."""
    gap = nodes[j, CLOCK, lane] - nodes[i, CLOCK, lane]
    return gap + (nodes[j, REST, lane] - nodes[i, REST, lane])


@kernel
def stencil(nodes, interval, total, lane, chosen):
    """Choose the nodes that the polynomial of an interval meets; their number.

    The ends of the interval come first, which keeps rounding small.  A node so close to another
    that the difference between them is lost in rounding is passed over.  Beyond an edge the orbit
    goes on as another polynomial.
    """
    chosen[0], chosen[1] = interval, interval + 1
    least = _LEAST_GAP * abs(_apart(nodes, interval, interval + 1, lane))
    low, high = interval, interval + 1  # outermost chosen
    below, above, count = interval - 1, interval + 2, 2  # next to be looked at
    first, last = max(interval - _REACH, 0), min(interval + 1 + _REACH, total - 1)
    while count < AROUND and (below >= first or above <= last):
        if below >= first:
            if nodes[below + 1, EDGE, lane] > 0.0:
                below = -1
            else:
                if abs(_apart(nodes, below, low, lane)) > least:
                    low = below
                    chosen[count] = low
                    count += 1
                below -= 1
        if count < AROUND and above <= last:
            if nodes[above - 1, EDGE, lane] > 0.0:
                above = total
            else:
                if abs(_apart(nodes, high, above, lane)) > least:
                    high = above
                    chosen[count] = high
                    count += 1
                above += 1
    return count


@kernel
def fit(nodes, chosen, count, lane, table):
    """Divided differences of the position over the first `count` of the `chosen` nodes of a lane.

    `table` gets 3 `count` abscissae, each three times over, counted from the first of them, and the
    coefficients of Newton's form for x, y and z.
    """
    size = 3 * count
    for i in range(size):
        table[i] = _apart(nodes, chosen[0], chosen[i // 3], lane)
    for c in range(3):
        row = table[(c + 1) * _CONDITIONS : (c + 2) * _CONDITIONS]
        for i in range(size):
            row[i] = nodes[chosen[i // 3], c, lane]
        for order in range(1, size):
            for i in range(size - 1, order - 1, -1):
                if i // 3 != (i - order) // 3:
                    row[i] = (row[i] - row[i - 1]) / (table[i] - table[i - order])
                elif order == 1:
                    row[i] = nodes[chosen[i // 3], 3 + c, lane]
                else:
                    row[i] = 0.5 * nodes[chosen[i // 3], 6 + c, lane]


@kernel
def evaluate(table, count, dt, out):
    """Position and velocity (6,) at `dt` seconds after the table's first node."""
    for c in range(3):
        row = table[(c + 1) * _CONDITIONS : (c + 2) * _CONDITIONS]
        value, slope = row[3 * count - 1], 0.0
        for i in range(3 * count - 2, -1, -1):
            ahead = dt - table[i]
            slope = slope * ahead + value
            value = value * ahead + row[i]
        out[c], out[3 + c] = value, slope


@kernel
def _height(state, field):
    return ground_height(state[0], state[1], state[2], field)


@kernel
def _climb(state):
    return state[0] * state[3] + state[1] * state[4] + state[2] * state[5]


@kernel
def _crossing(table, count, below, above, of_height, field, state):
    """Clock after the table's first node at which the height, or else r . v, passes zero."""
    for _ in range(_BISECTIONS):
        middle = 0.5 * (below + above)
        evaluate(table, count, middle, state)
        value = _height(state, field) if of_height else _climb(state)
        if value < 0.0:
            below = middle
        else:
            above = middle
    return below


@kernel
def _may_land(nodes, k, lane, field):
    """Whether the ground could lie between node k and the next.

    From a node on the distance cannot have fallen by more than half the interval at the faster of
    the two radial speeds, unless it falls through the whole interval.
    """
    low, fastest = np.inf, 0.0
    for node in (k, k + 1):
        total, climb = 0.0, 0.0
        for c in range(3):
            total += nodes[node, c, lane] * nodes[node, c, lane]
            climb += nodes[node, c, lane] * nodes[node, 3 + c, lane]
        r = np.sqrt(total)
        low, fastest = min(low, r), max(fastest, abs(climb / r))
    return not low - 0.5 * fastest * abs(_apart(nodes, k, k + 1, lane)) > field.ground_radius


@kernel
def _landing(nodes, k, lane, table, count, field, state):
    """Clock after node k at which the lane meets the ground on the way to the next, or inf.

    Looked at are the next node and, between the two, a perigee.
    """
    dt = _apart(nodes, k, k + 1, lane)
    evaluate(table, count, dt, state)
    if _height(state, field) < 0.0:
        return _crossing(table, count, dt, 0.0, True, field, state)
    ahead = _climb(state) * dt
    evaluate(table, count, 0.0, state)
    if _climb(state) * dt < 0.0 < ahead:
        # Going forward r . v is negative before the perigee, going backward after it.
        start, end = (0.0, dt) if dt > 0.0 else (dt, 0.0)
        perigee = _crossing(table, count, start, end, False, field, state)
        evaluate(table, count, perigee, state)
        if _height(state, field) < 0.0:
            return _crossing(table, count, perigee, 0.0, True, field, state)
    return np.inf


@kernel
def abandon(n, instant, beyond, direction, code, column, r_out, v_out, status):
    """Fill the instants of orbit n that are still to come with NaN and the code."""
    i = instant[n]
    while i != beyond[n]:
        for c in range(3):
            r_out[c, n, column[i]] = np.nan
            v_out[c, n, column[i]] = np.nan
        status[n, column[i]] = code
        i += direction
    instant[n] = i


@kernel
def _find_safe(nodes, filled, field, safe):
    """Set `safe` (LANES) above zero where no interval of a lane can hold the ground.

    The bound of `_may_land` with the least distance, the greatest speed and the longest interval.
    """
    least, fastest, longest = np.full(LANES, np.inf), np.zeros(LANES), np.zeros(LANES)
    for k in range(np.max(filled)):
        for m in range(LANES):
            x, y, z = nodes[k, 0, m], nodes[k, 1, m], nodes[k, 2, m]
            square = x * x + y * y + z * z
            climb = x * nodes[k, 3, m] + y * nodes[k, 4, m] + z * nodes[k, 5, m]
            speed = climb * climb / square
            gap = abs(nodes[k, CLOCK, m] - nodes[max(k - 1, 0), CLOCK, m])
            there = filled[m] > k
            least[m] = square if there and not (square >= least[m]) else least[m]
            fastest[m] = speed if there and not (speed <= fastest[m]) else fastest[m]
            longest[m] = gap if there and not (gap <= longest[m]) else longest[m]
    for m in range(LANES):
        low = np.sqrt(least[m]) - 0.5 * np.sqrt(fastest[m]) * longest[m]
        safe[m] = 1.0 if low > field.ground_radius else 0.0


@kernel
def _skip(nodes, k, ready, target, lane):
    """First interval from k on, before `ready`, that reaches the clock `target` (positive)."""
    low, high = k, ready
    while low < high:
        middle = (low + high) // 2
        if abs(nodes[middle + 1, CLOCK, lane]) < target:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _next_wanted(n, offset, t, instant, beyond, end, now):
    """The clock of orbit n's next instant or of its end, if not before `now`, all without sign."""
    target = abs(offset[n] + t[instant[n]]) if instant[n] != beyond[n] else np.inf
    return min(target, abs(end[n])) if abs(end[n]) >= now else target


@kernel
def serve(
    nodes, filled, served, finished, orbits, field, offset, t, column, direction,
    instant, beyond, end, end_state, landing, r_out, v_out, ahead,
):  # fmt: skip
    """Write the states of a group at all instants that its nodes reach, and drop nodes done with.

    Parameters
    ----------
    nodes : ndarray, shape (capacity, NODE, LANES)
        Those that intervals to come still need are moved to the front.
    filled, served : ndarray of int, shape (LANES,)
        Nodes of each lane, and intervals between them that are done; both are brought up to date.
    finished : ndarray of bool, shape (LANES,)
        No nodes follow.  Until then the last intervals wait for those on their far side.
    orbits : ndarray of int, shape (M,)
        Which of the N the lanes are.
    offset : ndarray, shape (N,)
        Seconds from each arc's start to the origin of `t`.
    t, column : ndarray, shape (T,)
        Instants, ascending, and the output column of each.
    instant, beyond : ndarray of int, shape (N,)
        Next instant of each orbit, and the first no longer wanted; they go by `direction`.
    end, end_state : ndarray, shape (N,), (6, N)
        A last clock, and the state there.
    landing : ndarray, shape (N,)
        Set to the clock at which an orbit meets the ground; nothing is written beyond.
    ahead : ndarray, shape (LANES,)
        Set to the next clock that is wanted, without sign; inf if none is.
    """
    safe = np.empty(LANES)
    _find_safe(nodes, filled, field, safe)
    table, state = np.empty(TABLE), np.empty(6)
    chosen = np.empty(AROUND, np.int64)
    for m in range(orbits.shape[0]):
        n = orbits[m]
        # The start itself, which an arc of no length has nothing besides.
        while served[m] == 0 and filled[m] > 0 and instant[n] != beyond[n]:
            if offset[n] + t[instant[n]] != nodes[0, CLOCK, m]:
                break
            place = column[instant[n]]
            for c in range(3):
                r_out[c, n, place] = nodes[0, c, m]
                v_out[c, n, place] = nodes[0, 3 + c, m]
            instant[n] += direction
        ready = filled[m] - 1 if finished[m] else filled[m] - 1 - _REACH
        while served[m] < ready and landing[n] == np.inf:
            if safe[m] > 0.0:
                served[m] = _skip(
                    nodes,
                    served[m],
                    ready,
                    _next_wanted(
                        n, offset, t, instant, beyond, end, abs(nodes[served[m], CLOCK, m])
                    ),
                    m,
                )
                if served[m] == ready:
                    break
            k = served[m]
            served[m] += 1
            start, stop = nodes[k, CLOCK, m], nodes[k + 1, CLOCK, m]
            rest = nodes[k, REST, m]
            wanted = instant[n] != beyond[n] and abs(offset[n] + t[instant[n]]) <= abs(stop)
            wanted |= abs(start) <= abs(end[n]) <= abs(stop)
            perilous = safe[m] == 0.0 and _may_land(nodes, k, m, field)
            if not (wanted or perilous):
                continue
            count = stencil(nodes, k, filled[m], m, chosen)
            fit(nodes, chosen, count, m, table)
            if perilous:
                landing[n] = start + _landing(nodes, k, m, table, count, field, state)
            while instant[n] != beyond[n]:
                clock = offset[n] + t[instant[n]]
                if abs(clock) > abs(stop) or abs(clock) >= abs(landing[n]):
                    break
                evaluate(table, count, (clock - start) - rest, state)
                place = column[instant[n]]
                for c in range(3):
                    r_out[c, n, place] = state[c]
                    v_out[c, n, place] = state[3 + c]
                instant[n] += direction
            if abs(end[n]) <= abs(stop) and abs(end[n]) <= abs(landing[n]):
                evaluate(table, count, (end[n] - start) - rest, state)
                for c in range(6):
                    end_state[c, n] = state[c]
        now = abs(nodes[served[m], CLOCK, m]) if filled[m] > 0 else 0.0
        ahead[m] = _next_wanted(n, offset, t, instant, beyond, end, now)
        if finished[m]:
            continue
        first = max(filled[m] - KEPT, 0)
        for k in range(first, filled[m]):
            for c in range(NODE):
                nodes[k - first, c, m] = nodes[k, c, m]
        filled[m] -= first
        served[m] -= first
