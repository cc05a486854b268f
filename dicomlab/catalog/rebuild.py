"""Instances, frames, dose and problems made again from the headers that a catalog keeps.

So columns are added that nobody asked for at first, and so a catalog of an older format gets what it
did not have. The archive is not touched.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from dicomlab.catalog.database import connect
from dicomlab.catalog.finished_work import FinishedWork, purpose
from dicomlab.catalog.place import Place, place_of
from dicomlab.catalog.rollup import roll_up
from dicomlab.catalog.rows import instance_rows, write_details
from dicomlab.catalog.store import PLAIN_TABLES, Part, PartWriter, Store, plain_schema, problem_table
from dicomlab.catalog.versions import FORMAT, State, read_state, write_state
from dicomlab.errors import NoHeaders
from dicomlab.progress import progress_bar
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import literal
from dicomlab.schema.units import unit_columns

REMADE = ("instances", "frames", "dose", "problems", "references")
_ROWS = 4096


def add_columns(
    where: Path | Place, columns: Columns, *, jobs: int | None = None, progress: bool = True
) -> None:
    """Make the tables again with the columns that a catalog does not have yet.

    The caller holds the lock. The catalog stays as it was until the end.
    """
    place = place_of(where)
    state = read_state(place)
    have = Columns.from_list(state.columns)
    new = Columns(c for c in columns if c.name not in have)
    if not len(new):
        return
    if not state.keep_headers:
        raise NoHeaders
    columns = Columns([*have, *new])
    state = open_for_writing(place, state, columns)
    rebuild(place, state, columns, f"columns: {', '.join(new.names)}", jobs, progress)


def open_for_writing(place: Place, state: State, columns: Columns | None = None) -> State:
    """Take back what an unfinished scan left, and bring a catalog of an older format up to date.

    A catalog that keeps no headers gets the tables it lacks, empty, and the columns in one unit. What a
    rebuild that was stopped had done stays where these `columns`, or those of the catalog, are what it was
    about. Raises DamagedCatalog when files of it are missing: what is written on top of that would be lost.
    """
    store = Store(place)
    store.check(state.tables)
    is_older = state.format < FORMAT or any(table not in state.tables for table in PLAIN_TABLES)
    if columns is None or is_older:
        columns = Columns.from_list(state.columns)
    state = store.roll_back(state, FinishedWork.left(place, purpose(state, columns)).parts)
    if is_older:
        state = store.with_all_tables(state, columns)
        state = _with_all_columns(store, state, "files")
        if not state.keep_headers:
            for table in ("instances", "frames"):
                state = _with_all_columns(store, state, table)
        state = replace(state, format=FORMAT)
        if state.keep_headers:
            return rebuild(place, state, columns, f"format {FORMAT}", None, progress=False)
    write_state(place, state)
    return state


def rebuild(
    place: Place, state: State, columns: Columns, why: str, jobs: int | None, progress: bool
) -> State:
    """Read the kept headers again into instances, frames, dose and problems; gives the new state.

    Files of headers that a rebuild for the same purpose had done before it was stopped are not read again.
    """
    work = FinishedWork.left(place, purpose(state, columns))
    tag = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    try:
        parts = _remade(Store(place), state, columns, work, tag, jobs, progress)
    except Exception:
        work.forget(with_parts=True)
        raise
    store = Store(place)
    gone = {t: [os.path.basename(p) for p in store.paths(t, state.tables[t])] for t in REMADE}
    state = store.commit(state, parts, gone={table: names for table, names in gone.items() if names})
    state = replace(state, columns=tuple(columns.to_list()))
    if state.is_complete:
        state = roll_up(place, state, tag).with_version(why, 0.0)
    write_state(place, state)
    work.forget()
    return state


def _remade(
    store: Store,
    state: State,
    columns: Columns,
    work: FinishedWork,
    tag: str,
    jobs: int | None,
    progress: bool,
) -> list[Part]:
    """Make the parts of the new tables, as far as they are not made; gives all of them."""
    from joblib import Parallel, delayed

    paths = store.paths("headers", state.tables["headers"])
    todo = [path for path in paths if os.path.basename(path) not in work.done]
    run = Parallel(
        n_jobs=jobs or os.cpu_count(), backend="threading", return_as="generator_unordered", batch_size=1
    )
    parts = [*work.parts, *_without_header(store, state, columns, tag)]
    total = store.rows(paths)
    with progress_bar("Reading the kept headers", total=total, show=progress, unit="headers") as bar:
        bar.update(total - store.rows(todo))
        tasks = (
            delayed(_remake)(store, state, columns, path, f"{tag}-{k:05d}.parquet")
            for k, path in enumerate(todo)
        )
        for path, made, rows in run(tasks):
            parts += work.add(os.path.basename(path), made, store)
            bar.update(rows)
    return parts


def _remake(
    store: Store, state: State, columns: Columns, path: str, name: str
) -> tuple[str, list[Part], int]:
    """Read one file of headers, a row group at a time; gives it with what was made, and its rows."""
    from dicomlab.header.engine import HeaderReader

    reader = HeaderReader(columns)
    writers = {table: store.writer(table, name) for table in REMADE}
    rows = 0
    with store.open(path) as file:
        for group in file.iter_batches(_ROWS, columns=["file_key", "header"]):
            keys, headers = group.column(0), group.column(1)
            sizes_of = partial(_sizes, store, state, keys)
            for batch in reader.parse_in_batches(headers, len(headers), sizes_of):
                n = len(batch.status)
                some = keys.slice(0, n)
                write_details(writers, some, batch)
                writers["instances"].write(instance_rows(some, batch, np.arange(n)))
                keys = keys.slice(n)
            rows += len(headers)
    for writer in writers.values():
        writer.close()
    pa.default_memory_pool().release_unused()
    return path, [w.part for w in writers.values() if w.part is not None], rows


def _sizes(store: Store, state: State, keys: pa.Array, rows: list[int]) -> list[int]:
    """How long files are whose headers were kept, as far as a catalog knows.

    What a server has is no longer than its header; of members of a packed stream nobody knows.
    """
    from dicomlab.header.frame_limits import UNKNOWN_SIZE

    wanted = keys.take(pa.array(rows)).to_pylist()
    files = store.paths("files", state.tables["files"])
    if not files:
        return [UNKNOWN_SIZE] * len(rows)
    query = (
        "SELECT file_key, coalesce(size, CASE WHEN container IS NULL THEN header_bytes END) "
        f"FROM read_parquet({_list(files)}) WHERE file_key IN (SELECT unnest(?))"
    )
    found = dict(connect(store.place, {}, is_open=True).execute(query, [wanted]).fetchall())
    return [UNKNOWN_SIZE if (size := found.get(key)) is None else size for key in wanted]


def _with_all_columns(store: Store, state: State, table: str) -> State:
    """Write a table of an older format again with the columns it has now."""
    paths = store.paths(table, state.tables[table])
    columns, parts = Columns.from_list(state.columns), []
    schema = plain_schema(table, columns)
    for path in paths:
        name = f"{secrets.token_hex(8)}.parquet"
        with (
            store.writer(table, name) as writer,
            store.writer("problems", name) as odd,
            store.open(path) as file,
        ):
            for batch in file.iter_batches(_ROWS):
                rows = pa.Table.from_batches([batch])
                if table == "instances":
                    rows = _in_one_unit(rows, columns, odd)
                writer.write(fitted(rows, schema))
        parts += [w.part for w in (writer, odd) if w.part]
    return store.commit(
        state, parts, gone={table: [os.path.basename(path) for path in paths]} if paths else None
    )


def _without_header(store: Store, state: State, columns: Columns, tag: str) -> list[Part]:
    """Rows of files of which no header was kept, such as broken ones, stay as they are."""
    headers = store.paths("headers", state.tables["headers"])
    kept = f"SELECT file_key FROM read_parquet({_list(headers)})" if headers else "SELECT NULL AS file_key"
    parts = []
    for table in REMADE:
        paths = store.paths(table, state.tables[table])
        if not paths:
            continue
        query = (
            f"SELECT * FROM read_parquet({_list(paths)}, union_by_name = true) "
            f"WHERE file_key NOT IN (SELECT file_key FROM ({kept}) WHERE file_key IS NOT NULL)"
        )
        schema = plain_schema(table, columns)
        with (
            store.writer(table, f"{tag}-rest.parquet") as writer,
            store.writer("problems", f"{tag}-rest-units.parquet") as odd,
        ):
            for batch in connect(store.place, {}, is_open=True).sql(query).to_arrow_reader(_ROWS):
                if batch.num_rows:
                    rows = pa.Table.from_batches([batch])
                    if table == "instances":
                        rows = _in_one_unit(rows, columns, odd)
                    writer.write(fitted(rows, schema))
        parts += [w.part for w in (writer, odd) if w.part]
    return parts


def _in_one_unit(instances: pa.Table, columns: Columns, problems: PartWriter) -> pa.Table:
    """Stored instances with their columns in one unit worked out again, which needs no header.

    Cells that are set aside become rows of `problems`.
    """
    from dicomlab.header.units import Given, as_problems, with_units

    units = unit_columns(columns.names)
    have = [found.column.name for found in units if found.column.name in instances.column_names]
    table, bad = with_units(instances.drop_columns(have), Given(instances), units)
    if bad:
        problems.write(problem_table(as_problems(bad), instances["file_key"].combine_chunks()))
    return table


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """A stored table with the columns of a schema, null where it has none."""
    have = set(table.column_names)
    arrays = [table[f.name] if f.name in have else pa.nulls(table.num_rows, f.type) for f in schema]
    return pa.table(arrays, names=schema.names)


def _list(paths: Iterable[str]) -> str:
    return f"[{', '.join(map(literal, paths))}]"
