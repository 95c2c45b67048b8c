"""Pictures of a docking, by what ends up on the sheet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="pictures need the `plot` extra")

from matplotlib.figure import Figure
from matplotlib.patches import Circle

from orbitsim.errors import InputError
from orbitsim.phases.docking import fly_docking
from orbitsim.phases.docking_campaign import DockingCampaign, fly_dockings
from orbitsim.phases.docking_file import load_docking_equipment, load_docking_plan
from orbitsim.phases.docking_result import Docking
from orbitsim.plotting.docking import contact_figure, docking_figure
from orbitsim.vehicles.spacecraft import load_spacecraft

CRAFT = load_spacecraft("progress-m1")
MEAN_MOTION = 1.1375e-3


@pytest.fixture(scope="module")
def docking() -> Docking:
    plan = load_docking_plan("kurs-to-hold-then-toru")
    return fly_docking(plan, CRAFT, mean_motion=MEAN_MOTION)


@pytest.fixture(scope="module")
def campaign() -> DockingCampaign:
    return fly_dockings(load_docking_plan("toru"), CRAFT, 12, mean_motion=MEAN_MOTION)


def texts(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(match=_is_text))


def _is_text(artist: object) -> bool:
    return hasattr(artist, "get_text")


def test_the_track_is_that_of_the_docking(docking: Docking) -> None:
    figure = docking_figure(docking, "An approach")
    track, near, speed, gap = figure.axes
    drawn = np.concatenate([np.ma.filled(line.get_xdata(), np.nan) for line in track.lines])
    assert np.nanmin(drawn) == pytest.approx(docking.r[:, 1].min())
    assert near.get_xlabel() == track.get_xlabel()
    assert speed.get_xlim()[0] > speed.get_xlim()[1]
    low, high = gap.get_xlim()
    assert (low, high) == (0.0, pytest.approx(docking.duration / 60.0))
    words = texts(figure)
    for word in ("An approach", "far approach", "TORU approach", "captured", "Kurs"):
        assert word in words


def test_every_contact_and_the_limits_are_drawn(campaign: DockingCampaign) -> None:
    figure = contact_figure({"TORU": campaign}, "Contacts")
    where = figure.axes[0]
    (points,) = where.collections
    np.testing.assert_allclose(points.get_offsets(), campaign.offset)
    (circle,) = (patch for patch in where.patches if isinstance(patch, Circle))
    assert circle.radius == campaign.limits.offset
    assert "100.00%" in texts(figure)


def test_what_cannot_be_drawn_is_refused(docking: Docking, campaign: DockingCampaign) -> None:
    short = {name: getattr(docking, name)[:2] for name in ("t", "r", "v", "gap", "leg")}
    with pytest.raises(InputError, match="three instants"):
        docking_figure(replace(docking, **short))
    with pytest.raises(InputError, match="1 to 6 campaigns"):
        contact_figure({})
    narrow = replace(campaign, limits=load_docking_equipment().limits["idss"])
    with pytest.raises(InputError, match="same limits"):
        contact_figure({"one": campaign, "other": narrow})
