"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from orbitsim.missions.fly import Flight, fly
from orbitsim.missions.record import load_mission

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; a test that needs it is skipped where it is absent."""
    folder = Path(os.environ.get("ORBITSIM_REFERENCE", ROOT / ".." / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no reference data at {folder}; set ORBITSIM_REFERENCE to the folder")
    return folder


@pytest.fixture(scope="session")
def ms04() -> Flight:
    """Progress MS-04, flown once for all tests."""
    return fly(load_mission("progress-ms-04"))


@pytest.fixture(scope="session")
def m1_4() -> Flight:
    """Progress M1-4, flown once for all tests."""
    return fly(load_mission("progress-m1-4"))
