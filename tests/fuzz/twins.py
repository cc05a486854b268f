"""The two readers side by side, many headers at a time: what one says and the other does not."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from unittest.mock import patch

import pyarrow as pa

from dicomlab.header import frames
from dicomlab.header.engine import Batch, HeaderReader
from dicomlab.header.fallback import NOT_DICOM, PARTIAL, READ
from tests.fuzz.odd_values import TOKEN
from tests.fuzz.promise import columns

MOST_FRAMES = 64
"""How many frames without functional groups get rows here: thousands of equal ones show nothing."""


@cache
def twins() -> tuple[HeaderReader, HeaderReader]:
    """A reader that walks with the kernel, and one that reads all element by element."""
    wanted = columns().add("DimensionIndexPointer")
    return HeaderReader(wanted), HeaderReader(wanted, use_kernel=False)


@dataclass(frozen=True)
class Row:
    """All that a reader says of one file."""

    status: str
    reason: str
    header_bytes: int
    cells: dict[str, Any]
    frames: list[dict[str, Any]]
    dose: list[dict[str, Any]]
    problems: list[tuple[str, str, bytes]]
    is_alone: bool

    def differs(self, other: Row) -> list[str]:
        """What another reader says otherwise: fields, and columns by name."""
        names = ("status", "reason", "header_bytes", "frames", "dose", "problems")
        found = [name for name in names if repr(getattr(self, name)) != repr(getattr(other, name))]
        return found + [name for name in self.cells if repr(self.cells[name]) != repr(other.cells[name])]


def compare(headers: Sequence[bytes]) -> list[tuple[Row, list[str]]]:
    """Read headers in both ways; gives the row of each, and what is wrong with it, in words.

    Raises whatever a reader raises, and for a warning that it gives.
    """
    with warnings.catch_warnings(), patch.object(frames, "MAX_FRAMES", MOST_FRAMES):
        warnings.simplefilter("error")
        ours, theirs = (_rows(reader, headers) for reader in twins())
    if not len(ours) == len(theirs) == len(headers):
        raise AssertionError(f"{len(headers)} files gave {len(ours)} and {len(theirs)} rows")
    return [(a, a.differs(b) + _wrong(a, raw)) for a, b, raw in zip(ours, theirs, headers, strict=True)]


def _wrong(row: Row, raw: bytes) -> list[str]:
    """What may not be in any row, whether or not both readers agree."""
    wrong = []
    if row.status not in (READ, PARTIAL, NOT_DICOM) or (row.status == READ) != (row.reason == ""):
        wrong.append("a status without a reason")
    if not 0 <= row.header_bytes <= len(raw):
        wrong.append("a header longer than the file")
    reasons = [row.reason, *(reason for _, reason, _ in row.problems)]
    if not all(reasons[1:]):
        wrong.append("a problem without a reason")
    if any(TOKEN in reason for reason in reasons):
        wrong.append("a value of the header in a reason")
    return wrong


def _rows(reader: HeaderReader, headers: Sequence[bytes]) -> list[Row]:
    found: list[Row] = []
    for batch in reader.parse_in_batches(pa.array(headers, pa.large_binary())):
        batch.table.validate(full=True)
        batch.table.to_pandas()
        found += _rows_of(batch)
    return found


def _rows_of(batch: Batch) -> list[Row]:
    n = len(batch.status)
    of_frames, of_dose = (_by_file(found, n) for found in (batch.frames, batch.dose))
    problems: list[list[tuple[str, str, bytes]]] = [[] for _ in range(n)]
    for problem in batch.problems:
        problems[problem.row].append((problem.column.name, problem.reason, problem.raw))
    return [
        Row(
            str(batch.status[k]),
            str(batch.reason[k]),
            int(batch.header_bytes[k]),
            cells,
            of_frames[k],
            of_dose[k],
            sorted(problems[k]),
            bool(batch.is_alone[k]),
        )
        for k, cells in enumerate(batch.table.to_pylist())
    ]


def _by_file(found: tuple[Any, pa.Table] | None, n: int) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = [[] for _ in range(n)]
    if found is not None:
        found[1].to_pandas()
        for row, values in zip(found[0].tolist(), found[1].to_pylist(), strict=True):
            rows[row].append(values)
    return rows
