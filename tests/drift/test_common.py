"""Whether a change is one of all protocols or of one."""

from types import SimpleNamespace

import numpy as np
import pytest

from dicomlab.drift.findings.changes import Step
from dicomlab.drift.findings.shared import is_common, put_back, shared_path
from dicomlab.drift.signals.days import Days, gather

ONSET = 200


def protocol(move: float, seed: int):
    rng = np.random.default_rng(seed)
    day = np.arange(100, 300)
    return gather(day, move * (day >= ONSET) + rng.normal(0, 0.01, len(day)), np.ones(len(day)))


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((0.030, 0.035, 0.028, 0.040), True),
        ((0.15, 0.0, 0.0, 0.0), False),
        ((0.147, 0.012, 0.020, 0.006, 0.021), False),
        ((0.03, 0.0, 0.0), False),
    ],
)
def test_a_change_is_common_if_it_stays_without_the_protocol_that_moved_most(moves, expected):
    change = SimpleNamespace(onset=ONSET, reached=ONSET, before=0.0, after=float(np.mean(moves)))
    parts = [protocol(move, seed) for seed, move in enumerate(moves)]
    assert is_common(change, parts) == expected


def days(date: list[int], value: list[float]) -> Days:
    n = len(date)
    return Days(np.array(date), np.array(value), np.ones(n), np.ones(n, int), np.zeros(n))


def step(before: float, after: float, onset: int = 10, reached: int = 10) -> SimpleNamespace:
    return SimpleNamespace(onset=onset, reached=reached, before=before, after=after)


def test_a_protocol_counts_where_it_has_three_days_on_either_side():
    whole = step(0.0, 1.0)
    moved = days([7, 8, 9, 10, 11, 12], [0, 0, 0, 1, 1, 1])
    stayed = days([7, 8, 9, 10, 11, 12], [0, 0, 0, 0, 0, 0])
    few_before = days([8, 9, 10, 11, 12, 13], [0, 0, 0, 0, 0, 0])
    few_after = days([6, 7, 8, 9, 10, 11], [0, 0, 0, 0, 0, 0])
    assert is_common(whole, [moved, moved])
    assert not is_common(whole, [moved, stayed])
    assert is_common(whole, [moved, moved, few_before, few_before, few_after, few_after])
    assert is_common(whole, [moved, few_before])


def test_days_count_within_four_months_of_a_change():
    whole = step(0.0, 1.0, onset=200, reached=210)
    near = days([80, 81, 199, 210, 211, 329], [0, 0, 0, 1, 1, 1])
    assert is_common(whole, [near, near])
    other = days([80, 81, 199, 210, 211, 329], [0, 0, 0, 0, 0, 0])
    far = days([79, 81, 199, 210, 211, 330], [0, 0, 0, 0, 0, 0])
    assert not is_common(whole, [near, other])
    assert is_common(whole, [near, near, far, far])


def test_a_protocol_follows_the_path_of_all_as_far_as_it_moved():
    moved = days(list(range(20)), [0.0] * 10 + [0.8] * 10)
    path, error = shared_path(moved, (step(0.0, 1.0),))
    assert path.tolist() == pytest.approx([0.0] * 10 + [0.8] * 10)
    assert error > 0
    few, _ = shared_path(days([8, 9, 10, 11], [0, 0, 5, 5]), (step(0.0, 1.0),))
    assert few.tolist() == [0, 0, 1, 1]
    stayed, _ = shared_path(days(list(range(20)), [0.0] * 20), (step(0.0, 1.0),))
    assert not stayed.any()
    ramp, _ = shared_path(days([8, 9, 10, 15, 20, 21], [0, 0, 0.0, 9, 9, 9]), (step(0.0, 2.0, 10, 20),))
    assert ramp.tolist() == [0, 0, 0, 1, 2, 2]
    none, nothing = shared_path(moved, ())
    assert (none.any(), nothing) == (False, 0.0)


def test_a_change_of_what_is_left_lies_on_the_path():
    change = Step(
        signal=None, onset=12, low=12, high=12, reached=12, n_before=1, n_after=1, detector="d", before=1.0,
        after=2.0, error=0.1, scatter=1.0,
    )  # fmt: skip
    back = put_back(change, np.array([10, 11, 12, 13]), np.array([0.0, 0.0, 5.0, 7.0]))
    assert (back.before, back.after) == (6.0, 7.0)
    late = put_back(change, np.array([10, 11]), np.array([0.0, 3.0]))
    assert (late.before, late.after) == (4.0, 5.0)
