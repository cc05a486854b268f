"""How well alarms fit what was planted: false alarms, detections beyond chance, delay, dates."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from hospital import MONITORED_FROM, START, Fleet

MERGE_DAYS = 14
"""Alarms of one stream so close together are one episode."""
WINDOW = 120
"""Days after the onset within which a change must be found."""
MIX_DAYS = 60
YEAR = 365.25
LEVELS = ("numeric",)
SETTINGS = ("setting", "categorical")
NUMERIC = ("numeric", "setting")
"""Kinds of streams: levels, what is compared as it is written, and all that are numbers."""


@dataclass
class Found:
    """What a method says of a fleet.

    alarms: device, parameter, day. changes: device, parameter, day and, where told, low, high and
    claim (the kind of event it coincides with, empty for none).
    """

    alarms: pd.DataFrame
    changes: pd.DataFrame | None = None
    seconds: float = 0.0


@dataclass
class Score:
    """Counts of one method on some fleets; they add up."""

    false_by_device: list[float] = field(default_factory=list)
    years_by_device: list[float] = field(default_factory=list)
    events: list[dict[str, object]] = field(default_factory=list)
    windows: list[float] = field(default_factory=list)
    after_shifts: int = 0
    shifts: int = 0
    alarm_days: int = 0
    seconds: float = 0.0
    streams: int = 0

    def __add__(self, other: Score) -> Score:
        both = {name: getattr(self, name) + getattr(other, name) for name in vars(self)}
        return Score(**both)

    @property
    def years(self) -> float:
        """Years for which machines were watched."""
        return sum(self.years_by_device)

    @property
    def false_rate(self) -> float:
        """False alarms per machine and year."""
        return sum(self.false_by_device) / max(self.years, 1e-9)

    def false_interval(self, rng: np.random.Generator) -> tuple[float, float]:
        """95 % interval of that, by drawing machines again."""
        false, years = np.array(self.false_by_device), np.array(self.years_by_device)
        if not len(false):
            return float("nan"), float("nan")
        draw = rng.integers(0, len(false), (2000, len(false)))
        rates = false[draw].sum(axis=1) / years[draw].sum(axis=1)
        return float(np.quantile(rates, 0.025)), float(np.quantile(rates, 0.975))

    def of(self, kinds: tuple[str, ...] = ()) -> pd.DataFrame:
        """The planted changes of some kinds: kind, found, delay, off, claim, cause."""
        table = pd.DataFrame(self.events)
        return table[table["kind"].isin(kinds)] if kinds and len(table) else table

    @property
    def chance(self) -> float:
        """Share of quiet windows in which a change would seem to be found."""
        return float(np.mean(self.windows)) if self.windows else float("nan")


def wilson(k: int, n: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return float("nan"), float("nan")
    z = 1.96
    middle = (k + z**2 / 2) / (n + z**2)
    reach = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    return float(middle - reach), float(middle + reach)


def episodes(days: np.ndarray) -> np.ndarray:
    """First days of alarms, those within two weeks of the one before left out."""
    days = np.unique(days)
    if not len(days):
        return days
    return days[np.concatenate([[True], np.diff(days) > MERGE_DAYS])]


def day_of(date: pd.Series) -> np.ndarray:
    """Days since the simulation began."""
    return (pd.to_datetime(date) - START).dt.days.to_numpy()


def score(fleet: Fleet, found: Found, kinds: tuple[str, ...] = LEVELS) -> Score:
    """Hold what was found against what was planted, for streams of some kinds."""
    streams = fleet.streams[fleet.streams["kind"].isin(kinds)]
    result = Score(seconds=found.seconds, streams=len(streams))
    alarms = {key: part["day"].to_numpy() for key, part in found.alarms.groupby(["device", "parameter"])}
    events = dict(list(fleet.events.groupby(["device", "parameter"])))
    shifts = dict(fleet.shifts.itertuples(index=False))
    for device, mine in streams.groupby("device", sort=False):
        false, years = 0, (fleet.days - MONITORED_FROM) / YEAR
        for parameter in mine["parameter"]:
            days = alarms.get((device, parameter), np.empty(0, int))
            days = days[days >= MONITORED_FROM]
            result.alarm_days += len(np.unique(days))
            planted = events.get((device, parameter))
            begin = fleet.days if planted is None else int(planted["onset"].min())
            early = episodes(days[days < begin])
            false += len(early)
            result.windows += _windows(early, begin)
            shift = shifts.get(str(device))
            if shift is not None and shift + MIX_DAYS < begin:
                result.after_shifts += int(((early >= shift) & (early < shift + MIX_DAYS)).sum())
            if planted is not None:
                result.events += [_judge(event, days, found) for event in planted.to_dict("records")]
        result.shifts += device in shifts
        result.false_by_device.append(false)
        result.years_by_device.append(years)
    return result


def _windows(early: np.ndarray, begin: int) -> list[float]:
    """Whether each stretch of 120 quiet days, begun every 30, holds an episode."""
    starts = range(MONITORED_FROM, begin - WINDOW + 1, 30)
    return [float(((early >= s) & (early < s + WINDOW)).any()) for s in starts]


def _judge(event: dict[str, object], days: np.ndarray, found: Found) -> dict[str, object]:
    onset, length = int(event["onset"]), int(event["length"])  # type: ignore[call-overload]
    new = episodes(days)
    new = new[(new >= onset) & (new <= onset + WINDOW + length)]
    result = event | {"found": bool(len(new)), "delay": float(new[0] - onset) if len(new) else np.nan}
    changes = found.changes
    if changes is None:
        return result | {"off": np.nan, "inside": np.nan, "claim": None}
    mine = changes[(changes["device"] == event["device"]) & (changes["parameter"] == event["parameter"])]
    reach = 60 + length
    mine = mine[(mine["day"] >= onset - reach) & (mine["day"] <= onset + WINDOW + length)]
    if not len(mine):
        return result | {"off": np.nan, "inside": np.nan, "claim": None}
    best = mine.iloc[int((mine["day"] - onset).abs().argmin())]
    inside = bool(best["low"] <= onset <= best["high"]) if "low" in mine else np.nan
    return result | {"off": float(best["day"] - onset), "inside": inside, "claim": best.get("claim")}
