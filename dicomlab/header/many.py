"""Columns that gather the values of all items of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.item_signs import sign_places
from dicomlab.header.values import Cells, Problem, cast
from dicomlab.schema.arrow import arrow_type
from dicomlab.schema.columns import Column


def gathered(
    found: Cells,
    many: np.ndarray,
    column: Column,
    number: int,
    rows_of: tuple[int, int],
    signs: Sequence[int] = (),
) -> tuple[pa.Array, list[Problem]]:
    """One list a file of what was met of a column, in the order of the items; null where nothing was.

    `many` are all values of which there may be any number, in the order of the files, and `number` says
    which are the column's; `rows_of` are the rows of SpecificCharacterSet and PixelRepresentation in
    `found`, `signs` the numbers of nearer PixelRepresentations, the nearest first.
    """
    every, many = many, many[many[:, 0] == number]
    n, row = found.off.shape[1], many[:, 1]
    if not len(many):
        return pa.nulls(n, arrow_type(column)), []
    cells = [
        np.stack([many[:, k], *(a[j][row] for j in rows_of)]).astype(a.dtype if k > 3 else np.int64)
        for k, a in ((3, found.off), (4, found.length), (5, found.vr))
    ]
    said = many[:, 6] >= 0  # an item around says its character set, else it is the file's
    cells[0][1], cells[1][1] = (
        np.where(said, many[:, k], cell[1]) for k, cell in ((6, cells[0]), (7, cells[1]))
    )
    if signs:
        top = rows_of[1]
        cells[0][2], cells[1][2] = sign_places((found.off, found.length), every, many, (*signs, top))
    arrays, odd = cast(Cells(found.data, *cells), [column], 1, 2)
    values = arrays[column.name]
    if pa.types.is_list(values.type):
        lengths = pc.fill_null(pc.list_value_length(values), 0).to_numpy()
        counts = np.bincount(row, lengths, n).astype(np.int64)
        values = values.flatten()
    else:
        counts = np.bincount(row, minlength=n)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    is_there = np.zeros(n, np.bool_)
    is_there[row] = True
    lists = pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(~is_there))
    return lists.cast(arrow_type(column)), [replace(problem, row=int(row[problem.row])) for problem in odd]
