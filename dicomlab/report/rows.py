"""The acquisitions behind a finding: which series its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.drift.base import Drift
from dicomlab.errors import WrongArgument
from dicomlab.new_files import write_text
from dicomlab.schema.formulas import harmless_table

MOST_ROWS = 200
"""Acquisitions on either side of an onset that are listed unless the call says otherwise."""
ROW_COLUMNS = (
    "finding change_id signal_id device modality parameter stratum side date value adjusted text series"
).split()


@checked_arguments
def finding_rows(drift: Drift, name: str | None = None, *, most: int | None = MOST_ROWS) -> pd.DataFrame:
    """The acquisitions behind the changes: one row per change and acquisition of its signal.

    `name` is a `change_id` (C003) or a `finding` (F02), all if not given. Columns: finding, change_id,
    signal_id, device, modality, parameter, stratum, side (before, after; between while a ramp goes on),
    date, value, adjusted, text, series (SeriesInstanceUID). Before begins with the change before of the
    same signal, and after ends with the next one; `most` keeps those nearest to the onset, so many on
    either side. A change of something that has no points has no rows.

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
    points = drift.points[drift.points["signal_id"].isin(changes["signal_id"])].dropna(subset=["date"])
    signals = dict(list(points.groupby("signal_id", sort=False)))
    parts = [_rows(change, drift.changes, signals, most) for _, change in changes.iterrows()]
    kept = [part for part in parts if len(part)]
    table = pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=ROW_COLUMNS)
    return table.reindex(columns=ROW_COLUMNS)


def _rows(
    change: pd.Series, changes: pd.DataFrame, signals: Mapping[Any, pd.DataFrame], most: int | None
) -> pd.DataFrame:
    points = signals.get(change["signal_id"])
    if points is None:
        return pd.DataFrame(columns=ROW_COLUMNS)
    onset = pd.Timestamp(change["onset"])
    reached = change.get("reached")
    settled = onset if reached is None or pd.isna(reached) else max(onset, pd.Timestamp(reached))
    others = pd.to_datetime(changes.loc[changes["signal_id"] == change["signal_id"], "onset"])
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
    facts = {name: change[name] for name in ("change_id", "modality")}
    return pd.concat(filled).assign(finding=change.get("finding", ""), **facts)


def write_rows(drift: Drift, path: Path) -> Path:
    """Write the acquisitions behind all changes as CSV that no spreadsheet runs; gives its path."""
    return write_text(path, harmless_table(finding_rows(drift)).to_csv(index=False))
