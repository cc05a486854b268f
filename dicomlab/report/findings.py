"""Findings: changes that belong together, worst first, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from dicomlab.drift.base import Drift
from dicomlab.plots.axis import records
from dicomlab.plots.words import comparable, day, effect, from_to, is_absent, part_of, percent, when
from dicomlab.report.advice import advise

SEVERITY = {3: "look now", 2: "look soon", 1: "worth a look"}


def rank_findings(drift: Drift) -> list[dict[str, Any]]:
    """The findings of the fleet: the most severe first, those that were decided last.

    Changes that share a `finding` are one finding; without that column each stands alone. A finding
    is decided when each of its changes was accepted or rejected.
    """
    changes = drift.changes
    if changes.empty:
        return []
    key = "finding" if "finding" in changes else "change_id"
    keys = changes[key].where(changes[key].notna(), "change " + changes["change_id"].astype(str))
    changes = changes.assign(part=[part_of(drift, row) for row in changes.to_dict("records")])
    groups = [changes[keys == k] for k in keys.unique()]
    found = sorted((_finding(drift, group) for group in groups), key=lambda f: f["rank"])
    return [{**finding, "number": i} for i, finding in enumerate(found, start=1)]


def _finding(drift: Drift, group: pd.DataFrame) -> dict[str, Any]:
    size = pd.to_numeric(group["effect_sd"], errors="coerce").abs().fillna(0)
    ranked = group.assign(size=size).sort_values(["severity", "size"], ascending=False, kind="stable")
    rows = records(ranked)
    lead = rows[0]
    severity = 1 if is_absent(lead["severity"]) else min(3, max(1, round(float(lead["severity"]))))
    decided = _decided(rows)
    near = _near(drift, rows)
    kinds = [str(kind) for kind in near["kind"]]
    return {
        "id": _told(lead, "finding") or str(lead["change_id"]),
        "device": str(lead["device"]),
        "severity": 0 if decided else severity,
        "severity_words": decided or SEVERITY[severity],
        "is_decided": bool(decided),
        "title": title(lead),
        "text": "" if is_absent(lead["text"]) else _with_our_dates(str(lead["text"])),
        "since": day(lead["onset"]),
        "cause": "" if is_absent(lead["cause"]) else _as_sentence(str(lead["cause"])),
        "causes": _causes(near, lead),
        "check": "" if decided else _advice(rows, kinds),
        "fleet_events": sorted({_told(row, "fleet_event") for row in rows} - {""}),
        "decisions": _decisions(rows),
        "changes": [_change(row) for row in rows],
        "rank": (
            bool(decided),
            -severity,
            -float(lead["size"]),
            str(lead["onset"]),
            str(lead["change_id"]),
        ),
    }


def _advice(changes: list[dict[str, Any]], events: list[str]) -> str:
    lead = changes[0]
    settings = [str(c["parameter"]) for c in changes if c["kind"] == "setting"]
    return advise(str(lead["kind"]), str(lead["parameter"]), events, list(dict.fromkeys(settings)))


def _told(change: Mapping[str, Any], column: str) -> str:
    value = change.get(column)
    return "" if value is None or is_absent(value) else str(value)


def _decided(changes: list[dict[str, Any]]) -> str:
    """What was decided of all changes together; empty as long as one is open."""
    decisions = {_told(change, "decision") for change in changes}
    return "" if "" in decisions else decisions.pop() if len(decisions) == 1 else "decided"


def _decisions(changes: list[dict[str, Any]]) -> list[str]:
    """A sentence for each decision: what was decided, of what, and the note."""
    found: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        decision, note = _told(change, "decision"), _told(change, "note")
        if decision:
            found.setdefault((decision, note), []).append(str(change["change_id"]))
    return [
        f"{', '.join(names)} {decision}" + (f": {note.rstrip('. ')}." if note else ", without a note.")
        for (decision, note), names in found.items()
    ]


def _with_our_dates(text: str) -> str:
    """A text with its dates as the rest of the report has them."""
    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", lambda found: day(found[0]), text)


def _as_sentence(text: str) -> str:
    words = _with_our_dates(text)
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith(".") else ".")


def title(change: dict[str, Any]) -> str:
    """A change in a few words: "CTDIvol in Abdomen: +18 % from 4 Sep 2024"."""
    if is_absent(change["parameter"]) or change["parameter"] == "any":
        return f"{effect(change)} {when(change)}"
    part = f" of {change['part']}" if change.get("part") else ""
    return f"{change['parameter']}{part} in {comparable(change['stratum'])}: {effect(change)} {when(change)}"


def _change(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "change_id": str(change["change_id"]),
        "signal_id": str(change["signal_id"]),
        "device": change["device"],
        "parameter": change["parameter"],
        "stratum": change["stratum"],
        "stratum_words": ": ".join(filter(None, (change.get("part"), comparable(change["stratum"])))),
        "from_to": from_to(change),
        "effect": _with_bounds(change),
        "since": when(change).removeprefix("from "),
        "between": _between(change),
        "n_before": change["n_before"],
        "n_after": change["n_after"],
    }


def _with_bounds(change: dict[str, Any]) -> str:
    if is_absent(change["effect"]):
        return ""
    size = percent(float(change["effect"]))
    low, high = change.get("effect_low"), change.get("effect_high")
    if low is None or high is None or is_absent(low) or is_absent(high):
        return size
    return f"{size} ({percent(float(low))} to {percent(float(high))})"


def _between(change: dict[str, Any]) -> str:
    low, high = change["onset_low"], change["onset_high"]
    if is_absent(low) or is_absent(high):
        return ""
    return day(low) if day(low) == day(high) else f"{day(low)} to {day(high)}"


def _near(drift: Drift, changes: list[dict[str, Any]]) -> pd.DataFrame:
    """The events near the onsets, each once, the least likely by chance first."""
    causes = drift.causes[drift.causes["change_id"].isin([change["change_id"] for change in changes])]
    return causes.sort_values("coincidence", kind="stable").drop_duplicates(["date", "kind"])


def _causes(near: pd.DataFrame, lead: dict[str, Any]) -> list[str]:
    """Events near the onset; none where the sentence of the change says the only one."""
    is_told = not is_absent(lead["cause"]) and str(lead["cause"]) in str(lead["text"])
    return [] if is_told and len(near) == 1 else [_cause(row) for row in records(near)]


def fleet_events(drift: Drift) -> list[dict[str, Any]]:
    """Changes that several machines of a model share: one row an event."""
    if "fleet_event" not in drift.changes:
        return []
    shared = drift.changes[~drift.changes["fleet_event"].map(is_absent).astype(bool)]
    model = dict(zip(drift.fleet["device"].astype(str), drift.fleet["ManufacturerModelName"], strict=True))
    found = []
    for name, group in shared.groupby("fleet_event", sort=True):
        lead = records(group.sort_values("severity", ascending=False, kind="stable"))[0]
        devices = list(dict.fromkeys(group["device"].astype(str)))
        first, last = day(group["onset"].min()), day(group["onset"].max())
        named = _told({"model": model.get(devices[0])}, "model")
        found.append(
            {
                "name": str(name),
                "parameter": str(lead["parameter"]),
                "effect": effect(lead),
                "when": first if first == last else f"{first} to {last}",
                "devices": devices,
                "model": named,
            }
        )
    return found


def _cause(cause: dict[str, Any]) -> str:
    apart = abs(float(cause["days"]))
    when = "on the day" if apart < 1 else f"{apart:.0f} {'day' if round(apart) == 1 else 'days'}"
    side = "" if apart < 1 else (" after the onset" if float(cause["days"]) > 0 else " before the onset")
    words = f"{day(cause['date'])}: {cause['kind']}, {cause['text']} ({when}{side})"
    if is_absent(cause["coincidence"]):
        return f"{words}."
    share = 100 * float(cause["coincidence"])
    return f"{words}; by chance, {share:.1f} % of all days lie as near to such an event."
