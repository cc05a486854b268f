"""A scatter that has grown: a chart of how far neighbours differ, beside how far they used to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import as_chart, capped_by_day, cusum, leading, no_chart, number_of_day

_LONGER = 10.0


@dataclass(frozen=True)
class SpreadGrowth:
    """Values scatter more than they did, and go on doing so."""

    ratios: tuple[float, ...] = (1.3, 1.7, 2.5)
    """Growths of the standard deviation that the charts are tuned to."""

    length: float = 20_000.0
    """Pairs between two false alarms, for all charts of the bank together."""

    share: float = 0.6
    """Share of the limit that one day can add: a single day is never an alarm."""

    name: str = "spread-growth"
    kind: str = "spread"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the pairs of `signal` (date, score) against the baseline's mean score.

        A score is the square of a normal deviate that is as rare among the pairs of the baseline, no
        more than that of the 0.5 % widest. Gives the columns of a level chart. A likelihood-ratio
        CUSUM runs at least exp(limit) points between false alarms (Wald); simulated ones ran thirteen
        times as long, of which ten are counted on. `baseline.scale` is how many pairs count as one,
        where pairs are not independent.
        """
        if not len(signal):
            return no_chart()
        score = signal["score"].to_numpy(float)
        usual = (baseline.center + 2 * baseline.error) / max(baseline.center, 1e-9)
        limit = np.log(self.length * len(self.ratios) / _LONGER) * max(baseline.scale, 1.0)
        day = number_of_day(signal["date"])
        charts = []
        for ratio in self.ratios:
            gain = (score / usual * (1 - ratio**-2) / 2 - np.log(ratio)) / limit
            charts.append(cusum(capped_by_day(gain, day, self.share)))
        _, statistic, start = leading(charts)
        return as_chart(signal.index, statistic, (statistic > 1.0) & (score > 1), 1, start)
