"""Arrays as the compiled kernels want them: float64, contiguous, read-only going in.

A kernel is compiled anew for every combination of layouts that it meets.  With one layout for all
inputs it is compiled once, and a caller may give float32, strided or read-only arrays all the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def as_input(values: Any) -> FloatArray:
    """Contiguous read-only float64 view of `values`, or copy where it must be."""
    view = np.ascontiguousarray(values, dtype=np.float64).view()
    view.flags.writeable = False
    return view


def as_columns(values: Any, rows: int, name: str) -> FloatArray:
    """`as_input` of an array that must have the shape (rows, N)."""
    view = as_input(values)
    if view.ndim != 2 or view.shape[0] != rows:
        raise ValueError(f"{name} must have the shape ({rows}, N), got {view.shape}")
    return view


def as_durations(values: Any, orbits: int) -> FloatArray:
    """Durations as rows, (1, T) or (orbits, T), from (T,) or (orbits, T)."""
    view = as_input(values)
    if view.ndim == 2 and view.shape[0] == orbits:
        return view
    if view.ndim == 1:
        return view[np.newaxis]
    raise ValueError(f"dt must have the shape (T,) or ({orbits}, T), got {view.shape}")


def as_positive(value: float, name: str) -> float:
    """A physical constant as a float; zero, negative, NaN and infinite are refused."""
    number = float(value)
    if not 0.0 < number < float("inf"):
        raise ValueError(f"{name} must be positive and finite, got {value!r}")
    return number


def as_output(out: FloatArray | None, shape: tuple[int, ...], name: str = "out") -> FloatArray:
    """The caller's array if it fits, else a new one.

    Raises
    ------
    ValueError
        If `out` is not a writeable C-contiguous float64 array of that shape.
    """
    if out is None:
        return np.empty(shape)
    fits = out.shape == shape and out.dtype == np.float64
    if not (fits and out.flags.c_contiguous and out.flags.writeable):
        raise ValueError(
            f"{name} must be a writeable C-contiguous float64 array of shape {shape}, "
            f"got {out.dtype} {out.shape}"
        )
    return out


def as_outputs(
    out: tuple[FloatArray, FloatArray] | None, shape: tuple[int, ...]
) -> tuple[FloatArray, FloatArray]:
    """`as_output` for a pair of position and velocity."""
    r, v = (None, None) if out is None else out
    return as_output(r, shape, "out[0]"), as_output(v, shape, "out[1]")
