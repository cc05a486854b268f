"""Take out of a value what it owes to its stratum and to the size of the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_HUBER = 1.345
_ROUNDS = 8
LEAST_CELL = 10
"""Baseline rows a cell needs before its values are compared with anything."""

LEAST_OPERATOR = 20
"""Rows after which it is known what an operator does."""


@dataclass(frozen=True)
class Adjusted:
    """Residuals of every row, and what was taken out.

    `residual` is null where the cell, or the operator, is not known yet. `weight` says how much
    a row tells, 1 on average. `slope` is the change per standard deviation of size, zero where
    size is not used. `by_operator` says whether what operators do was taken out.
    """

    residual: np.ndarray
    weight: np.ndarray
    cell: np.ndarray
    center: np.ndarray
    error: np.ndarray
    slope: float
    removed: float
    by_operator: bool = False


def adjust(
    value: np.ndarray,
    cell: np.ndarray,
    size: np.ndarray,
    learn: np.ndarray,
    *,
    day: np.ndarray,
    operator: np.ndarray | None = None,
) -> Adjusted:
    """Fit centres per cell, a slope on size and what operators do, robustly, on rows `learn`.

    `cell` numbers the finest groups that are compared; `center` and `error` have one entry per
    cell, null for a cell with too few rows. Cells have slopes of their own as far as they
    clearly differ. A row without a size is taken to be as large as patients were of late.
    `operator` numbers those who made the images, below zero where that is not known. Rows are in
    order of `day`.
    """
    cells = int(cell.max()) + 1 if len(cell) else 0
    x, known = _standard(size, learn)
    enough = np.bincount(cell[learn], minlength=cells) >= LEAST_CELL
    rows = learn & enough[cell]
    slope, removed = _slope(value, cell, x, rows & known, cells)
    slopes = _slopes(value, cell, x, rows & known, cells, slope)
    rest = value - slopes[cell] * _filled(x, known, cell, rows, cells, day)
    center, error = _centers(rest[rows], cell[rows], cells)
    center[~enough] = np.nan
    residual = rest - center[cell]
    by_operator = operator is not None and len(np.unique(operator[rows & (operator >= 0)])) > 1
    if by_operator and operator is not None:
        residual = residual - operator_effects(residual, operator, rows)
    weight = _weights(residual, rows, known) * _steadiness(residual, cell, rows, cells)
    return Adjusted(residual, weight, cell, center, error, slope, removed, by_operator)


def operator_effects(residual: np.ndarray, operator: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """What each row owes to its operator; null until an operator is known.

    Known are those with 20 rows or more of the baseline. Another one is compared with them over
    the 20 first rows that he or she made, which do not count; one who is not named has no effect.
    """
    effect = np.zeros(len(residual))
    named = np.unique(operator[operator >= 0])
    spread = robust_sd(residual[rows])
    usual = np.zeros(len(residual), bool)
    fresh = []
    for name in named:
        mine = operator == name
        if (mine & rows).sum() >= LEAST_OPERATOR:
            effect[mine] = _shrunk_mean(residual[mine & rows], spread)
            usual |= mine
        else:
            fresh.append(np.flatnonzero(mine & np.isfinite(residual)))
    calm = np.where(usual & np.isfinite(residual), residual - effect, 0.0)
    total = np.concatenate([[0.0], np.cumsum(np.clip(calm, -3.5 * spread, 3.5 * spread))])
    count = np.concatenate([[0], np.cumsum(usual & np.isfinite(residual))])
    for mine in fresh:
        first = mine[:LEAST_OPERATOR]
        effect[first] = np.nan
        if len(mine) <= LEAST_OPERATOR:
            continue
        span = (first[0], first[-1] + 1)
        others = count[span[1]] - count[span[0]]
        level = (total[span[1]] - total[span[0]]) / others if others >= LEAST_OPERATOR // 2 else np.nan
        effect[mine[LEAST_OPERATOR:]] = _shrunk_mean(residual[first] - level, spread)
    return effect


def _shrunk_mean(residual: np.ndarray, spread: float) -> float:
    near = np.clip(residual, -3.5 * spread, 3.5 * spread)
    return float(near.mean()) * len(near) / (len(near) + 4)


def _slopes(
    value: np.ndarray, cell: np.ndarray, x: np.ndarray, rows: np.ndarray, cells: int, slope: float
) -> np.ndarray:
    """The slope of each cell: its own, drawn to the common one as far as that may be chance."""
    slopes = np.full(cells, slope)
    if not slope or cells < 2:
        return slopes
    group, ones = cell[rows], np.ones(int(rows.sum()))
    off = x[rows] - _means(x[rows], group, ones, cells)
    rest = value[rows] - slope * off
    rest = rest - _means(rest, group, ones, cells)
    weight = _huber(rest)
    squares = np.bincount(group, weight * off**2, cells)
    usable = (squares > 0) & (np.bincount(group, minlength=cells) >= 2 * LEAST_CELL)
    own = np.divide(
        np.bincount(group, weight * off * rest, cells), squares, out=np.zeros(cells), where=usable
    )
    error = robust_sd(rest) ** 2 / np.where(usable, squares, np.inf)
    if usable.sum() < 2:
        return slopes
    apart = max(float(np.mean(own[usable] ** 2 - error[usable])), 0.0)
    return slopes + own * apart / np.maximum(apart + error, 1e-300)


def _filled(
    x: np.ndarray, known: np.ndarray, cell: np.ndarray, rows: np.ndarray, cells: int, day: np.ndarray
) -> np.ndarray:
    """Sizes; one that is missing is what patients of the last six weeks were on average."""
    if known.all() or not known.any():
        return np.where(known, x, 0.0)
    usual = np.zeros(cells)
    learned = rows & known
    count = np.bincount(cell[learned], minlength=cells)
    np.divide(np.bincount(cell[learned], x[learned], cells), count, out=usual, where=count > 0)
    off = np.where(known, x - usual[cell], 0.0)
    sums, counts = (np.concatenate([[0.0], np.cumsum(part)]) for part in (off, known.astype(float)))
    stop = np.searchsorted(day, day, side="right")
    start = np.searchsorted(day, day - 42)
    lately = (sums[stop] - sums[start]) / (counts[stop] - counts[start] + LEAST_CELL)
    # Test images have no size, and none may be made up for them.
    of_patients = count >= np.maximum(LEAST_CELL, 0.1 * np.bincount(cell[rows], minlength=cells))
    return np.where(known, x, np.where(of_patients[cell], usual[cell] + lately, 0.0))


def _standard(size: np.ndarray, learn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sizes in robust standard deviations from the median, and which are known."""
    known = np.isfinite(size)
    usable = known & learn
    if usable.sum() < 20 or usable.sum() < 0.2 * learn.sum():
        return np.zeros(len(size)), np.zeros(len(size), bool)
    middle = np.median(size[usable])
    spread = robust_sd(size[usable] - middle)
    if not spread:
        return np.zeros(len(size)), np.zeros(len(size), bool)
    return np.clip((size - middle) / spread, -4, 4), known


