"""A station's orbit from its element set: closed loops and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import TimeDelta

from orbitsim.errors import InputError
from orbitsim.phases.station_orbit import (
    BallisticEstimate,
    estimate_ballistic_coefficient,
    fit_station,
    full_forces,
    position_error,
)
from orbitsim.propagation import MeanElements, propagate
from orbitsim.propagation.fitting import fit_mean_elements
from orbitsim.units import read_only

LINES = (
    "1 25544U 98067A   00320.96134259  .00026555  00000-0  29921-3 0  2884",
    "2 25544  51.5744  88.3267 0004955 186.7972 310.2085 15.62333341113718",
)
SET = MeanElements.from_tle(*LINES)


def test_it_follows_sgp4_up_to_the_epoch() -> None:
    """Within what SGP4 leaves out: some hundred metres, most of it along the motion."""
    fit = fit_station(SET)
    assert np.all(fit.rms < [200.0, 700.0, 300.0])
    assert 0.004 < fit.ballistic_coefficient < 0.007
    path = fit.propagate(-np.arange(600.0, 86400.0, 600.0))
    off = position_error(path, SET)
    assert np.sqrt((off[:, 1] ** 2).mean()) < 700.0
    here = fit.at(SET.epoch)
    assert np.linalg.norm(here.r - fit.orbit.r) < 1e-3


def test_a_known_coefficient_comes_back() -> None:
    """Element sets fitted to a trajectory of ours of known drag: it is found again.

    SGP4 sets of a numerical trajectory carry the same errors as a catalogue's, so this is what the
    method itself adds: below 4 % over four days.
    """
    known = 0.0060
    start = fit_station(SET, ballistic_coefficient=known).orbit
    sets = []
    for day in (2.0, 6.0):
        t = 86400.0 * (day - np.arange(2.0, 0.0, -0.01))
        path = propagate(start, t, method="numerical", forces=full_forces(known), tolerance=1e-11)
        epoch = path.times[-1]
        sets.append(fit_mean_elements(path.times, path.r, path.v, epoch=epoch, bstar=None).elements)
    both = MeanElements.from_tle(*zip(*(each.to_tle() for each in sets), strict=True))
    found = estimate_ballistic_coefficient(both)
    assert found.value == pytest.approx(known, rel=0.04)


def test_a_burn_shows_as_a_suspect() -> None:
    epoch = SET.epoch + TimeDelta([0.0, 2.0, 4.0, 6.0], format="jd")
    estimate = BallisticEstimate(epoch, read_only(np.array([0.0053, -0.002, 0.0054])))
    assert estimate.suspects().tolist() == [False, True, False]
    assert estimate.days == pytest.approx([2.0, 2.0, 2.0])
    assert estimate.value == pytest.approx(0.0029)
    assert estimate.spread == pytest.approx(np.std([0.0053, -0.002, 0.0054], ddof=1))


def test_refusals() -> None:
    row = MeanElements.from_tle([LINES[0]] * 2, [LINES[1]] * 2)
    with pytest.raises(InputError, match="one element set"):
        fit_station(row)
    with pytest.raises(InputError, match="revolution"):
        fit_station(SET, arc=100.0)
    with pytest.raises(InputError, match="negative"):
        fit_station(SET, ballistic_coefficient=-0.1)
    with pytest.raises(InputError, match="two element sets"):
        estimate_ballistic_coefficient(SET)
    with pytest.raises(InputError, match="follow each other"):
        estimate_ballistic_coefficient(row)
