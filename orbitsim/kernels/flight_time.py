"""The time of flight of Lambert's problem as a function of x, and where to start looking for x.

The unknown is the x of Lancaster & Blanchard (1969), x**2 = 1 - s/(2a): an ellipse between -1 and
1, the parabola at 1, a hyperbola above.  The geometry enters by lambda alone, lambda**2 = 1 - c/s
with chord c and semi-perimeter s, negative for more than half a turn.  The time of flight T(x), in
units of sqrt(s**3/(2 mu)), has simple derivatives (Izzo 2015, eq. 18 and 22), so that Householder's
fourth-order iteration needs one evaluation a step.

What differs from Izzo's arrangement: each difference of nearly equal numbers (1 - lambda**2,
y - lambda x, lambda y - x) is taken as a quotient, so that short arcs keep their digits; and the
first guess is fitted to T and its slopes where they are known in closed form, so that two steps end
at rounding.

Throughout, `lam` is lambda, `q` 1 - lambda**2, `rest` 1 - lambda, `turns` pi times the complete
revolutions, `fold` the x of the least time of flight with so many.
"""

from __future__ import annotations

import numpy as np

from orbitsim.kernels.mathfun import atan2, inline, log


@inline
def sums(x, lam, q):
    """y and its combinations with x, each from a sum: y + lam x, y - lam x, lam y + x, lam y - x.

    The products are known, (y + lam x)(y - lam x) = q and (lam y + x)(lam y - x) =
    q (lam**2 - (1 + lam**2) x**2), which gives the small one of each pair.
    """
    lam2, x2 = lam * lam, x * x
    y = np.sqrt(q + lam2 * x2)
    lx = lam * x
    alike = lx > 0.0
    wide = y + abs(lx)
    large = abs(lam) * y + abs(x)
    large = -large if lam < 0.0 else large
    inverse = 1.0 / (wide * large * y)
    narrow = q * (large * y * inverse)
    small = q * (lam2 - (1.0 + lam2) * x2) * (wide * y * inverse)
    iy = wide * large * inverse
    plus = wide if alike else narrow
    minus = narrow if alike else wide
    a = large if alike else small
    b = small if alike else large
    return y, iy, plus, minus, a, b


@inline
def _arc_series(z):
    """2F1(3, 1; 5/2; z), Battin's form of the arc's share of the time of flight; |z| <= 0.2.

    Chebyshev fit in 50-digit arithmetic, error 1e-16.
    """
    # Summed in pairs (Estrin): one after the other the terms would wait for each other.
    z2 = z * z
    z4 = z2 * z2
    low = 1.0 + 1.199999999999994 * z + z2 * (1.3714285714285652 + 1.5238095238166502 * z)
    mid = 1.6623376623449684 + 1.790209787720827 * z
    mid = mid + z2 * (1.9095571070053838 + 2.0218843880400486 * z)
    high = 2.128299345151643 + 2.229614232048066 * z
    high = high + z2 * (2.326554570089437 + 2.4211626997239133 * z)
    top = 2.5108175920823514 + 2.5557739232786343 * z
    top = top + z2 * (2.6384967329224147 + 3.3130980973364776 * z)
    top = top + z4 * 3.405994945764034
    return low + z4 * mid + (z4 * z4) * (high + z4 * top)


@inline
def flight_time(x, lam, q, rest, turns):
    """Time of flight, its first three derivatives, and y; `turns` is pi times the revolutions."""
    y, iy, _, minus, _, b = sums(x, lam, q)
    w2 = (1.0 - x) * (1.0 + x)
    near = abs(1.0 - x) < (5e-5 if turns == 0.0 else 0.0)
    inverse = 1.0 / (x if near else w2)
    w = np.sqrt(abs(w2))
    # The arc: an angle on the ellipse, its hyperbolic counterpart beyond the parabola.
    sine, cosine = minus * w, lam + x * minus
    angle = atan2(sine, cosine)
    hyperbolic = log(sine + cosine)
    arc = angle if w2 > 0.0 else -hyperbolic
    closed = (arc * w * inverse + b) * inverse
    z = 0.5 * (rest - x * minus)
    series = minus * (0.6666666666666666 * (minus * minus) * _arc_series(z) + 2.0 * lam)
    t = series if abs(z) < 0.2 else closed
    if turns > 0.0:
        t = t + turns * w * inverse * inverse
    # The recursion of derivatives divides by 1 - x**2.  Next to the parabola it is run backwards
    # from the third derivative, whose neglect counts by the square of 1 - x**2 only.
    lam2 = lam * lam
    cube = lam2 * lam * iy
    k1 = 2.0 * (cube * x - 1.0)
    k2 = 2.0 * q * cube * (iy * iy)
    k3 = -3.0 * k2 * lam2 * x * (iy * iy)
    f1 = (3.0 * x * t + k1) * inverse
    f2 = (5.0 * x * f1 + 3.0 * t + k2) * inverse
    f3 = (7.0 * x * f2 + 8.0 * f1 + k3) * inverse
    b1 = -0.2 * (3.0 * t + k2) * inverse
    b2 = -0.14285714285714285 * (8.0 * b1 + k3) * inverse
    b1 = b1 + 0.2 * w2 * b2 * inverse
    f1 = b1 if near else f1
    f2 = b2 if near else f2
    f3 = 0.0 if near else f3
    return t, f1, f2, f3, y


