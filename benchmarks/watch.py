"""Memory and processor time of a process and all its children, as Linux counts them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_PROC = Path("/proc")
CAN_WATCH = sys.platform == "linux"
"""Whether this system has the counters."""


def family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for task in _PROC.glob(f"{pid}/task/*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # it has just ended
            continue
        for child in children:
            found += family(int(child))
    return found


def resident_bytes(pid: int) -> int:
    """Resident memory of a process and its descendants; shared pages count in each."""
    return sum(_field(p, "statm", 1) for p in family(pid)) * os.sysconf("SC_PAGE_SIZE")


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and its descendants have used, the ended ones too."""
    ticks = sum(_field(p, "stat", i) for p in family(pid) for i in (13, 14, 15, 16))
    return ticks / os.sysconf("SC_CLK_TCK")


def _field(pid: int, file: str, number: int) -> int:
    try:
        text = (_PROC / str(pid) / file).read_text()
    except OSError:
        return 0
    # The name of the program stands in brackets, and may hold blanks.
    head, _, tail = text.rpartition(")")
    fields = [head, "", *tail.split()] if head else text.split()
    return int(fields[number])


@dataclass
class Watch:
    """Memory of a process over time, sampled from a thread until `stop` is called."""

    pid: int
    seconds: float = 0.2
    """Time between samples."""
    samples: list[tuple[float, int]] = field(default_factory=list)
    _end: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Sample until told to stop."""
        while not self._end.wait(self.seconds):
            self.samples.append((time.time(), resident_bytes(self.pid)))

    def stop(self) -> None:
        """End the sampling."""
        self._end.set()

    def fifths(self, first: float, last: float) -> list[int]:
        """The largest memory in each fifth of a stretch of time."""
        inside = [(at, held) for at, held in self.samples if first <= at <= last]
        length = (last - first) / 5 or 1.0
        largest = [0] * 5
        for at, held in inside:
            part = min(4, int((at - first) / length))
            largest[part] = max(largest[part], held)
        return largest


def watched(command: list[str], *, seconds: float = 0.2) -> tuple[str, Watch]:
    """Run a command to its end; gives what it printed, and how its memory went."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        watch = Watch(process.pid, seconds)
        sampler = threading.Thread(target=watch.run)
        if CAN_WATCH:
            sampler.start()
        said, _ = process.communicate()
        watch.stop()
        if CAN_WATCH:
            sampler.join()
    if process.returncode:
        raise RuntimeError(f"{command[1]} ended with code {process.returncode}")
    return said, watch


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds that some work of this process and its children took: by the wall, and of processor."""
    cpu, wall = (cpu_seconds(os.getpid()) if CAN_WATCH else 0.0), time.perf_counter()
    work()
    wall = time.perf_counter() - wall
    return {"wall": wall, "cpu": (cpu_seconds(os.getpid()) - cpu) if CAN_WATCH else 0.0}
