"""Follow how much one parameter scatters: by pairs of neighbours, whatever the level does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.sequential.onset import Onset, share_onset
from dicomlab.drift.signals.adjustment import robust_sd

LEAST_PAIRS = 40
"""Pairs that a baseline needs before a scatter is followed."""

LEAST_RATIO = 1.25
"""A scatter that grew by less is not told."""

_SIGNAL = pd.Index(["date", "score"])
_WIDE = 0.8
_RAREST = 0.995
_APART = 14
_LOOK = 60
_LEARN_AGAIN = 90


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


def follow_scatter(pairs: Pairs, learn_until: int, detectors: tuple[Detector, ...]) -> list[Growth]:
    """Find every lasting growth of a scatter. From one on, it is learned anew for three months."""
    growths: list[Growth] = []
    start, learned = 0, int(np.searchsorted(pairs.date, learn_until, side="right"))
    while len(pairs.date) > learned >= start + LEAST_PAIRS:
        score, wide, baseline = _learn(pairs, start, learned)
        found = _next(pairs.date, score, learned, baseline, detectors)
        if found is None:
            break
        alarm, since, name = found
        onset = _onset(pairs.date, wide, start, since, alarm)
        stop = int(np.searchsorted(pairs.date, pairs.date[onset.first] + _LEARN_AGAIN, side="right"))
        growth = _growth(pairs, start, onset, alarm, name)
        if growth is not None:
            growths.append(growth)
        start, learned = onset.first, max(stop, alarm + 1, onset.first + LEAST_PAIRS)
    return growths


def _learn(pairs: Pairs, start: int, learned: int) -> tuple[np.ndarray, np.ndarray, Baseline]:
    """The scores of pairs, which of them are wide, and the baseline of scores."""
    off = np.abs(pairs.off)
    known = np.sort(off[start:learned])
    score = _scores(off, known)
    part = score[start:learned]
    mean, variance = float(part.mean()), float(part.var())
    sums = np.array([chunk.sum() for chunk in np.array_split(part, max(len(part) // 20, 1))])
    size = len(part) / len(sums)
    extra = float(sums.var(ddof=1) / (size * variance)) if len(sums) > 3 and variance else 1.0
    extra = max(extra, 1.0)
    first, last = (pd.Timestamp(int(pairs.date[n]), unit="D") for n in (start, learned - 1))
    error = float(np.sqrt(variance * extra / len(part)))
    return score, off > np.quantile(known, _WIDE), Baseline(first, last, len(part), mean, extra, error=error)


def _scores(off: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The square of a normal deviate that is as rare as each is among those known."""
    below = np.searchsorted(known, off, side="left") + np.searchsorted(known, off, side="right")
    share = np.minimum((below / 2 + 0.5) / (len(known) + 1), _RAREST)
    return np.asarray(ndtri((1 + share) / 2) ** 2)


def _next(
    date: np.ndarray, score: np.ndarray, learned: int, baseline: Baseline, detectors: tuple[Detector, ...]
) -> tuple[int, int, str] | None:
    ahead = framed(_SIGNAL, (date[learned:].astype("datetime64[D]"), score[learned:]))
    found = []
    for detector in detectors:
        chart = detector(ahead, baseline)
        hits = np.flatnonzero(chart["is_alarm"].to_numpy())
        if len(hits):
            found.append((learned + int(hits[0]), learned + int(chart["start"].iloc[hits[0]]), detector.name))
    return min(found) if found else None


def _onset(date: np.ndarray, wide: np.ndarray, start: int, since: int, alarm: int) -> Onset:
    low = max(start, int(np.searchsorted(date, date[since] - _LOOK)))
    high = min(len(date), int(np.searchsorted(date, date[alarm] + _LOOK, side="right")))
    onset = share_onset(wide[low:high])
    first, lowest, highest = (n + low for n in (onset.first, onset.low, onset.high))
    return replace(onset, first=first, low=lowest, high=highest, reached=first)


def _growth(pairs: Pairs, start: int, onset: Onset, alarm: int, name: str) -> Growth | None:
    before, after = pairs.off[start : onset.first], pairs.off[onset.first :]
    if len(before) < LEAST_PAIRS // 2 or len(after) < 10:
        return None
    old, new = (robust_sd(part) / np.sqrt(2) for part in (before, after))
    if not old or new < LEAST_RATIO * old:
        return None
    # A median of absolute deviations has 0.37 of the efficiency of a standard deviation.
    error = float(np.sqrt((1 / len(before) + 1 / len(after)) / (2 * 0.37)))
    return Growth(onset, alarm, float(old), float(new), error, 2 * len(before), 2 * len(after), name)
