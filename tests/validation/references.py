"""Reads what the reference tools flew: one frozen object for each flight, for parametrised tests.

@pytest.mark.parametrize("flight", flights("orekit", "iss"), ids=str)
def test_flight(flight): ...
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from validation.scenarios import Forces, Scenario, Start, scenarios

HERE = Path(__file__).resolve().parent
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """A scenario as one tool flew it.

    Attributes
    ----------
    tool : str
        "orekit" or "brahe"; the folder beside this file.
    scenario : Scenario
        Start, spacecraft and forces.
    t : ndarray, shape (T,)
        s after the epoch; the start is left out.
    r, v : ndarray, shape (T, 3)
        m and m/s in GCRF.
    mass : ndarray, shape (T,)
        kg.
    check : ndarray, shape (T,)
        m; how far the tool's less tight run is off, which bounds its integration error.
    """

    tool: str
    scenario: Scenario
    t: FloatArray
    r: FloatArray
    v: FloatArray
    mass: FloatArray
    check: FloatArray

    @property
    def start(self) -> Start:
        """Where, when and what."""
        return self.scenario.start

    @property
    def forces(self) -> Forces:
        """What acts besides the point mass."""
        return self.scenario.forces

    def __str__(self) -> str:
        return f"{self.tool}-{self.scenario.orbit}-{self.scenario.name}"


def flights(tool: str, *orbits: str) -> tuple[Flight, ...]:
    """Every flight of a tool, of the orbits named or of all."""
    return tuple(
        flight
        for scenario in scenarios()
        if not orbits or scenario.orbit in orbits
        for flight in _read(tool, scenario)
    )


def _read(tool: str, scenario: Scenario) -> tuple[Flight, ...]:
    """The flight, or none where the tool has no model for it."""
    table = _table(tool, scenario.orbit).get(scenario.name)
    if table is None:
        return ()
    later = table[1:]
    return (
        Flight(
            tool, scenario, later[:, 0], later[:, 1:4], later[:, 4:7], later[:, 7], later[:, 8]
        ),
    )  # fmt: skip


@cache
def _table(tool: str, orbit: str) -> dict[str, FloatArray]:
    path = HERE / tool / f"{orbit}.csv"
    rows = defaultdict(list)
    if path.exists():
        lines = [x for x in path.read_text("utf-8").splitlines() if not x.startswith("#")]
        for name, *numbers in list(csv.reader(lines))[1:]:
            rows[name].append([float(x) for x in numbers])
    tables = {name: np.array(values) for name, values in rows.items()}
    for table in tables.values():
        table.setflags(write=False)
    return tables
