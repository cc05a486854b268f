import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from dicomlab.errors import WrongArgument
from dicomlab.plots import control_chart
from dicomlab.plots.charts import pick_signal
from dicomlab.plots.levels import comparable_values, median_width, running_median
from dicomlab.plots.rows import EMPTY, OTHERS, row_order, usual_values


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_the_value_axis_has_the_unit(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    assert ax.get_ylabel() == "CTDIvol [mGy]"


def test_a_parameter_without_unit_gets_no_brackets(drift):
    ax = control_chart(drift, device="CT-01", parameter="ConvolutionKernel")
    assert ax.get_ylabel() == "ConvolutionKernel"


def test_the_title_names_device_parameter_and_stratum(drift):
    title = control_chart(drift, device="CT-01", parameter="CTDIvol", stratum="Head").get_title(loc="left")
    assert all(word in title for word in ("CT-01", "CTDIvol", "Head"))


def test_a_change_is_labelled_with_effect_and_date(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    assert any("+18 % from 27 Oct 2024" in text for text in texts(ax))


def test_a_slow_change_is_labelled_with_both_its_ends(drift):
    ax = control_chart(drift, device="CT-02", parameter="XRayTubeCurrent")
    assert any("+30 % from 28 Aug 2024 to 26 Dec 2024" in text for text in texts(ax))


def test_a_setting_is_labelled_with_the_old_and_the_new_value(drift):
    ax = control_chart(drift, device="CT-01", parameter="ConvolutionKernel")
    assert any("B30f \u2192 Br40d" in text for text in texts(ax))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["B30f", "Br40d"]


def test_the_shares_of_a_setting_turn_over_at_the_change(drift):
    ax = control_chart(drift, device="CT-01", parameter="ConvolutionKernel")
    shares = [text for text in texts(ax) if "%" in text and "from" not in text]
    assert shares == ["99 % \u2192 0 %", "1 % \u2192 100 %"]


def test_the_line_of_a_change_stands_at_its_onset(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    onset = mpl.dates.date2num(np.datetime64("2024-10-27"))
    verticals = [line for line in ax.lines if len(set(line.get_xdata())) == 1 and len(line.get_xdata()) == 2]
    assert [line.get_xdata()[0] for line in verticals] == [onset]


def test_the_new_level_is_drawn_among_its_points_or_not_at_all(drift):
    def levels(ax):
        return [line for line in ax.lines if line.get_linewidth() == 2.6]

    (line,) = levels(control_chart(drift, device="CT-01", parameter="CTDIvol"))
    assert line.get_ydata()[0] == pytest.approx(9.44)
    drift.changes.loc[drift.changes["parameter"] == "CTDIvol", ["before", "after"]] = [80.0, 94.4]
    assert levels(control_chart(drift, device="CT-01", parameter="CTDIvol")) == []


def test_the_stratum_that_changed_is_shown_first(drift):
    assert pick_signal(drift, "CT-01", "CTDIvol")["stratum"] == "Abdomen"


def test_an_unwatched_signal_says_why(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol", stratum="Head")
    assert any("fewer than 25 acquisitions" in text for text in texts(ax))


def test_unknown_names_are_told_with_what_there_is(drift):
    with pytest.raises(WrongArgument, match="CT-02"):
        control_chart(drift, device="CT-99", parameter="CTDIvol")
    with pytest.raises(WrongArgument, match="CTDIvol"):
        control_chart(drift, device="CT-01", parameter="Dose")


def test_an_empty_drift_gives_a_sentence(made):
    empty = made.make_drift(made.Made(devices=(), faults=()))
    ax = control_chart(empty, device="CT-01", parameter="CTDIvol")
    assert texts(ax) == ["Nothing was analysed, so there is nothing to show."]


def test_far_points_are_counted_and_do_not_squeeze_the_rest(drift):
    drift.points.loc[drift.points["parameter"] == "CTDIvol", "adjusted"] = np.nan
    first = drift.points.index[(drift.points["parameter"] == "CTDIvol")][0]
    drift.points.loc[first, "value"] = 4000.0
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol", stratum="Abdomen")
    assert ax.get_ylim()[1] < 30
    assert "1 point outside the picture" in texts(ax)


def test_a_calm_signal_keeps_a_frame(drift):
    drift.points.loc[:, ["value", "adjusted"]] = 5.0
    drift.signals.loc[:, ["lower", "upper", "center"]] = 5.0
    ax = control_chart(drift, device="CT-02", parameter="CTDIvol")
    assert ax.get_ylim()[0] < 5 < ax.get_ylim()[1]


def test_adjusted_values_are_shown_and_said_to_be(drift):
    drift.points["adjusted"] = drift.points["value"] + 1
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    assert "size taken out" in ax.get_ylabel()
    shown, is_adjusted = comparable_values(drift.points)
    assert is_adjusted
    assert (shown["value"] == drift.points.loc[shown.index, "value"] + 1).all()


def test_given_axes_are_used_and_no_other_figure_is_opened(drift):
    figure = Figure()
    ax = figure.add_subplot()
    assert control_chart(drift, device="CT-01", parameter="CTDIvol", ax=ax) is ax
    assert pyplot.get_fignums() == []


def test_drawing_leaves_the_settings_of_matplotlib_alone(drift):
    before = mpl.rcParams.copy()
    control_chart(drift, device="CT-01", parameter="CTDIvol")
    assert mpl.rcParams.copy() == before


def test_drawing_changes_no_table(drift, made):
    before = {
        name: getattr(drift, name).copy(deep=True) for name in ("signals", "points", "changes", "events")
    }
    control_chart(drift, device="CT-01", parameter="CTDIvol")
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(drift, name), table)


def test_hostile_names_are_drawn_as_themselves(made):
    """A dollar sign must not start a formula; unknown letters must not warn."""
    name = r"$\frac{1$ <b>_^ \\ CT\n" + "\u202e\u4e2d\x00"
    fault = made.Fault(name, "CTDIvol", 300, stratum="$x^$")
    hostile = made.Made(
        devices=(name,), strata=("$x^$",), faults=(fault,), events=((name, 10, "service", name),)
    )
    ax = control_chart(made.make_drift(hostile), device=name, parameter="CTDIvol")
    ax.figure.canvas.draw()
    assert not {"\u202e", "\x00", "\n"} & set(ax.get_title(loc="left"))


def test_series_differ_without_colour(drift):
    """In a grey print, each entry of the legend still has a mark of its own."""
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    handles = ax.get_legend().legend_handles
    assert len(handles) >= 6
    looks = [
        (getattr(h, "get_marker", lambda: "patch")(), str(getattr(h, "get_linestyle", lambda: "")()))
        for h in handles
    ]
    assert len(set(looks)) == len(looks)


def test_alarms_are_darker_and_of_another_shape_than_points(drift):
    ax = control_chart(drift, device="CT-01", parameter="CTDIvol")
    lines = {line.get_label(): line for line in ax.lines}
    point, alarm = lines["one acquisition"], lines["alarm"]
    assert point.get_marker() != alarm.get_marker()

    def seen(line):
        grey = float(np.dot(to_rgb(line.get_color()), [0.299, 0.587, 0.114]))
        return 1 - line.get_alpha() * (1 - grey)

    assert seen(alarm) < seen(point) - 0.05


def test_labels_of_events_and_changes_do_not_overlap(made):
    faults = tuple(made.Fault("CT-01", "CTDIvol", 250 + 12 * i, 1.1) for i in range(3))
    events = tuple(("CT-01", 250 + 4 * i, "service", f"service visit {i}") for i in range(6))
    crowded = made.make_drift(made.Made(faults=faults, events=events))
    ax = control_chart(crowded, device="CT-01", parameter="CTDIvol", stratum="Abdomen")
    ax.figure.canvas.draw()
    boxes = [Text.get_window_extent(t) for t in ax.texts if t.get_text()]
    overlaps = [
        (a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.shrunk(0.96, 0.9).overlaps(b)
    ]
    assert len(boxes) >= 5
    assert not overlaps


def test_the_running_median_breaks_where_nothing_was_done():
    dates = pd.to_datetime(["2024-01-01"] * 5 + ["2024-06-01"] * 5)
    points = pd.DataFrame({"date": dates, "value": [1.0] * 5 + [2.0] * 5})
    _, y = running_median(points, 7)
    np.testing.assert_equal(y, [1.0, np.nan, 2.0])


def test_a_busy_signal_gets_a_weekly_median():
    days = pd.date_range("2024-01-01", periods=300)
    assert median_width(pd.DataFrame({"date": days, "value": 1.0})) == 7
    assert median_width(pd.DataFrame({"date": days[::7], "value": 1.0})) == 28


def test_rows_of_numbers_are_sorted_and_rare_values_share_one():
    assert row_order(pd.Series(["120", "80", "100"]), ("120",)) == ["80", "100", "120"]
    words = pd.Series([f"w{i}" for i in range(12)] * 3)
    rows = row_order(words, ("w5",))
    assert (rows[0], rows[-1], len(rows)) == ("w5", OTHERS, 9)


def test_an_empty_value_has_a_row_of_its_own(drift):
    chosen = drift.points["parameter"] == "ConvolutionKernel"
    drift.points.loc[drift.points.index[chosen][:40], "text"] = None
    ax = control_chart(drift, device="CT-01", parameter="ConvolutionKernel", stratum="Abdomen")
    assert EMPTY in [label.get_text() for label in ax.get_yticklabels()]


@pytest.mark.parametrize("usual", ["120, 100", ("120", "100"), ["120", "100"]])
def test_usual_values_are_read_from_a_text_or_a_list(usual):
    assert usual_values(pd.Series({"usual": usual}))[-2:] == ("120", "100")


def test_a_usual_value_may_hold_a_comma():
    assert "AXIAL, HELICAL" in usual_values(pd.Series({"usual": "AXIAL, HELICAL"}))


def test_limits_within_reach_are_drawn_and_far_ones_are_not(drift):
    from dataclasses import replace

    signal = pick_signal(drift, "CT-01", "CTDIvol")
    limit = {
        **signal[["signal_id", "device", "parameter", "stratum"]].to_dict(),
        "reference": float(signal["center"]),
        "warn": 10.0,
        "action": 4000.0,
        "limit_unit": "%",
        "side": "above",
    }
    given = replace(drift, limits=pd.DataFrame([limit]))
    ax = control_chart(given, device="CT-01", parameter="CTDIvol", ax=Figure().subplots())
    lines = {line.get_label(): line.get_ydata()[0] for line in ax.lines}
    assert lines["warning limit given"] == pytest.approx(1.1 * limit["reference"])
    assert "limit given" not in lines
    assert ax.get_ylim()[1] < 10 * limit["reference"]
