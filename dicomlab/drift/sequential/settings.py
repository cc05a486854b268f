"""Follow one setting through time: what is usual, and each lasting change of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

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
from dicomlab.drift.sequential.onset import Onset, share_onset
from dicomlab.drift.sequential.spans import LEARN_SETTING, LOOK_SHARE
from dicomlab.drift.signals.usual import usual_values
from dicomlab.isolation import SetAside

_SIGNAL = pd.Index(["date", "text"])
_LEAST_POINTS = 10


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
    aside: tuple[SetAside, ...] = ()
    """The detectors that raised."""


def follow_setting(
    date: np.ndarray, text: np.ndarray, learn_until: int, detectors: tuple[Detector, ...]
) -> FollowedSetting:
    """Find every lasting change of one setting.

    `date` (number of the day) and `text` have one entry per examination. What is usual is learned
    up to the day `learn_until`, where a switch is looked for already, and anew after each change.
    """
    course, charts = _Course(date, text, detectors), Charts(detectors)
    first = Place(0, int(np.searchsorted(date, learn_until, side="right")))
    place, cuts = course.settled(first)
    cuts += follow_along(course, place, charts)
    alarms = tuple((cut.alarm, cut.detector) for cut in cuts if cut.detector != BY_BASELINE)
    return FollowedSetting(course.baseline(first), alarms, _switches(text, cuts), tuple(charts.aside))


@dataclass(frozen=True)
class _Course:
    """How a setting is followed along its examinations."""

    date: np.ndarray
    text: np.ndarray
    detectors: tuple[Detector, ...]

    def baseline(self, place: Place) -> Baseline:
        """What is usual at a place, with the share of other values as its centre."""
        part = self.text[place.start : place.learned]
        usual = usual_values(part)
        unusual = float((~np.isin(part, usual)).sum() + 1) / (len(part) + 2) if usual else 1.0
        ends = (self.date[place.start], self.date[place.learned - 1])
        first, last = (pd.Timestamp(int(day), unit="D") for day in ends)
        return Baseline(first, last, len(part), unusual, float("nan"), usual)

    def ahead(self, place: Place) -> Ahead | None:
        baseline = self.baseline(place)
        if not baseline.usual:
            return None
        learned = place.learned
        values = pd.Series(self.text[learned:], dtype=object)
        points = framed(_SIGNAL, (self.date[learned:].astype("datetime64[D]"), values))
        return Ahead(points, baseline, np.arange(learned, len(self.text)))

    def onset(self, place: Place, alarm: Alarm) -> Onset:
        low = max(place.start, int(np.searchsorted(self.date, self.date[alarm.since] - LOOK_SHARE)))
        stop = int(np.searchsorted(self.date, self.date[alarm.at] + LOOK_SHARE, side="right"))
        usual = self.baseline(place).usual
        return shifted(share_onset(~np.isin(self.text[low:stop], list(usual))), low)

    def again(self, place: Place, cut: Cut) -> tuple[Place, list[Cut]]:
        start = cut.onset.first
        by_time = int(np.searchsorted(self.date, self.date[start] + LEARN_SETTING, side="right"))
        learned = min(max(by_time, start + _LEAST_POINTS, cut.alarm + 1), len(self.text))
        return self.settled(Place(start, learned))

    def settled(self, place: Place) -> tuple[Place, list[Cut]]:
        """The place after the switches that lie among the points it is learned from."""
        cuts: list[Cut] = []
        while (onset := self._split(place)) is not None:
            cuts.append(Cut(onset, onset.first, BY_BASELINE))
            learned = max(place.learned, min(onset.first + _LEAST_POINTS, len(self.text)))
            place = Place(onset.first, learned)
        return place, cuts

    def _split(self, place: Place) -> Onset | None:
        """A switch inside a baseline: a share that jumps by half or more."""
        part = self.text[place.start : place.learned]
        needed = surely(self.detectors)
        for value in usual_values(part):
            for is_it in (part == value, part != value):
                if len(part) < 2 * _LEAST_POINTS or is_it.all() or not is_it.any():
                    continue
                onset = share_onset(is_it)
                jump = is_it[onset.first :].mean() - is_it[: onset.first].mean()
                far = min(onset.first, len(part) - onset.first) >= _LEAST_POINTS // 2
                if onset.gain >= needed and jump >= 0.5 and far:
                    return shifted(onset, place.start)
        return None


def _switches(text: np.ndarray, cuts: list[Cut]) -> tuple[Switch, ...]:
    """The changes with what was usual on either side, where that is not the same."""
    edges = [0, *(cut.onset.first for cut in cuts), len(text)]
    switches = []
    for number, cut in enumerate(cuts):
        before = _main(text[edges[number] : edges[number + 1]])
        after = _main(text[edges[number + 1] : edges[number + 2]])
        if before != after:
            switches.append(Switch(cut.onset, cut.alarm, before, after, cut.detector))
    return tuple(switches)


def _main(text: np.ndarray) -> tuple[str, ...]:
    """The usual values in order, or the most common where they are too many."""
    common = min(Counter(text.tolist()).items(), key=lambda item: (-item[1], item[0]))[:1]
    return tuple(sorted(usual_values(text) or common))
