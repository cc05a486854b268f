"""Whether the dates of a machine were shifted patient by patient.

De-identification may shift the dates of each patient by another number of days (PS3.15, Retain
Longitudinal Temporal Information with Modified Dates). What a machine did over time is then lost.
Three traces are looked for, since each has harmless causes too:

- Two versions of the software alternate from examination to examination for weeks. So they do on
  two workstations with different software; but there the share of the new one is steady or rises
  in steps, and grows slowly from none to all where dates were shifted by up to some months.
- The count of a detector's exposures goes down as often as up. Exchanged detectors, a counter that
  was reset, or several plates are a few rising counts, one within the other; shifted dates are not.
  The number of rising counts that are needed is the longest series of falling values (Dilworth).
- Weekends are as busy as other days. So they are in emergency rooms, so this never counts alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

_LEAST = 30
"""Examinations of each of two versions, or with a counter, that are needed."""
_LEAST_ZONE_DAYS = 21
_LONG_ZONE_DAYS = 45
_LEAST_ZONE = 15
_EDGE = 0.005
"""Share of the examinations of a version that may lie outside of its time."""
_ALTERNATES = 0.5
"""Changes between versions, as a share of those that a random order would have."""
_GROWS, _GROWS_CLEARLY = 0.1, 0.32
"""Rank correlation of version and time within the days that have both; a straight rise has 0.58."""
_CERTAIN = 3.0
_LEAST_FOR_WEEKDAYS = 140
_FLAT = 0.7
"""Examinations on the quietest day of the week, as a share of the mean, from which weekends are busy."""
_MOST_COUNTERS = 12
_FALLS = 0.2
_COUNTS_GROW = 0.3

VERSIONS = "old and new software alternate from patient to patient"
COUNTERS = "the counts of the detector go up and down from patient to patient"


def why_shifted(exams: pd.DataFrame) -> str:
    """Why the dates of one machine seem to be shifted patient by patient; empty if they do not.

    Args:
        exams: One row per examination: when (datetime64), patient, version, station, counter,
            detector; null where unknown.
    """
    if exams["patient"].notna().all() and exams["patient"].nunique() < 2:
        return ""
    has_versions = len(exams["version"].dropna().unique()) > 1
    has_counter = int(exams["counter"].notna().sum()) >= _LEAST
    if not (has_versions or has_counter):
        return ""
    exams = exams.sort_values("when", kind="stable")
    weekends = has_busy_weekends(exams["when"])
    if any(_alternate(old, new, weekends) for old, new in _version_pairs(exams)):
        return VERSIONS
    return COUNTERS if has_counter and _is_counter_mixed(exams, weekends) else ""


def has_busy_weekends(when: pd.Series) -> bool:
    """Whether the days of the week are alike; needs 140 examinations."""
    counts = np.bincount(when.dt.day_of_week, minlength=7)
    return bool(counts.sum() >= _LEAST_FOR_WEEKDAYS and counts.min() >= _FLAT * counts.mean())


def _version_pairs(exams: pd.DataFrame) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The times of examinations with one version and with the next, per station that has several."""
    known = exams.dropna(subset=["version"])
    station = known["station"].astype(object).fillna("")
    for _, part in known.groupby(station, sort=True):
        counts = part["version"].value_counts()
        common = [str(name) for name in counts.index[counts >= _LEAST]][:4]
        when = part["when"].to_numpy().astype("datetime64[s]").astype(np.int64) / 86400
        version = part["version"].to_numpy(object)
        times = sorted((when[version == name] for name in common), key=np.median)
        yield from pairwise(times)


def _alternate(old: np.ndarray, new: np.ndarray, busy_weekends: bool) -> bool:
    """Whether one version gives way to the next slowly, and at random from day to day."""
    first, last = np.quantile(new, _EDGE), np.quantile(old, 1 - _EDGE)
    time = np.concatenate([old, new])
    is_new = np.arange(len(time)) >= len(old)
    inside = (time >= first) & (time <= last)
    order = np.argsort(time[inside], kind="stable")
    zone = is_new[inside][order]
    n_new, n_old = int(zone.sum()), int((~zone).sum())
    if last - first < _LEAST_ZONE_DAYS or min(n_new, n_old) < _LEAST_ZONE:
        return False
    runs = 1 + int((zone[1:] != zone[:-1]).sum())
    if runs < _ALTERNATES * (1 + 2 * n_new * n_old / len(zone)):
        return False
    grows = float(np.corrcoef(np.arange(len(zone)), zone)[0, 1])
    is_certain = grows * np.sqrt(len(zone)) >= _CERTAIN
    if busy_weekends:
        return is_certain and grows >= _GROWS
    return is_certain and grows >= _GROWS_CLEARLY and last - first >= _LONG_ZONE_DAYS


def _is_counter_mixed(exams: pd.DataFrame, busy_weekends: bool) -> bool:
    """Whether the counts of one detector are more than a few rising ones."""
    known = exams.dropna(subset=["counter"])
    for _, one in known.groupby(known["detector"].astype(object).fillna("")):
        count = one["counter"].to_numpy(float)
        if len(count) < _LEAST:
            continue
        day = one["when"].to_numpy().astype("datetime64[D]").astype(np.int64)
        falls = float((np.diff(count) < 0).mean())
        by_day = count[np.lexsort((count, day))]
        grows = (
            float(np.corrcoef(day, pd.Series(count).rank())[0, 1]) if np.ptp(count) and np.ptp(day) else 0.0
        )
        if falls < _FALLS or not (busy_weekends or grows >= _COUNTS_GROW):
            continue
        if longest_fall(by_day) > _MOST_COUNTERS:
            return True
    return False


def longest_fall(values: np.ndarray) -> int:
    """The length of the longest series of strictly falling values, not necessarily side by side.

    >>> longest_fall(np.array([5, 1, 4, 2, 3, 3]))
    3
    """
    ends: list[float] = []
    for value in (-values).tolist():
        place = bisect_left(ends, value)
        ends[place : place + 1] = [value]
    return len(ends)
