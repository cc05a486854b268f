"""The process that runs queries of users: it reads requests from stdin and writes rows to stdout.

It is started by `query_process` as a script and imports nothing of dicomlab, so that it starts soon. A
request names the database to open, the query, and tables that only this query sees; the answer is frames
of one letter, a length and bytes: rows (B), an error (E), or the end (D). The process ends when stdin is
closed, also in the middle of a query, and when it has had nothing to do for a while.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import struct
import sys
import threading
import time
from typing import IO, Any

IDLE, TOO_LARGE = 75, 76
"""Exit codes: nobody asked for long; the memory that is allowed was used up."""
_LOOK_S = 0.2


def main() -> None:
    """Answer requests until nobody has any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever is printed is no answer
    first = _read_request(source)
    if first is None:
        return
    sys.path[:] = first[0]["path"]  # packages come from where the one who asks has them
    requests: queue.Queue[tuple[dict[str, Any], list[bytes]]] = queue.Queue()
    requests.put(first)
    threading.Thread(target=_take_requests, args=(source, requests), daemon=True).start()
    worker = _Worker(sink)
    while True:
        try:
            header, tables = requests.get(timeout=float(first[0]["idle_s"]))
        except queue.Empty:
            os._exit(IDLE)
        worker.answer(header, tables)


def _read_request(source: IO[bytes]) -> tuple[dict[str, Any], list[bytes]] | None:
    length = source.read(8)
    if len(length) < 8:
        return None
    header = json.loads(source.read(struct.unpack("<Q", length)[0]))
    tables = [source.read(size) for _, size in header["beside"]]
    return header, tables


def _take_requests(source: IO[bytes], requests: queue.Queue[Any]) -> None:
    while (request := _read_request(source)) is not None:
        requests.put(request)
    os._exit(0)  # who asked is gone, and so is whoever would read the answer


class _Worker:
    def __init__(self, sink: IO[bytes]):
        self._sink = sink
        self._opened = ""
        self._database: Any = None
        self._limit = 0

    def answer(self, header: dict[str, Any], tables: list[bytes]) -> None:
        """Run one query and send what it gives."""
        stage = "open"
        try:
            self._open(header)
            _limit_memory(int(header["memory_mb"]))
            stage = "bind"
            self._run(header, tables)
            self._send(b"D")
        except Exception as error:  # noqa: BLE001 - whoever asked raises it
            cause = error.cause if isinstance(error, _Running) else error
            self._fail("run" if isinstance(error, _Running) else stage, cause)
            if _is_memory(cause):
                os._exit(TOO_LARGE)  # what could not be had is missing somewhere
            if stage == "open":
                os._exit(1)

    def _open(self, header: dict[str, Any]) -> None:
        """Open the database that is wanted: written once, and then for reading only."""
        import duckdb

        wanted = header["open"]
        if self._opened == wanted["key"]:
            return
        if self._database is not None:
            self._database.close()
            self._opened, self._database = "", None
        with contextlib.suppress(OSError):
            os.unlink(wanted["file"])
        with duckdb.connect(wanted["file"], config={"threads": 1}) as database:
            for statement in [*wanted["attach"], *wanted["views"]]:
                database.execute(statement)
        database = duckdb.connect(wanted["file"], read_only=True)
        for statement in [*wanted["attach"], *wanted["settings"]]:
            database.execute(statement)
        with contextlib.suppress(OSError):  # it is open; on Windows it goes with its folder
            os.unlink(wanted["file"])
        self._database, self._opened = database, wanted["key"]

    def _run(self, header: dict[str, Any], tables: list[bytes]) -> None:
        import pyarrow as pa

        cursor = self._database.cursor()
        for (name, _), data in zip(header["beside"], tables, strict=True):
            cursor.register(name, pa.ipc.open_stream(data).read_all())
        relation = cursor.sql(header["sql"])  # until here DuckDB knows the columns, and no value
        try:
            reader = relation.to_arrow_reader(int(header["rows"]))
            self._send_rows(reader.schema, [])
            for batch in reader:
                if batch.num_rows:
                    self._send_rows(reader.schema, [batch])
        except Exception as error:  # noqa: BLE001 - its text may quote a value, and is not sent
            raise _Running(error) from None
        finally:
            cursor.close()

    def _send_rows(self, schema: Any, batches: list[Any]) -> None:
        import pyarrow as pa

        out = pa.BufferOutputStream()
        with pa.ipc.new_stream(out, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        self._send(b"B", out.getvalue())

    def _fail(self, stage: str, error: BaseException) -> None:
        words = str(error).strip().split("\n", 1)[0] if stage == "bind" else ""
        kind = "MemoryError" if _is_memory(error) else type(error).__name__
        about = {"stage": stage, "kind": kind, "words": words}
        self._send(b"E", json.dumps(about).encode())

    def _send(self, letter: bytes, data: Any = b"") -> None:
        view = memoryview(data).cast("B")
        for part in (letter + struct.pack("<Q", len(view)), view):
            left = memoryview(part)
            while left:
                left = left[self._sink.write(left) :]


class _Running(Exception):
    """An error while rows are worked out."""

    def __init__(self, cause: Exception):
        self.cause = cause


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException"


def _limit_memory(mb: int) -> None:
    """Let the process take so much more memory than it has now; more ends the query, or the process."""
    if _Limit.mb == mb:
        return
    is_first, _Limit.mb = not _Limit.mb, mb
    try:
        import resource
    except ImportError:  # Windows: DuckDB's own limit is what there is
        return
    if sys.platform == "linux":
        with open("/proc/self/statm") as about:
            _Limit.base = _Limit.base or int(about.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(
            resource.RLIMIT_AS, (_Limit.base + mb * 2**20, resource.getrlimit(resource.RLIMIT_AS)[1])
        )
    elif is_first:
        threading.Thread(target=_watch_memory, args=(resource,), daemon=True).start()


class _Limit:
    mb = 0
    base = 0


def _watch_memory(resource: Any) -> None:
    """Where no limit on the address space holds, look at what is resident; macOS counts in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit < base + _Limit.mb * 2**20:
        time.sleep(_LOOK_S)
    os._exit(TOO_LARGE)


if __name__ == "__main__":
    main()
