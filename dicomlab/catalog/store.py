"""The tables of a catalog on disk: Delta tables whose Parquet files we write ourselves.

Workers write Parquet files beside each other; one process then commits them to the Delta log,
all files of a step at once. DuckDB reads the files of the version that counts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dicomlab.catalog.lock import PART, clear_unfinished
from dicomlab.catalog.versions import State
from dicomlab.errors import DamagedCatalog
from dicomlab.schema.arrow import dose_schema, frame_schema, instance_schema
from dicomlab.schema.columns import Columns

if TYPE_CHECKING:
    from deltalake import PostCommitHookProperties

    from dicomlab.header.values import Problem

PLAIN_TABLES = ("files", "instances", "frames", "dose", "headers", "problems", "directory")
ROLLED_TABLES = ("series", "studies", "patients")
TABLES = (*PLAIN_TABLES, *ROLLED_TABLES)
_LOG_ENTRY = re.compile(r"(\d{20})\.(?:json|checkpoint\.parquet)$")


@dataclass(frozen=True)
class Part:
    """A Parquet file of a table, or one that was written and is not committed yet."""

    table: str
    name: str
    rows: int
    size: int = -1
    """Bytes, once it is part of a table."""


def stored_type(kind: pa.DataType) -> pa.DataType:
    """How a type lies in the tables: Delta has no time of day, so it is microseconds."""
    if pa.types.is_time(kind):
        return pa.int64()
    if pa.types.is_list(kind):
        return pa.list_(stored_type(kind.value_type))
    return kind


def stored(table: pa.Table) -> pa.Table:
    """A table as it is written."""
    fields = [pa.field(f.name, stored_type(f.type)) for f in table.schema]
    return table.cast(pa.schema(fields))


FILES = pa.schema(
    [
        ("file_key", pa.string()),
        ("source", pa.string()),
        ("size", pa.int64()),
        ("stamp", pa.int64()),
        ("status", pa.string()),
        ("reason", pa.string()),
        ("header_bytes", pa.int64()),
        ("container", pa.string()),
    ]
)
HEADERS = pa.schema([("file_key", pa.string()), ("header", pa.binary())])
PROBLEMS = pa.schema(
    [
        ("file_key", pa.string()),
        ("column", pa.string()),
        ("tag", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.binary()),
    ]
)

DIRECTORY = pa.schema(
    [
        ("file_key", pa.string()),
        ("record", pa.int64()),
        ("record_type", pa.string()),
        ("names", pa.string()),
        ("sop_class_uid", pa.string()),
        ("sop_instance_uid", pa.string()),
        ("transfer_syntax_uid", pa.string()),
        ("is_in_use", pa.bool_()),
        ("reason", pa.string()),
    ]
)


def problem_table(problems: Sequence[Problem], keys: pa.Array) -> pa.Table:
    """Rows of `problems` for values that did not parse; `keys` are those of the rows they count by."""
    columns = [
        keys.take(pa.array([p.row for p in problems], pa.int64())),
        pa.array([p.column.name for p in problems], pa.string()),
        pa.array([p.column.source for p in problems], pa.string()),
        pa.array([p.reason for p in problems], pa.string()),
        pa.array([p.raw for p in problems], pa.binary()),
    ]
    return pa.table(columns, schema=PROBLEMS)


def plain_schema(table: str, columns: Columns) -> pa.Schema:
    """The schema of a table that a scan fills row by row."""
    schemas = {"files": FILES, "headers": HEADERS, "problems": PROBLEMS, "directory": DIRECTORY}
    if table == "frames":
        return frame_schema(columns)
    if table == "dose":
        return dose_schema()
    return schemas.get(table) or instance_schema(columns)


class Store:
    """The folder of a catalog."""

    def __init__(self, folder: Path):
        self.folder = folder

    def create(self, columns: Columns) -> dict[str, int]:
        """Make the folder, for its owner only, with empty tables. Gives their versions.

        Tables that a scan left which was killed before there was a catalog are made anew.
        """
        from deltalake import DeltaTable

        for table in TABLES:
            shutil.rmtree(self.folder / table, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.chmod(self.folder, 0o700)
        for table in PLAIN_TABLES:
            schema = pa.schema([pa.field(f.name, stored_type(f.type)) for f in plain_schema(table, columns)])
            DeltaTable.create(str(self.folder / table), schema=schema)
        return {table: DeltaTable(str(self.folder / table)).version() for table in PLAIN_TABLES}

    def with_all_tables(self, state: State, columns: Columns) -> State:
        """Make the tables that a catalog of an older format lacks, and give others their new columns."""
        from deltalake import DeltaTable

        tables = dict(state.tables)
        for table in PLAIN_TABLES:
            fields = [pa.field(f.name, stored_type(f.type)) for f in plain_schema(table, columns)]
            _take_schema(self.folder / table, pa.schema(fields))
            tables[table] = DeltaTable(str(self.folder / table)).version()
        return replace(state, tables=tables)

    # --- writing ---

    def writer(self, table: str, name: str) -> PartWriter:
        """Write a Parquet file that `commit` will make part of a table."""
        return PartWriter(self.folder / table, table, name)

    def commit(
        self,
        state: State,
        parts: Iterable[Part],
        *,
        gone: dict[str, list[str]] | None = None,
        replaces: bool = False,
        is_new: bool = True,
    ) -> State:
        """Commit parts to their tables, and take files out; gives the state that counts then.

        `is_new` is false where the same rows are only written otherwise. The caller writes the
        state down: until then the old one counts.
        """
        by_table: dict[str, list[Part]] = {}
        for part in parts:
            by_table.setdefault(part.table, []).append(part)
        tables, mode = dict(state.tables), "overwrite" if replaces else "append"
        try:
            for table in {**by_table, **(gone or {})}:
                out = (gone or {}).get(table, [])
                tables[table] = self._commit_table(table, by_table.get(table, []), out, mode, is_new)
        except Exception:  # what does not count takes no room, least of all on a full disk
            for part in chain.from_iterable(by_table.values()):
                with suppress(OSError):
                    (self.folder / part.table / part.name).unlink(missing_ok=True)
            raise
        return replace(state, tables=tables)

    def _commit_table(
        self, table: str, parts: Sequence[Part], gone: Sequence[str], mode: str, is_new: bool
    ) -> int:
        from deltalake import DeltaTable
        from deltalake.transaction import AddAction, RemoveAction

        now = int(time.time() * 1000)
        folder = self.folder / table
        actions: list[Any] = [
            RemoveAction(path=name, data_change=is_new, deletion_timestamp=now) for name in gone
        ]
        for part in parts:
            path = folder / part.name
            os.replace(f"{path}{PART}", path)
            stats = json.dumps({"numRecords": part.rows})
            actions.append(AddAction(part.name, path.stat().st_size, {}, now, is_new, stats))
        if parts:
            _take_schema(folder, pq.read_schema(folder / parts[0].name))
        delta = DeltaTable(str(folder))
        delta.create_write_transaction(actions, mode, delta.schema(), post_commithook_properties=_whole_log())
        return DeltaTable(str(folder)).version()

    def roll_back(self, state: State) -> State:
        """Take back what was committed after the state was written down, and unfinished files."""
        from deltalake import DeltaTable

        clear_unfinished(self.folder)
        tables = dict(state.tables)
        for table, version in state.tables.items():
            delta = DeltaTable(str(self.folder / table))
            if delta.version() != version:
                delta.restore(version, post_commithook_properties=_whole_log())
                tables[table] = DeltaTable(str(self.folder / table)).version()
        return replace(state, tables=tables)

    def drop_unneeded(self, states: Iterable[Mapping[str, int]]) -> int:
        """Delete Parquet files that none of these states has, and the log before them; gives the bytes.

        A state says which version of each table belongs to it.
        """
        kept = list(states)
        freed = 0
        for table in TABLES:
            versions = {tables[table] for tables in kept if table in tables}
            if not versions:
                continue
            needed = {os.path.basename(path) for v in versions for path in self.paths(table, v)}
            for path in (self.folder / table).glob("*.parquet"):
                if path.name not in needed:
                    size = path.stat().st_size
                    with suppress(OSError):  # a system that does not delete what somebody reads
                        path.unlink()
                        freed += size
            _shorten_log(self.folder / table, min(versions))
        return freed

    # --- reading ---

    def check(self, tables: Mapping[str, int]) -> None:
        """Raise DamagedCatalog unless every file of these versions is there, whole."""
        for table, version in tables.items():
            try:
                parts = self.parts(table, version)
            except Exception:  # noqa: BLE001 - Delta's errors have no base of their own
                raise DamagedCatalog(str(self.folder), f"the log of {table} cannot be read") from None
            wrong = [part.name for part in parts if self._size(part) != part.size]
            if wrong:
                more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
                are = "are" if more else "is"
                what = f"{table}/{wrong[0]}{more} {are} missing or cut short"
                raise DamagedCatalog(str(self.folder), what)

    def _size(self, part: Part) -> int:
        try:
            return (self.folder / part.table / part.name).stat().st_size
        except FileNotFoundError:
            return -1

    def on_disk(self) -> tuple[int, int]:
        """How many Parquet files lie in the catalog's folder, and how many bytes all its files have."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        parts = sum(path.suffix == ".parquet" and path.parent.name in TABLES for path in files)
        return parts, sum(path.stat().st_size for path in files)

    def parts(self, table: str, version: int) -> list[Part]:
        """The Parquet files of a version of a table with their numbers of rows, in order."""
        from deltalake import DeltaTable

        delta = DeltaTable(str(self.folder / table), version=version)
        found = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
        parts = [
            Part(table, os.path.basename(row["path"]), row["num_records"], row["size_bytes"]) for row in found
        ]
        return sorted(parts, key=lambda part: part.name)

    def paths(self, table: str, version: int) -> list[str]:
        """The Parquet files of a version of a table."""
        from deltalake import DeltaTable

        delta = DeltaTable(str(self.folder / table), version=version)
        root = self.folder / table
        return [str(root / os.path.basename(uri)) for uri in sorted(delta.file_uris())]

    def schema(self, table: str, version: int) -> pa.Schema:
        """The columns of a version of a table."""
        from deltalake import DeltaTable

        delta = DeltaTable(str(self.folder / table), version=version)
        return pa.schema(delta.schema().to_arrow())

    def empty_columns(self, table: str, version: int) -> set[str]:
        """Columns that are null in every row, as the Parquet files' statistics say."""
        empty: set[str] | None = None
        for path in self.paths(table, version):
            metadata = pq.read_metadata(path)
            if empty is None:
                empty = {name.split(".")[0] for name in metadata.schema.to_arrow_schema().names}
            empty &= _empty_in(metadata)
        return empty or set()

    def holding(self, table: str, version: int, keys: pa.Array) -> list[str]:
        """The Parquet files that hold a row of any of the keys."""
        held = []
        for path in self.paths(table, version):
            found = pq.read_table(path, columns=["file_key"])["file_key"]
            if pc.any(pc.is_in(found, keys)).as_py():
                held.append(path)
        return held

    def without(self, table: str, paths: Iterable[str], keys: pa.Array, tag: str) -> list[Part]:
        """Write files again without the rows of some keys; gives the new parts."""
        parts = []
        for number, path in enumerate(paths):
            with pq.ParquetFile(path) as old, self.writer(table, f"{tag}-{number:05d}.parquet") as new:
                for group in range(old.num_row_groups):
                    rows = old.read_row_group(group)
                    kept = rows.filter(pc.invert(pc.is_in(rows["file_key"], keys)))
                    if kept.num_rows:
                        new.write(kept)
            parts += [new.part] if new.part else []
        return parts


