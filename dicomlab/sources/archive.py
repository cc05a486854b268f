"""Files in archives: zip, tar, and what gzip, zstd, bzip2 or xz packed; nothing is unpacked to disk.

An archive is an item of its source like any other. Who reads it finds by its first bytes that it is
one, and takes its members one after the other, each only as far as its header goes. An archive in
an archive is looked into, a third one is not.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast
from urllib.parse import quote

import pyarrow as pa

from dicomlab.sources.archive_limits import MOST_LIST_BYTES, Bomb, Meter, list_bytes, shown, too_long
from dicomlab.sources.base import Unreached

INSIDE = "!/"
"""Stands in a key between an archive and the name of a member."""
MOST_NESTED_BYTES = 512 * 1024 * 1024
"""How large a zip may be that lies where one cannot go back, such as in a tar.gz: it is held in memory."""
MOST_ENTRY_BYTES = 1024 * 1024
"""How long the name, pax header and the like of one entry of a tar may be."""
MOST_RATIO, RATIO_FROM = 1_100, 1024 * 1024 * 1024
"""What inflates to more than so many times its size, after the first GiB, is a bomb: gzip reaches 1,032."""

# gzip and its like hold a tar, or one file.
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz"}
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# Office documents, Java and Android programs, e-books: zips whose members are nobody's images.
_DOCUMENTS = ("[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype", "AndroidManifest.xml")
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    pa.ArrowInvalid,
)
_BLOCK = 1024 * 1024


def kind_of(head: bytes) -> str | None:
    """What kind of archive begins like this: zip, tar, gzip, zstd, bzip2, xz; None for no archive.

    >>> import gzip
    >>> kind_of(gzip.compress(b"")), kind_of(b"hello")
    ('gzip', None)
    """
    if head.startswith(_ZIP):
        return "zip"
    if head[257:262] == b"ustar":
        return "tar"
    return next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), None)


@dataclass
class Member:
    """A file in an archive; the beginning can be read until the next member is taken.

    `reason` says why it is not read at all.
    """

    name: str
    size: int | None
    stream: IO[bytes] | None = None
    reason: str = ""
    can_seek: bool = False
    _data: bytes = field(default=b"", repr=False)

    def read(self, size: int) -> tuple[bytes, int | None]:
        """Give the first bytes, and how long the member is. Raises OSError with the reason."""
        if self.reason or self.stream is None:
            raise OSError(0, self.reason)
        parts, have = [self._data], len(self._data)
        try:
            while have < size and (part := self.stream.read(min(size - have, _BLOCK))):
                parts.append(part)
                have += len(part)
        except RuntimeError:
            raise OSError(0, "the member of the archive is encrypted") from None
        except NotImplementedError:
            raise OSError(0, "the member of the archive is packed in a way that is not known") from None
        except (Bomb, Unreached):
            raise
        except Exception:  # noqa: BLE001 - unpackers raise whatever their parts raise
            if not have:
                raise OSError(0, "the member of the archive is broken") from None
        self._data = b"".join(parts)
        total = have if have < size else self.size
        return self._data[:size], total


class BrokenArchive(Exception):
    """An archive cannot be read on; what was met before counts. `reason` says why.

    `may_pass` says that it may be read another time: a connection was lost.
    """

    def __init__(self, reason: str, *, may_pass: bool = False):
        super().__init__(reason)
        self.reason, self.may_pass = reason, may_pass


def members(archive: IO[bytes], kind: str, name: str) -> Iterator[Member]:
    """Give the files in an archive one after the other; `name` is the archive's own.

    Members of an archive in it have its name and INSIDE before theirs. What may not or cannot be
    read is a member with a reason. Raises BrokenArchive where the archive itself ends.
    """
    seen: dict[int, int] = {}
    try:
        meter = Meter(archive)
        for member in _opened(archive, kind, name, meter, depth=0):
            meter.member()
            yield _named(member, seen)
    except Bomb as error:
        raise BrokenArchive(str(error.strerror)) from None
    except _BROKEN as error:
        # zipfile takes whatever goes wrong in the list at its end for a broken archive.
        lost = error if isinstance(error, Unreached) else getattr(archive, "lost", None)
        if lost is not None:
            raise BrokenArchive(str(lost.strerror), may_pass=True) from None
        raise BrokenArchive("the archive is broken or cut short") from None
    except Exception:  # noqa: BLE001 - zipfile and tarfile raise whatever their parts raise
        raise BrokenArchive("the archive cannot be read") from None


def _opened(archive: IO[bytes], kind: str, name: str, meter: Meter, depth: int) -> Iterator[Member]:
    if kind == "zip":
        found = _zipped(archive, meter)
    elif kind == "tar":
        found = _tarred(archive)
    else:
        found = _packed(archive, kind, name, meter)
    for member in found:
        yield from _looked_into(member, meter, depth)


def _looked_into(member: Member, meter: Meter, depth: int) -> Iterator[Member]:
    """A member, or those in it if it is an archive itself."""
    try:
        head = b"" if member.reason else member.read(512)[0]
    except Unreached:
        raise
    except OSError as error:
        member.reason = str(error.strerror)
        head = b""
    kind = kind_of(head)
    if kind is None:
        yield member
        return
    if depth:
        member.reason = "an archive in an archive in an archive is not looked into"
        yield member
        return
    try:
        within = _again(member, kind, meter)
        for inner in _opened(within, kind, member.name.rpartition("/")[2], meter, depth + 1):
            inner.name = f"{member.name}{INSIDE}{inner.name}"
            yield inner
    except (Bomb, Unreached):
        raise
    except _TooLarge:
        yield Member(member.name, member.size, reason="a zip of this size is not looked into where it lies")
    except _BROKEN:
        yield Member(member.name, member.size, reason="the archive in the archive is broken or cut short")
    except Exception:  # noqa: BLE001 - what is wrong inside must not cost the members behind it
        yield Member(member.name, member.size, reason="the archive in the archive cannot be read")


class _TooLarge(Exception):
    """A zip is too large to be held in memory."""


def _again(member: Member, kind: str, meter: Meter) -> IO[bytes]:
    """The member from its beginning; a zip where one can go back in it."""
    stream = cast(IO[bytes], member.stream)
    if member.can_seek:
        stream.seek(0)
        return stream
    joined = cast(IO[bytes], _Joined(member._data, stream))
    if kind != "zip":
        return joined
    most = meter.most_held(MOST_NESTED_BYTES)
    held = joined.read(most + 1)
    if len(held) > most:
        raise _TooLarge
    return io.BytesIO(held)


class _Joined(io.RawIOBase):
    """Bytes that were read already, and the stream they came from."""

    def __init__(self, before: bytes, stream: IO[bytes]):
        self._before, self._stream = before, stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts: list[bytes] = []
        left = size if size >= 0 else MOST_NESTED_BYTES + 1
        while left > 0:
            part = self._before[:left] or self._stream.read(min(left, _BLOCK))
            self._before = self._before[left:]
            if not part:
                break
            parts.append(part)
            left -= len(part)
        return b"".join(parts)


def _zipped(archive: IO[bytes], meter: Meter) -> Iterator[Member]:
    if list_bytes(archive) > MOST_LIST_BYTES:
        raise Bomb(f"the list of the archive is longer than {MOST_LIST_BYTES:,} bytes")
    with zipfile.ZipFile(archive) as file:
        entries = sorted(file.infolist(), key=lambda entry: entry.header_offset)
        if any(entry.filename in _DOCUMENTS for entry in entries[:16]):
            return
        for entry in entries:
            if entry.filename.endswith("/"):
                continue
            member = Member(entry.filename, entry.file_size, reason=_refused(entry.filename), can_seek=True)
            if entry.flag_bits & 1:
                member.reason = "the member of the archive is encrypted"
            if member.reason:
                yield member
                continue
            try:
                with file.open(entry) as stream:
                    member.stream = cast(IO[bytes], _Metered(stream, meter))
                    yield member
            except (Bomb, Unreached):
                raise
            except (RuntimeError, NotImplementedError):
                member.reason = "the member of the archive is packed in a way that is not known"
                yield member
            except Exception:  # noqa: BLE001 - a broken member must not cost those behind it
                member.reason = "the member of the archive is broken"
                yield member


def _tarred(archive: IO[bytes]) -> Iterator[Member]:
    mode: Any = "r:" if archive.seekable() else "r|"
    with tarfile.open(fileobj=archive, mode=mode, tarinfo=_TarEntry) as file:
        for entry in file:
            cast(Any, file).members = []  # else it keeps every entry, and memory grows with the archive
            if entry.isdir():
                continue
            member = Member(entry.name, entry.size, reason=_refused(entry.name), can_seek=mode == "r:")
            if entry.issym() or entry.islnk():
                member.reason = "a link in an archive is not followed"
            elif not entry.isfile():
                member.reason = "not a regular file"
            if not member.reason:
                member.stream = file.extractfile(entry)
            yield member


class _TarEntry(tarfile.TarInfo):
    """An entry whose long name, pax header and map of holes together are of a sensible size.

    tarfile takes these into memory as long as they say they are; a terabyte packs into a few kilobytes.
    """

    def _proc_member(self, file: Any) -> Any:
        whole = file.fileobj
        file.fileobj = _Allowance(whole, MOST_ENTRY_BYTES)
        try:
            return super()._proc_member(file)  # type: ignore[misc]
        finally:
            file.fileobj = whole


class _Metered:
    """A member of a zip whose bytes are counted as they are read."""

    def __init__(self, stream: Any, meter: Meter):
        self._stream, self._meter = stream, meter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int = -1) -> bytes:
        part = bytes(self._stream.read(size))
        self._meter.header(len(part))
        return part


class _Allowance:
    """A stream of which only so many bytes may be read; everything else is the stream's."""

    def __init__(self, stream: Any, left: int):
        self._stream, self._left = stream, left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int) -> bytes:
        self._left -= size
        if size < 0 or self._left < 0:
            raise tarfile.ReadError("the header of an entry is too long")
        return bytes(self._stream.read(size))


