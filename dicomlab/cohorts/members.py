"""Who is in a cohort: whole series, and of cut ones the files; and its tables as SQL.

A series is kept as its three keys and how many of its instances are in. Files are named only where
some of a series' instances have left, so that a million instances take as little as their series.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from dicomlab.catalog.catalog import Catalog
from dicomlab.catalog.query_advice import quotes_missing
from dicomlab.cohorts.steps import KEYS, SERIES_KEYS, TABLES, Step, level_of, same
from dicomlab.errors import BadQuery, MissingColumn
from dicomlab.schema.columns import Columns
from dicomlab.schema.levels import patients_sql, quoted, series_sql, studies_sql, with_frames_sql
from dicomlab.schema.masks import is_masked, mask_value

_WHOLE, _FILES = "cohort_series", "cohort_files"
_OF_FILES = ("frames", "dose", "files", "problems")
SHOWN_TABLES = ("patients", "studies", "series", "instances", *_OF_FILES)
"""The tables that a cohort has of its catalog."""

_KEY_LIST = ", ".join(map(quoted, SERIES_KEYS))
_T_KEYS = ", ".join(f"t.{quoted(key)}" for key in SERIES_KEYS)


@dataclass(frozen=True)
class Members:
    """The series of a cohort, with n_instances that are in; and the files of those that were cut."""

    series: pa.Table
    files: pa.Table | None = None

    @property
    def is_cut(self) -> bool:
        """Whether some series are in with a part of their instances only."""
        return self.files is not None and self.files.num_rows > 0

    @property
    def masked(self) -> Members:
        """The same, as a masked catalog names them."""
        return Members(_masked(self.series), None if self.files is None else _masked(self.files))


def _masked(table: pa.Table) -> pa.Table:
    for name in [name for name in table.column_names if is_masked(name)]:
        keys = table[name].combine_chunks().dictionary_encode()
        seen = pa.array([mask_value(name, key) for key in keys.dictionary.to_pylist()], pa.string())
        table = table.set_column(table.column_names.index(name), name, seen.take(keys.indices))
    return table


def query(
    catalog: Catalog, members: Members | None, text: str, beside: Mapping[str, pa.Table] | None = None
) -> pa.Table:
    """Run a query over the tables of a cohort; those of the whole catalog if there are no members.

    What a user typed in it must have been admitted before.
    """
    if members is None:
        return catalog._query_apart(text, beside)
    whole, seen = over(catalog, members, text, beside)
    return catalog._query_apart(whole, seen)


def over(
    catalog: Catalog, members: Members, text: str, beside: Mapping[str, pa.Table] | None = None
) -> tuple[str, dict[str, pa.Table]]:
    """A query over the tables of a cohort as one over those of its catalog, and tables beside these."""
    seen: dict[str, pa.Table] = {_WHOLE: members.series, **(beside or {})}
    if members.files is not None and members.is_cut:
        seen[_FILES] = members.files
    # A table that is named twice would be held in memory with all its columns.
    tables = ", ".join(
        f"{name} AS NOT MATERIALIZED ({sql})" for name, sql in _tables(catalog.columns, members.is_cut)
    )
    return f"WITH {tables} SELECT * FROM (\n{text}\n)", seen


def _tables(columns: Columns, is_cut: bool) -> list[tuple[str, str]]:
    """The tables of a cohort, each a query over those of the catalog and the ones before it."""
    whole = f"SELECT t.* FROM main.{{}} t SEMI JOIN {_WHOLE} m ON {same('t', 'm', SERIES_KEYS)}"
    series, instances = whole.format("series"), whole.format("instances")
    if is_cut:
        apart = f" ANTI JOIN {_FILES} c ON {same('t', 'c', SERIES_KEYS)}"
        cut = f"SELECT t.* FROM main.{{}} t SEMI JOIN {_FILES} c ON t.file_key = c.file_key"
        rolled = (
            f"WITH instances AS ({cut.format('instances')}), frames AS ({cut.format('frames')}) "
            + series_sql(columns, f"({with_frames_sql(columns)})", has_frames=True)
        )
        series = f"{series}{apart} UNION ALL BY NAME (SELECT * FROM ({rolled}))"
        instances = f"{instances}{apart} UNION ALL {cut.format('instances')}"
    of_files = "SELECT t.* FROM main.{} t SEMI JOIN instances i ON t.file_key = i.file_key"
    return [
        ("series", series),
        ("instances", instances),
        ("studies", studies_sql(columns)),
        ("patients", patients_sql(columns)),
        *((table, of_files.format(table)) for table in _OF_FILES),
    ]


def check_step(catalog: Catalog, step: Step) -> None:
    """Raise BadCondition or BadQuery for a step with a text that does more than read the tables."""
    if step.is_query:
        catalog.admitted(step.where)
    elif step.what in ("select", "keep", "drop"):
        catalog.condition(step.where)


def narrowed(catalog: Catalog, members: Members | None, step: Step) -> Members:
    """The members that a step leaves. Raises MissingColumn, BadCondition and BadQuery."""
    given = _given(catalog, members, step) if step.is_query else ()
    if step.level in ("instance", "frame"):
        return _of_instances(catalog, members, step, given)
    if step.level == "series":
        text = step.staying_sql((*SERIES_KEYS, "n_instances"), given)
    else:
        keys = KEYS[step.level]
        text = (
            f"SELECT {_T_KEYS}, t.n_instances FROM series t SEMI JOIN ({step.staying_sql(keys, given)}) j "
            f"ON {same('t', 'j', keys)}"
        )
    return _with_files(catalog, members, asked(catalog, members, step, text))


def with_level(catalog: Catalog, members: Members | None, step: Step) -> Step:
    """The step, at the level of which its query speaks if it is one."""
    from dataclasses import replace

    return replace(step, level=level_of(_given(catalog, members, step))) if step.is_query else step


def n_unknown(catalog: Catalog, members: Members | None, step: Step) -> int | None:
    """How many rows a condition could not be told of, since what it needs is missing there."""
    if not step.where or step.is_query:
        return None
    text = f"SELECT count(*) AS n FROM {TABLES[step.level]} WHERE (\n{step.where}\n) IS NULL"
    return int(query(catalog, members, text)["n"][0].as_py())


def _given(catalog: Catalog, members: Members | None, step: Step) -> list[str]:
    inner = step.where.strip().rstrip(";")
    return asked(catalog, members, step, f"SELECT * FROM (\n{inner}\n) LIMIT 0").column_names


def asked(catalog: Catalog, members: Members | None, step: Step, text: str) -> pa.Table:
    """Run a query made of a step's condition; raises MissingColumn for a name that no column has."""
    try:
        return query(catalog, members, text)
    except BadQuery as error:
        if error.missing is None:
            raise
        raise _missing(catalog, step, error.missing) from None


