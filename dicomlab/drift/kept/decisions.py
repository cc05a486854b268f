"""What people decided about changes, and which changes they have been told of.

Both are CSV files that one can read, edit and commit. A change is known again by its signal and date: its
number is another one in the next run. A row without a `signal_id` is known by machine, modality (any,
if empty), parameter and stratum.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.devices import column, texts
from dicomlab.drift.base import Drift, NotReadable
from dicomlab.drift.signals.strata import ALL
from dicomlab.errors import MissingColumn, WrongArgument
from dicomlab.new_files import write_text
from dicomlab.schema.formulas import as_meant, harmless_table
from dicomlab.spreadsheets.text_files import read_text_table

SEEN_COLUMNS = ["signal_id", "device", "modality", "parameter", "stratum", "kind", "onset"]
DECISION_COLUMNS = [*SEEN_COLUMNS, "decision", "note", "decided"]

_NOTICE = "notice: "

NEAR_DAYS = 14
"""A change that lies no farther from one that is known is the same."""
_FAR_DAYS = 30

Decision = Literal["accepted", "rejected"]


@checked_arguments
def accept(drift: Drift, change_id: str, *, to: str | Path, note: str = "") -> Path:
    """Keep that a change was meant: it is told as accepted from now on.

    `to` is a CSV file that is made if it is not there; give it to `find_drift` as `decisions`. From
    an accepted change on, as from any, the new level is what is usual. Raises WrongArgument for a
    number that `drift.changes` does not have.

    >>> path = accept(drift, drift.changes["change_id"][0], to=to / "decisions.csv", note="New protocol")
    >>> read_decisions(path)["note"].tolist()
    ['New protocol']
    """
    return _decide(drift, change_id, "accepted", note, Path(to))


@checked_arguments
def reject(drift: Drift, change_id: str, *, to: str | Path, note: str = "") -> Path:
    """Keep that a change is none to act on: it is told as rejected from now on.

    The same file and rules as for `accept`.
    """
    return _decide(drift, change_id, "rejected", note, Path(to))


def _decide(drift: Drift, change_id: str, decision: Decision, note: str, path: Path) -> Path:
    found = drift.changes[drift.changes["change_id"] == change_id]
    if found.empty:
        raise WrongArgument("change_id", change_id, drift.changes["change_id"].tolist())
    row = found[SEEN_COLUMNS].assign(
        decision=decision, note=" ".join(note.split()), decided=pd.Timestamp.now().normalize()
    )
    before = read_decisions(path) if path.exists() else row.iloc[:0]
    kept = before[~is_known(before, row)] if len(before) else before
    return _write(row if kept.empty else pd.concat([kept, row]), path)


@checked_arguments
def read_decisions(decisions: str | Path | pd.DataFrame) -> pd.DataFrame:
    """The decisions of a file, or of a table that has its columns.

    Raises MissingColumn for a table without device, parameter, onset or decision, NotReadable for a
    file that is no such table.
    """
    table = (
        decisions if isinstance(decisions, pd.DataFrame) else _read(Path(decisions), "a table of decisions")
    )
    for name in ("device", "parameter", "onset", "decision"):
        if name not in table:
            raise MissingColumn(name, table.columns)
    return table.reindex(columns=DECISION_COLUMNS).assign(onset=_days(table["onset"], decisions))


def _days(values: pd.Series, source: object) -> pd.Series:
    days = pd.to_datetime(values, errors="coerce").astype("datetime64[us]")
    if days.isna().any():
        raise NotReadable(
            Path(str(source)) if isinstance(source, (str, Path)) else Path("decisions"), "dates"
        )
    return days


def with_decisions(changes: pd.DataFrame, decisions: pd.DataFrame | None) -> pd.DataFrame:
    """The changes with the columns decision and note, empty where nothing was decided."""
    decided, notes = [""] * len(changes), [""] * len(changes)
    if decisions is not None and len(decisions) and len(changes):
        for n, near in enumerate(_nearest(changes, decisions)):
            if near is not None:
                decided[n] = str(decisions["decision"].iloc[near])
                note = decisions["note"].iloc[near]
                notes[n] = note if isinstance(note, str) else ""
    return changes.assign(decision=pd.array(decided, dtype="str"), note=pd.array(notes, dtype="str"))


def is_known(changes: pd.DataFrame, known: pd.DataFrame) -> np.ndarray:
    """Whether each change is one of those that are known.

    That is: the same signal, or the same parameter of a modality of a machine where one of the two was seen
    over all protocols, and dates within two weeks, or within the interval of the change (a month before its
    onset at most).
    """
    if not len(changes) or not len(known):
        return np.zeros(len(changes), bool)
    return np.array([near is not None for near in _nearest(changes, known)])


def _nearest(changes: pd.DataFrame, known: pd.DataFrame) -> list[int | None]:
    dates = pd.to_datetime(known["onset"]).to_numpy().astype("datetime64[D]")
    names = {name: _names(known, name) for name in SEEN_COLUMNS[:-2]}
    families = _names(known, "kind").map(_family).to_numpy(object)
    found: list[int | None] = []
    for change in changes.to_dict("records"):
        low, high = (_day(change.get(end), change["onset"]) for end in ("onset_low", "onset_high"))
        low = max(low, np.datetime64(change["onset"], "D") - _FAR_DAYS)
        near = (dates >= low - NEAR_DAYS) & (dates <= high + NEAR_DAYS)
        near &= (families == _family(change.get("kind"))) & _is_of_signal(names, change)
        places = np.flatnonzero(near)
        off = np.abs((dates[places] - np.datetime64(change["onset"], "D")).astype(int))
        found.append(int(places[off.argmin()]) if len(places) else None)
    return found


def _names(table: pd.DataFrame, name: str) -> pd.Series:
    """A column as texts, empty where it has nothing or is not there."""
    return texts(column(table, name)).fillna("")


def _is_of_signal(names: dict[str, pd.Series], change: dict[Hashable, Any]) -> np.ndarray:
    """Which rows tell of the signal of a change, or of the same over all protocols."""
    mine = {name: "" if pd.isna(change.get(name, "")) else str(change.get(name, "")) for name in names}
    alike = (names["device"] == mine["device"]) & (names["parameter"] == mine["parameter"])
    alike &= names["modality"].isin(["", mine["modality"]]) | (mine["modality"] == "")
    is_same = names["stratum"] == mine["stratum"]
    known = names["signal_id"] != ""
    if mine["signal_id"]:
        is_same = is_same.where(~known, names["signal_id"] == mine["signal_id"])
    whole = names["stratum"].isin(["", ALL]) | (mine["stratum"] in ("", ALL))
    renamed = known & (names["signal_id"] == mine["signal_id"])
    return np.asarray((alike & (is_same | whole)) | renamed)


def _family(kind: object) -> str:
    """What is told apart from a change of the same day: a limit that is broken, a notice."""
    text = str(kind)
    return text if text == "tolerance" or text.startswith(_NOTICE) else ""


def _day(value: Any, otherwise: Any) -> np.datetime64:
    return np.datetime64(otherwise if value is None or pd.isna(value) else value, "D")


@checked_arguments
def new_changes(drift: Drift, *, seen: str | Path) -> pd.DataFrame:
    """The changes that nobody has been told of, by a file of those that were.

    What was accepted or rejected is not new either. All changes if the file is not there.
    """
    path = Path(seen)
    fresh = drift.changes[drift.changes["decision"] == ""]
    if not path.exists():
        return fresh
    known = _read_seen(path)
    return fresh[~is_known(fresh, known.assign(onset=_days(known["onset"], path)))]


@checked_arguments
def new_notices(drift: Drift, *, seen: str | Path) -> pd.DataFrame:
    """The notices that nobody has been told of, by the same file."""
    path = Path(seen)
    if not path.exists() or not len(drift.notices):
        return drift.notices
    known = _read_seen(path).reindex(columns=SEEN_COLUMNS)
    return drift.notices[~is_known(_as_seen(drift.notices), known.assign(onset=_days(known["onset"], path)))]


def _as_seen(notices: pd.DataFrame) -> pd.DataFrame:
    """Notices as rows of the file of what was told."""
    names = notices.rename(columns={"date": "onset"}).reindex(columns=SEEN_COLUMNS)
    return names.assign(kind=_NOTICE + names["kind"].astype(str))


@checked_arguments
def mark_seen(drift: Drift, *, seen: str | Path) -> Path:
    """Keep in a CSV file that these changes and notices have been told; gives its path."""
    path = Path(seen)
    told = drift.changes[[*SEEN_COLUMNS, "onset_low", "onset_high"]]
    if len(drift.notices):
        told = pd.concat([told, _as_seen(drift.notices)], ignore_index=True)
    now = told[SEEN_COLUMNS]
    if path.exists():
        before = _read_seen(path).reindex(columns=SEEN_COLUMNS)
        fresh = now[~is_known(told, before.assign(onset=_days(before["onset"], path)))]
        now = before.assign(onset=_days(before["onset"], path)) if fresh.empty else pd.concat([before, fresh])
    return _write(now, path)


def _read_seen(path: Path) -> pd.DataFrame:
    """The file of what was told, if it is one: another file is not written over."""
    what = "a table of changes that were told"
    known = _read(path, what)
    for name in ("device", "parameter", "onset"):
        if name not in known:
            raise NotReadable(path, what)
    return known


def _read(path: Path, what: str) -> pd.DataFrame:
    try:
        table = read_text_table(path, keep_empty=True)
        return table.map(lambda value: as_meant(value) if isinstance(value, str) else value)
    except (ValueError, UnicodeError, pd.errors.ParserError):
        raise NotReadable(path, what) from None


def _write(table: pd.DataFrame, path: Path) -> Path:
    """Write a table in one go: a reader sees the old file or the new one."""
    dates = [name for name in ("onset", "decided") if name in table]
    days = {name: pd.to_datetime(table[name]).dt.strftime("%Y-%m-%d") for name in dates}
    return write_text(path, harmless_table(table.assign(**days)).to_csv(index=False))
