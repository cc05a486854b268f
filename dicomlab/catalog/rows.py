"""The rows that a batch of headers makes in the tables of a catalog."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dicomlab.catalog.store import PartWriter, problem_table

if TYPE_CHECKING:
    from dicomlab.header.engine import Batch


def write_details(writers: Mapping[str, PartWriter], keys: pa.Array, batch: Batch) -> None:
    """Write what a batch has besides its instances: frames, and values that did not parse.

    `keys` are the file keys of the batch's rows.
    """
    if batch.frames is not None:
        row, frames = batch.frames
        writers["frames"].write(frames.add_column(0, "file_key", [keys.take(pa.array(row))]))
    if batch.problems:
        writers["problems"].write(problem_table(batch.problems, keys))


def instance_rows(keys: pa.Array, batch: Batch, rows: np.ndarray) -> pa.Table:
    """The rows of the instances table for some rows of a batch."""
    is_all = len(rows) == len(keys) and (np.diff(rows) == 1).all()
    table = batch.table if is_all else batch.table.take(pa.array(rows))
    return table.add_column(0, "file_key", [keys.take(pa.array(rows))])
