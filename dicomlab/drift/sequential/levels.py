"""Follow one level: learn it, chart it, date each change, learn again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.sequential.onset import Onset, ramp_onset, step_gain, step_onset
from dicomlab.drift.signals.days import Days, Scatter, calm, measure_scatter, weighted_mean

LEARN_AGAIN = 60
"""Days from which a level is learned again after a change."""

_SIGNAL = pd.Index(["date", "value", "sd"])
_LEAST_DAYS = 5
_LOOK = 21
_LOOK_RAMP = 120
_NEAR = 14
_NEARLY = 0.75
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

    @property
    def detectors(self) -> set[str]:
        """The detectors that gave its alarms."""
        return {name for _, name in self.alarms}


@dataclass(frozen=True)
class Plan:
    """How a level is followed, and what is known of its scatter."""

    learn_until: int
    floor: float
    resolution: float = 0.0
    pooled: Scatter | None = None
    mix_error: float = 0.0
    slope: float | None = None
    """For a level that is expected to drift: its usual change per day."""
    is_season: bool = False
    """Whether the level goes up and down by itself, so that its slope is that of the weeks before."""
    wander: float = 0.0
    """How far the level is known to wander at least, in standard deviations of one acquisition."""
    is_frozen: bool = False
    """Whether the level stays as its baseline has it; else days without an alarm make it surer."""
    is_given: bool = False
    """Whether the floor is the user's own, which holds as it stands."""

    def least(self, scatter: Scatter) -> float:
        """The smallest change of a level that is told.

        A floor of ours is no more than half of the scatter of one acquisition, unless values scatter
        by less than matters. A change as large as that seems smaller half of the time.
        """
        if self.is_given:
            return self.floor
        is_calm = scatter.total < _NEARLY * self.floor
        own = self.floor if is_calm else min(self.floor, 0.5 * scatter.total)
        return max(_NEARLY * own, 0.3 * scatter.total)


@dataclass
class _Trail:
    """What has been found so far; changes as following goes on."""

    cuts: list[tuple[Onset, int, str]] = field(default_factory=list)
    alarms: list[tuple[int, str]] = field(default_factory=list)


def follow(days: Days, plan: Plan, detectors: tuple[Detector, ...]) -> Followed:
    """Find every lasting change of one level.

    The level is learned up to `plan.learn_until` (number of a day), where a split in two is
    looked for already; then each detector charts the days that follow. From a change on, the
    level is learned anew while the scatter is kept.
    """
    learned = int(np.searchsorted(days.date, plan.learn_until, side="right"))
    cuts, scatter = settle(days.part(0, learned), plan, detectors)
    trail = _Trail(cuts=[(onset, onset.reached, "baseline") for onset in cuts])
    start = cuts[-1].reached if cuts else 0
    first = _baseline(days, start, learned, scatter, plan)
    while learned < len(days):
        found = _next(days, start, learned, scatter, plan, detectors)
        if found is None:
            break
        alarm, onset, name = found
        trail.alarms.append((alarm, name))
        trail.cuts.append((onset, alarm, name))
        start = max(onset.reached, start + 1)
        learned = start if plan.slope is not None else _learn_again(days, start)
        start = _settle_again(days, start, learned, scatter, plan, detectors, trail)
    steps = _steps(days, trail.cuts, scatter, plan)
    return Followed(first, scatter, tuple(trail.alarms), steps)


def settle(days: Days, plan: Plan, detectors: tuple[Detector, ...]) -> tuple[list[Onset], Scatter]:
    """Split the days of a baseline where it clearly has more than one level.

    Gives the splits in order and the scatter about the levels between them. A split must be as
    certain as an alarm, with scatter measured as if it were there.
    """
    detrended = days.value - (plan.slope or 0.0) * (days.date - days.date[0])
    edges = [0, len(days)]
    onsets: list[Onset] = []
    while True:
        level = _levels(detrended, days.n, edges)
        if plan.slope is not None:
            level = _local_level(days.date, detrended, days.n)
        scatter = _scatter(days, detrended - level, plan)
        split = None if plan.slope is not None else _best_split(days, detrended, edges, plan, detectors)
        if split is None or len(onsets) == 3:
            return sorted(onsets, key=lambda onset: onset.first), scatter
        onsets.append(split)
        edges = sorted({*edges, split.first})


