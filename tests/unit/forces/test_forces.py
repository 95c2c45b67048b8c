"""Forces: they add up, and refuse what makes no sense."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from orbitsim.earth import POINT_MASS
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import InputError
from orbitsim.forces import Drag, Zonal
from orbitsim.forces.base import the_one

AIR = ExponentialAtmosphere(3.7e-12, base_height=400e3, scale_height=58e3)


def test_a_sum_keeps_its_terms_in_order():
    gravity, drag = Zonal(), Drag(0.01, atmosphere=AIR)
    assert (gravity + drag).terms == (gravity, drag)
    assert ((gravity + drag) + drag).terms == (gravity, drag, drag)
    assert (gravity + (drag + gravity)).terms == (gravity, drag, gravity)
    assert the_one(gravity + drag, Drag) is drag
    assert the_one(gravity, Drag) is None
    with pytest.raises(InputError, match="2 terms of the kind Zonal"):
        the_one(gravity + Zonal(POINT_MASS), Zonal)
    with pytest.raises(TypeError):
        gravity + 1.0


def test_drag_is_frozen_and_takes_quantities():
    coefficient = np.array([0.01, 0.02])
    drag = Drag(coefficient, atmosphere=AIR)
    coefficient[0] = 5.0
    np.testing.assert_array_equal(drag.ballistic_coefficient, [0.01, 0.02])
    with pytest.raises(ValueError, match="read-only"):
        drag.ballistic_coefficient[0] = 1.0
    with pytest.raises(AttributeError):
        drag.rotation_rate = 1.0
    in_units = Drag(100 * u.cm**2 / u.kg, atmosphere=AIR)
    assert float(in_units.ballistic_coefficient) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ballistic_coefficient": -0.1}, "the coefficient must be finite"),
        ({"ballistic_coefficient": [0.1, np.nan]}, "the coefficient must be finite"),
        ({"mass": -7000.0, "area": 10.0, "cd": 2.2}, "mass must be positive"),
        ({"mass": 7000.0, "area": 10.0}, "either the coefficient"),
        ({"ballistic_coefficient": 0.1, "mass": 7000.0}, "either the coefficient"),
        ({"mass": [1.0, 2.0, 3.0], "area": [1.0, 2.0], "cd": 2.0}, "shapes that broadcast"),
        ({"ballistic_coefficient": 0.1, "atmosphere": "thick"}, "must be an Atmosphere"),
        ({"ballistic_coefficient": 0.1, "rotation_rate": np.nan}, "rotation_rate"),
    ],
)
def test_bad_drag(arguments, message):
    with pytest.raises(InputError, match=message):
        Drag(**arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base_density": -1.0}, "density"),
        ({"base_density": np.inf}, "density"),
        ({"scale_height": 0.0}, "scale_height"),
        ({"base_height": np.nan}, "base_height"),
    ],
)
def test_bad_exponential_air(change, message):
    right = {"base_density": 3.7e-12, "base_height": 400e3, "scale_height": 58e3}
    with pytest.raises(InputError, match=message):
        ExponentialAtmosphere(**(right | change))
