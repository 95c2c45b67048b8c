"""What forces of Sun, Moon, tides and relativity accept and refuse."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from orbitsim.constants import MOON_MU, SUN_MU
from orbitsim.errors import InputError
from orbitsim.forces import (
    DeSitter,
    LenseThirring,
    RadiationPressure,
    Relativity,
    SolidTides,
    ThirdBody,
    Zonal,
)


def test_they_add_up():
    forces = Zonal() + ThirdBody("sun") + ThirdBody("moon") + RadiationPressure(0.02)
    forces = forces + SolidTides() + Relativity() + LenseThirring() + DeSitter()
    assert len(forces.terms) == 8
    assert [force.mu for force in forces.terms[1:3]] == [SUN_MU, MOON_MU]


def test_coefficient_of_radiation():
    assert RadiationPressure(0.02).coefficient == 0.02
    assert RadiationPressure(200 * u.cm**2 / u.kg).coefficient == pytest.approx(0.02)
    batch = RadiationPressure(mass=[100.0, 200.0], area=2.0 * u.m**2, cr=1.5)
    np.testing.assert_allclose(batch.coefficient, [0.03, 0.015])
    mine = np.array([0.02])
    kept = RadiationPressure(mine)
    mine[0] = 5.0
    assert kept.coefficient[0] == 0.02
    with pytest.raises(ValueError, match="read-only"):
        kept.coefficient[0] = 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either the coefficient in m2/kg or all of mass, area and cr"),
        ({"mass": 1.0, "area": 1.0}, "give either"),
        ({"coefficient": 0.1, "mass": 1.0}, "give either"),
        ({"coefficient": -0.1}, "coefficient must be finite and not negative, got -0.1 m2/kg"),
        ({"coefficient": np.nan}, "coefficient must be finite"),
        ({"mass": 0.0, "area": 1.0, "cr": 1.0}, "mass must be positive"),
        ({"mass": 1.0, "area": -1.0, "cr": -1.0}, "area must be finite and not negative"),
        ({"mass": 1.0, "area": 1.0, "cr": np.inf}, "cr must be finite"),
        ({"mass": [1.0, 2.0], "area": [1.0, 2.0, 3.0], "cr": 1.0}, "shapes that broadcast"),
        ({"coefficient": 0.1, "ephemeris": "DE405"}, "ephemeris must be"),
    ],
)
def test_radiation_refuses(arguments, message):
    with pytest.raises(InputError, match=message):
        RadiationPressure(**arguments)


def test_unknown_names():
    with pytest.raises(InputError, match="body must be 'sun' or 'moon', got 'jupiter'"):
        ThirdBody("jupiter")
    with pytest.raises(InputError, match="ephemeris"):
        ThirdBody("sun", "DE405")
    with pytest.raises(InputError, match="system must be"):
        SolidTides("mean-tide")
    with pytest.raises(InputError, match="mean_pole must be"):
        SolidTides(mean_pole="now")
    with pytest.raises(InputError, match="ephemeris"):
        DeSitter("DE405")
