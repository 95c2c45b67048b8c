"""Makes lambert_hard.csv: Lambert problems that are hard to solve, solved to 50 digits by mpmath.

    python build_lambert_hard.py > lambert_hard.csv

The method has nothing in common with the package's: universal variables (Bate, Mueller & White
1971, section 5.3) and bisection in 60-digit arithmetic, on the exact values of the binary numbers
in the file.  A golden-section search for the fastest transfer separates the two branches.
"""

from __future__ import annotations

import csv
import sys

import numpy as np
from mpmath import mp, mpf

MU = 3.986004418e14
mp.dps = 60


def stumpff(z):
    """C(z) and S(z)."""
    if abs(z) < mpf(10) ** -25:
        return mpf(1) / 2 - z / 24, mpf(1) / 6 - z / 120
    root = mp.sqrt(abs(z))
    if z > 0:
        return 2 * mp.sin(root / 2) ** 2 / z, (root - mp.sin(root)) / root**3
    return 2 * mp.sinh(root / 2) ** 2 / -z, (mp.sinh(root) - root) / root**3


def solve(r1, r2, tof, revolutions, low_path, long_way):
    """Velocities at both ends; None if that many revolutions take longer."""
    r1, r2 = ([mpf(float(x)) for x in r] for r in (r1, r2))
    n1, n2 = (mp.sqrt(sum(x * x for x in r)) for r in (r1, r2))
    a = mp.sqrt(n1 * n2 + sum(x * y for x, y in zip(r1, r2, strict=True)))
    a = -a if long_way else a
    target = mp.sqrt(mpf(MU)) * mpf(float(tof))

    def ordinate(z):
        c, s = stumpff(z)
        return n1 + n2 + a * (z * s - 1) / mp.sqrt(c)

    def excess(z):
        c, s = stumpff(z)
        y = ordinate(z)
        return -target if y < 0 else mp.sqrt(y / c) ** 3 * s + a * mp.sqrt(y) - target

    low, high = (((2 * mp.pi * (revolutions + k)) ** 2) for k in (0, 1))
    low, high = low + mpf(10) ** -25, high - mpf(10) ** -25
    if revolutions == 0:
        low = mpf(-1)
        while excess(low) > 0:
            low *= 4
    else:
        left, right = low, high
        golden = (mp.sqrt(5) - 1) / 2
        while right - left > mpf(10) ** -24:
            p, q = right - golden * (right - left), left + golden * (right - left)
            left, right = (left, q) if excess(p) < excess(q) else (p, right)
        if excess(left) > 0:
            return None
        low, high = (low, left) if low_path else (left, high)
    falls = excess(low) > 0
    while high - low > abs(high) * mpf(10) ** -48:
        middle = (low + high) / 2
        low, high = (middle, high) if (excess(middle) > 0) == falls else (low, middle)
    y = ordinate(low)
    f, g, gdot = 1 - y / n1, a * mp.sqrt(y / mpf(MU)), 1 - y / n2
    v1 = [(q - f * p) / g for p, q in zip(r1, r2, strict=True)]
    return v1, [(gdot * q - p) / g for p, q in zip(r1, r2, strict=True)]


def geometry(generator, angle, ratio):
    """Positions that many radians apart, in a random plane."""
    u, w = generator.normal(size=(2, 3))
    u /= np.linalg.norm(u)
    p = np.cross(u, w)
    p /= np.linalg.norm(p)
    r = generator.uniform(6.6e6, 4.2e7)
    return u * r, (u * np.cos(angle) + p * np.sin(angle)) * r * ratio


def cases(generator):
    """What is hard, the angle, the ratio of distances, the scaled time, revolutions."""
    for exponent in range(-8, 0, 2):
        angle = 10.0**exponent
        yield "short arc", angle, 1.0 + 0.3 * angle, angle * generator.uniform(0.5, 2.0), 0
        yield "there and back", angle, 1.0, np.pi * 10.0 ** generator.uniform(-0.3, 0.3), 0
        yield "one turn", angle, 1.0 + 0.3 * angle, np.pi * generator.uniform(2.0, 3.0), 1
        yield "five turns", angle, 1.0, np.pi * generator.uniform(6.0, 9.0), 5
        yield "near half a turn", np.pi - angle, generator.uniform(0.3, 3.0), 2.0, 0
        yield "near half a turn", np.pi - angle, generator.uniform(0.3, 3.0), 8.0, 1
    for time in (1e-6, 1e-3, 1e3, 1e6):
        yield "fast or slow", generator.uniform(0.2, 2.9), generator.uniform(0.3, 3.0), time, 0


def main():
    """Write the table."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    vectors = [f"{name}_{axis}" for name in ("r1", "r2", "v1", "v2") for axis in "xyz"]
    writer.writerow(["hard", "tof", "revolutions", "low_path", "long_way", *vectors])
    generator = np.random.default_rng(2015)
    for hard, angle, ratio, time, revolutions in cases(generator):
        r1, r2 = geometry(generator, angle, ratio)
        s = 0.5 * sum(np.linalg.norm(r) for r in (r1, r2, r2 - r1))
        tof = time * np.sqrt(s**3 / (2.0 * MU))
        for long_way in (False, True):
            for low_path in (True, False) if revolutions else (True,):
                found = solve(r1, r2, tof, revolutions, low_path, long_way)
                if found is not None:
                    numbers = [repr(float(x)) for x in (*r1, *r2, *found[0], *found[1])]
                    flags = [revolutions, int(low_path), int(long_way)]
                    writer.writerow([hard, repr(float(tof)), *flags, *numbers])


if __name__ == "__main__":
    main()
