"""The kernels' elementary functions against 64-bit-significand ones, and how they are compiled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from llvmlite.binding import get_host_cpu_features
from numba import njit

from orbitsim.kernels import mathfun

extended = pytest.mark.skipif(
    bool(np.finfo(np.longdouble).eps > 1e-18),
    reason="this machine has no wider floating-point type",
)
RNG = np.random.default_rng(20001116)


def compiled(function: Any) -> Callable[[Any], Any]:
    @njit(error_model="numpy", fastmath=mathfun.FASTMATH)
    def loop(x: Any, out: Any) -> None:
        for i in range(x.size):
            out[i] = function(x[i])

    def call(x: Any) -> Any:
        x = np.asarray(x, dtype=np.float64)
        out = np.empty_like(x)
        loop(x, out)
        return out

    return call


@njit(error_model="numpy", fastmath=mathfun.FASTMATH)
def sincos_loop(x: Any, out: Any) -> None:
    for i in range(x.size):
        out[0, i], out[1, i] = mathfun.sincos(x[i])


@njit(error_model="numpy", fastmath=mathfun.FASTMATH)
def atan2_loop(y: Any, x: Any, out: Any) -> None:
    for i in range(x.size):
        out[i] = mathfun.atan2(y[i], x[i])


def sincos(x: Any) -> Any:
    x = np.asarray(x, dtype=np.float64)
    out = np.empty((2, x.size))
    sincos_loop(x, out)
    return out


def atan2(y: Any, x: Any) -> Any:
    y, x = (np.ascontiguousarray(a, dtype=np.float64) for a in np.broadcast_arrays(y, x))
    out = np.empty_like(x)
    atan2_loop(y, x, out)
    return out


@extended
@pytest.mark.parametrize("largest", [0.7, 10.0, 1e6])
def test_sincos_has_the_documented_error(largest: float) -> None:
    x = RNG.uniform(-largest, largest, 50_000)
    wide = x.astype(np.longdouble)
    sine, cosine = sincos(x)
    assert np.max(np.abs(sine - np.sin(wide))) < 2e-16
    assert np.max(np.abs(cosine - np.cos(wide))) < 2e-16


@extended
def test_sincos_keeps_its_digits_next_to_the_zeros() -> None:
    turns = np.arange(-100_000, 100_000, 37)
    x = turns * (np.pi / 2)
    wide = x.astype(np.longdouble)
    sine, cosine = sincos(x)
    assert np.max(np.abs(sine - np.sin(wide))) < 2e-16
    assert np.max(np.abs(cosine - np.cos(wide))) < 2e-16


def test_sincos_beyond_its_range_is_nan_and_never_a_wrong_number() -> None:
    assert np.isnan(sincos([np.nan, np.inf, -np.inf, 2e15, -1e300])).all()
    near = np.array([1e9, -3e12, 9e14])
    error = np.abs(sincos(near) - [np.sin(near), np.cos(near)])
    assert np.all(error <= np.spacing(np.abs(near)))


@extended
@pytest.mark.parametrize(
    ("name", "exact", "points"),
    [
        ("exp", np.exp, RNG.uniform(-707.0, 709.0, 50_000)),
        ("exp", np.exp, RNG.uniform(-1.0, 1.0, 50_000)),
        ("log", np.log, np.exp(RNG.uniform(-700.0, 700.0, 50_000))),
        ("log", np.log, RNG.uniform(0.5, 2.0, 50_000)),
        ("log", np.log, 1.0 + RNG.uniform(-1e-6, 1e-6, 1_000)),
        ("cbrt", np.cbrt, RNG.standard_normal(50_000) * 10.0 ** RNG.uniform(-300, 300, 50_000)),
    ],
)
def test_relative_error(name: str, exact: Any, points: Any) -> None:
    truth = exact(points.astype(np.longdouble))
    error = np.abs(compiled(getattr(mathfun, name))(points) / truth - 1.0)
    assert np.nanmax(error) < 2e-16


@extended
@pytest.mark.parametrize(
    ("name", "exact", "points", "bound"),
    [
        ("atan", np.arctan, RNG.standard_normal(50_000) * 3.0, 3e-16),
        ("asin", np.arcsin, RNG.uniform(-1.0, 1.0, 50_000), 3e-16),
        ("acos", np.arccos, RNG.uniform(-1.0, 1.0, 50_000), 6e-16),
    ],
)
def test_absolute_error_of_the_inverse_functions(
    name: str, exact: Any, points: Any, bound: float
) -> None:
    error = np.abs(compiled(getattr(mathfun, name))(points) - exact(points.astype(np.longdouble)))
    assert np.max(error) < bound


@extended
def test_atan2_in_every_quadrant_and_on_the_axes() -> None:
    y, x = RNG.standard_normal((2, 50_000))
    truth = np.arctan2(y.astype(np.longdouble), x.astype(np.longdouble))
    assert np.max(np.abs(atan2(y, x) - truth)) < 6e-16
    y = np.array([0.0, 1.0, 0.0, -1.0, 1.0, -1.0, 0.0, np.inf, np.inf, 1.0, -1.0, 1e-310])
    x = np.array([1.0, 0.0, -1.0, 0.0, 1.0, -1.0, 0.0, np.inf, -np.inf, np.inf, -np.inf, 1e-310])
    np.testing.assert_allclose(atan2(y, x), np.arctan2(y, x), rtol=0.0, atol=5e-16)
    assert np.isnan(atan2([np.nan, 1.0], [1.0, np.nan])).all()


def test_special_values_agree_with_numpy() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0, -1.0, 800.0, -800.0])
    with np.errstate(all="ignore"):
        for name, exact in (("exp", np.exp), ("log", np.log), ("cbrt", np.cbrt)):
            mine, theirs = compiled(getattr(mathfun, name))(x), exact(x)
            np.testing.assert_allclose(mine, theirs, rtol=1e-15, atol=1e-300, err_msg=name)
    assert np.isnan(compiled(mathfun.asin)([1.5, -1.5, np.nan])).all()
    assert np.isnan(compiled(mathfun.acos)([1.5, -1.5, np.nan])).all()


def test_subnormal_numbers_have_logarithm_and_cube_root() -> None:
    x = np.array([5e-324, 1e-310, 2e-308])
    np.testing.assert_allclose(compiled(mathfun.log)(x), np.log(x), rtol=1e-15)
    np.testing.assert_allclose(compiled(mathfun.cbrt)(x), np.cbrt(x), rtol=1e-15)


def test_fma_rounds_once() -> None:
    @njit
    def residue(a: Any, b: Any) -> Any:
        return mathfun.fma(a, b, -(a * b))

    # (1 + u)(1 - u) = 1 - u^2, which a product alone rounds to one.
    u = 2.0**-30
    assert residue(1.0 + u, 1.0 - u) == -(u * u)


def test_the_loop_is_vector_code_without_library_calls() -> None:
    sincos(np.zeros(8))
    assembly = next(iter(sincos_loop.inspect_asm().values()))
    assert not re.search(r"\b(sin|cos|sincos)\b", assembly)
    if get_host_cpu_features().get("avx2"):
        assert re.search(r"vfmadd\w+pd\s.*%[yz]mm", assembly)
