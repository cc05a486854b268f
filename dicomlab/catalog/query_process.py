"""Processes that run queries of users, bounded in memory and time; a warm one waits for the next query.

A process runs one query at a time and is ended in the middle of one without harm to others: calls from
several threads get a process each. It has a database of one snapshot open, and opens another when that
is asked for. Processes end with the one that started them, and when nobody asked for a minute.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import IO, Any, cast

import pyarrow as pa

from dicomlab.catalog.query_child import IDLE, TOO_LARGE
from dicomlab.errors import QueryEnded, QueryTooLarge, QueryTooSlow
from dicomlab.schema.levels import literal

MOST_IDLE = 2
"""Processes that wait for a query, at most."""
IDLE_S = 60.0
_THREADS = 16
_ENDED_S = 10.0
_SCRIPT = Path(__file__).with_name("query_child.py")


@dataclass(frozen=True)
class Opening:
    """What a process opens to answer: a database with these views, which then is for reading only."""

    key: str
    """A name that no other snapshot has."""
    attach: tuple[str, ...]
    views: tuple[str, ...]
    settings: tuple[str, ...]
    """Run last; they end with locking the configuration."""


@dataclass(frozen=True)
class Limits:
    """What one query may take."""

    seconds: float
    memory_mb: int


class Failed(Exception):
    """DuckDB refused a query in a process; `words` is empty where they could quote a value."""

    def __init__(self, stage: str, kind: str, words: str):
        self.stage, self.kind, self.words = stage, kind, words
        super().__init__(kind)


def ask(
    opening: Opening, query: str, beside: Mapping[str, pa.Table], *, rows: int, limits: Limits
) -> Iterator[pa.Table]:
    """Run a query in a process, and give its rows as they come; first a table without rows.

    Raises Failed for what DuckDB refuses, QueryTooLarge, QueryTooSlow, and QueryEnded when the process
    was ended by somebody else.
    """
    child, answers = _begun(opening, query, beside, rows, limits)
    is_whole = False
    try:
        yield from answers
        is_whole = True
    except Failed as error:
        is_whole = error.stage in ("bind", "run")  # it goes on as before
        raise
    finally:
        if is_whole:
            _pool.give(child)
        else:
            child.end()


def _begun(
    opening: Opening, query: str, beside: Mapping[str, pa.Table], rows: int, limits: Limits
) -> tuple[_Child, Iterator[pa.Table]]:
    """A process that has begun to answer: one that ended while it waited is replaced."""
    while True:
        child = _pool.take(opening.key)
        try:
            answers = child.answers(opening, query, beside, rows, limits)
            first = next(answers)
        except _Gone:
            child.end()
            continue
        except BaseException as error:
            if isinstance(error, Failed) and error.stage in ("bind", "run"):
                _pool.give(child)
            else:
                child.end()
            raise
        return child, _chained(first, answers)


def _chained(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from rest


class _Gone(Exception):
    """A process that waited had ended before it was asked."""


class _Child:
    """One process, and the pipes to it."""

    def __init__(self) -> None:
        self.opened = ""
        self._was_asked = False
        self._folder = Path(tempfile.mkdtemp(prefix="query-", dir=_private_folder()))
        more: dict[str, Any] = (
            {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
            if os.name == "nt"
            else {"start_new_session": True}  # Ctrl-C goes to the one who asks only
        )
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={**os.environ, "MALLOC_ARENA_MAX": "4", "PYTHONWARNINGS": "ignore"},
            **more,
        )
        # Also for one that is dropped in the middle of an answer, which nobody ends by name.
        self._ending = weakref.finalize(self, _end_process, self._process, self._folder)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Its number in the system."""
        return self._process.pid

    def answers(
        self, opening: Opening, query: str, beside: Mapping[str, pa.Table], rows: int, limits: Limits
    ) -> Iterator[pa.Table]:
        """Ask, and give what is answered; the clock runs while this waits, not while rows are used."""
        left = limits.seconds
        start = monotonic()
        with _Clock(self, left) as clock:
            self._send(opening, query, beside, rows, limits)
            letter, data = self._frame(limits, clock)
        while True:
            left -= monotonic() - start
            if letter == b"D":
                return
            if letter == b"E":
                _raise(json.loads(bytes(data)), limits)
            yield pa.ipc.open_stream(data).read_all()
            start = monotonic()
            with _Clock(self, left) as clock:
                letter, data = self._frame(limits, clock)

    def _send(
        self, opening: Opening, query: str, beside: Mapping[str, pa.Table], rows: int, limits: Limits
    ) -> None:
        tables = {name: _as_stream(table) for name, table in beside.items()}
        spill = self._folder / "spill"
        header = {
            "open": {
                "key": opening.key,
                "file": str(self._folder / "views.duckdb"),
                "attach": opening.attach,
                "views": opening.views,
                "settings": (f"SET temp_directory = {literal(str(spill))}", *opening.settings),
            },
            "sql": query,
            "beside": [(name, data.size) for name, data in tables.items()],
            "rows": rows,
            "memory_mb": limits.memory_mb,
            "path": [path or os.getcwd() for path in sys.path],
            "idle_s": IDLE_S,
        }
        plain = json.dumps(header).encode()
        was_asked, self._was_asked, self.opened = self._was_asked, True, opening.key
        try:
            for part in (struct.pack("<Q", len(plain)), plain, *tables.values()):
                left = memoryview(part).cast("B")
                while len(left):
                    left = left[cast(IO[bytes], self._process.stdin).write(left) :]
        except OSError:
            if was_asked:
                raise _Gone from None
            raise QueryEnded(self._why()) from None

    def _frame(self, limits: Limits, clock: _Clock) -> tuple[bytes, memoryview]:
        head = self._read(9)
        if len(head) == 9:
            length = struct.unpack("<Q", head[1:])[0]
            data = self._read(length)
            if len(data) == length:
                return bytes(head[:1]), data
        if clock.is_over:
            raise QueryTooSlow(limits.seconds)
        why = self._why()
        if self._process.returncode == IDLE:
            raise _Gone
        if self._process.returncode in (TOO_LARGE, -getattr(signal, "SIGABRT", 6)):  # no memory for a thread
            raise QueryTooLarge(limits.memory_mb)
        raise QueryEnded(why)

    def _read(self, length: int) -> memoryview:
        """So many bytes, or fewer if the process has ended."""
        data, n = memoryview(bytearray(length)), 0
        out = cast(Any, self._process.stdout)
        while n < length and (some := out.readinto(data[n:])):
            n += some
        return data[:n]

    def _why(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDED_S)
        code = self._process.returncode
        return f"by signal {-code}" if code is not None and code < 0 else f"with code {code}"

    def kill(self) -> None:
        """End the process at once; who waits for it goes on."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """End the process, and remove what it left."""
        self._ending()

    def forget_after_fork(self) -> None:
        """Leave a process to the parent."""
        self._ending.detach()
        _close_pipes(self._process)
        self._process.returncode = 0


def _end_process(process: subprocess.Popen[bytes], folder: Path) -> None:
    with suppress(OSError):
        process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(_ENDED_S)
    _close_pipes(process)
    shutil.rmtree(folder, ignore_errors=True)


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    """Close the pipes; a process that reads from them then ends by itself."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError, AttributeError):
            cast(IO[bytes], pipe).close()


