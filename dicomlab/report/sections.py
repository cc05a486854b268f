"""What a report says about a Drift, as plain data."""

from __future__ import annotations

import re
from functools import partial
from itertools import groupby
from typing import Any

import pandas as pd

from dicomlab.drift.base import Drift
from dicomlab.plots.axis import records
from dicomlab.plots.words import comparable, counted, day, is_absent, number
from dicomlab.report.findings import fleet_events, rank_findings
from dicomlab.report.left_out import LeftOut
from dicomlab.report.rows import MOST_ROWS

MOST_FINDINGS = 10
"""Findings a device is shown in full; the rest are counted."""
MOST_CHARTS = 3
"""Charts of one finding."""
_MOST_NAMES = 12
_MOST_NOTICES = 10
_NUMBER = re.compile(r"\d[\d,.]*")
_FACTS = {
    "Manufacturer": "Maker",
    "ManufacturerModelName": "Model",
    "DeviceSerialNumber": "Serial number",
    "StationName": "Station",
    "InstitutionName": "Site",
    "software": "Software",
    "identity": "Identity",
}
_BEYOND = {"action": "action limit", "warn": "warning limit"}
_VERDICTS = ["outside action", "outside warn", "cannot tell", "inside"]
_SIDES = {"both": "on either side of", "above": "above", "below": "below"}
_IDENTITY = {"A": "A (serial number)", "B": "B (station name)", "C": "C (weak: check it)"}


PARTS = ("findings", "shared", "limits", "notices", "decided", "fleet", "trust")
"""The sections of a Drift before those of its devices, each with a template drift-NAME.html.jinja."""


def summarise(
    drift: Drift, *, name: str = "r1", rows_file: str = "", left_out: LeftOut | None = None
) -> dict[str, Any]:
    """All that the report of a Drift says, without its pictures.

    `rows_file` is the file beside the report that names the acquisitions behind the findings. What
    cannot be said since working it out raises is noted in `left_out`.
    """
    make = (left_out or LeftOut()).make
    anchors = {str(d): f"{name}-device-{i}" for i, d in enumerate(drift.fleet["device"], start=1)}
    ranked = make("the findings", lambda: rank_findings(drift), None)
    findings = [
        {**f, "anchor": f"{name}-finding-{f['number']}", "device_anchor": anchors.get(f["device"], "")}
        for f in ranked or []
    ]
    said = _NO_FINDINGS if ranked is None else make("the headline", lambda: headline(drift, findings), "")
    fleet = list(enumerate(records(drift.fleet), start=1))
    lines = [
        make(f"device {i} in the fleet", partial(_machine, drift, m, findings, anchors), None)
        for i, m in fleet
    ]
    devices = [
        make(f"the section of device {i}", partial(_device, drift, m, findings, anchors), None)
        for i, m in fleet
    ]
    return {
        "kind": "drift",
        "name": name,
        "parts": PARTS,
        "headline": said,
        "first": next((f["device"] for f in findings if not f["is_decided"]), ""),
        "scope": make("the scope", lambda: scope(drift), ""),
        "findings": [f for f in findings if not f["is_decided"]],
        "decided": [f for f in findings if f["is_decided"]],
        "fleet_events": make("what machines share", lambda: fleet_events(drift), []),
        "notices": make("the notices", lambda: notices(drift.notices, anchors)[:_MOST_NOTICES], []),
        "n_notices": len(drift.notices),
        "limits": make("the limits", lambda: limits_kept(drift.limits), ""),
        "rows_file": rows_file,
        "most_rows": MOST_ROWS,
        "most_findings": MOST_FINDINGS,
        "modalities": make("the maps", lambda: _modalities(drift), []),
        "fleet": [line for line in lines if line is not None],
        "devices": [device for device in devices if device is not None],
        "unwatched": make("what was not monitored", lambda: unwatched(drift.signals), []),
        "settings": [[_text(v) for v in row.values()] for row in records(drift.settings)],
        "setting_names": list(drift.settings.columns),
        "false_alarms": make("the expected false alarms", lambda: false_alarms(drift), ""),
        "fingerprint_of": _fingerprinted(drift),
    }


