"""Pictures: what is pure is tested as such, the rest by what ends up on the sheet."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time, TimeDelta
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("matplotlib", reason="pictures need the `plot` extra")

from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline

from orbitsim.earth import Site
from orbitsim.errors import InputError
from orbitsim.plotting import labels, style
from orbitsim.plotting.antimeridian import split_at_antimeridian
from orbitsim.plotting.ascent import ascent_figure
from orbitsim.plotting.ground_track import ground_track_figure
from orbitsim.plotting.rendezvous import rendezvous_figure
from orbitsim.plotting.save import save_picture
from orbitsim.plotting.world import load_world
from orbitsim.trajectory import GroundTrack

START = Time("2016-12-01T14:51:52")


def circular_track(hours: float, inclination: float, step: float = 30.0) -> GroundTrack:
    """A circle of 92 minutes over a turning sphere."""
    t = np.arange(0.0, 3600.0 * hours + 1.0, step)
    u = 2.0 * np.pi * t / 5520.0
    latitude = np.arcsin(np.sin(inclination) * np.sin(u))
    longitude = np.arctan2(np.cos(inclination) * np.sin(u), np.cos(u)) - 7.292e-5 * t + 1.0
    longitude = np.pi - np.remainder(np.pi - longitude, 2.0 * np.pi)
    return GroundTrack(START + TimeDelta(t, format="sec"), latitude, longitude, 0.0 * t + 4e5)


# Splitting


def test_a_track_in_one_piece_is_left_as_it_is() -> None:
    longitude, latitude = np.array([-1.0, 0.0, 2.0]), np.array([0.1, 0.2, 0.3])
    (piece,) = split_at_antimeridian(longitude, latitude)
    np.testing.assert_array_equal(piece, [longitude, latitude])


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_crossing_is_interpolated_on_both_edges(sign: float) -> None:
    longitude = sign * np.radians([170.0, 178.0, -176.0, -170.0])
    first, second = split_at_antimeridian(
        longitude, np.radians([0.0, 10.0, 16.0, 20.0]), np.array([0.0, 1.0, 2.0, 3.0])
    )
    expected = [sign * np.array([170.0, 178.0, 180.0]), [0.0, 10.0, 12.0], [0.0, 1.0, 4.0 / 3.0]]
    np.testing.assert_allclose(np.degrees(first[:2]), expected[:2], atol=1e-12)
    np.testing.assert_allclose(first[2], expected[2])
    expected = [sign * np.array([-180.0, -176.0, -170.0]), [12.0, 16.0, 20.0], [4 / 3, 2.0, 3.0]]
    np.testing.assert_allclose(np.degrees(second[:2]), expected[:2], atol=1e-12)
    np.testing.assert_allclose(second[2], expected[2])


def test_touching_the_antimeridian_does_not_split() -> None:
    longitude = np.pi - np.linspace(-0.2, 0.2, 5) ** 2
    assert longitude[2] == np.pi
    assert len(split_at_antimeridian(longitude, np.linspace(-0.3, 0.3, 5))) == 1


@pytest.mark.parametrize("edge", [np.pi, -np.pi])
def test_an_instant_on_the_edge_belongs_to_the_side_it_came_from(edge: float) -> None:
    longitude = np.sign(edge) * np.array([3.0, np.pi, -3.0])
    first, second = split_at_antimeridian(longitude, np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(first, [[longitude[0], edge, edge], [0.0, 0.5, 0.5]])
    np.testing.assert_allclose(second, [[-edge, longitude[2]], [0.5, 1.0]])


def test_a_change_of_name_of_the_antimeridian_crosses_nothing() -> None:
    pieces = split_at_antimeridian(np.array([np.pi, -np.pi, -3.0]), np.array([0.0, 0.1, 0.2]))
    assert all(np.ptp(piece[0]) < 0.2 for piece in pieces)


def test_nan_ends_a_piece() -> None:
    nan = np.nan
    longitude = np.array([nan, 0.0, 0.1, nan, nan, 0.3, nan, 3.0, -3.0, nan])
    pieces = split_at_antimeridian(longitude, np.zeros(10))
    assert [piece.shape[1] for piece in pieces] == [2, 1, 2, 2]
    only_latitude = split_at_antimeridian(np.zeros(3), np.array([0.0, nan, 0.0]))
    assert [piece.shape[1] for piece in only_latitude] == [1, 1]


def test_nothing_gives_no_pieces() -> None:
    assert split_at_antimeridian(np.empty(0), np.empty(0)) == []
    assert split_at_antimeridian(np.full(3, np.nan), np.zeros(3)) == []


def test_a_step_over_the_pole_is_carried_to_the_edge_of_the_map() -> None:
    up, down = split_at_antimeridian(
        np.radians([20.0, 20.0, -160.0]), np.radians([80.0, 89.0, 89.0]), np.array([0.0, 1.0, 2.0])
    )
    np.testing.assert_allclose(np.degrees(up[:2]), [[20.0, 20.0, 20.0], [80.0, 89.0, 90.0]])
    np.testing.assert_allclose(np.degrees(down[:2]), [[-160.0, -160.0], [90.0, 89.0]])
    assert up[2, -1] == down[2, 0] == 1.5


def test_longitudes_outside_the_map_are_refused() -> None:
    with pytest.raises(InputError, match=r"\[-pi, pi\] rad, got 3.5"):
        split_at_antimeridian(np.array([0.0, 3.5]), np.zeros(2))


@given(
    st.lists(st.floats(-3.1, 3.1), min_size=2, max_size=30),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=60, deadline=None)
def test_splitting_keeps_every_instant_and_never_spans_the_map(
    steps: list[float], seed: int
) -> None:
    longitude = np.remainder(np.cumsum(steps) + np.pi, 2.0 * np.pi) - np.pi
    latitude = np.random.default_rng(seed).uniform(-1.2, 1.2, longitude.size)
    instants = np.arange(longitude.size, dtype=float)
    pieces = split_at_antimeridian(longitude, latitude, instants)
    rows = np.concatenate(pieces, axis=1)
    for column in np.array([longitude, latitude, instants]).T:
        assert (rows == column[:, np.newaxis]).all(axis=0).any()
    assert np.all(np.diff(rows[2]) >= 0.0)
    for piece in pieces:
        assert np.abs(np.diff(piece[0])).max(initial=0.0) <= np.pi + 1e-9


# The world


@pytest.mark.parametrize(
    ("place", "latitude", "longitude", "is_land"),
    [
        ("Baikonur", 45.92, 63.34, True),
        ("Korolyov", 55.91, 37.81, True),
        ("Chukotka, beyond the antimeridian", 67.0, -176.0, True),
        ("South Pole", -89.5, 0.0, True),
        ("Lesotho, inside South Africa", -29.5, 28.2, True),
        ("Kuwait", 29.3, 47.6, True),
        ("Caspian Sea", 42.0, 51.0, False),
        ("Point Nemo", -48.9, -123.4, False),
        ("Gulf of Guinea", 0.0, 0.0, False),
        ("North Pole", 89.5, 0.0, False),
    ],
)
def test_land_and_sea(place: str, latitude: float, longitude: float, is_land: bool) -> None:
    rings = (Outline(ring) for ring in load_world().land)
    inside = sum(ring.contains_point((longitude, latitude)) for ring in rings)
    assert inside % 2 == is_land, place


def test_outlines_are_those_of_natural_earth(reference: Path) -> None:
    source = json.loads((reference / "map" / "natural_earth_110m_countries.geojson").read_text())
    parts = [p for f in source["features"] for p in f["geometry"]["coordinates"]]
    area = sum(abs(_area(p[0])) - sum(abs(_area(hole)) for hole in p[1:]) for p in parts)
    world = load_world()
    # Rings turn clockwise, so that an inner sea counts against the land about it.
    assert -sum(_area(ring) for ring in world.land) == pytest.approx(area, rel=1e-4)
    known = {(round(100 * x), round(100 * y)) for p in parts for ring in p for x, y in ring}
    ours = np.concatenate([*world.land, *world.borders])
    assert {(round(100 * x), round(100 * y)) for x, y in ours.tolist()} == known


def test_data_file_is_small_and_names_its_source() -> None:
    text = files("orbitsim.plotting").joinpath("data/world_110m.csv").read_text("utf-8")
    assert len(text.encode()) < 150_000
    assert "Natural Earth" in text
    assert "public domain" in text


def test_coasts_do_not_follow_the_cut_of_the_map() -> None:
    world = load_world()
    for line in world.coast:
        (x, y), (x_next, y_next) = line[:-1].T, line[1:].T
        assert not np.any((np.abs(x) == 180.0) & (x == x_next))
        assert not np.any((y == -90.0) & (y_next == -90.0))
    assert load_world() is world
    with pytest.raises(ValueError, match="read-only"):
        world.land[0][0, 0] = 0.0


def _area(ring: object) -> float:
    x, y = np.asarray(ring).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2.0)


# Where labels go


@given(
    st.lists(st.floats(0.0, 100.0), min_size=1, max_size=12),
    st.floats(0.1, 30.0),
)
@settings(deadline=None)
def test_spread_keeps_order_gap_and_bounds(wanted: list[float], gap: float) -> None:
    wanted = sorted(wanted)
    places = style.spread(wanted, gap, 0.0, 100.0)
    fitting = min(gap, 100.0 / max(len(wanted) - 1, 1))
    assert np.all(np.diff(places) >= fitting - 1e-9)
    assert places.min() >= -1e-9
    assert places.max() <= 100.0 + 1e-9
    if len(wanted) > 1 and np.diff(wanted).min() >= gap:
        np.testing.assert_allclose(places, wanted, atol=1e-9)


def test_spread_is_the_nearest_that_keeps_the_gap() -> None:
    """Against scipy's general minimiser."""
    from scipy.optimize import minimize

    wanted, gap = np.array([0.5, 1.0, 1.2, 6.0, 9.8, 9.9]), 1.5
    best = minimize(
        lambda x: np.sum((x - wanted) ** 2),
        np.linspace(0.0, 10.0, 6),
        bounds=[(0.0, 10.0)] * 6,
        constraints={"type": "ineq", "fun": lambda x: np.diff(x) - gap},
    )
    np.testing.assert_allclose(style.spread(wanted, gap, 0.0, 10.0), best.x, atol=1e-4)


