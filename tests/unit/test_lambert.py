"""The public functions for Lambert's problem: units, shapes, errors, and what physics demands."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from orbitsim.earth import MU
from orbitsim.errors import InputError, PropagationError, Status
from orbitsim.kernels.kepler import kepler_grid
from orbitsim.maneuvers.lambert import LambertSolution, lambert, lambert_all

FloatArray = NDArray[np.float64]

R1 = np.array([7.0e6, 1.0e6, -2.0e6])
R2 = np.array([-3.0e6, 9.0e6, 4.0e6])


def test_the_solution_flies_to_the_other_position() -> None:
    """Integrated by scipy's eighth-order Runge-Kutta formula, which knows nothing of conics."""
    for tof in (1500.0, 4000.0, 20000.0):
        for direction in ("prograde", "retrograde"):
            for each in lambert_all(R1, R2, tof, direction=direction):
                flown = solve_ivp(
                    lambda _, y: np.concatenate([y[3:], -MU * y[:3] / np.linalg.norm(y[:3]) ** 3]),
                    (0.0, tof),
                    np.concatenate([R1, each.v1]),
                    method="DOP853",
                    rtol=1e-13,
                    atol=[1e-6] * 3 + [1e-9] * 3,
                )
                end = flown.y[:, -1]
                assert np.linalg.norm(end[:3] - R2) < 0.01
                assert np.linalg.norm(end[3:] - each.v2) < 1e-5


@settings(max_examples=60, deadline=None)
@given(
    angle=st.floats(0.02, math.pi - 0.02),
    ratio=st.floats(0.2, 5.0),
    units=st.floats(0.05, 60.0),
    node=st.floats(0.0, 6.28),
    tilt=st.floats(0.05, 3.09),
    direction=st.sampled_from(["prograde", "retrograde", "short", "long"]),
    size=st.sampled_from([7.0e6, 4.2e7, 3.8e8]),
)
def test_every_solution_lands_on_the_other_position(
    angle: float,
    ratio: float,
    units: float,
    node: float,
    tilt: float,
    direction: str,
    size: float,
) -> None:
    along = np.array([math.cos(node), math.sin(node), 0.0])
    across = np.array([-math.sin(node) * math.cos(tilt), math.cos(node) * math.cos(tilt), 0.0])
    across[2] = math.sin(tilt)
    r1 = size * along
    r2 = ratio * size * (math.cos(angle) * along + math.sin(angle) * across)
    s = 0.5 * (size + ratio * size + float(np.linalg.norm(r2 - r1)))
    tof = units * math.sqrt(s**3 / (2.0 * MU))
    for each in lambert_all(r1, r2, tof, direction=direction, most_revolutions=3):
        r, v, _ = kepler_grid(r1[:, None], each.v1[:, None], np.array([tof]), MU)
        # Close passes of the centre magnify rounding; compare where they do not.
        closest = np.linalg.norm(np.cross(r1, each.v1)) ** 2 / (2.0 * MU)
        assume(closest > 0.02 * size)
        travelled = tof * max(np.linalg.norm(each.v1), np.linalg.norm(each.v2))
        assert np.linalg.norm(r[:, 0, 0] - r2) < 1e-12 * (size + travelled)
        assert np.linalg.norm(v[:, 0, 0] - each.v2) < 1e-11 * np.linalg.norm(each.v2)


def test_quantities_and_floats_are_the_same() -> None:
    plain = lambert(R1, R2, 3000.0)
    quantities = lambert(R1 / 1e3 * u.km, R2 * u.m, 50.0 * u.min, mu=MU * u.m**3 / u.s**2)
    assert np.allclose(plain.v1, quantities.v1, rtol=1e-15, atol=1e-9)


@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 1, 4)])
def test_a_batch_is_its_elements(shape: tuple[int, ...]) -> None:
    generator = np.random.default_rng(1)
    r1, r2 = (generator.normal(size=(*shape, 3)) * 1e7 for _ in range(2))
    tof = generator.uniform(1000.0, 30000.0, shape)
    for options in ({}, {"revolutions": 1, "branch": "high", "errors": "status"}):
        whole = lambert(r1, r2, tof, **options)  # type: ignore[arg-type]
        assert whole.v1.shape == whole.v2.shape == (*shape, 3)
        assert whole.status.shape == shape
        for index in np.ndindex(*shape):
            one = lambert(r1[index], r2[index], tof[index], **options)  # type: ignore[arg-type]
            assert np.array_equal(whole.v1[index], one.v1, equal_nan=True)
            assert np.array_equal(whole.v2[index], one.v2, equal_nan=True)
            assert whole.status[index] == one.status


def test_departures_times_arrivals() -> None:
    r2 = R2 * np.linspace(0.8, 1.2, 4)[:, None]
    r1 = R1 * np.linspace(0.9, 1.1, 3)[:, None, None]
    grid = lambert(r1, r2, 3000.0)
    assert grid.v1.shape == (3, 4, 3)
    assert np.array_equal(grid.v1[1, 2], lambert(r1[1, 0], r2[2], 3000.0).v1)


def test_results_cannot_be_written() -> None:
    solution = lambert(R1, R2, 3000.0)
    for array in (solution.v1, solution.v2, solution.status):
        assert not array.flags.writeable


