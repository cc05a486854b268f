"""Watch one parameter of one machine: over all protocols, then in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

import numpy as np

from dicomlab.drift.base import Detector
from dicomlab.drift.detectors.budget import DAYS_A_YEAR, points_between_alarms
from dicomlab.drift.findings.changes import Change, Step
from dicomlab.drift.findings.making_changes import (
    level_changes,
    setting_changes,
    share_changes,
    spread_changes,
)
from dicomlab.drift.findings.shared import is_common, put_back, shared_path
from dicomlab.drift.sequential.levels import Followed, follow
from dicomlab.drift.sequential.scatter import LEAST_PAIRS, follow_scatter, make_pairs
from dicomlab.drift.sequential.settings import FollowedSetting, follow_setting
from dicomlab.drift.sequential.settling import Plan
from dicomlab.drift.sequential.shares import follow_mix
from dicomlab.drift.sequential.spans import SAME_CHANGE
from dicomlab.drift.signals.days import Days, Scatter, gather
from dicomlab.drift.signals.examinations import by_examination
from dicomlab.drift.signals.parameters import Parameter
from dicomlab.drift.signals.signal import Signal
from dicomlab.drift.signals.usual import mixed_values
from dicomlab.isolation import SetAside, set_aside

# Staff comes and goes, and nothing in the header tells: a fifth of the scatter at the least.
_WANDER = 0.2
# Where it tells, a new one is known by the first acquisitions only.
_WANDER_NAMED = 0.1


@dataclass(frozen=True)
class Watched:
    """One signal with what following it gave; nothing where it was not watched."""

    signal: Signal
    followed: Followed | FollowedSetting | None = None
    days: Days | None = None
    changes: Sequence[Change] = ()
    alarms: tuple[tuple[int, str], ...] = ()
    aside: tuple[SetAside, ...] = ()
    """What of it was set aside since it raised: detectors, or all of it."""

    def with_aside(self, aside: Iterable[SetAside]) -> Watched:
        """The same with more of it set aside."""
        return replace(self, aside=(*self.aside, *aside))


@dataclass(frozen=True)
class _Task:
    """How strict the charts of one machine are."""

    detectors: tuple[Detector, ...]
    charts: float
    budget: float

    def tuned(self, kind: str, date: np.ndarray, *, part: float = 1.0) -> tuple[Detector, ...]:
        """The detectors of a kind, as strict as their part of the budget asks for."""
        mine = tuple(d for d in self.detectors if d.kind == kind)
        if not mine or not len(date):
            return ()
        years = max((date[-1] - date[0]) / DAYS_A_YEAR, 0.1)
        a_year = len(date) / years
        length = points_between_alarms(self.charts / part * max(len(mine), 1), a_year, self.budget)
        return tuple(_with(d, length=length, points_a_year=a_year) for d in mine)


def watch(signals: Sequence[Signal], detectors: tuple[Detector, ...], budget: float) -> list[Watched]:
    """Follow every signal that is watched, in the order given.

    A parameter is followed over all protocols first: its day effects hold for each protocol, and
    a change that most protocols share is taken out before each is followed by itself.
    """
    charts: Counter[str] = Counter()
    for _, group in _by_parameter(signals):
        for signal in group:
            charts[signal.device] += _part(signal, group)
    if any(detector.kind == "spread" for detector in detectors):
        charts += Counter(signal.device for signal in _scattering(signals))
    if any(detector.kind == "share" for detector in detectors):
        for signal in signals:
            charts[signal.device] += _n_mixed(signal)
    watched: list[Watched] = []
    for _, group in _by_parameter(signals):
        watched += _watch_parameter(group, _Task(detectors, charts[group[0].device], budget))
    return watched


def _by_parameter(signals: Sequence[Signal]) -> list[tuple[object, list[Signal]]]:
    """The signals of each parameter of a machine."""
    groups = groupby(signals, key=lambda s: (s.device, s.modality, s.parameter))
    return [(key, list(group)) for key, group in groups]


def _part(signal: Signal, group: Sequence[Signal]) -> int:
    """How many parts of the budget a signal has: all protocols together as many as they have apart."""
    if not signal.is_monitored:
        return 0
    levels = sum(s.is_monitored and s.kind == "level" for s in group) - 1
    return max(levels, 1) if signal.is_pooled and signal.kind == "level" else 1


def _watch_parameter(signals: list[Signal], task: _Task) -> list[Watched]:
    """Follow one parameter; a signal that this raises for is set aside, and the others are followed."""
    watched: dict[int, Watched] = {}
    shared: tuple[Step, ...] = ()
    scatter: Scatter | None = None
    levels = [n for n, s in enumerate(signals) if s.is_monitored and s.kind == "level"]
    days = {n: gathered for n in levels if (gathered := _gathered(signals[n], watched, n)) is not None}
    pooled = next((n for n in days if signals[n].is_pooled), None)
    if pooled is not None:
        part = _part(signals[pooled], signals)
        whole, mine = signals[pooled], days.pop(pooled)
        watched[pooled] = _alone(whole, lambda: _watch_level(whole, mine, task, part=part))
        followed = watched[pooled].followed
        scatter = followed.scatter if isinstance(followed, Followed) else None
        steps = [c for c in watched[pooled].changes if isinstance(c, Step)]
        marked = [replace(step, is_common=is_common(step, list(days.values()))) for step in steps]
        watched[pooled] = replace(watched[pooled], changes=[*marked])
        shared = tuple(step for step in marked if step.is_common)
    for n, signal in enumerate(signals):
        if n in watched:
            continue
        watched[n] = _alone(signal, partial(_watch_one, signal, days.get(n), task, scatter, shared))
    scattering = {id(signal) for signal in _scattering(signals)}
    for n in (n for n, signal in enumerate(signals) if id(signal) in scattering):
        if watched[n].signal.is_monitored:
            watched[n] = _with_scatter(watched[n], task)
    return [watched[n] for n in range(len(signals))]


def _watch_one(
    signal: Signal, days: Days | None, task: _Task, scatter: Scatter | None, shared: tuple[Step, ...]
) -> Watched:
    """Follow a signal of one stratum, as what it is."""
    if not signal.is_monitored:
        return Watched(signal)
    return _watch_setting(signal, task) if days is None else _watch_level(signal, days, task, scatter, shared)


def _gathered(signal: Signal, watched: dict[int, Watched], n: int) -> Days | None:
    """The days of a level; none where gathering them raises, which is kept in `watched`."""
    try:
        return gather(signal.day, signal.y, signal.weight)
    except Exception as error:  # noqa: BLE001 - whatever one signal raises, the others count
        watched[n] = _set_aside(signal, error)
        return None


def _alone(signal: Signal, work: Callable[[], Watched]) -> Watched:
    """Follow one signal; one that this raises for is set aside."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever one signal raises, the others count
        return _set_aside(signal, error)