_NO_FINDINGS = "The findings are left out of this report; its end says why"


def _modalities(drift: Drift) -> list[str]:
    """The modalities, those with the most parameters first: their maps stand two in a row."""
    judged = drift.signals[drift.signals["kind"].astype(str) != ""]
    sizes = judged["parameter"].groupby(judged["modality"].astype(str)).nunique()
    return [str(m) for m in sorted(sizes.index, key=lambda m: (-sizes[m], m))]


def headline(drift: Drift, findings: list[dict[str, Any]]) -> str:
    """What a reader in a hurry needs; `first` says where to look."""
    if drift.fleet.empty or drift.signals.empty:
        return "No device could be judged."
    if not drift.signals["is_monitored"].any():
        return "Nothing could be monitored, so nothing can be said about changes."
    devices, since = counted(len(drift.fleet), "device"), day(pd.to_datetime(drift.fleet["first"]).min())
    open_ones = [f for f in findings if not f["is_decided"]]
    n_decided = len(findings) - len(open_ones)
    decided = f", {counted(n_decided, 'finding')} decided before" if n_decided else ""
    if not open_ones:
        return f"{devices}, no change found since {since}{decided}" + ("" if decided else ".")
    n_changes = sum(len(f["changes"]) for f in open_ones)
    changes = counted(n_changes, "change")
    if n_changes > len(open_ones):
        changes = f"{counted(len(open_ones), 'finding')} ({changes})"
    return f"{devices}, {changes} since {since}{decided}"


def scope(drift: Drift) -> str:
    """In a sentence or two, how much was judged."""
    if drift.signals.empty:
        return "The tables held no dated series of a parameter that can be followed."
    monitored = int(drift.signals["is_monitored"].sum())
    first, last = (pd.to_datetime(drift.fleet[c]) for c in ("first", "last"))
    return (
        f"{_sum(drift.fleet['n_series']):,} series from {day(first.min())} to {day(last.max())}. "
        f"{monitored:,} of {len(drift.signals):,} signals were monitored; a signal is one parameter "
        f"of one device in one stratum, so that like is compared with like."
    )


def _sum(counts: pd.Series) -> int:
    return int(pd.to_numeric(counts, errors="coerce").fillna(0).sum())


def _machine(
    drift: Drift, machine: dict[str, Any], findings: list[dict[str, Any]], anchors: dict[str, str]
) -> dict[str, Any]:
    device = str(machine["device"])
    own = [f for f in findings if f["device"] == device and not f["is_decided"]]
    signals = drift.signals[drift.signals["device"] == machine["device"]]
    return {
        "device": device,
        "anchor": anchors[device],
        "modality": _text(machine["modality"]),
        "model": _text(machine["ManufacturerModelName"]),
        "software": _text(machine["software"]),
        "period": f"{day(machine['first'])} to {day(machine['last'])}",
        "n_series": machine["n_series"],
        "monitored": f"{int(signals['is_monitored'].sum())} of {len(signals)}",
        "n_findings": len(own),
        "worst": own[0]["severity_words"] if own else "quiet",
        "severity": own[0]["severity"] if own else 0,
    }


def _device(
    drift: Drift, machine: dict[str, Any], findings: list[dict[str, Any]], anchors: dict[str, str]
) -> dict[str, Any]:
    device = str(machine["device"])
    own = [f for f in findings if f["device"] == device]
    signals = drift.signals[drift.signals["device"] == machine["device"]]
    return {
        "device": device,
        "anchor": anchors[device],
        "modality": _text(machine["modality"]),
        "facts": machine_facts(machine),
        "findings": _with_charts(drift, own[:MOST_FINDINGS]),
        "more": own[MOST_FINDINGS:],
        "watched": watched(signals),
        "unwatched": unwatched(signals),
        "is_monitored": bool(signals["is_monitored"].any()),
        "events": event_rows(drift.events[drift.events["device"] == machine["device"]]),
        "notices": notices(drift.notices[drift.notices["device"] == machine["device"]], anchors),
        "limits": limit_rows(drift.limits[drift.limits["device"] == machine["device"]]),
    }


