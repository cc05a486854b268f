"""Whether two readers say the same of a cell, whatever types they say it in."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

from dicomlab.schema.columns import Column

Plain = str | float | list[str | float | None] | None
"""A value without its reader's types: nothing, a text, a number, or a list of these."""


def plain(value: Any, column: Column) -> Plain:
    """Give a reader's value as plain text or number.

    Dates become YYYYMMDD, times microseconds after midnight; a text that is no number where
    one is expected stays a text.

    >>> from dicomlab.schema.columns import Columns
    >>> plain("2.50", Columns()["SliceThickness"])
    2.5
    """
    parts = _parts(value)
    if column.is_list:
        values = [_one(part, column) for part in parts]
        return values if any(v is not None for v in values) else None
    if len(parts) > 1:
        return "\\".join(map(str, parts))
    return _one(parts[0], column) if parts else None


def _parts(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, str):
        return value.split("\\")
    if isinstance(value, Iterable) and not isinstance(value, bytes | dict):
        # pydicom's PersonName iterates over its letters.
        return list(value) if type(value).__name__ != "PersonName" else [str(value)]
    return [value]


def _one(part: Any, column: Column) -> str | float | None:
    if part is None or (isinstance(part, float) and math.isnan(part)):
        return None
    if isinstance(part, dt.time):
        return float(((part.hour * 60 + part.minute) * 60 + part.second) * 1_000_000 + part.microsecond)
    text = part.isoformat() if isinstance(part, dt.date) else str(part).strip(" \0")
    if not text:
        return None
    if column.kind in ("float", "int"):
        return _number(text)
    if column.kind == "date":
        return re.sub(r"\D", "", text)
    return _microseconds(text) if column.kind == "time" else text


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _microseconds(text: str) -> str | float:
    found = re.fullmatch(r"(\d\d):?(\d\d)?:?(\d\d)?(?:\.(\d{1,6}))?", text)
    if not found:
        return text
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    return float(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + int((found[4] or "").ljust(6, "0")))


def is_same(ours: Plain, theirs: Plain) -> bool:
    """Whether two plain values are equal; numbers to one part in a million."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9)
    return ours == theirs


def share_equal(ours: dict[str, Sequence[Plain]], theirs: dict[str, Sequence[Plain]]) -> float:
    """The share of cells that are equal, of those where either reader has a value."""
    equal = filled = 0
    for name, cells in ours.items():
        for a, b in zip(cells, theirs[name], strict=True):
            if a is not None or b is not None:
                filled += 1
                equal += is_same(a, b)
    return equal / filled if filled else 1.0
