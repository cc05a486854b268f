"""What a Drift found, as lines for people and as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicomlab.cli.cells import records
from dicomlab.cli.terminal import as_typed, counted, plural, wrapped

if TYPE_CHECKING:
    from dicomlab.drift.base import Drift

_MARKS = {3: "***", 2: "** ", 1: "*  "}
_LEGEND = "*** look now, ** look soon, * worth a look. Changes of a machine within 7 days are one finding."


def verdict(drift: Drift) -> str:
    """In one sentence, whether anything changed that nobody has decided on."""
    machines = plural(len(drift.fleet), "machine")
    watched = watched_machines(drift)
    rest = len(drift.fleet) - watched
    changes = drift.changes[drift.changes["decision"] == ""]
    n_decided = len(drift.changes) - len(changes)
    decided = f"; {plural(n_decided, 'change')} decided before" if n_decided else ""
    if not watched:
        return f"too little to tell whether anything changed: none of {machines} could be watched."
    if not len(changes):
        unwatched = f"; {rest} could not be watched" if rest else ""
        return f"no change on {plural(watched, 'machine')}{unwatched}{decided}."
    findings, touched = changes["finding"].nunique(), changes["device"].nunique()
    together = f" in {plural(findings, 'finding')}" if findings < len(changes) else ""
    return f"{plural(len(changes), 'change')}{together} on {touched} of {machines}{decided}."


def watched_machines(drift: Drift) -> int:
    """How many machines have a signal that could be watched."""
    return int(drift.signals.loc[drift.signals["is_monitored"], "device"].nunique())


def finding_lines(drift: Drift, most: int | None = None) -> list[str]:
    """Each finding with its changes and what to check, in the order of the report."""
    from dicomlab.report.findings import fleet_events, rank_findings

    findings = rank_findings(drift)
    changes = {str(change["change_id"]): change for change in records(drift.changes)}
    open_ones = [finding for finding in findings if not finding["is_decided"]]
    lines = ["", *wrapped(_LEGEND)] if open_ones else []
    for finding in open_ones[:most]:
        lines += ["", *_finding(finding, changes)]
    if most is not None and len(open_ones) > most:
        lines += ["", f"and {plural(len(open_ones) - most, 'more finding')}"]
    shared = fleet_events(drift)
    lines += ["", "Shared by machines of one model"] if shared else []
    for event in shared:
        what = f"{event['parameter']} {event['effect']}, {event['when']}, on {', '.join(event['devices'])}"
        lines += wrapped(f"{event['name']} {what}", first="  ", rest=" " * 6)
    decided = [finding for finding in findings if finding["is_decided"]]
    lines += ["", "Decided before"] if decided else []
    for finding in decided:
        words = f"{finding['id']} {finding['device']}: {finding['title']}. {' '.join(finding['decisions'])}"
        lines += wrapped(words, first="  ", rest=" " * 6)
    return lines


def notice_lines(drift: Drift, most: int = 10) -> list[str]:
    """What is worth knowing and is no change, the latest first."""
    if not len(drift.notices):
        return []
    latest = drift.notices.sort_values("date", ascending=False, kind="stable")
    lines = ["", "Worth knowing"]
    for text in latest["text"].head(most):
        lines += wrapped(str(text), first="  ", rest="    ")
    return lines + ([f"  and {len(latest) - most:,} more, in --json"] if len(latest) > most else [])


def _finding(finding: dict[str, Any], changes: dict[str, dict[str, Any]]) -> list[str]:
    mine = [changes[change["change_id"]] for change in finding["changes"]]
    onset = min(str(change["onset"])[:10] for change in mine)
    lines = wrapped(f"{finding['id']}  {_parted(mine[0])[0]}, from {onset}", first="", rest=" " * 5)
    causes = {str(change["cause"]) for change in mine}
    shared = causes.pop() if len(causes) == 1 and len(mine) > 1 else ""
    for change in mine:
        mark, words = _MARKS.get(int(change["severity"]), "   "), _parted(change)[1]
        if shared and words.endswith(f"; {shared}."):
            words = words.removesuffix(f"; {shared}.") + "."
        lines += wrapped(words, first=f"  {mark} {change['change_id']}  ", rest=" " * 12)
    told = [shared[:1].upper() + shared[1:] + "." if shared else "", *finding["decisions"]]
    for words in (*told, f"Check: {finding['check']}" if finding["check"] else ""):
        lines += wrapped(words, first=" " * 6, rest=" " * 6) if words else []
    return lines


def _parted(change: dict[str, Any]) -> tuple[str, str]:
    """The machine of a change, and what its sentence says beside."""
    head, colon, rest = str(change["text"]).partition("): ")
    if colon and head.startswith(str(change["device"])):
        return f"{head})", rest
    return str(change["device"]), str(change["text"])


def watched_lines(drift: Drift) -> list[str]:
    """What was watched, what was not and why, and how many alarms chance would give."""
    from dicomlab.report.sections import false_alarms, unwatched

    signals = drift.signals
    watched = int(signals["is_monitored"].sum())
    lines = wrapped(f"{watched:,} of {plural(len(signals), 'signal')} watched (machine, stratum, parameter).")
    lines += wrapped(false_alarms(drift))
    groups = unwatched(signals)
    reasons = [
        (g["n_signals"], g["reason"] + ("" if g["parameters"] == "any" else f" ({g['parameters']})"))
        for g in groups
    ]
    return [*lines, "Not watched", *counted(reasons, most=8)] if groups else lines


def next_lines(drift: Drift, source: str | Path) -> list[str]:
    """How to go on from what was found; nothing where nothing is open."""
    from dicomlab.report.findings import rank_findings

    first = next((f for f in rank_findings(drift) if not f["is_decided"]), None)
    if first is None:
        return []
    typed, change = f"dicomlab drift {as_typed(source)}", first["changes"][0]["change_id"]
    return [
        "",
        "Next",
        f"  {typed} --report drift.html",
        f'  {typed} --accept {first["id"]} --note "as planned"',
        f"  {typed} --reject {change}",
    ]


def content(drift: Drift) -> dict[str, Any]:
    """The same as plain data: the tables without the single acquisitions."""
    from dicomlab.report.findings import fleet_events, rank_findings
    from dicomlab.report.sections import unwatched

    signals = drift.signals
    counts = {"signals": len(signals), "monitored": int(signals["is_monitored"].sum())}
    keys = ("id", "device", "severity", "severity_words", "is_decided", "title", "check")
    findings = [
        {key: finding[key] for key in keys}
        | {"change_ids": [change["change_id"] for change in finding["changes"]]}
        for finding in rank_findings(drift)
    ]
    tables = ("changes", "causes", "alarms", "notices", "limits", "fleet", "settings")
    return {
        "verdict": verdict(drift),
        **counts,
        "findings": findings,
        "fleet_events": fleet_events(drift),
        "not_monitored": unwatched(signals),
        **{name: records(getattr(drift, name)) for name in tables},
    }
