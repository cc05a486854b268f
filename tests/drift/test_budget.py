"""Budget: run lengths against the exact values, and against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.budget import alarm_limit, points_between_alarms, run_length, window_limits
from dicomlab.drift.detectors.cusum import cusum
from dicomlab.drift.detectors.level import LevelShift
from dicomlab.drift.signals.days import as_one

# Exact run lengths of the two-sided likelihood-ratio CUSUM (integral equation): shift, limit,
# length without change, length at the shift.
EXACT = [
    (0.5, 5, 1036, 36.7),
    (0.5, 6, 2857, 44.7),
    (0.5, 8, 21295, 60.7),
    (0.5, 10, 157587, 76.7),
    (1.0, 5, 465, 10.4),
    (1.0, 6, 1277, 12.4),
    (1.0, 8, 9483, 16.4),
    (1.0, 10, 70133, 20.4),
    (1.5, 6, 1002, 6.06),
    (1.5, 8, 7429, 7.84),
    (1.5, 10, 54923, 9.6),
]


@pytest.mark.parametrize(("shift", "limit", "quiet", "changed"), EXACT)
def test_run_lengths_are_those_of_the_exact_table(shift, limit, quiet, changed):
    assert run_length(shift, limit) == pytest.approx(quiet, rel=0.03)
    assert run_length(shift, limit, mean=shift) == pytest.approx(changed, rel=0.03)


@pytest.mark.parametrize("length", [0.1, 300.0, 20_000.0, 1e8, 1e20])
@pytest.mark.parametrize("error", [0.0, 0.02, 0.3, 3.0])
def test_limits_of_windows_are_the_first_that_are_rare_enough(length, error):
    windows, horizon = np.array([1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 181, 362]), 250.0
    limits = np.linspace(1.5, 9.0, 601)[:, None]
    own = 1 / (1 + windows * error**2)
    # Siegmund and Venkatraman 1995, with the overshoot of Siegmund and Yakir 2007.
    step = limits * np.sqrt(own / windows)
    overshoot = (2 / step) * (norm.cdf(step / 2) - 0.5)
    overshoot /= (step / 2) * norm.cdf(step / 2) + norm.pdf(step / 2)
    looks = (limits**2 * own / (2 * windows) * overshoot) ** 2
    rates = norm.pdf(limits) / limits * (looks * windows * np.log(2) / 2 + 2 * (1 - own) / horizon)
    enough = rates <= 1 / (len(windows) * length)
    limits = limits[:, 0]
    first = np.where(enough.any(axis=0), limits[enough.argmax(axis=0)], 9.0)
    assert window_limits(windows, length, error=error, horizon=horizon).tolist() == first.tolist()


@pytest.mark.parametrize(("shift", "limit", "quiet", "changed"), EXACT)
def test_limits_are_those_of_the_exact_table(shift, limit, quiet, changed):
    assert alarm_limit(shift, quiet) == pytest.approx(limit, abs=0.03)


def test_the_classic_chart_is_the_same_chart():
    # Reference 0.5 and decision interval 4.77 in R's spc: 368.56 without change, 9.917 at 1 SD.
    assert run_length(1.0, 4.77) == pytest.approx(368.56, rel=0.02)
    assert run_length(1.0, 4.77, mean=1.0) == pytest.approx(9.917, rel=0.02)


def test_simulated_charts_run_as_long_as_promised():
    rng = np.random.default_rng(3)
    z = rng.normal(size=(400, 4000))
    ends = []
    for row in z:
        up, down = (cusum(0.5 * side * row - 0.125)[0] for side in (1, -1))
        over = np.flatnonzero(np.maximum(up, down) > 4.0)
        ends.append(over[0] + 1 if len(over) else len(row))
    assert np.mean(ends) == pytest.approx(run_length(0.5, 4.0), rel=0.12)


def test_an_uncertain_centre_asks_for_a_higher_limit():
    limits = [alarm_limit(1.0, 20_000, error=error) for error in (0, 0.05, 0.1, 0.2)]
    assert limits == sorted(limits)
    assert limits[-1] > limits[0] + 1


def test_an_uncertain_centre_keeps_the_promised_share_of_false_alarms():
    rng = np.random.default_rng(4)
    limit, alarmed = alarm_limit(1.0, 2500, error=0.15, horizon=250), 0
    for _ in range(2000):
        row = rng.normal(size=250) + rng.normal(0, 0.15)
        alarmed += any((cusum(side * row - 0.5)[0] > limit).any() for side in (1, -1))
    assert 0.05 < alarmed / 2000 < 0.11


def test_a_larger_fleet_of_charts_is_held_stricter():
    assert points_between_alarms(100, 250, 0.5) == 50_000
    assert points_between_alarms(10, 250, 0.5) == 5_000


def test_sums_begin_after_their_last_zero():
    total, start = cusum(np.array([-1.0, 2.0, -3.0, 1.0, 1.0]))
    assert total.tolist() == [0, 2, 0, 1, 2]
    assert start.tolist() == [0, 1, 1, 3, 3]


@pytest.mark.parametrize(("error", "likeness"), [(0.0, 0.0), (0.1, 0.0), (0.25, 0.0), (0.1, 0.5)])
def test_windows_of_all_lengths_keep_the_promised_share_of_false_alarms(error, likeness):
    rng, alarmed, n, length = np.random.default_rng(5), 0, 500, 2000.0
    baseline = Baseline(pd.Timestamp(0), pd.Timestamp(0), 100, 0.0, 1.0, error=error, likeness=likeness)
    chart = LevelShift(length=length)
    for _ in range(n):
        row = rng.normal(size=360)
        for day in range(1, 360):
            row[day] = likeness * row[day - 1] + np.sqrt(1 - likeness**2) * row[day]
        signal = pd.DataFrame({"value": row + rng.normal(0, error), "sd": 1.0})
        alarmed += chart(signal, baseline)["is_alarm"].any()
    promised = 1 - np.exp(-360 / length)
    assert promised / 2.5 < alarmed / n < 1.5 * promised


def test_a_long_window_is_allowed_less_where_the_baseline_is_sure():
    windows = np.array([1, 8, 64])
    sure, unsure = (window_limits(windows, 20_000, error=error) for error in (0.0, 0.2))
    assert (unsure <= sure).all()
    assert (window_limits(windows, 200_000) > sure).all()


def test_the_mean_of_days_that_resemble_each_other_scatters_as_simulated():
    rng = np.random.default_rng(6)
    row = rng.normal(size=(4000, 60))
    for day in range(1, 60):
        row[:, day] = 0.6 * row[:, day - 1] + 0.8 * row[:, day]
    for window in (1, 5, 20):
        seen = row[:, 60 - window :].mean(axis=1).var() * window
        assert seen == pytest.approx(float(as_one(window, 0.6)), rel=0.1)
