"""Fewer examinations than before, and stretches without any: a reason to ask, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.drift.base import Detector
from dicomlab.drift.detectors.budget import DAYS_A_YEAR, points_between_alarms
from dicomlab.drift.findings.notices import Notice, dates_of
from dicomlab.drift.sequential.levels import follow
from dicomlab.drift.sequential.settling import Plan
from dicomlab.drift.signals.days import Days

_WEEK = 7


@dataclass(frozen=True)
class VolumeDrop:
    """A machine makes half as many examinations a week as it did, or fewer."""

    ratio: float = 0.55
    """A volume that is more than this share of what it was is not told."""

    least_a_week: float = 8.0
    """Examinations a week, before, that a machine must have made."""

    least_weeks: int = 4
    """Weeks that it must last."""

    name: str = "volume"
    kind: str = "volume"

    def __call__(
        self, day: np.ndarray, *, learn_until: int, detectors: Sequence[Detector], budget: float
    ) -> list[tuple[int, int | None, float, float]]:
        """First and last day (None if it goes on) and examinations a week before and in each drop.

        `day` has one entry an examination. The logarithm of the count of each full week is followed as
        a level is, so that seasons and weeks that scatter count; weeks without any are gaps.
        """
        weeks = _weeks(day)
        if len(weeks) < 2 * self.least_weeks:
            return []
        length = points_between_alarms(1, DAYS_A_YEAR / _WEEK, budget)
        mine = tuple(replace(d, length=length) for d in detectors if d.kind == "level")  # type: ignore[type-var]
        followed = follow(weeks, Plan(learn_until, floor=float(-np.log(self.ratio)) / 2), mine)
        edges = [*(step.onset.first for step in followed.steps), len(weeks)]
        found = []
        for n, step in enumerate(followed.steps):
            before, after = np.exp([step.before, step.after]).tolist()
            long = edges[n + 1] - step.onset.reached >= self.least_weeks
            if after <= self.ratio * before and before >= self.least_a_week and long:
                last = None if edges[n + 1] == len(weeks) else int(weeks.date[edges[n + 1]]) - 1
                found.append((int(weeks.date[step.onset.first]), last, before, after))
        return found


def _weeks(day: np.ndarray) -> Days:
    """The full weeks with examinations, from Monday, and the logarithm of their number.

    Weeks that a pause of a week or more reaches into do not count.
    """
    if not len(day):
        return Days(*(np.empty(0) for _ in range(5)))
    monday = (day + 3) // _WEEK * _WEEK - 3
    date, count = np.unique(monday, return_counts=True)
    full = (date >= day.min()) & (date + _WEEK - 1 <= day.max())
    for first, last in _pauses(day):
        full &= (date + _WEEK - 1 < first) | (date > last)
    ones = np.ones(int(full.sum()))
    return Days(date[full], np.log(count[full]), ones, ones.astype(int), 0 * ones)


def _pauses(day: np.ndarray) -> list[tuple[int, int]]:
    """First and last day of each pause of a week or more."""
    worked = np.unique(day)
    long = np.flatnonzero(np.diff(worked) > _WEEK)
    return [(int(worked[n]) + 1, int(worked[n + 1]) - 1) for n in long]


def volume_notices(
    rows: pd.DataFrame,
    *,
    window: int,
    detector: VolumeDrop,
    detectors: Sequence[Detector],
    budget: float,
) -> list[Notice]:
    """The stretches in which one machine made half as many examinations, or fewer."""
    day = rows["day"].to_numpy().astype("datetime64[D]").astype(int)
    exam = rows["StudyInstanceUID"] if "StudyInstanceUID" in rows else pd.Series(rows.index, rows.index)
    first = np.sort(day[~exam.duplicated().to_numpy() | exam.isna().to_numpy()])
    learn_until = int(day.min()) + window
    drops = detector(first, learn_until=learn_until, detectors=detectors, budget=budget)
    if not drops:
        return []
    has_modality = "Modality" in rows and rows["Modality"].notna().any()
    modality = str(rows["Modality"].mode().iloc[0]) if has_modality else ""
    return [_told(str(rows["device"].iloc[0]), modality, drop, detector.name) for drop in drops]


def _told(device: str, modality: str, found: tuple[int, int | None, float, float], name: str) -> Notice:
    first, last, before, after = found
    notice = Notice(device, modality, "volume", (), first, last, before, after, 0, name)
    words = f"{after:.0f} examinations a week {dates_of(notice)}, {before:.0f} before"
    return replace(notice, words=words)


def gap_notices(devices: pd.DataFrame) -> list[Notice]:
    """The long gaps of all machines, with how many others had none of their own data then.

    A machine whose station another one took over is not missed.
    """
    gone = set(devices["replaces"].dropna())
    gaps = [
        (str(row["device"]), str(row["modality"]), gap)
        for row in devices.to_dict("records")
        for gap in row["gaps"]
        if not (pd.isna(gap["to"]) and row["device"] in gone)
    ]
    return [_gap_told(*gap, others=_others(gap, gaps)) for gap in gaps]


def _others(mine: tuple[str, str, dict[str, Any]], gaps: Sequence[tuple[str, str, dict[str, Any]]]) -> int:
    """How many other machines have a gap that begins within three days of this one."""
    reach = pd.Timedelta(3, "D")
    near = {name for name, _, gap in gaps if abs(gap["from"] - mine[2]["from"]) <= reach}
    return len(near - {mine[0]})


def _gap_told(device: str, modality: str, gap: dict[str, Any], *, others: int) -> Notice:
    first = _number(gap["from"])
    last = None if pd.isna(gap["to"]) else _number(gap["to"])
    days = int(gap["days"])
    notice = Notice(device, modality, "gap", (), first, last, float("nan"), float("nan"), days, "gap")
    also = "" if not others else f"; {others} other machine{'s have' if others > 1 else ' has'} a gap then"
    since = "so far" if last is None else "in all"
    return replace(
        notice, words=f"no data {dates_of(notice)}, {days} days {since}, longer than its usual gaps{also}"
    )


def _number(day: pd.Timestamp) -> int:
    return int(day.to_datetime64().astype("datetime64[D]").astype(int))
