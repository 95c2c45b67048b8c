"""Run every workload, ours against each installed peer, and write a table and a plot."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterable, Sequence
from importlib import import_module, metadata
from itertools import groupby
from pathlib import Path

from benchmarks.harness import Row

# Each workload with its sizes in states: one, a few in between, and the one its target is set for.
WORKLOADS: dict[str, tuple[int, ...]] = {
    "sgp4": (1, 1_440, 144_000, 1_440_000),
    "kepler": (1, 1_000, 100_000, 1_000_000),
    "j2": (1, 1_000, 100_000, 10_000_000),
    "frames": (1, 1_000, 100_000, 1_000_000),
    "numerical": (1, 100, 1_000),
    "lambert": (1, 1_000, 100_000),
    "dynamics": (1, 1_000),
    "fall": (1, 1_000),
    "ascents": (1, 1_000),
}
_OURS = "orbitsim"
_VERSIONS = (
    "numpy",
    "numba",
    "sgp4",
    "heyoka",
    "satkit",
    "orekit_jpype",
    "pykep_rust",
    "lamberthub",
    "astropy",
    "pyerfa",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse the call, race, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--sizes", choices=("all", "largest"), default="all")
    parser.add_argument("--json", metavar="FILE", help="write one row per measurement")
    parser.add_argument("--plot", metavar="PNG", help="write cost against size")
    options = parser.parse_args(arguments)
    unknown = set(options.workloads) - set(WORKLOADS)
    if unknown:
        parser.error(
            f"unknown workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}"
        )
    rows: list[Row] = []
    print(machine())
    for name in options.workloads or WORKLOADS:
        workload = import_module(f"benchmarks.{name}")
        sizes = WORKLOADS[name] if options.sizes == "all" else WORKLOADS[name][-1:]
        for threads in options.threads:
            for size in sizes:
                found = list(workload.rows(size, threads))
                rows += found
                for _, race in groupby(found, key=lambda row: row.workload):
                    print_race(race)
    if options.json:
        table = [row.as_dict() for row in rows]
        Path(options.json).write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    if options.plot:
        plot(rows, Path(options.plot))


def machine() -> str:
    """Processor, Python and versions, in one line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        cpu = names[0].split(":")[1].strip() if names else cpu
    versions = []
    for name in _VERSIONS:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} absent")
    return f"{cpu}; Python {platform.python_version()}; {', '.join(versions)}"


def print_race(race: Iterable[Row]) -> None:
    """One race as lines; ratios are of the minima, ours to theirs."""
    race = list(race)
    own = next(row for row in race if row.tool == _OURS)
    print(f"\n{own.workload}, {own.size} states, {own.threads} thread(s)")
    for row in race:
        if row.min_ns is None or own.min_ns is None or own.median_ns is None:
            print(f"  {row.tool:<26} {row.note}")
            continue
        ratio = f"ours / it {own.min_ns / row.min_ns:8.4f}" if row.tool != _OURS else ""
        median = "" if row.median_ns is None else f"{row.median_ns:14.2f}"
        print(
            f"  {row.tool:<26} min {row.min_ns:14.2f} ns  median {median} ns  "
            f"error {row.error:9.2e} {row.error_unit:<4} {ratio}"
        )


def plot(rows: Sequence[Row], path: Path) -> None:
    """Minimum time per state against size, one panel a workload, one line a tool."""
    from matplotlib.figure import Figure

    names = list(dict.fromkeys(row.workload for row in rows))
    threads = max(row.threads for row in rows)
    figure = Figure(
        figsize=(5.2 * min(3, len(names)), 4.2 * -(-len(names) // 3)), layout="constrained"
    )
    panels = figure.subplots(-(-len(names) // 3), min(3, len(names)), squeeze=False).ravel()
    for panel, name in zip(panels, names, strict=False):
        chosen = [r for r in rows if r.workload == name and r.threads == threads and r.min_ns]
        for tool in dict.fromkeys(row.tool for row in chosen):
            line = [(row.size, row.min_ns) for row in chosen if row.tool == tool]
            style = {"color": "black", "linewidth": 2.2} if tool == _OURS else {}
            panel.loglog(*zip(*line, strict=True), marker="o", markersize=3.5, label=tool, **style)
        panel.set(title=f"{name}, {threads} threads", xlabel="states", ylabel="ns per state")
        panel.grid(which="major", alpha=0.3)
        panel.legend(fontsize=8)
    for panel in panels[len(names) :]:
        panel.remove()
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main()
