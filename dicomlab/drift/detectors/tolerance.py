"""A level outside a limit that the user gave: judged on the medians of days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.budget import alarm_limit
from dicomlab.drift.detectors.cusum import as_chart, cusum, leading, no_chart


@dataclass(frozen=True)
class ToleranceLimit:
    """The medians of days lie beyond a limit that was given, and go on doing so."""

    shifts: tuple[float, ...] = (0.5, 1.5, 4.0)
    """Distances beyond the limit that the charts are tuned to, in standard deviations of a day."""

    length: float = 20_000.0
    """Days between two false alarms, for a level that lies on the limit itself."""

    clip: float = 3.5
    """A day counts as no more than this many standard deviations off."""

    share: float = 0.6
    """Share of the limit of the chart that one day can add: a single day is never an alarm."""

    name: str = "tolerance-limit"
    kind: str = "tolerance"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the days of `signal` (date, value, sd) against the limit, `baseline.center`.

        What lies above is beyond it: for a lower limit, give both with their signs turned. Gives the
        columns of a level chart.
        """
        value, sd = signal["value"].to_numpy(float), signal["sd"].to_numpy(float)
        if not len(value):
            return no_chart()
        z = (value - baseline.center) / sd
        charts = [self._one(z, shift, baseline.error / float(np.median(sd))) for shift in self.shifts]
        _, statistic, start = leading(charts)
        return as_chart(signal.index, statistic, statistic > 1.0, 1, start)

    def _one(self, z: np.ndarray, shift: float, error: float) -> tuple[np.ndarray, np.ndarray]:
        size = max(shift, 3 * error)
        limit = alarm_limit(size, self.length * len(self.shifts), error=error)
        most = max(self.clip, size / 2 + 1.75)
        gain = size * np.clip(z, -most, most) - size**2 / 2
        return cusum(np.minimum(gain, self.share * limit) / limit)
