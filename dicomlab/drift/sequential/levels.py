"""Follow one level: learn it, chart it, date each change, learn again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.sequential.loop import (
    BY_BASELINE,
    Ahead,
    Alarm,
    Charts,
    Cut,
    Place,
    follow_along,
    shifted,
    surely,
)
from dicomlab.drift.sequential.onset import Onset, ramp_onset, step_gain, step_onset
from dicomlab.drift.sequential.settling import LEAST_DAYS, Plan, settle
from dicomlab.drift.sequential.spans import LEARN_LEVEL, LOOK_LEVEL, LOOK_RAMP
from dicomlab.drift.signals.days import Days, Scatter, calm, weighted_mean
from dicomlab.isolation import SetAside

_SIGNAL = pd.Index(["date", "value", "sd"])
_GAP, _SEASON, _LONG = 7, 56, 98
# Days over which the weeks of a season must spread (standard deviation) to have a slope of their own.
_LEAST_REACH = 8


@dataclass(frozen=True)
class Step:
    """One change of level: where it began, the levels, and which day set it off."""

    onset: Onset
    alarm: int
    before: float
    after: float
    error: float
    detector: str


@dataclass(frozen=True)
class Followed:
    """What following one level gave: baseline, days that alarmed, changes."""

    baseline: Baseline
    scatter: Scatter
    alarms: tuple[tuple[int, str], ...] = ()
    steps: tuple[Step, ...] = ()
    aside: tuple[SetAside, ...] = ()
    """The detectors that raised."""

    @property
    def detectors(self) -> set[str]:
        """The detectors that gave its alarms."""
        return {name for _, name in self.alarms}


def follow(days: Days, plan: Plan, detectors: tuple[Detector, ...]) -> Followed:
    """Find every lasting change of one level.

    The level is learned up to `plan.learn_until` (number of a day), where a split in two is
    looked for already; then each detector charts the days that follow. From a change on, the
    level is learned anew while the scatter is kept.
    """
    learned = int(np.searchsorted(days.date, plan.learn_until, side="right"))
    splits, scatter = settle(days.part(0, learned), plan, detectors)
    cuts = [Cut(onset, onset.reached, BY_BASELINE) for onset in splits]
    place = Place(splits[-1].reached if splits else 0, learned)
    course = _Course(days, scatter, plan, detectors)
    charts = Charts([_with_floor(detector, plan.least(scatter)) for detector in detectors])
    cuts += follow_along(course, place, charts)
    alarms = tuple((cut.alarm, cut.detector) for cut in cuts if cut.detector != BY_BASELINE)
    steps = _steps(days, cuts, scatter, plan)
    return Followed(course.baseline(place), scatter, alarms, steps, tuple(charts.aside))


def _with_floor(detector: Detector, least: float) -> Detector:
    """The detector that leaves smaller changes alone, if it can."""
    return replace(detector, floor=least) if hasattr(detector, "floor") else detector  # type: ignore[type-var]


@dataclass(frozen=True)
class _Course:
    """How a level is followed along its days."""

    days: Days
    scatter: Scatter
    plan: Plan
    detectors: tuple[Detector, ...]

    def baseline(self, place: Place) -> Baseline:
        """What is usual at a place, and how surely that is known."""
        part = self.days.part(place.start, max(place.learned, place.start + 1))
        center, error = weighted_mean(part.value, self.scatter.sd(part.n))
        first, last = (pd.Timestamp(int(date), unit="D") for date in (part.date[0], part.date[-1]))
        steady = float(np.hypot(self.plan.mix_error, self.scatter.slow))
        error = float(np.hypot(error, steady))
        return Baseline(
            *(first, last, int(part.rows.sum()), center, self.scatter.total),
            error=error,
            steady=error if self.plan.is_frozen else steady,
            likeness=self.scatter.likeness,
        )

    def ahead(self, place: Place) -> Ahead | None:
        days, learned = self.days, place.learned
        if learned >= len(days):
            return None
        baseline = self.baseline(place)
        if self.plan.slope is not None:
            return self._against_trailing(place, baseline, self.plan.slope)
        part = days.part(learned, len(days))
        points = framed(_SIGNAL, (part.date, part.value, self.scatter.sd_alone(part.n)))
        return Ahead(points, baseline, np.arange(learned, len(days)))

    def _against_trailing(self, place: Place, baseline: Baseline, slope: float) -> Ahead:
        """Days against the weeks before, for a level that drifts by nature."""
        days, scatter = self.days, self.scatter
        reference, spread, enough = trailing_level(
            days, place.start, scatter, slope, follows_slope=self.plan.is_season
        )
        numbers = np.arange(place.learned, len(days))
        numbers = numbers[enough[numbers]]
        off = (days.value - reference)[numbers]
        sd = np.hypot(scatter.sd_alone(days.n), spread)[numbers]
        error = float(np.median(spread[numbers])) / 2 if len(numbers) else 0.0
        usual = replace(baseline, center=0.0, error=error, steady=error)
        return Ahead(framed(_SIGNAL, (days.date[numbers], off, sd)), usual, numbers)

    def onset(self, place: Place, alarm: Alarm) -> Onset:
        days, start = self.days, place.start
        slope = self.plan.slope
        sd = self.scatter.sd(days.n)
        value = calm(days.value - (slope or 0.0) * (days.date - days.date[0]), sd)
        low, high = _window(days, start, alarm, LOOK_LEVEL)
        if slope is not None:
            low = max(start, min(low, alarm.since - 3))
            return shifted(step_onset(value[low:high], sd[low:high], upto=alarm.at - low), low)
        step = shifted(step_onset(value[low:high], sd[low:high]), low)
        low, high = _window(days, start, alarm, LOOK_RAMP)
        best = step_gain(value[low:high], sd[low:high]).max()
        wide = replace(shifted(step, -low), gain=float(best))
        return shifted(ramp_onset(days.date[low:high], value[low:high], sd[low:high], wide), low)

    def again(self, place: Place, cut: Cut) -> tuple[Place, list[Cut]]:
        start = max(cut.onset.reached, place.start + 1)
        if self.plan.slope is not None:
            return Place(start, start), []
        learned = self._learned_again(start)
        if learned - start < 2 * LEAST_DAYS:
            return Place(start, learned), []
        value, n = self.days.value[start:learned], self.days.n[start:learned]
        sd = self.scatter.sd(n)
        onset = step_onset(calm(value, sd), sd, least=LEAST_DAYS)
        if onset.gain < surely(self.detectors):
            return Place(start, learned), []
        onset = shifted(onset, start)
        return Place(onset.reached, learned), [Cut(onset, onset.first, BY_BASELINE)]

    def _learned_again(self, start: int) -> int:
        """The number of the day up to which a level is learned after a change."""
        date = self.days.date
        if start >= len(date):
            return len(date)
        by_time = int(np.searchsorted(date, date[start] + LEARN_LEVEL, side="right"))
        return max(by_time, start + 2 * LEAST_DAYS) if by_time < len(date) else len(date)


def trailing_level(
    days: Days, start: int, scatter: Scatter, slope: float, *, follows_slope: bool = False
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the weeks that ended a week before each day lead to expect of it.

    These are eight weeks whose own slope is carried on, where the level `follows_slope`, and
    fourteen carried on by `slope` where not. Where the weeks hold fewer than 8 days with data, the
    last 8 count. Gives level, standard error and whether there were at least 3 days. Nothing
    before the number `start` counts.
    """
    stop = np.maximum(np.searchsorted(days.date, days.date - _GAP, side="right"), start)
    weeks = _GAP + (_SEASON if follows_slope else _LONG)
    begin = np.minimum(np.searchsorted(days.date, days.date - weeks), stop - 8).clip(min=start)
    weight = 1 / scatter.sd(days.n) ** 2
    x = (days.date - days.date[0]).astype(float)
    y = days.value - slope * x
    total, sx, sy, sxx, sxy = (
        np.concatenate([[0.0], np.cumsum(weight * part)]) for part in (np.ones(len(x)), x, y, x * x, x * y)
    )
    total, sx, sy, sxx, sxy = (part[stop] - part[begin] for part in (total, sx, sy, sxx, sxy))
    enough = stop - begin >= 3
    safe = np.where(enough, total, 1.0)
    level, variance = sy / safe, 1 / safe
    if follows_slope:
        across = np.where(enough, sxx - sx**2 / safe, 0.0)
        known = across > total * _LEAST_REACH**2
        own = np.divide(sxy - sx * sy / safe, across, out=np.zeros(len(x)), where=known)
        ahead = x - sx / safe
        level, variance = (
            level + own * ahead,
            variance + np.where(known, ahead**2 / np.where(known, across, 1.0), 0.0),
        )
    return np.where(enough, level + slope * x, np.nan), np.sqrt(variance), enough


