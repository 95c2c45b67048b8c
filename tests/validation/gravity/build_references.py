"""Makes `accelerations.csv`: the gravity that two other tools compute at the same places.

    pip install brahe==1.8.0 satkit==0.24.1 numpy
    python build_references.py

brahe carries EGM2008 to degree 120; satkit reads EGM96, which it offers to degree 70, from its own
data files.
brahe sums by Clenshaw's recurrence, satkit by Cunningham's harmonics.
"""

from __future__ import annotations

import csv
from importlib.metadata import version
from pathlib import Path

import brahe
import numpy as np
import satkit

DEGREES = {"EGM2008": (2, 20, 100, 120), "EGM96": (2, 20, 70)}


def places() -> np.ndarray:
    """Earth-fixed positions (m), shape (N, 3): all directions, at the ground to geostationary."""
    rng = np.random.default_rng(2008)
    directions = rng.normal(size=(12, 3))
    directions[8] = 1e-6, 0.0, 1.0
    directions[9] = 1e-4, -1e-4, -1.0
    directions[10] = 1.0, 0.0, 0.0
    directions[11] = 0.0, -1.0, 0.0
    distances = np.geomspace(6.378e6, 4.2e7, 8)
    distances = np.concatenate([distances, [6.6e6, 7.2e6, 6.4e6, 6.7e6]])
    return np.round(directions / np.linalg.norm(directions, axis=1)[:, None] * distances[:, None])


def main() -> None:
    kind = brahe.GravityModelType.EGM2008_120
    egm2008 = brahe.GravityModel.from_model_type(kind)
    rows = []
    for r in places():
        for degree in DEGREES["EGM2008"]:
            a = brahe.accel_gravity_spherical_harmonics(r, np.eye(3), egm2008, degree, degree)
            rows.append(("EGM2008", degree, *r, *a))
        for degree in DEGREES["EGM96"]:
            a = satkit.gravity(r, model=satkit.gravmodel.egm96, degree=degree)
            rows.append(("EGM96", degree, *r, *a))
    with (Path(__file__).parent / "accelerations.csv").open("w", newline="") as file:
        file.write(f"# EGM2008 by brahe {version('brahe')}, EGM96 by satkit {version('satkit')}; ")
        file.write("order as high as the degree; Earth-fixed, m and m/s2.\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["model", "degree", "x", "y", "z", "ax", "ay", "az"])
        writer.writerows((name, degree, *map(float, rest)) for name, degree, *rest in rows)


if __name__ == "__main__":
    main()
