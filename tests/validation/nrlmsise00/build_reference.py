"""Makes reference.csv: the C edition of NRLMSISE-00 at random times, places and indices.

pip install nrlmsise00==0.1.2 numpy
python tests/validation/nrlmsise00/build_reference.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from nrlmsise00 import _nrlmsise00

COUNT = 300
JOINTS = (0.0, 10.0, 32.5, 55.0, 62.5, 72.5, 90.0, 100.0, 110.0, 120.0, 160.0, 200.0)
HISTORY = -1


def main() -> None:
    """A fifth of the heights each: below 72.5, 124, 460, 1000 km, and at the model's joints."""
    rng = np.random.default_rng(2002)
    lines = []
    for n in range(COUNT):
        history = n % 2 == 0
        low, high = ((0.0, 72.5), (72.5, 124.0), (124.0, 460.0), (300.0, 1000.0), (0, 0))[n % 5]
        height = (
            float(rng.choice(JOINTS)) if n % 5 == 4 else round(float(rng.uniform(low, high)), 3)
        )
        day, second = int(rng.integers(1, 367)), round(float(rng.uniform(0.0, 86_400.0)), 1)
        latitude = round(float(rng.uniform(-90.0, 90.0)), 2)
        longitude = round(float(rng.uniform(-180.0, 180.0)), 2)
        f107a, f107 = (round(float(rng.uniform(60.0, 300.0)), 1) for _ in range(2))
        ap = [round(float(value), 1) for value in rng.uniform(0.0, rng.choice([20.0, 200.0]), 7)]
        flags = [0] + [1] * 23
        if history:
            flags[9] = HISTORY
        densities, temperatures = _nrlmsise00.gtd7d(
            2000,
            day,
            second,
            height,
            latitude,
            longitude,
            second / 3600.0 + longitude / 15.0,
            f107a,
            f107,
            ap[0],
            ap_a=ap,
            flags=flags,
        )
        place = [int(history), day, second, height, latitude, longitude, f107a, f107, *ap]
        figures = ",".join(f"{value:.15e}" for value in (*densities, *temperatures))
        lines.append(",".join(str(value) for value in place) + "," + figures)
    header = (
        "# nrlmsise00 0.1.2 (C edition of D. Brodowski, double precision), gtd7d; from\n"
        "# build_reference.py.  1 with the history of ap, 0 with the daily Ap; day of the year,\n"
        "# UTC seconds, height (km), latitude, longitude (deg), F10.7A, F10.7, seven ap; number\n"
        "# densities (per cm3) of He, O, N2, O2, Ar, mass density (g/cm3), H, N, anomalous O;\n"
        "# exospheric temperature, temperature (K)\n"
    )
    target = Path(__file__).with_name("reference.csv")
    target.write_text(header + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
