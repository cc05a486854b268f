"""Residuals gathered by day, and how much days scatter when nothing has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import median_filter

from dicomlab.drift.signals.adjustment import robust_sd

_OUTLIER = 3.5
# What the variance of half a dozen months is times what is expected of it, in one of twenty by chance.
_CHANCE = 2.2
_LIKENESSES = np.linspace(0.0, 0.85, 86)


@dataclass(frozen=True)
class Days:
    """One entry per day with data: its number, mean residual and weight.

    `n` is the sum of weights, `rows` the count, `squares` the weighted sum of squares of the
    rows about their day's mean.
    """

    date: np.ndarray
    value: np.ndarray
    n: np.ndarray
    rows: np.ndarray
    squares: np.ndarray

    def __len__(self) -> int:
        return len(self.date)

    def part(self, start: int, stop: int) -> Days:
        """The days from one number up to, but without, another."""
        cut = slice(start, stop)
        return Days(self.date[cut], self.value[cut], self.n[cut], self.rows[cut], self.squares[cut])

    def minus(self, amount: np.ndarray | float) -> Days:
        """The same days with something taken off their values."""
        return replace(self, value=self.value - amount)


@dataclass(frozen=True)
class Scatter:
    """How far days lie from their level, and how alike neighbours are.

    `extra` is overdispersion (1 or more), `likeness` the correlation of neighbouring days.
    A day of n rows has variance (within² / n + between²) extra (1 + likeness) / (1 - likeness).
    `slow` is how far the level wanders over months, which no number of days averages out.
    """

    within: float
    between: float
    extra: float = 1.0
    likeness: float = 0.0
    slow: float = 0.0

    @property
    def total(self) -> float:
        """Standard deviation of one acquisition."""
        return float(np.hypot(self.within, self.between))

    def sd(self, n: np.ndarray) -> np.ndarray:
        """Standard deviation of the mean of a day, as if the days were independent."""
        return self.sd_alone(n) * np.sqrt((1 + self.likeness) / (1 - self.likeness))

    def sd_alone(self, n: np.ndarray) -> np.ndarray:
        """Standard deviation of the mean of one day."""
        return np.sqrt((self.within**2 / n + self.between**2) * self.extra)

    def at_least(self, other: Scatter, least: float) -> Scatter:
        """No less than another's day effects in proportion, nor than `least` in all."""
        share = other.between / other.total if other.total else 0.0
        between = max(self.between, min(share, 0.95) * self.total)
        within = max(self.within, np.sqrt(max(least**2 - between**2, 0.0)), 1e-12)
        slow = max(self.slow, other.slow / other.total * self.total if other.total else 0.0)
        extra, likeness = max(self.extra, other.extra), max(self.likeness, other.likeness)
        return Scatter(within, between, extra, likeness, slow)


def gather(date: np.ndarray, residual: np.ndarray, weight: np.ndarray) -> Days:
    """The days of the rows.

    In a day of three rows or more, one that lies far off the others is drawn in.
    """
    dates, day = np.unique(date, return_inverse=True)
    count = np.bincount(day, minlength=len(dates))
    residual = _drawn_in(residual, day, count)
    n = np.bincount(day, weight, len(dates))
    mean = np.bincount(day, weight * residual, len(dates)) / n
    squares = np.bincount(day, weight * (residual - mean[day]) ** 2, len(dates))
    return Days(dates, mean, n, count, squares)


