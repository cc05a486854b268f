"""Tags that go missing, or appear: how many examinations lack a parameter that is watched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import framed
from dicomlab.drift.detectors.missing import MOST_USUAL, MissingTag
from dicomlab.drift.sequential.loop import Ahead, Alarm, Charts, Cut, Place, follow_along
from dicomlab.drift.sequential.onset import Onset, share_onset
from dicomlab.drift.sequential.spans import LOOK_SHARE

_SIGNAL = pd.Index(["date", "is_odd", "usual"])


@dataclass(frozen=True)
class Absence:
    """A stretch in which a tag was absent, or present, otherwise than before; days are numbers.

    `last` is None where it goes on; `before` and `after` are the shares of examinations that lack
    the tag, `n` the examinations of the stretch.
    """

    first: int
    last: int | None
    before: float
    after: float
    n: int

    def of_the_other(self) -> Absence:
        """The same told of examinations that have the tag."""
        return replace(self, before=1 - self.before, after=1 - self.after)


def find_absences(
    day: np.ndarray, is_absent: np.ndarray, stratum: np.ndarray, learn_until: np.ndarray, detector: MissingTag
) -> list[Absence]:
    """Every stretch in which a tag went missing, or appeared, in order.

    One entry an examination and stratum, in order of time; `learn_until` is by stratum the last
    day of its baseline, or less than any day for one without.
    """
    learn = day <= learn_until[stratum]
    size = np.bincount(stratum[learn], minlength=len(learn_until))
    lacking = np.bincount(stratum[learn], is_absent[learn], len(learn_until))
    usual = (lacking / np.maximum(size, 1))[stratum]
    judged = ~learn & (size > 0)[stratum]
    found: list[Absence] = []
    for appears in (False, True):
        is_odd, rate = (~is_absent, 1 - usual) if appears else (is_absent, usual)
        place, early = judged & (rate <= MOST_USUAL), learn & (rate <= MOST_USUAL)
        if not (is_odd & place).any():
            continue
        crowding = _crowding(day[early], is_odd[early], rate[early])
        course = _Course(day[place], is_odd[place], rate[place], crowding)
        parts = course.stretches(Charts([detector]))
        found += [absence.of_the_other() if appears else absence for absence in parts]
    return sorted(found, key=lambda absence: absence.first)


@dataclass(frozen=True)
class _Turn(Place):
    """A place at which odd examinations are looked for, or after those, usual ones again."""

    share: float | None = None
    """The share of odd examinations of the stretch that goes on; None outside of one."""


@dataclass(frozen=True)
class _Course:
    """How the examinations that are odd are followed: into each stretch of them, and out again."""

    day: np.ndarray
    is_odd: np.ndarray
    usual: np.ndarray
    crowding: float

    def stretches(self, charts: Charts) -> list[Absence]:
        """The stretches in which more examinations are odd than usual."""
        cuts = list(follow_along(self, _Turn(0, 0), charts))
        found = []
        for number in range(0, len(cuts), 2):
            first = cuts[number].onset.first
            back = cuts[number + 1].onset.first if number + 1 < len(cuts) else None
            stop = len(self.day) if back is None else back
            last = None if back is None else int(self.day[back - 1])
            inside = slice(first, max(stop, first + 1))
            shares = float(self.usual[inside].mean()), float(self.is_odd[inside].mean())
            found.append(Absence(int(self.day[first]), last, *shares, stop - first))
        return found

    def ahead(self, place: _Turn) -> Ahead | None:
        if place.share is None and place.learned >= len(self.day):
            return None
        is_it, usual = self._looked_for(place)
        date = self.day[place.learned :].astype("datetime64[D]")
        points = framed(_SIGNAL, (date, is_it[place.learned :], usual[place.learned :]))
        nowhere = pd.Timestamp(0)
        baseline = Baseline(nowhere, nowhere, 0, float("nan"), self.crowding)
        return Ahead(points, baseline, np.arange(place.learned, len(self.day)))

    def _looked_for(self, place: _Turn) -> tuple[np.ndarray, np.ndarray]:
        if place.share is None:
            return self.is_odd, self.usual
        return ~self.is_odd, np.full(len(self.day), 1 - place.share)

    def onset(self, place: _Turn, alarm: Alarm) -> Onset:
        is_it, _ = self._looked_for(place)
        low = max(place.learned, int(np.searchsorted(self.day, self.day[alarm.since] - LOOK_SHARE)))
        window = is_it[low : alarm.at + 1]
        first = low if window.all() or len(window) < 2 else low + share_onset(window).first
        return Onset(first, first, first, first)

    def again(self, place: _Turn, cut: Cut) -> tuple[_Turn, list[Cut]]:
        after = cut.alarm + 1
        inside = self.is_odd[cut.onset.first : after]
        return _Turn(after, after, float(inside.mean()) if place.share is None else None), []


def _crowding(day: np.ndarray, is_odd: np.ndarray, usual: np.ndarray) -> float:
    """Variance of the daily count of odd examinations, over what chance gives it."""
    dates, number = np.unique(day, return_inverse=True)
    expected = float((usual * (1 - usual)).sum())
    if len(dates) < 10 or expected <= 0:
        return 1.0
    off = np.bincount(number, is_odd - usual, len(dates))
    return float(np.clip((off**2).sum() / expected, 1.0, 5.0))
