"""Forces: they add up, and refuse what makes no sense."""

from __future__ import annotations

import numpy as np
import pytest
from astropy import units as u

from orbitsim.earth import POINT_MASS
from orbitsim.errors import InputError
from orbitsim.forces import ExponentialDrag, Zonal
from orbitsim.forces.base import the_one

AIR = {"density": 3.7e-12, "base_height": 400e3, "scale_height": 58e3}


def test_a_sum_keeps_its_terms_in_order():
    gravity, drag = Zonal(), ExponentialDrag(0.01, **AIR)
    assert (gravity + drag).terms == (gravity, drag)
    assert ((gravity + drag) + drag).terms == (gravity, drag, drag)
    assert (gravity + (drag + gravity)).terms == (gravity, drag, gravity)
    assert the_one(gravity + drag, ExponentialDrag) is drag
    assert the_one(gravity, ExponentialDrag) is None
    with pytest.raises(InputError, match="2 terms of the kind Zonal"):
        the_one(gravity + Zonal(POINT_MASS), Zonal)
    with pytest.raises(TypeError):
        gravity + 1.0


def test_drag_is_frozen_and_takes_quantities():
    coefficient = np.array([0.01, 0.02])
    drag = ExponentialDrag(coefficient, **AIR)
    coefficient[0] = 5.0
    np.testing.assert_array_equal(drag.ballistic_coefficient, [0.01, 0.02])
    with pytest.raises(ValueError, match="read-only"):
        drag.ballistic_coefficient[0] = 1.0
    with pytest.raises(AttributeError):
        drag.density = 1.0
    in_units = ExponentialDrag(100 * u.cm**2 / u.kg, **AIR)
    assert float(in_units.ballistic_coefficient) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("coefficient", "change", "message"),
    [
        (-0.1, {}, "ballistic_coefficient"),
        ([0.1, np.nan], {}, "ballistic_coefficient"),
        (0.1, {"density": -1.0}, "density"),
        (0.1, {"density": np.inf}, "density"),
        (0.1, {"scale_height": 0.0}, "scale_height"),
        (0.1, {"base_height": np.nan}, "base_height"),
    ],
)
def test_bad_drag(coefficient, change, message):
    with pytest.raises(InputError, match=message):
        ExponentialDrag(coefficient, **(AIR | change))
