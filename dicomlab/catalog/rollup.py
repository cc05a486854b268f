"""Series, studies, patients and volumes, worked out from the instances and kept as tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import pyarrow as pa

from dicomlab.catalog.catalog import Catalog
from dicomlab.catalog.database import connect
from dicomlab.catalog.groups import rolled
from dicomlab.catalog.place import Place
from dicomlab.catalog.split import split_tables
from dicomlab.catalog.store import Part, PartWriter, Store
from dicomlab.catalog.versions import State
from dicomlab.schema.columns import Columns
from dicomlab.schema.frames import frame_columns
from dicomlab.schema.levels import patients_sql, series_sql, studies_sql, with_frames_sql
from dicomlab.schema.units import frame_unit_columns, unit_columns

_ROWS = 65_536


def _not_of_frames(columns: Columns) -> set[str]:
    names = {*columns.names, *(found.column.name for found in unit_columns(columns.names))}
    of_frames = {found.column.name for found in frame_columns(columns)}
    return names - of_frames - {found.column.name for found in frame_unit_columns(columns)}


def roll_up(place: Place, state: State, tag: str) -> State:
    """Work out the upper levels anew and commit them; gives the state with counts."""
    store = Store(place)
    catalog = Catalog(place, replace(state, is_complete=False))
    counted = ("instances", "frames", "dose", "files", "problems")
    views = {name: catalog.view(name) for name in counted}
    database = connect(place, views, is_open=True)
    parts: list[Part] = []
    try:
        columns = catalog.columns
        empty = store.empty_columns("instances", state.tables["instances"])
        has_frames = bool(store.paths("frames", state.tables["frames"]))
        if has_frames:
            empty &= store.empty_columns("frames", state.tables["frames"]) | _not_of_frames(columns)
            database.execute(f"CREATE VIEW with_frames AS {with_frames_sql(columns)}")
        source = "with_frames" if has_frames else "instances"
        for table, below, query in (
            ("series", source, partial(series_sql, columns, empty=empty, has_frames=has_frames)),
            ("studies", "series", partial(studies_sql, columns)),
            ("patients", "series", partial(patients_sql, columns)),
        ):
            with store.writer(table, f"{tag}.parquet") as writer:
                known = empty if table == "series" else ()
                readers = rolled(database, table, below, query, empty=known, scratch=place.scratch())
                _write(writer, readers)
            parts += [writer.part] if writer.part else []
            path = store.unfinished(table, f"{tag}.parquet")
            if table == "series":  # the others are made from it, and need not read instances again
                database.execute(f"CREATE VIEW series AS {catalog.rolled_view('series', [path])}")
        parts += split_tables(database, store, tag)
        found = [database.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in counted]
    finally:
        database.close()
    state = store.commit(state, parts, replaces=True)
    counts = {part.table: part.rows for part in parts}
    counts |= dict(zip(counted, map(int, found), strict=True))
    return replace(state, counts=counts)


def _write(writer: PartWriter, readers: Iterable[pa.RecordBatchReader]) -> None:
    """Write what is read in row groups of the usual size, or an empty table."""
    waiting: list[pa.RecordBatch] = []
    for reader in readers:
        for batch in reader:
            waiting.append(batch)
            if sum(one.num_rows for one in waiting) >= _ROWS:
                writer.write(pa.Table.from_batches(waiting))
                waiting = []
    if waiting or not writer.rows:
        writer.write(pa.Table.from_batches(waiting, reader.schema))
