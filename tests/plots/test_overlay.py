"""Where the points of a chart lie on its picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from dicomlab.plots import charts
from dicomlab.plots.overlay import chart_points, point_positions, point_words, within


def drawn(drift, parameter, **more):
    signal = charts.pick_signal(drift, "CT-01", parameter, "Abdomen")
    points = chart_points(drift, signal, **more)
    figure = Figure(figsize=(8, 3), dpi=100, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    ax = charts.control_chart(
        drift, device="CT-01", parameter=parameter, stratum="Abdomen", ax=figure.subplots(), **more
    )
    out = io.BytesIO()
    canvas.print_png(out)
    return points, point_positions(ax, points), np.asarray(Image.open(out).convert("L")).astype(int)


@pytest.mark.parametrize("parameter", ["CTDIvol", "ConvolutionKernel"])
def test_ink_is_where_the_points_are_said_to_be(drift, parameter):
    points, positions, picture = drawn(drift, parameter)
    inside = positions[positions["is_inside"]]
    dark = [
        picture[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2].min()
        for x, y in inside[["x", "y"]].values
    ]
    assert len(points) == len(positions) == 300
    assert np.mean(np.array(dark) < 215) > 0.97


def test_a_box_holds_the_points_in_it(drift):
    points, positions, _ = drawn(drift, "CTDIvol")
    left = positions["x"].sort_values().iloc[49]
    chosen = within(positions, (left, 400, 0, -10))
    assert len(chosen) >= 50
    assert points.iloc[chosen]["date"].max() <= points["date"].sort_values().iloc[len(chosen) - 1]
    assert len(within(positions, (0, 0, 1, 1))) == 0


def test_points_beyond_the_frame_lie_on_its_edge(drift):
    drift.points.loc[drift.points["parameter"] == "CTDIvol", "adjusted"] = np.nan
    at = drift.points.index[
        (drift.points["parameter"] == "CTDIvol")
        & (drift.points["device"] == "CT-01")
        & (drift.points["stratum"] == "Abdomen")
    ][0]
    drift.points.loc[at, "value"] = 9_000.0
    points, positions, _ = drawn(drift, "CTDIvol")
    assert (~positions["is_inside"]).sum() == 1
    assert positions.loc[~positions["is_inside"], "y"].item() == pytest.approx(positions["y"].min(), abs=40)
    assert point_words(points[~positions["is_inside"]], "mGy")[0].endswith("9,000 mGy, baseline")


def test_no_points_have_no_places(drift):
    from dataclasses import replace

    empty = replace(drift, points=drift.points.iloc[:0])
    signal = charts.pick_signal(empty, "CT-01", "CTDIvol")
    points = chart_points(empty, signal)
    assert point_positions(Figure().subplots(), points).columns.tolist() == ["x", "y", "is_inside"]
