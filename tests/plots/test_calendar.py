from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure

from dicomlab.errors import WrongArgument
from dicomlab.plots import calendar
from dicomlab.plots.calendars import in_sd, quiet_days
from dicomlab.plots.charts import pick_signal


@pytest.fixture
def worked(drift):
    """Series with names of their own, and one alarm."""
    drift.points["series"] = [f"1.2.{n}" for n in range(len(drift.points))]
    signal = pick_signal(drift, "CT-01", "CTDIvol", "Abdomen")
    alarm = {**signal[["signal_id", "device", "parameter", "stratum"]], "kind": "level"}
    drift.alarms.loc[0, [*alarm, "date"]] = [*alarm.values(), pd.Timestamp("2024-11-01")]
    drift.alarms["date"] = pd.to_datetime(drift.alarms["date"])
    return drift


def cells(ax):
    """Left and top of every cell."""
    (boxes,) = [c for c in ax.collections if isinstance(c, PatchCollection)]
    return [path.vertices.min(axis=0) for path in boxes.get_paths()]


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_every_day_with_data_is_a_cell(worked):
    days = worked.points.loc[worked.points["device"] == "CT-01", "date"].dt.normalize().nunique()
    assert len(cells(calendar(worked, device="CT-01"))) == days


def test_a_series_counts_once_however_many_parameters_it_has(worked):
    worked.points["series"] = "1.2.3"
    scale = calendar(worked, device="CT-01").child_axes[0]
    assert scale.get_xlim() == (0, 1)


def test_years_stand_below_each_other(worked):
    ax = calendar(worked, device="CT-01")
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert [name for name in names if name.isdigit()] == ["2024", "2025"]
    assert {"Mon", "Sun"} <= set(names)


def test_a_monday_stands_above_its_sunday(worked):
    one = worked.points[worked.points["device"] == "CT-01"].head(2)
    one = one.assign(date=pd.to_datetime(["2024-03-04", "2024-03-10"]))
    monday, sunday = cells(calendar(replace(worked, points=one), device="CT-01"))
    assert (sunday - monday).tolist() == [0, 6]


def test_alarms_and_changes_are_marked_and_counted(worked):
    ax = calendar(worked, device="CT-01", parameter="CTDIvol")
    assert {"1 day with an alarm", "change"} <= set(labels(ax))


def test_a_day_without_data_is_marked_where_that_weekday_usually_has_some():
    whole = pd.date_range("2024-01-01", "2024-06-30")
    busy = pd.Series(1.0, index=whole[whole.day_of_week < 5])
    outage = busy.drop(pd.date_range("2024-03-04", "2024-03-08"))
    assert quiet_days(busy, whole).empty
    assert list(quiet_days(outage, whole)) == list(pd.date_range("2024-03-04", "2024-03-08"))


def test_the_edge_of_the_usual_range_is_three_standard_deviations_away():
    linear = pd.Series({"center": 10.0, "lower": 4.0, "upper": 16.0})
    assert in_sd(pd.Series([4.0, 10.0, 12.0]), linear).tolist() == pytest.approx([-3, 0, 1])
    log = pd.Series({"center": 10.0, "lower": 5.0, "upper": 20.0})
    assert in_sd(pd.Series([5.0, 10.0, 20.0, 40.0]), log).tolist() == pytest.approx([-3, 0, 3, 6])


def test_far_days_have_a_sign_and_not_only_a_colour(worked):
    mine = (worked.points["parameter"] == "CTDIvol") & (worked.points["date"] >= "2025-01-01")
    worked.points.loc[mine, ["value", "adjusted"]] *= 3
    ax = calendar(worked, device="CT-01", parameter="CTDIvol")
    assert "+" in [text.get_text() for text in ax.texts]
    assert "SD" in ax.child_axes[0].texts[0].get_text()


def test_a_setting_shows_the_share_that_was_not_usual(worked):
    ax = calendar(worked, device="CT-01", parameter="ConvolutionKernel")
    assert "%" in ax.child_axes[0].texts[0].get_text()
    assert ax.child_axes[0].get_xlim() == (0, 100)


def test_an_unwatched_signal_has_no_days_to_compare(worked):
    ax = calendar(worked, device="CT-01", parameter="CTDIvol", stratum="Head")
    assert any("no day with a value" in text.get_text() for text in ax.texts)


def test_unknown_names_are_told_with_what_there_is(worked):
    with pytest.raises(WrongArgument, match="CT-02"):
        calendar(worked, device="CT-99")
    with pytest.raises(WrongArgument, match="CTDIvol"):
        calendar(worked, device="CT-01", parameter="Dose")


def test_an_empty_drift_gives_a_sentence(made):
    ax = calendar(made.make_drift(made.Made(devices=(), faults=())), device="CT-01")
    assert [text.get_text() for text in ax.texts] == ["Nothing was analysed, so there is nothing to show."]


def test_given_axes_are_used_and_no_text_overlaps_another(worked):
    ax = Figure(figsize=(7.1, 3.2), layout="constrained").add_subplot()
    assert calendar(worked, device="CT-01", ax=ax) is ax
    ax.figure.draw_without_rendering()
    months = [t.get_window_extent() for t in ax.texts]
    assert not any(a.overlaps(b) for n, a in enumerate(months) for b in months[:n])
    assert np.isfinite(ax.get_ylim()).all()
