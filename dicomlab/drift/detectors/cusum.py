"""The sum that every chart here is made of, and the columns a chart has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

CHART = ("statistic", "limit", "is_alarm", "side", "start")
_CHART = pd.Index(CHART)


def cusum(gain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums that never fall below zero, and the first point that each is made of."""
    total = np.concatenate([[0.0], np.cumsum(gain)])
    lowest = np.minimum.accumulate(total)
    at_low = np.where(total <= lowest, np.arange(len(total)), 0)
    return (total - lowest)[1:], np.maximum.accumulate(at_low)[:-1]


def number_of_day(date: pd.Series) -> np.ndarray:
    """The place of each point's day among the days there are."""
    day = date.to_numpy().astype("datetime64[D]").astype(int)
    return np.unique(day, return_inverse=True)[1]


def capped_by_day(gain: np.ndarray, day: np.ndarray, most: float) -> np.ndarray:
    """Gains, scaled on days that would add more than `most` by themselves.

    `day` is the number of each point's day, as `number_of_day` gives it.
    """
    total = np.bincount(day, np.maximum(gain, 0.0))
    return np.where(gain > 0, gain * np.minimum(1.0, most / np.maximum(total, 1e-12))[day], gain)


def leading(charts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The highest chart of a bank at each point: its number, sum and beginning."""
    statistic = np.stack([chart[0] for chart in charts])
    lead = statistic.argmax(axis=0)
    pick = (lead, np.arange(statistic.shape[1]))
    return lead, statistic[pick], np.stack([chart[1] for chart in charts])[pick]


def as_chart(
    index: pd.Index, statistic: np.ndarray, is_alarm: np.ndarray, side: np.ndarray | int, start: np.ndarray
) -> pd.DataFrame:
    """A chart whose statistic is a share of its limit."""
    values = (statistic, 1.0, is_alarm, side, start)
    return framed(_CHART, values, index)


def framed(names: pd.Index, values: Sequence[object], index: pd.Index | None = None) -> pd.DataFrame:
    """A table of columns, quickly: names that many tables share are looked up once."""
    table = pd.DataFrame(dict(enumerate(values)), index=index, copy=False)
    table.columns = names
    return table


def no_chart() -> pd.DataFrame:
    """The chart of a signal without points."""
    types = zip(CHART, (float, float, bool, int, int), strict=True)
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in types})
