"""What `dicomlab doctor SOURCE` finds out: what is in there, from a sample, in the time it is given."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.isolation import set_aside

if TYPE_CHECKING:
    from dicomlab.header.engine import Batch, HeaderReader
    from dicomlab.sources.base import Source

SECONDS = 60.0
"""How long the listing and the reading take together, at most."""
MOST_FILES = 20_000
"""How many files, besides one a folder, are read at most; a smaller archive is read wholly."""
MOST_PACKED = 200
"""How many packed files are looked into at most."""
_LISTING, _READING = 0.4, 0.7
"""Which share of the time the listing may take, and when the looking into packed files begins."""
_START_SECONDS, _WRITE_SECONDS = 1.5, 1e-4
"""What a scan adds to the reading: once, and per file that it writes into the tables."""
_CATALOG_BYTES = 500_000
"""What a catalog takes with nothing much in it."""
_FIRST_STEP, _LAST_STEP = 64, 2048
_FAR = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre")
_PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")


@dataclass
class Listed:
    """What the listing met: how many files, how large, and a sample of them."""

    files: int = 0
    bytes: int = 0
    largest: int = 0
    folders: int = 0
    is_whole: bool = True
    seconds: float = 0.0
    unseen: Counter[str] = field(default_factory=Counter)
    """Why some could not be listed."""
    one_a_folder: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    sizes: dict[str, int | None] = field(default_factory=dict)
    """The bytes of those two, None where the source does not tell."""
    packed: dict[str, int] = field(default_factory=dict)
    """Some files that are packed by their names, with their sizes."""
    packed_files: int = 0
    packed_bytes: int = 0

    def sample(self) -> list[str]:
        """Keys in the order in which they are worth reading, each once."""
        return list(dict.fromkeys([*self.one_a_folder, *self.packed, *self.others]))

    def size(self, key: str) -> int | None:
        """The bytes of an item of the sample."""
        return self.packed[key] if key in self.packed else self.sizes[key]


@dataclass
class Packed:
    """What lies in the packed files that were looked into."""

    archives: int = 0
    bytes: int = 0
    """How much of them was read, of all that they have."""
    files: int = 0
    seconds: float = 0.0
    is_whole: bool = True


@dataclass
class Read:
    """What the sample held; `status` and all below it count what is in packed files, too."""

    files: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    """How much of the time the processor had nothing to do, or did other things."""
    status: Counter[str] = field(default_factory=Counter)
    other_kinds: Counter[str] = field(default_factory=Counter)
    """What the files are that are not DICOM."""
    broken: list[tuple[str, str]] = field(default_factory=list)
    """Keys and reasons."""
    machines: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Modality, maker and model."""
    syntaxes: Counter[str] = field(default_factory=Counter)
    header_bytes: int = 0
    long_headers: int = 0
    frames: int = 0
    read_alone: int = 0
    """Files that the kernel handed back, which were read element by element."""
    catalog_bytes: int = 0
    """What the rows and the headers of the sample take in a catalog."""
    packed: Packed = field(default_factory=Packed)

    def add(self, part: Read) -> None:
        """Count what another one counted, besides packed files."""
        for name, value in vars(part).items():
            own = getattr(self, name)
            if isinstance(value, Counter):
                own.update(value)
            elif name != "packed":
                setattr(self, name, own + value)

    @property
    def dicom(self) -> int:
        """How many of them are DICOM."""
        return self.status["read"] + self.status["partial"] + self.status["DICOMDIR"]

    @property
    def by_machine(self) -> list[tuple[tuple[str, str, str], int]]:
        """Modality, maker and model with how many files, most first."""
        return sorted(self.machines.items(), key=lambda pair: (-pair[1], pair[0]))

    @property
    def rate(self) -> float:
        """Files a second, on one core."""
        return self.files / self.seconds if self.seconds else 0.0


