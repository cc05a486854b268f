"""The work of one worker: read a unit of files, and write what was read beside the tables."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.catalog.place import Place
from dicomlab.catalog.rows import directory_rows, instance_rows, write_details
from dicomlab.catalog.store import FILES, HEADERS, PLAIN_TABLES, Part, Store
from dicomlab.errors import DicomlabError
from dicomlab.header.directory import MEDIA_STORAGE_DIRECTORY, MOST_BYTES, records
from dicomlab.header.engine import UNREADABLE, Batch, HeaderReader
from dicomlab.header.fallback import ARCHIVE_NAMES, NOT_DICOM, PARTIAL, READ, archive_kind
from dicomlab.isolation import set_aside
from dicomlab.scanner.plan import Unit
from dicomlab.schema.columns import Columns
from dicomlab.sources.archive import INSIDE, BrokenArchive, members
from dicomlab.sources.base import Head, ListingRows, Source, Unreached

DIRECTORY, ARCHIVE = "DICOMDIR", "archive"
DIRECTORY_REASON = "a DICOMDIR: the files it names are read themselves, `media` says which are there"
BROKEN_DIRECTORY = "a DICOMDIR that is cut short or broken"


@dataclass(frozen=True)
class Work:
    """What every worker needs to know."""

    place: Place
    source: Source
    columns: Columns
    keep_headers: bool
    tag: str


@dataclass
class Done:
    """What became of a unit: parts to commit, how many files were listed, and how many had which status."""

    parts: list[Part] = field(default_factory=list)
    listed: int = 0
    status: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    """How long a worker was at it."""


def read_unit(work: Work, unit: Unit) -> Done:
    """Read a unit of files and write its rows; every file becomes a row of `files`.

    A file that reading raises for is found by halving the unit, and its row says so.
    """
    began = time.monotonic()
    with work.place.reaching():
        try:
            done = _read_unit(work, unit)
            done.seconds = time.monotonic() - began
            return done
        except (DicomlabError, OSError):  # a full disk, a server that is gone: the next unit meets it too
            raise
        except Exception as error:  # noqa: BLE001 - whatever one file raises, the others count
            aside = set_aside("a unit of files", error)
        n = unit.items.num_rows
        if n <= 1:
            rows = _UnitRows(work, unit)
            rows.write_unlisted(unit.items, aside.reason)
            return rows.close()
        halves = [unit.items.slice(0, n // 2), unit.items.slice(n // 2)]
    return sum_of([read_unit(work, replace(unit, items=items)) for items in halves])


def sum_of(done: Sequence[Done]) -> Done:
    """What became of several units together."""
    total = Done()
    for one in done:
        total.parts += one.parts
        total.listed += one.listed
        total.status.update(one.status)
        total.reasons.update(one.reasons)
        total.seconds += one.seconds
    return total


def _read_unit(work: Work, unit: Unit) -> Done:
    unit_rows = _UnitRows(work, unit)
    bad = unit.items.filter(pc.is_valid(unit.items["reason"]))
    if bad.num_rows:
        unit_rows.write_unlisted(bad)
    items = unit.items.filter(pc.is_null(unit.items["reason"]))
    first = 0
    tables: list[pa.Table] = []
    archives: list[tuple[pa.Table, str]] = []
    for batch in _batches(work, items):
        rows = len(batch.status)
        tables.append(unit_rows.write_batch(items.slice(first, rows), batch, archives))
        first += rows
    unit_rows.write_instances(tables)
    for item, kind in archives:
        unit_rows.write_archive(item, kind)
    return unit_rows.close()


def _batches(work: Work, items: pa.Table) -> Iterator[Batch]:
    """Files on disk are opened by the kernel; others give their beginnings one by one."""
    keys = items["file_key"].to_pylist()
    paths = work.source.paths(keys)
    if paths is not None:
        return _reader(work).read(paths)
    return _reader(work).read_heads(work.source.heads(keys, items["size"].to_pylist()))


_mine = threading.local()


def _reader(work: Work) -> HeaderReader:
    """One reader a thread: it holds a buffer worth keeping."""
    if getattr(_mine, "settings", None) != (work.columns, work.keep_headers):
        _mine.settings = (work.columns, work.keep_headers)
        _mine.reader = HeaderReader(work.columns, keep=work.keep_headers)
    reader: HeaderReader = _mine.reader
    return reader


class _UnitRows:
    """The rows that a unit of files makes, written as they are read."""

    def __init__(self, work: Work, unit: Unit):
        store = Store(work.place)
        # A name of its own each time: a worker thought dead may still write.
        name = f"{work.tag}-{unit.number:06d}-{secrets.token_hex(3)}.parquet"
        self._work = work
        self._writers = {table: store.writer(table, name) for table in PLAIN_TABLES}
        self._done = Done(listed=unit.items.num_rows)

    def close(self) -> Done:
        """Finish the files of the unit."""
        for writer in self._writers.values():
            writer.close()
        # Arrow keeps what it has freed; on a long scan that would add up over the workers.
        pa.default_memory_pool().release_unused()
        self._done.parts = [w.part for w in self._writers.values() if w.part is not None]
        return self._done

    def write_instances(self, tables: list[pa.Table]) -> None:
        """Write the instances of several batches together."""
        if rows_of := [t for t in tables if t.num_rows]:
            self._writers["instances"].write(pa.concat_tables(rows_of).combine_chunks())

    def write_unlisted(self, bad: pa.Table, reason: str | None = None) -> None:
        """Write items that cannot be read, for the reason that the source lists, or the one given."""
        n = bad.num_rows
        status = np.full(n, UNREADABLE, object)
        reasons = bad["reason"].to_pylist() if reason is None else [reason] * n
        self._write_files(bad, status, np.array(reasons, object), np.zeros(n))

    def write_batch(
        self,
        items: pa.Table,
        batch: Batch,
        archives: list[tuple[pa.Table, str]] | None = None,
        container: str | None = None,
    ) -> pa.Table:
        """Write all but the instances, which are given back: a unit's are written together.

        Archives are not written but noted in `archives`, to be opened when the batch is done with.
        """
        status, reason = judged(batch)
        plain = np.ones(len(status), np.bool_)
        if archives is not None:
            for row in np.flatnonzero(status == NOT_DICOM).tolist():
                if kind := archive_kind(reason[row]):
                    plain[row] = False
                    archives.append((items.slice(row, 1), kind))
        files = items if plain.all() else items.filter(pa.array(plain))
        # A file that was cut or grew since it was listed is read again next time.
        self._write_files(files, status[plain], reason[plain], batch.header_bytes[plain], container)
        keys = items["file_key"].combine_chunks()
        rows = np.flatnonzero(np.isin(status, (READ, PARTIAL)))
        rows = rows[_order(batch.table, rows)]
        if self._work.keep_headers and len(rows):
            kept = batch.take_headers(rows)
            table = pa.table([keys.take(pa.array(rows)), kept], names=HEADERS.names)
            self._writers["headers"].write(table.filter(pc.is_valid(kept)) if kept.null_count else table)
        write_details(self._writers, keys, batch)
        for row in np.flatnonzero(status == DIRECTORY).tolist():
            self._write_directory(batch, row, keys[row].as_py(), container)
        return instance_rows(keys, batch, rows)

    def write_archive(self, item: pa.Table, kind: str) -> None:
        """Write the members of an archive, and the archive's own row."""
        key = item["file_key"][0].as_py()
        read, status, reason = 0, ARCHIVE, ""
        heads = _Heads(self._work.source, key, kind, item["stamp"][0].as_py())
        reader = HeaderReader(self._work.columns)  # keeps headers: a DICOMDIR in there is read from its own
        for batch in reader.read_heads(heads):
            is_other = heads.is_single and batch.status[0] == NOT_DICOM
            if is_other:  # some file that was packed, and no archive of anything
                status, reason = NOT_DICOM, f"not DICOM: {ARCHIVE_NAMES[kind]}"
                break
            self.write_instances([self.write_batch(heads.take(len(batch.status)), batch, container=key)])
            read += len(batch.status)
        if heads.broken:
            status = UNREADABLE if heads.may_pass else PARTIAL
            reason = f"{heads.broken}; {read:,} files in it were met"
        elif not read and not reason:
            status, reason = NOT_DICOM, f"not DICOM: {ARCHIVE_NAMES[kind]}"
        name = ARCHIVE_NAMES[kind]
        reason = reason or f"{name}: the {read:,} files in it are rows of their own"
        self._write_files(item, np.array([status], object), np.array([reason], object), np.zeros(1))

    def _write_directory(self, batch: Batch, row: int, key: str, container: str | None) -> None:
        """Write the records of a DICOMDIR; one that cannot be read names nothing."""
        kept = batch.take_headers(np.array([row]))[0].as_py()
        try:
            if container is None:
                with self._work.source.open(key) as file:
                    kept = file.read(MOST_BYTES)
            found = records(kept or b"")
        except (OSError, ValueError):
            return
        except Exception as error:  # noqa: BLE001 - what a DICOMDIR names is looked for as files anyway
            set_aside("a DICOMDIR", error)
            return
        if found:
            self._writers["directory"].write(directory_rows(key, found))

    def _write_files(
        self,
        items: pa.Table,
        status: np.ndarray,
        reason: np.ndarray,
        header_bytes: np.ndarray,
        container: str | None = None,
    ) -> None:
        done, writer, work = self._done, self._writers["files"], self._work
        done.status.update(status.tolist())
        done.reasons.update(r for r in reason.tolist() if r)
        writer.write(
            pa.table(
                [
                    items["file_key"].combine_chunks(),
                    pa.repeat(work.source.root, items.num_rows),
                    items["size"].combine_chunks(),
                    items["stamp"].combine_chunks(),
                    pa.array(status, pa.string()),
                    pa.array([r or None for r in reason], pa.string()),
                    pa.array(header_bytes.astype(np.int64)),
                    pa.repeat(pa.scalar(container, pa.string()), items.num_rows),
                ],
                schema=FILES,
            )
        )


