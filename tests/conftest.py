"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orbitsim.missions.fly import Flight, Scale, fly
from orbitsim.missions.loss import LossScale
from orbitsim.missions.record import load_mission
from orbitsim.missions.voyage import VoyageScale

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("ORBITSIM_REFERENCE", ROOT / ".." / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set ORBITSIM_REFERENCE to the folder")
    return folder


FEW = Scale(
    ascents=200,
    loss=LossScale(cases=30, varied=5, clouds=8, varied_clouds=2, map_cells=2),
    voyage=VoyageScale(dockings=30, entries=6, lifetimes=10),
)
"""What keeps a flight of the tests short."""


@pytest.fixture(scope="session")
def ms04() -> Flight:
    """Progress MS-04, flown to the ground once for all tests."""
    return fly(load_mission("progress-ms-04"), scale=FEW)


@pytest.fixture(scope="session")
def ms04_planned() -> Flight:
    """Progress MS-04 as it was planned, flown once for all tests."""
    return fly(load_mission("progress-ms-04"), story="planned", scale=FEW)


@pytest.fixture(scope="session")
def m1_4() -> Flight:
    """Progress M1-4, flown once for all tests."""
    return fly(load_mission("progress-m1-4"), scale=FEW)
