"""Two cylinders that part while one of them may still thrust, and meet again.

Free flight is integrated by the classical Runge-Kutta method with steps that the distance allows
(no contact can be stepped over); the first touch is located in time; blows follow the impact law of
`contact`.  What goes on touching (pushing, sliding, rocking) is advanced by the time-stepping
scheme of Moreau and Jean: each step takes the impulse that keeps every contact from closing.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.contact import (
    closing_speed,
    kinetic_energy,
    normal_speed,
    set_velocities,
    solve_contacts,
    strike,
    velocities,
)
from orbitsim.kernels.cylinders import (
    CENTRE,
    CONTACT,
    FEATURES,
    GAP,
    HALF_LENGTH,
    IDENTITY,
    INERTIA,
    MASS,
    MOST,
    RADIUS,
    STATE,
    find_contacts,
    rotation,
)
from orbitsim.kernels.lanes import kernel
from orbitsim.kernels.two_bodies import PUSH, STROKE, advance, opening, thrust_at

RECORDS = 24
"""Contacts that are kept one by one; the count goes on."""
(
    BEGIN,
    END,
    SPEED,
    HARDEST,
    IMPULSE,
    ENERGY,
    PLACE,
    STAGE_PLACE,
    TILT,
    RATE,
    STAGE_RATE,
    RECORD,
) = range(12)
"""Columns of a record: first touch and last, s; closing speed at first touch and largest, m/s;
normal impulse, N s; energy lost, J; where on the payload and on the stage (along the axis from the
cylinder's middle, m); angle between the axes at first touch, rad; angular speeds afterwards,
rad/s."""

OPENED, COUNT, PARTED, FORCE, CLOSEST, STATUS, OPENING_SPEED, BLOWS, SUMMARY = range(9)
"""Columns of the summary: when the joint had opened by the clearance (NaN if never), number of
contacts since, when the pushers had spent their stroke, largest pushing force of steady contact
(N), smallest gap after the opening, status, relative speed of the centres of mass when the joint
had opened (m/s), number of impacts after that at `BLOW` or more, rebounds among them."""

BLOW = 0.1
"""Closing speed from which an impact counts as a blow, m/s: half of a docking."""

FINE, OVERLAP, NOT_FINITE = 0.0, 1.0, 16.0

_LONGEST = 0.02
_CONTACT_STEP, _LONGEST_CONTACT_STEP = 1e-3, 5e-3
_SINK = 2e-4
"""rad; largest relative turn in a longer step of contact."""
_SKIN = 2e-4
_SLOW = 0.02
"""m/s; slower closing is met without rebound.  More than a step of full thrust adds."""
_RECOVERY = 0.02
_TOUCH = 1e-7
_SHORTEST = 1e-4
_ROUNDS, _SETTLED = 60, 1e-6  # each step starts from the impulses of the one before
_OVERLAP = 0.05  # m; deeper, the step was too long for what happened


@kernel
def _safe_step(gap, pair, bodies, t, drive):
    """Longest step in which no point can cross `gap`, between the two standard steps."""
    speed = _relative_speed(pair)
    for b in range(2):
        w = pair[b * STATE + 10 : b * STATE + 13]
        reach = np.hypot(bodies[b, RADIUS], bodies[b, HALF_LENGTH] + abs(bodies[b, CENTRE + 2]))
        speed += np.sqrt(w[0] * w[0] + w[1] * w[1] + w[2] * w[2]) * reach
    push = (thrust_at(t, drive)[0] + drive[PUSH]) / bodies[1, MASS] * 2.0
    speed += 0.5 * push * _LONGEST
    return min(_LONGEST, max(_CONTACT_STEP, gap / max(speed, 1e-9)))


@kernel
def _contact_step(pair, before):
    """Next step of steady contact: grows, unless the bodies rock so fast that a rim could sink."""
    first, second = np.zeros(12), 0.0
    velocities(pair, first)
    for i in range(3):
        second += (first[3 + i] - first[9 + i]) ** 2
    rocking = _SINK / max(np.sqrt(second), 1e-9)
    return max(_CONTACT_STEP, min(1.5 * before, min(_LONGEST_CONTACT_STEP, rocking)))


@kernel
def _kick(pair, rows, impulses, found, velocity):
    """Half of the impulses into the pair's velocities."""
    velocities(pair, velocity)
    for k in range(found):
        for direction in range(3):
            share = 0.5 * impulses[k, direction]
            for i in range(12):
                velocity[i] += rows[k, direction, 12 + i] * share
    set_velocities(pair, velocity)


@kernel
def _relative_speed(pair):
    total = 0.0
    for i in range(3):
        total += (pair[3 + i] - pair[STATE + 3 + i]) ** 2
    return np.sqrt(total)


@kernel
def _rate(state):
    return np.sqrt(state[10] ** 2 + state[11] ** 2 + state[12] ** 2)


@kernel
def _along(pair, bodies, b, point):
    """Where a point lies along the axis of body b, from the middle of its cylinder."""
    axes = np.empty((3, 3))
    rotation(pair[b * STATE + 6 : b * STATE + 10], axes)
    total = -bodies[b, CENTRE + 2]
    for i in range(3):
        total += axes[i, 2] * (point[i] - pair[b * STATE + i])
    return total


@kernel
def _tilt(pair):
    axes0, axes1 = np.empty((3, 3)), np.empty((3, 3))
    rotation(pair[6:10], axes0)
    rotation(pair[STATE + 6 : STATE + 10], axes1)
    cosine = 0.0
    for i in range(3):
        cosine += axes0[i, 2] * axes1[i, 2]
    return np.arccos(min(1.0, max(-1.0, cosine)))


@kernel
def fly(
    start, bodies, drive, restitution, friction, clearance, duration, times, pair, records, summary,
    history,
):  # fmt: skip
    """Fly one pair from `start` (26,) for `duration` s.

    A contact is what happens between two openings of the gap by `clearance`; rebounds within it are
    one contact.  What happens before the joint has first opened so far is no contact.

    Parameters
    ----------
    bodies : (2, BODY)
        At the start.
    drive : (DRIVE,)
    times : (T,)
        Rising, s; the pair at these instants goes to `history` (T, 27), its gap last.
    pair : (26,)
        The final states.
    records : (RECORDS, RECORD)
    summary : (SUMMARY,)
    """
    contacts = np.zeros((MOST, CONTACT))
    impulses, held = np.zeros((MOST, 3)), np.zeros((FEATURES, 3))
    rows, masses = np.zeros((MOST, 3, 24)), np.zeros((MOST, 3))
    target, velocity, free = np.zeros(MOST), np.zeros(12), np.zeros(12)
    now, work = bodies.copy(), np.zeros((5, 2 * STATE))
    trial = np.zeros(2 * STATE)
    records[:] = np.nan
    summary[:] = 0.0
    summary[OPENED], summary[PARTED], summary[CLOSEST] = np.nan, np.nan, np.inf
    summary[OPENING_SPEED] = np.nan
    pair[:] = start
    pushing = drive[PUSH] > 0.0
    t, sample, count = 0.0, 0, 0
    last_t, last_gap = 0.0, 0.0
    apart, opened, touching = False, False, False
    steady = _CONTACT_STEP
    while True:
        blow = False
        spent = thrust_at(t, drive)[1]
        now[1, MASS] = bodies[1, MASS] - spent
        for i in range(3):
            now[1, INERTIA + i] = bodies[1, INERTIA + i] * now[1, MASS] / bodies[1, MASS]
        found, gap = find_contacts(pair, now, _SKIN, contacts)
        while sample < times.shape[0] and t >= times[sample] - 1e-12:
            history[sample, : 2 * STATE] = pair
            history[sample, 2 * STATE] = gap
            sample += 1
        if not np.isfinite(gap):
            summary[STATUS] = NOT_FINITE
            return
        if t >= duration:
            break
        if gap < -_OVERLAP:
            summary[STATUS] = OVERLAP
            return
        if pushing and opening(pair, now) >= drive[STROKE]:
            pushing = False
            summary[PARTED] = t
        if opened:
            summary[CLOSEST] = min(summary[CLOSEST], gap)
        if gap >= clearance and not apart:
            apart = True
            if not opened:
                opened = True
                share = (clearance - last_gap) / (gap - last_gap) if gap > last_gap else 1.0
                summary[OPENED] = last_t + share * (t - last_t)
                summary[OPENING_SPEED] = _relative_speed(pair)
            if 0 < count <= RECORDS:
                records[count - 1, RATE] = _rate(pair[:STATE])
                records[count - 1, STAGE_RATE] = _rate(pair[STATE:])
        last_t, last_gap = t, gap
        if found > 0:
            worst, hit = -np.inf, 0
            for k in range(found):
                closing = closing_speed(pair, contacts[k])
                if closing > worst:
                    worst, hit = closing, k
            blow = worst > _SLOW
            if gap > 2.0 * _TOUCH and (blow or apart):
                found, blow = 0, False  # not there yet: let free flight find the touch
        if found > 0:
            if apart and (blow or worst > 0.0):
                apart = False
                count += 1
                if count <= RECORDS:
                    row = records[count - 1]
                    row[BEGIN], row[SPEED], row[HARDEST] = t, worst, worst
                    row[IMPULSE], row[ENERGY] = 0.0, 0.0
                    row[PLACE] = _along(pair, now, 0, contacts[hit])
                    row[STAGE_PLACE] = _along(pair, now, 1, contacts[hit])
                    row[TILT] = _tilt(pair)
            keep = opened and not apart and count <= RECORDS
            if opened and worst >= BLOW:
                summary[BLOWS] += 1
            if blow:
                before = kinetic_energy(pair, now)
                total = strike(
                    pair, now, contacts, found, restitution, friction,
                    target, velocity, impulses, rows, masses,
                )  # fmt: skip
                if keep:
                    row = records[count - 1]
                    row[END] = t
                    row[HARDEST] = max(row[HARDEST], worst)
                    row[IMPULSE] += total
                    row[ENERGY] += before - kinetic_energy(pair, now)
        if found > 0:
            steady = _CONTACT_STEP if blow else _contact_step(pair, steady)
            h = min(steady, max(duration - t, 1e-9))
            if sample < times.shape[0]:
                h = min(h, max(times[sample] - t, _SHORTEST))
            advance(t, h, pair, bodies, drive, pushing, trial, work)
            velocities(trial, free)
            velocity[:] = free
            for k in range(found):
                g = contacts[k, GAP]
                target[k] = -g / h if g > 0.0 else min(_RECOVERY, -0.2 * g / h)
                identity = int(contacts[k, IDENTITY])
                for i in range(3):
                    impulses[k, i] = held[identity, i]
            held[:] = 0.0
            solve_contacts(
                pair, now, contacts, found, friction, target, velocity, impulses, rows, masses,
                _ROUNDS, _SETTLED,
            )  # fmt: skip
            total = 0.0
            for k in range(found):
                total += impulses[k, 0]
                identity = int(contacts[k, IDENTITY])
                for i in range(3):
                    held[identity, i] = impulses[k, i]
            if total > 0.0:
                touching = True
                summary[FORCE] = max(summary[FORCE], total / max(h, _CONTACT_STEP))
                if opened and not apart and 0 < count <= RECORDS:
                    row = records[count - 1]
                    row[END] = t + h
                    row[IMPULSE] += total
                    velocities(pair, free)
                    for k in range(found):
                        for direction in range(3):
                            slip = normal_speed(rows[k, direction], free)
                            slip += normal_speed(rows[k, direction], velocity)
                            row[ENERGY] -= 0.5 * impulses[k, direction] * slip
                # Half the impulse before the motion and half after: steady pushing leaves no gap.
                _kick(pair, rows, impulses, found, velocity)
                advance(t, h, pair, bodies, drive, pushing, trial, work)
                _kick(trial, rows, impulses, found, velocity)
            pair[:] = trial
            t += h
            continue
        if touching:
            held[:] = 0.0
            touching, steady = False, _CONTACT_STEP
        h = _safe_step(gap, pair, now, t, drive)
        if sample < times.shape[0]:
            h = min(h, max(times[sample] - t, 1e-9))
        h = min(h, max(duration - t, 1e-9))
        advance(t, h, pair, bodies, drive, pushing, trial, work)
        if gap > 0.0 and find_contacts(trial, now, 0.0, contacts)[1] < 0.0:
            low, high = 0.0, h
            for _ in range(40):
                middle = 0.5 * (low + high)
                advance(t, middle, pair, bodies, drive, pushing, trial, work)
                after = find_contacts(trial, now, 0.0, contacts)[1]
                if after < 0.0:
                    high = middle
                else:
                    low = middle
                    if after < _TOUCH:
                        break
            h = max(low, 1e-9)
            advance(t, h, pair, bodies, drive, pushing, trial, work)
        pair[:] = trial
        t += h
    summary[COUNT] = count
    if 0 < count <= RECORDS and np.isnan(records[count - 1, RATE]):
        records[count - 1, RATE] = _rate(pair[:STATE])
        records[count - 1, STAGE_RATE] = _rate(pair[STATE:])


@kernel
def fly_block(
    first, last, start, bodies, drive, impact, clearance, duration, pair, records, summary
):
    """Cases `first` to `last` of a batch; `impact` (N, 2) holds restitution and friction."""
    none = np.zeros(0)
    history = np.zeros((0, 2 * STATE + 1))
    for n in range(first, last):
        fly(
            start[n], bodies[n], drive[n], impact[n, 0], impact[n, 1], clearance, duration, none,
            pair[n], records[n], summary[n], history,
        )  # fmt: skip
