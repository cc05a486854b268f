"""What a person sees of a Drift step by step: the fleet, one device, one signal; as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from dicomlab.drift.base import Drift
from dicomlab.plots.axis import records
from dicomlab.plots.charts import of_signal
from dicomlab.plots.fleet import CHANGED, MOST_ROWS, fleet_cells
from dicomlab.plots.words import comparable, counted, day, effect, from_to, is_absent, number, part_of, when
from dicomlab.report.findings import rank_findings
from dicomlab.report.sections import event_rows, headline, machine_facts, notices, scope, unwatched

DECIDED = "decided"
"""State of a cell whose changes were all accepted or rejected."""
MOST_BEYOND = 200
_MOST_REASONS = 50


def fleet_overview(drift: Drift) -> dict[str, Any]:
    """The fleet: a headline, findings ranked, the map, what is not monitored and why.

    >>> fleet_overview(drift)["devices"]
    ['CT-01', 'CT-02']
    """
    findings = rank_findings(drift)
    told = drift.notices.sort_values("date", ascending=False, kind="stable").head(_MOST_REASONS)
    return {
        "headline": headline(drift, findings),
        "scope": scope(drift),
        "findings": findings,
        "is_monitored": bool(drift.signals["is_monitored"].any()),
        **fleet_table(drift),
        "unwatched": unwatched(drift.signals)[:_MOST_REASONS],
        "notices": [
            f"{row['device']}: {row['text']}" if row["device"] else row["text"] for row in notices(told, {})
        ],
    }


def fleet_table(drift: Drift) -> dict[str, Any]:
    """The map as a table: devices, parameters (most changed first), and a cell for each pair.

    A cell is None where the device does not write the parameter, else its state (quiet, changed,
    decided, not monitored), and how many of its changes are open.
    """
    cells = fleet_cells(drift)
    pairs = [cells["device"], cells["parameter"]]
    is_open = drift.changes["decision"].fillna("") == "" if "decision" in drift.changes else True
    n_open = drift.changes[is_open].groupby(["device", "parameter"]).size()
    cells["n_open"] = [int(n_open.get(pair, 0)) for pair in zip(*pairs, strict=True)]
    cells["state"] = cells["state"].mask((cells["state"] == CHANGED) & (cells["n_open"] == 0), DECIDED)
    weight = cells.groupby("device")["n_open"].sum()
    known = [str(d) for d in drift.fleet["device"] if d in weight.index]
    most = set(sorted(known, key=lambda d: -int(weight[d]))[:MOST_ROWS])
    devices = [d for d in known if d in most]
    by_parameter = cells.groupby("parameter")[["n_open", "n_changes"]].sum()
    order = by_parameter.sort_index().sort_values(["n_open", "n_changes"], ascending=False, kind="stable")
    at = {(c["device"], c["parameter"]): [c["state"], c["n_open"]] for c in records(cells)}
    return {
        "devices": devices,
        "n_devices_left_out": len(known) - len(devices),
        "parameters": [str(p) for p in order.index],
        "cells": [[at.get((d, p)) for d in devices] for p in order.index],
    }


def device_overview(drift: Drift, device: str) -> dict[str, Any]:
    """One device: what it is, what happened to it, and what of it is followed."""
    machine = records(drift.fleet[drift.fleet["device"] == device])[0]
    signals = drift.signals[drift.signals["device"] == device]
    changed = drift.changes[drift.changes["device"] == device].groupby("parameter").size()
    judged = signals[signals["kind"].astype(str) != ""]
    parameters = [
        {
            "name": str(name),
            "n_changes": int(changed.get(name, 0)),
            "is_monitored": bool(rows["is_monitored"].any()),
            "n": int(pd.to_numeric(rows["n"]).sum()),
        }
        for name, rows in judged.groupby("parameter", sort=True)
    ]
    return {
        "facts": machine_facts(machine),
        "events": event_rows(drift.events[drift.events["device"] == device]),
        "parameters": sorted(parameters, key=lambda p: -p["n_changes"]),
        "unwatched": unwatched(signals),
    }


def signal_overview(drift: Drift, signal: pd.Series, points: pd.DataFrame) -> dict[str, Any]:
    """One signal in words, and its acquisitions beyond the usual range.

    `points` are those of `dicomlab.plots.overlay.chart_points`.
    """
    beyond = beyond_usual(signal, points)
    changes = of_signal(drift.changes, signal).sort_values("onset")
    unit = "" if is_absent(signal["unit"]) else f" {signal['unit']}"
    return {
        "sentences": [
            _seen(points),
            _usual(signal, unit),
            *[_change(c) for c in records(changes)],
            _beyond(signal, beyond, points, unit),
        ],
        "beyond": [
            [f"{row['date']:%Y-%m-%d %H:%M}", _value(row, unit), _side(signal, row)]
            for row in records(beyond.sort_values("date", ascending=False).head(MOST_BEYOND))
        ],
        "n_beyond": len(beyond),
        "reason": "" if signal["is_monitored"] else str(signal["reason"]),
    }


def beyond_usual(signal: pd.Series, points: pd.DataFrame) -> pd.DataFrame:
    """The points that lie outside the usual range, or hold a value that is not the usual one.

    >>> signal = drift.signals[drift.signals["is_monitored"]].iloc[0]
    >>> len(beyond_usual(signal, drift.points.iloc[:0].assign(shown=[])))
    0
    """
    if signal["kind"] == "setting":
        from dicomlab.plots.rows import usual_values

        return points[~points["text"].isin(usual_values(signal))]
    low, high = (float(signal[name]) for name in ("lower", "upper"))
    return points[(points["shown"] < low) | (points["shown"] > high)]


def _seen(points: pd.DataFrame) -> str:
    if points.empty:
        return "No dated acquisition."
    first, last = day(points["date"].min()), day(points["date"].max())
    return f"{counted(len(points), 'acquisition')} from {first} to {last}."


def _usual(signal: pd.Series, unit: str) -> str:
    learned = f"learned from {day(signal['baseline_from'])} to {day(signal['baseline_to'])}"
    if signal["kind"] == "setting" and not is_absent(signal["usual"]):
        return f"Usual value: {signal['usual']}{unit}, {learned}."
    if is_absent(signal["lower"]) or not np.isfinite(float(signal["lower"])):
        return "No usual range could be learned."
    return f"Usual range: {number(signal['lower'])} to {number(signal['upper'])}{unit}, {learned}."


def _change(change: dict[str, Any]) -> str:
    words = dict.fromkeys((effect(change), from_to(change)))
    return f"Change {when(change)}: {', '.join(words)}."


def _beyond(signal: pd.Series, beyond: pd.DataFrame, points: pd.DataFrame, unit: str) -> str:
    if points.empty:
        return ""
    share = f"{counted(len(beyond), 'acquisition')} ({100 * len(beyond) / len(points):.1f} %)"
    what = "another value" if signal["kind"] == "setting" else "a value outside the usual range"
    return f"{share[:1].upper()}{share[1:]} with {what}."


def _value(row: dict[str, Any], unit: str) -> str:
    value = row["text"] if is_absent(row["value"]) else number(row["value"])
    return "(empty)" if is_absent(value) else f"{value}{unit}"


def _side(signal: pd.Series, row: dict[str, Any]) -> str:
    if signal["kind"] == "setting":
        return "other value"
    return "above" if float(row["shown"]) > float(signal["upper"]) else "below"


def signals_of(drift: Drift, device: str, parameter: str) -> list[tuple[str, str]]:
    """The signals of a parameter of a device: `signal_id`, and stratum in words; the changed first."""
    here = (drift.signals["device"] == device) & (drift.signals["parameter"] == parameter)
    changed = set(drift.changes["signal_id"])
    found = sorted(
        records(drift.signals[here]),
        key=lambda s: (s["signal_id"] not in changed, s["stratum"] != "all", str(s["stratum"])),
    )
    words = [
        ": ".join(filter(None, (part_of(drift, signal), comparable(signal["stratum"])))) for signal in found
    ]
    return [(str(signal["signal_id"]), text) for signal, text in zip(found, words, strict=True)]
