"""Timing of several tools on one workload, interleaved in one process.

The tools take turns, once round per repeat, so that a machine that slows down slows all of them;
the minimum and the median of at least seven repeats are kept, per state.  An error stands beside
every time: the greatest difference from the workload's reference.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

REPEATS = 7
SHORTEST_NS = 2_000_000
"""A run shorter than this is repeated in a row until it takes as long, so that one call on a small
input is measured warm, as it would be in a program."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One tool on one workload.

    Attributes
    ----------
    tool : str
    run : callable
        Does the work once and returns its result.
    error : callable
        Of that result, against the workload's reference, in `error_unit`.
    states : int
        How many states one run makes; a slow tool may do a share of the workload.
    """

    tool: str
    run: Callable[[], object]
    error: Callable[[object], float]
    states: int


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; times are per state."""

    workload: str
    tool: str
    threads: int
    size: int
    min_ns: float | None
    median_ns: float | None
    error: float | None
    error_unit: str
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def race(
    workload: str,
    contenders: Sequence[Contender],
    *,
    threads: int,
    error_unit: str,
    repeats: int = REPEATS,
) -> Iterator[Row]:
    """Run all contenders `repeats` times in turn."""
    times: dict[str, list[float]] = {contender.tool: [] for contender in contenders}
    errors, calls = {}, {}
    for contender in contenders:
        # The first run compiles, allocates and warms; its result gives the error.
        errors[contender.tool] = contender.error(contender.run())
        calls[contender.tool] = max(1, SHORTEST_NS // max(1, _timed(contender.run, 1)))
    for _ in range(repeats):
        for contender in contenders:
            gc.collect()
            count = calls[contender.tool]
            times[contender.tool].append(_timed(contender.run, count) / count)
    for contender in contenders:
        took = [t / contender.states for t in times[contender.tool]]
        yield Row(
            workload,
            contender.tool,
            threads,
            contender.states,
            min(took),
            statistics.median(took),
            errors[contender.tool],
            error_unit,
        )


def _timed(run: Callable[[], object], count: int) -> int:
    """Nanoseconds of `count` runs in a row."""
    start = time.perf_counter_ns()
    for _ in range(count):
        run()
    return time.perf_counter_ns() - start


def absent(workload: str, tool: str, threads: int, error_unit: str) -> Row:
    """A peer that is not installed is listed, not left out."""
    return Row(workload, tool, threads, 0, None, None, None, error_unit, "not installed")
