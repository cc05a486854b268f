"""The rows that a batch of headers makes in the tables of a catalog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dicomlab.catalog.store import DIRECTORY, PartWriter, problem_table
from dicomlab.header.directory import Record, leads_out
from dicomlab.header.missing_uids import missing_uids

if TYPE_CHECKING:
    from dicomlab.header.engine import Batch


def write_details(writers: Mapping[str, PartWriter], keys: pa.Array, batch: Batch) -> None:
    """Write what a batch has besides its instances: frames, dose, references, values that did not parse.

    `keys` are the file keys of the batch's rows.
    """
    for name, found in (("frames", batch.frames), ("dose", batch.dose)):
        if found is not None:
            row, table = found
            writers[name].write(table.add_column(0, "file_key", [keys.take(pa.array(row))]))
    problems = [*batch.problems, *missing_uids(batch)]
    if references := batch.references():
        (row, table), bad = references
        writers["references"].write(table.add_column(0, "file_key", [keys.take(pa.array(row))]))
        problems += bad
    if problems:
        writers["problems"].write(problem_table(problems, keys))


def instance_rows(keys: pa.Array, batch: Batch, rows: np.ndarray) -> pa.Table:
    """The rows of the instances table for some rows of a batch."""
    is_all = len(rows) == len(keys) and (np.diff(rows) == 1).all()
    table = batch.table if is_all else batch.table.take(pa.array(rows))
    return table.add_column(0, "file_key", [keys.take(pa.array(rows))])


def directory_rows(key: str, records: Sequence[Record]) -> pa.Table:
    """The rows of the directory table for one DICOMDIR; `names` is the key of the file a record names."""
    folder = key.rpartition("/")[0]
    is_out = [leads_out(record.names) for record in records]
    columns = [
        [key] * len(records),
        [record.number for record in records],
        [record.record_type for record in records],
        [
            f"{folder}/{'/'.join(record.names)}" if record.names and not out else None
            for record, out in zip(records, is_out, strict=True)
        ],
        [record.sop_class_uid for record in records],
        [record.sop_instance_uid for record in records],
        [record.transfer_syntax_uid for record in records],
        [record.is_in_use for record in records],
        ["the name leads out of the folder" if out else None for out in is_out],
    ]
    return pa.table(columns, schema=DIRECTORY)
