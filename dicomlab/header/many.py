"""Columns that gather the values of all items of a sequence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.header.values import Cells, Problem, cast
from dicomlab.schema.arrow import arrow_type
from dicomlab.schema.columns import Column


def gathered(
    found: Cells, many: np.ndarray, column: Column, rows_of: tuple[int, int]
) -> tuple[pa.Array, list[Problem]]:
    """One list a file of what was met of a column, in the order of the items; null where nothing was.

    `many` are the column's values, in the order of the files; `rows_of` the rows of
    SpecificCharacterSet and PixelRepresentation in `found`.
    """
    n, row = found.off.shape[1], many[:, 1]
    if not len(many):
        return pa.nulls(n, arrow_type(column)), []
    cells = [
        np.stack([many[:, k], *(a[j][row] for j in rows_of)]).astype(a.dtype if k > 3 else np.int64)
        for k, a in ((3, found.off), (4, found.length), (5, found.vr))
    ]
    arrays, odd = cast(Cells(found.data, *cells), [column], 1, 2)
    values = arrays[column.name]
    counts = np.zeros(n, np.int64)
    if pa.types.is_list(values.type):
        np.add.at(counts, row, pc.fill_null(pc.list_value_length(values), 0).to_numpy())
        values = values.flatten()
    else:
        np.add.at(counts, row, 1)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    is_there = np.zeros(n, np.bool_)
    is_there[row] = True
    lists = pa.ListArray.from_arrays(pa.array(offsets), values, mask=pa.array(~is_there))
    return lists.cast(arrow_type(column)), [replace(problem, row=int(row[problem.row])) for problem in odd]
