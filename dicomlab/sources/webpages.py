"""Connections to a web server that lists files: bounded answers, and no way to another host."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dicomlab.sources.base import Unreached
from dicomlab.sources.limits import OneAnswer, Spent, may_follow
from dicomlab.sources.unpacking import Unpacker

_PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
SILENT_SECONDS = 60.0
"""How long a web server may be silent."""


async def bounded_client(*, spent: Spent, loop: Any, **settings: Any) -> Any:
    """The session that fsspec asks a web server through."""
    import aiohttp

    async def started(session: Any, context: Any, request: Any) -> None:
        spent.request()

    async def redirected(session: Any, context: Any, sent: Any) -> None:
        there = sent.url.join(type(sent.url)(_location(sent.response)))
        if not may_follow(str(sent.url), str(there)):
            raise Unreached("the server sends us to another host, or to a connection without encryption")

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(started)
    trace.on_request_redirect.append(redirected)
    silent = {"sock_connect": SILENT_SECONDS, "sock_read": SILENT_SECONDS}
    settings = {"timeout": aiohttp.ClientTimeout(total=None, **silent), **settings}
    # Ranges are of the bytes as they are sent. Some servers pack answers nevertheless.
    settings["headers"] = {"Accept-Encoding": "identity", **(settings.get("headers") or {})}
    settings["auto_decompress"] = False
    traces = [trace, *settings.pop("trace_configs", ())]
    return aiohttp.ClientSession(
        loop=loop, trace_configs=traces, response_class=_response_class(spent), **settings
    )


def _location(response: Any) -> str:
    return str(response.headers.get("Location") or response.headers.get("URI") or "")


@asynccontextmanager
async def in_time(spent: Spent, *, is_one: bool = True) -> AsyncIterator[None]:
    """Wait no longer than one answer may take, or several. Raises Unreached.

    A clock is looked at only when something arrives; headers that drip never arrive as a whole.
    """
    try:
        async with asyncio.timeout(spent.left(is_one=is_one)) as clock:
            yield
    except TimeoutError:
        if clock.expired():
            raise spent.overdue() from None
        raise


class _InTime:
    """The bytes of an answer that others read, each time no longer than one answer may take."""

    def __init__(self, content: Any, spent: Spent, *, is_part: bool):
        self._content, self._spent = content, spent
        self._one = OneAnswer(spent) if is_part else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)

    async def read(self, n: int = -1) -> bytes:
        """Give what is there, at most so many bytes."""
        async with in_time(self._spent):
            part = bytes(await self._content.read(n))
        (self._one or self._spent).took(len(part))
        return part


def _response_class(spent: Spent) -> Any:
    import aiohttp

    class Response(aiohttp.ClientResponse):
        """An answer that is read as far as was asked for, and no further than the limits."""

        async def start(self, connection: Any) -> Any:
            async with in_time(spent):
                started = await super().start(connection)
            is_part = "Range" in self.request_info.headers
            self.content: Any = _InTime(self.content, spent, is_part=is_part)
            return started

        async def read(self) -> bytes:
            if self._body is None:
                async with in_time(spent):
                    self._body = await self._bounded()
            return self._body

        async def _bounded(self) -> bytes:
            wanted = _RANGE.fullmatch(self.request_info.headers.get("Range", ""))
            # A server that knows no ranges gives everything, and some never end.
            begin = int(wanted[1]) if wanted and self.status == 200 else 0
            end = None if wanted is None else begin + int(wanted[2]) - int(wanted[1]) + 1
            unpacker = Unpacker(self.headers.get("Content-Encoding"))
            one, parts, have = OneAnswer(spent), [], 0
            try:
                async for chunk in self.content.iter_chunked(_PIECE):
                    for part in one.pieces(chunk, unpacker):
                        parts.append(part)
                        have += len(part)
                        if end is not None and have >= end:
                            break
                    if end is not None and have >= end:
                        break
            except Unreached:
                self.close()
                raise
            if end is not None and not self.content.at_eof():
                self.close()
            return b"".join(parts)[begin:end]

    return Response
