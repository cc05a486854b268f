"""Cells as other programs take them: CSV that no spreadsheet runs, JSON, SQLite."""

from __future__ import annotations

import re
from typing import Literal

import pyarrow as pa

from dicomlab.schema.formulas import FORMULA, NUMBER
from dicomlab.schema.levels import literal, quoted

Nested = Literal["keep", "flat"]
"""Whether a list stays one, or becomes a text with a backslash between values, as DICOM writes it."""


def csv_sql(field: pa.Field) -> str:
    """A column for CSV: numbers as they are, all else as harmless text, lists in one cell."""
    name = quoted(field.name)
    if pa.types.is_boolean(field.type) or _is_number(field.type):
        return name
    text = _text(name, field.type)
    return _harmless(text) if _holds_text(field.type) else text


def json_sql(field: pa.Field, nested: Nested) -> str:
    """A column for JSON: null for what is no number, ISO 8601 for times, hexadecimal for bytes."""
    name = quoted(field.name)
    if not pa.types.is_list(field.type):
        return _json_value(name, field.type)
    if nested == "flat":
        return _text(name, field.type)
    return f"list_transform({name}, lambda x: {_json_value('x', field.type.value_type)})"


def sqlite_sql(field: pa.Field, nested: Nested) -> str:
    """A column for SQLite: numbers, texts and bytes; a list as JSON, which datasette understands."""
    name = quoted(field.name)
    if pa.types.is_list(field.type):
        kept = f"to_json({json_sql(field, 'keep')})::VARCHAR"
        return _text(name, field.type) if nested == "flat" else kept
    if _is_number(field.type) or pa.types.is_binary(field.type):
        return name
    return f"{name}::BIGINT" if pa.types.is_boolean(field.type) else _text(name, field.type)


def parquet_sql(field: pa.Field, nested: Nested) -> str:
    """A column for Parquet: as it is, but for lists that are to be texts."""
    name = quoted(field.name)
    return _text(name, field.type) if nested == "flat" and pa.types.is_list(field.type) else name


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _holds_text(kind: pa.DataType) -> bool:
    one = kind.value_type if pa.types.is_list(kind) else kind
    return pa.types.is_string(one) or pa.types.is_large_string(one)


def _text(value: str, kind: pa.DataType) -> str:
    """A value as text."""
    if pa.types.is_list(kind):
        parts = f"list_transform({value}, lambda x: coalesce({_text('x', kind.value_type)}, ''))"
        return f"array_to_string({parts}, {literal(chr(92))})"
    if pa.types.is_binary(kind):
        return f"lower(hex({value}))"
    return value if _holds_text(kind) else f"{value}::VARCHAR"


def _json_value(value: str, kind: pa.DataType) -> str:
    if pa.types.is_floating(kind):
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    if pa.types.is_timestamp(kind):
        return f"replace({value}::VARCHAR, ' ', 'T')"
    return value if _is_number(kind) or pa.types.is_boolean(kind) else _text(value, kind)


def _harmless(text: str) -> str:
    """`harmless` in SQL."""
    starts = literal("^ *[" + "".join(re.escape(c) if c.isascii() else c for c in FORMULA) + "]")
    runs = f"regexp_matches({text}, {starts}) AND NOT regexp_full_match(trim({text}, ' '), {literal(NUMBER)})"
    return f"CASE WHEN {runs} THEN concat('''', {text}) ELSE {text} END"
