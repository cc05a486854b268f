"""What `dicomlab doctor SOURCE` finds out: what is in there, from a sample, in a minute."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicomlab.header.engine import Batch, HeaderReader
    from dicomlab.sources.base import Source

SECONDS = 25.0
"""How long the listing may take, and how long the reading, at most."""
MOST_FILES = 20_000
"""How many files, besides one a folder, are read at most; a smaller archive is read wholly."""
_START_SECONDS, _WRITE_SECONDS = 1.5, 1e-4
"""What a scan adds to the reading: once, and per file that it writes into the tables."""
_FIRST_STEP, _LAST_STEP = 64, 2048
_FAR = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre")


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


@dataclass
class Read:
    """What the sample held."""

    files: int = 0
    seconds: float = 0.0
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
    read_alone: int = 0
    """Files that pydicom read, not the kernel."""

    @property
    def dicom(self) -> int:
        """How many of them are DICOM."""
        return self.status["read"] + self.status["partial"] + self.status["DICOMDIR"]

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
        return self.read.files < self.listed.files or not self.listed.is_whole

    def seconds(self, cores: int) -> tuple[float, float]:
        """How long a whole scan may take: with all cores at work, and with one."""
        once = self.listed.seconds + _START_SECONDS
        each = (1 / self.read.rate if self.read.rate else 0.0) + _WRITE_SECONDS
        return once + self.listed.files * each / cores, once + self.listed.files * each

    @property
    def is_far(self) -> bool:
        """Whether the files lie on another computer."""
        return self.disk in _FAR or self.disk.startswith("fuse.")


def survey(folder: str | Path, *, seconds: float = SECONDS) -> Survey:
    """List a folder and read a sample: one file of each folder first, then any others.

    Takes twice `seconds` at most, and a little more. Raises NoSuchSource when nothing is there.
    """
    from dicomlab.sources.engine import open_source

    source = open_source(folder)
    listed = _list(source, seconds)
    read, disk = _read(listed, source, seconds), "" if "://" in str(folder) else _disk(Path(folder))
    return Survey(str(folder).partition("?")[0], source.root, listed, read, disk)


def _list(source: Source, seconds: float) -> Listed:
    listed, start = Listed(), time.monotonic()
    choice = random.Random(0)
    seen: set[str] = set()
    for table in source.listing():
        for row in table.select(["file_key", "size", "reason"]).to_pylist():
            _take(listed, row, seen, choice)
        if time.monotonic() - start > seconds:
            listed.is_whole = False
            break
    listed.folders, listed.seconds = len(seen), time.monotonic() - start
    choice.shuffle(listed.one_a_folder)
    return listed


def _take(listed: Listed, row: dict[str, str | int | None], seen: set[str], choice: random.Random) -> None:
    key, size = str(row["file_key"]), int(row["size"] or 0)
    if row["reason"] is not None:
        listed.unseen[str(row["reason"])] += 1
        return
    listed.files += 1
    listed.bytes += size
    listed.largest = max(listed.largest, size)
    parent = os.path.dirname(key)
    if parent not in seen:
        seen.add(parent)
        if len(listed.one_a_folder) < MOST_FILES:
            listed.one_a_folder.append(key)
        return
    if len(listed.others) < MOST_FILES:
        listed.others.append(key)
    elif (place := choice.randrange(listed.files)) < MOST_FILES:
        listed.others[place] = key


def _read(listed: Listed, source: Source, seconds: float) -> Read:
    from dicomlab.header.engine import HeaderReader

    read, reader = Read(), HeaderReader(keep=True)
    keys = [*listed.one_a_folder, *listed.others]
    for _ in _batches(reader, source, keys[:1]):
        pass  # loads the compiled code, which would count as reading
    start = time.monotonic()
    for step in _steps(keys, start + seconds):
        for batch in _batches(reader, source, step):
            _note(read, batch, step)
            step = step[len(batch.status) :]  # noqa: PLW2901 - the rest of the step is the next batch
    read.seconds = time.monotonic() - start
    return read


def _batches(reader: HeaderReader, source: Source, keys: list[str]) -> Iterator[Batch]:
    paths = source.paths(keys)
    if paths is not None:
        return reader.read(paths)
    return reader.read_heads(source.heads(keys, [None] * len(keys)))


def _steps(keys: list[str], until: float) -> Iterator[list[str]]:
    """The keys in steps that grow while there is time."""
    first, step = 0, _FIRST_STEP
    while first < len(keys) and time.monotonic() < until:
        yield keys[first : first + step]
        first, step = first + step, min(2 * step, _LAST_STEP)


def _note(read: Read, batch: Batch, keys: list[str]) -> None:
    import numpy as np

    from dicomlab.header.engine import CHUNK
    from dicomlab.scanner.batch import judged

    status, reason = judged(batch)
    is_dicom = batch.is_dicom
    read.files += len(status)
    read.status.update(status.tolist())
    read.read_alone += int((is_dicom & batch.is_alone).sum())
    read.header_bytes += int(batch.header_bytes[is_dicom].sum())
    read.long_headers += int((batch.header_bytes[is_dicom] > CHUNK).sum())
    names = ("Modality", "Manufacturer", "ManufacturerModelName", "TransferSyntaxUID")
    columns = [batch.table[name].to_pylist() for name in names]
    for row in np.flatnonzero(is_dicom).tolist():
        modality, maker, model, syntax = (column[row] for column in columns)
        read.machines[modality or "", maker or "", model or ""] += 1
        read.syntaxes[syntax or ""] += 1
    for row in np.flatnonzero(status == "not DICOM").tolist():
        read.other_kinds[reason[row].removeprefix("not DICOM: ")] += 1
    for row in np.flatnonzero(np.isin(status, ("partial", "unreadable"))).tolist():
        read.broken.append((keys[row], reason[row]))


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