def _missing(catalog: Catalog, step: Step, column: str) -> MissingColumn:
    """The sentence for a column that is not there: the right one, or the table that has it."""
    have = {level: _names(catalog, table) for level, table in TABLES.items()}
    if quotes := quotes_missing(step.where, column, have[step.level]):
        return MissingColumn(column, have[step.level], f" {quotes}")
    other = next((level for level in reversed(TABLES) if column in have[level]), None)
    if other is None or step.is_query:
        return MissingColumn(column, have[step.level])
    hint = f" The table '{TABLES[other]}' has it: give level='{other}'."
    return MissingColumn(column, have[step.level], hint)


def _names(catalog: Catalog, table: str) -> list[str]:
    return catalog._query(f"SELECT * FROM {quoted(table)} LIMIT 0").column_names


def _of_instances(
    catalog: Catalog, members: Members | None, step: Step, given: list[str] | tuple[str, ...]
) -> Members:
    """The members when single instances may leave their series."""
    staying = f"SELECT DISTINCT file_key FROM ({step.staying_sql(('file_key',), given)})"
    counted = asked(
        catalog,
        members,
        step,
        f"SELECT s.*, s.n_instances < w.n_instances AS is_cut FROM (SELECT {_T_KEYS}, "
        f"count(*)::BIGINT AS n_instances FROM instances t SEMI JOIN ({staying}) f "
        f"ON t.file_key = f.file_key GROUP BY {_T_KEYS}) s "
        f"JOIN main.series w ON {same('s', 'w', SERIES_KEYS)}",
    )
    cut = counted.filter(counted["is_cut"]).select(SERIES_KEYS)
    series = counted.drop_columns(["is_cut"])
    if not cut.num_rows:
        return Members(series)
    files = (
        f"SELECT {_T_KEYS}, t.file_key FROM instances t "
        f"SEMI JOIN cut_series c ON {same('t', 'c', SERIES_KEYS)} "
        f"SEMI JOIN ({staying}) f ON t.file_key = f.file_key"
    )
    return Members(series, query(catalog, members, files, {"cut_series": cut}))


def _with_files(catalog: Catalog, members: Members | None, series: pa.Table) -> Members:
    """These series, with the files of those among them that were cut before."""
    if members is None or members.files is None:
        return Members(series)
    text = f"SELECT t.* FROM files_before t SEMI JOIN staying s ON {same('t', 's', SERIES_KEYS)}"
    return Members(series, catalog._query(text, {"files_before": members.files, "staying": series}))