def _drawn_in(residual: np.ndarray, day: np.ndarray, count: np.ndarray) -> np.ndarray:
    order = np.lexsort((residual, day))
    starts = np.concatenate([[0], np.cumsum(count)[:-1]])
    ordered = residual[order]
    median = (ordered[starts + (count - 1) // 2] + ordered[starts + count // 2]) / 2
    off = residual - median[day]
    many = count[day] >= 3
    reach = _OUTLIER * robust_sd(off[many]) if many.any() else np.inf
    return np.where(many, median[day] + np.clip(off, -reach, reach), residual)


def measure_scatter(days: Days, off: np.ndarray, *, resolution: float = 0.0) -> Scatter:
    """Scatter of days that lie `off` their level; moments, with far days drawn in.

    Few days make it larger: what they show is uncertain itself.
    """
    reach = _OUTLIER * robust_sd(off)
    off = np.clip(off, -reach, reach)
    spare = float((days.rows - 1).sum())
    variance = float(np.mean(off**2)) * len(days) / max(len(days) - 1, 1)
    alone = float(days.squares.sum()) / spare if spare >= 10 else variance * float(np.mean(days.n))
    within = float(np.hypot(np.sqrt(alone), resolution / np.sqrt(12)))
    left = variance - within**2 * float(np.mean(1 / days.n))
    between = float(np.sqrt(left)) if spare >= 10 and left > 0 else 0.0
    expected = within**2 / days.n + between**2
    extra = max(1.0, float(np.mean(off**2 / np.maximum(expected, 1e-300))) if within else 1.0)
    few = len(days) / max(len(days) - 3, 1)
    z = off / np.sqrt(np.maximum(extra * expected, 1e-24))
    likeness = max(_likeness(days.date, z), _likeness_of_weeks(days.date, z))
    grown = extra * few * (1 + likeness) / (1 - likeness)
    return Scatter(
        within,
        float(between),
        extra * few,
        likeness,
        _slow(days.date, off, np.maximum(expected, 1e-24) * grown),
    )


def as_one(window: np.ndarray | float, likeness: np.ndarray | float) -> np.ndarray:
    """How much more the mean of so many days scatters where neighbours resemble each other.

    >>> as_one(np.array([1, 2, 1000]), 0.5).round(2).tolist()
    [1.0, 1.5, 3.0]
    """
    rest = 1 - likeness
    return np.asarray((1 + likeness) / rest - 2 * likeness * (1 - likeness**window) / (window * rest**2))


def _likeness_of_weeks(date: np.ndarray, z: np.ndarray) -> float:
    """The likeness of neighbours that would make weeks scatter as they do.

    Days that follow a slow course under much noise show it in their weeks, not in their neighbours.
    """
    likeness = 0.0
    for length in (7, 14):
        batch = _runs(date // length)
        count = np.bincount(batch)
        n = len(count)
        if n < 8:
            break
        total = np.clip(np.bincount(batch, z) / np.sqrt(count), -_OUTLIER, _OUTLIER)
        seen = float(np.mean(total**2)) * n / (n - 1)
        grown = as_one(len(z) / n, _LIKENESSES)
        likeness = max(likeness, float(np.interp(1 + (seen - 1) * n / (n + 8), grown, _LIKENESSES)))
    return likeness


def _runs(ordered: np.ndarray) -> np.ndarray:
    """The number of the run of equal values that each of these is in."""
    return np.cumsum(np.concatenate([[0], np.diff(ordered) != 0]))


def _slow(date: np.ndarray, off: np.ndarray, variance: np.ndarray) -> float:
    """How far months lie apart beyond what their days explain, zero where that may be chance."""
    batch = _runs((date - date[0]) // 30) if len(date) else np.empty(0, int)
    count = np.bincount(batch)
    if len(count) < 4:
        return 0.0
    precision = np.bincount(batch, 1 / variance)
    mean = np.bincount(batch, off / variance) / precision
    full = count >= 3
    if full.sum() < 4:
        return 0.0
    seen = robust_sd(mean[full]) ** 2 * full.sum() / (full.sum() - 1)
    return float(np.sqrt(max(seen - _CHANCE * float(np.mean(1 / precision[full])), 0.0)))


def _likeness(date: np.ndarray, z: np.ndarray) -> float:
    """Correlation of days within three days, drawn to zero where pairs are few."""
    near = np.diff(date) <= 3
    if near.sum() < 10 or not np.mean(z**2):
        return 0.0
    product = float(np.mean(z[:-1][near] * z[1:][near]) / np.mean(z**2))
    pairs = int(near.sum())
    return float(np.clip(product + 1 / pairs, 0.0, 0.8)) * pairs / (pairs + 10)


def weighted_mean(value: np.ndarray, sd: np.ndarray) -> tuple[float, float]:
    """Mean of days by their precision, and its standard error."""
    weight = 1 / sd**2
    return float((weight * value).sum() / weight.sum()), float(1 / np.sqrt(weight.sum()))


def calm(value: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Values with single far days drawn to the median of their neighbours."""
    if len(value) < 5:
        return value
    median = median_filter(value, 7, mode="nearest")
    return np.clip(value, median - _OUTLIER * sd, median + _OUTLIER * sd)
