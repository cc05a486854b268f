"""Follow one setting through time: what is usual, and each lasting change of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.sequential.onset import Onset, share_onset

MOST_VALUES = 6
"""More usual values than this, and a setting is not one."""

_SIGNAL = pd.Index(["date", "text"])
_COVER = 0.9
_LEAST_POINTS = 10
_LEARN_AGAIN = 60


@dataclass(frozen=True)
class Switch:
    """One change of a setting: where it began, and what was usual before and after."""

    onset: Onset
    alarm: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    detector: str


@dataclass(frozen=True)
class FollowedSetting:
    """What following one setting gave: baseline, points that alarmed, changes."""

    baseline: Baseline
    alarms: tuple[tuple[int, str], ...] = ()
    switches: tuple[Switch, ...] = ()


def usual_values(text: np.ndarray) -> tuple[str, ...]:
    """The values that most acquisitions take; empty where they are too many."""
    counts = sorted(Counter(text.tolist()).items(), key=lambda item: (-item[1], item[0]))
    before = np.cumsum([0, *(count for _, count in counts)])[:-1]
    usual = tuple(
        str(value) for (value, _), seen in zip(counts, before, strict=True) if seen < _COVER * len(text)
    )
    return usual if len(usual) <= MOST_VALUES else ()


def written(text: np.ndarray, number: np.ndarray, floor: float) -> np.ndarray:
    """Numbers closer than the floor (or 0.5 %) written as the most common one."""
    if not np.isfinite(number).any():
        return text
    unique, count = np.unique(number[np.isfinite(number)], return_counts=True)
    gap = np.diff(unique) > np.maximum(floor, 0.005 * np.abs(unique[1:]))
    group = np.concatenate([[0], np.cumsum(gap)])
    order = np.lexsort((unique, -count, group))
    chosen = unique[order[np.unique(group[order], return_index=True)[1]]]
    name = np.array([f"{value:.6g}" for value in chosen], dtype=object)
    place = np.searchsorted(unique, number, side="left").clip(max=len(unique) - 1)
    return np.where(np.isfinite(number), name[group[place]], text)


def follow_setting(
    date: np.ndarray, text: np.ndarray, learn_until: int, detectors: tuple[Detector, ...]
) -> FollowedSetting:
    """Find every lasting change of one setting.

    `date` (number of the day) and `text` have one entry per examination. What is usual is learned
    up to the day `learn_until`, where a switch is looked for already, and anew after each change.
    """
    learned = int(np.searchsorted(date, learn_until, side="right"))
    start = 0
    alarms: list[tuple[int, str]] = []
    first = _baseline(date, text, 0, learned)
    cuts: list[tuple[Onset, int, str]] = []
    while True:
        onset = _split(text, start, learned, detectors)
        if onset is not None:
            cuts.append((onset, onset.first, "baseline"))
            start, learned = onset.first, max(learned, min(onset.first + _LEAST_POINTS, len(text)))
            continue
        baseline = _baseline(date, text, start, learned)
        found = _next(date, text, learned, baseline, detectors) if baseline.usual else None
        if found is None:
            return FollowedSetting(first, tuple(alarms), _switches(text, cuts))
        alarm, since, name = found
        alarms.append((alarm, name))
        onset = _onset(date, text, start, since, alarm, baseline.usual)
        cuts.append((onset, alarm, name))
        start = onset.first
        again = int(np.searchsorted(date, date[start] + _LEARN_AGAIN, side="right"))
        learned = min(max(again, start + _LEAST_POINTS, alarm + 1), len(text))


def _baseline(date: np.ndarray, text: np.ndarray, start: int, stop: int) -> Baseline:
    part = text[start:stop]
    usual = usual_values(part)
    unusual = float((~np.isin(part, usual)).sum() + 1) / (len(part) + 2) if usual else 1.0
    first, last = (pd.Timestamp(int(d), unit="D") for d in (date[start], date[stop - 1]))
    return Baseline(first, last, len(part), unusual, float("nan"), usual)


def _next(
    date: np.ndarray, text: np.ndarray, learned: int, baseline: Baseline, detectors: tuple[Detector, ...]
) -> tuple[int, int, str] | None:
    values = pd.Series(text[learned:], dtype=object)
    ahead = framed(_SIGNAL, (date[learned:].astype("datetime64[D]"), values))
    found = []
    for detector in detectors:
        chart = detector(ahead, baseline)
        hits = np.flatnonzero(chart["is_alarm"].to_numpy())
        if len(hits):
            since = learned + int(chart["start"].iloc[hits[0]])
            found.append((learned + int(hits[0]), since, detector.name))
    return min(found) if found else None


def _onset(
    date: np.ndarray, text: np.ndarray, start: int, since: int, alarm: int, usual: Sequence[str]
) -> Onset:
    low = max(start, int(np.searchsorted(date, date[since] - 60)))
    high = min(len(text), int(np.searchsorted(date, date[alarm] + 60, side="right")))
    onset = share_onset(~np.isin(text[low:high], list(usual)))
    return _shifted(onset, low)


def _split(text: np.ndarray, start: int, stop: int, detectors: tuple[Detector, ...]) -> Onset | None:
    """A switch inside a baseline: a share that jumps by half or more."""
    part = text[start:stop]
    needed = 1.3 * np.log(min((d.length for d in detectors), default=1e4))
    for value in usual_values(part):
        for is_it in (part == value, part != value):
            if len(part) < 2 * _LEAST_POINTS or is_it.all() or not is_it.any():
                continue
            onset = share_onset(is_it)
            jump = is_it[onset.first :].mean() - is_it[: onset.first].mean()
            far = min(onset.first, len(part) - onset.first) >= _LEAST_POINTS // 2
            if onset.gain >= needed and jump >= 0.5 and far:
                return _shifted(onset, start)
    return None


def _shifted(onset: Onset, by: int) -> Onset:
    first, low, high, reached = (n + by for n in (onset.first, onset.low, onset.high, onset.reached))
    return replace(onset, first=first, low=low, high=high, reached=reached)


def _switches(text: np.ndarray, cuts: list[tuple[Onset, int, str]]) -> tuple[Switch, ...]:
    """The changes with what was usual on either side, where that is not the same."""
    edges = [0, *(onset.first for onset, _, _ in cuts), len(text)]
    switches = []
    for number, (onset, alarm, name) in enumerate(cuts):
        before = _main(text[edges[number] : edges[number + 1]])
        after = _main(text[edges[number + 1] : edges[number + 2]])
        if before != after:
            switches.append(Switch(onset, alarm, before, after, name))
    return tuple(switches)


def _main(text: np.ndarray) -> tuple[str, ...]:
    """The usual values in order, or the most common where they are too many."""
    common = min(Counter(text.tolist()).items(), key=lambda item: (-item[1], item[0]))[:1]
    return tuple(sorted(usual_values(text) or common))
