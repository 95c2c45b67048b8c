"""Derivatives of flights against differences of flights, and against what mechanics demands."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim import Orbit, propagate
from orbitsim.earth import POINT_MASS
from orbitsim.environment.atmosphere import ExponentialAtmosphere
from orbitsim.errors import InputError
from orbitsim.forces import Drag, Gravity, Thrust, Zonal
from orbitsim.propagation import FiniteBurn, events, state_transition

EPOCH = "2016-12-01T15:00:41"
AIR = ExponentialAtmosphere(4e-12, base_height=400e3, scale_height=60e3)
T = [0.0, 3000.0, 20_000.0]
SYMPLECTIC = np.block([[np.zeros((3, 3)), np.eye(3)], [-np.eye(3), np.zeros((3, 3))]])


def orbits(a=7e6):
    return Orbit.from_elements(
        semi_major_axis=a, eccentricity=0.02, inclination=0.9, true_anomaly=0.4, epoch=EPOCH
    )


def test_under_gravity_it_is_symplectic():
    matrix = state_transition(orbits(), T, forces=Gravity(8)).transition
    np.testing.assert_allclose(matrix[0], np.eye(6), rtol=0, atol=1e-8)
    scale = np.array([1.0, 1.0, 1.0, 1e-3, 1e-3, 1e-3])
    for each in matrix:
        product = each.T @ SYMPLECTIC @ each
        np.testing.assert_allclose(
            product * np.outer(scale, scale) * 1e3, SYMPLECTIC, rtol=0, atol=2e-5
        )


def test_secular_drift_of_two_bodies_in_closed_form():
    # da = 2 a dv / v, so that the period grows by 3 dv / v of itself.
    a = 7e6
    circle = Orbit.from_elements(
        semi_major_axis=a, eccentricity=0.0, inclination=0.9, epoch=EPOCH, mu=POINT_MASS.mu
    )
    period = 2 * np.pi * np.sqrt(a**3 / POINT_MASS.mu)
    found = state_transition(circle, [period], forces=Zonal(POINT_MASS))
    along = circle.v / np.linalg.norm(circle.v)
    moved = found.transition[0, :3, 3:] @ along
    np.testing.assert_allclose(moved @ along, -3.0 * period, rtol=1e-6)


def test_parameters_by_wide_differences():
    def flown(coefficient, force):
        drag = Drag(coefficient, atmosphere=AIR)
        thrust = Thrust(force, specific_impulse=1500.0, mass=300.0)
        return Zonal() + drag + thrust

    found = state_transition(orbits(), T, forces=flown(0.01, 0.05))
    for name, step, pair in (
        ("ballistic_coefficient", 2e-4, (flown(0.0102, 0.05), flown(0.0098, 0.05))),
        ("thrust", 2e-3, (flown(0.01, 0.052), flown(0.01, 0.048))),
    ):
        more, less = (propagate(orbits(), T, method="numerical", forces=f) for f in pair)
        wanted = np.concatenate([more.r - less.r, more.v - less.v], axis=-1) / (2 * step)
        got = getattr(found, name)
        scale = np.abs(wanted).max(axis=0)
        np.testing.assert_allclose(got / scale, wanted / scale, rtol=0, atol=2e-4)


def test_one_of_a_batch_is_as_alone():
    batch = orbits([7e6, 7.2e6, 2.6e7])
    forces = Zonal() + Drag([0.01, 0.02, 0.03], atmosphere=AIR)
    together = state_transition(batch, T, forces=forces)
    assert together.transition.shape == (3, 3, 6, 6)
    assert together.thrust is None
    for i in range(3):
        alone = state_transition(batch[i], T, forces=Zonal() + Drag(0.01 * (i + 1), atmosphere=AIR))
        np.testing.assert_allclose(together.transition[i], alone.transition, rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(together.trajectory.r[i], alone.trajectory.r, atol=1e-5)


def test_through_a_burn_that_waits_for_an_event():
    burn = FiniteBurn(500.0, events.apogee(), duration=200.0, specific_impulse=300.0)
    settings = {"forces": Zonal(), "mass": 1000.0, "burns": [burn]}
    found = state_transition(orbits(), [6000.0], **settings)
    rng = np.random.default_rng(3)
    change = np.concatenate([rng.normal(size=3) * 10.0, rng.normal(size=3) * 1e-2])
    start = orbits()
    ends = []
    for sign in (1.0, -1.0):
        there = Orbit.from_state(
            start.r + sign * change[:3], start.v + sign * change[3:], EPOCH, mu=start.mu
        )
        end = propagate(there, [6000.0], method="numerical", **settings)
        ends.append(np.concatenate([end.r[0], end.v[0]]))
    np.testing.assert_allclose(
        found.transition[0] @ change, 0.5 * (ends[0] - ends[1]), rtol=1e-4, atol=1e-4
    )


def test_no_derivative_by_nothing():
    with pytest.raises(InputError, match="parameter of Drag needs one above zero"):
        state_transition(orbits(), T, forces=Zonal() + Drag(0.0, atmosphere=AIR))
