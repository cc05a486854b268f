"""In which character set a nested text is: that of its own item, else of the one around it (PS3.5 7.5.3).

An item whose SpecificCharacterSet is there but empty counts as one that has none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dicomlab.schema.columns import Column

_TAG = 0x00080005
TEXT_VRS = frozenset("SH LO ST LT UC UT PN".split())
"""What SpecificCharacterSet says something of (PS3.5 6.1.2.2)."""


def charset_columns(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """For each text in one item, the columns of character sets that may count for it, the nearest first.

    Values of many items bring theirs along, since the walk notes it beside them.
    """
    found = {}
    for column in columns:
        if column.steps and column.vr in TEXT_VRS and not column.is_many:
            prefixes = [column.steps[:k] for k in range(len(column.steps), 0, -1)]
            found[column.name] = [_charset_of(prefix) for prefix in prefixes]
    return found


def _charset_of(steps: tuple) -> Column:  # type: ignore[type-arg]
    where = ".".join(f"{step.tag:08X}{step.creator}[{step.item}]" for step in steps)
    return Column(f"character set of {where}", "", "instance", "CS", _TAG, steps)


def nearest(
    cells: Sequence[np.ndarray], rows: Sequence[int], which: np.ndarray, data: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Where the character set of some files lies: the first of `rows` that has one; (off, length).

    `cells` are off and length of all columns, by file; `which` are the files. With `data`, in which they
    lie, one that is nothing but padding counts as none.
    """
    *nearer, top = rows
    off, length = (a[top, which] for a in cells)
    for row in reversed(nearer):
        its_off, its_length = (a[row, which] for a in cells)
        is_there = (its_off >= 0) & (its_length > 0)
        if data is not None:
            for k in np.flatnonzero(is_there).tolist():
                is_there[k] = bool(data[its_off[k] : its_off[k] + its_length[k]].tobytes().strip(b" \0"))
        off, length = np.where(is_there, its_off, off), np.where(is_there, its_length, length)
    return off, length
