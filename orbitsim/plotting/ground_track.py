"""Ground track on a map of the world."""

from __future__ import annotations

from collections.abc import Sequence
from math import degrees, pi, remainder
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from orbitsim.earth import Site
from orbitsim.environment.sun_moon import solar_elevation, subsolar_point
from orbitsim.errors import InputError
from orbitsim.plotting import labels, style, world
from orbitsim.plotting.antimeridian import split_at_antimeridian
from orbitsim.units import FloatArray, to_epoch

if TYPE_CHECKING:
    from astropy.time import Time
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure

    from orbitsim.trajectory import GroundTrack

_TWILIGHTS_DEG: Final = (0.0, -6.0, -12.0, -18.0)
"""Sunset, and the ends of civil, nautical and astronomical twilight."""

_TIME_COLOURS: Final = ("#1b3f94", "#6f2aa0", "#c2317d", "#ee6a3c", "#f9b233")
_NIGHT = "#16243d"
_SUN = "#e8a917"


def ground_track_figure(
    track: GroundTrack,
    *,
    site: Site | None = None,
    site_name: str = "Launch site",
    title: str = "",
    marks: Sequence[tuple[float, float, str]] = (),
    night_at: Any = None,
) -> Figure:
    """Draw the ground track of one satellite, coloured by the time since its start.

    Parameters
    ----------
    track : GroundTrack
        Of one satellite, shape (T,).  States that are NaN leave a gap.
    site : Site, optional
        A place to mark.
    site_name : str
        What to write beside it.
    title : str
        Heading.
    marks : sequence of (latitude, longitude, label)
        Events to mark; rad.
    night_at : Time or str, optional
        The instant whose night side is shaded, in four steps: Sun below the horizon, and more than
        6, 12 and 18 degrees below it.

    Raises
    ------
    InputError
        A track of several satellites, an empty one, or matplotlib is absent.

    Examples
    --------
    >>> from orbitsim import MeanElements, ground_track
    >>> from orbitsim.plotting.ground_track import ground_track_figure
    >>> station = MeanElements.from_tle(
    ...     "1 25544U 98067A   16333.80487076  .00003660  00000-0  63336-4 0  9996",
    ...     "2 25544  51.6440 317.1570 0006082 266.5744 156.9779 15.53752683 30592",
    ... )
    >>> track = ground_track(station.propagate(range(0, 5580, 30)))
    >>> figure = ground_track_figure(track, title="One revolution", night_at=track.times[0])
    >>> figure.get_size_inches() * figure.dpi
    array([1600.,  900.])
    """
    if track.latitude.ndim != 1:
        raise InputError(
            "a picture shows the track of one satellite, shape (T,); "
            f"got the shape {track.latitude.shape}"
        )
    if track.latitude.size == 0:
        raise InputError("the track is empty; a picture needs at least one instant")
    figure = style.blank_figure(title)
    axes = figure.add_axes((0.055, 0.105, 0.855, 0.785))
    world.draw_world(axes)
    if night_at is not None:
        _shade_night(axes, to_epoch(night_at, "night_at"))
    hours = np.asarray((track.times - track.times[0]).to_value("hour"), dtype=np.float64)
    pieces = split_at_antimeridian(track.longitude, track.latitude, hours)
    _draw_track(axes, pieces, hours, f"{track.times[0].utc.iso[:16]} UTC")
    named = [(*_on_map(latitude, longitude), name) for latitude, longitude, name in marks]
    if named:
        x, y, _ = zip(*named, strict=True)
        axes.plot(x, y, "o", ms=6, mfc="white", mec=style.INK, mew=1.3, clip_on=False, zorder=4)
    if site is not None:
        x_site, y_site = _on_map(site.latitude, site.longitude)
        axes.plot(x_site, y_site, "^", ms=9, mfc=style.RED, mec="white", mew=1.0, zorder=4.5)
        named.append((x_site, y_site, site_name))
    vertices = np.concatenate([np.degrees(piece[:2].T) for piece in pieces] or [np.empty((0, 2))])
    labels.annotate(axes, named, vertices, above=5.0)
    _legend(axes)
    return figure


