"""Columns as Arrow sees them."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from dicomlab.schema.columns import Column, Columns
from dicomlab.schema.dose import dose_columns
from dicomlab.schema.frames import frame_columns
from dicomlab.schema.units import frame_unit_columns, unit_columns

DERIVED = (
    ("acquired_at", pa.timestamp("us")),
    ("acquired_at_utc", pa.timestamp("us")),
    ("slice_position_mm", pa.float64()),
    ("patient_age_years", pa.float64()),
    ("varies", pa.list_(pa.string())),
)
FRAME_DERIVED = (
    ("frame_of_concatenation", pa.int64()),
    ("frame_time_ms", pa.float64()),
    ("slice_position_mm", pa.float64()),
    *((f"nm_{name}", pa.int64()) for name in "energy_window detector phase rotation".split()),
    *((f"nm_{name}", pa.int64()) for name in "rr_interval time_slot slice angular_view time_slice".split()),
    ("slide_focal_plane", pa.int64()),
    ("slide_optical_path", pa.int64()),
    ("acquired_at", pa.timestamp("us")),
)


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type of a column's cells."""
    one = {
        "text": pa.string(),
        "float": pa.float64(),
        "int": pa.int64(),
        "date": pa.date32(),
        "time": pa.time64("us"),
        "datetime": pa.timestamp("us"),
        "binary": pa.binary(),
    }[column.kind]
    return pa.list_(one) if column.is_list else one


def offset_name(column: Column) -> str | None:
    """The column beside a date-time that keeps its offset from UTC, in minutes."""
    is_moment = column.kind == "datetime" and not column.is_list
    return f"{column.name}_utc_offset_minutes" if is_moment else None


def instance_fields(columns: Iterable[Column]) -> list[pa.Field]:
    """The fields that columns make in a table."""
    fields = []
    for column in columns:
        fields.append(pa.field(column.name, arrow_type(column)))
        if beside := offset_name(column):
            fields.append(pa.field(beside, pa.int64()))
    return fields


def instance_schema(columns: Columns) -> pa.Schema:
    """The instances table for a set of columns."""
    derived = [pa.field(name, kind) for name, kind in DERIVED]
    units = instance_fields(found.column for found in unit_columns(columns.names))
    return pa.schema([pa.field("file_key", pa.string()), *instance_fields(columns), *derived, *units])


def frame_schema(columns: Columns) -> pa.Schema:
    """The frames table for a set of columns."""
    keys = [pa.field("file_key", pa.string()), pa.field("frame", pa.int64())]
    fields = instance_fields(found.column for found in frame_columns(columns))
    derived = [pa.field(name, kind) for name, kind in FRAME_DERIVED]
    units = instance_fields(found.column for found in frame_unit_columns(columns))
    return pa.schema([*keys, *fields, *derived, *units])


def dose_schema() -> pa.Schema:
    """The dose table, which is the same for any set of columns."""
    keys = [("file_key", pa.string()), ("level", pa.string()), ("event", pa.int64())]
    return pa.schema([*(pa.field(name, kind) for name, kind in keys), *instance_fields(dose_columns())])
