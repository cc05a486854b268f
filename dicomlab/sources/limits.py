"""How much a scan takes from a server at most: bytes, requests, pages and time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol
from urllib.parse import urlsplit

from dicomlab.errors import WrongArgument
from dicomlab.sources.base import Unreached

_DEFAULT_PORTS = {"http": 80, "https": 443}


class LimitReached(Unreached):
    """A scan took as much from a server as its limits allow."""


@dataclass(frozen=True)
class Limits:
    """What one scan takes from a server at most, in each of its worker processes."""

    total_bytes: int = 2 * 1024**4
    """Bytes of all answers together, after they were unpacked."""
    requests: int = 50_000_000
    """How many requests are made."""
    pages: int = 5_000_000
    """How many pages of listings are asked for; a folder has one page at least."""
    seconds: float = 14 * 86_400.0
    """How long a scan takes things from the server, in seconds."""
    page_bytes: int = 1024**3
    """Bytes of one answer, after it was unpacked."""
    request_seconds: float = 900.0
    """How long one answer may take, in seconds, however steadily it arrives."""

    @classmethod
    def of(cls, given: Mapping[str, Any] | Limits | None) -> Limits:
        """Take the limits of a person. Raises WrongArgument for what is no limit."""
        if isinstance(given, Limits):
            return given
        names = [one.name for one in fields(cls)]
        for name, value in (given or {}).items():
            if name not in names:
                raise WrongArgument("limits", name, names)
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise WrongArgument(name, value, ("a number above 0",))
        return cls(**(given or {}))


class Spent:
    """What was taken from a server so far, held against the limits. May be used by several threads."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self._lock = threading.Lock()
        self._bytes, self._requests, self._pages = 0, 0, 0
        self._began: float | None = None

    def __reduce__(self) -> tuple[type[Spent], tuple[Limits]]:
        return Spent, (self.limits,)

    def request(self) -> None:
        """Count a request. Raises LimitReached."""
        with self._lock:
            self._requests += 1
            if self._requests > self.limits.requests:
                raise LimitReached(f"the limit of {self.limits.requests:,} requests is reached")
        self.time()

    def page(self) -> None:
        """Count a page of a listing. Raises LimitReached."""
        with self._lock:
            self._pages += 1
            if self._pages > self.limits.pages:
                raise LimitReached(f"the limit of {self.limits.pages:,} pages is reached")
        self.time()

    def took(self, n: int) -> None:
        """Count bytes. Raises LimitReached."""
        with self._lock:
            self._bytes += n
            if self._bytes > self.limits.total_bytes:
                raise LimitReached(f"the limit of {self.limits.total_bytes:,} bytes is reached")

    def time(self) -> None:
        """Look at the clock. Raises LimitReached."""
        now = time.monotonic()
        if self._began is None:
            self._began = now
        if now - self._began > self.limits.seconds:
            raise LimitReached(f"the limit of {self.limits.seconds:,.0f} seconds is reached")

    def left(self, *, is_one: bool = True) -> float:
        """How many seconds are left for one answer, or for several. Raises LimitReached."""
        self.time()
        began = time.monotonic() if self._began is None else self._began
        whole = began + self.limits.seconds - time.monotonic()
        return min(self.limits.request_seconds, whole) if is_one else whole

    def overdue(self) -> Unreached:
        """Why an answer that took all the time that was `left` is not waited for."""
        try:
            self.time()
        except LimitReached as error:
            return error
        return Unreached(f"the answer takes longer than {self.limits.request_seconds:,.0f} seconds")

    def answer(self, chunks: Iterable[bytes], unpacker: Pieces | None = None) -> Iterator[bytes]:
        """Give the pieces of one answer, unpacked. Raises Unreached where it is too long or slow."""
        one = OneAnswer(self)
        for chunk in chunks:
            yield from one.pieces(chunk, unpacker)


class Pieces(Protocol):
    """Something that unpacks the bytes of an answer piece by piece."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What the next bytes unpack to."""
        ...


class OneAnswer:
    """What came of one answer so far."""

    def __init__(self, spent: Spent):
        self._spent, self._bytes, self._began = spent, 0, time.monotonic()

    def pieces(self, chunk: bytes, unpacker: Pieces | None) -> Iterator[bytes]:
        """Count bytes as they came, or as they are unpacked where that is more. Raises Unreached."""
        made = 0
        for piece in [chunk] if unpacker is None else unpacker.pieces(chunk):
            made += len(piece)
            self.took(len(piece))
            yield piece
        if made < len(chunk):  # what unpacks to nothing can drip, too
            self.took(len(chunk) - made)

    def took(self, n: int) -> None:
        """Count bytes of the answer. Raises Unreached."""
        limits = self._spent.limits
        self._bytes += n
        if self._bytes > limits.page_bytes:
            raise Unreached(f"the answer is longer than {limits.page_bytes:,} bytes")
        self._spent.took(n)
        self._spent.time()
        if time.monotonic() - self._began > limits.request_seconds:
            raise self._spent.overdue()


def may_follow(start: str, to: str) -> bool:
    """Whether a redirect stays on its host: the same port, or from http to https.

    >>> may_follow("https://a/x", "https://a/y"), may_follow("https://a/x", "https://b/x")
    (True, False)
    >>> may_follow("http://a/x", "https://a/x"), may_follow("https://a/x", "http://a/x")
    (True, False)
    """
    try:
        old, new = urlsplit(start), urlsplit(to)
        if old.hostname != new.hostname or "@" in new.netloc:
            return False
        if (old.scheme, new.scheme) == ("http", "https"):
            return True
        ports = [one.port or _DEFAULT_PORTS.get(one.scheme) for one in (old, new)]
    except ValueError:
        return False
    return old.scheme == new.scheme and ports[0] == ports[1]
