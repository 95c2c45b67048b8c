"""Where a step meets the edges of shadow.

A path is the polynomial of a step in u, the part of the step that has passed: eight coefficients
for each of x, y and z.  Derivatives of it count in steps too.  Places in the tables of the Sun and
the Moon are counted in pieces (see `orbitsim.kernels.frames`).
"""

from __future__ import annotations

import numpy as np

from orbitsim.constants import ASTRONOMICAL_UNIT, MOON_RADIUS, SOLAR_PRESSURE, SUN_RADIUS
from orbitsim.kernels.lanes import LANES, inner
from orbitsim.kernels.mathfun import asin, atan2
from orbitsim.kernels.orientation import piece_index
from orbitsim.kernels.radiation import discs, light

TERMS = 8
PATH = 3 * TERMS
"""Length of a path."""

SIGHT = 3 * LANES
"""Length of what `look` keeps of a node: angle from the Earth's limb, its slope, and the Moon."""

_KINDS = 4  # of contact: Earth's penumbra and umbra, Moon's penumbra, and its disc inside the Sun's
_SAMPLES = 9
_MOST = 16  # contacts in a step
SEARCH_WORK = _KINDS * _SAMPLES + _MOST
"""Length of the scratch that `find_contacts` needs; the contacts come first."""

_GRAZE = 1e-3  # rad; an extremum closer to zero than this is looked at closely
_NEAR_MOON = 0.013  # rad; more than the radii of Sun and Moon together
_PRESSURE = SOLAR_PRESSURE * ASTRONOMICAL_UNIT * ASTRONOMICAL_UNIT


@inner
def look(r, step_v, sun, moon, coefficient, mode, radius, stretch, now, suspect):
    """Where each lane stands to the edges of shadow, and whether its last step may have met one.

    Parameters
    ----------
    r, step_v, sun, moon : ndarray, shape (3 * LANES,)
        At the new node; the velocity times the step.
    coefficient : ndarray, shape (LANES,)
        Reflectivity times area over mass.
    mode : ndarray, shape (LANES,)
        Light that the step took for granted, 1 or 0.
    now : ndarray, shape (SIGHT,)
        Of the node before, and then of this one.
    suspect : ndarray, shape (LANES,)
        Above zero where a step must be searched.

    Between two nodes the angle from the limb stays above its two tangents.
    """
    for m in range(LANES):
        x, y, z = r[m], r[LANES + m], stretch * r[2 * LANES + m]
        u, v, w = step_v[m], step_v[LANES + m], stretch * step_v[2 * LANES + m]
        ex, ey, ez = sun[m] - x, sun[LANES + m] - y, stretch * sun[2 * LANES + m] - z
        far = 1.0 / np.sqrt(ex * ex + ey * ey + ez * ez)
        ex, ey, ez = far * ex, far * ey, far * ez
        square = x * x + y * y + z * z
        i = 1.0 / np.sqrt(square)
        climb = (x * u + y * v + z * w) * i * i
        cosine = -(ex * x + ey * y + ez * z) * i
        sine = np.sqrt(max(1.0 - cosine * cosine, 1e-18))
        cosine_rate = -(ex * u + ey * v + ez * w) * i - cosine * climb
        q = min(radius * i, 1.0)
        limb = atan2(sine, cosine) - asin(q)
        slope = q * climb / np.sqrt(max(1.0 - q * q, 1e-6)) - cosine_rate / sine
        mx, my = moon[m] - r[m], moon[LANES + m] - r[LANES + m]
        mz = moon[2 * LANES + m] - r[2 * LANES + m]
        i = 1.0 / np.sqrt(mx * mx + my * my + mz * mz)
        mx, my, mz = i * mx - ex, i * my - ey, i * mz - ez
        chord = np.sqrt(mx * mx + my * my + mz * mz)

        sign = 2.0 * mode[m] - 1.0
        a = SUN_RADIUS * far
        w0, w1 = sign * now[m] - a, sign * limb - a
        s0, s1 = sign * now[LANES + m], sign * slope
        turning = s0 < 0.0 and s1 > 0.0
        where = (w1 - s1 - w0) / (s0 - s1) if turning else 0.0
        low = min(min(w0, w1), w0 + s0 * where)
        old = now[2 * LANES + m]
        nearest = min(old, chord) - abs(chord - old)
        met = low < 0.0 or (sign > 0.0 and nearest < _NEAR_MOON)
        suspect[m] = 1.0 if met and coefficient[m] > 0.0 else 0.0
        now[m], now[LANES + m], now[2 * LANES + m] = limb, slope, chord


