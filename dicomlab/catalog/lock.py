"""Writing into a catalog: one process at a time, and what the system refuses in one sentence."""

from __future__ import annotations

import errno
import os
import re
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.catalog.place import LEFT, Folder, Place, place_of
from dicomlab.catalog.versions import UNFINISHED
from dicomlab.errors import CannotWrite, CatalogBusy, DicomlabError, NoCatalog
from dicomlab.new_files import PART, create

if TYPE_CHECKING:
    from dicomlab.catalog.bucket import Bucket

LOCK = ".lock"
MARK = ".locked"
"""The file that stands for the lock where the disk knows none."""
LISTING = ".listing.parquet"
WRITING = ".writing"
"""There while somebody writes; it stays when that is killed."""

_NO_ROOM = {errno.ENOSPC: "the disk is full", errno.EFBIG: "a file may not grow so large"}
if hasattr(errno, "EDQUOT"):
    _NO_ROOM[errno.EDQUOT] = "the quota is used up"
_CLOSED = {
    errno.EROFS: "the disk is for reading only",
    errno.EACCES: "you may not write there",
    errno.EPERM: "you may not write there",
}
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP}
_MAKE_ROOM = "Its last good state is kept. Make room and call again: it goes on from there."
_GO_ELSEWHERE = "Let its owner do it, or use a catalog elsewhere."
_ONE_AT_A_TIME = (
    "The disk of {} has no locks. A file named {} stands for one while somebody writes: should it stay "
    "behind when nobody does, delete it."
)


@contextmanager
def writing(where: Path | Place) -> Iterator[None]:
    """Keep others from writing into a catalog, and turn a refusal of the system into a sentence.

    The system lets go of the lock when the process ends, however it ends; in a bucket it is free
    after two minutes (see `lease`). Raises CatalogBusy when somebody writes already, CannotWrite
    when the disk is full or for reading only. Warns of a disk that has no locks.
    """
    place = place_of(where)
    with _writing_folder(place.path) if isinstance(place, Folder) else _writing_bucket(place):
        yield


@contextmanager
def _writing_bucket(place: Any) -> Iterator[None]:
    from dicomlab.catalog.lease import Lease

    bucket: Bucket = place
    with bucket.reaching():
        lease = bucket.lease = Lease(bucket)
        is_left = True
        try:
            yield
            is_left = False
        finally:
            bucket.lease = None
            lease.release(is_left=is_left)


@contextmanager
def _writing_folder(folder: Path) -> Iterator[None]:
    try:
        lock = _locked(folder)
    except OSError as error:
        raise refused(folder, error) or error from None
    try:
        _note_begin(folder)
        yield
        _note_end(folder)
    except Exception as error:
        clear_unfinished(folder)
        with suppress(OSError):
            _note_end(folder)
        sentence = None if isinstance(error, DicomlabError) else refused(folder, error)
        if sentence is None:
            raise
        raise sentence from error
    finally:
        lock.release()


def _note_begin(folder: Path) -> None:
    """Note that somebody writes, and whether whoever did so before was stopped."""
    if (folder / WRITING).exists():
        os.replace(folder / WRITING, folder / LEFT)
    os.close(create(folder / WRITING))


def _note_end(folder: Path) -> None:
    for name in (WRITING, LEFT):
        (folder / name).unlink(missing_ok=True)


def _locked(folder: Path) -> Any:
    from filelock import FileLock, SoftFileLock, Timeout

    if not folder.is_dir():
        raise NoCatalog(str(folder), "is not there any more")
    has_locks = _has_locks(folder)
    if not has_locks:
        warnings.warn(_ONE_AT_A_TIME.format(folder, MARK), stacklevel=8)
    lock: Any = (
        FileLock(folder / LOCK, timeout=0, mode=0o600)
        if has_locks
        else SoftFileLock(folder / MARK, timeout=0, mode=0o600)
    )
    try:
        lock.acquire()
    except Timeout:
        raise CatalogBusy(str(folder)) from None
    return lock


def _has_locks(folder: Path) -> bool:
    """Whether the disk knows locks; some network shares do not."""
    try:
        import fcntl
    except ImportError:  # Windows has locks of its own
        return True
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno in _NO_LOCKS:
            return False
        raise
    finally:
        os.close(handle)
    return True


def refused(folder: Path, error: Exception) -> CannotWrite | None:
    """The sentence for an error by which the system refuses to write; None for any other error."""
    if isinstance(error, OSError) and error.filename and not _is_below(folder, error.filename):
        return None
    number = _number(error)
    if number in _NO_ROOM:
        return CannotWrite(str(folder), _NO_ROOM[number], _MAKE_ROOM)
    if number in _CLOSED:
        return CannotWrite(str(folder), _CLOSED[number], _GO_ELSEWHERE)
    return None


def _is_below(folder: Path, name: object) -> bool:
    return Path(os.fsdecode(name)).absolute().is_relative_to(folder.absolute())  # type: ignore[arg-type]


def _number(error: Exception) -> int | None:
    """The system's number of an error; Delta and DuckDB give it in words alone."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    text = str(error)
    if found := re.search(r"\(?os error (\d+)\)?", text):
        return int(found[1])
    return next((n for n in (*_NO_ROOM, *_CLOSED) if os.strerror(n) in text), None)


def clear_unfinished(folder: Path) -> None:
    """Delete what was being written when the work ended: it is of no table, and takes room."""
    strays = [*folder.glob(f"*/*{PART}"), *folder.glob(f"{UNFINISHED}*"), folder / LISTING]
    for stray in strays:
        with suppress(OSError):
            shutil.rmtree(stray) if stray.is_dir() else stray.unlink(missing_ok=True)
