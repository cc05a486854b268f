"""What a catalog says of itself, at a glance: as text, and as HTML in a notebook.

Counts, makers and months only: nothing on the card belongs to one patient.
"""

from __future__ import annotations

from collections.abc import Hashable
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dicomlab.catalog.catalog import Catalog

_BY_MODALITY = """
SELECT coalesce(Modality, '(none)') AS modality, count(*) AS series, sum(n_instances)::BIGINT AS instances,
       count(DISTINCT coalesce(Manufacturer, '') || ' ' || coalesce(ManufacturerModelName, '')) AS models,
       strftime(min(first_acquired_at), '%Y-%m') AS first, strftime(max(last_acquired_at), '%Y-%m') AS last
FROM series GROUP BY 1 ORDER BY instances DESC, modality
"""
_BY_REASON = """
SELECT reason, count(*) AS files FROM errors GROUP BY 1 ORDER BY files DESC, reason
"""
_ROWS = 8

_STYLE = {
    "box": "font-family:system-ui,sans-serif;font-size:13px;line-height:1.5;max-width:56em;"
    "border:1px solid rgba(128,128,128,.35);border-radius:6px;padding:.8em 1em;margin:.3em 0",
    "title": "font-weight:600;font-size:14px",
    "quiet": "opacity:.7",
    "number": "display:inline-block;margin:.5em 1.6em .3em 0",
    "big": "font-size:19px;font-weight:600;font-variant-numeric:tabular-nums",
    "table": "border-collapse:collapse;margin:.4em 0",
    "left": "text-align:left;padding:.15em 1.2em .15em 0;background:none",
    "right": "text-align:right;padding:.15em 1.2em .15em 0;font-variant-numeric:tabular-nums;background:none",
}


def card_text(catalog: Catalog) -> str:
    """The catalog in a few lines."""
    counts = catalog.counts
    names = ("patients", "studies", "series", "instances")
    lines = [f"<Catalog {catalog.path}: " + ", ".join(f"{counts[n]:,} {n}" for n in names) + ">"]
    if counts["errors"]:
        lines.append(f"  {counts['errors']:,} of {counts['files']:,} files were not wholly read: see .errors")
    if counts["problems"]:
        lines.append(f"  {counts['problems']:,} values did not parse: see .problems")
    if not catalog.is_complete:
        lines.append("  The last scan did not come to its end: scan again to complete it.")
    return "\n".join(lines)


def card_html(catalog: Catalog) -> str:
    """The catalog as a card: counts, modalities, and what could not be read."""
    counts = catalog.counts
    names = ("patients", "studies", "series", "instances")
    numbers = "".join(_number(counts[n], n) for n in names)
    modalities = catalog.sql(_BY_MODALITY)
    parts = [
        f'<div style="{_STYLE["title"]}">dicomlab catalog</div>',
        f'<div style="{_STYLE["quiet"]}">{escape(str(catalog.path))}</div>',
        numbers,
        _table(modalities.head(_ROWS).to_dict("records"), ("modality", "first", "last")),
    ]
    if len(modalities) > _ROWS:
        parts.append(f'<div style="{_STYLE["quiet"]}">and {len(modalities) - _ROWS} more modalities</div>')
    if not catalog.is_complete:
        parts.append("<div><b>The last scan did not come to its end.</b> Scan again to complete it.</div>")
    if counts["problems"]:
        parts.append(f"<div>{counts['problems']:,} values did not parse: <code>.problems</code></div>")
    if counts["errors"]:
        reasons = catalog.sql(_BY_REASON)
        parts.append(
            f"<details><summary>{counts['errors']:,} of {counts['files']:,} files were not wholly read: "
            f"<code>.errors</code></summary>{_table(reasons.head(_ROWS).to_dict('records'), ('reason',))}"
            "</details>"
        )
    return f'<div style="{_STYLE["box"]}">{"".join(parts)}</div>'


def _number(value: int, name: str) -> str:
    big = f'<span style="{_STYLE["big"]}">{value:,}</span>'
    return f'<span style="{_STYLE["number"]}">{big} {escape(name)}</span>'


def _table(rows: list[dict[Hashable, Any]], left: tuple[str, ...]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col" style="{_side(n, left)}">{escape(str(n))}</th>' for n in rows[0])
    body = "".join(
        "<tr>" + "".join(f'<td style="{_side(n, left)}">{_cell(v)}</td>' for n, v in row.items()) + "</tr>"
        for row in rows
    )
    return f'<table style="{_STYLE["table"]}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _side(name: Hashable, left: tuple[str, ...]) -> str:
    return _STYLE["left"] if name in left else _STYLE["right"]


def _cell(value: object) -> str:
    if value is None or isinstance(value, float) or str(value) in ("nan", "<NA>"):
        return ""
    return f"{value:,}" if isinstance(value, int) else escape(str(value))
