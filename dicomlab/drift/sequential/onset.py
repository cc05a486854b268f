"""When a change began: the split that explains the days best, and its interval."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

# Drop in log likelihood that bounds the 95 % interval (half of chi-square with 1 degree).
_DROP = 1.92
# A ramp has one more date than a step; with a hundred days that is half of log(100) in log
# likelihood by BIC, and a little more to be sure.
_MARGIN = 3.0


@dataclass(frozen=True)
class Onset:
    """Where a new level began, the interval of that, and where it was reached."""

    first: int
    low: int
    high: int
    reached: int
    gain: float = 0.0
    earliest: int | None = None
    """For a step that may as well be a ramp: where that would have begun at the earliest."""

    @property
    def is_gradual(self) -> bool:
        """Whether the level went over in a ramp rather than in a step."""
        return self.reached > self.first


def step_onset(value: np.ndarray, sd: np.ndarray, *, least: int = 2, upto: int | None = None) -> Onset:
    """The step that explains the points best; `least` points lie on either side.

    It is at the point `upto` at the latest, where that leaves any.
    """
    gain = step_gain(value, sd)
    gain[: least - 1], gain[len(gain) - least + 1 :] = -np.inf, -np.inf
    if upto is not None and upto >= least:
        gain[upto:] = -np.inf
    return _best(gain)


def step_gain(value: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Log likelihood that a step before each point (but the first) adds over no step."""
    weight = 1 / sd**2
    before, total = np.cumsum(weight)[:-1], weight.sum()
    left, whole = np.cumsum(weight * value)[:-1], (weight * value).sum()
    difference = (whole - left) / (total - before) - left / before
    return 0.5 * difference**2 * before * (total - before) / total


def share_onset(is_unusual: np.ndarray) -> Onset:
    """The split into two shares that explains a row of yes and no best."""
    n = len(is_unusual)
    before = np.arange(1, n)
    left = np.cumsum(is_unusual)[:-1].astype(float)
    right = is_unusual.sum() - left
    gain = _binomial(left, before) + _binomial(right, n - before) - _binomial(is_unusual.sum(), n)
    return _best(np.where(right / (n - before) > left / before, gain, -np.inf))


def ramp_onset(date: np.ndarray, value: np.ndarray, sd: np.ndarray, step: Onset) -> Onset:
    """The step, or a ramp where that explains the points clearly better.

    `date` is in days. A ramp lasts three weeks or more.
    """
    corners = np.unique(np.linspace(0, len(date) - 1, min(len(date), 40)).astype(int))
    begin, end = (grid.ravel() for grid in np.meshgrid(corners, corners, indexing="ij"))
    long = date[end] - date[begin] >= 21
    begin, end = begin[long], end[long]
    if not len(begin):
        return step
    rise = np.subtract(date[:, None], date[begin], dtype=float)
    rise /= date[end] - date[begin]
    np.clip(rise, 0, 1, out=rise)
    gain = _line_gain(rise, value, sd)
    best = int(np.argmax(gain))
    near = gain >= max(gain[best], step.gain) - _DROP
    if gain[best] < step.gain + _MARGIN:
        return replace(step, earliest=int(begin[near].min(initial=step.low)))
    return Onset(
        int(begin[best]), int(begin[near].min()), int(begin[near].max()), int(end[best]), float(gain[best])
    )


def _line_gain(shape: np.ndarray, value: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Log likelihood that each column of `shape` adds over a constant."""
    weight = 1 / sd**2
    total = weight.sum()
    off = value - (weight * value).sum() / total
    product = (weight * off) @ shape
    squares = np.einsum("i,ij,ij->j", weight, shape, shape) - (weight @ shape) ** 2 / total
    return 0.5 * product**2 / np.maximum(squares, 1e-12)


def _best(gain: np.ndarray) -> Onset:
    best = int(np.argmax(gain))
    near = np.flatnonzero(gain >= gain[best] - _DROP)
    first = best + 1
    return Onset(first, int(near.min()) + 1, int(near.max()) + 1, first, float(gain[best]))


def _binomial(k: np.ndarray | float, n: np.ndarray | int) -> np.ndarray:
    share = np.clip(np.asarray(k) / n, 1e-9, 1 - 1e-9)
    return np.asarray(k * np.log(share) + (n - k) * np.log(1 - share))
