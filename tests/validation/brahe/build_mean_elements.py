"""Makes mean_elements.csv beside it: brahe's mean elements (Brouwer-Lyddane, first order in J2).

    pip install brahe==1.8.0
    python tests/validation/brahe/build_mean_elements.py

Mean anomalies go to 180 deg only.  Beyond, brahe's node jumps by 0.3 deg in low orbits, and the
state by 20 km: as if the equation of the centre, f - M, lay on another branch.
"""

from __future__ import annotations

import csv
from pathlib import Path

import brahe
import numpy as np

# Osculating a (m), e, i, node and argument of perigee (deg).
ORBITS = {
    "193 x 245 km": (6597.1e3, 0.0039, 51.66, 100.0, 80.0),
    "space station": (6795e3, 0.0010, 51.64, 40.0, 50.0),
    "sun-synchronous": (7078e3, 0.0020, 98.2, 40.0, 50.0),
    "GPS": (26560e3, 0.0100, 55.0, 40.0, 50.0),
}
ANOMALIES = (0, 45, 90, 135, 180)

NAMES = ("a", "e", "i", "node", "perigee", "anomaly")


def main() -> None:
    """Write the file."""
    path = Path(__file__).with_name("mean_elements.csv")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(
            f"# brahe {brahe.__version__} (MIT): osculating elements (m, deg) and mean ones by "
            f"BROUWER_LYDDANE; mu {brahe.GM_EARTH!r}, radius {brahe.R_EARTH!r}, "
            f"J2 {brahe.J2_EARTH!r}; made by build_mean_elements.py\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["orbit", *NAMES, *(f"mean_{name}" for name in NAMES)])
        for name, orbit in ORBITS.items():
            for anomaly in ANOMALIES:
                osculating = np.array([*orbit, float(anomaly)])
                mean = brahe.state_koe_osc_to_mean(
                    osculating, brahe.MeanElementMethod.BROUWER_LYDDANE, brahe.AngleFormat.DEGREES
                )
                numbers = [*osculating.tolist(), *np.asarray(mean).tolist()]
                writer.writerow([name, *(f"{x:.12g}" for x in numbers)])


if __name__ == "__main__":
    main()
