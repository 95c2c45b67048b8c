"""Pictures of a separation: what ends up on the sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need the `plot` extra")

from matplotlib.patches import Polygon

from orbitsim.errors import InputError
from orbitsim.phases.separation import Cylinder, RelativeMotion, SeparationCases, relative_motion
from orbitsim.phases.separation_result import separation_map
from orbitsim.plotting.save import save_picture
from orbitsim.plotting.separation import separation_figure, separation_map_figure

PAYLOAD = Cylinder.uniform("payload", 7285.0, 7.2, 2.72)
STAGE = Cylinder.uniform("stage", 16071.0, 6.7, 2.66)


@pytest.fixture(scope="module")
def motion() -> RelativeMotion:
    case = SeparationCases.of(thrust=2e4, speed=0.8, thrust_offset=[[0.05, 0.02]])
    return relative_motion(PAYLOAD, STAGE, case, np.linspace(0.0, 5.0, 101))


def test_strip_shows_bodies_of_their_size_and_contacts_at_their_time(
    motion: RelativeMotion, tmp_path: Path
) -> None:
    figure = separation_figure(motion, "A separation")
    frames, (top, bottom) = figure.axes[:-2], figure.axes[-2:]
    for axes in frames:
        payload, stage = (patch for patch in axes.patches if isinstance(patch, Polygon))
        for patch, body in ((payload, PAYLOAD), (stage, STAGE)):
            outline = patch.get_xy()
            longest = max(np.linalg.norm(a - b) for a in outline for b in outline)
            assert longest <= np.hypot(body.length, body.diameter) + 1e-9
            assert longest >= body.length
    assert frames[0].get_title() == "0.00 s" and frames[-1].get_title() == "5.00 s"
    np.testing.assert_allclose(top.lines[0].get_ydata()[0], 0.0, atol=1e-12)
    marks = [line.get_xdata()[0] for line in bottom.lines[2:]]
    assert marks[0] == pytest.approx(motion.outcome.first_contact[0])
    assert len(marks) == motion.outcome.count[0]
    assert save_picture(figure, tmp_path / "separation.png").stat().st_size > 20_000


def test_map_prints_each_cell() -> None:
    outcomes = separation_map(
        PAYLOAD,
        STAGE,
        np.array([0.0, 0.05]),
        np.array([0.3, 0.6]),
        thrust=297.9e3,
        exhaust_speed=3187.0,
        cases=2,
        duration=2.0,
    )
    figure = separation_map_figure(outcomes)
    opened, _, first, _ = ([text.get_text() for text in axes.texts] for axes in figure.axes)
    assert opened == ["100"] * 4
    assert len(first) == 2  # nobody meets again without thrust


def test_map_needs_two_of_each() -> None:
    outcomes = separation_map(
        PAYLOAD,
        STAGE,
        np.array([0.0]),
        np.array([0.3]),
        thrust=297.9e3,
        exhaust_speed=3187.0,
        cases=1,
        duration=0.5,
    )
    with pytest.raises(InputError, match=r"two residual thrusts .* got 1 and 1"):
        separation_map_figure(outcomes)