@dataclass(frozen=True)
class Survey:
    """A folder, a bucket or a server as its listing and a sample show it."""

    folder: str
    root: str
    """What all keys begin with."""
    listed: Listed
    read: Read
    disk: str
    """The kind of file system, where the system says it."""

    @property
    def is_sample(self) -> bool:
        """Whether not all files were read."""
        return self.read.files < self.listed.files or not (self.listed.is_whole and self.read.packed.is_whole)

    @property
    def packed_files(self) -> int:
        """How many files lie in packed ones, as far as those looked into tell."""
        packed = self.read.packed
        if packed.is_whole or not packed.bytes:
            return packed.files
        return round(packed.files * max(self.listed.packed_bytes / packed.bytes, 1.0))

    @property
    def catalog_bytes(self) -> int:
        """How large a catalog of all of it may become."""
        met = self.read.files + self.read.packed.files
        each = self.read.catalog_bytes / met if met else 0.0
        return round(_CATALOG_BYTES + each * (self.listed.files + self.packed_files))

    def seconds(self, cores: int) -> tuple[float, float]:
        """How long a whole scan may take: with all cores at work, and with one."""
        once = self.listed.seconds + _START_SECONDS
        each = (1 / self.read.rate if self.read.rate else 0.0) + _WRITE_SECONDS
        packed = self.read.packed
        inside = packed.seconds / packed.files * self.packed_files if packed.files else 0.0
        inside += _WRITE_SECONDS * self.packed_files
        plain = self.listed.files * each
        # One archive is read by one worker.
        shared = min(cores, max(packed.archives, 1))
        return once + plain / cores + inside / shared, once + plain + inside

    @property
    def is_file(self) -> bool:
        """Whether it is one file, such as an archive."""
        return self.listed.one_a_folder == [self.root]

    @property
    def is_remote(self) -> bool:
        """Whether a bucket or a server gives the files."""
        return "://" in self.root and not self.root.startswith("file://")

    @property
    def is_far(self) -> bool:
        """Whether the files lie on another computer, in a folder of this one."""
        return self.disk in _FAR or self.disk.startswith("fuse.")


def survey(folder: str | Path, *, seconds: float = SECONDS) -> Survey:
    """List a folder and read a sample: one file of each folder first, then any others.

    Packed files are looked into. Takes `seconds` at most, and a little more. Raises NoSuchSource
    when nothing is there.
    """
    from dicomlab.cli.scan import shown
    from dicomlab.sources.engine import open_source
    from dicomlab.sources.folder import FolderSource, path_of

    start = time.monotonic()
    source = open_source(folder)
    listed = _list(source, start + _LISTING * seconds)
    read = _read(source, listed, start + _READING * seconds, start + seconds)
    disk = _disk(Path(path_of(source.root))) if isinstance(source, FolderSource) else ""
    return Survey(shown(folder), source.root, listed, read, disk)


def _list(source: Source, until: float) -> Listed:
    from dicomlab.sources.folder import FolderSource

    listed, start = Listed(), time.monotonic()
    choice = random.Random(0)
    seen: set[str] = set()
    tables = source.listing(by_level=True) if isinstance(source, FolderSource) else source.listing()
    for table in tables:
        for row in table.select(["file_key", "size", "reason"]).to_pylist():
            _take(listed, row, seen, choice)
        if time.monotonic() > until:
            listed.is_whole = False
            break
    listed.folders, listed.seconds = len(seen), time.monotonic() - start
    choice.shuffle(listed.one_a_folder)
    return listed


def _take(listed: Listed, row: dict[str, Any], seen: set[str], choice: random.Random) -> None:
    key, size = str(row["file_key"]), int(row["size"] or 0)
    if row["reason"] is not None:
        listed.unseen[str(row["reason"])] += 1
        return
    listed.files += 1
    listed.bytes += size
    listed.largest = max(listed.largest, size)
    if key.lower().endswith(_PACKED):
        _note_packed(listed, key, size)
    parent = os.path.dirname(key)
    if parent not in seen:
        seen.add(parent)
        if len(listed.one_a_folder) < MOST_FILES:
            listed.one_a_folder.append(key)
            listed.sizes[key] = row["size"]
        return
    if len(listed.others) < MOST_FILES:
        listed.others.append(key)
        listed.sizes[key] = row["size"]
    elif (place := choice.randrange(listed.files)) < MOST_FILES:
        listed.sizes.pop(listed.others[place], None)
        listed.others[place] = key
        listed.sizes[key] = row["size"]


def _note_packed(listed: Listed, key: str, size: int) -> None:
    listed.packed_files += 1
    listed.packed_bytes += size
    if len(listed.packed) < MOST_PACKED:
        listed.packed[key] = size


def _read(source: Source, listed: Listed, until: float, end: float) -> Read:
    from dicomlab.cli.inside import look_inside
    from dicomlab.header.engine import HeaderReader

    read, reader = Read(), HeaderReader(keep=True)
    keys = listed.sample()
    for _ in _batches(reader, source, listed, keys[:1]):
        pass  # loads the compiled code, which would count as reading
    found: list[tuple[str, str]] = []
    for step in _steps(keys, until):
        found += _step(read, reader, source, listed, step)
    for key, _ in found:
        if key not in listed.packed:
            _note_packed(listed, key, listed.size(key) or 0)
    look_inside(read, source, reader, found, end)
    return read


