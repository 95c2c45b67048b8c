"""`propagate(..., method="numerical")`: shapes, frames, settings and errors."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.time import Time, TimeDelta

from orbitsim import Orbit, propagate
from orbitsim.earth import POINT_MASS
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import InputError, PropagationError, Status
from orbitsim.forces import Drag, Zonal
from orbitsim.kernels import adaptive, arcs

EPOCH = "2016-12-01T15:00:41"
AIR = ExponentialAtmosphere(3.7e-12, base_height=400e3, scale_height=58e3)
T = [0.0, 600.0, 7000.0, -4000.0]


def batch(frame="GCRS"):
    return Orbit.from_elements(
        semi_major_axis=np.array([[6.8e6, 7.0e6, 7.2e6], [2.6e7, 4.2e7, 9e6]]),
        eccentricity=[0.001, 0.01, 0.03],
        inclination=0.9,
        raan=[[0.3], [2.0]],
        epoch=EPOCH,
        frame=frame,
    )


def test_shapes_of_one_and_of_many():
    orbits = batch()
    many = propagate(orbits, T, method="numerical")
    assert many.r.shape == (2, 3, 4, 3)
    assert many.status.shape == (2, 3, 4)
    one = propagate(orbits[1, 2], T, method="numerical")
    assert one.r.shape == (4, 3)
    np.testing.assert_array_equal(one.r, many.r[1, 2])
    np.testing.assert_array_equal(one.v, many.v[1, 2])
    np.testing.assert_allclose(many.r[..., 0, :], orbits.r, rtol=0, atol=1e-7)


def test_point_mass_is_the_two_body_solution():
    orbits = Orbit.from_elements(
        semi_major_axis=[6.8e6, 2.0e7], eccentricity=[0.001, 0.66], inclination=1.1,
        epoch=EPOCH, mu=POINT_MASS.mu,
    )  # fmt: skip
    numerical = propagate(orbits, T, method="numerical", forces=Zonal(POINT_MASS))
    two_body = propagate(orbits, T)
    np.testing.assert_allclose(numerical.r, two_body.r, rtol=0, atol=1e-5)
    np.testing.assert_allclose(numerical.v, two_body.v, rtol=0, atol=1e-8)


def test_the_frame_does_not_matter():
    drag = Drag(0.01, atmosphere=AIR)
    inertial = batch()
    of_date = propagate(inertial.to_frame("TEME"), T, method="numerical", forces=Zonal() + drag)
    back = Orbit.from_state(of_date.r[..., 2, :], of_date.v[..., 2, :], EPOCH, "TEME")
    there = propagate(inertial, T, method="numerical", forces=Zonal() + drag)
    np.testing.assert_allclose(back.to_frame("GCRS").r, there.r[..., 2, :], rtol=0, atol=1e-6)


def test_each_orbit_from_its_own_epoch():
    epochs = Time(EPOCH) + TimeDelta([0.0, 5000.0, -90_000.0], format="sec")
    row = batch()[0]
    orbits = Orbit.from_state(row.r, row.v, epochs, "TEME")
    times = Time(EPOCH) + TimeDelta([0.0, 3000.0], format="sec")
    together = propagate(orbits, times, method="numerical")
    for i in range(3):
        alone = propagate(orbits[i], times, method="numerical")
        np.testing.assert_allclose(together.r[i], alone.r, rtol=0, atol=1e-4)


def test_at_is_as_good_as_the_states():
    orbit = batch()[0, 0]
    trajectory = propagate(orbit, [0.0, 20_000.0], method="numerical")
    np.testing.assert_allclose(trajectory.at(20_000.0).r, trajectory.r[1], rtol=0, atol=1e-6)


def test_one_ballistic_coefficient_for_each():
    orbits = batch()
    coefficients = np.array([[0.0, 0.01, 0.02], [0.0, 0.0, 0.0]])
    forces = Zonal() + Drag(coefficients, atmosphere=AIR)
    braked = propagate(orbits, [80_000.0], method="numerical", forces=forces)
    free = propagate(orbits, [80_000.0], method="numerical")
    moved = np.linalg.norm(braked.r - free.r, axis=-1)[..., 0]
    np.testing.assert_array_equal(moved == 0.0, coefficients == 0.0)
    wrong = Zonal() + Drag([0.1, 0.2], atmosphere=AIR)
    with pytest.raises(InputError, match="have the orbits' shape"):
        propagate(orbits, [0.0], method="numerical", forces=wrong)


def test_settings_are_refused_where_they_mean_nothing():
    orbit = batch()[0, 0]
    with pytest.raises(InputError, match="'kepler' takes no forces"):
        propagate(orbit, T, forces=Zonal())
    with pytest.raises(InputError, match="'j2' takes no tolerance"):
        propagate(orbit, T, method="j2", tolerance=1e-12)
    with pytest.raises(InputError, match="must hold one gravity"):
        propagate(orbit, T, method="numerical", forces=Drag(0.1, atmosphere=AIR))
    with pytest.raises(InputError, match="tolerance must lie between"):
        propagate(orbit, T, method="numerical", tolerance=1e-3)
    with pytest.raises(InputError, match="spans at most"):
        propagate(orbit, [1e12], method="numerical")


def test_failures_are_explained():
    codes = (
        adaptive.NOT_FINITE,
        adaptive.BELOW_GROUND,
        arcs.CAME_DOWN,
        adaptive.STEP_TOO_SMALL,
    )
    for code in codes:
        assert Status(code).explanation
    low = Orbit.from_state([6.3e6, 0, 0], [0, 7.8e3, 0], EPOCH, "TEME")
    with pytest.raises(PropagationError) as caught:
        propagate(low, T, method="numerical")
    assert caught.value.mask.all()
    assert np.isnan(caught.value.partial.r).all()
    quiet = propagate(low, T, method="numerical", errors="status")
    assert (quiet.status == adaptive.BELOW_GROUND).all()
