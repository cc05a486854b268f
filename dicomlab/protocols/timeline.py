"""When a setting became another one, told from settings that only come now and then."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LEAST = 3
"""Studies that a setting must have on either side of a change."""

_PURE = 0.75
"""Share of the studies on either side that must have the setting of that side."""

_MOST_VALUES = 12


@dataclass(frozen=True)
class Change:
    """From the row at `place` on, most have `after` where most had `before`."""

    place: int
    before: int
    after: int
    n_before: int
    n_after: int


def find_changes(codes: np.ndarray) -> list[Change]:
    """The changes in a row of settings (codes, in order of time).

    The row is cut into parts so that as many as possible have the setting of their part, and each
    cut must win LEAST of them, and more where settings come and go (Potts model, solved exactly). A
    cut counts if the parts beside it have LEAST of their setting, and three in four. A change lies at
    the first row that has the new setting.
    """
    if len(codes) < 2 * LEAST or codes.min() == codes.max():
        return []
    edges = _edges(codes)
    parts = [codes[begin:end] for begin, end in pairwise(edges)]
    changes = []
    for edge, left, right in zip(edges[1:-1], parts[:-1], parts[1:], strict=True):
        before, n_before = _commonest(left)
        after, n_after = _commonest(right)
        is_pure = n_before >= _PURE * len(left) and n_after >= _PURE * len(right)
        if before != after and is_pure and min(n_before, n_after) >= LEAST:
            place = edge + int(np.argmax(right == after))
            changes.append(Change(place, before, after, n_before, n_after))
    return changes


def _edges(codes: np.ndarray) -> list[int]:
    """Where the row is cut, its two ends included."""
    begins = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    lengths = np.diff(begins, append=len(codes))
    values, counts = np.unique(codes, return_counts=True)
    states = values[np.argsort(-counts, kind="stable")[:_MOST_VALUES]]
    # Settings that come and go make many runs, and by chance some of these lie close together.
    price = LEAST - 0.5 + np.sqrt(max(len(begins) - len(values), 0))
    misfit = (codes[begins][:, None] != states[None, :]) * lengths[:, None].astype(float)
    cost, came_from = misfit[0], np.zeros((len(begins), len(states)), np.int64)
    stay = np.arange(len(states))
    for run in range(1, len(begins)):
        best = int(cost.argmin())
        moves = cost > cost[best] + price
        came_from[run] = np.where(moves, best, stay)
        cost = np.where(moves, cost[best] + price, cost) + misfit[run]
    state, edges = int(cost.argmin()), [len(codes)]
    for run in range(len(begins) - 1, 0, -1):
        before = int(came_from[run, state])
        if before != state:
            edges.append(int(begins[run]))
            state = before
    return [0, *reversed(edges)]


def _commonest(codes: np.ndarray) -> tuple[int, int]:
    values, counts = np.unique(codes, return_counts=True)
    return int(values[counts.argmax()]), int(counts.max())
