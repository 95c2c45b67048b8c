"""From bodies that a failure leaves to debris on the ground.

Each body starts from draws of its mean and covariance, falls whole and tumbling to the break-up
altitude, and goes on as fragments of NASA's breakup model.  Explosions are what that model
describes; that air instead of gas takes a body apart is not in it, so sizes and speeds here are
a stand-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, pi
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim import frames
from orbitsim.orbit import Orbit
from orbitsim.phases.breakup import ROCKET_BODY, SPACECRAFT, explode
from orbitsim.phases.failure import BodyState
from orbitsim.phases.fall import descend, fall
from orbitsim.phases.fall_inputs import Thermal
from orbitsim.phases.footprint import Footprint, footprint, ground_heading
from orbitsim.units import FloatArray
from orbitsim.vehicles.materials import ALUMINIUM, STEEL, TITANIUM

if TYPE_CHECKING:
    from astropy.time import Time

HEAVY: Final = 50.0
"""kg; above it pieces fly on through the air much as in vacuum."""

AT_ONCE: Final = inf
"""m; a break-up altitude above any flight: a body breaks up where the failure leaves it."""

_KINDS = {"payload": SPACECRAFT, "stage": ROCKET_BODY, "vehicle": ROCKET_BODY}
_MATERIALS = (ALUMINIUM, TITANIUM, STEEL)
_TOLERANCE = 1.0  # m a step; the dispersions are tens of kilometres
_SURFACE = 4.0  # of a convex tumbling body, over its mean cross-section


@dataclass(frozen=True, slots=True)
class Falling:
    """A body that falls.

    Attributes
    ----------
    state : BodyState
    area : float
        Mean cross-section, m2.
    solid : float
        What is left of it to break up, kg: without what burns, evaporates or spills.
    """

    state: BodyState
    area: float
    solid: float


@dataclass(frozen=True, slots=True)
class FallSettings:
    """How bodies fall.

    Attributes
    ----------
    drag_coefficient : float
        On the mean cross-section, of bodies and fragments.
    breakup_altitude : float
        m; a body that is lower already breaks up where it is.
    clouds : int
        Draws of each body, each with a cloud of its own.
    least_size : float
        Of fragments, m.
    seed : int
    """

    drag_coefficient: float = 1.0
    breakup_altitude: float = 78e3
    clouds: int = 100
    least_size: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """A moment and place with one sigma each.

    Attributes
    ----------
    time, time_sigma : float
        s after liftoff.
    latitude, longitude : float
        rad.
    altitude : float
        m.
    along, across : float
        One sigma along the track and across it, m.
    """

    time: float
    time_sigma: float
    latitude: float
    longitude: float
    altitude: float
    along: float
    across: float


@dataclass(frozen=True, slots=True, eq=False)
class Debris:
    """What became of one body; arrays have one entry a fragment, over all clouds.

    Attributes
    ----------
    name : str
    whole : Spot
        Impact if it had held together.
    breakup : Spot
    breakup_latitude, breakup_longitude : ndarray, shape (C,)
        Of each draw, rad.
    heading : float
        Of the track there, rad.
    mass, speed, energy, time : ndarray, shape (N,)
        kg; m/s and J at the ground; s after liftoff.
    latitude, longitude : ndarray, shape (N,)
        rad.
    clouds : int
    """

    name: str
    whole: Spot
    breakup: Spot
    breakup_latitude: FloatArray
    breakup_longitude: FloatArray
    heading: float
    mass: FloatArray
    speed: FloatArray
    energy: FloatArray
    time: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    clouds: int

    def spot(self, *, least: float = 0.0) -> Spot:
        """Mean impact of the pieces of at least `least` kg."""
        chosen = self.mass >= least
        shape = footprint(self.latitude[chosen], self.longitude[chosen], heading=self.heading)
        time = self.time[chosen]
        return Spot(
            float(time.mean()), float(time.std()), shape.latitude, shape.longitude, 0.0,
            shape.along, shape.across,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of a body's mass that reaches the ground if all of it were of one metal."""

    name: str
    material: str
    share: float


def tumbling_area(length: float, diameter: float) -> float:
    """Mean cross-section of a tumbling cylinder, m2: a quarter of its surface (Cauchy).

    Examples
    --------
    >>> round(tumbling_area(6.7, 2.66), 1)
    16.8
    """
    return 0.25 * (pi * diameter * length + 0.5 * pi * diameter**2)


def fall_to_ground(body: Falling, liftoff: Time, settings: FallSettings) -> Debris:
    """Let a body fall, break up, and its fragments reach the ground."""
    parents = _draws(body.state, liftoff, settings)
    ballistic = settings.drag_coefficient * body.area / body.state.mass
    whole = fall(parents, ballistic, tolerance=_TOLERANCE)
    broken = _descended(parents, ballistic, settings.breakup_altitude)
    cloud = _fragments(broken, body, settings)
    landed = fall(
        cloud.orbit,
        settings.drag_coefficient * cloud.area / cloud.mass,
        mass=cloud.mass,
        tolerance=_TOLERANCE,
    )
    down = landed.landed
    heading = float(np.median(ground_heading(broken)))
    there = frames.geodetic(_fixed(broken))
    return Debris(
        name=body.state.name,
        whole=_spot(
            _since(whole.time, liftoff), whole.latitude, whole.longitude, whole.height, heading
        ),
        breakup=_spot(_since(broken.epoch, liftoff), *there, heading),
        breakup_latitude=np.atleast_1d(there[0]),
        breakup_longitude=np.atleast_1d(there[1]),
        heading=heading,
        mass=cloud.mass[down],
        speed=landed.speed[down],
        energy=landed.kinetic_energy[down],
        time=_since(landed.time, liftoff)[down],
        latitude=landed.latitude[down],
        longitude=landed.longitude[down],
        clouds=settings.clouds,
    )