def _set_aside(signal: Signal, error: Exception) -> Watched:
    """A signal that is not watched, since following it raised."""
    aside = set_aside(signal.parameter.name, error)
    return Watched(replace(signal, reason=aside.reason), aside=(aside,))


def _scattering(signals: Sequence[Signal]) -> list[Signal]:
    """The signals whose scatter is followed: all protocols together, else each."""
    levels = [s for s in signals if s.is_monitored and s.kind == "level"]
    whole = {(s.device, s.modality, s.parameter) for s in levels if s.is_pooled}
    return [s for s in levels if s.is_pooled or (s.device, s.modality, s.parameter) not in whole]


def _with_scatter(watched: Watched, task: _Task) -> Watched:
    """The signal with what following its scatter gave."""
    signal = watched.signal
    try:
        pairs = make_pairs(signal.day, signal.y, signal.cell, signal.weight)
        if len(pairs.date) < LEAST_PAIRS:
            return watched
        followed = follow_scatter(pairs, signal.learn_until, task.tuned("spread", pairs.date))
        changes = [*watched.changes, *spread_changes(signal, pairs, followed.growths)]
    except Exception as error:  # noqa: BLE001 - its level counts all the same
        return watched.with_aside([set_aside(f"the scatter of {signal.parameter.name}", error)])
    alarms = tuple((int(pairs.date[g.alarm]), g.detector) for g in followed.growths)
    more = replace(watched, changes=changes, alarms=(*watched.alarms, *alarms))
    return more.with_aside(followed.aside)