class _Heads:
    """The members of an archive, and the listing of those that were taken."""

    def __init__(self, source: Source, key: str, kind: str, stamp: int | None):
        self._source, self._key, self._kind, self._stamp = source, key, kind, stamp
        self._rows = ListingRows()
        self.broken, self.may_pass = "", False

    @property
    def is_single(self) -> bool:
        """Whether all that was met is one file, packed by itself."""
        return len(self._rows) == 1 and self._kind not in ("zip", "tar")

    def __iter__(self) -> Iterator[Head]:
        name = self._key.rpartition("/")[2]
        try:
            with self._source.open(self._key) as archive:
                for member in members(archive, self._kind, name):
                    self._rows.add(f"{self._key}{INSIDE}{member.name}", member.size, self._stamp)
                    yield member
        except BrokenArchive as error:
            self.broken, self.may_pass = error.reason, error.may_pass
        except OSError as error:
            self.may_pass = isinstance(error, Unreached)
            self.broken = f"the archive cannot be opened ({error.strerror})"

    def take(self, n: int) -> pa.Table:
        """The listing of the next members that were read."""
        table = self._rows.as_table()
        left = self._rows
        self._rows = ListingRows(left.keys[n:], left.sizes[n:], left.stamps[n:], left.reasons[n:])
        return table.slice(0, n)


