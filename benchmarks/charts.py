"""The charts that people use for drift, on the same fleets: as they come, and made as strict as we are.

Each gives for a stream the days with a statistic; it alarms where that is above its threshold. "As
they come" has the usual threshold. "As strict" has one threshold a parameter, the lowest that
gave no more false alarms than dicomlab on other fleets whose truth was known: the best shot that
somebody could have who had labels. Limits are learned from the first 180 days.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd
from hospital import MONITORED_FROM, Fleet, World, make_fleet
from score import Found, Score, day_of, score

LEAST_POINTS = 20

Statistic = Callable[[np.ndarray, int], np.ndarray]
"""Values in order and how many are baseline → one statistic per value."""


@dataclass(frozen=True)
class Peer:
    """One chart: what it is drawn of, its statistic, and its usual threshold."""

    name: str
    of: str
    """acquisitions, days, or protocol days."""
    statistic: Statistic
    usual: float
    grid: tuple[float, ...] = ()
    """Thresholds to choose from when it is made stricter; none for a chart that has no such."""


def _z(values: np.ndarray, learned: int, *, ranges: bool = False) -> np.ndarray:
    part = values[:learned]
    sd = np.abs(np.diff(part)).mean() / 1.128 if ranges else part.std(ddof=1)
    return (values - part.mean()) / sd if sd > 0 else np.where(values == part.mean(), 0.0, np.inf)


def single(values: np.ndarray, learned: int) -> np.ndarray:
    """Distance in standard deviations from moving ranges (R: qcc type xbar.one)."""
    return np.abs(_z(values, learned, ranges=True))


def single_with_runs(values: np.ndarray, learned: int) -> np.ndarray:
    """The same, and runs of seven on one side, as qcc marks them."""
    from dicomlab.drift.classic import run_of

    z = _z(values, learned, ranges=True)
    return np.where(run_of(z > 0, 7) | run_of(z < 0, 7), np.inf, np.abs(z))


def three_sd(values: np.ndarray, learned: int) -> np.ndarray:
    """Distance from the mean in standard deviations of the baseline."""
    return np.abs(_z(values, learned))


def nelson(values: np.ndarray, learned: int) -> np.ndarray:
    """Whether any of Nelson's eight rules fires."""
    from dicomlab.drift.classic import nelson_rules

    z = _z(values, learned, ranges=True)
    if not np.isfinite(z).all():
        return np.zeros(len(z))
    return np.where(nelson_rules(z, center=0.0, sd=1.0).to_numpy().any(axis=1), np.inf, 0.0)


def ewma(values: np.ndarray, learned: int) -> np.ndarray:
    """Exponentially weighted mean (0.2) in its standard deviations."""
    from scipy.signal import lfilter

    z = np.nan_to_num(_z(values, learned, ranges=True), posinf=50, neginf=-50)
    age = np.arange(1, len(z) + 1)
    return np.abs(lfilter([0.2], [1, -0.8], z)) / np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * age)))


def sums(values: np.ndarray, learned: int) -> np.ndarray:
    """Cumulative sums with reference 0.5, the larger of both sides; they begin after the baseline."""
    from dicomlab.drift.detectors.cusum import cusum

    z = np.nan_to_num(_z(values, learned, ranges=True), posinf=50, neginf=-50)
    z[:learned] = 0.0
    return np.maximum(cusum(z - 0.5)[0], cusum(-z - 0.5)[0])


def pelt(values: np.ndarray, learned: int) -> np.ndarray:
    """For each change point, the largest penalty (times log n) at which PELT still has it."""
    import ruptures

    sd = np.median(np.abs(np.diff(values))) / 0.9539 or values.std() or 1.0
    statistic = np.zeros(len(values))
    search = ruptures.KernelCPD(kernel="linear", min_size=2).fit(values.reshape(-1, 1) / sd)
    for penalty in PENALTIES:
        cuts = search.predict(pen=penalty * np.log(len(values)))[:-1]
        if not cuts:
            break
        statistic[np.array(cuts)] = penalty + 1e-9
    return statistic


PENALTIES = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)
_WIDER = tuple(np.round(3 * 1.15 ** np.arange(24), 2).tolist())
_HIGHER = tuple(np.round(5 * 1.3 ** np.arange(24), 1).tolist())

PEERS: tuple[Peer, ...] = (
    Peer("single values, 3 SD (qcc)", "acquisitions", single, 3.0),
    Peer("single values, 3 SD and runs (qcc)", "acquisitions", single_with_runs, 3.0),
    Peer("daily mean, 3 SD", "days", three_sd, 3.0, _WIDER),
    Peer("daily mean, Nelson's rules", "days", nelson, 1.0),
    Peer("daily mean, EWMA 0.2", "days", ewma, 3.0, _WIDER),
    Peer("daily mean, CUSUM 0.5/5", "days", sums, 5.0, _HIGHER),
    Peer("daily mean, PELT", "days", pelt, 2.0, PENALTIES),
    Peer("by protocol, 3 SD", "protocol days", three_sd, 3.0, _WIDER),
    Peer("by protocol, EWMA 0.2", "protocol days", ewma, 3.0, _WIDER),
    Peer("by protocol, CUSUM 0.5/5", "protocol days", sums, 5.0, _HIGHER),
    Peer("by protocol, PELT", "protocol days", pelt, 2.0, PENALTIES),
)