def _slope(
    value: np.ndarray, cell: np.ndarray, x: np.ndarray, rows: np.ndarray, cells: int
) -> tuple[float, float]:
    """The slope on size within cells, and the share of scatter it removes."""
    if rows.sum() < 20:
        return 0.0, 0.0
    y, group, size = value[rows], cell[rows], x[rows]
    y, size = y - _means(y, group, np.ones(len(y)), cells), size - _means(size, group, np.ones(len(y)), cells)
    before = robust_sd(y)
    slope = 0.0
    weight = np.ones(len(y))
    for _ in range(_ROUNDS):
        yc, xc = y - _means(y, group, weight, cells), size - _means(size, group, weight, cells)
        slope = float((weight * xc * yc).sum() / max((weight * xc**2).sum(), 1e-12))
        weight = _huber(yc - slope * xc)
    removed = 1 - (robust_sd(y - slope * size) / before) ** 2 if before else 0.0
    return (slope, removed) if removed > 0.03 else (0.0, 0.0)


def _centers(value: np.ndarray, cell: np.ndarray, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Huber means per cell with their standard errors."""
    median = np.zeros(cells)
    for c in np.unique(cell):
        median[c] = np.median(value[cell == c])
    scale = robust_sd(value - median[cell]) if len(value) else 0.0
    center = median
    for _ in range(3):
        weight = _huber(value - center[cell], scale)
        count = np.bincount(cell, weight, cells)
        center = np.divide(
            np.bincount(cell, weight * value, cells), count, out=median.copy(), where=count > 0
        )
    counts = np.bincount(cell, minlength=cells)
    return center, np.where(counts > 0, scale / np.sqrt(np.maximum(counts, 1)), np.nan)


def _weights(residual: np.ndarray, rows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Rows without a size scatter more, so they count less."""
    weight = np.ones(len(residual))
    if known.any() and (rows & ~known).sum() >= LEAST_CELL:
        spread = robust_sd(residual[rows & known]) / max(robust_sd(residual[rows & ~known]), 1e-12)
        weight[~known] = min(spread, 1.0) ** 2
    return weight


def _steadiness(residual: np.ndarray, cell: np.ndarray, rows: np.ndarray, cells: int) -> np.ndarray:
    """Rows of a cell that scatters less than others count more, within bounds."""
    spread = np.array([robust_sd(residual[rows & (cell == c)]) for c in range(cells)])
    if not (spread > 0).any():
        return np.ones(len(residual))
    usual = float(np.median(spread[spread > 0]))
    return np.clip(usual / np.where(spread > 0, spread, usual), 0.5, 2.0)[cell] ** 2


def robust_sd(value: np.ndarray) -> float:
    """Standard deviation from the median of absolute deviations, zero for no values.

    Where half of the values are equal, from the range between the 10th and 90th percentile.
    """
    value = value[np.isfinite(value)]
    if not len(value):
        return 0.0
    mad = 1.4826 * _median(np.abs(value - _median(value)))
    return mad or float(np.subtract(*np.percentile(value, [90, 10]))) / 2.563


def _median(value: np.ndarray) -> float:
    """The median of finite values, as numpy has it and several times as fast."""
    middle = len(value) // 2
    if len(value) % 2:
        return float(np.partition(value, middle)[middle])
    ordered = np.partition(value, (middle - 1, middle))
    return float((ordered[middle - 1] + ordered[middle]) / 2)


def _huber(residual: np.ndarray, scale: float | None = None) -> np.ndarray:
    scale = robust_sd(residual) if scale is None else scale
    return (
        np.minimum(1.0, _HUBER * scale / np.maximum(np.abs(residual), 1e-300))
        if scale
        else np.ones(len(residual))
    )


def _means(value: np.ndarray, cell: np.ndarray, weight: np.ndarray, cells: int) -> np.ndarray:
    """The weighted mean of each row's cell."""
    total = np.bincount(cell, weight, cells)
    return np.divide(np.bincount(cell, weight * value, cells), total, out=np.zeros(cells), where=total > 0)[
        cell
    ]