def _watch_level(
    signal: Signal,
    days: Days,
    task: _Task,
    pooled: Scatter | None = None,
    shared: tuple[Step, ...] = (),
    *,
    part: float = 1.0,
) -> Watched:
    path, error = shared_path(days, shared)
    plan = Plan(
        learn_until=signal.learn_until,
        floor=_floor(signal.parameter),
        is_given=signal.parameter.is_floor_given,
        is_frozen=signal.is_frozen,
        resolution=_resolution(signal),
        pooled=pooled,
        mix_error=float(np.hypot(signal.mix_error, error)),
        slope=_slope(days, signal),
        is_season=signal.parameter.expected_trend == "season",
        wander=(_WANDER_NAMED if signal.by_operator else _WANDER) if signal.parameter.by_hand else 0.0,
    )
    followed = follow(days.minus(path), plan, task.tuned("level", days.date, part=part))
    alarms = tuple((int(days.date[n]), name) for n, name in followed.alarms)
    changes = [put_back(c, days.date, path) for c in level_changes(signal, days, followed)]
    return Watched(signal, followed, days, changes, alarms, followed.aside)


def _mixed(signal: Signal) -> tuple[str, ...]:
    """The values of a setting whose shares are followed."""
    if not signal.is_monitored or signal.kind != "setting":
        return ()
    return mixed_values(signal.text[signal.day <= signal.learn_until])


def _n_mixed(signal: Signal) -> int:
    """How many shares are followed; none where telling this raises, as following the signal will."""
    try:
        return len(_mixed(signal))
    except Exception as error:  # noqa: BLE001 - the signal is set aside when it is followed
        set_aside(signal.parameter.name, error)
        return 0


def _watch_setting(signal: Signal, task: _Task) -> Watched:
    date, text = by_examination(signal)
    followed = follow_setting(date, text, signal.learn_until, task.tuned("setting", date))
    alarms = tuple((int(date[n]), name) for n, name in followed.alarms)
    changes = setting_changes(signal, date, text, followed)
    watched = Watched(signal, followed, None, changes, alarms, followed.aside)
    values = _mixed(signal)
    if not values or all(d.kind != "share" for d in task.detectors):
        return watched
    try:
        mix = follow_mix(date, text, signal.learn_until, values, lambda dates: task.tuned("share", dates))
        shifts = share_changes(signal, mix, date, text)
    except Exception as error:  # noqa: BLE001 - its values count all the same
        return watched.with_aside([set_aside(f"the shares of {signal.parameter.name}", error)])
    shifts = [c for c in shifts if not any(_near(c, other) for other in changes)]
    more = replace(watched, changes=[*changes, *shifts], alarms=(*alarms, *mix.alarms))
    return more.with_aside(mix.aside)


def _near(change: Change, other: Change) -> bool:
    """Whether two changes of one signal may be the same."""
    return change.low <= other.high + SAME_CHANGE and other.low - SAME_CHANGE <= max(
        change.high, change.reached
    )


def _with(detector: Detector, **settings: float) -> Detector:
    known = {name: value for name, value in settings.items() if hasattr(detector, name)}
    return replace(detector, **known)  # type: ignore[type-var]


def _floor(parameter: Parameter) -> float:
    return float(np.log1p(parameter.floor)) if parameter.scale == "log" else parameter.floor


def _resolution(signal: Signal) -> float:
    """The smallest step between written values, on the scale of the signal."""
    unique = np.unique(signal.value)
    step = float(np.min(np.diff(unique))) if len(unique) > 1 else 0.0
    return step / float(np.median(signal.value)) if signal.parameter.scale == "log" else step


def _slope(days: Days, signal: Signal) -> float | None:
    """The usual change per day of a level that decays; zero for seasons."""
    if signal.parameter.expected_trend != "decay":
        return 0.0 if signal.parameter.expected_trend else None
    learn = days.date <= signal.learn_until
    date, value = days.date[learn].astype(float), days.value[learn]
    i, j = np.triu_indices(len(date), 1)
    far = date[j] - date[i] >= 14
    return float(np.median((value[j] - value[i])[far] / (date[j] - date[i])[far])) if far.any() else 0.0