def test_labels_of_a_crowd_do_not_overlap() -> None:
    points = np.random.default_rng(4).uniform((100.0, 100.0), (300.0, 220.0), (12, 2))
    frame = labels.Box(200.0, 160.0, 200.0, 160.0)
    boxes = labels.place(points, [(50.0, 12.0)] * 12, frame, np.empty((0, 2)))
    for index, box in enumerate(boxes):
        assert box.inside(frame)
        assert not any(box.overlaps(other) for other in boxes[:index])
        assert box.count(points) == 0


def test_a_label_gives_way_to_a_line() -> None:
    point, size = np.array([[200.0, 160.0]]), [(50.0, 12.0)]
    frame = labels.Box(200.0, 160.0, 200.0, 160.0)
    to_the_right = np.column_stack([np.linspace(205.0, 300.0, 50), np.full(50, 160.0)])
    (free,) = labels.place(point, size, frame, np.empty((0, 2)))
    (moved,) = labels.place(point, size, frame, to_the_right)
    assert free.count(to_the_right) > 0
    assert moved.count(to_the_right) == 0


# Ground track


def test_no_line_of_the_track_spans_the_map() -> None:
    figure = ground_track_figure(circular_track(10.0, np.radians(51.6)))
    lines = [
        segment
        for collection in figure.axes[0].collections
        if isinstance(collection, LineCollection) and collection.get_array() is not None
        for segment in collection.get_segments()
    ]
    assert len(lines) > 1000
    assert max(np.abs(np.diff(line[:, 0])).max() for line in lines) < 5.0
    assert "Hours after 2016-12-01 14:51 UTC" in _texts(figure)