@inline
def step(x, target, lam, q, rest, turns):
    """x after one step of Householder's fourth-order method, and y at the old one."""
    t, f1, f2, f3, y = flight_time(x, lam, q, rest, turns)
    f = t - target
    newton = f1 * f1 - f * f2
    change = f * (newton + 0.5 * f * f2) / (f1 * newton + f3 * f * f * 0.16666666666666666)
    return x - change, y


@inline
def bend(x, y, fold, turns):
    """The length over which T(x) bends at x: the nearest of its poles, bend and fold."""
    scale = min(min(1.0 + x, y), abs(x - fold))
    ahead = 1.0 - x if turns > 0.0 else np.inf
    return min(scale, ahead)


@inline
def _inverse_two_thirds(a):
    """a**(-2/3) to 1e-4 of itself, for a >= 1."""
    high = np.float64(a).view(np.int64) >> 32
    u = np.int64((0x6A8EBE94 - ((high * 0xAAAAAAAB) >> 32)) << 32).view(np.float64)
    # Newton's iteration for u**-3 = a**2, quadratic: 5e-2, 5e-3, 5e-5.
    u = u * (1.3333333333333333 - 0.3333333333333333 * (a * a) * (u * u * u))
    return u * (1.3333333333333333 - 0.3333333333333333 * (a * a) * (u * u * u))


@inline
def guess_direct(t, lam, q, rest):
    """x for less than one revolution, to some hundredths of 1 + x.

    For T <= T(0), x = c (T(0)**2 - T**2)/(4 T), which is exact with c = 1 where lambda = 1; the
    quadratic c(T) is right at x = 0, 1 and infinity.  For T > T(0), a cubic in T**(-2/3), whose
    ends have the slopes of x = -1 and, for lambda = 0, of x = 0.
    """
    size = abs(lam)
    # T(0) = acos(lambda) + lambda sqrt(1 - lambda**2), to 2e-4.
    arc = 0.10585293751747876
    arc = arc * size - 0.38999851176088773
    arc = arc * size + 0.7043780542443707
    arc = arc * size - 0.9907511134456879
    arc = arc * size + 1.5706146246931652
    arc = np.sqrt(q) * (arc + size)
    t0 = arc if lam > 0.0 else 3.141592653589793 - arc
    t1 = 0.6666666666666666 * rest * (1.0 + lam + lam * lam)
    limit = q if lam > 0.0 else 1.0 + lam * lam
    # One division gives all four reciprocals.
    d = (t0 - t1) * (t0 + t1)
    t01, dt = t0 * t1, d * t
    inverse = 1.0 / (t01 * dt)
    i01, idt = dt * inverse, t01 * inverse
    i0, i1, id, it = t1 * i01, t0 * i01, t * idt, d * idt
    c_inf = 4.0 * limit * i0 * i0
    c1 = 4.0 * t1 * id
    slope = (c1 - c_inf) * i1
    bend = ((1.0 - c1) * (t0 + t1) * id - slope) * i0
    c = c_inf + t * (slope + bend * (t - t1))
    fast = 0.25 * c * (t0 - t) * (t0 + t) * it
    u = _inverse_two_thirds(1.0 + 0.6366197723675814 * max(t - t0, 0.0))
    slow = -1.0 + u * (0.7937005259840998 + u * (0.234501702935628 - u * 0.0282022289197278))
    return fast if t <= t0 else slow


@inline
def guess_fold(lam, q, turns):
    """x of the least time of flight, to some hundredths; `turns` > 0."""
    size = abs(lam)
    cube = size * size * size
    # T(0) roughly; then x = k (1 - lambda**3 x/y) at the fold, with k the value for lambda = 0.
    arc = 1.5707963267948966 - lam * (1.0 + 0.5707963267948966 * cube)
    k = 0.6666666666666666 / (turns + arc + lam * np.sqrt(q))
    wide = 1.5 * k
    behind = k * (1.0 + cube * wide / np.sqrt(q + lam * lam * wide * wide))
    # 1/x**3 = 1/k**3 + 2 lambda**3/(k q): k far from lambda = 1, (k q/2)**(1/3) next to it.
    power = 1.0 + 2.0 * cube * k * k / q
    ahead = k * np.sqrt(_inverse_two_thirds(power))
    return ahead if lam > 0.0 else behind


@inline
def guess_turning(t, least, f2, f3, fold, side):
    """x with full revolutions, on the side +1 or -1 of the fold.

    A cubic in the root of 1 - (least/T)**(2/3), which is exact for lambda = 0 and many revolutions:
    two coefficients from the curvature at the fold, the third from x = 1 or -1 at infinity.
    """
    v2 = _inverse_two_thirds(max(t / least, 1.0))
    v = np.sqrt(v2)
    u = np.sqrt(max(t - least, 0.0) / t * (1.0 + v) / (1.0 + v + v2))
    a1 = np.sqrt(3.0 * least / f2)
    a2 = -0.5 * side * f3 * least / (f2 * f2)
    # Near |lambda| = 1 the expansion holds in a tiny neighbourhood only.
    a2 = min(max(a2, -0.5 * a1), 0.5 * a1)
    a3 = 1.0 - side * fold - a1 - a2
    return fold + side * u * (a1 + u * (a2 + u * a3))