def _packed(archive: IO[bytes], kind: str, name: str, meter: Meter) -> Iterator[Member]:
    """What a stream holds that was packed as one: the files of a tar, or one file."""
    stream = cast(IO[bytes], _Bounded(archive, kind, meter))
    only = Member(re.sub(r"\.(t?)(gz|zst|bz2|xz)$", lambda m: ".tar" if m[1] else "", name), None, stream)
    head, _ = only.read(512)
    if head[257:262] == b"ustar":
        yield from _tarred(cast(IO[bytes], _Joined(only._data, stream)))
    else:
        yield only


class _Bounded(io.RawIOBase):
    """What a packed stream inflates to, up to where it is a bomb."""

    def __init__(self, archive: IO[bytes], kind: str, meter: Meter):
        self._archive, self._meter = _Counted(archive), meter
        opened: dict[str, Any] = {"gzip": gzip.GzipFile, "bzip2": bz2.BZ2File, "xz": lzma.LZMAFile}
        if kind == "zstd":
            source = pa.PythonFile(self._archive, mode="r")
            self._stream: Any = pa.CompressedInputStream(source, "zstd")
        elif kind == "gzip":
            self._stream = gzip.GzipFile(fileobj=cast(IO[bytes], self._archive))
        else:
            self._stream = opened[kind](self._archive)
        self._given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = bytes(self._stream.read(_BLOCK if size < 0 else size))
        self._given += len(part)
        self._meter.unpacked(len(part))
        if self._given > RATIO_FROM and self._given > MOST_RATIO * max(self._archive.taken, 1):
            raise Bomb(f"the archive inflates to more than {MOST_RATIO:,} times its size")
        return part


class _Counted(io.RawIOBase):
    """A stream that says how much was taken of it."""

    def __init__(self, stream: IO[bytes]):
        self._stream, self.taken = stream, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._stream.read(size)
        self.taken += len(part)
        return part


_DRIVE = re.compile(r"[A-Za-z]:")


def _refused(name: str) -> str:
    """Why a member of this name is not read; nothing where it may be."""
    if reason := too_long(name):
        return reason
    parts = re.split(r"[/\\]", name)
    if name.startswith(("/", "\\")) or ".." in parts or _DRIVE.match(name):
        return "the name leads out of the archive"
    return ""


def _named(member: Member, seen: dict[int, int]) -> Member:
    """Give each member a name of its own that is text, and of a sensible length."""
    member.name = shown(member.name)
    try:
        member.name.encode()
    except UnicodeEncodeError:
        member.name = quote(member.name.encode("utf-8", "surrogateescape"))
    key = hash(member.name)  # names themselves would take memory as long as the archive lasts
    seen[key] = times = seen.get(key, 0) + 1
    if times > 1:
        member.name = f"{member.name}#{times}"
    return member