def judged(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Status and reason of each file, as the files table has them.

    A DICOMDIR is no instance, and is never trusted alone.
    """
    status, reason = batch.status.copy(), batch.reason.copy()
    name = "MediaStorageSOPClassUID"
    if name in batch.table.column_names:
        rows = pc.fill_null(pc.equal(batch.table[name], MEDIA_STORAGE_DIRECTORY), False).to_numpy()
        broken = [f"{BROKEN_DIRECTORY}: {why}" if why else DIRECTORY_REASON for why in reason[rows]]
        status[rows], reason[rows] = DIRECTORY, np.array(broken, object)
    return status, reason


def _order(table: pa.Table, rows: np.ndarray) -> np.ndarray:
    """Series by series, so that like headers lie side by side and pack well.

    Most archives lie that way; their rows stay where they are, and nothing is copied.
    """
    series = table["SeriesInstanceUID"].combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
    if np.count_nonzero(np.diff(series[rows])) <= len(rows) // 8:
        return np.arange(len(rows))
    names = ["StudyInstanceUID", "SeriesInstanceUID", "InstanceNumber"]
    have = [(name, "ascending") for name in names if name in table.column_names]
    if not have or not len(rows):
        return np.arange(len(rows))
    sub = table.select([name for name, _ in have]).take(pa.array(rows))
    return pc.sort_indices(sub, sort_keys=have).to_numpy()