def _best_split(
    days: Days, value: np.ndarray, edges: list[int], plan: Plan, detectors: tuple[Detector, ...]
) -> Onset | None:
    needed = 1.3 * np.log(min((d.length for d in detectors), default=1e4))
    best: Onset | None = None
    for low, high in pairwise(edges):
        if high - low < 2 * _LEAST_DAYS:
            continue
        rough = step_onset(value[low:high], 1 / np.sqrt(days.n[low:high]), least=_LEAST_DAYS)
        level = _levels(value, days.n, sorted({*edges, low + rough.first}))
        scatter = _scatter(days, value - level, plan)
        sd = scatter.sd(days.n[low:high])
        onset = step_onset(calm(value[low:high], sd), sd, least=_LEAST_DAYS)
        size = abs(level[low + rough.first] - level[low + rough.first - 1])
        if onset.gain > max(needed, best.gain if best else 0.0) and size >= max(
            plan.floor, 0.5 * scatter.total
        ):
            best = _shifted(onset, low)
    return best


def _scatter(days: Days, off: np.ndarray, plan: Plan) -> Scatter:
    scatter = measure_scatter(days, off, resolution=plan.resolution)
    slow = 0.0 if plan.slope is not None else max(scatter.slow, plan.wander * scatter.total)
    scatter = replace(scatter, slow=slow)
    return scatter.at_least(plan.pooled or Scatter(scatter.within, 0.0), plan.floor / 2)


def _levels(value: np.ndarray, n: np.ndarray, edges: list[int]) -> np.ndarray:
    level = np.empty(len(value))
    for low, high in pairwise(edges):
        level[low:high] = np.average(value[low:high], weights=n[low:high])
    return level


def _local_level(date: np.ndarray, value: np.ndarray, n: np.ndarray) -> np.ndarray:
    """The mean of the two weeks before and after each day, without the day itself.

    What days scatter about it is what they scatter about a level that drifts slowly, and a little more.
    """
    low, high = np.searchsorted(date, date - _NEAR), np.searchsorted(date, date + _NEAR, side="right")
    count, total = (np.concatenate([[0.0], np.cumsum(x)]) for x in (n, n * value))
    others = count[high] - count[low] - n
    return np.where(
        others > 0, (total[high] - total[low] - n * value) / np.where(others > 0, others, 1.0), value.mean()
    )


def _baseline(days: Days, start: int, stop: int, scatter: Scatter, plan: Plan) -> Baseline:
    part = days.part(start, max(stop, start + 1))
    center, error = weighted_mean(part.value, scatter.sd(part.n))
    first, last = (pd.Timestamp(int(date), unit="D") for date in (part.date[0], part.date[-1]))
    steady = float(np.hypot(plan.mix_error, scatter.slow))
    error = float(np.hypot(error, steady))
    return Baseline(
        *(first, last, int(part.rows.sum()), center, scatter.total),
        error=error,
        steady=error if plan.is_frozen else steady,
        likeness=scatter.likeness,
    )


def _next(
    days: Days, start: int, learned: int, scatter: Scatter, plan: Plan, detectors: tuple[Detector, ...]
) -> tuple[int, Onset, str] | None:
    """The first alarm after a baseline: its day, its change, the detector."""
    baseline = _baseline(days, start, learned, scatter, plan)
    ahead = days.part(learned, len(days))
    sd = scatter.sd_alone(ahead.n)
    signal = framed(_SIGNAL, (ahead.date, ahead.value, sd))
    numbers = np.arange(learned, len(days))
    if plan.slope is not None:
        signal, baseline, numbers = _against_trailing(days, start, learned, scatter, plan, baseline)
    alarms = []
    for detector in detectors:
        chart = _from(detector, plan.least(scatter))(signal, baseline)
        hits = np.flatnonzero(chart["is_alarm"].to_numpy())
        if len(hits):
            since = int(numbers[int(chart["start"].iloc[hits[0]])])
            alarms.append((int(numbers[hits[0]]), since, detector.name))
    if not alarms:
        return None
    alarm, since, name = min(alarms)
    return alarm, _onset(days, start, since, alarm, scatter, plan), name


def _from(detector: Detector, least: float) -> Detector:
    """The detector that leaves smaller changes alone, if it can."""
    return replace(detector, floor=least) if hasattr(detector, "floor") else detector  # type: ignore[type-var]


