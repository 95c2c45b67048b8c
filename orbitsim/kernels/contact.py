"""The impulses of two rigid bodies that touch, and what they do to the velocities.

Impulses obey Coulomb's law and Poisson's hypothesis: a plastic impact over all points of contact,
found by projected Gauss-Seidel, then 1 + e times its normal impulses, with friction solved anew in
the wider cone.  For one point without friction that is Newton's law.  Should that raise the energy,
as friction can make it with several points, the whole plastic impulse is taken 1 + e times instead
(Moreau's law with one coefficient for all directions), which never does for 0 <= e <= 1.

Sources: Moreau, "Unilateral contact and dry friction in finite freedom dynamics" (1988); Jean, "The
non-smooth contact dynamics method" (1999); Pfeiffer and Glocker, "Multibody Dynamics with
Unilateral Contacts" (1996), for Poisson's hypothesis; Glocker, "Energetic consistency conditions
for standard impacts" (2013), for the dissipation.

States, bodies and contacts are those of `kernels.cylinders`.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.cylinders import INERTIA, MASS, NORMAL, STATE, rotation
from orbitsim.kernels.lanes import kernel

_ITERATIONS = 2000
_SETTLED = 1e-10
"""m/s; the iteration of an impact ends when no contact changes by more.  Twenty points under a flat
face share one load in many ways, which makes it slow."""


@kernel
def velocities(pair, out):
    """Velocities (12,) of both bodies in common axes: v0, w0, v1, w1."""
    axes = np.empty((3, 3))
    for b in range(2):
        state = pair[b * STATE : (b + 1) * STATE]
        rotation(state[6:10], axes)
        for i in range(3):
            out[6 * b + i] = state[3 + i]
            out[6 * b + 3 + i] = (
                axes[i, 0] * state[10] + axes[i, 1] * state[11] + axes[i, 2] * state[12]
            )


@kernel
def set_velocities(pair, velocity):
    """The reverse of `velocities`, into the pair."""
    axes = np.empty((3, 3))
    for b in range(2):
        state = pair[b * STATE : (b + 1) * STATE]
        rotation(state[6:10], axes)
        w = velocity[6 * b + 3 : 6 * b + 6]
        for i in range(3):
            state[3 + i] = velocity[6 * b + i]
            state[10 + i] = axes[0, i] * w[0] + axes[1, i] * w[1] + axes[2, i] * w[2]


@kernel
def kinetic_energy(pair, bodies):
    """Of both bodies, in the common frame, J."""
    total = 0.0
    for b in range(2):
        state = pair[b * STATE : (b + 1) * STATE]
        for i in range(3):
            total += 0.5 * bodies[b, MASS] * state[3 + i] ** 2
            total += 0.5 * bodies[b, INERTIA + i] * state[10 + i] ** 2
    return total


@kernel
def _tangents(n, out):
    """Two unit vectors (2, 3) across n and each other."""
    k = 0
    for i in range(1, 3):
        if abs(n[i]) < abs(n[k]):
            k = i
    length = np.sqrt(1.0 - n[k] * n[k])
    for i in range(3):
        out[0, i] = ((1.0 if i == k else 0.0) - n[k] * n[i]) / length
    out[1, 0] = n[1] * out[0, 2] - n[2] * out[0, 1]
    out[1, 1] = n[2] * out[0, 0] - n[0] * out[0, 2]
    out[1, 2] = n[0] * out[0, 1] - n[1] * out[0, 0]


@kernel
def _prepare(pair, bodies, contacts, count, rows, masses):
    """Per contact and direction (normal, two tangents): what a velocity gives (12), what an impulse
    does to it (12), and the effective mass."""
    axes = np.empty((3, 3))
    across = np.empty((2, 3))
    d, arm, local = np.empty(3), np.empty(3), np.empty(3)
    for b in range(2):
        state = pair[b * STATE : (b + 1) * STATE]
        sign = 1.0 if b == 0 else -1.0
        rotation(state[6:10], axes)
        for k in range(count):
            contact = contacts[k]
            _tangents(contact[NORMAL : NORMAL + 3], across)
            for i in range(3):
                arm[i] = contact[i] - state[i]
            for direction in range(3):
                for i in range(3):
                    d[i] = contact[NORMAL + i] if direction == 0 else across[direction - 1, i]
                row = rows[k, direction]
                at = 6 * b
                row[at + 3] = sign * (arm[1] * d[2] - arm[2] * d[1])
                row[at + 4] = sign * (arm[2] * d[0] - arm[0] * d[2])
                row[at + 5] = sign * (arm[0] * d[1] - arm[1] * d[0])
                for i in range(3):
                    row[at + i] = sign * d[i]
                    local[i] = (
                        axes[0, i] * row[at + 3]
                        + axes[1, i] * row[at + 4]
                        + axes[2, i] * row[at + 5]
                    ) / bodies[b, INERTIA + i]
                for i in range(3):
                    row[12 + at + i] = sign * d[i] / bodies[b, MASS]
                    row[12 + at + 3 + i] = (
                        axes[i, 0] * local[0] + axes[i, 1] * local[1] + axes[i, 2] * local[2]
                    )
    for k in range(count):
        for direction in range(3):
            row = rows[k, direction]
            total = 0.0
            for i in range(12):
                total += row[i] * row[12 + i]
            masses[k, direction] = 1.0 / total


@kernel
def _rub(row, mass, friction, impulse, velocity):
    """One projection of a contact's friction impulse; returns the change of velocity it made."""
    one, two = row[1], row[2]
    slide1, slide2 = 0.0, 0.0
    for i in range(12):
        slide1 += one[i] * velocity[i]
        slide2 += two[i] * velocity[i]
    # One mass for both tangents keeps the projection on the cone along the sliding.
    least = min(mass[1], mass[2])
    t1 = impulse[1] - slide1 * least
    t2 = impulse[2] - slide2 * least
    size, limit = np.hypot(t1, t2), friction * impulse[0]
    if size > limit:
        t1, t2 = t1 * limit / size, t2 * limit / size
    step1, step2 = t1 - impulse[1], t2 - impulse[2]
    impulse[1], impulse[2] = t1, t2
    for i in range(12):
        velocity[i] += one[12 + i] * step1 + two[12 + i] * step2
    return (abs(step1) + abs(step2)) / least


