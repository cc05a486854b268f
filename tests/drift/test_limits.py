"""Limits that are given: read with their citation, judged with an interval, told once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from dicomlab.drift.base import LIMIT_COLUMNS, Baseline, NotReadable
from dicomlab.drift.detectors.tolerance import ToleranceLimit
from dicomlab.drift.engine import find_drift
from dicomlab.drift.kept.decisions import is_known
from dicomlab.drift.kept.limit_verdicts import median_interval, verdict
from dicomlab.drift.kept.limits import NoLimits, read_tolerances
from dicomlab.errors import WrongArgument

from .machines import START, Room, day_number, make_ct

ROOM = Room(days=420, a_day=8.0)
GIVEN = pd.DataFrame(
    {
        "parameter": ["CTDIvol"],
        "warn": [15.0],
        "action": [30.0],
        "unit": ["%"],
        "citation": ["Local dose protocol 7, 2024"],
    }
)


def with_dose(factor: float, onset: int, until: int = 10**6, seed: int = 151) -> pd.DataFrame:
    series = make_ct(ROOM, seed=seed)
    day = day_number(series)
    there = (day >= onset) & (day <= until)
    return series.assign(CTDIvol=series["CTDIvol"].where(~there, series["CTDIvol"] * factor).round(2))


def told(drift) -> pd.DataFrame:
    return drift.changes[drift.changes["kind"] == "tolerance"]


def test_a_level_beyond_the_action_limit_is_told_with_its_citation():
    drift = find_drift(with_dose(1.6, 250), ["CTDIvol"], tolerances=GIVEN)
    found = told(drift)
    assert set(found["stratum"]) == {"Abdomen", "Chest", "Head"}
    assert (found["severity"] == 3).all()
    assert ((found["onset"] - START).dt.days - 250).abs().max() <= 21
    assert (found["citation"] == "Local dose protocol 7, 2024").all()
    assert found["text"].str.contains("outside the action limit").all()
    assert found["text"].str.contains("Local dose protocol 7, 2024").all()
    assert (found["effect_low"] > 0.3).all()
    now = drift.limits
    assert now.columns.tolist() == LIMIT_COLUMNS
    assert (now["verdict"] == "outside action").all()
    assert (drift.changes.loc[drift.changes["kind"] != "tolerance", "citation"] == "").all()


def test_a_level_between_the_limits_is_a_warning():
    drift = find_drift(with_dose(1.4, 250, seed=152), ["CTDIvol"], tolerances=GIVEN.assign(action=90.0))
    assert len(told(drift)) >= 1
    assert (told(drift)["severity"] == 2).all()
    assert set(drift.limits["verdict"]) <= {"outside warn", "cannot tell"}


def test_a_level_that_keeps_to_its_limits_is_not_told():
    drift = find_drift(make_ct(ROOM, seed=153), ["CTDIvol"], tolerances=GIVEN)
    assert told(drift).empty
    assert (drift.limits["verdict"] == "inside").any()
    assert not drift.limits["verdict"].str.startswith("outside").any()


def test_a_level_that_comes_back_says_until_when():
    found = told(find_drift(with_dose(1.8, 250, 320, seed=154), ["CTDIvol"], tolerances=GIVEN))
    assert len(found) >= 1
    assert found["text"].str.contains(r"until 2024-1[01]").all()


def test_a_limit_about_a_given_reference_is_absolute():
    limit = GIVEN.assign(parameter="KVP", warn=np.nan, action=5.0, unit="kV", reference=120)
    series = make_ct(ROOM, seed=155).assign(KVP=120.0)
    low = series.assign(KVP=np.where(day_number(series) >= 250, 112.0, 120.0))
    drift = find_drift(low, ["KVP"], tolerances=limit)
    assert set(told(drift)["before"]) == {120.0}
    assert set(told(drift)["after"]) == {112.0}
    assert (drift.limits["verdict"] == "outside action").all()
    above = find_drift(low, ["KVP"], tolerances=limit.assign(side="above"))
    assert told(above).empty
    assert (above.limits["verdict"] == "inside").all()


def test_a_limit_holds_for_what_it_names_only():
    series = pd.concat([with_dose(1.6, 250), make_ct(ROOM, name="CT-02", seed=156)], ignore_index=True)
    limit = GIVEN.assign(device="ct-01", stratum="Chest")
    drift = find_drift(series, ["CTDIvol"], tolerances=limit)
    assert drift.limits[["device", "stratum"]].to_numpy().tolist() == [["CT-01", "Chest"]]


def test_a_short_record_cannot_be_told():
    drift = find_drift(
        make_ct(Room(days=4), seed=157), ["KVP"], tolerances=GIVEN.assign(parameter="KVP", reference=120)
    )
    assert set(drift.limits["verdict"]) == {"cannot tell"}


def test_limits_are_read_from_a_file(tmp_path):
    path = tmp_path / "limits.csv"
    path.write_text('parameter,action,unit,citation\nCTDIvol,30,%,"Decree 4, annex 2"\n', encoding="utf-8")
    _, limits = read_tolerances(path)
    assert limits[0].citation == "Decree 4, annex 2"
    assert np.isnan(limits[0].warn)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": ["mSv"]}, "mGy"),
        ({"warn": ["much"]}, "a number"),
        ({"warn": [None], "action": [None]}, "a number above 0"),
        ({"side": ["left"]}, "above"),
        ({"limit": [3]}, "parameter"),
    ],
)
def test_a_limit_that_cannot_be_used_is_refused(change, words):
    with pytest.raises(WrongArgument, match=words):
        read_tolerances(GIVEN.assign(**change))


def test_a_limit_without_a_citation_is_refused(tmp_path):
    with pytest.raises(NoLimits, match="citation"):
        read_tolerances(GIVEN.drop(columns="citation"))
    with pytest.raises(NotReadable, match="tolerances"):
        read_tolerances(tmp_path / "not there.csv")


def test_a_mapping_is_the_smallest_change_worth_an_alarm():
    assert read_tolerances({"KVP": 2}) == ({"KVP": 2.0}, ())
    assert read_tolerances(None) == ({}, ())


@pytest.mark.parametrize("n", [6, 9, 20, 55])
def test_the_interval_of_a_median_covers_what_it_says(n):
    _, low, high = median_interval(np.arange(1.0, n + 1))
    below = binom.cdf(low - 1, n, 0.5)
    assert 1 - 2 * below >= 0.95
    assert low + high == n + 1


def test_the_verdict_says_when_it_cannot_tell():
    limit = read_tolerances(GIVEN)[1][0]
    told_of = [
        verdict(limit, low, high) for low, high in ((-2, 3), (10, 20), (16, 25), (31, 40), (np.nan, np.nan))
    ]
    assert told_of == ["inside", "cannot tell", "outside warn", "outside action", "cannot tell"]


def test_an_excursion_is_not_taken_for_the_step_that_was_told():
    step = pd.DataFrame(
        {"device": ["A"], "parameter": ["KVP"], "stratum": ["all"], "kind": ["step"], "onset": [START]}
    )
    assert is_known(step, step).tolist() == [True]
    assert is_known(step.assign(kind="tolerance"), step).tolist() == [False]


class TestToleranceLimit:
    def chart(self, level: float, n: int = 1000, seed: int = 0, length: float = 2000.0) -> np.ndarray:
        value = np.random.default_rng(seed).normal(level, 1.0, n)
        signal = pd.DataFrame({"date": np.arange(n), "value": value, "sd": 1.0})
        limit = Baseline(START, START, 0, 0.0, 1.0)
        return ToleranceLimit(length=length)(signal, limit)["is_alarm"].to_numpy()

    def test_a_level_on_the_limit_runs_as_long_as_promised(self):
        alarms = sum(self.chart(0.0, seed=s).any() for s in range(80))
        # 1,000 of 2,000 days that are promised: at most 40 % of the records alarm.
        assert alarms <= 32

    def test_a_level_inside_is_never_told(self):
        assert not any(self.chart(-1.0, seed=s).any() for s in range(20))

    def test_a_level_well_beyond_is_told_within_days(self):
        assert np.flatnonzero(self.chart(5.0))[0] <= 3

    def test_one_day_is_never_told(self):
        value = np.full(100, -2.0)
        value[50] = 1000.0
        signal = pd.DataFrame({"date": np.arange(100), "value": value, "sd": 1.0})
        assert not ToleranceLimit()(signal, Baseline(START, START, 0, 0.0, 1.0))["is_alarm"].any()

    def test_an_empty_signal_has_an_empty_chart(self):
        signal = pd.DataFrame({"date": [], "value": [], "sd": []}, dtype=float)
        assert ToleranceLimit()(signal, Baseline(START, START, 0, 0.0, 1.0)).empty


def test_values_that_are_chosen_for_the_patient_and_come_in_runs_are_no_excursion():
    rng = np.random.default_rng(7)
    series = make_ct(ROOM, seed=160)
    series = series.assign(KVP=rng.choice([100.0, 120.0, 140.0], len(series), p=[0.07, 0.83, 0.1]))
    given = GIVEN.assign(parameter="KVP", warn=2.0, action=5.0, unit="kV")
    assert not len(told(find_drift(series, ["KVP"], tolerances=given)))


def test_a_voltage_that_is_off_for_a_few_days_is_told():
    series = make_ct(ROOM, seed=161).assign(KVP=120.0)
    day = day_number(series)
    series.loc[(day >= 250) & (day <= 253), "KVP"] = 128.0
    given = GIVEN.assign(parameter="KVP", warn=2.0, action=5.0, unit="kV")
    found = told(find_drift(series, ["KVP"], tolerances=given))
    assert len(found) >= 1
    assert (found["after"] == 128.0).all()
