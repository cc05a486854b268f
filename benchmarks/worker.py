"""One contender in a process of its own, so that a crash of one does not end the run.

Started as `python worker.py NAME`; it reads one JSON object a line and answers each with one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any


class Crashed(Exception):
    """The process of a contender has ended."""


class Worker:
    """The near end: a contender in another process, asked to read."""

    def __init__(self, name: str, columns: list[str], paths: list[str], cpu: int | None):
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **dict.fromkeys(_THREADS, "1")},
        )
        self._ask({"columns": columns, "paths": paths, "cpu": cpu})

    def read(self, step: int, passes: int) -> dict[str, Any]:
        """Read every `step`-th file, `passes` times over: files, wall and cpu seconds."""
        return self._ask({"step": step, "passes": passes})

    def sample(self, step: int) -> dict[str, Any]:
        """Plain cells of every `step`-th file, by column."""
        cells: dict[str, Any] = self._ask({"sample": step})["cells"]
        return cells

    def close(self) -> None:
        """End the process; once or more than once."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        self._process.wait()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        answer = self._answer(question)
        if "error" in answer:
            self.close()
            raise Crashed(answer["error"])
        return answer

    def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return {"error": f"the process ended with code {self._process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer


_THREADS = (
    "OMP_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS",
    "RAYON_NUM_THREADS",
)


class _Far:
    """The far end: holds the contender."""

    def __init__(self, name: str, job: dict[str, Any]):
        from floor import FLOORS
        from peers import OURS, PEERS

        from dicomlab.schema.columns import Columns

        if job["cpu"] is not None:
            os.sched_setaffinity(0, {job["cpu"]})
        _one_thread()
        self.columns = list(Columns.only(*job["columns"]))
        self.paths = job["paths"]
        contender = next(c for c in (OURS, *PEERS, *FLOORS) if c.name == name)
        self._read = contender.start(self.columns)
        if contender in FLOORS or contender.package == "dicomlab":
            self._read(self.paths)  # compiles, and tells the floor how much to read
        else:
            self._read(self.paths[:3])

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if step := question.get("sample"):
            return {"cells": self._plain(self.paths[::step])}
        paths = self.paths[:: question["step"]] * question["passes"]
        cpu, wall = _cpu_seconds(), time.perf_counter()
        self._read(paths)
        wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
        return {"files": len(paths), "wall": wall, "cpu": cpu}

    def _plain(self, paths: list[str]) -> dict[str, Any]:
        from cells import plain

        table = self._read(paths)
        if hasattr(next(iter(table.values()), None), "to_pylist"):
            table = {name: values.to_pylist() for name, values in table.items()}  # type: ignore[attr-defined]
        return {c.name: [plain(v, c) for v in table[c.name]] for c in self.columns}


def _one_thread() -> None:
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def _cpu_seconds() -> float:
    """Seconds of this process and of the children it has waited for."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def main() -> None:
    """Answer questions until there are none."""
    # What a library prints must not come between the answers.
    out = os.fdopen(os.dup(1), "w")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    far: _Far | None = None
    for line in sys.stdin:
        try:
            if far is None:
                far = _Far(sys.argv[1], json.loads(line))
                answer: dict[str, Any] = {"ready": True}
            else:
                answer = far.answer(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
