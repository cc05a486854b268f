"""Dates shifted patient by patient are told from all that only looks like it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dicomlab.dates.shifted_dates import COUNTERS, VERSIONS, longest_fall, why_shifted


def exams(days: int = 500, a_day: int = 4, *, every_day: bool = False, seed: int = 1) -> pd.DataFrame:
    """One patient per examination, on weekdays unless said otherwise; new software on day 250."""
    rng = np.random.default_rng(seed)
    day = np.arange(days).repeat(a_day)
    day = day if every_day else day[day % 7 < 5]
    n = len(day)
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(day * 86400 + rng.integers(28_800, 61_200, n), "s")
    table = {
        "when": when,
        "day": day,
        "patient": [f"P{number}" for number in range(n)],
        "version": np.where(day < 250, "VA40", "VA50"),
        "station": "CT1",
        "counter": np.arange(n, dtype=float),
        "detector": "D1",
    }
    return pd.DataFrame(table)


def shifted(table: pd.DataFrame, most: int, *, step: int = 1) -> pd.DataFrame:
    """Each patient's dates moved by a number of days of their own, a multiple of `step`."""
    by = np.random.default_rng(3).integers(-(most // step), most // step + 1, len(table)) * step
    return table.assign(when=table["when"] + pd.to_timedelta(by, "D"))


@pytest.mark.parametrize("most", [45, 60, 120, 180, 365])
def test_old_software_after_new_and_busy_weekends_are_shifted(most):
    assert why_shifted(shifted(exams().assign(counter=np.nan), most)) == VERSIONS


def test_shifts_by_whole_weeks_are_found_where_one_version_slowly_gives_way():
    assert why_shifted(shifted(exams().assign(counter=np.nan), 182, step=7)) == VERSIONS


@pytest.mark.parametrize("most", [30, 180])
def test_counts_that_go_up_and_down_are_shifted(most):
    assert why_shifted(shifted(exams().assign(version="VA40"), most)) == COUNTERS


@pytest.mark.parametrize("most", [0, 3])
def test_small_shifts_are_let_pass(most):
    assert why_shifted(shifted(exams(), most).assign(counter=np.nan)) == ""


def harmless() -> dict[str, pd.DataFrame]:
    table, rng = exams(), np.random.default_rng(2)
    n, day, two = len(table), table["day"].to_numpy(), rng.random(len(table)) < 0.4
    all_week = exams(every_day=True)
    apart = np.where(day < 150, "A", np.where(day >= 400, "B", np.where(two, "A", "B")))
    plates = np.where(two, 41_000 + np.cumsum(two), 9_000 + np.cumsum(~two))
    return {
        "upgrade": table,
        "rolled back upgrade": table.assign(
            version=np.where((day >= 250) & ~((day > 280) & (day < 340)), "B", "A")
        ),
        "two workstations": table.assign(version=np.where(two, "A", "B")),
        "two workstations upgraded apart": table.assign(version=apart),
        "two workstations all week": all_week.assign(
            version=np.where(np.random.default_rng(5).random(len(all_week)) < 0.4, "A", "B")
        ),
        "detector exchanged": table.assign(counter=np.where(day < 250, 41_000 + np.arange(n), np.arange(n))),
        "counter reset twice": table.assign(counter=np.arange(n) % (n // 3)),
        "two plates without a name": table.assign(counter=plates, detector=None),
        "counter of each day": table.assign(counter=np.arange(n) % 40),
        "one patient": shifted(table, 180).assign(patient="P1"),
    }


@pytest.mark.parametrize("name", list(harmless()))
def test_what_only_looks_like_it_is_not_refused(name):
    assert why_shifted(harmless()[name]) == ""


def test_the_longest_fall_is_the_number_of_rising_counts():
    assert longest_fall(np.arange(50)) == 1
    assert longest_fall(np.concatenate([np.arange(50), np.arange(50)])) == 2
    assert longest_fall(np.arange(50)[::-1]) == 50
