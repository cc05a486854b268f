"""The usual values of a setting: those that most acquisitions take, and those whose shares make a mix."""

from __future__ import annotations

from collections import Counter

import numpy as np

MOST_VALUES = 6
"""More usual values than this, and a setting is not one."""

LEAST_SHARE = 0.05
"""A value is followed where it had so much of the baseline, and left so much to others."""

_COVER = 0.9


def usual_values(text: np.ndarray) -> tuple[str, ...]:
    """The values that most acquisitions take; empty where they are too many."""
    counts = sorted(Counter(text.tolist()).items(), key=lambda item: (-item[1], item[0]))
    before = np.cumsum([0, *(count for _, count in counts)])[:-1]
    usual = tuple(
        str(value) for (value, _), seen in zip(counts, before, strict=True) if seen < _COVER * len(text)
    )
    return usual if len(usual) <= MOST_VALUES else ()


def written(text: np.ndarray, number: np.ndarray, floor: float) -> np.ndarray:
    """Numbers closer than the floor (or 0.5 %) written as the most common one."""
    if not np.isfinite(number).any():
        return text
    unique, count = np.unique(number[np.isfinite(number)], return_counts=True)
    gap = np.diff(unique) > np.maximum(floor, 0.005 * np.abs(unique[1:]))
    group = np.concatenate([[0], np.cumsum(gap)])
    order = np.lexsort((unique, -count, group))
    chosen = unique[order[np.unique(group[order], return_index=True)[1]]]
    name = np.array([f"{value:.6g}" for value in chosen], dtype=object)
    place = np.searchsorted(unique, number, side="left").clip(max=len(unique) - 1)
    return np.where(np.isfinite(number), name[group[place]], text)


def mixed_values(text: np.ndarray) -> tuple[str, ...]:
    """The values whose shares say what a mix is; empty where one value is nearly all.

    Of two values, one is enough. Where a setting takes too many values to have usual ones, the
    most common ones.
    """
    counts = Counter(text.tolist()).most_common(MOST_VALUES)
    shares = {str(value): count / len(text) for value, count in sorted(counts, key=lambda c: (-c[1], c[0]))}
    values = [v for v, share in shares.items() if LEAST_SHARE <= share <= 1 - LEAST_SHARE]
    usual = usual_values(text)
    if len(usual) == 1 or not values:
        return ()
    return (values[-1],) if len(usual) == 2 and len(values) == 2 else tuple(values)
