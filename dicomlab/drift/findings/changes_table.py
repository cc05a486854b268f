"""The table of changes, with what each coincides with and the words of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from dicomlab.drift.findings.causes import CAUSE_COLUMNS, coincidences
from dicomlab.drift.findings.changes import Change, to_timestamp
from dicomlab.drift.findings.merging import together
from dicomlab.drift.findings.sisters import fleet_events
from dicomlab.drift.findings.words import cause_words, fleet_words, machine_words, sentence

CHANGE_COLUMNS = (
    "change_id signal_id device modality stratum parameter unit kind onset onset_low onset_high before after "
    "before_text after_text effect effect_sd n_before n_after severity text cause finding reached "
    "effect_low effect_high detector fleet_event decision note citation"
).split()


_DATES = ("onset", "onset_low", "onset_high", "reached", "date")


def hybrids(signals: Sequence[dict[str, object]]) -> set[object]:
    """The machines of several modalities, such as PET/CT."""
    pairs = {(row["device"], row["modality"]) for row in signals}
    counts = Counter(device for device, _ in pairs)
    return {device for device, n in counts.items() if n > 1}


def changes_table(
    changes: Sequence[Change],
    days: dict[str, np.ndarray],
    devices: pd.DataFrame,
    events: pd.DataFrame,
    *,
    hybrids: Collection[object] = (),
    monitored: Collection[object] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The changes by machine, date and severity, and what each coincides with.

    `days` are those on which each machine worked, `hybrids` the machines of several modalities. Only
    machines that are `monitored` can share a change, or not.
    """
    order = sorted(changes, key=_order)
    groups = together(order)
    names = zip(devices["device"], _models(devices), strict=True)
    models = {device: model for device, model in names if device in monitored}
    shared = fleet_events(order, models)
    place = {device: n for n, device in enumerate(devices["device"])}
    table, causes = [], []
    for number, (change, group, event) in enumerate(zip(order, groups, shared, strict=True), start=1):
        device = change.signal.device
        onset = (to_timestamp(change.onset), to_timestamp(change.low), to_timestamp(change.high))
        near = coincidences(f"C{number:03d}", onset, events[events["device"] == device], days[device])
        causes.append(near)
        words = cause_words(near)
        row = _change(change, f"C{number:03d}", f"F{group:02d}", onset)
        sisters = fleet_words(event, models, device)
        part = change.signal.modality if device in hybrids else ""
        text = sentence(change, machine_words(devices.iloc[place[device]]), words, sisters, part=part)
        table.append(row | {"cause": words, "text": text, "fleet_event": event.name if event else ""})
    found = _dated(pd.DataFrame(table, columns=CHANGE_COLUMNS))
    found["decision"], found["note"] = "", ""
    found = found.astype(dict.fromkeys(("fleet_event", "decision", "note", "citation"), "str"))
    whole = {"n_before": "int64", "n_after": "int64", "severity": "int64"}
    filled = [near for near in causes if len(near)]
    told = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=CAUSE_COLUMNS)
    return found.astype(whole), _dated(told)


def _models(devices: pd.DataFrame) -> list[str]:
    """What makes machines sisters: maker, model and modality."""
    names = (devices[name].astype(object).fillna("") for name in ("Manufacturer", "ManufacturerModelName"))
    return [f"{a}|{b}|{c}" if b else "" for a, b, c in zip(*names, devices["modality"], strict=True)]


def _order(change: Change) -> tuple[object, ...]:
    signal = change.signal
    return signal.device, change.onset, -change.severity, signal.parameter.name, signal.stratum


def _change(change: Change, name: str, finding: str, onset: tuple[pd.Timestamp, ...]) -> dict[str, object]:
    signal = change.signal
    before, after = change.levels
    effect, low, high = change.effect
    before_text, after_text = change.texts
    return {
        "change_id": name,
        "signal_id": signal.signal_id,
        "device": signal.device,
        "modality": signal.modality,
        "stratum": signal.stratum,
        "parameter": signal.parameter.name,
        "unit": signal.parameter.unit if change.has_unit else "",
        "kind": change.kind,
        "onset": onset[0],
        "onset_low": min(onset[1], to_timestamp(change.earliest)) if change.earliest else onset[1],
        "onset_high": onset[2],
        "before": before,
        "after": after,
        "before_text": before_text,
        "after_text": after_text,
        "effect": effect,
        "effect_sd": change.effect_sd,
        "n_before": change.n_before,
        "n_after": change.n_after,
        "severity": change.severity,
        "finding": finding,
        "reached": to_timestamp(change.reached),
        "effect_low": low,
        "effect_high": high,
        "detector": change.detector,
        "citation": change.citation,
    }


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    dates = {name: pd.to_datetime(table[name]).astype("datetime64[us]") for name in _DATES if name in table}
    return table.assign(**dates)
