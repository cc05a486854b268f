"""Take out of a value what it owes to its stratum and to the size of the patient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_HUBER = 1.345
_ROUNDS = 8
LEAST_CELL = 10
"""Baseline rows a cell needs before its values are compared with anything."""


@dataclass(frozen=True)
class Adjusted:
    """Residuals of every row, and what was taken out.

    `residual` is null where the cell is not known from the baseline. `weight` says how much a
    row tells, 1 on average. `slope` is the change per standard deviation of size, zero where
    size is not used.
    """

    residual: np.ndarray
    weight: np.ndarray
    cell: np.ndarray
    center: np.ndarray
    error: np.ndarray
    slope: float
    removed: float


def adjust(value: np.ndarray, cell: np.ndarray, size: np.ndarray, learn: np.ndarray) -> Adjusted:
    """Fit centres per cell and one slope on size, robustly, on rows `learn`.

    `cell` numbers the finest groups that are compared; `center` and `error` have one entry per
    cell, null for a cell with too few rows.
    """
    cells = int(cell.max()) + 1 if len(cell) else 0
    x, known = _standard(size, learn)
    enough = np.bincount(cell[learn], minlength=cells) >= LEAST_CELL
    rows = learn & enough[cell]
    slope, removed = _slope(value, cell, x, rows & known, cells)
    rest = value - slope * np.where(known, x, 0.0)
    center, error = _centers(rest[rows], cell[rows], cells)
    center[~enough] = np.nan
    residual = rest - center[cell]
    weight = _weights(residual, rows, known) * _steadiness(residual, cell, rows, cells)
    return Adjusted(residual, weight, cell, center, error, slope, removed)


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
    mad = 1.4826 * float(np.median(np.abs(value - np.median(value))))
    return mad or float(np.subtract(*np.percentile(value, [90, 10]))) / 2.563


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
