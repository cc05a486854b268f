"""What the tag explorer sends of a tag: cells of a row, the panel below, a line of a recipe, code."""

from __future__ import annotations

from typing import Any

from dicomlab.schema.columns import Columns
from dicomlab.tags.compare import Line
from dicomlab.tags.facts import action_words
from dicomlab.tags.rows import Row

CUT = 200
"""Characters of a value in the list; the panel below has more."""
_RECIPE = {"X": "REMOVE {}", "Z": "BLANK {}", "D": "REPLACE {} dummy", "U": "REPLACE {} func:new_uid"}


def cells_of(row: Row, *, is_pinned: bool) -> dict[str, Any]:
    """A tag of one header, as a row of the list; branches are folded elsewhere."""
    return {
        "path": row.path,
        "tag": "" if row.is_item else row.tag_text,
        "keyword": row.keyword,
        "name": row.name,
        "vr": row.vr,
        "value": _cut(row.value),
        "unit": row.fact.unit if not row.is_item else "",
        "phi": "" if row.is_item else row.action,
        "depth": 0,
        "pinned": is_pinned,
        "private": row.is_private,
        "item": row.is_item,
    }


def bare_cells_of(row: Row, n: int, mode: str) -> dict[str, Any]:
    """A tag of which nothing but its place can be shown, in a list of that mode."""
    bare: dict[str, Any] = {"path": row.path, "tag": row.tag_text, "depth": 0, "pinned": False}
    bare |= {"private": row.is_private, "item": row.is_item}
    bare |= dict.fromkeys(("keyword", "name", "vr", "value", "unit", "phi"), "")
    if mode == "one":
        return bare | {"fold": 0, "changed": False}
    bare |= {"state": "differs", "path_shown": True, "distinct": 0, "missing": 0, "counts": [], "of": n}
    return bare | ({"values": [None] * n, "same": [False] * n} if mode == "side" else {})


def counts_of(line: Line) -> dict[str, Any]:
    """Which values a tag has among many headers, and how often each."""
    return {
        "state": line.state,
        "distinct": line.n_distinct,
        "missing": line.n_missing,
        "counts": [[_cut(text, 40) or "(empty)", n] for text, n in line.counts(6)],
        "of": len(line.cells),
        "path_shown": line.row.depth > 0,
    }


def values_of(line: Line) -> dict[str, Any]:
    """The values of a tag side by side, and which are the same as the first."""
    first = next((cell.mark for cell in line.cells if cell), "")
    return {
        "state": line.state,
        "values": [None if cell is None else _cut(cell.value) for cell in line.cells],
        "same": [cell is not None and cell.mark == first for cell in line.cells],
        "path_shown": line.row.depth > 0,
    }


def panel_of(row: Row) -> dict[str, Any]:
    """All that is told about a tag."""
    return {
        "path": row.path,
        "tag": row.tag_text,
        "keyword": row.fact.keyword,
        "name": row.name,
        "vr": row.vr,
        "vm": row.vm,
        "length": row.length,
        "value": row.value,
        "meaning": row.fact.meaning,
        "unit": row.fact.unit,
        "where": row.fact.where,
        "creator": row.creator,
        "action": action_words(row.action) if row.action else "",
        "code": row.code,
        "item": row.is_item,
    }


def recipe_line(row: Row) -> str:
    """What PS3.15 Annex E does with a tag, as a line of a de-identification recipe; else REMOVE."""
    name = row.fact.keyword or row.tag_text.replace(" ", "")
    return _RECIPE.get(row.action.replace("*", "").split("/")[-1], "REMOVE {}").format(name)


def code_by_keyword(code: str) -> str:
    """ds.X as ds["X"].value where it is one keyword, which says clearly when it is missing."""
    name = code.removeprefix("ds.")
    return f'ds["{name}"].value' if name.isidentifier() else code


def with_column(columns: Columns, row: Row) -> Columns:
    """The columns, and one that holds the tag of this row."""
    if row.path in columns:
        return columns
    if row.path == row.fact.keyword:
        return columns.add(row.path)
    return columns.add_path(row.path, vr=row.vr)


def _cut(text: str, most: int = CUT) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
