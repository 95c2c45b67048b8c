"""Many dispersed dockings at once: how likely a capture is, and what the contacts are like."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orbitsim.errors import InputError
from orbitsim.kernels import docking as kernel
from orbitsim.kernels import docking_layout as layout
from orbitsim.kernels.blocks import run_blocks
from orbitsim.phases.docking_file import DockingLimits, Port
from orbitsim.phases.docking_plan import DockingPlan
from orbitsim.phases.docking_result import DockingOutcome
from orbitsim.phases.docking_setting import (
    Faults,
    find_limits,
    find_port,
    make_setting,
    random_states,
)
from orbitsim.phases.docking_states import DockingMachine
from orbitsim.units import FloatArray, read_only
from orbitsim.vehicles.spacecraft import Spacecraft

_BLOCK = 8
_MOST_CYCLES = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class DockingCampaign:
    """Outcomes of many dockings; SI, port frame, NaN where there was no contact.

    Attributes
    ----------
    plan : DockingPlan
    limits : DockingLimits
    outcome : ndarray of uint8, shape (N,)
        Codes of `DockingOutcome`.
    time : ndarray, shape (N,)
        Of the contact, or of the end without one, s after the start.
    closing_speed : ndarray, shape (N,)
    offset, lateral_speed : ndarray, shape (N, 2)
    tilt, roll : ndarray, shape (N,)
    rates : ndarray, shape (N, 3)
    propellant : ndarray, shape (N,)
        Spent, kg.
    plume_impulse : ndarray, shape (N,)
        N s.
    breaks : ndarray of int, shape (N,)
        Legs broken off.
    """

    plan: DockingPlan
    limits: DockingLimits
    outcome: NDArray[np.uint8]
    time: FloatArray
    closing_speed: FloatArray
    offset: FloatArray
    lateral_speed: FloatArray
    tilt: FloatArray
    roll: FloatArray
    rates: FloatArray
    propellant: FloatArray
    plume_impulse: FloatArray
    breaks: NDArray[np.int64]

    def __len__(self) -> int:
        return self.outcome.size

    def count(self, outcome: DockingOutcome) -> int:
        """How many ended so."""
        return int(np.count_nonzero(self.outcome == outcome))

    @property
    def probability(self) -> float:
        """Share of captures."""
        return self.count(DockingOutcome.CAPTURED) / len(self)

    @property
    def interval(self) -> tuple[float, float]:
        """95 % confidence interval of the probability (Wilson 1927)."""
        n, p, z = len(self), self.probability, 1.959963984540054
        middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n)
        half = z / (1.0 + z * z / n) * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n))
        return max(middle - half, 0.0), min(middle + half, 1.0)

    @property
    def miss(self) -> FloatArray:
        """Distance of the tip from the axis at contact, m."""
        return np.asarray(np.hypot(self.offset[:, 0], self.offset[:, 1]))

    @property
    def slide(self) -> FloatArray:
        """Lateral speed of the tip at contact, m/s."""
        return np.asarray(np.hypot(self.lateral_speed[:, 0], self.lateral_speed[:, 1]))


def fly_dockings(
    plan: DockingPlan,
    spacecraft: Spacecraft,
    cases: int,
    *,
    mean_motion: Any,
    port: Port | str = "zarya-nadir",
    limits: DockingLimits | str = "probe-cone",
    machine: DockingMachine | None = None,
    faults: Faults | None = None,
    start: tuple[ArrayLike, ArrayLike] | None = None,
    mass: float | None = None,
    propellant: float | None = None,
    seed: int = 0,
    first_case: int = 0,
    threads: int | None = None,
) -> DockingCampaign:
    """Fly `cases` approaches with dispersed starts and noise.

    Parameters are those of `orbitsim.phases.docking.fly_docking`; `first_case` is the number of
    the first case.  A case depends on seed and number alone, not on company or threads.

    Raises
    ------
    DockingStateError
        The plan gives a command where it is not allowed.
    InputError
        Anything else that cannot be used, a "stick" leg among it.
    """
    if cases < 1 or first_case < 0:
        raise InputError(f"wanted at least one case from number 0 on, got {cases}, {first_case}")
    if any(leg.flies == "stick" for leg in plan.legs):
        raise InputError(f"plan {plan.name!r} has a stick leg: it can be flown one at a time only")
    here = DockingMachine() if machine is None else machine
    plan.check(here)
    bounds = find_limits(limits)
    x = make_setting(
        plan,
        spacecraft,
        mean_motion,
        find_port(port),
        bounds,
        here,
        faults,
        start,
        mass,
        propellant,
    )
    rows = np.zeros((cases, layout.STATE))
    randoms = random_states(seed, np.arange(first_case, first_case + cases))

    def fly(begin: int, end: int) -> None:
        kernel.fly_block(
            rows[begin:end],
            randoms[begin:end],
            x.start,
            x.spread,
            x.craft,
            x.site,
            x.phi,
            x.sensors,
            x.legs,
            x.faults,
            x.limits,
            _MOST_CYCLES,
        )

    run_blocks(fly, cases, _BLOCK, threads=threads)
    status = rows[:, layout.STATUS].astype(np.uint8)
    status[status == layout.FLYING] = layout.OUT_OF_TIME
    contact = rows[:, layout.CONTACT : layout.CONTACT + 11]
    touched = np.isfinite(contact[:, 0])
    return DockingCampaign(
        plan=plan,
        limits=bounds,
        outcome=read_only(status),
        time=read_only(np.where(touched, contact[:, 0], rows[:, layout.TIME])),
        closing_speed=read_only(contact[:, 1].copy()),
        offset=read_only(contact[:, 2:4].copy()),
        lateral_speed=read_only(contact[:, 4:6].copy()),
        tilt=read_only(contact[:, 6].copy()),
        roll=read_only(contact[:, 7].copy()),
        rates=read_only(contact[:, 8:11].copy()),
        propellant=read_only(x.start[12] - rows[:, layout.MASS]),
        plume_impulse=read_only(rows[:, layout.PLUME].copy()),
        breaks=read_only(rows[:, layout.BREAKS].astype(np.int64)),
    )
