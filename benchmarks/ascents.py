"""Ten thousand dispersed ascents under closed-loop guidance, and one of them in plain SciPy.

    python benchmarks/ascents.py [N]

Per case: the compiled batch on one thread and on all, and the same ascent by a Python program of
its own that integrates with ``scipy.integrate.solve_ivp`` (`tests/validation/ascent`), at its tight
tolerance.  Errors stand beside the times: how far the two end apart.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from importlib import import_module
from math import asin, radians, tan
from pathlib import Path

import numpy as np

from orbitsim.kernels.blocks import default_threads
from orbitsim.phases.ascent import Dispersions, InsertionTarget, solve_ascent
from orbitsim.phases.guidance import fly_guided_ascents
from orbitsim.vehicles.rocket import load_rocket

# The program of SciPy's side is that of the tests.
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
twins = import_module("validation.ascent.test_guided_twin")
Twin, guided_flight = twins.Twin, twins.guided_flight
BAIKONUR, PAYLOAD = twins.BAIKONUR, twins.PAYLOAD


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rocket = load_rocket("soyuz-u")
    inclination = radians(51.66)
    raan = BAIKONUR.longitude - asin(tan(radians(45.728)) / tan(inclination))
    target = InsertionTarget(6_558_200.0, 7810.7, 0.0, inclination, raan)
    nominal = solve_ascent(rocket, PAYLOAD, BAIKONUR, 0.0, target)

    def fly(cases: Dispersions, threads: int):
        return fly_guided_ascents(
            rocket, PAYLOAD, BAIKONUR, 0.0, nominal.steering, target, cases, threads=threads
        )

    one = fly(Dispersions.nominal(rocket, 1), 1)
    cases = Dispersions.sample(rocket, n, seed=1)
    for threads in sorted({1, default_threads()}):
        wall, own = time.perf_counter(), time.process_time()
        fly(cases, threads)
        wall, own = time.perf_counter() - wall, time.process_time() - own
        print(f"{n} ascents, {threads} threads: {wall:.2f} s ({own:.2f} s of processors)")
    per_case = own / n

    up, north, east = nominal.launch.vertical()
    start = nominal.events[0]
    own = time.process_time()
    twin = Twin(rocket, PAYLOAD, up, north, east, replace(nominal.steering, cut_off=300.5))
    twin.fly(np.concatenate((start.r, start.v)))
    cut_off, state = guided_flight(rocket, nominal, target)
    own = time.process_time() - own
    print(f"SciPy, one ascent: {own:.2f} s of a processor; {own / per_case:.0f} times as long")
    print(
        f"apart at the end: {np.linalg.norm(one.r[0] - state[:3]):.2f} m, "
        f"{np.linalg.norm(one.v[0] - state[3:]) * 1e3:.1f} mm/s, {one.cut_off[0] - cut_off:+.5f} s"
    )


if __name__ == "__main__":
    main()
