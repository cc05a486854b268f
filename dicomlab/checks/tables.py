"""The tables that checks take, as queries over a catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from dicomlab.checks import content, queries, tracers
from dicomlab.checks.base import Readable
from dicomlab.checks.header_facts import HeaderFacts
from dicomlab.checks.header_faults import HeaderFaults
from dicomlab.checks.kept_texts import KeptTexts
from dicomlab.checks.private_names import PrivateNames
from dicomlab.checks.referred import References
from dicomlab.checks.same_content import Repeats
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

    def blocks(
        self, catalog: Readable, names: Sequence[str], *, together: Sequence[str], rows: int
    ) -> Iterator[pd.DataFrame]:
        """The rows with these columns, block by block, those that agree in `together` in one."""
        for block in catalog.blocks(self.query(catalog, names), together=together, rows=rows):
            some = _in_order(block)
            yield self.prepare(some) if self.prepare else some


def _in_order(block: pd.DataFrame) -> pd.DataFrame:
    """The rows by InstanceNumber and file, so that the same catalog gives the same findings."""
    by = [name for name in ("InstanceNumber", "file_key") if name in block]
    return block.sort_values(by, kind="stable", ignore_index=True) if by else block


def stored(table: str) -> Source:
    """A table of the catalog as it is."""

    def query(catalog: Readable, columns: Sequence[str]) -> str:
        return f"SELECT {', '.join(map(quoted, columns))} FROM {quoted(table)}"

    return Source(lambda catalog: columns_of(catalog, table), query)


_CHOSEN = {
    "shared_series": queries.SHARED_SERIES,
    "shared_studies": queries.SHARED_STUDIES,
    "shared_frames": queries.SHARED_FRAMES,
    "patients_apart": queries.PATIENTS_APART,
    "odd_uids": queries.ODD_UIDS,
    "other_meta": queries.OTHER_META,
    "pixels": queries.PIXELS,
    "problem_rows": queries.PROBLEM_ROWS,
    "odd_dates": queries.ODD_DATES,
    "doubted_moments": queries.DOUBTED_MOMENTS,
    "odd_values": queries.ODD_VALUES,
    "hints": queries.HINTS,
    "mixed_kinds": queries.MIXED_KINDS,
    "odd_tracers": tracers.ODD_TRACERS,
    "other_offsets": tracers.OTHER_OFFSETS,
}

_STORED = ("instances", "series", "studies", "patients", "files", "problems", "directory", "media")

WHOLE = frozenset((*_STORED, "slices"))
"""Tables that hold all there is; the others hold what is odd: where they are empty, all is well."""

SOURCES: dict[str, Source | Repeats | HeaderFacts | References | PrivateNames | HeaderFaults | KeptTexts] = {
    **{name: stored(name) for name in _STORED},
    **{name: Source(chosen.columns, chosen.query) for name, chosen in _CHOSEN.items()},
    "slices": Source(content.columns, content.query, content.with_volumes),
    "broken_files": Source(lambda catalog: columns_of(catalog, "files"), queries.broken_files),
    "clocks": Source(queries.clock_columns, queries.clocks),
    "repeats": Repeats(),
    "headers": HeaderFacts(),
    "header_faults": HeaderFaults(),
    "kept_texts": KeptTexts(),
    "references": References(),
    "private_names": PrivateNames(),
}
"""The tables by name. Beside those of the catalog `slices`: images and frames, with what they are of;
`headers`, see `checks.header_facts`; `references`, see `checks.referred`;
`private_names`, see `checks.private_names`; and those of
`checks.queries`, a few files each."""
