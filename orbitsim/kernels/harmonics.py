"""Acceleration of a gravity field given as spherical harmonics, of a group of orbits in lanes.

With (s, t, u) the direction r / |r| and q = radius / |r|, the potential is

    mu/|r| sum over n, m of q^n A_nm(u) (C_nm r_m + S_nm i_m),    r_m + i i_m = (s + i t)^m,

where A_nm is the m-th derivative of the Legendre polynomial P_n, normalised.  No latitude or
longitude appears, so that the poles are ordinary places (Pines 1973, AIAA Journal 11, 1508-1511,
whose a1 to a4 are the sums below).

What makes it fast:

- A_nm is written as a number times B_nm, whose leading coefficient is one: then
  B_n = u B_(n-1) - gamma B_(n-2), gamma = ((n-1)^2 - m^2) / (4 (n-1)^2 - 1), has one coefficient
  and not two.  The number, up to 2^n, goes into the table of C and S.  q^n is carried along by B.
- Along one order m, only sums over the degree n are kept; the powers r_m, i_m join afterwards.
- The pole's component needs A_n,m+1 C_nm, that is column m times the coefficients of column m - 1:
  no derivative is computed.
- The radial component needs the sum of (n + m + 1) x_n.  It is (N + m + 2) times the sum of x_n
  minus the sum of its partial sums: additions, where a second table would cost multiplications.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from orbitsim.kernels.lanes import LANES, kernel
from orbitsim.kernels.vectors import load, root, splat, spread, store


def pack(c: Any, s: Any, degree: int, order: int) -> Any:
    """Lay out a field's coefficients in the order in which `harmonic_acceleration` reads them.

    Parameters
    ----------
    c, s : ndarray
        Fully normalised, [n, m], at least to `degree`; c[0, 0] is taken as one.
    degree, order : int
        Where to cut, degree >= order >= 0.

    Returns
    -------
    ndarray
        Column 0: one number for n = 1, then gamma and one number for each degree.  Column
        m = 1 ... min(order + 1, degree): four numbers for n = m, four for n = m + 1, then gamma and
        four for each degree.
    """
    # One more degree, of zeros, so that the last column too has two.
    cut = np.zeros((2, degree + 2, degree + 2))
    for part, whole in zip(cut, (c, s), strict=True):
        part[: degree + 1, : order + 1] = np.tril(whole[: degree + 1, : order + 1])
    c, s = cut
    n = np.arange(degree + 2.0)
    diagonal = 1.0  # A_mm
    pieces = []
    for m in range(min(order + 1, degree) + 1):
        if m:
            diagonal *= np.sqrt((2.0 * m + 1.0) / (2.0 * m) * (2.0 if m == 1 else 1.0))
        degrees = n[m:]
        above = degrees[1:]
        ratio = (2.0 * above - 1.0) * (2.0 * above + 1.0) / ((above - m) * (above + m))
        leading = diagonal * np.concatenate([[1.0], np.cumprod(np.sqrt(ratio))])
        gamma = ((degrees - 1.0) ** 2 - m * m) / (4.0 * (degrees - 1.0) ** 2 - 1.0)
        if m == 0:
            rows = np.stack([gamma, (degrees + 1.0) * leading * c[:, 0]], axis=1)
            pieces += [rows[1:2, 1], rows[2 : degree + 1].reshape(-1)]
            continue
        # Normalisation of (n, m - 1) over that of (n, m).
        pole = leading * np.sqrt((degrees - m + 1.0) * (degrees + m) * (0.5 if m == 1 else 1.0))
        parts = [gamma, leading * c[m:, m], leading * s[m:, m], pole * c[m:, m - 1]]
        rows = np.stack([*parts, pole * s[m:, m - 1]], axis=1)
        pieces += [rows[:2, 1:].reshape(-1), rows[2 : degree - m + 1].reshape(-1)]
    return np.concatenate(pieces)


@kernel
def harmonic_acceleration(r, mu, radius, degree, order, table, a):
    """Acceleration `a` (3 * LANES) at r (3 * LANES), both Earth-fixed; the central term included.

    `table` is what `pack` made for the same degree and order.
    """
    x, y, z = load(r, 0), load(r, LANES), load(r, 2 * LANES)
    inverse = 1.0 / root(x * x + y * y + z * z)
    q = radius * inverse
    x, y, z = x * inverse, y * inverse, z * inverse
    qx, qy, qz, square = q * x, q * y, q * z, q * q
    one = splat(1.0)
    radial = spread(table, 0) * qz
    before, b = one, qz
    at = 1
    for _ in range(2, degree + 1):
        before, b = b, qz * b - spread(table, at) * square * before
        radial += spread(table, at + 1) * b
        at += 2
    along_x, along_y, along_z = splat(0.0), splat(0.0), splat(0.0)
    real, imaginary = one, splat(0.0)  # q^(m - 1) times r_(m - 1) and i_(m - 1)
    for m in range(1, min(order + 1, degree) + 1):
        first_c, first_s = spread(table, at), spread(table, at + 1)
        c = first_c + spread(table, at + 4) * qz
        s = first_s + spread(table, at + 5) * qz
        pole_c = spread(table, at + 2) + spread(table, at + 6) * qz
        pole_s = spread(table, at + 3) + spread(table, at + 7) * qz
        partial_c, partial_s = first_c + c, first_s + s
        before, b = one, qz
        at += 8
        for _ in range(m + 2, degree + 1):
            before, b = b, qz * b - spread(table, at) * square * before
            c += spread(table, at + 1) * b
            s += spread(table, at + 2) * b
            partial_c += c
            partial_s += s
            pole_c += spread(table, at + 3) * b
            pole_s += spread(table, at + 4) * b
            at += 5
        along_x += float(m) * (c * real + s * imaginary)
        along_y += float(m) * (s * real - c * imaginary)
        along_z += pole_c * real + pole_s * imaginary
        real, imaginary = real * qx - imaginary * qy, real * qy + imaginary * qx
        count = float(max(degree, m + 1) + m + 2)  # by the degree at which the column ends
        radial += (count * c - partial_c) * real + (count * s - partial_s) * imaginary
    pull = mu * inverse * inverse
    along_x, along_y, along_z = q * along_x, q * along_y, q * along_z
    inward = 1.0 + (radial + z * along_z)
    store(a, 0, pull * (along_x - inward * x))
    store(a, LANES, pull * (along_y - inward * y))
    store(a, 2 * LANES, pull * (along_z - inward * z))
