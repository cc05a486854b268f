"""Say a change once: for all protocols or for those that changed, and with what changed on the same days."""

from __future__ import annotations

from collections.abc import Sequence

from dicomlab.drift.findings.changes import Change
from dicomlab.drift.sequential.spans import SAME_CHANGE

TOGETHER_DAYS = 7
"""Changes of one machine that begin within so many days are one finding."""


def merged(changes: Sequence[Change]) -> list[Change]:
    """Say a change once: for all protocols, or for those that changed.

    A pooled change gives way to its strata where it is not common to most of them, and stands
    for them where it is.
    """
    kept = [c for c in changes if c.stands_alone]
    changes = [c for c in changes if not c.stands_alone]
    single = [c for c in changes if not c.signal.is_pooled]
    for change in (c for c in changes if c.signal.is_pooled):
        parts = [c for c in single if _same(c, change)]
        if change.is_common:
            single = [c for c in single if c not in parts]
        if change.is_common or not any(_explains(c, change) for c in single):
            kept.append(change)
    return kept + single


def _explains(part: Change, whole: Change) -> bool:
    """Whether a protocol had changed by then, which moves the level of all."""
    mine, all_of = part.signal, whole.signal
    alike = (mine.device, mine.modality, mine.parameter) == (all_of.device, all_of.modality, all_of.parameter)
    return alike and part.onset <= whole.onset + SAME_CHANGE


def _same(part: Change, whole: Change) -> bool:
    """Whether a change of one protocol is what the pooled signal shows."""
    mine, all_of = part.signal, whole.signal
    if (mine.device, mine.modality, mine.parameter) != (all_of.device, all_of.modality, all_of.parameter):
        return False
    apart = max(part.low - whole.reached, whole.low - part.reached)
    return abs(part.onset - whole.onset) <= SAME_CHANGE or apart <= 0


def together(changes: Sequence[Change]) -> list[int]:
    """Number the changes of each machine so that those within 7 days share a number."""
    order = sorted(range(len(changes)), key=lambda n: (changes[n].signal.device, changes[n].onset))
    numbers = [0] * len(changes)
    group, lead = 0, None
    for n in order:
        change = changes[n]
        if lead is None or not _belongs(change, lead):
            group, lead = group + 1, change
        numbers[n] = group
    return numbers


def _belongs(change: Change, lead: Change) -> bool:
    """Whether a change began, or may have begun, within 7 days of another."""
    if change.signal.device != lead.signal.device:
        return False
    return change.onset - lead.onset <= TOGETHER_DAYS or (
        change.low <= lead.high and change.onset <= lead.high + 30
    )
