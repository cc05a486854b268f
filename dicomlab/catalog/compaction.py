"""Many small Parquet files written together, and what no kept version needs let go.

A scan adds files to the tables and deletes none, so that a catalog that is scanned every night
grows by what it lists again and by the time each file takes to open.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from dicomlab.catalog.place import Place, place_of
from dicomlab.catalog.rebuild import fitted, open_for_writing
from dicomlab.catalog.store import PLAIN_TABLES, Part, Store, plain_schema
from dicomlab.catalog.versions import State, read_state, write_state
from dicomlab.errors import DamagedCatalog
from dicomlab.progress import progress_bar
from dicomlab.schema.columns import Columns

MANY = 64
"""How many small files of one table a scan leaves as they are."""
SMALL_ROWS = 2048
"""Half of what one worker writes at a time; a file of fewer rows is small."""
PART_ROWS = 65_536
"""How many rows a file has at most when several are written together."""
COMMIT_SECONDS = 1.0
"""How long files that are written together wait until they count, so that a kill costs little."""
_GROUP_ROWS, _GROUP_BYTES = 4096, 64 * 1024 * 1024


def compact(where: Path | Place, *, keep: int, progress: bool) -> None:
    """Write small files together, keep the last versions, and delete what none of them needs.

    The caller holds the lock. The catalog stays as it was until catalog.json is replaced, about once a
    second, and nothing is deleted before the last time.
    """
    place = place_of(where)
    state = open_for_writing(place, read_state(place))
    store = Store(place)
    state = _merge(store, state, below=PART_ROWS // 2, many=1, progress=progress)
    state = replace(state, versions=tuple(v for v in state.versions[-keep:] if _is_whole(store, v.tables)))
    write_state(place, state)
    store.drop_unneeded([state.tables, *(version.tables for version in state.versions)])


def merge_small(store: Store, state: State) -> State:
    """What a scan does at its end: where a table has many small files, write them together."""
    return _merge(store, state, below=SMALL_ROWS, many=MANY, progress=False)


def _merge(store: Store, state: State, *, below: int, many: int, progress: bool) -> State:
    """Write files of fewer than `below` rows together, in tables with more than `many` of them.

    Rows keep their order, which is that of their series. Gives the state with the new files; the
    last version is moved to them, as it has the same rows.
    """
    tag = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}-merged"
    columns = Columns.from_list(state.columns)
    groups = [group for t in PLAIN_TABLES for group in _groups(store, state, t, below, many)]
    if not groups:
        return state
    parts: list[Part] = []
    gone: dict[str, list[str]] = {}
    began = time.monotonic()
    total = sum(part.rows for group in groups for part in group)
    with progress_bar("Writing small files together", total=total, show=progress, unit="rows") as bar:
        for number, group in enumerate(groups):
            table = group[0].table
            parts.append(
                _merged(store, group, plain_schema(table, columns), f"{tag}-{number:05d}", bar.update)
            )
            gone.setdefault(table, []).extend(part.name for part in group)
            if time.monotonic() - began >= COMMIT_SECONDS:
                state = _committed(store, state, parts, gone)
                write_state(store.place, state)
                parts, gone, began = [], {}, time.monotonic()
    return _committed(store, state, parts, gone) if parts else state


def _committed(store: Store, state: State, parts: list[Part], gone: dict[str, list[str]]) -> State:
    """The state in which files that were written together take the place of the small ones."""
    after = store.commit(state, parts, gone=gone, is_new=False)
    if not (state.is_complete and state.versions):
        return after
    *earlier, last = after.versions
    return replace(after, versions=(*earlier, replace(last, tables=dict(after.tables))))


def _groups(store: Store, state: State, table: str, below: int, many: int) -> Iterator[list[Part]]:
    """Small files that become one, in order."""
    small = [part for part in store.parts(table, state.tables[table]) if part.rows < below]
    if len(small) <= many:
        return
    group: list[Part] = []
    for part in small:
        if group and sum(p.rows for p in group) + part.rows > PART_ROWS:
            if len(group) > 1:
                yield group
            group = []
        group.append(part)
    if len(group) > 1:
        yield group


def _merged(
    store: Store, group: Sequence[Part], schema: pa.Schema, name: str, said: Callable[[int], Any]
) -> Part:
    table = group[0].table
    with store.writer(table, f"{name}.parquet") as writer:
        for rows in _row_groups(store, [store.place.at(table, part.name) for part in group], schema):
            writer.write(rows)
            said(rows.num_rows)
    if writer.part is None:
        raise DamagedCatalog(str(store.folder), f"{table} has files without rows")
    return writer.part


def _row_groups(store: Store, paths: Sequence[str], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows of some files, as many at a time as a row group should have."""
    waiting: list[pa.Table] = []
    for path in paths:
        with store.open(path) as file:
            for number in range(file.num_row_groups):
                waiting.append(fitted(file.read_row_group(number), schema))
                if (
                    sum(t.num_rows for t in waiting) >= _GROUP_ROWS
                    or sum(t.nbytes for t in waiting) >= _GROUP_BYTES
                ):
                    yield pa.concat_tables(waiting).combine_chunks()
                    waiting = []
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _is_whole(store: Store, tables: dict[str, int]) -> bool:
    try:
        store.check(tables)
    except DamagedCatalog:
        return False
    return True