def surviving_mass(body: Falling, liftoff: Time, settings: FallSettings) -> tuple[Survival, ...]:
    """How much of a body comes down, of each metal: fragments are lumps of one metal that
    warm from room temperature at the break-up (see `orbitsim.kernels.heating`)."""
    parents = _draws(body.state, liftoff, settings)
    ballistic = settings.drag_coefficient * body.area / body.state.mass
    broken = _descended(parents, ballistic, settings.breakup_altitude)
    cloud = _fragments(broken, body, settings)
    found = []
    for material in _MATERIALS:
        thermal = Thermal(0.5 * cloud.size, _SURFACE * cloud.area, material)
        landed = fall(
            cloud.orbit,
            settings.drag_coefficient * cloud.area / cloud.mass,
            mass=cloud.mass,
            thermal=thermal,
            tolerance=_TOLERANCE,
        )
        share = float(landed.mass[landed.landed].sum() / cloud.mass.sum())
        found.append(Survival(body.state.name, material.name, share))
    return tuple(found)


def footprint_of(debris: tuple[Debris, ...], *, least: float = 0.0) -> Footprint:
    """Footprint of the pieces of at least `least` kg of all bodies together."""
    chosen = [one.mass >= least for one in debris]
    return footprint(
        np.concatenate([one.latitude[keep] for one, keep in zip(debris, chosen, strict=True)]),
        np.concatenate([one.longitude[keep] for one, keep in zip(debris, chosen, strict=True)]),
        heading=float(np.mean([one.heading for one in debris])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cloud:
    orbit: Orbit
    size: FloatArray
    area: FloatArray
    mass: FloatArray


def _draws(state: BodyState, liftoff: Time, settings: FallSettings) -> Orbit:
    # All bodies share the draws, for most of what is not known is the ascent's and common to them.
    random = np.random.default_rng(settings.seed)
    mean = np.concatenate([state.r, state.v])
    # The same numbers whatever the covariance, so that small changes of it move draws a little.
    values, vectors = np.linalg.eigh(state.covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    normal = random.standard_normal((settings.clouds, 6))
    if settings.clouds > 1:
        # A few draws with the moments of many: their mean is that of the body.
        normal = (normal - normal.mean(axis=0)) / normal.std(axis=0)
    drawn = mean + normal @ (root @ vectors.T)
    return Orbit.from_state(drawn[:, :3], drawn[:, 3:], _later(liftoff, state.time), "TEME")


def _descended(parents: Orbit, ballistic: float, altitude: float) -> Orbit:
    height = frames.geodetic(_fixed(parents))[2]
    return (
        parents
        if altitude > height.min()
        else descend(parents, ballistic, altitude, tolerance=_TOLERANCE)
    )


def _fragments(broken: Orbit, body: Falling, settings: FallSettings) -> _Cloud:
    kind = _KINDS[body.state.name]
    clouds = [
        explode(
            body.solid,
            body.area,
            kind=kind,
            least_size=settings.least_size,
            seed=1000 * settings.seed + number,
        )
        for number in range(settings.clouds)
    ]
    owner = np.repeat(np.arange(len(clouds)), [len(cloud) for cloud in clouds])
    kick = np.concatenate([cloud.delta_v for cloud in clouds])
    epoch = broken.epoch[owner] if broken.epoch.shape else broken.epoch
    orbit = Orbit.from_state(
        broken.r[owner], broken.v[owner] + kick, epoch, broken.frame, mu=broken.mu
    )
    return _Cloud(
        orbit,
        np.concatenate([cloud.size for cloud in clouds]),
        np.concatenate([cloud.area for cloud in clouds]),
        np.concatenate([cloud.mass for cloud in clouds]),
    )


def _fixed(orbit: Orbit) -> FloatArray:
    r = np.moveaxis(orbit.r, -1, 0)
    return frames.transform(r, np.zeros_like(r), orbit.frame, "ITRS", orbit.epoch)[0]


def _spot(
    time: FloatArray,
    latitude: FloatArray,
    longitude: FloatArray,
    height: FloatArray,
    heading: float,
) -> Spot:
    shape = footprint(latitude, longitude, heading=heading)
    return Spot(
        float(time.mean()), float(time.std()), shape.latitude, shape.longitude,
        float(height.mean()), shape.along, shape.across,
    )  # fmt: skip


def _since(time: Any, liftoff: Time) -> FloatArray:
    return np.atleast_1d(np.asarray((time - liftoff).to_value("s"), dtype=np.float64))


def _later(time: Time, seconds: float) -> Time:
    from astropy.time import TimeDelta

    return time + TimeDelta(seconds, format="sec")
