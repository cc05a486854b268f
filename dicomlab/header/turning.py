"""The angles of an arm that turns: one at the top of the file, and increments (PS3.3 C.8.7.5.1.3)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from dicomlab.header.values import RAW_LIMIT, Problem
from dicomlab.header.vectors import per_frame
from dicomlab.schema.columns import public_column

INCREMENTS = {
    "PositionerPrimaryAngle": "PositionerPrimaryAngleIncrement",
    "PositionerSecondaryAngle": "PositionerSecondaryAngleIncrement",
}


def with_turned_arm(
    table: pa.Table,
    helpers: pa.Table,
    row: np.ndarray,
    number: np.ndarray,
    is_of_groups: Mapping[str, np.ndarray],
    varies: dict[int, list[str]],
) -> tuple[pa.Table, list[Problem]]:
    """Add increments to the angles that stand at the top; note in `varies` which differ now.

    One increment is that from each frame to the next, as many as there are frames are offsets from the
    angle of the file; any other number says nothing, which is a problem. `is_of_groups` says in which
    files a column stands in functional groups, where each frame has its own angle.
    """
    problems: list[Problem] = []
    counts = np.bincount(row, minlength=len(helpers))
    for name, vector in INCREMENTS.items():
        if helpers[vector].null_count == len(helpers) or name not in table.column_names:
            continue
        lists = helpers[vector].combine_chunks()
        lengths = np.diff(lists.offsets.to_numpy())
        is_there = (lengths > 0) & (counts > 0) & ~is_of_groups[name]
        is_wrong = is_there & (lengths != 1) & (lengths != counts)
        each = per_frame(lists, row, np.where(lengths[row] == 1, 0, number))
        steps = each.to_numpy(zero_copy_only=False).astype(np.float64)
        steps = np.where(lengths[row] == 1, steps * number, steps)
        angles = table[name].to_numpy().astype(np.float64)
        turned = np.where(is_there[row], np.where(is_wrong[row], np.nan, angles + steps), angles)
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, pa.array(turned, mask=~np.isfinite(turned)))
        for file in np.flatnonzero(is_wrong).tolist():
            reason = f"{lengths[file]:,} increments for {counts[file]:,} frames"
            raw = "\\".join(str(v) for v in lists[file].as_py()).encode()
            problems.append(Problem(file, public_column(vector, name=name), reason, raw[:RAW_LIMIT]))
        for file in np.flatnonzero(is_there & ~is_wrong).tolist():
            of_file = turned[row == file]
            if len(np.unique(of_file)) > 1:
                varies.setdefault(file, []).append(name)
    return table, problems