def test_night_is_dark_and_day_is_not() -> None:
    """A solstice: day at one pole and night at the other; the Sun overhead near 158 W."""
    track = circular_track(1.0, 0.1)
    night = _pixels(ground_track_figure(track, night_at="2016-06-20T22:34"))
    plain = _pixels(ground_track_figure(track))
    darker = (plain - night).sum(axis=2)
    places = {(80.0, 22.0): False, (-80.0, -158.0): True, (30.0, -150.0): False}
    places |= {(-25.0, 22.0): True, (-75.0, 22.0): True, (0.0, -75.0): False}
    for (latitude, longitude), dark in places.items():
        assert (darker[_pixel(latitude, longitude)] > 60) == dark, (latitude, longitude)


def test_night_at_an_equinox_is_half_the_map() -> None:
    track = circular_track(1.0, 0.1)
    instant = Time("2016-03-20T04:30")
    night = _pixels(ground_track_figure(track, night_at=instant))
    plain = _pixels(ground_track_figure(track))
    top, left = _pixel(85.0, -179.0)
    bottom, right = _pixel(-85.0, 179.0)
    part = (plain - night)[top:bottom, left:right].sum(axis=2) > 0
    assert part.mean() == pytest.approx(0.5, abs=0.01)


def test_events_and_pad_are_named() -> None:
    figure = ground_track_figure(
        circular_track(3.0, 0.9),
        site=Site.from_degrees(45.92, 63.342),
        site_name="Baikonur",
        title="A flight",
        marks=[(0.0, 0.1, "insertion"), (0.0, 0.1, "first burn"), (0.5, np.pi, "docking")],
    )
    texts = figure.axes[0].texts
    assert {"insertion", "first burn", "docking", "Baikonur"} == {t.get_text() for t in texts}
    extents = [text.get_window_extent() for text in texts]
    for index, extent in enumerate(extents):
        assert not any(extent.overlaps(other) for other in extents[:index])
    assert "A flight" in _texts(figure)


