"""What an approach starts from, laid out for the kernel: craft, site, sensors, legs, faults."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from orbitsim.errors import InputError
from orbitsim.kernels import docking_layout as layout
from orbitsim.maneuvers.relative import clohessy_wiltshire
from orbitsim.phases.docking_file import DockingLimits, Port, load_docking_equipment
from orbitsim.phases.docking_plan import DockingPlan
from orbitsim.phases.docking_states import Antenna, DockingMachine
from orbitsim.units import FloatArray, to_finite_si
from orbitsim.vehicles.spacecraft import Spacecraft

CYCLE: Final = 0.25
"""s, of control and integration."""

_ANTENNA_GAP: Final = 150.0
"""m; below it Kurs needs the antenna at the nose.  Assumption: Kurs has brought a ship to
185 m whose antenna was retracted (RSC Energia, 2000-12-26)."""

_PLUME_RANGE: Final = 20.0
"""m; braking pulses nearer than this are counted as blown at the station.  Assumption."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong.

    Attributes
    ----------
    no_lock_below : float
        Kurs has no lock below this gap, m; 0 for a healthy one, infinite for a dead one.
    patience : float
        Seconds that Kurs searches before it breaks off.
    camera_blur : float
        Factor on the errors of the TORU picture, at least 1: ice, or glare.
    blur_half_life : float
        Seconds in which the ice goes by half.
    """

    no_lock_below: float = 0.0
    patience: float = 20.0
    camera_blur: float = 1.0
    blur_half_life: float = inf

    def __post_init__(self) -> None:
        if not self.no_lock_below >= 0.0:
            raise InputError(f"no_lock_below must be at least 0 m, got {self.no_lock_below}")
        if not self.camera_blur >= 1.0 or not isfinite(self.camera_blur):
            raise InputError(f"camera_blur must be at least 1, got {self.camera_blur}")
        if not (self.patience > 0.0 and self.blur_half_life > 0.0):
            raise InputError(
                "patience and blur_half_life must be positive, got "
                f"{self.patience} and {self.blur_half_life} s"
            )


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything an approach hangs on, as the kernel takes it."""

    craft: FloatArray
    site: FloatArray
    phi: FloatArray
    sensors: FloatArray
    legs: FloatArray
    faults: FloatArray
    limits: FloatArray
    start: FloatArray
    spread: FloatArray


def find_port(port: Port | str) -> Port:
    """The port of that name, or the one that came."""
    if isinstance(port, Port):
        return port
    ports = load_docking_equipment().ports
    if port not in ports:
        raise InputError(f"no port {port!r}; wanted a Port or one of {sorted(ports)}")
    return ports[port]


def find_limits(limits: DockingLimits | str) -> DockingLimits:
    """The limits of that name, or those that came."""
    if isinstance(limits, DockingLimits):
        return limits
    known = load_docking_equipment().limits
    if limits not in known:
        raise InputError(f"no limits {limits!r}; wanted DockingLimits or one of {sorted(known)}")
    return known[limits]


