"""The mathematics of drift on rows that are small enough to be worked out by hand, or by brute force."""

from __future__ import annotations

from collections import namedtuple
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.detectors.budget import points_between_alarms, run_length
from dicomlab.drift.detectors.cusum import capped_by_day, cusum, leading, number_of_day
from dicomlab.drift.detectors.level import LevelShift
from dicomlab.drift.findings.causes import coincidences, find_events
from dicomlab.drift.findings.changes import ratio, to_timestamp
from dicomlab.drift.findings.merging import merged, together
from dicomlab.drift.findings.notices import Notice, _words
from dicomlab.drift.findings.sisters import fleet_events
from dicomlab.drift.findings.volume import VolumeDrop, _pauses, _weeks
from dicomlab.drift.sequential.levels import _window, trailing_level
from dicomlab.drift.sequential.loop import Alarm
from dicomlab.drift.sequential.onset import ramp_onset, share_onset, step_gain, step_onset
from dicomlab.drift.sequential.scatter import Pairs, _growth, _scores, make_pairs
from dicomlab.drift.sequential.settling import Plan, _levels, _local_level
from dicomlab.drift.sequential.shares import _batches
from dicomlab.drift.signals.adjustment import adjust, operator_effects, robust_sd
from dicomlab.drift.signals.days import Days, Scatter, as_one, calm, gather, measure_scatter, weighted_mean
from dicomlab.drift.signals.making import _Maker
from dicomlab.drift.signals.signal import Rules
from dicomlab.drift.signals.usual import mixed_values, usual_values, written
from dicomlab.drift.signals.writing import unit_factor
from dicomlab.drift.watch import _part

ONES = np.ones(12)


def likelihood(value: np.ndarray, sd: np.ndarray, level: np.ndarray) -> float:
    """Log likelihood of normal values, without what does not depend on the level."""
    return float(-0.5 * (((value - level) / sd) ** 2).sum())


def best_level(value: np.ndarray, sd: np.ndarray, parts: list[slice]) -> np.ndarray:
    level = np.empty(len(value))
    for part in parts:
        level[part] = np.average(value[part], weights=1 / sd[part] ** 2)
    return level


# ---- where a change began


def test_the_gain_of_a_step_is_what_it_adds_to_the_likelihood():
    rng = np.random.default_rng(1)
    value, sd = rng.normal(0, 1, 12), rng.uniform(0.5, 2, 12)
    plain = likelihood(value, sd, best_level(value, sd, [slice(0, 12)]))
    gain = step_gain(value, sd)
    assert len(gain) == 11
    for n in range(1, 12):
        parts = [slice(0, n), slice(n, 12)]
        assert gain[n - 1] == pytest.approx(likelihood(value, sd, best_level(value, sd, parts)) - plain)


def test_a_step_is_at_its_first_point_and_its_interval_holds_what_is_nearly_as_likely():
    value = np.array([0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3.0])
    onset = step_onset(value, ONES)
    assert (onset.first, onset.reached, onset.earliest) == (6, 6, None)
    gain = step_gain(value, ONES)
    assert onset.gain == pytest.approx(gain[5])
    near = np.flatnonzero(gain >= gain[5] - 1.92) + 1
    assert (onset.low, onset.high) == (near[0], near[-1])


@pytest.mark.parametrize(("least", "first"), [(1, 1), (2, 2), (3, 3), (4, 4)])
def test_so_many_points_lie_on_either_side_of_a_step(least, first):
    value = np.array([9.0, *([0.0] * 11)])
    assert step_onset(value, ONES, least=least).first == first
    assert step_onset(value[::-1], ONES, least=least).first == 12 - first


def test_a_step_is_at_a_given_point_at_the_latest():
    value = np.array([0.0] * 6 + [1.0] * 6)
    assert step_onset(value, ONES, upto=4).first == 4
    assert step_onset(value, ONES, upto=1).first == 6


