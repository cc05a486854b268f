"""How instances roll up to series, studies and patients, as SQL over the instances table."""

from __future__ import annotations

from collections.abc import Collection

from dicomlab.schema.columns import Column, Columns, Level

_ABOVE: dict[Level, tuple[Level, ...]] = {
    "series": ("patient", "study", "series", "instance"),
    "study": ("patient", "study"),
    "patient": ("patient",),
}


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


def series_sql(columns: Columns, source: str = "instances", empty: Collection[str] = ()) -> str:
    """One row a series of a study of a patient.

    A column holds the value that all instances share, or the median, least or greatest where
    the schema says so; it is null where they differ, and `varies` names it. A series that
    turns up under two studies or patients is a row under each: that is a finding, not ours to mend.

    `empty` names columns that are known to be null throughout, which saves looking at them.
    """
    keys = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
    chosen = [c for c in columns if c.rollup != "none" and c.name not in keys]
    return _rollup(
        keys,
        chosen,
        [
            "count(*)::BIGINT AS n_instances",
            "count(DISTINCT SOPInstanceUID)::BIGINT AS n_distinct_instances",
            "min(acquired_at) AS first_acquired_at",
            "max(acquired_at) AS last_acquired_at",
            "count(DISTINCT round(slice_position_mm, 3))::BIGINT AS n_slice_positions",
            "median(patient_age_years) AS patient_age_years",
        ],
        source,
        empty,
    )


def studies_sql(columns: Columns, source: str = "series") -> str:
    """One row a study of a patient."""
    keys = ("PatientID", "StudyInstanceUID")
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
    )


def patients_sql(columns: Columns, source: str = "series") -> str:
    """One row a patient; all files without a PatientID are one row."""
    chosen = [c for c in _of(columns, "patient") if c.name != "PatientID"]
    return _rollup(
        ("PatientID",),
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
    )


def _modalities(columns: Columns) -> list[str]:
    if "Modality" not in columns:
        return []
    return ["list_sort(list(DISTINCT Modality) FILTER (Modality IS NOT NULL)) AS modalities"]


def _of(columns: Columns, level: Level) -> list[Column]:
    return [c for c in columns if c.level in _ABOVE[level] and c.rollup != "none"]


def _rollup(
    keys: tuple[str, ...],
    columns: list[Column],
    counts: list[str],
    source: str,
    empty: Collection[str] = (),
) -> str:
    head = [quoted(key) for key in keys]
    body = [f"{_nothing(c) if c.name in empty else _value(c, source)} AS {quoted(c.name)}" for c in columns]
    shared = [c for c in columns if c.rollup == "same" and c.name not in empty]
    varying = ", ".join(f"CASE WHEN {_differs(c, source)} THEN {literal(c.name)} END" for c in shared)
    varies = f"list_filter([{varying}]::VARCHAR[], lambda x: x IS NOT NULL) AS varies"
    return (
        f"SELECT {', '.join([*head, *body, *counts, varies])} FROM {source} "
        f"GROUP BY {', '.join(head)} ORDER BY first_acquired_at, {', '.join(head)}"
    )


def _value(column: Column, source: str) -> str:
    name = quoted(column.name)
    if column.rollup in ("min", "max"):
        return f"{column.rollup}({name})"
    if _is_median(column):
        return f"median({name})::DOUBLE"
    return f"CASE WHEN NOT ({_differs(column, source)}) THEN min({name}) END"


def _is_median(column: Column) -> bool:
    return column.rollup == "median" and not column.is_list and column.kind in ("float", "int")


def _nothing(column: Column) -> str:
    return f"NULL::{'DOUBLE' if _is_median(column) else sql_type(column)}"


def _differs(column: Column, source: str) -> str:
    name = quoted(column.name)
    differs = f"coalesce(min({name}) <> max({name}), false)"
    if source == "series":  # a series in which it differs already has null in its place
        return f"{differs} OR bool_or(list_contains(varies, {literal(column.name)}))"
    return differs
