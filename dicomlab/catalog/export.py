"""Tables of a catalog as files for other programs, written as they are read."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from dicomlab.catalog.cells import Nested, csv_sql, json_sql, parquet_sql, sqlite_sql
from dicomlab.errors import DicomlabError, MissingColumn, NoSuchTable, WrongArgument
from dicomlab.isolation import SetAside, set_aside
from dicomlab.new_files import new_file, new_files
from dicomlab.schema.formulas import harmless
from dicomlab.schema.levels import quoted

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Format = Literal["csv", "jsonl", "parquet", "sqlite", "dicom-json"]
ENDINGS: dict[str, Format] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".json": "dicom-json",
}
_OF_FOLDER = {"csv": ".csv", "jsonl": ".jsonl", "parquet": ".parquet"}
BLOCK = 20_000
"""Rows that are held at a time."""
_KEYS = {
    "patients": ("PatientID",),
    "studies": ("PatientID", "StudyInstanceUID"),
    "series": ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
    "instances": ("file_key",),
    "frames": ("file_key", "frame"),
    "files": ("file_key",),
}
_LEADS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "file_key", "Modality")
"""Columns that people look things up by: each gets an index."""


class Exportable(Protocol):
    """What has tables and headers: a catalog, or a part of one."""

    def arrow_blocks(self, query: str, *, rows: int = BLOCK) -> Iterator[pa.Table]:
        """The rows of a query, so many at a time; one table without rows where there are none."""

    def kept_headers(
        self, where: str | None = None, *, missing: Callable[[str, str], None] | None = None
    ) -> Iterator[tuple[str, Dataset]]:
        """The file key and header of each instance that fits a condition.

        `missing` is called with the file key and the reason for what of a header cannot be read.
        """


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    rows: dict[str, int]
    """How many rows of which table."""
    shortcomings: int = 0
    """How many values do not fit the DICOM JSON model."""
    listed: Path | None = None
    """Where these are listed."""

    left_out: int = 0
    """How many headers were left out, or written only in part."""
    aside: tuple[SetAside, ...] = ()
    """Tables that were left out."""

    @property
    def is_partial(self) -> bool:
        """Whether something is missing from what was written."""
        return self.listed is not None or bool(self.aside)

    @property
    def remark(self) -> str:
        """What is to be said of what is missing."""
        said = []
        if self.shortcomings:
            said.append(f"{self.shortcomings:,} values do not fit the DICOM JSON model")
        if self.left_out:
            said.append(f"{self.left_out:,} headers could not be written, or not wholly")
        listed = [f"{', and '.join(said)}: they are listed in {self.listed}."] if said else []
        return " ".join([*listed, *(f"The table {one.in_words}." for one in self.aside)])


@dataclass(frozen=True)
class Wish:
    """What is to be written of one table."""

    table: str
    columns: tuple[str, ...] | None = None
    where: str | None = None
    nested: Nested = "keep"


def export(
    source: Exportable,
    path: str | Path,
    known: Sequence[str],
    **wishes: Any,
) -> Path:
    """Write what `export_as` writes, and warn of what does not fit."""
    done = export_as(source, path, known, **wishes)
    if done.is_partial:
        warnings.warn(done.remark, stacklevel=4)
    return done.path


def export_as(
    source: Exportable,
    path: str | Path,
    known: Sequence[str],
    *,
    table: str | None = None,
    columns: Iterable[str] | None = None,
    where: str | None = None,
    format: Format | None = None,  # noqa: A002 - the word people type
    nested: Nested = "keep",
) -> Exported:
    """Write one table, or all of `known`, to a file or a folder; see `Catalog.export`."""
    target = Path(path)
    chosen = _checked(target, format)
    if nested not in ("keep", "flat"):
        raise WrongArgument("nested", nested, ("keep", "flat"))
    if table is not None and table not in known:
        raise NoSuchTable(table, known)
    if chosen == "dicom-json":
        if table not in (None, "instances") or columns is not None:
            raise WrongArgument("table", table, ("instances, with all columns", "another format"))
        return _write_headers(source, target, where)
    is_folder = chosen in _OF_FOLDER and not target.suffix
    holds_all = table is None and (chosen == "sqlite" or is_folder)
    if holds_all and (where or columns is not None):
        raise WrongArgument("table", None, known)
    names = known if holds_all else (table or "series",)
    chosen_columns = None if columns is None else tuple(columns)
    wanted = [Wish(name, chosen_columns, where, nested) for name in names]
    if chosen == "sqlite":
        with new_file(target) as part:
            rows, aside = _write_sqlite(source, wanted, part)
        return Exported(target, rows, aside=tuple(aside))
    targets = [target / f"{wish.table}{_OF_FOLDER[chosen]}" if is_folder else target for wish in wanted]
    with new_files(targets) as parts:
        paths = dict(zip(names, parts, strict=True))
        rows, aside = _each_table(wanted, lambda wish: _WRITERS[chosen](source, wish, paths[wish.table]))
        for left_out in aside:
            paths[left_out.item].unlink()
    return Exported(target, rows, aside=tuple(aside))


def _each_table(
    wishes: Sequence[Wish], write: Callable[[Wish], int]
) -> tuple[dict[str, int], list[SetAside]]:
    """Write each table, with how many rows; one that raises is set aside, unless there is no other."""
    rows: dict[str, int] = {}
    aside: list[SetAside] = []
    for wish in wishes:
        try:
            rows[wish.table] = write(wish)
        except (DicomlabError, OSError):  # a full disk, a damaged catalog: they have a sentence of their own
            raise
        except Exception as error:
            aside.append(set_aside(wish.table, error))
            if len(aside) == len(wishes):
                raise
    return rows, aside


def _checked(path: Path, asked: str | None) -> Format:
    """The format that is asked for, or that the ending of the name says."""
    if "://" in os.fspath(path) or ":/" in os.fspath(path)[2:]:
        raise WrongArgument("path", os.fspath(path), ("a path on this computer",))
    known = tuple(dict.fromkeys(ENDINGS.values()))
    found = asked or ENDINGS.get(path.suffix.lower())
    if found is None:
        raise WrongArgument("path", path.name, [f"tables{ending}" for ending in ENDINGS])
    if found not in known:
        raise WrongArgument("format", found, known)
    return found  # type: ignore[return-value]


def _asked(tables: Exportable, wish: Wish, cell: Callable[[pa.Field], str], *, as_row: bool = False) -> str:
    """The query of a table, each of its columns as `cell` has it."""
    schema = next(iter(tables.arrow_blocks(f"SELECT * FROM {quoted(wish.table)} LIMIT 0"))).schema
    names = wish.columns if wish.columns is not None else schema.names
    for name in names:
        if name not in schema.names:
            raise MissingColumn(name, schema.names)
    where = f" WHERE (\n{wish.where}\n)" if wish.where else ""
    cells = ", ".join(f"{cell(schema.field(name))} AS {quoted(name)}" for name in names)
    source = f"(SELECT * FROM {quoted(wish.table)}{where})"
    if as_row:
        return f"SELECT to_json(t)::VARCHAR AS line FROM (SELECT {cells} FROM {source}) t"
    return f"SELECT {cells} FROM {source}"


def _write_csv(tables: Exportable, wish: Wish, path: Path) -> int:
    query = _asked(tables, wish, csv_sql)
    rows, writer = 0, None
    with open(path, "wb") as out:
        out.write(b"\xef\xbb\xbf")  # by which Excel knows UTF-8
        for block in tables.arrow_blocks(query):
            named = block.rename_columns([harmless(name) for name in block.column_names])
            writer = writer or pcsv.CSVWriter(out, named.schema)
            writer.write_table(named)
            rows += named.num_rows
        if writer is not None:
            writer.close()
    return rows


def _write_jsonl(tables: Exportable, wish: Wish, path: Path) -> int:
    query = _asked(tables, wish, lambda field: json_sql(field, wish.nested), as_row=True)
    rows = 0
    with open(path, "w", encoding="utf-8") as out:
        for block in tables.arrow_blocks(query):
            out.writelines(f"{line}\n" for line in block["line"].to_pylist())
            rows += block.num_rows
    return rows


def _write_parquet(tables: Exportable, wish: Wish, path: Path) -> int:
    query = _asked(tables, wish, lambda field: parquet_sql(field, wish.nested))
    rows, writer = 0, None
    for block in tables.arrow_blocks(query):
        writer = writer or pq.ParquetWriter(path, block.schema, compression="zstd")
        writer.write_table(block)
        rows += block.num_rows
    if writer is not None:
        writer.close()
    return rows


_WRITERS: dict[str, Callable[[Exportable, Wish, Path], int]] = {
    "csv": _write_csv,
    "jsonl": _write_jsonl,
    "parquet": _write_parquet,
}


def _write_sqlite(
    tables: Exportable, wishes: Sequence[Wish], path: Path
) -> tuple[dict[str, int], list[SetAside]]:
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA journal_mode = OFF")  # the file is thrown away if this fails
        database.execute("PRAGMA synchronous = OFF")

        def write(wish: Wish) -> int:
            try:
                return _fill_sqlite(database, tables, wish)
            except Exception:
                database.execute(f"DROP TABLE IF EXISTS {quoted(wish.table)}")
                raise

        rows, aside = _each_table(wishes, write)
        database.commit()
        database.execute("ANALYZE")
        database.commit()
    finally:
        database.close()
    return rows, aside


def _fill_sqlite(database: sqlite3.Connection, tables: Exportable, wish: Wish) -> int:
    query = _asked(tables, wish, lambda field: sqlite_sql(field, wish.nested))
    rows, names, keys = 0, list[str](), tuple[str, ...]()
    for block in tables.arrow_blocks(query):
        if not names:
            names = block.column_names
            keys = _keys(tables, query, wish.table, names)
            database.execute(_create_sql(wish.table, block.schema, keys))
        columns = [column.to_pylist() for column in block.columns]
        holes = ", ".join("?" * len(columns))
        database.executemany(f"INSERT INTO {quoted(wish.table)} VALUES ({holes})", zip(*columns, strict=True))
        rows += block.num_rows
    for name in _LEADS:
        if name in names and keys[:1] != (name,):
            index = quoted(f"idx_{wish.table}_{name}")
            database.execute(f"CREATE INDEX {index} ON {quoted(wish.table)} ({quoted(name)})")
    return rows


def _keys(tables: Exportable, query: str, table: str, names: Sequence[str]) -> tuple[str, ...]:
    """The columns of the primary key; none where a key is missing in some row.

    SQLite takes such a row, but whoever links rows by their keys (datasette) would not find it again.
    """
    keys = _KEYS.get(table, ())
    if not keys or not set(keys) <= set(names):
        return ()
    missing = " OR ".join(f"{quoted(key)} IS NULL" for key in keys)
    blocks = tables.arrow_blocks(f"SELECT 1 AS one FROM ({query}) WHERE {missing} LIMIT 1")
    return () if any(block.num_rows for block in blocks) else keys


def _create_sql(table: str, schema: pa.Schema, keys: Sequence[str]) -> str:
    parts = [f"{quoted(field.name)} {_sqlite_type(field.type)}" for field in schema]
    if keys:
        parts.append(f"PRIMARY KEY ({', '.join(map(quoted, keys))})")
    return f"CREATE TABLE {quoted(table)} (\n  " + ",\n  ".join(parts) + "\n)"


def _sqlite_type(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "INTEGER"
    if pa.types.is_floating(kind):
        return "REAL"
    return "BLOB" if pa.types.is_binary(kind) else "TEXT"


def _write_headers(source: Exportable, target: Path, where: str | None) -> Exported:
    """Write the kept headers in the DICOM JSON model, one array of all, an instance a line.

    Values that do not fit are listed beside, in a file that ends in .problems.csv.
    """
    from dicomlab.catalog.dicomjson import json_model

    listed = target.with_name(f"{target.stem}.problems.csv")
    rows = wrong = 0
    short: dict[str, str] = {}
    with (
        new_files([target, listed]) as (part, beside),
        open(part, "w", encoding="utf-8") as out,
        open(beside, "w", encoding="utf-8-sig", newline="") as reasons,
    ):
        table = csv.writer(reasons)
        table.writerow(["file_key", "tag", "reason"])
        out.write("[")
        for key, header in source.kept_headers(where, missing=short.__setitem__):
            try:
                model, found = json_model(header)
                line = json.dumps(model, ensure_ascii=False, allow_nan=False)
            except Exception as error:  # noqa: BLE001 - whatever one header raises, the others count
                short[key] = set_aside("a header", error).reason
                continue
            out.write(("," if rows else "") + "\n" + line)
            table.writerows((harmless(key), one.tag, one.reason) for one in found)
            rows, wrong = rows + 1, wrong + len(found)
        out.write("\n]\n")
        table.writerows((harmless(key), "", reason) for key, reason in short.items())
    is_listed = bool(wrong or short)
    if not is_listed:
        listed.unlink()
    return Exported(target, {"instances": rows}, wrong, listed if is_listed else None, len(short))