def _window(days: Days, start: int, alarm: Alarm, reach: int) -> tuple[int, int]:
    """Numbers of the days about a chart's rise, six at least."""
    low = max(start, int(np.searchsorted(days.date, days.date[alarm.since] - reach)))
    high = min(len(days), int(np.searchsorted(days.date, days.date[alarm.at] + reach, side="right")))
    return max(start, min(low, high - 6)), max(high, min(len(days), low + 6))


def _steps(days: Days, cuts: list[Cut], scatter: Scatter, plan: Plan) -> tuple[Step, ...]:
    """The changes that lasted: levels that differ clearly, by the floor or more."""
    sd = scatter.sd(days.n)
    value = calm(days.value - (plan.slope or 0.0) * (days.date - days.date[0]), sd)
    steps = []
    for number, cut in enumerate(cuts):
        onset = cut.onset
        begin = cuts[number - 1].onset.reached if number else 0
        stop = cuts[number + 1].onset.first if number + 1 < len(cuts) else len(days)
        if plan.slope is not None:
            begin = max(
                begin, min(int(np.searchsorted(days.date, days.date[onset.first] - 42)), onset.first - 8)
            )
            reach = int(np.searchsorted(days.date, days.date[onset.first] + 28))
            stop = min(stop, max(reach, onset.first + 8))
        if onset.first <= begin or stop <= onset.reached:
            continue
        before, error_before = weighted_mean(value[begin : onset.first], sd[begin : onset.first])
        after, error_after = weighted_mean(value[onset.reached : stop], sd[onset.reached : stop])
        error = float(np.sqrt(error_before**2 + error_after**2 + scatter.slow**2))
        if abs(after - before) >= max(3 * error, plan.least(scatter)):
            steps.append(Step(onset, cut.alarm, before, after, error, cut.detector))
    return tuple(steps)
