"""Pictures of footprints and hazard maps: what is drawn, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from orbitsim.errors import InputError
from orbitsim.phases.footprint import footprint, hazard_map
from orbitsim.plotting.footprint import footprint_figure, hazard_figure

pytest.importorskip("matplotlib")

RANDOM = np.random.default_rng(1)
LATITUDE = np.radians(51.6) + RANDOM.normal(0.0, 0.003, 200)
LONGITUDE = np.radians(90.0) + RANDOM.normal(0.0, 0.02, 200)
MARK = footprint(LATITUDE, LONGITUDE)
PLACES = [(np.radians(51.7), np.radians(90.1), "near"), (0.8, 1.1, "far away")]


def texts(figure: object) -> list[str]:
    return [t.get_text() for axes in figure.axes for t in axes.texts]  # type: ignore[attr-defined]


def test_points_ellipses_and_marks() -> None:
    figure = footprint_figure(LATITUDE, LONGITUDE, MARK, marks=PLACES, title="Debris")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["impacts", "1 sigma", "3 sigma", "centre"]
    assert "near" in texts(figure) and "far away" not in texts(figure)
    (points,) = [line for line in axes.lines if line.get_label() == "impacts"]
    assert np.allclose(points.get_xdata(), np.degrees(LONGITUDE))
    (ring,) = [line for line in axes.lines if line.get_label() == "3 sigma"]
    x, y = ring.get_data()
    low, high = axes.get_xlim()
    assert low < np.min(x) and np.max(x) < high
    # A degree of longitude is drawn shorter than one of latitude.
    assert axes.get_aspect() == pytest.approx(1.0 / np.cos(np.radians(51.6)), rel=0.02)
    assert np.ptp(y) == pytest.approx(np.ptp(np.degrees(MARK.ellipse(3.0)[0])))


def test_values_colour_the_points() -> None:
    mass = np.exp(RANDOM.normal(0.0, 2.0, 200))
    figure = footprint_figure(LATITUDE, LONGITUDE, MARK, values=mass, values_name="Mass, kg")
    assert [axes.get_ylabel() for axes in figure.axes] == ["", "Mass, kg"]
    with pytest.raises(InputError, match="values must be positive"):
        footprint_figure(LATITUDE, LONGITUDE, MARK, values=-mass)
    with pytest.raises(InputError, match="no place"):
        footprint_figure([np.nan], [np.nan], MARK)


def test_a_cloud_on_the_antimeridian_stays_together() -> None:
    longitude = np.remainder(LONGITUDE + np.pi / 2 + np.pi, 2 * np.pi) - np.pi
    figure = footprint_figure(LATITUDE, longitude, footprint(LATITUDE, longitude))
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    assert high - low < 20.0
    assert low < 180.0 < high or low < -180.0 < high
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert any(label.endswith("E") for label in labels)
    assert any(label.endswith("W") for label in labels)


def test_a_hazard_map() -> None:
    chart = hazard_map(LATITUDE, LONGITUDE, cell=10e3)
    figure = hazard_figure(chart, unit="Fragments per km²", marks=PLACES)
    figure.draw_without_rendering()
    axes, bar = figure.axes
    (mesh,) = [c for c in axes.collections if c.get_array() is not None]
    drawn = np.asarray(mesh.get_array().filled(0.0)).reshape(chart.density.shape)
    assert np.allclose(drawn, chart.density)
    assert bar.get_ylabel() == "Fragments per km²"
    empty = hazard_map(LATITUDE, LONGITUDE, weight=0.0)
    with pytest.raises(InputError, match="nothing on the hazard map"):
        hazard_figure(empty)
