"""Values that stand elsewhere at the top of a file are laid where their column is looked for.

`schema.places` says where. Cells point into the bytes of the files, so that nothing is read twice: a column
that is empty points to the next place that has a value. What several items say is one value where all
say the same; else it is all of them in a column of lists, and nothing in any other, with a problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dicomlab.header.several import SEVERAL, joined_values
from dicomlab.header.values import RAW_LIMIT, Cells, Problem, vr_name
from dicomlab.schema.columns import Column
from dicomlab.schema.places import Elsewhere


@dataclass(frozen=True)
class Places:
    """Row numbers of columns and of the places that count for them.

    `rows[k]` is the row of `found[k].column`, of its place in every item or -1, and of its other places.
    """

    found: tuple[Elsewhere, ...]
    rows: tuple[tuple[int, int, tuple[int, ...]], ...]

    @classmethod
    def of(cls, found: Sequence[Elsewhere], number_of: Mapping[str, int]) -> Places:
        """The places of some columns, by the numbers that the walk gives them."""
        rows = [
            (
                number_of[e.column.name],
                number_of[e.every.name] if e.every else -1,
                tuple(number_of[other.name] for other in e.others),
            )
            for e in found
        ]
        return cls(tuple(found), tuple(rows))

    def fill(self, cells: Cells, many: np.ndarray) -> tuple[Cells, list[Problem]]:
        """The cells with what stands elsewhere, and a problem for each that several items disagree on."""
        n = len(cells.off)
        of_top = many[many[:, 0] < n]
        met = set(np.unique(of_top[:, 0]).tolist())
        there = set(np.flatnonzero((cells.off >= 0).any(axis=1)).tolist())
        behind = _Behind(cells)
        problems: list[Problem] = []
        for (row, every, others), found in zip(self.rows, self.found, strict=True):
            if every in met:
                values = of_top[of_top[:, 0] == every]
                problems += behind.lay(row, found.column, values, is_own=True)
            for other in others:
                if other in met:
                    values = of_top[of_top[:, 0] == other]
                    problems += behind.lay(row, found.column, values, is_own=False)
                elif other in there:
                    _take(cells, row, other)
        return behind.cells(), problems


def _take(cells: Cells, row: int, other: int) -> None:
    """Let empty cells of a column point to where another place has a value."""
    empty = (cells.off[row] < 0) | (cells.length[row] == 0)
    at = np.flatnonzero(empty & (cells.off[other] >= 0) & (cells.length[other] > 0))
    for array in (cells.off, cells.length, cells.vr):
        array[row, at] = array[other, at]


class _Behind:
    """Cells that get values of several items; lists of them are laid behind the bytes of the files."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._more: list[bytes] = []
        self._end = cells.data.size

    def lay(self, row: int, column: Column, values: np.ndarray, *, is_own: bool) -> list[Problem]:
        """Let a column point to what items say. `is_own` says that its cells are from one of them."""
        cells, problems = self._cells, []
        values = values[values[:, 4] > 0]
        for file, first, last in _by_file(values):
            if not is_own and cells.off[row, file] >= 0 and cells.length[row, file] > 0:
                continue
            of_file = values[first:last]
            raws = [cells.data[at : at + size].tobytes() for at, size in of_file[:, 3:5].tolist()]
            if len(raws) == 1 or (not column.is_many and len({raw.rstrip(b" \0") for raw in raws}) == 1):
                self._point(row, file, *of_file[0, 3:6].tolist())
                continue
            vrs = set(of_file[:, 5].tolist())
            joined = joined_values(raws, vr_name(int(of_file[0, 5])) or column.vr)
            if column.is_list and len(vrs) == 1 and self._end + len(joined) < np.iinfo(np.int32).max:
                self._point(row, file, self._end, len(joined), vrs.pop())
                self._more.append(joined)
                self._end += len(joined)
            else:
                self._point(row, file, -1, 0, 0)
                problems.append(Problem(file, column, SEVERAL, joined[:RAW_LIMIT]))
        return problems

    def _point(self, row: int, file: int, off: int, length: int, vr: int) -> None:
        cells = self._cells
        cells.off[row, file], cells.length[row, file], cells.vr[row, file] = off, length, vr

    def cells(self) -> Cells:
        """The cells, with all bytes that they point to."""
        if not self._more:
            return self._cells
        more = np.frombuffer(b"".join(self._more), np.uint8)
        data = np.concatenate([self._cells.data, more])
        return Cells(data, self._cells.off, self._cells.length, self._cells.vr)


def _by_file(values: np.ndarray) -> list[tuple[int, int, int]]:
    """Which file some values are of, and from which to which."""
    files, first = np.unique(values[:, 1], return_index=True)
    ends = [*first.tolist(), len(values)][1:]
    return list(zip(files.tolist(), first.tolist(), ends, strict=True))
