"""A small Drift written by hand: known levels, known changes, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.drift.base import Drift
from dicomlab.drift.signals.signal import signal_id

START = pd.Timestamp("2024-01-01")
N_DAYS = 540
UNITS = {"CTDIvol": "mGy", "XRayTubeCurrent": "mA", "KVP": "kV", "ConvolutionKernel": "", "SAR": "W/kg"}
LEVELS = {"CTDIvol": 8.0, "XRayTubeCurrent": 210.0, "SAR": 1.4}
SETTINGS = {"KVP": ("120", "100"), "ConvolutionKernel": ("B30f", "Br40d")}
POINT = [
    "signal_id",
    "device",
    "stratum",
    "parameter",
    "date",
    "value",
    "text",
    "is_baseline",
    "is_alarm",
    "series",
]
POINT += ["adjusted"]
SIGNAL = ["signal_id", "device", "modality", "stratum", "parameter", "kind", "unit", "n", "first", "last"]
SIGNAL += ["is_monitored", "reason", "baseline_from", "baseline_to", "n_baseline", "center", "scale"]
SIGNAL += ["usual", "lower", "upper", "scatter"]
CHANGE = ["change_id", "signal_id", "device", "modality", "stratum", "parameter", "unit", "kind", "onset"]
CHANGE += [
    "onset_low",
    "onset_high",
    "before",
    "after",
    "before_text",
    "after_text",
    "effect",
    "effect_sd",
    "n_before",
]
CHANGE += ["n_after", "severity", "text", "cause", "finding", "reached", "effect_low", "effect_high"]
CHANGE += ["detector", "fleet_event", "decision", "note"]


@dataclass(frozen=True)
class Fault:
    """One planted change: `day` counts from the start, `factor` multiplies a level."""

    device: str
    parameter: str
    day: int
    factor: float = 1.18
    stratum: str = "Abdomen"
    severity: int = 2
    cause: str = ""
    finding: str = ""
    lasts: int = 0
    """Days a ramp takes; 0 for a step."""
    kind: str = ""
    """Another kind than the one that the parameter suggests."""
    fleet_event: str = ""
    decision: str = ""
    note: str = ""


@dataclass(frozen=True)
class Made:
    """What to make: devices, parameters, faults."""

    devices: tuple[str, ...] = ("CT-01", "CT-02")
    parameters: tuple[str, ...] = ("CTDIvol", "XRayTubeCurrent", "KVP", "ConvolutionKernel")
    strata: tuple[str, ...] = ("Abdomen", "Head")
    faults: tuple[Fault, ...] = (Fault("CT-01", "CTDIvol", 300),)
    seed: int = 1
    station: str = "CTAWP1"
    n_points: int = 300
    events: tuple[tuple[str, int, str, str], ...] = ()
    fleet: dict[str, Any] = field(default_factory=dict)


def make_drift(made: Made | None = None) -> Drift:
    """Build the tables that `Drift` documents."""
    made = made or Made()
    random = np.random.default_rng(made.seed)
    keys = [(d, p, s) for d in made.devices for p in made.parameters for s in made.strata]
    points = [_points(made, random, *key) for key in keys]
    changes = [_change(i, f, made) for i, f in enumerate(made.faults, start=1)]
    return Drift(
        signals=_table([_signal(made, p) for p in points], SIGNAL),
        points=pd.concat(points, ignore_index=True) if points else _table([], POINT),
        alarms=_table(
            [],
            [
                "signal_id",
                "device",
                "parameter",
                "stratum",
                "date",
                "kind",
                "detector",
                "value",
                "center",
                "z",
            ],
        ),
        changes=_table(changes, CHANGE),
        causes=_causes(changes),
        events=_events(made),
        fleet=_fleet(made),
        settings=_settings(),
    )


def _table(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns)


def _signal_id(device: str, parameter: str, stratum: str) -> str:
    return signal_id(device, device[:2], parameter, stratum)


def _fault(made: Made, device: str, parameter: str, stratum: str) -> list[Fault]:
    wanted = (device, parameter, stratum)
    return [f for f in made.faults if (f.device, f.parameter, f.stratum) == wanted]


def _points(
    made: Made, random: np.random.Generator, device: str, parameter: str, stratum: str
) -> pd.DataFrame:
    day = np.sort(random.integers(0, N_DAYS, made.n_points))
    faults = _fault(made, device, parameter, stratum)
    if parameter in SETTINGS:
        usual, new = SETTINGS[parameter]
        text = np.where(random.random(len(day)) < 0.98, usual, new).astype(object)
        for fault in faults:
            text[day >= fault.day] = new
        value = pd.to_numeric(pd.Series(text), errors="coerce")
    else:
        value = pd.Series(LEVELS[parameter] * np.exp(random.normal(0, 0.08, len(day))))
        for fault in faults:
            since = (day - fault.day + 1) / max(fault.lasts, 1)
            value *= fault.factor ** np.clip(since, 0, 1)
        text = value.map("{:.3f}".format).to_numpy(dtype=object)
    late = np.zeros(len(day), dtype=bool)
    for fault in faults:
        late |= day >= fault.day + 5
    adjusted = np.nan if parameter in SETTINGS else value
    dates = START + pd.to_timedelta(day, unit="D")
    name = _signal_id(device, parameter, stratum)
    columns = (name, device, stratum, parameter, dates, value, text, day < 180, late, "1.2.3", adjusted)
    return pd.DataFrame(dict(zip(POINT, columns, strict=True)))


def _signal(made: Made, points: pd.DataFrame) -> dict[str, Any]:
    first = points.iloc[0]
    is_setting = first["parameter"] in SETTINGS
    base = points.loc[points["is_baseline"], "value"]
    center, scale = (np.nan, np.nan) if is_setting else (base.median(), base.std())
    monitored = first["stratum"] != "Head" or is_setting
    return {
        "signal_id": first["signal_id"],
        "device": first["device"],
        "modality": first["device"][:2],
        "stratum": first["stratum"],
        "parameter": first["parameter"],
        "kind": "setting" if is_setting else "level",
        "unit": UNITS[first["parameter"]],
        "n": len(points),
        "first": points["date"].min(),
        "last": points["date"].max(),
        "is_monitored": monitored,
        "reason": "" if monitored else "fewer than 25 acquisitions in the baseline",
        "baseline_from": START if monitored else pd.NaT,
        "baseline_to": START + pd.Timedelta(days=180) if monitored else pd.NaT,
        "n_baseline": int(points["is_baseline"].sum()),
        "center": center,
        "scale": scale,
        "usual": SETTINGS[first["parameter"]][0] if is_setting else "",
        "lower": center - 3 * scale if monitored else np.nan,
        "upper": center + 3 * scale if monitored else np.nan,
        "scatter": np.nan,
    }


def _change(change_id: int, fault: Fault, made: Made) -> dict[str, Any]:
    is_setting = fault.parameter in SETTINGS
    onset = START + pd.Timedelta(days=fault.day)
    old, new = SETTINGS.get(fault.parameter, ("", ""))
    earlier = [
        f.factor for f in _fault(made, fault.device, fault.parameter, fault.stratum) if f.day < fault.day
    ]
    before = np.nan if is_setting else LEVELS[fault.parameter] * float(np.prod(earlier))
    share = 100 * (fault.factor - 1)
    moved = f"{'rose' if share > 0 else 'fell'} by {abs(share):.0f} %"
    verb = f"changed from {old} to {new}" if is_setting else moved
    return {
        "change_id": change_id,
        "signal_id": _signal_id(fault.device, fault.parameter, fault.stratum),
        "device": fault.device,
        "modality": fault.device[:2],
        "stratum": fault.stratum,
        "parameter": fault.parameter,
        "unit": UNITS[fault.parameter],
        "kind": fault.kind or ("setting" if is_setting else "ramp" if fault.lasts else "step"),
        "onset": onset,
        "onset_low": onset - pd.Timedelta(days=3),
        "onset_high": onset + pd.Timedelta(days=2),
        "before": before,
        "after": before * fault.factor,
        "before_text": old,
        "after_text": new,
        "effect": np.nan if is_setting else fault.factor - 1,
        "effect_sd": np.nan if is_setting else (fault.factor - 1) / 0.08,
        "n_before": 160,
        "n_after": 140,
        "severity": fault.severity,
        "text": f"{fault.parameter} in {fault.stratum} {verb}.",
        "cause": fault.cause,
        "finding": fault.finding or f"F{change_id}",
        "reached": onset + pd.Timedelta(days=fault.lasts),
        "effect_low": np.nan if is_setting else fault.factor - 1.04,
        "effect_high": np.nan if is_setting else fault.factor - 0.96,
        "detector": "level-change",
        "fleet_event": fault.fleet_event,
        "decision": fault.decision,
        "note": fault.note,
    }


def _causes(changes: list[dict[str, Any]]) -> pd.DataFrame:
    rows = [
        {
            "change_id": c["change_id"],
            "date": c["onset"],
            "kind": "software",
            "text": "VA40 \u2192 VA50",
            "days": 0.0,
            "coincidence": 0.016,
        }
        for c in changes
        if c["cause"]
    ]
    return _table(rows, ["change_id", "date", "kind", "text", "days", "coincidence"])


def _events(made: Made) -> pd.DataFrame:
    rows = [
        {"device": d, "date": START + pd.Timedelta(days=n), "kind": kind, "text": text}
        for d, n, kind, text in made.events
    ]
    return _table(rows, ["device", "date", "kind", "text"])


def _fleet(made: Made) -> pd.DataFrame:
    rows = [
        {
            "device": device,
            "modality": device[:2],
            "Manufacturer": "SIEMENS",
            "ManufacturerModelName": "SOMATOM Force",
            "DeviceSerialNumber": f"7{i:04d}",
            "StationName": made.station,
            "InstitutionName": "General Hospital",
            "identity": "A",
            "first": START,
            "last": START + pd.Timedelta(days=N_DAYS),
            "n_series": 2 * made.n_points,
            "software": "VA50",
            "n_changes": sum(f.device == device for f in made.faults),
            **made.fleet,
        }
        for i, device in enumerate(made.devices)
    ]
    return pd.DataFrame(rows) if rows else _table([], list(_fleet(Made()).columns))


def _settings() -> pd.DataFrame:
    rows = [
        ("baseline_days", "180", "Length of the baseline."),
        ("false_alarms_per_device_year", "0.5", "Budget of false alarms."),
    ]
    return pd.DataFrame(rows, columns=["name", "value", "meaning"])
