"""From steps in single signals to changes of a machine: merged, dated, ranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dicomlab.drift.sequential.levels import Followed
from dicomlab.drift.sequential.onset import Onset
from dicomlab.drift.sequential.scatter import Growth, Pairs
from dicomlab.drift.sequential.settings import FollowedSetting, Switch
from dicomlab.drift.sequential.shares import Mix
from dicomlab.drift.signals.days import Days
from dicomlab.drift.signals.identities import DISAGREES, identity_named
from dicomlab.drift.signals.signal import Signal
from dicomlab.drift.signals.writing import rewritten, unit_factor

EXACT = ("setting", "share", "identity")
"""Kinds of change that have no level: the texts say what was and what is."""


@dataclass(frozen=True)
class Change:
    """One change of one signal; dates are numbers of days."""

    signal: Signal
    kind: str
    onset: int
    low: int
    high: int
    reached: int
    before: float
    after: float
    error: float
    before_text: str
    after_text: str
    n_before: int
    n_after: int
    scatter: float
    detector: str
    earliest: int | None = None
    """For a step that may as well be a ramp: the day on which that would have begun at the earliest."""
    is_common: bool = False
    detail: str = ""
    """The value whose share shifted, or the factor between two units."""
    citation: str = ""
    shares: tuple[float, float] = (float("nan"), float("nan"))
    """For a mix: the share of `detail` before and after; `error` is that of their difference."""
    interval: tuple[float, float] = (float("nan"), float("nan"))
    """For a limit: the 95 % interval of the level outside, in the unit."""
    until: int | None = None
    """For a limit: the last day outside, none where it goes on."""

    @property
    def is_exact(self) -> bool:
        """Whether values were compared as they are written."""
        return self.kind in EXACT or (self.kind == "unit" and self.signal.kind == "setting")


def level_changes(signal: Signal, days: Days, followed: Followed) -> list[Change]:
    """The changes of a level, with the number of acquisitions on either side."""
    count = np.concatenate([[0], np.cumsum(days.rows)])
    changes = []
    for number, step in enumerate(followed.steps):
        begin = followed.steps[number - 1].onset.reached if number else 0
        stop = followed.steps[number + 1].onset.first if number + 1 < len(followed.steps) else len(days)
        first, low, high, reached = _dates(step.onset, days.date)
        changes.append(
            Change(
                signal,
                "ramp" if step.onset.is_gradual else "step",
                *(first, low, high, reached, step.before, step.after, step.error, "", ""),
                n_before=int(count[step.onset.first] - count[begin]),
                n_after=int(count[stop] - count[step.onset.reached]),
                scatter=followed.scatter.total,
                detector=step.detector,
                earliest=_earliest(step.onset, days.date),
            )
        )
    return [_in_other_unit(change) for change in changes]


def _in_other_unit(change: Change) -> Change:
    """The same; of kind unit where a step of a power of ten is all there is."""
    if change.kind != "step":
        return change
    error = change.error if change.signal.parameter.scale == "log" else 0.0
    factor = unit_factor(*in_unit(change), error=error)
    return change if factor is None else replace(change, kind="unit", detail=f"{factor:g}")


def spread_changes(signal: Signal, pairs: Pairs, growths: Sequence[Growth]) -> list[Change]:
    """The growths of a scatter, as changes without a level."""
    return [
        Change(
            signal,
            "spread",
            *_dates(growth.onset, pairs.date),
            before=growth.before,
            after=growth.after,
            error=growth.error,
            before_text="",
            after_text="",
            n_before=growth.n_before,
            n_after=growth.n_after,
            scatter=growth.before,
            detector=growth.detector,
        )
        for growth in growths
    ]


def setting_changes(
    signal: Signal, date: np.ndarray, text: np.ndarray, followed: FollowedSetting
) -> list[Change]:
    """The changes of a setting, with the number of examinations on either side.

    Where one side's usual values are among the other's, it is a share that shifted.
    """
    edges = [0, *(switch.onset.first for switch in followed.switches), len(date)]
    changes = []
    for number, switch in enumerate(followed.switches):
        first, low, high, reached = _dates(switch.onset, date)
        sides = text[edges[number] : edges[number + 1]], text[edges[number + 1] : edges[number + 2]]
        before, after = (" or ".join(values) for values in (switch.before, switch.after))
        change = Change(
            signal,
            "setting",
            *(first, low, high, reached, _number(before), _number(after), float("nan"), before, after),
            n_before=len(sides[0]),
            n_after=len(sides[1]),
            scatter=float("nan"),
            detector=switch.detector,
        )
        changes.append(_told_exactly(change, switch, *sides))
    return [_of_identity(change, date, text) for change in changes]


def _of_identity(change: Change, date: np.ndarray, text: np.ndarray) -> Change:
    """The same; of kind identity, with the shares that disagree, where attributes ought to agree."""
    if identity_named(change.signal.parameter.name) is None or change.kind == "identity":
        return change
    place = int(np.searchsorted(date, change.onset))
    sides = text[max(place - change.n_before, 0) : place], text[place : place + max(change.n_after, 1)]
    before, after = (float((side == DISAGREES).mean()) if len(side) else 0.0 for side in sides)
    if abs(after - before) < 0.05:
        return replace(change, kind="identity", shares=(before, after))
    facts = _of_share(DISAGREES, before, after, len(sides[0]), len(sides[1]))
    return replace(change, **facts | {"kind": "identity"})  # type: ignore[arg-type]


def _told_exactly(change: Change, switch: Switch, early: np.ndarray, late: np.ndarray) -> Change:
    """The same as a share that shifted, or another way of writing, where it is that."""
    factor = rewritten(switch.before, switch.after)
    if factor is not None:
        return replace(change, kind="unit", detail=f"{factor:g}")
    if not set(switch.before) & set(switch.after):
        return change
    moved = {value: (early == value).mean() for value in set(switch.before) ^ set(switch.after)}
    value = max(sorted(moved), key=lambda v: abs((late == v).mean() - moved[v]))
    shares = float((early == value).mean()), float((late == value).mean())
    return replace(change, **_of_share(value, *shares, len(early), len(late)))  # type: ignore[arg-type]


def share_changes(signal: Signal, mix: Mix, date: np.ndarray, text: np.ndarray) -> list[Change]:
    """The shifts of a mix, with the number of examinations on either side."""
    count = np.concatenate([[0], np.cumsum(mix.days.rows)])
    edges = [0, *(shift.onset.first for shift in mix.shifts), len(mix.days)]
    nothing = float("nan")
    changes = []
    for number, shift in enumerate(mix.shifts):
        sizes = [int(count[edges[n + 1]] - count[edges[n]]) for n in (number, number + 1)]
        change = Change(
            signal,
            "share",
            *_dates(shift.onset, mix.days.date),
            before=nothing,
            after=nothing,
            error=shift.error,
            before_text="",
            after_text="",
            n_before=sizes[0],
            n_after=sizes[1],
            scatter=nothing,
            detector=shift.detector,
        )
        texts = _of_share(shift.value, shift.before, shift.after)
        changes.append(_of_identity(replace(change, **texts), date, text))  # type: ignore[arg-type]
    return changes


def _of_share(value: str, before: float, after: float, *sizes: int) -> dict[str, object]:
    """What a change of kind share says: the value, and its share of examinations on either side."""
    texts = {
        f"{side}_text": f"{value} {100 * share:.0f} %"
        for side, share in (("before", before), ("after", after))
    }
    facts: dict[str, object] = {
        "kind": "share",
        "detail": value,
        "before": float("nan"),
        "after": float("nan"),
    }
    if sizes:
        facts["error"] = float(
            np.sqrt(sum(p * (1 - p) / max(n, 1) for p, n in zip((before, after), sizes, strict=True)))
        )
    return facts | texts | {"shares": (before, after)}


def _dates(onset: Onset, date: np.ndarray) -> tuple[int, int, int, int]:
    """First, low, high and reached as numbers of days.

    What is seen first on one day may have happened any time since the last one before it.
    """
    last = len(date) - 1
    first, low, high, reached = (
        int(date[min(n, last)]) for n in (onset.first, onset.low, onset.high, onset.reached)
    )
    before = int(date[min(onset.low, last) - 1]) + 1 if onset.low > 0 else low
    return first, min(low, first, before if before <= low else low), max(high, first), reached


def _earliest(onset: Onset, date: np.ndarray) -> int | None:
    return None if onset.earliest is None else int(date[onset.earliest])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def in_unit(change: Change) -> tuple[float, float]:
    """The level before and after, in the unit of the parameter."""
    if change.is_exact or change.kind == "tolerance":
        return change.before, change.after
    if change.kind == "spread":
        return float("nan"), float("nan")
    levels = np.array([change.before, change.after]) + change.signal.typical
    low, high = np.exp(levels) if change.signal.parameter.scale == "log" else levels
    return float(low), float(high)


def spread_texts(change: Change) -> tuple[str, str]:
    """The scatter of one acquisition before and after, as a share or in the unit."""
    parameter = change.signal.parameter
    if parameter.scale == "log":
        return f"SD {100 * change.before:.2g} %", f"SD {100 * change.after:.2g} %"
    unit = f" {parameter.unit}" if parameter.unit else ""
    return f"SD {change.before:.3g}{unit}", f"SD {change.after:.3g}{unit}"


def relative(change: Change) -> tuple[float, float, float]:
    """The relative change with its 95 % interval; null where a ratio makes no sense."""
    nothing = (float("nan"),) * 3
    if change.is_exact:
        usable = np.isfinite(change.before) and np.isfinite(change.after) and change.before > 0 < change.after
        return (change.after / change.before - 1, *nothing[:2]) if usable else nothing
    if change.kind == "spread":
        ratio = np.log(change.after / change.before)
        reach = 1.96 * change.error
        return tuple(float(np.expm1(x)) for x in (ratio, ratio - reach, ratio + reach))  # type: ignore[return-value]
    if change.kind == "tolerance":
        if not change.before > 0:
            return nothing
        return tuple(x / change.before - 1 for x in (change.after, *change.interval))  # type: ignore[return-value]
    if change.signal.parameter.scale != "log":
        return nothing
    size, reach = change.after - change.before, 1.96 * change.error
    return tuple(float(np.expm1(x)) for x in (size, size - reach, size + reach))  # type: ignore[return-value]


def to_timestamp(day: int) -> pd.Timestamp:
    """The date of a day's number."""
    return pd.Timestamp(day, unit="D").as_unit("us")
