"""Fragments of an explosion or a collision, by NASA's Standard Breakup Model.

Size, area-to-mass ratio, area and speed of separation are those of Johnson, Krisko, Liou and
Anz-Meador, NASA's new breakup model of EVOLVE 4.0, Adv. Space Res. 28 (2001), pp. 1377-1384;
equation numbers below are of that paper.  It describes fragments from 1 mm to 1 m, and says nothing
about what is left in larger pieces, nor about directions: here the rest of the mass goes into a few
large pieces like the parent, and directions are uniform but that the heaviest piece takes up what
momentum the others leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.units import FloatArray, read_only

ROCKET_BODY: Final = "rocket body"
SPACECRAFT: Final = "spacecraft"

CATASTROPHIC: Final = 40e3
"""J/kg; energy of a collision over the target's mass from which all of it breaks up."""

AERODYNAMIC_BREAKUP: Final = 78e3
"""m; where the air takes a body apart that comes in from orbit, as NASA's re-entry assessments
assume (Debris Assessment Software User's Guide 3.0, NASA/TP-2019-220300)."""

LARGEST: Final = 1.0
"""m; the largest size that the power laws describe."""

LARGE_PIECES: Final = 8
"""How many large pieces the rest of the mass goes into at most, at least two: a choice, on which
the model is silent."""

_SMALL, _BIG = 0.08, 0.11  # m; between the two the distributions of A/M are mixed


@dataclass(frozen=True, slots=True, eq=False)
class Fragments:
    """A cloud of fragments, each array of the shape (N,) but the last.

    Attributes
    ----------
    size : ndarray
        Characteristic length, the mean of three extents at right angles, m.
    area : ndarray
        Mean cross-section, m2.
    mass : ndarray
        kg.
    delta_v : ndarray, shape (N, 3)
        Velocity relative to the parent, m/s, in the axes of the parent's frame.
    """

    size: FloatArray
    area: FloatArray
    mass: FloatArray
    delta_v: FloatArray

    def __len__(self) -> int:
        return int(self.size.size)

    @property
    def area_to_mass(self) -> FloatArray:
        """m2/kg."""
        return np.asarray(self.area / self.mass)

    def ballistic_coefficient(self, drag_coefficient: float = 1.0) -> FloatArray:
        """Drag coefficient times area over mass, m2/kg."""
        return np.asarray(drag_coefficient * self.area_to_mass)

    def scatter(self, parent: Orbit) -> Orbit:
        """The fragments as orbits, all at the parent's place.

        Raises
        ------
        InputError
            A batch of parents.
        """
        if parent.shape:
            raise InputError(f"fragments come from one parent, got a batch of {parent.shape}")
        r = np.broadcast_to(parent.r, self.delta_v.shape)
        return Orbit.from_state(
            r, parent.v + self.delta_v, parent.epoch, parent.frame, mu=parent.mu
        )


def explosion_count(size: float, scale: float = 1.0) -> float:
    """Number of fragments larger than `size` (m) of an explosion (eq. 2).

    `scale` is 1 for upper stages of 600 to 1000 kg; other bodies have been given 0.1 to 2.

    Examples
    --------
    >>> round(explosion_count(0.1))
    239
    """
    return float(6.0 * scale * size**-1.6)


def collision_count(size: float, mass: float) -> float:
    """Number of fragments larger than `size` (m) of a collision (eq. 4).

    `mass` is that of both bodies if the collision is catastrophic, else the projectile's times the
    square of the closing speed in km/s.

    Examples
    --------
    >>> round(collision_count(0.1, 1000.0))
    912
    """
    return float(0.1 * mass**0.75 * size**-1.71)


def collision_mass(target: float, projectile: float, speed: float) -> float:
    """Mass that breaks up, and that `collision_count` asks for, kg.

    Catastrophic from 40 J/g of the target's mass; below that, the projectile's mass times the
    square of the closing speed (m/s) in km/s, at most the mass of both.
    """
    both = target + projectile
    if 0.5 * projectile * speed**2 >= CATASTROPHIC * target:
        return both
    return min(projectile * (speed / 1e3) ** 2, both)


