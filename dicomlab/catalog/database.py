"""DuckDB over the tables of one version of a catalog, for reading only."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dicomlab.catalog.place import Place, place_of
from dicomlab.errors import BadQuery
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import literal, quoted
from dicomlab.schema.masks import is_masked, mask_sql

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MEMORY_LIMIT = "512MB"


def connect(
    where: Path | Place,
    views: Mapping[str, str],
    *,
    is_open: bool = False,
    masked_as: Columns | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory database with these views, that can read where the catalog lies only.

    `is_open` leaves files elsewhere readable, for our own work. With `masked_as`, the columns of the
    catalog, what may identify a patient comes out of the views as pseudonyms.
    """
    import duckdb

    place = place_of(where)
    folder = place.scratch()
    database = duckdb.connect()
    if place.duckdb is not None:
        database.register_filesystem(place.duckdb)
    database.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    database.execute(f"SET temp_directory = {literal(str(_spill(folder)))}")
    database.execute("SET enable_progress_bar = false")
    if is_open:  # each file is read once: keeping it in memory would serve nobody
        database.execute("SET enable_external_file_cache = false")
    if masked_as is not None:
        database.execute(f"CREATE SCHEMA {_WHOLE}; SET schema = '{_WHOLE}'")
    for name, query in views.items():
        database.execute(f"CREATE VIEW {quoted(name)} AS {query}")
    if masked_as is not None:
        database.execute("SET schema = 'main'")
        for name in views:
            database.execute(f"CREATE VIEW {quoted(name)} AS {_masked(database, name, masked_as)}")
    if not is_open:
        database.execute(f"SET allowed_directories = [{literal(place.at() + '/')}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    return database


_WHOLE = "whole"
"""Where the views lie that are masked: one view of them reads another as it is."""


def _masked(database: duckdb.DuckDBPyConnection, view: str, columns: Columns) -> str:
    """The query that gives a view with pseudonyms."""
    whole = f"{_WHOLE}.{quoted(view)}"
    found = database.execute(f"DESCRIBE {whole}").fetchall()
    seen = [
        f"{mask_sql(name, kind)} AS {quoted(name)}" for name, kind, *_ in found if is_masked(name, columns)
    ]
    return f"SELECT * REPLACE ({', '.join(seen)}) FROM {whole}" if seen else f"FROM {whole}"


def _spill(folder: Path) -> Path:
    """Where DuckDB puts what does not fit into memory: beside the tables, or where one may write."""
    return (folder if os.access(folder, os.W_OK) else temporary()) / ".spill"


@cache
def temporary() -> Path:
    """A folder of this process that nobody else can look into."""
    made = tempfile.mkdtemp(prefix="dicomlab-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def view_sql(paths: list[str], schema: pa.Schema, shown: pa.Schema) -> str:
    """A query that gives a stored table as it is shown: times as times, in the schema's order."""
    names = [_shown(field, schema) for field in shown]
    if not paths:
        return f"SELECT {', '.join(_empty(field) for field in shown)} WHERE false"
    files = ", ".join(literal(path) for path in paths)
    return f"SELECT {', '.join(names)} FROM read_parquet([{files}])"


_CLOCK = "(TIME '00:00:00' + to_microseconds({}))"


def _shown(field: pa.Field, schema: pa.Schema) -> str:
    name = quoted(field.name)
    if field.name not in schema.names:
        return _empty(field)
    if pa.types.is_time(field.type):
        return f"{_CLOCK.format(name)} AS {name}"
    if pa.types.is_list(field.type) and pa.types.is_time(field.type.value_type):
        return f"list_transform({name}, lambda x: {_CLOCK.format('x')}) AS {name}"
    return name


def _empty(field: pa.Field) -> str:
    return f"NULL::{_sql_type(field.type)} AS {quoted(field.name)}"


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql_type(kind.value_type)}[]"
    names = {
        pa.string(): "VARCHAR",
        pa.float64(): "DOUBLE",
        pa.int64(): "BIGINT",
        pa.date32(): "DATE",
        pa.time64("us"): "TIME",
        pa.timestamp("us"): "TIMESTAMP",
        pa.binary(): "BLOB",
        pa.bool_(): "BOOLEAN",
    }
    return names[kind]


def run(
    database: duckdb.DuckDBPyConnection, query: str, beside: Mapping[str, pa.Table] | None = None
) -> pa.Table:
    """Run a query and give Arrow; raises BadQuery, without any value of the tables in it.

    `beside` are tables that only this query sees. Raises an OSError when a bucket does not give
    what lies in it.
    """
    with in_our_words():
        found = _cursor(database, beside).sql(query)
    with in_our_words(has_rows=True):
        return found.to_arrow_table()


def _cursor(
    database: duckdb.DuckDBPyConnection, beside: Mapping[str, pa.Table] | None
) -> duckdb.DuckDBPyConnection:
    """A connection of its own, that sees tables of its own."""
    cursor = database.cursor()
    for name, table in (beside or {}).items():
        cursor.register(name, table)
    return cursor


def run_in_blocks(
    database: duckdb.DuckDBPyConnection,
    query: str,
    rows: int,
    beside: Mapping[str, pa.Table] | None = None,
) -> Iterator[pa.Table]:
    """Run a query and give its rows as they come; first a table without rows.

    `beside` and what it raises are as for `run`.
    """
    with in_our_words():
        found = _cursor(database, beside).sql(query)
    with in_our_words(has_rows=True):
        reader = found.to_arrow_reader(rows)
        yield reader.schema.empty_table()
        for batch in reader:
            yield pa.Table.from_batches([batch])


def sorted_by_group(query: str, together: Iterable[str]) -> str:
    """The query with a number for each group, sorted by it; as it is where nothing belongs together."""
    keys = ", ".join(map(quoted, together))
    if not keys:  # sorted by a number, which is quick; two groups with the same one only share a block
        return query
    return f"SELECT *, hash({keys}) AS {_GROUP} FROM ({query}\n) ORDER BY {_GROUP}"


def in_blocks(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Tables of so many rows, or more where rows have the same number of a group.

    The first table has no rows; if none has, it is what comes.
    """
    rows = max(rows, 1)
    waiting: list[pa.Table] = []
    empty: pa.Table | None = None
    is_empty = True
    for table in tables:
        empty = table.slice(0, 0) if empty is None else empty
        if not table.num_rows:
            continue
        is_empty = False
        waiting.append(table)
        while sum(part.num_rows for part in waiting) >= rows:
            whole, rest = _parted(pa.concat_tables(waiting), rows)
            waiting = [rest] if rest.num_rows else []
            if not whole.num_rows:
                break
            yield _without_group(whole)
    if waiting:
        yield _without_group(pa.concat_tables(waiting))
    if is_empty and empty is not None:
        yield _without_group(empty)


_GROUP = "_group"


def _parted(table: pa.Table, rows: int) -> tuple[pa.Table, pa.Table]:
    """The rows of whole groups, and those of the last one, which may go on; without groups, so many rows."""
    if _GROUP not in table.column_names:
        return table.slice(0, rows), table.slice(rows)
    group = table[_GROUP].to_numpy()
    n = int(np.argmax(group == group[-1]))
    return table.slice(0, n), table.slice(n)


def _without_group(table: pa.Table) -> pa.Table:
    return table.drop_columns([_GROUP]) if _GROUP in table.column_names else table


@contextmanager
def in_our_words(*, has_rows: bool = False) -> Iterator[None]:
    """Turn what DuckDB raises into BadQuery, without any value of the tables in it.

    Once it works out rows (`has_rows`), its words may quote one: then they are not used.
    """
    import duckdb

    try:
        yield
    except (duckdb.DataError, duckdb.InvalidInputException) as error:  # DuckDB's words quote the value
        refused = BadQuery("a value does not fit what it is made into, where TRY_CAST gives NULL.")
        refused.may_be_damage = isinstance(error, duckdb.InvalidInputException)
        raise refused from None
    except duckdb.Error as error:
        if type(error) is duckdb.Error:  # what a registered file system raised, as text
            raise of_file_system(str(error)) from None
        if has_rows or isinstance(error, duckdb.IOException | duckdb.SerializationException):
            refused = BadQuery(f"DuckDB could not work it out ({type(error).__name__}).")
            refused.may_be_damage = True
            raise refused from None
        raise BadQuery(_first_line(error), missing=_missing_column(error)) from None


def _missing_column(error: Exception) -> str | None:
    """The column that a query names and no table has, if that is what is wrong."""
    for pattern in _MISSING:
        if found := re.match(pattern, str(error)):
            return found[1]
    return None


_MISSING = (
    r'Binder Error: Referenced column "([^"\n]*)" not found in FROM clause',
    r'Binder Error: Table "[^"\n]*" does not have a column named "([^"\n]*)"',
    r'Binder Error: Values list "[^"\n]*" does not have a column named "([^"\n]*)"',
)
"""How DuckDB says that a name is that of no column."""


def of_file_system(text: str) -> OSError:
    """The kind of error that a registered file system raised, as DuckDB tells it.

    Without its words, which may hold secrets.
    """
    kinds = {kind.__name__: kind for kind in (PermissionError, FileNotFoundError, TimeoutError)}
    named = re.findall(r"^(?:\w+\.)*(\w+)(?::|$)", text, re.MULTILINE)
    return next((kinds[name]() for name in reversed(named) if name in kinds), OSError())


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Arrow as pandas: whole numbers stay whole, times stay times, lists are arrays."""
    import pandas as pd

    def mapper(kind: pa.DataType) -> object:
        if pa.types.is_integer(kind):
            return pd.Int64Dtype()
        if pa.types.is_time(kind):
            return pd.ArrowDtype(kind)
        return None

    return table.to_pandas(types_mapper=mapper, date_as_object=False)


def _first_line(error: Exception) -> str:
    # Only the first line: the rest may quote the query with values in it.
    line = str(error).strip().split("\n", 1)[0]
    return line if line.endswith(".") else f"{line}."
