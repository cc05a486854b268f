"""Days far from all others are stray; a real history is never cut."""

from __future__ import annotations

import numpy as np
import pytest

from dicomlab.dates.stray_dates import are_stray

YEAR = np.arange(20_000, 20_365)


def stray(*parts: object) -> list[int]:
    day = np.concatenate([np.atleast_1d(part) for part in parts]).astype(int)
    return sorted(set(day[are_stray(day)].tolist()))


@pytest.mark.parametrize("day", [-25_567, 0, 19_939, 20_425, 30_000, 2_932_896])
def test_one_day_far_before_or_after_is_stray(day):
    assert stray(YEAR, day) == [day]


@pytest.mark.parametrize("day", [19_941, 20_423])
def test_a_day_within_two_months_is_not(day):
    assert stray(YEAR, day) == []


def test_a_clock_that_was_reset_for_a_week_is_stray():
    assert stray(YEAR, np.arange(10_957, 10_964)) == list(range(10_957, 10_964))


def test_several_odd_clocks_are_all_stray():
    assert stray(YEAR, -25_567, 0, 40_000) == [-25_567, 0, 40_000]


def test_a_machine_that_rested_for_half_a_year_is_not_cut():
    assert stray(YEAR[:150], YEAR[330:]) == []


def test_a_long_acceptance_phase_stays_and_a_short_one_is_stray():
    assert stray(YEAR, np.arange(19_850, 19_870)) == []
    assert stray(YEAR, np.arange(19_850, 19_855)) == list(range(19_850, 19_855))


def test_a_busy_machine_that_came_back_some_days_ago_is_not_cut():
    busy = YEAR.repeat(10)
    back = np.arange(20_545, 20_549)
    assert stray(busy, back.repeat(10)) == []
    assert stray(busy, back) == back.tolist()


def test_a_new_machine_keeps_its_days_but_not_one_of_1900():
    assert stray(YEAR[:3], 20_100) == []
    assert stray(YEAR[:10], -25_567) == [-25_567]


def test_far_is_relative_to_the_rhythm_of_the_machine():
    monthly = np.arange(20_000, 22_000, 30)
    assert stray(monthly, 22_000 + 170) == []
    assert stray(monthly, 22_000 + 700) == [22_700]


def test_a_machine_that_works_in_campaigns_is_not_cut():
    campaigns = (np.arange(40)[:, None] * 120 + np.arange(3)).ravel()
    assert stray(campaigns) == []


def test_no_days_and_one_day_have_no_stray():
    assert stray(np.array([], int)) == stray(5) == []
