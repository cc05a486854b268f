"""The tables of a catalog on disk: Delta tables whose Parquet files we write ourselves.

Workers write Parquet files beside each other; one process then commits them to the Delta log,
all files of a step at once. DuckDB reads the files of the version that counts.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dicomlab.catalog.lock import clear_unfinished
from dicomlab.catalog.place import Folder, Place, place_of
from dicomlab.catalog.versions import State, read_state
from dicomlab.errors import DamagedCatalog, DicomlabError, NoCatalog
from dicomlab.new_files import make_folder
from dicomlab.schema.arrow import dose_schema, frame_schema, instance_schema
from dicomlab.schema.columns import Columns
from dicomlab.schema.references import REFERENCES

if TYPE_CHECKING:
    from deltalake import DeltaTable, PostCommitHookProperties

    from dicomlab.header.values import Problem

PLAIN_TABLES = ("files", "instances", "frames", "dose", "headers", "problems", "directory", "references")
ROLLED_TABLES = ("series", "studies", "patients")
SPLIT_TABLES = ("slices", "volumes")
TABLES = (*PLAIN_TABLES, *ROLLED_TABLES, *SPLIT_TABLES)
_LOG_ENTRY = re.compile(r"(\d{20})\.(?:json|checkpoint\.parquet)$")


_Given = TypeVar("_Given")
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Part:
    """A Parquet file of a table, or one that was written and is not committed yet."""

    table: str
    name: str
    rows: int
    size: int = -1
    """Bytes, once that is known."""


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


SLICES = pa.schema(
    [
        ("file_key", pa.string()),
        ("frame", pa.int64()),
        *((name, pa.int64()) for name in ("slice", "series", "stack", "slab", "volume", "place", "n_lost")),
        *((name, pa.string()) for name in ("content", "apart_by", "gap_kind")),
        *((name, pa.float64()) for name in ("position_mm", "gap_mm", "usual_gap_mm")),
    ]
)
VOLUMES = pa.schema(
    [
        *((name, pa.string()) for name in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality")),
        *((name, pa.int64()) for name in ("volume", "series", "stack", "slab")),
        ("apart_by", pa.string()),
        *((name, pa.int64()) for name in ("n_slices", "n_instances", "n_places", "n_odd_gaps")),
        *((name, pa.float64()) for name in ("first_position_mm", "last_position_mm", "spacing_mm")),
        ("first_acquired_at", pa.timestamp("us")),
        *((name, pa.string()) for name in ("StackID", "EchoNumbers", "ImageType", "ConvolutionKernel")),
        *((name, pa.int64()) for name in ("AcquisitionNumber", "TemporalPositionIndex")),
        *((name, pa.float64()) for name in ("EchoTime", "RepetitionTime", "InversionTime", "FlipAngle")),
        *((name, pa.float64()) for name in ("DiffusionBValue", "KVP")),
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
    schemas |= {"references": REFERENCES, "slices": SLICES, "volumes": VOLUMES}
    if table == "frames":
        return frame_schema(columns)
    if table == "dose":
        return dose_schema()
    return schemas.get(table) or instance_schema(columns)


class Store:
    """The tables of a catalog where it lies."""

    def __init__(self, where: Path | Place):
        self.place = place_of(where)

    @property
    def folder(self) -> Path | str:
        """The folder of the catalog, or its address."""
        return self.place.path

    def create(self, columns: Columns) -> dict[str, int]:
        """Make the place, for its owner only, with empty tables. Gives their versions.

        Tables that a scan left which was killed before there was a catalog are made anew.
        """
        self.place.clear(TABLES)
        if isinstance(self.place, Folder):
            make_folder(self.place.path)
            self.place.path.chmod(0o700)

        def made(table: str) -> int:
            return _make(self.place, table, _stored_schema(table, columns)).version()

        return dict(zip(PLAIN_TABLES, self._each(made, PLAIN_TABLES), strict=True))

    def with_all_tables(self, state: State, columns: Columns) -> State:
        """Make the tables that a catalog of an older format lacks, and give others their new columns."""
        self.place.confirm()
        tables = dict(state.tables)
        for table in PLAIN_TABLES:
            tables[table] = _take_schema(self.place, table, _stored_schema(table, columns)).version()
        return replace(state, tables=tables)

    # --- writing ---

    def writer(self, table: str, name: str) -> PartWriter:
        """Write a Parquet file that `commit` will make part of a table."""
        return PartWriter(self.place, table, name)

    def unfinished(self, table: str, name: str) -> str:
        """Where a Parquet file lies that is not part of its table yet."""
        return self.place.unfinished(table, name)

    def finished(self, part: Part) -> Part:
        """Give a part its name in its table, if it does not have it yet, and its size."""
        return part if part.size >= 0 else replace(part, size=self.place.finish(part.table, part.name))

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
        touched = [*{**by_table, **(gone or {})}]

        def committed(table: str) -> int:
            out = (gone or {}).get(table, [])
            return self._commit_table(table, by_table.get(table, []), out, mode, is_new)

        self.place.confirm()
        try:
            tables |= dict(zip(touched, self._each(committed, touched), strict=True))
        except Exception:  # what does not count takes no room, least of all on a full disk
            for table, made in by_table.items():
                with suppress(Exception):
                    self.place.delete(table, [part.name for part in made])
            raise
        return replace(state, tables=tables)

    def _commit_table(
        self, table: str, parts: Sequence[Part], gone: Sequence[str], mode: str, is_new: bool
    ) -> int:
        from deltalake.transaction import AddAction, RemoveAction

        now = int(time.time() * 1000)
        actions: list[Any] = [
            RemoveAction(path=name, data_change=is_new, deletion_timestamp=now) for name in gone
        ]
        for part in map(self.finished, parts):
            stats = json.dumps({"numRecords": part.rows})
            actions.append(AddAction(part.name, part.size, {}, now, is_new, stats))
        if parts:
            schema = self.schema_of(self.place.at(table, parts[0].name))
            delta = _take_schema(self.place, table, schema)
        else:
            delta = self.now(table)
        delta.create_write_transaction(actions, mode, delta.schema(), post_commithook_properties=_whole_log())
        delta.update_incremental()
        return int(delta.version())

    def roll_back(self, state: State, spared: Iterable[Part] = ()) -> State:
        """Take back what was committed after the state was written down, and unfinished files.

        Parts that are spared stay, though no version has them yet.
        """
        self.place.confirm()
        if isinstance(self.place, Folder):
            clear_unfinished(self.place.path)

        def restored(table: str) -> int:
            delta, version = self.now(table), state.tables[table]
            if delta.version() == version:
                return version
            delta.restore(version, post_commithook_properties=_whole_log())
            return self.now(table).version()

        tables = dict(zip(state.tables, self._each(restored, state.tables), strict=True))
        if self.place.was_left:
            kept = [tables, *(version.tables for version in state.versions)]
            self.place.clear(set(TABLES).difference(*kept))
            self.drop_strays(kept, spared)
        return replace(state, tables=tables)

    def drop_strays(self, states: Iterable[Mapping[str, int]], spared: Iterable[Part] = ()) -> int:
        """Delete Parquet files that none of these states has and that are not spared; gives the bytes.

        A state says which version of each table belongs to it.
        """
        kept = list(states)
        stay = {(part.table, part.name) for part in spared}
        freed = 0
        for table in TABLES:
            versions = {tables[table] for tables in kept if table in tables}
            if not versions:
                continue
            needed = {part.name for version in versions for part in self.parts(table, version)}
            sizes = self.place.sizes(table)
            needed |= {name for of, name in stay if of == table}
            strays = [name for name in sizes if name.endswith(".parquet") and name not in needed]
            freed += sum(sizes[name] for name in self.place.delete(table, strays))
        return freed

    def drop_unneeded(self, states: Iterable[Mapping[str, int]]) -> int:
        """Delete Parquet files that none of these states has, and the log before them; gives the bytes."""
        self.place.confirm()
        kept = list(states)
        freed = self.drop_strays(kept)
        for table in TABLES:
            if versions := {tables[table] for tables in kept if table in tables}:
                _shorten_log(self.place, table, min(versions))
        return freed

    # --- reading ---

    def now(self, table: str) -> DeltaTable:
        """A table as its log has it now, whatever counts."""
        return self._delta(table)

    def _delta(self, table: str, version: int | None = None) -> DeltaTable:
        from deltalake import DeltaTable

        return DeltaTable(self.place.at(table), version=version, storage_options=self.place.delta)

    def _each(self, work: Callable[[_Given], _Found], given: Iterable[_Given]) -> list[_Found]:
        """Do the same with several things, at a time where each is a long way off."""
        todo = list(given)
        if self.place.ahead == 1 or len(todo) < 2:
            return [work(one) for one in todo]
        _ = self.place.delta  # found out once, and not by each
        with ThreadPoolExecutor(self.place.ahead) as pool:
            return list(pool.map(work, todo))

    def check(self, tables: Mapping[str, int], *, deeply: bool = False) -> None:
        """Raise DamagedCatalog unless every file of these versions is there, whole.

        With `deeply`, each is read to its end.
        """
        for work in (self._wrong, self._unreadable) if deeply else (self._wrong,):
            for sentence in self._each(work, tables.items()):
                if sentence is not None:
                    raise DamagedCatalog(str(self.folder), sentence)

    def _wrong(self, of: tuple[str, int]) -> str | None:
        table, version = of
        try:
            parts = self.parts(table, version)
        except Exception:  # noqa: BLE001 - Delta's errors have no base of their own
            return f"the log of {table} cannot be read"
        sizes = self.place.sizes(table) if parts else {}
        wrong = [part.name for part in parts if sizes.get(part.name) != part.size]
        if not wrong:
            return None
        more = f" and {len(wrong) - 1:,} more" if len(wrong) > 1 else ""
        return f"{table}/{wrong[0]}{more} {'are' if more else 'is'} missing or cut short"

    def _unreadable(self, of: tuple[str, int]) -> str | None:
        """What is wrong with a file of a table that cannot be read to its end; None where all can."""
        table, version = of
        names: set[str] = set()
        for path in self.paths(table, version):
            shown = f"{table}/{_name(path)}"
            try:
                with self.open(path) as file:
                    have = set(file.schema_arrow.names)
                    for group in range(file.num_row_groups):
                        file.read_row_group(group)
            except FileNotFoundError:
                return f"{shown} is missing"
            except (PermissionError, ConnectionError, TimeoutError):
                raise  # what cannot be reached is not damaged
            except (OSError, pa.ArrowException):
                return f"{shown} is no Parquet file, or its bytes were changed"
            if missing := sorted(names - have):
                return f"{shown} has no column {missing[0]}, which other files of the table have"
            names |= have if not names else set()
        return None

    def on_disk(self) -> tuple[int, int]:
        """How many Parquet files lie in the catalog's folder, and how many bytes all its files have."""
        files = list(self.place.all_sizes())
        parts = sum(name.endswith(".parquet") and folder in TABLES for folder, name, _ in files)
        return parts, sum(size for _, _, size in files)

    def parts(self, table: str, version: int) -> list[Part]:
        """The Parquet files of a version of a table with their numbers of rows, in order."""
        return self._parts(self._delta(table, version), table)

    def _parts(self, delta: DeltaTable, table: str) -> list[Part]:
        found = pa.table(delta.get_add_actions(flatten=True)).to_pylist()
        parts = [Part(table, _name(row["path"]), row["num_records"], row["size_bytes"]) for row in found]
        self.place.note(table, {part.name: part.size for part in parts})
        return sorted(parts, key=lambda part: part.name)

    def paths(self, table: str, version: int) -> list[str]:
        """The Parquet files of a version of a table."""
        return self._paths(self._delta(table, version), table)

    def _paths(self, delta: DeltaTable, table: str) -> list[str]:
        if isinstance(self.place, Folder):
            return [self.place.at(table, _name(uri)) for uri in sorted(delta.file_uris())]
        return [self.place.at(table, part.name) for part in self._parts(delta, table)]

    def schema(self, table: str, version: int) -> pa.Schema:
        """The columns of a version of a table."""
        return pa.schema(self._delta(table, version).schema().to_arrow())

    def stored_as(self, tables: Mapping[str, int]) -> dict[str, tuple[list[str], pa.Schema]]:
        """The Parquet files and the columns of some versions."""

        def found(of: tuple[str, int]) -> tuple[list[str], pa.Schema]:
            delta = self._delta(*of)
            return self._paths(delta, of[0]), pa.schema(delta.schema().to_arrow())

        return dict(zip(tables, self._each(found, tables.items()), strict=True))

    def open(self, path: str) -> pq.ParquetFile:
        """Open one of the Parquet files."""
        return pq.ParquetFile(path, filesystem=self.place.arrow)

    def schema_of(self, path: str) -> pa.Schema:
        """The columns of one of the Parquet files."""
        return pq.read_schema(path, filesystem=self.place.arrow)

    def rows(self, paths: Iterable[str]) -> int:
        """How many rows some Parquet files have."""
        arrow = self.place.arrow
        return sum(self._each(lambda path: pq.read_metadata(path, filesystem=arrow).num_rows, paths))

    def empty_columns(self, table: str, version: int) -> set[str]:
        """Columns that are null in every row, as the Parquet files' statistics say."""
        empty: set[str] | None = None
        arrow = self.place.arrow
        found = self._each(lambda path: pq.read_metadata(path, filesystem=arrow), self.paths(table, version))
        for metadata in found:
            if empty is None:
                empty = {name.split(".")[0] for name in metadata.schema.to_arrow_schema().names}
            empty &= _empty_in(metadata)
        return empty or set()

    def holding(self, table: str, version: int, keys: pa.Array) -> list[str]:
        """The Parquet files that hold a row of any of the keys."""
        arrow, paths = self.place.arrow, self.paths(table, version)

        def holds(path: str) -> bool:
            found = pq.read_table(path, columns=["file_key"], filesystem=arrow)["file_key"]
            return bool(pc.any(pc.is_in(found, keys)).as_py())

        return [path for path, is_held in zip(paths, self._each(holds, paths), strict=True) if is_held]

    def without(self, table: str, paths: Iterable[str], keys: pa.Array, tag: str) -> list[Part]:
        """Write files again without the rows of some keys; gives the new parts."""
        parts = []
        for number, path in enumerate(paths):
            with self.open(path) as old, self.writer(table, f"{tag}-{number:05d}.parquet") as new:
                for group in range(old.num_row_groups):
                    rows = old.read_row_group(group)
                    kept = rows.filter(pc.invert(pc.is_in(rows["file_key"], keys)))
                    if kept.num_rows:
                        new.write(kept)
            parts += [new.part] if new.part else []
        return parts


