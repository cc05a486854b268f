"""The tables that checks take, as queries over a catalog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from dicomlab.checks import content
from dicomlab.checks.base import Readable
from dicomlab.schema.levels import quoted


def columns_of(catalog: Readable, table: str) -> list[str]:
    """The columns that a table of the catalog has."""
    return [str(name) for name in catalog.sql(f"SELECT * FROM {quoted(table)} LIMIT 0").columns]


@dataclass(frozen=True)
class Source:
    """A table that checks take: what it has, how it is asked for, and what is worked out from it."""

    columns: Callable[[Readable], list[str]]
    """The columns that a check may need."""
    query: Callable[[Readable, Sequence[str]], str]
    """One SELECT that gives these columns, and whatever `prepare` takes."""
    prepare: Callable[[pd.DataFrame], pd.DataFrame] | None = None
    """Adds columns of our own to a block of rows."""


def stored(table: str) -> Source:
    """A table of the catalog as it is."""

    def query(catalog: Readable, columns: Sequence[str]) -> str:
        return f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}"

    return Source(lambda catalog: columns_of(catalog, table), query)


SOURCES: dict[str, Source] = {
    name: stored(name)
    for name in ("instances", "series", "studies", "patients", "files", "problems", "directory", "media")
} | {"slices": Source(content.columns, content.query, content.part_content)}
"""The tables by name. Beside those of the catalog `slices`: images and frames, with what they are of."""
