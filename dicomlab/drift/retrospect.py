"""Look back over a whole record: which signals hold a change, with the share of false ones held.

Charts that run every day are held by a budget of false alarms a year. A report on a finished
record can promise something else: of the signals that it names, no more than a share is there by
chance (Benjamini and Hochberg 1995; Benjamini and Yekutieli 2001 for signals that depend on each
other in any way).
"""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from dicomlab.arguments import checked_arguments
from dicomlab.drift.base import Drift
from dicomlab.drift.sequential.onset import step_gain
from dicomlab.drift.signals.adjustment import robust_sd

RETROSPECT_COLUMNS = "signal_id device modality stratum parameter kind n_days onset gain p q q_any".split()
_NAMES = ["signal_id", "device", "modality", "stratum", "parameter"]
LEAST_DAYS = 30
"""Days with data that a signal needs at least."""

_BLOCK = 14
_DRAWS = 400
_EULER = 0.5772156649


@checked_arguments
def retrospect(drift: Drift, *, seed: int = 0) -> pd.DataFrame:
    """The best change point of each watched signal, and how surprising it is.

    One row a signal, the most surprising first: signal_id, device, modality, stratum, parameter, kind,
    n_days, onset, gain (log likelihood that the change adds), p, q (Benjamini-Hochberg) and q_any
    (Benjamini-Yekutieli). Of the signals with q up to 0.05 one in twenty is there by chance, if
    signals do not hinder each other. p compares the gain with records drawn in blocks of 14 days with
    data from the same signal with its change taken out; days that resemble each other for longer
    than that make it too small. `seed` makes the draws the same again.

    >>> retrospect(drift)["q"].is_monotonic_increasing
    True
    """
    signals = drift.signals[drift.signals["is_monitored"]]
    points = dict(list(drift.points.groupby("signal_id", sort=True)))
    rows = []
    for signal in signals[[*_NAMES, "kind", "usual"]].to_dict("records"):
        mine = points.get(signal["signal_id"])
        days = None if mine is None else _by_day(mine, signal)
        if days is None or len(days) < LEAST_DAYS or days["value"].std() == 0:
            continue
        found = _best(days, np.random.default_rng([seed, zlib.crc32(str(signal["signal_id"]).encode())]))
        rows.append({**{key: signal[key] for key in (*_NAMES, "kind")}, **found})
    table = pd.DataFrame(rows, columns=RETROSPECT_COLUMNS)
    table["onset"] = pd.to_datetime(table["onset"]).astype("datetime64[us]")
    table = table.sort_values(["p", *_NAMES[1:]], kind="stable", ignore_index=True)
    p = table["p"].to_numpy(float)
    return table.assign(q=adjusted(p), q_any=adjusted(p, any_dependence=True))


def adjusted(p: np.ndarray, *, any_dependence: bool = False) -> np.ndarray:
    """The smallest share of false findings at which each p counts, for p in rising order.

    >>> adjusted(np.array([0.001, 0.02, 0.03])).round(3).tolist()
    [0.003, 0.03, 0.03]
    """
    n = len(p)
    if not n:
        return p
    rank = np.arange(1, n + 1)
    share = p * n / rank * (np.sum(1 / rank) if any_dependence else 1.0)
    return np.asarray(np.minimum(np.minimum.accumulate(share[::-1])[::-1], 1.0))


def _by_day(points: pd.DataFrame, signal: dict[object, object]) -> pd.DataFrame | None:
    """One value a day: the mean level, or the share of values that were not usual."""
    day = points["date"].dt.normalize()
    if signal["kind"] == "setting":
        usual = str(signal["usual"]).split(", ")
        value = (~points["text"].isin(usual)).astype(float)
    else:
        value = points["adjusted"]
        spread = robust_sd((value - value.median()).to_numpy(float))
        value = value.clip(value.median() - 5 * spread, value.median() + 5 * spread) if spread else value
    table = pd.DataFrame({"day": day, "value": value}).dropna()
    return table.groupby("day")["value"].agg(["mean", "size"]).rename(columns={"mean": "value"}).reset_index()


def _best(days: pd.DataFrame, rng: np.random.Generator) -> dict[str, object]:
    value, weight = days["value"].to_numpy(float), np.sqrt(days["size"].to_numpy(float))
    sd = float(np.std(value * weight)) / weight
    gain = step_gain(value, sd)
    place = int(np.argmax(gain))
    parts = (slice(None, place + 1), slice(place + 1, None))
    rest = value.copy()
    for part in parts:
        rest[part] -= np.average(value[part], weights=weight[part] ** 2)
    sd = max(float(np.std(rest * weight)), 1e-12) / weight
    gain = step_gain(value, sd)
    p = _tail(float(gain.max()), _gains_by_chance(rest * weight, weight, rng))
    onset = days["day"].iloc[int(np.argmax(gain)) + 1]
    return {"n_days": len(days), "onset": onset, "gain": float(gain.max()), "p": p}


def _gains_by_chance(z: np.ndarray, weight: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The largest gain in records made of blocks of this one."""
    n = len(z)
    blocks = -(-n // _BLOCK)
    start = rng.integers(0, n, (_DRAWS, blocks))
    place = (start[:, :, None] + np.arange(_BLOCK)).reshape(_DRAWS, -1)[:, :n] % n
    drawn = z[place] / weight
    size = weight**2
    before, total = np.cumsum(size)[:-1], size.sum()
    left = np.cumsum(drawn * size, axis=1)
    off = (left[:, -1:] - left[:, :-1]) / (total - before) - left[:, :-1] / before
    variance = np.maximum(np.mean((drawn * weight) ** 2, axis=1, keepdims=True), 1e-12)
    return np.asarray((0.5 * off**2 * before * (total - before) / total / variance).max(axis=1))


def _tail(gain: float, chance: np.ndarray) -> float:
    """The chance of such a gain: counted, and beyond what was drawn from a Gumbel law."""
    counted = (1 + float((chance >= gain).sum())) / (1 + len(chance))
    if counted > 20 / len(chance):
        return counted
    scale = max(float(chance.std()) * np.sqrt(6) / np.pi, 1e-9)
    place = float(chance.mean()) - _EULER * scale
    return float(-np.expm1(-np.exp(-(gain - place) / scale)))
