"""The heaviest payload that a rocket takes to a target."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import numpy as np

from orbitsim.errors import ConvergenceError, InputError
from orbitsim.phases.ascent_flight import Launch
from orbitsim.phases.ascent_targeting import InsertionTarget, least_steering, spare_propellant

_MOST_TRIALS = 40


def maximum_payload(launch: Launch, target: InsertionTarget, reserve: float = 0.0) -> float:
    """Heaviest payload (kg) that reaches a target and leaves a reserve of propellant.

    Every trial flies its own programme of least propellant, so it is the payload of the best pitch
    programme of this family.

    Parameters
    ----------
    launch : Launch
        Its payload's mass is where the search begins.
    target : InsertionTarget
    reserve : float, optional
        Propellant to be left in the last stage, kg.

    Raises
    ------
    InputError
        If the reserve is negative or not finite.
    ConvergenceError
        If no payload at all can be flown, or the search does not settle.
    """
    if not (isfinite(reserve) and reserve >= 0.0):
        raise InputError(f"the reserve must be a number of kg >= 0, got {reserve}")

    def spare(payload: float) -> float:
        trial = replace(launch, payload_mass=payload)
        return spare_propellant(trial, least_steering(trial, target)) - reserve

    # A kilogram of payload takes about one of propellant at the end: the secant is near straight.
    mass, left = launch.payload_mass, spare(launch.payload_mass)
    step = float(np.clip(0.5 * left, -0.2 * mass, 0.2 * mass)) or 10.0
    for _ in range(_MOST_TRIALS):
        after = max(mass + step, 0.0)
        left_after = spare(after)
        if abs(left_after) < 0.05:
            return after
        slope = (left_after - left) / (after - mass) if after != mass else 0.0
        if not slope < 0.0:
            break
        mass, left = after, left_after
        step = float(np.clip(-left / slope, -0.3 * mass, 0.3 * mass))
        if mass + step <= 0.0:
            raise ConvergenceError(
                f"{launch.rocket.name} cannot reach the target with any payload and a reserve of "
                f"{reserve:.0f} kg"
            )
    raise ConvergenceError(f"the payload did not settle; the last was {mass:.1f} kg")
