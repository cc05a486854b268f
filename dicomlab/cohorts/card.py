"""What a cohort says of itself in a notebook: who is in, and who left at each step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomlab import cards
from dicomlab.schema.masks import shown_condition

if TYPE_CHECKING:
    from dicomlab.cohorts.cohort import Cohort

_LEFT = ("step", "condition", "why")


def cohort_html(cohort: Cohort) -> str:
    """The cohort as a card: counts, and a row a step."""
    flow = cohort.flow
    rows = [
        {
            "step": row["what"],
            "condition": shown_condition(str(row["where"])),
            "why": row["why"],
            "patients": row["n_patients"],
            "series": row["n_series"],
            "series left": row["left_series"] or "",
            "cannot tell": row["n_unknown"] or "" if row["n_unknown"] == row["n_unknown"] else "",
        }
        for row in flow.astype(object).where(flow.notna(), None).to_dict("records")
    ]
    parts = [cards.numbers(cohort.counts), cards.table(rows, left=_LEFT)]
    if cohort.saved is not None:
        n = len(cohort.changes)
        words = (
            f"{n:,} series are not as they were saved: .changes"
            if n
            else "Nothing has changed since it was saved."
        )
        parts.append(cards.line(words))
    if cohort.catalog.is_masked:
        parts.append(cards.line("What may identify a patient is masked.", quiet=True))
    return cards.card("dicomlab cohort", *parts)
