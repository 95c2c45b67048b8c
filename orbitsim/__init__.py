"""Documented figures of a space mission in, a flown and checked mission out.

The names below are the public surface; each is imported on first use (Scientific Python SPEC 1), so
that ``import orbitsim`` costs nothing that is not used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "EquinoctialElements": "elements",
    "KeplerianElements": "elements",
    "Orbit": "orbit",
    "Trajectory": "trajectory",
    "GroundTrack": "trajectory",
    "ground_track": "trajectory",
    "BrouwerElements": "propagation.brouwer",
    "MeanElements": "propagation.mean_elements",
    "lambert": "maneuvers.lambert",
    "propagate": "propagation",
    "state_transition": "propagation.sensitivity",
    "FittedElements": "propagation.fitting",
    "fit_mean_elements": "propagation.fitting",
    "Event": "propagation.events",
    "EventLog": "event_log",
    "FiniteBurn": "propagation.burns",
    "ImpulsiveBurn": "propagation.burns",
    "MassChange": "propagation.burns",
    "period_table": "period",
    "Site": "earth",
    "launch_windows": "phases.launch_window",
    "load_mission": "missions.record",
    "mission_names": "missions.record",
    "fly": "missions.fly",
    "audit": "missions.audit",
    "OrbitsimError": "errors",
    "InputError": "errors",
    "ElementSetError": "errors",
    "EpochError": "errors",
    "FrameError": "errors",
    "RecordError": "errors",
    "ConvergenceError": "errors",
    "PropagationError": "errors",
    "Status": "errors",
}

__all__ = [*sorted(_HOMES), "__version__"]

if TYPE_CHECKING:
    from orbitsim.earth import Site
    from orbitsim.elements import EquinoctialElements, KeplerianElements
    from orbitsim.errors import (
        ConvergenceError,
        ElementSetError,
        EpochError,
        FrameError,
        InputError,
        OrbitsimError,
        PropagationError,
        RecordError,
        Status,
    )
    from orbitsim.event_log import EventLog
    from orbitsim.maneuvers.lambert import lambert
    from orbitsim.missions.audit import audit
    from orbitsim.missions.fly import fly
    from orbitsim.missions.record import load_mission, mission_names
    from orbitsim.orbit import Orbit
    from orbitsim.period import period_table
    from orbitsim.phases.launch_window import launch_windows
    from orbitsim.propagation import MeanElements, propagate
    from orbitsim.propagation.brouwer import BrouwerElements
    from orbitsim.propagation.burns import FiniteBurn, ImpulsiveBurn, MassChange
    from orbitsim.propagation.events import Event
    from orbitsim.propagation.fitting import FittedElements, fit_mean_elements
    from orbitsim.propagation.sensitivity import state_transition
    from orbitsim.trajectory import GroundTrack, Trajectory, ground_track


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'orbitsim' has no attribute {name!r}")
    value = getattr(import_module(f"orbitsim.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
