"""One object in a bucket: its beginning, the whole of it opened, its stamp, and why it failed."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import Any

from dicomlab.sources.base import Unreached
from dicomlab.sources.limits import Spent

FIRST, MOST_FIRST = 16 * 1024, 256 * 1024
"""How many bytes of an object are asked for at first, and how far that grows where headers are longer."""
# What the listings of s3fs, gcsfs, adlfs, http and memory say about the time and the content of an object.
_MARKS = (
    "ETag",
    "etag",
    "LastModified",
    "last_modified",
    "Last-Modified",
    "mtime",
    "modified",
    "created",
    "updated",
    "generation",
    "md5Hash",
    "Content-MD5",
)
_UNREACHED = (
    "EndpointConnectionError",
    "ConnectTimeoutError",
    "ClientConnectorError",
    "ConnectionClosedError",
)


class Amount:
    """How much of an object is worth asking for at first, from what those before it needed."""

    def __init__(self) -> None:
        self.first, self._taken, self._longer = FIRST, 0, 0

    def note(self, needed: int | None) -> None:
        """An object was taken, or one was found to need more than was asked for."""
        if needed is None:
            self._taken += 1
            return
        self._longer += 1
        if self._longer >= 8 and 4 * self._longer > self._taken:
            self.first = min(max(self.first, 1 << (needed - 1).bit_length()), MOST_FIRST)


class ObjectHead:
    """The beginning of an object, asked for before it is needed."""

    def __init__(self, fetch: Callable[..., Future[bytes]], size: int | None, amount: Amount):
        self._fetch, self._size, self._amount = fetch, size, amount
        self._data = b""
        self._asked = amount.first if size is None else min(amount.first, size)
        self._coming = fetch(start=0, end=self._asked) if self._asked else None
        self._is_new = True

    def read(self, size: int) -> tuple[bytes, int | None]:
        """Give the first bytes, and how long the object was when it was listed.

        Raises Unreached with the reason, and not with what the server says, which may hold secrets.
        """
        if self._is_new:
            self._is_new = False
            self._amount.note(None)
        if self._coming is not None:
            self._take(self._coming)
        if size > len(self._data) and (self._size is None or len(self._data) < self._size):
            self._amount.note(size)
            more = size + FIRST  # a little beyond what is wanted, since another request costs more
            self._asked = more if self._size is None else min(more, self._size)
            self._take(self._fetch(start=len(self._data), end=self._asked))
        return self._data[:size], self._size

    def cancel(self) -> None:
        """Let go of what is on its way."""
        if self._coming is not None:
            self._coming.cancel()

    def _take(self, coming: Future[bytes]) -> None:
        try:
            more = coming.result()
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own
            if not _is_beyond(error):
                self._coming = coming
                raise Unreached(why_of(error)) from None
            more = b""
        self._coming = None
        # A web server that knows no ranges gives everything.
        self._data += more[: self._asked - len(self._data)]
        if len(self._data) < self._asked:
            self._size = len(self._data)


class OpenObject(io.RawIOBase):
    """An open object, whose errors are those of a file; `lost` is the last one.

    `is_counted` says that its bytes are counted as they arrive.
    """

    def __init__(self, file: Any, spent: Spent, *, is_counted: bool = False):
        self._file, self._spent, self._is_counted = file, spent, is_counted
        self.lost: Unreached | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Whether one can go back in it."""
        return bool(self._file.seekable())

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        data = bytes(self._tried(self._file.read, size))
        if not self._is_counted:
            self._tried(self._spent.took, len(data))
        self._tried(self._spent.time)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return int(self._tried(self._file.seek, offset, whence))

    def tell(self) -> int:
        """Where the next byte lies."""
        return int(self._file.tell())

    def close(self) -> None:
        """Let the object go."""
        if not self.closed:
            self._file.close()
        super().close()

    def _tried(self, work: Callable[..., Any], *given: Any) -> Any:
        try:
            return work(*given)
        except ValueError:  # such as a seek to before the beginning: the archive's fault
            raise
        except Exception as error:  # noqa: BLE001 - each file system has errors of its own
            self.lost = Unreached(why_of(error))
            raise self.lost from None


def stamp_of(info: Mapping[str, Any]) -> int | None:
    """A number that changes when an object was written again; None where its listing says nothing.

    >>> stamp_of({"ETag": '"a1"', "size": 1}) == stamp_of({"ETag": '"a2"', "size": 1})
    False
    """
    marks = [f"{name}={_as_text(info[name])}" for name in _MARKS if info.get(name) is not None]
    if not marks:
        return None
    digest = hashlib.blake2b("\n".join(marks).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


def _as_text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def code_of(error: BaseException) -> str:
    """The word or number that the server gives for what went wrong, if it is one."""
    for one in (error, error.__cause__):
        response = getattr(one, "response", None)
        code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
        code = code or getattr(one, "status", None)
        if code is not None and re.fullmatch(r"\w{1,40}", str(code)):
            return str(code)
    return ""


def _is_beyond(error: Exception) -> bool:
    """Whether an object ends before the range that was asked for."""
    return code_of(error) in ("InvalidRange", "416")


def why_of(error: Exception) -> str:
    """What went wrong in our own words: those of the server may hold secrets."""
    code, kind = code_of(error), type(error).__name__
    inner = getattr(error, "kwargs", {}).get("error")  # of what botocore raises for any error of a request
    for one in (error, inner):
        if isinstance(one, Unreached):
            return str(one.strerror)
    if isinstance(error, FileNotFoundError):
        return "it is not there any more"
    if isinstance(error, PermissionError) or code in ("401", "403"):
        return "access is denied" + (f", {code}" if code else "")
    if "Credentials" in kind:
        return "there are no credentials"
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return "the server did not answer in time"
    if isinstance(error, ConnectionError) or kind in _UNREACHED:
        return "the server cannot be reached"
    return f"the server failed, {code or kind}"
