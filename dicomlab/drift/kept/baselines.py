"""Baselines frozen to a file that one can review and commit.

While an archive grows, so does the span that a baseline is learned from, and levels that were
judged yesterday are judged a little otherwise today. A frozen baseline holds that span still.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.drift.base import Drift, NotReadable
from dicomlab.drift.signals.signal import Spans
from dicomlab.errors import MissingColumn
from dicomlab.new_files import write_text
from dicomlab.plain_files import NotPlain, is_object, member, read_json

FORMAT = 1
_KEYS = ("device", "modality", "stratum", "parameter")
_FACTS = ("kind", "unit", "n_baseline", "center", "scale", "lower", "upper", "usual")
OFF = 0.25
"""A centre that is now so many of its scales from the frozen one was learned from other data."""


@checked_arguments
def freeze_baselines(drift: Drift, *, to: str | Path) -> Path:
    """Write the baseline of every watched signal to a JSON file; gives its path.

    Each has the span that it was learned from, the number of acquisitions, and the level and
    scale, or the usual values, that came out. Give the file to `find_drift` as `baselines`.
    """
    settings = dict(zip(drift.settings["name"], drift.settings["value"], strict=True))
    watched = drift.signals[drift.signals["is_monitored"] & drift.signals["baseline_from"].notna()]
    rows = [_written(row) for row in watched.sort_values(list(_KEYS)).to_dict("records")]
    content = {"format": FORMAT, "settings": settings.get("hash", ""), "signals": rows}
    return write_text(to, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _written(row: dict[Any, Any]) -> dict[str, object]:
    days = {"from": row["baseline_from"], "to": row["baseline_to"]}
    facts = {name: _plain(row[name]) for name in _FACTS}
    return (
        {name: row[name] for name in _KEYS}
        | {name: f"{day:%Y-%m-%d}" for name, day in days.items()}
        | {name: value for name, value in facts.items() if value not in (None, "")}
    )


def _plain(value: Any) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, (int, np.integer)):
        return int(value)
    return float(f"{value:.9g}") if isinstance(value, (float, np.floating)) else str(value)


@checked_arguments
def read_baselines(path: str | Path) -> pd.DataFrame:
    """The frozen baselines of a file, one row a signal.

    Columns: device, modality, stratum, parameter, kind, unit, baseline_from, baseline_to, n_baseline,
    center, scale, lower, upper, usual. Raises NotReadable for a file that `freeze_baselines` did
    not write.
    """
    file = Path(path)
    try:
        content = is_object(read_json(file))
        if member(content, "format", int) != FORMAT:
            raise NotPlain(f"is not as dicomlab wrote it: 'format' must be {FORMAT}")
        rows = [_read_row(row, f"signals[{n}]") for n, row in enumerate(member(content, "signals", list))]
    except FileNotFoundError:
        raise NotReadable(file, "frozen baselines", "does not exist") from None
    except NotPlain as error:
        raise NotReadable(file, "frozen baselines", error.why) from None
    table = pd.DataFrame(rows, columns=[*_KEYS, "from", "to", *_FACTS])
    dates = {f"baseline_{end}": table[end].astype("datetime64[us]") for end in ("from", "to")}
    return table.drop(columns=["from", "to"]).assign(**dates)


def _read_row(found: Any, where: str) -> dict[str, Any]:
    """One baseline; raises NotPlain with its place in the file."""
    row = dict(is_object(found, where))
    for name in _KEYS:
        member(row, name, str, within=where)
    for name in ("from", "to"):
        text = member(row, name, str, within=where)
        try:
            row[name] = pd.Timestamp(date.fromisoformat(text))
        except ValueError:
            raise NotPlain(f"is not as dicomlab wrote it: '{where}.{name}' must be a date") from None
    for name in ("center", "scale", "lower", "upper", "n_baseline"):
        if row.get(name) is not None:
            member(row, name, float, within=where)
    for name in ("kind", "unit", "usual"):
        if row.get(name) is not None:
            member(row, name, str, within=where)
    return row


def spans_of(frozen: pd.DataFrame) -> Spans:
    """The span of each frozen baseline, in numbers of days."""
    days = (
        frozen[f"baseline_{end}"].to_numpy().astype("datetime64[D]").astype(int) for end in ("from", "to")
    )
    names = zip(*(frozen[name] for name in ("device", "modality", "parameter", "stratum")), strict=True)
    return {tuple(map(str, key)): (int(a), int(b)) for key, a, b in zip(names, *days, strict=True)}  # type: ignore[misc]


@checked_arguments
def changed_baselines(signals: pd.DataFrame, frozen: pd.DataFrame) -> pd.DataFrame:
    """The signals whose baseline is another one than was frozen, although its span is the same.

    Series of that span have come or gone since, or the settings differ. One row a signal: device,
    stratum, parameter, was, now.
    """
    for table, names in ((signals, _KEYS), (frozen, (*_KEYS, "center", "scale", "usual"))):
        for name in names:
            if name not in table:
                raise MissingColumn(name, table.columns)
    both = signals.merge(frozen[[*_KEYS, "center", "scale", "usual"]], on=list(_KEYS), suffixes=("", "_was"))
    moved = (both["center"] - both["center_was"]).abs() > OFF * both["scale_was"].astype(float)
    other = both["usual"].notna() & both["usual_was"].notna() & (both["usual"] != both["usual_was"])
    number = both["center"].notna()
    was = both["usual_was"].astype(object).where(~number, both["center_was"])
    now = both["usual"].astype(object).where(~number, both["center"])
    table = both[["device", "stratum", "parameter"]].assign(was=was, now=now)
    return table[moved | other].reset_index(drop=True)
