"""Several headers set side by side: what is the same, what differs, what is only in some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dicomlab.tags.rows import Row, Tags

if TYPE_CHECKING:
    import pandas as pd

SAME, DIFFERS, ONLY = "same", "differs", "only in some"
MOST_VALUES = 8
_OFTEN = frozenset("UI DA TM DT".split())


@dataclass(frozen=True)
class Line:
    """One path, and what each header has there: None where it has nothing."""

    row: Row
    """That of the first header that has it."""
    cells: tuple[Row | None, ...]

    @cached_property
    def state(self) -> str:
        """same, differs, or only in some."""
        if any(cell is None for cell in self.cells):
            return ONLY
        return SAME if len({cell.mark for cell in self.cells if cell}) == 1 else DIFFERS

    @property
    def is_usual(self) -> bool:
        """Whether it nearly always differs: UIDs, dates, times, and lengths of groups."""
        return self.row.vr in _OFTEN or self.row.tag & 0xFFFF == 0

    @cached_property
    def n_missing(self) -> int:
        """How many headers have nothing there."""
        return sum(cell is None for cell in self.cells)

    @cached_property
    def n_distinct(self) -> int:
        """How many different values there are."""
        return len({cell.mark for cell in self.cells if cell})

    @cached_property
    def varies(self) -> bool:
        """Whether the headers differ there."""
        return self.state != SAME

    def counts(self, most: int = MOST_VALUES) -> list[tuple[str, int]]:
        """The most frequent values, and how many headers have each."""
        counted = Counter(cell.value for cell in self.cells if cell)
        return counted.most_common(most)


def compare(headers: Sequence[Tags]) -> list[Line]:
    """Set headers side by side: a line a path, in the order of tags and items.

    >>> from pydicom.data import get_testdata_file
    >>> from dicomlab.tags.rows import read_tags
    >>> names = ("CT_small.dcm", "MR_small.dcm")
    >>> lines = compare([read_tags(get_testdata_file(name, download=False)) for name in names])
    >>> next(line.counts() for line in lines if line.row.path == "Modality" and line.state == "differs")
    [('CT', 1), ('MR', 1)]
    """
    found: dict[str, list[Row | None]] = {}
    places: dict[str, tuple[Any, ...]] = {}
    for number, tags in enumerate(headers):
        before: list[tuple[Any, ...]] = []
        for row in tags.rows:
            above = before[row.parent] if row.parent >= 0 else ()
            item = int(row.path.rpartition("[")[2].rstrip("]")) if row.is_item else -1
            place = (*above, item if row.is_item else row.tag)
            before.append(place)
            if row.path not in found:
                found[row.path] = [None] * len(headers)
                places[row.path] = place
            found[row.path][number] = row
    ordered = sorted(found, key=lambda path: (places[path], path))
    return [Line(next(row for row in found[path] if row), tuple(found[path])) for path in ordered]


def to_frame(lines: Sequence[Line], labels: Sequence[str]) -> pd.DataFrame:
    """The lines as a table: tag, keyword, path, VR, state, distinct values, and a column a header."""
    import pandas as pd

    rows = [
        {
            "tag": line.row.tag_text,
            "keyword": line.row.keyword,
            "path": line.row.path,
            "vr": line.row.vr,
            "state": line.state,
            "n_distinct": line.n_distinct,
            "n_missing": line.n_missing,
            **{
                f"{i}: {label}": cell.value if cell else None
                for i, (label, cell) in enumerate(zip(labels, line.cells, strict=True), 1)
            },
        }
        for line in lines
        if not line.row.is_item
    ]
    names = ["tag", "keyword", "path", "vr", "state", "n_distinct", "n_missing"]
    return pd.DataFrame(rows, columns=[*names, *(f"{i}: {label}" for i, label in enumerate(labels, 1))])


def tags_to_frame(tags: Tags, numbers: Sequence[int] | None = None) -> pd.DataFrame:
    """Rows as a table: tag, keyword, name, VR, VM, value, length, path, meaning, unit, where, PHI action."""
    import pandas as pd

    rows = tags.rows if numbers is None else [tags.rows[i] for i in numbers]
    names = "tag keyword name vr vm value length path meaning unit where phi".split()
    return pd.DataFrame(
        [
            (
                *(row.tag_text, row.keyword, row.name, row.vr, row.vm, row.value, row.length, row.path),
                *(row.fact.meaning, row.fact.unit, row.fact.where, row.action),
            )
            for row in rows
            if not row.is_item
        ],
        columns=names,
    ).astype({"length": "Int64"})
