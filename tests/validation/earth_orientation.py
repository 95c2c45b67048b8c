"""The Earth's orientation as other tools have it, for flights of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from orbitsim.frames import orientation
from orbitsim.frames.orientation import EarthOrientation
from orbitsim.propagation import field

FloatArray = NDArray[np.float64]

ROTATION_RATE = 7.292115e-5
_HOURS = np.arange(-3 * 24, 12 * 24 + 1) / 24.0


@contextmanager
def flown_with(earth: EarthOrientation) -> Iterator[None]:
    """Numerical propagation takes this orientation in place of the shipped one."""
    with mock.patch.object(field.orientation, "measured", return_value=earth):
        yield


def bulletin_a(day: float, interpolation: str) -> EarthOrientation:
    """IERS Bulletin A alone, about a day (MJD); "linear" between its days or "cubic" through four.

    Our own table has Bulletin B where there is one, which differs from A by 0.05 mas and 20 us.
    """
    table, shipped = orientation.iers_table(), orientation.measured()
    mjd = np.asarray(table["MJD"].value)
    ahead = shipped.ut1_tai - np.asarray(table["UT1_UTC"].to_value("s"))
    columns = (
        np.asarray(table["UT1_UTC_A"].to_value("s")) + ahead,
        np.asarray(table["PM_x_A"].to_value("rad")),
        np.asarray(table["PM_y_A"].to_value("rad")),
    )
    near = slice(int(np.searchsorted(mjd, day)) - 6, int(np.searchsorted(mjd, day)) + 16)
    tai = shipped.tai[near]
    ut1, x, y = (column[near] for column in columns)
    if interpolation == "cubic":
        fine = np.floor(day) + (tai[0] - mjd[near][0]) + _HOURS
        ut1, x, y = (_through_four(tai, column, fine) for column in (ut1, x, y))
        tai = fine
    return replace(shipped, tai=tai, ut1_tai=ut1, pole_x=x, pole_y=y)


def turned(
    *, x: float = 0.0, y: float = 0.0, angle: float = 0.0, dx: float = 0.0, dy: float = 0.0
) -> EarthOrientation:
    """The shipped one with constants (rad) added to polar motion, to the Earth's rotation angle,
    and to the celestial pole."""
    earth = orientation.measured()
    return replace(
        earth,
        pole_x=earth.pole_x + x,
        pole_y=earth.pole_y + y,
        ut1_tai=earth.ut1_tai + angle / ROTATION_RATE,
        offset_x=earth.offset_x + dx,
        offset_y=earth.offset_y + dy,
    )


def _through_four(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Lagrange's cubic through the two days before and the two after."""
    first = np.clip(np.searchsorted(x, at, side="right") - 2, 0, x.size - 4)
    nodes, values = (column[first[:, np.newaxis] + np.arange(4)] for column in (x, y))
    total = np.zeros_like(at)
    for i in range(4):
        others = [j for j in range(4) if j != i]
        weight = np.prod(at[:, np.newaxis] - nodes[:, others], axis=1)
        total += values[:, i] * weight / np.prod(nodes[:, [i]] - nodes[:, others], axis=1)
    return total
