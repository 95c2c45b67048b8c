"""Flying a docking by hand: what the pilot sees, and what may be given for a pilot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from orbitsim.errors import InputError
from orbitsim.units import FloatArray


@dataclass(frozen=True, slots=True)
class PilotView:
    """What the pilot of a "stick" leg is shown; port frame, as the sensors believe it.

    Attributes
    ----------
    time : float
        s after the start.
    position, velocity : ndarray, shape (3,)
        Of the probe's tip from the port and of the centre of mass; m, m/s.
    rates : ndarray, shape (3,)
        Against the station, body axes, rad/s.
    """

    time: float
    position: FloatArray
    velocity: FloatArray
    rates: FloatArray


Pilot = Callable[[PilotView], ArrayLike]
"""Thrust wanted by body axis, -1 to 1: three translations (x ahead), then three rotations."""


def scripted_pilot(script: Sequence[tuple[float, Sequence[float]]]) -> Pilot:
    """A pilot that follows a script of (time, six numbers); each holds until the next.

    Examples
    --------
    >>> pilot = scripted_pilot([(0.0, (1, 0, 0, 0, 0, 0)), (2.0, (0, 0, 0, 0, 0, 0))])
    """
    times = [float(time) for time, _ in script]
    rows = np.array([stick for _, stick in script], dtype=np.float64).reshape(-1, 6)
    if not times or times != sorted(times):
        raise InputError(f"a script needs at least one line, by rising time, got {times}")

    def pilot(view: PilotView) -> FloatArray:
        line = int(np.searchsorted(times, view.time, side="right")) - 1
        return np.asarray(rows[line]) if line >= 0 else np.zeros(6)

    return pilot
