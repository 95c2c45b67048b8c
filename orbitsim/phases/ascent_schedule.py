"""A rocket's flight laid out as segments of constant mass flow and vacuum thrust."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from orbitsim.errors import InputError
from orbitsim.kernels import ascent as kernel
from orbitsim.phases.ascent_dispersions import Dispersions, EngineFailure
from orbitsim.vehicles.launcher import Rocket, Stage

FloatArray = NDArray[np.float64]

# Longest steps, s: to the first cut-off, while the velocity turns fast and the drag curve has its
# kinks; on the rest of the gravity turn; under guidance.  They leave 0.1 m and 0.2 mm/s at cut-off.
_STEP_FIRST, _STEP_TURN, _STEP_GUIDED = 0.1, 1.0, 4.0


@dataclass(frozen=True, slots=True)
class Boundary:
    """What happens between two segments.

    Attributes
    ----------
    names : tuple of str
    segment : int
        The last segment before it.
    time, mass_before, mass_after : ndarray, shape (N,)
    """

    names: tuple[str, ...]
    segment: int
    time: FloatArray
    mass_before: FloatArray
    mass_after: FloatArray


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rocket's whole flight as segments of constant flow and vacuum thrust.

    Attributes
    ----------
    table : ndarray, shape (kernel.ROWS, S, N)
    modes, steps : ndarray, shape (S,)
    boundaries : tuple of Boundary
        In order of time; the last but one is cut-off, the last the payload's separation.
    exhaustion : ndarray, shape (stages, N)
        When each stage runs dry if nothing stops it.
    propellant_left : ndarray, shape (stages, N)
        All units of a stage, after its cut-off, kg.
    """

    table: FloatArray
    modes: NDArray[np.int64]
    steps: FloatArray
    boundaries: tuple[Boundary, ...]
    exhaustion: FloatArray
    propellant_left: FloatArray


def make_schedule(
    rocket: Rocket,
    payload_mass: float,
    cut_off: FloatArray,
    dispersions: Dispersions | None = None,
    *,
    failure: EngineFailure | None = None,
    plane_turn: bool = False,
    last_stage_runs_dry: bool = True,
    step_factor: float = 1.0,
) -> Schedule:
    """Lay out N flights that differ in cut-off time (N,) and dispersions.

    With `plane_turn` the thrust of the gravity turn is held in the plane of the kernel's normal.

    `last_stage_runs_dry` may be switched off to learn how much propellant a target would take;
    `step_factor` lengthens the integration steps.

    Raises
    ------
    InputError
        If a cut-off comes before the last event that precedes it, or the shapes disagree.
    """
    cut_off = np.asarray(cut_off, dtype=float)
    n = cut_off.size
    cases = Dispersions.nominal(rocket, n) if dispersions is None else dispersions
    if cases.thrust.shape != (n, len(rocket.stages)):
        raise InputError(
            f"dispersions must have shape ({n}, {len(rocket.stages)}) for {n} flights of "
            f"{rocket.name}, got {cases.thrust.shape}"
        )
    if failure is not None:
        rocket.stage(failure.stage)  # refuses an unknown one
    stages = [
        _DispersedStage(
            stage,
            cases,
            k,
            cut_off if stage is rocket.stages[-1] else None,
            failure if failure is not None and failure.stage == stage.name else None,
        )
        for k, stage in enumerate(rocket.stages)
    ]
    if not last_stage_runs_dry:
        stages[-1].exhaustion = np.full(n, np.inf)
    times, names = _event_times(rocket, cut_off)
    intervals = [
        _interval(rocket, payload_mass, stages, *pair, plane_turn=plane_turn)
        for pair in pairwise(times)
    ]
    pieces = [interval.segments(cases) for interval in intervals]
    counts = [len(piece) for piece in pieces]
    before = [interval.mass(interval.end) for interval in intervals]
    after = [interval.mass(interval.begin) for interval in intervals[1:]]
    after.append(np.full(n, payload_mass))
    return Schedule(
        table=np.ascontiguousarray(np.stack([row for piece in pieces for row in piece], axis=1)),
        modes=np.repeat([interval.mode for interval in intervals], counts),
        steps=np.repeat([interval.longest_step * step_factor for interval in intervals], counts),
        boundaries=tuple(
            Boundary(*each)
            for each in zip(
                names, (np.cumsum(counts) - 1).tolist(), times[1:], before, after, strict=True
            )
        ),
        exhaustion=np.array([stage.exhaustion for stage in stages]),
        propellant_left=np.array([stage.propellant_at(stage.cut_off) for stage in stages]),
    )


