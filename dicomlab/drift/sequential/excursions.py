"""Follow the days of a level past a limit that is given: into each stretch beyond it, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.sequential.loop import Ahead, Alarm, Charts, Cut, Place, follow_along
from dicomlab.drift.sequential.onset import Onset


@dataclass(frozen=True)
class _Turn(Place):
    """A place at which days beyond the limit are looked for, or days back inside."""

    is_beyond: bool = False


@dataclass(frozen=True)
class Excursions:
    """Days of a level as distances from a reference, and the limit that they ought to keep to.

    `off` is above `size` where a day lies beyond the limit, `sd` how far days scatter, `error` the standard
    error of the reference.
    """

    off: np.ndarray
    size: float
    sd: float
    error: float

    def stretches(self, charts: Charts) -> Iterator[tuple[int, int, int]]:
        """Number of the first day, of the one that made it sure, and of the first day back inside."""
        cuts = list(follow_along(self, _Turn(0, 0), charts))
        for number in range(0, len(cuts), 2):
            out = cuts[number]
            stop = cuts[number + 1].onset.first if number + 1 < len(cuts) else len(self.off)
            yield out.onset.first, out.alarm, stop

    def ahead(self, place: _Turn) -> Ahead | None:
        """The days that follow; while beyond the limit, with their signs turned."""
        if not place.is_beyond and place.learned >= len(self.off):
            return None
        sign = -1 if place.is_beyond else 1
        part = sign * self.off[place.learned :]
        points = pd.DataFrame({"date": np.arange(len(part)), "value": part, "sd": self.sd})
        nowhere = pd.Timestamp(0)
        usual = Baseline(nowhere, nowhere, 0, sign * self.size, self.sd, error=self.error)
        return Ahead(points, usual, np.arange(place.learned, len(self.off)))

    def onset(self, place: _Turn, alarm: Alarm) -> Onset:
        """Where the rise of the chart begins."""
        return Onset(*[alarm.since] * 4)

    def again(self, place: _Turn, cut: Cut) -> tuple[_Turn, list[Cut]]:
        """From beyond the limit to inside, or the other way round."""
        return _Turn(cut.alarm + 1, cut.alarm + 1, not place.is_beyond), []
