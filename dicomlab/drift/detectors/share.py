"""A mix that has shifted: a chart of the share that one of the usual values has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.budget import alarm_limit
from dicomlab.drift.detectors.cusum import as_chart, cusum, leading, no_chart


@dataclass(frozen=True)
class ShareShift:
    """One of several usual values is taken more often, or less, than it was."""

    shifts: tuple[float, ...] = (0.1, 0.2, 0.4)
    """Changes of the share that the charts are tuned to, 0.1 being ten examinations in a hundred."""

    length: float = 20_000.0
    """Points between two false alarms, for all charts of the bank together."""

    clip: float = 3.5
    """A point counts as no more than this many standard deviations off."""

    share: float = 0.6
    """Share of the limit that one point can add: a single one is never an alarm."""

    name: str = "share-shift"
    kind: str = "share"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the shares of `signal` (date, value, sd), a point a day or a few days.

        Gives the columns of a level chart. `sd` is that of the share of a point, with what days have
        in common; so the chart is Laney's p' with a memory (Laney 2002). A share that the baseline
        holds with an error asks for a higher limit.
        """
        value, sd = signal["value"].to_numpy(float), signal["sd"].to_numpy(float)
        sd = sd * np.sqrt((1 + baseline.likeness) / (1 - baseline.likeness))
        if not len(value):
            return no_chart()
        sides = [(shift, side) for shift in self.shifts for side in (1, -1)]
        charts = [self._one(value, sd, baseline, shift, side) for shift, side in sides]
        lead, statistic, start = leading(charts)
        return as_chart(
            signal.index, statistic, statistic > 1.0, np.array([s for _, s in sides])[lead], start
        )

    def _one(
        self, value: np.ndarray, sd: np.ndarray, baseline: Baseline, shift: float, side: int
    ) -> tuple[np.ndarray, np.ndarray]:
        size, typical = max(shift, 5 * baseline.error), float(np.median(sd))
        limit = alarm_limit(size / typical, self.length * len(self.shifts), error=baseline.error / typical)
        z = np.clip(side * (value - baseline.center) / sd, -self.clip, self.clip)
        gain = size / sd * z - (size / sd) ** 2 / 2
        return cusum(np.minimum(gain, self.share * limit) / limit)
