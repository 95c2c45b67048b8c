"""The look that all pictures share, and the blank sheet that each starts from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.errors import InputError
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "#22272e"
QUIET_INK: Final = "#5b6470"
RULE: Final = "#d5dae0"
BLUE: Final = "#1f5fa8"
ORANGE: Final = "#d9692b"
RED: Final = "#b3261e"

TITLE_SIZE: Final = 14.0
LABEL_SIZE: Final = 10.5
TICK_SIZE: Final = 9.5

_WIDTH_IN, _HEIGHT_IN, _DPI = 32.0 / 3.0, 6.0, 150.0  # 1600 x 900 pixels
_MARGIN = 0.055


def blank_figure(title: str = "") -> Figure:
    """An empty sheet of 1600 x 900 pixels with its title.

    Raises
    ------
    InputError
        matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError(
            "drawing needs matplotlib: install the `plot` extra of `orbitsim-missions` "
            "(pip install 'orbitsim-missions[plot]')"
        ) from error
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    if title:
        heading = figure.text(
            _MARGIN, 0.965, title, size=TITLE_SIZE, color=INK, weight="bold", va="top"
        )
        room = (1.0 - 2.0 * _MARGIN) * figure.bbox.width
        width = heading.get_window_extent().width
        heading.set_fontsize(TITLE_SIZE * min(1.0, room / width))
    return figure


def sheet(axes: Axes) -> Figure:
    """The figure that `axes` is part of."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise InputError("these axes belong to no figure")
    return figure


def quiet_axes(axes: Axes, ylabel: str) -> None:
    """Light frame, light grid, and the name and unit of the ordinate."""
    axes.set_ylabel(ylabel, size=LABEL_SIZE, color=INK)
    axes.tick_params(labelsize=TICK_SIZE, colors=QUIET_INK, length=3)
    axes.grid(color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(RULE)


def spread(wanted: Sequence[float] | FloatArray, gap: float, low: float, high: float) -> FloatArray:
    """Places for labels on a line, none nearer than `gap` to the next, as close as can be (in the
    least-squares sense) to where they are wanted.

    Parameters
    ----------
    wanted : array_like, shape (N,)
        Rising.
    gap, low, high : float
        Same unit as `wanted`.  Where N labels do not fit between `low` and `high` the gap shrinks.

    Examples
    --------
    >>> spread([1.0, 5.0, 5.0], gap=2.0, low=0.0, high=9.0)
    array([1., 4., 6.])
    """
    places = np.asarray(wanted, dtype=np.float64)
    if places.size < 2:
        return np.clip(places, low, high)
    gap = min(gap, (high - low) / (places.size - 1))
    # With k * gap taken away the gaps become an order, and the answer is the isotonic regression of
    # the wanted places: pool neighbours that are out of order into their mean.
    pools: list[tuple[float, int]] = []
    for place in places - gap * np.arange(places.size):
        pools.append((float(place), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((n * a + m * b) / (n + m), n + m)]
    ordered = np.repeat([p for p, _ in pools], [n for _, n in pools])
    last = high - gap * (places.size - 1)
    return np.asarray(np.clip(ordered, low, last) + gap * np.arange(places.size))


def legend_below(axes: Axes, handles: Sequence[Any], names: Sequence[str], drop: float) -> None:
    """One row of keys under the right end of a map, `drop` of its height below it."""
    axes.legend(
        handles,
        names,
        loc="upper right",
        bbox_to_anchor=(1.0, -drop),
        ncols=len(handles),
        fontsize=TICK_SIZE,
        labelcolor=QUIET_INK,
        frameon=False,
        borderaxespad=0.0,
        handletextpad=0.4,
        columnspacing=1.8,
    )