def streams_of(fleet: Fleet, of: str) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Device, parameter, days and values of every numeric stream, or of each of its protocols."""
    series = fleet.series.assign(day=day_of(fleet.series["first_acquired_at"]))
    wanted = fleet.streams[fleet.streams["kind"] == "numeric"]
    machines = dict(list(series.groupby("StationName", sort=False)))
    for device, parameter in zip(wanted["device"], wanted["parameter"], strict=True):
        table = machines[device][["day", "ProtocolName", parameter]].dropna(subset=[parameter])
        if of == "acquisitions":
            yield device, parameter, table["day"].to_numpy(), table[parameter].to_numpy(float)
            continue
        groups = [table] if of == "days" else [part for _, part in table.groupby("ProtocolName")]
        for part in groups:
            mean = part.groupby("day")[parameter].mean()
            yield device, parameter, mean.index.to_numpy(), mean.to_numpy(float)


def statistics(peer: Peer, fleet: Fleet) -> pd.DataFrame:
    """Device, parameter, day and statistic of every point after the baseline."""
    rows = []
    for device, parameter, day, value in streams_of(fleet, peer.of):
        learned = int((day < MONITORED_FROM).sum())
        if learned < LEAST_POINTS or len(day) <= learned:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            statistic = peer.statistic(value, learned)
        late = (day >= MONITORED_FROM) & (statistic > 0.3 * peer.usual)
        rows.append(
            pd.DataFrame(
                {"device": device, "parameter": parameter, "day": day[late], "statistic": statistic[late]}
            )
        )
    return pd.concat(rows, ignore_index=True)


def compare(
    world: World, seeds: Sequence[int], tuning: Sequence[int], ours: Score
) -> Iterator[tuple[str, Score]]:
    """Every chart as it comes, then those with a threshold as strict as we are."""
    fleets = [make_fleet(world, seed) for seed in seeds]
    labelled = [make_fleet(world, seed) for seed in tuning]
    per_stream = ours.false_rate * ours.years / max(sum(ours.years_by_device) * ours.streams, 1e-9)
    per_stream *= len(ours.years_by_device)
    has_ruptures = find_spec("ruptures") is not None
    for peer in (p for p in PEERS if has_ruptures or p.statistic is not pelt):
        start = time.process_time()
        points = [statistics(peer, fleet) for fleet in fleets]
        seconds = time.process_time() - start
        usual = partial(_score_at, thresholds={}, usual=peer.usual)
        result = sum((usual(f, p) for f, p in zip(fleets, points, strict=True)), Score())
        result.seconds = seconds
        yield peer.name, result
        if not peer.grid:
            continue
        thresholds = _tuned(peer, labelled, per_stream)
        strict = partial(_score_at, thresholds=thresholds, usual=np.inf)
        yield (
            f"{peer.name}, as strict",
            sum((strict(f, p) for f, p in zip(fleets, points, strict=True)), Score()),
        )


def _score_at(fleet: Fleet, points: pd.DataFrame, *, thresholds: dict[str, float], usual: float) -> Score:
    limit = points["parameter"].map(thresholds).fillna(usual) if thresholds else usual
    alarms = points[points["statistic"] > limit]
    return score(fleet, Found(alarms[["device", "parameter", "day"]]))


def _tuned(peer: Peer, fleets: Sequence[Fleet], per_stream: float) -> dict[str, float]:
    """For each parameter, the lowest threshold with no more false alarms per stream and year."""
    points = [statistics(peer, fleet) for fleet in fleets]
    chosen: dict[str, float] = {}
    for parameter in sorted({p for table in points for p in table["parameter"]}):
        for threshold in peer.grid:
            rate = _false_rate(fleets, points, parameter, threshold)
            if rate <= per_stream:
                chosen[parameter] = threshold
                break
        else:
            chosen[parameter] = np.inf
    return chosen


def _false_rate(
    fleets: Sequence[Fleet], points: Sequence[pd.DataFrame], parameter: str, threshold: float
) -> float:
    """False alarms per stream and year of one parameter at one threshold."""
    false = years = 0.0
    for fleet, table in zip(fleets, points, strict=True):
        streams = fleet.streams[fleet.streams["parameter"] == parameter]
        one = Fleet(fleet.series, fleet.events, fleet.shifts, streams, fleet.days)
        mine = table[(table["parameter"] == parameter) & (table["statistic"] > threshold)]
        result = score(one, Found(mine))
        false, years = false + sum(result.false_by_device), years + result.years
    return false / max(years, 1e-9)
