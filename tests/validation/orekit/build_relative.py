"""Makes relative.csv: Orekit's flights of a station and of spacecraft near it, one revolution.

    cd tests && python -m validation.orekit.build_relative

Settings and data are those of build_references.py; the station is its orbit "iss".  The spacecraft
start at offsets in the station's rotating RTN frame, made inertial here.  Positions are kept as
Orekit gives them, in GCRF; the test takes the differences.
"""

from __future__ import annotations

import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from validation import scenarios as flown
from validation.orekit.build_references import HERE, Models, fly

RATE = 1.131e-3
"""rad/s; near the station's mean motion, for the drifts."""

STARTS = {
    "station": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "behind 1 km": (0.0, -1000.0, 0.0, 0.0, 0.0, 0.0),
    "behind 4 km": (0.0, -4000.0, 0.0, 0.0, 0.0, 0.0),
    "below 1 km, drifting": (-1000.0, 0.0, 0.0, 0.0, 1.5 * RATE * 1000.0, 0.0),
    "across 1 km": (0.0, 0.0, 1000.0, 0.0, 0.0, 0.0),
    "hop from 4 km": (0.0, -4000.0, 0.0, 0.0, -0.08 * RATE * 4000.0, 0.0),
}
"""R, T, N (m) and their rates (m/s)."""

TIMES = tuple(555.6 * k for k in range(1, 11))


def displaced(start: flown.Start, offset: tuple[float, ...]) -> flown.Start:
    """A start at an offset in the rotating frame of another."""
    r, v = np.array(start.r), np.array(start.v)
    h = np.cross(r, v)
    radial, normal = r / np.linalg.norm(r), h / np.linalg.norm(h)
    axes = np.stack([radial, np.cross(normal, radial), normal])
    place = np.array(offset[:3]) @ axes
    speed = np.array(offset[3:]) @ axes + np.cross(h / (r @ r), place)
    return replace(start, r=tuple((r + place).tolist()), v=tuple((v + speed).tolist()))


def main() -> None:
    iss = flown.STARTS["iss"]
    forces = flown.FORCES["egm_20_sun_moon"]
    with tempfile.TemporaryDirectory() as folder:
        models = Models(Path(folder))
        with (HERE / "relative.csv").open("w", encoding="utf-8", newline="") as file:
            file.write("# Orekit 13.1.9 by build_relative.py; EGM2008 20x20, Sun, Moon\n")
            file.write(f"# epoch {iss.epoch} UTC; t s, x y z m, vx vy vz m/s in GCRF\n")
            table = csv.writer(file, lineterminator="\n")
            table.writerow(["name", "t", "x", "y", "z", "vx", "vy", "vz"])
            for name, offset in STARTS.items():
                start = displaced(iss, offset)
                rows = fly(models, flown.Scenario("iss", name, start, forces, TIMES), 0)
                for row in rows.tolist():
                    table.writerow([name, f"{row[0]:g}", *map(repr, row[1:7])])


if __name__ == "__main__":
    main()
