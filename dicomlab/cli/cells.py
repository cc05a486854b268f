"""Rows of a DataFrame as text, as CSV that no spreadsheet runs, and as plain values for JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dicomlab.cli.terminal import aligned, how_many_fit, wrapped
from dicomlab.schema.formulas import harmless
from dicomlab.tags.text import printable

if TYPE_CHECKING:
    import pandas as pd

_BYTES_SHOWN = 24


def plain(value: Any) -> Any:
    """A cell as JSON takes it: null for nothing, ISO 8601 for times, hex for bytes."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set) or getattr(value, "ndim", None):
        return [plain(part) for part in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if hasattr(value, "item"):  # a NumPy scalar
        return plain(value.item())
    if _is_absent(value):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)


def _is_absent(value: Any) -> bool:
    # pandas' NA answers no comparison, NaT and NaN differ from themselves.
    return type(value).__name__ == "NAType" or bool(value != value)  # noqa: PLR0124


def shown(value: Any) -> str:
    """A cell as people read it."""
    if isinstance(value, bytes | bytearray | memoryview):
        raw = bytes(value)
        return raw[:_BYTES_SHOWN].hex(" ") + (" …" if len(raw) > _BYTES_SHOWN else "")
    if isinstance(value, datetime) and not _is_absent(value):
        return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, timedelta) and not _is_absent(value):
        return str(value)
    return _in_words(plain(value))


def _in_words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(part)}" for name, part in value.items())
    return printable(str(value))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain dicts."""
    names = [str(name) for name in table.columns]
    return [
        dict(zip(names, map(plain, row), strict=True)) for row in table.itertuples(index=False, name=None)
    ]


def csv_lines(table: pd.DataFrame) -> Iterator[str]:
    """The rows as CSV; a text that a spreadsheet would run as a formula begins with a quote mark."""
    yield _csv_line([str(name) for name in table.columns])
    for row in table.itertuples(index=False, name=None):
        yield _csv_line([plain(value) for value in row])


def _csv_line(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([_csv_cell(value) for value in values])
    return line.getvalue()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):  # as DICOM writes several values
        value = "\\".join(_csv_part(part) for part in value)
    return harmless(value) if isinstance(value, str) else str(value)


def _csv_part(part: Any) -> str:
    return "" if part is None else str(part)


def table_lines(table: pd.DataFrame, *, indent: str = "") -> tuple[list[str], int]:
    """The rows as an aligned table, and how many columns had room in it."""
    import pandas as pd

    names = [str(name) for name in table.columns]
    rows = [[shown(value) for value in row] for row in table.itertuples(index=False, name=None)]
    rows = [[row[0] or "–", *row[1:]] for row in rows]  # a row of nothing is a row, too
    right = [
        pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in table.dtypes
    ]
    n = how_many_fit(names, rows, right, len(indent))
    return aligned(names[:n], [row[:n] for row in rows], right=right[:n], indent=indent), n


def record_lines(table: pd.DataFrame) -> list[str]:
    """One row as a list of names and values, without those that are empty."""
    pairs = [(str(name), shown(value)) for name, value in zip(table.columns, table.iloc[0], strict=True)]
    wide = max((len(name) for name, value in pairs if value), default=0)
    return [f"{printable(name):<{wide}}  {' '.join(value.split())}" for name, value in pairs if value]


def listing(table: pd.DataFrame) -> tuple[list[str], int]:
    """Lines for a table of any shape, and how many of its columns they show."""
    if len(table) == 0:
        return ["No rows."], len(table.columns)
    lines, n = table_lines(table)
    if n < len(table.columns) and len(table) == 1:
        return record_lines(table), len(table.columns)
    return lines, n


def with_remarks(lines: Sequence[str], remarks: Sequence[str]) -> list[str]:
    """Lines, and below them what is to be said of them."""
    return [*lines, *([""] if remarks else []), *(line for remark in remarks for line in wrapped(remark))]
