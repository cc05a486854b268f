"""A level that has moved: the mean of the last days, over windows of every length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dicomlab.drift.base import Baseline
from dicomlab.drift.detectors.budget import window_limits
from dicomlab.drift.detectors.cusum import as_chart, no_chart
from dicomlab.drift.signals.days import as_one


@dataclass(frozen=True)
class LevelShift:
    """The level of a parameter has moved away from its baseline and stayed there."""

    length: float = 20_000.0
    """Points between two false alarms, for all windows together."""

    longest: int = 365
    """Points that the longest window has."""

    points_a_year: float = 250.0
    """Points that a year has."""

    floor: float = 0.0
    """Smallest change that matters, in the unit of `value`; a mean that is off by less is none."""

    clip: float = 3.0
    """A day counts as no more than this many standard deviations off, unless the day before was so far."""

    name: str = "level-shift"
    kind: str = "level"

    def __call__(self, signal: pd.DataFrame, baseline: Baseline) -> pd.DataFrame:
        """Chart the days of `signal` (date, value, sd) against the baseline.

        At each day the means of the last 1, 2, 3, 4, 6, 8, 11, 16, ... days are held against the level
        before them, each in its own standard error, that of this level within (a generalized likelihood
        ratio: Lai, J. R. Statist. Soc. B 57, 1995). The level before is that of the baseline and of the
        days since (Siegmund and Venkatraman, Annals of Statistics 23, 1995, for a level that is not
        known), unless all of the baseline's error is `steady`. Windows have limits of their own: a long
        one is seldom new. `sd` is that of a day by itself; `baseline.likeness` is how alike neighbours are.

        Gives statistic (largest of the windows, as a share of its limit), limit (1), is_alarm, side
        (+1 above, -1 below) and start (number of the first day of that window).
        """
        value, sd = signal["value"].to_numpy(float), signal["sd"].to_numpy(float)
        if not len(value):
            return no_chart()
        windows = _windows(min(len(value), self.longest))
        grown = as_one(windows, baseline.likeness)
        weight = _sums(1 / sd**2)
        known = _known(weight, baseline)
        error = np.sqrt(1 / known + baseline.steady**2)
        usual = float(error[min(int(self.points_a_year / 2), len(value))] / np.median(sd))
        limits = window_limits(windows, self.length, error=usual / np.sqrt(grown), horizon=self.points_a_year)
        total = _sums(self._drawn_in((value - baseline.center) / sd, float(limits[0])) / sd)
        level = total / as_one(np.inf, baseline.likeness) / known
        charts = np.zeros((len(windows), len(value)))
        for n, window in enumerate(windows):
            held = weight[window:] - weight[:-window]
            off = (total[window:] - total[:-window]) / held - level[:-window]
            share = off / np.sqrt(grown[n] / held + error[:-window] ** 2) / limits[n]
            charts[n, window - 1 :] = np.where(np.abs(off) >= self.floor, share, 0.0)
        lead = np.abs(charts).argmax(axis=0)
        place = np.arange(len(value))
        best = charts[lead, place]
        start = np.maximum(place - windows[lead] + 1, 0)
        return as_chart(signal.index, np.abs(best), np.abs(best) > 1.0, np.where(best < 0, -1, 1), start)

    def _drawn_in(self, z: np.ndarray, limit: float) -> np.ndarray:
        """Days that lie far off count as far as the day before did, and less than an alarm at least."""
        most = min(self.clip, 0.9 * limit)
        last = np.concatenate([[0.0], z[:-1]])
        return np.clip(z, np.minimum(-most, np.maximum(last, -1e3)), np.maximum(most, np.minimum(last, 1e3)))


def _known(weight: np.ndarray, baseline: Baseline) -> np.ndarray:
    """How surely the level is known before each day: by the baseline, and by the days since."""
    own = baseline.error**2 - baseline.steady**2
    if own <= 0:
        return np.full(len(weight), np.inf)
    return 1 / own + weight / as_one(np.inf, baseline.likeness)


def _sums(part: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(part)])


def _windows(longest: int) -> np.ndarray:
    """Lengths of windows, each half as long again as the one before but one."""
    return np.unique(np.round(2 ** np.arange(0, np.log2(max(longest, 1)) + 0.01, 0.5)).astype(int))
