"""Pictures of relative motion and of windows: what is drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.errors import InputError
from orbitsim.plotting.rendezvous import phase_window_figure, relative_motion_figure


def test_relative_motion_is_drawn_twice() -> None:
    x, y = np.linspace(-2000.0, -4.0, 50), np.linspace(-80.0, -1.0, 50)
    burns = [(-1000.0, -40.0, "transfer"), (-4.0, -1.0, "braking")]
    figure = relative_motion_figure(x, y, (-3.9, -1.0), burns, "A flight")
    wide, near = figure.axes
    assert np.array_equal(wide.lines[0].get_xdata(), x)
    assert {text.get_text() for text in near.texts} == {"braking", "station", "hold point"}
    assert {text.get_text() for text in wide.texts} == {"transfer"}
    assert near.get_xlim()[1] == pytest.approx(6.0 * 3.9)


def test_windows() -> None:
    phases = np.array([5.0, 10.0, 20.0, 25.0])
    delta_v = np.array([np.nan, 112.0, 113.0, np.nan])
    figure = phase_window_figure([("four-orbit", phases, delta_v, (8.0, 22.0))])
    assert figure.axes[0].get_legend().get_texts()[0].get_text() == "four-orbit"


def test_refusals() -> None:
    with pytest.raises(InputError, match="one length"):
        relative_motion_figure([1.0, 2.0], [1.0], (0.0, 0.0))
    with pytest.raises(InputError, match="one to three"):
        phase_window_figure([])
