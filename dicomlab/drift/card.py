"""What a Drift says of itself in a notebook: what changed, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dicomlab import cards

if TYPE_CHECKING:
    from dicomlab.drift.base import Drift

_ROWS = 8
_SEVERITY = {3: "look now", 2: "look soon", 1: "worth a look"}
_LEFT = ("severity", "device", "since", "what", "decided")


def drift_html(drift: Drift) -> str:
    """The result as a card: machines and changes counted, and the gravest of those nobody decided on."""
    changes = drift.changes
    monitored = int(drift.signals["is_monitored"].sum())
    counts = {
        "devices": len(drift.fleet),
        "signals monitored": monitored,
        "changes": len(changes),
        "findings": int(changes["finding"].nunique()) if "finding" in changes else len(changes),
    }
    parts = [cards.numbers(counts)]
    if len(changes):
        parts += _changes(drift)
    elif monitored:
        parts.append(cards.line("No change was found in what is monitored."))
    else:
        parts.append(cards.line("Nothing could be monitored, so nothing can be said about changes."))
    if len(drift.notices):
        notices = [{"what": str(words)} for words in drift.notices["text"].head(_ROWS)]
        words = f"Worth knowing, and no drift: {len(drift.notices):,} in .notices"
        parts.append(cards.folded(words, cards.table(notices, left=("what",))))
    if len(drift.limits):
        outside = int(drift.limits["verdict"].str.startswith("outside").sum())
        parts.append(cards.line(f"{outside:,} of {len(drift.limits):,} limits are not kept to: .limits"))
    unwatched = len(drift.signals) - monitored
    if unwatched:
        words = f"{unwatched:,} signals are not monitored; .signals says why."
        parts.append(cards.line(words, quiet=True))
    return cards.card("dicomlab drift", *parts)


def _changes(drift: Drift) -> list[str]:
    changes = drift.changes
    is_open = changes["decision"].fillna("").eq("") if "decision" in changes else changes["device"].notna()
    worst = changes[is_open].assign(size=changes["effect_sd"].astype(float).abs().fillna(0))
    worst = worst.sort_values(["severity", "size"], ascending=False, kind="stable")
    parts = [cards.table([_row(row) for row in worst.head(_ROWS).to_dict("records")], left=_LEFT)]
    more, decided = len(worst) - _ROWS, int((~is_open).sum())
    if more > 0:
        parts.append(cards.line(f"and {more:,} more: .changes", quiet=True))
    if decided:
        parts.append(cards.line(f"{decided:,} changes were decided on before.", quiet=True))
    return parts


def _row(change: dict[Any, Any]) -> dict[str, object]:
    onset, device = change["onset"], str(change["device"])
    words = str(change["text"])
    if words.startswith(device) and ": " in words:  # the machine has a column of its own
        words = words.partition(": ")[2]
    return {
        "severity": _SEVERITY.get(int(change["severity"]), ""),
        "device": device,
        "since": "" if pd.isna(onset) else f"{onset:%Y-%m-%d}",
        "what": words,
    }
