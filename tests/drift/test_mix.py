"""Mixes of usual values: a share that shifts is found, a mix that only scatters is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.engine import find_drift
from dicomlab.drift.signals.usual import mixed_values, usual_values

from .machines import START, Room, day_number, make_ct, make_dx

ROOM = Room(days=480, a_day=10.0)


def with_mix(series: pd.DataFrame, share: np.ndarray, column: str = "KVP", seed: int = 0) -> pd.DataFrame:
    """The series with a tube voltage of 100 kV in such a share of examinations, else 120 kV."""
    low = np.random.default_rng(seed).random(len(series)) < share
    return series.assign(**{column: np.where(low, 100.0, 120.0)})


def shifted(series: pd.DataFrame, before: float, after: float, onset: int = 300) -> pd.DataFrame:
    return with_mix(series, np.where(day_number(series) >= onset, after, before))


def test_a_mix_of_tube_voltages_that_shifts_is_told_as_a_share():
    found = find_drift(shifted(make_ct(ROOM, seed=81), 0.35, 0.65), ["KVP"]).changes
    assert set(found["kind"]) == {"share"}
    change = found.sort_values("n_after").iloc[-1]
    assert abs((change["onset"] - START).days - 300) <= 10
    assert change["onset_low"] <= START + pd.Timedelta(300, "D") <= change["onset_high"]
    assert change["before_text"].startswith(("100 3", "120 6"))
    assert "of examinations before" in change["text"]
    assert change["unit"] == ""


def test_manual_exposures_that_rise_by_fifteen_points_are_found():
    series = make_dx(Room(days=480), seed=82)
    late = day_number(series) >= 300
    manual = np.random.default_rng(1).random(len(series)) < np.where(late, 0.27, 0.12)
    drift = find_drift(
        series.assign(ExposureControlMode=np.where(manual, "MANUAL", "AUTOMATIC")), ["ExposureControlMode"]
    )
    assert "CHEST PA" in set(drift.changes["stratum"])
    change = drift.changes[drift.changes["stratum"] == "CHEST PA"].iloc[0]
    assert change["kind"] == "share"
    assert "MANUAL" in change["text"]
    assert abs((change["onset"] - START).days - 300) <= 21


@pytest.mark.slow
def test_a_mix_that_stays_is_none():
    fleet = [with_mix(make_ct(ROOM, name=f"CT-{n}", seed=90 + n), np.full(1, 0.4), seed=n) for n in range(6)]
    drift = find_drift(pd.concat(fleet, ignore_index=True), ["KVP"])
    assert drift.signals["is_monitored"].all()
    # The budget is half a false alarm a device-year, and all of it is given to this one parameter.
    assert len(drift.changes) <= 0.5 * len(fleet) * ROOM.days / 365.25


def test_days_on_which_all_are_alike_are_no_shift():
    series = make_ct(ROOM, seed=83)
    clinic = np.where(day_number(series) % 5 == 0, 0.9, 0.2)
    assert find_drift(with_mix(series, clinic), ["KVP"]).changes.empty


def test_a_value_that_was_never_taken_is_a_setting_and_told_once():
    series = shifted(make_ct(ROOM, seed=84), 0.35, 0.35)
    late = day_number(series) >= 300
    found = find_drift(series.assign(KVP=series["KVP"].mask(late & (series["KVP"] == 100), 80.0)), ["KVP"])
    told = found.changes
    assert told.groupby("stratum").size().max() == 1
    assert (told["onset"] - START).dt.days.between(285, 315).all()


def test_a_setting_with_too_many_values_is_watched_by_its_common_ones():
    rng = np.random.default_rng(5)
    series = make_ct(ROOM, seed=85)
    late = day_number(series) >= 300
    common = rng.random(len(series)) < np.where(late, 0.15, 0.5)
    rare = np.round(rng.uniform(1, 9, len(series)), 2)
    drift = find_drift(series.assign(SliceThickness=np.where(common, 3.0, rare)), ["SliceThickness"])
    assert drift.signals["is_monitored"].all()
    assert set(drift.changes["kind"]) == {"share"}
    assert drift.changes["before_text"].str.startswith(("3 4", "3 5")).all()


def test_one_value_is_no_mix_and_of_two_one_is_enough():
    assert mixed_values(np.array(["a"] * 95 + ["b"] * 5, dtype=object)) == ()
    assert mixed_values(np.array(["a"] * 80 + ["b"] * 20, dtype=object)) == ("b",)
    three = np.array(["a"] * 40 + ["b"] * 30 + ["c"] * 30, dtype=object)
    assert mixed_values(three) == ("a", "b", "c")
    assert mixed_values(np.arange(100).astype(str).astype(object)) == ()
    assert usual_values(three) == ("a", "b", "c")