@inner
def lay(path, c, r0, v0, a0, r1, v1):
    """Row c of the path of the fourth degree; velocities and accelerations count in steps."""
    e0, e1 = r1 - r0 - v0 - 0.5 * a0, v1 - v0 - a0
    row = path[c * TERMS : (c + 1) * TERMS]
    row[0], row[1], row[2] = r0, v0, 0.5 * a0
    row[3], row[4] = 4.0 * e0 - e1, e1 - 3.0 * e0
    row[5] = row[6] = row[7] = 0.0


@inner
def lay_smoothly(path, c, r0, v0, a0, j0, r1, v1, a1, j1):
    """Row c of the path of the seventh degree, which meets the third derivatives too."""
    p2, p3 = 0.5 * a0, j0 / 6.0
    e0, e1 = r1 - r0 - v0 - p2 - p3, v1 - v0 - a0 - 0.5 * j0
    e2, e3 = a1 - a0 - j0, j1 - j0
    row = path[c * TERMS : (c + 1) * TERMS]
    row[0], row[1], row[2], row[3] = r0, v0, p2, p3
    row[4] = 35.0 * e0 - 15.0 * e1 + 2.5 * e2 - e3 / 6.0
    row[5] = -84.0 * e0 + 39.0 * e1 - 7.0 * e2 + 0.5 * e3
    row[6] = 70.0 * e0 - 34.0 * e1 + 6.5 * e2 - 0.5 * e3
    row[7] = -20.0 * e0 + 10.0 * e1 - 2.0 * e2 + e3 / 6.0


@inner
def point(path, u):
    """Position."""
    x, y, z = path[TERMS - 1], path[2 * TERMS - 1], path[3 * TERMS - 1]
    for k in range(TERMS - 2, -1, -1):
        x, y, z = x * u + path[k], y * u + path[TERMS + k], z * u + path[2 * TERMS + k]
    return x, y, z


@inner
def _body(table, place):
    """Position of a body at a place in its table, counted in pieces."""
    piece = piece_index(table, np.floor(place))
    row, w = table[piece], place - piece
    return (
        row[0] + w * (row[3] + w * (row[6] + w * row[9])),
        row[1] + w * (row[4] + w * (row[7] + w * row[10])),
        row[2] + w * (row[5] + w * (row[8] + w * row[11])),
    )


@inner
def _margin(kind, path, u, place, span, field):
    """Angle from one kind of edge, positive on the side of more light."""
    x, y, z = point(path, u)
    sx, sy, sz = _body(field.sun, place + u * span)
    if kind < 2:
        k = field.shadow_stretch
        a, b, c = discs(x, y, k * z, sx, sy, k * sz, 0.0, 0.0, 0.0, field.shadow_radius)
        return c - b - a if kind == 0 else c - b + a
    mx, my, mz = _body(field.moon, place + u * span)
    a, b, c = discs(x, y, z, sx, sy, sz, mx, my, mz, MOON_RADIUS)
    return c - b - a if kind == 2 else c - abs(b - a)


@inner
def share_at(x, y, z, place, field):
    """Part of the Sun that is seen."""
    sx, sy, sz = _body(field.sun, place)
    mx, my, mz = _body(field.moon, place)
    share = light(x, y, z, sx, sy, sz, mx, my, mz, field.shadow_radius, field.shadow_stretch)
    # All or nothing is so exactly.
    if share < 1e-12:
        return 0.0
    return 1.0 if share > 1.0 - 1e-12 else share


