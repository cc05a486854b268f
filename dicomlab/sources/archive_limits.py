"""How much may come of one archive, with those that lie in it: members, bytes, names."""

from __future__ import annotations

from typing import IO

MOST_MEMBERS = 1_000_000
"""How many members of an archive are met."""
MOST_UNPACKED = 1024**4
"""How many bytes an archive may be unpacked to, as far as it is read."""
MOST_HEADER_RATIO, HEADERS_FROM = 100, 1024**3
"""Headers in a zip that unpack to more than so many times its size, after the first GiB, are a bomb."""
MOST_NAME = 4_096
"""How many characters the name of a member may have."""
MOST_LIST_BYTES = 128 * 1024 * 1024
"""How long the list of members of a zip may be: it is read as a whole."""
MOST_NESTED_RATIO, NESTED_FROM = 20, 16 * 1024 * 1024
"""A zip that is packed again is held in memory: up to 16 MiB, or so many times the bytes of the archive."""
_SHOWN_NAME = 200
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_END_BYTES = 22 + 0xFFFF
_ALL_ONES = 0xFFFFFFFF


class Bomb(OSError):
    """More comes of an archive than of anything of use."""

    def __init__(self, why: str) -> None:
        super().__init__(0, why)


class Meter:
    """What came of an archive and those in it so far.

    >>> meter = Meter(b"1234")
    >>> meter.member(), meter.unpacked(1000)
    (None, None)
    """

    def __init__(self, archive: IO[bytes] | bytes):
        self._size = len(archive) if isinstance(archive, bytes) else _length(archive)
        self._members = self._bytes = self._of_headers = 0

    def member(self) -> None:
        """Count a member. Raises Bomb."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise Bomb(f"the archive has more than {MOST_MEMBERS:,} members")

    def unpacked(self, n: int) -> None:
        """Count bytes that were unpacked. Raises Bomb."""
        self._bytes += n
        if self._bytes > MOST_UNPACKED:
            raise Bomb(f"the archive unpacks to more than {MOST_UNPACKED:,} bytes")

    def header(self, n: int) -> None:
        """Count bytes that were unpacked of the beginning of a member. Raises Bomb."""
        self.unpacked(n)
        self._of_headers += n
        if self._size is not None and self._of_headers > HEADERS_FROM + MOST_HEADER_RATIO * self._size:
            raise Bomb(f"headers in the archive unpack to more than {MOST_HEADER_RATIO:,} times its size")

    def most_held(self, most: int) -> int:
        """How many bytes of a zip in the archive may be held in memory, `most` at most."""
        return most if self._size is None else min(most, max(NESTED_FROM, MOST_NESTED_RATIO * self._size))


def too_long(name: str) -> str:
    """Why a member of this name is not read; nothing where the name is of a sensible length."""
    return f"the name has more than {MOST_NAME:,} characters" if len(name) > MOST_NAME else ""


def shown(name: str) -> str:
    """The name that a member gets in the tables."""
    return name if len(name) <= MOST_NAME else f"{name[:_SHOWN_NAME]}..."


def list_bytes(archive: IO[bytes]) -> int:
    """How long the list of members is that a zip says it has at its end; 0 where it has none."""
    length = archive.seek(0, 2)
    archive.seek(max(0, length - _END_BYTES - 76))
    tail = archive.read(_END_BYTES + 76)
    archive.seek(0)
    at, at_64 = tail.rfind(_END), tail.rfind(_END_64)
    if at < 0:
        return 0
    said = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_64 = said == _ALL_ONES and at_64 >= 0
    return int.from_bytes(tail[at_64 + 40 : at_64 + 48], "little") if is_64 else said


def _length(archive: IO[bytes]) -> int | None:
    """How long an archive is; None where one cannot go back in it."""
    if not archive.seekable():
        return None
    at = archive.tell()
    length = archive.seek(0, 2)
    archive.seek(at)
    return length
