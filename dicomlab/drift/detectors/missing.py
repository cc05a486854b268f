"""A tag that goes missing, or appears: a chart of the examinations that lack it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import as_chart, capped_by_day, cusum, leading, no_chart, number_of_day

MOST_USUAL = 0.7
"""A share that is more than this is not held against anything."""


@dataclass(frozen=True)
class MissingTag:
    """A tag is absent, or present, in more examinations than it used to be."""

    shares: tuple[float, ...] = (0.3, 0.7)
    """Rises of the share that the charts are tuned to."""

    length: float = 20_000.0
    """Examinations between two false notices, at least."""

    least_share: float = 0.03
    """Share of examinations without the tag that is always taken as usual."""

    share: float = 0.6
    """Share of the limit that one day can add: a single day is never told."""

    name: str = "missing-tag"
    kind: str = "absence"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the examinations of `signal` (date, is_odd, usual: the share that was odd before).

        Gives statistic (as a share of its limit), limit (1), is_alarm, side (0) and start. Each
        examination is judged by the share of its own protocol, so that another mix of protocols is no
        change. `baseline.scale` is how much more days differ than chance has it. The limit is the bound
        of Wald, as for settings.
        """
        if not len(signal):
            return no_chart()
        is_odd = signal["is_odd"].to_numpy(bool)
        usual = np.clip(signal["usual"].to_numpy(float), self.least_share, MOST_USUAL)
        day = number_of_day(signal["date"])
        limit = np.log(self.length * len(self.shares)) * max(baseline.scale, 1.0)
        charts = []
        for more in self.shares:
            share = np.minimum(usual + more, 0.97)
            gain = np.where(is_odd, np.log(share / usual), np.log((1 - share) / (1 - usual))) / limit
            charts.append(cusum(capped_by_day(gain, day, self.share)))
        _, statistic, start = leading(charts)
        return as_chart(signal.index, statistic, (statistic > 1.0) & is_odd, 0, start)
