"""Streaming a grid that would not fit: the same states, in bounded memory."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from orbitsim import InputError, Orbit, propagate

T = np.linspace(0.0, 86400.0, 1000)


def orbits(count: int) -> Orbit:
    return Orbit.from_elements(
        semi_major_axis=np.linspace(6.8e6, 8e6, count),
        eccentricity=0.01,
        inclination=0.9,
        epoch="2024-01-01",
    )


@pytest.mark.parametrize("method", ["kepler", "j2"])
def test_blocks_are_the_whole_in_order(method: str) -> None:
    whole = propagate(orbits(7), T, method=method)
    blocks = list(propagate(orbits(7), 0.0, method=method).stream(T, states=700))

    assert all(block.r.shape[1] <= 100 for block in blocks)
    np.testing.assert_array_equal(np.concatenate([b.t for b in blocks]), T)
    np.testing.assert_array_equal(np.concatenate([b.r for b in blocks], axis=1), whole.r)


def test_memory_is_that_of_two_blocks() -> None:
    start = propagate(orbits(1000), 0.0)
    next(start.stream(T, states=10_000))  # compiles
    tracemalloc.start()
    for block in start.stream(T, states=10_000):
        assert block.r.shape == (1000, 10, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # The grid takes 48 MB, a block 0.48 MB.
    assert peak < 2.0e6


def test_a_block_holds_at_least_one_instant_of_all() -> None:
    first = next(propagate(orbits(7), 0.0).stream(T, states=1))
    assert first.r.shape == (7, 1, 3)
    with pytest.raises(InputError, match="at least one state"):
        next(propagate(orbits(7), 0.0).stream(T, states=0))
