"""`Orbit`: one osculating orbit or a batch of any shape, frozen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from orbitsim import frames, period
from orbitsim.earth import J2_GRAVITY, MU, ZonalGravity
from orbitsim.element_sets import as_texts, epochs_of, read_omm, read_tle
from orbitsim.elements import (
    EquinoctialElements,
    KeplerianElements,
    elements_from_state,
    equinoctial_from_keplerian,
    keplerian_from_equinoctial,
    state_from_elements,
    true_from_mean,
)
from orbitsim.errors import ElementSetError, FrameError, InputError, Status
from orbitsim.period import AltitudeDatum, PeriodKind
from orbitsim.units import FloatArray, read_only, to_epoch, to_finite_si

if TYPE_CHECKING:
    from astropy.time import Time
    from sgp4.api import Satrec

_INERTIAL = ("GCRS", "TEME")
_Scalar = TypeVar("_Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Orbit:
    """Osculating state of one satellite or of a batch, at an epoch, in an inertial frame.

    Build it with `from_apsides`, `from_elements`, `from_equinoctial`, `from_state`, `from_tle` or
    `from_omm`.  A single orbit has the shape ``()`` and no length; a batch has any other shape, and
    every result keeps it.

    Attributes
    ----------
    epoch : Time
        Scalar, or of the orbits' shape.
    frame : {"GCRS", "TEME"}
    mu : float
        Gravitational parameter, m3/s2.
    """

    _r: FloatArray
    _v: FloatArray
    epoch: Time
    frame: str
    mu: float

    # -- building ---------------------------------------------------------------------------------

    @classmethod
    def from_state(cls, r: Any, v: Any, epoch: Any, frame: str = "GCRS", *, mu: Any = MU) -> Self:
        """Orbit from position and velocity.

        Parameters
        ----------
        r, v : Quantity or array_like, shape (..., 3)
            Position (m) and velocity (m/s).
        epoch : Time or str
            Scalar, or of the shape ``(...)``.
        frame : {"GCRS", "TEME"}
            TEME is the frame of date of `epoch`, frozen there.
        mu : Quantity or float
            m3/s2.

        Raises
        ------
        InputError
            Wrong shape or unit, a NaN, or a state at the Earth's centre.
        """
        r, v = to_finite_si(r, "m", "r"), to_finite_si(v, "m/s", "v")
        for name, vector in (("r", r), ("v", v)):
            if vector.ndim == 0 or vector.shape[-1] != 3:
                raise InputError(f"{name} must have the shape (..., 3), got {vector.shape}")
        r, v = _broadcast({"r": r, "v": v})
        return cls._of(np.moveaxis(r, -1, 0), np.moveaxis(v, -1, 0), epoch, frame, mu)

    @classmethod
    def from_apsides(
        cls,
        perigee_altitude: Any,
        apogee_altitude: Any,
        inclination: Any,
        epoch: Any,
        *,
        altitude_datum: AltitudeDatum = "ellipsoid",
        argument_of_perigee: Any = 0.0,
        raan: Any = 0.0,
        true_anomaly: Any = 0.0,
        gravity: ZonalGravity = J2_GRAVITY,
    ) -> Self:
        """Orbit, in TEME, from documented apsis altitudes.

        Parameters
        ----------
        perigee_altitude, apogee_altitude : Quantity or array_like
            m, over `altitude_datum`.
        inclination, argument_of_perigee, raan, true_anomaly : Quantity or array_like
            rad; osculating at the epoch, referred to the true equator of date (TEME), which heights
            over the ellipsoid need.
        epoch : Time or str
            Scalar, or of the orbits' shape.
        altitude_datum : {"ellipsoid", "equatorial", "mean"}
            See `orbitsim.period`.
        gravity : ZonalGravity
            What the heights over the ellipsoid are solved under; its mu becomes the orbit's.

        Raises
        ------
        InputError, ConvergenceError
            See `orbitsim.period.state_from_apsides`.

        Examples
        --------
        >>> orbit = Orbit.from_apsides(193e3, 245e3, 0.9016, "2016-12-01T15:00:41",
        ...                            argument_of_perigee=1.48)
        >>> round(float(orbit.period("nodal")) / 60, 2)
        88.58
        """
        values = {
            "perigee_altitude": to_finite_si(perigee_altitude, "m", "perigee_altitude"),
            "apogee_altitude": to_finite_si(apogee_altitude, "m", "apogee_altitude"),
            "inclination": to_finite_si(inclination, "rad", "inclination"),
            "argument_of_perigee": to_finite_si(argument_of_perigee, "rad", "argument_of_perigee"),
            "raan": to_finite_si(raan, "rad", "raan"),
            "true_anomaly": to_finite_si(true_anomaly, "rad", "true_anomaly"),
        }
        low, high, inc, perigee, node, nu = _broadcast(values)
        _check_inclination(inc)
        r, v = period.state_from_apsides(
            low,
            high,
            inc,
            datum=altitude_datum,
            argument_of_perigee=perigee,
            raan=node,
            true_anomaly=nu,
            gravity=gravity,
        )
        return cls._of(r, v, epoch, "TEME", gravity.mu)

    @classmethod
    def from_elements(
        cls,
        *,
        eccentricity: Any,
        inclination: Any,
        epoch: Any,
        semi_major_axis: Any = None,
        semi_latus_rectum: Any = None,
        raan: Any = 0.0,
        argument_of_perigee: Any = 0.0,
        true_anomaly: Any = None,
        mean_anomaly: Any = None,
        frame: str = "GCRS",
        mu: Any = MU,
    ) -> Self:
        """Orbit from osculating Keplerian elements of any conic.

        Parameters
        ----------
        semi_major_axis, semi_latus_rectum : Quantity or array_like
            m; give one.  A hyperbola has a negative semi-major axis, a parabola only p.
        eccentricity : Quantity or array_like
            0 or more.
        inclination, raan, argument_of_perigee : Quantity or array_like
            rad, referred to the equator of `frame`.
        epoch : Time or str
            Scalar, or of the orbits' shape.
        true_anomaly, mean_anomaly : Quantity or array_like
            rad; give at most one, perigee is the default.
        frame : {"GCRS", "TEME"}
            Frame of the elements and of the orbit.
        mu : Quantity or float
            m3/s2.

        Raises
        ------
        InputError
            Both or neither size given, a < 0 with e < 1 or the reverse, e = 1 without p, a true
            anomaly beyond the asymptote, and so on.
        """
        if (semi_major_axis is None) == (semi_latus_rectum is None):
            raise InputError("give exactly one of semi_major_axis and semi_latus_rectum")
        if true_anomaly is not None and mean_anomaly is not None:
            raise InputError("give at most one of true_anomaly and mean_anomaly")
        by_axis = semi_major_axis is not None
        by_mean = mean_anomaly is not None
        name = "semi_major_axis" if by_axis else "semi_latus_rectum"
        size = semi_major_axis if by_axis else semi_latus_rectum
        anomaly = mean_anomaly if by_mean else (0.0 if true_anomaly is None else true_anomaly)
        values = {
            name: to_finite_si(size, "m", name),
            "eccentricity": to_finite_si(eccentricity, "", "eccentricity"),
            "inclination": to_finite_si(inclination, "rad", "inclination"),
            "raan": to_finite_si(raan, "rad", "raan"),
            "argument_of_perigee": to_finite_si(argument_of_perigee, "rad", "argument_of_perigee"),
            "anomaly": to_finite_si(anomaly, "rad", "anomaly"),
        }
        size, e, inc, node, perigee, anomaly = _broadcast(values)
        _check_inclination(inc)
        if np.any(e < 0.0):
            raise InputError(f"eccentricity must not be negative, got {e.min():.6g}")
        if by_axis and np.any(size * (1.0 - e) <= 0.0):
            raise InputError(
                "semi-major axis must be positive for e < 1 and negative for e > 1; "
                "a parabola (e = 1) needs semi_latus_rectum"
            )
        p = size * (1.0 - e) * (1.0 + e) if by_axis else size
        nu = true_from_mean(anomaly, e) if by_mean else anomaly
        return cls._of_elements(KeplerianElements(p, e, inc, node, perigee, nu), epoch, frame, mu)

    @classmethod
    def from_equinoctial(
        cls, elements: EquinoctialElements, epoch: Any, frame: str = "GCRS", *, mu: Any = MU
    ) -> Self:
        """Orbit from osculating modified equinoctial elements; the rest as `from_elements`."""
        values = {
            "p": to_finite_si(elements.p, "m", "p"),
            "f": to_finite_si(elements.f, "", "f"),
            "g": to_finite_si(elements.g, "", "g"),
            "h": to_finite_si(elements.h, "", "h"),
            "k": to_finite_si(elements.k, "", "k"),
            "true_longitude": to_finite_si(elements.true_longitude, "rad", "true_longitude"),
        }
        keplerian = keplerian_from_equinoctial(EquinoctialElements(*_broadcast(values)))
        return cls._of_elements(keplerian, epoch, frame, mu)

    @classmethod
    def from_tle(cls, line1: str | Iterable[str], line2: str | Iterable[str]) -> Self:
        """Osculating orbit, in TEME, of a two-line element set at its own epoch.

        Two texts give a single orbit, two sequences of texts a batch of that length.  For a
        propagation with the theory that the set was made for, use `MeanElements.from_tle`.

        Raises
        ------
        ElementSetError
            A broken set, or one that SGP4 cannot evaluate at its epoch.
        """
        firsts, seconds = as_texts(line1), as_texts(line2)
        if len(firsts) != len(seconds):
            raise InputError(f"{len(firsts)} first lines came with {len(seconds)} second lines")
        records = [read_tle(a, b) for a, b in zip(firsts, seconds, strict=True)]
        return cls._of_records(records, single=isinstance(line1, str))

    @classmethod
    def from_omm(cls, message: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> Self:
        """Osculating orbit, in TEME, of an orbit mean-elements message (its fields as a mapping),
        or of a sequence of them."""
        if isinstance(message, Mapping):
            return cls._of_records([read_omm(message)], single=True)
        return cls._of_records([read_omm(fields) for fields in message], single=False)

    # -- what it is -------------------------------------------------------------------------------

    @property
    def r(self) -> FloatArray:
        """Position, m, shape (..., 3), read-only."""
        return np.moveaxis(self._r, 0, -1)

    @property
    def v(self) -> FloatArray:
        """Velocity, m/s, shape (..., 3), read-only."""
        return np.moveaxis(self._v, 0, -1)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch; ``()`` for a single orbit."""
        return self._r.shape[1:]

    @property
    def size(self) -> int:
        """Number of orbits."""
        return int(np.prod(self.shape, dtype=int))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("a single Orbit has no len()")
        return self.shape[0]

    def __getitem__(self, index: Any) -> Self:
        if not self.shape:
            raise TypeError("a single Orbit cannot be indexed")
        epoch = self.epoch[index] if self.epoch.shape else self.epoch
        r, v = (take(array, index, len(self.shape)) for array in (self._r, self._v))
        return type(self)(read_only(r), read_only(v), epoch, self.frame, self.mu)

    def __iter__(self) -> Iterator[Self]:
        return (self[index] for index in range(len(self)))

    def __repr__(self) -> str:
        if self.shape:
            return f"<Orbit batch of shape {self.shape}, {self.frame}>"
        elements = self.elements()
        return (
            f"<Orbit a={float(elements.semi_major_axis) / 1e3:.3f} km "
            f"e={float(elements.eccentricity):.6f} "
            f"i={np.degrees(float(elements.inclination)):.4f} deg, "
            f"{self.frame} at {self.epoch.utc.isot} UTC>"
        )

    def elements(self) -> KeplerianElements:
        """Osculating Keplerian elements, referred to the equator of the orbit's frame."""
        return elements_from_state(self._r, self._v, self.mu)

    def equinoctial(self) -> EquinoctialElements:
        """Osculating modified equinoctial elements."""
        return equinoctial_from_keplerian(self.elements())

    def period(
        self, kind: PeriodKind = "keplerian", *, gravity: ZonalGravity = J2_GRAVITY
    ) -> FloatArray:
        """Period of the stated kind, s, of the orbits' shape; see `orbitsim.period`.

        Nodal and anomalistic periods are numerically exact under `gravity` and referred to the
        true equator of the epoch.  NaN for an open orbit.
        """
        if kind == "keplerian":
            return period.keplerian_period(self.elements().semi_major_axis, self.mu)
        return period.period(*self._of_date(), kind, gravity)

    def first_order_period(
        self, kind: PeriodKind = "keplerian", *, gravity: ZonalGravity = J2_GRAVITY
    ) -> FloatArray:
        """The same period in first-order J2 theory, s."""
        if kind == "keplerian":
            return self.period()
        return period.first_order_period(*self._of_date(), kind, gravity)

    def apsis_altitudes(
        self, datum: AltitudeDatum = "ellipsoid", *, gravity: ZonalGravity = J2_GRAVITY
    ) -> tuple[FloatArray, FloatArray]:
        """Perigee and apogee altitude over `datum`, m; see `orbitsim.period`."""
        if datum != "ellipsoid":
            # The osculating ellipse is that of the orbit's own mu.
            return period.apsis_altitudes(self._r, self._v, datum, ZonalGravity(self.mu, 1.0))
        return period.apsis_altitudes(*self._of_date(), datum, gravity)

    def to_frame(self, frame: str) -> Self:
        """The same orbit in another inertial frame."""
        _check_inertial(frame)
        r, v = frames.transform(self._r, self._v, self.frame, frame, self.epoch)
        return self._of(r, v, self.epoch, frame, self.mu)

    # -- inside -----------------------------------------------------------------------------------

    @classmethod
    def _of_elements(cls, elements: KeplerianElements, epoch: Any, frame: str, mu: Any) -> Self:
        """From finite elements of one shape."""
        p, e, nu = elements.semi_latus_rectum, elements.eccentricity, elements.true_anomaly
        if np.any(p <= 0.0):
            raise InputError(f"semi-latus rectum must be positive, got {p.min():.6g} m")
        beyond = 1.0 + e * np.cos(nu) <= 0.0
        if beyond.any():
            raise InputError(
                f"true anomaly {nu[beyond][0]:.6g} rad lies beyond the asymptote of an orbit of "
                f"eccentricity {e[beyond][0]:.6g}"
            )
        mu = _positive_mu(mu)
        return cls._of(*state_from_elements(elements, mu), epoch, frame, mu)

    @classmethod
    def _of(cls, r: FloatArray, v: FloatArray, epoch: Any, frame: str, mu: Any) -> Self:
        """Checked, copied into component-major memory, and frozen."""
        _check_inertial(frame)
        mu = _positive_mu(mu)
        epoch = to_epoch(epoch)
        if epoch.shape not in ((), r.shape[1:]):
            raise InputError(
                f"epoch must be a single instant or have the orbits' shape {r.shape[1:]}, "
                f"got the shape {epoch.shape}"
            )
        bad = ~(np.isfinite(r).all(axis=0) & np.isfinite(v).all(axis=0))
        if bad.any():
            which = tuple(int(x) for x in np.argwhere(bad)[0])
            position, velocity = (np.moveaxis(x, 0, -1)[which] for x in (r, v))
            raise InputError(
                f"the state of orbit {which if which else ''} is not finite: "
                f"r = {position} m, v = {velocity} m/s"
            )
        if np.any(np.sum(r * r, axis=0) == 0.0):
            raise InputError("a position lies at the Earth's centre")
        return cls(
            read_only(np.array(r, dtype=np.float64, order="C")),
            read_only(np.array(v, dtype=np.float64, order="C")),
            epoch,
            frame,
            mu,
        )

    @classmethod
    def _of_records(cls, records: list[Satrec], *, single: bool) -> Self:
        states = []
        for record in records:
            code, r, v = record.sgp4_tsince(0.0)
            if code:
                raise ElementSetError(f"{Status(code).explanation} (satellite {record.satnum_str})")
            states.append((r, v))
        rv = np.moveaxis(np.array(states, dtype=np.float64).reshape(-1, 2, 3), 0, -1) * 1e3
        epoch = epochs_of(records)
        if single:
            return cls._of(rv[0, :, 0], rv[1, :, 0], epoch[0], "TEME", MU)
        return cls._of(rv[0], rv[1], epoch, "TEME", MU)

    def _of_date(self) -> tuple[FloatArray, FloatArray]:
        """The state with its z axis along the pole of date."""
        if self.frame == "TEME":
            return self._r, self._v
        return frames.transform(self._r, self._v, self.frame, "TEME", self.epoch)


