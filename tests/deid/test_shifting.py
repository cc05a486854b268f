"""Dates move by whole days in each form that they have, or are found to be none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dicomlab.deid.shifting import capped_age, is_date, shifted, years_between


@pytest.mark.parametrize(
    ("value", "vr", "moved"),
    [
        ("20240229", "DA", "20230301"),
        ("2024.02.29", "DA", "20230301"),
        ("20240229235959.123456+0100", "DT", "20230301235959.123456+0100"),
        ("20240229-0500", "DT", "20230301-0500"),
        ("202402", "DT", "202302"),
        ("2024", "DT", "2023"),
        ("101500.25", "TM", "101500.25"),
        ("10:15:00", "TM", "10:15:00"),
    ],
)
def test_a_year_earlier(value, vr, moved):
    days = (date(2023, 3, 1) - date(2024, 2, 29)).days
    assert shifted(value, vr, days) == moved


@pytest.mark.parametrize(
    ("value", "vr"),
    [
        ("20240230", "DA"),
        ("20241301", "DA"),
        ("2024-02-01", "DA"),
        ("20240101-20240201", "DA"),
        ("DOE", "DA"),
        ("20240101DOE", "DT"),
        ("20240101120000.1234567", "DT"),
        ("12h", "TM"),
        ("1", "TM"),
        ("00010101", "DA"),
    ],
)
def test_what_is_no_date_is_not_moved(value, vr):
    assert shifted(value, vr, -366) is None


def test_intervals_stay():
    start = date(1999, 1, 1)
    for n in (1, 58, 59, 60, 365, 366, 7305):
        ends = [shifted((start + timedelta(days=k)).strftime("%Y%m%d"), "DA", -12_345) for k in (0, n)]
        first, last = (date(int(e[:4]), int(e[4:6]), int(e[6:])) for e in ends)
        assert (last - first).days == n


@pytest.mark.parametrize(
    ("age", "capped"),
    [
        ("089Y", "089Y"),
        ("090Y", "090Y"),
        ("120Y", "090Y"),
        ("999M", "999M"),
        ("999W", "999W"),
        ("012D", "012D"),
        ("90Y", None),
    ],
)
def test_ages_above_89_are_one_group(age, capped):
    assert capped_age(age) == capped


def test_the_birthday_counts():
    assert years_between("19340302", "20240301") == 89
    assert years_between("19340301", "20240301") == 90
    assert years_between("", "20240301") is None
    assert is_date("", "DA") is False