@contextmanager
def damage_explained(place: Place) -> Iterator[None]:
    """Raise DamagedCatalog where a file that cannot be read is why work on a catalog ended."""
    try:
        yield
    except (DicomlabError, MemoryError):
        raise
    except Exception:
        tables: Mapping[str, int] = {}
        with suppress(NoCatalog):
            tables = read_state(place).tables
        Store(place).check(tables, deeply=True)
        raise


def _name(path: str) -> str:
    return os.path.basename(path)


def _stored_schema(table: str, columns: Columns) -> pa.Schema:
    return pa.schema([pa.field(f.name, stored_type(f.type)) for f in plain_schema(table, columns)])


def _make(place: Place, table: str, schema: pa.Schema) -> DeltaTable:
    from deltalake import DeltaTable

    return DeltaTable.create(place.at(table), schema=schema, storage_options=place.delta)


def _whole_log() -> PostCommitHookProperties:
    """Delta would drop what is older than 30 days of its log, and with it our earlier versions."""
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(cleanup_expired_logs=False)


def _shorten_log(place: Place, table: str, first: int) -> None:
    """Drop what Delta's log says of versions before `first`, which can still be opened."""
    from deltalake import DeltaTable

    log = place.sizes(table, "_delta_log")
    old = [name for name in sorted(log) if (m := _LOG_ENTRY.match(name)) and int(m[1]) < first]
    if not old:
        return
    where, options = place.at(table), place.delta
    DeltaTable(where, version=first, storage_options=options).create_checkpoint()
    DeltaTable(where, storage_options=options).create_checkpoint()
    place.delete(f"{table}/_delta_log", old)


