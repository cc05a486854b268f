"""Queries of users over one snapshot of a catalog, each run in a process apart.

The process sees a database that is opened for reading only. Unmasked it may read files below the
catalog's folder; masked it may read none, and its tables are copies that hold pseudonyms only. A copy is
made when a table is first asked for, once for each key, in a folder that only its owner can enter.
"""

from __future__ import annotations

import secrets
import shutil
import threading
import weakref
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from dicomlab.catalog import database, query_process
from dicomlab.catalog.query_process import Failed, Limits, Opening
from dicomlab.errors import BadQuery, QueryTooLarge
from dicomlab.masking import options
from dicomlab.schema.levels import literal, quoted

if TYPE_CHECKING:
    from dicomlab.catalog.place import Place
    from dicomlab.schema.columns import Columns

ROWS = 100_000
"""Rows that come at a time."""
_MOST_SPILLED = "16GB"
_LOCK = ("SET enable_external_access = false", "SET lock_configuration = true")


class Snapshot:
    """One state of a catalog, for queries of users."""

    def __init__(self, place: Place, views: Mapping[str, str], columns: Columns):
        self._place, self._views, self._columns = place, views, columns
        self._lock = threading.Lock()
        self._own = _Own()
        weakref.finalize(self, self._own.end)

    @property
    def can_be_read_apart(self) -> bool:
        """Whether a process of its own can read the files: those in a bucket take credentials."""
        return self._place.duckdb is None

    def rows(
        self,
        query: str,
        *,
        masked: bool,
        tables: Collection[str],
        beside: Mapping[str, pa.Table],
        rows: int = ROWS,
    ) -> Iterator[pa.Table]:
        """The rows of an admitted query over these tables; the first table has none.

        Raises BadQuery with no value of the tables in it, and what `query_process.ask` raises.
        """
        limits = Limits(options.query_seconds, options.query_memory_mb)
        opening = self._masked(tables) if masked else self._whole
        try:
            yield from query_process.ask(opening, query, beside, rows=rows, limits=limits)
        except Failed as error:
            _refuse(error)

    @property
    def _whole(self) -> Opening:
        """The tables as views of the catalog's files."""
        views = [f"CREATE VIEW {quoted(name)} AS {query}" for name, query in self._views.items()]
        allowed = f"SET allowed_directories = [{literal(self._place.at() + '/')}]"
        return Opening(self._own.whole, (), tuple(views), (*_settings(), allowed, *_LOCK))

    def _masked(self, tables: Collection[str]) -> Opening:
        """The tables as copies with pseudonyms; one that was asked for before is there, too."""
        with self._lock:
            copies = self._own.copies_for(options.key)
            missing = sorted(set(tables) - copies.keys())
            if missing:
                copies |= self._copied(missing)
            attach = [
                f"ATTACH {literal(str(path))} AS {quoted('masked_' + name)} (READ_ONLY)"
                for name, path in copies.items()
            ]
            views = [
                f"CREATE VIEW {quoted(n)} AS FROM {quoted('masked_' + n)}.main.{quoted(n)}" for n in copies
            ]
            key = self._own.masked_key(options.key)
        return Opening(f"{key}-{len(copies)}", tuple(attach), tuple(views), (*_settings(), *_LOCK))

    def _copied(self, tables: Collection[str]) -> dict[str, Path]:
        """Write tables with pseudonyms, each to a database file of its own."""
        source = database.connect(self._place, self._views, is_open=True, masked_as=self._columns)
        made = {}
        try:
            for name in tables:
                path = self._own.folder() / f"{secrets.token_hex(8)}.duckdb"
                source.execute(f"ATTACH {literal(str(path))} AS copied")
                source.execute(f"CREATE TABLE copied.{quoted(name)} AS FROM main.{quoted(name)}")
                source.execute("DETACH copied")
                path.chmod(0o600)
                made[name] = path
        finally:
            source.close()
        return made


class _Own:
    """What belongs to a snapshot, and goes with it."""

    def __init__(self) -> None:
        self.whole = secrets.token_hex(8)
        self._folder: Path | None = None
        self._masked: dict[str, tuple[str, dict[str, Path]]] = {}

    def copies_for(self, secret: str) -> dict[str, Path]:
        """The copies that were made with this key, by table."""
        return self._masked.setdefault(secret, (secrets.token_hex(8), {}))[1]

    def masked_key(self, secret: str) -> str:
        """The name of what was made with this key."""
        return self._masked[secret][0]

    def folder(self) -> Path:
        """Where copies lie, for their owner only."""
        if self._folder is None:
            self._folder = database.temporary() / f"masked-{self.whole}"
            self._folder.mkdir(mode=0o700)
        return self._folder

    def end(self) -> None:
        """Remove the copies, and let the processes go that have them open."""
        query_process.release(self.whole)
        for key, copies in self._masked.values():
            query_process.release(f"{key}-{len(copies)}")
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _settings() -> tuple[str, ...]:
    return (
        f"SET memory_limit = '{database.MEMORY_LIMIT}'",
        f"SET max_temp_directory_size = '{_MOST_SPILLED}'",
        f"SET threads = {query_process.duckdb_threads()}",
        "SET enable_progress_bar = false",
        "SET python_enable_replacements = false",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
    )


def _refuse(error: Failed) -> None:
    """Raise what a process reported: while rows are worked out, DuckDB's words may quote a value."""
    import duckdb

    kind = getattr(duckdb, error.kind, duckdb.Error)
    if error.stage == "bind":
        with database.in_our_words():
            raise (kind if issubclass(kind, duckdb.Error) else duckdb.DatabaseError)(error.words)
    if isinstance(kind, type) and issubclass(kind, duckdb.DataError | duckdb.InvalidInputException):
        with database.in_our_words():
            raise kind("")
    what = "the tables could not be opened" if error.stage == "open" else "DuckDB could not work it out"
    refused = BadQuery(f"{what} ({error.kind}).")
    refused.may_be_damage = True
    raise refused from None


def collected(tables: Iterator[pa.Table]) -> pa.Table:
    """The rows as one table; raises QueryTooLarge when they are more than may be held."""
    found, size = [], 0
    for table in tables:
        found.append(table)
        size += table.nbytes
        if size > options.query_memory_mb * 2**20:
            raise QueryTooLarge(options.query_memory_mb)
    return pa.concat_tables(found)