def explode(
    mass: float,
    area: float,
    *,
    kind: str = ROCKET_BODY,
    least_size: float = 0.05,
    scale: float = 1.0,
    seed: int = 0,
) -> Fragments:
    """Fragments of an explosion.

    Parameters
    ----------
    mass : float
        All that breaks up, kg, without what is burnt or evaporates.
    area : float
        Mean cross-section of the parent, m2; large pieces are like it in shape and density.
    kind : {"rocket body", "spacecraft"}
        Which area-to-mass ratios apply.
    least_size : float
        Smallest fragment, m; from 1 mm up.
    scale : float
        The model's S; see `explosion_count`.
    seed : int

    Returns
    -------
    Fragments
        Largest first; their masses add up to `mass`.

    Raises
    ------
    InputError

    Examples
    --------
    >>> cloud = explode(2410.0, 17.0, least_size=0.1)
    >>> len(cloud), round(float(cloud.mass.sum()), 6)
    (242, 2410.0)
    """
    if not 0.0 < scale < np.inf:
        raise InputError(f"scale must be positive and finite, got {scale!r}")
    count = explosion_count(least_size, scale) - explosion_count(LARGEST, scale)
    return _fragments((mass, area), kind, least_size, 1.6, count, (0.2, 1.85), seed)


def collide(
    target: float,
    projectile: float,
    speed: float,
    area: float,
    *,
    kind: str = SPACECRAFT,
    least_size: float = 0.05,
    seed: int = 0,
) -> Fragments:
    """Fragments of a collision, of both bodies together.

    Parameters
    ----------
    target, projectile : float
        Masses, kg.
    speed : float
        At which they close, m/s.
    area : float
        Mean cross-section of both bodies together, m2; see `explode`.
    kind, least_size, seed
        As in `explode`.

    Returns
    -------
    Fragments
        Largest first.  Their masses add up to that of both bodies; what a collision that is not
        catastrophic leaves whole is among the large pieces.
    """
    for name, value in (("target", target), ("projectile", projectile), ("speed", speed)):
        if not 0.0 < value < np.inf:
            raise InputError(f"{name} must be positive and finite, got {value!r}")
    broken = collision_mass(target, projectile, speed)
    count = collision_count(least_size, broken) - collision_count(LARGEST, broken)
    both = target + projectile
    return _fragments((both, area), kind, least_size, 1.71, count, (0.9, 2.9), seed)


def mean_area(size: FloatArray) -> FloatArray:
    """Mean cross-section (m2) of fragments of a size (m) (eqs. 8 and 9)."""
    return np.where(size < 0.00167, 0.540424 * size**2, 0.556945 * size**2.0047077)


def area_to_mass_laws(kind: str, size: FloatArray) -> tuple[FloatArray, ...]:
    """Two normal laws of the logarithm of A/M (m2/kg) of fragments above 11 cm (eqs. 5, 6).

    Returned are the first one's share, its mean and deviation, and the second one's mean and
    deviation, each of the shape of `size`.
    """
    x = np.log10(size)
    if kind == ROCKET_BODY:
        return (
            np.interp(x, [-1.4, 0.0], [1.0, 0.5]),
            np.interp(x, [-0.5, 0.0], [-0.45, -0.9]),
            np.full_like(x, 0.55),
            np.full_like(x, -0.9),
            np.interp(x, [-1.0, 0.1], [0.28, 0.1]),
        )
    if kind == SPACECRAFT:
        return (
            np.interp(x, [-1.95, 0.55], [0.0, 1.0]),
            np.interp(x, [-1.1, 0.0], [-0.6, -0.95]),
            np.interp(x, [-1.3, -0.3], [0.1, 0.3]),
            np.interp(x, [-0.7, -0.1], [-1.2, -2.0]),
            np.interp(x, [-0.5, -0.3], [0.5, 0.3]),
        )
    raise InputError(f"unknown kind {kind!r}; wanted {ROCKET_BODY!r} or {SPACECRAFT!r}")


