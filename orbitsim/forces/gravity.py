"""Gravity as spherical harmonics of any degree."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from operator import index
from typing import Any, Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.forces.base import Force
from orbitsim.kernels.harmonics import pack
from orbitsim.units import FloatArray, read_only, to_finite_si

MODELS: Final = ("EGM2008", "EGM96")
"""Gravity models that the package carries: to degree 120 and to degree 70."""


@dataclass(frozen=True, slots=True, eq=False)
class GravityModel:
    """Coefficients of a gravity field, constant in time.

    The potential is mu/r sum over n, m of (radius/r)^n P_nm(sin latitude)
    (C_nm cos m longitude + S_nm sin m longitude), with P_nm fully normalised: the mean of its
    square with either factor over the sphere is one (Heiskanen & Moritz 1967, section 1-14).

    Attributes
    ----------
    name : str
    mu : float
        Gravitational parameter, m3/s2.
    radius : float
        Reference radius of the coefficients, m.
    c, s : ndarray, shape (N + 1, N + 1)
        Fully normalised coefficients [n, m]; c[0, 0] is one.  What stands above the diagonal is
        not read.

    Raises
    ------
    InputError
        Shapes that differ or are not square, numbers that are not finite, c[0, 0] other than one,
        mu or radius not positive.

    Examples
    --------
    A field of oblateness alone:

    >>> import numpy as np
    >>> c = np.zeros((3, 3))
    >>> c[0, 0], c[2, 0] = 1.0, -4.84165e-4
    >>> GravityModel("oblate", 3.986004415e14, 6378136.3, c, np.zeros((3, 3))).degree
    2
    """

    name: str
    mu: float
    radius: float
    c: FloatArray = field(repr=False)
    s: FloatArray = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("mu", "radius"):
            value = to_finite_si(getattr(self, name), "m3/s2" if name == "mu" else "m", name)
            if value.ndim or value <= 0.0:
                raise InputError(f"{name} must be one positive number, got {value!r}")
            object.__setattr__(self, name, float(value))
        for name in ("c", "s"):
            value = to_finite_si(getattr(self, name), "", name).copy()
            object.__setattr__(self, name, read_only(value))
        if self.c.ndim != 2 or not self.c.shape[0] == self.c.shape[1] > 0:
            raise InputError(f"c must be a square [n, m], got the shape {self.c.shape}")
        if self.s.shape != self.c.shape:
            raise InputError(f"s must have the shape of c, {self.c.shape}, got {self.s.shape}")
        if self.c[0, 0] != 1.0:
            raise InputError(f"c[0, 0] must be 1, the central term of mu, got {self.c[0, 0]!r}")

    @property
    def degree(self) -> int:
        """Highest degree and order."""
        return int(self.c.shape[0]) - 1


@lru_cache(maxsize=len(MODELS))
def load_gravity_model(name: str) -> GravityModel:
    """A gravity model that the package carries; its file states the source.

    Parameters
    ----------
    name : {"EGM2008", "EGM96"}
        To degree and order 120, and 70.

    Raises
    ------
    InputError
        Another name.
    """
    if name not in MODELS:
        raise InputError(
            f"unknown gravity model {name!r}; wanted {', '.join(MODELS)} or a GravityModel"
        )
    text = files("orbitsim.forces").joinpath(f"data/{name.lower()}.csv").read_text("utf-8")
    rows = text.splitlines()
    comments = [row for row in rows if row.startswith("#")]
    figures = np.loadtxt(rows[len(comments) :], delimiter=",", skiprows=1)
    head = dict(row[2:].split(": ", 1) for row in comments if ": " in row)
    n, m = figures[:, :2].T.astype(np.intp)
    c, s = np.zeros((2, n.max() + 1, n.max() + 1))
    c[n, m], s[n, m] = figures[:, 2:].T
    return GravityModel(name, float(head["mu"]), float(head["radius"]), c, s)


@dataclass(frozen=True, slots=True, eq=False)
class Gravity(Force):
    """The Earth's gravity to a degree and order, in axes that turn with the Earth.

    The coefficients of both models are tide-free: the steady part of the tide that the Sun and Moon
    raise is left out, so solid Earth tides that are added must be whole, steady part included.
    (Zero-tide coefficients, which include it, differ in C_20 by -4.17e-9; IERS Conventions 2010,
    section 6.2.2.)  They are constant in time, without secular rates.

    Attributes
    ----------
    degree : int
        Zero is a point mass with the model's mu.
    order : int
        At most the degree, which it is unless given; zero leaves zonal terms only.
    model : GravityModel
        EGM2008 (to degree 120) unless another is given, by name or as a model of one's own.
    table : ndarray
        The coefficients as `orbitsim.kernels.harmonics.harmonic_acceleration` reads them.

    Raises
    ------
    InputError
        A degree or order that is negative, not an integer or too high, or an unknown model.

    Examples
    --------
    >>> gravity = Gravity(20, 20, model="EGM96")
    >>> gravity.model.name, gravity.mu, float(gravity.c[2, 0])
    ('EGM96', 398600441500000.0, -0.000484165371736)
    """

    degree: int
    order: int
    model: GravityModel
    table: FloatArray = field(repr=False)

    def __init__(
        self, degree: int, order: int | None = None, model: str | GravityModel = "EGM2008"
    ) -> None:
        source = model if isinstance(model, GravityModel) else load_gravity_model(str(model))
        degree = _count(degree, "degree", source.degree, f"the degree of {source.name}")
        order = degree if order is None else _count(order, "order", degree, "the degree")
        object.__setattr__(self, "degree", degree)
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "model", source)
        object.__setattr__(self, "table", read_only(pack(source.c, source.s, degree, order)))

    @property
    def terms(self) -> tuple[Force, ...]:
        """Itself."""
        return (self,)

    @property
    def mu(self) -> float:
        """Gravitational parameter of the model, m3/s2."""
        return self.model.mu

    @property
    def radius(self) -> float:
        """Reference radius of the model, m."""
        return self.model.radius

    @property
    def c(self) -> FloatArray:
        """Fully normalised C [n, m] that act, shape (degree + 1, order + 1); zero for m > n."""
        return self._cut(self.model.c)

    @property
    def s(self) -> FloatArray:
        """Fully normalised S [n, m] that act, shape (degree + 1, order + 1); zero for m > n."""
        return self._cut(self.model.s)

    def _cut(self, coefficients: FloatArray) -> FloatArray:
        return read_only(np.tril(coefficients[: self.degree + 1, : self.order + 1]))


def _count(value: Any, name: str, highest: int, meaning: str) -> int:
    try:
        number = index(value)
    except TypeError:
        raise InputError(f"{name} must be an integer, got {value!r}") from None
    if not 0 <= number <= highest:
        raise InputError(f"{name} must lie within 0 and {highest}, {meaning}; got {number}")
    return number
