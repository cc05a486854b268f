"""Follow a mix: what share of the examinations each usual value has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dicomlab.drift.base import Detector
from dicomlab.drift.sequential.levels import Followed, follow
from dicomlab.drift.sequential.onset import Onset
from dicomlab.drift.sequential.settling import Plan
from dicomlab.drift.sequential.spans import SAME_CHANGE
from dicomlab.drift.signals.days import Days
from dicomlab.isolation import SetAside

FLOOR = 0.1
"""A shift by less is not told: ten examinations in a hundred."""

_A_POINT = 5
_LONGEST = 7


@dataclass(frozen=True)
class Shift:
    """One shift of a mix: the value whose share moved most, and its shares on either side."""

    value: str
    onset: Onset
    alarm: int
    before: float
    after: float
    error: float
    detector: str


@dataclass(frozen=True)
class Mix:
    """What following the shares of a setting gave: points, shifts, days that alarmed."""

    days: Days
    shifts: tuple[Shift, ...] = ()
    alarms: tuple[tuple[int, str], ...] = ()
    aside: tuple[SetAside, ...] = ()
    """The detectors that raised."""


def follow_mix(
    date: np.ndarray,
    text: np.ndarray,
    learn_until: int,
    values: Sequence[str],
    tuned: Callable[[np.ndarray], tuple[Detector, ...]],
) -> Mix:
    """Find every lasting shift of a mix.

    `date` (number of the day) and `text` have one entry an examination; `tuned` gives the detectors for
    the dates of the points. A share is followed as a level is, on days, or several with too few
    examinations together.
    """
    followed: dict[str, Followed] = {}
    for value in values:
        points = _points(date, text == value)
        followed[value] = follow(points, Plan(learn_until, floor=FLOOR), tuned(points.date))
    shifts = [
        Shift(value, s.onset, s.alarm, _share(s.before), _share(s.after), s.error, s.detector)
        for value, found in followed.items()
        for s in found.steps
    ]
    alarms = sorted({(int(points.date[n]), name) for found in followed.values() for n, name in found.alarms})
    aside = {aside.item: aside for found in followed.values() for aside in found.aside}
    return Mix(points, tuple(_largest(shifts, points.date)), tuple(alarms), tuple(aside.values()))


def _share(level: float) -> float:
    return float(np.clip(level, 0.0, 1.0))


def _points(date: np.ndarray, is_it: np.ndarray) -> Days:
    """One point a day, or for as many days as it takes to have five examinations, a week at most.

    What counts is a point of five: an examination weighs a fifth.
    """
    dates, day = np.unique(date, return_inverse=True)
    batch = _batches(dates, np.bincount(day, minlength=len(dates)))[day]
    rows = np.bincount(batch)
    share = np.bincount(batch, is_it) / rows
    first = np.full(len(rows), np.iinfo(np.int64).max)
    np.minimum.at(first, batch, date)
    weight = 1 / _A_POINT
    return Days(first, share, rows * weight, rows, rows * weight * share * (1 - share))


def _batches(date: np.ndarray, count: np.ndarray) -> np.ndarray:
    """The number of the point that each day belongs to."""
    batch = np.zeros(len(date), int)
    number, held, begun = 0, 0, date[0] if len(date) else 0
    for n, (day, more) in enumerate(zip(date, count, strict=True)):
        if held and (held >= _A_POINT or day - begun >= _LONGEST):
            number, held, begun = number + 1, 0, day
        batch[n] = number
        held += int(more)
    return batch


def _largest(shifts: Sequence[Shift], date: np.ndarray) -> list[Shift]:
    """Of shifts at the same time, the one of the value that moved most."""
    kept: list[Shift] = []
    for shift in sorted(shifts, key=lambda s: (-abs(s.after - s.before), s.value)):
        day = date[shift.onset.first]
        if all(abs(day - date[other.onset.first]) > SAME_CHANGE for other in kept):
            kept.append(shift)
    return sorted(kept, key=lambda s: s.onset.first)
