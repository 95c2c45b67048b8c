"""Where fragments come down, on a piece of the world: points with ellipses, or a hazard map."""

from __future__ import annotations

from collections.abc import Sequence
from math import degrees
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from orbitsim.errors import InputError
from orbitsim.plotting import labels, style, world
from orbitsim.units import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Marks = Sequence[tuple[float, float, str]]

_MARGIN: Final = 0.12
_STEPS_DEG: Final = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
_TICKS: Final = 7
_DENSITY_COLOURS: Final = ("#fdf1d0", "#f9b233", "#ee6a3c", "#b3261e", "#5b1030")


class Spread(Protocol):
    """What the picture needs of a footprint; angles in rad."""

    @property
    def latitude(self) -> float:
        """Of the centre."""
        ...

    @property
    def longitude(self) -> float:
        """Of the centre."""
        ...

    @property
    def semi_axes(self) -> tuple[float, float]:
        """One-sigma semi-axes, m."""
        ...

    def ellipse(self, sigmas: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """Latitude and longitude around it."""
        ...


class Densities(Protocol):
    """What the picture needs of a hazard map."""

    @property
    def latitude(self) -> FloatArray:
        """Edges of the cells, rad."""
        ...

    @property
    def longitude(self) -> FloatArray:
        """Edges of the cells, rad."""
        ...

    @property
    def density(self) -> FloatArray:
        """Weight per km2."""
        ...


def footprint_figure(
    latitude: Any,
    longitude: Any,
    footprint: Spread,
    *,
    values: Any = None,
    values_name: str = "",
    track: tuple[FloatArray, FloatArray] | None = None,
    marks: Marks = (),
    title: str = "",
) -> Figure:
    """Draw places of impact with the ellipses of one and three sigma.

    Parameters
    ----------
    latitude, longitude : array_like, shape (N,)
        rad.
    footprint : Spread
        Such as an `orbitsim.phases.footprint.Footprint`.
    values : array_like, shape (N,), optional
        What colours the points by their logarithm, such as mass or energy; positive.
    values_name : str
        Beside the bar of colours.
    track : pair of ndarray, optional
        Latitude and longitude of the ground track, rad.
    marks : sequence of (latitude, longitude, name)
        Places to name, rad; those on the map are.
    title : str

    Raises
    ------
    InputError
        No place at all, values that do not fit, or matplotlib is absent.
    """
    from matplotlib.colors import LogNorm

    lat, lon = _places(latitude, longitude)
    middle = footprint.longitude
    x, y = _unwrapped(lon, middle), np.degrees(lat)
    rings = [(sigmas, footprint.ellipse(sigmas)) for sigmas in (1.0, 3.0)]
    outlines = [(_unwrapped(ring[1], middle), np.degrees(ring[0])) for _, ring in rings]
    figure, axes = _map(
        title, np.concatenate([x, outlines[1][0]]), np.concatenate([y, outlines[1][1]])
    )
    if track is not None:
        axes.plot(
            _unwrapped(track[1], middle), np.degrees(track[0]),
            color=style.QUIET_INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=2.0,
            label="ground track",
        )  # fmt: skip
    if values is None:
        axes.plot(x, y, ".", ms=3, color=style.BLUE, alpha=0.5, zorder=2.5, label="impacts")
    else:
        numbers = np.asarray(values, dtype=np.float64).reshape(-1)
        known = np.isfinite(np.asarray(latitude, dtype=np.float64).reshape(-1))
        if numbers.shape != known.shape or not np.all(numbers[known] > 0.0):
            raise InputError(
                f"values must be positive, one for each of {known.size} places, "
                f"got the shape {numbers.shape}"
            )
        numbers = numbers[known]
        order = np.argsort(numbers)
        points = axes.scatter(
            x[order], y[order], c=numbers[order], norm=LogNorm(), cmap="viridis_r", s=9,
            linewidths=0, zorder=2.5, label="impacts",
        )  # fmt: skip
        _bar(figure, axes, points, values_name)
    for (sigmas, _), (ex, ey), width in zip(rings, outlines, (2.2, 1.3), strict=True):
        axes.plot(ex, ey, color=style.RED, linewidth=width, zorder=3.0, label=f"{sigmas:g} sigma")
    centre = (degrees(footprint.longitude), degrees(footprint.latitude))
    axes.plot(*centre, "+", ms=11, mew=2.0, color=style.RED, zorder=3.2, label="centre")
    _name(axes, marks, middle, np.column_stack(outlines[1]))
    _legend(axes)
    return figure


def hazard_figure(
    hazard: Densities,
    *,
    unit: str = "per km²",
    marks: Marks = (),
    title: str = "",
) -> Figure:
    """Draw the density of what comes down, in the colours of its logarithm.

    The picture leaves out the outermost parts of the map that hold less than 1 % of the sum.

    Parameters
    ----------
    hazard : Densities
        Such as an `orbitsim.phases.footprint.HazardMap`.
    unit : str
        Of the densities, beside the bar of colours.
    marks, title
        As in `footprint_figure`.

    Raises
    ------
    InputError
        Nothing on the map, or matplotlib is absent.
    """
    from matplotlib.colors import LinearSegmentedColormap, LogNorm

    density = np.ma.masked_less_equal(hazard.density, 0.0)
    if density.count() == 0:
        raise InputError("there is nothing on the hazard map")
    x, y = np.degrees(hazard.longitude), np.degrees(hazard.latitude)
    middle = float(hazard.longitude.mean())
    figure, axes = _map(
        title, _core(x, density.filled(0.0).sum(axis=0)), _core(y, density.filled(0.0).sum(axis=1))
    )
    mesh = axes.pcolormesh(
        x,
        y,
        density,
        cmap=LinearSegmentedColormap.from_list("density", _DENSITY_COLOURS),
        norm=LogNorm(density.min(), max(density.max(), 1.01 * density.min())),
        zorder=2.0,
        alpha=0.9,
    )
    _bar(figure, axes, mesh, unit)
    _name(axes, marks, middle, np.empty((0, 2)))
    return figure


def _places(latitude: Any, longitude: Any) -> tuple[FloatArray, FloatArray]:
    lat = np.asarray(latitude, dtype=np.float64).reshape(-1)
    lon = np.asarray(longitude, dtype=np.float64).reshape(-1)
    if lat.shape != lon.shape:
        raise InputError(f"latitudes have the shape {lat.shape}, longitudes {lon.shape}")
    known = np.isfinite(lat)
    if not known.any():
        raise InputError("there is no place to draw")
    return lat[known], lon[known]


def _unwrapped(longitude: FloatArray, middle: float) -> FloatArray:
    """Degrees, within half a turn of the middle."""
    away = np.remainder(np.asarray(longitude) - middle + np.pi, 2.0 * np.pi) - np.pi
    return np.asarray(np.degrees(middle + away))


def _core(edges: FloatArray, sums: FloatArray) -> FloatArray:
    """First and last edge of what holds all but half a per cent on either side."""
    share = np.cumsum(sums) / sums.sum()
    first, last = np.searchsorted(share, [0.005, 0.995])
    return np.array([edges[first], edges[last + 1]])


def _map(title: str, x: FloatArray, y: FloatArray, margin: float = _MARGIN) -> tuple[Figure, Axes]:
    """A sheet with the piece of the world that holds the points (deg), true to shape there."""
    figure = style.blank_figure(title)
    axes = figure.add_axes((0.07, 0.115, 0.82, 0.775))
    world.draw_world(axes)
    width, height = float(np.ptp(x)), float(np.ptp(y))
    low, high = float(y.min()), float(y.max())
    stretch = 1.0 / max(float(np.cos(np.radians((low + high) / 2.0))), 0.05)
    # The sheet is wide: the shorter side grows until the shape of the axes is met.
    shape = axes.bbox.width / axes.bbox.height
    wide = max(width, 1e-2) * (1.0 + 2.0 * margin)
    tall = max(height, 1e-2) * (1.0 + 2.0 * margin)
    wide = max(wide, tall * shape * stretch)
    tall = wide / (shape * stretch)
    mid_x, mid_y = (float(x.max()) + float(x.min())) / 2.0, (low + high) / 2.0
    axes.set_aspect(stretch)
    axes.set_xlim(mid_x - wide / 2.0, mid_x + wide / 2.0)
    axes.set_ylim(max(mid_y - tall / 2.0, -90.0), min(mid_y + tall / 2.0, 90.0))
    if mid_x - wide / 2.0 < -180.0:
        _repeat(axes, -360.0)
    if mid_x + wide / 2.0 > 180.0:
        _repeat(axes, 360.0)
    _ticks(axes)
    return figure, axes


def _repeat(axes: Axes, turn: float) -> None:
    """The world once more, beside itself."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import PathPatch
    from matplotlib.transforms import Affine2D

    shift = Affine2D().translate(turn, 0.0)
    for patch in [p for p in axes.patches if isinstance(p, PathPatch)]:
        axes.add_patch(
            PathPatch(
                patch.get_path().transformed(shift), facecolor=patch.get_facecolor(),
                edgecolor="none", zorder=patch.get_zorder(),
            )
        )  # fmt: skip
    for lines in [c for c in axes.collections if isinstance(c, LineCollection)]:
        axes.add_collection(
            LineCollection(
                [np.add(segment, (turn, 0.0)) for segment in lines.get_segments()],
                colors=lines.get_color(), linewidths=lines.get_linewidth(),
                zorder=lines.get_zorder(),
            ),
            autolim=False,
        )  # fmt: skip


def _ticks(axes: Axes) -> None:
    for limits, put, names in (
        (axes.get_xlim(), axes.set_xticks, "EW"),
        (axes.get_ylim(), axes.set_yticks, "NS"),
    ):
        span = limits[1] - limits[0]
        step = next((s for s in _STEPS_DEG if span / s <= _TICKS), _STEPS_DEG[-1])
        at = step * np.arange(np.ceil(limits[0] / step), np.floor(limits[1] / step) + 0.5)
        put(at, [_degrees(value, names) for value in at.tolist()])


def _degrees(value: float, names: str) -> str:
    if names == "EW":
        value = (value + 180.0) % 360.0 - 180.0
    value = round(value, 6)
    if value == 0.0 or abs(value) == 180.0:
        return f"{abs(value):g}°"
    return f"{abs(value):g}° {names[0] if value > 0.0 else names[1]}"


def _bar(figure: Figure, axes: Axes, drawn: Any, name: str) -> None:
    axes.apply_aspect()
    box = axes.get_position()
    bar = figure.add_axes((box.x1 + 0.015, box.y0 + 0.1, 0.011, box.height - 0.2))
    figure.colorbar(drawn, cax=bar)
    bar.set_ylabel(name, size=style.LABEL_SIZE, color=style.INK, labelpad=8)
    bar.tick_params(labelsize=style.TICK_SIZE, colors=style.QUIET_INK, length=3)
    bar.spines["outline"].set_visible(False)


def _name(axes: Axes, marks: Marks, middle: float, lines: FloatArray) -> None:
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    named = []
    for latitude, longitude, name in marks:
        x, y = float(_unwrapped(np.array(longitude), middle)), degrees(latitude)
        if left < x < right and low < y < high:
            named.append((x, y, name))
    if named:
        x_marks, y_marks, _ = zip(*named, strict=True)
        axes.plot(x_marks, y_marks, "o", ms=6, mfc="white", mec=style.INK, mew=1.3, zorder=4)
        labels.annotate(axes, named, lines.reshape(-1, 2), above=5.0)


def _legend(axes: Axes) -> None:
    handles, names = axes.get_legend_handles_labels()
    style.legend_below(axes, handles, names, 0.055)