def take(array: NDArray[_Scalar], index: Any, axes: int) -> NDArray[_Scalar]:
    """`array` (3, *S, ...) indexed along the `axes` axes of S, as NumPy would index S alone."""
    along = index if isinstance(index, tuple) else (index,)
    if all(isinstance(x, int | np.integer | slice) for x in along) and len(along) <= axes:
        return array[:, *along]
    # Anything else may move, add or merge axes, and must not meet those of the components.
    shape = array.shape[1 : 1 + axes]
    which = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)[index]
    return array.reshape(3, -1, *array.shape[1 + axes :])[:, which]


def _positive_mu(mu: Any) -> float:
    value = to_finite_si(mu, "m3/s2", "mu")
    if value.shape or not value > 0.0:
        raise InputError(f"mu must be one positive number of m3/s2, got {mu!r}")
    return float(value)


def _broadcast(values: Mapping[str, FloatArray]) -> list[FloatArray]:
    try:
        return list(np.broadcast_arrays(*values.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in values.items())
        raise InputError(f"shapes do not broadcast: {shapes}") from None


def _check_inclination(inclination: FloatArray) -> None:
    if not np.all((inclination >= 0.0) & (inclination <= np.pi)):
        worst = inclination.flat[int(np.argmax(np.abs(inclination - np.pi / 2)))]
        raise InputError(
            f"inclination must lie in [0, pi] rad, got {worst:.6g} "
            "(give degrees as an astropy Quantity)"
        )


def _check_inertial(frame: str) -> None:
    frames.check_frame(frame)
    if frame not in _INERTIAL:
        raise FrameError(f"an orbit lives in an inertial frame (GCRS or TEME), got {frame!r}")
