"""The floor: open each file and read the same bytes that dicomlab reads, and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from contender import Contender, Read, Table

from dicomlab.schema.columns import Column, Columns


def _lengths(paths: list[str], columns: Sequence[Column]) -> dict[str, int]:
    """How much of each file dicomlab reads: the first chunk, and on to where it stops."""
    from dicomlab.header.engine import CHUNK, HeaderReader

    unique = list(dict.fromkeys(paths))
    batches = HeaderReader(Columns(columns), keep=False).read(unique)
    ends = np.concatenate([batch.header_bytes for batch in batches])
    return dict(zip(unique, np.maximum(ends, CHUNK).tolist(), strict=True))


@dataclass(frozen=True)
class PythonFloor:
    """open, readv and close, called from Python."""

    name: str = "floor: open+read in Python"
    package: str = "dicomlab"

    def start(self, columns: Sequence[Column]) -> Read:
        """Make the buffer."""
        known: dict[str, int] = {}
        buffer = memoryview(bytearray(64 << 20))

        def read(paths: list[str]) -> Table:
            if not known:  # the untimed first call
                known.update(_lengths(paths, columns))
            at = 0
            for path in paths:
                size = known[path]
                at = 0 if at + size > len(buffer) else at
                handle = os.open(path, os.O_RDONLY)
                at += os.readv(handle, [buffer[at : at + size]])
                os.close(handle)
            return {}

        return read


@dataclass(frozen=True)
class CompiledFloor:
    """open, pread and close, called from compiled code: no interpreter between the calls."""

    name: str = "floor: open+read in C"
    package: str = "dicomlab"

    def start(self, columns: Sequence[Column]) -> Read:
        """Compile the loop."""
        loop = _compiled()
        buffer = np.empty(64 << 20, np.uint8)
        known: dict[str, int] = {}

        def read(paths: list[str]) -> Table:
            if not known:
                known.update(_lengths(paths, columns))
            names = [os.fsencode(path) + b"\0" for path in paths]
            starts = np.cumsum([0, *map(len, names)])
            sizes = np.array([known[path] for path in paths], np.int64)
            if loop(np.frombuffer(b"".join(names), np.uint8), starts, sizes, buffer) < 0:
                raise OSError("a file cannot be opened")
            return {}

        return read


def _compiled() -> Any:
    from numba import njit, types
    from numba.core.types import ExternalFunction

    c_open: Any = ExternalFunction("open", types.intc(types.voidptr, types.intc))
    c_pread: Any = ExternalFunction("pread", types.intp(types.intc, types.voidptr, types.uintp, types.int64))
    c_close: Any = ExternalFunction("close", types.intc(types.intc))

    @njit
    def loop(names: Any, starts: Any, sizes: Any, buffer: Any) -> Any:
        at = 0
        for i in range(sizes.size):
            if at + sizes[i] > buffer.size:
                at = 0
            handle = c_open(names[starts[i] :].ctypes, 0)
            if handle < 0:
                return -1
            at += c_pread(handle, buffer[at:].ctypes, sizes[i], 0)
            c_close(handle)
        return at

    return loop


FLOORS: tuple[Contender, ...] = (
    (PythonFloor(), CompiledFloor()) if sys.platform in ("linux", "darwin") else ()
)