def _take_schema(place: Place, table: str, schema: pa.Schema) -> DeltaTable:
    """Give the table with these columns: made if there is none yet, with those added that it lacks."""
    from deltalake import DeltaTable, Schema
    from deltalake import Field as DeltaField
    from deltalake.exceptions import TableNotFoundError

    try:
        delta = DeltaTable(place.at(table), storage_options=place.delta)
    except TableNotFoundError:
        return _make(place, table, schema)
    have = {field.name for field in delta.schema().fields}
    new = [DeltaField(f.name, f.type) for f in Schema.from_arrow(schema).fields if f.name not in have]
    if new:
        delta.alter.add_columns(new, post_commithook_properties=_whole_log())
    return delta


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


def with_times(schema: pa.Schema, columns: Columns) -> pa.Schema:
    """The schema of a rolled-up table, with times of day where the columns are times."""

    def shown(field: pa.Field) -> pa.Field:
        if field.name not in columns or columns[field.name].kind != "time":
            return field
        is_list = pa.types.is_list(field.type)
        return field.with_type(pa.list_(pa.time64("us")) if is_list else pa.time64("us"))

    return pa.schema([shown(field) for field in schema])


class PartWriter:
    """A Parquet file being written; of no table until it is committed."""

    def __init__(self, place: Place, table: str, name: str):
        self._place, self._table, self._name = place, table, name
        self._writer: pq.ParquetWriter | None = None
        self._sink: IO[bytes] | None = None
        self._size = -1
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows, as one row group."""
        table = stored(table)
        if self._writer is None:
            path, self._sink = self._place.open_new(self._table, self._name)
            is_headers = self._table == "headers"
            self._writer = pq.ParquetWriter(
                self._sink or path,
                table.schema,
                compression="zstd",
                compression_level=1,
                # Neighbouring headers are alike: one large page lets zstd say so.
                use_dictionary=["file_key"] if is_headers else True,
                data_page_size=16 * 1024 * 1024 if is_headers else 1024 * 1024,
                write_statistics=["file_key"] if is_headers else True,
                write_batch_size=64 if is_headers else 4096,
            )
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self.rows += table.num_rows

    def close(self) -> None:
        """Finish; `part` is then what was written, if anything was."""
        if self._writer is not None:
            self._writer.close()
        if self._sink is not None and not self._sink.closed:
            self._size = self._sink.tell()
            self._sink.close()
            self._place.note(self._table, {self._name: self._size})

    @property
    def part(self) -> Part | None:
        """What was written; None when there were no rows."""
        return Part(self._table, self._name, self.rows, self._size) if self._writer is not None else None

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
