"""Calls to a file system of fsspec, none of which lasts or brings more than the limits allow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from dicomlab.sources.limits import LimitReached, Spent
from dicomlab.sources.webpages import in_time

IN_FLIGHT = 64
"""How many objects are asked for at a time, by each worker."""


class BoundedCalls:
    """Calls to one file system. `is_web` says that it counts requests and answers by itself."""

    def __init__(self, fs: Any, spent: Spent, *, is_web: bool):
        self._fs, self._spent, self._is_web = fs, spent, is_web
        self.is_s3 = hasattr(fs, "call_s3")
        self._is_async = bool(getattr(fs, "async_impl", False))

    @contextmanager
    def at_once(self) -> Iterator[Callable[..., Future[Any]]]:
        """A way to call methods without waiting: on the file system's own loop, or on threads."""
        if self._is_async:
            yield self.later
            return
        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            yield lambda name, *given, **named: pool.submit(getattr(self._fs, name), *given, **named)

    def later(self, work: str | Callable[..., Any], *given: Any, **named: Any) -> Future[Any]:
        """Call a method of a file system that has a loop of its own."""
        # What others than these call one method may be many requests.
        is_one = self.is_s3 or self._is_web

        async def bounded() -> Any:
            method = getattr(self._fs, f"_{work}") if isinstance(work, str) else work
            async with in_time(self._spent, is_one=is_one):
                return await method(*given, **named)

        return asyncio.run_coroutine_threadsafe(bounded(), self._fs.loop)

    def now(self, name: str, *given: Any, **named: Any) -> Any:
        """Call a method, and wait for what it gives."""
        if self._is_async:
            return self.later(name, *given, **named).result()
        return getattr(self._fs, name)(*given, **named)

    def part(self, call: Callable[..., Future[bytes]], path: str, *, start: int, end: int) -> Future[bytes]:
        """Ask for some bytes of an object."""
        try:
            if not self._is_web:
                self._spent.request()
                self._spent.took(end - start)
        except LimitReached as error:
            failed: Future[bytes] = Future()
            failed.set_exception(error)
            return failed
        if self.is_s3:
            from dicomlab.sources.ranged import part_of_s3

            return call(partial(part_of_s3, self._fs), path, start=start, end=end)
        return call("cat_file", path, start=start, end=end)

    def open(self, path: str, **how: Any) -> Any:
        """Open an object; blocks of it are transferred as they are read."""
        if not self.is_s3:
            return self._fs.open(path, "rb", **how)
        from dicomlab.sources.ranged import RangedObject

        return RangedObject(partial(self.part, self.later, path), path, self.now("info", path)["size"], **how)