@kernel
def solve_contacts(
    pair, bodies, contacts, count, friction, target, velocity, impulses, rows, masses, most, settled
):
    """Change `velocity` (12,) so that no contact closes faster than it may.

    Projected Gauss-Seidel: normal speed >= `target` (negative lets it close), normal impulse >= 0,
    their product 0; the friction impulse opposes sliding and stays in Coulomb's cone.

    Parameters
    ----------
    target : (MOST,)
        Lowest normal speed of each contact, m/s.
    impulses : (MOST, 3)
        A first guess going in (zeros will do), the impulses coming out: normal, two tangents, N s.
    rows, masses : (MOST, 3, 24), (MOST, 3)
        Work space.
    most, settled : int, float
        The iteration ends after so many rounds, or when no speed changes by more (m/s).
    """
    _prepare(pair, bodies, contacts, count, rows, masses)
    for k in range(count):
        for direction in range(3):
            if impulses[k, direction] != 0.0:
                for i in range(12):
                    velocity[i] += rows[k, direction, 12 + i] * impulses[k, direction]
    for _ in range(most):
        change = 0.0
        for k in range(count):
            normal = rows[k, 0]
            speed = -target[k]
            for i in range(12):
                speed += normal[i] * velocity[i]
            before = impulses[k, 0]
            impulses[k, 0] = max(0.0, before - speed * masses[k, 0])
            step = impulses[k, 0] - before
            for i in range(12):
                velocity[i] += normal[12 + i] * step
            change = max(change, abs(step) / masses[k, 0])
            if friction == 0.0:
                continue
            change = max(change, _rub(rows[k], masses[k], friction, impulses[k], velocity))
        if change < settled:
            return


@kernel
def _expand(rows, masses, count, restitution, friction, before, velocity, impulses):
    """From the impulses of compression to those of the whole impact, and `velocity` with them.

    Normal impulses grow by 1 + e (Poisson's hypothesis); friction is solved anew within its cone.
    """
    for i in range(12):
        velocity[i] = before[i]
    for k in range(count):
        for direction in range(3):
            impulses[k, direction] *= 1.0 + restitution
            for i in range(12):
                velocity[i] += rows[k, direction, 12 + i] * impulses[k, direction]
    if friction == 0.0 or restitution == 0.0:
        return
    for _ in range(_ITERATIONS):
        change = 0.0
        for k in range(count):
            change = max(change, _rub(rows[k], masses[k], friction, impulses[k], velocity))
        if change < _SETTLED:
            return


@kernel
def strike(
    pair, bodies, contacts, count, restitution, friction, target, velocity, impulses, rows, masses
):
    """Impact at all contacts at once, into the pair; returns the sum of the normal impulses, N s.

    A velocity that the expansion would leave closing elsewhere is met by a further, plastic pass.
    """
    total = 0.0
    for k in range(count):
        target[k] = 0.0
    for again in range(2):
        energy = kinetic_energy(pair, bodies)
        velocities(pair, velocity)
        before = velocity.copy()
        impulses[:count] = 0.0
        solve_contacts(
            pair, bodies, contacts, count, friction, target, velocity, impulses, rows, masses,
            _ITERATIONS, _SETTLED,
        )  # fmt: skip
        e = restitution if again == 0 else 0.0
        plastic = velocity.copy()
        _expand(rows, masses, count, e, friction, before, velocity, impulses)
        set_velocities(pair, velocity)
        if kinetic_energy(pair, bodies) > energy:
            for i in range(12):
                velocity[i] = before[i] + (1.0 + e) * (plastic[i] - before[i])
            set_velocities(pair, velocity)
        for k in range(count):
            total += impulses[k, 0]
        closing = 0.0
        for k in range(count):
            closing = min(closing, normal_speed(rows[k, 0], velocity))
        if closing > -1e-6:
            break
    return total


@kernel
def normal_speed(row, velocity):
    """Speed along one direction of a prepared contact."""
    speed = 0.0
    for i in range(12):
        speed += row[i] * velocity[i]
    return speed


@kernel
def closing_speed(pair, contact):
    """How fast a contact closes, m/s; negative where it opens."""
    velocity = np.empty(12)
    velocities(pair, velocity)
    total = 0.0
    for b in range(2):
        sign = 1.0 if b == 0 else -1.0
        a0 = contact[0] - pair[b * STATE]
        a1 = contact[1] - pair[b * STATE + 1]
        a2 = contact[2] - pair[b * STATE + 2]
        v = velocity[6 * b : 6 * b + 6]
        total -= sign * contact[NORMAL] * (v[0] + v[4] * a2 - v[5] * a1)
        total -= sign * contact[NORMAL + 1] * (v[1] + v[5] * a0 - v[3] * a2)
        total -= sign * contact[NORMAL + 2] * (v[2] + v[3] * a1 - v[4] * a0)
    return total
