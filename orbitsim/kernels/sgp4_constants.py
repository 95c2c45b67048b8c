"""Constants of the SGP4 theory for many satellites, laid out for the kernel.

Records come initialised from the `sgp4` package, with its constants of gravity (WGS 72).  Only the
near-Earth drag coefficients, which its compiled records keep to themselves, are worked out again.

Sources: Hoots & Roehrich, Spacetrack Report No. 3 (1980), section 6; Vallado, Crawford, Hujsak &
Kelso, Revisiting Spacetrack Report #3, AIAA 2006-6753.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from orbitsim.kernels.arrays import FloatArray, as_input

if TYPE_CHECKING:
    from sgp4.api import Satrec

TILE = 64
"""Satellites whose constants stand together in memory, and lanes at one time of many satellites."""


class Constants(NamedTuple):
    """What the near-Earth theory needs to know of a satellite: Earth radii, minutes, radians.

    Products that the loops would form again and again are formed once, here.
    """

    # Angles at epoch, their secular rates, and the drag on them.
    mean_anomaly: Any
    mean_anomaly_rate: Any
    perigee: Any
    perigee_rate: Any
    perigee_drag: Any
    node: Any
    node_rate: Any
    node_drag: Any
    eta: Any
    anomaly_drag: Any
    anomaly_drag_at_epoch: Any
    # Polynomials in time: of the root of the semi-major axis, and of the mean longitude.
    axis_1: Any
    axis_2: Any
    axis_3: Any
    axis_4: Any
    longitude_2: Any
    longitude_3: Any
    longitude_4: Any
    longitude_5: Any
    # Eccentricity, its drag, and the long-period terms.
    eccentricity: Any
    eccentricity_drag: Any
    eccentricity_drag_periodic: Any
    sin_mean_anomaly: Any
    long_period_y: Any
    long_period_longitude: Any
    # Powers of the semi-major axis.
    axis: Any
    axis_inverse: Any
    axis_inverse_root: Any
    mean_motion: Any
    # Short-period terms, with functions of the inclination in them.
    half_j2: Any
    radius_secular: Any
    radius_periodic: Any
    rate_periodic: Any
    latitude_periodic: Any
    node_periodic: Any
    inclination_periodic: Any
    sin_inclination: Any
    cos_inclination: Any
    # Metres and metres per second in the units of the theory.
    metres: Any
    metres_per_second: Any


class PackedRecords(NamedTuple):
    """Satellites made ready for `sgp4_grid`.

    Attributes
    ----------
    constants : ndarray, shape (tiles, len(Constants._fields), 64)
        Of the M satellites that the kernel evaluates, 64 in a tile; the last one fills the rest.
    rows : ndarray of int64, shape (M,)
        Their places among all.
    others : tuple of (int, Satrec)
        Place and record of those that the package evaluates: deep-space ones, and any whose
        constants are not finite.
    size : int
        Number of satellites in all.
    """

    constants: FloatArray
    rows: NDArray[np.int64]
    others: tuple[tuple[int, Satrec], ...]
    size: int


_read = attrgetter(
    *("no_kozai", "ecco", "inclo", "argpo", "nodeo", "mo", "bstar", "mdot", "argpdot", "nodedot"),
    *("j2", "j3oj2", "xke", "radiusearthkm"),
)


def pack(records: Iterable[Satrec]) -> PackedRecords:
    """Make initialised records of the `sgp4` package ready for `sgp4_grid`."""
    records = tuple(records)
    near = [row for row, record in enumerate(records) if record.method == "n"]
    fields = np.array([_read(records[row]) for row in near], dtype=np.float64).reshape(-1, 14)
    with np.errstate(all="ignore"):
        constants = np.stack(_near_earth(*fields.T))
    usable = np.isfinite(constants).all(axis=0)
    rows = np.array(near, dtype=np.int64)[usable]
    tiles = -(-rows.size // TILE)
    places = np.flatnonzero(usable)[np.minimum(np.arange(tiles * TILE), rows.size - 1)]
    constants = constants[:, places].reshape(len(constants), tiles, TILE).swapaxes(0, 1)
    ours = set(rows.tolist())
    others = tuple((row, record) for row, record in enumerate(records) if row not in ours)
    rows.flags.writeable = False
    return PackedRecords(as_input(constants), rows, others, len(records))


def _near_earth(
    kozai: FloatArray,
    e: FloatArray,
    inclination: FloatArray,
    perigee: FloatArray,
    node: FloatArray,
    mean_anomaly: FloatArray,
    bstar: FloatArray,
    mean_anomaly_rate: FloatArray,
    perigee_rate: FloatArray,
    node_rate: FloatArray,
    j2: FloatArray,
    j3_over_j2: FloatArray,
    ke: FloatArray,
    radius_km: FloatArray,
) -> Constants:
    """Constants of the near-Earth theory: Spacetrack Report No. 3, section 6, in its notation."""
    sin_i, cos_i = np.sin(inclination), np.cos(inclination)
    x3thm1, x1mth2 = 3.0 * cos_i**2 - 1.0, 1.0 - cos_i**2
    beta2 = 1.0 - e**2
    # Mean motion and axis free of Kozai's J2 term.  Drag at a low perigee blows up their last
    # digits, so the operations stand in the package's order.
    a1 = (ke / kozai) ** (2.0 / 3.0)
    delta = 0.75 * j2 * x3thm1 / (np.sqrt(beta2) * beta2)
    delta1 = delta / (a1 * a1)
    a0 = a1 * (1.0 - delta1 * delta1 - delta1 * (1.0 / 3.0 + 134.0 * delta1 * delta1 / 81.0))
    n = kozai / (1.0 + delta / (a0 * a0))
    a = (ke / n) ** (2.0 / 3.0)
    # The atmosphere's fitting parameter s follows the perigee below 156 km.
    perigee_height = (a * (1.0 - e) - 1.0) * radius_km
    s_height = np.clip(perigee_height - 78.0, 20.0, 78.0)
    s = 1.0 + s_height / radius_km
    xi = 1.0 / (a - s)
    eta = a * e * xi
    eta2, e_eta = eta**2, e * eta
    psi2 = np.abs(1.0 - eta2)
    q_xi4 = ((120.0 - s_height) / radius_km * xi) ** 4
    density = q_xi4 / psi2**3.5
    c2_gravity = 0.375 * j2 * xi / psi2 * x3thm1 * (8.0 + 3.0 * eta2 * (8.0 + eta2))
    c2 = density * n * (a * (1.0 + 1.5 * eta2 + e_eta * (4.0 + eta2)) + c2_gravity)
    c1 = bstar * c2
    eccentric = e > 1.0e-4
    c3 = np.where(eccentric, -2.0 * q_xi4 * xi * j3_over_j2 * n * sin_i / e, 0.0)
    c4_zonal = -3.0 * x3thm1 * (1.0 - 2.0 * e_eta + eta2 * (1.5 - 0.5 * e_eta))
    c4_perigee = 0.75 * x1mth2 * (2.0 * eta2 - e_eta * (1.0 + eta2)) * np.cos(2.0 * perigee)
    c4 = eta * (2.0 + 0.5 * eta2) + e * (0.5 + 2.0 * eta2)
    c4 = c4 - j2 * xi / (a * psi2) * (c4_zonal + c4_perigee)
    c4 = 2.0 * n * density * a * beta2 * c4
    c5 = 2.0 * density * a * beta2 * (1.0 + 2.75 * (eta2 + e_eta) + e_eta * eta2)
    node_rate_j2 = -1.5 * j2 * n * cos_i / (a * beta2) ** 2

    # Below 220 km of perigee the theory keeps only the first powers of the drag.
    full = np.where(perigee_height < 220.0, 0.0, 1.0)
    d2 = full * 4.0 * a * xi * c1**2
    d3 = d2 * (17.0 * a + s) * xi * c1 / 3.0
    d4 = d2 * a * xi**2 * c1**2 * (221.0 * a + 31.0 * s) / 6.0
    t3 = d2 + full * 2.0 * c1**2
    t4 = 0.25 * (3.0 * d3 + c1 * (12.0 * d2 + full * 10.0 * c1**2))
    t5 = 3.0 * d4 + 12.0 * c1 * d3 + 6.0 * d2**2 + 15.0 * c1**2 * (2.0 * d2 + full * c1**2)
    long_period = -0.25 * j3_over_j2 * sin_i * (3.0 + 5.0 * cos_i)
    # At an inclination of 180 deg the package divides by this instead of by zero.
    long_period = long_period / np.where(cos_i + 1.0 > 1.5e-12, cos_i + 1.0, 1.5e-12)

    return Constants(
        mean_anomaly=mean_anomaly,
        mean_anomaly_rate=mean_anomaly_rate,
        perigee=perigee,
        perigee_rate=perigee_rate,
        perigee_drag=full * bstar * c3 * np.cos(perigee),
        node=node,
        node_rate=node_rate,
        node_drag=3.5 * beta2 * node_rate_j2 * c1,
        eta=eta,
        anomaly_drag=np.where(eccentric, full * -2.0 / 3.0 * q_xi4 * bstar / e_eta, 0.0),
        anomaly_drag_at_epoch=(1.0 + eta * np.cos(mean_anomaly)) ** 3,
        axis_1=-c1,
        axis_2=-d2,
        axis_3=-d3,
        axis_4=-d4,
        longitude_2=n * 1.5 * c1,
        longitude_3=n * t3,
        longitude_4=n * t4,
        longitude_5=n * 0.2 * t5,
        eccentricity=e,
        eccentricity_drag=bstar * c4,
        eccentricity_drag_periodic=full * bstar * c5,
        sin_mean_anomaly=np.sin(mean_anomaly),
        long_period_y=-0.5 * j3_over_j2 * sin_i / a,
        long_period_longitude=long_period / a,
        axis=a,
        axis_inverse=1.0 / a,
        axis_inverse_root=1.0 / np.sqrt(a),
        mean_motion=a**-1.5,
        half_j2=0.5 * j2,
        radius_secular=1.5 * x3thm1,
        radius_periodic=0.5 * x1mth2,
        rate_periodic=x1mth2,
        latitude_periodic=-0.25 * (7.0 * cos_i**2 - 1.0),
        node_periodic=1.5 * cos_i,
        inclination_periodic=1.5 * cos_i * sin_i,
        sin_inclination=sin_i,
        cos_inclination=cos_i,
        metres=1.0e3 * radius_km,
        metres_per_second=1.0e3 * radius_km * ke / 60.0,
    )
