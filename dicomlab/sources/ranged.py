"""An object in a bucket, read by ranges, each no longer than was asked for and in a limited time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from fsspec.spec import AbstractBufferedFile

from dicomlab.sources.base import Unreached

_PIECE = 64 * 1024


class RangedObject(AbstractBufferedFile):
    """An open object; `fetch` asks for a part of it."""

    def __init__(self, fetch: Callable[..., Future[bytes]], path: str, size: int, **how: Any):
        self._fetch = fetch
        super().__init__(fs=None, path=path, mode="rb", size=size, **how)

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._fetch(start=start, end=end).result()


async def part_of_s3(fs: Any, path: str, *, start: int, end: int) -> bytes:
    """Some bytes of an object in S3: s3fs takes whatever a server sends, and some never end."""
    bucket, key, version = fs.split_path(path)
    which = {"VersionId": version} if version else {}
    said = await fs._call_s3("get_object", Bucket=bucket, Key=key, Range=f"bytes={start}-{end - 1}", **which)
    body, parts, have = said["Body"], [], 0
    try:
        while have < end - start and (part := await body.read(min(_PIECE, end - start - have))):
            parts.append(part)
            have += len(part)
        if have == end - start and said["ContentLength"] > have:
            raise Unreached("the server gives more than was asked for")
    finally:
        body.close()
    return b"".join(parts)