def _whole_log() -> PostCommitHookProperties:
    """Delta would drop what is older than 30 days of its log, and with it our earlier versions."""
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(cleanup_expired_logs=False)


def _shorten_log(folder: Path, first: int) -> None:
    """Drop what Delta's log says of versions before `first`, which can still be opened."""
    from deltalake import DeltaTable

    log = folder / "_delta_log"
    old = [p for p in sorted(log.iterdir()) if (m := _LOG_ENTRY.match(p.name)) and int(m[1]) < first]
    if not old:
        return
    DeltaTable(str(folder), version=first).create_checkpoint()
    DeltaTable(str(folder)).create_checkpoint()
    for path in old:
        path.unlink()


def _take_schema(folder: Path, schema: pa.Schema) -> None:
    """Make the table if there is none yet, and give it columns that it does not have yet."""
    from deltalake import DeltaTable, Schema
    from deltalake import Field as DeltaField

    if not DeltaTable.is_deltatable(str(folder)):
        DeltaTable.create(str(folder), schema=schema)
        return
    delta = DeltaTable(str(folder))
    have = {field.name for field in delta.schema().fields}
    new = [DeltaField(f.name, f.type) for f in Schema.from_arrow(schema).fields if f.name not in have]
    if new:
        delta.alter.add_columns(new, post_commithook_properties=_whole_log())


