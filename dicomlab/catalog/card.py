"""What a catalog says of itself, at a glance: as text, and as HTML in a notebook.

Counts, makers and months only: nothing on the card belongs to one patient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomlab.cards import card, folded, line, numbers, table
from dicomlab.printable_text import on_one_line

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


def card_text(catalog: Catalog) -> str:
    """The catalog in a few lines."""
    counts = catalog.counts
    names = ("patients", "studies", "series", "instances")
    lines = [
        f"<Catalog {on_one_line(str(catalog.path))}: " + ", ".join(f"{counts[n]:,} {n}" for n in names) + ">"
    ]
    if counts["errors"]:
        lines.append(f"  {counts['errors']:,} of {counts['files']:,} files were not wholly read: see .errors")
    if counts["problems"]:
        lines.append(f"  {counts['problems']:,} values did not parse or are missing: see .problems")
    if not catalog.is_complete:
        lines.append("  The last scan did not come to its end: scan again to complete it.")
    return "\n".join(lines)


def card_html(catalog: Catalog) -> str:
    """The catalog as a card: counts, modalities, and what could not be read."""
    counts = catalog.counts
    modalities = catalog.sql(_BY_MODALITY)
    parts = [
        line(str(catalog.path), quiet=True),
        numbers({name: counts[name] for name in ("patients", "studies", "series", "instances")}),
        table(modalities.head(_ROWS).to_dict("records"), left=("modality", "first", "last")),
    ]
    if len(modalities) > _ROWS:
        parts.append(line(f"and {len(modalities) - _ROWS} more modalities", quiet=True))
    if not catalog.is_complete:
        parts.append(line("The last scan did not come to its end. Scan again to complete it."))
    if counts["problems"]:
        parts.append(line(f"{counts['problems']:,} values did not parse or are missing: .problems"))
    if counts["errors"]:
        reasons = catalog.sql(_BY_REASON).head(_ROWS).to_dict("records")
        words = f"{counts['errors']:,} of {counts['files']:,} files were not wholly read: .errors"
        parts.append(folded(words, table(reasons, left=("reason",))))
    if catalog.is_masked:
        parts.append(line("What may identify a patient is masked.", quiet=True))
    return card("dicomlab catalog", *parts)
