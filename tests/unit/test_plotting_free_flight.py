"""Pictures of the free flight and of the entry: what is drawn, and refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from orbitsim.errors import InputError
from orbitsim.orbit import Orbit
from orbitsim.phases.deorbit_scan import DeorbitCase
from orbitsim.plotting.entry import entry_figure
from orbitsim.plotting.free_flight import altitude_figure, phase_figure
from orbitsim.plotting.save import save_picture
from orbitsim.vehicles.spacecraft import load_spacecraft

DAYS = np.linspace(0.0, 80.0, 50)


def test_heights(tmp_path: Path) -> None:
    pieces = [
        ("docked", DAYS[:10], 380e3 - 100.0 * DAYS[:10], "docked"),
        ("ship", DAYS[9:30], 379e3 - 50.0 * DAYS[9:30], "ship"),
        ("station", DAYS[9:30], 379e3 - 100.0 * DAYS[9:30], "station"),
        ("docked", DAYS[29:], 376e3 - 100.0 * DAYS[29:], "docked"),
    ]
    figure = altitude_figure(pieces, marks=[(2.0, "docking"), (2.2, "and again")], title="Heights")
    axes = figure.axes[0]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["docked", "ship", "station"]
    assert np.asarray(axes.lines[0].get_ydata())[0] == pytest.approx(380.0)
    assert save_picture(figure, tmp_path / "heights.png").stat().st_size > 10_000


def test_phase() -> None:
    figure = phase_figure(DAYS, -np.radians(DAYS), 100.0 * DAYS, marks=[(40.0, "burn")])
    upper, lower = figure.axes
    assert np.asarray(upper.lines[1].get_ydata())[-1] == pytest.approx(-80.0)
    assert np.asarray(lower.lines[1].get_ydata())[-1] == pytest.approx(8.0)


def test_entry() -> None:
    orbit = Orbit.from_elements(
        semi_major_axis=6.738e6, eccentricity=0.001, inclination=0.9, epoch="2001-02-08T12:50:00"
    )
    case = DeorbitCase(orbit, load_spacecraft("progress-m1"), 6500.0, 0.0027, orbit.epoch, 100.0)
    entry = case.fly()
    track = (np.linspace(0.0, 0.9, 20), np.linspace(0.0, 3.0, 20))
    axes = entry_figure(entry, track=track, title="Entry").axes[0]
    low, high = axes.get_ylim()
    assert low < np.degrees(entry.fall.latitude).min() < high
    texts = " ".join(text.get_text() for text in axes.texts)
    assert "120 km" in texts
    assert "break-up" in texts


def test_refusals() -> None:
    with pytest.raises(InputError, match="one piece"):
        altitude_figure([])
    with pytest.raises(InputError, match="has days"):
        altitude_figure([("a", DAYS, DAYS[:3], "ship")])
    with pytest.raises(InputError, match="must be of"):
        altitude_figure([("a", DAYS, DAYS, "comet")])
    with pytest.raises(InputError, match="rows of one length"):
        phase_figure(DAYS, DAYS, DAYS[:3])