def _step(
    read: Read, reader: HeaderReader, source: Source, listed: Listed, keys: list[str]
) -> list[tuple[str, str]]:
    """Read and count some files; gives the archives among them. A file that raises is found by halving."""
    from dicomlab.header.engine import UNREADABLE

    part, found, left = Read(), [], keys
    try:
        batches = _batches(reader, source, listed, keys)
        while (batch := _timed(part, batches)) is not None:
            found += note(part, batch, left)
            part.files += len(batch.status)
            left = left[len(batch.status) :]
    except Exception as error:  # noqa: BLE001 - whatever one file raises, the others count
        aside = set_aside("a file", error)
        if len(keys) > 1:
            halves = keys[: len(keys) // 2], keys[len(keys) // 2 :]
            return [one for half in halves for one in _step(read, reader, source, listed, half)]
        part, found = Read(files=1, broken=[(keys[0], aside.reason)]), []
        part.status[UNREADABLE] += 1
    read.add(part)
    return found


def _batches(reader: HeaderReader, source: Source, listed: Listed, keys: list[str]) -> Iterator[Batch]:
    paths = source.paths(keys)
    if paths is not None:
        return reader.read(paths)
    return reader.read_heads(source.heads(keys, [listed.size(key) for key in keys]))


def _timed(read: Read, batches: Iterator[Batch]) -> Batch | None:
    """The next batch, its time counted as reading."""
    start, worked = time.monotonic(), time.thread_time()
    batch = next(batches, None)
    took = time.monotonic() - start
    read.seconds += took
    read.waited += max(took - (time.thread_time() - worked), 0.0)
    return batch


def _steps(keys: list[str], until: float) -> Iterator[list[str]]:
    """The keys in steps that grow while there is time; one step there always is."""
    first, step = 0, _FIRST_STEP
    while first < len(keys) and (not first or time.monotonic() < until):
        yield keys[first : first + step]
        first, step = first + step, min(2 * step, _LAST_STEP)


def note(read: Read, batch: Batch, keys: list[str]) -> list[tuple[str, str]]:
    """Count what a batch holds; gives the archives in it, with their kinds."""
    import numpy as np

    from dicomlab.header.engine import CHUNK
    from dicomlab.header.fallback import archive_kind
    from dicomlab.scanner.batch import judged

    status, reason = judged(batch)
    is_dicom = batch.is_dicom
    kinds = {row: archive_kind(reason[row]) for row in np.flatnonzero(status == "not DICOM").tolist()}
    packed = [(keys[row], kind) for row, kind in kinds.items() if kind]
    read.status.update(s for row, s in enumerate(status.tolist()) if not kinds.get(row))
    read.read_alone += int((is_dicom & batch.is_alone).sum())
    read.header_bytes += int(batch.header_bytes[is_dicom].sum())
    read.long_headers += int((batch.header_bytes[is_dicom] > CHUNK).sum())
    read.frames += 0 if batch.frames is None else len(batch.frames[0])
    read.catalog_bytes += _size_of(batch)
    names = ("Modality", "Manufacturer", "ManufacturerModelName", "TransferSyntaxUID")
    columns = [batch.table[name].to_pylist() for name in names]
    for row in np.flatnonzero(is_dicom).tolist():
        modality, maker, model, syntax = (column[row] for column in columns)
        read.machines[modality or "", maker or "", model or ""] += 1
        read.syntaxes[syntax or ""] += 1
    for row, kind in kinds.items():
        if not kind:
            read.other_kinds[reason[row].removeprefix("not DICOM: ")] += 1
    for row in np.flatnonzero(np.isin(status, ("partial", "unreadable"))).tolist():
        read.broken.append((keys[row], reason[row]))
    return packed


def _size_of(batch: Batch) -> int:
    """What a batch takes in a catalog: packed headers and rows, without what is there once a file."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = np.flatnonzero(batch.is_dicom)
    if not len(rows):
        return 0
    headers = b"".join(h for h in batch.take_headers(rows).to_pylist() if h)
    size = len(pa.compress(headers, codec="zstd", asbytes=True)) if headers else 0
    for table in (batch.table, batch.frames[1] if batch.frames else None):
        if table is not None and table.num_rows:
            sink = pa.BufferOutputStream()
            pq.write_table(table, sink, compression="zstd")
            written = sink.getvalue()
            size += written.size - pq.read_metadata(pa.BufferReader(written)).serialized_size
    return int(size)


def _disk(folder: Path) -> str:
    """The kind of file system that a folder lies on, as Linux tells it."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    path = str(folder.absolute()) + "/"
    # A blank in a mount point is written \\040.
    points = [
        (line.split()[1].replace("\\040", " "), line.split()[2]) for line in mounts if line.count(" ") > 3
    ]
    inside = [(len(point), kind) for point, kind in points if path.startswith(point.rstrip("/") + "/")]
    return max(inside, default=(0, ""))[1]
