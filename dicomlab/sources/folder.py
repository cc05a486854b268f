"""Files in a folder, on whatever disk is mounted there."""

from __future__ import annotations

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote_from_bytes, unquote_to_bytes

import pyarrow as pa

from dicomlab.sources.base import BROKEN_LINK, CLOSED, UNSEEN, ListingRows

CHUNK = 16_384
_URI = "file://"


class FolderSource:
    """Lists every file below a folder, or the one file it is given.

    Links to files and folders are followed, each real folder once, so loops end; what cannot
    be listed or is no regular file is an item with a reason. Names sort within a chunk, not
    over a folder, so that memory does not grow with the folder.
    """

    def __init__(self, root: str | Path, *, leave_out: Path | None = None):
        self._root = os.path.abspath(root)
        self._leave_out = leave_out
        self._left_out: tuple[int, int] | None = None
        self._seen: set[tuple[int, int]] = set()
        self.mounts: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        """The absolute path of the folder."""
        return key_of(self._root)

    def listing(self, *, by_level: bool = False) -> Iterator[pa.Table]:
        """Give every file with size and mtime_ns.

        Each folder is finished before its neighbour. `by_level` takes the upper folders first, and hands
        over often: who stops such a listing has seen a little of everything.
        """
        rows, chunk = ListingRows(), CHUNK // 64 if by_level else CHUNK
        self._seen = set()
        if self._leave_out is not None and self._leave_out.exists():
            self._left_out = _identity(self._leave_out)
        if not os.path.isdir(self._root):
            self._add_file(rows, self._root)
            yield rows.as_table()
            return
        expected, found = set(self.mounts), []
        folders = deque([(self._root, _device(os.path.dirname(self._root)))])
        while folders:
            folder, device = folders.popleft() if by_level else folders.pop()
            below: list[str] = []
            try:
                identity = _identity(folder)
                if identity in self._seen:
                    rows.add(key_of(folder), None, None, "a link to a folder that is already listed")
                    continue
                self._seen.add(identity)
                is_mount, device = device not in (None, identity[0]), identity[0]
                with os.scandir(folder) as entries:
                    is_empty = True
                    for entry in entries:
                        is_empty = False
                        self._add(rows, below, entry)
                        if len(rows) >= chunk:
                            yield _sorted(rows)
                            rows = ListingRows()
            except OSError as error:
                rows.add(key_of(folder), None, None, f"{CLOSED} ({error.strerror})")
                is_mount, is_empty = key_of(folder) in expected, False
            if is_empty and not is_mount and key_of(folder) in expected:
                rows.add(key_of(folder), None, None, f"{CLOSED} (what was mounted there is not)")
                is_mount = True
            if is_mount:
                found.append(key_of(folder))
            folders.extend((path, device) for path in sorted(below, reverse=not by_level))
            if by_level and len(self._seen) % 64 == 0:
                yield _sorted(rows)
                rows = ListingRows()
        self.mounts = tuple(found)
        if len(rows):
            yield _sorted(rows)

    def paths(self, keys: Sequence[str]) -> list[str]:
        """The paths that the keys stand for."""
        return [path_of(key) for key in keys]

    def open(self, key: str) -> IO[bytes]:
        """Open a file. Raises OSError, also for what has become something else than a file."""
        return os.fdopen(_opened(path_of(key)), "rb")

    def heads(self, keys: Sequence[str], sizes: Sequence[int | None]) -> Iterator[FileHead]:
        """Give the beginning of each file."""
        return (FileHead(path_of(key)) for key in keys)

    def _add(self, rows: ListingRows, below: list[str], entry: os.DirEntry[str]) -> None:
        try:
            if entry.is_file(follow_symlinks=False):
                found = entry.stat(follow_symlinks=False)
                path = entry.path
                key = path if path.isascii() else key_of(path)
                rows.add(key, found.st_size, found.st_mtime_ns)
            elif entry.is_dir():
                if self._left_out is None or _identity(entry.path) != self._left_out:
                    below.append(entry.path)
            else:
                self._add_file(rows, entry.path)
        except OSError as error:
            rows.add(key_of(entry.path), None, None, f"{UNSEEN} ({error.strerror})")

    @staticmethod
    def _add_file(rows: ListingRows, path: str) -> None:
        """A link, or something that is no file: reading a pipe or a device could wait for ever."""
        try:
            found = os.stat(path)
        except OSError as error:
            why = BROKEN_LINK if os.path.islink(path) else f"{UNSEEN} ({error.strerror})"
            rows.add(key_of(path), None, None, why)
            return
        if stat.S_ISREG(found.st_mode):
            rows.add(key_of(path), found.st_size, found.st_mtime_ns)
        else:
            rows.add(key_of(path), None, None, "not a regular file")


@dataclass(frozen=True)
class FileHead:
    """The beginning of a file on disk."""

    path: str

    def read(self, size: int) -> tuple[bytes, int]:
        """Give the first bytes, and how long the file is."""
        handle = _opened(self.path)
        try:
            total = os.fstat(handle).st_size
            parts, left = [], min(size, total)
            while left > 0 and (part := os.read(handle, left)):
                parts.append(part)
                left -= len(part)
            return b"".join(parts), total
        finally:
            os.close(handle)


def _opened(path: str) -> int:
    """Open a file to read it, and nothing that has taken its place: a pipe or a device could hold us."""
    more = ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY")
    handle = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in more))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file")
    return handle


def key_of(path: str) -> str:
    """The key of a file: its path; for a name that is no text, a file:// URI."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _URI + quote_from_bytes(os.fsencode(path))
    return path


def path_of(key: str) -> str:
    """The path that a key stands for."""
    return os.fsdecode(unquote_to_bytes(key[len(_URI) :])) if key.startswith(_URI) else key


def _device(path: str) -> int | None:
    try:
        return _identity(path)[0]
    except OSError:
        return None


def _identity(path: str | Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _sorted(rows: ListingRows) -> pa.Table:
    return rows.as_table().sort_by("file_key")