def small_area_to_mass_law(size: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and deviation of the logarithm of A/M (m2/kg) of fragments below 8 cm (eq. 7)."""
    x = np.log10(size)
    mean = np.interp(x, [-1.75, -1.25], [-0.3, -1.0])
    return mean, np.where(x <= -3.5, 0.2, 0.2 + 0.1333 * (x + 3.5))


def _fragments(
    parent: tuple[float, float],
    kind: str,
    least_size: float,
    exponent: float,
    count: float,
    speed_law: tuple[float, float],
    seed: int,
) -> Fragments:
    mass, whole = parent
    for name, value, unit in (("mass", mass, "kg"), ("area", whole, "m2")):
        if not 0.0 < value < np.inf:
            raise InputError(f"{name} must be positive and finite, got {value!r} {unit}")
    if not 1e-3 <= least_size < LARGEST:
        raise InputError(f"least_size must lie within 1 mm and {LARGEST} m, got {least_size!r} m")
    random = np.random.default_rng(seed)
    number = int(random.poisson(count))
    # The inverse of the cumulative power law between the least size and the largest.
    share = random.random(number)
    ends = np.array([LARGEST, least_size]) ** -exponent
    size = (ends[0] + share * (ends[1] - ends[0])) ** (-1.0 / exponent)
    area = mean_area(size)
    weight = area / _area_to_mass(size, kind, random)
    # The laws know nothing of the parent's mass.  Fragments are taken in the order drawn for as
    # long as they find mass enough, so that none of a size is preferred to another of that size.
    kept = np.cumsum(weight) <= mass
    size, area, weight = size[kept], area[kept], weight[kept]
    rest = mass - float(weight.sum())
    if rest > 0.0:
        pieces = int(random.integers(2, LARGE_PIECES + 1))
        parts = rest * random.dirichlet(np.ones(pieces))
        big = whole * (parts / mass) ** (2.0 / 3.0)
        size = np.concatenate([size, _size_of(big)])
        area = np.concatenate([area, big])
        weight = np.concatenate([weight, parts])
    order = np.argsort(-size, kind="stable")
    size, area, weight = size[order], area[order], weight[order]
    slope, offset = speed_law
    speed = 10.0 ** random.normal(slope * np.log10(area / weight) + offset, 0.4)
    height, angle = random.uniform(-1.0, 1.0, size.size), random.uniform(0.0, 2.0 * pi, size.size)
    across = np.sqrt(1.0 - height**2)
    direction = np.array([across * np.cos(angle), across * np.sin(angle), height])
    delta_v = (speed * direction).T
    heavy = int(np.argmax(weight))
    delta_v[heavy] -= weight @ delta_v / weight[heavy]
    return Fragments(read_only(size), read_only(area), read_only(weight), read_only(delta_v))


def _area_to_mass(size: FloatArray, kind: str, random: np.random.Generator) -> FloatArray:
    share, mean1, deviation1, mean2, deviation2 = area_to_mass_laws(kind, size)
    first = random.random(size.size) < share
    big = random.normal(np.where(first, mean1, mean2), np.where(first, deviation1, deviation2))
    small = random.normal(*small_area_to_mass_law(size))
    # Between 8 and 11 cm a fragment follows either law, the nearer one more often.
    of_big = random.random(size.size) < (size - _SMALL) / (_BIG - _SMALL)
    return np.asarray(10.0 ** np.where(of_big, big, small))


def _size_of(area: FloatArray) -> FloatArray:
    """Characteristic length of pieces of a mean cross-section (eq. 9)."""
    return np.asarray((area / 0.556945) ** (1.0 / 2.0047077))