def make_setting(
    plan: DockingPlan,
    spacecraft: Spacecraft,
    mean_motion: Any,
    port: Port,
    limits: DockingLimits,
    machine: DockingMachine,
    faults: Faults | None,
    start: tuple[ArrayLike, ArrayLike] | None,
    mass: float | None,
    propellant: float | None,
) -> Setting:
    """Lay out what the kernel needs.

    Raises
    ------
    InputError
        A number that is not positive and finite, or a start on the wrong side of the port.
    """
    rate = float(to_finite_si(mean_motion, "rad/s", "mean_motion"))
    whole = spacecraft.launch_mass if mass is None else float(mass)
    load = min(spacecraft.propellant_mass, whole) if propellant is None else float(propellant)
    if not rate > 0.0:
        raise InputError(f"mean_motion must be positive, got {rate} rad/s")
    if not (isfinite(whole) and 0.0 < load < whole):
        raise InputError(
            "mass and propellant must be positive, the first the greater, "
            f"got {whole} and {load} kg"
        )
    craft = np.zeros(layout.CRAFT)
    inertia, torques = spacecraft.inertia(whole), spacecraft.axis_torques
    arms = (0.5 * spacecraft.diameter, spacecraft.turning_arm, spacecraft.turning_arm)
    speed = spacecraft.exhaust_speed
    craft[layout.FORCE : layout.FORCE + 3] = spacecraft.axis_force
    craft[layout.TORQUE : layout.TORQUE + 3] = torques
    craft[layout.FLOW] = 1.0 / speed
    craft[layout.TURN_FLOW : layout.TURN_FLOW + 3] = [1.0 / (speed * arm) for arm in arms]
    craft[layout.INERTIA : layout.INERTIA + 3] = inertia
    craft[layout.SHORTEST] = spacecraft.shortest_pulse
    craft[layout.VALVE_STEP] = spacecraft.valve_step
    craft[layout.TIP_AHEAD] = spacecraft.probe_tip
    craft[layout.DRY_MASS] = whole - load
    craft[layout.FASTEST_TURN] = spacecraft.fastest_turn
    axes = port.axes
    site = np.zeros(layout.SITE)
    site[layout.CYCLE] = CYCLE
    site[layout.MEAN_MOTION] = rate
    site[layout.PORT : layout.PORT + 3] = port.place
    site[layout.AXES : layout.AXES + 9] = axes.ravel()
    site[layout.PLUME_RANGE] = _PLUME_RANGE
    wrong = Faults() if faults is None else faults
    needs = 0.0 if machine.antenna is Antenna.DEPLOYED else _ANTENNA_GAP
    fault_row = np.array(
        [
            max(wrong.no_lock_below, needs),
            wrong.patience,
            wrong.camera_blur,
            wrong.blur_half_life,
            float(plan.breaks),
        ]
    )
    r, v = _start(plan, port, axes, spacecraft.probe_tip, start)
    begin = plan.start
    spread = np.repeat(
        [begin.sigma_place, begin.sigma_speed, begin.sigma_tilt, begin.sigma_rate], 3
    )
    if not r[0] > 0.0 and plan.legs[0].flies in ("hold", "final", "retreat"):
        raise InputError(f"the start lies behind the port's plane: {r[0]:.1f} m along its axis")
    if not np.linalg.norm(r) > 2.0 * spacecraft.probe_tip:
        raise InputError(f"the start lies {np.linalg.norm(r):.1f} m from the port: too near")
    return Setting(
        craft,
        site,
        np.ascontiguousarray(clohessy_wiltshire(CYCLE, rate)),
        np.ascontiguousarray(load_docking_equipment().sensor_table()),
        np.ascontiguousarray(plan.table()),
        fault_row,
        limits.row(),
        np.concatenate([r, v, np.zeros(6), [whole]]),
        spread,
    )


def _start(
    plan: DockingPlan,
    port: Port,
    axes: FloatArray,
    tip: float,
    start: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[FloatArray, FloatArray]:
    """Position and velocity of the start in the port frame."""
    if start is not None:
        r, v = (to_finite_si(x, unit, "start") for x, unit in zip(start, ("m", "m/s"), strict=True))
        if r.shape != (3,) or v.shape != (3,):
            raise InputError(f"start must be two vectors of 3, got {r.shape} and {v.shape}")
        return axes @ (r - np.array(port.place)), axes @ v
    if plan.start.gap is not None:
        return np.array([plan.start.gap + tip, 0.0, 0.0]), np.zeros(3)
    r = axes @ (np.array(plan.start.place) - np.array(port.place))
    far = float(np.linalg.norm(r))
    leg = plan.legs[0]
    pace = leg.speed(far - tip) if leg.flies == "close in" else 0.0
    return r, -pace * r / max(far, 1e-9)


def random_states(seed: int, cases: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Generator states, shape (N, 1), that depend on seed and case number alone."""
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed must be a whole number of at least 0, got {seed!r}")
    states = [
        np.random.SeedSequence(seed, spawn_key=(int(i),)).generate_state(1, np.uint64)
        for i in cases
    ]
    return np.array(states, dtype=np.uint64).reshape(-1, 1)
