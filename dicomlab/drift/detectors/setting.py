"""A setting that has changed: an exact chart of values that were not usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.cusum import as_chart, cusum, leading, no_chart


@dataclass(frozen=True)
class SettingChange:
    """A setting takes values that were not usual, and goes on doing so."""

    shares: tuple[float, ...] = (0.25, 0.6)
    """Shares of unusual acquisitions that the charts are tuned to, above the usual share."""

    length: float = 20_000.0
    """Points between two false alarms, at least."""

    least_share: float = 0.03
    """Share of manual overrides that is always taken as usual."""

    share: float = 0.6
    """Share of the limit that one day can add: a single day is never an alarm."""

    name: str = "setting-change"
    kind: str = "setting"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the examinations of `signal` (date, text) against the usual values.

        Gives the columns of a level chart; `side` is 0. The limit is the bound of Wald: a
        likelihood-ratio CUSUM runs at least exp(limit) points between false alarms.
        """
        if not len(signal):
            return no_chart()
        unusual = ~np.isin(signal["text"].to_numpy(object), np.array(baseline.usual, dtype=object))
        usual_share = min(max(self.least_share, baseline.center), 0.35)
        limit = np.log(self.length * len(self.shares))
        day = signal["date"].to_numpy().astype("datetime64[D]").astype(int)
        first = np.searchsorted(day, day, side="left")
        gains = [_gain(unusual, usual_share, more) / limit for more in self.shares]
        _, statistic, start = leading([cusum(_capped(gain, first, self.share)) for gain in gains])
        return as_chart(signal.index, statistic, (statistic > 1.0) & unusual, 0, start)


def _gain(unusual: np.ndarray, usual_share: float, more: float) -> np.ndarray:
    """Log likelihood ratio of each point, for a share that rose by `more`."""
    share = min(usual_share + more, 0.95)
    odds_in, odds_out = share / usual_share, (1 - share) / (1 - usual_share)
    return np.log(np.array([odds_out, odds_in]))[unusual.astype(int)]


def _capped(gain: np.ndarray, first: np.ndarray, most: float) -> np.ndarray:
    """Gains; those for a change add up to no more than `most` on one day.

    `first` is the number of the first point of each point's day.
    """
    rises = np.concatenate([[0.0], np.cumsum(np.maximum(gain, 0.0))])
    so_far = np.minimum(rises[1:] - rises[first], most)
    before = np.minimum(rises[:-1] - rises[first], most)
    return np.where(gain > 0, so_far - before, gain)
