"""What several items say of one value: all of it in a column of lists, else nothing, with a problem."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dicomlab.header.values import RAW_LIMIT, TEXT_VRS, Problem, vr_name
from dicomlab.schema.columns import Column

SEVERAL = "several items say different things where one value is expected"


def joined_values(raws: Sequence[bytes], vr: str) -> bytes:
    """The bytes of one element that has the values of several."""
    if vr in TEXT_VRS:
        return b"\\".join(raw.rstrip(b" \0") for raw in raws)
    return b"".join(raws)


def with_several(
    cells: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    several: np.ndarray,
    rank: np.ndarray,
    entries: np.ndarray,
    numbers: tuple[np.ndarray, np.ndarray],
    columns: Sequence[Column],
    start: np.ndarray,
) -> tuple[np.ndarray, list[Problem]]:
    """Lay lists of values where items of one frame say several; take out what is no list.

    `cells` are the bytes, and off, length and VR of columns by frame; `several` says where items differ,
    `rank` by which rank a cell came there. `entries` are the values that were met, of columns and ranks that
    `numbers` gives. Gives the bytes with the lists behind them, and a problem for each file and column.
    """
    data, off, length, vr = cells
    column_of, rank_of = (array[entries[:, 0]] for array in numbers)
    more: list[bytes] = []
    end = data.size
    problems: dict[tuple[int, int], Problem] = {}
    for c in np.flatnonzero(several.any(axis=1)).tolist():
        of_column = entries[column_of == c]
        grades = rank_of[column_of == c]
        for first, last, values in _groups(of_column, grades, start):
            frames = first + np.flatnonzero(several[c, first:last] & (rank[c, first:last] == values[0]))
            if not len(frames):
                continue
            raws = [data[at : at + size].tobytes() for at, size in values[1][:, 3:5].tolist() if size]
            kinds = set(values[1][values[1][:, 4] > 0, 5].tolist())
            joined = joined_values(raws, vr_name(min(kinds)) or columns[c].vr)
            if columns[c].is_list and len(kinds) == 1:
                off[c, frames], length[c, frames], vr[c, frames] = end, len(joined), kinds.pop()
                more.append(joined)
                end += len(joined)
                continue
            off[c, frames], length[c, frames] = -1, 0
            row = int(values[1][0, 1])
            problems.setdefault((row, c), Problem(row, columns[c], SEVERAL, joined[:RAW_LIMIT]))
    if more:
        data = np.concatenate([data, np.frombuffer(b"".join(more), np.uint8)])
    return data, list(problems.values())


def _groups(
    entries: np.ndarray, grades: np.ndarray, start: np.ndarray
) -> list[tuple[int, int, tuple[int, np.ndarray]]]:
    """The values of a column by file, rank and, for those of one frame, frame: which frames, and them."""
    item = np.where(grades % 2 == 0, entries[:, 2], -1)
    keys = np.stack([entries[:, 1], grades, item], axis=1)
    unique, which = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(which, kind="stable")
    cuts = np.flatnonzero(np.diff(which[order])) + 1
    groups = []
    for (row, grade, frame), members in zip(unique.tolist(), np.split(order, cuts), strict=True):
        first, last = int(start[row]), int(start[row + 1])
        if frame >= 0:
            first, last = first + frame, min(last, first + frame + 1)
        if len(members) > 1:
            groups.append((first, last, (grade, entries[members])))
    return groups
