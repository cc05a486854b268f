"""What a benchmark ran on, and how it prints: plain tables that fit into a README."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("dicomlab", "pydicom", "numpy", "pyarrow", "numba", "pandas", "deltalake", "duckdb", "joblib")


def cores() -> list[int]:
    """The cores this process may use, where the system says so."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def one_core() -> int | None:
    """The core to pin to; none where the system cannot."""
    return cores()[-1] if hasattr(os, "sched_setaffinity") else None


def describe() -> str:
    """Cores, system, Python and packages, in two lines."""
    have = [f"{name} {found}" for name in PACKAGES if (found := _version(name))]
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{len(cores())} cores{load}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}\n{', '.join(have)}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def as_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows as a Markdown table with straight columns; all but the first are set right.

    >>> print(as_table(["reader", "files/s"], [["a", 1200]]))
    | reader | files/s |
    |:-------|--------:|
    | a      |    1200 |
    """
    texts = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in texts) for i in range(len(head))]
    lines = [f"| {row[0]:<{widths[0]}} " + _right(row[1:], widths[1:]) for row in texts]
    rule = f"|:{'-' * (widths[0] + 1)}" + "".join(f"|{'-' * (w + 1)}:" for w in widths[1:]) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _right(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"| {cell:>{width}} " for cell, width in zip(cells, widths, strict=True)) + "|"


def rate(files: float, seconds: float) -> str:
    """Files a second, to three figures."""
    return figures(files / seconds)


def figures(number: float) -> str:
    """A number to three figures.

    >>> figures(0.4567), figures(12.34), figures(5321)
    ('0.457', '12.3', '5,320')
    """
    if number == 0:
        return "0"
    from math import floor, log10

    digits = 2 - floor(log10(abs(number)))
    return f"{round(number, digits):,.{max(digits, 0)}f}"


def size(bytes_: float) -> str:
    """Bytes in the unit that reads best.

    >>> size(412), size(65_000), size(3.2e8)
    ('412 B', '65.0 kB', '320 MB')
    """
    for unit in ("B", "kB", "MB"):
        if bytes_ < 1000:
            return f"{figures(bytes_)} {unit}"
        bytes_ /= 1000
    return f"{figures(bytes_)} GB"
