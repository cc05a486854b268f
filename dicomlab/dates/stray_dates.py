"""Days that lie far from all others of a machine: a clock, an acceptance test, 1900, 9999.

The days with data of one machine are split at far pauses: longer than 60 days and than 20 of its
usual pauses (their median). The part with the most days is the record. Another part is set aside
- if it has at most 5 days, and these are at most 5 % of all days;
- or if the record is 2 years away or more, and the part is at most 10 % of all days, or one day
  where the record has 5.
A part after the record has to be small besides: at most 2 days, or half as many series per day as
usual. It may be a machine that came back. If all parts to set aside would be more than 10 % of the
days, nothing is: then the machine works in campaigns.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

FAR_DAYS = 60
FAR_TIMES_USUAL = 20
FEW_DAYS = 5
FEW_SHARE = 0.05
VERY_FAR_DAYS = 730
VERY_FAR_SHARE = 0.1
_LEAST_RECORD = 5
_FEW_AFTER = 2
_QUIET = 0.5


def are_stray(day: np.ndarray) -> np.ndarray:
    """Whether each series of one machine is dated far from its record.

    Args:
        day: The day of each series as a whole number, in any order.

    >>> are_stray(np.array([-30000, *range(100), 400])).nonzero()[0].tolist()
    [0, 101]
    """
    worked, counts = np.unique(day, return_counts=True)
    if len(worked) < 2:
        return np.zeros(len(day), bool)
    pauses = np.diff(worked)
    far = pauses > max(FAR_DAYS, FAR_TIMES_USUAL * float(np.median(pauses)))
    edges = [0, *(np.flatnonzero(far) + 1).tolist(), len(worked)]
    parts = list(pairwise(edges))
    record = max(parts, key=lambda part: (part[1] - part[0], part[0]))
    odd = [part for part in parts if part != record and _is_odd(part, record, worked, counts)]
    if sum(high - low for low, high in odd) > max(1, VERY_FAR_SHARE * len(worked)):
        return np.zeros(len(day), bool)
    return np.isin(day, [*(date for low, high in odd for date in worked[low:high])])


def _is_odd(part: tuple[int, int], record: tuple[int, int], worked: np.ndarray, counts: np.ndarray) -> bool:
    (low, high), (first, stop) = part, record
    days, is_after = high - low, low >= stop
    away = worked[low] - worked[stop - 1] if is_after else worked[first] - worked[high - 1]
    if away >= VERY_FAR_DAYS:
        one = days == 1 and stop - first >= _LEAST_RECORD
        return bool(one or days <= VERY_FAR_SHARE * len(worked))
    few = days <= FEW_DAYS and days <= FEW_SHARE * len(worked)
    quiet = counts[low:high].mean() <= _QUIET * np.median(counts[first:stop])
    return bool(few and (not is_after or days <= _FEW_AFTER or quiet))