def _on_map(latitude: float, longitude: float) -> tuple[float, float]:
    return degrees(remainder(longitude, 2.0 * pi)), degrees(latitude)


def _draw_track(axes: Axes, pieces: list[FloatArray], hours: FloatArray, start: str) -> None:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    colours = LinearSegmentedColormap.from_list("time", _TIME_COLOURS)
    span = float(hours[-1])
    norm = Normalize(0.0, span or 1.0)
    # Many revolutions lie close beside each other and need a thinner pen.
    width = 2.2 if span < 6.0 else 1.5 if span < 30.0 else 1.1
    for piece in pieces:
        points = np.degrees(piece[:2].T)
        if len(points) == 1:
            axes.plot(*points[0], ".", ms=5, color=colours(norm(piece[2, 0])), zorder=3)
            continue
        segments = np.stack([points[:-1], points[1:]], axis=1)
        line = LineCollection(list(segments), cmap=colours, norm=norm, linewidths=width, zorder=3)
        line.set_array((piece[2, :-1] + piece[2, 1:]) / 2.0)
        line.set_capstyle("round")
        axes.add_collection(line, autolim=False)
    if not pieces:
        return
    for index, (name, shape) in {0: ("start", "o"), -1: ("end", "s")}.items():
        row = pieces[index][:, index]
        axes.plot(
            *np.degrees(row[:2]),
            shape,
            ms=7,
            mfc=colours(norm(row[2])),
            mec="white",
            mew=1.2,
            zorder=3.5,
            linestyle="none",
            clip_on=False,
            label=name,
        )
    if span > 0.0:
        _time_bar(axes, norm, colours, start)


def _time_bar(axes: Axes, norm: Normalize, colours: Colormap, start: str) -> None:
    from matplotlib.cm import ScalarMappable

    axes.apply_aspect()
    box = axes.get_position()
    figure = style.sheet(axes)
    bar = figure.add_axes((box.x1 + 0.015, box.y0 + 0.1, 0.011, box.height - 0.2))
    figure.colorbar(ScalarMappable(norm, colours), cax=bar)
    bar.set_ylabel(f"Hours after {start}", size=style.LABEL_SIZE, color=style.INK, labelpad=8)
    bar.tick_params(labelsize=style.TICK_SIZE, colors=style.QUIET_INK, length=3)
    bar.spines["outline"].set_visible(False)


def _shade_night(axes: Axes, instant: Time) -> None:
    """Shade what is on the dark side, and mark where the Sun is in the zenith.

    The elevation of the Sun is contoured on a grid, which asks for no special case when the
    terminator runs through the poles or along two meridians.
    """
    if instant.shape:
        raise InputError(f"night_at must be one instant, got {instant.size}")
    declination, meridian = subsolar_point(instant)
    longitude, latitude = np.linspace(-180.0, 180.0, 361), np.linspace(-90.0, 90.0, 181)
    elevation = solar_elevation(
        np.radians(latitude)[:, np.newaxis], np.radians(longitude), (declination, meridian)
    )
    for twilight in _TWILIGHTS_DEG:
        axes.contourf(
            longitude,
            latitude,
            np.degrees(elevation),
            levels=[-91.0, twilight],
            colors=[_NIGHT],
            alpha=0.09,
            zorder=2.0,
        )
    axes.plot(
        np.degrees(meridian),
        np.degrees(declination),
        "o",
        ms=9,
        mfc=_SUN,
        mec="white",
        mew=1.5,
        linestyle="none",
        zorder=2.5,
        label="Sun overhead",
    )
    axes.fill([], [], facecolor=_NIGHT, alpha=0.3, label=f"night at {instant.utc.iso[:16]} UTC")


def _legend(axes: Axes) -> None:
    handles, names = axes.get_legend_handles_labels()
    if not handles:
        return
    style.legend_below(axes, handles, names, 0.065)
