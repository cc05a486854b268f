"""The one way in which a file is written: complete or absent, for its owner only, through no link.

What is written goes to a file beside the target, under a name that nobody can guess, and takes the
target's place when it is whole and on the disk. Until then an earlier file stays as it was, also
when the disk is full or the process is killed. The next call that writes into the same folder
removes what killed processes left there.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PART = ".part"
"""How the name of a file ends that is being written."""
_UNFINISHED = re.compile(r"\..+\.\d+-[0-9a-f]{16}" + re.escape(PART), re.DOTALL)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)  # Windows has none; there O_EXCL alone refuses a link


@contextmanager
def new_file(path: str | Path, *, remove_leftovers: bool = True) -> Iterator[Path]:
    """Give the path of an empty file to write to, which takes the place of `path` at the end.

    Folders that are missing are made. The new file has mode 0600, whatever the old one had, and
    new folders 0700. A link at `path` is replaced itself; the file that it points to is not
    changed. Whoever writes may open the path again, and must have closed it at the end. If the
    block raises, nothing is left and an earlier file stays as it was.

    Args:
        path: Where the file is wanted.
        remove_leftovers: Whether to look for files that killed processes left in the folder. False
            saves time where many files go into one folder, and it was looked through before.

    Raises:
        OSError: `path` is a folder or a device, or the system refuses to write.

    >>> with new_file(to / "table.csv") as part:
    ...     _ = part.write_text("device,days")
    >>> (to / "table.csv").read_text()
    'device,days'
    """
    with new_files([path], remove_leftovers=remove_leftovers) as (part,):
        yield part


@contextmanager
def new_files(paths: Iterable[str | Path], *, remove_leftovers: bool = True) -> Iterator[list[Path]]:
    """Like `new_file` for several files: none takes its place before all are whole and on the disk.

    A file that its writer deletes in the meantime is left out: what has its name stays as it was.
    """
    targets = [Path(path) for path in paths]
    for target in targets:
        _check(target)
    with ExitStack() as undone:
        for folder in dict.fromkeys(target.parent for target in targets):
            for made in make_folder(folder):
                undone.callback(_remove_empty, made)
            if remove_leftovers:
                clear_leftovers(folder)
        parts = [undone.enter_context(_Part(target)) for target in targets]
        yield [part.path for part in parts]
        parts = [part for part in parts if part.path.exists()]
        for part in parts:
            part.sync()
        for part in parts:
            part.take_place()
    for folder in dict.fromkeys(target.parent for target in targets):
        _sync_folder(folder)


def write_text(path: str | Path, text: str) -> Path:
    """Write a text as UTF-8, in the way of `new_file`; gives the path."""
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write bytes in the way of `new_file`; gives the path."""
    with new_file(path) as part:
        part.write_bytes(data)
    return Path(path)


def create(path: str | Path) -> int:
    """Make an empty file for its owner only, where there is nothing yet; gives its handle."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
    return os.open(path, flags, 0o600)


def sync(path: str | Path) -> None:
    """Have the system write a file to the disk."""
    handle = os.open(path, os.O_RDWR | _NO_LINK | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> list[Path]:
    """Make a folder and those above that are missing, for their owner only; gives the new ones."""
    made = []
    for one in [*reversed(folder.parents), folder]:
        if not one.is_dir():
            try:
                one.mkdir(mode=0o700)
            except FileExistsError:  # another process was faster, or it is a file
                if not one.is_dir():
                    raise
            else:
                made.append(one)
    return made


def clear_leftovers(folder: Path) -> None:
    """Remove files that killed processes were writing in a folder, and no others.

    The system holds a lock on each file while it is written, and lets go of it when the process
    ends. Where a disk knows no locks, such files stay.
    """
    with suppress(OSError), os.scandir(folder) as found:
        names = [entry.name for entry in found if _UNFINISHED.fullmatch(entry.name)]
        for name in names:
            with suppress(OSError):
                _remove_if_left(folder / name)


class _Part:
    """A file that is being written, under a name of its own beside its target."""

    def __init__(self, target: Path):
        self._target = target

    def __enter__(self) -> _Part:
        while True:
            name = f".{self._target.name[:40]}.{os.getpid()}-{secrets.token_hex(8)}{PART}"
            self.path = self._target.with_name(name)
            self._handle: int | None = create(self.path)
            # Between the two calls another process may have taken it for a leftover.
            if _lock(self._handle) is not False and _is_same(self.path, self._handle):
                return self
            self._close()

    def sync(self) -> None:
        """Have all that was written on the disk, and see that it is the file that was made."""
        if self._handle is None or not _is_same(self.path, self._handle):
            raise OSError(errno.ESTALE, "the file was replaced while it was written", str(self._target))
        os.fsync(self._handle)

    def take_place(self) -> None:
        """Give it the name of the target."""
        if os.name == "nt":  # Windows renames no file that is open
            self._close()
        os.replace(self.path, self._target)
        self._close()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self.path.unlink()
        self._close()

    def _close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _check(target: Path) -> None:
    """Refuse what is no file: replacing a device or a folder is not what anybody wants."""
    with suppress(FileNotFoundError):
        mode = target.stat().st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(target))


def _lock(handle: int) -> bool | None:
    """Lock a file: True, False where somebody else has it, None where there are no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows itself keeps a file from being deleted while it is open
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_same(path: Path, handle: int) -> bool:
    """Whether a path still names the file that is open."""
    try:
        return os.path.samestat(os.lstat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _remove_if_left(path: Path) -> None:
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return
    if os.name == "nt":
        path.unlink()
        return
    handle = os.open(path, os.O_RDWR | os.O_NONBLOCK | _NO_LINK)
    try:
        if _lock(handle) and _is_same(path, handle):
            path.unlink()
    finally:
        os.close(handle)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _sync_folder(folder: Path) -> None:
    """Have the new names of a folder on the disk; only POSIX systems can be asked to."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
