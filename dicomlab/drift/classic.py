"""The charts of the textbooks, for showing and teaching; `find_drift` does not use them.

They hold for independent values of one normal distribution. Columns of DICOM are nothing of the
kind: protocols mix, patients differ, days resemble each other. Notebook 02 shows what follows.
Formulas are those of Montgomery, Introduction to Statistical Quality Control, and the numbers
those of R's qcc, with which the tests compare them.

Each chart gives one row per point: statistic, center, lower, upper, is_beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, lgamma, sqrt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

CHART_COLUMNS = ["statistic", "center", "lower", "upper", "is_beyond"]


@dataclass(frozen=True)
class Constants:
    """Constants of samples of n normal values: of range (d2, d3) and standard deviation (c4)."""

    n: int
    d2: float
    d3: float
    c4: float


@cache
def constants(n: int) -> Constants:
    """Mean and standard deviation of the range, and mean standard deviation, of n normal values.

    >>> round(constants(5).d2, 6), round(constants(5).c4, 6)
    (2.325929, 0.939986)
    """
    from scipy.stats import norm

    x = np.linspace(-9.0, 9.0, 1801)
    below = norm.cdf(x)
    d2 = float(np.sum(1 - (1 - below) ** n - below**n) * (x[1] - x[0]))
    nodes, weights = np.polynomial.legendre.leggauss(120)
    width = 7.5 * (nodes + 1)
    low, high = norm.cdf(x)[:, None], norm.cdf(x[:, None] + width)
    inner = (1 - high**n - (1 - low) ** n + (high - low) ** n).sum(axis=0) * (x[1] - x[0])
    d3 = sqrt(float(2 * 7.5 * (weights * inner).sum()) - d2**2)
    c4 = sqrt(2 / (n - 1)) * exp(lgamma(n / 2) - lgamma((n - 1) / 2))
    return Constants(n, d2, d3, c4)


def _d2(n: int, decimals: int | None) -> float:
    exact = constants(n).d2
    return exact if decimals is None else round(exact, decimals)


def sd_of_moving_ranges(values: ArrayLike, *, decimals: int | None = None) -> float:
    """Standard deviation from the mean difference of neighbours.

    With `decimals=3` the constant d2 is 1.128, as in printed tables and in R's qcc.
    """
    return float(np.abs(np.diff(np.asarray(values, float))).mean() / _d2(2, decimals))


def individuals_chart(
    values: ArrayLike, *, baseline: int | None = None, width: float = 3.0, decimals: int | None = None
) -> pd.DataFrame:
    """The chart of single values, with limits from the moving ranges of the baseline.

    `baseline` is the number of points at the beginning that the limits are made of, all if not
    given; `width` is in standard deviations; `decimals=3` rounds d2 as printed tables do.

    >>> individuals_chart([1.0, 2.0, 1.5, 9.0], baseline=3)["is_beyond"].tolist()
    [False, False, False, True]
    """
    x = np.asarray(values, float)
    learned = x[:baseline]
    return _chart(x, learned.mean(), width * sd_of_moving_ranges(learned, decimals=decimals))


def moving_range_chart(values: ArrayLike, *, baseline: int | None = None) -> pd.DataFrame:
    """The chart of differences of neighbours; the first point has none."""
    x = np.asarray(values, float)
    ranges = np.abs(np.diff(x, prepend=np.nan))
    mean = float(np.nanmean(ranges[:baseline]))
    reach = 3 * constants(2).d3 / constants(2).d2 * mean
    return _chart(ranges, mean, reach, least=0.0)


def mean_chart(
    samples: ArrayLike, *, baseline: int | None = None, by: str = "range", decimals: int | None = None
) -> pd.DataFrame:
    """The chart of the means of samples of equal size, one sample a row (Xbar).

    The scatter within samples comes from their ranges, or with `by="sd"` from their standard
    deviations.
    """
    x = np.asarray(samples, float)
    means = x.mean(axis=1)
    sd = sd_within(x[:baseline], by=by, decimals=decimals)
    return _chart(means, means[:baseline].mean(), 3 * sd / sqrt(x.shape[1]))


def sd_within(samples: ArrayLike, *, by: str = "range", decimals: int | None = None) -> float:
    """Standard deviation within samples, one sample a row, from ranges or standard deviations."""
    x = np.asarray(samples, float)
    numbers = constants(x.shape[1])
    if by == "sd":
        return float(x.std(axis=1, ddof=1).mean() / numbers.c4)
    return float(np.ptp(x, axis=1).mean() / _d2(x.shape[1], decimals))


def range_chart(
    samples: ArrayLike, *, baseline: int | None = None, decimals: int | None = None
) -> pd.DataFrame:
    """The chart of the ranges of samples of equal size (R)."""
    x = np.asarray(samples, float)
    numbers, ranges = constants(x.shape[1]), np.ptp(x, axis=1)
    mean = ranges[:baseline].mean()
    return _chart(ranges, mean, 3 * numbers.d3 / _d2(numbers.n, decimals) * mean, least=0.0)


def sd_chart(samples: ArrayLike, *, baseline: int | None = None) -> pd.DataFrame:
    """The chart of the standard deviations of samples of equal size (S)."""
    x = np.asarray(samples, float)
    c4, spread = constants(x.shape[1]).c4, x.std(axis=1, ddof=1)
    mean = spread[:baseline].mean()
    return _chart(spread, mean, 3 * sqrt(1 - c4**2) / c4 * mean, least=0.0)


def ewma_chart(
    values: ArrayLike, *, center: float, sd: float, weight: float = 0.2, width: float = 3.0
) -> pd.DataFrame:
    """The chart of exponentially weighted means; `sd` is that of one value.

    >>> ewma_chart([0.0, 1.0, 1.0], center=0.0, sd=1.0)["statistic"].round(2).tolist()
    [0.0, 0.2, 0.36]
    """
    x = np.asarray(values, float)
    age = np.arange(len(x))
    smooth = np.empty(len(x))
    level = center
    for n, value in enumerate(x):
        level = smooth[n] = weight * value + (1 - weight) * level
    spread = sd * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * (age + 1))))
    return _chart(smooth, center, width * spread)


def cusum_chart(
    values: ArrayLike, *, center: float, sd: float, shift: float = 1.0, interval: float = 5.0
) -> pd.DataFrame:
    """The tabular cumulative sums above and below: above, below, limit, is_beyond.

    In standard deviations; `shift` is the change it is tuned to, `interval` the limit.
    """
    z = (np.asarray(values, float) - center) / sd
    sums = {}
    for name, side in (("above", 1.0), ("below", -1.0)):
        total, course = 0.0, np.empty(len(z))
        for n, value in enumerate(side * z):
            total = course[n] = max(0.0, total + value - shift / 2)
        sums[name] = course
    beyond = np.maximum(sums["above"], sums["below"]) > interval
    return pd.DataFrame({**sums, "limit": interval, "is_beyond": beyond})


def share_chart(counts: ArrayLike, sizes: ArrayLike, *, laney: bool = False) -> pd.DataFrame:
    """The chart of shares (p): `counts` out of `sizes` at each point.

    With `laney` the limits are as wide as neighbours really differ (Laney 2002, p').

    >>> share_chart([2, 3, 9], [20, 20, 20])["statistic"].tolist()
    [0.1, 0.15, 0.45]
    """
    k, n = np.asarray(counts, float), np.asarray(sizes, float)
    center = k.sum() / n.sum()
    spread = np.sqrt(center * (1 - center) / n)
    wider = sd_of_moving_ranges((k / n - center) / spread) if laney else 1.0
    return _chart(k / n, center, 3 * wider * spread, least=0.0, most=1.0)


def count_chart(counts: ArrayLike) -> pd.DataFrame:
    """The chart of counts in equal areas of opportunity (c)."""
    k = np.asarray(counts, float)
    return _chart(k, k.mean(), 3 * sqrt(k.mean()), least=0.0)


def rate_chart(counts: ArrayLike, sizes: ArrayLike) -> pd.DataFrame:
    """The chart of counts per unit (u)."""
    k, n = np.asarray(counts, float), np.asarray(sizes, float)
    center = k.sum() / n.sum()
    return _chart(k / n, center, 3 * np.sqrt(center / n), least=0.0)


NELSON: dict[int, str] = {
    1: "one point beyond 3 standard deviations",
    2: "nine points in a row on one side",
    3: "six points in a row that rise, or fall",
    4: "fourteen points in a row that go up and down in turn",
    5: "two of three points beyond 2 standard deviations on one side",
    6: "four of five points beyond 1 standard deviation on one side",
    7: "fifteen points in a row within 1 standard deviation",
    8: "eight points in a row beyond 1 standard deviation, on both sides",
}
"""Nelson's rules (Journal of Quality Technology 16, 1984) in words."""

WESTERN_ELECTRIC: dict[int, str] = {
    1: "one point beyond 3 standard deviations",
    2: "two of three points beyond 2 standard deviations on one side",
    3: "four of five points beyond 1 standard deviation on one side",
    4: "eight points in a row on one side",
}
"""The rules of the Western Electric handbook (1956) in words."""


def nelson_rules(values: ArrayLike, *, center: float, sd: float) -> pd.DataFrame:
    """Which points end a pattern of Nelson's; one column a rule, 1 to 8.

    All eight together alarm about every sixtieth point of independent normal values.
    """
    z = (np.asarray(values, float) - center) / sd
    step = np.sign(np.diff(z, prepend=np.nan))
    turns = np.concatenate([[False], step[1:] * step[:-1] < 0])
    return pd.DataFrame(
        {
            1: np.abs(z) > 3,
            2: run_of(z > 0, 9) | run_of(z < 0, 9),
            3: run_of(step > 0, 5) | run_of(step < 0, 5),
            4: run_of(turns, 12),
            5: _some_of(z, 2, 2, 3),
            6: _some_of(z, 1, 4, 5),
            7: run_of(np.abs(z) < 1, 15),
            8: run_of(np.abs(z) > 1, 8) & ~run_of(z > 1, 8) & ~run_of(z < -1, 8),
        }
    )


def western_electric_rules(values: ArrayLike, *, center: float, sd: float) -> pd.DataFrame:
    """Which points end a pattern of the Western Electric handbook; one column a rule, 1 to 4."""
    z = (np.asarray(values, float) - center) / sd
    return pd.DataFrame(
        {
            1: np.abs(z) > 3,
            2: _some_of(z, 2, 2, 3),
            3: _some_of(z, 1, 4, 5),
            4: run_of(z > 0, 8) | run_of(z < 0, 8),
        }
    )


def run_of(claims: ArrayLike, length: int) -> np.ndarray:
    """Whether each point ends a run of so many true claims.

    >>> run_of([True, True, False, True, True], 2).tolist()
    [False, True, False, False, True]
    """
    return _count_lately(np.asarray(claims, bool), length) >= length


def _some_of(z: np.ndarray, beyond: float, some: int, of: int) -> np.ndarray:
    """Whether each point is one of `some` in the last `of` beyond a line on one side."""
    sides: Sequence[np.ndarray] = (z > beyond, z < -beyond)
    return np.logical_or.reduce([side & (_count_lately(side, of) >= some) for side in sides])


def _count_lately(claims: np.ndarray, length: int) -> np.ndarray:
    total = np.concatenate([[0], np.cumsum(claims)])
    place = np.arange(1, len(claims) + 1)
    return np.asarray(total[place] - total[np.maximum(place - length, 0)])


def _chart(
    statistic: np.ndarray,
    center: float,
    reach: np.ndarray | float,
    *,
    least: float = -np.inf,
    most: float = np.inf,
) -> pd.DataFrame:
    lower, upper = np.maximum(center - reach, least), np.minimum(center + reach, most)
    beyond = (statistic < lower) | (statistic > upper)
    cells = (statistic, center, lower, upper, beyond)
    return pd.DataFrame(dict(zip(CHART_COLUMNS, cells, strict=True)))