class _DispersedStage:
    """A stage in N variants: all units together, arrays (N,)."""

    def __init__(
        self,
        stage: Stage,
        cases: Dispersions,
        index: int,
        cut_off: FloatArray | None,
        failure: EngineFailure | None,
    ) -> None:
        count = stage.count
        thrust, impulse = cases.thrust[:, index], cases.specific_impulse[:, index]
        self.nominal = stage
        self.is_last = cut_off is not None
        self.cut_off = np.full(len(cases), stage.cut_off) if cut_off is None else cut_off
        self.thrust = count * stage.thrust_vacuum * thrust
        self.nozzle = count * stage.nozzle_area * thrust
        self.flow = count * stage.mass_flow * thrust / impulse
        self.propellant = count * stage.propellant_mass * cases.propellant_mass[:, index]
        self.turbine_fluid = count * stage.turbine_fluid_mass
        self.turbine_flow = self.turbine_fluid / (self.cut_off - stage.ignition)
        self.inert = count * (stage.dry_mass * cases.dry_mass[:, index] + stage.pressurant_mass)
        self.fails = np.inf if failure is None else max(failure.time, stage.ignition)
        self.left = 1.0 if failure is None else failure.thrust
        with np.errstate(divide="ignore", invalid="ignore"):
            dry = stage.ignition + self.propellant / self.flow
            late = self.fails + (dry - self.fails) / self.left if failure is not None else dry
        self.exhaustion = np.where(dry <= self.fails, dry, late)

    def burns_at(self, begin: float, end: float) -> bool:
        """Whether the engine is to run in an interval between two events of the first case."""
        return self.nominal.ignition <= begin and float(self.cut_off[0]) >= end

    def propellant_at(self, t: FloatArray) -> FloatArray:
        """Propellant left."""
        start = self.nominal.ignition
        stop = np.minimum(self.cut_off, self.exhaustion)
        until = np.clip(t, start, stop)
        burnt = np.minimum(until, self.fails) - start
        burnt = burnt + self.left * np.maximum(until - self.fails, 0.0)
        return np.maximum(self.propellant - self.flow * burnt, 0.0)

    def mass(self, t: FloatArray) -> FloatArray:
        """Everything of the stage that is aboard."""
        start = self.nominal.ignition
        spent = np.clip((t - start) / (self.cut_off - start), 0.0, 1.0)
        return self.inert + self.propellant_at(t) + self.turbine_fluid * (1.0 - spent)


@dataclass(frozen=True, slots=True)
class _Interval:
    """From one event to the next: what is aboard and what is lit stays the same."""

    begin: FloatArray
    end: FloatArray
    attached: tuple[_DispersedStage, ...]
    burning: tuple[_DispersedStage, ...]
    rest: float
    mode: int
    longest_step: float

    def mass(self, t: FloatArray) -> FloatArray:
        """Of the whole vehicle, shape (N,)."""
        return np.asarray(sum((stage.mass(t) for stage in self.attached), self.rest + 0.0 * t))

    def segments(self, cases: Dispersions) -> list[FloatArray]:
        """Rows of the table: cut where a stage runs dry, which is mostly a piece of no length, and
        where one fails."""
        moments = [stage.exhaustion for stage in self.burning]
        moments += [np.array(s.fails) for s in self.burning if np.isfinite(s.fails)]
        cuts = [np.clip(moment, self.begin, self.end) for moment in moments]
        edges = [self.begin, *np.sort(np.array(cuts), axis=0), self.end]
        area = _reference_area([stage.nominal for stage in self.attached])
        return [self._segment(first, last, cases, area) for first, last in pairwise(edges)]

    def _segment(
        self, first: FloatArray, last: FloatArray, cases: Dispersions, area: float
    ) -> FloatArray:
        row = np.zeros((kernel.ROWS, first.size))
        row[kernel.START], row[kernel.END] = first, last
        row[kernel.MASS] = self.mass(first)
        row[kernel.AREA] = area * cases.drag
        row[kernel.AIR] = cases.air_density
        row[kernel.WIND_EAST], row[kernel.WIND_NORTH] = cases.wind.T
        middle = 0.5 * (first + last)
        for stage in self.burning:
            lit = (middle < stage.exhaustion) * np.where(middle < stage.fails, 1.0, stage.left)
            row[kernel.FLOW] += lit * stage.flow + stage.turbine_flow
            row[kernel.THRUST] += lit * stage.thrust
            row[kernel.NOZZLE] += lit * stage.nozzle
        return row


