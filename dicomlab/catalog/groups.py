"""Series, studies or patients in their order, as many at a time as fit into memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.catalog.versions import UNFINISHED
from dicomlab.schema.levels import KEYS, parts_sql, quoted

if TYPE_CHECKING:
    import duckdb

CELLS = 2_000_000
"""Rows times columns that are worked out at a time: each takes DuckDB some 80 bytes."""
_FILES = 100
"""Parts that are set apart at a time: each is a file that is open."""
_ROWS = 65_536
_AT_ONCE = 16_384
_PART = "_part"


def rolled(
    database: duckdb.DuckDBPyConnection,
    table: str,
    source: str,
    query: Callable[[str], str],
    *,
    empty: Collection[str] = (),
    scratch: Path,
) -> Iterator[pa.RecordBatchReader]:
    """The rows of a level in their order, from as many readers as it takes.

    `query` gives them from a table like `source`; columns that are known to be `empty` take no
    memory. Where the others do not fit at once, what they are made of is set apart in `scratch`.
    """
    columns = [name for name in database.sql(query(source)).columns if name not in empty]
    size = max(CELLS // len(columns), 1)
    keys = ", ".join(map(quoted, KEYS[table]))
    found = database.execute(f"SELECT approx_count_distinct(hash({keys})) FROM {source}").fetchall()
    if found[0][0] <= size:
        yield database.cursor().sql(query(source)).to_arrow_reader(_ROWS)
        return
    parts = f"parts_of_{table}"
    database.execute(f"CREATE TABLE {parts} AS {parts_sql(table, source, size)}")
    last = database.execute(f"SELECT max(part) FROM {parts}").fetchall()[0][0]
    for first in range(0, last + 1, _FILES):
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=scratch) as folder:
            rows = database.cursor().sql(
                f"SELECT i.*, p.part AS {_PART} FROM {source} i JOIN {parts} p ON hash({keys}) = p.key "
                f"WHERE p.part BETWEEN {first} AND {first + _FILES - 1}"
            )
            for path in _set_apart(rows.to_arrow_reader(_AT_ONCE), Path(folder)):
                with pa.memory_map(str(path)) as file, pa.ipc.open_stream(file) as part:
                    cursor = database.cursor()
                    cursor.register("part", part)
                    yield cursor.sql(query("part")).to_arrow_reader(_ROWS)
                path.unlink()
    database.execute(f"DROP TABLE {parts}")


def _set_apart(rows: pa.RecordBatchReader, folder: Path) -> list[Path]:
    """Write the rows of each part into a file of its own; gives the files in order."""
    paths: dict[int, Path] = {}
    writers: dict[int, pa.ipc.RecordBatchStreamWriter] = {}
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with ExitStack() as opened:
        for batch in rows:
            in_order = batch.take(pc.sort_indices(batch[_PART]))
            number, own = in_order[_PART].to_numpy(), in_order.drop_columns([_PART])
            starts = np.flatnonzero(np.diff(number, prepend=-1))
            for start, end in zip(starts, [*starts[1:], len(number)], strict=True):
                part = int(number[start])
                if part not in writers:
                    paths[part] = folder / f"{part}.arrow"
                    writer = pa.ipc.new_stream(str(paths[part]), own.schema, options=options)
                    writers[part] = opened.enter_context(writer)
                writers[part].write_batch(own.slice(start, end - start))
    return [paths[part] for part in sorted(paths)]