def _against_trailing(
    days: Days, start: int, learned: int, scatter: Scatter, plan: Plan, baseline: Baseline
) -> tuple[pd.DataFrame, Baseline, np.ndarray]:
    """Days against the weeks before, for a level that drifts by nature."""
    reference, spread, enough = trailing_level(
        days, start, scatter, plan.slope or 0.0, follows_slope=plan.is_season
    )
    numbers = np.arange(learned, len(days))
    numbers = numbers[enough[numbers]]
    off = (days.value - reference)[numbers]
    sd = np.hypot(scatter.sd_alone(days.n), spread)[numbers]
    signal = framed(_SIGNAL, (days.date[numbers], off, sd))
    error = float(np.median(spread[numbers])) / 2 if len(numbers) else 0.0
    return signal, replace(baseline, center=0.0, error=error, steady=error), numbers


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


def _onset(days: Days, start: int, since: int, alarm: int, scatter: Scatter, plan: Plan) -> Onset:
    value = days.value - (plan.slope or 0.0) * (days.date - days.date[0])
    sd = scatter.sd(days.n)
    value = calm(value, sd)
    low, high = _window(days, start, since, alarm, _LOOK)
    if plan.slope is not None:
        low = max(start, min(low, since - 3))
        return _shifted(step_onset(value[low:high], sd[low:high], upto=alarm - low), low)
    step = _shifted(step_onset(value[low:high], sd[low:high]), low)
    low, high = _window(days, start, since, alarm, _LOOK_RAMP)
    best = step_gain(value[low:high], sd[low:high]).max()
    wide = replace(_shifted(step, -low), gain=float(best))
    return _shifted(ramp_onset(days.date[low:high], value[low:high], sd[low:high], wide), low)


def _window(days: Days, start: int, since: int, alarm: int, reach: int) -> tuple[int, int]:
    """Numbers of the days about a chart's rise, six at least."""
    low = max(start, int(np.searchsorted(days.date, days.date[since] - reach)))
    high = min(len(days), int(np.searchsorted(days.date, days.date[alarm] + reach, side="right")))
    return max(start, min(low, high - 6)), max(high, min(len(days), low + 6))


def _shifted(onset: Onset, by: int) -> Onset:
    first, low, high, reached = (n + by for n in (onset.first, onset.low, onset.high, onset.reached))
    earliest = None if onset.earliest is None else onset.earliest + by
    return replace(onset, first=first, low=low, high=high, reached=reached, earliest=earliest)


def _learn_again(days: Days, start: int) -> int:
    """The number of the day up to which a level is learned after a change."""
    if start >= len(days):
        return len(days)
    by_time = int(np.searchsorted(days.date, days.date[start] + LEARN_AGAIN, side="right"))
    return max(by_time, start + 2 * _LEAST_DAYS) if by_time < len(days) else len(days)


def _settle_again(
    days: Days,
    start: int,
    learned: int,
    scatter: Scatter,
    plan: Plan,
    detectors: tuple[Detector, ...],
    trail: _Trail,
) -> int:
    """Look for one more change in the days the level is learned from again."""
    if plan.slope is not None or learned - start < 2 * _LEAST_DAYS:
        return start
    needed = 1.3 * np.log(min((d.length for d in detectors), default=1e4))
    sd = scatter.sd(days.n[start:learned])
    onset = step_onset(calm(days.value[start:learned], sd), sd, least=_LEAST_DAYS)
    if onset.gain < needed:
        return start
    onset = _shifted(onset, start)
    trail.cuts.append((onset, onset.first, "baseline"))
    return onset.reached


def _steps(days: Days, cuts: list[tuple[Onset, int, str]], scatter: Scatter, plan: Plan) -> tuple[Step, ...]:
    """The changes that lasted: levels that differ clearly, by the floor or more."""
    sd = scatter.sd(days.n)
    value = calm(days.value - (plan.slope or 0.0) * (days.date - days.date[0]), sd)
    steps = []
    for number, (onset, alarm, name) in enumerate(cuts):
        begin = cuts[number - 1][0].reached if number else 0
        stop = cuts[number + 1][0].first if number + 1 < len(cuts) else len(days)
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
            steps.append(Step(onset, alarm, before, after, error, name))
    return tuple(steps)
