"""Follow how much one parameter scatters: by pairs of neighbours, whatever the level does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.sequential.loop import Ahead, Alarm, Charts, Cut, Place, follow_along, shifted
from dicomlab.drift.sequential.onset import Onset, share_onset
from dicomlab.drift.sequential.spans import LEARN_SCATTER, LOOK_SHARE
from dicomlab.drift.signals.adjustment import robust_sd
from dicomlab.isolation import SetAside

LEAST_PAIRS = 40
"""Pairs that a baseline needs before a scatter is followed."""

LEAST_RATIO = 1.25
"""A scatter that grew by less is not told."""

_SIGNAL = pd.Index(["date", "score"])
_WIDE = 0.8
_RAREST = 0.995
_APART = 14


@dataclass(frozen=True)
class Pairs:
    """Differences of neighbours in time, by the day of the later one."""

    date: np.ndarray
    off: np.ndarray


@dataclass(frozen=True)
class Growth:
    """One growth of scatter: where it began, and the scatter of one acquisition on either side."""

    onset: Onset
    alarm: int
    before: float
    after: float
    error: float
    """Standard error of the logarithm of their ratio."""
    n_before: int
    n_after: int
    detector: str


def make_pairs(
    day: np.ndarray, value: np.ndarray, cell: np.ndarray, weight: np.ndarray | None = None
) -> Pairs:
    """Pairs of neighbours within a cell, no more than two weeks apart.

    `weight` tells how steady each value is by nature (the inverse of its variance).
    """
    order = np.lexsort((np.arange(len(day)), day, cell))
    late, early = order[1:], order[:-1]
    alike = cell[late] == cell[early]
    late, early = late[alike], early[alike]
    near = day[late] - day[early] <= _APART
    late, early = late[near], early[near]
    by_day = np.argsort(day[late], kind="stable")
    variance = np.ones(len(day)) if weight is None else 1 / weight
    off = (value[late] - value[early]) / np.sqrt((variance[late] + variance[early]) / 2)
    return Pairs(day[late][by_day], off[by_day])


@dataclass(frozen=True)
class FollowedScatter:
    """What following one scatter gave: its growths, and the detectors that raised."""

    growths: tuple[Growth, ...] = ()
    aside: tuple[SetAside, ...] = ()


def follow_scatter(pairs: Pairs, learn_until: int, detectors: tuple[Detector, ...]) -> FollowedScatter:
    """Find every lasting growth of a scatter. From one on, it is learned anew for three months."""
    place = Place(0, int(np.searchsorted(pairs.date, learn_until, side="right")))
    charts, start, growths = Charts(detectors), 0, []
    for cut in follow_along(_Course(pairs), place, charts):
        growths.append(_growth(pairs, start, cut))
        start = cut.onset.first
    return FollowedScatter(tuple(growth for growth in growths if growth), tuple(charts.aside))


@dataclass(frozen=True)
class _Course:
    """How a scatter is followed along its pairs."""

    pairs: Pairs

    def ahead(self, place: Place) -> Ahead | None:
        date, start, learned = self.pairs.date, place.start, place.learned
        if not len(date) > learned >= start + LEAST_PAIRS:
            return None
        score = _scores(np.abs(self.pairs.off), self._known(place))
        points = framed(_SIGNAL, (date[learned:].astype("datetime64[D]"), score[learned:]))
        return Ahead(points, self._baseline(place, score[start:learned]), np.arange(learned, len(date)))

    def _known(self, place: Place) -> np.ndarray:
        """How far the pairs of a baseline are apart, in order of size."""
        return np.sort(np.abs(self.pairs.off[place.start : place.learned]))

    def _baseline(self, place: Place, score: np.ndarray) -> Baseline:
        """Mean of scores, with how many of them count as one where they resemble each other."""
        mean, variance = float(score.mean()), float(score.var())
        sums = np.array([chunk.sum() for chunk in np.array_split(score, max(len(score) // 20, 1))])
        size = len(score) / len(sums)
        extra = float(sums.var(ddof=1) / (size * variance)) if len(sums) > 3 and variance else 1.0
        extra = max(extra, 1.0)
        ends = (self.pairs.date[place.start], self.pairs.date[place.learned - 1])
        first, last = (pd.Timestamp(int(day), unit="D") for day in ends)
        error = float(np.sqrt(variance * extra / len(score)))
        return Baseline(first, last, len(score), mean, extra, error=error)

    def onset(self, place: Place, alarm: Alarm) -> Onset:
        date = self.pairs.date
        is_wide = np.abs(self.pairs.off) > np.quantile(self._known(place), _WIDE)
        low = max(place.start, int(np.searchsorted(date, date[alarm.since] - LOOK_SHARE)))
        high = min(len(date), int(np.searchsorted(date, date[alarm.at] + LOOK_SHARE, side="right")))
        found = shifted(share_onset(is_wide[low:high]), low)
        return replace(found, reached=found.first)

    def again(self, place: Place, cut: Cut) -> tuple[Place, list[Cut]]:
        date, first = self.pairs.date, cut.onset.first
        by_time = int(np.searchsorted(date, date[first] + LEARN_SCATTER, side="right"))
        return Place(first, max(by_time, cut.alarm + 1, first + LEAST_PAIRS)), []


def _scores(off: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The square of a normal deviate that is as rare as each is among those known."""
    below = np.searchsorted(known, off, side="left") + np.searchsorted(known, off, side="right")
    share = np.minimum((below / 2 + 0.5) / (len(known) + 1), _RAREST)
    return np.asarray(ndtri((1 + share) / 2) ** 2)


def _growth(pairs: Pairs, start: int, cut: Cut) -> Growth | None:
    onset = cut.onset
    before, after = pairs.off[start : onset.first], pairs.off[onset.first :]
    if len(before) < LEAST_PAIRS // 2 or len(after) < 10:
        return None
    old, new = (robust_sd(part) / np.sqrt(2) for part in (before, after))
    if not old or new < LEAST_RATIO * old:
        return None
    # A median of absolute deviations has 0.37 of the efficiency of a standard deviation.
    error = float(np.sqrt((1 / len(before) + 1 / len(after)) / (2 * 0.37)))
    sizes = 2 * len(before), 2 * len(after)
    return Growth(onset, cut.alarm, float(old), float(new), error, *sizes, cut.detector)
