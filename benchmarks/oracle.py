"""What a chart would find that knew all but the day: the bound that the worlds themselves set.

It is told the size and the course of a change, the protocol it is in, the level before, every
variance, the likeness of days and what each size of a patient is worth. It must only tell when. It
is as strict as each of our charts is, so that the gap to it is the price of not knowing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from hospital import KINDS, Fleet, Follows, Level, World
from score import WINDOW, YEAR, day_of

_PATHS = 400


@dataclass(frozen=True)
class _Stream:
    """One parameter as the simulation makes it: scatter of one row, in units of a planted step."""

    alone: float
    size: float
    day: float
    by_hand: float


def bounds(fleet: Fleet, world: World, *, budget: float = 0.5, seed: int = 0) -> pd.DataFrame:
    """How often, and how soon, each planted change of a level would be found.

    One row an event: found (share of 400 simulated paths), delay (median of those found, in days).
    """
    rng = np.random.default_rng(seed)
    day = day_of(fleet.series["first_acquired_at"].dt.normalize())
    devices = {
        name: part.assign(number=day[part.index]) for name, part in fleet.series.groupby("StationName")
    }
    levels = fleet.streams[fleet.streams["kind"] == "numeric"]
    wanted = fleet.events.merge(levels[["device", "parameter"]])
    rows = []
    for event in wanted.to_dict("records"):
        part = devices[event["device"]]
        charts = _charts(fleet, event["device"], part["ProtocolName"].nunique())
        paths = _paths(event, part, world, charts / budget * fleet.days / (fleet.days / YEAR), rng)
        rows.append(event | paths)
    return pd.DataFrame(rows, columns=[*wanted.columns, "found", "delay"])


def _charts(fleet: Fleet, device: object, protocols: int) -> int:
    mine = fleet.streams[fleet.streams["device"] == device]
    per = {p.name for kind in KINDS for p in kind.levels if p.per_device}
    return sum(1 if name in per else protocols + 2 for name in mine["parameter"])


def _stream(kind_name: str, parameter: str) -> _Stream:
    kind = next(k for k in KINDS if k.modality == kind_name)
    own: Level | Follows = next(p for p in (*kind.levels, *kind.follows) if p.name == parameter)
    level = own if isinstance(own, Level) else next(p for p in kind.levels if p.name == own.of)
    unit = level.fault or level.sd
    alone = level.sd if isinstance(own, Level) else float(np.hypot(level.sd, own.sd))
    return _Stream(alone / unit, level.slope / unit, level.sd / unit, level.operators * level.sd / unit)


def _paths(
    event: dict[str, object], part: pd.DataFrame, world: World, length: float, rng: np.random.Generator
) -> dict[str, float]:
    stream = _stream(str(part["Modality"].iloc[0]), str(event["parameter"]))
    rows = part[part[str(event["parameter"])].notna()]
    if event["stratum"]:
        names = rows["ProtocolName"].str.removesuffix(" v2")
        rows = rows[names == event["stratum"]]
    onset, most = int(event["onset"]), WINDOW + int(event["length"])  # type: ignore[call-overload]
    rows = rows[(rows["number"] >= onset - 60) & (rows["number"] <= onset + most)]
    known = rows.filter(["PatientWeight", "BodyPartThickness"]).notna().any(axis=1).to_numpy()
    hand = 0.0 if rows["OperatorsName"].notna().any() else stream.by_hand
    noise = world.size_noise**2
    unsure = np.where(known, noise / (1 + noise), 1.0)
    variance = stream.alone**2 + hand**2 + stream.size**2 * unsure
    number = rows["number"].to_numpy()
    if event["kind"] == "spread":
        wider = variance + stream.day**2 * (float(event["size"]) ** 2 - 1)  # type: ignore[arg-type]
        gain = _of_scatter(variance, wider, number >= onset, rng)
        a_year = len(rows) / max(np.ptp(number), 1) * YEAR
        dates, limit = number, np.log(length / YEAR * a_year / 10)
    else:
        dates, precision = _by_day(number, 1 / variance)
        gain = _of_level(dates, 1 / precision, world, event, stream.day, rng)
        a_year = len(dates) / max(np.ptp(dates), 1) * YEAR
        limit = np.log(length / YEAR * a_year / 5)
    return _found(gain, dates, onset, limit)


def _by_day(number: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    dates, place = np.unique(number, return_inverse=True)
    return dates, np.bincount(place, weight)


def _of_level(
    dates: np.ndarray,
    variance: np.ndarray,
    world: World,
    event: dict[str, object],
    unit: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Log likelihood ratio of each day: of what is left when days before were taken in (Kalman)."""
    onset, length = int(event["onset"]), max(int(event["length"]), 1)  # type: ignore[call-overload]
    shape = float(event["size"]) * np.clip((dates - onset + (length == 1)) / length, 0, 1)  # type: ignore[arg-type]
    wide = (world.day_effect * unit) ** 2
    before, spread, told = 0.0, wide, np.zeros(len(dates))
    total = np.zeros(len(dates))
    for n, date in enumerate(dates):
        if n:
            likeness = world.likeness ** (date - dates[n - 1])
            before, spread = likeness * before, likeness**2 * spread + (1 - likeness**2) * wide
        total[n] = spread + variance[n]
        told[n] = shape[n] - before
        share = spread / total[n]
        before, spread = before + share * told[n], (1 - share) * spread
    worth = told**2 / total
    # Before the onset the chart sees what the change would look like by now, had it begun.
    idle = np.where(dates < onset, np.median(worth[dates >= onset]) if (dates >= onset).any() else 0, 0)
    draw = rng.normal(0, 1, (_PATHS, len(dates)))
    return (
        np.where(dates >= onset, worth / 2, -idle / 2) + np.sqrt(np.where(dates >= onset, worth, idle)) * draw
    )


def _of_scatter(
    variance: np.ndarray, wider: np.ndarray, is_late: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    square = rng.normal(0, 1, (_PATHS, len(variance))) ** 2 * np.where(is_late, wider, variance)
    return square * (1 / variance - 1 / wider) / 2 - np.log(wider / variance) / 2


def _found(gain: np.ndarray, dates: np.ndarray, onset: int, limit: float) -> dict[str, float]:
    total = np.concatenate([np.zeros((len(gain), 1)), np.cumsum(gain, axis=1)], axis=1)
    chart = (total - np.minimum.accumulate(total, axis=1))[:, 1:]
    hit = (chart > limit) & (dates >= onset)
    found = hit.any(axis=1)
    delay = dates[hit[found].argmax(axis=1)] - onset
    return {"found": float(found.mean()), "delay": float(np.median(delay)) if found.any() else float("nan")}
