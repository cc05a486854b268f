"""Notices: tags that go missing, gaps and fewer patients are told once, and are no change."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import CHART
from dicomlab.drift.detectors.missing import MissingTag
from dicomlab.drift.engine import find_drift
from dicomlab.drift.findings.notices import NOTICE_COLUMNS

from .machines import START, Room, day_number, make_ct

ROOM = Room(days=480, a_day=8.0)
PARAMETERS = ["XRayTubeCurrent", "CTDIvol", "KVP"]


def days(dates: pd.Series) -> list[int]:
    return (dates - START).dt.days.tolist()


def without(series: pd.DataFrame, column: str, first: int, last: int, share: float = 1.0) -> pd.DataFrame:
    """The series without a value in such a share of them, from one day to another."""
    day = day_number(series)
    lost = (day >= first) & (day <= last) & (np.random.default_rng(3).random(len(series)) < share)
    return series.assign(**{column: series[column].mask(lost)})


def test_a_month_without_a_tag_is_told_once_and_is_no_change():
    series = make_ct(ROOM, seed=111)
    drift = find_drift(without(series, "CTDIvol", 300, 329), PARAMETERS)
    worked = day_number(series)
    told = drift.notices[drift.notices["kind"] == "missing-tag"]
    assert told["parameter"].tolist() == ["CTDIvol"]
    assert abs(days(told["date"])[0] - worked[worked >= 300].min()) <= 1
    assert abs(days(told["until"])[0] - worked[worked <= 329].max()) <= 1
    assert told["after"].iloc[0] > 0.9
    assert "CTDIvol is absent from" in told["text"].iloc[0]
    assert drift.changes.empty


def test_tags_that_go_missing_together_are_one_notice_that_goes_on():
    series = make_ct(ROOM, seed=112)
    for name in PARAMETERS:
        series = without(series, name, 350, 10**6)
    told = find_drift(series, PARAMETERS).notices
    told = told[told["kind"] == "missing-tag"]
    assert [set(names.split(", ")) for names in told["parameter"]] == [set(PARAMETERS)]
    assert told["until"].isna().all()
    assert "are absent from" in told["text"].iloc[0]


def test_a_tag_that_appears_is_told():
    told = find_drift(without(make_ct(ROOM, seed=113), "CTDIvol", 0, 299), ["CTDIvol"]).notices
    told = told[told["kind"] == "missing-tag"]
    assert abs(days(told["date"])[0] - 300) <= 3
    assert told["before"].iloc[0] == 1.0
    assert told["after"].iloc[0] < 0.1
    assert "is there from" in told["text"].iloc[0]


def test_a_tag_that_most_examinations_have_lost_is_told_too():
    told = find_drift(without(make_ct(ROOM, seed=114), "CTDIvol", 300, 10**6, share=0.6), ["CTDIvol"]).notices
    assert abs(days(told["date"][told["kind"] == "missing-tag"])[0] - 300) <= 5


@pytest.mark.slow
def test_tags_that_are_missing_now_and_then_are_not_told():
    fleet = []
    for n in range(8):
        series = make_ct(ROOM, name=f"CT-{n}", seed=120 + n)
        rng = np.random.default_rng(n)
        for name in PARAMETERS:
            series = series.assign(**{name: series[name].mask(rng.random(len(series)) < 0.08)})
        fleet.append(series)
    notices = find_drift(pd.concat(fleet, ignore_index=True), PARAMETERS).notices
    # The budget is half a false notice a machine and year; eight machines for 1.3 years.
    assert (notices["kind"] == "missing-tag").sum() <= 2


def test_another_mix_of_protocols_is_no_tag_that_went_missing():
    series = make_ct(Room(days=480, a_day=8.0, mix_shift_day=300), seed=115)
    lost = (series["ProtocolName"] == "Head") & (np.random.default_rng(1).random(len(series)) < 0.5)
    lost |= series["ProtocolName"] == "Chest"
    notices = find_drift(series.assign(CTDIvol=series["CTDIvol"].mask(lost)), ["CTDIvol"]).notices
    assert (notices["kind"] == "gap").all()


def test_a_gap_is_told_and_one_that_goes_on_too():
    series = pd.concat([make_ct(ROOM, name=f"CT-{n}", seed=130 + n) for n in range(2)], ignore_index=True)
    quiet = (series["StationName"] == "CT-0") & (day_number(series) > 440)
    told = find_drift(series[~quiet], ["KVP"]).notices
    told = told[told["kind"] == "gap"]
    planned = told[told["until"].notna()]
    assert set(planned["device"]) == {"CT-0", "CT-1"}
    assert planned["n"].between(10, 14).all()
    last = told[told["until"].isna()]
    assert last["device"].tolist() == ["CT-0"]
    assert abs(days(last["date"])[0] - 441) <= 2
    assert "so far" in last["text"].iloc[0]


def test_a_machine_that_was_replaced_is_not_missed():
    old, new = (make_ct(ROOM, name="CT-01", seed=seed) for seed in (132, 133))
    both = pd.concat([old[day_number(old) < 300], new[day_number(new) >= 300]], ignore_index=True)
    drift = find_drift(both, ["KVP"])
    assert len(drift.fleet) == 2
    assert drift.fleet["replaces"].notna().sum() == 1
    assert drift.notices["until"].notna().all()


@pytest.mark.slow
def test_half_as_many_examinations_are_told():
    series = make_ct(ROOM, seed=134)
    fewer = (day_number(series) >= 330) & (np.random.default_rng(2).random(len(series)) < 0.6)
    told = find_drift(series[~fewer], ["KVP"]).notices
    told = told[told["kind"] == "volume"]
    assert abs(days(told["date"])[0] - 330) <= 10
    assert told["after"].iloc[0] / told["before"].iloc[0] == pytest.approx(0.4, abs=0.08)
    assert find_drift(series, ["KVP"]).notices["kind"].isin(["gap"]).all()


def test_since_leaves_earlier_notices_out():
    series = without(make_ct(ROOM, seed=135), "CTDIvol", 300, 329)
    later = find_drift(series, ["CTDIvol"], since=START + pd.Timedelta(400, "D")).notices
    assert later.empty
    assert later.columns.tolist() == NOTICE_COLUMNS


def test_no_notice_has_a_value_from_the_header():
    series = make_ct(ROOM, seed=136).assign(PatientName="Doe^Jane", PatientID="4711")
    text = find_drift(without(series, "CTDIvol", 300, 329), PARAMETERS).notices.to_csv()
    assert "Doe" not in text
    assert "4711" not in text


CALM = Baseline(START, START, 0, float("nan"), scale=1.0)
"""Days that differ by no more than chance has it."""


class TestMissingTag:
    def signal(self, share: float, n: int = 600, seed: int = 0) -> pd.DataFrame:
        odd = np.random.default_rng(seed).random(n) < share
        dates = pd.date_range("2024-01-01", periods=n // 4).repeat(4)
        return pd.DataFrame({"date": dates, "is_odd": odd, "usual": 0.1})

    def test_is_frozen_and_keeps_its_input(self):
        signal = self.signal(0.5)
        before = signal.copy(deep=True)
        chart = MissingTag()(signal, CALM)
        pd.testing.assert_frame_equal(signal, before)
        assert chart.columns.tolist() == list(CHART)
        with pytest.raises(FrozenInstanceError):
            MissingTag().length = 1.0

    def test_is_empty_where_nothing_is(self):
        assert MissingTag()(self.signal(0.1).iloc[:0], CALM).empty

    def test_runs_as_long_as_promised(self):
        alarms = sum(
            MissingTag(length=2000.0)(self.signal(0.1, 2000, s), CALM)["is_alarm"].any() for s in range(60)
        )
        # At least 2,000 examinations on average between two: at most 38 of 60 stretches of that length.
        assert alarms <= 38

    def test_one_day_is_never_told(self):
        signal = self.signal(0.0)
        signal.loc[100:103, "is_odd"] = True
        assert not MissingTag(length=50.0)(signal, CALM)["is_alarm"].any()
