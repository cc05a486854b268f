"""How instances roll up to series, studies and patients, as SQL over the instances table."""

from __future__ import annotations

from collections.abc import Collection

from dicomlab.schema.columns import Column, Columns, Level
from dicomlab.schema.frames import frame_columns
from dicomlab.schema.units import frame_unit_columns, unit_columns

_ABOVE: dict[Level, tuple[Level, ...]] = {
    "series": ("patient", "study", "series", "instance"),
    "study": ("patient", "study"),
    "patient": ("patient",),
}

KEYS = {
    "series": ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
    "studies": ("PatientID", "StudyInstanceUID"),
    "patients": ("PatientID",),
}
"""What tells the rows of a level apart."""


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it, whatever it holds."""
    return "'" + text.replace("'", "''") + "'"


_SQL_TYPES = {
    "text": "VARCHAR",
    "float": "DOUBLE",
    "int": "BIGINT",
    "binary": "BLOB",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
}


def sql_type(column: Column) -> str:
    """The type of a column in DuckDB's words."""
    return _SQL_TYPES[column.kind] + ("[]" if column.is_list else "")


def with_frames_sql(columns: Columns) -> str:
    """The instances, with what their frames say of the columns that a series takes a middle of.

    A multi-frame instance whose frames differ is null in a column; its median, least or greatest
    over the frames takes that place, so that a series has it as one of single slices would.
    """
    of_frames = {found.column.name for found in frame_columns(columns)}
    taken = [c for c in columns if c.name in of_frames and (_is_median(c) or c.rollup in ("min", "max"))]
    taken += [found.column for found in frame_unit_columns(columns) if _is_median(found.column)]
    outer = [f"coalesce(i.{quoted(c.name)}, f.{quoted(c.name)}) AS {quoted(c.name)}" for c in taken]
    outer.append("least(i.acquired_at, f.first_of_frames) AS acquired_at")
    # Where there are frames their positions count; that of the file is one of them.
    position = "CASE WHEN coalesce(f.n_with_position, 0) = 0 THEN i.slice_position_mm END"
    outer.append(f"{position} AS slice_position_mm")
    inner = [
        *(f"{_over_frames(c)} AS {quoted(c.name)}" for c in taken),
        "count(*)::BIGINT AS n_of_frames",
        "count(slice_position_mm)::BIGINT AS n_with_position",
        "min(acquired_at) AS first_of_frames",
        "max(acquired_at) AS last_of_frames",
        "list(DISTINCT round(slice_position_mm, 3)) AS positions_of_frames",
    ]
    return (
        f"SELECT i.* REPLACE ({', '.join(outer)}), f.n_of_frames, f.last_of_frames, f.positions_of_frames "
        f"FROM instances i LEFT JOIN (SELECT file_key, {', '.join(inner)} FROM frames "
        "GROUP BY file_key) f USING (file_key)"
    )


def _over_frames(column: Column) -> str:
    name = quoted(column.name)
    return f"median({name})::DOUBLE" if _is_median(column) else f"{column.rollup}({name})"


_POSITIONS = "count(DISTINCT round(slice_position_mm, 3))::BIGINT"
_PLAIN_COUNTS = (
    "count(*)::BIGINT AS n_frames",
    "max(acquired_at) AS last_acquired_at",
    f"{_POSITIONS} AS n_slice_positions",
)
_FRAME_COUNTS = (
    "sum(coalesce(n_of_frames, 1))::BIGINT AS n_frames",
    "max(greatest(acquired_at, last_of_frames)) AS last_acquired_at",
    f"({_POSITIONS} + coalesce(len(list_distinct(flatten(list(positions_of_frames)))), 0))::BIGINT "
    "AS n_slice_positions",
)


def series_sql(
    columns: Columns, source: str = "instances", empty: Collection[str] = (), *, has_frames: bool = False
) -> str:
    """One row a series of a study of a patient.

    A column holds the value that all instances share, or the median, least or greatest where
    the schema says so; it is null where they differ, and `varies` names it. A series that
    turns up under two studies or patients is a row under each: that is a finding, not ours to mend.

    `empty` names columns that are known to be null throughout, which saves looking at them.
    `has_frames` says that `source` is `with_frames_sql`.
    """
    keys = KEYS["series"]
    chosen = [c for c in _with_units(columns) if c.rollup != "none" and c.name not in keys]
    return _rollup(
        keys,
        chosen,
        [
            "count(*)::BIGINT AS n_instances",
            "count(DISTINCT SOPInstanceUID)::BIGINT AS n_distinct_instances",
            "min(acquired_at) AS first_acquired_at",
            *(_FRAME_COUNTS if has_frames else _PLAIN_COUNTS),
            "median(patient_age_years) AS patient_age_years",
        ],
        source,
        empty,
        with_varies=has_frames,
    )


