"""What a scan has read is committed often enough that a kill costs little, and not more often."""

from __future__ import annotations

import pytest

from dicomlab.scanner.engine import CommitPace


def commits(seconds: float, step: float) -> list[float]:
    """When a scan commits whose units are done every `step` seconds."""
    now = [100.0]
    pace = CommitPace(lambda: now[0])
    when = []
    for number in range(1, round(seconds / step) + 1):
        now[0] = 100 + number * step
        if pace.is_due():
            pace.committed()
            when.append(now[0] - 100)
    return when


def test_nothing_is_committed_before_a_second_has_passed():
    assert commits(0.9, 0.1) == []
    assert commits(1.0, 0.1) == [1.0]


def test_a_scan_that_is_killed_after_16_of_24_seconds_keeps_what_it_read():
    assert commits(16, 0.5)[-1] >= 0.75 * 16


@pytest.mark.parametrize("moment", [3, 7, 16, 39, 60, 600])
def test_what_is_not_committed_is_no_older_than_a_quarter_or_ten_seconds(moment):
    assert moment - commits(moment, 0.25)[-1] <= min(max(moment / 4, 1), 10)


def test_commits_grow_with_the_logarithm_of_time_and_then_by_one_in_ten_seconds():
    assert len(commits(40, 0.25)) <= 14
    assert len(commits(3600, 0.25)) - len(commits(40, 0.25)) == 356
