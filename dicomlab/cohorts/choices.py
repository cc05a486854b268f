"""What a person chose among the values of columns, as a condition, and as code that does it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from dicomlab.cohorts.engine import select
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.schema.levels import literal, quoted

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog
    from dicomlab.cohorts.cohort import Cohort

Kind = Literal["text", "number", "date"]
MOST_VALUES = 1000
"""Values that one choice may name."""


@dataclass(frozen=True)
class Choice:
    """What is wanted of one column: some values (None is a missing one), or those in a range."""

    column: str
    values: tuple[str | float | None, ...] = ()
    low: float | str | None = None
    high: float | str | None = None
    is_below: bool = False
    """Whether `high` itself is left out of the range, as by the bars of a histogram."""

    @classmethod
    def of(cls, given: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Choice:
        """The choice that plain data tells of; raises for a column or value that cannot be."""
        column = str(given.get("column"))
        if column not in kinds:
            raise MissingColumn(column, kinds)
        kind = kinds[column]
        values = tuple(_checked(value, kind) for value in list(given.get("values") or ())[:MOST_VALUES])
        low, high = (_checked(given.get(end), kind) for end in ("low", "high"))
        if not values and low is None and high is None:
            raise WrongArgument("values", None, ["values", "low", "high"])
        return cls(column, values, low, high, bool(given.get("is_below")) and kind == "number")

    def words(self, kind: Kind) -> str:
        """The condition in DuckDB's SQL, for a column of that kind."""
        name = self.column if self.column.isidentifier() else quoted(self.column)
        parts = []
        known = [value for value in self.values if value is not None]
        if known:
            sql = [_literal(value) for value in known]
            parts.append(f"{name} = {sql[0]}" if len(sql) == 1 else f"{name} IN ({', '.join(sql)})")
        if None in self.values:
            parts.append(f"{name} IS NULL")
        at = f"{name}::DATE" if kind == "date" else name
        ends = [(">=", self.low), ("<" if self.is_below else "<=", self.high)]
        reach = " AND ".join(f"{at} {op} {_literal(end)}" for op, end in ends if end is not None)
        if reach:
            parts.append(f"({reach})" if parts and " AND " in reach else reach)
        return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"

    def plain(self) -> dict[str, Any]:
        """The choice as plain data, as `of` takes it."""
        return {**asdict(self), "values": list(self.values)}


def _checked(value: Any, kind: Kind) -> str | float | None:
    """A value as its column holds it; raises WrongArgument for another one."""
    if value is None or (value == "" and kind != "text"):
        return None
    try:
        if kind == "number":
            return _number(value)
        if kind == "date":
            return date.fromisoformat(str(value)[:10]).isoformat()
    except ValueError:
        raise WrongArgument(
            "value", "text", ["a number" if kind == "number" else "a date such as 2025-03-31"]
        ) from None
    return str(value)


def _number(value: Any) -> float:
    number = float(value)
    if not isfinite(number):
        raise ValueError
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _literal(value: str | float) -> str:
    return literal(value) if isinstance(value, str) else repr(value)


def word_condition(word: str, columns: Sequence[str]) -> str:
    """That a word stands in one of the columns, whether its letters are large or small."""
    parts = [word_in(word, name if name.isidentifier() else quoted(name)) for name in columns]
    return f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0] if parts else "false"


def word_in(word: str, name: str) -> str:
    """That a word stands in what is called `name`."""
    if any(sign in word for sign in "%_\\"):  # signs that LIKE would take for others
        return f"contains(lower({name}), {literal(word.lower())})"
    return f"{name} ILIKE {literal(f'%{word}%')}"


@dataclass(frozen=True)
class Move:
    """A step that a person took: what is kept, or left out and why."""

    what: Literal["keep", "drop"]
    choices: tuple[Choice, ...] = ()
    query: str = ""
    """Words that all stand somewhere in the columns of text."""
    why: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not self.choices and not self.query.split()

    def where(self, kinds: Mapping[str, Kind], texts: Sequence[str]) -> str:
        """Its condition; `texts` are the columns that words are looked for in."""
        parts = [choice.words(kinds[choice.column]) for choice in self.choices]
        parts += [word_condition(word, texts) for word in self.query.split()]
        return " AND ".join(parts) or "true"


@dataclass(frozen=True)
class Moves:
    """The steps a person took over the series of a catalog, one after another."""

    moves: tuple[Move, ...]
    kinds: Mapping[str, Kind] = field(repr=False)
    texts: tuple[str, ...] = ()

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """What, condition and reason of each step, the first one a selection."""
        told = [(m.what, m.where(self.kinds, self.texts), m.why) for m in self.moves if not m.is_empty]
        if not told or told[0][0] == "drop":
            return [("select", "true", ""), *told]
        return [("select", *told[0][1:]), *told[1:]]

    def cohort(self, catalog: Catalog) -> Cohort:
        """Who is in after these steps."""
        (_, where, why), *more = self.conditions
        cohort = select(catalog, where, why=why)
        for what, where, why in more:
            cohort = cohort.drop(where, why=why) if what == "drop" else cohort.keep(where, why=why)
        return cohort

    def code(self) -> str:
        """Python that makes the same cohort of `catalog`.

        >>> without_ct = Move("drop", (Choice("Modality", ("CT",)),), why="no MR")
        >>> print(Moves((without_ct,), {"Modality": "text"}).code())
        cohort = (
            dl.select(catalog, 'true')
            .drop("Modality = 'CT'", why='no MR')
        )
        """
        (_, where, why), *more = self.conditions
        reason = f", why={why!r}" if why else ""
        lines = [f"dl.select(catalog, {where!r}{reason})"]
        for what, where, why in more:
            reason = f", why={why!r}" if why or what == "drop" else ""
            lines.append(f".{what}({where!r}{reason})")
        if len(lines) == 1:
            return f"cohort = {lines[0]}"
        return "\n    ".join(["cohort = (", *lines]) + "\n)"
