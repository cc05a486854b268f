"""Connections to S3 that stay where they are sent: aiobotocore by itself follows any redirect."""

from __future__ import annotations

from functools import cache
from typing import Any

from dicomlab.sources.base import Unreached

_REDIRECTS = (301, 302, 303, 307, 308)
_REGION = "x-amz-bucket-region"
_PIECE = 1024 * 1024
MOST_ANSWER = 1024**3
"""How many bytes of an answer are taken that is read as a whole, such as a page of a listing."""


@cache
def staying_session() -> type:
    """The class of sessions for aiobotocore that follow no redirect.

    What Amazon says about a bucket in another region is not lost: botocore reads it in the answer,
    and asks its own name for that region.
    """
    from aiobotocore.httpsession import AIOHTTPSession

    class StayingSession(AIOHTTPSession):
        """A session whose requests are answered by the host they are sent to."""

        async def _get_session(self, proxy_url: str | None) -> Any:
            return _Staying(await super()._get_session(proxy_url))

    return StayingSession


class _Staying:
    """A session of aiohttp that follows no redirect."""

    def __init__(self, session: Any):
        self._session = session

    async def request(self, method: str, **named: Any) -> Any:
        """Make a request; a redirect is its answer. Raises Unreached where it names no region."""
        answer = await self._session.request(method, **{**named, "allow_redirects": False})
        # botocore would ask the same host for the region, and again at the redirect that it gets for that.
        if answer.status in _REDIRECTS and _REGION not in answer.headers:
            answer.close()
            raise Unreached("the server sends us to another address")
        answer.content = _Bounded(answer.content)
        return answer


class _Bounded:
    """The bytes of an answer, MOST_ANSWER of them where they are read as a whole."""

    def __init__(self, content: Any):
        self._content = content

    def __getattr__(self, name: str) -> Any:
        return getattr(self._content, name)

    async def read(self, n: int = -1) -> bytes:
        """Give the next bytes, or all of them. Raises Unreached."""
        if n >= 0:
            return bytes(await self._content.read(n))
        whole = bytearray()
        while part := await self._content.read(_PIECE):
            whole += part
            if len(whole) > MOST_ANSWER:
                raise Unreached(f"the answer is longer than {MOST_ANSWER:,} bytes")
        return bytes(whole)