def _interval(
    rocket: Rocket,
    payload_mass: float,
    stages: list[_DispersedStage],
    begin: FloatArray,
    end: FloatArray,
    *,
    plane_turn: bool,
) -> _Interval:
    # All cases share the order of events, so the first one tells what is going on.
    at, until = float(begin[0]), float(end[0])
    aboard = {part: part.jettison is None or part.jettison > at for part in rocket.parts}
    # A part inside a stage is in the stage's dry mass until it is shed.
    rest = payload_mass + sum(
        part.mass * (aboard[part] - (1 if part.inside else 0)) for part in rocket.parts
    )
    attached = tuple(s for s in stages if s.is_last or s.nominal.separation > at)
    guided = at >= rocket.guidance_start
    if until <= rocket.pitch_over_end:
        mode = kernel.PROGRAMMED
    else:
        turn = kernel.PLANE_TURN if plane_turn else kernel.GRAVITY_TURN
        mode = kernel.GUIDED if guided else turn
    if until <= min(stage.cut_off for stage in rocket.stages):
        step = _STEP_FIRST
    else:
        step = _STEP_GUIDED if guided else _STEP_TURN
    return _Interval(
        begin=begin,
        end=end,
        attached=attached,
        burning=tuple(stage for stage in attached if stage.burns_at(at, until)),
        rest=rest,
        mode=mode,
        longest_step=step,
    )


def _event_times(
    rocket: Rocket, cut_off: FloatArray
) -> tuple[list[FloatArray], list[tuple[str, ...]]]:
    """Times (N,) of lift-off and of each event after it, and the events' names."""
    last = rocket.stages[-1]
    named = [
        (rocket.pitch_over_start, "pitch-over starts"),
        (rocket.pitch_over_end, "gravity turn starts"),
    ]
    for stage in rocket.stages[:-1]:
        named.append((stage.cut_off, f"{stage.name} cut-off"))
        named.append((stage.separation, f"{stage.name} separation"))
    named += [(s.ignition, f"{s.name} ignition") for s in rocket.stages if s.ignition > 0.0]
    named += [(p.jettison, f"{p.name} jettison") for p in rocket.parts if p.jettison is not None]
    fixed = sorted({time for time, _ in named})
    if not np.all(cut_off > fixed[-1]):
        raise InputError(
            f"{last.name} cut-off must come after {fixed[-1]:g} s, the last event before it, "
            f"got {np.min(cut_off):g} s"
        )
    times = [np.full(cut_off.size, time) for time in (0.0, *fixed)]
    names = [tuple(name for when, name in named if when == time) for time in fixed]
    coast = last.separation - last.cut_off
    return (
        [*times, cut_off, cut_off + coast],
        [*names, (f"{last.name} cut-off",), ("payload separation",)],
    )


def _reference_area(attached: list[Stage]) -> float:
    """Frontal area: the widest stage in line, and all strap-ons beside it."""
    beside = sum(stage.count * stage.frontal_area for stage in attached if stage.parallel)
    return beside + max(stage.frontal_area for stage in attached if not stage.parallel)
