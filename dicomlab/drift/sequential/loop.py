"""The one loop along a signal: learn what is usual, chart what follows, date the change, learn again.

Levels, settings, scatter, absent tags and excursions beyond limits are followed by it; each says by a
`Course` of its own what is learned, which points are charted, and where a change began.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline, Detector
from dicomlab.drift.sequential.onset import Onset
from dicomlab.isolation import SetAside, set_aside

BY_BASELINE = "baseline"
"""The detector of a change that was found in the days a baseline is learned from."""


@dataclass(frozen=True)
class Place:
    """Where following is: `start` is the first point of what is usual now, `learned` the first charted."""

    start: int
    learned: int


PlaceT = TypeVar("PlaceT", bound=Place)


@dataclass(frozen=True)
class Ahead:
    """What charts look at: the points that follow, with the number of each, and what is usual."""

    points: pd.DataFrame
    usual: Baseline
    numbers: np.ndarray


@dataclass(frozen=True, order=True)
class Alarm:
    """The first alarm of a chart: its point, the first point of its rise, and the detector."""

    at: int
    since: int
    detector: str


@dataclass(frozen=True)
class Cut:
    """One change along a signal: where it began, the point that made it sure, and the detector."""

    onset: Onset
    alarm: int
    detector: str


class Course(Protocol[PlaceT]):
    """How one kind of signal is followed."""

    def ahead(self, place: PlaceT) -> Ahead | None:
        """What is usual at a place and the points that are charted against it; None at the end."""

    def onset(self, place: PlaceT, alarm: Alarm) -> Onset:
        """Where the change began that gave an alarm."""

    def again(self, place: PlaceT, cut: Cut) -> tuple[PlaceT, list[Cut]]:
        """The place after a change, and further changes in the points that are learned anew."""


class Charts:
    """The detectors of one signal; one that raises is set aside and charts the signal no more."""

    def __init__(self, detectors: Sequence[Detector]):
        self._working = list(detectors)
        self.aside: list[SetAside] = []

    def first_alarm(self, ahead: Ahead) -> Alarm | None:
        """The earliest alarm of any of them."""
        alarms = []
        for detector in list(self._working):
            try:
                chart = detector(ahead.points, ahead.usual)
                hits = np.flatnonzero(chart["is_alarm"].to_numpy())
                if len(hits):
                    since = int(ahead.numbers[int(chart["start"].iloc[hits[0]])])
                    alarms.append(Alarm(int(ahead.numbers[hits[0]]), since, detector.name))
            except Exception as error:  # noqa: BLE001 - whatever one detector raises, the others count
                self._working.remove(detector)
                self.aside.append(set_aside(f"the detector {detector.name}", error))
        return min(alarms, default=None)


def follow_along(course: Course[PlaceT], place: PlaceT, charts: Charts) -> Iterator[Cut]:
    """Every change along a signal, in the order in which it is found."""
    while (ahead := course.ahead(place)) is not None:
        alarm = charts.first_alarm(ahead)
        if alarm is None:
            return
        cut = Cut(course.onset(place, alarm), alarm.at, alarm.detector)
        place, more = course.again(place, cut)
        yield cut
        yield from more


def shifted(onset: Onset, by: int) -> Onset:
    """The same, counted from another point."""
    first, low, high, reached = (n + by for n in (onset.first, onset.low, onset.high, onset.reached))
    earliest = None if onset.earliest is None else onset.earliest + by
    return replace(onset, first=first, low=low, high=high, reached=reached, earliest=earliest)


def surely(detectors: Sequence[Detector]) -> float:
    """The log likelihood from which a change inside a baseline is as certain as an alarm."""
    return float(1.3 * np.log(min((d.length for d in detectors), default=1e4)))