@inner
def pressure_at(x, y, z, place, coefficient, field):
    """Acceleration by all of the Sun's light, m/s2."""
    sx, sy, sz = _body(field.sun, place)
    dx, dy, dz = x - sx, y - sy, z - sz
    square = 1.0 / (dx * dx + dy * dy + dz * dz)
    k = coefficient * _PRESSURE * square * np.sqrt(square)
    return k * dx, k * dy, k * dz


@inner
def _root(kind, path, low, high, at_low, at_high, place, span, field):
    """Where a margin passes zero; the Illinois variant of false position."""
    side = 0
    for _ in range(60):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = _margin(kind, path, middle, place, span, field)
        if (value < 0.0) == (at_low < 0.0):
            at_high = 0.5 * at_high if side == 1 else at_high
            low, at_low, side = middle, value, 1
        else:
            at_low = 0.5 * at_low if side == 2 else at_low
            high, at_high, side = middle, value, 2
        if abs(value) < 1e-13 or high - low < 1e-12:
            return middle
    return middle


@inner
def _insert(found, count, u):
    if count == _MOST:
        return count
    k = count
    while k > 0 and found[k - 1] > u:
        found[k] = found[k - 1]
        k -= 1
    found[k] = u
    return count + 1


@inner
def find_contacts(path, place, span, field, work):
    """How many contacts a step has; they stand first in `work`, ascending parts of the step.

    `place` is that of the step's start in the tables, `span` the step's length in pieces.
    """
    found, values = work[:_MOST], work[_MOST:]
    count = 0
    width = 1.0 / (_SAMPLES - 1)
    for kind in range(_KINDS):
        s = values[kind * _SAMPLES : (kind + 1) * _SAMPLES]
        for i in range(_SAMPLES):
            s[i] = _margin(kind, path, i * width, place, span, field)
        for i in range(_SAMPLES - 1):
            low, high = i * width, (i + 1) * width
            if (s[i] < 0.0) != (s[i + 1] < 0.0):
                u = _root(kind, path, low, high, s[i], s[i + 1], place, span, field)
                count = _insert(found, count, u)
                continue
            if i == 0 or (s[i - 1] < 0.0) != (s[i] < 0.0):
                continue
            # Does the margin touch zero about sample i?
            before, here, after = abs(s[i - 1]), abs(s[i]), abs(s[i + 1])
            bend = before - 2.0 * here + after
            if here > before or here >= after or bend <= 0.0:
                continue
            middle = low + 0.5 * width * (before - after) / bend
            if here - (before - after) ** 2 / (8.0 * bend) > _GRAZE:
                continue
            side, past, close = width, low - width, 0.0
            for _ in range(30):
                close = _margin(kind, path, middle, place, span, field)
                if (close < 0.0) != (s[i] < 0.0):
                    break
                side *= 0.6
                left = abs(_margin(kind, path, middle - side, place, span, field))
                right = abs(_margin(kind, path, middle + side, place, span, field))
                if left < abs(close) and left <= right:
                    middle -= side
                elif right < abs(close):
                    middle += side
            if (close < 0.0) != (s[i] < 0.0):
                u = _root(kind, path, past, middle, s[i - 1], close, place, span, field)
                count = _insert(found, count, u)
                u = _root(kind, path, middle, high, close, s[i + 1], place, span, field)
                count = _insert(found, count, u)
    return count


@inner
def next_mode(path, share, mode, place, span, field):
    """Light to be taken for granted after a step.

    None only in the Earth's umbra, to whose end `look` and the searches attend.
    """
    if share == 1.0:
        return 1.0
    if share == 0.0 and _margin(1, path, 1.0, place, span, field) < 0.0:
        return 0.0
    return mode
