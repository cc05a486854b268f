"""One step of a cohort: a condition, a query, or a draw, as the rows of a table that stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from dicomlab.errors import BadCondition, WrongArgument
from dicomlab.schema.levels import literal, quoted

Level = Literal["patient", "study", "series", "instance", "frame"]
What = Literal["select", "keep", "drop", "sample", "split"]

SERIES_KEYS = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")
"""What together makes a row of `series`: one that turns up under two patients is two."""
TABLES: dict[Level, str] = {
    "patient": "patients",
    "study": "studies",
    "series": "series",
    "instance": "instances",
    "frame": "frames",
}
KEYS: dict[Level, tuple[str, ...]] = {
    "patient": SERIES_KEYS[:1],
    "study": SERIES_KEYS[:2],
    "series": SERIES_KEYS,
    "instance": ("file_key",),
    "frame": ("file_key",),
}
# What a query may give, and of which level it speaks then; the finest one counts.
_UIDS: dict[str, Level] = {
    "file_key": "instance",
    "SOPInstanceUID": "instance",
    "SeriesInstanceUID": "series",
    "StudyInstanceUID": "study",
    "PatientID": "patient",
}


@dataclass(frozen=True)
class Step:
    """What was done to a cohort, and why; enough to do it again."""

    what: What
    level: Level = "series"
    """Whose table the condition is about."""
    where: str = ""
    """A condition or a query in DuckDB's SQL."""
    why: str = ""
    n: int | None = None
    """How many were drawn."""
    seed: int | None = None
    share: tuple[float, float] | None = None
    """From where to where in the order of chance, 0 to 1, a split reaches."""

    @property
    def is_query(self) -> bool:
        """Whether `where` is a whole query, and not a condition."""
        return self.what in ("select", "keep", "drop") and _is_query(self.where)

    @property
    def in_words(self) -> str:
        """The condition, or what stands for it."""
        if self.what == "sample":
            return f"{self.n:,} {TABLES[self.level]} by chance, seed {self.seed}"
        if self.share is not None:
            low, high = self.share
            return f"{low:.0%} to {high:.0%} of {TABLES[self.level]} by chance, seed {self.seed}"
        return self.where

    def staying_sql(self, columns: Sequence[str], given: Collection[str] = ()) -> str:
        """The rows of the level's table that stay, as a query; `given` is what a query gives.

        For frames these are instances: one stays if any frame fits, and is dropped if any does.
        """
        table, head = quoted(TABLES[self.level]), ", ".join(f"t.{quoted(name)}" for name in columns)
        if self.what == "sample":
            return (
                f"SELECT {head} FROM {table} t ORDER BY md5({self._drawn}), {head} LIMIT {int(self.n or 0)}"
            )
        if self.share is not None:
            low, high = map(float, self.share)
            place = f"md5_number_upper({self._drawn})::DOUBLE / 18446744073709551616.0"
            return f"SELECT {head} FROM {table} t WHERE {place} >= {low} AND {place} < {high}"
        is_drop = self.what == "drop"
        join = "ANTI JOIN" if is_drop else "SEMI JOIN"
        if given:
            keys = same("t", "q", [name for name in _UIDS if name in given])
            return f"SELECT {head} FROM {table} t {join} ({_bare(self.where)}\n) q ON {keys}"
        if self.level == "frame":
            fits = f"SELECT file_key FROM frames WHERE (\n{self.where}\n)"
            return f"SELECT {head} FROM instances t {join} ({fits}) f ON t.file_key = f.file_key"
        leaves = " IS NOT TRUE" if is_drop else ""
        return f"SELECT {head} FROM {table} t WHERE (\n{self.where}\n){leaves}"

    @property
    def _drawn(self) -> str:
        """What chance is made of: the same for a patient however much else is in the archive."""
        keys = ("SOPInstanceUID",) if self.level == "instance" else KEYS[self.level]
        parts = ", '/', ".join(f"coalesce(t.{quoted(key)}, '')" for key in keys)
        return f"concat({literal(f'{self.seed}/')}, {parts})"


def checked_level(level: str) -> Level:
    """The level, if it is one."""
    if level not in TABLES:
        raise WrongArgument("level", level, TABLES)
    return level


def level_of(given: Collection[str]) -> Level:
    """What a query speaks of that gives these columns; raises BadCondition for no UID at all."""
    found = next((level for name, level in _UIDS.items() if name in given), None)
    if found is None:
        raise BadCondition(f"the query gives none of {', '.join(_UIDS)}.")
    return found


def same(left: str, right: str, keys: Sequence[str]) -> str:
    """That two rows have the same keys; a missing one is like another missing one."""
    return " AND ".join(f"{left}.{quoted(k)} IS NOT DISTINCT FROM {right}.{quoted(k)}" for k in keys)


def _bare(query: str) -> str:
    return query.strip().rstrip(";")


def _is_query(where: str) -> bool:
    """Whether a text is one SELECT; raises BadCondition for what is neither that nor a condition."""
    import duckdb

    if not where.strip():
        raise BadCondition("it is empty, and all would be: true.")
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(where)]
    except duckdb.Error:
        _check_condition(where)
        return False
    except ValueError:  # of some kinds duckdb's Python has no name
        kinds = []
    if kinds != [duckdb.StatementType.SELECT]:
        raise BadCondition("this is neither a condition nor one SELECT.")
    return True


def _check_condition(where: str) -> None:
    """Raise BadCondition unless the text is one expression, that could not end the one around it."""
    import duckdb

    try:
        duckdb.SQLExpression(f"(\n{where}\n)")
    except duckdb.Error as error:
        line = str(error).split("\n", 1)[0]
        raise BadCondition(line if line.startswith("Parser Error: syntax") else "it is none.") from None
