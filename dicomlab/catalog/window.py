"""A table of any length, looked at through a window: words, filters, an order, a page of rows.

What a person does arrives as words, a column, an operator and a value. Operators are a fixed
list, columns are checked, values are bound: no SQL comes from outside. The rows that match are
kept as their numbers, in order, so that a page is a slice of them.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.schema.levels import literal, quoted

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from dicomlab.catalog.catalog import Catalog

PAGE = 400
"""Rows that are given at once, at most."""
CUT = 200
"""Characters of a cell, at most."""
FEW = 20_000
"""Columns of text with so many different values, or fewer, are kept as numbers: quick to search."""
BARS = 24

_NUMBERS = frozenset("TINYINT SMALLINT INTEGER BIGINT HUGEINT DOUBLE FLOAT DECIMAL".split())
_COMPARED = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
OPERATORS = (*_COMPARED, "contains", "in", "is missing", "is present")


@dataclass(frozen=True)
class Filter:
    """One condition: a column, an operator of OPERATORS, and a value, or a list of them for `in`."""

    column: str
    op: str
    value: Any = None

    @property
    def words(self) -> str:
        """The condition as SQL, with its value in it: to be read, or typed into `where=`."""
        name = quoted(self.column) if not self.column.isidentifier() else self.column
        if self.op in ("is missing", "is present"):
            return f"{name} IS {'NOT ' if self.op == 'is present' else ''}NULL"
        if self.op == "contains":
            return f"contains(lower({name}), {literal(str(self.value).lower())})"
        if self.op == "in":
            return f"{name} IN ({', '.join(map(_literal, self.value))})"
        return f"{name} {_COMPARED[self.op]} {_literal(self.value)}"


def _literal(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else literal(str(value))


class Window:
    """Rows of a DuckDB relation: `find` says which and in what order, `page` gives some of them.

    Calls may come from several threads. The rows are copied into the memory of the database by a
    thread of its own; the first page is there before that.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        source: str,
        columns: Iterable[str] | None = None,
        *,
        frame: pa.Table | None = None,
    ):
        self._connection, self._source, self._frame = connection, source, frame
        self._lock = threading.RLock()
        cursor = self._reader()
        described = cursor.execute(f"DESCRIBE SELECT * FROM ({source})").fetchall()
        self.types: dict[str, str] = {row[0]: row[1] for row in described}
        self.columns = list(self.types) if columns is None else list(columns)
        for name in self.columns:
            self._check(name)
        self.total = _one(cursor.execute(f"SELECT count(*) FROM ({source})"))
        self._ids: np.ndarray | None = None
        self._where: tuple[str, list[Any]] = ("", [])
        self._values: dict[str, list[str]] = {}
        self._failed: Exception | None = None
        self._at_work: list[duckdb.DuckDBPyConnection] = []
        self._building = threading.Thread(target=self._build, daemon=True, name="dicomlab-window")
        self._building.start()
        # A thread that is still inside DuckDB when the interpreter goes away takes the process with it.
        self._end = weakref.finalize(self, _stop, self._building, self._at_work)

    @classmethod
    def of_frame(cls, frame: pd.DataFrame, columns: Iterable[str] | None = None) -> Window:
        """A window on a DataFrame; cells that no table can have are shown as text."""
        import duckdb
        import pyarrow as pa

        connection = duckdb.connect()
        connection.execute("SET enable_progress_bar = false")
        plain = frame.rename(columns=str)
        odd = [name for name, kind in plain.dtypes.items() if str(kind) in ("object", "category")]
        if odd:
            plain = plain.astype(dict.fromkeys(odd, "string"))
        # Arrow is read without a look at each value, and by several threads.
        arrow = pa.Table.from_pandas(plain, preserve_index=False)
        return cls(connection, "SELECT * FROM frame", columns, frame=arrow)

    @classmethod
    def of_catalog(cls, catalog: Catalog, table: str, columns: Iterable[str] | None = None) -> Window:
        """A window on a table of a catalog, in a database of its own."""
        return cls(catalog._connect(), f"SELECT * FROM {quoted(table)}", columns)

    def close(self) -> None:
        """Let the rows go, and stop what still works on them."""
        self._end()

    @property
    def matched(self) -> int:
        """How many rows fulfil what was asked for."""
        ids = self._ids
        return self.total if ids is None else len(ids)

    def find(
        self, query: str = "", filters: Iterable[Filter] = (), sort: tuple[str, str] = ("", "asc")
    ) -> None:
        """Look for rows that hold each word in a column of text, and fulfil each filter.

        Raises MissingColumn, and WrongArgument for an operator or value that does not fit.
        """
        import duckdb
        import numpy as np

        where, values = self._condition(query, filters)
        column, way = sort
        if column:
            self._check(column)
        order = (
            f" ORDER BY {quoted(column)} {'DESC' if way == 'desc' else 'ASC'} NULLS LAST, _i"
            if column
            else ""
        )
        ids = None
        if where or order:
            try:
                found = self._cursor().execute(f"SELECT _i FROM rows{where}{order}", values)
                ids = np.asarray(found.fetchnumpy()["_i"])
            except duckdb.ConversionException:
                raise WrongArgument("value", "text", ("what the column holds, such as a number",)) from None
        with self._lock:
            self._ids, self._where = ids, (where, values)

    def page(self, start: int, count: int, key: str = "") -> list[list[str | None]]:
        """Rows as text, from the one at `start` on, at most PAGE; before each, its key.

        The key is the value of that column, or else the number of the row in the table.
        """
        start, count = max(0, int(start)), min(max(0, int(count)), PAGE)
        with self._lock:
            ids = self._ids
        shown = ", ".join(map(self._as_text, self.columns))
        named = f"{quoted(key)}::VARCHAR" if key else "_i::VARCHAR"
        if ids is None and self._building.is_alive() and start < PAGE:
            query = f"SELECT row_number() OVER () - 1 AS _i, * FROM ({self._source}) LIMIT {start + count}"
            rows = self._reader().execute(f"SELECT {named}, {shown} FROM ({query}) OFFSET {start}")
            return [list(row) for row in rows.fetchall()]
        some = (
            range(start, min(start + count, self.total))
            if ids is None
            else ids[start : start + count].tolist()
        )
        if not len(some):
            return []
        which = f"BETWEEN {some[0]} AND {some[-1]}" if ids is None else f"IN ({', '.join(map(str, some))})"
        query = f"SELECT _i, {named}, {shown} FROM rows WHERE _i {which}"
        found = {row[0]: list(row[1:]) for row in self._cursor().execute(query).fetchall()}
        return [found[i] for i in some]

    def facet(
        self, column: str, query: str = "", filters: Iterable[Filter] = (), most: int = 50
    ) -> dict[str, Any]:
        """What values a column has among the rows that the other filters leave, and how often.

        `values` are pairs of text and count, the most frequent first; a column of numbers has
        `bars`, counts in equal steps from `low` to `high`; `missing` counts the rows without.
        """
        self._check(column)
        where, values = self._condition(query, [f for f in filters if f.column != column])
        name, cursor = quoted(column), self._cursor()
        head = cursor.execute(
            f"SELECT count(*) - count({name}), count(DISTINCT {name}) FROM rows{where}", values
        ).fetchone()
        missing, distinct = head or (0, 0)
        facet: dict[str, Any] = {"missing": missing, "distinct": distinct, "values": [], "bars": []}
        condition = f"{where} AND {name} IS NOT NULL" if where else f" WHERE {name} IS NOT NULL"
        if self.is_number(column) and distinct > 12:
            return facet | self._bars(name, condition, values)
        counted = f"SELECT {self._as_text(column)} AS v, count(*) AS n FROM rows{condition} GROUP BY 1"
        found = cursor.execute(f"{counted} ORDER BY n DESC, v LIMIT {most}", values).fetchall()
        return facet | {"values": [list(row) for row in found]}

    def _bars(self, name: str, condition: str, values: list[Any]) -> dict[str, Any]:
        cursor = self._cursor()
        finite = f"{condition} AND isfinite({name}::DOUBLE)"
        found = cursor.execute(
            f"SELECT min({name})::DOUBLE, max({name})::DOUBLE FROM rows{finite}", values
        ).fetchone()
        low, high = found or (None, None)
        if low is None or high is None or low == high:
            return {}
        step = (high - low) / BARS
        bar_of = f"least({BARS - 1}, floor(({name} - {low!r}) / {step!r}))::INT"
        bars = [0] * BARS
        query = f"SELECT {bar_of}, count(*) FROM rows{finite} GROUP BY 1"
        for bar, count in cursor.execute(query, values).fetchall():
            bars[bar] = count
        return {"low": low, "high": high, "bars": bars}

    def keys(self, start: int, end: int, key: str = "", most: int = 10_000) -> list[str]:
        """The keys of the rows from `start` to `end`, both among them, as `page` gives them."""
        first, last = sorted((max(0, int(start)), max(0, int(end))))
        last = min(last, first + most - 1, self.matched - 1)
        with self._lock:
            ids = self._ids
        some = list(range(first, last + 1)) if ids is None else ids[first : last + 1].tolist()
        named = f"{quoted(key)}::VARCHAR" if key else "_i::VARCHAR"
        query = f"SELECT _i, {named} FROM rows WHERE _i IN (SELECT unnest(?::BIGINT[]))"
        found = dict(self._cursor().execute(query, [some]).fetchall())
        return [found[i] for i in some if found[i] is not None]

    def to_pandas(self) -> pd.DataFrame:
        """The rows that were found, in their order, with the columns shown."""
        cursor = self._cursor()
        names = ", ".join(map(quoted, self.columns))
        with self._lock:
            ids = self._ids
        if ids is None:
            return cursor.execute(f"SELECT {names} FROM rows ORDER BY _i").df()
        frame = cursor.execute(f"SELECT _i, {names} FROM rows{self._where[0]}", self._where[1]).df()
        return frame.set_index("_i").loc[ids].reset_index(drop=True)

    def is_number(self, column: str) -> bool:
        """Whether a column holds numbers."""
        return self.types[column].split("(")[0].lstrip("U") in _NUMBERS

    # --- how it is done ---

    def _build(self) -> None:
        names = ", ".join(map(quoted, self.columns))
        cursor = self._reader()
        self._at_work.append(cursor)
        try:
            cursor.execute(
                f"CREATE TABLE copied AS SELECT row_number() OVER () - 1 AS _i, {names} FROM ({self._source})"
            )
            self._values = _few_values(cursor, [c for c in self.columns if self.types[c] == "VARCHAR"])
            kept = [_kept(name, list(self._values)) for name in self.columns]
            cursor.execute(f"CREATE TABLE rows AS SELECT _i, {', '.join(kept)} FROM copied")
            cursor.execute("DROP TABLE copied")
        except Exception as error:  # noqa: BLE001 - raised for whoever asks for rows
            self._failed = error
        finally:
            self._at_work.clear()

    def _reader(self) -> duckdb.DuckDBPyConnection:
        """A cursor that sees the source."""
        cursor = self._connection.cursor()
        if self._frame is not None:  # what is registered is known to one cursor only
            cursor.register("frame", self._frame)
        return cursor

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor for one query, when the rows are there."""
        self._building.join()
        if self._failed is not None:
            raise self._failed
        return self._connection.cursor()

    def _condition(self, query: str, filters: Iterable[Filter]) -> tuple[str, list[Any]]:
        parts, values = [], []
        for word in query.split():
            part, given = self._with_word(word)
            parts.append(part)
            values += given
        for one in filters:
            part, given = self._fulfilled(one)
            parts.append(part)
            values += given
        return (" WHERE " + " AND ".join(parts) if parts else ""), values

    def _with_word(self, word: str) -> tuple[str, list[Any]]:
        """That a word stands in a column of text, whether its letters are large or small."""
        self._building.join()
        parts: list[str] = []
        values: list[Any] = []
        for name in self.columns:
            if self.types[name] != "VARCHAR":
                continue
            if name in self._values:
                hits = [value for value in self._values[name] if word.lower() in value.lower()]
                if hits:
                    kind = _kind(list(self._values).index(name))
                    parts.append(f"{quoted(name)} IN (SELECT unnest(?::VARCHAR[])::{kind})")
                    values.append(hits)
            elif "%" in word or "_" in word or "\\" in word:
                parts.append(f"contains(lower({quoted(name)}), lower(?))")
                values.append(word)
            else:  # twice as quick
                parts.append(f"{quoted(name)} ILIKE ?")
                values.append(f"%{word}%")
        return (f"({' OR '.join(parts)})" if parts else "false"), values

    def _fulfilled(self, one: Filter) -> tuple[str, list[Any]]:
        self._check(one.column)
        if one.column not in self.columns:
            raise MissingColumn(one.column, self.columns)
        name, kind = quoted(one.column), self.types[one.column]
        if one.op not in OPERATORS:
            raise WrongArgument("op", one.op, OPERATORS)
        if one.op in ("is missing", "is present"):
            return f"{name} IS {'NOT ' if one.op == 'is present' else ''}NULL", []
        if one.op == "contains":
            return f"contains(lower({name}::VARCHAR), lower(?))", [str(one.value)]
        if one.op == "in":
            return f"{self._as_text(one.column)} IN (SELECT unnest(?::VARCHAR[]))", [
                [str(v) for v in one.value]
            ]
        return f"{name} {_COMPARED[one.op]} CAST(? AS {kind})", [str(one.value)]

    def _as_text(self, name: str) -> str:
        value = quoted(name)
        if self.types[name].startswith("TIMESTAMP"):  # nobody reads microseconds
            value = f"date_trunc('second', {value})"
        return f"left({value}::VARCHAR, {CUT})"

    def _check(self, name: str) -> None:
        if name not in self.types:
            raise MissingColumn(name, self.types)


def _stop(thread: threading.Thread, at_work: list[duckdb.DuckDBPyConnection]) -> None:
    """Interrupt what the thread does until it has ended: between two queries nothing is heard."""
    while thread.is_alive():
        for cursor in list(at_work):
            cursor.interrupt()
        thread.join(0.01)


def _few_values(cursor: duckdb.DuckDBPyConnection, names: list[str]) -> dict[str, list[str]]:
    """The values of the columns that have few, in order; a type of each is made of them."""
    if not names:
        return {}
    counts = cursor.execute(
        f"SELECT count(*), {', '.join(f'approx_count_distinct({quoted(n)})' for n in names)} FROM copied"
    ).fetchone()
    total, *distinct = counts or (0,)
    found: dict[str, list[str]] = {}
    for name, count in zip(names, distinct, strict=True):
        if count > min(FEW, total / 4):
            continue
        some = f"SELECT DISTINCT {quoted(name)} AS v FROM copied WHERE v IS NOT NULL ORDER BY v"
        values = [row[0] for row in cursor.execute(some).fetchall()]
        if values:
            cursor.execute(f"CREATE TYPE {_kind(len(found))} AS ENUM ({some})")
            found[name] = values
    return found


def _kind(number: int) -> str:
    return f"values_{number}"


def _kept(name: str, few: list[str]) -> str:
    if name not in few:
        return quoted(name)
    return f"{quoted(name)}::{_kind(few.index(name))} AS {quoted(name)}"


def _one(cursor: duckdb.DuckDBPyConnection) -> int:
    row = cursor.fetchone()
    return int(row[0]) if row else 0
