"""Columns added later, from the headers that a catalog keeps."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from dicomlab.catalog.database import connect
from dicomlab.catalog.rollup import roll_up
from dicomlab.catalog.store import Part, Store, problem_table
from dicomlab.catalog.versions import read_state, write_state
from dicomlab.errors import NoHeaders
from dicomlab.progress import progress_bar
from dicomlab.schema.arrow import instance_fields
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import literal

if TYPE_CHECKING:
    from dicomlab.header.engine import HeaderReader


def add_columns(folder: Path, columns: Columns, *, progress: bool = True) -> None:
    """Read the kept headers again for the columns that a catalog does not have yet.

    The caller holds the lock.
    """
    from dicomlab.header.engine import HeaderReader

    store = Store(folder)
    state = read_state(folder)
    have = Columns.from_list(state.columns)
    new = Columns(c for c in columns if c.name not in have)
    if not len(new):
        return
    if not state.keep_headers:
        raise NoHeaders
    state = store.roll_back(state)
    write_state(folder, state)
    reader = HeaderReader(new)
    tag = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-wide-{os.getpid()}"
    paths = store.paths("instances", state.tables["instances"])
    headers = _Headers(store, store.paths("headers", state.tables["headers"]))
    parts: list[Part] = []
    with progress_bar("Adding columns", total=None, show=progress, unit="headers") as bar:
        for number, path in enumerate(paths):
            parts += _widen(store, reader, headers, path, f"{tag}-{number:05d}.parquet")
            bar.update(pq.read_metadata(path).num_rows)
    gone = {"instances": [os.path.basename(path) for path in paths]}
    state = store.commit(state, parts, gone=gone)
    state = replace(state, columns=tuple(Columns([*have, *new]).to_list()))
    if state.is_complete:
        state = roll_up(folder, state, tag).with_version(f"columns: {', '.join(new.names)}", 0.0)
    write_state(folder, state)


class _Headers:
    """Finds the kept headers of given files."""

    def __init__(self, store: Store, paths: list[str]):
        self._by_name = {os.path.basename(path): path for path in paths}
        files = ", ".join(literal(path) for path in paths)
        view = {"headers": f"SELECT * FROM read_parquet([{files}])"} if paths else {}
        self._database = connect(store.folder, view, is_open=True)

    def of(self, name: str, keys: pa.Array) -> pa.Array:
        """Headers in the order of `keys`; null where none was kept.

        A unit's instances and headers were written to files of one name, in one order.
        """
        found = pq.read_table(self._by_name[name]) if name in self._by_name else None
        if found is None or not found["file_key"].combine_chunks().equals(keys):
            wanted = pa.table({"file_key": keys, "row": pa.array(range(len(keys)))})
            self._database.register("wanted", wanted)
            found = self._database.sql(
                "SELECT header FROM wanted LEFT JOIN headers USING (file_key) ORDER BY row"
            ).to_arrow_table()
        return found["header"].cast(pa.large_binary()).combine_chunks()


def _widen(store: Store, reader: HeaderReader, headers: _Headers, path: str, name: str) -> list[Part]:
    table = pq.read_table(path)
    keys = table["file_key"].combine_chunks()
    batch = reader.parse(headers.of(os.path.basename(path), keys))
    for field in instance_fields(reader.columns):
        table = table.append_column(field.name, batch.table[field.name])
    with store.writer("instances", name) as writer, store.writer("problems", name) as problems:
        writer.write(table)
        if batch.problems:
            problems.write(problem_table(batch.problems, keys))
    return [w.part for w in (writer, problems) if w.part is not None]
