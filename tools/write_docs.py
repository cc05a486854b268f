"""Write the pages of docs/ that are made from the code.

python tools/write_docs.py [--check]     with --check: say which are stale, and write nothing
"""

from __future__ import annotations

import sys
from pathlib import Path

from dicomlab.schema.columns import LEVELS, Column, Columns
from dicomlab.schema.tables import OTHER_TABLES

DOCS = Path(__file__).parents[1] / "docs"
_MADE = "<!-- Written by tools/write_docs.py from dicomlab/schema. Change it there: make docs -->"


def columns_page() -> str:
    """docs/columns.md: every column of every table."""
    columns = list(Columns())
    parts = [
        "# Columns",
        _MADE,
        "CamelCase names are DICOM keywords with the values as they stand in the file, in DICOM's unit. "
        "snake_case names are ours, with the unit at the end. A value that does not parse is null, and a row "
        "of `problems` with its bytes.",
        f"## instances: {len(columns)} default columns",
        "One row a DICOM file, keyed by `file_key`. The level says how far up the tree a value is meant to "
        "be the same; `PHI` marks what may identify a person.",
    ]
    for level in LEVELS:
        chosen = [c for c in columns if c.level == level]
        parts += [f"### {level}: {len(chosen)}", _table(chosen)]
    for name, (meaning, rows) in OTHER_TABLES.items():
        parts += [f"## {name}", meaning, _plain(rows)]
    return "\n\n".join(parts) + "\n"


def _table(columns: list[Column]) -> str:
    head = "| column | from | type | unit | up the tree | PHI | meaning |\n|---|---|---|---|---|---|---|"
    return "\n".join([head, *map(_row, columns)])


def _row(c: Column) -> str:
    up = {"same": "if all agree", "none": "no"}.get(c.rollup, c.rollup)
    cells = (f"`{c.name}`", c.source, c.type, c.unit, up, "PHI" if c.phi else "", c.meaning)
    return "| " + " | ".join(cells) + " |"


def _plain(rows: tuple[tuple[str, str, str], ...]) -> str:
    lines = ["| column | type | meaning |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| `{name}` | {kind} | {meaning} |" for name, kind, meaning in rows)])


PAGES = {"columns.md": columns_page}


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    print("stale: " + ", ".join(stale) if stale else "all pages are fresh")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
