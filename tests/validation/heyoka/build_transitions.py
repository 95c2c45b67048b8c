"""Makes transitions.csv: state transition matrices and sensitivities by heyoka.

    pip install heyoka==7.13.2 numpy
    cd tests && python -m validation.heyoka.build_transitions

heyoka differentiates the equations of motion symbolically and integrates the variational equations
with Taylor series to machine precision.  The z axis of the inertial frame is the Earth's pole, and
the equations are written out here: point mass, J2 to J6 of EGM2008, an exponential atmosphere over
a sphere that turns about the pole, and a thrust along the transverse axis of RTN with mass flow.
"""

from __future__ import annotations

import csv
import os
from importlib.metadata import version
from math import sqrt
from pathlib import Path

import heyoka as hy
import numpy as np
from validation import scenarios as flown

HERE = Path(__file__).resolve().parent
REFERENCE = Path(os.environ.get("ORBITSIM_REFERENCE", HERE.parents[2] / ".." / "shared" / "data"))

# Units of length and time, in which mu is one.
LENGTH = flown.RADIUS
TIME = sqrt(LENGTH**3 / flown.MU)
SPEED = LENGTH / TIME

ROTATION = 7.292115e-5
"""rad/s, of the air."""

TIMES = (1800.0, 5554.0, 21_600.0, 86_400.0)
"""s; the second is about a revolution of the station."""

STATE = ["x", "y", "z", "vx", "vy", "vz"]


def zonals() -> list[float]:
    """J2 to J6, not normalised."""
    table = {}
    for line in (REFERENCE / flown.GRAVITY_FILE).read_text("utf-8").splitlines():
        if line[:1].isdigit():
            n, m, c, _ = line.split(",")
            if m == "0":
                table[int(n)] = float(c)
    return [-sqrt(2 * n + 1) * table[n] for n in range(2, 7)]


def motion(j: list[float], drag: bool, thrust: flown.Thrust | None, mass: float) -> list:
    """Equations of motion; parameter 0 is the drag coefficient or the force (N)."""
    x, y, z, vx, vy, vz = hy.make_vars(*STATE)
    square = x * x + y * y + z * z
    r = hy.sqrt(square)
    s = z / r
    legendre = [1.0, s]
    for n in range(2, 7):
        legendre.append(((2 * n - 1) * s * legendre[-1] - (n - 1) * legendre[-2]) / n)
    potential = 1.0 / r
    for n, value in enumerate(j, start=2):
        potential = potential - value * legendre[n] / r ** (n + 1.0)
    acceleration = [hy.diff(potential, q) for q in (x, y, z)]
    if drag:
        craft, air = flown.STARTS["iss"].spacecraft, flown.EXPONENTIAL
        wind = [vx + ROTATION * TIME * y, vy - ROTATION * TIME * x, vz]
        speed = hy.sqrt(wind[0] * wind[0] + wind[1] * wind[1] + wind[2] * wind[2])
        height = (r - 1.0) * LENGTH
        density = air["density"] * hy.exp((air["base_height"] - height) / air["scale_height"])
        factor = -0.5 * density * hy.par[0] * (craft.area / craft.mass * LENGTH) * speed
        acceleration = [a + factor * w for a, w in zip(acceleration, wind, strict=True)]
    if thrust is not None:
        flow = hy.par[0] / (flown.STANDARD_GRAVITY * thrust.specific_impulse)
        push = hy.par[0] / (mass - flow * hy.time * TIME) * (TIME**2 / LENGTH)
        along = (x * vx + y * vy + z * vz) / square
        transverse = [vx - along * x, vy - along * y, vz - along * z]
        length = hy.sqrt(sum(t * t for t in transverse))
        acceleration = [
            a + push * t / length for a, t in zip(acceleration, transverse, strict=True)
        ]
    rates = [vx, vy, vz, *acceleration]
    return list(zip((x, y, z, vx, vy, vz), rates, strict=True))


