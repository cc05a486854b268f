"""In which character set a nested text is: that of its own item, else of the one around it (PS3.5 7.5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dicomlab.schema.columns import ANY_ITEM, Column

_TAG = 0x00080005
_TEXT_VRS = frozenset("SH LO ST LT UC UT PN".split())


def charset_columns(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """For each nested text, the columns of character sets that may count for it, the nearest first.

    An item below a second `[*]` cannot be told from its neighbours, so that its own set does not count.
    """
    found = {}
    for column in columns:
        if column.steps and column.vr in _TEXT_VRS:
            prefixes = [column.steps[:k] for k in range(len(column.steps), 0, -1)]
            known = [p for p in prefixes if sum(step.item == ANY_ITEM for step in p) <= 1]
            found[column.name] = [_charset_of(prefix) for prefix in known]
    return found


def _charset_of(steps: tuple) -> Column:  # type: ignore[type-arg]
    where = ".".join(f"{step.tag:08X}{step.creator}[{step.item}]" for step in steps)
    is_many = any(step.item == ANY_ITEM for step in steps)
    return Column(f"character set of {where}", "", "instance", "CS", _TAG, steps, is_list=is_many)


def nearest(
    cells: Sequence[np.ndarray], rows: Sequence[int], which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where the character set of some files lies: the first of `rows` that has one; (off, length).

    `cells` are off and length of all columns, by file; `which` are the files.
    """
    *nearer, top = rows
    off, length = (a[top, which] for a in cells)
    for row in reversed(nearer):
        its_off, its_length = (a[row, which] for a in cells)
        is_there = (its_off >= 0) & (its_length > 0)
        off, length = np.where(is_there, its_off, off), np.where(is_there, its_length, length)
    return off, length


def override(
    place: tuple[np.ndarray, np.ndarray], values: np.ndarray, charsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The same for values of many items: what the item says of its own counts before `place`.

    `values` and `charsets` are rows of what the walk met: column number, file, item, off, length, VR.
    """
    off, length = place
    said: Mapping[tuple[int, int], tuple[int, int]] = {
        (row, item): (at, size) for _, row, item, at, size, _ in charsets.tolist() if size > 0
    }
    for k, (row, item) in enumerate(values[:, 1:3].tolist()):
        off[k], length[k] = said.get((row, item), (off[k], length[k]))
    return off, length
