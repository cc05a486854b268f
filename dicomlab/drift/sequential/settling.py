"""Learn a level from the days of a baseline, which may hold more than one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from dicomlab.drift.base import Detector
from dicomlab.drift.sequential.loop import (
    shifted,
    surely,
)
from dicomlab.drift.sequential.onset import Onset, step_onset
from dicomlab.drift.signals.days import Days, Scatter, calm, measure_scatter

LEAST_DAYS = 5
"""Days that either side of a split has at least."""

_NEAR = 14
_NEARLY = 0.75


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
    needed = surely(detectors)
    best: Onset | None = None
    for low, high in pairwise(edges):
        if high - low < 2 * LEAST_DAYS:
            continue
        rough = step_onset(value[low:high], 1 / np.sqrt(days.n[low:high]), least=LEAST_DAYS)
        level = _levels(value, days.n, sorted({*edges, low + rough.first}))
        scatter = _scatter(days, value - level, plan)
        sd = scatter.sd(days.n[low:high])
        onset = step_onset(calm(value[low:high], sd), sd, least=LEAST_DAYS)
        size = abs(level[low + rough.first] - level[low + rough.first - 1])
        if onset.gain > max(needed, best.gain if best else 0.0) and size >= max(
            plan.floor, 0.5 * scatter.total
        ):
            best = shifted(onset, low)
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
