"""From what following a signal gave to its changes, with what they amount to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from dicomlab.drift.findings.changes import Change, Ramp, Spread, Step, UnitStep
from dicomlab.drift.findings.exact_changes import Disagreement, MixShift, OtherAgreement, Rewriting, Switch
from dicomlab.drift.sequential.levels import Followed
from dicomlab.drift.sequential.onset import Onset
from dicomlab.drift.sequential.scatter import Growth, Pairs
from dicomlab.drift.sequential.settings import FollowedSetting
from dicomlab.drift.sequential.shares import Mix
from dicomlab.drift.signals.days import Days
from dicomlab.drift.signals.identities import DISAGREES, identity_named
from dicomlab.drift.signals.signal import Signal
from dicomlab.drift.signals.writing import rewritten, unit_factor

_SAME_SHARE = 0.05
"""Attributes that disagree in as many examinations as before, within this, agree in another way."""


def level_changes(signal: Signal, days: Days, followed: Followed) -> list[Step]:
    """The changes of a level, with the number of acquisitions on either side."""
    count = np.concatenate([[0], np.cumsum(days.rows)])
    changes: list[Step] = []
    for number, step in enumerate(followed.steps):
        begin = followed.steps[number - 1].onset.reached if number else 0
        stop = followed.steps[number + 1].onset.first if number + 1 < len(followed.steps) else len(days)
        kind = Ramp if step.onset.is_gradual else Step
        change = kind(
            signal=signal,
            **_dates(step.onset, days.date),
            n_before=int(count[step.onset.first] - count[begin]),
            n_after=int(count[stop] - count[step.onset.reached]),
            detector=step.detector,
            before=step.before,
            after=step.after,
            error=step.error,
            scatter=followed.scatter.total,
            earliest=None if step.onset.earliest is None else int(days.date[step.onset.earliest]),
        )
        changes.append(_in_other_unit(change))
    return changes


def _in_other_unit(change: Step) -> Step:
    """The same; a change of unit where a step of a power of ten is all there is."""
    if isinstance(change, Ramp):
        return change
    factor = unit_factor(*change.levels, error=change.error if change.is_log else 0.0)
    return change if factor is None else UnitStep(**_facts(change), factor=factor)


def _facts(change: Change) -> dict[str, Any]:
    """What a change holds, to make one of a narrower kind."""
    return {field.name: getattr(change, field.name) for field in fields(change)}


def spread_changes(signal: Signal, pairs: Pairs, growths: Sequence[Growth]) -> list[Change]:
    """The growths of a scatter, as changes without a level."""
    return [
        Spread(
            signal=signal,
            **_dates(growth.onset, pairs.date),
            n_before=growth.n_before,
            n_after=growth.n_after,
            detector=growth.detector,
            before=growth.before,
            after=growth.after,
            error=growth.error,
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
        early, late = text[edges[number] : edges[number + 1]], text[edges[number + 1] : edges[number + 2]]
        facts: dict[str, Any] = {
            "signal": signal,
            **_dates(switch.onset, date),
            "n_before": len(early),
            "n_after": len(late),
            "detector": switch.detector,
        }
        if identity_named(signal.parameter.name) is not None:
            changes.append(_of_identity(facts, switch.before, switch.after, early, late, date, text))
        else:
            changes.append(_of_setting(facts, switch.before, switch.after, early, late))
    return changes


def _of_setting(
    facts: dict[str, Any],
    before: tuple[str, ...],
    after: tuple[str, ...],
    early: np.ndarray,
    late: np.ndarray,
) -> Change:
    """Other values, the same written another way, or a share that shifted."""
    texts: dict[str, Any] = {"before_text": " or ".join(before), "after_text": " or ".join(after)}
    factor = rewritten(before, after)
    if factor is not None:
        return Rewriting(**facts, **texts, factor=factor)
    if not set(before) & set(after):
        return Switch(**facts, **texts)
    moved = {value: (early == value).mean() for value in set(before) ^ set(after)}
    value = max(sorted(moved), key=lambda v: abs((late == v).mean() - moved[v]))
    shares = float((early == value).mean()), float((late == value).mean())
    return MixShift(**facts, value=value, shares=shares, error=_share_error(shares, early, late))


def _of_identity(
    facts: dict[str, Any],
    was: tuple[str, ...],
    now: tuple[str, ...],
    early: np.ndarray,
    late: np.ndarray,
    date: np.ndarray,
    text: np.ndarray,
) -> Change:
    """How often attributes disagree that ought to agree, or how else they agree."""
    found = _of_setting(facts, was, now, early, late)
    sides = _sides(facts, date, text)
    shares = _disagreeing(sides)
    if abs(shares[1] - shares[0]) >= _SAME_SHARE:
        error = _share_error(shares, *sides)
        return Disagreement(**facts, value=DISAGREES, shares=shares, error=error)
    before, after = found.texts
    error = found.error if isinstance(found, MixShift) else float("nan")
    value = found.value if isinstance(found, MixShift) else ""
    return OtherAgreement(
        **facts, value=value, shares=shares, error=error, before_text=before, after_text=after
    )


def _sides(facts: dict[str, Any], date: np.ndarray, text: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The examinations before and after an onset that count as those of a change."""
    place = int(np.searchsorted(date, facts["onset"]))
    return (
        text[max(place - facts["n_before"], 0) : place],
        text[place : place + max(facts["n_after"], 1)],
    )


