"""Tags that go missing, or appear: how many examinations lack a parameter that is watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.drift.detectors.cusum import as_chart, cusum, framed, leading, no_chart
from dicomlab.drift.sequential.onset import share_onset

_SIGNAL = pd.Index(["date", "is_odd", "usual"])
_MOST_USUAL = 0.7
_LOOK = 60


@dataclass(frozen=True)
class MissingTag:
    """A tag is absent, or present, in more examinations than it used to be."""

    shares: tuple[float, ...] = (0.3, 0.7)
    """Rises of the share that the charts are tuned to."""

    length: float = 20_000.0
    """Examinations between two false notices, at least."""

    least_share: float = 0.03
    """Share of examinations without the tag that is always taken as usual."""

    share: float = 0.6
    """Share of the limit that one day can add: a single day is never told."""

    name: str = "missing-tag"
    kind: str = "absence"

    def __call__(self, signal: pd.DataFrame, *, crowding: float = 1.0) -> pd.DataFrame:
        """Chart the examinations of `signal` (date, is_odd, usual: the share that was odd before).

        Gives statistic (as a share of its limit), limit (1), is_alarm, side (0) and start. Each
        examination is judged by the share of its own protocol, so that another mix of protocols is no
        change. `crowding` is how much more days differ than chance has it. The limit is the bound
        of Wald, as for settings.
        """
        if not len(signal):
            return no_chart()
        is_odd = signal["is_odd"].to_numpy(bool)
        usual = np.clip(signal["usual"].to_numpy(float), self.least_share, _MOST_USUAL)
        day = signal["date"].to_numpy().astype("datetime64[D]").astype(int)
        limit = np.log(self.length * len(self.shares)) * max(crowding, 1.0)
        charts = []
        for more in self.shares:
            share = np.minimum(usual + more, 0.97)
            gain = np.where(is_odd, np.log(share / usual), np.log((1 - share) / (1 - usual))) / limit
            charts.append(cusum(_capped(gain, day, self.share)))
        _, statistic, start = leading(charts)
        return as_chart(signal.index, statistic, (statistic > 1.0) & is_odd, 0, start)


@dataclass(frozen=True)
class Absence:
    """A stretch in which a tag was absent, or present, otherwise than before; days are numbers.

    `last` is None where it goes on; `before` and `after` are the shares of examinations that lack
    the tag, `n` the examinations of the stretch.
    """

    first: int
    last: int | None
    before: float
    after: float
    n: int

    def of_the_other(self) -> Absence:
        """The same told of examinations that have the tag."""
        return replace(self, before=1 - self.before, after=1 - self.after)


def find_absences(
    day: np.ndarray, is_absent: np.ndarray, stratum: np.ndarray, learn_until: np.ndarray, detector: MissingTag
) -> list[Absence]:
    """Every stretch in which a tag went missing, or appeared, in order.

    One entry an examination and stratum, in order of time; `learn_until` is by stratum the last
    day of its baseline, or less than any day for one without.
    """
    learn = day <= learn_until[stratum]
    size = np.bincount(stratum[learn], minlength=len(learn_until))
    lacking = np.bincount(stratum[learn], is_absent[learn], len(learn_until))
    usual = (lacking / np.maximum(size, 1))[stratum]
    judged = ~learn & (size > 0)[stratum]
    found: list[Absence] = []
    for appears in (False, True):
        is_odd, rate = (~is_absent, 1 - usual) if appears else (is_absent, usual)
        place, early = judged & (rate <= _MOST_USUAL), learn & (rate <= _MOST_USUAL)
        if not (is_odd & place).any():
            continue
        crowding = _crowding(day[early], is_odd[early], rate[early])
        parts = _stretches(day[place], is_odd[place], rate[place], detector, crowding)
        found += [absence.of_the_other() if appears else absence for absence in parts]
    return sorted(found, key=lambda absence: absence.first)


def _stretches(
    day: np.ndarray, is_odd: np.ndarray, usual: np.ndarray, detector: MissingTag, crowding: float
) -> Iterator[Absence]:
    """The stretches in which more examinations are odd than usual."""
    begin = 0
    while begin < len(day):
        found = _next(day, is_odd, usual, begin, detector, crowding)
        if found is None:
            return
        first, alarm = found
        share = float(is_odd[first : alarm + 1].mean())
        back = _next(day, ~is_odd, np.full(len(day), 1 - share), alarm + 1, detector, crowding)
        stop, begin = (len(day), len(day)) if back is None else (back[0], back[1] + 1)
        inside = slice(first, max(stop, first + 1))
        last = None if back is None else int(day[stop - 1])
        shares = float(usual[inside].mean()), float(is_odd[inside].mean())
        yield Absence(int(day[first]), last, *shares, stop - first)


def _next(
    day: np.ndarray,
    is_odd: np.ndarray,
    usual: np.ndarray,
    begin: int,
    detector: MissingTag,
    crowding: float,
) -> tuple[int, int] | None:
    """Where the next stretch begins, and where that was sure."""
    date = day[begin:].astype("datetime64[D]")
    signal = framed(_SIGNAL, (date, is_odd[begin:], usual[begin:]))
    chart = detector(signal, crowding=crowding)
    hits = np.flatnonzero(chart["is_alarm"].to_numpy())
    if not len(hits):
        return None
    alarm, since = begin + int(hits[0]), begin + int(chart["start"].iloc[hits[0]])
    low = max(begin, int(np.searchsorted(day, day[since] - _LOOK)))
    window = is_odd[low : alarm + 1]
    if window.all() or len(window) < 2:
        return low, alarm
    return low + share_onset(window).first, alarm


def _crowding(day: np.ndarray, is_odd: np.ndarray, usual: np.ndarray) -> float:
    """Variance of the daily count of odd examinations, over what chance gives it."""
    dates, number = np.unique(day, return_inverse=True)
    expected = float((usual * (1 - usual)).sum())
    if len(dates) < 10 or expected <= 0:
        return 1.0
    off = np.bincount(number, is_odd - usual, len(dates))
    return float(np.clip((off**2).sum() / expected, 1.0, 5.0))


def _capped(gain: np.ndarray, day: np.ndarray, most: float) -> np.ndarray:
    """Gains, scaled on days that would add more than `most` by themselves."""
    _, number = np.unique(day, return_inverse=True)
    total = np.bincount(number, np.maximum(gain, 0.0))
    return np.where(gain > 0, gain * np.minimum(1.0, most / np.maximum(total, 1e-12))[number], gain)