def machine_facts(machine: dict[str, Any]) -> list[tuple[str, str]]:
    """What is known of a device, as pairs of words and text."""
    texts = {**machine, "identity": _IDENTITY.get(str(machine["identity"]), machine["identity"])}
    facts = [(words, _text(texts[key])) for key, words in _FACTS.items() if key in texts]
    span = f"{day(machine['first'])} to {day(machine['last'])}, {machine['n_series']:,} series"
    return [(words, text) for words, text in facts if text] + [("Seen", span)]


def _with_charts(drift: Drift, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Name the charts of each finding; a signal that changed twice is drawn once.

    A change that is none of a signal, such as a gap in the work of a machine, has no chart.
    """
    known = set(drift.signals["signal_id"]) - {""}
    drawn: set[str] = set()
    shown = []
    for finding in findings:
        signals = [change["signal_id"] for change in finding["changes"]]
        new = [s for s in dict.fromkeys(signals) if s in known - drawn][:MOST_CHARTS]
        drawn.update(new)
        charts = [{"key": f"{finding['anchor']}-{i}", "signal": s} for i, s in enumerate(new)]
        shown.append({**finding, "charts": charts})
    return shown


def notices(table: pd.DataFrame, anchors: dict[str, str]) -> list[dict[str, str]]:
    """What is worth knowing and is no change, the latest first."""
    latest = table.sort_values("date", ascending=False, kind="stable")
    return [
        {
            "device": str(row["device"]),
            "device_anchor": anchors.get(str(row["device"]), ""),
            "text": str(row["text"]).removeprefix(f"{row['device']}: "),
        }
        for row in records(latest)
    ]


def limits_kept(limits: pd.DataFrame) -> str:
    """In a sentence, how many of the user's limits are kept to; nothing where none were given."""
    if limits.empty:
        return ""
    verdicts = limits["verdict"]
    beyond = {words: int((verdicts == f"outside {name}").sum()) for name, words in _BEYOND.items()}
    parts = [f"{int((verdicts == 'inside').sum())} kept to"]
    parts += [f"{n} beyond the {words}" for words, n in beyond.items() if n]
    unsure = len(limits) - sum(beyond.values()) - int((verdicts == "inside").sum())
    parts += [f"{unsure} of which one cannot tell"] if unsure else []
    return f"Of {counted(len(limits), 'limit')} that you gave, " + ", ".join(parts) + "."


def limit_rows(limits: pd.DataFrame) -> list[dict[str, str]]:
    """Each limit with the level that it is compared with, those not kept to first."""
    order = limits.assign(rank=limits["verdict"].map(_VERDICTS.index))
    rows = records(order.sort_values(["rank", "parameter", "stratum"], kind="stable"))
    return [
        {
            "parameter": str(row["parameter"]),
            "stratum": comparable(row["stratum"]),
            "verdict": str(row["verdict"]),
            "is_beyond": "yes" if str(row["verdict"]).startswith("outside") else "",
            "level": _level(row),
            "limit": _limit(row),
            "citation": _text(row["citation"]),
        }
        for row in rows
    ]


def _level(row: dict[str, Any]) -> str:
    if is_absent(row["level_low"]):
        return number(row["level"])
    unit = "" if is_absent(row["unit"]) else f" {row['unit']}"
    return f"{number(row['level'])} ({number(row['level_low'])} to {number(row['level_high'])}){unit}"


def _limit(row: dict[str, Any]) -> str:
    """The limit in words: 2 kV (action 5 kV) on either side of 120 kV."""
    unit = "" if is_absent(row["unit"]) else f" {row['unit']}"
    tail = " %" if row["limit_unit"] == "%" else unit
    sizes = [f"{name} {number(row[name])}{tail}" for name in ("warn", "action") if not is_absent(row[name])]
    return f"{', '.join(sizes)} {_SIDES[str(row['side'])]} {number(row['reference'])}{unit}"


def watched(signals: pd.DataFrame) -> list[dict[str, Any]]:
    """What was monitored: parameters that were followed alike stand together."""
    on = signals[signals["is_monitored"].astype(bool)]
    alike: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for parameter, rows in on.groupby("parameter", sort=True):
        kinds = " and ".join(sorted(set(rows["kind"].astype(str))))
        key = (kinds, _names(rows["stratum"].map(comparable)))
        alike.setdefault(key, []).append((str(parameter), len(rows)))
    return [
        {
            "kind": kind,
            "strata": strata,
            "parameters": ", ".join(name for name, _ in members),
            "n_signals": sum(n for _, n in members),
        }
        for (kind, strata), members in sorted(alike.items())
    ]


def unwatched(signals: pd.DataFrame) -> list[dict[str, Any]]:
    """What was not monitored, by the reason why: the most signals first.

    Reasons that differ only in the parameter and in numbers are one.
    """
    off = signals[~signals["is_monitored"].astype(bool)]
    if off.empty:
        return []
    reasons = off["reason"].fillna("").replace("", "no reason given").astype(str)
    pairs = zip(reasons, off["parameter"].astype(str), strict=True)
    alike = [_NUMBER.sub("…", reason.replace(name, "the parameter")) for reason, name in pairs]
    groups = [
        {
            "reason": str(rows.iloc[0] if len(set(rows)) == 1 else words),
            "n_signals": len(rows),
            "parameters": _names(off.loc[rows.index, "parameter"]),
        }
        for words, rows in reasons.groupby(pd.Series(alike, index=off.index), sort=True)
    ]
    return sorted(groups, key=lambda g: -g["n_signals"])


def _names(values: pd.Series) -> str:
    names = sorted({str(v) for v in values if not is_absent(v)})
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def event_rows(events: pd.DataFrame) -> list[dict[str, str]]:
    """Events in order: one row a day and kind; repeats without news between are one row."""
    days = events.assign(text=events["text"].map(_text)).groupby(["date", "kind"], sort=True)["text"]
    rows = [(str(kind), "; ".join(dict.fromkeys(texts)), date) for (date, kind), texts in days]
    merged = []
    for (kind, text), run in groupby(rows, key=lambda r: (r[0], r[1])):
        dates = [date for _, _, date in run]
        span = day(dates[0]) if len(dates) == 1 else f"{day(dates[0])} to {day(dates[-1])}"
        times = "" if len(dates) == 1 else f"{len(dates)} times"
        merged.append({"when": span, "kind": kind, "text": text, "times": times})
    return merged


def false_alarms(drift: Drift) -> str:
    """How many of the findings to expect from chance alone."""
    budget = _budget(drift.settings)
    years = device_years(drift)
    if years == 0:
        return "No device was watched beyond its baseline, so there is no alarm to doubt."
    if budget is None:
        return "The analysis states no budget of false alarms, so none can be said to be expected here."
    return (
        f"The charts are set to {number(budget)} false alarms per device and year. The devices were "
        f"watched for {number(years, 3)} device-years after their baselines, so about "
        f"{number(budget * years, 2)} of the alarms behind this report may mean nothing."
    )


def _budget(settings: pd.DataFrame) -> float | None:
    names = settings["name"].astype(str)
    rows = settings[names.str.contains("false_alarm") | names.str.contains("budget")]
    values = pd.to_numeric(rows["value"], errors="coerce").dropna()
    return float(values.iloc[0]) if len(values) else None


def device_years(drift: Drift) -> float:
    """Years watched after the baseline, summed over the devices."""
    on = drift.signals[drift.signals["is_monitored"].astype(bool)]
    if on.empty:
        return 0.0
    since = pd.to_datetime(on["baseline_to"]).groupby(on["device"]).min()
    until = pd.to_datetime(on["last"]).groupby(on["device"]).max()
    return float(((until - since).dt.total_seconds() / 86400 / 365.25).clip(lower=0).sum())


def _fingerprinted(drift: Drift) -> str:
    changes = drift.changes.drop(columns=["text", "cause"], errors="ignore")
    return changes.to_csv(index=False, float_format="%.6g") + drift.settings.to_csv(index=False)


def _text(value: Any) -> str:
    return "" if is_absent(value) else str(value)