def studies_sql(columns: Columns, source: str = "series") -> str:
    """One row a study of a patient."""
    keys = KEYS["studies"]
    chosen = [c for c in _of(columns, "study") if c.name not in keys]
    return _rollup(
        keys,
        chosen,
        [
            "count(*)::BIGINT AS n_series",
            "sum(n_instances)::BIGINT AS n_instances",
            "min(first_acquired_at) AS first_acquired_at",
            "max(last_acquired_at) AS last_acquired_at",
            *_modalities(columns),
        ],
        source,
        with_varies=True,
    )


def patients_sql(columns: Columns, source: str = "series") -> str:
    """One row a patient; all files without a PatientID are one row."""
    chosen = [c for c in _of(columns, "patient") if c.name != "PatientID"]
    return _rollup(
        KEYS["patients"],
        chosen,
        [
            "count(DISTINCT StudyInstanceUID)::BIGINT AS n_studies",
            "count(*)::BIGINT AS n_series",
            "sum(n_instances)::BIGINT AS n_instances",
            "min(first_acquired_at) AS first_acquired_at",
            "max(last_acquired_at) AS last_acquired_at",
            *_modalities(columns),
        ],
        source,
        with_varies=True,
    )


def parts_sql(table: str, source: str, size: int) -> str:
    """Which part each row of a level is in, `size` of them a part, in their order.

    They are told by the hash of their keys; two with the same one share a part.
    """
    keys = ", ".join(map(quoted, KEYS[table]))
    first = "acquired_at" if table == "series" else "first_acquired_at"
    place = f"row_number() OVER (ORDER BY min({first}), {keys}) - 1"
    return (
        f"SELECT key, min(part) AS part FROM (SELECT hash({keys}) AS key, ({place}) // {size} AS part "
        f"FROM {source} GROUP BY {keys}) GROUP BY key"
    )


def _modalities(columns: Columns) -> list[str]:
    if "Modality" not in columns:
        return []
    return ["list_sort(list(DISTINCT Modality) FILTER (Modality IS NOT NULL)) AS modalities"]


def _of(columns: Columns, level: Level) -> list[Column]:
    return [c for c in _with_units(columns) if c.level in _ABOVE[level] and c.rollup != "none"]


def _with_units(columns: Columns) -> list[Column]:
    return [*columns, *(found.column for found in unit_columns(columns.names))]


def _rollup(
    keys: tuple[str, ...],
    columns: list[Column],
    counts: list[str],
    source: str,
    empty: Collection[str] = (),
    *,
    with_varies: bool,
) -> str:
    head = [quoted(key) for key in keys]
    body = [
        f"{_nothing(c) if c.name in empty else _value(c, with_varies)} AS {quoted(c.name)}" for c in columns
    ]
    shared = [c for c in columns if c.rollup == "same" and c.name not in empty]
    varying = ", ".join(f"CASE WHEN {_differs(c, with_varies)} THEN {literal(c.name)} END" for c in shared)
    varies = f"list_filter([{varying}]::VARCHAR[], lambda x: x IS NOT NULL) AS varies"
    return (
        f"SELECT {', '.join([*head, *body, *counts, varies])} FROM {source} "
        f"GROUP BY {', '.join(head)} ORDER BY first_acquired_at, {', '.join(head)}"
    )


def _value(column: Column, with_varies: bool) -> str:
    name = quoted(column.name)
    if column.rollup in ("min", "max"):
        return f"{column.rollup}({name})"
    if _is_median(column):
        return f"median({name})::DOUBLE"
    return f"CASE WHEN NOT ({_differs(column, with_varies)}) THEN min({name}) END"


def _is_median(column: Column) -> bool:
    return column.rollup == "median" and not column.is_list and column.kind in ("float", "int")


def _nothing(column: Column) -> str:
    return f"NULL::{'DOUBLE' if _is_median(column) else sql_type(column)}"


def _differs(column: Column, with_varies: bool) -> str:
    name = quoted(column.name)
    differs = f"coalesce(min({name}) <> max({name}), false)"
    if with_varies:  # a row below in which it differs already has null in its place
        found = f"bool_or(list_contains(varies, {literal(column.name)}))"
        return f"{differs} OR coalesce({found}, false)"
    return differs