def transition(equations: list, state: np.ndarray, times: list[float], parameter: float | None):
    """State (6,) and derivatives (6, 6 or 7) by start and parameter at `times` (s), all in SI."""
    wanted = hy.var_args.vars
    if parameter is not None:
        wanted = wanted | hy.var_args.params
    system = hy.var_ode_sys(equations, wanted, order=1)
    scale = np.array([LENGTH] * 3 + [SPEED] * 3)
    integrator = hy.taylor_adaptive(
        system,
        state / scale,
        pars=[] if parameter is None else [parameter],
        tol=1e-18,
        high_accuracy=True,
        compact_mode=True,
    )
    rows = [integrator.get_vslice(order=1, component=k) for k in range(6)]
    results = []
    for t in times:
        integrator.propagate_until(t / TIME)
        matrix = np.array([integrator.state[row] for row in rows])
        matrix[:, :6] *= scale[:, None] / scale
        matrix[:, 6:] *= scale[:, None]
        results.append((integrator.state[:6] * scale, matrix))
    return results


def main() -> None:
    j = zonals()
    station, progress = flown.STARTS["iss"], flown.STARTS["progress"]
    burn = flown.FORCES["burn_rtn"].thrust
    state = np.array(station.r + station.v)
    cases = {
        "zonal": transition(motion(j, False, None, 0.0), state, list(TIMES), None),
        "drag": transition(
            motion(j, True, None, 0.0), state, list(TIMES), station.spacecraft.drag_coefficient
        ),
    }
    # The burn starts at once; after it the same motion goes on without thrust.
    state = np.array(progress.r + progress.v)
    pushed = motion(j, False, burn, progress.spacecraft.mass)
    arc = transition(pushed, state, [50.0, burn.duration], burn.force)
    end, matrix = arc[-1]
    later = [t - burn.duration for t in TIMES]
    coast = transition(motion(j, False, None, 0.0), end, later, None)
    cases["burn"] = [*arc, *((reached, after @ matrix) for reached, after in coast)]
    instants = {"zonal": TIMES, "drag": TIMES, "burn": (50.0, burn.duration, *TIMES)}

    with (HERE / "transitions.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in header(j, burn))
        table = csv.writer(file, lineterminator="\n")
        derivatives = [f"d{a}_d{b}" for a in STATE for b in [*(f"{s}0" for s in STATE), "p"]]
        table.writerow(["case", "t", *STATE, *derivatives])
        for name, results in cases.items():
            for t, (reached, matrix) in zip(instants[name], results, strict=True):
                full = np.full((6, 7), np.nan)
                full[:, : matrix.shape[1]] = matrix
                numbers = [*map(repr, reached.tolist()), *map(repr, full.ravel().tolist())]
                table.writerow([name, f"{t:g}", *numbers])
                print(f"{name:6} {t:8g} s  symplectic defect {defect(matrix[:, :6]):.1e}")


def defect(matrix: np.ndarray) -> float:
    """How far from symplectic, in units where a radian takes a radian; zero without drag."""
    scale = np.array([LENGTH] * 3 + [SPEED] * 3)
    phi = matrix / scale[:, None] * scale
    unit = np.block([[np.zeros((3, 3)), np.eye(3)], [-np.eye(3), np.zeros((3, 3))]])
    return float(np.abs(phi.T @ unit @ phi - unit).max() / np.abs(phi).max() ** 2)


def header(j: list[float], burn: flown.Thrust) -> list[str]:
    """What one needs to repeat it."""
    air, station, progress = flown.EXPONENTIAL, flown.STARTS["iss"], flown.STARTS["progress"]
    craft = station.spacecraft
    return [
        f"heyoka {version('heyoka')}; by build_transitions.py",
        "t s; x y z m, vx vy vz m/s in an inertial frame whose z axis is the Earth's pole; then "
        "row by row their derivatives by the starting state and by the parameter p",
        f"mu {flown.MU!r} m3/s2, radius {flown.RADIUS!r} m, J2 to J6 "
        + " ".join(f"{value!r}" for value in j),
        f"zonal: starts at r {station.r} v {station.v}; no parameter",
        f"drag: the same start; p is the drag coefficient, at {craft.drag_coefficient!r}; area "
        f"{craft.area!r} m2, mass {craft.mass!r} kg; density {air['density']!r} kg/m3 at "
        f"{air['base_height']!r} m over the sphere of the radius, scale height "
        f"{air['scale_height']!r} m; air turns at {ROTATION!r} rad/s",
        f"burn: starts at r {progress.r} v {progress.v}; p is the force, at {burn.force!r} N along "
        f"the transverse axis from 0 to {burn.duration!r} s; mass {progress.spacecraft.mass!r} kg "
        f"less p t / ({flown.STANDARD_GRAVITY!r} m/s2 times {burn.specific_impulse!r} s); "
        "then it coasts",
    ]


if __name__ == "__main__":
    main()
