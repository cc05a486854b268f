"""Connections to a web server that are cut when an answer takes too long, whatever of it arrives.

A time limit that is looked at when something arrives is not enough: headers that drip, a byte at a
time, never arrive as a whole. So a clock beside each request shuts its socket down.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from dicomlab.sources.limits import Spent

if TYPE_CHECKING:
    import httpx


class Connections:
    """Clients with a connection each, so that one is cut without the others.

    `new_client` makes such a client, and `most` are at work at a time. May be used by several threads.
    """

    def __init__(self, new_client: Callable[[], httpx.Client], spent: Spent, most: int):
        self._new_client, self._spent = new_client, spent
        self._free = threading.BoundedSemaphore(most)
        self._idle = [_Line(new_client())]
        self._lock = threading.Lock()

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *error: object) -> None:
        for line in self._idle:
            line.client.close()

    @contextmanager
    def get(self, url: str, asked: Mapping[str, str] | None, silent: float) -> Iterator[httpx.Response]:
        """Ask for an address; the answer may be silent for so many seconds.

        Raises Unreached where it takes longer than the limits allow, LimitReached, and what httpx raises.
        """
        with self._free, self._answer(url, asked, silent) as answer:
            yield answer

    @contextmanager
    def _answer(self, url: str, asked: Mapping[str, str] | None, silent: float) -> Iterator[httpx.Response]:
        import httpx

        left = self._spent.left()
        line = self._line()
        timeout = httpx.Timeout(min(silent, left), pool=None)
        clock = threading.Timer(min(left, threading.TIMEOUT_MAX), line.cut)
        clock.daemon = True
        clock.start()
        try:
            with line.client.stream(
                "GET", url, params=asked, timeout=timeout, extensions={"trace": line.note}
            ) as answer:
                yield answer
        except Exception:
            if line.was_cut:
                raise self._spent.overdue() from None
            raise
        finally:
            clock.cancel()
            self._back(line)

    def _line(self) -> _Line:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Line(self._new_client())

    def _back(self, line: _Line) -> None:
        if line.was_cut:
            line.client.close()
            return
        with self._lock:
            self._idle.append(line)


class _Line:
    """A client, and the socket of its connection, which another thread may shut down."""

    def __init__(self, client: httpx.Client):
        self.client = client
        self.was_cut = False
        self._socket: Any = None
        self._lock = threading.Lock()

    def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket from what httpx says while it connects."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self.was_cut:
                    self._shut()

    def cut(self) -> None:
        """Shut the socket down, now or as soon as there is one."""
        with self._lock:
            self.was_cut = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
