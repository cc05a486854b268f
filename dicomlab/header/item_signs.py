"""Whether a number is signed whose VR is US or SS: the PixelRepresentation of its own item says so.

PS3.5 A.1 leaves it open in implicit VR. Where the item has no PixelRepresentation, that of the data set
around it counts, as far up as the file; without any the number is unsigned.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dicomlab.header.item_charsets import nearest
from dicomlab.schema.columns import ANY_ITEM, Column

IS_OPEN = "US or SS"
_TAG = 0x00280103
_LUT_DESCRIPTORS = frozenset((0x00281101, 0x00281102, 0x00281103, 0x00281104, 0x00283002))
_US, _SS, _UN = (ord(a) << 8 | ord(b) for a, b in ("US", "SS", "UN"))


def is_lut_descriptor(tag: int) -> bool:
    """Whether an attribute says how many entries a table has, where it begins, and how many bits it has.

    The first number is never signed, whatever the others are (PS3.3 C.7.6.3.1.5, C.11.1.1).
    """
    return tag in _LUT_DESCRIPTORS


def sign_columns(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """For each nested number that may be signed, the columns of what may say so, the nearest first.

    An item below a second `[*]` cannot be told from its neighbours, so that what it says does not count.
    """
    found = {}
    for column in columns:
        if column.steps and column.vr == IS_OPEN:
            prefixes = [column.steps[:k] for k in range(len(column.steps), 0, -1)]
            known = [p for p in prefixes if sum(step.item == ANY_ITEM for step in p) <= 1]
            found[column.name] = [_sign_of(prefix) for prefix in known]
    return found


def _sign_of(steps: tuple) -> Column:  # type: ignore[type-arg]
    where = ".".join(f"{step.tag:08X}{step.creator}[{step.item}]" for step in steps)
    is_many = any(step.item == ANY_ITEM for step in steps)
    return Column(f"PixelRepresentation of {where}", "", "instance", "US", _TAG, steps, is_list=is_many)


def with_signs(
    cells: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], j: int, rows: Sequence[int]
) -> np.ndarray:
    """The VRs of all cells, those of row j with US or SS where the file leaves it open.

    Args:
        cells: The bytes, and offset, length and VR of all columns, by file.
        j: The column of numbers.
        rows: The columns of PixelRepresentation that may count for it, the nearest first.
    """
    data, off, length, vr = cells
    code = vr[j]
    files = np.flatnonzero((off[j] >= 0) & ((code == 0) | ((code & 0x7FFF) == _UN)))
    if not len(files):
        return vr
    at, size = nearest((off, length), rows, files)
    is_there = (at >= 0) & (size == 2)
    at = np.where(is_there, at, 0).astype(np.int64)
    is_signed = is_there & (np.maximum(data[at], data[np.minimum(at + 1, data.size - 1)]) == 1)
    settled = vr.copy()
    settled[j, files] = np.where(is_signed, _SS, _US)
    return settled


def sign_places(
    cells: tuple[np.ndarray, np.ndarray], every: np.ndarray, values: np.ndarray, rows: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Where the PixelRepresentation of each value of many items lies: (off, length).

    Args:
        cells: Offset and length of all columns, by file.
        every: What the walk noted of items: column, file, item, offset, length and more.
        values: Those of `every` that are the values.
        rows: The columns of PixelRepresentation that may count, the nearest first.
    """
    of_items = [number for number in rows[:-1] if (every[:, 0] == number).any()]
    of_files = [number for number in rows[:-1] if number not in of_items]
    off, length = nearest(cells, (*of_files, rows[-1]), values[:, 1])
    for number in reversed(of_items):
        noted = every[(every[:, 0] == number) & (every[:, 4] > 0)]
        said = {(row, item): (at, size) for row, item, at, size in noted[:, 1:5].tolist()}
        for k, (row, item) in enumerate(values[:, 1:3].tolist()):
            off[k], length[k] = said.get((row, item), (off[k], length[k]))
    return off, length
