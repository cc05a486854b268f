"""The acquisitions behind a finding: which series its numbers come from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.new_files import write_text

MOST_ROWS = 200
"""Acquisitions on either side of an onset that are listed unless the call says otherwise."""
ROW_COLUMNS = "finding change_id device parameter stratum side date value adjusted text series".split()
_KEYS = ("device", "parameter", "stratum")
_FORMULA = re.compile(r"^(?=[=+\-@\t\r\n＝＋－＠])(?![+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$)")


def finding_rows(drift: Drift, name: str | None = None, *, most: int | None = MOST_ROWS) -> pd.DataFrame:
    """The acquisitions behind the changes: one row per change and acquisition of its signal.

    `name` is a `change_id` (C003) or a `finding` (F02), all if not given. Columns: finding,
    change_id, device, parameter, stratum, side (before, after; between while a ramp goes on), date,
    value, adjusted, text, series (SeriesInstanceUID). Before begins with the change before of the same
    signal, and after ends with the next one; `most` keeps those nearest to the onset, so many on either
    side. A change of something that has no points has no rows.

    Raises WrongArgument for a name that is neither. SeriesInstanceUIDs are no names, but lead to the
    patient in an archive.

    >>> rows = finding_rows(drift, drift.changes["change_id"][0], most=5)
    >>> rows["side"].value_counts().to_dict()
    {'before': 5, 'after': 5}
    """
    changes = drift.changes
    if name is not None:
        known = [column for column in ("change_id", "finding") if column in changes]
        changes = changes[(changes[known].astype(str) == str(name)).any(axis=1)]
        if changes.empty:
            raise WrongArgument("name", name, [str(c) for c in drift.changes["change_id"][:12]])
    wanted = {tuple(str(row[key]) for key in _KEYS) for row in changes.to_dict("records")}
    points = drift.points[drift.points["parameter"].isin({parameter for _, parameter, _ in wanted})]
    groups = points.dropna(subset=["date"]).groupby(list(_KEYS), sort=False)
    signals = {key: part for key, part in groups if key in wanted}
    parts = [_rows(change, drift.changes, signals, most) for _, change in changes.iterrows()]
    kept = [part for part in parts if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=ROW_COLUMNS)
    return table.reindex(columns=ROW_COLUMNS)


def _rows(
    change: pd.Series, changes: pd.DataFrame, signals: Mapping[Any, pd.DataFrame], most: int | None
) -> pd.DataFrame:
    key = tuple(str(change[name]) for name in _KEYS)
    points = signals.get(key)
    if points is None:
        return pd.DataFrame(columns=ROW_COLUMNS)
    onset = pd.Timestamp(change["onset"])
    reached = change.get("reached")
    settled = onset if reached is None or pd.isna(reached) else max(onset, pd.Timestamp(reached))
    same = (changes[list(_KEYS)].astype(str) == list(key)).all(axis=1)
    others = pd.to_datetime(changes.loc[same, "onset"])
    start, stop = others[others < onset].max(), others[others > onset].min()
    points = points.sort_values("date", kind="stable")
    day = points["date"].dt.normalize()
    mine = points[((day >= start) | pd.isna(start)) & ((day < stop) | pd.isna(stop))]
    day = mine["date"].dt.normalize()
    before, after = mine[day < onset], mine[day >= settled]
    if most is not None:
        before, after = before.tail(most), after.head(most)
    sides = {"before": before, "between": mine[(day >= onset) & (day < settled)], "after": after}
    filled = [part.assign(side=side) for side, part in sides.items() if len(part)]
    if not filled:
        return pd.DataFrame(columns=ROW_COLUMNS)
    return pd.concat(filled).assign(finding=change.get("finding", ""), change_id=change["change_id"])


def write_rows(drift: Drift, path: Path) -> Path:
    """Write the acquisitions behind all changes as CSV that no spreadsheet runs; gives its path."""
    rows = finding_rows(drift)
    for column in ("device", "parameter", "stratum", "text", "series"):
        rows[column] = rows[column].map(inert, na_action="ignore")
    return write_text(path, rows.to_csv(index=False))


def inert(text: object) -> str:
    """A text that a spreadsheet takes for text: what begins like a formula gets a quote before it."""
    return f"'{text}" if _FORMULA.match(str(text)) else str(text)
