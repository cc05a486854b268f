"""Whether machines keep to the limits that were given: verdicts, and the stretches outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dicomlab.drift.base import LIMIT_COLUMNS
from dicomlab.drift.detectors.budget import DAYS_A_YEAR, points_between_alarms
from dicomlab.drift.detectors.tolerance import ToleranceLimit
from dicomlab.drift.findings.changes import Excursion
from dicomlab.drift.kept.limits import Limit
from dicomlab.drift.sequential.excursions import Excursions
from dicomlab.drift.sequential.levels import Followed
from dicomlab.drift.sequential.loop import Charts
from dicomlab.drift.sequential.settings import FollowedSetting
from dicomlab.drift.sequential.spans import SAME_EXCURSION
from dicomlab.drift.signals.signal import Signal
from dicomlab.drift.watch import Watched
from dicomlab.isolation import SetAside, set_aside

_LATELY = 20
_LEAST_DAYS = 6
_NAMES = {"warn": "warning", "action": "action"}


@dataclass(frozen=True)
class Kept:
    """What judging one machine against limits gave."""

    rows: list[dict[str, object]]
    changes: list[Excursion]
    aside: list[tuple[Signal, SetAside]]
    """The signals that judging raised for."""


def judge_limits(
    watched: Sequence[Watched], limits: Sequence[Limit], *, detector: ToleranceLimit, budget: float
) -> Kept:
    """Whether the signals of one machine keep to the limits, and each stretch in which they did not.

    Of one parameter, protocols are judged and not the whole, unless the limit names the whole. Where
    several limits fit a signal, the first counts.
    """
    chosen = list(_chosen(watched, limits))
    charts = max(sum(2 if limit.side == "both" else 1 for _, limit in chosen) * 2, 1)
    kept = Kept([], [], [])
    for one, limit in chosen:
        try:
            judged = _Judged.of(one, limit)
            length = points_between_alarms(charts, judged.days_a_year, budget)
            watching = Charts([replace(detector, length=length)])
            row, changes = judged.row(), judged.excursions(detector.name, watching)
        except Exception as error:  # noqa: BLE001 - whatever one signal raises, the others count
            kept.aside.append((one.signal, set_aside(f"the limit of {limit.parameter}", error)))
            continue
        kept.rows.append(row)
        kept.changes.extend(changes)
        kept.aside.extend((one.signal, aside) for aside in watching.aside)
    return kept


def _chosen(watched: Sequence[Watched], limits: Sequence[Limit]) -> Iterator[tuple[Watched, Limit]]:
    parts = {_of_all(w) for w in watched if w.signal.is_monitored and not w.signal.is_pooled}
    for one in watched:
        signal = one.signal
        limit = next((limit for limit in limits if limit.fits(signal)), None)
        is_whole = signal.is_pooled and _of_all(one) in parts
        if limit is None or not np.isfinite(signal.value).any() or (is_whole and not limit.stratum):
            continue
        if signal.is_monitored or np.isfinite(limit.reference):
            yield one, limit


def _of_all(watched: Watched) -> tuple[str, str]:
    """What a signal and that of all protocols have in common."""
    return watched.signal.modality, watched.signal.parameter.name


@dataclass(frozen=True)
class _Judged:
    """The medians of the days of one signal, as distances from the reference."""

    signal: Signal
    limit: Limit
    reference: float
    error: float
    day: np.ndarray
    value: np.ndarray
    rows: np.ndarray
    single: np.ndarray
    """The single values, in the order of days."""

    @staticmethod
    def of(watched: Watched, limit: Limit) -> _Judged:
        signal = watched.signal
        value, reference, error = signal.value, limit.reference, 0.0
        if not np.isfinite(reference):
            value, reference, error = _against_baseline(watched)
        known = np.isfinite(value)
        day = signal.day[known]
        by_day = pd.Series(value[known]).groupby(day).agg(["median", "size"])
        return _Judged(
            signal,
            limit,
            reference,
            error,
            by_day.index.to_numpy(),
            by_day["median"].to_numpy(float),
            by_day["size"].to_numpy(),
            value[known][np.argsort(day, kind="stable")],
        )

    def off(self, value: np.ndarray | float) -> np.ndarray:
        """How far values lie from the reference, in the unit of the limit."""
        apart = np.asarray(value, float) - self.reference
        return 100 * apart / abs(self.reference) if self.limit.is_relative else apart

    def row(self) -> dict[str, object]:
        """The verdict on the last days with data."""
        level, low, high = median_interval(self.value[-_LATELY:])
        return {
            "signal_id": self.signal.signal_id,
            "device": self.signal.device,
            "modality": self.signal.modality,
            "stratum": self.signal.stratum,
            "parameter": self.signal.parameter.name,
            "unit": self.signal.parameter.unit,
            "reference": self.reference,
            "warn": self.limit.warn,
            "action": self.limit.action,
            "limit_unit": self.limit.unit or self.signal.parameter.unit,
            "side": self.limit.side,
            "n_days": len(self.value[-_LATELY:]),
            "level": level,
            "level_low": low,
            "level_high": high,
            "verdict": verdict(self.limit, float(self.off(low)), float(self.off(high))),
            "citation": self.limit.citation,
        }

    @property
    def days_a_year(self) -> float:
        """Days with data in a year."""
        return len(self.day) / max(float(np.ptp(self.day)) / DAYS_A_YEAR, 0.1) if len(self.day) else 0.0

    def excursions(self, detector: str, charts: Charts) -> list[Excursion]:
        """The stretches outside, an excursion beyond the action limit told as that alone."""
        found: list[Excursion] = []
        if len(self.day) < _LEAST_DAYS or not np.isfinite(self.reference):
            return found
        off = self.off(self.value)
        error = float(np.abs(self.off(self.reference + self.error)))
        sd = max(_day_sd(off), 1e-9, 0.02 * np.nanmin([self.limit.warn, self.limit.action]))
        for name, size in (("action", self.limit.action), ("warn", self.limit.warn)):
            for side in (1, -1) if size > 0 else ():
                if self.limit.side == ("below" if side == 1 else "above"):
                    continue
                for first, alarm, stop in Excursions(side * off, size, sd, error).stretches(charts):
                    if not self._is_sure(side, size, first, stop):
                        continue
                    change = self._change(name, size, first, alarm, stop, detector)
                    if not any(_covers(other, change) for other in found):
                        found.append(change)
        return sorted(found, key=lambda change: change.onset)

    def _is_sure(self, side: int, size: float, first: int, stop: int) -> bool:
        """Whether the interval of the median of a stretch lies outside, as well as its chart.

        A chart takes values for normal ones; those that are chosen, such as the voltage for a patient,
        come in runs. Of fewer than 6 days, single values count.
        """
        _, low, high = self._interval(first, stop)
        near = low if side == 1 else high
        return bool(side * self.off(near) > size)

    def _interval(self, first: int, stop: int) -> tuple[float, float, float]:
        if stop - first >= _LEAST_DAYS:
            return median_interval(self.value[first:stop])
        return median_interval(self.single[self.rows[:first].sum() : self.rows[:stop].sum()])

    def _change(self, name: str, size: float, first: int, alarm: int, stop: int, detector: str) -> Excursion:
        level, low, high = self._interval(first, stop)
        words = self.limit.words(size, self.reference, self.signal.parameter.unit)
        ends = None if stop >= len(self.day) else int(self.day[stop - 1])
        return Excursion(
            signal=self.signal,
            onset=int(self.day[first]),
            low=int(self.day[first - 1]) + 1 if first else int(self.day[first]),
            high=int(self.day[alarm]),
            reached=int(self.day[first]),
            n_before=int(self.rows[:first].sum()),
            n_after=int(self.rows[first:stop].sum()),
            detector=detector,
            reference=self.reference,
            level=level,
            interval=(low, high),
            limit=f"{_NAMES[name]} limit ({words})",
            is_action=name == "action",
            source=self.limit.citation,
            until=ends,
        )


def _covers(other: Excursion, change: Excursion) -> bool:
    """Whether an excursion beyond the action limit says what one beyond the warning limit would."""
    return (
        other.is_above == change.is_above
        and other.onset - SAME_EXCURSION <= change.onset
        and (other.until is None or change.onset <= other.until)
    )


def _against_baseline(watched: Watched) -> tuple[np.ndarray, float, float]:
    """Values like for like in the unit, their level in the baseline, and its standard error."""
    signal, followed = watched.signal, watched.followed
    if isinstance(followed, Followed) and len(signal.y):
        is_log = signal.parameter.scale == "log"
        level = signal.y + signal.typical
        center = followed.baseline.center + signal.typical
        value, reference = (np.exp(level), float(np.exp(center))) if is_log else (level, float(center))
        error = followed.baseline.error * (reference if is_log else 1.0)
        return value, reference, error
    if isinstance(followed, FollowedSetting):
        early = signal.value[signal.day <= signal.learn_until]
        return signal.value, float(np.nanmedian(early)) if np.isfinite(early).any() else float("nan"), 0.0
    return signal.value, float("nan"), 0.0


def _day_sd(value: np.ndarray) -> float:
    """Scatter of days about a level that may move: from differences of neighbours."""
    steps = np.abs(np.diff(value))
    return float(1.4826 * np.median(steps) / np.sqrt(2)) or float(steps.mean() / 1.128 if len(steps) else 0.0)


def median_interval(value: np.ndarray) -> tuple[float, float, float]:
    """The median and its 95 % interval by order statistics; null for fewer than 6 values.

    The interval holds whatever the distribution is (binomial; Conover, Practical Nonparametric
    Statistics, ch. 3.2).

    >>> median_interval(np.arange(1.0, 21.0))
    (10.5, 6.0, 15.0)
    """
    from scipy.stats import binom

    nothing = float("nan")
    n = len(value)
    if n < _LEAST_DAYS:
        return float(np.median(value)) if n else nothing, nothing, nothing
    rank = int(binom.ppf(0.025, n, 0.5))
    ordered = np.sort(value)
    return float(np.median(value)), float(ordered[rank - 1]), float(ordered[n - rank])


def verdict(limit: Limit, low: float, high: float) -> str:
    """inside, outside warn, outside action or cannot tell, by the interval of the distance."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "cannot tell"
    top, bottom = limit.side != "below", limit.side != "above"
    for name, size in (("outside action", limit.action), ("outside warn", limit.warn)):
        if size > 0 and ((top and low > size) or (bottom and high < -size)):
            return name
    smallest = float(np.nanmin([limit.warn, limit.action]))
    is_inside = (not top or high < smallest) and (not bottom or low > -smallest)
    return "inside" if is_inside else "cannot tell"


def limits_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """The verdicts as a table."""
    table = pd.DataFrame(rows, columns=LIMIT_COLUMNS)
    words = "signal_id device modality stratum parameter unit limit_unit side verdict citation".split()
    numbers = "reference warn action level level_low level_high".split()
    return table.astype(dict.fromkeys(words, "str") | dict.fromkeys(numbers, "float64") | {"n_days": "int64"})