def test_directions() -> None:
    normal = np.cross(R1, R2)
    momentum = {
        way: np.cross(R1, lambert(R1, R2, 3000.0, direction=way).v1)
        for way in ("prograde", "retrograde", "short", "long")
    }
    assert momentum["prograde"][2] > 0.0 > momentum["retrograde"][2]
    assert momentum["short"] @ normal > 0.0 > momentum["long"] @ normal


def test_flown_backwards_it_is_the_same_orbit() -> None:
    there = lambert(R1, R2, 3000.0, direction="short")
    back = lambert(R2, R1, 3000.0, direction="short")
    assert np.allclose(back.v1, -there.v2, rtol=0.0, atol=1e-10)
    assert np.allclose(back.v2, -there.v1, rtol=0.0, atol=1e-10)


def test_kepler_scaling() -> None:
    """Distances times 4 and times times 8 halve the speeds."""
    near = lambert(R1, R2, 3000.0)
    far = lambert(4.0 * R1, 4.0 * R2, 24000.0)
    assert np.allclose(far.v1, 0.5 * near.v1, rtol=0.0, atol=1e-10)


def test_a_known_orbit_is_found_again() -> None:
    """A circle of 7000 km, a third of a turn, and the same with one and two turns more."""
    a = 7.0e6
    speed, period = math.sqrt(MU / a), 2.0 * math.pi * math.sqrt(a**3 / MU)
    r1 = np.array([a, 0.0, 0.0])
    r2 = a * np.array([math.cos(2.0 * math.pi / 3.0), math.sin(2.0 * math.pi / 3.0), 0.0])
    for turns in range(3):
        found = lambert_all(r1, r2, (turns + 1.0 / 3.0) * period, most_revolutions=turns)
        candidates = [each.v1 for each in found if each.revolutions == turns]
        misses = [float(np.linalg.norm(v - [0.0, speed, 0.0])) for v in candidates]
        assert min(misses) < 1e-10


def test_low_is_the_larger_orbit() -> None:
    energies = {
        branch: 0.5 * np.sum(lambert(R1, R2, 40000.0, revolutions=2, branch=branch).v1 ** 2)
        for branch in ("low", "high")
    }
    assert energies["low"] > energies["high"]


def test_all_of_a_batch() -> None:
    tof = np.array([2000.0, 30000.0])
    found = lambert_all(R1, R2, tof)
    assert [(each.revolutions, each.branch) for each in found[:3]] == [
        (0, None),
        (1, "low"),
        (1, "high"),
    ]
    assert found[1].status.tolist() == [Status.NO_SOLUTION, Status.OK]
    assert np.isnan(found[1].v1[0]).all()
    alone = lambert_all(R1, R2, tof[1])
    assert len(alone) == len(found)
    assert np.array_equal(alone[-1].v1, found[-1].v1[1])
    last = found[-1].revolutions
    none = lambert(R1, R2, tof[1], revolutions=last + 1, errors="status")
    assert none.status == Status.NO_SOLUTION


def test_failures_raise_with_what_was_solved() -> None:
    r2 = np.array([R2, -2.0 * R1])
    with pytest.raises(PropagationError, match=r"1 of 2 .* index \(1,\).* collinear") as caught:
        lambert(R1, r2, 3000.0)
    assert caught.value.mask.tolist() == [False, True]
    assert isinstance(caught.value.partial, LambertSolution)
    assert np.array_equal(caught.value.partial.v1[0], lambert(R1, R2, 3000.0).v1)
    quiet = lambert(R1, r2, 3000.0, errors="status")
    assert quiet.status.tolist() == [Status.OK, Status.SINGULAR_GEOMETRY]
    with pytest.raises(PropagationError, match="1 of 1 Lambert problems have no solution, because"):
        lambert(R1, R2, -1.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"r1": [1.0, 2.0]}, r"r1 must have the shape \(..., 3\), got \(2,\)"),
        ({"r2": 7e6}, r"r2 must have the shape \(..., 3\), got \(\)"),
        ({"r1": R1 * u.s}, "r1 has the unit s; wanted a quantity convertible to m"),
        ({"time_of_flight": [1.0, 2.0], "r1": np.ones((3, 3))}, r"must broadcast.*\(3,\).*\(2,\)"),
        ({"mu": -1.0}, "mu must be one positive number, got -1.0"),
        ({"mu": math.nan}, "mu must be one positive number, got nan"),
        ({"revolutions": 1.5}, "revolutions must be a whole number from 0, got 1.5"),
        ({"revolutions": -1}, "revolutions must be a whole number from 0, got -1"),
        ({"branch": "left"}, "unknown branch 'left'; wanted 'low' or 'high'"),
        ({"direction": "up"}, "unknown direction 'up'; wanted one of prograde, retrograde"),
        ({"errors": "ignore"}, "errors must be 'raise' or 'status', got 'ignore'"),
    ],
)
def test_bad_input_is_refused(changed: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"r1": R1, "r2": R2, "time_of_flight": 3000.0} | changed
    with pytest.raises(InputError, match=message):
        lambert(**arguments)