def test_a_share_rises_where_the_binomial_likelihood_is_largest():
    odd = np.array([0, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1], bool)

    def binomial(part: np.ndarray) -> float:
        k, n = int(part.sum()), len(part)
        return sum(c * np.log(c / n) for c in (k, n - k) if c)

    rising = [n for n in range(1, 12) if odd[n:].mean() > odd[:n].mean()]
    gains = {n: binomial(odd[:n]) + binomial(odd[n:]) - binomial(odd) for n in rising}
    onset = share_onset(odd)
    assert onset.first == max(gains, key=gains.__getitem__) == 6
    assert onset.gain == pytest.approx(gains[6], abs=1e-6)
    near = [n for n in rising if gains[n] >= gains[6] - 1.92]
    assert (onset.low, onset.high) == (min(near), max(near))


def test_a_ramp_is_one_where_it_is_clearly_likelier_than_a_step():
    date = np.arange(0, 120)
    sd = np.full(120, 0.1)
    ramp = np.clip((date - 30) / 60, 0, 1)
    step = step_onset(ramp, sd)
    found = ramp_onset(date, ramp, sd, step)
    assert found.is_gradual
    assert abs(found.first - 30) <= 3
    assert abs(found.reached - 90) <= 3
    assert found.low <= found.first <= found.high
    flat = np.where(date >= 60, 1.0, 0.0)
    alone = ramp_onset(date, flat, sd, step_onset(flat, sd))
    assert (alone.first, alone.reached) == (60, 60)
    short = date[:20]
    assert ramp_onset(short, ramp[25:45], sd[:20], step) is step


# ---- days and their scatter


def test_days_are_weighted_means_with_their_squares():
    days = gather(np.array([1, 1, 3]), np.array([1.0, 4.0, 7.0]), np.array([2.0, 1.0, 1.0]))
    assert days.date.tolist() == [1, 3]
    assert days.value.tolist() == [2.0, 7.0]
    assert days.n.tolist() == [3.0, 1.0]
    assert days.rows.tolist() == [2, 1]
    assert days.squares.tolist() == [6.0, 0.0]


def test_one_value_far_off_the_others_of_its_day_is_drawn_in():
    value = np.array([0.0, 0.1, -0.1, 50.0] * 5)
    day = np.repeat(np.arange(5), 4)
    drawn = gather(day, value, np.ones(20))
    reach = 3.5 * robust_sd(value - 0.05)
    assert drawn.value == pytest.approx(np.full(5, (0.05 + reach) / 4))
    odd = gather(np.repeat([0, 1, 2], 5), np.tile([0.0, 1.0, 2.0, 3.0, 100.0], 3), np.ones(15))
    assert odd.value == pytest.approx(np.full(3, (0 + 1 + 2 + 3 + 2 + 3.5 * 1.4826) / 5))
    pairs = gather(np.repeat([0, 1], 2), np.array([0.0, 50.0, 0.0, 0.0]), np.ones(4))
    assert pairs.value.tolist() == [25.0, 0.0]


def test_a_day_scatters_within_and_between():
    scatter = Scatter(within=3.0, between=4.0, extra=2.0, likeness=0.5)
    assert scatter.total == 5.0
    assert scatter.sd_alone(np.array([1.0, 9.0])).tolist() == pytest.approx([50**0.5, 34**0.5])
    assert scatter.sd(np.array([9.0])).tolist() == pytest.approx([(34 * 3) ** 0.5])


def test_a_scatter_is_no_less_than_that_of_all_in_proportion():
    mine, other = Scatter(3.0, 0.0, 1.0, 0.1, 0.0), Scatter(6.0, 8.0, 1.5, 0.3, 5.0)
    least = mine.at_least(other, 0.0)
    assert least == Scatter(3.0, pytest.approx(2.4), 1.5, 0.3, pytest.approx(1.5))
    assert Scatter(0.1, 0.0).at_least(Scatter(1.0, 0.0), 5.0).within == pytest.approx(5.0)
    assert Scatter(0.1, 3.0).at_least(Scatter(1.0, 0.0), 5.0).within == pytest.approx(4.0)


def test_independent_days_have_no_likeness_and_the_scatter_that_they_have():
    rng = np.random.default_rng(3)
    n, per_day = 4000, 4
    effect = rng.normal(0, 0.5, n)
    rows = effect.repeat(per_day) + rng.normal(0, 1, n * per_day)
    days = gather(np.arange(n).repeat(per_day), rows, np.ones(n * per_day))
    scatter = measure_scatter(days, days.value)
    assert scatter.within == pytest.approx(1.0, rel=0.05)
    assert scatter.between == pytest.approx(0.5, rel=0.1)
    assert scatter.likeness < 0.1
    assert scatter.slow < 0.1
    assert scatter.sd(np.array([4.0]))[0] == pytest.approx(days.value.std(), rel=0.1)


