"""A level that has moved: a bank of two-sided likelihood-ratio CUSUMs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.budget import alarm_limit
from dicomlab.drift.cusum import as_chart, cusum, leading, no_chart

# A chart is tuned to a change of this many standard errors of the baseline at least: its reference lies
# half as far off, which a centre that is off by chance reaches once in some thousand baselines.
_SURE = 7.0


@dataclass(frozen=True)
class LevelShift:
    """The level of a parameter has moved away from its baseline and stayed there."""

    shifts: tuple[float, ...] = (0.5, 1.2, 3.0)
    """Sizes of change that the charts are tuned to, in standard deviations of one acquisition."""

    length: float = 20_000.0
    """Points between two false alarms, for all charts of the bank together."""

    points_a_year: float = 250.0
    """Points that a year has."""

    floor: float = 0.0
    """Smallest change that matters, in the unit of `value`."""

    clip: float = 3.5
    """A day counts as no more than this many standard deviations off."""

    share: float = 0.6
    """Share of the limit that one day can add: a single day is never an alarm."""

    name: str = "level-shift"
    kind: str = "level"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the days of `signal` (date, value, sd) against the baseline.

        Gives statistic (largest of the bank, as a share of its limit), limit (1), is_alarm, side
        (+1 above, -1 below) and start (number of the first day since the chart was last at zero).
        """
        value, sd = signal["value"].to_numpy(float), signal["sd"].to_numpy(float)
        if not len(value):
            return no_chart()
        sides = [(shift, side) for shift in self.shifts for side in (1, -1)]
        charts = [self._one(value, sd, baseline, shift, side) for shift, side in sides]
        lead, statistic, start = leading(charts)
        side = np.array([side for _, side in sides])[lead]
        return as_chart(signal.index, statistic, statistic > 1.0, side, start)

    def _one(
        self, value: np.ndarray, sd: np.ndarray, baseline: Baseline, shift: float, side: int
    ) -> tuple[np.ndarray, np.ndarray]:
        size = max(shift * baseline.scale, self.floor, _SURE * baseline.error)
        typical = float(np.median(sd))
        limit = alarm_limit(
            size / typical,
            self.length * len(self.shifts),
            error=baseline.error / typical,
            horizon=self.points_a_year,
        )
        most = np.maximum(self.clip, size / sd / 2 + 1.75)
        z = np.clip(side * (value - baseline.center) / sd, -most, most)
        gain = size / sd * z - (size / sd) ** 2 / 2
        return cusum(np.minimum(gain, self.share * limit) / limit)
