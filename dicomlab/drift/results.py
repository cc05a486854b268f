"""Lay out what was found as the tables of a `Drift`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from dicomlab.devices import DEVICE_COLUMNS, column, texts
from dicomlab.drift.base import Drift
from dicomlab.drift.findings.changes import Change, to_timestamp
from dicomlab.drift.findings.changes_table import changes_table, hybrids
from dicomlab.drift.findings.merging import merged
from dicomlab.drift.findings.notices import NOT_JUDGED, Notice, notices_table
from dicomlab.drift.findings.volume import gap_notices
from dicomlab.drift.kept.limit_verdicts import Kept, limits_table
from dicomlab.drift.sequential.levels import Followed
from dicomlab.drift.signals.signal import Signal
from dicomlab.drift.signals.strata import ALL
from dicomlab.drift.watch import Watched
from dicomlab.isolation import WORDS, SetAside

SIGNAL_COLUMNS = (
    "signal_id device modality stratum parameter kind unit n first last is_monitored reason baseline_from "
    "baseline_to n_baseline center scale usual lower upper scatter"
).split()
POINT_COLUMNS = (
    "signal_id device stratum parameter date value text is_baseline is_alarm series adjusted"
).split()
ALARM_COLUMNS = "signal_id device parameter stratum date kind detector value center z".split()
_DATES = ("first", "last", "baseline_from", "baseline_to", "date")
Points = Literal["all", "changed", "none"]
"""Of which signals the points are kept: of all, of those that changed, of none."""

ANY = "any"
"""The parameter of a row that tells of series which were not judged at all."""


@dataclass(frozen=True)
class Judged:
    """What judging one machine gave, with no more of its acquisitions than was asked for."""

    device: str
    signals: list[dict[str, object]]
    alarms: list[dict[str, object]]
    points: pd.DataFrame
    changes: list[Change]
    worked: np.ndarray
    """The days on which it worked (datetime64[D])."""
    notices: list[Notice]
    limits: list[dict[str, object]]


def judged_machine(
    watched: Sequence[Watched],
    notices: list[Notice],
    limits: Kept,
    rows: pd.DataFrame,
    *,
    since: pd.Timestamp | None,
    points: Points,
) -> Judged:
    """What is kept of one machine once it has been watched: rows for tables, changes without values."""
    changes = merged([*(change for w in watched for change in w.changes), *limits.changes])
    if since is not None:
        changes = [change for change in changes if to_timestamp(change.onset) >= since]
    changed = {change.signal.signal_id for change in changes}
    kept = [w for w in watched if points == "all" or w.signal.signal_id in changed]
    return Judged(
        device=str(rows["device"].iloc[0]),
        signals=[_signal(w) for w in watched],
        alarms=[row for w in watched for row in _alarms(w, since)],
        points=no_points() if points == "none" or not kept else _points(kept, rows),
        changes=[replace(change, signal=change.signal.bare()) for change in changes],
        worked=np.unique(rows["day"].to_numpy().astype("datetime64[D]")),
        notices=[*notices, *_aside(watched, limits)],
        limits=limits.rows,
    )


def _aside(watched: Sequence[Watched], limits: Kept) -> list[Notice]:
    """A notice for each signal of which something was set aside."""
    pairs = [(w.signal, aside) for w in watched for aside in w.aside]
    made = [w.signal for w in watched if not w.aside and w.signal.reason.startswith(WORDS)]
    pairs += [(signal, SetAside(signal.parameter.name, signal.reason)) for signal in made]
    return [_aside_of(signal, aside) for signal, aside in [*pairs, *limits.aside]]


def _aside_of(signal: Signal, aside: SetAside) -> Notice:
    last = int(signal.day[-1]) if len(signal.day) else 0
    names, n = (signal.parameter.name,), len(signal.rows)
    where = "" if signal.parameter.name in aside.item else f" of {signal.parameter.name}"
    words = f"{aside.item}{where} was {aside.reason}"
    facts = (signal.device, signal.modality, NOT_JUDGED, names, last, None, np.nan, np.nan, n, "")
    return Notice(*facts, stratum=signal.stratum, words=words)


def not_judged(rows: pd.DataFrame, why: str) -> Judged:
    """What stands for a machine that could not be judged: a notice that says why, and no signals."""
    days = rows["day"].to_numpy().astype("datetime64[D]")
    device, last = str(rows["device"].iloc[0]), int(days.max().astype(np.int64))
    modality = texts(column(rows, "Modality")).fillna("").iloc[0]
    what = Notice(device, str(modality), NOT_JUDGED, (), last, None, np.nan, np.nan, len(rows), "", words=why)
    return Judged(device, [], [], no_points(), [], np.unique(days), [what], [])


def make_drift(
    judged: Sequence[Judged],
    *,
    left_out: pd.DataFrame,
    devices: pd.DataFrame,
    events: pd.DataFrame,
    settings: list[tuple[str, str, str]],
    since: pd.Timestamp | None = None,
    notices: Sequence[Notice] = (),
) -> Drift:
    """The tables of what was found; changes by machine, date and severity."""
    changes = [change for machine in judged for change in machine.changes]
    rows = [row for machine in judged for row in machine.signals]
    table, causes = changes_table(
        changes,
        {m.device: m.worked for m in judged},
        devices,
        events,
        hybrids=hybrids(rows),
        monitored={row["device"] for row in rows if row["is_monitored"]},
    )
    counts = table["device"].value_counts()
    fleet = devices[[*DEVICE_COLUMNS]].assign(
        n_changes=devices["device"].map(counts).fillna(0).astype("int64")
    )
    signals = pd.DataFrame([*rows, *_not_judged(left_out, devices)], columns=SIGNAL_COLUMNS)
    points = [machine.points for machine in judged if len(machine.points)]
    alarms = [row for machine in judged for row in machine.alarms]
    found = [n for machine in judged for n in machine.notices] + gap_notices(devices)
    if since is not None:
        found = [notice for notice in found if to_timestamp(notice.first) >= since]
    return Drift(
        signals=_dated(signals).astype({"is_monitored": bool}),
        points=pd.concat(points, ignore_index=True) if points else no_points().copy(),
        alarms=_dated(pd.DataFrame(alarms, columns=ALARM_COLUMNS)),
        changes=table,
        causes=causes,
        events=events,
        fleet=fleet,
        settings=_with_hash(settings),
        notices=notices_table([*notices, *found]),
        limits=limits_table([row for machine in judged for row in machine.limits]),
    )


@cache
def no_points() -> pd.DataFrame:
    """The table of points without any."""
    return _points([], pd.DataFrame({"first_acquired_at": pd.Series([], dtype="datetime64[us]")}))


def _dated(table: pd.DataFrame) -> pd.DataFrame:
    for name in (n for n in _DATES if n in table):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    return table


def _with_hash(settings: list[tuple[str, str, str]]) -> pd.DataFrame:
    digest = hashlib.sha256(repr(settings).encode()).hexdigest()[:12]
    rows = [*settings, ("hash", digest, "the same in two reports if their settings are")]
    return pd.DataFrame(rows, columns=["name", "value", "meaning"])


def _signal(watched: Watched) -> dict[str, object]:
    signal = watched.signal
    row: dict[str, object] = {
        "signal_id": signal.signal_id,
        "device": signal.device,
        "modality": signal.modality,
        "stratum": signal.stratum,
        "parameter": signal.parameter.name,
        "kind": signal.kind,
        "unit": signal.parameter.unit,
        "n": len(signal.rows),
        "first": to_timestamp(int(signal.day[0])) if len(signal.day) else pd.NaT,
        "last": to_timestamp(int(signal.day[-1])) if len(signal.day) else pd.NaT,
        "is_monitored": signal.is_monitored,
        "reason": signal.reason,
    }
    if watched.followed is None:
        return row
    baseline = watched.followed.baseline
    row |= {"baseline_from": baseline.first, "baseline_to": baseline.last, "n_baseline": baseline.n}
    if signal.kind == "setting":
        return row | {"usual": ", ".join(baseline.usual)}
    reach = 3 * baseline.scale
    names = ("center", "lower", "upper")
    levels = _in_unit(signal, np.array([baseline.center, baseline.center - reach, baseline.center + reach]))
    return (
        row
        | dict(zip(names, levels.tolist(), strict=True))
        | {"scale": baseline.scale, "scatter": signal.removed}
    )


def _in_unit(signal: Signal, y: np.ndarray) -> np.ndarray:
    level = y + signal.typical
    return np.asarray(np.exp(level) if signal.parameter.scale == "log" else level)


def _not_judged(left_out: pd.DataFrame, devices: pd.DataFrame) -> list[dict[str, object]]:
    modality = dict(zip(devices["device"], devices["modality"], strict=True))
    return [
        {"signal_id": "", "device": row.device, "modality": modality.get(row.device, ""), "stratum": ALL}
        | {"parameter": ANY, "kind": "", "unit": "", "n": row.n, "is_monitored": False, "reason": row.reason}
        for row in left_out.itertuples()
    ]


def _points(watched: Sequence[Watched], rows: pd.DataFrame) -> pd.DataFrame:
    names = texts(column(rows, "SeriesInstanceUID"))
    if names.isna().any():
        names = names.fillna(pd.Series(rows.index.astype(str), index=rows.index, dtype="str"))
    when = rows["first_acquired_at"].to_numpy() if len(rows) else np.empty(0, "datetime64[us]")
    parts = [w for w in watched if len(w.signal.rows)]
    place = _joined([w.signal.rows for w in parts], int)
    sizes = [len(w.signal.rows) for w in parts]
    table = {
        "signal_id": _repeated([w.signal.signal_id for w in parts], sizes),
        "device": _repeated([w.signal.device for w in parts], sizes),
        "stratum": _repeated([w.signal.stratum for w in parts], sizes),
        "parameter": _repeated([w.signal.parameter.name for w in parts], sizes),
        "date": when[place],
        "value": _joined([w.signal.value for w in parts], float),
        "text": _as_str(_joined([w.signal.text for w in parts], object)),
        "is_baseline": _joined([_in_baseline(w.signal) for w in parts], bool),
        "is_alarm": _joined([np.isin(w.signal.day, [day for day, _ in w.alarms]) for w in parts], bool),
        "series": names.array.take(place),
        "adjusted": _joined([_adjusted(w.signal) for w in parts], float),
    }
    return _dated(pd.DataFrame(table, columns=POINT_COLUMNS))


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _repeated(names: list[str], sizes: list[int]) -> pd.api.extensions.ExtensionArray:
    """Each name as often as the number beside it says."""
    parts = [pa.repeat(pa.scalar(name, pa.large_string()), n) for name, n in zip(names, sizes, strict=True)]
    return pd.array(pa.chunked_array(parts, pa.large_string()), dtype="str")


def _as_str(text: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.array(pa.array(text, pa.large_string(), from_pandas=True), dtype="str")


def _in_baseline(signal: Signal) -> np.ndarray:
    return np.asarray((signal.day <= signal.learn_until) & signal.is_monitored)


def _adjusted(signal: Signal) -> np.ndarray:
    return _in_unit(signal, signal.y) if len(signal.y) else np.full(len(signal.rows), np.nan)


def _alarms(watched: Watched, since: pd.Timestamp | None) -> list[dict[str, object]]:
    signal, followed = watched.signal, watched.followed
    rows: list[dict[str, object]] = []
    for day, detector in watched.alarms:
        if since is not None and to_timestamp(day) < since:
            continue
        value = z = center = float("nan")
        if isinstance(followed, Followed) and watched.days is not None and detector in followed.detectors:
            place = int(np.searchsorted(watched.days.date, day))
            y, baseline = float(watched.days.value[place]), followed.baseline
            z = (y - baseline.center) / float(followed.scatter.sd(watched.days.n[place : place + 1])[0])
            value, center = _in_unit(signal, np.array([y, baseline.center])).tolist()
        names = (signal.signal_id, signal.device, signal.parameter.name, signal.stratum)
        row = (*names, to_timestamp(day), signal.kind, detector, value, center, z)
        rows.append(dict(zip(ALARM_COLUMNS, row, strict=True)))
    return rows
