"""What a scan has to do: which files are new, changed, or gone since the last one.

The listing goes to a file, and DuckDB compares it with the catalog's files, so that memory
stays flat however large the archive is.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dicomlab.catalog.database import connect
from dicomlab.catalog.lock import LISTING as LISTING_FILE
from dicomlab.catalog.place import Folder, Place
from dicomlab.new_files import create
from dicomlab.progress import progress_bar
from dicomlab.schema.levels import literal
from dicomlab.sources.base import HIDING, LISTING, Source

UNIT_ROWS = 4096
"""How many files a worker takes at a time at most."""

_ALL = "CREATE VIEW todo AS SELECT *, false AS is_known FROM listing"
# What could not be opened is tried again each time: permissions change without a trace.
_DIFFERENCE = """
CREATE TABLE todo AS
SELECT l.*, k.file_key IS NOT NULL AS is_known
FROM listing l LEFT JOIN known k ON l.file_key = k.file_key
WHERE k.file_key IS NULL OR l.size IS DISTINCT FROM k.size OR l.stamp IS DISTINCT FROM k.stamp
   OR k.status = 'unreadable'
ORDER BY l.file_key
"""
# What lies below a folder that could not be opened, that nothing is mounted in today, or below a
# link that leads nowhere is not gone: it may be back tomorrow.
_VANISHED = """
CREATE VIEW vanished AS
WITH lost AS (
  SELECT k.file_key FROM known k ANTI JOIN listing l ON l.file_key = coalesce(k.container, k.file_key)
  WHERE k.source = {root} OR starts_with(k.file_key, {root} || '/')
), hiding AS (
  SELECT file_key FROM listing WHERE {hiding}
), above AS (
  SELECT file_key, unnest(list_transform(range(1, len(string_split(file_key, '/'))),
                          lambda i: array_to_string(string_split(file_key, '/')[1:i], '/'))) AS folder
  FROM lost WHERE EXISTS (FROM hiding)
)
SELECT file_key FROM lost
ANTI JOIN (SELECT a.file_key FROM above a JOIN hiding h ON a.folder = h.file_key) kept USING (file_key)
"""


@dataclass(frozen=True)
class Unit:
    """Files for one worker: a table of LISTING, with a number."""

    number: int
    items: pa.Table


class Plan:
    """The difference between a source and a catalog."""

    def __init__(self, place: Place, source: Source, files: list[str], *, progress: bool):
        of_its_own = "" if isinstance(place, Folder) else f"{secrets.token_hex(4)}-"
        self._path = place.scratch() / f"{of_its_own}{LISTING_FILE}"
        self.listed = _write_listing(source, self._path, progress)
        self._database = connect(place, {}, is_open=True)
        self._database.execute(
            f"CREATE VIEW listing AS SELECT * FROM read_parquet({literal(str(self._path))})"
        )
        self._join(files, source.root)

    def _join(self, files: list[str], root: str) -> None:
        """Compare by key, whatever folder a file was met below: its rows are there once."""
        run = self._database.execute
        if not files:
            nothing = ", ".join(f"NULL::VARCHAR AS {name}" for name in ("file_key", "source", "container"))
            run(f"CREATE VIEW known AS SELECT {nothing} WHERE false")
            run(_ALL)
        else:
            names = ", ".join(literal(f) for f in files)
            run(
                "CREATE VIEW known AS SELECT file_key, source, size, stamp, status, container "
                f"FROM read_parquet([{names}])"
            )
            run(_DIFFERENCE)
        hiding = " OR ".join(f"starts_with(reason, {literal(reason)})" for reason in HIDING)
        run(_VANISHED.format(root=literal(root), hiding=hiding))

    @property
    def to_read(self) -> int:
        """How many files are new or changed."""
        return self._count("todo")

    def gone(self) -> pa.Array:
        """Keys whose rows must leave: vanished files, and the old rows of changed ones."""
        # What an archive held before it changed, or before it was replaced by something else.
        inside = "SELECT k.file_key FROM known k JOIN todo t ON k.container = t.file_key"
        changed = "SELECT file_key FROM todo WHERE is_known"
        query = f"SELECT file_key FROM vanished UNION ALL {changed} UNION ALL {inside}"
        return self._database.cursor().sql(query).to_arrow_table()["file_key"].combine_chunks()

    @property
    def changed(self) -> int:
        """How many files are in the catalog and differ now."""
        return self._count("todo WHERE is_known")

    @property
    def vanished(self) -> int:
        """How many files of the catalog are not there any more."""
        return self._count("vanished")

    def units(self, wanted: Callable[[], int] = lambda: UNIT_ROWS) -> Iterator[Unit]:
        """The files to read, neighbours side by side, a unit at a time.

        `wanted` is asked before each unit how many files it should have.
        """
        query = "SELECT file_key, size, stamp, reason FROM todo"
        reader = self._database.cursor().sql(query).to_arrow_reader(UNIT_ROWS)
        waiting = LISTING.empty_table()
        number = 0
        for batch in reader:
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch]).cast(LISTING)])
            while waiting.num_rows >= (size := min(wanted(), UNIT_ROWS)):
                yield Unit(number, waiting.slice(0, size).combine_chunks())
                waiting, number = waiting.slice(size), number + 1
        if waiting.num_rows:
            yield Unit(number, waiting.combine_chunks())

    def close(self) -> None:
        """Let the database go and delete the listing."""
        self._database.close()
        self._path.unlink(missing_ok=True)

    def _count(self, what: str) -> int:
        return int(self._database.execute(f"SELECT count(*) FROM {what}").fetchall()[0][0])


def _write_listing(source: Source, path: Path, progress: bool) -> int:
    path.unlink(missing_ok=True)  # of a killed scan; or a link, which is not followed
    os.close(create(path))
    with (
        pq.ParquetWriter(path, LISTING, compression="zstd") as out,
        progress_bar("Listing", total=None, show=progress) as bar,
    ):
        listed = 0
        for table in source.listing():
            out.write_table(table)
            listed += table.num_rows
            bar.update(table.num_rows)
    return listed
