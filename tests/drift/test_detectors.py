"""What every detector promises, and what each one does on signals of known change."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pandas as pd
import pytest

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import CHART
from dicomlab.drift.detectors.level import LevelShift
from dicomlab.drift.detectors.setting import SettingChange
from dicomlab.drift.engine import DETECTORS

FIRST, LAST = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-28")


def quiet(detector, n=300, seed=0):
    """A signal in which nothing happens, with its baseline."""
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2024-07-01", periods=n)
    if detector.kind == "setting":
        text = np.where(rng.random(n) < 0.02, "B50f", "B30f")
        signal = pd.DataFrame({"date": dates, "text": text})
        return signal, Baseline(FIRST, LAST, 120, 0.03, np.nan, ("B30f",))
    if detector.kind == "spread":
        signal = pd.DataFrame({"date": dates, "score": np.minimum(rng.normal(size=n) ** 2, 7.9)})
        return signal, Baseline(FIRST, LAST, 400, 1.0, 1.0, error=0.0)
    if detector.kind == "share":
        signal = pd.DataFrame({"date": dates, "value": rng.binomial(12, 0.3, n) / 12, "sd": 0.1323})
        return signal, Baseline(FIRST, LAST, 1400, 0.3, 0.2, error=0.01)
    signal = pd.DataFrame({"date": dates, "value": 5 + rng.normal(0, 0.4, n), "sd": 0.4})
    return signal, Baseline(FIRST, LAST, 1200, 5.0, 1.0, error=0.02)


def changed(detector, n=300, onset=150, seed=0):
    """The same signal with a lasting change."""
    signal, baseline = quiet(detector, n, seed)
    later = np.arange(n) >= onset
    if detector.kind == "setting":
        return signal.assign(text=signal["text"].mask(later, "Br40")), baseline
    if detector.kind == "spread":
        wide = np.minimum(9 * np.random.default_rng(seed + 1).normal(size=n) ** 2, 7.9)
        return signal.assign(score=np.where(later, wide, signal["score"])), baseline
    if detector.kind == "share":
        more = np.random.default_rng(seed + 1).binomial(12, 0.5, n) / 12
        return signal.assign(value=np.where(later, more, signal["value"])), baseline
    return signal.assign(value=signal["value"] + 0.8 * later), baseline


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.name)
class TestEveryDetector:
    def test_is_frozen_settings(self, detector):
        with pytest.raises(FrozenInstanceError):
            detector.name = "another"
        assert fields(detector)

    def test_says_in_one_line_what_it_finds(self, detector):
        line = type(detector).__doc__.splitlines()[0]
        assert line.endswith(".")
        assert len(line) <= 79

    def test_leaves_its_input_as_it_was(self, detector):
        signal, baseline = changed(detector)
        before = signal.copy(deep=True)
        detector(signal, baseline)
        pd.testing.assert_frame_equal(signal, before)

    def test_gives_one_row_a_point_in_their_order(self, detector):
        signal, baseline = changed(detector)
        signal.index = signal.index + 1000
        chart = detector(signal, baseline)
        assert chart.columns.tolist() == list(CHART)
        assert chart.index.equals(signal.index)
        assert chart["is_alarm"].dtype == bool

    def test_gives_an_empty_chart_for_an_empty_signal(self, detector):
        signal, baseline = quiet(detector)
        chart = detector(signal.iloc[:0], baseline)
        assert chart.empty
        assert chart.columns.tolist() == list(CHART)

    def test_gives_the_same_twice(self, detector):
        signal, baseline = changed(detector)
        pd.testing.assert_frame_equal(detector(signal, baseline), detector(signal, baseline))

    def test_finds_a_known_change_soon(self, detector):
        delays = []
        for seed in range(10):
            alarms = np.flatnonzero(detector(*changed(detector, seed=seed))["is_alarm"])
            delays.append(alarms[alarms >= 150].min() - 150)
        assert np.median(delays) <= 12

    def test_is_silent_where_nothing_happens(self, detector):
        alarmed = [detector(*quiet(detector, seed=seed))["is_alarm"].any() for seed in range(40)]
        # 40 signals of 300 points at one alarm in 20,000 points: 0.6 alarms are expected.
        assert sum(alarmed) <= 3

    def test_is_stricter_when_it_is_to_run_longer(self, detector):
        signal, baseline = changed(detector)
        loose, strict = (replace(detector, length=n)(signal, baseline)["statistic"] for n in (1e3, 1e6))
        assert (strict <= loose + 1e-12).all()
        assert strict.max() < loose.max()


def test_one_strange_day_is_never_an_alarm():
    signal, baseline = quiet(LevelShift())
    signal.loc[100, "value"] = 50.0
    assert not LevelShift()(signal, baseline)["is_alarm"].any()


def test_the_side_and_the_start_of_a_change_are_told():
    signal, baseline = changed(LevelShift())
    signal["value"] = 10 - signal["value"]
    chart = LevelShift()(signal, baseline)
    first = chart[chart["is_alarm"]].iloc[0]
    assert first["side"] == -1
    assert abs(first["start"] - 150) <= 6


def test_a_change_below_the_floor_is_none():
    signal, baseline = quiet(LevelShift())
    signal = signal.assign(value=signal["value"] + 0.4, sd=1.0)
    assert LevelShift()(signal, baseline)["is_alarm"].any()
    assert not LevelShift(floor=1.0)(signal, baseline)["is_alarm"].any()


def test_an_uncertain_baseline_finds_no_small_change():
    signal, baseline = quiet(LevelShift())
    signal["value"] += 0.3
    unsure = replace(baseline, error=0.3)
    assert LevelShift()(signal, baseline)["is_alarm"].any()
    assert not LevelShift()(signal, unsure)["is_alarm"].any()


def first_alarms(course, *, is_frozen, length=2000.0, n_baseline=100):
    """The first alarm (a number; 999 if none) on days that follow a course, of 60 simulations."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        error = n_baseline**-0.5
        center = float(rng.normal(0, error))
        steady = error if is_frozen else 0.0
        baseline = Baseline(FIRST, LAST, n_baseline, center, 1.0, error=error, steady=steady)
        signal = pd.DataFrame({"value": course + rng.normal(size=len(course)), "sd": 1.0})
        hits = np.flatnonzero(LevelShift(length=length)(signal, baseline)["is_alarm"])
        found.append(hits[0] if len(hits) else 999)
    return np.array(found)


