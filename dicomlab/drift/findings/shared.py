"""What all protocols of a machine changed together: whether it is shared, and how far each went along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dicomlab.drift.findings.changes import Step
from dicomlab.drift.signals.days import Days, measure_scatter, weighted_mean

_COMMON_SHARE = 0.4


_MOST = 0.6


_WINDOW = 120


def is_common(change: Step, parts: Sequence[Days]) -> bool:
    """Whether most protocols, by days with data, moved with a pooled change.

    They did not if the change is much smaller once the protocol that moved most is left out.
    """
    around = [(b, a) for b, a in (_around(days, change) for days in parts) if len(b) >= 3 and len(a) >= 3]
    if len(around) < 2:
        return True
    n = np.array([len(after) for _, after in around])
    moves = np.array([np.median(after) - np.median(before) for before, after in around])
    share = moves / (change.after - change.before)
    others = np.arange(len(n)) != (n * share).argmax()
    rest = (n * share)[others].sum() / n[others].sum()
    return bool(n[share >= _COMMON_SHARE].sum() > _MOST * n.sum() and rest >= _MOST)


def _around(days: Days, change: Step) -> tuple[np.ndarray, np.ndarray]:
    """Values of the days before and after a change, within four months."""
    before = (days.date < change.onset) & (days.date >= change.onset - _WINDOW)
    after = (days.date >= change.reached) & (days.date < change.reached + _WINDOW)
    return days.value[before], days.value[after]


def shared_path(days: Days, shared: tuple[Step, ...]) -> tuple[np.ndarray, float]:
    """How far a protocol went along with the changes of all, and how sure that is.

    A protocol that did not go along keeps its level.
    """
    path, errors = np.zeros(len(days)), [0.0]
    for change in sorted(shared, key=lambda c: c.onset):
        rest = days.minus(path)
        before, after = _around(rest, change)
        if len(before) < 3 or len(after) < 3:
            size = change.after - change.before
        else:
            ones = (np.ones(len(before)), np.ones(len(after)))
            size = weighted_mean(after, ones[1])[0] - weighted_mean(before, ones[0])[0]
            spread = measure_scatter(rest, rest.value - np.median(rest.value)).total
            errors.append(spread * np.sqrt(1 / len(before) + 1 / len(after)))
        if size / (change.after - change.before) < _COMMON_SHARE:
            continue
        length = max(change.reached - change.onset, 1)
        path = path + size * np.clip((days.date - change.onset + (length == 1)) / length, 0, 1)
    return path, max(errors)


def put_back(change: Step, date: np.ndarray, path: np.ndarray) -> Step:
    """A change of what is left once `path` is taken out, at the level where it lies with it."""
    level = float(path[min(int(np.searchsorted(date, change.onset)), len(path) - 1)])
    return replace(change, before=change.before + level, after=change.after + level)
