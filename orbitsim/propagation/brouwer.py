"""`BrouwerElements`: mean elements of J2 theory, and their secular drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from orbitsim.earth import J2_GRAVITY, ZonalGravity
from orbitsim.errors import InputError, Status
from orbitsim.kernels.brouwer import mean_from_osculating, osculating_from_mean
from orbitsim.kernels.secular import j2_secular_grid
from orbitsim.orbit import Orbit
from orbitsim.propagation.analytic import shaped
from orbitsim.trajectory import Evaluated, Output, Trajectory, rows_of
from orbitsim.units import FloatArray, elapsed_seconds, read_only, to_epoch, to_si

if TYPE_CHECKING:
    from astropy.time import Time


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BrouwerElements:
    """Mean elements of first-order J2 theory, one orbit or a batch of any shape.

    They are averages over the short-period ripple of J2, *not* osculating elements: `from_orbit`
    and `to_orbit` convert, and `Orbit.from_elements` must not be given them, which at 400 km would
    be off by up to 10 km in the axis.  Nor are they those of `MeanElements`, which belong to SGP4.
    Frame: true equator of the epoch (TEME frozen there).

    Attributes
    ----------
    epoch : Time
    gravity : ZonalGravity
        Its J2 is the theory's.

    Examples
    --------
    >>> orbit = Orbit.from_elements(semi_major_axis=6.8e6, eccentricity=0.001, inclination=0.9,
    ...                             epoch="2024-01-01", frame="TEME")
    >>> mean = BrouwerElements.from_orbit(orbit)
    >>> round(float(mean.semi_major_axis))
    6794030
    >>> round(float(mean.to_orbit().elements().semi_major_axis))
    6800000
    """

    _elements: FloatArray
    epoch: Time
    gravity: ZonalGravity

    @classmethod
    def from_orbit(cls, orbit: Orbit, *, gravity: ZonalGravity = J2_GRAVITY) -> Self:
        """Mean elements of an osculating orbit.

        Raises
        ------
        InputError
            Not an `Orbit`, or one that is open.
        """
        if not isinstance(orbit, Orbit):
            raise InputError(
                f"from_orbit takes an osculating Orbit, got {orbit!r:.80}; "
                "mean elements of SGP4 give one through propagate(times).at(time)"
            )
        teme = orbit if orbit.frame == "TEME" else orbit.to_frame("TEME")
        r, v = (np.moveaxis(x, -1, 0).reshape(3, -1) for x in (teme.r, teme.v))
        mean, status = mean_from_osculating(r, v, gravity.mu, gravity.radius, gravity.j2)
        if status.any():
            reasons = "; ".join(Status(code).explanation for code in np.unique(status[status != 0]))
            raise InputError(
                f"{int((status != 0).sum())} of {orbit.size} orbits have no mean elements: "
                f"{reasons}"
            )
        return cls(read_only(mean.reshape(6, *orbit.shape)), orbit.epoch, gravity)

    @classmethod
    def of(
        cls,
        *,
        semi_major_axis: Any,
        eccentricity: Any,
        inclination: Any,
        raan: Any,
        argument_of_perigee: Any,
        mean_anomaly: Any,
        epoch: Any,
        gravity: ZonalGravity = J2_GRAVITY,
    ) -> Self:
        """From mean elements themselves; Quantity or m and rad, broadcast against each other.

        Osculating ones come in by ``from_orbit(Orbit.from_elements(...))``.
        """
        values = [
            to_si(semi_major_axis, "m", "semi_major_axis"),
            np.asarray(eccentricity, dtype=np.float64),
            to_si(inclination, "rad", "inclination"),
            to_si(raan, "rad", "raan"),
            to_si(argument_of_perigee, "rad", "argument_of_perigee"),
            to_si(mean_anomaly, "rad", "mean_anomaly"),
        ]
        try:
            elements = np.stack(np.broadcast_arrays(*values))
        except ValueError:
            shapes = ", ".join(str(value.shape) for value in values)
            raise InputError(f"shapes of the elements do not broadcast: {shapes}") from None
        a, e = elements[:2]
        if not np.all((a > 0.0) & (e >= 0.0) & (e < 1.0)):
            raise InputError("mean elements need a semi-major axis above 0 and 0 <= e < 1")
        return cls(read_only(elements), to_epoch(epoch), gravity)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the batch."""
        return self._elements.shape[1:]

    @property
    def semi_major_axis(self) -> FloatArray:
        """m."""
        return self._row(0)

    @property
    def eccentricity(self) -> FloatArray:
        """Mean eccentricity."""
        return self._row(1)

    @property
    def inclination(self) -> FloatArray:
        """rad."""
        return self._row(2)

    @property
    def raan(self) -> FloatArray:
        """rad."""
        return self._row(3)

    @property
    def argument_of_perigee(self) -> FloatArray:
        """rad."""
        return self._row(4)

    @property
    def mean_anomaly(self) -> FloatArray:
        """rad."""
        return self._row(5)

    def _row(self, index: int) -> FloatArray:
        return np.asarray(self._elements[index])

    def to_orbit(self) -> Orbit:
        """The osculating orbit, in TEME."""
        r, v, status = osculating_from_mean(
            self._elements.reshape(6, -1), self.gravity.mu, self.gravity.radius, self.gravity.j2
        )
        if status.any():
            raise InputError("an orbit dips so deep below the surface that it has no state")
        shape = (3, *self.shape)
        return Orbit.from_state(
            np.moveaxis(r.reshape(shape), 0, -1),
            np.moveaxis(v.reshape(shape), 0, -1),
            self.epoch,
            "TEME",
            mu=self.gravity.mu,
        )

    def propagate(
        self,
        times: Any,
        *,
        errors: str = "raise",
        out: Output | None = None,
        threads: int | None = None,
    ) -> Trajectory:
        """States of the drifting mean ellipse: secular rates alone, no short-period terms.

        They lie within about 10 km of the osculating states that ``propagate(orbit, times,
        method="j2")`` gives, and cost a third.

        Parameters
        ----------
        times : Time, Quantity or array_like, shape (T,)
            Instants, or seconds after the epoch, which must be a single one.
        errors, out, threads
            See `orbitsim.propagate`.
        """
        if self.epoch.shape:
            raise InputError("propagate needs elements of one epoch")
        t = np.atleast_1d(elapsed_seconds(times, self.epoch))
        elements, shape, gravity = self._elements.reshape(6, -1), self.shape, self.gravity

        def evaluate(
            t: FloatArray, out: Output | None = None, threads: int | None = None
        ) -> Evaluated:
            rows = rows_of(out, shape, t.size)
            constants = (gravity.mu, gravity.radius, gravity.j2)
            states = j2_secular_grid(elements, t, *constants, out=rows, threads=threads)
            return shaped(*states, shape)

        return Trajectory.evaluate(
            evaluate, t, self.epoch, "TEME", gravity.mu, errors, out=out, threads=threads
        )