def test_days_without_an_alarm_make_the_level_surer():
    step = np.where(np.arange(420) < 300, 0.0, 0.4)
    surer, frozen = (first_alarms(step, is_frozen=kept) for kept in (False, True))
    told = [((a >= 300) & (a < 999)).sum() for a in (surer, frozen)]
    assert told[0] > told[1] + 5
    assert (surer < 300).sum() <= (frozen < 300).sum() + 3


def test_days_are_held_against_a_frozen_level_as_it_stands():
    signal = pd.DataFrame({"value": np.full(300, 0.15), "sd": 1.0})
    surer = Baseline(FIRST, LAST, 100, 0.0, 1.0, error=0.1)
    frozen = replace(surer, steady=0.1)
    stays, moves = (LevelShift()(signal, baseline)["statistic"] for baseline in (frozen, surer))
    assert (stays.diff().dropna() > -1e-9).all()
    assert moves.iloc[-1] < min(0.8 * stays.iloc[-1], moves.max())


def test_overrides_by_hand_are_no_change_of_a_setting():
    signal, baseline = quiet(SettingChange())
    signal["text"] = np.where(np.arange(300) % 25 == 0, "B70f", "B30f")
    assert not SettingChange()(signal, baseline)["is_alarm"].any()


def test_overrides_of_one_day_are_no_change_of_a_setting():
    signal, baseline = quiet(SettingChange())
    signal.loc[50:70, ["text", "date"]] = ["B70f", pd.Timestamp("2024-08-20")]
    assert not SettingChange()(signal, baseline)["is_alarm"].any()


def test_a_setting_that_changed_in_every_second_examination_is_found():
    signal, baseline = quiet(SettingChange())
    signal.loc[150::2, "text"] = "Br40"
    alarms = np.flatnonzero(SettingChange()(signal, baseline)["is_alarm"])
    assert 150 < alarms[0] < 190
