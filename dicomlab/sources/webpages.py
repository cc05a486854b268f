"""Connections to a web server that lists files: bounded answers, and no way to another host."""

from __future__ import annotations

import re
from typing import Any

from dicomlab.sources.base import Unreached
from dicomlab.sources.limits import OneAnswer, Spent, may_follow

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
    traces = [trace, *settings.pop("trace_configs", ())]
    return aiohttp.ClientSession(
        loop=loop, trace_configs=traces, response_class=_response_class(spent), **settings
    )


def _location(response: Any) -> str:
    return str(response.headers.get("Location") or response.headers.get("URI") or "")


def _response_class(spent: Spent) -> Any:
    import aiohttp

    class Response(aiohttp.ClientResponse):
        """An answer that is read as far as was asked for, and no further than the limits."""

        async def read(self) -> bytes:
            if self._body is None:
                self._body = await self._bounded()
            return self._body

        async def _bounded(self) -> bytes:
            wanted = _RANGE.fullmatch(self.request_info.headers.get("Range", ""))
            # A server that knows no ranges gives everything, and some never end.
            begin = int(wanted[1]) if wanted and self.status == 200 else 0
            end = None if wanted is None else begin + int(wanted[2]) - int(wanted[1]) + 1
            one, parts, have = OneAnswer(spent), [], 0
            try:
                async for part in self.content.iter_chunked(_PIECE):
                    one.took(len(part))
                    parts.append(part)
                    have += len(part)
                    if end is not None and have >= end:
                        break
            except Unreached:
                self.close()
                raise
            if end is not None and not self.content.at_eof():
                self.close()
            return b"".join(parts)[begin:end]

    return Response
