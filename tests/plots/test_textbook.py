from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from dicomlab.drift import classic
from dicomlab.errors import WrongArgument
from dicomlab.plots import control_chart
from dicomlab.plots.charts import of_signal, pick_signal
from dicomlab.plots.textbook import CHARTS, SAMPLE, classic_panels, unusual_by_week


@pytest.fixture
def signal(drift):
    return pick_signal(drift, "CT-01", "CTDIvol")


@pytest.fixture
def points(drift, signal):
    return of_signal(drift.points, signal)


def legend(ax):
    shown = ax.get_legend() or ax.figure.axes[-1].get_legend()
    return [text.get_text() for text in shown.get_texts()]


@pytest.mark.parametrize("chart", CHARTS)
def test_every_textbook_chart_is_drawn_with_its_limits(drift, chart):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol", chart=chart)
    assert {"point", "centre", "limits"} <= set(legend(ax))
    assert "CTDIvol" in ax.get_ylabel()


@pytest.mark.parametrize("chart", ["i-mr", "xbar-s"])
def test_charts_of_two_panels_share_their_dates(drift, chart):
    upper = control_chart(drift, device="CT-01", parameter="CTDIvol", chart=chart)
    assert len(upper.figure.axes) == 2
    lower = upper.figure.axes[1]
    assert lower.get_xlim() == upper.get_xlim()
    upper.figure.canvas.draw()
    assert lower.get_position().y1 < upper.get_position().y0


def test_two_panels_fit_where_one_axes_was_put_by_hand(drift):
    ax = Figure().add_axes((0.1, 0.1, 0.8, 0.8))
    assert control_chart(drift, device="CT-01", parameter="CTDIvol", chart="i-mr", ax=ax) is ax
    assert ax.figure.axes[1].get_position().y1 < ax.get_position().y0


def test_single_values_are_judged_as_the_textbook_does(signal, points):
    panel = classic_panels("i-mr", signal, points, raw=True)[0]
    n = int(points["is_baseline"].sum())
    value = points.sort_values("date", kind="stable")["value"].to_numpy()
    limits = classic.individuals_chart(value, baseline=n)
    assert panel.table["statistic"].to_numpy() == pytest.approx(value)
    assert panel.table["upper"].iloc[0] == pytest.approx(limits["upper"].iloc[0])
    assert panel.table["is_beyond"].sum() == limits["is_beyond"].sum() > 0
    assert list(panel.rules.columns) == [2, 3, 4, 5, 6, 7, 8]
    assert panel.rules[2].any()


def test_each_point_keeps_its_own_date(signal, points):
    shuffled = points.sample(frac=1, random_state=3)
    panel = classic_panels("i-mr", signal, shuffled, raw=True)[0]
    of_date = points.sort_values("date", kind="stable")
    assert panel.table["date"].is_monotonic_increasing
    assert set(zip(panel.table["date"], panel.table["statistic"], strict=True)) == set(
        zip(of_date["date"], of_date["value"], strict=True)
    )


def test_a_mean_is_of_so_many_acquisitions_in_a_row(signal, points):
    panel = classic_panels("xbar-s", signal, points, raw=True)[0]
    value = points.sort_values("date", kind="stable")["value"].to_numpy()
    assert len(panel.table) == len(value) // SAMPLE
    assert panel.table["statistic"].iloc[1] == pytest.approx(value[SAMPLE : 2 * SAMPLE].mean())


def test_a_weighted_mean_is_of_the_means_of_days(signal, points):
    panel = classic_panels("ewma", signal, points, raw=True)[0]
    assert len(panel.table) == points["date"].dt.normalize().nunique()
    assert panel.table["is_beyond"].iloc[-1]


def test_both_sums_are_drawn(signal, points):
    panel = classic_panels("cusum", signal, points, raw=True)[0]
    assert panel.below is not None
    assert panel.table["statistic"].max() > 5 > -panel.below.min()


def test_weeks_count_what_was_not_usual(drift):
    kernel = pick_signal(drift, "CT-01", "ConvolutionKernel")
    points = of_signal(drift.points, kernel)
    weeks = unusual_by_week(kernel, points, raw=False)
    assert weeks["n"].sum() == len(points)
    assert weeks["n_unusual"].sum() == (points["text"] != kernel["usual"]).sum()
    assert weeks["n_days"].max() <= 7
    assert set(weeks["date"].dt.day_of_week) == {0}


def test_a_share_is_marked_where_it_leaves_its_limits(drift):
    ax = control_chart(drift, device="CT-01", parameter="ConvolutionKernel", chart="p")
    assert any("beyond the limits" in words for words in legend(ax))
    assert "%" in ax.get_ylabel()


def test_broken_rules_are_counted_in_the_legend(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol", chart="i-mr")
    assert any("rule of Nelson (2: " in words for words in legend(ax))


def test_rules_are_named_at_their_points_while_these_are_few(drift, made):
    calm = made.make_drift(made.Made(faults=()))
    ax = control_chart(calm, device="CT-01", parameter="CTDIvol", chart="xbar-s")
    named = {text.get_text() for text in ax.texts}
    counted = next((words for words in legend(ax) if "Nelson" in words), "")
    assert all(f"{name.partition('+')[0]}: " in counted for name in named if name.isdigit())


def test_raw_values_are_shown_without_a_range_that_is_not_theirs(drift):
    mine = (drift.points["parameter"] == "CTDIvol") & (drift.points["device"] == "CT-01")
    drift.points.loc[mine, "value"] *= 3
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol", raw=True)
    assert "as written" in ax.get_ylabel()
    assert "usual range" not in legend(ax)
    assert ax.get_ylim()[0] > 9
    adjusted = control_chart(drift, device="CT-01", parameter="CTDIvol")
    assert "taken out" in adjusted.get_ylabel()
    assert "usual range" in legend(adjusted)


def test_an_unwatched_signal_learns_from_its_first_third(drift):
    head = pick_signal(drift, "CT-01", "CTDIvol", "Head")
    points = of_signal(drift.points, head).assign(is_baseline=False)
    table = classic_panels("i-mr", head, points, raw=True)[0].table
    assert table["center"].iloc[0] == pytest.approx(table["statistic"].iloc[:100].mean())


@pytest.mark.parametrize("chart", CHARTS)
def test_too_few_values_are_said(drift, chart):
    few = drift.points.groupby(["device", "parameter", "stratum"]).head(1)
    ax = control_chart(replace(drift, points=few), device="CT-01", parameter="CTDIvol", chart=chart)
    assert any("Too few values of CTDIvol" in text.get_text() for text in ax.texts)


def test_a_setting_in_words_has_no_chart_of_means(drift):
    with pytest.raises(WrongArgument, match="'p'"):
        control_chart(drift, device="CT-01", parameter="ConvolutionKernel", chart="ewma")
    with pytest.raises(WrongArgument, match="cusum"):
        control_chart(drift, device="CT-01", parameter="CTDIvol", chart="pie")


def test_a_constant_signal_has_a_chart(drift):
    drift.points.loc[:, ["value", "adjusted"]] = 5.0
    for chart in ("i-mr", "xbar-s", "ewma", "cusum"):
        ax = control_chart(drift, device="CT-01", parameter="CTDIvol", chart=chart)
        assert np.isfinite(ax.get_ylim()).all()


def test_charts_change_no_table(made):
    drift, same = made.make_drift(), made.make_drift()
    for chart in CHARTS:
        control_chart(drift, device="CT-01", parameter="CTDIvol", chart=chart)
    pd.testing.assert_frame_equal(drift.points, same.points)
