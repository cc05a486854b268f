"""What is seen of a header: which branches are open, what was found, what is pinned on top."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from dicomlab.tags.rows import Row, Tags
from dicomlab.tags.search import hits, parsed, with_parents

FILTERS = ("private", "public", "empty", "with value", "phi", "retired", "no meta", "no nested")
"""What can be left out or asked for by a button, beside what is typed."""

_IS: dict[str, str] = {
    "private": "private:yes",
    "public": "private:no",
    "empty": "empty:yes",
    "with value": "empty:no",
    "phi": "phi:yes",
    "retired": "retired:yes",
    "no meta": "meta:no",
}


@dataclass(frozen=True)
class View:
    """What a person asked to see of the rows."""

    query: str = ""
    filters: tuple[str, ...] = ()
    group: str = ""
    pinned: tuple[str, ...] = ()
    opened: frozenset[str] = frozenset()
    """Paths of sequences and items that are open; all of them for "*". One after a minus is closed,
    also where something was found in it."""

    @property
    def question(self) -> str:
        """All of it as one would type it."""
        words = [self.query.strip(), *(_IS[f] for f in self.filters if f in _IS)]
        return " ".join(filter(None, [*words, f"group:{self.group}" if self.group else ""]))


@dataclass(frozen=True)
class Seen:
    """The numbers of the rows that are seen, in order; how many were found, and what is open."""

    numbers: list[int]
    found: int
    total: int
    open: frozenset[int] = field(default_factory=frozenset)
    n_pinned: int = 0
    hits: frozenset[int] = field(default_factory=frozenset)


def look(tags: Tags, view: View) -> Seen:
    """Work out which rows are seen.

    A row that was found keeps what it belongs to; what belongs to a sequence that was found by
    itself is seen once that is opened.

    >>> from pydicom.data import get_testdata_file
    >>> from dicomlab.tags.rows import read_tags
    >>> tags = read_tags(get_testdata_file("CT_small.dcm", download=False))
    >>> [tags.rows[i].keyword for i in look(tags, View("kvp")).numbers]
    ['KVP']
    """
    rows = tags.rows
    total = sum(not row.is_item for row in rows)
    terms = parsed(view.question)
    pins = _pinned(rows, view.pinned)
    nested = [i for i, row in enumerate(rows) if row.depth] if "no nested" in view.filters else []
    if not terms:
        opened = _opened(rows, view.opened)
        numbers = _visible(rows, opened) if not nested else [i for i, row in enumerate(rows) if not row.depth]
        return Seen([*pins, *numbers], total, total, frozenset(opened), len(pins))
    found = [i for i in hits(tags, terms) if not rows[i].is_item]
    if nested:
        found = [i for i in found if not rows[i].depth]
    by_hand = _opened(rows, view.opened)
    inside = set(with_parents(rows, found))
    opened = ({rows[i].parent for i in inside} | by_hand) - _closed(rows, view.opened)
    for i, row in enumerate(rows):  # what belongs to a sequence that was found is seen once that is open
        if row.parent in inside and row.parent in by_hand:
            inside.add(i)
    seen = [i for i in _visible(rows, opened) if i in inside]
    return Seen([*pins, *seen], len(found), total, frozenset(opened), len(pins), frozenset(found))


def _pinned(rows: Sequence[Row], paths: Collection[str]) -> list[int]:
    wanted = set(paths)
    return [i for i, row in enumerate(rows) if row.path in wanted] if wanted else []


def _opened(rows: Sequence[Row], paths: Collection[str]) -> set[int]:
    if not paths:
        return set()
    every = "*" in paths
    closed = _closed(rows, paths)
    return {i for i, row in enumerate(rows) if row.n_below and (every or row.path in paths)} - closed


def _closed(rows: Sequence[Row], paths: Collection[str]) -> set[int]:
    closed = {path[1:] for path in paths if path.startswith("-")}
    return {i for i, row in enumerate(rows) if row.path in closed} if closed else set()


def _visible(rows: Sequence[Row], opened: Collection[int]) -> list[int]:
    """The rows of which all that they belong to is open."""
    seen = [False] * len(rows)
    out = []
    for i, row in enumerate(rows):
        if row.parent < 0 or (seen[row.parent] and row.parent in opened):
            seen[i] = True
            out.append(i)
    return out
