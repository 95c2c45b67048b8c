"""What compilation costs: every kernel once cold, then from the cache, each in a new process.

``python -m benchmarks.compile``
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

# One small call of each family of kernels; times are of the call alone, numba already imported.
CALLS = {
    "kepler": "propagate(orbits, [0.0, 60.0]); propagate(orbits, T)",
    "equation": "Orbit.from_elements(semi_major_axis=7e6, eccentricity=0.1, inclination=1.0, "
    "mean_anomaly=1.0, epoch='2024-01-01')",
    "brouwer": "propagate(orbits, T, method='j2')",
    "secular": "BrouwerElements.from_orbit(orbits).propagate(T)",
    "numerical": "propagate(orbits, T, method='numerical'); "
    "propagate(eccentric, T, method='numerical')",
    "frames": "ground_track(propagate(orbits, T)); orbits.to_frame('GCRS').to_frame('TEME')",
    "revolution": "orbits.period('nodal')",
    "lambert": "lambert(orbits.r, orbits.r[:, ::-1], 3000.0, errors='status')",
    "sgp4": "MeanElements.from_tle(LINE1, LINE2).propagate(T)",
    "ascent, arc": "fly(load_mission('progress-ms-04'))",
}

_PRELUDE = """
import time, numpy as np, numba
from astropy.time import Time
from orbitsim import *
LINE1 = "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996"
LINE2 = "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592"
T = np.linspace(0.0, 6000.0, 100)
from orbitsim.maneuvers.lambert import lambert
def make(e):
    p = 7e6 * (1 + e)
    r = np.tile([7e6, 0.0, 0.0], (4, 1))
    v = np.tile([0.0, 0.6, 0.8], (4, 1)) * (3.986e14 * (1 + e) / 7e6) ** 0.5
    return Orbit.from_state(r, v, "2024-01-01", "TEME")
orbits, eccentric = make(0.001), make(0.7)
Time("2024-01-01").utc.isot
"""


def main() -> None:
    """Print both passes, and the import."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        for name in ("cold", "cached"):
            seconds = _run(environment)
            total = sum(seconds.values())
            print(f"{name}: {total:.2f} s in all")
            for call, took in seconds.items():
                print(f"  {call:<12} {took:8.3f} s")


def _run(environment: dict[str, str]) -> dict[str, float]:
    lines = [_PRELUDE]
    for name, call in CALLS.items():
        lines.append("start = time.perf_counter()")
        lines.append(call)
        lines.append(f"print({name!r}, time.perf_counter() - start, sep='\\t')")
    out = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return {name: float(took) for name, took in (line.split("\t") for line in out.splitlines())}


if __name__ == "__main__":
    main()
