"""What lies in packed files, from as much of each as there is time for."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicomlab.cli.survey import Read
    from dicomlab.header.engine import HeaderReader
    from dicomlab.sources.archive import Member
    from dicomlab.sources.base import Source

LEAST_SECONDS = 0.5
"""Each archive gets so long at least: a look that gives no file says nothing."""


def look_inside(
    read: Read, source: Source, reader: HeaderReader, archives: list[tuple[str, str]], until: float
) -> None:
    """Read the members of some archives, each for its share of the time that is left."""
    for number, (key, kind) in enumerate(archives):
        left = until - time.monotonic()
        if left < 0 and number:
            read.packed.is_whole = False
            read.status["archive"] += len(archives) - number
            return
        _look(read, source, reader, key, kind, max(left / (len(archives) - number), LEAST_SECONDS))


def _look(read: Read, source: Source, reader: HeaderReader, key: str, kind: str, seconds: float) -> None:
    from dicomlab.cli.survey import note
    from dicomlab.header.engine import UNREADABLE
    from dicomlab.header.fallback import ARCHIVE_NAMES, NOT_DICOM, PARTIAL

    taken = _Taken(source, key, kind, time.monotonic() + seconds)
    start = time.monotonic()
    first = 0
    for batch in reader.read_heads(taken):
        keys = taken.names[first : first + len(batch.status)]
        if taken.is_single(kind) and batch.status[0] == NOT_DICOM:
            read.status[NOT_DICOM] += 1
            read.other_kinds[ARCHIVE_NAMES[kind]] += 1
            return
        note(read, batch, keys)
        first += len(keys)
    packed = read.packed
    packed.seconds += time.monotonic() - start
    packed.files += first
    packed.archives += 1
    packed.bytes += taken.bytes
    packed.is_whole &= not taken.is_stopped
    if taken.broken:
        read.status[UNREADABLE if taken.may_pass else PARTIAL] += 1
        read.broken.append((key, taken.broken))
    elif first:
        read.status["archive"] += 1
    else:
        read.status[NOT_DICOM] += 1
        read.other_kinds[ARCHIVE_NAMES[kind]] += 1


class _Taken:
    """The members of an archive that there is time for, and their names."""

    def __init__(self, source: Source, key: str, kind: str, until: float):
        self._source, self._key, self._kind, self._until = source, key, kind, until
        self.names: list[str] = []
        self.broken, self.may_pass = "", False
        self.bytes = 0
        """How far the archive was read."""
        self.is_stopped = False

    def is_single(self, kind: str) -> bool:
        """Whether all that was met is one file, packed by itself."""
        return len(self.names) == 1 and kind not in ("zip", "tar")

    def __iter__(self) -> Iterator[Member]:
        from dicomlab.sources.archive import INSIDE, BrokenArchive, members
        from dicomlab.sources.base import Unreached

        name = self._key.rpartition("/")[2]
        try:
            with self._source.open(self._key) as archive:
                for member in members(archive, self._kind, name):
                    if time.monotonic() > self._until:
                        self.is_stopped = True
                        break
                    self.names.append(f"{self._key}{INSIDE}{member.name}")
                    yield member
                    self.bytes = archive.tell()
                if not self.is_stopped:
                    self.bytes = archive.seek(0, 2)
        except BrokenArchive as error:
            self.broken, self.may_pass = error.reason, error.may_pass
        except OSError as error:
            self.may_pass = isinstance(error, Unreached)
            self.broken = f"the archive cannot be opened ({error.strerror})"
