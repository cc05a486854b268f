"""The work of one worker: read a unit of files, and write what was read beside the tables."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dicomlab.catalog.rows import instance_rows, write_details
from dicomlab.catalog.store import FILES, HEADERS, PLAIN_TABLES, Part, PartWriter, Store
from dicomlab.header.engine import UNREADABLE, Batch, HeaderReader
from dicomlab.header.fallback import PARTIAL, READ
from dicomlab.scanner.plan import Unit
from dicomlab.schema.columns import Columns
from dicomlab.sources.base import Source

_MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
# Hanging protocols, palettes, implant templates, defined protocols (PS3.4 GG.3): objects of no patient.
_NON_PATIENT = r"^1\.2\.840\.10008\.5\.1\.4\.(38\.1|39\.1|43\.1|44\.1|45\.1|1\.1\.20[01]\.\d+)$"
DIRECTORY = "DICOMDIR"
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
_DIRECTORY_REASON = "a DICOMDIR: the files it names are read themselves"


@dataclass(frozen=True)
class Work:
    """What every worker needs to know."""

    folder: Path
    source: Source
    columns: Columns
    keep_headers: bool
    tag: str


@dataclass
class Done:
    """What became of a unit: parts to commit, and how many files had which status."""

    parts: list[Part] = field(default_factory=list)
    status: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def files(self) -> int:
        """How many files the unit had."""
        return sum(self.status.values())


def read_unit(work: Work, unit: Unit) -> Done:
    """Read a unit of files and write its rows; every file becomes a row of `files`."""
    done = Done()
    store = Store(work.folder)
    name = f"{work.tag}-{unit.number:06d}.parquet"
    writers = {table: store.writer(table, name) for table in PLAIN_TABLES}
    bad = unit.items.filter(pc.is_valid(unit.items["reason"]))
    if bad.num_rows:
        _write_unlisted(work, writers["files"], bad, done)
    items = unit.items.filter(pc.is_null(unit.items["reason"]))
    first = 0
    tables: list[pa.Table] = []
    for batch in _batches(work, items["file_key"].to_pylist()):
        rows = len(batch.status)
        tables.append(_write_batch(work, writers, items.slice(first, rows), batch, done))
        first += rows
    if rows_of := [t for t in tables if t.num_rows]:
        writers["instances"].write(pa.concat_tables(rows_of).combine_chunks())
    for writer in writers.values():
        writer.close()
    # Arrow keeps what it has freed; on a long scan that would add up over the workers.
    pa.default_memory_pool().release_unused()
    done.parts = [w.part for w in writers.values() if w.part is not None]
    return done


def _batches(work: Work, keys: list[str]) -> Iterator[Batch]:
    """Files on disk are opened by the kernel; others give their beginnings one by one."""
    paths = work.source.paths(keys)
    if paths is not None:
        return _reader(work).read(paths)
    return _reader(work).read_heads(work.source.heads(keys))


_mine = threading.local()


def _reader(work: Work) -> HeaderReader:
    """One reader a thread: it holds a buffer worth keeping."""
    if getattr(_mine, "settings", None) != (work.columns, work.keep_headers):
        _mine.settings = (work.columns, work.keep_headers)
        _mine.reader = HeaderReader(work.columns, keep=work.keep_headers)
    reader: HeaderReader = _mine.reader
    return reader


def _write_unlisted(work: Work, writer: PartWriter, bad: pa.Table, done: Done) -> None:
    n = bad.num_rows
    status = np.full(n, UNREADABLE, object)
    _write_files(work, writer, bad, status, np.array(bad["reason"].to_pylist(), object), np.zeros(n), done)


def _write_batch(
    work: Work, writers: dict[str, PartWriter], items: pa.Table, batch: Batch, done: Done
) -> pa.Table:
    """Write all but the instances, which are given back: a unit's are written together."""
    status, reason = judged(batch)
    # A file that was cut or grew since it was listed is read again next time.
    _write_files(work, writers["files"], items, status, reason, batch.header_bytes, done)
    keys = items["file_key"].combine_chunks()
    rows = np.flatnonzero(np.isin(status, (READ, PARTIAL)))
    rows = rows[_order(batch.table, rows)]
    chosen = pa.array(rows)
    if work.keep_headers and len(rows):
        kept = batch.take_headers(rows)
        table = pa.table([keys.take(chosen), kept], names=HEADERS.names)
        writers["headers"].write(table.filter(pc.is_valid(kept)) if kept.null_count else table)
    write_details(writers, keys, batch)
    return instance_rows(keys, batch, rows)


def judged(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """Status and reason of each file, as the files table has them.

    A DICOMDIR is no instance, and is never trusted alone. A file without one of the UIDs that
    every instance of a patient has (PS3.3 C.7.2.1, C.7.3.1, C.12.1) is kept, and listed.
    """
    status, reason = batch.status.copy(), batch.reason.copy()
    of_patient = ~pc.fill_null(
        pc.match_substring_regex(batch.table["SOPClassUID"], _NON_PATIENT), False
    ).to_numpy()
    for name in _UIDS:
        lacks = batch.table[name].is_null().to_numpy() & (status == READ) & of_patient
        status[lacks], reason[lacks] = PARTIAL, f"no {name}: the file may be cut short"
    name = "MediaStorageSOPClassUID"
    if name in batch.table.column_names:
        rows = pc.fill_null(pc.equal(batch.table[name], _MEDIA_DIRECTORY), False).to_numpy()
        status[rows], reason[rows] = DIRECTORY, _DIRECTORY_REASON
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


def _write_files(
    work: Work,
    writer: PartWriter,
    items: pa.Table,
    status: np.ndarray,
    reason: np.ndarray,
    header_bytes: np.ndarray,
    done: Done,
) -> None:
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
            ],
            schema=FILES,
        )
    )
