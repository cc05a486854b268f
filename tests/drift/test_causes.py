"""Causes: how near an event lies is counted in days on which the machine worked."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dicomlab.drift.findings.causes import coincidences

DAYS = np.arange("2024-01-01", "2025-12-31", dtype="datetime64[D]")


def near(events: dict[str, str], onset: str, low: str, high: str, days: np.ndarray = DAYS) -> pd.DataFrame:
    table = pd.DataFrame({"date": pd.to_datetime(list(events)), "kind": list(events.values()), "text": ""})
    first, lowest, highest = (pd.Timestamp(day) for day in (onset, low, high))
    return coincidences("C001", (first, lowest, highest), table, days)


def test_an_update_during_an_outage_is_as_near_as_the_first_day_after():
    outage = np.isin(DAYS, np.arange("2024-06-01", "2024-06-15", dtype="datetime64[D]"))
    found = near({"2024-06-03": "software"}, "2024-06-15", "2024-06-01", "2024-06-16", DAYS[~outage])
    assert found["coincidence"].iloc[0] < 0.005
    assert found["days"].iloc[0] == -12


def test_an_event_on_the_day_counts_for_more_the_surer_the_date_is():
    sure, unsure = (
        near({"2024-06-03": "software"}, "2024-06-03", *ends)["coincidence"].iloc[0]
        for ends in (("2024-06-02", "2024-06-04"), ("2024-04-03", "2024-08-03"))
    )
    assert sure < 0.005 < 0.05 < unsure


def test_frequent_calibrations_are_rarely_more_than_possible():
    monthly = {str(day)[:10]: "calibration" for day in pd.date_range("2024-01-15", "2025-12-15", freq="30D")}
    found = near(monthly, "2024-06-15", "2024-06-10", "2024-06-20")
    assert (found["coincidence"] > 0.05).all()
