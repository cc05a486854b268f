"""Dates are read as people and programs write them, or named as not understood."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from dicomlab.dates.written_dates import AmbiguousDates, UnreadableDates, read_dates, read_day


def read(*cells: object, **how: bool) -> list[str]:
    return [str(day)[:16] for day in read_dates(pd.Series(list(cells), dtype=object), **how).when]


@pytest.mark.parametrize(
    "cell",
    [
        *(20241103, 20241103.0, "20241103", "20241103.0", 45599, 45599.0, "45599", "03.11.2024", "3.11.24"),
        *(
            "2024-11-03",
            "2024/11/03",
            "2024.11.03",
            "3 Nov 2024",
            "03-Nov-2024",
            "Nov 3, 2024",
            "3. Nov. 2024",
        ),
        *(
            "Sun, 03 Nov 2024 00:00:00 +0100",
            "So 03.11.2024",
            "2024-11-03T00:00:00Z",
            "2024-11-03T00:00+02:00",
        ),
        *("20241103000000.0+0100", 20241103000000, 1730592000, 1730592000000, dt.date(2024, 11, 3)),
        *(dt.datetime(2024, 11, 3, tzinfo=dt.UTC), pd.Timestamp("2024-11-03", tz="Europe/Berlin")),
        *("2024-11-03 00:00:00 CET", "2024-11-03T00:00:00+01:00[Europe/Berlin]", np.datetime64("2024-11-03")),
    ],
)
def test_one_day_in_many_forms(cell):
    assert read(cell) == ["2024-11-03 00:00"]


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        *[
            ("03.11.2024 14:05", "14:05"),
            ("13/11/2024 2:05 PM", "14:05"),
            ("11/13/2024 12:05:01 am", "00:05"),
        ],
        *[(45599.5, "12:00"), ("45599,5", "12:00"), ("2024-11-03T14:05:06.5", "14:05")],
    ],
)
def test_the_time_of_day_is_read_with_the_date(cell, time):
    assert read(cell)[0].endswith(time)


def test_one_number_above_twelve_decides_for_the_column():
    assert read("11/03/2024", "13/12/2024") == ["2024-03-11 00:00", "2024-12-13 00:00"]
    assert read("11/03/2024", "12/13/2024") == ["2024-11-03 00:00", "2024-12-13 00:00"]


def test_a_column_that_stays_ambiguous_is_not_read_unless_the_caller_decides():
    assert read_dates(pd.Series(["11/03/2024", "05/06/2024"])).is_ambiguous
    assert read("11/03/2024", dayfirst=True) == ["2024-03-11 00:00"]
    assert read("11/03/2024", dayfirst=False) == ["2024-11-03 00:00"]
    assert not read_dates(pd.Series(["03/03/2024"])).is_ambiguous


def test_a_year_of_two_digits_may_stand_first():
    assert read("24-11-03", "25-11-30") == ["2024-11-03 00:00", "2025-11-30 00:00"]


def test_what_is_no_date_is_counted_by_its_form_and_never_quoted():
    found = read_dates(pd.Series(["20241103", "Miller", "n/a", None, "2024-02-30"]))
    assert found.is_unread.tolist() == [False, True, False, False, True]
    assert "AAAAAA" in found.forms
    assert "Miller" not in found.forms


def test_a_column_with_mixed_offsets_is_read_on_the_clock_of_the_machine():
    summer_and_winter = ["2024-07-01T10:00:00+02:00", "2024-12-01T10:00:00+01:00"]
    assert read(*summer_and_winter) == ["2024-07-01 10:00", "2024-12-01 10:00"]


def test_an_argument_is_read_or_refused():
    assert read_day("01.12.2024", "since") == pd.Timestamp("2024-12-01")
    assert read_day("2024-12", "since") == pd.Timestamp("2024-12-01")
    with pytest.raises(AmbiguousDates, match=r"since.*dayfirst"):
        read_day("01/12/2024", "since")
    with pytest.raises(UnreadableDates, match="since"):
        read_day("soon", "since")