def test_days_that_resemble_each_other_have_the_likeness_they_have():
    rng = np.random.default_rng(4)
    effect = np.zeros(4000)
    for day in range(1, 4000):
        effect[day] = 0.6 * effect[day - 1] + 0.8 * rng.normal()
    days = gather(np.arange(4000), effect, np.ones(4000))
    assert measure_scatter(days, days.value).likeness == pytest.approx(0.6, abs=0.06)


def test_months_that_lie_apart_are_a_slow_scatter():
    rng = np.random.default_rng(5)
    day = np.arange(3000)
    level = rng.normal(0, 1, 101)[day // 30]
    days = gather(day, level + rng.normal(0, 0.3, 3000), np.ones(3000))
    assert measure_scatter(days, days.value).slow > 0.4
    calm_days = gather(day, rng.normal(0, 0.3, 3000), np.ones(3000))
    assert measure_scatter(calm_days, calm_days.value).slow == 0.0


def test_a_coarse_resolution_adds_the_scatter_of_rounding():
    days = Days(np.arange(40), np.zeros(40), ONES[:1].repeat(40), np.full(40, 2), np.full(40, 0.0))
    assert measure_scatter(days, days.value, resolution=6.0).within == pytest.approx(3**0.5)


def test_as_one_is_the_variance_of_a_mean_of_days_that_resemble_each_other():
    for likeness, window in [(0.3, 1), (0.3, 2), (0.6, 5), (0.8, 9)]:
        apart = np.abs(np.subtract.outer(np.arange(window), np.arange(window)))
        assert float(as_one(window, likeness)) == pytest.approx((likeness**apart).sum() / window)
    assert float(as_one(np.inf, 0.5)) == pytest.approx(3.0)


def test_a_mean_counts_days_by_their_precision():
    mean, error = weighted_mean(np.array([1.0, 4.0]), np.array([1.0, 2.0]))
    assert mean == pytest.approx((1 + 4 / 4) / 1.25)
    assert error == pytest.approx(1.25**-0.5)


def test_single_far_days_are_drawn_to_their_neighbours_and_steps_stay():
    value = np.array([0, 0, 0, 9, 0, 0, 0, 0, 8, 8, 8, 8.0])
    assert calm(value, ONES * 0.5).tolist() == [0, 0, 0, 1.75, 0, 0, 0, 0, 8, 8, 8, 8]
    assert calm(value[:4], ONES[:4]).tolist() == [0, 0, 0, 9]


def test_the_robust_standard_deviation_is_that_of_normal_values():
    assert robust_sd(np.array([1.0, 2.0, 3.0, 4.0, 100.0])) == pytest.approx(1.4826)
    assert robust_sd(np.array([1.0, 2.0, 4.0, 100.0])) == pytest.approx(1.4826 * 1.5)
    assert robust_sd(np.array([np.nan, 1.0, 3.0])) == pytest.approx(1.4826)
    assert robust_sd(np.array([])) == 0.0
    most = np.array([5.0] * 7 + [0.0, 10.0, 20.0, 30.0])
    assert robust_sd(most) == pytest.approx(np.subtract(*np.percentile(most, [90, 10])) / 2.563)


# ---- what is taken out


def test_what_size_explains_is_taken_out_and_a_cell_with_too_little_has_no_centre():
    rng = np.random.default_rng(6)
    cell = np.r_[np.zeros(60, int), np.ones(60, int), np.full(9, 2)]
    size = rng.normal(70, 10, 129)
    value = np.array([5.0, 8.0, 1.0])[cell] + 0.02 * (size - 70)
    fit = adjust(value, cell, size, np.ones(129, bool), day=np.arange(129))
    assert np.abs(np.diff(fit.residual[:120])).max() < 1e-6
    assert fit.center[1] - fit.center[0] == pytest.approx(3.0)
    assert np.isnan(fit.center[2])
    assert np.isnan(fit.residual[120:]).all()
    assert fit.removed == pytest.approx(1.0)
    spread = robust_sd(size[:120] - np.median(size[:120]))
    assert fit.slope == pytest.approx(0.02 * spread, rel=0.02)
    ten = adjust(np.ones(10), np.zeros(10, int), np.full(10, np.nan), np.ones(10, bool), day=np.arange(10))
    assert ten.center.tolist() == [1.0]
    assert (ten.slope, ten.removed, ten.by_operator) == (0.0, 0.0, False)


def test_a_centre_is_known_to_the_scatter_over_the_root_of_its_rows():
    rng = np.random.default_rng(7)
    value = rng.normal(0, 2, 400)
    fit = adjust(value, np.zeros(400, int), np.full(400, np.nan), np.ones(400, bool), day=np.arange(400))
    assert fit.error[0] == pytest.approx(2 / 20, rel=0.15)
    assert fit.center[0] == pytest.approx(value.mean(), abs=0.05)


def test_operators_are_known_after_twenty_rows_and_drawn_to_the_others():
    operator = np.r_[np.tile([0, 1], 40), np.full(30, 2)]
    residual = np.r_[np.tile([1.0, -1.0], 40), np.full(30, 3.0)]
    rows = np.arange(110) < 80
    noise = np.random.default_rng(8).normal(0, 0.01, 110)
    effect = operator_effects(residual + noise, operator, rows)
    assert effect[:2] == pytest.approx([40 / 44, -40 / 44], abs=0.01)
    assert np.isnan(effect[80:100]).all()
    assert np.isnan(effect[100:]).all()  # nobody who is known worked beside them
    beside = np.r_[np.tile([0, 1], 40), np.tile([0, 1, 2], 30)]
    values = np.r_[np.tile([1.0, -1.0], 40), np.tile([1.0, -1.0, 3.0], 30)]
    late = operator_effects(values, beside, np.arange(170) < 80)[beside == 2]
    assert np.isnan(late[:20]).all()
    assert late[20:] == pytest.approx(np.full(10, 3.0 * 20 / 24), abs=0.01)


# ---- baselines, and how the budget is shared


def learn_until(day: list[int] | np.ndarray, *, window: int = 90, held: int | None = None) -> int | None:
    day = np.sort(np.asarray(day))
    values = SimpleNamespace(day=day, stratum=np.zeros(len(day), int), names=["Head"])
    spans = {} if held is None else {("CT-01", "CT", "KVP", "Head"): (0, held)}
    maker = _Maker("CT-01", "CT", SimpleNamespace(name="KVP"), values, Rules(), window, spans)
    return maker._learn_until(0)


def test_a_baseline_takes_its_window_or_as_many_days_as_it_needs():
    every = np.arange(300)
    assert learn_until(every) == 90
    assert learn_until(every[:24]) is None
    assert learn_until(4 * every[:60]) == 4 * 24
    assert learn_until(np.repeat(every[:200:8], 3)) == 90
    assert learn_until(12 * every[:60]) == 12 * 24  # within the first half
    assert learn_until(12 * every[:49]) == 12 * 24
    assert learn_until(12 * every[:48]) is None


def test_a_baseline_needs_its_rows_days_and_dates():
    assert learn_until(np.repeat(7 * np.arange(10), 3)) == 90
    assert learn_until(np.repeat(6 * np.arange(10), 3)) is None  # 54 days
    assert learn_until(np.repeat(10 * np.arange(9), 3)) is None  # 9 dates
    assert learn_until(np.r_[np.arange(24), 80]) == 90
    assert learn_until(np.r_[np.arange(24), 91]) is None  # past the window, and the first half


def test_tests_before_months_of_rest_are_no_baseline():
    tests_first = np.r_[np.repeat(np.arange(3), 10), 70 + np.arange(200)]
    assert learn_until(tests_first, window=60) == 70 + 60
    assert learn_until(np.r_[np.repeat(np.arange(3), 10), 50 + np.arange(200)], window=90) == 90


def test_a_frozen_baseline_ends_where_it_did_if_it_still_has_its_rows():
    assert learn_until(np.arange(300), held=24) == 24
    assert learn_until(np.arange(300), held=23) == 90


def test_all_protocols_together_have_as_much_of_the_budget_as_they_have_apart():
    def one(stratum: str, reason: str = "", kind: str = "level") -> SimpleNamespace:
        return SimpleNamespace(kind=kind, is_monitored=not reason, is_pooled=stratum == "all")

    group = [one("all"), one("Head"), one("Chest"), one("Neck"), one("Foot", "too little")]
    assert [_part(signal, group) for signal in group] == [3, 1, 1, 1, 0]
    assert _part(group[0], group[:1]) == 1
    assert _part(one("all", kind="setting"), group) == 1


def test_a_chart_is_looked_at_three_weeks_about_its_rise_and_six_days_at_least():
    days = Days(np.arange(200), np.zeros(200), np.ones(200), np.ones(200, int), np.zeros(200))
    assert _window(days, 0, Alarm(60, 50, "d"), 21) == (29, 82)
    assert _window(days, 40, Alarm(60, 50, "d"), 21) == (40, 82)
    far = Days(100 * np.arange(20), np.zeros(20), np.ones(20), np.ones(20, int), np.zeros(20))
    assert _window(far, 0, Alarm(10, 9, "d"), 21) == (5, 15)
    assert _window(far, 8, Alarm(10, 9, "d"), 21) == (8, 15)
    assert _window(far, 0, Alarm(19, 19, "d"), 21) == (14, 20)


def test_few_weeks_close_together_have_no_slope_of_their_own():
    date = np.r_[np.arange(15), 40]
    days = Days(date, 0.5 * date, np.ones(16), np.ones(16, int), np.zeros(16))
    level, _, _ = trailing_level(days, 0, Scatter(2.0, 0.0), 0.0, follows_slope=True)
    assert level[15] == pytest.approx(3.5)


def test_days_share_something_only_where_enough_rows_tell_them_apart():
    def between(rows: list[int]) -> float:
        n = np.array(rows)
        value = np.tile([1.0, -1.0], 20)[: len(rows)]
        return measure_scatter(Days(np.arange(len(rows)), value, n, n, 0.0 * n), value).between

    assert between([2] * 10) == pytest.approx((10 / 9) ** 0.5)
    assert between([2] * 9 + [1]) == 0.0


# ---- levels, settings, shares


def test_a_level_without_a_split_is_the_mean_by_weight():
    level = _levels(np.array([1.0, 3.0, 10.0, 20.0]), np.array([3.0, 1.0, 1.0, 1.0]), [0, 2, 4])
    assert level.tolist() == [1.5, 1.5, 15.0, 15.0]


def test_a_local_level_is_the_mean_of_a_fortnight_on_either_side_without_the_day():
    date = np.array([0, 14, 28, 43])
    level = _local_level(date, np.array([1.0, 2.0, 4.0, 8.0]), np.array([1.0, 1.0, 3.0, 1.0]))
    assert level.tolist() == [2.0, 3.25, 2.0, 3.75]


def test_a_level_that_drifts_is_carried_on_from_the_weeks_before():
    date = np.arange(200)
    days = Days(date, 0.5 * date, np.ones(200), np.ones(200, int), np.zeros(200))
    level, error, enough = trailing_level(days, 0, Scatter(2.0, 0.0), 0.5)
    assert enough.tolist() == [n - 7 >= 2 for n in range(200)]
    assert level[9:] == pytest.approx(0.5 * date[9:])
    assert error[150] == pytest.approx(2 / 99**0.5)  # the days from 105 to 7 before
    seasonal, wide, _ = trailing_level(days, 0, Scatter(2.0, 0.0), 0.0, follows_slope=True)
    assert seasonal[100:] == pytest.approx(0.5 * date[100:])
    assert wide[150] > error[150]


@pytest.mark.parametrize(
    ("plan", "scatter", "least"),
    [
        (Plan(0, floor=1.0, is_given=True), Scatter(9.0, 0.0), 1.0),
        (Plan(0, floor=1.0), Scatter(0.5, 0.0), 0.75),
        (Plan(0, floor=1.0), Scatter(0.8, 0.0), 0.3),
        (Plan(0, floor=1.0), Scatter(1.6, 0.0), 0.6),
        (Plan(0, floor=1.0), Scatter(10.0, 0.0), 3.0),
    ],
)
def test_the_smallest_change_that_is_reported(plan, scatter, least):
    assert plan.least(scatter) == pytest.approx(least)


def test_usual_values_are_those_of_nine_in_ten_and_six_at_most():
    assert usual_values(np.array(["a"] * 90 + ["b"] * 10, object)) == ("a",)
    assert usual_values(np.array(["a"] * 89 + ["b"] * 11, object)) == ("a", "b")
    assert usual_values(np.array(list("abcdef") * 10, object)) == tuple("abcdef")
    assert usual_values(np.array(list("abcdefg") * 10, object)) == ()


def test_a_mix_has_values_with_a_twentieth_at_least():
    three = np.array(["a"] * 50 + ["b"] * 45 + ["c"] * 5, object)
    assert mixed_values(three) == ("a", "b", "c")
    assert mixed_values(np.array(["a"] * 50 + ["b"] * 46 + ["c"] * 4, object)) == ("b",)
    assert mixed_values(np.array(["a"] * 60 + ["b"] * 40, object)) == ("b",)
    assert mixed_values(np.array(["a"] * 50 + ["b"] * 30 + ["c"] * 20, object)) == ("a", "b", "c")
    assert mixed_values(np.array(["a"] * 96 + ["b"] * 4, object)) == ()


def test_numbers_closer_than_the_floor_are_written_as_the_most_common():
    number = np.array([120.0, 120.0, 120.4, 100.0, np.nan])
    text = np.array(["x"] * 4 + ["NONE"], object)
    assert written(text, number, 0.5).tolist() == ["120", "120", "120", "100", "NONE"]
    assert written(text, number, 0.1).tolist()[2] == "120"  # within 0.5 %
    assert written(text, np.array([120.0, 120.0, 121.0, 100.0, np.nan]), 0.1).tolist()[2] == "121"


def test_points_of_a_mix_have_five_examinations_or_a_week():
    date = np.array([0, 1, 2, 3, 11, 12])
    assert _batches(date, np.array([5, 2, 2, 1, 1, 5])).tolist() == [0, 1, 1, 1, 2, 2]
    assert _batches(np.array([0, 6, 7]), np.array([1, 1, 1])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("before", "after", "error", "factor"),
    [
        (1.0, 10.4, 0.0, 10.0),
        (1.0, 10.5, 0.0, None),
        (1.0, 10.9, 0.05, 10.0),
        (1.0, 11.2, 0.05, None),
        (1.0, 11.2, 9.0, 10.0),
        (1.0, 11.5, 9.0, None),
        (1e6, 1.0, 0.0, 1e-6),
        (0.0, 10.0, 0.0, None),
    ],
)
def test_a_unit_is_a_power_of_ten_within_four_percent_or_its_error(before, after, error, factor):
    assert unit_factor(before, after, error=error) == factor


# ---- charts


def test_a_sum_never_falls_below_zero_and_says_where_it_began():
    total, start = cusum(np.array([-1.0, 2.0, -1.0, 3.0, -9.0, 1.0]))
    assert total.tolist() == [0, 2, 1, 4, 0, 1]
    assert start.tolist() == [0, 1, 1, 1, 1, 5]


def test_one_day_adds_no_more_than_its_share():
    day = number_of_day(pd.Series(pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-02", "2024-01-02"])))
    assert day.tolist() == [0, 0, 1, 1]
    assert capped_by_day(np.array([0.9, 0.3, 0.2, -5.0]), day, 0.6).tolist() == pytest.approx(
        [0.45, 0.15, 0.2, -5.0]
    )


def test_the_highest_chart_leads_at_each_point():
    one, other = (np.array([3.0, 1.0]), np.array([0, 0])), (np.array([2.0, 5.0]), np.array([0, 1]))
    lead, statistic, start = leading([one, other])
    assert (lead.tolist(), statistic.tolist(), start.tolist()) == ([0, 1], [3.0, 5.0], [0, 1])


def test_the_budget_is_shared_by_all_charts():
    assert points_between_alarms(4, 250, 0.5) == 2000
    assert points_between_alarms(1, 10, 5) == 50
    assert run_length(0.5, 5.0) > run_length(0.5, 5.0, mean=0.5)


def test_pairs_are_neighbours_of_one_cell_scaled_by_their_weights():
    pairs = make_pairs(
        np.array([0, 1, 2, 16, 31]), np.array([1.0, 9.0, 4.0, 6.0, 0.0]), np.array([0, 1, 0, 0, 0])
    )
    assert pairs.date.tolist() == [2, 16]
    assert pairs.off.tolist() == [3.0, 2.0]
    light = make_pairs(np.array([0, 1]), np.array([0.0, 4.0]), np.zeros(2, int), np.array([1.0, 1 / 7]))
    assert light.off.tolist() == [2.0]


def test_a_score_is_the_square_of_a_deviate_as_rare():
    known = np.arange(1.0, 100.0)
    assert _scores(np.array([50.0]), known)[0] == pytest.approx(0.67449**2, rel=1e-3)
    assert _scores(np.array([1e9]), known)[0] == pytest.approx(2.80703**2, rel=1e-3)


def test_a_growth_of_scatter_is_measured_on_either_side():
    rng = np.random.default_rng(9)
    off = np.r_[rng.normal(0, 1, 4000), rng.normal(0, 2, 1000)] * 2**0.5
    cut = SimpleNamespace(onset=SimpleNamespace(first=4000), alarm=4100, detector="d")
    growth = _growth(Pairs(np.arange(5000), off), 0, cut)
    assert (growth.before, growth.after) == pytest.approx((1.0, 2.0), rel=0.05)
    assert growth.error == pytest.approx(((1 / 4000 + 1 / 1000) / 0.74) ** 0.5)
    assert (growth.n_before, growth.n_after) == (8000, 2000)
    assert _growth(Pairs(np.arange(5000), off), 3981, cut) is None
    flat = Pairs(np.arange(5000), np.r_[off[:4000], off[:1000] * 1.2])
    assert _growth(flat, 0, cut) is None


# ---- findings


def test_a_relative_change_has_its_interval():
    assert ratio(np.log(2), np.log(2) / 1.96) == pytest.approx((1.0, 0.0, 3.0))
    assert to_timestamp(19723) == pd.Timestamp("2024-01-01")


Told = namedtuple("Told", "signal onset low high reached stands_alone is_common what")


def told(device: str, onset: int, low: int | None = None, high: int | None = None, **more: object) -> Told:
    facts = {"is_pooled": False, "modality": "CT", "parameter": SimpleNamespace(name="KVP"), "device": device}
    signal = SimpleNamespace(**facts | {k: v for k, v in more.items() if k in facts})
    rest = {"stands_alone": False, "is_common": False, "what": ("level", "up")}
    rest |= {k: v for k, v in more.items() if k in rest}
    ends = (onset if low is None else low, onset if high is None else high)
    return Told(signal, onset, *ends, onset, **rest)


def test_changes_of_one_machine_within_a_week_of_the_first_are_one_finding():
    assert together([told("A", 0), told("A", 7), told("A", 8), told("B", 8)]) == [1, 1, 2, 3]
    assert together([told("A", 0, high=20), told("A", 50, low=20)]) == [1, 1]
    assert together([told("A", 0, high=20), told("A", 51, low=20)]) == [1, 2]
    assert together([told("A", 0, high=20), told("A", 50, low=21)]) == [1, 2]
    assert together([told("A", 5), told("A", 0)]) == [1, 1]


def test_a_change_of_all_stands_in_for_those_of_protocols_where_most_share_it():
    whole, part = told("A", 100, is_pooled=True, is_common=True), told("A", 121)
    assert merged([whole, part]) == [whole]
    assert merged([whole, told("A", 122)]) == [whole, told("A", 122)]
    single = told("A", 100, is_pooled=True)
    assert merged([single, part]) == [part]
    assert len(merged([single, told("A", 122)])) == 2
    assert len(merged([single, told("B", 100)])) == 2
    assert len(merged([single, told("A", 100, modality="PT")])) == 2
    alone = told("A", 100, stands_alone=True)
    assert alone in merged([whole, alone])


@pytest.mark.parametrize(
    ("onsets", "n_machines", "is_event"),
    [
        ((0, 14), 2, True),
        ((0, 15), 2, False),
        ((0,), 1, False),
        ((0, 3), 4, True),
        ((0, 3), 5, False),
    ],
)
def test_half_of_the_machines_of_a_model_and_two_at_least_make_an_event(onsets, n_machines, is_event):
    changes = [told(f"M{n}", onset) for n, onset in enumerate(onsets)]
    models = {f"M{n}": "Vega" for n in range(n_machines)} | {"X": "other", "Y": ""}
    assert [event is not None for event in fleet_events(changes, models)] == [is_event] * len(onsets)


def test_full_weeks_are_counted_from_monday_and_pauses_left_out():
    monday = int(np.datetime64("2024-01-01", "D").astype(int))
    day = np.sort(np.r_[monday + np.arange(28), monday + np.arange(14), monday + 42 + np.arange(14)])
    weeks = _weeks(day)
    assert (weeks.date - monday).tolist() == [0, 7, 14, 21, 42, 49]
    assert np.exp(weeks.value).round().tolist() == [14, 14, 7, 7, 7, 7]
    assert _pauses(day) == [(monday + 28, monday + 41)]
    assert _pauses(np.array([0, 7])) == []
    assert _pauses(np.array([0, 8])) == [(1, 7)]
    late = _weeks(day[day > monday])
    assert (late.date - monday).tolist()[:1] == [7]


def test_a_drop_of_the_volume_ends_the_day_before_the_first_full_week_after_it():
    monday = int(np.datetime64("2024-01-01", "D").astype(int))
    week = np.arange(80)
    a_week = np.where((week >= 40) & (week < 60), 8, 40) + np.random.default_rng(1).integers(-2, 3, 80)
    day = np.concatenate(
        [monday + 7 * w + np.sort(np.arange(n) % 7) for w, n in zip(week, a_week, strict=True)]
    )
    found = VolumeDrop()(day, learn_until=monday + 180, detectors=(LevelShift(),), budget=0.5)
    assert [(first - monday, last - monday) for first, last, _, _ in found] == [(280, 419)]
    assert found[0][2:] == pytest.approx((40, 8), rel=0.05)


def test_a_missing_tag_is_counted_in_words():
    one = Notice("CT", "CT", "missing-tag", ("KVP",), 19723, 19730, 0.02, 0.97, 1200, "d")
    assert (
        _words(one)
        == "KVP is absent from 2024-01-01 to 2024-01-08: 97 % of 1,200 examinations lack it, 2 % before"
    )
    four = replace(one, parameters=("A", "B", "C", "D"), last=None, before=0.9, after=0.1)
    assert (
        _words(four)
        == "A, B, C and 1 more are there from 2024-01-01 on: 10 % of 1,200 examinations lack A, 90 % before"
    )


def test_a_coincidence_is_the_share_of_days_that_lie_as_near():
    days = np.arange("2024-01-01", "2024-04-10", dtype="datetime64[D]")
    event = pd.DataFrame({"date": [pd.Timestamp("2024-02-01")], "kind": ["software"], "text": ["x"]})
    onset = tuple(pd.Timestamp(day) for day in ("2024-02-03", "2024-02-02", "2024-02-04"))
    found = coincidences("C001", onset, event, days)
    assert found["days"].tolist() == [-2]
    assert found["coincidence"].tolist() == pytest.approx([5 / len(days)])
    far = event.assign(date=pd.Timestamp("2024-02-08"))
    assert coincidences("C001", onset, far, days).empty
    assert len(coincidences("C001", onset, event.assign(date=pd.Timestamp("2024-02-07")), days)) == 1


def test_events_of_headers_are_new_parts_resets_and_calibrations():
    day = pd.Series(pd.date_range("2024-01-01", periods=40))
    rows = pd.DataFrame(
        {
            "day": day,
            "device": "A",
            "DetectorID": np.where(np.arange(40) < 14, "d1", np.where(np.arange(40) < 15, "d2", "D3")),
            "StationName": np.where(np.arange(40) < 20, "s1", "S1"),
            "DateOfLastCalibration": np.where(np.arange(40) < 30, "20240101", "20240131"),
            "ExposuresOnDetectorSinceManufactured": np.r_[1000 + np.arange(25), 499 + np.arange(15)],
        }
    )
    devices = pd.DataFrame({"device": ["A"], "software_epochs": [[]], "replaces": [None], "first": [day[0]]})
    events = find_events(rows, devices)
    assert events[["kind", "date"]].astype(str).to_numpy().tolist() == [
        ["detector", "2024-01-16"],
        ["counter", "2024-01-26"],
        ["calibration", "2024-01-31"],
    ]