def test_a_pad_counted_eastwards_is_on_the_map() -> None:
    figure = ground_track_figure(
        circular_track(1.0, 0.5), site=Site.from_degrees(28.57, 279.35), site_name="Canaveral"
    )
    (name,) = figure.axes[0].texts
    np.testing.assert_allclose(name.xy, (-80.65, 28.57))


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (np.array([0.1]), np.array([2.2])),
        (np.full(4, np.nan), np.full(4, np.nan)),
        (np.array([0.1, np.nan, 0.2, 0.3]), np.array([3.1, 0.0, 3.1, -3.1])),
    ],
)
def test_odd_tracks_are_drawn(latitude: np.ndarray, longitude: np.ndarray) -> None:
    times = START + TimeDelta(60.0 * np.arange(latitude.size), format="sec")
    _pixels(ground_track_figure(GroundTrack(times, latitude, longitude, 0.0 * latitude)))


def test_several_satellites_or_none_are_refused() -> None:
    one = circular_track(1.0, 0.5)
    two = np.stack([one.latitude, one.latitude])
    with pytest.raises(InputError, match=r"one satellite, shape \(T,\); got the shape \(2, 121\)"):
        ground_track_figure(GroundTrack(one.times, two, two, two))
    with pytest.raises(InputError, match="empty"):
        ground_track_figure(GroundTrack(one.times[:0], two[0, :0], two[0, :0], two[0, :0]))
    with pytest.raises(InputError, match="one instant, got 121"):
        ground_track_figure(one, night_at=one.times)


def test_a_long_title_is_made_to_fit() -> None:
    figure = style.blank_figure("Progress MS-04, " * 15)
    extent = figure.texts[0].get_window_extent()
    assert extent.x1 < figure.bbox.width


# Ascent and rendezvous


@dataclass(frozen=True)
class Event:
    time: float
    name: str


@dataclass(frozen=True)
class History:
    t: np.ndarray
    altitude: np.ndarray
    downrange: np.ndarray
    speed_inertial: np.ndarray
    speed_relative: np.ndarray
    flight_path_angle: np.ndarray
    dynamic_pressure: np.ndarray
    acceleration: np.ndarray
    mass: np.ndarray
    events: tuple[Event, ...]


def history(shape: tuple[int, ...] = ()) -> History:
    t = np.linspace(0.0, 530.0, 107)
    x = np.broadcast_to(t / 530.0, (*shape, t.size))
    events = (Event(0.0, "lift-off"), Event(287.0, "core"), Event(288.0, "third stage"))
    bell = np.exp(-(((x - 0.15) / 0.05) ** 2))
    return History(
        t=t,
        altitude=2e5 * x,
        downrange=1.6e6 * x,
        speed_inertial=7.8e3 * x,
        speed_relative=7.4e3 * x,
        flight_path_angle=0.3 * x,
        dynamic_pressure=38e3 * bell,
        acceleration=35.0 * x,
        mass=3e5 - 2e5 * x,
        events=events,
    )


def test_ascent_panels_have_units_and_events_are_named_once() -> None:
    figure = ascent_figure(history(), "Ascent")
    names = [axes.get_ylabel().replace("\n", " ") for axes in figure.axes]
    units = {"Altitude": "km", "Downrange": "km", "Speed": "km/s", "Flight-path angle": "deg"}
    units |= {"Dynamic pressure": "kPa", "Felt acceleration": "m/s²", "Mass": "t"}
    assert sorted(names) == sorted(f"{name}, {unit}" for name, unit in units.items())
    texts = _texts(figure)
    for name in ("lift-off", "core", "third stage", "287.0 s", "38.0 kPa at 80 s", "Ascent"):
        assert texts.count(name) == 1, name
    drawn = {axes.get_ylabel(): axes.lines[0].get_ydata() for axes in figure.axes}
    assert np.max(drawn["Altitude, km"]) == pytest.approx(200.0)
    assert np.max(drawn["Flight-path angle, deg"]) == pytest.approx(np.degrees(0.3))