class _Clock:
    """Kills a process when its time is over."""

    def __init__(self, child: _Child, seconds: float):
        self.is_over = False
        self._child = child
        self._timer = threading.Timer(max(0.0, min(seconds, threading.TIMEOUT_MAX)), self._stop)
        self._timer.daemon = True

    def _stop(self) -> None:
        self.is_over = True
        self._child.kill()

    def __enter__(self) -> _Clock:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _raise(about: Mapping[str, str], limits: Limits) -> None:
    if about["kind"] == "MemoryError":
        raise QueryTooLarge(limits.memory_mb)
    raise Failed(about["stage"], about["kind"], about["words"])


def _as_stream(table: pa.Table) -> pa.Buffer:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


class _Pool:
    """The processes that wait for a query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._released: deque[str] = deque()
        self._all: weakref.WeakSet[_Child] = weakref.WeakSet()

    def take(self, key: str) -> _Child:
        """A process for one query: one that has this database open, or any other one."""
        with self._lock:
            gone = self._ended()
            same = [child for child in self._idle if child.opened == key]
            chosen = same[-1] if same else None
            if chosen is None and len(self._idle) >= MOST_IDLE:
                chosen = self._idle[0]
            if chosen is not None:
                self._idle.remove(chosen)
        for child in gone:
            child.end()
        if chosen is None:
            chosen = _Child()
            with self._lock:
                self._all.add(chosen)
        return chosen

    def give(self, child: _Child) -> None:
        """Take a process back; the one that waited longest goes if there are too many."""
        with self._lock:
            self._idle.append(child)
            spare = self._ended()
            spare += [self._idle.pop(0)] if len(self._idle) > MOST_IDLE else []
        for one in spare:
            one.end()

    def release(self, key: str) -> None:
        """Note that nobody will ask for a database again; called in the middle of anything."""
        self._released.append(key)

    def _ended(self) -> list[_Child]:
        """Those that wait for nothing, taken from the list; to be called with the lock."""
        keys = {self._released.popleft() for _ in range(len(self._released))}
        spare = [child for child in self._idle if child.opened in keys or not child.is_alive]
        self._idle = [child for child in self._idle if child not in spare]
        return spare

    def end(self) -> None:
        """End all processes."""
        with self._lock:
            every, self._idle = list(self._all), []
        for child in every:
            child.end()

    def forget(self) -> None:
        """In a forked process: the processes are those of the one that forked."""
        for child in list(self._all):
            child.forget_after_fork()
        self.__init__()  # type: ignore[misc]


def release(key: str) -> None:
    """Say that nobody will ask for a snapshot again."""
    _pool.release(key)


_pool = _Pool()
atexit.register(_pool.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def _private_folder() -> Path:
    from dicomlab.catalog.database import temporary

    return temporary()


def duckdb_threads() -> int:
    """How many threads a process uses; each takes address space."""
    return min(os.cpu_count() or 1, _THREADS)