def _disagreeing(sides: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    before, after = (float((side == DISAGREES).mean()) if len(side) else 0.0 for side in sides)
    return before, after


def _share_error(shares: tuple[float, float], *sides: np.ndarray) -> float:
    """Standard error of the difference of two shares."""
    variances = (p * (1 - p) / max(len(side), 1) for p, side in zip(shares, sides, strict=True))
    return float(np.sqrt(sum(variances)))


def share_changes(signal: Signal, mix: Mix, date: np.ndarray, text: np.ndarray) -> list[Change]:
    """The shifts of a mix, with the number of examinations on either side."""
    count = np.concatenate([[0], np.cumsum(mix.days.rows)])
    edges = [0, *(shift.onset.first for shift in mix.shifts), len(mix.days)]
    changes: list[Change] = []
    for number, shift in enumerate(mix.shifts):
        sizes = [int(count[edges[n + 1]] - count[edges[n]]) for n in (number, number + 1)]
        facts: dict[str, Any] = {
            "signal": signal,
            **_dates(shift.onset, mix.days.date),
            "n_before": sizes[0],
            "n_after": sizes[1],
            "detector": shift.detector,
        }
        shifted = MixShift(**facts, value=shift.value, shares=(shift.before, shift.after), error=shift.error)
        is_identity = identity_named(signal.parameter.name) is not None
        changes.append(_as_identity(shifted, facts, date, text) if is_identity else shifted)
    return changes


def _as_identity(shift: MixShift, facts: dict[str, Any], date: np.ndarray, text: np.ndarray) -> Disagreement:
    """A shift of how attributes agree that ought to."""
    sides = _sides(facts, date, text)
    shares = _disagreeing(sides)
    if abs(shares[1] - shares[0]) >= _SAME_SHARE:
        return Disagreement(**facts, value=DISAGREES, shares=shares, error=_share_error(shares, *sides))
    before, after = shift.texts
    return OtherAgreement(
        **facts, value=shift.value, shares=shares, error=shift.error, before_text=before, after_text=after
    )


def _dates(onset: Onset, date: np.ndarray) -> dict[str, Any]:
    """Onset, low, high and reached as numbers of days.

    What is seen first on one day may have happened any time since the last one before it.
    """
    last = len(date) - 1
    first, low, high, reached = (
        int(date[min(n, last)]) for n in (onset.first, onset.low, onset.high, onset.reached)
    )
    before = int(date[min(onset.low, last) - 1]) + 1 if onset.low > 0 else low
    earliest = min(low, first, before if before <= low else low)
    return {"onset": first, "low": earliest, "high": max(high, first), "reached": reached}