def test_a_batch_of_ascents_is_refused() -> None:
    with pytest.raises(InputError, match=r"one ascent, shape \(T,\)"):
        ascent_figure(history((3,)))


def test_rendezvous_breaks_the_phase_where_it_wraps() -> None:
    hours = np.linspace(0.0, 50.0, 501)
    phase = np.remainder(100.0 - 5.0 * hours, 360.0)
    burns = [(49.0, "docking", 1.234), (5.0, "phasing", 28.0)]
    figure = rendezvous_figure(hours, phase, 200.0 + hours, np.full(501, 400.0), burns, "R")
    top, bottom = figure.axes
    assert top.get_ylabel().endswith("deg")
    assert bottom.get_ylabel().endswith("km")
    assert bottom.get_xlabel().endswith("h")
    curve = next(line for line in top.lines if len(line.get_xdata()) > 100)
    steps = np.abs(np.diff(np.asarray(curve.get_ydata(), dtype=float)))
    assert np.nanmax(steps) < 1.0
    assert np.isnan(curve.get_ydata()).sum() == 1
    texts = _texts(figure)
    assert texts.index("phasing") < texts.index("docking")
    assert "49.00 h, 1.23 m/s" in texts


def test_rendezvous_arrays_must_fit() -> None:
    with pytest.raises(InputError, match=r"got the shapes \(3,\), \(2,\)"):
        rendezvous_figure([0, 1, 2], [0, 1], [0, 1, 2], [0, 1, 2])


def test_a_long_key_stays_on_the_sheet() -> None:
    hours = np.linspace(0.0, 50.0, 51)
    burns = [(float(k), f"burn {k} with a name that takes two lines", 1.0) for k in range(30)]
    figure = rendezvous_figure(hours, hours, hours, hours, burns)
    for text in figure.texts:
        extent = text.get_window_extent()
        assert 0.0 <= extent.y0 < extent.y1 <= figure.bbox.height
        assert extent.x1 <= figure.bbox.width


# Saving


def test_picture_is_a_png_of_1600_by_900(tmp_path: Path) -> None:
    path = save_picture(ground_track_figure(circular_track(1.5, 0.9)), tmp_path / "track.png")
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert tuple(int.from_bytes(data[k : k + 4], "big") for k in (16, 20)) == (1600, 900)
    again = save_picture(ground_track_figure(circular_track(1.5, 0.9)), tmp_path / "again.png")
    assert again.read_bytes() == data
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.png", "track.png"]


def test_an_interrupted_picture_leaves_the_old_one(tmp_path: Path) -> None:
    class Interrupted(Figure):
        def savefig(self, fname: Path, **_: object) -> None:  # type: ignore[override]
            Path(fname).write_bytes(b"half a pict")
            raise KeyboardInterrupt

    target = tmp_path / "track.png"
    target.write_bytes(b"the old picture")
    with pytest.raises(KeyboardInterrupt):
        save_picture(Interrupted(), target)
    assert target.read_bytes() == b"the old picture"
    assert list(tmp_path.iterdir()) == [target]


def test_unusable_paths_are_refused(tmp_path: Path) -> None:
    figure = style.blank_figure()
    with pytest.raises(InputError, match=r"ending in \.png, got .*track\.jpg"):
        save_picture(figure, tmp_path / "track.jpg")
    with pytest.raises(InputError, match="there is no folder"):
        save_picture(figure, tmp_path / "absent" / "track.png")


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match="install the `plot` extra of `orbitsim-missions`"):
        rendezvous_figure([0, 1], [0, 1], [0, 1], [0, 1])


def test_global_state_of_matplotlib_is_left_alone() -> None:
    program = """
import sys
from orbitsim.plotting import ascent, ground_track, rendezvous, save
assert "matplotlib" not in sys.modules, "imported before anything is drawn"
import matplotlib
before = matplotlib.rcParams.copy()  # to read the original would choose a backend
rendezvous.rendezvous_figure([0, 1], [0, 1], [0, 1], [0, 1], [(0.5, "burn", 1.0)], "title")
assert "matplotlib.pyplot" not in sys.modules
assert matplotlib.rcParams.copy() == before
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def _texts(figure: Figure) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def _pixels(figure: Figure) -> np.ndarray:
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba(), dtype=int)[..., :3]


def _pixel(latitude: float, longitude: float) -> tuple[int, int]:
    """Row and column of a place on the map."""
    figure = ground_track_figure(circular_track(1.0, 0.1))
    figure.axes[0].apply_aspect()
    x, y = figure.axes[0].transData.transform((longitude, latitude))
    return round(figure.bbox.height - y), round(x)