def _empty_in(metadata: pq.FileMetaData) -> set[str]:
    empty: set[str] = set()
    full: set[str] = set()
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            name = chunk.path_in_schema.split(".")[0]
            is_empty = chunk.statistics is not None and chunk.statistics.null_count == chunk.num_values
            (empty if is_empty else full).add(name)
    return empty - full


class PartWriter:
    """A Parquet file being written; of no table until it is committed."""

    def __init__(self, folder: Path, table: str, name: str):
        self._path = f"{folder / name}{PART}"
        self._table, self._name = table, name
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows, as one row group."""
        table = stored(table)
        if self._writer is None:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            is_headers = self._table == "headers"
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                compression_level=1,
                # Neighbouring headers are alike: one large page lets zstd say so.
                use_dictionary=["file_key"] if is_headers else True,
                data_page_size=16 * 1024 * 1024 if is_headers else 1024 * 1024,
                write_statistics=["file_key"] if is_headers else True,
                write_batch_size=64 if is_headers else 4096,
            )
            os.chmod(self._path, 0o600)
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self.rows += table.num_rows

    def close(self) -> None:
        """Finish; `part` is then what was written, if anything was."""
        if self._writer is not None:
            self._writer.close()

    @property
    def part(self) -> Part | None:
        """What was written; None when there were no rows."""
        return Part(self._table, self._name, self.rows) if self._writer is not None else None

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
