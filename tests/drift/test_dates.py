"""Dates that were shifted patient by patient are known by what only goes one way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.dates import ShiftedDates
from dicomlab.drift.engine import find_drift

from .machines import Room, day_number, make_ct, make_dx

ROOM = Room(days=400, a_day=4.0)


def patients(series: pd.DataFrame) -> pd.DataFrame:
    """One patient an examination, new software after half a year."""
    new = day_number(series) >= 200
    return series.assign(
        PatientID=series["StudyInstanceUID"].to_numpy(), SoftwareVersions=np.where(new, "VA50", "VA40")
    )


def shifted(series: pd.DataFrame, most: int) -> pd.DataFrame:
    """Each patient's dates moved by a number of days of their own."""
    by = np.random.default_rng(3).integers(-most, most + 1, len(series))
    return series.assign(first_acquired_at=series["first_acquired_at"] + pd.to_timedelta(by, unit="D"))


def test_old_software_after_new_is_refused_with_what_to_do():
    with pytest.raises(ShiftedDates, match="1 of 1 machines old and new software alternate"):
        find_drift(shifted(patients(make_ct(ROOM)), 180), ["KVP"])


def test_a_detector_that_counts_up_and_down_is_refused():
    series = make_dx(ROOM)
    counted = series.assign(
        ExposuresOnDetectorSinceManufactured=np.arange(len(series)), PatientID=series["StudyInstanceUID"]
    )
    assert len(find_drift(counted, ["KVP"]).signals)
    with pytest.raises(ShiftedDates, match="counts of the detector"):
        find_drift(shifted(counted, 365), ["KVP"])


def test_dates_can_be_trusted_all_the_same():
    assert len(find_drift(shifted(patients(make_ct(ROOM)), 180), ["KVP"], trust_dates=True).signals)


def test_one_common_shift_is_no_harm():
    series = patients(make_ct(ROOM))
    moved = series.assign(first_acquired_at=series["first_acquired_at"] - pd.Timedelta(3000, "D"))
    assert len(find_drift(moved, ["KVP"]).signals)


def test_a_version_that_was_taken_back_for_a_month_is_no_sign():
    series = patients(make_ct(ROOM))
    day = day_number(series)
    back = series.assign(SoftwareVersions=series["SoftwareVersions"].where((day < 230) | (day > 250), "VA40"))
    assert len(find_drift(back, ["KVP"]).signals)
