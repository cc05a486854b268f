"""The files of a folder, a catalog or a cohort, a few at a time, as a worker takes them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.errors import WrongArgument
from dicomlab.sources.engine import open_source

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog
    from dicomlab.cohorts.cohort import Cohort

SIZE = 32
"""How many files a unit has: what is done of it is written down when it is done."""


@dataclass(frozen=True)
class Item:
    """One file, or one archive of which some members are wanted."""

    file_key: str
    source: str
    stamp: str
    reason: str = ""
    members: frozenset[str] | None = None
    """The members that are wanted of an archive; None for all."""


def items_of(source: Any, leave_out: Path, options: Mapping[str, Any] | None) -> Iterator[Item]:
    """What is to be done: all files of a folder or a bucket, or those of a catalog or cohort in order."""
    if isinstance(source, str | Path):
        yield from _listed(source, leave_out, options)
    else:
        yield from _of_cohort(_cohort(source))


def units_of(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Items in blocks."""
    block: list[Item] = []
    for item in items:
        block.append(item)
        if len(block) >= SIZE:
            yield block
            block = []
    if block:
        yield block


def refuse_overlap(source: Any, to: Path) -> None:
    """Refuse an output that lies in the input, or around it. Raises WrongArgument."""
    if isinstance(source, str | Path) and "://" not in str(source):
        inside, around = Path(os.path.realpath(source)), Path(os.path.realpath(to))
        if inside == around or inside in around.parents or around in inside.parents:
            raise WrongArgument("to", os.fspath(to), ("a folder outside of the input",))


def _listed(source: str | Path, leave_out: Path, options: Mapping[str, Any] | None) -> Iterator[Item]:
    opened = open_source(source, leave_out=leave_out, options=options)
    if opened.root.startswith("dicomweb+"):
        raise WrongArgument("source", opened.root, ("a folder", "a bucket", "a catalog", "a cohort"))
    for table in opened.listing():
        for row in table.to_pylist():
            stamp = f"{row['size']} {row['stamp']}"
            yield Item(row["file_key"], opened.root, stamp, row["reason"] or "")


def _cohort(source: Catalog | Cohort) -> Cohort:
    from dicomlab.catalog.catalog import Catalog
    from dicomlab.cohorts.engine import select

    catalog = source if isinstance(source, Catalog) else source.catalog
    if catalog.is_masked:
        raise WrongArgument("source", "one that is masked", ("catalog.unmasked, or a cohort of it",))
    return select(source, "TRUE") if isinstance(source, Catalog) else source


def _of_cohort(cohort: Cohort) -> Iterator[Item]:
    inside: dict[tuple[str, str], set[str]] = {}
    for row in cohort.files().to_dict("records"):
        if isinstance(row["container"], str):
            inside.setdefault((row["container"], row["source"]), set()).add(row["file_key"])
        else:
            yield Item(row["file_key"], row["source"], str(row["size"]))
    for (container, root), keys in inside.items():
        yield Item(container, root, "", members=frozenset(keys))
