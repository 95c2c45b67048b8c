"""Derivatives of a flight against heyoka's variational equations."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from validation import scenarios

from orbitsim import Orbit
from orbitsim.earth import Ellipsoid, ZonalGravity
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.forces import Drag, Thrust, Zonal
from orbitsim.propagation.sensitivity import state_transition

EPOCH = "2016-12-01"
J = (
    0.0010826261738522227,
    -2.5324105185677225e-06,
    -1.6198975999169731e-06,
    -2.2775359073083618e-07,
    5.406665762838132e-07,
)
GRAVITY = Zonal(ZonalGravity(scenarios.MU, scenarios.RADIUS, J))
START = ([-826769.21, -4508788.032, 4995997.616], [7328.419938, 934.351046, 2057.560031])
BURN_START = ([-1080316.847, -4699973.334, 4463519.648], [7063.021422, 1282.960754, 3060.406011])
AREA, MASS = 1500.0, 415_000.0


def reference(case):
    """Instants (T,), states (T, 6), transition (T, 6, 6), by the parameter (T, 6)."""
    path = Path(__file__).parent / "transitions.csv"
    with path.open() as file:
        rows = list(csv.reader(line for line in file if line[0] != "#"))
    table = np.array([[float(x or "nan") for x in row[1:]] for row in rows if row[0] == case])
    derivatives = table[:, 7:].reshape(-1, 6, 7)
    return table[:, 0], table[:, 1:7], derivatives[..., :6], derivatives[..., 6]


def relative(got, wanted):
    """Largest difference of any block of a matrix, relative to the block's size."""
    errors = []
    for rows in (slice(0, 3), slice(3, 6)):
        for columns in (slice(0, 3), slice(3, 6)):
            block = wanted[..., rows, columns]
            size = np.linalg.norm(block, axis=(-2, -1))
            errors.append(np.linalg.norm(got[..., rows, columns] - block, axis=(-2, -1)) / size)
    return np.max(errors)


def test_transition_matrix_under_zonals():
    t, y, wanted, _ = reference("zonal")
    orbit = Orbit.from_state(*START, EPOCH, "TEME")
    got = state_transition(orbit, t, forces=GRAVITY)
    assert np.abs(got.trajectory.r - y[:, :3]).max() < 1e-3
    assert relative(got.transition, wanted) < 2e-8
    assert got.ballistic_coefficient is got.thrust is None


def test_sensitivity_to_drag():
    t, _, wanted, by_cd = reference("drag")
    orbit = Orbit.from_state(*START, EPOCH, "TEME")
    air = ExponentialAtmosphere(4e-12, 400e3, 60e3, Ellipsoid(scenarios.RADIUS, 0.0))
    drag = Drag(mass=MASS, area=AREA, cd=2.2, atmosphere=air, rotation_rate=7.292115e-5)
    got = state_transition(orbit, t, forces=GRAVITY + drag)
    assert relative(got.transition, wanted) < 2e-8
    change = got.ballistic_coefficient * AREA / MASS
    # Velocities are rounded to 1e-10 m/s, which shows while the drag has done little.
    for rows, limit in ((slice(0, 3), 1e-6), (slice(3, 6), 5e-6)):
        size = np.linalg.norm(by_cd[:, rows], axis=-1)
        assert (np.linalg.norm((change - by_cd)[:, rows], axis=-1) / size).max() < limit


def test_sensitivity_to_thrust_and_on_through_the_coast():
    t, _, wanted, by_force = (x[1:] for x in reference("burn"))  # from the end of the burn on
    orbit = Orbit.from_state(*BURN_START, EPOCH, "TEME")
    engine = Thrust(2950.0, specific_impulse=302.0, mass=7000.0)
    burn = state_transition(orbit, [100.0], forces=GRAVITY + engine)
    coasting = Orbit.from_state(burn.trajectory.r[0], burn.trajectory.v[0], EPOCH, "TEME")
    coast = state_transition(coasting, t - 100.0, forces=GRAVITY)
    assert relative(coast.transition @ burn.transition[0], wanted) < 2e-8
    change = coast.transition @ burn.thrust[0]
    size = np.linalg.norm(by_force[:, :3], axis=-1)
    assert (np.linalg.norm((change - by_force)[:, :3], axis=-1) / size).max() < 1e-6


def test_batch_is_made_of_single_ones():
    orbits = Orbit.from_elements(
        semi_major_axis=[7e6, 2e7], eccentricity=[0.001, 0.6], inclination=0.9, epoch=EPOCH
    )
    air = ExponentialAtmosphere(4e-12, 400e3, 60e3)
    forces = GRAVITY + Drag([0.01, 0.02], atmosphere=air)
    many = state_transition(orbits, [0.0, 3000.0], forces=forces)
    assert many.transition.shape == (2, 2, 6, 6)
    np.testing.assert_allclose(
        many.transition[:, 0], np.broadcast_to(np.eye(6), (2, 6, 6)), atol=1e-9
    )
    one = state_transition(orbits[1], [0.0, 3000.0], forces=GRAVITY + Drag(0.02, atmosphere=air))
    np.testing.assert_array_equal(one.transition, many.transition[1])
    np.testing.assert_array_equal(one.ballistic_coefficient, many.ballistic_coefficient[1])


def test_a_parameter_of_zero_has_no_derivative():
    orbit = Orbit.from_state(*START, EPOCH, "TEME")
    air = ExponentialAtmosphere(4e-12, 400e3, 60e3)
    with pytest.raises(ValueError, match="above zero"):
        state_transition(orbit, [10.0], forces=GRAVITY + Drag(0.0, atmosphere=air))
